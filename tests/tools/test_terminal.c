/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_terminal VMXREMOTE: what needs a person, or a signal: passwords that are asked for,
 * progress, interruptions.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/cases.h"
#include "support/files.h"
#include "support/process.h"

static const char *tool;
static char *folder;

static const char inventory[] =
	"server\nuser root\npassword open sesame\n\n"
	"machine\nid vm-1\nname web\npower on\n";

/* 400 KB in 100 pieces: ten seconds */
static const char slow[] =
	"server\n\nmachine\nid vm-1\nname web\n\n"
	"file\npath [ds] slow\nfill 409600\ndelay 100\n\n"
	"file\npath [ds] file\nfill 40960\n";

static int make_folder(void **state)
{
	(void)state;
	folder = make_temporary_folder();
	if (chdir(folder) != 0)
		return -1;
	write_file("guarded", inventory, sizeof(inventory) - 1);
	write_file("slow", slow, sizeof(slow) - 1);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	remove_folder(folder);
	free(folder);
	return 0;
}

/*
 * A program on a terminal
 */

struct terminal {
	pid_t pid;
	int fd;
	char text[65536];	/* all that was shown */
	size_t length;
};

/* The arguments are a line, with '|' between them. */
static void run_tool(const char *line)
{
	char *arguments[16] = { text_of_format("vmxremote") };
	char *rest = text_of_format("%s", line);

	for (size_t i = 1; rest && i < 15; i++)
		arguments[i] = strsep(&rest, "|");
	execv(tool, arguments);
	_exit(127);
}

static struct terminal *begin_on_terminal(const char *line)
{
	struct terminal *t;

	if (!has_terminals())
		skip();
	t = calloc(1, sizeof(*t));
	if (!t || (t->pid = forkpty(&t->fd, NULL, NULL, NULL)) < 0)
		give_up("forkpty: %s", strerror(errno));
	if (t->pid == 0) {
		setenv("TERM", "xterm", 1);
		run_tool(line);
	}
	return t;
}

/* Reads what is shown now; false: that is all. */
static bool read_more(struct terminal *t)
{
	struct pollfd file = { .fd = t->fd, .events = POLLIN };
	ssize_t got;

	if (poll(&file, 1, 20000) <= 0)
		give_up("nothing happens any more; so far: %s", t->text);
	got = read(t->fd, t->text + t->length, sizeof(t->text) - 1 - t->length);
	if (got <= 0)
		return false;
	t->length += (size_t)got;
	t->text[t->length] = '\0';
	return true;
}

/* Waits until the text is shown, and forgets all up to its end. */
static void wait_for(struct terminal *t, const char *text)
{
	char *found;

	while (!(found = strstr(t->text, text))) {
		if (!read_more(t))
			fail_msg("'%s' was not shown, but: %s", text, t->text);
	}
	found += strlen(text);
	t->length -= (size_t)(found - t->text);
	memmove(t->text, found, t->length + 1);
}

/* A prompt without echo is shown before the terminal is asked for the answer. */
static void type(const struct terminal *t, const char *text)
{
	if (write(t->fd, text, strlen(text)) != (ssize_t)strlen(text))
		give_up("write: %s", strerror(errno));
}

/* Its status, and in text what was shown since the last wait_for(). */
static int end_on_terminal(struct terminal *t)
{
	int status;

	while (read_more(t))
		;
	while (waitpid(t->pid, &status, 0) < 0)
		;
	close(t->fd);
	return status;
}

static void assert_exited(int status, int expected)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

static void assert_killed(int status, int expected)
{
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), expected);
}

/*
 * Passwords
 */

static void a_password_is_asked_for_without_echo(void **state)
{
	struct terminal *t = begin_on_terminal("memory://root@host/guarded|list");

	(void)state;
	wait_for(t, "Password for root@host: ");
	type(t, "open sesame\n");
	assert_exited(end_on_terminal(t), 0);
	assert_non_null(strstr(t->text, "vm-1"));
	assert_null(strstr(t->text, "sesame"));
	free(t);
}

static void a_person_may_try_again(void **state)
{
	struct terminal *t = begin_on_terminal("memory://root@host/guarded|list");

	(void)state;
	wait_for(t, "Password for root@host: ");
	type(t, "wrong secret\n");
	wait_for(t, "not right. Password for root@host: ");
	type(t, "open sesame\n");
	assert_exited(end_on_terminal(t), 0);
	assert_null(strstr(t->text, "secret"));
	free(t);
}

static void a_user_is_asked_for_with_echo_and_has_a_default(void **state)
{
	struct terminal *t = begin_on_terminal("memory://host/guarded|list");

	(void)state;
	wait_for(t, "User for host [root]: ");
	type(t, "\n");
	wait_for(t, "Password for root@host: ");
	type(t, "wrong\n");
	wait_for(t, "User for host [root]: ");
	type(t, "somebody\n");
	wait_for(t, "somebody\r\n");
	wait_for(t, "Password for somebody@host: ");
	type(t, "\n");
	assert_exited(end_on_terminal(t), 1);
	assert_non_null(strstr(t->text, "[login-refused]"));
	free(t);
}

static void an_interrupted_question_leaves_the_terminal_as_it_was(void **state)
{
	struct terminal *t = begin_on_terminal("memory://root@host/guarded|list");

	(void)state;
	wait_for(t, "Password for root@host: ");
	type(t, "ab\x03");
	assert_killed(end_on_terminal(t), SIGINT);
	assert_null(strstr(t->text, "ab"));
	free(t);
}

static void write_script(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
	if (chmod(name, 0700) != 0)
		give_up("chmod: %s", strerror(errno));
}

/*
 * What a program prints
 */

struct ended {
	int status;
	char out[65536], err[65536];
};

static void read_all(int fd, char *text, size_t room)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, text + length, room - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	close(fd);
}

/* Without a terminal, too.  What little it says fits into the pipes. */
static struct ended *run_plainly(const char *line)
{
	struct ended *e = calloc(1, sizeof(*e));
	int out[2], err[2];
	pid_t pid;

	if (!e || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		give_up("pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		setsid();
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		run_tool(line);
	}
	close(out[1]);
	close(err[1]);
	read_all(out[0], e->out, sizeof(e->out));
	read_all(err[0], e->err, sizeof(e->err));
	while (waitpid(pid, &e->status, 0) < 0)
		;
	return e;
}

static void a_program_can_ask(void **state)
{
	static const struct {
		const char *variable, *script;
		int status;
		const char *said;
	} cases[] = {
		{ "VMX_ASKPASS", "#!/bin/sh\necho \"$1\" >>asked\necho open sesame\n", 0, "vm-1" },
		{ "SSH_ASKPASS", "#!/bin/sh\necho \"$1\" >>asked\necho open sesame\n", 0, "vm-1" },
		{ "VMX_ASKPASS", "#!/bin/sh\necho open sesame\nexit 1\n", 2, "[no-credentials]" },
		{ "VMX_ASKPASS", "#!/bin/sh\n", 2, "its first line is empty" },
		{ "VMX_ASKPASS", "#!/no/such/interpreter\n", 2, "./askpass" },
		/* asked again and again until it has enough */
		{ "VMX_ASKPASS", "#!/bin/sh\ntest -e second && exit 1\ntest -e first && : >second\n: >first\necho wrong\n", 1,
		  "[login-refused]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ended *e;

		write_script("askpass", cases[i].script);
		setenv(cases[i].variable, "./askpass", 1);
		e = run_plainly("memory://root@host/guarded|list");
		unsetenv(cases[i].variable);
		assert_exited(e->status, cases[i].status);
		assert_non_null(strstr(e->status == 0 ? e->out : e->err, cases[i].said));
		assert_null(strstr(e->out, "sesame"));
		assert_null(strstr(e->err, "sesame"));
		free(e);
	}
	assert_true(file_exists("second"));
}

static void the_program_is_told_what_to_ask_for(void **state)
{
	struct blob asked;
	struct ended *e;

	(void)state;
	write_script("askpass", "#!/bin/sh\necho \"$1\" >>asked\ncase $1 in User*) echo root;; *) echo open sesame;; esac\n");
	setenv("VMX_ASKPASS", "./askpass", 1);
	e = run_plainly("memory://host/guarded|list");
	unsetenv("VMX_ASKPASS");
	assert_exited(e->status, 0);
	assert_true(read_file("asked", &asked));
	assert_string_equal(asked.data, "User for host [root]: \nPassword for root@host: \n");
	blob_release(&asked);
	free(e);
}

static void a_file_that_only_its_owner_reads_is_no_reason_to_warn(void **state)
{
	struct ended *e;

	(void)state;
	write_file("secret", "open sesame\n", 12);
	assert_int_equal(chmod("secret", 0600), 0);
	e = run_plainly("memory://root@host/guarded|list|--password-file=secret");
	assert_exited(e->status, 0);
	assert_string_equal(e->err, "");
	free(e);
	assert_int_equal(chmod("secret", 0640), 0);
	e = run_plainly("memory://root@host/guarded|list|--password-file=secret");
	assert_non_null(strstr(e->err, "others can read 'secret'"));
	free(e);
}

/*
 * Transfers
 */

static void progress_is_shown_on_a_terminal_only(void **state)
{
	struct terminal *t = begin_on_terminal("memory://host/slow|get|[ds] file|-o|out");
	struct ended *e;

	(void)state;
	assert_exited(end_on_terminal(t), 0);
	assert_non_null(strstr(t->text, "[ds] file: 4.0 KiB of 40.0 KiB, 10%"));
	assert_non_null(strstr(t->text, "100%"));
	free(t);
	t = begin_on_terminal("memory://host/slow|get|[ds] file|-q|-o|out");
	assert_exited(end_on_terminal(t), 0);
	assert_string_equal(t->text, "");
	free(t);
	e = run_plainly("memory://host/slow|get|[ds] file|-o|out");
	assert_exited(e->status, 0);
	assert_string_equal(e->err, "");
	free(e);
}

static void bytes_do_not_go_to_a_terminal(void **state)
{
	struct terminal *t = begin_on_terminal("memory://host/slow|get|[ds] file");

	(void)state;
	assert_exited(end_on_terminal(t), 2);
	assert_non_null(strstr(t->text, "standard output is a terminal"));
	free(t);
}

/* Waits until something has arrived. */
static void wait_for_part(void)
{
	struct stat status;

	for (int i = 0; i < 2000; i++) {
		if (stat("out.part", &status) == 0 && status.st_size > 0)
			return;
		usleep(10000);
	}
	give_up("out.part does not come");
}

static pid_t begin_slowly(const char *line)
{
	pid_t pid = fork();

	if (pid == 0)
		run_tool(line);
	wait_for_part();
	return pid;
}

static void a_signal_leaves_no_file_behind(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		pid_t pid = begin_slowly("-q|memory://host/slow|get|[ds] slow|-o|out");
		int status;

		kill(pid, signals[i]);
		while (waitpid(pid, &status, 0) < 0)
			;
		assert_killed(status, signals[i]);
		assert_false(file_exists("out"));
		assert_false(file_exists("out.part"));
	}
}

static void what_has_arrived_is_kept_if_asked_for(void **state)
{
	pid_t pid = begin_slowly("-q|memory://host/slow|get|[ds] slow|-co|out");
	struct ended *e;
	int status;

	(void)state;
	/* meanwhile nobody else writes there */
	e = run_plainly("memory://host/slow|get|[ds] file|-o|out");
	assert_exited(e->status, 3);
	assert_non_null(strstr(e->err, "somebody else is writing"));
	free(e);
	kill(pid, SIGINT);
	while (waitpid(pid, &status, 0) < 0)
		;
	assert_killed(status, SIGINT);
	assert_false(file_exists("out"));
	assert_true(file_exists("out.part"));
}

/*
 * Standard output
 */

static void who_reads_only_the_beginning_wants_no_message(void **state)
{
	int out[2], err[2], status;
	char text[1024];
	pid_t pid;

	(void)state;
	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		give_up("pipe: %s", strerror(errno));
	close(out[0]);
	pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		run_tool("memory://host/slow|list");
	}
	close(out[1]);
	close(err[1]);
	read_all(err[0], text, sizeof(text));
	while (waitpid(pid, &status, 0) < 0)
		;
	assert_killed(status, SIGPIPE);
	assert_string_equal(text, "");
}

static void a_full_disk_is_an_error(void **state)
{
	static const char *const lines[] = {
		"memory://host/slow|list",
		"memory://host/slow|list|-j",
		"memory://host/slow|get|[ds] file",
		"memory://host/slow|get|[ds] file|-o|/dev/full",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int err[2], status;
		char text[1024];
		pid_t pid;

		if (pipe2(err, O_CLOEXEC) != 0)
			give_up("pipe: %s", strerror(errno));
		pid = fork();
		if (pid == 0) {
			dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
			dup2(err[1], STDERR_FILENO);
			run_tool(lines[i]);
		}
		close(err[1]);
		read_all(err[0], text, sizeof(text));
		while (waitpid(pid, &status, 0) < 0)
			;
		assert_exited(status, 3);
		assert_non_null(strstr(text, "No space left on device"));
	}
}

static void modules_that_can_not_be_had_are_explained(void **state)
{
	struct ended *e = run_plainly("xen://root@host|list");

	(void)state;
	assert_exited(e->status, 2);
	assert_non_null(strstr(e->err, "xen://host: error: there is no module for 'xen://'"));
	free(e);
	e = run_plainly("later://root@host|list");
	assert_exited(e->status, 3);
	assert_non_null(strstr(e->err, "version 7"));
	free(e);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_password_is_asked_for_without_echo),
		IN_FOLDER(a_person_may_try_again),
		IN_FOLDER(a_user_is_asked_for_with_echo_and_has_a_default),
		IN_FOLDER(an_interrupted_question_leaves_the_terminal_as_it_was),
		IN_FOLDER(a_program_can_ask),
		IN_FOLDER(the_program_is_told_what_to_ask_for),
		IN_FOLDER(a_file_that_only_its_owner_reads_is_no_reason_to_warn),
		IN_FOLDER(progress_is_shown_on_a_terminal_only),
		IN_FOLDER(bytes_do_not_go_to_a_terminal),
		IN_FOLDER(a_signal_leaves_no_file_behind),
		IN_FOLDER(what_has_arrived_is_kept_if_asked_for),
		IN_FOLDER(who_reads_only_the_beginning_wants_no_message),
		IN_FOLDER(a_full_disk_is_an_error),
		IN_FOLDER(modules_that_can_not_be_had_are_explained),
	};

	if (argc != 2)
		give_up("Usage: test_terminal VMXREMOTE");
	tool = absolute_path(argv[1]);
	umask(022);
	use_default_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
