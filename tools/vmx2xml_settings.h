/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vmx2xml was asked to do.
 */
#ifndef VMXTOOL_VMX2XML_SETTINGS_H
#define VMXTOOL_VMX2XML_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/datastore.h>

#include "common/tool.h"

enum report_kind { REPORT_NONE, REPORT_TEXT, REPORT_JSON };

struct settings {
	struct common_settings common;
	const char *output, *output_dir;
	bool libvirt, full, strict, secure;
	const char *datacenter_path, *moref, *encoding;
	size_t max_size;
	enum report_kind report;

	/*
	 * How file names become what the XML says; NULL: they stay as they are.
	 * Refusals while the options are read leave their text in common.error.
	 */
	struct vmx_path_rules *rules;
	bool vmx_dir;		/* the rules know the directory */
};

static inline enum vmx_level level_of(const struct settings *settings)
{
	return settings->libvirt ? VMX_LEVEL_LIBVIRT :
	       settings->full ? VMX_LEVEL_FULL : VMX_LEVEL_DEFAULT;
}

#endif
