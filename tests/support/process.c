/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void command_add(struct command *command, const char *argument)
{
	if (command->argument_count == ARGUMENTS_MAX)
		give_up("too many arguments");
	command->arguments[command->argument_count++] = argument;
}

void use_plain_environment(void)
{
	if (setenv("LC_ALL", "C", 1) != 0 || setenv("NO_COLOR", "1", 1) != 0)
		give_up("no memory");
}

void use_default_signals(void)
{
	static const int numbers[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGALRM, SIGXCPU, SIGUSR1, SIGUSR2,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		signal(numbers[i], SIG_DFL);
}

/* argv as posix_spawn() wants it; it does not write to the strings */
static void fill_argv(const struct command *command, char *argv[ARGUMENTS_MAX + 2])
{
	const char *slash = strrchr(command->program, '/');
	const char *name = slash ? slash + 1 : command->program;

	memcpy(&argv[0], &name, sizeof(name));
	for (size_t i = 0; i < command->argument_count; i++)
		memcpy(&argv[i + 1], &command->arguments[i], sizeof(name));
	argv[command->argument_count + 1] = NULL;
}

/* Files, not pipes: whoever writes much need not be read from meanwhile. */
static FILE *output_file(void)
{
	FILE *file = tmpfile();

	if (!file)
		give_up("tmpfile: %s", strerror(errno));
	return file;
}

static void read_output(FILE *file, struct blob *ret)
{
	long length;

	if (fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0)
		give_up("tmpfile: %s", strerror(errno));
	rewind(file);
	ret->length = (size_t)length;
	ret->data = malloc(ret->length + 1);
	if (!ret->data || fread(ret->data, 1, ret->length, file) != ret->length)
		give_up("tmpfile can't be read");
	ret->data[ret->length] = '\0';
	fclose(file);
}

static pid_t spawn(const struct command *command, int out, int err)
{
	posix_spawn_file_actions_t actions;
	char *argv[ARGUMENTS_MAX + 2];
	const char *input = command->input ? command->input : "/dev/null";
	int failure;
	pid_t pid;

	fill_argv(command, argv);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	if (command->folder)
		posix_spawn_file_actions_addchdir_np(&actions, command->folder);
	failure = posix_spawn(&pid, command->program, &actions, NULL, argv, environ);
	if (failure)
		give_up("%s: %s", command->program, strerror(failure));
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

bool has_terminals(void)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal < 0) {
		fprintf(stderr, "no terminals here (%s): is /dev/pts mounted?\n", strerror(errno));
		return false;
	}
	close(terminal);
	return true;
}

void run(const struct command *command, struct outcome *ret)
{
	FILE *out = output_file(), *err = output_file();
	pid_t pid = spawn(command, fileno(out), fileno(err));
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			give_up("waitpid: %s", strerror(errno));
	}
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	read_output(out, &ret->out);
	read_output(err, &ret->err);
}

void outcome_release(struct outcome *outcome)
{
	blob_release(&outcome->out);
	blob_release(&outcome->err);
}
