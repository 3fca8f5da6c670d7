/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document/relatives.h"

#include "document/bytes.h"
#include "document/hash.h"
#include "document/pieces.h"

/*
 * The groups of a key
 */
enum group_kind { GROUP_KIND, GROUP_CONTROLLER, GROUP_DOT };

struct group {
	uint32_t hash;
	uint16_t length;
	uint8_t kind;
};

/* From the widest to the narrowest. */
struct groups {
	struct group items[GROUPS_MAX];
	size_t count;
};

/* What a key begins with: letters, and digits behind them. */
struct head {
	size_t letters, digits;
};

static struct head head_of(struct text key)
{
	struct head h = { 0, 0 };

	while (h.letters < key.len && (is_letter(key.ptr[h.letters]) || key.ptr[h.letters] == '_'))
		h.letters++;
	while (h.letters + h.digits < key.len && ascii_is_digit(key.ptr[h.letters + h.digits]))
		h.digits++;
	return h;
}

/* "scsi0:1.", "scsi0.", "usb:1.": what names a device, and not just a group of keys. */
static bool is_device(struct text key)
{
	struct head h = head_of(key);
	size_t end = h.letters + h.digits;

	return end > 0 && end < key.len &&
	       (key.ptr[end] == ':' || (key.ptr[end] == '.' && h.digits > 0));
}

/* The kind that ends here, if one does. */
static bool group_ends(struct text key, struct head h, size_t length, enum group_kind *ret)
{
	size_t end = h.letters + h.digits;

	if (length == end && end > 0 && end < key.len && (key.ptr[end] == ':' || key.ptr[end] == '.'))
		*ret = GROUP_CONTROLLER;
	else if (length == h.letters && length > 0 && h.digits > 0)
		*ret = GROUP_KIND;
	else if (length > 1 && key.ptr[length - 1] == '.')
		*ret = GROUP_DOT;
	else
		return false;
	return true;
}

static struct groups groups_of(struct text key)
{
	struct groups ret = { .count = 0 };
	struct head h = head_of(key);
	uint64_t hash = 0xCBF29CE484222325u;
	size_t dots = 0;

	for (size_t length = 1; length <= key.len && dots < GROUP_DOTS_MAX; length++) {
		enum group_kind kind;

		hash = (hash ^ ascii_lower(key.ptr[length - 1])) * 0x100000001B3u;
		if (!group_ends(key, h, length, &kind))
			continue;
		dots += kind == GROUP_DOT;
		ret.items[ret.count++] = (struct group){
			hash_end(hash + kind), (uint16_t)length, (uint8_t)kind,
		};
	}
	return ret;
}

/*
 * The table: open addressing, at most half full.  Whoever finds no place in its window
 * has no group: that takes keys that were made to have equal hashes, and such a key goes
 * to the end of the document at worst.
 */
#define SLOTS_MIN 64

static bool is_slot_of(const struct vmx_document *doc, const struct group_slot *slot,
		       struct text key, const struct group *g)
{
	return slot->hash == g->hash && slot->length == g->length && slot->kind == g->kind &&
	       vmxi_equal_nocase(entry_key(doc, &doc->entries[slot->last]).ptr, key.ptr, g->length);
}

/* The slot of the group, or a free one; NULL: there is none. */
static struct group_slot *find_slot(const struct vmx_document *doc, struct relatives *r,
				    struct text key, const struct group *g)
{
	for (size_t n = 0; n < PROBES_MAX; n++) {
		struct group_slot *slot = &r->slots[(g->hash + n) & r->mask];

		r->steps++;
		if (slot->last == NO_ENTRY || is_slot_of(doc, slot, key, g))
			return slot;
	}
	return NULL;
}

static void fill_slot(struct relatives *r, struct group_slot *slot, const struct group *g,
		      uint32_t last)
{
	r->used += slot->last == NO_ENTRY;
	*slot = (struct group_slot){ g->hash, last, g->length, g->kind };
}

static bool make_slots(const struct vmx_document *doc, struct relatives *r, size_t count)
{
	r->slots = vmxi_allocate(&doc->allocator, count * sizeof(*r->slots));
	if (!r->slots)
		return false;
	for (size_t i = 0; i < count; i++)
		r->slots[i].last = NO_ENTRY;
	r->mask = count - 1;
	r->used = 0;
	return true;
}

/* Doubles it, so that many groups cost no more each than few. */
static bool grow(struct vmx_document *doc)
{
	struct relatives *r = &doc->edits->relatives, old = *r;
	size_t count = old.mask + 1;

	if (count > SIZE_MAX / 2 / sizeof(*old.slots) || !make_slots(doc, r, count * 2)) {
		*r = old;
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const struct group_slot *from = &old.slots[i];
		const struct group g = { from->hash, from->length, from->kind };
		struct group_slot *to;

		if (from->last == NO_ENTRY)
			continue;
		to = find_slot(doc, r, entry_key(doc, &doc->entries[from->last]), &g);
		if (to)
			fill_slot(r, to, &g, from->last);
	}
	vmxi_release(&doc->allocator, old.slots);
	return true;
}

static bool reserve(struct vmx_document *doc)
{
	const struct relatives *r = &doc->edits->relatives;

	return (r->used + GROUPS_MAX) * 2 <= r->mask + 1 || grow(doc);
}

/* In the order of the document: whoever comes last stays. */
static bool fill(struct vmx_document *doc)
{
	struct edits *edits = doc->edits;

	for (uint32_t i = edits->first; i != NO_ENTRY; i = edits->pieces[i].next) {
		if (is_gone(doc, i))
			continue;
		if (!reserve(doc))
			return false;
		vmxi_relatives_add(doc, i, NO_ENTRY);
	}
	return true;
}

bool vmxi_relatives_reserve(struct vmx_document *doc)
{
	struct relatives *r = &doc->edits->relatives;

	if (r->slots)
		return reserve(doc);
	if (make_slots(doc, r, SLOTS_MIN) && fill(doc) && reserve(doc))
		return true;
	vmxi_relatives_release(doc);
	return false;
}

void vmxi_relatives_release(struct vmx_document *doc)
{
	struct relatives *r = &doc->edits->relatives;

	vmxi_release(&doc->allocator, r->slots);
	r->slots = NULL;
}

/*
 * Looking up, and changes
 */
uint32_t vmxi_nearest_relative(const struct vmx_document *doc, struct text key)
{
	struct groups groups = groups_of(key);
	bool device = is_device(key);

	while (groups.count-- > 0) {
		const struct group *g = &groups.items[groups.count];
		const struct group_slot *slot;

		if (g->kind != GROUP_DOT && !device)
			continue;
		slot = find_slot(doc, &doc->edits->relatives, key, g);
		if (slot && slot->last != NO_ENTRY)
			return slot->last;
	}
	return NO_ENTRY;
}

/*
 * Whether the entry stands before i, given that it does not before the relative that i
 * was put behind: between the two are only those that share the relative's line.
 */
static bool is_between(const struct vmx_document *doc, uint32_t entry, uint32_t relative, uint32_t i)
{
	do
		i = doc->edits->pieces[i].previous;
	while (i != entry && i != relative);
	return i == entry;
}

/*
 * The relative shares all groups with the new entry but those that had no entry.  Of those
 * that it shares, the new one is the last unless another one stands behind it.
 */
void vmxi_relatives_add(struct vmx_document *doc, uint32_t i, uint32_t relative)
{
	struct relatives *r = &doc->edits->relatives;
	struct text key = entry_key(doc, &doc->entries[i]);
	struct groups groups = groups_of(key);

	for (size_t n = 0; n < groups.count; n++) {
		struct group_slot *slot = find_slot(doc, r, key, &groups.items[n]);

		if (slot && (slot->last == NO_ENTRY || relative == NO_ENTRY ||
			     is_between(doc, slot->last, relative, i)))
			fill_slot(r, slot, &groups.items[n], i);
	}
}

/* Who is the last then, only the document knows. */
void vmxi_relatives_remove(struct vmx_document *doc, uint32_t i)
{
	struct relatives *r = &doc->edits->relatives;
	struct text key = entry_key(doc, &doc->entries[i]);
	struct groups groups = groups_of(key);

	for (size_t n = 0; r->slots && n < groups.count; n++) {
		const struct group_slot *slot = find_slot(doc, r, key, &groups.items[n]);

		if (slot && slot->last == i)
			vmxi_relatives_release(doc);
	}
}
