/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decode.h"

#include <limits.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "machine/libxml.h"
#include "report.h"
#include "scalar.h"

#define SOAP_NAMESPACE "http://schemas.xmlsoap.org/soap/envelope/"
#define XSI_NAMESPACE "http://www.w3.org/2001/XMLSchema-instance"

/* What libxml2 gets at once: no more than this lies between two looks at a limit. */
#define PIECE ((size_t)16 << 10)

/* An arena's own cost of a piece, at most. */
#define PIECE_COST 32

enum frame_kind {
	FRAME_SKIP = 0,		/* nothing in it is wanted */
	FRAME_ENVELOPE,
	FRAME_BODY,
	FRAME_FAULT,		/* soapenv:Fault */
	FRAME_DETAIL,		/* of the above */
	FRAME_OBJECT,		/* children are members of the structure */
	FRAME_ARRAY,		/* children are items of the value */
	FRAME_TEXT		/* the text is wanted once it ends */
};

/* What is known of an element that is open. */
struct frame {
	enum frame_kind kind;
	enum vim_kind wanted;		/* TEXT: what to make of the text */
	bool is_item;			/* OBJECT: handed out when it ends */
	const char *name;		/* of the member, for messages */
	const struct vim_type *type;	/* OBJECT: of the structure */
	void *place;			/* OBJECT: the structure; TEXT: the member */
	struct vim_value *value;	/* ARRAY; TEXT: of ANY, where nothing else was known */
	const char *reference_type;	/* TEXT: of a reference */
};

struct decoder {
	const struct vim_method *method;
	struct answer *answer;
	const struct vmx_allocator *allocator;
	xmlParserCtxt *parser;
	struct frame frames[DECODE_DEPTH_MAX + 1];	/* the first is the document */
	size_t depth;
	bool ending;
	size_t fed;		/* bytes */
	void *response;
	struct vim_fault *fault;
	size_t returnvals;
	struct vmx_bytes text;	/* of the open FRAME_TEXT: there is but one */
	size_t kept;		/* bytes */
	/* while an item that will be handed out is read */
	bool in_item;
	struct arena item;
	size_t kept_before;
	struct vmx_error *error;	/* of the call that runs */
	enum vmx_code code;	/* the first that went wrong */
};

/* What a start tag says besides its name. */
struct tag {
	const char *name;
	struct text xsi_type;	/* local part; no pointer: none */
	struct text type;	/* the attribute without namespace */
	bool is_nil;
};

/*
 * Errors
 */

static void stop(struct decoder *d, enum vmx_code code)
{
	if (d->code == VMX_OK)
		d->code = code;
	xmlStopParser(d->parser);
}

#define REFUSE(d, code_, ...) \
	do { \
		if ((d)->code == VMX_OK) \
			stop((d), vmx_error_set((d)->error, (code_), NULL, __VA_ARGS__)); \
	} while (0)

static void no_memory(struct decoder *d)
{
	if (d->code == VMX_OK)
		stop(d, vsphere_out_of_memory(d->error));
}

static void too_large(struct decoder *d, const char *what, size_t limit)
{
	REFUSE(d, VMX_CODE_ANSWER_TOO_LARGE, "the server's answer to %s has %s than %zu",
	       d->method->name, what, limit);
}

/*
 * Keeping
 */

static struct arena *arena_of(struct decoder *d)
{
	return d->in_item ? &d->item : &d->answer->arena;
}

static bool charge(struct decoder *d, size_t size)
{
	d->kept += size + PIECE_COST;
	if (d->kept <= DECODE_MEMORY_MAX)
		return true;
	too_large(d, "more bytes to keep", DECODE_MEMORY_MAX);
	return false;
}

static void *keep(struct decoder *d, size_t size)
{
	void *piece = charge(d, size) ? vmxi_arena_zeroed(arena_of(d), size) : NULL;

	if (!piece)
		no_memory(d);
	return piece;
}

static const char *keep_text(struct decoder *d, struct text t)
{
	struct text copy = charge(d, t.len) ? vmxi_arena_copy(arena_of(d), t) : NO_TEXT;

	if (!copy.ptr)
		no_memory(d);
	return copy.ptr;
}

/* All lists have one layout: see vim.h. */
struct list {
	char *items;
	size_t count, capacity;
};

/* A new item at a list's end.  What is left behind when it grows is charged, too. */
static void *add_item(struct decoder *d, void *place, size_t size)
{
	struct list list;
	void *item = NULL;

	memcpy(&list, place, sizeof(list));
	if (charge(d, 3 * size))
		item = vmxi_arena_add(arena_of(d), &list.items, &list.count, &list.capacity, size);
	if (!item)
		no_memory(d);
	else
		memcpy(place, &list, sizeof(list));
	return item;
}

/*
 * Starting elements
 */

static struct frame *push(struct decoder *d, enum frame_kind kind)
{
	struct frame *frame = &d->frames[++d->depth];

	*frame = (struct frame){ .kind = kind };
	return frame;
}

static void push_text(struct decoder *d, enum vim_kind wanted, const char *name, void *place,
		      struct vim_value *value)
{
	struct frame *frame = push(d, FRAME_TEXT);

	frame->wanted = wanted;
	frame->name = name;
	frame->place = place;
	frame->value = value;
	vmxi_bytes_clear(&d->text);
}

static void push_reference(struct decoder *d, enum vim_kind wanted, const struct tag *tag,
			   void *place)
{
	const char *type = NULL;

	if (tag->type.ptr)
		type = keep_text(d, tag->type);
	push_text(d, wanted, tag->name, place, NULL);
	d->frames[d->depth].reference_type = type;
}

/* The type of an object: what the tag says, if that fits the place, else what the place says. */
static const struct vim_type *type_of(const struct tag *tag, const struct vim_type *declared)
{
	const struct vim_type *sent = tag->xsi_type.ptr ?
		vsphere_type_find(tag->xsi_type.ptr, tag->xsi_type.len) : NULL;

	return vsphere_type_is(sent, declared) ? sent : declared;
}

static void *new_object(struct decoder *d, const struct vim_type *type, struct text name)
{
	struct vim_object *object = keep(d, type->size);

	if (!object)
		return NULL;
	object->type = type;
	object->name = !name.ptr || text_equal(name, text_of(type->name)) ? type->name :
									     keep_text(d, name);
	return object;
}

static struct frame *push_object(struct decoder *d, const struct vim_type *declared,
				 const struct tag *tag, struct text name)
{
	const struct vim_type *type = type_of(tag, declared);
	struct frame *frame = push(d, FRAME_OBJECT);

	frame->type = type;
	frame->place = new_object(d, type, name);
	if (!frame->place)
		frame->kind = FRAME_SKIP;
	return frame;
}

/* Is it what the caller wants one by one?  Items are not looked for within items. */
static bool is_wanted_item(const struct decoder *d, const struct vim_type *type)
{
	return d->answer->item && d->answer->item_type == type && !d->in_item;
}

static void push_list_object(struct decoder *d, const struct vim_type *declared,
			     const struct tag *tag, void *place)
{
	struct frame *frame;
	void *item;

	if (is_wanted_item(d, declared)) {
		d->in_item = true;
		d->kept_before = d->kept;
		push_object(d, declared, tag, tag->xsi_type)->is_item = true;
		return;
	}
	frame = push_object(d, declared, tag, tag->xsi_type);
	if (!frame->place)
		return;
	item = add_item(d, place, sizeof(frame->place));
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

static void push_array(struct decoder *d, const struct tag *tag, struct vim_value *value)
{
	struct text item = text_skip(tag->xsi_type, strlen("ArrayOf"));
	struct frame *frame = push(d, FRAME_ARRAY);

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
static void push_value(struct decoder *d, const struct tag *tag, struct vim_value *value)
{
	const struct vim_type *type = vsphere_type_find(tag->xsi_type.ptr, tag->xsi_type.len);
	enum vim_kind kind;
	void *place;

	*value = (struct vim_value){ VIM_VALUE_NONE };
	if (tag->xsi_type.ptr && text_starts(tag->xsi_type, TEXT("ArrayOf"))) {
		push_array(d, tag, value);
	} else if (tag->xsi_type.ptr && type) {
		value->kind = VIM_VALUE_OBJECT;
		value->object = push_object(d, type, tag, tag->xsi_type)->place;
	} else {
		kind = builtin_kind(tag->xsi_type);
		place = prepare_value(value, kind);
		if (kind == VIM_KIND_REFERENCE)
			push_reference(d, kind, tag, place);
		else
			push_text(d, kind, tag->name, place, value);
	}
}

static void push_member(struct decoder *d, const struct vim_member *member, const struct tag *tag,
			void *object)
{
	void *place = (char *)object + member->offset, *made;

	switch ((enum vim_kind)member->kind) {
	case VIM_KIND_OBJECT:
		made = push_object(d, member->type, tag, tag->xsi_type)->place;
		memcpy(place, &made, sizeof(made));
		break;
	case VIM_KIND_OBJECTS:
		push_list_object(d, member->type, tag, place);
		break;
	case VIM_KIND_REFERENCE:
	case VIM_KIND_REFERENCES:
		push_reference(d, member->kind, tag, place);
		break;
	case VIM_KIND_ANY:
		push_value(d, tag, place);
		break;
	default:
		push_text(d, member->kind, member->name, place, NULL);
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
static bool is_second_result(struct decoder *d, const struct vim_member *member,
			     const void *object)
{
	return object == d->response && d->returnvals++ > 0 && member->kind != VIM_KIND_OBJECTS &&
	       member->kind != VIM_KIND_REFERENCES && member->kind != VIM_KIND_TEXTS;
}

static void start_in_object(struct decoder *d, const struct frame *parent, const struct tag *tag)
{
	const struct vim_member *member = find_member(parent->type, tag->name);

	if (!member || tag->is_nil)
		push(d, FRAME_SKIP);
	else if (is_second_result(d, member, parent->place))
		REFUSE(d, VMX_CODE_SERVER_ANSWER, "the server's answer to %s has two results",
		       d->method->name);
	else
		push_member(d, member, tag, parent->place);
}

static void start_in_array(struct decoder *d, const struct frame *parent, const struct tag *tag)
{
	struct vim_value *value = parent->value;

	if (tag->is_nil)
		push(d, FRAME_SKIP);
	else if (value->kind == VIM_VALUE_OBJECTS)
		push_list_object(d, value->item_type, tag, &value->objects);
	else if (value->kind == VIM_VALUE_REFERENCES)
		push_reference(d, VIM_KIND_REFERENCES, tag, &value->references);
	else if (value->kind == VIM_VALUE_TEXTS)
		push_text(d, VIM_KIND_TEXTS, parent->name, &value->texts, value);
	else
		push(d, FRAME_SKIP);
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

static void start_in_detail(struct decoder *d, const struct tag *tag)
{
	struct tag named = *tag;

	if (d->fault->detail) {
		push(d, FRAME_SKIP);
		return;
	}
	named.xsi_type = fault_name(tag);
	d->fault->detail = push_object(d, &vsphere_type_MethodFault, &named, named.xsi_type)->place;
}

static void start_in_fault(struct decoder *d, const struct tag *tag)
{
	if (strcmp(tag->name, "faultcode") == 0)
		push_text(d, VIM_KIND_TEXT, "faultcode", &d->fault->faultcode, NULL);
	else if (strcmp(tag->name, "faultstring") == 0)
		push_text(d, VIM_KIND_TEXT, "faultstring", &d->fault->faultstring, NULL);
	else
		push(d, strcmp(tag->name, "detail") == 0 ? FRAME_DETAIL : FRAME_SKIP);
}

static void start_in_body(struct decoder *d, const struct tag *tag, bool is_soap)
{
	struct tag plain = { .name = tag->name };

	if (d->response || d->fault) {
		push(d, FRAME_SKIP);
	} else if (is_soap && strcmp(tag->name, "Fault") == 0) {
		push(d, FRAME_FAULT);
		d->fault = keep(d, sizeof(*d->fault));
	} else if (!is_soap && strcmp(tag->name, d->method->response->name) == 0) {
		d->response = push_object(d, d->method->response, &plain, NO_TEXT)->place;
	} else {
		REFUSE(d, VMX_CODE_SERVER_ANSWER, "the server answers %s with a '%.60s'",
		       d->method->name, tag->name);
	}
}

static void start_in_document(struct decoder *d, const struct tag *tag, bool is_soap)
{
	if (!is_soap || strcmp(tag->name, "Envelope") != 0) {
		REFUSE(d, VMX_CODE_SERVER_ANSWER,
		       "the server's answer to %s is no SOAP envelope, but begins with <%.60s>; is there "
		       "another service at this address?", d->method->name, tag->name);
		return;
	}
	push(d, FRAME_ENVELOPE);
}

/* Where a single text was expected; what has elements is of a type without a table. */
static void start_in_text(struct decoder *d, struct frame *parent)
{
	if (parent->value)
		parent->value->kind = VIM_VALUE_UNKNOWN;
	push(d, FRAME_SKIP);
}

static void start(struct decoder *d, const struct tag *tag, bool is_soap)
{
	struct frame *parent = &d->frames[d->depth];

	if (d->depth == 0) {
		start_in_document(d, tag, is_soap);
		return;
	}
	switch (parent->kind) {
	case FRAME_ENVELOPE:
		push(d, is_soap && strcmp(tag->name, "Body") == 0 ? FRAME_BODY : FRAME_SKIP);
		break;
	case FRAME_BODY:
		start_in_body(d, tag, is_soap);
		break;
	case FRAME_FAULT:
		start_in_fault(d, tag);
		break;
	case FRAME_DETAIL:
		start_in_detail(d, tag);
		break;
	case FRAME_OBJECT:
		start_in_object(d, parent, tag);
		break;
	case FRAME_ARRAY:
		start_in_array(d, parent, tag);
		break;
	case FRAME_TEXT:
		start_in_text(d, parent);
		break;
	default:
		push(d, FRAME_SKIP);
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

static void end_scalar(struct decoder *d, const struct frame *frame, struct text text)
{
	const char *copy;

	if (!parse(frame, text)) {
		REFUSE(d, VMX_CODE_SERVER_ANSWER, "%s of the server's answer to %s is '%.*s', which is not %s",
		       frame->name, d->method->name, (int)(text.len < 60 ? text.len : 60), text.ptr,
		       vsphere_kind_words(frame->wanted));
		return;
	}
	if (frame->wanted != VIM_KIND_TIME)
		return;
	copy = keep_text(d, text);
	memcpy((char *)frame->place + offsetof(struct vim_time, text), &copy, sizeof(copy));
}

static void end_text(struct decoder *d, const struct frame *frame)
{
	struct text text = { d->text.data ? d->text.data : "", d->text.length };
	struct vim_reference reference = { frame->reference_type, NULL };
	const char *copy;
	void *place = frame->place;

	if (frame->value && frame->value->kind == VIM_VALUE_UNKNOWN)
		return;
	switch (frame->wanted) {
	case VIM_KIND_TEXT:
	case VIM_KIND_TEXTS:
		copy = keep_text(d, text);
		if (copy && frame->wanted == VIM_KIND_TEXTS)
			place = add_item(d, place, sizeof(copy));
		if (copy && place)
			memcpy(place, &copy, sizeof(copy));
		break;
	case VIM_KIND_REFERENCE:
	case VIM_KIND_REFERENCES:
		reference.value = keep_text(d, text);
		if (reference.value && frame->wanted == VIM_KIND_REFERENCES)
			place = add_item(d, place, sizeof(reference));
		if (reference.value && place)
			memcpy(place, &reference, sizeof(reference));
		break;
	default:
		end_scalar(d, frame, text);
	}
}

static void end_item(struct decoder *d, const struct frame *frame)
{
	enum vmx_code code = d->answer->item(d->answer->user, frame->place, d->error);

	vmxi_arena_release(&d->item);
	d->in_item = false;
	d->kept = d->kept_before;
	d->answer->items++;
	if (code != VMX_OK)
		stop(d, code);
}

/*
 * What libxml2 calls
 */

/* name, prefix, URI, value, end of value: five pointers for each attribute */
#define SAX_ATTRIBUTE 5

static bool is_name(const xmlChar *a, const char *b)
{
	return a && strcmp((const char *)a, b) == 0;
}

static struct text local_part(struct text name)
{
	size_t colon = vmxi_text_find_last(name, ':');

	return colon < name.len ? text_skip(name, colon + 1) : name;
}

static void read_attribute(struct tag *tag, const xmlChar **a)
{
	struct text value = { (const char *)a[3], (size_t)(a[4] - a[3]) };
	enum vim_boolean nil = VIM_FALSE;

	if (!a[2]) {
		if (is_name(a[0], "type"))
			tag->type = value;
	} else if (is_name(a[2], XSI_NAMESPACE)) {
		if (is_name(a[0], "type"))
			tag->xsi_type = local_part(value);
		else if (is_name(a[0], "nil") && vsphere_parse_boolean(value, &nil))
			tag->is_nil = nil == VIM_TRUE;
	}
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int namespaces, const xmlChar **namespace_list, int count, int defaulted,
		     const xmlChar **attributes)
{
	struct decoder *d = user;
	struct tag tag = { .name = (const char *)name };

	(void)prefix;
	(void)namespace_list;
	(void)defaulted;
	if (d->code != VMX_OK)
		return;
	if (d->depth == DECODE_DEPTH_MAX)
		too_large(d, "elements nested deeper", DECODE_DEPTH_MAX);
	else if (count + namespaces > DECODE_ATTRIBUTES_MAX)
		too_large(d, "an element with more attributes", DECODE_ATTRIBUTES_MAX);
	for (int i = 0; d->code == VMX_OK && i < count; i++)
		read_attribute(&tag, attributes + (ptrdiff_t)i * SAX_ATTRIBUTE);
	if (d->code == VMX_OK)
		start(d, &tag, is_name(uri, SOAP_NAMESPACE));
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct decoder *d = user;
	struct frame *frame = &d->frames[d->depth];

	(void)name;
	(void)prefix;
	(void)uri;
	if (d->code != VMX_OK || d->depth == 0)
		return;
	if (frame->kind == FRAME_TEXT)
		end_text(d, frame);
	if (frame->is_item && d->code == VMX_OK)
		end_item(d, frame);
	d->depth--;
}

static void on_text(void *user, const xmlChar *text, int len)
{
	struct decoder *d = user;

	if (d->code != VMX_OK || d->frames[d->depth].kind != FRAME_TEXT)
		return;
	if (d->text.length + (size_t)len > DECODE_TEXT_MAX)
		too_large(d, "a text with more bytes", DECODE_TEXT_MAX);
	else if (!vmxi_bytes_append(&d->text, text, (size_t)len))
		no_memory(d);
}

/* Called for <!DOCTYPE before anything inside it is read. */
static void on_document_type(void *user, const xmlChar *name, const xmlChar *public_id,
			     const xmlChar *system_id)
{
	struct decoder *d = user;

	(void)name;
	(void)public_id;
	(void)system_id;
	REFUSE(d, VMX_CODE_SERVER_ANSWER,
	       "the server's answer to %s has a DOCTYPE, which no SOAP message has; is there another "
	       "service at this address?", d->method->name);
}

/* The first error counts: what follows it is mostly its consequence. */
#if LIBXML_VERSION >= 21200
static void on_error(void *user, const xmlError *e)
#else
static void on_error(void *user, xmlErrorPtr e)
#endif
{
	struct decoder *d = user;
	struct text why = text_of(e->message ? e->message : "malformed");

	if (d->code != VMX_OK || e->level < XML_ERR_ERROR || e->domain == XML_FROM_NAMESPACE)
		return;
	if (e->code == XML_ERR_NO_MEMORY) {
		no_memory(d);
		return;
	}
	while (why.len > 0 && why.ptr[why.len - 1] == '\n')
		why.len--;
	if (d->ending)
		why = TEXT("it ends too early");
	REFUSE(d, VMX_CODE_SERVER_ANSWER,
	       "the server's answer to %s is not well-formed XML (line %d): %.*s", d->method->name,
	       e->line, (int)(why.len < 120 ? why.len : 120), why.ptr);
}

/* All that stays NULL is not wanted: comments, instructions, declarations. */
static xmlSAXHandler handlers(void)
{
	return (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_document_type,
		.serror = on_error,
	};
}

/*
 * From outside
 */

void vsphere_answer_clear(struct answer *answer, const struct vmx_allocator *allocator)
{
	vmxi_arena_release(&answer->arena);
	answer->arena.allocator = allocator;
	answer->response = NULL;
	answer->fault = NULL;
	answer->items = 0;
}

void vsphere_answer_release(struct answer *answer)
{
	vmxi_arena_release(&answer->arena);
	answer->response = NULL;
	answer->fault = NULL;
}

/*
 * NOENT is for &amp; in attributes, which would be handed on as &#38; else; there are no
 * other entities than XML's own five.  What is not UTF-8 is refused.
 */
static bool make_parser(struct decoder *d)
{
	xmlSAXHandler sax = handlers();
	struct libxml_guard guard;

	if (!vmxi_libxml_begin(&guard))
		return false;
	d->parser = xmlCreatePushParserCtxt(&sax, d, NULL, 0, NULL);
	if (d->parser)
		xmlCtxtUseOptions(d->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
	vmxi_libxml_end(&guard);
	return d->parser && !guard.no_memory;
}

enum vmx_code vsphere_decoder_new(const struct vim_method *method, struct answer *answer,
				  const struct vmx_allocator *allocator, struct decoder **ret,
				  struct vmx_error *error)
{
	struct decoder *d = vmxi_allocate(allocator, sizeof(*d));

	if (!d)
		return vsphere_out_of_memory(error);
	vsphere_answer_clear(answer, allocator);
	*d = (struct decoder){ .method = method, .answer = answer, .allocator = allocator };
	d->text.allocator = d->item.allocator = allocator;
	if (!make_parser(d)) {
		vsphere_decoder_free(d);
		return vsphere_out_of_memory(error);
	}
	*ret = d;
	return VMX_OK;
}

static void feed_piece(struct decoder *d, const char *data, size_t length, bool last)
{
	const xmlParserInput *input;
	struct libxml_guard guard;

	if (!vmxi_libxml_begin(&guard)) {
		no_memory(d);
		return;
	}
	(void)xmlParseChunk(d->parser, data, (int)length, last);
	vmxi_libxml_end(&guard);
	if (guard.no_memory)
		no_memory(d);
	/* attributes of one tag are compared with each other, which must not take for ever */
	input = d->parser->input;
	if (d->code == VMX_OK && input && (size_t)(input->end - input->cur) > DECODE_TAG_MAX)
		too_large(d, "a tag or comment with more bytes", DECODE_TAG_MAX);
}

/*
 * SOAP is UTF-8.  An XML parser would see by the first four bytes if it is something
 * else, and convert it: then nothing that is counted here would mean bytes any more.
 */
static void check_encoding(struct decoder *d, const char *data, size_t length)
{
	for (size_t i = 0; d->fed < 4 && i < length; i++, d->fed++) {
		unsigned char c = (unsigned char)data[i];

		if (c == 0 || (d->fed == 0 && c != '<' && c != 0xEF && !ascii_is_space(data[i])))
			REFUSE(d, VMX_CODE_SERVER_ANSWER, "the server's answer to %s is no XML in UTF-8",
			       d->method->name);
	}
}

enum vmx_code vsphere_decoder_feed(struct decoder *d, const void *data, size_t length,
				   struct vmx_error *error)
{
	const char *at = data;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): without a decoder there was an error */
	d->error = error;
	check_encoding(d, data, length);
	for (size_t piece; d->code == VMX_OK && length > 0; at += piece, length -= piece) {
		piece = length < PIECE ? length : PIECE;
		feed_piece(d, at, piece, false);
	}
	return d->code;
}

enum vmx_code vsphere_decoder_end(struct decoder *d, struct vmx_error *error)
{
	d->error = error;
	d->ending = true;
	if (d->code == VMX_OK && d->fed == 0)
		return d->code = vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
					       "the server's answer to %s is empty", d->method->name);
	if (d->code == VMX_OK)
		feed_piece(d, NULL, 0, true);
	if (d->code != VMX_OK)
		return d->code;
	if (!d->parser->wellFormed || (!d->response && !d->fault))
		return d->code = vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
			"the server's answer to %s is an envelope without content", d->method->name);
	if (d->response && d->method->presence == VIM_REQUIRED && d->returnvals == 0)
		return d->code = vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
			"the server's answer to %s lacks its result", d->method->name);
	d->answer->response = d->response;
	d->answer->fault = d->fault;
	return VMX_OK;
}

void vsphere_decoder_free(struct decoder *d)
{
	if (!d)
		return;
	if (d->parser)
		xmlFreeParserCtxt(d->parser);
	vmxi_arena_release(&d->item);
	vmx_bytes_release(&d->text);
	vmxi_release(d->allocator, d);
}

enum vmx_code vsphere_decode(const struct vim_method *method, const void *data, size_t length,
			     const struct vmx_allocator *allocator, struct answer *answer,
			     struct vmx_error *error)
{
	struct decoder *decoder = NULL;
	enum vmx_code code;

	allocator = vmxi_allocator(allocator);
	code = vsphere_decoder_new(method, answer, allocator, &decoder, error);
	if (code != VMX_OK)
		return code;
	code = vsphere_decoder_feed(decoder, data, length, error);
	if (code == VMX_OK)
		code = vsphere_decoder_end(decoder, error);
	vsphere_decoder_free(decoder);
	return code;
}
