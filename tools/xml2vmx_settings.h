/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xml2vmx was asked to do.
 */
#ifndef VMXTOOL_XML2VMX_SETTINGS_H
#define VMXTOOL_XML2VMX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/datastore.h>

#include "common/tool.h"

struct settings {
	struct common_settings common;
	const char *output, *onto;
	bool libvirt, strict, any_type, verbose;
	size_t hardware_version;
	const char *scsi_auto, *encoding;
	size_t max_size;

	/* how names of files become what the VMX file says, and back */
	struct vmx_path_rules *rules;
	bool vmx_dir;		/* the user says where the VMX file is */
};

/* Converts one file.  Says what is wrong. */
enum exit_status convert(const struct settings *settings, const char *file);

#endif
