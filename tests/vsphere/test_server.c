/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test server itself: sessions, checks, the look of answers, pages, what it holds,
 * how it starts and stops.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/process.h"
#include "support/xml.h"
#include "vsphere/raw_http.h"

#define SERVICE "ServiceInstance", "ServiceInstance"
#define COLLECTOR "PropertyCollector", ESX_COLLECTOR
#define SESSIONS "SessionManager", ESX_SESSIONS

/* One property of all machines, for RetrieveProperties and, with options, its successor. */
#define OF_MACHINES(NAME) \
	"<specSet><propSet><type>VirtualMachine</type><pathSet>" NAME "</pathSet></propSet>" \
	"<objectSet><obj type=\"HostSystem\">ha-host</obj><skip>true</skip>" \
	"<selectSet xsi:type=\"TraversalSpec\"><type>HostSystem</type><path>vm</path></selectSet>" \
	"</objectSet></specSet>"
#define PAGES_OF(COUNT) "<options><maxObjects>" COUNT "</maxObjects></options>"

static size_t occurrences(const char *text, const char *piece)
{
	size_t count = 0;

	while ((text = strstr(text, piece))) {
		count++;
		text += strlen(piece);
	}
	return count;
}

static void it_says_what_it_is_without_a_session(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--tls", "none", NULL);
	struct client client = { .server = server };

	(void)state;
	assert_string_equal(server->scheme, "http");
	assert_string_equal(server->host, "127.0.0.1");
	assert_int_equal(vsphere_server_count(server, NULL), 0);
	assert_call(&client, "RetrieveServiceContent", SERVICE, "", 200, "<apiType>HostAgent</apiType>");
	assert_int_equal(vsphere_server_count(server, "RetrieveServiceContent"), 1);
	assert_int_equal(vsphere_server_count(server, NULL), 1);
	assert_request(&client, "GET", "/sdk/vimServiceVersions.xml", NULL, 200, "<version>6.5</version>");
	assert_request(&client, "GET", "/elsewhere", NULL, 404, "");
	vsphere_server_stop(server);
}

static void it_is_a_vcenter_over_ipv6(void **state)
{
	struct client *client = BEGIN("--model", "vpx", "--listen", "[::1]:0");

	(void)state;
	assert_string_equal(client->server->host, "::1");
	assert_call(client, "RetrieveServiceContent", SERVICE, "", 200, "<apiType>VirtualCenter</apiType>");
	end(client);
}

static void it_describes_itself_as_told(void **state)
{
	struct client *client = BEGIN("--about", "apiVersion=4.0", "--about", "productLineId=gsx",
		"--without", "WaitForUpdatesEx");
	struct answer versions = request(client, "GET", "/sdk/vimServiceVersions.xml", NULL);

	(void)state;
	assert_answer(&versions, 200, "<version>2.5</version>");
	assert_null(strstr(versions.body, "6.5"));
	answer_release(&versions);
	assert_call(client, "RetrieveServiceContent", SERVICE, "", 200, "<productLineId>gsx</productLineId>");
	assert_call(client, "WaitForUpdatesEx", COLLECTOR, "", 500, "MethodNotFound");
	end(client);
}

static void it_counts_connections_and_sees_the_password(void **state)
{
	static const char *const hidden[] = {
		"/folder?p=se&cret<7>", "/folder?p=se%26cret%3C7%3E", "/folder?p=c2UmY3JldDw3Pg==",
		"/sdk?p=se&amp;cret&lt;7&gt;",
	};
	struct client *client = BEGIN(NULL);

	(void)state;
	assert_int_equal(vsphere_server_count_flag(client->server, "password"), 1);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		struct answer answer = request(client, "GET", hidden[i], NULL);

		answer_release(&answer);
		assert_int_equal(vsphere_server_count_flag(client->server, "password"), i + 2);
	}
	/* the two requests of logging in */
	assert_int_equal(vsphere_server_connections(client->server), 2 + 4);
	end(client);
}

static void a_wrong_password_is_refused(void **state)
{
	struct client *client = BEGIN("--user", "user", "--idle", "1h");

	(void)state;
	free(client->cookie);
	client->cookie = NULL;
	assert_call(client, "Login", SESSIONS, "<userName>user</userName><password>pass</password>",
		500, "xsi:type=\"InvalidLogin\"");
	end(client);
}

static void without_a_session_there_is_little(void **state)
{
	struct client *client = BEGIN(NULL);

	(void)state;
	assert_property(client, "VirtualMachine", "vm-9", "name", "ha-host_VM0");
	assert_call(client, "Logout", SESSIONS, "", 200, "LogoutResponse");
	assert_property(client, "VirtualMachine", "vm-9", "name", "NotAuthenticated");
	assert_call(client, "CurrentTime", SERVICE, "", 500, "xsi:type=\"NotAuthenticated\"");
	assert_call(client, "RebootGuest", "VirtualMachine", "vm-9", "", 500, "xsi:type=\"NotAuthenticated\"");
	assert_request(client, "GET", "/folder/ha-host_VM0/ha-host_VM0.vmx?dcPath=ha-datacenter&dsName=LocalDS_0",
		NULL, 401, "");
	end(client);
}

static void sessions_end(void **state)
{
	struct client *client = BEGIN("--session-requests", "2,1");

	(void)state;
	assert_call(client, "CurrentTime", SERVICE, "", 200, "");
	assert_call(client, "CurrentTime", SERVICE, "", 200, "");
	assert_call(client, "CurrentTime", SERVICE, "", 500, "NotAuthenticated");
	for (int expected = 1; expected <= 9; expected += 8) {	/* then without end */
		assert_true(log_in(client));
		for (int i = 0; i < expected; i++)
			assert_call(client, "CurrentTime", SERVICE, "", 200, "");
	}
	end(client);

	client = BEGIN("--idle", "1s");
	assert_call(client, "CurrentTime", SERVICE, "", 200, "");
	usleep(1200000);
	assert_call(client, "CurrentTime", SERVICE, "", 500, "NotAuthenticated");
	end(client);

	client = BEGIN("--session-requests", "1+", "--fail", "CurrentTime:3:expire");
	for (int i = 0; i < 3; i++) {
		assert_call(client, "CurrentTime", SERVICE, "", i < 2 ? 200 : 500, "");
		assert_true(log_in(client));
	}
	end(client);
}

static void a_cookie_may_have_quotes(void **state)
{
	struct client *client = BEGIN("--quoted-cookie");

	(void)state;
	assert_non_null(strstr(client->cookie, "=\""));
	assert_call(client, "CurrentTime", SERVICE, "", 200, "");
	end(client);
}

/* What real servers refuse; NULL headers: none. */
static const struct {
	const char *method, *type, *id, *parameters, *headers, *reason;
} refused[] = {
	{ "Login", SESSIONS, "<password>x</password><userName>user</userName>", NULL, "no userName" },
	{ "Login", SESSIONS, "<userName>user</userName>", NULL, "no password" },
	{ "Login", SESSIONS, "<userName>a</userName><userName>b</userName><password>x</password>", NULL, "no password" },
	{ "Login", SESSIONS, "<userName xmlns=\"urn:other\">a</userName><password>x</password>", NULL, "namespace" },
	{ "CurrentTime", SERVICE, "<more/>", NULL, "has more where it does not belong" },
	{ "CurrentTime", SERVICE, "", "SOAPAction: urn:vim25/9.9\r\n", "SOAPAction" },
	{ "CurrentTime", SERVICE, "", "SOAPAction: CurrentTime\r\n", "SOAPAction" },
	{ "CurrentTime", "", "", "", NULL, "_this is no reference" },
	{ "NoSuchMethod", SERVICE, "", NULL, "there is no method" },
	{ "TaskInfo", SERVICE, "", NULL, "not a method" },
	{ "RetrievePropertiesEx", COLLECTOR, OF_MACHINES("name"), NULL, "no options" },
	{ "RetrievePropertiesEx", COLLECTOR, "<options/>" OF_MACHINES("name"), NULL, "no specSet" },
	{ "RetrieveProperties", COLLECTOR,
	  "<specSet><propSet><type>VirtualMachine</type></propSet><objectSet><obj type=\"HostSystem\">ha-host</obj>"
	  "<selectSet><type>HostSystem</type><path>vm</path></selectSet></objectSet></specSet>", NULL, "selectSet has type" },
	{ "RetrieveProperties", COLLECTOR,
	  "<specSet><propSet><type>VirtualMachine</type></propSet><objectSet><obj type=\"HostSystem\">ha-host</obj>"
	  "<selectSet xsi:type=\"TaskInfo\"/></objectSet></specSet>", NULL, "can't be of the type" },
	{ "CreateFilter", COLLECTOR, "<spec/>", NULL, "no propSet" },
	{ "WaitForUpdatesEx", COLLECTOR, "<version/><options><maxWaitSeconds>soon</maxWaitSeconds></options>",
	  NULL, "is not of its type" },
	{ "AnswerVM", "VirtualMachine", "vm-9", "<answerChoice>1</answerChoice><questionId>1</questionId>", NULL, "no questionId" },
	{ "RegisterVM_Task", "Folder", "ha-folder-vm", "<path>[x] x.vmx</path>", NULL, "no asTemplate" },
	{ "SearchDatastoreSubFolders_Task", "HostDatastoreBrowser", "x",
	  "<datastorePath>[x]</datastorePath><searchSpec><details><fileSize>true</fileSize></details></searchSpec>", NULL, "no fileType" },
};

static void assert_last_remark(struct client *client, const char *piece)
{
	char *log = vsphere_server_log(client->server);
	char *line = memrchr(log, '\n', strlen(log) - 1);

	if (!line || !strstr(line, piece))
		fail_msg("expected '%s', got: %s", piece, line);
	free(log);
}

static void what_real_servers_refuse_is_refused(void **state)
{
	struct client *client = BEGIN(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		client->headers = refused[i].headers;
		assert_call(client, refused[i].method, refused[i].type, refused[i].id,
			refused[i].parameters, 500, "xsi:type=\"InvalidRequest\"");
		assert_last_remark(client, refused[i].reason);
		assert_int_equal(vsphere_server_count_flag(client->server, "refused"), i + 1);
	}
	client->headers = "SOAPAction: \"urn:vim25/5.5\"\r\n";
	assert_call(client, "CurrentTime", SERVICE, "", 200, "");
	client->headers = "Expect: 100-continue\r\n";
	assert_call(client, "CurrentTime", SERVICE, "", 417, "");
	assert_last_remark(client, "Expect: 100-continue");
	end(client);
}

static void all_that_passes_when_told_so(void **state)
{
	struct client *client = BEGIN("--strict=false");

	(void)state;
	assert_call(client, "CurrentTime", SERVICE, "<more/>", 200, "");
	client->headers = "SOAPAction: CurrentTime\r\n";
	assert_call(client, "CurrentTime", SERVICE, "", 200, "");
	assert_call(client, "RetrieveProperties", COLLECTOR, OF_MACHINES("nonsense"), 200, "missingSet");
	assert_int_equal(vsphere_server_count_flag(client->server, "refused"), 0);
	end(client);
}

static void what_is_no_call_is_refused(void **state)
{
	struct client *client = BEGIN(NULL);

	(void)state;
	client->headers = "Content-Type: text/xml\r\n";
	assert_request(client, "POST", "/sdk", "hello", 500, "InvalidRequest");
	assert_request(client, "POST", "/sdk", "", 500, "InvalidRequest");
	assert_request(client, "POST", "/sdk", "<a/>", 500, "InvalidRequest");
	assert_request(client, "POST", "/sdk", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", 500, "InvalidRequest");
	assert_int_equal(vsphere_server_count_flag(client->server, "refused"), 4);
	end(client);
}

static void a_property_that_does_not_exist_is_a_fault(void **state)
{
	struct client *client = BEGIN(NULL);

	(void)state;
	assert_call(client, "RetrieveProperties", COLLECTOR, OF_MACHINES("nonsense"), 500, "<name>nonsense</name>");
	assert_call(client, "RetrievePropertiesEx", COLLECTOR, OF_MACHINES("config.nonsense") "<options/>",
		500, "xsi:type=\"InvalidProperty\"");
	end(client);
}

static void array_items_have_types_or_not(void **state)
{
	struct client *client = BEGIN(NULL);

	(void)state;
	assert_property(client, "HostSystem", "ha-host", "hardware.cpuFeature",
		"<val xsi:type=\"ArrayOfHostCpuIdInfo\"><HostCpuIdInfo xsi:type=\"HostCpuIdInfo\">");
	assert_property(client, "VirtualMachine", "vm-9", "config.extraConfig", "<OptionValue xsi:type=\"OptionValue\">");
	end(client);

	client = BEGIN("--raw");
	assert_property(client, "HostSystem", "ha-host", "hardware.cpuFeature", "><HostCpuIdInfo><level>");
	end(client);
}

static void noise_is_well_formed_and_hides_nothing(void **state)
{
	struct client *client = BEGIN("--noise", "--model", "esx");
	struct answer answer = property(client, "HostSystem", "ha-host", "name");
	struct blob body = { (char *)(uintptr_t)answer.body, answer.body_length };
	char *why = NULL, *value;
	xmlDoc *document = xml_parse(&body, &why);

	(void)state;
	if (!document)
		fail_msg("%s: %s", why, answer.body);
	value = xml_value(document, "string(//*[local-name()='val'])");
	assert_string_equal(value, "localhost.localdomain");
	assert_non_null(strstr(answer.body, "<fromTheFuture"));
	free(value);
	xmlFreeDoc(document);
	answer_release(&answer);
	end(client);
}

/* Fetches pages until there is no token, at most 10; returns the number of objects. */
static size_t count_by_pages(struct client *client, size_t *pages, bool *same)
{
	struct answer answer = call(client, "RetrievePropertiesEx", COLLECTOR, OF_MACHINES("name") PAGES_OF("2"));
	char *previous = NULL, *token;
	size_t objects = 0;

	*same = false;
	for (*pages = 1;; ++*pages) {
		char *parameters;

		assert_answer(&answer, 200, "<returnval>");
		objects += occurrences(answer.body, "<objects>");
		token = element_of(&answer, "token");
		*same = *same || (token && previous && strcmp(token, previous) == 0);
		free(previous);
		previous = token;
		answer_release(&answer);
		if (!token || *pages == 10)
			break;
		parameters = text_of_format("<token>%s</token>", token);
		answer = call(client, "ContinueRetrievePropertiesEx", COLLECTOR, parameters);
		free(parameters);
	}
	free(previous);
	return objects;
}

static void objects_come_in_pages(void **state)
{
	struct client *client = BEGIN("--machines", "5");
	size_t pages;
	bool same;

	(void)state;
	assert_int_equal(count_by_pages(client, &pages, &same), 5);
	assert_int_equal(pages, 3);
	assert_false(same);
	assert_call(client, "ContinueRetrievePropertiesEx", COLLECTOR, "<token>x</token>", 500, "InvalidArgument");
	assert_call(client, "RetrievePropertiesEx", COLLECTOR, OF_MACHINES("name") "<options/>", 200, "ha-host_VM4");
	end(client);

	client = BEGIN("--machines", "5", "--page-size", "1");
	assert_int_equal(count_by_pages(client, &pages, &same), 5);
	assert_int_equal(pages, 5);
	end(client);
}

static void tokens_may_never_end(void **state)
{
	static const char *const kinds[] = { "same-token", "endless", "empty" };
	size_t pages, objects;
	bool same;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct client *client = BEGIN("--machines", "5", "--paging", kinds[i]);

		objects = count_by_pages(client, &pages, &same);
		assert_int_equal(pages, 10);
		assert_int_equal(same, i == 0);
		assert_int_equal(objects > 0, i != 2);
		end(client);
	}
}

static void names_are_as_servers_show_them(void **state)
{
	struct client *client = BEGIN("--machine", "a/b\\c%d", "--machine", "<&>\"'[x] \xc3\xbc",
		"--model", "vpx", "--machine-in", "one/t%2fwo=twin", "--machine-in", "one=twin");
	char *id;
	struct answer answer;

	(void)state;
	answer = call(client, "FindByInventoryPath", "SearchIndex", "SearchIndex",
		"<inventoryPath>DC0/vm/a%2fb%5cc%25d</inventoryPath>");
	assert_answer(&answer, 200, "VirtualMachine");
	answer_release(&answer);
	answer = call(client, "FindByInventoryPath", "SearchIndex", "SearchIndex",
		"<inventoryPath>DC0/vm/one/t%2fwo/twin</inventoryPath>");
	id = element_of(&answer, "returnval");
	assert_non_null(id);
	answer_release(&answer);
	answer = call(client, "FindByInventoryPath", "SearchIndex", "SearchIndex",
		"<inventoryPath>DC0/vm/one/twin</inventoryPath>");
	assert_answer(&answer, 200, "VirtualMachine");
	assert_null(strstr(answer.body, id));
	answer_release(&answer);
	free(id);
	assert_call(client, "FindByInventoryPath", "SearchIndex", "SearchIndex",
		"<inventoryPath>DC0/vm/&lt;&amp;&gt;\"'[x] \xc3\xbc</inventoryPath>", 200, "VirtualMachine");
	end(client);
}

static void hosts_lack_what_they_are_told_to_lack(void **state)
{
	struct client *client = BEGIN("--without", "cpu-feature,mount-path", "--managed-by", "10.1.2.3",
		"--maintenance", "--off", "ha-host_VM0", "--inaccessible", "ha-host_VM1");
	struct answer answer;

	(void)state;
	assert_property(client, "HostSystem", "ha-host", "summary.managementServerIp", ">10.1.2.3<");
	assert_property(client, "HostSystem", "ha-host", "runtime.inMaintenanceMode", ">true<");
	assert_property(client, "VirtualMachine", "vm-9", "runtime.powerState", ">poweredOff<");
	answer = property(client, "HostSystem", "ha-host", "hardware.cpuFeature");
	assert_null(strstr(answer.body, "<level>"));
	answer_release(&answer);
	answer = property(client, "VirtualMachine", "vm-12", "config.uuid");
	assert_answer(&answer, 200, "vm-12");
	assert_null(strstr(answer.body, "<val"));
	answer_release(&answer);
	assert_call(client, "RetrieveProperties", COLLECTOR,
		"<specSet><propSet><type>Datastore</type><pathSet>host</pathSet></propSet>"
		"<objectSet><obj type=\"HostSystem\">ha-host</obj><skip>true</skip>"
		"<selectSet xsi:type=\"TraversalSpec\"><type>HostSystem</type><path>datastore</path></selectSet>"
		"</objectSet></specSet>", 200, "<mountInfo><accessMode>");
	end(client);
}

static void a_thousand_machines_are_there_at_once(void **state)
{
	struct client *client = BEGIN("--machines", "1000");
	struct answer answer = call(client, "RetrieveProperties", COLLECTOR, OF_MACHINES("config.uuid"));

	(void)state;
	assert_int_equal(answer.status, 200);
	assert_int_equal(occurrences(answer.body, "<val "), 1000);
	answer_release(&answer);
	end(client);
}

/* How many folders of the server's name lie in the folder for temporary files. */
static size_t count_leftovers(void)
{
	const char *temporary = getenv("TMPDIR");
	DIR *folder = opendir(temporary ? temporary : "/tmp");
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		count += strncmp(entry->d_name, "vsphere-server-", 15) == 0;
	closedir(folder);
	return count;
}

static void it_ends_whatever_goes_on_and_leaves_nothing(void **state)
{
	char *folder = make_temporary_folder(), *old = getenv("TMPDIR");
	char *kept = old ? text_of_format("%s", old) : NULL;
	struct client *client;
	struct answer answer;

	(void)state;
	setenv("TMPDIR", folder, 1);
	client = BEGIN("--fail", "CurrentTime:*:silent");
	assert_int_equal(count_leftovers(), 1);
	client->patience = 50;
	answer = call(client, "CurrentTime", SERVICE, "");
	assert_true(answer.waiting);
	answer_release(&answer);
	end(client);
	assert_int_equal(count_leftovers(), 0);
	if (kept)
		setenv("TMPDIR", kept, 1);
	else
		unsetenv("TMPDIR");
	free(kept);
	remove_folder(folder);
	free(folder);
}

static void it_runs_a_command(void **state)
{
	struct command command = { .program = getenv("VMXKIT_VSPHERE_SERVER") };
	struct outcome outcome;

	(void)state;
	command_add(&command, "--run");
	command_add(&command, "sh");
	command_add(&command, "-c");
	command_add(&command, "cat \"$VSPHERE_CA\"; test -f \"$VSPHERE_LOG\" -a -d \"$VSPHERE_DIR\" || exit 1; "
		"echo \"$VSPHERE_URL $VSPHERE_SCHEME://$VSPHERE_HOST:$VSPHERE_PORT $VSPHERE_USER $VSPHERE_PASSWORD\"; exit 7");
	run(&command, &outcome);
	assert_int_equal(outcome.status, 7);
	assert_non_null(strstr(outcome.out.data, "BEGIN CERTIFICATE"));
	assert_non_null(strstr(outcome.out.data, "/sdk https://127.0.0.1:"));
	assert_non_null(strstr(outcome.out.data, " " VSPHERE_USER " " VSPHERE_PASSWORD "\n"));
	outcome_release(&outcome);
}

static void wrong_options_are_refused(void **state)
{
	static const char *const wrong[] = {
		"--nonsense", "--model=gsx", "--tls=maybe", "--paging=odd", "--fail=Login:1", "--fail=Login:x:drop",
		"--fail=Login:1:nonsense", "--fail=Login:1:delay:soon", "--fail=Login:1:fault:Nonsense",
		"--fail=connect:1:truncate", "--task=x,nonsense", "--task=x,fail=Nonsense", "--session-requests=0",
		"--machine-in=x", "--machine-on=x", "--about=x", "left-over", "--run",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct command command = { .program = getenv("VMXKIT_VSPHERE_SERVER") };
		struct outcome outcome;

		command_add(&command, wrong[i]);
		run(&command, &outcome);
		if (outcome.status != 2 || outcome.err.length == 0 || outcome.out.length > 0)
			fail_msg("%s: status %d, %s", wrong[i], outcome.status, outcome.err.data);
		outcome_release(&outcome);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_it_is_without_a_session),
		cmocka_unit_test(it_is_a_vcenter_over_ipv6),
		cmocka_unit_test(it_describes_itself_as_told),
		cmocka_unit_test(it_counts_connections_and_sees_the_password),
		cmocka_unit_test(a_wrong_password_is_refused),
		cmocka_unit_test(without_a_session_there_is_little),
		cmocka_unit_test(sessions_end),
		cmocka_unit_test(a_cookie_may_have_quotes),
		cmocka_unit_test(what_real_servers_refuse_is_refused),
		cmocka_unit_test(all_that_passes_when_told_so),
		cmocka_unit_test(what_is_no_call_is_refused),
		cmocka_unit_test(a_property_that_does_not_exist_is_a_fault),
		cmocka_unit_test(array_items_have_types_or_not),
		cmocka_unit_test(noise_is_well_formed_and_hides_nothing),
		cmocka_unit_test(objects_come_in_pages),
		cmocka_unit_test(tokens_may_never_end),
		cmocka_unit_test(names_are_as_servers_show_them),
		cmocka_unit_test(hosts_lack_what_they_are_told_to_lack),
		cmocka_unit_test(a_thousand_machines_are_there_at_once),
		cmocka_unit_test(it_ends_whatever_goes_on_and_leaves_nothing),
		cmocka_unit_test(it_runs_a_command),
		cmocka_unit_test(wrong_options_are_refused),
	};

	if (!vsphere_server_exists())
		return SKIPPED;
	return cmocka_run_group_tests_name("vsphere_server", tests, NULL, NULL);
}
