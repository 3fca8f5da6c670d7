/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start, stop and the like, register, unregister.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmxremote_commands.h"
#include "vmxremote_output.h"

struct task {
	struct settings *settings;
	const char *name;		/* of what it is about */
	struct transfer transfer;
};

/* An error that a question is the reason of has its text; this is for the others. */
static void hear_question(void *user, const struct vmx_question *question)
{
	struct task *task = user;
	const struct vmx_choice *answer = question->answer;
	char text[1024];

	if (question->outcome != VMX_QUESTION_ANSWERED || !answer)
		return;
	snprintf(text, sizeof(text), "\"%s\" was answered with \"%s\" (%s)", question->text,
		 answer->label ? answer->label : answer->key, answer->key);
	transfer_end(&task->transfer);
	show_diagnostic(&task->settings->common.console, task->name, &(struct vmx_diagnostic){
		VMX_CODE_QUESTION_ANSWERED, VMX_NOTE, 0, 0, text });
}

static void show_percent(void *user, int percent)
{
	struct task *task = user;

	if (task->transfer.shown && percent >= 0 && percent != task->transfer.percent)
		fprintf(stderr, "\r%s: %d%%\033[K", task->settings->command->name, percent);
	task->transfer.percent = percent;
}

static struct vmx_task_options options_of(struct task *task)
{
	const struct settings *s = task->settings;
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;

	options.policy = s->auto_answer ? VMX_QUESTIONS_DEFAULT : VMX_QUESTIONS_AS_URI;
	options.rules = s->rules;
	options.rule_count = s->answer_count;
	options.timeout = (unsigned int)s->task_timeout;
	options.wait_for_others = s->wait;
	options.question = hear_question;
	options.progress = show_percent;
	options.user = task;
	return options;
}

static enum exit_status task_error(const struct settings *s, const char *what)
{
	enum exit_status status = remote_error(&s->remote, what);

	if (vmx_error_code(s->common.error) == VMX_CODE_QUESTION_BLOCKS)
		show_note(&s->common.console, "--answer=PATTERN=CHOICE and --auto-answer answer such questions, "
			  "and 'vmxremote answer' one that is still open");
	return status;
}

static enum exit_status act(struct settings *s, const char *wanted)
{
	struct remote_machine machine = { .id = NULL };
	enum exit_status status = remote_find(&s->remote, wanted, &machine);
	struct task task = { .settings = s, .name = wanted };
	struct vmx_task_options options = options_of(&task);
	enum vmx_code code;

	if (status == STATUS_DONE) {
		transfer_begin(&task.transfer, s, wanted);
		code = vmx_connection_power(s->remote.connection, machine.id,
					    (enum vmx_power_action)s->command->detail, &options,
					    s->common.error);
		transfer_end(&task.transfer);
		if (code != VMX_OK)
			status = task_error(s, wanted);
	}
	remote_machine_release(&machine);
	return status;
}

enum exit_status command_power(struct settings *s, char **arguments, int count)
{
	enum exit_status status = STATUS_DONE;

	for (int i = 0; i < count && !remote_is_stopped(); i++)
		status = status_of_both(status, act(s, arguments[i]));
	return status;
}

static enum exit_status unregister(const struct settings *s, const char *wanted)
{
	struct remote_machine machine = { .id = NULL };
	enum exit_status status = remote_find(&s->remote, wanted, &machine);

	if (status == STATUS_DONE &&
	    vmx_connection_unregister(s->remote.connection, machine.id, s->common.error) != VMX_OK)
		status = remote_error(&s->remote, wanted);
	remote_machine_release(&machine);
	return status;
}

enum exit_status command_unregister(struct settings *s, char **arguments, int count)
{
	enum exit_status status = STATUS_DONE;

	for (int i = 0; i < count && !remote_is_stopped(); i++)
		status = status_of_both(status, unregister(s, arguments[i]));
	return status;
}

enum exit_status command_register(struct settings *s, char **arguments, int count)
{
	struct task task = { .settings = s, .name = arguments[0] };
	struct vmx_task_options options = options_of(&task);
	struct vmx_datastore_path *parsed = NULL;
	struct vmx_bytes path = VMX_BYTES_INIT, id = VMX_BYTES_INIT;
	const char *datacenter;
	enum exit_status status;

	(void)count;
	status = take_path(s, arguments[0], &path, &datacenter, &parsed);
	if (status == STATUS_DONE) {
		transfer_begin(&task.transfer, s, path.data);
		if (vmx_connection_register(s->remote.connection, path.data, datacenter, s->name, &options,
					    &id, s->common.error) != VMX_OK)
			status = task_error(s, NULL);
		transfer_end(&task.transfer);
	}
	if (status == STATUS_DONE) {
		print_column(id.data, 0);
		status = end_line(s);
	}
	vmx_datastore_path_free(parsed);
	vmx_bytes_release(&path);
	vmx_bytes_release(&id);
	return status;
}
