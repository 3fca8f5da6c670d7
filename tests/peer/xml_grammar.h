/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The grammar of made-up domain XML: all elements and attributes that mean something to
 * VMware, and what may stand in them.  Each kind of value has values that are fine and
 * values that are odd: wrong, at a boundary, or spelt as nobody would.
 */
#ifndef TEST_PEER_XML_GRAMMAR_H
#define TEST_PEER_XML_GRAMMAR_H

#include "peer/chance.h"

enum xml_kind {
	NO_VALUE,
	X_TEXT, X_DOMAIN_TYPE, X_UUID, X_SIZE, X_UNIT, X_CPUS, X_CPU_SET, X_PLACEMENT, X_SHARES,
	X_OS_TYPE, X_ARCH, X_FIRMWARE, X_SMBIOS, X_YES, X_SMALL, X_ONE, X_CPU_MODE, X_NVRAM, X_BOOT,
	X_DISK_TYPE, X_DISK_DEVICE, X_DISK_FILE, X_DISK_DEV, X_POLICY, X_TARGET, X_BUS, X_CACHE,
	X_DRIVER, X_ADDRESS_TYPE, X_CONTROLLER_TYPE, X_SCSI_MODEL, X_FOLDER_TYPE, X_NIC_TYPE,
	X_MAC, X_MAC_TYPE, X_C_INTEGER, X_NIC_DEVICE, X_NIC_MODEL, X_PORT_TYPE, X_PORT_NUMBER,
	X_PORT_MODE, X_HOST, X_SERVICE, X_PROTOCOL, X_CONSOLE_TYPE, X_TARGET_TYPE, X_GRAPHICS_TYPE, X_VNC_PORT,
	X_ADDRESS, X_LISTEN_TYPE, X_VIDEO_TYPE, X_VRAM, X_TPM_MODEL, X_TPM_TYPE, X_TPM_VERSION,
	X_PCI_TYPE, X_DOMAIN, X_BUS_NUMBER, X_SLOT, X_FUNCTION, X_ALIAS,
	XML_KINDS
};

struct xml_values {
	const char *const *fine, *const *odd;	/* neither for X_TEXT */
};

extern const struct xml_values xml_values[XML_KINDS];

/* What X_TEXT is put together from. */
extern const char *const *const xml_text_fine, *const *const xml_text_odd;

/* weight: in how many of eight elements the attribute stands; 0: only where it is asked for */
struct attribute_rule {
	const char *name;
	enum xml_kind kind;
	unsigned int weight;
};

struct element_rule {
	const char *name;
	unsigned int weight;	/* the same of eight parents */
	unsigned int most;	/* how many of them there are then; 0: one */
	enum xml_kind text;
	const struct attribute_rule *attributes;	/* ends with a NULL name, or NULL */
	const struct element_rule *children;
};

extern const struct element_rule domain_rule;

/* The rule of a child; NULL: there is none, or no parent. */
const struct element_rule *find_rule(const struct element_rule *parent, const char *name);

/* What VMware has no use for, as XML: children of <domain>, and of <devices>. */
extern const char *const *const xml_domain_riders, *const *const xml_device_riders;
extern const char *const *const xml_odd_domain_riders, *const *const xml_odd_device_riders;

#endif
