/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing requests: the one place where text becomes XML, so nothing can be smuggled
 * in through a name or a password.
 */
#ifndef VSPHERE_ENCODE_H
#define VSPHERE_ENCODE_H

#include <vmxkit/error.h>
#include <vmxkit/memory.h>

#include "vim.h"

/* Objects within objects, in what is sent. */
#define ENCODE_DEPTH_MAX 32

/*
 * Writes the envelope of a call; it replaces what ret held.  request may be NULL for a
 * method without parameters.  Absent members are left out; an object whose type is not
 * the declared one gets its xsi:type.
 *
 * VMX_CODE_INVALID_ARGUMENT: a text holds a byte that XML 1.0 can't hold, or is not
 * UTF-8 (the message says which member, and where in it; never the text), or an object
 * is of no type that fits its place.  VMX_CODE_OUT_OF_MEMORY.
 */
enum vmx_code vsphere_encode(const struct vim_method *method, struct vim_reference self,
			     const void *request, struct vmx_bytes *ret,
			     struct vmx_error *error);

#endif
