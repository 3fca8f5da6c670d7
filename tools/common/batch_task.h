/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One file of many: what is done with it, and what there is to say about it.
 */
#ifndef VMXTOOL_BATCH_TASK_H
#define VMXTOOL_BATCH_TASK_H

#include "common/conversion.h"
#include "common/memory_stream.h"
#include "common/names.h"

enum fate { CONVERTED, SKIPPED, REFUSED, FAILED, FATES };

const char *fate_name(enum fate fate);

struct task {
	const struct converter *converter;
	struct conversion_settings *settings;	/* nobody else's */
	struct name name;
	char output[PATH_MAX];			/* with --output-dir */
	const char *fault;			/* why nothing can be done, or NULL */
	struct findings findings;
};

/* A file that is through.  Zero-initialise. */
struct result {
	enum exit_status status;
	enum fate fate;
	enum vmx_code code;		/* of its error */
	char *name;			/* where there was one; NULL also where memory lacked */
	/* for standard output and standard error; no data: there was no memory for them */
	struct memory_stream out, err;
};

void do_task(struct task *task, struct result *ret);
void result_release(struct result *result);

#endif
