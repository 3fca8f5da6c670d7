/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Documents from any bytes.  More than "it does not crash":
 *
 * - what was not edited is written as it was read;
 * - what strict reading takes, tolerant reading takes as the same entries;
 * - after edits, the document is what is read from what it writes.
 *
 * The bytes in front of the first NUL say which edits; what follows is the file
 * (all of it, if there is no NUL).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#define EDITS_MAX 16

#define MUST(condition) \
	do { \
		if (!(condition)) \
			__builtin_trap(); \
	} while (0)

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

static void listen(void *user, const struct vmx_diagnostic *diagnostic)
{
	size_t *count = user;

	MUST(diagnostic->message[0] != '\0');
	MUST(vmx_code_name(diagnostic->code) != NULL);
	++*count;
}

static struct vmx_document *read_file(const char *file, size_t len, enum vmx_read_mode mode)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *doc = NULL;
	struct vmx_error *error = vmx_error_new();
	size_t count = 0;
	enum vmx_code code;

	MUST(error);
	options.mode = mode;
	options.diagnostic = listen;
	options.user = &count;
	code = vmx_document_read(file, len, &options, &doc, error);
	MUST((code == VMX_OK) == (doc != NULL));
	MUST(vmx_error_code(error) == code);
	vmx_error_free(error);
	return doc;
}

static void must_write(const struct vmx_document *doc, const char *file, size_t len)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	MUST(vmx_document_write(doc, &bytes, NULL) == VMX_OK);
	MUST(bytes.length == len);
	MUST(len == 0 || memcmp(bytes.data, file, len) == 0);
	vmx_bytes_release(&bytes);
}

static int same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static void must_be_same(const struct vmx_document *a, const struct vmx_document *b)
{
	struct vmx_entry x, y;
	size_t at_x = 0, at_y = 0;

	MUST(vmx_document_count(a) == vmx_document_count(b));
	while (vmx_document_next(a, &at_x, &x)) {
		MUST(vmx_document_next(b, &at_y, &y));
		MUST(same_text(x.key, x.key_length, y.key, y.key_length));
		MUST(same_text(x.value, x.value_length, y.value, y.value_length));
		MUST((x.flags & VMX_ENTRY_DUPLICATE) == (y.flags & VMX_ENTRY_DUPLICATE));
		MUST((x.flags & VMX_ENTRY_MISFIT) == (y.flags & VMX_ENTRY_MISFIT));
	}
	MUST(!vmx_document_next(b, &at_y, &y));
}

/* Strict and tolerant; the flag for invalid UTF-8 is only for those who are told of it. */
static void must_read_alike(const struct vmx_document *strict, const struct vmx_document *doc)
{
	struct vmx_entry x, y;

	for (size_t a = 0, b = 0; vmx_document_next(strict, &a, &x);) {
		MUST(vmx_document_next(doc, &b, &y));
		MUST(same_text(x.key, x.key_length, y.key, y.key_length));
		MUST(same_text(x.value, x.value_length, y.value, y.value_length));
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

static void must_read_as_written(const struct vmx_document *doc)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct vmx_document *again;

	MUST(vmx_document_write(doc, &bytes, NULL) == VMX_OK);
	again = read_file(bytes.data, bytes.length, VMX_READ_TOLERANT);
	MUST(again);
	must_be_same(doc, again);
	vmx_document_free(again);
	vmx_bytes_release(&bytes);
}

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

static void edit(struct vmx_document *doc, const char *how)
{
	static const char *const values[] = {
		"", "1", "it's", "a b", "\xC3\xA4\xE4\xBD\x8D", "# ;", "x\"y", "UTF-8",
	};
	unsigned char what = (unsigned char)how[0], choice = (unsigned char)how[1];
	char key[64], other[64];
	size_t key_len = choose_key(doc, choice, key);
	const char *value = values[what >> 5];

	if (what % 4 == 0) {
		(void)vmx_document_unset(doc, key, key_len, NULL);
	} else if (what % 4 == 1) {
		size_t other_len = choose_key(doc, (unsigned char)(what * 7), other);

		(void)vmx_document_rename(doc, key, key_len, other, other_len, NULL);
	} else if (what % 4 == 2) {
		(void)vmx_document_set(doc, key, key_len, value, strlen(value), NULL);
	} else {
		(void)vmx_document_set_text(doc, key, key_len, value, strlen(value), NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = cut(data, size);
	struct vmx_document *doc = read_file(input.file, input.file_len, VMX_READ_TOLERANT);
	struct vmx_document *strict = read_file(input.file, input.file_len, VMX_READ_STRICT);

	if (strict) {
		MUST(doc);
		must_write(strict, input.file, input.file_len);
	}
	if (doc) {
		must_write(doc, input.file, input.file_len);
		must_find_all(doc);
	}
	if (strict)
		must_read_alike(strict, doc);
	for (size_t i = 0; doc && i + 1 < input.edits_len && i < 2 * EDITS_MAX; i += 2) {
		edit(doc, input.edits + i);
		must_find_all(doc);
		must_read_as_written(doc);
	}
	vmx_document_free(strict);
	vmx_document_free(doc);
	return 0;
}
