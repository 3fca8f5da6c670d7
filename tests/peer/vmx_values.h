/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values for made-up documents.  Each kind has values that are fine and values
 * that are odd: wrong, at a boundary, or spelt as nobody would.
 *
 * Encodings that libvirt's converter and VMware understand differently (Shift_JIS,
 * EUC-KR, gb2312), or that are known to only one of them, are not among them.
 */
#ifndef TEST_PEER_VMX_VALUES_H
#define TEST_PEER_VMX_VALUES_H

#include "peer/chance.h"

enum kind {
	TRUTH, PRESENT, NUMBER, CONFIG_VERSION, HARDWARE, UUID, MEMORY, LIMIT, CPUS, CORES,
	AFFINITY, SHARES, GUEST, FIRMWARE, VNC_PORT, ADDRESS, ENCODING, TEXT_VALUE, SCSI_MODEL,
	DEVICE_TYPE, DISK_FILE, DISK_MODE, FLOPPY_TYPE, CONNECTION, ADDRESS_TYPE, MAC, CHECK_MAC,
	NIC_MODEL, FEATURES, VNET, VRAM, SERIAL_TYPE, SERIAL_FILE, END_POINT, PARALLEL_TYPE,
	FOLDER_COUNT, PLAIN_TEXT,
	KINDS
};

struct value_kind {
	const char *const *fine, *const *odd;	/* neither for TEXT_VALUE */
};

extern const struct value_kind value_kinds[KINDS];

#endif
