/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMXTOOL_VMX2XML_CONVERT_H
#define VMXTOOL_VMX2XML_CONVERT_H

#include "vmx2xml_settings.h"

/* The settings are a struct settings. */
convert_fn convert;

/* The same for a machine on a server: file is a URI with the machine as its fragment. */
convert_fn convert_remote;

/* Where a VMX file comes from. */
struct source {
	const char *file;		/* STANDARD_INPUT, a path, or a URI */
	const char *name;		/* what diagnostics call it */
	const struct vmx_bytes *bytes;	/* of the file; NULL: it has to be read */
	/* What is known of it, if the user does not know better; NULL: nothing. */
	struct vmx_path_rules *rules;
	const char *datacenter_path, *moref;
};

/* What both of them end with. */
enum exit_status convert_source(const struct settings *settings, const struct source *source,
				const char *output);

#endif
