/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections to the simulated server, for tests of the module through the library's
 * public functions.  What goes wrong in here ends the test program.
 */
#ifndef TEST_VSPHERE_CLIENT_H
#define TEST_VSPHERE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/connection.h>

#include "server.h"

struct client {
	struct vsphere_server *server;
	struct vmx_connection *connection;
	struct vmx_connection_options options;
	struct vmx_error *error;
	size_t diagnostics;		/* so far */
	enum vmx_code last_diagnostic;
	volatile bool stop;		/* what cancelled() answers */
};

/*
 * Connects: rest is what follows the port in the URI ("/DC0?auto_answer=1"); the
 * server's authority and a plain scheme are added.
 */
struct client *client_open(struct vsphere_server *server, const char *scheme, const char *rest);

/* The same where it may fail: NULL, and the code; error may be NULL. */
struct client *client_try(struct vsphere_server *server, const char *scheme, const char *rest,
			  struct vmx_error *error, enum vmx_code *ret_code);

/* Logs out.  The password must not have been sent in anything but Login. */
void client_close(struct client *client);

/* The id of the machine of that name: a new string. */
char *client_machine(struct client *client, const char *name);

/* Its power state. */
enum vmx_power_state client_power(struct client *client, const char *name);

#endif
