/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What twice the input costs: at most twice the allocations and twice the memory at the
 * peak.  Without a clock, so that it says the same on each machine.
 *
 * What documents alone cost is tested in test_document_limits.c and test_relatives.c.
 */
#include "document_support.h"

/* So many bytes an arena or a vector may take more than is needed; and an eighth, since
   the numbers in the lines get longer. */
#define SLACK 65536
/* So many blocks are taken whatever the input is, or more because one does not fit. */
#define SLACK_CALLS 40

struct cost {
	size_t calls, peak;
};

static void assert_linear(const char *name, struct cost once, struct cost twice)
{
	if (twice.calls > 2 * once.calls + SLACK_CALLS || twice.peak > 2 * once.peak + once.peak / 8 + SLACK)
		fail_msg("%s: %zu allocations and %zu bytes, %zu and %zu for twice as much", name,
			 once.calls, once.peak, twice.calls, twice.peak);
}

/* A text with a line of each format count times, between a beginning and an end. */
static struct paper many(const char *begin, const char *const formats[], size_t count, const char *end)
{
	struct paper text = { NULL, 0 };
	FILE *out = open_memstream(&text.text, &text.length);

	assert_non_null(out);
	fputs(begin, out);
	for (size_t i = 0; formats[i]; i++) {
		for (size_t n = 0; n < count; n++)
			fprintf(out, formats[i], n);
	}
	fputs(end, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/*
 * From VMX to XML
 */
static struct vmx_document *read_document(struct counting *counting, const struct paper *text)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *document;

	options.allocator = &counting->allocator;
	assert_int_equal(vmx_document_read(text->text, text->length, &options, &document, NULL), VMX_OK);
	return document;
}

static struct cost cost_of_xml(const char *const formats[], size_t count)
{
	struct paper text = many("config.version = \"8\"\nvirtualHW.version = \"19\"\n"
				 ".encoding = \"windows-1252\"\n", formats, count, "");
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct counting counting;
	struct vmx_bytes xml = { .allocator = &counting.allocator };
	struct vmx_document *document;
	struct vmx_machine *machine;

	counting_begin(&counting, 0);
	document = read_document(&counting, &text);
	options.level = VMX_LEVEL_FULL;
	options.allocator = &counting.allocator;
	assert_int_equal(vmx_machine_read(document, &options, &machine, NULL), VMX_OK);
	assert_int_equal(vmx_domain_xml_write(machine, NULL, &xml, NULL), VMX_OK);
	vmx_machine_free(machine);
	vmx_document_free(document);
	vmx_bytes_release(&xml);
	free(text.text);
	return (struct cost){ counting.calls, counting.peak };
}

static void converting_to_xml_costs_in_proportion(void **state)
{
	static const char *const inputs[][6] = {
		{ "unknown%zu = \"x\"\n" },
		{ "guestinfo.k%zu = \"gr\xFCn\"\n" },
		{ "memsize = \"6%zu\"\n" },
		{ "ethernet%zu.present = \"TRUE\"\n", "ethernet%zu.networkName = \"gr\xFCn\"\n" },
		{ "sharedFolder%zu.present = \"TRUE\"\n", "sharedFolder%zu.enabled = \"TRUE\"\n",
		  "sharedFolder%zu.hostPath = \"/srv\"\n", "sharedFolder%zu.guestName = \"srv\"\n",
		  "sharedFolder.maxNum = \"1000\"\n" },
		{ "usb_xhci:%zu.present = \"TRUE\"\n", "usb_xhci:%zu.deviceType = \"hub\"\n" },
		{ "what %zu?\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(inputs); i++)
		assert_linear(inputs[i][0], cost_of_xml(inputs[i], 500), cost_of_xml(inputs[i], 1000));
	for (size_t i = 0; i < 3; i++)	/* those that are not bounded by a number of devices */
		assert_linear(inputs[i][0], cost_of_xml(inputs[i], 20000), cost_of_xml(inputs[i], 40000));
}

/*
 * From XML to VMX
 */
static const char domain[] =
	"<domain type='vmware'><name>x</name><memory unit='MiB'>512</memory>"
	"<os><type>hvm</type></os>";

static struct vmx_machine *read_xml(struct counting *counting, const struct paper *xml)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_machine *machine = NULL;

	options.allocator = &counting->allocator;
	assert_int_equal(vmx_domain_xml_read(xml->text, xml->length, &options, &machine, NULL), VMX_OK);
	return machine;
}

static struct cost cost_of_vmx(const char *const formats[], size_t count)
{
	struct paper xml = many(domain, formats, count, "</domain>\n");
	struct counting counting;
	struct vmx_bytes vmx = { .allocator = &counting.allocator };
	struct vmx_machine *machine;

	counting_begin(&counting, 0);
	machine = read_xml(&counting, &xml);
	assert_int_equal(vmx_machine_write(machine, NULL, &vmx, NULL), VMX_OK);
	vmx_machine_free(machine);
	vmx_bytes_release(&vmx);
	free(xml.text);
	return (struct cost){ counting.calls, counting.peak };
}

#define FOLDER \
	"<devices><filesystem><source dir='/srv/%zu'/><target dir='a'/></filesystem></devices>"

static void converting_to_vmx_costs_in_proportion(void **state)
{
	static const char *const elements[] = { "<unknown a='%zu' b='&lt;2'>text</unknown>", NULL };
	static const char *const comments[] = { "<!-- %zu -->", NULL };
	static const char *const folders[] = { FOLDER, NULL };

	(void)state;
	assert_linear("elements", cost_of_vmx(elements, 20000), cost_of_vmx(elements, 40000));
	assert_linear("comments", cost_of_vmx(comments, 20000), cost_of_vmx(comments, 40000));
	assert_linear("folders", cost_of_vmx(folders, 400), cost_of_vmx(folders, 800));
}

/*
 * Onto a document
 */
static struct cost cost_of_applying(size_t keys, size_t folders)
{
	static const char *const lines[] = { "guestinfo.k%zu = \"x\"\n", NULL };
	static const char *const devices[] = { FOLDER, NULL };
	struct paper text = many("config.version = \"8\"\nvirtualHW.version = \"19\"\n", lines, keys, "");
	struct paper xml = many(domain, devices, folders, "</domain>\n");
	struct vmx_document *document;
	struct vmx_machine *machine;
	struct counting counting;

	counting_begin(&counting, 0);
	document = read_document(&counting, &text);
	machine = read_xml(&counting, &xml);
	assert_int_equal(vmx_machine_apply(machine, document, NULL, NULL), VMX_OK);
	assert_true(vmx_document_count(document) > keys + 3 * folders);
	vmx_machine_free(machine);
	vmx_document_free(document);
	free(text.text);
	free(xml.text);
	return (struct cost){ counting.calls, counting.peak };
}

/* Neither is it the product of the keys that are there and the devices that come. */
static void applying_costs_in_proportion(void **state)
{
	struct cost few = cost_of_applying(2000, 100), many_keys = cost_of_applying(20000, 100);
	struct cost many_folders = cost_of_applying(2000, 800), both = cost_of_applying(20000, 800);

	(void)state;
	assert_linear("keys", many_keys, cost_of_applying(40000, 100));
	assert_linear("folders", cost_of_applying(2000, 400), many_folders);
	if (both.peak > many_keys.peak + many_folders.peak + SLACK)
		fail_msg("%zu bytes for few, %zu and %zu for many, %zu for both", few.peak,
			 many_keys.peak, many_folders.peak, both.peak);
	assert_true(both.calls <= many_keys.calls + many_folders.calls + SLACK_CALLS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converting_to_xml_costs_in_proportion),
		cmocka_unit_test(converting_to_vmx_costs_in_proportion),
		cmocka_unit_test(applying_costs_in_proportion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
