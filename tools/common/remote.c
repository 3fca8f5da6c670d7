/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/signals.h"

bool is_uri(const char *text)
{
	static const char in_scheme[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
	size_t length = strspn(text, in_scheme);

	return length > 0 && strncmp(text + length, "://", 3) == 0;
}

/*
 * Opening
 */

/* Answers to questions are told to those who have started the task. */
static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	const struct remote *remote = user;

	if (diagnostic->code != VMX_CODE_QUESTION_ANSWERED)
		show_diagnostic(remote->console, remote->name, diagnostic);
}

bool remote_is_stopped(void)
{
	return stop_signal() != 0;
}

static bool is_cancelled(void *user)
{
	(void)user;
	return remote_is_stopped();
}

static bool ask(void *user, const struct vmx_credential_request *request,
		struct vmx_bytes *ret_user, struct vmx_bytes *ret_password)
{
	struct remote *remote = user;

	return credentials_ask(&remote->credentials, request, ret_user, ret_password);
}

static void name_server(struct remote *remote)
{
	const struct vmx_connection_uri *uri = remote->uri;
	bool brackets = strchr(uri->host, ':') != NULL;
	char port[16] = "";

	if (uri->port > 0)
		snprintf(port, sizeof(port), ":%u", uri->port);
	snprintf(remote->name, sizeof(remote->name), "%s://%s%s%s%s", uri->scheme,
		 brackets ? "[" : "", uri->host, brackets ? "]" : "", port);
}

/*
 * A connection that breaks while something is sent would be a SIGPIPE, and not everything
 * that modules bring along prevents that.
 */
static bool prepare_signals(const struct remote *remote)
{
	if (ignore_broken_pipes() && stop_on_signals())
		return true;
	show_problem(remote->console, "can't catch signals: %s", strerror(errno));
	return false;
}

static enum exit_status open_error(const struct remote *remote)
{
	enum exit_status status = remote_error(remote, NULL);

	if (vmx_error_code(remote->error) == VMX_CODE_NO_CREDENTIALS)
		show_note(remote->console, "passwords come from --password-file, VMX_PASSWORD, libvirt's "
			  "auth.conf, ~/.netrc, VMX_ASKPASS or the terminal");
	return status;
}

enum exit_status remote_open(struct remote *remote, const char *uri)
{
	struct vmx_connection_options options = VMX_CONNECTION_OPTIONS_INIT;

	snprintf(remote->name, sizeof(remote->name), "<URI>");
	if (vmx_connection_uri_parse(uri, strlen(uri), NULL, &remote->uri, remote->error) != VMX_OK)
		return remote_error(remote, NULL);
	name_server(remote);
	if (!prepare_signals(remote))
		return STATUS_SYSTEM;
	remote->credentials.console = remote->console;
	remote->credentials.password_file = remote->password_file;
	options.credentials = ask;
	options.diagnostic = hear;
	options.cancelled = is_cancelled;
	options.user = remote;
	options.timeout = remote->timeout;
	if (vmx_connection_open(uri, strlen(uri), &options, &remote->connection, remote->error) != VMX_OK)
		return open_error(remote);
	return STATUS_DONE;
}

enum exit_status remote_close(struct remote *remote, enum exit_status status)
{
	if (vmx_connection_close(remote->connection, remote->error) != VMX_OK)
		status = status_of_both(status, remote_error(remote, NULL));
	vmx_connection_uri_free(remote->uri);
	credentials_wipe(&remote->credentials);
	return status;
}

enum exit_status remote_error(const struct remote *remote, const char *what)
{
	return show_error(remote->console, what ? what : remote->name, remote->error);
}

/*
 * Machines
 */

static bool copy(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return *ret || !text;
}

bool remote_machine_copy(struct remote_machine *ret, const struct vmx_remote_object *object)
{
	const struct vmx_remote_machine *m = object->machine;

	ret->power = m ? m->power : VMX_POWER_UNKNOWN;
	ret->asks = m && m->asks;
	return copy(object->id, &ret->id) && copy(object->name ? object->name : object->id, &ret->name) &&
	       copy(object->path, &ret->path) && copy(object->datacenter, &ret->datacenter) &&
	       copy(object->problem, &ret->problem) && copy(m ? m->vmx : NULL, &ret->vmx) &&
	       copy(m ? m->host : NULL, &ret->host);
}

void remote_machine_release(struct remote_machine *machine)
{
	free(machine->id);
	free(machine->name);
	free(machine->path);
	free(machine->datacenter);
	free(machine->vmx);
	free(machine->host);
	free(machine->problem);
	*machine = (struct remote_machine){ .id = NULL };
}

struct finding_one {
	struct remote_machine *machine;
	bool no_memory;
};

static bool take_machine(void *user, const struct vmx_remote_object *object)
{
	struct finding_one *finding = user;

	finding->no_memory = !remote_machine_copy(finding->machine, object);
	return false;
}

enum exit_status remote_find(const struct remote *remote, const char *wanted,
			     struct remote_machine *ret)
{
	struct finding_one finding = { .machine = ret };

	if (vmx_connection_find_machine(remote->connection, wanted, strlen(wanted), take_machine,
					&finding, remote->error) != VMX_OK)
		return remote_error(remote, wanted);
	return finding.no_memory ? show_out_of_memory(remote->console) : STATUS_DONE;
}

enum exit_status remote_no_vmx(const struct remote *remote, const struct remote_machine *machine)
{
	char text[512];

	snprintf(text, sizeof(text), "the server does not tell where the VMX file is%s%s",
		 machine->problem ? ": " : "", machine->problem ? machine->problem : "");
	show_diagnostic(remote->console, machine->name, &(struct vmx_diagnostic){
		VMX_CODE_INCOMPLETE_OBJECT, VMX_ERROR, 0, 0, text });
	return STATUS_INPUT;
}

enum exit_status remote_fetch_vmx(const struct remote *remote, const struct remote_machine *machine,
				  size_t max, struct vmx_bytes *ret)
{
	if (!machine->vmx)
		return remote_no_vmx(remote, machine);
	if (vmx_connection_fetch(remote->connection, machine->vmx, machine->datacenter, max, ret,
				 remote->error) != VMX_OK)
		return remote_error(remote, machine->name);
	return STATUS_DONE;
}

/*
 * Names in the VMX file
 */

/* "[datastore] directory" of the VMX file, as the level understands it. */
static enum vmx_code directory_of(const char *vmx, enum vmx_level level, struct vmx_bytes *ret,
				  struct vmx_error *error)
{
	unsigned int flags = level == VMX_LEVEL_LIBVIRT ? VMX_DATASTORE_LIBVIRT : 0;
	struct vmx_datastore_path *path = NULL, *directory = NULL;
	enum vmx_code code = vmx_datastore_path_parse(vmx, strlen(vmx), flags, NULL, &path, error);

	if (code == VMX_OK) {
		const char *name = vmx_datastore_path_name(path);
		const char *inside = vmx_datastore_path_directory(path);

		code = vmx_datastore_path_new(name, strlen(name), inside, strlen(inside), flags, NULL,
					      &directory, error);
	}
	if (code == VMX_OK)
		code = vmx_datastore_path_format(directory, flags, ret, error);
	vmx_datastore_path_free(directory);
	vmx_datastore_path_free(path);
	return code;
}

static enum vmx_code make_rules(const struct remote *remote, const struct remote_machine *machine,
				struct vmx_path_rules **rules)
{
	enum vmx_code code;

	if (*rules)
		return VMX_OK;
	code = vmx_path_rules_new(NULL, rules, remote->error);
	if (code == VMX_OK)
		code = vmx_connection_add_datastores(remote->connection, machine->id, *rules,
						     remote->error);
	if (code == VMX_OK)
		return VMX_OK;
	vmx_path_rules_free(*rules);
	*rules = NULL;
	return code;
}

enum exit_status remote_rules(const struct remote *remote, const struct remote_machine *machine,
			      enum vmx_level level, struct vmx_path_rules **rules)
{
	struct vmx_bytes directory = VMX_BYTES_INIT;
	enum vmx_code code = make_rules(remote, machine, rules);

	if (code == VMX_OK) {
		vmx_path_rules_set_level(*rules, level);
		code = directory_of(machine->vmx, level, &directory, remote->error);
	}
	if (code == VMX_OK)
		code = vmx_path_rules_set_directory(*rules, directory.data, directory.length,
						    remote->error);
	vmx_bytes_release(&directory);
	return code == VMX_OK ? STATUS_DONE : remote_error(remote, machine->name);
}
