/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_modules FOLDER INSTALLED: finding, loading and refusing modules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vmxkit/connection.h>

#include "support/files.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *modules, *installed;

static enum vmx_code open_from(const char *path, const char *uri, struct vmx_connection **ret,
			       struct vmx_error *error)
{
	struct vmx_connection_options options = VMX_CONNECTION_OPTIONS_INIT;

	options.plugin_path = path;
	*ret = NULL;
	return vmx_connection_open(uri, strlen(uri), &options, ret, error);
}

static void assert_has(const char *text, const char *piece)
{
	if (!strstr(text, piece))
		fail_msg("'%s' does not hold '%s'", text, piece);
}

static void what_is_not_fit_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *uri, *pieces[3];
	} cases[] = {
		{ "later://h", { "later.so", "version 7", "version 1" } },
		{ "noopen://h", { "noopen.so", "'open'", "" } },
		{ "noname://h", { "noname.so", "'name'", "" } },
		{ "noschemes://h", { "noschemes.so", "'schemes'", "" } },
		{ "notable://h", { "notable.so", "no table", "" } },
		{ "tiny://h", { "tiny.so", "no table", "" } },
		{ "misnamed://h", { "misnamed.so", "'broken'", "'misnamed'" } },
		{ "noentry://h", { "noentry.so", "vmx_transport_entry()", "" } },
		{ "garbage://h", { "garbage.so", "", "" } },
	};
	struct vmx_error *error = vmx_error_new();
	struct vmx_connection *connection;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(open_from(modules, cases[i].uri, &connection, error),
				 VMX_CODE_UNFIT_MODULE);
		assert_null(connection);
		for (size_t p = 0; p < COUNT(cases[i].pieces); p++)
			assert_has(vmx_error_message(error), cases[i].pieces[p]);
		assert_int_equal(open_from(modules, cases[i].uri, &connection, NULL),
				 VMX_CODE_UNFIT_MODULE);
	}
	vmx_error_free(error);
}

static void tables_of_other_sizes_are_taken(void **state)
{
	static const char *const uris[] = { "bare://h", "smaller://h", "larger://h", "LARGER://h" };
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		struct vmx_connection *connection;

		assert_int_equal(open_from(modules, uris[i], &connection, error), VMX_OK);
		/* NULL in one, behind the end of the other, and never called */
		assert_int_equal(vmx_connection_unregister(connection, "vm-1", error),
				 VMX_CODE_NOT_SUPPORTED);
		assert_has(vmx_error_message(error), "'broken'");
		assert_has(vmx_error_message(error), "unregister()");
		assert_int_equal(vmx_connection_close(connection, error), VMX_OK);
	}
	vmx_error_free(error);
}

static void each_function_that_may_be_missing_is_not_supported(void **state)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_path_rules *rules = NULL;
	struct vmx_connection *c;

	(void)state;
	assert_int_equal(open_from(modules, "bare://h", &c, error), VMX_OK);
	assert_int_equal(vmx_path_rules_new(NULL, &rules, NULL), VMX_OK);
	assert_int_equal(vmx_connection_add_datastores(c, "vm-1", rules, error), VMX_CODE_NOT_SUPPORTED);
	assert_int_equal(vmx_connection_remove_file(c, "[ds] x", NULL, error), VMX_CODE_NOT_SUPPORTED);
	assert_int_equal(vmx_connection_answer(c, "vm-1", "1", "0", error), VMX_CODE_NOT_SUPPORTED);
	assert_int_equal(vmx_connection_power(c, "vm-1", VMX_ACTION_STOP, NULL, error),
			 VMX_CODE_NOT_SUPPORTED);
	assert_int_equal(vmx_connection_register(c, "[ds] x", NULL, NULL, NULL, NULL, error),
			 VMX_CODE_NOT_SUPPORTED);
	assert_has(vmx_error_message(error), "register_machine()");
	vmx_path_rules_free(rules);
	assert_int_equal(vmx_connection_close(c, NULL), VMX_OK);
	vmx_error_free(error);
}

static void a_module_that_fails_without_a_word_gets_one(void **state)
{
	struct vmx_error *error = vmx_error_new();
	const struct vmx_server_about *about = NULL;
	struct vmx_connection *c;

	(void)state;
	assert_int_equal(open_from(modules, "silent://h", &c, error), VMX_OK);
	assert_int_equal(vmx_connection_about(c, &about, error), VMX_CODE_SERVER_FAULT);
	assert_int_equal(vmx_error_code(error), VMX_CODE_SERVER_FAULT);
	assert_has(vmx_error_message(error), "about()");
	assert_int_equal(vmx_connection_about(c, &about, NULL), VMX_CODE_SERVER_FAULT);
	vmx_connection_close(c, NULL);
	vmx_error_free(error);
}

static void a_download_that_the_module_forgets_is_an_error(void **state)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct vmx_error *error = vmx_error_new();
	struct vmx_connection *c;

	(void)state;
	assert_int_equal(open_from(modules, "bare://h", &c, error), VMX_OK);
	assert_int_equal(vmx_connection_fetch(c, "[ds] x", NULL, 0, &bytes, error),
			 VMX_CODE_NOT_SUPPORTED);
	assert_has(vmx_error_message(error), "did not fetch");
	vmx_connection_close(c, NULL);
	vmx_bytes_release(&bytes);
	vmx_error_free(error);
}

static void the_first_directory_that_has_the_file_counts(void **state)
{
	char *folder = make_temporary_folder();
	char *file = text_of_format("%s/bare.so", folder);
	char *first = text_of_format(":/no/such/directory::%s:%s", folder, modules);
	char *second = text_of_format("%s:%s", modules, folder);
	struct vmx_error *error = vmx_error_new();
	struct vmx_connection *c;

	(void)state;
	write_file(file, "no module", 9);
	assert_int_equal(open_from(first, "bare://h", &c, error), VMX_CODE_UNFIT_MODULE);
	assert_has(vmx_error_message(error), file);
	assert_int_equal(open_from(first, "larger://h", &c, error), VMX_OK);
	vmx_connection_close(c, NULL);
	assert_int_equal(open_from(second, "bare://h", &c, error), VMX_OK);
	vmx_connection_close(c, NULL);
	vmx_error_free(error);
	remove_folder(folder);
	free(second);
	free(first);
	free(file);
	free(folder);
}

static void an_unknown_scheme_says_where_was_looked_and_what_to_do(void **state)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_connection *c;

	(void)state;
	assert_int_equal(open_from("/a:/b", "xen://h", &c, error), VMX_CODE_UNKNOWN_SCHEME);
	assert_has(vmx_error_message(error), "xen.so");
	assert_has(vmx_error_message(error), "/a:/b");
	assert_null(strstr(vmx_error_message(error), installed));

	assert_int_equal(setenv("VMX_PLUGIN_PATH", "/in/the/environment", 1), 0);
	assert_int_equal(open_from(NULL, "xen://h", &c, error), VMX_CODE_UNKNOWN_SCHEME);
	assert_has(vmx_error_message(error), "/in/the/environment:");
	assert_has(vmx_error_message(error), installed);
	assert_has(vmx_error_message(error), "VMX_PLUGIN_PATH");

	assert_int_equal(unsetenv("VMX_PLUGIN_PATH"), 0);
	assert_int_equal(open_from(NULL, "xen://h", &c, error), VMX_CODE_UNKNOWN_SCHEME);
	assert_has(vmx_error_message(error), installed);
	assert_int_equal(open_from("", "bare://h", &c, error), VMX_CODE_UNKNOWN_SCHEME);
	vmx_error_free(error);
}

static void the_environment_names_directories(void **state)
{
	struct vmx_connection *c = NULL;

	(void)state;
	assert_int_equal(setenv("VMX_PLUGIN_PATH", modules, 1), 0);
	assert_int_equal(vmx_connection_open("bare://h", 8, NULL, &c, NULL), VMX_OK);
	assert_int_equal(vmx_connection_close(c, NULL), VMX_OK);
	assert_int_equal(unsetenv("VMX_PLUGIN_PATH"), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_fit_is_refused_with_the_reason),
		cmocka_unit_test(tables_of_other_sizes_are_taken),
		cmocka_unit_test(each_function_that_may_be_missing_is_not_supported),
		cmocka_unit_test(a_module_that_fails_without_a_word_gets_one),
		cmocka_unit_test(a_download_that_the_module_forgets_is_an_error),
		cmocka_unit_test(the_first_directory_that_has_the_file_counts),
		cmocka_unit_test(an_unknown_scheme_says_where_was_looked_and_what_to_do),
		cmocka_unit_test(the_environment_names_directories),
	};

	if (argc != 3)
		give_up("Usage: test_modules FOLDER INSTALLED");
	modules = argv[1];
	installed = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
