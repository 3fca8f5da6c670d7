/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The codings that VMware's escapes are made of.
 *
 * The undoing functions write no more than they read: out needs room for in.len
 * bytes, and may be the memory of in itself.  On failure they answer false and
 * the offset in in of what is wrong; what out holds then means nothing.
 */
#ifndef VMXI_NAMES_ESCAPE_CORE_H
#define VMXI_NAMES_ESCAPE_CORE_H

#include "base/memory.h"
#include "base/report.h"

/*
 * Undoes escape + two hex digits.  False: no two hex digits behind an escape
 * character, which stands at *bad_at.
 */
bool vmxi_unescape_hex(char escape, struct text in, char *out, size_t *out_len, size_t *bad_at);

/* Undoes VMware-base64. */
bool vmxi_unescape_base64(struct text in, char *out, size_t *out_len, size_t *bad_at);

/*
 * The offset in in of what became the byte out_at of the undone text; in is
 * known to be well-formed.  So an error of a second step is placed in the text
 * that the caller has.
 */
size_t vmxi_hex_origin(char escape, struct text in, size_t out_at);
size_t vmxi_base64_origin(struct text in, size_t out_at);

/*
 * Append the text to out, with escape and two lower-case hex digits for each
 * byte of the set; or with VMware-base64.  False: no memory.
 */
bool vmxi_escape_hex(char escape, struct text set, struct text in, struct vmx_bytes *out);
bool vmxi_escape_base64(struct text in, struct vmx_bytes *out);

/* The place of an error in a text that has no lines: the column is offset + 1. */
struct position vmxi_position_at(size_t offset);

#endif
