/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Command lines.  A tool has one table of options, from which the parser, the
 * help and the list for completion are made.
 */
#ifndef VMXTOOL_OPTIONS_H
#define VMXTOOL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/diagnostics.h"

/* What a function answers that takes an option, and finds no memory for it. */
extern const char option_no_memory[];

struct option_row {
	const char *name;	/* "output": --output */
	char letter;		/* 'o': -o; 0: it has none */
	const char *argument;	/* "FILE"; "[=KIND]" if it may be missing; NULL: takes none */
	const char *help;
	/*
	 * Where it goes: the offset of a member in the tool's settings, a bool
	 * for an option without argument, a const char * else; ...
	 */
	size_t offset;
	/*
	 * ... or, if not NULL, this function, which answers NULL or why the
	 * argument is refused, or option_no_memory.  argument is NULL where there
	 * is none.
	 */
	const char *(*take)(void *settings, const char *argument);
};

struct command_line {
	const char *usage;		/* "[OPTION]... [FILE|-]..." */
	const char *summary;
	const struct option_row *options;
	size_t option_count;
	const char *examples[2];
	/* options that the help lists on a page of their own, if there are any */
	const struct option_row *topic_options;
	size_t topic_option_count;
	const char *topic_summary, *topic_examples[2];
};

/* More options no tool has. */
#define OPTIONS_MAX 48

/*
 * Fills the settings.  *ret_first is the index of the first argument that is no
 * option.  STATUS_USAGE: it has said what is wrong.
 */
enum exit_status parse_command_line(const struct command_line *line, const struct console *console,
				    int argc, char **argv, void *settings, int *ret_first);

/* Print to standard output.  topic: the options of the topic, not the others. */
void print_help(const struct command_line *line, const char *tool, bool topic);
void print_long_options(const struct command_line *line);
void print_version(const char *tool);

/*
 * The arguments of options that several tools have.  NULL, or why the argument is
 * refused.
 */
const char *take_colour_choice(const char *argument, enum colour_choice *ret);
/* "-", /dev/stdout and the like: standard output, which is NULL. */
const char *take_output_name(const char *argument, const char **ret);
const char *take_file_size(const char *argument, size_t *ret);

/*
 * A whole decimal number within the limits, without sign, blanks or anything
 * behind.  False: it is not.
 */
bool parse_number(const char *text, size_t lowest, size_t highest, size_t *ret);

#endif
