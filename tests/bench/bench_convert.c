/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How fast a VMX file becomes domain XML, in one process, at each level; beside
 * it the installed libvirt, if it is the one release whose reader can be called,
 * doing the same with the same bytes.  Ours and libvirt's rounds take turns, and
 * the median of the rounds counts, so that a busy machine changes the figures but
 * hardly their ratio.
 *
 *     bench_convert FILE [rounds]
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <vmxkit/vmxkit.h>

#include "peer/installed_libvirt.h"

#define ROUNDS_MAX 99
#define OURS_PER_ROUND 4000
#define LIBVIRTS_PER_ROUND 100

static char *bytes;
static size_t length;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void give_up(const char *why)
{
	fprintf(stderr, "bench_convert: %s\n", why);
	exit(2);
}

static void read_bytes(const char *path)
{
	FILE *file = fopen(path, "rb");

	bytes = malloc(VMX_DEFAULT_MAX_FILE_SIZE + 1);
	if (!file || !bytes)
		give_up("the file can't be read");
	length = fread(bytes, 1, VMX_DEFAULT_MAX_FILE_SIZE, file);
	bytes[length] = '\0';
	fclose(file);
}

/*
 * The contestants: each does its work once.
 */
static void only_read(void)
{
	struct vmx_document *document = NULL;

	if (vmx_document_read(bytes, length, NULL, &document, NULL) != VMX_OK)
		give_up("the document can't be read");
	vmx_document_free(document);
}

static void convert(enum vmx_level level)
{
	static struct vmx_bytes xml = VMX_BYTES_INIT;
	struct vmx_machine_options machine_options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_read_options read_options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *document = NULL;
	struct vmx_machine *machine = NULL;

	machine_options.level = level;
	read_options.mode = level == VMX_LEVEL_LIBVIRT ? VMX_READ_STRICT : VMX_READ_TOLERANT;
	if (vmx_document_read(bytes, length, &read_options, &document, NULL) != VMX_OK ||
	    vmx_machine_read(document, &machine_options, &machine, NULL) != VMX_OK ||
	    vmx_domain_xml_write(machine, NULL, &xml, NULL) != VMX_OK)
		give_up("the file can't be converted");
	vmx_machine_free(machine);
	vmx_document_free(document);
}

static void convert_default(void)
{
	convert(VMX_LEVEL_DEFAULT);
}

static void convert_libvirt_level(void)
{
	convert(VMX_LEVEL_LIBVIRT);
}

static void convert_full(void)
{
	convert(VMX_LEVEL_FULL);
}

static void convert_by_libvirt(void)
{
	const char *why;
	char *xml = installed_libvirt_convert(bytes, &why);

	if (!xml)
		give_up(why);
	free(xml);
}

static struct contestant {
	const char *name;
	void (*once)(void);
	unsigned int per_round;
	double seconds[ROUNDS_MAX];	/* for one time */
} contestants[] = {
	{ "document only", only_read, OURS_PER_ROUND, { 0 } },
	{ "default level", convert_default, OURS_PER_ROUND, { 0 } },
	{ "libvirt level", convert_libvirt_level, OURS_PER_ROUND, { 0 } },
	{ "full level", convert_full, OURS_PER_ROUND, { 0 } },
	{ "libvirt 9.0.0", convert_by_libvirt, LIBVIRTS_PER_ROUND, { 0 } },
};

#define CONTESTANTS (sizeof(contestants) / sizeof(contestants[0]))

static void run_round(struct contestant *c, unsigned int round)
{
	double begin = now();

	for (unsigned int i = 0; i < c->per_round; i++)
		c->once();
	c->seconds[round] = (now() - begin) / c->per_round;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(const double *values, unsigned int count)
{
	double sorted[ROUNDS_MAX];

	memcpy(sorted, values, count * sizeof(double));
	qsort(sorted, count, sizeof(double), compare);
	return sorted[count / 2];
}

/* The ratio round by round: what happened to both at the same time cancels out. */
static double median_ratio(const struct contestant *slow, const struct contestant *fast,
			   unsigned int rounds)
{
	double ratios[ROUNDS_MAX];

	for (unsigned int i = 0; i < rounds; i++)
		ratios[i] = slow->seconds[i] / fast->seconds[i];
	return median(ratios, rounds);
}

static void print_results(size_t count, unsigned int rounds)
{
	const struct contestant *peer = count == CONTESTANTS ? &contestants[CONTESTANTS - 1] : NULL;
	struct rusage usage;

	for (size_t i = 0; i < count; i++) {
		double seconds = median(contestants[i].seconds, rounds);

		printf("%-14s %9.0f /s  %8.2f us  %7.1f MB/s", contestants[i].name, 1 / seconds,
		       seconds * 1e6, (double)length / seconds / 1e6);
		if (peer)
			printf("  %6.1f times libvirt", median_ratio(peer, &contestants[i], rounds));
		printf("\n");
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%zu bytes, median of %u rounds, peak memory %ld kB\n", length, rounds,
	       usage.ru_maxrss);
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 2 ? (unsigned int)atoi(argv[2]) : 15;
	size_t count = CONTESTANTS;
	const char *why;

	if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX)
		give_up("usage: bench_convert FILE [rounds]");
	read_bytes(argv[1]);
	if (!installed_libvirt_open(&why)) {
		printf("without a peer: %s\n", why);
		count--;
	}
	for (unsigned int round = 0; round < rounds; round++) {
		for (size_t i = 0; i < count; i++)
			run_round(&contestants[i], round);
	}
	print_results(count, rounds);
	return 0;
}
