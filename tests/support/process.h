/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Running the program under test.
 */
#ifndef TEST_SUPPORT_PROCESS_H
#define TEST_SUPPORT_PROCESS_H

#include "support/files.h"

#define ARGUMENTS_MAX 64

struct command {
	const char *program;	/* its path; argv[0] is the last part of it */
	const char *arguments[ARGUMENTS_MAX];
	size_t argument_count;
	const char *folder;	/* to run in; NULL: this one */
	const char *input;	/* a file; NULL: /dev/null */
};

struct outcome {
	struct blob out, err;
	int status;		/* the exit status; 128 and the number of a signal */
};

void command_add(struct command *command, const char *argument);

/* LC_ALL=C and NO_COLOR, for all that is run from here on. */
void use_plain_environment(void);

/*
 * Signals end what is run from here on, unless it cares: what a process ignores stays ignored
 * in its children, and nohup(1) or a shell's & may have begun all this.
 */
void use_default_signals(void);

/* A bare chroot has none.  False: it says so. */
bool has_terminals(void);

void run(const struct command *command, struct outcome *ret);
void outcome_release(struct outcome *outcome);

#endif
