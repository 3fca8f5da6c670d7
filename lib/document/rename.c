/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Giving entries other keys.
 */
#include "document/bytes.h"
#include "document/checks.h"
#include "document/document.h"
#include "document/encoding.h"
#include "document/hash.h"
#include "document/pieces.h"

static enum vmx_code check_rename(const struct vmx_document *doc, const struct entry *e,
				  struct text key, struct text new_key, struct vmx_error *error)
{
	const struct entry *there = vmxi_find_entry(doc, new_key);
	enum vmx_code code = vmxi_check_key(doc, new_key, error);
	char q[QUOTE_MAX];

	if (code != VMX_OK)
		return code;
	if (there && there != e)
		return vmxi_fail(error, VMX_CODE_KEY_EXISTS, entry_position(there),
				 "there is a key '%s' already", vmxi_quote(q, new_key));
	if (vmxi_names_encoding(key) != vmxi_names_encoding(new_key) &&
	    !vmxi_same_encoding(doc, vmxi_names_encoding(key) ? TEXT("UTF-8") : entry_value(doc, e)))
		return vmxi_fail_encoding(doc, error);
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
	doc->replacements[e->replacement - 1].key = (struct text){ key, key_len };
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
		if (!vmxi_replacement(doc, &doc->entries[i]) ||
		    !make_head(doc, i, new_key, &(*heads)[*count].head, &(*heads)[*count].key))
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
		code = vmxi_check_length(doc, more, less, error);
	if (code == VMX_OK) {
		vmxi_relatives_release(doc);
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
		return vmxi_fail_not_found(k, error);
	code = check_rename(doc, e, k, new_k, error);
	if (code != VMX_OK)
		return code;
	if (!vmxi_start_edits(doc))
		return vmxi_out_of_memory(error);
	return rename_all(doc, (uint32_t)(e - doc->entries), new_k, error);
}
