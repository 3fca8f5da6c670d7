/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controllers, disks, CD-ROM drives, floppy drives.
 */
#include "vmx/writer.h"

static const enum device_kind bus_kinds[BUSES] = {
	[BUS_SCSI] = DEVICE_SCSI, [BUS_SATA] = DEVICE_SATA, [BUS_IDE] = DEVICE_IDE,
	[BUS_FDC] = DEVICE_FLOPPY, [BUS_NVME] = DEVICE_NVME,
};

static const enum device_kind usb_kinds[USB_MODELS] = {
	[USB_UHCI] = DEVICE_USB_PORT, [USB_EHCI] = DEVICE_EHCI_PORT, [USB_XHCI] = DEVICE_XHCI_PORT,
};

/*
 * Controllers
 */

static bool has_disks(const struct vmx_machine *m, const struct controller *c)
{
	for (size_t i = 0; i < m->disks.count; i++) {
		if (m->disks.items[i].bus == c->bus && m->disks.items[i].controller == c->index)
			return true;
	}
	return false;
}

static void put_controller(struct vmx_writer *w, const struct controller *c)
{
	struct put_device d = { w, vmxi_name_device(bus_kinds[c->bus], c->index, -1), NOWHERE };
	struct text model = WORD_FOR(vmxi_scsi_models, (int)c->model);

	if (w->as_libvirt && (c->bus != BUS_SCSI || !has_disks(w->machine, c)))
		return;
	vmxi_put_field_truth(&d, CONTROLLER_PRESENT, true);
	if (c->bus == BUS_SCSI && model.ptr)
		vmxi_put_field(&d, CONTROLLER_MODEL, model);
	vmxi_put_field_slot(&d, CONTROLLER_SLOT, &c->slot);
}

void vmxi_put_vmx_controllers(struct vmx_writer *w)
{
	for (size_t i = 0; i < w->machine->controllers.count; i++)
		put_controller(w, &w->machine->controllers.items[i]);
}

/*
 * Disks and CD-ROM drives
 */

#define CDROM_PATH TEXT("/vmfs/devices/cdrom/")

static struct text disk_type(const struct disk *d)
{
	switch (d->bus) {
	case BUS_SCSI:
		return TEXT("scsi-hardDisk");
	case BUS_IDE:
		return TEXT("ata-hardDisk");
	default:
		return TEXT("disk");
	}
}

/* Names that Linux gives to CD drives. */
static bool is_linux_drive(struct text path)
{
	static const struct text names[] = {
		{ "/dev/sr", 7 }, { "/dev/scd", 8 }, { "/dev/cdrom", 10 }, { "/dev/dvd", 8 },
		{ "/dev/hd", 7 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (text_starts(path, names[i]))
			return true;
	}
	return false;
}

/*
 * libvirt only passes CD drives of ESX on as generic SCSI devices.  For us a device that
 * is no CD drive (it can be written to) is one as well.
 */
static bool is_generic(const struct vmx_writer *w, const struct disk *d)
{
	if (!d->source.ptr)
		return false;
	if (d->bus == BUS_SCSI && text_starts(d->source, CDROM_PATH))
		return true;
	return !w->as_libvirt && !d->read_only && !is_linux_drive(d->source);
}

static struct text type_of(const struct vmx_writer *w, const struct disk *d)
{
	switch (d->device) {
	case DISK_DEVICE_CDROM:
		return d->block ? TEXT("atapi-cdrom") : TEXT("cdrom-image");
	case DISK_DEVICE_LUN:
		return is_generic(w, d) ? TEXT("scsi-passthru") : TEXT("cdrom-raw");
	default:
		return disk_type(d);
	}
}

static void put_backing(const struct put_device *out, const struct disk *d)
{
	if (!d->block && d->source.ptr) {
		vmxi_put_field_file(out, DISK_FILE_NAME, d->source);
	} else if (!d->block) {
		vmxi_put_field(out, DISK_FILE_NAME, TEXT("emptyBackingString"));
	} else if (d->optional) {
		vmxi_put_field_truth(out, DISK_AUTODETECT, true);
		vmxi_put_field(out, DISK_FILE_NAME, TEXT("auto detect"));
	} else if (d->source.ptr) {
		vmxi_put_field(out, DISK_FILE_NAME, d->source);
	} else if (out->w->as_libvirt) {
		/* what libvirt makes of a drive that has no path */
		vmxi_put_field(out, DISK_FILE_NAME, TEXT("(null)"));
	}
}

static void put_disk(struct vmx_writer *w, const struct disk *d)
{
	enum device_kind kind = d->bus == BUS_USB ? usb_kinds[d->controller] : bus_kinds[d->bus];
	struct put_device out = { w, vmxi_name_device(kind, d->controller, d->unit), d->where };

	vmxi_put_field_truth(&out, DISK_PRESENT, true);
	vmxi_put_field(&out, DISK_TYPE, type_of(w, d));
	put_backing(&out, d);
	if (d->write_through && (d->bus == BUS_SCSI || !w->as_libvirt))
		vmxi_put_field_truth(&out, DISK_WRITE_THROUGH, true);
	if (d->transient)
		vmxi_put_field(&out, DISK_MODE, TEXT("independent-nonpersistent"));
}

/*
 * Floppy drives.  VMware has them unless told otherwise.
 */

#define FLOPPIES 2

static void put_floppy(struct vmx_writer *w, const struct disk *d)
{
	struct put_device out = { w, vmxi_name_device(DEVICE_FLOPPY, d->unit, -1), d->where };

	vmxi_put_field_truth(&out, DISK_PRESENT, true);
	vmxi_put_field(&out, DISK_FILE_TYPE, d->block ? TEXT("device") : TEXT("file"));
	if (!d->source.ptr)
		return;
	if (d->block)
		vmxi_put_field(&out, DISK_FILE_NAME, d->source);
	else
		vmxi_put_field_file(&out, DISK_FILE_NAME, d->source);
}

void vmxi_put_vmx_disks(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;
	bool floppies[FLOPPIES] = { false };

	for (size_t i = 0; i < m->disks.count; i++) {
		const struct disk *d = &m->disks.items[i];

		if (d->device != DISK_DEVICE_FLOPPY) {
			put_disk(w, d);
			continue;
		}
		put_floppy(w, d);
		floppies[d->unit % FLOPPIES] = true;
	}
	for (uint32_t i = 0; i < FLOPPIES; i++) {
		struct put_device out = { w, vmxi_name_device(DEVICE_FLOPPY, i, -1), NOWHERE };

		if (!floppies[i])
			vmxi_put_field_truth(&out, DISK_PRESENT, false);
	}
}
