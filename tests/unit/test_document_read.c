/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tolerant reading: what becomes of each kind of line, where it is, and what is
 * said about it.
 */
#include "document_support.h"

#include "document/bytes.h"
#include "document/document.h"
#include "document/hash.h"
#include "document/reading.h"

static const struct reading_case {
	const char *text, *entries, *diagnostics;
} reading_cases[] = {
	/* what libvirt takes as well */
	{ "", "", "" },
	{ "\n \t\r\n", "", "" },
	{ "# only a comment", "", "" },
	{ "#!/usr/bin/vmware\na = \"1\"\n", "a=1|", "" },
	{ "a = \"1\"\nB.c=\"2\"\n\td0:1.e_f-g* \t=\t \"3\" \t# why\n", "a=1|B.c=2|d0:1.e_f-g*=3|", "" },
	{ "a=\"1\"\r\nb=\"2\"\r\n", "a=1|b=2|", "" },
	{ "a=\"1\"\rb=\"2\"\r", "a=1|b=2|", "" },
	{ "a=\"1\";b=\"2\" ; c='3'", "a=1|b=2|c=3|", "" },
	{ "a = 'say \"x\"'\n", "a=say \"x\"|", "" },
	{ "a = \"\"\"1\n\"2\" #\n\"\"\" # c\nb=\"\"\n", "a=1\n\"2\" #\n|b=|", "" },
	{ "a = \"\"\"\"\"\"\nb='2'", "a=|b=2|", "" },
	{ "a = \"C:\\dir\\\"\nb = \"x='y'\"\n", "a=C:\\dir\\|b=x='y'|", "" },
	{ ".encoding = \"UTF-8\"\n", ".encoding=UTF-8|", "" },
	/* what it refuses */
	{ "a = 7\nb = efi  # why\nc = /x y#z \t\n", "a=7?|b=efi?|c=/x y#z?|",
	  "1:5 unquoted-value|2:5 unquoted-value|3:5 unquoted-value|" },
	{ "a =\nb = # c\nc=", "a=?|b=?|c=?|",
	  "1:4 missing-value|2:5 missing-value|3:3 missing-value|" },
	{ "__a b/c+d__ = \"1\"\n9=\"2\"\n k\xC3\xA4 = x", "__a b/c+d__=1?|9=2?|k\xC3\xA4=x?|",
	  "1:1 odd-key|2:1 odd-key|3:2 odd-key|3:8 unquoted-value|" },
	{ "words\n= \"1\"\n; a = \"1\"\nx # a = b\nb=\"2\"", "b=2|",
	  "1:1 no-assignment|2:1 no-assignment|3:1 no-assignment|4:1 no-assignment|" },
	{ "a = \"b # c \nb = 'd\r\nc = \"", "a=b # c ?|b=d?|c=?|",
	  "1:5 unclosed-string|2:5 unclosed-string|3:5 unclosed-string|" },
	{ "a = \"b\"c\" # d\ne = \"\" ; f = ''g", "a=b?|e=|f=?|",
	  "1:8 text-after-value|2:16 text-after-value|" },
	{ "a = \"1\" b = \"2\"\nc = \"3\"\n", "a=1?|c=3|", "1:9 text-after-value|" },
	{ "a = \"\"Min:1\" # x\"\n", "a=?|", "1:7 text-after-value|" },
	{ "a = \"\"\"x\"\nb = \"1\"", "a=?|b=1|", "1:7 text-after-value|" },
	{ "a = \"\"\"\"\"\"", "a=?|", "1:7 text-after-value|" },
	{ "\xEF\xBB\xBF" "a = \"1\"\n", "a=1|", "1:1 byte-order-mark|" },
	{ "\xEF\xBB\xBF", "", "1:1 byte-order-mark|" },
	{ "{% if x %}\na = \"{{b}}\"\n <% if y %>c = \"1\"\n{{d}}\n{# e #}\n", "a={{b}}|",
	  "1:1 template-directive|3:2 template-directive|4:1 template-directive|"
	  "5:1 template-directive|" },
	{ "a = \"1\"\nb = 2\nA = \"3\"\nc = 4\n", "a=1|b=2?|A=3!|c=4?|",
	  "2:5 unquoted-value|3:1 duplicate-key|4:5 unquoted-value|" },
	{ "versioninfo\n{\n\t\"v\" \"400\"\n}\nv=\"400\"", "v=400|",
	  "1:1 no-assignment|2:1 no-assignment|3:2 no-assignment|4:1 no-assignment|" },
	{ "a=\"1\"\rb c\r\n\rd=\"2\" x\re=\"3\"", "a=1|d=2?|e=3|", "2:1 no-assignment|4:7 text-after-value|" },
};

static struct vmx_document *read_text(struct text text, const struct vmx_read_options *options)
{
	struct vmx_document *doc = NULL;

	assert_int_equal(vmx_document_read(text.ptr, text.len, options, &doc, NULL), VMX_OK);
	assert_non_null(doc);
	return doc;
}

static void assert_written(const struct vmx_document *doc, struct text expected)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	assert_int_equal(vmx_document_write(doc, &bytes, NULL), VMX_OK);
	assert_int_equal(bytes.length, expected.len);
	if (expected.len > 0)
		assert_memory_equal(bytes.data, expected.ptr, expected.len);
	vmx_bytes_release(&bytes);
}

static void each_kind_of_line_is_read_and_reported(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reading_cases); i++) {
		const struct reading_case *c = &reading_cases[i];
		struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
		struct paper entries = { 0 }, diagnostics = { 0 };
		struct vmx_document *doc;

		options.diagnostic = paper_add_diagnostic;
		options.user = &diagnostics;
		paper_add(&diagnostics, "%s", "");
		doc = read_text(text_of(c->text), &options);
		paper_add_entries(&entries, doc);
		assert_string_equal(entries.text, c->entries);
		assert_string_equal(diagnostics.text, c->diagnostics);
		assert_written(doc, text_of(c->text));
		vmx_document_free(doc);
		free(entries.text);
		free(diagnostics.text);
	}
}

static void positions_are_those_of_the_file(void **state)
{
	static const struct {
		const char *key;
		unsigned int line, column, value_column;
	} cases[] = {
		{ "a", 1, 4, 9 }, { "b", 2, 3, 6 }, { "c", 2, 12, 17 }, { "d", 7, 1, 3 },
		{ "e", 9, 2, 7 },
	};
	struct vmx_document *doc = read_text(TEXT(
		"\xEF\xBB\xBF" "a = \"1\"\r\n  b='2' ;  c=\"\"\"3\n\r\n\r4\"\"\"\n\nd=x\r\r e = \"5\""), NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_entry e;

		assert_int_equal(vmx_document_get(doc, cases[i].key, 1, &e), VMX_OK);
		assert_int_equal(e.line, cases[i].line);
		assert_int_equal(e.column, cases[i].column);
		assert_int_equal(e.value_line, cases[i].line);
		assert_int_equal(e.value_column, cases[i].value_column);
	}
	vmx_document_free(doc);
}

static void keys_are_found_without_regard_to_case(void **state)
{
	struct vmx_document *doc = read_text(TEXT("MemSize = \"1\"\n[x] = \"2\"\n"), NULL);
	struct vmx_entry e;

	(void)state;
	assert_int_equal(vmx_document_get(doc, "memSIZE", 7, &e), VMX_OK);
	assert_memory_equal(e.key, "MemSize", 7);
	assert_int_equal(vmx_document_get(doc, "memsize", 6, &e), VMX_CODE_KEY_NOT_FOUND);
	assert_int_equal(vmx_document_get(doc, "", 0, &e), VMX_CODE_KEY_NOT_FOUND);
	/* bit 5 is folded in the hash, but only letters have case */
	assert_int_equal(vmxi_key_hash("[x]", 3), vmxi_key_hash("{x}", 3));
	assert_int_equal(vmx_document_get(doc, "{x}", 3, &e), VMX_CODE_KEY_NOT_FOUND);
	assert_int_equal(vmx_document_get(doc, "[X]", 3, &e), VMX_OK);
	vmx_document_free(doc);
}

static void both_ways_of_hashing_agree(void **state)
{
	char key[200];

	(void)state;
	memset(key, 'x', sizeof(key));
	for (size_t len = 0; len <= 128; len++) {
		uint32_t hash = vmxi_key_hash(key, len);

		assert_int_equal(hash, vmxi_key_hash_padded(key, len));
		key[len] = 'y';	/* what follows does not count */
		assert_int_equal(hash, vmxi_key_hash_padded(key, len));
		key[len] = 'X';
	}
}

/* Many bytes at once mean the same as one by one. */
static void blocks_are_searched_as_bytes_are(void **state)
{
	char text[128];

	(void)state;
	for (int c = 0; c < 256; c++) {
		for (unsigned int at = 0; at < 64; at++) {
			bool key = is_key_byte((char)c) && c != '*';

			memset(text, 'a', sizeof(text));
			text[at] = (char)c;
			text[96] = '\n';
			assert_int_equal(ordinary_key_32(text), key || at > 31 ? 32 : at);
			assert_int_equal(find_stop(text, '"') - text,
					 is_eol((char)c) || c == '"' ? at : 96);
			assert_int_equal(find_eol(text) - text, is_eol((char)c) ? at : 96);
			assert_int_equal(find_high(text, text + 70) - text, c > 127 ? at : 70);
			assert_int_equal(find_high(text, text + 50) - text,
					 c > 127 && at < 50 ? at : 50);
		}
	}
}

static void nul_bytes_and_directives_are_marked(void **state)
{
	struct vmx_document *doc = read_text(TEXT("a=\"1\"\r\nb = \"\0\"\n\n {{x}}\n<% y %>\n"), NULL);
	struct vmx_entry e;

	(void)state;
	assert_int_equal(doc->flags, DOCUMENT_HAS_NUL | DOCUMENT_HAS_DIRECTIVE);
	assert_int_equal(doc->nul.line, 2);
	assert_int_equal(doc->nul.column, 6);
	assert_int_equal(doc->directive.line, 4);
	assert_int_equal(doc->directive.column, 2);
	assert_int_equal(vmx_document_get(doc, "b", 1, &e), VMX_OK);
	assert_int_equal(e.value_length, 1);
	vmx_document_free(doc);
}

static void a_foreign_file_is_reported_once(void **state)
{
	static const struct {
		struct text bytes;
		const char *reported;
	} cases[] = {
		{ { "a\nb = \0\nc\nd\n", 12 }, "2:5 nul-byte|" },
		{ { "versioninfo\n{\n}\n", 16 }, "1:1 no-assignment|" },
		{ { "# nothing\n", 10 }, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
		struct vmx_document *doc;
		struct paper paper = { NULL, 0 };

		paper_add(&paper, "%s", "");
		options.diagnostic = paper_add_diagnostic;
		options.user = &paper;
		assert_int_equal(vmx_document_read(cases[i].bytes.ptr, cases[i].bytes.len, &options,
						   &doc, NULL), VMX_OK);
		assert_string_equal(paper.text, cases[i].reported);
		free(paper.text);
		vmx_document_free(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_line_is_read_and_reported),
		cmocka_unit_test(positions_are_those_of_the_file),
		cmocka_unit_test(keys_are_found_without_regard_to_case),
		cmocka_unit_test(both_ways_of_hashing_agree),
		cmocka_unit_test(blocks_are_searched_as_bytes_are),
		cmocka_unit_test(nul_bytes_and_directives_are_marked),
		cmocka_unit_test(a_foreign_file_is_reported_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
