/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A differential test: made-up inputs by the thousand, each given to vmxkit and to a
 * peer.  Both have to take or refuse the same, and what comes out has to be the same,
 * but for differences that are known.
 *
 *     PROGRAM [--count N] [--seed N] [--shown N]
 *
 * Input number i of a run is made from the seed plus i.  Differences that nobody knows
 * are shown, as small as they can be made, and make the run fail.
 */
#ifndef TEST_PEER_DIFFERENTIAL_H
#define TEST_PEER_DIFFERENTIAL_H

#include "peer/chance.h"
#include "support/files.h"

enum result {
	BOTH_REFUSE, SAME, KNOWN,
	WE_REFUSE, PEER_REFUSES, OTHER,
	RESULTS
};

struct verdict {
	enum result result;
	const char *why;	/* KNOWN: why that is no difference */
	char *what;		/* the last three: what both say; a new string */
};

struct differential {
	const char *peer;		/* its name */
	size_t count;			/* of a run without --count */
	/* The input; NUL-terminated. */
	void (*make)(struct chance *c, struct blob *ret);
	void (*compare)(const struct blob *input, struct verdict *ret);
	/* How the input is made smaller; NULL: it is not.  See reduce_lines(). */
	bool (*reduce)(struct blob *input, bool (*differs)(const struct blob *smaller));
	/* What else a reader has to know of the input; NULL: nothing. */
	void (*describe)(void);
	/* Inputs that others wrote, below the folder that VMXKIT_PEER_DATA says; NULL: none */
	const char *suffix;
};

/* The paths of the peers' files with the suffix; there may be none. */
extern struct names differential_files;

/* Parses the options, does the run, prints what came out.  The exit status. */
int differential_run(const struct differential *differential, int argc, char **argv);

/* The first lines in which two texts differ, as a new string. */
char *first_difference(const char *ours, const char *theirs);

/* Does without each line that is not needed to show a difference; whether it could. */
bool reduce_lines(struct blob *input, bool (*differs)(const struct blob *smaller));

#endif
