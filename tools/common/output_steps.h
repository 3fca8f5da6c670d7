/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of writing a file, for those who can't write it at once.  errno says why one
 * has failed.
 */
#ifndef VMXTOOL_OUTPUT_STEPS_H
#define VMXTOOL_OUTPUT_STEPS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* What a path is that is going to be written to. */
enum target {
	TARGET_FAILED,
	TARGET_NEW,		/* there is nothing yet; a link leads to what will be there */
	TARGET_FILE,		/* a regular file, which is going to be replaced */
	TARGET_SPECIAL		/* a pipe, a device: it is written to as it is */
};

/*
 * ret is the path, for files without links, and *ret_found what is there, if there is
 * anything.
 */
enum target find_target(const char *path, char ret[PATH_MAX], struct stat *ret_found);

bool write_all(int fd, const char *data, size_t length);

/* Not every file system can; then the file is as safe as it gets. */
bool sync_file(int fd);

/* So that the new name survives a crash, too. */
void sync_directory(const char *path);

/*
 * Owner, mode and access control list of the file that is going to be replaced.  Where
 * the group or the list can't be kept, the group's rights are not handed to others.
 */
bool keep_owner_and_mode(int fd, const char *path, const struct stat *replaced);

#endif
