/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Floppy drives.
 */
#include "machine/storage_slot.h"

static const struct word floppy_types[] = {
	{ { "device", 6 }, true }, { { "file", 4 }, false },
};

/* "A:", "a:\": a drive of Windows, which is none where the XML goes */
static bool is_drive_letter(struct text file)
{
	return (file.len == 2 || (file.len == 3 && file.ptr[2] == '\\')) && file.ptr[1] == ':' &&
	       ascii_lower(file.ptr[0]) >= 'a' && ascii_lower(file.ptr[0]) <= 'z';
}

/* A name that VMware writes for "nothing", or that names nothing here: */
static bool is_no_floppy(struct text file)
{
	return file.len == 0 || is_drive_letter(file) ||
	       text_equal_nocase(file, TEXT("vmware-null-remote-floppy")) ||
	       text_equal_nocase(file, TEXT("auto detect"));
}

static enum vmx_code build_floppy(struct reader *r, const struct storage_slot *s, bool block,
				  bool has_source)
{
	struct disk *disk = vmxi_add_slot_disk(r, s);

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

enum vmx_code vmxi_read_floppy(struct reader *r, struct storage_slot *s)
{
	bool present;

	TRY(is_floppy_by_default(r, s->device, &present));
	TRY(vmxi_read_slot_settings(r, s, present));
	if (!s->present || s->client)
		return VMX_OK;
	return read_floppy_type(r, s);
}
