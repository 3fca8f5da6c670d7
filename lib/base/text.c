/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

bool vmxi_equal_nocase(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	}
	return true;
}

size_t vmxi_text_find(struct text a, char c)
{
	const char *hit = a.len ? memchr(a.ptr, c, a.len) : NULL;

	return hit ? (size_t)(hit - a.ptr) : a.len;
}

size_t vmxi_text_find_last(struct text a, char c)
{
	for (size_t i = a.len; i > 0; i--) {
		if (a.ptr[i - 1] == c)
			return i - 1;
	}
	return a.len;
}

struct text vmxi_text_trim(struct text a)
{
	while (a.len > 0 && is_blank(a.ptr[0]))
		a = text_skip(a, 1);
	while (a.len > 0 && is_blank(a.ptr[a.len - 1]))
		a.len--;
	return a;
}

/*
 * RFC 3629, section 4: what may follow a first byte.  low and high bound the
 * second byte; all later ones are 80..BF.
 */
static const struct utf8_form {
	unsigned char first, last, low, high, length;
} utf8_forms[] = {
	{ 0xC2, 0xDF, 0x80, 0xBF, 2 },
	{ 0xE0, 0xE0, 0xA0, 0xBF, 3 },
	{ 0xE1, 0xEC, 0x80, 0xBF, 3 },
	{ 0xED, 0xED, 0x80, 0x9F, 3 },
	{ 0xEE, 0xEF, 0x80, 0xBF, 3 },
	{ 0xF0, 0xF0, 0x90, 0xBF, 4 },
	{ 0xF1, 0xF3, 0x80, 0xBF, 4 },
	{ 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

/* The length of the sequence that begins here, or 0 if it is malformed. */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
	for (size_t i = 0; i < sizeof(utf8_forms) / sizeof(utf8_forms[0]); i++) {
		const struct utf8_form *form = &utf8_forms[i];

		if (p[0] < form->first || p[0] > form->last)
			continue;
		if (left < form->length || p[1] < form->low || p[1] > form->high)
			return 0;
		for (size_t n = 2; n < form->length; n++) {
			if ((p[n] & 0xC0) != 0x80)
				return 0;
		}
		return form->length;
	}
	return 0;
}

/* Nearly all text is ASCII. */
static bool is_ascii_8(const unsigned char *p, size_t left)
{
	uint64_t eight;

	if (left < sizeof(eight))
		return false;
	memcpy(&eight, p, sizeof(eight));
	return (eight & 0x8080808080808080u) == 0;
}

size_t vmxi_utf8_valid_prefix(struct text a)
{
	const unsigned char *p = (const unsigned char *)a.ptr;
	size_t at = 0;

	while (at < a.len) {
		size_t length;

		if (is_ascii_8(p + at, a.len - at)) {
			at += 8;
			continue;
		}
		if (p[at] < 0x80) {
			at++;
			continue;
		}
		length = utf8_sequence(p + at, a.len - at);
		if (length == 0)
			break;
		at += length;
	}
	return at;
}
