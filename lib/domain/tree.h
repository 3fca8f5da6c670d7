/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small tree of an XML document: elements, attributes, text.  What a reader of
 * domain XML needs, and bounded in every direction.
 *
 * There is no document type: a DOCTYPE is refused before anything in it is
 * looked at, so no entity is ever declared, expanded or fetched.
 */
#ifndef VMXI_DOMAIN_TREE_H
#define VMXI_DOMAIN_TREE_H

#include "base/memory.h"
#include "base/report.h"
#include "base/text.h"

/* Deeper than any schema goes; who walks the tree may do so recursively. */
#define TREE_DEPTH_MAX 64
/* A thousand times an ordinary domain; bounds the memory to some 100 MiB. */
#define TREE_NODES_MAX ((size_t)1 << 18)
/* libxml2 compares each attribute of an element with each other one. */
#define TREE_ATTRIBUTES_MAX 256
/* At one place; libxml2 looks for that of a prefix among all of them, for each name. */
#define TREE_NAMESPACES_MAX 64

/* Whose element it is. */
enum tree_space {
	SPACE_NONE,		/* no namespace: libvirt's own */
	SPACE_OURS,		/* VMX_METADATA_NAMESPACE */
	SPACE_OTHER
};

struct attribute {
	struct text name, value;
	bool seen;		/* somebody asked for it */
};

struct node {
	struct text name;
	struct text text;	/* that stands directly in it; ptr NULL: none, or only
				   blanks between child elements */
	struct node *parent, *first, *last, *next;
	struct attribute *attributes;
	uint16_t attribute_count;
	uint8_t space;		/* enum tree_space */
	bool seen;		/* somebody asked for it */
	struct position where;	/* of its '<' */
};

struct tree {
	struct arena *arena;		/* owns nodes, values and texts */
	/* NOLINTNEXTLINE(bugprone-reserved-identifier): libxml2 calls it so */
	struct _xmlParserCtxt *parser;	/* owns the names */
	struct node *root;
};

/*
 * Reads bytes into a tree.  Zero-initialise it, set the arena, and release it at the
 * end whatever happened: values and texts then live on as long as the arena.
 *
 * VMX_CODE_XML_SYNTAX, VMX_CODE_XML_DOCUMENT_TYPE, VMX_CODE_XML_TOO_LARGE,
 * VMX_CODE_OUT_OF_MEMORY.
 */
enum vmx_code vmxi_tree_read(struct tree *tree, struct text bytes, size_t max_size,
			     struct vmx_error *error);
void vmxi_tree_release(struct tree *tree);

/*
 * The path of an element, "/domain/devices/disk[2]/source", numbered where it has
 * siblings of its name; shortened in front if it is too long.
 */
#define TREE_PATH_MAX 200
const char *vmxi_tree_path(char out[TREE_PATH_MAX], const struct node *node);

/* The first child with the name, or the next sibling; marks it as seen; NULL: none. */
struct node *vmxi_child(const struct node *node, struct text name);
struct node *vmxi_sibling(const struct node *node, struct text name);

/* An attribute's value, which has no pointer if there is none; marks it as seen. */
struct text vmxi_attribute(const struct node *node, struct text name);

#define CHILD(node, literal) vmxi_child(node, TEXT(literal))
#define SIBLING(node, literal) vmxi_sibling(node, TEXT(literal))
#define ATTRIBUTE(node, literal) vmxi_attribute(node, TEXT(literal))

/*
 * Gives the first child of the name what the others of that name hold: their children,
 * and those of their attributes that it lacks.  False: no memory.
 */
bool vmxi_tree_merge(struct tree *tree, const struct node *parent, struct text name);

/* Takes all children of the name but the first out of the tree. */
void vmxi_tree_drop_others(struct node *parent, struct text name);

/* Goes through the children of a name. */
#define FOR_CHILDREN(parent, literal, child_) \
	for (struct node *child_ = CHILD(parent, literal); child_; child_ = SIBLING(child_, literal))

#endif
