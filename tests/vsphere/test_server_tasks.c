/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test server's tasks: questions, answers, cancellation, progress, and what
 * property collectors tell of them.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/cases.h"
#include "support/files.h"
#include "vsphere/raw_http.h"

#define VM "VirtualMachine", "vm-9"
#define ASKING "ha-host_VM0"

/* Starts the machine; returns the task. */
static char *start(struct client *client)
{
	struct answer answer = call(client, "PowerOnVM_Task", VM, "");
	char *task = element_of(&answer, "returnval");

	assert_answer(&answer, 200, "<returnval type=\"Task\">");
	answer_release(&answer);
	return task;
}

/* Asks again and again, for ten seconds, until a property holds a piece. */
static void wait_for(struct client *client, const char *type, const char *id, const char *name, const char *piece)
{
	for (int i = 0; i < 1000; i++) {
		struct answer answer = property(client, type, id, name);
		bool found = strstr(answer.body, piece);

		answer_release(&answer);
		if (found)
			return;
		usleep(10000);
	}
	fail_msg("%s of %s never held %s", name, id, piece);
}

static void answer_question(struct client *client, const char *id, const char *key, int status, const char *piece)
{
	char *parameters = text_of_format("<questionId>%s</questionId><answerChoice>%s</answerChoice>", id, key);

	assert_call(client, "AnswerVM", VM, parameters, status, piece);
	free(parameters);
}

static void a_question_blocks_a_task_until_it_is_answered(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",ask");
	char *task = start(client);

	(void)state;
	wait_for(client, VM, "runtime.question", "<text>msg.serial.file.open:");
	assert_property(client, "Task", task, "info", "<state>running</state>");
	assert_property(client, VM, "recentTask", task);
	assert_property(client, VM, "runtime.question", "<defaultIndex>1</defaultIndex>");
	assert_property(client, VM, "runtime.question",
		"<choiceInfo xsi:type=\"ElementDescription\"><label>Append</label><summary>Append</summary><key>1</key>");
	assert_call(client, "PowerOnVM_Task", VM, "", 500, "TaskInProgress");
	answer_question(client, "1", "1", 500, "InvalidArgument");
	answer_question(client, "7", "3", 500, "InvalidArgument");
	answer_question(client, "7", "Append", 500, "InvalidArgument");
	answer_question(client, "7", "0", 200, "AnswerVMResponse");
	wait_for(client, "Task", task, "info.state", ">success<");
	assert_property(client, VM, "runtime.powerState", ">poweredOn<");
	answer_question(client, "7", "0", 500, "InvalidArgument");
	free(task);
	end(client);
}

static void the_default_may_be_0_or_none_or_wrong(void **state)
{
	static const struct {
		const char *task, *piece;
		bool there;
	} cases[] = {
		{ ASKING ",ask,default=0", "<defaultIndex>0</defaultIndex>", true },
		{ ASKING ",ask,default=7", "<defaultIndex>7</defaultIndex>", true },
		{ ASKING ",ask,default=-1", "<defaultIndex>-1</defaultIndex>", true },
		{ ASKING ",ask,default=none", "<defaultIndex>", false },
		{ ASKING ",ask,choices=", "<choiceInfo", false },
		{ ASKING ",ask,choices=A &|B,text=Really, &<>?", "<text>Really, &amp;&lt;&gt;?</text>", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client *client = BEGIN("--task", cases[i].task);
		struct answer answer;

		free(start(client));
		wait_for(client, VM, "runtime.question", "<id>7</id>");
		answer = property(client, VM, "runtime.question");
		assert_int_equal(strstr(answer.body, cases[i].piece) != NULL, cases[i].there);
		answer_release(&answer);
		end(client);
	}
}

static void questions_follow_one_another(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",ask=2");
	char *task = start(client);

	(void)state;
	wait_for(client, VM, "runtime.question", "<id>7</id>");
	answer_question(client, "7", "1", 200, "");
	wait_for(client, VM, "runtime.question", "<id>8</id>");
	answer_question(client, "8", "2", 200, "");	/* Cancel */
	wait_for(client, "Task", task, "info", "xsi:type=\"RequestCanceled\"");
	assert_property(client, VM, "runtime.powerState", ">poweredOff<");
	free(task);
	free(start(client));	/* and it can be started again */
	wait_for(client, VM, "runtime.question", "<id>9</id>");
	end(client);
}

static void another_client_may_answer(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",ask,gone=100ms");
	char *task = start(client);

	(void)state;
	wait_for(client, "Task", task, "info.state", ">success<");
	answer_question(client, "7", "1", 500, "InvalidArgument");
	free(task);
	end(client);
}

static void a_task_may_be_cancelled_or_not(void **state)
{
	static const struct {
		const char *task;
		int status;
		const char *piece, *state;
	} cases[] = {
		{ ASKING ",ask,cancelable", 200, "CancelTaskResponse", "<state>error</state>" },
		{ ASKING ",run=10s,cancelable", 200, "CancelTaskResponse", "<cancelled>true</cancelled>" },
		{ ASKING ",ask,stubborn", 200, "CancelTaskResponse", "<state>running</state>" },
		{ ASKING ",ask", 500, "NotSupported", "<cancelable>false</cancelable>" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client *client = BEGIN("--task", cases[i].task);
		char *task = start(client);

		assert_call(client, "CancelTask", "Task", task, "", cases[i].status, cases[i].piece);
		wait_for(client, "Task", task, "info", cases[i].state);
		free(task);
		end(client);
	}
}

static void a_task_takes_time_and_may_fail(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",run=500ms,fail=InsufficientResourcesFault,message=No memory.");
	char *task = start(client);

	(void)state;
	wait_for(client, "Task", task, "info", "<progress>");
	wait_for(client, "Task", task, "info", "<localizedMessage>No memory.</localizedMessage>");
	assert_property(client, "Task", task, "info", "xsi:type=\"InsufficientResourcesFault\"");
	assert_property(client, VM, "runtime.powerState", ">poweredOff<");
	assert_call(client, "CancelTask", "Task", task, "", 500, "InvalidState");
	free(task);
	end(client);
}

static void a_task_may_have_been_started_before(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",ask,pending", "--task", "ha-host_VM1,orphan");

	(void)state;
	wait_for(client, VM, "runtime.question", "<text>");
	assert_property(client, VM, "recentTask", ">task-");
	assert_call(client, "PowerOnVM_Task", VM, "", 500, "TaskInProgress");
	wait_for(client, "VirtualMachine", "vm-12", "runtime.question", "<id>");
	assert_property(client, "VirtualMachine", "vm-12", "recentTask", "<val xsi:type=\"ArrayOfManagedObjectReference\"></val>");
	end(client);
}

static void other_tasks_can_be_planned_and_the_rest_goes_its_way(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",on=PowerOffVM_Task,ask");
	struct answer answer;

	(void)state;
	assert_property(client, VM, "runtime.powerState", ">poweredOn<");
	assert_call(client, "SuspendVM_Task", VM, "", 200, "Task");
	assert_property(client, VM, "runtime.powerState", ">suspended<");
	assert_property(client, VM, "recentTask", ">task-");
	assert_call(client, "PowerOffVM_Task", VM, "", 200, "Task");
	wait_for(client, VM, "runtime.question", "<text>");
	assert_call(client, "RebootGuest", VM, "", 500, "InvalidPowerState");
	assert_call(client, "RebootGuest", "VirtualMachine", "vm-12", "", 200, "RebootGuestResponse");
	answer = call(client, "CancelTask", "Task", "task-0", "");
	assert_answer(&answer, 500, "ManagedObjectNotFound");
	answer_release(&answer);
	end(client);
}

/* A collector of its own with a filter over the machine's question. */
static char *watch_question(struct client *client)
{
	struct answer answer = call(client, "CreatePropertyCollector", "PropertyCollector", ESX_COLLECTOR, "");
	char *collector = element_of(&answer, "returnval");

	assert_non_null(collector);
	answer_release(&answer);
	assert_call(client, "CreateFilter", "PropertyCollector", collector,
		"<spec><propSet><type>VirtualMachine</type><pathSet>runtime.question</pathSet></propSet>"
		"<objectSet><obj type=\"VirtualMachine\">vm-9</obj></objectSet></spec>"
		"<partialUpdates>false</partialUpdates>", 200, "PropertyFilter");
	return collector;
}

static struct answer wait_updates(struct client *client, const char *collector, const char *version, int seconds)
{
	char *parameters = text_of_format("<version>%s</version><options><maxWaitSeconds>%d</maxWaitSeconds></options>",
		version, seconds);
	struct answer answer = call(client, "WaitForUpdatesEx", "PropertyCollector", collector, parameters);

	free(parameters);
	return answer;
}

static void assert_updates(struct client *client, const char *collector, const char *version,
	int seconds, int status, const char *piece)
{
	struct answer answer = wait_updates(client, collector, version, seconds);

	assert_answer(&answer, status, piece);
	answer_release(&answer);
}

static void a_late_question_wakes_a_wait(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",ask,delay=300ms");
	char *collector = watch_question(client);
	time_t before = time(NULL);

	(void)state;
	assert_updates(client, collector, "", 5, 200, "<version>1</version>");
	free(start(client));
	assert_updates(client, collector, "1", 20, 200, "<id>7</id>");
	assert_in_range(time(NULL) - before, 0, 3);
	answer_question(client, "7", "1", 200, "");
	assert_updates(client, collector, "2", 5, 200, "<changeSet><name>runtime.question</name><op>assign</op></changeSet>");
	assert_call(client, "DestroyPropertyCollector", "PropertyCollector", collector, "", 200, "");
	free(collector);
	end(client);
}

static void an_answer_that_was_lost_is_given_again(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",ask,delay=300ms", "--fail", "WaitForUpdatesEx:2:drop-body:10");
	char *collector = watch_question(client);
	struct answer answer;

	(void)state;
	assert_updates(client, collector, "", 5, 200, "<version>1</version>");
	free(start(client));
	answer = wait_updates(client, collector, "1", 5);
	assert_int_equal(answer.body_length, 10);
	answer_release(&answer);
	assert_updates(client, collector, "1", 5, 200, "<id>7</id>");
	assert_updates(client, collector, "9", 5, 500, "InvalidCollectorVersion");
	free(collector);
	end(client);
}

static void whoever_hangs_up_takes_no_change_along(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",ask,delay=1500ms");
	char *collector = watch_question(client);
	struct answer answer;

	(void)state;
	assert_updates(client, collector, "", 5, 200, "<version>1</version>");
	free(start(client));
	client->patience = 100;
	answer = wait_updates(client, collector, "1", 5);
	assert_true(answer.waiting);
	answer_release(&answer);
	client->patience = 0;
	assert_updates(client, collector, "1", 5, 200, "<id>7</id>");
	free(collector);
	end(client);
}

static void whoever_hangs_up_is_not_waited_for(void **state)
{
	struct client *client = BEGIN(NULL);
	char *collector = watch_question(client);
	time_t before = time(NULL);
	struct answer answer;

	(void)state;
	assert_updates(client, collector, "", 5, 200, "<version>1</version>");
	client->patience = 100;
	answer = wait_updates(client, collector, "1", 60);
	assert_true(answer.waiting);
	answer_release(&answer);
	client->patience = 0;
	assert_updates(client, collector, "1", 1, 200, "WaitForUpdatesExResponse");
	assert_in_range(time(NULL) - before, 0, 20);
	free(collector);
	end(client);
}

static void without_a_change_a_wait_ends_without_result(void **state)
{
	struct client *client = BEGIN(NULL);
	char *collector = watch_question(client);
	struct answer answer;

	(void)state;
	assert_updates(client, collector, "", 5, 200, "<version>1</version>");
	answer = wait_updates(client, collector, "1", 1);
	assert_answer(&answer, 200, "WaitForUpdatesExResponse");
	assert_null(strstr(answer.body, "<returnval>"));
	answer_release(&answer);
	assert_call(client, "CheckForUpdates", "PropertyCollector", collector, "<version>1</version>",
		200, "CheckForUpdatesResponse");
	free(collector);
	end(client);
}

static void old_clients_can_look_for_changes(void **state)
{
	struct client *client = BEGIN("--task", ASKING ",ask");
	char *collector = watch_question(client);

	(void)state;
	assert_call(client, "CheckForUpdates", "PropertyCollector", collector, "<version></version>",
		200, "<version>1</version>");
	free(start(client));
	wait_for(client, VM, "runtime.question", "<text>");
	assert_call(client, "CheckForUpdates", "PropertyCollector", collector, "<version>1</version>", 200, "<id>7</id>");
	assert_call(client, "WaitForUpdates", "PropertyCollector", collector, "<version>1</version>", 200, "<id>7</id>");
	free(collector);
	end(client);
}

static void any_task_can_be_made_slow_or_fail(void **state)
{
	struct client *client = BEGIN("--fail", "SuspendVM_Task:1:task-fault:InvalidState:Not now.",
		"--fail", "PowerOffVM_Task:1:task-slow:1s");
	struct answer answer = call(client, "SuspendVM_Task", VM, "");
	char *task = element_of(&answer, "returnval");

	(void)state;
	answer_release(&answer);
	assert_property(client, "Task", task, "info", "<localizedMessage>Not now.</localizedMessage>");
	assert_property(client, VM, "runtime.powerState", ">poweredOn<");
	free(task);
	answer = call(client, "PowerOffVM_Task", VM, "");
	task = element_of(&answer, "returnval");
	answer_release(&answer);
	assert_property(client, "Task", task, "info.state", ">running<");
	wait_for(client, "Task", task, "info.state", ">success<");
	free(task);
	end(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_blocks_a_task_until_it_is_answered),
		cmocka_unit_test(the_default_may_be_0_or_none_or_wrong),
		cmocka_unit_test(questions_follow_one_another),
		cmocka_unit_test(another_client_may_answer),
		cmocka_unit_test(a_task_may_be_cancelled_or_not),
		cmocka_unit_test(a_task_takes_time_and_may_fail),
		cmocka_unit_test(a_task_may_have_been_started_before),
		cmocka_unit_test(other_tasks_can_be_planned_and_the_rest_goes_its_way),
		cmocka_unit_test(a_late_question_wakes_a_wait),
		cmocka_unit_test(an_answer_that_was_lost_is_given_again),
		cmocka_unit_test(whoever_hangs_up_takes_no_change_along),
		cmocka_unit_test(whoever_hangs_up_is_not_waited_for),
		cmocka_unit_test(without_a_change_a_wait_ends_without_result),
		cmocka_unit_test(old_clients_can_look_for_changes),
		cmocka_unit_test(any_task_can_be_made_slow_or_fail),
	};

	if (!vsphere_server_exists())
		return SKIPPED;
	return cmocka_run_group_tests_name("vsphere_server_tasks", tests, NULL, NULL);
}
