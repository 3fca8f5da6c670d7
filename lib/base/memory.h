/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The four ways in which the library holds memory: a block, an arena that is
 * freed as a whole, a growing vector, and growing bytes.  (large.h has blocks of
 * many megabytes.)
 */
#ifndef VMXI_BASE_MEMORY_H
#define VMXI_BASE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include <vmxkit/memory.h>

#include "base/text.h"

/* malloc() and its kin. */
extern const struct vmx_allocator vmxi_default_allocator;

/* The given allocator, or malloc() for NULL. */
static inline const struct vmx_allocator *vmxi_allocator(const struct vmx_allocator *given)
{
	return given ? given : &vmxi_default_allocator;
}

static inline void *vmxi_allocate(const struct vmx_allocator *a, size_t size)
{
	return a->allocate(a->user, size);
}

/* Takes NULL. */
static inline void vmxi_release(const struct vmx_allocator *a, void *block)
{
	if (block)
		a->release(a->user, block);
}

/*
 * An arena: many small pieces that live and die together.  Pieces are aligned
 * for any type.  Zero-initialise it, set the allocator, release it at the end.
 */
struct arena {
	const struct vmx_allocator *allocator;
	struct arena_block *blocks;
	char *at, *end;
};

/* NULL: no memory. */
void *vmxi_arena_allocate(struct arena *arena, size_t size);
/* The same, all bytes zero. */
void *vmxi_arena_zeroed(struct arena *arena, size_t size);
/* A copy of the bytes; a NUL stands behind them.  ptr NULL: no memory. */
struct text vmxi_arena_copy(struct arena *arena, struct text source);
void vmxi_arena_release(struct arena *arena);

/*
 * A vector whose items live in an arena: a new, zeroed item at its end, or NULL
 * for no memory.  It doubles, and what it leaves behind goes with the arena.
 * items_pointer is the address of the pointer to the items.
 */
void *vmxi_arena_add(struct arena *arena, void *items_pointer, size_t *count, size_t *capacity,
		     size_t item_size);
#define ARENA_ADD(arena, vector) \
	vmxi_arena_add(arena, &(vector)->items, &(vector)->count, &(vector)->capacity, \
		       sizeof(*(vector)->items))

/*
 * Makes room for one more item: *items has *capacity items of the given size,
 * count of which are used.  Doubles, so that n items cost O(n).
 */
bool vmxi_vector_reserve(const struct vmx_allocator *allocator, void **items,
			 size_t *capacity, size_t count, size_t item_size);

/*
 * Growing bytes.  After a failed append nothing has changed.  The bytes are
 * NUL-terminated after each append.
 */
bool vmxi_bytes_reserve(struct vmx_bytes *bytes, size_t more);
bool vmxi_bytes_append(struct vmx_bytes *bytes, const void *data, size_t len);

static inline bool vmxi_bytes_append_text(struct vmx_bytes *bytes, struct text t)
{
	return vmxi_bytes_append(bytes, t.ptr, t.len);
}

static inline bool vmxi_bytes_append_char(struct vmx_bytes *bytes, char c)
{
	return vmxi_bytes_append(bytes, &c, 1);
}

/* Empty, but with its memory kept. */
static inline void vmxi_bytes_clear(struct vmx_bytes *bytes)
{
	bytes->length = 0;
	if (bytes->data)
		bytes->data[0] = '\0';
}

#endif
