/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include <vmxkit/version.h>

#include "base/number.h"
#include "http_inside.h"
#include "report.h"

/* How much of an upload is asked for at once. */
#define SUPPLY_SIZE ((size_t)64 << 10)
/* How much libcurl reads at once. */
#define RECEIVE_SIZE (128L << 10)

/*
 * Ending
 */

void vsphere_transfer_stop(struct http_transfer *t, enum vmx_code code)
{
	if (t->code == VMX_OK)
		t->code = code;
	t->finished = true;
}

#define FAIL(t, code_, ...) \
	do { \
		if ((t)->code == VMX_OK) \
			vsphere_transfer_stop((t), vmx_error_set((t)->request.error, (code_), NULL, \
								 __VA_ARGS__)); \
	} while (0)

/*
 * The head.  libcurl hands over line by line, also those of interim answers and of
 * what follows a chunked body.
 */

static bool take_status(struct http_transfer *t, struct text line)
{
	size_t blank = vmxi_text_find(line, ' '), digits;
	uint64_t status = 0;

	if (blank == line.len || !vmxi_parse_digits(text_skip(line, blank + 1), &status, &digits))
		return false;
	t->head = (struct http_head){ .status = status < 1000 ? (unsigned int)status : 0 };
	t->location[0] = '\0';
	return true;
}

static void take_length(struct http_transfer *t, struct text value)
{
	size_t digits;

	t->head.has_length = vmxi_parse_digits(value, &t->head.length, &digits) &&
			     digits == value.len;
}

/* "bytes FROM-TO/TOTAL", '*' for what is not known (RFC 9110, 14.4) */
static void take_range(struct http_transfer *t, struct text value)
{
	struct http_head *h = &t->head;
	size_t slash, n;

	if (!text_starts_nocase(value, TEXT("bytes ")))
		return;
	value = text_skip(value, strlen("bytes "));
	slash = vmxi_text_find(value, '/');
	if (slash == value.len)
		return;
	h->has_total = vmxi_parse_digits(text_skip(value, slash + 1), &h->total, &n) &&
		       n == value.len - slash - 1;
	value.len = slash;
	if (!vmxi_parse_digits(value, &h->range_from, &n) || n == value.len || value.ptr[n] != '-')
		return;
	value = text_skip(value, n + 1);
	h->has_range = vmxi_parse_digits(value, &h->range_to, &n) && n == value.len &&
		       h->range_to >= h->range_from;
}

static void take_type(struct http_transfer *t, struct text value)
{
	t->head.is_page = text_starts_nocase(value, TEXT("text/html"));
}

static void take_location(struct http_transfer *t, struct text value)
{
	snprintf(t->location, sizeof(t->location), "%.*s",
		 (int)(value.len < HTTP_LOCATION_MAX ? value.len : HTTP_LOCATION_MAX), value.ptr);
}

static const struct {
	struct text name;
	void (*take)(struct http_transfer *t, struct text value);
} fields[] = {
	{ { "Content-Length:", 15 }, take_length },
	{ { "Content-Range:", 14 }, take_range },
	{ { "Content-Type:", 13 }, take_type },
	{ { "Location:", 9 }, take_location },
};

static void take_field(struct http_transfer *t, struct text line)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (text_starts_nocase(line, fields[i].name))
			fields[i].take(t, vmxi_text_trim(text_skip(line, fields[i].name.len)));
	}
}

static void too_large(struct http_transfer *t)
{
	FAIL(t, VMX_CODE_ANSWER_TOO_LARGE, "%.200s: the server's answer has more than %llu bytes",
	     t->request.what, (unsigned long long)t->request.body_max);
}

/* Redirections end the request, whoever asks: to follow one could mean to tell a stranger. */
static void end_head(struct http_transfer *t)
{
	if (t->head.status < 200)
		return;
	t->has_head = true;
	if (t->head.status >= 300 && t->head.status < 400)
		FAIL(t, VMX_CODE_REDIRECTED,
		     "%.200s: %s%.200s sends us on to '%.300s' (HTTP status %u), and redirections are "
		     "not followed; give the right host, port and transport in the URI",
		     t->request.what, t->http->base, t->request.path, t->location, t->head.status);
	else if (t->request.method != HTTP_HEAD && t->request.body_max && t->head.has_length &&
		 t->head.length > t->request.body_max)
		too_large(t);
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
	struct http_transfer *t = user;
	struct text line = { data, size * count };

	t->header_bytes += line.len;
	if (t->header_bytes > HTTP_HEADERS_MAX)
		FAIL(t, VMX_CODE_ANSWER_TOO_LARGE, "%.200s: the head of the server's answer has more than "
		     "%zu bytes", t->request.what, HTTP_HEADERS_MAX);
	while (line.len > 0 && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r'))
		line.len--;
	if (!t->has_head && t->code == VMX_OK) {
		if (line.len == 0)
			end_head(t);
		else if (!text_starts(line, TEXT("HTTP/")) || !take_status(t, line))
			take_field(t, line);
	}
	return t->code == VMX_OK ? size * count : 0;
}

/*
 * Bodies
 */

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
	struct http_transfer *t = user;
	size_t length = size * count;

	if (t->code != VMX_OK)
		return 0;
	if (t->waiting.length > 0 && t->waiting.length + length > HTTP_PIECE_MAX) {
		t->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	t->received += length;
	if (t->request.body_max && t->received > t->request.body_max) {
		too_large(t);
		return 0;
	}
	if (!vmxi_bytes_append(&t->waiting, data, length)) {
		vsphere_transfer_stop(t, vsphere_out_of_memory(t->request.error));
		return 0;
	}
	return length;
}

static size_t on_supply(char *data, size_t size, size_t count, void *user)
{
	struct http_transfer *t = user;
	size_t room = size * count, length = t->supply_end - t->supply_at;

	if (t->code != VMX_OK)
		return CURL_READFUNC_ABORT;
	if (t->sent == t->request.upload_length)
		return 0;
	if (length == 0) {
		t->paused = true;
		return CURL_READFUNC_PAUSE;
	}
	length = length < room ? length : room;
	memcpy(data, t->supply + t->supply_at, length);
	t->supply_at += length;
	t->sent += length;
	return length;
}

/*
 * Connections
 */

/* Only a new connection opens a socket; there may be two for one, if the first is slow. */
static int on_socket(void *user, curl_socket_t socket, curlsocktype purpose)
{
	struct http_transfer *t = user;

	(void)socket;
	(void)purpose;
	if (t->connected)
		t->connecting = vsphere_http_now(t->http);
	t->connected = false;
	t->is_new = true;
	return CURL_SOCKOPT_OK;
}

/* The connection stands, nothing has been sent on it for this request. */
static int on_ready(void *user, char *remote, char *local, int remote_port, int local_port)
{
	struct http_transfer *t = user;
	const struct vsphere_parameters *p = t->http->settings.parameters;
	enum vmx_code code = VMX_OK;

	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	t->connected = true;
	t->window = vsphere_http_now(t->http);
	/* one that is kept was looked at when it was new */
	if (t->is_new && p->https && p->has_fingerprint)
		code = vsphere_certificate_check(t->easy, t->http->base, p->fingerprint,
						 t->http->settings.allocator, t->request.error);
	if (code != VMX_OK)
		vsphere_transfer_stop(t, code);
	return code == VMX_OK ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/*
 * Settings.  Each answers false only if there is no memory, or libcurl lacks what
 * we can't do without.
 */

#define SET(t, option, value) (curl_easy_setopt((t)->easy, (option), (value)) == CURLE_OK)

static bool set_tls(struct http_transfer *t)
{
	const struct vsphere_parameters *p = t->http->settings.parameters;
	bool verify = !p->no_verify && !p->has_fingerprint;

	return SET(t, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L) &&
	       SET(t, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L) &&
	       (!p->has_fingerprint || SET(t, CURLOPT_CERTINFO, 1L)) &&
	       (!p->cacert || (SET(t, CURLOPT_CAINFO, p->cacert) && SET(t, CURLOPT_CAPATH, NULL)));
}

static bool set_proxy(struct http_transfer *t)
{
	static const long types[] = {
		[VSPHERE_PROXY_HTTP] = CURLPROXY_HTTP,
		[VSPHERE_PROXY_SOCKS4] = CURLPROXY_SOCKS4,
		[VSPHERE_PROXY_SOCKS4A] = CURLPROXY_SOCKS4A,
		[VSPHERE_PROXY_SOCKS5] = CURLPROXY_SOCKS5,
	};
	const struct vsphere_proxy *proxy = &t->http->settings.parameters->proxy;

	/* for everything: without no_proxy of the environment */
	return proxy->type == VSPHERE_PROXY_NONE ||
	       (SET(t, CURLOPT_NOPROXY, "") && SET(t, CURLOPT_PROXY, proxy->host) && SET(t, CURLOPT_PROXYPORT, (long)proxy->port) &&
		SET(t, CURLOPT_PROXYTYPE, types[proxy->type]));
}

/*
 * The time limits are ours: libcurl's would run while functions of requests do.  A name
 * that is being looked up holds up no end (QUICK_EXIT).
 */
static bool set_common(struct http_transfer *t)
{
	return SET(t, CURLOPT_PRIVATE, t) && SET(t, CURLOPT_ERRORBUFFER, t->problem) &&
	       SET(t, CURLOPT_NOSIGNAL, 1L) && SET(t, CURLOPT_QUICK_EXIT, 1L) && SET(t, CURLOPT_SHARE, t->http->share) &&
	       SET(t, CURLOPT_COOKIEFILE, "") && SET(t, CURLOPT_FOLLOWLOCATION, 0L) &&
	       SET(t, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       SET(t, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       SET(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) && SET(t, CURLOPT_PATH_AS_IS, 1L) &&
	       SET(t, CURLOPT_USERAGENT, "vmxkit/" VMX_VERSION_STRING) &&
	       SET(t, CURLOPT_TCP_KEEPALIVE, 1L) && SET(t, CURLOPT_BUFFERSIZE, RECEIVE_SIZE) &&
	       SET(t, CURLOPT_CONNECTTIMEOUT, 86400L) && SET(t, CURLOPT_HEADERFUNCTION, on_header) &&
	       SET(t, CURLOPT_HEADERDATA, t) && SET(t, CURLOPT_WRITEFUNCTION, on_body) &&
	       SET(t, CURLOPT_WRITEDATA, t) && SET(t, CURLOPT_READFUNCTION, on_supply) &&
	       SET(t, CURLOPT_READDATA, t) && SET(t, CURLOPT_SOCKOPTFUNCTION, on_socket) &&
	       SET(t, CURLOPT_SOCKOPTDATA, t) && SET(t, CURLOPT_PREREQFUNCTION, on_ready) &&
	       SET(t, CURLOPT_PREREQDATA, t);
}

/*
 * What is uploaded can't be taken back when a kept connection turns out to be dead: so
 * a new one is made.
 */
static bool set_method(struct http_transfer *t)
{
	const struct http_request *r = &t->request;

	switch (r->method) {
	case HTTP_HEAD:
		return SET(t, CURLOPT_NOBODY, 1L);
	case HTTP_POST:
		return SET(t, CURLOPT_POST, 1L) && SET(t, CURLOPT_POSTFIELDS, r->data) &&
		       SET(t, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->data_length);
	case HTTP_PUT:
		return SET(t, CURLOPT_UPLOAD, 1L) && SET(t, CURLOPT_FRESH_CONNECT, 1L) &&
		       SET(t, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->upload_length);
	case HTTP_DELETE:
		return SET(t, CURLOPT_CUSTOMREQUEST, "DELETE");
	default:
		return SET(t, CURLOPT_HTTPGET, 1L);
	}
}

static bool add_header(struct http_transfer *t, const char *line)
{
	struct curl_slist *longer = curl_slist_append(t->headers, line);

	if (longer)
		t->headers = longer;
	return longer != NULL;
}

static bool set_headers(struct http_transfer *t)
{
	char range[48];

	/* servers never say "100 Continue", and each request would wait for it */
	if (!add_header(t, "Expect:"))
		return false;
	for (const char *const *h = t->request.headers; h && *h; h++) {
		if (!add_header(t, *h))
			return false;
	}
	if (t->request.range_from > 0) {
		snprintf(range, sizeof(range), "Range: bytes=%llu-",
			 (unsigned long long)t->request.range_from);
		if (!add_header(t, range))
			return false;
	}
	return SET(t, CURLOPT_HTTPHEADER, t->headers);
}

static bool set_address(struct http_transfer *t)
{
	struct vmx_bytes url = { NULL, 0, 0, t->http->settings.allocator };
	bool done = vmxi_bytes_append_text(&url, text_of(t->http->base)) &&
		    vmxi_bytes_append_text(&url, text_of(t->request.path)) &&
		    SET(t, CURLOPT_URL, url.data);

	vmx_bytes_release(&url);
	return done;
}

enum vmx_code vsphere_transfer_new(struct http *http, const struct http_request *request,
				   struct http_transfer **ret, struct vmx_error *error)
{
	const struct vmx_allocator *a = http->settings.allocator;
	struct http_transfer *t = vmxi_allocate(a, sizeof(*t));

	if (!t)
		return vsphere_out_of_memory(error);
	*t = (struct http_transfer){ .http = http, .request = *request };
	t->waiting.allocator = t->spare.allocator = a;
	t->started = t->connecting = t->window = vsphere_http_now(http);
	t->easy = curl_easy_init();
	if (request->method == HTTP_PUT)
		t->supply = vmxi_allocate(a, SUPPLY_SIZE);
	if (!t->easy || (request->method == HTTP_PUT && !t->supply) || !set_common(t) ||
	    !set_tls(t) || !set_proxy(t) || !set_method(t) || !set_headers(t) || !set_address(t)) {
		vsphere_transfer_free(t);
		return vsphere_out_of_memory(error);
	}
	*ret = t;
	return VMX_OK;
}

void vsphere_transfer_free(struct http_transfer *t)
{
	const struct vmx_allocator *a = t->http->settings.allocator;

	if (t->easy)
		curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	vmx_bytes_release(&t->waiting);
	vmx_bytes_release(&t->spare);
	vmxi_release(a, t->supply);
	vmxi_release(a, t);
}

/*
 * Calling the request's functions
 */

static void take_outcome(struct http_transfer *t, struct http_visit visit, enum vmx_code code)
{
	vsphere_http_return(t->http, visit);
	if (code != VMX_OK)
		vsphere_transfer_stop(t, code);
}

static bool tell_head(struct http_transfer *t)
{
	const struct http_request *r = &t->request;
	struct http_visit visit = vsphere_http_leave(t->http);
	enum vmx_code code = VMX_OK;

	if (!t->has_head || t->head_told || t->code != VMX_OK)
		return false;
	t->head_told = true;
	if (r->head)
		code = r->head(r->user, &t->head, r->error);
	else if (t->head.status >= 300)
		code = vsphere_http_refuse(r->what, &t->head, r->error);
	take_outcome(t, visit, code);
	return true;
}

/* While the function runs, more may arrive: if it runs other requests. */
static bool give_body(struct http_transfer *t)
{
	struct vmx_bytes piece = t->waiting;
	struct http_visit visit = vsphere_http_leave(t->http);
	enum vmx_code code = VMX_OK;

	if (piece.length == 0 || t->code != VMX_OK)
		return false;
	t->waiting = t->spare;
	t->spare = (struct vmx_bytes){ NULL, 0, 0, t->http->settings.allocator };
	if (t->request.body)
		code = t->request.body(t->request.user, piece.data, piece.length, t->request.error);
	vmxi_bytes_clear(&piece);
	t->spare = piece;
	take_outcome(t, visit, code);
	return true;
}

static bool get_supply(struct http_transfer *t)
{
	uint64_t left = t->request.upload_length - t->sent;
	size_t max = left < SUPPLY_SIZE ? (size_t)left : SUPPLY_SIZE, length = 0;
	struct http_visit visit = vsphere_http_leave(t->http);
	enum vmx_code code;

	if (!t->supply || t->supply_at < t->supply_end || left == 0 || !t->connected || t->finished)
		return false;
	code = t->request.supply(t->request.user, t->supply, max, &length, t->request.error);
	if (code == VMX_OK && (length == 0 || length > max))
		code = vmx_error_set(t->request.error, VMX_CODE_CANCELLED, NULL,
				     "%.200s: what is to be sent ended before its announced length",
				     t->request.what);
	t->supply_at = 0;
	t->supply_end = length;
	take_outcome(t, visit, code);
	return true;
}

/* libcurl hands over at once what it has kept meanwhile: that may fail as on_body() does. */
static void go_on(struct http_transfer *t)
{
	CURLcode result;

	if (!t->paused || t->finished)
		return;
	t->paused = false;
	result = curl_easy_pause(t->easy, CURLPAUSE_CONT);
	if (result != CURLE_OK && !t->finished) {
		t->result = result;
		t->finished = true;
	}
}

bool vsphere_transfer_deliver(struct http_transfer *t)
{
	bool any = tell_head(t);

	any |= give_body(t);
	any |= get_supply(t);
	go_on(t);
	return any;
}

/*
 * Limits of time
 */

static void check_stall(struct http_transfer *t, http_time now)
{
	http_time limit = t->http->settings.stall_timeout;
	uint64_t moved = t->received + t->sent;

	if (now - t->window < limit * HTTP_SECOND)
		return;
	if (moved - t->window_bytes < (uint64_t)limit)
		FAIL(t, VMX_CODE_TIMED_OUT, "%.200s: timed out: %s has moved less than a byte a second for "
		     "%lld seconds", t->request.what, t->http->base, (long long)limit);
	t->window = now;
	t->window_bytes = moved;
}

void vsphere_transfer_check_limits(struct http_transfer *t)
{
	http_time now = vsphere_http_now(t->http);
	unsigned int connect = t->http->settings.connect_timeout, all = t->request.timeout;

	if (t->finished)
		return;
	if (!t->connected && now - t->connecting > connect * HTTP_SECOND)
		FAIL(t, VMX_CODE_TIMED_OUT, "%.200s: timed out: no connection to %s within %u seconds",
		     t->request.what, t->http->base, connect);
	else if (all && now - t->started > all * HTTP_SECOND)
		FAIL(t, VMX_CODE_TIMED_OUT, "%.200s: timed out: %s has not answered in full within %u "
		     "seconds", t->request.what, t->http->base, all);
	else if (!all && t->connected)
		check_stall(t, now);
}

/*
 * The outcome
 */

static const struct {
	CURLcode result;
	enum vmx_code code;
} results[] = {
	{ CURLE_OUT_OF_MEMORY, VMX_CODE_OUT_OF_MEMORY },
	{ CURLE_OPERATION_TIMEDOUT, VMX_CODE_TIMED_OUT },
	{ CURLE_PEER_FAILED_VERIFICATION, VMX_CODE_CERTIFICATE },
	{ CURLE_SSL_ISSUER_ERROR, VMX_CODE_CERTIFICATE },
	{ CURLE_SSL_CACERT_BADFILE, VMX_CODE_INVALID_URI_PARAMETER },
	{ CURLE_WEIRD_SERVER_REPLY, VMX_CODE_SERVER_ANSWER },
	{ CURLE_UNSUPPORTED_PROTOCOL, VMX_CODE_SERVER_ANSWER },
	{ CURLE_BAD_CONTENT_ENCODING, VMX_CODE_SERVER_ANSWER },
};

static enum vmx_code code_of(CURLcode result)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		if (results[i].result == result)
			return results[i].code;
	}
	return VMX_CODE_UNREACHABLE;
}

/* The three ways out. */
static enum vmx_code refuse_certificate(struct http_transfer *t, const char *why)
{
	return vmx_error_set(t->request.error, VMX_CODE_CERTIFICATE, NULL,
		"the certificate of %s is not trusted: %.200s; add to the URI cacert=FILE (the "
		"certificate, or that of its issuer), or fingerprint=SHA256 (compare it on the server; "
		"\"openssl s_client -connect HOST:PORT | openssl x509 -noout -sha256 -fingerprint\" "
		"shows it), or no_verify=1, which lets anybody listen", t->http->base, why);
}

enum vmx_code vsphere_transfer_outcome(struct http_transfer *t)
{
	const char *why = t->problem[0] ? t->problem : curl_easy_strerror(t->result);
	enum vmx_code code = code_of(t->result);

	if (t->code != VMX_OK || (t->result == CURLE_OK && t->has_head))
		return t->code;
	if (t->result == CURLE_OK)
		why = "the head of the answer is not complete";
	if (code == VMX_CODE_OUT_OF_MEMORY)
		return vsphere_out_of_memory(t->request.error);
	if (code == VMX_CODE_CERTIFICATE)
		return refuse_certificate(t, why);
	if (code == VMX_CODE_INVALID_URI_PARAMETER)
		return vmx_error_set(t->request.error, code, NULL,
				     "the file that the URI's parameter 'cacert' names can't be read as "
				     "certificates: %.200s", t->http->settings.parameters->cacert);
	return vmx_error_set(t->request.error, code, NULL, "%.200s: %s %s: %.300s", t->request.what,
			     t->has_head || t->connected ? "the connection broke to" : "can't reach",
			     t->http->base, why);
}
