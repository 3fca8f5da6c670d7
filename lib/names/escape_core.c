/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names/escape_core.h"

#include <limits.h>

struct position vmxi_position_at(size_t offset)
{
	return (struct position){ 0, offset < UINT_MAX ? (unsigned int)offset + 1 : UINT_MAX };
}

/*
 * Hex
 */

/* The byte that the escape at this place stands for, or -1. */
static int hex_byte(struct text in, size_t at)
{
	int high, low;

	if (in.len - at < 3)
		return -1;
	high = hex_value(in.ptr[at + 1]);
	low = hex_value(in.ptr[at + 2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool vmxi_unescape_hex(char escape, struct text in, char *out, size_t *out_len, size_t *bad_at)
{
	size_t at = 0, n = 0;

	while (at < in.len) {
		size_t plain = vmxi_text_find(text_skip(in, at), escape);
		int byte;

		if (plain > 0)	/* the two may overlap */
			memmove(out + n, in.ptr + at, plain);
		at += plain;
		n += plain;
		if (at == in.len)
			break;
		byte = hex_byte(in, at);
		if (byte < 0) {
			*bad_at = at;
			return false;
		}
		out[n++] = (char)byte;
		at += 3;
	}
	*out_len = n;
	return true;
}

size_t vmxi_hex_origin(char escape, struct text in, size_t out_at)
{
	size_t at = 0;

	while (at < in.len && out_at-- > 0)
		at += in.ptr[at] == escape ? 3 : 1;
	return at;
}

bool vmxi_escape_hex(char escape, struct text set, struct text in, struct vmx_bytes *out)
{
	static const char digits[] = "0123456789abcdef";

	if (!vmxi_bytes_reserve(out, in.len))
		return false;
	for (size_t i = 0; i < in.len; i++) {
		unsigned char c = (unsigned char)in.ptr[i];
		char escaped[3] = { escape, digits[c >> 4], digits[c & 15] };
		bool special = memchr(set.ptr, c, set.len) != NULL;

		if (!(special ? vmxi_bytes_append(out, escaped, 3)
			      : vmxi_bytes_append_char(out, (char)c)))
			return false;
	}
	return true;
}

/*
 * VMware-base64: RFC 4648 with ',' for '/', no padding, in runs of + ... -.
 */
#define RUN_BEGIN '+'
#define RUN_END '-'

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static bool is_alphanumeric(char c)
{
	unsigned char l = ascii_lower(c);

	return ascii_is_digit(c) || (l >= 'a' && l <= 'z');
}

/* What stands for itself, outside of runs. */
static bool is_plain(char c)
{
	return is_alphanumeric(c) || (c != '\0' && strchr("'(),. _-", c));
}

/* The six bits of a character of the alphabet, or -1. */
static int base64_value(char c)
{
	unsigned char l = ascii_lower(c);

	if (l >= 'a' && l <= 'z')
		return l - 'a' + (l == (unsigned char)c ? 26 : 0);
	if (ascii_is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == ',' ? 63 : -1;
}

/* The run that begins at this RUN_BEGIN, without its ends. */
static struct text run_at(struct text in, size_t at)
{
	struct text run = text_skip(in, at + 1);

	run.len = vmxi_text_find(run, RUN_END);
	return run;
}

/* How many bytes of the text a run takes, with its ends. */
static size_t run_extent(struct text in, size_t at, struct text run)
{
	return 1 + run.len + (at + 1 + run.len < in.len);
}

/*
 * Decodes one run; answers how many of its characters are good, which is all of
 * them if nothing is wrong.
 */
static size_t decode_run(struct text run, char *out, size_t *out_len)
{
	unsigned int bits = 0, have = 0;
	size_t n = 0;

	for (size_t i = 0; i < run.len; i++) {
		int value = base64_value(run.ptr[i]);

		if (value < 0)
			return i;
		bits = (bits << 6 | (unsigned int)value) & 0xFFF;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		out[n++] = (char)(unsigned char)(bits >> have);
	}
	/* 6 bits left: one character of nothing; else what is left is padding */
	if (have == 6 || (bits & ((1u << have) - 1)) != 0)
		return run.len - 1;
	*out_len = n;
	return run.len;
}

bool vmxi_unescape_base64(struct text in, char *out, size_t *out_len, size_t *bad_at)
{
	size_t at = 0, n = 0;

	while (at < in.len) {
		struct text run;
		size_t good, got = 0;

		*bad_at = at;
		if (is_plain(in.ptr[at])) {
			out[n++] = in.ptr[at++];
			continue;
		}
		if (in.ptr[at] != RUN_BEGIN)
			return false;
		run = run_at(in, at);
		if (run.len == 0)
			return false;
		/* out may be in: a run's end has to be known before it is overwritten */
		good = decode_run(run, out + n, &got);
		if (good < run.len) {
			*bad_at = at + 1 + good;
			return false;
		}
		n += got;
		at += run_extent(in, at, run);
	}
	*out_len = n;
	return true;
}

size_t vmxi_base64_origin(struct text in, size_t out_at)
{
	size_t at = 0, n = 0;

	while (at < in.len && n < out_at) {
		struct text run;

		if (in.ptr[at] != RUN_BEGIN) {
			at++;
			n++;
			continue;
		}
		run = run_at(in, at);
		if (out_at < n + run.len * 3 / 4)
			break;
		n += run.len * 3 / 4;
		at += run_extent(in, at, run);
	}
	if (at < in.len && in.ptr[at] == RUN_BEGIN)
		at += 1 + (out_at - n) * 4 / 3;
	return at;
}

/* The base64 of up to three bytes; answers how many characters that is. */
static size_t encode_group(const char *bytes, size_t count, char out[4])
{
	unsigned int bits = 0;

	for (size_t i = 0; i < 3; i++)
		bits = bits << 8 | (i < count ? (unsigned char)bytes[i] : 0);
	for (size_t i = 0; i < 4; i++)
		out[i] = alphabet[bits >> (18 - 6 * i) & 63];
	return count + 1;
}

static bool append_run(struct text run, bool at_end, struct vmx_bytes *out)
{
	if (!vmxi_bytes_append_char(out, RUN_BEGIN))
		return false;
	while (run.len > 0) {
		size_t count = run.len < 3 ? run.len : 3;
		char group[4];

		if (!vmxi_bytes_append(out, group, encode_group(run.ptr, count, group)))
			return false;
		run = text_skip(run, count);
	}
	return at_end || vmxi_bytes_append_char(out, RUN_END);
}

bool vmxi_escape_base64(struct text in, struct vmx_bytes *out)
{
	size_t at = 0;

	if (!vmxi_bytes_reserve(out, in.len))
		return false;
	while (at < in.len) {
		size_t from = at;
		bool plain = is_plain(in.ptr[at]);
		struct text piece;

		while (at < in.len && is_plain(in.ptr[at]) == plain)
			at++;
		piece = (struct text){ in.ptr + from, at - from };
		if (!(plain ? vmxi_bytes_append_text(out, piece)
			    : append_run(piece, at == in.len, out)))
			return false;
	}
	return true;
}
