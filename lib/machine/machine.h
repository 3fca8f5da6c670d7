/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine: what a VMX document says, in types.  Targets read this and
 * nothing else.
 *
 * Text without pointer is absent; "" is there and empty.  All text is UTF-8.
 */
#ifndef VMXI_MACHINE_MACHINE_H
#define VMXI_MACHINE_MACHINE_H

#include <vmxkit/machine.h>

#include "base/memory.h"
#include "base/report.h"
#include "base/text.h"

/* A PCI slot number of VMware (pciSlotNumber): slot, bus and function in one. */
struct pci_slot {
	bool given;
	int64_t number;
};

enum bus {
	BUS_SCSI, BUS_SATA, BUS_IDE, BUS_FDC, BUS_NVME, BUS_USB,
	BUSES
};

enum scsi_model {
	SCSI_MODEL_NONE, SCSI_BUSLOGIC, SCSI_LSILOGIC, SCSI_LSISAS1068, SCSI_PVSCSI
};

struct controller {
	enum bus bus;
	uint32_t index;
	enum scsi_model model;
	struct pci_slot slot;
};

enum disk_device {
	DISK_DEVICE_DISK, DISK_DEVICE_CDROM, DISK_DEVICE_LUN, DISK_DEVICE_FLOPPY
};

struct disk {
	enum bus bus;
	uint32_t controller, unit;	/* as in scsi<controller>:<unit>; on USB the
					   controller is an enum usb_model */
	enum disk_device device;
	bool block;		/* the source is a device of the host, not a file */
	struct text source;
	bool optional;		/* whatever drive the host has ("auto detect") */
	bool read_only, write_through, transient;
	struct position where;
};

enum nic_kind {
	NIC_KIND_NULL, NIC_KIND_BRIDGE, NIC_KIND_NAT, NIC_KIND_NETWORK, NIC_KIND_DVS
};

enum nic_model {
	NIC_MODEL_NONE, NIC_VLANCE, NIC_VMXNET, NIC_VMXNET2, NIC_VMXNET3, NIC_E1000, NIC_E1000E
};

enum mac_kind { MAC_KIND_NONE, MAC_GENERATED, MAC_STATIC };
enum mac_check { MAC_CHECK_NONE, MAC_CHECK_NO, MAC_CHECK_YES };

struct nic {
	uint32_t index;
	enum nic_kind kind;
	enum nic_model model;
	enum mac_kind mac_kind;
	enum mac_check mac_check;
	uint8_t mac[6];
	struct text network;	/* bridge, isolated network */
	struct text device;	/* the host's virtual network device (vnet) */
	struct {
		uint8_t id[16];
		struct text group;
		int64_t port, connection;
	} dvs;
	bool link_down;
	struct pci_slot slot;
	struct position where;
};

enum port_kind {
	PORT_KIND_DEVICE, PORT_KIND_FILE, PORT_KIND_PIPE, PORT_KIND_TCP, PORT_KIND_NULL
};

enum port_protocol { PROTOCOL_RAW, PROTOCOL_TELNET, PROTOCOL_TELNETS, PROTOCOL_TLS };

struct port {
	uint32_t number;
	enum port_kind kind;
	struct text path;	/* device, file, pipe */
	struct text host;	/* TCP */
	uint32_t service;
	enum port_protocol protocol;
	bool listens;
	struct text service_name;	/* only from XML: a service that is no number */
	struct position where;
};

struct shared_folder {
	uint32_t number;
	struct text host_path, guest_name;
	bool read_only;
};

struct vnc {
	bool enabled;
	int64_t port;		/* negative: chosen by the server */
	struct text ip, keymap, password;
};

enum sound_model { SOUND_NONE, SOUND_ES1371, SOUND_HDAUDIO, SOUND_SB16 };

enum usb_model { USB_UHCI, USB_EHCI, USB_XHCI, USB_MODELS };

struct usb_controller {
	bool present;
	bool guessed;		/* only from XML, which has a disk on it, and not itself */
	struct pci_slot slot;
};

enum input_kind { INPUT_KEYBOARD, INPUT_MOUSE, INPUT_TOUCHSCREEN, INPUT_POINTER, INPUT_KINDS };

/* A place on USB, counted from 0; what hangs there: a hub, a disk, or the pointer. */
struct usb_hub {
	enum usb_model bus;
	uint32_t port;
};
#define USB_PORTS 256

struct pci_device {
	uint32_t domain, bus, slot, function;
	uint32_t number;	/* pciPassthru<number> */
	struct position where;
};

enum boot_device { BOOT_DISK, BOOT_CDROM, BOOT_FLOPPY, BOOT_NETWORK, BOOT_DEVICES };

enum clock_kind { CLOCK_UTC, CLOCK_DIFFERENCE, CLOCK_FIXED };

enum cpu_arch { ARCH_I686, ARCH_X86_64, ARCH_AARCH64 };

enum firmware { FIRMWARE_NONE, FIRMWARE_EFI };

#define VECTOR(type) struct { type *items; size_t count, capacity; }

struct vmx_machine {
	struct vmx_allocator allocator;
	struct arena arena;
	enum vmx_level level;
	bool strict;		/* deviations from libvirt are errors */
	const struct vmx_document *document;	/* NULL: the machine is from XML */
	uint8_t *fates;		/* one per entry of the document: fates.h */

	int64_t hardware_version;	/* 0: the file does not say */
	struct text name, description;
	struct position name_where;	/* only from XML */
	bool has_uuid;		/* only from XML: it says one */
	bool was_full;		/* only from XML: it has our metadata */
	bool no_guest_os;	/* only from XML: our metadata names none */
	uint8_t bios_uuid[16], vc_uuid[16];
	uint64_t genid, genidx;
	struct position genid_where;

	uint64_t memory_kib, current_memory_kib, guaranteed_memory_kib;

	uint32_t cpus;
	uint32_t sockets, cores;	/* 0: no topology given */
	struct {
		uint16_t *cpus;		/* ascending, no duplicates; NULL: none given */
		size_t count;
	} affinity;
	bool has_shares;
	uint64_t shares;

	struct text guest_os;
	enum cpu_arch arch;
	bool smbios_host;
	enum firmware firmware;
	bool secure_boot;
	struct text nvram;
	bool tpm;
	struct position tpm_where;

	struct vnc vnc;
	/* libvirt writes more than one if XML has them: only at its level */
	VECTOR(struct vnc) more_vncs;
	uint32_t vram_kib;	/* 0: no video */

	VECTOR(struct controller) controllers;	/* the present ones */
	VECTOR(struct disk) disks;
	VECTOR(struct shared_folder) folders;
	VECTOR(struct nic) nics;
	VECTOR(struct port) serials;
	VECTOR(struct port) parallels;

	/* what libvirt's mapping leaves out */
	struct usb_controller usb[USB_MODELS];
	VECTOR(struct usb_hub) hubs;
	bool inputs[INPUT_KINDS];
	struct usb_hub pointer;	/* where INPUT_POINTER hangs */
	enum sound_model sound;
	struct pci_slot sound_slot;
	VECTOR(struct pci_device) passthrough;
	enum boot_device boot[BOOT_DEVICES];
	size_t boot_count;
	enum clock_kind clock;
	int64_t clock_seconds;
};

/* An empty one, for vmx_machine_free(); it lives in its own arena.  NULL: no memory. */
struct vmx_machine *vmxi_machine_new(const struct vmx_allocator *allocator);

static inline bool is_usb_place(const struct disk *d, struct usb_hub place)
{
	return d->bus == BUS_USB && d->controller == place.bus && d->unit == place.port;
}

static inline bool has_usb_hub(const struct vmx_machine *m, struct usb_hub place)
{
	for (size_t i = 0; i < m->hubs.count; i++) {
		if (m->hubs.items[i].bus == place.bus && m->hubs.items[i].port == place.port)
			return true;
	}
	return false;
}

#endif
