/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/memory_stream.h"

#include <stdlib.h>

bool memory_stream_open(struct memory_stream *stream)
{
	stream->file = open_memstream(&stream->data, &stream->length);
	return stream->file != NULL;
}

bool memory_stream_close(struct memory_stream *stream)
{
	bool good = !ferror(stream->file);

	good = fclose(stream->file) == 0 && good;
	stream->file = NULL;
	return good && stream->data;
}

void memory_stream_release(struct memory_stream *stream)
{
	if (stream->file)
		fclose(stream->file);
	free(stream->data);
	*stream = (struct memory_stream){ .file = NULL };
}
