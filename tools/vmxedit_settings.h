/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vmxedit was asked to do.
 */
#ifndef VMXTOOL_VMXEDIT_SETTINGS_H
#define VMXTOOL_VMXEDIT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/diagnostics.h"

struct settings {
	const char *output;
	bool in_place;
	const char *suffix;	/* of the backup; NULL: there is none */
	bool json, null, keys, raw, force;
	const char *encoding;
	bool strict, quiet;
	size_t max_size;
	enum colour_choice colour;
	bool help, version, long_options;

	struct vmx_error *error;
	struct console console;
};

#endif
