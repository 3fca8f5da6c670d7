/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Disks, CD-ROM drives, floppy drives: what they are, and where they go.
 */
#include "domain/places.h"
#include "domain/reader.h"

/* VMware has places for less than half of that. */
#define DISKS_MAX 1024

/* Units of an NVMe controller that have names; far less have places. */
#define NVME_NAMES 999

/* Target names, and the bus of a disk that names none. */
static const struct {
	struct text prefix;
	const char *bus;
} prefixes[] = {
	{ { "fd", 2 }, "fdc" }, { { "hd", 2 }, "ide" }, { { "sd", 2 }, "scsi" },
	{ { "vd", 2 }, "virtio" }, { { "xvd", 3 }, "xen" }, { { "ubd", 3 }, "uml" },
};

/* The places of a bus: the highest numbers that an address may have. */
static const struct {
	struct text prefix;	/* of target names */
	uint32_t controllers, buses, units;
} buses[BUSES] = {
	[BUS_SCSI] = { { "sd", 2 }, 4, 1, 65 },
	[BUS_SATA] = { { "sd", 2 }, 4, 1, 30 },
	[BUS_IDE] = { { "hd", 2 }, 1, 2, 2 },
	[BUS_FDC] = { { "fd", 2 }, 1, 1, 2 },
	[BUS_NVME] = { { "nvme", 4 }, 4, 1, 15 },
	[BUS_USB] = { { "sd", 2 }, 0, 0, 0 },
};

/*
 * Target names
 */

/* letters = 1*("a" - "z"), then digits that do not matter; -1: it is no such name */
static int64_t letters_index(struct text t)
{
	int64_t index = 0;
	size_t at = 0;

	while (at < t.len && t.ptr[at] >= 'a' && t.ptr[at] <= 'z' && at < 5)
		index = index * 26 + (t.ptr[at++] - 'a') + 1;
	if (at == 0)
		return -1;
	while (at < t.len && ascii_is_digit(t.ptr[at]))
		at++;
	return at == t.len ? index - 1 : -1;
}

/* nvme<controller>n<unit from 1>; -1: it is no such name */
static int64_t nvme_index(struct text t)
{
	uint64_t controller, unit;
	size_t digits;

	if (!text_starts(t, TEXT("nvme")))
		return -1;
	t = text_skip(t, 4);
	if (!vmxi_parse_digits(t, &controller, &digits) || digits == t.len || t.ptr[digits] != 'n')
		return -1;
	t = text_skip(t, digits + 1);
	if (!vmxi_parse_digits(t, &unit, &digits) || digits < t.len || controller > 999 ||
	    unit == 0 || unit > 999)
		return -1;
	return (int64_t)(controller * NVME_NAMES + unit - 1);
}

static int64_t target_index(struct text target)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (text_starts(target, prefixes[i].prefix))
			return letters_index(text_skip(target, prefixes[i].prefix.len));
	}
	return nvme_index(target);
}

static struct text guess_bus(enum disk_device device, struct text target)
{
	if (device == DISK_DEVICE_FLOPPY)
		return TEXT("fdc");
	if (nvme_index(target) >= 0)
		return TEXT("nvme");
	for (size_t i = 1; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (text_starts(target, prefixes[i].prefix))
			return text_of(prefixes[i].bus);
	}
	return TEXT("ide");
}

/*
 * What a disk says
 */

static enum vmx_code read_bus(struct domain_reader *r, struct xml_disk *d)
{
	struct text word = d->bus_word.ptr ? d->bus_word : guess_bus(d->disk.device, d->target);
	int bus = WORD_VALUE(vmxi_bus_words, word);
	char q[QUOTE_MAX];

	if (bus < 0)
		return vmxi_xml_fail(r, VMX_CODE_DISK_BUS, d->node,
				     "VMware has no bus '%s': write <target dev='sda' bus='scsi'/> "
				     "(or sata, ide, nvme) without <address>, and give the guest the "
				     "driver for it", vmxi_quote(q, word));
	d->disk.bus = (enum bus)bus;
	if (d->disk.bus == BUS_SCSI || d->disk.bus == BUS_IDE || d->disk.bus == BUS_FDC)
		return VMX_OK;
	return vmxi_xml_refused(r, VMX_CODE_BEYOND_LIBVIRT, d->node,
				"libvirt writes no disks on %s; kept", vmxi_bus_words[bus]);
}

static enum vmx_code read_target(struct domain_reader *r, struct xml_disk *d)
{
	const struct node *target = CHILD(d->node, "target");
	bool floppy = d->disk.device == DISK_DEVICE_FLOPPY;
	char q[QUOTE_MAX];

	d->target = FILLED(target, "dev");
	if (!d->target.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, d->node,
				     "the disk has no <target dev=''/>");
	TRY(XML_FILLED(r, target, "bus", &d->bus_word));
	d->index = target_index(d->target);
	TRY(read_bus(r, d));
	if (floppy != (d->disk.bus == BUS_FDC))
		return vmxi_xml_fail(r, VMX_CODE_DISK_BUS, d->node,
				     "a floppy drive has to be on bus fdc, and nothing else there");
	if (d->index < 0 || !text_starts(d->target, buses[d->disk.bus].prefix))
		return vmxi_xml_fail(r, VMX_CODE_DISK_TARGET, d->node,
				     "the target name '%s' does not fit the bus %s: names there begin "
				     "with %s", vmxi_quote(q, d->target), vmxi_bus_words[d->disk.bus],
				     buses[d->disk.bus].prefix.ptr);
	return VMX_OK;
}

static enum vmx_code read_source(struct domain_reader *r, struct xml_disk *d)
{
	/* behind the first two: what VMware can't have, but what does not matter without source */
	static const char *const types[] = {
		"file", "block", "dir", "network", "volume", "nvme", "vhostuser",
	};
	static const char *const policies[] = { "mandatory", "requisite", "optional" };
	const struct node *source = CHILD(d->node, "source");
	int type, policy;

	TRY(XML_WORD_OF(r, d->node, "type", types, &type));
	d->disk.block = source && type == 1;
	if (!source)
		return VMX_OK;
	if (type > 1)
		return vmxi_xml_bad_word(r, d->node, "type", ATTRIBUTE(d->node, "type"),
					 "one of: file, block");
	d->disk.source = d->disk.block ? FILLED(source, "dev") : FILLED(source, "file");
	TRY(XML_WORD_OF(r, source, "startupPolicy", policies, &policy));
	if (policy == 1 && d->disk.device != DISK_DEVICE_CDROM && d->disk.device != DISK_DEVICE_FLOPPY)
		return vmxi_xml_bad_word(r, source, "startupPolicy", TEXT("requisite"),
					 "mandatory or optional for such a device");
	d->disk.optional = d->disk.block && !d->disk.source.ptr && policy == 2;
	return VMX_OK;
}

/* libvirt drops the type of an empty drive; VMware has two kinds of them. */
static void read_empty_type(struct domain_reader *r, struct xml_disk *d)
{
	if (!r->as_libvirt && !d->disk.source.ptr && d->disk.device != DISK_DEVICE_DISK)
		d->disk.block = text_equal(ATTRIBUTE(d->node, "type"), TEXT("block"));
}

static enum vmx_code check_backing(struct domain_reader *r, const struct xml_disk *d)
{
	const struct disk *disk = &d->disk;
	struct text suffix = disk->device == DISK_DEVICE_DISK ? TEXT(".vmdk") : TEXT(".iso");
	char q[QUOTE_MAX];

	if (disk->device == DISK_DEVICE_FLOPPY)
		return VMX_OK;
	if (disk->device == DISK_DEVICE_DISK && !disk->source.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, d->node, "the disk has no source");
	if (disk->device == DISK_DEVICE_DISK && disk->block)
		return vmxi_xml_fail(r, VMX_CODE_DISK_BACKING, d->node,
				     "VMware has no disks that are devices of the host: make a .vmdk "
				     "file that describes the device, and use type='file'");
	if (disk->device == DISK_DEVICE_LUN && !CHILD(d->node, "source"))
		TRY(vmxi_xml_refused(r, VMX_CODE_DISK_BACKING, d->node,
				     "libvirt takes no lun without <source>"));
	if (disk->device == DISK_DEVICE_LUN && !disk->block)
		return vmxi_xml_fail(r, VMX_CODE_DISK_BACKING, d->node,
				     "a lun has to be of type='block'");
	if (!disk->block && disk->source.ptr && !text_ends_nocase(disk->source, suffix))
		return vmxi_xml_refused(r, VMX_CODE_DISK_BACKING, d->node,
					"'%s' does not end in %s; kept",
					vmxi_quote(q, disk->source), suffix.ptr);
	return VMX_OK;
}

static enum vmx_code read_driver(struct domain_reader *r, struct xml_disk *d)
{
	static const char *const caches[] = {
		"default", "none", "writethrough", "writeback", "directsync", "unsafe",
	};
	const struct node *driver = CHILD(d->node, "driver");
	int cache;

	d->driver = r->as_libvirt ? ATTRIBUTE(driver, "name") : FILLED(driver, "name");
	if (!driver)
		return VMX_OK;
	TRY(XML_WORD_OF(r, driver, "cache", caches, &cache));
	d->disk.write_through = cache == 2;
	if (cache <= 0 || cache == 2 || (r->as_libvirt && d->disk.bus != BUS_SCSI))
		return VMX_OK;
	return vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, driver,
				"VMware only has the cache mode writethrough; '%s' is left out",
				caches[cache]);
}

/* What hangs on a bus brings its controller. */
static void need_usb_controller(struct usb_controller *usb)
{
	usb->guessed = usb->guessed || !usb->present;
	usb->present = true;
}

static enum vmx_code read_usb_address(struct domain_reader *r, struct xml_disk *d,
				      const struct node *address)
{
	uint32_t bus;
	uint64_t port;

	TRY(ATTRIBUTE_NUMBER(r, address, "bus", 0, &bus));
	if (!ATTRIBUTE(address, "port").ptr)
		return VMX_OK;
	TRY(vmxi_xml_number(r, address, ATTRIBUTE(address, "port"), UINT8_MAX, &port));
	if (port == 0)
		return vmxi_xml_fail(r, VMX_CODE_DISK_ADDRESS, address, "ports are counted from 1");
	d->disk.controller = (uint32_t)(bus < 8 && r->usb_models[bus] >= 0 ? r->usb_models[bus]
									   : USB_XHCI);
	d->disk.unit = (uint32_t)port - 1;
	need_usb_controller(&r->machine->usb[d->disk.controller]);
	d->placed = true;
	return VMX_OK;
}

static enum vmx_code check_place(struct domain_reader *r, const struct xml_disk *d,
				 const struct node *address, uint32_t bus)
{
	enum bus on = d->disk.bus;
	uint32_t units = on == BUS_SCSI && r->as_libvirt ? 16 : buses[on].units;

	if (d->disk.controller < buses[on].controllers && bus < buses[on].buses &&
	    d->disk.unit < units && !(on == BUS_SCSI && d->disk.unit == SCSI_OWN_UNIT))
		return VMX_OK;
	return vmxi_xml_fail(r, VMX_CODE_DISK_ADDRESS, address,
			     "%s has no place at controller %u, bus %u, unit %u%s",
			     vmxi_bus_words[on], d->disk.controller, bus, d->disk.unit,
			     on == BUS_SCSI && d->disk.unit == SCSI_OWN_UNIT ?
			     ", which is the controller's own" : "");
}

static enum vmx_code check_drive_target(struct domain_reader *r, const struct node *address)
{
	uint32_t target;

	return ATTRIBUTE_NUMBER(r, address, "target", 0, &target);
}

/*
 * What libvirt prints for a SATA disk beyond its first six is no place of VMware's.  Our
 * writer gives no disk a name that makes its place look so: see places.c.
 */
static void translate_sata_place(struct xml_disk *d)
{
	if (d->disk.bus != BUS_SATA || d->index < SATA_PORTS ||
	    d->disk.controller != d->index / SATA_PORTS || d->disk.unit != d->index % SATA_PORTS)
		return;
	d->emulated = d->disk.controller;
	d->disk.controller = (uint32_t)(d->index / SATA_UNITS);
	d->disk.unit = (uint32_t)(d->index % SATA_UNITS);
}

static enum vmx_code read_address(struct domain_reader *r, struct xml_disk *d)
{
	const struct node *address = CHILD(d->node, "address");
	struct text type = ATTRIBUTE(address, "type");
	uint32_t bus;
	char q[QUOTE_MAX];

	if (!address)
		return VMX_OK;
	if (d->disk.bus == BUS_USB && text_equal(type, TEXT("usb")))
		return read_usb_address(r, d, address);
	if (d->disk.bus == BUS_USB || (d->disk.bus == BUS_NVME && !text_equal(type, TEXT("drive"))))
		return VMX_OK;
	if (!text_equal(type, TEXT("drive")))
		return vmxi_xml_fail(r, VMX_CODE_DISK_ADDRESS, address,
				     "the type of an address on %s has to be drive, not '%s'",
				     vmxi_bus_words[d->disk.bus], vmxi_quote(q, type));
	TRY(ATTRIBUTE_NUMBER(r, address, "controller", 0, &d->disk.controller));
	TRY(ATTRIBUTE_NUMBER(r, address, "bus", 0, &bus));
	TRY(ATTRIBUTE_NUMBER(r, address, "unit", 0, &d->disk.unit));
	TRY(vmxi_xml_ask_libvirt(r, check_drive_target, address));
	d->placed = true;
	if (bus == 0)
		translate_sata_place(d);
	TRY(check_place(r, d, address, bus));
	if (d->disk.bus == BUS_IDE)
		d->disk.controller = bus;
	return VMX_OK;
}

static enum vmx_code read_disk(struct domain_reader *r, struct xml_disk *d)
{
	int device;

	TRY(XML_WORD_OF(r, d->node, "device", vmxi_disk_device_words, &device));
	d->disk.device = device < 0 ? DISK_DEVICE_DISK : (enum disk_device)device;
	d->disk.where = d->node->where;
	TRY(read_target(r, d));
	TRY(read_source(r, d));
	read_empty_type(r, d);
	TRY(check_backing(r, d));
	TRY(read_driver(r, d));
	d->disk.read_only = CHILD(d->node, "readonly") != NULL;
	d->disk.transient = CHILD(d->node, "transient") != NULL;
	return read_address(r, d);
}

/*
 * Order and places
 */

/*
 * libvirt's order: behind the last one of the same bus word, but in front of the
 * first of these with a greater index.
 */
static size_t place_in_list(const struct domain_reader *r, const struct xml_disk *d)
{
	size_t at = r->disks.count;
	bool found = false;

	for (size_t i = r->disks.count; i-- > 0;) {
		const struct xml_disk *other = &r->disks.items[i];

		if (!text_equal(other->bus_word, d->bus_word))
			continue;
		if (!found)
			at = i + 1;
		found = true;
		if (other->index > d->index)
			at = i;
	}
	return at;
}

static enum vmx_code add_disk(struct domain_reader *r, const struct xml_disk *d)
{
	size_t at;
	char q[QUOTE_MAX];

	for (size_t i = 0; i < r->disks.count; i++) {
		if (text_equal(r->disks.items[i].target, d->target))
			return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, d->node,
					     "another disk has the target name '%s', too",
					     vmxi_quote(q, d->target));
	}
	if (r->disks.count == DISKS_MAX)
		return vmxi_xml_fail(r, VMX_CODE_XML_TOO_LARGE, d->node,
				     "there are more than %d disks", DISKS_MAX);
	at = place_in_list(r, d);
	if (!XML_ADD(r, &r->disks))
		return vmxi_out_of_memory(r->error);
	memmove(&r->disks.items[at + 1], &r->disks.items[at],
		(r->disks.count - 1 - at) * sizeof(*d));
	r->disks.items[at] = *d;
	return VMX_OK;
}

static bool is_taken(const struct domain_reader *r, const struct xml_disk *d)
{
	struct usb_hub place = { (enum usb_model)d->disk.controller, d->disk.unit };

	if (d->disk.bus == BUS_USB && has_usb_hub(r->machine, place))
		return true;
	for (size_t i = 0; i < r->disks.count; i++) {
		const struct xml_disk *other = &r->disks.items[i];

		if (other != d && other->placed && other->disk.bus == d->disk.bus &&
		    other->disk.controller == d->disk.controller && other->disk.unit == d->disk.unit)
			return true;
	}
	return false;
}

/* The place that the target name stands for; false: there is none. */
static bool place_by_name(const struct xml_disk *d, uint32_t *controller, uint32_t *unit)
{
	static const uint32_t disks[BUSES] = {
		[BUS_SCSI] = SCSI_UNITS, [BUS_SATA] = SATA_UNITS, [BUS_IDE] = 2,
		[BUS_FDC] = UINT32_MAX, [BUS_NVME] = NVME_NAMES,
	};
	uint32_t per = disks[d->disk.bus], index = (uint32_t)d->index;
	uint32_t controllers = d->disk.bus == BUS_IDE ? 2 : buses[d->disk.bus].controllers;

	*controller = index / per;
	*unit = index % per;
	if (d->disk.bus == BUS_SCSI && *unit >= SCSI_OWN_UNIT)
		++*unit;
	return *controller < controllers && *unit < buses[d->disk.bus].units;
}

/* The next place that is free, on this controller or a later one; USB: from port 0 on. */
static bool find_free_place(const struct domain_reader *r, struct xml_disk *d)
{
	bool ide = d->disk.bus == BUS_IDE, usb = d->disk.bus == BUS_USB;
	uint32_t units = usb ? USB_PORTS : d->disk.bus == BUS_SCSI ? SCSI_UNITS + 1 : buses[d->disk.bus].units;
	uint32_t controllers = ide ? 2 : usb ? USB_MODELS : buses[d->disk.bus].controllers;

	for (; d->disk.controller < controllers; d->disk.controller++, d->disk.unit = 0) {
		for (; d->disk.unit < units; d->disk.unit++) {
			if (!(d->disk.bus == BUS_SCSI && d->disk.unit == SCSI_OWN_UNIT) &&
			    !is_taken(r, d))
				return true;
		}
	}
	return false;
}

static enum vmx_code no_place(struct domain_reader *r, const struct xml_disk *d)
{
	char q[QUOTE_MAX];

	return vmxi_xml_fail(r, VMX_CODE_DISK_TARGET, d->node,
			     "the target name '%s' is beyond the last place on %s; give the disk an "
			     "<address> or another bus", vmxi_quote(q, d->target),
			     vmxi_bus_words[d->disk.bus]);
}

static enum vmx_code check_given_place(struct domain_reader *r, const struct xml_disk *d)
{
	uint32_t controller, unit;
	bool named;

	if (is_taken(r, d))
		return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, d->node,
				     "another %s has the same address",
				     d->disk.bus == BUS_USB ? "device" : "disk");
	if (d->disk.bus != BUS_SCSI && d->disk.bus != BUS_IDE && d->disk.bus != BUS_FDC)
		return VMX_OK;
	named = place_by_name(d, &controller, &unit);
	if (named && controller == d->disk.controller && unit == d->disk.unit)
		return VMX_OK;
	return vmxi_xml_refused(r, VMX_CODE_DISK_ADDRESS, d->node,
				"libvirt counts 15 disks per controller, and finds the address and the "
				"target name contradictory; the address counts");
}

static enum vmx_code find_usb_place(struct domain_reader *r, struct xml_disk *d)
{
	struct vmx_machine *m = r->machine;

	d->disk.controller = m->usb[USB_XHCI].present ? USB_XHCI :
			     m->usb[USB_EHCI].present ? USB_EHCI :
			     m->usb[USB_UHCI].present ? USB_UHCI : USB_XHCI;
	need_usb_controller(&m->usb[d->disk.controller]);
	if (!find_free_place(r, d))
		return no_place(r, d);
	d->placed = true;
	return VMX_OK;
}

static enum vmx_code find_place(struct domain_reader *r, struct xml_disk *d)
{
	if (d->disk.bus == BUS_USB)
		return find_usb_place(r, d);
	if (!place_by_name(d, &d->disk.controller, &d->disk.unit))
		return no_place(r, d);
	if (is_taken(r, d)) {
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_DUPLICATE, d->node,
				     "the place that the target name stands for is another disk's; it "
				     "gets the next free one"));
		if (!find_free_place(r, d))
			return no_place(r, d);
	}
	d->placed = true;
	return VMX_OK;
}

static enum vmx_code keep_disks(struct domain_reader *r)
{
	for (size_t i = 0; i < r->disks.count; i++) {
		struct disk *disk = XML_ADD(r, &r->machine->disks);

		if (!disk)
			return vmxi_out_of_memory(r->error);
		*disk = r->disks.items[i].disk;
	}
	return VMX_OK;
}

enum vmx_code vmxi_read_xml_disks(struct domain_reader *r)
{
	FOR_CHILDREN(r->devices, "disk", node) {
		struct xml_disk d = { .node = node };

		TRY(read_disk(r, &d));
		TRY(add_disk(r, &d));
	}
	for (size_t i = 0; i < r->disks.count; i++) {
		if (r->disks.items[i].placed)
			TRY(check_given_place(r, &r->disks.items[i]));
	}
	for (size_t i = 0; i < r->disks.count; i++) {
		if (!r->disks.items[i].placed)
			TRY(find_place(r, &r->disks.items[i]));
	}
	return keep_disks(r);
}
