/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_cases TOOL FOLDER: each folder in FOLDER is a run of the tool; see
 * tests/README.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/golden.h"
#include "support/process.h"

static const char *tool, *cases_folder;

/* Of a case's folder, these are not the tool's input. */
static const char *const parts[] = { "args", "stdin", "stdout", "stderr", "exit" };

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
	char *input = text_of_format("%s/%s", folder, name);
	char *golden = text_of_format("%s/files/%s", folder, name);
	struct blob after, before = { NULL, 0 };

	if (!read_file(path, &after))
		give_up("%s is gone", path);
	if (!is_input(name) || !read_file(input, &before) || !blob_equal(&before, &after) ||
	    file_exists(golden))
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

static void test_case(void **state)
{
	const char *name = *state;
	char *folder = text_of_format("%s/%s", cases_folder, name);
	char *args = text_of_format("%s/args", folder);
	char *input = text_of_format("%s/stdin", folder);
	char *work = make_temporary_folder();
	struct command command = { .program = tool, .folder = work };
	struct names lines = { NULL, 0, 0 };
	struct outcome outcome;

	if (!read_lines(args, &lines))
		fail_msg("%s: a case needs this file", args);
	for (size_t i = 0; i < lines.count; i++)
		command_add(&command, lines.items[i]);
	command.input = file_exists(input) ? input : NULL;
	copy_inputs(folder, work);
	run(&command, &outcome);
	check_output(folder, "stderr", &outcome.err);
	check_output(folder, "stdout", &outcome.out);
	check_status(folder, outcome.status);
	check_files(folder, work);
	outcome_release(&outcome);
	names_release(&lines);
	remove_folder(work);
	free(work);
	free(input);
	free(args);
	free(folder);
}

int main(int argc, char **argv)
{
	struct cases cases = { NULL, 0, 0 };
	struct names names = { NULL, 0, 0 };

	if (argc != 3)
		give_up("Usage: run_cases TOOL FOLDER");
	tool = absolute_path(argv[1]);
	cases_folder = absolute_path(argv[2]);
	use_plain_environment();
	list_folder(cases_folder, &names);
	for (size_t i = 0; i < names.count; i++)
		cases_add(&cases, text_of_format("%s", names.items[i]), test_case,
			  text_of_format("%s", names.items[i]));
	names_release(&names);
	return cases_run(&cases, cases_folder);
}
