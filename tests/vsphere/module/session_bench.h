/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A session with a server, and what it was told.
 */
#ifndef TEST_VSPHERE_SESSION_BENCH_H
#define TEST_VSPHERE_SESSION_BENCH_H

#include "properties.h"
#include "vsphere/server.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct login {
	const char *user, *password;	/* user NULL: none is given */
};

struct bench {
	struct vsphere_server *server;
	struct session session;
	struct vmx_transport_settings settings;
	struct vmx_connection_uri *uri;
	struct vmx_error *error;
	char told[2048];	/* all diagnostics */
	enum vmx_code last_told;
	const struct login *logins;	/* what is answered, one after another, up to no password */
	size_t asked;
	char default_user[64];
	bool cancelled;
	const struct vmx_allocator *allocator;	/* NULL: malloc() */
};

/* A server without options, and what follows its address in a URI. */
extern const char *const plain[1];
#define CA "?cacert=%s"

/* scheme and rest: of the URI; "%s" in rest is the server's authority. */
enum vmx_code try_open(struct bench *bench, struct vsphere_server *server, const char *scheme,
		       const char *rest);
void open_session(struct bench *bench, struct vsphere_server *server, const char *rest);
void close_session(struct bench *bench);

/* Closes it, and stops the server. */
void end(struct bench *bench);

/* What a password must never be in. */
void assert_silence(const struct bench *bench);

/* The opening must fail in this way. */
void assert_not_opened(struct vsphere_server *server, const char *scheme, const char *rest,
		       enum vmx_code code, const char *piece);

/*
 * Listing
 */

extern const char *const name_path[1];
extern const struct properties_wanted machines[1];

struct listing {
	char names[2048];
	size_t count;
};

/* Of what vsphere_properties_read() finds; user is a struct listing. */
enum vmx_code add_name(void *user, const struct vim_ObjectContent *object, struct vmx_error *error);

enum vmx_code list(struct bench *bench, struct listing *ret);

/* The names of the plain server's machines. */
#define BOTH "ha-host_VM0 ha-host_VM1 "
void assert_listed(struct bench *bench, const char *names);

#endif
