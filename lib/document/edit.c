/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls that set and remove keys.
 */
#include "document/edit.h"

#include "document/checks.h"
#include "document/encoding.h"
#include "document/hash.h"
#include "document/pieces.h"
#include "document/place.h"
#include "names/escape_core.h"

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

/* The entry has a replacement. */
static void set_entry_value(struct vmx_document *doc, struct entry *e, struct text value,
			    size_t raw_len, enum quoting quoting)
{
	doc->replacements[e->replacement - 1].value = value;
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
	enum vmx_code code = vmxi_check_length(doc, len + foot.len, p->body.len + p->foot.len, error);
	char *body;

	if (code != VMX_OK)
		return code;
	body = vmxi_arena_allocate(&doc->arena, len);
	if (!body || !keep_value(doc, v, body + quotes[quoting].len, &value) ||
	    !vmxi_replacement(doc, e))
		return vmxi_out_of_memory(error);
	add_text(add_text(add_text(body, quotes[quoting]), raw), quotes[quoting]);
	put(doc->edits, &p->body, (struct text){ body, len });
	put(doc->edits, &p->foot, foot);
	set_entry_value(doc, e, value, raw.len, quoting);
	return VMX_OK;
}

/*
 * New lines
 */

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

static enum vmx_code make_room(struct vmx_document *doc, struct vmx_error *error)
{
	struct edits *edits = doc->edits;

	if (vmx_document_count(doc) >= doc->limits.entries)
		return vmxi_fail(error, VMX_CODE_TOO_MANY_ENTRIES, NOWHERE,
				 "the file would have more entries than the limit of %zu; the "
				 "option max_entries raises it", doc->limits.entries);
	/* entries that are gone keep their index, so even a small file can run out of them */
	if (doc->count >= ENTRIES_MAX ||
	    !vmxi_vector_reserve(doc->large, (void **)&doc->entries, &doc->capacity,
				 doc->count, sizeof(*doc->entries)) ||
	    !vmxi_vector_reserve(&doc->allocator, (void **)&edits->pieces, &edits->capacity,
				 doc->count, sizeof(*edits->pieces)) ||
	    !vmxi_reserve_replacement(doc) || !vmxi_index_reserve(doc) ||
	    !vmxi_relatives_reserve(doc))
		return vmxi_out_of_memory(error);
	return VMX_OK;
}

static enum vmx_code add_line(struct vmx_document *doc, struct text key, const struct new_value *v,
			      struct vmx_error *error)
{
	uint32_t i = (uint32_t)doc->count, relative;
	struct place place;
	struct style style;
	struct text raw = { v->raw.data, v->raw.length }, value;
	struct piece piece;
	const char *key_at;
	enum vmx_code code = make_room(doc, error);

	if (code != VMX_OK)
		return code;
	relative = vmxi_find_place(doc, key, &place, &style);
	if (!make_line(doc, &style, &place, key, raw, &piece, &key_at) ||
	    !keep_value(doc, v, piece.body.ptr + 1, &value))
		return vmxi_out_of_memory(error);
	code = vmxi_check_length(doc, piece.head.len + piece.body.len + piece.foot.len, 0, error);
	if (code != VMX_OK)
		return code;
	doc->entries[i] = (struct entry){ .hash = vmxi_key_hash(key.ptr, key.len) };
	vmxi_replacement(doc, &doc->entries[i])->key = (struct text){ key_at, key.len };
	set_entry_value(doc, &doc->entries[i], value, raw.len, QUOTING_DOUBLE);
	doc->edits->pieces[i] = piece;
	vmxi_link_piece(doc, i, place.next, place.at);
	doc->count++;
	vmxi_index_add(doc, i);
	vmxi_relatives_add(doc, i, relative);
	return VMX_OK;
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
	enum vmx_code code = e ? VMX_OK : vmxi_check_key(doc, k, error);

	if (code == VMX_OK)
		code = vmxi_check_value(doc, k, v.value, error);
	if (code == VMX_OK)
		code = vmxi_encode(doc, v.value, &v.raw, error);
	if (code == VMX_OK && v.raw.length > doc->limits.value_length)
		code = vmxi_fail_value_too_long(doc, error);
	if (code == VMX_OK && !vmxi_start_edits(doc))
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
		return vmxi_fail_not_found(k, error);
	if (vmxi_names_encoding(k) && !vmxi_same_encoding(doc, TEXT("UTF-8")))
		return vmxi_fail_encoding(doc, error);
	if (!vmxi_start_edits(doc))
		return vmxi_out_of_memory(error);
	i = (uint32_t)(e - doc->entries);
	vmxi_index_remove(doc, i);
	for (uint32_t next; i != NO_ENTRY; i = next) {
		next = doc->edits->pieces[i].same;
		vmxi_remove_entry(doc, i);
	}
	return VMX_OK;
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
		return vmxi_fail_not_found((struct text){ key, key_length }, error);
	if (!vmxi_bytes_reserve(ret, entry_value(doc, e).len))
		return vmxi_out_of_memory(error);
	if (!vmxi_unescape_hex('|', entry_value(doc, e), ret->data, &ret->length, &bad_at)) {
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
