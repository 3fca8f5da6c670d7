/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * list, datastores, networks, info: what is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_line.h"
#include "vmxremote_commands.h"
#include "vmxremote_output.h"

/* An object goes to standard output as it comes. */
struct listing {
	struct settings *settings;
	enum exit_status status;
	bool in_full;		/* one object, with all that is known */
};

static const char *name_of(const struct vmx_remote_object *object)
{
	return object->name ? object->name : object->id;
}

/*
 * JSON
 */

static bool add_machine(json_t *o, const struct vmx_remote_machine *m)
{
	return json_add_optional(o, "uuid", m->uuid) &&
	       json_add_optional(o, "instance_uuid", m->instance_uuid) &&
	       json_add_optional(o, "vmx", m->vmx) && json_add_optional(o, "host", m->host) &&
	       json_add_string(o, "power", power_name(m->power)) &&
	       json_add_flag(o, "asks", m->asks) && json_add_flag(o, "template", m->is_template);
}

static bool add_host(json_t *o, const struct vmx_remote_host *h)
{
	return json_add_flag(o, "maintenance", h->in_maintenance) &&
	       json_add_optional(o, "managed_by", h->managed_by);
}

static bool add_mounts(json_t *o, const struct vmx_remote_datastore *d)
{
	json_t *array = json_array();
	bool good = json_object_set_new(o, "mounts", array) == 0;

	for (size_t i = 0; good && i < d->mount_count; i++) {
		json_t *mount = json_object();

		good = json_add_optional(mount, "host", d->mounts[i].host) &&
		       json_add_optional(mount, "path", d->mounts[i].path);
		good = json_array_append_new(array, mount) == 0 && good;
	}
	return good;
}

static bool add_datastore(json_t *o, const struct vmx_remote_datastore *d)
{
	return json_add_optional(o, "kind", d->type) && json_add_flag(o, "accessible", d->accessible) &&
	       json_add_size(o, "capacity", d->capacity) && json_add_size(o, "free", d->free_space) &&
	       add_mounts(o, d);
}

static json_t *object_json(const struct vmx_remote_object *object)
{
	json_t *o = json_object();
	bool good = json_add_string(o, "id", object->id) && json_add_optional(o, "type", object->type) &&
		    json_add_optional(o, "name", object->name) &&
		    json_add_optional(o, "path", object->path) &&
		    json_add_optional(o, "datacenter", object->datacenter) &&
		    (!object->machine || add_machine(o, object->machine)) &&
		    (!object->host || add_host(o, object->host)) &&
		    (!object->datastore || add_datastore(o, object->datastore)) &&
		    json_add_optional(o, "problem", object->problem);

	return json_if_whole(good, o);
}

/*
 * Lines
 */

#define ID_WIDTH 12
#define STATE_WIDTH 16

static void print_machine(const struct vmx_remote_object *object)
{
	const struct vmx_remote_machine *m = object->machine;
	char state[64];

	snprintf(state, sizeof(state), "%s%s%s", power_name(m->power),
		 m->is_template ? ", template" : "", m->asks ? ", asks" : "");
	print_column(state, STATE_WIDTH);
	print_column(object->path ? object->path : name_of(object), 0);
}

static void print_host(const struct vmx_remote_object *object)
{
	print_column(object->host->in_maintenance ? "in maintenance" : NULL, STATE_WIDTH);
	print_column(name_of(object), 0);
}

static void print_datastore(const struct vmx_remote_object *object)
{
	const struct vmx_remote_datastore *d = object->datastore;
	char free_space[SIZE_TEXT_MAX], capacity[SIZE_TEXT_MAX];

	print_column(d->accessible ? d->type : "not accessible", STATE_WIDTH);
	printf("%10s free of %10s  ", size_text(d->free_space, free_space),
	       size_text(d->capacity, capacity));
	print_column(name_of(object), 0);
}

static void print_other(const struct vmx_remote_object *object)
{
	print_column(object->type, STATE_WIDTH + 2);
	print_column(object->path ? object->path : name_of(object), 0);
}

static void print_object(const struct vmx_remote_object *object)
{
	print_column(object->id, ID_WIDTH);
	if (object->machine)
		print_machine(object);
	else if (object->host)
		print_host(object);
	else if (object->datastore)
		print_datastore(object);
	else
		print_other(object);
}

static void print_member(const char *name, const char *value)
{
	if (!value)
		return;
	printf("%-15s", name);
	print_column(value, 0);
	putchar('\n');
}

/* All that is known of one machine; the last line is not ended. */
static void print_in_full(const struct vmx_remote_object *object)
{
	const struct vmx_remote_machine *m = object->machine;

	print_member("name", object->name);
	print_member("path", object->path);
	print_member("datacenter", object->datacenter);
	print_member("host", m->host);
	print_member("vmx", m->vmx);
	print_member("uuid", m->uuid);
	print_member("instance uuid", m->instance_uuid);
	print_member("power", power_name(m->power));
	if (m->asks)
		print_member("asks", "a question is open: see 'questions'");
	if (m->is_template)
		print_member("template", "yes");
	printf("%-15s", "id");
	print_column(object->id, 0);
}

/*
 * The commands
 */

static void show_incomplete(const struct settings *s, const struct vmx_remote_object *object)
{
	show_diagnostic(&s->common.console, name_of(object), &(struct vmx_diagnostic){
		VMX_CODE_INCOMPLETE_OBJECT, VMX_WARNING, 0, 0, object->problem });
}

static bool show_object(void *user, const struct vmx_remote_object *object)
{
	struct listing *listing = user;
	struct settings *s = listing->settings;

	if (object->problem)
		show_incomplete(s, object);
	if (s->json) {
		listing->status = print_json(s, object_json(object));
	} else {
		if (listing->in_full && object->machine)
			print_in_full(object);
		else
			print_object(object);
		listing->status = end_line(s);
	}
	return listing->status == STATUS_DONE;
}

static enum exit_status list(struct settings *s, enum vmx_remote_kind kind)
{
	struct listing listing = { .settings = s };

	if (vmx_connection_list(s->remote.connection, kind, show_object, &listing,
				s->common.error) != VMX_OK)
		return status_of_both(listing.status, remote_error(&s->remote, NULL));
	return listing.status;
}

static const struct {
	const char *word;
	enum vmx_remote_kind kind;
} kinds[] = {
	{ "machines", VMX_REMOTE_MACHINE }, { "hosts", VMX_REMOTE_HOST },
	{ "datacenters", VMX_REMOTE_DATACENTER }, { "datastores", VMX_REMOTE_DATASTORE },
	{ "networks", VMX_REMOTE_NETWORK },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The row of the word; KINDS: there is none. */
static size_t find_kind(char **arguments, int count)
{
	size_t i = 0;

	while (count > 0 && i < KINDS && strcmp(arguments[0], kinds[i].word) != 0)
		i++;
	return i;
}

const char *check_list(const struct settings *s, char **arguments, int count)
{
	(void)s;
	return find_kind(arguments, count) < KINDS ? NULL
		: "list takes machines, hosts, datacenters, datastores or networks";
}

enum exit_status command_list(struct settings *s, char **arguments, int count)
{
	return list(s, kinds[find_kind(arguments, count)].kind);
}

enum exit_status command_list_kind(struct settings *s, char **arguments, int count)
{
	(void)arguments;
	(void)count;
	return list(s, (enum vmx_remote_kind)s->command->detail);
}

static json_t *about_json(const struct vmx_server_about *about)
{
	json_t *o = json_object();
	bool good = json_add_optional(o, "product", about->product) &&
		    json_add_optional(o, "version", about->version) &&
		    json_add_optional(o, "api_version", about->api_version) &&
		    json_add_optional(o, "kind", about->kind) &&
		    json_add_optional(o, "managed_by", about->managed_by) &&
		    json_add_optional(o, "user", about->user);

	return json_if_whole(good, o);
}

static enum exit_status show_server(struct settings *s)
{
	const struct vmx_server_about *about = NULL;

	if (vmx_connection_about(s->remote.connection, &about, s->common.error) != VMX_OK)
		return remote_error(&s->remote, NULL);
	if (s->json)
		return print_json(s, about_json(about));
	print_member("product", about->product);
	print_member("version", about->version);
	print_member("api version", about->api_version);
	print_member("kind", about->kind);
	print_member("managed by", about->managed_by);
	printf("%-15s", "user");
	print_column(about->user, 0);
	return end_line(s);
}

enum exit_status command_info(struct settings *s, char **arguments, int count)
{
	struct listing listing = { .settings = s, .in_full = true };

	if (count == 0)
		return show_server(s);
	if (vmx_connection_find_machine(s->remote.connection, arguments[0], strlen(arguments[0]),
					show_object, &listing, s->common.error) != VMX_OK)
		return remote_error(&s->remote, arguments[0]);
	return listing.status;
}
