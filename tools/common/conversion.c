/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/conversion.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <vmxkit/vmxkit.h>

#include "common/batch.h"
#include "common/input.h"
#include "common/output_name.h"

/*
 * The options
 */
const char *take_output(void *settings, const char *argument)
{
	struct conversion_settings *s = settings;

	s->output_given = true;
	return take_output_name(argument, &s->output);
}

const char *take_compat(void *settings, const char *argument)
{
	struct conversion_settings *s = settings;

	if (strcmp(argument, "libvirt") != 0)
		return "the only word it takes is 'libvirt'";
	s->libvirt = true;
	return NULL;
}

const char *take_max_size(void *settings, const char *argument)
{
	struct conversion_settings *s = settings;

	return take_file_size(argument, &s->max_size);
}

/* NULL, or why the rules refused. */
static const char *refusal(const struct conversion_settings *s, enum vmx_code code)
{
	if (code == VMX_CODE_OUT_OF_MEMORY)
		return option_no_memory;
	return code == VMX_OK ? NULL : vmx_error_message(s->common.error);
}

static bool has_rules(struct conversion_settings *s)
{
	return s->rules || vmx_path_rules_new(NULL, &s->rules, s->common.error) == VMX_OK;
}

const char *take_vmx_dir(void *settings, const char *argument)
{
	struct conversion_settings *s = settings;

	if (!has_rules(s))
		return option_no_memory;
	s->vmx_dir = true;
	return refusal(s, vmx_path_rules_set_directory(s->rules, argument, strlen(argument),
						       s->common.error));
}

const char *take_datastore(void *settings, const char *argument)
{
	struct conversion_settings *s = settings;
	size_t name = strcspn(argument, "=");
	const char *mount = argument[name] ? argument + name + 1 : NULL;

	if (!has_rules(s))
		return option_no_memory;
	return refusal(s, vmx_path_rules_add_datastore(s->rules, argument, name, mount,
						       mount ? strlen(mount) : 0, s->common.error));
}

const char *take_help(void *settings, const char *argument)
{
	struct conversion_settings *s = settings;

	if (argument && strcmp(argument, BATCH_TOPIC) != 0)
		return "the only word it takes is '" BATCH_TOPIC "'";
	s->common.help = !argument;
	s->common.topic_help = argument != NULL;
	return NULL;
}

static const char *take_jobs(void *settings, const char *argument)
{
	struct conversion_settings *s = settings;

	if (!parse_number(argument, 0, JOBS_MAX, &s->batch.jobs))
		return "it takes a number from 0 to 256";
	if (s->batch.jobs == 0)
		s->batch.jobs = count_cpus();
	return NULL;
}

#define BATCH_OPTION(member) offsetof(struct conversion_settings, batch.member), NULL
#define OWN_OPTION(function) 0, function

const struct option_row batch_options[BATCH_OPTIONS] = {
	{ "output-dir", 0, "DIR", "the result of each file goes into DIR", BATCH_OPTION(output_dir) },
	{ "parents", 0, NULL, "keep the folders of the inputs below DIR", BATCH_OPTION(parents) },
	{ "skip-existing", 0, NULL, "leave out inputs whose output is there", BATCH_OPTION(skip_existing) },
	{ "no-sync", 0, NULL, "don't wait for the disk to have the outputs", BATCH_OPTION(no_sync) },
	{ "files0-from", 0, "FILE", "take the names in FILE, each ended by NUL", BATCH_OPTION(files0_from) },
	{ "jobs", 'j', "N", "convert N files at a time; 0: as there are CPUs", OWN_OPTION(take_jobs) },
	{ "jsonl", 0, NULL, "print a JSON record for each input", BATCH_OPTION(jsonl) },
};

/*
 * The work
 */
static bool save_output(const struct conversion_settings *s, const char *output,
			const void *data, size_t length)
{
	const struct output_rule rule = { .folder = s->batch.output_dir };

	return (!s->batch.parents || make_output_folders(&rule, output)) &&
	       save_file_as(output, s->durability, data, length);
}

enum exit_status store_output(const struct conversion_settings *s, const char *file,
			      const char *output, const void *data, size_t length)
{
	const struct console *console = &s->common.console;

	if (is_same_file(file, output))
		return usage_error(console, "the output '%s' is the input", output);
	if (save_output(s, output, data, length))
		return STATUS_DONE;
	show_problem(console, "can't write '%s': %s", output, strerror(errno));
	return STATUS_SYSTEM;
}

enum exit_status print_output(const struct conversion_settings *s, const void *data, size_t length)
{
	const struct console *console = &s->common.console;
	FILE *out = console_out(console);

	if (fwrite(data, 1, length, out) == length && fflush(out) == 0)
		return STATUS_DONE;
	return show_lost_output(console, errno);
}

/* Rows of what does not go together; the first that is true counts. */
static const char *find_batch_conflict(const struct conversion_settings *s, int files)
{
	const struct batch_settings *b = &s->batch;
	const struct {
		bool wrong;
		const char *why;
	} rows[] = {
		{ s->output_given && b->output_dir, "--output and --output-dir exclude each other" },
		{ s->output && b->jsonl, "--output and --jsonl exclude each other" },
		{ b->files0_from && files > 0, "files on the command line and --files0-from exclude each other" },
		{ s->output && (files > 1 || b->files0_from), "several files need --output-dir, not --output" },
		{ b->parents && !b->output_dir, "--parents is of no use without --output-dir" },
		{ b->skip_existing && !b->output_dir, "--skip-existing is of no use without --output-dir" },
		{ b->no_sync && !b->output_dir && !s->output, "--no-sync is of no use without an output file" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].wrong)
			return rows[i].why;
	}
	return NULL;
}

enum exit_status convert_files(const struct converter *converter,
			       struct conversion_settings *s, char **files, int count)
{
	static char standard_input[] = STANDARD_INPUT;
	char *only[] = { standard_input };
	const char *conflict = find_batch_conflict(s, count);
	bool several = count > 1 || s->batch.files0_from;

	if (!conflict)
		conflict = converter->find_conflict(s, several);
	if (conflict)
		return usage_error(&s->common.console, "%s", conflict);
	if (count == 0 && !s->batch.files0_from) {
		if (isatty(STDIN_FILENO))
			return usage_error(&s->common.console, "which file shall be converted?");
		files = only;
		count = 1;
	}
	if (s->batch.no_sync)
		s->durability = SYNC_NOTHING;
	if (several || s->batch.output_dir || s->batch.jsonl)
		return run_batch(converter, s, files, (size_t)count);
	return converter->convert(s, files[0], s->output);
}
