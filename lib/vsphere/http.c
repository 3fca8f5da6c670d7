/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http_inside.h"
#include "report.h"

/* Connections that are kept for later requests. */
#define KEPT_CONNECTIONS 8

/*
 * libcurl wants to be initialised once in a process.  Where it does that safely by
 * itself (7.84 and later, CURL_VERSION_THREADSAFE) it hurts nobody; before, a program
 * with threads has to call curl_global_init() itself before it opens connections.
 */
static pthread_once_t libcurl_once = PTHREAD_ONCE_INIT;

static void initialise_libcurl(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/*
 * The clock
 */

static http_time monotonic(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return now.tv_sec * HTTP_SECOND + now.tv_nsec;
}

http_time vsphere_http_now(const struct http *http)
{
	return monotonic() - http->outside;
}

struct http_visit vsphere_http_leave(const struct http *http)
{
	return (struct http_visit){ monotonic(), http->outside };
}

/* Visits within the visit have been counted already, and are not counted twice. */
void vsphere_http_return(struct http *http, struct http_visit visit)
{
	http->outside = visit.outside + monotonic() - visit.from;
}

/*
 * Opening and closing
 */

/* The scheme, the host and the port; "%25" stands before the zone of an IPv6 address. */
static bool make_base(struct http *http)
{
	const struct vsphere_parameters *p = http->settings.parameters;
	const char *host = http->settings.host, *zone = strchr(host, '%');
	bool address = strchr(host, ':') != NULL;
	int host_length = zone ? (int)(zone - host) : (int)strlen(host);
	size_t size = strlen(host) + 32;

	http->base = vmxi_allocate(http->settings.allocator, size);
	if (!http->base)
		return false;
	snprintf(http->base, size, "%s://%s%.*s%s%s%s:%u", p->https ? "https" : "http",
		 address ? "[" : "", host_length, host, zone ? "%25" : "", zone ? zone + 1 : "",
		 address ? "]" : "", p->port);
	return true;
}

static bool make_handles(struct http *http)
{
	http->multi = curl_multi_init();
	http->share = curl_share_init();
	return http->multi && http->share &&
	       curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS) == CURLM_OK &&
	       curl_share_setopt(http->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) == CURLSHE_OK;
}

enum vmx_code vsphere_http_open(const struct http_settings *settings, struct http **ret,
				struct vmx_error *error)
{
	struct http *http = vmxi_allocate(settings->allocator, sizeof(*http));

	if (!http)
		return vsphere_out_of_memory(error);
	(void)pthread_once(&libcurl_once, initialise_libcurl);
	*http = (struct http){ .settings = *settings };
	if (!http->settings.connect_timeout)
		http->settings.connect_timeout = HTTP_CONNECT_TIMEOUT;
	if (!http->settings.stall_timeout)
		http->settings.stall_timeout = HTTP_STALL_TIMEOUT;
	if (!make_base(http) || !make_handles(http)) {
		vsphere_http_close(http);
		return vsphere_out_of_memory(error);
	}
	*ret = http;
	return VMX_OK;
}

void vsphere_http_close(struct http *http)
{
	if (!http)
		return;
	if (http->multi)
		curl_multi_cleanup(http->multi);
	if (http->share)
		curl_share_cleanup(http->share);
	vmxi_release(http->settings.allocator, http->base);
	vmxi_release(http->settings.allocator, http);
}

/* libcurl has cookies of the share changed through any handle that uses it. */
void vsphere_http_forget(struct http *http)
{
	CURL *easy = curl_easy_init();

	if (easy && curl_easy_setopt(easy, CURLOPT_SHARE, http->share) == CURLE_OK)
		(void)curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
	curl_easy_cleanup(easy);
}

const char *vsphere_http_base(const struct http *http)
{
	return http->base;
}

/*
 * Statuses
 */

static const struct {
	unsigned int status;
	enum vmx_code code;
	const char *hint;
} statuses[] = {
	{ 400, VMX_CODE_HTTP_STATUS, "bad request" },
	{ 401, VMX_CODE_PERMISSION_DENIED, "not logged in; has the session ended?" },
	{ 403, VMX_CODE_PERMISSION_DENIED, "the user may not do that" },
	{ 404, VMX_CODE_NOT_FOUND, "there is no such thing at this address" },
	{ 407, VMX_CODE_HTTP_STATUS, "the proxy wants a password" },
	{ 408, VMX_CODE_TIMED_OUT, "the server has waited too long" },
	{ 413, VMX_CODE_HTTP_STATUS, "too large for the server" },
	{ 416, VMX_CODE_HTTP_STATUS, "that part does not exist" },
	{ 500, VMX_CODE_HTTP_STATUS, "an error inside the server" },
	{ 502, VMX_CODE_HTTP_STATUS, "a proxy can't reach the server" },
	{ 503, VMX_CODE_HTTP_STATUS, "the service is starting, stopping or overloaded; try again later" },
	{ 504, VMX_CODE_TIMED_OUT, "a proxy got no answer from the server" },
	{ 507, VMX_CODE_HTTP_STATUS, "the datastore is full" },
};

enum vmx_code vsphere_http_refuse(const char *what, const struct http_head *head,
				  struct vmx_error *error)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status == head->status)
			return vmx_error_set(error, statuses[i].code, NULL,
					     "%.200s: the server answers with HTTP status %u: %s", what,
					     head->status, statuses[i].hint);
	}
	return vmx_error_set(error, VMX_CODE_HTTP_STATUS, NULL,
			     "%.200s: the server answers with HTTP status %u", what, head->status);
}
