/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_xml2vmx VMX: from domain XML to the VMX file, beside a bare parse of the same
 * XML into a tree of libxml2's.  The whole way costs at most twice the parse: else
 * exit status 1.
 */
#include <libxml/parser.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <vmxkit/vmxkit.h>

#define ROUNDS 5
#define SECONDS 0.4
#define LIMIT 2.0

static struct vmx_bytes xml = VMX_BYTES_INIT;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool make_xml(const char *path)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_document *document = NULL;
	struct vmx_machine *machine = NULL;
	bool done;

	options.level = VMX_LEVEL_FULL;
	done = vmx_document_read_file(path, NULL, &document, NULL) == VMX_OK &&
	       vmx_machine_read(document, &options, &machine, NULL) == VMX_OK &&
	       vmx_domain_xml_write(machine, NULL, &xml, NULL) == VMX_OK;
	vmx_machine_free(machine);
	vmx_document_free(document);
	return done;
}

static bool parse_bare(void)
{
	xmlDoc *document = xmlReadMemory(xml.data, (int)xml.length, NULL, NULL, XML_PARSE_NONET);

	xmlFreeDoc(document);
	return document != NULL;
}

static bool convert(void)
{
	static struct vmx_bytes vmx = VMX_BYTES_INIT;
	struct vmx_machine *machine;
	enum vmx_code code = vmx_domain_xml_read(xml.data, xml.length, NULL, &machine, NULL);

	if (code != VMX_OK)
		return false;
	code = vmx_machine_write(machine, NULL, &vmx, NULL);
	vmx_machine_free(machine);
	return code == VMX_OK;
}

/* How often a second; negative: it failed. */
static double measure(bool (*work)(void))
{
	double begin = now(), end = begin;
	size_t count = 0;

	for (; end - begin < SECONDS; end = now()) {
		for (int i = 0; i < 100; i++) {
			if (!work())
				return -1;
		}
		count += 100;
	}
	return (double)count / (end - begin);
}

int main(int argc, char **argv)
{
	double best_bare = 0, best_whole = 0, ratio;

	if (argc != 2 || !make_xml(argv[1]))
		return EXIT_FAILURE;
	/* by turns, so that a busy moment hits both */
	for (int i = 0; i < ROUNDS; i++) {
		double bare = measure(parse_bare), whole = measure(convert);

		if (bare < 0 || whole < 0)
			return EXIT_FAILURE;
		best_bare = bare > best_bare ? bare : best_bare;
		best_whole = whole > best_whole ? whole : best_whole;
	}
	ratio = best_bare / best_whole;
	printf("XML of %zu bytes\n", xml.length);
	printf("bare parse of libxml2  %9.0f/s  %6.1f us\n", best_bare, 1e6 / best_bare);
	printf("XML -> machine -> VMX  %9.0f/s  %6.1f us\n", best_whole, 1e6 / best_whole);
	printf("ratio                  %9.2f    (limit %.1f)\n", ratio, LIMIT);
	return ratio <= LIMIT ? EXIT_SUCCESS : EXIT_FAILURE;
}
