/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "domain/reader.h"

/*
 * What is said.  Messages are formatted here once and passed on as "%s".
 */
static void format_to(char out[MESSAGE_MAX], const struct node *node, const char *format,
		      va_list args) VMXI_FORMAT(3, 0);

static void format_to(char out[MESSAGE_MAX], const struct node *node, const char *format,
		      va_list args)
{
	char path[TREE_PATH_MAX];
	int at = 0;

	if (node)
		at = snprintf(out, MESSAGE_MAX, "%s: ", vmxi_tree_path(path, node));
	if (vsnprintf(out + at, MESSAGE_MAX - (size_t)at, format, args) < 0)
		out[at] = '\0';
}

static struct position where(const struct node *node)
{
	return node ? node->where : NOWHERE;
}

/* Finding out a path takes time: not for messages that nobody will see. */
static bool is_heard(const struct domain_reader *r)
{
	return r->reporter.fn && r->reporter.count <= r->reporter.max;
}

/* Whether what libvirt refuses is refused. */
static bool is_refused(const struct domain_reader *r)
{
	return r->strict || (r->as_libvirt && !r->asks_libvirt);
}

enum vmx_code vmxi_xml_fail(struct domain_reader *r, enum vmx_code code, const struct node *node,
			    const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	if (r->asks_libvirt && !is_refused(r) && !is_heard(r))
		return code;
	va_start(args, format);
	format_to(message, node, format, args);
	va_end(args);
	if (r->asks_libvirt && !is_refused(r)) {
		vmxi_report(&r->reporter, code, VMX_NOTE, where(node), "%s; libvirt refuses that",
			    message);
		return code;
	}
	return vmxi_fail(r->error, code, where(node), "%s", message);
}

/* libvirt refuses it: what that means at each level. */
static enum vmx_code refuse(struct domain_reader *r, enum vmx_code code, const struct node *node,
			    enum vmx_severity severity, const char *format, va_list args)
	VMXI_FORMAT(5, 0);

static enum vmx_code refuse(struct domain_reader *r, enum vmx_code code, const struct node *node,
			    enum vmx_severity severity, const char *format, va_list args)
{
	char message[MESSAGE_MAX];

	if (!is_refused(r) && !is_heard(r))
		return VMX_OK;
	format_to(message, node, format, args);
	if (is_refused(r))
		return vmxi_fail(r->error, code, where(node), "%s", message);
	vmxi_report(&r->reporter, code, severity, where(node), "%s", message);
	return VMX_OK;
}

enum vmx_code vmxi_xml_refused(struct domain_reader *r, enum vmx_code code,
			       const struct node *node, const char *format, ...)
{
	enum vmx_code ret;
	va_list args;

	va_start(args, format);
	ret = refuse(r, code, node, VMX_NOTE, format, args);
	va_end(args);
	return ret;
}

enum vmx_code vmxi_xml_dropped(struct domain_reader *r, enum vmx_code code,
			       const struct node *node, const char *format, ...)
{
	enum vmx_code ret;
	va_list args;

	va_start(args, format);
	ret = refuse(r, code, node, VMX_WARNING, format, args);
	va_end(args);
	return ret;
}

/* What libvirt does without a word: nothing to say at its level, an error if strict. */
static enum vmx_code mention(struct domain_reader *r, enum vmx_code code, const struct node *node,
			     enum vmx_severity severity, const char *format, va_list args)
	VMXI_FORMAT(5, 0);

static enum vmx_code mention(struct domain_reader *r, enum vmx_code code, const struct node *node,
			     enum vmx_severity severity, const char *format, va_list args)
{
	char message[MESSAGE_MAX];

	if (r->as_libvirt || (!r->strict && !is_heard(r)))
		return VMX_OK;
	format_to(message, node, format, args);
	if (r->strict)
		return vmxi_fail(r->error, code, where(node), "%s", message);
	vmxi_report(&r->reporter, code, severity, where(node), "%s", message);
	return VMX_OK;
}

enum vmx_code vmxi_xml_ask_libvirt(struct domain_reader *r, xml_check *check,
				   const struct node *node)
{
	bool as_libvirt = r->as_libvirt, asks_libvirt = r->asks_libvirt;
	enum vmx_code code;

	if (r->foreign)
		return VMX_OK;
	r->asks_libvirt = asks_libvirt || !as_libvirt;
	r->as_libvirt = true;
	code = check(r, node);
	r->as_libvirt = as_libvirt;
	r->asks_libvirt = asks_libvirt;
	return is_refused(r) || code == VMX_CODE_OUT_OF_MEMORY ? code : VMX_OK;
}

enum vmx_code vmxi_xml_beyond(struct domain_reader *r, const struct node *node,
			      const char *format, ...)
{
	enum vmx_code ret;
	va_list args;

	va_start(args, format);
	ret = mention(r, VMX_CODE_BEYOND_LIBVIRT, node, VMX_NOTE, format, args);
	va_end(args);
	return ret;
}

enum vmx_code vmxi_xml_left_out(struct domain_reader *r, const struct node *node,
				const char *format, ...)
{
	enum vmx_code ret;
	va_list args;

	va_start(args, format);
	ret = mention(r, VMX_CODE_XML_IGNORED, node, VMX_WARNING, format, args);
	va_end(args);
	return ret;
}

/*
 * Values
 */

struct text vmxi_trim_space(struct text t)
{
	while (t.len > 0 && ascii_is_space(t.ptr[0]))
		t = text_skip(t, 1);
	while (t.len > 0 && ascii_is_space(t.ptr[t.len - 1]))
		t.len--;
	return t;
}

struct text vmxi_child_text(const struct node *node, struct text name)
{
	const struct node *child = vmxi_child(node, name);

	return child ? child->text : NO_TEXT;
}

enum vmx_code vmxi_xml_filled(struct domain_reader *r, const struct node *node, struct text name,
			      struct text *ret)
{
	*ret = vmxi_attribute(node, name);
	if (r->as_libvirt || !ret->ptr || ret->len > 0)
		return VMX_OK;
	*ret = NO_TEXT;
	return vmxi_xml_refused(r, VMX_CODE_XML_WORD, node, "%s is empty; read as if it were missing",
				name.ptr);
}

struct text vmxi_filled_attribute(const struct node *node, struct text name)
{
	struct text value = vmxi_attribute(node, name);

	return value.len > 0 ? value : NO_TEXT;
}

static enum vmx_code bad_number(struct domain_reader *r, const struct node *node, struct text t,
				uint64_t max)
{
	char q[QUOTE_MAX];

	return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, node,
			     "'%s' is not a whole number from 0 to %llu", vmxi_quote(q, t),
			     (unsigned long long)max);
}

/* libvirt takes white space in front, and nothing behind. */
static enum vmx_code end_number(struct domain_reader *r, const struct node *node,
				struct text *digits)
{
	struct text all = *digits;

	if (r->as_libvirt)
		return VMX_OK;
	*digits = vmxi_trim_space(all);
	return digits->len == all.len ? VMX_OK :
	       vmxi_xml_refused(r, VMX_CODE_XML_NUMBER, node,
				"there is white space behind the number; read without");
}

enum vmx_code vmxi_xml_number(struct domain_reader *r, const struct node *node, struct text t,
			      uint64_t max, uint64_t *ret)
{
	struct text digits = t;
	size_t len;

	while (digits.len > 0 && ascii_is_space(digits.ptr[0]))
		digits = text_skip(digits, 1);
	TRY(end_number(r, node, &digits));
	if (digits.len > 0 && digits.ptr[0] == '+')
		digits = text_skip(digits, 1);
	if (!vmxi_parse_digits(digits, ret, &len) || len < digits.len || *ret > max)
		return bad_number(r, node, t, max);
	return VMX_OK;
}

enum vmx_code vmxi_xml_attribute_number(struct domain_reader *r, const struct node *node,
					struct text name, uint32_t missing, uint32_t *ret)
{
	struct text value = vmxi_attribute(node, name);
	uint64_t number;

	*ret = missing;
	if (!value.ptr)
		return VMX_OK;
	TRY(vmxi_xml_number(r, node, value, UINT32_MAX, &number));
	*ret = (uint32_t)number;
	return VMX_OK;
}

/* 0 if there is no such unit: b, byte, bytes; k m g t p e, alone or with B or iB */
static uint64_t unit_bytes(struct text unit)
{
	static const char letters[] = "kmgtpe";
	const char *letter;
	uint64_t base = 1024, bytes = 1;

	if (text_equal_nocase(unit, TEXT("b")) || text_equal_nocase(unit, TEXT("byte")) ||
	    text_equal_nocase(unit, TEXT("bytes")))
		return 1;
	letter = unit.len ? memchr(letters, ascii_lower(unit.ptr[0]), sizeof(letters) - 1) : NULL;
	if (!letter)
		return 0;
	if (unit.len == 2 && ascii_lower(unit.ptr[1]) == 'b')
		base = 1000;
	else if (unit.len != 1 && !text_equal_nocase(text_skip(unit, 1), TEXT("iB")))
		return 0;
	for (const char *l = letters; l <= letter; l++)
		bytes *= base;
	return bytes;
}

/* libvirt counts in 63 bits, and rounds up to KiB. */
#define SIZE_BYTES_MAX ((uint64_t)INT64_MAX / 1024 * 1024)

enum vmx_code vmxi_xml_size(struct domain_reader *r, const struct node *node, uint64_t *ret_kib)
{
	struct text unit = FILLED(node, "unit");
	uint64_t bytes = unit.ptr ? unit_bytes(unit) : 1024, number;
	char q[QUOTE_MAX];

	if (bytes == 0)
		return vmxi_xml_fail(r, VMX_CODE_XML_WORD, node, "'%s' is no unit of memory",
				     vmxi_quote(q, unit));
	TRY(vmxi_xml_number(r, node, node->text, UINT64_MAX, &number));
	if (number > SIZE_BYTES_MAX / bytes)
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, node, "the size is out of range");
	*ret_kib = (number * bytes + 1023) / 1024;
	return VMX_OK;
}

enum vmx_code vmxi_xml_bad_word(struct domain_reader *r, const struct node *node, const char *name,
				struct text value, const char *words)
{
	char q[QUOTE_MAX];

	return vmxi_xml_fail(r, VMX_CODE_XML_WORD, node, "%s is '%s', but has to be %s", name,
			     vmxi_quote(q, value), words);
}

static const char *list_words(char out[MESSAGE_MAX / 2], const char *const *words, size_t count)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count && at < MESSAGE_MAX / 2 - 32; i++) {
		if (words[i])
			at += (size_t)snprintf(out + at, MESSAGE_MAX / 2 - at, "%s%s",
					       at ? ", " : "one of: ", words[i]);
	}
	return out;
}

enum vmx_code vmxi_xml_word(struct domain_reader *r, const struct node *node, const char *name,
			    const char *const *words, size_t count, int *ret)
{
	struct text value = vmxi_attribute(node, text_of(name));
	char list[MESSAGE_MAX / 2];

	*ret = -1;
	if (!value.ptr)
		return VMX_OK;
	*ret = vmxi_word_value(words, count, value);
	if (*ret < 0)
		return vmxi_xml_bad_word(r, node, name, value, list_words(list, words, count));
	return VMX_OK;
}

enum vmx_code vmxi_xml_filled_word(struct domain_reader *r, const struct node *node,
				   const char *name, const char *const *words, size_t count,
				   int *ret)
{
	*ret = -1;
	if (!vmxi_filled_attribute(node, text_of(name)).ptr)
		return VMX_OK;
	return vmxi_xml_word(r, node, name, words, count, ret);
}

enum vmx_code vmxi_xml_yes(struct domain_reader *r, const struct node *node, struct text name,
			   bool *ret)
{
	struct text value = vmxi_attribute(node, name);

	if (!value.ptr)
		return VMX_OK;
	*ret = text_equal(value, TEXT("yes"));
	if (!*ret && !text_equal(value, TEXT("no")))
		return vmxi_xml_bad_word(r, node, name.ptr, value, "yes or no");
	return VMX_OK;
}

bool vmxi_parse_c_integer(struct text t, int64_t *ret)
{
	unsigned int base = 10;
	bool negative = false;
	uint64_t value = 0, max;

	while (t.len > 0 && ascii_is_space(t.ptr[0]))
		t = text_skip(t, 1);
	if (t.len > 0 && (t.ptr[0] == '-' || t.ptr[0] == '+')) {
		negative = t.ptr[0] == '-';
		t = text_skip(t, 1);
	}
	if (t.len > 2 && t.ptr[0] == '0' && ascii_lower(t.ptr[1]) == 'x') {
		base = 16;
		t = text_skip(t, 2);
	} else if (t.len > 1 && t.ptr[0] == '0') {
		base = 8;
	}
	max = (uint64_t)INT64_MAX + negative;
	for (size_t i = 0; i < t.len; i++) {
		int digit = hex_value(t.ptr[i]);

		if (digit < 0 || (unsigned int)digit >= base ||
		    value > (max - (unsigned int)digit) / base)
			return false;
		value = value * base + (unsigned int)digit;
	}
	*ret = (int64_t)(negative ? -value : value);
	return t.len > 0;
}

/*
 * PCI addresses
 */

enum vmx_code vmxi_xml_pci(struct domain_reader *r, const struct node *address,
			   struct pci_device *ret)
{
	static const struct {
		struct text name;
		int64_t max;
	} parts[] = {
		{ { "domain", 6 }, 0xFFFF }, { { "bus", 3 }, 0xFF },
		{ { "slot", 4 }, 0x1F }, { { "function", 8 }, 7 },
	};
	uint32_t values[4] = { 0 };
	char q[QUOTE_MAX];

	for (size_t i = 0; i < 4; i++) {
		struct text value = vmxi_attribute(address, parts[i].name);
		/* libvirt takes larger domains, and any function where all else is 0 */
		bool any = r->as_libvirt && (i == 0 || (i == 3 && !(values[0] | values[1] | values[2])));
		int64_t number = 0, max = any ? UINT32_MAX : parts[i].max;

		/* to libvirt, -0 is below 0 */
		bool below = r->as_libvirt && value.ptr && vmxi_text_find(value, '-') < value.len;

		if (value.ptr &&
		    (below || !vmxi_parse_c_integer(value, &number) || number < 0 || number > max))
			return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, address,
					     "%s is '%s', but has to be a number from 0 to 0x%llx",
					     parts[i].name.ptr, vmxi_quote(q, value),
					     (unsigned long long)max);
		values[i] = (uint32_t)number;
	}
	*ret = (struct pci_device){ .domain = values[0], .bus = values[1], .slot = values[2],
				    .function = values[3], .where = address->where };
	return VMX_OK;
}

enum vmx_code vmxi_xml_check_place(struct domain_reader *r, const struct node *device)
{
	static const char *const types[] = {
		"pci", "drive", "virtio-serial", "ccid", "usb", "spapr-vio", "virtio-s390", "ccw",
		"virtio-mmio", "isa", "dimm", "unassigned",
	};
	const struct node *address = CHILD(device, "address");
	struct pci_device at;
	int type;

	if (!address)
		return VMX_OK;
	TRY(XML_WORD_OF(r, address, "type", types, &type));
	if (type < 0)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, address, "it has no type");
	return type == 0 ? vmxi_xml_pci(r, address, &at) : VMX_OK;
}

enum vmx_code vmxi_xml_slot(struct domain_reader *r, const struct node *device,
			    struct pci_slot *ret)
{
	const struct node *address = CHILD(device, "address");
	struct text type = ATTRIBUTE(address, "type");
	struct pci_device at;

	if (!address || r->as_libvirt || !text_equal(type, TEXT("pci")))
		return VMX_OK;
	TRY(vmxi_xml_pci(r, address, &at));
	if (r->foreign)
		return VMX_OK;
	if (at.domain > 0 || at.bus > 31)
		return vmxi_xml_left_out(r, address, "VMware has no such place on its PCI buses");
	ret->given = true;
	ret->number = (int64_t)(at.slot | at.bus << 5 | at.function << 10);
	return VMX_OK;
}
