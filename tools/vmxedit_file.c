/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmxedit_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/input.h"
#include "common/output.h"

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	const struct file *file = user;

	show_diagnostic(&file->settings->common.console, file->name, diagnostic);
}

enum exit_status file_read(const struct settings *settings, const char *path, struct file *ret)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	*ret = (struct file){ .settings = settings, .path = path, .name = input_name(path) };
	options.mode = settings->strict ? VMX_READ_STRICT : VMX_READ_TOLERANT;
	options.encoding = settings->encoding;
	options.max_file_size = settings->max_size;
	options.diagnostic = hear;
	options.user = ret;
	if (read_input(path, &options, &ret->document, settings->common.error) == VMX_OK)
		return STATUS_DONE;
	return show_encoding_error(&settings->common.console, ret->name, settings->common.error,
				   settings->encoding);
}

void file_release(struct file *file)
{
	vmx_document_free(file->document);
	vmx_bytes_release(&file->before);
	file->document = NULL;
}

/*
 * Whether it can be edited
 */
static enum exit_status refuse(const struct file *file, enum vmx_code code, const char *message)
{
	show_diagnostic(&file->settings->common.console, file->name,
			&(struct vmx_diagnostic){ code, VMX_ERROR, 0, 0, message });
	return status_of(code);
}

/* In a file without entries: only blank lines and comments are no sign of another kind. */
static bool has_nonsense(const struct vmx_bytes *bytes)
{
	static const char space[] = " \t\r\n\xEF\xBB\xBF";	/* byte order marks, too */
	const char *at = bytes->data ? bytes->data : "";

	for (at += strspn(at, space); *at == '#'; at += strspn(at, space))
		at += strcspn(at, "\r\n");
	return *at != '\0';
}

static enum exit_status check_content(const struct file *file)
{
	if (file->before.length > 0 && memchr(file->before.data, '\0', file->before.length))
		return refuse(file, VMX_CODE_NUL_BYTE,
			      "a NUL byte: the file is not a VMX file, or it is UTF-16; it is not "
			      "edited");
	if (vmx_document_count(file->document) == 0 && has_nonsense(&file->before))
		return refuse(file, VMX_CODE_NOT_VMX,
			      "there is no 'key = value' line: the file is not a VMX file, and is "
			      "not edited");
	return STATUS_DONE;
}

static enum exit_status begin_edit(struct file *file)
{
	const struct settings *s = file->settings;

	if (vmx_document_write(file->document, &file->before, s->common.error) != VMX_OK)
		return show_error(&s->common.console, file->name, s->common.error);
	return check_content(file);
}

/* Folders can't be read at all, and reading says so. */
static bool is_special(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
}

/* Before it is read, which may take as long as nobody writes to a pipe. */
static enum exit_status check_places(const struct settings *s, const char *path)
{
	if (s->in_place && is_standard_input(path))
		return usage_error(&s->common.console, "standard input can't be edited in place");
	if (s->in_place && is_special(path))
		return usage_error(&s->common.console, "'%s' is no regular file: it can't be edited in place",
				   path);
	if (s->output && is_same_file(path, s->output))
		return usage_error(&s->common.console, "the output '%s' is the input; --in-place edits it",
				   s->output);
	return STATUS_DONE;
}

enum exit_status file_read_to_edit(const struct settings *settings, const char *path,
				   struct file *ret)
{
	enum exit_status status = check_places(settings, path);

	*ret = (struct file){ .settings = settings };
	if (status == STATUS_DONE)
		status = file_read(settings, path, ret);
	return status == STATUS_DONE ? begin_edit(ret) : status;
}

/*
 * Storing
 */
static enum exit_status fail_writing(const struct file *file, const char *path)
{
	show_problem(&file->settings->common.console, "can't write '%s': %s", path, strerror(errno));
	return STATUS_SYSTEM;
}

static enum exit_status save_backup(const struct file *file, const char *target)
{
	enum exit_status status = STATUS_DONE;
	char *path;

	if (asprintf(&path, "%s%s", target, file->settings->suffix) < 0)
		return show_out_of_memory(&file->settings->common.console);
	if (!save_copy(path, target, file->before.data, file->before.length))
		status = fail_writing(file, path);
	free(path);
	return status;
}

static bool is_link(const char *path)
{
	struct stat found;

	return lstat(path, &found) == 0 && S_ISLNK(found.st_mode);
}

/* Of a link the target is replaced, and the backup goes beside it. */
static enum exit_status save_in_place(const struct file *file, const struct vmx_bytes *content)
{
	const struct settings *s = file->settings;
	char target[PATH_MAX];
	enum exit_status status = STATUS_DONE;

	if (!realpath(file->path, target))
		return fail_writing(file, file->path);
	if (s->suffix)
		status = save_backup(file, is_link(file->path) ? target : file->path);
	if (status != STATUS_DONE)
		return status;
	if (!save_file(target, content->data, content->length))
		return fail_writing(file, file->path);
	if (is_link(file->path))
		show_note(&s->common.console, "'%s' is a symbolic link; its target '%s' was replaced",
			  file->path, target);
	return STATUS_DONE;
}

static bool is_unchanged(const struct file *file, const struct vmx_bytes *content)
{
	return file->before.length == content->length &&
	       (content->length == 0 ||
		memcmp(file->before.data, content->data, content->length) == 0);
}

enum exit_status file_store(const struct file *file, const struct vmx_bytes *content)
{
	const struct settings *s = file->settings;

	if (s->in_place)
		return is_unchanged(file, content) ? STATUS_DONE : save_in_place(file, content);
	if (s->output)
		return save_file(s->output, content->data, content->length)
		     ? STATUS_DONE : fail_writing(file, s->output);
	if (write_standard_output(content->data, content->length))
		return STATUS_DONE;
	return show_lost_output(&s->common.console, errno);
}

/*
 * Values
 */
static void warn(const struct file *file, const struct vmx_error *error)
{
	show_diagnostic(&file->settings->common.console, file->name, &(struct vmx_diagnostic){
		vmx_error_code(error), VMX_WARNING, vmx_error_line(error),
		vmx_error_column(error), vmx_error_message(error) });
}

enum exit_status file_value(const struct file *file, const struct vmx_entry *entry,
			    struct vmx_bytes *room, struct value *ret)
{
	const struct settings *s = file->settings;
	enum vmx_code code;

	*ret = (struct value){ entry->value, entry->value_length, false };
	if (s->raw)
		return STATUS_DONE;
	code = vmx_document_get_text(file->document, entry->key, entry->key_length, room, s->common.error);
	if (code == VMX_OK) {
		*ret = (struct value){ room->data, room->length, false };
		return STATUS_DONE;
	}
	if (code != VMX_CODE_INVALID_ESCAPE || s->strict)
		return show_error(&s->common.console, file->name, s->common.error);
	warn(file, s->common.error);
	ret->malformed = true;
	return STATUS_DONE;
}
