/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From properties, as the server has them, to what the caller is told of an object.
 */
#include "inventory.h"

#include <stdio.h>
#include <string.h>

#include "report.h"

static const char *const datacenter_paths[] = { "name", "parent" };
static const char *const host_paths[] = {
	"name", "parent", "runtime.inMaintenanceMode", "summary.managementServerIp",
};
static const char *const machine_paths[] = {
	"name", "parent", "config.uuid", "config.instanceUuid", "config.files.vmPathName",
	"config.template", "runtime.host", "runtime.powerState", "runtime.question",
};
static const char *const datastore_paths[] = {
	"name", "parent", "host", "summary.accessible", "summary.capacity", "summary.freeSpace",
	"summary.type",
};

static const struct properties_wanted wanted[] = {
	[VMX_REMOTE_DATACENTER] = { "Datacenter", VIM_ITEMS(datacenter_paths) },
	[VMX_REMOTE_HOST] = { "HostSystem", VIM_ITEMS(host_paths) },
	[VMX_REMOTE_MACHINE] = { "VirtualMachine", VIM_ITEMS(machine_paths) },
	[VMX_REMOTE_DATASTORE] = { "Datastore", VIM_ITEMS(datastore_paths) },
	[VMX_REMOTE_NETWORK] = { "Network", VIM_ITEMS(datacenter_paths) },
};

const struct properties_wanted *vsphere_view_wanted(enum vmx_remote_kind kind)
{
	return &wanted[kind];
}

void vsphere_view_init(struct object_view *view, const struct vmx_allocator *allocator)
{
	memset(view, 0, sizeof(*view));
	view->name.allocator = view->path.allocator = view->datacenter.allocator = allocator;
	view->mounts.allocator = allocator;
}

void vsphere_view_release(struct object_view *view)
{
	vmx_bytes_release(&view->name);
	vmx_bytes_release(&view->path);
	vmx_bytes_release(&view->datacenter);
	vmxi_arena_release(&view->mounts);
}

static const char *id_of(const struct vim_ObjectContent *content, const char *path)
{
	const struct vim_reference *reference = vsphere_property_reference(content, path);

	return reference ? reference->value : NULL;
}

static const struct {
	const char *word;
	enum vmx_power_state state;
} power_states[] = {
	{ "poweredOff", VMX_POWER_OFF },
	{ "poweredOn", VMX_POWER_ON },
	{ "suspended", VMX_POWER_SUSPENDED },
};

enum vmx_power_state vsphere_power_state(const char *word)
{
	for (size_t i = 0; word && i < sizeof(power_states) / sizeof(power_states[0]); i++) {
		if (strcmp(power_states[i].word, word) == 0)
			return power_states[i].state;
	}
	return VMX_POWER_UNKNOWN;
}

/*
 * By kind
 */

static enum vmx_code fill_nothing(struct object_view *view,
				  const struct vim_ObjectContent *content,
				  struct vmx_error *error)
{
	(void)view;
	(void)content;
	(void)error;
	return VMX_OK;
}

static enum vmx_code fill_host(struct object_view *view, const struct vim_ObjectContent *content,
			       struct vmx_error *error)
{
	(void)error;
	view->object.host = &view->host;
	view->host = (struct vmx_remote_host){
		.size = sizeof(view->host),
		.in_maintenance =
			vsphere_property_boolean(content, "runtime.inMaintenanceMode") == VIM_TRUE,
		.managed_by = vsphere_property_text(content, "summary.managementServerIp"),
	};
	return VMX_OK;
}

static enum vmx_code fill_machine(struct object_view *view,
				  const struct vim_ObjectContent *content,
				  struct vmx_error *error)
{
	(void)error;
	view->object.machine = &view->machine;
	view->machine = (struct vmx_remote_machine){
		.size = sizeof(view->machine),
		.uuid = vsphere_property_text(content, "config.uuid"),
		.instance_uuid = vsphere_property_text(content, "config.instanceUuid"),
		.vmx = vsphere_property_text(content, "config.files.vmPathName"),
		.host = id_of(content, "runtime.host"),
		.power = vsphere_power_state(vsphere_property_text(content, "runtime.powerState")),
		.asks = vsphere_property(content, "runtime.question") != NULL,
		.is_template = vsphere_property_boolean(content, "config.template") == VIM_TRUE,
	};
	/* the whole config is away when the files can't be reached */
	if (!view->machine.vmx && !view->object.problem)
		view->object.problem = "the server does not tell the machine's configuration: "
				       "its files may be out of reach";
	return VMX_OK;
}

static uint64_t bytes_of(const struct vim_ObjectContent *content, const char *path)
{
	const struct vim_number *number = vsphere_property_number(content, path);

	return number && number->value > 0 ? (uint64_t)number->value : 0;
}

static enum vmx_code fill_mounts(struct object_view *view,
				 const struct vim_ObjectContent *content,
				 struct vmx_error *error)
{
	const struct vim_DatastoreHostMount_list list =
		VIM_VALUE_ITEMS(DatastoreHostMount, vsphere_property(content, "host"));
	struct vmx_remote_mount *mounts;

	vmxi_arena_release(&view->mounts);
	if (list.count == 0)
		return VMX_OK;
	/* the list was in an answer, whose size is bounded */
	mounts = vmxi_arena_zeroed(&view->mounts, list.count * sizeof(*mounts));
	if (!mounts)
		return vsphere_out_of_memory(error);
	for (size_t i = 0; i < list.count; i++) {
		mounts[i].host = list.items[i]->key.value;
		mounts[i].path = list.items[i]->mountInfo ? list.items[i]->mountInfo->path : NULL;
	}
	view->datastore.mounts = mounts;
	view->datastore.mount_count = list.count;
	return VMX_OK;
}

static enum vmx_code fill_datastore(struct object_view *view,
				    const struct vim_ObjectContent *content,
				    struct vmx_error *error)
{
	view->object.datastore = &view->datastore;
	view->datastore = (struct vmx_remote_datastore){
		.size = sizeof(view->datastore),
		.accessible = vsphere_property_boolean(content, "summary.accessible") == VIM_TRUE,
		.capacity = bytes_of(content, "summary.capacity"),
		.free_space = bytes_of(content, "summary.freeSpace"),
		.type = vsphere_property_text(content, "summary.type"),
	};
	return fill_mounts(view, content, error);
}

static enum vmx_code (*const fill[])(struct object_view *, const struct vim_ObjectContent *,
				     struct vmx_error *) = {
	[VMX_REMOTE_DATACENTER] = fill_nothing,
	[VMX_REMOTE_HOST] = fill_host,
	[VMX_REMOTE_MACHINE] = fill_machine,
	[VMX_REMOTE_DATASTORE] = fill_datastore,
	[VMX_REMOTE_NETWORK] = fill_nothing,
};

/*
 * What all have
 */

static enum vmx_code set_name(struct object_view *view, const char *api_name,
			      struct vmx_error *error)
{
	enum vmx_code code = vsphere_plain_name(api_name, &view->name, error);

	if (code == VMX_OK)
		view->object.name = view->name.data;
	return code;
}

static enum vmx_code set_datacenter(struct object_view *view, const struct inventory *inventory,
				    const struct place *datacenter, struct vmx_error *error)
{
	enum vmx_code code;

	if (!datacenter)
		return VMX_OK;
	code = vsphere_place_path(&inventory->places, datacenter, &view->datacenter, error);
	if (code == VMX_OK)
		view->object.datacenter = view->datacenter.data;
	return code;
}

/*
 * The parent's path, and the name; the datacenter's path.  Where the server does not tell the
 * parent, the only datacenter that there is must be it.
 */
static enum vmx_code set_places(struct object_view *view, const struct inventory *inventory,
				const char *parent, const char *api_name,
				struct vmx_error *error)
{
	const struct place *up = vsphere_place_find(&inventory->places, parent);
	const struct place *datacenter = vsphere_place_datacenter(up);
	enum vmx_code code;

	if (!up)
		return set_datacenter(view, inventory, inventory->places.only_datacenter, error);
	code = vsphere_place_path(&inventory->places, up, &view->path, error);
	if (code != VMX_OK)
		return code;
	if ((view->path.length > 0 && !vmxi_bytes_append_char(&view->path, '/')) ||
	    !vmxi_bytes_append_text(&view->path, text_of(api_name)))
		return vsphere_out_of_memory(error);
	view->object.path = view->path.data;
	if (view->object.kind == VMX_REMOTE_DATACENTER) {
		view->object.datacenter = view->path.data;
		return VMX_OK;
	}
	return set_datacenter(view, inventory, datacenter, error);
}

/* What the server says of the first property that it could not read. */
static void set_problem(struct object_view *view, const struct vim_ObjectContent *content)
{
	const struct vim_MissingProperty *missing;

	if (content->missingSet.count == 0)
		return;
	missing = content->missingSet.items[0];
	snprintf(view->problem, sizeof(view->problem), "%.100s can't be read: %.120s",
		 missing->path ? missing->path : "a property",
		 missing->fault ? vsphere_fault_name(missing->fault->fault) : "no reason given");
	view->object.problem = view->problem;
}

enum vmx_code vsphere_view_fill(struct object_view *view, const struct inventory *inventory,
				enum vmx_remote_kind kind,
				const struct vim_ObjectContent *content,
				struct vmx_error *error)
{
	const char *name = vsphere_property_text(content, "name");
	const char *api_name = name ? name : content->obj.value;
	enum vmx_code code;

	view->object = (struct vmx_remote_object){
		.size = sizeof(view->object), .kind = kind,
		.id = content->obj.value, .type = content->obj.type,
	};
	set_problem(view, content);
	code = set_name(view, api_name, error);
	if (code == VMX_OK)
		code = set_places(view, inventory, id_of(content, "parent"), api_name, error);
	return code == VMX_OK ? fill[kind](view, content, error) : code;
}
