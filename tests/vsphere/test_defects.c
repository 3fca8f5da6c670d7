/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known to go wrong in other clients, and must not here: crashes on what the
 * API calls optional, waits that take each other's events, filters that stay behind,
 * names that become elements.  (Late questions are in test_tasks.c, times and sizes in
 * module/test_http.c, paths and mounts in test_inventory.c.)
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "support/cases.h"

static bool count_file(void *user, const struct vmx_remote_file *file)
{
	size_t *counts = user;

	counts[0]++;
	counts[1] += file->length > 0;
	return true;
}

static void disks_without_size_are_listed(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--without", "disk-size", NULL);
	struct client *client = client_open(server, "esx", "/");
	size_t counts[2] = { 0, 0 };

	(void)state;
	assert_int_equal(vmx_connection_browse(client->connection, "[LocalDS_0]", NULL, "*.vmdk", true,
					       count_file, counts, client->error), VMX_OK);
	assert_true(counts[0] > 0);
	assert_int_equal(counts[1], 0);
	client_close(client);
	vsphere_server_stop(server);
}

static void hosts_without_cpu_features_are_fine(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--without", "cpu-feature", NULL);
	struct client *client = client_open(server, "esx", "/");
	const struct vmx_server_about *about;

	(void)state;
	assert_int_equal(vmx_connection_about(client->connection, &about, client->error), VMX_OK);
	assert_string_equal(about->kind, "esx");
	client_close(client);
	vsphere_server_stop(server);
}

/*
 * Two waits at once
 */

struct waiter {
	struct vsphere_server *server;
	const char *machine;
	enum vmx_code code;
	char answer[16], about[64];
	size_t questions;
};

static void hear_question(void *user, const struct vmx_question *question)
{
	struct waiter *waiter = user;

	waiter->questions++;
	snprintf(waiter->about, sizeof(waiter->about), "%s", question->text);
}

static void *start_machine(void *user)
{
	struct waiter *waiter = user;
	struct client *client = client_open(waiter->server, "esx", "/?auto_answer=1");
	char *machine = client_machine(client, waiter->machine);
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;

	options.question = hear_question;
	options.user = waiter;
	waiter->code = vmx_connection_power(client->connection, machine, VMX_ACTION_START, &options,
					    client->error);
	free(machine);
	client_close(client);
	return NULL;
}

static void two_waits_do_not_take_each_others_events(void **state)
{
	struct vsphere_server *server = vsphere_server_start(
		"--task", "ha-host_VM0,ask,delay=1s,default=1,run=2s,text=first?",
		"--task", "ha-host_VM1,ask,delay=1500ms,default=1,fail=InsufficientResourcesFault,text=second?",
		NULL);
	struct waiter waiters[2] = { { server, "ha-host_VM0" }, { server, "ha-host_VM1" } };
	pthread_t threads[2];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, start_machine, &waiters[i]), 0);
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(waiters[0].code, VMX_OK);
	assert_int_equal(waiters[1].code, VMX_CODE_TASK_FAILED);
	assert_string_equal(waiters[0].about, "first?");
	assert_string_equal(waiters[1].about, "second?");
	assert_int_equal(waiters[0].questions + waiters[1].questions, 2);
	vsphere_server_stop(server);
}

static void no_filter_stays_behind(void **state)
{
	static const char *const plans[] = {
		"ha-host_VM0,run=1s", "ha-host_VM0,run=1s,fail=InvalidState", "ha-host_VM0,ask,delay=1s",
		"ha-host_VM0,ask,delay=1s,cancelable",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct vsphere_server *server = vsphere_server_start("--task", plans[i], NULL);
		struct client *client = client_open(server, "esx", "/");
		char *machine = client_machine(client, "ha-host_VM0");

		(void)vmx_connection_power(client->connection, machine, VMX_ACTION_START, NULL,
					   client->error);
		assert_true(vsphere_server_count(server, "CreateFilter") > 0);
		assert_int_equal(vsphere_server_count(server, "CreateFilter"),
				 vsphere_server_count(server, "DestroyPropertyFilter"));
		free(machine);
		client_close(client);
		vsphere_server_stop(server);
	}
}

static bool take_id(void *user, const struct vmx_remote_object *object)
{
	(void)user;
	(void)object;
	return true;
}

/* libvirt makes two snapshots of such a name. */
static void a_name_never_becomes_an_element(void **state)
{
	static const char *const names[] = {
		"n1</name><description>x</description><name>n2", "a & b", "\"'<>", "]]>", "<!--", "&lt;",
	};
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	struct client *client = client_open(server, "esx", "/");
	struct vmx_bytes id = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		/* what the server does not know it does not find, and it understands the request */
		assert_int_equal(vmx_connection_find_machine(client->connection, names[i],
							     strlen(names[i]), take_id, NULL,
							     client->error), VMX_CODE_NOT_FOUND);
		assert_int_equal(vmx_connection_answer(client->connection, "vm-9", names[i], names[i],
						       client->error), VMX_CODE_NOT_FOUND);
	}
	vmx_bytes_release(&id);
	client_close(client);
	vsphere_server_stop(server);
}

static size_t give_x(void *user, void *data, size_t max)
{
	(void)user;
	(void)max;
	memcpy(data, "x", 1);
	return 1;
}

/* libvirt looks for it in a directory of that name. */
static void a_file_in_the_root_of_a_datastore_is_found_there(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	struct client *client = client_open(server, "esx", "/");
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	const struct vmx_upload upload = {
		.size = sizeof(upload), .path = "[LocalDS_0] root.vmx", .length = 1, .read = give_x,
	};

	(void)state;
	assert_int_equal(vmx_connection_upload(client->connection, &upload, client->error), VMX_OK);
	assert_int_equal(vmx_connection_fetch(client->connection, "[LocalDS_0] root.vmx", NULL, 0, &bytes,
					      client->error), VMX_OK);
	assert_int_equal(bytes.length, 1);
	vmx_bytes_release(&bytes);
	client_close(client);
	vsphere_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disks_without_size_are_listed),
		cmocka_unit_test(hosts_without_cpu_features_are_fine),
		cmocka_unit_test(two_waits_do_not_take_each_others_events),
		cmocka_unit_test(no_filter_stays_behind),
		cmocka_unit_test(a_name_never_becomes_an_element),
		cmocka_unit_test(a_file_in_the_root_of_a_datastore_is_found_there),
	};

	if (!vsphere_server_exists())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
