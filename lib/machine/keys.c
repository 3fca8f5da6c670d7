/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/keys.h"

#include "machine/key_words.h"

struct name_row {
	uint64_t first, last;	/* key_words() of the name */
	const char *name;
	size_t len;
	enum field_set set;
	unsigned int id;
};

struct prefix_row {
	uint32_t word;
	unsigned int head, heads;
};

enum shape {
	SHAPE_NUMBERED,	/* floppy0. */
	SHAPE_BUS,	/* scsi0. and scsi0:1. */
	SHAPE_PORTS	/* usb:0. */
};

struct head_row {
	uint64_t first, last;	/* key_words() of the prefix */
	size_t len;
	enum shape shape;
	enum field_set set;
	enum device_kind kind;
	enum field_set unit_set;
	enum device_kind unit_kind;
};

#include "key_tables.inc"

/* Numbers of devices with more digits than this are no devices. */
#define NUMBER_DIGITS_MAX 10
#define UNIT_DIGITS_MAX 5

static const struct name_row *find_name(enum field_set set, const char *name, size_t len)
{
	struct key_words w = key_words(name, len);
	unsigned int slot = name_slots[key_hash(w, set, NAME_MULTIPLIER, NAME_BITS)];
	const struct name_row *row;

	if (slot == 0)
		return NULL;
	row = &name_rows[slot - 1];
	if (row->first != w.first || row->last != w.last || row->len != len || row->set != set)
		return NULL;
	if (len > KEY_WORDS_COMPLETE && !vmxi_equal_nocase(row->name, name, len))
		return NULL;
	return row;
}

/*
 * number = "0" / nonzero-digit *digit.  A number is matched as it is written:
 * scsi00:0 is not scsi0:0, in libvirt as in VMware.  Answers the digits read, 0
 * for none or too many.
 */
static size_t take_number(const char *p, size_t left, size_t digits_max, uint32_t *ret)
{
	uint64_t value = 0;
	size_t at = 0;

	if (left > 1 && ascii_is_digit(p[0]) && !ascii_is_digit(p[1])) {	/* as nearly all are */
		*ret = (uint32_t)(p[0] - '0');
		return 1;
	}
	while (at < left && at <= digits_max && ascii_is_digit(p[at]))
		value = value * 10 + (uint64_t)(p[at++] - '0');
	if (at == 0 || at > digits_max || value > UINT32_MAX || (at > 1 && p[0] == '0'))
		return 0;
	*ret = (uint32_t)value;
	return at;
}

/* ":" number */
static size_t take_unit(const char *p, size_t left, uint32_t *ret_unit)
{
	size_t digits;

	if (left == 0 || p[0] != ':')
		return 0;
	digits = take_number(p + 1, left - 1, UNIT_DIGITS_MAX, ret_unit);
	*ret_unit += 1;
	return digits ? 1 + digits : 0;
}

/*
 * device = prefix number / prefix number ":" number / prefix ":" number
 *
 * *ret_at is where the name of the field begins, behind the dot.
 */
static bool take_device(const struct head_row *head, struct text key, struct key_match *ret,
			size_t *ret_at)
{
	struct key_match m = { .set = head->set, .kind = head->kind };
	size_t at = head->len, step;

	if (head->shape != SHAPE_PORTS) {
		step = take_number(key.ptr + at, key.len - at, NUMBER_DIGITS_MAX, &m.number);
		if (step == 0)
			return false;
		at += step;
	}
	if (head->shape != SHAPE_NUMBERED) {
		step = take_unit(key.ptr + at, key.len - at, &m.unit);
		if (step > 0) {
			m.set = head->unit_set;
			m.kind = head->unit_kind;
			at += step;
		}
	}
	if (at >= key.len || key.ptr[at] != '.' || m.set == SET_NONE)
		return false;
	*ret = m;
	*ret_at = at + 1;
	return true;
}

/* Heads are short enough for two words to say all of them. */
static bool begins_with(struct text key, const struct head_row *head)
{
	struct key_words w;

	if (key.len <= head->len)
		return false;
	w = key_words(key.ptr, head->len);
	return w.first == head->first && w.last == head->last;
}

/* Apart, so that the keys of which no name begins like them need no more than that look-up. */
__attribute__((noinline))
static struct key_match match_prefix(const struct prefix_row *prefix, struct text key)
{
	struct key_match m = { .set = SET_KEY };
	const struct name_row *row;
	size_t at = 0;

	for (unsigned int i = 0; i < prefix->heads; i++) {
		const struct head_row *head = &head_rows[prefix->head + i];

		if (begins_with(key, head) && take_device(head, key, &m, &at))
			break;
	}
	row = find_name(m.set, key.ptr + at, key.len - at);
	if (!row)
		return (struct key_match){ 0 };
	m.id = row->id;
	return m;
}

struct key_match vmxi_match_key(struct text key)
{
	unsigned int slot;

	if (key.len < sizeof(uint32_t))
		return (struct key_match){ 0 };
	slot = prefix_slots[prefix_hash(key_prefix(key.ptr), PREFIX_MULTIPLIER, PREFIX_BITS)];
	if (slot == 0 || prefix_rows[slot - 1].word != key_prefix(key.ptr))
		return (struct key_match){ 0 };
	return match_prefix(&prefix_rows[slot - 1], key);
}

const char *vmxi_field_name(enum field_set set, unsigned int id)
{
	for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		if (name_rows[i].set == set && name_rows[i].id == id)
			return name_rows[i].name;
	}
	return "";
}

const char *vmxi_key_name(enum key key)
{
	return vmxi_field_name(SET_KEY, key);
}
