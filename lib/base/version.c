/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <vmxkit/version.h>

const char *vmx_version(void)
{
	return VMX_VERSION_STRING;
}
