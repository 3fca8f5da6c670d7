/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counting_allocator.h"

#include <vmxkit/datastore.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIBVIRT VMX_DATASTORE_LIBVIRT
#define TWICE VMX_DATASTORE_ENCODED_TWICE

static struct vmx_datastore_path *parse(const char *text, unsigned int flags)
{
	struct vmx_datastore_path *path = NULL;

	assert_int_equal(vmx_datastore_path_parse(text, strlen(text), flags, NULL, &path, NULL), VMX_OK);
	assert_non_null(path);
	return path;
}

struct parts {
	const char *text;
	unsigned int flags;
	const char *name, *path, *directory, *file;
};

static void assert_parts(const struct parts *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct vmx_datastore_path *path = parse(cases[i].text, cases[i].flags);

		assert_string_equal(vmx_datastore_path_name(path), cases[i].name);
		assert_string_equal(vmx_datastore_path_path(path), cases[i].path);
		assert_string_equal(vmx_datastore_path_directory(path), cases[i].directory);
		assert_string_equal(vmx_datastore_path_file(path), cases[i].file);
		vmx_datastore_path_free(path);
	}
}

static void a_path_has_a_name_a_directory_and_a_file(void **state)
{
	static const struct parts cases[] = {
		{ "[ds] dir/file", 0, "ds", "dir/file", "dir", "file" },
		{ "[ds] a/b/file", 0, "ds", "a/b/file", "a/b", "file" },
		{ "[ds] dir/", 0, "ds", "dir/", "dir", "" },
		{ "[ds] file", 0, "ds", "file", "", "file" },
		{ "[ds]", 0, "ds", "", "", "" },
		{ "[ds] ", 0, "ds", "", "", "" },
		{ "[ds]   dir/file", 0, "ds", "dir/file", "dir", "file" },
		{ "[ds]dir/file", 0, "ds", "dir/file", "dir", "file" },
		{ "[ds] /dir/file", 0, "ds", "dir/file", "dir", "file" },
		{ "[ds]/dir", 0, "ds", "dir", "", "dir" },
		{ "[ d s ] dir/a b ", 0, " d s ", "dir/a b ", "dir", "a b " },
		{ "[ds] \tfile", 0, "ds", "\tfile", "", "\tfile" },
		{ "[?] ?", 0, "?", "?", "", "?" },
		{ "[\xC3\xA4] \xFF", 0, "\xC3\xA4", "\xFF", "", "\xFF" },
		{ "[ds] a/../b", 0, "ds", "a/../b", "a/..", "b" },
		{ "[ds] ./a/b/../../c", 0, "ds", "./a/b/../../c", "./a/b/../..", "c" },
		{ "[ds] ...", 0, "ds", "...", "", "..." },
	};

	(void)state;
	assert_parts(cases, COUNT(cases));
}

static void libvirts_directory_without_a_slash_is_the_path_itself(void **state)
{
	static const struct parts cases[] = {
		{ "[datastore] directory/file", LIBVIRT, "datastore", "directory/file", "directory", "file" },
		{ "[datastore] file", LIBVIRT, "datastore", "file", "file", "file" },
		{ "[datastore] directory/", LIBVIRT, "datastore", "directory/", "directory", "" },
		{ "[datastore]", LIBVIRT, "datastore", "", "", "" },
		{ "[datastore dir/file", LIBVIRT, "datastore dir/file", "", "", "" },
		{ "[ds] /dir/file", LIBVIRT, "ds", "/dir/file", "/dir", "file" },
		/* what it keeps behind brackets is not in the other forms */
		{ "/vmfs/volumes/ds//dir/file", LIBVIRT, "ds", "dir/file", "dir", "file" },
		{ "https://h/folder//file?dsName=ds", LIBVIRT, "ds", "file", "file", "file" },
	};

	(void)state;
	assert_parts(cases, COUNT(cases));
}

static void a_name_ends_at_the_bracket_that_closes_it(void **state)
{
	static const struct {
		const char *text;
		const char *name, *path;
		const char *libvirt_name, *libvirt_path;
	} cases[] = {
		{ "[a [b]] x", "a [b]", "x", "a [b", "] x" },
		{ "[a [b]]x", "a [b]", "x", "a [b", "]x" },
		{ "[a [b]]", "a [b]", "", "a [b", "]" },
		{ "[[a] [b]] x", "[a] [b]", "x", "[a", "[b]] x" },
		{ "[a [b] c] x", "a [b] c", "x", "a [b", "c] x" },
		{ "[ds] dir [old] v2/x.vmdk", "ds", "dir [old] v2/x.vmdk", "ds", "dir [old] v2/x.vmdk" },
		{ "[ds]dir [old] v2/x.vmdk", "ds", "dir [old] v2/x.vmdk", "ds", "dir [old] v2/x.vmdk" },
		{ "[ds]dir/v] 2", "ds", "dir/v] 2", "ds", "dir/v] 2" },
		{ "[a] x [b] y.vmdk", "a", "x [b] y.vmdk", "a", "x [b] y.vmdk" },
		{ "[a] b] c", "a", "b] c", "a", "b] c" },
		{ "[a]b] c", "a]b", "c", "a", "b] c" },
		{ "[a]]", "a]", "", "a", "]" },
		{ "[a]b", "a", "b", "a", "b" },
		{ "[a]b]c", "a", "b]c", "a", "b]c" },
		{ "[a [b] c", "a [b", "c", "a [b", "c" },
		{ "[a [b] c/]", "a [b", "c/]", "a [b", "c/]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_datastore_path *ours = parse(cases[i].text, 0);
		struct vmx_datastore_path *theirs = parse(cases[i].text, LIBVIRT);

		assert_string_equal(vmx_datastore_path_name(ours), cases[i].name);
		assert_string_equal(vmx_datastore_path_path(ours), cases[i].path);
		assert_string_equal(vmx_datastore_path_name(theirs), cases[i].libvirt_name);
		assert_string_equal(vmx_datastore_path_path(theirs), cases[i].libvirt_path);
		vmx_datastore_path_free(ours);
		vmx_datastore_path_free(theirs);
	}
}

static void the_other_forms_have_the_same_parts(void **state)
{
	static const struct parts cases[] = {
		{ "/vmfs/volumes/ds/dir/file", 0, "ds", "dir/file", "dir", "file" },
		{ "/vmfs/volumes///ds//dir/file", 0, "ds", "dir/file", "dir", "file" },
		{ "/vmfs/volumes/ds", 0, "ds", "", "", "" },
		{ "/vmfs/volumes/ds/", 0, "ds", "", "", "" },
		{ "/vmfs/volumes/a [b]/x", 0, "a [b]", "x", "", "x" },
		{ "/vmfs/volumes/4fc1bc3f-0b4a2a1e-8b5c-001b21/x", 0,
		  "4fc1bc3f-0b4a2a1e-8b5c-001b21", "x", "", "x" },
		{ "https://h/folder/dir/file?dcPath=dc&dsName=ds", 0, "ds", "dir/file", "dir", "file" },
		{ "https://h/folder/dir%2Ffile?dsName=ds", 0, "ds", "dir/file", "dir", "file" },
		{ "HTTP://h/folder/a%20b%2525+c?dsName=d%2Bs+1&x=y&&", 0, "d+s 1", "a b%25+c", "", "a b%25+c" },
		{ "https://h/folder?dsName=ds", 0, "ds", "", "", "" },
		{ "https://h/folder/?dcPath=&dsName=ds", 0, "ds", "", "", "" },
		{ "https://h/folder//a?dsName=a%252Fb", 0, "a%2Fb", "a", "", "a" },
		{ "https://h/folder/%2525?dsName=%252B%2525", TWICE, "+%", "%25", "", "%25" },
	};

	(void)state;
	assert_parts(cases, COUNT(cases));
}

static void a_url_also_has_a_base_and_a_datacenter(void **state)
{
	static const struct {
		const char *text, *base, *datacenter;
		enum vmx_datastore_form form;
	} cases[] = {
		{ "https://h:8443/folder/f?dcPath=a%2Fdc+1&dsName=ds", "https://h:8443", "a/dc 1", VMX_DATASTORE_URL },
		{ "http://[::1]/folder/f?dsName=ds&dcPath=ha-datacenter", "http://[::1]", "ha-datacenter", VMX_DATASTORE_URL },
		{ "https://h/folder/f?dsName=ds", "https://h", NULL, VMX_DATASTORE_URL },
		{ "/vmfs/volumes/ds/f", NULL, NULL, VMX_DATASTORE_VMFS },
		{ "[ds] f", NULL, NULL, VMX_DATASTORE_BRACKETS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_datastore_path *path = parse(cases[i].text, 0);

		assert_int_equal(vmx_datastore_path_form(path), cases[i].form);
		if (cases[i].base)
			assert_string_equal(vmx_datastore_path_url_base(path), cases[i].base);
		else
			assert_null(vmx_datastore_path_url_base(path));
		if (cases[i].datacenter)
			assert_string_equal(vmx_datastore_path_datacenter(path), cases[i].datacenter);
		else
			assert_null(vmx_datastore_path_datacenter(path));
		vmx_datastore_path_free(path);
	}
}

#define T(literal) literal, sizeof(literal) - 1
#define BAD_PATH VMX_CODE_INVALID_DATASTORE_PATH
#define LEAVES VMX_CODE_PATH_LEAVES_DATASTORE

static const struct {
	const char *text;
	size_t length;
	unsigned int flags;
	enum vmx_code code;
	unsigned int column;
} malformed[] = {
	{ T(""), 0, BAD_PATH, 1 },
	{ T("ds/file"), 0, BAD_PATH, 1 },
	{ T(" [ds] file"), 0, BAD_PATH, 1 },
	{ T("/vmfs/devices/x"), 0, BAD_PATH, 1 },
	{ T("["), 0, BAD_PATH, 1 },
	{ T("[ds"), 0, BAD_PATH, 1 },
	{ T("["), LIBVIRT, BAD_PATH, 2 },
	{ T("[]"), 0, BAD_PATH, 2 },
	{ T("[] file"), 0, BAD_PATH, 2 },
	{ T("[]] file"), 0, BAD_PATH, 2 },
	{ T("[]"), LIBVIRT, BAD_PATH, 2 },
	{ T("[a/b] c"), 0, BAD_PATH, 3 },
	{ T("/vmfs/volumes/"), 0, BAD_PATH, 15 },
	{ T("/vmfs/volumes///"), 0, BAD_PATH, 17 },
	{ T("/vmfs/volumes/../x"), 0, LEAVES, 15 },
	{ T("/vmfs/volumes/./x"), 0, LEAVES, 15 },
	{ T("[ds] .."), 0, LEAVES, 6 },
	{ T("[ds] ../ds2/x"), 0, LEAVES, 6 },
	{ T("[ds] /../x"), 0, LEAVES, 7 },
	{ T("[ds] a/../../x"), 0, LEAVES, 11 },
	{ T("[ds] a/./..//.."), 0, LEAVES, 14 },
	{ T("[ds] ../x"), LIBVIRT, LEAVES, 6 },
	{ T("/vmfs/volumes/ds/../x"), 0, LEAVES, 18 },
	{ T("[d\0s] x"), 0, VMX_CODE_EMBEDDED_NUL, 3 },
	{ T("[ds] x\0"), 0, VMX_CODE_EMBEDDED_NUL, 7 },
	{ T("ftp://h/folder/x?dsName=ds"), 0, BAD_PATH, 1 },
	{ T("https:///folder/x?dsName=ds"), 0, VMX_CODE_INVALID_URL, 9 },
	{ T("https://"), 0, VMX_CODE_INVALID_URL, 9 },
	{ T("http://u:p@h/folder/x?dsName=ds"), 0, VMX_CODE_INVALID_URL, 8 },
	{ T("https://h"), 0, VMX_CODE_INVALID_URL, 10 },
	{ T("https://h/"), 0, VMX_CODE_INVALID_URL, 10 },
	{ T("https://h/file/x?dsName=ds"), 0, VMX_CODE_INVALID_URL, 10 },
	{ T("https://h/folders/x?dsName=ds"), 0, VMX_CODE_INVALID_URL, 17 },
	{ T("https://h/folder/x"), 0, VMX_CODE_INVALID_URL, 19 },
	{ T("https://h/folder/x?dcPath=dc"), 0, VMX_CODE_INVALID_URL, 20 },
	{ T("https://h/folder/x?dsname=dc"), 0, VMX_CODE_INVALID_URL, 20 },
	{ T("https://h/folder/x?dsName="), 0, VMX_CODE_INVALID_URL, 20 },
	{ T("https://h/folder/x?dsName"), 0, VMX_CODE_INVALID_URL, 20 },
	{ T("https://h/folder/x?dsName=a&dsName=b"), 0, VMX_CODE_INVALID_URL, 29 },
	{ T("https://h/folder/x?dsName=a#b"), 0, VMX_CODE_INVALID_URL, 28 },
	{ T("https://h/folder/x#y?dsName=a"), 0, VMX_CODE_INVALID_URL, 19 },
	{ T("https://h/folder/a%2?dsName=a"), 0, VMX_CODE_INVALID_ESCAPE, 19 },
	{ T("https://h/folder/a?dsName=a%zz"), 0, VMX_CODE_INVALID_ESCAPE, 28 },
	{ T("https://h/folder/a?dsName=%41%25x"), TWICE, VMX_CODE_INVALID_ESCAPE, 30 },
	{ T("https://h/folder/a?dcPath=%&dsName=a"), 0, VMX_CODE_INVALID_ESCAPE, 27 },
	{ T("https://h/folder/a/%2e%2e/..?dsName=a"), 0, LEAVES, 27 },
	{ T("https://h/folder/%2e%2E/x?dsName=a"), 0, LEAVES, 18 },
	{ T("https://h/folder/%20/%2F../../x?dsName=a"), 0, LEAVES, 28 },
	{ T("https://h/folder/a%00?dsName=a"), 0, VMX_CODE_EMBEDDED_NUL, 19 },
	{ T("https://h/folder/a?dsName=a%00"), 0, VMX_CODE_EMBEDDED_NUL, 28 },
	{ T("https://h/folder/a?dsName=%41a%2500"), TWICE, VMX_CODE_EMBEDDED_NUL, 31 },
	{ T("https://h/folder/a?dcPath=%00&dsName=a"), 0, VMX_CODE_EMBEDDED_NUL, 27 },
	{ T("https://h/folder/a?dsName=a%2fb"), 0, BAD_PATH, 28 },
	{ T("[ds] x"), 0x80, VMX_CODE_INVALID_ARGUMENT, 0 },
};

static void a_malformed_path_is_an_error_with_its_place(void **state)
{
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < COUNT(malformed); i++) {
		struct vmx_datastore_path *path = NULL;

		assert_int_equal(vmx_datastore_path_parse(malformed[i].text, malformed[i].length,
							  malformed[i].flags, NULL, &path, error),
				 malformed[i].code);
		assert_null(path);
		assert_int_equal(vmx_error_code(error), malformed[i].code);
		assert_int_equal(vmx_error_line(error), 0);
		assert_int_equal(vmx_error_column(error), malformed[i].column);
		assert_true(strlen(vmx_error_message(error)) > 0);
	}
	vmx_error_free(error);
}

static const struct {
	const char *text, *brackets, *vmfs, *url, *url_twice;
} spellings[] = {
	{ "[ds] dir/file", "[ds] dir/file", "/vmfs/volumes/ds/dir/file",
	  "https://h/folder/dir/file?dcPath=a%2Fdc&dsName=ds",
	  "https://h/folder/dir/file?dcPath=a%252Fdc&dsName=ds" },
	{ "[a+b] \xC3\xA4 +&?/%.vmx", "[a+b] \xC3\xA4 +&?/%.vmx", "/vmfs/volumes/a+b/\xC3\xA4 +&?/%.vmx",
	  "https://h/folder/%C3%A4%20%2B%26%3F/%25.vmx?dcPath=a%2Fdc&dsName=a%2Bb",
	  "https://h/folder/%C3%A4%20%2B%26%3F/%25.vmx?dcPath=a%252Fdc&dsName=a%252Bb" },
	{ "[ds]", "[ds]", "/vmfs/volumes/ds", "https://h/folder/?dcPath=a%2Fdc&dsName=ds",
	  "https://h/folder/?dcPath=a%252Fdc&dsName=ds" },
	{ "[a [b]] -._~", "[a [b]] -._~", "/vmfs/volumes/a [b]/-._~",
	  "https://h/folder/-._~?dcPath=a%2Fdc&dsName=a%20%5Bb%5D",
	  "https://h/folder/-._~?dcPath=a%252Fdc&dsName=a%2520%255Bb%255D" },
};

static void assert_text(const struct vmx_bytes *bytes, const char *text)
{
	assert_int_equal(bytes->length, strlen(text));
	assert_string_equal(bytes->data, text);
}

static void a_path_is_written_in_all_forms(void **state)
{
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(spellings); i++) {
		struct vmx_datastore_path *path = parse(spellings[i].text, 0);

		assert_int_equal(vmx_datastore_path_format(path, 0, &ret, NULL), VMX_OK);
		assert_text(&ret, spellings[i].brackets);
		assert_int_equal(vmx_datastore_path_format_vmfs(path, &ret, NULL), VMX_OK);
		assert_text(&ret, spellings[i].vmfs);
		assert_int_equal(vmx_datastore_path_format_url(path, "https://h/", "a/dc", 0, &ret, NULL), VMX_OK);
		assert_text(&ret, spellings[i].url);
		assert_int_equal(vmx_datastore_path_format_url(path, "https://h", "a/dc", TWICE, &ret, NULL), VMX_OK);
		assert_text(&ret, spellings[i].url_twice);
		vmx_datastore_path_free(path);
	}
	vmx_bytes_release(&ret);
}

static void what_was_written_reads_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(spellings); i++) {
		const char *texts[] = { spellings[i].brackets, spellings[i].vmfs, spellings[i].url,
					spellings[i].url_twice };
		struct vmx_datastore_path *expected = parse(spellings[i].text, 0);

		for (size_t n = 0; n < COUNT(texts); n++) {
			struct vmx_datastore_path *path = parse(texts[n], n == 3 ? TWICE : 0);

			assert_string_equal(vmx_datastore_path_name(path), vmx_datastore_path_name(expected));
			assert_string_equal(vmx_datastore_path_path(path), vmx_datastore_path_path(expected));
			if (n >= 2)
				assert_string_equal(vmx_datastore_path_datacenter(path), "a/dc");
			vmx_datastore_path_free(path);
		}
		vmx_datastore_path_free(expected);
	}
}

static void a_url_keeps_its_base_and_datacenter_unless_told_otherwise(void **state)
{
	struct vmx_datastore_path *path = parse("http://h:1/folder/f?dsName=ds&dcPath=dc", 0);
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	assert_int_equal(vmx_datastore_path_format_url(path, NULL, NULL, 0, &ret, NULL), VMX_OK);
	assert_text(&ret, "http://h:1/folder/f?dcPath=dc&dsName=ds");
	assert_int_equal(vmx_datastore_path_format_url(path, "https://other", "", 0, &ret, NULL), VMX_OK);
	assert_text(&ret, "https://other/folder/f?dsName=ds");
	vmx_datastore_path_free(path);
	vmx_bytes_release(&ret);
}

static void a_url_needs_a_base(void **state)
{
	static const char *const bad[] = {
		NULL, "", "h", "https://", "ftp://h", "https://h/folder", "https://u@h", "https://h?x",
	};
	struct vmx_datastore_path *path = parse("[ds] f", 0);
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(vmx_datastore_path_format_url(path, bad[i], "dc", 0, &ret, NULL),
				 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_datastore_path_format_url(path, "https://h", "dc", 0x80, &ret, NULL),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_int_equal(vmx_datastore_path_format(path, 0x80, &ret, NULL), VMX_CODE_INVALID_ARGUMENT);
	vmx_datastore_path_free(path);
	vmx_bytes_release(&ret);
}

static struct vmx_datastore_path *make(const char *name, const char *inside, unsigned int flags)
{
	struct vmx_datastore_path *path = NULL;

	assert_int_equal(vmx_datastore_path_new(name, strlen(name), inside, strlen(inside), flags,
						NULL, &path, NULL), VMX_OK);
	return path;
}

static void brackets_are_only_written_where_they_read_back(void **state)
{
	static const struct {
		const char *name, *path;
		bool ours, libvirt;
	} cases[] = {
		{ "a", "x", true, true },
		{ "a [b]", "x", true, false },
		{ "a]b", "x", true, false },
		{ "a] b", "x", false, false },
		{ "a [b", "x", true, true },
		{ "a [b", "x] y", false, true },
		{ "a [b", "x/] y", true, true },
		{ "]", "x", false, false },
		{ "a", " x", false, false },
		{ "a", "x] y", true, true },
	};
	struct vmx_bytes ret = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vmx_datastore_path *path = make(cases[i].name, cases[i].path, 0);

		assert_int_equal(vmx_datastore_path_format(path, 0, &ret, NULL),
				 cases[i].ours ? VMX_OK : BAD_PATH);
		assert_int_equal(ret.length > 0, cases[i].ours);
		assert_int_equal(vmx_datastore_path_format(path, LIBVIRT, &ret, NULL),
				 cases[i].libvirt ? VMX_OK : BAD_PATH);
		vmx_datastore_path_free(path);
	}
	vmx_bytes_release(&ret);
}

static void a_path_is_made_from_its_parts_with_the_same_checks(void **state)
{
	static const struct {
		const char *name;
		size_t name_length;
		const char *path;
		size_t path_length;
		enum vmx_code code;
		unsigned int column;
	} bad[] = {
		{ T(""), T("x"), BAD_PATH, 1 },
		{ T("a/b"), T("x"), BAD_PATH, 2 },
		{ T("a"), T("x/../.."), LEAVES, 6 },
		{ T("a\0"), T("x"), VMX_CODE_EMBEDDED_NUL, 2 },
		{ T("a"), T("\0"), VMX_CODE_EMBEDDED_NUL, 1 },
	};
	struct vmx_datastore_path *path = NULL;
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(vmx_datastore_path_new(bad[i].name, bad[i].name_length, bad[i].path,
							bad[i].path_length, 0, NULL, &path, error),
				 bad[i].code);
		assert_int_equal(vmx_error_column(error), bad[i].column);
		assert_null(path);
	}
	assert_int_equal(vmx_datastore_path_new("a", 1, NULL, 0, 0, NULL, &path, error), VMX_OK);
	assert_string_equal(vmx_datastore_path_path(path), "");
	assert_int_equal(vmx_datastore_path_form(path), VMX_DATASTORE_BRACKETS);
	vmx_datastore_path_free(path);
	vmx_datastore_path_free(NULL);
	vmx_error_free(error);
}

static void vmfs_paths_hold_no_name_that_is_more_than_a_part(void **state)
{
	struct vmx_bytes ret = VMX_BYTES_INIT;
	struct vmx_datastore_path *path = make("a/b", "x", LIBVIRT);

	(void)state;
	assert_int_equal(vmx_datastore_path_format_vmfs(path, &ret, NULL), BAD_PATH);
	vmx_datastore_path_free(path);
	path = make("..", "x", 0);
	assert_int_equal(vmx_datastore_path_format_vmfs(path, &ret, NULL), LEAVES);
	vmx_datastore_path_free(path);
	path = parse("[a] /x", LIBVIRT);
	assert_int_equal(vmx_datastore_path_format_vmfs(path, &ret, NULL), VMX_OK);
	assert_text(&ret, "/vmfs/volumes/a/x");
	vmx_datastore_path_free(path);
	vmx_bytes_release(&ret);
}

/* xorshift64 */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t random_text(uint64_t *seed, char *text, size_t max)
{
	static const char special[] = "[][] /.%+&?#=ab\xC3";
	size_t length = next_random(seed) % (max + 1);

	for (size_t i = 0; i < length; i++)
		text[i] = special[next_random(seed) % (sizeof(special) - 1)];
	return length;
}

#define SEED 0xDA7A5708Eu

/* Reads what the function wrote, and compares it with the path it was written from. */
static void assert_reads_back(const struct vmx_datastore_path *path, const struct vmx_bytes *text,
			      unsigned int flags)
{
	struct vmx_datastore_path *again = NULL;

	assert_int_equal(vmx_datastore_path_parse(text->data, text->length, flags, NULL, &again, NULL), VMX_OK);
	assert_string_equal(vmx_datastore_path_name(again), vmx_datastore_path_name(path));
	assert_string_equal(vmx_datastore_path_path(again), vmx_datastore_path_path(path));
	vmx_datastore_path_free(again);
}

static void every_path_that_is_written_reads_back(void **state)
{
	struct vmx_bytes ret = VMX_BYTES_INIT;
	uint64_t seed = SEED;
	size_t made = 0, bracketed = 0;

	(void)state;
	print_message("seed %#llx\n", (unsigned long long)SEED);
	for (int round = 0; round < 50000; round++) {
		struct vmx_datastore_path *path = NULL;
		char name[8], inside[16];
		size_t name_length = random_text(&seed, name, sizeof(name));
		size_t inside_length = random_text(&seed, inside, sizeof(inside));

		if (vmx_datastore_path_new(name, name_length, inside, inside_length, 0, NULL, &path, NULL) != VMX_OK)
			continue;
		made++;
		if (vmx_datastore_path_format(path, 0, &ret, NULL) == VMX_OK) {
			bracketed++;
			assert_reads_back(path, &ret, 0);
		}
		if (vmx_datastore_path_format_vmfs(path, &ret, NULL) == VMX_OK)
			assert_reads_back(path, &ret, 0);
		for (unsigned int flags = 0; flags <= TWICE; flags += TWICE) {
			assert_int_equal(vmx_datastore_path_format_url(path, "https://h", "d/c+", flags, &ret, NULL), VMX_OK);
			assert_reads_back(path, &ret, flags);
		}
		vmx_datastore_path_free(path);
	}
	assert_true(made > 5000 && bracketed > 1000 && bracketed < made);
	vmx_bytes_release(&ret);
}

static void any_text_is_read_or_refused_inside_its_length(void **state)
{
	static const char *const beginnings[] = { "[", "/vmfs/volumes/", "https://h/folder/", "https://h/folder/?dsName=" };
	struct vmx_error *error = vmx_error_new();
	uint64_t seed = SEED;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		struct vmx_datastore_path *path = NULL;
		char text[64];
		size_t length = strlen(beginnings[round % 4]);

		memcpy(text, beginnings[round % 4], length);
		length += random_text(&seed, text + length, 20);
		if (vmx_datastore_path_parse(text, length, (unsigned int)round / 4 % 4, NULL, &path, error) != VMX_OK)
			assert_in_range(vmx_error_column(error), 1, length + 1);
		vmx_datastore_path_free(path);
	}
	vmx_error_free(error);
}

static enum vmx_code read_and_write(const struct vmx_allocator *allocator)
{
	static const char url[] = "https://h/folder/f?dsName=d%2520s&dcPath=dc";
	struct vmx_bytes ret = { NULL, 0, 0, allocator };
	struct vmx_datastore_path *path = NULL;
	enum vmx_code code;

	code = vmx_datastore_path_parse(url, sizeof(url) - 1, TWICE, allocator, &path, NULL);
	if (code == VMX_OK)
		code = vmx_datastore_path_format_url(path, NULL, NULL, TWICE, &ret, NULL);
	vmx_bytes_release(&ret);
	if (code == VMX_OK)
		code = vmx_datastore_path_format(path, 0, &ret, NULL);
	vmx_bytes_release(&ret);
	if (code == VMX_OK)
		code = vmx_datastore_path_format_vmfs(path, &ret, NULL);
	vmx_bytes_release(&ret);
	vmx_datastore_path_free(path);
	return code;
}

static void no_memory_is_an_error_and_leaks_nothing(void **state)
{
	struct counting counting;
	size_t allowed = 0;
	enum vmx_code code;

	(void)state;
	do {
		counting_begin(&counting, ++allowed);
		code = read_and_write(&counting.allocator);
		assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
		assert_int_equal(counting.live, 0);
	} while (code != VMX_OK);
	assert_true(allowed > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_has_a_name_a_directory_and_a_file),
		cmocka_unit_test(libvirts_directory_without_a_slash_is_the_path_itself),
		cmocka_unit_test(a_name_ends_at_the_bracket_that_closes_it),
		cmocka_unit_test(the_other_forms_have_the_same_parts),
		cmocka_unit_test(a_url_also_has_a_base_and_a_datacenter),
		cmocka_unit_test(a_malformed_path_is_an_error_with_its_place),
		cmocka_unit_test(a_path_is_written_in_all_forms),
		cmocka_unit_test(what_was_written_reads_the_same),
		cmocka_unit_test(a_url_keeps_its_base_and_datacenter_unless_told_otherwise),
		cmocka_unit_test(a_url_needs_a_base),
		cmocka_unit_test(brackets_are_only_written_where_they_read_back),
		cmocka_unit_test(a_path_is_made_from_its_parts_with_the_same_checks),
		cmocka_unit_test(vmfs_paths_hold_no_name_that_is_more_than_a_part),
		cmocka_unit_test(every_path_that_is_written_reads_back),
		cmocka_unit_test(any_text_is_read_or_refused_inside_its_length),
		cmocka_unit_test(no_memory_is_an_error_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
