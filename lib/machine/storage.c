/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controllers, disks, CD-ROM drives, floppy drives.
 */
#include <stdio.h>

#include "machine/reader.h"

/* From this hardware version on a SCSI controller has 64 units instead of 15. */
#define WIDE_SCSI_HARDWARE 13

/*
 * The buses, as libvirt looks through them: so many controllers, so many units
 * each.  Where the default level finds a disk beyond libvirt's units, it takes it.
 */
struct bus_row {
	enum device_kind kind;
	enum bus bus;
	const char *name;
	uint32_t controllers;
	uint32_t units;		/* hardware < 13 */
	uint32_t wide_units;
	bool has_controllers;	/* units only count if the controller is present */
};

static const struct bus_row bus_rows[] = {
	{ DEVICE_SCSI, BUS_SCSI, "scsi", 4, 16, 65, true },
	{ DEVICE_SATA, BUS_SATA, "sata", 4, 30, 30, true },
	{ DEVICE_IDE, BUS_IDE, "ide", 2, 2, 2, false },
	{ DEVICE_FLOPPY, BUS_FDC, "floppy", 2, 1, 1, false },
	{ DEVICE_NVME, BUS_NVME, "nvme", 4, 15, 15, true },
};

/* The unit of the SCSI controller itself. */
#define SCSI_OWN_UNIT 7

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

struct slot_rule {
	enum outcome libvirt, ours;
	enum vmx_code code;	/* of the deviation, if there is one */
};

/*
 * SCSI, SATA and IDE.  The outcomes for libvirt were found by trying each
 * combination; the others are what VMware does with such a slot, or what it was
 * most likely meant to be.  Where two buses differ, slot_rule() says so.
 */
#define SAME(o) { OUT_##o, OUT_##o, VMX_OK }
#define OURS(l, o, code) { OUT_##l, OUT_##o, VMX_CODE_##code }

static const struct slot_rule slot_table[SLOT_TYPES][SLOT_FILES] = {
	[TYPE_ABSENT] = {
		[FILE_ABSENT] = OURS(REFUSED, NOTHING, EMPTY_DISK_SLOT),
		[FILE_EMPTY] = OURS(REFUSED, NOTHING, EMPTY_DISK_SLOT),
		[FILE_NO_BACKING] = SAME(NO_IMAGE),
		[FILE_AUTO] = OURS(REFUSED, ANY_DRIVE, CDROM_BACKING),
		[FILE_ISO] = SAME(IMAGE),
		[FILE_VMDK] = SAME(DISK),
		[FILE_CDROM_PATH] = OURS(REFUSED, DRIVE, CDROM_BACKING),
		[FILE_OTHER] = OURS(REFUSED, DISK, DISK_IMAGE),
	},
	[TYPE_IMAGE] = {
		[FILE_ABSENT] = OURS(REFUSED, NO_IMAGE, EMPTY_DRIVE),
		[FILE_EMPTY] = SAME(NO_IMAGE),
		[FILE_NO_BACKING] = SAME(NO_IMAGE),
		[FILE_AUTO] = OURS(REFUSED, ANY_DRIVE, CDROM_BACKING),
		[FILE_ISO] = SAME(IMAGE),
		[FILE_VMDK] = OURS(NOTHING, IMAGE, CDROM_BACKING),
		[FILE_CDROM_PATH] = OURS(REFUSED, DRIVE, CDROM_BACKING),
		[FILE_OTHER] = OURS(REFUSED, IMAGE, CDROM_BACKING),
	},
	[TYPE_ATAPI] = {
		[FILE_ABSENT] = SAME(NO_DRIVE),
		[FILE_EMPTY] = OURS(DRIVE, NO_DRIVE, EMPTY_DRIVE),
		[FILE_NO_BACKING] = OURS(DRIVE, NO_DRIVE, EMPTY_DRIVE),
		[FILE_AUTO] = SAME(ANY_DRIVE),
		[FILE_ISO] = OURS(REFUSED, IMAGE, CDROM_BACKING),
		[FILE_VMDK] = OURS(NOTHING, NO_DRIVE, CDROM_BACKING),
		[FILE_CDROM_PATH] = SAME(DRIVE),
		[FILE_OTHER] = OURS(DRIVE, NO_DRIVE, EMPTY_DRIVE),
	},
	[TYPE_RAW] = {
		[FILE_ABSENT] = SAME(NO_RAW),
		[FILE_EMPTY] = OURS(RAW, NO_RAW, EMPTY_DRIVE),
		[FILE_NO_BACKING] = OURS(RAW, NO_RAW, EMPTY_DRIVE),
		[FILE_AUTO] = SAME(ANY_RAW),
		[FILE_ISO] = OURS(REFUSED, IMAGE, CDROM_BACKING),
		[FILE_VMDK] = OURS(NOTHING, NO_RAW, CDROM_BACKING),
		[FILE_CDROM_PATH] = SAME(RAW),
		[FILE_OTHER] = OURS(RAW, NO_RAW, EMPTY_DRIVE),
	},
	[TYPE_PASSTHRU] = {
		[FILE_ABSENT] = OURS(REFUSED, NOTHING, EMPTY_DISK_SLOT),
		[FILE_EMPTY] = OURS(REFUSED, NOTHING, EMPTY_DISK_SLOT),
		[FILE_NO_BACKING] = OURS(REFUSED, NOTHING, EMPTY_DISK_SLOT),
		[FILE_AUTO] = OURS(REFUSED, ANY_RAW, CDROM_BACKING),
		[FILE_ISO] = OURS(REFUSED, IMAGE, CDROM_BACKING),
		[FILE_VMDK] = OURS(REFUSED, DISK, DISK_TYPE),
		[FILE_CDROM_PATH] = OURS(REFUSED, RAW, CDROM_BACKING),
		[FILE_OTHER] = OURS(REFUSED, GENERIC, DISK_TYPE),
	},
	[TYPE_DISK] = {
		[FILE_ABSENT] = OURS(REFUSED, NOTHING, EMPTY_DISK_SLOT),
		[FILE_EMPTY] = OURS(REFUSED, NOTHING, EMPTY_DISK_SLOT),
		[FILE_NO_BACKING] = OURS(REFUSED, NOTHING, EMPTY_DISK_SLOT),
		[FILE_AUTO] = OURS(REFUSED, ANY_DRIVE, CDROM_BACKING),
		[FILE_ISO] = OURS(REFUSED, IMAGE, CDROM_BACKING),
		[FILE_VMDK] = OURS(REFUSED, DISK, DISK_TYPE),
		[FILE_CDROM_PATH] = OURS(REFUSED, DRIVE, CDROM_BACKING),
		[FILE_OTHER] = OURS(REFUSED, DISK, DISK_IMAGE),
	},
};

static const struct word slot_types[] = {
	{ { "cdrom-image", 11 }, TYPE_IMAGE },
	{ { "atapi-cdrom", 11 }, TYPE_ATAPI },
	{ { "cdrom-raw", 9 }, TYPE_RAW },
	{ { "scsi-passthru", 13 }, TYPE_PASSTHRU },
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

static const struct entry *disk_field(const struct device *d, unsigned int field)
{
	return device_field(d, field, DISK_FIRST);
}

static bool is_word(const struct reader *r, const struct entry *e, struct text word)
{
	return e && text_equal_nocase(value_of(r, e), word);
}

#define CDROM_PATH TEXT("/vmfs/devices/cdrom/")

static enum slot_file classify_file(struct text file)
{
	if (!file.ptr)
		return FILE_ABSENT;
	if (text_ends_nocase(file, TEXT(".vmdk")))
		return FILE_VMDK;
	if (text_ends_nocase(file, TEXT(".iso")))
		return FILE_ISO;
	if (file.len == 0)
		return FILE_EMPTY;
	if (text_equal(file, TEXT("emptyBackingString")))
		return FILE_NO_BACKING;
	if (text_equal_nocase(file, TEXT("auto detect")))
		return FILE_AUTO;
	return text_starts(file, CDROM_PATH) ? FILE_CDROM_PATH : FILE_OTHER;
}

static enum slot_type classify_type(struct text type)
{
	const struct word *word;

	if (!type.ptr)
		return TYPE_ABSENT;
	word = FIND_WORD(slot_types, type);
	return word ? (enum slot_type)word->value : TYPE_DISK;
}

/* deviceType of a disk that libvirt takes on a bus; SATA and NVMe take all. */
static bool is_disk_type_of(enum bus bus, struct text type)
{
	static const struct text scsi = { "scsi-hardDisk", 13 }, ide = { "ata-hardDisk", 12 };

	return bus == BUS_SATA || bus == BUS_NVME || text_equal_nocase(type, TEXT("disk")) ||
	       text_equal_nocase(type, bus == BUS_SCSI ? scsi : ide);
}

/*
 * NVMe has no CD drives: libvirt drops what would be one, and refuses what is
 * neither a disk nor that.
 */
static struct slot_rule nvme_rule(const struct storage_slot *s, struct slot_rule rule)
{
	bool drive = (s->type_class >= TYPE_IMAGE && s->type_class <= TYPE_RAW) ||
		     s->file_class == FILE_ABSENT || s->file_class == FILE_ISO ||
		     s->file_class == FILE_NO_BACKING ||
		     (s->type_class == TYPE_PASSTHRU && text_starts(s->file, CDROM_PATH));

	if (s->file_class == FILE_VMDK && !drive)
		return (struct slot_rule)SAME(DISK);
	if (drive)
		return (struct slot_rule)OURS(NOTHING, NOTHING, EMPTY_DISK_SLOT);
	if (rule.ours != OUT_DISK)
		rule.ours = OUT_NOTHING;
	return rule;
}

/* Pass-through of a CD drive by its path, which libvirt only takes on SCSI. */
static struct slot_rule scsi_passthru_rule(const struct storage_slot *s, struct slot_rule rule)
{
	if (s->file_class == FILE_ABSENT || s->file_class == FILE_NO_BACKING)
		return (struct slot_rule)SAME(NOTHING);
	if (s->file_class == FILE_CDROM_PATH)
		return (struct slot_rule)SAME(RAW);
	return rule;
}

static struct slot_rule slot_rule(const struct storage_slot *s)
{
	struct slot_rule rule = slot_table[s->type_class][s->file_class];
	bool image = s->type_class == TYPE_DISK || s->type_class == TYPE_PASSTHRU;

	if (s->bus->bus == BUS_NVME)
		return nvme_rule(s, rule);
	if (s->type_class == TYPE_PASSTHRU && text_starts(s->file, CDROM_PATH) &&
	    s->file_class == FILE_VMDK)
		return (struct slot_rule)SAME(NOTHING);
	if (s->bus->bus == BUS_SCSI && s->type_class == TYPE_PASSTHRU)
		return scsi_passthru_rule(s, rule);
	if (s->file_class == FILE_VMDK && image && is_disk_type_of(s->bus->bus, s->type))
		return (struct slot_rule)SAME(DISK);
	/* a path that a host may have is a drive; a label or a drive letter is none */
	if (s->file_class == FILE_OTHER && s->file.ptr[0] == '/') {
		if (s->type_class == TYPE_ATAPI)
			return (struct slot_rule)SAME(DRIVE);
		if (s->type_class == TYPE_RAW)
			return (struct slot_rule)SAME(RAW);
	}
	return rule;
}

/*
 * Reading a slot, in libvirt's order: booleans have to be valid even where they
 * do not matter.
 */
static enum vmx_code read_mode(struct reader *r, struct storage_slot *s)
{
	const struct entry *e = disk_field(s->device, DISK_MODE);
	struct text mode;

	TRY(vmxi_read_text(r, e, &mode));
	s->transient = e && text_equal_nocase(mode, TEXT("independent-nonpersistent"));
	if (e && !s->transient && !text_equal_nocase(mode, TEXT("persistent")))
		set_fate(r, e, FATE_DISK_MODE);
	return VMX_OK;
}

static enum vmx_code read_slot(struct reader *r, struct storage_slot *s, bool present)
{
	const struct device *d = s->device;

	TRY(vmxi_read_boolean(r, disk_field(d, DISK_PRESENT), present, &s->present));
	TRY(vmxi_read_boolean(r, disk_field(d, DISK_START_CONNECTED), true, &s->connected));
	if (!s->present) {
		set_device_fate(r, d, FATE_NOT_PRESENT);
		return VMX_OK;
	}
	s->type_entry = disk_field(d, DISK_TYPE);
	TRY(vmxi_read_text(r, s->type_entry, &s->type));
	TRY(vmxi_read_boolean(r, disk_field(d, DISK_CLIENT), false, &s->client));
	TRY(read_mode(r, s));
	if (s->client) {
		set_device_fate(r, d, FATE_CLIENT);
		return VMX_OK;
	}
	s->file_entry = disk_field(d, DISK_FILE_NAME);
	TRY(vmxi_read_text(r, s->file_entry, &s->file));
	TRY(vmxi_read_boolean(r, disk_field(d, DISK_WRITE_THROUGH), false, &s->write_through));
	if (!s->connected)
		set_fate(r, disk_field(d, DISK_START_CONNECTED), FATE_START_CONNECTED);
	set_fate(r, disk_field(d, DISK_AUTODETECT), FATE_USED);
	s->type_class = classify_type(s->type);
	s->file_class = classify_file(s->file);
	return VMX_OK;
}

/* deviceType = "": only where libvirt does not look at it, it does not refuse it. */
static enum vmx_code read_empty_type(struct reader *r, struct storage_slot *s)
{
	bool any_type = s->bus->bus == BUS_SATA || s->bus->bus == BUS_NVME;

	if (!s->type.ptr || s->type.len > 0 || as_libvirt(r) ||
	    (any_type && s->file_class == FILE_VMDK))
		return VMX_OK;
	s->type = NO_TEXT;
	s->type_class = TYPE_ABSENT;
	return vmxi_refused_by_libvirt(r, VMX_CODE_EMPTY_VALUE, s->type_entry,
				       "deviceType is empty; read as if the key were not there");
}

/* "scsi0:1", for messages */
struct slot_name {
	char text[32];
};

static struct slot_name name_slot(const struct storage_slot *s)
{
	struct slot_name name;

	if (s->bus->bus == BUS_FDC)
		snprintf(name.text, sizeof(name.text), "floppy%u", s->device->number);
	else if (s->bus->bus == BUS_USB)
		snprintf(name.text, sizeof(name.text), "%s:%u", s->bus->name, s->device->unit - 1);
	else
		snprintf(name.text, sizeof(name.text), "%s%u:%u", s->bus->name,
			 s->device->number, s->device->unit - 1);
	return name;
}

static const char *const outcome_words[] = {
	[OUT_NOTHING] = "left out",
	[OUT_DISK] = "read as a disk",
	[OUT_IMAGE] = "read as a CD-ROM drive with that image",
	[OUT_NO_IMAGE] = "read as an empty CD-ROM drive",
	[OUT_DRIVE] = "read as a CD-ROM drive of the host",
	[OUT_ANY_DRIVE] = "read as any CD-ROM drive of the host",
	[OUT_NO_DRIVE] = "read as an empty CD-ROM drive",
	[OUT_RAW] = "read as a raw CD-ROM drive of the host",
	[OUT_ANY_RAW] = "read as any CD-ROM drive of the host",
	[OUT_NO_RAW] = "read as an empty CD-ROM drive",
	[OUT_GENERIC] = "read as a SCSI device of the host",
};

/* Says how a slot is read otherwise than libvirt reads it, and answers how. */
static enum vmx_code decide(struct reader *r, const struct storage_slot *s, struct slot_rule rule,
			    enum outcome *ret)
{
	char file[QUOTE_MAX], type[QUOTE_MAX];
	struct slot_name name;
	bool ours;

	*ret = as_libvirt(r) ? rule.libvirt : rule.ours;
	if (rule.code == VMX_OK)
		return VMX_OK;
	name = name_slot(s);
	vmxi_quote(file, s->file);
	vmxi_quote(type, s->type);
	if (rule.libvirt == OUT_REFUSED)
		return vmxi_refused_by_libvirt(r, rule.code,
					       s->file_entry ? s->file_entry : s->type_entry,
					       "%s has %s%s%s and %s%s%s; %s", name.text,
					       s->type.ptr ? "deviceType '" : "no deviceType",
					       type, s->type.ptr ? "'" : "",
					       s->file.ptr ? "fileName '" : "no fileName",
					       file, s->file.ptr ? "'" : "", outcome_words[rule.ours]);
	if (rule.libvirt == OUT_NOTHING && rule.ours == OUT_NOTHING) {
		vmxi_warn(r, rule.code, s->file_entry, "%s is no disk, and NVMe has nothing else; left out", name.text);
		return VMX_OK;
	}
	return vmxi_lost_by_libvirt(r, rule.code, s->file_entry, &ours,
				    "%s has deviceType '%s' and fileName '%s'; %s", name.text, type,
				    file, outcome_words[rule.ours]);
}

/* What each outcome is, but for its source. */
static const struct {
	enum disk_device device;
	bool block, read_only, optional;
	enum { SOURCE_NONE, SOURCE_FILE, SOURCE_MEDIUM, SOURCE_LITERAL } source;
} outcome_rows[] = {
	[OUT_DISK] = { DISK_DEVICE_DISK, false, false, false, SOURCE_FILE },
	[OUT_IMAGE] = { DISK_DEVICE_CDROM, false, true, false, SOURCE_MEDIUM },
	[OUT_NO_IMAGE] = { DISK_DEVICE_CDROM, false, true, false, SOURCE_NONE },
	[OUT_DRIVE] = { DISK_DEVICE_CDROM, true, true, false, SOURCE_LITERAL },
	[OUT_ANY_DRIVE] = { DISK_DEVICE_CDROM, true, true, true, SOURCE_NONE },
	[OUT_NO_DRIVE] = { DISK_DEVICE_CDROM, true, true, false, SOURCE_NONE },
	[OUT_RAW] = { DISK_DEVICE_LUN, true, true, false, SOURCE_LITERAL },
	[OUT_ANY_RAW] = { DISK_DEVICE_LUN, true, true, true, SOURCE_NONE },
	[OUT_NO_RAW] = { DISK_DEVICE_LUN, true, true, false, SOURCE_NONE },
	[OUT_GENERIC] = { DISK_DEVICE_LUN, true, false, false, SOURCE_LITERAL },
};

static struct disk *add_disk(struct reader *r, const struct storage_slot *s)
{
	struct disk *disk = ADD_ITEM(r, &r->machine->disks);

	if (!disk)
		return NULL;
	disk->bus = s->bus->bus;
	disk->controller = s->device->number;
	disk->unit = s->bus->bus == BUS_FDC ? s->device->number : s->device->unit - 1;
	disk->where = s->file_entry ? entry_position(s->file_entry) : NOWHERE;
	return disk;
}

/* Without resolving file names, so that nothing is kept of a disk that fails. */
static enum vmx_code build_disk(struct reader *r, const struct storage_slot *s, enum outcome outcome)
{
	struct disk *disk = add_disk(r, s);

	if (!disk)
		return vmxi_out_of_memory(r->error);
	disk->device = outcome_rows[outcome].device;
	disk->block = outcome_rows[outcome].block;
	disk->read_only = outcome_rows[outcome].read_only;
	disk->optional = outcome_rows[outcome].optional;
	if (outcome == OUT_DISK) {
		disk->write_through = s->write_through;
		disk->transient = s->transient;
	}
	switch (outcome_rows[outcome].source) {
	case SOURCE_FILE:
		return vmxi_resolve_file(r, s->file_entry, false, &disk->source);
	case SOURCE_MEDIUM:
		return vmxi_resolve_file(r, s->file_entry, true, &disk->source);
	case SOURCE_LITERAL:
		disk->source = s->file;
		return VMX_OK;
	case SOURCE_NONE:
		break;
	}
	return VMX_OK;
}

/* NAME-000001.vmdk is what a snapshot makes; the disk is only whole with its parents. */
static bool is_snapshot(struct text file)
{
	const size_t tail = sizeof("-000001.vmdk") - 1;

	if (file.len <= tail || !text_ends_nocase(file, TEXT(".vmdk")))
		return false;
	file = text_skip(file, file.len - tail);
	for (size_t i = 1; i <= 6; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): no NULL is longer than the tail */
		if (!ascii_is_digit(file.ptr[i]))
			return false;
	}
	return file.ptr[0] == '-';
}

static enum vmx_code read_drive(struct reader *r, struct storage_slot *s)
{
	enum outcome outcome;

	TRY(read_slot(r, s, false));
	if (!s->present || s->client)
		return VMX_OK;
	TRY(read_empty_type(r, s));
	TRY(decide(r, s, slot_rule(s), &outcome));
	if (outcome == OUT_NOTHING) {
		set_device_fate(r, s->device, FATE_EMPTY_SLOT);
		return VMX_OK;
	}
	if (outcome == OUT_DISK && is_snapshot(s->file))
		vmxi_warn(r, VMX_CODE_SNAPSHOT, s->file_entry,
			  "the image is that of a snapshot, and of no use without its parents: "
			  "convert them all, or consolidate the disk in VMware first");
	return build_disk(r, s, outcome);
}

/*
 * Floppy drives
 */

static const struct word floppy_types[] = {
	{ { "device", 6 }, true }, { { "file", 4 }, false },
};

/* A name that VMware writes for "nothing": */
static bool is_no_floppy(struct text file)
{
	return file.len == 0 || text_equal_nocase(file, TEXT("vmware-null-remote-floppy")) ||
	       text_equal_nocase(file, TEXT("auto detect"));
}

static enum vmx_code build_floppy(struct reader *r, const struct storage_slot *s, bool block,
				  bool has_source)
{
	struct disk *disk = add_disk(r, s);

	if (!disk)
		return vmxi_out_of_memory(r->error);
	disk->device = DISK_DEVICE_FLOPPY;
	disk->controller = 0;
	disk->block = block;
	if (!has_source)
		return VMX_OK;
	if (!block)
		return vmxi_resolve_file(r, s->file_entry, false, &disk->source);
	disk->source = s->file;
	return VMX_OK;
}

/* What libvirt takes for an image, or for a drive of the host, but is neither. */
static enum vmx_code check_floppy_path(struct reader *r, const struct storage_slot *s, bool block,
				       bool *ret_path)
{
	char file[QUOTE_MAX];
	bool ours;

	*ret_path = s->file.ptr != NULL;
	if (!*ret_path || (block ? s->file.ptr[0] == '/' : !is_no_floppy(s->file)))
		return VMX_OK;
	vmxi_quote(file, s->file);
	TRY(vmxi_lost_by_libvirt(r, VMX_CODE_EMPTY_DRIVE, s->file_entry, &ours,
				 "floppy%u has fileName '%s', which is no %s; read as an empty "
				 "drive", s->device->number, file,
				 block ? "device of a host" : "image"));
	*ret_path = !ours;
	return VMX_OK;
}

static enum vmx_code read_floppy_type(struct reader *r, struct storage_slot *s)
{
	const struct entry *e = disk_field(s->device, DISK_FILE_TYPE);
	const struct word *word;
	bool has_path = s->file.ptr && !is_no_floppy(s->file);
	bool block = has_path && s->file.ptr[0] == '/' && text_starts(s->file, TEXT("/dev/"));
	struct text type;

	TRY(vmxi_read_text(r, e, &type));
	word = FIND_WORD(floppy_types, type);
	if (word) {
		TRY(check_floppy_path(r, s, word->value, &has_path));
		return build_floppy(r, s, word->value, has_path);
	}
	TRY(vmxi_refused_by_libvirt(r, VMX_CODE_FLOPPY_TYPE, e ? e : s->file_entry,
				    "floppy%u has no fileType of file or device; read as %s",
				    s->device->number, !has_path ? "an empty drive" :
				    block ? "a drive of the host" : "an image"));
	return build_floppy(r, s, block || !has_path, has_path);
}

/* VMware has floppy drives unless told otherwise; libvirt has none unless told so. */
static enum vmx_code is_floppy_by_default(struct reader *r, const struct device *d, bool *ret)
{
	const struct entry *file = disk_field(d, DISK_FILE_NAME);
	const struct entry *client = disk_field(d, DISK_CLIENT);
	const struct entry *type = disk_field(d, DISK_FILE_TYPE);
	bool on_host = is_word(r, type, TEXT("device"));

	*ret = false;
	if (as_libvirt(r) || disk_field(d, DISK_PRESENT) || !file || is_no_floppy(value_of(r, file)))
		return VMX_OK;
	if (client && !is_word(r, client, TEXT("false")))
		return VMX_OK;
	if (on_host && value_of(r, file).ptr[0] != '/')
		return VMX_OK;
	return vmxi_lost_by_libvirt(r, VMX_CODE_FLOPPY_PRESENT, file, ret,
				    "there is no floppy%u.present, which VMware takes for TRUE and "
				    "libvirt for FALSE; the floppy is kept", d->number);
}

static enum vmx_code read_floppy(struct reader *r, struct storage_slot *s)
{
	bool present;

	TRY(is_floppy_by_default(r, s->device, &present));
	TRY(read_slot(r, s, present));
	if (!s->present || s->client)
		return VMX_OK;
	return read_floppy_type(r, s);
}

/*
 * Controllers
 */

static enum vmx_code read_scsi_model(struct reader *r, const struct device *d,
				     enum scsi_model *ret)
{
	const struct entry *e = device_field(d, CONTROLLER_MODEL, CONTROLLER_FIRST);
	const struct word *word;
	char q[QUOTE_MAX];
	struct text value;

	*ret = SCSI_MODEL_NONE;
	TRY(vmxi_read_text(r, e, &value));
	if (!e)
		return VMX_OK;
	word = FIND_WORD(vmxi_scsi_models, value);
	if (word) {
		*ret = (enum scsi_model)word->value;
		return VMX_OK;
	}
	set_fate(r, e, FATE_UNUSABLE);
	vmxi_quote(q, value);
	return vmxi_refused_by_libvirt(r, VMX_CODE_SCSI_MODEL, e,
				       "scsi%u.virtualDev is '%s', but has to be buslogic, lsilogic, "
				       "lsisas1068 or pvscsi; read as if the key were not there",
				       d->number, q);
}

static enum vmx_code read_controller(struct reader *r, const struct bus_row *bus,
				     const struct device *d, bool *ret_present)
{
	struct controller *controller, read = { .bus = bus->bus, .index = d->number };

	TRY(vmxi_read_boolean(r, device_field(d, CONTROLLER_PRESENT, CONTROLLER_FIRST), false,
			      ret_present));
	if (!*ret_present) {
		set_device_fate(r, d, FATE_NOT_PRESENT);
		return VMX_OK;
	}
	if (bus->bus == BUS_SCSI)
		TRY(read_scsi_model(r, d, &read.model));
	TRY(vmxi_read_slot(r, device_field(d, CONTROLLER_SLOT, CONTROLLER_FIRST), &read.slot));
	controller = ADD_ITEM(r, &r->machine->controllers);
	if (!controller)
		return vmxi_out_of_memory(r->error);
	*controller = read;
	return VMX_OK;
}

/* Whether a slot is one that can be; libvirt does not even look at the others. */
static bool is_real_slot(const struct reader *r, const struct storage_slot *s)
{
	uint32_t unit = s->device->unit - 1;
	bool wide = r->machine->hardware_version >= WIDE_SCSI_HARDWARE || !as_libvirt(r);

	return unit < (wide ? s->bus->wide_units : s->bus->units) &&
	       !(s->bus->bus == BUS_SCSI && unit == SCSI_OWN_UNIT);
}

static void warn_of_unreal_slot(struct reader *r, const struct storage_slot *s)
{
	const struct entry *present = disk_field(s->device, DISK_PRESENT);

	set_device_fate(r, s->device, FATE_NO_SUCH_SLOT);
	if (is_word(r, present, TEXT("true")))
		vmxi_warn(r, VMX_CODE_NO_SUCH_SLOT, present,
			  "%s is no place for a device; it is left out", name_slot(s).text);
}

/*
 * An old machine with a unit that only new ones have.  libvirt does not look at
 * these, so that only a disk is a reason to do so.
 */
static enum vmx_code check_old_unit(struct reader *r, const struct storage_slot *s, bool *ret_read)
{
	const struct entry *present = disk_field(s->device, DISK_PRESENT);
	const struct entry *file = disk_field(s->device, DISK_FILE_NAME);

	*ret_read = true;
	if (s->device->unit - 1 < s->bus->units ||
	    r->machine->hardware_version >= WIDE_SCSI_HARDWARE)
		return VMX_OK;
	*ret_read = false;
	if (!is_word(r, present, TEXT("true")) || is_word(r, disk_field(s->device, DISK_CLIENT), TEXT("true")) ||
	    !file || classify_file(value_of(r, file)) != FILE_VMDK) {
		set_device_fate(r, s->device, FATE_NO_SUCH_SLOT);
		return VMX_OK;
	}
	return vmxi_lost_by_libvirt(r, VMX_CODE_SCSI_UNIT, present, ret_read,
				    "libvirt does not look at %s, because virtualHW.version %lld "
				    "has units up to 15 only; the disk is kept",
				    name_slot(s).text, (long long)r->machine->hardware_version);
}

static enum vmx_code read_unit(struct reader *r, const struct bus_row *bus,
			       const struct device *d, bool controller_present)
{
	struct storage_slot s = { .device = d, .bus = bus };
	const struct entry *present = disk_field(d, DISK_PRESENT);
	bool read;

	if (!controller_present) {
		set_device_fate(r, d, FATE_NO_CONTROLLER);
		if (is_word(r, present, TEXT("true")))
			vmxi_warn(r, VMX_CODE_NO_CONTROLLER, present,
				  "%s is left out, because its controller is not present",
				  name_slot(&s).text);
		return VMX_OK;
	}
	if (!is_real_slot(r, &s)) {
		warn_of_unreal_slot(r, &s);
		return VMX_OK;
	}
	TRY(check_old_unit(r, &s, &read));
	return read ? read_drive(r, &s) : VMX_OK;
}

static enum vmx_code read_bus(struct reader *r, const struct bus_row *bus)
{
	bool present = false;
	struct device *d;
	uint32_t controller = UINT32_MAX;

	FOR_DEVICES(r, bus->kind, d, i) {
		if (d->number >= bus->controllers) {
			if (d->unit > 0)
				warn_of_unreal_slot(r, &(struct storage_slot){ .device = d, .bus = bus });
			continue;
		}
		if (bus->bus == BUS_FDC) {
			TRY(read_floppy(r, &(struct storage_slot){ .device = d, .bus = bus }));
			continue;
		}
		if (d->number != controller) {
			controller = d->number;
			present = !bus->has_controllers;
		}
		if (d->unit > 0)
			TRY(read_unit(r, bus, d, present));
		else if (bus->has_controllers)
			TRY(read_controller(r, bus, d, &present));
	}
	return VMX_OK;
}

/*
 * Disks on USB ports: boot media of macOS machines, above all.  libvirt has none.
 */
static const struct {
	struct bus_row bus;
	enum usb_model model;
} usb_rows[] = {
	{ { DEVICE_XHCI_PORT, BUS_USB, "usb_xhci", 1, 0, 0, false }, USB_XHCI },
	{ { DEVICE_EHCI_PORT, BUS_USB, "ehci", 1, 0, 0, false }, USB_EHCI },
	{ { DEVICE_UHCI_PORT, BUS_USB, "usb_uhci", 1, 0, 0, false }, USB_UHCI },
	{ { DEVICE_USB_PORT, BUS_USB, "usb", 1, 0, 0, false }, USB_UHCI },
};

static const struct word usb_disk_types[] = {
	{ { "disk", 4 }, 0 }, { { "cdrom-image", 11 }, 0 },
};

static enum vmx_code read_usb_disk(struct reader *r, const struct bus_row *bus,
				   enum usb_model model, const struct device *d)
{
	struct vmx_machine *m = r->machine;
	const struct entry *type = disk_field(d, DISK_TYPE);
	const struct entry *file = disk_field(d, DISK_FILE_NAME);
	struct storage_slot s = { .device = d, .bus = bus };
	bool ours, empty;

	if (!type || !file || !FIND_WORD(usb_disk_types, value_of(r, type)))
		return VMX_OK;
	TRY(read_slot(r, &s, false));
	if (!s.present || s.client)
		return VMX_OK;
	empty = s.file_class == FILE_EMPTY || s.file_class == FILE_NO_BACKING;
	if (empty && s.type_class != TYPE_IMAGE) {
		set_device_fate(r, d, FATE_EMPTY_SLOT);
		return VMX_OK;
	}
	TRY(vmxi_lost_by_libvirt(r, VMX_CODE_USB_DISK, file, &ours,
				 "%s is on USB, where libvirt has no disks; kept",
				 name_slot(&s).text));
	TRY(build_disk(r, &s, empty ? OUT_NO_IMAGE : s.type_class == TYPE_IMAGE ? OUT_IMAGE : OUT_DISK));
	m->disks.items[m->disks.count - 1].controller = model;
	return VMX_OK;
}

enum vmx_code vmxi_read_storage(struct reader *r)
{
	for (size_t i = 0; i < sizeof(bus_rows) / sizeof(bus_rows[0]); i++)
		TRY(read_bus(r, &bus_rows[i]));
	if (as_libvirt(r))
		return VMX_OK;
	for (size_t i = 0; i < sizeof(usb_rows) / sizeof(usb_rows[0]); i++) {
		struct device *d;

		FOR_DEVICES(r, usb_rows[i].bus.kind, d, j)
			TRY(read_usb_disk(r, &usb_rows[i].bus, usb_rows[i].model, d));
	}
	return VMX_OK;
}
