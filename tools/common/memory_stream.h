/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is printed into memory, to be shown later.
 */
#ifndef VMXTOOL_MEMORY_STREAM_H
#define VMXTOOL_MEMORY_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Zero-initialise; it stays where it is while it is open. */
struct memory_stream {
	FILE *file;	/* to print to; NULL once it is closed */
	char *data;	/* what was printed, once it is closed; not NULL */
	size_t length, capacity;
};

/* False: there is no memory; of closing, also when there was none for a part of the text. */
bool memory_stream_open(struct memory_stream *stream);
bool memory_stream_close(struct memory_stream *stream);

void memory_stream_release(struct memory_stream *stream);

#endif
