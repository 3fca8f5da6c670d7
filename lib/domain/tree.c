/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/tree.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include <vmxkit/domain_xml.h>

#include "domain/tree_text.h"
#include "machine/libxml.h"

/*
 * Building
 */

struct builder {
	struct tree *tree;
	xmlParserCtxt *parser;
	struct text bytes;	/* UTF-8 */
	bool converted;		/* from something else */
	struct node *open;	/* the element that is being read */
	size_t depth, nodes;
	/* the text of all open elements, the inner one's behind the outer one's */
	struct vmx_bytes text;
	size_t text_from[TREE_DEPTH_MAX + 1];
	/* of that, what follows the last child or CDATA section; and what came first of all */
	size_t piece_from[TREE_DEPTH_MAX + 1];
	bool has_children[TREE_DEPTH_MAX + 1], begins_with_text[TREE_DEPTH_MAX + 1];
	/* those that an open element and the ones around it declare */
	int namespaces[TREE_DEPTH_MAX + 1];
	/* the last position that was worked out; the next one is behind it */
	size_t offset, line_from;
	unsigned int line;
	struct vmx_error *error;
	enum vmx_code code;	/* the first that went wrong */
};

__attribute__((format(printf, 3, 4)))
static void refuse(struct builder *b, enum vmx_code code, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	if (b->code != VMX_OK)
		return;
	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	va_end(args);
	b->code = vmxi_fail(b->error, code,
			    (struct position){ (unsigned int)xmlSAX2GetLineNumber(b->parser),
					       (unsigned int)xmlSAX2GetColumnNumber(b->parser) },
			    "%s", message);
	xmlStopParser(b->parser);
}

static void no_memory(struct builder *b)
{
	if (b->code != VMX_OK)
		return;
	b->code = vmxi_out_of_memory(b->error);
	xmlStopParser(b->parser);
}

/*
 * libxml2 says where a start tag ends; a person looks for its '<', and no
 * attribute can hold one.  While the parser reads the very bytes that were given,
 * the place is counted here; of a converted text only the line is known.
 */
static struct position tag_position(struct builder *b)
{
	const xmlParserInput *input = b->parser->input;
	const char *tag;
	size_t at;

	if (!input || b->converted)
		return (struct position){ input ? (unsigned int)input->line : 0, 0 };
	at = input->consumed + (size_t)(input->cur - input->base);
	if (at > b->bytes.len)
		at = b->bytes.len;
	tag = memrchr(b->bytes.ptr + b->offset, '<', at - b->offset);
	at = tag ? (size_t)(tag - b->bytes.ptr) : b->offset;
	for (;;) {
		const char *end = memchr(b->bytes.ptr + b->offset, '\n', at - b->offset);

		if (!end)
			break;
		b->line++;
		b->offset = b->line_from = (size_t)(end - b->bytes.ptr) + 1;
	}
	b->offset = at;
	return (struct position){ b->line, (unsigned int)(at - b->line_from + 1) };
}

/* A prefix that nobody declared stands for a namespace all the same. */
static enum tree_space space_of(const xmlChar *prefix, const xmlChar *uri)
{
	if (!uri)
		return prefix ? SPACE_OTHER : SPACE_NONE;
	return xmlStrEqual(uri, BAD_CAST VMX_METADATA_NAMESPACE) ? SPACE_OURS : SPACE_OTHER;
}

/* name, prefix, URI, value, end of value: five pointers for each attribute */
#define SAX_ATTRIBUTE 5

/* Those of a namespace are nobody's here. */
static bool add_attributes(struct builder *b, struct node *node, int count, const xmlChar **sax)
{
	struct arena *arena = b->tree->arena;

	if (count == 0)
		return true;
	node->attributes = vmxi_arena_allocate(arena, (size_t)count * sizeof(*node->attributes));
	if (!node->attributes)
		return false;
	for (int i = 0; i < count; i++, sax += SAX_ATTRIBUTE) {
		struct attribute *a = &node->attributes[node->attribute_count];
		struct text value = { (const char *)sax[3], (size_t)(sax[4] - sax[3]) };

		/* a prefix that nobody declared has no namespace, but is no less a prefix */
		if (sax[1] || sax[2])
			continue;
		*a = (struct attribute){ text_of((const char *)sax[0]),
					 vmxi_arena_copy(arena, value), false };
		if (!a->value.ptr)
			return false;
		node->attribute_count++;
	}
	return true;
}

static struct node *add_node(struct builder *b, const xmlChar *name, const xmlChar *prefix,
			     const xmlChar *uri)
{
	struct node *node = vmxi_arena_zeroed(b->tree->arena, sizeof(*node));

	if (!node)
		return NULL;
	/* the parser's dictionary has each name once; it lives as long as the tree */
	node->name = text_of((const char *)name);
	node->space = (uint8_t)space_of(prefix, uri);
	node->parent = b->open;
	node->where = tag_position(b);
	if (!b->open)
		b->tree->root = node;
	else if (b->open->last)
		b->open->last->next = node;
	else
		b->open->first = node;
	if (b->open)
		b->open->last = node;
	return node;
}

static bool is_blank_text(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.ptr[i] != ' ' && t.ptr[i] != '\n' && t.ptr[i] != '\t' && t.ptr[i] != '\r')
			return false;
	}
	return true;
}

/*
 * A child begins or the element ends, and a piece of text with it.  Blanks between
 * elements are for people who read the XML, unless text stands in front of all of them:
 * so libxml2 decides for libvirt.
 */
static void end_piece(struct builder *b)
{
	size_t from = b->piece_from[b->depth];
	struct text piece = { b->text.data, b->text.length };

	if (piece.len == from)
		return;
	if (is_blank_text(text_skip(piece, from)) && !b->begins_with_text[b->depth])
		b->text.length = from;
	else if (!b->has_children[b->depth])
		b->begins_with_text[b->depth] = true;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int namespaces, const xmlChar **namespace_list, int count, int defaulted,
		     const xmlChar **attributes)
{
	struct builder *b = user;
	struct node *node;

	(void)namespace_list;
	(void)defaulted;
	if (b->code != VMX_OK)
		return;
	if (b->depth == TREE_DEPTH_MAX)
		refuse(b, VMX_CODE_XML_TOO_LARGE, "the elements are nested deeper than %d",
		       TREE_DEPTH_MAX);
	else if (++b->nodes > TREE_NODES_MAX)
		refuse(b, VMX_CODE_XML_TOO_LARGE, "there are more than %zu elements", TREE_NODES_MAX);
	else if (count > TREE_ATTRIBUTES_MAX)
		refuse(b, VMX_CODE_XML_TOO_LARGE, "an element has more than %d attributes",
		       TREE_ATTRIBUTES_MAX);
	else if (b->namespaces[b->depth] + namespaces > TREE_NAMESPACES_MAX)
		refuse(b, VMX_CODE_XML_TOO_LARGE, "an element and those around it declare more than "
		       "%d namespaces", TREE_NAMESPACES_MAX);
	if (b->code != VMX_OK)
		return;
	if (b->open)
		end_piece(b);
	b->has_children[b->depth] = true;
	node = add_node(b, name, prefix, uri);
	if (!node || !add_attributes(b, node, count, attributes)) {
		no_memory(b);
		return;
	}
	b->open = node;
	b->depth++;
	b->text_from[b->depth] = b->piece_from[b->depth] = b->text.length;
	b->has_children[b->depth] = b->begins_with_text[b->depth] = false;
	b->namespaces[b->depth] = b->namespaces[b->depth - 1] + namespaces;
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct builder *b = user;
	struct node *node = b->open;
	struct text text;

	(void)name;
	(void)prefix;
	(void)uri;
	if (b->code != VMX_OK || !node)
		return;
	if (b->has_children[b->depth])
		end_piece(b);
	text = (struct text){ b->text.data, b->text.length };
	if (text.len > 0)
		text = text_skip(text, b->text_from[b->depth]);
	if (text.len > 0) {
		node->text = vmxi_arena_copy(b->tree->arena, text);
		if (!node->text.ptr)
			no_memory(b);
	}
	b->text.length = b->text_from[b->depth--];
	b->piece_from[b->depth] = b->text.length;
	b->open = node->parent;
}

static void on_text(void *user, const xmlChar *text, int len)
{
	struct builder *b = user;

	if (b->code == VMX_OK && !vmxi_bytes_append(&b->text, text, (size_t)len))
		no_memory(b);
}

/* To libxml2 a section is a child, so that blanks beside it are between children. */
static void on_section(void *user, const xmlChar *text, int len)
{
	struct builder *b = user;

	if (b->code != VMX_OK || !b->open)
		return;
	end_piece(b);
	b->has_children[b->depth] = true;
	on_text(user, text, len);
	b->piece_from[b->depth] = b->text.length;
}

/* Called for <!DOCTYPE before anything inside it is read. */
static void on_document_type(void *user, const xmlChar *name, const xmlChar *public_id,
			     const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	refuse(user, VMX_CODE_XML_DOCUMENT_TYPE,
	       "there is a DOCTYPE: it could declare entities without end, or fetch files, and no "
	       "domain needs one; remove it");
}

/* The first error counts: what follows it is mostly its consequence. */
static void on_error(void *user, xmlErrorPtr e)
{
	struct builder *b = user;
	char why[QUOTE_MAX];
	struct text message = text_of(e->message ? e->message : "malformed");

	if (b->code != VMX_OK || e->level < XML_ERR_ERROR || e->domain == XML_FROM_NAMESPACE)
		return;
	if (e->code == XML_ERR_NO_MEMORY) {
		no_memory(b);
		return;
	}
	while (message.len > 0 && message.ptr[message.len - 1] == '\n')
		message.len--;
	b->code = vmxi_fail(b->error, VMX_CODE_XML_SYNTAX,
			    (struct position){ e->line > 0 ? (unsigned int)e->line : 0,
					       e->int2 > 0 ? (unsigned int)e->int2 : 0 },
			    "this is not well-formed XML: %s", vmxi_quote(why, message));
	xmlStopParser(b->parser);
}

/*
 * libxml2 compares all attributes of an element with each other before anybody is
 * asked: a start tag with a hundred thousand of them has to be found before.  An
 * '=' outside of quotes stands for an attribute.
 */
static const char *skip_past(const char *p, const char *end, struct text what)
{
	const char *found = memmem(p, (size_t)(end - p), what.ptr, what.len);

	return found ? found + what.len : end;
}

static const char *skip_tag(const char *p, const char *end, size_t *ret_attributes)
{
	for (*ret_attributes = 0; p < end && *p != '>'; p++) {
		*ret_attributes += *p == '=';
		if (*p == '"' || *p == '\'') {
			p = memchr(p + 1, *p, (size_t)(end - p - 1));
			if (!p)
				return end;
		}
	}
	return p;
}

/* No tag goes on behind the next '<', and what is short has not so many of  a="". */
static const char *skip_short_tag(const char *p, const char *end)
{
	const char *next = memchr(p, '<', (size_t)(end - p));

	next = next ? next : end;
	return next - p > (ptrdiff_t)5 * TREE_ATTRIBUTES_MAX ? NULL : next;
}

static bool has_monstrous_tag(struct text bytes)
{
	const char *p = bytes.ptr, *end = p + bytes.len, *next;
	size_t attributes;

	while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		struct text rest = { p, (size_t)(end - p) };

		if (text_starts(rest, TEXT("<!--"))) {
			p = skip_past(p + 4, end, TEXT("-->"));
		} else if (text_starts(rest, TEXT("<![CDATA["))) {
			p = skip_past(p, end, TEXT("]]>"));
		} else if (text_starts(rest, TEXT("<?"))) {
			p = skip_past(p, end, TEXT("?>"));
		} else if ((next = skip_short_tag(p + 1, end))) {
			p = next;
		} else {
			p = skip_tag(p + 1, end, &attributes);
			if (attributes > TREE_ATTRIBUTES_MAX)
				return true;
		}
	}
	return false;
}

/* All that stays NULL is not wanted: comments, instructions, declarations. */
static void set_handlers(xmlSAXHandler *sax)
{
	memset(sax, 0, sizeof(*sax));
	sax->initialized = XML_SAX2_MAGIC;
	sax->startElementNs = on_start;
	sax->endElementNs = on_end;
	sax->characters = on_text;
	sax->ignorableWhitespace = on_text;
	sax->cdataBlock = on_section;
	sax->internalSubset = on_document_type;
	sax->serror = on_error;
}

/* False: there was no memory for a parser, or for something that libxml2 wanted. */
static bool feed_parser(struct builder *b)
{
	struct libxml_guard guard;

	if (!vmxi_libxml_begin(&guard))
		return false;
	b->parser = b->tree->parser = xmlNewParserCtxt();
	if (b->parser) {
		set_handlers(b->parser->sax);
		b->parser->userData = b;
		/*
		 * Without a handler for it, nothing is built: there is no document to
		 * free.  NOENT is for &amp; in attributes, which would be handed on as
		 * &#38; else; there are no other entities than XML's own five.
		 */
		(void)xmlCtxtReadDoc(b->parser, BAD_CAST b->bytes.ptr, NULL, NULL,
				     XML_PARSE_NONET | XML_PARSE_NOENT);
	}
	vmxi_libxml_end(&guard);
	return b->parser && !guard.no_memory;
}

static enum vmx_code parse(struct builder *b)
{
	if (has_monstrous_tag(b->bytes))
		return vmxi_fail(b->error, VMX_CODE_XML_TOO_LARGE, NOWHERE,
				 "an element has more than %d attributes", TREE_ATTRIBUTES_MAX);
	if (!feed_parser(b))
		return vmxi_out_of_memory(b->error);
	if (b->code == VMX_OK && (!b->parser->wellFormed || !b->tree->root))
		return vmxi_fail(b->error, VMX_CODE_XML_SYNTAX, NOWHERE, "this is not XML");
	return b->code;
}

static enum vmx_code read_text(struct builder *b, struct text text)
{
	enum vmx_code code;

	if (text.len > INT_MAX)	/* only after a conversion */
		return vmxi_fail(b->error, VMX_CODE_XML_TOO_LARGE, NOWHERE,
				 "the XML has more than %d bytes as UTF-8", INT_MAX);
	b->bytes = text;
	b->text.allocator = b->tree->arena->allocator;
	code = parse(b);
	vmx_bytes_release(&b->text);
	return code;
}

enum vmx_code vmxi_tree_read(struct tree *tree, struct text bytes, size_t max_size,
			     struct vmx_error *error)
{
	struct builder b = { .tree = tree, .line = 1, .error = error };
	struct vmx_bytes room = { .allocator = tree->arena->allocator };
	struct text text;
	enum vmx_code code;

	if (bytes.len > max_size || bytes.len > INT_MAX)
		return vmxi_fail(error, VMX_CODE_XML_TOO_LARGE, NOWHERE,
				 "the XML has more bytes than the limit of %zu; max_size, the tools' "
				 "--max-size, raises it", max_size);
	if (bytes.len == 0)
		return vmxi_fail(error, VMX_CODE_XML_SYNTAX, NOWHERE, "the input is empty");
	code = vmxi_tree_text(bytes, &room, &text, error);
	b.converted = code == VMX_OK && text.ptr != bytes.ptr;
	/* a string is what libxml2 reads fastest: it looks for no more, and for no encoding */
	if (code == VMX_OK && !b.converted && !vmxi_bytes_append_text(&room, text))
		code = vmxi_out_of_memory(error);
	if (code == VMX_OK)
		code = read_text(&b, (struct text){ room.data, room.length });
	vmx_bytes_release(&room);
	return code;
}

void vmxi_tree_release(struct tree *tree)
{
	if (tree->parser)
		xmlFreeParserCtxt(tree->parser);
	tree->parser = NULL;
}

/*
 * Looking around
 */

/* The number of the element among the siblings of its name; 0: there is only one. */
static size_t sibling_number(const struct node *node)
{
	size_t number = 0, count = 0;

	if (!node->parent)
		return 0;
	for (const struct node *n = node->parent->first; n; n = n->next) {
		if (!text_equal(n->name, node->name))
			continue;
		count++;
		if (n == node)
			number = count;
	}
	return count > 1 ? number : 0;
}

const char *vmxi_tree_path(char out[TREE_PATH_MAX], const struct node *node)
{
	size_t from = TREE_PATH_MAX - 1;
	char part[TREE_PATH_MAX];

	out[from] = '\0';
	for (; node; node = node->parent) {
		size_t number = sibling_number(node), len;
		int name = node->name.len > 60 ? 60 : (int)node->name.len;

		if (number > 0)
			snprintf(part, sizeof(part), "/%.*s[%zu]", name, node->name.ptr, number);
		else
			snprintf(part, sizeof(part), "/%.*s", name, node->name.ptr);
		len = strlen(part);
		if (len + 3 > from) {
			memcpy(out + from - 3, "...", 3);
			from -= 3;
			break;
		}
		from -= len;
		memcpy(out + from, part, len);
	}
	return out + from;
}

/* Most names that are as long as another one differ from it at once. */
static bool is_name(struct text a, struct text b)
{
	return a.len == b.len && a.ptr[0] == b.ptr[0] && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* Only libvirt's own elements have names for a reader. */
static struct node *find_from(struct node *node, struct text name)
{
	for (; node; node = node->next) {
		if (is_name(node->name, name) && node->space == SPACE_NONE) {
			node->seen = true;
			return node;
		}
	}
	return NULL;
}

struct node *vmxi_child(const struct node *node, struct text name)
{
	return node ? find_from(node->first, name) : NULL;
}

struct node *vmxi_sibling(const struct node *node, struct text name)
{
	return find_from(node->next, name);
}

void vmxi_tree_drop_others(struct node *parent, struct text name)
{
	struct node *first = vmxi_child(parent, name), *last = first;

	for (struct node *n = first; n && n->next; n = n->next) {
		while (n->next && n->next->space == SPACE_NONE && text_equal(n->next->name, name))
			n->next = n->next->next;
		last = n->next ? n->next : n;
	}
	if (first)
		parent->last = last;
}

/* Whether somebody asked for an attribute stays as it is. */
static bool has_attribute(const struct node *node, struct text name)
{
	for (size_t i = 0; i < node->attribute_count; i++) {
		if (text_equal(node->attributes[i].name, name))
			return true;
	}
	return false;
}

/* Room for the attributes of the element and of those behind it that have its name. */
static bool make_room(struct tree *tree, struct node *first)
{
	size_t count = first->attribute_count;
	struct attribute *all;

	for (struct node *n = vmxi_sibling(first, first->name); n; n = vmxi_sibling(n, first->name))
		count += n->attribute_count;
	if (count == first->attribute_count)
		return true;
	if (count > TREE_ATTRIBUTES_MAX)
		count = TREE_ATTRIBUTES_MAX;
	all = vmxi_arena_allocate(tree->arena, count * sizeof(*all));
	if (!all)
		return false;
	if (first->attribute_count > 0)
		memcpy(all, first->attributes, first->attribute_count * sizeof(*all));
	first->attributes = all;
	return true;
}

static void merge_attributes(struct node *first, struct node *other)
{
	for (size_t i = 0; i < other->attribute_count; i++) {
		if (first->attribute_count < TREE_ATTRIBUTES_MAX &&
		    !has_attribute(first, other->attributes[i].name))
			first->attributes[first->attribute_count++] = other->attributes[i];
	}
	other->attribute_count = 0;
}

static void merge_children(struct node *first, struct node *other)
{
	for (struct node *n = other->first; n; n = n->next)
		n->parent = first;
	if (first->last)
		first->last->next = other->first;
	else
		first->first = other->first;
	if (other->last)
		first->last = other->last;
	other->first = other->last = NULL;
}

bool vmxi_tree_merge(struct tree *tree, const struct node *parent, struct text name)
{
	struct node *first = vmxi_child(parent, name);
	struct node *other = first ? vmxi_sibling(first, name) : NULL;

	if (other && !make_room(tree, first))
		return false;
	for (; other; other = vmxi_sibling(other, name)) {
		merge_attributes(first, other);
		merge_children(first, other);
	}
	return true;
}

struct text vmxi_attribute(const struct node *node, struct text name)
{
	for (size_t i = 0; node && i < node->attribute_count; i++) {
		struct attribute *a = &node->attributes[i];

		if (is_name(a->name, name)) {
			a->seen = true;
			return a->value;
		}
	}
	return NO_TEXT;
}
