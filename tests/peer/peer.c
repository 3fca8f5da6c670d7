/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cases.h"

char *peer_folder(const char *name)
{
	const char *data = getenv("VMXKIT_PEER_DATA");
	char *path = text_of_format("%s/%s", data ? data : "", name);

	if (data && file_exists(path))
		return path;
	printf("skipped: the peers' data are not there (%s); see the option peer_data\n", path);
	free(path);
	exit(SKIPPED);
}

static void split(char *line, struct row *ret)
{
	static char nothing[] = "";

	for (size_t i = 0; i < CELLS_MAX; i++) {
		char *cell = strsep(&line, "\t");

		ret->cells[i] = cell ? cell : nothing;
	}
}

void table_read(const char *path, struct table *ret)
{
	bool header = true;

	if (!read_lines(path, &ret->lines))
		give_up("%s: there is no such file", path);
	ret->rows = calloc(ret->lines.count + 1, sizeof(*ret->rows));
	if (!ret->rows)
		give_up("no memory");
	for (size_t i = 0; i < ret->lines.count; i++) {
		char *line = ret->lines.items[i];

		if (*line == '\0' || *line == '#')
			continue;
		if (!header)
			split(line, &ret->rows[ret->count++]);
		header = false;
	}
}

void table_release(struct table *table)
{
	free(table->rows);
	names_release(&table->lines);
	table->rows = NULL;
	table->count = 0;
}

const struct row *table_find(const struct table *table, const char *first)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->rows[i].cells[0], first) == 0)
			return &table->rows[i];
	}
	return NULL;
}

void check_codes(const char *codes, const struct outcome *outcome)
{
	char *copy = text_of_format("%s", codes), *rest = copy, *code;

	while ((code = strsep(&rest, ","))) {
		char *mark = text_of_format("[%s]\n", code);

		if (!strstr(outcome->err.data, mark))
			fail_msg("no diagnostic says [%s]:\n%s", code, outcome->err.data);
		free(mark);
	}
	free(copy);
}
