/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HTTP to one server: requests over connections that are kept, several at a time, every
 * answer bounded in size and time.  The only place that knows libcurl.
 *
 * All functions of a request are called outside of libcurl: they may start and run
 * other requests of the same client.  The time that they take counts for no limit.
 *
 * Redirections are never followed, compression is never asked for, a request never waits
 * for "100 Continue".  Cookies are kept as the server sets them, for this server only.
 */
#ifndef VSPHERE_HTTP_H
#define VSPHERE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmxkit/error.h>
#include <vmxkit/memory.h>

#include "parameters.h"

/* Seconds: until a connection stands, TLS included; without a byte during a transfer. */
#define HTTP_CONNECT_TIMEOUT 10
#define HTTP_STALL_TIMEOUT 60

/* Bytes in all headers of one answer, and in the Location of a redirection. */
#define HTTP_HEADERS_MAX ((size_t)64 << 10)
#define HTTP_LOCATION_MAX 512

/* How much of a body waits for its function before the server is made to wait. */
#define HTTP_PIECE_MAX ((size_t)256 << 10)

/* Texts and allocator stay the caller's until the client is closed. */
struct http_settings {
	const struct vmx_allocator *allocator;
	const char *host;	/* an IPv6 address without brackets */
	const struct vsphere_parameters *parameters;
	bool (*cancelled)(void *user);	/* may be NULL */
	/* now and then while requests run; may start and run others; may be NULL */
	void (*idle)(void *user);
	void *user;		/* for both */
	/* tests have no time to wait; 0: HTTP_CONNECT_TIMEOUT, HTTP_STALL_TIMEOUT */
	unsigned int connect_timeout, stall_timeout;
};

struct http;

/* VMX_CODE_OUT_OF_MEMORY, VMX_CODE_INVALID_URI (the host). */
enum vmx_code vsphere_http_open(const struct http_settings *settings, struct http **ret,
				struct vmx_error *error);
/* Once nothing runs.  Takes NULL. */
void vsphere_http_close(struct http *http);

/* "https://[::1]:8443": what every address begins with. */
const char *vsphere_http_base(const struct http *http);

/* Forgets all cookies. */
void vsphere_http_forget(struct http *http);

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE };

/* What the head of an answer says. */
struct http_head {
	unsigned int status;
	bool has_length;	/* of the body, as announced */
	uint64_t length;
	/* of 206 and 416: Content-Range; a 416 has has_total alone */
	bool has_range;
	uint64_t range_from, range_to;	/* both included */
	bool has_total;
	uint64_t total;
	bool is_page;		/* Content-Type: HTML */
};

/*
 * A request.  Zero-initialise it.  It is copied; what it points to stays the caller's
 * until done().
 */
struct http_request {
	enum http_method method;
	const char *what;	/* for messages: "RetrieveProperties", "[ds] a/a.vmx" */
	const char *path;	/* encoded, from '/' on, with the query */
	const char *const *headers;	/* "Name: value", up to a NULL; NULL: none */
	const void *data;	/* of POST; not copied */
	size_t data_length;
	uint64_t upload_length;	/* of PUT; what supply() gives */
	/* GET: the bytes from here on ("Range"); 0: all.  A 200 may come all the same. */
	uint64_t range_from;
	unsigned int timeout;	/* seconds for all of it; 0: the stall limit instead */
	bool insist;		/* goes on though cancelled() says stop: tidying up */
	uint64_t body_max;	/* bytes; 0: none.  More is VMX_CODE_ANSWER_TOO_LARGE */

	/*
	 * Each may be NULL; each may fail, which ends the request with that code and
	 * error.
	 *
	 * head()   once, when the head is complete.  NULL: 2xx is fine, all else fails as
	 *          vsphere_http_refuse() says.
	 * body()   the next bytes of the body
	 * supply() the next bytes of what is uploaded: *ret_length at most max, 0 is an
	 *          error of its own
	 * done()   once, at the end, whatever the outcome; the request is gone then
	 */
	enum vmx_code (*head)(void *user, const struct http_head *head, struct vmx_error *error);
	enum vmx_code (*body)(void *user, const void *data, size_t length,
			      struct vmx_error *error);
	enum vmx_code (*supply)(void *user, void *data, size_t max, size_t *ret_length,
				struct vmx_error *error);
	void (*done)(void *user, enum vmx_code code);
	void *user;
	struct vmx_error *error;	/* filled before done(code); may be NULL */
};

/*
 * Requests that run side by side.  Those of other batches rest meanwhile (which
 * happens when one of the functions starts requests of its own).  The functions of a
 * request leave its batch alone.
 */
struct http_batch {
	struct http *http;
	struct http_transfer *first;
	size_t running;
};

#define HTTP_BATCH_INIT(http_) { (http_), NULL, 0 }

/* Adds a request; if it can't, done() was not called. */
enum vmx_code vsphere_http_start(struct http_batch *batch, const struct http_request *request,
				 struct vmx_error *error);

/* Runs the batch until at most this many of its requests are left. */
void vsphere_http_run(struct http_batch *batch, size_t at_most);

/* Ends what is left with the code VMX_CODE_CANCELLED. */
void vsphere_http_stop(struct http_batch *batch);

/* Starts one request and runs it to its end; done() may be NULL.  Answers its code. */
enum vmx_code vsphere_http_perform(struct http *http, const struct http_request *request,
				   struct vmx_error *error);

/*
 * The error for a status that is none of success, for head(): VMX_CODE_NOT_FOUND for
 * 404, VMX_CODE_PERMISSION_DENIED for 401 and 403, else VMX_CODE_HTTP_STATUS.
 * (3xx never gets that far: it is VMX_CODE_REDIRECTED before.)
 */
enum vmx_code vsphere_http_refuse(const char *what, const struct http_head *head,
				  struct vmx_error *error);

#endif
