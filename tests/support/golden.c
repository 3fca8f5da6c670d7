/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cases.h"

bool updating(void)
{
	const char *update = getenv("VMXKIT_UPDATE");

	return update && strcmp(update, "1") == 0;
}

/* Where the line begins in which the byte at is. */
static const char *line_start(const struct blob *blob, size_t at)
{
	while (at > 0 && blob->data[at - 1] != '\n')
		at--;
	return blob->data + at;
}

static void show_line(const char *title, const struct blob *blob, size_t at)
{
	const char *line = line_start(blob, at);

	fprintf(stderr, "  %s: %.*s\n", title, (int)strcspn(line, "\n"), line);
}

/* Shows the first line that differs. */
static void show_difference(const char *name, const struct blob *expected, const struct blob *actual)
{
	size_t at = 0, line = 1;

	while (at < expected->length && at < actual->length && expected->data[at] == actual->data[at])
		line += expected->data[at++] == '\n';
	fprintf(stderr, "%s, line %zu:\n", name, line);
	show_line("expected", expected, at);
	show_line("actual  ", actual, at);
}

void check_text(const char *name, const struct blob *expected, const struct blob *actual)
{
	if (blob_equal(expected, actual))
		return;
	show_difference(name, expected, actual);
	fail_msg("not what was expected");
}

static void update(const char *path, const struct blob *actual)
{
	if (actual->length > 0)
		write_file(path, actual->data, actual->length);
	else
		remove_file(path);
}

void check_golden(const char *path, const struct blob *actual)
{
	struct blob expected = { NULL, 0 };

	if (updating()) {
		update(path, actual);
		return;
	}
	if (!read_file(path, &expected))
		expected.data = calloc(1, 1);
	check_text(path, &expected, actual);
	blob_release(&expected);
}
