/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A short text as two machine words, case folded: what the tables of keys are
 * made of at build time and asked with at run time.
 */
#ifndef VMXI_MACHINE_KEY_WORDS_H
#define VMXI_MACHINE_KEY_WORDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * For up to 16 bytes, words and length say all of the text.  Folding by | 0x20
 * merges more than upper and lower case, but not within the characters that a
 * key may hold: letters, digits and _ : . - *
 */
struct key_words {
	uint64_t first, last;
	size_t len;
};

#define KEY_WORDS_COMPLETE 16

static inline uint64_t load_word32(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static inline uint64_t load_word64(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static inline struct key_words key_words(const char *p, size_t len)
{
	const uint64_t fold = 0x2020202020202020;
	uint64_t first, last;

	if (len >= 8) {
		first = load_word64(p);
		last = load_word64(p + len - 8);
	} else if (len >= 4) {
		first = last = load_word32(p) | load_word32(p + len - 4) << 32;
	} else if (len > 0) {
		first = last = (uint64_t)(unsigned char)p[0] |
			       (uint64_t)(unsigned char)p[len / 2] << 8 |
			       (uint64_t)(unsigned char)p[len - 1] << 16;
	} else {
		first = last = 0;
	}
	return (struct key_words){ first | fold, last | fold, len };
}

/* salt: the set of fields, so that one table serves all sets */
static inline unsigned int key_hash(struct key_words w, uint64_t salt, uint64_t multiplier,
				    unsigned int bits)
{
	uint64_t mixed = (w.first ^ (w.last * 0x9E3779B97F4A7C15u)) +
			 (salt << 8 | w.len) * 0xC2B2AE3D27D4EB4Fu;

	mixed ^= mixed >> 29;
	return (unsigned int)((mixed * multiplier) >> (64 - bits));
}

/* The first four bytes of a key; shorter keys have no head. */
static inline uint32_t key_prefix(const char *p)
{
	return (uint32_t)load_word32(p) | 0x20202020u;
}

static inline unsigned int prefix_hash(uint32_t prefix, uint32_t multiplier, unsigned int bits)
{
	return (uint32_t)(prefix * multiplier) >> (32 - bits);
}

#endif
