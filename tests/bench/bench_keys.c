/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a key costs in files of ever more keys: read, looked up, and converted to domain
 * XML as a whole; beside it the installed libvirt, if it is the one release whose reader
 * can be called, up to as many keys as it has patience for.  A key that costs more than
 * LIMIT times as much in the largest file as in the smallest: exit status 1.
 *
 *     bench_keys [rounds]
 */
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"
#include "peer/installed_libvirt.h"

#define LIMIT 10.0	/* memory that is not in the cache takes its time */
#define KEYS_MAX 1000000
#define LIBVIRTS_KEYS_MAX 16000
#define KEYS_PER_ROUND 1000000	/* smaller files are read more often */

static const size_t sizes[] = { 1000, 4000, 16000, 64000, 250000, KEYS_MAX };

struct file {
	char *bytes;
	size_t length, keys;
	/* for looking up */
	struct vmx_document *document;
	struct vmx_entry *entries;
};

static struct vmx_document *read_file(const struct file *f)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *document;

	options.max_file_size = VMX_HIGHEST_MAX_FILE_SIZE;
	if (vmx_document_read(f->bytes, f->length, &options, &document, NULL) != VMX_OK)
		bench_give_up("the document can't be read");
	return document;
}

static struct file make_file(size_t keys)
{
	static const char *const forms[] = {
		"guestInfo.item%zu.name = \"on\"\n", "tools.option%zu = \"TRUE\"\n",
		"vendor%zu.pciSlotNumber = \"1184\"\n", "x%zu.path = \"machine-1.vmdk\"\n",
	};
	struct file f = { .bytes = bench_allocate(64 * (keys + 8)), .keys = keys };
	size_t cursor = 0;

	f.length = (size_t)sprintf(f.bytes, "config.version = \"8\"\nvirtualHW.version = \"14\"\n"
				   "displayName = \"many keys\"\nguestOS = \"other\"\n"
				   "memsize = \"1024\"\n");
	for (size_t n = 5; n < keys; n++)
		f.length += (size_t)sprintf(f.bytes + f.length, forms[n * 2654435761u >> 7 & 3], n);
	f.bytes[f.length] = '\0';	/* for libvirt */
	f.document = read_file(&f);
	f.entries = bench_allocate(keys * sizeof(*f.entries));
	for (size_t n = 0; n < keys; n++) {
		if (!vmx_document_next(f.document, &cursor, &f.entries[n]))
			bench_give_up("a key is missing");
	}
	return f;
}

static void free_file(struct file *f)
{
	vmx_document_free(f->document);
	free(f->entries);
	free(f->bytes);
}

/*
 * The contestants
 */
static void only_read(const struct file *f)
{
	vmx_document_free(read_file(f));
}

/* As often as there are keys, and all over the file. */
static void look_up(const struct file *f)
{
	struct vmx_entry found;

	for (size_t n = 0; n < f->keys; n++) {
		const struct vmx_entry *e = &f->entries[n * 7919 % f->keys];

		if (vmx_document_get(f->document, e->key, e->key_length, &found) != VMX_OK)
			bench_give_up("a key is not found");
	}
}

static void convert(const struct file *f)
{
	static struct vmx_bytes xml = VMX_BYTES_INIT;
	struct vmx_document *document = read_file(f);
	struct vmx_machine *machine;

	if (vmx_machine_read(document, NULL, &machine, NULL) != VMX_OK ||
	    vmx_domain_xml_write(machine, NULL, &xml, NULL) != VMX_OK)
		bench_give_up("the document can't be converted");
	vmx_machine_free(machine);
	vmx_document_free(document);
}

static void convert_by_libvirt(const struct file *f)
{
	const char *why;
	char *xml = installed_libvirt_convert(f->bytes, &why);

	if (!xml)
		bench_give_up(why);
	free(xml);
}

static void (*const contestants[])(const struct file *f) = {
	only_read, look_up, convert, convert_by_libvirt,
};

#define CONTESTANTS (sizeof(contestants) / sizeof(contestants[0]))

/* Nanoseconds for a key, of each. */
static void measure(const struct file *f, size_t count, size_t rounds, double *ret)
{
	double ns[CONTESTANTS][BENCH_ROUNDS_MAX];

	for (size_t round = 0; round < rounds; round++) {
		for (size_t i = 0; i < count; i++) {
			bool libvirt = contestants[i] == convert_by_libvirt;
			size_t times = libvirt ? 1 : KEYS_PER_ROUND / f->keys;
			double begin;

			begin = bench_now();
			for (size_t n = 0; n < times; n++)
				contestants[i](f);
			ns[i][round] = (bench_now() - begin) * 1e9 / (double)(times * f->keys);
		}
	}
	for (size_t i = 0; i < count; i++)
		ret[i] = bench_median(ns[i], rounds);
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? (size_t)atoi(argv[1]) : 5;
	double first[CONTESTANTS] = { 0 }, ns[CONTESTANTS] = { 0 };
	const char *why;
	bool libvirt = installed_libvirt_open(&why), linear = true;
	struct rusage usage;

	if (rounds < 1 || rounds > BENCH_ROUNDS_MAX)
		bench_give_up("usage: bench_keys [rounds]");
	if (!libvirt)
		printf("without a peer: %s\n", why);
	printf("nanoseconds a key\n%9s %9s %9s %9s %9s\n", "keys", "read", "look up", "convert",
	       "libvirt");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct file f = make_file(sizes[i]);
		bool peer = libvirt && f.keys <= LIBVIRTS_KEYS_MAX;

		measure(&f, CONTESTANTS - !peer, rounds, ns);
		printf("%9zu %9.1f %9.1f %9.1f", f.keys, ns[0], ns[1], ns[2]);
		if (peer)
			printf(" %9.1f  %6.0f times", ns[3], ns[3] / ns[2]);
		printf("\n");
		if (i == 0)
			memcpy(first, ns, sizeof(first));
		free_file(&f);
	}
	for (size_t i = 0; i < CONTESTANTS - 1; i++)
		linear = linear && ns[i] <= LIMIT * first[i];
	getrusage(RUSAGE_SELF, &usage);
	printf("peak memory %ld kB; the aim is that no key of the largest file costs more than %.0f "
	       "times one of the smallest: %s\n", usage.ru_maxrss, LIMIT, linear ? "met" : "MISSED");
	return linear ? EXIT_SUCCESS : EXIT_FAILURE;
}
