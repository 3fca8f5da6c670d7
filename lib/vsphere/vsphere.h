/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vSphere transport module.
 *
 *     module.c                     the table, opening and closing
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

#include "properties.h"
#include "session.h"

/* One connection: what the functions of the table get as their first argument. */
struct vsphere {
	const struct vmx_allocator *allocator;
	struct session session;

	/* What vmx_connection_about() tells; filled when first asked. */
	struct vmx_server_about about;
	bool has_about;
	struct arena about_texts;
};

#endif
