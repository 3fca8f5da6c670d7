/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding one machine by whatever a person calls it.
 *
 * Each way is tried when the text looks like it, in the order of the table; the first
 * that finds something decides.  Two of something is never resolved by a guess.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "inventory.h"
#include "report.h"
#include "vsphere.h"

/* Candidates that a message lists. */
#define CANDIDATES_MAX 8

struct finding {
	struct vsphere *vsphere;
	const char *wanted;
	struct arena arena;		/* what was found */
	struct vmx_remote_object object;
	struct vmx_remote_machine machine;
	size_t count;
	struct object_view view;
	struct vmx_bytes candidates;
};

/*
 * What was found
 */

static bool copy_strings(struct arena *arena, const char **const *strings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!*strings[i])
			continue;
		*strings[i] = vmxi_arena_copy(arena, text_of(*strings[i])).ptr;
		if (!*strings[i])
			return false;
	}
	return true;
}

/* The view is borrowed from a page: the first machine that fits is kept. */
static enum vmx_code keep_first(struct finding *finding, struct vmx_error *error)
{
	struct vmx_remote_object *object = &finding->object;
	struct vmx_remote_machine *machine = &finding->machine;
	const char **const strings[] = {
		&object->id, &object->type, &object->name, &object->path, &object->datacenter,
		&object->problem, &machine->uuid, &machine->instance_uuid, &machine->vmx,
		&machine->host,
	};

	*object = finding->view.object;
	*machine = finding->view.machine;
	object->machine = machine;
	return copy_strings(&finding->arena, strings, sizeof(strings) / sizeof(strings[0]))
		? VMX_OK : vsphere_out_of_memory(error);
}

static enum vmx_code list_candidate(struct finding *finding, struct vmx_error *error)
{
	const struct vmx_remote_object *object = &finding->view.object;
	char text[256];

	if (finding->count > CANDIDATES_MAX)
		return VMX_OK;
	snprintf(text, sizeof(text), "%s%.180s (%.40s)", finding->count > 1 ? ", " : "",
		 object->path ? object->path : object->name, object->id);
	return vmxi_bytes_append_text(&finding->candidates, text_of(text))
		? VMX_OK : vsphere_out_of_memory(error);
}

static enum vmx_code add_found(struct finding *finding, struct vmx_error *error)
{
	enum vmx_code code = VMX_OK;

	if (finding->count++ == 0)
		code = keep_first(finding, error);
	return code == VMX_OK ? list_candidate(finding, error) : code;
}

static enum vmx_code add_content(void *user, const struct vim_ObjectContent *content,
				 struct vmx_error *error)
{
	struct finding *finding = user;
	enum vmx_code code;

	if (!content->obj.value)
		return VMX_OK;
	code = vsphere_view_fill(&finding->view, &finding->vsphere->inventory, VMX_REMOTE_MACHINE,
				 content, error);
	return code == VMX_OK ? add_found(finding, error) : code;
}

/* The machine of this id, if it is one. */
static enum vmx_code add_reference(struct finding *finding, struct vim_reference reference,
				   struct vmx_error *error)
{
	const struct properties_query query = {
		.from = reference,
		.wanted = vsphere_view_wanted(VMX_REMOTE_MACHINE), .wanted_count = 1,
	};

	if (!reference.value || strcmp(reference.type ? reference.type : "VirtualMachine",
				       "VirtualMachine") != 0)
		return VMX_OK;
	return vsphere_properties_read(&finding->vsphere->session, &query, add_content, finding,
				       error);
}

/*
 * UUIDs
 */

#define UUID_DIGITS 32
#define UUID_TEXT 37

/* Any layout of 32 hex digits with dashes or blanks; the API has lower case and dashes. */
static bool read_uuid(const char *text, char ret[UUID_TEXT])
{
	size_t digits = 0, at = 0;

	for (; *text; text++) {
		if (*text == '-' || *text == ' ')
			continue;
		if (hex_value(*text) < 0 || digits == UUID_DIGITS)
			return false;
		if (digits == 8 || digits == 12 || digits == 16 || digits == 20)
			ret[at++] = '-';
		ret[at++] = (char)ascii_lower(*text);
		digits++;
	}
	ret[at] = '\0';
	return digits == UUID_DIGITS;
}

static bool looks_like_uuid(const char *wanted)
{
	char uuid[UUID_TEXT];

	return read_uuid(wanted, uuid);
}

static struct vim_reference search_index(const struct finding *finding)
{
	return finding->vsphere->session.service->searchIndex;
}

static enum vmx_code find_one_uuid(struct finding *finding, const char *uuid, bool instance,
				   struct answer *answer, struct vmx_error *error)
{
	const struct vim_FindByUuid_request request = {
		.uuid = uuid, .vmSearch = VIM_TRUE,
		.instanceUuid = instance ? VIM_TRUE : VIM_FALSE,
	};
	const struct vim_FindByUuid_response *response;
	enum vmx_code code = vim_FindByUuid(&finding->vsphere->session, search_index(finding),
					    &request, answer, &response, error);

	return code == VMX_OK ? add_reference(finding, response->returnval, error) : code;
}

/* All with that UUID: copies of machines share it often enough. */
static enum vmx_code find_all_uuids(struct finding *finding, const char *uuid, bool instance,
				    struct answer *answer, struct vmx_error *error)
{
	const struct vim_FindAllByUuid_request request = {
		.uuid = uuid, .vmSearch = VIM_TRUE,
		.instanceUuid = instance ? VIM_TRUE : VIM_FALSE,
	};
	const struct vim_FindAllByUuid_response *response;
	enum vmx_code code = vim_FindAllByUuid(&finding->vsphere->session, search_index(finding),
					       &request, answer, &response, error);

	for (size_t i = 0; code == VMX_OK && i < response->returnval.count; i++)
		code = add_reference(finding, response->returnval.items[i], error);
	return code;
}

/* The identity that the URI chooses first, then the other one. */
static enum vmx_code find_uuid(struct finding *finding, struct vmx_error *error)
{
	const struct session *session = &finding->vsphere->session;
	bool all = session->api_version >= VSPHERE_VERSION(4, 0), has_instance = all;
	struct answer answer = ANSWER_INIT;
	enum vmx_code code = VMX_OK;
	char uuid[UUID_TEXT];

	read_uuid(finding->wanted, uuid);
	for (int turn = 0; turn < 2 && code == VMX_OK && finding->count == 0; turn++) {
		bool instance = (turn == 0) != session->parameters.legacy_uuid;

		if (instance && !has_instance)
			continue;
		code = all ? find_all_uuids(finding, uuid, instance, &answer, error)
			   : VMX_CODE_NOT_SUPPORTED;
		if (code == VMX_CODE_NOT_SUPPORTED)
			code = find_one_uuid(finding, uuid, instance, &answer, error);
	}
	vsphere_answer_release(&answer);
	return code;
}

/*
 * Ids and paths
 */

/* "vm-12" on a vCenter, "12" on a host. */
static bool looks_like_id(const char *wanted)
{
	const char *at = strncmp(wanted, "vm-", 3) == 0 ? wanted + 3 : wanted;

	return *at != '\0' && strspn(at, "0123456789") == strlen(at);
}

static enum vmx_code find_id(struct finding *finding, struct vmx_error *error)
{
	const struct vim_reference reference = { "VirtualMachine", finding->wanted };
	enum vmx_code code = add_reference(finding, reference, error);

	/* it may be a name that looks like an id */
	return code == VMX_CODE_NOT_FOUND ? VMX_OK : code;
}

static bool looks_like_vmx(const char *wanted)
{
	return wanted[0] == '[';
}

static enum vmx_code find_vmx_in(struct finding *finding, const struct place *datacenter,
				 struct vmx_error *error)
{
	const struct vim_FindByDatastorePath_request request = {
		.datacenter = datacenter->reference, .path = finding->wanted,
	};
	const struct vim_FindByDatastorePath_response *response;
	struct answer answer = ANSWER_INIT;
	enum vmx_code code = vim_FindByDatastorePath(&finding->vsphere->session,
						     search_index(finding), &request, &answer,
						     &response, error);

	if (code == VMX_OK)
		code = add_reference(finding, response->returnval, error);
	vsphere_answer_release(&answer);
	/* a datacenter without that datastore */
	return code == VMX_CODE_NOT_FOUND ? VMX_OK : code;
}

/* A datastore's name is unique in a datacenter only. */
static enum vmx_code find_vmx(struct finding *finding, struct vmx_error *error)
{
	const struct inventory *inventory = &finding->vsphere->inventory;
	enum vmx_code code = VMX_OK;

	for (size_t i = 0; code == VMX_OK && i < inventory->places.count; i++) {
		const struct place *place = &inventory->places.items[i];

		if (place->kind != PLACE_DATACENTER)
			continue;
		if (!inventory->scope.datacenter || inventory->scope.datacenter == place)
			code = find_vmx_in(finding, place, error);
	}
	return code;
}

static bool looks_like_path(const char *wanted)
{
	return strchr(wanted, '/') != NULL;
}

static enum vmx_code find_path(struct finding *finding, struct vmx_error *error)
{
	const char *path = finding->wanted + strspn(finding->wanted, "/");
	const struct vim_FindByInventoryPath_request request = { .inventoryPath = path };
	const struct vim_FindByInventoryPath_response *response;
	struct answer answer = ANSWER_INIT;
	enum vmx_code code = vim_FindByInventoryPath(&finding->vsphere->session,
						     search_index(finding), &request, &answer,
						     &response, error);

	if (code == VMX_OK)
		code = add_reference(finding, response->returnval, error);
	vsphere_answer_release(&answer);
	return code == VMX_CODE_NOT_FOUND ? VMX_OK : code;
}

/*
 * Names: there is no index, so all machines are looked at
 */

static bool looks_like_name(const char *wanted)
{
	(void)wanted;
	return true;
}

static enum vmx_code add_if_named(void *user, const struct vim_ObjectContent *content,
				  struct vmx_error *error)
{
	struct finding *finding = user;
	const char *api_name = vsphere_property_text(content, "name");
	enum vmx_code code;

	if (!api_name)
		return VMX_OK;
	if (strcmp(api_name, finding->wanted) == 0)
		return add_content(finding, content, error);
	code = vsphere_plain_name(api_name, &finding->view.name, error);
	if (code != VMX_OK || strcmp(finding->view.name.data, finding->wanted) != 0)
		return code;
	return add_content(finding, content, error);
}

static enum vmx_code find_name(struct finding *finding, struct vmx_error *error)
{
	struct properties_query query;

	vsphere_inventory_query(finding->vsphere, vsphere_view_wanted(VMX_REMOTE_MACHINE), 1,
				&query);
	return vsphere_properties_read(&finding->vsphere->session, &query, add_if_named, finding,
				       error);
}

static const struct {
	bool (*looks_like)(const char *wanted);
	enum vmx_code (*find)(struct finding *finding, struct vmx_error *error);
} ways[] = {
	{ looks_like_uuid, find_uuid },
	{ looks_like_id, find_id },
	{ looks_like_vmx, find_vmx },
	{ looks_like_path, find_path },
	{ looks_like_name, find_name },
};

static enum vmx_code try_ways(struct finding *finding, struct vmx_error *error)
{
	enum vmx_code code = vsphere_inventory_load(finding->vsphere, error);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (code != VMX_OK || finding->count > 0)
			break;
		if (ways[i].looks_like(finding->wanted))
			code = ways[i].find(finding, error);
	}
	if (code != VMX_OK || finding->count == 1)
		return code;
	if (finding->count == 0)
		return vmx_error_set(error, VMX_CODE_NOT_FOUND, NULL,
				     "there is no machine '%.120s', neither by UUID, id or path "
				     "nor by name", finding->wanted);
	return vmx_error_set(error, VMX_CODE_AMBIGUOUS_NAME, NULL,
			     "%zu machines are called '%.120s': %.600s%s; name one by its path or id",
			     finding->count, finding->wanted, finding->candidates.data,
			     finding->count > CANDIDATES_MAX ? ", ..." : "");
}

enum vmx_code vsphere_find_machine(void *connection, const char *wanted, vmx_remote_object_fn fn,
				   void *user, struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	struct finding finding = { vsphere, wanted, .count = 0 };
	enum vmx_code code;

	finding.arena.allocator = finding.candidates.allocator = vsphere->allocator;
	vsphere_view_init(&finding.view, vsphere->allocator);
	code = try_ways(&finding, error);
	if (code == VMX_OK)
		fn(user, &finding.object);
	vsphere_view_release(&finding.view);
	vmx_bytes_release(&finding.candidates);
	vmxi_arena_release(&finding.arena);
	return code;
}
