/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tasks and their questions, against the simulated server.  What is done about each
 * event is tested in test_task_steps.c; here it is whether the server's events get there,
 * and what the caller hears.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/cases.h"
#include "client.h"

#define VM "ha-host_VM0"

struct heard {
	struct client *client;
	size_t questions;
	enum vmx_question_outcome outcome;	/* of the last one */
	char text[80], answer[16], default_key[16];
	bool had_task, cancelable;
	double at;		/* seconds after the start */
	struct timespec began;
	int progress;
	bool stop_at_question, stop_at_progress;
};

static double seconds_since(const struct timespec *began)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)(t.tv_sec - began->tv_sec) + (double)(t.tv_nsec - began->tv_nsec) / 1e9;
}

static void hear_question(void *user, const struct vmx_question *question)
{
	struct heard *heard = user;

	heard->questions++;
	heard->outcome = question->outcome;
	heard->had_task = question->task != NULL;
	heard->cancelable = question->cancelable;
	heard->at = seconds_since(&heard->began);
	snprintf(heard->text, sizeof(heard->text), "%s", question->text);
	snprintf(heard->answer, sizeof(heard->answer), "%s",
		 question->answer ? question->answer->key : "none");
	snprintf(heard->default_key, sizeof(heard->default_key), "%s",
		 question->default_choice ? question->default_choice->key : "none");
}

static void hear_progress(void *user, int percent)
{
	struct heard *heard = user;

	heard->progress = percent;
	if (heard->stop_at_progress)
		heard->client->stop = true;
}

static struct vmx_task_options options_for(struct heard *heard, struct client *client,
					   enum vmx_question_policy policy)
{
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;

	heard->client = client;
	clock_gettime(CLOCK_MONOTONIC, &heard->began);
	options.policy = policy;
	options.question = hear_question;
	options.progress = hear_progress;
	options.user = heard;
	return options;
}

/* Starts the machine that the server was told to have. */
static enum vmx_code start(struct client *client, const struct vmx_task_options *options)
{
	char *machine = client_machine(client, VM);
	enum vmx_code code = vmx_connection_power(client->connection, machine, VMX_ACTION_START,
						  options, client->error);

	free(machine);
	return code;
}

/* One start of a machine whose task goes as the plan says. */
struct story {
	const char *name, *plan;
	enum vmx_question_policy policy;
	const char *rule;	/* "PATTERN=ANSWER"; NULL: none */
	bool wait_for_others;
	unsigned int timeout;
	enum vmx_code code;
	enum vmx_power_state after;
	size_t questions;
	enum vmx_question_outcome outcome;
	const char *answer, *message;	/* NULL: not looked at */
	size_t starts, cancels;		/* requests that the server got */
};

#define REPORT VMX_QUESTIONS_REPORT
#define AUTO VMX_QUESTIONS_DEFAULT
#define OFF VMX_POWER_OFF
#define ON VMX_POWER_ON

static const struct story stories[] = {
	{ "a task without a question", VM, REPORT, NULL, false, 0, VMX_OK, ON,
	  0, 0, NULL, NULL, 1, 0 },
	{ "a task that takes a while", VM ",run=1s", REPORT, NULL, false, 0, VMX_OK, ON,
	  0, 0, NULL, NULL, 1, 0 },
	{ "a task that fails", VM ",run=300ms,fail=InsufficientResourcesFault,message=no room left",
	  REPORT, NULL, false, 0, VMX_CODE_TASK_FAILED, OFF, 0, 0, NULL, "no room left", 1, 0 },
	{ "a question that nobody may answer", VM ",ask", REPORT, NULL, false, 0,
	  VMX_CODE_QUESTION_BLOCKS, OFF, 1, VMX_QUESTION_OPEN, "none", "stays blocked", 1, 0 },
	{ "the same, in a task that can be cancelled", VM ",ask,cancelable", REPORT, NULL, false, 0,
	  VMX_CODE_QUESTION_BLOCKS, OFF, 1, VMX_QUESTION_CANCELLED, "none", "was cancelled", 1, 1 },
	{ "the same, and the server does not cancel", VM ",ask,cancelable,stubborn", REPORT, NULL,
	  false, 0, VMX_CODE_QUESTION_BLOCKS, OFF, 1, VMX_QUESTION_OPEN, "none",
	  "cancelling it failed", 1, 1 },
	{ "a question with a default", VM ",ask,default=1", AUTO, NULL, false, 0, VMX_OK, ON,
	  1, VMX_QUESTION_ANSWERED, "1", NULL, 1, 0 },
	{ "the first choice is the default", VM ",ask,default=0", AUTO, NULL, false, 0, VMX_OK, ON,
	  1, VMX_QUESTION_ANSWERED, "0", NULL, 1, 0 },
	{ "a question without a default", VM ",ask,default=none", AUTO, NULL, false, 0,
	  VMX_CODE_QUESTION_BLOCKS, OFF, 1, VMX_QUESTION_OPEN, "none", "no default", 1, 0 },
	{ "a default outside of the list", VM ",ask,default=9", AUTO, NULL, false, 0,
	  VMX_CODE_QUESTION_BLOCKS, OFF, 1, VMX_QUESTION_OPEN, "none", "no default", 1, 0 },
	{ "a question without choices", VM ",ask,choices=", AUTO, NULL, false, 0,
	  VMX_CODE_QUESTION_BLOCKS, OFF, 1, VMX_QUESTION_OPEN, "none", "no choices", 1, 0 },
	{ "a rule goes before the default", VM ",ask,default=0,choices=Retry|Append|Cancel,text=msg.serial:Replace it?",
	  AUTO, "msg\\.serial.*replace=append", false, 0, VMX_OK, ON, 1, VMX_QUESTION_ANSWERED, "1",
	  NULL, 1, 0 },
	{ "a late question", VM ",ask,delay=2s,default=1", AUTO, NULL, false, 0, VMX_OK, ON,
	  1, VMX_QUESTION_ANSWERED, "1", NULL, 1, 0 },
	{ "a late question that nobody may answer", VM ",ask,delay=2s,cancelable", REPORT, NULL,
	  false, 0, VMX_CODE_QUESTION_BLOCKS, OFF, 1, VMX_QUESTION_CANCELLED, "none", NULL, 1, 1 },
	{ "three late questions", VM ",ask=3,delay=500ms,default=1", AUTO, NULL, false, 0, VMX_OK, ON,
	  3, VMX_QUESTION_ANSWERED, "1", NULL, 1, 0 },
	{ "questions without end", VM ",ask=99,default=1", AUTO, NULL, false, 0,
	  VMX_CODE_QUESTION_BLOCKS, OFF, 17, VMX_QUESTION_OPEN, "none", "without end", 1, 0 },
	{ "another client answers", VM ",ask,gone=1s,default=none,run=100ms", REPORT,
	  "nothing like it=x", false, 0, VMX_CODE_QUESTION_BLOCKS, ON, 1, VMX_QUESTION_OPEN, "none",
	  NULL, 1, 0 },
	{ "a start that is blocked already, and may be answered", VM ",ask,pending,default=1", AUTO,
	  NULL, false, 0, VMX_OK, ON, 1, VMX_QUESTION_ANSWERED, "1", NULL, 0, 0 },
	{ "a start that is blocked already, and may not", VM ",ask,pending,cancelable", REPORT, NULL,
	  false, 0, VMX_CODE_QUESTION_BLOCKS, OFF, 1, VMX_QUESTION_OPEN, "none", NULL, 0, 0 },
	/* and the task asks once more */
	{ "a question without a task", VM ",orphan,default=1", AUTO, NULL, false, 0, VMX_OK, ON,
	  2, VMX_QUESTION_ANSWERED, "1", NULL, 1, 0 },
	{ "another task is under way", VM ",run=2s,pending", REPORT, NULL, false, 0,
	  VMX_CODE_TASK_PENDING, OFF, 0, 0, NULL, "another task", 0, 0 },
	{ "another task is waited for, and was the wish", VM ",run=1s,pending", REPORT, NULL, true, 0,
	  VMX_OK, ON, 0, 0, NULL, NULL, 0, 0 },
	{ "the time is up", VM ",run=30s,cancelable", REPORT, NULL, false, 1, VMX_CODE_TIMED_OUT, OFF,
	  0, 0, NULL, "it was cancelled", 1, 1 },
	{ "the time is up, and the task is done all the same", VM ",run=2s,cancelable,stubborn", REPORT,
	  NULL, false, 1, VMX_CODE_TIMED_OUT, ON, 0, 0, NULL, "done before it could be cancelled", 1, 1 },
	{ "the time is up, and nothing can be cancelled", VM ",run=30s", REPORT, NULL, false, 1,
	  VMX_CODE_TIMED_OUT, OFF, 0, 0, NULL, "may still run", 1, 0 },
};

static void check_story(const struct story *story, struct client *client,
			const struct heard *heard, enum vmx_code code)
{
	const char *message = vmx_error_message(client->error);

	if (code != story->code)
		fail_msg("%s: %s, not %s: %s", story->name, vmx_code_name(code),
			 vmx_code_name(story->code), message);
	if (heard->questions != story->questions ||
	    (story->questions > 0 && heard->outcome != story->outcome) ||
	    (story->answer && strcmp(heard->answer, story->answer) != 0))
		fail_msg("%s: %zu questions, the last one came to %d, answer %s", story->name,
			 heard->questions, (int)heard->outcome, heard->answer);
	if (story->message && !strstr(message, story->message))
		fail_msg("%s: no '%s' in: %s", story->name, story->message, message);
	if (vsphere_server_count(client->server, "PowerOnVM_Task") != story->starts ||
	    vsphere_server_count(client->server, "CancelTask") != story->cancels)
		fail_msg("%s: started %zu times, cancelled %zu times", story->name,
			 vsphere_server_count(client->server, "PowerOnVM_Task"),
			 vsphere_server_count(client->server, "CancelTask"));
}

static void tell(const struct story *story)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", "--task", story->plan,
							     NULL);
	struct client *client = client_open(server, "esx", "/");
	struct heard heard = { .questions = 0 };
	struct vmx_task_options options = options_for(&heard, client, story->policy);
	char pattern[80] = "";
	struct vmx_answer_rule rule = { pattern, NULL };

	if (story->rule) {
		snprintf(pattern, sizeof(pattern), "%s", story->rule);
		rule.answer = strchr(pattern, '=') + 1;
		*strchr(pattern, '=') = '\0';
		options.rules = &rule;
		options.rule_count = 1;
	}
	options.wait_for_others = story->wait_for_others;
	options.timeout = story->timeout;
	check_story(story, client, &heard, start(client, &options));
	if (story->after == ON && story->code != VMX_OK)
		sleep(2);	/* what another client does takes that long */
	if (client_power(client, VM) != story->after)
		fail_msg("%s: the machine is in state %d", story->name,
			 (int)client_power(client, VM));
	client_close(client);
	vsphere_server_stop(server);
}

static void each_story_ends_as_it_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		tell(&stories[i]);
}

/* libvirt waits for ever there. */
static void a_late_question_is_seen_at_once(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--task", VM ",ask,delay=2s,default=1",
							     NULL);
	struct client *client = client_open(server, "esx", "/");
	struct heard heard = { .questions = 0 };
	struct vmx_task_options options = options_for(&heard, client, AUTO);

	(void)state;
	assert_int_equal(start(client, &options), VMX_OK);
	assert_true(heard.at >= 1.5);
	assert_true(heard.at < 4.0);
	assert_true(heard.had_task);
	client_close(client);
	vsphere_server_stop(server);
}

static void the_uri_allows_default_answers(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--task", VM ",ask,default=1", NULL);
	struct client *client = client_open(server, "esx", "/?auto_answer=1");

	(void)state;
	assert_int_equal(start(client, NULL), VMX_OK);
	assert_int_equal(client->last_diagnostic, VMX_CODE_QUESTION_ANSWERED);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_stop_cancels_the_task_at_once(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--task", VM ",run=30s,cancelable", NULL);
	struct client *client = client_open(server, "esx", "/");
	struct heard heard = { .stop_at_progress = true };
	struct vmx_task_options options = options_for(&heard, client, REPORT);

	(void)state;
	assert_int_equal(start(client, &options), VMX_CODE_CANCELLED);
	assert_true(seconds_since(&heard.began) < 5.0);
	client->stop = false;
	assert_int_equal(vsphere_server_count(server, "CancelTask"), 1);
	assert_int_equal(client_power(client, VM), OFF);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_question_is_shown_and_answered_by_hand(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--task", VM ",ask,pending,default=2", NULL);
	struct client *client = client_open(server, "esx", "/");
	struct heard heard = { .questions = 0 };
	char *machine = client_machine(client, VM);

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &heard.began);
	assert_int_equal(vmx_connection_question(client->connection, machine, hear_question, &heard,
						 client->error), VMX_OK);
	assert_int_equal(heard.questions, 1);
	assert_int_equal(heard.outcome, VMX_QUESTION_OPEN);
	assert_string_equal(heard.default_key, "2");
	assert_int_equal(vmx_connection_answer(client->connection, machine, "no such", "0",
					       client->error), VMX_CODE_NOT_FOUND);
	assert_int_equal(vmx_connection_answer(client->connection, machine, "7", "0", client->error),
			 VMX_OK);
	assert_int_equal(vmx_connection_question(client->connection, machine, hear_question, &heard,
						 client->error), VMX_OK);
	assert_int_equal(heard.questions, 1);
	free(machine);
	client_close(client);
	vsphere_server_stop(server);
}

/* Each action leads to its state, and is refused in the one that it leads to. */
static void power_follows_actions(void **state)
{
	static const struct {
		enum vmx_power_action action;
		enum vmx_power_state after;
	} steps[] = {
		{ VMX_ACTION_SUSPEND, VMX_POWER_SUSPENDED }, { VMX_ACTION_RESUME, ON },
		{ VMX_ACTION_STOP, OFF }, { VMX_ACTION_START, ON }, { VMX_ACTION_SHUT_DOWN, OFF },
	};
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);
	struct client *client = client_open(server, "vpx", "/DC0/DC0_H0");
	char *machine = client_machine(client, "DC0_H0_VM0");

	(void)state;
	assert_int_equal(vmx_connection_power(client->connection, machine, VMX_ACTION_REBOOT, NULL,
					      client->error), VMX_OK);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_int_equal(vmx_connection_power(client->connection, machine, steps[i].action,
						      NULL, client->error), VMX_OK);
		assert_int_equal(client_power(client, machine), steps[i].after);
		assert_int_equal(vmx_connection_power(client->connection, machine, steps[i].action,
						      NULL, client->error), VMX_CODE_WRONG_STATE);
	}
	free(machine);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_session_that_ends_during_a_wait_is_renewed(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--task", VM ",run=2s", "--fail",
							     "WaitForUpdatesEx:1:expire", NULL);
	struct client *client = client_open(server, "esx", "/");

	(void)state;
	assert_int_equal(start(client, NULL), VMX_OK);
	assert_int_equal(vsphere_server_count(server, "Login"), 2);
	assert_int_equal(client_power(client, VM), ON);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_connection_that_breaks_during_a_wait_is_made_anew(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--task", VM ",run=3s", "--fail",
							     "WaitForUpdatesEx:1-2:drop", NULL);
	struct client *client = client_open(server, "esx", "/");

	(void)state;
	assert_int_equal(start(client, NULL), VMX_OK);
	assert_int_equal(client_power(client, VM), ON);
	assert_int_equal(vsphere_server_count(server, "PowerOnVM_Task"), 1);
	client_close(client);
	vsphere_server_stop(server);
}

/* It is to wait until there is something to tell; without a pause that would be a flood. */
static void a_server_that_does_not_wait_is_not_flooded(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--task", VM ",run=3s", "--fail",
							     "WaitForUpdatesEx:2-:no-result", NULL);
	struct client *client = client_open(server, "esx", "/");
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;

	(void)state;
	options.timeout = 3;
	assert_int_not_equal(start(client, &options), VMX_OK);
	assert_in_range(vsphere_server_count(server, "WaitForUpdatesEx"), 2, 8);
	client_close(client);
	vsphere_server_stop(server);
}

static void old_servers_and_those_without_collectors_are_asked_again_and_again(void **state)
{
	static const char *const options[][2] = {
		{ "--about", "apiVersion=4.0" }, { "--without", "CreatePropertyCollector" },
		{ "--without", "CreateFilter" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct vsphere_server *server = vsphere_server_start("--task",
			VM ",ask,delay=1s,default=1", options[i][0], options[i][1], NULL);
		struct client *client = client_open(server, "esx", "/?auto_answer=1");

		assert_int_equal(start(client, NULL), VMX_OK);
		client_close(client);
		vsphere_server_stop(server);
	}
}

static void starting_a_machine_takes_few_round_trips(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", "--off", "DC0_H0_VM0",
							     NULL);
	struct client *client = client_open(server, "vpx", "/DC0/DC0_H0");
	char *machine = client_machine(client, "DC0_H0_VM0");

	(void)state;
	assert_int_equal(vmx_connection_power(client->connection, machine, VMX_ACTION_START, NULL,
					      client->error), VMX_OK);
	free(machine);
	client_close(client);
	/* libvirt: 23 */
	assert_in_range(vsphere_server_count(server, NULL), 1, 8);
	vsphere_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_story_ends_as_it_should),
		cmocka_unit_test(a_late_question_is_seen_at_once),
		cmocka_unit_test(the_uri_allows_default_answers),
		cmocka_unit_test(a_stop_cancels_the_task_at_once),
		cmocka_unit_test(a_question_is_shown_and_answered_by_hand),
		cmocka_unit_test(power_follows_actions),
		cmocka_unit_test(a_session_that_ends_during_a_wait_is_renewed),
		cmocka_unit_test(a_connection_that_breaks_during_a_wait_is_made_anew),
		cmocka_unit_test(a_server_that_does_not_wait_is_not_flooded),
		cmocka_unit_test(old_servers_and_those_without_collectors_are_asked_again_and_again),
		cmocka_unit_test(starting_a_machine_takes_few_round_trips),
	};

	if (!vsphere_server_exists())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
