/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_libvirt_xml XML2VMX: libvirt's own test cases of the way back.  At libvirt's level
 * the VMX file has to be the same to the byte.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/peer.h"
#include "support/cases.h"
#include "support/golden.h"

static const char *tool;
static char *folder;

struct peer_case {
	char name[128], hardware_version[16];
	bool must_fail;
};

/* As libvirt's test program has it: a host that finds lsilogic on every controller. */
static void convert(const struct peer_case *peer_case, struct outcome *ret)
{
	char *path = text_of_format("%s/xml2vmx/%s.xml", folder, peer_case->name);
	const char *arguments[] = {
		"--compat=libvirt", "--hardware-version", peer_case->hardware_version,
		"--vmx-dir", "[datastore] directory", "--scsi-auto", "lsilogic", path,
	};
	struct command command = { .program = tool };

	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		command_add(&command, arguments[i]);
	run(&command, ret);
	free(path);
}

static void test_case(void **state)
{
	const struct peer_case *peer_case = *state;
	char *path = text_of_format("%s/xml2vmx/%s.vmx", folder, peer_case->name);
	struct blob expected = { NULL, 0 };
	struct outcome outcome;

	convert(peer_case, &outcome);
	if (peer_case->must_fail) {
		assert_int_equal(outcome.status, 1);
		assert_int_equal(outcome.out.length, 0);
	} else {
		if (!read_file(path, &expected))
			fail_msg("%s: there is no such file", path);
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

	if (!peer_case || strlen(row->cells[0]) >= sizeof(peer_case->name) ||
	    strlen(row->cells[3]) >= sizeof(peer_case->hardware_version))
		give_up("%s: too long", row->cells[0]);
	memcpy(peer_case->name, row->cells[0], strlen(row->cells[0]));
	memcpy(peer_case->hardware_version, row->cells[3], strlen(row->cells[3]));
	peer_case->must_fail = strcmp(row->cells[2], "yes") == 0;
	cases_add(cases, text_of_format("%s", row->cells[0]), test_case, peer_case);
}

int main(int argc, char **argv)
{
	struct cases cases = { NULL, 0, 0 };
	struct table table = { NULL, 0, { NULL, 0, 0 } };
	char *path;
	int status;

	if (argc != 2)
		give_up("Usage: run_libvirt_xml XML2VMX");
	folder = peer_folder("libvirt");
	tool = absolute_path(argv[1]);
	use_plain_environment();
	path = text_of_format("%s/CASES.tsv", folder);
	table_read(path, &table);
	for (size_t i = 0; i < table.count; i++) {
		if (strcmp(table.rows[i].cells[1], "xml2vmx") == 0)
			add_case(&cases, &table.rows[i]);
	}
	printf("%zu cases of libvirt for xml2vmx\n", cases.count);
	status = cases_run(&cases, "xml2vmx");
	table_release(&table);
	free(path);
	free(folder);
	return status;
}
