/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lib/document does to many bytes at a time, once for each kind of vectors: vectors.c
 * is compiled for all of them, so that they can be held against each other.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include "document/ordinary.h"

struct vectors {
	const char *name;
	uint32_t (*key_bits)(const char *p);
	uint32_t (*stop_bits)(const char *p, char quote);
	uint32_t (*high_bits)(const char *p);
	uint32_t (*odd_bits)(const char *p);
	uint32_t (*line_feed_bits)(const char *p);
	uint32_t (*hash)(const char *key, size_t len);
	uint32_t (*hash_padded)(const char *key, size_t len);
	vmxi_take_ordinary_fn *take_ordinary;
};

extern const struct vectors vectors_plain, vectors_base, vectors_avx2;

#endif
