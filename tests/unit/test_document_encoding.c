/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Encodings: what VMware calls them, what becomes of the bytes, and what is
 * refused.
 */
#include "document_support.h"

#include <iconv.h>

#include "document/encoding.h"

static enum vmx_code read_as(const char *text, enum vmx_read_mode mode, const char *encoding,
			     struct paper *diagnostics, struct vmx_document **ret,
			     struct vmx_error *error)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	options.mode = mode;
	options.encoding = encoding;
	options.diagnostic = diagnostics ? paper_add_diagnostic : NULL;
	options.user = diagnostics;
	if (diagnostics)
		paper_add(diagnostics, "%s", "");
	return vmx_document_read(text, strlen(text), &options, ret, error);
}

static const struct {
	const char *encoding, *bytes, *utf8;
} vectors[] = {
	{ "UTF-8", "\xC3\xA4", "ä" },
	{ "utf-8", "\xC3\xA4", "ä" },
	{ "UTF8", "\xC3\xA4", "ä" },
	{ "windows-1252", "\x80\xE4\xF6\xFC\xDF\xA7\xC0\xC5", "€äöüß§ÀÅ" },
	{ "WINDOWS-1252", "\x80", "€" },
	{ "ibm-5348_P100-1997", "\x80", "€" },
	{ "windows-1251", "\xC4\xE0", "Да" },
	{ "ibm-5347_P100-1998", "\xC4\xE0", "Да" },
	{ "windows-1250", "\x8A\xE8", "Šč" },
	/* valid UTF-8 for something else; and backslash and pipe as trail bytes */
	{ "GBK", "Ubuntu 64 \xCE\xBB", "Ubuntu 64 位" },
	{ "windows-936-2000", "\xC6\xE4\xCB\xFB", "其他" },
	{ "gb2312", "\xC6\xE4\xCB\xFB", "其他" },
	{ "GB18030", "\xC6\xE4\x81\x30\x84\x36", "其¥" },
	{ "GBK", "\x81\x5C\x81\x7C|41", "乗亅|41" },
	{ "windows-949-2000", "\xBD\xC7\xC7\xE0", "실행" },
	{ "MS949", "\xBD\xC7\xC7\xE0", "실행" },
	{ "EUC-KR", "\xBD\xC7\xC7\xE0", "실행" },
	{ "Shift_JIS", "C:\\\x95\x5C", "C:\\表" },
	{ "windows-932", "\x87\x40", "①" },
	{ "ibm-943_P15A-2003", "\x95\x5C", "表" },
	{ "Big5", "\xA5\x5C", "功" },
	{ "windows-950-2000", "\xA5\x5C", "功" },
	{ "windows-950", "\xA5\x5C", "功" },
	{ "ISO-8859-1", "\xE4", "ä" },
	{ "ISO-8859-15", "\xA4", "€" },
	/* not in the table, but known to iconv */
	{ "IBM850", "\x84", "ä" },
};

static void values_are_decoded_in_both_modes(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(vectors); i++) {
		enum vmx_read_mode mode = i % 2 ? VMX_READ_STRICT : VMX_READ_TOLERANT;
		struct paper text = { 0 }, diagnostics = { 0 };
		struct vmx_document *doc;
		struct vmx_entry e;
		struct vmx_bytes bytes = VMX_BYTES_INIT;

		paper_add(&text, "# %s\na = \"x\"\nname = \"%s\"\r\n.Encoding = \"%s\" # %s\n",
			  vectors[i / 2].bytes, vectors[i / 2].bytes, vectors[i / 2].encoding,
			  vectors[i / 2].bytes);
		assert_int_equal(read_as(text.text, mode, NULL, &diagnostics, &doc, NULL), VMX_OK);
		assert_string_equal(diagnostics.text, "");
		assert_string_equal(vmx_document_encoding(doc), vectors[i / 2].encoding);
		assert_int_equal(vmx_document_get(doc, "name", 4, &e), VMX_OK);
		assert_int_equal(e.value_length, strlen(vectors[i / 2].utf8));
		assert_memory_equal(e.value, vectors[i / 2].utf8, e.value_length);
		assert_int_equal(e.flags, 0);
		assert_int_equal(vmx_document_write(doc, &bytes, NULL), VMX_OK);
		assert_string_equal(bytes.data, text.text);
		vmx_bytes_release(&bytes);
		vmx_document_free(doc);
		free(text.text);
		free(diagnostics.text);
	}
}

static void the_option_beats_the_file(void **state)
{
	struct vmx_document *doc;
	struct vmx_entry e;

	(void)state;
	assert_int_equal(read_as(".encoding=\"no-such\"\na=\"\xCE\xBB\"", VMX_READ_TOLERANT, "GBK",
				 NULL, &doc, NULL), VMX_OK);
	assert_int_equal(vmx_document_get(doc, "a", 1, &e), VMX_OK);
	assert_memory_equal(e.value, "位", 3);
	assert_string_equal(vmx_document_encoding(doc), "GBK");
	vmx_document_free(doc);
}

static void a_file_that_names_none_is_utf8(void **state)
{
	struct vmx_document *doc;

	(void)state;
	assert_int_equal(read_as("a=\"\xCE\xBB\"", VMX_READ_TOLERANT, NULL, NULL, &doc, NULL), VMX_OK);
	assert_string_equal(vmx_document_encoding(doc), "UTF-8");
	vmx_document_free(doc);
}

static void the_first_of_two_encodings_counts(void **state)
{
	struct vmx_document *doc;
	struct vmx_entry e;

	(void)state;
	assert_int_equal(read_as(".encoding=\"GBK\"\n.ENCODING=\"UTF-8\"\na=\"\xCE\xBB\"",
				 VMX_READ_STRICT, NULL, NULL, &doc, NULL), VMX_OK);
	assert_int_equal(vmx_document_get(doc, "a", 1, &e), VMX_OK);
	assert_memory_equal(e.value, "位", 3);
	vmx_document_free(doc);
}

static void encodings_that_no_file_can_have_are_refused_even_for_ascii(void **state)
{
	static const char *const names[] = {
		"", "no-such", "foo-bar", "UTF-16", "UTF-16LE", "UTF-32", "UCS-2", "UTF-7",
		"IBM037", "ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN", "HZ", "WCHAR_T",
		"UTF-8//IGNORE", "ASCII//TRANSLIT", "../x", "UTF-8 ", "GBK,ccs=UTF-8",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	};
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(names); i++) {
		struct vmx_document *doc = NULL;
		struct paper text = { 0 };

		paper_add(&text, "a = \"1\"\n.encoding = \"%s\"\n", names[i / 2]);
		assert_int_equal(read_as(text.text, i % 2 ? VMX_READ_STRICT : VMX_READ_TOLERANT,
					 NULL, NULL, &doc, error), VMX_CODE_UNKNOWN_ENCODING);
		assert_null(doc);
		assert_int_equal(vmx_error_code(error), VMX_CODE_UNKNOWN_ENCODING);
		assert_int_equal(vmx_error_line(error), 2);
		assert_int_equal(vmx_error_column(error), 14);
		if (strlen(names[i / 2]) < 20)
			assert_non_null(strstr(vmx_error_message(error), names[i / 2]));
		free(text.text);
	}
	vmx_error_free(error);
}

static void what_does_not_fit_is_kept_and_reported(void **state)
{
	static const struct {
		const char *text, *entries, *diagnostics;
	} cases[] = {
		{ "a = \"x\xE4y\"\nb = \"\xC3\xA4\"\n", "a=x\xE4y~|b=\xC3\xA4|", "1:7 invalid-utf8|" },
		/* a name whose last byte went, and its quote with it */
		{ "a = \"\xE5\xA4?\nb = \"1\"\n", "a=\xE5\xA4?" "?~|b=1|",
		  "1:5 unclosed-string|1:6 invalid-utf8|" },
		{ "a = \"\"\"x\r\n\xFF\"\"\"\n", "a=x\r\n\xFF~|", "2:1 invalid-utf8|" },
		{ "# \xFF\na = \"1\" # \xFF\n\xFF\nb\xFF = \"2\"\n", "a=1|b\xFF=2?|",
		  "3:1 no-assignment|4:1 odd-key|" },
		{ ".encoding = \"windows-1252\"\na = \"x\x81\"\n", ".encoding=windows-1252|a=x\x81~|",
		  "2:7 encoding-mismatch|" },
		{ ".encoding = \"GBK\"\na = \"\xCE\xBB\xCE\"\nk\xCE\xBB = \"2\"\nk\xCE = \"3\"\n",
		  ".encoding=GBK|a=\xCE\xBB\xCE~|k位=2?|k\xCE=3?|",
		  "2:8 encoding-mismatch|3:1 odd-key|4:1 odd-key|" },
		{ ".encoding = \"US-ASCII\"\na = \"\xE4\"\n", ".encoding=US-ASCII|a=\xE4~|",
		  "2:6 encoding-mismatch|" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct paper entries = { 0 }, diagnostics = { 0 };
		struct vmx_document *doc;

		assert_int_equal(read_as(cases[i].text, VMX_READ_TOLERANT, NULL, &diagnostics, &doc,
					 NULL), VMX_OK);
		paper_add_entries(&entries, doc);
		assert_string_equal(entries.text, cases[i].entries);
		assert_string_equal(diagnostics.text, cases[i].diagnostics);
		vmx_document_free(doc);
		free(entries.text);
		free(diagnostics.text);
	}
}

static void strict_reading_converts_as_libvirt_does(void **state)
{
	static const struct {
		const char *text;
		enum vmx_code code;
		unsigned int line, column;
	} cases[] = {
		{ "a = \"x\xE4y\"\n# \xFF", VMX_OK, 0, 0 },
		{ ".encoding = \"utf-8\"\na = \"\xE4\"\n", VMX_OK, 0, 0 },
		{ ".encoding = \"UTF8\"\na = \"\xE4\"\n", VMX_CODE_ENCODING_MISMATCH, 2, 6 },
		{ ".encoding = \"GBK\"\na = \"1\"\r\n# \xFF\n", VMX_CODE_ENCODING_MISMATCH, 3, 3 },
		{ ".encoding = \"GBK\"\na = \"\xCE\"\n", VMX_CODE_ENCODING_MISMATCH, 2, 6 },
	};
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_document *doc = NULL;

		vmx_error_clear(error);
		assert_int_equal(read_as(cases[i].text, VMX_READ_STRICT, NULL, NULL, &doc, error),
				 cases[i].code);
		assert_int_equal(vmx_error_line(error), cases[i].line);
		assert_int_equal(vmx_error_column(error), cases[i].column);
		vmx_document_free(doc);
	}
	vmx_error_free(error);
}

/* The table is only as good as the system's iconv: each row has to work. */
static void each_name_has_a_converter_that_leaves_ascii_alone(void **state)
{
	const char *converter, *name;
	size_t rows = 0;

	(void)state;
	for (; (name = vmxi_encoding_row(rows, &converter)); rows++) {
		iconv_t there = iconv_open("UTF-8", converter);

		assert_ptr_not_equal(there, (iconv_t)-1);
		for (int c = 1; c < 128; c++) {
			char in = (char)c, out[8], *from = &in, *to = out;
			size_t in_left = 1, room = sizeof(out);

			assert_int_equal(iconv(there, &from, &in_left, &to, &room), 0);
			/* some wait for an accent that may follow */
			assert_int_equal(iconv(there, NULL, NULL, &to, &room), 0);
			assert_int_equal(room, sizeof(out) - 1);
			assert_int_equal(out[0], c);
		}
		iconv_close(there);
	}
	assert_true(rows > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_decoded_in_both_modes),
		cmocka_unit_test(the_option_beats_the_file),
		cmocka_unit_test(a_file_that_names_none_is_utf8),
		cmocka_unit_test(the_first_of_two_encodings_counts),
		cmocka_unit_test(encodings_that_no_file_can_have_are_refused_even_for_ascii),
		cmocka_unit_test(what_does_not_fit_is_kept_and_reported),
		cmocka_unit_test(strict_reading_converts_as_libvirt_does),
		cmocka_unit_test(each_name_has_a_converter_that_leaves_ascii_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
