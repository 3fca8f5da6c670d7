/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/writer.h"

/*
 * Disks
 */

/* What the default level does otherwise: said once per disk, before anything is written. */
enum vmx_code vmxi_check_disks(struct writer *w)
{
	const struct vmx_machine *m = w->machine;

	for (size_t i = 0; i < m->disks.count; i++) {
		const struct disk *d = &m->disks.items[i];
		enum vmx_code code = VMX_OK;

		if (d->bus == BUS_SATA && (d->unit >= 6 || d->controller > 0))
			code = vmxi_written_otherwise(w, VMX_CODE_SATA_ADDRESS, d->where,
						      "libvirt counts six SATA disks per controller; this "
						      "one is written at its own place");
		if (code == VMX_OK && w->places[i].renamed && d->bus != BUS_USB)
			code = vmxi_written_otherwise(w, VMX_CODE_TARGET_NAME, d->where,
						      "libvirt gives this disk the target name of another; "
						      "it gets a free one");
		if (code != VMX_OK)
			return code;
	}
	return VMX_OK;
}

static void put_source(struct xml *x, const struct disk *d)
{
	if (!d->source.ptr && !d->optional)
		return;
	XML_START(x, "source");
	if (d->source.ptr && d->block)
		XML_TEXT(x, "dev", d->source);
	else if (d->source.ptr)
		XML_TEXT(x, "file", d->source);
	if (d->optional)
		XML_PUT(x, " startupPolicy='optional'");
	XML_EMPTY(x);
}

static void put_drive_address(struct xml *x, const struct place *p)
{
	XML_START(x, "address type='drive'");
	XML_UINT(x, "controller", p->controller);
	XML_UINT(x, "bus", p->bus);
	XML_PUT(x, " target='0'");
	XML_UINT(x, "unit", p->unit);
	XML_EMPTY(x);
}

static void put_usb_address(struct writer *w, const struct disk *d)
{
	struct xml *x = &w->xml;

	if (w->machine->level != VMX_LEVEL_FULL)
		return;
	XML_START(x, "address type='usb'");
	XML_UINT(x, "bus", vmxi_usb_index(w->machine, (enum usb_model)d->controller));
	XML_UINT(x, "port", d->unit + 1);
	XML_EMPTY(x);
}

static void put_disk(struct writer *w, const struct disk *d, const struct place *p)
{
	struct xml *x = &w->xml;

	XML_START(x, "disk");
	XML_WORD(x, "type", d->block ? "block" : "file");
	XML_WORD(x, "device", vmxi_disk_device_words[d->device]);
	XML_OPEN(x);
	if (d->write_through) {
		XML_START(x, "driver cache='writethrough'");
		XML_EMPTY(x);
	}
	put_source(x, d);
	XML_START(x, "target");
	XML_WORD(x, "dev", p->name);
	XML_WORD(x, "bus", vmxi_bus_words[d->bus]);
	XML_EMPTY(x);
	if (d->read_only) {
		XML_START(x, "readonly");
		XML_EMPTY(x);
	}
	if (d->transient) {
		XML_START(x, "transient");
		XML_EMPTY(x);
	}
	if (d->bus == BUS_USB)
		put_usb_address(w, d);
	else
		put_drive_address(x, p);
	XML_CLOSE(x, "disk");
}

void vmxi_put_disks(struct writer *w)
{
	for (size_t i = 0; i < w->machine->disks.count; i++)
		put_disk(w, &w->machine->disks.items[i], &w->places[i]);
}

/*
 * Controllers: those that are there, and those that a disk's address names.
 */

void vmxi_put_pci_address(struct xml *x, const struct pci_slot *s)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t n = (uint64_t)s->number;
	unsigned int slot = n & 31, bus = n >> 5 & 31, function = n >> 10 & 7;
	char text[] = " domain='0x0000' bus='0x00' slot='0x00' function='0x0'";

	XML_START(x, "address type='pci'");
	if (slot || bus || function) {
		text[24] = digits[bus >> 4];
		text[25] = digits[bus & 15];
		text[36] = digits[slot >> 4];
		text[37] = digits[slot & 15];
		text[52] = digits[function];
		xml_put(x, text, sizeof(text) - 1);
	}
	XML_EMPTY(x);
}

static void put_controller(struct xml *x, enum bus bus, uint32_t index, const struct controller *c)
{
	XML_START(x, "controller");
	XML_WORD(x, "type", vmxi_bus_words[bus]);
	XML_UINT(x, "index", index);
	if (c && c->model != SCSI_MODEL_NONE)
		XML_WORD(x, "model", vmxi_scsi_model_words[c->model]);
	if (!c || !c->slot.given) {
		XML_EMPTY(x);
		return;
	}
	XML_OPEN(x);
	vmxi_put_pci_address(x, &c->slot);
	XML_CLOSE(x, "controller");
}

/* How many controllers of the bus the disks' addresses ask for. */
static uint32_t controllers_used(const struct writer *w, enum bus bus)
{
	uint32_t used = 0;

	for (size_t i = 0; i < w->machine->disks.count; i++) {
		if (w->machine->disks.items[i].bus == bus && w->places[i].controller >= used)
			used = w->places[i].controller + 1;
	}
	return used;
}

/* The present controllers of a bus come in ascending order. */
static void put_bus_controllers(struct writer *w, enum bus bus)
{
	const struct vmx_machine *m = w->machine;
	uint32_t next = 0, used = controllers_used(w, bus);

	for (size_t i = 0; i < m->controllers.count; i++) {
		const struct controller *c = &m->controllers.items[i];

		if (c->bus != bus)
			continue;
		for (; next < c->index && next < used; next++)
			put_controller(&w->xml, bus, next, NULL);
		put_controller(&w->xml, bus, c->index, c);
		next = c->index + 1;
	}
	for (; next < used; next++)
		put_controller(&w->xml, bus, next, NULL);
}

void vmxi_put_controllers(struct writer *w)
{
	static const enum bus order[] = { BUS_SCSI, BUS_SATA, BUS_NVME, BUS_FDC, BUS_IDE };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		put_bus_controllers(w, order[i]);
}
