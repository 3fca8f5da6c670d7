/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that arrives piece by piece, and may be continued another day: until it is
 * whole it is FILE.part, beside FILE.
 */
#ifndef VMXTOOL_PART_FILE_H
#define VMXTOOL_PART_FILE_H

#include <stdint.h>

#include "common/output_steps.h"
#include "common/signals.h"

/* Zero-initialise. */
struct part_file {
	enum target target;
	char path[PATH_MAX], part[PATH_MAX];	/* of what is special there is no part */
	int fd;
	struct stat replaced;			/* of TARGET_FILE */
	struct temporary *temporary;		/* the part, where nobody wants to keep it */
};

/*
 * Begins, or with resume goes on at the end of what is there: *ret_offset.  Nobody else
 * can write the same part meanwhile.  False: errno says why; EWOULDBLOCK: somebody does.
 */
bool part_file_open(struct part_file *file, const char *path, bool resume, uint64_t *ret_offset);

/* False: errno says why. */
bool part_file_write(struct part_file *file, const void *data, size_t length);

/*
 * It is whole: it takes its name, with the mode and owner of the file that it replaces.
 * False: errno says why; it is for part_file_abandon() then.
 */
bool part_file_finish(struct part_file *file);

/* It is not whole: it is kept, if it has anything in it and was to be resumed, or removed. */
void part_file_abandon(struct part_file *file);

#endif
