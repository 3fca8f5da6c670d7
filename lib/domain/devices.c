/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/writer.h"

void vmxi_put_folders(struct writer *w)
{
	struct xml *x = &w->xml;

	for (size_t i = 0; i < w->machine->folders.count; i++) {
		const struct shared_folder *f = &w->machine->folders.items[i];

		XML_START(x, "filesystem type='mount' accessmode='passthrough'");
		XML_OPEN(x);
		XML_START(x, "source");
		XML_TEXT(x, "dir", f->host_path);
		XML_EMPTY(x);
		XML_START(x, "target");
		XML_TEXT(x, "dir", f->guest_name);
		XML_EMPTY(x);
		if (f->read_only) {
			XML_START(x, "readonly");
			XML_EMPTY(x);
		}
		XML_CLOSE(x, "filesystem");
	}
}

/*
 * Network cards
 */

static void put_mac(struct xml *x, const struct nic *nic)
{
	static const char digits[] = "0123456789abcdef";
	char text[] = "00:00:00:00:00:00";

	for (size_t i = 0; i < 6; i++) {
		text[3 * i] = digits[nic->mac[i] >> 4];
		text[3 * i + 1] = digits[nic->mac[i] & 15];
	}
	XML_START(x, "mac address='");
	xml_put(x, text, sizeof(text) - 1);
	XML_PUT(x, "'");
	if (nic->mac_kind != MAC_KIND_NONE)
		XML_WORD(x, "type", vmxi_mac_kind_words[nic->mac_kind]);
	if (nic->mac_check != MAC_CHECK_NONE)
		XML_WORD(x, "check", vmxi_mac_check_words[nic->mac_check]);
	XML_EMPTY(x);
}

static void put_dvs(struct xml *x, const struct nic *nic)
{
	XML_START(x, "source switchid='");
	vmxi_put_uuid(x, nic->dvs.id);
	XML_PUT(x, "' portid='");
	xml_int(x, nic->dvs.port);
	XML_PUT(x, "'");
	if (nic->dvs.group.ptr)
		XML_TEXT(x, "portgroupid", nic->dvs.group);
	XML_PUT(x, " connectionid='");
	xml_int(x, nic->dvs.connection);
	XML_PUT(x, "'");
	XML_EMPTY(x);
}

static void put_network(struct xml *x, const struct nic *nic)
{
	switch (nic->kind) {
	case NIC_KIND_BRIDGE:
		XML_START(x, "source");
		XML_TEXT(x, "bridge", nic->network);
		XML_EMPTY(x);
		break;
	case NIC_KIND_NETWORK:
		XML_START(x, "source");
		XML_TEXT(x, "network", nic->network);
		XML_EMPTY(x);
		break;
	case NIC_KIND_DVS:
		put_dvs(x, nic);
		break;
	default:
		break;
	}
}

/* Names that libvirt makes up itself for a running machine, and so never keeps. */
static bool is_made_up_device(struct text name)
{
	return text_starts(name, TEXT("vnet")) || text_starts(name, TEXT("macvtap")) ||
	       text_starts(name, TEXT("macvlan"));
}

static void put_nic(struct writer *w, const struct nic *nic)
{
	bool full = w->machine->level == VMX_LEVEL_FULL;
	struct xml *x = &w->xml;

	XML_START(x, "interface");
	XML_WORD(x, "type", vmxi_nic_kind_words[nic->kind]);
	XML_OPEN(x);
	put_mac(x, nic);
	put_network(x, nic);
	if (nic->device.ptr && !is_made_up_device(nic->device)) {
		XML_START(x, "target");
		XML_TEXT(x, "dev", nic->device);
		XML_EMPTY(x);
	}
	if (nic->model != NIC_MODEL_NONE) {
		XML_START(x, "model");
		XML_WORD(x, "type", vmxi_nic_model_words[nic->model]);
		XML_EMPTY(x);
	}
	if (full && nic->link_down) {
		XML_START(x, "link state='down'");
		XML_EMPTY(x);
	}
	if (full && nic->slot.given)
		vmxi_put_pci_address(x, &nic->slot);
	XML_CLOSE(x, "interface");
}

void vmxi_put_nics(struct writer *w)
{
	for (size_t i = 0; i < w->machine->nics.count; i++)
		put_nic(w, &w->machine->nics.items[i]);
}

/*
 * Serial and parallel ports, and the console that libvirt adds
 */

/* What stands between <serial> and its target: the same for the console. */
static void put_port_backing(struct xml *x, const struct port *p)
{
	XML_WORD(x, "type", vmxi_port_kind_words[p->kind]);
	XML_OPEN(x);
	if (p->kind == PORT_KIND_TCP) {
		XML_START(x, "source");
		XML_WORD(x, "mode", p->listens ? "bind" : "connect");
		XML_TEXT(x, "host", p->host);
		XML_UINT(x, "service", p->service);
		XML_EMPTY(x);
		XML_START(x, "protocol");
		XML_WORD(x, "type", vmxi_protocol_words[p->protocol]);
		XML_EMPTY(x);
	} else if (p->path.ptr) {
		XML_START(x, "source");
		XML_TEXT(x, "path", p->path);
		XML_EMPTY(x);
	}
}

static void put_port_target(struct xml *x, const struct port *p)
{
	XML_START(x, "target");
	XML_UINT(x, "port", p->number);
	XML_EMPTY(x);
}

void vmxi_put_ports(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	for (size_t i = 0; i < m->serials.count; i++) {
		XML_START(x, "serial");
		put_port_backing(x, &m->serials.items[i]);
		put_port_target(x, &m->serials.items[i]);
		XML_CLOSE(x, "serial");
	}
	for (size_t i = 0; i < m->parallels.count; i++) {
		XML_START(x, "parallel");
		put_port_backing(x, &m->parallels.items[i]);
		put_port_target(x, &m->parallels.items[i]);
		XML_CLOSE(x, "parallel");
	}
	if (m->serials.count == 0)
		return;
	XML_START(x, "console");
	put_port_backing(x, &m->serials.items[0]);
	XML_START(x, "target type='serial'");
	XML_UINT(x, "port", m->serials.items[0].number);
	XML_EMPTY(x);
	XML_CLOSE(x, "console");
}

void vmxi_put_tpm(struct writer *w)
{
	struct xml *x = &w->xml;

	if (!w->machine->tpm)
		return;
	XML_START(x, "tpm model='tpm-crb'");
	XML_OPEN(x);
	XML_START(x, "backend type='emulator' version='2.0'");
	XML_EMPTY(x);
	XML_CLOSE(x, "tpm");
}

/*
 * Display
 */

/* libvirt keeps 32 bits of what is not negative. */
static void put_vnc_port(struct xml *x, int64_t port)
{
	int32_t kept = (int32_t)(uint32_t)port;

	if (port < 0) {
		XML_PUT(x, " port='-1' autoport='yes'");
		return;
	}
	if (kept != 0) {
		XML_PUT(x, " port='");
		xml_int(x, kept);
		XML_PUT(x, "'");
	}
	XML_PUT(x, " autoport='no'");
}

void vmxi_put_graphics(struct writer *w)
{
	const struct vnc *vnc = &w->machine->vnc;
	struct xml *x = &w->xml;

	if (!vnc->enabled)
		return;
	XML_START(x, "graphics type='vnc'");
	put_vnc_port(x, vnc->port);
	if (vnc->ip.ptr)
		XML_TEXT(x, "listen", vnc->ip);
	if (vnc->keymap.ptr)
		XML_TEXT(x, "keymap", vnc->keymap);
	if (vnc->password.ptr && w->options->secure)
		XML_TEXT(x, "passwd", vnc->password);
	XML_OPEN(x);
	XML_START(x, "listen type='address'");
	if (vnc->ip.ptr)
		XML_TEXT(x, "address", vnc->ip);
	XML_EMPTY(x);
	XML_CLOSE(x, "graphics");
}

void vmxi_put_video(struct writer *w)
{
	struct xml *x = &w->xml;

	XML_START(x, "video");
	XML_OPEN(x);
	XML_START(x, "model type='vmvga'");
	XML_UINT(x, "vram", w->machine->vram_kib);
	XML_PUT(x, " primary='yes'");
	XML_EMPTY(x);
	XML_CLOSE(x, "video");
}
