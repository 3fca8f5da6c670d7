/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of inputs, one after the other: from the command line, or from a list in which
 * a NUL ends each, as find -print0 writes it.
 */
#ifndef VMXTOOL_NAMES_H
#define VMXTOOL_NAMES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define LIST_BUFFER 65536

struct name_source {
	char **files;		/* of the command line */
	size_t count;
	const char *list;	/* as the user calls the list; NULL: there is none */
	int fd;
	bool ended;
	size_t taken;		/* so many names were there */
	size_t begin, end;	/* what of the buffer is not used yet */
	char buffer[LIST_BUFFER];
};

/* A name, or what stands for it where there is none. */
struct name {
	char text[PATH_MAX];
	const char *fault;	/* why it is no name of a file; NULL: it is one */
};

/* False: errno says why the list can't be read.  list NULL: the files are all. */
bool name_source_open(struct name_source *source, const char *list, char **files, size_t count);
void name_source_close(struct name_source *source);

/*
 * NAMES_STOPPED is for a signal that came while a list was waited for.  NAMES_FAILED: errno
 * says why.
 */
enum names_answer { NAMES_TAKEN, NAMES_ENDED, NAMES_STOPPED, NAMES_FAILED };

enum names_answer name_source_next(struct name_source *source, struct name *ret);

#endif
