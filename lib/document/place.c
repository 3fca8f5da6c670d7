/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document/place.h"

#include "document/pieces.h"

/*
 * The nearest relative
 */

/* What "scsi0:1.present" begins with, in bytes: "scsi" and "scsi0"; 0: nothing of the kind. */
struct device {
	size_t kind, controller;
};

static struct device device_of(struct text key)
{
	struct device d = { 0, 0 };
	size_t at = 0;

	while (at < key.len && (is_letter(key.ptr[at]) || key.ptr[at] == '_'))
		at++;
	d.kind = at;
	while (at < key.len && ascii_is_digit(key.ptr[at]))
		at++;
	if (at == 0 || at == key.len || (key.ptr[at] != ':' && (key.ptr[at] != '.' || at == d.kind)))
		return (struct device){ 0, 0 };
	if (at == d.kind)
		d.kind = 0;	/* "usb:0": no number, no others of the kind */
	d.controller = at;
	return d;
}

/* How near the other key is: the higher, the nearer; 0: not at all. */
static size_t nearness(struct text key, struct device d, struct text other)
{
	size_t common = 0, group;

	while (common < key.len && common < other.len &&
	       ascii_lower(key.ptr[common]) == ascii_lower(other.ptr[common]))
		common++;
	for (group = common; group > 0 && key.ptr[group - 1] != '.';)
		group--;
	if (group > 1)
		return 2 + group;
	if (d.controller > 0 && common >= d.controller && other.len > d.controller &&
	    (other.ptr[d.controller] == ':' || other.ptr[d.controller] == '.'))
		return 2;
	return d.kind > 0 && common >= d.kind && other.len > d.kind &&
	       ascii_is_digit(other.ptr[d.kind]);
}

static uint32_t nearest_sibling(const struct vmx_document *doc, struct text key)
{
	struct device d = device_of(key);
	uint32_t best = NO_ENTRY;
	size_t best_nearness = 1;

	for (uint32_t i = doc->edits->first; i != NO_ENTRY; i = doc->edits->pieces[i].next) {
		size_t near = is_gone(doc, i) ? 0 : nearness(key, d, entry_key(&doc->entries[i]));

		if (near >= best_nearness) {
			best = i;
			best_nearness = near;
		}
	}
	return best;
}

/*
 * The line behind it, or at the end
 */
static struct text usual_eol(const struct vmx_document *doc)
{
	struct text bytes = { doc->bytes, doc->length };
	size_t at = first_eol(bytes);

	return at < bytes.len ? (struct text){ bytes.ptr + at, eol_length(bytes, at) } : TEXT("\n");
}

/* Behind the line on which the piece stands. */
static struct place place_behind(const struct vmx_document *doc, uint32_t i)
{
	struct edits *edits = doc->edits;

	for (;;) {
		struct piece *p = &edits->pieces[i];
		struct text lead = *lead_of(edits, p->next);
		size_t eol = first_eol(lead);

		if (ends_with_eol(p->foot))
			return (struct place){ p->next, 0, false, p->foot };
		if (eol < lead.len) {
			size_t len = eol_length(lead, eol);

			return (struct place){ p->next, eol + len, false, { lead.ptr + eol, len } };
		}
		if (p->next == NO_ENTRY || begins_with_eol(edits->pieces[p->next].head))
			return (struct place){ p->next, lead.len, true, usual_eol(doc) };
		i = p->next;
	}
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

void vmxi_find_place(const struct vmx_document *doc, struct text key, struct place *ret,
		     struct style *ret_style)
{
	uint32_t sibling = nearest_sibling(doc, key);

	*ret = sibling == NO_ENTRY ? place_at_end(doc) : place_behind(doc, sibling);
	*ret_style = style_of(doc, sibling == NO_ENTRY ? doc->edits->last : sibling);
}
