/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What to do next about a task, and about the questions that block it: a state
 * machine without a network.  The caller tells what happened (an event), and is told
 * what to do (an action); doing it is tasks.c.
 *
 *     CHECKING --question, an answer--> ANSWERING --+--another's task--> ADOPTED
 *         |  \--another's task, wait for it---------|------------------> ADOPTED
 *         |                                         v                       |
 *         +--nothing--> STARTING --> WATCHING <---> ANSWERING      its end, and the
 *         |                             |                          wish unfulfilled:
 *         |                             +--no answer, out of time     STARTING
 *         v                             v
 *      FAILED <------------------- CANCELLING
 *
 * Where it differs from libvirt: a question that comes late is seen (libvirt waits for
 * ever), and after answering a question that was there before, the wish is carried out.
 */
#ifndef VSPHERE_TASK_STEPS_H
#define VSPHERE_TASK_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/connection.h>
#include <vmxkit/error.h>

/*
 * Questions may follow one another (each serial port asks for its file); more than
 * this is a server that asks in circles.
 */
#define TASK_QUESTIONS_MAX 16

/* Question ids are short numbers; a longer one is told apart by its beginning. */
#define TASK_QUESTION_ID_MAX 128

/* As TaskInfo.state has it. */
enum task_status { TASK_UNKNOWN, TASK_QUEUED, TASK_RUNNING, TASK_SUCCESS, TASK_ERROR };

enum task_event_kind {
	/* Before the task: question and task are what the machine has now. */
	TASK_CHECKED,
	TASK_STARTED,
	/* A look at the watched task: question, task. */
	TASK_SEEN,
	/* AnswerVM went well; refused since there is no such question; failed (failure). */
	TASK_ANSWERED, TASK_ANSWER_REFUSED, TASK_ANSWER_FAILED,
	/* The session or connection broke, and is there again. */
	TASK_RECONNECTED,
	/* The caller has set a time, which is up; or says stop. */
	TASK_OUT_OF_TIME, TASK_STOP_WANTED,
	/* CancelTask went well; failed; did not end the task in time. */
	TASK_CANCEL_SENT, TASK_CANCEL_FAILED, TASK_CANCEL_OVERDUE,
	/* What the machine looks like once another's task has ended: fulfilled. */
	TASK_COMPARED
};

struct task_event {
	enum task_event_kind kind;
	const struct vmx_question *question;	/* NULL: none is open */
	/* Of the task that is watched; with TASK_CHECKED, of one of the machine's that is not done. */
	const char *task;			/* its id; NULL: there is none */
	enum task_status status;
	bool cancelable;
	bool fulfilled;				/* TASK_COMPARED: nothing is left to do */
	enum vmx_code failure;			/* TASK_ANSWER_FAILED */
};

enum task_action {
	TASK_DO_START,		/* start the task */
	TASK_DO_WATCH,		/* wait for the next change */
	TASK_DO_LOOK,		/* watch anew, so that all is told once more */
	TASK_DO_ANSWER,		/* AnswerVM with the question of the event and run->choice */
	TASK_DO_CANCEL,		/* CancelTask */
	TASK_DO_COMPARE,	/* see whether the wish is fulfilled */
	TASK_DO_END		/* it is over: run->outcome */
};

enum task_state {
	TASK_CHECKING, TASK_STARTING, TASK_WATCHING, TASK_ANSWERING, TASK_CANCELLING,
	TASK_COMPARING, TASK_ENDED
};

/* Zero-initialise but for the first two. */
struct task_run {
	const struct vmx_task_options *options;
	bool auto_answer;	/* the URI's parameter */

	enum task_state state;
	bool adopted;		/* what is watched is another's task, never to be cancelled */
	bool cancelable;
	bool has_task;		/* ANSWERING: a task waits for the answer */
	unsigned int questions;	/* answered so far */
	char answered[TASK_QUESTION_ID_MAX];	/* the last one's id; "": none */
	bool refused;		/* the server did not take that answer */
	const struct vmx_choice *choice;	/* TASK_DO_ANSWER: belongs to the event */

	/* TASK_DO_END */
	enum vmx_code outcome;	/* VMX_OK; why not; TASK_FAILED: as the task's info says */
	bool cancel_sent, cancel_failed;
	bool succeeded;		/* although it was to be cancelled */
};

/* Takes what happened, and says what to do. */
enum task_action vsphere_task_step(struct task_run *run, const struct task_event *event);

#endif
