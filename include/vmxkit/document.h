/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The VMX document: the text of a .vmx file, its keys and values, and edits
 * that leave every other byte alone.
 *
 * A document is flat: an ordered list of entries, each a key and a value.  Keys
 * are compared without regard to ASCII case, everywhere.  Whatever is not an
 * entry (comments, blank lines, text that makes no sense) is kept and written
 * back as it was.
 *
 * Values are handed out as UTF-8, without their quotes.  They are otherwise what
 * stands in the file: VMware's pipe escapes (|22 for a quote) are only undone
 * by the functions whose name ends in _text.
 *
 * A document may be read by several threads at once while none edits it.
 */
#ifndef VMXKIT_DOCUMENT_H
#define VMXKIT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/error.h>
#include <vmxkit/export.h>
#include <vmxkit/memory.h>

VMX_BEGIN_DECLS

struct vmx_document;

enum vmx_read_mode {
	/*
	 * Reads what people and programs write: what libvirt's reader refuses
	 * is read as VMware or common sense has it, with a diagnostic for each
	 * oddity.  What libvirt's reader takes is read as libvirt reads it.
	 */
	VMX_READ_TOLERANT = 0,
	/*
	 * Takes and refuses exactly what libvirt's reader takes and refuses,
	 * but for this: a file with a NUL byte is refused as a whole (libvirt
	 * reads up to the NUL); so are bytes that an encoding does not have
	 * (libvirt may end the text there); and an encoding is what Windows
	 * calls so, because VMware writes the names of code pages: Shift_JIS is
	 * code page 932, whose 0x5C is a backslash (libvirt reads a yen sign),
	 * and of the names that only ICU knows, it takes those that VMware
	 * writes, and refuses the others.
	 */
	VMX_READ_STRICT
};

/* What the limits are when the options do not say otherwise. */
#define VMX_DEFAULT_MAX_FILE_SIZE ((size_t)16 << 20)
#define VMX_DEFAULT_MAX_ENTRIES ((size_t)1 << 20)
#define VMX_DEFAULT_MAX_KEY_LENGTH ((size_t)1024)
#define VMX_DEFAULT_MAX_VALUE_LENGTH ((size_t)1 << 20)
/* No option raises them above these. */
#define VMX_HIGHEST_MAX_FILE_SIZE ((size_t)1 << 30)
#define VMX_HIGHEST_MAX_KEY_LENGTH ((size_t)65535)

/*
 * How to read.  Fill it with VMX_READ_OPTIONS_INIT and change what you need; 0
 * and NULL stand for the defaults.  Members are only added at the end; size
 * says which of them the caller knows.  Everything in it is only needed during
 * the call, except what the allocator points to.
 */
struct vmx_read_options {
	size_t size;
	enum vmx_read_mode mode;
	/*
	 * The encoding to read with, whatever .encoding in the file says; NULL:
	 * what the file says, and UTF-8 if it says nothing.
	 */
	const char *encoding;
	size_t max_file_size;		/* bytes */
	size_t max_entries;
	size_t max_key_length;		/* bytes */
	size_t max_value_length;	/* bytes, in the file and as UTF-8 */
	vmx_diagnostic_fn diagnostic;	/* told of each oddity, in file order */
	void *user;			/* first argument of diagnostic */
	const struct vmx_allocator *allocator;	/* copied; NULL: malloc() */
};

#define VMX_READ_OPTIONS_INIT \
	{ sizeof(struct vmx_read_options), VMX_READ_TOLERANT, NULL, 0, 0, 0, 0, NULL, NULL, NULL }

/*
 * Reads a document from bytes.  The bytes are copied.  options may be NULL.
 * On success *ret is a new document that the caller frees.
 *
 * In tolerant mode any bytes whatever make a document (NUL bytes and files
 * without a single entry included: whether it can be a machine is for
 * vmx_machine_read() to say); it fails only with VMX_CODE_FILE_TOO_LARGE,
 * VMX_CODE_TOO_MANY_ENTRIES, VMX_CODE_KEY_TOO_LONG, VMX_CODE_VALUE_TOO_LONG,
 * VMX_CODE_UNKNOWN_ENCODING or VMX_CODE_OUT_OF_MEMORY, and with
 * VMX_CODE_INVALID_ARGUMENT for options that make no sense.  Strict mode adds
 * VMX_CODE_NUL_BYTE, VMX_CODE_SYNTAX and VMX_CODE_ENCODING_MISMATCH.
 *
 * Source: libvirt's VMX reader as a black box; published .vmx files.
 */
VMX_API enum vmx_code vmx_document_read(const void *bytes, size_t length,
					const struct vmx_read_options *options,
					struct vmx_document **ret, struct vmx_error *error);

/*
 * The same from a file, or from an open file descriptor up to its end.  Not more
 * than the limit (and one byte) is ever read.  The descriptor stays open.
 * Fails also with VMX_CODE_IO.
 */
VMX_API enum vmx_code vmx_document_read_file(const char *path,
					     const struct vmx_read_options *options,
					     struct vmx_document **ret, struct vmx_error *error);
VMX_API enum vmx_code vmx_document_read_fd(int fd, const struct vmx_read_options *options,
					   struct vmx_document **ret, struct vmx_error *error);

/* Frees the document and everything borrowed from it.  Takes NULL. */
VMX_API void vmx_document_free(struct vmx_document *document);

/*
 * Writes the document: the very bytes that were read, but for the edits since.
 * Fails with VMX_CODE_OUT_OF_MEMORY only.
 */
VMX_API enum vmx_code vmx_document_write(const struct vmx_document *document,
					 struct vmx_bytes *ret, struct vmx_error *error);

/*
 * Writes the document in its normal form: each entry on a line of its own, as
 *
 *     key = "value"
 *
 * without indentation, comments and all other text where they were, runs of blank
 * lines as one, none at the beginning and the end, no byte order mark, the same
 * line end everywhere (the first one of the document; LF if it has none).  A value
 * that double quotes can't hold keeps quotes that can.
 *
 * What it reads as has the same keys and values in the same order, and the normal
 * form of that is the same again.  Fails with VMX_CODE_OUT_OF_MEMORY only.
 */
VMX_API enum vmx_code vmx_document_write_normal(const struct vmx_document *document,
						struct vmx_bytes *ret,
						struct vmx_error *error);

/*
 * The encoding that the document was read with: as the options name it, or else
 * as the file names it; "UTF-8" where neither does.  Borrowed until the document is
 * freed.
 */
VMX_API const char *vmx_document_encoding(const struct vmx_document *document);

/* The number of entries, duplicates included. */
VMX_API size_t vmx_document_count(const struct vmx_document *document);

/* Set in vmx_entry.flags */
#define VMX_ENTRY_DUPLICATE 0x01u	/* an earlier entry has the same key and counts */
#define VMX_ENTRY_ODD 0x02u		/* libvirt's reader would refuse the line */
#define VMX_ENTRY_MISFIT 0x04u		/* bytes of the value do not fit the encoding: the
					   value is handed out as the bytes of the file */

/*
 * One entry.  key and value are borrowed until the document is edited or freed;
 * they are not NUL-terminated.  key is spelt as in the file.
 */
struct vmx_entry {
	const char *key;
	size_t key_length;
	const char *value;
	size_t value_length;
	unsigned int line, column;	/* of the key, in the file as it was read;
					   0 for an entry that was added since */
	unsigned int value_line, value_column;	/* of the value, behind its quote */
	unsigned int flags;
};

/*
 * Goes through the entries in the order of the document: *cursor is 0 at first
 * and otherwise left alone by the caller.  False: there are no more.
 */
VMX_API bool vmx_document_next(const struct vmx_document *document, size_t *cursor,
			       struct vmx_entry *ret);

/*
 * Looks a key up, in constant time.  Of duplicates the first one counts, as in
 * libvirt.  VMX_CODE_KEY_NOT_FOUND if there is none.
 */
VMX_API enum vmx_code vmx_document_get(const struct vmx_document *document,
				       const char *key, size_t key_length,
				       struct vmx_entry *ret);

/*
 * Sets a key.  If it exists (the first of duplicates), only what stands between
 * its quotes changes; a value without quotes gets them.  Otherwise a line is
 * added behind the last key of the same device ("scsi0:1."), or else of the same
 * controller, kind of device or group of keys, or else at the end; in the
 * file's own line ends and spacing.
 *
 * The value is UTF-8 and is written in the file's encoding, just as it is: so
 * VMX_CODE_UNREPRESENTABLE_VALUE if it holds a quote, a line end or a NUL (see
 * vmx_document_set_text()), VMX_CODE_INVALID_UTF8, VMX_CODE_UNENCODABLE_CHARACTER
 * if the encoding lacks a character; VMX_CODE_INVALID_KEY if a new key is not one
 * that libvirt's reader takes; VMX_CODE_KEY_TOO_LONG, VMX_CODE_VALUE_TOO_LONG,
 * VMX_CODE_TOO_MANY_ENTRIES, VMX_CODE_FILE_TOO_LARGE as for reading;
 * VMX_CODE_OUT_OF_MEMORY.  After a failure the document is as it was.
 *
 * Setting .encoding to something else than the document's encoding is refused
 * with VMX_CODE_UNREPRESENTABLE_VALUE: it would change what every value means.
 */
VMX_API enum vmx_code vmx_document_set(struct vmx_document *document,
				       const char *key, size_t key_length,
				       const char *value, size_t value_length,
				       struct vmx_error *error);

/*
 * get and set with VMware's pipe escapes: |XX stands for a byte.  What set_text
 * takes is any UTF-8 without NUL, and get_text gives it back.  get_text fails
 * with VMX_CODE_INVALID_ESCAPE where a | is not followed by two hex digits.
 */
VMX_API enum vmx_code vmx_document_get_text(const struct vmx_document *document,
					    const char *key, size_t key_length,
					    struct vmx_bytes *ret, struct vmx_error *error);
VMX_API enum vmx_code vmx_document_set_text(struct vmx_document *document,
					    const char *key, size_t key_length,
					    const char *value, size_t value_length,
					    struct vmx_error *error);

/*
 * Removes a key, with its line (and the comment behind it) if nothing else
 * stands on it; of duplicates all, so that the key is gone.
 * VMX_CODE_KEY_NOT_FOUND, VMX_CODE_OUT_OF_MEMORY; and as for setting,
 * VMX_CODE_UNREPRESENTABLE_VALUE for .encoding where the document is not in UTF-8.
 */
VMX_API enum vmx_code vmx_document_unset(struct vmx_document *document,
					 const char *key, size_t key_length,
					 struct vmx_error *error);

/*
 * Gives an entry (of duplicates all) another key; value and place stay.  Changing
 * only the case is fine.  VMX_CODE_KEY_NOT_FOUND, VMX_CODE_KEY_EXISTS,
 * VMX_CODE_INVALID_KEY, VMX_CODE_KEY_TOO_LONG, VMX_CODE_FILE_TOO_LARGE,
 * VMX_CODE_OUT_OF_MEMORY; VMX_CODE_UNREPRESENTABLE_VALUE where the new or the
 * missing .encoding would change what values mean.
 */
VMX_API enum vmx_code vmx_document_rename(struct vmx_document *document,
					  const char *key, size_t key_length,
					  const char *new_key, size_t new_key_length,
					  struct vmx_error *error);

/*
 * A pattern of keys: '*' stands for any bytes, '?' for one, [0-9] for one of a
 * set, everything else for itself; without regard to ASCII case.
 * "ethernet*.virtualDev".  A new object, freed by the caller.  The allocator is
 * copied; NULL: malloc().  VMX_CODE_INVALID_PATTERN, VMX_CODE_OUT_OF_MEMORY.
 */
struct vmx_pattern;
VMX_API enum vmx_code vmx_pattern_new(const char *pattern, size_t length,
				      const struct vmx_allocator *allocator,
				      struct vmx_pattern **ret, struct vmx_error *error);
VMX_API void vmx_pattern_free(struct vmx_pattern *pattern);	/* takes NULL */

/*
 * Whether the whole key fits the pattern.  Matching works in memory of the pattern:
 * only one thread at a time may use it.  VMX_CODE_OUT_OF_MEMORY, and
 * VMX_CODE_INVALID_PATTERN where it takes too many steps to find out.
 */
VMX_API enum vmx_code vmx_pattern_matches(const struct vmx_pattern *pattern,
					  const char *key, size_t key_length,
					  bool *ret, struct vmx_error *error);

/*
 * As vmx_document_next(), but only entries whose key fits the pattern.
 * VMX_CODE_KEY_NOT_FOUND if there are no more (the error is then left alone), and as
 * vmx_pattern_matches(): then the entry at hand was passed over.
 */
VMX_API enum vmx_code vmx_document_next_match(const struct vmx_document *document,
					      const struct vmx_pattern *pattern, size_t *cursor,
					      struct vmx_entry *ret, struct vmx_error *error);

VMX_END_DECLS

#endif
