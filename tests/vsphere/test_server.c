/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test server itself: that it starts and stops, answers, checks, counts, and asks.
 */
#include <stdlib.h>
#include <string.h>

#include "support/cases.h"
#include "support/files.h"
#include "vsphere/raw_http.h"

static struct client esx_client(const struct vsphere_server *server)
{
	return (struct client){ .server = server, .esx = true };
}

static void assert_holds(const struct answer *answer, int status, const char *piece)
{
	if (answer->status != status || !strstr(answer->body, piece))
		fail_msg("expected %d and %s, got: %s", status, piece, answer->data);
}

/* A call whose answer has to hold a piece. */
static void assert_call(struct client *client, const char *method, const char *type,
	const char *id, const char *parameters, int status, const char *piece)
{
	struct answer answer = call(client, method, type, id, parameters);

	assert_holds(&answer, status, piece);
	answer_release(&answer);
}

static void it_tells_what_it_is_without_a_session(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--tls", "none", NULL);
	struct client client = esx_client(server);

	(void)state;
	assert_string_equal(server->scheme, "http");
	assert_string_equal(server->host, "127.0.0.1");
	assert_call(&client, "RetrieveServiceContent", "ServiceInstance", "ServiceInstance", "",
		200, "<apiType>HostAgent</apiType>");
	assert_int_equal(vsphere_server_count(server, "RetrieveServiceContent"), 1);
	assert_int_equal(vsphere_server_count(server, "Login"), 0);
	assert_int_equal(vsphere_server_count(server, NULL), 1);
	vsphere_server_stop(server);
}

static void it_counts_connections_and_sees_the_password(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--tls", "none", NULL);
	struct client client = esx_client(server);
	struct answer answer;

	(void)state;
	log_in(&client);
	answer = get(&client, "/folder?name=se%26cret%3C7%3E");
	answer_release(&answer);
	assert_int_equal(vsphere_server_connections(server), 2);
	assert_int_equal(vsphere_server_count_flag(server, "password"), 2);
	assert_int_equal(vsphere_server_count_flag(server, "session"), 1);
	client_release(&client);
	vsphere_server_stop(server);
}

static void it_is_a_vcenter(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--tls", "none", "--model", "vpx",
		"--listen", "[::1]:0", NULL);
	struct client client = { .server = server };

	(void)state;
	assert_string_equal(server->host, "::1");
	assert_call(&client, "RetrieveServiceContent", "ServiceInstance", "ServiceInstance", "",
		200, "<apiType>VirtualCenter</apiType>");
	vsphere_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_tells_what_it_is_without_a_session),
		cmocka_unit_test(it_counts_connections_and_sees_the_password),
		cmocka_unit_test(it_is_a_vcenter),
	};

	if (!vsphere_server_exists())
		return SKIPPED;
	return cmocka_run_group_tests_name("vsphere_server", tests, NULL, NULL);
}
