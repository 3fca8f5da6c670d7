/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the module tells of a server, and of the vCenter that manages it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct vmx_server_about *about_of(struct client *client)
{
	const struct vmx_server_about *about = NULL;

	if (vmx_connection_about(client->connection, &about, client->error) != VMX_OK)
		fail_msg("%s", vmx_error_message(client->error));
	return about;
}

static void a_host_tells_what_it_is(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	struct client *client = client_open(server, "esx", "");
	const struct vmx_server_about *about = about_of(client);

	(void)state;
	assert_string_equal(about->product, "VMware ESXi 6.5.0 build-5969303");
	assert_string_equal(about->version, "6.5.0");
	assert_string_equal(about->api_version, "6.5");
	assert_string_equal(about->kind, "esx");
	assert_string_equal(about->user, VSPHERE_USER);
	assert_null(about->managed_by);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_host_tells_who_manages_it_and_that_it_is_in_maintenance(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--managed-by", "10.1.2.3", "--maintenance", NULL);
	struct client *client = client_open(server, "esx", "");

	(void)state;
	assert_int_equal(client->diagnostics, 0);
	assert_string_equal(about_of(client)->managed_by, "10.1.2.3");
	assert_int_equal(client->diagnostics, 1);
	assert_int_equal(client->last_diagnostic, VMX_CODE_IN_MAINTENANCE);
	assert_string_equal(about_of(client)->managed_by, "10.1.2.3");
	assert_int_equal(client->diagnostics, 1);
	assert_int_equal(vsphere_server_count(server, "RetrievePropertiesEx"), 1);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_vcenter_needs_no_question_more(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);
	struct client *client = client_open(server, "vpx", "");

	(void)state;
	assert_string_equal(about_of(client)->kind, "vpx");
	assert_null(about_of(client)->managed_by);
	assert_int_equal(vsphere_server_count(server, NULL), 2);
	client_close(client);
	vsphere_server_stop(server);
}

static void the_vcenter_that_the_uri_names_has_to_be_the_right_one(void **state)
{
	static const struct { const char *managed_by, *rest; enum vmx_code code; const char *piece; } cases[] = {
		{ "127.0.0.1", "?vcenter=*", VMX_OK, "" },
		{ "127.0.0.1", "?vcenter=127.0.0.1", VMX_OK, "" },
		{ "127.0.0.1", "?vcenter=localhost", VMX_OK, "" },
		{ "::1", "?vcenter=0:0:0:0:0:0:0:1", VMX_OK, "" },
		{ "vc.invalid", "?vcenter=VC.invalid", VMX_OK, "" },
		{ "", "?vcenter=10.0.0.1", VMX_OK, "" },
		{ "", "?vcenter=*", VMX_CODE_WRONG_SERVER, "is not managed by a vCenter" },
		/* what the server sends is an address, and no name to look up */
		{ "localhost", "?vcenter=127.0.0.1", VMX_CODE_WRONG_SERVER, "by the vCenter localhost" },
		{ "127.0.0.2", "?vcenter=127.0.0.1", VMX_CODE_WRONG_SERVER, "by the vCenter 127.0.0.2" },
		{ "::1", "?vcenter=127.0.0.1", VMX_CODE_WRONG_SERVER, "says vcenter=127.0.0.1" },
		{ "vc.invalid", "?vcenter=other.invalid", VMX_CODE_WRONG_SERVER, "vc.invalid" },
	};
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vsphere_server *server = vsphere_server_start("--managed-by", cases[i].managed_by, NULL);
		enum vmx_code code = VMX_OK;
		struct client *client = client_try(server, "esx", cases[i].rest, error, &code);

		if (code != cases[i].code || (code && !strstr(vmx_error_message(error), cases[i].piece)))
			fail_msg("%s %s: %s", cases[i].managed_by, cases[i].rest, vmx_error_message(error));
		assert_int_equal(vsphere_server_count(server, "Logout"), code != VMX_OK);
		if (client)
			client_close(client);
		vsphere_server_stop(server);
	}
	vmx_error_free(error);
}

static void a_path_that_is_wrong_is_no_connection(void **state)
{
	struct vmx_error *error = vmx_error_new();
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);
	enum vmx_code code = VMX_OK;

	(void)state;
	assert_null(client_try(server, "vpx", "/NODC/DC0_H0", error, &code));
	assert_int_equal(code, VMX_CODE_NOT_FOUND);
	assert_non_null(strstr(vmx_error_message(error), "NODC"));
	assert_int_equal(vsphere_server_count(server, "Logout"), 1);
	assert_int_equal(vsphere_server_count(server, NULL), 4);
	vsphere_server_stop(server);
	vmx_error_free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_tells_what_it_is),
		cmocka_unit_test(a_host_tells_who_manages_it_and_that_it_is_in_maintenance),
		cmocka_unit_test(a_vcenter_needs_no_question_more),
		cmocka_unit_test(the_vcenter_that_the_uri_names_has_to_be_the_right_one),
		cmocka_unit_test(a_path_that_is_wrong_is_no_connection),
	};

	if (!vsphere_server_exists())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
