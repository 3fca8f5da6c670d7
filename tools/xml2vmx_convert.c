/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <vmxkit/vmxkit.h>

#include "common/input.h"
#include "xml2vmx_settings.h"

/* One file on its way. */
struct work {
	const struct settings *settings;
	const char *name;		/* of what diagnostics are about */
	struct vmx_machine *machine;
	struct vmx_document *base;
	struct vmx_bytes before, vmx;
};

static enum vmx_level level_of(const struct settings *s)
{
	return s->shared.libvirt ? VMX_LEVEL_LIBVIRT : VMX_LEVEL_DEFAULT;
}

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	const struct work *work = user;

	show_diagnostic(&work->settings->shared.common.console, work->name, diagnostic);
}

static enum exit_status fail(const struct work *work)
{
	const struct conversion_settings *s = &work->settings->shared;

	return show_encoding_error(&s->common.console, work->name, s->common.error, s->encoding);
}

/*
 * Names of files
 */

/* Without --vmx-dir only paths on datastores change: other names are as the user wants them. */
static enum vmx_code to_vmx(void *user, const char *path, size_t length, struct vmx_bytes *ret,
			    struct vmx_error *error)
{
	const struct settings *s = user;
	struct vmx_path_rules *identity;
	enum vmx_code code;

	if (s->shared.vmx_dir || (length > 0 && path[0] == '['))
		return vmx_path_rules_to_vmx(s->shared.rules, path, length, ret, error);
	code = vmx_path_rules_new(NULL, &identity, error);
	if (code != VMX_OK)
		return code;
	code = vmx_path_rules_to_vmx(identity, path, length, ret, error);
	vmx_path_rules_free(identity);
	return code;
}

/*
 * The steps
 */

static enum exit_status read_machine(struct work *work, const char *file)
{
	const struct settings *s = work->settings;
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	size_t max = s->shared.max_size ? s->shared.max_size : VMX_DEFAULT_MAX_XML_SIZE, length;
	enum exit_status status = STATUS_DONE;
	char *bytes;

	if (!read_bytes(file, max + 1, &bytes, &length)) {
		show_problem(&s->shared.common.console, "can't read '%s': %s", work->name, strerror(errno));
		return STATUS_SYSTEM;
	}
	options.level = level_of(s);
	options.strict = s->shared.strict;
	options.any_type = s->any_type;
	options.scsi_auto = s->scsi_auto;
	options.max_size = max;
	options.diagnostic = hear;
	options.user = work;
	if (vmx_domain_xml_read(bytes, length, &options, &work->machine, s->shared.common.error) != VMX_OK)
		status = fail(work);
	free(bytes);
	return status;
}

static enum exit_status write_new(struct work *work)
{
	const struct settings *s = work->settings;
	struct vmx_machine_write_options options = VMX_MACHINE_WRITE_OPTIONS_INIT;

	options.hardware_version = (unsigned int)s->hardware_version;
	options.encoding = s->shared.encoding;
	options.file_name = to_vmx;
	options.file_name_user = (void *)s;
	options.diagnostic = hear;
	options.user = work;
	if (vmx_machine_write(work->machine, &options, &work->vmx, s->shared.common.error) != VMX_OK)
		return fail(work);
	return STATUS_DONE;
}

/*
 * Onto a file that there is
 */

/* Names in brackets are only told from others where the place of the file is known. */
static enum exit_status read_base(struct work *work)
{
	const struct settings *s = work->settings;
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	options.mode = s->shared.libvirt ? VMX_READ_STRICT : VMX_READ_TOLERANT;
	options.max_file_size = s->shared.max_size;
	if (read_input(s->onto, &options, &work->base, s->shared.common.error) != VMX_OK ||
	    vmx_document_write(work->base, &work->before, s->shared.common.error) != VMX_OK)
		return fail(work);
	return STATUS_DONE;
}

static bool is_secret(const struct vmx_change *change)
{
	static const char suffix[] = ".password";
	size_t len = sizeof(suffix) - 1;

	return change->key_length > len &&
	       strncasecmp(change->key + change->key_length - len, suffix, len) == 0;
}

/* What changes, on standard error; passwords stay where they are. */
static void show_change(void *user, const struct vmx_change *change)
{
	static const char *const words[] = {
		[VMX_CHANGE_SET] = "set", [VMX_CHANGE_ADDED] = "added", [VMX_CHANGE_REMOVED] = "removed",
	};
	const struct work *work = user;
	const char *value = change->new_value ? change->new_value : change->old_value;
	size_t length = change->new_value ? change->new_length : change->old_length;

	if (is_secret(change)) {
		value = "***";
		length = 3;
	}
	show_note(&work->settings->shared.common.console, "%s: %s %.*s = \"%.*s\"", work->name,
		  words[change->kind], (int)change->key_length, change->key, (int)length, value);
}

static enum exit_status write_onto(struct work *work)
{
	const struct settings *s = work->settings;
	struct vmx_machine_apply_options options = VMX_MACHINE_APPLY_OPTIONS_INIT;
	enum exit_status status;

	work->name = input_name(s->onto);
	status = read_base(work);
	if (status != STATUS_DONE)
		return status;
	options.hardware_version = (unsigned int)s->hardware_version;
	options.file_name = to_vmx;
	options.file_name_user = (void *)s;
	if (s->shared.vmx_dir) {
		options.resolve = vmx_path_rules_resolve;
		options.resolve_user = s->shared.rules;
	}
	options.diagnostic = hear;
	options.user = work;
	if (s->verbose) {
		options.changed = show_change;
		options.changed_user = work;
	}
	if (vmx_machine_apply(work->machine, work->base, &options, s->shared.common.error) != VMX_OK ||
	    vmx_document_write(work->base, &work->vmx, s->shared.common.error) != VMX_OK)
		return fail(work);
	return STATUS_DONE;
}

/* What is as it was, and goes where it was, need not be written. */
static bool is_unchanged(const struct work *work, const char *output)
{
	const struct settings *s = work->settings;

	return s->onto && is_same_file(s->onto, output) &&
	       work->before.length == work->vmx.length &&
	       memcmp(work->before.data, work->vmx.data, work->vmx.length) == 0;
}

/*
 * The whole
 */

static enum exit_status deliver(const struct work *work, const char *file, const char *output)
{
	const struct conversion_settings *s = &work->settings->shared;

	if (!output)
		return print_output(s, work->vmx.data, work->vmx.length);
	if (!is_same_file(file, output) && is_unchanged(work, output))
		return STATUS_DONE;
	return store_output(s, file, output, work->vmx.data, work->vmx.length);
}

static void release(struct work *work)
{
	vmx_machine_free(work->machine);
	vmx_document_free(work->base);
	vmx_bytes_release(&work->before);
	vmx_bytes_release(&work->vmx);
}

enum exit_status convert(const void *user, const char *file, const char *output)
{
	const struct settings *settings = user;
	struct work work = {
		.settings = settings,
		.name = input_name(file),
		.before = VMX_BYTES_INIT,
		.vmx = VMX_BYTES_INIT,
	};
	enum exit_status status = read_machine(&work, file);

	if (status == STATUS_DONE)
		status = settings->onto ? write_onto(&work) : write_new(&work);
	if (status == STATUS_DONE)
		status = deliver(&work, file, output);
	release(&work);
	return status;
}
