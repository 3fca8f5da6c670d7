/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text on its way to a terminal or into JSON, and numbers from the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/characters.h"
#include "common/json.h"
#include "common/options.h"
#include "support/cases.h"

static const struct sample {
	const char *text;
	size_t length;
	const char *terminal, *json;
} samples[] = {
	{ "plain", 5, "plain", "\"plain\"" },
	{ "", 0, "", "\"\"" },
	{ "a\"b\\c", 5, "a\"b\\c", "\"a\\\"b\\\\c\"" },
	{ "\b\f\n\r\t", 5, "?????", "\"\\b\\f\\n\\r\\t\"" },
	{ "\033[31m\0\177", 7, "?[31m??", "\"\\u001b[31m\\u0000\\u007f\"" },
	{ "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 9, "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80",
	  "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"" },
	/* C1 controls; cut, overlong, surrogate, beyond the last character */
	{ "\xC2\x9B", 2, "?", "\"\xC2\x9B\"" },
	{ "\xE2\x82", 2, "??", "\"\\ufffd\\ufffd\"" },
	{ "\xC0\xAF", 2, "??", "\"\\ufffd\\ufffd\"" },
	{ "\xE0\x9F\xBF", 3, "???", "\"\\ufffd\\ufffd\\ufffd\"" },
	{ "\xED\xA0\x80", 3, "???", "\"\\ufffd\\ufffd\\ufffd\"" },
	{ "\xF4\x90\x80\x80", 4, "????", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
	{ "\xFFz", 2, "?z", "\"\\ufffdz\"" },
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
	size_t length;
	char *text;
	struct json json = { open_memstream(&text, &length), false };

	json_text(&json, NULL, sample->text, sample->length);
	fclose(json.out);
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

static void json_has_its_commas_where_they_belong(void **state)
{
	size_t length;
	char *text;
	struct json json = { open_memstream(&text, &length), false };

	(void)state;
	json_open(&json, NULL, '{');
	json_open(&json, "empty", '[');
	json_close(&json, ']');
	json_open(&json, "list", '[');
	json_string(&json, NULL, "a");
	json_number(&json, NULL, 7);
	json_open(&json, NULL, '{');
	json_close(&json, '}');
	json_close(&json, ']');
	json_string(&json, "last", "z");
	json_close(&json, '}');
	fclose(json.out);
	assert_string_equal(text, "{\"empty\":[],\"list\":[\"a\",7,{}],\"last\":\"z\"}");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_harmless_and_json_is_json),
		cmocka_unit_test(json_has_its_commas_where_they_belong),
		cmocka_unit_test(utf8_is_checked),
		cmocka_unit_test(numbers_are_whole_and_within_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
