/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What only the full level writes.
 */
#include "domain/writer.h"

static bool is_full(const struct writer *w)
{
	return w->machine->level == VMX_LEVEL_FULL;
}

void vmxi_put_metadata(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	/* even if there is nothing to say: it is also the mark of the full level */
	if (!is_full(w))
		return;
	XML_START(x, "metadata");
	XML_OPEN(x);
	XML_START(x, "vmxkit:vmx xmlns:vmxkit='" VMX_METADATA_NAMESPACE "'");
	XML_OPEN(x);
	if (m->guest_os.ptr) {
		XML_START(x, "vmxkit:guestOS");
		XML_TEXT_CLOSE(x, "vmxkit:guestOS", m->guest_os);
	}
	if (m->hardware_version > 0) {
		XML_START(x, "vmxkit:hardwareVersion");
		XML_UINT_CLOSE(x, "vmxkit:hardwareVersion", (uint64_t)m->hardware_version);
	}
	XML_CLOSE(x, "vmxkit:vmx");
	XML_CLOSE(x, "metadata");
}

void vmxi_put_boot_order(struct writer *w)
{
	struct xml *x = &w->xml;

	if (!is_full(w))
		return;
	for (size_t i = 0; i < w->machine->boot_count; i++) {
		XML_START(x, "boot");
		XML_WORD(x, "dev", vmxi_boot_words[w->machine->boot[i]]);
		XML_EMPTY(x);
	}
}

/*
 * USB
 */

uint32_t vmxi_usb_index(const struct vmx_machine *m, enum usb_model model)
{
	uint32_t index = 0;

	for (size_t i = 0; i < (size_t)model; i++)
		index += m->usb[i].present;
	return index;
}

void vmxi_put_usb_controllers(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	for (size_t i = 0; is_full(w) && i < USB_MODELS; i++) {
		if (!m->usb[i].present)
			continue;
		XML_START(x, "controller type='usb'");
		XML_UINT(x, "index", vmxi_usb_index(m, (enum usb_model)i));
		XML_WORD(x, "model", vmxi_usb_model_words[i]);
		if (!m->usb[i].slot.given) {
			XML_EMPTY(x);
			continue;
		}
		XML_OPEN(x);
		vmxi_put_pci_address(x, &m->usb[i].slot);
		XML_CLOSE(x, "controller");
	}
}

void vmxi_put_inputs(struct writer *w)
{
	struct xml *x = &w->xml;

	for (size_t i = 0; is_full(w) && i < INPUT_KINDS; i++) {
		if (!w->machine->inputs[i])
			continue;
		XML_START(x, "input");
		XML_WORD(x, "type", vmxi_input_words[i]);
		XML_WORD(x, "bus", "usb");
		XML_EMPTY(x);
	}
}

void vmxi_put_hubs(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	for (size_t i = 0; is_full(w) && i < m->hubs.count; i++) {
		const struct usb_hub *hub = &m->hubs.items[i];

		XML_START(x, "hub type='usb'");
		XML_OPEN(x);
		XML_START(x, "address type='usb'");
		XML_UINT(x, "bus", vmxi_usb_index(m, hub->bus));
		XML_UINT(x, "port", hub->port + 1);
		XML_EMPTY(x);
		XML_CLOSE(x, "hub");
	}
}

void vmxi_put_sound(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	if (!is_full(w) || m->sound == SOUND_NONE)
		return;
	XML_START(x, "sound");
	XML_WORD(x, "model", vmxi_sound_words[m->sound]);
	if (!m->sound_slot.given) {
		XML_EMPTY(x);
		return;
	}
	XML_OPEN(x);
	vmxi_put_pci_address(x, &m->sound_slot);
	XML_CLOSE(x, "sound");
}

void vmxi_put_passthrough(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	for (size_t i = 0; is_full(w) && i < m->passthrough.count; i++) {
		const struct pci_device *d = &m->passthrough.items[i];
		char address[96];

		snprintf(address, sizeof(address),
			 "domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'",
			 d->domain, d->bus, d->slot, d->function);
		XML_START(x, "hostdev mode='subsystem' type='pci' managed='yes'");
		XML_OPEN(x);
		XML_START(x, "source");
		XML_OPEN(x);
		XML_START(x, "address ");
		xml_put(x, address, strlen(address));
		XML_EMPTY(x);
		XML_CLOSE(x, "source");
		XML_CLOSE(x, "hostdev");
	}
}
