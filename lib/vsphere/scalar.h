/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simple types of XML Schema: from text to C.
 */
#ifndef VSPHERE_SCALAR_H
#define VSPHERE_SCALAR_H

#include "base/text.h"
#include "vim.h"

/* White space at both ends means nothing, but for strings. */

/* BYTE, SHORT, INT, LONG: all of the text, within the type's range. */
bool vsphere_parse_number(enum vim_kind kind, struct text text, struct vim_number *ret);

/* true, false, 1, 0 */
bool vsphere_parse_boolean(struct text text, enum vim_boolean *ret);

/*
 * [-]YYYY-MM-DDThh:mm:ss[.fraction][Z or +hh:mm or -hh:mm]; without a zone it is UTC, and what is
 * beyond nanoseconds is cut.  Sets all but text.
 */
bool vsphere_parse_time(struct text text, struct vim_time *ret);

/* "a 32-bit number": for messages. */
const char *vsphere_kind_words(enum vim_kind kind);

#endif
