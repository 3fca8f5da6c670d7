/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_bad_input VMX2XML: inputs too large or too odd to lie beside the tests.  Each
 * is refused: exit status 1, nothing on standard output, place and code on standard
 * error; and soon.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/process.h"

static const char *tool;
static char *folder, *input;

static const char machine[] =
	"config.version = \"8\"\nvirtualHW.version = \"14\"\ndisplayName = \"x\"\nmemsize = \"64\"\n";

static struct outcome convert(const char *option)
{
	struct command command = { .program = tool, .folder = folder };
	struct outcome outcome;

	if (option)
		command_add(&command, option);
	command_add(&command, "in.vmx");
	run(&command, &outcome);
	return outcome;
}

/* place is "line:column: ", or "line:", or "" for the whole file */
static void assert_refused(struct outcome outcome, const char *place, const char *code)
{
	char *begin = text_of_format("in.vmx:%s", place);
	char *end = text_of_format(" [%s]\n", code);
	const char *error = strstr(outcome.err.data, begin);

	if (!error || !strstr(error, " error: ") || !strstr(error, end))
		fail_msg("expected '%s... error: ...%s', got: %s", begin, end, outcome.err.data);
	assert_int_equal(outcome.status, 1);
	assert_int_equal(outcome.out.length, 0);
	outcome_release(&outcome);
	free(begin);
	free(end);
}

/* The machine, and behind it a piece of text count times. */
static void write_machine_and(const char *piece, size_t count)
{
	size_t length = strlen(piece);
	char *text = malloc(sizeof(machine) + length * count);
	char *at;

	if (!text)
		give_up("no memory");
	at = text + sizeof(machine) - 1;
	memcpy(text, machine, sizeof(machine));
	for (size_t i = 0; i < count; i++, at += length)
		memcpy(at, piece, length);
	write_file(input, text, (size_t)(at - text));
	free(text);
}

static void a_gibibyte_is_refused_without_reading_it(void **state)
{
	struct rusage before, after;

	(void)state;
	write_file(input, machine, sizeof(machine) - 1);
	assert_int_equal(truncate(input, (off_t)1 << 30), 0);
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &before), 0);
	assert_refused(convert(NULL), "", "file-too-large");
	assert_refused(convert("--compat=libvirt"), "", "file-too-large");
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &after), 0);
	/* even under a sanitizer: well below what a gibibyte takes */
	assert_in_range(after.ru_utime.tv_sec - before.ru_utime.tv_sec, 0, 2);
}

static void the_limit_is_that_of_the_option(void **state)
{
	struct outcome outcome;

	(void)state;
	write_file(input, machine, sizeof(machine) - 1);
	assert_refused(convert("--max-size=40"), "", "file-too-large");
	outcome = convert("--max-size=79");
	assert_int_equal(sizeof(machine) - 1, 79);
	assert_int_equal(outcome.status, 0);
	outcome_release(&outcome);
}

static void a_key_of_a_mebibyte_is_refused(void **state)
{
	static char line[(1 << 20) + 8];

	(void)state;
	memset(line, 'k', 1 << 20);
	memcpy(line + (1 << 20), " = \"x\"\n", 8);
	write_machine_and(line, 1);
	assert_refused(convert(NULL), "5:1: ", "key-too-long");
	assert_refused(convert("--compat=libvirt"), "5:1: ", "key-too-long");
}

static void a_value_of_two_mebibytes_is_refused(void **state)
{
	static char line[(2 << 20) + 3];

	(void)state;
	memset(line, 'v', 2 << 20);
	memcpy(line, "key = \"", 7);
	memcpy(line + (2 << 20), "\"\n", 3);
	write_machine_and(line, 1);
	assert_refused(convert(NULL), "5:8: ", "value-too-long");
	assert_refused(convert("--compat=libvirt"), "5:8: ", "value-too-long");
}

static void millions_of_entries_are_refused(void **state)
{
	(void)state;
	write_machine_and("a=\"\"\n", ((size_t)1 << 20) + 1);
	assert_refused(convert("--quiet"), "1048577:1: ", "too-many-entries");
}

static void a_file_of_zeros_is_refused(void **state)
{
	static const char zeros[4096];

	(void)state;
	write_file(input, zeros, sizeof(zeros));
	assert_refused(convert(NULL), "1:1: ", "nul-byte");
	assert_refused(convert("--compat=libvirt"), "1:1: ", "nul-byte");
}

static void a_million_odd_lines_make_no_million_messages(void **state)
{
	struct outcome outcome;

	(void)state;
	write_machine_and("what?\n", (size_t)1 << 20);
	outcome = convert(NULL);
	assert_int_equal(outcome.status, 0);
	assert_in_range(outcome.err.length, 1, 1 << 20);
	assert_non_null(strstr(outcome.err.data, "[suppressed]"));
	outcome_release(&outcome);
}

static void a_folder_is_no_input(void **state)
{
	struct outcome outcome;

	(void)state;
	write_file("sub/in.vmx/file", "", 0);
	run(&(struct command){ .program = tool, .arguments = { "sub/in.vmx" }, .argument_count = 1 }, &outcome);
	assert_int_equal(outcome.status, 3);
	assert_non_null(strstr(outcome.err.data, "[io]"));
	outcome_release(&outcome);
}

static void a_full_device_is_an_error(void **state)
{
	static const char script[] = "exec \"$0\" \"$@\" >/dev/full";
	struct command command = { .program = "/bin/sh", .folder = folder };
	struct outcome outcome;

	(void)state;
	write_file(input, machine, sizeof(machine) - 1);
	command_add(&command, "-c");
	command_add(&command, script);
	command_add(&command, tool);
	command_add(&command, "in.vmx");
	run(&command, &outcome);
	assert_int_equal(outcome.status, 3);
	assert_non_null(strstr(outcome.err.data, "can't write to standard output"));
	outcome_release(&outcome);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gibibyte_is_refused_without_reading_it),
		cmocka_unit_test(the_limit_is_that_of_the_option),
		cmocka_unit_test(a_key_of_a_mebibyte_is_refused),
		cmocka_unit_test(a_value_of_two_mebibytes_is_refused),
		cmocka_unit_test(millions_of_entries_are_refused),
		cmocka_unit_test(a_file_of_zeros_is_refused),
		cmocka_unit_test(a_million_odd_lines_make_no_million_messages),
		cmocka_unit_test(a_folder_is_no_input),
		cmocka_unit_test(a_full_device_is_an_error),
	};
	int failed;

	if (argc != 2)
		give_up("Usage: test_bad_input VMX2XML");
	tool = absolute_path(argv[1]);
	folder = make_temporary_folder();
	input = text_of_format("%s/in.vmx", folder);
	use_plain_environment();
	if (chdir(folder) != 0)
		give_up("%s: %s", folder, strerror(errno));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove_folder(folder);
	return failed ? 1 : 0;
}
