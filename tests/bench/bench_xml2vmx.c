/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_xml2vmx XML [XML...]: from domain XML to VMX files, in one process: by vmxkit
 * at two levels, and by the installed libvirt, if it is the one release whose writer can
 * be called; beside them the bare parsers of libxml2 that both stand on, its tree
 * (libvirt's) and its events (ours).  All take turns on the same files.
 *
 * With VMXKIT_PEER_DATA in the environment libvirt's own test files are a second set.
 * What libvirt does not take is left out, for all.  Less than AIM times as fast as
 * libvirt: exit status 1.
 */
#include <libxml/parser.h>

#include "bench.h"
#include "contest.h"
#include "peer/installed_libvirt.h"

#define AIM 12.0

/*
 * The contestants: each does its work on one text, and says whether it can.
 */

static bool parse_tree(const struct contest_text *t)
{
	xmlDoc *document = xmlReadMemory(t->bytes, (int)t->length, NULL, NULL, XML_PARSE_NONET);

	xmlFreeDoc(document);
	return document != NULL;
}

static void start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		  int namespaces, const xmlChar **namespace_list, int count, int defaulted,
		  const xmlChar **attributes)
{
	(void)name;
	(void)prefix;
	(void)uri;
	(void)namespaces;
	(void)namespace_list;
	(void)defaulted;
	(void)attributes;
	*(size_t *)user += (size_t)count;
}

static bool parse_events(const struct contest_text *t)
{
	static xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC, .startElementNs = start };
	size_t attributes = 0;

	return xmlSAXUserParseMemory(&handler, &attributes, t->bytes, (int)t->length) == 0;
}

static bool convert(const struct contest_text *t, enum vmx_level level)
{
	static struct vmx_bytes vmx = VMX_BYTES_INIT;
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_machine *machine = NULL;
	bool done;

	options.level = level;
	options.scsi_auto = "lsilogic";
	done = vmx_domain_xml_read(t->bytes, t->length, &options, &machine, NULL) == VMX_OK &&
	       vmx_machine_write(machine, NULL, &vmx, NULL) == VMX_OK;
	vmx_machine_free(machine);
	return done;
}

static bool convert_default(const struct contest_text *t)
{
	return convert(t, VMX_LEVEL_DEFAULT);
}

static bool convert_libvirt_level(const struct contest_text *t)
{
	return convert(t, VMX_LEVEL_LIBVIRT);
}

static bool convert_by_libvirt(const struct contest_text *t)
{
	static const struct installed_libvirt_options options = {
		.hardware_version = 21, .scsi_auto = "lsilogic",
	};
	const char *why;
	char *vmx = installed_libvirt_write(t->bytes, &options, &why);

	free(vmx);
	return vmx != NULL;
}

static bool peer;

static bool all_take(const struct contest_text *t)
{
	return convert_default(t) && convert_libvirt_level(t) && (!peer || convert_by_libvirt(t));
}

static struct contestant contestants[] = {
	{ "libxml2, tree", parse_tree, false, { 0 } },
	{ "libxml2, events", parse_events, false, { 0 } },
	{ "default level", convert_default, true, { 0 } },
	{ "libvirt level", convert_libvirt_level, true, { 0 } },
	{ "libvirt 9.0.0", convert_by_libvirt, false, { 0 } },
};

int main(int argc, char **argv)
{
	struct contest contest = { contestants, sizeof(contestants) / sizeof(contestants[0]), false,
				   AIM };
	struct contest_set own = { .name = "a machine of ESX", .aimed_at = true };
	struct contest_set peers = { .name = "libvirt's test files", .aimed_at = true };
	const char *why;
	bool met;

	contest.peer = peer = installed_libvirt_open(&why);
	if (!peer)
		printf("without a peer: %s\n", why);
	for (int i = 1; i < argc; i++)
		contest_add(&own, argv[i], all_take);
	contest_add_peers(&peers, "libvirt/xml2vmx", ".xml", all_take);
	met = contest_run(&contest, &own);
	met = contest_run(&contest, &peers) && met;
	contest_release(&own);
	contest_release(&peers);
	return contest_end(&contest, met);
}
