/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An HTTP server inside the test program, that answers each request with the very bytes
 * of a table: what no well-behaved server would send.
 */
#ifndef TEST_ROUTE_SERVER_H
#define TEST_ROUTE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct route {
	const char *request;	/* "GET /a", as the request begins */
	const char *answer;	/* all of it, status line and header included; NULL: none */
	const char *piece;	/* sent behind it, so many times; NULL: nothing */
	size_t times;
	unsigned int pause;	/* milliseconds before each piece */
	bool close;		/* the connection ends behind it; else it waits for more */
	unsigned int wait;	/* milliseconds before the answer */
};

struct route_server;

/* routes: up to one without a request.  It listens on 127.0.0.1. */
struct route_server *route_server_start(const struct route *routes);
void route_server_stop(struct route_server *server);

unsigned int route_server_port(const struct route_server *server);

/* So far. */
size_t route_server_connections(struct route_server *server);
size_t route_server_requests(struct route_server *server);

/* All requests, with their bodies, one behind the other: a new string. */
char *route_server_text(struct route_server *server);

#endif
