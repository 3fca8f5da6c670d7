/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmxedit get and list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_line.h"
#include "vmxedit_commands.h"
#include "vmxedit_file.h"

/* What is shown, and how. */
struct show {
	const struct settings *settings;
	struct file file;
	struct vmx_bytes room;
	json_t *json;	/* what is to be printed, with --json */
};

static enum exit_status begin(struct show *show, const struct settings *settings, const char *path)
{
	*show = (struct show){ .settings = settings };
	return file_read(settings, path, &show->file);
}

static void end(struct show *show)
{
	json_decref(show->json);
	vmx_bytes_release(&show->room);
	file_release(&show->file);
}

static enum exit_status begin_json(struct show *show, json_t *json)
{
	show->json = json;
	return json ? STATUS_DONE : show_out_of_memory(&show->settings->common.console);
}

/* Without a part that could not be had, nothing is printed. */
static enum exit_status print_json(struct show *show, enum exit_status status)
{
	json_t *json = show->json;

	if (!json || status >= STATUS_USAGE)
		return status;
	show->json = NULL;
	return status_of_both(status, json_line_print(&show->settings->common.console, json));
}

static enum exit_status add_value(struct show *show, const char *key, size_t key_length,
				  const struct value *value)
{
	if (json_line_add(show->json, key, key_length, json_line_text(value->data, value->length)))
		return STATUS_DONE;
	return show_out_of_memory(&show->settings->common.console);
}

static void end_record(const struct settings *s)
{
	putchar(s->null ? '\0' : '\n');
}

/*
 * get
 */
static enum exit_status get_value(struct show *show, const char *key)
{
	const struct settings *s = show->settings;
	struct vmx_entry entry;
	struct value value;
	enum exit_status status;

	if (vmx_document_get(show->file.document, key, strlen(key), &entry) != VMX_OK) {
		/* for the message */
		(void)vmx_document_get_text(show->file.document, key, strlen(key), &show->room, s->common.error);
		return show_error(&s->common.console, show->file.name, s->common.error);
	}
	status = file_value(&show->file, &entry, &show->room, &value);
	if (status != STATUS_DONE)
		return status;
	if (s->json)
		return add_value(show, key, strlen(key), &value);
	fwrite(value.data, 1, value.length, stdout);
	end_record(s);
	return STATUS_DONE;
}

/* A JSON object has no member twice. */
static bool was_shown(char **keys, int i)
{
	for (int earlier = 0; earlier < i; earlier++) {
		if (strcmp(keys[earlier], keys[i]) == 0)
			return true;
	}
	return false;
}

static enum exit_status get_all(struct show *show, char **keys, int count)
{
	enum exit_status status = STATUS_DONE;

	for (int i = 0; i < count && status != STATUS_SYSTEM; i++) {
		if (!show->settings->json || !was_shown(keys, i))
			status = status_of_both(status, get_value(show, keys[i]));
	}
	return status;
}

enum exit_status command_get(const struct settings *settings, char **arguments, int count)
{
	struct show show;
	enum exit_status status = begin(&show, settings, arguments[0]);

	if (status == STATUS_DONE && settings->json)
		status = begin_json(&show, json_object());
	if (status == STATUS_DONE)
		status = print_json(&show, get_all(&show, arguments + 1, count - 1));
	end(&show);
	return status;
}

/*
 * list
 */
struct patterns {
	struct vmx_pattern **items;
	int count;
};

static void release_patterns(struct patterns *patterns)
{
	for (int i = 0; i < patterns->count; i++)
		vmx_pattern_free(patterns->items[i]);
	free(patterns->items);
}

static enum exit_status make_patterns(const struct settings *s, char **texts, int count,
				      struct patterns *ret)
{
	*ret = (struct patterns){ calloc((size_t)count + 1, sizeof(struct vmx_pattern *)), 0 };
	if (!ret->items)
		return show_out_of_memory(&s->common.console);
	for (; ret->count < count; ret->count++) {
		const char *text = texts[ret->count];

		if (vmx_pattern_new(text, strlen(text), NULL, &ret->items[ret->count], s->common.error) != VMX_OK) {
			show_problem(&s->common.console, "pattern '%s': %s", text, vmx_error_message(s->common.error));
			return status_of(vmx_error_code(s->common.error));
		}
	}
	return STATUS_DONE;
}

/* Without patterns everything is wanted. */
static enum exit_status is_wanted(const struct show *show, const struct patterns *patterns,
				  const struct vmx_entry *entry, bool *ret)
{
	const struct settings *s = show->settings;

	*ret = patterns->count == 0;
	for (int i = 0; i < patterns->count && !*ret; i++) {
		if (vmx_pattern_matches(patterns->items[i], entry->key, entry->key_length, ret,
					s->common.error) != VMX_OK)
			return show_error(&s->common.console, show->file.name, s->common.error);
	}
	return STATUS_DONE;
}

static enum exit_status list_key(struct show *show, const struct vmx_entry *entry)
{
	const struct settings *s = show->settings;

	if (s->json) {
		json_t *key = json_line_text(entry->key, entry->key_length);

		return json_array_append_new(show->json, key) == 0
		     ? STATUS_DONE : show_out_of_memory(&s->common.console);
	}
	fwrite(entry->key, 1, entry->key_length, stdout);
	end_record(s);
	return STATUS_DONE;
}

static enum exit_status list_entry(struct show *show, const struct vmx_entry *entry)
{
	struct value value;
	enum exit_status status = file_value(&show->file, entry, &show->room, &value);

	if (status != STATUS_DONE)
		return status;
	if (show->settings->json)
		return add_value(show, entry->key, entry->key_length, &value);
	fwrite(entry->key, 1, entry->key_length, stdout);
	putchar('=');
	fwrite(value.data, 1, value.length, stdout);
	end_record(show->settings);
	return STATUS_DONE;
}

static enum exit_status list_if_wanted(struct show *show, const struct patterns *patterns,
				       const struct vmx_entry *entry)
{
	bool wanted;
	enum exit_status status = is_wanted(show, patterns, entry, &wanted);

	if (status != STATUS_DONE || !wanted)
		return status;
	return show->settings->keys ? list_key(show, entry) : list_entry(show, entry);
}

/* Of duplicates only the one that counts. */
static enum exit_status list_all(struct show *show, const struct patterns *patterns)
{
	enum exit_status status = STATUS_DONE;
	struct vmx_entry entry;

	for (size_t cursor = 0; status < STATUS_USAGE &&
	     vmx_document_next(show->file.document, &cursor, &entry);) {
		if (!(entry.flags & VMX_ENTRY_DUPLICATE))
			status = status_of_both(status, list_if_wanted(show, patterns, &entry));
	}
	return status;
}

enum exit_status command_list(const struct settings *settings, char **arguments, int count)
{
	struct patterns patterns;
	struct show show;
	enum exit_status status = make_patterns(settings, arguments + 1, count - 1, &patterns);

	if (status != STATUS_DONE) {
		release_patterns(&patterns);
		return status;
	}
	status = begin(&show, settings, arguments[0]);
	if (status == STATUS_DONE && settings->json)
		status = begin_json(&show, settings->keys ? json_array() : json_object());
	if (status == STATUS_DONE)
		status = print_json(&show, list_all(&show, &patterns));
	end(&show);
	release_patterns(&patterns);
	return status;
}
