/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that arrives piece by piece, and may be continued another day: until it is
 * whole it is FILE.part, beside FILE.
 */
#ifndef VMXTOOL_PART_FILE_H
#define VMXTOOL_PART_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Zero-initialise. */
struct part_file {
	char path[PATH_MAX], part[PATH_MAX];	/* no part: path is a pipe or the like */
	int fd;
	mode_t mode;		/* of the file that will be replaced; 0: there is none */
};

/*
 * Begins, or with resume goes on at the end of what is there: *ret_offset.  Nobody else
 * can write the same part meanwhile.  False: errno says why; EWOULDBLOCK: somebody does.
 */
bool part_file_open(struct part_file *file, const char *path, bool resume, uint64_t *ret_offset);

/* False: errno says why. */
bool part_file_write(struct part_file *file, const void *data, size_t length);

/* It is whole: it takes its name.  False: errno says why; it is still there, as a part. */
bool part_file_finish(struct part_file *file);

/* It is not whole: it is kept, if it has anything in it, or removed. */
void part_file_abandon(struct part_file *file, bool keep);

#endif
