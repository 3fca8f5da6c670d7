/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_batch VMX2XML FOLDER [FILES]: many files in one run.  For 1,000, 10,000 and 100,000
 * files (or up to FILES), each a copy of one of the samples in FOLDER, and for one, two and eight
 * threads: the time for each file, and the most memory.  All in a temporary folder (TMPDIR),
 * which takes some 2 GB for a moment: what was written stays until the end, because ext4 looks
 * at each file that was deleted a moment ago before it makes a new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/files.h"

#define FILES_MAX 10000000
#define FILES_IN_FOLDER 1000

static const char *tool;
static char *folder;

/*
 * Inputs
 */
static struct blob *samples;
static size_t sample_count, sample_bytes;

/* Those that can be converted without further arguments: they have their XML beside them. */
static void read_samples(const char *path)
{
	struct names names = { NULL, 0, 0 };

	list_folder(path, &names);
	samples = calloc(names.count + 1, sizeof(*samples));
	if (!samples)
		give_up("no memory");
	for (size_t i = 0; i < names.count; i++) {
		char *in = text_of_format("%s/%s/in.vmx", path, names.items[i]);
		char *xml = text_of_format("%s/%s/default.xml", path, names.items[i]);
		char *args = text_of_format("%s/%s/args", path, names.items[i]);

		if (file_exists(xml) && !file_exists(args) && read_file(in, &samples[sample_count]))
			sample_bytes += samples[sample_count++].length;
		free(in);
		free(xml);
		free(args);
	}
	names_release(&names);
	if (sample_count == 0)
		give_up("%s: there are no samples", path);
}

static void make_inputs(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct blob *sample = &samples[i % sample_count];
		char *path = text_of_format("%s/in/%04zu/%07zu.vmx", folder, i / FILES_IN_FOLDER, i);

		write_file(path, sample->data, sample->length);
		free(path);
	}
}

static void write_list(size_t count)
{
	char *path = text_of_format("%s/list", folder);
	FILE *list = fopen(path, "we");

	if (!list)
		give_up("%s: %s", path, strerror(errno));
	for (size_t i = 0; i < count; i++)
		fprintf(list, "in/%04zu/%07zu.vmx%c", i / FILES_IN_FOLDER, i, '\0');
	if (fclose(list) != 0)
		give_up("%s: %s", path, strerror(errno));
	free(path);
}

/*
 * Runs
 */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct way {
	const char *name;
	const char *options[2];
	bool has_files;
	const char *jobs[3];		/* NULL behind the last */
};

/* One thread that syncs takes minutes for what is known after a thousand: it only waits. */
static const struct way ways[] = {
	{ "records", { "--jsonl", "--quiet" }, false, { "--jobs=1", "--jobs=2", "--jobs=8" } },
	{ "files, not synced", { "--no-sync", "--quiet" }, true, { "--jobs=1", "--jobs=2", NULL } },
	{ "files", { "--quiet", "--quiet" }, true, { "--jobs=8", NULL, NULL } },
};

static const struct way waiting = {
	"files", { "--quiet", "--quiet" }, true, { "--jobs=1", "--jobs=2", NULL }
};

static pid_t start(const struct way *way, const char *jobs, const char *output)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	if (chdir(folder) != 0 || dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO) < 0)
		_exit(127);
	execl(tool, "vmx2xml", "--files0-from=list", jobs, way->options[0], way->options[1],
	      way->has_files ? output : NULL, (char *)NULL);
	_exit(127);
}

static double microseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

/* Answers the seconds for each file. */
static double measure(const struct way *way, const char *jobs, size_t count)
{
	static unsigned int run;
	char *out = text_of_format("%s/out%u", folder, run);
	char *output = text_of_format("--output-dir=out%u", run++);
	struct rusage usage;
	double begin, seconds;
	int status;
	pid_t child;

	if (mkdir(out, 0777) != 0)
		give_up("%s: %s", out, strerror(errno));
	sync();		/* what earlier runs have left to be written is not this one's */
	begin = now();
	child = start(way, jobs, output);
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		give_up("%s: %s", tool, strerror(errno));
	seconds = (now() - begin) / (double)count;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		remove_folder(folder);
		give_up("%s has failed", tool);
	}
	free(out);
	free(output);
	printf("%-18s %s %7zu files: %7.1f us for a file, %6.1f of a CPU and %6.1f of it in the "
	       "kernel; %6.0f /s, %6.2f MB/s, peak memory %ld kB\n", way->name, jobs, count,
	       seconds * 1e6,
	       (microseconds(usage.ru_utime) + microseconds(usage.ru_stime)) / (double)count,
	       microseconds(usage.ru_stime) / (double)count, 1 / seconds,
	       (double)(sample_bytes / sample_count) / seconds / 1e6, usage.ru_maxrss);
	fflush(stdout);
	return seconds;
}

static void compare(const struct way *way, const char *jobs, size_t most)
{
	double first = 0, last = 0;

	for (size_t count = 1000; count <= most; count *= 10) {
		write_list(count);
		last = measure(way, jobs, count);
		if (count == 1000)
			first = last;
	}
	if (most > 1000)
		printf("%-18s %s the last is %.2f times the first\n", way->name, jobs, last / first);
}

static void compare_jobs(const struct way *way, size_t most)
{
	for (size_t i = 0; i < sizeof(way->jobs) / sizeof(way->jobs[0]) && way->jobs[i]; i++)
		compare(way, way->jobs[i], most);
}

int main(int argc, char **argv)
{
	size_t most = argc > 3 ? strtoul(argv[3], NULL, 10) : 100000;

	if (argc < 3 || argc > 4 || most < 1000 || most > FILES_MAX)
		give_up("Usage: bench_batch VMX2XML FOLDER [FILES]");
	tool = absolute_path(argv[1]);
	read_samples(argv[2]);
	folder = make_temporary_folder();
	make_inputs(most);
	printf("%zu samples of %zu bytes on average\n", sample_count, sample_bytes / sample_count);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		compare_jobs(&ways[i], most);
	compare_jobs(&waiting, 1000);
	remove_folder(folder);
	return 0;
}
