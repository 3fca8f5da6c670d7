/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory: where the library gets it, and the byte buffers it hands out.
 */
#ifndef VMXKIT_MEMORY_H
#define VMXKIT_MEMORY_H

#include <stddef.h>

#include <vmxkit/export.h>

VMX_BEGIN_DECLS

/*
 * Where memory comes from.  All three functions are required.
 *
 * allocate(user, size)       like malloc(); size is never 0.  NULL: no memory.
 * resize(user, old, size)    like realloc(); old is never NULL, size never 0.
 *                            On NULL the old block is still valid.
 * release(user, block)       like free(); block is never NULL.
 *
 * The structure is copied; user must stay valid as long as any object that was
 * made with it.  An object is only used by one thread at a time, but two
 * objects with the same allocator may be used by two threads: then the
 * functions must allow that.
 *
 * Some memory comes from elsewhere: error objects from malloc(), and what libxml2
 * and iconv() need for themselves.  docs/limits.md lists it all.
 */
struct vmx_allocator {
	void *(*allocate)(void *user, size_t size);
	void *(*resize)(void *user, void *old, size_t size);
	void (*release)(void *user, void *block);
	void *user;
};

/*
 * Bytes that the library hands out: the caller declares the variable, fills it
 * with VMX_BYTES_INIT, passes it to any number of calls, and releases it at the
 * end.  A call that fills it replaces the old content and reuses the memory; a
 * call that fails leaves the length at 0.  data[length] is always NUL when data
 * is not NULL; the bytes before it may hold NULs as well.
 *
 * To use another allocator, set the member before the first call.
 */
struct vmx_bytes {
	char *data;
	size_t length;
	size_t capacity;
	const struct vmx_allocator *allocator; /* borrowed; NULL: malloc() */
};

#define VMX_BYTES_INIT { NULL, 0, 0, NULL }

/* Frees what bytes holds and sets it back to empty.  Takes NULL. */
VMX_API void vmx_bytes_release(struct vmx_bytes *bytes);

VMX_END_DECLS

#endif
