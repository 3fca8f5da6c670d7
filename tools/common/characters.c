/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/characters.h"

#include <string.h>

/* By the first byte: how long the character is, and the lowest that needs so much. */
static const struct form {
	unsigned char first, last;
	size_t length;
	uint32_t lowest;
} forms[] = {
	{ 0x00, 0x7F, 1, 0 },
	{ 0xC2, 0xDF, 2, 0x80 },
	{ 0xE0, 0xEF, 3, 0x800 },
	{ 0xF0, 0xF4, 4, 0x10000 },
};

static const struct form *form_of(unsigned char byte)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (byte >= forms[i].first && byte <= forms[i].last)
			return &forms[i];
	}
	return NULL;
}

size_t utf8_character(const char *at, size_t left, uint32_t *ret)
{
	const unsigned char *bytes = (const unsigned char *)at;
	const struct form *form = form_of(bytes[0]);
	uint32_t character;

	if (!form || form->length > left)
		return 0;
	character = form->length == 1 ? bytes[0] : bytes[0] & (0x7Fu >> form->length);
	for (size_t i = 1; i < form->length; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3F);
	}
	if (character < form->lowest || character > 0x10FFFF ||
	    (character >= 0xD800 && character <= 0xDFFF))
		return 0;
	*ret = character;
	return form->length;
}

bool utf8_is_valid(const char *string)
{
	size_t left = strlen(string);

	while (left > 0) {
		uint32_t character;
		size_t length = utf8_character(string, left, &character);

		if (length == 0)
			return false;
		string += length;
		left -= length;
	}
	return true;
}

/* C0, DEL and C1: what a terminal acts upon. */
static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

/* What can be printed as it is, from the beginning. */
static size_t harmless_length(const char *text, size_t length)
{
	size_t at = 0, bytes;
	uint32_t character;

	for (; at < length; at += bytes) {
		bytes = utf8_character(text + at, length - at, &character);
		if (bytes == 0 || is_control(character))
			break;
	}
	return at;
}

/* As much at once as can be: stderr, without a buffer, makes a system call of each piece. */
void print_harmless(FILE *out, const char *text, size_t length)
{
	while (length > 0) {
		size_t fine = harmless_length(text, length), bytes;
		uint32_t character;

		if (fine > 0) {
			fwrite(text, 1, fine, out);
			bytes = fine;
		} else {
			putc('?', out);
			bytes = utf8_character(text, length, &character);
			bytes = bytes ? bytes : 1;
		}
		text += bytes;
		length -= bytes;
	}
}
