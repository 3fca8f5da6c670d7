/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One place for a disk or drive, and what its settings make of it.
 */
#ifndef VMXI_STORAGE_SLOT_H
#define VMXI_STORAGE_SLOT_H

#include "machine/reader.h"

/* A bus, as libvirt looks through it: so many controllers, so many units each. */
struct bus_row {
	enum device_kind kind;
	enum bus bus;
	const char *name;
	uint32_t controllers;
	uint32_t units;		/* hardware < 13 */
	uint32_t wide_units;
	bool has_controllers;	/* units only count if the controller is present */
};

/*
 * What can become of a storage slot.
 */
enum outcome {
	OUT_NOTHING,
	OUT_DISK,		/* a disk image */
	OUT_IMAGE,		/* a CD image */
	OUT_NO_IMAGE,		/* a CD drive for images, empty */
	OUT_DRIVE,		/* a CD drive of the host, with the path given, if any */
	OUT_ANY_DRIVE,		/* whatever CD drive the host has */
	OUT_NO_DRIVE,		/* a CD drive of the host, none given */
	OUT_RAW,		/* the same three as a raw device */
	OUT_ANY_RAW,
	OUT_NO_RAW,
	OUT_GENERIC,		/* a SCSI device of the host that is no CD drive */
	OUT_REFUSED		/* libvirt fails */
};

/* What deviceType says; the order of the rows of slot_table. */
enum slot_type {
	TYPE_ABSENT, TYPE_IMAGE, TYPE_ATAPI, TYPE_RAW, TYPE_PASSTHRU, TYPE_DISK,
	SLOT_TYPES
};

/* What fileName looks like; the order of the columns. */
enum slot_file {
	FILE_ABSENT, FILE_EMPTY, FILE_NO_BACKING, FILE_AUTO, FILE_ISO, FILE_VMDK,
	FILE_CDROM_PATH, FILE_OTHER,
	SLOT_FILES
};

/* One slot's settings, typed. */
struct storage_slot {
	const struct device *device;
	const struct bus_row *bus;
	const struct entry *type_entry, *file_entry;
	struct text type, file;
	enum slot_type type_class;
	enum slot_file file_class;
	bool present, connected, client, write_through, transient;
};

/* "scsi0:1", for messages */
struct slot_name {
	char text[32];
};

static inline const struct entry *disk_field(const struct device *d, unsigned int field)
{
	return device_field(d, field, DISK_FIRST);
}

static inline bool is_word(const struct reader *r, const struct entry *e, struct text word)
{
	return e && text_equal_nocase(value_of(r, e), word);
}

struct slot_name vmxi_slot_name(const struct storage_slot *slot);
enum slot_file vmxi_classify_slot_file(struct text file);

/* Its settings; present is what counts where nothing is said. */
enum vmx_code vmxi_read_slot_settings(struct reader *reader, struct storage_slot *slot, bool present);

/* A disk in it, whose source is still to come; NULL: no memory. */
struct disk *vmxi_add_slot_disk(struct reader *reader, const struct storage_slot *slot);
enum vmx_code vmxi_build_slot_disk(struct reader *reader, const struct storage_slot *slot,
				   enum outcome outcome);

/* All of it: of a disk or CD-ROM drive, and of a floppy drive. */
enum vmx_code vmxi_read_drive(struct reader *reader, struct storage_slot *slot);
enum vmx_code vmxi_read_floppy(struct reader *reader, struct storage_slot *slot);

#endif
