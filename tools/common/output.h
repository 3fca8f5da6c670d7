/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing results: a file appears whole or not at all.
 */
#ifndef VMXTOOL_OUTPUT_H
#define VMXTOOL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Before anything is opened.  Where standard input, output or error is closed, no file
 * takes its place: reading and writing there fails (but messages just vanish).  And a file
 * that grows beyond a limit is an error like others, not the end of the tool.
 */
void prepare_files(void);

/* open(2) that is not interrupted; the descriptor is closed on exec. */
int open_patiently(const char *path, int flags, mode_t mode);

/*
 * Writes the file: into a temporary file beside it, which then takes its place.
 * An existing file keeps its mode, and its owner where the system permits; of a
 * symbolic link the target is replaced.  What exists and is no regular file (a
 * pipe, /dev/stdout) is simply written to.
 *
 * False: errno says why; the file is as it was and nothing else is left behind.
 * Signals leave nothing behind either; see common/signals.h.
 */
bool save_file(const char *path, const void *data, size_t length);

/*
 * What a crash of the system leaves of a file that was written: the whole of it under its
 * name; the whole of it, but perhaps not yet under its name; or anything, also an empty
 * file under its name.
 */
enum durability { SYNC_FILE_AND_NAME, SYNC_FILE, SYNC_NOTHING };

/* save_file() is the first of them.  Several threads may write files at a time. */
bool save_file_as(const char *path, enum durability durability, const void *data, size_t length);

/* Whether there is such a folder.  False: errno says why. */
bool is_folder(const char *path);

/* So that the names of all files in a folder survive a crash that were written by SYNC_FILE. */
void sync_names(const char *folder);

/*
 * Writes a file that is a copy of another one as that was, with its mode and owner:
 * a backup.  A copy that is there already is replaced, if it is a regular file.
 */
bool save_copy(const char *path, const char *model, const void *data, size_t length);

/* Writes to standard output.  False: errno says why. */
bool write_standard_output(const void *data, size_t length);

/* Closes standard output: late errors (a full disk) show here.  False: errno says why. */
bool close_standard_output(void);

#endif
