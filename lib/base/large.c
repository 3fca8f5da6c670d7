/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Not by way of malloc(): its blocks begin anywhere, so that a block of many megabytes
 * has small pages at both ends, and to ask it for aligned ones wears out the heap before
 * glibc 2.38.
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
	size_t size;	/* with the head; LARGE_MIN or more: pages of its own, else from malloc() */
	alignas(max_align_t) char data[];
};

static struct head *head_of(void *block)
{
	return (struct head *)(void *)((char *)block - offsetof(struct head, data));
}

static size_t whole_pages(size_t size)
{
	return (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
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

/* size is that of whole pages.  They begin where a large page can. */
static void *map_pages(size_t size)
{
	size_t more = size + LARGE_PAGE, before;
	char *mapped = mmap(NULL, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		return NULL;
	before = (LARGE_PAGE - (uintptr_t)mapped % LARGE_PAGE) % LARGE_PAGE;
	if (before > 0)
		munmap(mapped, before);
	munmap(mapped + before + size, LARGE_PAGE - before);
	prefer_large_pages(mapped + before, size);
	return mapped + before;
}

static void *large_allocate(void *user, size_t size)
{
	struct head *head;

	(void)user;
	if (size > SIZE_MAX / 2)
		return NULL;
	size += sizeof(*head);
	head = size < LARGE_MIN ? malloc(size) : map_pages(whole_pages(size));
	if (!head)
		return NULL;
	head->size = size;
	return head->data;
}

static void large_release(void *user, void *block)
{
	struct head *head = head_of(block);

	(void)user;
	if (head->size < LARGE_MIN)
		free(head);
	else
		munmap(head, whole_pages(head->size));
}

/* From one kind of block to the other. */
static void *move_block(struct head *head, size_t size)
{
	size_t room = head->size - sizeof(*head);
	void *block = large_allocate(NULL, size);

	if (block) {
		memcpy(block, head->data, room < size ? room : size);
		large_release(NULL, head->data);
	}
	return block;
}

static void *large_resize(void *user, void *old, size_t size)
{
	struct head *head = head_of(old);
	size_t wanted = size + sizeof(*head);
	void *grown;

	(void)user;
	if (size > SIZE_MAX / 2)
		return NULL;
	if ((head->size < LARGE_MIN) != (wanted < LARGE_MIN))
		return move_block(head, size);
	if (wanted < LARGE_MIN) {
		grown = realloc(head, wanted);
	} else {
		grown = mremap(head, whole_pages(head->size), whole_pages(wanted), MREMAP_MAYMOVE);
		grown = grown == MAP_FAILED ? NULL : grown;
	}
	if (!grown)
		return NULL;
	head = grown;
	head->size = wanted;
	return head->data;
}

const struct vmx_allocator *vmxi_large_allocator(const struct vmx_allocator *given)
{
	static const struct vmx_allocator large = {
		large_allocate, large_resize, large_release, NULL
	};

	return given->allocate == vmxi_default_allocator.allocate ? &large : given;
}
