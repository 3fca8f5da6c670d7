/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fill.h"

#include <string.h>

#include "report.h"
#include "scalar.h"

/* An arena's own cost of a piece, at most. */
#define PIECE_COST 32

/*
 * Errors
 */

void vsphere_fill_stop(struct filling *f, enum vmx_code code)
{
	if (f->code == VMX_OK)
		f->code = code;
}

void vsphere_fill_no_memory(struct filling *f)
{
	if (f->code == VMX_OK)
		f->code = vsphere_out_of_memory(f->error);
}

void vsphere_fill_too_large(struct filling *f, const char *what, size_t limit)
{
	FILL_REFUSE(f, VMX_CODE_ANSWER_TOO_LARGE, "the server's answer to %s has %s than %zu",
		    f->method->name, what, limit);
}

/*
 * Keeping
 */

static struct arena *arena_of(struct filling *f)
{
	return f->in_item ? &f->item : &f->answer->arena;
}

static bool charge(struct filling *f, size_t size)
{
	f->kept += size + PIECE_COST;
	if (f->kept <= DECODE_MEMORY_MAX)
		return true;
	vsphere_fill_too_large(f, "more bytes to keep", DECODE_MEMORY_MAX);
	return false;
}

static void *keep(struct filling *f, size_t size)
{
	void *piece = charge(f, size) ? vmxi_arena_zeroed(arena_of(f), size) : NULL;

	if (!piece)
		vsphere_fill_no_memory(f);
	return piece;
}

static const char *keep_text(struct filling *f, struct text t)
{
	struct text copy = charge(f, t.len) ? vmxi_arena_copy(arena_of(f), t) : NO_TEXT;

	if (!copy.ptr)
		vsphere_fill_no_memory(f);
	return copy.ptr;
}

/* All lists have one layout: see vim.h. */
struct list {
	char *items;
	size_t count, capacity;
};

/* A new item at a list's end.  What is left behind when it grows is charged, too. */
static void *add_item(struct filling *f, void *place, size_t size)
{
	struct list list;
	void *item = NULL;

	memcpy(&list, place, sizeof(list));
	if (charge(f, 3 * size))
		item = vmxi_arena_add(arena_of(f), &list.items, &list.count, &list.capacity, size);
	if (!item)
		vsphere_fill_no_memory(f);
	else
		memcpy(place, &list, sizeof(list));
	return item;
}

/*
 * Starting elements
 */

static struct frame *push(struct filling *f, enum frame_kind kind)
{
	struct frame *frame = &f->frames[++f->depth];

	*frame = (struct frame){ .kind = kind };
	return frame;
}

static void push_text(struct filling *f, enum vim_kind wanted, const char *name, void *place,
		      struct vim_value *value)
{
	struct frame *frame = push(f, FRAME_TEXT);

	frame->wanted = wanted;
	frame->name = name;
	frame->place = place;
	frame->value = value;
	vmxi_bytes_clear(&f->text);
}

static void push_reference(struct filling *f, enum vim_kind wanted, const struct tag *tag,
			   void *place)
{
	const char *type = NULL;

	if (tag->type.ptr)
		type = keep_text(f, tag->type);
	push_text(f, wanted, tag->name, place, NULL);
	f->frames[f->depth].reference_type = type;
}

/* The type of an object: what the tag says, if that fits the place, else what the place says. */
static const struct vim_type *type_of(const struct tag *tag, const struct vim_type *declared)
{
	const struct vim_type *sent = tag->xsi_type.ptr ?
		vsphere_type_find(tag->xsi_type.ptr, tag->xsi_type.len) : NULL;

	return vsphere_type_is(sent, declared) ? sent : declared;
}

static void *new_object(struct filling *f, const struct vim_type *type, struct text name)
{
	struct vim_object *object = keep(f, type->size);

	if (!object)
		return NULL;
	object->type = type;
	object->name = !name.ptr || text_equal(name, text_of(type->name)) ? type->name :
									     keep_text(f, name);
	return object;
}

static struct frame *push_object(struct filling *f, const struct vim_type *declared,
				 const struct tag *tag, struct text name)
{
	const struct vim_type *type = type_of(tag, declared);
	struct frame *frame = push(f, FRAME_OBJECT);

	frame->type = type;
	frame->place = new_object(f, type, name);
	if (!frame->place)
		frame->kind = FRAME_SKIP;
	return frame;
}

/* Is it what the caller wants one by one?  Items are not looked for within items. */
static bool is_wanted_item(const struct filling *f, const struct vim_type *type)
{
	return f->answer->item && f->answer->item_type == type && !f->in_item;
}

static void push_list_object(struct filling *f, const struct vim_type *declared,
			     const struct tag *tag, void *place)
{
	struct frame *frame;
	void *item;

	if (is_wanted_item(f, declared)) {
		f->in_item = true;
		f->kept_before = f->kept;
		push_object(f, declared, tag, tag->xsi_type)->is_item = true;
		return;
	}
	frame = push_object(f, declared, tag, tag->xsi_type);
	if (!frame->place)
		return;
	item = add_item(f, place, sizeof(frame->place));
	if (item)
		memcpy(item, &frame->place, sizeof(frame->place));
}

/* The simple types of XML Schema that are not taken for text. */
static const struct {
	struct text name;
	enum vim_kind kind;
} builtins[] = {
	{ { "boolean", 7 }, VIM_KIND_BOOLEAN },
	{ { "byte", 4 }, VIM_KIND_BYTE },
	{ { "short", 5 }, VIM_KIND_SHORT },
	{ { "int", 3 }, VIM_KIND_INT },
	{ { "long", 4 }, VIM_KIND_LONG },
	{ { "dateTime", 8 }, VIM_KIND_TIME },
	{ { "ManagedObjectReference", 22 }, VIM_KIND_REFERENCE },
};

static enum vim_kind builtin_kind(struct text name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		if (text_equal(name, builtins[i].name))
			return builtins[i].kind;
	}
	return VIM_KIND_TEXT;
}

/* The kind of value for a kind of member, and where in the value it is put. */
static void *prepare_value(struct vim_value *value, enum vim_kind kind)
{
	switch (kind) {
	case VIM_KIND_BOOLEAN:
		value->kind = VIM_VALUE_BOOLEAN;
		return &value->boolean;
	case VIM_KIND_BYTE:
	case VIM_KIND_SHORT:
	case VIM_KIND_INT:
	case VIM_KIND_LONG:
		value->kind = VIM_VALUE_NUMBER;
		return &value->number;
	case VIM_KIND_TIME:
		value->kind = VIM_VALUE_TIME;
		return &value->time;
	case VIM_KIND_REFERENCE:
		value->kind = VIM_VALUE_REFERENCE;
		return &value->reference;
	default:
		value->kind = VIM_VALUE_TEXT;
		return &value->text;
	}
}

static void push_array(struct filling *f, const struct tag *tag, struct vim_value *value)
{
	struct text item = text_skip(tag->xsi_type, strlen("ArrayOf"));
	struct frame *frame = push(f, FRAME_ARRAY);

	frame->name = tag->name;
	frame->value = value;
	value->item_type = vsphere_type_find(item.ptr, item.len);
	if (value->item_type)
		value->kind = VIM_VALUE_OBJECTS;
	else if (builtin_kind(item) == VIM_KIND_REFERENCE)
		value->kind = VIM_VALUE_REFERENCES;
	else
		value->kind = VIM_VALUE_TEXTS;
}

/* A property's value.  One that is sent twice counts as it came last. */
static void push_value(struct filling *f, const struct tag *tag, struct vim_value *value)
{
	const struct vim_type *type = vsphere_type_find(tag->xsi_type.ptr, tag->xsi_type.len);
	enum vim_kind kind;
	void *place;

	*value = (struct vim_value){ VIM_VALUE_NONE };
	if (tag->xsi_type.ptr && text_starts(tag->xsi_type, TEXT("ArrayOf"))) {
		push_array(f, tag, value);
	} else if (tag->xsi_type.ptr && type) {
		value->kind = VIM_VALUE_OBJECT;
		value->object = push_object(f, type, tag, tag->xsi_type)->place;
	} else {
		kind = builtin_kind(tag->xsi_type);
		place = prepare_value(value, kind);
		if (kind == VIM_KIND_REFERENCE)
			push_reference(f, kind, tag, place);
		else
			push_text(f, kind, tag->name, place, value);
	}
}

static void push_member(struct filling *f, const struct vim_member *member, const struct tag *tag,
			void *object)
{
	void *place = (char *)object + member->offset, *made;

	switch ((enum vim_kind)member->kind) {
	case VIM_KIND_OBJECT:
		made = push_object(f, member->type, tag, tag->xsi_type)->place;
		memcpy(place, &made, sizeof(made));
		break;
	case VIM_KIND_OBJECTS:
		push_list_object(f, member->type, tag, place);
		break;
	case VIM_KIND_REFERENCE:
	case VIM_KIND_REFERENCES:
		push_reference(f, member->kind, tag, place);
		break;
	case VIM_KIND_ANY:
		push_value(f, tag, place);
		break;
	default:
		push_text(f, member->kind, member->name, place, NULL);
	}
}

static const struct vim_member *find_member(const struct vim_type *type, const char *name)
{
	for (size_t i = 0; i < type->member_count; i++) {
		if (strcmp(type->members[i].name, name) == 0)
			return &type->members[i];
	}
	return NULL;
}

/* "Two are an error": a single result that comes twice could mean either. */
static bool is_second_result(struct filling *f, const struct vim_member *member,
			     const void *object)
{
	return object == f->response && f->returnvals++ > 0 && member->kind != VIM_KIND_OBJECTS &&
	       member->kind != VIM_KIND_REFERENCES && member->kind != VIM_KIND_TEXTS;
}

static void start_in_object(struct filling *f, const struct frame *parent, const struct tag *tag)
{
	const struct vim_member *member = find_member(parent->type, tag->name);

	if (!member || tag->is_nil)
		push(f, FRAME_SKIP);
	else if (is_second_result(f, member, parent->place))
		FILL_REFUSE(f, VMX_CODE_SERVER_ANSWER, "the server's answer to %s has two results",
			    f->method->name);
	else
		push_member(f, member, tag, parent->place);
}

static void start_in_array(struct filling *f, const struct frame *parent, const struct tag *tag)
{
	struct vim_value *value = parent->value;

	if (tag->is_nil)
		push(f, FRAME_SKIP);
	else if (value->kind == VIM_VALUE_OBJECTS)
		push_list_object(f, value->item_type, tag, &value->objects);
	else if (value->kind == VIM_VALUE_REFERENCES)
		push_reference(f, VIM_KIND_REFERENCES, tag, &value->references);
	else if (value->kind == VIM_VALUE_TEXTS)
		push_text(f, VIM_KIND_TEXTS, parent->name, &value->texts, value);
	else
		push(f, FRAME_SKIP);
}

/* "InvalidPowerState" of <InvalidPowerStateFault xsi:type="InvalidPowerState"> */
static struct text fault_name(const struct tag *tag)
{
	struct text name = text_of(tag->name), ending = TEXT("Fault");

	if (tag->xsi_type.ptr)
		return tag->xsi_type;
	if (name.len > ending.len && text_ends_nocase(name, ending))
		name.len -= ending.len;
	return name;
}

static void start_in_detail(struct filling *f, const struct tag *tag)
{
	struct tag named = *tag;

	if (f->fault->detail) {
		push(f, FRAME_SKIP);
		return;
	}
	named.xsi_type = fault_name(tag);
	f->fault->detail = push_object(f, &vsphere_type_MethodFault, &named, named.xsi_type)->place;
}

static void start_in_fault(struct filling *f, const struct tag *tag)
{
	if (strcmp(tag->name, "faultcode") == 0)
		push_text(f, VIM_KIND_TEXT, "faultcode", &f->fault->faultcode, NULL);
	else if (strcmp(tag->name, "faultstring") == 0)
		push_text(f, VIM_KIND_TEXT, "faultstring", &f->fault->faultstring, NULL);
	else
		push(f, strcmp(tag->name, "detail") == 0 ? FRAME_DETAIL : FRAME_SKIP);
}

static void start_in_body(struct filling *f, const struct tag *tag, bool is_soap)
{
	struct tag plain = { .name = tag->name };

	if (f->response || f->fault) {
		push(f, FRAME_SKIP);
	} else if (is_soap && strcmp(tag->name, "Fault") == 0) {
		push(f, FRAME_FAULT);
		f->fault = keep(f, sizeof(*f->fault));
	} else if (!is_soap && strcmp(tag->name, f->method->response->name) == 0) {
		f->response = push_object(f, f->method->response, &plain, NO_TEXT)->place;
	} else {
		FILL_REFUSE(f, VMX_CODE_SERVER_ANSWER, "the server answers %s with a '%.60s'",
			    f->method->name, tag->name);
	}
}

static void start_in_document(struct filling *f, const struct tag *tag, bool is_soap)
{
	if (!is_soap || strcmp(tag->name, "Envelope") != 0) {
		FILL_REFUSE(f, VMX_CODE_SERVER_ANSWER,
			    "the server's answer to %s is no SOAP envelope, but begins with <%.60s>; is there "
			    "another service at this address?", f->method->name, tag->name);
		return;
	}
	push(f, FRAME_ENVELOPE);
}

/* Where a single text was expected; what has elements is of a type without a table. */
static void start_in_text(struct filling *f, struct frame *parent)
{
	if (parent->value)
		parent->value->kind = VIM_VALUE_UNKNOWN;
	push(f, FRAME_SKIP);
}

void vsphere_fill_start(struct filling *f, const struct tag *tag, bool is_soap)
{
	struct frame *parent = &f->frames[f->depth];

	if (f->depth == 0) {
		start_in_document(f, tag, is_soap);
		return;
	}
	switch (parent->kind) {
	case FRAME_ENVELOPE:
		push(f, is_soap && strcmp(tag->name, "Body") == 0 ? FRAME_BODY : FRAME_SKIP);
		break;
	case FRAME_BODY:
		start_in_body(f, tag, is_soap);
		break;
	case FRAME_FAULT:
		start_in_fault(f, tag);
		break;
	case FRAME_DETAIL:
		start_in_detail(f, tag);
		break;
	case FRAME_OBJECT:
		start_in_object(f, parent, tag);
		break;
	case FRAME_ARRAY:
		start_in_array(f, parent, tag);
		break;
	case FRAME_TEXT:
		start_in_text(f, parent);
		break;
	default:
		push(f, FRAME_SKIP);
	}
}

/*
 * Ending elements
 */

static bool parse(const struct frame *frame, struct text text)
{
	struct vim_number number;
	enum vim_boolean boolean;
	struct vim_time time = { NULL, 0, 0 };

	switch (frame->wanted) {
	case VIM_KIND_BOOLEAN:
		if (!vsphere_parse_boolean(text, &boolean))
			return false;
		memcpy(frame->place, &boolean, sizeof(boolean));
		return true;
	case VIM_KIND_TIME:
		if (!vsphere_parse_time(text, &time))
			return false;
		memcpy(frame->place, &time, sizeof(time));
		return true;
	default:
		if (!vsphere_parse_number(frame->wanted, text, &number))
			return false;
		memcpy(frame->place, &number, sizeof(number));
		return true;
	}
}

static void end_scalar(struct filling *f, const struct frame *frame, struct text text)
{
	const char *copy;

	if (!parse(frame, text)) {
		FILL_REFUSE(f, VMX_CODE_SERVER_ANSWER,
			    "%s of the server's answer to %s is '%.*s', which is not %s", frame->name,
			    f->method->name, (int)(text.len < 60 ? text.len : 60), text.ptr,
			    vsphere_kind_words(frame->wanted));
		return;
	}
	if (frame->wanted != VIM_KIND_TIME)
		return;
	copy = keep_text(f, text);
	memcpy((char *)frame->place + offsetof(struct vim_time, text), &copy, sizeof(copy));
}

static void end_text(struct filling *f, const struct frame *frame)
{
	struct text text = { f->text.data ? f->text.data : "", f->text.length };
	struct vim_reference reference = { frame->reference_type, NULL };
	const char *copy;
	void *place = frame->place;

	if (frame->value && frame->value->kind == VIM_VALUE_UNKNOWN)
		return;
	switch (frame->wanted) {
	case VIM_KIND_TEXT:
	case VIM_KIND_TEXTS:
		copy = keep_text(f, text);
		if (copy && frame->wanted == VIM_KIND_TEXTS)
			place = add_item(f, place, sizeof(copy));
		if (copy && place)
			memcpy(place, &copy, sizeof(copy));
		break;
	case VIM_KIND_REFERENCE:
	case VIM_KIND_REFERENCES:
		reference.value = keep_text(f, text);
		if (reference.value && frame->wanted == VIM_KIND_REFERENCES)
			place = add_item(f, place, sizeof(reference));
		if (reference.value && place)
			memcpy(place, &reference, sizeof(reference));
		break;
	default:
		end_scalar(f, frame, text);
	}
}

static void end_item(struct filling *f, const struct frame *frame)
{
	enum vmx_code code = f->answer->item(f->answer->user, frame->place, f->error);

	vmxi_arena_release(&f->item);
	f->in_item = false;
	f->kept = f->kept_before;
	f->answer->items++;
	if (code != VMX_OK)
		vsphere_fill_stop(f, code);
}

void vsphere_fill_text(struct filling *f, const char *text, size_t length)
{
	if (f->frames[f->depth].kind != FRAME_TEXT)
		return;
	if (f->text.length + length > DECODE_TEXT_MAX)
		vsphere_fill_too_large(f, "a text with more bytes", DECODE_TEXT_MAX);
	else if (!vmxi_bytes_append(&f->text, text, length))
		vsphere_fill_no_memory(f);
}

void vsphere_fill_end(struct filling *f)
{
	struct frame *frame = &f->frames[f->depth];

	if (f->depth == 0)
		return;
	if (frame->kind == FRAME_TEXT)
		end_text(f, frame);
	if (frame->is_item && f->code == VMX_OK)
		end_item(f, frame);
	f->depth--;
}

void vsphere_fill_release(struct filling *f)
{
	vmxi_arena_release(&f->item);
	vmx_bytes_release(&f->text);
}
