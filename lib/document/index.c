/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See index.h.  Searching goes through the window of a hash: PROBES_MAX slots
 * from its first one on, or up to a free one.  Because slots never become free
 * again (only deleted), a key whose window was full when it was added, and which
 * therefore is in the overflow list, is never looked for in vain.
 */
#include "document/document.h"
#include "document/hash.h"

/* The table grows when this part of it is used: 1/2. */
#define SLOTS_PER_ENTRY 2
#define SLOTS_MIN_BITS 4

/* How far ahead of the insertion memory is fetched, in entries. */
#define PREFETCH_AHEAD 12

static bool same_key(const struct entry *e, struct text key)
{
	return text_equal_nocase(entry_key(e), key);
}

static struct key_slot *window(const struct key_index *index, uint32_t hash, size_t n)
{
	return &index->slots[((hash >> index->shift) + n) & index->mask];
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
	int order = compare_keys(entry_key(&doc->entries[a]), entry_key(&doc->entries[b]));

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

		if (kept > 0 && same_key(&doc->entries[index->overflow[kept - 1]], entry_key(e))) {
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

		if (compare_keys(entry_key(&doc->entries[entry]), key) < 0)
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
static bool make_slots(struct vmx_document *doc, size_t entries)
{
	struct key_index *index = &doc->index;
	unsigned int bits = SLOTS_MIN_BITS;
	struct key_slot *slots;

	while (((size_t)1 << bits) / SLOTS_PER_ENTRY < entries)
		bits++;
	slots = vmxi_allocate_large(doc, sizeof(*slots) << bits);
	if (!slots)
		return false;
	memset(slots, 0xFF, sizeof(*slots) << bits);	/* KEY_SLOT_FREE */
	vmxi_release(&doc->allocator, index->slots);
	index->slots = slots;
	index->shift = 32 - bits;
	index->mask = (uint32_t)(((size_t)1 << bits) - 1);
	index->used = index->overflow_count = index->duplicates = 0;
	return true;
}

/* Where the first slot of the window is not free: the rest of it. */
static bool place_further(struct vmx_document *doc, uint32_t entry)
{
	struct key_index *index = &doc->index;
	struct entry *e = &doc->entries[entry];

	for (size_t n = 0; n < PROBES_MAX; n++) {
		struct key_slot *slot = window(index, e->hash, n);

		index->steps++;
		if (slot->entry == KEY_SLOT_FREE) {
			*slot = (struct key_slot){ e->hash, entry };
			index->used++;
			return true;
		}
		if (slot->hash == e->hash && slot->entry != KEY_SLOT_DELETED &&
		    same_key(&doc->entries[slot->entry], entry_key(e))) {
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

static bool place_all(struct vmx_document *doc)
{
	struct key_index *index = &doc->index;

	for (size_t i = 0; i < doc->count; i++) {
		const struct entry *e = &doc->entries[i];
		struct key_slot *slot = window(index, e->hash, 0);

		if (i + PREFETCH_AHEAD < doc->count)
			__builtin_prefetch(window(index, e[PREFETCH_AHEAD].hash, 0), 1);
		if (e->flags & ENTRY_GONE)
			continue;
		if (slot->entry == KEY_SLOT_FREE) {
			*slot = (struct key_slot){ e->hash, (uint32_t)i };
			index->used++;
		} else if (!place_further(doc, (uint32_t)i)) {
			return false;
		}
	}
	return true;
}

static bool build(struct vmx_document *doc, size_t entries)
{
	if (!make_slots(doc, entries) || !place_all(doc))
		return false;
	if (doc->index.overflow_count > 0) {
		sort_overflow(doc);
		mark_overflow_duplicates(doc);
	}
	return true;
}

bool vmxi_index_build(struct vmx_document *doc)
{
	return build(doc, doc->count);
}

void vmxi_index_release(struct vmx_document *doc)
{
	vmxi_release(&doc->allocator, doc->index.slots);
	vmxi_release(&doc->allocator, doc->index.overflow);
	doc->index = (struct key_index){ .slots = NULL };
}

/*
 * Looking up
 */
static struct key_slot *find_slot(const struct vmx_document *doc, struct text key, uint32_t hash,
			      bool *ret_full)
{
	const struct key_index *index = &doc->index;

	*ret_full = false;
	for (size_t n = 0; n < PROBES_MAX; n++) {
		struct key_slot *slot = window(index, hash, n);

		if (slot->entry == KEY_SLOT_FREE)
			return NULL;
		if (slot->hash == hash && slot->entry != KEY_SLOT_DELETED &&
		    same_key(&doc->entries[slot->entry], key))
			return slot;
	}
	*ret_full = true;
	return NULL;
}

uint32_t vmxi_index_find(const struct vmx_document *doc, struct text key, uint32_t hash)
{
	bool full;
	const struct key_slot *slot = find_slot(doc, key, hash, &full);
	size_t place;

	if (slot)
		return slot->entry;
	if (!full)
		return NO_ENTRY;
	place = overflow_place(doc, key);
	if (place == doc->index.overflow_count ||
	    !same_key(&doc->entries[doc->index.overflow[place]], key))
		return NO_ENTRY;
	return doc->index.overflow[place];
}

/*
 * Edits
 */
bool vmxi_index_reserve(struct vmx_document *doc)
{
	struct key_index old = doc->index;
	size_t entries = doc->count - doc->gone;

	if ((old.used + 1) * SLOTS_PER_ENTRY > (size_t)old.mask + 1) {
		doc->index = (struct key_index){ .slots = NULL };
		/* with room to go on, even if as many are removed as added */
		if (!build(doc, entries + entries / 2 + 8)) {
			vmxi_index_release(doc);
			doc->index = old;
			return false;
		}
		vmxi_release(&doc->allocator, old.slots);
		vmxi_release(&doc->allocator, old.overflow);
	}
	return reserve_overflow(doc);
}

void vmxi_index_add(struct vmx_document *doc, uint32_t entry)
{
	struct key_index *index = &doc->index;
	const struct entry *e = &doc->entries[entry];
	size_t place;

	for (size_t n = 0; n < PROBES_MAX; n++) {
		struct key_slot *slot = window(index, e->hash, n);

		if (slot->entry == KEY_SLOT_FREE || slot->entry == KEY_SLOT_DELETED) {
			index->used += slot->entry == KEY_SLOT_FREE;
			*slot = (struct key_slot){ e->hash, entry };
			return;
		}
	}
	place = overflow_place(doc, entry_key(e));
	memmove(index->overflow + place + 1, index->overflow + place,
		(index->overflow_count++ - place) * sizeof(*index->overflow));
	index->overflow[place] = entry;
}

void vmxi_index_remove(struct vmx_document *doc, uint32_t entry)
{
	struct key_index *index = &doc->index;
	const struct entry *e = &doc->entries[entry];
	bool full;
	struct key_slot *slot = find_slot(doc, entry_key(e), e->hash, &full);
	size_t place;

	if (slot) {
		slot->entry = KEY_SLOT_DELETED;
		return;
	}
	place = overflow_place(doc, entry_key(e));
	memmove(index->overflow + place, index->overflow + place + 1,
		(--index->overflow_count - place) * sizeof(*index->overflow));
}
