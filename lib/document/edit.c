/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Edits.
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
#include "document/edit.h"

#include "document/bytes.h"
#include "document/encoding.h"
#include "document/hash.h"
#include "names/escape_core.h"

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
};

#define EMPTY ((struct text){ "", 0 })

void vmxi_edits_release(struct vmx_document *doc)
{
	if (!doc->edits)
		return;
	vmxi_release(&doc->allocator, doc->edits->pieces);
	vmxi_release(&doc->allocator, doc->edits);
	doc->edits = NULL;
}

static bool is_gone(const struct vmx_document *doc, uint32_t i)
{
	return doc->entries[i].flags & ENTRY_GONE;
}

/*
 * The first edit
 */
static uint32_t quote_length(const struct entry *e)
{
	static const uint8_t lengths[] = {
		[QUOTING_NONE] = 0, [QUOTING_SINGLE] = 1, [QUOTING_DOUBLE] = 1,
		[QUOTING_TRIPLE] = 3, [QUOTING_UNCLOSED] = 1,
	};

	return lengths[e->quoting];
}

/* Cuts entry i out of the bytes behind *at, and moves *at behind it. */
static void cut_piece(struct vmx_document *doc, uint32_t i, uint32_t *at)
{
	const struct entry *e = &doc->entries[i];
	uint32_t quote = quote_length(e);
	uint32_t body_at = e->value_at - quote;
	uint32_t end = e->value_at + e->raw_len + (e->quoting == QUOTING_UNCLOSED ? 0 : quote);
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
		first = vmxi_index_find(doc, entry_key(e), e->hash);
		doc->edits->pieces[i].same = doc->edits->pieces[first].same;
		doc->edits->pieces[first].same = (uint32_t)i;
	}
}

static bool start_edits(struct vmx_document *doc)
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
 * Views
 */
static void put(struct edits *edits, struct text *where, struct text what)
{
	edits->length += what.len - where->len;
	*where = what;
}

/* What follows piece i up to the next entry that is in the list. */
static struct text *lead_of(struct edits *edits, uint32_t i)
{
	return i == NO_ENTRY ? &edits->tail : &edits->pieces[i].lead;
}

static size_t eol_length(struct text t, size_t at)
{
	return t.ptr[at] == '\r' && at + 1 < t.len && t.ptr[at + 1] == '\n' ? 2 : 1;
}

/* The first line end of a lead, or its length.  Leads are padded as the file is. */
static size_t first_eol(struct text lead)
{
	size_t at = lead.len ? (size_t)(find_eol(lead.ptr) - lead.ptr) : 0;

	return at < lead.len ? at : lead.len;
}

static bool ends_with_eol(struct text t)
{
	return t.len > 0 && is_eol(t.ptr[t.len - 1]);
}

static bool begins_with_eol(struct text t)
{
	return t.len > 0 && is_eol(t.ptr[0]);
}

static struct text without_blanks_behind(struct text t)
{
	while (t.len > 0 && is_blank(t.ptr[t.len - 1]))
		t.len--;
	return t;
}

static struct text without_blanks_before(struct text t)
{
	while (t.len > 0 && is_blank(t.ptr[0]))
		t = text_skip(t, 1);
	return t;
}

static struct text without_eol_behind(struct text t)
{
	if (!ends_with_eol(t))
		return t;
	t.len -= t.len > 1 && t.ptr[t.len - 2] == '\r' && t.ptr[t.len - 1] == '\n' ? 2 : 1;
	return t;
}

/* Of what may stand in front of a line's key: blanks and byte order marks. */
static struct text without_line_start(struct text t)
{
	for (;;) {
		t = without_blanks_behind(t);
		if (t.len < 3 || memcmp(t.ptr + t.len - 3, "\xEF\xBB\xBF", 3) != 0)
			return t;
		t.len -= 3;
	}
}

static bool is_first_on_line(const struct vmx_document *doc, uint32_t i)
{
	const struct piece *p = &doc->edits->pieces[i];
	struct text lead = without_line_start(p->lead);

	return begins_with_eol(p->head) || ends_with_eol(lead) ||
	       p->previous == NO_ENTRY || is_gone(doc, p->previous) ||
	       (lead.len == 0 && ends_with_eol(doc->edits->pieces[p->previous].foot));
}

static bool is_last_on_line(const struct vmx_document *doc, uint32_t i)
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

/*
 * Checks
 */
static bool is_key(struct text key)
{
	if (key.len == 0 || !is_key_first(key.ptr[0]))
		return false;
	for (size_t i = 1; i < key.len; i++) {
		if (!is_key_byte(key.ptr[i]))
			return false;
	}
	return true;
}

static enum vmx_code check_key(const struct vmx_document *doc, struct text key,
			       struct vmx_error *error)
{
	char q[QUOTE_MAX];

	if (!is_key(key))
		return vmxi_fail(error, VMX_CODE_INVALID_KEY, NOWHERE,
				 "'%s' can't be a key: it has to begin with a letter or '.' and go "
				 "on with letters, digits and _ : . - *", vmxi_quote(q, key));
	if (key.len > doc->limits.key_length)
		return vmxi_fail(error, VMX_CODE_KEY_TOO_LONG, NOWHERE,
				 "the key is longer than the limit of %zu; the option "
				 "max_key_length raises it", doc->limits.key_length);
	return VMX_OK;
}

static enum vmx_code fail_not_found(struct text key, struct vmx_error *error)
{
	char q[QUOTE_MAX];

	return vmxi_fail(error, VMX_CODE_KEY_NOT_FOUND, NOWHERE, "there is no key '%s'",
			 vmxi_quote(q, key));
}

static bool names_encoding(struct text key)
{
	return text_equal_nocase(key, TEXT(".encoding"));
}

static enum vmx_code fail_encoding(const struct vmx_document *doc, struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_UNREPRESENTABLE_VALUE, NOWHERE,
			 "the file is in '%s': with another .encoding its values would mean "
			 "something else", doc->encoding);
}

static enum vmx_code fail_value_too_long(const struct vmx_document *doc, struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_VALUE_TOO_LONG, NOWHERE,
			 "the value is longer than the limit of %zu; the option "
			 "max_value_length raises it", doc->limits.value_length);
}

static enum vmx_code check_value(const struct vmx_document *doc, struct text key,
				 struct text value, struct vmx_error *error)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || is_eol(value.ptr[i]) || value.ptr[i] == '\0')
			return vmxi_fail(error, VMX_CODE_UNREPRESENTABLE_VALUE, NOWHERE,
					 "the value holds a quote, a line end or a NUL byte (at byte "
					 "%zu), which it can't as it is; pipe escapes say them", i + 1);
	}
	if (value.len > doc->limits.value_length)
		return fail_value_too_long(doc, error);
	if (names_encoding(key) && !vmxi_same_encoding(doc, value))
		return fail_encoding(doc, error);
	return VMX_OK;
}

static enum vmx_code check_length(const struct vmx_document *doc, size_t more, size_t less,
				  struct vmx_error *error)
{
	size_t length = doc->edits->length;

	if (more <= less || more - less <= doc->limits.file_size - length)
		return VMX_OK;
	return vmxi_fail(error, VMX_CODE_FILE_TOO_LARGE, NOWHERE,
			 "the file would have more bytes than the limit of %zu; the option "
			 "max_file_size raises it", doc->limits.file_size);
}

/*
 * Values
 */
struct new_value {
	struct text value;	/* UTF-8 */
	struct vmx_bytes raw;	/* the same in the file's encoding */
};

/* As the value is written: '...' and """...""" stay if they can. */
static enum quoting new_quoting(const struct entry *e, struct text raw)
{
	if (e->quoting == QUOTING_SINGLE && vmxi_text_find(raw, '\'') == raw.len)
		return QUOTING_SINGLE;
	if (e->quoting == QUOTING_TRIPLE && raw.len > 0)
		return QUOTING_TRIPLE;
	return QUOTING_DOUBLE;
}

static const struct text quotes[] = {
	[QUOTING_SINGLE] = { "'", 1 },
	[QUOTING_DOUBLE] = { "\"", 1 },
	[QUOTING_TRIPLE] = { "\"\"\"", 3 },
};

static char *add_text(char *to, struct text t)
{
	if (t.len > 0)
		memcpy(to, t.ptr, t.len);
	return to + t.len;
}

/* Where the value is read from: between the quotes, or decoded in the arena. */
static bool keep_value(struct vmx_document *doc, const struct new_value *v, const char *raw_at,
		       struct text *ret)
{
	struct text raw = { v->raw.data, v->raw.length };

	if (text_equal(raw, v->value)) {
		*ret = (struct text){ raw_at, raw.len };
		return true;
	}
	*ret = vmxi_arena_copy(&doc->arena, v->value);
	return ret->ptr != NULL;
}

static void set_entry_value(struct entry *e, struct text value, size_t raw_len, enum quoting quoting)
{
	e->value = value.ptr;
	e->value_len = (uint32_t)value.len;
	e->raw_len = (uint32_t)raw_len;
	e->quoting = (uint8_t)quoting;
	e->flags &= (uint8_t)~(VMX_ENTRY_MISFIT | VMX_ENTRY_ODD);
	if (e->flags & (ENTRY_ODD_KEY | ENTRY_ODD_TAIL))
		e->flags |= VMX_ENTRY_ODD;
}

/*
 * What has to stand between the value and what follows, so that "" and a quote
 * behind it do not become the three quotes of a long string.
 */
static struct text separation(const struct vmx_document *doc, uint32_t i)
{
	struct text behind = *lead_of(doc->edits, doc->edits->pieces[i].next);

	if (doc->edits->pieces[i].foot.len > 0)
		return doc->edits->pieces[i].foot;
	if (behind.len > 0 && (behind.ptr[0] == '"' || behind.ptr[0] == '#'))
		return TEXT(" ");
	return EMPTY;
}

static enum vmx_code replace_value(struct vmx_document *doc, uint32_t i, const struct new_value *v,
				   struct vmx_error *error)
{
	struct entry *e = &doc->entries[i];
	struct piece *p = &doc->edits->pieces[i];
	struct text raw = { v->raw.data, v->raw.length }, value, foot = separation(doc, i);
	enum quoting quoting = new_quoting(e, raw);
	size_t len = raw.len + 2 * quotes[quoting].len;
	enum vmx_code code = check_length(doc, len + foot.len, p->body.len + p->foot.len, error);
	char *body;

	if (code != VMX_OK)
		return code;
	body = vmxi_arena_allocate(&doc->arena, len);
	if (!body || !keep_value(doc, v, body + quotes[quoting].len, &value))
		return vmxi_out_of_memory(error);
	add_text(add_text(add_text(body, quotes[quoting]), raw), quotes[quoting]);
	put(doc->edits, &p->body, (struct text){ body, len });
	put(doc->edits, &p->foot, foot);
	set_entry_value(e, value, raw.len, quoting);
	return VMX_OK;
}

/*
 * Where a new key goes
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

/* A place for a line: in the lead of a piece, or in the tail. */
struct place {
	uint32_t next;		/* the piece whose lead it is; NO_ENTRY: the tail */
	size_t at;		/* where in the lead the new piece goes */
	bool eol_first;		/* the line before has no end, so the new one gets none */
	struct text eol;
};

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
 * New lines
 */
struct style {
	struct text indentation, before, after;	/* the blanks, and those around '=' */
};

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
	if (indented == 0 && !is_first_on_line(doc, sibling))
		blanks = EMPTY;
	blanks = text_skip(blanks, without_blanks_behind(blanks).len);
	equals = vmxi_text_find(p->head, '=');
	return (struct style){
		blanks,
		is_blank(p->head.ptr[equals - 1]) ? TEXT(" ") : EMPTY,
		equals + 1 < p->head.len ? TEXT(" ") : EMPTY,
	};
}

/* A piece for the line, in one block of the arena. */
static bool make_line(struct vmx_document *doc, const struct style *style,
		      const struct place *place, struct text key, struct text raw,
		      struct piece *ret, const char **ret_key)
{
	struct text eol = place->eol, before = place->eol_first ? eol : EMPTY;
	size_t len = before.len + style->indentation.len + key.len + style->before.len + 1 +
		     style->after.len + 1 + raw.len + 1 + eol.len;
	char *to = vmxi_arena_allocate(&doc->arena, len), *from = to;

	if (!to)
		return false;
	to = add_text(add_text(to, before), style->indentation);
	*ret_key = to;
	to = add_text(add_text(to, key), style->before);
	*to++ = '=';
	to = add_text(to, style->after);
	ret->head = (struct text){ from, (size_t)(to - from) };
	from = to;
	to = add_text(add_text(add_text(to, TEXT("\"")), raw), TEXT("\""));
	ret->body = (struct text){ from, (size_t)(to - from) };
	ret->foot = EMPTY;
	if (!place->eol_first)
		ret->foot = (struct text){ to, eol.len };
	add_text(to, eol);
	return true;
}

static void link_piece(struct vmx_document *doc, uint32_t i, const struct place *place)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i];
	struct text *rest = lead_of(edits, place->next);

	p->next = place->next;
	p->previous = p->next == NO_ENTRY ? edits->last : edits->pieces[p->next].previous;
	p->same = NO_ENTRY;
	p->lead = (struct text){ rest->ptr, place->at };
	*rest = text_skip(*rest, place->at);
	edits->length += p->head.len + p->body.len + p->foot.len;
	*(p->previous == NO_ENTRY ? &edits->first : &edits->pieces[p->previous].next) = i;
	*(p->next == NO_ENTRY ? &edits->last : &edits->pieces[p->next].previous) = i;
}

static enum vmx_code make_room(struct vmx_document *doc, struct vmx_error *error)
{
	struct edits *edits = doc->edits;

	if (vmx_document_count(doc) >= doc->limits.entries)
		return vmxi_fail(error, VMX_CODE_TOO_MANY_ENTRIES, NOWHERE,
				 "the file would have more entries than the limit of %zu; the "
				 "option max_entries raises it", doc->limits.entries);
	/* entries that are gone keep their index, so even a small file can run out of them */
	if (doc->count >= KEY_SLOT_DELETED - 1 ||
	    !vmxi_vector_reserve(&doc->allocator, (void **)&doc->entries, &doc->capacity,
				 doc->count, sizeof(*doc->entries)) ||
	    !vmxi_vector_reserve(&doc->allocator, (void **)&edits->pieces, &edits->capacity,
				 doc->count, sizeof(*edits->pieces)) ||
	    !vmxi_index_reserve(doc))
		return vmxi_out_of_memory(error);
	return VMX_OK;
}

static enum vmx_code add_line(struct vmx_document *doc, struct text key, const struct new_value *v,
			      struct vmx_error *error)
{
	uint32_t sibling = nearest_sibling(doc, key), i = (uint32_t)doc->count;
	struct place place = sibling == NO_ENTRY ? place_at_end(doc) : place_behind(doc, sibling);
	struct style style = style_of(doc, sibling == NO_ENTRY ? doc->edits->last : sibling);
	struct text raw = { v->raw.data, v->raw.length }, value;
	struct piece piece;
	const char *key_at;
	enum vmx_code code = make_room(doc, error);

	if (code != VMX_OK)
		return code;
	if (!make_line(doc, &style, &place, key, raw, &piece, &key_at) ||
	    !keep_value(doc, v, piece.body.ptr + 1, &value))
		return vmxi_out_of_memory(error);
	code = check_length(doc, piece.head.len + piece.body.len + piece.foot.len, 0, error);
	if (code != VMX_OK)
		return code;
	doc->entries[i] = (struct entry){
		.key = key_at, .key_len = (uint16_t)key.len,
		.hash = vmxi_key_hash(key.ptr, key.len),
	};
	set_entry_value(&doc->entries[i], value, raw.len, QUOTING_DOUBLE);
	doc->edits->pieces[i] = piece;
	link_piece(doc, i, &place);
	doc->count++;
	vmxi_index_add(doc, i);
	return VMX_OK;
}

/*
 * Removing
 */
static void unlink_piece(struct vmx_document *doc, uint32_t i)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i];

	*(p->previous == NO_ENTRY ? &edits->first : &edits->pieces[p->previous].next) = p->next;
	*(p->next == NO_ENTRY ? &edits->last : &edits->pieces[p->next].previous) = p->previous;
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
	t = without_line_start(t);
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

static void remove_entry(struct vmx_document *doc, uint32_t i)
{
	struct edits *edits = doc->edits;
	struct piece *p = &edits->pieces[i];
	bool first = is_first_on_line(doc, i);
	struct text *rest = lead_of(edits, p->next);

	if (first && is_last_on_line(doc, i))
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
		unlink_piece(doc, i);
	doc->entries[i] = (struct entry){ .key = "", .value = "", .flags = ENTRY_GONE };
	doc->gone++;
}

/*
 * The public calls
 */
enum vmx_code vmx_document_set(struct vmx_document *doc, const char *key, size_t key_length,
			       const char *value, size_t value_length, struct vmx_error *error)
{
	struct text k = { key, key_length };
	struct new_value v = { { value, value_length }, { .allocator = &doc->allocator } };
	const struct entry *e = vmxi_find_entry(doc, k);
	enum vmx_code code = e ? VMX_OK : check_key(doc, k, error);

	if (code == VMX_OK)
		code = check_value(doc, k, v.value, error);
	if (code == VMX_OK)
		code = vmxi_encode(doc, v.value, &v.raw, error);
	if (code == VMX_OK && v.raw.length > doc->limits.value_length)
		code = fail_value_too_long(doc, error);
	if (code == VMX_OK && !start_edits(doc))
		code = vmxi_out_of_memory(error);
	if (code == VMX_OK)
		code = e ? replace_value(doc, (uint32_t)(e - doc->entries), &v, error)
			 : add_line(doc, k, &v, error);
	vmx_bytes_release(&v.raw);
	return code;
}

enum vmx_code vmx_document_unset(struct vmx_document *doc, const char *key, size_t key_length,
				 struct vmx_error *error)
{
	struct text k = { key, key_length };
	const struct entry *e = vmxi_find_entry(doc, k);
	uint32_t i;

	if (!e)
		return fail_not_found(k, error);
	if (names_encoding(k) && !vmxi_same_encoding(doc, TEXT("UTF-8")))
		return fail_encoding(doc, error);
	if (!start_edits(doc))
		return vmxi_out_of_memory(error);
	i = (uint32_t)(e - doc->entries);
	vmxi_index_remove(doc, i);
	for (uint32_t next; i != NO_ENTRY; i = next) {
		next = doc->edits->pieces[i].same;
		remove_entry(doc, i);
	}
	return VMX_OK;
}

/*
 * Renaming
 */
static enum vmx_code check_rename(const struct vmx_document *doc, const struct entry *e,
				  struct text key, struct text new_key, struct vmx_error *error)
{
	const struct entry *there = vmxi_find_entry(doc, new_key);
	enum vmx_code code = check_key(doc, new_key, error);
	char q[QUOTE_MAX];

	if (code != VMX_OK)
		return code;
	if (there && there != e)
		return vmxi_fail(error, VMX_CODE_KEY_EXISTS, entry_position(there),
				 "there is a key '%s' already", vmxi_quote(q, new_key));
	if (names_encoding(key) != names_encoding(new_key) &&
	    !vmxi_same_encoding(doc, names_encoding(key) ? TEXT("UTF-8") : entry_value(e)))
		return fail_encoding(doc, error);
	return VMX_OK;
}

/* The piece's head with another key: the blanks around stay. */
static bool make_head(struct vmx_document *doc, uint32_t i, struct text new_key,
		      struct text *ret, const char **ret_key)
{
	struct text head = doc->edits->pieces[i].head, before, behind;
	size_t begin = 0;
	char *to;

	while (is_eol(head.ptr[begin]) || is_blank(head.ptr[begin]))
		begin++;
	before = (struct text){ head.ptr, begin };
	behind = text_skip(head, vmxi_text_find(head, '='));
	while (is_blank(behind.ptr[-1])) {
		behind.ptr--;
		behind.len++;
	}
	to = vmxi_arena_allocate(&doc->arena, before.len + new_key.len + behind.len);
	if (!to)
		return false;
	*ret = (struct text){ to, before.len + new_key.len + behind.len };
	to = add_text(to, before);
	*ret_key = to;
	add_text(add_text(to, new_key), behind);
	return true;
}

static void rename_entry(struct vmx_document *doc, uint32_t i, struct text head, const char *key,
			 size_t key_len)
{
	struct entry *e = &doc->entries[i];

	put(doc->edits, &doc->edits->pieces[i].head, head);
	e->key = key;
	e->key_len = (uint16_t)key_len;
	e->hash = vmxi_key_hash(key, key_len);
	e->flags &= (uint8_t)~ENTRY_ODD_KEY;
	if (e->quoting != QUOTING_NONE && e->quoting != QUOTING_UNCLOSED &&
	    !(e->flags & ENTRY_ODD_TAIL))
		e->flags &= (uint8_t)~VMX_ENTRY_ODD;
}

/*
 * Of duplicates all, or none if memory runs out: so the new heads are made first,
 * all alike but for their blanks, and kept in a list.
 */
struct new_head {
	struct text head;
	const char *key;
	uint32_t entry;
};

static bool make_heads(struct vmx_document *doc, uint32_t first, struct text new_key,
		       struct new_head **heads, size_t *count)
{
	size_t capacity = 0;

	for (uint32_t i = first; i != NO_ENTRY; i = doc->edits->pieces[i].same) {
		if (!vmxi_vector_reserve(&doc->allocator, (void **)heads, &capacity, *count,
					 sizeof(**heads)))
			return false;
		(*heads)[*count].entry = i;
		if (!make_head(doc, i, new_key, &(*heads)[*count].head, &(*heads)[*count].key))
			return false;
		(*count)++;
	}
	return true;
}

static enum vmx_code rename_all(struct vmx_document *doc, uint32_t first, struct text new_key,
				struct vmx_error *error)
{
	struct new_head *heads = NULL;
	size_t count = 0, more = 0, less = 0;
	enum vmx_code code = VMX_OK;

	if (!make_heads(doc, first, new_key, &heads, &count) || !vmxi_index_reserve(doc))
		code = vmxi_out_of_memory(error);
	for (size_t i = 0; i < count; i++) {
		more += heads[i].head.len;
		less += doc->edits->pieces[heads[i].entry].head.len;
	}
	if (code == VMX_OK)
		code = check_length(doc, more, less, error);
	if (code == VMX_OK) {
		vmxi_index_remove(doc, first);
		for (size_t i = 0; i < count; i++)
			rename_entry(doc, heads[i].entry, heads[i].head, heads[i].key, new_key.len);
		vmxi_index_add(doc, first);
	}
	vmxi_release(&doc->allocator, heads);
	return code;
}

enum vmx_code vmx_document_rename(struct vmx_document *doc, const char *key, size_t key_length,
				  const char *new_key, size_t new_key_length,
				  struct vmx_error *error)
{
	struct text k = { key, key_length }, new_k = { new_key, new_key_length };
	const struct entry *e = vmxi_find_entry(doc, k);
	enum vmx_code code;

	if (!e)
		return fail_not_found(k, error);
	code = check_rename(doc, e, k, new_k, error);
	if (code != VMX_OK)
		return code;
	if (!start_edits(doc))
		return vmxi_out_of_memory(error);
	return rename_all(doc, (uint32_t)(e - doc->entries), new_k, error);
}

/*
 * Text with pipe escapes
 */
enum vmx_code vmx_document_get_text(const struct vmx_document *doc, const char *key,
				    size_t key_length, struct vmx_bytes *ret,
				    struct vmx_error *error)
{
	const struct entry *e = vmxi_find_entry(doc, (struct text){ key, key_length });
	size_t bad_at;

	vmxi_bytes_clear(ret);
	if (!e)
		return fail_not_found((struct text){ key, key_length }, error);
	if (!vmxi_bytes_reserve(ret, e->value_len))
		return vmxi_out_of_memory(error);
	if (!vmxi_unescape_hex('|', entry_value(e), ret->data, &ret->length, &bad_at)) {
		vmxi_bytes_clear(ret);
		return vmxi_fail(error, VMX_CODE_INVALID_ESCAPE, entry_value_position(e),
				 "a '|' has to be followed by two hex digits (at byte %zu of the "
				 "value); a plain one is |7C", bad_at + 1);
	}
	ret->data[ret->length] = '\0';
	return VMX_OK;
}

/* What has to be escaped.  VMware writes capital digits. */
static bool escape_pipes(struct text value, struct vmx_bytes *ret)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];
		char escaped[] = { '|', digits[c >> 4], digits[c & 15] };
		bool plain = c == '\0' || (c >= 0x20 && c != '"' && c != '|');

		if (!vmxi_bytes_append(ret, plain ? value.ptr + i : escaped, plain ? 1 : 3))
			return false;
	}
	return vmxi_bytes_append(ret, NULL, 0);
}

enum vmx_code vmx_document_set_text(struct vmx_document *doc, const char *key, size_t key_length,
				    const char *value, size_t value_length,
				    struct vmx_error *error)
{
	struct vmx_bytes escaped = { .allocator = &doc->allocator };
	enum vmx_code code;

	if (escape_pipes((struct text){ value, value_length }, &escaped))
		code = vmx_document_set(doc, key, key_length, escaped.data, escaped.length, error);
	else
		code = vmxi_out_of_memory(error);
	vmx_bytes_release(&escaped);
	return code;
}
