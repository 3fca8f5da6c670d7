/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of documents share: documents as text.
 */
#ifndef DOCUMENT_SUPPORT_H
#define DOCUMENT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vmxkit/vmxkit.h>

#include "counting_allocator.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Text that grows. */
struct paper {
	char *text;
	size_t length;
};

static inline void paper_add(struct paper *paper, const char *format, ...)
{
	va_list args;
	char *more;
	int length;

	va_start(args, format);
	length = vasprintf(&more, format, args);
	va_end(args);
	assert_true(length >= 0);
	paper->text = realloc(paper->text, paper->length + (size_t)length + 1);
	assert_non_null(paper->text);
	memcpy(paper->text + paper->length, more, (size_t)length + 1);
	paper->length += (size_t)length;
	free(more);
}

/* "key=value|key=value|", with flags as letters behind the value: ! duplicate, ? odd, ~ misfit */
static inline void paper_add_entries(struct paper *paper, const struct vmx_document *doc)
{
	struct vmx_entry e;

	paper_add(paper, "%s", "");
	for (size_t cursor = 0; vmx_document_next(doc, &cursor, &e);)
		paper_add(paper, "%.*s=%.*s%s%s%s|", (int)e.key_length, e.key,
			  (int)e.value_length, e.value,
			  e.flags & VMX_ENTRY_DUPLICATE ? "!" : "",
			  e.flags & VMX_ENTRY_ODD ? "?" : "",
			  e.flags & VMX_ENTRY_MISFIT ? "~" : "");
}

/* "line:column name\n" for each diagnostic */
static inline void paper_add_diagnostic(void *user, const struct vmx_diagnostic *diagnostic)
{
	paper_add(user, "%u:%u %s|", diagnostic->line, diagnostic->column,
		  vmx_code_name(diagnostic->code));
}

#endif
