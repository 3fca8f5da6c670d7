/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vmxedit was asked to do.
 */
#ifndef VMXTOOL_VMXEDIT_SETTINGS_H
#define VMXTOOL_VMXEDIT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/tool.h"

struct settings {
	struct common_settings common;
	const char *output;
	bool in_place;
	const char *suffix;	/* of the backup; NULL: there is none */
	bool json, null, keys, raw, force;
	const char *encoding;
	bool strict;
	size_t max_size;
};

#endif
