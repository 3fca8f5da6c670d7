/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/tree_text.h"

#include "document/encoding.h"

#define UTF8_MARK TEXT("\xEF\xBB\xBF")

/*
 * The name in the declaration
 *
 *   <?xml version = "1.0" encoding = "NAME" standalone = "no" ?>
 */

/* A longer declaration nobody writes. */
#define DECLARATION_MAX 1024

static struct text without_space_before(struct text t)
{
	while (t.len > 0 && ascii_is_space(t.ptr[0]))
		t = text_skip(t, 1);
	return t;
}

/* What stands between the signs < and >, if it is a declaration. */
static struct text declaration_of(struct text xml)
{
	struct text t = text_starts(xml, UTF8_MARK) ? text_skip(xml, UTF8_MARK.len) : xml;
	size_t end;

	if (!text_starts(t, TEXT("<?xml")) || t.len == 5 || !ascii_is_space(t.ptr[5]))
		return NO_TEXT;
	t = text_skip(t, 5);
	if (t.len > DECLARATION_MAX)
		t.len = DECLARATION_MAX;
	end = vmxi_text_find(t, '>');
	return end < t.len ? (struct text){ t.ptr, end } : NO_TEXT;
}

/* Takes name = "value" off the beginning.  False: there is no such thing. */
static bool take_attribute(struct text *t, struct text *ret_name, struct text *ret_value)
{
	size_t end;

	*t = without_space_before(*t);
	*ret_name = (struct text){ t->ptr, vmxi_text_find(*t, '=') };
	if (ret_name->len == t->len)
		return false;
	*t = without_space_before(text_skip(*t, ret_name->len + 1));
	while (ret_name->len > 0 && ascii_is_space(ret_name->ptr[ret_name->len - 1]))
		ret_name->len--;
	if (t->len == 0 || (t->ptr[0] != '"' && t->ptr[0] != '\''))
		return false;
	*ret_value = text_skip(*t, 1);
	end = vmxi_text_find(*ret_value, t->ptr[0]);
	if (end == ret_value->len)
		return false;
	*t = text_skip(*ret_value, end + 1);
	ret_value->len = end;
	return true;
}

/* The name of the encoding; no pointer: there is none. */
static struct text declared_encoding(struct text xml)
{
	struct text rest = declaration_of(xml), name, value;

	while (rest.len > 0 && take_attribute(&rest, &name, &value)) {
		if (text_equal(name, TEXT("encoding")))
			return value;
	}
	return NO_TEXT;
}

static bool is_utf8_name(struct text name)
{
	return text_equal_nocase(name, TEXT("UTF-8")) || text_equal_nocase(name, TEXT("UTF8"));
}

/* Puts UTF-8 in the place of the name that is no longer true. */
static bool correct_declaration(struct vmx_bytes *xml)
{
	static const struct text truth = { "UTF-8", 5 };
	struct text name = declared_encoding((struct text){ xml->data, xml->length });
	size_t at, rest;

	if (!name.ptr || is_utf8_name(name))
		return true;
	at = (size_t)(name.ptr - xml->data);
	rest = xml->length - at - name.len;
	if (!vmxi_bytes_reserve(xml, truth.len))
		return false;
	memmove(xml->data + at + truth.len, xml->data + at + name.len, rest + 1);
	memcpy(xml->data + at, truth.ptr, truth.len);
	xml->length = at + truth.len + rest;
	return true;
}

/*
 * Which encoding
 */

/* UTF-16, with a byte order mark or a declaration; or else as the text says. */
static struct text encoding_of(struct text xml)
{
	static const struct {
		struct text first;
		struct text name;
	} rows[] = {
		{ { "\xFF\xFE", 2 }, { "UTF-16LE", 8 } }, { { "<\0?\0", 4 }, { "UTF-16LE", 8 } },
		{ { "\xFE\xFF", 2 }, { "UTF-16BE", 8 } }, { { "\0<\0?", 4 }, { "UTF-16BE", 8 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text_starts(xml, rows[i].first))
			return rows[i].name;
	}
	return declared_encoding(xml);
}

static enum vmx_code convert(struct text bytes, struct text encoding, struct vmx_bytes *room,
			     struct text *ret, struct vmx_error *error)
{
	size_t bad_at;
	enum vmx_code code = vmxi_decode_text(encoding, bytes, room, &bad_at);
	char q[QUOTE_MAX];

	if (code == VMX_CODE_UNKNOWN_ENCODING)
		return vmxi_fail(error, VMX_CODE_XML_SYNTAX, NOWHERE,
				 "the encoding '%s' is not known", vmxi_quote(q, encoding));
	if (code == VMX_CODE_ENCODING_MISMATCH)
		return vmxi_fail(error, VMX_CODE_XML_SYNTAX, NOWHERE,
				 "byte %zu is none of the encoding '%s'", bad_at + 1,
				 vmxi_quote(q, encoding));
	if (code != VMX_OK || !correct_declaration(room))
		return vmxi_out_of_memory(error);
	*ret = (struct text){ room->data, room->length };
	return VMX_OK;
}

static struct position position_of(struct text xml, size_t at)
{
	struct position where = { 1, 1 };

	for (size_t i = 0; i < at; i++) {
		where.column++;
		if (xml.ptr[i] == '\n')
			where = (struct position){ where.line + 1, 1 };
	}
	return where;
}

static enum vmx_code check(struct text xml, struct vmx_error *error)
{
	size_t nul = vmxi_text_find(xml, '\0'), valid = vmxi_utf8_valid_prefix(xml);

	if (nul < valid)
		return vmxi_fail(error, VMX_CODE_XML_SYNTAX, position_of(xml, nul),
				 "there is a NUL byte, which no XML can hold");
	if (valid < xml.len)
		return vmxi_fail(error, VMX_CODE_XML_SYNTAX, position_of(xml, valid),
				 "this is not UTF-8, and the XML names no other encoding");
	return VMX_OK;
}

enum vmx_code vmxi_tree_text(struct text bytes, struct vmx_bytes *room, struct text *ret,
			    struct vmx_error *error)
{
	struct text encoding = encoding_of(bytes);
	enum vmx_code code = VMX_OK;

	*ret = bytes;
	if (encoding.ptr && !is_utf8_name(encoding))
		code = convert(bytes, encoding, room, ret, error);
	return code == VMX_OK ? check(*ret, error) : code;
}
