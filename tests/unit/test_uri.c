/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counting_allocator.h"

#include <vmxkit/connection.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define T(literal) literal, sizeof(literal) - 1

static struct vmx_connection_uri *parsed(const char *text)
{
	struct vmx_connection_uri *uri = NULL;
	struct vmx_error *error = vmx_error_new();

	if (vmx_connection_uri_parse(text, strlen(text), NULL, &uri, error) != VMX_OK)
		fail_msg("%s: %s", text, vmx_error_message(error));
	vmx_error_free(error);
	return uri;
}

static void assert_text(const char *actual, const char *expected)
{
	if (!expected)
		assert_null(actual);
	else
		assert_string_equal(actual, expected);
}

static void uris_are_cut_into_their_parts(void **state)
{
	static const struct {
		const char *text, *scheme, *user, *host;
		unsigned int port;
		const char *path, *fragment;
	} cases[] = {
		{ "esx://host", "esx", NULL, "host", 0, "", NULL },
		{ "esx://host/", "esx", NULL, "host", 0, "/", NULL },
		{ "ESX://root@Host.example:8443/", "esx", "root", "Host.example", 8443, "/", NULL },
		{ "x+1.2-a://h_o~s.t", "x+1.2-a", NULL, "h_o~s.t", 0, "", NULL },
		{ "vpx://dom%5Cuser@10.0.0.1/DC%2f0/cluster/esx1", "vpx", "dom\\user", "10.0.0.1", 0,
		  "/DC%2f0/cluster/esx1", NULL },
		/* the '@' of a user that nobody has encoded */
		{ "vpx://administrator@vsphere.local@vc/DC0", "vpx", "administrator@vsphere.local", "vc", 0,
		  "/DC0", NULL },
		{ "esx://host:0", "esx", NULL, "host", 0, "", NULL },
		{ "esx://host:/", "esx", NULL, "host", 0, "/", NULL },
		{ "esx://host:00443/", "esx", NULL, "host", 443, "/", NULL },
		{ "esx://host:65535", "esx", NULL, "host", 65535, "", NULL },
		{ "esx://[::1]:8443/", "esx", NULL, "::1", 8443, "/", NULL },
		{ "esx://root@[2001:DB8::10.1.2.3]", "esx", "root", "2001:DB8::10.1.2.3", 0, "", NULL },
		{ "esx://[fe80::1%25eth0]/", "esx", NULL, "fe80::1%eth0", 0, "/", NULL },
		{ "esx://[fe80::1%eth0]", "esx", NULL, "fe80::1%eth0", 0, "", NULL },
		{ "vpx://h#web%20server", "vpx", NULL, "h", 0, "", "web server" },
		{ "vpx://h/DC#", "vpx", NULL, "h", 0, "/DC", "" },
		{ "vpx://h/DC 0/\xC3\xBC#\xC3\xBC?", "vpx", NULL, "h", 0, "/DC 0/\xC3\xBC", "\xC3\xBC?" },
		{ "vpx://h#a@b", "vpx", NULL, "h", 0, "", "a@b" },
		{ "vpx://u@h:1/#a@b", "vpx", "u", "h", 1, "/", "a@b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_connection_uri *uri = parsed(cases[i].text);

		assert_string_equal(uri->scheme, cases[i].scheme);
		assert_text(uri->user, cases[i].user);
		assert_string_equal(uri->host, cases[i].host);
		assert_int_equal(uri->port, cases[i].port);
		assert_string_equal(uri->path, cases[i].path);
		assert_text(uri->fragment, cases[i].fragment);
		assert_int_equal(uri->parameter_count, 0);
		vmx_connection_uri_free(uri);
	}
	vmx_connection_uri_free(NULL);
}

/* The parameters as NAME=VALUE, with a '|' behind each. */
static void parameters_are_read_as_libvirt_does(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "esx://h?", "" },
		{ "esx://h/?a=1", "a=1|" },
		{ "esx://h?a=1&b=2#c", "a=1|b=2|" },
		{ "esx://h?a=1;b=2", "a=1|b=2|" },
		/* a ';' separates only behind the last '&' */
		{ "esx://h?a=1;b=2&c=3;d=4", "a=1;b=2|c=3|d=4|" },
		{ "esx://h?a=1;b=2&", "a=1;b=2|" },
		{ "esx://h?&&a=1&=5&;;b;;=", "a=1|b=|" },
		{ "esx://h?a==1&b=c=d", "a==1|b=c=d|" },
		{ "esx://h?A=1&b=2&a=3", "b=2|a=3|" },
		{ "esx://h?a%20b=%26%3D&c=1+1", "a b=&=|c=1+1|" },
		{ "esx://h?a=%3f/?b", "a=?/?b|" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_connection_uri *uri = parsed(cases[i].text);
		char shown[256] = "";

		for (size_t p = 0; p < uri->parameter_count; p++)
			snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown), "%s=%s|",
				 uri->parameters[p].name, uri->parameters[p].value);
		assert_string_equal(shown, cases[i].expected);
		vmx_connection_uri_free(uri);
	}
}

static void a_parameter_is_found_by_name_in_any_case(void **state)
{
	struct vmx_connection_uri *uri = parsed("esx://h?No_Verify=1&authfile");

	(void)state;
	assert_string_equal(vmx_connection_uri_parameter(uri, "no_VERIFY"), "1");
	assert_string_equal(vmx_connection_uri_parameter(uri, "authfile"), "");
	assert_null(vmx_connection_uri_parameter(uri, "authfil"));
	vmx_connection_uri_free(uri);
}

struct refusal {
	const char *text;
	size_t length;
	unsigned int column;
};

static void assert_refused(const struct refusal *cases, size_t count)
{
	struct vmx_error *error = vmx_error_new();

	for (size_t i = 0; i < count; i++) {
		struct vmx_connection_uri *uri = NULL;

		assert_int_equal(vmx_connection_uri_parse(cases[i].text, cases[i].length, NULL, &uri, error),
				 VMX_CODE_INVALID_URI);
		assert_null(uri);
		assert_int_equal(vmx_error_column(error), cases[i].column);
		assert_int_equal(vmx_error_line(error), 0);
		assert_true(strlen(vmx_error_message(error)) > 10);
		assert_null(strstr(vmx_error_message(error), "secret"));
		assert_int_equal(vmx_connection_uri_parse(cases[i].text, cases[i].length, NULL, &uri, NULL),
				 VMX_CODE_INVALID_URI);
	}
	vmx_error_free(error);
}

static void what_is_no_uri_is_refused_with_its_place(void **state)
{
	static const struct refusal cases[] = {
		{ T(""), 1 },
		{ T("esx"), 4 },
		{ T("://host"), 1 },
		{ T("esx:host"), 4 },
		{ T("esx:/host"), 4 },
		{ T("1esx://host"), 1 },
		{ T("+esx://host"), 1 },
		{ T("e_x://host"), 2 },
		{ T("e%78://host"), 2 },
		{ T("esx://"), 7 },
		{ T("esx:///path"), 7 },
		{ T("esx://:443/"), 7 },
		{ T("esx://@host"), 7 },
		{ T("esx://root@"), 12 },
		{ T("esx://ho st/"), 9 },
		{ T("esx://ho%73t/"), 9 },
		{ T("esx://h\xC3\xB6st/"), 8 },
		{ T("esx://host:x"), 12 },
		{ T("esx://host:65536"), 12 },
		{ T("esx://host:44444444444444444444444"), 12 },
		{ T("esx://host:-1"), 12 },
		{ T("esx://host:1 "), 12 },
		{ T("esx://::1/"), 7 },
		{ T("esx://[::1"), 7 },
		{ T("esx://[::1]x"), 12 },
		{ T("esx://[]/"), 8 },
		{ T("esx://[1.2.3.4]/"), 8 },
		{ T("esx://[v1.x]/"), 8 },
		{ T("esx://[::g]/"), 8 },
		{ T("esx://[0000000000000000000000000000000000000000000000000000:1]/"), 8 },
		{ T("esx://[fe80::1%]/"), 16 },
		{ T("esx://[fe80::1%25]/"), 18 },
		{ T("esx://[fe80::1%25e%30]/"), 19 },
		{ T("vpx://h/DC%"), 11 },
		{ T("vpx://h/DC%0"), 11 },
		{ T("vpx://h/DC%zz"), 11 },
		{ T("vpx://h/%00"), 9 },
		{ T("vpx://h/a%41%0ab"), 13 },
		{ T("vpx://h/a%7f"), 10 },
		{ T("vpx://h/\xFF"), 9 },
		{ T("vpx://h/%C3%28"), 9 },
		{ T("vpx://h?a%0=1"), 10 },
		{ T("vpx://h?a=%1f"), 11 },
		{ T("vpx://h#%00"), 9 },
		{ T("vpx://h/a\nb"), 10 },
		{ T("vpx://h/a\0b"), 10 },
		{ T("\0"), 1 },
	};

	(void)state;
	assert_refused(cases, COUNT(cases));
}

static void a_password_is_refused_and_never_repeated(void **state)
{
	static const struct refusal cases[] = {
		{ T("esx://root:secret@host/"), 11 },
		{ T("esx://root:@host/"), 11 },
		{ T("esx://root%3Asecret@host/"), 7 },
		{ T("esx://:secret@host/"), 7 },
		/* what a password with these characters looks like */
		{ T("esx://root:12/secret@host/"), 21 },
		{ T("esx://root:secret/@host/"), 19 },
		{ T("esx://root:1?secret@host/"), 20 },
		{ T("esx://root:1#secret@host/"), 20 },
		{ T("esx:root:secret@host/"), 4 },
		{ T("root:secret@host/"), 5 },
		{ T("esx://secret%zz@host/"), 13 },
		{ T("esx://root@secret:x/"), 19 },
		{ T("esx://root@host/secret%/"), 23 },
		{ T("esx://root@host/?secret%=1"), 24 },
	};

	(void)state;
	assert_refused(cases, COUNT(cases));
}

static void size_and_number_of_parameters_are_bounded(void **state)
{
	static char text[VMX_URI_MAX + 2];
	struct vmx_connection_uri *uri = NULL;
	struct vmx_error *error = vmx_error_new();
	size_t length = 0;

	(void)state;
	memset(text, 'a', VMX_URI_MAX + 1);
	memcpy(text, "esx://h/", 8);
	assert_int_equal(vmx_connection_uri_parse(text, VMX_URI_MAX, NULL, &uri, error), VMX_OK);
	vmx_connection_uri_free(uri);
	assert_int_equal(vmx_connection_uri_parse(text, VMX_URI_MAX + 1, NULL, &uri, error),
			 VMX_CODE_INVALID_URI);
	assert_int_equal(vmx_error_column(error), VMX_URI_MAX + 1);

	length = (size_t)snprintf(text, sizeof(text), "esx://h?");
	for (int i = 0; i < VMX_URI_PARAMETERS_MAX; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "p%d&", i);
	assert_int_equal(vmx_connection_uri_parse(text, length, NULL, &uri, error), VMX_OK);
	assert_int_equal(uri->parameter_count, VMX_URI_PARAMETERS_MAX);
	vmx_connection_uri_free(uri);
	memcpy(text + length, "more", 5);
	assert_int_equal(vmx_connection_uri_parse(text, length + 4, NULL, &uri, error),
			 VMX_CODE_INVALID_URI);
	assert_int_equal(vmx_error_column(error), length + 1);
	vmx_error_free(error);
}

static void memory_is_the_allocators_and_within_bounds(void **state)
{
	static const char text[] = "vpx://user@[fe80::1%25eth0]:1/DC/h?a=1&b=2&c=3&d=4&e=5&a=6#machine";
	static char hostile[VMX_URI_MAX];
	struct vmx_connection_uri *uri = NULL;
	struct counting counting;
	size_t allowed = 0;
	enum vmx_code code;

	(void)state;
	do {
		counting_begin(&counting, ++allowed);
		code = vmx_connection_uri_parse(text, strlen(text), &counting.allocator, &uri, NULL);
		assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
	} while (code != VMX_OK);
	assert_true(allowed > 2);
	vmx_connection_uri_free(uri);
	assert_int_equal(counting.live, 0);

	/* the worst: one parameter again and again */
	counting_begin(&counting, 0);
	memcpy(hostile, "esx://h?", 8);
	for (size_t i = 8; i < sizeof(hostile); i++)
		hostile[i] = i % 2 ? '&' : 'a';
	assert_int_equal(vmx_connection_uri_parse(hostile, sizeof(hostile), &counting.allocator, &uri,
						  NULL), VMX_OK);
	assert_int_equal(uri->parameter_count, 1);
	assert_true(counting.peak < 64 * sizeof(hostile));
	vmx_connection_uri_free(uri);
	assert_int_equal(counting.live, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uris_are_cut_into_their_parts),
		cmocka_unit_test(parameters_are_read_as_libvirt_does),
		cmocka_unit_test(a_parameter_is_found_by_name_in_any_case),
		cmocka_unit_test(what_is_no_uri_is_refused_with_its_place),
		cmocka_unit_test(a_password_is_refused_and_never_repeated),
		cmocka_unit_test(size_and_number_of_parameters_are_bounded),
		cmocka_unit_test(memory_is_the_allocators_and_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
