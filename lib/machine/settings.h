/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The document, sorted by meaning: one pass over the entries puts each into its
 * place; after that everything is found without looking it up.
 */
#ifndef VMXI_MACHINE_SETTINGS_H
#define VMXI_MACHINE_SETTINGS_H

#include "document/document.h"
#include "machine/keys.h"

/*
 * Devices with a higher number or unit do not exist in any product; keys that
 * name one are not kept.  Cards are different: see settings.high_card.
 */
#define DEVICE_NUMBER_MAX 1023
#define DEVICE_UNIT_MAX 255

/* The settings of one device: entries, NULL where the key does not exist. */
struct device {
	uint64_t order;		/* kind, number, unit: how devices are sorted */
	enum device_kind kind;
	uint32_t number, unit;	/* unit as in struct key_match */
	const struct entry *fields[FIELDS_MAX];
};

struct settings {
	const struct entry *keys[KEY_COUNT];
	struct device **devices;	/* by kind, number, unit */
	size_t count, capacity;
	size_t begin[DEVICE_KINDS + 1];	/* the first of each kind */
	/*
	 * The first key that begins with "ethernet" but names no card, and the
	 * first that names one above DEVICE_NUMBER_MAX: libvirt refuses the one,
	 * and looks through all cards up to the other.
	 */
	const struct entry *bad_card, *high_card;

	/* while it is being filled */
	uint32_t *slots;	/* device + 1 by hash of order */
	size_t slot_count;
	struct device *last;
};

/* Fills *settings from the document; memory from the arena.  False: no memory. */
bool vmxi_settings_collect(struct settings *settings, const struct vmx_document *document,
			   struct arena *arena);

/* The setting of a field; field is a member of enum field of the device's set. */
static inline const struct entry *device_field(const struct device *device, unsigned int field,
					       unsigned int first)
{
	return device->fields[field - first];
}

#endif
