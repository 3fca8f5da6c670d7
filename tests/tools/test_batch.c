/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_batch VMX2XML XML2VMX: many files in one run.  What fits into a folder of files is in
 * data/cli; this is about numbers of files, threads, memory, signals and terminals.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/process.h"

#if !defined(__has_feature)
#define __has_feature(name) 0	/* clang's */
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER true
#else
#define ADDRESS_SANITIZER false
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define THREAD_SANITIZER true
#else
#define THREAD_SANITIZER false
#endif

extern char **environ;

static const char *vmx2xml, *xml2vmx;
static char *folder;

static const char machine[] =
	"config.version = \"8\"\nvirtualHW.version = \"14\"\ndisplayName = \"small\"\nmemsize = \"64\"\n"
	"uuid.bios = \"56 4d 3a 10 7c 5e 91 b2-04 6f d8 2b 9a c1 17 e3\"\n";
static const char domain[] =
	"<domain type='vmware'><name>small</name><uuid>564d3a10-7c5e-91b2-046f-d82b9ac117e3</uuid>"
	"<memory>65536</memory><os><type arch='i686'>hvm</type></os></domain>\n";

static int make_folder(void **state)
{
	(void)state;
	folder = make_temporary_folder();
	return chdir(folder) != 0 || mkdir("out", 0777) != 0;
}

static int drop_folder(void **state)
{
	(void)state;
	remove_folder(folder);
	free(folder);
	return 0;
}

/*
 * Inputs
 */

/* One file under many names, 0000000.vmx and so on, and a list of them. */
static void make_many(size_t count)
{
	FILE *list = fopen("list", "we");

	assert_non_null(list);
	write_file("model", machine, sizeof(machine) - 1);
	for (size_t i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%07zu.vmx", i);
		assert_true(link("model", name) == 0 || errno == EEXIST);
		fprintf(list, "%s%c", name, '\0');
	}
	assert_int_equal(fclose(list), 0);
}

/*
 * Files that take very different times, some of them bad: text in front of each, which
 * both formats take for a comment, and a list of them.
 */
static void make_mixture(const char *suffix, const char *begin, const char *end, const char *content)
{
	enum { COUNT = 300, LARGE = 400000 };
	FILE *list = fopen("list", "we");

	assert_non_null(list);
	for (unsigned int i = 0; i < COUNT; i++) {
		char *name = text_of_format("%u%s", i, suffix);
		size_t length = i % 29 == 0 ? LARGE : i * 7 % 500;
		FILE *out = fopen(name, "we");

		assert_non_null(out);
		fputs(begin, out);
		while (length-- > 0)
			putc('x', out);
		fputs(end, out);
		fputs(i % 13 == 5 ? "neither\n" : content, out);
		assert_int_equal(fclose(out), 0);
		if (i % 50 == 7)
			remove_file(name);
		fprintf(list, "%s%c", name, '\0');
		free(name);
	}
	assert_int_equal(fclose(list), 0);
}

static void run_with(const char *tool, const char *const *arguments, struct outcome *ret)
{
	struct command command = { .program = tool, .folder = folder };

	for (; *arguments; arguments++)
		command_add(&command, *arguments);
	run(&command, ret);
}

#define RUN(tool, ret, ...) run_with(tool, (const char *const[]){ __VA_ARGS__, NULL }, ret)

/* The files in out/, hidden ones too. */
static size_t count_outputs(void)
{
	struct names names = { NULL, 0, 0 };
	size_t count;

	list_files_below("out", &names);
	for (size_t i = 0; i < names.count; i++)
		assert_non_null(strstr(names.items[i], ".xml"));
	count = names.count;
	names_release(&names);
	return count;
}

/*
 * Order
 */
static void assert_same(const struct outcome *a, const struct outcome *b)
{
	assert_true(blob_equal(&a->out, &b->out));
	assert_true(blob_equal(&a->err, &b->err));
	assert_int_equal(a->status, b->status);
}

static void assert_jobs_change_nothing(const char *tool, const char *option)
{
	static const char *const jobs[] = { "--jobs=2", "--jobs=7", "--jobs=256" };
	struct outcome alone, several;

	RUN(tool, &alone, "--files0-from=list", option, "--jobs=1");
	assert_int_equal(alone.status, 3);
	assert_true(alone.out.length > 5000);
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		RUN(tool, &several, "--files0-from=list", option, jobs[i]);
		assert_same(&alone, &several);
		outcome_release(&several);
	}
	outcome_release(&alone);
}

static void results_are_in_order_however_many_threads(void **state)
{
	(void)state;
	make_mixture(".vmx", "#", "\n", machine);
	assert_jobs_change_nothing(vmx2xml, "--jsonl");
	assert_jobs_change_nothing(vmx2xml, "--report");
	assert_jobs_change_nothing(vmx2xml, "--report=json");
	assert_jobs_change_nothing(vmx2xml, "--output-dir=out");
}

static void it_is_the_same_the_other_way(void **state)
{
	(void)state;
	make_mixture(".xml", "<!--", "-->", domain);
	assert_jobs_change_nothing(xml2vmx, "--jsonl");
	assert_jobs_change_nothing(xml2vmx, "--output-dir=out");
}

static void many_failures_are_counted_and_some_named(void **state)
{
	struct outcome outcome;

	(void)state;
	make_mixture(".vmx", "#", "\n", "neither\n");
	RUN(vmx2xml, &outcome, "--files0-from=list", "--jsonl");
	assert_non_null(strstr(outcome.err.data, "vmx2xml: error: 300 of 300 files not converted:\n"
			       "    0.vmx: refused [not-vmx]\n"));
	assert_non_null(strstr(outcome.err.data, "    7.vmx: failed [io]\n"));
	assert_non_null(strstr(outcome.err.data, "    19.vmx: refused [not-vmx]\n    and 280 more\n"));
	assert_int_equal(outcome.status, 3);
	outcome_release(&outcome);
}

static void a_name_that_is_not_utf8_is_kept_in_base64(void **state)
{
	static const char expected[] =
		"{\"name\":\"c\xEF\xBF\xBD.vmx\",\"name_base64\":\"Y/8udm14\",\"status\":\"converted\","
		"\"diagnostics\":[],\"output\":\"out/c\xEF\xBF\xBD.xml\",\"output_base64\":\"b3V0L2P/LnhtbA==\"}\n";
	struct outcome outcome;

	(void)state;
	write_file("c\xFF.vmx", machine, sizeof(machine) - 1);
	RUN(vmx2xml, &outcome, "--jsonl", "--output-dir=out", "c\xFF.vmx");
	assert_string_equal(outcome.out.data, expected);
	outcome_release(&outcome);
}

static void no_folder_is_made_for_a_bad_file(void **state)
{
	struct outcome outcome;

	(void)state;
	write_file("bad/in.vmx", "neither\n", 8);
	write_file("good/in.vmx", machine, sizeof(machine) - 1);
	RUN(vmx2xml, &outcome, "--output-dir=out", "--parents", "bad/in.vmx", "good/in.vmx");
	assert_int_equal(outcome.status, 1);
	assert_true(file_exists("out/good/in.xml"));
	assert_false(file_exists("out/bad"));
	outcome_release(&outcome);
}

/*
 * Memory
 */

/* What takes memory of its own for what is freed. */
static bool memory_is_watched(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return ADDRESS_SANITIZER || THREAD_SANITIZER || (preload && strstr(preload, "valgrind"));
}

/* The most memory that a run has had, in KiB. */
static long peak_of(size_t files, const char *option, const char *jobs)
{
	pid_t child;
	struct rusage usage;
	int status;

	make_many(files);
	child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		execl(vmx2xml, "vmx2xml", "--files0-from=list", "--no-sync", "--output-dir=out", option, jobs,
		      (char *)NULL);
		_exit(127);
	}
	assert_true(child > 0);
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(count_outputs(), files);
	return usage.ru_maxrss;
}

static void memory_does_not_grow_with_the_files(void **state)
{
	static const char *const options[] = { "--quiet", "--jsonl" }, *const jobs[] = { "--jobs=4", "--jobs=1" };
	enum { MORE_KIB = 1024 };	/* a result that is kept is 1 KiB and more */

	(void)state;
	if (memory_is_watched())
		skip();
	for (size_t i = 0; i < 2; i++) {
		long few = peak_of(2000, options[i], jobs[i]);
		long many = peak_of(8000, options[i], jobs[i]);

		print_message("%s %s: %ld KiB for 2000 files, %ld KiB for 8000\n", options[i], jobs[i],
			      few, many);
		assert_in_range(many, 0, few + MORE_KIB);
		remove_folder("out");
		assert_int_equal(mkdir("out", 0777), 0);
	}
}

/* Many names for one file whose record is a large one, and a list: behind a pipe. */
static void make_large_behind_pipe(size_t count, size_t length)
{
	FILE *list = fopen("list", "we"), *model = fopen("model", "we");

	assert_non_null(list);
	assert_non_null(model);
	fprintf(model, "%sannotation = \"", machine);
	while (length-- > 0)
		putc('x', model);
	fputs("\"\n", model);
	assert_int_equal(fclose(model), 0);
	assert_int_equal(mkfifo("slow.vmx", 0666), 0);
	fprintf(list, "slow.vmx%c", '\0');
	for (size_t i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%zu.vmx", i);
		assert_int_equal(link("model", name), 0);
		fprintf(list, "%s%c", name, '\0');
	}
	assert_int_equal(fclose(list), 0);
}

static long pages_of(pid_t pid)
{
	char *path = text_of_format("/proc/%d/statm", (int)pid);
	FILE *file = fopen(path, "re");
	long size, resident = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	free(path);
	return resident;
}

/* Until it does nothing any more. */
static void wait_for_rest(pid_t pid)
{
	long before = -1, now;

	while ((now = pages_of(pid)) != before) {
		before = now;
		poll(NULL, 0, 400);
	}
}

static void what_waits_behind_a_slow_file_is_bounded(void **state)
{
	/* 16 MiB may wait; two more are worked at, which takes some times their length */
	enum { COUNT = 60, LENGTH = 1000000, MOST_KIB = 48 * 1024 };
	struct rusage usage;
	pid_t child;
	int status, input;

	(void)state;
	if (memory_is_watched())
		skip();
	make_large_behind_pipe(COUNT, LENGTH);
	child = fork();
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
		execl(vmx2xml, "vmx2xml", "--files0-from=list", "--jsonl", "--jobs=2", (char *)NULL);
		_exit(127);
	}
	assert_true(child > 0);
	input = open("slow.vmx", O_WRONLY | O_CLOEXEC);
	assert_true(input >= 0);
	wait_for_rest(child);
	assert_int_equal(write(input, machine, sizeof(machine) - 1), sizeof(machine) - 1);
	close(input);
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	print_message("%ld KiB for %d records of %d bytes\n", usage.ru_maxrss, COUNT, LENGTH);
	assert_in_range(usage.ru_maxrss, 0, MOST_KIB);
}

/*
 * Runs that are watched
 */
struct running {
	pid_t pid;
	int in, out;		/* to its standard input, from its standard output */
	FILE *err;
};

static void start(struct running *ret, const char *const *arguments)
{
	const char *argv[16] = { "vmx2xml" };
	int in[2], out[2];

	for (size_t i = 0; arguments[i]; i++)
		argv[i + 1] = arguments[i];
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	ret->err = tmpfile();
	assert_non_null(ret->err);
	ret->pid = fork();
	assert_true(ret->pid >= 0);
	if (ret->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(fileno(ret->err), STDERR_FILENO);
		execve(vmx2xml, (char *const *)(uintptr_t)argv, environ);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	ret->in = in[1];
	ret->out = out[0];
}

#define START(ret, ...) start(ret, (const char *const[]){ __VA_ARGS__, NULL })

/* Reads so many lines, or up to the end; answers how many there were. */
static size_t read_lines_from(int fd, size_t count)
{
	size_t lines = 0;
	char byte;

	while (lines < count && read(fd, &byte, 1) == 1)
		lines += byte == '\n';
	return lines;
}

/* Answers the signal that has ended it, or 256 and its exit status. */
static int end_of(struct running *r, char text[4096])
{
	size_t length;
	int status;

	close(r->in);
	if (r->out >= 0)
		close(r->out);
	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	rewind(r->err);
	length = fread(text, 1, 4095, r->err);
	text[length] = '\0';
	fclose(r->err);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 256 + WEXITSTATUS(status);
}

static void assert_restart_finishes(size_t files, size_t done)
{
	char *note = text_of_format("%zu of %zu files skipped", done, files);
	struct outcome outcome;

	RUN(vmx2xml, &outcome, "--files0-from=list", "--output-dir=out", "--skip-existing", "--no-sync");
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.err.data, note));
	assert_int_equal(count_outputs(), files);
	outcome_release(&outcome);
	free(note);
}

static void assert_outputs_are_whole(void)
{
	struct names names = { NULL, 0, 0 };
	struct outcome expected;

	RUN(vmx2xml, &expected, "model");
	list_files_below("out", &names);
	for (size_t i = 0; i < names.count; i++) {
		char *path = text_of_format("out/%s", names.items[i]);
		struct blob content;

		assert_true(read_file(path, &content));
		assert_true(blob_equal(&content, &expected.out));
		blob_release(&content);
		free(path);
	}
	names_release(&names);
	outcome_release(&expected);
}

static void a_stopped_run_leaves_whole_files_and_goes_on_later(void **state)
{
	/* their lines are more than a pipe holds: the run can't end before it is stopped */
	enum { FILES = 2500 };
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct running running;
	char text[4096];

	(void)state;
	make_many(FILES);
	for (size_t i = 0; i < 3; i++) {
		size_t lines, stopped_after = 0, converted = 0;
		const char *said;

		START(&running, "--files0-from=list", "--output-dir=out", "--jobs=4", "--no-sync");
		lines = read_lines_from(running.out, 10);
		kill(running.pid, numbers[i]);
		lines += read_lines_from(running.out, FILES);
		assert_int_equal(end_of(&running, text), numbers[i]);
		said = strstr(text, "stopped after ");
		assert_non_null(said);
		assert_int_equal(sscanf(said, "stopped after %zu files: %zu converted", &stopped_after,
					&converted), 2);
		assert_int_equal(lines, converted);
		assert_int_equal(stopped_after, converted);
		assert_int_equal(count_outputs(), converted);
		assert_in_range(converted, 10, FILES - 1);
		assert_outputs_are_whole();
		assert_restart_finishes(FILES, converted);
		remove_folder("out");
		assert_int_equal(mkdir("out", 0777), 0);
	}
}

static void a_reader_that_goes_away_leaves_whole_files(void **state)
{
	struct running running;
	char text[4096];

	(void)state;
	make_many(2500);
	START(&running, "--files0-from=list", "--output-dir=out", "--jobs=4", "--no-sync");
	read_lines_from(running.out, 10);
	close(running.out);
	running.out = -1;
	assert_int_equal(end_of(&running, text), SIGPIPE);
	assert_string_equal(text, "");
	assert_in_range(count_outputs(), 10, 2499);
	assert_outputs_are_whole();
}

static void without_the_signal_it_is_an_error(void **state)
{
	struct running running;
	char text[4096];

	(void)state;
	make_many(2500);
	signal(SIGPIPE, SIG_IGN);
	START(&running, "--files0-from=list", "--output-dir=out", "--jobs=4", "--no-sync");
	signal(SIGPIPE, SIG_DFL);
	read_lines_from(running.out, 10);
	close(running.out);
	running.out = -1;
	assert_int_equal(end_of(&running, text), 256 + 3);
	assert_non_null(strstr(text, "can't write to standard output: Broken pipe\n"));
	assert_in_range(count_outputs(), 10, 2499);
}

static void start_with_names(struct running *ret, int count)
{
	write_file("a.vmx", machine, sizeof(machine) - 1);
	START(ret, "--files0-from=-", "--jsonl", "--jobs=4");
	for (int i = 0; i < count; i++) {
		assert_int_equal(write(ret->in, "a.vmx", 6), 6);
		assert_int_equal(read_lines_from(ret->out, 1), 1);
	}
}

/* Whoever writes names one by one gets each record before the next name. */
static void records_come_before_the_list_ends(void **state)
{
	struct running running;
	char text[4096];

	(void)state;
	start_with_names(&running, 20);
	assert_int_equal(end_of(&running, text), 256 + 0);
	assert_string_equal(text, "");
}

/* All threads but one wait for the one that waits for a name. */
static void a_signal_ends_the_wait_for_names(void **state)
{
	struct running running;
	char text[4096];

	(void)state;
	if (THREAD_SANITIZER)
		skip();		/* it holds signals back while a thread waits for another */
	start_with_names(&running, 20);
	kill(running.pid, SIGTERM);
	assert_int_equal(read_lines_from(running.out, 1), 0);
	assert_int_equal(end_of(&running, text), SIGTERM);
	assert_non_null(strstr(text, "stopped after 20 files: 20 converted"));
}

/* An input that takes its time is converted all the same. */
static void the_first_signal_waits_for_what_has_begun(void **state)
{
	struct running running;
	char text[4096];
	int input;

	(void)state;
	if (THREAD_SANITIZER)
		skip();		/* it holds signals back until read() is over */
	assert_int_equal(mkfifo("a.vmx", 0666), 0);
	START(&running, "--jsonl", "a.vmx", "b.vmx");
	input = open("a.vmx", O_WRONLY | O_CLOEXEC);
	assert_true(input >= 0);
	kill(running.pid, SIGINT);
	/* the only thread hears of the signal before it sees the text */
	assert_int_equal(write(input, machine, sizeof(machine) - 1), sizeof(machine) - 1);
	close(input);
	assert_int_equal(read_lines_from(running.out, 2), 1);
	assert_int_equal(end_of(&running, text), SIGINT);
	assert_non_null(strstr(text, "stopped after 1 files: 1 converted"));
}

/* An input that never ends: the first signal waits for it, the second does not. */
static void a_second_signal_ends_it_at_once(void **state)
{
	struct running running;
	int input, status;

	(void)state;
	if (THREAD_SANITIZER)
		skip();		/* as above */
	assert_int_equal(mkfifo("a.vmx", 0666), 0);
	START(&running, "--jsonl", "a.vmx");
	/* there is a reader from here on */
	input = open("a.vmx", O_WRONLY | O_CLOEXEC);
	assert_true(input >= 0);
	kill(running.pid, SIGINT);
	/* two of a kind that nobody has looked at yet are one: so again and again */
	while (waitpid(running.pid, &status, WNOHANG) == 0) {
		poll(NULL, 0, 10);
		kill(running.pid, SIGINT);
	}
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	assert_int_equal(lseek(fileno(running.err), 0, SEEK_END), 0);
	close(input);
	close(running.in);
	close(running.out);
	fclose(running.err);
}

/*
 * Terminals
 */

/* What comes out of a terminal that is standard error. */
static void run_on_terminal(const char *terminal_kind, const char *option, char text[4096])
{
	int terminal, other;
	size_t length = 0;
	ssize_t got;
	pid_t child;

	if (!has_terminals())
		skip();
	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
	other = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(other >= 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(other, STDERR_FILENO);
		other = open("/dev/null", O_WRONLY);
		dup2(other, STDOUT_FILENO);
		setenv("TERM", terminal_kind, 1);
		execl(vmx2xml, "vmx2xml", "--jsonl", "a.vmx", "bad.vmx", option, (char *)NULL);
		_exit(127);
	}
	close(other);
	/* a terminal that nobody has open any more is an error */
	while (length < 4095 && (got = read(terminal, text + length, 4095 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	close(terminal);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void progress_is_for_terminals(void **state)
{
	static const char progress[] = "\r2 of 2 files, 1 not converted, ";
	char text[4096];

	(void)state;
	write_file("a.vmx", machine, sizeof(machine) - 1);
	write_file("bad.vmx", "neither\n", 8);
	run_on_terminal("xterm", "--jobs=2", text);
	assert_non_null(strstr(text, progress));
	assert_non_null(strstr(text, "/s\033[K\r\n"));
	run_on_terminal("xterm", "--quiet", text);
	assert_null(strstr(text, "2 of 2"));
	assert_non_null(strstr(text, "1 of 2 files not converted"));
	run_on_terminal("dumb", "--jobs=2", text);
	assert_null(strstr(text, "2 of 2"));
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		TEST(results_are_in_order_however_many_threads),
		TEST(it_is_the_same_the_other_way),
		TEST(many_failures_are_counted_and_some_named),
		TEST(a_name_that_is_not_utf8_is_kept_in_base64),
		TEST(no_folder_is_made_for_a_bad_file),
		TEST(memory_does_not_grow_with_the_files),
		TEST(what_waits_behind_a_slow_file_is_bounded),
		TEST(a_stopped_run_leaves_whole_files_and_goes_on_later),
		TEST(a_reader_that_goes_away_leaves_whole_files),
		TEST(without_the_signal_it_is_an_error),
		TEST(records_come_before_the_list_ends),
		TEST(a_signal_ends_the_wait_for_names),
		TEST(the_first_signal_waits_for_what_has_begun),
		TEST(a_second_signal_ends_it_at_once),
		TEST(progress_is_for_terminals),
	};

	if (argc != 3)
		give_up("Usage: test_batch VMX2XML XML2VMX");
	vmx2xml = absolute_path(argv[1]);
	xml2vmx = absolute_path(argv[2]);
	use_plain_environment();
	use_default_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
