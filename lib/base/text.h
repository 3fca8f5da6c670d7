/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text as pointer and length: never NUL-terminated, never owned.
 *
 * All comparing is ASCII only, whatever the locale.
 */
#ifndef VMXI_BASE_TEXT_H
#define VMXI_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *ptr;	/* NULL: there is no text; "" has a pointer */
	size_t len;
};

/* A string literal as text. */
#define TEXT(literal) ((struct text){ "" literal, sizeof(literal) - 1 })
#define NO_TEXT ((struct text){ NULL, 0 })

static inline struct text text_of(const char *string)
{
	return (struct text){ string, string ? strlen(string) : 0 };
}

static inline unsigned char ascii_lower(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? u | 0x20 : u;
}

static inline bool ascii_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* White space as C's isspace() has it in the "C" locale. */
static inline bool ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The value of a hex digit, or -1. */
static inline int hex_value(char c)
{
	/* whether it is a letter can't be guessed: so no branch depends on that alone */
	bool letter = (unsigned char)((c | 0x20) - 'a') < 6;

	return (ascii_is_digit(c) | letter) ? (c & 0x0F) + 9 * letter : -1;
}

/* Blank as in the grammar of VMX: space or tab. */
static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool text_equal(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool vmxi_equal_nocase(const char *a, const char *b, size_t len);

static inline bool text_equal_nocase(struct text a, struct text b)
{
	return a.len == b.len && vmxi_equal_nocase(a.ptr, b.ptr, a.len);
}

static inline bool text_starts(struct text a, struct text prefix)
{
	return a.len >= prefix.len && memcmp(a.ptr, prefix.ptr, prefix.len) == 0;
}

static inline bool text_starts_nocase(struct text a, struct text prefix)
{
	return a.len >= prefix.len && vmxi_equal_nocase(a.ptr, prefix.ptr, prefix.len);
}

static inline bool text_ends_nocase(struct text a, struct text suffix)
{
	return a.len >= suffix.len &&
	       vmxi_equal_nocase(a.ptr + (a.len - suffix.len), suffix.ptr, suffix.len);
}

/* What is left after the first n bytes; n is at most the length. */
static inline struct text text_skip(struct text a, size_t n)
{
	return (struct text){ a.ptr + n, a.len - n };
}

/* The index of the first (last) such byte, or the length if there is none. */
size_t vmxi_text_find(struct text a, char c);
size_t vmxi_text_find_last(struct text a, char c);

/* Without the blanks at both ends. */
struct text vmxi_text_trim(struct text a);

/*
 * The length of the longest prefix that is well-formed UTF-8 (RFC 3629: no
 * surrogates, no overlong forms, nothing above U+10FFFF).  Equal to the length
 * if all of it is.
 */
size_t vmxi_utf8_valid_prefix(struct text a);

#endif
