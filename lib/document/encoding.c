/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the file's encoding to UTF-8 and back.
 *
 * The grammar is made of ASCII, so the bytes are scanned as they are, and only
 * what is above 0x7F has to be decoded.  That is sound for every encoding that
 * leaves ASCII alone and has no quote or line end among its trail bytes; others
 * are refused.  A backslash or pipe among the trail bytes (GBK, Big5, Shift_JIS)
 * does no harm, as both only mean something after decoding.
 *
 * UTF-8 is never guessed from the bytes: a short Chinese name in GBK is often
 * valid UTF-8 for something else.
 *
 * Bytes that windows-1252 and its kin leave undefined (0x81, ...) do not fit.
 */
#include "document/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#include "document/bytes.h"
#include "document/hash.h"
#include "document/reading.h"

/*
 * The names that VMware writes are ICU's, and iconv knows them under others.
 * Shift_JIS is what Windows calls so: in the standard's own variant 0x5C is a yen
 * sign and paths lose their backslashes.  The same goes for EUC-KR, Big5, gb2312:
 * the code pages of Windows hold all of them and more.
 */
static const struct encoding_row {
	const char *name, *converter;
} encoding_rows[] = {
	{ "UTF-8", "UTF-8" },
	{ "UTF8", "UTF-8" },
	{ "windows-1252", "CP1252" }, { "ibm-5348_P100-1997", "CP1252" }, { "cp1252", "CP1252" },
	{ "GBK", "GBK" }, { "windows-936-2000", "GBK" }, { "windows-936", "GBK" },
	{ "cp936", "GBK" }, { "MS936", "GBK" }, { "gb2312", "GBK" },
	{ "ibm-1386_P100-2001", "GBK" }, { "GB18030", "GB18030" },
	{ "windows-949-2000", "CP949" }, { "windows-949", "CP949" }, { "cp949", "CP949" },
	{ "MS949", "CP949" }, { "EUC-KR", "CP949" }, { "KS_C_5601-1987", "CP949" },
	{ "ibm-1363_P11B-1998", "CP949" },
	{ "Shift_JIS", "CP932" }, { "windows-932", "CP932" }, { "windows-31j", "CP932" },
	{ "cp932", "CP932" }, { "MS932", "CP932" }, { "ibm-943_P15A-2003", "CP932" },
	{ "ibm-943_P130-1999", "CP932" }, { "EUC-JP", "EUC-JP" },
	{ "Big5", "CP950" }, { "windows-950-2000", "CP950" }, { "windows-950", "CP950" },
	{ "cp950", "CP950" }, { "MS950", "CP950" }, { "ibm-1373_P100-2002", "CP950" },
	{ "windows-1250", "CP1250" }, { "ibm-5346_P100-1998", "CP1250" }, { "cp1250", "CP1250" },
	{ "windows-1251", "CP1251" }, { "ibm-5347_P100-1998", "CP1251" }, { "cp1251", "CP1251" },
	{ "windows-1253", "CP1253" }, { "ibm-5349_P100-1998", "CP1253" }, { "cp1253", "CP1253" },
	{ "windows-1254", "CP1254" }, { "ibm-5350_P100-1998", "CP1254" }, { "cp1254", "CP1254" },
	{ "windows-1255", "CP1255" }, { "ibm-9447_P100-2002", "CP1255" }, { "cp1255", "CP1255" },
	{ "windows-1256", "CP1256" }, { "ibm-9448_X100-2005", "CP1256" }, { "cp1256", "CP1256" },
	{ "windows-1257", "CP1257" }, { "ibm-9449_P100-2002", "CP1257" }, { "cp1257", "CP1257" },
	{ "windows-1258", "CP1258" }, { "ibm-5354_P100-1998", "CP1258" }, { "cp1258", "CP1258" },
	{ "windows-874-2000", "CP874" }, { "windows-874", "CP874" }, { "TIS-620", "CP874" },
	{ "US-ASCII", "US-ASCII" }, { "ASCII", "US-ASCII" },
	{ "ISO-8859-1", "ISO-8859-1" }, { "ISO-8859-2", "ISO-8859-2" },
	{ "ISO-8859-3", "ISO-8859-3" }, { "ISO-8859-4", "ISO-8859-4" },
	{ "ISO-8859-5", "ISO-8859-5" }, { "ISO-8859-6", "ISO-8859-6" },
	{ "ISO-8859-7", "ISO-8859-7" }, { "ISO-8859-8", "ISO-8859-8" },
	{ "ISO-8859-9", "ISO-8859-9" }, { "ISO-8859-10", "ISO-8859-10" },
	{ "ISO-8859-11", "ISO-8859-11" }, { "ISO-8859-13", "ISO-8859-13" },
	{ "ISO-8859-14", "ISO-8859-14" }, { "ISO-8859-15", "ISO-8859-15" },
	{ "ISO-8859-16", "ISO-8859-16" }, { "KOI8-R", "KOI8-R" }, { "KOI8-U", "KOI8-U" },
};

#define ENCODING_ROWS (sizeof(encoding_rows) / sizeof(encoding_rows[0]))

const char *vmxi_encoding_row(size_t row, const char **ret_converter)
{
	if (row >= ENCODING_ROWS)
		return NULL;
	*ret_converter = encoding_rows[row].converter;
	return encoding_rows[row].name;
}

static const struct encoding_row *find_row(struct text name)
{
	for (size_t i = 0; i < ENCODING_ROWS; i++) {
		if (text_equal_nocase(name, text_of(encoding_rows[i].name)))
			return &encoding_rows[i];
	}
	return NULL;
}

/*
 * Converters
 */
#define NO_CONVERTER ((iconv_t)-1)

/* No name of an encoding is longer. */
#define ENCODING_NAME_MAX 64

/*
 * Only what can be a plain name goes to iconv_open(): "" would be the locale's
 * encoding, and behind "//" stand instructions to ignore errors.
 */
static bool is_plain_name(struct text name)
{
	static const char others[] = "-_.:+()";

	if (name.len == 0 || name.len >= ENCODING_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (!is_letter(name.ptr[i]) && !ascii_is_digit(name.ptr[i]) &&
		    !memchr(others, name.ptr[i], sizeof(others) - 1))
			return false;
	}
	return true;
}

/* All that was converted, with errno for what stopped it; *in is what is left. */
static bool convert_some(iconv_t converter, struct text *in, char *out, size_t *out_len)
{
	char *from = (char *)(uintptr_t)in->ptr, *to = out;
	size_t room = *out_len;
	bool done = iconv(converter, &from, &in->len, &to, &room) != (size_t)-1;

	if (done)	/* what the converter still holds back */
		done = iconv(converter, NULL, NULL, &to, &room) != (size_t)-1;
	in->ptr = from;
	*out_len = (size_t)(to - out);
	return done;
}

static void reset(iconv_t converter)
{
	(void)iconv(converter, NULL, NULL, NULL, NULL);
}

/*
 * Whether ASCII stays as it is: each byte alone, and what switches the encodings
 * of the ISO 2022 family over to Japanese.
 */
static bool is_transparent(iconv_t converter)
{
	static const char switching[] = "\x1B$B!\"\x1B(B";
	char ascii[127 + sizeof(switching)], out[512];
	struct text in = { ascii, sizeof(ascii) };
	size_t out_len = sizeof(out);

	for (size_t i = 0; i < 127; i++)
		ascii[i] = (char)(i + 1);
	memcpy(ascii + 127, switching, sizeof(switching));
	return convert_some(converter, &in, out, &out_len) && out_len == sizeof(ascii) &&
	       memcmp(out, ascii, sizeof(ascii)) == 0;
}

/*
 * Converts all of it into bytes, which are emptied first.  VMX_OK,
 * VMX_CODE_ENCODING_MISMATCH (then *bad_at is where), VMX_CODE_OUT_OF_MEMORY.
 */
static enum vmx_code convert(iconv_t converter, struct text in, struct vmx_bytes *bytes,
			     size_t *bad_at)
{
	struct text left = in;

	vmxi_bytes_clear(bytes);
	reset(converter);
	for (;;) {
		size_t got;
		bool done;

		if (!vmxi_bytes_reserve(bytes, left.len * 2 + 16))
			return VMX_CODE_OUT_OF_MEMORY;
		got = bytes->capacity - bytes->length - 1;
		done = convert_some(converter, &left, bytes->data + bytes->length, &got);
		bytes->length += got;
		bytes->data[bytes->length] = '\0';
		if (done)
			return VMX_OK;
		if (errno != E2BIG) {
			*bad_at = in.len - left.len;
			return VMX_CODE_ENCODING_MISMATCH;
		}
	}
}

/*
 * Which encoding
 */
static enum vmx_code fail_unknown(struct vmx_error *error, struct position where, struct text name,
				  const char *format)
{
	char q[QUOTE_MAX];

	return vmxi_fail(error, VMX_CODE_UNKNOWN_ENCODING, where, format, vmxi_quote(q, name));
}

/*
 * glibc loads a library for most encodings, and says EINVAL whatever keeps it from
 * that: the encoding would seem not to be known where memory is short.  So we ask
 * whether there is room for a library, and if so, ask iconv again.
 */
#define CONVERTER_ROOM ((size_t)1 << 20)

static iconv_t open_iconv(const char *to, const char *from)
{
	iconv_t converter = iconv_open(to, from);
	void *volatile room;	/* else a compiler may do without */

	if (converter != NO_CONVERTER || errno == ENOMEM)
		return converter;
	room = malloc(CONVERTER_ROOM);
	if (!room)
		return NO_CONVERTER;	/* with ENOMEM */
	free(room);
	return iconv_open(to, from);
}

static enum vmx_code open_converter(const char *to, const char *from, struct position where,
				    iconv_t *ret, struct vmx_error *error)
{
	*ret = open_iconv(to, from);
	if (*ret != NO_CONVERTER)
		return VMX_OK;
	if (errno == ENOMEM)
		return vmxi_out_of_memory(error);
	return fail_unknown(error, where, text_of(from),
			    "the encoding '%s' is not known; if that is wrong, give the right "
			    "name as an option");
}

enum vmx_code vmxi_decode_text(struct text encoding, struct text text, struct vmx_bytes *ret,
			       size_t *ret_bad_at)
{
	char name[ENCODING_NAME_MAX];
	iconv_t converter;
	enum vmx_code code;

	if (!is_plain_name(encoding))
		return VMX_CODE_UNKNOWN_ENCODING;
	memcpy(name, encoding.ptr, encoding.len);
	name[encoding.len] = '\0';
	code = open_converter("UTF-8", name, NOWHERE, &converter, NULL);
	if (code != VMX_OK)
		return code;
	code = convert(converter, text, ret, ret_bad_at);
	iconv_close(converter);
	return code;
}

/* A name that is not in the table: iconv may know it. */
static enum vmx_code try_name(struct reading *r, struct text name, struct position where)
{
	char *copy;
	iconv_t converter;
	bool transparent;
	enum vmx_code code;

	if (!is_plain_name(name))
		return fail_unknown(r->error, where, name, "the encoding '%s' is not known");
	copy = (char *)(uintptr_t)vmxi_arena_copy(&r->doc->arena, name).ptr;
	if (!copy)
		return vmxi_out_of_memory(r->error);
	code = open_converter("UTF-8", copy, where, &converter, r->error);
	if (code != VMX_OK)
		return code;
	transparent = is_transparent(converter);
	iconv_close(converter);
	if (!transparent)
		return fail_unknown(r->error, where, name,
				    "no VMX file can be in '%s': it changes what ASCII means");
	r->doc->converter = copy;
	return VMX_OK;
}

/*
 * UTF-8 needs no converter.  libvirt takes only that spelling for UTF-8 itself
 * and converts from any other, which does not change what is valid, but refuses
 * what is not.
 */
static enum vmx_code set_encoding(struct reading *r, struct text name, struct position where)
{
	struct vmx_document *doc = r->doc;
	const struct encoding_row *row = find_row(name);
	struct text copy;

	if (!row) {
		enum vmx_code code = try_name(r, name, where);

		if (code != VMX_OK)
			return code;
	} else if (strcmp(row->converter, "UTF-8") != 0 || (r->strict && row->name[3] != '-')) {
		doc->converter = row->converter;
	}
	if (row && text_equal(name, text_of(row->name))) {
		doc->encoding = row->name;	/* no need for memory, nearly always */
		return VMX_OK;
	}
	copy = vmxi_arena_copy(&doc->arena, name);
	if (!copy.ptr)
		return vmxi_out_of_memory(r->error);
	doc->encoding = copy.ptr;
	return VMX_OK;
}

bool vmxi_same_encoding(const struct vmx_document *doc, struct text name)
{
	const struct encoding_row *row = find_row(name);

	if (text_equal_nocase(name, text_of(doc->encoding)))
		return true;
	return row && strcmp(row->converter, doc->converter ? doc->converter : "UTF-8") == 0;
}

static enum vmx_code choose_encoding(struct reading *r)
{
	const struct entry *e;

	r->doc->encoding = "UTF-8";
	if (r->forced_encoding)
		return set_encoding(r, text_of(r->forced_encoding), NOWHERE);
	if (r->encoding_entry == NO_ENTRY)
		return VMX_OK;
	e = &r->doc->entries[r->encoding_entry];
	return set_encoding(r, entry_value(r->doc, e), entry_value_position(e));
}

/*
 * Decoding
 */
struct position vmxi_position_in_value(const struct vmx_document *doc, const struct entry *e,
				       size_t offset)
{
	struct position where = entry_value_position(e);
	const char *value = doc->bytes + e->value_at;

	for (size_t i = 0; i < offset; i++, where.column++) {
		if (value[i] == '\n' || (value[i] == '\r' && value[i + 1] != '\n'))
			where = (struct position){ where.line + 1, 0 };
	}
	return where;
}

/* Where bytes stand that are not what they should be: told in tolerant mode only. */
static enum vmx_code find_misfit(struct reading *r, struct entry *e, size_t bad_at)
{
	bool utf8 = !r->doc->converter;
	struct finding finding = {
		.at = e->value_at + (uint32_t)bad_at,
		.where = vmxi_position_in_value(r->doc, e, bad_at),
		.entry = (uint32_t)(e - r->doc->entries),
		.code = utf8 ? VMX_CODE_INVALID_UTF8 : VMX_CODE_ENCODING_MISMATCH,
		.severity = VMX_WARNING,
	};

	e->flags |= VMX_ENTRY_MISFIT;
	return vmxi_find(r, PHASE_DECODE, &finding) ? VMX_OK : vmxi_out_of_memory(r->error);
}

struct decoding {
	struct reading *r;
	iconv_t converter;
	struct vmx_bytes scratch;
};

static enum vmx_code decode_value(struct decoding *d, struct entry *e)
{
	struct vmx_document *doc = d->r->doc;
	struct text value = entry_value(doc, e);
	size_t bad_at;
	enum vmx_code code;

	if (!doc->converter) {
		bad_at = vmxi_utf8_valid_prefix(value);
		return bad_at == value.len ? VMX_OK : find_misfit(d->r, e, bad_at);
	}
	code = convert(d->converter, value, &d->scratch, &bad_at);
	if (code == VMX_CODE_ENCODING_MISMATCH)
		return find_misfit(d->r, e, bad_at);
	if (code == VMX_OK && d->scratch.length > doc->limits.value_length)
		return vmxi_fail(d->r->error, VMX_CODE_VALUE_TOO_LONG, entry_value_position(e),
				 "the value is longer than the limit of %zu as UTF-8; the option "
				 "max_value_length raises it", doc->limits.value_length);
	if (code == VMX_OK)
		value = vmxi_arena_copy(&doc->arena, (struct text){ d->scratch.data, d->scratch.length });
	if (code != VMX_OK || !value.ptr || !vmxi_replacement(doc, e))
		return vmxi_out_of_memory(d->r->error);
	doc->replacements[e->replacement - 1].value = value;
	return VMX_OK;
}

/* An odd key that can't be decoded stays as it is: its oddity is reported already. */
static enum vmx_code decode_key(struct decoding *d, struct entry *e)
{
	struct vmx_document *doc = d->r->doc;
	struct text key = entry_key(doc, e);
	size_t bad_at;
	enum vmx_code code;

	if (!doc->converter || find_high(key.ptr, key.ptr + key.len) == key.ptr + key.len)
		return VMX_OK;
	code = convert(d->converter, key, &d->scratch, &bad_at);
	if (code == VMX_CODE_ENCODING_MISMATCH || d->scratch.length > doc->limits.key_length)
		return VMX_OK;
	if (code == VMX_OK)
		key = vmxi_arena_copy(&doc->arena, (struct text){ d->scratch.data, d->scratch.length });
	if (code != VMX_OK || !key.ptr || !vmxi_replacement(doc, e))
		return vmxi_out_of_memory(d->r->error);
	doc->replacements[e->replacement - 1].key = key;
	e->hash = vmxi_key_hash(key.ptr, key.len);
	return VMX_OK;
}

static enum vmx_code decode_entry(struct decoding *d, struct entry *e)
{
	const char *value = d->r->doc->bytes + e->value_at;
	enum vmx_code code = decode_key(d, e);

	if (code == VMX_OK && find_high(value, value + e->raw_len) < value + e->raw_len)
		code = decode_value(d, e);
	return code;
}

/* From one high byte to the next: most entries have none and are not looked at. */
static enum vmx_code decode_entries(struct decoding *d)
{
	struct vmx_document *doc = d->r->doc;
	const char *end = doc->bytes + doc->length, *p = find_high(doc->bytes, end);
	enum vmx_code code = VMX_OK;

	for (size_t i = 0; p < end && i < doc->count && code == VMX_OK; i++) {
		struct entry *e = &doc->entries[i];
		const char *from = doc->bytes + e->at, *to = doc->bytes + e->value_at + e->raw_len;

		if (p < from)	/* what stands between entries is nobody's */
			p = find_high(from, end);
		if (p >= to)
			continue;
		code = decode_entry(d, e);
		p = find_high(to, end);
	}
	return code;
}

/* Strict: libvirt converts the file as a whole, comments and all. */
static enum vmx_code check_file(struct decoding *d)
{
	struct vmx_document *doc = d->r->doc;
	size_t bad_at;
	enum vmx_code code = convert(d->converter, (struct text){ doc->bytes, doc->length },
				     &d->scratch, &bad_at);

	if (code == VMX_CODE_OUT_OF_MEMORY)
		return vmxi_out_of_memory(d->r->error);
	if (code == VMX_OK)
		return VMX_OK;
	return vmxi_fail(d->r->error, code, vmxi_position_of_byte(doc, bad_at),
			 "the bytes do not fit the encoding that the file names, '%s'",
			 doc->encoding);
}

enum vmx_code vmxi_decode(struct reading *r)
{
	struct decoding d = { .r = r, .scratch = { .allocator = &r->doc->allocator } };
	enum vmx_code code = choose_encoding(r);

	/* libvirt does not look whether what should be UTF-8 is */
	if (code != VMX_OK || !r->has_high || (r->strict && !r->doc->converter))
		return code;
	if (!r->doc->converter)
		return decode_entries(&d);
	code = open_converter("UTF-8", r->doc->converter, NOWHERE, &d.converter, r->error);
	if (code != VMX_OK)
		return code;
	if (r->strict)
		code = check_file(&d);
	if (code == VMX_OK)
		code = decode_entries(&d);
	iconv_close(d.converter);
	vmx_bytes_release(&d.scratch);
	return code;
}

/*
 * Encoding
 */
static enum vmx_code fail_unencodable(const struct vmx_document *doc, struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_UNENCODABLE_CHARACTER, NOWHERE,
			 "the file's encoding, '%s', lacks a character of the value",
			 doc->encoding);
}

static enum vmx_code encode_through(const struct vmx_document *doc, iconv_t there, iconv_t back,
				    struct text text, struct vmx_bytes *ret, struct vmx_error *error)
{
	struct vmx_bytes again = { .allocator = &doc->allocator };
	size_t bad_at;
	bool same;
	enum vmx_code code = convert(there, text, ret, &bad_at);

	if (code == VMX_OK)
		code = convert(back, (struct text){ ret->data, ret->length }, &again, &bad_at);
	same = code == VMX_OK && text_equal((struct text){ again.data, again.length }, text);
	vmx_bytes_release(&again);
	if (code == VMX_CODE_OUT_OF_MEMORY)
		return vmxi_out_of_memory(error);
	return same ? VMX_OK : fail_unencodable(doc, error);
}

enum vmx_code vmxi_encode(const struct vmx_document *doc, struct text text,
			  struct vmx_bytes *ret, struct vmx_error *error)
{
	size_t valid = vmxi_utf8_valid_prefix(text), ascii = 0;
	iconv_t there, back;
	enum vmx_code code;

	vmxi_bytes_clear(ret);
	if (valid < text.len)
		return vmxi_fail(error, VMX_CODE_INVALID_UTF8, NOWHERE,
				 "the value is not valid UTF-8 (at byte %zu)", valid + 1);
	while (ascii < text.len && (unsigned char)text.ptr[ascii] < 0x80)
		ascii++;
	if (!doc->converter || ascii == text.len)
		return vmxi_bytes_append_text(ret, text) ? VMX_OK : vmxi_out_of_memory(error);
	code = open_converter(doc->converter, "UTF-8", NOWHERE, &there, error);
	if (code != VMX_OK)
		return code;
	code = open_converter("UTF-8", doc->converter, NOWHERE, &back, error);
	if (code == VMX_OK) {
		code = encode_through(doc, there, back, text, ret, error);
		iconv_close(back);
	}
	iconv_close(there);
	return code;
}
