/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removing entries.
 */
#include "document/edit.h"

#include "document/pieces.h"

static struct text without_eol_behind(struct text t)
{
	if (!ends_with_eol(t))
		return t;
	t.len -= t.len > 1 && t.ptr[t.len - 2] == '\r' && t.ptr[t.len - 1] == '\n' ? 2 : 1;
	return t;
}

/*
 * Three quotes and three quotes are an empty string only if another byte follows
 * (see is_triple() in scan.c): so the last piece has to leave something behind.
 */
static bool ends_in_empty_triple(const struct vmx_document *doc, uint32_t i)
{
	const struct piece *p = &doc->edits->pieces[i];
	const struct entry *e = p->previous == NO_ENTRY ? NULL : &doc->entries[p->previous];

	return p->next == NO_ENTRY && doc->edits->tail.len == 0 && e &&
	       e->quoting == QUOTING_TRIPLE && e->raw_len == 0;
}

/* Takes the line end away that stands in front of the piece. */
static bool drop_eol_before(struct vmx_document *doc, uint32_t i)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i], *previous;
	struct text *where = &p->lead;

	if (where->len == 0 && p->previous != NO_ENTRY) {
		previous = &edits->pieces[p->previous];
		where = is_gone(doc, p->previous) ? &previous->lead : &previous->foot;
	}
	if (!ends_with_eol(*where))
		return false;
	put(edits, where, without_eol_behind(*where));
	return true;
}

/* The line of the piece is its own.  With the line go the indentation and what follows. */
static void drop_line(struct vmx_document *doc, uint32_t i)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i];
	struct text *rest = lead_of(edits, p->next);
	size_t eol = first_eol(*rest);

	if (ends_with_eol(p->foot) || begins_with_eol(p->head))
		return;
	put(edits, &p->lead, without_blanks_behind(p->lead));
	if (eol < rest->len) {
		put(edits, rest, text_skip(*rest, eol + eol_length(*rest, eol)));
		return;
	}
	/* the last line, without an end: then the line before has none from now on */
	put(edits, rest, text_skip(*rest, rest->len));
	if (!ends_in_empty_triple(doc, i) && !drop_eol_before(doc, i) && p->next != NO_ENTRY &&
	    begins_with_eol(edits->pieces[p->next].head))
		put(edits, &edits->pieces[p->next].head,
		    text_skip(edits->pieces[p->next].head,
			      eol_length(edits->pieces[p->next].head, 0)));
}

static struct text without_separator_behind(struct text t)
{
	t = vmxi_without_line_start(t);
	if (t.len > 0 && t.ptr[t.len - 1] == ';')
		t.len--;
	return without_blanks_behind(t);
}

static struct text without_separator_before(struct text t)
{
	t = without_blanks_before(t);
	if (t.len > 0 && t.ptr[0] == ';')
		t = text_skip(t, 1);
	t = without_blanks_before(t);
	while (text_starts(t, TEXT("\xEF\xBB\xBF")))
		t = without_blanks_before(text_skip(t, 3));
	return t;
}

/* Others stand on the line: only the statement goes, with one ';'. */
static void drop_statement(struct vmx_document *doc, uint32_t i, bool first)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i];
	struct text *rest = lead_of(edits, p->next);

	if (first) {
		put(edits, rest, without_separator_before(*rest));
		return;
	}
	if (!ends_in_empty_triple(doc, i))
		put(edits, &p->lead, without_separator_behind(p->lead));
	if (doc->entries[i].flags & ENTRY_ODD_TAIL)
		put(edits, rest, text_skip(*rest, first_eol(*rest)));
}

void vmxi_remove_entry(struct vmx_document *doc, uint32_t i)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i];
	bool first = vmxi_is_first_on_line(doc, i);
	struct text *rest = lead_of(edits, p->next);

	vmxi_relatives_remove(doc, i);
	if (first && vmxi_is_last_on_line(doc, i))
		drop_line(doc, i);
	else
		drop_statement(doc, i, first);
	put(edits, &p->head, EMPTY);
	put(edits, &p->body, EMPTY);
	put(edits, &p->foot, EMPTY);
	if (rest->len == 0) {	/* then the lead can go there, and the piece as well */
		*rest = p->lead;
		p->lead = EMPTY;
	}
	if (p->lead.len == 0)
		vmxi_unlink_piece(doc, i);
	doc->entries[i] = (struct entry){ .flags = ENTRY_GONE };
	doc->gone++;
}
