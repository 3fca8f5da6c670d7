/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document_support.h"

static struct vmx_pattern *make(const char *text, size_t length)
{
	struct vmx_pattern *pattern = NULL;

	assert_int_equal(vmx_pattern_new(text, length, NULL, &pattern, NULL), VMX_OK);
	return pattern;
}

static void patterns_match_whole_keys_without_regard_to_case(void **state)
{
	static const struct {
		const char *pattern, *key;
		bool matches;
	} cases[] = {
		{ "ethernet*.virtualDev", "Ethernet0.virtualdev", true },
		{ "ethernet*.virtualDev", "ethernet0.virtualDev2", false },
		{ "ethernet*.virtualDev", "xethernet0.virtualDev", false },
		{ "ethernet*.virtualDev", "ethernet0xvirtualDev", false },
		{ "*", "", true }, { "*", "a/b.c", true }, { "", "", true }, { "", "a", false },
		{ "a*", "a.b/c", true }, { "*.*", "ab", false }, { "**", "a", true },
		{ "scsi[0-3]:?.present", "scsi2:5.present", true },
		{ "scsi[0-3]:?.present", "scsi4:5.present", false },
		{ "scsi[0-3]:?.present", "scsi2:15.present", false },
		{ "[!a]x", "sx", true }, { "[!a]x", "ax", false }, { "[^a]*", "s.s", true },
		{ "a+b(c)|d$^", "a+b(c)|d$^", true }, { "a.b", "axb", false },
		{ "a\\b", "a\\b", true }, { "{a}", "{a}", true }, { "a", "a\n", false },
		{ "*a", "a\na", true }, { "\xC3\xA4*", "\xC3\xA4x", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_pattern *pattern = make(cases[i].pattern, strlen(cases[i].pattern));
		bool matches = !cases[i].matches;

		assert_int_equal(vmx_pattern_matches(pattern, cases[i].key, strlen(cases[i].key),
						     &matches, NULL), VMX_OK);
		if (matches != cases[i].matches)
			fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].key);
		vmx_pattern_free(pattern);
	}
	vmx_pattern_free(NULL);
}

static void what_is_no_pattern_is_refused(void **state)
{
	static const char *const patterns[] = { "[", "a[0-", "[z-a]", "[]" };
	struct vmx_error *error = vmx_error_new();
	struct vmx_pattern *pattern = NULL;
	char longer[2000];

	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		vmx_error_clear(error);
		assert_int_equal(vmx_pattern_new(patterns[i], strlen(patterns[i]), NULL, &pattern, error),
				 VMX_CODE_INVALID_PATTERN);
		assert_int_equal(vmx_error_code(error), VMX_CODE_INVALID_PATTERN);
		assert_null(pattern);
	}
	memset(longer, 'a', sizeof(longer));
	assert_int_equal(vmx_pattern_new(longer, sizeof(longer), NULL, &pattern, NULL),
			 VMX_CODE_INVALID_PATTERN);
	vmx_error_free(error);
}

/* No pattern keeps anybody waiting: it is about being back at all. */
static void a_malicious_pattern_ends(void **state)
{
	struct vmx_pattern *pattern;
	char stars[201], key[1000];
	bool matches = true;

	(void)state;
	for (size_t i = 0; i < sizeof(stars); i++)
		stars[i] = i % 2 ? 'a' : '*';
	memset(key, 'a', sizeof(key));
	key[sizeof(key) - 1] = 'b';
	pattern = make(stars, sizeof(stars) - 1);
	assert_int_equal(vmx_pattern_matches(pattern, key, sizeof(key), &matches, NULL), VMX_OK);
	assert_false(matches);
	vmx_pattern_free(pattern);
}

static void matching_entries_come_in_order(void **state)
{
	static const char text[] = "a.x=\"1\"\nb.x=\"2\"\nA.y=\"3\"\na.x=\"4\"\nab=\"5\"\n";
	struct vmx_document *doc;
	struct vmx_pattern *pattern;
	struct vmx_entry e;
	struct paper seen = { 0 };
	enum vmx_code code;
	size_t cursor = 0;

	(void)state;
	assert_int_equal(vmx_document_read(text, strlen(text), NULL, &doc, NULL), VMX_OK);
	pattern = make("a.*", 3);
	assert_int_equal(vmx_document_set(doc, "a.z", 3, "6", 1, NULL), VMX_OK);
	while ((code = vmx_document_next_match(doc, pattern, &cursor, &e, NULL)) == VMX_OK)
		paper_add(&seen, "%.*s", (int)e.value_length, e.value);
	assert_int_equal(code, VMX_CODE_KEY_NOT_FOUND);
	assert_string_equal(seen.text, "1346");
	free(seen.text);
	vmx_pattern_free(pattern);
	vmx_document_free(doc);
}

/* One key fits, with each allocation failing in turn. */
static enum vmx_code match_once(struct counting *counting)
{
	struct vmx_pattern *pattern = NULL;
	bool matches = false;
	enum vmx_code code = vmx_pattern_new("[!a]*.*.?[0-9]", 14, &counting->allocator, &pattern, NULL);

	if (code == VMX_OK)
		code = vmx_pattern_matches(pattern, "x.dots.a5", 9, &matches, NULL);
	if (code == VMX_OK)
		assert_true(matches);
	vmx_pattern_free(pattern);
	return code;
}

static void without_memory_no_key_is_said_not_to_fit(void **state)
{
	enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;
	struct counting counting;
	size_t n;

	(void)state;
	for (n = 1; code == VMX_CODE_OUT_OF_MEMORY; n++) {
		counting_begin(&counting, n);
		code = match_once(&counting);
		assert_int_equal(counting.live, 0);
	}
	assert_int_equal(code, VMX_OK);
	assert_in_range(n, 7, 100);
}

static void keys_that_are_matched_cost_no_memory_each(void **state)
{
	struct vmx_pattern *pattern = NULL;
	struct counting counting;
	char key[] = "ethernet0.virtualDev";
	bool matches;
	size_t before = 0;

	(void)state;
	counting_begin(&counting, 0);
	assert_int_equal(vmx_pattern_new("e*.v*", 5, &counting.allocator, &pattern, NULL), VMX_OK);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(vmx_pattern_matches(pattern, key, strlen(key), &matches, NULL), VMX_OK);
		before = i == 0 ? counting.calls : before;
	}
	assert_int_equal(counting.calls, before);
	vmx_pattern_free(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_whole_keys_without_regard_to_case),
		cmocka_unit_test(what_is_no_pattern_is_refused),
		cmocka_unit_test(a_malicious_pattern_ends),
		cmocka_unit_test(matching_entries_come_in_order),
		cmocka_unit_test(without_memory_no_key_is_said_not_to_fit),
		cmocka_unit_test(keys_that_are_matched_cost_no_memory_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
