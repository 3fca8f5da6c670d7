/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory for what may be many megabytes.
 */
#ifndef VMXI_BASE_LARGE_H
#define VMXI_BASE_LARGE_H

#include <vmxkit/memory.h>

/*
 * The allocator to take for it where the given one is for the rest: that one itself; but
 * in place of malloc() and its kin one that asks the system for large pages, because else
 * the kernel spends more time on handing out small ones than reading a large file takes,
 * and the processor more on finding the slots of an index.
 */
const struct vmx_allocator *vmxi_large_allocator(const struct vmx_allocator *given);

#endif
