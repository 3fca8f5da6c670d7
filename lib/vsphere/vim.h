/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vSphere API in C: a structure struct vim_X for each data object X of
 * vim_lists.h, struct vim_X_request and struct vim_X_response for each method X,
 * and the tables that describe them.
 *
 * Members have the API's names.  What was not sent is absent: NULL, set false,
 * VIM_ABSENT, count 0; zeroed memory is an object without any member.  So nothing may be
 * followed or compared without a look, also what the API calls required: a server may
 * leave it out.
 *
 * A structure begins with the members of its base, so a pointer to the base may be
 * turned into one to the real type once VIM_CAST() has looked what it is.
 */
#ifndef VSPHERE_VIM_H
#define VSPHERE_VIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vim_lists.h"

enum vim_boolean { VIM_ABSENT = 0, VIM_FALSE, VIM_TRUE };

struct vim_number {
	bool set;
	int64_t value;
};
#define VIM_NUMBER(value) ((struct vim_number){ true, (value) })

struct vim_time {
	const char *text;	/* as sent; NULL: absent */
	int64_t seconds;	/* since 1970-01-01 00:00 UTC; before the year 0: 0 */
	uint32_t nanoseconds;
};

/* A reference to a managed object.  value NULL: absent. */
struct vim_reference {
	const char *type, *value;
};

struct vim_texts {
	const char *const *items;
	size_t count, capacity;
};

struct vim_references {
	const struct vim_reference *items;
	size_t count, capacity;
};

/* What each data object begins with. */
struct vim_object {
	/* NULL in what is sent: the type that the place is declared with */
	const struct vim_type *type;
	/* the type that the server names, also one that has no table; not sent */
	const char *name;
};

struct vim_objects {
	const struct vim_object *const *items;
	size_t count, capacity;
};

/* A value of any type, as properties have. */
enum vim_value_kind {
	VIM_VALUE_NONE = 0,
	VIM_VALUE_TEXT,		/* strings, enumerations, all that is only text */
	VIM_VALUE_NUMBER,
	VIM_VALUE_BOOLEAN,
	VIM_VALUE_TIME,
	VIM_VALUE_REFERENCE,
	VIM_VALUE_OBJECT,
	VIM_VALUE_TEXTS,	/* arrays: of text (and numbers, as text) */
	VIM_VALUE_REFERENCES,
	VIM_VALUE_OBJECTS,
	VIM_VALUE_UNKNOWN	/* something of a type that has no table */
};

struct vim_value {
	enum vim_value_kind kind;
	/* OBJECTS: each item is one of it, or of a subtype */
	const struct vim_type *item_type;
	union {
		const char *text;
		struct vim_number number;
		enum vim_boolean boolean;
		struct vim_time time;
		struct vim_reference reference;
		const struct vim_object *object;
		struct vim_texts texts;
		struct vim_references references;
		struct vim_objects objects;
	};
};

/*
 * The structures
 */

#define VIM_DECLARE_TEXT(type, name) const char *name;
#define VIM_DECLARE_TEXTS(type, name) struct vim_texts name;
#define VIM_DECLARE_BYTE(type, name) struct vim_number name;
#define VIM_DECLARE_SHORT(type, name) struct vim_number name;
#define VIM_DECLARE_INT(type, name) struct vim_number name;
#define VIM_DECLARE_LONG(type, name) struct vim_number name;
#define VIM_DECLARE_BOOLEAN(type, name) enum vim_boolean name;
#define VIM_DECLARE_TIME(type, name) struct vim_time name;
#define VIM_DECLARE_REFERENCE(type, name) struct vim_reference name;
#define VIM_DECLARE_REFERENCES(type, name) struct vim_references name;
#define VIM_DECLARE_OBJECT(type, name) const struct vim_##type *name;
#define VIM_DECLARE_OBJECTS(type, name) struct vim_##type##_list name;
#define VIM_DECLARE_ANY(type, name) struct vim_value name;
#define VIM_DECLARE_(S, KIND, TYPE, name) VIM_DECLARE_##KIND(TYPE, name)

#define VIM_LIST_(X, base) \
	struct vim_##X; \
	struct vim_##X##_list { \
		const struct vim_##X *const *items; \
		size_t count, capacity; \
	};
VIM_TYPES(VIM_LIST_)
#undef VIM_LIST_

#define VIM_STRUCT_(X, base) \
	struct vim_##X { \
		struct vim_object object; \
		VIM_MEMBERS_##X(VIM_DECLARE_, _) \
	};
VIM_TYPES(VIM_STRUCT_)
#undef VIM_STRUCT_

#define VIM_STRUCT_(X, presence) \
	struct vim_##X##_request { \
		struct vim_object object; \
		VIM_PARAMETERS_##X(VIM_DECLARE_, _) \
	}; \
	struct vim_##X##_response { \
		struct vim_object object; \
		VIM_RESULT_##X(VIM_DECLARE_, _) \
	};
VIM_METHODS(VIM_STRUCT_)
#undef VIM_STRUCT_

/*
 * The tables
 */

enum vim_kind {
	VIM_KIND_TEXT, VIM_KIND_TEXTS, VIM_KIND_BYTE, VIM_KIND_SHORT, VIM_KIND_INT, VIM_KIND_LONG,
	VIM_KIND_BOOLEAN, VIM_KIND_TIME, VIM_KIND_REFERENCE, VIM_KIND_REFERENCES, VIM_KIND_OBJECT,
	VIM_KIND_OBJECTS, VIM_KIND_ANY
};

struct vim_member {
	const char *name;	/* on the wire */
	const struct vim_type *type;	/* OBJECT, OBJECTS */
	uint16_t offset;	/* in the structure */
	uint8_t kind;		/* enum vim_kind */
};

struct vim_type {
	const char *name;
	const struct vim_type *base;	/* NULL: none */
	const struct vim_member *members;	/* those of the base first */
	size_t member_count;
	size_t size;		/* of the structure */
};

enum vim_presence { VIM_NONE, VIM_OPTIONAL, VIM_REQUIRED, VIM_LIST };

struct vim_method {
	const char *name;
	const struct vim_type *request, *response;
	enum vim_presence presence;	/* of the returnval */
};

#define VIM_EXTERN_(X, base) extern const struct vim_type vsphere_type_##X;
VIM_TYPES(VIM_EXTERN_)
#undef VIM_EXTERN_
#define VIM_EXTERN_(X, presence) extern const struct vim_method vsphere_method_##X;
VIM_METHODS(VIM_EXTERN_)
#undef VIM_EXTERN_

/* The type by its name on the wire; NULL: there is no table for it. */
const struct vim_type *vsphere_type_find(const char *name, size_t length);

/* Is it the type, or one that has it as a base?  type NULL: no. */
bool vsphere_type_is(const struct vim_type *type, const struct vim_type *wanted);

/*
 * For callers
 */

/* An object's first member where a subtype is sent: { VIM_IS(TraversalSpec), .name = ... } */
#define VIM_IS(X) .object = { .type = &vsphere_type_##X }

/* The object as an X; NULL if it is none, or NULL. */
#define VIM_CAST(X, pointer) \
	((const struct vim_##X *)vsphere_cast((pointer) ? &(pointer)->object : NULL, \
					      &vsphere_type_##X))
const void *vsphere_cast(const struct vim_object *object, const struct vim_type *type);

/* A list from an array of texts, of references, or of pointers to objects. */
#define VIM_ITEMS(array) { (array), sizeof(array) / sizeof((array)[0]), 0 }

/* What a value holds, or NULL if it holds something else; value may be NULL. */
const char *vsphere_value_text(const struct vim_value *value);
const struct vim_number *vsphere_value_number(const struct vim_value *value);
const struct vim_reference *vsphere_value_reference(const struct vim_value *value);
const struct vim_references *vsphere_value_references(const struct vim_value *value);
enum vim_boolean vsphere_value_boolean(const struct vim_value *value);
#define VIM_VALUE_AS(X, value) \
	((const struct vim_##X *)vsphere_value_object((value), &vsphere_type_##X))
const void *vsphere_value_object(const struct vim_value *value, const struct vim_type *type);
/* An array of X: items and count as in struct vim_X_list; none: an empty one. */
#define VIM_VALUE_ITEMS(X, value) \
	((struct vim_##X##_list){ \
		(const struct vim_##X *const *)vsphere_value_items((value), &vsphere_type_##X), \
		vsphere_value_item_count((value), &vsphere_type_##X), 0 })
const void *vsphere_value_items(const struct vim_value *value, const struct vim_type *type);
size_t vsphere_value_item_count(const struct vim_value *value, const struct vim_type *type);

#endif
