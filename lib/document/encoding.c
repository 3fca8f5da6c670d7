/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document/reading.h"

enum vmx_code vmxi_decode(struct reading *r)
{
	r->doc->encoding = "UTF-8";
	return VMX_OK;
}
