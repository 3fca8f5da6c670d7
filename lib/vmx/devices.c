/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The devices that libvirt writes, but for disks.
 */
#include "domain/xml.h"
#include "vmx/writer.h"

/*
 * The display
 */

static void put_one_vnc(struct vmx_writer *w, const struct vnc *vnc)
{
	if (!vnc->enabled)
		return;
	vmxi_put_key_truth(w, KEY_VNC_ENABLED, true);
	/* libvirt writes whatever number it read, if it is not -1 */
	if (vnc->port != -1)
		vmxi_put_key_number(w, KEY_VNC_PORT, vnc->port);
	if (vnc->ip.ptr)
		vmxi_put_key(w, KEY_VNC_IP, vnc->ip);
	if (vnc->keymap.ptr)
		vmxi_put_key(w, KEY_VNC_KEYMAP, vnc->keymap);
	if (vnc->password.ptr)
		vmxi_put_key(w, KEY_VNC_PASSWORD, vnc->password);
}

void vmxi_put_vnc(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;

	put_one_vnc(w, &m->vnc);
	for (size_t i = 0; i < m->more_vncs.count; i++)
		put_one_vnc(w, &m->more_vncs.items[i]);
}

/* libvirt writes whole multiples of 64 KiB. */
void vmxi_put_vmx_video(struct vmx_writer *w)
{
	uint64_t step = w->as_libvirt ? 64 : 1;
	uint64_t kib = (w->machine->vram_kib + step - 1) / step * step;

	if (kib > 0)
		vmxi_put_key_number(w, KEY_VRAM_SIZE, (int64_t)(kib * 1024));
}

/* The one boolean that libvirt writes in capitals. */
void vmxi_put_vmx_tpm(struct vmx_writer *w)
{
	if (w->machine->tpm)
		vmxi_put_key(w, KEY_VTPM_PRESENT, TEXT("TRUE"));
}

/*
 * Shared folders
 */

static void put_folder(struct vmx_writer *w, const struct shared_folder *f)
{
	struct put_device d = { w, vmxi_name_device(DEVICE_SHARED_FOLDER, f->number, -1), NOWHERE };

	vmxi_put_field_truth(&d, FOLDER_PRESENT, true);
	vmxi_put_field_truth(&d, FOLDER_ENABLED, true);
	vmxi_put_field_written(&d, WRITTEN_READ_ACCESS, TEXT("true"));
	vmxi_put_field_truth(&d, FOLDER_WRITE_ACCESS, !f->read_only);
	vmxi_put_field(&d, FOLDER_HOST_PATH, f->host_path);
	vmxi_put_field(&d, FOLDER_GUEST_NAME, f->guest_name);
}

void vmxi_put_vmx_folders(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;
	uint32_t count = 0;

	for (size_t i = 0; i < m->folders.count; i++) {
		if (m->folders.items[i].number >= count)
			count = m->folders.items[i].number + 1;
	}
	if (count == 0)
		return;
	vmxi_put_key_truth(w, KEY_HGFS_DISABLE, false);
	vmxi_put_key_number(w, KEY_FOLDER_MAX, count);
	for (size_t i = 0; i < m->folders.count; i++)
		put_folder(w, &m->folders.items[i]);
}

/*
 * Network cards
 */

#define CARDS_MAX 10
#define OLD_CARDS_MAX 4
#define MANY_CARDS_HARDWARE 7

static void put_model(const struct put_device *d, const struct nic *nic)
{
	bool features = nic->model == NIC_VMXNET2;

	if (nic->model == NIC_MODEL_NONE)
		return;
	vmxi_put_field(d, NIC_MODEL, WORD_FOR(vmxi_nic_models, features ? NIC_VMXNET
									 : (int)nic->model));
	if (features)
		vmxi_put_field(d, NIC_FEATURES, TEXT("15"));
}

static void put_bridge(const struct put_device *d, const struct nic *nic)
{
	vmxi_put_field(d, NIC_NETWORK, nic->network);
	if (!nic->device.ptr) {
		vmxi_put_field(d, NIC_CONNECTION, TEXT("bridged"));
		return;
	}
	vmxi_put_field(d, NIC_CONNECTION, TEXT("custom"));
	vmxi_put_field(d, NIC_VNET, nic->device);
}

/* libvirt escapes it as if it wrote XML. */
static struct text port_group(struct vmx_writer *w, struct text group)
{
	struct xml x = { .out = &w->scratch, .as_libvirt = true };

	if (!w->as_libvirt)
		return group;
	vmxi_bytes_clear(&w->scratch);
	vmxi_xml_text(&x, group);
	group = vmxi_arena_copy(&w->arena, (struct text){ w->scratch.data, w->scratch.length });
	if (!x.failed && group.ptr)
		return group;
	vmxi_vmx_no_memory(w);
	return TEXT("");
}

static void put_switch(const struct put_device *d, const struct nic *nic)
{
	vmxi_put_field(d, NIC_DVS_SWITCH, vmxi_format_vmx_uuid(d->w, nic->dvs.id));
	if (nic->dvs.port != 0)
		vmxi_put_field_number(d, NIC_DVS_PORT, nic->dvs.port);
	if (nic->dvs.group.ptr)
		vmxi_put_field(d, NIC_DVS_GROUP, port_group(d->w, nic->dvs.group));
	if (nic->dvs.connection != 0)
		vmxi_put_field_number(d, NIC_DVS_CONNECTION, nic->dvs.connection);
}

/* VMnet1 is what VMware's desktop products have for this; the others are of teams. */
static void put_isolated(const struct put_device *d, const struct nic *nic)
{
	if (text_equal_nocase(nic->network, TEXT("VMnet1"))) {
		vmxi_put_field(d, NIC_CONNECTION, TEXT("hostonly"));
		return;
	}
	vmxi_put_field(d, NIC_CONNECTION, TEXT("pvn"));
	vmxi_put_field(d, NIC_PVN, nic->network);
}

static void put_connection(const struct put_device *d, const struct nic *nic)
{
	switch (nic->kind) {
	case NIC_KIND_BRIDGE:
		put_bridge(d, nic);
		break;
	case NIC_KIND_NAT:
		vmxi_put_field(d, NIC_CONNECTION, TEXT("nat"));
		break;
	case NIC_KIND_NETWORK:
		put_isolated(d, nic);
		break;
	case NIC_KIND_DVS:
		put_switch(d, nic);
		break;
	case NIC_KIND_NULL:
		/* a card that says nothing is bridged by VMware's desktop products */
		if (!d->w->as_libvirt)
			vmxi_put_field(d, NIC_CONNECTION, TEXT("none"));
		break;
	}
}

/*
 * Who gives out which addresses: the product itself, the user, the server.  Whatever is
 * nobody's is only taken if it is not checked.
 */
static const struct mac_range {
	uint8_t prefix[3];
	uint8_t first, last;	/* of the fourth byte */
	enum mac_kind kind;
	bool server;
} mac_ranges[] = {
	{ { 0x00, 0x0C, 0x29 }, 0x00, 0xFF, MAC_GENERATED, false },
	{ { 0x00, 0x50, 0x56 }, 0x00, 0x3F, MAC_STATIC, false },
	{ { 0x00, 0x50, 0x56 }, 0x80, 0xBF, MAC_GENERATED, true },
};

static const struct mac_range *find_range(const uint8_t mac[6])
{
	for (size_t i = 0; i < sizeof(mac_ranges) / sizeof(mac_ranges[0]); i++) {
		const struct mac_range *range = &mac_ranges[i];

		if (memcmp(mac, range->prefix, 3) == 0 && mac[3] >= range->first &&
		    mac[3] <= range->last)
			return range;
	}
	return NULL;
}

static struct text format_mac(struct vmx_writer *w, const uint8_t mac[6])
{
	return FORMATTED(w, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
			 mac[5]);
}

static void put_address(const struct put_device *d, const struct nic *nic)
{
	const struct mac_range *range = find_range(nic->mac);
	enum mac_kind kind = range ? range->kind : MAC_STATIC;
	enum mac_check check = range ? MAC_CHECK_NONE : MAC_CHECK_NO;
	struct text mac = format_mac(d->w, nic->mac);

	/* whoever says static and nothing of a check, for us has said all */
	if (nic->mac_kind == MAC_GENERATED || (nic->mac_kind != MAC_KIND_NONE && !d->w->as_libvirt))
		check = MAC_CHECK_NONE;
	if (nic->mac_kind != MAC_KIND_NONE)
		kind = nic->mac_kind;
	if (nic->mac_check != MAC_CHECK_NONE)
		check = nic->mac_check;
	if (d->w->machine->was_full && nic->mac_kind == MAC_KIND_NONE) {
		/* the XML says all, and no kind: VMware then takes the generated address */
		vmxi_put_field(d, NIC_GENERATED, mac);
		check = nic->mac_check;
	} else if (kind == MAC_STATIC) {
		vmxi_put_field(d, NIC_ADDRESS_TYPE, TEXT("static"));
		vmxi_put_field(d, NIC_ADDRESS, mac);
	} else {
		bool server = range && range->server;

		vmxi_put_field(d, NIC_ADDRESS_TYPE, server ? TEXT("vpx") : TEXT("generated"));
		vmxi_put_field(d, NIC_GENERATED, mac);
		if (!server)
			vmxi_put_field(d, NIC_OFFSET, TEXT("0"));
	}
	if (check != MAC_CHECK_NONE)
		vmxi_put_field_truth(d, NIC_CHECK_MAC, check == MAC_CHECK_YES);
}

/* VMware makes an address for a card that has none. */
static bool put_no_address(const struct put_device *d, const struct nic *nic)
{
	static const uint8_t none[6];

	if (d->w->as_libvirt || memcmp(nic->mac, none, sizeof(none)) != 0 ||
	    nic->mac_kind == MAC_STATIC)
		return false;
	if (nic->mac_kind == MAC_GENERATED)
		vmxi_put_field(d, NIC_ADDRESS_TYPE, TEXT("generated"));
	if (nic->mac_check != MAC_CHECK_NONE)
		vmxi_put_field_truth(d, NIC_CHECK_MAC, nic->mac_check == MAC_CHECK_YES);
	return true;
}

static void put_card(struct vmx_writer *w, const struct nic *nic)
{
	struct put_device d = { w, vmxi_name_device(DEVICE_ETHERNET, nic->index, -1), nic->where };

	vmxi_put_field_truth(&d, NIC_PRESENT, true);
	put_model(&d, nic);
	put_connection(&d, nic);
	if (!put_no_address(&d, nic))
		put_address(&d, nic);
	if (nic->link_down && !w->as_libvirt)
		vmxi_put_field_truth(&d, NIC_START_CONNECTED, false);
	vmxi_put_field_slot(&d, NIC_SLOT, &nic->slot);
}

void vmxi_put_cards(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;
	size_t max = w->hardware_version < MANY_CARDS_HARDWARE ? OLD_CARDS_MAX : CARDS_MAX;

	/* a document that has more has proved that it can */
	if (m->nics.count > max && m->nics.count > w->cards_there && !m->document)
		vmxi_vmx_fail(w, VMX_CODE_HARDWARE_LACKS, m->nics.items[max].where,
			      "hardware version %lld has no more than %zu network cards",
			      (long long)w->hardware_version, max);
	for (size_t i = 0; i < m->nics.count && w->code == VMX_OK; i++)
		put_card(w, &m->nics.items[i]);
}

/*
 * Ports
 */

/* What a URI may hold there as it is, an IPv6 address included. */
static bool is_host_character(char c)
{
	static const char others[] = "-._~!$&'()*+,;=:";

	return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
	       memchr(others, c, sizeof(others) - 1);
}

/* libvirt writes the host as it is. */
static bool append_host(struct vmx_writer *w, struct text host)
{
	static const char digits[] = "0123456789ABCDEF";

	if (w->as_libvirt)
		return vmxi_bytes_append_text(&w->scratch, host);
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.ptr[i];
		char escaped[] = { '%', digits[c >> 4], digits[c & 15] };
		bool plain = is_host_character(host.ptr[i]);

		if (!vmxi_bytes_append(&w->scratch, plain ? &host.ptr[i] : escaped, plain ? 1 : 3))
			return false;
	}
	return true;
}

/* scheme://host:service; an IPv6 address in brackets, without which nobody can read it */
static bool format_socket(struct vmx_writer *w, const struct port *p)
{
	struct text scheme = WORD_FOR(vmxi_schemes, (int)p->protocol);
	bool brackets = !w->as_libvirt && vmxi_text_find(p->host, ':') < p->host.len;
	char number[NUMBER_TEXT_MAX];
	struct text service = { number, vmxi_format_uint64(number, p->service) };

	if (p->service_name.ptr)
		service = p->service_name;
	vmxi_bytes_clear(&w->scratch);
	return vmxi_bytes_append_text(&w->scratch, scheme) &&
	       vmxi_bytes_append_text(&w->scratch, brackets ? TEXT("://[") : TEXT("://")) &&
	       append_host(w, p->host) &&
	       vmxi_bytes_append_text(&w->scratch, brackets ? TEXT("]:") : TEXT(":")) &&
	       vmxi_bytes_append_text(&w->scratch, service);
}

static void put_socket(const struct put_device *d, const struct port *p)
{
	struct vmx_writer *w = d->w;
	struct text address = NO_TEXT;

	if (format_socket(w, p))
		address = vmxi_arena_copy(&w->arena,
					  (struct text){ w->scratch.data, w->scratch.length });
	if (!address.ptr) {
		vmxi_vmx_no_memory(w);
		return;
	}
	vmxi_put_field(d, PORT_FILE_NAME, address);
	vmxi_put_field(d, PORT_END_POINT, p->listens ? TEXT("server") : TEXT("client"));
}

static void put_serial_backing(const struct put_device *d, const struct port *p)
{
	static const struct text types[] = {
		[PORT_KIND_DEVICE] = { "device", 6 }, [PORT_KIND_FILE] = { "file", 4 },
		[PORT_KIND_PIPE] = { "pipe", 4 }, [PORT_KIND_TCP] = { "network", 7 },
		[PORT_KIND_NULL] = { "network", 7 },
	};

	vmxi_put_field(d, PORT_FILE_TYPE, types[p->kind]);
	switch (p->kind) {
	case PORT_KIND_PIPE:
		vmxi_put_field_written(d, WRITTEN_PIPE_END_POINT, TEXT("client"));
		vmxi_put_field_written(d, WRITTEN_NO_RX_LOSS, TEXT("false"));
		break;
	case PORT_KIND_TCP:
		put_socket(d, p);
		return;
	case PORT_KIND_NULL:
		/* without an address such a port leads nowhere */
		vmxi_put_field_truth(d, PORT_START_CONNECTED, false);
		return;
	default:
		break;
	}
	if (p->kind == PORT_KIND_FILE && p->path.ptr)
		vmxi_put_field_file(d, PORT_FILE_NAME, p->path);
	else if (p->path.ptr)
		vmxi_put_field(d, PORT_FILE_NAME, p->path);
}

static void put_serial(struct vmx_writer *w, const struct port *p)
{
	struct put_device d = { w, vmxi_name_device(DEVICE_SERIAL, p->number, -1), p->where };

	vmxi_put_field_truth(&d, PORT_PRESENT, true);
	put_serial_backing(&d, p);
	vmxi_put_field_written(&d, WRITTEN_YIELD, TEXT("true"));
}

static void put_parallel(struct vmx_writer *w, const struct port *p)
{
	struct put_device d = { w, vmxi_name_device(DEVICE_PARALLEL, p->number, -1), p->where };

	vmxi_put_field_truth(&d, PORT_PRESENT, true);
	vmxi_put_field(&d, PORT_FILE_TYPE, p->kind == PORT_KIND_FILE ? TEXT("file") : TEXT("device"));
	if (p->kind == PORT_KIND_FILE && p->path.ptr)
		vmxi_put_field_file(&d, PORT_FILE_NAME, p->path);
	else if (p->path.ptr)
		vmxi_put_field(&d, PORT_FILE_NAME, p->path);
}

void vmxi_put_vmx_ports(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;

	for (size_t i = 0; i < m->serials.count; i++)
		put_serial(w, &m->serials.items[i]);
	for (size_t i = 0; i < m->parallels.count; i++)
		put_parallel(w, &m->parallels.items[i]);
}
