/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_connection FOLDER: the functions on a connection, with the module in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vmxkit/connection.h>

#include "support/files.h"
#include "unit/counting_allocator.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define T(literal) literal, sizeof(literal) - 1

static const char *modules;

/*
 * A server
 */

static const char inventory[] =
	"server\nproduct Memory 1.0\nkind esx\nuser root\n\n"
	"datacenter\nid dc-1\nname DC0\npath DC0\n\n"
	"host\nid host-1\nname esx1\nmaintenance 1\n\n"
	"datastore\nid ds-1\nname ds\ntype VMFS\ncapacity 100\nfree 10\n"
	"mount host-1 /vmfs/volumes/5f\nmount host-2\n\n"
	"machine\nid vm-1\nname web\nuuid 0001\npath DC0/vm/web\nvmx [ds] web/web.vmx\n"
	"host host-1\npower off\n\n"
	"machine\nid vm-2\nname db\npath DC0/vm/db\nvmx [ds] db/db.vmx\nhost host-1\npower on\n\n"
	"machine\nid vm-3\nname db\npath DC0/vm/old/db\nvmx [ds] old/db.vmx\npower suspended\n\n"
	"question\nmachine vm-1\nwhen start\nid 7\nmessage-id msg.uuid.altered\n"
	"text Was it moved or copied?\nchoice 0 Cancel\nchoice 1 I _Moved It\n"
	"choice 2 I _Copied It\ndefault 1\ntask task-1\ncancelable 1\n\n"
	"file\npath [ds] web/web.vmx\ntext displayName = \"web\"\n\n"
	"file\npath [ds] big\nfill 100000\n\n"
	"file\npath [ds] broken\nfill 100000\nbreak 5000\n";

struct server {
	char *folder, *file, *uri;
	struct vmx_connection *connection;
	struct vmx_error *error;
};

static struct server opened_with(const char *text, const struct vmx_connection_options *given,
				 const char *user, const char *parameters)
{
	struct vmx_connection_options options = VMX_CONNECTION_OPTIONS_INIT;
	struct server s = { .folder = make_temporary_folder(), .error = vmx_error_new() };

	if (given)
		options = *given;
	options.plugin_path = modules;
	s.file = text_of_format("%s/inventory", s.folder);
	write_file(s.file, text, strlen(text));
	s.uri = text_of_format("memory://%shost/%s%s", user, s.file, parameters);
	vmx_connection_open(s.uri, strlen(s.uri), &options, &s.connection, s.error);
	return s;
}

static struct server opened(void)
{
	struct server s = opened_with(inventory, NULL, "", "");

	assert_int_equal(vmx_error_code(s.error), VMX_OK);
	return s;
}

static void closed(struct server *s)
{
	assert_int_equal(vmx_connection_close(s->connection, NULL), VMX_OK);
	vmx_error_free(s->error);
	remove_folder(s->folder);
	free(s->folder);
	free(s->file);
	free(s->uri);
}

/*
 * The inventory
 */

struct seen {
	char text[4096];
	size_t count, enough;
};

static void append(struct seen *seen, const char *text)
{
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof(seen->text) - used, "%s|", text);
	seen->count++;
}

static bool see_object(void *user, const struct vmx_remote_object *object)
{
	struct seen *seen = user;

	append(seen, object->id);
	return seen->enough == 0 || seen->count < seen->enough;
}

static void objects_are_listed_by_kind_until_it_is_enough(void **state)
{
	static const struct {
		enum vmx_remote_kind kind;
		size_t enough;
		const char *ids;
	} cases[] = {
		{ VMX_REMOTE_DATACENTER, 0, "dc-1|" },
		{ VMX_REMOTE_HOST, 0, "host-1|" },
		{ VMX_REMOTE_MACHINE, 0, "vm-1|vm-2|vm-3|" },
		{ VMX_REMOTE_MACHINE, 2, "vm-1|vm-2|" },
		{ VMX_REMOTE_DATASTORE, 0, "ds-1|" },
		{ VMX_REMOTE_NETWORK, 0, "" },
	};
	struct server s = opened();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seen seen = { .enough = cases[i].enough };

		assert_int_equal(vmx_connection_list(s.connection, cases[i].kind, see_object, &seen,
						     s.error), VMX_OK);
		assert_string_equal(seen.text, cases[i].ids);
	}
	closed(&s);
}

static void a_machine_is_found_by_all_that_names_it(void **state)
{
	static const char too_long[VMX_WANTED_MAX + 1] = "x";
	static const struct {
		const char *wanted;
		size_t length;
		enum vmx_code code;
		const char *ids;
	} cases[] = {
		{ T("0001"), VMX_OK, "vm-1|" },
		{ T("vm-2"), VMX_OK, "vm-2|" },
		{ T("[ds] old/db.vmx"), VMX_OK, "vm-3|" },
		{ T("DC0/vm/db"), VMX_OK, "vm-2|" },
		{ T("web"), VMX_OK, "vm-1|" },
		{ "webserver", 3, VMX_OK, "vm-1|" },
		{ T("db"), VMX_CODE_AMBIGUOUS_NAME, "" },
		{ T("mail"), VMX_CODE_NOT_FOUND, "" },
		{ T(""), VMX_CODE_INVALID_ARGUMENT, "" },
		{ T("we\0b"), VMX_CODE_EMBEDDED_NUL, "" },
		{ T("we\xFF"), VMX_CODE_INVALID_UTF8, "" },
		{ too_long, VMX_WANTED_MAX + 1, VMX_CODE_INVALID_ARGUMENT, "" },
	};
	struct server s = opened();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seen seen = { .enough = 0 };

		assert_int_equal(vmx_connection_find_machine(s.connection, cases[i].wanted, cases[i].length,
							     see_object, &seen, s.error), cases[i].code);
		assert_string_equal(seen.text, cases[i].ids);
	}
	closed(&s);
}

static void the_datastores_of_a_machines_host_become_rules(void **state)
{
	static const char name[] = "/vmfs/volumes/5f/iso/x.iso";
	struct vmx_bytes ret = VMX_BYTES_INIT;
	struct vmx_path_rules *rules = NULL;
	struct server s = opened();

	(void)state;
	assert_int_equal(vmx_path_rules_new(NULL, &rules, NULL), VMX_OK);
	assert_int_equal(vmx_path_rules_set_directory(rules, T("[ds] web"), NULL), VMX_OK);
	assert_int_equal(vmx_connection_add_datastores(s.connection, "vm-1", rules, s.error), VMX_OK);
	assert_int_equal(vmx_path_rules_resolve(rules, T(name), false, &ret), VMX_FILE_NAME_OK);
	assert_string_equal(ret.data, "[ds] iso/x.iso");
	vmx_bytes_release(&ret);
	vmx_path_rules_free(rules);
	closed(&s);
}

/*
 * Opening
 */

struct asked {
	const char *user, *password;	/* what is answered */
	unsigned int count, answers;
	char shown[256];
};

static bool set_text(struct vmx_bytes *bytes, const char *text)
{
	vmx_bytes_release(bytes);
	bytes->data = strdup(text);
	bytes->length = strlen(text);
	bytes->capacity = bytes->length + 1;
	return bytes->data != NULL;
}

static bool ask(void *user, const struct vmx_credential_request *request,
		struct vmx_bytes *ret_user, struct vmx_bytes *ret_password)
{
	struct asked *asked = user;

	snprintf(asked->shown, sizeof(asked->shown), "%s %s %s %s %d", request->host,
		 request->user ? request->user : "-", request->default_user,
		 request->authfile ? request->authfile : "-", request->repeated);
	if (asked->count++ == asked->answers)
		return false;
	return set_text(ret_user, asked->user) && set_text(ret_password, asked->password);
}

static const char guarded[] = "server\nuser root\npassword open sesame\n";

static void credentials_are_asked_for_when_they_are_wanted(void **state)
{
	static const struct {
		const char *in_uri, *user, *password;
		unsigned int answers;
		enum vmx_code code;
		const char *shown;
	} cases[] = {
		{ "", "root", "open sesame", 9, VMX_OK, "host - root - 0" },
		{ "root@", "ignored", "open sesame", 9, VMX_OK, "host root root - 0" },
		{ "", "root", "wrong", 2, VMX_CODE_LOGIN_REFUSED, "host - root - 1" },
		{ "", "root", "open sesame", 0, VMX_CODE_NO_CREDENTIALS, "host - root - 0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asked asked = { cases[i].user, cases[i].password, 0, cases[i].answers, "" };
		struct vmx_connection_options options = VMX_CONNECTION_OPTIONS_INIT;
		struct server s;

		options.credentials = ask;
		options.user = &asked;
		s = opened_with(guarded, &options, cases[i].in_uri, "");
		assert_int_equal(vmx_error_code(s.error), cases[i].code);
		assert_string_equal(asked.shown, cases[i].shown);
		assert_null(strstr(vmx_error_message(s.error), "sesame"));
		closed(&s);
	}
}

static void without_anyone_to_ask_there_are_no_credentials(void **state)
{
	struct server s = opened_with(guarded, NULL, "", "?authfile=x");

	(void)state;
	assert_int_equal(vmx_error_code(s.error), VMX_CODE_NO_CREDENTIALS);
	closed(&s);
}

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	append(user, diagnostic->message);
}

static void modules_are_told_how_long_to_wait(void **state)
{
	static const struct {
		unsigned int given;
		const char *told;
	} cases[] = { { 0, "60" }, { 7, "7" } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_connection_options options = VMX_CONNECTION_OPTIONS_INIT;
		const struct vmx_server_about *about = NULL;
		struct server s;

		options.timeout = cases[i].given;
		s = opened_with(inventory, &options, "", "?tell-timeout");
		assert_int_equal(vmx_connection_about(s.connection, &about, s.error), VMX_OK);
		assert_string_equal(about->version, cases[i].told);
		closed(&s);
	}
}

static void a_module_can_warn(void **state)
{
	struct vmx_connection_options options = VMX_CONNECTION_OPTIONS_INIT;
	struct seen seen = { .enough = 0 };
	struct server s;

	(void)state;
	options.diagnostic = hear;
	options.user = &seen;
	s = opened_with("server\nwarning look out\n", &options, "", "");
	assert_string_equal(seen.text, "look out|");
	closed(&s);
}

static void options_that_make_no_sense_are_refused(void **state)
{
	struct vmx_connection_options options = { 0 };
	struct vmx_error *error = vmx_error_new();
	struct vmx_connection *c = NULL;

	(void)state;
	assert_int_equal(vmx_connection_open("memory://h/x", 12, &options, &c, error),
			 VMX_CODE_INVALID_ARGUMENT);
	options.size = sizeof(options);
	assert_int_equal(vmx_connection_open("memory:/h", 9, &options, &c, error), VMX_CODE_INVALID_URI);
	assert_null(c);
	vmx_error_free(error);
	assert_int_equal(vmx_connection_close(NULL, NULL), VMX_OK);
}

/* An early caller's structure has no timeout, and what lies behind it is not read. */
static void a_smaller_structure_of_options_will_do(void **state)
{
	struct vmx_connection_options options = VMX_CONNECTION_OPTIONS_INIT;
	struct server s;

	(void)state;
	options.size = offsetof(struct vmx_connection_options, credentials);
	memset(&options.credentials, 0x5A, sizeof(options.credentials));
	memset(&options.diagnostic, 0x5A, sizeof(options.diagnostic));
	s = opened_with("server\nwarning look out\n", &options, "", "");
	assert_int_equal(vmx_error_code(s.error), VMX_OK);
	closed(&s);
}

static void no_memory_is_an_error_and_leaks_nothing(void **state)
{
	struct counting counting;
	struct vmx_connection_options options = VMX_CONNECTION_OPTIONS_INIT;
	struct vmx_error *error = vmx_error_new();
	size_t allowed = 0;
	enum vmx_code code;

	(void)state;
	options.plugin_path = modules;
	do {
		struct vmx_connection *c = NULL;

		counting_begin(&counting, ++allowed);
		options.allocator = &counting.allocator;
		code = vmx_connection_open(T("bare://h/a?b=c#d"), &options, &c, error);
		assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
		if (code == VMX_OK)
			code = vmx_connection_find_machine(c, T("x"), see_object, NULL, error);
		assert_true(code == VMX_CODE_NOT_FOUND || code == VMX_CODE_OUT_OF_MEMORY);
		vmx_connection_close(c, NULL);
		assert_int_equal(counting.live, 0);
	} while (code != VMX_CODE_NOT_FOUND);
	assert_true(allowed > 4);
	vmx_error_free(error);
}

/*
 * Files
 */

static void a_small_file_is_fetched_into_memory(void **state)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct server s = opened();

	(void)state;
	assert_int_equal(vmx_connection_fetch(s.connection, "[ds] web/web.vmx", NULL, 0, &bytes, s.error),
			 VMX_OK);
	assert_string_equal(bytes.data, "displayName = \"web\"\n");
	assert_int_equal(vmx_connection_fetch(s.connection, "[ds] big", NULL, 100000, &bytes, s.error),
			 VMX_OK);
	assert_int_equal(bytes.length, 100000);
	assert_int_equal(vmx_connection_fetch(s.connection, "[ds] big", NULL, 99999, &bytes, s.error),
			 VMX_CODE_FILE_TOO_LARGE);
	assert_int_equal(bytes.length, 0);
	assert_int_equal(vmx_connection_fetch(s.connection, "[ds] none", NULL, 0, &bytes, s.error),
			 VMX_CODE_NOT_FOUND);
	assert_string_equal(vmx_error_detail(s.error), "FileNotFound");
	assert_int_equal(vmx_connection_fetch(s.connection, "[ds] broken", NULL, 0, &bytes, s.error),
			 VMX_CODE_UNREACHABLE);
	assert_int_equal(bytes.length, 0);
	vmx_bytes_release(&bytes);
	closed(&s);
}

static void a_module_that_ignores_the_limit_does_not_fill_the_memory(void **state)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct server s = opened_with(inventory, NULL, "", "?careless");

	(void)state;
	assert_int_equal(vmx_connection_fetch(s.connection, "[ds] big", NULL, 99999, &bytes, s.error),
			 VMX_CODE_FILE_TOO_LARGE);
	assert_int_equal(vmx_error_code(s.error), VMX_CODE_FILE_TOO_LARGE);
	assert_int_equal(bytes.length, 0);
	assert_true(bytes.capacity <= 2 * 131072);
	vmx_bytes_release(&bytes);
	closed(&s);
}

static void fetching_without_memory_says_so(void **state)
{
	struct server s = opened();
	struct counting counting;
	struct vmx_bytes bytes = { NULL, 0, 0, &counting.allocator };

	(void)state;
	counting_begin(&counting, 2);
	assert_int_equal(vmx_connection_fetch(s.connection, "[ds] big", NULL, 0, &bytes, s.error),
			 VMX_CODE_OUT_OF_MEMORY);
	assert_int_equal(vmx_error_code(s.error), VMX_CODE_OUT_OF_MEMORY);
	assert_int_equal(bytes.length, 0);
	vmx_bytes_release(&bytes);
	closed(&s);
}

struct queue {
	const struct vmx_download *items;
	size_t count, at;
};

static bool next_of_queue(void *user, struct vmx_download *ret)
{
	struct queue *queue = user;

	if (ret->size != sizeof(*ret) || ret->path || ret->offset)
		fail_msg("the structure is not zeroed");
	if (queue->at == queue->count)
		return false;
	*ret = queue->items[queue->at++];
	return true;
}

static bool count_bytes(void *user, const void *data, size_t length)
{
	(void)data;
	((struct seen *)user)->count += length;
	return true;
}

static bool refuse_bytes(void *user, const void *data, size_t length)
{
	(void)user;
	(void)data;
	(void)length;
	return false;
}

static void note_end(void *user, const struct vmx_error *error)
{
	struct seen *seen = user;
	size_t count = seen->count;

	append(seen, vmx_code_name(vmx_error_code(error)));
	seen->count = count;
}

static void each_download_is_told_its_own_end(void **state)
{
	struct seen seen = { .enough = 0 };
	const struct vmx_download downloads[] = {
		{ .path = "[ds] big", .write = count_bytes, .done = note_end, .user = &seen },
		{ .path = "[ds] none", .write = count_bytes, .done = note_end, .user = &seen },
		{ .path = "no path", .write = count_bytes, .done = note_end, .user = &seen },
		{ .path = "[ds] a/../b", .write = count_bytes, .done = note_end, .user = &seen },
		{ .path = "[ds] big", .done = note_end, .user = &seen },
		{ .write = count_bytes, .done = note_end, .user = &seen },
		{ .path = "[ds] big", .write = count_bytes, .user = &seen },
		{ .path = "[ds] big", .write = refuse_bytes, .done = note_end, .user = &seen },
		{ .path = "[ds] big", .offset = 99990, .write = count_bytes, .done = note_end, .user = &seen },
		{ .path = "[ds] big", .offset = 9, .limit = 8, .write = count_bytes, .done = note_end,
		  .user = &seen },
		{ .path = "[ds] big", .limit = 99999, .write = count_bytes, .done = note_end, .user = &seen },
	};
	struct queue queue = { downloads, COUNT(downloads), 0 };
	struct server s = opened();

	(void)state;
	assert_int_equal(vmx_connection_download(s.connection, next_of_queue, &queue, s.error), VMX_OK);
	assert_string_equal(seen.text, "ok|not-found|invalid-datastore-path|invalid-datastore-path|"
			    "invalid-argument|invalid-argument|cancelled|ok|invalid-argument|"
			    "file-too-large|");
	assert_int_equal(seen.count, 100000 + 100000 + 10);
	closed(&s);
}

struct source {
	const char *data;
	size_t length, at;
};

static size_t give_bytes(void *user, void *data, size_t max)
{
	struct source *source = user;
	size_t left = source->length - source->at, n = left < max ? left : max;

	memcpy(data, source->data + source->at, n);
	source->at += n;
	return n;
}

static void a_file_is_stored_and_removed(void **state)
{
	struct source source = { T("content"), 0 };
	struct vmx_upload upload = {
		.size = sizeof(upload), .path = "[ds] new/file", .length = 7, .read = give_bytes,
		.user = &source,
	};
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct server s = opened();

	(void)state;
	assert_int_equal(vmx_connection_upload(s.connection, &upload, s.error), VMX_OK);
	assert_int_equal(vmx_connection_fetch(s.connection, "[ds] new/file", NULL, 0, &bytes, s.error),
			 VMX_OK);
	assert_string_equal(bytes.data, "content");
	source.at = 0;
	assert_int_equal(vmx_connection_upload(s.connection, &upload, s.error), VMX_CODE_ALREADY_EXISTS);
	upload.overwrite = true;
	assert_int_equal(vmx_connection_upload(s.connection, &upload, s.error), VMX_OK);
	upload.length = 8;
	source.at = 0;
	assert_int_equal(vmx_connection_upload(s.connection, &upload, s.error), VMX_CODE_CANCELLED);
	assert_int_equal(vmx_connection_remove_file(s.connection, "[ds] new/file", NULL, s.error), VMX_OK);
	assert_int_equal(vmx_connection_remove_file(s.connection, "[ds] new/file", NULL, s.error),
			 VMX_CODE_NOT_FOUND);
	vmx_bytes_release(&bytes);
	closed(&s);
}

static bool see_file(void *user, const struct vmx_remote_file *file)
{
	append(user, file->path);
	return true;
}

static void directories_are_browsed(void **state)
{
	static const struct {
		const char *directory, *pattern;
		bool deep;
		const char *paths;
	} cases[] = {
		{ "[ds]", NULL, false, "[ds] big|[ds] broken|" },
		{ "[ds]", "*.vmx", true, "[ds] web/web.vmx|" },
		{ "[ds] web", NULL, false, "[ds] web/web.vmx|" },
		{ "[ds] we", NULL, true, "" },
	};
	struct server s = opened();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seen seen = { .enough = 0 };

		assert_int_equal(vmx_connection_browse(s.connection, cases[i].directory, NULL,
						       cases[i].pattern, cases[i].deep, see_file, &seen,
						       s.error), VMX_OK);
		assert_string_equal(seen.text, cases[i].paths);
	}
	closed(&s);
}

static void paths_are_checked_before_the_module_sees_them(void **state)
{
	static const struct {
		const char *path;
		enum vmx_code file, directory;
	} cases[] = {
		{ NULL, VMX_CODE_INVALID_ARGUMENT, VMX_CODE_INVALID_ARGUMENT },
		{ "", VMX_CODE_INVALID_ARGUMENT, VMX_CODE_INVALID_ARGUMENT },
		{ "file", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "/vmfs/volumes/ds/x", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "https://h/folder/x?dsName=ds", VMX_CODE_INVALID_DATASTORE_PATH,
		  VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[ds", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[] x", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[a/b] x", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[ds]", VMX_CODE_INVALID_DATASTORE_PATH, VMX_OK },
		{ "[ds] ", VMX_CODE_INVALID_DATASTORE_PATH, VMX_OK },
		{ "[ds] none", VMX_CODE_NOT_FOUND, VMX_OK },
		{ "[ds] /none", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[ds] none/", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[ds] a//b", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[ds] a/./b", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[ds] ..", VMX_CODE_INVALID_DATASTORE_PATH, VMX_CODE_INVALID_DATASTORE_PATH },
		{ "[ds] a\xFF", VMX_CODE_INVALID_UTF8, VMX_CODE_INVALID_UTF8 },
	};
	struct seen seen = { .enough = 0 };
	struct server s = opened();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(vmx_connection_remove_file(s.connection, cases[i].path, NULL, s.error),
				 cases[i].file);
		assert_int_equal(vmx_connection_browse(s.connection, cases[i].path, NULL, NULL, false,
						       see_file, &seen, s.error), cases[i].directory);
	}
	assert_int_equal(vmx_connection_remove_file(s.connection, "[ds] x", "", s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	closed(&s);
}

/*
 * Questions and tasks
 */

static void see_question(void *user, const struct vmx_question *question)
{
	static const char *const outcomes[] = { "open", "answered", "cancelled", "gone" };
	struct seen *seen = user;

	append(seen, outcomes[question->outcome]);
	append(seen, question->answer ? question->answer->label : "-");
}

static void count_progress(void *user, int percent)
{
	((struct seen *)user)->enough += (size_t)percent;
}

static void questions_are_answered_by_rule_by_policy_or_not(void **state)
{
	static const struct vmx_answer_rule copied = { "moved or copied", "i copied it" };
	static const struct {
		const char *parameters;
		enum vmx_question_policy policy;
		size_t rule_count;
		enum vmx_code code;
		const char *seen;
	} cases[] = {
		{ "", VMX_QUESTIONS_AS_URI, 0, VMX_CODE_QUESTION_BLOCKS, "cancelled|-|" },
		{ "?auto_answer=1", VMX_QUESTIONS_AS_URI, 0, VMX_OK, "answered|I _Moved It|" },
		{ "?auto_answer=1", VMX_QUESTIONS_REPORT, 0, VMX_CODE_QUESTION_BLOCKS, "cancelled|-|" },
		{ "", VMX_QUESTIONS_DEFAULT, 0, VMX_OK, "answered|I _Moved It|" },
		{ "", VMX_QUESTIONS_REPORT, 1, VMX_OK, "answered|I _Copied It|" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
		struct seen seen = { .enough = 0 };
		struct server s = opened_with(inventory, NULL, "", cases[i].parameters);

		options.policy = cases[i].policy;
		options.rules = &copied;
		options.rule_count = cases[i].rule_count;
		options.question = see_question;
		options.progress = count_progress;
		options.user = &seen;
		assert_int_equal(vmx_connection_power(s.connection, "vm-1", VMX_ACTION_START, &options,
						      s.error), cases[i].code);
		assert_string_equal(seen.text, cases[i].seen);
		assert_int_equal(seen.enough, cases[i].code == VMX_OK ? 150 : 0);
		closed(&s);
	}
}

static void a_task_needs_no_options(void **state)
{
	struct server s = opened();

	(void)state;
	assert_int_equal(vmx_connection_power(s.connection, "vm-2", VMX_ACTION_STOP, NULL, s.error), VMX_OK);
	assert_int_equal(vmx_connection_power(s.connection, "vm-2", VMX_ACTION_STOP, NULL, s.error),
			 VMX_CODE_WRONG_STATE);
	assert_string_equal(vmx_error_detail(s.error), "InvalidPowerState");
	assert_int_equal(vmx_connection_power(s.connection, "vm-1", VMX_ACTION_START, NULL, s.error),
			 VMX_CODE_QUESTION_BLOCKS);
	closed(&s);
}

static void options_of_tasks_are_checked(void **state)
{
	static const struct {
		struct vmx_answer_rule rule;
		enum vmx_code code;
	} rules[] = {
		{ { "(", "1" }, VMX_CODE_INVALID_PATTERN },
		{ { "a\\Cb", "1" }, VMX_CODE_INVALID_PATTERN },
		{ { "\xFF", "1" }, VMX_CODE_INVALID_PATTERN },
		{ { NULL, "1" }, VMX_CODE_INVALID_ARGUMENT },
		{ { "a", NULL }, VMX_CODE_INVALID_ARGUMENT },
	};
	static char long_pattern[5000];
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
	const struct vmx_answer_rule long_rule = { long_pattern, "1" };
	struct server s = opened();

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		options.rules = &rules[i].rule;
		options.rule_count = 1;
		assert_int_equal(vmx_connection_power(s.connection, "vm-2", VMX_ACTION_STOP, &options,
						      s.error), rules[i].code);
	}
	memset(long_pattern, 'a', sizeof(long_pattern) - 1);
	options.rules = &long_rule;
	assert_int_equal(vmx_connection_power(s.connection, "vm-2", VMX_ACTION_STOP, &options, s.error),
			 VMX_CODE_INVALID_PATTERN);
	options.rules = NULL;
	assert_int_equal(vmx_connection_power(s.connection, "vm-2", VMX_ACTION_STOP, &options, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	options.rules = &rules[0].rule;
	options.rule_count = SIZE_MAX;
	assert_int_equal(vmx_connection_power(s.connection, "vm-2", VMX_ACTION_STOP, &options, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	options = (struct vmx_task_options)VMX_TASK_OPTIONS_INIT;
	options.policy = (enum vmx_question_policy)9;
	assert_int_equal(vmx_connection_power(s.connection, "vm-2", VMX_ACTION_STOP, &options, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	options = (struct vmx_task_options){ 0 };
	assert_int_equal(vmx_connection_power(s.connection, "vm-2", VMX_ACTION_STOP, &options, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	closed(&s);
}

static void questions_are_shown_and_answered_by_hand(void **state)
{
	static const char open_question[] =
		"server\n\nmachine\nid vm-1\nname web\npower on\n\n"
		"question\nmachine vm-1\nwhen now\nid 7\ntext Replace?\nchoice 0 Yes\nchoice 1 No\n";
	struct seen seen = { .enough = 0 };
	struct server s = opened_with(open_question, NULL, "", "");

	(void)state;
	assert_int_equal(vmx_connection_question(s.connection, "vm-1", see_question, &seen, s.error), VMX_OK);
	assert_string_equal(seen.text, "open|-|");
	assert_int_equal(vmx_connection_answer(s.connection, "vm-1", "7", "3", s.error), VMX_CODE_NOT_FOUND);
	assert_int_equal(vmx_connection_answer(s.connection, "vm-1", "8", "0", s.error), VMX_CODE_NOT_FOUND);
	assert_int_equal(vmx_connection_answer(s.connection, "vm-1", "7", "0", s.error), VMX_OK);
	assert_int_equal(vmx_connection_question(s.connection, "vm-1", see_question, &seen, s.error), VMX_OK);
	assert_string_equal(seen.text, "open|-|");
	assert_int_equal(vmx_connection_question(s.connection, "vm-9", see_question, &seen, s.error),
			 VMX_CODE_NOT_FOUND);
	closed(&s);
}

static void a_machine_is_registered_and_unregistered(void **state)
{
	struct vmx_bytes id = VMX_BYTES_INIT;
	struct seen seen = { .enough = 0 };
	struct server s = opened();

	(void)state;
	assert_int_equal(vmx_connection_register(s.connection, "[ds] web/web.vmx", NULL, NULL, NULL, &id,
						 s.error), VMX_CODE_ALREADY_EXISTS);
	assert_int_equal(vmx_connection_unregister(s.connection, "vm-1", s.error), VMX_OK);
	assert_int_equal(vmx_connection_register(s.connection, "[ds] web/web.vmx", NULL, "other", NULL, &id,
						 s.error), VMX_OK);
	assert_int_equal(vmx_connection_find_machine(s.connection, T("other"), see_object, &seen, s.error),
			 VMX_OK);
	assert_int_equal(strncmp(seen.text, id.data, id.length), 0);
	assert_int_equal(vmx_connection_register(s.connection, "[ds] none", NULL, NULL, NULL, &id, s.error),
			 VMX_CODE_NOT_FOUND);
	assert_int_equal(id.length, 0);
	assert_int_equal(vmx_connection_unregister(s.connection, "vm-2", s.error), VMX_CODE_WRONG_STATE);
	assert_int_equal(vmx_connection_unregister(s.connection, id.data, s.error), VMX_CODE_INVALID_ARGUMENT);
	vmx_bytes_release(&id);
	closed(&s);
}

static void what_must_be_there_is_not_null(void **state)
{
	struct vmx_upload upload = { .size = sizeof(upload), .path = "[ds] x" };
	struct server s = opened();

	(void)state;
	assert_int_equal(vmx_connection_list(s.connection, VMX_REMOTE_HOST, NULL, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_list(s.connection, (enum vmx_remote_kind)0, see_object, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_list(s.connection, (enum vmx_remote_kind)6, see_object, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_find_machine(s.connection, T("x"), NULL, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_add_datastores(s.connection, "vm-1", NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_download(s.connection, NULL, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_upload(s.connection, NULL, s.error), VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_upload(s.connection, &upload, s.error), VMX_CODE_INVALID_ARGUMENT);
	upload.size = 0;
	assert_int_equal(vmx_connection_upload(s.connection, &upload, s.error), VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_browse(s.connection, "[ds]", NULL, NULL, false, NULL, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_question(s.connection, "vm-1", NULL, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_answer(s.connection, "vm-1", NULL, "0", s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_answer(s.connection, "vm-1", "7", "", s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_power(s.connection, "vm-1", (enum vmx_power_action)7, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_connection_power(s.connection, NULL, VMX_ACTION_STOP, NULL, s.error),
			 VMX_CODE_INVALID_ARGUMENT);
	closed(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_listed_by_kind_until_it_is_enough),
		cmocka_unit_test(a_machine_is_found_by_all_that_names_it),
		cmocka_unit_test(the_datastores_of_a_machines_host_become_rules),
		cmocka_unit_test(credentials_are_asked_for_when_they_are_wanted),
		cmocka_unit_test(without_anyone_to_ask_there_are_no_credentials),
		cmocka_unit_test(modules_are_told_how_long_to_wait),
		cmocka_unit_test(a_module_can_warn),
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(a_smaller_structure_of_options_will_do),
		cmocka_unit_test(no_memory_is_an_error_and_leaks_nothing),
		cmocka_unit_test(a_small_file_is_fetched_into_memory),
		cmocka_unit_test(a_module_that_ignores_the_limit_does_not_fill_the_memory),
		cmocka_unit_test(fetching_without_memory_says_so),
		cmocka_unit_test(each_download_is_told_its_own_end),
		cmocka_unit_test(a_file_is_stored_and_removed),
		cmocka_unit_test(directories_are_browsed),
		cmocka_unit_test(paths_are_checked_before_the_module_sees_them),
		cmocka_unit_test(questions_are_answered_by_rule_by_policy_or_not),
		cmocka_unit_test(a_task_needs_no_options),
		cmocka_unit_test(options_of_tasks_are_checked),
		cmocka_unit_test(questions_are_shown_and_answered_by_hand),
		cmocka_unit_test(a_machine_is_registered_and_unregistered),
		cmocka_unit_test(what_must_be_there_is_not_null),
	};

	if (argc != 2)
		give_up("Usage: test_connection FOLDER");
	modules = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
