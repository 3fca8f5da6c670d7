/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host says of itself and of the vCenter that manages it.
 */
#ifndef VSPHERE_VCENTER_H
#define VSPHERE_VCENTER_H

#include <vmxkit/transport.h>

struct vsphere;

/*
 * Reads managed_by of vsphere->about, and warns if the host is in maintenance mode: one
 * round trip, the first time.  Nothing for a vCenter.
 */
enum vmx_code vsphere_look_at_host(struct vsphere *vsphere, struct vmx_error *error);

/*
 * The URI's parameter vcenter: the host has to be managed by that one, or, where it says
 * '*', by any.  VMX_CODE_WRONG_SERVER if it is not.
 *
 * libvirt connects to the vCenter as well, for destroying and undefining machines.  We
 * work on the host alone: if it lets nobody but its vCenter in, the error names that one.
 */
enum vmx_code vsphere_check_vcenter(struct vsphere *vsphere, struct vmx_error *error);

#endif
