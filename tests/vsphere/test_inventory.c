/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Listing and finding, against the simulated server.
 */
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
#include "support/files.h"

#define KINDS (VMX_REMOTE_NETWORK + 1)

struct listed {
	char *text;		/* a line for each object */
	size_t count, problems, with_path, limit;
};

static bool take_object(void *user, const struct vmx_remote_object *object)
{
	struct listed *listed = user;
	char *more = text_of_format("%s%s|%s|%s\n", listed->text ? listed->text : "", object->name,
				    object->path ? object->path : "-",
				    object->datacenter ? object->datacenter : "-");

	free(listed->text);
	listed->text = more;
	listed->count++;
	listed->problems += object->problem != NULL;
	listed->with_path += object->path != NULL;
	return listed->limit == 0 || listed->count < listed->limit;
}

static struct listed list(struct client *client, enum vmx_remote_kind kind)
{
	struct listed listed = { .text = NULL };

	if (vmx_connection_list(client->connection, kind, take_object, &listed, client->error) != VMX_OK)
		fail_msg("listing %d: %s", (int)kind, vmx_error_message(client->error));
	return listed;
}

static void assert_lists(struct client *client, enum vmx_remote_kind kind, size_t count,
			 const char *line)
{
	struct listed listed = list(client, kind);

	if (listed.count != count || (line && !strstr(listed.text, line)))
		fail_msg("kind %d: %zu objects, not %zu; no '%s' in:\n%s", (int)kind, listed.count,
			 count, line, listed.text);
	assert_int_equal(listed.with_path, listed.count);
	free(listed.text);
}

static void a_host_lists_what_it_has(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	struct client *client = client_open(server, "esx", "/");

	(void)state;
	assert_lists(client, VMX_REMOTE_DATACENTER, 1, "ha-datacenter|ha-datacenter|ha-datacenter\n");
	assert_lists(client, VMX_REMOTE_HOST, 1, "|ha-datacenter/host/");
	assert_lists(client, VMX_REMOTE_MACHINE, 2,
		     "ha-host_VM0|ha-datacenter/vm/ha-host_VM0|ha-datacenter\n");
	assert_lists(client, VMX_REMOTE_DATASTORE, 1, "LocalDS_0|ha-datacenter/datastore/LocalDS_0|ha-datacenter\n");
	assert_lists(client, VMX_REMOTE_NETWORK, 1, "VM Network|ha-datacenter/network/VM Network|ha-datacenter\n");
	client_close(client);
	vsphere_server_stop(server);
}

/* Folders of datastores and networks are newer. */
static void an_old_host_is_not_asked_for_what_it_does_not_know(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--about", "apiVersion=2.5", NULL);
	struct client *client = client_open(server, "esx", "/");
	struct listed listed = list(client, VMX_REMOTE_DATASTORE);

	(void)state;
	assert_string_equal(listed.text, "LocalDS_0|-|ha-datacenter\n");
	free(listed.text);
	assert_lists(client, VMX_REMOTE_MACHINE, 2,
		     "ha-host_VM0|ha-datacenter/vm/ha-host_VM0|ha-datacenter\n");
	client_close(client);
	vsphere_server_stop(server);
}

/* What the URI's path names is all that is listed. */
static void the_path_of_the_uri_limits_what_is_listed(void **state)
{
	static const struct {
		const char *path;
		size_t counts[KINDS];
	} cases[] = {
		{ "/", { [VMX_REMOTE_DATACENTER] = 1, [VMX_REMOTE_HOST] = 4, [VMX_REMOTE_MACHINE] = 4,
			 [VMX_REMOTE_DATASTORE] = 1 } },
		{ "/DC0", { [VMX_REMOTE_DATACENTER] = 1, [VMX_REMOTE_HOST] = 4,
			    [VMX_REMOTE_MACHINE] = 4, [VMX_REMOTE_DATASTORE] = 1 } },
		{ "/DC0/DC0_H0", { [VMX_REMOTE_HOST] = 1, [VMX_REMOTE_MACHINE] = 2,
				   [VMX_REMOTE_DATASTORE] = 1 } },
		{ "/DC0/DC0_C0", { [VMX_REMOTE_HOST] = 3, [VMX_REMOTE_MACHINE] = 2,
				   [VMX_REMOTE_DATASTORE] = 1 } },
	};
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client *client = client_open(server, "vpx", cases[i].path);

		for (int kind = VMX_REMOTE_HOST; kind < VMX_REMOTE_NETWORK; kind++)
			assert_lists(client, (enum vmx_remote_kind)kind, cases[i].counts[kind], NULL);
		client_close(client);
	}
	vsphere_server_stop(server);
}

static bool check_machine(void *user, const struct vmx_remote_object *object)
{
	bool *seen = user;

	if (strcmp(object->name, "ha-host_VM0") != 0)
		return true;
	*seen = true;
	assert_string_equal(object->machine->uuid, "b03b24de-847f-5b0d-85f4-221b300038a8");
	assert_string_equal(object->machine->vmx, "[LocalDS_0] ha-host_VM0/ha-host_VM0.vmx");
	assert_string_equal(object->machine->host, "ha-host");
	assert_int_equal(object->machine->power, VMX_POWER_OFF);
	assert_true(object->machine->asks);
	assert_false(object->machine->is_template);
	assert_null(object->problem);
	return true;
}

static bool check_datastore(void *user, const struct vmx_remote_object *object)
{
	bool *seen = user;

	*seen = true;
	assert_true(object->datastore->accessible);
	assert_true(object->datastore->capacity >= object->datastore->free_space);
	assert_true(object->datastore->free_space > 0);
	assert_true(object->datastore->mount_count >= 1);
	assert_string_equal(object->datastore->mounts[0].host, "ha-host");
	assert_true(strncmp(object->datastore->mounts[0].path, "/vmfs/volumes/", 14) == 0);
	return true;
}

static void objects_come_with_what_the_server_tells(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--task", "ha-host_VM0,ask,pending", NULL);
	struct client *client = client_open(server, "esx", "/");
	bool machine = false, datastore = false;

	(void)state;
	assert_int_equal(vmx_connection_list(client->connection, VMX_REMOTE_MACHINE, check_machine,
					     &machine, client->error), VMX_OK);
	assert_int_equal(vmx_connection_list(client->connection, VMX_REMOTE_DATASTORE,
					     check_datastore, &datastore, client->error), VMX_OK);
	assert_true(machine && datastore);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_machine_without_configuration_is_listed_with_the_reason(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--inaccessible", "ha-host_VM0", NULL);
	struct client *client = client_open(server, "esx", "/");
	struct listed listed = list(client, VMX_REMOTE_MACHINE);

	(void)state;
	assert_int_equal(listed.count, 2);
	assert_int_equal(listed.problems, 1);
	free(listed.text);
	client_close(client);
	vsphere_server_stop(server);
}

static void listing_ends_when_the_caller_has_enough(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--machines", "30", "--page-size", "7", NULL);
	struct client *client = client_open(server, "esx", "/");
	struct listed listed = { .limit = 3 };

	(void)state;
	assert_int_equal(vmx_connection_list(client->connection, VMX_REMOTE_MACHINE, take_object,
					     &listed, client->error), VMX_OK);
	assert_int_equal(listed.count, 3);
	free(listed.text);
	/* and the connection is as good as before */
	assert_lists(client, VMX_REMOTE_MACHINE, 30, NULL);
	client_close(client);
	vsphere_server_stop(server);
}

static void pages_are_read_to_the_last(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--machines", "250", NULL);
	struct client *client = client_open(server, "esx", "/");

	(void)state;
	assert_lists(client, VMX_REMOTE_MACHINE, 250, NULL);
	assert_int_equal(vsphere_server_count(server, "RetrievePropertiesEx"), 2);
	assert_int_equal(vsphere_server_count(server, "ContinueRetrievePropertiesEx"), 2);
	client_close(client);
	vsphere_server_stop(server);
}

static void pages_without_end_are_refused(void **state)
{
	static const char *const kinds[] = { "same-token", "empty" };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct vsphere_server *server = vsphere_server_start("--machines", "30",
			"--page-size", "5", "--paging", kinds[i], NULL);
		struct client *client = client_open(server, "esx", "/");
		struct listed listed = { .text = NULL };
		enum vmx_code code = vmx_connection_list(client->connection, VMX_REMOTE_MACHINE,
							 take_object, &listed, client->error);

		assert_true(code == VMX_CODE_SERVER_ANSWER || code == VMX_CODE_ANSWER_TOO_LARGE);
		free(listed.text);
		client_close(client);
		vsphere_server_stop(server);
	}
}

static void items_without_type_are_read(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", "--raw", NULL);
	struct client *client = client_open(server, "vpx", "/DC0/DC0_H0");

	(void)state;
	assert_lists(client, VMX_REMOTE_MACHINE, 2, NULL);
	assert_lists(client, VMX_REMOTE_DATASTORE, 1, NULL);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_wrong_path_is_refused_at_once(void **state)
{
	static const char *const paths[] = { "/NODC/DC0/DC0_H0", "/DC0/nohost", "/DC0/DC0_C0/nohost",
					     "/DC0/DC0_H0/DC0_H0/more" };
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		enum vmx_code code;

		assert_null(client_try(server, "vpx", paths[i], NULL, &code));
		assert_int_equal(code, VMX_CODE_NOT_FOUND);
	}
	vsphere_server_stop(server);
}

/*
 * Finding
 */

struct finding {
	char *id, *name, *path;
	size_t count;
};

static bool take_found(void *user, const struct vmx_remote_object *object)
{
	struct finding *finding = user;

	finding->count++;
	finding->id = strdup(object->id);
	finding->name = strdup(object->name);
	finding->path = strdup(object->path ? object->path : "-");
	return true;
}

static void assert_finds(struct client *client, const char *wanted, const char *name)
{
	struct finding finding = { .count = 0 };
	enum vmx_code code = vmx_connection_find_machine(client->connection, wanted, strlen(wanted),
							 take_found, &finding, client->error);

	if (code != VMX_OK)
		fail_msg("%s: %s", wanted, vmx_error_message(client->error));
	assert_int_equal(finding.count, 1);
	assert_string_equal(finding.name, name);
	free(finding.id);
	free(finding.name);
	free(finding.path);
}

static void assert_finds_none(struct client *client, const char *wanted, enum vmx_code code)
{
	struct finding finding = { .count = 0 };

	assert_int_equal(vmx_connection_find_machine(client->connection, wanted, strlen(wanted),
						     take_found, &finding, client->error), code);
	assert_int_equal(finding.count, 0);
}

static void a_machine_is_found_by_all_its_names(void **state)
{
	static const char *const ways[] = {
		"ha-host_VM1", "vm-12", "50ee41db-9de7-51cb-896c-c26bea7bd6ff",
		"50EE41DB-9DE7-51CB-896C-C26BEA7BD6FF", "50ee41db9de751cb896cc26bea7bd6ff",
		"50 ee 41 db 9d e7 51 cb-89 6c c2 6b ea 7b d6 ff",
		"[LocalDS_0] ha-host_VM1/ha-host_VM1.vmx", "ha-datacenter/vm/ha-host_VM1",
		"/ha-datacenter/vm/ha-host_VM1",
	};
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	struct client *client = client_open(server, "esx", "/");

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_finds(client, ways[i], "ha-host_VM1");
	assert_finds_none(client, "ha-host_VM9", VMX_CODE_NOT_FOUND);
	assert_finds_none(client, "HA-HOST_VM1", VMX_CODE_NOT_FOUND);
	assert_finds_none(client, "vm-999", VMX_CODE_NOT_FOUND);
	assert_finds_none(client, "50ee41db-9de7-51cb-896c-c26bea7bd600", VMX_CODE_NOT_FOUND);
	assert_finds_none(client, "[LocalDS_0] no/no.vmx", VMX_CODE_NOT_FOUND);
	assert_finds_none(client, "[NoDS] no/no.vmx", VMX_CODE_NOT_FOUND);
	assert_finds_none(client, "ha-datacenter/vm/no", VMX_CODE_NOT_FOUND);
	/* a folder is no machine */
	assert_finds_none(client, "ha-datacenter/vm", VMX_CODE_NOT_FOUND);
	client_close(client);
	vsphere_server_stop(server);
}

static void names_are_found_as_people_and_servers_write_them(void **state)
{
	static const struct {
		const char *plain, *escaped;
	} names[] = {
		{ "a/b", "a%2fb" }, { "100% <&\">", "100%25 <&\">" }, { "back\\slash", "back%5cslash" },
		{ "gr\xc3\xbc\xc3\x9f" "e [x]", "gr\xc3\xbc\xc3\x9f" "e [x]" }, { "12", "12" },
	};
	struct vsphere_server *server = vsphere_server_start("--machine", names[0].plain, "--machine",
		names[1].plain, "--machine", names[2].plain, "--machine", names[3].plain, "--machine",
		names[4].plain, NULL);
	struct client *client = client_open(server, "esx", "/");

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_finds(client, names[i].plain, names[i].plain);
		assert_finds(client, names[i].escaped, names[i].plain);
	}
	assert_finds(client, "ha-datacenter/vm/a%2fb", "a/b");
	client_close(client);
	vsphere_server_stop(server);
}

static void two_of_a_name_are_never_resolved_by_a_guess(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", "--machine-in", "one=web",
		"--machine-in", "two/deep=web", NULL);
	struct client *client = client_open(server, "vpx", "/DC0");

	(void)state;
	assert_finds_none(client, "web", VMX_CODE_AMBIGUOUS_NAME);
	assert_non_null(strstr(vmx_error_message(client->error), "DC0/vm/one/web (vm-"));
	assert_non_null(strstr(vmx_error_message(client->error), "DC0/vm/two/deep/web (vm-"));
	assert_finds(client, "DC0/vm/two/deep/web", "web");
	client_close(client);
	vsphere_server_stop(server);
}

/*
 * Round trips
 */

static void connecting_takes_few_round_trips(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);

	(void)state;
	client_close(client_open(server, "esx", "/"));
	/* libvirt: 12 */
	assert_in_range(vsphere_server_count(server, NULL), 1, 4);
	assert_int_equal(vsphere_server_connections(server), 1);
	vsphere_server_stop(server);
}

static void listing_takes_few_round_trips(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);
	struct client *client = client_open(server, "vpx", "/DC0/DC0_C0/DC0_C0_H0");

	(void)state;
	free(list(client, VMX_REMOTE_MACHINE).text);
	client_close(client);
	/* libvirt: 20 */
	assert_in_range(vsphere_server_count(server, NULL), 1, 6);
	vsphere_server_stop(server);
}

/*
 * Where files of a machine are
 */

static void assert_rule(struct client *client, const char *machine, const char *name,
			enum vmx_file_name_answer answer, const char *path)
{
	struct vmx_path_rules *rules = NULL;
	struct vmx_bytes result = VMX_BYTES_INIT;
	const char directory[] = "[LocalDS_0] vm";

	assert_int_equal(vmx_path_rules_new(NULL, &rules, NULL), VMX_OK);
	assert_int_equal(vmx_path_rules_set_directory(rules, directory, strlen(directory), NULL), VMX_OK);
	assert_int_equal(vmx_connection_add_datastores(client->connection, machine, rules,
						       client->error), VMX_OK);
	assert_int_equal(vmx_path_rules_resolve(rules, name, strlen(name), false, &result), answer);
	if (path)
		assert_string_equal(result.data, path);
	vmx_bytes_release(&result);
	vmx_path_rules_free(rules);
}

static void a_machine_knows_the_datastores_of_its_host(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--datastore", "a [b]", NULL);
	struct client *client = client_open(server, "esx", "/");
	char *machine = client_machine(client, "ha-host_VM0");

	(void)state;
	assert_rule(client, machine, "/vmfs/volumes/LocalDS_0/x.vmdk", VMX_FILE_NAME_OK,
		    "[LocalDS_0] x.vmdk");
	assert_rule(client, machine, "/vmfs/volumes/5f000000-00000000-0001-000c29000001/d/x.vmdk",
		    VMX_FILE_NAME_OK, "[LocalDS_0] d/x.vmdk");
	assert_rule(client, machine, "/vmfs/volumes/nowhere/x.vmdk", VMX_FILE_NAME_INVALID, NULL);
	assert_rule(client, machine, "x.vmdk", VMX_FILE_NAME_OK, "[LocalDS_0] vm/x.vmdk");
	free(machine);
	client_close(client);
	vsphere_server_stop(server);
}

/* libvirt crashes there. */
static void a_mount_without_a_path_is_none(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--without", "mount-path", NULL);
	struct client *client = client_open(server, "esx", "/");
	char *machine = client_machine(client, "ha-host_VM0");

	(void)state;
	assert_rule(client, machine, "/vmfs/volumes/LocalDS_0/x.vmdk", VMX_FILE_NAME_OK,
		    "[LocalDS_0] x.vmdk");
	free(machine);
	client_close(client);
	vsphere_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_lists_what_it_has),
		cmocka_unit_test(an_old_host_is_not_asked_for_what_it_does_not_know),
		cmocka_unit_test(the_path_of_the_uri_limits_what_is_listed),
		cmocka_unit_test(objects_come_with_what_the_server_tells),
		cmocka_unit_test(a_machine_without_configuration_is_listed_with_the_reason),
		cmocka_unit_test(listing_ends_when_the_caller_has_enough),
		cmocka_unit_test(pages_are_read_to_the_last),
		cmocka_unit_test(pages_without_end_are_refused),
		cmocka_unit_test(items_without_type_are_read),
		cmocka_unit_test(a_wrong_path_is_refused_at_once),
		cmocka_unit_test(a_machine_is_found_by_all_its_names),
		cmocka_unit_test(names_are_found_as_people_and_servers_write_them),
		cmocka_unit_test(two_of_a_name_are_never_resolved_by_a_guess),
		cmocka_unit_test(connecting_takes_few_round_trips),
		cmocka_unit_test(listing_takes_few_round_trips),
		cmocka_unit_test(a_machine_knows_the_datastores_of_its_host),
		cmocka_unit_test(a_mount_without_a_path_is_none),
	};

	if (!vsphere_server_exists())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
