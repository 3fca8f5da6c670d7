/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document/pieces.h"

#include "document/edit.h"
#include "document/hash.h"

void vmxi_edits_release(struct vmx_document *doc)
{
	if (!doc->edits)
		return;
	vmxi_relatives_release(doc);
	vmxi_release(&doc->allocator, doc->edits->pieces);
	vmxi_release(&doc->allocator, doc->edits);
	doc->edits = NULL;
}

/*
 * The first edit
 */

/* Cuts entry i out of the bytes behind *at, and moves *at behind it. */
static void cut_piece(struct vmx_document *doc, uint32_t i, uint32_t *at)
{
	const struct entry *e = &doc->entries[i];
	uint32_t body_at = e->value_at - entry_quote_length(e), end = entry_value_end(e);
	const char *bytes = doc->bytes;

	doc->edits->pieces[i] = (struct piece){
		.lead = { bytes + *at, e->at - *at },
		.head = { bytes + e->at, body_at - e->at },
		.body = { bytes + body_at, end - body_at },
		.foot = EMPTY,
		.previous = i > 0 ? i - 1 : NO_ENTRY,
		.next = i + 1 < doc->count ? i + 1 : NO_ENTRY,
		.same = NO_ENTRY,
	};
	*at = end;
}

/* Backwards, so that the chain of a key is in the order of the file. */
static void chain_duplicates(struct vmx_document *doc)
{
	if (doc->index.duplicates == 0)
		return;
	for (size_t i = doc->count; i-- > 0;) {
		const struct entry *e = &doc->entries[i];
		uint32_t first;

		if (!(e->flags & VMX_ENTRY_DUPLICATE))
			continue;
		first = vmxi_index_find(doc, entry_key(doc, e), e->hash);
		doc->edits->pieces[i].same = doc->edits->pieces[first].same;
		doc->edits->pieces[first].same = (uint32_t)i;
	}
}

bool vmxi_start_edits(struct vmx_document *doc)
{
	struct edits *edits;
	uint32_t at = 0;

	if (doc->edits)
		return true;
	edits = vmxi_allocate(&doc->allocator, sizeof(*edits));
	if (!edits)
		return false;
	*edits = (struct edits){ .capacity = doc->count + 1, .length = doc->length };
	edits->pieces = vmxi_allocate(&doc->allocator, edits->capacity * sizeof(*edits->pieces));
	if (!edits->pieces) {
		vmxi_release(&doc->allocator, edits);
		return false;
	}
	doc->edits = edits;
	for (uint32_t i = 0; i < doc->count; i++)
		cut_piece(doc, i, &at);
	edits->tail = (struct text){ doc->bytes + at, doc->length - at };
	edits->first = doc->count > 0 ? 0 : NO_ENTRY;
	edits->last = (uint32_t)doc->count - 1;	/* NO_ENTRY for none */
	chain_duplicates(doc);
	return true;
}

/*
 * Going through
 */
const struct entry *vmxi_next_edited(const struct vmx_document *doc, size_t *cursor)
{
	const struct edits *edits = doc->edits;
	uint32_t i;

	if (*cursor > doc->count)
		return NULL;
	i = *cursor == 0 ? edits->first : edits->pieces[*cursor - 1].next;
	while (i != NO_ENTRY && is_gone(doc, i))
		i = edits->pieces[i].next;
	if (i == NO_ENTRY)
		return NULL;
	*cursor = (size_t)i + 1;
	return &doc->entries[i];
}

/* Neighbouring views are often neighbours in the file too: they are copied at once. */
static bool write_view(struct vmx_bytes *ret, struct text *run, struct text view)
{
	if (view.len > 0 && run->ptr + run->len == view.ptr) {
		run->len += view.len;
		return true;
	}
	if (view.len == 0)
		return true;
	if (!vmxi_bytes_append_text(ret, *run))
		return false;
	*run = view;
	return true;
}

bool vmxi_write_edited(const struct vmx_document *doc, struct vmx_bytes *ret)
{
	const struct edits *edits = doc->edits;
	struct text run = EMPTY;

	if (!vmxi_bytes_reserve(ret, edits->length))
		return false;
	for (uint32_t i = edits->first; i != NO_ENTRY; i = edits->pieces[i].next) {
		const struct piece *p = &edits->pieces[i];

		if (!write_view(ret, &run, p->lead) || !write_view(ret, &run, p->head) ||
		    !write_view(ret, &run, p->body) || !write_view(ret, &run, p->foot))
			return false;
	}
	return write_view(ret, &run, edits->tail) && vmxi_bytes_append_text(ret, run);
}

/*
 * The list
 */
void vmxi_link_piece(struct vmx_document *doc, uint32_t i, uint32_t next, size_t at)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i];
	struct text *rest = lead_of(edits, next);

	p->next = next;
	p->previous = p->next == NO_ENTRY ? edits->last : edits->pieces[p->next].previous;
	p->same = NO_ENTRY;
	p->lead = (struct text){ rest->ptr, at };
	*rest = text_skip(*rest, at);
	edits->length += p->head.len + p->body.len + p->foot.len;
	*(p->previous == NO_ENTRY ? &edits->first : &edits->pieces[p->previous].next) = i;
	*(p->next == NO_ENTRY ? &edits->last : &edits->pieces[p->next].previous) = i;
}

void vmxi_unlink_piece(struct vmx_document *doc, uint32_t i)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i];

	*(p->previous == NO_ENTRY ? &edits->first : &edits->pieces[p->previous].next) = p->next;
	*(p->next == NO_ENTRY ? &edits->last : &edits->pieces[p->next].previous) = p->previous;
}

/*
 * Lines
 */
struct text vmxi_without_line_start(struct text t)
{
	for (;;) {
		t = without_blanks_behind(t);
		if (t.len < 3 || memcmp(t.ptr + t.len - 3, "\xEF\xBB\xBF", 3) != 0)
			return t;
		t.len -= 3;
	}
}

bool vmxi_is_first_on_line(const struct vmx_document *doc, uint32_t i)
{
	const struct piece *p = &doc->edits->pieces[i];
	struct text lead = vmxi_without_line_start(p->lead);

	return begins_with_eol(p->head) || ends_with_eol(lead) ||
	       p->previous == NO_ENTRY || is_gone(doc, p->previous) ||
	       (lead.len == 0 && ends_with_eol(doc->edits->pieces[p->previous].foot));
}

bool vmxi_is_last_on_line(const struct vmx_document *doc, uint32_t i)
{
	struct edits *edits = doc->edits;

	if (ends_with_eol(edits->pieces[i].foot))
		return true;
	for (i = edits->pieces[i].next;; i = edits->pieces[i].next) {
		struct text lead = *lead_of(edits, i);

		if (i == NO_ENTRY || first_eol(lead) < lead.len ||
		    begins_with_eol(edits->pieces[i].head))
			return true;
		if (!is_gone(doc, i))
			return false;
	}
}
