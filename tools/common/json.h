/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing JSON (RFC 8259).  Whoever writes an object gives each member a name;
 * the elements of an array have none (NULL).
 */
#ifndef VMXTOOL_JSON_H
#define VMXTOOL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct json {
	FILE *out;
	bool follows;	/* something stands before, so a comma is due */
};

/* Bracket is '{' or '['; closed by '}' or ']'. */
void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json, char bracket);

/* Bytes that are not UTF-8 become U+FFFD. */
void json_text(struct json *json, const char *name, const char *text, size_t length);
void json_string(struct json *json, const char *name, const char *string);
/* The same with names that are not NUL-terminated. */
void json_open_named(struct json *json, const char *name, size_t name_length, char bracket);
void json_text_named(struct json *json, const char *name, size_t name_length, const char *text,
		     size_t length);
void json_number(struct json *json, const char *name, unsigned long number);

#endif
