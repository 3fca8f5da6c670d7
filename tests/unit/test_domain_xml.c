/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading domain XML, writing VMX files and changing them: the bounds of the tree,
 * positions, and running out of memory anywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vmxkit/vmxkit.h>

#include "counting_allocator.h"
#include "domain/tree.h"

/*
 * The tree
 */

struct reading {
	struct arena arena;
	struct tree tree;
	struct vmx_error *error;
};

static enum vmx_code read_tree(struct reading *r, const char *xml, size_t length)
{
	*r = (struct reading){ .arena.allocator = &vmxi_default_allocator };
	r->tree.arena = &r->arena;
	r->error = vmx_error_new();
	return vmxi_tree_read(&r->tree, (struct text){ xml, length }, 64u << 20, r->error);
}

static void end(struct reading *r)
{
	vmxi_tree_release(&r->tree);
	vmxi_arena_release(&r->arena);
	vmx_error_free(r->error);
}

static void assert_text(struct text t, const char *expected)
{
	if (!expected) {
		assert_null(t.ptr);
		return;
	}
	assert_non_null(t.ptr);
	assert_int_equal(t.len, strlen(expected));
	assert_memory_equal(t.ptr, expected, t.len);
}

static void elements_attributes_and_text_are_kept(void **state)
{
	static const char xml[] =
		"<a x='1 &amp; 2&#9;3' n:y='4' xmlns:n='urn:n'>\n"
		"  <b>one<!-- not this --> &lt;two<![CDATA[ <three>]]></b>\n"
		"  <c/><b\n   z='&quot;'/><n:b/></a>\n";
	struct reading r;
	struct node *b;

	(void)state;
	assert_int_equal(read_tree(&r, xml, sizeof(xml) - 1), VMX_OK);
	assert_text(r.tree.root->name, "a");
	assert_text(r.tree.root->text, NULL);
	assert_int_equal(r.tree.root->attribute_count, 1);
	assert_text(ATTRIBUTE(r.tree.root, "x"), "1 & 2\t3");
	assert_text(ATTRIBUTE(r.tree.root, "y"), NULL);
	b = CHILD(r.tree.root, "b");
	assert_text(b->text, "one <two <three>");
	assert_text(CHILD(r.tree.root, "c")->text, NULL);
	b = SIBLING(b, "b");
	assert_text(ATTRIBUTE(b, "z"), "\"");
	assert_null(SIBLING(b, "b"));
	assert_int_equal(r.tree.root->last->space, SPACE_OTHER);
	end(&r);
}

/* Blanks between elements are none, but where text stands in front of all of them. */
static void blanks_between_elements_are_no_text(void **state)
{
	static const struct {
		const char *xml, *text;
	} cases[] = {
		{ "<a> </a>", " " }, { "<a> <b/> </a>", NULL }, { "<a>x <b/> <c/> </a>", "x   " },
		{ "<a>\n  <b/>test\n\n</a>", "test\n\n" }, { "<a> <b> </b>x<c/> </a>", "x" },
		{ "<a> x<b/> </a>", " x " }, { "<a> <![CDATA[ x]]>\n <b/> </a>", " x" },
		{ "<a>y <![CDATA[x]]> </a>", "y x " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;

		assert_int_equal(read_tree(&r, cases[i].xml, strlen(cases[i].xml)), VMX_OK);
		assert_text(r.tree.root->text, cases[i].text);
		end(&r);
	}
}

static void elements_of_a_name_can_be_made_one(void **state)
{
	static const char xml[] = "<a><o x='1'><t n='1'/></o><p/><o x='2' y='3'><t n='2'/><u/></o></a>";
	struct reading r;
	struct node *o;

	(void)state;
	assert_int_equal(read_tree(&r, xml, sizeof(xml) - 1), VMX_OK);
	assert_true(vmxi_tree_merge(&r.tree, r.tree.root, TEXT("o")));
	assert_true(vmxi_tree_merge(&r.tree, r.tree.root, TEXT("nothing")));
	o = CHILD(r.tree.root, "o");
	assert_text(ATTRIBUTE(o, "x"), "1");
	assert_text(ATTRIBUTE(o, "y"), "3");
	assert_text(ATTRIBUTE(SIBLING(CHILD(o, "t"), "t"), "n"), "2");
	assert_ptr_equal(CHILD(o, "u"), o->last);
	assert_ptr_equal(o->last->parent, o);
	o = SIBLING(o, "o");
	assert_null(o->first);
	assert_int_equal(o->attribute_count, 0);
	end(&r);
}

static void other_elements_of_a_name_can_be_dropped(void **state)
{
	static const char xml[] = "<a><p/><t n='1'/><t/><q/><t/><t/></a>";
	struct reading r;

	(void)state;
	assert_int_equal(read_tree(&r, xml, sizeof(xml) - 1), VMX_OK);
	vmxi_tree_drop_others(r.tree.root, TEXT("t"));
	assert_text(ATTRIBUTE(CHILD(r.tree.root, "t"), "n"), "1");
	assert_null(SIBLING(CHILD(r.tree.root, "t"), "t"));
	assert_ptr_equal(r.tree.root->last, CHILD(r.tree.root, "q"));
	vmxi_tree_drop_others(r.tree.root, TEXT("q"));
	vmxi_tree_drop_others(r.tree.root, TEXT("nothing"));
	assert_ptr_equal(r.tree.root->last, CHILD(r.tree.root, "q"));
	end(&r);
}

static void positions_are_those_of_the_tags_begin(void **state)
{
	static const char xml[] = "<?xml version='1.0'?>\n<a\n  x='1'\n  y='2'>\n\t<b/> <c\n/>\n</a>";
	struct reading r;
	char path[TREE_PATH_MAX];

	(void)state;
	assert_int_equal(read_tree(&r, xml, sizeof(xml) - 1), VMX_OK);
	assert_int_equal(r.tree.root->where.line, 2);
	assert_int_equal(r.tree.root->where.column, 1);
	assert_int_equal(r.tree.root->first->where.line, 5);
	assert_int_equal(r.tree.root->first->where.column, 2);
	assert_int_equal(r.tree.root->last->where.line, 5);
	assert_int_equal(r.tree.root->last->where.column, 7);
	assert_string_equal(vmxi_tree_path(path, r.tree.root->last), "/a/c");
	end(&r);
}

/* Text that is begin, so often middle, end. */
static char *repeat(const char *begin, const char *middle, size_t count, const char *end_text,
		    size_t *ret_length)
{
	size_t step = strlen(middle), at = strlen(begin);
	char *text = malloc(at + step * count + strlen(end_text) + 1);

	assert_non_null(text);
	memcpy(text, begin, at);
	for (size_t i = 0; i < count; i++, at += step)
		memcpy(text + at, middle, step);
	memcpy(text + at, end_text, strlen(end_text) + 1);
	*ret_length = at + strlen(end_text);
	return text;
}

static void assert_refused(char *xml, size_t length, enum vmx_code code)
{
	struct reading r;

	assert_int_equal(read_tree(&r, xml, length), code);
	assert_int_equal(vmx_error_code(r.error), code);
	end(&r);
	free(xml);
}

static void what_is_too_much_is_refused(void **state)
{
	struct reading r;
	size_t length;
	char *xml;

	(void)state;
	xml = repeat("<d>", "<a>", 10000, "", &length);
	assert_refused(xml, length, VMX_CODE_XML_TOO_LARGE);
	xml = repeat("<d>", "<a/>", TREE_NODES_MAX, "</d>", &length);
	assert_refused(xml, length, VMX_CODE_XML_TOO_LARGE);
	/* libxml2 alone would need minutes for this */
	xml = repeat("<d ", "a='>' ", 2000000, "/>", &length);
	assert_refused(xml, length, VMX_CODE_XML_TOO_LARGE);
	/* each prefix is looked for among all that are declared around it */
	xml = repeat("<d>", "<a xmlns:b='u' xmlns:c='u'>", 40, "", &length);
	assert_refused(xml, length, VMX_CODE_XML_TOO_LARGE);
	xml = repeat("<d>", "<a xmlns:b='u' xmlns:c='u'/>", 1000, "</d>", &length);
	assert_int_equal(read_tree(&r, xml, length), VMX_OK);
	end(&r);
	free(xml);
	xml = repeat("<!-- = ' = --><d><![CDATA[", "= ' ", 1000, "]]></d>", &length);
	assert_int_equal(read_tree(&r, xml, length), VMX_OK);
	end(&r);
	free(xml);
	xml = repeat("<d>", "&lt;", 1000000, "</d>", &length);
	assert_int_equal(read_tree(&r, xml, length), VMX_OK);
	assert_int_equal(r.tree.root->text.len, 1000000);
	end(&r);
	free(xml);
}

static void the_size_is_bounded(void **state)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_machine *machine = NULL;
	size_t length = (size_t)200 << 20;
	char *xml = malloc(length);

	(void)state;
	assert_non_null(xml);
	memset(xml, ' ', length);
	assert_int_equal(vmx_domain_xml_read(xml, length, NULL, &machine, NULL),
			 VMX_CODE_XML_TOO_LARGE);
	options.max_size = 10;
	assert_int_equal(vmx_domain_xml_read(xml, 11, &options, &machine, NULL),
			 VMX_CODE_XML_TOO_LARGE);
	options.size = 1;
	assert_int_equal(vmx_domain_xml_read(xml, 11, &options, &machine, NULL),
			 VMX_CODE_INVALID_ARGUMENT);
	assert_null(machine);
	free(xml);
}

static void a_document_type_is_refused_unread(void **state)
{
	static const char *const texts[] = {
		"<!DOCTYPE domain><domain/>",
		"<!DOCTYPE domain SYSTEM 'http://192.0.2.1/x'><domain/>",
		"<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><d>&b;</d>",
		"<!DOCTYPE d [<!ENTITY % p SYSTEM 'file:///dev/zero'>%p;]><d/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct reading r;

		assert_int_equal(read_tree(&r, texts[i], strlen(texts[i])), VMX_CODE_XML_DOCUMENT_TYPE);
		end(&r);
	}
}

static void what_is_no_xml_is_refused(void **state)
{
	static const char *const texts[] = {
		"", " ", "x", "<", "<a", "<a>", "<a></b>", "<a b=c/>", "<a/><b/>", "<a>&x;</a>",
		"<a b='1' b='2'/>", "<a>\x01</a>", "<a>\xff</a>", "<a>&#0;</a>",
		"<?xml version='1.0' encoding='klingon'?><a/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct reading r;

		assert_int_equal(read_tree(&r, texts[i], strlen(texts[i])), VMX_CODE_XML_SYNTAX);
		end(&r);
	}
}

/*
 * Encodings
 */

#define BYTES(literal) literal, sizeof(literal) - 1

static void other_encodings_are_read(void **state)
{
	static const struct {
		const char *xml;
		size_t length;
		const char *value;
	} rows[] = {
		{ BYTES("<a x='\xC3\xA4'/>"), "ä" },
		{ BYTES("\xEF\xBB\xBF<a x='\xC3\xA4'/>"), "ä" },
		{ BYTES("<?xml version='1.0' encoding='utf-8'?><a x='\xC3\xA4'/>"), "ä" },
		{ BYTES("<?xml version='1.0' encoding='UTF8'?><a x='\xC3\xA4'/>"), "ä" },
		{ BYTES("<?xml version=\"1.0\"\n encoding = \"ISO-8859-1\" standalone='no'?><a x='\xE4'/>"), "ä" },
		{ BYTES("<?xml version='1.0' encoding='L1'?><a x='\xE4'/>"), "ä" },
		{ BYTES("<?xml version='1.0' encoding='windows-1252'?><a x='\x80'/>"), "€" },
		{ BYTES("<?xml version='1.0' encoding='GBK'?><a x='\x81\x5C'/>"), "乗" },
		{ BYTES("<?xml version='1.0' encoding='US-ASCII'?><a x='a'/>"), "a" },
		{ BYTES("\xFF\xFE<\0a\0 \0x\0=\0'\0\xE4\0\x68\x88'\0/\0>\0"), "ä表" },
		{ BYTES("\xFE\xFF\0<\0a\0 \0x\0=\0'\0\xE4\x88\x68\0'\0/\0>"), "ä表" },
		{ BYTES("<\0?\0x\0m\0l\0 \0v\0e\0r\0s\0i\0o\0n\0=\0'\0001\0.\0000\0'\0"
			" \0e\0n\0c\0o\0d\0i\0n\0g\0=\0'\0U\0T\0F\0-\0001\0006\0'\0?\0>\0"
			"<\0a\0 \0x\0=\0'\0\xE4\0'\0/\0>\0"), "ä" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading r;
		enum vmx_code code = read_tree(&r, rows[i].xml, rows[i].length);

		if (code != VMX_OK)
			fail_msg("row %zu: %s", i, vmx_error_message(r.error));
		assert_text(ATTRIBUTE(r.tree.root, "x"), rows[i].value);
		end(&r);
	}
}

static void bytes_that_do_not_fit_are_refused_with_their_place(void **state)
{
	static const struct {
		const char *xml;
		size_t length;
		unsigned int line, column;
		const char *message;
	} rows[] = {
		{ BYTES("<a>\n <b c='\xE4'/></a>"), 2, 8, "not UTF-8" },
		{ BYTES("<a>\n<b>\0</b></a>"), 2, 4, "NUL" },
		{ BYTES("<?xml version='1.0' encoding='US-ASCII'?><a>\xE4</a>"), 0, 0, "byte 45" },
		{ BYTES("<?xml version='1.0' encoding='GBK'?><a>\x81</a>"), 0, 0, "byte 40" },
		{ BYTES("\xFF\xFE<\0a\0/\0>"), 0, 0, "UTF-16LE" },
		{ BYTES("<?xml version='1.0' encoding='klingon'?><a/>"), 0, 0, "'klingon'" },
		{ BYTES("<?xml version='1.0' encoding=''?><a/>"), 0, 0, "''" },
		{ BYTES("<?xml version='1.0' encoding='UTF-8//IGNORE'?><a/>"), 0, 0, "//IGNORE" },
		/* libxml2 would read EBCDIC, in which '<' and '=' are other bytes */
		{ BYTES("\x4C\xA7\x61\x6E"), 1, 2, "not UTF-8" },
		{ BYTES("\x4C\x6F\xA7\x94\x93"), 1, 3, "not UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading r;

		assert_int_equal(read_tree(&r, rows[i].xml, rows[i].length), VMX_CODE_XML_SYNTAX);
		if (!strstr(vmx_error_message(r.error), rows[i].message))
			fail_msg("row %zu: %s", i, vmx_error_message(r.error));
		assert_int_equal(vmx_error_line(r.error), rows[i].line);
		assert_int_equal(vmx_error_column(r.error), rows[i].column);
		end(&r);
	}
}

/* UTF-7 has another '=': what is looked for before libxml2 reads is looked for in UTF-8. */
static void a_monstrous_tag_in_another_encoding_is_refused(void **state)
{
	size_t length;
	char *xml = repeat("<?xml version='1.0' encoding='UTF-7'?><d ", "a+AD0AJwAn- ", 200000, "/>",
			   &length);

	(void)state;
	assert_refused(xml, length, VMX_CODE_XML_TOO_LARGE);
}

/*
 * Out of memory
 */

static const char domain[] =
	"<domain type='vmware'>\n"
	"  <name>a/b|c</name><description>x</description>\n"
	"  <uuid>564d3a10-7c5e-91b2-046f-d82b9ac117e3</uuid>\n"
	"  <memory unit='MiB'>1024</memory><vcpu cpuset='0-3'>4</vcpu>\n"
	"  <cputune><shares>77</shares></cputune>\n"
	"  <os firmware='efi'><type arch='x86_64'>hvm</type><nvram>x.nvram</nvram></os>\n"
	"  <devices>\n"
	"    <disk><source file='a.vmdk'/><target dev='sda' bus='scsi'/></disk>\n"
	"    <disk><source file='b.vmdk'/><target dev='sdb' bus='sata'/></disk>\n"
	"    <controller type='scsi' index='0' model='vmpvscsi'/>\n"
	"    <interface type='bridge'><mac address='00:0c:29:11:22:33'/>\n"
	"      <source bridge='VM Network'/></interface>\n"
	"    <serial type='tcp'><source mode='bind' host='0.0.0.0' service='4000'/></serial>\n"
	"    <filesystem><source dir='/srv'/><target dir='srv'/></filesystem>\n"
	"    <graphics type='vnc' port='5901'/><watchdog/>\n"
	"  </devices>\n"
	"</domain>\n";

static const char base[] =
	"config.version = \"8\"\nvirtualHW.version = \"19\"\ndisplayName = \"old\"\n"
	"memsize = \"512\"\nscsi0.present = \"TRUE\"\nscsi0:1.present = \"TRUE\"\n"
	"scsi0:1.fileName = \"gone.vmdk\"\nethernet0.present = \"TRUE\"\n";

static void ignore(void *user, const struct vmx_diagnostic *diagnostic)
{
	(void)user;
	(void)diagnostic;
}

static enum vmx_code read_domain(struct counting *c, struct vmx_machine **ret)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;

	options.allocator = &c->allocator;
	options.diagnostic = ignore;
	return vmx_domain_xml_read(domain, sizeof(domain) - 1, &options, ret, NULL);
}

static enum vmx_code write_once(struct counting *c)
{
	struct vmx_bytes vmx = { .allocator = &c->allocator };
	struct vmx_machine_write_options options = VMX_MACHINE_WRITE_OPTIONS_INIT;
	struct vmx_machine *machine = NULL;
	enum vmx_code code = read_domain(c, &machine);

	options.encoding = "windows-1252";
	if (code == VMX_OK)
		code = vmx_machine_write(machine, &options, &vmx, NULL);
	vmx_bytes_release(&vmx);
	vmx_machine_free(machine);
	return code;
}

static enum vmx_code apply_once(struct counting *c)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *document = NULL;
	struct vmx_machine *machine = NULL;
	enum vmx_code code;

	options.allocator = &c->allocator;
	code = vmx_document_read(base, sizeof(base) - 1, &options, &document, NULL);
	if (code == VMX_OK)
		code = read_domain(c, &machine);
	if (code == VMX_OK)
		code = vmx_machine_apply(machine, document, NULL, NULL);
	vmx_machine_free(machine);
	vmx_document_free(document);
	return code;
}

static void fail_each_allocation(enum vmx_code (*work)(struct counting *c))
{
	enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;

	for (size_t fail_at = 1; code != VMX_OK; fail_at++) {
		struct counting c;

		counting_begin(&c, fail_at);
		code = work(&c);
		assert_int_equal(c.live, 0);
		assert_int_equal(c.bytes, 0);
		if (code != VMX_OK)
			assert_int_equal(code, VMX_CODE_OUT_OF_MEMORY);
		assert_true(fail_at < 10000);
	}
}

static void running_out_of_memory_while_writing_leaks_nothing(void **state)
{
	(void)state;
	fail_each_allocation(write_once);
}

static void running_out_of_memory_while_applying_leaks_nothing(void **state)
{
	(void)state;
	fail_each_allocation(apply_once);
}

/* An <os> for each number, with an attribute of its own: they are made one. */
static char *many_elements(size_t count, size_t *ret_length)
{
	char *xml = malloc(128 + 32 * count);
	int at;

	assert_non_null(xml);
	at = sprintf(xml, "<domain type='vmware'><name>x</name><memory>4096</memory>"
		     "<os><type>hvm</type></os>");
	for (size_t i = 0; i < count; i++)
		at += sprintf(xml + at, "<os a%zu='1'/>", i);
	at += sprintf(xml + at, "</domain>");
	*ret_length = (size_t)at;
	return xml;
}

static size_t peak_of_xml(char *xml, size_t length)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_machine *machine = NULL;
	struct counting c;

	counting_begin(&c, 0);
	options.allocator = &c.allocator;
	assert_int_equal(vmx_domain_xml_read(xml, length, &options, &machine, NULL), VMX_OK);
	vmx_machine_free(machine);
	free(xml);
	return c.peak;
}

static size_t peak_of_elements(size_t count)
{
	size_t length;
	char *xml = many_elements(count, &length);

	return peak_of_xml(xml, length);
}

/* Twice the disks cost at most little more than twice the memory. */
static size_t peak_of(size_t cards)
{
	size_t length;
	char *xml = repeat("<domain type='vmware'><name>x</name><memory>4096</memory>"
			   "<os><type>hvm</type></os><devices>",
			   "<interface type='user'><mac address='00:0c:29:00:00:01'/></interface>",
			   cards, "</devices></domain>", &length);

	return peak_of_xml(xml, length);
}

static void memory_is_linear(void **state)
{
	(void)state;
	assert_true(peak_of(20000) < 3 * peak_of(10000));
	assert_true(peak_of_elements(20000) < 3 * peak_of_elements(10000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_attributes_and_text_are_kept),
		cmocka_unit_test(blanks_between_elements_are_no_text),
		cmocka_unit_test(elements_of_a_name_can_be_made_one),
		cmocka_unit_test(other_elements_of_a_name_can_be_dropped),
		cmocka_unit_test(positions_are_those_of_the_tags_begin),
		cmocka_unit_test(what_is_too_much_is_refused),
		cmocka_unit_test(the_size_is_bounded),
		cmocka_unit_test(a_document_type_is_refused_unread),
		cmocka_unit_test(what_is_no_xml_is_refused),
		cmocka_unit_test(other_encodings_are_read),
		cmocka_unit_test(bytes_that_do_not_fit_are_refused_with_their_place),
		cmocka_unit_test(a_monstrous_tag_in_another_encoding_is_refused),
		cmocka_unit_test(running_out_of_memory_while_writing_leaks_nothing),
		cmocka_unit_test(running_out_of_memory_while_applying_leaks_nothing),
		cmocka_unit_test(memory_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
