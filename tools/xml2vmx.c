/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xml2vmx: libvirt domain XML to VMware .vmx files.  This file is the command line;
 * xml2vmx_convert.c does the work.
 */
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "common/input.h"
#include "xml2vmx_settings.h"

/* What libvirt has for the place of a file that it does not know. */
#define UNKNOWN_PLACE "[?] ?"

static const char *take_hardware_version(void *user, const char *argument)
{
	struct settings *s = user;

	if (!parse_number(argument, VMX_LOWEST_HARDWARE_VERSION, VMX_HIGHEST_HARDWARE_VERSION,
			  &s->hardware_version))
		return "it takes a version from 3 to 30";
	return NULL;
}

static const char *take_scsi_auto(void *user, const char *argument)
{
	static const char *const models[] = { "buslogic", "lsilogic", "lsisas1068", "vmpvscsi" };
	struct settings *s = user;

	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		if (strcmp(models[i], argument) == 0)
			s->scsi_auto = argument;
	}
	return s->scsi_auto == argument
		? NULL : "the models it takes are buslogic, lsilogic, lsisas1068 and vmpvscsi";
}

#define TEXT_OPTION(member) offsetof(struct settings, member), NULL
#define FLAG_OPTION(member) offsetof(struct settings, member), NULL
#define OWN_OPTION(function) 0, function

static const struct option_row options[] = {
	{ "output", 'o', "FILE", "the VMX file goes to FILE", OWN_OPTION(take_output) },
	{ "onto", 0, "BASE.vmx", "change this VMX file only where the XML differs", TEXT_OPTION(onto) },
	{ "compat", 0, "libvirt", "convert and refuse exactly as libvirt does", OWN_OPTION(take_compat) },
	{ "strict", 0, NULL, "what libvirt would not take is an error", FLAG_OPTION(shared.strict) },
	{ "from-any-type", 0, NULL, "take domains of other types (kvm) as well", FLAG_OPTION(any_type) },
	{ "hardware-version", 0, "N", "write this virtual hardware (default 21)", OWN_OPTION(take_hardware_version) },
	{ "vmx-dir", 0, "'[DS] DIR'", "the place of the VMX file on its datastore", OWN_OPTION(take_vmx_dir) },
	{ "datastore", 0, "NAME[=MOUNT]", "a datastore that exists (repeatable)", OWN_OPTION(take_datastore) },
	{ "scsi-auto", 0, "MODEL", "what the SCSI model 'auto' stands for", OWN_OPTION(take_scsi_auto) },
	{ "encoding", 0, "NAME", "write in this encoding (default UTF-8)", TEXT_OPTION(shared.encoding) },
	{ "verbose", 'v', NULL, "with --onto: name each key that changes", FLAG_OPTION(verbose) },
	{ "quiet", 'q', NULL, "show errors only", FLAG_OPTION(shared.common.quiet) },
	{ "max-size", 0, "BYTES", "refuse larger files (default 16777216)", OWN_OPTION(take_max_size) },
	{ "color", 0, "WHEN", "colour errors: auto, always, never", OWN_OPTION(take_colour) },
	{ "help", 'h', "[=batch]", "print this, or the options for many files", OWN_OPTION(take_help) },
	{ "version", 'V', NULL, "print the version", FLAG_OPTION(shared.common.version) },
	{ "long-options", 0, NULL, "print the options, for completion", FLAG_OPTION(shared.common.long_options) },
};

static const struct command_line command_line = {
	.usage = "[OPTION]... [FILE|-]...",
	.summary = "Converts libvirt domain XML to VMware .vmx files.",
	.options = options, .option_count = sizeof(options) / sizeof(options[0]),
	.topic_summary = "Options for many files; the VMX file of NAME.xml goes to DIR/NAME.vmx.",
	.topic_options = batch_options, .topic_option_count = BATCH_OPTIONS,
	.topic_examples = { "xml2vmx --output-dir vmx --jobs 0 machines/*.xml",
			    "find . -name '*.xml' -print0 | xml2vmx --files0-from=- --jsonl" },
	.examples = { "xml2vmx -o vm.vmx vm.xml", "xml2vmx --onto vm.vmx -o vm.vmx edited.xml" },
};

static const char *find_conflict(const void *settings, bool several)
{
	const struct settings *s = settings;
	const struct batch_settings *batch = &s->shared.batch;

	if (s->onto && (several || batch->output_dir || batch->jsonl))
		return "--onto is for one file at a time";
	if (several && !batch->output_dir && !batch->jsonl)
		return "several files need --output-dir or --jsonl";
	if (s->onto && s->shared.encoding)
		return "--encoding is for new files: the one in --onto keeps its own";
	if (s->verbose && !s->onto)
		return "--verbose is of no use without --onto";
	return NULL;
}

/* Without a name it is standard input, too. */
static bool reads_input_twice(const struct settings *s, char **files, int count)
{
	return s->onto && is_standard_input(s->onto) && !s->shared.batch.files0_from &&
	       (count == 0 || is_standard_input(files[0]));
}

static enum exit_status run(void *settings, char **files, int count)
{
	static const struct converter converter = {
		.from = ".xml", .to = ".vmx", .member = "vmx",
		.settings_size = sizeof(struct settings),
		.convert = convert, .find_conflict = find_conflict,
	};
	struct settings *s = settings;

	if (reads_input_twice(s, files, count))
		return usage_error(&s->shared.common.console, "only one of the files can be standard input");
	vmx_path_rules_set_level(s->shared.rules, s->shared.libvirt ? VMX_LEVEL_LIBVIRT : VMX_LEVEL_DEFAULT);
	return convert_files(&converter, &s->shared, files, count);
}

static bool prepare(void *settings)
{
	struct conversion_settings *s = settings;

	return vmx_path_rules_new(NULL, &s->rules, s->common.error) == VMX_OK &&
	       vmx_path_rules_set_directory(s->rules, UNKNOWN_PLACE, strlen(UNKNOWN_PLACE),
					    s->common.error) == VMX_OK;
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "xml2vmx", .line = &command_line, .prepare = prepare, .run = run,
	};
	struct settings s = { .onto = NULL };
	int status = run_tool(&tool, &s, argc, argv);

	vmx_path_rules_free(s.shared.rules);
	return status;
}
