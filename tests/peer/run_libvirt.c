/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_libvirt VMX2XML libvirt|default DEVIATIONS: libvirt's own test cases.
 *
 * At libvirt's level the XML has to be the same to the byte.  At the default
 * level as well, but for the cases in the table DEVIATIONS, where a diagnostic has
 * to say why it is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/peer.h"
#include "support/cases.h"
#include "support/golden.h"

static const char *tool;
static char *folder;
static bool at_libvirt_level;
static struct table known_deviations;

struct peer_case {
	char name[128];
	bool must_fail;
};

/*
 * What libvirt's test program tells its reader besides the file: one directory,
 * a datacenter for one case, and a server without the datastore that two cases
 * name.
 */
static const struct extra {
	const char *name, *option, *argument;
} extras[] = {
	{ "datacenterpath", "--datacenter-path", "folder1/folder2/datacenter1" },
	{ "cdrom-ide-file-missing-file", "--datastore", "datastore" },
	{ "harddisk-ide-file-missing-datastore", "--datastore", "datastore" },
};

static void add_extras(struct command *command, const char *name)
{
	for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
		if (strcmp(extras[i].name, name) != 0)
			continue;
		command_add(command, extras[i].option);
		command_add(command, extras[i].argument);
	}
}

static void convert(const struct peer_case *peer_case, struct outcome *ret)
{
	char *path = text_of_format("%s/vmx2xml/%s.vmx", folder, peer_case->name);
	struct command command = { .program = tool };

	if (at_libvirt_level)
		command_add(&command, "--compat=libvirt");
	command_add(&command, "--secure");
	command_add(&command, "--vmx-dir");
	command_add(&command, "[datastore] directory");
	add_extras(&command, peer_case->name);
	command_add(&command, path);
	run(&command, ret);
	free(path);
}

static void check_deviation(const char *codes, const struct blob *expected, bool must_fail,
			    const struct outcome *outcome)
{
	check_codes(codes, outcome);
	if (!must_fail && outcome->status == 0 && blob_equal(expected, &outcome->out))
		fail_msg("deviations.tsv lists the case, but the XML is the same");
}

static void test_case(void **state)
{
	const struct peer_case *peer_case = *state;
	const struct row *deviation = at_libvirt_level ? NULL : table_find(&known_deviations, peer_case->name);
	char *path = text_of_format("%s/vmx2xml/%s.xml", folder, peer_case->name);
	struct blob expected = { NULL, 0 };
	struct outcome outcome;

	if (!peer_case->must_fail && !read_file(path, &expected))
		fail_msg("%s: there is no such file", path);
	convert(peer_case, &outcome);
	if (deviation) {
		check_deviation(deviation->cells[1], &expected, peer_case->must_fail, &outcome);
	} else if (peer_case->must_fail) {
		assert_int_equal(outcome.status, 1);
		assert_int_equal(outcome.out.length, 0);
	} else {
		if (outcome.status != 0)
			fail_msg("exit status %d: %s", outcome.status, outcome.err.data);
		check_text(peer_case->name, &expected, &outcome.out);
	}
	outcome_release(&outcome);
	blob_release(&expected);
	free(path);
}

static void add_case(struct cases *cases, const struct row *row)
{
	struct peer_case *peer_case = calloc(1, sizeof(*peer_case));

	if (!peer_case || strlen(row->cells[0]) >= sizeof(peer_case->name))
		give_up("%s: too long", row->cells[0]);
	memcpy(peer_case->name, row->cells[0], strlen(row->cells[0]));
	peer_case->must_fail = strcmp(row->cells[2], "yes") == 0;
	cases_add(cases, text_of_format("%s", row->cells[0]), test_case, peer_case);
}

static bool is_known_case(const struct table *table, const char *name)
{
	const struct row *row = table_find(table, name);

	return row && strcmp(row->cells[1], "vmx2xml") == 0;
}

/* A deviation of a case that does not exist would hide a slip of the pen. */
static void check_known_deviations(const struct table *table)
{
	for (size_t i = 0; i < known_deviations.count; i++) {
		if (!is_known_case(table, known_deviations.rows[i].cells[0]))
			give_up("deviations.tsv: there is no case '%s'", known_deviations.rows[i].cells[0]);
	}
}

int main(int argc, char **argv)
{
	struct cases cases = { NULL, 0, 0 };
	struct table table = { NULL, 0, { NULL, 0, 0 } };
	char *path;
	int status;

	if (argc != 4)
		give_up("Usage: run_libvirt VMX2XML libvirt|default DEVIATIONS");
	folder = peer_folder("libvirt");
	tool = absolute_path(argv[1]);
	at_libvirt_level = strcmp(argv[2], "libvirt") == 0;
	use_plain_environment();
	path = text_of_format("%s/CASES.tsv", folder);
	table_read(path, &table);
	table_read(argv[3], &known_deviations);
	check_known_deviations(&table);
	for (size_t i = 0; i < table.count; i++) {
		if (strcmp(table.rows[i].cells[1], "vmx2xml") == 0)
			add_case(&cases, &table.rows[i]);
	}
	printf("%zu cases of libvirt at the level '%s', %zu known deviations\n", cases.count, argv[2],
	       at_libvirt_level ? 0 : known_deviations.count);
	status = cases_run(&cases, argv[2]);
	table_release(&known_deviations);
	table_release(&table);
	free(path);
	free(folder);
	return status;
}
