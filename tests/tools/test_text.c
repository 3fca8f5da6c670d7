/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text on its way to a terminal or into JSON, and numbers from the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/characters.h"
#include "common/json_line.h"
#include "common/options.h"
#include "support/cases.h"

/* U+FFFD */
#define R "\xEF\xBF\xBD"

static const struct sample {
	const char *text;
	size_t length;
	const char *terminal, *json;
} samples[] = {
	{ "plain", 5, "plain", "\"plain\"" },
	{ "", 0, "", "\"\"" },
	{ NULL, 0, "", "\"\"" },
	{ "a\"b\\c/d", 7, "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
	{ "\b\f\n\r\t", 5, "?????", "\"\\b\\f\\n\\r\\t\"" },
	{ "\033[31m\0\177", 7, "?[31m??", "\"\\u001B[31m\\u0000\177\"" },
	{ "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 9, "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80",
	  "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"" },
	/* C1 controls; cut, overlong, surrogate, beyond the last character */
	{ "\xC2\x9B", 2, "?", "\"\xC2\x9B\"" },
	{ "\xE2\x82", 2, "??", "\"" R R "\"" },
	{ "\xC0\xAF", 2, "??", "\"" R R "\"" },
	{ "\xE0\x9F\xBF", 3, "???", "\"" R R R "\"" },
	{ "\xED\xA0\x80", 3, "???", "\"" R R R "\"" },
	{ "\xF4\x90\x80\x80", 4, "????", "\"" R R R R "\"" },
	{ "\xFFz\0", 3, "?z?", "\"" R "z\\u0000\"" },
};

static char *terminal_text(const struct sample *sample)
{
	size_t length;
	char *text;
	FILE *out = open_memstream(&text, &length);

	print_harmless(out, sample->text, sample->length);
	fclose(out);
	return text;
}

static char *json_of(const struct sample *sample)
{
	json_t *json = json_line_text(sample->text, sample->length);
	char *text = json_dumps(json, JSON_ENCODE_ANY);

	json_decref(json);
	return text;
}

static void text_is_harmless_and_json_is_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char *terminal = terminal_text(&samples[i]), *json = json_of(&samples[i]);

		assert_string_equal(terminal, samples[i].terminal);
		assert_string_equal(json, samples[i].json);
		free(terminal);
		free(json);
	}
}

static void members_with_the_same_name_are_told_apart(void **state)
{
	static const struct { const char *name; size_t length; } names[] = {
		{ "k\xFF", 2 }, { "k#4#4", 5 }, { "k#4", 3 }, { "k", 1 }, { "k\xFE", 2 }, { "k", 1 },
		{ "k\0", 2 }, { "k\0", 2 }, { R "#9", 5 }, { "\xFF", 1 }, { "\x80", 1 },
	};
	json_t *object = json_object();
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(json_line_add(object, names[i].name, names[i].length,
					  json_integer((json_int_t)i + 1)));
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(text, "{\"k" R "\":1,\"k#4#4\":2,\"k#4\":3,\"k\":4,\"k" R "#5\":5,"
			    "\"k#6\":6,\"k\\u0000\":7,\"k\\u0000#8\":8,\"" R "#9\":9,"
			    "\"" R "\":10,\"" R "#11\":11}");
	free(text);
	json_decref(object);
}

static void a_name_that_the_number_makes_may_be_taken_too(void **state)
{
	json_t *object = json_object();
	char *text;

	(void)state;
	assert_true(json_line_add(object, "k", 1, json_integer(1)));
	assert_true(json_line_add(object, "k#3", 3, json_integer(2)));
	assert_true(json_line_add(object, "k", 1, json_integer(3)));
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(text, "{\"k\":1,\"k#3\":2,\"k#3#3\":3}");
	free(text);
	json_decref(object);
}

static size_t memory_left;

static void *allocate(size_t size)
{
	if (memory_left == 0)
		return NULL;
	memory_left--;
	return malloc(size);
}

/* Under a sanitizer this also shows that nothing is left behind. */
static void no_memory_is_an_error(void **state)
{
	size_t allocations = 0;
	bool good = false;

	(void)state;
	json_set_alloc_funcs(allocate, free);
	for (; !good && allocations < 100; allocations++) {
		json_t *object;

		memory_left = allocations;
		object = json_object();
		good = json_line_add(object, "k\xFF", 2, json_line_text("v\xFF", 2)) &&
		       json_line_add(object, "k\xFF", 2, json_line_text("v", 1));
		json_decref(object);
	}
	json_set_alloc_funcs(malloc, free);
	assert_true(good);
	assert_in_range(allocations, 10, 99);
}

/* What is printed of some nested JSON when jansson has memory so often. */
static char *print_with(size_t allocations, enum exit_status *ret_status)
{
	json_t *value = json_pack("{s:[{s:s, s:i}, {s:s, s:i}], s:{}}", "keys", "name", "a", "line", 1,
				  "name", "b", "line", 2, "counts");
	size_t length;
	char *text;
	struct console console = { .tool = "test", .silent = true };

	assert_non_null(value);
	console.out = open_memstream(&text, &length);
	memory_left = allocations;
	json_set_alloc_funcs(allocate, free);
	*ret_status = json_line_print(&console, value);
	json_set_alloc_funcs(malloc, free);
	fclose(console.out);
	return text;
}

static void a_line_is_printed_whole_or_not_at_all(void **state)
{
	enum exit_status status = STATUS_SYSTEM;
	size_t allocations;

	(void)state;
	for (allocations = 0; status != STATUS_DONE && allocations < 100; allocations++) {
		char *text = print_with(allocations, &status);

		assert_string_equal(text, status == STATUS_DONE
				    ? "{\"keys\":[{\"name\":\"a\",\"line\":1},{\"name\":\"b\",\"line\":2}],"
				      "\"counts\":{}}\n" : "");
		free(text);
	}
	assert_in_range(allocations, 2, 99);
}

/* What is shown of a problem and of a diagnostic. */
static char *shown(const char *name, bool problem)
{
	size_t length;
	char *text;
	struct console console = { .tool = "test" };

	console.err = open_memstream(&text, &length);
	if (problem)
		show_problem(&console, "can't read '%s': %s", name, "File name too long");
	else
		show_diagnostic(&console, name, &(struct vmx_diagnostic){
			VMX_CODE_IO, VMX_ERROR, 0, 0, "the file can't be opened" });
	fclose(console.err);
	return text;
}

static void long_problems_are_shown_with_their_reason(void **state)
{
	static const char reason[] = "': File name too long\n";
	enum { LONG = 100000 };
	char *name = malloc(LONG + 1), *text;

	(void)state;
	assert_non_null(name);
	memset(name, 'n', LONG);
	name[LONG] = '\0';
	text = shown(name, true);
	assert_true(strlen(text) > LONG);
	assert_string_equal(text + strlen(text) - strlen(reason), reason);
	free(text);
	free(name);
}

static void an_empty_name_can_be_seen(void **state)
{
	char *text = shown("", false);

	(void)state;
	assert_string_equal(text, "'': error: the file can't be opened [io]\n");
	free(text);
}

static void utf8_is_checked(void **state)
{
	(void)state;
	assert_true(utf8_is_valid(""));
	assert_true(utf8_is_valid("\xC3\xA4"));
	assert_false(utf8_is_valid("a\xC3"));
}

static void numbers_are_whole_and_within_limits(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		size_t value;
	} numbers[] = {
		{ "1", true, 1 }, { "100", true, 100 }, { "007", true, 7 },
		{ "0", false, 0 }, { "101", false, 0 }, { "", false, 0 }, { "-1", false, 0 },
		{ "+1", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 }, { "1k", false, 0 },
		{ "18446744073709551617", false, 0 }, { "99999999999999999999999", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		size_t value = 0;

		assert_int_equal(parse_number(numbers[i].text, 1, 100, &value), numbers[i].ok);
		assert_int_equal(value, numbers[i].value);
	}
}

static ssize_t count_write(void *cookie, const char *bytes, size_t length)
{
	(void)bytes;
	++*(size_t *)cookie;
	return (ssize_t)length;
}

/* Standard error has no buffer: each piece is a system call. */
static void text_without_control_characters_is_written_in_one_piece(void **state)
{
	static const char text[] = "\xC3\xA4 message of some length\nand one more";
	size_t writes = 0;
	FILE *out = fopencookie(&writes, "w", (cookie_io_functions_t){ .write = count_write });

	(void)state;
	assert_non_null(out);
	setvbuf(out, NULL, _IONBF, 0);
	print_harmless(out, text, sizeof(text) - 1);
	assert_int_equal(writes, 3);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_harmless_and_json_is_json),
		cmocka_unit_test(text_without_control_characters_is_written_in_one_piece),
		cmocka_unit_test(members_with_the_same_name_are_told_apart),
		cmocka_unit_test(a_name_that_the_number_makes_may_be_taken_too),
		cmocka_unit_test(no_memory_is_an_error),
		cmocka_unit_test(a_line_is_printed_whole_or_not_at_all),
		cmocka_unit_test(long_problems_are_shown_with_their_reason),
		cmocka_unit_test(an_empty_name_can_be_seen),
		cmocka_unit_test(utf8_is_checked),
		cmocka_unit_test(numbers_are_whole_and_within_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
