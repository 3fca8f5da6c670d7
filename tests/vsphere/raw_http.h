/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HTTP by hand, for the tests of the test server: one request per connection, without
 * TLS, and everything that came is shown as it came.
 */
#ifndef TEST_VSPHERE_RAW_HTTP_H
#define TEST_VSPHERE_RAW_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "vsphere/server.h"

struct answer {
	char *data;		/* all bytes; a NUL follows */
	size_t length;
	int status;		/* 0: no status line */
	const char *body;	/* in data; "" when the header has not ended */
	size_t body_length;
	long content_length;	/* -1: none */
	bool waiting;		/* the server did not close, but said nothing more */
};

void answer_release(struct answer *answer);

/* What is in the first element of that name: a new string, or NULL. */
char *element_of(const struct answer *answer, const char *name);

/* The value of a header: a new string, or NULL. */
char *header_of(const struct answer *answer, const char *name);

/* A client of one server. */
struct client {
	struct vsphere_server *server;
	char *cookie;		/* NULL: no session */
	const char *headers;	/* more of them, as whole lines with CRLF; NULL: none */
	int patience;		/* milliseconds of silence; 0: enough */
	size_t limit;		/* bytes to read; 0: enough */
	bool old;		/* HTTP/1.0: what comes is not in chunks */
};

/* Starts a server with --tls=none and these options, up to a NULL, and logs in. */
struct client *begin_list(const char *const options[]);
#define BEGIN(...) begin_list((const char *const[]){ __VA_ARGS__, NULL })
void end(struct client *client);

/* Sends a request with "Connection: close", and reads until the server has ended. */
struct answer request(struct client *client, const char *method, const char *target, const char *body);

/* Calls a method of an object; parameters is XML. */
struct answer call(struct client *client, const char *method, const char *type,
	const char *id, const char *parameters);

/* False: refused. */
bool log_in(struct client *client);

/* Names of singletons, which differ between the models. */
#define ESX_COLLECTOR "ha-property-collector"
#define ESX_SESSIONS "ha-sessionmgr"

/* These fail the test if the answer has another status, or does not hold the piece. */
void assert_answer(const struct answer *answer, int status, const char *piece);
void assert_call(struct client *client, const char *method, const char *type,
	const char *id, const char *parameters, int status, const char *piece);
void assert_request(struct client *client, const char *method, const char *target,
	const char *body, int status, const char *piece);

/* One property of an object, read without a session's help of any kind: XML. */
struct answer property(struct client *client, const char *type, const char *id, const char *name);
void assert_property(struct client *client, const char *type, const char *id,
	const char *name, const char *piece);

#endif
