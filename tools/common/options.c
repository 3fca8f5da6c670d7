/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/options.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <vmxkit/document.h>
#include <vmxkit/version.h>

/* What getopt answers for the row with this index: no letter has such a value. */
#define ROW_VALUE(index) (256 + (int)(index))

static bool argument_is_optional(const struct option_row *row)
{
	return row->argument && row->argument[0] == '[';
}

/* All options of the tool in a row: those of the topic come last. */
static size_t row_count(const struct command_line *line)
{
	return line->option_count + line->topic_option_count;
}

static const struct option_row *row_at(const struct command_line *line, size_t index)
{
	return index < line->option_count ? &line->options[index]
					  : &line->topic_options[index - line->option_count];
}

/* getopt's two tables. */
struct getopt_tables {
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];
};

static void make_tables(const struct command_line *line, struct getopt_tables *ret)
{
	char *letter = ret->letters;

	/* the colon: tell a missing argument from an unknown option */
	*letter++ = ':';
	for (size_t i = 0; i < row_count(line); i++) {
		const struct option_row *row = row_at(line, i);
		int has = !row->argument ? no_argument :
			  argument_is_optional(row) ? optional_argument : required_argument;

		ret->longs[i] = (struct option){ row->name, has, NULL, ROW_VALUE(i) };
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		if (has == required_argument)
			*letter++ = ':';
	}
	ret->longs[row_count(line)] = (struct option){ NULL, 0, NULL, 0 };
	*letter = '\0';
}

static const struct option_row *find_row(const struct command_line *line, int value)
{
	for (size_t i = 0; i < row_count(line); i++) {
		const struct option_row *row = row_at(line, i);

		if (value == ROW_VALUE(i) || (row->letter && value == row->letter))
			return row;
	}
	return NULL;
}

static enum exit_status refuse(const struct command_line *line, const struct console *console,
			       char **argv, int answer)
{
	const struct option_row *row = find_row(line, optopt);

	if (row && answer == ':')
		return usage_error(console, "option '--%s' needs its argument: %s", row->name, row->argument);
	if (row)
		return usage_error(console, "option '--%s' takes no argument", row->name);
	if (optopt > 0 && optopt < 256)
		return usage_error(console, "there is no option '-%c'", optopt);
	return usage_error(console, "there is no option '%s', or it stands for several", argv[optind - 1]);
}

const char option_no_memory[] = "no memory";

static enum exit_status take(const struct option_row *row, const struct console *console,
			     void *settings, const char *argument)
{
	char *member = (char *)settings + row->offset;
	const char *refusal;

	if (!row->take && row->argument) {
		memcpy(member, &argument, sizeof(argument));
		return STATUS_DONE;
	}
	if (!row->take) {
		*(bool *)member = true;
		return STATUS_DONE;
	}
	refusal = row->take(settings, argument);
	if (!refusal)
		return STATUS_DONE;
	if (refusal == option_no_memory)
		return show_out_of_memory(console);
	return usage_error(console, "option '--%s': %s", row->name, refusal);
}

enum exit_status parse_command_line(const struct command_line *line, const struct console *console,
				    int argc, char **argv, void *settings, int *ret_first)
{
	struct getopt_tables tables;
	int answer;

	make_tables(line, &tables);
	opterr = 0;
	while ((answer = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
		const struct option_row *row = find_row(line, answer);
		enum exit_status status = row ? take(row, console, settings, optarg)
					      : refuse(line, console, argv, answer);

		if (status != STATUS_DONE)
			return status;
	}
	*ret_first = optind;
	return STATUS_DONE;
}

/* "  -o, --output=FILE"; answers its width */
static int print_names(const struct option_row *row)
{
	int width = row->letter ? printf("  -%c, ", row->letter) : printf("      ");

	width += printf("--%s", row->name);
	if (row->argument)
		width += printf("%s%s", argument_is_optional(row) ? "" : "=", row->argument);
	return width;
}

#define HELP_COLUMN 32

static void print_rows(const struct option_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int width = print_names(&rows[i]);

		printf("%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "", rows[i].help);
	}
}

void print_help(const struct command_line *line, const char *tool, bool topic)
{
	const char *const *examples = topic ? line->topic_examples : line->examples;

	printf("Usage: %s %s\n%s\n", tool, line->usage, topic ? line->topic_summary : line->summary);
	if (topic)
		print_rows(line->topic_options, line->topic_option_count);
	else
		print_rows(line->options, line->option_count);
	printf("Examples: %s\n          %s\nManual:   man %s\n", examples[0], examples[1], tool);
}

void print_long_options(const struct command_line *line)
{
	for (size_t i = 0; i < row_count(line); i++)
		printf("--%s\n", row_at(line, i)->name);
}

void print_version(const char *tool)
{
	printf("%s (vmxkit) %s\n", tool, vmx_version());
}

bool parse_number(const char *text, size_t lowest, size_t highest, size_t *ret)
{
	size_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		size_t digit = (size_t)((unsigned char)*text - '0');

		if (digit > 9 || value > (SIZE_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < lowest || value > highest)
		return false;
	*ret = value;
	return true;
}

const char *take_colour_choice(const char *argument, enum colour_choice *ret)
{
	static const struct {
		const char *word;
		enum colour_choice choice;
	} choices[] = {
		{ "auto", COLOUR_AUTO }, { "always", COLOUR_ALWAYS }, { "never", COLOUR_NEVER },
	};

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		if (strcmp(choices[i].word, argument) == 0) {
			*ret = choices[i].choice;
			return NULL;
		}
	}
	return "the words it takes are 'auto', 'always' and 'never'";
}

const char *take_output_name(const char *argument, const char **ret)
{
	/* with these names a file behind standard output would be replaced, not written to */
	static const char *const names[] = { "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1" };

	*ret = argument;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], argument) == 0)
			*ret = NULL;
	}
	return NULL;
}

const char *take_file_size(const char *argument, size_t *ret)
{
	if (!parse_number(argument, 1, VMX_HIGHEST_MAX_FILE_SIZE, ret))
		return "it takes a number of bytes from 1 to 1073741824";
	return NULL;
}
