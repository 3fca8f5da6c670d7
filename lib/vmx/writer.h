/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the writers of the parts of a VMX file share.
 *
 *   write.c     the public call, the order of the parts, the text
 *   lines.c     keys and values, how they are spelt
 *   identity.c  what is no device
 *   storage.c   controllers, disks, drives
 *   devices.c   the other devices that libvirt writes
 *   extras.c    what libvirt leaves out
 *   features.c  what a hardware version has
 *   apply.c     the changes to a document
 *   lookup.c    the keys of a device, among many
 *   match.c     which device of the XML is which device of the document
 *
 * The machine becomes a list of lines; the list becomes text, or is held against
 * another one.  The first error stops the writing: whatever is put after it is not
 * looked at.
 */
#ifndef VMXI_VMX_WRITER_H
#define VMXI_VMX_WRITER_H

#include <vmxkit/vmx_write.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/report.h"
#include "machine/keys.h"
#include "machine/machine.h"
#include "machine/words.h"

struct line {
	struct text key, value;
};

struct vmx_writer {
	const struct vmx_machine *machine;
	bool as_libvirt;
	int64_t hardware_version;
	size_t cards_there;	/* in the document that is changed: its hardware can do with so many */
	struct text encoding;	/* for .encoding */
	vmx_to_vmx_fn file_name;
	void *file_name_user;
	struct arena arena;
	VECTOR(struct line) lines;
	struct vmx_bytes scratch;
	struct reporter reporter;
	struct vmx_error *error;
	bool no_places;		/* those of the machine are in another text than that of the caller */
	enum vmx_code code;	/* the first that went wrong */
};

/* Keys and fields that only a writer knows; see keys.def. */
enum written {
#define WRITTEN(ID, name) WRITTEN_##ID,
#include "machine/keys.def"
	WRITTEN_COUNT
};

/* The name of a device, "scsi0:1", in front of the dot. */
struct device_name {
	char text[32];
	size_t len;
};

/* The kind of the unit for "scsi0:1" and "usb:1"; unit < 0: "scsi0". */
struct device_name vmxi_name_device(enum device_kind kind, uint32_t number, int64_t unit);

/* The name of a field, a member of enum field. */
struct text vmxi_name_field(unsigned int field);
struct text vmxi_name_key(enum key key);
struct text vmxi_name_written(enum written written);

void vmxi_vmx_fail(struct vmx_writer *w, enum vmx_code code, struct position where,
		   const char *format, ...) VMXI_FORMAT(4, 5);
void vmxi_vmx_no_memory(struct vmx_writer *w);

/*
 * A line.  The value is checked unless it is known to be harmless; where is the
 * place of what it comes from.  Values are copied.
 */
void vmxi_put_line(struct vmx_writer *w, struct text key, struct text value, struct position where);
void vmxi_put_key(struct vmx_writer *w, enum key key, struct text value);
void vmxi_put_key_number(struct vmx_writer *w, enum key key, int64_t value);
/* true or false, as libvirt writes them */
void vmxi_put_key_truth(struct vmx_writer *w, enum key key, bool value);

/* A device that is being written. */
struct put_device {
	struct vmx_writer *w;
	struct device_name name;
	struct position where;
};

void vmxi_put_named(const struct put_device *d, struct text field, struct text value);
void vmxi_put_field(const struct put_device *d, unsigned int field, struct text value);
void vmxi_put_field_number(const struct put_device *d, unsigned int field, int64_t value);
void vmxi_put_field_truth(const struct put_device *d, unsigned int field, bool value);
void vmxi_put_field_written(const struct put_device *d, enum written field, struct text value);
/* The name of a file, through the caller's rules. */
void vmxi_put_field_file(const struct put_device *d, unsigned int field, struct text path);
/* pciSlotNumber, if there is one; not at the libvirt level. */
void vmxi_put_field_slot(const struct put_device *d, unsigned int field,
			 const struct pci_slot *slot);

#define FORMATTED(w, ...) vmxi_format_text(w, __VA_ARGS__)
/* Text that lives as long as the lines. */
struct text vmxi_format_text(struct vmx_writer *w, const char *format, ...) VMXI_FORMAT(2, 3);

/* A UUID as VMware writes it: pairs with blanks, a '-' in the middle. */
struct text vmxi_format_vmx_uuid(struct vmx_writer *w, const uint8_t uuid[16]);

/* Whether a UUID is one; libvirt: a UUID whose bytes are all the same is none. */
static inline bool is_usable_uuid(const uint8_t uuid[16])
{
	return memcmp(uuid, uuid + 1, 15) != 0;
}

void vmxi_put_header(struct vmx_writer *w);
void vmxi_put_identity(struct vmx_writer *w);
void vmxi_put_vmx_memory(struct vmx_writer *w);
void vmxi_put_vmx_cpus(struct vmx_writer *w);
void vmxi_put_firmware(struct vmx_writer *w);
void vmxi_put_bridges(struct vmx_writer *w);
void vmxi_put_vmx_controllers(struct vmx_writer *w);
void vmxi_put_vmx_disks(struct vmx_writer *w);
void vmxi_put_vnc(struct vmx_writer *w);
void vmxi_put_vmx_folders(struct vmx_writer *w);
void vmxi_put_cards(struct vmx_writer *w);
void vmxi_put_vmx_tpm(struct vmx_writer *w);
void vmxi_put_vmx_video(struct vmx_writer *w);
void vmxi_put_vmx_ports(struct vmx_writer *w);
void vmxi_put_extras(struct vmx_writer *w);

/* What the machine needs of its hardware, a bit each. */
uint32_t vmxi_features(const struct vmx_machine *m);
/* Those of the needed features that the version lacks are an error. */
void vmxi_check_features(struct vmx_writer *w, uint32_t needed);

/* All lines of the machine, in libvirt's order.  Answers the code. */
enum vmx_code vmxi_make_lines(struct vmx_writer *w);
void vmxi_writer_release(struct vmx_writer *w);

#endif
