/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_fault_edits FOLDER: edits, names and paths with memory that runs out anywhere.  What
 * was to be changed is then as it was.
 */
#include "fault_sweep.h"

/*
 * Edits: all or nothing, and again
 */
struct edit {
	const char *name;
	enum vmx_code (*make)(struct vmx_document *document, struct vmx_error *error);
};

#define WITH_LENGTH(text) text, sizeof(text) - 1
#define MUCH ((size_t)20000)

static enum vmx_code set_there(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_set(d, WITH_LENGTH("annotation"), WITH_LENGTH("gr\xC3\xBC\xC3\x9F"), e);
}

static enum vmx_code set_unquoted(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_set(d, WITH_LENGTH("narrow"), WITH_LENGTH("wide"), e);
}

static enum vmx_code set_new(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_set(d, WITH_LENGTH("scsi0:9.fileName"), WITH_LENGTH("sp\xC3\xA4t.vmdk"), e);
}

static enum vmx_code set_text(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_set_text(d, WITH_LENGTH("displayName"), WITH_LENGTH("\"a|b\"\n\xC3\xA4"), e);
}

/* More than an arena has at hand, both as UTF-8 and in the file's encoding. */
static const char *much(void)
{
	static char text[MUCH + 1];

	for (size_t i = 0; i < MUCH; i++)
		text[i] = "\xC3\xA4"[i % 2];
	return text;
}

static enum vmx_code set_much_there(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_set(d, WITH_LENGTH("narrow"), much(), MUCH, e);
}

static enum vmx_code set_much_new(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_set(d, WITH_LENGTH("guestinfo.much"), much(), MUCH, e);
}

static enum vmx_code rename_one(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_rename(d, WITH_LENGTH("guestOS"), WITH_LENGTH("guestOS.before"), e);
}

static enum vmx_code rename_duplicates(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_rename(d, WITH_LENGTH("memsize"), WITH_LENGTH("memory"), e);
}

static enum vmx_code rename_much(struct vmx_document *d, struct vmx_error *e)
{
	static char key[MUCH];

	memset(key, 'k', sizeof(key));
	return vmx_document_rename(d, WITH_LENGTH("memsize"), key, sizeof(key), e);
}

static enum vmx_code unset_one(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_unset(d, WITH_LENGTH("scsi0:0.present"), e);
}

static enum vmx_code unset_duplicates(struct vmx_document *d, struct vmx_error *e)
{
	return vmx_document_unset(d, WITH_LENGTH("MemSize"), e);
}

static const struct edit edits[] = {
	{ "set", set_there }, { "set unquoted", set_unquoted }, { "set new", set_new },
	{ "set text", set_text }, { "set much", set_much_there }, { "set much new", set_much_new },
	{ "rename", rename_one }, { "rename duplicates", rename_duplicates },
	{ "rename to much", rename_much }, { "unset", unset_one },
	{ "unset duplicates", unset_duplicates },
};

/* The text, and the entries with their places and flags. */
static struct paper all_of(const struct vmx_document *document)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct paper paper = { NULL, 0 };
	struct vmx_entry e;

	assert_int_equal(vmx_document_write(document, &bytes, NULL), VMX_OK);
	paper_add(&paper, "%zu\n%s\n", vmx_document_count(document), bytes.data);
	for (size_t cursor = 0; vmx_document_next(document, &cursor, &e);)
		paper_add(&paper, "%.*s=%.*s %u:%u %u\n", (int)e.key_length, e.key,
			  (int)e.value_length, e.value, e.line, e.column, e.flags);
	vmx_bytes_release(&bytes);
	return paper;
}

static void assert_is(const struct vmx_document *document, const struct paper *expected)
{
	struct paper found = all_of(document);

	assert_string_equal(found.text, expected->text);
	free(found.text);
}

/* edited: there were edits before; then the first one's own work is done. */
static struct vmx_document *document_to_edit(struct counting *counting, bool edited)
{
	struct trial t = { .allocator = &counting->allocator };
	struct vmx_document *document;

	assert_int_equal(read_document(&t, &all, false, &document), VMX_OK);
	if (edited) {
		assert_int_equal(vmx_document_unset(document, WITH_LENGTH("tools.syncTime"), NULL), VMX_OK);
		assert_int_equal(vmx_document_set(document, WITH_LENGTH("new.key"), WITH_LENGTH("1"), NULL), VMX_OK);
	}
	free(t.out.text);
	return document;
}

/* The edit with the n-th allocation failing, and once more with memory.  False: it did not fail. */
static bool fail_edit(const struct edit *edit, bool edited, size_t n)
{
	struct vmx_error *error = vmx_error_new();
	struct counting counting;
	struct vmx_document *document;
	struct paper before, after, again;
	enum vmx_code code;

	counting_begin(&counting, 0);
	document = document_to_edit(&counting, edited);
	before = all_of(document);
	counting.fail_at = counting.calls + n;
	code = edit->make(document, error);
	counting.fail_at = 0;
	assert_int_equal(vmx_error_code(error), code);
	if (code != VMX_OK) {
		if (code != VMX_CODE_OUT_OF_MEMORY)
			fail_msg("%s: %s", edit->name, vmx_error_message(error));
		assert_is(document, &before);
		assert_int_equal(edit->make(document, NULL), VMX_OK);
	}
	after = all_of(document);
	vmx_document_free(document);
	assert_int_equal(counting.live, 0);
	document = document_to_edit(&counting, edited);
	assert_int_equal(edit->make(document, NULL), VMX_OK);
	again = all_of(document);
	assert_string_equal(again.text, after.text);
	vmx_document_free(document);
	vmx_error_free(error);
	free(before.text);
	free(after.text);
	free(again.text);
	return code != VMX_OK;
}

static void an_edit_is_made_or_not_and_can_be_made_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(edits); i++) {
		const struct edit *edit = &edits[i / 2];
		size_t n = 1;

		while (fail_edit(edit, i % 2, n))
			n++;
		/* the first edit of all has the list of pieces to make */
		if (i % 2 == 0)
			assert_true(n > 1);
		assert_true(n < 30);
	}
}

/* What is read from an edited document. */
static enum vmx_code write_edited(struct trial *t)
{
	struct vmx_bytes bytes = { .allocator = t->allocator };
	struct counting own;
	struct vmx_document *document;
	enum vmx_code code;

	counting_begin(&own, 0);
	document = document_to_edit(&own, true);
	assert_int_equal(set_text(document, NULL), VMX_OK);
	code = vmx_document_write(document, &bytes, t->error);
	if (code == VMX_OK) {
		paper_add(&t->out, "%s", bytes.data);
		vmx_bytes_release(&bytes);
		code = vmx_document_write_normal(document, &bytes, t->error);
	}
	if (code == VMX_OK) {
		paper_add(&t->out, "%s", bytes.data);
		vmx_bytes_release(&bytes);
		code = vmx_document_get_text(document, WITH_LENGTH("displayName"), &bytes, t->error);
	}
	assert_true(code == VMX_OK || bytes.length == 0);
	vmx_bytes_release(&bytes);
	vmx_document_free(document);
	return code;
}

static void writing_runs_out_of_memory_anywhere(void **state)
{
	(void)state;
	sweep_both(write_edited, NULL);
}

/*
 * Names
 */
static enum vmx_code escape_and_back(struct trial *t)
{
	const enum vmx_escape_scheme *scheme = t->data;
	struct vmx_bytes escaped = { .allocator = t->allocator };
	struct vmx_bytes back = { .allocator = t->allocator };
	char text[1000];
	enum vmx_code code;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "ab%/\\|\"+-<\xC3\xA4 c"[i % 14];
	code = vmx_escape(*scheme, text, sizeof(text), &escaped, t->error);
	assert_true(code == VMX_OK || escaped.length == 0);
	if (code == VMX_OK)
		code = vmx_unescape(*scheme, escaped.data, escaped.length, &back, t->error);
	assert_true(code == VMX_OK || back.length == 0);
	if (code == VMX_OK && vmx_escape_is_reversible(*scheme)) {
		assert_int_equal(back.length, sizeof(text));
		assert_memory_equal(back.data, text, sizeof(text));
	}
	vmx_bytes_release(&escaped);
	vmx_bytes_release(&back);
	return code;
}

static void escaping_runs_out_of_memory_anywhere(void **state)
{
	enum vmx_escape_scheme scheme = VMX_ESCAPE_NO_SCHEME;

	(void)state;
	while ((scheme = vmx_escape_scheme_next(scheme)) != VMX_ESCAPE_NO_SCHEME)
		sweep_both(escape_and_back, &scheme);
}

static enum vmx_code format_all(struct trial *t, const struct vmx_datastore_path *path,
				struct vmx_bytes *bytes)
{
	TRY(vmx_datastore_path_format(path, 0, bytes, t->error));
	paper_add(&t->out, "%s\n", bytes->data);
	vmx_bytes_release(bytes);
	TRY(vmx_datastore_path_format_vmfs(path, bytes, t->error));
	paper_add(&t->out, "%s\n", bytes->data);
	vmx_bytes_release(bytes);
	TRY(vmx_datastore_path_format_url(path, "https://esx.example:444", "folder/dc",
					  VMX_DATASTORE_ENCODED_TWICE, bytes, t->error));
	paper_add(&t->out, "%s\n", bytes->data);
	return VMX_OK;
}

static enum vmx_code parse_and_format(struct trial *t)
{
	struct vmx_bytes bytes = { .allocator = t->allocator };
	struct vmx_datastore_path *path = NULL, *made = NULL;
	const char *text = t->data;
	enum vmx_code code = vmx_datastore_path_parse(text, strlen(text), 0, t->allocator, &path, t->error);

	if (code == VMX_OK)
		code = vmx_datastore_path_new(vmx_datastore_path_name(path),
					      strlen(vmx_datastore_path_name(path)),
					      vmx_datastore_path_path(path),
					      strlen(vmx_datastore_path_path(path)), 0,
					      t->allocator, &made, t->error);
	if (code == VMX_OK)
		code = format_all(t, made, &bytes);
	assert_true(code == VMX_OK || bytes.length == 0);
	vmx_bytes_release(&bytes);
	vmx_datastore_path_free(path);
	vmx_datastore_path_free(made);
	return code;
}

static void paths_run_out_of_memory_anywhere(void **state)
{
	static const char *const paths[] = {
		"[ds [1]] dir/sub dir/x.vmdk", "/vmfs/volumes/store/a b/c.iso", "[store]",
		"https://h:1/folder/a%20b/x.vmdk?dcPath=dc%252fx&dsName=store+2",
	};
	char *longest = text_of_format("[store] %01000d/x.vmdk", 7);

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++)
		sweep_both(parse_and_format, paths[i]);
	sweep_both(parse_and_format, longest);
	free(longest);
}

/* What a name becomes under the rules as they are. */
static char *resolved(struct vmx_path_rules *rules, const char *name)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	enum vmx_file_name_answer answer = vmx_path_rules_resolve(rules, name, strlen(name), true, &bytes);
	char *text = text_of_format("%d %s", (int)answer, bytes.data ? bytes.data : "");

	vmx_bytes_release(&bytes);
	return text;
}

/* A new directory, or one more datastore: false where there was no memory for it. */
static bool change_rules(struct vmx_path_rules *rules, int what)
{
	char *directory = text_of_format("[other] %010000d", 7);	/* more than there is room for */
	char *mount = text_of_format("/mnt/other/%010000d", 7);
	enum vmx_code code = what == 0
		? vmx_path_rules_set_directory(rules, directory, strlen(directory), NULL)
		: vmx_path_rules_add_datastore(rules, WITH_LENGTH("other"), mount, strlen(mount), NULL);

	assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
	free(directory);
	free(mount);
	return code == VMX_OK;
}

/* False: the n-th allocation was not needed. */
static bool fail_rules(int what, size_t n)
{
	static const char *const names[] = { "x.vmdk", "/mnt/other/x.vmdk", "/vmfs/volumes/other/x" };
	struct counting counting;
	struct trial t = { .allocator = &counting.allocator };
	struct vmx_path_rules *rules;
	bool changed;

	counting_begin(&counting, 0);
	assert_int_equal(make_rules(&t, VMX_LEVEL_DEFAULT, &rules), VMX_OK);
	for (size_t i = 0; i < COUNT(names); i++) {
		char *before = resolved(rules, names[i]), *after;

		counting.fail_at = counting.calls + n;
		changed = change_rules(rules, what);
		counting.fail_at = 0;
		after = resolved(rules, names[i]);
		if (!changed)
			assert_string_equal(after, before);
		free(before);
		free(after);
	}
	vmx_path_rules_free(rules);
	assert_int_equal(counting.live, 0);
	return !changed;
}

static void rules_are_as_before_when_a_change_fails(void **state)
{
	(void)state;
	for (int what = 0; what < 2; what++) {
		size_t n = 1;

		while (fail_rules(what, n))
			n++;
		assert_in_range(n, 2, 20);
	}
}

static enum vmx_code resolve_names(struct trial *t)
{
	static const char *const names[] = {
		"x.vmdk", "../y/x.vmdk", "/vmfs/volumes/5f1e-02/a.iso", "dir\\b.vmdk", "/dev/cd0",
		"C:\\x.vmdk",
	};
	struct vmx_bytes bytes = { .allocator = t->allocator }, back = { .allocator = t->allocator };
	struct vmx_path_rules *rules = NULL;
	enum vmx_code code = make_rules(t, VMX_LEVEL_DEFAULT, &rules);

	for (size_t i = 0; i < COUNT(names) && code == VMX_OK; i++) {
		vmx_bytes_release(&bytes);
		vmx_bytes_release(&back);
		if (vmx_path_rules_resolve(rules, names[i], strlen(names[i]), false, &bytes) ==
		    VMX_FILE_NAME_NO_MEMORY) {
			t->silent = true;
			code = VMX_CODE_OUT_OF_MEMORY;
			break;
		}
		code = vmx_path_rules_to_vmx(rules, bytes.data, bytes.length, &back, t->error);
		if (code == VMX_OK)
			paper_add(&t->out, "%s %s\n", bytes.data, back.data);
	}
	vmx_bytes_release(&bytes);
	vmx_bytes_release(&back);
	vmx_path_rules_free(rules);
	return code;
}

static void resolving_names_runs_out_of_memory_anywhere(void **state)
{
	(void)state;
	sweep_both(resolve_names, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edit_is_made_or_not_and_can_be_made_again),
		cmocka_unit_test(writing_runs_out_of_memory_anywhere),
		cmocka_unit_test(escaping_runs_out_of_memory_anywhere),
		cmocka_unit_test(paths_run_out_of_memory_anywhere),
		cmocka_unit_test(rules_are_as_before_when_a_change_fails),
		cmocka_unit_test(resolving_names_runs_out_of_memory_anywhere),
	};
	int failed;

	if (argc != 2)
		give_up("Usage: test_fault_edits FOLDER");
	read_inputs(argv[1]);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	release_inputs();
	return failed ? 1 : 0;
}
