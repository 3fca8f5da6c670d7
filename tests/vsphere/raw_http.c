/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vsphere/raw_http.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/cases.h"
#include "support/files.h"

#define PATIENCE 20000
#define LIMIT (64u << 20)

static int connect_to(const struct vsphere_server *server)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST }, *found;
	char *port = text_of_format("%u", server->port);
	int fd;

	if (getaddrinfo(server->host, port, &hints, &found) != 0)
		give_up("%s is no address", server->host);
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0)
		give_up("connect: %s", strerror(errno));
	freeaddrinfo(found);
	free(port);
	return fd;
}

/* A server that has hung up already shows itself when its answer is read. */
static void send_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);

		if (sent < 0)
			return;
		data += sent;
		length -= (size_t)sent;
	}
}

static void receive_all(int fd, int patience, size_t limit, struct answer *ret)
{
	size_t capacity = 0;

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (ret->length + 4096 > capacity) {
			capacity = capacity * 2 + 65536;
			ret->data = realloc(ret->data, capacity);
			if (!ret->data)
				give_up("no memory");
		}
		ret->waiting = poll(&wait, 1, patience) == 0;
		if (ret->waiting || ret->length >= limit)
			break;
		got = recv(fd, ret->data + ret->length, 4095, 0);
		if (got <= 0)
			break;
		ret->length += (size_t)got;
	}
	ret->data[ret->length] = '\0';
}

static void take_apart(struct answer *answer)
{
	char *end = memmem(answer->data, answer->length, "\r\n\r\n", 4);
	char *length;

	answer->body = "";
	answer->content_length = -1;
	if (sscanf(answer->data, "HTTP/1.%*d %d", &answer->status) != 1)
		answer->status = 0;
	if (!end)
		return;
	answer->body = end + 4;
	answer->body_length = answer->length - (size_t)(answer->body - answer->data);
	length = header_of(answer, "Content-Length");
	if (length)
		answer->content_length = strtol(length, NULL, 10);
	free(length);
}

struct answer request(struct client *client, const char *method, const char *target, const char *body)
{
	struct answer answer = { 0 };
	size_t length = body ? strlen(body) : 0;
	char *head = text_of_format("%s %s HTTP/1.%d\r\nHost: test\r\nConnection: close\r\n"
		"Content-Length: %zu\r\n%s%s%s%s\r\n", method, target, client->old ? 0 : 1, length,
		client->cookie ? "Cookie: " : "", client->cookie ? client->cookie : "",
		client->cookie ? "\r\n" : "", client->headers ? client->headers : "");
	int fd = connect_to(client->server);

	send_all(fd, head, strlen(head));
	send_all(fd, body, length);
	receive_all(fd, client->patience ? client->patience : PATIENCE,
		client->limit ? client->limit : LIMIT, &answer);
	close(fd);
	free(head);
	take_apart(&answer);
	return answer;
}

char *header_of(const struct answer *answer, const char *name)
{
	const char *end = memmem(answer->data, answer->length, "\r\n\r\n", 4);
	const char *line = answer->data;
	size_t length = strlen(name);

	while (end && (line = memmem(line, (size_t)(end - line), "\r\n", 2))) {
		line += 2;
		if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
			line += length + 1 + (line[length + 1] == ' ');
			return text_of_format("%.*s", (int)strcspn(line, "\r"), line);
		}
	}
	return NULL;
}

char *element_of(const struct answer *answer, const char *name)
{
	char *open = text_of_format("<%s", name), *close_ = text_of_format("</%s>", name);
	const char *begin = strstr(answer->body, open);
	const char *end = begin ? strstr(begin, close_) : NULL;
	char *found = NULL;

	if (end) {
		begin = strchr(begin, '>') + 1;
		found = text_of_format("%.*s", (int)(end - begin), begin);
	}
	free(open);
	free(close_);
	return found;
}

void answer_release(struct answer *answer)
{
	free(answer->data);
	*answer = (struct answer){ 0 };
}

struct answer call(struct client *client, const char *method, const char *type,
	const char *id, const char *parameters)
{
	const char *headers = client->headers;
	char *own = text_of_format("Content-Type: text/xml\r\n%s", headers ? headers : "");
	char *body = text_of_format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		"<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\""
		" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><e:Body>"
		"<%s xmlns=\"urn:vim25\"><_this type=\"%s\">%s</_this>%s</%s>"
		"</e:Body></e:Envelope>", method, type, id, parameters, method);
	struct answer answer;

	client->headers = own;
	answer = request(client, "POST", "/sdk", body);
	client->headers = headers;
	free(body);
	free(own);
	return answer;
}

/* The session manager of the model, as the server tells it. */
static char *find_session_manager(struct client *client)
{
	struct answer answer = call(client, "RetrieveServiceContent", "ServiceInstance", "ServiceInstance", "");
	char *id = element_of(&answer, "sessionManager");

	if (!id)
		give_up("no session manager: %s", answer.data);
	answer_release(&answer);
	return id;
}

bool log_in(struct client *client)
{
	char *manager = find_session_manager(client);
	struct answer answer = call(client, "Login", "SessionManager", manager,
		"<userName>user</userName><password>se&amp;cret&lt;7></password>");
	char *cookie = header_of(&answer, "Set-Cookie");

	free(manager);
	answer_release(&answer);
	if (!cookie)
		return false;
	cookie[strcspn(cookie, ";")] = '\0';
	free(client->cookie);
	client->cookie = cookie;
	return true;
}

struct client *begin_list(const char *const options[])
{
	struct client *client = calloc(1, sizeof(*client));
	const char *all[64] = { "--tls", "none" };
	size_t count = 2;

	if (!client)
		give_up("no memory");
	for (; *options; options++) {
		assert_true(count < 63);
		all[count++] = *options;
	}
	client->server = vsphere_server_start_list(all);
	assert_true(log_in(client));
	return client;
}

void end(struct client *client)
{
	vsphere_server_stop(client->server);
	free(client->cookie);
	free(client);
}

void assert_answer(const struct answer *answer, int status, const char *piece)
{
	if (answer->status != status || !strstr(answer->body, piece))
		fail_msg("expected %d and %s, got: %s", status, piece, answer->data);
}

void assert_call(struct client *client, const char *method, const char *type,
	const char *id, const char *parameters, int status, const char *piece)
{
	struct answer answer = call(client, method, type, id, parameters);

	assert_answer(&answer, status, piece);
	answer_release(&answer);
}

void assert_request(struct client *client, const char *method, const char *target,
	const char *body, int status, const char *piece)
{
	struct answer answer = request(client, method, target, body);

	assert_answer(&answer, status, piece);
	answer_release(&answer);
}

struct answer property(struct client *client, const char *type, const char *id, const char *name)
{
	char *parameters = text_of_format("<specSet><propSet><type>%s</type><pathSet>%s</pathSet></propSet>"
		"<objectSet><obj type=\"%s\">%s</obj></objectSet></specSet>", type, name, type, id);
	struct answer answer = call(client, "RetrieveProperties", "PropertyCollector", ESX_COLLECTOR, parameters);

	free(parameters);
	return answer;
}

void assert_property(struct client *client, const char *type, const char *id,
	const char *name, const char *piece)
{
	struct answer answer = property(client, type, id, name);

	assert_answer(&answer, 200, piece);
	answer_release(&answer);
}
