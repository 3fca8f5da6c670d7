/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * By way of malloc(), so that what it has is used again: memory that is new has to be
 * cleared by the kernel.  But its blocks begin anywhere, so that one of a few megabytes
 * would have small pages at both ends; and to ask it for aligned ones wears out the heap
 * before glibc 2.38.  So a block is cut out of a larger one.
 */
#include "base/large.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"

#define LARGE_PAGE ((size_t)2 << 20)

/* From here on, what is wasted in the last page does not matter. */
#define LARGE_MIN (2 * LARGE_PAGE)

/* In front of each block. */
struct head {
	void *whole;		/* what malloc() gave */
	size_t size;		/* with the head; LARGE_MIN or more: it begins at a large page */
	alignas(max_align_t) char data[];
};

static struct head *head_of(void *block)
{
	return (struct head *)(void *)((char *)block - offsetof(struct head, data));
}

/* The system may refuse, and nothing but time is lost. */
static void prefer_large_pages(void *block, size_t size)
{
#ifdef MADV_HUGEPAGE
	int before = errno;

	(void)madvise(block, size, MADV_HUGEPAGE);
	errno = before;
#else
	(void)block;
	(void)size;
#endif
}

static void *put_head(void *whole, void *at, size_t size)
{
	struct head *head = at;

	head->whole = whole;
	head->size = size;
	return head->data;
}

static void *allocate_pages(size_t size)
{
	size_t pages = (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	char *whole = malloc(pages + LARGE_PAGE), *at;

	if (!whole)
		return NULL;
	at = whole + (LARGE_PAGE - (uintptr_t)whole % LARGE_PAGE);
	prefer_large_pages(at, pages);
	return put_head(whole, at, size);
}

static void *large_allocate(void *user, size_t size)
{
	size_t wanted = size + sizeof(struct head);
	void *whole;

	(void)user;
	if (size > SIZE_MAX / 2)
		return NULL;
	if (wanted >= LARGE_MIN)
		return allocate_pages(wanted);
	whole = malloc(wanted);
	return whole ? put_head(whole, whole, wanted) : NULL;
}

static void large_release(void *user, void *block)
{
	(void)user;
	free(head_of(block)->whole);
}

static void *large_resize(void *user, void *old, size_t size)
{
	size_t before = head_of(old)->size - sizeof(struct head);
	void *block = large_allocate(user, size);

	if (block) {
		memcpy(block, old, before < size ? before : size);
		large_release(user, old);
	}
	return block;
}

const struct vmx_allocator *vmxi_large_allocator(const struct vmx_allocator *given)
{
	static const struct vmx_allocator large = {
		large_allocate, large_resize, large_release, NULL
	};

	return given->allocate == vmxi_default_allocator.allocate ? &large : given;
}
