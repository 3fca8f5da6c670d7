/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_process EMPTY LINKED VMX2XML VMX XML2VMX XML: what a whole run of a tool costs,
 * from its start to its end, beside runs that do nothing: of /bin/true, of a program
 * that returns 0 (EMPTY), and of the same program with all libraries of the tools
 * (LINKED).  The programs take turns; counted is the time of the processor that the
 * process used, in the kernel too, and the shortest time on the clock, which a busy
 * machine can only make longer.  A conversion that costs more than LIMIT above the empty
 * program: exit status 1.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench.h"

#define LIMIT 2e-3
#define TURNS 300

extern char **environ;

static struct program {
	const char *name;
	char *arguments[3];
	double seconds[TURNS], shortest;
} programs[] = {
	{ .name = "/bin/true", .arguments = { (char[]){ "/bin/true" } } },
	{ .name = "empty" }, { .name = "empty, linked" }, { .name = "vmx2xml" },
	{ .name = "xml2vmx" },
};

enum { TRUE, EMPTY, LINKED, VMX2XML, XML2VMX, PROGRAMS };

static double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void run_once(struct program *p, size_t turn, posix_spawn_file_actions_t *actions)
{
	double begin = clock_now(), took;
	struct rusage usage;
	int status;
	pid_t pid;

	if (posix_spawn(&pid, p->arguments[0], actions, NULL, p->arguments, environ) != 0 ||
	    wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		bench_give_up("a program can't be run");
	took = clock_now() - begin;
	p->seconds[turn] = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
	if (turn == 0 || took < p->shortest)
		p->shortest = took;
}

/* All that they write goes nowhere. */
static void run_all(void)
{
	posix_spawn_file_actions_t actions;

	if (posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) != 0)
		bench_give_up("no memory");
	for (size_t turn = 0; turn < TURNS; turn++) {
		for (size_t i = 0; i < PROGRAMS; i++)
			run_once(&programs[i], turn, &actions);
	}
	posix_spawn_file_actions_destroy(&actions);
}

int main(int argc, char **argv)
{
	double medians[PROGRAMS];
	bool within = true;

	if (argc != 7)
		bench_give_up("usage: bench_process EMPTY LINKED VMX2XML VMX XML2VMX XML");
	programs[EMPTY].arguments[0] = argv[1];
	programs[LINKED].arguments[0] = argv[2];
	memcpy(programs[VMX2XML].arguments, argv + 3, 2 * sizeof(char *));
	memcpy(programs[XML2VMX].arguments, argv + 5, 2 * sizeof(char *));
	run_all();
	printf("%-14s %12s %14s %12s\n", "a run of", "processor", "above empty", "on the clock");
	for (size_t i = 0; i < PROGRAMS; i++) {
		const struct program *p = &programs[i];
		double above;

		medians[i] = bench_median(programs[i].seconds, TURNS);
		above = medians[i] - medians[i > TRUE ? EMPTY : TRUE];
		printf("%-14s %9.2f ms %11.2f ms %9.2f ms\n", p->name, medians[i] * 1e3, above * 1e3,
		       p->shortest * 1e3);
		within = within && (i < VMX2XML || above <= LIMIT);
	}
	printf("median of %d turns; the aim is a conversion of at most %.0f ms above empty: %s\n",
	       TURNS, LIMIT * 1e3, within ? "met" : "MISSED");
	return within ? EXIT_SUCCESS : EXIT_FAILURE;
}
