/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values for made-up documents.  Each kind has values that are fine and values
 * that are odd: wrong, at a boundary, or spelt as nobody would.
 *
 * Encodings that only ICU, and so VMware, knows by their names are not among them.
 */
#ifndef TEST_PEER_VMX_VALUES_H
#define TEST_PEER_VMX_VALUES_H

#include "peer/chance.h"

enum kind {
	TRUTH, PRESENT, NUMBER, CONFIG_VERSION, HARDWARE, UUID, MEMORY, LIMIT, CPUS, CORES,
	AFFINITY, SHARES, GUEST, FIRMWARE, VNC_PORT, ADDRESS, ENCODING, TEXT_VALUE, SCSI_MODEL,
	DEVICE_TYPE, DISK_FILE, DISK_MODE, FLOPPY_TYPE, CONNECTION, ADDRESS_TYPE, MAC, CHECK_MAC,
	NIC_MODEL, FEATURES, VNET, VRAM, SERIAL_TYPE, SERIAL_FILE, END_POINT, PARALLEL_TYPE,
	FOLDER_COUNT, PLAIN_TEXT, SLOT, SOUND_MODEL, BOOT_ORDER, SECONDS, USB_TYPE, USB_PORT,
	PCI_ID, NVRAM,
	KINDS
};

struct value_kind {
	const char *const *fine, *const *odd;	/* neither for TEXT_VALUE */
};

extern const struct value_kind value_kinds[KINDS];

#endif
