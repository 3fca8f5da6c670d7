/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far the work is: one line on standard error that is written again and again.  Only
 * where that is a terminal, and not a dumb one, and not with --quiet.
 */
#ifndef VMXTOOL_PROGRESS_H
#define VMXTOOL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct progress {
	bool on, shown, hidden;
	size_t total;			/* 0: nobody knows */
	struct timespec begun, drawn;
};

void progress_begin(struct progress *progress, bool quiet, size_t total);

/* Before anything else is written to a terminal. */
void progress_hide(struct progress *progress);

/* Not drawn more often than eyes follow, unless it was hidden.  last: it stays. */
void progress_show(struct progress *progress, size_t done, size_t not_converted, bool last);

#endif
