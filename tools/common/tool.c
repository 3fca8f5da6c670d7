/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/tool.h"

#include <errno.h>
#include <string.h>

#include "common/output.h"
#include "common/signals.h"

static bool print_about(const struct tool *tool, const struct common_settings *common)
{
	if (common->help || common->topic_help)
		print_help(tool->line, tool->name, common->topic_help);
	else if (common->version)
		print_version(tool->name);
	else if (common->long_options)
		print_long_options(tool->line);
	else
		return false;
	return true;
}

static enum exit_status obey(const struct tool *tool, void *settings, int argc, char **argv)
{
	struct common_settings *common = settings;
	enum exit_status status;
	int first;

	common->error = vmx_error_new();
	if (!common->error || (tool->prepare && !tool->prepare(settings)))
		return show_out_of_memory(&common->console);
	status = parse_command_line(tool->line, &common->console, argc, argv, settings, &first);
	if (status != STATUS_DONE || print_about(tool, common))
		return status;
	common->console.colour = colour_wanted(common->colour);
	common->console.quiet = common->quiet;
	return tool->run(settings, argv + first, argc - first);
}

int run_tool(const struct tool *tool, void *settings, int argc, char **argv)
{
	struct common_settings *common = settings;
	enum exit_status status;

	common->console.tool = tool->name;
	prepare_files();
	status = obey(tool, settings, argc, argv);
	vmx_error_free(common->error);
	if (!close_standard_output() && status != STATUS_SYSTEM)
		status = show_lost_output(&common->console, errno);
	end_as_asked();
	return (int)status;
}

const char *take_colour(void *settings, const char *argument)
{
	struct common_settings *common = settings;

	return take_colour_choice(argument, &common->colour);
}
