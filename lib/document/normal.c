/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The normal form of a document.
 *
 * Between two values there is a gap: the rest of the line (a comment, or a ';'),
 * whole lines (comments, nonsense, blank ones), and what stands in front of the
 * next key.  Reading has made sure that nothing else can be there.
 */
#include "document/document.h"

#include "document/bytes.h"

struct normal {
	struct vmx_bytes *out;
	struct text eol;
	bool line_open;		/* the line that was written last has no end yet */
	bool blank_due;		/* a blank line goes before the next line, if there is one */
	bool failed;		/* no memory */
};

/*
 * Gaps
 */
/* What stands before entry i; behind the last one, if i is the number of entries. */
static struct text gap_before(const struct vmx_document *doc, size_t i)
{
	size_t from = i > 0 ? entry_value_end(&doc->entries[i - 1]) : 0;
	size_t to = i < doc->count ? doc->entries[i].at : doc->length;

	return (struct text){ doc->bytes + from, to - from };
}

/* A line of the gap, without its end; rest is what follows.  *ret_eol is that end. */
static struct text take_line(struct text *rest, struct text *ret_eol)
{
	struct text line = *rest;
	size_t eol = 1;

	line.len = 0;
	while (line.len < rest->len && !is_eol(rest->ptr[line.len]))
		line.len++;
	*rest = text_skip(*rest, line.len);
	if (rest->len == 0)
		eol = 0;
	else if (rest->len > 1 && rest->ptr[0] == '\r' && rest->ptr[1] == '\n')
		eol = 2;
	*ret_eol = (struct text){ rest->ptr, eol };
	*rest = text_skip(*rest, eol);
	return line;
}

/* The first one outside values. */
static struct text usual_eol(const struct vmx_document *doc)
{
	for (size_t i = 0; i <= doc->count; i++) {
		struct text gap = gap_before(doc, i), eol;

		(void)take_line(&gap, &eol);
		if (eol.len > 0)
			return eol;
	}
	return TEXT("\n");
}

/* Without blanks at both ends, and byte order marks in front. */
static struct text trim_line(struct text line)
{
	static const struct text mark = { "\xEF\xBB\xBF", 3 };

	line = vmxi_text_trim(line);
	while (text_starts(line, mark))
		line = vmxi_text_trim(text_skip(line, mark.len));
	return line;
}

/*
 * Writing
 */
static void add(struct normal *n, struct text t)
{
	if (!n->failed && t.len > 0)
		n->failed = !vmxi_bytes_append_text(n->out, t);
}

static void end_line(struct normal *n)
{
	if (n->line_open)
		add(n, n->eol);
	n->line_open = false;
}

static void begin_line(struct normal *n)
{
	end_line(n);
	if (n->blank_due && n->out->length > 0)
		add(n, n->eol);
	n->blank_due = false;
	n->line_open = true;
}

/* What follows a value on its line. */
static void write_behind_value(struct normal *n, struct text t, const struct entry *e)
{
	t = vmxi_text_trim(t);
	if (!(e->flags & ENTRY_ODD_TAIL) && text_starts(t, TEXT(";")))
		t = trim_line(text_skip(t, 1));
	if (t.len == 0)
		return;
	if (t.ptr[0] == '#' || (e->flags & ENTRY_ODD_TAIL))
		add(n, TEXT(" "));
	else
		begin_line(n);
	add(n, t);
}

static void write_gap(struct normal *n, const struct vmx_document *doc, size_t i)
{
	struct text rest = gap_before(doc, i), eol;

	if (i > 0)
		write_behind_value(n, take_line(&rest, &eol), &doc->entries[i - 1]);
	while (rest.len > 0) {
		struct text line = trim_line(take_line(&rest, &eol));

		if (line.len > 0) {
			begin_line(n);
			add(n, line);
		} else if (eol.len > 0) {
			n->blank_due = true;
		}
	}
}

static bool has_eol(struct text t)
{
	return vmxi_text_find(t, '\n') < t.len || vmxi_text_find(t, '\r') < t.len;
}

/* The quotes that the value can stand in, as it is; "" where there are none. */
static struct text quotes_for(struct text raw)
{
	if (vmxi_text_find(raw, '"') == raw.len && !has_eol(raw))
		return TEXT("\"");
	if (vmxi_text_find(raw, '\'') == raw.len && !has_eol(raw))
		return TEXT("'");
	if (raw.ptr[raw.len - 1] != '"' && !memmem(raw.ptr, raw.len, "\"\"\"", 3))
		return TEXT("\"\"\"");
	return TEXT("");	/* it had none before, either */
}

/* As it stands in the file: an odd one that is not ASCII was decoded. */
static struct text raw_key(const struct vmx_document *doc, const struct entry *e)
{
	struct text key = { doc->bytes + e->at, e->value_at - e->at };

	key.len = vmxi_text_find(key, '=');
	return vmxi_text_trim(key);
}

static void write_entry(struct normal *n, const struct vmx_document *doc, const struct entry *e)
{
	struct text raw = { doc->bytes + e->value_at, e->raw_len }, quotes = quotes_for(raw);

	begin_line(n);
	add(n, raw_key(doc, e));
	/* behind a blank, a '#' without quotes would begin a comment */
	add(n, quotes.len == 0 && raw.ptr[0] == '#' ? TEXT(" =") : TEXT(" = "));
	add(n, quotes);
	add(n, raw);
	add(n, quotes);
}

/* Of a document without edits: its entries are where the bytes are. */
static enum vmx_code write_unedited(const struct vmx_document *doc, struct vmx_bytes *ret,
				    struct vmx_error *error)
{
	struct normal n = { .out = ret, .eol = usual_eol(doc) };

	n.failed = !vmxi_bytes_reserve(ret, doc->length + doc->count);
	for (size_t i = 0; i < doc->count; i++) {
		write_gap(&n, doc, i);
		write_entry(&n, doc, &doc->entries[i]);
	}
	write_gap(&n, doc, doc->count);
	end_line(&n);
	if (!n.failed)
		return VMX_OK;
	vmxi_bytes_clear(ret);
	return vmxi_out_of_memory(error);
}

/* What the document would be once it is written. */
static enum vmx_code read_again(const struct vmx_document *doc, struct vmx_document **ret,
				struct vmx_error *error)
{
	struct vmx_bytes bytes = { .allocator = &doc->allocator };
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	enum vmx_code code = vmx_document_write(doc, &bytes, error);

	options.encoding = doc->encoding;
	options.max_file_size = doc->limits.file_size;
	options.max_entries = doc->limits.entries;
	options.max_key_length = doc->limits.key_length;
	options.max_value_length = doc->limits.value_length;
	options.allocator = &doc->allocator;
	if (code == VMX_OK)
		code = vmx_document_read(bytes.data, bytes.length, &options, ret, error);
	vmx_bytes_release(&bytes);
	return code;
}

enum vmx_code vmx_document_write_normal(const struct vmx_document *doc, struct vmx_bytes *ret,
					struct vmx_error *error)
{
	struct vmx_document *again = NULL;
	enum vmx_code code;

	vmxi_bytes_clear(ret);
	if (!doc->edits)
		return write_unedited(doc, ret, error);
	code = read_again(doc, &again, error);
	if (code == VMX_OK)
		code = write_unedited(again, ret, error);
	vmx_document_free(again);
	return code;
}
