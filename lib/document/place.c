/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document/place.h"

#include "document/pieces.h"
#include "document/relatives.h"

/*
 * The line behind it, or at the end
 */
static struct text usual_eol(const struct vmx_document *doc)
{
	struct text bytes = { doc->bytes, doc->length };
	size_t at = first_eol(bytes);

	return at < bytes.len ? (struct text){ bytes.ptr + at, eol_length(bytes, at) } : TEXT("\n");
}

/*
 * Behind the line on which the piece stands.  False: it does not end within sight, as in a
 * file that is one line.
 */
#define SAME_LINE_MAX 64

static bool place_behind(const struct vmx_document *doc, uint32_t i, struct place *ret)
{
	struct edits *edits = doc->edits;

	for (int seen = 0; seen < SAME_LINE_MAX; seen++) {
		struct piece *p = &edits->pieces[i];
		struct text lead = *lead_of(edits, p->next);
		size_t eol = first_eol(lead);

		*ret = (struct place){ p->next, 0, false, p->foot };
		if (ends_with_eol(p->foot))
			return true;
		if (eol < lead.len) {
			ret->eol = (struct text){ lead.ptr + eol, eol_length(lead, eol) };
			ret->at = eol + ret->eol.len;
			return true;
		}
		if (p->next == NO_ENTRY || begins_with_eol(edits->pieces[p->next].head)) {
			*ret = (struct place){ p->next, lead.len, true, usual_eol(doc) };
			return true;
		}
		i = p->next;
	}
	return false;
}

/* Whether a line may begin at the end of the document as it is. */
static bool ends_between_lines(const struct vmx_document *doc)
{
	const struct edits *edits = doc->edits;
	const struct piece *last = edits->last == NO_ENTRY ? NULL : &edits->pieces[edits->last];

	if (edits->tail.len > 0 && !ends_with_eol(edits->tail))	/* perhaps a byte order mark */
		return edits->length == 3 && memcmp(doc->bytes, "\xEF\xBB\xBF", 3) == 0;
	if (edits->tail.len > 0 || !last)
		return true;
	if (is_gone(doc, edits->last))
		return ends_with_eol(last->lead);
	return ends_with_eol(last->foot);
}

static struct place place_at_end(const struct vmx_document *doc)
{
	return (struct place){ NO_ENTRY, doc->edits->tail.len, !ends_between_lines(doc),
			       usual_eol(doc) };
}

/*
 * The style of what stands there
 */
static struct style style_of(const struct vmx_document *doc, uint32_t sibling)
{
	const struct piece *p;
	size_t equals, indented = 0;
	struct text blanks;

	while (sibling != NO_ENTRY && is_gone(doc, sibling))
		sibling = doc->edits->pieces[sibling].previous;
	if (sibling == NO_ENTRY)
		return (struct style){ EMPTY, TEXT(" "), TEXT(" ") };
	p = &doc->edits->pieces[sibling];
	while (indented < p->head.len &&
	       (is_eol(p->head.ptr[indented]) || is_blank(p->head.ptr[indented])))
		indented++;
	blanks = indented > 0 ? (struct text){ p->head.ptr, indented } : p->lead;
	if (indented == 0 && !vmxi_is_first_on_line(doc, sibling))
		blanks = EMPTY;
	blanks = text_skip(blanks, without_blanks_behind(blanks).len);
	equals = vmxi_text_find(p->head, '=');
	return (struct style){
		blanks,
		is_blank(p->head.ptr[equals - 1]) ? TEXT(" ") : EMPTY,
		equals + 1 < p->head.len ? TEXT(" ") : EMPTY,
	};
}

uint32_t vmxi_find_place(const struct vmx_document *doc, struct text key, struct place *ret,
			 struct style *ret_style)
{
	uint32_t relative = vmxi_nearest_relative(doc, key);

	if (relative != NO_ENTRY && !place_behind(doc, relative, ret))
		relative = NO_ENTRY;
	if (relative == NO_ENTRY)
		*ret = place_at_end(doc);
	*ret_style = style_of(doc, relative == NO_ENTRY ? doc->edits->last : relative);
	return relative;
}
