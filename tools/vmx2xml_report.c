/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmx2xml_report.h"

#include <stdio.h>
#include <string.h>

#include "common/characters.h"
#include "common/json_line.h"

/* In the order in which the counts are shown. */
static const enum vmx_key_fate fates[] = {
	VMX_KEY_USED, VMX_KEY_LEFT_OUT, VMX_KEY_NEEDS_FULL,
	VMX_KEY_INEXPRESSIBLE, VMX_KEY_DUPLICATE, VMX_KEY_UNKNOWN,
};

#define FATES (sizeof(fates) / sizeof(fates[0]))

struct counts {
	unsigned long of[FATES];
};

static void count(struct counts *counts, enum vmx_key_fate fate)
{
	for (size_t i = 0; i < FATES; i++) {
		if (fates[i] == fate)
			counts->of[i]++;
	}
}

/* file:line: fate key (reason) */
static void write_line(const char *file, const struct vmx_entry *entry,
		       enum vmx_key_fate fate, const char *reason)
{
	print_harmless(stdout, file, strlen(file));
	printf(":%u: %-13s ", entry->line, vmx_key_fate_name(fate));
	print_harmless(stdout, entry->key, entry->key_length);
	if (*reason)
		printf(" (%s)", reason);
	putchar('\n');
}

static void write_counts(const char *file, const struct counts *counts)
{
	print_harmless(stdout, file, strlen(file));
	putchar(':');
	for (size_t i = 0; i < FATES; i++)
		printf("%s %lu %s", i ? "," : "", counts->of[i], vmx_key_fate_name(fates[i]));
	putchar('\n');
}

bool report_as_text(const char *file, const struct vmx_machine *machine)
{
	struct counts counts = { { 0 } };
	struct vmx_entry entry;
	enum vmx_key_fate fate;
	const char *reason;
	size_t cursor = 0;

	while (vmx_machine_next_key(machine, &cursor, &entry, &fate, &reason)) {
		write_line(file, &entry, fate, reason);
		count(&counts, fate);
	}
	write_counts(file, &counts);
	return fflush(stdout) == 0;
}

/*
 * As JSON.  Those that add something are false, and those that make something NULL, if
 * there is no memory.
 */
static bool add_text(json_t *object, const char *name, const char *text, size_t length)
{
	return json_object_set_new(object, name, json_line_text(text, length)) == 0;
}

static bool add_string(json_t *object, const char *name, const char *string)
{
	return add_text(object, name, string, strlen(string));
}

static bool add_number(json_t *object, const char *name, unsigned long number)
{
	return json_object_set_new(object, name, json_integer((json_int_t)number)) == 0;
}

static bool add_position(json_t *object, unsigned int line, unsigned int column)
{
	return line == 0 || (add_number(object, "line", line) &&
			     (column == 0 || add_number(object, "column", column)));
}

/* The object if it is whole, or NULL. */
static json_t *if_whole(bool whole, json_t *object)
{
	if (whole)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *make_finding(const struct vmx_diagnostic *item)
{
	json_t *object = json_object();

	return if_whole(add_string(object, "code", vmx_code_name(item->code)) &&
			add_string(object, "severity", severity_name(item->severity)) &&
			add_position(object, item->line, item->column) &&
			add_string(object, "message", item->message), object);
}

static json_t *make_findings(const struct findings *findings)
{
	json_t *array = json_array();
	bool whole = true;

	for (size_t i = 0; i < findings->count && whole; i++)
		whole = json_array_append_new(array, make_finding(&findings->items[i])) == 0;
	return if_whole(whole, array);
}

static json_t *make_key(const struct vmx_entry *entry, enum vmx_key_fate fate, const char *reason)
{
	json_t *object = json_object();

	return if_whole(add_text(object, "key", entry->key, entry->key_length) &&
			add_position(object, entry->line, entry->column) &&
			add_string(object, "fate", vmx_key_fate_name(fate)) &&
			(!*reason || add_string(object, "reason", reason)), object);
}

static json_t *make_keys(const struct vmx_machine *machine, struct counts *counts)
{
	json_t *array = json_array();
	struct vmx_entry entry;
	enum vmx_key_fate fate;
	const char *reason;
	size_t cursor = 0;
	bool whole = true;

	while (whole && vmx_machine_next_key(machine, &cursor, &entry, &fate, &reason)) {
		whole = json_array_append_new(array, make_key(&entry, fate, reason)) == 0;
		count(counts, fate);
	}
	return if_whole(whole, array);
}

static json_t *make_counts(const struct counts *counts)
{
	json_t *object = json_object();
	bool whole = true;

	for (size_t i = 0; i < FATES && whole; i++)
		whole = add_number(object, vmx_key_fate_name(fates[i]), counts->of[i]);
	return if_whole(whole, object);
}

enum exit_status report_as_json(const struct console *console, const char *file,
				const char *output, const struct vmx_machine *machine,
				const struct findings *findings)
{
	json_t *object = json_object();
	struct counts counts = { { 0 } };

	return json_line_print(console, if_whole(
		add_string(object, "file", file) &&
		(!output || add_string(object, "output", output)) &&
		json_object_set_new(object, "diagnostics", make_findings(findings)) == 0 &&
		json_object_set_new(object, "keys", make_keys(machine, &counts)) == 0 &&
		json_object_set_new(object, "counts", make_counts(&counts)) == 0, object));
}
