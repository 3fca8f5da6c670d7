/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/memory_stream.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define CAPACITY_BEGIN 4096

static bool reserve(struct memory_stream *stream, size_t more)
{
	size_t wanted = stream->capacity;
	char *grown;

	if (stream->capacity - stream->length >= more)
		return true;
	if (more > SIZE_MAX / 4 - stream->length) {
		errno = ENOMEM;
		return false;
	}
	while (wanted - stream->length < more)
		wanted *= 2;
	grown = realloc(stream->data, wanted);
	if (!grown)
		return false;
	stream->data = grown;
	stream->capacity = wanted;
	return true;
}

static ssize_t append(void *user, const char *bytes, size_t count)
{
	struct memory_stream *stream = user;

	if (!reserve(stream, count))
		return 0;	/* what stdio takes for an error, and remembers */
	memcpy(stream->data + stream->length, bytes, count);
	stream->length += count;
	return (ssize_t)count;
}

/*
 * Not open_memstream(): where that can't grow, the stream of glibc leaves a piece of the text
 * out and, as long as nobody looks at what each call answers, says nothing of it: ferror()
 * stays 0, and fclose() succeeds.
 */
bool memory_stream_open(struct memory_stream *stream)
{
	const cookie_io_functions_t functions = { .write = append };

	*stream = (struct memory_stream){ .data = malloc(CAPACITY_BEGIN), .capacity = CAPACITY_BEGIN };
	if (stream->data)
		stream->file = fopencookie(stream, "w", functions);
	return stream->file != NULL;
}

bool memory_stream_close(struct memory_stream *stream)
{
	bool good = !ferror(stream->file);

	good = fclose(stream->file) == 0 && good;
	stream->file = NULL;
	return good;
}

void memory_stream_release(struct memory_stream *stream)
{
	if (stream->file)
		fclose(stream->file);
	free(stream->data);
	*stream = (struct memory_stream){ .file = NULL };
}
