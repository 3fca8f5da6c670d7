/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated ESX host or vCenter of server/, started for a test.  README.md has
 * its options.  What goes wrong in here ends the test program with a message.
 */
#ifndef TEST_VSPHERE_SERVER_H
#define TEST_VSPHERE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The only user, and the password; both can be set by options. */
#define VSPHERE_USER "user"
#define VSPHERE_PASSWORD "se&cret<7>"

struct vsphere_server {
	char *url;		/* https://127.0.0.1:41234/sdk */
	char *scheme, *host;	/* host without the brackets of IPv6 */
	unsigned int port;
	char *folder;		/* of its own, with what follows in it */
	char *ca;		/* the authority that signs good certificates */
	char *other_ca;		/* one that has signed nothing */
	char *fingerprint;	/* SHA-256 of the server's certificate, 64 digits */
	char *log;
	pid_t pid;
	int input;		/* a pipe; the server ends when it is closed */
};

/*
 * Whether this build has the server.  If not: prints why, for a test that then returns
 * 77 from main().
 */
bool vsphere_server_exists(void);

/*
 * Starts the server with options up to a NULL, and waits until it can be asked.  It
 * ends with vsphere_server_stop(), or when the test program ends in whatever way.
 */
__attribute__((sentinel))
struct vsphere_server *vsphere_server_start(const char *option, ...);
/* The same; the list ends with NULL. */
struct vsphere_server *vsphere_server_start_list(const char *const options[]);
void vsphere_server_stop(struct vsphere_server *server);

/*
 * Requests so far: of a SOAP method or, for other requests, an HTTP method; NULL: all.
 * Whoever has read the answer finds the request counted.
 */
size_t vsphere_server_count(const struct vsphere_server *server, const char *method);

/* Requests whose line in the log has this flag: "password", "session", "refused", ... */
size_t vsphere_server_count_flag(const struct vsphere_server *server, const char *flag);

/* Connections on which a request has come. */
size_t vsphere_server_connections(const struct vsphere_server *server);

/* The whole log, for messages: a new string. */
char *vsphere_server_log(const struct vsphere_server *server);

#endif
