/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of temporary files, and of work that has begun, when a signal ends the
 * tool: SIGINT, SIGTERM, SIGPIPE and their kin.  One that was ignored from the beginning
 * (nohup) stays ignored.
 */
#ifndef VMXTOOL_SIGNALS_H
#define VMXTOOL_SIGNALS_H

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/* No more temporary files exist at a time; so no more threads than this write files. */
#define TEMPORARIES_MAX 256

/* A temporary file.  While exists is true a deadly signal removes it. */
struct temporary {
	atomic_bool taken, exists;
	char path[PATH_MAX];
};

/* The signals are caught from here on.  Calling it again does nothing. */
void catch_signals(void);

/* One that is free, with its number; NULL: errno says so. */
struct temporary *temporary_take(int *ret_number);
void temporary_give_back(struct temporary *temporary);

/*
 * For the moments in which the file and what is known of it differ.  They only hold off
 * signals of the thread that calls them.
 */
void block_signals(sigset_t *ret_old);
void unblock_signals(const sigset_t *old);	/* errno stays */

/*
 * From here on the first signal only asks to stop: the work that has begun is to be
 * finished, and then end_as_asked() called.  A second one ends the tool as ever (but for
 * SIGPIPE, which comes with each line that nobody reads).  False: errno says why.
 */
bool stop_on_signals(void);

/* The signal that has asked to stop; 0: none has. */
int stop_signal(void);

/*
 * Waits until there is something to read.  False: a signal has asked to stop, or somebody
 * has called stop_waiting(): then nobody waits any more.
 */
bool wait_for_input(int fd);
void stop_waiting(void);

/*
 * Ignores SIGPIPE, which would end the tool with a connection that breaks while something is
 * sent.  Where standard output says EPIPE then, end_by_broken_pipe() asks to end by that signal
 * in the end after all, without stopping the work.  False: it was ignored before, so that is
 * an error like others.
 */
bool ignore_broken_pipes(void);	/* false: errno says why */
bool end_by_broken_pipe(void);

/* If a signal has asked to stop: ends the tool as that signal would have. */
void end_as_asked(void);

#endif
