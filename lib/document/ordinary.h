/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A short cut of scan.c that takes no part in the grammar: lines of the form that
 * nearly all lines of all files have,
 *
 *   key " = " <"> value <"> ( LF / CRLF )       or without the blanks around "="
 *
 * as long as they follow each other.  Whatever is not quite that is left to the
 * grammar; a test holds the two against each other.
 *
 * ordinary.c is compiled for each kind of vectors, and the processor's own is chosen
 * when a document is read.
 */
#ifndef VMXI_DOCUMENT_ORDINARY_H
#define VMXI_DOCUMENT_ORDINARY_H

#include "document/document.h"

/* The longest key that an ordinary line has. */
#define ORDINARY_KEY_MAX 32

/* Where reading stands: before, and after so many ordinary lines. */
struct ordinary_run {
	const char *p, *end;		/* behind them: BYTES_PADDING */
	struct entry *e, *full;		/* where the entries go, and up to where */
	uint32_t line, column;		/* of p */
};

typedef void vmxi_take_ordinary_fn(const struct vmx_document *doc, struct ordinary_run *run);

/* doc lends its bytes, limits and index; its max_key_length is at least ORDINARY_KEY_MAX. */
vmxi_take_ordinary_fn vmxi_take_ordinary, vmxi_take_ordinary_avx2;

/* The fastest for this processor. */
static inline vmxi_take_ordinary_fn *vmxi_best_take_ordinary(void)
{
#ifdef VMXI_WITH_AVX2
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		return vmxi_take_ordinary_avx2;
#endif
	return vmxi_take_ordinary;
}

#endif
