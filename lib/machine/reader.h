/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the readers of the parts of a machine share.
 *
 *   read.c        the public calls, the order of the parts
 *   values.c      typed values, deviations
 *   identity.c    versions, name, UUIDs, memory, CPUs, guest, firmware
 *   storage.c     controllers, disks, CD-ROMs, floppies
 *   network.c     cards
 *   ports.c       serial and parallel ports
 *   devices.c     VNC, video, shared folders, TPM
 *   extras.c      what libvirt does not read: USB, sound, clock, ...
 *
 * The order of the parts, and of the keys within each, is libvirt's: it decides
 * which of several errors is the one that is reported.
 */
#ifndef VMXI_MACHINE_READER_H
#define VMXI_MACHINE_READER_H

#include "machine/fates.h"
#include "machine/machine.h"
#include "machine/settings.h"
#include "machine/words.h"

struct reader {
	const struct vmx_document *document;
	struct vmx_machine *machine;
	struct settings settings;
	enum vmx_level level;
	bool strict;
	struct reporter reporter;
	struct vmx_error *error;
	vmx_file_name_fn file_name;
	void *file_name_user;
	struct vmx_bytes scratch;
};

static inline bool as_libvirt(const struct reader *r)
{
	return r->level == VMX_LEVEL_LIBVIRT;
}

/*
 * Deviations.  Each has a code of its own (330-399).
 *
 * vmxi_refused_by_libvirt: libvirt fails here.  At the libvirt level and in
 * strict mode that is what happens: the error is filled and its code returned.
 * At the others the note is passed on, and VMX_OK means: go on, our way.
 */
enum vmx_code vmxi_refused_by_libvirt(struct reader *r, enum vmx_code code, const struct entry *e,
				      const char *format, ...) VMXI_FORMAT(4, 5);

/*
 * libvirt goes on here, but loses or misplaces something.  *ret_ours is false at
 * the libvirt level: do as libvirt does, silently.  In strict mode it is an
 * error; else a note, and *ret_ours is true.
 */
enum vmx_code vmxi_lost_by_libvirt(struct reader *r, enum vmx_code code, const struct entry *e,
				   bool *ret_ours, const char *format, ...) VMXI_FORMAT(5, 6);

/* Not a deviation: something that a person should know.  Not at the libvirt level. */
void vmxi_warn(struct reader *r, enum vmx_code code, const struct entry *e,
	       const char *format, ...) VMXI_FORMAT(4, 5);

/* An error at every level. */
enum vmx_code vmxi_fail_at(struct reader *r, enum vmx_code code, const struct entry *e,
			   const char *format, ...) VMXI_FORMAT(4, 5);

static inline struct text key_of(const struct reader *r, const struct entry *e)
{
	return entry_key(r->document, e);
}

static inline struct text value_of(const struct reader *r, const struct entry *e)
{
	return entry_value(r->document, e);
}

/* What became of a key; e may be NULL. */
static inline void set_fate(struct reader *r, const struct entry *e, enum fate fate)
{
	if (e)
		r->machine->fates[e - r->document->entries] = (uint8_t)fate;
}

/* The same for all that is said of a device. */
static inline void set_device_fate(struct reader *r, const struct device *d, enum fate fate)
{
	for (unsigned int i = 0; i < FIELDS_MAX; i++)
		set_fate(r, d->fields[i], fate);
}

/*
 * Typed values.  e is NULL for a key that does not exist; the result is then
 * what missing says.  Each marks the key as used.
 *
 * Sources: libvirt as a black box; for what the default level takes beyond
 * that, published files.
 */

/* TRUE or FALSE in any case; by default also 1, 0, yes, no, on, off and "" (missing). */
enum vmx_code vmxi_read_boolean(struct reader *r, const struct entry *e, bool missing, bool *ret);

/* "unlimited" is -1; by default blanks behind the number and "" (missing) are fine. */
enum vmx_code vmxi_read_integer(struct reader *r, const struct entry *e, int64_t missing,
				int64_t *ret);

/* Absent text has no pointer.  Text that is not UTF-8 is an error. */
enum vmx_code vmxi_read_text(struct reader *r, const struct entry *e, struct text *ret);

/* 16 pairs of hex digits, blanks and '-' in front of each. *ret stays as it is if missing. */
enum vmx_code vmxi_read_uuid(struct reader *r, const struct entry *e, uint8_t ret[16]);

/* As vmxi_read_integer(), for a device's slot. -1 is none. */
enum vmx_code vmxi_read_slot(struct reader *r, const struct entry *e, struct pci_slot *ret);

/* Passes a file name through the caller's rules.  *ret is without pointer if it is missing. */
enum vmx_code vmxi_resolve_file(struct reader *r, const struct entry *e, bool missing_allowed,
				struct text *ret);

/*
 * Keys that libvirt does not read and that only come to the surface at the full
 * level: their fate, and the slot of a device.  A value that is of no use is
 * reported and left out, never an error.  e may be NULL.
 */
void vmxi_set_extra_fate(struct reader *r, const struct entry *e);
struct pci_slot vmxi_read_extra_slot(struct reader *r, const struct entry *e);

/* Before the disks, which only count on those that are there; not at the libvirt level. */
void vmxi_read_usb_controllers(struct reader *r);

/* A new, zeroed item at the end of a vector of the machine; NULL: no memory. */
#define ADD_ITEM(r, vector) ARENA_ADD(&(r)->machine->arena, vector)

/* Goes through the devices of one kind, in order. */
#define FOR_DEVICES(r, wanted, device_, i_) \
	for (size_t i_ = (r)->settings.begin[wanted]; \
	     i_ < (r)->settings.begin[(wanted) + 1] && ((device_) = (r)->settings.devices[i_], true); \
	     i_++)

enum vmx_code vmxi_read_versions(struct reader *r);
enum vmx_code vmxi_read_identity(struct reader *r);
enum vmx_code vmxi_read_memory(struct reader *r);
enum vmx_code vmxi_read_cpus(struct reader *r);
enum vmx_code vmxi_read_guest(struct reader *r);
enum vmx_code vmxi_read_vnc(struct reader *r);
enum vmx_code vmxi_read_storage(struct reader *r);
enum vmx_code vmxi_read_folders(struct reader *r);
enum vmx_code vmxi_check_cards(struct reader *r);
enum vmx_code vmxi_read_cards(struct reader *r);
enum vmx_code vmxi_read_video(struct reader *r);
enum vmx_code vmxi_read_tpm(struct reader *r);
enum vmx_code vmxi_read_serials(struct reader *r);
enum vmx_code vmxi_read_parallels(struct reader *r);
enum vmx_code vmxi_read_firmware(struct reader *r);
enum vmx_code vmxi_read_extras(struct reader *r);

#endif
