/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct kind {
	enum vmx_remote_kind kind;
	const char *name, *type;
} kinds[] = {
	{ VMX_REMOTE_DATACENTER, "datacenter", "Datacenter" },
	{ VMX_REMOTE_HOST, "host", "HostSystem" },
	{ VMX_REMOTE_MACHINE, "machine", "VirtualMachine" },
	{ VMX_REMOTE_DATASTORE, "datastore", "Datastore" },
	{ VMX_REMOTE_NETWORK, "network", "Network" },
};

static const struct {
	const char *word;
	enum vmx_power_state state;
} powers[] = {
	{ "off", VMX_POWER_OFF }, { "on", VMX_POWER_ON }, { "suspended", VMX_POWER_SUSPENDED },
};

#define MOUNTS_MAX 16

/* An object with all that hangs on it. */
struct full_object {
	struct vmx_remote_object object;
	struct vmx_remote_machine machine;
	struct vmx_remote_host host;
	struct vmx_remote_datastore datastore;
	struct vmx_remote_mount mounts[MOUNTS_MAX];
	char hosts[MOUNTS_MAX][64];
};

static void fill_machine(const struct memory *memory, const struct record *r,
			 struct vmx_remote_machine *ret)
{
	const struct record *question;
	size_t at = 0;

	*ret = (struct vmx_remote_machine){
		.size = sizeof(*ret),
		.uuid = record_get(r, "uuid"),
		.instance_uuid = record_get(r, "instance-uuid"),
		.vmx = record_get(r, "vmx"),
		.host = record_get(r, "host"),
		.is_template = record_is(r, "template", "1"),
	};
	for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++) {
		if (record_is(r, "power", powers[i].word))
			ret->power = powers[i].state;
	}
	while ((question = memory_next(memory, "question", &at)))
		ret->asks |= record_is(question, "when", "now") &&
			     record_is(question, "machine", record_get(r, "id"));
}

/* "mount HOST PATH", without PATH where it is not told. */
static void fill_mounts(const struct record *r, struct full_object *ret)
{
	const char *mount;
	size_t i;

	for (i = 0; i < MOUNTS_MAX && (mount = record_get_at(r, "mount", i)); i++) {
		size_t length = strcspn(mount, " ");

		snprintf(ret->hosts[i], sizeof(ret->hosts[i]), "%.*s", (int)length, mount);
		ret->mounts[i].host = ret->hosts[i];
		ret->mounts[i].path = mount[length] ? mount + length + 1 : NULL;
	}
	ret->datastore.mounts = ret->mounts;
	ret->datastore.mount_count = i;
}

static void fill_object(const struct memory *memory, const struct kind *kind,
			const struct record *r, struct full_object *ret)
{
	const char *type = record_get(r, "type");

	*ret = (struct full_object){ .object = {
		.size = sizeof(ret->object), .kind = kind->kind,
		.id = record_get(r, "id"), .name = record_get(r, "name"),
		.type = kind->kind == VMX_REMOTE_DATASTORE || !type ? kind->type : type,
		.path = record_get(r, "path"), .datacenter = record_get(r, "datacenter"),
		.problem = record_get(r, "problem"),
	} };
	if (kind->kind == VMX_REMOTE_MACHINE) {
		fill_machine(memory, r, &ret->machine);
		ret->object.machine = &ret->machine;
	} else if (kind->kind == VMX_REMOTE_HOST) {
		ret->host = (struct vmx_remote_host){
			sizeof(ret->host), record_is(r, "maintenance", "1"), record_get(r, "managed-by") };
		ret->object.host = &ret->host;
	} else if (kind->kind == VMX_REMOTE_DATASTORE) {
		ret->datastore = (struct vmx_remote_datastore){
			.size = sizeof(ret->datastore), .accessible = !record_is(r, "accessible", "0"),
			.capacity = record_number(r, "capacity"), .free_space = record_number(r, "free"),
			.type = type };
		fill_mounts(r, ret);
		ret->object.datastore = &ret->datastore;
	}
}

static const struct kind *kind_of(enum vmx_remote_kind kind)
{
	size_t i = 0;

	while (kinds[i].kind != kind)
		i++;
	return &kinds[i];
}

enum vmx_code memory_list(void *connection, enum vmx_remote_kind kind, vmx_remote_object_fn fn,
			  void *user, struct vmx_error *error)
{
	const struct memory *memory = connection;
	const struct kind *k = kind_of(kind);
	enum vmx_code code = memory_fails(memory, "list", error);
	const struct record *r;
	struct full_object object;
	size_t at = 0;

	while (code == VMX_OK && (r = memory_next(memory, k->name, &at))) {
		fill_object(memory, k, r, &object);
		if (!fn(user, &object.object))
			break;
		if (memory_is_cancelled(memory))
			code = vmx_error_set(error, VMX_CODE_CANCELLED, NULL, "the listing was cancelled");
	}
	return code;
}

/* All machines with this value; the first is *ret, and candidates names them. */
static size_t find_by(const struct memory *memory, const char *field, const char *value,
		      struct record **ret, char *candidates, size_t room)
{
	size_t at = 0, count = 0;
	struct record *r;

	candidates[0] = '\0';
	while ((r = memory_next(memory, "machine", &at))) {
		size_t used = strlen(candidates);

		if (!record_is(r, field, value))
			continue;
		if (count++ == 0)
			*ret = r;
		snprintf(candidates + used, room - used, "%s%s (%s)", used ? ", " : "",
			 record_get(r, "path") ? record_get(r, "path") : "?", record_get(r, "id"));
	}
	return count;
}

enum vmx_code memory_find_machine(void *connection, const char *wanted, vmx_remote_object_fn fn,
				  void *user, struct vmx_error *error)
{
	static const char *const fields[] = { "uuid", "id", "vmx", "path", "name" };
	const struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "find_machine", error);
	struct full_object object;
	struct record *r = NULL;
	char candidates[512];
	size_t count = 0;

	if (code != VMX_OK)
		return code;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && count == 0; i++)
		count = find_by(memory, fields[i], wanted, &r, candidates, sizeof(candidates));
	if (count == 0)
		return vmx_error_set(error, VMX_CODE_NOT_FOUND, NULL, "there is no machine '%s'", wanted);
	if (count > 1)
		return vmx_error_set(error, VMX_CODE_AMBIGUOUS_NAME, NULL,
				     "several machines are called '%s': %s", wanted, candidates);
	fill_object(memory, kind_of(VMX_REMOTE_MACHINE), r, &object);
	fn(user, &object.object);
	return VMX_OK;
}

enum vmx_code memory_machine(const struct memory *memory, const char *id, struct record **ret,
			     struct vmx_error *error)
{
	size_t at = 0;

	while ((*ret = memory_next(memory, "machine", &at))) {
		if (record_is(*ret, "id", id))
			return VMX_OK;
	}
	return vmx_error_set(error, VMX_CODE_NOT_FOUND, "ManagedObjectNotFound",
			     "there is no machine with the id '%s'", id);
}

enum vmx_code memory_add_datastores(void *connection, const char *machine,
				    struct vmx_path_rules *rules, struct vmx_error *error)
{
	const struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "add_datastores", error);
	const struct record *r;
	struct record *m = NULL;
	struct full_object object;
	size_t at = 0;

	if (code == VMX_OK)
		code = memory_machine(memory, machine, &m, error);
	while (code == VMX_OK && (r = memory_next(memory, "datastore", &at))) {
		const char *path = NULL;

		fill_object(memory, kind_of(VMX_REMOTE_DATASTORE), r, &object);
		for (size_t i = 0; i < object.datastore.mount_count; i++) {
			if (record_is(m, "host", object.mounts[i].host))
				path = object.mounts[i].path;
		}
		code = vmx_path_rules_add_datastore(rules, object.object.name, strlen(object.object.name),
						    path, path ? strlen(path) : 0, error);
	}
	return code;
}
