/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Around calls of libxml2.  What goes wrong where it has no parser to report it to, it
 * prints to standard error, or to whatever the thread's handler is; and a function that
 * ran out of memory may answer as if it had worked.  So while we are in libxml2, the
 * handler is ours: it prints nothing, and remembers that memory was short.
 */
#ifndef VMXI_MACHINE_LIBXML_H
#define VMXI_MACHINE_LIBXML_H

#include <stdbool.h>

#include <libxml/xmlerror.h>

struct libxml_guard {
	xmlStructuredErrorFunc handler;	/* the thread's, to be put back */
	void *user;
	bool no_memory;
};

/* The guard must stay where it is until it ends.  False: no memory, and nothing to end. */
bool vmxi_libxml_begin(struct libxml_guard *guard);
void vmxi_libxml_end(struct libxml_guard *guard);

#endif
