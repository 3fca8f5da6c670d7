/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/differential.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN_MAX 64

struct names differential_files;

/* One run per program. */
static struct run {
	const struct differential *differential;
	uint64_t seed;
	size_t count, shown;
	size_t results[RESULTS];
	struct {
		const char *why;
		size_t count;
	} known[KNOWN_MAX];
	enum result reducing;	/* the result that has to stay, and what was said */
	char *said;
} run = { .seed = 1, .shown = 10 };

static const char *const result_words[RESULTS] = {
	[BOTH_REFUSE] = "refused by both", [SAME] = "with the same outcome",
	[KNOWN] = "with a known difference", [WE_REFUSE] = "refused only by vmxkit",
	[PEER_REFUSES] = "refused only by the peer", [OTHER] = "with another outcome",
};

/*
 * Differences
 */

char *first_difference(const char *ours, const char *theirs)
{
	size_t at = 0, from;

	while (ours[at] && ours[at] == theirs[at])
		at++;
	for (from = at; from > 0 && ours[from - 1] != '\n'; from--)
		;
	return text_of_format("ours:   %.*s\ntheirs: %.*s\n",
			      (int)strcspn(ours + at, "\n") + (int)(at - from), ours + from,
			      (int)strcspn(theirs + at, "\n") + (int)(at - from), theirs + from);
}

/* Up to what is quoted or counted, which may well be less in less. */
static bool is_said_again(const char *what)
{
	size_t length = strcspn(run.said, "'\"0123456789");

	return what && strncmp(what, run.said, length) == 0;
}

static bool still_differs(const struct blob *input)
{
	struct verdict verdict = { BOTH_REFUSE, NULL, NULL };
	bool still;

	run.differential->compare(input, &verdict);
	still = verdict.result == run.reducing && is_said_again(verdict.what);
	free(verdict.what);
	return still;
}

static size_t line_length(const char *text)
{
	size_t length = strcspn(text, "\r\n;");

	return length + strspn(text + length, "\r\n;");
}

bool reduce_lines(struct blob *input, bool (*differs)(const struct blob *smaller))
{
	bool reduced = false;
	size_t at = 0;

	while (at < input->length) {
		size_t line = line_length(input->data + at);
		struct blob less = { .length = input->length - line };

		less.data = text_of_format("%.*s%s", (int)at, input->data, input->data + at + line);
		if (differs(&less)) {
			blob_release(input);
			*input = less;
			reduced = true;
		} else {
			blob_release(&less);
			at += line;
		}
	}
	return reduced;
}

static void put_visibly(const struct blob *input)
{
	for (size_t i = 0; i < input->length; i++) {
		int byte = (unsigned char)input->data[i];

		if (byte == '\n' || (byte >= ' ' && byte < 0x7F))
			putchar(byte);
		else
			printf("<%02X>", (unsigned int)byte);
	}
	putchar('\n');
}

static void show(uint64_t seed, struct blob *input, const struct verdict *found)
{
	const struct differential *d = run.differential;
	struct verdict verdict = { BOTH_REFUSE, NULL, NULL };

	if (run.shown == 0)
		return;
	run.shown--;
	run.reducing = found->result;
	run.said = found->what;
	while (d->reduce && d->reduce(input, still_differs))
		;
	d->compare(input, &verdict);
	printf("--- --seed %llu --count 1: %s\n%s", (unsigned long long)seed,
	       result_words[verdict.result], verdict.what ? verdict.what : "");
	if (d->describe)
		d->describe();
	put_visibly(input);
	free(verdict.what);
}

/*
 * The run
 */

static void count_known(const char *why)
{
	size_t i = 0;

	while (i < KNOWN_MAX && run.known[i].why && strcmp(run.known[i].why, why) != 0)
		i++;
	if (i == KNOWN_MAX)
		give_up("more than %d kinds of known differences", KNOWN_MAX);
	run.known[i].why = why;
	run.known[i].count++;
}

static void run_one(uint64_t seed)
{
	struct chance c = { seed };
	struct blob input = { NULL, 0 };
	struct verdict verdict = { BOTH_REFUSE, NULL, NULL };

	run.differential->make(&c, &input);
	run.differential->compare(&input, &verdict);
	run.results[verdict.result]++;
	if (verdict.result == KNOWN)
		count_known(verdict.why);
	else if (verdict.result > KNOWN)
		show(seed, &input, &verdict);
	free(verdict.what);
	blob_release(&input);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), rest = strlen(suffix);

	return length >= rest && strcmp(name + length - rest, suffix) == 0;
}

/* What has another suffix is taken out of the list, and the folder put in front of the rest. */
static void find_files(const char *folder)
{
	struct names *names = &differential_files;
	size_t kept = 0;

	if (!folder || !run.differential->suffix || !file_exists(folder))
		return;
	list_files_below(folder, names);
	for (size_t i = 0; i < names->count; i++) {
		char *name = names->items[i];

		if (has_suffix(name, run.differential->suffix))
			names->items[kept++] = text_of_format("%s/%s", folder, name);
		free(name);
	}
	names->count = kept;
}

static void read_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' },
		{ "shown", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			run.count = strtoul(optarg, NULL, 10);
		else if (option == 's')
			run.seed = strtoull(optarg, NULL, 10);
		else if (option == 'n')
			run.shown = strtoul(optarg, NULL, 10);
		else
			give_up("Usage: %s [--count N] [--seed N] [--shown N]", argv[0]);
	}
}

static int summarise(void)
{
	printf("%zu inputs from seed %llu, vmxkit and %s:\n", run.count,
	       (unsigned long long)run.seed, run.differential->peer);
	for (size_t i = 0; i < RESULTS; i++)
		printf("%8zu %s\n", run.results[i], result_words[i]);
	for (size_t i = 0; i < KNOWN_MAX && run.known[i].why; i++)
		printf("%8zu known: %s\n", run.known[i].count, run.known[i].why);
	/* inputs that nobody takes would prove nothing */
	return run.results[WE_REFUSE] || run.results[PEER_REFUSES] || run.results[OTHER] ||
	       (run.count >= 1000 && !run.results[SAME]);
}

int differential_run(const struct differential *differential, int argc, char **argv)
{
	int status;

	run.differential = differential;
	run.count = differential->count;
	read_options(argc, argv);
	find_files(getenv("VMXKIT_PEER_DATA"));
	for (size_t i = 0; i < run.count; i++)
		run_one(run.seed + i);
	status = summarise();
	names_release(&differential_files);
	return status;
}
