/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmx2xml_report.h"

#include <errno.h>
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
static void write_line(FILE *out, const char *file, const struct vmx_entry *entry,
		       enum vmx_key_fate fate, const char *reason)
{
	print_harmless(out, file, strlen(file));
	fprintf(out, ":%u: %-13s ", entry->line, vmx_key_fate_name(fate));
	print_harmless(out, entry->key, entry->key_length);
	if (*reason)
		fprintf(out, " (%s)", reason);
	putc('\n', out);
}

static void write_counts(FILE *out, const char *file, const struct counts *counts)
{
	print_harmless(out, file, strlen(file));
	putc(':', out);
	for (size_t i = 0; i < FATES; i++)
		fprintf(out, "%s %lu %s", i ? "," : "", counts->of[i], vmx_key_fate_name(fates[i]));
	putc('\n', out);
}

enum exit_status report_as_text(const struct console *console, const char *file,
				const struct vmx_machine *machine)
{
	FILE *out = console_out(console);
	struct counts counts = { { 0 } };
	struct vmx_entry entry;
	enum vmx_key_fate fate;
	const char *reason;
	size_t cursor = 0;

	while (vmx_machine_next_key(machine, &cursor, &entry, &fate, &reason)) {
		write_line(out, file, &entry, fate, reason);
		count(&counts, fate);
	}
	write_counts(out, file, &counts);
	return fflush(out) == 0 ? STATUS_DONE : show_lost_output(console, errno);
}

/*
 * As JSON.  What makes something answers NULL if there is no memory.
 */
static json_t *make_key(const struct vmx_entry *entry, enum vmx_key_fate fate, const char *reason)
{
	json_t *object = json_object();

	return json_if_whole(json_add_text(object, "key", entry->key, entry->key_length) &&
			json_add_position(object, entry->line, entry->column) &&
			json_add_string(object, "fate", vmx_key_fate_name(fate)) &&
			(!*reason || json_add_string(object, "reason", reason)), object);
}

/* Each on its own: there may be very many. */
static void put_keys(struct json_line *line, const struct vmx_machine *machine,
		     struct counts *counts)
{
	struct vmx_entry entry;
	enum vmx_key_fate fate;
	const char *reason;
	size_t cursor = 0;

	for (const char *between = ""; vmx_machine_next_key(machine, &cursor, &entry, &fate, &reason);
	     between = ",") {
		json_line_put(line, between);
		json_line_put_value(line, make_key(&entry, fate, reason));
		count(counts, fate);
	}
}

static json_t *make_counts(const struct counts *counts)
{
	json_t *object = json_object();
	bool whole = true;

	for (size_t i = 0; i < FATES && whole; i++)
		whole = json_add_number(object, vmx_key_fate_name(fates[i]), counts->of[i]);
	return json_if_whole(whole, object);
}

enum exit_status report_as_json(const struct console *console, const char *file,
				const char *output, const struct vmx_machine *machine,
				const struct findings *findings)
{
	struct json_line line = { .text = NULL };
	struct counts counts = { { 0 } };

	json_line_put(&line, "{\"file\":");
	json_line_put_value(&line, json_line_text(file, strlen(file)));
	if (output) {
		json_line_put(&line, ",\"output\":");
		json_line_put_value(&line, json_line_text(output, strlen(output)));
	}
	json_line_put(&line, ",\"diagnostics\":");
	json_line_put_value(&line, json_findings(findings));
	json_line_put(&line, ",\"keys\":[");
	put_keys(&line, machine, &counts);
	json_line_put(&line, "],\"counts\":");
	json_line_put_value(&line, make_counts(&counts));
	json_line_put(&line, "}");
	return json_line_end(&line, console);
}
