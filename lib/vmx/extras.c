/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt leaves out: USB, sound, input, pass-through, boot order, the clock.
 */
#include "vmx/writer.h"

static const enum device_kind usb_kinds[USB_MODELS] = {
	[USB_UHCI] = DEVICE_USB_PORT, [USB_EHCI] = DEVICE_EHCI_PORT, [USB_XHCI] = DEVICE_XHCI_PORT,
};

static void put_slot(struct vmx_writer *w, enum key key, const struct pci_slot *slot)
{
	if (slot->given)
		vmxi_put_key_number(w, key, slot->number);
}

static void put_usb_device(struct vmx_writer *w, const struct usb_hub *at, struct text type)
{
	struct put_device d = { w, vmxi_name_device(usb_kinds[at->bus], 0, at->port), NOWHERE };

	vmxi_put_field_truth(&d, DISK_PRESENT, true);
	vmxi_put_field(&d, DISK_TYPE, type);
}

static void put_usb(struct vmx_writer *w)
{
	static const struct {
		enum key present, slot;
	} keys[USB_MODELS] = {
		[USB_UHCI] = { KEY_USB_PRESENT, KEY_USB_SLOT },
		[USB_EHCI] = { KEY_EHCI_PRESENT, KEY_EHCI_SLOT },
		[USB_XHCI] = { KEY_XHCI_PRESENT, KEY_XHCI_SLOT },
	};
	const struct vmx_machine *m = w->machine;

	for (size_t i = 0; i < USB_MODELS; i++) {
		if (!m->usb[i].present)
			continue;
		vmxi_put_key_truth(w, keys[i].present, true);
		put_slot(w, keys[i].slot, &m->usb[i].slot);
	}
	for (size_t i = 0; i < m->hubs.count; i++)
		put_usb_device(w, &m->hubs.items[i], TEXT("hub"));
	if (m->inputs[INPUT_POINTER])
		put_usb_device(w, &m->pointer, TEXT("hid"));
	if (m->inputs[INPUT_KEYBOARD])
		vmxi_put_key_truth(w, KEY_KEYBOARD_VUSB, true);
	if (m->inputs[INPUT_MOUSE])
		vmxi_put_key_truth(w, KEY_MOUSE_VUSB, true);
	if (m->inputs[INPUT_TOUCHSCREEN])
		vmxi_put_key_truth(w, KEY_TOUCHSCREEN_VUSB, true);
}

static void put_sound(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;

	if (m->sound == SOUND_NONE)
		return;
	vmxi_put_key_truth(w, KEY_SOUND_PRESENT, true);
	vmxi_put_key(w, KEY_SOUND_MODEL, WORD_FOR(vmxi_sound_models, (int)m->sound));
	put_slot(w, KEY_SOUND_SLOT, &m->sound_slot);
}

/* As ESXi writes it: decimal, five digits, three, two, one. */
static void put_passthrough(struct vmx_writer *w)
{
	for (size_t i = 0; i < w->machine->passthrough.count; i++) {
		const struct pci_device *p = &w->machine->passthrough.items[i];
		struct put_device d = { w, vmxi_name_device(DEVICE_PASSTHRU, p->number, -1), p->where };

		vmxi_put_field_truth(&d, PASSTHRU_PRESENT, true);
		vmxi_put_field(&d, PASSTHRU_ID, FORMATTED(w, "%05u:%03u:%02u.%u", p->domain, p->bus,
							  p->slot, p->function));
	}
}

static void put_boot_order(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct text words[BOOT_DEVICES] = { NO_TEXT };

	for (size_t i = 0; i < m->boot_count; i++)
		words[i] = WORD_FOR(vmxi_boot_devices, (int)m->boot[i]);
	if (m->boot_count > 0)
		vmxi_put_key(w, KEY_BOOT_ORDER,
			     FORMATTED(w, "%.*s%s%.*s%s%.*s%s%.*s",
				       (int)words[0].len, words[0].ptr, m->boot_count > 1 ? "," : "",
				       (int)words[1].len, words[1].ptr, m->boot_count > 2 ? "," : "",
				       (int)words[2].len, words[2].ptr, m->boot_count > 3 ? "," : "",
				       (int)words[3].len, words[3].ptr));
}

static void put_clock(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;

	if (m->clock != CLOCK_UTC)
		vmxi_put_key_number(w, m->clock == CLOCK_FIXED ? KEY_RTC_START : KEY_RTC_DIFF,
				    m->clock_seconds);
}

void vmxi_put_extras(struct vmx_writer *w)
{
	if (w->as_libvirt)
		return;
	put_usb(w);
	put_sound(w);
	put_passthrough(w);
	put_boot_order(w);
	put_clock(w);
}
