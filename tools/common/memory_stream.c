/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/memory_stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "common/room.h"

static ssize_t append(void *user, const char *bytes, size_t count)
{
	struct memory_stream *stream = user;

	if (!room_for(&stream->data, &stream->capacity, stream->length, count))
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

	*stream = (struct memory_stream){ .file = NULL };
	/* so that there is something even if nothing is printed */
	if (room_for(&stream->data, &stream->capacity, 0, 1))
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
