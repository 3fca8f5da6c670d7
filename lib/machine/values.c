/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "base/number.h"
#include "machine/reader.h"

/*
 * Messages are formatted here once and passed on as "%s", so that the functions
 * below can have their own parameters.
 */
static void format_to(char out[MESSAGE_MAX], const char *format, va_list args)
	VMXI_FORMAT(2, 0);

static void format_to(char out[MESSAGE_MAX], const char *format, va_list args)
{
	if (vsnprintf(out, MESSAGE_MAX, format, args) < 0)
		out[0] = '\0';
}

/*
 * A message about a deviation is "what is there; what becomes of it".  As an error
 * it says what libvirt does instead of what we would have done.
 */
static void replace_outcome(char message[MESSAGE_MAX], const char *theirs)
{
	char *outcome = message + strlen(message);
	size_t len;

	for (char *at = message; (at = strstr(at, "; ")); at++)
		outcome = at;
	len = (size_t)(outcome - message);
	snprintf(outcome, MESSAGE_MAX - len, "; %s", theirs);
}

static struct position position_of(const struct entry *e)
{
	return e ? entry_value_position(e) : NOWHERE;
}

enum vmx_code vmxi_refused_by_libvirt(struct reader *r, enum vmx_code code, const struct entry *e,
				      const char *format, ...)
{
	bool fatal = as_libvirt(r) || r->strict;
	char message[MESSAGE_MAX];
	va_list args;

	if (!fatal && !r->reporter.fn)
		return VMX_OK;
	va_start(args, format);
	format_to(message, format, args);
	va_end(args);
	if (fatal) {
		replace_outcome(message, "libvirt refuses that");
		return vmxi_fail(r->error, code, position_of(e), "%s", message);
	}
	vmxi_report(&r->reporter, code, VMX_NOTE, position_of(e), "%s", message);
	return VMX_OK;
}

enum vmx_code vmxi_lost_by_libvirt(struct reader *r, enum vmx_code code, const struct entry *e,
				   bool *ret_ours, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	*ret_ours = !as_libvirt(r);
	if (as_libvirt(r) || (!r->strict && !r->reporter.fn))
		return VMX_OK;
	va_start(args, format);
	format_to(message, format, args);
	va_end(args);
	if (r->strict) {
		replace_outcome(message, "libvirt reads that otherwise");
		return vmxi_fail(r->error, code, position_of(e), "%s", message);
	}
	vmxi_report(&r->reporter, code, VMX_NOTE, position_of(e), "%s", message);
	return VMX_OK;
}

void vmxi_warn(struct reader *r, enum vmx_code code, const struct entry *e,
	       const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	if (as_libvirt(r) || !r->reporter.fn)
		return;
	va_start(args, format);
	format_to(message, format, args);
	va_end(args);
	vmxi_report(&r->reporter, code, VMX_WARNING, position_of(e), "%s", message);
}

enum vmx_code vmxi_fail_at(struct reader *r, enum vmx_code code, const struct entry *e,
			   const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	if (!r->error)
		return code;
	va_start(args, format);
	format_to(message, format, args);
	va_end(args);
	return vmxi_fail(r->error, code, position_of(e), "%s", message);
}

/* The key of an entry and its value, quoted for a message. */
struct quoted {
	char key[QUOTE_MAX], value[QUOTE_MAX];
};

static struct quoted quote_entry(const struct reader *r, const struct entry *e)
{
	struct quoted q;

	vmxi_quote(q.key, key_of(r, e));
	vmxi_quote(q.value, value_of(r, e));
	/* cppcheck-suppress uninitvar ; both are strings now */
	return q;
}

/* "": VMware takes an empty setting for one that is not there; libvirt does not. */
static enum vmx_code empty_value(struct reader *r, const struct entry *e)
{
	struct quoted q = quote_entry(r, e);

	return vmxi_refused_by_libvirt(r, VMX_CODE_EMPTY_VALUE, e,
				       "%s is empty; read as if the key were not there", q.key);
}

static const char *template_hint(const struct reader *r, const struct entry *e)
{
	struct text v = value_of(r, e);
	size_t at = vmxi_text_find(v, '{');

	if (text_starts(v, TEXT("<%")) || text_starts(v, TEXT("$")) ||
	    (at + 1 < v.len && v.ptr[at + 1] == '{'))
		return "; the file seems to be a template: render it first";
	return "";
}

/*
 * Most values are booleans, so these two words are compared as numbers.  Folding
 * by | 0x20 is exact here: only letters become the letters of "true" and "false".
 */
static bool folds_to(const char *p, const char word[4])
{
	uint32_t a, b;

	memcpy(&a, p, sizeof(a));
	memcpy(&b, word, sizeof(b));
	return (a | 0x20202020u) == b;
}

/* 1, 0, or -1 for another word. */
static int truth_of(struct text t)
{
	if (t.len == 4 && folds_to(t.ptr, "true"))
		return 1;
	if (t.len == 5 && folds_to(t.ptr, "fals") && (t.ptr[4] | 0x20) == 'e')
		return 0;
	return -1;
}

/* What VMware's readers take besides. */
static const struct word more_truth[] = {
	{ { "1", 1 }, 1 }, { { "0", 1 }, 0 },
	{ { "yes", 3 }, 1 }, { { "no", 2 }, 0 },
	{ { "on", 2 }, 1 }, { { "off", 3 }, 0 },
};

/* What libvirt refuses. */
static enum vmx_code read_odd_boolean(struct reader *r, const struct entry *e, bool *ret)
{
	const struct word *word = FIND_WORD(more_truth, value_of(r, e));
	struct quoted q;

	if (value_of(r, e).len == 0 && !as_libvirt(r))
		return empty_value(r, e);
	q = quote_entry(r, e);
	if (!word || as_libvirt(r))
		return vmxi_fail_at(r, VMX_CODE_INVALID_BOOLEAN, e,
				    "%s is '%s', but has to be TRUE or FALSE%s",
				    q.key, q.value, template_hint(r, e));
	*ret = word->value != 0;
	return vmxi_refused_by_libvirt(r, VMX_CODE_BOOLEAN_SPELLING, e, "%s is '%s'; read as %s",
				       q.key, q.value, *ret ? "TRUE" : "FALSE");
}

enum vmx_code vmxi_read_boolean(struct reader *r, const struct entry *e, bool missing, bool *ret)
{
	int truth;

	*ret = missing;
	if (!e)
		return VMX_OK;
	set_fate(r, e, FATE_USED);
	truth = truth_of(value_of(r, e));
	if (truth < 0)
		return read_odd_boolean(r, e, ret);
	*ret = truth != 0;
	return VMX_OK;
}

static enum vmx_code invalid_integer(struct reader *r, const struct entry *e)
{
	struct quoted q = quote_entry(r, e);

	return vmxi_fail_at(r, VMX_CODE_INVALID_INTEGER, e,
			    "%s is '%s', but has to be a whole number of at most 64 bits%s",
			    q.key, q.value, template_hint(r, e));
}

enum vmx_code vmxi_read_integer(struct reader *r, const struct entry *e, int64_t missing,
				int64_t *ret)
{
	char key[QUOTE_MAX];
	struct text value;

	*ret = missing;
	if (!e)
		return VMX_OK;
	set_fate(r, e, FATE_USED);
	value = value_of(r, e);
	if (vmxi_parse_int64(value, ret))
		return VMX_OK;
	*ret = -1;
	if (text_equal_nocase(value, TEXT("unlimited")))
		return VMX_OK;
	if (as_libvirt(r))
		return invalid_integer(r, e);
	*ret = missing;
	if (vmxi_text_trim(value).len == 0)
		return empty_value(r, e);
	if (!vmxi_parse_int64(vmxi_text_trim(value), ret))
		return invalid_integer(r, e);
	return vmxi_refused_by_libvirt(r, VMX_CODE_INTEGER_SPELLING, e,
				       "%s has blanks behind its number; they are skipped",
				       vmxi_quote(key, key_of(r, e)));
}

/* Strict reading looks for bytes that do not fit only where it has to convert them. */
static bool is_misfit(const struct reader *r, const struct entry *e)
{
	if (as_libvirt(r) || !(r->document->flags & DOCUMENT_STRICT))
		return e->flags & VMX_ENTRY_MISFIT;
	return vmxi_utf8_valid_prefix(value_of(r, e)) < value_of(r, e).len;
}

enum vmx_code vmxi_read_text(struct reader *r, const struct entry *e, struct text *ret)
{
	*ret = NO_TEXT;
	if (!e)
		return VMX_OK;
	set_fate(r, e, FATE_USED);
	*ret = value_of(r, e);
	if (is_misfit(r, e)) {
		struct quoted q = quote_entry(r, e);

		return vmxi_fail_at(r, VMX_CODE_INVALID_UTF8, e,
				    "the value of %s does not fit the file's encoding, %s: "
				    "correct .encoding, or say which encoding it is",
				    q.key, r->document->encoding);
	}
	return VMX_OK;
}

enum vmx_code vmxi_read_uuid(struct reader *r, const struct entry *e, uint8_t ret[16])
{
	struct quoted q;

	if (!e)
		return VMX_OK;
	set_fate(r, e, FATE_USED);
	if (vmxi_parse_uuid(value_of(r, e), ret))
		return VMX_OK;
	memset(ret, 0, 16);
	if (value_of(r, e).len == 0 && !as_libvirt(r))
		return empty_value(r, e);
	q = quote_entry(r, e);
	return vmxi_fail_at(r, VMX_CODE_INVALID_UUID, e,
			    "%s is '%s', but has to be 16 pairs of hex digits%s",
			    q.key, q.value, template_hint(r, e));
}

enum vmx_code vmxi_read_slot(struct reader *r, const struct entry *e, struct pci_slot *ret)
{
	int64_t number;
	enum vmx_code code;

	ret->given = false;
	if (!e)
		return VMX_OK;
	code = vmxi_read_integer(r, e, -1, &number);
	if (code == VMX_CODE_INVALID_INTEGER && !as_libvirt(r)) {
		struct quoted q = quote_entry(r, e);

		set_fate(r, e, FATE_UNUSABLE);
		vmx_error_clear(r->error);
		return vmxi_refused_by_libvirt(r, VMX_CODE_PCI_SLOT, e,
					       "%s is '%s', which is no number; the device gets no "
					       "PCI address", q.key, q.value);
	}
	if (code != VMX_OK)
		return code;
	ret->given = number != -1;
	ret->number = number;
	return VMX_OK;
}

static enum vmx_code bad_file_name(struct reader *r, const struct entry *e)
{
	struct quoted q = quote_entry(r, e);
	char why[QUOTE_MAX];

	vmxi_quote(why, (struct text){ r->scratch.data, r->scratch.length });
	return vmxi_fail_at(r, VMX_CODE_INVALID_FILE_NAME, e,
			    "%s names the file '%s', which does not fit the rules for file names%s%s",
			    q.key, q.value, r->scratch.length ? ": " : "", why);
}

static enum vmx_code report_file_name(struct reader *r, const struct entry *e)
{
	struct quoted q = quote_entry(r, e);
	char read_as[QUOTE_MAX];

	vmxi_quote(read_as, (struct text){ r->scratch.data, r->scratch.length });
	return vmxi_refused_by_libvirt(r, VMX_CODE_FILE_NAME, e,
				       "%s names the file '%s', which libvirt refuses or takes for "
				       "another one; read as '%s'", q.key, q.value, read_as);
}

enum vmx_code vmxi_resolve_file(struct reader *r, const struct entry *e, bool missing_allowed,
				struct text *ret)
{
	struct text name;

	TRY(vmxi_read_text(r, e, &name));
	*ret = name;
	if (!r->file_name)
		return VMX_OK;
	vmxi_bytes_clear(&r->scratch);
	switch (r->file_name(r->file_name_user, name.ptr, name.len, missing_allowed, &r->scratch)) {
	case VMX_FILE_NAME_OTHERWISE:
		TRY(report_file_name(r, e));
		/* fall through */
	case VMX_FILE_NAME_OK:
		*ret = vmxi_arena_copy(&r->machine->arena,
				       (struct text){ r->scratch.data, r->scratch.length });
		return ret->ptr ? VMX_OK : vmxi_out_of_memory(r->error);
	case VMX_FILE_NAME_MISSING:
		*ret = NO_TEXT;
		return missing_allowed ? VMX_OK : bad_file_name(r, e);
	case VMX_FILE_NAME_NO_MEMORY:
		return vmxi_out_of_memory(r->error);
	case VMX_FILE_NAME_INVALID:
		break;
	}
	return bad_file_name(r, e);
}
