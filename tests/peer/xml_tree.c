/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/xml_tree.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *there(void *made)
{
	if (!made)
		give_up("no memory");
	return made;
}

#define CHARS(text) ((const xmlChar *)(text))

/*
 * Making
 */

xmlDoc *tree_new(void)
{
	return there(xmlNewDoc(CHARS("1.0")));
}

#define PARSE_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

xmlDoc *tree_parse(const struct blob *text)
{
	xmlParserCtxt *context = there(xmlNewParserCtxt());
	xmlDoc *document = xmlCtxtReadDoc(context, CHARS(text->data), NULL, NULL, PARSE_OPTIONS);

	xmlFreeParserCtxt(context);
	return document;
}

xmlDoc *tree_parse_declared(const struct blob *text)
{
	xmlParserCtxt *context = there(xmlNewParserCtxt());
	xmlDoc *document = xmlCtxtReadMemory(context, text->data, (int)text->length, NULL, NULL,
					     PARSE_OPTIONS);

	xmlFreeParserCtxt(context);
	return document;
}

xmlNode *tree_add(xmlNode *parent, const char *name)
{
	xmlNode *node = there(xmlNewNode(NULL, CHARS(name)));

	if (parent->type == XML_DOCUMENT_NODE)
		xmlDocSetRootElement((xmlDoc *)parent, node);
	else
		xmlAddChild(parent, node);
	return node;
}

xmlNode *tree_child(xmlNode *parent, const char *name)
{
	xmlNode *node = parent ? parent->children : NULL;

	while (node && !(node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, CHARS(name))))
		node = node->next;
	return node;
}

bool tree_is_named(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

bool tree_is_at(const xmlNode *node, const char *parent, const char *name)
{
	return tree_is_named(node, name) && tree_is_named(node->parent, parent);
}

void tree_remove(xmlNode *node)
{
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

xmlNode *tree_copy(xmlNode *node, bool at_end)
{
	xmlNode *copy = there(xmlCopyNode(node, 1));

	if (at_end)
		xmlAddChild(node->parent, copy);
	else
		xmlAddPrevSibling(node, copy);
	return copy;
}

void tree_rename(xmlNode *node, const char *name)
{
	xmlNodeSetName(node, CHARS(name));
}

void tree_put_in_namespace(xmlNode *node)
{
	/* one that is in it already is not put into it again */
	if (!node->ns)
		xmlSetNs(node, there(xmlNewNs(node, CHARS("urn:nobody"), CHARS("n"))));
}

/* What is no XML there, of a namespace that is not declared, say, is left out. */
void tree_add_xml(xmlNode *node, const char *xml, bool in_front)
{
	xmlNode *list = NULL, *next;

	if (xmlParseInNodeContext(node, xml, (int)strlen(xml), XML_PARSE_NOERROR, &list) != XML_ERR_OK)
		return;
	for (; list; list = next) {
		next = list->next;
		if (in_front && node->children)
			xmlAddPrevSibling(node->children, list);
		else
			xmlAddChild(node, list);
	}
}

/*
 * Counting
 */

static xmlNode *first_element(xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

size_t tree_count(xmlNode *node)
{
	size_t count = 0;

	for (xmlNode *n = first_element(node->children); n; n = first_element(n->next))
		count++;
	return count;
}

void tree_move_to_end(xmlNode *node, size_t number)
{
	xmlNode *child = first_element(node->children);

	while (number-- > 0)
		child = first_element(child->next);
	xmlUnlinkNode(child);
	xmlAddChild(node, child);
}

size_t tree_size(xmlNode *root)
{
	size_t size = 1;

	for (xmlNode *n = first_element(root->children); n; n = first_element(n->next))
		size += tree_size(n);
	return size;
}

xmlNode *tree_element(xmlNode *root, size_t number)
{
	if (number == 0)
		return root;
	number--;
	for (xmlNode *n = first_element(root->children); n; n = first_element(n->next)) {
		size_t size = tree_size(n);

		if (number < size)
			return tree_element(n, number);
		number -= size;
	}
	give_up("there are not so many elements");
}

/*
 * Attributes and text
 */

static char *plain_copy(xmlChar *text)
{
	char *copy = text ? text_of_format("%s", (const char *)text) : NULL;

	xmlFree(text);
	return copy;
}

char *tree_get(xmlNode *node, const char *name)
{
	return plain_copy(xmlGetProp(node, CHARS(name)));
}

char *tree_text(xmlNode *node)
{
	return plain_copy(xmlNodeGetContent(node));
}

void tree_set(xmlNode *node, const char *name, const char *value)
{
	there(xmlSetProp(node, CHARS(name), CHARS(value)));
}

void tree_set_text(xmlNode *node, const char *text)
{
	xmlNode *next;

	for (xmlNode *n = node->children; n; n = next) {
		next = n->next;
		if (n->type != XML_ELEMENT_NODE)
			tree_remove(n);
	}
	xmlAddChild(node, there(xmlNewText(CHARS(text))));
}

void tree_unset(xmlNode *node, const char *name)
{
	xmlUnsetProp(node, CHARS(name));
}

bool tree_unset_number(xmlNode *node, size_t number)
{
	xmlAttr *attribute = node->properties;

	while (attribute && number-- > 0)
		attribute = attribute->next;
	if (attribute)
		xmlRemoveProp(attribute);
	return attribute != NULL;
}

/*
 * Writing
 */

struct printer {
	FILE *out;
	struct chance *c;
	size_t odd;
};

static bool is_odd(const struct printer *p)
{
	return p->odd > 0 && chance_one_in(p->c, p->odd);
}

/* The character at the beginning of UTF-8 that is known to be well-formed. */
static unsigned int character_at(const char *text, size_t *ret_length)
{
	int length = xmlUTF8Size(CHARS(text));
	int character = xmlGetUTF8Char(CHARS(text), &length);

	if (character < 0)
		give_up("the tree holds what is no UTF-8");
	*ret_length = (size_t)length;
	return (unsigned int)character;
}

static const char *entity_of(char character)
{
	static const char specials[] = "&<>'\"";
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&apos;", "&quot;" };
	const char *at = character ? strchr(specials, character) : NULL;

	return at ? entities[at - specials] : NULL;
}

static void put_text(const struct printer *p, const char *text, bool in_attribute)
{
	size_t length;

	for (; *text; text += length) {
		unsigned int character = character_at(text, &length);
		bool is_space = character == '\n' || character == '\t';
		const char *entity = entity_of(*text);

		/* a reader of XML takes a CR for LF, and either for a blank in attributes */
		if (is_odd(p) || ((character == '\r' || (is_space && in_attribute)) && !is_odd(p)))
			fprintf(p->out, chance_one_in(p->c, 2) ? "&#%u;" : "&#x%x;", character);
		else if (entity && !(*text == '>' && is_odd(p)))
			fputs(entity, p->out);
		else
			fwrite(text, 1, length, p->out);
	}
}

static void put_blanks(const struct printer *p)
{
	if (is_odd(p))
		fputs(chance_of_list(p->c, LIST(" ", "\n", "\t", "  ", "\r\n")), p->out);
}

static void put_attribute(const struct printer *p, const char *name, const char *value)
{
	char quote = is_odd(p) ? '"' : '\'';

	putc(' ', p->out);
	put_blanks(p);
	fputs(name, p->out);
	put_blanks(p);
	putc('=', p->out);
	put_blanks(p);
	putc(quote, p->out);
	put_text(p, value, true);
	putc(quote, p->out);
}

static void put_attributes(const struct printer *p, xmlNode *node)
{
	for (const xmlNs *ns = node->nsDef; ns; ns = ns->next) {
		char *name = text_of_format("xmlns%s%s", ns->prefix ? ":" : "",
					    ns->prefix ? (const char *)ns->prefix : "");

		put_attribute(p, name, ns->href ? (const char *)ns->href : "");
		free(name);
	}
	for (xmlAttr *a = node->properties; a; a = a->next) {
		char *value = plain_copy(xmlNodeGetContent((xmlNode *)a));
		char *name = text_of_format("%s%s%s", a->ns ? (const char *)a->ns->prefix : "",
					    a->ns ? ":" : "", (const char *)a->name);

		put_attribute(p, name, value ? value : "");
		free(name);
		free(value);
	}
}

/* Nowhere inside of text, where it would be part of it for some readers. */
static void put_odd_piece(const struct printer *p)
{
	const char *const *const pieces =
		LIST("<!-- a comment -->", "<!---->", "<?target data?>", "\n\n", "\t", "<!-- <name>x</name> -->");

	if (is_odd(p))
		fputs(chance_of_list(p->c, pieces), p->out);
}

static void put_node(const struct printer *p, xmlNode *node, int depth);

static void put_content(const struct printer *p, xmlNode *node, int depth)
{
	bool elements = tree_count(node) > 0;

	for (xmlNode *n = node->children; n; n = n->next) {
		if (elements && n->type == XML_ELEMENT_NODE) {
			put_odd_piece(p);
			fprintf(p->out, "\n%*s", 2 * depth + 2, "");
		}
		put_node(p, n, depth + 1);
	}
	if (elements)
		fprintf(p->out, "\n%*s", 2 * depth, "");
}

static void put_element(const struct printer *p, xmlNode *node, int depth)
{
	const char *prefix = node->ns && node->ns->prefix ? (const char *)node->ns->prefix : "";
	const char *colon = *prefix ? ":" : "";

	fprintf(p->out, "<%s%s%s", prefix, colon, (const char *)node->name);
	put_attributes(p, node);
	put_blanks(p);
	if (!node->children && !is_odd(p)) {
		fputs("/>", p->out);
		return;
	}
	putc('>', p->out);
	put_content(p, node, depth);
	fprintf(p->out, "</%s%s%s", prefix, colon, (const char *)node->name);
	put_blanks(p);
	putc('>', p->out);
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static void put_text_node(const struct printer *p, xmlNode *node)
{
	const char *text = node->content ? (const char *)node->content : "";

	/* blanks between elements are made anew */
	if (is_blank(text) && tree_count(node->parent) > 0)
		return;
	if (!strstr(text, "]]>") && !strchr(text, '\r') && is_odd(p))
		fprintf(p->out, "<![CDATA[%s]]>", text);
	else
		put_text(p, text, false);
}

static void put_node(const struct printer *p, xmlNode *node, int depth)
{
	const char *content = node->content ? (const char *)node->content : "";

	if (node->type == XML_ELEMENT_NODE)
		put_element(p, node, depth);
	else if (node->type == XML_TEXT_NODE)
		put_text_node(p, node);
	else if (node->type == XML_CDATA_SECTION_NODE)
		fprintf(p->out, "<![CDATA[%s]]>", content);
	else if (node->type == XML_COMMENT_NODE)
		fprintf(p->out, "<!--%s-->", content);
	else if (node->type == XML_PI_NODE)
		fprintf(p->out, "<?%s %s?>", (const char *)node->name, content);
}

void tree_dump(xmlDoc *document, struct blob *ret)
{
	xmlChar *text = NULL;
	int length = 0;

	xmlDocDumpMemoryEnc(document, &text, &length, "UTF-8");
	ret->data = plain_copy(there(text));
	ret->length = strlen(ret->data);
}

void tree_print(xmlDoc *document, struct chance *c, size_t odd, struct blob *ret)
{
	const char *const *const heads =
		LIST("<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "\xEF\xBB\xBF",
		     "<?xml version='1.0' encoding='utf-8' standalone='yes'?>", "<!-- head -->",
		     "<?xml version='1.1'?>", "<?xml version='1.0' encoding='ISO-8859-1'?>", "\n", " ",
		     "<?xml version='1.0' encoding='windows-1252'?>", "<!DOCTYPE domain>\n",
		     "<?xml version='1.0' encoding='UTF-16'?>", "<?xml version='1.0' encoding='x'?>");
	struct printer p = { open_text(&ret->data, &ret->length), c, odd };

	if (is_odd(&p))
		fputs(chance_of_list(c, heads), p.out);
	if (xmlDocGetRootElement(document))
		put_node(&p, xmlDocGetRootElement(document), 0);
	fputs(is_odd(&p) ? chance_of_list(c, LIST("", "\n\n", "<!-- end -->", "x", "<?y?>")) : "\n", p.out);
	close_text(p.out);
}
