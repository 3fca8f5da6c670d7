/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How fast documents are read, next to a walk from line end to line end with
 * memchr() over the same bytes: the two take turns, and the median of the rounds
 * counts, so that a busy machine changes the figures but hardly their ratio.  The
 * time is that of the processor, in the kernel too (new pages are a good part of it).
 *
 *     bench_document [rounds]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <vmxkit/vmxkit.h>

#define LARGE ((size_t)16 << 20)
#define SMALL_FILES 5000

struct text {
	char *bytes;
	size_t length;
	size_t *ends;		/* of the files it is made of */
	size_t files;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/*
 * The texts
 */
static void add(struct text *t, const char *line)
{
	size_t length = strlen(line);

	memcpy(t->bytes + t->length, line, length);
	t->length += length;
}

static struct text new_text(size_t room, size_t files)
{
	struct text t = { malloc(room), 0, malloc((files + 1) * sizeof(size_t)), 0 };

	if (!t.bytes || !t.ends) {
		fputs("no memory\n", stderr);
		exit(2);
	}
	return t;
}

static void end_file(struct text *t)
{
	t->ends[t->files++] = t->length;
}

/* Keys and values as long as those of real files, and no two keys alike. */
static struct text ordinary_lines(void)
{
	static const char *const forms[] = {
		"scsi%u:0.present = \"TRUE\"\n", "ethernet%u.virtualDev = \"e1000\"\n",
		"numvcpus%u = \"4\"\n", "pciBridge%u.pciSlotNumber = \"17\"\n",
		"memsize%u = \"4096\"\n", "scsi%u:0.fileName = \"machine-1.vmdk\"\n",
		"tools.%u = \"TRUE\"\n", "usb.%u.deviceType = \"hid\"\n",
	};
	struct text t = new_text(LARGE + 256, 1);
	char line[128];

	for (unsigned int n = 0; t.length < LARGE - 128; n++) {
		snprintf(line, sizeof(line), forms[(n * 2654435761u) >> 29], n);
		add(&t, line);
	}
	end_file(&t);
	return t;
}

static struct text long_values(void)
{
	struct text t = new_text(LARGE + 8192, 1);
	char line[8192], value[4096 + 1];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (unsigned int n = 0; t.length < LARGE - 8192; n++) {
		snprintf(line, sizeof(line), "guestInfo.data%u = \"%.*s\"\n", n,
			 (int)(n * 37 % sizeof(value)), value);
		add(&t, line);
	}
	end_file(&t);
	return t;
}

/* Files of 3 kB, as most are. */
static struct text small_files(void)
{
	struct text t = new_text((size_t)SMALL_FILES * 4096, SMALL_FILES), lines = ordinary_lines();
	size_t at = 0;

	for (unsigned int n = 0; n < SMALL_FILES; n++) {
		size_t from = at;

		add(&t, "#!/usr/bin/vmware\n.encoding = \"UTF-8\"\nconfig.version = \"8\"\n");
		while (at - from < 2800)
			at = (size_t)((char *)memchr(lines.bytes + at, '\n', lines.length - at) -
				      lines.bytes) + 1;
		memcpy(t.bytes + t.length, lines.bytes + from, at - from);
		t.length += at - from;
		end_file(&t);
	}
	free(lines.bytes);
	free(lines.ends);
	return t;
}

/*
 * The two runners
 */
static size_t walk(const struct text *t)
{
	const char *p = t->bytes, *end = t->bytes + t->length;
	size_t lines = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		lines++;
	}
	return lines;
}

static size_t parse(const struct text *t)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	size_t from = 0, entries = 0;

	options.max_file_size = VMX_HIGHEST_MAX_FILE_SIZE;
	for (size_t i = 0; i < t->files; from = t->ends[i++]) {
		struct vmx_document *doc;

		if (vmx_document_read(t->bytes + from, t->ends[i] - from, &options, &doc, NULL) != VMX_OK) {
			fputs("not read\n", stderr);
			exit(2);
		}
		entries += vmx_document_count(doc);
		vmx_document_free(doc);
	}
	return entries;
}

static double time_of(size_t (*run)(const struct text *), const struct text *t, size_t *ret)
{
	double from = now();

	*ret = run(t);
	return now() - from;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *times, size_t count)
{
	qsort(times, count, sizeof(*times), compare);
	return times[count / 2];
}

static void bench(const char *name, struct text t, size_t rounds)
{
	double *parsing = malloc(rounds * sizeof(double)), *walking = malloc(rounds * sizeof(double));
	double parsed, walked;
	size_t entries = 0, lines = 0;

	if (!parsing || !walking)
		exit(2);
	for (size_t i = 0; i < rounds; i++) {
		walking[i] = time_of(walk, &t, &lines);
		parsing[i] = time_of(parse, &t, &entries);
	}
	parsed = median(parsing, rounds);
	walked = median(walking, rounds);
	printf("%-16s %7.0f MB/s  %6.1f ns an entry  %7.2f us a file  %5.2f times the walk "
	       "(%zu bytes, %zu entries, %zu lines)\n", name, (double)t.length / parsed / 1e6,
	       parsed * 1e9 / (double)(entries ? entries : 1), parsed * 1e6 / (double)t.files,
	       parsed / walked, t.length, entries, lines);
	free(parsing);
	free(walking);
	free(t.bytes);
	free(t.ends);
}

static long peak_kilobytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? (size_t)atoi(argv[1]) : 15;
	long before;
	struct text ordinary = ordinary_lines();

	if (rounds == 0)
		return 2;
	(void)walk(&ordinary);
	before = peak_kilobytes();
	(void)parse(&ordinary);
	printf("memory           %7.1f MiB at the peak for the 16 MiB of ordinary lines\n",
	       (double)(peak_kilobytes() - before) / 1024);
	bench("ordinary lines", ordinary, rounds);
	bench("long values", long_values(), rounds);
	bench("small files", small_files(), rounds);
	return 0;
}
