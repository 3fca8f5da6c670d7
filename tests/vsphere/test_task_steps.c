/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is done about a task and its questions, one story after the other: each event,
 * and the action that it has to lead to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <vmxkit/transport.h>

#include "task_steps.h"

static const struct vmx_choice choices[] = {
	{ "0", "Replace", "Replace" }, { "1", "Append", "Append" }, { "2", "Cancel", "Cancel" },
};

#define QUESTION(ID, DEFAULT) \
	{ .size = sizeof(struct vmx_question), .machine = "vm-9", .id = ID, .text = "Replace?", \
	  .choices = choices, .choice_count = 3, .default_choice = DEFAULT }

static const struct vmx_question
	with_default = QUESTION("7", &choices[1]), next = QUESTION("8", &choices[0]),
	without_default = QUESTION("9", NULL);

#define REPORT VMX_QUESTIONS_REPORT
#define AUTO VMX_QUESTIONS_DEFAULT

#define SEEN(STATUS, ...) { TASK_SEEN, .task = "task-1", .status = TASK_##STATUS, ##__VA_ARGS__ }
#define RUNNING(...) SEEN(RUNNING, ##__VA_ARGS__)
#define ASKS(Q, ...) RUNNING(.question = &(Q), ##__VA_ARGS__)

struct story {
	const char *name;
	enum vmx_question_policy policy;
	bool wait_for_others;
	struct {
		struct task_event event;
		enum task_action action;
	} steps[12];
	enum vmx_code outcome;
	const char *answer;	/* the key; NULL: nothing is answered */
};

static const struct story stories[] = {
	{ "nothing in the way, success", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ SEEN(QUEUED), TASK_DO_WATCH },
		{ RUNNING(), TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_OK, NULL },
	{ "the task fails", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ SEEN(ERROR), TASK_DO_END } }, VMX_CODE_TASK_FAILED, NULL },
	{ "a question before the task, not to be answered", REPORT, false, {
		{ { TASK_CHECKED, .question = &with_default }, TASK_DO_END } },
	  VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "a question of another's task, not to be answered, is not cancelled", REPORT, false, {
		{ { TASK_CHECKED, .question = &with_default, .task = "task-0", .cancelable = true },
		  TASK_DO_END } }, VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "a question before the task without a default choice", AUTO, false, {
		{ { TASK_CHECKED, .question = &without_default }, TASK_DO_END } },
	  VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "a question before the task, without a task: answered, and the task is started", AUTO, false, {
		{ { TASK_CHECKED, .question = &with_default }, TASK_DO_ANSWER },
		{ { TASK_ANSWERED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_WATCH },	/* still seen for a moment */
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_OK, "1" },
	{ "a question before the task, without a task, that someone else answers", AUTO, false, {
		{ { TASK_CHECKED, .question = &with_default }, TASK_DO_ANSWER },
		{ { TASK_ANSWER_REFUSED }, TASK_DO_START } }, VMX_OK, "1" },
	{ "another's task is answered, and was the wish", AUTO, false, {
		{ { TASK_CHECKED, .question = &with_default, .task = "task-0" }, TASK_DO_ANSWER },
		{ { TASK_ANSWERED }, TASK_DO_WATCH },
		{ RUNNING(), TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_COMPARE },
		{ { TASK_COMPARED, .fulfilled = true }, TASK_DO_END } }, VMX_OK, "1" },
	{ "another's task is answered, and was not the wish: it is started once", AUTO, false, {
		{ { TASK_CHECKED, .question = &with_default, .task = "task-0" }, TASK_DO_ANSWER },
		{ { TASK_ANSWERED }, TASK_DO_WATCH },
		{ SEEN(ERROR), TASK_DO_COMPARE },
		{ { TASK_COMPARED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_OK, "1" },
	{ "another's task, no question", AUTO, false, {
		{ { TASK_CHECKED, .task = "task-0" }, TASK_DO_END } }, VMX_CODE_TASK_PENDING, NULL },
	{ "another's task, no question, to be waited for", REPORT, true, {
		{ { TASK_CHECKED, .task = "task-0" }, TASK_DO_WATCH },
		{ RUNNING(), TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_COMPARE },
		{ { TASK_COMPARED }, TASK_DO_START } }, VMX_OK, NULL },
	{ "another's task is not cancelled when it asks", REPORT, true, {
		{ { TASK_CHECKED, .task = "task-0" }, TASK_DO_WATCH },
		{ ASKS(with_default, .cancelable = true), TASK_DO_END } },
	  VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "a late question is answered", AUTO, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ RUNNING(), TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_ANSWER },
		{ { TASK_ANSWERED }, TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_WATCH },	/* still seen for a moment */
		{ RUNNING(), TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_OK, "1" },
	{ "one question after the other", AUTO, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_ANSWER },
		{ { TASK_ANSWERED }, TASK_DO_WATCH },
		{ ASKS(next), TASK_DO_ANSWER },
		{ { TASK_ANSWERED }, TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_OK, "0" },
	{ "the same question once more, after it was gone", AUTO, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_ANSWER },
		{ { TASK_ANSWERED }, TASK_DO_WATCH },
		{ RUNNING(), TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_ANSWER } }, VMX_OK, "1" },
	{ "a late question, not to be answered, in a task that can be cancelled", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default, .cancelable = true), TASK_DO_CANCEL },
		{ { TASK_CANCEL_SENT }, TASK_DO_WATCH },
		{ ASKS(with_default, .cancelable = true), TASK_DO_WATCH },
		{ SEEN(ERROR), TASK_DO_END } }, VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "the same, and the task is faster than its cancelling", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default, .cancelable = true), TASK_DO_CANCEL },
		{ { TASK_CANCEL_SENT }, TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "the same, and the server does not cancel", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default, .cancelable = true), TASK_DO_CANCEL },
		{ { TASK_CANCEL_FAILED }, TASK_DO_END } }, VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "the same, and the task does not end", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default, .cancelable = true), TASK_DO_CANCEL },
		{ { TASK_CANCEL_SENT }, TASK_DO_WATCH },
		{ { TASK_CANCEL_OVERDUE }, TASK_DO_END } }, VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "a late question, not to be answered, in a task that can't be cancelled", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_END } }, VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "a late question without a default choice", AUTO, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(without_default, .cancelable = true), TASK_DO_CANCEL } },
	  VMX_CODE_QUESTION_BLOCKS, NULL },
	{ "someone else answers first", AUTO, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_ANSWER },
		{ { TASK_ANSWER_REFUSED }, TASK_DO_LOOK },
		{ RUNNING(), TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_OK, "1" },
	{ "the answer is refused although the question is still open", AUTO, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_ANSWER },
		{ { TASK_ANSWER_REFUSED }, TASK_DO_LOOK },
		{ ASKS(with_default), TASK_DO_END } }, VMX_CODE_QUESTION_BLOCKS, "1" },
	{ "the user may not answer", AUTO, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ ASKS(with_default), TASK_DO_ANSWER },
		{ { TASK_ANSWER_FAILED, .failure = VMX_CODE_PERMISSION_DENIED }, TASK_DO_END } },
	  VMX_CODE_PERMISSION_DENIED, "1" },
	{ "the session ends on the way", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ { TASK_RECONNECTED }, TASK_DO_LOOK },
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_OK, NULL },
	{ "the time is up, and the task can be cancelled", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ RUNNING(.cancelable = true), TASK_DO_WATCH },
		{ { TASK_OUT_OF_TIME }, TASK_DO_CANCEL },
		{ { TASK_CANCEL_SENT }, TASK_DO_WATCH },
		{ { TASK_RECONNECTED }, TASK_DO_LOOK },
		{ SEEN(ERROR), TASK_DO_END } }, VMX_CODE_TIMED_OUT, NULL },
	{ "the time is up, and the task can't be cancelled", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ { TASK_OUT_OF_TIME }, TASK_DO_END } }, VMX_CODE_TIMED_OUT, NULL },
	{ "the caller stops", REPORT, false, {
		{ { TASK_CHECKED }, TASK_DO_START },
		{ { TASK_STARTED }, TASK_DO_WATCH },
		{ RUNNING(.cancelable = true), TASK_DO_WATCH },
		{ { TASK_STOP_WANTED }, TASK_DO_CANCEL },
		{ { TASK_CANCEL_SENT }, TASK_DO_WATCH },
		{ SEEN(SUCCESS), TASK_DO_END } }, VMX_CODE_CANCELLED, NULL },
	{ "the caller stops before anything has begun", REPORT, false, {
		{ { TASK_STOP_WANTED }, TASK_DO_END } }, VMX_CODE_CANCELLED, NULL },
};

/* Answers how many steps the story has. */
static size_t tell(const struct story *story, struct task_run *run)
{
	size_t i = 0;

	for (; i < 12; i++) {
		const struct task_event *event = &story->steps[i].event;
		enum task_action action;

		/* a story ends with its last event; TASK_CHECKED is 0 and comes first only */
		if (i > 0 && event->kind == TASK_CHECKED)
			break;
		action = vsphere_task_step(run, event);
		if (action != story->steps[i].action)
			fail_msg("%s, step %zu: action %d, not %d", story->name, i + 1,
				 (int)action, (int)story->steps[i].action);
	}
	return i;
}

static void each_story_ends_as_it_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		const struct story *story = &stories[i];
		struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
		struct task_run run = { &options, .auto_answer = false };
		size_t count;

		options.policy = story->policy;
		options.wait_for_others = story->wait_for_others;
		count = tell(story, &run);
		if (story->steps[count - 1].action == TASK_DO_END &&
		    run.outcome != story->outcome)
			fail_msg("%s: %s", story->name, vmx_code_name(run.outcome));
		if (story->answer ? !run.choice || strcmp(run.choice->key, story->answer) != 0
				  : run.choice != NULL)
			fail_msg("%s: answered %s", story->name,
				 run.choice ? run.choice->key : "nothing");
	}
}

static void the_uris_word_decides_where_the_caller_has_none(void **state)
{
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
	struct task_event event = { TASK_CHECKED, .question = &with_default };

	(void)state;
	assert_int_equal(vsphere_task_step(&(struct task_run){ &options, .auto_answer = true },
					   &event), TASK_DO_ANSWER);
	assert_int_equal(vsphere_task_step(&(struct task_run){ &options, .auto_answer = false },
					   &event), TASK_DO_END);
}

static void a_server_that_asks_in_circles_is_stopped(void **state)
{
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
	struct task_run run = { &options, .auto_answer = true };
	struct task_event checked = { TASK_CHECKED }, started = { TASK_STARTED },
		answered = { TASK_ANSWERED };
	char id[16];
	struct vmx_question question = with_default;
	struct task_event asks = ASKS(question);
	unsigned int asked = 0;

	(void)state;
	vsphere_task_step(&run, &checked);
	vsphere_task_step(&run, &started);
	question.id = id;
	do {
		snprintf(id, sizeof(id), "%u", asked++);
		assert_true(asked <= TASK_QUESTIONS_MAX + 1);
		if (vsphere_task_step(&run, &asks) != TASK_DO_ANSWER)
			break;
		vsphere_task_step(&run, &answered);
	} while (true);
	assert_int_equal(asked, TASK_QUESTIONS_MAX + 1);
	assert_int_equal(run.outcome, VMX_CODE_QUESTION_BLOCKS);
}

static void a_long_id_is_told_apart_by_its_beginning(void **state)
{
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
	struct task_run run = { &options, .auto_answer = true };
	struct task_event checked = { TASK_CHECKED }, started = { TASK_STARTED },
		answered = { TASK_ANSWERED };
	char id[4 * TASK_QUESTION_ID_MAX];
	struct vmx_question question = with_default;
	struct task_event asks = ASKS(question);

	(void)state;
	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	question.id = id;
	vsphere_task_step(&run, &checked);
	vsphere_task_step(&run, &started);
	assert_int_equal(vsphere_task_step(&run, &asks), TASK_DO_ANSWER);
	vsphere_task_step(&run, &answered);
	assert_int_equal(vsphere_task_step(&run, &asks), TASK_DO_WATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_story_ends_as_it_should),
		cmocka_unit_test(the_uris_word_decides_where_the_caller_has_none),
		cmocka_unit_test(a_server_that_asks_in_circles_is_stopped),
		cmocka_unit_test(a_long_id_is_told_apart_by_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
