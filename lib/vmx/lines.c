/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "vmx/writer.h"

/*
 * Spelling: all of it is in keys.def.
 */

#define ROW(name) { name, sizeof(name) - 1 }

static const struct text key_names[] = {
#define KEY(ID, name) [KEY_##ID] = ROW(name),
#include "machine/keys.def"
};

static const struct text field_names[] = {
#define FIELD(SET, ID, name) [SET##_##ID] = ROW(name),
#include "machine/keys.def"
};

static const struct text written_names[] = {
#define WRITTEN(ID, name) [WRITTEN_##ID] = ROW(name),
#include "machine/keys.def"
};

static const struct {
	struct text prefix;
	enum device_kind kind, unit_kind;
} heads[] = {
#define HEAD(prefix, SHAPE, SET, DEVICE, UNIT_SET, UNIT_DEVICE) \
	{ ROW(prefix), DEVICE_##DEVICE, DEVICE_##UNIT_DEVICE },
#include "machine/keys.def"
};

struct text vmxi_name_key(enum key key)
{
	return key_names[key];
}

struct text vmxi_name_field(unsigned int field)
{
	return field_names[field];
}

struct text vmxi_name_written(enum written written)
{
	return written_names[written];
}

static struct text prefix_of(enum device_kind kind)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (heads[i].kind == kind || heads[i].unit_kind == kind)
			return heads[i].prefix;
	}
	return NO_TEXT;
}

/* USB ports are numbered, their controllers are not. */
static bool has_number(enum device_kind kind)
{
	return kind < DEVICE_USB_PORT || kind > DEVICE_UHCI_PORT;
}

struct device_name vmxi_name_device(enum device_kind kind, uint32_t number, int64_t unit)
{
	struct text prefix = prefix_of(kind);
	struct device_name name = { .len = prefix.len };

	memcpy(name.text, prefix.ptr, prefix.len);
	if (has_number(kind))
		name.len += vmxi_format_uint64(name.text + name.len, number % 100000);
	if (unit >= 0) {
		name.text[name.len++] = ':';
		name.len += vmxi_format_uint64(name.text + name.len, (uint64_t)unit % 100000);
	}
	return name;
}

/*
 * What goes wrong
 */

void vmxi_vmx_fail(struct vmx_writer *w, enum vmx_code code, struct position where,
		   const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	if (w->code != VMX_OK)
		return;
	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	va_end(args);
	w->code = vmxi_fail(w->error, code, w->no_places ? NOWHERE : where, "%s", message);
}

void vmxi_vmx_no_memory(struct vmx_writer *w)
{
	if (w->code == VMX_OK)
		w->code = vmxi_out_of_memory(w->error);
}

struct text vmxi_format_text(struct vmx_writer *w, const char *format, ...)
{
	char text[MESSAGE_MAX];
	struct text kept;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	kept = vmxi_arena_copy(&w->arena, (struct text){ text, len > 0 ? (size_t)len : 0 });
	if (!kept.ptr) {
		vmxi_vmx_no_memory(w);
		return TEXT("");
	}
	return kept;
}

/*
 * Lines
 */

/* A value ends with its quote, and with its line. */
static bool is_unfit(struct text value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\n' || value.ptr[i] == '\r' ||
		    value.ptr[i] == '\0')
			return true;
	}
	return false;
}

static void add_line(struct vmx_writer *w, struct text key, struct text value)
{
	if (w->lines.count == w->lines.capacity) {
		size_t wanted = w->lines.capacity ? w->lines.capacity * 2 : 128;
		struct line *grown = vmxi_arena_allocate(&w->arena, wanted * sizeof(*grown));

		if (!grown) {
			vmxi_vmx_no_memory(w);
			return;
		}
		if (w->lines.count > 0)
			memcpy(grown, w->lines.items, w->lines.count * sizeof(*grown));
		w->lines.items = grown;
		w->lines.capacity = wanted;
	}
	w->lines.items[w->lines.count++] = (struct line){ key, value };
}

void vmxi_put_line(struct vmx_writer *w, struct text key, struct text value, struct position where)
{
	char name[QUOTE_MAX], q[QUOTE_MAX];

	if (w->code != VMX_OK)
		return;
	if (!w->as_libvirt && is_unfit(value)) {
		vmxi_vmx_fail(w, VMX_CODE_TEXT_NOT_IN_VMX, where,
			      "the value of %s would be '%s': it can hold neither quotes nor line ends",
			      vmxi_quote(name, key), vmxi_quote(q, value));
		return;
	}
	add_line(w, key, value);
}

void vmxi_put_key(struct vmx_writer *w, enum key key, struct text value)
{
	vmxi_put_line(w, key_names[key], value, NOWHERE);
}

static struct text format_number(struct vmx_writer *w, int64_t value)
{
	char text[NUMBER_TEXT_MAX];
	struct text kept = vmxi_arena_copy(&w->arena,
					   (struct text){ text, vmxi_format_int64(text, value) });

	if (kept.ptr)
		return kept;
	vmxi_vmx_no_memory(w);
	return TEXT("");
}

static struct text truth_word(bool value)
{
	return value ? TEXT("true") : TEXT("false");
}

void vmxi_put_key_number(struct vmx_writer *w, enum key key, int64_t value)
{
	vmxi_put_key(w, key, format_number(w, value));
}

void vmxi_put_key_truth(struct vmx_writer *w, enum key key, bool value)
{
	vmxi_put_key(w, key, truth_word(value));
}

void vmxi_put_named(const struct put_device *d, struct text field, struct text value)
{
	size_t len = d->name.len + 1 + field.len;
	char *key = vmxi_arena_allocate(&d->w->arena, len);

	if (!key) {
		vmxi_vmx_no_memory(d->w);
		return;
	}
	memcpy(key, d->name.text, d->name.len);
	key[d->name.len] = '.';
	memcpy(key + d->name.len + 1, field.ptr, field.len);
	vmxi_put_line(d->w, (struct text){ key, len }, value, d->where);
}

void vmxi_put_field(const struct put_device *d, unsigned int field, struct text value)
{
	vmxi_put_named(d, field_names[field], value);
}

void vmxi_put_field_number(const struct put_device *d, unsigned int field, int64_t value)
{
	vmxi_put_named(d, field_names[field], format_number(d->w, value));
}

void vmxi_put_field_truth(const struct put_device *d, unsigned int field, bool value)
{
	vmxi_put_named(d, field_names[field], truth_word(value));
}

void vmxi_put_field_written(const struct put_device *d, enum written field, struct text value)
{
	vmxi_put_named(d, written_names[field], value);
}

void vmxi_put_field_slot(const struct put_device *d, unsigned int field,
			 const struct pci_slot *slot)
{
	if (slot->given && !d->w->as_libvirt)
		vmxi_put_field_number(d, field, slot->number);
}

static struct text to_vmx(struct vmx_writer *w, struct text path, struct position where)
{
	struct vmx_error *error = vmx_error_new();
	enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;
	struct text kept;
	char q[QUOTE_MAX];

	vmxi_bytes_clear(&w->scratch);
	if (error)
		code = w->file_name(w->file_name_user, path.ptr, path.len, &w->scratch, error);
	if (code == VMX_CODE_OUT_OF_MEMORY)
		vmxi_vmx_no_memory(w);
	else if (code != VMX_OK)
		vmxi_vmx_fail(w, code, where, "the file name '%s' can't be had: %s",
			      vmxi_quote(q, path), vmx_error_message(error));
	vmx_error_free(error);
	if (w->code != VMX_OK)
		return NO_TEXT;
	kept = vmxi_arena_copy(&w->arena, (struct text){ w->scratch.data, w->scratch.length });
	if (!kept.ptr)
		vmxi_vmx_no_memory(w);
	return kept;
}

void vmxi_put_field_file(const struct put_device *d, unsigned int field, struct text path)
{
	struct vmx_writer *w = d->w;

	if (w->code != VMX_OK)
		return;
	if (w->file_name)
		path = to_vmx(w, path, d->where);
	vmxi_put_field(d, field, path);
}

struct text vmxi_format_vmx_uuid(struct vmx_writer *w, const uint8_t uuid[16])
{
	static const char digits[] = "0123456789abcdef";
	char text[47];
	struct text kept;

	for (size_t i = 0; i < 16; i++) {
		text[3 * i] = digits[uuid[i] >> 4];
		text[3 * i + 1] = digits[uuid[i] & 15];
		if (i < 15)
			text[3 * i + 2] = i == 7 ? '-' : ' ';
	}
	kept = vmxi_arena_copy(&w->arena, (struct text){ text, sizeof(text) });
	if (kept.ptr)
		return kept;
	vmxi_vmx_no_memory(w);
	return TEXT("");
}
