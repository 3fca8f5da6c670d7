/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking for bytes, many at a time.  Everything here reads whole blocks and
 * relies on what stands behind a document's bytes: BYTES_PADDING line feeds.
 * They also end every search, so that no loop has to compare with the end.
 *
 * Each way to look at 32 bytes is there three times: by AVX2 in what is compiled for
 * it, by SSE2 on every other x86-64, and in words of eight bytes elsewhere (and with
 * VMXI_PLAIN_C).  A test holds all of them against what is said of a single byte.
 */
#ifndef VMXI_DOCUMENT_BYTES_H
#define VMXI_DOCUMENT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BYTES_PADDING 64

static inline bool is_eol(char c)
{
	return c == '\n' || c == '\r';
}

/* What a byte may be in a key, as libvirt's reader has it. */
static inline bool is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline bool is_key_first(char c)
{
	return is_letter(c) || c == '.';
}

static inline bool is_key_byte(char c)
{
	/* digits and the colon are neighbours, so are '-' and '.' */
	return is_letter(c) || (unsigned char)(c - '0') < 11 || (unsigned char)(c - '-') < 2 ||
	       c == '_' || c == '*';
}

/*
 * Of 32 bytes one bit each, the first in the lowest:
 *
 * key_bits_32        for what nearly all bytes of keys are.  The star is left out:
 *                    hardly a key has one, and it would have to be looked for in all.
 * stop_bits_32       for quotes of the kind and ends of lines
 * high_bits_32       for bytes above 0x7F
 * odd_bits_32        for those, and NUL: what hardly a file has
 * line_feed_bits_32  for what ends lines nearly always
 */
#if defined(__AVX2__) && !defined(VMXI_PLAIN_C)
#include <immintrin.h>

static inline __m256i load_32(const char *p)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* All ones where low <= byte < low + count. */
static inline __m256i in_range(__m256i bytes, char low, char count)
{
	__m256i from_low = _mm256_sub_epi8(bytes, _mm256_set1_epi8(low));

	return _mm256_cmpeq_epi8(_mm256_min_epu8(from_low, _mm256_set1_epi8((char)(count - 1))),
				 from_low);
}

/* What a byte with this lower or upper half may be: bits of the kinds that it has in both. */
#define KEY_DASHES 1	/* 2D and 2E */
#define KEY_TENS 2	/* 30 to 3A, 70 to 7A */
#define KEY_LETTERS 4	/* 41 to 4F, 61 to 6F */
#define KEY_UPPER 8	/* 50 to 5A, 5F */

static inline uint32_t key_bits_32(const char *p)
{
	const char a = KEY_TENS | KEY_UPPER, b = a | KEY_LETTERS, c = KEY_LETTERS;
	const __m256i lower = _mm256_broadcastsi128_si256(_mm_setr_epi8(
		a, b, b, b, b, b, b, b, b, b, b, c, c, c | KEY_DASHES, c | KEY_DASHES, c | KEY_UPPER));
	const __m256i upper = _mm256_broadcastsi128_si256(_mm_setr_epi8(
		0, 0, KEY_DASHES, KEY_TENS, KEY_LETTERS, KEY_UPPER, KEY_LETTERS, KEY_TENS,
		0, 0, 0, 0, 0, 0, 0, 0));
	__m256i bytes = load_32(p);
	__m256i halves = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
	__m256i kinds = _mm256_and_si256(_mm256_shuffle_epi8(lower, bytes),
					 _mm256_shuffle_epi8(upper, halves));

	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(kinds, _mm256_setzero_si256()));
}

/* By the lower half of a byte, the one stop that has it: 0x22 or 0x27, 0x0A, 0x0D; or another byte. */
static inline uint32_t stop_bits_32(const char *p, char quote)
{
	const char two = quote == '"' ? '"' : 0, seven = quote == '\'' ? '\'' : 0;
	__m256i stops = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(1, 0, two, 0, 0, 0, 0, seven, 0, 0, '\n', 0, 0, '\r', 0, 0));
	__m256i b = load_32(p);

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(stops, b), b));
}

static inline uint32_t high_bits_32(const char *p)
{
	return (uint32_t)_mm256_movemask_epi8(load_32(p));
}

static inline uint32_t odd_bits_32(const char *p)
{
	__m256i b = load_32(p);

	return (uint32_t)_mm256_movemask_epi8(
		_mm256_or_si256(b, _mm256_sub_epi8(b, _mm256_set1_epi8(1))));
}

static inline uint32_t line_feed_bits_32(const char *p)
{
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load_32(p), _mm256_set1_epi8('\n')));
}

#elif defined(__SSE2__) && !defined(VMXI_PLAIN_C)
#include <emmintrin.h>

static inline __m128i load_16(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* All ones where low <= byte < low + count. */
static inline __m128i in_range(__m128i bytes, char low, char count)
{
	__m128i from_low = _mm_sub_epi8(bytes, _mm_set1_epi8(low));

	return _mm_cmpeq_epi8(_mm_min_epu8(from_low, _mm_set1_epi8((char)(count - 1))), from_low);
}

static inline uint32_t key_bits_16(const char *p)
{
	__m128i b = load_16(p);
	__m128i letter = in_range(_mm_or_si128(b, _mm_set1_epi8(0x20)), 'a', 26);
	__m128i other = _mm_andnot_si128(_mm_cmpeq_epi8(b, _mm_set1_epi8('/')),
					 in_range(b, '-', ':' - '-' + 1));

	other = _mm_or_si128(other, _mm_cmpeq_epi8(b, _mm_set1_epi8('_')));
	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(letter, other));
}

static inline uint32_t stop_bits_16(const char *p, char quote)
{
	__m128i b = load_16(p);
	__m128i hit = _mm_cmpeq_epi8(b, _mm_set1_epi8('\n'));

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(b, _mm_set1_epi8('\r')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(b, _mm_set1_epi8(quote)));
	return (uint32_t)_mm_movemask_epi8(hit);
}

static inline uint32_t key_bits_32(const char *p)
{
	return key_bits_16(p) | key_bits_16(p + 16) << 16;
}

static inline uint32_t stop_bits_32(const char *p, char quote)
{
	return stop_bits_16(p, quote) | stop_bits_16(p + 16, quote) << 16;
}

static inline uint32_t high_bits_32(const char *p)
{
	return (uint32_t)_mm_movemask_epi8(load_16(p)) |
	       (uint32_t)_mm_movemask_epi8(load_16(p + 16)) << 16;
}

static inline uint32_t odd_bits_16(const char *p)
{
	__m128i b = load_16(p);

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(b, _mm_sub_epi8(b, _mm_set1_epi8(1))));
}

static inline uint32_t odd_bits_32(const char *p)
{
	return odd_bits_16(p) | odd_bits_16(p + 16) << 16;
}

static inline uint32_t line_feed_bits_32(const char *p)
{
	__m128i feed = _mm_set1_epi8('\n');

	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(load_16(p), feed)) |
	       (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(load_16(p + 16), feed)) << 16;
}

#else
#include <string.h>

#define EACH UINT64_C(0x0101010101010101)	/* times a byte: that in all eight of a word */

/* The first byte is the lowest. */
static inline uint64_t load_8(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/*
 * Answers of a word: the highest bit of each byte.  All sums are of seven bits, so that
 * none carries into the next byte.
 */
static inline uint64_t equal_8(uint64_t word, char c)
{
	uint64_t other = word ^ EACH * (unsigned char)c;

	return ~((other & EACH * 0x7F) + EACH * 0x7F) & ~other & EACH * 0x80;
}

/* low <= byte < low + count, all of them ASCII */
static inline uint64_t in_range_8(uint64_t word, unsigned int low, unsigned int count)
{
	uint64_t seven = word & EACH * 0x7F;
	uint64_t from_low = seven + EACH * (0x80 - low), above = seven + EACH * (0x80 - low - count);

	return from_low & ~above & ~word & EACH * 0x80;
}

static inline uint64_t key_8(uint64_t word)
{
	return in_range_8(word | EACH * 0x20, 'a', 26) | equal_8(word, '_') |
	       (in_range_8(word, '-', ':' - '-' + 1) & ~equal_8(word, '/'));
}

/* The eight answers side by side: no two of the products' bits meet. */
static inline uint32_t gather_8(uint64_t answers)
{
	return (uint32_t)(answers * UINT64_C(0x0002040810204081) >> 56);
}

static inline uint32_t key_bits_32(const char *p)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 32; i += 8)
		bits |= gather_8(key_8(load_8(p + i))) << i;
	return bits;
}

static inline uint32_t stop_bits_32(const char *p, char quote)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 32; i += 8) {
		uint64_t word = load_8(p + i);

		bits |= gather_8(equal_8(word, '\n') | equal_8(word, '\r') |
				 equal_8(word, quote)) << i;
	}
	return bits;
}

static inline uint32_t high_bits_32(const char *p)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 32; i += 8)
		bits |= gather_8(load_8(p + i) & EACH * 0x80) << i;
	return bits;
}

static inline uint32_t odd_bits_32(const char *p)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 32; i += 8) {
		uint64_t word = load_8(p + i);

		bits |= gather_8((word & EACH * 0x80) | equal_8(word, '\0')) << i;
	}
	return bits;
}

static inline uint32_t line_feed_bits_32(const char *p)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 32; i += 8)
		bits |= gather_8(equal_8(load_8(p + i), '\n')) << i;
	return bits;
}

#endif

/* How many of the first 32 bytes are ordinary in a key, up to the first that is not. */
static inline unsigned int ordinary_key_32(const char *p)
{
	uint32_t other = ~key_bits_32(p);

	return other ? (unsigned int)__builtin_ctz(other) : 32;
}

/* Which of the first 64 bytes are quotes or ends of lines. */
static inline uint64_t stop_bits_64(const char *p, char quote)
{
	return stop_bits_32(p, quote) | (uint64_t)stop_bits_32(p + 32, quote) << 32;
}

static inline uint64_t line_feed_bits_64(const char *p)
{
	return line_feed_bits_32(p) | (uint64_t)line_feed_bits_32(p + 32) << 32;
}

/* The first quote or end of line. */
static inline const char *find_stop(const char *p, char quote)
{
	uint32_t bits;

	while (!(bits = stop_bits_32(p, quote)))
		p += 32;
	return p + __builtin_ctz(bits);
}

static inline const char *find_eol(const char *p)
{
	return find_stop(p, '\n');
}

/* The first byte above 0x7F, or end. */
static inline const char *find_high(const char *p, const char *end)
{
	uint32_t bits = 0;

	for (; p < end && !(bits = high_bits_32(p)); p += 32)
		;
	if (!bits)
		return end;
	p += __builtin_ctz(bits);
	return p < end ? p : end;
}

#endif
