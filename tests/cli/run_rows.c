/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_rows FOLDER: each *.tsv in FOLDER is a table of settings, a machine each,
 * and of what they become:
 *
 *   settings   lines of a VMX file, separated by ';', added to a plain machine
 *   libvirt    what the XML has to hold at libvirt's level
 *   default    the same at the default level; '=': the same XML
 *   codes      of all diagnostics at the default level, separated by commas
 *   full       as default, at the full level; empty: it only has to be converted
 *
 * What the XML has to hold is a list of pieces, separated by ' | ', which stand
 * in it in that order; a piece that begins with '-' must not stand in it.  '!CODE'
 * instead: the file is refused.
 *
 * Of each row is also asked that strict reading takes it if and only if there is
 * nothing that the default level does otherwise than libvirt.
 */
#include <stdlib.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "support/cases.h"
#include "support/files.h"

#define CODES_MAX 512

enum column { SETTINGS, AT_LIBVIRT, AT_DEFAULT, CODES, AT_FULL, COLUMNS };

struct row {
	char *cells[COLUMNS];
};

/* What the plain machine has, unless the settings say otherwise. */
static const struct {
	const char *key, *line;
} machine[] = {
	{ "config.version", "config.version = \"8\"\n" },
	{ "virtualHW.version", "virtualHW.version = \"19\"\n" },
	{ "displayName", "displayName = \"row\"\n" },
	{ "uuid.bios", "uuid.bios = \"56 4d 00 11 22 33 44 55-66 77 88 99 aa bb cc dd\"\n" },
	{ "memsize", "memsize = \"64\"\n" },
};

static char *machine_with(const char *settings)
{
	char *text = text_of_format("%s\n", settings);

	for (size_t i = 0; i < sizeof(machine) / sizeof(machine[0]); i++) {
		char *longer;

		if (strstr(settings, machine[i].key))
			continue;
		longer = text_of_format("%s%s", text, machine[i].line);
		free(text);
		text = longer;
	}
	return text;
}

/*
 * One conversion
 */

struct result {
	struct vmx_bytes xml;	/* empty: refused */
	char codes[CODES_MAX];	/* each once, the error's last */
	bool deviates;		/* there was a note */
};

static void add_code(struct result *result, enum vmx_code code)
{
	const char *name = vmx_code_name(code);
	size_t length = strlen(result->codes);
	char *found = strstr(result->codes, name);

	if (found && (found[strlen(name)] == ',' || found[strlen(name)] == '\0') &&
	    (found == result->codes || found[-1] == ','))
		return;
	if (length + strlen(name) + 2 > sizeof(result->codes))
		give_up("more codes than expected");
	if (length > 0)
		result->codes[length++] = ',';
	memcpy(result->codes + length, name, strlen(name) + 1);
}

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	struct result *result = user;

	add_code(result, diagnostic->code);
	result->deviates = result->deviates || diagnostic->severity == VMX_NOTE;
}

static enum vmx_code write_machine(const struct vmx_document *document, enum vmx_level level,
				   bool strict, struct result *result, struct vmx_error *error)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_domain_xml_options xml_options = VMX_DOMAIN_XML_OPTIONS_INIT;
	struct vmx_machine *read = NULL;
	enum vmx_code code;

	options.level = level;
	options.strict = strict;
	options.diagnostic = xml_options.diagnostic = hear;
	options.user = xml_options.user = result;
	xml_options.secure = true;
	code = vmx_machine_read(document, &options, &read, error);
	if (code == VMX_OK)
		code = vmx_domain_xml_write(read, &xml_options, &result->xml, error);
	vmx_machine_free(read);
	return code;
}

static void convert(const char *text, enum vmx_level level, bool strict, struct result *result)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_error *error = vmx_error_new();
	struct vmx_document *document = NULL;
	enum vmx_code code;

	*result = (struct result){ .xml = VMX_BYTES_INIT };
	options.mode = strict || level == VMX_LEVEL_LIBVIRT ? VMX_READ_STRICT : VMX_READ_TOLERANT;
	options.diagnostic = hear;
	options.user = result;
	code = vmx_document_read(text, strlen(text), &options, &document, error);
	if (code == VMX_OK)
		code = write_machine(document, level, strict, result, error);
	if (code != VMX_OK)
		add_code(result, code);
	vmx_document_free(document);
	vmx_error_free(error);
}

/*
 * Comparing
 */

static void check_refused(const char *level, const char *code, const struct result *result)
{
	const char *last = strrchr(result->codes, ',');

	last = last ? last + 1 : result->codes;
	if (result->xml.length > 0)
		fail_msg("%s: not refused:\n%s", level, result->xml.data);
	if (*code && strcmp(last, code) != 0)
		fail_msg("%s: refused with '%s'", level, last);
}

static void check_pieces(const char *level, char *pieces, const char *xml)
{
	const char *at = xml;
	char *piece;

	while ((piece = strsep(&pieces, "|"))) {
		size_t length;

		piece += strspn(piece, " ");
		for (length = strlen(piece); length > 0 && piece[length - 1] == ' ';)
			piece[--length] = '\0';
		if (*piece == '-' && strstr(xml, piece + 1))
			fail_msg("%s: %s is in the XML:\n%s", level, piece + 1, xml);
		if (*piece == '-')
			continue;
		at = strstr(at, piece);
		if (!at)
			fail_msg("%s: %s is not in the XML, or not in that place:\n%s", level, piece, xml);
		at += length;
	}
}

static void check_level(const char *level, const char *expected, const struct result *result)
{
	char *pieces;

	if (*expected == '!') {
		check_refused(level, expected + 1, result);
		return;
	}
	if (result->xml.length == 0)
		fail_msg("%s: refused with '%s'", level, result->codes);
	pieces = text_of_format("%s", expected);
	check_pieces(level, pieces, result->xml.data);
	free(pieces);
}

static bool same_xml(const struct result *a, const struct result *b)
{
	return a->xml.length == b->xml.length &&
	       (a->xml.length == 0 || memcmp(a->xml.data, b->xml.data, a->xml.length) == 0);
}

static void check_default(const struct row *row, const struct result *libvirt,
			  const struct result *ours)
{
	if (strcmp(row->cells[CODES], ours->codes) != 0)
		fail_msg("default: the codes are '%s'", ours->codes);
	if (strcmp(row->cells[AT_DEFAULT], "=") != 0)
		check_level("default", row->cells[AT_DEFAULT], ours);
	else if (!same_xml(libvirt, ours))
		fail_msg("default: not what libvirt makes of it:\n%s",
			 ours->xml.length ? ours->xml.data : ours->codes);
}

static void check_strict(const struct result *libvirt, const struct result *ours,
			 const struct result *strict)
{
	bool wanted = libvirt->xml.length > 0 && ours->xml.length > 0 && !ours->deviates;

	if (wanted != (strict->xml.length > 0))
		fail_msg("strict: %s", wanted ? strict->codes : "not refused");
	if (wanted && !same_xml(ours, strict))
		fail_msg("strict: not what the default level makes of it");
}

/* What the full level adds is no reason to refuse anything. */
static void check_full(const struct row *row, const char *text, bool taken)
{
	struct result full;

	convert(text, VMX_LEVEL_FULL, false, &full);
	if (taken != (full.xml.length > 0))
		fail_msg("full: %s", taken ? full.codes : "not refused");
	if (taken)
		check_level("full", row->cells[AT_FULL], &full);
	vmx_bytes_release(&full.xml);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	char *text = machine_with(row->cells[SETTINGS]);
	struct result libvirt, ours, strict;

	convert(text, VMX_LEVEL_LIBVIRT, false, &libvirt);
	convert(text, VMX_LEVEL_DEFAULT, false, &ours);
	convert(text, VMX_LEVEL_DEFAULT, true, &strict);
	check_level("libvirt", row->cells[AT_LIBVIRT], &libvirt);
	check_default(row, &libvirt, &ours);
	check_strict(&libvirt, &ours, &strict);
	check_full(row, text, ours.xml.length > 0);
	vmx_bytes_release(&libvirt.xml);
	vmx_bytes_release(&ours.xml);
	vmx_bytes_release(&strict.xml);
	free(text);
}

/*
 * Tables
 */

static struct row *split(char *line)
{
	static char nothing[] = "";
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		give_up("no memory");
	for (size_t i = 0; i < COLUMNS; i++) {
		char *cell = strsep(&line, "\t");

		row->cells[i] = cell ? cell : nothing;
	}
	return row;
}

/* '#' begins a comment.  The first row is the header. */
static void add_rows(struct cases *cases, const char *name, struct names *lines)
{
	bool header = true;

	for (size_t i = 0; i < lines->count; i++) {
		struct row *row;

		if (*lines->items[i] == '\0' || *lines->items[i] == '#')
			continue;
		if (!header) {
			row = split(lines->items[i]);
			cases_add(cases, text_of_format("%s:%zu: %s", name, i + 1, row->cells[SETTINGS]),
				  test_row, row);
		}
		header = false;
	}
}

int main(int argc, char **argv)
{
	struct cases cases = { NULL, 0, 0 };
	struct names tables = { NULL, 0, 0 };
	struct names *lines;
	int status;

	if (argc != 2)
		give_up("Usage: run_rows FOLDER");
	list_folder(argv[1], &tables);
	lines = calloc(tables.count + 1, sizeof(*lines));
	for (size_t i = 0; lines && i < tables.count; i++) {
		char *path = text_of_format("%s/%s", argv[1], tables.items[i]);

		if (!read_lines(path, &lines[i]))
			give_up("%s is gone", path);
		add_rows(&cases, tables.items[i], &lines[i]);
		free(path);
	}
	status = cases_run(&cases, argv[1]);
	for (size_t i = 0; lines && i < tables.count; i++)
		names_release(&lines[i]);
	free(lines);
	names_release(&tables);
	return status;
}
