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

static inline uint64_t hash_word(const char *p, const unsigned char *mask)
{
	uint64_t word, keep;

	memcpy(&word, p, sizeof(word));
	memcpy(&keep, mask, sizeof(keep));
	return (word | UINT64_C(0x2020202020202020)) & keep;
}

/* Adds len (0 to 32) bytes; all 32 have to be readable, but only len count. */
static inline uint64_t hash_chunk(uint64_t h, const char *p, size_t len)
{
	static const unsigned char masks[2 * HASH_CHUNK] = {
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	};
	const unsigned char *mask = masks + HASH_CHUNK - len;

	h = (h ^ (h >> 29)) * UINT64_C(0xD6E8FEB86659FD93);
	h += hash_word(p, mask) * UINT64_C(0x9E3779B97F4A7C15);
	h += hash_word(p + 8, mask + 8) * UINT64_C(0xC2B2AE3D27D4EB4F);
	h += hash_word(p + 16, mask + 16) * UINT64_C(0xA0761D6478BD642F);
	h += hash_word(p + 24, mask + 24) * UINT64_C(0xE7037ED1A0B428DB);
	return h;
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
