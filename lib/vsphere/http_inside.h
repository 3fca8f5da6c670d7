/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of the HTTP client share: http.c (the client, its settings), transfer.c
 * (one request, as libcurl sees it), batch.c (running requests), certificate.c.
 */
#ifndef VSPHERE_HTTP_INSIDE_H
#define VSPHERE_HTTP_INSIDE_H

#include <curl/curl.h>

#include "base/memory.h"
#include "http.h"

/* Nanoseconds. */
typedef int64_t http_time;
#define HTTP_SECOND ((http_time)1000000000)

struct http {
	struct http_settings settings;
	CURLM *multi;
	CURLSH *share;		/* cookies */
	char *base;		/* "https://host:443" */
	char *proxy_host;
	/* how long functions of requests have run, all in all: no limit counts that */
	http_time outside;
};

/* The clock that limits go by: it stands while functions of requests run. */
http_time vsphere_http_now(const struct http *http);

/* Around each call of such a function. */
struct http_visit {
	http_time from, outside;
};
struct http_visit vsphere_http_leave(const struct http *http);
void vsphere_http_return(struct http *http, struct http_visit visit);

struct http_transfer {
	struct http_transfer *next;	/* in the batch */
	struct http *http;
	struct http_request request;
	CURL *easy;
	struct curl_slist *headers;
	char problem[CURL_ERROR_SIZE];

	/* What ended it. */
	bool finished;
	CURLcode result;		/* libcurl's word for it */
	enum vmx_code code;		/* ours, if we ended it */

	struct http_head head;
	bool has_head, head_told;
	size_t header_bytes;
	char location[HTTP_LOCATION_MAX];

	uint64_t received, sent;	/* bytes of bodies */
	struct vmx_bytes waiting, spare;	/* what body() has not seen; room for more */
	char *supply;			/* what is to be sent next */
	size_t supply_at, supply_end;
	bool paused;

	bool connected, is_new;	
	http_time started, connecting;	/* since when */
	http_time window;		/* of the stall limit: its beginning, */
	uint64_t window_bytes;		/* and how many had been moved then */
};

/* Makes what libcurl needs for a request.  On failure nothing is left. */
enum vmx_code vsphere_transfer_new(struct http *http, const struct http_request *request,
				   struct http_transfer **ret, struct vmx_error *error);
void vsphere_transfer_free(struct http_transfer *t);

/* Ends it with a code of ours; the error has been filled. */
void vsphere_transfer_stop(struct http_transfer *t, enum vmx_code code);

/* Hands on what has arrived, gets what is to be sent.  True: there was something. */
bool vsphere_transfer_deliver(struct http_transfer *t);

/* Is it out of time? */
void vsphere_transfer_check_limits(struct http_transfer *t);

/* The code at its end, with the error filled. */
enum vmx_code vsphere_transfer_outcome(struct http_transfer *t);

/*
 * Compares the certificate that a new connection was made with to the fingerprint;
 * VMX_CODE_CERTIFICATE if it is another.
 */
enum vmx_code vsphere_certificate_check(CURL *easy, const char *base,
					const uint8_t fingerprint[SHA256_SIZE],
					const struct vmx_allocator *allocator,
					struct vmx_error *error);

#endif
