/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inventory.h"

#include <stdio.h>
#include <string.h>

#include <vmxkit/escape.h>

#include "report.h"
#include "vsphere.h"

/*
 * Names
 */

enum vmx_code vsphere_plain_name(const char *api_name, struct vmx_bytes *ret,
				 struct vmx_error *error)
{
	size_t length = strlen(api_name);
	enum vmx_code code = vmx_unescape(VMX_ESCAPE_API_NAME, api_name, length, ret, NULL);

	/* %00 is an escape, but no name */
	if (code == VMX_OK && strlen(ret->data ? ret->data : "") == ret->length)
		return vmxi_bytes_reserve(ret, 1) ? VMX_OK : vsphere_out_of_memory(error);
	vmxi_bytes_clear(ret);
	return vmxi_bytes_append(ret, api_name, length) ? VMX_OK : vsphere_out_of_memory(error);
}

/*
 * Containers
 */

static const char *const folder_paths[] = { "name", "parent" };
static const char *const datacenter_paths[] = { "name", "parent", "hostFolder", "vmFolder" };
static const char *const compute_paths[] = { "name", "parent", "resourcePool" };

static const struct properties_wanted containers[] = {
	{ "Folder", VIM_ITEMS(folder_paths) },
	{ "Datacenter", VIM_ITEMS(datacenter_paths) },
	{ "ComputeResource", VIM_ITEMS(compute_paths) },
	{ "HostSystem", VIM_ITEMS(folder_paths) },
};

static const struct {
	const char *type;
	enum place_kind kind;
} place_kinds[] = {
	{ "Folder", PLACE_FOLDER },
	{ "StoragePod", PLACE_FOLDER },
	{ "Datacenter", PLACE_DATACENTER },
	{ "ComputeResource", PLACE_COMPUTE_RESOURCE },
	{ "ClusterComputeResource", PLACE_CLUSTER },
	{ "HostSystem", PLACE_HOST },
};

static bool find_place_kind(const char *type, enum place_kind *ret)
{
	for (size_t i = 0; type && i < sizeof(place_kinds) / sizeof(place_kinds[0]); i++) {
		if (strcmp(place_kinds[i].type, type) == 0) {
			*ret = place_kinds[i].kind;
			return true;
		}
	}
	return false;
}

static const char *reference_id(const struct vim_ObjectContent *object, const char *path)
{
	const struct vim_reference *reference = vsphere_property_reference(object, path);

	return reference ? reference->value : NULL;
}

struct loading {
	struct places *places;
	struct vmx_bytes name;
};

static enum vmx_code add_place(void *user, const struct vim_ObjectContent *object,
			       struct vmx_error *error)
{
	struct loading *loading = user;
	struct place place = { .reference = object->obj };
	enum vmx_code code;

	if (!object->obj.value || !find_place_kind(object->obj.type, &place.kind))
		return VMX_OK;
	place.api_name = vsphere_property_text(object, "name");
	if (!place.api_name)	/* what one may not see the name of still holds others */
		place.api_name = object->obj.value;
	place.parent = reference_id(object, "parent");
	place.host_folder = reference_id(object, "hostFolder");
	place.vm_folder = reference_id(object, "vmFolder");
	place.pool = reference_id(object, "resourcePool");
	code = vsphere_plain_name(place.api_name, &loading->name, error);
	if (code != VMX_OK)
		return code;
	place.name = loading->name.data;
	return vsphere_places_add(loading->places, &place, error);
}

static enum vmx_code read_places(struct vsphere *vsphere, struct places *places,
				 struct vmx_error *error)
{
	const struct vim_reference root = vsphere->session.service->rootFolder;
	const struct properties_query query = {
		.from = root, .walk = vsphere_walk_inventory(&vsphere->session),
		.wanted = containers,
		.wanted_count = sizeof(containers) / sizeof(containers[0]),
	};
	struct loading loading = { places, VMX_BYTES_INIT };
	enum vmx_code code;

	loading.name.allocator = vsphere->allocator;
	places->arena.allocator = vsphere->allocator;
	code = vsphere_properties_read(&vsphere->session, &query, add_place, &loading, error);
	vmx_bytes_release(&loading.name);
	places->root = root.value;
	vsphere_places_link(places);
	return code;
}

enum vmx_code vsphere_inventory_load(struct vsphere *vsphere, struct vmx_error *error)
{
	struct inventory *inventory = &vsphere->inventory;
	enum vmx_code code;

	if (inventory->loaded)
		return VMX_OK;
	vsphere_inventory_release(inventory);
	code = read_places(vsphere, &inventory->places, error);
	/* an ESX host is all there is: the path has been warned of */
	if (code == VMX_OK && vsphere->session.parameters.kind == VSPHERE_VPX)
		code = vsphere_places_resolve(&inventory->places,
					      vsphere->session.settings->uri->path,
					      &inventory->scope, error);
	inventory->loaded = code == VMX_OK;
	return code;
}

void vsphere_inventory_release(struct inventory *inventory)
{
	vsphere_places_release(&inventory->places);
	inventory->scope = (struct scope){ NULL, NULL, NULL, NULL };
	inventory->loaded = false;
}

/*
 * What lies below a host: its machines, datastores and networks, without other hosts of its
 * cluster.
 */
static const struct vim_TraversalSpec host_steps[] = {
	{ VIM_IS(TraversalSpec), .type = "HostSystem", .path = "vm" },
	{ VIM_IS(TraversalSpec), .type = "HostSystem", .path = "datastore" },
	{ VIM_IS(TraversalSpec), .type = "HostSystem", .path = "network" },
};
#define STEP(step) ((const struct vim_SelectionSpec *)&(step))
static const struct vim_SelectionSpec *const host_step_list[] = {
	STEP(host_steps[0]), STEP(host_steps[1]), STEP(host_steps[2]),
};
static const struct vim_SelectionSpec_list walk_host = VIM_ITEMS(host_step_list);

void vsphere_inventory_query(struct vsphere *vsphere, const struct properties_wanted *wanted,
			     size_t wanted_count, struct properties_query *ret)
{
	const struct scope *scope = &vsphere->inventory.scope;
	const struct place *place = scope->host ? scope->host : scope->place;

	*ret = (struct properties_query){
		.from = place ? place->reference : vsphere->session.service->rootFolder,
		.walk = scope->host ? walk_host : vsphere_walk_inventory(&vsphere->session),
		.wanted = wanted, .wanted_count = wanted_count,
	};
}

/*
 * Datacenters
 */

static bool is_in_scope(const struct scope *scope, const struct place *datacenter)
{
	const struct place *at = datacenter;

	if (scope->datacenter)
		return datacenter == scope->datacenter;
	while (at && scope->place && at != scope->place)
		at = at->up;
	return at != NULL;
}

/* Whether the datacenter is meant; path NULL: any in the scope is. */
static enum vmx_code is_meant(const struct inventory *inventory, const struct place *datacenter,
			      const char *path, struct vmx_bytes *buffer, bool *ret,
			      struct vmx_error *error)
{
	enum vmx_code code;

	*ret = is_in_scope(&inventory->scope, datacenter);
	if (!path)
		return VMX_OK;
	code = vsphere_place_path(&inventory->places, datacenter, buffer, error);
	*ret = code == VMX_OK && strcmp(buffer->data, path) == 0;
	return code;
}

enum vmx_code vsphere_inventory_datacenter(struct vsphere *vsphere, const char *path,
					   const struct place **ret, struct vmx_error *error)
{
	const struct inventory *inventory = &vsphere->inventory;
	enum vmx_code code = vsphere_inventory_load(vsphere, error);
	const struct place *found = NULL;
	struct vmx_bytes buffer = VMX_BYTES_INIT;
	size_t count = 0;

	buffer.allocator = vsphere->allocator;
	for (size_t i = 0; code == VMX_OK && i < inventory->places.count; i++) {
		const struct place *place = &inventory->places.items[i];
		bool meant = false;

		if (place->kind == PLACE_DATACENTER)
			code = is_meant(inventory, place, path, &buffer, &meant, error);
		if (meant) {
			found = place;
			count++;
		}
	}
	vmx_bytes_release(&buffer);
	if (code != VMX_OK)
		return code;
	if (count == 0)
		return vmx_error_set(error, VMX_CODE_NOT_FOUND, NULL,
				     "the server has no datacenter%s%.120s", path ? " " : "",
				     path ? path : "");
	if (count > 1)
		return vmx_error_set(error, VMX_CODE_AMBIGUOUS_NAME, NULL,
				     "the server has %zu datacenters: name one in the path of "
				     "the URI, as in vpx://host/DATACENTER", count);
	*ret = found;
	return VMX_OK;
}

/*
 * Listing
 */

struct listing {
	const struct inventory *inventory;
	enum vmx_remote_kind kind;
	vmx_remote_object_fn fn;
	void *user;
	struct object_view view;
	bool enough;
};

static enum vmx_code hand_out(void *user, const struct vim_ObjectContent *content,
			      struct vmx_error *error)
{
	struct listing *listing = user;
	enum vmx_code code;

	if (!content->obj.value)
		return VMX_OK;
	code = vsphere_view_fill(&listing->view, listing->inventory, listing->kind, content, error);
	if (code != VMX_OK)
		return code;
	if (listing->fn(listing->user, &listing->view.object))
		return VMX_OK;
	listing->enough = true;
	return VMX_CODE_CANCELLED;
}

enum vmx_code vsphere_list(void *connection, enum vmx_remote_kind kind, vmx_remote_object_fn fn,
			   void *user, struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	struct listing listing = { &vsphere->inventory, kind, fn, user, .enough = false };
	struct properties_query query;
	enum vmx_code code = vsphere_inventory_load(vsphere, error);

	if (code != VMX_OK)
		return code;
	vsphere_inventory_query(vsphere, vsphere_view_wanted(kind), 1, &query);
	vsphere_view_init(&listing.view, vsphere->allocator);
	code = vsphere_properties_read(&vsphere->session, &query, hand_out, &listing, error);
	vsphere_view_release(&listing.view);
	return listing.enough ? VMX_OK : code;
}

/*
 * Where a machine's host has its datastores
 */

static const struct vim_TraversalSpec machine_steps[] = {
	{ VIM_IS(TraversalSpec), .type = "HostSystem", .path = "datastore" },
	{ VIM_IS(TraversalSpec), .type = "VirtualMachine", .path = "runtime.host",
	  .selectSet = VIM_ITEMS(((const struct vim_SelectionSpec *const[]){
			  STEP(machine_steps[0]) })) },
};
static const struct vim_SelectionSpec *const machine_step_list[] = { STEP(machine_steps[1]) };

static const char *const machine_host_paths[] = { "runtime.host" };
static const char *const mount_paths[] = { "name", "host" };
static const struct properties_wanted mounts_wanted[] = {
	{ "VirtualMachine", VIM_ITEMS(machine_host_paths) },
	{ "Datastore", VIM_ITEMS(mount_paths) },
};

struct mounting {
	struct vmx_path_rules *rules;
	struct vmx_bytes host, name;
};

/* Where the host has it mounted; NULL: not told. */
static const char *mount_on(const struct vim_ObjectContent *datastore, const char *host)
{
	const struct vim_DatastoreHostMount_list list =
		VIM_VALUE_ITEMS(DatastoreHostMount, vsphere_property(datastore, "host"));

	for (size_t i = 0; i < list.count; i++) {
		const struct vim_DatastoreHostMount *mount = list.items[i];

		if (mount->key.value && host && strcmp(mount->key.value, host) == 0)
			return mount->mountInfo ? mount->mountInfo->path : NULL;
	}
	return NULL;
}

static enum vmx_code add_datastore(struct mounting *mounting,
				   const struct vim_ObjectContent *datastore,
				   struct vmx_error *error)
{
	const char *name = vsphere_property_text(datastore, "name");
	const char *mount = mount_on(datastore, mounting->host.data);
	enum vmx_code code;

	if (!name || name[0] == '\0')
		return VMX_OK;
	if (mount && mount[0] == '\0')
		mount = NULL;
	code = vsphere_plain_name(name, &mounting->name, error);
	if (code != VMX_OK)
		return code;
	return vmx_path_rules_add_datastore(mounting->rules, mounting->name.data,
					    mounting->name.length, mount,
					    mount ? strlen(mount) : 0, error);
}

static enum vmx_code take_mounts(void *user, const struct vim_ObjectContent *object,
				 struct vmx_error *error)
{
	struct mounting *mounting = user;
	const char *host = reference_id(object, "runtime.host");

	if (object->obj.type && strcmp(object->obj.type, "VirtualMachine") != 0)
		return add_datastore(mounting, object, error);
	vmxi_bytes_clear(&mounting->host);
	if (host && !vmxi_bytes_append(&mounting->host, host, strlen(host)))
		return vsphere_out_of_memory(error);
	return VMX_OK;
}

enum vmx_code vsphere_add_datastores(void *connection, const char *machine,
				     struct vmx_path_rules *rules, struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	const struct properties_query query = {
		.from = { "VirtualMachine", machine },
		.walk = VIM_ITEMS(machine_step_list),
		.wanted = mounts_wanted, .wanted_count = 2,
	};
	struct mounting mounting = { rules, VMX_BYTES_INIT, VMX_BYTES_INIT };
	enum vmx_code code;

	mounting.host.allocator = mounting.name.allocator = vsphere->allocator;
	code = vsphere_properties_read(&vsphere->session, &query, take_mounts, &mounting, error);
	vmx_bytes_release(&mounting.host);
	vmx_bytes_release(&mounting.name);
	return code;
}
