/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmx2xml_report.h"

#include <stdio.h>
#include <string.h>

#include "common/characters.h"
#include "common/json.h"

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

static void write_position(struct json *json, unsigned int line, unsigned int column)
{
	if (line == 0)
		return;
	json_number(json, "line", line);
	if (column > 0)
		json_number(json, "column", column);
}

static void write_findings(struct json *json, const struct findings *findings)
{
	json_open(json, "diagnostics", '[');
	for (size_t i = 0; i < findings->count; i++) {
		const struct vmx_diagnostic *item = &findings->items[i];

		json_open(json, NULL, '{');
		json_string(json, "code", vmx_code_name(item->code));
		json_string(json, "severity", severity_name(item->severity));
		write_position(json, item->line, item->column);
		json_string(json, "message", item->message);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_keys(struct json *json, const struct vmx_machine *machine, struct counts *counts)
{
	struct vmx_entry entry;
	enum vmx_key_fate fate;
	const char *reason;
	size_t cursor = 0;

	json_open(json, "keys", '[');
	while (vmx_machine_next_key(machine, &cursor, &entry, &fate, &reason)) {
		json_open(json, NULL, '{');
		json_text(json, "key", entry.key, entry.key_length);
		write_position(json, entry.line, entry.column);
		json_string(json, "fate", vmx_key_fate_name(fate));
		if (*reason)
			json_string(json, "reason", reason);
		json_close(json, '}');
		count(counts, fate);
	}
	json_close(json, ']');
}

static void write_json_counts(struct json *json, const struct counts *counts)
{
	json_open(json, "counts", '{');
	for (size_t i = 0; i < FATES; i++)
		json_number(json, vmx_key_fate_name(fates[i]), counts->of[i]);
	json_close(json, '}');
}

bool report_as_json(const char *file, const char *output, const struct vmx_machine *machine,
		    const struct findings *findings)
{
	struct json json = { stdout, false };
	struct counts counts = { { 0 } };

	json_open(&json, NULL, '{');
	json_string(&json, "file", file);
	if (output)
		json_string(&json, "output", output);
	write_findings(&json, findings);
	write_keys(&json, machine, &counts);
	write_json_counts(&json, &counts);
	json_close(&json, '}');
	putchar('\n');
	return fflush(stdout) == 0;
}
