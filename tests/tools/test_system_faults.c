/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_system_faults FAULTS SOURCE TOOL...: the tools under a system that fails.
 *
 * Each call of malloc(), open(), write() and so on of a run fails, one in each run (see
 * support/faults.c).  Then either that did no harm, and all is as in a run without it; or
 * the tool says what is wrong and exits with 3.  No signal ends it, each file is as it was
 * or as it was to be, and none is left behind.  And where a signal does end it, the same
 * holds for files.
 *
 * FAULTS is the library to preload; "none" where a sanitizer has to be the first library
 * of all.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/process.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { FILES_MAX = 4, ARGUMENTS = 10, NO_MODE = 0640, NO_SYNC = -1 };

static char *faults, *mark, *work;
static const char *const *tools;	/* those of the command line */
static size_t tool_count;

/*
 * What is run
 */

/* Files that runs begin with; their content is read or made once. */
enum content { RICH_VMX, LEDGER_VMX, GBK_VMX, RICH_XML, OLD, SERVER, CONTENTS };

static struct blob contents[CONTENTS];

static const struct scenario {
	const char *name, *tool;
	const char *arguments[ARGUMENTS];
	struct input {
		const char *name;
		enum content content;
	} files[FILES_MAX];
	bool several;		/* one that fails does not stop the others */
	int syncs;		/* calls of fsync() that it takes, NO_SYNC; 0: that is not tested */
} scenarios[] = {
	{ "to standard output", "vmx2xml", { "in.vmx" }, { { "in.vmx", LEDGER_VMX } } },
	{ "full", "vmx2xml", { "--full", "--vmx-dir=[store] x", "--datastore=store=/vmfs/volumes/1-2", "in.vmx" },
	  { { "in.vmx", RICH_VMX } } },
	{ "output", "vmx2xml", { "-o", "out.xml", "in.vmx" },
	  { { "in.vmx", GBK_VMX }, { "out.xml", OLD } }, .syncs = 2 },
	{ "output, not synced", "vmx2xml", { "--no-sync", "-o", "out.xml", "in.vmx" },
	  { { "in.vmx", GBK_VMX }, { "out.xml", OLD } }, .syncs = NO_SYNC },
	{ "report", "vmx2xml", { "--report=json", "-o", "out.xml", "in.vmx" }, { { "in.vmx", LEDGER_VMX } } },
	/* and syncfs() */
	{ "output-dir", "vmx2xml", { "--output-dir=out", "in.vmx", "b.vmx" },
	  { { "in.vmx", LEDGER_VMX }, { "b.vmx", GBK_VMX }, { "out/b.xml", OLD } }, true, .syncs = 2 },
	{ "jsonl", "vmx2xml", { "--jsonl", "in.vmx", "b.vmx" },
	  { { "in.vmx", LEDGER_VMX }, { "b.vmx", GBK_VMX } }, true },
	/* longer than what a stream in memory begins with, as each line names the file */
	{ "reports", "vmx2xml", { "--full", "--report", "a/folder/of/machines/in.vmx", "b.vmx" },
	  { { "a/folder/of/machines/in.vmx", RICH_VMX }, { "b.vmx", LEDGER_VMX } }, true },
	{ "to standard output", "xml2vmx", { "in.xml" }, { { "in.xml", RICH_XML } } },
	{ "output", "xml2vmx", { "--encoding=windows-1252", "-o", "out.vmx", "in.xml" },
	  { { "in.xml", RICH_XML }, { "out.vmx", OLD } } },
	{ "onto", "xml2vmx", { "--onto", "in.vmx", "-o", "in.vmx", "in.xml" },
	  { { "in.vmx", LEDGER_VMX }, { "in.xml", RICH_XML } } },
	{ "get", "vmxedit", { "get", "in.vmx", "annotation", "memsize" }, { { "in.vmx", LEDGER_VMX } } },
	{ "list", "vmxedit", { "list", "in.vmx", "eth*", "*.p?es*", "s[a-c]*" }, { { "in.vmx", GBK_VMX } } },
	{ "list json", "vmxedit", { "list", "--json", "in.vmx", "*d*" }, { { "in.vmx", GBK_VMX } } },
	{ "set in place", "vmxedit",
	  { "set", "--in-place=.bak", "in.vmx", "new=1", "memsize=7", "displayName=\xC3\xA4 \"|\"",
	    "annotation=gr\xC3\xBCn\nblau|", "scsi0:1.present=TRUE" }, { { "in.vmx", RICH_VMX } } },
	{ "unset to output", "vmxedit", { "unset", "-o", "out.vmx", "in.vmx", "memsize", "nvram" },
	  { { "in.vmx", LEDGER_VMX } } },
	{ "fmt in place", "vmxedit", { "fmt", "--in-place", "in.vmx" }, { { "in.vmx", LEDGER_VMX } } },
	{ "diff", "vmxedit", { "diff", "in.vmx", "b.vmx" },
	  { { "in.vmx", RICH_VMX }, { "b.vmx", LEDGER_VMX } } },
	{ "diff json", "vmxedit", { "diff", "--json", "in.vmx", "b.vmx" },
	  { { "in.vmx", LEDGER_VMX }, { "b.vmx", GBK_VMX } } },
	{ "escape", "vmxname", { "escape", "--scheme=display-name", "a/b|\"%\xC3\xA4" } },
	{ "convert", "vmxname", { "convert", "--to=url", "--url-base=https://esx", "--datacenter=dc",
				  "[store] x/y z.vmdk" } },
	{ "list", "vmxremote", { "memory://h/server", "list" }, { { "server", SERVER }, { "in.vmx", LEDGER_VMX } } },
	{ "list json", "vmxremote", { "memory://h/server", "list", "--json" }, { { "server", SERVER }, { "in.vmx", LEDGER_VMX } } },
	{ "info", "vmxremote", { "memory://h/server", "info", "web" }, { { "server", SERVER }, { "in.vmx", LEDGER_VMX } } },
	{ "pull", "vmxremote", { "memory://h/server", "pull", "web", "-o", "out.vmx" },
	  { { "server", SERVER }, { "in.vmx", LEDGER_VMX }, { "out.vmx", OLD } } },
	{ "pull xml", "vmxremote", { "memory://h/server", "pull", "--xml", "web", "-o", "out.xml" },
	  { { "server", SERVER }, { "in.vmx", RICH_VMX } } },
	/* each file, and once the folder */
	{ "pull all", "vmxremote", { "memory://h/server", "pull", "--all", "--output-dir=out" },
	  { { "server", SERVER }, { "in.vmx", LEDGER_VMX }, { "out/db.vmx", OLD } }, true, .syncs = 3 },
	{ "pull all, not synced", "vmxremote",
	  { "memory://h/server", "pull", "--all", "--output-dir=out", "--no-sync" },
	  { { "server", SERVER }, { "in.vmx", LEDGER_VMX }, { "out/db.vmx", OLD } }, true, .syncs = NO_SYNC },
	{ "get", "vmxremote", { "memory://h/server", "get", "[ds] a.vmx", "-o", "out" },
	  { { "server", SERVER }, { "in.vmx", LEDGER_VMX } } },
	{ "get over a file", "vmxremote", { "memory://h/server", "get", "[ds] a.vmx", "-o", "out" },
	  { { "server", SERVER }, { "in.vmx", LEDGER_VMX }, { "out", OLD } } },
	{ "put", "vmxremote", { "memory://h/server", "put", "in.vmx", "[ds] b.vmx" },
	  { { "server", SERVER }, { "in.vmx", LEDGER_VMX } } },
	{ "push", "vmxremote", { "memory://h/server", "push", "in.vmx", "web" },
	  { { "server", SERVER }, { "in.vmx", RICH_VMX } } },
	{ "start", "vmxremote", { "memory://h/server", "start", "web", "--auto-answer" },
	  { { "server", SERVER }, { "in.vmx", LEDGER_VMX } } },
	{ "questions", "vmxremote", { "memory://h/server", "questions", "--json" }, { { "server", SERVER }, { "in.vmx", LEDGER_VMX } } },
	{ "parse", "vmxname", { "parse", "https://esx/folder/a%20b/x.vmdk?dcPath=dc&dsName=store" } },
};

static const char *tool_path(const char *name)
{
	for (size_t i = 0; i < tool_count; i++) {
		if (strcmp(strrchr(tools[i], '/') + 1, name) == 0)
			return tools[i];
	}
	give_up("%s was not given", name);
}

static void fill_command(const struct scenario *scenario, struct command *ret)
{
	*ret = (struct command){ .program = tool_path(scenario->tool), .folder = work };
	for (size_t i = 0; i < ARGUMENTS && scenario->arguments[i]; i++)
		command_add(ret, scenario->arguments[i]);
}

/*
 * The folder that it is run in
 */
struct snapshot {
	struct names names;
	struct blob *contents;
	mode_t *modes;
};

static void take_snapshot(struct snapshot *ret)
{
	*ret = (struct snapshot){ .contents = NULL };
	list_files_below(work, &ret->names);
	ret->contents = calloc(ret->names.count + 1, sizeof(*ret->contents));
	ret->modes = calloc(ret->names.count + 1, sizeof(*ret->modes));
	if (!ret->contents || !ret->modes)
		give_up("no memory");
	for (size_t i = 0; i < ret->names.count; i++) {
		char *path = text_of_format("%s/%s", work, ret->names.items[i]);
		struct stat status;

		if (!read_file(path, &ret->contents[i]) || stat(path, &status) != 0)
			give_up("%s is gone", path);
		ret->modes[i] = status.st_mode & 07777;
		free(path);
	}
}

static void snapshot_release(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->names.count; i++)
		blob_release(&snapshot->contents[i]);
	free(snapshot->contents);
	free(snapshot->modes);
	names_release(&snapshot->names);
}

/* The number of files: there is no such file. */
static size_t find_file(const struct snapshot *snapshot, const char *name)
{
	size_t i = 0;

	while (i < snapshot->names.count && strcmp(snapshot->names.items[i], name) != 0)
		i++;
	return i;
}

/* Whether a file is the same in both, or in neither. */
static bool same_file(const struct snapshot *a, const struct snapshot *b, const char *name)
{
	size_t i = find_file(a, name), j = find_file(b, name);

	if (i == a->names.count || j == b->names.count)
		return i == a->names.count && j == b->names.count;
	return a->modes[i] == b->modes[j] && blob_equal(&a->contents[i], &b->contents[j]);
}

static void prepare_folder(const struct scenario *scenario)
{
	remove_folder(work);
	if (mkdir(work, 0777) != 0)
		give_up("%s: %s", work, strerror(errno));
	for (size_t i = 0; i < FILES_MAX && scenario->files[i].name; i++) {
		const struct blob *content = &contents[scenario->files[i].content];
		char *path = text_of_format("%s/%s", work, scenario->files[i].name);

		write_file(path, content->data, content->length);
		if (chmod(path, NO_MODE) != 0)
			give_up("%s: %s", path, strerror(errno));
		free(path);
	}
}

/*
 * A run, and what it has to be like
 */
struct expected {
	const struct scenario *scenario;
	struct outcome outcome;
	struct snapshot before, after;
};

static void expect(const struct scenario *scenario, struct expected *ret)
{
	struct command command;

	fill_command(scenario, &command);
	ret->scenario = scenario;
	prepare_folder(scenario);
	take_snapshot(&ret->before);
	run(&command, &ret->outcome);
	take_snapshot(&ret->after);
	/* 1: files that differ */
	if (ret->outcome.status > (strcmp(scenario->arguments[0], "diff") == 0))
		fail_msg("%s", ret->outcome.err.data);
}

static void expected_release(struct expected *expected)
{
	outcome_release(&expected->outcome);
	snapshot_release(&expected->before);
	snapshot_release(&expected->after);
}

/* False: the run was over before it came to that. */
static bool run_with(const struct scenario *scenario, const char *fault, struct outcome *ret)
{
	struct command command;

	fill_command(scenario, &command);
	prepare_folder(scenario);
	remove_file(mark);
	if (setenv("VMXKIT_FAULT", fault, 1) != 0 || setenv("LD_PRELOAD", faults, 1) != 0)
		give_up("no memory");
	run(&command, ret);
	unsetenv("LD_PRELOAD");
	return file_exists(mark);
}

static void check_files(const struct expected *expected, const char *fault, bool done)
{
	struct snapshot now;

	take_snapshot(&now);
	for (size_t i = 0; i < now.names.count + expected->after.names.count; i++) {
		const char *name = i < now.names.count
			? now.names.items[i] : expected->after.names.items[i - now.names.count];

		if (!same_file(&now, &expected->after, name) &&
		    (done || !same_file(&now, &expected->before, name)))
			fail_msg("%s: %s is neither as before nor as it should be", fault, name);
	}
	snapshot_release(&now);
}

static bool begins_with(const struct blob *text, const struct blob *beginning)
{
	return beginning->length <= text->length &&
	       memcmp(text->data, beginning->data, beginning->length) == 0;
}

/* Lines for several files: each whole. */
static void check_lines(const struct blob *text, const char *fault)
{
	if (text->length > 0 && text->data[text->length - 1] != '\n')
		fail_msg("%s: a line was cut: %s", fault, text->data);
	for (const char *line = text->data; *line == '{'; line = strchr(line, '\n') + 1) {
		if (strchr(line, '\n')[-1] != '}')
			fail_msg("%s: a record was cut: %s", fault, line);
	}
}

/* It has to say why. */
static void check_failed(const struct expected *expected, const struct outcome *outcome,
			 const char *fault, const char *why)
{
	/* a record of a batch has it, too */
	if (!strstr(outcome->err.data, why) &&
	    !(expected->scenario->several && strstr(outcome->out.data, why)))
		fail_msg("%s: no word of '%s' in: %s", fault, why, outcome->err.data);
	if (expected->scenario->several)
		check_lines(&outcome->out, fault);
	else if (!begins_with(&expected->outcome.out, &outcome->out))
		fail_msg("%s: wrong output", fault);
}

static void check_run(const struct expected *expected, const struct outcome *outcome,
		      const char *fault, const char *why)
{
	bool done = outcome->status == expected->outcome.status;

	if (done && (!blob_equal(&expected->outcome.out, &outcome->out) ||
		     !blob_equal(&expected->outcome.err, &outcome->err)))
		fail_msg("%s: exit status %d, but wrong output: %s", fault, outcome->status,
			 outcome->err.data);
	if (!done && outcome->status != 3)
		fail_msg("%s: exit status %d: %s", fault, outcome->status, outcome->err.data);
	if (!done)
		check_failed(expected, outcome, fault, why);
	check_files(expected, fault, done);
}

/*
 * The sweeps
 */

/* Fails the first, second ... call, until there is none left; answers how many there were. */
static size_t sweep(const struct expected *expected, const char *call, const char *what,
		    const char *why)
{
	struct outcome outcome;
	bool happened = true;
	size_t n;

	for (n = 0; happened; n++) {
		char *fault = text_of_format("%s:%zu:%s", call, n + 1, what);

		happened = run_with(expected->scenario, fault, &outcome);
		check_run(expected, &outcome, fault, why);
		outcome_release(&outcome);
		free(fault);
	}
	return n - 1;
}

/* "memory" is what both the library and the C library speak of. */
static void test_memory(void **state)
{
	struct expected expected;

	expect(*(const struct scenario **)*state, &expected);
	assert_true(sweep(&expected, "allocate", "ENOMEM", "memory") > 0);
	assert_true(sweep(&expected, "allocate", "ENOMEM+", "memory") > 0);
	expected_release(&expected);
}

static void test_files(void **state)
{
	static const struct {
		const char *call;
		int error;
	} rows[] = {
		{ "open", EACCES }, { "open", EMFILE }, { "open", EINTR }, { "read", EIO },
		{ "read", EINTR }, { "write", ENOSPC }, { "write", EIO }, { "write", EINTR },
		{ "close", EIO }, { "close", EINTR }, { "stat", EACCES }, { "stat", EIO },
		{ "fsync", EIO }, { "fsync", EINTR }, { "fsync", EINVAL }, { "rename", EXDEV },
		{ "rename", EROFS }, { "fchmod", EPERM }, { "fchown", EPERM },
	};
	struct expected expected;

	expect(*(const struct scenario **)*state, &expected);
	for (size_t i = 0; i < COUNT(rows); i++)
		sweep(&expected, rows[i].call, strerrorname_np(rows[i].error), strerror(rows[i].error));
	expected_release(&expected);
}

static void test_syncs(void **state)
{
	const struct scenario *scenario = *(const struct scenario **)*state;
	struct expected expected;

	expect(scenario, &expected);
	assert_int_equal(sweep(&expected, "fsync", "EINVAL", ""),
			 scenario->syncs == NO_SYNC ? 0 : scenario->syncs);
	expected_release(&expected);
}

/* What is interrupted, or can't be kept, is no reason to fail. */
static void test_patience(void **state)
{
	static const char *const harmless[] = {
		"read:1:short", "write:1:short", "open:1:EINTR", "open:2:EINTR", "fsync:1:EINTR",
		"fsync:1:EINVAL", "fchown:1:EPERM", "close:2:EINTR",
	};
	struct expected expected;
	struct outcome outcome;

	expect(*(const struct scenario **)*state, &expected);
	for (size_t i = 0; i < COUNT(harmless); i++) {
		run_with(expected.scenario, harmless[i], &outcome);
		if (outcome.status != expected.outcome.status)
			fail_msg("%s: %s", harmless[i], outcome.err.data);
		check_run(&expected, &outcome, harmless[i], "");
		outcome_release(&outcome);
	}
	expected_release(&expected);
}

/* At each call that has to do with files; who catches it ends as if nobody had. */
static void test_signals(void **state)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGQUIT, SIGXCPU, SIGALRM, SIGUSR1 };
	static const char *const calls[] = { "open", "read", "write", "close", "stat", "fsync", "rename" };
	struct expected expected;
	struct outcome outcome;

	expect(*(const struct scenario **)*state, &expected);
	for (size_t i = 0; i < COUNT(numbers) * COUNT(calls); i++) {
		int number = numbers[i / COUNT(calls)];
		/* a connection that breaks is an error, not the end */
		bool happened = number != SIGPIPE || strcmp(expected.scenario->tool, "vmxremote") != 0;

		for (size_t n = 1; happened; n++) {
			char *fault = text_of_format("%s:%zu:SIG%s", calls[i % COUNT(calls)], n,
						     sigabbrev_np(number));

			happened = run_with(expected.scenario, fault, &outcome);
			if (outcome.status != (happened ? 128 + number : expected.outcome.status))
				fail_msg("%s: exit status %d", fault, outcome.status);
			check_files(&expected, fault, !happened);
			outcome_release(&outcome);
			free(fault);
		}
	}
	expected_release(&expected);
}

/* What is read while it changes is anything, but read to its end and once. */
static void test_changing_input(void **state)
{
	static const char *const changes[] = {
		"read:1:grow", "read:2:grow", "read:1:shrink", "read:2:shrink", "read:3:shrink",
	};
	const struct scenario *scenario = *(const struct scenario **)*state;
	struct outcome outcome;

	for (size_t i = 0; i < COUNT(changes); i++) {
		run_with(scenario, changes[i], &outcome);
		if (outcome.status > 2)
			fail_msg("%s: exit status %d: %s", changes[i], outcome.status, outcome.err.data);
		outcome_release(&outcome);
	}
}

/*
 * The table of tests
 */
static const struct kind {
	const char *name;
	CMUnitTestFunction run;
} kinds[] = {
	{ "memory", test_memory }, { "files", test_files }, { "patience", test_patience },
	{ "syncs", test_syncs },
	{ "signals", test_signals }, { "changing input", test_changing_input },
};

static void add_case(struct cases *cases, const struct kind *kind, const struct scenario *scenario)
{
	const struct scenario **data = malloc(sizeof(*data));

	if (!data)
		give_up("no memory");
	*data = scenario;
	cases_add(cases, text_of_format("%s %s: %s", scenario->tool, scenario->name, kind->name),
		  kind->run, data);
}

/* Only of the last tool: the others serve to make input. */
static void add_cases(struct cases *cases)
{
	const char *tool = strrchr(tools[tool_count - 1], '/') + 1;

	for (size_t i = 0; i < COUNT(scenarios) * COUNT(kinds); i++) {
		const struct scenario *scenario = &scenarios[i / COUNT(kinds)];
		const struct kind *kind = &kinds[i % COUNT(kinds)];

		/* a batch goes on to the end of what it has begun */
		if (strcmp(scenario->tool, tool) != 0 ||
		    (scenario->several && kind->run == test_signals) ||
		    (scenario->syncs == 0 && kind->run == test_syncs) ||
		    (!scenario->files[0].name && kind->run != test_memory))
			continue;
		add_case(cases, kind, scenario);
	}
}

static void read_content(const char *source, const char *name, enum content content)
{
	char *path = text_of_format("%s/%s", source, name);

	if (!read_file(path, &contents[content]))
		give_up("%s is gone", path);
	free(path);
}

static void make_contents(const char *source)
{
	struct command command = { .program = tool_path("vmx2xml") };
	char *rich = text_of_format("%s/tests/data/faults/rich.vmx", source);
	struct outcome outcome;

	read_content(source, "tests/data/faults/rich.vmx", RICH_VMX);
	read_content(source, "docs/demo/ledger.vmx", LEDGER_VMX);
	read_content(source, "tests/data/faults/server", SERVER);
	read_content(source, "tests/data/vmx2xml/encoding-gbk/in.vmx", GBK_VMX);
	contents[OLD] = (struct blob){ text_of_format("old\n"), 4 };
	command_add(&command, "--full");
	command_add(&command, rich);
	run(&command, &outcome);
	contents[RICH_XML] = outcome.out;
	blob_release(&outcome.err);
	free(rich);
}

int main(int argc, char **argv)
{
	struct cases cases = { NULL, 0, 0 };
	int status;
	char *folder;

	if (argc < 4)
		give_up("Usage: test_system_faults FAULTS SOURCE TOOL...");
	if (strcmp(argv[1], "none") == 0) {
		printf("skipped: a sanitizer has to be the first library of a program\n");
		return SKIPPED;
	}
	use_plain_environment();
	use_default_signals();
	faults = absolute_path(argv[1]);
	/* they are run in another folder */
	for (int i = 3; i < argc; i++)
		argv[i] = absolute_path(argv[i]);
	tools = (const char *const *)(argv + 3);
	tool_count = (size_t)argc - 3;
	folder = make_temporary_folder();
	work = text_of_format("%s/work", folder);
	mark = text_of_format("%s/mark", folder);
	write_file(text_of_format("%s/x", work), "", 0);
	if (setenv("VMXKIT_FAULT_MARK", mark, 1) != 0)
		give_up("no memory");
	make_contents(argv[2]);
	add_cases(&cases);
	status = cases_run(&cases, "system faults");
	for (size_t i = 0; i < CONTENTS; i++)
		blob_release(&contents[i]);
	remove_folder(folder);
	return status;
}
