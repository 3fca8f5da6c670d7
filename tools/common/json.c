/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/json.h"

#include <string.h>

#include "common/characters.h"

static const struct { char character, escape; } short_escapes[] = {
	{ '"', '"' }, { '\\', '\\' }, { '\b', 'b' }, { '\f', 'f' },
	{ '\n', 'n' }, { '\r', 'r' }, { '\t', 't' },
};

static bool write_short_escape(FILE *out, uint32_t character)
{
	for (size_t i = 0; i < sizeof(short_escapes) / sizeof(short_escapes[0]); i++) {
		if (character == (unsigned char)short_escapes[i].character) {
			putc('\\', out);
			putc(short_escapes[i].escape, out);
			return true;
		}
	}
	return false;
}

static void write_quoted(FILE *out, const char *text, size_t length)
{
	putc('"', out);
	while (length > 0) {
		uint32_t character = 0xFFFD;
		size_t bytes = utf8_character(text, length, &character);

		if (bytes == 0)
			fputs("\\ufffd", out);
		else if (character < 0x20 || character == 0x7F || character == '"' || character == '\\') {
			if (!write_short_escape(out, character))
				fprintf(out, "\\u%04x", (unsigned int)character);
		} else {
			fwrite(text, 1, bytes, out);
		}
		text += bytes ? bytes : 1;
		length -= bytes ? bytes : 1;
	}
	putc('"', out);
}

/* The comma, and the name if there is one. */
static void begin_named(struct json *json, const char *name, size_t name_length)
{
	if (json->follows)
		putc(',', json->out);
	json->follows = true;
	if (!name)
		return;
	write_quoted(json->out, name, name_length);
	putc(':', json->out);
}

static void begin(struct json *json, const char *name)
{
	begin_named(json, name, name ? strlen(name) : 0);
}

void json_open(struct json *json, const char *name, char bracket)
{
	begin(json, name);
	putc(bracket, json->out);
	json->follows = false;
}

void json_close(struct json *json, char bracket)
{
	putc(bracket, json->out);
	json->follows = true;
}

void json_open_named(struct json *json, const char *name, size_t name_length, char bracket)
{
	begin_named(json, name, name_length);
	putc(bracket, json->out);
	json->follows = false;
}

void json_text_named(struct json *json, const char *name, size_t name_length, const char *text,
		     size_t length)
{
	begin_named(json, name, name_length);
	write_quoted(json->out, text, length);
}

void json_text(struct json *json, const char *name, const char *text, size_t length)
{
	begin(json, name);
	write_quoted(json->out, text, length);
}

void json_string(struct json *json, const char *name, const char *string)
{
	json_text(json, name, string, strlen(string));
}

void json_number(struct json *json, const char *name, unsigned long number)
{
	begin(json, name);
	fprintf(json->out, "%lu", number);
}
