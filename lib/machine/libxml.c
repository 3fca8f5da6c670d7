/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/libxml.h"

#include <libxml/globals.h>
#include <libxml/parser.h>
#include <libxml/threads.h>
#include <pthread.h>
#include <stdlib.h>

/* Newer releases have a const in front of the error. */
#if LIBXML_VERSION >= 21200
static void hear(void *user, const xmlError *error)
#else
static void hear(void *user, xmlErrorPtr error)
#endif
{
	struct libxml_guard *guard = user;

	guard->no_memory |= error->code == XML_ERR_NO_MEMORY;
}

/*
 * Whatever libxml2 does first in a thread, it asks for a state of that thread (1 kB).
 * Before 2.12 it recurs for ever where there is no memory for that, and so it is better
 * not called at all.  Other threads may take the memory meanwhile; there is no way to be
 * sure.
 */
static bool has_room_for_state(void)
{
#if LIBXML_VERSION >= 21200
	return xmlCheckThreadLocalStorage() == 0;
#else
	void *volatile room = malloc(4096);	/* volatile: else a compiler may do without */

	free(room);
	return room != NULL;
#endif
}

static void set_handler(struct libxml_guard *guard)
{
	guard->handler = xmlStructuredError;
	guard->user = xmlStructuredErrorContext;
	xmlSetStructuredErrorFunc(guard, hear);
}

/*
 * libxml2 wants to be begun by one thread before the others call it ("Thread safety" in its
 * documentation), and a library can't know which that is.  So whoever comes first does it
 * while the others wait.  Nothing of libxml2 may be used before, not even the handler: in
 * any thread but the first that makes locks, and two threads may make the same one.
 */
static _Thread_local struct libxml_guard *beginner;

static void begin_once(void)
{
	set_handler(beginner);
	xmlInitParser();
	vmxi_libxml_end(beginner);
}

bool vmxi_libxml_begin(struct libxml_guard *guard)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (!has_room_for_state())
		return false;
	guard->no_memory = false;
	beginner = guard;
	pthread_once(&once, begin_once);
	set_handler(guard);
	return true;
}

void vmxi_libxml_end(struct libxml_guard *guard)
{
	xmlSetStructuredErrorFunc(guard->user, guard->handler);
}
