/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS_BETWEEN 0.1

static double seconds_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - begin->tv_sec) + (double)(now.tv_nsec - begin->tv_nsec) / 1e9;
}

void progress_begin(struct progress *progress, bool quiet, size_t total)
{
	const char *terminal = getenv("TERM");

	*progress = (struct progress){ .total = total };
	progress->on = !quiet && isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
	clock_gettime(CLOCK_MONOTONIC, &progress->begun);
	progress->drawn = progress->begun;
}

void progress_hide(struct progress *progress)
{
	if (!progress->shown)
		return;
	fputs("\r\033[K", stderr);
	progress->shown = false;
	progress->hidden = true;
}

void progress_show(struct progress *progress, size_t done, size_t not_converted, bool last)
{
	char total[32] = "";
	double seconds;

	if (!progress->on ||
	    (!last && !progress->hidden && seconds_since(&progress->drawn) < SECONDS_BETWEEN))
		return;
	seconds = seconds_since(&progress->begun);
	if (progress->total > 0)
		snprintf(total, sizeof(total), " of %zu", progress->total);
	fprintf(stderr, "\r%zu%s files, %zu not converted, %.0f/s\033[K%s", done, total, not_converted,
		seconds > 0 ? (double)done / seconds : 0.0, last ? "\n" : "");
	clock_gettime(CLOCK_MONOTONIC, &progress->drawn);
	progress->shown = !last;
	progress->hidden = false;
}
