/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmx2xml: VMware .vmx files to libvirt domain XML.  This file is the command
 * line; vmx2xml_convert.c does the work, vmx2xml_remote.c fetches what is on a server.
 */
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "common/characters.h"
#include "common/remote.h"
#include "vmx2xml_convert.h"

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

#define TEXT_OPTION(member) offsetof(struct settings, member), NULL
#define FLAG_OPTION(member) offsetof(struct settings, member), NULL
#define OWN_OPTION(function) 0, function

static const struct option_row options[] = {
	{ "output", 'o', "FILE", "the XML goes to FILE", OWN_OPTION(take_output) },
	{ "compat", 0, "libvirt", "convert and refuse exactly as libvirt does", OWN_OPTION(take_compat) },
	{ "full", 0, NULL, "convert also what libvirt's reader leaves out", FLAG_OPTION(full) },
	{ "strict", 0, NULL, "what libvirt would not take is an error", FLAG_OPTION(shared.strict) },
	{ "vmx-dir", 0, "'[DS] DIR'", "the place of the VMX file on its datastore", OWN_OPTION(take_vmx_dir) },
	{ "datastore", 0, "NAME[=MOUNT]", "a datastore that exists (repeatable)", OWN_OPTION(take_datastore) },
	{ "datacenter-path", 0, "PATH", "add this datacenter path", TEXT_OPTION(datacenter_path) },
	{ "moref", 0, "REF", "add this managed object reference", TEXT_OPTION(moref) },
	{ "encoding", 0, "NAME", "read in this encoding, not in that of .encoding", TEXT_OPTION(shared.encoding) },
	{ "secure", 0, NULL, "print the password of the VNC server", FLAG_OPTION(secure) },
	{ "report", 0, "[=text|json]", "print what became of each key, not the XML", OWN_OPTION(take_report) },
	{ "password-file", 0, "FILE", "the password for the server of a URI", TEXT_OPTION(password_file) },
	{ "quiet", 'q', NULL, "show errors only", FLAG_OPTION(shared.common.quiet) },
	{ "max-size", 0, "BYTES", "refuse larger files (default 16777216)", OWN_OPTION(take_max_size) },
	{ "color", 0, "WHEN", "colour errors: auto, always, never", OWN_OPTION(take_colour) },
	{ "help", 'h', "[=batch]", "print this, or the options for many files", OWN_OPTION(take_help) },
	{ "version", 'V', NULL, "print the version", FLAG_OPTION(shared.common.version) },
	{ "long-options", 0, NULL, "print the options, for completion", FLAG_OPTION(shared.common.long_options) },
};

static const struct command_line command_line = {
	.usage = "[OPTION]... [FILE|-]...  or  URI#MACHINE",
	.summary = "Converts VMware .vmx files to libvirt domain XML.",
	.options = options, .option_count = sizeof(options) / sizeof(options[0]),
	.topic_summary = "Options for many files; the XML of NAME.vmx goes to DIR/NAME.xml.",
	.topic_options = batch_options, .topic_option_count = BATCH_OPTIONS,
	.topic_examples = { "vmx2xml --output-dir xml --jobs 0 machines/*.vmx",
			    "find . -name '*.vmx' -print0 | vmx2xml --files0-from=- --jsonl" },
	.examples = { "vmx2xml -o vm.xml vm.vmx", "vmx2xml --report=json vm.vmx | jq .counts" },
};

/* What is wrong with the options as a whole, or NULL. */
static const char *find_conflict(const void *settings, bool several)
{
	const struct settings *s = settings;
	const struct batch_settings *batch = &s->shared.batch;

	if (s->shared.libvirt && s->full)
		return "--compat and --full exclude each other";
	if (s->report && batch->jsonl)
		return "--report and --jsonl exclude each other";
	if (several && !batch->output_dir && !batch->jsonl && !s->report)
		return "several files need --output-dir or --jsonl";
	if (s->shared.rules && !s->shared.vmx_dir)
		return "--datastore is of no use without --vmx-dir";
	if (s->datacenter_path && !utf8_is_valid(s->datacenter_path))
		return "option '--datacenter-path': the text is not UTF-8";
	if (s->moref && !utf8_is_valid(s->moref))
		return "option '--moref': the text is not UTF-8";
	return NULL;
}

/* A server is asked for one machine; vmxremote does it with many. */
static enum exit_status check_remote(const struct settings *s, char **files, int count, bool *ret)
{
	const struct batch_settings *batch = &s->shared.batch;

	*ret = false;
	for (int i = 0; i < count; i++)
		*ret |= is_uri(files[i]);
	if (*ret && (count > 1 || batch->output_dir || batch->jsonl || batch->files0_from))
		return usage_error(&s->shared.common.console, "a machine on a server is converted alone, "
				   "with -o; 'vmxremote pull --xml' converts many");
	if (!*ret && s->password_file)
		return usage_error(&s->shared.common.console, "--password-file is of no use without a URI");
	return STATUS_DONE;
}

static enum exit_status run(void *settings, char **files, int count)
{
	static const struct converter converters[] = {
		{ ".vmx", ".xml", "xml", sizeof(struct settings), convert, find_conflict },
		{ ".vmx", ".xml", "xml", sizeof(struct settings), convert_remote, find_conflict },
	};
	struct settings *s = settings;
	bool remote;
	enum exit_status status = check_remote(s, files, count, &remote);

	if (status != STATUS_DONE)
		return status;

	s->shared.reports = s->report != REPORT_NONE;
	if (s->shared.rules)
		vmx_path_rules_set_level(s->shared.rules, level_of(s));
	return convert_files(&converters[remote], &s->shared, files, count);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "vmx2xml", .line = &command_line, .run = run,
	};
	struct settings s = { .report = REPORT_NONE };
	int status = run_tool(&tool, &s, argc, argv);

	vmx_path_rules_free(s.shared.rules);
	return status;
}
