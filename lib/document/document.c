/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Documents: reading, looking up, writing.
 */
#include "document/document.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/large.h"
#include "document/bytes.h"
#include "document/edit.h"
#include "document/hash.h"
#include "document/reading.h"

/* What an ordinary line takes, for guessing the number of entries. */
#define BYTES_PER_ENTRY 24

/*
 * Options
 */
static enum vmx_code bad_option(struct vmx_error *error, const char *what)
{
	return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE, "%s", what);
}

static size_t limit_or(size_t given, size_t otherwise)
{
	return given ? given : otherwise;
}

/* The caller's options, as far as caller and library both know them. */
static enum vmx_code take_options(const struct vmx_read_options *given,
				  struct vmx_read_options *ret, struct vmx_error *error)
{
	*ret = (struct vmx_read_options)VMX_READ_OPTIONS_INIT;
	if (given) {
		if (given->size < offsetof(struct vmx_read_options, mode) + sizeof(given->mode))
			return bad_option(error, "the options are not initialised with "
						 "VMX_READ_OPTIONS_INIT");
		memcpy(ret, given, given->size < sizeof(*ret) ? given->size : sizeof(*ret));
	}
	if (ret->mode != VMX_READ_TOLERANT && ret->mode != VMX_READ_STRICT)
		return bad_option(error, "the mode of reading is neither tolerant nor strict");
	ret->max_file_size = limit_or(ret->max_file_size, VMX_DEFAULT_MAX_FILE_SIZE);
	ret->max_entries = limit_or(ret->max_entries, VMX_DEFAULT_MAX_ENTRIES);
	ret->max_key_length = limit_or(ret->max_key_length, VMX_DEFAULT_MAX_KEY_LENGTH);
	ret->max_value_length = limit_or(ret->max_value_length, VMX_DEFAULT_MAX_VALUE_LENGTH);
	if (ret->max_file_size > VMX_HIGHEST_MAX_FILE_SIZE)
		return bad_option(error, "max_file_size is above the highest possible, 1 GiB");
	if (ret->max_key_length > VMX_HIGHEST_MAX_KEY_LENGTH)
		return bad_option(error, "max_key_length is above the highest possible, 65535");
	return VMX_OK;
}

/*
 * Findings
 */
bool vmxi_find(struct reading *r, enum phase phase, const struct finding *finding)
{
	struct finding *items = r->found[phase].items;

	/* one more than is shown, so that the reporter notices that there are more */
	if (!r->reporter.fn || r->found[phase].count > r->reporter.max)
		return true;
	if (!vmxi_vector_reserve(&r->doc->allocator, (void **)&items, &r->found[phase].capacity,
				 r->found[phase].count, sizeof(*items)))
		return false;
	r->found[phase].items = items;
	items[r->found[phase].count++] = *finding;
	return true;
}

static const char *const finding_texts[] = {
	[VMX_CODE_BYTE_ORDER_MARK - VMX_CODE_NOT_VMX] =
		"a byte order mark of UTF-8, which libvirt refuses, is skipped",
	[VMX_CODE_UNQUOTED_VALUE - VMX_CODE_NOT_VMX] =
		"the value of '%s' has no quotes; ESXi refuses such a file",
	[VMX_CODE_ODD_KEY - VMX_CODE_NOT_VMX] =
		"'%s' is no key that libvirt takes",
	[VMX_CODE_NO_ASSIGNMENT - VMX_CODE_NOT_VMX] =
		"the line is neither 'key = \"value\"' nor a comment; it is skipped",
	[VMX_CODE_UNCLOSED_STRING - VMX_CODE_NOT_VMX] =
		"the value of '%s' lacks its closing quote; the rest of the line is taken",
	[VMX_CODE_TEXT_AFTER_VALUE - VMX_CODE_NOT_VMX] =
		"what follows the value of '%s' is skipped",
	[VMX_CODE_TEMPLATE_DIRECTIVE - VMX_CODE_NOT_VMX] =
		"the line is a directive of a template, which has to be rendered first",
	[VMX_CODE_MISSING_VALUE - VMX_CODE_NOT_VMX] =
		"nothing stands behind the '=' of '%s'; it is taken as \"\"",
	[VMX_CODE_INVALID_UTF8 - VMX_CODE_NOT_VMX] =
		"the value of '%s' is not valid UTF-8, which the file has to be",
	[VMX_CODE_ENCODING_MISMATCH - VMX_CODE_NOT_VMX] =
		"the value of '%s' does not fit the encoding of the file",
};

static void report_finding(struct reading *r, const struct finding *f)
{
	const struct vmx_document *doc = r->doc;
	struct text key = f->entry == NO_ENTRY || f->entry >= doc->count ? NO_TEXT
			: entry_key(doc, &doc->entries[f->entry]);
	char q[QUOTE_MAX];

	if (f->code == VMX_CODE_DUPLICATE_KEY) {
		const struct entry *first = vmxi_find_entry(doc, key);

		vmxi_report(&r->reporter, f->code, f->severity, f->where,
			    "'%s' is set in line %u already; that one counts",
			    vmxi_quote(q, key), first ? first->line : 0);
		return;
	}
	vmxi_report(&r->reporter, f->code, f->severity, f->where,
		    finding_texts[f->code - VMX_CODE_NOT_VMX], vmxi_quote(q, key));
}

/*
 * A file of another kind is odd in every line: a person wants to hear that, not of
 * each of them.  True: there is no more to say.
 */
static bool report_foreign(struct reading *r)
{
	const struct vmx_document *doc = r->doc;

	if (doc->flags & DOCUMENT_HAS_NUL) {
		vmxi_report(&r->reporter, VMX_CODE_NUL_BYTE, VMX_WARNING, doc->nul,
			    "there is a NUL byte, so this is hardly a VMX file; what else is odd "
			    "in it is not shown");
		return true;
	}
	if (doc->count == 0 && r->found[PHASE_SCAN].count > 0)
		report_finding(r, &r->found[PHASE_SCAN].items[0]);
	return doc->count == 0;
}

/* All phases in one go, by place; what began earlier goes first. */
static void report_findings(struct reading *r)
{
	size_t at[PHASES] = { 0 };

	if (report_foreign(r))
		return;
	for (;;) {
		const struct finding *next = NULL;
		size_t from = 0;

		for (size_t i = 0; i < PHASES; i++) {
			if (at[i] == r->found[i].count ||
			    (next && next->at <= r->found[i].items[at[i]].at))
				continue;
			next = &r->found[i].items[at[i]];
			from = i;
		}
		if (!next)
			return;
		at[from]++;
		report_finding(r, next);
	}
}

static enum vmx_code find_duplicates(struct reading *r)
{
	const struct vmx_document *doc = r->doc;

	if (doc->index.duplicates == 0 || !r->reporter.fn)
		return VMX_OK;
	for (size_t i = 0; i < doc->count; i++) {
		const struct entry *e = &doc->entries[i];
		struct finding finding = {
			.at = e->at, .where = entry_position(e), .entry = (uint32_t)i,
			.code = VMX_CODE_DUPLICATE_KEY, .severity = VMX_WARNING,
		};

		if ((e->flags & VMX_ENTRY_DUPLICATE) && !vmxi_find(r, PHASE_INDEX, &finding))
			return vmxi_out_of_memory(r->error);
	}
	return VMX_OK;
}

/*
 * Reading
 */
static struct vmx_document *new_document(const struct vmx_read_options *options)
{
	const struct vmx_allocator *allocator = vmxi_allocator(options->allocator);
	struct vmx_document *doc = vmxi_allocate(allocator, sizeof(*doc));

	if (!doc)
		return NULL;
	*doc = (struct vmx_document){
		.allocator = *allocator,
		.limits = { options->max_file_size, options->max_entries,
			    options->max_key_length, options->max_value_length },
		.flags = options->mode == VMX_READ_STRICT ? DOCUMENT_STRICT : 0,
	};
	doc->arena.allocator = &doc->allocator;
	doc->large = vmxi_large_allocator(&doc->allocator);
	return doc;
}

struct position vmxi_position_of_byte(const struct vmx_document *doc, size_t at)
{
	struct position where = { 1, 1 };

	for (size_t i = 0; i < at; i++, where.column++) {
		if (doc->bytes[i] == '\n' || (doc->bytes[i] == '\r' && doc->bytes[i + 1] != '\n'))
			where = (struct position){ where.line + 1, 0 };
	}
	return where;
}

static enum vmx_code look_for_nul(struct reading *r)
{
	struct vmx_document *doc = r->doc;
	const char *nul = r->has_odd ? memchr(doc->bytes, '\0', doc->length) : NULL;

	if (!nul)
		return VMX_OK;
	doc->flags |= DOCUMENT_HAS_NUL;
	doc->nul = vmxi_position_of_byte(doc, (size_t)(nul - doc->bytes));
	if (!r->strict)
		return VMX_OK;
	return vmxi_fail(r->error, VMX_CODE_NUL_BYTE, doc->nul,
			 "a NUL byte: the file is not a VMX file, or it is UTF-16");
}

static enum vmx_code reserve_entries(struct reading *r)
{
	struct vmx_document *doc = r->doc;
	size_t wanted = doc->length / BYTES_PER_ENTRY + 1;

	if (wanted > doc->limits.entries)
		wanted = doc->limits.entries;
	doc->entries = vmxi_allocate(doc->large, wanted * sizeof(*doc->entries));
	if (!doc->entries)
		return vmxi_out_of_memory(r->error);
	doc->capacity = wanted;
	return vmxi_index_start(doc, wanted) ? VMX_OK : vmxi_out_of_memory(r->error);
}

static enum vmx_code finish_index(struct reading *r)
{
	if (!vmxi_index_catch_up(r->doc))
		return vmxi_out_of_memory(r->error);
	vmxi_index_finish(r->doc);
	return VMX_OK;
}

static enum vmx_code read_phases(struct reading *r)
{
	static enum vmx_code (*const phases[])(struct reading *) = {
		look_for_nul, reserve_entries, vmxi_scan, vmxi_decode, finish_index,
		find_duplicates,
	};
	struct vmx_document *doc = r->doc;
	enum vmx_code code = VMX_OK;

	r->has_high = r->has_odd && find_high(doc->bytes, doc->bytes + doc->length) !=
				    doc->bytes + doc->length;
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]) && code == VMX_OK; i++)
		code = phases[i](r);
	return code;
}

/*
 * Bytes are looked at while they are in the cache, so they come in pieces of this size.
 * What is looked for is hardly ever there; if it is, it is looked for again.
 */
#define PIECE ((size_t)256 << 10)

struct survey {
	size_t at;		/* a multiple of 32 */
	uint32_t odd;		/* not 0: there was a NUL, or a byte above 0x7F */
};

/* As far as there are whole blocks. */
static void survey(struct survey *s, const char *bytes, size_t length)
{
	for (; s->at + 32 <= length; s->at += 32)
		s->odd |= odd_bits_32(bytes + s->at);
}

/* Reads what stands in doc->bytes.  Takes the document over. */
static enum vmx_code read_document(struct vmx_document *doc, struct survey *s,
				   const struct vmx_read_options *options,
				   struct vmx_document **ret, struct vmx_error *error)
{
	struct reading r = {
		.doc = doc, .error = error,
		.reporter = { options->diagnostic, options->user, 0, DIAGNOSTICS_MAX },
		.forced_encoding = options->encoding,
		.encoding_entry = NO_ENTRY,
		.strict = options->mode == VMX_READ_STRICT,
	};
	enum vmx_code code;

	memset(doc->bytes + doc->length, '\n', BYTES_PADDING);
	survey(s, doc->bytes, doc->length + BYTES_PADDING);
	r.has_odd = s->odd != 0;
	code = read_phases(&r);
	if (code == VMX_OK)
		report_findings(&r);
	for (size_t i = 0; i < PHASES; i++)
		vmxi_release(&doc->allocator, r.found[i].items);
	if (code == VMX_OK)
		*ret = doc;
	else
		vmx_document_free(doc);
	return code;
}

static enum vmx_code fail_too_large(const struct vmx_read_options *options, struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_FILE_TOO_LARGE, NOWHERE,
			 "the file has more bytes than the limit of %zu; max_file_size, the tools' "
			 "--max-size, raises it", options->max_file_size);
}

enum vmx_code vmx_document_read(const void *bytes, size_t length,
				const struct vmx_read_options *given,
				struct vmx_document **ret, struct vmx_error *error)
{
	struct vmx_read_options options;
	struct survey s = { .at = 0 };
	struct vmx_document *doc;
	enum vmx_code code = take_options(given, &options, error);

	if (code != VMX_OK)
		return code;
	if (length > options.max_file_size)
		return fail_too_large(&options, error);
	doc = new_document(&options);
	if (!doc)
		return vmxi_out_of_memory(error);
	doc->bytes = vmxi_allocate(doc->large, length + BYTES_PADDING);
	if (!doc->bytes) {
		vmx_document_free(doc);
		return vmxi_out_of_memory(error);
	}
	while (doc->length < length) {
		size_t left = length - doc->length, piece = left < PIECE ? left : PIECE;

		memcpy(doc->bytes + doc->length, (const char *)bytes + doc->length, piece);
		doc->length += piece;
		survey(&s, doc->bytes, doc->length);
	}
	return read_document(doc, &s, &options, ret, error);
}

void vmx_document_free(struct vmx_document *doc)
{
	struct vmx_allocator allocator;

	if (!doc)
		return;
	allocator = doc->allocator;
	vmxi_edits_release(doc);
	vmxi_index_release(doc);
	vmxi_arena_release(&doc->arena);
	vmxi_release(doc->large, doc->entries);
	vmxi_release(doc->large, doc->replacements);
	vmxi_release(doc->large, doc->bytes);
	vmxi_release(&allocator, doc);
}

/*
 * From files
 */
static enum vmx_code fail_io(struct vmx_error *error, const char *what, int number)
{
	return vmxi_fail(error, VMX_CODE_IO, NOWHERE, "%s: %s", what, strerrordesc_np(number));
}

/* How much to make room for at first: all of a regular file, and a byte to see its end. */
static enum vmx_code first_room(int fd, const struct vmx_read_options *options, size_t *ret,
				struct vmx_error *error)
{
	struct stat st;

	*ret = 4096;
	if (fstat(fd, &st) != 0)
		return fail_io(error, "the file can't be read", errno);
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return VMX_OK;
	if ((uintmax_t)st.st_size > options->max_file_size)
		return fail_too_large(options, error);
	*ret = (size_t)st.st_size + 1;
	return VMX_OK;
}

static bool grow_bytes(struct vmx_document *doc, size_t *room, size_t max)
{
	size_t wanted = doc->bytes ? *room * 2 : *room;
	char *grown;

	if (wanted > max)
		wanted = max;
	grown = doc->bytes ? doc->large->resize(doc->large->user, doc->bytes,
						wanted + BYTES_PADDING)
			   : vmxi_allocate(doc->large, wanted + BYTES_PADDING);
	if (!grown)
		return false;
	doc->bytes = grown;
	*room = wanted;
	return true;
}

/* Reads up to the end of the file, and at most one byte more than the limit. */
static enum vmx_code fill_bytes(struct vmx_document *doc, struct survey *s, int fd, size_t room,
				const struct vmx_read_options *options, struct vmx_error *error)
{
	for (;;) {
		size_t left;
		ssize_t got;

		if ((!doc->bytes || doc->length == room) &&
		    !grow_bytes(doc, &room, options->max_file_size + 1))
			return vmxi_out_of_memory(error);
		left = room - doc->length;
		got = read(fd, doc->bytes + doc->length, left < PIECE ? left : PIECE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_io(error, "the file can't be read", errno);
		if (got == 0)
			return VMX_OK;
		doc->length += (size_t)got;
		if (doc->length > options->max_file_size)
			return fail_too_large(options, error);
		survey(s, doc->bytes, doc->length);
	}
}

enum vmx_code vmx_document_read_fd(int fd, const struct vmx_read_options *given,
				   struct vmx_document **ret, struct vmx_error *error)
{
	struct vmx_read_options options;
	struct survey s = { .at = 0 };
	struct vmx_document *doc;
	size_t room = 0;
	enum vmx_code code = take_options(given, &options, error);

	if (code == VMX_OK)
		code = first_room(fd, &options, &room, error);
	if (code != VMX_OK)
		return code;
	doc = new_document(&options);
	if (!doc)
		return vmxi_out_of_memory(error);
	code = fill_bytes(doc, &s, fd, room, &options, error);
	if (code != VMX_OK) {
		vmx_document_free(doc);
		return code;
	}
	return read_document(doc, &s, &options, ret, error);
}

enum vmx_code vmx_document_read_file(const char *path, const struct vmx_read_options *options,
				     struct vmx_document **ret, struct vmx_error *error)
{
	enum vmx_code code;
	int fd;

	do {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return fail_io(error, "the file can't be opened", errno);
	code = vmx_document_read_fd(fd, options, ret, error);
	close(fd);
	return code;
}

/*
 * Replacements
 */
bool vmxi_reserve_replacement(struct vmx_document *doc)
{
	return vmxi_vector_reserve(doc->large, (void **)&doc->replacements,
				   &doc->replacement_capacity, doc->replacement_count,
				   sizeof(*doc->replacements));
}

struct replacement *vmxi_replacement(struct vmx_document *doc, struct entry *e)
{
	struct replacement *new;

	if (e->replacement)
		return &doc->replacements[e->replacement - 1];
	if (!vmxi_reserve_replacement(doc))
		return NULL;
	new = &doc->replacements[doc->replacement_count++];
	*new = (struct replacement){ entry_key(doc, e), entry_value(doc, e) };
	e->replacement = (uint32_t)doc->replacement_count;
	return new;
}

/*
 * Looking up
 */
const char *vmx_document_encoding(const struct vmx_document *doc)
{
	return doc->encoding;
}

size_t vmx_document_count(const struct vmx_document *doc)
{
	return doc->count - doc->gone;
}

void vmxi_show_entry(const struct vmx_document *doc, const struct entry *e, struct vmx_entry *ret)
{
	struct text key = entry_key(doc, e), value = entry_value(doc, e);
	struct position where = entry_value_position(e);

	*ret = (struct vmx_entry){
		.key = key.ptr, .key_length = key.len,
		.value = value.ptr, .value_length = value.len,
		.line = e->line, .column = e->column,
		.value_line = where.line, .value_column = where.column,
		.flags = e->flags & ~ENTRY_INSIDE,
	};
}

const struct entry *vmxi_next_entry(const struct vmx_document *doc, size_t *cursor)
{
	if (doc->edits)
		return vmxi_next_edited(doc, cursor);
	return *cursor < doc->count ? &doc->entries[(*cursor)++] : NULL;
}

bool vmx_document_next(const struct vmx_document *doc, size_t *cursor, struct vmx_entry *ret)
{
	const struct entry *e = vmxi_next_entry(doc, cursor);

	if (e)
		vmxi_show_entry(doc, e, ret);
	return e != NULL;
}

const struct entry *vmxi_find_entry(const struct vmx_document *doc, struct text key)
{
	uint32_t entry;

	if (key.len > doc->limits.key_length)
		return NULL;
	entry = vmxi_index_find(doc, key, vmxi_key_hash(key.ptr, key.len));
	return entry == NO_ENTRY ? NULL : &doc->entries[entry];
}

enum vmx_code vmx_document_get(const struct vmx_document *doc, const char *key, size_t key_length,
			       struct vmx_entry *ret)
{
	const struct entry *e = vmxi_find_entry(doc, (struct text){ key, key_length });

	if (!e)
		return VMX_CODE_KEY_NOT_FOUND;
	vmxi_show_entry(doc, e, ret);
	return VMX_OK;
}

/*
 * Writing
 */
enum vmx_code vmx_document_write(const struct vmx_document *doc, struct vmx_bytes *ret,
				 struct vmx_error *error)
{
	bool ok;

	vmxi_bytes_clear(ret);
	ok = doc->edits ? vmxi_write_edited(doc, ret)
			: vmxi_bytes_append(ret, doc->bytes, doc->length);
	if (!ok) {
		vmxi_bytes_clear(ret);
		return vmxi_out_of_memory(error);
	}
	return VMX_OK;
}
