/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The URL of a file in a datastore browser:
 *
 *     base "/folder" ["/" path] "?" parameter *("&" parameter)
 *     base = ("http" / "https") "://" authority
 */
#include "names/datastore.h"

#include "names/escape_core.h"

#define FOLDER TEXT("/folder")

static enum vmx_code fail_url(const struct reading *r, const char *at, const char *why)
{
	return vmxi_fail(r->error, VMX_CODE_INVALID_URL,
			 vmxi_position_at((size_t)(at - r->in.ptr)), "%s", why);
}

/* What ends the authority of a URL (RFC 3986, 3.2), and what can't be in one. */
static size_t authority_length(struct text t)
{
	size_t at = 0;

	while (at < t.len && !strchr("/?#@\\", t.ptr[at]) && (unsigned char)t.ptr[at] > ' ')
		at++;
	return at;
}

size_t vmxi_url_base(struct text in)
{
	size_t scheme = text_starts_nocase(in, TEXT("https://")) ? 8
		      : text_starts_nocase(in, TEXT("http://")) ? 7 : 0;
	size_t authority = scheme ? authority_length(text_skip(in, scheme)) : 0;

	return authority ? scheme + authority : 0;
}

/*
 * Reading
 */

/* A '+' in a query is a blank; '%2B' is a plus. */
static void undo_plus(char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '+')
			text[i] = ' ';
	}
}

static enum vmx_code fail_escape(const struct reading *r, const struct part *part, size_t layer,
				 size_t bad_at)
{
	size_t offset = layer ? vmxi_hex_origin('%', part->raw[0], bad_at) : bad_at;

	offset += part->at;
	return vmxi_fail(r->error, VMX_CODE_INVALID_ESCAPE, vmxi_position_at(offset),
			 "offset %zu: the %% is not followed by two hex digits", offset);
}

/* Decodes the text of a part the given number of times. */
static enum vmx_code decode(struct reading *r, struct part *part, bool query, size_t layers)
{
	for (size_t layer = 0; layer < layers; layer++) {
		struct text copy = vmxi_arena_copy(r->scratch, part->text);
		char *out = (char *)copy.ptr;
		size_t bad_at;

		if (!copy.ptr)
			return vmxi_out_of_memory(r->error);
		if (query)
			undo_plus(out, copy.len);
		part->raw[layer] = part->text;
		if (!vmxi_unescape_hex('%', copy, out, &copy.len, &bad_at))
			return fail_escape(r, part, layer, bad_at);
		part->text = copy;
	}
	return VMX_OK;
}

/* One parameter of the query, which lies in the input. */
static enum vmx_code read_parameter(struct reading *r, struct text parameter)
{
	const struct {
		struct text name;
		struct part *part;
	} known[] = {
		{ TEXT("dcPath"), &r->datacenter },
		{ TEXT("dsName"), &r->name },
	};
	size_t equals = vmxi_text_find(parameter, '=');

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct part *part = known[i].part;

		if (!text_equal((struct text){ parameter.ptr, equals }, known[i].name))
			continue;
		if (part->text.ptr)
			return fail_url(r, parameter.ptr, "the parameter is there twice");
		part->text = text_skip(parameter, equals + (equals < parameter.len));
		part->at = (size_t)(part->text.ptr - r->in.ptr);
		return decode(r, part, true, r->flags & VMX_DATASTORE_ENCODED_TWICE ? 2 : 1);
	}
	return VMX_OK;
}

static enum vmx_code read_query(struct reading *r, struct text query)
{
	struct text rest = query;

	while (rest.len > 0) {
		size_t end = vmxi_text_find(rest, '&');
		enum vmx_code code = read_parameter(r, (struct text){ rest.ptr, end });

		if (code != VMX_OK)
			return code;
		rest = text_skip(rest, end + (end < rest.len));
	}
	if (r->name.text.len == 0)
		return fail_url(r, query.ptr, "the URL names no datastore: it lacks dsName=...");
	return VMX_OK;
}

/* Checks what stands in front of the path; *ret is the path and the query. */
static enum vmx_code read_base(struct reading *r, struct text *ret)
{
	size_t base = vmxi_url_base(r->in);
	size_t authority = vmxi_text_find(r->in, ':') + 3;	/* the scheme is known to be there */
	struct text rest;

	if (base == 0)
		return fail_url(r, r->in.ptr + authority, "the URL names no host");
	rest = text_skip(r->in, base);
	/* a password has no place in what gets printed and stored */
	if (rest.len > 0 && rest.ptr[0] == '@')
		return fail_url(r, r->in.ptr + authority, "the URL must not name a user");
	if (!text_starts(rest, FOLDER))
		return fail_url(r, rest.ptr, "the path of a datastore browser begins with /folder/");
	r->base = (struct text){ r->in.ptr, base };
	*ret = text_skip(rest, FOLDER.len);
	return VMX_OK;
}

enum vmx_code vmxi_read_url(struct reading *r)
{
	struct text rest = NO_TEXT;
	size_t fragment = vmxi_text_find(r->in, '#');
	size_t question;
	enum vmx_code code = read_base(r, &rest);

	if (code != VMX_OK)
		return code;
	if (fragment < r->in.len)
		return fail_url(r, r->in.ptr + fragment, "a # in a name is written %23 in a URL");
	question = vmxi_text_find(rest, '?');
	if (question > 0 && !text_starts(rest, TEXT("/")))
		return fail_url(r, rest.ptr, "the path of a datastore browser begins with /folder/");
	r->path.text = (struct text){ rest.ptr, question };
	r->path.at = (size_t)(rest.ptr - r->in.ptr);
	code = decode(r, &r->path, false, 1);
	if (code != VMX_OK)
		return code;
	return read_query(r, text_skip(rest, question + (question < rest.len)));
}

/*
 * Writing
 */

/* RFC 3986, 2.3: what means the same everywhere, encoded or not. */
static bool is_unreserved(char c)
{
	unsigned char l = ascii_lower(c);

	return ascii_is_digit(c) || (l >= 'a' && l <= 'z') || (c != '\0' && strchr("-._~", c));
}

/* Appends the text, encoded; a '/' stays if it is told to. */
static bool append_encoded(struct vmx_bytes *out, struct text t, bool keep_slash)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.ptr[i];
		char encoded[3] = { '%', digits[c >> 4], digits[c & 15] };
		bool plain = is_unreserved((char)c) || (keep_slash && c == '/');

		if (!(plain ? vmxi_bytes_append_char(out, (char)c)
			    : vmxi_bytes_append(out, encoded, 3)))
			return false;
	}
	return true;
}

/* A parameter of the query, encoded once or twice. */
static bool append_parameter(struct vmx_bytes *out, struct text name, struct text value, bool twice)
{
	struct vmx_bytes once = { NULL, 0, 0, out->allocator };
	bool ok = vmxi_bytes_append_text(out, name);

	if (ok && twice)
		ok = append_encoded(&once, value, false) &&
		     append_encoded(out, (struct text){ once.data, once.length }, false);
	else if (ok)
		ok = append_encoded(out, value, false);
	vmx_bytes_release(&once);
	return ok;
}

static bool append_url(struct vmx_bytes *out, struct text base, struct text path,
		       struct text datacenter, struct text name, bool twice)
{
	return vmxi_bytes_append_text(out, base) && vmxi_bytes_append_text(out, FOLDER) &&
	       vmxi_bytes_append_char(out, '/') && append_encoded(out, path, true) &&
	       vmxi_bytes_append_char(out, '?') &&
	       (datacenter.len == 0 ||
		(append_parameter(out, TEXT("dcPath="), datacenter, twice) &&
		 vmxi_bytes_append_char(out, '&'))) &&
	       append_parameter(out, TEXT("dsName="), name, twice);
}

/* The base without a slash at the end; ptr NULL: it is none. */
static struct text check_base(const char *given)
{
	struct text base = text_of(given);
	size_t length = given ? vmxi_url_base(base) : 0;

	if (length == 0 || skip_slashes(text_skip(base, length)).len > 0)
		return NO_TEXT;
	return (struct text){ base.ptr, length };
}

enum vmx_code vmx_datastore_path_format_url(const struct vmx_datastore_path *path,
					    const char *base, const char *datacenter,
					    unsigned int flags, struct vmx_bytes *ret,
					    struct vmx_error *error)
{
	struct text host = check_base(base ? base : vmx_datastore_path_url_base(path));
	struct text dc = text_of(datacenter ? datacenter : vmx_datastore_path_datacenter(path));
	enum vmx_code code = vmxi_check_datastore_flags(flags, error);

	vmxi_bytes_clear(ret);
	if (code != VMX_OK)
		return code;
	if (!host.ptr)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "a URL needs a base like https://host:port");
	if (append_url(ret, host, skip_slashes(text_of(vmx_datastore_path_path(path))), dc,
		       text_of(vmx_datastore_path_name(path)), flags & VMX_DATASTORE_ENCODED_TWICE))
		return VMX_OK;
	vmxi_bytes_clear(ret);
	return vmxi_out_of_memory(error);
}
