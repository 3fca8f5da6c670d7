/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_locale SAMPLE: the library gives the same XML in a locale with a comma in its
 * numbers and an i of its own.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/process.h"

#define LOCALE "tr_TR.UTF-8"

static const char *sample;

/* Built for the test: few machines have it. */
static bool build_locale(const char *folder)
{
	char *path = text_of_format("%s/%s", folder, LOCALE);
	struct command command = { .program = "/usr/bin/localedef" };
	struct outcome outcome;

	if (!file_exists(command.program) || !file_exists("/usr/share/i18n/locales/tr_TR")) {
		free(path);
		return false;
	}
	command_add(&command, "-i");
	command_add(&command, "tr_TR");
	command_add(&command, "-f");
	command_add(&command, "UTF-8");
	command_add(&command, path);
	run(&command, &outcome);
	outcome_release(&outcome);
	free(path);
	return setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, LOCALE);
}

static void convert(struct vmx_bytes *ret)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_document *document = NULL;
	struct vmx_machine *vm = NULL;

	options.level = VMX_LEVEL_FULL;
	assert_int_equal(vmx_document_read_file(sample, NULL, &document, NULL), VMX_OK);
	assert_int_equal(vmx_machine_read(document, &options, &vm, NULL), VMX_OK);
	assert_int_equal(vmx_domain_xml_write(vm, NULL, ret, NULL), VMX_OK);
	vmx_machine_free(vm);
	vmx_document_free(document);
}

static void the_locale_changes_nothing(void **state)
{
	struct vmx_bytes here = VMX_BYTES_INIT, there = VMX_BYTES_INIT;

	(void)state;
	convert(&there);
	assert_non_null(setlocale(LC_ALL, "C"));
	convert(&here);
	assert_string_equal(there.data, here.data);
	vmx_bytes_release(&here);
	vmx_bytes_release(&there);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_locale_changes_nothing) };
	char *folder;
	int status = SKIPPED;

	if (argc != 2)
		give_up("Usage: test_locale SAMPLE");
	sample = argv[1];
	folder = make_temporary_folder();
	if (build_locale(folder))
		status = cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
	else
		printf("skipped: the locale " LOCALE " can't be made here (Debian: package locales)\n");
	remove_folder(folder);
	free(folder);
	return status;
}
