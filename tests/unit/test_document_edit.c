/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Edits: this text, after these edits, is that text; and what was written reads
 * as the document that wrote it.
 */
#include "document_support.h"

enum edit_kind { END, SET, UNSET, RENAME, SET_TEXT };

struct edit {
	enum edit_kind kind;
	const char *key, *value;
	enum vmx_code code;
};

static enum vmx_code apply(struct vmx_document *doc, const struct edit *edit, struct vmx_error *error)
{
	size_t key_length = strlen(edit->key), length = edit->value ? strlen(edit->value) : 0;

	switch (edit->kind) {
	case SET:
		return vmx_document_set(doc, edit->key, key_length, edit->value, length, error);
	case UNSET:
		return vmx_document_unset(doc, edit->key, key_length, error);
	case RENAME:
		return vmx_document_rename(doc, edit->key, key_length, edit->value, length, error);
	default:
		return vmx_document_set_text(doc, edit->key, key_length, edit->value, length, error);
	}
}

static const struct edit_case {
	const char *before;
	struct edit edits[8];
	const char *after;
} edit_cases[] = {
	/* changing a value: only what stands between the quotes */
	{ "a = \"1\"\n", { { SET, "a", "2" } }, "a = \"2\"\n" },
	{ " A\t=  '1'\t# c\r\n", { { SET, "a", "22" } }, " A\t=  '22'\t# c\r\n" },
	{ "a = '1'\n", { { SET, "a", "it's" } }, "a = \"it's\"\n" },
	{ "a = \"\"\"1\n2\"\"\" ; b=\"\"", { { SET, "a", "3" }, { SET, "b", "4" } },
	  "a = \"\"\"3\"\"\" ; b=\"4\"" },
	{ "a = \"\"\"1\n2\"\"\"\n", { { SET, "a", "" } }, "a = \"\"\n" },
	{ "a = 1 # c\nb =\nc = # d\n", { { SET, "a", "2" }, { SET, "b", "3" }, { SET, "c", "4" } },
	  "a = \"2\" # c\nb =\"3\"\nc = \"4\" # d\n" },
	{ "a = \"x y\nb = 'z", { { SET, "a", "1" }, { SET, "b", "2" } }, "a = \"1\"\nb = \"2\"" },
	{ "a = \"1\" junk\n", { { SET, "a", "2" } }, "a = \"2\" junk\n" },
	{ "a = \"1\"\"b\"\"c\"\"\"\n", { { SET, "a", "" } }, "a = \"\" \"b\"\"c\"\"\"\n" },
	{ "a = \"1\"\nA = \"2\"\n", { { SET, "a", "3" } }, "a = \"3\"\nA = \"2\"\n" },
	{ "__x y__ = 1\n", { { SET, "__x y__", "2" } }, "__x y__ = \"2\"\n" },
	{ "a = \"1\"\n", { { SET, "a", "long enough to need more room" }, { SET, "a", "2" } },
	  "a = \"2\"\n" },
	/* adding: behind what is nearest */
	{ "", { { SET, "a", "1" } }, "a = \"1\"\n" },
	{ "", { { SET, "a", "1" }, { SET, "b", "2" } }, "a = \"1\"\nb = \"2\"\n" },
	{ "\xEF\xBB\xBF", { { SET, "a", "1" } }, "\xEF\xBB\xBF" "a = \"1\"\n" },
	{ "# c", { { SET, "a", "1" } }, "# c\na = \"1\"" },
	{ "# c\r\n\r\n", { { SET, "a", "1" } }, "# c\r\n\r\na = \"1\"\r\n" },
	{ "a = \"1\"", { { SET, "b", "2" }, { SET, "c", "3" } }, "a = \"1\"\nb = \"2\"\nc = \"3\"" },
	{ "a=\"1\"\r", { { SET, "b", "2" } }, "a=\"1\"\rb=\"2\"\r" },
	{ "scsi0:0.present = \"TRUE\" # c\nscsi0.present = \"TRUE\"\nide0:0.present = \"TRUE\"\nz= \"1\"\n",
	  { { SET, "scsi0:0.fileName", "a" }, { SET, "SCSI0:1.present", "b" }, { SET, "scsi1.present", "c" },
	    { SET, "ide0:0.deviceType", "d" }, { SET, "ide1:0.present", "e" }, { SET, "y", "f" } },
	  "scsi0:0.present = \"TRUE\" # c\nscsi0:0.fileName = \"a\"\nscsi0.present = \"TRUE\"\n"
	  "SCSI0:1.present = \"b\"\nscsi1.present = \"c\"\nide0:0.present = \"TRUE\"\n"
	  "ide0:0.deviceType = \"d\"\nide1:0.present = \"e\"\nz= \"1\"\ny= \"f\"\n" },
	{ "RemoteDisplay.vnc.enabled=\"TRUE\"\nRemoteDisplay.max=\"1\"\nscsi=\"x\"\n",
	  { { SET, "RemoteDisplay.vnc.port", "5900" }, { SET, "remotedisplay.x", "2" } },
	  "RemoteDisplay.vnc.enabled=\"TRUE\"\nRemoteDisplay.vnc.port=\"5900\"\n"
	  "RemoteDisplay.max=\"1\"\nremotedisplay.x=\"2\"\nscsi=\"x\"\n" },
	{ "\ta.x\t\t=\t\"1\"; b = \"2\"\r\nc = \"3\"\n", { { SET, "a.y", "4" }, { SET, "a.z", "5" } },
	  "\ta.x\t\t=\t\"1\"; b = \"2\"\r\n\ta.y = \"4\"\r\n\ta.z = \"5\"\r\nc = \"3\"\n" },
	{ "a.x = \"1\"\n  b = \"2\"\n", { { SET, "a.y", "3" }, { UNSET, "b" } },
	  "a.x = \"1\"\na.y = \"3\"\n" },
	{ "a.x = \"1\" # c", { { SET, "a.y", "2" }, { SET, "a.z", "3" } },
	  "a.x = \"1\" # c\na.y = \"2\"\na.z = \"3\"" },
	{ "a.x = \"\"\"1\n2\"\"\"\nb = \"3\"\n", { { SET, "a.y", "4" } },
	  "a.x = \"\"\"1\n2\"\"\"\na.y = \"4\"\nb = \"3\"\n" },
	/* removing: the line, or the statement where others share it */
	{ "a = \"1\"\n", { { UNSET, "a" } }, "" },
	{ "# c\n\n  a = \"1\" # d\r\nb = \"2\"\n", { { UNSET, "a" } }, "# c\n\nb = \"2\"\n" },
	{ "\xEF\xBB\xBF  a=\"1\"\nb=\"2\"\n", { { UNSET, "a" } }, "\xEF\xBB\xBF" "b=\"2\"\n" },
	{ "a=\"1\"\nb=\"2\"", { { UNSET, "b" } }, "a=\"1\"" },
	{ "a=\"1\"\r\n# c\r\nb=\"2\"", { { UNSET, "b" }, { UNSET, "a" } }, "# c" },
	{ " a=\"1\"; b=\"2\" ; c=\"3\" # d\n", { { UNSET, "a" } }, " b=\"2\" ; c=\"3\" # d\n" },
	{ "a=\"1\"; b=\"2\" ; c=\"3\" # d\n", { { UNSET, "b" } }, "a=\"1\" ; c=\"3\" # d\n" },
	{ "a=\"1\"; b=\"2\" ; c=\"3\" # d\n", { { UNSET, "c" } }, "a=\"1\"; b=\"2\" # d\n" },
	{ "a=\"1\"; b=\"2\";\n", { { UNSET, "b" }, { UNSET, "a" } }, "" },
	{ "x=\"0\"\n a=\"1\"; b=\"2\"; c=\"3\"\n", { { UNSET, "a" }, { UNSET, "b" }, { UNSET, "c" } },
	  "x=\"0\"\n" },
	{ "a = \"1\"\nb = \"2\"\nA = \"3\"; c = \"4\"\n", { { UNSET, "a" } }, "b = \"2\"\nc = \"4\"\n" },
	{ "a = \"1\" junk\nb = \"2\"; c = '3' junk\n", { { UNSET, "a" }, { UNSET, "c" } }, "b = \"2\"\n" },
	{ "a = \"x\nb = y # c\nd = \"1\"\n", { { UNSET, "a" }, { UNSET, "b" } }, "d = \"1\"\n" },
	{ "a=\"\"\"\"\"\"\nb=\"1\"", { { UNSET, "b" } }, "a=\"\"\"\"\"\"\n" },
	{ "a=\"\"\"\"\"\";b=\"1\"", { { UNSET, "b" } }, "a=\"\"\"\"\"\";" },
	/* a byte order mark between statements goes with the ';' */
	{ "a=\"1\"; \xEF\xBB\xBF b=\"2\"; c=\"3\"\n", { { UNSET, "b" } }, "a=\"1\"; c=\"3\"\n" },
	{ "a=\"1\"; \xEF\xBB\xBF b=\"2\"; c=\"3\"\n", { { UNSET, "a" }, { UNSET, "b" } }, "c=\"3\"\n" },
	/* what was added can go again, and nothing else goes with it */
	{ "a = \"1\"", { { SET, "b", "2" }, { UNSET, "b" } }, "a = \"1\"" },
	{ "a = \"1\" # c", { { SET, "b", "2" }, { SET, "c", "3" }, { UNSET, "b" }, { UNSET, "c" } },
	  "a = \"1\" # c" },
	{ "a = \"1\"\r\nb = \"2\"\r\n", { { SET, "a.x", "2" }, { UNSET, "a.x" } },
	  "a = \"1\"\r\nb = \"2\"\r\n" },
	{ "a = \"1\"", { { SET, "b", "2" }, { UNSET, "a" } }, "b = \"2\"" },
	{ "a.x=\"1\"\n  b=\"2\"", { { SET, "a.y", "3" }, { UNSET, "b" }, { UNSET, "a.y" } }, "a.x=\"1\"" },
	/* renaming */
	{ " a\t= \"1\" # c\nA=\"2\"\n", { { RENAME, "A", "bb" } }, " bb\t= \"1\" # c\nbb=\"2\"\n" },
	{ "memSize = \"1\"\n", { { RENAME, "MEMSIZE", "memsize" } }, "memsize = \"1\"\n" },
	{ "__x y__  = 1\n", { { RENAME, "__x y__", "x" } }, "x  = 1\n" },
	{ "a = \"1\"\n", { { SET, "b", "2" }, { RENAME, "b", "ccc" }, { RENAME, "a", "b" } },
	  "b = \"1\"\nccc = \"2\"\n" },
	{ "a = \"1\"", { { SET, "b", "2" }, { RENAME, "b", "c" } }, "a = \"1\"\nc = \"2\"" },
	/* refused: the document stays as it was */
	{ "a = \"1\"\nb = \"2\"", { { SET, "a", "x\"y", VMX_CODE_UNREPRESENTABLE_VALUE },
	    { SET, "a", "x\ry", VMX_CODE_UNREPRESENTABLE_VALUE },
	    { SET, "a", "x\xFFy", VMX_CODE_INVALID_UTF8 },
	    { SET, "_a", "1", VMX_CODE_INVALID_KEY }, { SET, "", "1", VMX_CODE_INVALID_KEY },
	    { RENAME, "a", "B", VMX_CODE_KEY_EXISTS }, { RENAME, "c", "d", VMX_CODE_KEY_NOT_FOUND } },
	  "a = \"1\"\nb = \"2\"" },
	{ "a = \"1\"\n", { { UNSET, "b", NULL, VMX_CODE_KEY_NOT_FOUND },
	    { RENAME, "a", "b c", VMX_CODE_INVALID_KEY }, { SET, "a\n", "1", VMX_CODE_INVALID_KEY } },
	  "a = \"1\"\n" },
	/* encodings */
	{ ".encoding = \"GBK\"\na = \"\xCE\xBB\"\n", { { SET, "a", "其" }, { SET, "b", "乗|" },
	    { SET, "c", "ʰ", VMX_CODE_UNENCODABLE_CHARACTER },
	    { SET, ".encoding", "UTF-8", VMX_CODE_UNREPRESENTABLE_VALUE },
	    { UNSET, ".Encoding", NULL, VMX_CODE_UNREPRESENTABLE_VALUE },
	    { RENAME, ".encoding", "x", VMX_CODE_UNREPRESENTABLE_VALUE },
	    { SET, ".encoding", "windows-936" } },
	  ".encoding = \"windows-936\"\na = \"\xC6\xE4\"\nb = \"\x81\x5C|\"\n" },
	{ "a = \"1\"\n", { { SET, ".encoding", "GBK", VMX_CODE_UNREPRESENTABLE_VALUE },
	    { RENAME, "a", ".encoding", VMX_CODE_UNREPRESENTABLE_VALUE },
	    { SET, ".encoding", "UTF-8" }, { UNSET, ".encoding" } }, "a = \"1\"\n" },
	{ "a = \"1\"\nb = \"\xFF\"\n", { { SET, "a", "ä" }, { SET, "b", "ö" } },
	  "a = \"ä\"\nb = \"ö\"\n" },
	/* text */
	{ "a = \"1\"\n", { { SET_TEXT, "a", "say \"x|y\"\r\n\t\x1F" } },
	  "a = \"say |22x|7Cy|22|0D|0A|09|1F\"\n" },
};

/* The document and what it writes have the same entries. */
static void assert_reads_as_written(const struct vmx_document *doc, enum vmx_read_mode mode)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct vmx_document *again = NULL;
	struct paper before = { 0 }, after = { 0 };
	struct vmx_entry e, found;

	/* strict reading refuses a file of nothing but blank lines */
	options.mode = vmx_document_count(doc) > 0 ? mode : VMX_READ_TOLERANT;
	assert_int_equal(vmx_document_write(doc, &bytes, NULL), VMX_OK);
	assert_int_equal(vmx_document_read(bytes.data, bytes.length, &options, &again, NULL), VMX_OK);
	paper_add_entries(&before, doc);
	paper_add_entries(&after, again);
	/* six quotes are odd only as long as nothing follows them */
	if (!strstr(bytes.data, "\"\"\"\"\"\""))
		assert_string_equal(before.text, after.text);
	assert_int_equal(vmx_document_count(doc), vmx_document_count(again));
	for (size_t cursor = 0; vmx_document_next(again, &cursor, &e);) {
		if (e.flags & VMX_ENTRY_DUPLICATE)
			continue;
		assert_int_equal(vmx_document_get(doc, e.key, e.key_length, &found), VMX_OK);
		assert_int_equal(found.value_length, e.value_length);
		assert_memory_equal(found.value, e.value, e.value_length);
	}
	vmx_document_free(again);
	vmx_bytes_release(&bytes);
	free(before.text);
	free(after.text);
}

static void each_edit_changes_what_it_says_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(edit_cases); i++) {
		const struct edit_case *c = &edit_cases[i];
		struct vmx_document *doc;
		struct vmx_bytes bytes = VMX_BYTES_INIT;

		assert_int_equal(vmx_document_read(c->before, strlen(c->before), NULL, &doc, NULL), VMX_OK);
		for (const struct edit *edit = c->edits; edit->kind != END; edit++) {
			struct vmx_error *error = vmx_error_new();

			assert_int_equal(apply(doc, edit, error), edit->code);
			assert_int_equal(vmx_error_code(error), edit->code);
			vmx_error_free(error);
			assert_reads_as_written(doc, VMX_READ_TOLERANT);
		}
		assert_int_equal(vmx_document_write(doc, &bytes, NULL), VMX_OK);
		assert_string_equal(bytes.data, c->after);
		vmx_bytes_release(&bytes);
		vmx_document_free(doc);
	}
}

static void what_set_text_takes_get_text_gives_back(void **state)
{
	static const char *const texts[] = {
		"", "plain", "|", "\"", "a\r\nb", "ä|22", "\x01\x1F\x7F", "|7C",
	};
	struct vmx_document *doc;
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct vmx_error *error = vmx_error_new();

	(void)state;
	assert_int_equal(vmx_document_read("", 0, NULL, &doc, NULL), VMX_OK);
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(vmx_document_set_text(doc, "a", 1, texts[i], strlen(texts[i]), NULL), VMX_OK);
		assert_int_equal(vmx_document_get_text(doc, "A", 1, &bytes, NULL), VMX_OK);
		assert_int_equal(bytes.length, strlen(texts[i]));
		assert_string_equal(bytes.data, texts[i]);
	}
	assert_int_equal(vmx_document_set_text(doc, "a", 1, "x\0y", 3, NULL),
			 VMX_CODE_UNREPRESENTABLE_VALUE);
	assert_int_equal(vmx_document_set(doc, "a", 1, "xy|2g", 5, NULL), VMX_OK);
	assert_int_equal(vmx_document_get_text(doc, "a", 1, &bytes, error), VMX_CODE_INVALID_ESCAPE);
	assert_int_equal(bytes.length, 0);
	assert_non_null(strstr(vmx_error_message(error), "byte 3"));
	assert_int_equal(vmx_document_get_text(doc, "b", 1, &bytes, error), VMX_CODE_KEY_NOT_FOUND);
	vmx_bytes_release(&bytes);
	vmx_document_free(doc);
	vmx_error_free(error);
}

static void entries_keep_their_place_in_the_file_that_was_read(void **state)
{
	struct vmx_document *doc;
	struct vmx_entry e;
	size_t cursor = 0;

	(void)state;
	assert_int_equal(vmx_document_read("a=\"1\"\n b=\"2\"\n", 13, NULL, &doc, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(doc, "a.x", 3, "3", 1, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(doc, "b", 1, "33", 2, NULL), VMX_OK);
	assert_int_equal(vmx_document_get(doc, "b", 1, &e), VMX_OK);
	assert_int_equal(e.line, 2);
	assert_int_equal(e.column, 2);
	assert_int_equal(vmx_document_get(doc, "a.x", 3, &e), VMX_OK);
	assert_int_equal(e.line + e.column + e.value_line + e.value_column, 0);
	/* an entry may be removed while one goes through them */
	while (vmx_document_next(doc, &cursor, &e))
		assert_int_equal(vmx_document_unset(doc, e.key, e.key_length, NULL), VMX_OK);
	assert_int_equal(vmx_document_count(doc), 0);
	assert_false(vmx_document_next(doc, &cursor, &e));
	vmx_document_free(doc);
}

/* A small generator, the same everywhere. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static const char *const fragments[] = {
	"a", "b", "a.x", "a.y", "scsi0:0.x", "scsi0.y", ".encoding", "__a b", "9", "=", " = ", "=", "\t= ",
	"\"\"", "\"1\"", "\"v w\"", "'2'", "''", "\"\"\"3\n\"\"\"", "\"\"\"\"\"\"", "\"", "'", "\"\"\"",
	"4", " #", "# c", "\n", "\n", "\r\n", "\r", ";", "; ", " ", "\t", "junk", "{% x %}", "\xC3\xA4", "; \xEF\xBB\xBF",
	"\xFF", "[", "\xEF\xBB\xBF", "a = \"1\"\n", "b = \"2\"\r\n", "scsi0:0.x=\"3\"\n", "A=\"4\";",
};

static void make_random_text(uint32_t *seed, struct paper *text)
{
	paper_add(text, "%s", "");
	for (uint32_t n = next_random(seed) % 24; n > 0; n--)
		paper_add(text, "%s", fragments[next_random(seed) % COUNT(fragments)]);
}

static void apply_random_edit(uint32_t *seed, struct vmx_document *doc)
{
	static const char *const keys[] = {
		"a", "B", "a.x", "a.y", "a.z", "scsi0:0.x", "scsi0:1.x", "scsi1.y", "c", "__a b", "9",
	};
	static const char *const values[] = { "", "1", "v w", "it's", "ä", "#", "a;b", " " };
	struct edit edit = {
		.kind = 1 + next_random(seed) % 3, .key = keys[next_random(seed) % COUNT(keys)],
	};

	edit.value = edit.kind == RENAME ? keys[next_random(seed) % COUNT(keys)]
					 : values[next_random(seed) % COUNT(values)];
	(void)apply(doc, &edit, NULL);
}

static void any_text_after_any_edits_reads_as_the_document_it_is(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 30000; round++) {
		struct vmx_document *doc = NULL;
		struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
		struct paper text = { 0 };

		make_random_text(&seed, &text);
		options.mode = VMX_READ_STRICT;
		if (vmx_document_read(text.text, text.length, &options, &doc, NULL) != VMX_OK) {
			options.mode = VMX_READ_TOLERANT;
			/* only an odd .encoding fails */
			(void)vmx_document_read(text.text, text.length, &options, &doc, NULL);
		}
		for (int edits = 0; doc && edits < 6; edits++) {
			apply_random_edit(&seed, doc);
			assert_reads_as_written(doc, options.mode);
		}
		vmx_document_free(doc);
		free(text.text);
	}
}

/* What was added and is removed again leaves no trace, wherever it was. */
static void adding_and_removing_gives_the_file_back(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct vmx_document *doc = NULL;
		struct vmx_bytes bytes = VMX_BYTES_INIT;
		struct paper text = { 0 };

		make_random_text(&seed, &text);
		if (vmx_document_read(text.text, text.length, NULL, &doc, NULL) == VMX_OK) {
			assert_int_equal(vmx_document_set(doc, "scsi0:0.new", 11, "1", 1, NULL), VMX_OK);
			assert_int_equal(vmx_document_set(doc, "new", 3, "1", 1, NULL), VMX_OK);
			assert_int_equal(vmx_document_unset(doc, "scsi0:0.new", 11, NULL), VMX_OK);
			assert_int_equal(vmx_document_unset(doc, "new", 3, NULL), VMX_OK);
			assert_int_equal(vmx_document_write(doc, &bytes, NULL), VMX_OK);
			assert_string_equal(bytes.data ? bytes.data : "", text.text);
		}
		vmx_bytes_release(&bytes);
		vmx_document_free(doc);
		free(text.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_edit_changes_what_it_says_and_nothing_else),
		cmocka_unit_test(what_set_text_takes_get_text_gives_back),
		cmocka_unit_test(entries_keep_their_place_in_the_file_that_was_read),
		cmocka_unit_test(any_text_after_any_edits_reads_as_the_document_it_is),
		cmocka_unit_test(adding_and_removing_gives_the_file_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
