/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encode.h"

#include "base/memory.h"
#include "base/number.h"
#include "report.h"

struct encoder {
	struct vmx_bytes *out;
	const char *method;	/* for messages */
	struct vmx_error *error;
	enum vmx_code code;	/* the first that went wrong */
	size_t depth;
};

static void add(struct encoder *e, struct text t)
{
	if (e->code == VMX_OK && !vmxi_bytes_append_text(e->out, t))
		e->code = vsphere_out_of_memory(e->error);
}

static void add_string(struct encoder *e, const char *string)
{
	add(e, text_of(string));
}

static void refuse(struct encoder *e, const char *member, const char *what, size_t at)
{
	if (e->code == VMX_OK)
		e->code = vmx_error_set(e->error, VMX_CODE_INVALID_ARGUMENT, NULL,
					"%s: %s has %s at offset %zu, which XML can't hold",
					e->method, member, what, at);
}

/* What stands for a byte in XML; NULL: the byte itself; "": XML 1.0 has no way. */
static const char *entity_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\r':	/* a bare one would be read as a line feed */
		return "&#13;";
	case '\t':
	case '\n':
		return NULL;
	default:
		return c < 0x20 ? "" : NULL;
	}
}

/* U+FFFE and U+FFFF are UTF-8, but no characters of XML. */
static bool is_noncharacter(struct text t, size_t at)
{
	return t.len - at >= 3 && (unsigned char)t.ptr[at] == 0xEF &&
	       (unsigned char)t.ptr[at + 1] == 0xBF && (unsigned char)t.ptr[at + 2] >= 0xBE;
}

static void add_escaped(struct encoder *e, const char *member, struct text t)
{
	size_t valid = vmxi_utf8_valid_prefix(t), from = 0;

	if (valid < t.len) {
		refuse(e, member, "a byte that is not UTF-8", valid);
		return;
	}
	for (size_t i = 0; i < t.len; i++) {
		const char *entity = entity_of((unsigned char)t.ptr[i]);

		if (is_noncharacter(t, i) || (entity && !entity[0])) {
			refuse(e, member, "a character", i);
			return;
		}
		if (!entity)
			continue;
		add(e, (struct text){ t.ptr + from, i - from });
		add_string(e, entity);
		from = i + 1;
	}
	add(e, text_skip(t, from));
}

static void close_element(struct encoder *e, const char *name)
{
	add(e, TEXT("</"));
	add_string(e, name);
	add(e, TEXT(">"));
}

static void text_element(struct encoder *e, const char *name, const char *value)
{
	if (!value)
		return;
	add(e, TEXT("<"));
	add_string(e, name);
	add(e, TEXT(">"));
	add_escaped(e, name, text_of(value));
	close_element(e, name);
}

static void reference_element(struct encoder *e, const char *name,
			      const struct vim_reference *reference)
{
	if (!reference->value)
		return;
	add(e, TEXT("<"));
	add_string(e, name);
	if (reference->type) {
		add(e, TEXT(" type=\""));
		add_escaped(e, name, text_of(reference->type));
		add(e, TEXT("\""));
	}
	add(e, TEXT(">"));
	add_escaped(e, name, text_of(reference->value));
	close_element(e, name);
}

static void number_element(struct encoder *e, const char *name, const struct vim_number *number)
{
	char digits[NUMBER_TEXT_MAX + 1];

	if (!number->set)
		return;
	digits[vmxi_format_int64(digits, number->value)] = '\0';
	text_element(e, name, digits);
}

static void members(struct encoder *e, const struct vim_type *type, const void *object);

static void object_element(struct encoder *e, const struct vim_member *member,
			   const struct vim_object *object)
{
	const struct vim_type *type = object && object->type ? object->type : member->type;

	if (!object || e->code != VMX_OK)
		return;
	if (!vsphere_type_is(type, member->type) || e->depth == ENCODE_DEPTH_MAX) {
		e->code = vmx_error_set(e->error, VMX_CODE_INVALID_ARGUMENT, NULL,
					"%s: %s can't hold a %s, or is nested too deeply", e->method,
					member->name, type->name);
		return;
	}
	add(e, TEXT("<"));
	add_string(e, member->name);
	if (type != member->type) {
		add(e, TEXT(" xsi:type=\""));
		add_string(e, type->name);
		add(e, TEXT("\""));
	}
	add(e, TEXT(">"));
	e->depth++;
	members(e, type, object);
	e->depth--;
	close_element(e, member->name);
}

/*
 * One function for each kind; place is the member in its structure.
 */
typedef void (*member_fn)(struct encoder *e, const struct vim_member *member, const void *place);

static void encode_text(struct encoder *e, const struct vim_member *member, const void *place)
{
	const char *const *text = place;

	text_element(e, member->name, *text);
}

static void encode_texts(struct encoder *e, const struct vim_member *member, const void *place)
{
	const struct vim_texts *texts = place;

	for (size_t i = 0; i < texts->count; i++)
		text_element(e, member->name, texts->items[i]);
}

static void encode_number(struct encoder *e, const struct vim_member *member, const void *place)
{
	number_element(e, member->name, place);
}

static void encode_boolean(struct encoder *e, const struct vim_member *member, const void *place)
{
	const enum vim_boolean *value = place;

	if (*value != VIM_ABSENT)
		text_element(e, member->name, *value == VIM_TRUE ? "true" : "false");
}

static void encode_time(struct encoder *e, const struct vim_member *member, const void *place)
{
	const struct vim_time *time = place;

	text_element(e, member->name, time->text);
}

static void encode_reference(struct encoder *e, const struct vim_member *member, const void *place)
{
	reference_element(e, member->name, place);
}

static void encode_references(struct encoder *e, const struct vim_member *member,
			      const void *place)
{
	const struct vim_references *references = place;

	for (size_t i = 0; i < references->count; i++)
		reference_element(e, member->name, &references->items[i]);
}

/* Pointers to objects of different types: by copy, not by cast. */
static const struct vim_object *pointer_at(const void *place)
{
	const struct vim_object *object;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is the pointer that is copied */
	memcpy(&object, place, sizeof(object));
	return object;
}

static void encode_object(struct encoder *e, const struct vim_member *member, const void *place)
{
	object_element(e, member, pointer_at(place));
}

static void encode_objects(struct encoder *e, const struct vim_member *member, const void *place)
{
	struct vim_objects objects;

	memcpy(&objects, place, sizeof(objects));
	for (size_t i = 0; i < objects.count; i++)
		object_element(e, member, pointer_at(objects.items + i));
}

/* Nothing that is sent has a member of any type: see the test. */
static const member_fn encoders[] = {
	[VIM_KIND_TEXT] = encode_text,
	[VIM_KIND_TEXTS] = encode_texts,
	[VIM_KIND_BYTE] = encode_number,
	[VIM_KIND_SHORT] = encode_number,
	[VIM_KIND_INT] = encode_number,
	[VIM_KIND_LONG] = encode_number,
	[VIM_KIND_BOOLEAN] = encode_boolean,
	[VIM_KIND_TIME] = encode_time,
	[VIM_KIND_REFERENCE] = encode_reference,
	[VIM_KIND_REFERENCES] = encode_references,
	[VIM_KIND_OBJECT] = encode_object,
	[VIM_KIND_OBJECTS] = encode_objects,
	[VIM_KIND_ANY] = NULL,
};

static void members(struct encoder *e, const struct vim_type *type, const void *object)
{
	for (size_t i = 0; i < type->member_count; i++) {
		const struct vim_member *member = &type->members[i];

		if (encoders[member->kind])
			encoders[member->kind](e, member, (const char *)object + member->offset);
	}
}

enum vmx_code vsphere_encode(const struct vim_method *method, struct vim_reference self,
			     const void *request, struct vmx_bytes *ret, struct vmx_error *error)
{
	struct encoder e = { ret, method->name, error, VMX_OK, 0 };

	vmxi_bytes_clear(ret);
	add(&e, TEXT("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
		     " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
		     " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><"));
	add_string(&e, method->name);
	add(&e, TEXT(" xmlns=\"urn:vim25\">"));
	reference_element(&e, "_this", &self);
	if (request)
		members(&e, method->request, request);
	close_element(&e, method->name);
	add(&e, TEXT("</soapenv:Body></soapenv:Envelope>\n"));
	if (e.code != VMX_OK)
		vmxi_bytes_clear(ret);
	return e.code;
}
