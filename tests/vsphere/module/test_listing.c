/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Properties of many objects, read from the simulated server.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../unit/counting_allocator.h"

#include "session_bench.h"

/*
 * Pages
 */

static void all_pages_are_read(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--machines", "25", "--page-size", "10", NULL);
	struct bench b = { .server = NULL };
	struct listing listing;

	(void)state;
	open_session(&b, server, CA);
	assert_int_equal(list(&b, &listing), VMX_OK);
	assert_int_equal(listing.count, 25);
	assert_int_equal(vsphere_server_count(server, "ContinueRetrievePropertiesEx"), 2);
	end(&b);
}

static void pages_without_end_are_refused(void **state)
{
	static const struct { const char *kind, *piece; } cases[] = {
		{ "same-token", "repeats the token" }, { "empty", "page after page" },
		{ "endless", "page after page" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench b = { .server = NULL };
		struct listing listing;

		open_session(&b, vsphere_server_start("--paging", cases[i].kind, "--page-size", "1", NULL), CA);
		assert_int_equal(list(&b, &listing), VMX_CODE_SERVER_ANSWER);
		assert_non_null(strstr(vmx_error_message(b.error), cases[i].piece));
		assert_true(vsphere_server_count(b.server, "ContinueRetrievePropertiesEx") <=
			    PROPERTIES_PAGES_MAX);
		end(&b);
	}
}

/* The token is gone with the session; what was told already can't be taken back. */
static void a_session_that_ends_between_pages_ends_the_listing(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--page-size", "1",
		"--fail", "ContinueRetrievePropertiesEx:1:expire",
		"--fail", "ContinueRetrievePropertiesEx:2:fault:InvalidArgument", NULL);
	struct bench b = { .server = NULL };
	struct listing listing;

	(void)state;
	open_session(&b, server, CA);
	assert_int_equal(list(&b, &listing), VMX_CODE_SESSION_LOST);
	assert_non_null(strstr(vmx_error_message(b.error), "in the middle of a listing"));
	assert_int_equal(listing.count, 1);
	assert_listed(&b, BOTH);
	end(&b);
}

static enum vmx_code list_within(void *user, const struct vim_ObjectContent *object,
				 struct vmx_error *error)
{
	struct bench *b = user;

	(void)object;
	(void)error;
	assert_listed(b, BOTH);
	return VMX_OK;
}

static void who_gets_objects_may_call_on_the_same_session(void **state)
{
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, vsphere_server_start_list(plain), CA);
	const struct properties_query query = {
		.from = b.session.service->rootFolder, .walk = vsphere_walk_inventory(&b.session),
		.wanted = machines, .wanted_count = 1,
	};

	assert_int_equal(vsphere_properties_read(&b.session, &query, list_within, &b, b.error), VMX_OK);
	assert_int_equal(vsphere_server_count(b.server, "RetrievePropertiesEx"), 3);
	end(&b);
}

static void missing_properties_have_a_reason(void **state)
{
	static const char *const paths[] = { "name", "nonsense" };
	static const struct properties_wanted wanted[] = { { "VirtualMachine", VIM_ITEMS(paths) } };
	struct bench b = { .server = NULL };
	struct listing listing = { .count = 0 };

	(void)state;
	open_session(&b, vsphere_server_start_list(plain), CA);
	const struct properties_query query = {
		.from = b.session.service->rootFolder, .walk = vsphere_walk_inventory(&b.session),
		.wanted = wanted, .wanted_count = 1,
	};

	assert_int_equal(vsphere_properties_read(&b.session, &query, add_name, &listing, b.error),
			 VMX_CODE_SERVER_FAULT);
	assert_string_equal(vmx_error_detail(b.error), "InvalidProperty");
	end(&b);
}

/*
 * The walk
 */

/* Objects by type, each once. */
struct walk {
	char ids[4096];		/* " id ..." */
	size_t datacenters, hosts, machines, datastores, networks;
	struct vim_reference cluster;
	char cluster_id[64];
};

static enum vmx_code see_object(void *user, const struct vim_ObjectContent *object,
				struct vmx_error *error)
{
	struct walk *w = user;
	const struct { const char *type; size_t *count; } counts[] = {
		{ "Datacenter", &w->datacenters }, { "HostSystem", &w->hosts },
		{ "VirtualMachine", &w->machines }, { "Datastore", &w->datastores },
		{ "Network", &w->networks }, { "DistributedVirtualPortgroup", &w->networks },
	};
	char id[80];

	(void)error;
	snprintf(id, sizeof(id), " %s ", object->obj.value);
	if (strstr(w->ids, id))
		fail_msg("%s is reported twice", object->obj.value);
	strncat(w->ids, id, sizeof(w->ids) - strlen(w->ids) - 1);
	for (size_t i = 0; i < COUNT(counts); i++)
		*counts[i].count += strcmp(object->obj.type, counts[i].type) == 0;
	if (strcmp(object->obj.type, "ClusterComputeResource") == 0) {
		snprintf(w->cluster_id, sizeof(w->cluster_id), "%s", object->obj.value);
		w->cluster = (struct vim_reference){ "ClusterComputeResource", w->cluster_id };
	}
	return VMX_OK;
}

static void walk_from(struct bench *b, struct vim_reference from, struct walk *ret)
{
	static const struct properties_wanted wanted[] = {
		{ "Datacenter", VIM_ITEMS(name_path) }, { "HostSystem", VIM_ITEMS(name_path) },
		{ "VirtualMachine", VIM_ITEMS(name_path) }, { "Datastore", VIM_ITEMS(name_path) },
		{ "Network", VIM_ITEMS(name_path) }, { "ComputeResource", VIM_ITEMS(name_path) },
	};
	const struct properties_query query = { .from = from, .walk = vsphere_walk_inventory(&b->session),
						.wanted = wanted, .wanted_count = COUNT(wanted) };

	*ret = (struct walk){ .machines = 0 };
	if (vsphere_properties_read(&b->session, &query, see_object, ret, b->error) != VMX_OK)
		fail_msg("%s", vmx_error_message(b->error));
}

static void the_walk_reaches_everything_once(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", "--folders", "1",
							     "--datacenters", "2", NULL);
	struct bench b = { .server = NULL };
	struct walk all, cluster;

	(void)state;
	assert_int_equal(try_open(&b, server, "vpx", CA), VMX_OK);
	walk_from(&b, b.session.service->rootFolder, &all);
	assert_int_equal(all.datacenters, 2);
	assert_int_equal(all.hosts, 2 * 4);
	assert_int_equal(all.machines, 2 * 4);
	assert_true(all.datastores > 0 && all.networks > 0);
	walk_from(&b, all.cluster, &cluster);
	assert_int_equal(cluster.datacenters, 0);
	assert_int_equal(cluster.hosts, 3);
	assert_int_equal(cluster.machines, 2);
	assert_true(cluster.datastores > 0 && cluster.networks > 0);
	end(&b);
}

/* Each of them used to lead to all others. */
static void many_machines_are_listed_in_no_time(void **state)
{
	struct bench b = { .server = NULL };
	struct listing listing;
	time_t from;

	(void)state;
	open_session(&b, vsphere_server_start("--machines", "2000", NULL), CA);
	from = time(NULL);
	assert_int_equal(list(&b, &listing), VMX_OK);
	assert_int_equal(listing.count, 2000);
	assert_true(time(NULL) - from < 20);
	end(&b);
}

/*
 * Memory and threads
 */

static void running_out_of_memory_is_an_error(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--tls", "none", NULL);
	enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;

	(void)state;
	for (size_t n = 1; code != VMX_OK; n++) {
		struct counting memory;
		struct bench b = { .allocator = &memory.allocator };
		struct listing listing;

		counting_begin(&memory, n);
		code = try_open(&b, server, "esx", "?transport=http");
		if (code == VMX_OK)
			code = list(&b, &listing);
		assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
		(void)vsphere_session_close(&b.session, NULL);
		assert_int_equal(memory.live, 0);
		vmx_connection_uri_free(b.uri);
		vmx_error_free(b.error);
	}
	vsphere_server_stop(server);
}

struct in_thread {
	struct vsphere_server *server;
	size_t listed;
};

static void *list_often(void *user)
{
	struct in_thread *thread = user;
	struct bench b = { .server = NULL };
	struct listing listing;

	if (try_open(&b, thread->server, "esx", CA) == VMX_OK) {
		for (int i = 0; i < 5; i++) {
			if (list(&b, &listing) == VMX_OK)
				thread->listed += listing.count;
		}
	}
	(void)vsphere_session_close(&b.session, NULL);
	vmx_connection_uri_free(b.uri);
	vmx_error_free(b.error);
	return NULL;
}

static void sessions_share_nothing_between_threads(void **state)
{
	struct vsphere_server *server = vsphere_server_start_list(plain);
	struct in_thread threads[4] = { { server, 0 }, { server, 0 }, { server, 0 }, { server, 0 } };
	pthread_t ids[COUNT(threads)];

	(void)state;
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&ids[i], NULL, list_often, &threads[i]), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(ids[i], NULL);
		assert_int_equal(threads[i].listed, 5 * 2);
	}
	vsphere_server_stop(server);
}

/*
 * Bad answers
 */

struct bad_answer {
	const char *kind;	/* of a failure */
	enum vmx_code code;
};

/*
 * One listing fails after the other, in each of these ways; then one works.  (Not where
 * more follows than was announced: that may be taken for the next answer.)
 */
static void assert_refused_in_time(const struct bad_answer *cases, size_t count)
{
	const char *options[2 * 16 + 1] = { NULL };
	char failures[16][96];
	struct bench b = { .server = NULL };

	assert_true(count <= COUNT(failures));
	for (size_t i = 0; i < count; i++) {
		snprintf(failures[i], sizeof(failures[i]), "RetrievePropertiesEx:%zu:%s", i + 1, cases[i].kind);
		options[2 * i] = "--fail";
		options[2 * i + 1] = failures[i];
	}
	open_session(&b, vsphere_server_start_list(options), CA);
	for (size_t i = 0; i < count; i++) {
		struct listing listing;
		bool timed = cases[i].code == VMX_CODE_TIMED_OUT;
		time_t from = time(NULL);

		/* the others end by themselves, be the machine ever so slow */
		b.session.timeout = timed ? 1 : 300;
		if (list(&b, &listing) != cases[i].code)
			fail_msg("%s: %d %s", cases[i].kind, vmx_error_code(b.error), vmx_error_message(b.error));
		assert_silence(&b);
		assert_true(!timed || time(NULL) - from < 30);
	}
	b.session.timeout = 20;
	assert_listed(&b, BOTH);
	end(&b);
}

static void answers_that_break_http_are_refused_in_time(void **state)
{
	static const struct bad_answer cases[] = {
		{ "silent", VMX_CODE_TIMED_OUT }, { "stall", VMX_CODE_TIMED_OUT },
		{ "trickle", VMX_CODE_TIMED_OUT }, { "delay:9s", VMX_CODE_TIMED_OUT },
		{ "drop-header", VMX_CODE_UNREACHABLE }, { "drop-body", VMX_CODE_UNREACHABLE },
		{ "length:100", VMX_CODE_UNREACHABLE },
		{ "status:401", VMX_CODE_PERMISSION_DENIED }, { "status:404", VMX_CODE_NOT_FOUND },
		{ "status:500", VMX_CODE_HTTP_STATUS }, { "status:503", VMX_CODE_HTTP_STATUS },
		{ "redirect:301", VMX_CODE_REDIRECTED },
		{ "redirect:307:https://127.0.0.1:1/", VMX_CODE_REDIRECTED },
		{ "huge", VMX_CODE_ANSWER_TOO_LARGE }, { "endless-header", VMX_CODE_ANSWER_TOO_LARGE },
	};

	(void)state;
	assert_refused_in_time(cases, COUNT(cases));
}

static void answers_that_break_soap_are_refused_in_time(void **state)
{
	static const struct bad_answer cases[] = {
		{ "fault:NoPermission:no", VMX_CODE_PERMISSION_DENIED },
		{ "fault:MethodNotFound", VMX_CODE_NOT_SUPPORTED }, { "fault:OutOfBounds:x", VMX_CODE_SERVER_FAULT },
		{ "truncate", VMX_CODE_SERVER_ANSWER }, { "truncate:0", VMX_CODE_SERVER_ANSWER },
		{ "other-result", VMX_CODE_SERVER_ANSWER }, { "nothing", VMX_CODE_SERVER_ANSWER },
		{ "not-xml", VMX_CODE_SERVER_ANSWER }, { "bad-utf8", VMX_CODE_SERVER_ANSWER },
		{ "entities", VMX_CODE_SERVER_ANSWER }, { "external", VMX_CODE_SERVER_ANSWER },
		{ "deep", VMX_CODE_ANSWER_TOO_LARGE }, { "many", VMX_CODE_ANSWER_TOO_LARGE },
		{ "text", VMX_CODE_ANSWER_TOO_LARGE }, { "endless", VMX_CODE_ANSWER_TOO_LARGE },
	};

	(void)state;
	assert_refused_in_time(cases, COUNT(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_pages_are_read),
		cmocka_unit_test(pages_without_end_are_refused),
		cmocka_unit_test(a_session_that_ends_between_pages_ends_the_listing),
		cmocka_unit_test(who_gets_objects_may_call_on_the_same_session),
		cmocka_unit_test(missing_properties_have_a_reason),
		cmocka_unit_test(the_walk_reaches_everything_once),
		cmocka_unit_test(many_machines_are_listed_in_no_time),
		cmocka_unit_test(running_out_of_memory_is_an_error),
		cmocka_unit_test(sessions_share_nothing_between_threads),
		cmocka_unit_test(answers_that_break_http_are_refused_in_time),
		cmocka_unit_test(answers_that_break_soap_are_refused_in_time),
	};

	if (!vsphere_server_exists())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
