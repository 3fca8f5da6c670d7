/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test server's datastores: files over HTTP, browsing, moving, registering.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cases.h"
#include "support/files.h"
#include "vsphere/raw_http.h"

#define PLACE "?dcPath=ha-datacenter&dsName=LocalDS_0"
#define FILE_MANAGER "FileManager", "ha-nfc-file-manager"
#define FIND "SearchIndex", "ha-searchindex"

static void assert_body(const struct answer *answer, int status, const void *data, size_t length)
{
	assert_int_equal(answer->status, status);
	assert_int_equal(answer->body_length, length);
	assert_memory_equal(answer->body, data, length);
}

static void a_file_comes_back_byte_for_byte(void **state)
{
	static const char odd[] = "\xef\xbb\xbf.encoding = \"windows-1252\"\r\ndisplayName = \"a\xe9|22\"\r\0\r\n\n\x80";
	char *folder = make_temporary_folder();
	char *deep = text_of_format("%s/below/this one.VMX", folder), *top = text_of_format("%s/top.vmx", folder);
	char *other = text_of_format("%s/other.txt", folder);
	struct client *client;
	struct answer answer;

	(void)state;
	write_file(deep, odd, sizeof(odd));
	write_file(top, "", 0);
	write_file(other, "x", 1);
	client = BEGIN("--vmx-dir", folder, "--vmx", top);
	answer = request(client, "GET", "/folder/below_this%20one/below_this%20one.vmx" PLACE, NULL);
	assert_body(&answer, 200, odd, sizeof(odd));
	answer_release(&answer);
	answer = request(client, "GET", "/folder/top/top.vmx" PLACE, NULL);
	assert_body(&answer, 200, "", 0);
	answer_release(&answer);
	/* the same name for the second time, in a folder of another name */
	assert_request(client, "GET", "/folder/top_1/top_1.vmx" PLACE, NULL, 200, "");
	assert_call(client, "FindByDatastorePath", FIND, "<datacenter type=\"Datacenter\">ha-datacenter</datacenter>"
		"<path>[LocalDS_0] below_this one/below_this one.vmx</path>", 200, "VirtualMachine");
	end(client);
	remove_folder(folder);
	free(folder);
	free(deep);
	free(top);
	free(other);
}

#define NOT_THERE "<html><body>416 Range Not Satisfiable</body></html>\n"

static void parts_of_a_file_can_be_had(void **state)
{
	static const struct {
		const char *range;
		int status;
		const char *body, *content_range;
	} cases[] = {
		{ "Range: bytes=2-4\r\n", 206, "234", "bytes 2-4/10" },
		{ "Range: bytes=7-\r\n", 206, "789", "bytes 7-9/10" },
		{ "Range: bytes=8-99\r\n", 206, "89", "bytes 8-9/10" },
		{ "Range: bytes=-3\r\n", 206, "789", "bytes 7-9/10" },
		{ "Range: bytes=10-\r\n", 416, NOT_THERE, "bytes */10" },
		{ "Range: bytes=5-4\r\n", 416, NOT_THERE, "bytes */10" },
		{ "Range: bytes=2-4\r\nIf-Range: \"other\"\r\n", 200, "0123456789", NULL },
		{ "", 200, "0123456789", NULL },
	};
	struct client *client = BEGIN(NULL);

	(void)state;
	assert_request(client, "PUT", "/folder/ha-host_VM0/ten" PLACE, "0123456789", 201, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer answer;
		char *range;

		client->headers = cases[i].range;
		answer = request(client, "GET", "/folder/ha-host_VM0/ten" PLACE, NULL);
		assert_body(&answer, cases[i].status, cases[i].body, strlen(cases[i].body));
		range = header_of(&answer, "Content-Range");
		if (cases[i].content_range)
			assert_string_equal(range, cases[i].content_range);
		else
			assert_null(range);
		free(range);
		answer_release(&answer);
	}
	end(client);
}

static void files_are_put_and_deleted(void **state)
{
	struct client *client = BEGIN(NULL);
	struct answer answer;

	(void)state;
	assert_request(client, "PUT", "/folder/ha-host_VM0/new" PLACE, "one", 201, "");
	assert_request(client, "PUT", "/folder/ha-host_VM0%2Fnew" PLACE, "two", 200, "");
	assert_request(client, "GET", "/folder/ha-host_VM0/new" PLACE, NULL, 200, "two");
	answer = request(client, "HEAD", "/folder/ha-host_VM0/new" PLACE, NULL);
	assert_int_equal(answer.content_length, 3);
	assert_body(&answer, 200, "", 0);
	answer_release(&answer);
	assert_request(client, "DELETE", "/folder/ha-host_VM0/new" PLACE, NULL, 204, "");
	assert_request(client, "DELETE", "/folder/ha-host_VM0/new" PLACE, NULL, 404, "");
	assert_request(client, "GET", "/folder/ha-host_VM0/new" PLACE, NULL, 404, "");
	assert_request(client, "PUT", "/folder/nowhere/new" PLACE, "one", 404, "");
	assert_request(client, "GET", "/folder/ha-host_VM0" PLACE, NULL, 200, "<!DOCTYPE html>");
	assert_request(client, "GET", "/folder/ha-host_VM0/../../secret" PLACE, NULL, 404, "");
	assert_request(client, "GET", "/folder/ha-host_VM0/ha-host_VM0.vmx?dsName=LocalDS_0", NULL, 200, "");
	assert_request(client, "GET", "/folder/ha-host_VM0/ha-host_VM0.vmx?dcPath=DC0&dsName=LocalDS_0", NULL, 404, "");
	assert_request(client, "GET", "/folder/ha-host_VM0/ha-host_VM0.vmx?dcPath=ha-datacenter&dsName=x", NULL, 404, "");
	assert_request(client, "POST", "/folder/ha-host_VM0/new" PLACE, "x", 405, "");
	end(client);
}

static void a_file_needs_a_session_or_a_password(void **state)
{
	struct client *client = BEGIN(NULL);

	(void)state;
	free(client->cookie);
	client->cookie = NULL;
	assert_request(client, "GET", "/folder/ha-host_VM0/ha-host_VM0.vmx" PLACE, NULL, 401, "");
	client->headers = "Authorization: Basic dXNlcjpzZSZjcmV0PDc+\r\n";	/* user:se&cret<7> */
	assert_request(client, "GET", "/folder/ha-host_VM0/ha-host_VM0.vmx" PLACE, NULL, 200, "");
	assert_int_equal(vsphere_server_count_flag(client->server, "password"), 2);
	client->headers = "Authorization: Basic dXNlcjp4\r\n";
	assert_request(client, "GET", "/folder/ha-host_VM0/ha-host_VM0.vmx" PLACE, NULL, 401, "");
	end(client);
}

static void names_in_a_query_are_decoded_twice_or_once(void **state)
{
	struct client *client = BEGIN("--datastore", "a+b [c] %", "--machine-on", "a+b [c] %=x");

	(void)state;
	/* the API shows the name as "a+b [c] %25" */
	assert_request(client, "GET", "/folder/x/x.vmx?dsName=a%252Bb%2520%255Bc%255D%2520%252525", NULL, 200, "");
	assert_request(client, "GET", "/folder/x/x.vmx?dsName=a%2Bb%20%5Bc%5D%20%2525", NULL, 404, "");
	end(client);

	client = BEGIN("--decodings", "1", "--datastore", "a+b [c] %", "--machine-on", "a+b [c] %=x");
	assert_request(client, "GET", "/folder/x/x.vmx?dsName=a%252Bb%2520%255Bc%255D%2520%252525", NULL, 404, "");
	assert_request(client, "GET", "/folder/x/x.vmx?dsName=a%2Bb%20%5Bc%5D%20%2525", NULL, 200, "");
	end(client);
}

static void datacenters_lie_in_folders(void **state)
{
	struct client *client = BEGIN("--model", "vpx", "--datacenters", "2", "--folders", "1");

	(void)state;
	assert_request(client, "GET", "/folder/DC0_H0_VM0/DC0_H0_VM0.vmx?dcPath=DC0&dsName=LocalDS_0", NULL, 200, "");
	assert_request(client, "GET", "/folder/DC1_H0_VM0/DC1_H0_VM0.vmx?dcPath=F0%2FDC1&dsName=LocalDS_0", NULL, 200, "");
	assert_request(client, "GET", "/folder/DC1_H0_VM0/DC1_H0_VM0.vmx?dcPath=DC1&dsName=LocalDS_0", NULL, 404, "");
	assert_request(client, "GET", "/folder/DC0_H0_VM0/DC0_H0_VM0.vmx?dsName=LocalDS_0", NULL, 404, "");
	end(client);
}

/* The result of the task that a call has started. */
static struct answer task_of(struct client *client, const char *method, const char *type,
	const char *id, const char *parameters)
{
	struct answer answer = call(client, method, type, id, parameters);
	char *task = element_of(&answer, "returnval");

	assert_answer(&answer, 200, "<returnval type=\"Task\">");
	answer_release(&answer);
	answer = property(client, "Task", task, "info");
	free(task);
	return answer;
}

static void assert_task(struct client *client, const char *method, const char *type,
	const char *id, const char *parameters, const char *piece)
{
	struct answer answer = task_of(client, method, type, id, parameters);

	assert_answer(&answer, 200, piece);
	answer_release(&answer);
}

static char *browser_of(struct client *client, const char *datastore)
{
	struct answer answer = call(client, "RetrieveProperties", "PropertyCollector", ESX_COLLECTOR,
		"<specSet><propSet><type>Datastore</type><pathSet>name</pathSet><pathSet>browser</pathSet></propSet>"
		"<objectSet><obj type=\"HostSystem\">ha-host</obj><skip>true</skip>"
		"<selectSet xsi:type=\"TraversalSpec\"><type>HostSystem</type><path>datastore</path></selectSet>"
		"</objectSet></specSet>");
	const char *at = strstr(answer.body, datastore);
	char *browser;

	assert_non_null(at);
	at = strstr(at, "\"HostDatastoreBrowser\">") + strlen("\"HostDatastoreBrowser\">");
	browser = text_of_format("%.*s", (int)strcspn(at, "<"), at);
	answer_release(&answer);
	return browser;
}

#define DETAILS "<details><fileType>true</fileType><fileSize>true</fileSize><modification>true</modification></details>"
#define DISKS "<query xsi:type=\"VmDiskFileQuery\"><details><diskType>true</diskType><capacityKb>true</capacityKb>" \
	"<hardwareVersion>false</hardwareVersion></details></query>"

static void datastores_can_be_browsed(void **state)
{
	struct client *client = BEGIN("--datastore", "a [b]", "--machine-on", "a [b]=c d");
	char *browser = browser_of(client, "a [b]");

	(void)state;
	assert_task(client, "SearchDatastoreSubFolders_Task", "HostDatastoreBrowser", browser,
		"<datastorePath>[a [b]]</datastorePath>",
		"<folderPath>[a [b]] c d/</folderPath><file xsi:type=\"FileInfo\"><path>c d.nvram</path></file>");
	assert_task(client, "SearchDatastoreSubFolders_Task", "HostDatastoreBrowser", browser,
		"<datastorePath>[a [b]]</datastorePath><searchSpec>" DETAILS "<matchPattern>*.VMX</matchPattern></searchSpec>",
		"<file xsi:type=\"VmConfigFileInfo\"><path>c d.vmx</path><fileSize>");
	assert_task(client, "SearchDatastore_Task", "HostDatastoreBrowser", browser,
		"<datastorePath>[a [b]] c d</datastorePath><searchSpec>" DISKS DETAILS "</searchSpec>",
		"<capacityKb>1024</capacityKb>");
	assert_task(client, "SearchDatastore_Task", "HostDatastoreBrowser", browser,
		"<datastorePath>[a [b]] none</datastorePath>", "xsi:type=\"FileNotFound\"");
	assert_task(client, "SearchDatastore_Task", "HostDatastoreBrowser", browser,
		"<datastorePath>[LocalDS_0]</datastorePath>", "xsi:type=\"InvalidDatastore\"");
	assert_task(client, "SearchDatastore_Task", "HostDatastoreBrowser", browser,
		"<datastorePath>nonsense</datastorePath>", "xsi:type=\"InvalidDatastorePath\"");
	free(browser);
	end(client);
}

static void a_disk_may_have_no_size(void **state)
{
	struct client *client = BEGIN("--without", "disk-size");
	char *browser = browser_of(client, "LocalDS_0");
	struct answer answer = task_of(client, "SearchDatastoreSubFolders_Task", "HostDatastoreBrowser", browser,
		"<datastorePath>[LocalDS_0]</datastorePath><searchSpec>" DISKS DETAILS "</searchSpec>");

	(void)state;
	assert_answer(&answer, 200, "<path>disk1.vmdk</path><modification>");
	assert_null(strstr(answer.body, "capacityKb"));
	answer_release(&answer);
	free(browser);
	end(client);
}

#define FROM(PATH) "<sourceName>[LocalDS_0] " PATH "</sourceName>"
#define TO(PATH) "<destinationName>[LocalDS_0] " PATH "</destinationName>"

static void files_are_moved_and_folders_made(void **state)
{
	struct client *client = BEGIN(NULL);

	(void)state;
	assert_request(client, "PUT", "/folder/ha-host_VM0/one" PLACE, "1", 201, "");
	assert_request(client, "PUT", "/folder/ha-host_VM0/two" PLACE, "2", 201, "");
	assert_task(client, "MoveDatastoreFile_Task", FILE_MANAGER, FROM("ha-host_VM0/one") TO("ha-host_VM0/two"),
		"xsi:type=\"FileAlreadyExists\"");
	assert_task(client, "MoveDatastoreFile_Task", FILE_MANAGER,
		FROM("ha-host_VM0/one") TO("ha-host_VM0/two") "<force>true</force>", "<state>success</state>");
	assert_request(client, "GET", "/folder/ha-host_VM0/two" PLACE, NULL, 200, "1");
	assert_task(client, "MoveDatastoreFile_Task", FILE_MANAGER, FROM("ha-host_VM0/one") TO("x"), "xsi:type=\"FileNotFound\"");
	assert_task(client, "DeleteDatastoreFile_Task", FILE_MANAGER, "<name>[LocalDS_0] ha-host_VM0/two</name>",
		"<state>success</state>");
	assert_task(client, "DeleteDatastoreFile_Task", FILE_MANAGER, "<name>[LocalDS_0] ha-host_VM0/two</name>",
		"xsi:type=\"FileNotFound\"");
	assert_task(client, "DeleteDatastoreFile_Task", FILE_MANAGER, "<name>[LocalDS_0] ../x</name>",
		"xsi:type=\"InvalidDatastorePath\"");
	assert_call(client, "MakeDirectory", FILE_MANAGER, "<name>[LocalDS_0] a/b</name>", 500, "FileNotFound");
	assert_call(client, "MakeDirectory", FILE_MANAGER, "<name>[LocalDS_0] a/b</name>"
		"<createParentDirectories>true</createParentDirectories>", 200, "MakeDirectoryResponse");
	assert_call(client, "MakeDirectory", FILE_MANAGER, "<name>[LocalDS_0] a</name>", 500, "FileAlreadyExists");
	assert_request(client, "PUT", "/folder/a/b/c" PLACE, "x", 201, "");
	end(client);
}

#define REGISTER "<path>[LocalDS_0] new/odd.vmx</path><asTemplate>false</asTemplate>" \
	"<pool type=\"ResourcePool\">ha-root-pool</pool><host type=\"HostSystem\">ha-host</host>"
#define BY_UUID "<uuid>564D0000-1111-2222-3333-444455556666</uuid><vmSearch>true</vmSearch>"
#define ELSEWHERE "<datacenter type=\"Datacenter\">ha-datacenter</datacenter>"

static void a_machine_is_registered_from_its_vmx(void **state)
{
	struct client *client = BEGIN(NULL);
	struct answer answer;
	char *id;

	(void)state;
	assert_task(client, "RegisterVM_Task", "Folder", "ha-folder-vm", REGISTER, "xsi:type=\"NotFound\"");
	assert_call(client, "MakeDirectory", FILE_MANAGER, "<name>[LocalDS_0] new</name>", 200, "");
	assert_request(client, "PUT", "/folder/new/odd.vmx" PLACE, "displayName = \"new %2f one\"\nmemsize = \"64\"\n"
		"uuid.bios = \"56 4d 00 00 11 11 22 22-33 33 44 44 55 55 66 66\"\n", 201, "");
	assert_task(client, "RegisterVM_Task", "Folder", "ha-folder-vm", REGISTER, "<state>success</state>");
	assert_task(client, "RegisterVM_Task", "Folder", "ha-folder-vm", REGISTER, "xsi:type=\"AlreadyExists\"");
	answer = call(client, "FindByUuid", FIND, ELSEWHERE BY_UUID);
	id = element_of(&answer, "returnval");
	assert_non_null(id);
	answer_release(&answer);
	assert_property(client, "VirtualMachine", id, "name", ">new %2f one<");
	assert_property(client, "VirtualMachine", id, "config.hardware.memoryMB", ">64<");
	assert_call(client, "UnregisterVM", "VirtualMachine", id, "", 200, "");
	assert_request(client, "GET", "/folder/new/odd.vmx" PLACE, NULL, 200, "displayName");
	answer = call(client, "FindByUuid", FIND, BY_UUID);
	assert_null(strstr(answer.body, "VirtualMachine"));
	answer_release(&answer);
	free(id);
	end(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_comes_back_byte_for_byte),
		cmocka_unit_test(parts_of_a_file_can_be_had),
		cmocka_unit_test(files_are_put_and_deleted),
		cmocka_unit_test(a_file_needs_a_session_or_a_password),
		cmocka_unit_test(names_in_a_query_are_decoded_twice_or_once),
		cmocka_unit_test(datacenters_lie_in_folders),
		cmocka_unit_test(datastores_can_be_browsed),
		cmocka_unit_test(a_disk_may_have_no_size),
		cmocka_unit_test(files_are_moved_and_folders_made),
		cmocka_unit_test(a_machine_is_registered_from_its_vmx),
	};

	if (!vsphere_server_exists())
		return SKIPPED;
	return cmocka_run_group_tests_name("vsphere_server_files", tests, NULL, NULL);
}
