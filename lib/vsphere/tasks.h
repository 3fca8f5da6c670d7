/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Doing something that takes time: starting a task, watching it and the machine's
 * questions, answering, cancelling.  What is done when is decided in task_steps.h.
 */
#ifndef VSPHERE_TASKS_H
#define VSPHERE_TASKS_H

#include <vmxkit/transport.h>

#include "session.h"

struct vsphere;

/* Seconds that the server may hold a request for changes; the person's stop ends it at once. */
#define TASK_WAIT 20
/* Seconds until a cancelled task has to be over. */
#define TASK_CANCEL_WAIT 10
/* Seconds for which a lost connection is tried again, where the caller has set no time. */
#define TASK_RECONNECT_MAX 300

/*
 * A property collector of our own, for all waits of a connection: nobody else's changes
 * come through it.  It dies with the session.
 */
struct task_watcher {
	bool exists;
	unsigned int login;		/* the session that it belongs to */
	char collector[256];		/* its id */
};

struct task_wish {
	const char *what;		/* for messages: "starting", "registering" */
	const struct vim_method *method;	/* one that answers a task */
	struct vim_reference self;
	const void *request;
	/* The machine whose questions count; value NULL: none. */
	struct vim_reference machine;
	/* Which states the machine may be in (bits 1 << enum vmx_power_state); 0: any. */
	unsigned int from;
	/* The state that fulfils the wish; VMX_POWER_UNKNOWN: no state does. */
	enum vmx_power_state target;
	/* Gets what a task that succeeded has; may be NULL. */
	enum vmx_code (*finished)(void *user, const struct vim_TaskInfo *info,
				  struct vmx_error *error);
	void *user;
};

/*
 * Starts the task, and returns when it is over.  options: complete.
 *
 * Fails with VMX_CODE_WRONG_STATE, VMX_CODE_QUESTION_BLOCKS, VMX_CODE_TASK_PENDING,
 * VMX_CODE_TASK_FAILED (or what the fault stands for), VMX_CODE_TIMED_OUT,
 * VMX_CODE_CANCELLED, and as finished() and calls do.
 */
enum vmx_code vsphere_task_run(struct vsphere *vsphere, const struct task_wish *wish,
			       const struct vmx_task_options *options, struct vmx_error *error);

/* The functions of struct vmx_transport; in actions.c. */
enum vmx_code vsphere_power(void *connection, const char *machine, enum vmx_power_action action,
			    const struct vmx_task_options *options, struct vmx_error *error);
enum vmx_code vsphere_register_machine(void *connection, const char *vmx, const char *datacenter,
				       const char *name, const struct vmx_task_options *options,
				       struct vmx_bytes *ret, struct vmx_error *error);
enum vmx_code vsphere_unregister(void *connection, const char *machine, struct vmx_error *error);

#endif
