/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmx2xml: VMware .vmx files to libvirt domain XML.  This file is the command
 * line; vmx2xml_convert.c does the work.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <vmxkit/vmxkit.h>

#include "common/characters.h"
#include "common/input.h"
#include "common/tool.h"
#include "common/output.h"
#include "vmx2xml_convert.h"

static const char *take_compat(void *user, const char *argument)
{
	struct settings *s = user;

	if (strcmp(argument, "libvirt") != 0)
		return "the only word it takes is 'libvirt'";
	s->libvirt = true;
	return NULL;
}

static const char *take_report(void *user, const char *argument)
{
	struct settings *s = user;

	if (!argument || strcmp(argument, "text") == 0)
		s->report = REPORT_TEXT;
	else if (strcmp(argument, "json") == 0)
		s->report = REPORT_JSON;
	else
		return "the words it takes are 'text' and 'json'";
	return NULL;
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

static bool has_rules(struct settings *s)
{
	return s->rules || vmx_path_rules_new(NULL, &s->rules, s->common.error) == VMX_OK;
}

static const char *take_vmx_dir(void *user, const char *argument)
{
	struct settings *s = user;

	if (!has_rules(s))
		return vmx_error_message(s->common.error);
	s->vmx_dir = true;
	return refusal(s, vmx_path_rules_set_directory(s->rules, argument, strlen(argument),
						       s->common.error));
}

static const char *take_datastore(void *user, const char *argument)
{
	struct settings *s = user;
	size_t name = strcspn(argument, "=");
	const char *mount = argument[name] ? argument + name + 1 : NULL;

	if (!has_rules(s))
		return vmx_error_message(s->common.error);
	return refusal(s, vmx_path_rules_add_datastore(s->rules, argument, name, mount,
						       mount ? strlen(mount) : 0, s->common.error));
}

#define TEXT_OPTION(member) offsetof(struct settings, member), NULL
#define FLAG_OPTION(member) offsetof(struct settings, member), NULL
#define OWN_OPTION(function) 0, function

static const struct option_row options[] = {
	{ "output", 'o', "FILE", "the XML goes to FILE", TEXT_OPTION(output) },
	{ "output-dir", 0, "DIR", "the XML of each NAME.vmx goes to DIR/NAME.xml", TEXT_OPTION(output_dir) },
	{ "compat", 0, "libvirt", "convert and refuse exactly as libvirt does", OWN_OPTION(take_compat) },
	{ "full", 0, NULL, "convert also what libvirt's reader leaves out", FLAG_OPTION(full) },
	{ "strict", 0, NULL, "what libvirt would not take is an error", FLAG_OPTION(strict) },
	{ "vmx-dir", 0, "'[DS] DIR'", "the place of the VMX file on its datastore", OWN_OPTION(take_vmx_dir) },
	{ "datastore", 0, "NAME[=MOUNT]", "a datastore that exists (repeatable)", OWN_OPTION(take_datastore) },
	{ "datacenter-path", 0, "PATH", "add this datacenter path", TEXT_OPTION(datacenter_path) },
	{ "moref", 0, "REF", "add this managed object reference", TEXT_OPTION(moref) },
	{ "encoding", 0, "NAME", "read in this encoding, not in that of .encoding", TEXT_OPTION(encoding) },
	{ "secure", 0, NULL, "print the password of the VNC server", FLAG_OPTION(secure) },
	{ "report", 0, "[=text|json]", "print what became of each key, not the XML", OWN_OPTION(take_report) },
	{ "quiet", 'q', NULL, "show errors only", FLAG_OPTION(common.quiet) },
	{ "max-size", 0, "BYTES", "refuse larger files (default 16777216)", OWN_OPTION(take_max_size) },
	{ "color", 0, "WHEN", "colour errors: auto, always, never", OWN_OPTION(take_colour) },
	{ "help", 'h', NULL, "print this", FLAG_OPTION(common.help) },
	{ "version", 'V', NULL, "print the version", FLAG_OPTION(common.version) },
	{ "long-options", 0, NULL, "print the options, for completion", FLAG_OPTION(common.long_options) },
};

static const struct command_line command_line = {
	"[OPTION]... [FILE|-]...",
	"Converts VMware .vmx files to libvirt domain XML.",
	options, sizeof(options) / sizeof(options[0]),
	{ "vmx2xml -o vm.xml vm.vmx", "vmx2xml --report=json vm.vmx | jq .counts" },
};

/*
 * Which options go together
 */

/* What is wrong with the options as a whole, or NULL. */
static const char *find_conflict(const struct settings *s, int files)
{
	if (s->libvirt && s->full)
		return "--compat and --full exclude each other";
	if (s->output && s->output_dir)
		return "--output and --output-dir exclude each other";
	if (files > 1 && s->output)
		return "several files need --output-dir, not --output";
	if (files > 1 && !s->output_dir && !s->report)
		return "several files need --output-dir";
	if (s->rules && !s->vmx_dir)
		return "--datastore is of no use without --vmx-dir";
	if (s->datacenter_path && !utf8_is_valid(s->datacenter_path))
		return "option '--datacenter-path': the text is not UTF-8";
	if (s->moref && !utf8_is_valid(s->moref))
		return "option '--moref': the text is not UTF-8";
	return NULL;
}

/*
 * The name of the output in --output-dir: the base name of the file, without
 * .vmx.  *ret_length is its length.
 */
static const char *base_name(const char *file, size_t *ret_length)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash ? slash + 1 : file;

	*ret_length = strlen(name);
	if (*ret_length > 4 && strcasecmp(name + *ret_length - 4, ".vmx") == 0)
		*ret_length -= 4;
	return name;
}

static int compare_base_names(const void *a, const void *b)
{
	const char *const *file_a = a, *const *file_b = b;
	size_t length_a, length_b;
	const char *name_a = base_name(*file_a, &length_a), *name_b = base_name(*file_b, &length_b);
	int order = memcmp(name_a, name_b, length_a < length_b ? length_a : length_b);

	if (order != 0)
		return order;
	return (length_a > length_b) - (length_a < length_b);
}

/* Two files must not end up in one.  sorted is a copy of the list of files. */
static enum exit_status check_sorted_names(const struct settings *s, const char **sorted, size_t count)
{
	qsort(sorted, count, sizeof(*sorted), compare_base_names);
	for (size_t i = 1; i < count; i++) {
		if (compare_base_names(&sorted[i - 1], &sorted[i]) == 0)
			return usage_error(&s->common.console, "'%s' and '%s' would both be written to the same file in '%s'",
					   sorted[i - 1], sorted[i], s->output_dir);
	}
	return STATUS_DONE;
}

static enum exit_status check_base_names(const struct settings *s, char **files, size_t count)
{
	const char **sorted = calloc(count, sizeof(*sorted));
	enum exit_status status = STATUS_DONE;
	size_t length;

	if (!sorted)
		return show_out_of_memory(&s->common.console);
	for (size_t i = 0; i < count && status == STATUS_DONE; i++) {
		sorted[i] = files[i];
		base_name(files[i], &length);
		if (length == 0 || strcmp(files[i], STANDARD_INPUT) == 0)
			status = usage_error(&s->common.console, "'%s' has no name for a file in --output-dir", files[i]);
	}
	if (status == STATUS_DONE)
		status = check_sorted_names(s, sorted, count);
	free(sorted);
	return status;
}

/*
 * The work
 */

static enum exit_status convert_into_directory(const struct settings *s, const char *file)
{
	char output[PATH_MAX];
	size_t length;
	const char *name = base_name(file, &length);

	if (snprintf(output, sizeof(output), "%s/%.*s.xml", s->output_dir, (int)length, name) <
	    (int)sizeof(output))
		return convert(s, file, output);
	show_problem(&s->common.console, "can't write into '%s': %s", s->output_dir, strerror(ENAMETOOLONG));
	return STATUS_SYSTEM;
}

/* A file that fails does not keep the others from being converted. */
static enum exit_status convert_all(const struct settings *s, char **files, int count)
{
	enum exit_status status = STATUS_DONE;

	for (int i = 0; i < count; i++) {
		enum exit_status one = s->output_dir ? convert_into_directory(s, files[i])
						     : convert(s, files[i], s->output);

		status = status_of_both(status, one);
	}
	return status;
}

static enum exit_status run(void *settings, char **files, int count)
{
	struct settings *s = settings;
	static char standard_input[] = STANDARD_INPUT;
	char *only[] = { standard_input };
	const char *conflict;
	enum exit_status status = STATUS_DONE;

	if (count == 0) {
		if (isatty(STDIN_FILENO))
			return usage_error(&s->common.console, "which file shall be converted?");
		files = only;
		count = 1;
	}
	conflict = find_conflict(s, count);
	if (conflict)
		return usage_error(&s->common.console, "%s", conflict);
	if (s->rules)
		vmx_path_rules_set_level(s->rules, level_of(s));
	if (s->output_dir)
		status = check_base_names(s, files, (size_t)count);
	return status == STATUS_DONE ? convert_all(s, files, count) : status;
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "vmx2xml", .line = &command_line, .run = run,
	};
	struct settings s = { .output = NULL };
	int status = run_tool(&tool, &s, argc, argv);

	vmx_path_rules_free(s.rules);
	return status;
}
