/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The normal form: it reads as the document that it was made from, and is its own
 * normal form.
 */
#include "document_support.h"

static const struct normal_case {
	const char *before, *after;
} normal_cases[] = {
	{ "", "" },
	{ " \n\t\r\n", "" },
	{ "a = \"1\"\n", "a = \"1\"\n" },
	{ "\t A\t=\t\"1 \" \t", "A = \"1 \"\n" },
	{ "a='1'\nb=2  # c \nc=\nd= #e\n", "a = \"1\"\nb = \"2\" # c\nc = \"\"\nd = \"\" #e\n" },
	{ "a=\"1\";b = \"2\" ;\nc=\"3\"; # d\n", "a = \"1\"\nb = \"2\"\nc = \"3\" # d\n" },
	{ "a=\"1\"; nonsense ;\n;b=\"2\"\n", "a = \"1\"\nnonsense ;\n;b=\"2\"\n" },
	{ "a=\"1\"junk \n b c= x\"y\n", "a = \"1\" junk\nb c = 'x\"y'\n" },
	{ "\n\n # one\n\n\n\t# two \n a=\"1\"\n\n", "# one\n\n# two\na = \"1\"\n" },
	{ "a=\"1\"\n\nb=\"2\"", "a = \"1\"\n\nb = \"2\"\n" },
	{ "\xEF\xBB\xBF\n\xEF\xBB\xBF# c\n\xEF\xBB\xBF \xEF\xBB\xBF" "a=\"1\"\n", "# c\na = \"1\"\n" },
	{ "a=\"1\nb=\"2\"\"\"\n", "a = \"1\"\nb = \"2\" \"\"\n" },
	{ "{% if x = y %}\na=\"1\"\n  {% endif %}\n", "{% if x = y %}\na = \"1\"\n{% endif %}\n" },
	{ "a=\"1\"\nA=\"2\"\n", "a = \"1\"\nA = \"2\"\n" },
	/* quotes that hold what they have to hold */
	{ "a='\"'\nb=\"\"\"x\ny\"\"\"\nc=\"\"\"'\" \"\"\"\nd=\"\"\"z\"\"\"\n",
	  "a = '\"'\nb = \"\"\"x\ny\"\"\"\nc = \"\"\"'\" \"\"\"\nd = \"z\"\n" },
	{ "a= it's \"\nb=it's \"\"\" #\nc= it's \" so\n",
	  "a = it's \"\nb = it's \"\"\" #\nc = \"\"\"it's \" so\"\"\"\n" },
	{ "a=#'\"\n", "a =#'\"\n" },
	{ "a=\"\"\"\"\"\"", "a = \"\" \"\"\"\"\n" },
	/* line ends: the first one that is not inside a value */
	{ "a=\"1\"\r\nb=\"2\"\n", "a = \"1\"\r\nb = \"2\"\r\n" },
	{ "# c\ra=\"1\"\n\n", "# c\ra = \"1\"\r" },
	{ "a=\"\"\"x\r\ny\"\"\"\nb=\"2\"\r\n", "a = \"\"\"x\r\ny\"\"\"\nb = \"2\"\n" },
	{ "a=\"\"\"x\r\ny\"\"\"", "a = \"\"\"x\r\ny\"\"\"\n" },
	/* bytes that do not fit, and another encoding */
	{ "a=\xFF\n", "a = \"\xFF\"\n" },
	{ ".encoding=\"GBK\"\na='\x81\x5C|'\n", ".encoding = \"GBK\"\na = \"\x81\x5C|\"\n" },
	{ ".encoding=\"windows-1252\"\n\xE4=1", ".encoding = \"windows-1252\"\n\xE4 = \"1\"\n" },
};

static struct vmx_document *read_text(const char *text, size_t length)
{
	struct vmx_document *doc = NULL;

	(void)vmx_document_read(text, length, NULL, &doc, NULL);
	return doc;
}

static void assert_same_entries(const struct vmx_document *a, const struct vmx_document *b)
{
	struct vmx_entry in_a, in_b;
	size_t cursor_a = 0, cursor_b = 0;

	while (vmx_document_next(a, &cursor_a, &in_a)) {
		assert_true(vmx_document_next(b, &cursor_b, &in_b));
		assert_int_equal(in_a.key_length, in_b.key_length);
		assert_memory_equal(in_a.key, in_b.key, in_a.key_length);
		assert_int_equal(in_a.value_length, in_b.value_length);
		assert_memory_equal(in_a.value, in_b.value, in_a.value_length);
		assert_int_equal(in_a.flags & ~VMX_ENTRY_ODD, in_b.flags & ~VMX_ENTRY_ODD);
	}
	assert_false(vmx_document_next(b, &cursor_b, &in_b));
}

/* The normal form of the document, which has to be one. */
static void write_normal(const struct vmx_document *doc, struct vmx_bytes *ret)
{
	struct vmx_bytes twice = VMX_BYTES_INIT;
	struct vmx_document *again;

	assert_int_equal(vmx_document_write_normal(doc, ret, NULL), VMX_OK);
	again = read_text(ret->data, ret->length);
	assert_non_null(again);
	assert_same_entries(doc, again);
	assert_int_equal(vmx_document_write_normal(again, &twice, NULL), VMX_OK);
	assert_int_equal(ret->length, twice.length);
	if (ret->length > 0)
		assert_string_equal(ret->data, twice.data);
	vmx_bytes_release(&twice);
	vmx_document_free(again);
}

static void spacing_and_quotes_become_the_usual_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(normal_cases); i++) {
		const struct normal_case *c = &normal_cases[i];
		struct vmx_document *doc = read_text(c->before, strlen(c->before));
		struct vmx_bytes bytes = VMX_BYTES_INIT;

		assert_non_null(doc);
		write_normal(doc, &bytes);
		assert_string_equal(bytes.data ? bytes.data : "", c->after);
		vmx_bytes_release(&bytes);
		vmx_document_free(doc);
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static const char *const fragments[] = {
	"a", "b", ".encoding", "__a b", "9", "=", " = ", "=", "\t= ",
	"\"\"", "\"1\"", "\"v w\"", "'2'", "''", "'\"'", "\"\"\"3\n\"\"\"", "\"\"\"\"\"\"", "\"", "'",
	"\"\"\"", "4", " #", "# c", "\n", "\n", "\r\n", "\r", ";", "; ", " ", "\t", "junk", "{% x %}",
	"\xC3\xA4", "\xFF", "[", "\xEF\xBB\xBF", "a = \"1\"\n", "b = \"2\"\r\n", "A=\"4\";",
};

static void any_text_has_a_normal_form(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		struct paper text = { 0 };
		struct vmx_document *doc;
		struct vmx_bytes bytes = VMX_BYTES_INIT;

		paper_add(&text, "%s", "");
		for (uint32_t n = next_random(&seed) % 24; n > 0; n--)
			paper_add(&text, "%s", fragments[next_random(&seed) % COUNT(fragments)]);
		doc = read_text(text.text, text.length);
		if (doc)	/* only an odd .encoding fails */
			write_normal(doc, &bytes);
		vmx_bytes_release(&bytes);
		vmx_document_free(doc);
		free(text.text);
	}
}

static void edits_are_in_it(void **state)
{
	struct vmx_document *doc = read_text("a=\"1\"\nb=\"\"\n", 11);
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	(void)state;
	assert_int_equal(vmx_document_set(doc, "a.x", 3, "2", 1, NULL), VMX_OK);
	assert_int_equal(vmx_document_unset(doc, "b", 1, NULL), VMX_OK);
	write_normal(doc, &bytes);
	assert_string_equal(bytes.data, "a = \"1\"\na.x = \"2\"\n");
	vmx_bytes_release(&bytes);
	vmx_document_free(doc);
}

/* Whatever allocation fails, it says so and leaves nothing behind. */
static void without_memory_it_fails(void **state)
{
	static const char text[] = "a=1\nb='2'\n";
	enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;

	(void)state;
	for (size_t fail_at = 1; code != VMX_OK; fail_at++) {
		struct counting counting = { 0 };
		const struct vmx_allocator allocator = COUNTING_ALLOCATOR(&counting);
		struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
		struct vmx_bytes bytes = { .allocator = &allocator };
		struct vmx_document *doc;

		options.allocator = &allocator;
		assert_int_equal(vmx_document_read(text, strlen(text), &options, &doc, NULL), VMX_OK);
		assert_int_equal(vmx_document_set(doc, "c", 1, "3", 1, NULL), VMX_OK);
		counting.fail_at = counting.calls + fail_at;
		code = vmx_document_write_normal(doc, &bytes, NULL);
		if (code != VMX_OK) {
			assert_int_equal(code, VMX_CODE_OUT_OF_MEMORY);
			assert_int_equal(bytes.length, 0);
		}
		vmx_bytes_release(&bytes);
		vmx_document_free(doc);
		assert_int_equal(counting.live, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spacing_and_quotes_become_the_usual_ones),
		cmocka_unit_test(any_text_has_a_normal_form),
		cmocka_unit_test(edits_are_in_it),
		cmocka_unit_test(without_memory_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
