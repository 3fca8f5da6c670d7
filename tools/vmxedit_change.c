/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmxedit set, unset, rename and fmt: all of a call's edits are made, or none.
 */
#include <stdio.h>
#include <string.h>

#include "vmxedit_commands.h"
#include "vmxedit_file.h"

/* An edit takes one or two arguments. */
typedef enum vmx_code edit_fn(const struct file *file, char **arguments);

/* What is wrong with an argument, whatever the file holds. */
static bool is_fault_of_argument(enum vmx_code code)
{
	static const enum vmx_code codes[] = {
		VMX_CODE_INVALID_KEY, VMX_CODE_KEY_TOO_LONG, VMX_CODE_UNREPRESENTABLE_VALUE,
		VMX_CODE_INVALID_UTF8, VMX_CODE_UNENCODABLE_CHARACTER, VMX_CODE_VALUE_TOO_LONG,
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i] == code)
			return true;
	}
	return false;
}

/* number: of the argument behind the file, from 1 */
static enum exit_status show_failed_edit(const struct file *file, int number)
{
	const struct settings *s = file->settings;
	char label[64];

	if (!is_fault_of_argument(vmx_error_code(s->common.error)))
		return show_error(&s->common.console, file->name, s->common.error);
	snprintf(label, sizeof(label), "%s: argument %d", s->common.console.tool, number);
	(void)show_error(&s->common.console, label, s->common.error);
	/* what the encoding lacks is for the file to say */
	return vmx_error_code(s->common.error) == VMX_CODE_UNENCODABLE_CHARACTER ? STATUS_INPUT : STATUS_USAGE;
}

static enum exit_status store(const struct file *file,
			      enum vmx_code (*write)(const struct vmx_document *document,
						     struct vmx_bytes *ret, struct vmx_error *error))
{
	struct vmx_bytes content = VMX_BYTES_INIT;
	enum exit_status status;

	if (write(file->document, &content, file->settings->common.error) == VMX_OK)
		status = file_store(file, &content);
	else
		status = show_error(&file->settings->common.console, file->name, file->settings->common.error);
	vmx_bytes_release(&content);
	return status;
}

static enum exit_status edit_and_store(const struct file *file, edit_fn *edit, int step,
				       char **arguments, int count)
{
	for (int i = 0; i < count; i += step) {
		if (edit(file, arguments + i) != VMX_OK)
			return show_failed_edit(file, i + step);	/* it is the last that is new */
	}
	return store(file, vmx_document_write);
}

/* step: how many arguments an edit takes; arguments: the file, and theirs */
static enum exit_status change(const struct settings *settings, edit_fn *edit, int step,
			       char **arguments, int count)
{
	struct file file;
	enum exit_status status = file_read_to_edit(settings, arguments[0], &file);

	if (status == STATUS_DONE)
		status = edit_and_store(&file, edit, step, arguments + 1, count - 1);
	file_release(&file);
	return status;
}

/*
 * set
 */

static bool same_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

/* Whether the key says so already, in whatever spelling.  Only fails without memory. */
static enum vmx_code has_value(const struct file *file, const char *key, size_t key_length,
			       const char *value, size_t length, bool *ret)
{
	struct vmx_bytes text = VMX_BYTES_INIT;
	struct vmx_entry entry;
	enum vmx_code code = vmx_document_get(file->document, key, key_length, &entry);

	*ret = code == VMX_OK && file->settings->raw &&
	       same_bytes(entry.value, entry.value_length, value, length);
	if (code != VMX_OK || file->settings->raw)
		return VMX_OK;
	code = vmx_document_get_text(file->document, key, key_length, &text, file->settings->common.error);
	*ret = code == VMX_OK && same_bytes(text.data, text.length, value, length);
	vmx_bytes_release(&text);
	return code == VMX_CODE_OUT_OF_MEMORY ? code : VMX_OK;
}

static enum vmx_code set(const struct file *file, char **arguments)
{
	const char *key = arguments[0], *equals = strchr(key, '='), *value = equals + 1;
	size_t key_length = (size_t)(equals - key), length = strlen(value);
	bool same;
	enum vmx_code code = has_value(file, key, key_length, value, length, &same);

	if (code != VMX_OK || same)
		return code;
	return (file->settings->raw ? vmx_document_set : vmx_document_set_text)
		(file->document, key, key_length, value, length, file->settings->common.error);
}

enum exit_status command_set(const struct settings *settings, char **arguments, int count)
{
	for (int i = 1; i < count; i++) {
		if (!strchr(arguments[i], '='))
			return usage_error(&settings->common.console, "'%s' is not of the form KEY=VALUE",
					   arguments[i]);
	}
	return change(settings, set, 1, arguments, count);
}

/*
 * unset
 */
static enum vmx_code unset(const struct file *file, char **arguments)
{
	enum vmx_code code = vmx_document_unset(file->document, arguments[0], strlen(arguments[0]),
						file->settings->common.error);

	return code == VMX_CODE_KEY_NOT_FOUND && file->settings->force ? VMX_OK : code;
}

enum exit_status command_unset(const struct settings *settings, char **arguments, int count)
{
	return change(settings, unset, 1, arguments, count);
}

/*
 * rename
 */
static enum vmx_code rename_key(const struct file *file, char **arguments)
{
	return vmx_document_rename(file->document, arguments[0], strlen(arguments[0]), arguments[1],
				   strlen(arguments[1]), file->settings->common.error);
}

enum exit_status command_rename(const struct settings *settings, char **arguments, int count)
{
	if (count % 2 == 0)
		return usage_error(&settings->common.console, "'%s' has no new name", arguments[count - 1]);
	return change(settings, rename_key, 2, arguments, count);
}

/*
 * fmt
 */
enum exit_status command_fmt(const struct settings *settings, char **arguments, int count)
{
	struct file file;
	enum exit_status status = file_read_to_edit(settings, arguments[0], &file);

	(void)count;
	if (status == STATUS_DONE)
		status = store(&file, vmx_document_write_normal);
	file_release(&file);
	return status;
}
