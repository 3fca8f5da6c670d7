/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decode.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "fill.h"
#include "machine/libxml.h"
#include "report.h"
#include "scalar.h"

#define SOAP_NAMESPACE "http://schemas.xmlsoap.org/soap/envelope/"
#define XSI_NAMESPACE "http://www.w3.org/2001/XMLSchema-instance"

/* What libxml2 gets at once: no more than this lies between two looks at a limit. */
#define PIECE ((size_t)16 << 10)

struct decoder {
	struct filling filling;
	const struct vmx_allocator *allocator;
	xmlParserCtxt *parser;
	int namespaces[DECODE_DEPTH_MAX + 1];	/* that an element and those around it declare */
	bool ending;
	size_t fed;		/* bytes */
};

/*
 * What libxml2 calls
 */

static void stop_if_wrong(struct decoder *d)
{
	if (d->filling.code != VMX_OK)
		xmlStopParser(d->parser);
}

/* name, prefix, URI, value, end of value: five pointers for each attribute */
#define SAX_ATTRIBUTE 5

static bool is_name(const xmlChar *a, const char *b)
{
	return a && strcmp((const char *)a, b) == 0;
}

static struct text local_part(struct text name)
{
	size_t colon = vmxi_text_find_last(name, ':');

	return colon < name.len ? text_skip(name, colon + 1) : name;
}

static void read_attribute(struct tag *tag, const xmlChar **a)
{
	struct text value = { (const char *)a[3], (size_t)(a[4] - a[3]) };
	enum vim_boolean nil = VIM_FALSE;

	if (!a[2]) {
		if (is_name(a[0], "type"))
			tag->type = value;
	} else if (is_name(a[2], XSI_NAMESPACE)) {
		if (is_name(a[0], "type"))
			tag->xsi_type = local_part(value);
		else if (is_name(a[0], "nil") && vsphere_parse_boolean(value, &nil))
			tag->is_nil = nil == VIM_TRUE;
	}
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int namespaces, const xmlChar **namespace_list, int count, int defaulted,
		     const xmlChar **attributes)
{
	struct decoder *d = user;
	struct filling *f = &d->filling;
	struct tag tag = { .name = (const char *)name };
	int declared = d->namespaces[f->depth] + namespaces;

	(void)prefix;
	(void)namespace_list;
	(void)defaulted;
	if (f->code != VMX_OK)
		return;
	if (f->depth == DECODE_DEPTH_MAX)
		vsphere_fill_too_large(f, "elements nested deeper", DECODE_DEPTH_MAX);
	else if (count + namespaces > DECODE_ATTRIBUTES_MAX)
		vsphere_fill_too_large(f, "an element with more attributes", DECODE_ATTRIBUTES_MAX);
	else if (declared > DECODE_NAMESPACES_MAX)
		vsphere_fill_too_large(f, "an element within more namespaces", DECODE_NAMESPACES_MAX);
	for (int i = 0; f->code == VMX_OK && i < count; i++)
		read_attribute(&tag, attributes + (ptrdiff_t)i * SAX_ATTRIBUTE);
	if (f->code == VMX_OK) {
		vsphere_fill_start(f, &tag, is_name(uri, SOAP_NAMESPACE));
		d->namespaces[f->depth] = declared;
	}
	stop_if_wrong(d);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct decoder *d = user;

	(void)name;
	(void)prefix;
	(void)uri;
	if (d->filling.code != VMX_OK)
		return;
	vsphere_fill_end(&d->filling);
	stop_if_wrong(d);
}

static void on_text(void *user, const xmlChar *text, int len)
{
	struct decoder *d = user;

	if (d->filling.code != VMX_OK)
		return;
	vsphere_fill_text(&d->filling, (const char *)text, (size_t)len);
	stop_if_wrong(d);
}

/* Called for <!DOCTYPE before anything inside it is read. */
static void on_document_type(void *user, const xmlChar *name, const xmlChar *public_id,
			     const xmlChar *system_id)
{
	struct decoder *d = user;

	(void)name;
	(void)public_id;
	(void)system_id;
	FILL_REFUSE(&d->filling, VMX_CODE_SERVER_ANSWER,
		    "the server's answer to %s has a DOCTYPE, which no SOAP message has; is there another "
		    "service at this address?", d->filling.method->name);
	stop_if_wrong(d);
}

/* The first error counts: what follows it is mostly its consequence. */
#if LIBXML_VERSION >= 21200
static void on_error(void *user, const xmlError *e)
#else
static void on_error(void *user, xmlErrorPtr e)
#endif
{
	struct decoder *d = user;
	struct filling *f = &d->filling;
	struct text why = text_of(e->message ? e->message : "malformed");

	if (f->code != VMX_OK || e->level < XML_ERR_ERROR || e->domain == XML_FROM_NAMESPACE)
		return;
	if (e->code == XML_ERR_NO_MEMORY) {
		vsphere_fill_no_memory(f);
		stop_if_wrong(d);
		return;
	}
	while (why.len > 0 && why.ptr[why.len - 1] == '\n')
		why.len--;
	if (d->ending)
		why = TEXT("it ends too early");
	FILL_REFUSE(f, VMX_CODE_SERVER_ANSWER,
		    "the server's answer to %s is not well-formed XML (line %d): %.*s", f->method->name,
		    e->line, (int)(why.len < 120 ? why.len : 120), why.ptr);
	stop_if_wrong(d);
}

/* All that stays NULL is not wanted: comments, instructions, declarations. */
static xmlSAXHandler handlers(void)
{
	return (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_document_type,
		.serror = on_error,
	};
}

/*
 * From outside
 */

void vsphere_answer_clear(struct answer *answer, const struct vmx_allocator *allocator)
{
	vmxi_arena_release(&answer->arena);
	answer->arena.allocator = allocator;
	answer->response = NULL;
	answer->fault = NULL;
	answer->items = 0;
}

void vsphere_answer_release(struct answer *answer)
{
	vmxi_arena_release(&answer->arena);
	answer->response = NULL;
	answer->fault = NULL;
}

/*
 * NOENT is for &amp; in attributes, which would be handed on as &#38; else; there are no
 * other entities than XML's own five.  What is not UTF-8 is refused.
 */
static bool make_parser(struct decoder *d)
{
	xmlSAXHandler sax = handlers();
	struct libxml_guard guard;

	if (!vmxi_libxml_begin(&guard))
		return false;
	d->parser = xmlCreatePushParserCtxt(&sax, d, NULL, 0, NULL);
	if (d->parser)
		xmlCtxtUseOptions(d->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
	vmxi_libxml_end(&guard);
	return d->parser && !guard.no_memory;
}

enum vmx_code vsphere_decoder_new(const struct vim_method *method, struct answer *answer,
				  const struct vmx_allocator *allocator, struct decoder **ret,
				  struct vmx_error *error)
{
	struct decoder *d = vmxi_allocate(allocator, sizeof(*d));

	if (!d)
		return vsphere_out_of_memory(error);
	vsphere_answer_clear(answer, allocator);
	*d = (struct decoder){ { .method = method, .answer = answer }, .allocator = allocator };
	d->filling.text.allocator = d->filling.item.allocator = allocator;
	if (!make_parser(d)) {
		vsphere_decoder_free(d);
		return vsphere_out_of_memory(error);
	}
	*ret = d;
	return VMX_OK;
}

static void feed_piece(struct decoder *d, const char *data, size_t length, bool last)
{
	const xmlParserInput *input;
	struct libxml_guard guard;

	if (!vmxi_libxml_begin(&guard)) {
		vsphere_fill_no_memory(&d->filling);
		return;
	}
	(void)xmlParseChunk(d->parser, data, (int)length, last);
	vmxi_libxml_end(&guard);
	if (guard.no_memory)
		vsphere_fill_no_memory(&d->filling);
	/* attributes of one tag are compared with each other, which must not take for ever */
	input = d->parser->input;
	if (d->filling.code == VMX_OK && input && (size_t)(input->end - input->cur) > DECODE_TAG_MAX)
		vsphere_fill_too_large(&d->filling, "a tag or comment with more bytes", DECODE_TAG_MAX);
}

/*
 * SOAP is UTF-8.  An XML parser would see by the first four bytes if it is something
 * else, and convert it: then nothing that is counted here would mean bytes any more.
 */
static void check_encoding(struct decoder *d, const char *data, size_t length)
{
	for (size_t i = 0; d->fed < 4 && i < length; i++, d->fed++) {
		unsigned char c = (unsigned char)data[i];

		if (c == 0 || (d->fed == 0 && c != '<' && c != 0xEF && !ascii_is_space(data[i])))
			FILL_REFUSE(&d->filling, VMX_CODE_SERVER_ANSWER,
				    "the server's answer to %s is no XML in UTF-8", d->filling.method->name);
	}
}

enum vmx_code vsphere_decoder_feed(struct decoder *d, const void *data, size_t length,
				   struct vmx_error *error)
{
	const char *at = data;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): without a decoder there was an error */
	d->filling.error = error;
	check_encoding(d, data, length);
	for (size_t piece; d->filling.code == VMX_OK && length > 0; at += piece, length -= piece) {
		piece = length < PIECE ? length : PIECE;
		feed_piece(d, at, piece, false);
	}
	return d->filling.code;
}

enum vmx_code vsphere_decoder_end(struct decoder *d, struct vmx_error *error)
{
	struct filling *f = &d->filling;

	f->error = error;
	d->ending = true;
	if (d->fed == 0)
		FILL_REFUSE(f, VMX_CODE_SERVER_ANSWER, "the server's answer to %s is empty", f->method->name);
	if (f->code == VMX_OK)
		feed_piece(d, NULL, 0, true);
	if (!d->parser->wellFormed || (!f->response && !f->fault))
		FILL_REFUSE(f, VMX_CODE_SERVER_ANSWER,
			    "the server's answer to %s is an envelope without content", f->method->name);
	if (f->response && f->method->presence == VIM_REQUIRED && f->returnvals == 0)
		FILL_REFUSE(f, VMX_CODE_SERVER_ANSWER, "the server's answer to %s lacks its result",
			    f->method->name);
	if (f->code != VMX_OK)
		return f->code;
	f->answer->response = f->response;
	f->answer->fault = f->fault;
	return VMX_OK;
}

void vsphere_decoder_free(struct decoder *d)
{
	if (!d)
		return;
	if (d->parser)
		xmlFreeParserCtxt(d->parser);
	vsphere_fill_release(&d->filling);
	vmxi_release(d->allocator, d);
}

enum vmx_code vsphere_decode(const struct vim_method *method, const void *data, size_t length,
			     const struct vmx_allocator *allocator, struct answer *answer,
			     struct vmx_error *error)
{
	struct decoder *decoder = NULL;
	enum vmx_code code;

	allocator = vmxi_allocator(allocator);
	code = vsphere_decoder_new(method, answer, allocator, &decoder, error);
	if (code != VMX_OK)
		return code;
	code = vsphere_decoder_feed(decoder, data, length, error);
	if (code == VMX_OK)
		code = vsphere_decoder_end(decoder, error);
	vsphere_decoder_free(decoder);
	return code;
}
