/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session_bench.h"

static void *allocate(void *user, size_t size)
{
	(void)user;
	return malloc(size);
}

static void *resize(void *user, void *old, size_t size)
{
	(void)user;
	return realloc(old, size);
}

static void release(void *user, void *block)
{
	(void)user;
	free(block);
}

static const struct vmx_allocator plain_allocator = { allocate, resize, release, NULL };

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	struct bench *b = user;
	size_t length = strlen(b->told);

	snprintf(b->told + length, sizeof(b->told) - length, "%s\n", diagnostic->message);
	b->last_told = diagnostic->code;
}

static void fill(struct vmx_bytes *bytes, const char *text)
{
	*bytes = (struct vmx_bytes){ strdup(text), strlen(text), strlen(text) + 1, NULL };
	assert_non_null(bytes->data);
}

static bool answer_credentials(void *user, const struct vmx_credential_request *request,
			       struct vmx_bytes *ret_user, struct vmx_bytes *ret_password)
{
	struct bench *b = user;
	const struct login *login = &b->logins[b->asked];

	assert_int_equal(request->repeated, b->asked > 0);
	snprintf(b->default_user, sizeof(b->default_user), "%s", request->default_user);
	if (!login->password)
		return false;
	b->asked++;
	if (login->user)
		fill(ret_user, login->user);
	fill(ret_password, login->password);
	return true;
}

static bool is_cancelled(void *user)
{
	struct bench *b = user;

	return b->cancelled;
}

const char *const plain[] = { NULL };

static const struct login right[] = { { VSPHERE_USER, VSPHERE_PASSWORD }, { NULL, NULL } };

enum vmx_code try_open(struct bench *b, struct vsphere_server *server, const char *scheme,
			      const char *rest)
{
	const struct login *logins = b->logins ? b->logins : right;
	const struct vmx_allocator *allocator = b->allocator ? b->allocator : &plain_allocator;
	char text[1024];
	size_t length;

	*b = (struct bench){ .server = server, .error = vmx_error_new(), .logins = logins };
	snprintf(text, sizeof(text), strchr(server->host, ':') ? "%s://%s[%s]:%u" : "%s://%s%s:%u", scheme,
		 strstr(rest, "@") ? "user@" : "", server->host, server->port);
	length = strlen(text);
	snprintf(text + length, sizeof(text) - length, strstr(rest, "@") ? rest + 1 : rest, server->ca);
	assert_int_equal(vmx_connection_uri_parse(text, strlen(text), NULL, &b->uri, b->error), VMX_OK);
	b->settings = (struct vmx_transport_settings){
		sizeof(b->settings), b->uri, allocator, answer_credentials, hear, is_cancelled, b, 20 };
	return vsphere_session_open(&b->session, &b->settings, b->error);
}

void open_session(struct bench *b, struct vsphere_server *server, const char *rest)
{
	if (try_open(b, server, "esx", rest) != VMX_OK)
		fail_msg("%s", vmx_error_message(b->error));
}

void assert_silence(const struct bench *b)
{
	assert_null(strstr(vmx_error_message(b->error), VSPHERE_PASSWORD));
	assert_null(strstr(vmx_error_message(b->error), "se&amp;cret"));
	assert_null(strstr(b->told, VSPHERE_PASSWORD));
	assert_true(vsphere_server_count_flag(b->server, "password") <=
		    vsphere_server_count(b->server, "Login"));
}

void close_session(struct bench *b)
{
	enum vmx_code code = vsphere_session_close(&b->session, b->error);

	if (code != VMX_OK)
		fail_msg("%s", vmx_error_message(b->error));
	assert_silence(b);
	assert_int_equal(vsphere_server_count_flag(b->server, "refused"), 0);
	vmx_connection_uri_free(b->uri);
	vmx_error_free(b->error);
}

void end(struct bench *b)
{
	close_session(b);
	vsphere_server_stop(b->server);
}

void assert_not_opened(struct vsphere_server *server, const char *scheme, const char *rest,
			      enum vmx_code code, const char *piece)
{
	struct bench b = { .server = NULL };

	if (try_open(&b, server, scheme, rest) != code || !strstr(vmx_error_message(b.error), piece))
		fail_msg("%s%s: %d %s", scheme, rest, vmx_error_code(b.error), vmx_error_message(b.error));
	assert_silence(&b);
	(void)vsphere_session_close(&b.session, NULL);
	vmx_connection_uri_free(b.uri);
	vmx_error_free(b.error);
}

const char *const name_path[] = { "name" };
const struct properties_wanted machines[] = { { "VirtualMachine", VIM_ITEMS(name_path) } };

enum vmx_code add_name(void *user, const struct vim_ObjectContent *object,
			      struct vmx_error *error)
{
	struct listing *listing = user;
	const char *name = vsphere_property_text(object, "name");
	size_t length = strlen(listing->names);

	(void)error;
	listing->count++;
	snprintf(listing->names + length, sizeof(listing->names) - length, "%s ", name ? name : "-");
	return VMX_OK;
}

enum vmx_code list(struct bench *b, struct listing *ret)
{
	const struct properties_query query = {
		.from = b->session.service->rootFolder, .walk = vsphere_walk_inventory(&b->session),
		.skip_first = true, .wanted = machines, .wanted_count = 1,
	};

	*ret = (struct listing){ .count = 0 };
	return vsphere_properties_read(&b->session, &query, add_name, ret, b->error);
}

void assert_listed(struct bench *b, const char *names)
{
	struct listing listing;

	if (list(b, &listing) != VMX_OK)
		fail_msg("%s", vmx_error_message(b->error));
	assert_string_equal(listing.names, names);
}
