/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of documents share: allocators that count and fail, and
 * documents as text.
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Counts what is allocated, and fails at one allocation. */
struct counting {
	size_t calls;		/* allocations and enlargements so far */
	size_t fail_at;		/* the call that fails, from 1; 0: none */
	size_t live;		/* blocks that are not released */
	size_t bytes, peak;
};

struct counted_block {
	size_t size;
	max_align_t data[];
};

static inline void count_more(struct counting *c, size_t size)
{
	c->bytes += size;
	if (c->bytes > c->peak)
		c->peak = c->bytes;
}

static inline void *counting_allocate(void *user, size_t size)
{
	struct counting *c = user;
	struct counted_block *block;

	assert_true(size > 0);
	if (++c->calls == c->fail_at)
		return NULL;
	block = malloc(sizeof(*block) + size);
	assert_non_null(block);
	block->size = size;
	c->live++;
	count_more(c, size);
	return block->data;
}

static inline struct counted_block *counted(void *data)
{
	return (struct counted_block *)(void *)((char *)data - offsetof(struct counted_block, data));
}

static inline void *counting_resize(void *user, void *old, size_t size)
{
	struct counting *c = user;
	struct counted_block *block = counted(old);

	assert_true(size > 0);
	if (++c->calls == c->fail_at)
		return NULL;
	c->bytes -= block->size;
	block = realloc(block, sizeof(*block) + size);
	assert_non_null(block);
	block->size = size;
	count_more(c, size);
	return block->data;
}

static inline void counting_release(void *user, void *data)
{
	struct counting *c = user;

	assert_non_null(data);
	c->live--;
	c->bytes -= counted(data)->size;
	free(counted(data));
}

#define COUNTING_ALLOCATOR(counting) \
	{ counting_allocate, counting_resize, counting_release, counting }

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
