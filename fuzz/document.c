/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Documents from any bytes:
 *
 * - what was not edited is written as it was read;
 * - what strict reading takes, tolerant reading takes as the same entries;
 * - an edit does what it says, leaves all other entries alone and every byte outside of
 *   what it is about, changes nothing if done again, and nothing if it fails;
 * - after each edit the document is what is read from what it writes;
 * - the normal form has the same entries, and is its own normal form.
 *
 * The bytes in front of the first NUL say which edits, two each; what follows is the
 * file (all of it, if there is no NUL).
 */
#include "fuzz.h"

#define EDITS_MAX 16

struct input {
	const char *edits;
	size_t edits_len;
	const char *file;
	size_t file_len;
};

static struct input cut(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *nul = size ? memchr(bytes, '\0', size) : NULL;
	size_t edits = nul ? (size_t)(nul - bytes) : 0;

	if (!nul)
		return (struct input){ bytes, 0, bytes, size };
	return (struct input){ bytes, edits, nul + 1, size - edits - 1 };
}

static struct vmx_document *read_and_hear(const char *file, size_t len, enum vmx_read_mode mode,
					  vmx_diagnostic_fn diagnostic)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *doc = NULL;
	struct vmx_error *error = fuzz_error();
	struct fuzz_heard heard = { 0 };

	options.mode = mode;
	options.diagnostic = diagnostic;
	options.user = &heard;
	if (fuzz_outcome(vmx_document_read(file, len, &options, &doc, error), error) == VMX_OK)
		MUST(doc != NULL);
	else
		MUST(doc == NULL);
	return doc;
}

/* What was written: its oddities were heard already. */
static struct vmx_document *read_again(const struct vmx_bytes *bytes)
{
	struct vmx_document *doc = read_and_hear(bytes->data, bytes->length, VMX_READ_TOLERANT,
						 NULL);

	MUST(doc);
	return doc;
}

/*
 * What a document holds
 */

static void must_write(const struct vmx_document *doc, const char *file, size_t len)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	MUST(vmx_document_write(doc, &bytes, NULL) == VMX_OK);
	MUST_EQUAL(bytes.data, bytes.length, file, len);
	vmx_bytes_release(&bytes);
}

static void must_be_same_entry(const struct vmx_entry *a, const struct vmx_entry *b)
{
	MUST_EQUAL(a->key, a->key_length, b->key, b->key_length);
	MUST_EQUAL(a->value, a->value_length, b->value, b->value_length);
	MUST((a->flags & VMX_ENTRY_DUPLICATE) == (b->flags & VMX_ENTRY_DUPLICATE));
	MUST((a->flags & VMX_ENTRY_MISFIT) == (b->flags & VMX_ENTRY_MISFIT));
}

static void must_be_same(const struct vmx_document *a, const struct vmx_document *b)
{
	struct vmx_entry x, y;
	size_t at_x = 0, at_y = 0;

	MUST(vmx_document_count(a) == vmx_document_count(b));
	while (vmx_document_next(a, &at_x, &x)) {
		MUST(vmx_document_next(b, &at_y, &y));
		must_be_same_entry(&x, &y);
	}
	MUST(!vmx_document_next(b, &at_y, &y));
}

/* Strict and tolerant; the flag for invalid UTF-8 is only for those who are told of it. */
static void must_read_alike(const struct vmx_document *strict, const struct vmx_document *doc)
{
	struct vmx_entry x, y;

	for (size_t a = 0, b = 0; vmx_document_next(strict, &a, &x);) {
		MUST(vmx_document_next(doc, &b, &y));
		MUST(fuzz_same(x.key, x.key_length, y.key, y.key_length));
		MUST(fuzz_same(x.value, x.value_length, y.value, y.value_length));
		MUST(x.line == y.line && x.column == y.column);
		MUST(x.value_line == y.value_line && x.value_column == y.value_column);
		MUST(x.flags == (y.flags & ~VMX_ENTRY_MISFIT));
	}
	MUST(vmx_document_count(strict) == vmx_document_count(doc));
}

/* The first entry of a key is what looking the key up gives. */
static void must_find_all(const struct vmx_document *doc)
{
	struct vmx_entry e, found;

	for (size_t cursor = 0; vmx_document_next(doc, &cursor, &e);) {
		MUST(vmx_document_get(doc, e.key, e.key_length, &found) == VMX_OK);
		MUST((found.value == e.value) == !(e.flags & VMX_ENTRY_DUPLICATE) ||
		     e.value_length == 0);
	}
}

static void must_have_normal_form(const struct vmx_document *doc)
{
	struct vmx_bytes normal = VMX_BYTES_INIT, again = VMX_BYTES_INIT;
	struct vmx_document *read;

	MUST(vmx_document_write_normal(doc, &normal, NULL) == VMX_OK);
	read = read_again(&normal);
	must_be_same(doc, read);
	MUST(vmx_document_write_normal(read, &again, NULL) == VMX_OK);
	MUST_EQUAL(again.data, again.length, normal.data, normal.length);
	vmx_document_free(read);
	vmx_bytes_release(&normal);
	vmx_bytes_release(&again);
}

/*
 * Edits
 */

struct edit {
	enum { UNSET, RENAME, SET, SET_TEXT } what;
	char key[64], other[64];
	size_t key_len, other_len;
	const char *value;
};

/* A key: an old one by its number, or a new one. */
static size_t choose_key(const struct vmx_document *doc, unsigned char choice, char key[64])
{
	static const char *const keys[] = {
		"new", "scsi0:1.present", "scsi0.x", "RemoteDisplay.vnc.port", "z.y.x", ".encoding",
		"_odd", "ethernet0.address",
	};
	struct vmx_entry e = { 0 };
	size_t cursor = 0;

	for (unsigned int n = choice >> 3; choice & 4 && vmx_document_next(doc, &cursor, &e) && n > 0; n--)
		;
	if (e.key && e.key_length < 64) {
		memcpy(key, e.key, e.key_length);
		return e.key_length;
	}
	strcpy(key, keys[choice >> 5]);
	return strlen(key);
}

static struct edit choose_edit(const struct vmx_document *doc, const char *how)
{
	static const char *const values[] = {
		"", "1", "it's", "a b", "\xC3\xA4\xE4\xBD\x8D", "# ;", "x\"y", "UTF-8",
	};
	unsigned char what = (unsigned char)how[0], choice = (unsigned char)how[1];
	struct edit edit = { .what = what % 4, .value = values[what >> 5] };

	edit.key_len = choose_key(doc, choice, edit.key);
	if (edit.what == RENAME)
		edit.other_len = choose_key(doc, (unsigned char)(what * 7), edit.other);
	return edit;
}

static enum vmx_code do_edit(struct vmx_document *doc, const struct edit *e)
{
	struct vmx_error *error = fuzz_error();
	enum vmx_code code;

	if (e->what == UNSET)
		code = vmx_document_unset(doc, e->key, e->key_len, error);
	else if (e->what == RENAME)
		code = vmx_document_rename(doc, e->key, e->key_len, e->other, e->other_len, error);
	else if (e->what == SET)
		code = vmx_document_set(doc, e->key, e->key_len, e->value, strlen(e->value), error);
	else
		code = vmx_document_set_text(doc, e->key, e->key_len, e->value, strlen(e->value),
					     error);
	return fuzz_outcome(code, error);
}

static bool same_key(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

static bool is_edited(const struct vmx_entry *entry, const struct edit *e)
{
	return same_key(entry->key, entry->key_length, e->key, e->key_len) ||
	       same_key(entry->key, entry->key_length, e->other, e->other_len);
}

static bool next_other(const struct vmx_document *doc, const struct edit *e, size_t *cursor,
		       struct vmx_entry *ret)
{
	while (vmx_document_next(doc, cursor, ret)) {
		if (!is_edited(ret, e))
			return true;
	}
	return false;
}

/* The entries with other keys are what they were, in their order. */
static void must_leave_others(const struct vmx_document *before, const struct vmx_document *after,
			      const struct edit *e)
{
	struct vmx_entry x, y;
	size_t at_x = 0, at_y = 0;

	while (next_other(before, e, &at_x, &x)) {
		MUST(next_other(after, e, &at_y, &y));
		must_be_same_entry(&x, &y);
	}
	MUST(!next_other(after, e, &at_y, &y));
}

static void must_have_text(const struct vmx_document *doc, const struct edit *e)
{
	struct vmx_bytes text = VMX_BYTES_INIT;

	MUST(vmx_document_get_text(doc, e->key, e->key_len, &text, NULL) == VMX_OK);
	MUST_EQUAL(text.data, text.length, e->value, strlen(e->value));
	vmx_bytes_release(&text);
}

/* The edit has been done. */
static void must_have_done(const struct vmx_document *before, const struct vmx_document *doc,
			   const struct edit *e)
{
	struct vmx_entry entry, old;
	enum vmx_code code = vmx_document_get(doc, e->key, e->key_len, &entry);

	if (e->what == SET) {
		MUST(code == VMX_OK);
		MUST_EQUAL(entry.value, entry.value_length, e->value, strlen(e->value));
	} else if (e->what == SET_TEXT) {
		must_have_text(doc, e);
	} else if (e->what == UNSET) {
		MUST(code == VMX_CODE_KEY_NOT_FOUND);
	} else {
		MUST(code == VMX_CODE_KEY_NOT_FOUND ||
		     same_key(e->key, e->key_len, e->other, e->other_len));
		MUST(vmx_document_get(doc, e->other, e->other_len, &entry) == VMX_OK);
		MUST(vmx_document_get(before, e->key, e->key_len, &old) == VMX_OK);
		MUST(fuzz_same(entry.key, entry.key_length, e->other, e->other_len));
		MUST(fuzz_same(entry.value, entry.value_length, old.value, old.value_length));
	}
}

/*
 * The bytes around an edit
 */

struct span {
	size_t from, to;	/* of what may change, in the old bytes */
};

static bool is_eol(char c)
{
	return c == '\n' || c == '\r';
}

/* Where the line after this place begins, or the end. */
static size_t next_line(const struct vmx_bytes *b, size_t at)
{
	while (at < b->length && !is_eol(b->data[at]))
		at++;
	if (at < b->length)
		at += b->data[at] == '\r' && at + 1 < b->length && b->data[at + 1] == '\n' ? 2 : 1;
	return at;
}

static size_t place_of(const struct vmx_bytes *b, unsigned int line, unsigned int column)
{
	size_t at = 0;

	for (unsigned int i = 1; i < line; i++)
		at = next_line(b, at);
	return at + column - 1;
}

static bool has_eol(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (is_eol(text[i]))
			return true;
	}
	return false;
}

static size_t up_to(size_t at, size_t back)
{
	return at > back ? at - back : 0;
}

/* An entry's value, its quotes, and one byte that keeps it from what stands behind. */
static struct span span_of_value(const struct vmx_bytes *old, const struct vmx_entry *e)
{
	size_t at = place_of(old, e->value_line, e->value_column);
	struct span span = { up_to(at, 3), old->length };

	if (!has_eol(e->value, e->value_length))
		span.to = next_line(old, at);
	/* what was decoded may be longer than all that follows */
	if (e->value_length <= old->length - at &&
	    fuzz_same(old->data + at, e->value_length, e->value, e->value_length))
		span.to = at + e->value_length + 3;
	return span;
}

/* An entry's line, with the end of that before. */
static struct span span_of_line(const struct vmx_bytes *old, const struct vmx_entry *e)
{
	size_t end = place_of(old, e->value_line, e->value_column);
	struct span span = { up_to(place_of(old, e->line, 1), 2), old->length };

	if (!has_eol(e->value, e->value_length))
		span.to = next_line(old, end);
	return span;
}

/* The new bytes are the old ones, but for those in the span. */
static void must_keep_outside(const struct vmx_bytes *old, const struct vmx_bytes *new,
			      struct span span)
{
	size_t behind = span.to < old->length ? old->length - span.to : 0;

	MUST(span.from + behind <= new->length);
	MUST_EQUAL(new->data, span.from, old->data, span.from);
	MUST_EQUAL(new->data + new->length - behind, behind, old->data + old->length - behind, behind);
}

/* The longer ones are the shorter ones with something put in at one place. */
static void must_be_with_more(const struct vmx_bytes *shorter, const struct vmx_bytes *longer)
{
	size_t head = 0;

	MUST(longer->length >= shorter->length);
	while (head < shorter->length && shorter->data[head] == longer->data[head])
		head++;
	MUST_EQUAL(shorter->data + head, shorter->length - head,
		   longer->data + longer->length - (shorter->length - head), shorter->length - head);
}

static bool is_duplicated(const struct vmx_document *doc, const struct edit *e)
{
	struct vmx_entry entry;

	for (size_t cursor = 0; vmx_document_next(doc, &cursor, &entry);) {
		if (entry.flags & VMX_ENTRY_DUPLICATE &&
		    same_key(entry.key, entry.key_length, e->key, e->key_len))
			return true;
	}
	return false;
}

/* The edit has been done; before was read from the old bytes. */
static void must_touch_no_more(const struct vmx_document *before, const struct edit *e,
			       const struct vmx_bytes *old, const struct vmx_bytes *new)
{
	struct vmx_entry entry;
	struct span key;

	if (vmx_document_get(before, e->key, e->key_len, &entry) != VMX_OK) {
		must_be_with_more(old, new);
	} else if (e->what == SET || e->what == SET_TEXT) {
		must_keep_outside(old, new, span_of_value(old, &entry));
	} else if (is_duplicated(before, e)) {
		return;
	} else if (e->what == UNSET) {
		must_be_with_more(new, old);
		must_keep_outside(old, new, span_of_line(old, &entry));
	} else {
		key.from = place_of(old, entry.line, entry.column);
		key.to = key.from + entry.key_length;
		must_keep_outside(old, new, key);
	}
}

/* Edits once; answers the document as it is read from what is written then. */
static struct vmx_document *edit_once(struct vmx_document *doc, struct vmx_document *before,
				      const struct edit *e)
{
	struct vmx_bytes old = VMX_BYTES_INIT, new = VMX_BYTES_INIT;
	struct vmx_document *after = before;

	MUST(vmx_document_write(doc, &old, NULL) == VMX_OK);
	if (do_edit(doc, e) != VMX_OK) {
		must_write(doc, old.data, old.length);
	} else {
		must_have_done(before, doc, e);
		must_leave_others(before, doc, e);
		MUST(vmx_document_write(doc, &new, NULL) == VMX_OK);
		must_touch_no_more(before, e, &old, &new);
		after = read_again(&new);
		vmx_document_free(before);
		if (e->what == SET || e->what == SET_TEXT) {
			MUST(do_edit(doc, e) == VMX_OK);
			must_write(doc, new.data, new.length);
		}
	}
	must_find_all(doc);
	must_be_same(doc, after);
	vmx_bytes_release(&old);
	vmx_bytes_release(&new);
	return after;
}

static void edit_all(struct vmx_document *doc, const struct input *input)
{
	struct vmx_document *before = read_and_hear(input->file, input->file_len,
						    VMX_READ_TOLERANT, NULL);

	for (size_t i = 0; i + 1 < input->edits_len && i < 2 * EDITS_MAX; i += 2) {
		struct edit edit = choose_edit(doc, input->edits + i);

		before = edit_once(doc, before, &edit);
	}
	must_have_normal_form(doc);
	vmx_document_free(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = cut(data, size);
	struct vmx_document *doc = read_and_hear(input.file, input.file_len, VMX_READ_TOLERANT,
						 fuzz_hear);
	struct vmx_document *strict = read_and_hear(input.file, input.file_len, VMX_READ_STRICT,
						    fuzz_hear);

	if (doc) {
		must_write(doc, input.file, input.file_len);
		must_find_all(doc);
		must_have_normal_form(doc);
	}
	if (strict) {
		MUST(doc);
		must_write(strict, input.file, input.file_len);
		must_read_alike(strict, doc);
	}
	if (doc && input.edits_len > 1)
		edit_all(doc, &input);
	vmx_document_free(strict);
	vmx_document_free(doc);
	return 0;
}
