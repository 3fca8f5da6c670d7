/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "route_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define REQUEST_MAX ((size_t)1 << 20)

struct connection {
	struct route_server *server;
	pthread_t thread;
	int socket;
};

struct route_server {
	const struct route *routes;
	unsigned int port;
	int listener, stop[2];	/* a pipe: readable once it is time to end */
	pthread_t thread;
	pthread_mutex_t lock;
	/* under the lock */
	struct connection connections[CONNECTIONS_MAX];
	size_t connection_count, requests;
	char *text;
	size_t text_length;
};

static void die(const char *what)
{
	perror(what);
	abort();
}

/* False: it is time to end. */
static bool wait_for(struct route_server *s, int socket, short what, int milliseconds)
{
	struct pollfd wanted[] = { { s->stop[0], POLLIN, 0 }, { socket, what, 0 } };

	return poll(wanted, socket < 0 ? 1 : 2, milliseconds) >= 0 && !wanted[0].revents;
}

/* False: the other side is gone, or it is time to end. */
static bool send_all(struct connection *c, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t sent;

		if (!wait_for(c->server, c->socket, POLLOUT, -1))
			return false;
		sent = send(c->socket, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent <= 0)
			return false;
		data += sent;
		length -= (size_t)sent;
	}
	return true;
}

static size_t body_length(const char *header)
{
	const char *field = strcasestr(header, "\r\nContent-Length:");

	return field ? strtoul(field + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

/* One request with its body into buffer; 0: none came. */
static size_t receive(struct connection *c, char *buffer)
{
	size_t length = 0;

	for (;;) {
		const char *end;
		ssize_t got;

		buffer[length] = '\0';
		end = strstr(buffer, "\r\n\r\n");
		if (end && length >= (size_t)(end + 4 - buffer) + body_length(buffer))
			return length;
		if (length + 1 >= REQUEST_MAX) {	/* takes no more */
			(void)wait_for(c->server, -1, 0, -1);
			return 0;
		}
		if (!wait_for(c->server, c->socket, POLLIN, -1))
			return 0;
		got = recv(c->socket, buffer + length, REQUEST_MAX - 1 - length, 0);
		if (got <= 0)
			return 0;
		length += (size_t)got;
	}
}

static void note(struct route_server *s, const char *request, size_t length)
{
	pthread_mutex_lock(&s->lock);
	s->requests++;
	s->text = realloc(s->text, s->text_length + length + 1);
	if (!s->text)
		die("realloc");
	memcpy(s->text + s->text_length, request, length + 1);
	s->text_length += length;
	pthread_mutex_unlock(&s->lock);
}

static const struct route *route_of(const struct route_server *s, const char *request)
{
	const struct route *route = s->routes;

	while (route->request && strncmp(request, route->request, strlen(route->request)) != 0)
		route++;
	return route->request ? route : NULL;
}

/* False: the connection ends. */
static bool answer(struct connection *c, const struct route *route)
{
	if (!route)
		return false;
	if (!wait_for(c->server, -1, 0, (int)route->wait))
		return false;
	if (route->answer && !send_all(c, route->answer, strlen(route->answer)))
		return false;
	for (size_t i = 0; route->piece && i < route->times; i++) {
		if ((route->pause && !wait_for(c->server, -1, 0, (int)route->pause)) ||
		    !send_all(c, route->piece, strlen(route->piece)))
			return false;
	}
	return !route->close;
}

static void *serve(void *user)
{
	struct connection *c = user;
	char *buffer = malloc(REQUEST_MAX);
	size_t length;

	if (!buffer)
		die("malloc");
	while ((length = receive(c, buffer)) > 0) {
		note(c->server, buffer, length);
		if (!answer(c, route_of(c->server, buffer)))
			break;
	}
	free(buffer);
	close(c->socket);
	return NULL;
}

static void *listen_for_clients(void *user)
{
	struct route_server *s = user;

	while (wait_for(s, s->listener, POLLIN, -1)) {
		struct connection *c = &s->connections[s->connection_count];
		int socket = accept(s->listener, NULL, NULL);

		if (socket < 0)
			continue;
		*c = (struct connection){ .server = s, .socket = socket };
		pthread_mutex_lock(&s->lock);
		if (++s->connection_count == CONNECTIONS_MAX)
			die("too many connections");
		pthread_mutex_unlock(&s->lock);
		if (pthread_create(&c->thread, NULL, serve, c) != 0)
			die("pthread_create");
	}
	return NULL;
}

struct route_server *route_server_start(const struct route *routes)
{
	struct route_server *s = calloc(1, sizeof(*s));
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	if (!s || pipe(s->stop) != 0)
		die("route_server_start");
	s->routes = routes;
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	pthread_mutex_init(&s->lock, NULL);
	if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&address, size) != 0 ||
	    listen(s->listener, 16) != 0 ||
	    getsockname(s->listener, (struct sockaddr *)&address, &size) != 0)
		die("socket");
	s->port = ntohs(address.sin_port);
	if (pthread_create(&s->thread, NULL, listen_for_clients, s) != 0)
		die("pthread_create");
	return s;
}

void route_server_stop(struct route_server *s)
{
	if (write(s->stop[1], "x", 1) != 1)
		die("write");
	pthread_join(s->thread, NULL);
	for (size_t i = 0; i < s->connection_count; i++)
		pthread_join(s->connections[i].thread, NULL);
	close(s->listener);
	close(s->stop[0]);
	close(s->stop[1]);
	pthread_mutex_destroy(&s->lock);
	free(s->text);
	free(s);
}

unsigned int route_server_port(const struct route_server *s)
{
	return s->port;
}

static size_t read_count(struct route_server *s, const size_t *count)
{
	size_t value;

	pthread_mutex_lock(&s->lock);
	value = *count;
	pthread_mutex_unlock(&s->lock);
	return value;
}

size_t route_server_connections(struct route_server *s)
{
	return read_count(s, &s->connection_count);
}

size_t route_server_requests(struct route_server *s)
{
	return read_count(s, &s->requests);
}

char *route_server_text(struct route_server *s)
{
	char *copy;

	pthread_mutex_lock(&s->lock);
	copy = strdup(s->text ? s->text : "");
	pthread_mutex_unlock(&s->lock);
	if (!copy)
		die("strdup");
	return copy;
}
