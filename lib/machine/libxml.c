/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/libxml.h"

#include <libxml/globals.h>

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

void vmxi_libxml_begin(struct libxml_guard *guard)
{
	*guard = (struct libxml_guard){ xmlStructuredError, xmlStructuredErrorContext, false };
	xmlSetStructuredErrorFunc(guard, hear);
}

void vmxi_libxml_end(struct libxml_guard *guard)
{
	xmlSetStructuredErrorFunc(guard->user, guard->handler);
}
