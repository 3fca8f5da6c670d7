/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/differential.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than any input takes, by far: what goes on and on is ended. */
#define SECONDS_MOST 120
/* One input in so many may end the peer; more would say that it does not work here. */
#define PEER_ENDS_ONE_IN 1000
/* Inputs after which a row of what is known has to be of use. */
#define ROW_NEEDED 100000

struct names differential_files;

/* One run per program. */
static struct run {
	const struct differential *differential;
	uint64_t seed;
	size_t count, shown;
	bool print;
	enum result reducing;	/* the result that has to stay, and what was said */
	const char *said;	/* NULL: nothing */
} run = { .seed = 1, .shown = 10 };

/* What children tell: it outlives them, however they end. */
static struct tally {
	size_t at;		/* the number of the input at work */
	volatile bool peer_works;
	size_t shown;
	size_t results[RESULTS], known[KNOWN_MAX];
	enum result answer;	/* of one comparison, and what both say */
	char what[4096];
} *tally;

static const char *const result_words[RESULTS] = {
	[BOTH_REFUSE] = "refused by both", [SAME] = "with the same outcome",
	[KNOWN] = "with a known difference", [PEER_ENDS] = "that end the peer: not asked",
	[WE_REFUSE] = "refused only by vmxkit", [PEER_REFUSES] = "refused only by the peer",
	[OTHER] = "with another outcome", [WE_END] = "that end vmxkit",
};

/*
 * Children
 */

void differential_peer_works(bool working)
{
	tally->peer_works = working;
}

/* False: the child did not come to its end. */
static bool in_child(void (*work)(const void *), const void *data)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child < 0)
		give_up("no child");
	if (child == 0) {
		tally->peer_works = false;
		work(data);
		exit(0);
	}
	if (waitpid(child, &status, 0) != child)
		give_up("a child is gone");
	return status == 0;
}

static enum result who_ended(void)
{
	return tally->peer_works ? PEER_ENDS : WE_END;
}

static void compare_in_child(const void *data)
{
	struct verdict verdict = { .result = BOTH_REFUSE };

	alarm(SECONDS_MOST);
	run.differential->compare(data, &verdict);
	tally->answer = verdict.result;
	snprintf(tally->what, sizeof(tally->what), "%s", verdict.what ? verdict.what : "");
	/* nothing more: who looks for leaks would look at each of thousands */
	_exit(0);
}

/* What both say is in tally->what afterwards. */
static enum result compare_apart(const struct blob *input)
{
	tally->what[0] = '\0';
	return in_child(compare_in_child, input) ? tally->answer : who_ended();
}

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
	return strncmp(what, run.said, strcspn(run.said, "'\"0123456789")) == 0;
}

static bool still_differs(const struct blob *input)
{
	return compare_apart(input) == run.reducing && is_said_again(tally->what);
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

static void show(uint64_t seed, struct blob *input, enum result result)
{
	const struct differential *d = run.differential;
	char *said;

	if (tally->shown >= run.shown)
		return;
	tally->shown++;
	if (compare_apart(input) != result)
		printf("--- what follows is not so when it is asked again\n");
	said = text_of_format("%s", tally->what);
	run.reducing = result;
	run.said = said;
	while (d->reduce && d->reduce(input, still_differs))
		;
	result = compare_apart(input);
	printf("--- --seed %llu --count 1: %s\n%s", (unsigned long long)seed,
	       result_words[result], tally->what);
	if (d->describe)
		d->describe();
	put_visibly(input);
	free(said);
}

/*
 * The run
 */

static void run_one(uint64_t seed)
{
	struct chance c = { seed };
	struct blob input = { NULL, 0 };
	struct verdict verdict = { .result = BOTH_REFUSE };

	run.differential->make(&c, &input);
	run.differential->compare(&input, &verdict);
	tally->results[verdict.result]++;
	for (size_t i = 0; verdict.result == KNOWN && i < KNOWN_MAX; i++)
		tally->known[i] += verdict.known[i];
	if (verdict.result > PEER_ENDS)
		show(seed, &input, verdict.result);
	free(verdict.what);
	blob_release(&input);
}

static void run_rest(const void *data)
{
	(void)data;
	for (; tally->at < run.count; tally->at++) {
		alarm(SECONDS_MOST);
		run_one(run.seed + tally->at);
	}
	alarm(0);
	names_release(&differential_files);
}

static void show_end(void)
{
	struct chance c = { run.seed + tally->at };
	struct blob input = { NULL, 0 };
	enum result result = who_ended();

	tally->results[result]++;
	/* at the end of all it is no input, but a leak, say */
	if (tally->at == run.count)
		return;
	run.differential->make(&c, &input);
	show(run.seed + tally->at, &input, result);
	blob_release(&input);
	tally->at++;
}

static void run_all(void)
{
	bool ended;

	do {
		ended = !in_child(run_rest, NULL);
		if (ended)
			show_end();
	} while (ended && tally->at < run.count);
}

static void print_inputs(void)
{
	const struct differential *d = run.differential;

	for (size_t i = 0; i < run.count; i++) {
		struct chance c = { run.seed + i };
		struct blob input = { NULL, 0 };

		d->make(&c, &input);
		fwrite(input.data, 1, input.length, stdout);
		blob_release(&input);
	}
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
		{ "print", no_argument, NULL, 'p' },
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
		else if (option == 'p')
			run.print = true;
		else
			give_up("Usage: %s [--count N] [--seed N] [--shown N] [--print]", argv[0]);
	}
}

/* True: there is a row that is of no use. */
static bool put_known_rows(void)
{
	bool useless = false;
	const struct known_row *row;

	for (size_t i = 0; (row = run.differential->known_row(i)); i++) {
		bool missed = tally->known[i] == 0 && run.count >= ROW_NEEDED && !row->rare;

		if (tally->known[i] > 0 || run.count >= ROW_NEEDED)
			printf("%8zu known: %s%s%s%s\n", tally->known[i], row->why,
			       row->rare ? " (rare: " : "", row->rare ? row->rare : "",
			       row->rare ? ")" : missed ? ": NOT NEEDED" : "");
		useless = useless || missed;
	}
	return useless;
}

static int summarise(void)
{
	const size_t *results = tally->results;
	bool failed = false;

	printf("%zu inputs from seed %llu, vmxkit and %s:\n", run.count,
	       (unsigned long long)run.seed, run.differential->peer);
	for (size_t i = 0; i < RESULTS; i++) {
		printf("%8zu %s\n", results[i], result_words[i]);
		failed = failed || (i > PEER_ENDS && results[i] > 0);
	}
	/* inputs that nobody takes would prove nothing, nor would a peer that is no more */
	return put_known_rows() || failed || results[PEER_ENDS] > 1 + run.count / PEER_ENDS_ONE_IN ||
	       (run.count >= 1000 && !results[SAME]);
}

int differential_run(const struct differential *differential, int argc, char **argv)
{
	int status = 0;

	run.differential = differential;
	run.count = differential->count;
	read_options(argc, argv);
	find_files(getenv("VMXKIT_PEER_DATA"));
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		give_up("no memory");
	if (run.print) {
		print_inputs();
	} else {
		run_all();
		status = summarise();
	}
	munmap(tally, sizeof(*tally));
	names_release(&differential_files);
	return status;
}
