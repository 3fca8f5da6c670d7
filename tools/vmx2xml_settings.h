/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vmx2xml was asked to do.
 */
#ifndef VMXTOOL_VMX2XML_SETTINGS_H
#define VMXTOOL_VMX2XML_SETTINGS_H

#include <stdbool.h>

#include <vmxkit/machine.h>

#include "common/conversion.h"

enum report_kind { REPORT_NONE, REPORT_TEXT, REPORT_JSON };

struct settings {
	struct conversion_settings shared;
	bool full, secure;
	const char *datacenter_path, *moref;
	const char *password_file;	/* for a server */
	enum report_kind report;
};

static inline enum vmx_level level_of(const struct settings *settings)
{
	return settings->shared.libvirt ? VMX_LEVEL_LIBVIRT :
	       settings->full ? VMX_LEVEL_FULL : VMX_LEVEL_DEFAULT;
}

#endif
