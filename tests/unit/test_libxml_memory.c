/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxml2 has an allocator of its own, for the whole process.  Here it fails: that is
 * VMX_CODE_OUT_OF_MEMORY too, nothing is left behind, libxml2 prints nothing, and its
 * handlers are those of the program again.
 */
#include "document_support.h"

#include <libxml/globals.h>
#include <libxml/parser.h>
#include <unistd.h>

static struct counting counting;

/* Blocks in the order in which they were given. */
struct block {
	struct block *next, *previous;
	max_align_t data[];
};

static struct block blocks = { &blocks, &blocks };

static void *link_block(struct block *block)
{
	block->next = &blocks;
	block->previous = blocks.previous;
	blocks.previous = block->previous->next = block;
	return block->data;
}

static struct block *block_of(void *data)
{
	return (struct block *)(void *)((char *)data - offsetof(struct block, data));
}

static void *give(size_t size)
{
	struct block *block = counting_allocate(&counting, sizeof(*block) + size);

	return block ? link_block(block) : NULL;
}

/* It keeps its place in the order. */
static void *resize(void *old, size_t size)
{
	struct block *grown;

	if (!old)
		return give(size);
	grown = counting_resize(&counting, block_of(old), sizeof(*grown) + size);
	if (!grown)
		return NULL;
	grown->next->previous = grown->previous->next = grown;
	return grown->data;
}

static void take(void *data)
{
	struct block *block;

	if (!data)
		return;
	block = block_of(data);
	block->next->previous = block->previous;
	block->previous->next = block->next;
	counting_release(&counting, block);
}

static char *copy(const char *text)
{
	char *block = give(strlen(text) + 1);

	return block ? strcpy(block, text) : NULL;
}

/*
 * What libxml2 says
 */
static unsigned int said;

__attribute__((format(printf, 2, 3)))
static void say(void *user, const char *format, ...)
{
	(void)user;
	(void)format;
	said++;
}

static bool handlers_are_ours(void)
{
	return xmlGenericError == say && !xmlStructuredError && !xmlStructuredErrorContext;
}

/*
 * The work
 */

/* Attributes with entities, name spaces, text that is long and in pieces, all that wants memory. */
static struct paper make_xml(const char *declaration)
{
	struct paper xml = { NULL, 0 };

	paper_add(&xml, "%s<domain type='vmware' xmlns:x='urn:x'><name>a &amp; b<![CDATA[ <c> ]]></name>\n"
		  "<memory unit='MiB'>4</memory><os><type>hvm</type></os>\n<description>", declaration);
	for (int i = 0; i < 500; i++)
		paper_add(&xml, "many words, &lt;and&gt; more &#233; ");
	paper_add(&xml, "</description><x:other x:a='1'/>\n<devices>");
	for (int i = 0; i < 30; i++)
		paper_add(&xml, "<!-- comment --><x%d y%d='a&amp;b'/>\n", i, i);
	paper_add(&xml, "<interface type='user'><mac address='00:0c:29:00:00:01'/></interface>\n");
	paper_add(&xml, "</devices></domain>\n");
	return xml;
}

static enum vmx_code read_xml(const struct paper *xml, struct vmx_error *error)
{
	struct vmx_bytes vmx = VMX_BYTES_INIT;
	struct vmx_machine *machine = NULL;
	enum vmx_code code = vmx_domain_xml_read(xml->text, xml->length, NULL, &machine, error);

	if (code == VMX_OK) {
		assert_int_equal(vmx_machine_write(machine, NULL, &vmx, NULL), VMX_OK);
		assert_non_null(strstr(vmx.data, "more \xC3\xA9 \""));
		assert_non_null(strstr(vmx.data, "ethernet0.present"));
	}
	vmx_bytes_release(&vmx);
	vmx_machine_free(machine);
	return code;
}

static enum vmx_code read_port(const struct paper *uri, struct vmx_error *error)
{
	struct vmx_bytes xml = VMX_BYTES_INIT;
	struct paper vmx = { NULL, 0 };
	struct vmx_document *document;
	struct vmx_machine *machine = NULL;
	enum vmx_code code;

	paper_add(&vmx, "config.version = \"8\"\nvirtualHW.version = \"8\"\nserial0.present = \"TRUE\"\n"
		  "serial0.fileType = \"network\"\nserial0.fileName = \"%s\"\n", uri->text);
	assert_int_equal(vmx_document_read(vmx.text, vmx.length, NULL, &document, NULL), VMX_OK);
	code = vmx_machine_read(document, NULL, &machine, error);
	if (code == VMX_OK) {
		assert_int_equal(vmx_domain_xml_write(machine, NULL, &xml, NULL), VMX_OK);
		assert_non_null(strstr(xml.data, "<source mode='bind' host='h.example' service='4000'"));
	}
	vmx_bytes_release(&xml);
	vmx_machine_free(machine);
	vmx_document_free(document);
	free(vmx.text);
	return code;
}

/*
 * libxml2 before 2.11 forgets the buffer that it was about to fill, when that can't be
 * made large enough for the input: nobody else can free it.
 */
#if LIBXML_VERSION < 21100
#define BUFFERS_FORGOTTEN 1
#else
#define BUFFERS_FORGOTTEN 0
#endif

/* True: a block has been given since, and not taken back; it is now. */
static bool take_forgotten(const struct block *last)
{
	bool any = blocks.previous != last;

	while (blocks.previous != last)
		take(blocks.previous->data);
	return any;
}

/* Each of libxml2's allocations fails; answers how many there are. */
static size_t fail_each(enum vmx_code (*work)(const struct paper *input, struct vmx_error *error),
			const struct paper *input, bool onwards)
{
	struct vmx_error *error = vmx_error_new();
	const struct block *last;
	size_t n, forgotten = 0;

	assert_int_equal(work(input, NULL), VMX_OK);	/* what is kept for good is there now */
	last = blocks.previous;
	for (n = 1;; n++) {
		enum vmx_code code;

		counting.calls = 0;
		counting.fail_at = n;
		counting.onwards = onwards;
		vmx_error_clear(error);
		code = work(input, error);
		counting.fail_at = 0;
		xmlResetLastError();	/* libxml2 keeps what it has said last */
		forgotten += take_forgotten(last);
		assert_int_equal(said, 0);
		assert_true(handlers_are_ours());
		assert_int_equal(vmx_error_code(error), code);
		if (counting.calls < n)
			break;
		if (code != VMX_OK)	/* some it can do without */
			assert_int_equal(code, VMX_CODE_OUT_OF_MEMORY);
	}
	assert_true(forgotten <= BUFFERS_FORGOTTEN);
	vmx_error_free(error);
	return n - 1;
}

static void reading_xml_runs_out_of_memory_in_libxml2(void **state)
{
	static const char *const declarations[] = {
		"", "<?xml version='1.0' encoding='UTF-8'?>",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(declarations); i++) {
		struct paper xml = make_xml(declarations[i]);

		assert_in_range(fail_each(read_xml, &xml, false), 20, 5000);
		assert_in_range(fail_each(read_xml, &xml, true), 20, 5000);
		free(xml.text);
	}
}

/* Then libxml2 converts, with buffers of its own. */
static void reading_xml_in_other_encodings_does_so_too(void **state)
{
	struct paper latin = make_xml("<?xml version='1.0' encoding='ISO-8859-1'?>");
	struct paper plain = make_xml(""), wide = { NULL, 0 };

	(void)state;
	paper_add(&wide, "%c%c", 0xFF, 0xFE);
	for (size_t i = 0; i < plain.length; i++)
		paper_add(&wide, "%c%c", plain.text[i], 0);
	fail_each(read_xml, &latin, false);
	fail_each(read_xml, &latin, true);
	fail_each(read_xml, &wide, false);
	fail_each(read_xml, &wide, true);
	free(latin.text);
	free(plain.text);
	free(wide.text);
}

/* A port without a URI is a port that leads nowhere: without memory it is not. */
static void reading_a_uri_runs_out_of_memory_in_libxml2(void **state)
{
	static const char *const uris[] = {
		"telnet://h.example:4000", "tcp://user%40x@h.example:4000/a%20b/../c?d=e%26f#g",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		struct paper uri = { NULL, 0 };

		paper_add(&uri, "%s", uris[i]);
		assert_in_range(fail_each(read_port, &uri, false), 3, 100);
		assert_in_range(fail_each(read_port, &uri, true), 3, 100);
		free(uri.text);
	}
}

static int set_up(void **state)
{
	(void)state;
	counting_begin(&counting, 0);
	if (xmlMemSetup(take, give, resize, copy) != 0)
		return -1;
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, say);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_xml_runs_out_of_memory_in_libxml2),
		cmocka_unit_test(reading_xml_in_other_encodings_does_so_too),
		cmocka_unit_test(reading_a_uri_runs_out_of_memory_in_libxml2),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
