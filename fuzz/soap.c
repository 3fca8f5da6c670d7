/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers of a vSphere server, from any bytes:
 *
 * - whether they come at once, byte by byte or in pieces, the outcome is the same;
 * - what is kept is of the types that the tables say, in memory that is still there;
 * - items can be handed out one by one as well, and are the same then;
 * - objects have places, whatever they say of their parents, and can be shown;
 * - faults and questions can be told to a person.
 *
 * The call is the one whose response is named first in the bytes.
 */
#include "decode.h"
#include "fault.h"
#include "inventory.h"
#include "question.h"
#include "vim.h"

#include "fuzz.h"

/*
 * What was decoded, as text
 */

static void put(struct vmx_bytes *out, const char *text)
{
	MUST(vmxi_bytes_append(out, text, strlen(text)));
	MUST(vmxi_bytes_append_char(out, '\n'));
}

static void put_text(struct vmx_bytes *out, const char *text)
{
	put(out, text ? text : "-");
}

static void put_number(struct vmx_bytes *out, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	put(out, text);
}

static void put_reference(struct vmx_bytes *out, const struct vim_reference *reference)
{
	put_text(out, reference->type);
	put_text(out, reference->value);
}

static void put_object(struct vmx_bytes *out, const struct vim_object *object,
		       const struct vim_type *declared);

/* The items of any list of objects: see vim.h. */
static void put_objects(struct vmx_bytes *out, const struct vim_objects *objects,
			const struct vim_type *declared)
{
	put_number(out, (int64_t)objects->count);
	for (size_t i = 0; i < objects->count; i++) {
		MUST(objects->items[i]);
		put_object(out, objects->items[i], declared);
	}
}

static void put_texts(struct vmx_bytes *out, const struct vim_texts *texts)
{
	put_number(out, (int64_t)texts->count);
	for (size_t i = 0; i < texts->count; i++) {
		MUST(texts->items[i]);
		put(out, texts->items[i]);
	}
}

static void put_references(struct vmx_bytes *out, const struct vim_references *references)
{
	put_number(out, (int64_t)references->count);
	for (size_t i = 0; i < references->count; i++) {
		MUST(references->items[i].value);
		put_reference(out, &references->items[i]);
	}
}

/* What the accessors say has to be what stands there. */
static void check_accessors(const struct vim_value *value)
{
	MUST((vsphere_value_text(value) != NULL) == (value->kind == VIM_VALUE_TEXT && value->text));
	MUST(!vsphere_value_references(value) || value->kind == VIM_VALUE_REFERENCES);
	MUST(!vsphere_value_number(value) || value->kind == VIM_VALUE_NUMBER);
	MUST(!vsphere_value_reference(value) || value->kind == VIM_VALUE_REFERENCE);
	MUST(vsphere_value_boolean(value) == VIM_ABSENT || value->kind == VIM_VALUE_BOOLEAN);
	MUST(vsphere_value_item_count(value, &vsphere_type_MethodFault) == 0 ||
	     (value->kind == VIM_VALUE_OBJECTS && vsphere_value_items(value, &vsphere_type_MethodFault)));
}

static void put_value(struct vmx_bytes *out, const struct vim_value *value)
{
	put_number(out, value->kind);
	check_accessors(value);
	switch (value->kind) {
	case VIM_VALUE_TEXT:
		put_text(out, value->text);
		break;
	case VIM_VALUE_NUMBER:
		put_number(out, value->number.set ? value->number.value : -1);
		break;
	case VIM_VALUE_BOOLEAN:
		put_number(out, value->boolean);
		break;
	case VIM_VALUE_TIME:
		put_text(out, value->time.text);
		put_number(out, value->time.seconds);
		break;
	case VIM_VALUE_REFERENCE:
		put_reference(out, &value->reference);
		break;
	case VIM_VALUE_OBJECT:
		MUST(value->object);
		put_object(out, value->object, NULL);
		break;
	case VIM_VALUE_TEXTS:
		put_texts(out, &value->texts);
		break;
	case VIM_VALUE_REFERENCES:
		put_references(out, &value->references);
		break;
	case VIM_VALUE_OBJECTS:
		put_objects(out, &value->objects, value->item_type);
		break;
	default:
		break;
	}
}

static void put_member(struct vmx_bytes *out, const struct vim_member *member, const void *place)
{
	const struct vim_object *object;
	const struct vim_number *number = place;
	const struct vim_time *time = place;
	struct vim_objects objects;
	const char *text;

	switch ((enum vim_kind)member->kind) {
	case VIM_KIND_TEXT:
		memcpy(&text, place, sizeof(text));
		put_text(out, text);
		break;
	case VIM_KIND_TEXTS:
		put_texts(out, place);
		break;
	case VIM_KIND_BOOLEAN:
		put_number(out, *(const enum vim_boolean *)place);
		break;
	case VIM_KIND_TIME:
		put_text(out, time->text);
		put_number(out, time->seconds);
		break;
	case VIM_KIND_REFERENCE:
		put_reference(out, place);
		break;
	case VIM_KIND_REFERENCES:
		put_references(out, place);
		break;
	case VIM_KIND_OBJECT:
		memcpy(&object, place, sizeof(object));
		put_object(out, object, member->type);
		break;
	case VIM_KIND_OBJECTS:
		memcpy(&objects, place, sizeof(objects));
		put_objects(out, &objects, member->type);
		break;
	case VIM_KIND_ANY:
		put_value(out, place);
		break;
	default:
		put_number(out, number->set ? number->value : -1);
	}
}

/* Around what can be handed out: no text of XML holds this byte. */
#define ITEM_BEGINS "\1{"
#define ITEM_ENDS "\1}"

/* Its type fits the place; declared NULL: any. */
static void put_object(struct vmx_bytes *out, const struct vim_object *object,
		       const struct vim_type *declared)
{
	if (!object) {
		put(out, "-");
		return;
	}
	MUST(object->type && object->name);
	MUST(!declared || vsphere_type_is(object->type, declared));
	if (object->type == &vsphere_type_ObjectContent)
		put(out, ITEM_BEGINS);
	put(out, object->type->name);
	put(out, object->name);
	for (size_t i = 0; i < object->type->member_count; i++) {
		const struct vim_member *member = &object->type->members[i];

		put_member(out, member, (const char *)object + member->offset);
	}
	if (object->type == &vsphere_type_ObjectContent)
		put(out, ITEM_ENDS);
}

/*
 * What is told to a person
 */

static void must_be_told(enum vmx_code code, struct vmx_error *error)
{
	MUST(code != VMX_OK);
	(void)fuzz_outcome(code, error);
}

static void tell_fault(const struct vim_fault *fault)
{
	struct vmx_error *error = fuzz_error();

	MUST(vsphere_fault_name(fault->detail));
	(void)vsphere_fault_is_session(fault->detail);
	must_be_told(vsphere_fault_fail("a call", fault->detail, fault->faultstring,
					VMX_CODE_SERVER_FAULT, error), error);
}

static void tell_question(const struct vim_VirtualMachineQuestionInfo *info)
{
	struct arena arena = { .allocator = &vmxi_default_allocator };
	struct vmx_question *question = NULL;
	struct vmx_error *error = fuzz_error();

	if (fuzz_outcome(vsphere_question_read(info, "machine", &arena, &question, error),
			 error) == VMX_OK) {
		error = fuzz_error();
		must_be_told(vsphere_question_fail(question, NULL, error), error);
	}
	vmxi_arena_release(&arena);
}

static void tell_properties(const struct vim_ObjectContent *object)
{
	for (size_t i = 0; i < object->propSet.count; i++) {
		const struct vim_value *value = &object->propSet.items[i]->val;
		const struct vim_VirtualMachineQuestionInfo *info =
			VIM_VALUE_AS(VirtualMachineQuestionInfo, value);
		const struct vim_LocalizedMethodFault *fault =
			VIM_VALUE_AS(LocalizedMethodFault, value);
		struct vmx_error *error;

		if (info)
			tell_question(info);
		if (!fault)
			continue;
		error = fuzz_error();
		must_be_told(vsphere_fault_fail_localized("a task", fault, VMX_CODE_SERVER_FAULT, error),
			     error);
	}
}

/*
 * Decoding
 */

static const struct vim_method *const methods[] = {
#define METHOD(X, presence) &vsphere_method_##X,
	VIM_METHODS(METHOD)
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))

static const struct vim_method *choose_method(const uint8_t *data, size_t size)
{
	const struct vim_method *chosen = &vsphere_method_RetrieveProperties;
	const uint8_t *first = data + size;

	for (size_t i = 0; i < METHODS; i++) {
		const char *name = methods[i]->response->name;
		const uint8_t *at = memmem(data, (size_t)(first - data), name, strlen(name));

		/* MoveDatastoreFile_TaskResponse does not stand in another one's name */
		if (at) {
			first = at;
			chosen = methods[i];
		}
	}
	return chosen;
}

/* In pieces of that many bytes; what was decoded is added to out. */
static enum vmx_code decode(const struct vim_method *method, const uint8_t *data, size_t size,
			    size_t piece, struct answer *answer, struct vmx_bytes *out)
{
	struct vmx_error *error = fuzz_error();
	struct decoder *decoder;
	enum vmx_code code = vsphere_decoder_new(method, answer, &vmxi_default_allocator, &decoder,
						 error);

	MUST(code == VMX_OK);
	for (size_t at = 0; code == VMX_OK && at < size; at += piece)
		code = vsphere_decoder_feed(decoder, data + at, piece < size - at ? piece : size - at,
					    error);
	if (code == VMX_OK)
		code = vsphere_decoder_end(decoder, error);
	vsphere_decoder_free(decoder);
	(void)fuzz_outcome(code, error);
	MUST((code == VMX_OK) == (answer->response || answer->fault));
	if (answer->response)
		put_object(out, answer->response, method->response);
	if (answer->fault)
		put_object(out, answer->fault->detail ? &answer->fault->detail->object : NULL,
			   &vsphere_type_MethodFault);
	return code;
}

/*
 * The inventory
 */

/* What gets an answer's objects one by one. */
struct taking {
	size_t count;
	struct inventory inventory;
	struct vmx_bytes text;		/* of all of them */
};

static const char *reference_id(const struct vim_ObjectContent *object, const char *path)
{
	const struct vim_reference *reference = vsphere_property_reference(object, path);

	return reference ? reference->value : NULL;
}

/* Objects of all kinds take turns at being places. */
static enum vmx_code plant(void *user, const void *item, struct vmx_error *error)
{
	const struct vim_ObjectContent *object = item;
	struct taking *taking = user;
	const char *name = vsphere_property_text(object, "name");
	struct place place = {
		.kind = (enum place_kind)(taking->count++ % (PLACE_HOST + 1)),
		.reference = object->obj, .parent = reference_id(object, "parent"),
		.host_folder = reference_id(object, "hostFolder"),
		.vm_folder = reference_id(object, "vmFolder"),
	};

	put_object(&taking->text, &object->object, &vsphere_type_ObjectContent);
	tell_properties(object);
	if (!object->obj.value)
		return VMX_OK;
	place.name = place.api_name = name ? name : object->obj.value;
	return vsphere_places_add(&taking->inventory.places, &place, error);
}

static void show_places(const struct places *places)
{
	struct vmx_bytes path = VMX_BYTES_INIT;
	struct scope scope;

	for (size_t i = 0; i < places->count; i++) {
		const struct place *place = &places->items[i];
		struct vmx_error *error = fuzz_error();

		MUST(vsphere_place_find(places, place->reference.value));
		(void)vsphere_place_datacenter(place);
		MUST(vsphere_place_path(places, place, &path, NULL) == VMX_OK);
		(void)fuzz_outcome(vsphere_places_resolve(places, path.data ? path.data : "", &scope,
							  error), error);
	}
	vmx_bytes_release(&path);
}

static enum vmx_code show(void *user, const void *item, struct vmx_error *error)
{
	const struct vim_ObjectContent *object = item;
	struct taking *taking = user;

	(void)error;
	for (int kind = VMX_REMOTE_DATACENTER; object->obj.value && kind <= VMX_REMOTE_NETWORK; kind++) {
		struct object_view view;

		vsphere_view_init(&view, &vmxi_default_allocator);
		MUST(vsphere_view_fill(&view, &taking->inventory, (enum vmx_remote_kind)kind, object,
				       NULL) == VMX_OK);
		MUST(view.object.id && view.object.name);
		vsphere_view_release(&view);
	}
	return VMX_OK;
}

/* What stands in an answer that was kept, from the outermost beginnings to their ends. */
static void put_items(struct vmx_bytes *out, const struct vmx_bytes *whole)
{
	const char *end = whole->data + whole->length, *from = whole->data;
	int open = 0;

	for (const char *p = from; p && (p = memchr(p, ITEM_BEGINS[0], (size_t)(end - p))); p += 2) {
		if (p[1] == ITEM_BEGINS[1] && open++ == 0)
			from = p;
		else if (p[1] == ITEM_ENDS[1] && --open == 0)
			MUST(vmxi_bytes_append(out, from, (size_t)(p + sizeof(ITEM_ENDS) - from)));
	}
}

static void must_be_items_of(const struct vmx_bytes *text, const struct vmx_bytes *whole)
{
	struct vmx_bytes items = VMX_BYTES_INIT;

	put_items(&items, whole);
	MUST_EQUAL(text->data, text->length, items.data, items.length);
	vmx_bytes_release(&items);
}

/* One by one; those of an answer that is refused later may have been handed out before. */
static void check_items(const struct vim_method *method, const uint8_t *data, size_t size,
			enum vmx_code expected, const struct vmx_bytes *whole)
{
	struct taking taking = { .count = 0 };
	struct answer answer = ANSWER_INIT;
	struct vmx_bytes rest = VMX_BYTES_INIT;

	taking.inventory.loaded = true;
	taking.inventory.places.arena.allocator = &vmxi_default_allocator;
	answer.item_type = &vsphere_type_ObjectContent;
	answer.user = &taking;
	answer.item = plant;
	MUST(decode(method, data, size, 64, &answer, &rest) == expected);
	MUST(answer.items == taking.count);
	if (expected == VMX_OK && answer.response)
		must_be_items_of(&taking.text, whole);
	vsphere_places_link(&taking.inventory.places);
	show_places(&taking.inventory.places);
	vmxi_bytes_clear(&rest);
	answer.item = show;
	MUST(decode(method, data, size, 64, &answer, &rest) == expected);
	vsphere_places_release(&taking.inventory.places);
	vsphere_answer_release(&answer);
	vmx_bytes_release(&taking.text);
	vmx_bytes_release(&rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 7 };
	const struct vim_method *method = choose_method(data, size);
	struct answer answer = ANSWER_INIT, again = ANSWER_INIT;
	struct vmx_bytes whole = VMX_BYTES_INIT;
	enum vmx_code code = decode(method, data, size, SIZE_MAX, &answer, &whole);

	if (answer.fault)
		tell_fault(answer.fault);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct vmx_bytes part = VMX_BYTES_INIT;

		MUST(decode(method, data, size, pieces[i], &again, &part) == code);
		MUST_EQUAL(part.data, part.length, whole.data, whole.length);
		vmx_bytes_release(&part);
	}
	check_items(method, data, size, code, &whole);
	vsphere_answer_release(&answer);
	vsphere_answer_release(&again);
	vmx_bytes_release(&whole);
	return 0;
}
