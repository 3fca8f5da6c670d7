/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing XML the way libvirt lays it out: two spaces per level, attributes in
 * single quotes, <x/> for an element without content, text on one line with its
 * tags.
 *
 * The calls append to a buffer that is kept large enough ahead, so that each is
 * little more than a memcpy(); names are string literals, whose length the
 * compiler knows.  Once memory ran out, nothing more is written, and the caller
 * asks at the end.
 */
#ifndef VMXI_DOMAIN_XML_H
#define VMXI_DOMAIN_XML_H

#include <stdio.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/report.h"
#include "base/text.h"

struct xml {
	struct vmx_bytes *out;
	bool failed;		/* no memory */
	bool as_libvirt;	/* copies control characters that libvirt copies */
	bool exact;		/* CR and tab as references: a reader of XML takes a CR for
				   LF, and a tab in an attribute for a blank */
	unsigned int depth;
	size_t dropped;		/* characters that XML can't hold */
	bool copied_by_libvirt;	/* ... and one of them is what libvirt does not drop */
};

#define XML_DEPTH_MAX 16

/* Room for so many bytes; false once there is no memory. */
bool vmxi_xml_grow(struct xml *x, size_t more);

static inline bool xml_room(struct xml *x, size_t more)
{
	return x->out->length + more < x->out->capacity || vmxi_xml_grow(x, more);
}

static inline void xml_put(struct xml *x, const char *p, size_t len)
{
	if (!xml_room(x, len))
		return;
	memcpy(x->out->data + x->out->length, p, len);
	x->out->length += len;
}

#define XML_PUT(x, literal) xml_put(x, "" literal, sizeof(literal) - 1)

static inline void xml_indent(struct xml *x)
{
	static const char blanks[2 * XML_DEPTH_MAX + 1] = "                                ";

	if (!xml_room(x, sizeof(blanks) - 1))
		return;
	memcpy(x->out->data + x->out->length, blanks, sizeof(blanks) - 1);
	x->out->length += 2 * (size_t)x->depth;
}

/* Escaped text, for elements and attributes alike. */
void vmxi_xml_text(struct xml *x, struct text t);

static inline void xml_uint(struct xml *x, uint64_t value)
{
	if (xml_room(x, NUMBER_TEXT_MAX))
		x->out->length += vmxi_format_uint64(x->out->data + x->out->length, value);
}

static inline void xml_int(struct xml *x, int64_t value)
{
	if (xml_room(x, NUMBER_TEXT_MAX))
		x->out->length += vmxi_format_int64(x->out->data + x->out->length, value);
}

/* <name */
#define XML_START(x, name) (xml_indent(x), XML_PUT(x, "<" name))
/* name='word'; the word needs no escaping */
#define XML_WORD(x, name, word) \
	(XML_PUT(x, " " name "='"), xml_put(x, word, strlen(word)), XML_PUT(x, "'"))
#define XML_TEXT(x, name, text) (XML_PUT(x, " " name "='"), vmxi_xml_text(x, text), XML_PUT(x, "'"))
#define XML_UINT(x, name, value) (XML_PUT(x, " " name "='"), xml_uint(x, value), XML_PUT(x, "'"))
/* /> */
#define XML_EMPTY(x) XML_PUT(x, "/>\n")
/* > with children to come */
#define XML_OPEN(x) (XML_PUT(x, ">\n"), (void)(x)->depth++)
/* </name> behind the children */
#define XML_CLOSE(x, name) ((void)(x)->depth--, xml_indent(x), XML_PUT(x, "</" name ">\n"))
/* >text</name> */
#define XML_TEXT_CLOSE(x, name, text) \
	(XML_PUT(x, ">"), vmxi_xml_text(x, text), XML_PUT(x, "</" name ">\n"))
#define XML_UINT_CLOSE(x, name, value) \
	(XML_PUT(x, ">"), xml_uint(x, value), XML_PUT(x, "</" name ">\n"))

#endif
