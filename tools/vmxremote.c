/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmxremote: machines and files on ESX and vCenter servers.  This file is the command
 * line.
 *
 *   vmxremote_show.c       list, datastores, networks, info
 *   vmxremote_pull.c       pull
 *   vmxremote_push.c       push
 *   vmxremote_files.c      browse, get, put
 *   vmxremote_tasks.c      start, stop ..., register, unregister
 *   vmxremote_questions.c  questions, answer
 *   vmxremote_output.c     what they print
 */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/input.h"
#include "vmxremote_commands.h"

/*
 * Options
 */

static const char *take_compat(void *user, const char *argument)
{
	struct settings *s = user;

	if (strcmp(argument, "libvirt") != 0)
		return "the only word it takes is 'libvirt'";
	s->libvirt = true;
	return NULL;
}

/* PATTERN=CHOICE: no choice has a '=' in it, and patterns may. */
static const char *take_answer(void *user, const char *argument)
{
	struct settings *s = user;
	const char *equals = strrchr(argument, '=');

	if (!equals || !equals[1])
		return "it takes PATTERN=CHOICE";
	if (s->answer_count == ANSWERS_MAX)
		return "there are too many of these";
	s->answers[s->answer_count++] = argument;
	return NULL;
}

static const char *take_max_size(void *user, const char *argument)
{
	struct settings *s = user;

	return take_file_size(argument, &s->max_size);
}

/* A day. */
#define SECONDS_MAX 86400

static const char *take_timeout(void *user, const char *argument)
{
	struct settings *s = user;

	return parse_number(argument, 1, SECONDS_MAX, &s->timeout)
	       ? NULL : "it takes a number of seconds from 1 to 86400";
}

static const char *take_task_timeout(void *user, const char *argument)
{
	struct settings *s = user;

	return parse_number(argument, 1, SECONDS_MAX, &s->task_timeout)
	       ? NULL : "it takes a number of seconds from 1 to 86400";
}

#define TOPIC "more"

static const char *take_help(void *user, const char *argument)
{
	struct settings *s = user;

	if (argument && strcmp(argument, TOPIC) != 0)
		return "the only word it takes is '" TOPIC "'";
	s->common.help = !argument;
	s->common.topic_help = argument != NULL;
	return NULL;
}

static const char *take_output(void *settings, const char *argument)
{
	struct settings *s = settings;

	s->output_given = true;
	return take_output_name(argument, &s->output);
}

#define MEMBER(member) offsetof(struct settings, member), NULL
#define OWN_OPTION(function) 0, function

static const struct option_row options[] = {
	{ "output", 'o', "FILE", "pull, get: into FILE", OWN_OPTION(take_output) },
	{ "output-dir", 0, "DIR", "pull: each machine into a file in DIR", MEMBER(output_dir) },
	{ "all", 'a', NULL, "pull: all machines", MEMBER(all) },
	{ "xml", 'x', NULL, "pull: as libvirt domain XML", MEMBER(xml) },
	{ "force", 'f', NULL, "push, put: whatever is there", MEMBER(force) },
	{ "continue", 'c', NULL, "get: go on where it broke off", MEMBER(resume) },
	{ "recursive", 'r', NULL, "browse: in all directories below", MEMBER(recursive) },
	{ "json", 'j', NULL, "print JSON, an object on a line", MEMBER(json) },
	{ "answer", 0, "PATTERN=CHOICE", "answer questions that match (repeatable)", OWN_OPTION(take_answer) },
	{ "auto-answer", 0, NULL, "else take the server's default choice", MEMBER(auto_answer) },
	{ "password-file", 0, "FILE", "take the password from FILE; -: standard input", MEMBER(password_file) },
	{ "quiet", 'q', NULL, "show errors only", MEMBER(common.quiet) },
	{ "help", 'h', "[=more]", "print this, or the other options", OWN_OPTION(take_help) },
	{ "version", 'V', NULL, "print the version", MEMBER(common.version) },
	{ "long-options", 0, NULL, "print the options, for completion", MEMBER(common.long_options) },
};

static const struct option_row topic_options[] = {
	{ "compat", 0, "libvirt", "--xml: convert and refuse as libvirt does", OWN_OPTION(take_compat) },
	{ "full", 0, NULL, "--xml: also what libvirt's reader leaves out", MEMBER(full) },
	{ "strict", 0, NULL, "--xml: what libvirt would not take is an error", MEMBER(strict) },
	{ "secure", 0, NULL, "--xml: print the password of the VNC server", MEMBER(secure) },
	{ "encoding", 0, "NAME", "--xml, push: read in this encoding", MEMBER(encoding) },
	{ "max-size", 0, "BYTES", "pull, push: refuse larger VMX files", OWN_OPTION(take_max_size) },
	{ "no-sync", 0, NULL, "pull: don't wait for the disk to have the files", MEMBER(no_sync) },
	{ "datacenter", 0, "PATH", "where the datastores of PATH are", MEMBER(datacenter) },
	{ "name", 0, "NAME", "register: the name of the machine", MEMBER(name) },
	{ "wait", 0, NULL, "wait for other tasks of the machine", MEMBER(wait) },
	{ "task-timeout", 0, "SECONDS", "how long a task may take", OWN_OPTION(take_task_timeout) },
	{ "timeout", 0, "SECONDS", "how long a request may take (default 60)", OWN_OPTION(take_timeout) },
	{ "color", 0, "WHEN", "colour errors: auto, always, never", OWN_OPTION(take_colour) },
};

static const struct command_line command_line = {
	.usage = "[OPTION]... [URI] COMMAND [ARGUMENT]...",
	.summary =
		"list [WHAT]      start, shutdown, reboot, stop, suspend, resume MACHINE...\n"
		"info [MACHINE]   register PATH, unregister MACHINE..., push FILE MACHINE\n"
		"pull MACHINE...  browse [PATH [PATTERN]], get PATH, put FILE PATH\n"
		"datastores, networks, questions [MACHINE], answer MACHINE KEY [QUESTION]",
	.options = options, .option_count = sizeof(options) / sizeof(options[0]),
	.topic_summary = "The other options.",
	.topic_options = topic_options,
	.topic_option_count = sizeof(topic_options) / sizeof(topic_options[0]),
	.examples = { "vmxremote esx://root@host pull --xml web >web.xml",
		      "VMX_URI=vpx://me@vc/DC/host vmxremote list --json | jq .name" },
	.topic_examples = { "vmxremote esx://root@host start web --answer='moved or=I copied it'",
			    "vmxremote esx://root@host get '[ds] web/web.vmdk' -c -o web.vmdk" },
};

/*
 * Commands
 */
enum {
	USES_OUTPUT = 1, USES_PULL = 2, USES_FORCE = 4, USES_CONTINUE = 8, USES_RECURSIVE = 16,
	USES_JSON = 32, USES_ANSWERS = 64, USES_SIZE = 128, USES_DATACENTER = 256, USES_NAME = 512,
	USES_INPUT = 1024,	/* the first argument is a file, or standard input */
};

#define POWER(name, action) \
	{ name, command_power, 1, INT_MAX, "MACHINE...", USES_ANSWERS, NULL, action }

static const struct command commands[] = {
	{ "list", command_list, 0, 1, "[WHAT]", USES_JSON, check_list, 0 },
	{ "datastores", command_list_kind, 0, 0, "no arguments", USES_JSON, NULL, VMX_REMOTE_DATASTORE },
	{ "networks", command_list_kind, 0, 0, "no arguments", USES_JSON, NULL, VMX_REMOTE_NETWORK },
	{ "info", command_info, 0, 1, "[MACHINE]", USES_JSON, NULL, 0 },
	{ "pull", command_pull, 0, INT_MAX, "MACHINE...", USES_OUTPUT | USES_PULL | USES_SIZE, check_pull, 0 },
	{ "push", command_push, 2, 2, "FILE MACHINE", USES_FORCE | USES_SIZE | USES_INPUT, NULL, 0 },
	{ "browse", command_browse, 0, 2, "[PATH [PATTERN]]", USES_RECURSIVE | USES_JSON | USES_DATACENTER, NULL, 0 },
	{ "get", command_get, 1, 1, "PATH", USES_OUTPUT | USES_CONTINUE | USES_DATACENTER, check_get, 0 },
	{ "put", command_put, 2, 2, "FILE PATH", USES_FORCE | USES_DATACENTER | USES_INPUT, NULL, 0 },
	{ "register", command_register, 1, 1, "PATH", USES_ANSWERS | USES_DATACENTER | USES_NAME, NULL, 0 },
	{ "unregister", command_unregister, 1, INT_MAX, "MACHINE...", 0, NULL, 0 },
	POWER("start", VMX_ACTION_START),
	POWER("shutdown", VMX_ACTION_SHUT_DOWN),
	POWER("reboot", VMX_ACTION_REBOOT),
	POWER("stop", VMX_ACTION_STOP),
	POWER("suspend", VMX_ACTION_SUSPEND),
	POWER("resume", VMX_ACTION_RESUME),
	{ "questions", command_questions, 0, 1, "[MACHINE]", USES_JSON, NULL, 0 },
	{ "answer", command_answer, 2, 3, "MACHINE KEY [QUESTION]", 0, NULL, 0 },
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
static const char *find_useless(const struct settings *s)
{
	const struct {
		bool given;
		unsigned int use;
		const char *name;
	} given[] = {
		{ s->output != NULL, USES_OUTPUT, "output" },
		{ s->output_dir != NULL, USES_PULL, "output-dir" },
		{ s->all, USES_PULL, "all" }, { s->xml, USES_PULL, "xml" },
		{ s->no_sync, USES_PULL, "no-sync" },
		{ s->libvirt, USES_PULL, "compat" }, { s->full, USES_PULL, "full" },
		{ s->strict, USES_PULL, "strict" }, { s->secure, USES_PULL, "secure" },
		{ s->force, USES_FORCE, "force" }, { s->resume, USES_CONTINUE, "continue" },
		{ s->recursive, USES_RECURSIVE, "recursive" }, { s->json, USES_JSON, "json" },
		{ s->answer_count > 0, USES_ANSWERS, "answer" },
		{ s->auto_answer, USES_ANSWERS, "auto-answer" }, { s->wait, USES_ANSWERS, "wait" },
		{ s->task_timeout > 0, USES_ANSWERS, "task-timeout" },
		{ s->max_size > 0, USES_SIZE, "max-size" }, { s->encoding != NULL, USES_SIZE, "encoding" },
		{ s->datacenter != NULL, USES_DATACENTER, "datacenter" }, { s->name != NULL, USES_NAME, "name" },
	};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (given[i].given && !(s->command->uses & given[i].use))
			return given[i].name;
	}
	return NULL;
}

/* STATUS_USAGE: it has said what is wrong. */
static enum exit_status check_command(const struct settings *s, char **arguments, int count)
{
	const struct command *command = s->command;
	const struct console *console = &s->common.console;
	const char *why;

	if (count < command->least || count > command->most)
		return usage_error(console, "%s takes %s", command->name, command->arguments);
	why = find_useless(s);
	if (why)
		return usage_error(console, "--%s is of no use to %s", why, command->name);
	if (s->password_file && is_standard_input(s->password_file) && command->uses & USES_INPUT &&
	    is_standard_input(arguments[0]))
		return usage_error(console, "standard input can't be both the password and the file");
	why = command->check ? command->check(s, arguments, count) : NULL;
	return why ? usage_error(console, "%s", why) : STATUS_DONE;
}

/*
 * The work
 */

/* False: no memory. */
static bool make_rules(struct settings *s)
{
	for (size_t i = 0; i < s->answer_count; i++) {
		const char *equals = strrchr(s->answers[i], '=');

		s->rules[i].pattern = strndup(s->answers[i], (size_t)(equals - s->answers[i]));
		s->rules[i].answer = equals + 1;
		if (!s->rules[i].pattern)
			return false;
	}
	return true;
}

static enum exit_status run_command(struct settings *s, const char *uri, char **arguments, int count)
{
	enum exit_status status;

	if (!make_rules(s))
		return show_out_of_memory(&s->common.console);
	s->remote.console = &s->common.console;
	s->remote.error = s->common.error;
	s->remote.password_file = s->password_file;
	s->remote.timeout = (unsigned int)s->timeout;
	status = remote_open(&s->remote, uri);
	if (status == STATUS_DONE)
		status = s->command->run(s, arguments, count);
	return remote_close(&s->remote, status);
}

/* What is no word may be a URI that went wrong, with a password in it: it is not repeated. */
static enum exit_status no_command(const struct settings *s, const char *word)
{
	if (!*word)
		return usage_error(&s->common.console, "what shall be done? Name a command");
	if (word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")])
		return usage_error(&s->common.console, "the first argument is neither a URI, which has a "
				   "'://', nor a command");
	return usage_error(&s->common.console, "there is no command '%s'", word);
}

static enum exit_status run(void *settings, char **arguments, int count)
{
	struct settings *s = settings;
	bool named = count > 0 && is_uri(arguments[0]);
	const char *uri = named ? arguments[0] : getenv("VMX_URI");
	int at = named ? 1 : 0;
	enum exit_status status;

	s->command = count > at ? find_command(arguments[at]) : NULL;
	if (!s->command)
		return no_command(s, count > at ? arguments[at] : "");
	arguments += at + 1;
	count -= at + 1;
	status = check_command(s, arguments, count);
	if (status != STATUS_DONE)
		return status;
	if (!uri || !*uri)
		return usage_error(&s->common.console, "which server? Name its URI, as in esx://root@host, "
				   "or set VMX_URI");
	if (strchr(uri, '#'))
		return usage_error(&s->common.console, "a '#' in the URI means nothing here: name the machine "
				   "behind the command, and write '%%23' in a path");
	return run_command(s, uri, arguments, count);
}

static void release(struct settings *s)
{
	for (size_t i = 0; i < s->answer_count; i++)
		free((char *)(uintptr_t)s->rules[i].pattern);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "vmxremote", .line = &command_line, .run = run,
	};
	struct settings s = { .output = NULL };
	int status = run_tool(&tool, &s, argc, argv);

	release(&s);
	return status;
}
