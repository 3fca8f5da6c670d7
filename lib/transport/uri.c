/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * URIs of connections:
 *
 *     uri       = scheme "://" authority path ["?" query] ["#" fragment]
 *     authority = [user "@"] host [":" port]
 *     query     = parameter *("&" parameter), the last one *(";" parameter)
 *
 * Messages never quote the text: until all of it is understood, anything in it may
 * be a piece of a password.
 */
#include <vmxkit/connection.h>

#include <arpa/inet.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/report.h"
#include "names/escape_core.h"

struct owned_uri {
	struct vmx_connection_uri uri;	/* first: it is what the caller has */
	struct vmx_allocator allocator;
	struct arena arena;
};

struct reading_uri {
	struct text in;
	struct owned_uri *owned;
	struct vmx_error *error;
	struct {
		struct vmx_uri_parameter *items;
		size_t count, capacity;
	} parameters;
};

static enum vmx_code fail_at(const struct reading_uri *r, const char *at, const char *why)
{
	size_t offset = (size_t)(at - r->in.ptr);

	return vmxi_fail(r->error, VMX_CODE_INVALID_URI, vmxi_position_at(offset),
			 "byte %zu: %s", offset + 1, why);
}

/* The text up to the first of the characters, or all of it. */
static struct text until(struct text t, const char *ends)
{
	size_t at = 0;

	while (at < t.len && (t.ptr[at] == '\0' || !strchr(ends, t.ptr[at])))
		at++;
	return (struct text){ t.ptr, at };
}

static bool is_letter(char c)
{
	unsigned char l = ascii_lower(c);

	return l >= 'a' && l <= 'z';
}

/* RFC 3986, 2.3; never the NUL that strchr() would find. */
static bool is_unreserved(char c)
{
	return is_letter(c) || ascii_is_digit(c) || (c != '\0' && strchr("-._~", c));
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7F;
}

/*
 * Decodes a piece of the input, once.  What a server would be sent and a person
 * shown is checked here: UTF-8 without control characters.
 */
static enum vmx_code decode(const struct reading_uri *r, struct text piece, const char **ret)
{
	struct text copy = vmxi_arena_copy(&r->owned->arena, piece);
	char *out = (char *)copy.ptr;
	size_t bad_at;

	if (!out)
		return vmxi_out_of_memory(r->error);
	if (!vmxi_unescape_hex('%', copy, out, &copy.len, &bad_at))
		return fail_at(r, piece.ptr + bad_at, "the % is not followed by two hex digits");
	out[copy.len] = '\0';
	bad_at = 0;
	while (bad_at < copy.len && !is_control(out[bad_at]))
		bad_at++;
	if (bad_at < copy.len)
		return fail_at(r, piece.ptr + vmxi_hex_origin('%', piece, bad_at),
			       "a URI can't hold control characters, encoded or not");
	bad_at = vmxi_utf8_valid_prefix(copy);
	if (bad_at < copy.len)
		return fail_at(r, piece.ptr + vmxi_hex_origin('%', piece, bad_at),
			       "the text of a URI has to be UTF-8, encoded or not");
	*ret = out;
	return VMX_OK;
}

/*
 * Scheme and authority
 */

static enum vmx_code read_scheme(struct reading_uri *r, struct text *rest)
{
	struct text scheme = until(*rest, ":/?#");
	struct text copy;
	char *out;

	for (size_t i = 0; i < scheme.len; i++) {
		if (!is_letter(scheme.ptr[i]) &&
		    (i == 0 || !(ascii_is_digit(scheme.ptr[i]) || strchr("+-.", scheme.ptr[i]))))
			return fail_at(r, scheme.ptr + i, "a scheme begins with a letter, and holds "
				       "letters, digits, '+', '-' and '.'");
	}
	*rest = text_skip(*rest, scheme.len);
	if (scheme.len == 0 || !text_starts(*rest, TEXT("://")))
		return fail_at(r, rest->ptr, "a URI begins with a scheme and '://', "
			       "as in esx://root@host/");
	*rest = text_skip(*rest, 3);
	copy = vmxi_arena_copy(&r->owned->arena, scheme);
	out = (char *)copy.ptr;
	if (!out)
		return vmxi_out_of_memory(r->error);
	for (size_t i = 0; i < copy.len; i++)
		out[i] = (char)ascii_lower(out[i]);
	r->owned->uri.scheme = out;
	return VMX_OK;
}

static enum vmx_code read_user(struct reading_uri *r, struct text user)
{
	size_t colon = vmxi_text_find(user, ':');
	const char *why = "the user must not hold a ':'; a password has no place in a URI";

	if (user.len == 0)
		return fail_at(r, user.ptr, "the user in front of the '@' is empty");
	if (colon < user.len)
		return fail_at(r, user.ptr + colon, why);
	TRY(decode(r, user, &r->owned->uri.user));
	return strchr(r->owned->uri.user, ':') ? fail_at(r, user.ptr, why) : VMX_OK;
}

static enum vmx_code read_port(struct reading_uri *r, struct text port)
{
	uint64_t number = 0;
	size_t digits = 0;

	if (port.len > 0 && (!vmxi_parse_digits(port, &number, &digits) || digits < port.len ||
			     number > UINT16_MAX))
		return fail_at(r, port.ptr, "the port is no number from 0 to 65535");
	r->owned->uri.port = (unsigned int)number;
	return VMX_OK;
}

/*
 * The zone of an address ("%eth0") is written %25eth0 in a URI (RFC 6874); the bare
 * form, which people copy from elsewhere, means the same.  inside is what stands
 * between the brackets.
 */
static enum vmx_code read_address(struct reading_uri *r, struct text inside)
{
	struct text address = until(inside, "%");
	struct text zone = text_skip(inside, address.len);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr parsed;
	char *out = vmxi_arena_zeroed(&r->owned->arena, inside.len + 1);
	size_t sign = text_starts(zone, TEXT("%25")) ? 3 : zone.len > 0;

	if (!out)
		return vmxi_out_of_memory(r->error);
	zone = text_skip(zone, sign);
	for (size_t i = 0; i < zone.len; i++) {
		if (!is_unreserved(zone.ptr[i]))
			return fail_at(r, zone.ptr + i, "the zone of an IPv6 address can't hold that");
	}
	if (sign > 0 && zone.len == 0)
		return fail_at(r, zone.ptr, "the zone of the IPv6 address is empty");
	snprintf(text, sizeof(text), "%.*s", (int)address.len, address.ptr);
	if (address.len >= sizeof(text) || inet_pton(AF_INET6, text, &parsed) != 1)
		return fail_at(r, address.ptr, "what stands in the brackets is no IPv6 address");
	snprintf(out, inside.len + 1, "%s%s%.*s", text, sign ? "%" : "", (int)zone.len, zone.ptr);
	r->owned->uri.host = out;
	return VMX_OK;
}

static enum vmx_code read_name(struct reading_uri *r, struct text host)
{
	for (size_t i = 0; i < host.len; i++) {
		if (!is_unreserved(host.ptr[i]))
			return fail_at(r, host.ptr + i, "the host can't hold that; an IPv6 address "
				       "stands in brackets");
	}
	if (host.len == 0)
		return fail_at(r, host.ptr, "the URI names no host");
	r->owned->uri.host = vmxi_arena_copy(&r->owned->arena, host).ptr;
	return r->owned->uri.host ? VMX_OK : vmxi_out_of_memory(r->error);
}

static enum vmx_code read_host(struct reading_uri *r, struct text authority)
{
	bool bracket = text_starts(authority, TEXT("["));
	struct text host = until(authority, bracket ? "]" : ":");
	struct text rest = text_skip(authority, host.len);

	if (bracket && rest.len == 0)
		return fail_at(r, host.ptr, "no ']' ends the IPv6 address");
	TRY(bracket ? read_address(r, text_skip(host, 1)) : read_name(r, host));
	rest = text_skip(rest, bracket);
	if (rest.len == 0)
		return VMX_OK;
	if (rest.ptr[0] != ':')
		return fail_at(r, rest.ptr, "only a ':' and a port can follow the brackets");
	return read_port(r, text_skip(rest, 1));
}

/*
 * A password with a '/', '?' or '#' in it would end the authority early, and the rest
 * of it pass for a path: so a ':' without '@' must not have an '@' behind it.
 */
static enum vmx_code read_authority(struct reading_uri *r, struct text *rest)
{
	struct text authority = until(*rest, "/?#");
	size_t at = vmxi_text_find_last(authority, '@');

	if (at == authority.len && vmxi_text_find(authority, ':') < authority.len &&
	    vmxi_text_find(*rest, '@') < rest->len)
		return fail_at(r, rest->ptr + vmxi_text_find(*rest, '@'),
			       "write this '@' as %40; in a user, '/', '?' and '#' are "
			       "%2F, %3F and %23, and a password has no place in a URI");
	*rest = text_skip(*rest, authority.len);
	if (at < authority.len) {
		TRY(read_user(r, (struct text){ authority.ptr, at }));
		authority = text_skip(authority, at + 1);
	}
	return read_host(r, authority);
}

/*
 * Path, query and fragment
 */

/* It is kept as it stands, but it must be possible to decode it. */
static enum vmx_code read_path(struct reading_uri *r, struct text *rest)
{
	struct text path = until(*rest, "?#");
	const char *decoded;

	TRY(decode(r, path, &decoded));
	r->owned->uri.path = vmxi_arena_copy(&r->owned->arena, path).ptr;
	*rest = text_skip(*rest, path.len);
	return r->owned->uri.path ? VMX_OK : vmxi_out_of_memory(r->error);
}

static void remove_parameter(struct reading_uri *r, const char *name)
{
	struct text wanted = text_of(name);
	size_t kept = 0;

	for (size_t i = 0; i < r->parameters.count; i++) {
		if (!text_equal_nocase(text_of(r->parameters.items[i].name), wanted))
			r->parameters.items[kept++] = r->parameters.items[i];
	}
	r->parameters.count = kept;
}

static enum vmx_code read_parameter(struct reading_uri *r, struct text section)
{
	struct text name = until(section, "=");
	struct text value = text_skip(section, name.len + (name.len < section.len));
	struct vmx_uri_parameter parameter, *added;

	if (name.len == 0)
		return VMX_OK;
	TRY(decode(r, name, &parameter.name));
	TRY(decode(r, value, &parameter.value));
	remove_parameter(r, parameter.name);
	if (r->parameters.count == VMX_URI_PARAMETERS_MAX)
		return fail_at(r, section.ptr, "the URI has too many parameters");
	added = ARENA_ADD(&r->owned->arena, &r->parameters);
	if (!added)
		return vmxi_out_of_memory(r->error);
	*added = parameter;
	return VMX_OK;
}

/* libvirt looks for the next '&', and only where there is none for a ';'. */
static enum vmx_code read_query(struct reading_uri *r, struct text query)
{
	while (query.len > 0) {
		bool last = vmxi_text_find(query, '&') == query.len;
		struct text section = until(query, last ? ";" : "&");

		TRY(read_parameter(r, section));
		query = text_skip(query, section.len + (section.len < query.len));
	}
	r->owned->uri.parameters = r->parameters.items;
	r->owned->uri.parameter_count = r->parameters.count;
	return VMX_OK;
}

static enum vmx_code read_all(struct reading_uri *r)
{
	struct text rest = r->in;

	TRY(read_scheme(r, &rest));
	TRY(read_authority(r, &rest));
	TRY(read_path(r, &rest));
	if (text_starts(rest, TEXT("?"))) {
		struct text query = until(text_skip(rest, 1), "#");

		TRY(read_query(r, query));
		rest = text_skip(rest, 1 + query.len);
	}
	if (text_starts(rest, TEXT("#")))
		TRY(decode(r, text_skip(rest, 1), &r->owned->uri.fragment));
	return VMX_OK;
}

/*
 * The object
 */

enum vmx_code vmx_connection_uri_parse(const char *text, size_t length,
				       const struct vmx_allocator *allocator,
				       struct vmx_connection_uri **ret, struct vmx_error *error)
{
	const struct vmx_allocator *a = vmxi_allocator(allocator);
	struct reading_uri r = { .in = { text, length }, .error = error };
	enum vmx_code code;

	if (length > VMX_URI_MAX)
		return vmxi_fail(error, VMX_CODE_INVALID_URI, vmxi_position_at(VMX_URI_MAX),
				 "the URI is longer than %d bytes", VMX_URI_MAX);
	r.owned = vmxi_allocate(a, sizeof(*r.owned));
	if (!r.owned)
		return vmxi_out_of_memory(error);
	*r.owned = (struct owned_uri){ .allocator = *a };
	r.owned->arena.allocator = &r.owned->allocator;
	code = read_all(&r);
	if (code != VMX_OK) {
		vmx_connection_uri_free(&r.owned->uri);
		return code;
	}
	*ret = &r.owned->uri;
	return VMX_OK;
}

void vmx_connection_uri_free(struct vmx_connection_uri *uri)
{
	struct owned_uri *owned = (struct owned_uri *)(void *)uri;
	struct vmx_allocator allocator;

	if (!uri)
		return;
	allocator = owned->allocator;	/* it lies in what it frees */
	vmxi_arena_release(&owned->arena);
	vmxi_release(&allocator, owned);
}

const char *vmx_connection_uri_parameter(const struct vmx_connection_uri *uri, const char *name)
{
	for (size_t i = 0; i < uri->parameter_count; i++) {
		if (text_equal_nocase(text_of(uri->parameters[i].name), text_of(name)))
			return uri->parameters[i].value;
	}
	return NULL;
}
