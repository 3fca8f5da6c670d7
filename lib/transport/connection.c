/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/connection.h"

#include "base/memory.h"
#include "base/report.h"
#include "transport/arguments.h"

#define TIMEOUT_SECONDS 60

enum vmx_code vmxi_end_call(const struct vmx_connection *connection, const char *function,
			    enum vmx_code code, struct vmx_error *error)
{
	if (code == VMX_OK || !error || vmx_error_code(error) == code)
		return code;
	return vmxi_fail(error, code, NOWHERE, "the module '%s' failed in %s() without saying why",
			 connection->module.table.name, function);
}

enum vmx_code vmxi_not_supported(const struct vmx_connection *connection, const char *function,
				 struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_NOT_SUPPORTED, NOWHERE,
			 "the module '%s' (%s) can't do that: it has no function %s()",
			 connection->module.table.name, connection->module.table.release, function);
}

static enum vmx_code take_options(const struct vmx_connection_options *given,
				  struct vmx_connection_options *ret, struct vmx_error *error)
{
	static const struct vmx_connection_options defaults = VMX_CONNECTION_OPTIONS_INIT;

	*ret = defaults;
	return vmxi_take_structure(given ? given : &defaults,
				   offsetof(struct vmx_connection_options, plugin_path),
				   "the options of the connection", ret, sizeof(*ret), error);
}

static void settle(struct vmx_connection *c, const struct vmx_connection_options *options)
{
	c->settings = (struct vmx_transport_settings){
		.size = sizeof(c->settings),
		.uri = c->uri,
		.allocator = &c->allocator,
		.credentials = options->credentials,
		.diagnostic = options->diagnostic,
		.cancelled = options->cancelled,
		.user = options->user,
		.timeout = options->timeout ? options->timeout : TIMEOUT_SECONDS,
	};
}

static void free_connection(struct vmx_connection *c)
{
	struct vmx_allocator allocator = c->allocator;	/* it lies in what it frees */

	vmxi_module_unload(&c->module);
	vmx_connection_uri_free(c->uri);
	vmxi_release(&allocator, c);
}

static enum vmx_code open_inside(struct vmx_connection *c, const char *uri, size_t length,
				 const struct vmx_connection_options *options,
				 struct vmx_error *error)
{
	enum vmx_code code = vmx_connection_uri_parse(uri, length, &c->allocator, &c->uri, error);

	if (code == VMX_OK)
		code = vmxi_module_load(c->uri->scheme, options->plugin_path, &c->allocator,
					&c->module, error);
	if (code != VMX_OK)
		return code;
	settle(c, options);
	code = c->module.table.open(&c->settings, &c->inside, error);
	return vmxi_end_call(c, "open", code, error);
}

enum vmx_code vmx_connection_open(const char *uri, size_t length,
				  const struct vmx_connection_options *options,
				  struct vmx_connection **ret, struct vmx_error *error)
{
	struct vmx_connection_options taken;
	const struct vmx_allocator *allocator;
	struct vmx_connection *c;
	enum vmx_code code = take_options(options, &taken, error);

	if (code != VMX_OK)
		return code;
	allocator = vmxi_allocator(taken.allocator);
	c = vmxi_allocate(allocator, sizeof(*c));
	if (!c)
		return vmxi_out_of_memory(error);
	*c = (struct vmx_connection){ .allocator = *allocator };
	code = open_inside(c, uri, length, &taken, error);
	if (code != VMX_OK) {
		free_connection(c);
		return code;
	}
	*ret = c;
	return VMX_OK;
}

enum vmx_code vmx_connection_close(struct vmx_connection *connection, struct vmx_error *error)
{
	enum vmx_code code;

	if (!connection)
		return VMX_OK;
	code = connection->module.table.close(connection->inside, error);
	code = vmxi_end_call(connection, "close", code, error);
	free_connection(connection);
	return code;
}

enum vmx_code vmx_connection_about(struct vmx_connection *connection,
				   const struct vmx_server_about **ret, struct vmx_error *error)
{
	return CALL(connection, about, error, ret);
}
