/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every tool does around its work: read the command line, print help and
 * version, and make sure that what went to standard output arrived.
 */
#ifndef VMXTOOL_TOOL_H
#define VMXTOOL_TOOL_H

#include <stdbool.h>

#include <vmxkit/error.h>

#include "common/diagnostics.h"
#include "common/options.h"

/* What every tool's settings begin with. */
struct common_settings {
	struct console console;
	struct vmx_error *error;	/* for the library, from beginning to end */
	enum colour_choice colour;
	bool quiet, help, topic_help, version, long_options;
};

struct tool {
	const char *name;
	const struct command_line *line;
	/* Once before the options are read; NULL: nothing to do.  False: no memory. */
	bool (*prepare)(void *settings);
	/* The work, with the arguments that are no options. */
	enum exit_status (*run)(void *settings, char **arguments, int count);
};

/*
 * All of it; answers what main() shall answer.  settings begins with a struct
 * common_settings and is otherwise the tool's own to release.
 */
int run_tool(const struct tool *tool, void *settings, int argc, char **argv);

/* For the option --color. */
const char *take_colour(void *settings, const char *argument);

#endif
