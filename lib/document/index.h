/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Entries by key.
 *
 * A hash table with open addressing, at most half full, whose searches end
 * after PROBES_MAX slots.  Ordinary keys never get near that.  A file made of
 * keys with equal hashes does: what finds no place in its window goes into an
 * overflow list sorted by key, which is searched by halves.  So a look-up costs
 * O(log n) comparisons at the worst and building O(n log n), whatever the keys
 * are, without a secret and without randomness.
 */
#ifndef VMXI_DOCUMENT_INDEX_H
#define VMXI_DOCUMENT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct vmx_document;

#define PROBES_MAX 48

/* No document has more, so that a number of an entry fits into a slot beside a bit of its hash. */
#define ENTRIES_MAX (UINT32_C(1) << 30)
#define NO_ENTRY UINT32_MAX

struct key_index {
	uint32_t *slots;	/* see index.c */
	uint32_t windows;	/* how many: each begins one slot behind the other */
	unsigned int entry_bits;	/* of a slot; the others are of the hash */
	size_t room;		/* for so many keys */
	size_t used;		/* slots that are not free */
	size_t covered;		/* entries that are in, while the document is being read */
	uint32_t *overflow;	/* sorted by key */
	size_t overflow_count, overflow_capacity;
	size_t duplicates;	/* entries with VMX_ENTRY_DUPLICATE */
	size_t steps;		/* entries, slots and comparisons that building took: for tests */
};

/*
 * Building: it starts with room for so many entries, takes in from time to time what
 * was added to the document's entries since, while that is in the cache, and is of use
 * when it is finished.  Marks the duplicates.  False: no memory.
 */
bool vmxi_index_start(struct vmx_document *doc, size_t entries);
bool vmxi_index_catch_up(struct vmx_document *doc);
void vmxi_index_finish(struct vmx_document *doc);

/* All of that at once. */
bool vmxi_index_build(struct vmx_document *doc);
void vmxi_index_release(struct vmx_document *doc);

/* Where the window of a hash begins. */
static inline uint32_t *vmxi_index_window(const struct key_index *index, uint32_t hash)
{
	return index->slots + ((uint64_t)hash * index->windows >> 32);
}

/* The entry that counts for the key, or NO_ENTRY. */
uint32_t vmxi_index_find(const struct vmx_document *doc, struct text key, uint32_t hash);

/*
 * Makes room for one more entry, adds one whose key is not in the index yet (after making room:
 * it can't fail), and takes one out.
 */
bool vmxi_index_reserve(struct vmx_document *doc);
void vmxi_index_add(struct vmx_document *doc, uint32_t entry);
void vmxi_index_remove(struct vmx_document *doc, uint32_t entry);

#endif
