/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files and folders for tests.  Whatever goes wrong here ends the test program
 * with a message: it is the test's surroundings, not what it tests.
 */
#ifndef TEST_SUPPORT_FILES_H
#define TEST_SUPPORT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The content of a file; NUL-terminated, freed by blob_release(). */
struct blob {
	char *data;
	size_t length;
};

void blob_release(struct blob *blob);
bool blob_equal(const struct blob *a, const struct blob *b);

/* Ends the program. */
__attribute__((noreturn, format(printf, 1, 2)))
void give_up(const char *format, ...);

/* A new string, freed by the caller. */
__attribute__((format(printf, 1, 2)))
char *text_of_format(const char *format, ...);

/* A stream whose content is a new string, once it is closed. */
FILE *open_text(char **text, size_t *length);
void close_text(FILE *out);

/* The path of what exists, from the root: a new string. */
char *absolute_path(const char *path);

bool file_exists(const char *path);

/* False: there is no such file. */
bool read_file(const char *path, struct blob *ret);
/* Makes the folders above the file, too. */
void write_file(const char *path, const void *data, size_t length);
void remove_file(const char *path);

/* A new, empty folder. */
char *make_temporary_folder(void);
/* With all that is in it. */
void remove_folder(const char *path);

/* Names in sorted order.  Zero-initialise. */
struct names {
	char **items;
	size_t count, capacity;
};

void names_release(struct names *names);
/* What stands in the folder itself, without names that begin with a dot. */
void list_folder(const char *path, struct names *ret);
/* All regular files in and below the folder, hidden ones too, relative to it. */
void list_files_below(const char *path, struct names *ret);

/* The lines of a file, without their ends.  False: there is no such file. */
bool read_lines(const char *path, struct names *ret);

#endif
