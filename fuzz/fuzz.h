/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the fuzz targets share: how they say that something does not hold, and calls
 * whose outcome has to make sense whatever the input is.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#define FUZZ_FAIL(what) \
	(fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, what), abort())

#define MUST(condition) \
	do { \
		if (!(condition)) \
			FUZZ_FAIL(#condition); \
	} while (0)

/* Two texts that have to be the same are shown where they differ. */
#define MUST_EQUAL(a, a_length, b, b_length) \
	do { \
		if (!fuzz_same(a, a_length, b, b_length)) { \
			fuzz_show(a, a_length, b, b_length); \
			FUZZ_FAIL(#a " is " #b); \
		} \
	} while (0)

static inline bool fuzz_same(const char *a, size_t a_length, const char *b, size_t b_length)
{
	return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

__attribute__((unused, noinline))
static void fuzz_show(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t at = 0, from;

	while (at < a_length && at < b_length && a[at] == b[at])
		at++;
	from = at < 200 ? 0 : at - 200;
	fprintf(stderr, "the first difference is at byte %zu:\n- %.*s\n+ %.*s\n", at,
		(int)(a_length - from < 500 ? a_length - from : 500), a ? a + from : "",
		(int)(b_length - from < 500 ? b_length - from : 500), b ? b + from : "");
}

/* Every call that can fail is given a fresh error, and has to fill it or leave it. */
static inline struct vmx_error *fuzz_error(void)
{
	struct vmx_error *error = vmx_error_new();

	MUST(error);
	return error;
}

/* One character of UTF-8, and none that controls a terminal; answers what follows. */
static inline const unsigned char *fuzz_check_character(const unsigned char *p)
{
	static const unsigned int lowest[] = { 0, 0, 0xA0, 0x800, 0x10000 };
	size_t length = *p < 0x80 ? 1 : *p < 0xC0 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
	unsigned int c = length == 1 ? *p : *p & (0x7Fu >> length);

	MUST(length > 0 && *p >= 0x20 && *p != 0x7F && *p < 0xF8);
	for (size_t i = 1; i < length; i++) {
		MUST((p[i] & 0xC0) == 0x80);
		c = c << 6 | (p[i] & 0x3F);
	}
	/* nothing spelt longer than need be, no C1, no surrogate */
	MUST(c >= lowest[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF));
	return p + length;
}

static inline void fuzz_check_message(const char *message)
{
	MUST(message && message[0] != '\0');
	for (const unsigned char *p = (const unsigned char *)message; *p;)
		p = fuzz_check_character(p);
}

/* The code that the call has answered; frees the error. */
static inline enum vmx_code fuzz_outcome(enum vmx_code code, struct vmx_error *error)
{
	MUST(vmx_error_code(error) == code);
	MUST(code != VMX_CODE_OUT_OF_MEMORY);
	if (code != VMX_OK) {
		MUST(vmx_code_name(code) != NULL);
		fuzz_check_message(vmx_error_message(error));
	}
	vmx_error_free(error);
	return code;
}

/* The diagnostics of a call: how many, and of which codes, a bit each. */
#define FUZZ_CODES 1024

struct fuzz_heard {
	size_t count;
	uint64_t codes[FUZZ_CODES / 64];
};

static inline void fuzz_hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	struct fuzz_heard *heard = user;

	fuzz_check_message(diagnostic->message);
	MUST(diagnostic->code < FUZZ_CODES);
	heard->count++;
	heard->codes[diagnostic->code / 64] |= (uint64_t)1 << diagnostic->code % 64;
}

/* Whether a diagnostic had a code between these, inclusively. */
static inline bool fuzz_heard_any(const struct fuzz_heard *heard, unsigned int from,
				  unsigned int to)
{
	for (unsigned int i = from; i <= to; i++) {
		if (heard->codes[i / 64] >> i % 64 & 1)
			return true;
	}
	return false;
}

#endif
