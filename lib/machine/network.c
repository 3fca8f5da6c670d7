/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network cards.
 */
#include "base/number.h"
#include "machine/reader.h"

static const struct entry *field(const struct device *d, unsigned int id)
{
	return device_field(d, id, NIC_FIRST);
}

enum vmx_code vmxi_check_cards(struct reader *r)
{
	const struct entry *bad = r->settings.bad_card, *high = r->settings.high_card;
	char q[QUOTE_MAX];

	if (bad)
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_CARD_KEY, bad,
					    "'%s' names no card; the key is left out",
					    vmxi_quote(q, key_of(r, bad))));
	if (high)
		return vmxi_fail_at(r, VMX_CODE_INDEX_OUT_OF_RANGE, high,
				    "'%s' names a card above ethernet%d, the last that is read",
				    vmxi_quote(q, key_of(r, high)), DEVICE_NUMBER_MAX);
	return VMX_OK;
}

/*
 * The address
 */

/* 000C29D6F296 */
static bool parse_bare_mac(struct text t, uint8_t ret[6])
{
	if (t.len != 12)
		return false;
	for (size_t i = 0; i < 6; i++) {
		int high = hex_value(t.ptr[2 * i]), low = hex_value(t.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static enum vmx_code read_mac(struct reader *r, const struct entry *e, uint8_t ret[6])
{
	char q[QUOTE_MAX], key[QUOTE_MAX];
	struct text value;

	if (!e)
		return VMX_OK;
	set_fate(r, e, FATE_USED);
	value = value_of(r, e);
	if (vmxi_parse_mac(value, ':', ret))
		return VMX_OK;
	memset(ret, 0, 6);
	vmxi_quote(q, value);
	vmxi_quote(key, key_of(r, e));
	if (!as_libvirt(r)) {
		value = vmxi_text_trim(value);
		if (value.len == 0)
			return vmxi_refused_by_libvirt(r, VMX_CODE_EMPTY_VALUE, e,
						       "%s is empty; read as no address", key);
		if (vmxi_parse_mac(value, '-', ret) || parse_bare_mac(value, ret) ||
		    vmxi_parse_mac(value, ':', ret))
			return vmxi_refused_by_libvirt(r, VMX_CODE_MAC_SPELLING, e,
						       "%s is '%s', not spelt with ':'; read as a "
						       "MAC address", key, q);
	}
	return vmxi_fail_at(r, VMX_CODE_INVALID_MAC, e,
			    "%s is '%s', but has to be a MAC address, six pairs of hex digits joined "
			    "by ':'", key, q);
}

static const struct word address_types[] = {
	{ { "generated", 9 }, MAC_GENERATED }, { { "vpx", 3 }, MAC_GENERATED },
	{ { "static", 6 }, MAC_STATIC },
};

static enum vmx_code read_address_type(struct reader *r, const struct device *d, struct nic *nic)
{
	const struct entry *e = field(d, NIC_ADDRESS_TYPE);
	const struct word *word;
	char q[QUOTE_MAX];
	struct text value;

	TRY(vmxi_read_text(r, e, &value));
	if (!e)
		return VMX_OK;
	word = FIND_WORD(address_types, value);
	if (word) {
		nic->mac_kind = (enum mac_kind)word->value;
		return VMX_OK;
	}
	vmxi_quote(q, value);
	TRY(vmxi_refused_by_libvirt(r, VMX_CODE_ADDRESS_TYPE, e,
				    "ethernet%u.addressType is '%s', but has to be generated, vpx "
				    "or static; the address that is there is used", d->number, q));
	if (field(d, NIC_ADDRESS))
		nic->mac_kind = MAC_STATIC;
	return VMX_OK;
}

static enum vmx_code read_address(struct reader *r, const struct device *d, struct nic *nic)
{
	static const uint8_t none[6];
	const struct entry *check = field(d, NIC_CHECK_MAC);
	const struct entry *given = field(d, NIC_GENERATED), *fixed = field(d, NIC_ADDRESS);
	struct text value;

	TRY(read_address_type(r, d, nic));
	TRY(read_mac(r, nic->mac_kind == MAC_STATIC ? fixed : given, nic->mac));
	set_fate(r, nic->mac_kind == MAC_STATIC ? given : fixed, FATE_NOT_ASKED);
	set_fate(r, field(d, NIC_OFFSET), FATE_DERIVED);
	if (memcmp(nic->mac, none, sizeof(none)) == 0)
		vmxi_warn(r, VMX_CODE_NO_MAC, field(d, NIC_PRESENT),
			  "ethernet%u has no MAC address yet: it is written as all zeros", d->number);
	TRY(vmxi_read_text(r, check, &value));
	if (!check)
		return VMX_OK;
	/* libvirt compares this one word with its case */
	nic->mac_check = text_equal(value, TEXT("true")) ? MAC_CHECK_YES : MAC_CHECK_NO;
	if (!as_libvirt(r) && nic->mac_check == MAC_CHECK_NO &&
	    text_equal_nocase(value, TEXT("true"))) {
		bool ours;

		TRY(vmxi_lost_by_libvirt(r, VMX_CODE_CHECK_MAC, check, &ours,
					 "ethernet%u.checkMACAddress is TRUE in capitals, which "
					 "libvirt takes for false; read as true", d->number));
		nic->mac_check = MAC_CHECK_YES;
	}
	return VMX_OK;
}

/*
 * The model
 */

/* What libvirt refuses: "flexible" is a vlance until a driver for vmxnet comes up. */
static const struct word more_nic_models[] = {
	{ { "vmxnet2", 7 }, NIC_VMXNET2 }, { { "flexible", 8 }, NIC_VLANCE },
	{ { "pcnet32", 7 }, NIC_VLANCE },
};

#define VMXNET2_FEATURES 15

static enum vmx_code read_other_model(struct reader *r, const struct device *d,
				      const struct entry *e, struct nic *nic)
{
	const struct word *word = FIND_WORD(more_nic_models, value_of(r, e));
	char q[QUOTE_MAX];

	nic->model = word ? (enum nic_model)word->value : NIC_MODEL_NONE;
	if (!word)
		set_fate(r, e, FATE_UNUSABLE);
	return vmxi_refused_by_libvirt(r, VMX_CODE_NIC_MODEL, e,
				       "ethernet%u.virtualDev is '%s', which libvirt does not know; "
				       "%s", d->number, vmxi_quote(q, value_of(r, e)),
				       word ? "read as the card that it is to a guest"
					    : "no model is given");
}

static enum vmx_code read_model(struct reader *r, const struct device *d, struct nic *nic)
{
	const struct entry *e = field(d, NIC_MODEL);
	const struct word *word;
	struct text value;
	int64_t features;

	TRY(vmxi_read_text(r, e, &value));
	TRY(vmxi_read_integer(r, field(d, NIC_FEATURES), 0, &features));
	if (!e)
		return VMX_OK;
	word = FIND_WORD(vmxi_nic_models, value);
	if (!word)
		return read_other_model(r, d, e, nic);
	nic->model = (enum nic_model)word->value;
	if (nic->model == NIC_VMXNET && features == VMXNET2_FEATURES)
		nic->model = NIC_VMXNET2;
	return VMX_OK;
}

/*
 * The network
 */

enum connection {
	CONNECTION_ABSENT, CONNECTION_BRIDGED, CONNECTION_NAT, CONNECTION_CUSTOM,
	CONNECTION_HOSTONLY, CONNECTION_PVN, CONNECTION_OTHER
};

static const struct word connections[] = {
	{ { "nat", 3 }, CONNECTION_NAT }, { { "bridged", 7 }, CONNECTION_BRIDGED },
	{ { "custom", 6 }, CONNECTION_CUSTOM }, { { "hostonly", 8 }, CONNECTION_HOSTONLY },
	{ { "pvn", 3 }, CONNECTION_PVN },
};

/* The networks that VMware's desktop products have by default. */
#define BRIDGED_NETWORK TEXT("VMnet0")
#define HOSTONLY_NETWORK TEXT("VMnet1")

struct connected {
	const struct device *device;
	struct nic *nic;
	const struct entry *entry;	/* connectionType */
	const struct entry *dvs;	/* dvs.switchId; decides if it is there */
	enum connection connection;
	struct text vnet;
};

/* libvirt wants a name for what is bridged or custom, even where a switch decides. */
static enum vmx_code read_network_name(struct reader *r, struct connected *c)
{
	const struct entry *network = field(c->device, NIC_NETWORK);
	const struct entry *vnet = field(c->device, NIC_VNET);
	bool wants_network = c->connection == CONNECTION_BRIDGED ||
			     c->connection == CONNECTION_CUSTOM;

	if (!wants_network && c->connection != CONNECTION_ABSENT) {
		set_fate(r, network, FATE_NOT_ASKED);
		return VMX_OK;
	}
	TRY(vmxi_read_text(r, network, &c->nic->network));
	if (!wants_network || network)
		return VMX_OK;
	TRY(vmxi_read_text(r, vnet, &c->nic->network));
	if (!vnet)
		c->nic->network = BRIDGED_NETWORK;
	return vmxi_refused_by_libvirt(r, VMX_CODE_NETWORK_NAME, c->entry,
				       "ethernet%u has no networkName; %s is used",
				       c->device->number, c->dvs ? "its switch" :
				       vnet ? "its vnet" : "VMnet0");
}

static enum vmx_code read_names(struct reader *r, struct connected *c)
{
	const struct entry *vnet = field(c->device, NIC_VNET);

	set_fate(r, vnet, FATE_UNUSABLE);
	TRY(read_network_name(r, c));
	if (c->connection != CONNECTION_CUSTOM)
		return VMX_OK;
	TRY(vmxi_read_text(r, vnet, &c->vnet));
	if (!vnet)
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_NETWORK_NAME, c->entry,
					    "ethernet%u has no vnet; the card gets no device of the "
					    "host", c->device->number));
	return VMX_OK;
}

static enum vmx_code read_dvs(struct reader *r, struct connected *c)
{
	const struct device *d = c->device;
	struct nic *nic = c->nic;

	nic->kind = NIC_KIND_DVS;
	TRY(vmxi_read_uuid(r, c->dvs, nic->dvs.id));
	TRY(vmxi_read_text(r, field(d, NIC_DVS_GROUP), &nic->dvs.group));
	TRY(vmxi_read_integer(r, field(d, NIC_DVS_PORT), 0, &nic->dvs.port));
	TRY(vmxi_read_integer(r, field(d, NIC_DVS_CONNECTION), 0, &nic->dvs.connection));
	set_fate(r, field(d, NIC_NETWORK), FATE_NOT_ASKED);
	set_fate(r, field(d, NIC_VNET), FATE_NOT_ASKED);
	nic->network = NO_TEXT;
	return VMX_OK;
}

/*
 * Neither connectionType nor networkName.  VMware's desktop products bridge such
 * a card; libvirt connects it to nothing, which is right for what vCenter
 * manages: networks of NSX are named by another key.
 */
static enum vmx_code read_unnamed(struct reader *r, struct connected *c)
{
	const struct entry *type = field(c->device, NIC_ADDRESS_TYPE);
	bool ours;

	c->nic->kind = NIC_KIND_NULL;
	if (field(c->device, NIC_OPAQUE_ID) ||
	    (type && text_equal_nocase(value_of(r, type), TEXT("vpx")))) {
		set_fate(r, field(c->device, NIC_OPAQUE_ID), FATE_UNUSABLE);
		return VMX_OK;
	}
	TRY(vmxi_lost_by_libvirt(r, VMX_CODE_CONNECTION_DEFAULT, field(c->device, NIC_PRESENT), &ours,
				 "ethernet%u has neither connectionType nor networkName: VMware "
				 "bridges it, libvirt connects it to nothing; read as bridged",
				 c->device->number));
	if (ours) {
		c->nic->kind = NIC_KIND_BRIDGE;
		c->nic->network = BRIDGED_NETWORK;
	}
	return VMX_OK;
}

/* hostonly, pvn, and words that nobody knows */
static enum vmx_code read_other_connection(struct reader *r, struct connected *c)
{
	struct text name = HOSTONLY_NETWORK;
	struct nic *nic = c->nic;
	char q[QUOTE_MAX];

	if (c->connection == CONNECTION_PVN)
		TRY(vmxi_read_text(r, field(c->device, NIC_PVN), &name));
	if (c->connection == CONNECTION_OTHER || !name.ptr) {
		set_fate(r, c->entry, FATE_UNUSABLE);
		nic->kind = NIC_KIND_NULL;
	} else {
		nic->kind = NIC_KIND_NETWORK;
		nic->network = name;
	}
	return vmxi_refused_by_libvirt(r, VMX_CODE_CONNECTION_TYPE, c->entry,
				       "ethernet%u.connectionType is '%s', but has to be bridged, nat or "
				       "custom; %s",
				       c->device->number, vmxi_quote(q, value_of(r, c->entry)),
				       nic->kind == NIC_KIND_NULL ? "the card is connected to nothing"
				       : "read as an isolated network");
}

static enum vmx_code connect_card(struct reader *r, struct connected *c)
{
	struct nic *nic = c->nic;

	switch (c->connection) {
	case CONNECTION_ABSENT:
		if (!nic->network.ptr)
			return read_unnamed(r, c);
		nic->kind = NIC_KIND_BRIDGE;
		return VMX_OK;
	case CONNECTION_BRIDGED:
	case CONNECTION_CUSTOM:
		nic->kind = NIC_KIND_BRIDGE;
		nic->device = c->vnet;
		return VMX_OK;
	case CONNECTION_NAT:
		nic->kind = NIC_KIND_NAT;
		return VMX_OK;
	default:
		return read_other_connection(r, c);
	}
}

/* "" is as good as none, but libvirt refuses it where it comes to it. */
static enum vmx_code read_empty_dvs(struct reader *r, const struct connected *c)
{
	const struct entry *e = field(c->device, NIC_DVS_SWITCH);

	if (!e || c->dvs)
		return VMX_OK;
	return vmxi_refused_by_libvirt(r, VMX_CODE_EMPTY_VALUE, e,
				       "ethernet%u.dvs.switchId is empty; read as if the key were "
				       "not there", c->device->number);
}

static enum vmx_code read_connection(struct reader *r, struct connected *c)
{
	const struct word *word;
	struct text value;

	TRY(vmxi_read_text(r, c->entry, &value));
	if (c->entry && (value.len > 0 || as_libvirt(r))) {
		word = FIND_WORD(connections, value);
		c->connection = word ? (enum connection)word->value : CONNECTION_OTHER;
	} else if (c->entry && !c->dvs) {
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_EMPTY_VALUE, c->entry,
					    "ethernet%u.connectionType is empty; read as if the key "
					    "were not there", c->device->number));
	}
	TRY(read_names(r, c));
	TRY(read_empty_dvs(r, c));
	return c->dvs ? read_dvs(r, c) : connect_card(r, c);
}

static enum vmx_code read_card(struct reader *r, const struct device *d)
{
	struct connected c = { .device = d, .entry = field(d, NIC_CONNECTION) };
	const struct entry *dvs = field(d, NIC_DVS_SWITCH);
	bool present, connected;

	TRY(vmxi_read_boolean(r, field(d, NIC_PRESENT), false, &present));
	TRY(vmxi_read_boolean(r, field(d, NIC_START_CONNECTED), true, &connected));
	if (!present) {
		set_device_fate(r, d, FATE_NOT_PRESENT);
		return VMX_OK;
	}
	c.nic = ADD_ITEM(r, &r->machine->nics);
	if (!c.nic)
		return vmxi_out_of_memory(r->error);
	if (dvs && (value_of(r, dvs).len > 0 || as_libvirt(r)))
		c.dvs = dvs;
	c.nic->index = d->number;
	c.nic->link_down = !connected;
	if (!connected)
		vmxi_set_extra_fate(r, field(d, NIC_START_CONNECTED));
	TRY(read_address(r, d, c.nic));
	TRY(read_model(r, d, c.nic));
	TRY(read_connection(r, &c));
	c.nic->slot = vmxi_read_extra_slot(r, field(d, NIC_SLOT));
	return VMX_OK;
}

enum vmx_code vmxi_read_cards(struct reader *r)
{
	struct device *d;

	FOR_DEVICES(r, DEVICE_ETHERNET, d, i)
		TRY(read_card(r, d));
	return VMX_OK;
}
