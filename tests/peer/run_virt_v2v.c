/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_virt_v2v VMX2XML: the facts that virt-v2v finds in its test files are also
 * in the XML.
 */
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/peer.h"
#include "support/cases.h"
#include "support/xml.h"

static const char *tool;
static char *folder;

/* What stands behind "title:" in the expected text, without the blanks, or NULL. */
static char *find_fact(const struct names *lines, const char *title)
{
	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->items[i] + strspn(lines->items[i], " ");
		size_t length = strlen(title);

		if (strncmp(line, title, length) == 0 && line[length] == ':')
			return text_of_format("%s", line + length + 1 + strspn(line + length + 1, " "));
	}
	return NULL;
}

static void check_value(xmlDoc *document, const char *expression, const char *expected)
{
	char *value = xml_value(document, expression);

	if (strcmp(value, expected) != 0)
		fail_msg("%s: '%s', but virt-v2v says '%s'", expression, value, expected);
	free(value);
}

/* "2147483648 (bytes)" as KiB. */
static char *memory_of(const char *fact)
{
	unsigned long long bytes;

	if (sscanf(fact, "%llu (bytes)", &bytes) != 1)
		fail_msg("not understood: %s", fact);
	return text_of_format("%llu", bytes / 1024);
}

static char *as_it_is(const char *fact)
{
	return text_of_format("%s", fact);
}

/* libvirt's word for BIOS is no word at all. */
static char *firmware_of(const char *fact)
{
	return text_of_format("%s", strcmp(fact, "uefi") == 0 ? "efi" : "");
}

static char *secure_boot_of(const char *fact)
{
	return text_of_format("%s", strcmp(fact, "true") == 0 ? "yes" : "");
}

static const struct fact {
	const char *title, *expression;
	char *(*expected)(const char *fact);
} facts[] = {
	{ "source name", "string(/domain/name)", as_it_is },
	{ "memory", "string(/domain/memory[@unit='KiB'])", memory_of },
	{ "nr vCPUs", "string(/domain/vcpu)", as_it_is },
	{ "VM genid", "string(/domain/genid)", as_it_is },
	{ "firmware", "string(/domain/os/@firmware)", firmware_of },
	{ "UEFI secureboot", "string(/domain/os/firmware/feature[@name='secure-boot']/@enabled)", secure_boot_of },
};

static void check_facts(xmlDoc *document, const struct names *lines)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		char *fact = find_fact(lines, facts[i].title);
		char *expected;

		if (!fact)
			fail_msg("virt-v2v does not say '%s'", facts[i].title);
		expected = facts[i].expected(fact);
		check_value(document, facts[i].expression, expected);
		free(expected);
		free(fact);
	}
}

/* libvirt only prints a topology for more than one core in a socket. */
static void check_topology(xmlDoc *document, const struct names *lines)
{
	char *fact = find_fact(lines, "CPU topology");
	unsigned int sockets, cores;

	if (!fact || sscanf(fact, "sockets: %u cores/socket: %u", &sockets, &cores) != 2 || cores == 1) {
		check_value(document, "count(/domain/cpu/topology)", "0");
	} else {
		char *expected = text_of_format("%u/%u", sockets, cores);

		check_value(document, "concat(/domain/cpu/topology/@sockets, '/', /domain/cpu/topology/@cores)",
			    expected);
		free(expected);
	}
	free(fact);
}

/* A line of the lists: "\t0 [scsi]", "\tCD-ROM [ide] in slot 2", "\tNetwork ... mac: M [MODEL]" */
static void check_device(xmlDoc *document, const char *line, const char *list, size_t number)
{
	char word[32], mac[32];
	const char *where = strstr(line, "mac: ");
	char *expression = NULL;

	if (strcmp(list, "disks:") == 0 && sscanf(line, "%*u [%31[^]]]", word) == 1)
		expression = text_of_format("/domain/devices/disk[@device='disk'][%zu]/target/@bus", number);
	else if (strcmp(list, "removable media:") == 0 && sscanf(line, "CD-ROM [%31[^]]]", word) == 1)
		expression = text_of_format("/domain/devices/disk[@device!='disk'][%zu]/target/@bus", number);
	else if (where && sscanf(where, "mac: %31s [%31[^]]]", mac, word) == 2)
		expression = text_of_format("/domain/devices/interface[mac/@address='%s'][%zu]/model/@type", mac, (size_t)1);
	else
		fail_msg("not understood: %s", line);
	check_value(document, expression, word);
	free(expression);
}

static void check_count(xmlDoc *document, const char *list, size_t count)
{
	static const struct { const char *list, *expression; } counted[] = {
		{ "disks:", "count(/domain/devices/disk[@device='disk'])" },
		{ "NICs:", "count(/domain/devices/interface)" },
	};

	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		char *expected = text_of_format("%zu", count);

		if (strcmp(counted[i].list, list) == 0)
			check_value(document, counted[i].expression, expected);
		free(expected);
	}
}

static void check_devices(xmlDoc *document, const struct names *lines)
{
	const char *list = "";
	size_t count = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->items[i];

		if (*line == '\t') {
			check_device(document, line + 1, list, ++count);
			continue;
		}
		if (*line && line[strlen(line) - 1] == ':' && *line != ' ') {
			check_count(document, list, count);
			list = line;
			count = 0;
		}
	}
	check_count(document, list, count);
}

static void test_file(void **state)
{
	const char *name = *state;
	char *path = text_of_format("%s/%s.vmx", folder, name);
	char *expected = text_of_format("%s/%s.expected", folder, name);
	struct command command = { .program = tool };
	struct names lines = { NULL, 0, 0 };
	struct outcome outcome;
	char *why = NULL;
	xmlDoc *document;

	if (!read_lines(expected, &lines))
		fail_msg("%s: there is no such file", expected);
	command_add(&command, path);
	run(&command, &outcome);
	if (outcome.status != 0)
		fail_msg("exit status %d: %s", outcome.status, outcome.err.data);
	document = xml_parse(&outcome.out, &why);
	if (!document)
		fail_msg("%s", why);
	check_facts(document, &lines);
	check_topology(document, &lines);
	check_devices(document, &lines);
	xmlFreeDoc(document);
	outcome_release(&outcome);
	names_release(&lines);
	free(expected);
	free(path);
}

int main(int argc, char **argv)
{
	static const char suffix[] = ".vmx";
	struct cases cases = { NULL, 0, 0 };
	struct names names = { NULL, 0, 0 };
	int status;

	if (argc != 2)
		give_up("Usage: run_virt_v2v VMX2XML");
	folder = peer_folder("virt-v2v");
	tool = absolute_path(argv[1]);
	use_plain_environment();
	list_folder(folder, &names);
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		int length = (int)strlen(name) - (int)strlen(suffix);

		if (length > 0 && strcmp(name + length, suffix) == 0)
			cases_add(&cases, text_of_format("%.*s", length, name), test_file,
				  text_of_format("%.*s", length, name));
	}
	status = cases_run(&cases, "virt-v2v");
	names_release(&names);
	free(folder);
	xmlCleanupParser();
	return status;
}
