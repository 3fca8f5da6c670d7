/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of many inputs, and of their outputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/name_set.h"
#include "common/names.h"
#include "common/output_name.h"
#include "support/cases.h"
#include "support/files.h"

/*
 * Lists
 */
static char *folder, *list;

static int make_folder(void **state)
{
	(void)state;
	folder = make_temporary_folder();
	list = text_of_format("%s/list", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	remove_folder(folder);
	free(folder);
	free(list);
	return 0;
}

static struct name_source *open_list(const void *bytes, size_t length)
{
	struct name_source *source = malloc(sizeof(*source));

	write_file(list, bytes, length);
	assert_non_null(source);
	assert_true(name_source_open(source, list, NULL, 0));
	return source;
}

static void close_list(struct name_source *source)
{
	struct name name;

	assert_int_equal(name_source_next(source, &name), NAMES_ENDED);
	assert_int_equal(name_source_next(source, &name), NAMES_ENDED);
	name_source_close(source);
	free(source);
}

static void assert_next(struct name_source *source, const char *expected)
{
	struct name name;

	assert_int_equal(name_source_next(source, &name), NAMES_TAKEN);
	assert_null(name.fault);
	assert_string_equal(name.text, expected);
}

static void assert_next_is_bad(struct name_source *source, unsigned int number)
{
	char *expected = text_of_format("%s:%u", list, number);
	struct name name;

	assert_int_equal(name_source_next(source, &name), NAMES_TAKEN);
	assert_non_null(name.fault);
	assert_string_equal(name.text, expected);
	free(expected);
}

static void the_last_name_may_lack_its_nul(void **state)
{
	struct name_source *source = open_list("a\nb\0c", 5);

	(void)state;
	assert_next(source, "a\nb");
	assert_next(source, "c");
	close_list(source);
}

/* What find(1) writes without -print0 is no list, but a name with a line end in it may be. */
static void lines_are_no_list(void **state)
{
	struct name_source *source = open_list("a\nb\n", 4);

	(void)state;
	assert_next_is_bad(source, 1);
	close_list(source);
	source = open_list("a\nb\0a\nb", 7);
	assert_next(source, "a\nb");
	assert_next(source, "a\nb");
	close_list(source);
}

static void a_bad_name_does_not_hide_those_behind_it(void **state)
{
	size_t longest = PATH_MAX - 1, length = 3 * LIST_BUFFER;
	char *bytes = calloc(1, length), *name = calloc(1, longest + 1);
	struct name_source *source;

	(void)state;
	assert_non_null(bytes);
	assert_non_null(name);
	memset(name, 'n', longest);
	memset(bytes, 'x', 2 * LIST_BUFFER);		/* 1: much too long */
	memcpy(bytes + 2 * LIST_BUFFER + 1, "a", 1);	/* 2 */
	/* 3: a NUL of its own */
	memset(bytes + 2 * LIST_BUFFER + 4, 'n', longest);		/* 4: just fits */
	memset(bytes + 2 * LIST_BUFFER + 5 + longest, 'n', longest + 1);	/* 5: just does not */
	source = open_list(bytes, 2 * LIST_BUFFER + 7 + 2 * longest);
	assert_next_is_bad(source, 1);
	assert_next(source, "a");
	assert_next_is_bad(source, 3);
	assert_next(source, name);
	assert_next_is_bad(source, 5);
	close_list(source);
	free(bytes);
	free(name);
}

/* So that names lie across the ends of what is read at a time in all ways. */
static void names_are_put_together_again(void **state)
{
	char *bytes = NULL, *name;
	size_t length = 0, count = 30000;
	FILE *out = open_memstream(&bytes, &length);
	struct name_source *source;

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%zu-%.*s%c", i, (int)(i % 7), "abcdefg", '\0');
	assert_int_equal(fclose(out), 0);
	assert_true(length > 3 * LIST_BUFFER);
	source = open_list(bytes, length);
	for (size_t i = 0; i < count; i++) {
		name = text_of_format("%zu-%.*s", i, (int)(i % 7), "abcdefg");
		assert_next(source, name);
		free(name);
	}
	close_list(source);
	free(bytes);
}

/*
 * Sets
 */

/* The reference vectors of SipHash-2-4: key 00 01 .. 0f, and the bytes 00, 00 01, ... */
static void digests_are_those_of_siphash(void **state)
{
	static const uint64_t expected[] = {
		UINT64_C(0x726fdb47dd0e0e31), UINT64_C(0x74f839c593dc67fd), UINT64_C(0x0d6c8009d9a94f5a),
		UINT64_C(0x85676696d7fb7e2d), UINT64_C(0xcf2794e0277187b7), UINT64_C(0x18765564cd99a68d),
		UINT64_C(0xcbc9466e58fee3ce), UINT64_C(0xab0200f58b01d137), UINT64_C(0x93f5f5799a932462),
	};
	const uint64_t key[2] = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
	unsigned char bytes[15];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_true(name_digest(key, bytes, i) == expected[i]);
	assert_true(name_digest(key, bytes, sizeof(bytes)) == UINT64_C(0xa129ca6149be45e5));
}

static void a_set_knows_what_was_added(void **state)
{
	struct name_set set = { .digests = NULL };
	char name[32];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 100000; i++) {
			snprintf(name, sizeof(name), "out/%d.xml", i);
			assert_int_equal(name_set_add(&set, name), round ? NAME_WAS_THERE : NAME_IS_NEW);
		}
	}
	assert_int_equal(set.count, 100000);
	assert_true(set.capacity * sizeof(*set.digests) <= 22 * set.count);
	name_set_release(&set);
}

static void two_sets_have_two_keys(void **state)
{
	struct name_set a = { .digests = NULL }, b = { .digests = NULL };

	(void)state;
	assert_int_equal(name_set_add(&a, "x"), NAME_IS_NEW);
	assert_int_equal(name_set_add(&b, "x"), NAME_IS_NEW);
	assert_memory_not_equal(a.key, b.key, sizeof(a.key));
	name_set_release(&a);
	name_set_release(&b);
}

/*
 * Outputs
 */
static const struct output_row {
	const char *file;
	bool parents;
	const char *output;	/* NULL: there is none */
} output_rows[] = {
	{ "a.vmx", false, "out/a.xml" },
	{ "sub/a.VMX", false, "out/a.xml" },
	{ "../a", false, "out/a.xml" },
	{ "a.vmx.gz", false, "out/a.vmx.gz.xml" },
	{ ".vmx", false, "out/.vmx.xml" },
	{ "-", false, NULL },
	{ "./-", false, "out/-.xml" },
	{ "sub/", false, NULL },
	{ "", false, NULL },
	{ "a.vmx", true, "out/a.xml" },
	{ "sub/a.vmx", true, "out/sub/a.xml" },
	{ "/vmfs/a.vmx", true, "out/vmfs/a.xml" },
	{ ".//sub/./a.vmx", true, "out/sub/a.xml" },
	{ "../a.vmx", true, NULL },
	{ "sub/../a.vmx", true, NULL },
	{ "..sub/.../a.vmx", true, "out/..sub/.../a.xml" },
	{ "sub/..", true, "out/sub/...xml" },
};

static void each_file_has_its_output(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(output_rows) / sizeof(output_rows[0]); i++) {
		const struct output_row *row = &output_rows[i];
		const struct output_rule rule = { "out", row->parents, ".vmx", ".xml" };
		char output[PATH_MAX];
		const char *why = name_output(&rule, row->file, output);

		if (row->output ? why || strcmp(output, row->output) != 0 : !why)
			fail_msg("%s: %s", row->file, why ? why : output);
	}
}

static void a_path_that_is_too_long_is_no_output(void **state)
{
	const struct output_rule rule = { "out", true, ".vmx", ".xml" };
	char file[PATH_MAX], output[PATH_MAX];

	(void)state;
	memset(file, 'n', sizeof(file));
	file[1] = '/';
	file[PATH_MAX - 9] = '\0';	/* out/ .xml and the NUL */
	assert_null(name_output(&rule, file, output));
	assert_int_equal(strlen(output), PATH_MAX - 1);
	file[PATH_MAX - 9] = 'n';
	file[PATH_MAX - 8] = '\0';
	assert_non_null(name_output(&rule, file, output));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		TEST(the_last_name_may_lack_its_nul),
		TEST(lines_are_no_list),
		TEST(a_bad_name_does_not_hide_those_behind_it),
		TEST(names_are_put_together_again),
		cmocka_unit_test(digests_are_those_of_siphash),
		cmocka_unit_test(a_set_knows_what_was_added),
		cmocka_unit_test(two_sets_have_two_keys),
		cmocka_unit_test(each_file_has_its_output),
		cmocka_unit_test(a_path_that_is_too_long_is_no_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
