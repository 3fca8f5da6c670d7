/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See vectors.h.  VECTORS: the name of the table, VMXI_TAKE_ORDINARY: one of its functions. */
#include "vectors.h"

vmxi_take_ordinary_fn VMXI_TAKE_ORDINARY;
#include "document/ordinary.c"

#define STRING(name) STRING_(name)
#define STRING_(name) #name

/* With one quote each, because that is how they are compiled where they are used. */
static uint32_t stop_bits(const char *p, char quote)
{
	switch (quote) {
	case '"':
		return stop_bits_32(p, '"');
	case '\'':
		return stop_bits_32(p, '\'');
	default:
		return stop_bits_32(p, '\n');
	}
}

const struct vectors VECTORS = {
	.name = STRING(VECTORS), .key_bits = key_bits_32, .stop_bits = stop_bits,
	.high_bits = high_bits_32, .odd_bits = odd_bits_32, .line_feed_bits = line_feed_bits_32,
	.hash = vmxi_key_hash, .hash_padded = vmxi_key_hash_padded,
	.take_ordinary = VMXI_TAKE_ORDINARY,
};
