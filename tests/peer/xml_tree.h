/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XML documents to be made, changed, and written in the ways that XML leaves open.
 * libxml2 keeps the tree; whatever fails there ends the program.
 */
#ifndef TEST_PEER_XML_TREE_H
#define TEST_PEER_XML_TREE_H

#include <libxml/tree.h>

#include "peer/chance.h"
#include "support/files.h"

xmlDoc *tree_new(void);
/* Of UTF-8, whatever it declares.  NULL: it is not well-formed. */
xmlDoc *tree_parse(const struct blob *text);
/* The same in the encoding that it declares. */
xmlDoc *tree_parse_declared(const struct blob *text);

/* A new element at the end of another one, or of the document. */
xmlNode *tree_add(xmlNode *parent, const char *name);
/* The first child of the name; NULL: there is none, or no parent. */
xmlNode *tree_child(xmlNode *parent, const char *name);
/* Whether it is an element of the name, and whether it is in one of the other name. */
bool tree_is_named(const xmlNode *node, const char *name);
bool tree_is_at(const xmlNode *node, const char *parent, const char *name);
void tree_remove(xmlNode *node);
/* A copy beside the element: directly in front, or at the end. */
xmlNode *tree_copy(xmlNode *node, bool at_end);
void tree_rename(xmlNode *node, const char *name);
/* Makes the element one of a namespace that nobody knows. */
void tree_put_in_namespace(xmlNode *node);
/* A piece of XML, as the first or the last content of an element. */
void tree_add_xml(xmlNode *node, const char *xml, bool in_front);

/* The children that are elements. */
size_t tree_count(xmlNode *node);
void tree_move_to_end(xmlNode *node, size_t number);

/* All elements in and below one, it being number 0, in the order of the document. */
size_t tree_size(xmlNode *root);
xmlNode *tree_element(xmlNode *root, size_t number);

/* Attributes and text: new strings, or NULL. */
char *tree_get(xmlNode *node, const char *name);
char *tree_text(xmlNode *node);
void tree_set(xmlNode *node, const char *name, const char *value);
void tree_set_text(xmlNode *node, const char *text);
void tree_unset(xmlNode *node, const char *name);
/* False: it has not so many. */
bool tree_unset_number(xmlNode *node, size_t number);

/* Writes a document as it is, NUL-terminated. */
void tree_dump(xmlDoc *document, struct blob *ret);

/*
 * Writes a document, NUL-terminated, in lines.  One place in so many is spelt oddly: comments,
 * references to characters, other quotes, blanks; 0: none.
 */
void tree_print(xmlDoc *document, struct chance *c, size_t odd, struct blob *ret);

#endif
