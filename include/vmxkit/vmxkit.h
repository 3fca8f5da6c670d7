/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvmxkit: VMware .vmx files, read, edited and converted.  This header brings
 * all the others.
 *
 * Rules that hold everywhere:
 * - Text that goes in is pointer and length; no NUL is needed.
 * - Every object has one owner and one free function, which takes NULL.
 *   "Borrowed until ..." means: do not free it, and copy it to keep it longer.
 * - Outputs come last and are written on success only; the error on failure only.
 * - Nothing is shared between objects: two threads may use two objects at once.
 * - The library never prints, never ends the process, and has no global state.
 */
#ifndef VMXKIT_VMXKIT_H
#define VMXKIT_VMXKIT_H

#include <vmxkit/codes.h>
#include <vmxkit/connection.h>
#include <vmxkit/datastore.h>
#include <vmxkit/document.h>
#include <vmxkit/domain_xml.h>
#include <vmxkit/error.h>
#include <vmxkit/escape.h>
#include <vmxkit/machine.h>
#include <vmxkit/memory.h>
#include <vmxkit/transport.h>
#include <vmxkit/version.h>
#include <vmxkit/vmx_write.h>

#endif
