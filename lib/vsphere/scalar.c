/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scalar.h"

#include "base/number.h"

static bool is_xml_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct text trim(struct text t)
{
	while (t.len > 0 && is_xml_space(t.ptr[0]))
		t = text_skip(t, 1);
	while (t.len > 0 && is_xml_space(t.ptr[t.len - 1]))
		t.len--;
	return t;
}

static const struct range {
	int64_t min, max;
	const char *words;
} ranges[] = {
	[VIM_KIND_BYTE] = { INT8_MIN, INT8_MAX, "an 8-bit number" },
	[VIM_KIND_SHORT] = { INT16_MIN, INT16_MAX, "a 16-bit number" },
	[VIM_KIND_INT] = { INT32_MIN, INT32_MAX, "a 32-bit number" },
	[VIM_KIND_LONG] = { INT64_MIN, INT64_MAX, "a 64-bit number" },
	[VIM_KIND_BOOLEAN] = { 0, 1, "a boolean" },
	[VIM_KIND_TIME] = { 0, 0, "a date with a time" },
};

const char *vsphere_kind_words(enum vim_kind kind)
{
	return kind < sizeof(ranges) / sizeof(ranges[0]) && ranges[kind].words ?
		ranges[kind].words : "a text";
}

bool vsphere_parse_number(enum vim_kind kind, struct text text, struct vim_number *ret)
{
	const struct range *range = &ranges[kind];
	int64_t value;

	text = trim(text);
	if (text.len == 0 || ascii_is_space(text.ptr[0]) || !vmxi_parse_int64(text, &value) ||
	    value < range->min || value > range->max)
		return false;
	*ret = VIM_NUMBER(value);
	return true;
}

bool vsphere_parse_boolean(struct text text, enum vim_boolean *ret)
{
	static const struct { struct text word; enum vim_boolean value; } words[] = {
		{ { "true", 4 }, VIM_TRUE }, { { "1", 1 }, VIM_TRUE },
		{ { "false", 5 }, VIM_FALSE }, { { "0", 1 }, VIM_FALSE },
	};

	text = trim(text);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_equal(text, words[i].word)) {
			*ret = words[i].value;
			return true;
		}
	}
	return false;
}

/*
 * Times
 */

/* A number of exactly so many digits, or of at least as many (up to 9), from the beginning. */
static bool take_digits(struct text *t, size_t min, size_t max, int64_t *ret)
{
	int64_t value = 0;
	size_t n = 0;

	for (; n < t->len && n < max && ascii_is_digit(t->ptr[n]); n++)
		value = value * 10 + (t->ptr[n] - '0');
	if (n < min)
		return false;
	*t = text_skip(*t, n);
	*ret = value;
	return true;
}

static bool take_char(struct text *t, char c)
{
	if (t->len == 0 || t->ptr[0] != c)
		return false;
	*t = text_skip(*t, 1);
	return true;
}

/* Two digits behind a character. */
static bool take_pair(struct text *t, char before, int64_t max, int64_t *ret)
{
	return take_char(t, before) && take_digits(t, 2, 2, ret) && *ret <= max;
}

static bool take_fraction(struct text *t, uint32_t *ret)
{
	uint32_t nanoseconds = 0;
	size_t digits = 0;

	*ret = 0;
	if (!take_char(t, '.'))
		return true;
	for (; t->len > 0 && ascii_is_digit(t->ptr[0]); digits++, *t = text_skip(*t, 1)) {
		if (digits < 9)
			nanoseconds = nanoseconds * 10 + (uint32_t)(t->ptr[0] - '0');
	}
	for (size_t i = digits; i < 9; i++)
		nanoseconds *= 10;
	*ret = nanoseconds;
	return digits > 0;
}

/* Seconds east of UTC. */
static bool take_zone(struct text *t, int64_t *ret)
{
	int64_t hours, minutes, sign;

	*ret = 0;
	if (t->len == 0 || take_char(t, 'Z'))
		return t->len == 0;
	sign = t->ptr[0] == '-' ? -1 : 1;
	if (!take_pair(t, sign < 0 ? '-' : '+', 14, &hours) || !take_pair(t, ':', 59, &minutes))
		return false;
	*ret = sign * (hours * 3600 + minutes * 60);
	return t->len == 0;
}

/* Days from 1970-01-01, in the Gregorian calendar for all time; the year begins in March here. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static bool is_date(int64_t year, int64_t month, int64_t day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && leap);
}

/* A leap second is taken for the one behind it, the midnight that ends a day for the next. */
bool vsphere_parse_time(struct text text, struct vim_time *ret)
{
	int64_t year, month, day, hour, minute, second, zone;
	struct text t = trim(text);
	bool negative = take_char(&t, '-');

	if (!take_digits(&t, 4, 9, &year) || !take_pair(&t, '-', 12, &month) ||
	    !take_pair(&t, '-', 31, &day) || !is_date(year, month, day) ||
	    !take_pair(&t, 'T', 24, &hour) || !take_pair(&t, ':', 59, &minute) ||
	    !take_pair(&t, ':', 60, &second) || !take_fraction(&t, &ret->nanoseconds) ||
	    !take_zone(&t, &zone))
		return false;
	if (hour == 24 && (minute > 0 || second > 0 || ret->nanoseconds > 0))
		return false;
	ret->seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone;
	if (negative) {
		ret->seconds = 0;
		ret->nanoseconds = 0;
	}
	return true;
}
