/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_conversions TOOL FOLDER FROM TO: each folder in FOLDER holds an in.FROM and what
 * becomes of it at each level, LEVEL.TO; see tests/README.md.
 */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/golden.h"
#include "support/process.h"
#include "support/xml.h"

static const char *tool, *cases_folder;
static const char *from, *to;
static bool to_xml;

static const struct level {
	const char *name, *option;
	bool well_formed;	/* always; libvirt's XML need not be */
	bool made;		/* for a new case, when updating */
	bool only_to_xml;
} levels[] = {
	{ "default", NULL, true, true, false },
	{ "libvirt", "--compat=libvirt", false, true, false },
	{ "full", "--full", true, true, true },
	{ "strict", "--strict", false, false, false },
};

#define LEVELS (sizeof(levels) / sizeof(levels[0]))

struct conversion {
	char name[256];
	const struct level *level;
};

static char *golden_path(const char *name, const struct level *level, const char *suffix)
{
	return text_of_format("%s/%s/%s.%s", cases_folder, name, level->name, suffix);
}

static bool has_golden(const char *name, const struct level *level)
{
	char *xml = golden_path(name, level, to);
	char *err = golden_path(name, level, "err");
	bool has = file_exists(xml) || file_exists(err);

	free(xml);
	free(err);
	return has;
}

static void check_well_formed(const struct blob *text)
{
	char *why = NULL;
	xmlDoc *document = xml_parse(text, &why);

	if (!document)
		fail_msg("the XML is not well-formed: %s", why);
	xmlFreeDoc(document);
}

static void check(const struct conversion *conversion, const struct outcome *outcome)
{
	const struct level *level = conversion->level;
	char *xml = golden_path(conversion->name, level, to);
	char *err = golden_path(conversion->name, level, "err");

	if (outcome->status > 1)
		fail_msg("exit status %d: %s", outcome->status, outcome->err.data);
	check_golden(err, &outcome->err);
	check_golden(xml, &outcome->out);
	/* a conversion has a result, or a reason, and nothing in between */
	assert_int_equal(outcome->status == 0, outcome->out.length > 0);
	assert_true(outcome->status == 0 || strstr(outcome->err.data, " error: "));
	if (outcome->status == 0 && level->well_formed && to_xml)
		check_well_formed(&outcome->out);
	free(xml);
	free(err);
}

static void test_conversion(void **state)
{
	const struct conversion *conversion = *state;
	char *folder = text_of_format("%s/%s", cases_folder, conversion->name);
	char *args = text_of_format("%s/args", folder);
	char *input = text_of_format("in.%s", from);
	struct command command = { .program = tool, .folder = folder };
	struct names lines = { NULL, 0, 0 };
	struct outcome outcome;

	if (conversion->level->option)
		command_add(&command, conversion->level->option);
	(void)read_lines(args, &lines);
	for (size_t i = 0; i < lines.count; i++)
		command_add(&command, lines.items[i]);
	command_add(&command, input);
	run(&command, &outcome);
	check(conversion, &outcome);
	outcome_release(&outcome);
	names_release(&lines);
	free(input);
	free(args);
	free(folder);
}

static void no_golden(void **state)
{
	(void)state;
	fail_msg("no level has an expected result; VMXKIT_UPDATE=1 makes them");
}

static void add_level(struct cases *cases, const char *name, const struct level *level)
{
	struct conversion *conversion = calloc(1, sizeof(*conversion));

	if (!conversion || strlen(name) >= sizeof(conversion->name))
		give_up("%s: too long", name);
	memcpy(conversion->name, name, strlen(name));
	conversion->level = level;
	cases_add(cases, text_of_format("%s/%s", name, level->name), test_conversion, conversion);
}

static bool is_new(const char *name)
{
	for (size_t i = 0; i < LEVELS; i++) {
		if (has_golden(name, &levels[i]))
			return false;
	}
	return true;
}

static void add_case(struct cases *cases, const char *name)
{
	bool make = updating() && is_new(name);
	size_t before = cases->count;

	for (size_t i = 0; i < LEVELS; i++) {
		if (levels[i].only_to_xml && !to_xml)
			continue;
		if (has_golden(name, &levels[i]) || (make && levels[i].made))
			add_level(cases, name, &levels[i]);
	}
	if (cases->count == before)
		cases_add(cases, text_of_format("%s", name), no_golden, NULL);
}

int main(int argc, char **argv)
{
	struct cases cases = { NULL, 0, 0 };
	struct names names = { NULL, 0, 0 };
	int status;

	if (argc != 5)
		give_up("Usage: run_conversions TOOL FOLDER FROM TO");
	tool = absolute_path(argv[1]);
	cases_folder = absolute_path(argv[2]);
	from = argv[3];
	to = argv[4];
	to_xml = strcmp(to, "xml") == 0;
	use_plain_environment();
	list_folder(cases_folder, &names);
	for (size_t i = 0; i < names.count; i++)
		add_case(&cases, names.items[i]);
	names_release(&names);
	status = cases_run(&cases, cases_folder);
	xmlCleanupParser();
	return status;
}
