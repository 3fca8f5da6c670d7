/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One reading of a document: what scan.c, encoding.c and document.c share while
 * a document comes to be.
 */
#ifndef VMXI_DOCUMENT_READING_H
#define VMXI_DOCUMENT_READING_H

#include "document/document.h"

/*
 * Something to report.  Scanning, decoding and indexing each find their own; they
 * are kept until the end, so that they can be reported in the order of the file.
 */
struct finding {
	uint32_t at;		/* in bytes of the file */
	struct position where;
	uint32_t entry;		/* NO_ENTRY: it belongs to none */
	uint16_t code, severity;
};

enum phase { PHASE_SCAN, PHASE_DECODE, PHASE_INDEX, PHASES };

struct reading {
	struct vmx_document *doc;
	struct vmx_error *error;
	struct reporter reporter;
	struct {
		struct finding *items;
		size_t count, capacity;
	} found[PHASES];
	const char *forced_encoding;	/* options.encoding */
	uint32_t encoding_entry;	/* the first .encoding, or NO_ENTRY */
	bool strict;
	bool has_odd;			/* some byte is NUL, or above 0x7F */
	bool has_high;			/* some byte is above 0x7F */
};

/*
 * Keeps a finding, if anybody listens and there are not too many yet.  Each phase
 * has to add its own in the order of the file.  False: no memory.
 */
bool vmxi_find(struct reading *r, enum phase phase, const struct finding *finding);

/* scan.c: fills doc->entries, and doc->flags and positions. */
enum vmx_code vmxi_scan(struct reading *r);

/* scan.c, for tests: the same without the short cut for ordinary lines. */
enum vmx_code vmxi_scan_slowly(struct reading *r);

/* encoding.c: finds out the encoding and turns the values into UTF-8. */
enum vmx_code vmxi_decode(struct reading *r);

/* The position of a byte of the file, by counting from its beginning. */
struct position vmxi_position_of_byte(const struct vmx_document *doc, size_t at);

/* The position of a byte of the value. */
struct position vmxi_position_in_value(const struct vmx_document *doc, const struct entry *e,
				       size_t offset);

#endif
