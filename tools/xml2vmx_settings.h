/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xml2vmx was asked to do.
 */
#ifndef VMXTOOL_XML2VMX_SETTINGS_H
#define VMXTOOL_XML2VMX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/conversion.h"

struct settings {
	struct conversion_settings shared;	/* the rules are never NULL */
	const char *onto;
	bool any_type, verbose;
	size_t hardware_version;
	const char *scsi_auto;
};

/* The settings are a struct settings. */
convert_fn convert;

#endif
