/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An allocator that counts, and that fails when it is told to.
 */
#ifndef TESTS_COUNTING_ALLOCATOR_H
#define TESTS_COUNTING_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <vmxkit/memory.h>

struct counting {
	struct vmx_allocator allocator;
	size_t calls;		/* allocate and resize */
	size_t fail_at;		/* the call that fails, from 1; 0: none */
	bool onwards;		/* and so does each one behind it */
	size_t live;		/* blocks that are not released */
	size_t bytes, peak;	/* in use, and the most there were */
};

/* Each block remembers its size in front of it. */
struct counted_block {
	size_t size;
	max_align_t data[];
};

static inline bool counting_allows(struct counting *c)
{
	c->calls++;
	return c->fail_at == 0 || (c->onwards ? c->calls < c->fail_at : c->calls != c->fail_at);
}

static inline void counting_add(struct counting *c, size_t size)
{
	c->bytes += size;
	if (c->bytes > c->peak)
		c->peak = c->bytes;
}

static inline void *counting_allocate(void *user, size_t size)
{
	struct counting *c = user;
	struct counted_block *block;

	if (!counting_allows(c) || !(block = malloc(sizeof(*block) + size)))
		return NULL;
	block->size = size;
	c->live++;
	counting_add(c, size);
	/* cppcheck-suppress memleak ; counting_release() finds the block before its data */
	return block->data;
}

static inline struct counted_block *counted_block(void *data)
{
	return (struct counted_block *)(void *)((char *)data - offsetof(struct counted_block, data));
}

static inline void counting_release(void *user, void *data)
{
	struct counting *c = user;
	struct counted_block *block = counted_block(data);

	c->live--;
	c->bytes -= block->size;
	free(block);
}

static inline void *counting_resize(void *user, void *old, size_t size)
{
	struct counting *c = user;
	struct counted_block *block = counted_block(old);
	size_t before = block->size;

	/* cppcheck-suppress memleakOnRealloc ; the caller still has the old block */
	if (!counting_allows(c) || !(block = realloc(block, sizeof(*block) + size)))
		return NULL;
	block->size = size;
	counting_add(c, size);
	c->bytes -= before;
	return block->data;
}

/* For a struct counting that is initialised otherwise. */
#define COUNTING_ALLOCATOR(counting) \
	{ counting_allocate, counting_resize, counting_release, counting }

static inline void counting_begin(struct counting *c, size_t fail_at)
{
	*c = (struct counting){
		.allocator = { counting_allocate, counting_resize, counting_release, c },
		.fail_at = fail_at,
	};
}

#endif
