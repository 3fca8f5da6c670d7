/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/large.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/report.h"
#include "base/text.h"

static void numbers_are_read_to_the_end_with_overflow_checks(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} cases[] = {
		{ "0", true, 0 }, { "08", true, 8 }, { " 8", true, 8 }, { "+8", true, 8 },
		{ "-8", true, -8 }, { "8 ", false, 0 }, { "", false, 0 }, { "-", false, 0 },
		{ "+-1", false, 0 }, { "1x", false, 0 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999999", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t value = 0;

		assert_int_equal(vmxi_parse_int64(text_of(cases[i].text), &value), cases[i].ok);
		assert_true(value == cases[i].value);
	}
}

static void unsigned_numbers_wrap_at_a_minus_sign(void **state)
{
	uint64_t value;

	(void)state;
	assert_true(vmxi_parse_uint64_wrapping(TEXT("-1"), &value));
	assert_true(value == UINT64_MAX);
	assert_true(vmxi_parse_uint64_wrapping(TEXT("18446744073709551615"), &value));
	assert_true(value == UINT64_MAX);
	assert_false(vmxi_parse_uint64_wrapping(TEXT("18446744073709551616"), &value));
}

static void numbers_are_written_in_decimal(void **state)
{
	char out[NUMBER_TEXT_MAX];

	(void)state;
	assert_int_equal(vmxi_format_int64(out, INT64_MIN), 20);
	assert_memory_equal(out, "-9223372036854775808", 20);
	assert_int_equal(vmxi_format_uint64(out, UINT64_MAX), 20);
	assert_memory_equal(out, "18446744073709551615", 20);
	assert_int_equal(vmxi_format_uint64(out, 0), 1);
	assert_memory_equal(out, "0", 1);
}

static void utf8_is_checked_as_rfc_3629_has_it(void **state)
{
	static const struct {
		const char *text;
		size_t valid;
	} cases[] = {
		{ "abc", 3 }, { "\xC3\xA4", 2 }, { "\xC3", 0 }, { "a\xC0\x80", 1 },
		{ "\xE0\x9F\xBF", 0 }, { "\xE0\xA0\x80", 3 }, { "\xED\xA0\x80", 0 },
		{ "\xEF\xBF\xBF", 3 }, { "\xF0\x8F\xBF\xBF", 0 }, { "\xF4\x8F\xBF\xBF", 4 },
		{ "\xF4\x90\x80\x80", 0 }, { "\xF5\x80\x80\x80", 0 }, { "x\x80", 1 },
		{ "\xE5\xA4\x3F", 0 },
		/* the ASCII in front of it is skipped by words */
		{ "12345678\xC3\xA4" "1234567\xFF", 17 }, { "1234567\xC3", 7 },
		{ "12345678\x80", 8 }, { "1234567890123456", 16 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(vmxi_utf8_valid_prefix(text_of(cases[i].text)), cases[i].valid);
}

static void arena_pieces_stay_where_they_are(void **state)
{
	struct arena arena = { .allocator = &vmxi_default_allocator };
	struct text first, big;

	(void)state;
	first = vmxi_arena_copy(&arena, TEXT("first"));
	assert_non_null(vmxi_arena_zeroed(&arena, 100000));
	big = vmxi_arena_copy(&arena, TEXT("last"));
	assert_true(text_equal(first, TEXT("first")));
	assert_true(text_equal(big, TEXT("last")));
	assert_null(vmxi_arena_allocate(&arena, SIZE_MAX));
	assert_null(vmxi_arena_allocate(&arena, SIZE_MAX - 64));
	vmxi_arena_release(&arena);
}

static void a_vector_in_an_arena_keeps_its_items(void **state)
{
	struct arena arena = { .allocator = &vmxi_default_allocator };
	struct { uint64_t *items; size_t count, capacity; } vector = { NULL, 0, 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t *item = ARENA_ADD(&arena, &vector);

		assert_non_null(item);
		assert_true(*item == 0);
		*item = i;
	}
	assert_int_equal(vector.count, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_true(vector.items[i] == i);
	assert_null(vmxi_arena_add(&arena, &vector.items, &vector.count, &vector.count, SIZE_MAX / 4));
	vmxi_arena_release(&arena);
}

static void bytes_grow_and_end_in_nul(void **state)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(vmxi_bytes_append(&bytes, "abc", 3));
	assert_int_equal(bytes.length, 3000);
	assert_memory_equal(bytes.data + 2997, "abc", 4);
	assert_false(vmxi_bytes_reserve(&bytes, SIZE_MAX));
	vmx_bytes_release(&bytes);
	vmx_bytes_release(&bytes);
	vmx_bytes_release(NULL);
}

static void messages_hold_nothing_that_a_terminal_acts_upon(void **state)
{
	struct vmx_error *error = vmx_error_new();
	char q[QUOTE_MAX], longer[200];

	(void)state;
	assert_string_equal(vmx_error_message(error), "");
	vmxi_fail(error, VMX_CODE_SYNTAX, (struct position){ 3, 4 }, "bad '%s'",
		  vmxi_quote(q, TEXT("\x1b[2J\n\xff\xc2\x9b" "1m\0x")));
	assert_string_equal(vmx_error_message(error), "bad '?[2J????1m?x'");
	assert_int_equal(vmx_error_code(error), VMX_CODE_SYNTAX);
	assert_int_equal(vmx_error_line(error), 3);
	assert_int_equal(vmx_error_column(error), 4);
	/* the first half of a character, at the end */
	vmxi_fail(error, VMX_CODE_SYNTAX, NOWHERE, "xxxxxxxx");
	vmxi_fail(error, VMX_CODE_SYNTAX, NOWHERE, "%s", "x\xC2");
	assert_string_equal(vmx_error_message(error), "x?");
	memset(longer, 'x', sizeof(longer));
	vmxi_quote(q, (struct text){ longer, sizeof(longer) });
	assert_int_equal(strlen(q), QUOTE_MAX - 1);
	assert_string_equal(q + QUOTE_MAX - 4, "...");
	vmx_error_clear(error);
	assert_int_equal(vmx_error_code(error), VMX_OK);
	vmx_error_free(error);
}

static void a_module_fills_an_error_with_the_name_that_its_server_has(void **state)
{
	struct vmx_error *error = vmx_error_new();
	char longer[200];

	(void)state;
	assert_string_equal(vmx_error_detail(error), "");
	assert_int_equal(vmx_error_set(error, VMX_CODE_WRONG_STATE, "Invalid\x1bState", "%s is %s",
				       "web", "on\n"), VMX_CODE_WRONG_STATE);
	assert_string_equal(vmx_error_message(error), "web is on?");
	assert_string_equal(vmx_error_detail(error), "Invalid?State");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	vmx_error_set(error, VMX_CODE_SERVER_FAULT, longer, "x");
	assert_int_equal(strlen(vmx_error_detail(error)), DETAIL_MAX - 1);
	/* the next error is another one */
	vmxi_out_of_memory(error);
	assert_string_equal(vmx_error_detail(error), "");
	vmx_error_set(error, VMX_CODE_SERVER_FAULT, "NotFound", "x");
	vmx_error_clear(error);
	assert_string_equal(vmx_error_detail(error), "");
	assert_int_equal(vmx_error_set(NULL, VMX_CODE_IO, NULL, "x"), VMX_CODE_IO);
	vmx_error_free(error);
}

static void count_diagnostic(void *user, const struct vmx_diagnostic *diagnostic)
{
	unsigned int *last = user;

	last[0]++;
	last[1] = diagnostic->code;
}

static void diagnostics_stop_at_a_maximum_and_say_so(void **state)
{
	unsigned int seen[2] = { 0, 0 };
	struct reporter reporter = { count_diagnostic, seen, 0, 5 };

	(void)state;
	for (int i = 0; i < 100; i++)
		vmxi_report(&reporter, VMX_CODE_ODD_KEY, VMX_NOTE, NOWHERE, "x");
	assert_int_equal(seen[0], 6);
	assert_int_equal(seen[1], VMX_CODE_SUPPRESSED);
}

static void the_registry_ascends_and_every_code_has_a_name(void **state)
{
	enum vmx_code last = VMX_OK;
	size_t count = 0;

	(void)state;
	for (enum vmx_code c = vmx_code_next(VMX_OK); c != VMX_OK; c = vmx_code_next(c)) {
		assert_true(c > last);
		assert_non_null(vmx_code_name(c));
		assert_non_null(vmx_code_description(c));
		assert_int_not_equal(vmx_code_fault(c), VMX_FAULT_NONE);
		last = c;
		count++;
	}
	assert_true(count > 30);
	assert_null(vmx_code_name(VMX_CODE_LAST_));
	assert_string_equal(vmx_code_name(VMX_OK), "ok");
}

static void fill(unsigned char *block, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		block[i] = (unsigned char)(i * 31 >> 3);
}

static void assert_filled(const unsigned char *block, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (block[i] != (unsigned char)(i * 31 >> 3))
			fail_msg("byte %zu of %zu is another", i, size);
	}
}

/* Up and down, from malloc() to pages of its own and back. */
static void large_blocks_keep_their_bytes(void **state)
{
	static const size_t sizes[] = {
		1, 100, 4096, 3 << 20, (4 << 20) - 17, (4 << 20) - 16, 4 << 20, 10 << 20, 6 << 20,
		(6 << 20) + 1, 2 << 20, 30 << 20, 1 << 10, 5 << 20,
	};
	const struct vmx_allocator *a = vmxi_large_allocator(&vmxi_default_allocator);
	size_t last = sizes[0];
	unsigned char *block = vmxi_allocate(a, last);

	(void)state;
	assert_non_null(block);
	fill(block, 0, last);
	for (size_t i = 1; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		block = a->resize(a->user, block, sizes[i]);
		assert_non_null(block);
		assert_int_equal((uintptr_t)block % 16, 0);
		assert_filled(block, last < sizes[i] ? last : sizes[i]);
		fill(block, last, sizes[i]);
		assert_null(a->resize(a->user, block, SIZE_MAX - 100));
		assert_filled(block, sizes[i]);
		last = sizes[i];
	}
	vmxi_release(a, block);
	assert_null(vmxi_allocate(a, SIZE_MAX - 100));
}

/* Who brings an allocator gets all memory from it. */
static void an_allocator_of_the_caller_is_asked_for_large_blocks_too(void **state)
{
	struct vmx_allocator own = vmxi_default_allocator;

	(void)state;
	own.allocate = NULL;
	assert_ptr_equal(vmxi_large_allocator(&own), &own);
}

/* As the definition has it: byte by byte. */
static bool equal_plainly(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	}
	return true;
}

/* Each byte against each, at each place of texts of each length, with nothing readable behind. */
static void case_is_ignored_in_letters_only_and_at_any_length(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 18; len++) {
		char *a = malloc(len + 1), *b = malloc(len + 1);

		assert_non_null(a);
		assert_non_null(b);
		for (size_t at = 0; at < len; at++) {
			for (int pair = 0; pair < 0x10000; pair++) {
				memset(a + 1, 'k', len);
				memset(b + 1, 'K', len);
				a[1 + at] = (char)(pair >> 8);
				b[1 + at] = (char)pair;
				if (vmxi_equal_nocase(a + 1, b + 1, len) != equal_plainly(a + 1, b + 1, len))
					fail_msg("%#x at %zu of %zu", (unsigned int)pair, at, len);
			}
		}
		assert_true(vmxi_equal_nocase(a + 1, b + 1, 0));
		free(a);
		free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_blocks_keep_their_bytes),
		cmocka_unit_test(an_allocator_of_the_caller_is_asked_for_large_blocks_too),
		cmocka_unit_test(case_is_ignored_in_letters_only_and_at_any_length),
		cmocka_unit_test(numbers_are_read_to_the_end_with_overflow_checks),
		cmocka_unit_test(unsigned_numbers_wrap_at_a_minus_sign),
		cmocka_unit_test(numbers_are_written_in_decimal),
		cmocka_unit_test(utf8_is_checked_as_rfc_3629_has_it),
		cmocka_unit_test(arena_pieces_stay_where_they_are),
		cmocka_unit_test(a_vector_in_an_arena_keeps_its_items),
		cmocka_unit_test(bytes_grow_and_end_in_nul),
		cmocka_unit_test(messages_hold_nothing_that_a_terminal_acts_upon),
		cmocka_unit_test(a_module_fills_an_error_with_the_name_that_its_server_has),
		cmocka_unit_test(diagnostics_stop_at_a_maximum_and_say_so),
		cmocka_unit_test(the_registry_ascends_and_every_code_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
