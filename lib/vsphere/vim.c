/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vim.h"

#include <string.h>

#include "base/text.h"

/*
 * The tables
 */

#define TYPE_OF_TEXT(type) NULL
#define TYPE_OF_TEXTS(type) NULL
#define TYPE_OF_BYTE(type) NULL
#define TYPE_OF_SHORT(type) NULL
#define TYPE_OF_INT(type) NULL
#define TYPE_OF_LONG(type) NULL
#define TYPE_OF_BOOLEAN(type) NULL
#define TYPE_OF_TIME(type) NULL
#define TYPE_OF_REFERENCE(type) NULL
#define TYPE_OF_REFERENCES(type) NULL
#define TYPE_OF_OBJECT(type) &vsphere_type_##type
#define TYPE_OF_OBJECTS(type) &vsphere_type_##type
#define TYPE_OF_ANY(type) NULL

#define MEMBER(S, KIND, TYPE, name) \
	{ #name, TYPE_OF_##KIND(TYPE), offsetof(struct S, name), VIM_KIND_##KIND },

/* A last row that is not counted: there are types without members. */
#define LAST_MEMBER { NULL, NULL, 0, 0 }
#define MEMBER_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]) - 1)

#define BASE_Description(X) &vsphere_type_Description
#define BASE_FileFault(X) &vsphere_type_FileFault
#define BASE_FileInfo(X) &vsphere_type_FileInfo
#define BASE_FileQuery(X) &vsphere_type_FileQuery
#define BASE_MethodFault(X) &vsphere_type_MethodFault
#define BASE_NoPermission(X) &vsphere_type_NoPermission
#define BASE_SelectionSpec(X) &vsphere_type_SelectionSpec
#define BASE__(X) NULL

#define DATA_TYPE(X, base) \
	static const struct vim_member members_##X[] = { \
		VIM_MEMBERS_##X(MEMBER, vim_##X) LAST_MEMBER \
	}; \
	const struct vim_type vsphere_type_##X = { \
		#X, BASE_##base(X), members_##X, MEMBER_COUNT(members_##X), \
		sizeof(struct vim_##X) \
	};
VIM_TYPES(DATA_TYPE)

#define METHOD(X, presence) \
	static const struct vim_member parameters_##X[] = { \
		VIM_PARAMETERS_##X(MEMBER, vim_##X##_request) LAST_MEMBER \
	}; \
	static const struct vim_type request_##X = { \
		#X, NULL, parameters_##X, MEMBER_COUNT(parameters_##X), \
		sizeof(struct vim_##X##_request) \
	}; \
	static const struct vim_member result_##X[] = { \
		VIM_RESULT_##X(MEMBER, vim_##X##_response) LAST_MEMBER \
	}; \
	static const struct vim_type response_##X = { \
		#X "Response", NULL, result_##X, MEMBER_COUNT(result_##X), \
		sizeof(struct vim_##X##_response) \
	}; \
	const struct vim_method vsphere_method_##X = { \
		#X, &request_##X, &response_##X, VIM_##presence \
	};
VIM_METHODS(METHOD)

static const struct vim_type *const types[] = {
#define TYPE_ROW(X, base) &vsphere_type_##X,
	VIM_TYPES(TYPE_ROW)
};

/* strcmp() of a text with a string. */
static int compare(struct text a, const char *b)
{
	size_t len = strlen(b);
	int order = memcmp(a.ptr, b, a.len < len ? a.len : len);

	if (order != 0 || a.len == len)
		return order;
	return a.len < len ? -1 : 1;
}

const struct vim_type *vsphere_type_find(const char *name, size_t length)
{
	size_t from = 0, to = length > 0 ? sizeof(types) / sizeof(types[0]) : 0;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = compare((struct text){ name, length }, types[middle]->name);

		if (order == 0)
			return types[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

bool vsphere_type_is(const struct vim_type *type, const struct vim_type *wanted)
{
	for (; type; type = type->base) {
		if (type == wanted)
			return true;
	}
	return false;
}

/*
 * Values
 */

const void *vsphere_cast(const struct vim_object *object, const struct vim_type *type)
{
	return object && vsphere_type_is(object->type, type) ? object : NULL;
}

const char *vsphere_value_text(const struct vim_value *value)
{
	return value && value->kind == VIM_VALUE_TEXT ? value->text : NULL;
}

const struct vim_number *vsphere_value_number(const struct vim_value *value)
{
	return value && value->kind == VIM_VALUE_NUMBER ? &value->number : NULL;
}

const struct vim_reference *vsphere_value_reference(const struct vim_value *value)
{
	return value && value->kind == VIM_VALUE_REFERENCE ? &value->reference : NULL;
}

const struct vim_references *vsphere_value_references(const struct vim_value *value)
{
	return value && value->kind == VIM_VALUE_REFERENCES ? &value->references : NULL;
}

enum vim_boolean vsphere_value_boolean(const struct vim_value *value)
{
	return value && value->kind == VIM_VALUE_BOOLEAN ? value->boolean : VIM_ABSENT;
}

const void *vsphere_value_object(const struct vim_value *value, const struct vim_type *type)
{
	return value && value->kind == VIM_VALUE_OBJECT ? vsphere_cast(value->object, type) : NULL;
}

static bool is_array_of(const struct vim_value *value, const struct vim_type *type)
{
	return value && value->kind == VIM_VALUE_OBJECTS && vsphere_type_is(value->item_type, type);
}

const void *vsphere_value_items(const struct vim_value *value, const struct vim_type *type)
{
	return is_array_of(value, type) ? value->objects.items : NULL;
}

size_t vsphere_value_item_count(const struct vim_value *value, const struct vim_type *type)
{
	return is_array_of(value, type) ? value->objects.count : 0;
}
