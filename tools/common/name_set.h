/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which names were there already, in 22 bytes for each at most.
 */
#ifndef VMXTOOL_NAME_SET_H
#define VMXTOOL_NAME_SET_H

#include <stddef.h>
#include <stdint.h>

/*
 * Of each name only a digest of 64 bits is kept, under a key that nobody knows: of a
 * million names, two that differ are taken for the same in one of 30 million runs, and
 * nobody can choose such names.  Zero-initialise.
 */
struct name_set {
	uint64_t *digests;	/* 0: a free place */
	size_t capacity, count;	/* the capacity is a power of two */
	uint64_t key[2];
};

/* NAME_SET_FAILED: errno says why. */
enum name_set_answer { NAME_IS_NEW, NAME_WAS_THERE, NAME_SET_FAILED };

enum name_set_answer name_set_add(struct name_set *set, const char *name);
void name_set_release(struct name_set *set);

/* SipHash-2-4 of the bytes. */
uint64_t name_digest(const uint64_t key[2], const void *bytes, size_t length);

#endif
