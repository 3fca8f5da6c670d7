/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHOICES_MAX 16

/* A question with all that hangs on it. */
struct full_question {
	struct vmx_question question;
	struct vmx_choice choices[CHOICES_MAX];
	char texts[CHOICES_MAX][3][64];
};

/* "choice KEY LABEL|SUMMARY" */
static void fill_choice(const char *text, struct vmx_choice *ret, char texts[3][64])
{
	for (size_t i = 0; i < 3; i++)
		texts[i][0] = '\0';
	sscanf(text, "%63s %63[^|]|%63[^\n]", texts[0], texts[1], texts[2]);
	*ret = (struct vmx_choice){ texts[0], texts[1], texts[2][0] ? texts[2] : texts[1] };
}

static void fill_question(const struct record *r, struct full_question *ret)
{
	struct vmx_question *q = &ret->question;
	const char *text;

	*q = (struct vmx_question){
		.size = sizeof(*q), .machine = record_get(r, "machine"), .id = record_get(r, "id"),
		.message_id = record_get(r, "message-id"), .text = record_get(r, "text"),
		.choices = ret->choices, .task = record_get(r, "task"),
		.cancelable = record_is(r, "cancelable", "1"),
	};
	while (q->choice_count < CHOICES_MAX && (text = record_get_at(r, "choice", q->choice_count))) {
		fill_choice(text, &ret->choices[q->choice_count], ret->texts[q->choice_count]);
		if (record_is(r, "default", ret->choices[q->choice_count].key))
			q->default_choice = &ret->choices[q->choice_count];
		q->choice_count++;
	}
}

/* The question of a machine that comes up now, or with an action. */
static struct record *find_question(const struct memory *memory, const char *machine,
				    const char *when)
{
	struct record *r;
	size_t at = 0;

	while ((r = memory_next(memory, "question", &at))) {
		if (record_is(r, "machine", machine) && record_is(r, "when", when))
			break;
	}
	return r;
}

static enum vmx_code close_question(const struct memory *memory, struct record *r, const char *key,
				    struct vmx_error *error)
{
	memory_note(memory, "answer %s %s: %s", record_get(r, "machine"), record_get(r, "id"), key);
	if (record_set(r, "when", "answered"))
		return VMX_OK;
	return vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
}

enum vmx_code memory_question(void *connection, const char *machine, vmx_question_fn fn,
			      void *user, struct vmx_error *error)
{
	const struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "question", error);
	const struct record *r = find_question(memory, machine, "now");
	struct record *m;
	struct full_question full;

	if (code == VMX_OK)
		code = memory_machine(memory, machine, &m, error);
	if (code != VMX_OK || !r)
		return code;
	fill_question(r, &full);
	fn(user, &full.question);
	return VMX_OK;
}

enum vmx_code memory_answer(void *connection, const char *machine, const char *question,
			    const char *key, struct vmx_error *error)
{
	const struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "answer", error);
	struct record *r = find_question(memory, machine, "now");
	struct full_question full;

	if (code != VMX_OK)
		return code;
	if (!r || !record_is(r, "id", question))
		return vmx_error_set(error, VMX_CODE_NOT_FOUND, "InvalidArgument",
				     "the question '%s' is not open", question);
	fill_question(r, &full);
	for (size_t i = 0; i < full.question.choice_count; i++) {
		if (strcmp(full.choices[i].key, key) == 0)
			return close_question(memory, r, key, error);
	}
	return vmx_error_set(error, VMX_CODE_NOT_FOUND, "InvalidArgument",
			     "the question has no choice '%s'", key);
}

/*
 * Tasks
 */

static enum vmx_code blocked(const struct vmx_question *q, struct vmx_error *error)
{
	char choices[512] = "";

	for (size_t i = 0; i < q->choice_count; i++) {
		size_t used = strlen(choices);

		snprintf(choices + used, sizeof(choices) - used, "%s%s = %s", used ? ", " : "",
			 q->choices[i].key, q->choices[i].label);
	}
	return vmx_error_set(error, VMX_CODE_QUESTION_BLOCKS, NULL, "the server asks: %s (%s)%s",
			     q->text, choices, q->cancelable ? "; the task was cancelled" : "");
}

/* Deals with the question that comes up with the action, or is there already. */
static enum vmx_code settle(const struct memory *memory, const char *machine, const char *when,
			    const struct vmx_task_options *options, struct vmx_error *error)
{
	struct record *r = find_question(memory, machine, when);
	struct full_question full;
	struct vmx_question *q = &full.question;

	if (!r)
		return VMX_OK;
	fill_question(r, &full);
	q->answer = vmx_question_decide(options, memory->auto_answer, q);
	q->outcome = q->answer ? VMX_QUESTION_ANSWERED
		   : q->cancelable ? VMX_QUESTION_CANCELLED : VMX_QUESTION_OPEN;
	options->question(options->user, q);
	return q->answer ? close_question(memory, r, q->answer->key, error) : blocked(q, error);
}

static const struct {
	const char *name, *from, *to;
} actions[] = {
	[VMX_ACTION_START] = { "start", "off", "on" },
	[VMX_ACTION_SHUT_DOWN] = { "shutdown", "on", "off" },
	[VMX_ACTION_REBOOT] = { "reboot", "on", "on" },
	[VMX_ACTION_STOP] = { "stop", "on", "off" },
	[VMX_ACTION_SUSPEND] = { "suspend", "on", "suspended" },
	[VMX_ACTION_RESUME] = { "resume", "suspended", "on" },
};

static enum vmx_code act(const struct memory *memory, struct record *m,
			 enum vmx_power_action action, const struct vmx_task_options *options,
			 struct vmx_error *error)
{
	const char *id = record_get(m, "id"), *name = actions[action].name;
	enum vmx_code code = settle(memory, id, "now", options, error);

	if (code == VMX_OK)
		code = settle(memory, id, name, options, error);
	if (code != VMX_OK)
		return code;
	for (int percent = 0; percent <= 100; percent += 50) {
		options->progress(options->user, percent);
		if (memory_is_cancelled(memory))
			return vmx_error_set(error, VMX_CODE_CANCELLED, NULL, "cancelled");
	}
	if (!record_set(m, "power", actions[action].to))
		return vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
	memory_note(memory, "%s %s", name, id);
	return VMX_OK;
}

enum vmx_code memory_power(void *connection, const char *machine, enum vmx_power_action action,
			   const struct vmx_task_options *options, struct vmx_error *error)
{
	const struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "power", error);
	struct record *m = NULL;

	if (code == VMX_OK)
		code = memory_machine(memory, machine, &m, error);
	if (code != VMX_OK)
		return code;
	if (!record_is(m, "power", actions[action].from))
		return vmx_error_set(error, VMX_CODE_WRONG_STATE, "InvalidPowerState",
				     "the machine is %s, and has to be %s", record_get(m, "power"),
				     actions[action].from);
	return act(memory, m, action, options, error);
}

static bool fill_machine(struct record *m, const char *id, const char *vmx, const char *name)
{
	return record_set(m, "id", id) && record_set(m, "vmx", vmx) &&
	       record_set(m, "name", name ? name : vmx) && record_set(m, "power", "off");
}

static bool put_text(struct vmx_bytes *ret, const char *text)
{
	return vmx_unescape(VMX_ESCAPE_PERCENT, text, strlen(text), ret, NULL) == VMX_OK;
}

enum vmx_code memory_register(void *connection, const char *vmx, const char *datacenter,
			      const char *name, const struct vmx_task_options *options,
			      struct vmx_bytes *ret, struct vmx_error *error)
{
	struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "register_machine", error);
	struct record *m;
	char id[32];
	size_t at = 0;

	while (code == VMX_OK && (m = memory_next(memory, "machine", &at))) {
		if (record_is(m, "vmx", vmx))
			code = vmx_error_set(error, VMX_CODE_ALREADY_EXISTS, "AlreadyExists",
					     "%s: it is registered already", vmx);
	}
	if (code == VMX_OK && !memory_file(memory, vmx, datacenter))
		code = vmx_error_set(error, VMX_CODE_NOT_FOUND, "FileNotFound",
				     "%s: there is no such file", vmx);
	snprintf(id, sizeof(id), "vm-new-%zu", memory->count);
	if (code == VMX_OK)
		code = settle(memory, "register", "now", options, error);
	if (code != VMX_OK)
		return code;
	m = memory_add(memory, "machine");
	if (!m || !fill_machine(m, id, vmx, name) || !put_text(ret, id))
		return vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
	memory_note(memory, "register %s as %s", vmx, name ? name : "it says");
	return VMX_OK;
}

enum vmx_code memory_unregister(void *connection, const char *machine, struct vmx_error *error)
{
	const struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "unregister", error);
	struct record *m = NULL;

	if (code == VMX_OK)
		code = memory_machine(memory, machine, &m, error);
	if (code != VMX_OK)
		return code;
	if (record_is(m, "power", "on"))
		return vmx_error_set(error, VMX_CODE_WRONG_STATE, "InvalidPowerState",
				     "the machine is on, and has to be off or suspended");
	memory_note(memory, "unregister %s", machine);
	record_remove(m);
	return VMX_OK;
}
