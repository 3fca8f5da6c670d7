/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What JSON takes over from a VMX file, and where it goes: jansson takes UTF-8 only,
 * keeps the last of two members with the same name, and leaves errors to its caller.
 */
#ifndef VMXTOOL_JSON_LINE_H
#define VMXTOOL_JSON_LINE_H

#include <jansson.h>

#include "common/diagnostics.h"

/* A string; bytes that are not UTF-8 become U+FFFD.  NULL: there is no memory. */
json_t *json_line_text(const char *text, size_t length);

/*
 * Those that add a member are false, and those that make something NULL, if there is no
 * memory.
 */
bool json_add_text(json_t *object, const char *name, const char *text, size_t length);
bool json_add_string(json_t *object, const char *name, const char *string);
bool json_add_number(json_t *object, const char *name, unsigned long number);

/*
 * Bytes that should be UTF-8.  Where they are not, a second member, NAME_base64, has them
 * as they are.
 */
bool json_add_bytes(json_t *object, const char *name, const void *bytes, size_t length);

/* line and column; neither where it is 0. */
bool json_add_position(json_t *object, unsigned int line, unsigned int column);

/* An array of the diagnostics: code, severity, line, column, message. */
json_t *json_findings(const struct findings *findings);

/* The object if it is whole, or NULL: then it is released. */
json_t *json_if_whole(bool whole, json_t *object);

/*
 * Adds a member; the value is the object's then, or gone.  Bytes of the name that are
 * not UTF-8 become U+FFFD, and if there is a member of that name already, the new one
 * gets "#" and its position behind it: nothing is lost.  No value is no memory.
 *
 * False: there is no memory.
 */
bool json_line_add(json_t *object, const char *name, size_t length, json_t *value);

/*
 * Prints the value on one line of the console's output, and releases it.  No value is no
 * memory.  Errors are shown.
 */
enum exit_status json_line_print(const struct console *console, json_t *value);

/*
 * The same in pieces: what is long as a list takes ten times the memory as values that it
 * takes as text.  Begin with { .text = NULL }, put what stands between values, and values,
 * which are released; the end prints all of it, or nothing if memory ran out.
 */
struct json_line {
	char *text;
	size_t length, capacity;
	bool no_memory;
};

void json_line_put(struct json_line *line, const char *text);
void json_line_put_value(struct json_line *line, json_t *value);
enum exit_status json_line_end(struct json_line *line, const struct console *console);

#endif
