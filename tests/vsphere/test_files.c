/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files on datastores, and registering machines, against the simulated server.
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

#define VMX_0 "[LocalDS_0] ha-host_VM0/ha-host_VM0.vmx"

/*
 * Fetching
 */

static void assert_fetches(struct client *client, const char *path, const void *data, size_t length)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	if (vmx_connection_fetch(client->connection, path, NULL, 0, &bytes, client->error) != VMX_OK)
		fail_msg("%s: %s", path, vmx_error_message(client->error));
	assert_int_equal(bytes.length, length);
	assert_memory_equal(bytes.data, data, length);
	vmx_bytes_release(&bytes);
}

static void assert_fetch_fails(struct client *client, const char *path, size_t limit,
			       enum vmx_code wanted)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	enum vmx_code code = vmx_connection_fetch(client->connection, path, NULL, limit, &bytes,
						  client->error);

	if (code != wanted)
		fail_msg("%s: %s, not %s: %s", path, vmx_code_name(code), vmx_code_name(wanted),
			 vmx_error_message(client->error));
	assert_null(strstr(vmx_error_message(client->error), VSPHERE_PASSWORD));
	vmx_bytes_release(&bytes);
}

/* Bytes of all kinds, and no line end at the end. */
static void make_bytes(unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (unsigned char)(i * 7 + i / 256);
}

static void a_file_comes_back_byte_for_byte(void **state)
{
	static const char text[] = "displayName = \"a\"\r\n.encoding = \"windows-1252\"\nx = \"\xe4\"";
	struct vsphere_server *server;
	struct client *client;
	char *folder = make_temporary_folder(), *file = text_of_format("%s/odd name & [x] ~.vmx", folder);

	(void)state;
	write_file(file, text, sizeof(text) - 1);
	server = vsphere_server_start("--vmx", file, NULL);
	client = client_open(server, "esx", "/");
	assert_fetches(client, "[LocalDS_0] odd name & [x] ~/odd name & [x] ~.vmx", text, sizeof(text) - 1);
	client_close(client);
	vsphere_server_stop(server);
	remove_folder(folder);
	free(folder);
	free(file);
}

static void what_is_not_there_is_said_so(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	struct client *client = client_open(server, "esx", "/");

	(void)state;
	assert_fetch_fails(client, "[LocalDS_0] none/none.vmx", 0, VMX_CODE_NOT_FOUND);
	assert_fetch_fails(client, "[NoSuch] none/none.vmx", 0, VMX_CODE_NOT_FOUND);
	assert_fetch_fails(client, "[LocalDS_0] ../etc/passwd", 0, VMX_CODE_INVALID_DATASTORE_PATH);
	assert_fetch_fails(client, VMX_0, 10, VMX_CODE_FILE_TOO_LARGE);
	client_close(client);
	vsphere_server_stop(server);
}

static void names_of_datastores_are_encoded_as_often_as_the_server_decodes(void **state)
{
	static const char *const decodings[] = { "1", "2" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct vsphere_server *server = vsphere_server_start("--datastore", "a [b] x",
			"--machine-on", "a [b] x=x", "--decodings", decodings[i], NULL);
		struct client *client = client_open(server, "esx", "/");
		struct vmx_bytes bytes = VMX_BYTES_INIT;

		if (vmx_connection_fetch(client->connection, "[a [b] x] x/x.vmx", NULL, 0, &bytes,
					 client->error) != VMX_OK)
			fail_msg("decoded %s times: %s\n%s", decodings[i],
				 vmx_error_message(client->error), vsphere_server_log(server));
		assert_non_null(strstr(bytes.data, "displayName"));
		vmx_bytes_release(&bytes);
		client_close(client);
		vsphere_server_stop(server);
	}
}

/* What a server does wrong with a file, and what comes of it. */
static void bad_answers_are_refused(void **state)
{
	static const struct {
		const char *failure;
		enum vmx_code code;
	} cases[] = {
		{ "GET:1:status:503", VMX_CODE_HTTP_STATUS },
		{ "GET:1:status:403", VMX_CODE_PERMISSION_DENIED },
		{ "GET:1:redirect:301", VMX_CODE_REDIRECTED },
		{ "GET:1:redirect:302:http://127.0.0.1/elsewhere", VMX_CODE_REDIRECTED },
		{ "GET:1:drop-body:10", VMX_CODE_UNREACHABLE },
		{ "GET:1-9:drop", VMX_CODE_UNREACHABLE },
		{ "GET:1:length:100", VMX_CODE_UNREACHABLE },
		{ "GET:1:endless", VMX_CODE_FILE_TOO_LARGE },
		{ "GET:1:huge", VMX_CODE_FILE_TOO_LARGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vsphere_server *server = vsphere_server_start("--fail", cases[i].failure, NULL);
		struct client *client = client_open(server, "esx", "/");

		assert_fetch_fails(client, VMX_0, 0, cases[i].code);
		client_close(client);
		vsphere_server_stop(server);
	}
}

/*
 * Parts
 */

#define LENGTH 100000

struct part {
	struct vmx_download download;
	unsigned char bytes[LENGTH];
	size_t length;
	enum vmx_code code;
	bool given, done, full;
	uint64_t last_done, last_total;
};

static bool take_bytes(void *user, const void *data, size_t length)
{
	struct part *part = user;

	if (part->full || length > LENGTH - part->length)
		return false;
	memcpy(part->bytes + part->length, data, length);
	part->length += length;
	return true;
}

static void see_progress(void *user, uint64_t done, uint64_t total)
{
	struct part *part = user;

	assert_true(done > part->last_done);
	part->last_done = done;
	part->last_total = total;
}

static void see_end(void *user, const struct vmx_error *error)
{
	struct part *part = user;

	assert_false(part->done);
	part->done = true;
	part->code = vmx_error_code(error);
}

static bool give_part(void *user, struct vmx_download *ret)
{
	struct part *part = user;

	if (part->given)
		return false;
	part->given = true;
	*ret = part->download;
	return true;
}

/* The file from an offset on. */
static void fetch_part(struct client *client, struct part *part, const char *path, uint64_t offset)
{
	memset(part, 0, sizeof(*part));
	part->download = (struct vmx_download){
		.size = sizeof(part->download), .path = path, .offset = offset,
		.write = take_bytes, .progress = see_progress, .done = see_end, .user = part,
	};
	assert_int_equal(vmx_connection_download(client->connection, give_part, part, client->error),
			 VMX_OK);
	assert_true(part->done);
}

struct source {
	const unsigned char *bytes;
	size_t length, at, limit;
};

static size_t give_bytes(void *user, void *data, size_t max)
{
	struct source *source = user;
	size_t length = source->length - source->at < max ? source->length - source->at : max;

	if (source->limit > 0 && source->at >= source->limit)
		return 0;
	memcpy(data, source->bytes + source->at, length);
	source->at += length;
	return length;
}

static enum vmx_code store(struct client *client, const char *path, const void *bytes, size_t length,
			   bool overwrite, size_t limit)
{
	struct source source = { bytes, length, 0, limit };
	const struct vmx_upload upload = {
		.size = sizeof(upload), .path = path, .length = length, .read = give_bytes,
		.user = &source, .overwrite = overwrite,
	};

	return vmx_connection_upload(client->connection, &upload, client->error);
}

static void a_download_goes_on_where_it_was_broken_off(void **state)
{
	static const char *const kinds[] = { NULL, "GET:1:no-range", "GET:1:range-shift" };
	static const uint64_t offsets[] = { 0, 1, LENGTH / 2, LENGTH - 1, LENGTH };
	unsigned char *bytes = malloc(LENGTH);
	struct part *part = malloc(sizeof(*part));

	(void)state;
	make_bytes(bytes, LENGTH);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct vsphere_server *server = kinds[i]
			? vsphere_server_start("--fail", kinds[i], NULL)
			: vsphere_server_start("--model", "esx", NULL);
		struct client *client = client_open(server, "esx", "/");

		assert_int_equal(store(client, "[LocalDS_0] big", bytes, LENGTH, false, 0), VMX_OK);
		for (size_t k = 0; k < (kinds[i] ? 1 : sizeof(offsets) / sizeof(offsets[0])); k++) {
			uint64_t offset = kinds[i] ? LENGTH / 2 : offsets[k];

			fetch_part(client, part, "[LocalDS_0] big", offset);
			if (i >= 2) {	/* another part of the file than was asked for */
				assert_int_equal(part->code, VMX_CODE_SERVER_ANSWER);
				assert_int_equal(part->length, 0);
				continue;
			}
			assert_int_equal(part->code, VMX_OK);
			assert_int_equal(part->length, LENGTH - offset);
			assert_memory_equal(part->bytes, bytes + offset, part->length);
			if (part->length > 0)
				assert_int_equal(part->last_done, LENGTH);
		}
		client_close(client);
		vsphere_server_stop(server);
	}
	free(bytes);
	free(part);
}

/* What the server has is not the rest of what is there. */
static void what_does_not_fit_the_part_is_refused(void **state)
{
	static const struct {
		const char *option, *value, *content;
		size_t taken;
	} cases[] = {
		/* less is sent than was asked for */
		{ "--fail", "GET:1:range-short", "0123456789", 3 },
		/* all of it although a part was asked for, and it has become shorter */
		{ "--fail", "GET:1:no-range", "abc", 0 },
		{ "--model", "esx", "abc", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vsphere_server *server = vsphere_server_start(cases[i].option, cases[i].value, NULL);
		struct client *client = client_open(server, "esx", "/");
		struct part *part = malloc(sizeof(*part));

		assert_int_equal(store(client, "[LocalDS_0] small", cases[i].content,
				       strlen(cases[i].content), false, 0), VMX_OK);
		fetch_part(client, part, "[LocalDS_0] small", 4);
		assert_int_equal(part->code, VMX_CODE_SERVER_ANSWER);
		assert_int_equal(part->length, cases[i].taken);
		free(part);
		client_close(client);
		vsphere_server_stop(server);
	}
}

/*
 * Storing
 */

static void count_file(struct client *client, const char *pattern, size_t count);

static void a_file_is_stored_whole_or_not_at_all(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	struct client *client = client_open(server, "esx", "/");
	static const char path[] = "[LocalDS_0] ha-host_VM0/new file.vmx";

	(void)state;
	assert_int_equal(store(client, path, "first", 5, false, 0), VMX_OK);
	assert_fetches(client, path, "first", 5);
	assert_int_equal(store(client, path, "second", 6, false, 0), VMX_CODE_ALREADY_EXISTS);
	assert_fetches(client, path, "first", 5);
	assert_int_equal(store(client, path, "second", 6, true, 0), VMX_OK);
	assert_fetches(client, path, "second", 6);
	/* the caller has no more to give after some bytes */
	assert_int_equal(store(client, path, "a third one", 11, true, 1), VMX_OK);
	assert_fetches(client, path, "a third one", 11);
	assert_int_equal(store(client, "[LocalDS_0] empty", "", 0, false, 0), VMX_OK);
	assert_fetches(client, "[LocalDS_0] empty", "", 0);
	assert_int_equal(store(client, "[NoSuch] x", "x", 1, false, 0), VMX_CODE_NOT_FOUND);
	count_file(client, "*.part", 0);
	client_close(client);
	vsphere_server_stop(server);
}

static void a_broken_upload_leaves_the_old_file_and_nothing_else(void **state)
{
	static const char *const failures[] = {
		"PUT:2:status:503", "PUT:2:drop", "MoveDatastoreFile_Task:2:fault:NoPermission:no",
		"MoveDatastoreFile_Task:2:task-fault:FileLocked:locked",
	};
	static const char path[] = "[LocalDS_0] ha-host_VM0/new.vmx";
	unsigned char *bytes = malloc(LENGTH);

	(void)state;
	make_bytes(bytes, LENGTH);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct vsphere_server *server = vsphere_server_start("--fail", failures[i], NULL);
		struct client *client = client_open(server, "esx", "/");

		assert_int_equal(store(client, path, "first", 5, false, 0), VMX_OK);
		assert_int_not_equal(store(client, path, bytes, LENGTH, true, 0), VMX_OK);
		assert_fetches(client, path, "first", 5);
		count_file(client, "*.part", 0);
		client_close(client);
		vsphere_server_stop(server);
	}
	free(bytes);
}

/* The name in the PUT of a line of the log, or NULL. */
static const char *next_temporary(const char **log, size_t *ret_length)
{
	const char *found = strstr(*log, "\tPUT\t");

	if (!found)
		return NULL;
	found += strlen("\tPUT\t");
	*log = found;
	*ret_length = strcspn(found, "?");
	return found;
}

/* Two who store the same file at once do not write into each other's. */
static void no_two_uploads_have_the_same_temporary_name(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	const char *first, *second, *at;
	size_t first_length, second_length;
	char *log;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct client *client = client_open(server, "esx", "/");

		assert_int_equal(store(client, "[LocalDS_0] same", "x", 1, true, 0), VMX_OK);
		client_close(client);
	}
	at = log = vsphere_server_log(server);
	first = next_temporary(&at, &first_length);
	second = next_temporary(&at, &second_length);
	assert_non_null(first);
	assert_non_null(second);
	assert_memory_equal(first + first_length - 5, ".part", 5);
	assert_int_equal(first_length, second_length);
	assert_memory_not_equal(first, second, first_length);
	free(log);
	vsphere_server_stop(server);
}

static void an_upload_that_its_caller_breaks_off_leaves_nothing(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "esx", NULL);
	struct client *client = client_open(server, "esx", "/");
	size_t length = 4 << 20;
	unsigned char *bytes = malloc(length);

	(void)state;
	make_bytes(bytes, length);
	assert_int_equal(store(client, "[LocalDS_0] broken", bytes, length, false, 100),
			 VMX_CODE_CANCELLED);
	assert_fetch_fails(client, "[LocalDS_0] broken", 0, VMX_CODE_NOT_FOUND);
	count_file(client, "*.part", 0);
	free(bytes);
	client_close(client);
	vsphere_server_stop(server);
}

static void files_are_removed(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);
	struct client *client = client_open(server, "vpx", "/DC0");

	(void)state;
	assert_int_equal(store(client, "[LocalDS_0] x", "x", 1, false, 0), VMX_OK);
	assert_int_equal(vmx_connection_remove_file(client->connection, "[LocalDS_0] x", NULL,
						    client->error), VMX_OK);
	assert_fetch_fails(client, "[LocalDS_0] x", 0, VMX_CODE_NOT_FOUND);
	assert_int_equal(vmx_connection_remove_file(client->connection, "[LocalDS_0] x", NULL,
						    client->error), VMX_CODE_NOT_FOUND);
	client_close(client);
	vsphere_server_stop(server);
}

/*
 * Browsing
 */

struct browsed {
	size_t count, directories, with_length, limit;
	char last[200], datacenter[50];
};

static bool take_file(void *user, const struct vmx_remote_file *file)
{
	struct browsed *browsed = user;

	browsed->count++;
	browsed->directories += file->is_directory;
	browsed->with_length += file->length > 0;
	snprintf(browsed->last, sizeof(browsed->last), "%s", file->path);
	snprintf(browsed->datacenter, sizeof(browsed->datacenter), "%s",
		 file->datacenter ? file->datacenter : "");
	return browsed->limit == 0 || browsed->count < browsed->limit;
}

static struct browsed browse(struct client *client, const char *directory, const char *pattern,
			     bool deep)
{
	struct browsed browsed = { .count = 0 };

	if (vmx_connection_browse(client->connection, directory, NULL, pattern, deep, take_file,
				  &browsed, client->error) != VMX_OK)
		fail_msg("%s: %s", directory, vmx_error_message(client->error));
	return browsed;
}

static void count_file(struct client *client, const char *pattern, size_t count)
{
	struct browsed browsed = browse(client, "[LocalDS_0]", pattern, true);

	if (browsed.count != count)
		fail_msg("%zu files %s, the last one is %s", browsed.count, pattern, browsed.last);
}

static void a_datastore_is_browsed(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);
	struct client *client = client_open(server, "vpx", "/DC0");
	struct browsed browsed = browse(client, "[LocalDS_0]", "*.vmx", true);

	(void)state;
	assert_int_equal(browsed.count, 4);
	assert_int_equal(browsed.with_length, 4);
	assert_int_equal(browsed.directories, 0);
	browsed = browse(client, "[LocalDS_0]", NULL, false);
	assert_int_equal(browsed.directories, 4);
	browsed = browse(client, "[LocalDS_0] DC0_H0_VM0", "*.vmx", false);
	assert_int_equal(browsed.count, 1);
	assert_string_equal(browsed.last, "[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx");
	assert_int_equal(vmx_connection_browse(client->connection, "[NoSuch]", NULL, NULL, false,
					       take_file, &browsed, client->error), VMX_CODE_NOT_FOUND);
	assert_int_equal(vmx_connection_browse(client->connection, "[LocalDS_0] no", NULL, NULL, false,
					       take_file, &browsed, client->error), VMX_CODE_NOT_FOUND);
	browsed = (struct browsed){ .limit = 2 };
	assert_int_equal(vmx_connection_browse(client->connection, "[LocalDS_0]", NULL, "*.vmx", true,
					       take_file, &browsed, client->error), VMX_OK);
	assert_int_equal(browsed.count, 2);
	client_close(client);
	vsphere_server_stop(server);
}

/* Each datacenter of the server has a datastore of this name. */
static void files_are_told_with_the_datacenter_that_was_asked_for(void **state)
{
	static const char *const datacenters[] = { "DC0", "DC1" };
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", "--datacenters", "2", NULL);
	struct client *client = client_open(server, "vpx", "/");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct browsed browsed = { .count = 0 };

		if (vmx_connection_browse(client->connection, "[LocalDS_0]", datacenters[i], "*.vmx", true,
					  take_file, &browsed, client->error) != VMX_OK)
			fail_msg("%s: %s", datacenters[i], vmx_error_message(client->error));
		assert_true(browsed.count > 0);
		assert_string_equal(browsed.datacenter, datacenters[i]);
		assert_non_null(strstr(browsed.last, datacenters[i]));
	}
	client_close(client);
	vsphere_server_stop(server);
}

/*
 * Registering
 */

static void a_machine_is_registered_and_taken_out_again(void **state)
{
	static const char vmx[] = "config.version = \"8\"\nvirtualHW.version = \"13\"\n"
				  "displayName = \"new one\"\nmemsize = \"64\"\nguestOS = \"other\"\n";
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);
	struct client *client = client_open(server, "vpx", "/DC0/DC0_H0");
	struct vmx_bytes id = VMX_BYTES_INIT;
	char *machine;

	(void)state;
	assert_int_equal(store(client, "[LocalDS_0] new/new.vmx", vmx, sizeof(vmx) - 1, false, 0), VMX_OK);
	if (vmx_connection_register(client->connection, "[LocalDS_0] new/new.vmx", NULL, "new one",
				    NULL, &id, client->error) != VMX_OK)
		fail_msg("%s", vmx_error_message(client->error));
	machine = client_machine(client, "new one");
	assert_string_equal(machine, id.data);
	assert_int_equal(vmx_connection_register(client->connection, "[LocalDS_0] none/none.vmx", NULL,
						 NULL, NULL, &id, client->error), VMX_CODE_NOT_FOUND);
	assert_int_equal(vmx_connection_unregister(client->connection, machine, client->error), VMX_OK);
	assert_int_equal(vmx_connection_unregister(client->connection, machine, client->error),
			 VMX_CODE_NOT_FOUND);
	assert_fetches(client, "[LocalDS_0] new/new.vmx", vmx, sizeof(vmx) - 1);
	free(machine);
	vmx_bytes_release(&id);
	client_close(client);
	vsphere_server_stop(server);
}

static void where_to_register_is_never_guessed(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", "--datacenters", "2", NULL);
	struct client *client = client_open(server, "vpx", "/DC0");

	(void)state;
	assert_int_equal(vmx_connection_register(client->connection, "[LocalDS_0] a/a.vmx", NULL, NULL,
						 NULL, NULL, client->error), VMX_CODE_AMBIGUOUS_NAME);
	client_close(client);
	client = client_open(server, "vpx", "/");
	assert_int_equal(vmx_connection_register(client->connection, "[LocalDS_0] a/a.vmx", NULL, NULL,
						 NULL, NULL, client->error), VMX_CODE_AMBIGUOUS_NAME);
	client_close(client);
	vsphere_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_comes_back_byte_for_byte),
		cmocka_unit_test(what_is_not_there_is_said_so),
		cmocka_unit_test(names_of_datastores_are_encoded_as_often_as_the_server_decodes),
		cmocka_unit_test(bad_answers_are_refused),
		cmocka_unit_test(a_download_goes_on_where_it_was_broken_off),
		cmocka_unit_test(what_does_not_fit_the_part_is_refused),
		cmocka_unit_test(a_file_is_stored_whole_or_not_at_all),
		cmocka_unit_test(a_broken_upload_leaves_the_old_file_and_nothing_else),
		cmocka_unit_test(no_two_uploads_have_the_same_temporary_name),
		cmocka_unit_test(an_upload_that_its_caller_breaks_off_leaves_nothing),
		cmocka_unit_test(files_are_removed),
		cmocka_unit_test(a_datastore_is_browsed),
		cmocka_unit_test(files_are_told_with_the_datacenter_that_was_asked_for),
		cmocka_unit_test(a_machine_is_registered_and_taken_out_again),
		cmocka_unit_test(where_to_register_is_never_guessed),
	};

	if (!vsphere_server_exists())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
