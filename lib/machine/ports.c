/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Serial and parallel ports.
 */
#include <libxml/uri.h>

#include "machine/libxml.h"
#include "machine/reader.h"

#define SERIALS 4
#define PARALLELS 3

static const struct entry *field(const struct device *d, unsigned int id)
{
	return device_field(d, id, PORT_FIRST);
}

static enum vmx_code read_present(struct reader *r, const struct device *d, bool *ret)
{
	bool connected;

	TRY(vmxi_read_boolean(r, field(d, PORT_PRESENT), false, ret));
	TRY(vmxi_read_boolean(r, field(d, PORT_START_CONNECTED), true, &connected));
	if (!*ret)
		set_device_fate(r, d, FATE_NOT_PRESENT);
	else if (!connected)
		set_fate(r, field(d, PORT_START_CONNECTED), FATE_START_CONNECTED);
	return VMX_OK;
}

/*
 * Ports behind a network socket
 */

static const struct word end_points[] = {
	{ { "server", 6 }, true }, { { "client", 6 }, false },
};

/* Without the brackets of an IPv6 address; around what has no ':', libvirt keeps them. */
static struct text bare_host(const char *server)
{
	struct text host = text_of(server);

	if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']' &&
	    vmxi_text_find(host, ':') < host.len)
		return (struct text){ host.ptr + 1, host.len - 2 };
	return host;
}

static enum vmx_code read_uri(struct reader *r, const struct device *d, const xmlURI *uri,
			      struct port *port)
{
	const struct entry *name = field(d, PORT_FILE_NAME), *end = field(d, PORT_END_POINT);
	const struct word *scheme = FIND_WORD(vmxi_schemes, text_of(uri->scheme ? uri->scheme : ""));
	const struct word *word;
	char q[QUOTE_MAX];

	if (!scheme)
		return vmxi_fail_at(r, VMX_CODE_INVALID_VALUE, name,
				    "serial%u.fileName is '%s', but its scheme has to be tcp, telnet, "
				    "telnets or ssl", d->number, vmxi_quote(q, value_of(r, name)));
	port->kind = PORT_KIND_TCP;
	port->protocol = (enum port_protocol)scheme->value;
	port->service = (uint32_t)uri->port;
	port->host = vmxi_arena_copy(&r->machine->arena, bare_host(uri->server));
	if (!port->host.ptr)
		return vmxi_out_of_memory(r->error);
	word = end ? FIND_WORD(end_points, value_of(r, end)) : &end_points[0];
	set_fate(r, end, FATE_USED);
	if (!word)
		return vmxi_fail_at(r, VMX_CODE_INVALID_VALUE, end,
				    "serial%u.network.endPoint is '%s', but has to be server or client",
				    d->number, vmxi_quote(q, value_of(r, end)));
	port->listens = word->value != 0;
	return VMX_OK;
}

/* No memory and no URI both are NULL to libxml2; *ret is NULL only for the latter. */
static enum vmx_code parse_uri(struct reader *r, const char *text, xmlURI **ret)
{
	struct libxml_guard guard;

	if (!vmxi_libxml_begin(&guard))
		return vmxi_out_of_memory(r->error);
#if LIBXML_VERSION >= 21300
	guard.no_memory |= xmlParseURISafe(text, ret) < 0;
#else
	*ret = xmlParseURI(text);
#endif
	vmxi_libxml_end(&guard);
	if (!guard.no_memory)
		return VMX_OK;
	xmlFreeURI(*ret);
	return vmxi_out_of_memory(r->error);
}

/*
 * libvirt asks libxml2 for the parts of the URI, and so do we: what is a URI is
 * decided in one place.  What is none, or has no host or port, is a port that
 * leads nowhere.
 */
static enum vmx_code read_network_port(struct reader *r, const struct device *d, struct port *port)
{
	const struct entry *name = field(d, PORT_FILE_NAME);
	enum vmx_code code = VMX_OK;
	struct text value;
	xmlURI *uri = NULL;

	port->kind = PORT_KIND_NULL;
	if (!name)
		return VMX_OK;
	TRY(vmxi_read_text(r, name, &value));
	value = vmxi_arena_copy(&r->machine->arena, value);
	if (!value.ptr)
		return vmxi_out_of_memory(r->error);
	TRY(parse_uri(r, value.ptr, &uri));
	if (uri && uri->server && bare_host(uri->server).len > 0 && uri->port > 0)
		code = read_uri(r, d, uri, port);
	else
		set_fate(r, name, FATE_UNUSABLE);
	xmlFreeURI(uri);
	return code;
}

/*
 * Serial ports
 */

enum serial_type { SERIAL_DEVICE, SERIAL_FILE, SERIAL_PIPE, SERIAL_NETWORK, SERIAL_THINPRINT };

static const struct word serial_types[] = {
	{ { "device", 6 }, SERIAL_DEVICE }, { { "file", 4 }, SERIAL_FILE },
	{ { "pipe", 4 }, SERIAL_PIPE }, { { "network", 7 }, SERIAL_NETWORK },
};

static struct port *add_serial(struct reader *r, const struct device *d)
{
	struct port *port = ADD_ITEM(r, &r->machine->serials);

	if (port)
		port->number = d->number;
	return port;
}

static enum vmx_code build_serial(struct reader *r, const struct device *d, enum serial_type type)
{
	static const enum port_kind kinds[] = {
		[SERIAL_DEVICE] = PORT_KIND_DEVICE, [SERIAL_FILE] = PORT_KIND_FILE,
		[SERIAL_PIPE] = PORT_KIND_PIPE,
	};
	const struct entry *name = field(d, PORT_FILE_NAME);
	struct port *port = add_serial(r, d);

	if (!port)
		return vmxi_out_of_memory(r->error);
	if (type == SERIAL_NETWORK)
		return read_network_port(r, d, port);
	port->kind = kinds[type];
	if (type != SERIAL_FILE)
		return vmxi_read_text(r, name, &port->path);
	/* libvirt crashes without a name; a port without a file is no file */
	if (!name && as_libvirt(r))
		return vmxi_fail_at(r, VMX_CODE_MISSING_KEY, field(d, PORT_FILE_TYPE),
				    "serial%u is a file, but has no fileName", d->number);
	if (!name) {
		port->kind = PORT_KIND_NULL;
		return vmxi_refused_by_libvirt(r, VMX_CODE_PORT_BACKING, field(d, PORT_FILE_TYPE),
					       "serial%u is a file, but has no fileName; read as a "
					       "port that leads nowhere", d->number);
	}
	return vmxi_resolve_file(r, name, false, &port->path);
}

/* What libvirt fails on: the virtual printer, and what nobody knows. */
static enum vmx_code read_other_serial(struct reader *r, const struct device *d)
{
	const struct entry *e = field(d, PORT_FILE_TYPE);
	struct text value = value_of(r, e);
	bool thinprint = text_equal_nocase(value, TEXT("thinprint"));
	struct port *port;
	char q[QUOTE_MAX];

	set_device_fate(r, d, thinprint ? FATE_THINPRINT : FATE_UNUSABLE);
	vmxi_quote(q, value);
	if (thinprint)
		return vmxi_refused_by_libvirt(r, VMX_CODE_THINPRINT, e,
					       "serial%u is VMware's virtual printer; left out",
					       d->number);
	TRY(vmxi_refused_by_libvirt(r, VMX_CODE_PORT_BACKING, e,
				    "serial%u.fileType is '%s', but has to be device, file, pipe or "
				    "network; read as a port that leads nowhere", d->number, q));
	port = add_serial(r, d);
	if (!port)
		return vmxi_out_of_memory(r->error);
	port->kind = PORT_KIND_NULL;
	return VMX_OK;
}

static enum vmx_code read_serial(struct reader *r, const struct device *d)
{
	const struct entry *e = field(d, PORT_FILE_TYPE);
	const struct word *word = &serial_types[SERIAL_DEVICE];
	struct text value;
	bool present;

	TRY(read_present(r, d, &present));
	if (!present)
		return VMX_OK;
	TRY(vmxi_read_text(r, e, &value));
	if (e)
		word = FIND_WORD(serial_types, value);
	if (!word)
		return read_other_serial(r, d);
	return build_serial(r, d, (enum serial_type)word->value);
}

enum vmx_code vmxi_read_serials(struct reader *r)
{
	struct device *d;

	FOR_DEVICES(r, DEVICE_SERIAL, d, i) {
		if (d->number < SERIALS)
			TRY(read_serial(r, d));
		else
			set_device_fate(r, d, FATE_NO_SUCH_SLOT);
	}
	return VMX_OK;
}

/*
 * Parallel ports
 */

static const struct word parallel_types[] = {
	{ { "device", 6 }, PORT_KIND_DEVICE }, { { "file", 4 }, PORT_KIND_FILE },
};

static enum vmx_code skip_parallel(struct reader *r, const struct device *d)
{
	set_device_fate(r, d, FATE_UNUSABLE);
	return vmxi_refused_by_libvirt(r, VMX_CODE_PORT_BACKING, field(d, PORT_PRESENT),
				       "parallel%u lacks a fileType of device or file, or a fileName; "
				       "left out", d->number);
}

static enum vmx_code read_parallel(struct reader *r, const struct device *d)
{
	const struct entry *type = field(d, PORT_FILE_TYPE), *name = field(d, PORT_FILE_NAME);
	const struct word *word;
	struct port *port;
	struct text value;
	bool present;

	TRY(read_present(r, d, &present));
	if (!present)
		return VMX_OK;
	TRY(vmxi_read_text(r, type, &value));
	word = type ? FIND_WORD(parallel_types, value) : NULL;
	if (!word || !name)
		return skip_parallel(r, d);
	port = ADD_ITEM(r, &r->machine->parallels);
	if (!port)
		return vmxi_out_of_memory(r->error);
	port->number = d->number;
	port->kind = (enum port_kind)word->value;
	if (port->kind == PORT_KIND_FILE)
		return vmxi_resolve_file(r, name, false, &port->path);
	return vmxi_read_text(r, name, &port->path);
}

enum vmx_code vmxi_read_parallels(struct reader *r)
{
	struct device *d;

	FOR_DEVICES(r, DEVICE_PARALLEL, d, i) {
		if (d->number < PARALLELS)
			TRY(read_parallel(r, d));
		else
			set_device_fate(r, d, FATE_NO_SUCH_SLOT);
	}
	return VMX_OK;
}
