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

/*
 * libxml2 wants this from one thread before the others begin ("Thread safety" in its
 * documentation), and a library can't know which that is.  So whoever comes first does it
 * while the others wait.
 */
static void begin_threads(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, xmlInitParser);
}

bool vmxi_libxml_begin(struct libxml_guard *guard)
{
	if (!has_room_for_state())
		return false;
	*guard = (struct libxml_guard){ xmlStructuredError, xmlStructuredErrorContext, false };
	xmlSetStructuredErrorFunc(guard, hear);
	begin_threads();	/* and it may have something to say */
	return true;
}

void vmxi_libxml_end(struct libxml_guard *guard)
{
	xmlSetStructuredErrorFunc(guard->user, guard->handler);
}
