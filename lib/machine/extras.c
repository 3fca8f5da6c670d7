/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt's mapping leaves out and domain XML can say: USB, sound, input,
 * pass-through, boot order, the clock.  A file that libvirt takes must not fail
 * because of a key that libvirt does not read: what can't be used here is
 * reported and left out.
 *
 * Sources: published files for the keys and words; VMware's paper on timekeeping
 * for rtc.*.
 */
#include "base/number.h"
#include "machine/reader.h"

void vmxi_set_extra_fate(struct reader *r, const struct entry *e)
{
	set_fate(r, e, r->level == VMX_LEVEL_FULL ? FATE_USED : FATE_NEEDS_FULL);
}

static void unusable(struct reader *r, const struct entry *e)
{
	char key[QUOTE_MAX], value[QUOTE_MAX];

	set_fate(r, e, FATE_UNUSABLE);
	vmxi_warn(r, VMX_CODE_UNUSABLE_VALUE, e, "%s is '%s', which is of no use; left out",
		  vmxi_quote(key, key_of(r, e)), vmxi_quote(value, value_of(r, e)));
}

static const struct word truth[] = {
	{ { "true", 4 }, 1 }, { { "false", 5 }, 0 }, { { "1", 1 }, 1 }, { { "0", 1 }, 0 },
	{ { "yes", 3 }, 1 }, { { "no", 2 }, 0 }, { { "on", 2 }, 1 }, { { "off", 3 }, 0 },
	{ { "", 0 }, 0 },
};

static bool is_true(struct reader *r, const struct entry *e)
{
	const struct word *word;

	if (!e)
		return false;
	vmxi_set_extra_fate(r, e);
	word = FIND_WORD(truth, value_of(r, e));
	if (!word)
		unusable(r, e);
	return word && word->value;
}

static bool has_key(struct reader *r, enum key key)
{
	return is_true(r, r->settings.keys[key]);
}

struct pci_slot vmxi_read_extra_slot(struct reader *r, const struct entry *e)
{
	struct pci_slot slot = { .given = false };

	vmxi_set_extra_fate(r, e);
	if (!e || as_libvirt(r))
		return slot;
	if (!vmxi_parse_int64(vmxi_text_trim(value_of(r, e)), &slot.number))
		unusable(r, e);
	else
		slot.given = slot.number != -1;
	return slot;
}

/*
 * USB
 */

static const struct {
	enum key present, slot;
} usb_keys[USB_MODELS] = {
	[USB_UHCI] = { KEY_USB_PRESENT, KEY_USB_SLOT },
	[USB_EHCI] = { KEY_EHCI_PRESENT, KEY_EHCI_SLOT },
	[USB_XHCI] = { KEY_XHCI_PRESENT, KEY_XHCI_SLOT },
};

static const struct {
	enum device_kind kind;
	enum usb_model model;
} usb_ports[] = {
	{ DEVICE_USB_PORT, USB_UHCI },
	{ DEVICE_EHCI_PORT, USB_EHCI },
	{ DEVICE_XHCI_PORT, USB_XHCI },
	{ DEVICE_UHCI_PORT, USB_UHCI },
};

enum usb_device { USB_HUB, USB_POINTER };

static const struct word usb_devices[] = {
	{ { "hub", 3 }, USB_HUB }, { { "hid", 3 }, USB_POINTER },
};

static enum vmx_code add_hub(struct reader *r, enum usb_model model, uint32_t port)
{
	struct usb_hub *hub = ADD_ITEM(r, &r->machine->hubs);

	if (!hub)
		return vmxi_out_of_memory(r->error);
	*hub = (struct usb_hub){ model, port };
	return VMX_OK;
}

/* Disks on USB are read with the other disks. */
static enum vmx_code read_usb_port(struct reader *r, enum usb_model model, const struct device *d)
{
	const struct entry *type = device_field(d, DISK_TYPE, DISK_FIRST);
	const struct word *word = type ? FIND_WORD(usb_devices, value_of(r, type)) : NULL;

	if (!word) {
		for (unsigned int i = 0; i < FIELDS_MAX; i++) {
			if (d->fields[i] && r->machine->fates[d->fields[i] - r->document->entries] ==
					    FATE_UNTOUCHED)
				set_fate(r, d->fields[i], FATE_HARDWARE);
		}
		return VMX_OK;
	}
	for (unsigned int i = 0; i < FIELDS_MAX; i++)
		vmxi_set_extra_fate(r, d->fields[i]);
	if (!is_true(r, device_field(d, DISK_PRESENT, DISK_FIRST)))
		return VMX_OK;
	if (word->value == USB_HUB && !r->machine->usb[model].present) {
		set_device_fate(r, d, FATE_NO_CONTROLLER);
		return VMX_OK;
	}
	if (word->value == USB_HUB)
		return add_hub(r, model, d->unit - 1);
	r->machine->inputs[INPUT_POINTER] = true;
	r->machine->pointer = (struct usb_hub){ model, d->unit - 1 };
	return VMX_OK;
}

void vmxi_read_usb_controllers(struct reader *r)
{
	for (size_t i = 0; i < USB_MODELS; i++) {
		struct usb_controller *usb = &r->machine->usb[i];

		usb->present = has_key(r, usb_keys[i].present);
		usb->slot = vmxi_read_extra_slot(r, r->settings.keys[usb_keys[i].slot]);
	}
}

static enum vmx_code read_usb(struct reader *r)
{
	struct vmx_machine *m = r->machine;
	struct device *d;

	for (size_t i = 0; i < sizeof(usb_ports) / sizeof(usb_ports[0]); i++) {
		FOR_DEVICES(r, usb_ports[i].kind, d, j)
			TRY(read_usb_port(r, usb_ports[i].model, d));
	}
	m->inputs[INPUT_KEYBOARD] = has_key(r, KEY_KEYBOARD_VUSB);
	m->inputs[INPUT_MOUSE] = has_key(r, KEY_MOUSE_VUSB);
	m->inputs[INPUT_TOUCHSCREEN] = has_key(r, KEY_TOUCHSCREEN_VUSB);
	return VMX_OK;
}

/*
 * Sound
 */

static void read_sound(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_SOUND_MODEL];
	struct vmx_machine *m = r->machine;
	const struct word *word;

	m->sound_slot = vmxi_read_extra_slot(r, r->settings.keys[KEY_SOUND_SLOT]);
	if (e)
		vmxi_set_extra_fate(r, e);
	if (!has_key(r, KEY_SOUND_PRESENT))
		return;
	/* what VMware gives a machine that does not say */
	m->sound = SOUND_ES1371;
	word = e ? FIND_WORD(vmxi_sound_models, value_of(r, e)) : NULL;
	if (word)
		m->sound = (enum sound_model)word->value;
	else if (e)
		unusable(r, e);
}

/*
 * PCI pass-through
 *
 *   id = domain ":" bus ":" slot "." function
 *
 * ESXi writes decimal numbers (00000:059:00.0); people also copy what lspci
 * prints, which is hex: four digits, two, two, one.
 */
static const struct {
	char end;
	uint32_t max;
} id_parts[] = {
	{ ':', 0xFFFF }, { ':', 0xFF }, { '.', 0x1F }, { '\0', 7 },
};

static bool parse_part(struct text part, unsigned int base, uint32_t max, uint32_t *ret)
{
	*ret = 0;
	if (part.len == 0 || part.len > 5)
		return false;
	for (size_t i = 0; i < part.len; i++) {
		int digit = hex_value(part.ptr[i]);

		if (digit < 0 || (unsigned int)digit >= base)
			return false;
		*ret = *ret * base + (uint32_t)digit;
	}
	return *ret <= max;
}

static bool parse_pci_id(struct text id, struct pci_device *ret)
{
	uint32_t parts[4];
	bool hex = id.len == sizeof("0000:00:00.0") - 1 && id.ptr[4] == ':' && id.ptr[7] == ':';

	for (size_t i = 0; i < 4; i++) {
		size_t len = id_parts[i].end ? vmxi_text_find(id, id_parts[i].end) : id.len;

		if (!parse_part((struct text){ id.ptr, len }, hex ? 16 : 10, id_parts[i].max,
				&parts[i]))
			return false;
		if (id_parts[i].end && len == id.len)
			return false;
		id = text_skip(id, id_parts[i].end ? len + 1 : len);
	}
	*ret = (struct pci_device){ .domain = parts[0], .bus = parts[1], .slot = parts[2],
				    .function = parts[3] };
	return true;
}

static enum vmx_code read_passthrough(struct reader *r)
{
	struct device *d;

	FOR_DEVICES(r, DEVICE_PASSTHRU, d, i) {
		const struct entry *present = device_field(d, PASSTHRU_PRESENT, PASSTHRU_FIRST);
		const struct entry *id = device_field(d, PASSTHRU_ID, PASSTHRU_FIRST);
		struct pci_device *device, read;

		if (!is_true(r, present))
			continue;
		if (!id) {
			set_fate(r, present, FATE_UNUSABLE);
			vmxi_warn(r, VMX_CODE_UNUSABLE_VALUE, present,
				  "pciPassthru%u has no id that says which device it is; left out",
				  d->number);
			continue;
		}
		if (!parse_pci_id(vmxi_text_trim(value_of(r, id)), &read)) {
			unusable(r, id);
			continue;
		}
		vmxi_set_extra_fate(r, id);
		device = ADD_ITEM(r, &r->machine->passthrough);
		if (!device)
			return vmxi_out_of_memory(r->error);
		*device = read;
		device->number = d->number;
	}
	return VMX_OK;
}

/*
 * Boot order
 */

static void add_boot_device(struct vmx_machine *m, enum boot_device device)
{
	for (size_t i = 0; i < m->boot_count; i++) {
		if (m->boot[i] == device)
			return;
	}
	m->boot[m->boot_count++] = device;
}

/* "hdd,CDROM,ethernet0": which card or disk can't be said, the kind can */
static void read_boot_order(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_BOOT_ORDER];
	struct text rest;

	if (!e)
		return;
	vmxi_set_extra_fate(r, e);
	rest = value_of(r, e);
	while (rest.len > 0) {
		size_t comma = vmxi_text_find(rest, ',');
		struct text item = vmxi_text_trim((struct text){ rest.ptr, comma });
		const struct word *word;

		while (item.len > 0 && ascii_is_digit(item.ptr[item.len - 1]))
			item.len--;
		word = FIND_WORD(vmxi_boot_devices, item);
		if (word)
			add_boot_device(r->machine, (enum boot_device)word->value);
		else
			unusable(r, e);
		rest = text_skip(rest, comma < rest.len ? comma + 1 : comma);
	}
}

/*
 * The clock, in seconds: a difference to UTC, or where it always starts
 */
static bool read_seconds(struct reader *r, enum key key, int64_t *ret)
{
	const struct entry *e = r->settings.keys[key];

	if (!e)
		return false;
	vmxi_set_extra_fate(r, e);
	if (vmxi_parse_int64(vmxi_text_trim(value_of(r, e)), ret))
		return true;
	unusable(r, e);
	return false;
}

static void read_clock(struct reader *r)
{
	struct vmx_machine *m = r->machine;

	if (read_seconds(r, KEY_RTC_DIFF, &m->clock_seconds))
		m->clock = CLOCK_DIFFERENCE;
	if (read_seconds(r, KEY_RTC_START, &m->clock_seconds))
		m->clock = CLOCK_FIXED;
}

/* A machine that sleeps: its memory lies in a file that no target reads. */
static void check_suspended(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_VM_STATE];

	if (!e)
		return;
	set_fate(r, e, value_of(r, e).len ? FATE_UNUSABLE : FATE_HOUSEKEEPING);
	if (value_of(r, e).len)
		vmxi_warn(r, VMX_CODE_SUSPENDED, e,
			  "the machine is suspended: its memory is not converted, and the guest "
			  "will find itself switched off");
}

/* At libvirt's level nothing of this is read; only what becomes of the keys is said. */
static void mark_extras(struct reader *r)
{
	for (size_t i = KEY_EXTRAS_FIRST; i < KEY_COUNT; i++)
		vmxi_set_extra_fate(r, r->settings.keys[i]);
	for (size_t i = 0; i < r->settings.count; i++) {
		const struct device *d = r->settings.devices[i];
		bool extra = d->kind == DEVICE_PASSTHRU ||
			     (d->kind >= DEVICE_USB_PORT && d->kind <= DEVICE_UHCI_PORT);

		for (size_t j = 0; extra && j < FIELDS_MAX; j++)
			vmxi_set_extra_fate(r, d->fields[j]);
	}
}

enum vmx_code vmxi_read_extras(struct reader *r)
{
	check_suspended(r);
	if (as_libvirt(r)) {
		mark_extras(r);
		return VMX_OK;
	}
	TRY(read_usb(r));
	TRY(read_passthrough(r));
	read_sound(r);
	read_boot_order(r);
	read_clock(r);
	return VMX_OK;
}
