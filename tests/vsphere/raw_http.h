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
	bool reset;		/* the connection broke off */
};

/*
 * Sends a request with "Connection: close" and reads until the server closes, says
 * nothing for a number of milliseconds, or has sent limit bytes.  headers are whole
 * lines with CRLF; body may be NULL.
 */
struct answer http_request(const struct vsphere_server *server, const char *method,
	const char *target, const char *headers, const char *body, int patience, size_t limit);

/* What is between the tags of an element of a method's answer: a new string or NULL. */
char *element_of(const struct answer *answer, const char *name);

/* The value of a header: a new string or NULL. */
char *header_of(const struct answer *answer, const char *name);

void answer_release(struct answer *answer);

/* A client with a session, for calls of methods. */
struct client {
	const struct vsphere_server *server;
	bool esx;		/* the ESX model, not vpx */
	char *cookie;		/* NULL: none */
	const char *headers;	/* more headers, or NULL */
	int patience;		/* 0: enough */
	size_t limit;		/* 0: enough */
};

/* Calls a method; parameters is XML, or "". */
struct answer call(struct client *client, const char *method, const char *type,
	const char *id, const char *parameters);

/* Logs in; ends the program when that fails. */
void log_in(struct client *client);
void client_release(struct client *client);

/* GETs a file with the session. */
struct answer get(struct client *client, const char *target);

#endif
