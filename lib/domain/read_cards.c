/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network cards.
 */
#include <unistd.h>

#include "domain/reader.h"

/*
 * Kinds that libvirt knows and VMware lacks.  What a card is connected to is for a
 * person to say; the hint says how.
 */
static const char *const other_kinds[] = {
	"ethernet", "vhostuser", "server", "client", "mcast", "udp", "internal", "direct",
	"hostdev", "vdpa", "network",
};

static const uint8_t vmware_prefix[] = { 0x00, 0x0C, 0x29 };

/*
 * The address
 */

static enum vmx_code make_address(struct domain_reader *r, struct nic *nic)
{
	/* VMware makes one when the machine starts; libvirt makes one here */
	if (!r->as_libvirt)
		return VMX_OK;
	memcpy(nic->mac, vmware_prefix, sizeof(vmware_prefix));
	if (getentropy(nic->mac + 3, 3) != 0)
		return vmxi_xml_fail(r, VMX_CODE_IO, NULL, "the system has no random numbers");
	return VMX_OK;
}

static enum vmx_code read_address(struct domain_reader *r, const struct node *mac,
				  struct nic *nic)
{
	static const uint8_t none[6];
	struct text address = ATTRIBUTE(mac, "address");
	char q[QUOTE_MAX];

	if (!address.ptr) {
		nic->mac_kind = MAC_GENERATED;
		return make_address(r, nic);
	}
	if (!vmxi_parse_mac(address, ':', nic->mac))
		return vmxi_xml_fail(r, VMX_CODE_INVALID_MAC, mac,
				     "'%s' is no MAC address: six pairs of hex digits joined by ':'",
				     vmxi_quote(q, address));
	if (memcmp(nic->mac, none, sizeof(none)) == 0)
		return make_address(r, nic);
	if (nic->mac[0] & 1)
		return vmxi_xml_refused(r, VMX_CODE_INVALID_MAC, mac,
					"'%s' is an address of a group, not of a card",
					vmxi_quote(q, address));
	return VMX_OK;
}

static enum vmx_code read_mac(struct domain_reader *r, const struct node *card, struct nic *nic)
{
	const struct node *mac = CHILD(card, "mac");
	int kind, check;

	TRY(read_address(r, mac, nic));
	TRY(XML_WORD_OF(r, mac, "type", vmxi_mac_kind_words, &kind));
	TRY(XML_WORD_OF(r, mac, "check", vmxi_mac_check_words, &check));
	if (kind > 0)
		nic->mac_kind = (enum mac_kind)kind;
	if (check > 0)
		nic->mac_check = (enum mac_check)check;
	return VMX_OK;
}

/*
 * The network
 */

static enum vmx_code read_bridge(struct domain_reader *r, const struct node *source,
				 const struct node *card, struct nic *nic)
{
	nic->network = ATTRIBUTE(source, "bridge");
	if (!nic->network.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, card,
				     "a card of type='bridge' needs <source bridge=''/>, the name of "
				     "the network");
	return VMX_OK;
}

static enum vmx_code read_integer(struct domain_reader *r, const struct node *node,
				  const char *name, int64_t *ret)
{
	struct text value = vmxi_attribute(node, text_of(name));
	char q[QUOTE_MAX];

	if (value.ptr && !vmxi_parse_c_integer(value, ret))
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, node, "%s is '%s', but has to be a "
				     "whole number", name, vmxi_quote(q, value));
	return VMX_OK;
}

static enum vmx_code read_switch(struct domain_reader *r, const struct node *source,
				 const struct node *card, struct nic *nic)
{
	struct text id = ATTRIBUTE(source, "switchid");

	if (!id.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, card,
				     "a card of type='vds' needs <source switchid=''/>");
	if (!vmxi_parse_uuid(id, nic->dvs.id))
		return vmxi_xml_fail(r, VMX_CODE_INVALID_UUID, source, "switchid is no UUID");
	nic->dvs.group = ATTRIBUTE(source, "portgroupid");
	TRY(read_integer(r, source, "portid", &nic->dvs.port));
	return read_integer(r, source, "connectionid", &nic->dvs.connection);
}

/*
 * Isolated networks of VMware's desktop products are what vmx2xml makes type='network'
 * of.  libvirt's own network 'default' is one with NAT; another one is most likely
 * meant to be the network of that name.
 */
static enum vmx_code read_network(struct domain_reader *r, const struct node *source,
				  const struct node *card, struct nic *nic)
{
	uint8_t id[16];
	bool isolated;

	nic->network = ATTRIBUTE(source, "network");
	if (!nic->network.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, card,
				     "a card of type='network' needs <source network=''/>");
	isolated = text_equal_nocase(nic->network, TEXT("VMnet1")) ||
		   vmxi_parse_uuid(nic->network, id);
	nic->kind = isolated ? NIC_KIND_NETWORK :
		    text_equal(nic->network, TEXT("default")) ? NIC_KIND_NAT : NIC_KIND_BRIDGE;
	return vmxi_xml_refused(r, VMX_CODE_CARD_BACKING, card,
				"libvirt takes no type='network'; the card is connected to %s",
				isolated ? "the isolated network of that name" :
				nic->kind == NIC_KIND_NAT ? "VMware's network with NAT"
							  : "the network of that name");
}

static enum vmx_code read_kind(struct domain_reader *r, const struct node *card, struct nic *nic)
{
	struct text type = ATTRIBUTE(card, "type");
	const struct node *source = CHILD(card, "source");
	int kind = type.ptr ? WORD_VALUE(vmxi_nic_kind_words, type) : NIC_KIND_NAT;
	char q[QUOTE_MAX];

	if (kind < 0)
		return vmxi_xml_fail(r, VMX_CODE_CARD_BACKING, card,
				     "%stype='%s' can't be had: write bridge (with the name of the "
				     "network), user (NAT), vds or null",
				     WORD_VALUE(other_kinds, type) < 0 ? "the unknown " : "",
				     vmxi_quote(q, type));
	nic->kind = (enum nic_kind)kind;
	switch (nic->kind) {
	case NIC_KIND_BRIDGE:
		return read_bridge(r, source, card, nic);
	case NIC_KIND_DVS:
		return read_switch(r, source, card, nic);
	case NIC_KIND_NETWORK:
		return read_network(r, source, card, nic);
	default:
		return VMX_OK;
	}
}

/* Names that libvirt makes up itself for a running machine, and so never keeps. */
static bool is_made_up_device(struct text name)
{
	return text_starts(name, TEXT("vnet")) || text_starts(name, TEXT("macvtap")) ||
	       text_starts(name, TEXT("macvlan"));
}

static enum vmx_code read_model(struct domain_reader *r, const struct node *card, struct nic *nic)
{
	const struct node *model = CHILD(card, "model");
	struct text word;
	char q[QUOTE_MAX];

	if (!vmxi_tree_merge(&r->tree, card, TEXT("model")))
		return vmxi_out_of_memory(r->error);
	word = FILLED(model, "type");
	if (!word.ptr || text_equal_nocase(word, TEXT("unknown")))
		return VMX_OK;
	for (int i = NIC_VLANCE; i <= NIC_E1000E; i++) {
		if (text_equal_nocase(word, text_of(vmxi_nic_model_words[i]))) {
			nic->model = (enum nic_model)i;
			return VMX_OK;
		}
	}
	return vmxi_xml_fail(r, VMX_CODE_XML_WORD, model,
			     "VMware has no card '%s': write vmxnet3, e1000e, e1000, vmxnet2, vmxnet "
			     "or vlance", vmxi_quote(q, word));
}

static enum vmx_code read_link(struct domain_reader *r, const struct node *card, struct nic *nic)
{
	static const char *const states[] = { "up", "down", "default" };
	const struct node *link = CHILD(card, "link");
	int state;

	if (!link || r->as_libvirt)
		return VMX_OK;
	TRY(XML_WORD_OF(r, link, "state", states, &state));
	nic->link_down = state == 1;
	if (!nic->link_down)
		return VMX_OK;
	return vmxi_xml_beyond(r, link, "the card is not connected at first; libvirt connects it");
}

static enum vmx_code read_card(struct domain_reader *r, const struct node *card)
{
	struct nic *nic = XML_ADD(r, &r->machine->nics);
	struct text device;

	if (!nic)
		return vmxi_out_of_memory(r->error);
	nic->index = (uint32_t)r->machine->nics.count - 1;
	nic->where = card->where;
	TRY(read_mac(r, card, nic));
	TRY(read_kind(r, card, nic));
	device = ATTRIBUTE(CHILD(card, "target"), "dev");
	if (nic->kind == NIC_KIND_BRIDGE && device.ptr && !is_made_up_device(device))
		nic->device = device;
	TRY(read_model(r, card, nic));
	TRY(read_link(r, card, nic));
	TRY(vmxi_xml_slot(r, card, &nic->slot));
	return vmxi_xml_ask_libvirt(r, vmxi_xml_check_place, card);
}

enum vmx_code vmxi_read_xml_cards(struct domain_reader *r)
{
	FOR_CHILDREN(r->devices, "interface", card)
		TRY(read_card(r, card));
	return VMX_OK;
}
