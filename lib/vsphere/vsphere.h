/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vSphere transport module.
 *
 *     module.c                     the table, opening and closing
 *     files.h                      what is on datastores
 *     tasks.h  question.h          doing something, and what the server asks meanwhile
 *     inventory.h                  listing, finding (find.c), what is told (view.c)
 *     places.h                     its folders and hosts, and the URI's path
 *     properties.h                 reading properties, page by page
 *     session.h                    calls, logging in and out
 *     encode.h  decode.h  fault.h  SOAP, from the tables of vim.h
 *     http.h                       libcurl
 *     parameters.h                 the URI
 *
 * Each row uses those below it.  There is no global state: two connections share
 * nothing, and may be used by two threads.
 */
#ifndef VSPHERE_VSPHERE_H
#define VSPHERE_VSPHERE_H

#include "inventory.h"
#include "properties.h"
#include "session.h"
#include "tasks.h"

/* One connection: what the functions of the table get as their first argument. */
struct vsphere {
	const struct vmx_allocator *allocator;
	struct session session;
	struct inventory inventory;
	struct task_watcher watcher;

	/* What vmx_connection_about() tells; filled when first asked. */
	struct vmx_server_about about;
	bool has_about;
	struct arena about_texts;
};

#endif
