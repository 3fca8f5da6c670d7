/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Strict reading: takes and refuses what libvirt's reader takes and refuses; and
 * what it takes, tolerant reading takes as the same.
 */
#include "document_support.h"

#include "document/document.h"
#include "document/reading.h"

/* entries NULL: refused, at that place, with these words */
static const struct strict_case {
	const char *text, *entries;
	unsigned int line, column;
	const char *words;
} strict_cases[] = {
	/* the loop */
	{ "", "" }, { "#", "" }, { "# c\n# d", "" }, { "#!/usr/bin/vmware\n", "" },
	{ "\n\n # c\n\n", "" },
	{ "\n", NULL, 2, 1, "a key was expected, but the file ends" },
	{ " \t", NULL, 1, 3, "a key was expected" },
	{ " \r\n\t\r", NULL, 3, 1, "a key was expected" },
	{ "a=\"1\"", "a=1|" }, { "a=\"1\"\n", "a=1|" }, { "a=\"1\"\n\n \t\n", "a=1|" },
	{ "\n a=\"1\"\r\n\r\n\tb=\"2\"\r\rc=\"3\"", "a=1|b=2|c=3|" },
	/* keys */
	{ "a=\"1\"\nB=\"2\"\n.c=\"3\"\n", "a=1|B=2|.c=3|" },
	{ "aZ09_:.-*=\"1\"", "aZ09_:.-*=1|" },
	{ "9a=\"1\"", NULL, 1, 1, "a key was expected, but there is '9a=\"1\"'" },
	{ "_a=\"1\"", NULL, 1, 1, "a key was expected" },
	{ "-a=\"1\"", NULL, 1, 1, "a key was expected" },
	{ "=\"1\"", NULL, 1, 1, "a key was expected" },
	{ "\xC3\xA4=\"1\"", NULL, 1, 1, "a key was expected" },
	{ "\xEF\xBB\xBF" "a=\"1\"", NULL, 1, 1, "a key was expected" },
	{ "a=\"1\"\n\fb=\"2\"", NULL, 2, 1, "a key was expected" },
	{ "a=\"1\"\n\vb=\"2\"", NULL, 2, 1, "a key was expected" },
	{ "// c\n", NULL, 1, 1, "a key was expected" },
	{ "a/b=\"1\"", NULL, 1, 2, "an '=' was expected" },
	{ "a+=\"1\"", NULL, 1, 2, "an '=' was expected" },
	{ "a b=\"1\"", NULL, 1, 3, "an '=' was expected" },
	{ "a\n=\"1\"", NULL, 1, 2, "an '=' was expected behind the key, but the line ends" },
	{ "a", NULL, 1, 2, "an '=' was expected behind the key, but the file ends" },
	/* blanks */
	{ "\t a \t= \t\"1\" \t\n", "a=1|" },
	{ "a=\f\"1\"", NULL, 1, 3, "a quoted value was expected" },
	{ "a=\n\"1\"", NULL, 1, 3, "a quoted value was expected, but the line ends" },
	{ "a=", NULL, 1, 3, "a quoted value was expected, but the file ends" },
	{ "a= # c", NULL, 1, 4, "a quoted value was expected" },
	/* '...' */
	{ "a='1'", "a=1|" }, { "a=''", "a=|" }, { "a='\"'", "a=\"|" }, { "a='#;'", "a=#;|" },
	{ "a='1\n'", NULL, 1, 3, "a string has to be closed on its line" },
	{ "a='", NULL, 1, 3, "a string has to be closed" },
	{ "a='1\r'", NULL, 1, 3, "a string has to be closed" },
	/* "..." */
	{ "a=\"\"", "a=|" }, { "a=\"'\"", "a='|" }, { "a=\" x \"", "a= x |" },
	{ "a=\"C:\\x\\\"", "a=C:\\x\\|" }, { "a=\"|22%25\"", "a=|22%25|" },
	{ "a=\"\xFF\xC3\"", "a=\xFF\xC3|" }, { "a=\"\t\f\x01\"", "a=\t\f\x01|" },
	{ "a=\"1\nb=\"2\"", NULL, 1, 3, "a string has to be closed" },
	{ "a=\"", NULL, 1, 3, "a string has to be closed" },
	{ "a=\"b\"c\"", NULL, 1, 6, "the end of the line or a ';' was expected" },
	{ "a=\"b\\\"c\"", NULL, 1, 7, "the end of the line or a ';' was expected" },
	/* """...""" */
	{ "a=\"\"\"\"\"\"\n", "a=|" }, { "a=\"\"\"x\"\"\"", "a=x|" },
	{ "a=\"\"\"x\"y\"\"z\n\r\n\"\"\"", "a=x\"y\"\"z\n\r\n|" },
	{ "a=\"\"\"\n\"\"\"\"\"\"", NULL, 2, 4, "the end of the line or a ';'" },
	{ "a=\"\"\"\"\"\"", NULL, 1, 5, "the end of the line or a ';' was expected" },
	{ "a=\"\"\"\"\"", NULL, 1, 5, "the end of the line" },
	{ "a=\"\"\"", NULL, 1, 5, "the end of the line" },
	{ "a=\"\"\"xyz", NULL, 1, 5, "the end of the line" },
	{ "a=\"\"\"wxyz", NULL, 1, 3, "the \"\"\" has to be closed" },
	{ "a=\"\"\"x\"\"\nb=\"\"", NULL, 1, 3, "the \"\"\" has to be closed" },
	/* other values */
	{ "a=[\"1\"]", NULL, 1, 3, "lists are not allowed" },
	{ "a=1", NULL, 1, 3, "numbers need quotes" },
	{ "a=-1", NULL, 1, 3, "numbers need quotes" },
	{ "a=+1", NULL, 1, 3, "numbers need quotes" },
	{ "a=efi", NULL, 1, 3, "a quoted value was expected, but there is 'efi'" },
	{ "a=(1)", NULL, 1, 3, "a quoted value was expected" },
	/* comments and separators */
	{ "a=\"1\"# c\nb=\"2\" # d ; c=\"3\"\n", "a=1|b=2|" },
	{ "a=\"1\";b=\"2\" ; \n\n c=\"3\";\n", "a=1|b=2|c=3|" },
	{ "a=\"1\";", "a=1|" }, { "a=\"1\"; # c", "a=1|" }, { "a=\"1\"\n;", NULL, 2, 1, "a key was expected" },
	{ ";a=\"1\"", NULL, 1, 1, "a key was expected" },
	{ "a=\"1\";;b=\"2\"", NULL, 1, 7, "a key was expected" },
	{ "a=\"1\" b=\"2\"", NULL, 1, 7, "the end of the line or a ';' was expected, but there is 'b=\"2\"'" },
	{ "a=\"1\"//", NULL, 1, 6, "the end of the line" },
	{ "# c ; x\n#", "" },
	/* duplicates are taken */
	{ "a=\"1\"\nA=\"2\"\n", "a=1|A=2!|" },
};

static enum vmx_code read_mode(const char *text, size_t length, enum vmx_read_mode mode,
			       struct paper *diagnostics, struct vmx_document **ret,
			       struct vmx_error *error)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	options.mode = mode;
	options.diagnostic = diagnostics ? paper_add_diagnostic : NULL;
	options.user = diagnostics;
	if (diagnostics)
		paper_add(diagnostics, "%s", "");
	return vmx_document_read(text, length, &options, ret, error);
}

static void each_rule_of_libvirts_grammar_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strict_cases); i++) {
		const struct strict_case *c = &strict_cases[i];
		struct vmx_error *error = vmx_error_new();
		struct vmx_document *doc = NULL;
		struct paper entries = { 0 };
		enum vmx_code code = read_mode(c->text, strlen(c->text), VMX_READ_STRICT, NULL, &doc, error);

		if (!c->entries) {
			if (code != VMX_CODE_SYNTAX || vmx_error_line(error) != c->line ||
			    vmx_error_column(error) != c->column ||
			    !strstr(vmx_error_message(error), c->words))
				fail_msg("%s: %d at %u:%u, %s", c->text, code, vmx_error_line(error),
					 vmx_error_column(error), vmx_error_message(error));
			assert_null(doc);
		} else {
			if (code != VMX_OK)
				fail_msg("%s: %s", c->text, vmx_error_message(error));
			paper_add_entries(&entries, doc);
			assert_string_equal(entries.text, c->entries);
		}
		vmx_document_free(doc);
		vmx_error_free(error);
		free(entries.text);
	}
}

static void a_nul_byte_is_refused_before_all_else(void **state)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_document *doc = NULL;

	(void)state;
	assert_int_equal(read_mode("a b\r\n\r\0", 7, VMX_READ_STRICT, NULL, &doc, error), VMX_CODE_NUL_BYTE);
	assert_int_equal(vmx_error_line(error), 3);
	assert_int_equal(vmx_error_column(error), 1);
	vmx_error_free(error);
}

/*
 * Random texts, from pieces that often fit together, so that a good part of them
 * is valid.
 */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static const char *const statements[] = {
	"a", "b.c", "D0:1.x", ".e", "f-g*", "averyveryveryverylongkeythatisquitelong0.x", "=", " = ", "\t=  ",
	"\"\"", "\"1\"", "\"value with blanks # ; ' and so on, beyond thirty-two bytes\"", "'2'", "'\"'",
	"\"\"\"3\"\"\"", "\"\"\"\n\"\"\"", "\"\"\"\"\"\"",
};
static const char *const ends[] = {
	"\n", "\r\n", "\r", ";", " ; ", " # c\n", "# d\r", "\n\n  ", "\t\n", "; # e\n", "\n# f\n",
};
static const char *const noise[] = {
	"\"", "'", "=", "#", ";", "\n", "\r", " ", "x", "[", "1", "\"\"\"", "{{", "\xEF\xBB\xBF", "\xE4", "",
};

#define PICK(seed, array) (array)[next_random(seed) % COUNT(array)]

static void make_text(uint32_t *seed, struct paper *text)
{
	paper_add(text, "%s", "");
	for (uint32_t n = next_random(seed) % 8; n > 0; n--) {
		paper_add(text, "%s%s%s", statements[next_random(seed) % 6],
			  statements[6 + next_random(seed) % 3], statements[9 + next_random(seed) % 8]);
		paper_add(text, "%s%s", PICK(seed, ends), next_random(seed) % 16 ? "" : PICK(seed, noise));
	}
	if (text->length > 0 && next_random(seed) % 4 == 0)	/* one byte is another */
		text->text[next_random(seed) % text->length] = " =\"'#;\nax"[next_random(seed) % 9];
	if (text->length > 0 && next_random(seed) % 4 == 0)	/* cut short */
		text->text[text->length = next_random(seed) % text->length] = '\0';
}

static void assert_same_entries(const struct vmx_document *a, const struct vmx_document *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct entry *x = &a->entries[i], *y = &b->entries[i];

		assert_int_equal(x->at, y->at);
		assert_int_equal(x->value_at, y->value_at);
		assert_int_equal(x->key_len, y->key_len);
		assert_int_equal(x->raw_len, y->raw_len);
		assert_int_equal(x->hash, y->hash);
		assert_int_equal(x->line, y->line);
		assert_int_equal(x->column, y->column);
		assert_int_equal(x->quoting, y->quoting);
		assert_int_equal(x->flags, y->flags);
	}
}

static void what_strict_reading_takes_tolerant_reading_takes_as_the_same(void **state)
{
	uint32_t seed = 42;
	unsigned int taken = 0, refused = 0;

	(void)state;
	for (int round = 0; round < 40000; round++) {
		struct vmx_document *strict = NULL, *tolerant = NULL;
		struct paper text = { 0 }, diagnostics = { 0 };

		make_text(&seed, &text);
		assert_int_equal(read_mode(text.text, text.length, VMX_READ_TOLERANT, &diagnostics,
					   &tolerant, NULL), VMX_OK);
		if (read_mode(text.text, text.length, VMX_READ_STRICT, NULL, &strict, NULL) == VMX_OK) {
			taken++;
			assert_same_entries(strict, tolerant);
			for (char *at = diagnostics.text; (at = strchr(at, ' ')); at++)
				assert_true(strncmp(at, " duplicate-key|", 15) == 0 ||
					    strncmp(at, " invalid-utf8|", 14) == 0);
		} else {
			refused++;
			/* whatever is refused is reported, but for blank lines alone */
			assert_true(diagnostics.text[0] != '\0' || tolerant->count == 0);
		}
		vmx_document_free(strict);
		vmx_document_free(tolerant);
		free(text.text);
		free(diagnostics.text);
	}
	/* else the texts are not what they should be */
	assert_true(taken > 5000 && refused > 5000);
}

/* Scans the same bytes with and without the short cut. */
static void scan_slowly(struct vmx_document *doc, bool strict)
{
	struct reading r = { .doc = doc, .strict = strict, .encoding_entry = NO_ENTRY };

	doc->count = 0;
	(void)vmxi_scan_slowly(&r);
	assert_true(vmxi_index_build(doc));
}

static void the_short_cut_for_ordinary_lines_changes_nothing(void **state)
{
	uint32_t seed = 4711;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct vmx_document *fast, *slow;
		struct paper text = { 0 };

		make_text(&seed, &text);
		for (int n = 0; n < 3; n++)	/* more of what it is made for */
			paper_add(&text, "%s = \"%s\"%s", statements[next_random(&seed) % 6],
				  next_random(&seed) % 2 ? "1" : "x'y and so on, up to more than 32 bytes",
				  next_random(&seed) % 2 ? "\n" : "\r\n");
		assert_int_equal(read_mode(text.text, text.length, VMX_READ_TOLERANT, NULL, &fast, NULL), VMX_OK);
		assert_int_equal(read_mode(text.text, text.length, VMX_READ_TOLERANT, NULL, &slow, NULL), VMX_OK);
		vmxi_index_release(slow);
		scan_slowly(slow, false);
		for (size_t i = 0; i < slow->count; i++)	/* decoding is not scanning */
			slow->entries[i].flags |= fast->entries[i].flags & VMX_ENTRY_MISFIT;
		assert_same_entries(fast, slow);
		vmx_document_free(fast);
		vmx_document_free(slow);
		free(text.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_of_libvirts_grammar_holds),
		cmocka_unit_test(a_nul_byte_is_refused_before_all_else),
		cmocka_unit_test(what_strict_reading_takes_tolerant_reading_takes_as_the_same),
		cmocka_unit_test(the_short_cut_for_ordinary_lines_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
