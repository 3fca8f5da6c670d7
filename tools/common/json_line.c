/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/json_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/characters.h"

static const char replacement[] = "\xEF\xBF\xBD";	/* U+FFFD */

#define REPLACEMENT_LENGTH (sizeof(replacement) - 1)

/* The text as UTF-8, or NULL; free() it. */
static char *replace_malformed(const char *text, size_t length, size_t *ret)
{
	char *room = reallocarray(NULL, length, REPLACEMENT_LENGTH), *end = room;

	while (room && length > 0) {
		uint32_t character;
		size_t bytes = utf8_character(text, length, &character);

		end = bytes ? mempcpy(end, text, bytes)
			    : mempcpy(end, replacement, REPLACEMENT_LENGTH);
		text += bytes ? bytes : 1;
		length -= bytes ? bytes : 1;
	}
	*ret = (size_t)(end - room);
	return room;
}

json_t *json_line_text(const char *text, size_t length)
{
	json_t *string = json_stringn(length ? text : "", length);
	size_t clean_length;
	char *clean;

	/* also NULL for what is not UTF-8 */
	if (string || length == 0)
		return string;
	clean = replace_malformed(text, length, &clean_length);
	if (clean)
		string = json_stringn(clean, clean_length);
	free(clean);
	return string;
}

/* The name with the number behind it; takes the name. */
static json_t *number_name(json_t *name, size_t number)
{
	char suffix[32];
	size_t more = (size_t)snprintf(suffix, sizeof(suffix), "#%zu", number);
	size_t length = json_string_length(name);
	char *text = malloc(length + more);
	json_t *ret = NULL;

	if (text) {
		memcpy(mempcpy(text, json_string_value(name), length), suffix, more);
		ret = json_stringn(text, length + more);
	}
	free(text);
	json_decref(name);
	return ret;
}

static bool has_member(const json_t *object, const json_t *name)
{
	return json_object_getn(object, json_string_value(name), json_string_length(name)) != NULL;
}

bool json_line_add(json_t *object, const char *name, size_t length, json_t *value)
{
	json_t *unique = json_line_text(name, length);
	bool good;

	/* the number is another one for each member, so no name is tried often */
	while (unique && has_member(object, unique))
		unique = number_name(unique, json_object_size(object) + 1);
	if (!unique) {
		json_decref(value);
		return false;
	}
	good = json_object_setn_new(object, json_string_value(unique),
				    json_string_length(unique), value) == 0;
	json_decref(unique);
	return good;
}

enum exit_status json_line_print(const struct console *console, json_t *value)
{
	bool good = value && json_dumpf(value, stdout, JSON_COMPACT) == 0 &&
		    putchar('\n') != EOF && fflush(stdout) == 0;
	int error = errno;

	json_decref(value);
	if (good)
		return STATUS_DONE;
	if (!ferror(stdout))
		return show_out_of_memory(console);
	show_problem(console, "can't write to standard output: %s", strerror(error));
	return STATUS_SYSTEM;
}
