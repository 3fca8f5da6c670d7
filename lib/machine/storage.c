/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controllers, and which slots are looked at: those of the buses, and of USB ports.
 */
#include "machine/storage_slot.h"

/* From this hardware version on a SCSI controller has 64 units instead of 15. */
#define WIDE_SCSI_HARDWARE 13

/*
 * The buses, as libvirt looks through them: so many controllers, so many units
 * each.  Where the default level finds a disk beyond libvirt's units, it takes it.
 */
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
			  "%s is no place for a device; it is left out", vmxi_slot_name(s).text);
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
	    !file || vmxi_classify_slot_file(value_of(r, file)) != FILE_VMDK) {
		set_device_fate(r, s->device, FATE_NO_SUCH_SLOT);
		return VMX_OK;
	}
	return vmxi_lost_by_libvirt(r, VMX_CODE_SCSI_UNIT, present, ret_read,
				    "libvirt does not look at %s, because virtualHW.version %lld "
				    "has units up to 15 only; the disk is kept",
				    vmxi_slot_name(s).text, (long long)r->machine->hardware_version);
}

static void warn_of_missing_controller(struct reader *r, const struct storage_slot *s)
{
	const struct entry *present = disk_field(s->device, DISK_PRESENT);

	set_device_fate(r, s->device, FATE_NO_CONTROLLER);
	if (is_word(r, present, TEXT("true")))
		vmxi_warn(r, VMX_CODE_NO_CONTROLLER, present,
			  "%s is left out, because its controller is not present",
			  vmxi_slot_name(s).text);
}

static enum vmx_code read_unit(struct reader *r, const struct bus_row *bus,
			       const struct device *d, bool controller_present)
{
	struct storage_slot s = { .device = d, .bus = bus };
	bool read;

	if (!controller_present) {
		warn_of_missing_controller(r, &s);
		return VMX_OK;
	}
	if (!is_real_slot(r, &s)) {
		warn_of_unreal_slot(r, &s);
		return VMX_OK;
	}
	TRY(check_old_unit(r, &s, &read));
	return read ? vmxi_read_drive(r, &s) : VMX_OK;
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
			TRY(vmxi_read_floppy(r, &(struct storage_slot){ .device = d, .bus = bus }));
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
	if (!m->usb[model].present) {
		warn_of_missing_controller(r, &s);
		return VMX_OK;
	}
	TRY(vmxi_read_slot_settings(r, &s, false));
	if (!s.present || s.client)
		return VMX_OK;
	empty = s.file_class == FILE_EMPTY || s.file_class == FILE_NO_BACKING ||
		s.file_class == FILE_AUTO;
	if (empty && s.type_class != TYPE_IMAGE) {
		set_device_fate(r, d, FATE_EMPTY_SLOT);
		return VMX_OK;
	}
	TRY(vmxi_lost_by_libvirt(r, VMX_CODE_USB_DISK, file, &ours,
				 "%s is on USB, where libvirt has no disks; kept",
				 vmxi_slot_name(&s).text));
	TRY(vmxi_build_slot_disk(r, &s, empty ? OUT_NO_IMAGE :
				 s.type_class == TYPE_IMAGE ? OUT_IMAGE : OUT_DISK));
	m->disks.items[m->disks.count - 1].controller = model;
	return VMX_OK;
}

enum vmx_code vmxi_read_storage(struct reader *r)
{
	for (size_t i = 0; i < sizeof(bus_rows) / sizeof(bus_rows[0]); i++)
		TRY(read_bus(r, &bus_rows[i]));
	if (as_libvirt(r))
		return VMX_OK;
	vmxi_read_usb_controllers(r);
	for (size_t i = 0; i < sizeof(usb_rows) / sizeof(usb_rows[0]); i++) {
		struct device *d;

		FOR_DEVICES(r, usb_rows[i].bus.kind, d, j)
			TRY(read_usb_disk(r, &usb_rows[i].bus, usb_rows[i].model, d));
	}
	return VMX_OK;
}
