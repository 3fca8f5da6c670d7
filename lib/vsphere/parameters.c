/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "parameters.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

#define PORT_MAX 65535

static const struct {
	const char *scheme, *product;
	enum vsphere_kind kind;
	unsigned int https_port, http_port;
} kinds[] = {
	{ "esx", "an ESX host", VSPHERE_ESX, 443, 80 },
	{ "vpx", "a vCenter", VSPHERE_VPX, 443, 80 },
	{ "gsx", "a VMware Server 2", VSPHERE_GSX, 8333, 8222 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *const vsphere_schemes[] = { "esx", "vpx", "gsx", NULL };

static size_t row_of(enum vsphere_kind kind)
{
	size_t i = 0;

	while (i < KINDS - 1 && kinds[i].kind != kind)
		i++;
	return i;
}

const char *vsphere_kind_name(enum vsphere_kind kind)
{
	return kinds[row_of(kind)].scheme;
}

const char *vsphere_kind_product(enum vsphere_kind kind)
{
	return kinds[row_of(kind)].product;
}

/*
 * Each takes a value to its place; false: it is not allowed.
 */
typedef bool (*read_fn)(const char *value, void *place);

static bool read_transport(const char *value, void *place)
{
	bool *https = place;

	*https = strcmp(value, "https") == 0;
	return *https || strcmp(value, "http") == 0;
}

/* All of the text in decimal, as libvirt reads it: signs and leading zeros are fine. */
static bool read_number(const char *value, int64_t min, int64_t max, int64_t *ret)
{
	struct text t = text_of(value);

	return t.len > 0 && !ascii_is_space(t.ptr[0]) && vmxi_parse_int64(t, ret) && *ret >= min &&
	       *ret <= max;
}

static bool read_flag(const char *value, void *place)
{
	bool *flag = place;
	int64_t number;

	if (!read_number(value, 0, 1, &number))
		return false;
	*flag = number == 1;
	return true;
}

static bool read_timeout(const char *value, void *place)
{
	unsigned int *timeout = place;
	int64_t number;

	if (!read_number(value, 1, VSPHERE_TIMEOUT_MAX, &number))
		return false;
	*timeout = (unsigned int)number;
	return true;
}

static bool read_text(const char *value, void *place)
{
	memcpy(place, &value, sizeof(value));
	return value[0] != '\0';
}

/* Hex digits, two for each byte; ':' between bytes as openssl prints them, or nothing. */
static bool read_fingerprint(const char *value, void *place)
{
	uint8_t *digest = place;
	size_t bytes = 0;

	for (const char *p = value; *p; bytes++) {
		int high, low;

		if (*p == ':' && bytes > 0)
			p++;
		high = hex_value(*p);
		low = high < 0 ? -1 : hex_value(p[1]);
		if (low < 0 || bytes == SHA256_SIZE)
			return false;
		digest[bytes] = (uint8_t)(high << 4 | low);
		p += 2;
	}
	return bytes == SHA256_SIZE;
}

/*
 * Proxies: [TYPE://]HOST[:PORT], HOST may be an IPv6 address in brackets
 */

/* For all of them, HTTP too: as libcurl has it. */
#define PROXY_PORT 1080

static const struct {
	const char *name;
	enum vsphere_proxy_type type;
} proxy_types[] = {
	{ "http", VSPHERE_PROXY_HTTP }, { "socks", VSPHERE_PROXY_SOCKS5 },
	{ "socks5", VSPHERE_PROXY_SOCKS5 }, { "socks4", VSPHERE_PROXY_SOCKS4 },
	{ "socks4a", VSPHERE_PROXY_SOCKS4A },
};

static enum vsphere_proxy_type proxy_type(struct text name)
{
	for (size_t i = 0; i < sizeof(proxy_types) / sizeof(proxy_types[0]); i++) {
		if (text_equal(name, text_of(proxy_types[i].name)))
			return proxy_types[i].type;
	}
	return VSPHERE_PROXY_NONE;
}

/* Nothing that could be taken for another part of an address. */
static bool is_host(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if ((unsigned char)t.ptr[i] <= ' ' || strchr("/?#@\\\"<>", t.ptr[i]) ||
		    (strchr("[]:", t.ptr[i]) && t.ptr[0] != '['))
			return false;
	}
	return t.len > 0;
}

static size_t host_length(struct text t)
{
	size_t bracket = vmxi_text_find(t, ']');

	if (t.len > 0 && t.ptr[0] == '[')
		return bracket < t.len ? bracket + 1 : t.len;
	return vmxi_text_find(t, ':');
}

static bool read_proxy(const char *value, void *place)
{
	struct vsphere_proxy *proxy = place;
	struct text rest = text_of(value), host;
	const char *slashes = strstr(value, "://");
	int64_t port = PROXY_PORT;

	proxy->type = VSPHERE_PROXY_HTTP;
	if (slashes) {
		proxy->type = proxy_type((struct text){ value, (size_t)(slashes - value) });
		rest = text_of(slashes + 3);
	}
	host = (struct text){ rest.ptr, host_length(rest) };
	rest = text_skip(rest, host.len);
	if (proxy->type == VSPHERE_PROXY_NONE || !is_host(host) || text_equal(host, TEXT("[]")) ||
	    (host.ptr[0] == '[' && host.ptr[host.len - 1] != ']') ||
	    host.len >= sizeof(proxy->host))
		return false;
	if (rest.len > 0 && (rest.ptr[0] != ':' || !ascii_is_digit(rest.ptr[1]) ||
			     !read_number(rest.ptr + 1, 1, PORT_MAX, &port)))
		return false;
	memcpy(proxy->host, host.ptr, host.len);
	proxy->host[host.len] = '\0';
	proxy->port = (unsigned int)port;
	return true;
}

/*
 * The table
 */

/* What a message may show of a value: not what may be a user and a password. */
static const char *shown(const char *value)
{
	const char *at = strrchr(value, '@');

	return at ? at : value;
}

#define PLACE(member) offsetof(struct vsphere_parameters, member)

static const struct parameter {
	const char *name;
	read_fn read;
	size_t place;
	const char *allowed;
} parameters[] = {
	{ "transport", read_transport, PLACE(https), "'http' or 'https'" },
	{ "vcenter", read_text, PLACE(vcenter), "a host name, an IP address, or '*'" },
	{ "no_verify", read_flag, PLACE(no_verify), "0 or 1" },
	{ "auto_answer", read_flag, PLACE(auto_answer), "0 or 1" },
	{ "legacy_uuid", read_flag, PLACE(legacy_uuid), "0 or 1" },
	{ "proxy", read_proxy, PLACE(proxy),
	  "[TYPE://]HOST[:PORT] with a type of http, socks, socks4, socks4a or socks5, and a port "
	  "from 1 to 65535" },
	{ "cacert", read_text, PLACE(cacert), "the name of a file with certificates" },
	{ "fingerprint", read_fingerprint, PLACE(fingerprint),
	  "the SHA-256 of the server's certificate, 64 hex digits, with or without ':' between "
	  "each two" },
	{ "timeout", read_timeout, PLACE(timeout), "a number of seconds from 1 to 86400" },
	{ "authfile", read_text, PLACE(authfile), "the name of a file" },
};

#define PARAMETERS (sizeof(parameters) / sizeof(parameters[0]))

static const struct parameter *find(const char *name)
{
	for (size_t i = 0; i < PARAMETERS; i++) {
		if (text_equal_nocase(text_of(name), text_of(parameters[i].name)))
			return &parameters[i];
	}
	return NULL;
}

static enum vmx_code read_parameter(const struct vmx_uri_parameter *given,
				    const struct vsphere_reporter *reporter,
				    struct vsphere_parameters *ret, struct vmx_error *error)
{
	const struct parameter *parameter = find(given->name);

	if (!parameter) {
		vsphere_report(reporter, VMX_CODE_UNKNOWN_URI_PARAMETER, VMX_WARNING,
			       "the URI's parameter '%.60s' means nothing here; it is ignored",
			       given->name);
		return VMX_OK;
	}
	if (!parameter->read(given->value, (char *)ret + parameter->place))
		return vmx_error_set(error, VMX_CODE_INVALID_URI_PARAMETER, NULL,
				     "the URI's parameter '%s' is '%s%.120s'; it has to be %s",
				     parameter->name, shown(given->value) == given->value ? "" : "...",
				     shown(given->value), parameter->allowed);
	ret->has_fingerprint |= parameter->read == read_fingerprint;
	return VMX_OK;
}

/* A check that was asked for and can't be made is not left out quietly. */
static enum vmx_code check_together(const struct vsphere_parameters *p, struct vmx_error *error)
{
	if (p->https || (!p->has_fingerprint && !p->cacert))
		return VMX_OK;
	return vmx_error_set(error, VMX_CODE_INVALID_URI_PARAMETER, NULL,
			     "the URI's parameter 'transport' is 'http', by which no server shows a "
			     "certificate; it has to be 'https' for '%s'",
			     p->has_fingerprint ? "fingerprint" : "cacert");
}

/* What is there, but does nothing. */
static void report_useless(const struct vmx_connection_uri *uri,
			   const struct vsphere_reporter *reporter,
			   const struct vsphere_parameters *p)
{
	if (p->kind != VSPHERE_VPX && strcmp(uri->path, "") != 0 && strcmp(uri->path, "/") != 0)
		vsphere_report(reporter, VMX_CODE_UNKNOWN_URI_PARAMETER, VMX_WARNING,
			       "the URI's path '%.120s' means nothing to %s; it is ignored", uri->path,
			       vsphere_kind_product(p->kind));
	if (p->kind == VSPHERE_VPX && p->vcenter)
		vsphere_report(reporter, VMX_CODE_UNKNOWN_URI_PARAMETER, VMX_WARNING,
			       "the URI's parameter 'vcenter' means nothing to a vCenter; it is ignored");
}

/* The scheme is one of ours: by that the module was found. */
enum vmx_code vsphere_parameters_read(const struct vmx_connection_uri *uri,
				      const struct vsphere_reporter *reporter,
				      struct vsphere_parameters *ret, struct vmx_error *error)
{
	enum vmx_code code = VMX_OK;
	size_t row = 0;

	*ret = (struct vsphere_parameters){ .https = true };
	while (row < KINDS && strcmp(kinds[row].scheme, uri->scheme) != 0)
		row++;
	if (row == KINDS)
		return vmx_error_set(error, VMX_CODE_UNKNOWN_SCHEME, NULL,
				     "the scheme '%.60s' is none of esx, vpx and gsx", uri->scheme);
	ret->kind = kinds[row].kind;
	for (size_t i = 0; code == VMX_OK && i < uri->parameter_count; i++)
		code = read_parameter(&uri->parameters[i], reporter, ret, error);
	if (code == VMX_OK)
		code = check_together(ret, error);
	if (code != VMX_OK)
		return code;
	ret->port = uri->port ? uri->port : ret->https ? kinds[row].https_port : kinds[row].http_port;
	report_useless(uri, reporter, ret);
	return VMX_OK;
}
