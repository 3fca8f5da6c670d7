/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/number.h"

/* So many digits always fit into 64 bits. */
#define DIGITS_UNCHECKED 19

bool vmxi_parse_digits(struct text t, uint64_t *ret, size_t *ret_len)
{
	size_t at = 0, easy = t.len < DIGITS_UNCHECKED ? t.len : DIGITS_UNCHECKED;
	uint64_t value = 0;

	for (; at < easy && ascii_is_digit(t.ptr[at]); at++)
		value = value * 10 + (uint64_t)(t.ptr[at] - '0');
	for (; at < t.len && ascii_is_digit(t.ptr[at]); at++) {
		unsigned int digit = (unsigned int)(t.ptr[at] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (at == 0)
		return false;
	*ret = value;
	*ret_len = at;
	return true;
}

/* white-space* [+-]? digit+ to the end of the text */
static bool parse_signed(struct text t, bool *ret_negative, uint64_t *ret)
{
	size_t len;

	while (t.len > 0 && ascii_is_space(t.ptr[0]))
		t = text_skip(t, 1);
	*ret_negative = t.len > 0 && t.ptr[0] == '-';
	if (t.len > 0 && (t.ptr[0] == '-' || t.ptr[0] == '+'))
		t = text_skip(t, 1);
	return vmxi_parse_digits(t, ret, &len) && len == t.len;
}

bool vmxi_parse_int64(struct text t, int64_t *ret)
{
	uint64_t magnitude;
	bool negative;

	if (!parse_signed(t, &negative, &magnitude))
		return false;
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	if (!negative)
		*ret = (int64_t)magnitude;
	else
		*ret = magnitude > INT64_MAX ? INT64_MIN : -(int64_t)magnitude;
	return true;
}

bool vmxi_parse_uint64_wrapping(struct text t, uint64_t *ret)
{
	bool negative;

	if (!parse_signed(t, &negative, ret))
		return false;
	if (negative)
		*ret = 0 - *ret;
	return true;
}

size_t vmxi_format_uint64(char *out, uint64_t value)
{
	char digits[NUMBER_TEXT_MAX];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	memcpy(out, digits + at, sizeof(digits) - at);
	return sizeof(digits) - at;
}

size_t vmxi_format_int64(char *out, int64_t value)
{
	if (value >= 0)
		return vmxi_format_uint64(out, (uint64_t)value);
	out[0] = '-';
	return 1 + vmxi_format_uint64(out + 1, 0 - (uint64_t)value);
}

/* Without the vertical tab, which libvirt's own test leaves out. */
static bool is_uuid_space(char c)
{
	return ascii_is_space(c) && c != '\v';
}

bool vmxi_parse_uuid(struct text t, uint8_t ret[16])
{
	size_t at = 0;

	while (at < t.len && is_uuid_space(t.ptr[at]))
		at++;
	for (size_t i = 0; i < 16; i++) {
		int high, low;

		while (at < t.len && (t.ptr[at] == ' ' || t.ptr[at] == '-'))
			at++;
		if (t.len - at < 2)
			return false;
		high = hex_value(t.ptr[at]);
		low = hex_value(t.ptr[at + 1]);
		if (high < 0 || low < 0)
			return false;
		ret[i] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	while (at < t.len && is_uuid_space(t.ptr[at]))
		at++;
	return at == t.len;
}

bool vmxi_parse_mac(struct text t, char separator, uint8_t ret[6])
{
	size_t at = 0;

	for (size_t i = 0; i < 6; i++) {
		int value = at < t.len ? hex_value(t.ptr[at]) : -1;

		if (value < 0)
			return false;
		at++;
		if (at < t.len && hex_value(t.ptr[at]) >= 0)
			value = value << 4 | hex_value(t.ptr[at++]);
		ret[i] = (uint8_t)value;
		if (i < 5 && (at == t.len || t.ptr[at++] != separator))
			return false;
	}
	/* libvirt compares signed bytes: those above ASCII count as blanks */
	return at == t.len || (unsigned char)t.ptr[at] <= ' ' || (unsigned char)t.ptr[at] >= 0x80;
}
