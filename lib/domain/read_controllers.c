/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controllers of disks, and their models.
 */
#include "domain/reader.h"

#define CONTROLLERS_MAX 1024
/* VMware has four of each. */
#define CONTROLLERS_PER_BUS 4

static const char *const controller_types[] = {
	"ide", "fdc", "scsi", "sata", "virtio-serial", "ccid", "usb", "pci", "xenbus", "isa", "nvme",
};

#define CONTROLLER_TYPES (sizeof(controller_types) / sizeof(controller_types[0]))

/* All that libvirt knows; only those of VMware's have a row in vmxi_scsi_model_words. */
static const char *const scsi_models[] = {
	"auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "ibmvscsi", "virtio-scsi",
	"lsisas1078", "virtio-transitional", "virtio-non-transitional", "ncr53c90", "dc390",
	"am53c974",
};

/*
 * The list, in libvirt's order: behind the last of its type, but in front of the
 * first of these with a greater index.
 */

static struct xml_controller *find_controller(struct domain_reader *r, struct text type,
					      uint32_t index)
{
	for (size_t i = 0; i < r->controllers.count; i++) {
		struct xml_controller *c = &r->controllers.items[i];

		if (c->indexed && c->index == index && text_equal(c->type, type))
			return c;
	}
	return NULL;
}

static size_t place_in_list(const struct domain_reader *r, const struct xml_controller *c)
{
	size_t at = r->controllers.count;
	bool found = false;

	for (size_t i = r->controllers.count; i-- > 0;) {
		const struct xml_controller *other = &r->controllers.items[i];

		if (!text_equal(other->type, c->type))
			continue;
		if (!found)
			at = i + 1;
		found = true;
		if (c->indexed && other->indexed && other->index > c->index)
			at = i;
	}
	return at;
}

static enum vmx_code add_controller(struct domain_reader *r, const struct xml_controller *c)
{
	size_t at = place_in_list(r, c);

	if (r->controllers.count == CONTROLLERS_MAX)
		return vmxi_xml_fail(r, VMX_CODE_XML_TOO_LARGE, c->node,
				     "there are more than %d controllers", CONTROLLERS_MAX);
	if (!XML_ADD(r, &r->controllers))
		return vmxi_out_of_memory(r->error);
	memmove(&r->controllers.items[at + 1], &r->controllers.items[at],
		(r->controllers.count - 1 - at) * sizeof(*c));
	r->controllers.items[at] = *c;
	return VMX_OK;
}

/*
 * What libvirt looks at: models of a type, but for types that no VMware machine has; and
 * all places, those of controllers that nobody uses included.
 */
static enum vmx_code check_unused(struct domain_reader *r, const struct node *controller)
{
	static const char *const ide_models[] = { "piix3", "piix4", "ich6" };
	struct text type = ATTRIBUTE(controller, "type"), model = ATTRIBUTE(controller, "model");
	int word;

	/* what has no type is one, too */
	if (!type.ptr || text_equal(type, TEXT("ide")))
		TRY(XML_WORD_OF(r, controller, "model", ide_models, &word));
	else if (model.ptr && (text_equal(type, TEXT("sata")) || text_equal(type, TEXT("fdc"))))
		return vmxi_xml_bad_word(r, controller, "model", model, "missing");
	return vmxi_xml_check_place(r, controller);
}

static enum vmx_code read_index(struct domain_reader *r, struct xml_controller *c)
{
	c->indexed = ATTRIBUTE(c->node, "index").ptr != NULL;
	TRY(ATTRIBUTE_NUMBER(r, c->node, "index", 0, &c->index));
	if (c->indexed && find_controller(r, c->type, c->index) && !text_equal(c->type, TEXT("usb")))
		return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, c->node,
				     "another controller of the type has the index %u, too", c->index);
	return VMX_OK;
}

/* Once all that say one are known, the others get the lowest that are free. */
static void give_indexes(struct domain_reader *r)
{
	uint32_t next[CONTROLLER_TYPES] = { 0 };

	for (size_t i = 0; i < r->controllers.count; i++) {
		struct xml_controller *c = &r->controllers.items[i];
		int type = WORD_VALUE(controller_types, c->type);

		if (c->indexed || type < 0)
			continue;
		while (find_controller(r, c->type, next[type]))
			next[type]++;
		c->index = next[type]++;
		c->indexed = true;
	}
}

static enum vmx_code read_controller(struct domain_reader *r, const struct node *node)
{
	struct xml_controller c = { .node = node };
	int type, model;

	TRY(XML_WORD_OF(r, node, "type", controller_types, &type));
	c.type = text_of(controller_types[type < 0 ? 0 : type]);
	c.model = ATTRIBUTE(node, "model");
	if (text_equal(c.type, TEXT("scsi")))
		TRY(XML_WORD_OF(r, node, "model", scsi_models, &model));
	TRY(vmxi_xml_ask_libvirt(r, check_unused, node));
	TRY(read_index(r, &c));
	return add_controller(r, &c);
}

/* Those that nobody wrote, but that a disk is on. */
static enum vmx_code add_implicit(struct domain_reader *r, enum bus bus)
{
	struct text type = text_of(vmxi_bus_words[bus]);
	uint32_t count = 0;

	for (size_t i = 0; i < r->disks.count; i++) {
		const struct disk *d = &r->disks.items[i].disk;
		uint32_t controller = d->bus == BUS_IDE || d->bus == BUS_FDC ? 0 : d->controller;

		if (d->bus == bus && controller >= count)
			count = controller + 1;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct xml_controller c = { .type = type, .index = i, .indexed = true };

		if (!find_controller(r, type, i))
			TRY(add_controller(r, &c));
	}
	return VMX_OK;
}

/*
 * Models.  Before there were <controller> elements, <driver name=''/> of a disk said
 * the model.  libvirt looks for a controller of the disk's number and does not ask
 * for its type.
 */
static struct xml_controller *find_driver_controller(struct domain_reader *r, uint32_t index)
{
	for (size_t i = 0; i < r->controllers.count && r->as_libvirt; i++) {
		if (r->controllers.items[i].index == index)
			return &r->controllers.items[i];
	}
	return find_controller(r, TEXT("scsi"), index);
}

static const char *find_scsi_model(struct text name)
{
	for (size_t i = 0; i < sizeof(scsi_models) / sizeof(scsi_models[0]); i++) {
		if (text_equal_nocase(text_of(scsi_models[i]), name))
			return scsi_models[i];
	}
	return NULL;
}

static enum vmx_code apply_driver(struct domain_reader *r, const struct xml_disk *d)
{
	const char *model;
	struct xml_controller *c;
	char q[QUOTE_MAX];

	if (d->disk.bus != BUS_SCSI || !d->driver.ptr)
		return VMX_OK;
	model = find_scsi_model(d->driver);
	if (!model)
		return vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, d->node,
					"the driver '%s' is none of VMware's; left out",
					vmxi_quote(q, d->driver));
	c = find_driver_controller(r, d->disk.controller);
	if (!c->model.ptr) {
		c->model = text_of(model);
		return VMX_OK;
	}
	if (text_equal(c->model, text_of(model)))
		return VMX_OK;
	return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, d->node,
			     "the driver '%s' contradicts the controller's model '%s'", model,
			     vmxi_quote(q, c->model));
}

static enum vmx_code resolve_model(struct domain_reader *r, const struct xml_controller *c,
				   enum scsi_model *ret)
{
	struct text word = c->model;
	const char *given = r->options->scsi_auto;
	char q[QUOTE_MAX];
	int model;

	*ret = SCSI_MODEL_NONE;
	if (!word.ptr)
		return VMX_OK;
	if (text_equal(word, TEXT("auto")) && given)
		word = text_of(given);
	model = WORD_VALUE(vmxi_scsi_model_words, word);
	if (model < 0)
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, c->node,
				     "VMware has no SCSI controller '%s': write buslogic, lsilogic, "
				     "lsisas1068 or vmpvscsi%s", vmxi_quote(q, word),
				     text_equal(word, TEXT("auto")) ? ", or say what 'auto' stands for"
								     : "");
	*ret = (enum scsi_model)model;
	return VMX_OK;
}

/*
 * What the machine keeps
 */

static bool has_disks(const struct domain_reader *r, enum bus bus, uint32_t index)
{
	for (size_t i = 0; i < r->disks.count; i++) {
		if (r->disks.items[i].disk.bus == bus && r->disks.items[i].disk.controller == index)
			return true;
	}
	return false;
}

/* Up to the one that libvirt counts a SATA disk to; what stands on it is elsewhere. */
static bool is_emulated(const struct domain_reader *r, enum bus bus, uint32_t index)
{
	for (size_t i = 0; i < r->disks.count; i++) {
		const struct xml_disk *d = &r->disks.items[i];

		if (d->disk.bus == bus && d->emulated > 0 && d->emulated >= index)
			return true;
	}
	return false;
}

/* A controller in front of one with disks may only be there because indexes have no gaps. */
static bool is_filler(const struct domain_reader *r, enum bus bus, const struct controller *c)
{
	if (c->model != SCSI_MODEL_NONE || c->slot.given)
		return false;
	if (is_emulated(r, bus, c->index))
		return true;
	for (uint32_t i = c->index + 1; i < CONTROLLERS_PER_BUS; i++) {
		if (has_disks(r, bus, i))
			return true;
	}
	return false;
}

static enum vmx_code keep_controller(struct domain_reader *r, enum bus bus,
				     const struct xml_controller *c)
{
	struct controller *kept, read = { .bus = bus, .index = c->index };
	bool used = has_disks(r, bus, c->index);

	if (r->as_libvirt && !used)
		return VMX_OK;
	if (bus == BUS_SCSI)
		TRY(resolve_model(r, c, &read.model));
	if (c->node)
		TRY(vmxi_xml_slot(r, c->node, &read.slot));
	if (!used && is_filler(r, bus, &read))
		return VMX_OK;
	kept = XML_ADD(r, &r->machine->controllers);
	if (!kept)
		return vmxi_out_of_memory(r->error);
	*kept = read;
	return VMX_OK;
}

static enum vmx_code keep_controllers(struct domain_reader *r, enum bus bus)
{
	struct text type = text_of(vmxi_bus_words[bus]);

	for (uint32_t i = 0; i < CONTROLLERS_PER_BUS; i++) {
		const struct xml_controller *c = find_controller(r, type, i);

		if (c)
			TRY(keep_controller(r, bus, c));
	}
	return VMX_OK;
}

static enum vmx_code check_controller(struct domain_reader *r, const struct xml_controller *c)
{
	int bus = WORD_VALUE(vmxi_bus_words, c->type);

	if (r->as_libvirt || bus == BUS_USB || bus == BUS_IDE || bus == BUS_FDC)
		return VMX_OK;
	if (bus < 0)
		return vmxi_xml_left_out(r, c->node, "a controller of the type %s is left out",
					 c->type.ptr);
	if (c->index < CONTROLLERS_PER_BUS ||
	    (is_emulated(r, (enum bus)bus, c->index) && !CHILD(c->node, "address")))
		return VMX_OK;
	return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, c->node,
			     "VMware has no more than %d %s controllers", CONTROLLERS_PER_BUS,
			     c->type.ptr);
}

enum vmx_code vmxi_read_xml_controllers(struct domain_reader *r)
{
	static const enum bus implicit[] = { BUS_SCSI, BUS_FDC, BUS_IDE, BUS_SATA, BUS_NVME };
	static const enum bus kept[] = { BUS_SCSI, BUS_SATA, BUS_NVME };

	FOR_CHILDREN(r->devices, "controller", node)
		TRY(read_controller(r, node));
	give_indexes(r);
	for (size_t i = 0; i < r->controllers.count; i++)
		TRY(check_controller(r, &r->controllers.items[i]));
	for (size_t i = 0; i < sizeof(implicit) / sizeof(implicit[0]); i++)
		TRY(add_implicit(r, implicit[i]));
	for (size_t i = 0; i < r->disks.count; i++)
		TRY(apply_driver(r, &r->disks.items[i]));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		TRY(keep_controllers(r, kept[i]));
	return VMX_OK;
}
