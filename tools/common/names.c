/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/input.h"
#include "common/output.h"
#include "common/signals.h"

bool name_source_open(struct name_source *source, const char *list, char **files, size_t count)
{
	source->list = list;
	source->files = files;
	source->count = count;
	source->fd = -1;
	source->ended = false;
	source->taken = source->begin = source->end = 0;
	if (list)
		source->fd = is_standard_input(list) ? STDIN_FILENO : open_patiently(list, O_RDONLY, 0);
	return !list || source->fd >= 0;
}

void name_source_close(struct name_source *source)
{
	if (source->fd >= 0 && source->fd != STDIN_FILENO)
		close(source->fd);
	source->fd = -1;
}

/* A piece of a name that may be too long: *length counts on. */
static void append(struct name *name, size_t *length, const char *piece, size_t piece_length)
{
	size_t room = *length < sizeof(name->text) ? sizeof(name->text) - *length : 0;

	if (room > 0)
		memcpy(name->text + *length, piece, piece_length < room ? piece_length : room);
	*length += piece_length;
}

/* NAMES_TAKEN: there is something in the buffer. */
static enum names_answer fill_buffer(struct name_source *source)
{
	ssize_t got;

	if (source->begin < source->end)
		return NAMES_TAKEN;
	if (!wait_for_input(source->fd))
		return NAMES_STOPPED;
	do
		got = read(source->fd, source->buffer, sizeof(source->buffer));
	while (got < 0 && errno == EINTR);
	source->begin = 0;
	source->end = got > 0 ? (size_t)got : 0;
	return got > 0 ? NAMES_TAKEN : got == 0 ? NAMES_ENDED : NAMES_FAILED;
}

/* The last name may lack its NUL. */
static enum names_answer read_name(struct name_source *source, struct name *ret, size_t *ret_length)
{
	enum names_answer answer;

	for (*ret_length = 0; (answer = fill_buffer(source)) == NAMES_TAKEN;) {
		const char *piece = source->buffer + source->begin;
		size_t left = source->end - source->begin;
		const char *nul = memchr(piece, '\0', left);
		size_t length = nul ? (size_t)(nul - piece) : left;

		append(ret, ret_length, piece, length);
		source->begin += nul ? length + 1 : length;
		if (nul)
			return NAMES_TAKEN;
	}
	source->ended = answer == NAMES_ENDED;
	return answer == NAMES_ENDED && *ret_length > 0 ? NAMES_TAKEN : answer;
}

/* A list without any NUL, but with line ends: what find(1) writes without -print0. */
static bool is_list_of_lines(const struct name_source *source, const struct name *name, size_t length)
{
	size_t kept = length < sizeof(name->text) ? length : sizeof(name->text);

	return source->list && source->ended && source->taken == 1 && memchr(name->text, '\n', kept);
}

/* What stands for a name that is none is its place. */
static void check_name(const struct name_source *source, struct name *name, size_t length)
{
	const char *list = source->list ? input_name(source->list) : "command line";

	name->fault = NULL;
	if (is_list_of_lines(source, name, length))
		name->fault = "the list has line ends, but a NUL has to end each name, as "
			      "'find -print0' writes it";
	else if (length >= sizeof(name->text))
		name->fault = "the name is longer than any name of a file";
	else if (length == 0)
		name->fault = "the name is empty";
	else if (source->list && is_standard_input(name->text) && is_standard_input(source->list))
		name->fault = "standard input is the list of names, and can't be an input as well";
	if (name->fault)
		snprintf(name->text, sizeof(name->text), "%.*s:%zu", PATH_MAX / 2, list, source->taken);
}

enum names_answer name_source_next(struct name_source *source, struct name *ret)
{
	enum names_answer answer = NAMES_TAKEN;
	size_t length = 0;

	if (source->ended || (!source->list && source->taken == source->count))
		return NAMES_ENDED;
	if (source->list)
		answer = read_name(source, ret, &length);
	else
		append(ret, &length, source->files[source->taken], strlen(source->files[source->taken]));
	if (answer != NAMES_TAKEN)
		return answer;
	if (length < sizeof(ret->text))
		ret->text[length] = '\0';
	source->taken++;
	check_name(source, ret, length);
	return NAMES_TAKEN;
}
