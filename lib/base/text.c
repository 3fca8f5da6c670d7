/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

/*
 * Eight bytes at a time: names and words are short and of any length, and a loop over
 * their bytes is one that no processor can foresee the end of.
 */
static uint64_t load_8(const char *p)
{
	uint64_t eight;

	memcpy(&eight, p, sizeof(eight));
	return eight;
}

static uint64_t load_4(const char *p)
{
	uint32_t four;

	memcpy(&four, p, sizeof(four));
	return four;
}

/* All of up to 8 bytes, some of them twice. */
static uint64_t load_short(const char *p, size_t len)
{
	if (len >= 4)
		return load_4(p) | load_4(p + len - 4) << 32;
	if (len == 0)
		return 0;
	return (uint64_t)(unsigned char)p[0] | (uint64_t)(unsigned char)p[len / 2] << 8 |
	       (uint64_t)(unsigned char)p[len - 1] << 16;
}

/* ascii_lower() of each of the eight bytes. */
static uint64_t lower_8(uint64_t eight)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t low = eight & 0x7F * ones;		/* no sum below carries into a neighbour */
	uint64_t from_a = low + (0x80 - 'A') * ones;	/* highest bit: 'A' or above */
	uint64_t above_z = low + (0x7F - 'Z') * ones;	/* highest bit: above 'Z' */

	return eight | (from_a & ~above_z & ~eight & 0x80 * ones) >> 2;
}

static bool same_8(uint64_t a, uint64_t b)
{
	return a == b || lower_8(a) == lower_8(b);
}

bool vmxi_equal_nocase(const char *a, const char *b, size_t len)
{
	if (len < 8)
		return same_8(load_short(a, len), load_short(b, len));
	for (size_t at = 0; at + 8 < len; at += 8) {
		if (!same_8(load_8(a + at), load_8(b + at)))
			return false;
	}
	return same_8(load_8(a + len - 8), load_8(b + len - 8));
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
