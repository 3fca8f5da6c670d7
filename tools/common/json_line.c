/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/json_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/characters.h"
#include "common/room.h"

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

bool json_add_text(json_t *object, const char *name, const char *text, size_t length)
{
	return json_object_set_new(object, name, json_line_text(text, length)) == 0;
}

bool json_add_string(json_t *object, const char *name, const char *string)
{
	return json_add_text(object, name, string, strlen(string));
}

bool json_add_number(json_t *object, const char *name, unsigned long number)
{
	return json_object_set_new(object, name, json_integer((json_int_t)number)) == 0;
}

/* RFC 4648.  NULL: no memory. */
static json_t *make_base64(const unsigned char *bytes, size_t length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = reallocarray(NULL, length / 3 + 1, 4), *end = text;
	json_t *ret;

	for (size_t i = 0; text && i < length; i += 3) {
		size_t left = length - i;
		uint32_t three = (uint32_t)bytes[i] << 16 | (uint32_t)(left > 1 ? bytes[i + 1] : 0) << 8 |
				 (left > 2 ? bytes[i + 2] : 0);

		*end++ = digits[three >> 18];
		*end++ = digits[three >> 12 & 63];
		*end++ = left > 1 ? digits[three >> 6 & 63] : '=';
		*end++ = left > 2 ? digits[three & 63] : '=';
	}
	ret = text ? json_stringn(text, (size_t)(end - text)) : NULL;
	free(text);
	return ret;
}

bool json_add_bytes(json_t *object, const char *name, const void *bytes, size_t length)
{
	json_t *text = json_line_text(bytes, length);
	bool exact = text && json_string_length(text) == length &&
		     memcmp(json_string_value(text), length ? bytes : "", length) == 0;
	char second[64];

	if (!text || json_object_set_new(object, name, text) != 0)
		return false;
	if (exact)
		return true;
	snprintf(second, sizeof(second), "%s_base64", name);
	return json_object_set_new(object, second, make_base64(bytes, length)) == 0;
}

bool json_add_position(json_t *object, unsigned int line, unsigned int column)
{
	return line == 0 || (json_add_number(object, "line", line) &&
			     (column == 0 || json_add_number(object, "column", column)));
}

json_t *json_if_whole(bool whole, json_t *object)
{
	if (whole)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *make_finding(const struct vmx_diagnostic *item)
{
	json_t *object = json_object();

	return json_if_whole(json_add_string(object, "code", vmx_code_name(item->code)) &&
			     json_add_string(object, "severity", severity_name(item->severity)) &&
			     json_add_position(object, item->line, item->column) &&
			     json_add_string(object, "message", item->message), object);
}

json_t *json_findings(const struct findings *findings)
{
	json_t *array = json_array();
	bool whole = true;

	for (size_t i = 0; i < findings->count && whole; i++)
		whole = json_array_append_new(array, make_finding(&findings->items[i])) == 0;
	return json_if_whole(whole, array);
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

/*
 * Lines.  A value is measured before it is written: where there is no room, jansson 2.14
 * leaves the name of a member out and goes on.
 */
static bool reserve_line(struct json_line *line, size_t more)
{
	return !line->no_memory && room_for(&line->text, &line->capacity, line->length, more);
}

void json_line_put(struct json_line *line, const char *text)
{
	size_t length = strlen(text);

	if (!reserve_line(line, length)) {
		line->no_memory = true;
		return;
	}
	memcpy(line->text + line->length, text, length);
	line->length += length;
}

void json_line_put_value(struct json_line *line, json_t *value)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	size_t length = value ? json_dumpb(value, NULL, 0, flags) : 0;

	if (length > 0 && reserve_line(line, length) &&
	    json_dumpb(value, line->text + line->length, length, flags) == length)
		line->length += length;
	else
		line->no_memory = true;
	json_decref(value);
}

/* Of a line that there is no memory for no part is printed: the next one begins a line. */
enum exit_status json_line_end(struct json_line *line, const struct console *console)
{
	FILE *out = console_out(console);
	bool good;
	int error;

	json_line_put(line, "\n");
	good = !line->no_memory && fwrite(line->text, 1, line->length, out) == line->length &&
	       fflush(out) == 0;
	error = errno;
	free(line->text);
	if (good)
		return STATUS_DONE;
	if (line->no_memory)
		return show_out_of_memory(console);
	return show_lost_output(console, error);
}

enum exit_status json_line_print(const struct console *console, json_t *value)
{
	struct json_line line = { .text = NULL };

	json_line_put_value(&line, value);
	return json_line_end(&line, console);
}
