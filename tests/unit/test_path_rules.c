/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counting_allocator.h"

#include <vmxkit/datastore.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define T(literal) literal, sizeof(literal) - 1

static void add(struct vmx_path_rules *rules, const char *name, const char *mount)
{
	assert_int_equal(vmx_path_rules_add_datastore(rules, name, strlen(name), mount,
						      mount ? strlen(mount) : 0, NULL), VMX_OK);
}

static struct vmx_path_rules *rules_for(const char *directory, enum vmx_level level)
{
	struct vmx_path_rules *rules = NULL;

	assert_int_equal(vmx_path_rules_new(NULL, &rules, NULL), VMX_OK);
	vmx_path_rules_set_level(rules, level);
	if (directory)
		assert_int_equal(vmx_path_rules_set_directory(rules, directory, strlen(directory), NULL),
				 VMX_OK);
	return rules;
}

struct resolving {
	const char *name;
	enum vmx_file_name_answer answer;
	const char *result;
};

static void assert_resolves(struct vmx_path_rules *rules, bool missing_allowed,
			    const struct resolving *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct vmx_bytes ret = VMX_BYTES_INIT;

		assert_int_equal(vmx_path_rules_resolve(rules, cases[i].name, strlen(cases[i].name),
							missing_allowed, &ret), cases[i].answer);
		if (cases[i].result)
			assert_string_equal(ret.data, cases[i].result);
		if (cases[i].answer == VMX_FILE_NAME_INVALID)
			assert_true(ret.length > 0);
		if (cases[i].answer == VMX_FILE_NAME_MISSING)
			assert_int_equal(ret.length, 0);
		vmx_bytes_release(&ret);
	}
}

#define OK VMX_FILE_NAME_OK
#define MISSING VMX_FILE_NAME_MISSING
#define INVALID VMX_FILE_NAME_INVALID
#define OTHERWISE VMX_FILE_NAME_OTHERWISE

static void without_a_directory_every_name_stays(void **state)
{
	static const struct resolving cases[] = {
		{ "disk.vmdk", OK, "disk.vmdk" },
		{ "", OK, "" },
		{ "/vmfs/volumes/ds/x", OK, "/vmfs/volumes/ds/x" },
		{ "a\\b", OK, "a\\b" },
		{ "/mnt/x", OK, "/mnt/x" },
	};

	(void)state;
	for (int level = VMX_LEVEL_DEFAULT; level <= VMX_LEVEL_FULL; level++) {
		struct vmx_path_rules *rules = rules_for(NULL, (enum vmx_level)level);

		add(rules, "ds", "/mnt");
		assert_resolves(rules, false, cases, COUNT(cases));
		vmx_path_rules_free(rules);
	}
}

static void names_are_resolved_as_libvirt_does(void **state)
{
	static const struct resolving cases[] = {
		{ "disk.vmdk", OK, "[?] ?/disk.vmdk" },
		{ "sub/x.vmdk", OK, "[?] ?/sub/x.vmdk" },
		{ "../other/x.vmdk", OK, "[?] ?/../other/x.vmdk" },
		{ "[ds] x", OK, "[?] ?/[ds] x" },
		{ "", OK, "[?] ?/" },
		{ "/vmfs/volumes/ds/dir/x", OK, "[ds] dir/x" },
		{ "/vmfs/volumes///ds//x", OK, "[ds] /x" },
		{ "/vmfs/volumes/ds/a\\b", OK, "[ds] a\\b" },
		{ "/vmfs/volumes/", INVALID, NULL },
		{ "/vmfs/volumes/ds", INVALID, NULL },
		{ "/vmfs/volumes/ds/", INVALID, NULL },
		{ "/vmfs/volumes//", INVALID, NULL },
		{ "/vmfs/devices/cdrom/x", OK, "/vmfs/devices/cdrom/x" },
		{ "/usr/lib/vmware/isoimages/linux.iso", OK, "/usr/lib/vmware/isoimages/linux.iso" },
		{ "/a\\b", OK, "/a\\b" },
		{ ".\\x.vmdk", INVALID, NULL },
		{ "C:\\x.vmdk", INVALID, NULL },
		{ "\\\\server\\x.vmdk", INVALID, NULL },
	};
	struct vmx_path_rules *rules = rules_for("[?] ?", VMX_LEVEL_LIBVIRT);

	(void)state;
	assert_resolves(rules, false, cases, COUNT(cases));
	vmx_path_rules_free(rules);
}

static void what_brackets_can_not_say_is_refused(void **state)
{
	static const struct resolving ours[] = {
		{ "/vmfs/volumes/[/]", INVALID, NULL },		/* [[] ] has the name "[] " */
		{ "/vmfs/volumes/a] b/x", INVALID, NULL },
		{ "/vmfs/volumes/ds/ x", INVALID, NULL },	/* blanks are skipped */
		{ "/vmfs/volumes/a [b]/x", OK, "[a [b]] x" },
		{ "/mnt/ x", INVALID, NULL },
	}, theirs[] = {
		{ "/vmfs/volumes/[/]", OK, "[[] ]" },
		{ "/vmfs/volumes/ds/ x", OK, "[ds]  x" },
	};
	struct vmx_path_rules *rules = rules_for("[ds] a", VMX_LEVEL_DEFAULT);

	(void)state;
	assert_resolves(rules, false, ours, COUNT(ours) - 1);
	add(rules, "mounted", "/mnt");
	assert_resolves(rules, false, ours + COUNT(ours) - 1, 1);
	vmx_path_rules_free(rules);
	rules = rules_for("[ds] a", VMX_LEVEL_LIBVIRT);
	assert_resolves(rules, false, theirs, COUNT(theirs));
	vmx_path_rules_free(rules);
}

static void known_datastores_are_found_by_mount_and_by_name(void **state)
{
	static const struct resolving cases[] = {
		{ "disk.vmdk", OK, "[ds1] vm1/disk.vmdk" },
		{ "/mnt/ds1/x", OK, "[ds1] x" },
		{ "/mnt/ds1//\\/dir\\x", OK, "[ds1] dir/x" },
		/* a prefix of the text, not of the parts; the first one wins */
		{ "/mnt/ds10/x", OK, "[ds1] 0/x" },
		{ "/mnt/ds1", OK, "[ds1] " },
		{ "/MNT/ds1/x", OK, "/MNT/ds1/x" },
		{ "D:\\vms\\a\\b.vmdk", OK, "[win] a/b.vmdk" },
		{ "/vmfs/volumes/5a-6b/x", OK, "[uuid] x" },
		{ "/vmfs/volumes/bare/x", OK, "[bare] x" },
		{ "/vmfs/volumes/uuid/x", OK, "[uuid] x" },
		{ "/vmfs/volumes/BARE/x", INVALID, NULL },
		{ "/vmfs/volumes/other/x", INVALID, NULL },
	};
	static const struct resolving optional[] = {
		{ "/vmfs/volumes/other/x", MISSING, NULL },
		{ "/vmfs/volumes/bare/x", OK, "[bare] x" },
		{ "/vmfs/volumes/other/", INVALID, NULL },
		{ "x.iso", OK, "[ds1] vm1/x.iso" },
		{ "d:\\vms\\a", INVALID, NULL },
	};
	struct vmx_path_rules *rules = rules_for("[ds1] vm1", VMX_LEVEL_LIBVIRT);

	(void)state;
	add(rules, "ds1", "/mnt/ds1");
	add(rules, "ds10", "/mnt/ds10");
	add(rules, "win", "D:\\vms");
	add(rules, "uuid", "/vmfs/volumes/5a-6b");
	add(rules, "bare", NULL);
	assert_resolves(rules, false, cases, COUNT(cases));
	assert_resolves(rules, true, optional, COUNT(optional));
	vmx_path_rules_free(rules);
}

static void a_mount_ends_where_a_part_of_the_name_ends_and_the_longest_wins(void **state)
{
	static const struct resolving cases[] = {
		{ "/vmfs/volumes/a/x", OK, "[a] x" },
		{ "/vmfs/volumes/a", OK, "[a] " },
		{ "/vmfs/volumes/ab/x", OTHERWISE, "[ab] x" },
		{ "/vmfs/volumes/a/deep/x", OTHERWISE, "[deep] x" },
		{ "/vmfs/volumes/a/deeper/x", OK, "[a] deeper/x" },
		/* libvirt sees datastore a here */
		{ "/vmfs/volumes/ac/x", INVALID, NULL },
		{ "/slash/x", OK, "[slash] x" },
		{ "D:\\vms\\x", OK, "[win] x" },
		{ "D:\\vms2\\x", OTHERWISE, "D:\\vms2\\x" },
	};
	struct vmx_path_rules *rules = rules_for("[a] vm", VMX_LEVEL_DEFAULT);

	(void)state;
	add(rules, "a", "/vmfs/volumes/a");
	add(rules, "ab", "/vmfs/volumes/ab");
	add(rules, "deep", "/vmfs/volumes/a/deep");
	add(rules, "slash", "/slash/");
	add(rules, "win", "D:\\vms");
	assert_resolves(rules, false, cases, COUNT(cases));
	vmx_path_rules_free(rules);
}

static void names_of_windows_are_understood_where_libvirt_refuses_them(void **state)
{
	static const struct resolving cases[] = {
		{ ".\\x.vmdk", OTHERWISE, "[ds]/x.vmdk" },
		{ ".\\.\\sub\\x.vmdk", OTHERWISE, "[ds]/sub/x.vmdk" },
		{ "./.\\x.vmdk", OTHERWISE, "[ds]/x.vmdk" },
		{ "sub\\x.vmdk", OTHERWISE, "[ds]/sub/x.vmdk" },
		{ "..\\x.vmdk", OTHERWISE, "[ds]/../x.vmdk" },
		{ ".\\\\x.vmdk", OTHERWISE, "[ds]/x.vmdk" },
		{ ".x\\y", OTHERWISE, "[ds]/.x/y" },
		{ "C:\\a\\x.vmdk", OTHERWISE, "C:\\a\\x.vmdk" },
		{ "c:a\\x.vmdk", OTHERWISE, "c:a\\x.vmdk" },
		{ "\\\\server\\share\\x.vmdk", OTHERWISE, "\\\\server\\share\\x.vmdk" },
		{ "\\x", OTHERWISE, "\\x" },
		/* only rule 5 looks at it: this one has no backslash */
		{ "./x.vmdk", OK, "[ds]/./x.vmdk" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct vmx_path_rules *rules = rules_for("[ds]", i ? VMX_LEVEL_FULL : VMX_LEVEL_DEFAULT);

		assert_resolves(rules, false, cases, COUNT(cases));
		vmx_path_rules_free(rules);
	}
}

static void a_name_with_a_nul_is_invalid(void **state)
{
	struct vmx_path_rules *rules = rules_for(NULL, VMX_LEVEL_DEFAULT);
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	assert_int_equal(vmx_path_rules_resolve(rules, T("a\0b"), true, &ret), INVALID);
	assert_true(ret.length > 0);
	vmx_bytes_release(&ret);
	vmx_path_rules_free(rules);
}

struct back {
	const char *path;
	enum vmx_code code;
	const char *result;
	unsigned int column;
};

static void assert_goes_back(const struct vmx_path_rules *rules, const struct back *cases, size_t count)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_bytes ret = VMX_BYTES_INIT;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(vmx_path_rules_to_vmx(rules, cases[i].path, strlen(cases[i].path), &ret, error),
				 cases[i].code);
		if (cases[i].code == VMX_OK) {
			assert_string_equal(ret.data, cases[i].result);
			continue;
		}
		assert_int_equal(ret.length, 0);
		assert_int_equal(vmx_error_code(error), cases[i].code);
		assert_int_equal(vmx_error_column(error), cases[i].column);
	}
	vmx_bytes_release(&ret);
	vmx_error_free(error);
}

static void paths_go_back_below_vmfs_volumes(void **state)
{
	static const struct back cases[] = {
		{ "[datastore] directory/x.vmdk", VMX_OK, "/vmfs/volumes/datastore/directory/x.vmdk", 0 },
		{ "[ds]x", VMX_OK, "/vmfs/volumes/ds/x", 0 },
		{ "[ds]   x", VMX_OK, "/vmfs/volumes/ds/x", 0 },
		{ "[ds]", VMX_OK, "/vmfs/volumes/ds/", 0 },
		{ "/dev/x", VMX_OK, "/dev/x", 0 },
		{ "[a [b]] x", VMX_OK, "/vmfs/volumes/a [b/] x", 0 },
		{ "[] x", VMX_CODE_INVALID_DATASTORE_PATH, NULL, 2 },
		{ "[ds x", VMX_OK, "/vmfs/volumes/ds x/", 0 },
		{ "x", VMX_CODE_INVALID_FILE_NAME, NULL, 1 },
		{ "", VMX_CODE_INVALID_FILE_NAME, NULL, 1 },
		{ "C:\\x", VMX_CODE_INVALID_FILE_NAME, NULL, 1 },
	};
	static const struct back tolerant[] = {
		{ "[a [b]] x", VMX_OK, "/vmfs/volumes/a [b]/x", 0 },
		{ "[ds x", VMX_CODE_INVALID_DATASTORE_PATH, NULL, 1 },
		{ "[..] x", VMX_CODE_INVALID_DATASTORE_PATH, NULL, 2 },
		{ "[a/b] x", VMX_CODE_INVALID_DATASTORE_PATH, NULL, 2 },
		{ "C:\\x", VMX_OK, "C:\\x", 0 },
		{ "\\\\server\\x", VMX_OK, "\\\\server\\x", 0 },
		{ "x", VMX_CODE_INVALID_FILE_NAME, NULL, 1 },
	};
	struct vmx_path_rules *rules = rules_for("[?] ?", VMX_LEVEL_LIBVIRT);

	(void)state;
	assert_goes_back(rules, cases, COUNT(cases));
	vmx_path_rules_set_level(rules, VMX_LEVEL_DEFAULT);
	assert_goes_back(rules, tolerant, COUNT(tolerant));
	vmx_path_rules_free(rules);
}

static void paths_go_back_to_where_their_datastore_is_mounted(void **state)
{
	static const struct back cases[] = {
		{ "[unix] dir/x", VMX_OK, "/mnt/unix/dir/x", 0 },
		{ "[win] dir/x", VMX_OK, "D:\\vms\\dir\\x", 0 },
		{ "[win]", VMX_OK, "D:\\vms\\", 0 },
		{ "[bare] x", VMX_OK, "/vmfs/volumes/bare/x", 0 },
		{ "[root] x", VMX_OK, "/x", 0 },
		{ "[other] x", VMX_CODE_UNKNOWN_DATASTORE, NULL, 2 },
	};
	/* the name would be read back as another one */
	static const struct back ours[] = {
		{ "[win] dir\\x", VMX_CODE_INVALID_DATASTORE_PATH, NULL, 2 },
		{ "[unix] dir\\x", VMX_CODE_INVALID_DATASTORE_PATH, NULL, 2 },
		{ "[bare] dir\\x", VMX_OK, "/vmfs/volumes/bare/dir\\x", 0 },
	};
	struct vmx_path_rules *rules = rules_for("[unix]", VMX_LEVEL_LIBVIRT);

	(void)state;
	add(rules, "unix", "/mnt/unix//");
	add(rules, "win", "D:\\vms\\");
	add(rules, "bare", NULL);
	add(rules, "root", "/");
	assert_goes_back(rules, cases, COUNT(cases));
	vmx_path_rules_set_level(rules, VMX_LEVEL_DEFAULT);
	assert_goes_back(rules, ours, COUNT(ours));
	vmx_path_rules_free(rules);
}

static void without_a_directory_every_path_stays(void **state)
{
	static const struct back cases[] = {
		{ "x", VMX_OK, "x", 0 }, { "[ds] x", VMX_OK, "[ds] x", 0 }, { "", VMX_OK, "", 0 },
	};
	struct vmx_path_rules *rules = rules_for(NULL, VMX_LEVEL_LIBVIRT);

	(void)state;
	assert_goes_back(rules, cases, COUNT(cases));
	vmx_path_rules_free(rules);
}

static void a_nul_is_refused_wherever_it_stands(void **state)
{
	struct vmx_path_rules *rules = rules_for(NULL, VMX_LEVEL_DEFAULT);
	struct vmx_error *error = vmx_error_new();
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	assert_int_equal(vmx_path_rules_set_directory(rules, T("[d\0] x"), error), VMX_CODE_EMBEDDED_NUL);
	assert_int_equal(vmx_error_column(error), 3);
	assert_int_equal(vmx_path_rules_add_datastore(rules, T("a\0"), T("b"), error), VMX_CODE_EMBEDDED_NUL);
	assert_int_equal(vmx_error_column(error), 2);
	assert_int_equal(vmx_path_rules_add_datastore(rules, T("a"), T("\0b"), error), VMX_CODE_EMBEDDED_NUL);
	assert_int_equal(vmx_error_column(error), 1);
	assert_int_equal(vmx_path_rules_to_vmx(rules, T("[ds] a\0"), &ret, error), VMX_CODE_EMBEDDED_NUL);
	assert_int_equal(vmx_error_column(error), 7);
	vmx_bytes_release(&ret);
	vmx_error_free(error);
	vmx_path_rules_free(rules);
}

static void a_directory_or_datastore_that_makes_no_sense_changes_nothing(void **state)
{
	static const struct {
		const char *directory;
		unsigned int column;
	} bad[] = { { "", 1 }, { "dir", 1 }, { "[ds", 1 }, { "[] dir", 2 }, { "/vmfs/volumes/ds", 1 } };
	static const struct resolving before[] = {
		{ "x", OK, "[ds] dir/x" }, { "/vmfs/volumes/any/x", OK, "[any] x" },
	};
	struct vmx_path_rules *rules = rules_for("[ds] dir", VMX_LEVEL_DEFAULT);
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(vmx_path_rules_set_directory(rules, bad[i].directory, strlen(bad[i].directory), error),
				 VMX_CODE_INVALID_DATASTORE_PATH);
		assert_int_equal(vmx_error_column(error), bad[i].column);
	}
	assert_int_equal(vmx_path_rules_add_datastore(rules, "", 0, NULL, 0, error), VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_path_rules_add_datastore(rules, "a", 1, "", 0, error), VMX_CODE_INVALID_ARGUMENT);
	assert_resolves(rules, false, before, COUNT(before));
	vmx_path_rules_free(rules);
	vmx_path_rules_free(NULL);
	vmx_error_free(error);
}

static void rules_keep_copies_of_what_they_are_given(void **state)
{
	char directory[] = "[ds] dir", name[] = "one", mount[] = "/mnt";
	static const struct resolving cases[] = {
		{ "x", OK, "[ds] dir/x" }, { "/mnt/y", OK, "[one] y" },
	};
	struct vmx_path_rules *rules = rules_for(directory, VMX_LEVEL_DEFAULT);

	(void)state;
	add(rules, name, mount);
	memset(directory, '#', sizeof(directory));
	memset(name, '#', sizeof(name));
	memset(mount, '#', sizeof(mount));
	assert_resolves(rules, false, cases, COUNT(cases));
	vmx_path_rules_free(rules);
}

/* Whether all of it worked; what fails has to say that it was the memory. */
static bool fill_and_use(const struct vmx_allocator *allocator)
{
	struct vmx_bytes ret = { NULL, 0, 0, allocator };
	struct vmx_path_rules *rules = NULL;
	enum vmx_code code = vmx_path_rules_new(allocator, &rules, NULL);
	enum vmx_file_name_answer answer = VMX_FILE_NAME_NO_MEMORY;

	if (code == VMX_OK)
		code = vmx_path_rules_set_directory(rules, T("[ds] dir"), NULL);
	for (int i = 0; code == VMX_OK && i < 40; i++)
		code = vmx_path_rules_add_datastore(rules, T("a"), T("/mnt"), NULL);
	if (code == VMX_OK)
		answer = vmx_path_rules_resolve(rules, T("/mnt/x"), false, &ret);
	vmx_bytes_release(&ret);
	if (answer == VMX_FILE_NAME_OK)
		code = vmx_path_rules_to_vmx(rules, T("[a] x"), &ret, NULL);
	vmx_bytes_release(&ret);
	vmx_path_rules_free(rules);
	assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
	assert_true(answer == VMX_FILE_NAME_OK || answer == VMX_FILE_NAME_NO_MEMORY);
	return code == VMX_OK && answer == VMX_FILE_NAME_OK;
}

static void no_memory_is_an_error_and_leaks_nothing(void **state)
{
	struct counting counting;
	size_t allowed = 0;
	bool worked;

	(void)state;
	do {
		counting_begin(&counting, ++allowed);
		worked = fill_and_use(&counting.allocator);
		assert_int_equal(counting.live, 0);
	} while (!worked);
	assert_true(allowed > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_directory_every_name_stays),
		cmocka_unit_test(names_are_resolved_as_libvirt_does),
		cmocka_unit_test(what_brackets_can_not_say_is_refused),
		cmocka_unit_test(known_datastores_are_found_by_mount_and_by_name),
		cmocka_unit_test(a_mount_ends_where_a_part_of_the_name_ends_and_the_longest_wins),
		cmocka_unit_test(names_of_windows_are_understood_where_libvirt_refuses_them),
		cmocka_unit_test(a_name_with_a_nul_is_invalid),
		cmocka_unit_test(paths_go_back_below_vmfs_volumes),
		cmocka_unit_test(paths_go_back_to_where_their_datastore_is_mounted),
		cmocka_unit_test(without_a_directory_every_path_stays),
		cmocka_unit_test(a_nul_is_refused_wherever_it_stands),
		cmocka_unit_test(a_directory_or_datastore_that_makes_no_sense_changes_nothing),
		cmocka_unit_test(rules_keep_copies_of_what_they_are_given),
		cmocka_unit_test(no_memory_is_an_error_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
