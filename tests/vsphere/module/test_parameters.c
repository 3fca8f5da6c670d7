/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parameters.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DIGITS "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

/* What was reported: how often, and the last. */
struct heard {
	unsigned int count;
	enum vmx_code code;
	char message[512];
};

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	struct heard *heard = user;

	heard->count++;
	heard->code = diagnostic->code;
	snprintf(heard->message, sizeof(heard->message), "%s", diagnostic->message);
}

/* Everything that a reading gives. */
struct reading {
	struct vmx_connection_uri *uri;
	struct vsphere_parameters parameters;
	struct vmx_error *error;
	enum vmx_code code;
	struct heard heard;
};

static struct reading reading_of(const char *text)
{
	struct reading r = { .error = vmx_error_new() };
	struct vsphere_reporter reporter = { hear, &r.heard };

	assert_int_equal(vmx_connection_uri_parse(text, strlen(text), NULL, &r.uri, r.error), VMX_OK);
	r.code = vsphere_parameters_read(r.uri, &reporter, &r.parameters, r.error);
	return r;
}

static void release(struct reading *r)
{
	vmx_connection_uri_free(r->uri);
	vmx_error_free(r->error);
}

static void ports_follow_scheme_and_transport(void **state)
{
	static const struct {
		const char *text;
		unsigned int port;
		bool https;
	} cases[] = {
		{ "esx://h", 443, true }, { "esx://h:0", 443, true },
		{ "esx://h?transport=http", 80, false }, { "esx://h?transport=https", 443, true },
		{ "vpx://h", 443, true }, { "vpx://h/?transport=http", 80, false },
		{ "gsx://h", 8333, true }, { "gsx://h?transport=http", 8222, false },
		{ "gsx://h:1?transport=http", 1, false }, { "ESX://h:8443", 8443, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading r = reading_of(cases[i].text);

		assert_int_equal(r.code, VMX_OK);
		assert_int_equal(r.parameters.port, cases[i].port);
		assert_int_equal(r.parameters.https, cases[i].https);
		assert_int_equal(r.heard.count, 0);
		release(&r);
	}
}

static void good_values_are_taken(void **state)
{
	struct reading r = reading_of("esx://h/?NO_VERIFY=1&auto_answer=01&legacy_uuid=%2B1&"
				      "timeout=86400&cacert=/a%20b&authfile=f&vcenter=*&fingerprint="
				      DIGITS);
	const struct vsphere_parameters *p = &r.parameters;

	(void)state;
	assert_int_equal(r.code, VMX_OK);
	assert_true(p->no_verify && p->auto_answer && p->legacy_uuid && p->has_fingerprint);
	assert_int_equal(p->timeout, 86400);
	assert_string_equal(p->cacert, "/a b");
	assert_string_equal(p->authfile, "f");
	assert_string_equal(p->vcenter, "*");
	assert_int_equal(p->fingerprint[0], 0x00);
	assert_int_equal(p->fingerprint[1], 0x11);
	assert_int_equal(p->fingerprint[31], 0xff);
	assert_int_equal(p->proxy.type, VSPHERE_PROXY_NONE);
	assert_int_equal(r.heard.count, 0);
	release(&r);
}

static void nothing_is_asked_for_by_default(void **state)
{
	struct reading r = reading_of("vpx://h/DC");
	const struct vsphere_parameters *p = &r.parameters;

	(void)state;
	assert_int_equal(r.code, VMX_OK);
	assert_int_equal(p->kind, VSPHERE_VPX);
	assert_false(p->no_verify || p->auto_answer || p->legacy_uuid || p->has_fingerprint);
	assert_int_equal(p->timeout, 0);
	assert_null(p->cacert);
	assert_null(p->authfile);
	assert_null(p->vcenter);
	release(&r);
}

static void fingerprints_may_have_colons(void **state)
{
	char text[256] = "esx://h?fingerprint=";

	(void)state;
	for (int i = 0; i < 32; i++)
		snprintf(text + strlen(text), 5, "%s%02X", i ? ":" : "", i);
	struct reading r = reading_of(text);

	assert_int_equal(r.code, VMX_OK);
	for (int i = 0; i < 32; i++)
		assert_int_equal(r.parameters.fingerprint[i], i);
	release(&r);
}

static void proxies_are_cut_into_their_parts(void **state)
{
	static const struct {
		const char *value;
		enum vsphere_proxy_type type;
		const char *host;
		unsigned int port;
	} cases[] = {
		{ "p", VSPHERE_PROXY_HTTP, "p", 1080 },
		{ "http://p:1", VSPHERE_PROXY_HTTP, "p", 1 },
		{ "socks://p:65535", VSPHERE_PROXY_SOCKS5, "p", 65535 },
		{ "socks5://10.0.0.1", VSPHERE_PROXY_SOCKS5, "10.0.0.1", 1080 },
		{ "socks4://p", VSPHERE_PROXY_SOCKS4, "p", 1080 },
		{ "socks4a://p:3128", VSPHERE_PROXY_SOCKS4A, "p", 3128 },
		{ "[::1]", VSPHERE_PROXY_HTTP, "[::1]", 1080 },
		{ "socks5://[fe80::1]:99", VSPHERE_PROXY_SOCKS5, "[fe80::1]", 99 },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "esx://h?proxy=%s", cases[i].value);
		struct reading r = reading_of(text);

		assert_int_equal(r.code, VMX_OK);
		assert_int_equal(r.parameters.proxy.type, cases[i].type);
		assert_string_equal(r.parameters.proxy.host, cases[i].host);
		assert_int_equal(r.parameters.proxy.port, cases[i].port);
		release(&r);
	}
}

static void escape_blanks(char *text)
{
	for (char *p = strchr(text, ' '); p; p = strchr(p, ' ')) {
		memmove(p + 3, p + 1, strlen(p));
		memcpy(p, "%20", 3);
	}
}

/* libvirt's client crashes on each of the first group (until 11.3 at least). */
static void bad_values_are_refused_by_name(void **state)
{
	static const struct { const char *parameter, *value; } cases[] = {
		{ "transport", "ftp" }, { "no_verify", "2" }, { "auto_answer", "yes" },
		{ "proxy", "gopher://p" }, { "proxy", "p:0" },

		{ "transport", "" }, { "transport", "HTTP" }, { "transport", "https " },
		{ "no_verify", "" }, { "no_verify", "-1" }, { "no_verify", " 1" },
		{ "no_verify", "1x" }, { "no_verify", "99999999999999999999" },
		{ "auto_answer", "" }, { "auto_answer", "10" }, { "legacy_uuid", "2" },
		{ "legacy_uuid", "" },
		{ "proxy", "" }, { "proxy", ":1" }, { "proxy", "http://" }, { "proxy", "p:" },
		{ "proxy", "p:65536" }, { "proxy", "p:+1" }, { "proxy", "p:1x" },
		{ "proxy", "http://p/path" }, { "proxy", "a b" }, { "proxy", "[::1" },
		{ "proxy", "[]" }, { "proxy", "[::1]x" }, { "proxy", "::1" }, { "proxy", "p]" },
		{ "proxy", "HTTP://p" },
		{ "cacert", "" }, { "authfile", "" }, { "vcenter", "" },
		{ "timeout", "" }, { "timeout", "0" }, { "timeout", "86401" }, { "timeout", "1.5" },
		{ "fingerprint", "" }, { "fingerprint", "00" }, { "fingerprint", ":" DIGITS },
		{ "fingerprint", DIGITS "0" }, { "fingerprint", DIGITS "00" },
		{ "fingerprint", DIGITS ":" }, { "fingerprint", "g0" },
	};
	static const char *const schemes[] = { "esx", "vpx", "gsx" };
	char text[256], quoted[160];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "%s://h/?%s=%s", schemes[i % 3], cases[i].parameter,
			 cases[i].value);
		escape_blanks(text);
		struct reading r = reading_of(text);

		snprintf(quoted, sizeof(quoted), "'%s' is '%s'; it has to be ", cases[i].parameter,
			 cases[i].value);
		if (r.code != VMX_CODE_INVALID_URI_PARAMETER ||
		    !strstr(vmx_error_message(r.error), quoted))
			fail_msg("%s: %s", text, vmx_error_message(r.error));
		release(&r);
	}
}

static void a_host_that_fills_the_room_is_refused(void **state)
{
	char text[1024] = "esx://h?proxy=";

	(void)state;
	memset(text + strlen(text), 'a', VSPHERE_PROXY_HOST_MAX - 1);
	struct reading r = reading_of(text);

	assert_int_equal(r.code, VMX_OK);
	assert_int_equal(strlen(r.parameters.proxy.host), VSPHERE_PROXY_HOST_MAX - 1);
	release(&r);
	text[strlen(text)] = 'a';
	r = reading_of(text);
	assert_int_equal(r.code, VMX_CODE_INVALID_URI_PARAMETER);
	release(&r);
}

static void a_password_for_a_proxy_is_not_repeated(void **state)
{
	struct reading r = reading_of("esx://h?proxy=http://me:secret@p:1");

	(void)state;
	assert_int_equal(r.code, VMX_CODE_INVALID_URI_PARAMETER);
	assert_null(strstr(vmx_error_message(r.error), "secret"));
	assert_non_null(strstr(vmx_error_message(r.error), "'...@p:1'"));
	release(&r);
}

static void checks_that_http_can_not_make_are_refused(void **state)
{
	static const char *const texts[] = {
		"esx://h?transport=http&fingerprint=" DIGITS, "esx://h?cacert=f&transport=http",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct reading r = reading_of(texts[i]);

		assert_int_equal(r.code, VMX_CODE_INVALID_URI_PARAMETER);
		release(&r);
	}
}

static void what_means_nothing_is_told(void **state)
{
	static const struct { const char *text, *piece; unsigned int count; } cases[] = {
		{ "esx://h?unknown=1", "'unknown'", 1 }, { "esx://h?a=secret&b=2", "'b'", 2 },
		{ "esx://h/path", "'/path'", 1 }, { "gsx://h/x/y", "'/x/y'", 1 },
		{ "vpx://h/DC?vcenter=*", "'vcenter'", 1 },
		{ "esx://h/", "", 0 }, { "esx://h", "", 0 }, { "vpx://h/a/b", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading r = reading_of(cases[i].text);

		assert_int_equal(r.code, VMX_OK);
		assert_int_equal(r.heard.count, cases[i].count);
		assert_non_null(strstr(r.heard.message, cases[i].piece));
		assert_null(strstr(r.heard.message, "secret"));
		if (cases[i].count)
			assert_int_equal(r.heard.code, VMX_CODE_UNKNOWN_URI_PARAMETER);
		release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_follow_scheme_and_transport),
		cmocka_unit_test(good_values_are_taken),
		cmocka_unit_test(nothing_is_asked_for_by_default),
		cmocka_unit_test(fingerprints_may_have_colons),
		cmocka_unit_test(proxies_are_cut_into_their_parts),
		cmocka_unit_test(bad_values_are_refused_by_name),
		cmocka_unit_test(a_host_that_fills_the_room_is_refused),
		cmocka_unit_test(a_password_for_a_proxy_is_not_repeated),
		cmocka_unit_test(checks_that_http_can_not_make_are_refused),
		cmocka_unit_test(what_means_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
