/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/batch_task.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/characters.h"
#include "common/input.h"
#include "common/json_line.h"

const char *fate_name(enum fate fate)
{
	static const char *const names[FATES] = {
		[CONVERTED] = "converted", [SKIPPED] = "skipped", [REFUSED] = "refused", [FAILED] = "failed",
	};

	return names[fate];
}

static bool exists(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0;
}

static enum exit_status attempt(struct task *task)
{
	const struct conversion_settings *s = task->settings;
	const char *output = s->batch.output_dir ? task->output : NULL;

	if (!task->fault)
		return task->converter->convert(s, task->name.text, output);
	show_diagnostic(&s->common.console, task->name.text, &(struct vmx_diagnostic){
		VMX_CODE_INVALID_ARGUMENT, VMX_ERROR, 0, 0, task->fault });
	return STATUS_INPUT;
}

static void attempt_or_skip(struct task *task, struct result *ret)
{
	if (!task->fault && task->settings->batch.skip_existing && exists(task->output)) {
		ret->fate = SKIPPED;
		return;
	}
	ret->status = attempt(task);
	if (ret->status == STATUS_DONE)
		return;
	ret->fate = ret->status == STATUS_INPUT ? REFUSED : FAILED;
	ret->code = task->findings.error;
}

/* The line for a person. */
static void print_line(const struct task *task, const struct result *result)
{
	const char *name = input_name(task->name.text);
	FILE *out = result->out.file;

	print_harmless(out, name, strlen(name));
	fprintf(out, ": %s", fate_name(result->fate));
	if (result->code != VMX_OK) {
		fprintf(out, " [%s]", vmx_code_name(result->code));
	} else {
		fputs(": ", out);
		print_harmless(out, task->output, strlen(task->output));
	}
	putc('\n', out);
}

/*
 * The line for a program: what the conversion has printed is its result.  NULL: there is no
 * memory.
 */
static json_t *make_record(const struct task *task, const struct result *result)
{
	const char *name = input_name(task->name.text), *output = task->output;
	bool into_file = task->settings->batch.output_dir != NULL;
	bool has_output = into_file && result->status == STATUS_DONE;
	bool has_result = !into_file && result->status == STATUS_DONE;
	json_t *object = json_object();

	return json_if_whole(
		json_add_bytes(object, "name", name, strlen(name)) &&
		json_add_string(object, "status", fate_name(result->fate)) &&
		(result->code == VMX_OK || json_add_string(object, "code", vmx_code_name(result->code))) &&
		json_object_set_new(object, "diagnostics", json_findings(&task->findings)) == 0 &&
		(!has_output || json_add_bytes(object, "output", output, strlen(output))) &&
		(!has_result || json_add_bytes(object, task->converter->member, result->out.data,
					       result->out.length)), object);
}

/* Puts the record in the place of what was printed. */
static bool become_record(const struct task *task, struct result *ret)
{
	struct console console = task->settings->common.console;
	json_t *record;

	if (!memory_stream_close(&ret->out))
		return false;
	record = make_record(task, ret);
	memory_stream_release(&ret->out);
	if (!memory_stream_open(&ret->out)) {
		json_decref(record);
		return false;
	}
	console.out = ret->out.file;
	return json_line_print(&console, record) == STATUS_DONE;
}

static bool finish(const struct task *task, struct result *ret)
{
	const struct conversion_settings *s = task->settings;

	if (task->findings.incomplete || (s->batch.jsonl && !become_record(task, ret)))
		return false;
	if (s->batch.output_dir && !s->batch.jsonl && !s->reports && !s->common.quiet)
		print_line(task, ret);
	return memory_stream_close(&ret->out) && memory_stream_close(&ret->err);
}

void do_task(struct task *task, struct result *ret)
{
	struct console *console = &task->settings->common.console;
	bool good = memory_stream_open(&ret->out) && memory_stream_open(&ret->err);

	if (good) {
		console->out = ret->out.file;
		console->err = ret->err.file;
		attempt_or_skip(task, ret);
		good = finish(task, ret);
	}
	if (!good) {
		result_release(ret);
		ret->status = STATUS_SYSTEM;
		ret->fate = FAILED;
		ret->code = VMX_CODE_OUT_OF_MEMORY;
	}
	if (ret->status != STATUS_DONE)
		ret->name = strdup(input_name(task->name.text));
	findings_release(&task->findings);
}

void result_release(struct result *result)
{
	free(result->name);
	memory_stream_release(&result->out);
	memory_stream_release(&result->err);
	*result = (struct result){ .status = STATUS_DONE };
}
