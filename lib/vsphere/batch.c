/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http_inside.h"
#include "report.h"

/* Milliseconds between two looks at clock and caller while nothing arrives. */
#define POLL_TIME 100

enum vmx_code vsphere_http_start(struct http_batch *batch, const struct http_request *request,
				 struct vmx_error *error)
{
	struct http_transfer *t, **end = &batch->first;
	enum vmx_code code = vsphere_transfer_new(batch->http, request, &t, error);

	if (code != VMX_OK)
		return code;
	if (curl_multi_add_handle(batch->http->multi, t->easy) != CURLM_OK) {
		vsphere_transfer_free(t);
		return vsphere_out_of_memory(error);
	}
	while (*end)
		end = &(*end)->next;
	*end = t;
	batch->running++;
	return VMX_OK;
}

/* Takes it out of the batch and tells its end. */
static void finish(struct http_batch *batch, struct http_transfer *t)
{
	struct http_transfer **at = &batch->first;
	enum vmx_code code = vsphere_transfer_outcome(t);
	struct http_request request = t->request;
	struct http_visit visit;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	batch->running--;
	(void)curl_multi_remove_handle(batch->http->multi, t->easy);
	vsphere_transfer_free(t);
	visit = vsphere_http_leave(batch->http);
	if (request.done)
		request.done(request.user, code);
	vsphere_http_return(batch->http, visit);
}

/* Also those of other batches are noted, which learn of it when they run again. */
static void note_ends(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		struct http_transfer *t = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		t->result = message->data.result;
		t->finished = true;
	}
}

/* Whatever has arrived goes where it belongs; true: something happened. */
static bool serve(struct http_batch *batch)
{
	bool any = false;

	for (struct http_transfer *t = batch->first, *next; t; t = next) {
		bool served = vsphere_transfer_deliver(t);

		vsphere_transfer_check_limits(t);
		next = t->next;
		if (t->finished && (t->code != VMX_OK || !served)) {
			finish(batch, t);
			served = true;
		}
		any |= served;
	}
	return any;
}

static bool is_cancelled(const struct http_batch *batch)
{
	struct http *http = batch->http;
	struct http_visit visit = vsphere_http_leave(http);
	bool cancelled = http->settings.cancelled && !batch->first->request.insist &&
			 http->settings.cancelled(http->settings.user);

	if (!cancelled && http->settings.idle)
		http->settings.idle(http->settings.user);
	vsphere_http_return(http, visit);
	return cancelled;
}

static void stop_all(struct http_batch *batch, enum vmx_code code, const char *why)
{
	for (struct http_transfer *t = batch->first; t; t = t->next) {
		if (!t->finished)
			vsphere_transfer_stop(t, vmx_error_set(t->request.error, code, NULL, "%.200s: %s",
							       t->request.what, why));
	}
	while (batch->first)
		finish(batch, batch->first);
}

void vsphere_http_run(struct http_batch *batch, size_t at_most)
{
	struct http *http = batch->http;
	int running;

	while (batch->running > at_most) {
		if (is_cancelled(batch)) {
			stop_all(batch, VMX_CODE_CANCELLED, "stopped, as was asked for");
			return;
		}
		if (curl_multi_perform(http->multi, &running) != CURLM_OK) {
			stop_all(batch, VMX_CODE_OUT_OF_MEMORY, "the system has no memory left");
			return;
		}
		note_ends(http);
		if (!serve(batch))
			(void)curl_multi_poll(http->multi, NULL, 0, POLL_TIME, NULL);
	}
}

void vsphere_http_stop(struct http_batch *batch)
{
	stop_all(batch, VMX_CODE_CANCELLED, "stopped");
}

/*
 * One alone
 */

struct alone {
	const struct http_request *request;
	enum vmx_code code;
};

static enum vmx_code alone_head(void *user, const struct http_head *head, struct vmx_error *error)
{
	struct alone *a = user;

	return a->request->head(a->request->user, head, error);
}

static enum vmx_code alone_body(void *user, const void *data, size_t length,
				struct vmx_error *error)
{
	struct alone *a = user;

	return a->request->body(a->request->user, data, length, error);
}

static enum vmx_code alone_supply(void *user, void *data, size_t max, size_t *ret_length,
				  struct vmx_error *error)
{
	struct alone *a = user;

	return a->request->supply(a->request->user, data, max, ret_length, error);
}

static void alone_done(void *user, enum vmx_code code)
{
	struct alone *a = user;

	a->code = code;
	if (a->request->done)
		a->request->done(a->request->user, code);
}

enum vmx_code vsphere_http_perform(struct http *http, const struct http_request *request,
				   struct vmx_error *error)
{
	struct http_batch batch = HTTP_BATCH_INIT(http);
	struct alone alone = { request, VMX_OK };
	struct http_request wrapped = *request;
	enum vmx_code code;

	wrapped.head = request->head ? alone_head : NULL;
	wrapped.body = request->body ? alone_body : NULL;
	wrapped.supply = request->supply ? alone_supply : NULL;
	wrapped.done = alone_done;
	wrapped.user = &alone;
	wrapped.error = error;
	code = vsphere_http_start(&batch, &wrapped, error);
	if (code != VMX_OK)
		return code;
	vsphere_http_run(&batch, 0);
	return alone.code;
}
