/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A task under way: what tasks.c (doing) and watch.c (hearing of changes) share.
 */
#ifndef VSPHERE_TASK_INSIDE_H
#define VSPHERE_TASK_INSIDE_H

#include <time.h>

#include "properties.h"
#include "question.h"
#include "task_steps.h"
#include "vsphere.h"

/* An id that is longer than this is not ours. */
#define TASK_ID_MAX 256

/* How we hear of changes. */
enum watch_mode { WATCH_NOT_YET, WATCH_BY_FILTER, WATCH_BY_LOOKING };

struct task {
	struct vsphere *vsphere;
	const struct task_wish *wish;
	const struct vmx_task_options *options;
	struct vmx_error *error;
	struct task_run run;

	char id[TASK_ID_MAX], name[64];	/* of the task that is watched */
	struct vmx_question *question;	/* NULL: none is open */
	struct arena question_arena;
	enum task_status status;
	bool cancelable;
	enum vmx_power_state power;

	enum watch_mode mode;
	bool has_filter;
	char filter[TASK_ID_MAX];
	struct vmx_bytes version;
	struct answer answer;

	time_t deadline, cancel_deadline, reconnect_deadline;	/* 0: none */
	unsigned int pause, renewals;
	enum vmx_code outcome;	/* what finished(), or the task's fault, came to */
	bool changed;		/* the last look told something */
};

static inline struct session *vsphere_task_session(struct task *task)
{
	return &task->vsphere->session;
}

/* Seconds of a clock that nobody sets. */
time_t vsphere_task_now(void);

bool vsphere_task_set_id(char id[TASK_ID_MAX], const struct vim_reference *reference);

enum task_status vsphere_task_status(const struct vim_TaskInfo *info);
const char *vsphere_task_name(const struct vim_TaskInfo *info);

/* info NULL: no question is open. */
enum vmx_code vsphere_task_take_question(struct task *task,
					 const struct vim_VirtualMachineQuestionInfo *info);

/*
 * Waits until something happens, whatever becomes of the connection meanwhile, and fills
 * the event.
 */
enum vmx_code vsphere_task_watch(struct task *task, struct task_event *event);
/* The same after all has been told anew. */
enum vmx_code vsphere_task_look(struct task *task, struct task_event *event);

/* Its failure is nobody's loss: filters die with the session. */
void vsphere_task_destroy_filter(struct task *task);

#endif
