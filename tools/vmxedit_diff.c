/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmxedit diff: two files by what they mean.
 */
#include <stdio.h>
#include <string.h>

#include "common/characters.h"
#include "common/input.h"
#include "common/json_line.h"
#include "vmxedit_commands.h"
#include "vmxedit_file.h"

/* Exit statuses as those of diff(1): 1 is taken. */
enum { DIFF_DIFFERENT = 1, DIFF_BAD_INPUT = 2 };

struct side {
	struct file file;
	struct vmx_bytes room;
	struct value value;	/* of the key at hand */
};

struct diff {
	const struct settings *settings;
	struct side old, new;
	json_t *section;	/* what is shown as JSON goes there */
	bool different;
};

/* A key that only one side has, or both. */
enum where { IN_OLD, IN_NEW, IN_BOTH };

typedef enum exit_status show_fn(struct diff *diff, enum where where,
				 const struct vmx_entry *entry);

/*
 * Comparing
 */
static bool same_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

static enum exit_status take_value(struct side *side, const struct vmx_entry *entry)
{
	return file_value(&side->file, entry, &side->room, &side->value);
}

/* Both sides have the key: shows it if the values differ. */
static enum exit_status compare(struct diff *diff, const struct vmx_entry *old,
				const struct vmx_entry *new, show_fn *show)
{
	const struct value *a = &diff->old.value, *b = &diff->new.value;
	enum exit_status status;

	if (same_bytes(old->value, old->value_length, new->value, new->value_length))
		return STATUS_DONE;
	status = take_value(&diff->old, old);
	if (status == STATUS_DONE)
		status = take_value(&diff->new, new);
	if (status != STATUS_DONE ||
	    (a->malformed == b->malformed && same_bytes(a->data, a->length, b->data, b->length)))
		return status;
	diff->different = true;
	return show(diff, IN_BOTH, old);
}

/* Keys that only the side has, and with IN_BOTH also those whose values differ. */
static enum exit_status walk(struct diff *diff, enum where where, bool lonely, show_fn *show)
{
	struct side *mine = where == IN_NEW ? &diff->new : &diff->old;
	const struct side *other = where == IN_NEW ? &diff->old : &diff->new;
	enum exit_status status = STATUS_DONE;
	struct vmx_entry entry, found;

	for (size_t cursor = 0; vmx_document_next(mine->file.document, &cursor, &entry) &&
	     status == STATUS_DONE;) {
		enum vmx_code code = vmx_document_get(other->file.document, entry.key,
						      entry.key_length, &found);

		if (entry.flags & VMX_ENTRY_DUPLICATE)
			continue;
		if (code == VMX_OK && where == IN_BOTH) {
			status = compare(diff, &entry, &found, show);
		} else if (code != VMX_OK && lonely) {
			status = take_value(mine, &entry);
			diff->different = true;
			if (status == STATUS_DONE)
				status = show(diff, where == IN_BOTH ? IN_OLD : where, &entry);
		}
	}
	return status;
}

/*
 * As text
 */

/* What would end the value or the line, or talk to the terminal. */
static bool needs_escape(uint32_t character)
{
	return character == '"' || character == '|' || character < 0x20 ||
	       (character >= 0x7F && character < 0xA0);
}

static void print_escaped(const char *text, size_t length)
{
	while (length > 0) {
		uint32_t character;
		size_t bytes = utf8_character(text, length, &character);
		bool plain = bytes > 0 && !needs_escape(character);

		bytes = bytes ? bytes : 1;
		for (size_t i = 0; i < bytes; i++)
			printf(plain ? "%c" : "|%02X", (unsigned char)text[i]);
		text += bytes;
		length -= bytes;
	}
}

/* Escapes are written as in a file, unless the text has some already. */
static void print_value(const struct settings *s, const struct value *value)
{
	putchar('"');
	if (s->raw || value->malformed)
		print_harmless(stdout, value->data, value->length);
	else
		print_escaped(value->data, value->length);
	putchar('"');
}

static enum exit_status show_as_text(struct diff *diff, enum where where,
				     const struct vmx_entry *entry)
{
	static const char signs[] = { [IN_OLD] = '-', [IN_NEW] = '+', [IN_BOTH] = '!' };

	printf("%c ", signs[where]);
	print_harmless(stdout, entry->key, entry->key_length);
	fputs(" = ", stdout);
	print_value(diff->settings, where == IN_NEW ? &diff->new.value : &diff->old.value);
	if (where == IN_BOTH) {
		fputs(" -> ", stdout);
		print_value(diff->settings, &diff->new.value);
	}
	putchar('\n');
	return STATUS_DONE;
}

static enum exit_status diff_as_text(struct diff *diff)
{
	enum exit_status status = walk(diff, IN_BOTH, true, show_as_text);

	return status == STATUS_DONE ? walk(diff, IN_NEW, true, show_as_text) : status;
}

/*
 * As JSON
 */
static json_t *text_of(const struct value *value)
{
	return json_line_text(value->data, value->length);
}

static json_t *change_of(const struct diff *diff)
{
	json_t *change = json_object();

	if (json_object_set_new(change, "old", text_of(&diff->old.value)) == 0 &&
	    json_object_set_new(change, "new", text_of(&diff->new.value)) == 0)
		return change;
	json_decref(change);
	return NULL;
}

static enum exit_status show_as_json(struct diff *diff, enum where where,
				     const struct vmx_entry *entry)
{
	json_t *value = where == IN_BOTH ? change_of(diff)
		      : text_of(where == IN_NEW ? &diff->new.value : &diff->old.value);

	if (json_line_add(diff->section, entry->key, entry->key_length, value))
		return STATUS_DONE;
	return show_out_of_memory(&diff->settings->common.console);
}

static enum exit_status fill(struct diff *diff, json_t *sections)
{
	static const struct {
		const char *name;
		enum where where;
		bool lonely;
	} rows[] = {
		{ "added", IN_NEW, true }, { "removed", IN_OLD, true }, { "changed", IN_BOTH, false },
	};
	enum exit_status status = STATUS_DONE;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && status != STATUS_SYSTEM; i++) {
		diff->section = json_object();
		if (json_object_set_new(sections, rows[i].name, diff->section) != 0)
			return show_out_of_memory(&diff->settings->common.console);
		status = status_of_both(status, walk(diff, rows[i].where, rows[i].lonely, show_as_json));
	}
	return status;
}

static enum exit_status diff_as_json(struct diff *diff)
{
	json_t *sections = json_object();
	enum exit_status status = fill(diff, sections);

	if (status != STATUS_SYSTEM)
		return status_of_both(status, json_line_print(&diff->settings->common.console, sections));
	json_decref(sections);
	return status;
}

static enum exit_status read_both(struct diff *diff, char **paths)
{
	enum exit_status status = file_read(diff->settings, paths[0], &diff->old.file);

	if (status == STATUS_DONE)
		status = file_read(diff->settings, paths[1], &diff->new.file);
	return status;
}

enum exit_status command_diff(const struct settings *settings, char **arguments, int count)
{
	struct diff diff = { .settings = settings };
	enum exit_status status;

	(void)count;
	if (is_standard_input(arguments[0]) && is_standard_input(arguments[1]))
		return usage_error(&settings->common.console, "only one of the files can be standard input");
	status = read_both(&diff, arguments);
	if (status == STATUS_DONE)
		status = settings->json ? diff_as_json(&diff) : diff_as_text(&diff);
	file_release(&diff.old.file);
	file_release(&diff.new.file);
	vmx_bytes_release(&diff.old.room);
	vmx_bytes_release(&diff.new.room);
	if (status == STATUS_INPUT)
		return (enum exit_status)DIFF_BAD_INPUT;
	return status == STATUS_DONE && diff.different ? (enum exit_status)DIFF_DIFFERENT : status;
}
