/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a new key goes, and in which style.
 */
#ifndef VMXI_DOCUMENT_PLACE_H
#define VMXI_DOCUMENT_PLACE_H

#include "document/document.h"

/* A place for a line: in the lead of a piece, or in the tail. */
struct place {
	uint32_t next;		/* the piece whose lead it is; NO_ENTRY: the tail */
	size_t at;		/* where in the lead the new piece goes */
	bool eol_first;		/* the line before has no end, so the new one gets none */
	struct text eol;
};

/* How the line is written. */
struct style {
	struct text indentation, before, after;	/* the blanks, and those around '=' */
};

/*
 * Answers which entry it goes behind; NO_ENTRY: at the end.  vmxi_relatives_reserve()
 * comes first.
 */
uint32_t vmxi_find_place(const struct vmx_document *doc, struct text key, struct place *ret,
			 struct style *ret_style);

#endif
