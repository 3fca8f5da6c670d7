/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines and keys, sorted so that what belongs to a device stands together: to apply a
 * machine to a document takes a look-up for each device, whatever else the document has.
 */
#ifndef VMXI_VMX_LOOKUP_H
#define VMXI_VMX_LOOKUP_H

#include "vmx/writer.h"

/* Lines in the order of their keys, without regard to case. */
struct lookup {
	const struct line *items;
	size_t count;
};

/* A sorted copy of the lines.  False: no memory. */
bool vmxi_sort_lines(struct arena *arena, const struct vmx_writer *w, struct lookup *ret);

/* NULL: there is no such line. */
const struct line *vmxi_find_line(const struct lookup *lines, struct text key);

/* The value of a field of a device; no pointer: there is no such line. */
struct text vmxi_device_value(const struct lookup *lines, struct text device, struct text field);

/* The lines of a device. */
struct lookup vmxi_lines_under(const struct lookup *lines, struct text device);

/* A key of the document, and which one it is in the order of the document. */
struct document_key {
	struct text key;
	size_t number;
};

struct document_keys {
	struct document_key *items;
	size_t count;
};

/*
 * All keys that the document has now, sorted like lines.  They stay where they are as long
 * as the document, also those that are removed.  False: no memory.
 */
bool vmxi_sort_keys(struct arena *arena, const struct vmx_document *document,
		    struct document_keys *ret);

/* Those that begin with the device and the separator. */
struct document_keys vmxi_keys_under(const struct document_keys *keys, struct text device,
				     char separator);

#endif
