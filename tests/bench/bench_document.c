/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How fast documents are read, next to a walk from line end to line end with memchr()
 * over the same bytes, and to a bare copy of them.
 *
 * The memory for a large document is new each time, and has to be cleared by the kernel.
 * What that costs is seen from the last rows: there an allocator keeps it.
 *
 *     bench_document [rounds]
 */
#include <string.h>
#include <sys/resource.h>

#include "bench.h"

#define LARGE ((size_t)16 << 20)
#define SMALL_FILES 5000

struct text {
	char *bytes;
	size_t length;
	size_t *ends;		/* of the files it is made of */
	size_t files;
	char *copy;		/* room for one */
};

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
	struct text t = {
		.bytes = bench_allocate(room), .copy = bench_allocate(room),
		.ends = bench_allocate((files + 1) * sizeof(size_t)),
	};

	memset(t.copy, 0, room);
	return t;
}

static void free_text(struct text *t)
{
	free(t->bytes);
	free(t->copy);
	free(t->ends);
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
	free_text(&lines);
	return t;
}

/*
 * The runners
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

static size_t copy(const struct text *t)
{
	memcpy(t->copy, t->bytes, t->length);
	return t->length;
}

static size_t parse_with(const struct text *t, const struct vmx_allocator *allocator)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	size_t from = 0, entries = 0;

	options.max_file_size = VMX_HIGHEST_MAX_FILE_SIZE;
	options.allocator = allocator;
	for (size_t i = 0; i < t->files; from = t->ends[i++]) {
		struct vmx_document *doc;

		if (vmx_document_read(t->bytes + from, t->ends[i] - from, &options, &doc, NULL) != VMX_OK)
			bench_give_up("a document can't be read");
		entries += vmx_document_count(doc);
		vmx_document_free(doc);
	}
	return entries;
}

static size_t parse(const struct text *t)
{
	return parse_with(t, NULL);
}

/* An allocator that keeps the blocks it gets back, for whoever wants as much or a little less. */
#define KEPT_MAX 16

static void *kept[KEPT_MAX];

static void *keeping_allocate(void *user, size_t size)
{
	(void)user;
	for (size_t i = 0; i < KEPT_MAX; i++) {
		void *block = kept[i];

		if (block && malloc_usable_size(block) >= size &&
		    malloc_usable_size(block) / 2 <= size) {
			kept[i] = NULL;
			return block;
		}
	}
	return malloc(size);
}

static void *keeping_resize(void *user, void *old, size_t size)
{
	(void)user;
	return realloc(old, size);
}

static void keeping_release(void *user, void *block)
{
	size_t i = 0;

	(void)user;
	while (i < KEPT_MAX && kept[i])
		i++;
	if (i < KEPT_MAX)
		kept[i] = block;
	else
		free(block);
}

static size_t parse_keeping(const struct text *t)
{
	static const struct vmx_allocator keeping = {
		keeping_allocate, keeping_resize, keeping_release, NULL
	};

	return parse_with(t, &keeping);
}

static double time_of(size_t (*run)(const struct text *), const struct text *t, size_t *ret)
{
	double from = bench_now();

	*ret = run(t);
	return bench_now() - from;
}

static void bench(const char *name, size_t (*run)(const struct text *), const struct text *t,
		  size_t rounds)
{
	double parsing[BENCH_ROUNDS_MAX], walking[BENCH_ROUNDS_MAX], copying[BENCH_ROUNDS_MAX];
	double parsed, walked;
	size_t entries = 0, lines = 0, copied;

	for (size_t i = 0; i < rounds; i++) {
		walking[i] = time_of(walk, t, &lines);
		copying[i] = time_of(copy, t, &copied);
		parsing[i] = time_of(run, t, &entries);
	}
	parsed = bench_median(parsing, rounds);
	walked = bench_median(walking, rounds);
	printf("%-16s %7.0f MB/s  %6.1f ns an entry  %8.2f us a file  %5.2f times the walk  "
	       "%5.2f times the copy  (%zu bytes, %zu entries, %zu lines)\n", name,
	       (double)t->length / parsed / 1e6, parsed * 1e9 / (double)(entries ? entries : 1),
	       parsed * 1e6 / (double)t->files, parsed / walked,
	       parsed / bench_median(copying, rounds), t->length, entries, lines);
}

static long peak_kilobytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* What is asked for of an allocator, and what the system hands out: less, if some is not used. */
static void bench_memory(const struct text *t)
{
	struct bench_memory memory = { 0, 0 };
	const struct vmx_allocator allocator = BENCH_COUNTING_ALLOCATOR(&memory);
	long before;

	(void)walk(t);
	before = peak_kilobytes();
	(void)parse(t);
	printf("memory           %5.2f bytes a byte of the ordinary lines at the peak",
	       (double)(peak_kilobytes() - before) * 1024 / (double)t->length);
	(void)parse_with(t, &allocator);
	printf(", %.2f are asked for\n", (double)memory.peak / (double)t->length);
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? (size_t)atoi(argv[1]) : 15;
	struct text ordinary = ordinary_lines(), values, small;

	if (rounds < 1 || rounds > BENCH_ROUNDS_MAX)
		bench_give_up("usage: bench_document [rounds]");
	bench_memory(&ordinary);	/* first: it is the peak of the process */
	values = long_values();
	small = small_files();
	bench("ordinary lines", parse, &ordinary, rounds);
	bench("  memory kept", parse_keeping, &ordinary, rounds);
	bench("long values", parse, &values, rounds);
	bench("small files", parse, &small, rounds);
	free_text(&ordinary);
	free_text(&values);
	free_text(&small);
	return 0;
}
