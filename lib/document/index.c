/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See index.h.  Searching goes through the window of a hash: PROBES_MAX slots
 * from its first one on, or up to a free one.  Because slots never become free
 * again (only deleted), a key whose window was full when it was added, and which
 * therefore is in the overflow list, is never looked for in vain.
 *
 * A slot holds the number of an entry, and above it as many of the lowest bits of
 * the hash as there is room for.  (The window is chosen by the highest.)  So hardly
 * any entry but the one looked for is ever fetched, and half the memory does that
 * number and whole hash would take: memory is what a large index costs.
 */
#include "document/document.h"
#include "document/hash.h"

/* The table is at most half full. */
#define WINDOWS_PER_ENTRY 3

/* What stands in a slot in place of a number; the first entry follows. */
#define SLOT_FREE 0
#define SLOT_DELETED 1
#define SLOT_ENTRY 2

static bool same_key(const struct vmx_document *doc, const struct entry *e, struct text key)
{
	return text_equal_nocase(entry_key(doc, e), key);
}

static uint32_t number_mask(const struct key_index *index)
{
	return (UINT32_C(1) << index->entry_bits) - 1;
}

static uint32_t make_slot(const struct key_index *index, uint32_t hash, uint32_t entry)
{
	return hash << index->entry_bits | (entry + SLOT_ENTRY);
}

/* The entry in the slot, if it is the one with the key, else NO_ENTRY. */
static uint32_t match_slot(const struct vmx_document *doc, uint32_t slot, struct text key,
			   uint32_t hash)
{
	const struct key_index *index = &doc->index;
	uint32_t number = slot & number_mask(index);

	if ((slot ^ hash << index->entry_bits) > number_mask(index) || number < SLOT_ENTRY ||
	    doc->entries[number - SLOT_ENTRY].hash != hash ||
	    !same_key(doc, &doc->entries[number - SLOT_ENTRY], key))
		return NO_ENTRY;
	return number - SLOT_ENTRY;
}

/*
 * Overflow: the order of keys is that of their lower-cased bytes, and of equal
 * keys that of the file.
 */
static int compare_keys(struct text a, struct text b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < shorter; i++) {
		int difference = ascii_lower(a.ptr[i]) - ascii_lower(b.ptr[i]);

		if (difference != 0)
			return difference;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static bool overflow_before(struct vmx_document *doc, uint32_t a, uint32_t b)
{
	int order = compare_keys(entry_key(doc, &doc->entries[a]), entry_key(doc, &doc->entries[b]));

	doc->index.steps++;
	return order != 0 ? order < 0 : a < b;
}

static void sift_down(struct vmx_document *doc, size_t at, size_t count)
{
	uint32_t *list = doc->index.overflow, moved = list[at];

	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && overflow_before(doc, list[child], list[child + 1]))
			child++;
		if (!overflow_before(doc, moved, list[child]))
			break;
		list[at] = list[child];
	}
	list[at] = moved;
}

/* A heap sort: in place, and never worse than n log n. */
static void sort_overflow(struct vmx_document *doc)
{
	uint32_t *list = doc->index.overflow;

	for (size_t i = doc->index.overflow_count / 2; i > 0; i--)
		sift_down(doc, i - 1, doc->index.overflow_count);
	for (size_t left = doc->index.overflow_count; left > 1; left--) {
		uint32_t largest = list[0];

		list[0] = list[left - 1];
		list[left - 1] = largest;
		sift_down(doc, 0, left - 1);
	}
}

/* Of each run of equal keys only the first stays in the list. */
static void mark_overflow_duplicates(struct vmx_document *doc)
{
	struct key_index *index = &doc->index;
	size_t kept = 0;

	for (size_t i = 0; i < index->overflow_count; i++) {
		struct entry *e = &doc->entries[index->overflow[i]];

		if (kept > 0 && same_key(doc, &doc->entries[index->overflow[kept - 1]], entry_key(doc, e))) {
			e->flags |= VMX_ENTRY_DUPLICATE;
			index->duplicates++;
		} else {
			index->overflow[kept++] = index->overflow[i];
		}
	}
	index->overflow_count = kept;
}

/* The first place in the list whose key is not before the given one. */
static size_t overflow_place(const struct vmx_document *doc, struct text key)
{
	size_t low = 0, high = doc->index.overflow_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint32_t entry = doc->index.overflow[middle];

		if (compare_keys(entry_key(doc, &doc->entries[entry]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool reserve_overflow(struct vmx_document *doc)
{
	struct key_index *index = &doc->index;

	return vmxi_vector_reserve(&doc->allocator, (void **)&index->overflow,
				   &index->overflow_capacity, index->overflow_count,
				   sizeof(*index->overflow));
}

/*
 * Building
 */
static unsigned int bits_for(size_t number)
{
	unsigned int bits = 1;

	while (number >> bits)
		bits++;
	return bits;
}

bool vmxi_index_start(struct vmx_document *doc, size_t entries)
{
	struct key_index *index = &doc->index;
	size_t room = entries ? entries : 1;
	size_t size = (room * WINDOWS_PER_ENTRY + PROBES_MAX) * sizeof(*index->slots);
	uint32_t *slots = vmxi_allocate(doc->large, size);

	if (!slots)
		return false;
	memset(slots, 0, size);	/* SLOT_FREE */
	vmxi_release(doc->large, index->slots);
	index->slots = slots;
	index->windows = (uint32_t)(room * WINDOWS_PER_ENTRY);
	/* room for the entries that are there, gone or not, and for as many more */
	index->entry_bits = bits_for(2 * doc->count + room + SLOT_ENTRY);
	if (index->entry_bits > 31)
		index->entry_bits = 31;
	index->room = room;
	index->used = index->covered = index->overflow_count = index->duplicates = 0;
	return true;
}

static void fill_slot(struct key_index *index, uint32_t *slot, uint32_t hash, uint32_t entry)
{
	index->used += *slot == SLOT_FREE;
	*slot = make_slot(index, hash, entry);
}

/* Through the whole window. */
static bool place_further(struct vmx_document *doc, uint32_t entry)
{
	struct key_index *index = &doc->index;
	struct entry *e = &doc->entries[entry];
	uint32_t *slot = vmxi_index_window(index, e->hash);

	for (size_t n = 0; n < PROBES_MAX; n++, slot++) {
		index->steps++;
		if (*slot == SLOT_FREE) {
			fill_slot(index, slot, e->hash, entry);
			return true;
		}
		if (match_slot(doc, *slot, entry_key(doc, e), e->hash) != NO_ENTRY) {
			e->flags |= VMX_ENTRY_DUPLICATE;
			index->duplicates++;
			return true;
		}
	}
	if (!reserve_overflow(doc))
		return false;
	index->overflow[index->overflow_count++] = entry;
	return true;
}

/*
 * What the first slot of a window holds can't be guessed, and one in seven is taken: so the
 * choice between it and the second, which mostly is free then, is no branch.
 */
static bool place_all(struct vmx_document *doc)
{
	struct key_index *index = &doc->index;
	const struct entry *entries = doc->entries;
	size_t i = index->covered, count = doc->count, used = 0;
	uint32_t mask = number_mask(index);
	unsigned int bits = index->entry_bits;

	for (; i < count; i++) {
		uint32_t hash = entries[i].hash, *slot = vmxi_index_window(index, hash);
		uint32_t first = *slot;

		if (entries[i].flags & ENTRY_GONE)
			continue;
		slot += first != SLOT_FREE;
		/* not if the first is likely to be the same key */
		if (*slot == SLOT_FREE && (first ^ hash << bits) > mask) {
			*slot = hash << bits | ((uint32_t)i + SLOT_ENTRY);
			used++;
		} else if (!place_further(doc, (uint32_t)i)) {
			return false;
		}
	}
	index->steps += count - index->covered;
	index->covered = count;
	index->used += used;
	return true;
}

bool vmxi_index_catch_up(struct vmx_document *doc)
{
	if (doc->count > doc->index.room && !vmxi_index_start(doc, doc->capacity))
		return false;
	return place_all(doc);
}

void vmxi_index_finish(struct vmx_document *doc)
{
	if (doc->index.overflow_count > 0) {
		sort_overflow(doc);
		mark_overflow_duplicates(doc);
	}
}

static bool build(struct vmx_document *doc, size_t entries)
{
	if (!vmxi_index_start(doc, entries) || !place_all(doc))
		return false;
	vmxi_index_finish(doc);
	return true;
}

bool vmxi_index_build(struct vmx_document *doc)
{
	return build(doc, doc->count);
}

void vmxi_index_release(struct vmx_document *doc)
{
	vmxi_release(doc->large, doc->index.slots);
	vmxi_release(&doc->allocator, doc->index.overflow);
	doc->index = (struct key_index){ .slots = NULL };
}

/*
 * Looking up
 */

/* NULL: it has none.  If then its window is full, it may be in the overflow list. */
static uint32_t *find_slot(const struct vmx_document *doc, struct text key, uint32_t hash,
			   bool *ret_full)
{
	uint32_t *slot = vmxi_index_window(&doc->index, hash);

	*ret_full = false;
	for (size_t n = 0; n < PROBES_MAX; n++, slot++) {
		if (*slot == SLOT_FREE)
			return NULL;
		if (match_slot(doc, *slot, key, hash) != NO_ENTRY)
			return slot;
	}
	*ret_full = true;
	return NULL;
}

uint32_t vmxi_index_find(const struct vmx_document *doc, struct text key, uint32_t hash)
{
	bool full;
	const uint32_t *slot = find_slot(doc, key, hash, &full);
	size_t place;

	if (slot)
		return (*slot & number_mask(&doc->index)) - SLOT_ENTRY;
	if (!full)
		return NO_ENTRY;
	place = overflow_place(doc, key);
	if (place == doc->index.overflow_count ||
	    !same_key(doc, &doc->entries[doc->index.overflow[place]], key))
		return NO_ENTRY;
	return doc->index.overflow[place];
}

/*
 * Edits
 */
static bool has_room(const struct vmx_document *doc)
{
	return doc->index.used < doc->index.room &&
	       doc->count + SLOT_ENTRY <= number_mask(&doc->index);
}

bool vmxi_index_reserve(struct vmx_document *doc)
{
	struct key_index old = doc->index;

	if (!has_room(doc)) {
		doc->index = (struct key_index){ .slots = NULL, .steps = old.steps };
		/*
		 * With room to go on in proportion to what building looks at: even if most
		 * entries are gone, or as many are removed as added.
		 */
		if (!build(doc, doc->count - doc->gone + doc->count / 2 + 8)) {
			vmxi_index_release(doc);
			doc->index = old;
			return false;
		}
		vmxi_release(doc->large, old.slots);
		vmxi_release(&doc->allocator, old.overflow);
	}
	return reserve_overflow(doc);
}

void vmxi_index_add(struct vmx_document *doc, uint32_t entry)
{
	struct key_index *index = &doc->index;
	const struct entry *e = &doc->entries[entry];
	uint32_t *slot = vmxi_index_window(index, e->hash);
	size_t place;

	for (size_t n = 0; n < PROBES_MAX; n++, slot++) {
		if (*slot == SLOT_FREE || *slot == SLOT_DELETED) {
			fill_slot(index, slot, e->hash, entry);
			return;
		}
	}
	place = overflow_place(doc, entry_key(doc, e));
	memmove(index->overflow + place + 1, index->overflow + place,
		(index->overflow_count++ - place) * sizeof(*index->overflow));
	index->overflow[place] = entry;
}

void vmxi_index_remove(struct vmx_document *doc, uint32_t entry)
{
	struct key_index *index = &doc->index;
	const struct entry *e = &doc->entries[entry];
	bool full;
	uint32_t *slot = find_slot(doc, entry_key(doc, e), e->hash, &full);
	size_t place;

	if (slot) {
		*slot = SLOT_DELETED;
		return;
	}
	place = overflow_place(doc, entry_key(doc, e));
	memmove(index->overflow + place, index->overflow + place + 1,
		(--index->overflow_count - place) * sizeof(*index->overflow));
}
