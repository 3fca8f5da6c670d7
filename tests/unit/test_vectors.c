/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many bytes at a time: whatever vectors the processor has, they say of each byte what
 * there is to be said of a single one, and of lines and keys the same as each other.
 */
#include "document_support.h"

#include "vectors.h"
#include "document/bytes.h"

static const struct vectors *kinds[3];
static size_t kind_count;

static void find_kinds(void)
{
	kinds[kind_count++] = &vectors_plain;
	kinds[kind_count++] = &vectors_base;
#ifdef WITH_AVX2
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		kinds[kind_count++] = &vectors_avx2;
	else
		print_message("this processor has no AVX2, so that is not tested\n");
#endif
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* All bytes, and those that mean something, and their neighbours, more often. */
static char random_byte(uint32_t *seed)
{
	static const char often[] = "\"\"\"''\n\n\r==  \t#;.*-_:/,@[`{AZaz09\x7F\x80\x8A\x8D\xA2\xA7\xFF";
	uint32_t choice = next_random(seed);

	return choice % 2 ? often[choice / 2 % (sizeof(often) - 1)] : (char)(choice / 2);
}

/*
 * What is asked of a single byte
 */
static bool is_ordinary_key_byte(char c, char quote)
{
	(void)quote;
	return is_key_byte(c) && c != '*';
}

static bool is_stop(char c, char quote)
{
	return is_eol(c) || c == quote;
}

static bool is_high(char c, char quote)
{
	(void)quote;
	return (unsigned char)c > 0x7F;
}

static bool is_odd(char c, char quote)
{
	return c == '\0' || is_high(c, quote);
}

static bool is_line_feed(char c, char quote)
{
	(void)quote;
	return c == '\n';
}

static void assert_bits(uint32_t bits, const char *p, bool (*is)(char c, char quote), char quote)
{
	for (unsigned int i = 0; i < 32; i++)
		assert_int_equal(bits >> i & 1, is(p[i], quote));
}

static void assert_right(const char *p)
{
	for (size_t i = 0; i < kind_count; i++) {
		const struct vectors *v = kinds[i];

		assert_bits(v->key_bits(p), p, is_ordinary_key_byte, 0);
		for (const char *quote = "\"'\n"; *quote; quote++)
			assert_bits(v->stop_bits(p, *quote), p, is_stop, *quote);
		assert_bits(v->high_bits(p), p, is_high, 0);
		assert_bits(v->odd_bits(p), p, is_odd, 0);
		assert_bits(v->line_feed_bits(p), p, is_line_feed, 0);
	}
}

static void each_byte_is_seen_at_each_place(void **state)
{
	static const char others[] = { 'a', '\0', '\x7F', '\x80', '\xFF', '\n' };
	char block[32];

	(void)state;
	for (size_t other = 0; other < sizeof(others); other++) {
		for (int c = 0; c < 256; c++) {
			for (size_t at = 0; at < sizeof(block); at++) {
				memset(block, others[other], sizeof(block));
				block[at] = (char)c;
				assert_right(block);
			}
		}
	}
}

static void random_bytes_are_seen_at_each_alignment(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (size_t round = 0; round < 200; round++) {
		for (size_t from = 0; from < 64; from++) {
			/* nothing is readable behind the last one */
			char *block = malloc(from + 32);

			assert_non_null(block);
			for (size_t i = 0; i < 32; i++)
				block[from + i] = random_byte(&seed);
			assert_right(block + from);
			free(block);
		}
	}
}

static void hashes_are_alike(void **state)
{
	uint32_t seed = 2;

	(void)state;
	for (size_t len = 0; len <= 200; len++) {
		size_t padded = len < 32 ? 32 : (len + 31) / 32 * 32;
		char *key = malloc(padded), *exact = malloc(len + 1);

		assert_non_null(key);
		assert_non_null(exact);
		for (size_t i = 0; i < padded; i++)
			key[i] = random_byte(&seed);
		memcpy(exact + 1, key, len);	/* odd, and nothing behind it */
		for (size_t i = 0; i < kind_count; i++) {
			assert_int_equal(kinds[i]->hash(exact + 1, len), vectors_plain.hash(exact + 1, len));
			assert_int_equal(kinds[i]->hash_padded(key, len), vectors_plain.hash(key, len));
		}
		free(key);
		free(exact);
	}
}

/*
 * Ordinary lines, and such as are nearly that
 */
static void add_random_line(struct paper *text, uint32_t *seed)
{
	static const char *const equals[] = { " = ", "=", " = ", " =", "= ", "  = ", "\t=", " : " };
	static const char *const ends[] = { "\n", "\r\n", "\n", "\r", "\r\r\n", " \n", "\n\n", "#\n" };
	static const char keys[] = "abcXYZ09._:-*/ \"\xC3";
	static const char values[] = "abc 09.:/#;='\\=\xC3\xA4\t\r\"\n";
	char key[40], value[120];
	uint32_t odd = next_random(seed);
	size_t key_len = next_random(seed) % (odd % 8 ? 20 : sizeof(key));
	size_t value_len = next_random(seed) % (odd % 8 ? 24 : sizeof(value));

	/* the last bytes of both tables are the odd ones */
	for (size_t i = 0; i < key_len; i++)
		key[i] = keys[next_random(seed) % (odd % 16 ? 11 : sizeof(keys) - 1)];
	for (size_t i = 0; i < value_len; i++)
		value[i] = values[next_random(seed) % (odd % 16 > 1 ? 17 : sizeof(values) - 1)];
	paper_add(text, "%c%.*s%s\"%.*s\"%s", odd % 32 ? 'k' : '.', (int)key_len, key,
		  equals[odd / 32 % 8 % (odd % 3 ? 2 : 8)], (int)value_len, value,
		  ends[odd / 256 % 8 % (odd % 5 ? 1 : 8)]);
}

#define ENTRIES 40

/* What one kind makes of the text, which begins so far behind where memory does. */
static struct ordinary_run take(const struct vectors *v, const struct paper *text, size_t from,
				size_t max_value, struct entry *entries)
{
	uint32_t slot = 0;
	struct vmx_document doc = {
		.bytes = text->text + from, .length = text->length - from - BYTES_PADDING,
		.index = { .slots = &slot, .windows = 1 },
		.limits = { .value_length = max_value },
	};
	struct ordinary_run run = {
		.p = doc.bytes, .end = doc.bytes + doc.length,
		.e = entries, .full = entries + ENTRIES, .line = 7, .column = 3,
	};

	memset(entries, 0, ENTRIES * sizeof(*entries));
	v->take_ordinary(&doc, &run);
	return run;
}

static void assert_same_lines(const struct paper *text, size_t from, size_t max_value, size_t *taken)
{
	struct entry entries[ENTRIES], expected[ENTRIES];
	struct ordinary_run want = take(&vectors_plain, text, from, max_value, expected);

	for (size_t i = 0; i < kind_count; i++) {
		struct ordinary_run got = take(kinds[i], text, from, max_value, entries);

		assert_ptr_equal(got.p, want.p);
		assert_int_equal(got.e - entries, want.e - expected);
		assert_int_equal(got.line, want.line);
		assert_int_equal(got.column, want.column);
		assert_memory_equal(entries, expected, sizeof(entries));
	}
	*taken += (size_t)(want.e - expected);
}

static void lines_are_taken_alike_at_each_alignment(void **state)
{
	uint32_t seed = 3;
	size_t taken = 0, rounds = 0;

	(void)state;
	for (size_t round = 0; round < 400; round++) {
		for (size_t from = 0; from < 64; from++, rounds++) {
			struct paper text = { 0 };
			size_t max_value = next_random(&seed) % 8 ? 1000 : 10;

			paper_add(&text, "%*s", (int)from, "");
			for (uint32_t lines = next_random(&seed) % 12; lines > 0; lines--)
				add_random_line(&text, &seed);
			text.length -= text.length > from ? next_random(&seed) % 3 : 0;
			/* without the NUL, so that nothing is readable behind the padding */
			text.text = realloc(text.text, text.length + BYTES_PADDING);
			assert_non_null(text.text);
			memset(text.text + text.length, '\n', BYTES_PADDING);
			text.length += BYTES_PADDING;
			if (text.length - BYTES_PADDING > from)
				assert_same_lines(&text, from, max_value, &taken);
			free(text.text);
		}
	}
	assert_true(taken > rounds);	/* many are indeed ordinary */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte_is_seen_at_each_place),
		cmocka_unit_test(random_bytes_are_seen_at_each_alignment),
		cmocka_unit_test(hashes_are_alike),
		cmocka_unit_test(lines_are_taken_alike_at_each_alignment),
	};

	find_kinds();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
