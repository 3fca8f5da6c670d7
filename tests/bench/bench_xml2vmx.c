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
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"
#include "peer/installed_libvirt.h"
#include "support/files.h"

#define AIM 12.0
#define ROUNDS 9
#define SECONDS 0.05	/* of each contestant's turn */

struct text {
	char *bytes;
	size_t length;
};

static struct set {
	const char *name;
	struct text *texts;
	size_t count, bytes;
} own = { "a machine of ESX", NULL, 0, 0 }, peers = { "libvirt's test files", NULL, 0, 0 };

/*
 * The contestants: each does its work on one text.
 */
static void parse_tree(const struct text *t)
{
	xmlDoc *document = xmlReadMemory(t->bytes, (int)t->length, NULL, NULL, XML_PARSE_NONET);

	if (!document)
		bench_give_up("libxml2 can't read it");
	xmlFreeDoc(document);
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

static void parse_events(const struct text *t)
{
	static xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC, .startElementNs = start };
	size_t attributes = 0;

	if (xmlSAXUserParseMemory(&handler, &attributes, t->bytes, (int)t->length) != 0)
		bench_give_up("libxml2 can't read it");
}

static void convert(const struct text *t, enum vmx_level level)
{
	static struct vmx_bytes vmx = VMX_BYTES_INIT;
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_machine *machine;

	options.level = level;
	options.scsi_auto = "lsilogic";
	if (vmx_domain_xml_read(t->bytes, t->length, &options, &machine, NULL) != VMX_OK ||
	    vmx_machine_write(machine, NULL, &vmx, NULL) != VMX_OK)
		bench_give_up("the XML can't be converted");
	vmx_machine_free(machine);
}

static void convert_default(const struct text *t)
{
	convert(t, VMX_LEVEL_DEFAULT);
}

static void convert_libvirt_level(const struct text *t)
{
	convert(t, VMX_LEVEL_LIBVIRT);
}

static char *ask_libvirt(const struct text *t)
{
	static const struct installed_libvirt_options options = {
		.hardware_version = 21, .scsi_auto = "lsilogic",
	};
	const char *why;

	return installed_libvirt_write(t->bytes, &options, &why);
}

static void convert_by_libvirt(const struct text *t)
{
	char *vmx = ask_libvirt(t);

	if (!vmx)
		bench_give_up("libvirt does not take it any more");
	free(vmx);
}

static struct contestant {
	const char *name;
	void (*work)(const struct text *t);
	double seconds[ROUNDS];		/* for one text, in the mean */
} contestants[] = {
	{ "libxml2, tree", parse_tree, { 0 } }, { "libxml2, events", parse_events, { 0 } },
	{ "default level", convert_default, { 0 } },
	{ "libvirt level", convert_libvirt_level, { 0 } },
	{ "libvirt 9.0.0", convert_by_libvirt, { 0 } },
};

#define CONTESTANTS (sizeof(contestants) / sizeof(contestants[0]))
#define LIBVIRT (CONTESTANTS - 1)

static void take_turn(const struct set *set, struct contestant *c, size_t round)
{
	double begin = bench_now(), end;
	size_t times = 0;

	do {
		for (size_t i = 0; i < set->count; i++)
			c->work(&set->texts[i]);
		times++;
		end = bench_now();
	} while (end - begin < SECONDS);
	c->seconds[round] = (end - begin) / (double)(times * set->count);
}

/*
 * The sets
 */

static bool peer;

static void add(struct set *set, const char *path)
{
	struct blob file;
	struct text t;
	char *taken;

	if (!read_file(path, &file))
		bench_give_up("a file can't be read");
	t = (struct text){ file.data, file.length };
	taken = peer ? ask_libvirt(&t) : NULL;
	if (peer && !taken) {
		blob_release(&file);
		return;
	}
	free(taken);
	set->texts = realloc(set->texts, (set->count + 1) * sizeof(t));
	if (!set->texts)
		bench_give_up("no memory");
	set->texts[set->count++] = t;
	set->bytes += t.length;
}

static void add_peers(struct set *set)
{
	const char *data = getenv("VMXKIT_PEER_DATA");
	char *folder = text_of_format("%s/libvirt/xml2vmx", data ? data : "");
	struct names names = { NULL, 0, 0 };

	if (data && file_exists(folder))
		list_folder(folder, &names);
	for (size_t i = 0; i < names.count; i++) {
		char *path = text_of_format("%s/%s", folder, names.items[i]);

		if (strstr(path, ".xml"))
			add(set, path);
		free(path);
	}
	names_release(&names);
	free(folder);
}

static void free_set(struct set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->texts[i].bytes);
	free(set->texts);
}

/* How many times as fast as libvirt: the median of the rounds, so that what hits both is lost. */
static double against_libvirt(const struct contestant *c)
{
	double ratios[ROUNDS];

	for (size_t i = 0; i < ROUNDS; i++)
		ratios[i] = contestants[LIBVIRT].seconds[i] / c->seconds[i];
	return bench_median(ratios, ROUNDS);
}

/* Whether the aim is met. */
static bool measure(const struct set *set)
{
	size_t count = peer ? CONTESTANTS : LIBVIRT;
	bool met = true;

	if (set->count == 0)
		return true;
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < count; i++)
			take_turn(set, &contestants[i], round);
	}
	printf("%s: %zu, of %zu bytes in the mean\n", set->name, set->count, set->bytes / set->count);
	for (size_t i = 0; i < count; i++) {
		struct contestant *c = &contestants[i];
		double times = peer ? against_libvirt(c) : 0, seconds;

		seconds = bench_median(c->seconds, ROUNDS);
		printf("  %-16s %9.0f /s %8.2f us %7.1f MB/s", c->name, 1 / seconds, seconds * 1e6,
		       (double)set->bytes / (double)set->count / seconds / 1e6);
		if (peer)
			printf(" %7.1f times libvirt", times);
		printf("\n");
		met = met && (!peer || c->work != convert_libvirt_level || times >= AIM);
	}
	return met;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	const char *why;
	bool met;

	peer = installed_libvirt_open(&why);
	if (!peer)
		printf("without a peer: %s\n", why);
	for (int i = 1; i < argc; i++)
		add(&own, argv[i]);
	add_peers(&peers);
	if (own.count == 0)
		bench_give_up("usage: bench_xml2vmx XML [XML...], and libvirt takes none of these");
	met = measure(&own);
	met = measure(&peers) && met;
	getrusage(RUSAGE_SELF, &usage);
	printf("median of %d rounds, peak memory %ld kB; the aim is %.0f times libvirt: %s\n", ROUNDS,
	       usage.ru_maxrss, AIM, !peer ? "not measured" : met ? "met" : "MISSED");
	free_set(&own);
	free_set(&peers);
	return met ? EXIT_SUCCESS : EXIT_FAILURE;
}
