/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hearing what becomes of a task and of its machine's questions.
 */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "task_inside.h"

/* Pauses between two looks at a server that can't tell of changes, or is not reached. */
#define PAUSE_SHORTEST 1
#define PAUSE_LONGEST 5

/* How often a wait is set up anew before its server counts as broken. */
#define RENEWALS_MAX 5

time_t vsphere_task_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
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

bool vsphere_task_set_id(char id[TASK_ID_MAX], const struct vim_reference *reference)
{
	size_t length = reference->value ? strlen(reference->value) : 0;

	if (length == 0 || length >= TASK_ID_MAX)
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

enum task_status vsphere_task_status(const struct vim_TaskInfo *info)
{
	for (size_t i = 0; info->state && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (strcmp(statuses[i].word, info->state) == 0)
			return statuses[i].status;
	}
	return TASK_UNKNOWN;
}

const char *vsphere_task_name(const struct vim_TaskInfo *info)
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
	task->status = vsphere_task_status(info);
	task->cancelable = info->cancelable == VIM_TRUE;
	task->changed = true;
	if (task->options->progress && task->status == TASK_RUNNING)
		task->options->progress(task->options->user,
					info->progress.set ? (int)info->progress.value : -1);
	take_end(task, info);
}

enum vmx_code vsphere_task_take_question(struct task *task,
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
 * Looking directly
 */

static const char *const task_paths[] = { "info" };

static enum vmx_code look_at_task(struct task *task)
{
	const struct vim_reference reference = { "Task", task->id };
	const struct vim_texts paths = VIM_ITEMS(task_paths);
	const struct vim_ObjectContent *object;
	const struct vim_TaskInfo *info;
	enum vmx_code code = vsphere_properties_read_one(vsphere_task_session(task), reference, &paths,
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
	code = vsphere_properties_read_one(vsphere_task_session(task), task->wish->machine, &paths,
					   &task->answer, &object, task->error);
	return code != VMX_OK ? code
		: vsphere_task_take_question(task, VIM_VALUE_AS(VirtualMachineQuestionInfo,
						   vsphere_property(object, "runtime.question")));
}

/*
 * The filter
 */

static enum vmx_code make_collector(struct task *task)
{
	struct task_watcher *watcher = &task->vsphere->watcher;
	struct session *session = vsphere_task_session(task);
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
	watcher->exists = vsphere_task_set_id(watcher->collector, &response->returnval);
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
	enum vmx_code code = vim_CreateFilter(vsphere_task_session(task), collector_of(task), &request,
					      &task->answer, &response, task->error);

	if (code != VMX_OK)
		return code;
	task->has_filter = vsphere_task_set_id(task->filter, &response->returnval);
	vmxi_bytes_clear(&task->version);
	return VMX_OK;
}

void vsphere_task_destroy_filter(struct task *task)
{
	const struct vim_DestroyPropertyFilter_request request = { .object = { NULL, NULL } };
	const struct vim_DestroyPropertyFilter_response *response;
	const struct vim_reference filter = { "PropertyFilter", task->filter };

	if (task->has_filter)
		vim_DestroyPropertyFilter(vsphere_task_session(task), filter, &request, &task->answer,
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
		return vsphere_task_take_question(task, VIM_VALUE_AS(VirtualMachineQuestionInfo, &change->val));
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
	time_t left = deadline ? deadline - vsphere_task_now() : TASK_WAIT;

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
	code = vim_WaitForUpdatesEx(vsphere_task_session(task), collector_of(task), &request,
				    &task->answer,
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
		task->mode = vsphere_task_session(task)->api_version < VSPHERE_VERSION(4, 1)
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
		task->reconnect_deadline = vsphere_task_now() + TASK_RECONNECT_MAX;
	if (vsphere_task_now() >= task->reconnect_deadline)
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

	if (cancelling && vsphere_task_now() >= task->cancel_deadline)
		*event = (struct task_event){ .kind = TASK_CANCEL_OVERDUE };
	else if (!cancelling && stop_wanted(task))
		*event = (struct task_event){ .kind = TASK_STOP_WANTED };
	else if (!cancelling && task->deadline && vsphere_task_now() >= task->deadline)
		*event = (struct task_event){ .kind = TASK_OUT_OF_TIME };
	else
		return false;
	return true;
}

enum vmx_code vsphere_task_watch(struct task *task, struct task_event *event)
{
	enum vmx_code code;

	while (!is_interrupted(task, event)) {
		const time_t began = vsphere_task_now();

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
		/* a server that was to wait, and did not */
		if (vsphere_task_now() == began)
			rest(task, PAUSE_SHORTEST);
	}
	return VMX_OK;
}

enum vmx_code vsphere_task_look(struct task *task, struct task_event *event)
{
	vsphere_task_destroy_filter(task);
	if (task->mode == WATCH_NOT_YET)
		task->mode = WATCH_BY_FILTER;
	return vsphere_task_watch(task, event);
}
