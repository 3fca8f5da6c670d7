/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hash of a key.  Keys that only differ in ASCII case have the same one; so
 * have a few others (bit 5 of each byte is set before hashing, which folds more
 * than letters), so that equality always has to be looked at.
 *
 * Anybody can choose keys that collide.  What keeps such a file from being
 * expensive is not the hash but index.c, which bounds every search.
 *
 * Up to 32 bytes are hashed without a branch: the lengths of keys are too
 * irregular for branches to be guessed.
 */
#ifndef VMXI_DOCUMENT_HASH_H
#define VMXI_DOCUMENT_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_CHUNK 32

/* A window into it, HASH_CHUNK wide, keeps len bytes: see hash_mask(). */
static const unsigned char hash_masks[2 * HASH_CHUNK] = {
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

static inline const unsigned char *hash_mask(size_t len)
{
	return hash_masks + HASH_CHUNK - len;
}

/* Numbers without a pattern: the hexadecimal digits of pi. */
static const uint32_t hash_salt[HASH_CHUNK / sizeof(uint32_t)] = {
	0x243F6A89, 0x85A308D3, 0x13198A2F, 0x03707345,
	0xA4093823, 0x299F31D1, 0x082EFA99, 0xEC4E6C89,
};

/*
 * The eight 32-bit words of the chunk, each with its salt, are multiplied in pairs, and
 * the products added up: the function NH of the authentication code UMAC (RFC 4418).
 * What AVX2 does to all pairs at once takes a third of the instructions.
 */
#if defined(__AVX2__) && !defined(VMXI_PLAIN_C)
#include <immintrin.h>

static inline uint64_t hash_sum(const char *p, size_t len)
{
	__m256i words = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i mask = _mm256_loadu_si256((const __m256i *)(const void *)hash_mask(len));
	__m256i salt = _mm256_loadu_si256((const __m256i *)(const void *)hash_salt);
	__m128i sum;

	words = _mm256_and_si256(_mm256_or_si256(words, _mm256_set1_epi8(0x20)), mask);
	words = _mm256_add_epi32(words, salt);
	words = _mm256_mul_epu32(words, _mm256_srli_epi64(words, 32));
	sum = _mm_add_epi64(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
	return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(sum, _mm_unpackhi_epi64(sum, sum)));
}

#else

static inline uint32_t hash_word(const char *p, const unsigned char *mask)
{
	uint32_t word, keep;

	memcpy(&word, p, sizeof(word));
	memcpy(&keep, mask, sizeof(keep));
	return (word | 0x20202020) & keep;
}

static inline uint64_t hash_sum(const char *p, size_t len)
{
	const unsigned char *mask = hash_mask(len);
	uint64_t sum = 0;

	for (size_t i = 0; i < HASH_CHUNK; i += 8) {
		uint32_t a = hash_word(p + i, mask + i) + hash_salt[i / 4];
		uint32_t b = hash_word(p + i + 4, mask + i + 4) + hash_salt[i / 4 + 1];

		sum += (uint64_t)a * b;
	}
	return sum;
}

#endif

/* Adds len (0 to 32) bytes; all 32 have to be readable, but only len count. */
static inline uint64_t hash_chunk(uint64_t h, const char *p, size_t len)
{
	return (h ^ (h >> 29)) * UINT64_C(0xD6E8FEB86659FD93) + hash_sum(p, len);
}

static inline uint32_t hash_end(uint64_t h)
{
	h = (h ^ (h >> 32)) * UINT64_C(0x8EBC6AF09C88C6E3);
	return (uint32_t)(h >> 32);
}

/*
 * The same as vmxi_key_hash(), for a key behind which enough bytes are readable:
 * up to the next multiple of 32 from its beginning, and at least 32.
 */
static inline uint32_t vmxi_key_hash_padded(const char *key, size_t len)
{
	uint64_t h = len;

	for (; len > HASH_CHUNK; len -= HASH_CHUNK, key += HASH_CHUNK)
		h = hash_chunk(h, key, HASH_CHUNK);
	return hash_end(hash_chunk(h, key, len));
}

static inline uint32_t vmxi_key_hash(const char *key, size_t len)
{
	char last[HASH_CHUNK] = { 0 };
	uint64_t h = len;

	for (; len > HASH_CHUNK; len -= HASH_CHUNK, key += HASH_CHUNK)
		h = hash_chunk(h, key, HASH_CHUNK);
	if (len > 0)
		memcpy(last, key, len);
	return hash_end(hash_chunk(h, last, len));
}

#endif
