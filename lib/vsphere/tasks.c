/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "properties.h"
#include "question.h"
#include "report.h"
#include "task_steps.h"
#include "vsphere.h"

/* An id that is longer than this is not ours. */
#define ID_MAX 256

/* Pauses between two looks at a server that can't tell of changes, or is not reached. */
#define PAUSE_SHORTEST 1
#define PAUSE_LONGEST 5

/* How often a wait is set up anew before its server counts as broken. */
#define RENEWALS_MAX 5

/* How we hear of changes. */
enum watch_mode { WATCH_NOT_YET, WATCH_BY_FILTER, WATCH_BY_LOOKING };

struct task {
	struct vsphere *vsphere;
	const struct task_wish *wish;
	const struct vmx_task_options *options;
	struct vmx_error *error;
	struct task_run run;

	char id[ID_MAX], name[64];	/* of the task that is watched */
	struct vmx_question *question;	/* NULL: none is open */
	struct arena question_arena;
	enum task_status status;
	bool cancelable;
	enum vmx_power_state power;

	enum watch_mode mode;
	bool has_filter;
	char filter[ID_MAX];
	struct vmx_bytes version;
	struct answer answer;

	time_t deadline, cancel_deadline, reconnect_deadline;	/* 0: none */
	unsigned int pause, renewals;
	enum vmx_code outcome;	/* what finished(), or the task's fault, came to */
	bool changed;		/* the last look told something */
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static struct session *session_of(struct task *task)
{
	return &task->vsphere->session;
}

static bool stop_wanted(const struct task *task)
{
	const struct vmx_transport_settings *settings = task->vsphere->session.settings;

	return settings->cancelled && settings->cancelled(settings->user);
}

/* Sleeps, but for at most a tenth of a second after the caller says stop. */
static void rest(const struct task *task, unsigned int seconds)
{
	const struct timespec tenth = { 0, 100000000 };

	for (unsigned int i = 0; i < seconds * 10 && !stop_wanted(task); i++)
		nanosleep(&tenth, NULL);
}

static bool set_id(char id[ID_MAX], const struct vim_reference *reference)
{
	size_t length = reference->value ? strlen(reference->value) : 0;

	if (length == 0 || length >= ID_MAX)
		return false;
	memcpy(id, reference->value, length + 1);
	return true;
}

/*
 * What the server tells
 */

static const struct {
	const char *word;
	enum task_status status;
} statuses[] = {
	{ "queued", TASK_QUEUED },
	{ "running", TASK_RUNNING },
	{ "success", TASK_SUCCESS },
	{ "error", TASK_ERROR },
};

static enum task_status status_of(const struct vim_TaskInfo *info)
{
	for (size_t i = 0; info->state && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (strcmp(statuses[i].word, info->state) == 0)
			return statuses[i].status;
	}
	return TASK_UNKNOWN;
}

static const char *name_of(const struct vim_TaskInfo *info)
{
	return info->descriptionId ? info->descriptionId : info->name ? info->name : "";
}

/* The end of our own task; what it has to say is gone with the answer. */
static void take_end(struct task *task, const struct vim_TaskInfo *info)
{
	char what[160];

	if (task->run.adopted || task->run.state == TASK_CANCELLING)
		return;
	if (task->status == TASK_SUCCESS && task->wish->finished)
		task->outcome = task->wish->finished(task->wish->user, info, task->error);
	if (task->status != TASK_ERROR)
		return;
	snprintf(what, sizeof(what), "%s failed", task->wish->what);
	task->outcome = vsphere_fault_fail_localized(what, info->error, VMX_CODE_TASK_FAILED,
						     task->error);
}

static void take_info(struct task *task, const struct vim_TaskInfo *info)
{
	task->status = status_of(info);
	task->cancelable = info->cancelable == VIM_TRUE;
	task->changed = true;
	if (task->options->progress && task->status == TASK_RUNNING)
		task->options->progress(task->options->user,
					info->progress.set ? (int)info->progress.value : -1);
	take_end(task, info);
}

/* info NULL: no question is open. */
static enum vmx_code take_question(struct task *task,
				   const struct vim_VirtualMachineQuestionInfo *info)
{
	task->changed = true;
	/* why it was cancelled is still to be told */
	if (task->run.state == TASK_CANCELLING)
		return VMX_OK;
	task->question = NULL;
	vmxi_arena_release(&task->question_arena);
	if (!info)
		return VMX_OK;
	return vsphere_question_read(info, task->wish->machine.value, &task->question_arena,
				     &task->question, task->error);
}

static struct task_event seen(const struct task *task)
{
	return (struct task_event){
		.kind = TASK_SEEN, .question = task->question, .task = task->id,
		.status = task->status, .cancelable = task->cancelable,
	};
}

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
	enum task_status status = info ? status_of(info) : TASK_UNKNOWN;
	const char *power = vsphere_property_text(object, "runtime.powerState");

	(void)error;
	if (power)
		task->power = vsphere_power_state(power);
	if (status == TASK_QUEUED || status == TASK_RUNNING) {
		snprintf(task->name, sizeof(task->name), "%.60s", name_of(info));
		return set_id(task->id, &object->obj) ? VMX_OK : VMX_CODE_SERVER_ANSWER;
	}
	if (!object->obj.type || strcmp(object->obj.type, "VirtualMachine") != 0)
		return VMX_OK;
	return take_question(task, VIM_VALUE_AS(VirtualMachineQuestionInfo,
						vsphere_property(object, "runtime.question")));
}

static enum vmx_code read_machine(struct task *task)
{
	const struct properties_query query = {
		.from = task->wish->machine, .walk = VIM_ITEMS(recent_task_list),
		.wanted = checked, .wanted_count = 2,
	};

	task->id[0] = '\0';
	return vsphere_properties_read(session_of(task), &query, check_object, task, task->error);
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
 * Starting, and looking directly
 */

static enum vmx_code start(struct task *task, struct task_event *event)
{
	const struct task_wish *wish = task->wish;
	enum vmx_code code = vsphere_call(session_of(task), wish->method, wish->self,
					  wish->request, &task->answer, task->error);
	/* all that answer a task are the same in this */
	const struct vim_PowerOnVM_Task_response *response = task->answer.response;

	if (code != VMX_OK)
		return code;
	if (!set_id(task->id, &response->returnval))
		return vmx_error_set(task->error, VMX_CODE_SERVER_ANSWER, NULL,
				     "%s: the server names no task", wish->method->name);
	task->mode = WATCH_NOT_YET;
	task->has_filter = false;
	*event = (struct task_event){ .kind = TASK_STARTED, .task = task->id };
	return VMX_OK;
}

static enum vmx_code look_at_task(struct task *task)
{
	const struct vim_reference reference = { "Task", task->id };
	const struct vim_texts paths = VIM_ITEMS(task_paths);
	const struct vim_ObjectContent *object;
	const struct vim_TaskInfo *info;
	enum vmx_code code = vsphere_properties_read_one(session_of(task), reference, &paths,
							 &task->answer, &object, task->error);

	if (code != VMX_OK)
		return code;
	info = VIM_VALUE_AS(TaskInfo, vsphere_property(object, "info"));
	if (!info)
		return vmx_error_set(task->error, VMX_CODE_SERVER_ANSWER, NULL,
				     "the server tells nothing of the task %.80s", task->id);
	take_info(task, info);
	return VMX_OK;
}

static enum vmx_code look_at_question(struct task *task)
{
	static const char *const question_paths[] = { "runtime.question" };
	const struct vim_texts paths = VIM_ITEMS(question_paths);
	const struct vim_ObjectContent *object;
	enum vmx_code code;

	if (!task->wish->machine.value)
		return VMX_OK;
	code = vsphere_properties_read_one(session_of(task), task->wish->machine, &paths,
					   &task->answer, &object, task->error);
	return code != VMX_OK ? code
		: take_question(task, VIM_VALUE_AS(VirtualMachineQuestionInfo,
						   vsphere_property(object, "runtime.question")));
}

/*
 * The filter
 */

static enum vmx_code make_collector(struct task *task)
{
	struct task_watcher *watcher = &task->vsphere->watcher;
	struct session *session = session_of(task);
	const struct vim_CreatePropertyCollector_request request = { .object = { NULL, NULL } };
	const struct vim_CreatePropertyCollector_response *response;
	enum vmx_code code;

	if (watcher->exists && watcher->login == session->logins)
		return VMX_OK;
	watcher->exists = false;
	code = vim_CreatePropertyCollector(session, session->service->propertyCollector, &request,
					   &task->answer, &response, task->error);
	if (code != VMX_OK)
		return code;
	watcher->exists = set_id(watcher->collector, &response->returnval);
	watcher->login = session->logins;
	return watcher->exists ? VMX_OK : vmx_error_set(task->error, VMX_CODE_SERVER_ANSWER, NULL,
							"the server names no collector");
}

static struct vim_reference collector_of(const struct task *task)
{
	return (struct vim_reference){ "PropertyCollector", task->vsphere->watcher.collector };
}

static enum vmx_code make_filter(struct task *task)
{
	static const char *const question_paths[] = { "runtime.question" };
	const struct vim_PropertySpec of_task = { .type = "Task", .pathSet = VIM_ITEMS(task_paths) },
		of_machine = { .type = "VirtualMachine", .pathSet = VIM_ITEMS(question_paths) };
	const struct vim_PropertySpec *const properties[] = { &of_task, &of_machine };
	const struct vim_ObjectSpec the_task = { .obj = { "Task", task->id } },
		the_machine = { .obj = task->wish->machine };
	const struct vim_ObjectSpec *const objects[] = { &the_task, &the_machine };
	size_t count = task->wish->machine.value ? 2 : 1;
	const struct vim_PropertyFilterSpec spec = {
		.propSet = { properties, count, 0 }, .objectSet = { objects, count, 0 },
	};
	const struct vim_CreateFilter_request request = { .spec = &spec, .partialUpdates = VIM_FALSE };
	const struct vim_CreateFilter_response *response;
	enum vmx_code code = vim_CreateFilter(session_of(task), collector_of(task), &request,
					      &task->answer, &response, task->error);

	if (code != VMX_OK)
		return code;
	task->has_filter = set_id(task->filter, &response->returnval);
	vmxi_bytes_clear(&task->version);
	return VMX_OK;
}

/* Its failure is nobody's loss: filters die with the session. */
static void destroy_filter(struct task *task)
{
	const struct vim_DestroyPropertyFilter_request request = { .object = { NULL, NULL } };
	const struct vim_DestroyPropertyFilter_response *response;
	const struct vim_reference filter = { "PropertyFilter", task->filter };

	if (task->has_filter)
		vim_DestroyPropertyFilter(session_of(task), filter, &request, &task->answer,
					  &response, NULL);
	task->has_filter = false;
}

static enum vmx_code take_change(struct task *task, const struct vim_ObjectUpdate *update,
				 const struct vim_PropertyChange *change)
{
	const char *id = update->obj.value ? update->obj.value : "";
	const char *name = change->name ? change->name : "";
	const struct vim_TaskInfo *info = VIM_VALUE_AS(TaskInfo, &change->val);

	if (strcmp(name, "info") == 0 && info && strcmp(id, task->id) == 0)
		take_info(task, info);
	if (strcmp(name, "runtime.question") == 0 && task->wish->machine.value &&
	    strcmp(id, task->wish->machine.value) == 0)
		return take_question(task, VIM_VALUE_AS(VirtualMachineQuestionInfo, &change->val));
	return VMX_OK;
}

static enum vmx_code take_updates(struct task *task, const struct vim_PropertyFilterUpdate *filter)
{
	enum vmx_code code = VMX_OK;

	for (size_t i = 0; i < filter->objectSet.count; i++) {
		const struct vim_ObjectUpdate *update = filter->objectSet.items[i];

		for (size_t k = 0; k < update->changeSet.count && code == VMX_OK; k++)
			code = take_change(task, update, update->changeSet.items[k]);
	}
	return code;
}

static unsigned int seconds_to_wait(const struct task *task)
{
	time_t deadline = task->run.state == TASK_CANCELLING ? task->cancel_deadline
							     : task->deadline;
	time_t left = deadline ? deadline - now() : TASK_WAIT;

	return left < 1 ? 1 : left > TASK_WAIT ? TASK_WAIT : (unsigned int)left;
}

static enum vmx_code wait_for_updates(struct task *task)
{
	unsigned int seconds = seconds_to_wait(task);
	const struct vim_WaitOptions options = { .maxWaitSeconds = VIM_NUMBER(seconds) };
	const struct vim_WaitForUpdatesEx_request request = {
		.version = task->version.length > 0 ? task->version.data : "",
		.options = &options,
	};
	const struct vim_WaitForUpdatesEx_response *response;
	const struct vim_UpdateSet *set;
	enum vmx_code code;

	task->answer.timeout = seconds + 30;
	code = vim_WaitForUpdatesEx(session_of(task), collector_of(task), &request, &task->answer,
				    &response, task->error);
	task->answer.timeout = 0;
	set = code == VMX_OK ? response->returnval : NULL;
	if (!set)
		return code;
	vmxi_bytes_clear(&task->version);
	if (set->version && !vmxi_bytes_append_text(&task->version, text_of(set->version)))
		return vsphere_out_of_memory(task->error);
	for (size_t i = 0; i < set->filterSet.count && code == VMX_OK; i++)
		code = take_updates(task, set->filterSet.items[i]);
	return code;
}

static enum vmx_code watch_by_filter(struct task *task)
{
	enum vmx_code code = VMX_OK;

	if (!task->has_filter) {
		code = make_collector(task);
		if (code == VMX_OK)
			code = make_filter(task);
	}
	return code == VMX_OK ? wait_for_updates(task) : code;
}

/* Where the server can't tell of changes (before the API 4.1), or has no collectors. */
static enum vmx_code watch_by_looking(struct task *task)
{
	enum vmx_code code;

	rest(task, PAUSE_SHORTEST);
	code = look_at_question(task);
	return code == VMX_OK ? look_at_task(task) : code;
}

/* Most tasks are over at the first look, and a filter is not worth its two requests. */
static enum vmx_code watch_once(struct task *task)
{
	enum vmx_code code;

	if (task->mode == WATCH_NOT_YET) {
		task->mode = session_of(task)->api_version < VSPHERE_VERSION(4, 1)
			? WATCH_BY_LOOKING : WATCH_BY_FILTER;
		return look_at_task(task);
	}
	if (task->mode == WATCH_BY_LOOKING)
		return watch_by_looking(task);
	code = watch_by_filter(task);
	if (code == VMX_CODE_NOT_SUPPORTED) {
		task->mode = WATCH_BY_LOOKING;
		code = VMX_OK;
	}
	return code;
}

/*
 * Watching, whatever happens to the connection
 */

/* The collector is gone with its session; the server is not reached for a while. */
static bool is_passing(enum vmx_code code)
{
	return code == VMX_CODE_UNREACHABLE || code == VMX_CODE_TIMED_OUT ||
	       code == VMX_CODE_SESSION_LOST || code == VMX_CODE_NOT_FOUND;
}

static bool try_again(struct task *task, enum vmx_code code)
{
	bool lost = code == VMX_CODE_UNREACHABLE || code == VMX_CODE_TIMED_OUT;

	if (!is_passing(code) || (!lost && task->renewals++ >= RENEWALS_MAX))
		return false;
	task->has_filter = task->vsphere->watcher.exists = false;
	if (!lost)
		return true;
	if (task->reconnect_deadline == 0)
		task->reconnect_deadline = now() + TASK_RECONNECT_MAX;
	if (now() >= task->reconnect_deadline)
		return false;
	task->pause = task->pause == 0 ? PAUSE_SHORTEST : 2 * task->pause;
	if (task->pause > PAUSE_LONGEST)
		task->pause = PAUSE_LONGEST;
	rest(task, task->pause);
	return true;
}

/* Whether it is time for something else than watching. */
static bool is_interrupted(struct task *task, struct task_event *event)
{
	bool cancelling = task->run.state == TASK_CANCELLING;

	if (cancelling && now() >= task->cancel_deadline)
		*event = (struct task_event){ .kind = TASK_CANCEL_OVERDUE };
	else if (!cancelling && stop_wanted(task))
		*event = (struct task_event){ .kind = TASK_STOP_WANTED };
	else if (!cancelling && task->deadline && now() >= task->deadline)
		*event = (struct task_event){ .kind = TASK_OUT_OF_TIME };
	else
		return false;
	return true;
}

static enum vmx_code watch(struct task *task, struct task_event *event)
{
	enum vmx_code code;

	while (!is_interrupted(task, event)) {
		task->changed = false;
		code = watch_once(task);
		if (code == VMX_CODE_CANCELLED && stop_wanted(task))
			continue;
		if (code != VMX_OK && !try_again(task, code))
			return code;
		if (code != VMX_OK) {
			*event = (struct task_event){ .kind = TASK_RECONNECTED };
			return VMX_OK;
		}
		task->pause = 0;
		task->reconnect_deadline = 0;
		if (task->changed) {
			*event = seen(task);
			return VMX_OK;
		}
	}
	return VMX_OK;
}

/* All is told anew by a filter that is. */
static enum vmx_code look(struct task *task, struct task_event *event)
{
	destroy_filter(task);
	if (task->mode == WATCH_NOT_YET)
		task->mode = WATCH_BY_FILTER;
	return watch(task, event);
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
	enum vmx_code code = vim_AnswerVM(session_of(task), task->wish->machine, &request,
					  &task->answer, &response, task->error);

	*event = (struct task_event){ .kind = TASK_ANSWERED };
	if (code == VMX_OK) {
		vsphere_report(&session_of(task)->reporter, VMX_CODE_QUESTION_ANSWERED, VMX_NOTE,
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

	session_of(task)->finishing = true;
	task->cancel_deadline = now() + TASK_CANCEL_WAIT;
	code = vim_CancelTask(session_of(task), reference, &request, &task->answer, &response, NULL);
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
	destroy_filter(task);
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
				     "%s was blocked by a question of the server, and was cancelled",
				     task->wish->what);
	tell_question(task, run->cancel_sent && !run->cancel_failed ? VMX_QUESTION_CANCELLED
								    : VMX_QUESTION_OPEN, NULL);
	return vsphere_question_fail(task->question, more, task->error);
}

static const char *remains(const struct task_run *run)
{
	return run->cancel_failed ? "cancelling it failed: it may still run at the server" :
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
	[TASK_DO_START] = start, [TASK_DO_WATCH] = watch, [TASK_DO_LOOK] = look,
	[TASK_DO_ANSWER] = answer, [TASK_DO_CANCEL] = cancel, [TASK_DO_COMPARE] = compare,
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
		.deadline = options->timeout ? now() + (time_t)options->timeout : 0,
	};
	enum vmx_code code = run(&task);

	vsphere->session.finishing = true;
	destroy_filter(&task);
	vsphere->session.finishing = false;
	vsphere_answer_release(&task.answer);
	vmx_bytes_release(&task.version);
	vmxi_arena_release(&task.question_arena);
	return code;
}
