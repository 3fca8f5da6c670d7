/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The inside of a document, for lib/document and for the one reader that goes
 * through all entries at full speed (lib/machine).
 *
 *   scan.c      bytes -> entries (the grammar, both modes)
 *   ordinary.c  a short cut for the lines that nearly all lines are
 *   index.c     entries -> look-up by key, duplicates
 *   encoding.c  .encoding, values <-> UTF-8
 *   document.c  the public calls for reading, looking up, writing
 *   edit.c      the public calls for editing: values and new lines
 *   rename.c    the same for other keys
 *   remove.c    what goes with an entry that goes
 *   place.c     where a new line goes, and how it is written
 *   relatives.c which keys a new one belongs to
 *   checks.c    what edits have to fulfil
 *   pieces.c    the list of pieces that an edited document is
 *   normal.c    the normal form
 *   pattern.c   patterns of keys
 *
 * A document owns one copy of the file's bytes, and an array of entries, which say
 * where in it things stand.  There may be a million of them, and memory is what they
 * cost: so what was decoded or edited, and stands elsewhere, has an array of its own.
 */
#ifndef VMXI_DOCUMENT_DOCUMENT_H
#define VMXI_DOCUMENT_DOCUMENT_H

#include <vmxkit/document.h>

#include "base/memory.h"
#include "base/report.h"
#include "base/text.h"
#include "document/index.h"

/* How the value stands in the file. */
enum quoting {
	QUOTING_NONE,
	QUOTING_SINGLE,		/* '...' */
	QUOTING_DOUBLE,		/* "..." */
	QUOTING_TRIPLE,		/* """...""" */
	QUOTING_UNCLOSED	/* "... up to the end of the line */
};

struct entry {
	uint32_t at;		/* where the key begins, in bytes of the file */
	uint32_t value_at;	/* where the value begins, behind its quote */
	uint32_t raw_len;	/* of the value as it is written, without quotes */
	uint32_t hash;		/* vmxi_key_hash() of the key */
	uint32_t line, column;	/* of the key */
	uint32_t replacement;	/* its number, from 1; 0: key and value are as in the file */
	uint16_t key_len;	/* in the file */
	uint8_t quoting;	/* enum quoting */
	uint8_t flags;		/* VMX_ENTRY_*, and: */
};

/* Key and value (UTF-8, without quotes) of an entry that has others than the file. */
struct replacement {
	struct text key, value;
};

/* Only inside: the key holds bytes that libvirt's reader does not take in a key. */
#define ENTRY_ODD_KEY 0x80u
/* Only inside: text that makes no sense follows the value. */
#define ENTRY_ODD_TAIL 0x40u
/* Only inside: the entry was removed.  Its key and value are empty. */
#define ENTRY_GONE 0x20u
#define ENTRY_INSIDE (ENTRY_ODD_KEY | ENTRY_ODD_TAIL | ENTRY_GONE)

/* What struct vmx_document says of the whole file. */
#define DOCUMENT_HAS_NUL 0x01u
#define DOCUMENT_HAS_DIRECTIVE 0x02u	/* a line like {% if ... %} or <% ... %> */
#define DOCUMENT_STRICT 0x04u		/* was read in strict mode */

struct vmx_document {
	struct vmx_allocator allocator;
	const struct vmx_allocator *large;	/* for bytes, entries, replacements and slots */
	struct arena arena;	/* decoded and edited text; the encoding's name */
	char *bytes;		/* the file */
	size_t length;
	/*
	 * In the order of the file.  Entries that were added since follow at the
	 * end, and some may be gone (ENTRY_GONE): who wants the order of the
	 * edited document uses vmxi_next_entry().
	 */
	struct entry *entries;
	size_t count, capacity;
	size_t gone;		/* how many of them are */
	struct replacement *replacements;
	size_t replacement_count, replacement_capacity;
	unsigned int flags;	/* DOCUMENT_* */
	struct position nul, directive;	/* the first of each, if flags say so */
	struct key_index index;
	struct edits *edits;	/* NULL as long as nothing was edited */
	const char *encoding;	/* what it was read with, as the file or the caller names it */
	const char *converter;	/* the same for iconv(); NULL: it is UTF-8 */
	struct limits {
		size_t file_size, entries, key_length, value_length;
	} limits;
};

/* See vmx_document_next(); NULL: there are no more. */
const struct entry *vmxi_next_entry(const struct vmx_document *doc, size_t *cursor);

/* The first entry with the key, in constant time; NULL: there is none. */
const struct entry *vmxi_find_entry(const struct vmx_document *doc, struct text key);

/*
 * The entry's replacement.  If it has none, a new one, which at first says what the file
 * says; NULL: no memory, which there is for one more after vmxi_reserve_replacement().
 */
struct replacement *vmxi_replacement(struct vmx_document *doc, struct entry *e);
bool vmxi_reserve_replacement(struct vmx_document *doc);

/* As the public structure. */
void vmxi_show_entry(const struct vmx_document *doc, const struct entry *e, struct vmx_entry *ret);

static inline struct text entry_key(const struct vmx_document *doc, const struct entry *e)
{
	if (e->replacement)
		return doc->replacements[e->replacement - 1].key;
	return (struct text){ doc->bytes + e->at, e->key_len };
}

static inline struct text entry_value(const struct vmx_document *doc, const struct entry *e)
{
	if (e->replacement)
		return doc->replacements[e->replacement - 1].value;
	return (struct text){ doc->bytes + e->value_at, e->raw_len };
}

/* The length of the quotes in front of the value. */
static inline uint32_t entry_quote_length(const struct entry *e)
{
	static const uint8_t lengths[] = {
		[QUOTING_NONE] = 0, [QUOTING_SINGLE] = 1, [QUOTING_DOUBLE] = 1,
		[QUOTING_TRIPLE] = 3, [QUOTING_UNCLOSED] = 1,
	};

	return lengths[e->quoting];
}

/* Where the value ends, behind its quotes, in bytes of the file. */
static inline uint32_t entry_value_end(const struct entry *e)
{
	return e->value_at + e->raw_len + (e->quoting == QUOTING_UNCLOSED ? 0 : entry_quote_length(e));
}

/* Where the key stands. */
static inline struct position entry_position(const struct entry *e)
{
	return (struct position){ e->line, e->column };
}

/* Where the value stands (behind its quote): on the line of its key. */
static inline struct position entry_value_position(const struct entry *e)
{
	return (struct position){ e->line, e->line ? e->column + (e->value_at - e->at) : 0 };
}

#endif
