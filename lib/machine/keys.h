/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the text of a key to what it is: one look-up, the same cost for every
 * key, however many are understood.
 */
#ifndef VMXI_MACHINE_KEYS_H
#define VMXI_MACHINE_KEYS_H

#include "base/text.h"

/* Keys that stand alone. */
enum key {
#define KEY(ID, name) KEY_##ID,
#include "machine/keys.def"
	KEY_COUNT,
	/* the first of those that only come to the surface at the full level */
	KEY_EXTRAS_FIRST = KEY_USB_PRESENT
};

/* The sets of fields, and the fields of each. */
enum field_set {
	SET_NONE, SET_KEY, SET_CONTROLLER, SET_DISK, SET_NIC, SET_PORT, SET_FOLDER, SET_PASSTHRU
};

/*
 * All fields have one number space, so that a device's settings are one array.
 * CONTROLLER_x, DISK_x, NIC_x ...; each set is counted from 0 by subtracting
 * its first.
 */
enum field {
#define FIELD(SET, ID, name) SET##_##ID,
#include "machine/keys.def"
	FIELD_COUNT
};

enum {
	CONTROLLER_FIRST = CONTROLLER_PRESENT,
	DISK_FIRST = DISK_PRESENT,
	NIC_FIRST = NIC_PRESENT,
	PORT_FIRST = PORT_PRESENT,
	FOLDER_FIRST = FOLDER_PRESENT,
	PASSTHRU_FIRST = PASSTHRU_PRESENT,
	/* the largest set */
	FIELDS_MAX = PORT_FIRST - NIC_FIRST
};

/*
 * Kinds of devices, in the order in which libvirt reads them: sorted by kind,
 * number and unit, a machine's devices come in that order.  A controller sorts
 * before its units because its unit is 0 and theirs are counted from 1.
 */
enum device_kind {
	DEVICE_NONE,
	DEVICE_SCSI, DEVICE_SCSI_UNIT = DEVICE_SCSI,
	DEVICE_SATA, DEVICE_SATA_UNIT = DEVICE_SATA,
	DEVICE_IDE, DEVICE_IDE_UNIT = DEVICE_IDE,
	DEVICE_FLOPPY,
	DEVICE_NVME, DEVICE_NVME_UNIT = DEVICE_NVME,
	DEVICE_USB_PORT,
	DEVICE_EHCI_PORT,
	DEVICE_XHCI_PORT,
	DEVICE_UHCI_PORT,
	DEVICE_SHARED_FOLDER,
	DEVICE_ETHERNET,
	DEVICE_SERIAL,
	DEVICE_PARALLEL,
	DEVICE_PASSTHRU,
	DEVICE_KINDS
};

/* What a key is. */
struct key_match {
	enum field_set set;	/* SET_NONE: not understood; SET_KEY: stands alone */
	unsigned int id;	/* enum key, or enum field less the first of its set */
	enum device_kind kind;
	uint32_t number;	/* ethernet7 -> 7 */
	uint32_t unit;		/* scsi0:1 -> 2; scsi0 -> 0 */
};

/*
 * Looks a key up.  Only for keys made of the characters that libvirt's reader
 * takes in a key: the look-up relies on it.
 */
struct key_match vmxi_match_key(struct text key);

/* The name of a field of a set, as VMware spells it; for messages. */
const char *vmxi_field_name(enum field_set set, unsigned int id);
const char *vmxi_key_name(enum key key);

#endif
