/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the server's faults mean for us: those of calls, of tasks, and of properties
 * that could not be read.
 */
#ifndef VSPHERE_FAULT_H
#define VSPHERE_FAULT_H

#include <vmxkit/error.h>

#include "decode.h"
#include "vim.h"

/*
 * The name of the fault's type ("InvalidPowerState"); "" if there is no fault.  That
 * is what vmx_error_detail() has.
 */
const char *vsphere_fault_name(const struct vim_MethodFault *fault);

/* The code for a type by its name; fallback: for one that has none of its own. */
enum vmx_code vsphere_fault_code(const char *name, enum vmx_code fallback);

/* A session is missing, or has ended. */
bool vsphere_fault_is_session(const struct vim_MethodFault *fault);

/*
 * Fills the error: what was done ("PowerOnVM_Task", "the task power-on"), the server's
 * words, the type, and what the fault knows of the culprit.  words may be NULL or "".
 */
enum vmx_code vsphere_fault_fail(const char *what, const struct vim_MethodFault *fault,
				 const char *words, enum vmx_code fallback,
				 struct vmx_error *error);

/* The same for a LocalizedMethodFault; NULL: the server gave no reason. */
enum vmx_code vsphere_fault_fail_localized(const char *what,
					   const struct vim_LocalizedMethodFault *fault,
					   enum vmx_code fallback, struct vmx_error *error);

#endif
