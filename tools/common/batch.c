/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each thread takes the next name, converts the file, and puts what there is to say into a
 * ring, where it lies until all before it is printed.  Whoever puts in the one whose turn it
 * is prints it, and those behind it that are there already.  A thread whose number is a
 * whole ring ahead waits, so a file that takes long does not make the others pile up.
 */
#include "common/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/batch_task.h"
#include "common/characters.h"
#include "common/input.h"
#include "common/json_line.h"
#include "common/name_set.h"
#include "common/names.h"
#include "common/output.h"
#include "common/output_name.h"
#include "common/progress.h"
#include "common/signals.h"

_Static_assert(JOBS_MAX <= TEMPORARIES_MAX, "each thread has its temporary file");

/*
 * How far the others may get ahead of a file, for each thread: so far that a file that takes
 * as long as some others keeps nobody from going on.
 */
#define PLACES_PER_JOB 16

/* With so many bytes to print lying in the ring, nobody gets further ahead. */
#define WAITING_BYTES_MAX ((size_t)16 << 20)

/* How many of those that were not converted are named once more at the end. */
#define FAILURES_SHOWN 20

struct place {
	bool filled;
	struct result result;
};

struct batch {
	const struct converter *converter;
	const struct conversion_settings *settings;
	struct output_rule rule;
	atomic_bool stopped;	/* names can't be read, or nothing printed, any more */

	/* who holds names_lock may take a name */
	pthread_mutex_t names_lock;
	struct name_source names;
	size_t taken;
	struct name_set outputs;
	int names_error;	/* errno */

	/* who holds ring_lock may look at the ring; where the next one to print lies is fixed */
	pthread_mutex_t ring_lock;
	pthread_cond_t ring_moved;
	struct place *ring;
	size_t ring_size, printed;
	size_t waiting_bytes;	/* of the results in it */
	bool printing;

	/* who has set printing may print */
	struct progress progress;
	bool output_is_terminal;
	int output_error;	/* errno */
	enum exit_status status;
	size_t counts[FATES];
	struct result failures[FAILURES_SHOWN];
	size_t failure_count;
};

struct worker {
	struct batch *batch;
	pthread_t thread;
	size_t number;		/* of the file that it is at */
	struct task task;
};

size_t count_cpus(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count < JOBS_MAX ? (size_t)count : JOBS_MAX;
}

static bool is_stopped(const struct batch *b)
{
	return b->stopped || stop_signal() != 0;
}

/*
 * Taking a name
 */

/* NAMES_FAILED: errno says why. */
static enum names_answer find_output(struct batch *b, struct task *task)
{
	task->fault = task->name.fault;
	if (task->fault || !b->rule.folder)
		return NAMES_TAKEN;
	task->fault = name_output(&b->rule, task->name.text, task->output);
	/* those of the command line were compared before */
	if (task->fault || !b->names.list)
		return NAMES_TAKEN;
	switch (name_set_add(&b->outputs, task->output)) {
	case NAME_IS_NEW:
		break;
	case NAME_WAS_THERE:
		task->fault = "its output would be that of an earlier file";
		break;
	case NAME_SET_FAILED:
		return NAMES_FAILED;
	}
	return NAMES_TAKEN;
}

/* False: there is none, or no more shall be taken. */
static bool take_name(struct batch *b, struct worker *w)
{
	enum names_answer answer = NAMES_STOPPED;

	pthread_mutex_lock(&b->names_lock);
	if (!is_stopped(b))
		answer = name_source_next(&b->names, &w->task.name);
	if (answer == NAMES_TAKEN)
		answer = find_output(b, &w->task);
	if (answer == NAMES_TAKEN)
		w->number = b->taken++;
	if (answer == NAMES_FAILED) {
		b->names_error = errno;
		b->stopped = true;
	}
	pthread_mutex_unlock(&b->names_lock);
	return answer == NAMES_TAKEN;
}

/*
 * Printing
 */

/* What would be the use of going on? */
static void lose_output(struct batch *b)
{
	if (b->output_error == 0)
		b->output_error = errno;
	b->stopped = true;
	stop_waiting();
}

static void print_streams(struct batch *b, const struct result *result)
{
	bool prints = result->out.length > 0 && b->output_error == 0;

	if (result->err.length > 0 || (prints && b->output_is_terminal))
		progress_hide(&b->progress);
	if (result->err.length > 0)
		fwrite(result->err.data, 1, result->err.length, stderr);
	if (prints && fwrite(result->out.data, 1, result->out.length, stdout) != result->out.length)
		lose_output(b);
}

static void print_result(struct batch *b, struct result *result)
{
	size_t failed;

	if (!result->out.data)
		show_out_of_memory(&b->settings->common.console);
	print_streams(b, result);
	b->status = status_of_both(b->status, result->status);
	b->counts[result->fate]++;
	failed = b->counts[REFUSED] + b->counts[FAILED];
	progress_show(&b->progress, b->printed + 1, failed, false);
	memory_stream_release(&result->out);
	memory_stream_release(&result->err);
	if (result->status != STATUS_DONE && b->failure_count < FAILURES_SHOWN)
		b->failures[b->failure_count++] = *result;
	else
		result_release(result);
}

static size_t bytes_of(const struct result *result)
{
	return result->out.length + result->err.length;
}

static struct place *next_place(const struct batch *b)
{
	return &b->ring[b->printed % b->ring_size];
}

/* With ring_lock held, but not while it prints. */
static void print_what_is_ready(struct batch *b)
{
	struct place *place = next_place(b);

	if (b->printing)
		return;
	b->printing = true;
	while (place->filled) {
		size_t bytes = bytes_of(&place->result);

		pthread_mutex_unlock(&b->ring_lock);
		print_result(b, &place->result);
		pthread_mutex_lock(&b->ring_lock);
		place->filled = false;
		b->waiting_bytes -= bytes;
		b->printed++;
		pthread_cond_broadcast(&b->ring_moved);
		place = next_place(b);
		if (place->filled)
			continue;
		/* nobody who reads along shall wait for what comes next */
		pthread_mutex_unlock(&b->ring_lock);
		if (fflush(stdout) != 0)
			lose_output(b);
		pthread_mutex_lock(&b->ring_lock);
	}
	b->printing = false;
}

/*
 * The threads
 */
/* Never for the file that is to be printed next: all others may wait for that. */
static bool is_too_far_ahead(const struct batch *b, size_t number)
{
	return number >= b->printed + b->ring_size ||
	       (number > b->printed && b->waiting_bytes > WAITING_BYTES_MAX);
}

static void wait_for_place(struct batch *b, size_t number)
{
	pthread_mutex_lock(&b->ring_lock);
	while (is_too_far_ahead(b, number))
		pthread_cond_wait(&b->ring_moved, &b->ring_lock);
	pthread_mutex_unlock(&b->ring_lock);
}

static void hand_in(struct batch *b, size_t number, const struct result *result)
{
	pthread_mutex_lock(&b->ring_lock);
	b->ring[number % b->ring_size] = (struct place){ true, *result };
	b->waiting_bytes += bytes_of(result);
	print_what_is_ready(b);
	pthread_mutex_unlock(&b->ring_lock);
}

static void *work(void *argument)
{
	struct worker *w = argument;

	while (take_name(w->batch, w)) {
		struct result result = { .status = STATUS_DONE };

		wait_for_place(w->batch, w->number);
		do_task(&w->task, &result);
		hand_in(w->batch, w->number, &result);
	}
	return NULL;
}

static void worker_free(struct worker *w)
{
	if (w && w->task.settings)
		vmx_error_free(w->task.settings->common.error);
	if (w)
		free(w->task.settings);
	free(w);
}

static struct worker *worker_new(struct batch *b)
{
	struct worker *w = calloc(1, sizeof(*w));
	struct conversion_settings *own = malloc(b->converter->settings_size);

	if (!w || !own) {
		free(own);
		free(w);
		return NULL;
	}
	memcpy(own, b->settings, b->converter->settings_size);
	own->common.error = vmx_error_new();
	own->common.console.findings = &w->task.findings;
	own->common.console.silent = own->batch.jsonl;
	w->batch = b;
	w->task.converter = b->converter;
	w->task.settings = own;
	if (own->common.error)
		return w;
	worker_free(w);
	return NULL;
}

/* This thread is the first of them; if there can't be as many as wanted, fewer will do. */
static enum exit_status run_workers(struct batch *b, size_t jobs)
{
	struct worker *workers[JOBS_MAX] = { worker_new(b) };
	size_t count = 1;

	if (!workers[0])
		return show_out_of_memory(&b->settings->common.console);
	for (; count < jobs; count++) {
		workers[count] = worker_new(b);
		if (!workers[count] ||
		    pthread_create(&workers[count]->thread, NULL, work, workers[count]) != 0) {
			worker_free(workers[count]);
			break;
		}
	}
	work(workers[0]);
	for (size_t i = 1; i < count; i++)
		pthread_join(workers[i]->thread, NULL);
	for (size_t i = 0; i < count; i++)
		worker_free(workers[i]);
	return b->status;
}

/*
 * Before
 */

/* The first file whose output that of files[last] would be. */
static size_t find_same_output(const struct batch *b, char **files, size_t last, const char *output)
{
	char other[PATH_MAX];
	size_t i = 0;

	while (i < last && (name_output(&b->rule, files[i], other) || strcmp(other, output) != 0))
		i++;
	return i;
}

/* On the command line nothing is done where two files would end up in one. */
static enum exit_status compare_outputs(struct batch *b, char **files, size_t count)
{
	const struct console *console = &b->settings->common.console;
	char output[PATH_MAX];

	for (size_t i = 0; i < count; i++) {
		const char *why = name_output(&b->rule, files[i], output);
		size_t other;

		if (why)
			return usage_error(console, "'%s': %s", files[i], why);
		switch (name_set_add(&b->outputs, output)) {
		case NAME_IS_NEW:
			break;
		case NAME_WAS_THERE:
			other = find_same_output(b, files, i, output);
			if (other < i)
				return usage_error(console, "'%s' and '%s' would both be written to '%s'",
						   files[other], files[i], output);
			break;
		case NAME_SET_FAILED:
			return show_out_of_memory(console);
		}
	}
	name_set_release(&b->outputs);
	return STATUS_DONE;
}

static enum exit_status check_folder(const struct batch *b)
{
	if (is_folder(b->rule.folder))
		return STATUS_DONE;
	show_problem(&b->settings->common.console, "can't write into '%s': %s", b->rule.folder,
		     strerror(errno));
	return STATUS_SYSTEM;
}

static enum exit_status prepare(struct batch *b, char **files, size_t count, size_t jobs)
{
	const struct console *console = &b->settings->common.console;
	const char *list = b->settings->batch.files0_from;
	enum exit_status status = STATUS_DONE;

	b->ring_size = jobs * PLACES_PER_JOB;
	b->ring = calloc(b->ring_size, sizeof(*b->ring));
	if (!b->ring)
		return show_out_of_memory(console);
	if (b->rule.folder && !list)
		status = compare_outputs(b, files, count);
	if (b->rule.folder && status == STATUS_DONE)
		status = check_folder(b);
	if (status != STATUS_DONE)
		return status;
	if (!name_source_open(&b->names, list, files, count)) {
		show_problem(console, "can't read '%s': %s", list, strerror(errno));
		return STATUS_SYSTEM;
	}
	if (!stop_on_signals()) {
		show_problem(console, "can't catch signals: %s", strerror(errno));
		return STATUS_SYSTEM;
	}
	b->output_is_terminal = isatty(STDOUT_FILENO);
	progress_begin(&b->progress, console->quiet, list ? 0 : count);
	json_object_seed(0);	/* jansson's only shared state */
	return STATUS_DONE;
}

/*
 * After
 */

/* Once for all files: what was not waited for after each is the names. */
static void sync_folder(const struct batch *b)
{
	int fd;

	if (!b->rule.folder || b->settings->durability == SYNC_NOTHING || b->counts[CONVERTED] == 0)
		return;
	fd = open(b->rule.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)syncfs(fd);
	close(fd);
}

static void show_failures(const struct batch *b, size_t failed)
{
	show_problem(&b->settings->common.console, "%zu of %zu files not converted:",
		     failed, b->printed);
	for (size_t i = 0; i < b->failure_count; i++) {
		const struct result *failure = &b->failures[i];
		const char *name = failure->name ? failure->name : "?";

		fputs("    ", stderr);
		print_harmless(stderr, name, strlen(name));
		fprintf(stderr, ": %s [%s]\n", fate_name(failure->fate), vmx_code_name(failure->code));
	}
	if (failed > b->failure_count)
		fprintf(stderr, "    and %zu more\n", failed - b->failure_count);
}

/* What kept the run from going on to its end. */
static void show_stop(const struct batch *b)
{
	const struct console *console = &b->settings->common.console;

	if (b->names_error != 0)
		show_problem(console, "can't read '%s': %s",
			     b->names.list ? input_name(b->names.list) : "names", strerror(b->names_error));
	if (b->output_error != 0)
		show_lost_output(console, b->output_error);
	if (is_stopped(b))
		show_problem(console, "stopped after %zu files: %zu converted, %zu skipped, "
			     "%zu refused, %zu failed", b->printed, b->counts[CONVERTED],
			     b->counts[SKIPPED], b->counts[REFUSED], b->counts[FAILED]);
}

static void show_end(struct batch *b)
{
	size_t failed = b->counts[REFUSED] + b->counts[FAILED];

	if (b->names_error != 0 || b->output_error != 0)
		b->status = STATUS_SYSTEM;
	progress_hide(&b->progress);
	progress_show(&b->progress, b->printed, failed, true);
	/* who does not read the output any more does not wait for this either */
	if (stop_signal() == SIGPIPE)
		return;
	show_stop(b);
	if (failed > 0 && b->printed > 1)
		show_failures(b, failed);
	if (b->counts[SKIPPED] > 0)
		show_note(&b->settings->common.console, "%zu of %zu files skipped: the output is there",
			  b->counts[SKIPPED], b->printed);
}

static void release(struct batch *b)
{
	for (size_t i = 0; i < b->failure_count; i++)
		result_release(&b->failures[i]);
	free(b->ring);
	name_set_release(&b->outputs);
	name_source_close(&b->names);
	pthread_mutex_destroy(&b->names_lock);
	pthread_mutex_destroy(&b->ring_lock);
	pthread_cond_destroy(&b->ring_moved);
	free(b);
}

enum exit_status run_batch(const struct converter *converter, struct conversion_settings *settings,
			   char **files, size_t count)
{
	size_t jobs = settings->batch.jobs ? settings->batch.jobs : 1;
	struct batch *b = calloc(1, sizeof(*b));
	enum exit_status status;

	if (!b)
		return show_out_of_memory(&settings->common.console);
	if (settings->durability == SYNC_FILE_AND_NAME)
		settings->durability = SYNC_FILE;
	b->converter = converter;
	b->settings = settings;
	b->rule = (struct output_rule){
		.folder = settings->batch.output_dir, .parents = settings->batch.parents,
		.from = converter->from, .to = converter->to,
	};
	pthread_mutex_init(&b->names_lock, NULL);
	pthread_mutex_init(&b->ring_lock, NULL);
	pthread_cond_init(&b->ring_moved, NULL);
	b->names.fd = -1;
	status = prepare(b, files, count, jobs);
	if (status == STATUS_DONE) {
		status = run_workers(b, jobs);
		sync_folder(b);
		show_end(b);
		status = status_of_both(status, b->status);
	}
	release(b);
	return status;
}
