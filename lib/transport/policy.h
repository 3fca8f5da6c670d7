/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which answer the rules of a caller give to a question of a server.
 */
#ifndef VMXI_TRANSPORT_POLICY_H
#define VMXI_TRANSPORT_POLICY_H

#include <vmxkit/transport.h>

/* VMX_CODE_INVALID_ARGUMENT, VMX_CODE_INVALID_PATTERN, VMX_CODE_OUT_OF_MEMORY. */
enum vmx_code vmxi_check_rules(const struct vmx_task_options *options, struct vmx_error *error);

#endif
