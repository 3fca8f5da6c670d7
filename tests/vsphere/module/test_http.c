/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP client against a server that sends what it is told to.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../unit/counting_allocator.h"

#include "http.h"
#include "route_server.h"
#include "sha256.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OK(headers) "HTTP/1.1 200 OK\r\n" headers "\r\n"
#define LENGTH(n) "Content-Length: " #n "\r\n"

/* A server, a client of it, and what the client's requests brought. */
struct bench {
	struct route_server *server;
	struct http *http;
	struct vsphere_parameters parameters;
	struct counting memory;
	struct vmx_error *error;
	bool cancelled;
	/* of the last request */
	struct http_head head;
	char body[256];		/* its beginning */
	size_t length;		/* all of it */
	size_t done;
	enum vmx_code refusal;	/* what body() answers */
	unsigned int slowness;	/* milliseconds that body() takes */
};

static bool is_cancelled(void *user)
{
	struct bench *b = user;

	return b->cancelled;
}

static void begin_with(struct bench *b, const struct route *routes, struct http_settings settings)
{
	*b = (struct bench){ .error = vmx_error_new() };
	counting_begin(&b->memory, 0);
	b->server = routes ? route_server_start(routes) : NULL;
	b->parameters = (struct vsphere_parameters){ .kind = VSPHERE_ESX };
	b->parameters.port = routes ? route_server_port(b->server) : settings.connect_timeout;
	settings.allocator = &b->memory.allocator;
	settings.host = settings.host ? settings.host : "127.0.0.1";
	settings.parameters = &b->parameters;
	settings.cancelled = is_cancelled;
	settings.user = b;
	assert_int_equal(vsphere_http_open(&settings, &b->http, b->error), VMX_OK);
}

static void begin(struct bench *b, const struct route *routes)
{
	begin_with(b, routes, (struct http_settings){ .stall_timeout = 1, .connect_timeout = 2 });
}

static void end(struct bench *b)
{
	vsphere_http_close(b->http);
	if (b->server)
		route_server_stop(b->server);
	vmx_error_free(b->error);
	assert_int_equal(b->memory.live, 0);
}

static enum vmx_code take_any_head(void *user, const struct http_head *head, struct vmx_error *error)
{
	struct bench *b = user;

	(void)error;
	b->head = *head;
	return VMX_OK;
}

static enum vmx_code take_body(void *user, const void *data, size_t length, struct vmx_error *error)
{
	struct bench *b = user;

	if (b->length < sizeof(b->body) - 1) {
		size_t room = sizeof(b->body) - 1 - b->length;

		memcpy(b->body + b->length, data, length < room ? length : room);
		b->body[b->length + (length < room ? length : room)] = '\0';
	}
	b->length += length;
	if (b->slowness)
		usleep(b->slowness * 1000);
	if (b->refusal)
		return vmx_error_set(error, b->refusal, NULL, "no more");
	return VMX_OK;
}

static enum vmx_code get_request(struct bench *b, struct http_request request)
{
	request.what = request.what ? request.what : "the thing";
	request.body = request.body ? request.body : take_body;
	request.user = request.user ? request.user : b;
	b->length = 0;
	b->body[0] = '\0';
	return vsphere_http_perform(b->http, &request, b->error);
}

#define GET(b, ...) get_request((b), (struct http_request){ .method = HTTP_GET, __VA_ARGS__ })

static void assert_message(const struct bench *b, const char *piece)
{
	if (!strstr(vmx_error_message(b->error), piece))
		fail_msg("'%s' is not in: %s", piece, vmx_error_message(b->error));
}

static void assert_refused(struct bench *b, enum vmx_code code, enum vmx_code wanted, const char *piece)
{
	if (code != wanted)
		fail_msg("%d, not %d: %s", code, wanted, vmx_error_message(b->error));
	assert_message(b, piece);
}

/* Much longer than limits of a second or two take, much shorter than none, even on a slow machine. */
#define SOON 20

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * Requests
 */

static void bodies_and_heads_are_handed_over(void **state)
{
	static const struct route routes[] = {
		{ "GET /whole ", OK(LENGTH(5)) "hello" },
		{ "GET /chunks ", OK("Transfer-Encoding: chunked\r\n") "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n" },
		{ "GET /part ", "HTTP/1.1 206 Partial\r\n" LENGTH(2) "content-range: bytes 3-4/5\r\n\r\nlo" },
		{ "GET /beyond ", "HTTP/1.1 416 No\r\n" LENGTH(0) "Content-Range: bytes */5\r\n\r\n" },
		{ "GET /odd ", "HTTP/1.1 206 Partial\r\n" LENGTH(0) "Content-Range: bytes 4-3/x\r\n\r\n" },
		{ "GET /interim ", "HTTP/1.1 103 Early\r\nContent-Length: 9\r\n\r\n" OK(LENGTH(5)) "hello" },
		{ "HEAD /whole ", OK(LENGTH(99)) },
		{ NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	assert_int_equal(GET(&b, .path = "/whole", .head = take_any_head), VMX_OK);
	assert_string_equal(b.body, "hello");
	assert_true(b.head.status == 200 && b.head.has_length && b.head.length == 5);
	assert_false(b.head.has_range);
	assert_int_equal(GET(&b, .path = "/chunks", .head = take_any_head), VMX_OK);
	assert_string_equal(b.body, "hello");
	assert_false(b.head.has_length);
	assert_int_equal(GET(&b, .path = "/part", .head = take_any_head), VMX_OK);
	assert_true(b.head.has_range && b.head.range_from == 3 && b.head.range_to == 4);
	assert_true(b.head.has_total && b.head.total == 5);
	assert_int_equal(GET(&b, .path = "/beyond", .head = take_any_head), VMX_OK);
	assert_true(!b.head.has_range && b.head.has_total && b.head.total == 5);
	assert_int_equal(GET(&b, .path = "/odd", .head = take_any_head), VMX_OK);
	assert_false(b.head.has_range || b.head.has_total);
	assert_int_equal(GET(&b, .path = "/interim", .head = take_any_head), VMX_OK);
	assert_int_equal(b.head.length, 5);
	assert_int_equal(get_request(&b, (struct http_request){ .method = HTTP_HEAD, .path = "/whole",
				     .head = take_any_head }), VMX_OK);
	assert_true(b.head.length == 99 && b.length == 0);
	assert_int_equal(route_server_connections(b.server), 1);
	end(&b);
}

static void requests_say_what_is_needed_and_no_more(void **state)
{
	static const struct route routes[] = {
		{ "POST /sdk ", OK(LENGTH(0)) }, { "GET /a%2520b?c=d ", OK(LENGTH(0)) },
		{ "DELETE /x ", OK(LENGTH(0)) }, { NULL },
	};
	static const char *const headers[] = { "Content-Type: text/xml", "X: y", NULL };
	struct bench b;
	char *text;

	(void)state;
	begin(&b, routes);
	assert_int_equal(get_request(&b, (struct http_request){ .method = HTTP_POST, .path = "/sdk",
				     .headers = headers, .data = "<a/>", .data_length = 4 }), VMX_OK);
	assert_int_equal(GET(&b, .path = "/a%2520b?c=d", .range_from = 7), VMX_OK);
	assert_int_equal(get_request(&b, (struct http_request){ .method = HTTP_DELETE, .path = "/x" }), VMX_OK);
	text = route_server_text(b.server);
	assert_non_null(strstr(text, "\r\nContent-Type: text/xml\r\nX: y\r\nContent-Length: 4\r\n\r\n<a/>"));
	assert_non_null(strstr(text, "\r\nUser-Agent: vmxkit/"));
	assert_non_null(strstr(text, "\r\nRange: bytes=7-\r\n"));
	assert_null(strstr(text, "Expect"));
	assert_null(strstr(text, "Accept-Encoding"));
	assert_null(strstr(text, "Authorization"));
	free(text);
	end(&b);
}

static void cookies_come_back_as_they_were_set(void **state)
{
	static const struct route routes[] = {
		{ "GET /set ", OK(LENGTH(0) "Set-Cookie: vmware_soap_session=\"52 1a/=+\"; Path=/; HttpOnly\r\n") },
		{ "GET /new ", OK(LENGTH(0) "Set-Cookie: vmware_soap_session=other; Path=/\r\n") },
		{ "GET /", OK(LENGTH(0)) }, { NULL },
	};
	struct bench b;
	char *text, *second;

	(void)state;
	begin(&b, routes);
	assert_int_equal(GET(&b, .path = "/set"), VMX_OK);
	assert_int_equal(GET(&b, .path = "/folder/x"), VMX_OK);
	assert_int_equal(GET(&b, .path = "/new"), VMX_OK);
	assert_int_equal(GET(&b, .path = "/last"), VMX_OK);
	text = route_server_text(b.server);
	second = strstr(text, "GET /folder/x ");
	assert_null(memmem(text, (size_t)(second - text), "Cookie", 6));
	assert_non_null(strstr(second, "\r\nCookie: vmware_soap_session=\"52 1a/=+\"\r\n"));
	assert_non_null(strstr(strstr(text, "GET /last "), "\r\nCookie: vmware_soap_session=other\r\n"));
	free(text);
	end(&b);
}

static void addresses_have_brackets_where_they_need_them(void **state)
{
	static const struct { const char *host, *base; } cases[] = {
		{ "h.example", "http://h.example:99" }, { "10.0.0.1", "http://10.0.0.1:99" },
		{ "::1", "http://[::1]:99" }, { "fe80::1%eth0", "http://[fe80::1%25eth0]:99" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench b;

		begin_with(&b, NULL, (struct http_settings){ .host = cases[i].host, .connect_timeout = 99 });
		assert_string_equal(vsphere_http_base(b.http), cases[i].base);
		end(&b);
	}
}

/*
 * Refusals
 */

static void statuses_are_told_with_a_hint(void **state)
{
	static const struct { const char *path; enum vmx_code code; const char *piece; } cases[] = {
		{ "/401", VMX_CODE_PERMISSION_DENIED, "the thing: the server answers with HTTP status 401: not logged in" },
		{ "/403", VMX_CODE_PERMISSION_DENIED, "403" }, { "/404", VMX_CODE_NOT_FOUND, "404" },
		{ "/418", VMX_CODE_HTTP_STATUS, "418" },
		{ "/503", VMX_CODE_HTTP_STATUS, "503: the service is starting" },
	};
	static const struct route routes[] = {
		{ "GET /401 ", "HTTP/1.1 401 x\r\n" LENGTH(0) "\r\n" },
		{ "GET /403 ", "HTTP/1.1 403 x\r\n" LENGTH(0) "\r\n" },
		{ "GET /404 ", "HTTP/1.1 404 x\r\n" LENGTH(0) "\r\n" },
		{ "GET /418 ", "HTTP/1.1 418 x\r\n" LENGTH(0) "\r\n" },
		{ "GET /503 ", "HTTP/1.1 503 x\r\n" LENGTH(0) "\r\n" }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&b, GET(&b, .path = cases[i].path), cases[i].code, cases[i].piece);
	end(&b);
}

static void redirections_are_never_followed(void **state)
{
	static const struct route routes[] = {
		{ "GET /301 ", "HTTP/1.1 301 x\r\n" LENGTH(0) "Location: /secret\r\n\r\n" },
		{ "GET /302 ", "HTTP/1.1 302 x\r\n" LENGTH(0) "Location: http://other.example/\x1b[31m\r\n\r\n" },
		{ "GET /307 ", "HTTP/1.1 307 x\r\n" LENGTH(0) "\r\n" }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	assert_refused(&b, GET(&b, .path = "/301", .head = take_any_head), VMX_CODE_REDIRECTED, "/301 sends us on to '/secret' (HTTP status 301)");
	assert_refused(&b, GET(&b, .path = "/302"), VMX_CODE_REDIRECTED, "'http://other.example/?[31m'");
	assert_refused(&b, GET(&b, .path = "/307"), VMX_CODE_REDIRECTED, "to ''");
	assert_int_equal(route_server_requests(b.server), 3);
	end(&b);
}

static void answers_are_bounded_while_they_arrive(void **state)
{
	static const struct route routes[] = {
		{ "GET /announced ", OK("Content-Length: 10737418240\r\n"), "x", 1 << 20, .close = true },
		{ "GET /endless ", OK(""), "0123456789abcdef0123456789abcdef", (size_t)1 << 40, .close = true },
		{ "GET /chunks ", OK("Transfer-Encoding: chunked\r\n"), "8\r\n01234567\r\n", (size_t)1 << 40 },
		{ "GET /headers ", "HTTP/1.1 200 OK\r\n", "X-More: and more\r\n", (size_t)1 << 40 },
		{ "GET /interim ", "", "HTTP/1.1 100 Continue\r\n\r\n", (size_t)1 << 40 },
		{ "GET /exact ", OK(LENGTH(1000)), "0123456789", 100 }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	assert_refused(&b, GET(&b, .path = "/announced", .body_max = 1000), VMX_CODE_ANSWER_TOO_LARGE,
		       "more than 1000 bytes");
	assert_int_equal(b.length, 0);
	assert_refused(&b, GET(&b, .path = "/endless", .body_max = 1000), VMX_CODE_ANSWER_TOO_LARGE,
		       "more than 1000 bytes");
	assert_true(b.length <= 1000);
	assert_refused(&b, GET(&b, .path = "/chunks", .body_max = 100000), VMX_CODE_ANSWER_TOO_LARGE,
		       "more than 100000 bytes");
	assert_refused(&b, GET(&b, .path = "/headers"), VMX_CODE_ANSWER_TOO_LARGE, "head of the server's answer");
	assert_refused(&b, GET(&b, .path = "/interim", .timeout = 5), VMX_CODE_ANSWER_TOO_LARGE, "head of the server's answer");
	assert_int_equal(GET(&b, .path = "/exact", .body_max = 1000), VMX_OK);
	assert_int_equal(b.length, 1000);
	end(&b);
}

static void lying_and_broken_answers_are_refused(void **state)
{
	static const struct { const char *path; enum vmx_code code; const char *piece; } cases[] = {
		{ "/long", VMX_CODE_UNREACHABLE, "the connection broke" },
		{ "/cut", VMX_CODE_UNREACHABLE, "the connection broke" },
		{ "/head", VMX_CODE_UNREACHABLE, "the head of the answer is not complete" },
		{ "/nothing", VMX_CODE_UNREACHABLE, "the connection broke" },
		{ "/old", VMX_CODE_SERVER_ANSWER, "" },
		{ "/two", VMX_CODE_UNREACHABLE, "" },
	};
	static const struct route routes[] = {
		{ "GET /long ", OK(LENGTH(100)) "short", .close = true },
		{ "GET /cut ", OK("Transfer-Encoding: chunked\r\n") "10\r\nshort", .close = true },
		{ "GET /head ", "HTTP/1.1 200 OK\r\nContent-Le", .close = true },
		{ "GET /nothing ", NULL, .close = true }, { "GET /old ", "what is this", .close = true },
		{ "GET /two ", OK("Transfer-Encoding: chunked\r\n") "zz\r\n", .close = true },
		{ "GET /short ", OK(LENGTH(3)) "too much", .close = true },
		{ "GET /zipped ", OK(LENGTH(4) "Content-Encoding: gzip\r\n") "\x1f\x8b\x08x" }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&b, GET(&b, .path = cases[i].path, .timeout = 5), cases[i].code, cases[i].piece);
	assert_int_equal(GET(&b, .path = "/short"), VMX_OK);
	assert_string_equal(b.body, "too");
	assert_int_equal(GET(&b, .path = "/zipped"), VMX_OK);	/* never asked for, so never undone */
	assert_string_equal(b.body, "\x1f\x8b\x08x");
	end(&b);
}

static void a_server_that_is_not_there_is_told(void **state)
{
	static const struct route none[] = { { NULL } };
	struct route_server *server = route_server_start(none);
	unsigned int port = route_server_port(server);
	struct bench b;

	(void)state;
	route_server_stop(server);
	begin_with(&b, NULL, (struct http_settings){ .connect_timeout = port });
	assert_refused(&b, GET(&b, .path = "/"), VMX_CODE_UNREACHABLE, "the thing: can't reach http://127.0.0.1:");
	end(&b);
	begin_with(&b, NULL, (struct http_settings){ .host = "no-such-host.invalid", .connect_timeout = 1 });
	assert_refused(&b, GET(&b, .path = "/"), VMX_CODE_UNREACHABLE, "can't reach");
	end(&b);
}

static void a_connection_that_was_closed_meanwhile_is_made_anew(void **state)
{
	static const struct route routes[] = {
		{ "GET /first ", OK(LENGTH(1)) "a", .close = true }, { "GET /second ", OK(LENGTH(1)) "b" }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	assert_int_equal(GET(&b, .path = "/first"), VMX_OK);
	assert_int_equal(GET(&b, .path = "/second"), VMX_OK);
	assert_string_equal(b.body, "b");
	end(&b);
}

/*
 * Time
 */

static void requests_end_in_time(void **state)
{
	static const struct route routes[] = {
		{ "GET /silent ", NULL }, { "GET /trickle ", OK(""), "x", 100000, .pause = 100 },
		{ "GET /stall ", OK(LENGTH(1000)) "some" }, { NULL },
	};
	static const struct { const char *path; unsigned int timeout; const char *piece; } cases[] = {
		{ "/silent", 1, "the thing: timed out: http://127.0.0.1:" },
		{ "/trickle", 1, "has not answered in full within 1 seconds" },
		{ "/silent", 0, "less than a byte a second for 1 seconds" },
		{ "/stall", 0, "less than a byte a second for 1 seconds" },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	for (size_t i = 0; i < COUNT(cases); i++) {
		double from = seconds();

		assert_refused(&b, GET(&b, .path = cases[i].path, .timeout = cases[i].timeout),
			       VMX_CODE_TIMED_OUT, cases[i].piece);
		assert_true(seconds() - from < SOON);
	}
	end(&b);
}

/* A server that takes connections, but does not speak TLS on them. */
static void connecting_ends_in_time(void **state)
{
	static const struct route routes[] = { { NULL } };
	struct bench b;
	double from;

	(void)state;
	begin_with(&b, routes, (struct http_settings){ .connect_timeout = 1, .stall_timeout = 9 });
	vsphere_http_close(b.http);
	b.parameters.https = true;
	assert_int_equal(vsphere_http_open(&(struct http_settings){
		.allocator = &b.memory.allocator, .host = "127.0.0.1", .parameters = &b.parameters,
		.connect_timeout = 1 }, &b.http, b.error), VMX_OK);
	from = seconds();
	assert_refused(&b, GET(&b, .path = "/", .timeout = 60), VMX_CODE_TIMED_OUT,
		       "timed out: no connection to https://127.0.0.1:");
	assert_true(seconds() - from < SOON);
	end(&b);
}

static void slow_callers_do_not_run_out_of_time(void **state)
{
	static const struct route routes[] = {
		{ "GET /", OK(LENGTH(1000000)), "0123456789", 100000 }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	b.slowness = 400;
	assert_int_equal(GET(&b, .path = "/", .timeout = 1), VMX_OK);
	assert_int_equal(b.length, 1000000);
	assert_int_equal(GET(&b, .path = "/"), VMX_OK);	/* the stall limit */
	end(&b);
}

static void what_waits_for_a_slow_caller_is_bounded(void **state)
{
	static const struct route routes[] = {
		{ "GET /", OK(LENGTH(8000000)), "0123456789", 800000 }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	b.slowness = 20;
	assert_int_equal(GET(&b, .path = "/"), VMX_OK);
	assert_int_equal(b.length, 8000000);
	assert_true(b.memory.peak < 8 * HTTP_PIECE_MAX);	/* two, that grew by doubling */
	end(&b);
}

static void requests_can_be_stopped(void **state)
{
	static const struct route routes[] = {
		{ "GET /silent ", NULL }, { "GET /good ", OK(LENGTH(1)) "a" }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	b.cancelled = true;
	assert_refused(&b, GET(&b, .path = "/silent"), VMX_CODE_CANCELLED, "the thing: stopped");
	assert_int_equal(GET(&b, .path = "/good", .insist = true), VMX_OK);
	end(&b);
}

static void what_functions_refuse_ends_the_request(void **state)
{
	static const struct route routes[] = { { "GET /", OK(LENGTH(3000000)), "0123456789", 300000 }, { NULL } };
	struct bench b;

	(void)state;
	begin(&b, routes);
	b.refusal = VMX_CODE_SERVER_ANSWER;
	assert_refused(&b, GET(&b, .path = "/"), VMX_CODE_SERVER_ANSWER, "no more");
	assert_true(b.length < 1000000);
	end(&b);
}

/*
 * Several at a time
 */

struct one {
	struct bench *bench;
	size_t length;
	enum vmx_code code;
	bool done;
};

static enum vmx_code count_body(void *user, const void *data, size_t length, struct vmx_error *error)
{
	struct one *one = user;

	(void)data;
	(void)error;
	one->length += length;
	return VMX_OK;
}

static void end_one(void *user, enum vmx_code code)
{
	struct one *one = user;

	one->done = true;
	one->code = code;
	one->bench->done++;
}

static const struct route several[] = {
	{ "GET /quick ", OK(LENGTH(10)) "0123456789" },
	{ "GET /slow ", OK(LENGTH(10)) "0123456789", .wait = 500 },
	{ "GET /missing ", "HTTP/1.1 404 x\r\n" LENGTH(0) "\r\n" }, { NULL },
};

static void start(struct http_batch *batch, struct one *one, const char *path)
{
	const struct http_request request = { .method = HTTP_GET, .what = path, .path = path,
					      .body = count_body, .done = end_one, .user = one };

	assert_int_equal(vsphere_http_start(batch, &request, NULL), VMX_OK);
}

static void several_requests_run_side_by_side(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, several);
	struct one ones[4] = { { &b }, { &b }, { &b }, { &b } };
	struct http_batch batch = HTTP_BATCH_INIT(b.http);

	start(&batch, &ones[0], "/slow");
	start(&batch, &ones[1], "/quick");
	start(&batch, &ones[2], "/slow");
	start(&batch, &ones[3], "/missing");
	vsphere_http_run(&batch, 2);
	assert_true(ones[1].done && ones[3].done && b.done == 2 && batch.running == 2);
	vsphere_http_run(&batch, 0);
	assert_true(route_server_connections(b.server) >= 2);
	assert_true(ones[0].code == VMX_OK && ones[1].code == VMX_OK && ones[2].code == VMX_OK);
	assert_int_equal(ones[3].code, VMX_CODE_NOT_FOUND);
	assert_true(ones[0].length == 10 && ones[1].length == 10 && ones[2].length == 10);
	end(&b);
}

static void a_batch_can_be_stopped(void **state)
{
	struct bench b;

	(void)state;
	begin(&b, several);
	struct one ones[2] = { { &b }, { &b } };
	struct http_batch batch = HTTP_BATCH_INIT(b.http);

	start(&batch, &ones[0], "/slow");
	start(&batch, &ones[1], "/slow");
	vsphere_http_stop(&batch);
	assert_int_equal(b.done, 2);
	assert_int_equal(ones[0].code, VMX_CODE_CANCELLED);
	end(&b);
}

static enum vmx_code ask_more(void *user, const void *data, size_t length, struct vmx_error *error)
{
	struct one *one = user;
	struct bench *b = one->bench;
	struct one inner = { b };
	const struct http_request request = { .method = HTTP_GET, .what = "inner", .path = "/slow",
					      .body = count_body, .user = &inner, .timeout = 5 };

	(void)data;
	one->length += length;
	assert_int_equal(vsphere_http_perform(b->http, &request, error), VMX_OK);
	assert_int_equal(inner.length, 10);
	return VMX_OK;
}

/* Two requests, each of whose functions asks on the way; none gets lost or mixed up. */
static void functions_may_make_requests_of_their_own(void **state)
{
	static const struct route routes[] = {
		{ "GET /large ", OK(LENGTH(1000000)), "0123456789", 100000 },
		{ "GET /slow ", OK(LENGTH(10)) "0123456789", .wait = 50 }, { NULL },
	};
	struct bench b;

	(void)state;
	begin(&b, routes);
	struct one ones[2] = { { &b }, { &b } };
	struct http_batch batch = HTTP_BATCH_INIT(b.http);

	for (size_t i = 0; i < 2; i++) {
		const struct http_request request = { .method = HTTP_GET, .what = "outer", .path = "/large",
			.body = ask_more, .done = end_one, .user = &ones[i], .timeout = 1 };

		assert_int_equal(vsphere_http_start(&batch, &request, NULL), VMX_OK);
	}
	vsphere_http_run(&batch, 0);
	assert_true(ones[0].length == 1000000 && ones[1].length == 1000000);
	assert_true(ones[0].code == VMX_OK && ones[1].code == VMX_OK);
	end(&b);
}

/*
 * Uploads
 */

struct supply {
	size_t given, stop_at;
	enum vmx_code refusal;
};

static enum vmx_code give(void *user, void *data, size_t max, size_t *ret_length, struct vmx_error *error)
{
	struct supply *supply = user;

	if (supply->refusal && supply->given >= supply->stop_at)
		return vmx_error_set(error, supply->refusal, NULL, "can't read");
	*ret_length = supply->given >= supply->stop_at ? 0 : max < 1000 ? max : 1000;
	memset(data, 'a' + (int)(supply->given / 1000 % 26), *ret_length);
	supply->given += *ret_length;
	return VMX_OK;
}

static void uploads_are_sent_as_they_are_supplied(void **state)
{
	static const struct route routes[] = {
		{ "PUT /new ", "HTTP/1.1 201 Created\r\n" LENGTH(0) "\r\n" }, { NULL },
	};
	struct supply supply = { .stop_at = SIZE_MAX };
	struct bench b;
	char *text;

	(void)state;
	begin(&b, routes);
	assert_int_equal(get_request(&b, (struct http_request){ .method = HTTP_PUT, .path = "/new",
		.upload_length = 200001, .supply = give, .user = &supply }), VMX_OK);
	text = route_server_text(b.server);
	assert_non_null(strstr(text, "\r\nContent-Length: 200001\r\n"));
	assert_int_equal(strlen(strstr(text, "\r\n\r\n") + 4), 200001);
	assert_non_null(strstr(text, "aabbb"));
	free(text);
	assert_int_equal(get_request(&b, (struct http_request){ .method = HTTP_PUT, .path = "/new",
		.supply = give, .user = &supply }), VMX_OK);	/* an empty file */
	end(&b);
}

static void uploads_that_can_not_go_on_end(void **state)
{
	static const struct route routes[] = { { "PUT /new ", OK(LENGTH(0)) }, { NULL } };
	struct supply ends = { .stop_at = 5000 };
	struct supply fails = { .stop_at = 5000, .refusal = VMX_CODE_NOT_FOUND };
	struct bench b;

	(void)state;
	begin(&b, routes);
	assert_refused(&b, get_request(&b, (struct http_request){ .method = HTTP_PUT, .path = "/new",
		.upload_length = 200001, .supply = give, .user = &ends }), VMX_CODE_CANCELLED,
		"ended before its announced length");
	assert_refused(&b, get_request(&b, (struct http_request){ .method = HTTP_PUT, .path = "/new",
		.upload_length = 200001, .supply = give, .user = &fails }), VMX_CODE_NOT_FOUND, "can't read");
	end(&b);
}

/* The server takes the first megabyte. */
static void uploads_that_stall_end(void **state)
{
	static const struct route routes[] = { { NULL } };
	struct supply supply = { .stop_at = SIZE_MAX };
	struct bench b;

	(void)state;
	begin(&b, routes);
	assert_refused(&b, get_request(&b, (struct http_request){ .method = HTTP_PUT, .path = "/new",
		.upload_length = (uint64_t)1 << 40, .supply = give, .user = &supply }),
		VMX_CODE_TIMED_OUT, "less than a byte a second");
	assert_true(supply.given < (size_t)64 << 20);
	end(&b);
}

/*
 * Proxies
 */

static void proxies_are_asked_instead_of_the_server(void **state)
{
	static const struct route routes[] = {
		{ "GET http://far.example:99/sdk ", OK(LENGTH(5)) "hello" }, { NULL },
	};
	struct bench b;

	(void)state;
	begin_with(&b, routes, (struct http_settings){ .host = "far.example" });
	b.parameters.proxy = (struct vsphere_proxy){ VSPHERE_PROXY_HTTP, "127.0.0.1", b.parameters.port };
	b.parameters.port = 99;
	vsphere_http_close(b.http);
	assert_int_equal(vsphere_http_open(&(struct http_settings){
		.allocator = &b.memory.allocator, .host = "far.example", .parameters = &b.parameters },
		&b.http, b.error), VMX_OK);
	assert_int_equal(GET(&b, .path = "/sdk"), VMX_OK);
	assert_string_equal(b.body, "hello");
	/* what the environment says is for those who name no proxy */
	setenv("no_proxy", "*", 1);
	assert_int_equal(GET(&b, .path = "/sdk"), VMX_OK);
	assert_string_equal(b.body, "hello");
	unsetenv("no_proxy");
	end(&b);
}

/* Takes one connection, and closes it after the first byte. */
struct first_byte {
	int listener;
	unsigned char byte;
	pthread_t thread;
};

static void *take_first_byte(void *user)
{
	struct first_byte *first = user;
	int client = accept(first->listener, NULL, NULL);

	if (client >= 0 && recv(client, &first->byte, 1, 0) != 1)
		first->byte = 0;
	close(client);
	return NULL;
}

static unsigned int listen_for_first_byte(struct first_byte *first)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	first->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(first->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(first->listener, 1), 0);
	assert_int_equal(getsockname(first->listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(pthread_create(&first->thread, NULL, take_first_byte, first), 0);
	return ntohs(address.sin_port);
}

/* What the client says first tells the kind. */
static void proxies_are_spoken_to_in_their_language(void **state)
{
	static const struct { enum vsphere_proxy_type type; char first; } cases[] = {
		{ VSPHERE_PROXY_SOCKS4, 4 }, { VSPHERE_PROXY_SOCKS4A, 4 }, { VSPHERE_PROXY_SOCKS5, 5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct first_byte first = { .byte = 0 };
		struct bench b;

		begin_with(&b, NULL, (struct http_settings){ .connect_timeout = 99 });
		b.parameters.proxy = (struct vsphere_proxy){ cases[i].type, "127.0.0.1",
							     listen_for_first_byte(&first) };
		assert_int_equal(GET(&b, .path = "/sdk", .timeout = 5), VMX_CODE_UNREACHABLE);
		end(&b);
		pthread_join(first.thread, NULL);
		close(first.listener);
		assert_int_equal(first.byte, cases[i].first);
	}
}

/*
 * The rest
 */

static void running_out_of_memory_is_an_error(void **state)
{
	static const struct route routes[] = { { "GET /", OK(LENGTH(5)) "hello" }, { NULL } };
	struct bench b;
	enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;

	(void)state;
	begin(&b, routes);
	for (size_t n = 1; code != VMX_OK; n++) {
		b.memory.calls = 0;
		b.memory.fail_at = n;
		code = GET(&b, .path = "/");
		assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
	}
	assert_string_equal(b.body, "hello");
	end(&b);
}

/* FIPS 180-4's examples, and those of lengths around a block (from sha256sum). */
static void sha256_is_that_of_the_standard(void **state)
{
	static const struct { const char *text; size_t times; const char *digest; } cases[] = {
		{ "", 0, "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55" },
		{ "abc", 1, "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		  "24:8D:6A:61:D2:06:38:B8:E5:C0:26:93:0C:3E:60:39:A3:3C:E4:59:64:FF:21:67:F6:EC:ED:D4:19:DB:06:C1" },
		{ "a", 1000000, "CD:C7:6E:5C:99:14:FB:92:81:A1:C7:E2:84:D7:3E:67:F1:80:9A:48:A4:97:20:0E:04:6D:39:CC:C7:11:2C:D0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t length = strlen(cases[i].text), all = length * cases[i].times;
		char *data = malloc(all + 1), found[SHA256_TEXT_SIZE];
		uint8_t digest[SHA256_SIZE];

		assert_non_null(data);
		for (size_t n = 0; n < cases[i].times; n++)
			memcpy(data + n * length, cases[i].text, length);
		vsphere_sha256(data, all, digest);
		vsphere_sha256_format(digest, found);
		assert_string_equal(found, cases[i].digest);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_and_heads_are_handed_over),
		cmocka_unit_test(requests_say_what_is_needed_and_no_more),
		cmocka_unit_test(cookies_come_back_as_they_were_set),
		cmocka_unit_test(addresses_have_brackets_where_they_need_them),
		cmocka_unit_test(statuses_are_told_with_a_hint),
		cmocka_unit_test(redirections_are_never_followed),
		cmocka_unit_test(answers_are_bounded_while_they_arrive),
		cmocka_unit_test(lying_and_broken_answers_are_refused),
		cmocka_unit_test(a_server_that_is_not_there_is_told),
		cmocka_unit_test(a_connection_that_was_closed_meanwhile_is_made_anew),
		cmocka_unit_test(requests_end_in_time),
		cmocka_unit_test(connecting_ends_in_time),
		cmocka_unit_test(slow_callers_do_not_run_out_of_time),
		cmocka_unit_test(what_waits_for_a_slow_caller_is_bounded),
		cmocka_unit_test(requests_can_be_stopped),
		cmocka_unit_test(what_functions_refuse_ends_the_request),
		cmocka_unit_test(several_requests_run_side_by_side),
		cmocka_unit_test(a_batch_can_be_stopped),
		cmocka_unit_test(functions_may_make_requests_of_their_own),
		cmocka_unit_test(uploads_are_sent_as_they_are_supplied),
		cmocka_unit_test(uploads_that_can_not_go_on_end),
		cmocka_unit_test(uploads_that_stall_end),
		cmocka_unit_test(proxies_are_asked_instead_of_the_server),
		cmocka_unit_test(proxies_are_spoken_to_in_their_language),
		cmocka_unit_test(running_out_of_memory_is_an_error),
		cmocka_unit_test(sha256_is_that_of_the_standard),
	};

	/* the environment's proxy is none for a server in this program */
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
