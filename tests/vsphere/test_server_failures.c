/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test server's failures: each kind does what it says, and only when it is told.
 */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/process.h"
#include "vsphere/raw_http.h"

#define VMX "/folder/ha-host_VM0/ha-host_VM0.vmx?dcPath=ha-datacenter&dsName=LocalDS_0"
#define ANY SIZE_MAX
#define ANY_LONG LONG_MIN

/* What is asked for. */
enum wish { TIME, LIST, PART };

struct failure {
	const char *kind;	/* and its argument */
	enum wish wish;
	int status;		/* 0: no status line */
	const char *piece;	/* in the header or the body */
	size_t body_length;
	long missing;		/* Content-Length, -1 without, less the length of the body */
	bool waiting;
	size_t limit;		/* bytes to read, where there is no end; 0: no limit */
};

static const struct failure rows[] = {
	{ "delay:200ms", TIME, 200, "CurrentTimeResponse", ANY, 0, false, 0 },
	{ "silent", TIME, 0, "", 0, -1, true, 0 },
	{ "drop", TIME, 0, "", 0, -1, false, 0 },
	{ "drop-header", TIME, 200, "HTTP/1.1 200 OK\r\nCont", 0, -1, false, 0 },
	{ "drop-body:10", LIST, 200, "<?xml", 10, ANY_LONG, false, 0 },
	{ "drop-body", PART, 206, "", 1, 2, false, 0 },
	{ "stall:10", LIST, 200, "<?xml", 10, ANY_LONG, true, 0 },
	{ "truncate:20", LIST, 200, "<?xml", 20, 0, false, 0 },
	{ "truncate", PART, 206, "Content-Length: 1\r\n", 1, 0, false, 0 },
	{ "length:5", PART, 206, "Content-Length: 8\r\n", 3, 5, false, 0 },
	{ "length:-2", PART, 206, "Content-Length: 1\r\n", 3, -2, false, 0 },
	{ "status:503", TIME, 503, "<html>", ANY, 0, false, 0 },
	{ "redirect:301", TIME, 301, "Location: http://127.0.0.1:", ANY, 0, false, 0 },
	{ "redirect:302:https://example.com/x", PART, 302, "Location: https://example.com/x\r\n", ANY, 0, false, 0 },
	{ "fault:NoPermission:Not < you: no.", TIME, 500,
	  "<faultstring>Not &lt; you: no.</faultstring><detail><NoPermissionFault xmlns=\"urn:vim25\" xsi:type=\"NoPermission\">",
	  ANY, 0, false, 0 },
	{ "expire", TIME, 500, "NotAuthenticated", ANY, 0, false, 0 },
	{ "no-result", TIME, 200, "<CurrentTimeResponse xmlns=\"urn:vim25\"></CurrentTimeResponse>", ANY, 0, false, 0 },
	{ "other-result", LIST, 200, "<CurrentTimeResponse", ANY, 0, false, 0 },
	{ "nothing", TIME, 200, "", 0, 0, false, 0 },
	{ "not-xml", TIME, 200, "unhappy", ANY, 0, false, 0 },
	{ "bad-utf8", LIST, 200, "\xc3\x28\xff</", ANY, 0, false, 0 },
	{ "entities", TIME, 200, "<!ENTITY e9 \"&e8;&e8;", ANY, 0, false, 0 },
	{ "external", TIME, 200, "<!ENTITY e SYSTEM \"file:", ANY, 0, false, 0 },
	{ "deep:3", TIME, 200, "<name><a><a><a></a></a></a></name>", ANY, ANY_LONG, false, 0 },
	{ "deep", TIME, 200, "<a><a>", ANY, ANY_LONG, false, 100000 },
	{ "many:2", LIST, 200, "</propSet></returnval><returnval><obj", ANY, ANY_LONG, false, 0 },
	{ "many", LIST, 200, "<returnval>", ANY, ANY_LONG, false, 100000 },
	{ "text:5", TIME, 200, "<returnval><name>aaaaa</name></returnval>", ANY, ANY_LONG, false, 0 },
	{ "text", TIME, 200, "aaaaaaaa", ANY, ANY_LONG, false, 100000 },
	{ "endless:5", PART, 200, "\r\n\r\naaaaa", 5, ANY_LONG, false, 0 },
	{ "endless", TIME, 200, "aaaaaaaa", ANY, ANY_LONG, false, 100000 },
	{ "huge", TIME, 200, "Content-Length: 10737418240\r\n", ANY, ANY_LONG, false, 100000 },
	{ "huge:7", PART, 200, "\r\n\r\naaaaaaa", 7, 0, false, 0 },
	{ "endless-header", TIME, 200, "X-More: and more\r\nX-More: and more\r\n", 0, ANY_LONG, false, 100000 },
	{ "trickle:5ms", PART, 200, "\r\n\r\naaaaa", ANY, ANY_LONG, false, 300 },
	{ "range-shift", PART, 206, "Content-Range: bytes 3-4/", 2, 0, false, 0 },
	{ "range-short", PART, 206, "Content-Range: bytes 2-2/", 1, 0, false, 0 },
	{ "range-lie", PART, 206, "Content-Range: bytes 2-4/", 3, 0, false, 0 },
	{ "no-range", PART, 200, ".encoding = ", ANY, 0, false, 0 },
};

static const char *const names[] = { [TIME] = "CurrentTime", [LIST] = "RetrieveProperties", [PART] = "GET" };

static struct answer ask_for(struct client *client, enum wish wish)
{
	struct answer answer;

	switch (wish) {
	case TIME:
		return call(client, "CurrentTime", "ServiceInstance", "ServiceInstance", "");
	case LIST:
		return property(client, "VirtualMachine", "vm-9", "name");
	case PART:
	default:
		client->headers = "Range: bytes=2-4\r\n";
		answer = request(client, "GET", VMX, NULL);
		client->headers = NULL;
		return answer;
	}
}

static void assert_row(const struct failure *row, const struct answer *answer)
{
	if (answer->status != row->status)
		fail_msg("%s: status %d: %s", row->kind, answer->status, answer->data);
	if (!memmem(answer->data, answer->length, row->piece, strlen(row->piece)))
		fail_msg("%s: no %s in: %.3000s", row->kind, row->piece, answer->data);
	if (row->body_length != ANY && answer->body_length != row->body_length)
		fail_msg("%s: %zu bytes: %s", row->kind, answer->body_length, answer->data);
	if (row->missing != ANY_LONG && answer->content_length - (long)answer->body_length != row->missing)
		fail_msg("%s: Content-Length %ld, %zu bytes", row->kind, answer->content_length, answer->body_length);
	if (answer->waiting != row->waiting)
		fail_msg("%s: %s", row->kind, answer->waiting ? "nothing more comes" : "the connection ends");
}

static void each_kind_does_what_it_says(void **state)
{
	const struct failure *row = *state;
	char *rule = text_of_format("%s:2:%s", names[row->wish], row->kind);
	struct client *client = BEGIN("--fail", rule);
	struct answer answer;

	/* not the first one */
	answer = ask_for(client, row->wish);
	assert_int_equal(answer.status, row->wish == PART ? 206 : 200);
	answer_release(&answer);

	client->old = row->missing == ANY_LONG;
	client->limit = row->limit;
	client->patience = row->waiting ? 100 : 0;
	answer = ask_for(client, row->wish);
	assert_row(row, &answer);
	answer_release(&answer);

	/* and not the third one */
	client->limit = 0;
	client->patience = 0;
	if (strcmp(row->kind, "expire") == 0)
		assert_true(log_in(client));
	answer = ask_for(client, row->wish);
	assert_int_equal(answer.status, row->wish == PART ? 206 : 200);
	answer_release(&answer);
	assert_int_equal(vsphere_server_count(client->server, names[row->wish]), 3);
	free(rule);
	rule = text_of_format("fail=%.*s", (int)strcspn(row->kind, ":"), row->kind);
	assert_int_equal(vsphere_server_count_flag(client->server, rule), 1);
	free(rule);
	end(client);
}

static void a_delay_takes_its_time(void **state)
{
	struct client *client = BEGIN("--fail", "CurrentTime:*:delay:200ms");
	struct timespec before, after;
	struct answer answer;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	answer = ask_for(client, TIME);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(answer.status, 200);
	answer_release(&answer);
	assert_in_range((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000, 199, 10000);
	end(client);
}

static void a_part_that_lies_is_another_part(void **state)
{
	struct client *client = BEGIN("--fail", "GET:2:range-shift", "--fail", "GET:3:range-lie");
	static const char *const parts[] = { "nco", "co", "co?" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct answer answer = ask_for(client, PART);

		assert_string_equal(answer.body, parts[i]);
		answer_release(&answer);
	}
	end(client);
}

static void requests_are_chosen_by_name_and_number(void **state)
{
	static const struct {
		const char *rule;
		int statuses[4];	/* of CurrentTime, GET, CurrentTime, GET */
	} cases[] = {
		{ "CurrentTime:1:status:503", { 503, 206, 200, 206 } },
		{ "CurrentTime:2-3:status:503", { 200, 206, 503, 206 } },
		{ "folder:1-:status:503", { 200, 503, 200, 503 } },
		{ "GET:*:status:503", { 200, 503, 200, 503 } },
		{ "HEAD:*:status:503", { 200, 206, 200, 206 } },
		{ "*:4:status:503", { 200, 503, 200, 206 } },	/* two before that log in */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client *client = BEGIN("--fail", cases[i].rule);

		for (size_t k = 0; k < 4; k++) {
			struct answer answer = ask_for(client, k % 2 == 0 ? TIME : PART);

			if (answer.status != cases[i].statuses[k])
				fail_msg("%s: request %zu: %d", cases[i].rule, k, answer.status);
			answer_release(&answer);
		}
		end(client);
	}
}

static void a_connection_may_fail(void **state)
{
	struct client *client = BEGIN("--fail", "connect:3:silent", "--fail", "connect:4:drop");
	struct answer answer;

	(void)state;
	client->patience = 100;
	answer = ask_for(client, TIME);
	assert_true(answer.waiting);
	assert_int_equal(answer.length, 0);
	answer_release(&answer);
	client->patience = 0;
	answer = ask_for(client, TIME);
	assert_false(answer.waiting);
	assert_int_equal(answer.length, 0);
	answer_release(&answer);
	answer = ask_for(client, TIME);
	assert_int_equal(answer.status, 200);
	answer_release(&answer);
	assert_int_equal(vsphere_server_count(client->server, "CurrentTime"), 1);
	end(client);
}

static void a_put_may_fail_and_leaves_nothing(void **state)
{
	struct client *client = BEGIN("--fail", "PUT:1:drop", "--fail", "PUT:2:status:507");
	struct answer answer;

	(void)state;
	for (int i = 0; i < 2; i++) {
		answer = request(client, "PUT", "/folder/ha-host_VM0/new?dcPath=ha-datacenter&dsName=LocalDS_0", "text");
		assert_int_equal(answer.status, i == 0 ? 0 : 507);
		answer_release(&answer);
		assert_request(client, "GET", "/folder/ha-host_VM0/new?dcPath=ha-datacenter&dsName=LocalDS_0", NULL, 404, "");
	}
	end(client);
}

/* The kinds that --help lists, one after another, each with a blank behind it. */
static char *kinds_of_help(void)
{
	struct command command = { .program = getenv("VMXKIT_VSPHERE_SERVER") };
	struct outcome outcome;
	char *at, *kinds = text_of_format(" ");

	command_add(&command, "--help");
	run(&command, &outcome);
	at = strstr(outcome.out.data, "Kinds:\n");
	assert_non_null(at);
	at += strlen("Kinds:\n");
	while (strncmp(at, "        ", 8) == 0) {
		char *more = text_of_format("%s%.*s ", kinds, (int)strcspn(at + 8, "[: \n"), at + 8);

		free(kinds);
		kinds = more;
		at += strcspn(at, "\n") + 1;
	}
	outcome_release(&outcome);
	return kinds;
}

static void every_kind_is_tested(void **state)
{
	char *kinds = kinds_of_help();
	size_t count = 0;

	(void)state;
	for (char *rest = kinds, *kind; (kind = strsep(&rest, " "));) {
		bool tested = kind[0] == '\0' || strncmp(kind, "task-", 5) == 0;	/* with the tasks */

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			tested = tested || strncmp(rows[i].kind, kind, strlen(kind)) == 0;
		if (!tested)
			fail_msg("%s is not tested", kind);
		count++;
	}
	assert_in_range(count, 25, 100);
	free(kinds);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(a_delay_takes_its_time),
		cmocka_unit_test(a_part_that_lies_is_another_part),
		cmocka_unit_test(requests_are_chosen_by_name_and_number),
		cmocka_unit_test(a_connection_may_fail),
		cmocka_unit_test(a_put_may_fail_and_leaves_nothing),
		cmocka_unit_test(every_kind_is_tested),
	};
	struct cases cases = { 0 };
	int failed;

	if (!vsphere_server_exists())
		return SKIPPED;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct failure *row = malloc(sizeof(*row));

		if (!row)
			give_up("no memory");
		*row = rows[i];
		cases_add(&cases, text_of_format("%s: %s", names[row->wish], row->kind), each_kind_does_what_it_says, row);
	}
	failed = cases_run(&cases, "vsphere_server_failures");
	return cmocka_run_group_tests_name("vsphere_server_failures", others, NULL, NULL) + failed;
}
