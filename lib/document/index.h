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

struct key_slot {
	uint32_t hash;
	uint32_t entry;		/* KEY_SLOT_FREE, KEY_SLOT_DELETED, or an index of entries */
};
#define KEY_SLOT_FREE UINT32_MAX
#define KEY_SLOT_DELETED (UINT32_MAX - 1)

#define NO_ENTRY UINT32_MAX

struct key_index {
	struct key_slot *slots;
	unsigned int shift;	/* hash >> shift: the first slot of the window */
	uint32_t mask;
	size_t used;		/* slots that are not free */
	uint32_t *overflow;	/* sorted by key */
	size_t overflow_count, overflow_capacity;
	size_t duplicates;	/* entries with VMX_ENTRY_DUPLICATE */
	size_t steps;		/* slots and comparisons that building took: for tests */
};

/* Indexes all entries and marks the duplicates.  False: no memory. */
bool vmxi_index_build(struct vmx_document *doc);
void vmxi_index_release(struct vmx_document *doc);

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
