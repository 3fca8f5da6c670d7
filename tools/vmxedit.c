/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmxedit: the keys of .vmx files, for scripts.  This file is the command line.
 *
 *   vmxedit_show.c     get and list
 *   vmxedit_change.c   set, unset, rename and fmt
 *   vmxedit_diff.c     diff
 *   vmxedit_file.c     reading and storing files
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "common/tool.h"
#include "common/output.h"
#include "vmxedit_commands.h"

static const char *take_in_place(void *user, const char *argument)
{
	struct settings *s = user;

	if (argument && (!*argument || strchr(argument, '/')))
		return "the suffix of the backup may not be empty, and has no '/'";
	s->in_place = true;
	s->suffix = argument;
	return NULL;
}

static const char *take_max_size(void *user, const char *argument)
{
	struct settings *s = user;

	return take_file_size(argument, &s->max_size);
}

#define MEMBER(member) offsetof(struct settings, member), NULL
#define OWN_OPTION(function) 0, function

static const struct option_row options[] = {
	{ "in-place", 'i', "[=SUFFIX]", "edit the file itself; keep FILESUFFIX as backup", OWN_OPTION(take_in_place) },
	{ "output", 'o', "NAME", "the edited file goes to NAME", MEMBER(output) },
	{ "force", 'f', NULL, "unset: keys that are not there are fine", MEMBER(force) },
	{ "raw", 'r', NULL, "values as they stand in the file, with |22", MEMBER(raw) },
	{ "keys", 'k', NULL, "list: print keys only", MEMBER(keys) },
	{ "json", 'j', NULL, "get, list, diff: print JSON", MEMBER(json) },
	{ "null", '0', NULL, "get, list: end with NUL, not newline", MEMBER(null) },
	{ "strict", 0, NULL, "what libvirt would not read is an error", MEMBER(strict) },
	{ "encoding", 0, "NAME", "read in this encoding, not in that of .encoding", MEMBER(encoding) },
	{ "quiet", 'q', NULL, "show errors only", MEMBER(common.quiet) },
	{ "max-size", 0, "BYTES", "refuse larger files (default 16777216)", OWN_OPTION(take_max_size) },
	{ "color", 0, "WHEN", "colour errors: auto, always, never", OWN_OPTION(take_colour) },
	{ "help", 'h', NULL, "print this", MEMBER(common.help) },
	{ "version", 'V', NULL, "print the version", MEMBER(common.version) },
	{ "long-options", 0, NULL, "print the options, for completion", MEMBER(common.long_options) },
};

static const struct command_line command_line = {
	"COMMAND FILE [ARGUMENT]... [OPTION]...",
	"Commands: get FILE KEY...      set FILE KEY=VALUE...  diff FILE FILE\n"
	"          list FILE [PATTERN]  unset FILE KEY...      fmt FILE\n"
	"                               rename FILE OLD NEW",
	options, sizeof(options) / sizeof(options[0]),
	{ "vmxedit set vm.vmx memsize=4096 numvcpus=2 --in-place=.bak",
	  "vmxedit list vm.vmx 'ethernet*.virtualDev'" },
};

/*
 * Commands, and the options that not every command has
 */
enum {
	USES_OUTPUT = 1, USES_RAW = 2, USES_JSON = 4, USES_NULL = 8, USES_KEYS = 16, USES_FORCE = 32
};

static const struct command {
	const char *name;
	command_fn *run;
	int least, most;	/* arguments, the file included */
	const char *arguments;
	unsigned int uses;
} commands[] = {
	{ "get", command_get, 2, INT_MAX, "FILE KEY...", USES_RAW | USES_JSON | USES_NULL },
	{ "set", command_set, 2, INT_MAX, "FILE KEY=VALUE...", USES_OUTPUT | USES_RAW },
	{ "unset", command_unset, 2, INT_MAX, "FILE KEY...", USES_OUTPUT | USES_FORCE },
	{ "rename", command_rename, 3, INT_MAX, "FILE OLD NEW...", USES_OUTPUT },
	{ "list", command_list, 1, INT_MAX, "FILE [PATTERN...]", USES_RAW | USES_JSON | USES_NULL | USES_KEYS },
	{ "diff", command_diff, 2, 2, "FILE FILE", USES_RAW | USES_JSON },
	{ "fmt", command_fmt, 1, 1, "FILE", USES_OUTPUT },
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* An option that was given although the command has no use for it, or NULL. */
static const char *find_useless(const struct settings *s, const struct command *command)
{
	const struct {
		bool given;
		unsigned int use;
		const char *name;
	} given[] = {
		{ s->in_place, USES_OUTPUT, "in-place" }, { s->output != NULL, USES_OUTPUT, "output" },
		{ s->raw, USES_RAW, "raw" }, { s->json, USES_JSON, "json" },
		{ s->null, USES_NULL, "null" }, { s->keys, USES_KEYS, "keys" },
		{ s->force, USES_FORCE, "force" },
	};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (given[i].given && !(command->uses & given[i].use))
			return given[i].name;
	}
	return NULL;
}

/* What is wrong with the options as a whole, or NULL. */
static const char *find_conflict(const struct settings *s)
{
	if (s->in_place && s->output)
		return "--in-place and --output exclude each other";
	if (s->json && s->null)
		return "--json and --null exclude each other";
	return NULL;
}

static enum exit_status run(void *settings, char **arguments, int count)
{
	struct settings *s = settings;
	const struct command *command = count > 0 ? find_command(arguments[0]) : NULL;
	const char *useless, *conflict;

	if (!command)
		return usage_error(&s->common.console, "say what to do: get, set, unset, rename, list, diff or fmt");
	if (count - 1 < command->least || count - 1 > command->most)
		return usage_error(&s->common.console, "%s takes %s", command->name, command->arguments);
	useless = find_useless(s, command);
	if (useless)
		return usage_error(&s->common.console, "--%s is of no use to %s", useless, command->name);
	conflict = find_conflict(s);
	if (conflict)
		return usage_error(&s->common.console, "%s", conflict);
	if (s->output)
		take_output_name(s->output, &s->output);
	return command->run(s, arguments + 1, count - 1);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "vmxedit", .line = &command_line, .run = run,
	};
	struct settings s = { .output = NULL };

	return run_tool(&tool, &s, argc, argv);
}
