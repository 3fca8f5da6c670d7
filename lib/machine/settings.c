/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"

#define SLOTS_FIRST 64

static uint64_t device_order(const struct key_match *m)
{
	return (uint64_t)m->kind << 32 | (uint64_t)m->number << 16 | m->unit;
}

/*
 * The orders of all devices there can be are so few (numbers and units are
 * bounded) that nobody can choose many with the same hash.
 */
static size_t order_slot(const struct settings *s, uint64_t order)
{
	return (size_t)((order * 0x9E3779B97F4A7C15u) >> 40) & (s->slot_count - 1);
}

static size_t find_slot(const struct settings *s, uint64_t order)
{
	size_t at = order_slot(s, order);

	while (s->slots[at] && s->devices[s->slots[at] - 1]->order != order)
		at = (at + 1) & (s->slot_count - 1);
	return at;
}

/* Keeps half of the slots free. */
static bool grow_slots(struct settings *s, struct arena *arena)
{
	size_t wanted = s->slot_count ? s->slot_count * 2 : SLOTS_FIRST;
	uint32_t *slots;

	if (s->count * 2 < s->slot_count)
		return true;
	slots = vmxi_arena_zeroed(arena, wanted * sizeof(*slots));
	if (!slots)
		return false;
	s->slots = slots;
	s->slot_count = wanted;
	for (size_t i = 0; i < s->count; i++)
		s->slots[find_slot(s, s->devices[i]->order)] = (uint32_t)(i + 1);
	return true;
}

/* The list itself lives in the arena as well: it doubles, so the sum is bounded. */
static bool grow_list(struct settings *s, struct arena *arena)
{
	size_t wanted = s->capacity ? s->capacity * 2 : SLOTS_FIRST / 2;
	struct device **list;

	if (s->count < s->capacity)
		return true;
	list = vmxi_arena_allocate(arena, wanted * sizeof(struct device *));
	if (!list)
		return false;
	if (s->count > 0)
		memcpy(list, s->devices, s->count * sizeof(struct device *));
	s->devices = list;
	s->capacity = wanted;
	return true;
}

static struct device *add_device(struct settings *s, const struct key_match *m,
				 uint64_t order, struct arena *arena)
{
	struct device *device = vmxi_arena_zeroed(arena, sizeof(*device));

	if (!device || !grow_list(s, arena) || !grow_slots(s, arena))
		return NULL;
	device->order = order;
	device->kind = m->kind;
	device->number = m->number;
	device->unit = m->unit;
	s->slots[find_slot(s, order)] = (uint32_t)(s->count + 1);
	s->devices[s->count++] = device;
	return device;
}

/* Keys of one device mostly stand together: try the last one first. */
static struct device *get_device(struct settings *s, const struct key_match *m,
				 struct arena *arena)
{
	uint64_t order = device_order(m);
	size_t slot;

	if (s->last && s->last->order == order)
		return s->last;
	if (s->slot_count > 0) {
		slot = find_slot(s, order);
		if (s->slots[slot])
			return s->last = s->devices[s->slots[slot] - 1];
	}
	return s->last = add_device(s, m, order, arena);
}

/*
 * libvirt scans every key that begins with "ethernet" for a number of at most
 * 32 bits and a dot.  The number is read with its sign, so that -0 is one.
 */
static void check_card(struct settings *s, const struct entry *e, struct text key)
{
	struct text rest = text_skip(key, sizeof("ethernet") - 1);
	bool negative = text_starts(rest, TEXT("-"));
	uint64_t number;
	size_t digits;

	rest = text_skip(rest, negative);
	if (!vmxi_parse_digits(rest, &number, &digits) || number > (negative ? 0 : UINT32_MAX) ||
	    digits == rest.len || rest.ptr[digits] != '.') {
		if (!s->bad_card)
			s->bad_card = e;
	} else if (number > DEVICE_NUMBER_MAX && !s->high_card) {
		s->high_card = e;
	}
}

static bool collect_entry(struct settings *s, const struct entry *e, struct text key,
			  struct arena *arena)
{
	struct key_match m = vmxi_match_key(key);
	struct device *device;

	if (m.set == SET_NONE) {
		/* most keys end here: one byte tells most of them */
		if (key.len > 0 && (key.ptr[0] | 0x20) == 'e' &&
		    text_starts_nocase(key, TEXT("ethernet")))
			check_card(s, e, key);
		return true;
	}
	if (m.set == SET_KEY) {
		if (!s->keys[m.id])
			s->keys[m.id] = e;
		return true;
	}
	if (m.number > DEVICE_NUMBER_MAX || m.unit > DEVICE_UNIT_MAX) {
		if (m.kind == DEVICE_ETHERNET)
			check_card(s, e, key);
		return true;
	}
	device = get_device(s, &m, arena);
	if (!device)
		return false;
	if (!device->fields[m.id])
		device->fields[m.id] = e;
	return true;
}

static int compare_devices(const void *a, const void *b)
{
	const struct device *const *x = a, *const *y = b;

	return (*x)->order < (*y)->order ? -1 : (*x)->order > (*y)->order;
}

/* A handful of devices is sorted fastest by hand; many go to qsort(). */
static void sort_devices(struct settings *s)
{
	if (s->count > 64) {
		qsort(s->devices, s->count, sizeof(struct device *), compare_devices);
		return;
	}
	for (size_t i = 1; i < s->count; i++) {
		struct device *device = s->devices[i];
		size_t at = i;

		for (; at > 0 && s->devices[at - 1]->order > device->order; at--)
			s->devices[at] = s->devices[at - 1];
		s->devices[at] = device;
	}
}

/* s->devices is sorted by kind. */
static void find_kinds(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->begin[s->devices[i]->kind + 1]++;
	for (unsigned int kind = 1; kind <= DEVICE_KINDS; kind++)
		s->begin[kind] += s->begin[kind - 1];
}

bool vmxi_settings_collect(struct settings *settings, const struct vmx_document *document,
			   struct arena *arena)
{
	for (size_t i = 0; i < document->count; i++) {
		const struct entry *e = &document->entries[i];

		if (e->flags & (VMX_ENTRY_DUPLICATE | ENTRY_ODD_KEY | ENTRY_GONE))
			continue;
		if (!collect_entry(settings, e, entry_key(document, e), arena))
			return false;
	}
	sort_devices(settings);
	find_kinds(settings);
	return true;
}
