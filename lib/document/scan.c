/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From bytes to entries.
 *
 * What libvirt's reader takes, found by trying it out:
 *
 *   file       = *( statement separator )      another round only if a byte is left
 *   statement  = *( BLANK / EOL ) ( comment / assignment )
 *   assignment = key *BLANK "=" *BLANK value *BLANK [ comment ]
 *   key        = ( LETTER / "." ) *( LETTER / DIGIT / "_" / ":" / "." / "-" / "*" )
 *   value      = "'" *( any but "'" and EOL ) "'"
 *              / <"""> *any <""">              up to the first one; see is_triple()
 *              / <"> *( any but <"> and EOL ) <">
 *   separator  = *BLANK ( end / EOL *( BLANK / EOL ) / ";" *( BLANK / EOL ) )
 *   comment    = "#" *( any but EOL )
 *   BLANK      = space / tab
 *   EOL        = LF / CR
 *
 * There is no backslash escape, and bytes above 0x7F are "any".  Nothing follows
 * from the grammar for a file of nothing but BLANK and EOL: it is refused, while
 * an empty file and one of comments are fine.
 *
 * Tolerant reading takes the same grammar, and where it does not fit, in place of
 * an error:
 *
 *   assignment =/ odd-key "=" *BLANK value ...   what stands before the first "="
 *   value      =/ bare                           to the end of line or BLANK "#"
 *              /  <"> *( any but <"> and EOL )   unclosed: to the end of line
 *              /  ""
 *   statement  =/ directive / *( any but EOL )   skipped
 *              /  mark statement                 a byte order mark: skipped
 *   separator  =/ *( any but EOL )               skipped
 *
 * None of these can begin where the strict grammar still has a way to go on, so
 * that a file which libvirt takes is never read otherwise.
 *
 * Positions: a line ends at LF, CRLF or a lone CR; columns count bytes.
 */
#include "document/bytes.h"
#include "document/hash.h"
#include "document/ordinary.h"
#include "document/reading.h"

struct scan {
	const char *p, *end;
	const char *line_start;
	uint32_t line;
	bool strict;
	enum vmx_code code;	/* why it stopped */
	size_t room;		/* entries that fit without asking again */
	vmxi_take_ordinary_fn *take_ordinary;	/* NULL: all lines go through the grammar */
	struct vmx_document *doc;
	struct reading *r;
};

/*
 * Failing and reporting.  All of these answer whether to go on.
 */
static struct position position_at(const struct scan *s, const char *p)
{
	return (struct position){ s->line, (uint32_t)(p - s->line_start) + 1 };
}

static bool expected(struct scan *s, const char *p, const char *what)
{
	char q[QUOTE_MAX];
	struct text rest = { p, p < s->end ? (size_t)(find_eol(p) - p) : 0 };

	if (rest.len > (size_t)(s->end - p))
		rest.len = (size_t)(s->end - p);
	s->code = vmxi_fail(s->r->error, VMX_CODE_SYNTAX, position_at(s, p),
			    rest.len ? "%s, but there is '%s'" : p < s->end ?
			    "%s, but the line ends" : "%s, but the file ends",
			    what, vmxi_quote(q, rest));
	return false;
}

static bool fail_limit(struct scan *s, enum vmx_code code, struct position where,
		       const char *what, size_t limit, const char *option)
{
	s->code = vmxi_fail(s->r->error, code, where,
			    "%s than the limit of %zu; the option %s raises it",
			    what, limit, option);
	return false;
}

static bool find_at(struct scan *s, enum vmx_code code, enum vmx_severity severity,
		    const char *p, uint32_t entry)
{
	struct finding finding = {
		.at = (uint32_t)(p - s->doc->bytes), .where = position_at(s, p),
		.entry = entry, .code = (uint16_t)code, .severity = (uint16_t)severity,
	};

	if (vmxi_find(s->r, PHASE_SCAN, &finding))
		return true;
	s->code = vmxi_out_of_memory(s->r->error);
	return false;
}

/*
 * Space
 */
static void take_eol(struct scan *s)
{
	if (*s->p == '\r' && s->p + 1 < s->end && s->p[1] == '\n')
		s->p++;
	s->p++;
	s->line++;
	s->line_start = s->p;
}

static void skip_blanks(struct scan *s)
{
	while (is_blank(*s->p))	/* ends in the padding at the latest */
		s->p++;
}

static void skip_space(struct scan *s)
{
	while (s->p < s->end) {
		if (is_eol(*s->p))
			take_eol(s);
		else if (is_blank(*s->p))
			s->p++;
		else
			return;
	}
}

static void skip_line(struct scan *s)
{
	s->p = find_eol(s->p);
}

/*
 * Entries
 */
static bool make_room(struct scan *s, const struct entry *e)
{
	struct vmx_document *doc = s->doc;

	if (doc->count >= doc->limits.entries)
		return fail_limit(s, VMX_CODE_TOO_MANY_ENTRIES, entry_position(e),
				  "the file has more entries", doc->limits.entries,
				  "max_entries");
	if (!vmxi_vector_reserve(doc->large, (void **)&doc->entries, &doc->capacity,
				 doc->count, sizeof(*doc->entries))) {
		s->code = vmxi_out_of_memory(s->r->error);
		return false;
	}
	s->room = doc->capacity < doc->limits.entries ? doc->capacity : doc->limits.entries;
	return true;
}

static bool add_entry(struct scan *s, struct entry *e)
{
	struct vmx_document *doc = s->doc;

	e->hash = vmxi_key_hash_padded(doc->bytes + e->at, e->key_len);
	if (e->raw_len > doc->limits.value_length)
		return fail_limit(s, VMX_CODE_VALUE_TOO_LONG, entry_value_position(e),
				  "the value is longer", doc->limits.value_length,
				  "max_value_length");
	if (doc->count >= s->room && !make_room(s, e))
		return false;
	if (s->r->encoding_entry == NO_ENTRY && text_equal_nocase(entry_key(doc, e), TEXT(".encoding")))
		s->r->encoding_entry = (uint32_t)doc->count;
	doc->entries[doc->count++] = *e;
	return true;
}

/*
 * Values
 */
static void set_value(const struct scan *s, struct entry *e, const char *from, const char *to,
		      enum quoting quoting)
{
	e->value_at = (uint32_t)(from - s->doc->bytes);
	e->raw_len = (uint32_t)(to - from);
	e->quoting = (uint8_t)quoting;
}

/* The next three quotes in a row, or NULL. */
static const char *find_triple(const struct scan *s, const char *p)
{
	static const char quotes[] = { '"', '"', '"' };

	return p < s->end ? memmem(p, (size_t)(s->end - p), quotes, sizeof(quotes)) : NULL;
}

/*
 * Three quotes only begin a long string if more than six bytes are left from the
 * first one on.
 */
static bool is_triple(const struct scan *s)
{
	return s->end - s->p > 6 && s->p[0] == '"' && s->p[1] == '"' && s->p[2] == '"';
}

/* True: the value is taken, or strict reading failed: then s->code says so. */
static bool take_triple(struct scan *s, struct entry *e)
{
	const char *body = s->p + 3, *close = find_triple(s, body);

	if (!close) {
		if (s->strict)
			return !expected(s, s->p, "the \"\"\" has to be closed");
		return false;	/* "" it is, with something behind */
	}
	set_value(s, e, body, close, QUOTING_TRIPLE);
	for (s->p = find_eol(body); s->p < close; s->p = find_eol(s->p))
		take_eol(s);
	s->p = close + 3;
	return true;
}

static bool take_quoted(struct scan *s, struct entry *e, char quote)
{
	const char *body = s->p + 1, *close = find_stop(body, quote);

	if (*close == quote) {
		set_value(s, e, body, close, quote == '"' ? QUOTING_DOUBLE : QUOTING_SINGLE);
		s->p = close + 1;
		return true;
	}
	if (s->strict)
		return expected(s, s->p, "a string has to be closed on its line");
	e->flags |= VMX_ENTRY_ODD;
	set_value(s, e, body, close, QUOTING_UNCLOSED);
	s->p = close;
	return find_at(s, VMX_CODE_UNCLOSED_STRING, VMX_WARNING, body - 1, (uint32_t)s->doc->count);
}

/* A '#' behind a blank begins a comment. */
static const char *find_comment(const char *from, const char *to)
{
	const char *p = from;

	while (p < to && (p = memchr(p, '#', (size_t)(to - p)))) {
		if (is_blank(p[-1]))
			return p;
		p++;
	}
	return to;
}

static bool take_bare(struct scan *s, struct entry *e)
{
	const char *from = s->p, *to = find_comment(from, find_eol(from));
	enum vmx_code code = VMX_CODE_UNQUOTED_VALUE;

	s->p = to;
	while (to > from && is_blank(to[-1]))
		to--;
	if (from == to)
		code = VMX_CODE_MISSING_VALUE;
	e->flags |= VMX_ENTRY_ODD;
	set_value(s, e, from, to, QUOTING_NONE);
	return find_at(s, code, VMX_NOTE, from, (uint32_t)s->doc->count);
}

static const char *what_value(char c)
{
	if (c == '[')
		return "a quoted value was expected (lists are not allowed in VMX)";
	if (ascii_is_digit(c) || c == '-' || c == '+')
		return "a quoted value was expected (numbers need quotes in VMX)";
	return "a quoted value was expected";
}

static bool take_value(struct scan *s, struct entry *e)
{
	if (*s->p == '\'')
		return take_quoted(s, e, '\'');
	if (is_triple(s) && take_triple(s, e))
		return s->code == VMX_OK;
	if (*s->p == '"')
		return take_quoted(s, e, '"');
	if (s->strict)
		return expected(s, s->p, what_value(*s->p));
	return take_bare(s, e);
}

/* Behind the key: "=" *BLANK value *BLANK [ comment ] */
static bool take_rest(struct scan *s, struct entry *e)
{
	s->p++;
	skip_blanks(s);
	if (!take_value(s, e) || !add_entry(s, e))
		return false;
	skip_blanks(s);
	if (*s->p == '#')
		skip_line(s);
	return true;
}

/*
 * Statements
 */

/* Template languages that people write VMX files in. */
static bool is_directive(const char *p)
{
	return (p[0] == '{' && (p[1] == '%' || p[1] == '{' || p[1] == '#')) ||
	       (p[0] == '<' && p[1] == '%');
}

static bool skip_directive(struct scan *s)
{
	if (!(s->doc->flags & DOCUMENT_HAS_DIRECTIVE)) {
		s->doc->flags |= DOCUMENT_HAS_DIRECTIVE;
		s->doc->directive = position_at(s, s->p);
	}
	if (!find_at(s, VMX_CODE_TEMPLATE_DIRECTIVE, VMX_WARNING, s->p, NO_ENTRY))
		return false;
	skip_line(s);
	return true;
}

static bool skip_nonsense(struct scan *s)
{
	if (!find_at(s, VMX_CODE_NO_ASSIGNMENT, VMX_WARNING, s->p, NO_ENTRY))
		return false;
	skip_line(s);
	return true;
}

/*
 * Tolerant: what stands before the first '=' of the line is the key, unless that
 * is in a comment, or nothing, or too long for any key.  A line that begins with
 * ';' is nobody's key either: people know it as a comment from elsewhere.
 */
static bool take_odd_assignment(struct scan *s, struct entry *e)
{
	const char *from = s->p, *to = find_comment(from, find_eol(from));
	const char *equals = memchr(from, '=', (size_t)(to - from));

	if (is_directive(from))
		return skip_directive(s);
	for (to = equals; to && to > from && is_blank(to[-1]);)
		to--;
	if (!equals || to == from || *from == ';' ||
	    (size_t)(to - from) > s->doc->limits.key_length)
		return skip_nonsense(s);
	e->key_len = (uint16_t)(to - from);
	e->flags = VMX_ENTRY_ODD | ENTRY_ODD_KEY;
	if (!find_at(s, VMX_CODE_ODD_KEY, VMX_NOTE, from, (uint32_t)s->doc->count))
		return false;
	s->p = equals;
	return take_rest(s, e);
}

static void skip_key(struct scan *s)
{
	unsigned int length;

	if (!is_key_first(*s->p))
		return;
	for (;; s->p++) {
		while ((length = ordinary_key_32(s->p)) == 32)
			s->p += 32;
		s->p += length;
		if (*s->p != '*')
			return;
	}
}

static bool take_assignment(struct scan *s)
{
	const char *key = s->p;
	struct position where = position_at(s, key);
	struct entry e = {
		.at = (uint32_t)(key - s->doc->bytes),
		.line = where.line, .column = where.column,
	};
	size_t len;

	skip_key(s);
	len = (size_t)(s->p - key);
	skip_blanks(s);
	if (len == 0 || *s->p != '=') {
		if (s->strict)
			return expected(s, s->p, len ? "an '=' was expected behind the key"
						     : "a key was expected");
		s->p = key;
		return take_odd_assignment(s, &e);
	}
	if (len > s->doc->limits.key_length)
		return fail_limit(s, VMX_CODE_KEY_TOO_LONG, where, "the key is longer",
				  s->doc->limits.key_length, "max_key_length");
	e.key_len = (uint16_t)len;
	return take_rest(s, &e);
}

/*
 * Tolerant: byte order marks in front of a line.  The first line has one where
 * PowerShell wrote the file, and others where such files were put together.
 */
static bool skip_marks(struct scan *s)
{
	while (!s->strict && s->end - s->p >= 3 && memcmp(s->p, "\xEF\xBB\xBF", 3) == 0) {
		if (!find_at(s, VMX_CODE_BYTE_ORDER_MARK, VMX_NOTE, s->p, NO_ENTRY))
			return false;
		s->p += 3;
		skip_space(s);
	}
	return true;
}

static bool take_statement(struct scan *s)
{
	skip_space(s);
	if (!skip_marks(s))
		return false;
	if (s->p < s->end && *s->p == '#') {
		skip_line(s);
		return true;
	}
	if (s->p < s->end)
		return take_assignment(s);
	return !s->strict || expected(s, s->p, "a key was expected");
}

/* Tolerant: what follows a value makes no sense. */
static bool skip_tail(struct scan *s)
{
	uint32_t last = (uint32_t)(s->doc->count - 1);

	s->doc->entries[last].flags |= VMX_ENTRY_ODD | ENTRY_ODD_TAIL;
	if (!find_at(s, VMX_CODE_TEXT_AFTER_VALUE, VMX_WARNING, s->p, last))
		return false;
	skip_line(s);
	return true;
}

static bool take_separator(struct scan *s)
{
	skip_blanks(s);
	if (s->p < s->end && *s->p == ';') {
		s->p++;
	} else if (s->p < s->end && !is_eol(*s->p)) {
		if (s->strict)
			return expected(s, s->p, "the end of the line or a ';' was expected");
		if (!skip_tail(s))
			return false;
	}
	skip_space(s);
	return true;
}

/*
 * Ordinary lines
 */

/* Entries are taken into the index while they are in the cache, so many at a time. */
#define BATCH 128

/* Whether it took as many as it may at a time: then there are more, likely. */
static bool take_ordinary_lines(struct scan *s)
{
	struct vmx_document *doc = s->doc;
	size_t batch = s->room - doc->count < BATCH ? s->room - doc->count : BATCH;
	struct entry *first = doc->entries + doc->count;
	struct position where = position_at(s, s->p);
	struct ordinary_run run = {
		.p = s->p, .end = s->end, .e = first, .full = first + batch,
		.line = where.line, .column = where.column,
	};

	s->take_ordinary(doc, &run);
	if (run.e == first)
		return false;
	doc->count = (size_t)(run.e - doc->entries);
	s->p = s->line_start = run.p;
	s->line = run.line;
	/* as behind any separator; the padding may have counted as a line end */
	skip_space(s);
	return run.e == run.full;
}

/*
 * The whole
 */

/* But decoding may change keys, where there is anything to decode. */
static bool index_batch(struct scan *s)
{
	if (s->r->has_high || s->doc->count - s->doc->index.covered < BATCH ||
	    vmxi_index_catch_up(s->doc))
		return true;
	s->code = vmxi_out_of_memory(s->r->error);
	return false;
}

static enum vmx_code scan(struct reading *r, bool slowly)
{
	struct scan s = {
		.p = r->doc->bytes, .end = r->doc->bytes + r->doc->length,
		.line_start = r->doc->bytes, .line = 1, .strict = r->strict,
		.doc = r->doc, .r = r,
	};

	if (!slowly && r->doc->limits.key_length >= ORDINARY_KEY_MAX)
		s.take_ordinary = vmxi_best_take_ordinary();

	s.room = s.doc->capacity < s.doc->limits.entries ? s.doc->capacity : s.doc->limits.entries;
	while (s.p < s.end) {
		bool more = s.take_ordinary && take_ordinary_lines(&s);

		if (!index_batch(&s))
			return s.code;
		if (!more && s.p < s.end && (!take_statement(&s) || !take_separator(&s)))
			return s.code;
	}
	return VMX_OK;
}

enum vmx_code vmxi_scan(struct reading *r)
{
	return scan(r, false);
}

enum vmx_code vmxi_scan_slowly(struct reading *r)
{
	return scan(r, true);
}
