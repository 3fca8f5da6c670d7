/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vsphere/server.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/files.h"

extern char **environ;

#define OPTIONS_MAX 64
#define LOG_COLUMNS 8

enum { LOG_NUMBER, LOG_CONNECTION, LOG_HTTP_METHOD, LOG_URI, LOG_METHOD, LOG_STATUS, LOG_FLAGS, LOG_REMARK };

static const char *program(void)
{
	const char *path = getenv("VMXKIT_VSPHERE_SERVER");

	return path ? path : "";
}

bool vsphere_server_exists(void)
{
	if (program()[0] != '\0')
		return true;
	puts("skipped: the vSphere test server needs golang-go and golang-github-vmware-govmomi-dev");
	return false;
}

static void make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) != 0)
		give_up("pipe: %s", strerror(errno));
}

/* posix_spawn() does not write to the strings */
static void add_argument(char **argv, size_t *count, const char *argument)
{
	if (*count == OPTIONS_MAX)
		give_up("too many options for the test server");
	memcpy(&argv[(*count)++], &argument, sizeof(argument));
}

/* Starts the program; returns where its standard output can be read. */
static int spawn(struct vsphere_server *server, char **argv)
{
	posix_spawn_file_actions_t actions;
	int input[2], output[2], failure;

	make_pipe(input);
	make_pipe(output);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
	failure = posix_spawn(&server->pid, argv[0], &actions, NULL, argv, environ);
	if (failure)
		give_up("%s: %s", argv[0], strerror(failure));
	posix_spawn_file_actions_destroy(&actions);
	close(input[0]);
	close(output[1]);
	server->input = input[1];
	return output[0];
}

static char *read_first_line(int fd)
{
	FILE *stream = fdopen(fd, "r");
	char *line = NULL;
	size_t capacity = 0;
	ssize_t length;

	if (!stream)
		give_up("fdopen: %s", strerror(errno));
	length = getline(&line, &capacity, stream);
	if (length <= 0 || line[length - 1] != '\n')
		give_up("the test server did not start");
	line[length - 1] = '\0';
	fclose(stream);
	return line;
}

/* Takes https://[::1]:8989/sdk apart. */
static void split_url(struct vsphere_server *server)
{
	char *url = server->url;
	char *authority = strstr(url, "://");
	char *end = authority ? strchr(authority + 3, '/') : NULL;
	char *colon = end ? memrchr(authority, ':', (size_t)(end - authority)) : NULL;
	size_t brackets;

	if (!colon || colon <= authority + 3)
		give_up("the test server printed %s", url);
	brackets = authority[3] == '[';
	server->scheme = text_of_format("%.*s", (int)(authority - url), url);
	authority += 3 + brackets;
	server->host = text_of_format("%.*s", (int)(colon - authority - (ptrdiff_t)brackets), authority);
	server->port = (unsigned int)strtoul(colon + 1, NULL, 10);
}

static char *read_fingerprint(const char *folder)
{
	char *path = text_of_format("%s/fingerprint", folder);
	struct blob blob;

	if (!read_file(path, &blob))
		give_up("%s is missing", path);
	blob.data[strcspn(blob.data, "\n")] = '\0';
	free(path);
	return blob.data;
}

struct vsphere_server *vsphere_server_start(const char *option, ...)
{
	const char *list[OPTIONS_MAX + 1] = { NULL };
	size_t count = 0;
	va_list options;

	va_start(options, option);
	for (; option; option = va_arg(options, const char *)) {
		if (count == OPTIONS_MAX)
			give_up("too many options for the test server");
		list[count++] = option;
	}
	va_end(options);
	return vsphere_server_start_list(list);
}

struct vsphere_server *vsphere_server_start_list(const char *const options[])
{
	struct vsphere_server *server = calloc(1, sizeof(*server));
	char *argv[OPTIONS_MAX + 1] = { NULL };
	size_t count = 0;

	if (!server)
		give_up("no memory");
	server->folder = make_temporary_folder();
	server->log = text_of_format("%s/log", server->folder);
	server->ca = text_of_format("%s/ca.pem", server->folder);
	server->other_ca = text_of_format("%s/other-ca.pem", server->folder);
	add_argument(argv, &count, program());
	add_argument(argv, &count, "--log");
	add_argument(argv, &count, server->log);
	add_argument(argv, &count, "--certificates");
	add_argument(argv, &count, server->folder);
	for (; *options; options++)
		add_argument(argv, &count, *options);
	server->url = read_first_line(spawn(server, argv));
	server->fingerprint = read_fingerprint(server->folder);
	split_url(server);
	return server;
}

void vsphere_server_stop(struct vsphere_server *server)
{
	int status;

	close(server->input);
	while (waitpid(server->pid, &status, 0) < 0) {
		if (errno != EINTR)
			give_up("waitpid: %s", strerror(errno));
	}
	if (status != 0)
		give_up("the test server ended with status 0x%x", (unsigned int)status);
	remove_folder(server->folder);
	free(server->url);
	free(server->scheme);
	free(server->host);
	free(server->folder);
	free(server->ca);
	free(server->other_ca);
	free(server->fingerprint);
	free(server->log);
	free(server);
}

/* Cuts a line of the log into its columns. */
static void split_line(char *line, char *columns[LOG_COLUMNS])
{
	for (size_t i = 0; i < LOG_COLUMNS; i++) {
		columns[i] = strsep(&line, "\t");
		if (!columns[i])
			give_up("a line of the test server's log has too few columns");
	}
}

/* Counts the lines for which a function of the columns is true. */
static size_t count_lines(const struct vsphere_server *server,
	bool (*matches)(char *columns[LOG_COLUMNS], void *user), void *user)
{
	struct names lines = { 0 };
	size_t count = 0;

	if (!read_lines(server->log, &lines))
		give_up("%s is missing", server->log);
	for (size_t i = 0; i < lines.count; i++) {
		char *columns[LOG_COLUMNS];

		split_line(lines.items[i], columns);
		count += matches(columns, user);
	}
	names_release(&lines);
	return count;
}

static bool is_of_method(char *columns[LOG_COLUMNS], void *user)
{
	const char *wanted = user;
	bool soap = strcmp(columns[LOG_METHOD], "-") != 0;

	return !wanted || strcmp(columns[soap ? LOG_METHOD : LOG_HTTP_METHOD], wanted) == 0;
}

size_t vsphere_server_count(const struct vsphere_server *server, const char *method)
{
	char *copy = method ? text_of_format("%s", method) : NULL;
	size_t count = count_lines(server, is_of_method, copy);

	free(copy);
	return count;
}

static bool has_flag(char *columns[LOG_COLUMNS], void *user)
{
	const char *wanted = user;
	char *flags = columns[LOG_FLAGS];

	for (char *flag; (flag = strsep(&flags, ","));) {
		if (strcmp(flag, wanted) == 0)
			return true;
	}
	return false;
}

size_t vsphere_server_count_flag(const struct vsphere_server *server, const char *flag)
{
	char *copy = text_of_format("%s", flag);
	size_t count = count_lines(server, has_flag, copy);

	free(copy);
	return count;
}

/* Connections seen so far; their numbers ascend, though not line by line. */
struct seen {
	unsigned long *numbers;
	size_t count;
};

static bool is_new_connection(char *columns[LOG_COLUMNS], void *user)
{
	struct seen *seen = user;
	unsigned long number = strtoul(columns[LOG_CONNECTION], NULL, 10);

	for (size_t i = 0; i < seen->count; i++) {
		if (seen->numbers[i] == number)
			return false;
	}
	seen->numbers = reallocarray(seen->numbers, seen->count + 1, sizeof(*seen->numbers));
	if (!seen->numbers)
		give_up("no memory");
	seen->numbers[seen->count++] = number;
	return true;
}

size_t vsphere_server_connections(const struct vsphere_server *server)
{
	struct seen seen = { NULL, 0 };
	size_t count = count_lines(server, is_new_connection, &seen);

	free(seen.numbers);
	return count;
}

char *vsphere_server_log(const struct vsphere_server *server)
{
	struct blob blob;

	if (!read_file(server->log, &blob))
		give_up("%s is missing", server->log);
	return blob.data;
}
