/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt leaves out when it writes a VMX file, and what vmx_domain_xml_write()
 * writes at VMX_LEVEL_FULL.  Nothing here happens at the libvirt level.
 */
#include "domain/reader.h"

/*
 * Our metadata
 */

static const struct node *find_ours(const struct node *parent, struct text name)
{
	for (struct node *n = parent ? parent->first : NULL; n; n = n->next) {
		if (n->space == SPACE_OURS && text_equal(n->name, name)) {
			n->seen = true;
			return n;
		}
	}
	return NULL;
}

static enum cpu_arch arch_of_guest(struct text guest)
{
	bool wide = text_ends_nocase(guest, TEXT("-64"));

	if (wide && text_starts_nocase(guest, TEXT("arm-")))
		return ARCH_AARCH64;
	return wide ? ARCH_X86_64 : ARCH_I686;
}

enum vmx_code vmxi_read_domain_metadata(struct domain_reader *r)
{
	const struct node *ours = find_ours(CHILD(r->domain, "metadata"), TEXT("vmx"));
	const struct node *guest = find_ours(ours, TEXT("guestOS"));
	const struct node *hardware = find_ours(ours, TEXT("hardwareVersion"));
	struct vmx_machine *m = r->machine;
	uint64_t version;

	if (r->as_libvirt)
		return VMX_OK;
	m->was_full = ours != NULL;
	m->no_guest_os = ours && !guest;
	if (hardware) {
		TRY(vmxi_xml_number(r, hardware, hardware->text, INT64_MAX, &version));
		m->hardware_version = (int64_t)version;
	}
	if (!guest)
		return VMX_OK;
	m->guest_os = guest->text.ptr ? guest->text : TEXT("");
	if (arch_of_guest(m->guest_os) == m->arch)
		return VMX_OK;
	m->guest_os = NO_TEXT;
	return vmxi_xml_left_out(r, guest, "it contradicts the architecture in <os>, which counts");
}

/*
 * Boot order and clock
 */

static enum vmx_code read_boot_order(struct domain_reader *r)
{
	struct vmx_machine *m = r->machine;

	FOR_CHILDREN(CHILD(r->domain, "os"), "boot", boot) {
		bool known = false;
		int device;

		TRY(XML_WORD_OF(r, boot, "dev", vmxi_boot_words, &device));
		for (size_t i = 0; i < m->boot_count; i++)
			known = known || (int)m->boot[i] == device;
		if (device >= 0 && !known)
			m->boot[m->boot_count++] = (enum boot_device)device;
	}
	return VMX_OK;
}

static enum vmx_code read_seconds(struct domain_reader *r, const struct node *clock,
				  const char *name, enum clock_kind kind)
{
	struct text value = vmxi_attribute(clock, text_of(name));
	char q[QUOTE_MAX];

	if (!value.ptr || !vmxi_parse_int64(value, &r->machine->clock_seconds))
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, clock,
				     "%s is '%s', but has to be a number of seconds", name,
				     vmxi_quote(q, value));
	r->machine->clock = kind;
	return VMX_OK;
}

static enum vmx_code read_clock(struct domain_reader *r)
{
	const struct node *clock = CHILD(r->domain, "clock");
	struct text offset = ATTRIBUTE(clock, "offset"), basis = ATTRIBUTE(clock, "basis");
	char q[QUOTE_MAX];

	if (!clock || text_equal(offset, TEXT("utc")))
		return VMX_OK;
	if (text_equal(offset, TEXT("absolute")))
		return read_seconds(r, clock, "start", CLOCK_FIXED);
	if (text_equal(offset, TEXT("variable")) && (!basis.ptr || text_equal(basis, TEXT("utc"))))
		return read_seconds(r, clock, "adjustment", CLOCK_DIFFERENCE);
	return vmxi_xml_left_out(r, clock, "such a clock (offset='%s') can't be had",
				 vmxi_quote(q, offset));
}

/*
 * USB
 */

/* Models of other machines, and what is like them. */
static const struct {
	struct text word;
	enum usb_model model;
} usb_words[] = {
	{ { "qemu-xhci", 9 }, USB_XHCI }, { { "ich9-ehci1", 10 }, USB_EHCI },
	{ { "ich9-uhci1", 10 }, USB_UHCI }, { { "piix4-uhci", 10 }, USB_UHCI },
};

static int find_usb_model(struct text word)
{
	int model = word.ptr ? WORD_VALUE(vmxi_usb_model_words, word) : USB_UHCI;

	for (size_t i = 0; model < 0 && i < sizeof(usb_words) / sizeof(usb_words[0]); i++) {
		if (text_equal(usb_words[i].word, word))
			model = (int)usb_words[i].model;
	}
	return model;
}

static enum vmx_code read_usb_controller(struct domain_reader *r, const struct node *node,
					 uint32_t *next)
{
	struct text word = FILLED(node, "model");
	int model = find_usb_model(word);
	struct vmx_machine *m = r->machine;
	uint32_t index;
	char q[QUOTE_MAX];

	TRY(ATTRIBUTE_NUMBER(r, node, "index", *next, &index));
	*next = index + 1;
	if (text_equal(word, TEXT("none")))
		return VMX_OK;
	if (model < 0)
		return vmxi_xml_left_out(r, node, "VMware has no USB controller '%s'",
					 vmxi_quote(q, word));
	if (index < sizeof(r->usb_models) / sizeof(r->usb_models[0]))
		r->usb_models[index] = model;
	m->usb[model].present = true;
	return vmxi_xml_slot(r, node, &m->usb[model].slot);
}

static enum vmx_code read_hub(struct domain_reader *r, const struct node *node)
{
	const struct node *address = CHILD(node, "address");
	struct usb_hub *hub, place;
	uint32_t bus;
	uint64_t port;

	(void)ATTRIBUTE(node, "type");
	if (!address || !ATTRIBUTE(address, "port").ptr)
		return vmxi_xml_left_out(r, node, "a hub without an address is left out");
	TRY(ATTRIBUTE_NUMBER(r, address, "bus", 0, &bus));
	TRY(vmxi_xml_number(r, address, ATTRIBUTE(address, "port"), UINT8_MAX, &port));
	if (port == 0)
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, address, "ports are counted from 1");
	place.bus = bus < 8 && r->usb_models[bus] >= 0 ? (enum usb_model)r->usb_models[bus] : USB_UHCI;
	place.port = (uint32_t)port - 1;
	if (has_usb_hub(r->machine, place))
		return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, address,
				     "another hub has the same address");
	hub = XML_ADD(r, &r->machine->hubs);
	if (!hub)
		return vmxi_out_of_memory(r->error);
	*hub = place;
	/* as with disks: what hangs on a bus brings its controller */
	r->machine->usb[place.bus].present = true;
	return VMX_OK;
}

static enum vmx_code read_input(struct domain_reader *r, const struct node *node)
{
	struct text bus = ATTRIBUTE(node, "bus"), type = ATTRIBUTE(node, "type");
	bool *inputs = r->machine->inputs;
	int kind = WORD_VALUE(vmxi_input_words, type);

	/* every machine has these */
	if (text_equal(bus, TEXT("ps2")) || (!bus.ptr && kind >= 0))
		return VMX_OK;
	if (kind < 0 || !text_equal(bus, TEXT("usb")))
		return vmxi_xml_left_out(r, node, "VMware has no such input device");
	if (kind == INPUT_TOUCHSCREEN && inputs[kind])
		kind = INPUT_POINTER;
	inputs[kind] = true;
	return VMX_OK;
}

/* Controllers come first: disks on USB ask for them. */
enum vmx_code vmxi_read_xml_usb(struct domain_reader *r)
{
	uint32_t next = 0;

	for (size_t i = 0; i < sizeof(r->usb_models) / sizeof(r->usb_models[0]); i++)
		r->usb_models[i] = -1;
	if (r->as_libvirt)
		return VMX_OK;
	FOR_CHILDREN(r->devices, "controller", controller) {
		if (text_equal(ATTRIBUTE(controller, "type"), TEXT("usb")))
			TRY(read_usb_controller(r, controller, &next));
	}
	FOR_CHILDREN(r->devices, "hub", hub)
		TRY(read_hub(r, hub));
	FOR_CHILDREN(r->devices, "input", input)
		TRY(read_input(r, input));
	return VMX_OK;
}

/* XML does not say where the pointer hangs: where there is nothing else. */
static void place_pointer(struct vmx_machine *m)
{
	bool taken = m->inputs[INPUT_POINTER];

	while (taken) {
		taken = has_usb_hub(m, m->pointer);
		for (size_t i = 0; !taken && i < m->disks.count; i++)
			taken = is_usb_place(&m->disks.items[i], m->pointer);
		m->pointer.port += taken;
	}
}

/*
 * Sound
 */

static const struct {
	struct text word;
	enum sound_model model;
} sound_words[] = {
	{ { "ac97", 4 }, SOUND_ES1371 }, { { "ich6", 4 }, SOUND_HDAUDIO },
	{ { "ich7", 4 }, SOUND_HDAUDIO },
};

static enum vmx_code read_sound(struct domain_reader *r)
{
	const struct node *sound = CHILD(r->devices, "sound");
	struct text word = ATTRIBUTE(sound, "model");
	int model = WORD_VALUE(vmxi_sound_words, word);
	char q[QUOTE_MAX];

	if (!sound)
		return VMX_OK;
	for (size_t i = 0; model < 0 && i < sizeof(sound_words) / sizeof(sound_words[0]); i++) {
		if (text_equal(sound_words[i].word, word))
			model = (int)sound_words[i].model;
	}
	if (model < 0)
		return vmxi_xml_left_out(r, sound, "VMware has no sound card '%s'; write es1370, ich9 "
					 "or sb16", vmxi_quote(q, word));
	r->machine->sound = (enum sound_model)model;
	return vmxi_xml_slot(r, sound, &r->machine->sound_slot);
}

/*
 * PCI pass-through
 */

static enum vmx_code read_passthrough(struct domain_reader *r, const struct node *node)
{
	const struct node *address = CHILD(CHILD(node, "source"), "address");
	struct pci_device *device;
	struct vmx_machine *m = r->machine;

	(void)ATTRIBUTE(node, "mode");
	(void)ATTRIBUTE(node, "managed");
	if (!text_equal(ATTRIBUTE(node, "type"), TEXT("pci")) || !address)
		return vmxi_xml_left_out(r, node, "only PCI devices of the host can be passed on");
	device = XML_ADD(r, &m->passthrough);
	if (!device)
		return vmxi_out_of_memory(r->error);
	TRY(vmxi_xml_pci(r, address, device));
	device->number = (uint32_t)m->passthrough.count - 1;
	device->where = node->where;
	return VMX_OK;
}

enum vmx_code vmxi_read_xml_extras(struct domain_reader *r)
{
	if (r->as_libvirt)
		return VMX_OK;
	TRY(read_boot_order(r));
	TRY(read_clock(r));
	TRY(read_sound(r));
	place_pointer(r->machine);
	FOR_CHILDREN(r->devices, "hostdev", hostdev)
		TRY(read_passthrough(r, hostdev));
	return VMX_OK;
}
