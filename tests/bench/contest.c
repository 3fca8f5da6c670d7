/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contest.h"

#include <string.h>
#include <sys/resource.h>

#include "bench.h"
#include "support/files.h"

#define SECONDS 0.05	/* of each contestant's turn */

/*
 * The files
 */

void contest_add(struct contest_set *set, const char *path,
		 bool (*takes)(const struct contest_text *text))
{
	struct contest_text text;
	struct blob file;

	if (!read_file(path, &file))
		bench_give_up("a file can't be read");
	text = (struct contest_text){ file.data, file.length };
	if (takes && !takes(&text)) {
		blob_release(&file);
		set->left_out++;
		return;
	}
	set->texts = realloc(set->texts, (set->count + 1) * sizeof(text));
	if (!set->texts)
		bench_give_up("no memory");
	set->texts[set->count++] = text;
	set->bytes += text.length;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), rest = strlen(suffix);

	return length >= rest && strcmp(name + length - rest, suffix) == 0;
}

void contest_add_peers(struct contest_set *set, const char *folder, const char *suffix,
		       bool (*takes)(const struct contest_text *text))
{
	const char *data = getenv("VMXKIT_PEER_DATA");
	char *path = text_of_format("%s/%s", data ? data : "", folder);
	struct names names = { NULL, 0, 0 };

	if (data && file_exists(path))
		list_folder(path, &names);
	for (size_t i = 0; i < names.count; i++) {
		char *file = text_of_format("%s/%s", path, names.items[i]);

		if (has_suffix(file, suffix))
			contest_add(set, file, takes);
		free(file);
	}
	names_release(&names);
	free(path);
}

void contest_release(struct contest_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->texts[i].bytes);
	free(set->texts);
}

/*
 * The turns
 */

static void take_turn(const struct contest_set *set, struct contestant *c, size_t round)
{
	double begin = bench_now(), end;
	size_t times = 0;

	do {
		for (size_t i = 0; i < set->count; i++) {
			if (!c->work(&set->texts[i]))
				bench_give_up("a file can't be converted any more");
		}
		times++;
		end = bench_now();
	} while (end - begin < SECONDS);
	c->seconds[round] = (end - begin) / (double)(times * set->count);
}

/* The median of the ratios of each round: what hits both at the same time cancels out. */
static double ratio(const struct contestant *slow, const struct contestant *fast)
{
	double ratios[CONTEST_ROUNDS];

	for (size_t i = 0; i < CONTEST_ROUNDS; i++)
		ratios[i] = slow->seconds[i] / fast->seconds[i];
	return bench_median(ratios, CONTEST_ROUNDS);
}

static bool print_one(const struct contest *contest, const struct contest_set *set,
		      struct contestant *c)
{
	double mean = (double)set->bytes / (double)set->count, seconds, times;

	times = contest->peer ? ratio(&contest->contestants[contest->count - 1], c) : 0;
	seconds = bench_median(c->seconds, CONTEST_ROUNDS);
	printf("  %-16s %9.0f /s %8.2f us %7.1f MB/s", c->name, 1 / seconds, seconds * 1e6,
	       mean / seconds / 1e6);
	if (contest->peer)
		printf(" %7.1f times libvirt", times);
	printf("\n");
	return !contest->peer || !set->aimed_at || !c->aimed_at || times >= contest->aim;
}

bool contest_run(const struct contest *contest, const struct contest_set *set)
{
	size_t count = contest->count - !contest->peer;
	bool met = true;

	if (set->count == 0)
		return true;
	for (size_t round = 0; round < CONTEST_ROUNDS; round++) {
		for (size_t i = 0; i < count; i++)
			take_turn(set, &contest->contestants[i], round);
	}
	printf("%s: %zu files of %zu bytes in the mean", set->name, set->count,
	       set->bytes / set->count);
	if (set->left_out > 0)
		printf(" (%zu that not all take are left out)", set->left_out);
	printf("\n");
	/* a median sorts: libvirt, with which all are compared round by round, comes last */
	for (size_t i = 0; i < count; i++)
		met = print_one(contest, set, &contest->contestants[i]) && met;
	return met;
}

int contest_end(const struct contest *contest, bool met)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("median of %d rounds, peak memory %ld kB; the aim is %.0f times libvirt: %s\n",
	       CONTEST_ROUNDS, usage.ru_maxrss, contest->aim,
	       !contest->peer ? "not measured" : met ? "met" : "MISSED");
	return met ? EXIT_SUCCESS : EXIT_FAILURE;
}
