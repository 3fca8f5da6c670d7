/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection: a module, and what the module made of the URI.
 */
#ifndef VMXI_TRANSPORT_CONNECTION_H
#define VMXI_TRANSPORT_CONNECTION_H

#include "base/report.h"
#include "transport/module.h"

struct vmx_connection {
	struct vmx_allocator allocator;
	struct vmx_connection_uri *uri;
	struct vmx_transport_settings settings;	/* the module has it, too */
	struct module module;
	void *inside;				/* the module's own */
};

/*
 * Ends a call of the module: where that has failed without a word, it gets one.
 * function is its name in struct vmx_transport.
 */
enum vmx_code vmxi_end_call(const struct vmx_connection *connection, const char *function,
			    enum vmx_code code, struct vmx_error *error);

/* VMX_CODE_NOT_SUPPORTED */
enum vmx_code vmxi_not_supported(const struct vmx_connection *connection, const char *function,
				 struct vmx_error *error);

/* Of the module's function with that name: not supported where it has none. */
#define CALL(connection, function, error, ...) \
	((connection)->module.table.function \
	 ? vmxi_end_call(connection, #function, \
			 (connection)->module.table.function((connection)->inside, __VA_ARGS__, error), \
			 error) \
	 : vmxi_not_supported(connection, #function, error))

#endif
