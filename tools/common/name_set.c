/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/name_set.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * SipHash-2-4, as Aumasson and Bernstein describe it: "SipHash: a fast short-input PRF",
 * 2012.
 */
static uint64_t rotate(uint64_t word, int bits)
{
	return word << bits | word >> (64 - bits);
}

static void sip_rounds(uint64_t v[4], int rounds)
{
	while (rounds-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
}

uint64_t name_digest(const uint64_t key[2], const void *bytes, size_t length)
{
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573),
	};
	const char *at = bytes;
	size_t left = length;
	uint64_t word;

	for (; left >= sizeof(word); at += sizeof(word), left -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sip_word(v, le64toh(word));
	}
	/* the last word: what is left, and the length in its highest byte */
	word = 0;
	memcpy(&word, at, left);
	sip_word(v, le64toh(word) | (uint64_t)length << 56);
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The place of the digest, or the free one where it belongs. */
static uint64_t *find_place(const struct name_set *set, uint64_t digest)
{
	size_t place = (size_t)digest & (set->capacity - 1);

	while (set->digests[place] != 0 && set->digests[place] != digest)
		place = (place + 1) & (set->capacity - 1);
	return &set->digests[place];
}

/* At most three quarters of the places are in use. */
static bool make_room(struct name_set *set)
{
	struct name_set grown = *set;

	if (set->count < set->capacity / 4 * 3)
		return true;
	if (set->capacity == 0 && getentropy(grown.key, sizeof(grown.key)) != 0)
		return false;
	grown.capacity = set->capacity ? set->capacity * 2 : 1024;
	grown.digests = calloc(grown.capacity, sizeof(*grown.digests));
	if (!grown.digests)
		return false;
	for (size_t i = 0; i < set->capacity; i++) {
		if (set->digests[i] != 0)
			*find_place(&grown, set->digests[i]) = set->digests[i];
	}
	free(set->digests);
	*set = grown;
	return true;
}

enum name_set_answer name_set_add(struct name_set *set, const char *name)
{
	uint64_t digest, *place;

	if (!make_room(set))
		return NAME_SET_FAILED;
	digest = name_digest(set->key, name, strlen(name));
	digest += digest == 0;	/* that stands for a free place */
	place = find_place(set, digest);
	if (*place == digest)
		return NAME_WAS_THERE;
	*place = digest;
	set->count++;
	return NAME_IS_NEW;
}

void name_set_release(struct name_set *set)
{
	free(set->digests);
	*set = (struct name_set){ .digests = NULL };
}
