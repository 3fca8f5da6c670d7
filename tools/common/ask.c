/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common/output.h"
#include "common/signals.h"

/*
 * A program
 */

static pid_t spawn(const char *program, const char *prompt, const int ends[2])
{
	posix_spawn_file_actions_t actions;
	/* posix_spawn() does not write to the strings */
	char *argv[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)prompt, NULL };
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	errno = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	if (errno == 0)
		errno = posix_spawnp(&pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return errno == 0 ? pid : -1;
}

/* Whoever fails has said why, or was told to. */
static bool has_succeeded(pid_t pid)
{
	int status, kept = errno;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	errno = WIFEXITED(status) && WEXITSTATUS(status) == 0 ? kept : 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool ask_program(const char *program, const char *prompt, struct secret *ret)
{
	int ends[2];
	bool read_it;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = spawn(program, prompt, ends);
	close(ends[1]);
	read_it = pid >= 0 && secret_read(ret, ends[0]);
	close(ends[0]);
	if (pid >= 0 && has_succeeded(pid) && read_it)
		return true;
	secret_wipe(ret);
	return false;
}

/*
 * The terminal
 */

static bool write_text(int fd, const char *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

bool ask_terminal(const char *prompt, bool echo, struct secret *ret)
{
	int fd = open_patiently("/dev/tty", O_RDWR | O_NOCTTY, 0);
	struct termios old, silent;
	bool good = fd >= 0 && tcgetattr(fd, &old) == 0;

	if (good && !echo) {
		silent = old;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		/* what was typed before the prompt was not meant for it */
		good = tcsetattr(fd, TCSAFLUSH, &silent) == 0;
	}
	if (good) {
		good = write_text(fd, prompt) && wait_for_input(fd) && secret_read(ret, fd);
		if (!echo)
			tcsetattr(fd, TCSADRAIN, &old);
		if (!echo || !good)
			write_text(fd, "\n");
	}
	if (fd >= 0)
		close(fd);
	return good;
}
