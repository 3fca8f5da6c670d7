/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The remote display, video, shared folders, TPM.
 */
#include "base/number.h"
#include "machine/reader.h"

/*
 * Remote display
 */

/* What VMware recommends for itself; libvirt only mentions ports outside. */
#define VNC_PORT_MAX 65535

enum vmx_code vmxi_read_vnc(struct reader *r)
{
	const struct entry *const *keys = r->settings.keys;
	struct vnc *vnc = &r->machine->vnc;

	TRY(vmxi_read_boolean(r, keys[KEY_VNC_ENABLED], false, &vnc->enabled));
	if (!vnc->enabled) {
		for (unsigned int key = KEY_VNC_ENABLED; key <= KEY_VNC_PASSWORD; key++)
			set_fate(r, keys[key], FATE_NOT_PRESENT);
		return VMX_OK;
	}
	TRY(vmxi_read_integer(r, keys[KEY_VNC_PORT], -1, &vnc->port));
	if (vnc->port > VNC_PORT_MAX && !as_libvirt(r))
		return vmxi_fail_at(r, VMX_CODE_OUT_OF_RANGE, keys[KEY_VNC_PORT],
				    "RemoteDisplay.vnc.port is %lld, but ports end at %d",
				    (long long)vnc->port, VNC_PORT_MAX);
	TRY(vmxi_read_text(r, keys[KEY_VNC_IP], &vnc->ip));
	TRY(vmxi_read_text(r, keys[KEY_VNC_KEYMAP], &vnc->keymap));
	TRY(vmxi_read_text(r, keys[KEY_VNC_PASSWORD], &vnc->password));
	set_fate(r, keys[KEY_VNC_PASSWORD], FATE_SECRET);
	return VMX_OK;
}

/*
 * Video
 */

#define VRAM_DEFAULT_KIB 4096

/*
 * As libvirt works it out: up to whole KiB in 64 bits that wrap, 32 bits of that,
 * up to a power of two; 0, and what has no such power in 32 bits, is the default.
 */
static uint32_t vram_kib(int64_t bytes)
{
	uint32_t kib, power = 1;

	kib = (uint32_t)((int64_t)((uint64_t)bytes + 1023) / 1024);
	if (kib == 0 || kib > (uint32_t)1 << 31)
		return VRAM_DEFAULT_KIB;
	while (power < kib)
		power *= 2;
	return power;
}

enum vmx_code vmxi_read_video(struct reader *r)
{
	int64_t bytes;

	TRY(vmxi_read_integer(r, r->settings.keys[KEY_VRAM_SIZE],
			      (int64_t)VRAM_DEFAULT_KIB * 1024, &bytes));
	r->machine->vram_kib = vram_kib(bytes);
	return VMX_OK;
}

enum vmx_code vmxi_read_tpm(struct reader *r)
{
	TRY(vmxi_read_boolean(r, r->settings.keys[KEY_VTPM_PRESENT], false, &r->machine->tpm));
	if (r->machine->tpm && r->settings.keys[KEY_KEY_SAFE])
		vmxi_warn(r, VMX_CODE_ENCRYPTED_TPM, r->settings.keys[KEY_VTPM_PRESENT],
			  "the state of the TPM is encrypted and stays behind");
	return VMX_OK;
}

/*
 * Shared folders
 */

/* VMware's own limit is far below. */
#define FOLDERS_MAX (DEVICE_NUMBER_MAX + 1)

static const struct entry *field(const struct device *d, unsigned int id)
{
	return device_field(d, id, FOLDER_FIRST);
}

static enum vmx_code read_folder(struct reader *r, const struct device *d)
{
	const struct entry *host = field(d, FOLDER_HOST_PATH), *guest = field(d, FOLDER_GUEST_NAME);
	struct shared_folder *folder, read = { .number = d->number };
	bool present, enabled, writable;

	TRY(vmxi_read_boolean(r, field(d, FOLDER_PRESENT), false, &present));
	TRY(vmxi_read_boolean(r, field(d, FOLDER_ENABLED), false, &enabled));
	if (!present || !enabled) {
		set_device_fate(r, d, FATE_NOT_PRESENT);
		return VMX_OK;
	}
	if (!host || !guest) {
		set_device_fate(r, d, FATE_EMPTY_SLOT);
		return vmxi_refused_by_libvirt(r, VMX_CODE_SHARED_FOLDER, field(d, FOLDER_PRESENT),
					       "sharedFolder%u has no %s; left out", d->number,
					       host ? "guestName" : "hostPath");
	}
	TRY(vmxi_read_text(r, host, &read.host_path));
	TRY(vmxi_read_text(r, guest, &read.guest_name));
	TRY(vmxi_read_boolean(r, field(d, FOLDER_WRITE_ACCESS), false, &writable));
	read.read_only = !writable;
	folder = ADD_ITEM(r, &r->machine->folders);
	if (!folder)
		return vmxi_out_of_memory(r->error);
	*folder = read;
	return VMX_OK;
}

static enum vmx_code too_many_folders(struct reader *r, int64_t count)
{
	return vmxi_fail_at(r, VMX_CODE_OUT_OF_RANGE, r->settings.keys[KEY_FOLDER_MAX],
			    "sharedFolder.maxNum is %lld, but more than %d are not read",
			    (long long)count, FOLDERS_MAX);
}

/* Folders are off unless switched on; their number bounds which are looked at. */
enum vmx_code vmxi_read_folders(struct reader *r)
{
	const struct entry *max_entry = r->settings.keys[KEY_FOLDER_MAX];
	struct device *d;
	int64_t max = 0;
	bool off;

	TRY(vmxi_read_boolean(r, r->settings.keys[KEY_HGFS_DISABLE], true, &off));
	if (!off)
		TRY(vmxi_read_integer(r, max_entry, 0, &max));
	else if (max_entry && !as_libvirt(r))
		/* libvirt does not look; what is far too much is worth an error all the same */
		(void)vmxi_parse_int64(value_of(r, max_entry), &max);
	if (max > FOLDERS_MAX)
		return too_many_folders(r, max);
	if (off)
		set_fate(r, max_entry, FATE_NOT_ASKED);
	FOR_DEVICES(r, DEVICE_SHARED_FOLDER, d, i) {
		if (!off && d->number < max)
			TRY(read_folder(r, d));
		else
			set_device_fate(r, d, FATE_NOT_ASKED);
	}
	return VMX_OK;
}
