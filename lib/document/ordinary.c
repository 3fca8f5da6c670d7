/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See ordinary.h.  This is where reading a large file spends most of its time: each
 * instruction counts here, and so does what has to be waited for before the next line
 * can begin.
 */
#include "document/ordinary.h"

#include "document/bytes.h"
#include "document/hash.h"

#ifndef VMXI_TAKE_ORDINARY	/* the name, where this is compiled for other vectors */
#define VMXI_TAKE_ORDINARY vmxi_take_ordinary
#endif

struct ordinary {
	const char *value, *close;
	unsigned int key_len;
};

/* Whether the line that ends with the line feed is an ordinary one. */
static inline bool is_ordinary(const char *key, const char *feed, struct ordinary *line)
{
	uint64_t stops = stop_bits_64(key, '"');

	line->key_len = ordinary_key_32(key);
	if (memcmp(key + line->key_len, " = \"", 4) == 0)
		line->value = key + line->key_len + 4;
	else if (memcmp(key + line->key_len, "=\"", 2) == 0)
		line->value = key + line->key_len + 2;
	else
		return false;
	/* the first stop is the quote in front of the value */
	stops &= stops - 1;
	line->close = stops ? key + __builtin_ctzll(stops) : find_stop(key + 64, '"');
	/* .encoding has to be noticed by the grammar, so no dot is taken here */
	return *line->close == '"' && is_letter(*key) &&
	       (line->close + 1 == feed || (line->close + 2 == feed && line->close[1] == '\r'));
}

void VMXI_TAKE_ORDINARY(const struct vmx_document *doc, struct ordinary_run *run)
{
	struct ordinary_run now = *run;
	struct ordinary line;
	/*
	 * Where lines end is found out ahead of them and by itself: if each had to wait for
	 * what is done to the one before, they would be one long chain.
	 */
	const char *block = now.p;
	uint64_t feeds = line_feed_bits_64(block);

	while (now.p < now.end && now.e < now.full) {
		const char *feed;
		uint32_t hash;

		while (!feeds)
			feeds = line_feed_bits_64(block += 64);
		feed = block + __builtin_ctzll(feeds);
		feeds &= feeds - 1;
		if (!is_ordinary(now.p, feed, &line) ||
		    (size_t)(line.close - line.value) > doc->limits.value_length)
			break;
		hash = hash_end(hash_chunk(line.key_len, now.p, line.key_len));

		__builtin_prefetch(vmxi_index_window(&doc->index, hash), 1);
		*now.e++ = (struct entry){
			.at = (uint32_t)(now.p - doc->bytes),
			.value_at = (uint32_t)(line.value - doc->bytes),
			.raw_len = (uint32_t)(line.close - line.value), .hash = hash,
			.line = now.line++, .column = now.column,
			.key_len = (uint16_t)line.key_len, .quoting = QUOTING_DOUBLE,
		};
		now.column = 1;
		now.p = feed + 1;
	}
	*run = now;
}
