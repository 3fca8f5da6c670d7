/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xml2vmx: libvirt domain XML to VMware .vmx files.  This file is the command line;
 * xml2vmx_convert.c does the work.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vmxkit/vmxkit.h>

#include "common/input.h"
#include "common/tool.h"
#include "common/output.h"
#include "xml2vmx_settings.h"

/* What libvirt has for the place of a file that it does not know. */
#define UNKNOWN_PLACE "[?] ?"

static const char *take_compat(void *user, const char *argument)
{
	struct settings *s = user;

	if (strcmp(argument, "libvirt") != 0)
		return "the only word it takes is 'libvirt'";
	s->libvirt = true;
	return NULL;
}

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

static const char *take_max_size(void *user, const char *argument)
{
	struct settings *s = user;

	return take_file_size(argument, &s->max_size);
}

/* NULL, or why the rules refused. */
static const char *refusal(const struct settings *s, enum vmx_code code)
{
	return code == VMX_OK ? NULL : vmx_error_message(s->common.error);
}

static const char *take_vmx_dir(void *user, const char *argument)
{
	struct settings *s = user;

	s->vmx_dir = true;
	return refusal(s, vmx_path_rules_set_directory(s->rules, argument, strlen(argument), s->common.error));
}

static const char *take_datastore(void *user, const char *argument)
{
	struct settings *s = user;
	size_t name = strcspn(argument, "=");
	const char *mount = argument[name] ? argument + name + 1 : NULL;

	return refusal(s, vmx_path_rules_add_datastore(s->rules, argument, name, mount,
						       mount ? strlen(mount) : 0, s->common.error));
}

#define TEXT_OPTION(member) offsetof(struct settings, member), NULL
#define FLAG_OPTION(member) offsetof(struct settings, member), NULL
#define OWN_OPTION(function) 0, function

static const struct option_row options[] = {
	{ "output", 'o', "FILE", "the VMX file goes to FILE", TEXT_OPTION(output) },
	{ "onto", 0, "BASE.vmx", "change this VMX file only where the XML differs", TEXT_OPTION(onto) },
	{ "compat", 0, "libvirt", "convert and refuse exactly as libvirt does", OWN_OPTION(take_compat) },
	{ "strict", 0, NULL, "what libvirt would not take is an error", FLAG_OPTION(strict) },
	{ "from-any-type", 0, NULL, "take domains of other types (kvm) as well", FLAG_OPTION(any_type) },
	{ "hardware-version", 0, "N", "write this virtual hardware (default 21)", OWN_OPTION(take_hardware_version) },
	{ "vmx-dir", 0, "'[DS] DIR'", "the place of the VMX file on its datastore", OWN_OPTION(take_vmx_dir) },
	{ "datastore", 0, "NAME[=MOUNT]", "a datastore that exists (repeatable)", OWN_OPTION(take_datastore) },
	{ "scsi-auto", 0, "MODEL", "what the SCSI model 'auto' stands for", OWN_OPTION(take_scsi_auto) },
	{ "encoding", 0, "NAME", "write in this encoding (default UTF-8)", TEXT_OPTION(encoding) },
	{ "verbose", 'v', NULL, "with --onto: name each key that changes", FLAG_OPTION(verbose) },
	{ "quiet", 'q', NULL, "show errors only", FLAG_OPTION(common.quiet) },
	{ "max-size", 0, "BYTES", "refuse larger files (default 16777216)", OWN_OPTION(take_max_size) },
	{ "color", 0, "WHEN", "colour errors: auto, always, never", OWN_OPTION(take_colour) },
	{ "help", 'h', NULL, "print this", FLAG_OPTION(common.help) },
	{ "version", 'V', NULL, "print the version", FLAG_OPTION(common.version) },
	{ "long-options", 0, NULL, "print the options, for completion", FLAG_OPTION(common.long_options) },
};

static const struct command_line command_line = {
	.usage = "[OPTION]... [FILE|-]",
	.summary = "Converts libvirt domain XML to VMware .vmx files.",
	.options = options, .option_count = sizeof(options) / sizeof(options[0]),
	.examples = { "xml2vmx -o vm.vmx vm.xml", "xml2vmx --onto vm.vmx -o vm.vmx edited.xml" },
};

static const char *find_conflict(const struct settings *s, int files)
{
	if (files > 1)
		return "it converts one file at a time";
	if (s->onto && s->encoding)
		return "--encoding is for new files: the one in --onto keeps its own";
	if (s->verbose && !s->onto)
		return "--verbose is of no use without --onto";
	return NULL;
}

static enum exit_status run(void *settings, char **files, int count)
{
	struct settings *s = settings;
	const char *conflict = find_conflict(s, count);

	if (conflict)
		return usage_error(&s->common.console, "%s", conflict);
	if (count == 0 && isatty(STDIN_FILENO))
		return usage_error(&s->common.console, "which file shall be converted?");
	vmx_path_rules_set_level(s->rules, s->libvirt ? VMX_LEVEL_LIBVIRT : VMX_LEVEL_DEFAULT);
	return convert(s, count > 0 ? files[0] : STANDARD_INPUT);
}

static bool prepare(void *settings)
{
	struct settings *s = settings;

	return vmx_path_rules_new(NULL, &s->rules, s->common.error) == VMX_OK &&
	       vmx_path_rules_set_directory(s->rules, UNKNOWN_PLACE, strlen(UNKNOWN_PLACE),
					    s->common.error) == VMX_OK;
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "xml2vmx", .line = &command_line, .prepare = prepare, .run = run,
	};
	struct settings s = { .output = NULL };
	int status = run_tool(&tool, &s, argc, argv);

	vmx_path_rules_free(s.rules);
	return status;
}
