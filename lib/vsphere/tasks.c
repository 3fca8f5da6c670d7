/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <stdio.h>
#include <string.h>

#include "report.h"
#include "task_inside.h"

/*
 * Before the task
 */

static const char *const checked_paths[] = {
	"runtime.powerState", "runtime.question",
};
static const char *const task_paths[] = { "info" };
static const struct properties_wanted checked[] = {
	{ "VirtualMachine", VIM_ITEMS(checked_paths) },
	{ "Task", VIM_ITEMS(task_paths) },
};
static const struct vim_TraversalSpec recent_tasks = {
	VIM_IS(TraversalSpec), .type = "VirtualMachine", .path = "recentTask",
};
static const struct vim_SelectionSpec *const recent_task_list[] = {
	(const struct vim_SelectionSpec *)&recent_tasks,
};

static enum vmx_code check_object(void *user, const struct vim_ObjectContent *object,
				  struct vmx_error *error)
{
	struct task *task = user;
	const struct vim_TaskInfo *info = VIM_VALUE_AS(TaskInfo, vsphere_property(object, "info"));
	enum task_status status = info ? vsphere_task_status(info) : TASK_UNKNOWN;
	const char *power = vsphere_property_text(object, "runtime.powerState");

	(void)error;
	if (power)
		task->power = vsphere_power_state(power);
	if (status == TASK_QUEUED || status == TASK_RUNNING) {
		snprintf(task->name, sizeof(task->name), "%.60s", vsphere_task_name(info));
		return vsphere_task_set_id(task->id, &object->obj) ? VMX_OK : VMX_CODE_SERVER_ANSWER;
	}
	if (!object->obj.type || strcmp(object->obj.type, "VirtualMachine") != 0)
		return VMX_OK;
	return vsphere_task_take_question(task, VIM_VALUE_AS(VirtualMachineQuestionInfo,
						vsphere_property(object, "runtime.question")));
}

static enum vmx_code read_machine(struct task *task)
{
	const struct properties_query query = {
		.from = task->wish->machine, .walk = VIM_ITEMS(recent_task_list),
		.wanted = checked, .wanted_count = 2,
	};

	task->id[0] = '\0';
	return vsphere_properties_read(vsphere_task_session(task), &query, check_object, task,
				       task->error);
}

static const char *const power_words[] = {
	[VMX_POWER_UNKNOWN] = "in an unknown state", [VMX_POWER_OFF] = "powered off",
	[VMX_POWER_ON] = "running", [VMX_POWER_SUSPENDED] = "suspended",
};

/* Another's task may be on its way to change that: then there is nothing to complain of. */
static enum vmx_code check_power(struct task *task)
{
	if (task->wish->from == 0 || task->id[0] || task->question ||
	    task->power == VMX_POWER_UNKNOWN || (task->wish->from & (1u << task->power)))
		return VMX_OK;
	return vmx_error_set(task->error, VMX_CODE_WRONG_STATE, NULL,
			     "%s is not possible: machine %.80s is %s", task->wish->what,
			     task->wish->machine.value, power_words[task->power]);
}

static enum vmx_code check(struct task *task, struct task_event *event)
{
	enum vmx_code code = task->wish->machine.value ? read_machine(task) : VMX_OK;

	if (code == VMX_OK)
		code = check_power(task);
	*event = (struct task_event){
		.kind = TASK_CHECKED, .question = task->question,
		.task = task->id[0] ? task->id : NULL,
	};
	/* it was running a moment ago: the next look is worth waiting for */
	task->mode = task->id[0] ? WATCH_BY_FILTER : WATCH_NOT_YET;
	return code;
}

/*
 * Starting
 */

static enum vmx_code start(struct task *task, struct task_event *event)
{
	const struct task_wish *wish = task->wish;
	enum vmx_code code = vsphere_call(vsphere_task_session(task), wish->method, wish->self,
					  wish->request, &task->answer, task->error);
	/* all that answer a task are the same in this */
	const struct vim_PowerOnVM_Task_response *response = task->answer.response;

	if (code != VMX_OK)
		return code;
	if (!vsphere_task_set_id(task->id, &response->returnval))
		return vmx_error_set(task->error, VMX_CODE_SERVER_ANSWER, NULL,
				     "%s: the server names no task", wish->method->name);
	task->mode = WATCH_NOT_YET;
	task->has_filter = false;
	*event = (struct task_event){ .kind = TASK_STARTED, .task = task->id };
	return VMX_OK;
}

/*
 * Answering, cancelling, comparing
 */

static void tell_question(struct task *task, enum vmx_question_outcome outcome,
			  const struct vmx_choice *choice)
{
	struct vmx_question *question = task->question;

	question->task = task->id[0] ? task->id : NULL;
	question->cancelable = task->cancelable && !task->run.adopted;
	question->outcome = outcome;
	question->answer = choice;
	if (task->options->question)
		task->options->question(task->options->user, question);
}

static enum vmx_code answer(struct task *task, struct task_event *event)
{
	const struct vmx_choice *choice = task->run.choice;
	const struct vim_AnswerVM_request request = {
		.questionId = task->question->id, .answerChoice = choice->key,
	};
	const struct vim_AnswerVM_response *response;
	enum vmx_code code = vim_AnswerVM(vsphere_task_session(task), task->wish->machine, &request,
					  &task->answer, &response, task->error);

	*event = (struct task_event){ .kind = TASK_ANSWERED };
	if (code == VMX_OK) {
		vsphere_report(&vsphere_task_session(task)->reporter, VMX_CODE_QUESTION_ANSWERED, VMX_NOTE,
			       "the question '%.200s' of machine %.40s was answered with '%.60s'",
			       task->question->text, task->question->machine, choice->label);
		tell_question(task, VMX_QUESTION_ANSWERED, choice);
		return VMX_OK;
	}
	if (vsphere_answer_is_refused(&task->answer)) {
		event->kind = TASK_ANSWER_REFUSED;
		tell_question(task, VMX_QUESTION_GONE, NULL);
		return VMX_OK;
	}
	event->kind = TASK_ANSWER_FAILED;
	event->failure = code;
	return VMX_OK;
}

/* The person's stop does not stop the cancelling. */
static enum vmx_code cancel(struct task *task, struct task_event *event)
{
	const struct vim_reference reference = { "Task", task->id };
	const struct vim_CancelTask_request request = { .object = { NULL, NULL } };
	const struct vim_CancelTask_response *response;
	enum vmx_code code;

	vsphere_task_session(task)->finishing = true;
	task->cancel_deadline = vsphere_task_now() + TASK_CANCEL_WAIT;
	code = vim_CancelTask(vsphere_task_session(task), reference, &request, &task->answer,
			      &response, NULL);
	*event = (struct task_event){
		.kind = code == VMX_OK ? TASK_CANCEL_SENT : TASK_CANCEL_FAILED,
	};
	return VMX_OK;
}

static enum vmx_code compare(struct task *task, struct task_event *event)
{
	enum vmx_code code = read_machine(task);

	*event = (struct task_event){
		.kind = TASK_COMPARED,
		.fulfilled = task->wish->target != VMX_POWER_UNKNOWN &&
			     task->power == task->wish->target,
	};
	vsphere_task_destroy_filter(task);
	return code;
}

/*
 * The end
 */

static enum vmx_code fail_blocked(struct task *task)
{
	const struct task_run *run = &task->run;
	const char *more = run->cancel_failed ? "cancelling it failed" :
		run->refused ? "the server does not take the answer" :
		run->questions >= TASK_QUESTIONS_MAX ? "the server asks without end" : NULL;

	if (!task->question)	/* it has gone while the task was being cancelled */
		return vmx_error_set(task->error, VMX_CODE_QUESTION_BLOCKS, NULL,
				     "%s was blocked by a question of the server, and %s",
				     task->wish->what, run->succeeded ?
				     "was done before it could be cancelled" : "was cancelled");
	tell_question(task, run->cancel_sent && !run->cancel_failed ? VMX_QUESTION_CANCELLED
								    : VMX_QUESTION_OPEN, NULL);
	return vsphere_question_fail(task->question, more, task->error);
}

static const char *remains(const struct task_run *run)
{
	return run->succeeded ? "it was done before it could be cancelled" :
	       run->cancel_failed ? "cancelling it failed: it may still run at the server" :
	       run->cancel_sent ? "it was cancelled" : "it may still run at the server";
}

static enum vmx_code fail_interrupted(struct task *task)
{
	if (task->run.outcome == VMX_CODE_TIMED_OUT)
		return vmx_error_set(task->error, VMX_CODE_TIMED_OUT, NULL,
				     "%s was not done within %u seconds; task %.80s: %s",
				     task->wish->what, task->options->timeout,
				     task->id[0] ? task->id : "none", remains(&task->run));
	return vmx_error_set(task->error, VMX_CODE_CANCELLED, NULL,
			     "%s was stopped; task %.80s: %s", task->wish->what,
			     task->id[0] ? task->id : "none", remains(&task->run));
}

static enum vmx_code finish(struct task *task)
{
	switch (task->run.outcome) {
	case VMX_OK:
	case VMX_CODE_TASK_FAILED:
		return task->outcome;	/* the error is filled already */
	case VMX_CODE_QUESTION_BLOCKS:
		return fail_blocked(task);
	case VMX_CODE_TIMED_OUT:
	case VMX_CODE_CANCELLED:
		return fail_interrupted(task);
	case VMX_CODE_TASK_PENDING:
		return vmx_error_set(task->error, VMX_CODE_TASK_PENDING, NULL,
				     "%s is not possible yet: machine %.80s has another task, "
				     "%.60s (%.80s), that is not done", task->wish->what,
				     task->wish->machine.value, task->name, task->id);
	default:
		return task->run.outcome;
	}
}

/* In the order of enum task_action. */
static enum vmx_code (*const actions[])(struct task *task, struct task_event *event) = {
	[TASK_DO_START] = start,
	[TASK_DO_WATCH] = vsphere_task_watch,
	[TASK_DO_LOOK] = vsphere_task_look,
	[TASK_DO_ANSWER] = answer,
	[TASK_DO_CANCEL] = cancel,
	[TASK_DO_COMPARE] = compare,
};

static enum vmx_code run(struct task *task)
{
	struct task_event event;
	enum vmx_code code = check(task, &event);

	while (code == VMX_OK) {
		enum task_action action = vsphere_task_step(&task->run, &event);

		if (action == TASK_DO_END)
			return finish(task);
		code = actions[action](task, &event);
	}
	return code;
}

enum vmx_code vsphere_task_run(struct vsphere *vsphere, const struct task_wish *wish,
			       const struct vmx_task_options *options, struct vmx_error *error)
{
	struct task task = {
		.vsphere = vsphere, .wish = wish, .options = options, .error = error,
		.run = { .options = options, .auto_answer = vsphere->session.parameters.auto_answer },
		.question_arena.allocator = vsphere->allocator,
		.version.allocator = vsphere->allocator,
		.answer = ANSWER_INIT,
		.deadline = options->timeout ? vsphere_task_now() + (time_t)options->timeout : 0,
	};
	enum vmx_code code = run(&task);

	vsphere->session.finishing = true;
	vsphere_task_destroy_filter(&task);
	vsphere->session.finishing = false;
	vsphere_answer_release(&task.answer);
	vmx_bytes_release(&task.version);
	vmxi_arena_release(&task.question_arena);
	return code;
}
