/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking for bytes, many at a time.  Everything here reads whole blocks and
 * relies on what stands behind a document's bytes: BYTES_PADDING line feeds.
 * They also end every search, so that no loop has to compare with the end.
 *
 * SSE2 belongs to every x86-64.  Elsewhere (and with VMXI_PLAIN_C, for the
 * tests) the same is done by bytes.
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

#if defined(__SSE2__) && !defined(VMXI_PLAIN_C)
#include <emmintrin.h>

/* All ones where low <= byte < low + count. */
static inline __m128i in_range(__m128i bytes, char low, char count)
{
	__m128i from_low = _mm_sub_epi8(bytes, _mm_set1_epi8(low));

	return _mm_cmpeq_epi8(_mm_min_epu8(from_low, _mm_set1_epi8((char)(count - 1))), from_low);
}

static inline uint32_t ordinary_key_bits_16(const char *p)
{
	__m128i b = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i letter = in_range(_mm_or_si128(b, _mm_set1_epi8(0x20)), 'a', 26);
	__m128i other = _mm_andnot_si128(_mm_cmpeq_epi8(b, _mm_set1_epi8('/')),
					 in_range(b, '-', ':' - '-' + 1));

	other = _mm_or_si128(other, _mm_cmpeq_epi8(b, _mm_set1_epi8('_')));
	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(letter, other));
}

static inline uint32_t stop_bits_16(const char *p, char quote)
{
	__m128i b = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i hit = _mm_cmpeq_epi8(b, _mm_set1_epi8('\n'));

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(b, _mm_set1_epi8('\r')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(b, _mm_set1_epi8(quote)));
	return (uint32_t)_mm_movemask_epi8(hit);
}

static inline uint32_t high_bits_16(const char *p)
{
	return (uint32_t)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)p));
}

#else

static inline uint32_t ordinary_key_bits_16(const char *p)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 16; i++)
		bits |= (uint32_t)(is_key_byte(p[i]) && p[i] != '*') << i;
	return bits;
}

static inline uint32_t stop_bits_16(const char *p, char quote)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 16; i++)
		bits |= (uint32_t)(is_eol(p[i]) || p[i] == quote) << i;
	return bits;
}

static inline uint32_t high_bits_16(const char *p)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 16; i++)
		bits |= (uint32_t)((unsigned char)p[i] >> 7) << i;
	return bits;
}

#endif

/*
 * How many of the first 32 bytes are key bytes, up to the first that is not.  The
 * star is left out: hardly a key has one, and it would have to be looked for in all.
 */
static inline unsigned int ordinary_key_32(const char *p)
{
	uint32_t other = ~(ordinary_key_bits_16(p) | ordinary_key_bits_16(p + 16) << 16);

	return other ? (unsigned int)__builtin_ctz(other) : 32;
}

/* Which of the first 64 bytes are quotes or ends of lines. */
static inline uint64_t stop_bits_64(const char *p, char quote)
{
	uint64_t bits = 0;

	for (unsigned int i = 0; i < 64; i += 16)
		bits |= (uint64_t)stop_bits_16(p + i, quote) << i;
	return bits;
}

/* The first quote or end of line. */
static inline const char *find_stop(const char *p, char quote)
{
	uint32_t bits;

	while (!(bits = stop_bits_16(p, quote) | stop_bits_16(p + 16, quote) << 16))
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

	for (; p < end && !(bits = high_bits_16(p) | high_bits_16(p + 16) << 16); p += 32)
		;
	if (!bits)
		return end;
	p += __builtin_ctz(bits);
	return p < end ? p : end;
}

#endif
