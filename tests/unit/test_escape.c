/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <vmxkit/escape.h>

#include "counting_allocator.h"
#include "names/escape_core.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A literal with its length, which may hold NULs. */
#define B(literal) literal, sizeof(literal) - 1

struct vector {
	enum vmx_escape_scheme scheme;
	const char *plain;
	size_t plain_length;
	const char *escaped;
	size_t escaped_length;
};

static const struct vector both_ways[] = {
	{ VMX_ESCAPE_PERCENT, B(""), B("") },
	{ VMX_ESCAPE_PERCENT, B("a/b\\c%d"), B("a%2fb%5cc%25d") },
	{ VMX_ESCAPE_PERCENT, B("|\"\n \xC3\xA4"), B("|\"\n \xC3\xA4") },
	{ VMX_ESCAPE_API_NAME, B("100%/x"), B("100%25%2fx") },
	{ VMX_ESCAPE_PIPE, B("say \"hi\" | bye"), B("say |22hi|22 |7c bye") },
	{ VMX_ESCAPE_PIPE, B("a%b\nc"), B("a%b\nc") },
	{ VMX_ESCAPE_ANNOTATION, B("one\ntwo\r\n|"), B("one|0atwo|0d|0a|7c") },
	{ VMX_ESCAPE_ANNOTATION, B("a\0b"), B("a|00b") },
	{ VMX_ESCAPE_DISPLAY_NAME, B("a/b\\c%d|e\"f"), B("a%2fb%5cc%25d|7ce|22f") },
	{ VMX_ESCAPE_DISPLAY_NAME, B("|25"), B("|7c25") },
	{ VMX_ESCAPE_BASE64, B(""), B("") },
	{ VMX_ESCAPE_BASE64, B("aZ09'(),. _-"), B("aZ09'(),. _-") },
	{ VMX_ESCAPE_BASE64, B("+"), B("+Kw") },
	{ VMX_ESCAPE_BASE64, B("+-"), B("+Kw--") },
	{ VMX_ESCAPE_BASE64, B("a+,b"), B("a+Kw-,b") },
	{ VMX_ESCAPE_BASE64, B("\xFB\xFF\xFF"), B("++,,,") },
	{ VMX_ESCAPE_BASE64, B("\0x\0\0"), B("+AA-x+AAA") },
	{ VMX_ESCAPE_DATASTORE_ITEM, B("normal"), B("normal") },
	{ VMX_ESCAPE_DATASTORE_ITEM, B("~~~"), B("+fn5+") },
	{ VMX_ESCAPE_DATASTORE_ITEM, B("~~~A"), B("+fn5+-A") },
	{ VMX_ESCAPE_DATASTORE_ITEM, B("A Z[\\]^_B"), B("A Z+WyU-5c+XV4-_B") },
	{ VMX_ESCAPE_DATASTORE_ITEM, B("K%U/H\\Z"), B("K+JQ-25U+JQ-2fH+JQ-5cZ") },
	{ VMX_ESCAPE_DATASTORE_ITEM, B("\xE6\xA8\x99\xE6\xBA\x96\xE8\xAA\x9E"), B("+5qiZ5rqW6Kqe") },
};

static void assert_bytes(const struct vmx_bytes *bytes, const char *data, size_t length)
{
	assert_int_equal(bytes->length, length);
	assert_memory_equal(bytes->data, data, length);
	assert_int_equal(bytes->data[length], '\0');
}

static void text_is_escaped_as_vmware_does(void **state)
{
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(both_ways); i++) {
		const struct vector *v = &both_ways[i];

		assert_int_equal(vmx_escape(v->scheme, v->plain, v->plain_length, &ret, NULL), VMX_OK);
		assert_bytes(&ret, v->escaped, v->escaped_length);
	}
	vmx_bytes_release(&ret);
}

static void unescaping_gives_the_text_back(void **state)
{
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(both_ways); i++) {
		const struct vector *v = &both_ways[i];

		assert_int_equal(vmx_unescape(v->scheme, v->escaped, v->escaped_length, &ret, NULL),
				 VMX_OK);
		assert_bytes(&ret, v->plain, v->plain_length);
	}
	vmx_bytes_release(&ret);
}

static void a_datastore_item_loses_seven_characters_for_ever(void **state)
{
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	assert_int_equal(vmx_escape(VMX_ESCAPE_DATASTORE_ITEM, B("vvv<A\"B\"C>zzz"), &ret, NULL), VMX_OK);
	assert_bytes(&ret, B("vvv_A_B_C_zzz"));
	assert_int_equal(vmx_escape(VMX_ESCAPE_DATASTORE_ITEM, B("\"*<>:|?"), &ret, NULL), VMX_OK);
	assert_bytes(&ret, B("_______"));
	assert_int_equal(vmx_unescape(VMX_ESCAPE_DATASTORE_ITEM, B("_______"), &ret, NULL), VMX_OK);
	assert_bytes(&ret, B("_______"));
	vmx_bytes_release(&ret);
	for (enum vmx_escape_scheme s = VMX_ESCAPE_NO_SCHEME; (s = vmx_escape_scheme_next(s));)
		assert_int_equal(vmx_escape_is_reversible(s), s != VMX_ESCAPE_DATASTORE_ITEM);
	assert_false(vmx_escape_is_reversible(VMX_ESCAPE_NO_SCHEME));
}

static void reading_takes_more_than_writing_gives(void **state)
{
	static const struct vector cases[] = {
		{ VMX_ESCAPE_PERCENT, B("aA/"), B("a%41%2F") },
		{ VMX_ESCAPE_PERCENT, B("a\0b"), B("a%00b") },
		{ VMX_ESCAPE_PIPE, B("#23C\r\n|"), B("|2323C|0D|0A|7C") },
		{ VMX_ESCAPE_PIPE, B("\0"), B("|00") },
		/* layer 1 gives a|41 */
		{ VMX_ESCAPE_DISPLAY_NAME, B("aA"), B("a%7c41") },
		{ VMX_ESCAPE_DISPLAY_NAME, B("a%41"), B("a|2541") },
		{ VMX_ESCAPE_DISPLAY_NAME, B("100% x"), B("100%25 x") },
		/* a run of plain bytes, a '-' at the end, two runs in a row */
		{ VMX_ESCAPE_BASE64, B("A~"), B("+QX4-") },
		{ VMX_ESCAPE_BASE64, B("~~"), B("+fg-+fg-") },
	};
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct vector *v = &cases[i];

		assert_int_equal(vmx_unescape(v->scheme, v->escaped, v->escaped_length, &ret, NULL),
				 VMX_OK);
		assert_bytes(&ret, v->plain, v->plain_length);
	}
	vmx_bytes_release(&ret);
}

static const struct {
	enum vmx_escape_scheme scheme;
	const char *text;
	enum vmx_code code;
	size_t offset;
} malformed[] = {
	{ VMX_ESCAPE_PERCENT, "%", VMX_CODE_INVALID_ESCAPE, 0 },
	{ VMX_ESCAPE_PERCENT, "100% x", VMX_CODE_INVALID_ESCAPE, 3 },
	{ VMX_ESCAPE_PERCENT, "ab%2", VMX_CODE_INVALID_ESCAPE, 2 },
	{ VMX_ESCAPE_PERCENT, "%41%4g", VMX_CODE_INVALID_ESCAPE, 3 },
	{ VMX_ESCAPE_PERCENT, "%%41", VMX_CODE_INVALID_ESCAPE, 0 },
	{ VMX_ESCAPE_API_NAME, "x%", VMX_CODE_INVALID_ESCAPE, 1 },
	{ VMX_ESCAPE_PIPE, "a||7c", VMX_CODE_INVALID_ESCAPE, 1 },
	{ VMX_ESCAPE_ANNOTATION, "a|-1", VMX_CODE_INVALID_ESCAPE, 1 },
	{ VMX_ESCAPE_ANNOTATION, "a|0x", VMX_CODE_INVALID_ESCAPE, 1 },
	{ VMX_ESCAPE_DISPLAY_NAME, "|7c%2", VMX_CODE_INVALID_ESCAPE, 3 },
	/* the second step fails, where its byte came from */
	{ VMX_ESCAPE_DISPLAY_NAME, "%41%42|4", VMX_CODE_INVALID_ESCAPE, 6 },
	{ VMX_ESCAPE_DISPLAY_NAME, "ab%25%7c4", VMX_CODE_INVALID_ESCAPE, 5 },
	{ VMX_ESCAPE_BASE64, "a:b", VMX_CODE_INVALID_BASE64, 1 },
	{ VMX_ESCAPE_BASE64, "abc~", VMX_CODE_INVALID_BASE64, 3 },
	{ VMX_ESCAPE_BASE64, "a/b", VMX_CODE_INVALID_BASE64, 1 },
	{ VMX_ESCAPE_BASE64, "\xC3\xA4", VMX_CODE_INVALID_BASE64, 0 },
	{ VMX_ESCAPE_BASE64, "a+", VMX_CODE_INVALID_BASE64, 1 },
	{ VMX_ESCAPE_BASE64, "a+-b", VMX_CODE_INVALID_BASE64, 1 },
	/* a length of 1 mod 4 */
	{ VMX_ESCAPE_BASE64, "+A-", VMX_CODE_INVALID_BASE64, 1 },
	{ VMX_ESCAPE_BASE64, "x+fn5+f-A", VMX_CODE_INVALID_BASE64, 6 },
	/* stray bits */
	{ VMX_ESCAPE_BASE64, "+fh-", VMX_CODE_INVALID_BASE64, 2 },
	{ VMX_ESCAPE_BASE64, "+fn5", VMX_CODE_INVALID_BASE64, 3 },
	/* outside the alphabet, inside a run */
	{ VMX_ESCAPE_BASE64, "+ab/d-", VMX_CODE_INVALID_BASE64, 3 },
	{ VMX_ESCAPE_BASE64, "+fg==", VMX_CODE_INVALID_BASE64, 3 },
	{ VMX_ESCAPE_BASE64, "+fg ", VMX_CODE_INVALID_BASE64, 3 },
	{ VMX_ESCAPE_DATASTORE_ITEM, "ok+fh", VMX_CODE_INVALID_BASE64, 4 },
	{ VMX_ESCAPE_DATASTORE_ITEM, "a%41", VMX_CODE_INVALID_BASE64, 1 },
	/* the decoded text is "ab%zz": its % is the third byte of a plain place */
	{ VMX_ESCAPE_DATASTORE_ITEM, "ab+JQ-zz", VMX_CODE_INVALID_ESCAPE, 3 },
	/* "~~~%": the fourth byte of a run comes from its fifth character */
	{ VMX_ESCAPE_DATASTORE_ITEM, "x+fn5+JQ", VMX_CODE_INVALID_ESCAPE, 6 },
	/* "~%zz": the second of two runs that follow each other */
	{ VMX_ESCAPE_DATASTORE_ITEM, "+fg-+JQ-zz", VMX_CODE_INVALID_ESCAPE, 5 },
	{ VMX_ESCAPE_DATASTORE_ITEM, "+fg-x+fiU-g1", VMX_CODE_INVALID_ESCAPE, 7 },
};

static void a_malformed_escape_is_an_error_with_its_place(void **state)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(malformed); i++) {
		char words[32];

		assert_int_equal(vmx_unescape(malformed[i].scheme, malformed[i].text,
					      strlen(malformed[i].text), &ret, error),
				 malformed[i].code);
		assert_int_equal(vmx_error_code(error), malformed[i].code);
		assert_int_equal(vmx_error_line(error), 0);
		assert_int_equal(vmx_error_column(error), malformed[i].offset + 1);
		snprintf(words, sizeof(words), "offset %zu:", malformed[i].offset);
		assert_non_null(strstr(vmx_error_message(error), words));
		assert_int_equal(ret.length, 0);
	}
	vmx_bytes_release(&ret);
	vmx_error_free(error);
}

static void an_unknown_scheme_is_an_invalid_argument(void **state)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_bytes ret = VMX_BYTES_INIT;
	enum vmx_escape_scheme none = (enum vmx_escape_scheme)99;

	(void)state;
	assert_int_equal(vmx_escape(none, "a", 1, &ret, error), VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_error_code(error), VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_unescape(VMX_ESCAPE_NO_SCHEME, "a", 1, &ret, NULL),
			 VMX_CODE_INVALID_ARGUMENT);
	vmx_bytes_release(&ret);
	vmx_error_free(error);
}

static void schemes_are_found_by_name(void **state)
{
	size_t count = 0;

	(void)state;
	for (enum vmx_escape_scheme s = VMX_ESCAPE_NO_SCHEME; (s = vmx_escape_scheme_next(s)); count++) {
		const char *name = vmx_escape_scheme_name(s);

		assert_non_null(name);
		assert_int_equal(vmx_escape_scheme_from_name(name, strlen(name)), s);
	}
	assert_int_equal(count, 7);
	assert_int_equal(vmx_escape_scheme_from_name(B("api-name")), VMX_ESCAPE_API_NAME);
	assert_int_equal(vmx_escape_scheme_from_name(B("Percent")), VMX_ESCAPE_NO_SCHEME);
	assert_int_equal(vmx_escape_scheme_from_name(B("percen")), VMX_ESCAPE_NO_SCHEME);
	assert_int_equal(vmx_escape_scheme_from_name(B("")), VMX_ESCAPE_NO_SCHEME);
	assert_null(vmx_escape_scheme_name(VMX_ESCAPE_NO_SCHEME));
}

/* xorshift64: the same bytes on every machine. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Half of the bytes are ones that mean something to a scheme. */
static size_t random_text(uint64_t *seed, char *text, size_t max)
{
	static const char special[] = "%|+-,_/\\\" 0aF\0\n~";
	size_t length = next_random(seed) % (max + 1);

	for (size_t i = 0; i < length; i++) {
		uint64_t r = next_random(seed);

		text[i] = r & 256 ? special[(r >> 9) % sizeof(special)] : (char)(r & 255);
	}
	return length;
}

#define SEED 0x5EED0FBA5E64u

static void every_text_comes_back(void **state)
{
	struct vmx_bytes escaped = VMX_BYTES_INIT, ret = VMX_BYTES_INIT;
	uint64_t seed = SEED;
	char text[40];

	(void)state;
	print_message("seed %#llx\n", (unsigned long long)SEED);
	for (int round = 0; round < 20000; round++) {
		size_t length = random_text(&seed, text, sizeof(text));

		for (enum vmx_escape_scheme s = VMX_ESCAPE_NO_SCHEME; (s = vmx_escape_scheme_next(s));) {
			assert_int_equal(vmx_escape(s, text, length, &escaped, NULL), VMX_OK);
			assert_int_equal(vmx_unescape(s, escaped.data, escaped.length, &ret, NULL),
					 VMX_OK);
			if (vmx_escape_is_reversible(s))
				assert_bytes(&ret, text, length);
			else
				assert_int_equal(ret.length, length);
		}
	}
	vmx_bytes_release(&escaped);
	vmx_bytes_release(&ret);
}

/*
 * Any bytes may be read; what is taken is written back to something that reads
 * the same, and what is refused has its place inside the text.
 */
static void any_text_can_be_unescaped_or_refused(void **state)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_bytes once = VMX_BYTES_INIT, escaped = VMX_BYTES_INIT, twice = VMX_BYTES_INIT;
	uint64_t seed = SEED;
	size_t taken = 0;
	char text[16];

	(void)state;
	for (int round = 0; round < 50000; round++) {
		size_t length = random_text(&seed, text, sizeof(text));
		enum vmx_escape_scheme s = (enum vmx_escape_scheme)(1 + round % 7);

		if (vmx_unescape(s, text, length, &once, error) != VMX_OK) {
			assert_in_range(vmx_error_column(error), 1, length);
			continue;
		}
		taken++;
		assert_int_equal(vmx_escape(s, once.data, once.length, &escaped, NULL), VMX_OK);
		assert_int_equal(vmx_unescape(s, escaped.data, escaped.length, &twice, NULL), VMX_OK);
		if (vmx_escape_is_reversible(s))
			assert_bytes(&twice, once.data, once.length);
	}
	assert_in_range(taken, 1000, 49000);
	vmx_bytes_release(&once);
	vmx_bytes_release(&escaped);
	vmx_bytes_release(&twice);
	vmx_error_free(error);
}

static void hex_is_undone_in_place(void **state)
{
	char text[] = "a%41b%2fc";
	size_t length = 0, bad_at = 99;

	(void)state;
	assert_true(vmxi_unescape_hex('%', (struct text){ text, 9 }, text, &length, &bad_at));
	assert_int_equal(length, 5);
	assert_memory_equal(text, "aAb/c", 5);
	assert_true(vmxi_unescape_hex('%', (struct text){ "", 0 }, text, &length, &bad_at));
	assert_int_equal(length, 0);
	assert_false(vmxi_unescape_hex('%', TEXT("ab%zc"), text, &length, &bad_at));
	assert_int_equal(bad_at, 2);
}

static void no_memory_is_an_error_and_leaks_nothing(void **state)
{
	struct counting counting;
	char text[700];
	size_t allowed = 0;
	enum vmx_code code;

	(void)state;
	memset(text, '/', sizeof(text));
	do {
		struct vmx_bytes ret = { NULL, 0, 0, &counting.allocator };

		counting_begin(&counting, ++allowed);
		code = vmx_escape(VMX_ESCAPE_DATASTORE_ITEM, text, sizeof(text), &ret, NULL);
		assert_true(code == VMX_OK || (code == VMX_CODE_OUT_OF_MEMORY && ret.length == 0));
		vmx_bytes_release(&ret);
		assert_int_equal(counting.live, 0);
	} while (code != VMX_OK);
	assert_true(allowed > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_escaped_as_vmware_does),
		cmocka_unit_test(unescaping_gives_the_text_back),
		cmocka_unit_test(a_datastore_item_loses_seven_characters_for_ever),
		cmocka_unit_test(reading_takes_more_than_writing_gives),
		cmocka_unit_test(a_malformed_escape_is_an_error_with_its_place),
		cmocka_unit_test(an_unknown_scheme_is_an_invalid_argument),
		cmocka_unit_test(schemes_are_found_by_name),
		cmocka_unit_test(every_text_comes_back),
		cmocka_unit_test(any_text_can_be_unescaped_or_refused),
		cmocka_unit_test(hex_is_undone_in_place),
		cmocka_unit_test(no_memory_is_an_error_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
