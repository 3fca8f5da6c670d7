/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmx/match.h"

#include "machine/settings.h"
#include "vmx/writer.h"

/* Numbers that are given away; who is beyond them gets none of its own. */
#define NUMBERS_MAX (DEVICE_NUMBER_MAX + 1)

/* One kind of device, as seen from here. */
struct kind {
	size_t (*count)(const struct vmx_machine *m);
	uint32_t *(*number)(struct vmx_machine *m, size_t i);
	bool (*same)(const struct vmx_machine *a, size_t i, const struct vmx_machine *b, size_t j);
	/* whether they may be the same, if no other is; NULL: never */
	bool (*alike)(const struct vmx_machine *a, size_t i, const struct vmx_machine *b, size_t j);
	/* whether devices that have the same place are the same if nothing else is */
	bool by_place;
};

/*
 * Cards: by their address
 */

static size_t count_cards(const struct vmx_machine *m)
{
	return m->nics.count;
}

static uint32_t *card_number(struct vmx_machine *m, size_t i)
{
	return &m->nics.items[i].index;
}

static bool is_same_card(const struct vmx_machine *a, size_t i, const struct vmx_machine *b, size_t j)
{
	static const uint8_t none[6];

	return memcmp(a->nics.items[i].mac, none, 6) != 0 &&
	       memcmp(a->nics.items[i].mac, b->nics.items[j].mac, 6) == 0;
}

/* Cards that get their address when the machine starts. */
static bool is_like_card(const struct vmx_machine *a, size_t i, const struct vmx_machine *b, size_t j)
{
	static const uint8_t none[6];

	return memcmp(a->nics.items[i].mac, none, 6) == 0 &&
	       memcmp(b->nics.items[j].mac, none, 6) == 0;
}

/*
 * Shared folders: by their name in the guest
 */

static size_t count_folders(const struct vmx_machine *m)
{
	return m->folders.count;
}

static uint32_t *folder_number(struct vmx_machine *m, size_t i)
{
	return &m->folders.items[i].number;
}

static bool is_same_folder(const struct vmx_machine *a, size_t i, const struct vmx_machine *b,
			   size_t j)
{
	return text_equal(a->folders.items[i].guest_name, b->folders.items[j].guest_name);
}

/*
 * Pass-through: by the address on the host
 */

static size_t count_passthrough(const struct vmx_machine *m)
{
	return m->passthrough.count;
}

static uint32_t *passthrough_number(struct vmx_machine *m, size_t i)
{
	return &m->passthrough.items[i].number;
}

static bool is_same_passthrough(const struct vmx_machine *a, size_t i, const struct vmx_machine *b,
				size_t j)
{
	const struct pci_device *x = &a->passthrough.items[i], *y = &b->passthrough.items[j];

	return x->domain == y->domain && x->bus == y->bus && x->slot == y->slot &&
	       x->function == y->function;
}

static const struct kind kinds[] = {
	{ count_cards, card_number, is_same_card, is_like_card, true },
	{ count_folders, folder_number, is_same_folder, NULL, false },
	{ count_passthrough, passthrough_number, is_same_passthrough, NULL, false },
};

static bool mark(uint8_t *marks, size_t i)
{
	if (i >= NUMBERS_MAX || marks[i])
		return false;
	marks[i] = 1;
	return true;
}

struct pairs {
	uint8_t used[NUMBERS_MAX];	/* of seen */
	uint8_t done[NUMBERS_MAX];	/* of wanted */
};

/* Pairs the devices for which same says so: the number of one becomes the other's. */
static void pair(const struct kind *kind,
		 bool (*same)(const struct vmx_machine *a, size_t i, const struct vmx_machine *b,
			      size_t j),
		 struct vmx_machine *seen, struct vmx_machine *wanted, struct pairs *pairs)
{
	for (size_t j = 0; j < kind->count(wanted) && j < NUMBERS_MAX; j++) {
		for (size_t i = 0; i < kind->count(seen) && !pairs->done[j]; i++) {
			if (same(seen, i, wanted, j) && mark(pairs->used, i)) {
				*kind->number(wanted, j) = *kind->number(seen, i);
				pairs->done[j] = 1;
			}
		}
	}
}

/* Devices in the same place of the XML, of which only one thing is other: its name. */
static bool is_same_place(const struct vmx_machine *a, size_t i, const struct vmx_machine *b,
			  size_t j)
{
	(void)a;
	(void)b;
	return i == j;
}

static void number_new(const struct kind *kind, struct vmx_machine *seen,
		       struct vmx_machine *wanted, const uint8_t *done)
{
	uint8_t taken[NUMBERS_MAX] = { 0 };
	uint32_t next = 0;

	for (size_t i = 0; i < kind->count(seen); i++)
		(void)mark(taken, *kind->number(seen, i));
	for (size_t j = 0; j < kind->count(wanted); j++) {
		if (j < NUMBERS_MAX && done[j])
			continue;
		while (next < NUMBERS_MAX && taken[next])
			next++;
		*kind->number(wanted, j) = next++;
	}
}

static void match_kind(const struct kind *kind, const struct vmx_machine *found,
		       struct vmx_machine *seen, struct vmx_machine *wanted)
{
	struct pairs pairs = { { 0 }, { 0 } };
	struct vmx_machine there = *found;	/* only to ask for numbers */

	for (size_t i = 0; i < kind->count(seen) && i < kind->count(found); i++)
		*kind->number(seen, i) = *kind->number(&there, i);
	pair(kind, kind->same, seen, wanted, &pairs);
	if (kind->alike)
		pair(kind, kind->alike, seen, wanted, &pairs);
	if (kind->by_place)
		pair(kind, is_same_place, seen, wanted, &pairs);
	number_new(kind, seen, wanted, pairs.done);
}

/* A tablet of the XML is a touch screen or a pointer. */
static void match_pointer(const struct vmx_machine *found, struct vmx_machine *m)
{
	if (!found->inputs[INPUT_POINTER])
		return;
	/* without its controller it has to be the other one */
	if (found->usb[found->pointer.bus].present && !m->usb[found->pointer.bus].present &&
	    m->was_full)
		return;
	if (!found->inputs[INPUT_TOUCHSCREEN] && m->inputs[INPUT_TOUCHSCREEN] &&
	    !m->inputs[INPUT_POINTER]) {
		m->inputs[INPUT_TOUCHSCREEN] = false;
		m->inputs[INPUT_POINTER] = true;
	}
	m->pointer = found->pointer;
}

/*
 * Disks on USB: by their file.  The XML of the default level does not say the port.
 */
static struct usb_hub usb_place(const struct disk *d)
{
	return (struct usb_hub){ (enum usb_model)d->controller, d->unit };
}

struct usb_pairs {
	uint8_t *used;		/* of found */
	uint8_t *done;		/* of the other machine */
};

enum likeness { SAME_PLACE, SAME_FILE, SAME_KIND };

static bool is_same_disk(const struct disk *a, const struct disk *b, enum likeness likeness)
{
	if (a->bus != BUS_USB || b->bus != BUS_USB)
		return false;
	if (likeness == SAME_KIND)
		return a->device == b->device;
	return text_equal(a->source, b->source) &&
	       (likeness == SAME_FILE || is_usb_place(a, usb_place(b)));
}

static void pair_usb_disks(const struct vmx_machine *found, struct vmx_machine *m,
			   const struct usb_pairs *pairs, enum likeness likeness)
{
	for (size_t j = 0; j < m->disks.count; j++) {
		struct disk *d = &m->disks.items[j];

		for (size_t i = 0; i < found->disks.count && !pairs->done[j]; i++) {
			const struct disk *there = &found->disks.items[i];

			if (pairs->used[i] || !is_same_disk(there, d, likeness) ||
			    (likeness == SAME_KIND && !m->usb[d->controller].guessed))
				continue;
			pairs->used[i] = pairs->done[j] = 1;
			d->controller = there->controller;
			d->unit = there->unit;
		}
	}
}

static bool is_usb_port_taken(const struct vmx_machine *m, struct usb_hub place,
			      const uint8_t *settled)
{
	if (has_usb_hub(m, place))
		return true;
	for (size_t i = 0; i < m->disks.count; i++) {
		if (settled[i] && is_usb_place(&m->disks.items[i], place))
			return true;
	}
	return false;
}

/*
 * XML of the default level shows no hub, and none shows what nobody knows: whatever hangs
 * on a port of the document stays there, unless it is a disk, which XML shows or which goes.
 */
static bool is_port_in_use(const struct vmx_machine *found, struct usb_hub place)
{
	static const enum device_kind names[USB_MODELS][2] = {
		[USB_UHCI] = { DEVICE_USB_PORT, DEVICE_UHCI_PORT },
		[USB_EHCI] = { DEVICE_EHCI_PORT, DEVICE_EHCI_PORT },
		[USB_XHCI] = { DEVICE_XHCI_PORT, DEVICE_XHCI_PORT },
	};
	static const char present[] = ".present";

	for (size_t i = 0; i < found->disks.count; i++) {
		if (is_usb_place(&found->disks.items[i], place))
			return false;
	}
	for (size_t i = 0; i < 2; i++) {
		struct device_name device = vmxi_name_device(names[place.bus][i], 0, place.port);
		char key[sizeof(device.text) + sizeof(present)];
		struct vmx_entry entry;

		memcpy(key, device.text, device.len);
		memcpy(key + device.len, present, sizeof(present));
		if (vmx_document_get(found->document, key, device.len + sizeof(present) - 1,
				     &entry) == VMX_OK &&
		    !text_equal_nocase((struct text){ entry.value, entry.value_length }, TEXT("false")))
			return true;
	}
	return false;
}

/* What is new, or in the way of a hub or of the document's pointer, goes to a free port. */
static void settle_usb_disks(const struct vmx_machine *found, struct vmx_machine *m,
			     const uint8_t *done, uint8_t *settled)
{
	bool pointer = m->inputs[INPUT_POINTER] && found->inputs[INPUT_POINTER];

	for (size_t n = 0; n < 2 * m->disks.count; n++) {
		size_t i = n % m->disks.count;
		struct disk *d = &m->disks.items[i];
		bool turn = n < m->disks.count ? done[i] : !done[i];

		if (d->bus != BUS_USB || !turn)
			continue;
		for (size_t tries = 0; tries < USB_PORTS; tries++) {
			if (!is_usb_port_taken(m, usb_place(d), settled) &&
			    !(pointer && is_usb_place(d, m->pointer)) &&
			    (done[i] || m->was_full || !is_port_in_use(found, usb_place(d))))
				break;
			d->unit = (d->unit + 1) % USB_PORTS;
		}
		settled[i] = 1;
	}
}

/* New disks on a controller that no XML shows: the document's, if it has one. */
static void choose_usb_controllers(const struct vmx_machine *found, struct vmx_machine *m,
				   const uint8_t *done)
{
	enum usb_model model = found->usb[USB_XHCI].present ? USB_XHCI :
			       found->usb[USB_EHCI].present ? USB_EHCI :
			       found->usb[USB_UHCI].present ? USB_UHCI : USB_XHCI;

	for (size_t i = 0; i < m->disks.count; i++) {
		struct disk *d = &m->disks.items[i];

		if (d->bus == BUS_USB && !done[i] && m->usb[d->controller].guessed)
			d->controller = model;
	}
}

static bool match_usb_disks(const struct vmx_machine *found, struct vmx_machine *m,
			    struct arena *arena)
{
	struct usb_pairs pairs = { vmxi_arena_zeroed(arena, found->disks.count + 1),
				   vmxi_arena_zeroed(arena, m->disks.count + 1) };
	uint8_t *settled = vmxi_arena_zeroed(arena, m->disks.count + 1);

	if (!pairs.used || !pairs.done || !settled)
		return false;
	pair_usb_disks(found, m, &pairs, SAME_PLACE);
	pair_usb_disks(found, m, &pairs, SAME_FILE);
	pair_usb_disks(found, m, &pairs, SAME_KIND);
	choose_usb_controllers(found, m, pairs.done);
	settle_usb_disks(found, m, pairs.done, settled);
	while (m->inputs[INPUT_POINTER] && is_usb_port_taken(m, m->pointer, settled))
		m->pointer.port++;
	return true;
}

/*
 * What the XML of the default level does not show of the document's controllers is no
 * change; and a guess is none until a disk needs it.
 */
static void match_usb_controllers(const struct vmx_machine *found, struct vmx_machine *seen,
				  struct vmx_machine *wanted)
{
	for (size_t i = 0; i < USB_MODELS; i++) {
		bool hidden = !seen->usb[i].present || seen->usb[i].guessed;
		bool there = found->usb[i].present;

		if (hidden)
			seen->usb[i].present = there;
		if (wanted->usb[i].guessed || (hidden && there && !wanted->was_full))
			wanted->usb[i].present = there;
	}
	for (size_t i = 0; i < wanted->disks.count; i++) {
		const struct disk *d = &wanted->disks.items[i];

		if (d->bus == BUS_USB)
			wanted->usb[d->controller].present = true;
	}
}

#define COPY_LIST(list) copy_list(arena, &(list)->items, (list)->count, sizeof(*(list)->items))

static bool copy_list(struct arena *arena, void *items_pointer, size_t count, size_t size)
{
	const void *items;
	void *copy;

	if (count == 0)
		return true;
	memcpy(&items, items_pointer, sizeof(items));
	copy = vmxi_arena_allocate(arena, count * size);
	if (!copy)
		return false;
	memcpy(copy, items, count * size);
	memcpy(items_pointer, &copy, sizeof(copy));
	return true;
}

bool vmxi_match_devices(const struct vmx_machine *found, struct vmx_machine *seen,
			struct vmx_machine *wanted, struct arena *arena)
{
	if (!COPY_LIST(&wanted->nics) || !COPY_LIST(&wanted->folders) ||
	    !COPY_LIST(&wanted->passthrough) || !COPY_LIST(&wanted->disks))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		match_kind(&kinds[i], found, seen, wanted);
	match_pointer(found, seen);
	match_pointer(found, wanted);
	if (!match_usb_disks(found, seen, arena) || !match_usb_disks(found, wanted, arena))
		return false;
	match_usb_controllers(found, seen, wanted);
	return true;
}
