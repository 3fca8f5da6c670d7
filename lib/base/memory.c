/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/memory.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

static void *default_allocate(void *user, size_t size)
{
	(void)user;
	return malloc(size);
}

static void *default_resize(void *user, void *old, size_t size)
{
	(void)user;
	return realloc(old, size);
}

static void default_release(void *user, void *block)
{
	(void)user;
	free(block);
}

const struct vmx_allocator vmxi_default_allocator = {
	default_allocate, default_resize, default_release, NULL
};

/* Large enough for the machine of an ordinary file in one block. */
#define ARENA_BLOCK 8192

struct arena_block {
	struct arena_block *next;
	alignas(max_align_t) char data[];
};

static bool arena_grow(struct arena *arena, size_t size)
{
	size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;
	struct arena_block *block;

	if (room > SIZE_MAX - sizeof(*block))
		return false;
	block = vmxi_allocate(arena->allocator, sizeof(*block) + room);
	if (!block)
		return false;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->at = block->data;
	arena->end = block->data + room;
	return true;
}

void *vmxi_arena_allocate(struct arena *arena, size_t size)
{
	const size_t unit = alignof(max_align_t);
	void *piece;

	if (size > SIZE_MAX - unit)
		return NULL;
	size = (size + unit - 1) / unit * unit;
	if ((size_t)(arena->end - arena->at) < size && !arena_grow(arena, size))
		return NULL;
	piece = arena->at;
	arena->at += size;
	return piece;
}

void *vmxi_arena_zeroed(struct arena *arena, size_t size)
{
	void *piece = vmxi_arena_allocate(arena, size);

	if (piece)
		memset(piece, 0, size);
	return piece;
}

struct text vmxi_arena_copy(struct arena *arena, struct text source)
{
	char *copy = vmxi_arena_allocate(arena, source.len + 1);

	if (!copy)
		return NO_TEXT;
	if (source.len > 0)
		memcpy(copy, source.ptr, source.len);
	copy[source.len] = '\0';
	return (struct text){ copy, source.len };
}

void vmxi_arena_release(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		vmxi_release(arena->allocator, block);
	}
	arena->at = arena->end = NULL;
}

void *vmxi_arena_add(struct arena *arena, void *items_pointer, size_t *count, size_t *capacity,
		     size_t item_size)
{
	char *items;

	/* a pointer of another type: by copy, not by cast */
	memcpy(&items, items_pointer, sizeof(items));
	if (*count == *capacity) {
		size_t wanted = *capacity ? *capacity * 2 : 4;
		char *grown;

		if (wanted > SIZE_MAX / 2 / item_size)
			return NULL;
		grown = vmxi_arena_allocate(arena, wanted * item_size);
		if (!grown)
			return NULL;
		if (*count > 0)
			memcpy(grown, items, *count * item_size);
		items = grown;
		memcpy(items_pointer, &items, sizeof(items));
		*capacity = wanted;
	}
	return memset(items + (*count)++ * item_size, 0, item_size);
}

bool vmxi_vector_reserve(const struct vmx_allocator *allocator, void **items,
			 size_t *capacity, size_t count, size_t item_size)
{
	size_t wanted;
	void *grown;

	if (count < *capacity)
		return true;
	wanted = *capacity ? *capacity * 2 : 16;
	if (wanted > SIZE_MAX / 2 / item_size)
		return false;
	grown = *items ? allocator->resize(allocator->user, *items, wanted * item_size)
		       : vmxi_allocate(allocator, wanted * item_size);
	if (!grown)
		return false;
	*items = grown;
	*capacity = wanted;
	return true;
}

bool vmxi_bytes_reserve(struct vmx_bytes *bytes, size_t more)
{
	const struct vmx_allocator *a = vmxi_allocator(bytes->allocator);
	size_t wanted = bytes->capacity ? bytes->capacity : 256;
	char *grown;

	if (more >= SIZE_MAX / 2 - bytes->length)
		return false;
	if (bytes->capacity > bytes->length + more)
		return true;
	while (wanted <= bytes->length + more)
		wanted *= 2;
	grown = bytes->data ? a->resize(a->user, bytes->data, wanted) : vmxi_allocate(a, wanted);
	if (!grown)
		return false;
	bytes->data = grown;
	bytes->capacity = wanted;
	bytes->data[bytes->length] = '\0';
	return true;
}

bool vmxi_bytes_append(struct vmx_bytes *bytes, const void *data, size_t len)
{
	if (!vmxi_bytes_reserve(bytes, len))
		return false;
	if (len > 0)
		memcpy(bytes->data + bytes->length, data, len);
	bytes->length += len;
	bytes->data[bytes->length] = '\0';
	return true;
}

void vmx_bytes_release(struct vmx_bytes *bytes)
{
	if (!bytes)
		return;
	vmxi_release(vmxi_allocator(bytes->allocator), bytes->data);
	bytes->data = NULL;
	bytes->length = bytes->capacity = 0;
}
