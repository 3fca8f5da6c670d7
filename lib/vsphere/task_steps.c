/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "task_steps.h"

#include <stdio.h>
#include <string.h>

#include <vmxkit/transport.h>

typedef enum task_action (*step_fn)(struct task_run *run, const struct task_event *event);

static enum task_action end(struct task_run *run, enum vmx_code outcome)
{
	run->state = TASK_ENDED;
	run->outcome = outcome;
	return TASK_DO_END;
}

static enum task_action watch(struct task_run *run)
{
	run->state = TASK_WATCHING;
	return TASK_DO_WATCH;
}

static enum task_action start(struct task_run *run)
{
	run->state = TASK_STARTING;
	run->adopted = run->has_task = run->cancelable = false;
	return TASK_DO_START;
}

/* Another's task is left alone; our own is cancelled where the server can do that. */
static enum task_action give_up(struct task_run *run, enum vmx_code cause)
{
	if (run->adopted || !run->has_task || !run->cancelable)
		return end(run, cause);
	run->state = TASK_CANCELLING;
	run->outcome = cause;
	return TASK_DO_CANCEL;
}

/*
 * The answered question
 */

static bool is_answered(const struct task_run *run, const struct vmx_question *question)
{
	return run->answered[0] &&
	       strncmp(run->answered, question->id, sizeof(run->answered) - 1) == 0;
}

static void forget_answered(struct task_run *run)
{
	run->answered[0] = '\0';
	run->refused = false;
}

static void remember_answered(struct task_run *run, const struct vmx_question *question)
{
	snprintf(run->answered, sizeof(run->answered), "%s", question->id);
	run->refused = false;
	run->questions++;
}

/*
 * A question that was answered may still be seen for a moment.  If it is still there
 * although the answer was refused, nobody else has answered: then the answer is wrong.
 */
static enum task_action face_question(struct task_run *run, const struct vmx_question *question)
{
	if (is_answered(run, question))
		return run->refused ? give_up(run, VMX_CODE_QUESTION_BLOCKS) : watch(run);
	run->choice = run->questions < TASK_QUESTIONS_MAX ?
		vmx_question_decide(run->options, run->auto_answer, question) : NULL;
	if (!run->choice)
		return give_up(run, VMX_CODE_QUESTION_BLOCKS);
	remember_answered(run, question);
	run->state = TASK_ANSWERING;
	return TASK_DO_ANSWER;
}

/*
 * Steps
 */

static enum task_action checked(struct task_run *run, const struct task_event *event)
{
	run->has_task = run->adopted = event->task != NULL;
	if (event->question)
		return face_question(run, event->question);
	if (!event->task)
		return start(run);
	return run->options->wait_for_others ? watch(run) : end(run, VMX_CODE_TASK_PENDING);
}

static enum task_action started(struct task_run *run, const struct task_event *event)
{
	(void)event;
	run->has_task = true;
	return watch(run);
}

static bool is_over(const struct task_event *event)
{
	return event->status == TASK_SUCCESS || event->status == TASK_ERROR;
}

static enum task_action seen(struct task_run *run, const struct task_event *event)
{
	run->cancelable = event->cancelable;
	if (is_over(event) && run->adopted) {
		run->state = TASK_COMPARING;
		return TASK_DO_COMPARE;
	}
	if (is_over(event))
		return end(run, event->status == TASK_SUCCESS ? VMX_OK : VMX_CODE_TASK_FAILED);
	if (event->question)
		return face_question(run, event->question);
	forget_answered(run);
	return watch(run);
}

static enum task_action compared(struct task_run *run, const struct task_event *event)
{
	return event->fulfilled ? end(run, VMX_OK) : start(run);
}

static enum task_action answered(struct task_run *run, const struct task_event *event)
{
	(void)event;
	return run->has_task ? watch(run) : start(run);
}

/* Most likely someone else was faster; a new look tells. */
static enum task_action answer_refused(struct task_run *run, const struct task_event *event)
{
	(void)event;
	if (!run->has_task)
		return start(run);
	run->refused = true;
	run->state = TASK_WATCHING;
	return TASK_DO_LOOK;
}

static enum task_action answer_failed(struct task_run *run, const struct task_event *event)
{
	return end(run, event->failure);
}

static enum task_action look_again(struct task_run *run, const struct task_event *event)
{
	(void)run;
	(void)event;
	return TASK_DO_LOOK;
}

static enum task_action out_of_time(struct task_run *run, const struct task_event *event)
{
	(void)event;
	return give_up(run, VMX_CODE_TIMED_OUT);
}

static enum task_action stop_wanted(struct task_run *run, const struct task_event *event)
{
	(void)event;
	return give_up(run, VMX_CODE_CANCELLED);
}

static enum task_action cancel_sent(struct task_run *run, const struct task_event *event)
{
	(void)event;
	run->cancel_sent = true;
	return TASK_DO_WATCH;
}

/* However the task ended: what was the reason to cancel it is the outcome. */
static enum task_action seen_cancelling(struct task_run *run, const struct task_event *event)
{
	run->succeeded = event->status == TASK_SUCCESS;
	return is_over(event) ? end(run, run->outcome) : TASK_DO_WATCH;
}

static enum task_action cancel_failed(struct task_run *run, const struct task_event *event)
{
	(void)event;
	run->cancel_failed = true;
	return end(run, run->outcome);
}

static const struct {
	enum task_state state;
	enum task_event_kind event;
	step_fn step;
} steps[] = {
	{ TASK_CHECKING, TASK_CHECKED, checked },
	{ TASK_CHECKING, TASK_OUT_OF_TIME, out_of_time },
	{ TASK_CHECKING, TASK_STOP_WANTED, stop_wanted },

	{ TASK_STARTING, TASK_STARTED, started },
	{ TASK_STARTING, TASK_OUT_OF_TIME, out_of_time },
	{ TASK_STARTING, TASK_STOP_WANTED, stop_wanted },

	{ TASK_WATCHING, TASK_SEEN, seen },
	{ TASK_WATCHING, TASK_RECONNECTED, look_again },
	{ TASK_WATCHING, TASK_OUT_OF_TIME, out_of_time },
	{ TASK_WATCHING, TASK_STOP_WANTED, stop_wanted },

	{ TASK_ANSWERING, TASK_ANSWERED, answered },
	{ TASK_ANSWERING, TASK_ANSWER_REFUSED, answer_refused },
	{ TASK_ANSWERING, TASK_ANSWER_FAILED, answer_failed },
	{ TASK_ANSWERING, TASK_OUT_OF_TIME, out_of_time },
	{ TASK_ANSWERING, TASK_STOP_WANTED, stop_wanted },

	{ TASK_COMPARING, TASK_COMPARED, compared },
	{ TASK_COMPARING, TASK_OUT_OF_TIME, out_of_time },
	{ TASK_COMPARING, TASK_STOP_WANTED, stop_wanted },

	{ TASK_CANCELLING, TASK_CANCEL_SENT, cancel_sent },
	{ TASK_CANCELLING, TASK_CANCEL_FAILED, cancel_failed },
	{ TASK_CANCELLING, TASK_CANCEL_OVERDUE, cancel_failed },
	{ TASK_CANCELLING, TASK_SEEN, seen_cancelling },
	{ TASK_CANCELLING, TASK_RECONNECTED, look_again },
};

enum task_action vsphere_task_step(struct task_run *run, const struct task_event *event)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].state == run->state && steps[i].event == event->kind)
			return steps[i].step(run, event);
	}
	/* what is in no row can't happen; if it does, nothing more shall */
	return end(run, VMX_CODE_INVALID_ARGUMENT);
}
