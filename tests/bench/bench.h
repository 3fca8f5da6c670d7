/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What benchmarks share.  The time is that of the processor, in the kernel too (new
 * pages are a good part of it); who is compared takes turns, and the median of the
 * rounds counts: so a busy machine changes the figures, but hardly their ratio.
 */
#ifndef BENCH_H
#define BENCH_H

#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <vmxkit/vmxkit.h>

#define BENCH_ROUNDS_MAX 99

static inline double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts them. */
static inline double bench_median(double *values, size_t count)
{
	/* cppcheck-suppress uninitvar ; its callers have filled it */
	qsort(values, count, sizeof(*values), bench_compare);
	return values[count / 2];
}

_Noreturn static inline void bench_give_up(const char *why)
{
	fprintf(stderr, "%s\n", why);
	exit(2);
}

static inline void *bench_allocate(size_t size)
{
	void *block = malloc(size);

	if (!block)
		bench_give_up("no memory");
	return block;
}

/*
 * An allocator that knows how much is asked for, and how much that was at the most.
 */
struct bench_memory {
	size_t live, peak;
};

static inline void bench_count(struct bench_memory *memory, size_t more, size_t less)
{
	memory->live += more - less;
	if (memory->live > memory->peak)
		memory->peak = memory->live;
}

static inline void *bench_counting_allocate(void *user, size_t size)
{
	void *block = malloc(size);

	if (block)
		bench_count(user, malloc_usable_size(block), 0);
	return block;
}

static inline void *bench_counting_resize(void *user, void *old, size_t size)
{
	size_t before = malloc_usable_size(old);
	void *block = realloc(old, size);

	if (block)
		bench_count(user, malloc_usable_size(block), before);
	return block;
}

static inline void bench_counting_release(void *user, void *block)
{
	bench_count(user, 0, malloc_usable_size(block));
	free(block);
}

#define BENCH_COUNTING_ALLOCATOR(memory) \
	{ bench_counting_allocate, bench_counting_resize, bench_counting_release, (memory) }

#endif
