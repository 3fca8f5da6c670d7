/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contestants that take turns on the same files, and how they compare with libvirt.
 */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include <stdbool.h>
#include <stddef.h>

#define CONTEST_ROUNDS 9

/* A file; NUL-terminated. */
struct contest_text {
	char *bytes;
	size_t length;
};

/* Zero-initialise, but for the name and whether it is aimed at. */
struct contest_set {
	const char *name;
	bool aimed_at;			/* the aim is for these files */
	struct contest_text *texts;
	size_t count, bytes, left_out;
};

struct contestant {
	const char *name;
	bool (*work)(const struct contest_text *text);	/* false: it could not */
	bool aimed_at;			/* it has to meet the aim */
	double seconds[CONTEST_ROUNDS];	/* for one text, in the mean; filled in */
};

struct contest {
	struct contestant *contestants;	/* libvirt is the last of them */
	size_t count;
	bool peer;			/* libvirt takes part */
	double aim;			/* how many times as fast as libvirt */
};

/* Adds a file if takes says yes to it, or is NULL. */
void contest_add(struct contest_set *set, const char *path,
		 bool (*takes)(const struct contest_text *text));

/* Adds the files with the suffix from a folder of the peers' data, if that is there. */
void contest_add_peers(struct contest_set *set, const char *folder, const char *suffix,
		       bool (*takes)(const struct contest_text *text));

void contest_release(struct contest_set *set);

/* Runs the contest, if there are files, and prints it.  Whether the aim is met, or not asked. */
bool contest_run(const struct contest *contest, const struct contest_set *set);

/* The last line, and the exit status. */
int contest_end(const struct contest *contest, bool met);

#endif
