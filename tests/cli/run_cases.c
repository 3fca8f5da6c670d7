/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_cases TOOL FOLDER [SHARED]: each folder in FOLDER is a run of the tool; see
 * tests/README.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/golden.h"
#include "support/process.h"

static const char *tool, *cases_folder, *shared_folder;

/* Of a case's folder, these are not the tool's input. */
static const char *const parts[] = { "args", "env", "stdin", "stdout", "stderr", "exit" };

static bool is_input(const char *name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(name, parts[i]) == 0)
			return false;
	}
	return strncmp(name, "files/", 6) != 0;
}

static void copy_file(const char *from, const char *to)
{
	struct blob content;

	if (!read_file(from, &content))
		give_up("%s is gone", from);
	write_file(to, content.data, content.length);
	blob_release(&content);
}

/* A file that begins with a dot only makes its folder exist. */
static void copy_inputs(const char *from, const char *to)
{
	struct names names = { NULL, 0, 0 };

	list_files_below(from, &names);
	for (size_t i = 0; i < names.count; i++) {
		char *source = text_of_format("%s/%s", from, names.items[i]);
		char *target = text_of_format("%s/%s", to, names.items[i]);

		if (is_input(names.items[i]))
			copy_file(source, target);
		free(source);
		free(target);
	}
	names_release(&names);
}

/* The file that was copied: of the case, or else of all; NULL: none was. */
static char *find_input(const char *folder, const char *name)
{
	char *path = text_of_format("%s/%s", folder, name);

	if (is_input(name) && file_exists(path))
		return path;
	free(path);
	path = shared_folder ? text_of_format("%s/%s", shared_folder, name) : NULL;
	if (path && file_exists(path))
		return path;
	free(path);
	return NULL;
}

static void check_status(const char *folder, int status)
{
	char *path = text_of_format("%s/exit", folder);
	char *line = text_of_format("%d\n", status);

	check_golden(path, &(struct blob){ line, strlen(line) });
	free(line);
	free(path);
}

static void check_output(const char *folder, const char *part, const struct blob *actual)
{
	char *path = text_of_format("%s/%s", folder, part);

	check_golden(path, actual);
	free(path);
}

/* A file after the run is one that files/ holds, or else an input as it was. */
static void check_file_after(const char *folder, const char *work, const char *name)
{
	char *path = text_of_format("%s/%s", work, name);
	char *input = find_input(folder, name);
	char *golden = text_of_format("%s/files/%s", folder, name);
	struct blob after, before = { NULL, 0 };

	if (!read_file(path, &after))
		give_up("%s is gone", path);
	/* an empty file is more than none */
	if (!input && updating())
		write_file(golden, after.data, after.length);
	else if (!input && !file_exists(golden))
		fail_msg("%s was written", name);
	else if (!input || !read_file(input, &before) || !blob_equal(&before, &after) || file_exists(golden))
		check_golden(golden, &after);
	blob_release(&after);
	blob_release(&before);
	free(path);
	free(input);
	free(golden);
}

/* What files/ holds must be there. */
static void check_expected_files(const char *folder, const char *work)
{
	char *golden = text_of_format("%s/files", folder);
	struct names names = { NULL, 0, 0 };

	if (!updating() && file_exists(golden))
		list_files_below(golden, &names);
	for (size_t i = 0; i < names.count; i++) {
		char *path = text_of_format("%s/%s", work, names.items[i]);

		if (!file_exists(path))
			fail_msg("%s was not written", names.items[i]);
		free(path);
	}
	names_release(&names);
	free(golden);
}

static void check_files(const char *folder, const char *work)
{
	struct names names = { NULL, 0, 0 };

	list_files_below(work, &names);
	for (size_t i = 0; i < names.count; i++)
		check_file_after(folder, work, names.items[i]);
	names_release(&names);
	check_expected_files(folder, work);
}

/* Sets a variable; a NULL removes it.  The answer is what it was before, a new string. */
static char *exchange_variable(const char *name, const char *value)
{
	const char *before = getenv(name);
	char *kept = before ? text_of_format("%s", before) : NULL;

	if ((value ? setenv(name, value, 1) : unsetenv(name)) != 0)
		give_up("no memory");
	return kept;
}

/*
 * Sets NAME=VALUE for this case.  Each line is NAME and what it was before then: doing it
 * again undoes it.
 */
static void exchange_environment(struct names *lines)
{
	for (size_t i = lines->count; i > 0; i--) {
		char *line = lines->items[i - 1], *equals = strchr(line, '='), *before;

		if (equals)
			*equals++ = '\0';
		before = exchange_variable(line, equals);
		lines->items[i - 1] = before ? text_of_format("%s=%s", line, before)
					     : text_of_format("%s", line);
		free(before);
		free(line);
	}
}

/* The arguments, the environment, the input. */
static void run_case(const char *folder, const char *work, struct outcome *ret)
{
	char *args = text_of_format("%s/args", folder);
	char *env = text_of_format("%s/env", folder);
	char *input = text_of_format("%s/stdin", folder);
	struct command command = { .program = tool, .folder = work };
	struct names lines = { NULL, 0, 0 }, variables = { NULL, 0, 0 };

	if (!read_lines(args, &lines))
		fail_msg("%s: a case needs this file", args);
	for (size_t i = 0; i < lines.count; i++)
		command_add(&command, lines.items[i]);
	command.input = file_exists(input) ? input : NULL;
	read_lines(env, &variables);
	exchange_environment(&variables);
	run(&command, ret);
	exchange_environment(&variables);
	names_release(&variables);
	names_release(&lines);
	free(input);
	free(env);
	free(args);
}

static void test_case(void **state)
{
	const char *name = *state;
	char *folder = text_of_format("%s/%s", cases_folder, name);
	char *work = make_temporary_folder();
	struct outcome outcome;

	if (shared_folder)
		copy_inputs(shared_folder, work);
	copy_inputs(folder, work);
	run_case(folder, work, &outcome);
	check_output(folder, "stderr", &outcome.err);
	check_output(folder, "stdout", &outcome.out);
	check_status(folder, outcome.status);
	check_files(folder, work);
	outcome_release(&outcome);
	remove_folder(work);
	free(work);
	free(folder);
}

int main(int argc, char **argv)
{
	struct cases cases = { NULL, 0, 0 };
	struct names names = { NULL, 0, 0 };

	if (argc != 3 && argc != 4)
		give_up("Usage: run_cases TOOL FOLDER [SHARED]");
	tool = absolute_path(argv[1]);
	cases_folder = absolute_path(argv[2]);
	shared_folder = argc > 3 ? absolute_path(argv[3]) : NULL;
	use_plain_environment();
	umask(022);
	list_folder(cases_folder, &names);
	for (size_t i = 0; i < names.count; i++)
		cases_add(&cases, text_of_format("%s", names.items[i]), test_case,
			  text_of_format("%s", names.items[i]));
	names_release(&names);
	return cases_run(&cases, cases_folder);
}
