/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Disks and CD-ROM drives: what deviceType and fileName make of a slot.
 */
#include "machine/storage_slot.h"

#include <stdio.h>

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

#define CDROM_PATH TEXT("/vmfs/devices/cdrom/")

enum slot_file vmxi_classify_slot_file(struct text file)
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

/* A name of nothing but characters that XML can't hold: without them there is none. */
static bool is_unwritable(struct text name)
{
	while (name.len > 0) {
		unsigned char c = (unsigned char)name.ptr[0];
		bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';

		if (!control && !text_starts(name, TEXT("\xEF\xBF\xBE")) &&
		    !text_starts(name, TEXT("\xEF\xBF\xBF")))
			return false;
		name = text_skip(name, control ? 1 : 3);
	}
	return true;
}

enum vmx_code vmxi_read_slot_settings(struct reader *r, struct storage_slot *s, bool present)
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
	s->file_class = vmxi_classify_slot_file(s->file);
	if (s->file_class == FILE_OTHER && !as_libvirt(r) && is_unwritable(s->file))
		s->file_class = FILE_EMPTY;
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

struct slot_name vmxi_slot_name(const struct storage_slot *s)
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
	name = vmxi_slot_name(s);
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

struct disk *vmxi_add_slot_disk(struct reader *r, const struct storage_slot *s)
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
enum vmx_code vmxi_build_slot_disk(struct reader *r, const struct storage_slot *s,
				   enum outcome outcome)
{
	struct disk *disk = vmxi_add_slot_disk(r, s);

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

enum vmx_code vmxi_read_drive(struct reader *r, struct storage_slot *s)
{
	enum outcome outcome;

	TRY(vmxi_read_slot_settings(r, s, false));
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
	return vmxi_build_slot_disk(r, s, outcome);
}
