/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_wild VMX2XML REFUSED: files that people published.  Each converts to
 * well-formed XML, but for those in the table REFUSED, which fail with the code
 * that stands there.
 */
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/peer.h"
#include "support/cases.h"
#include "support/xml.h"

static const char *tool;
static char *folder;
static struct table refused;

/*
 * libvirt's schema, where it is installed.  Debian's is older than the elements
 * that newer releases of libvirt print, so the count is for information only.
 */
#define SCHEMA "/usr/share/libvirt/schemas/domain.rng"

static xmlRelaxNG *schema;
static size_t checked, valid;

static void ignore(void *user, const char *format, ...)
{
	(void)user;
	(void)format;
}

static void load_schema(void)
{
	xmlRelaxNGParserCtxt *context = file_exists(SCHEMA) ? xmlRelaxNGNewParserCtxt(SCHEMA) : NULL;

	if (!context)
		return;
	xmlRelaxNGSetParserErrors(context, ignore, ignore, NULL);
	schema = xmlRelaxNGParse(context);
	xmlRelaxNGFreeParserCtxt(context);
}

/* Almost every machine has one, and Debian's schema is too old for it. */
static void remove_hwuuid(xmlDoc *document)
{
	for (xmlNode *node = xmlDocGetRootElement(document)->children; node; node = node->next) {
		if (xmlStrEqual(node->name, (const xmlChar *)"hwuuid")) {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
			return;
		}
	}
}

static void count_valid(xmlDoc *document)
{
	xmlRelaxNGValidCtxt *context = schema ? xmlRelaxNGNewValidCtxt(schema) : NULL;

	if (!context)
		return;
	remove_hwuuid(document);
	xmlRelaxNGSetValidErrors(context, ignore, ignore, NULL);
	checked++;
	valid += xmlRelaxNGValidateDoc(context, document) == 0;
	xmlRelaxNGFreeValidCtxt(context);
}

static const struct level {
	const char *option;
	bool tolerant;		/* refuses only what the table lists */
} levels[] = {
	{ "--color=never", true },	/* the default level: any option will do */
	{ "--full", true },
	{ "--compat=libvirt", false },
	{ "--strict", false },
};

#define LEVELS (sizeof(levels) / sizeof(levels[0]))

static void check_well_formed(const struct level *level, const struct blob *text)
{
	char *why = NULL;
	xmlDoc *document = xml_parse(text, &why);

	if (!document)
		fail_msg("%s: the XML is not well-formed: %s", level->option, why);
	if (level->tolerant)
		count_valid(document);
	xmlFreeDoc(document);
}

static void check_level(const struct level *level, const char *name)
{
	const struct row *row = table_find(&refused, name);
	char *path = text_of_format("%s/%s", folder, name);
	struct command command = { .program = tool };
	struct outcome outcome;

	command_add(&command, level->option);
	command_add(&command, path);
	run(&command, &outcome);
	if (outcome.status > 1 || (outcome.status == 1 && level->tolerant && !row))
		fail_msg("%s: exit status %d: %s", level->option, outcome.status, outcome.err.data);
	if (outcome.status == 0 && row)
		fail_msg("%s: wild-refused.tsv lists the file, but it converts", level->option);
	if (level->tolerant && row)
		check_codes(row->cells[1], &outcome);
	assert_int_equal(outcome.status == 0, outcome.out.length > 0);
	if (outcome.status == 0)
		check_well_formed(level, &outcome.out);
	outcome_release(&outcome);
	free(path);
}

static void test_file(void **state)
{
	for (size_t i = 0; i < LEVELS; i++)
		check_level(&levels[i], *state);
}

static void check_refused(void)
{
	for (size_t i = 0; i < refused.count; i++) {
		char *path = text_of_format("%s/%s", folder, refused.rows[i].cells[0]);

		if (!file_exists(path))
			give_up("wild-refused.tsv: there is no file '%s'", refused.rows[i].cells[0]);
		free(path);
	}
}

static bool is_vmx(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && strcmp(dot, ".vmx") == 0;
}

int main(int argc, char **argv)
{
	struct cases cases = { NULL, 0, 0 };
	struct names names = { NULL, 0, 0 };
	size_t count;
	int status;

	if (argc != 3)
		give_up("Usage: run_wild VMX2XML REFUSED");
	folder = peer_folder("wild");
	tool = absolute_path(argv[1]);
	use_plain_environment();
	table_read(argv[2], &refused);
	check_refused();
	load_schema();
	list_folder(folder, &names);
	for (size_t i = 0; i < names.count; i++) {
		if (is_vmx(names.items[i]))
			cases_add(&cases, text_of_format("%s", names.items[i]), test_file,
				  text_of_format("%s", names.items[i]));
	}
	count = cases.count;
	status = cases_run(&cases, "wild");
	printf("%zu files, of which %zu are refused; of %zu XML documents %zu fit libvirt's schema\n",
	       count, refused.count, checked, valid);
	names_release(&names);
	table_release(&refused);
	free(folder);
	xmlRelaxNGFree(schema);
	xmlCleanupParser();
	return status;
}
