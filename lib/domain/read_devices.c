/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ports, shared folders, the display, the TPM.
 */
#include "domain/reader.h"

#define SERIALS 4
#define PARALLELS 3

/*
 * Shared folders
 */

static enum vmx_code read_folder(struct domain_reader *r, const struct node *node)
{
	struct text type = ATTRIBUTE(node, "type");
	struct shared_folder *folder;
	struct text host, guest;

	if (!vmxi_tree_merge(&r->tree, node, TEXT("target")))
		return vmxi_out_of_memory(r->error);
	host = ATTRIBUTE(CHILD(node, "source"), "dir");
	guest = ATTRIBUTE(CHILD(node, "target"), "dir");
	if (type.ptr && !text_equal(type, TEXT("mount")))
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, node,
				     "VMware only shares folders of the host: type='mount'");
	if (!host.ptr || !guest.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, node, "there is no <%s dir=''/>",
				     host.ptr ? "target" : "source");
	if (guest.len == 0)
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_MISSING, node,
				     "the name in the guest is empty; kept"));
	folder = XML_ADD(r, &r->machine->folders);
	if (!folder)
		return vmxi_out_of_memory(r->error);
	*folder = (struct shared_folder){ .number = (uint32_t)r->machine->folders.count - 1,
					  .host_path = host, .guest_name = guest,
					  .read_only = CHILD(node, "readonly") != NULL };
	return VMX_OK;
}

enum vmx_code vmxi_read_xml_folders(struct domain_reader *r)
{
	FOR_CHILDREN(r->devices, "filesystem", node)
		TRY(read_folder(r, node));
	return VMX_OK;
}

/*
 * The display
 */

static enum vmx_code read_vnc_port(struct domain_reader *r, const struct node *node,
				   struct vnc *vnc)
{
	static const char *const answers[] = { "no", "yes" };
	struct text port = ATTRIBUTE(node, "port"), word = ATTRIBUTE(node, "autoport");
	bool automatic = !port.ptr;
	char q[QUOTE_MAX];
	int answer;

	if (port.ptr && (!vmxi_parse_int64(port, &vnc->port) || vnc->port > INT32_MAX ||
			 vnc->port < INT32_MIN ||
			 (!r->as_libvirt && (vnc->port < -1 || vnc->port > UINT16_MAX))))
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, node, "'%s' is no port",
				     vmxi_quote(q, port));
	if (vnc->port == -1) {
		vnc->port = 0;
		automatic = true;
	}
	/* libvirt takes no notice of other words */
	answer = WORD_VALUE(answers, word);
	if (!r->as_libvirt)
		TRY(XML_WORD_OF(r, node, "autoport", answers, &answer));
	if (answer >= 0)
		automatic = answer == 1;
	if (automatic)
		vnc->port = -1;
	return VMX_OK;
}

/* libvirt looks at all of them, and writes the first. */
static enum vmx_code check_listen(struct domain_reader *r, const struct node *listen, int *ret_type)
{
	static const char *const types[] = { "address", "network", "socket", "none" };

	TRY(XML_WORD_OF(r, listen, "type", types, ret_type));
	if (*ret_type < 0)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, listen, "it has no type");
	if (*ret_type == 1 && !FILLED(listen, "network").ptr)
		return vmxi_xml_refused(r, VMX_CODE_XML_MISSING, listen,
					"libvirt wants the name of the network");
	return VMX_OK;
}

static enum vmx_code read_listen(struct domain_reader *r, const struct node *node,
				 struct vnc *vnc)
{
	const struct node *listen = CHILD(node, "listen");
	struct text own, outer = ATTRIBUTE(node, "listen");
	int type;

	for (const struct node *n = listen; r->as_libvirt && n; n = SIBLING(n, "listen"))
		TRY(check_listen(r, n, &type));
	vnc->ip = outer;
	if (listen) {
		TRY(check_listen(r, listen, &type));
		own = FILLED(listen, "address");
		if (type == 0 && own.ptr && outer.len > 0 && !text_equal(own, outer))
			return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, listen,
					     "the address is not that of the attribute listen");
		if (type == 0 && own.ptr)
			vnc->ip = own;
		else if (type > 0)
			vnc->ip = NO_TEXT;
	}
	if (vnc->ip.len == 0 && r->as_libvirt)
		vnc->ip = NO_TEXT;
	return VMX_OK;
}

static enum vmx_code read_one_graphics(struct domain_reader *r, const struct node *node)
{
	struct text type = ATTRIBUTE(node, "type");
	struct vnc *vnc = &r->machine->vnc;
	bool first = !vnc->enabled;
	char q[QUOTE_MAX];

	if (!type.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, node, "it has no type");
	if (!text_equal(type, TEXT("vnc")))
		return vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, node,
					"VMware has no display by '%s', only by vnc; left out",
					vmxi_quote(q, type));
	if (!first && !r->as_libvirt)
		return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, node,
				     "VMware has one VNC server per machine");
	if (!first)
		vnc = XML_ADD(r, &r->machine->more_vncs);
	if (!vnc)
		return vmxi_out_of_memory(r->error);
	vnc->enabled = true;
	TRY(read_vnc_port(r, node, vnc));
	TRY(read_listen(r, node, vnc));
	vnc->keymap = ATTRIBUTE(node, "keymap");
	vnc->password = ATTRIBUTE(node, "passwd");
	return VMX_OK;
}

#define VRAM_DEFAULT_KIB 4096

static uint32_t vram_kib(uint32_t given)
{
	uint32_t power = 1;

	if (given == 0 || given > (uint32_t)1 << 31)
		return VRAM_DEFAULT_KIB;
	while (power < given)
		power *= 2;
	return power;
}

static enum vmx_code read_video(struct domain_reader *r, const struct node *video)
{
	const struct node *model;
	struct text type;
	uint32_t vram, heads;
	char q[QUOTE_MAX];

	if (!vmxi_tree_merge(&r->tree, video, TEXT("model")))
		return vmxi_out_of_memory(r->error);
	model = CHILD(video, "model");
	type = FILLED(model, "type");

	TRY(FILLED_NUMBER(r, model, "vram", 0, &vram));
	TRY(FILLED_NUMBER(r, model, "heads", 1, &heads));
	if (type.ptr && !text_equal(type, TEXT("vmvga")) && !text_equal(type, TEXT("default"))) {
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, video,
				     "VMware has no graphics card '%s'; it is made a vmvga",
				     vmxi_quote(q, type)));
		vram = 0;
	}
	if (heads > 1)
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, video,
				     "the number of heads can't be set; left out"));
	r->machine->vram_kib = vram_kib(vram);
	return VMX_OK;
}

static enum vmx_code read_videos(struct domain_reader *r)
{
	const struct node *first = CHILD(r->devices, "video"), *chosen = first;

	if (!first) {
		/* who has a display has something to show on it */
		if (CHILD(r->devices, "graphics"))
			r->machine->vram_kib = VRAM_DEFAULT_KIB;
		return VMX_OK;
	}
	for (const struct node *v = SIBLING(first, "video"); v; v = SIBLING(v, "video")) {
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, v,
				     "VMware has one graphics card; only one is kept"));
		if (text_equal(ATTRIBUTE(CHILD(v, "model"), "primary"), TEXT("yes")))
			chosen = v;
	}
	(void)ATTRIBUTE(CHILD(first, "model"), "primary");
	return read_video(r, chosen);
}

enum vmx_code vmxi_read_xml_graphics(struct domain_reader *r)
{
	FOR_CHILDREN(r->devices, "graphics", node)
		TRY(read_one_graphics(r, node));
	return read_videos(r);
}

/*
 * Serial and parallel ports
 */

static enum vmx_code read_socket(struct domain_reader *r, const struct node *node,
				 struct port *port)
{
	static const char *const modes[] = { "connect", "bind" };
	const struct node *source = CHILD(node, "source"), *protocol = CHILD(node, "protocol");
	struct text service = ATTRIBUTE(source, "service");
	int mode, word;
	uint64_t number;
	size_t digits;

	port->host = ATTRIBUTE(source, "host");
	TRY(XML_WORD_OF(r, source, "mode", modes, &mode));
	if (!port->host.ptr || !service.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, node,
				     "a port of type='tcp' needs <source host='' service=''/>");
	TRY(XML_WORD_OF(r, protocol, "type", vmxi_protocol_words, &word));
	port->listens = mode == 1;
	port->protocol = word < 0 ? PROTOCOL_RAW : (enum port_protocol)word;
	port->service_name = service;
	if (vmxi_parse_digits(service, &number, &digits) && digits == service.len &&
	    number > 0 && number <= INT32_MAX) {
		port->service = (uint32_t)number;
		return VMX_OK;
	}
	if (r->as_libvirt)
		return VMX_OK;
	return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, source,
			     "the service has to be the number of a port");
}

/* What a port is in the guest: VMware has one kind only, but libvirt knows these. */
static enum vmx_code check_target(struct domain_reader *r, const struct node *port)
{
	static const char *const types[] = {
		"none", "isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "system-serial",
		"sclp-serial", "isa-debug",
	};
	int type;

	if (!r->as_libvirt)
		return VMX_OK;
	return XML_WORD_OF(r, CHILD(port, "target"), "type", types, &type);
}

/* What libvirt looks at, whether or not it is of any use afterwards. */
static enum vmx_code check_words(struct domain_reader *r, const struct node *port)
{
	static const char *const types[] = {
		"null", "vc", "pty", "dev", "file", "pipe", "stdio", "udp", "tcp", "unix", "spicevmc",
		"spiceport", "nmdm", "qemu-vdagent", "dbus",
	};
	bool socket = text_equal(ATTRIBUTE(port, "type"), TEXT("tcp"));
	int word;

	TRY(XML_WORD_OF(r, port, "type", types, &word));
	return socket ? XML_WORD_OF(r, CHILD(port, "protocol"), "type", vmxi_protocol_words, &word)
		      : VMX_OK;
}

/* libvirt takes one of each. */
static enum vmx_code check_single(struct domain_reader *r, const struct node *port,
				  struct text name)
{
	const struct node *first = vmxi_child(port, name);
	const struct node *second = first ? vmxi_sibling(first, name) : NULL;

	if (!second)
		return VMX_OK;
	return vmxi_xml_refused(r, VMX_CODE_XML_DUPLICATE, second,
				"libvirt takes a port with one such element only; the first counts");
}

/* As a VMX file without it is read: nowhere is where a file leads that has no name. */
static enum vmx_code read_missing_path(struct domain_reader *r, const struct node *node,
				       bool parallel, struct port *port)
{
	if (parallel) {
		r->machine->parallels.count--;
		return vmxi_xml_dropped(r, VMX_CODE_XML_MISSING, node,
					"a parallel port needs <source path=''/>; it is left out");
	}
	if (port->kind == PORT_KIND_FILE)
		port->kind = PORT_KIND_NULL;
	return vmxi_xml_refused(r, VMX_CODE_XML_MISSING, node, "the port needs <source path=''/>%s",
				port->kind == PORT_KIND_NULL ? "; it leads nowhere" : "");
}

static enum vmx_code check_singles(struct domain_reader *r, const struct node *port)
{
	TRY(check_single(r, port, TEXT("source")));
	return check_single(r, port, TEXT("protocol"));
}

static enum vmx_code read_backing(struct domain_reader *r, const struct node *node,
				  bool parallel, struct port *port)
{
	struct text type = ATTRIBUTE(node, "type");
	int kind = type.ptr ? WORD_VALUE(vmxi_port_kind_words, type) : -1;
	char q[QUOTE_MAX];

	if (kind < 0 || (parallel && kind != PORT_KIND_DEVICE && kind != PORT_KIND_FILE)) {
		if (!r->as_libvirt && !parallel && (!type.ptr || text_equal(type, TEXT("pty")))) {
			port->kind = PORT_KIND_NULL;
			return vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, node,
						"VMware has no ports behind a pty; it leads nowhere");
		}
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, node,
				     "VMware has no %s port of type='%s': write dev%s or file",
				     parallel ? "parallel" : "serial",
				     vmxi_quote(q, type.ptr ? type : TEXT("pty")),
				     parallel ? "" : ", pipe, tcp");
	}
	port->kind = (enum port_kind)kind;
	if (port->kind == PORT_KIND_TCP)
		return read_socket(r, node, port);
	if (port->kind == PORT_KIND_NULL)
		return vmxi_xml_refused(r, VMX_CODE_BEYOND_LIBVIRT, node,
					"libvirt writes no port of type='null'; kept");
	port->path = ATTRIBUTE(CHILD(node, "source"), "path");
	return port->path.ptr ? VMX_OK : read_missing_path(r, node, parallel, port);
}

/* Numbers that libvirt keeps in 32 bits, whatever their sign: -1 stands for none. */
static bool parse_wrapping(struct text t, int64_t *ret)
{
	int64_t number;

	if (!vmxi_parse_int64(t, &number) || number > UINT32_MAX || number < -(int64_t)UINT32_MAX)
		return false;
	*ret = (int32_t)(uint32_t)number;
	return true;
}

static enum vmx_code read_number(struct domain_reader *r, const struct node *node, int64_t *ret)
{
	const struct node *target = CHILD(node, "target");
	struct text port = ATTRIBUTE(target, "port");
	uint32_t number;
	char q[QUOTE_MAX];

	*ret = -1;
	if (!port.ptr)
		return VMX_OK;
	if (r->as_libvirt)
		return parse_wrapping(port, ret) ? VMX_OK :
		       vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, target, "'%s' is no number of a port",
				     vmxi_quote(q, port));
	TRY(ATTRIBUTE_NUMBER(r, target, "port", 0, &number));
	*ret = number;
	return VMX_OK;
}

/*
 * A port without a number gets the one after the highest so far; for serial ports
 * those that say one count from the beginning, for parallel ones only the ports in
 * front.
 */
static enum vmx_code find_highest(struct domain_reader *r, const struct node *first,
				  struct text name, int64_t *ret)
{
	*ret = -1;
	for (const struct node *n = first; n; n = vmxi_sibling(n, name)) {
		int64_t number;

		TRY(read_number(r, n, &number));
		if (number > *ret)
			*ret = number;
	}
	return VMX_OK;
}

static enum vmx_code add_port(struct domain_reader *r, const struct node *node, bool parallel,
			      int64_t *highest)
{
	struct vmx_machine *m = r->machine;
	struct port *port = parallel ? XML_ADD(r, &m->parallels) : XML_ADD(r, &m->serials);
	int64_t number;

	if (!port)
		return vmxi_out_of_memory(r->error);
	port->where = node->where;
	TRY(read_number(r, node, &number));
	if (number == -1)
		number = *highest + 1;
	if (number > *highest)
		*highest = number;
	if (number < 0 || number >= (parallel ? PARALLELS : SERIALS))
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, node,
				     "VMware has %s ports 0 to %d only",
				     parallel ? "parallel" : "serial",
				     (parallel ? PARALLELS : SERIALS) - 1);
	port->number = (uint32_t)number;
	TRY(check_singles(r, node));
	return read_backing(r, node, parallel, port);
}

/*
 * libvirt shows the first serial port a second time, as a console.  Consoles of other
 * kinds are none of VMware's.
 */
static enum vmx_code check_console(struct domain_reader *r, const struct node *console,
				   bool first, bool *ret_serial)
{
	static const char *const types[] = {
		"none", "serial", "xen", "uml", "virtio", "lxc", "openvz", "sclp", "sclplm",
	};
	const struct node *target = CHILD(console, "target");
	int64_t number;
	int type;

	TRY(XML_WORD_OF(r, target, "type", types, &type));
	TRY(read_number(r, console, &number));
	TRY(check_words(r, console));
	TRY(check_singles(r, console));
	*ret_serial = type <= 1;
	if (*ret_serial && !first)
		return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, console,
				     "only the first console can be a serial port");
	return VMX_OK;
}

static enum vmx_code check_consoles(struct domain_reader *r, const struct node *first)
{
	bool serial;

	for (const struct node *n = first; r->as_libvirt && n; n = SIBLING(n, "console"))
		TRY(check_console(r, n, n == first, &serial));
	return VMX_OK;
}

static enum vmx_code read_lone_console(struct domain_reader *r, const struct node *console)
{
	struct port *port;
	bool serial;

	if (!console)
		return VMX_OK;
	TRY(check_console(r, console, true, &serial));
	if (!serial)
		return VMX_OK;
	port = XML_ADD(r, &r->machine->serials);
	if (!port)
		return vmxi_out_of_memory(r->error);
	/* whatever its own number is */
	port->number = 0;
	port->where = console->where;
	return read_backing(r, console, false, port);
}

static enum vmx_code check_numbers(struct domain_reader *r, const struct port *ports, size_t count)
{
	for (size_t i = 0; i < count && !r->as_libvirt; i++) {
		for (size_t j = 0; j < i; j++) {
			if (ports[j].number == ports[i].number)
				return vmxi_fail(r->error, VMX_CODE_XML_DUPLICATE, ports[i].where,
						 "two ports have the number %u", ports[i].number);
		}
	}
	return VMX_OK;
}

enum vmx_code vmxi_read_xml_ports(struct domain_reader *r)
{
	const struct node *first = CHILD(r->devices, "serial");
	struct vmx_machine *m = r->machine;
	int64_t highest;

	TRY(check_consoles(r, CHILD(r->devices, "console")));
	TRY(find_highest(r, first, TEXT("serial"), &highest));
	FOR_CHILDREN(r->devices, "serial", node) {
		TRY(check_target(r, node));
		TRY(add_port(r, node, false, &highest));
	}
	if (!first)
		TRY(read_lone_console(r, CHILD(r->devices, "console")));
	highest = -1;
	FOR_CHILDREN(r->devices, "parallel", node)
		TRY(add_port(r, node, true, &highest));
	TRY(check_numbers(r, m->serials.items, m->serials.count));
	return check_numbers(r, m->parallels.items, m->parallels.count);
}

/*
 * TPM
 */

enum vmx_code vmxi_read_xml_tpm(struct domain_reader *r)
{
	const struct node *tpm = CHILD(r->devices, "tpm"), *second;
	const struct node *backend = CHILD(tpm, "backend");
	struct text model = ATTRIBUTE(tpm, "model"), version = ATTRIBUTE(backend, "version");
	bool exact, near;

	if (!tpm)
		return VMX_OK;
	second = SIBLING(tpm, "tpm");
	if (second)
		return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, second, "VMware has one TPM per machine");
	near = text_equal(ATTRIBUTE(backend, "type"), TEXT("emulator")) &&
	       (!model.ptr || text_equal(model, TEXT("tpm-crb"))) &&
	       (!version.ptr || text_equal(version, TEXT("2.0")));
	exact = near && model.ptr && version.ptr;
	if (!near || (r->as_libvirt && !exact))
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, tpm,
				     "VMware's TPM is <tpm model='tpm-crb'><backend type='emulator' "
				     "version='2.0'/></tpm>");
	if (r->machine->firmware != FIRMWARE_EFI)
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_UNSUPPORTED, tpm,
				     "a TPM needs firmware='efi'; kept"));
	r->machine->tpm = true;
	r->machine->tpm_where = tpm->where;
	return VMX_OK;
}
