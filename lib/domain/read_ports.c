/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Serial and parallel ports, and the console that shows the first of them.
 */
#include "domain/reader.h"

#define SERIALS 4
#define PARALLELS 3

/*
 * Backings
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

	return XML_WORD_OF(r, CHILD(port, "target"), "type", types, &type);
}

/* What libvirt looks at, whether or not it is of any use afterwards. */
static enum vmx_code check_words(struct domain_reader *r, const struct node *port)
{
	static const char *const types[] = {
		"null", "vc", "pty", "dev", "file", "pipe", "stdio", "udp", "tcp", "unix", "spicevmc",
		"spiceport", "nmdm", "qemu-vdagent", "dbus",
	};
	static const char *const modes[] = { "connect", "bind" };
	int word;

	TRY(XML_WORD_OF(r, port, "type", types, &word));
	if (!text_equal(ATTRIBUTE(port, "type"), TEXT("tcp")))
		return VMX_OK;
	TRY(XML_WORD_OF(r, CHILD(port, "source"), "mode", modes, &word));
	return XML_WORD_OF(r, CHILD(port, "protocol"), "type", vmxi_protocol_words, &word);
}

static enum vmx_code refuse_further(struct domain_reader *r, const struct node *further,
				    const char *taken)
{
	if (!further)
		return VMX_OK;
	return vmxi_xml_refused(r, VMX_CODE_XML_DUPLICATE, further,
				"libvirt takes a port with %s only; the first counts", taken);
}

static const struct node *next_of(const struct node *node, struct text name)
{
	return node ? vmxi_sibling(node, name) : NULL;
}

/* libvirt takes one of each, but two ends of a port of datagrams. */
static enum vmx_code check_singles(struct domain_reader *r, const struct node *port)
{
	bool two_ends = text_equal(ATTRIBUTE(port, "type"), TEXT("udp"));
	const struct node *source = next_of(CHILD(port, "source"), TEXT("source"));

	if (two_ends)
		source = next_of(source, TEXT("source"));
	TRY(refuse_further(r, source, two_ends ? "two such elements" : "one such element"));
	return refuse_further(r, next_of(CHILD(port, "protocol"), TEXT("protocol")),
			      "one such element");
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

/*
 * Numbers
 */

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
 * front.  Serial ports of ISA are numbered before all others, and the first of them
 * gets the lowest number that no other of ISA has.
 */
struct numbering {
	bool isa[SERIALS];	/* which ones are taken */
	int64_t highest;
};

static bool is_isa(const struct node *port)
{
	return text_equal(ATTRIBUTE(CHILD(port, "target"), "type"), TEXT("isa-serial"));
}

/* -1: it is for the caller to find one. */
static enum vmx_code find_number(struct domain_reader *r, const struct node *port,
				 struct numbering *numbering, int64_t *ret)
{
	int64_t number = 0;

	TRY(read_number(r, port, ret));
	if (*ret != -1 || !is_isa(port))
		return VMX_OK;
	while (number < SERIALS && numbering->isa[number])
		number++;
	if (number < SERIALS)
		numbering->isa[number] = true;
	*ret = number;
	return VMX_OK;
}

static enum vmx_code mark_isa(struct domain_reader *r, const struct node *first,
			      struct numbering *numbering)
{
	for (const struct node *n = first; n; n = SIBLING(n, "serial")) {
		int64_t number;

		TRY(read_number(r, n, &number));
		if (is_isa(n) && number >= 0 && number < SERIALS)
			numbering->isa[number] = true;
	}
	return VMX_OK;
}

static enum vmx_code find_highest(struct domain_reader *r, const struct node *first,
				  struct numbering numbering, int64_t *ret)
{
	*ret = -1;
	for (const struct node *n = first; n; n = SIBLING(n, "serial")) {
		int64_t number;

		TRY(find_number(r, n, &numbering, &number));
		if (number > *ret)
			*ret = number;
	}
	return VMX_OK;
}

static enum vmx_code add_port(struct domain_reader *r, const struct node *node, bool parallel,
			      struct numbering *numbering)
{
	struct vmx_machine *m = r->machine;
	struct port *port = parallel ? XML_ADD(r, &m->parallels) : XML_ADD(r, &m->serials);
	int64_t number;

	if (!port)
		return vmxi_out_of_memory(r->error);
	port->where = node->where;
	TRY(parallel ? read_number(r, node, &number) : find_number(r, node, numbering, &number));
	if (number == -1)
		number = numbering->highest + 1;
	if (number > numbering->highest)
		numbering->highest = number;
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
 * Consoles
 */

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

	for (const struct node *n = first; n; n = SIBLING(n, "console"))
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
	struct numbering serials = { .highest = -1 }, parallels = { .highest = -1 };
	struct vmx_machine *m = r->machine;

	TRY(vmxi_xml_ask_libvirt(r, check_consoles, CHILD(r->devices, "console")));
	TRY(mark_isa(r, first, &serials));
	TRY(find_highest(r, first, serials, &serials.highest));
	FOR_CHILDREN(r->devices, "serial", node) {
		TRY(vmxi_xml_ask_libvirt(r, check_target, node));
		TRY(add_port(r, node, false, &serials));
	}
	if (!first)
		TRY(read_lone_console(r, CHILD(r->devices, "console")));
	FOR_CHILDREN(r->devices, "parallel", node)
		TRY(add_port(r, node, true, &parallels));
	TRY(check_numbers(r, m->serials.items, m->serials.count));
	return check_numbers(r, m->parallels.items, m->parallels.count);
}
