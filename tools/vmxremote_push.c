/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * push: a VMX file takes the place of a machine's.
 */
#include <string.h>

#include "common/input.h"
#include "vmxremote_commands.h"
#include "vmxremote_output.h"

struct reading {
	const struct settings *settings;
	const char *name;
};

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	const struct reading *reading = user;

	show_diagnostic(&reading->settings->common.console, reading->name, diagnostic);
}

/* That it is a machine; what is stored are the bytes of the file. */
static enum vmx_code read_file(const struct settings *s, const char *file, struct vmx_bytes *ret)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *document = NULL;
	struct vmx_machine *machine = NULL;
	struct reading reading = { s, input_name(file) };
	enum vmx_code code;

	options.encoding = s->encoding;
	options.max_file_size = s->max_size;
	options.diagnostic = hear;
	options.user = &reading;
	code = read_input(file, &options, &document, s->common.error);
	if (code == VMX_OK && !s->force)
		code = vmx_machine_read(document, NULL, &machine, s->common.error);
	if (code == VMX_OK)
		code = vmx_document_write(document, ret, s->common.error);
	vmx_machine_free(machine);
	vmx_document_free(document);
	return code;
}

/* A host writes the file of a running machine itself, and would undo the change. */
static enum exit_status check_machine(const struct settings *s, const struct remote_machine *machine)
{
	if (!machine->vmx)
		return remote_no_vmx(&s->remote, machine);
	if (s->force || machine->power == VMX_POWER_OFF || machine->power == VMX_POWER_UNKNOWN)
		return STATUS_DONE;
	show_problem(&s->common.console, "'%s' is %s; stop it first, or say --force", machine->name,
		     power_name(machine->power));
	return STATUS_INPUT;
}

struct source {
	const struct vmx_bytes *bytes;
	size_t at;
};

static size_t give_bytes(void *user, void *data, size_t max)
{
	struct source *source = user;
	size_t left = source->bytes->length - source->at, n = left < max ? left : max;

	memcpy(data, source->bytes->data + source->at, n);
	source->at += n;
	return n;
}

static enum exit_status store(const struct settings *s, const struct remote_machine *machine,
			      const struct vmx_bytes *bytes)
{
	struct source source = { .bytes = bytes };
	const struct vmx_upload upload = {
		.size = sizeof(upload), .path = machine->vmx, .datacenter = machine->datacenter,
		.length = bytes->length, .read = give_bytes, .user = &source, .overwrite = true,
	};

	if (vmx_connection_upload(s->remote.connection, &upload, s->common.error) != VMX_OK)
		return remote_error(&s->remote, machine->name);
	show_note(&s->common.console, "'%s' has a new VMX file; the server reads it when the machine is "
		  "registered anew or reloaded", machine->name);
	return STATUS_DONE;
}

enum exit_status command_push(struct settings *s, char **arguments, int count)
{
	struct remote_machine machine = { .id = NULL };
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	enum exit_status status = STATUS_DONE;

	(void)count;
	if (read_file(s, arguments[0], &bytes) != VMX_OK)
		status = show_encoding_error(&s->common.console, input_name(arguments[0]), s->common.error,
					     s->encoding);
	if (status == STATUS_DONE)
		status = remote_find(&s->remote, arguments[1], &machine);
	if (status == STATUS_DONE)
		status = check_machine(s, &machine);
	if (status == STATUS_DONE)
		status = store(s, &machine, &bytes);
	remote_machine_release(&machine);
	vmx_bytes_release(&bytes);
	return status;
}
