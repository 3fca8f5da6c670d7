/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A differential test: made-up inputs by the thousand, each given to vmxkit and to a
 * peer.  Both have to take or refuse the same, and what comes out has to be the same,
 * but for differences that are known.
 *
 *     PROGRAM [--count N] [--seed N] [--shown N] [--print]
 *
 * Input number i of a run is made from the seed plus i.  Differences that nobody knows
 * are shown, as small as they can be made, and make the run fail.
 *
 * The work is done in a child.  An input that ends it is shown; the run goes on behind it,
 * and fails, unless it was the peer that the input ended.
 */
#ifndef TEST_PEER_DIFFERENTIAL_H
#define TEST_PEER_DIFFERENTIAL_H

#include "peer/chance.h"
#include "support/files.h"

enum result {
	BOTH_REFUSE, SAME, KNOWN, PEER_ENDS,
	WE_REFUSE, PEER_REFUSES, OTHER, WE_END,
	RESULTS
};

#define KNOWN_MAX 128

struct verdict {
	enum result result;
	bool known[KNOWN_MAX];	/* the rows that make it KNOWN */
	char *what;		/* WE_REFUSE and later: what both say; a new string */
};

/* A row of what is known, see known_row(). */
struct known_row {
	const char *why;	/* why it is no difference */
	/* Why it may well explain nothing in 100,000 inputs; NULL: it may not. */
	const char *rare;
};

struct differential {
	const char *peer;		/* its name */
	size_t count;			/* of a run without --count */
	/* The input; NUL-terminated. */
	void (*make)(struct chance *c, struct blob *ret);
	/* *ret is BOTH_REFUSE, and all zero, before. */
	void (*compare)(const struct blob *input, struct verdict *ret);
	/* What is known, in the order of verdict.known; NULL: there are no more rows. */
	const struct known_row *(*known_row)(size_t number);
	/* How the input is made smaller; NULL: it is not.  See reduce_lines(). */
	bool (*reduce)(struct blob *input, bool (*differs)(const struct blob *smaller));
	/* What else a reader has to know of the input; NULL: nothing. */
	void (*describe)(void);
	/* Inputs that others wrote, below the folder that VMXKIT_PEER_DATA says; NULL: none */
	const char *suffix;
};

/*
 * To be true while the peer works, so that it is known whose fault it is when an input
 * ends the process.
 */
void differential_peer_works(bool working);

/* The paths of the peers' files with the suffix; there may be none. */
extern struct names differential_files;

/* Parses the options, does the run, prints what came out.  The exit status. */
int differential_run(const struct differential *differential, int argc, char **argv);

/* The first lines in which two texts differ, as a new string. */
char *first_difference(const char *ours, const char *theirs);

/* Does without each line that is not needed to show a difference; whether it could. */
bool reduce_lines(struct blob *input, bool (*differs)(const struct blob *smaller));

#endif
