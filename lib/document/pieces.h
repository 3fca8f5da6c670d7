/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pieces of a document that was edited.
 *
 * As long as nothing is edited, a document is its bytes.  The first edit cuts
 * them into pieces, one for each entry, in a list:
 *
 *   lead    what stands between the entry before and this one
 *   head    the key and what follows it, up to the value's quote
 *   body    the value with its quotes
 *   foot    what was added behind the value
 *
 * and a tail behind the last.  All of them are views: of the bytes, or of the
 * arena for what is new.  An edit exchanges views and copies no text but its own,
 * so that n edits cost O(n) whatever lies between them.  Entries keep their index
 * for good; one that is gone stays in the list as long as it has a lead.
 *
 * What holds for leads: they are views of the file, and behind their last line
 * end stand only blanks and byte order marks (or, between two entries on one line,
 * a ';' and blanks).
 */
#ifndef VMXI_DOCUMENT_PIECES_H
#define VMXI_DOCUMENT_PIECES_H

#include "document/bytes.h"
#include "document/document.h"
#include "document/relatives.h"

struct piece {
	struct text lead, head, body, foot;
	uint32_t previous, next;	/* in the document; NO_ENTRY: none */
	uint32_t same;			/* the next duplicate of the same key */
};

struct edits {
	struct piece *pieces;	/* as many as entries */
	size_t capacity;
	uint32_t first, last;
	struct text tail;
	size_t length;		/* of the document as it would be written */
	struct relatives relatives;
};

#define EMPTY ((struct text){ "", 0 })

/* Cuts the document into pieces, unless it is.  False: no memory. */
bool vmxi_start_edits(struct vmx_document *doc);

/*
 * Puts a piece into the list, in front of next (NO_ENTRY: at the end).  It gets the
 * first bytes of what was the lead of next: at of them.
 */
void vmxi_link_piece(struct vmx_document *doc, uint32_t i, uint32_t next, size_t at);
void vmxi_unlink_piece(struct vmx_document *doc, uint32_t i);

/* Whether no other entry stands before (behind) this one on its line. */
bool vmxi_is_first_on_line(const struct vmx_document *doc, uint32_t i);
bool vmxi_is_last_on_line(const struct vmx_document *doc, uint32_t i);

static inline bool is_gone(const struct vmx_document *doc, uint32_t i)
{
	return doc->entries[i].flags & ENTRY_GONE;
}

/* Exchanges a view. */
static inline void put(struct edits *edits, struct text *where, struct text what)
{
	edits->length += what.len - where->len;
	*where = what;
}

/* What follows piece i up to the next entry that is in the list. */
static inline struct text *lead_of(struct edits *edits, uint32_t i)
{
	return i == NO_ENTRY ? &edits->tail : &edits->pieces[i].lead;
}

/*
 * Text of leads
 */
static inline size_t eol_length(struct text t, size_t at)
{
	return t.ptr[at] == '\r' && at + 1 < t.len && t.ptr[at + 1] == '\n' ? 2 : 1;
}

/* The first line end of a lead, or its length.  Leads are padded as the file is. */
static inline size_t first_eol(struct text lead)
{
	size_t at = lead.len ? (size_t)(find_eol(lead.ptr) - lead.ptr) : 0;

	return at < lead.len ? at : lead.len;
}

static inline bool ends_with_eol(struct text t)
{
	return t.len > 0 && is_eol(t.ptr[t.len - 1]);
}

static inline bool begins_with_eol(struct text t)
{
	return t.len > 0 && is_eol(t.ptr[0]);
}

static inline struct text without_blanks_behind(struct text t)
{
	while (t.len > 0 && is_blank(t.ptr[t.len - 1]))
		t.len--;
	return t;
}

static inline struct text without_blanks_before(struct text t)
{
	while (t.len > 0 && is_blank(t.ptr[0]))
		t = text_skip(t, 1);
	return t;
}

/* Of what may stand in front of a line's key: blanks and byte order marks. */
struct text vmxi_without_line_start(struct text t);

/* Copies text, and answers where it ends. */
static inline char *add_text(char *to, struct text t)
{
	if (t.len > 0)
		memcpy(to, t.ptr, t.len);
	return to + t.len;
}

#endif
