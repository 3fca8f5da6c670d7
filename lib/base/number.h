/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers in text, over pointer and length, with every overflow checked.
 */
#ifndef VMXI_BASE_NUMBER_H
#define VMXI_BASE_NUMBER_H

#include "base/text.h"

/* The most bytes that vmxi_format_*() write. */
#define NUMBER_TEXT_MAX 20

/*
 * Reads decimal digits from the beginning: at least one, no sign.  *ret_len is
 * how many there were.  False: no digit, or more than 64 bits.
 */
bool vmxi_parse_digits(struct text t, uint64_t *ret, size_t *ret_len);

/*
 * A complete signed number as C's strtoll() reads it in base 10, but to the end
 * of the text: white space in front, a sign, digits, nothing behind.
 */
bool vmxi_parse_int64(struct text t, int64_t *ret);

/* As C's strtoull(): like the above, and a minus sign wraps around. */
bool vmxi_parse_uint64_wrapping(struct text t, uint64_t *ret);

/*
 * A UUID in libvirt's lenient form: space* ( ("-" / " ")* hex hex ){16} space*.
 * After a failure ret may hold anything.
 */
bool vmxi_parse_uuid(struct text t, uint8_t ret[16]);

/*
 * A MAC address: six groups of one or two hex digits, joined by a separator.
 * libvirt takes ':' only, and anything behind a blank or a byte above ASCII.  After
 * a failure ret may hold anything.
 */
bool vmxi_parse_mac(struct text t, char separator, uint8_t ret[6]);

/* Writes the number in decimal, without NUL, and answers how many bytes it took. */
size_t vmxi_format_uint64(char *out, uint64_t value);
size_t vmxi_format_int64(char *out, int64_t value);

#endif
