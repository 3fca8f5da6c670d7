/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * browse, get, put: files on datastores.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/input.h"
#include "common/json_line.h"
#include "common/output.h"
#include "common/part_file.h"
#include "vmxremote_commands.h"
#include "vmxremote_output.h"

/*
 * browse
 */

struct browsing {
	struct settings *settings;
	const char *pattern;
	enum exit_status status;
	bool found;		/* a datastore in the datacenter that is asked for */
};

static json_t *file_json(const struct vmx_remote_file *file)
{
	json_t *o = json_object();
	bool good = json_add_string(o, "path", file->path) &&
		    json_add_optional(o, "datacenter", file->datacenter) &&
		    json_add_flag(o, "directory", file->is_directory) &&
		    (file->is_directory || json_add_size(o, "size", file->length)) &&
		    json_add_optional(o, "modified", file->modified);

	return json_if_whole(good, o);
}

static bool show_file(void *user, const struct vmx_remote_file *file)
{
	struct browsing *b = user;

	if (b->settings->json) {
		b->status = print_json(b->settings, file_json(file));
		return b->status == STATUS_DONE;
	}
	if (file->is_directory)
		printf("%15s  ", "-");
	else
		printf("%15llu  ", (unsigned long long)file->length);
	print_column(file->modified, 20);
	print_column(file->path, 0);
	if (file->is_directory)
		putchar('/');
	b->status = end_line(b->settings);
	return b->status == STATUS_DONE;
}

static enum exit_status browse(struct browsing *b, const char *directory, const char *datacenter)
{
	const struct settings *s = b->settings;

	if (vmx_connection_browse(s->remote.connection, directory, datacenter, b->pattern, s->recursive,
				  show_file, b, s->common.error) != VMX_OK)
		return status_of_both(b->status, remote_error(&s->remote, NULL));
	return b->status;
}

/* One datastore of all; a call within a call. */
static bool browse_datastore(void *user, const struct vmx_remote_object *object)
{
	struct browsing *b = user;
	struct vmx_datastore_path *path = NULL;
	struct vmx_bytes root = VMX_BYTES_INIT;
	struct vmx_error *error = b->settings->common.error;
	const char *wanted = b->settings->datacenter;
	enum exit_status status, before = b->status;

	if (wanted && (!object->datacenter || strcmp(object->datacenter, wanted) != 0))
		return true;
	b->found = true;
	if (!object->name || (object->datastore && !object->datastore->accessible))
		return true;
	b->status = STATUS_DONE;
	if (vmx_datastore_path_new(object->name, strlen(object->name), "", 0, 0, NULL, &path,
				   error) != VMX_OK ||
	    vmx_datastore_path_format(path, 0, &root, error) != VMX_OK)
		status = show_error(&b->settings->common.console, object->name, error);
	else
		status = browse(b, root.data, object->datacenter);
	vmx_datastore_path_free(path);
	vmx_bytes_release(&root);
	b->status = status_of_both(before, status);
	return !b->settings->output_lost;
}

static enum exit_status browse_all(struct browsing *b)
{
	const struct settings *s = b->settings;

	if (vmx_connection_list(s->remote.connection, VMX_REMOTE_DATASTORE, browse_datastore, b,
				s->common.error) != VMX_OK)
		return status_of_both(b->status, remote_error(&s->remote, NULL));
	if (b->found || !s->datacenter)
		return b->status;
	show_problem(&s->common.console, "the server has no datastore in a datacenter '%s'", s->datacenter);
	return STATUS_INPUT;
}

enum exit_status command_browse(struct settings *s, char **arguments, int count)
{
	struct browsing b = { .settings = s, .pattern = count > 1 ? arguments[1] : NULL };
	struct vmx_datastore_path *parsed = NULL;
	struct vmx_bytes directory = VMX_BYTES_INIT;
	const char *datacenter;
	enum exit_status status;

	if (count == 0)
		return browse_all(&b);
	status = take_path(s, arguments[0], &directory, &datacenter, &parsed);
	if (status == STATUS_DONE)
		status = browse(&b, directory.data, datacenter);
	vmx_datastore_path_free(parsed);
	vmx_bytes_release(&directory);
	return status;
}

/*
 * get
 */

struct getting {
	struct settings *settings;
	struct part_file file;
	bool to_output;			/* standard output, not the file */
	int error;			/* errno of writing; 0: none */
	enum exit_status status;
	struct transfer transfer;
	struct vmx_download download;
	bool asked;
};

static bool take_bytes(void *user, const void *data, size_t length)
{
	struct getting *g = user;

	if (g->to_output ? fwrite(data, 1, length, stdout) == length
			 : part_file_write(&g->file, data, length))
		return true;
	g->error = errno;
	return false;
}

static void show_bytes(void *user, uint64_t done, uint64_t total)
{
	struct getting *g = user;

	transfer_show(&g->transfer, done, total);
}

static enum exit_status write_failed(const struct getting *g, int error)
{
	struct settings *s = g->settings;

	if (g->to_output)
		return lose_output(s, error);
	show_problem(&s->common.console, "can't write '%s': %s", s->output, strerror(error));
	return STATUS_SYSTEM;
}

static void got(void *user, const struct vmx_error *error)
{
	struct getting *g = user;

	transfer_end(&g->transfer);
	if (g->error != 0)
		g->status = write_failed(g, g->error);
	else if (vmx_error_code(error) != VMX_OK)
		g->status = show_error(&g->settings->common.console, g->settings->remote.name, error);
	else
		g->status = STATUS_DONE;
}

static bool next_download(void *user, struct vmx_download *ret)
{
	struct getting *g = user;

	if (g->asked)
		return false;
	g->asked = true;
	*ret = g->download;
	return true;
}

static enum exit_status fetch(struct getting *g)
{
	struct settings *s = g->settings;

	g->download.size = sizeof(g->download);
	g->download.write = take_bytes;
	g->download.progress = show_bytes;
	g->download.done = got;
	g->download.user = g;
	g->status = STATUS_SYSTEM;
	transfer_begin(&g->transfer, s, g->download.path);
	if (vmx_connection_download(s->remote.connection, next_download, g, s->common.error) != VMX_OK) {
		transfer_end(&g->transfer);
		return remote_error(&s->remote, NULL);
	}
	return g->status;
}

static enum exit_status get_to_output(struct getting *g)
{
	enum exit_status status;

	g->to_output = true;
	status = fetch(g);
	if (status == STATUS_DONE && fflush(stdout) != 0)
		status = write_failed(g, errno);
	return status;
}

static enum exit_status open_failed(const struct getting *g)
{
	const struct settings *s = g->settings;

	if (errno == EWOULDBLOCK)
		show_problem(&s->common.console, "somebody else is writing '%s'", g->file.part);
	else if (errno == EEXIST)
		show_problem(&s->common.console, "'%s' is no file of yours alone: remove it, or "
			     "choose another --output", g->file.part);
	else
		show_problem(&s->common.console, "can't write '%s': %s",
			     g->file.part[0] ? g->file.part : s->output, strerror(errno));
	return STATUS_SYSTEM;
}

/* What has arrived is kept for the next --continue, if this was one. */
static enum exit_status get_to_file(struct getting *g)
{
	struct settings *s = g->settings;
	enum exit_status status;

	if (!part_file_open(&g->file, s->output, s->resume, &g->download.offset))
		return open_failed(g);
	if (g->download.offset > 0)
		show_note(&s->common.console, "going on at byte %llu of '%s'",
			  (unsigned long long)g->download.offset, g->file.part);
	status = fetch(g);
	if (status == STATUS_DONE && !part_file_finish(&g->file))
		status = write_failed(g, errno);
	part_file_abandon(&g->file);
	return status;
}

const char *check_get(const struct settings *s, char **arguments, int count)
{
	(void)arguments;
	(void)count;
	if (s->resume && !s->output)
		return "--continue needs --output";
	if (!s->output && isatty(STDOUT_FILENO))
		return "standard output is a terminal: say --output=FILE";
	return NULL;
}

enum exit_status command_get(struct settings *s, char **arguments, int count)
{
	struct getting g = { .settings = s };
	struct vmx_datastore_path *parsed = NULL;
	struct vmx_bytes path = VMX_BYTES_INIT;
	enum exit_status status;

	(void)count;
	if (*arguments[0] && arguments[0][strlen(arguments[0]) - 1] == '/') {
		show_problem(&s->common.console, "'%s' is a directory", arguments[0]);
		return STATUS_INPUT;
	}
	status = take_path(s, arguments[0], &path, &g.download.datacenter, &parsed);
	g.download.path = path.data;
	if (status == STATUS_DONE)
		status = s->output ? get_to_file(&g) : get_to_output(&g);
	vmx_datastore_path_free(parsed);
	vmx_bytes_release(&path);
	return status;
}

/*
 * put
 */

struct putting {
	int fd;
	int error;		/* errno of reading; 0: none */
	uint64_t left;		/* bytes that the server still waits for */
	const char *changed;	/* what became of the file meanwhile; NULL: nothing */
	struct transfer transfer;
};

static ssize_t read_patiently(int fd, void *data, size_t max)
{
	ssize_t got;

	do
		got = read(fd, data, max);
	while (got < 0 && errno == EINTR);
	return got;
}

static size_t give_bytes(void *user, void *data, size_t max)
{
	struct putting *p = user;
	ssize_t got = read_patiently(p->fd, data, max);
	char more;

	if (got > 0)
		p->left -= (uint64_t)got;
	if (got < 0)
		p->error = errno;
	else if (got == 0)
		p->changed = "it has become shorter";
	else if (p->left == 0 && read_patiently(p->fd, &more, 1) > 0)
		p->changed = "it has become longer";
	return p->error == 0 && !p->changed ? (size_t)got : 0;
}

static void show_sent(void *user, uint64_t done, uint64_t total)
{
	struct putting *p = user;

	transfer_show(&p->transfer, done, total);
}

static enum exit_status send_file(struct settings *s, struct putting *p, const char *file,
				  struct vmx_upload *upload)
{
	enum vmx_code code;

	upload->size = sizeof(*upload);
	upload->read = give_bytes;
	upload->progress = show_sent;
	upload->user = p;
	upload->overwrite = s->force;
	transfer_begin(&p->transfer, s, upload->path);
	code = vmx_connection_upload(s->remote.connection, upload, s->common.error);
	transfer_end(&p->transfer);
	if (code == VMX_OK)
		return STATUS_DONE;
	if (p->error == 0 && !p->changed)
		return remote_error(&s->remote, NULL);
	show_problem(&s->common.console, "can't read '%s': %s", input_name(file),
		     p->error ? strerror(p->error) : p->changed);
	return p->error ? STATUS_SYSTEM : STATUS_INPUT;
}

/* "[ds] dir/" stands for a file of the same name there. */
static enum exit_status take_target(const struct settings *s, const char *argument,
				    const char *file, struct vmx_bytes *ret,
				    const char **ret_datacenter, struct vmx_datastore_path **ret_parsed)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	size_t length = strlen(argument);
	enum exit_status status;
	char *whole = NULL;

	if (length > 0 && argument[length - 1] == '/' && !is_standard_input(file) &&
	    asprintf(&whole, "%s%s", argument, name) < 0)
		return show_out_of_memory(&s->common.console);
	status = take_path(s, whole ? whole : argument, ret, ret_datacenter, ret_parsed);
	free(whole);
	return status;
}

/* A server has to be told the length first. */
static enum exit_status open_source(const struct settings *s, const char *file,
				    struct putting *ret, uint64_t *ret_length)
{
	struct stat found;
	off_t at;
	char more;

	/* nobody waits for a pipe that can't be sent */
	ret->fd = is_standard_input(file) ? STDIN_FILENO
					  : open_patiently(file, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0);
	if (ret->fd < 0 || fstat(ret->fd, &found) != 0) {
		show_problem(&s->common.console, "can't read '%s': %s", input_name(file), strerror(errno));
		return STATUS_SYSTEM;
	}
	if (!S_ISREG(found.st_mode)) {
		show_problem(&s->common.console, "'%s' is no regular file, so its length is not known; "
			     "store it in one first", input_name(file));
		return STATUS_INPUT;
	}
	/* what somebody has read of standard input already is not meant */
	at = lseek(ret->fd, 0, SEEK_CUR);
	ret->left = at >= 0 && at < found.st_size ? (uint64_t)(found.st_size - at) : 0;
	*ret_length = ret->left;
	/* as in /proc */
	if (ret->left == 0 && read_patiently(ret->fd, &more, 1) > 0) {
		show_problem(&s->common.console, "'%s' has no length, but holds something; store it in "
			     "a file first", input_name(file));
		return STATUS_INPUT;
	}
	return STATUS_DONE;
}

enum exit_status command_put(struct settings *s, char **arguments, int count)
{
	struct putting p = { .fd = -1 };
	struct vmx_upload upload = { .size = 0 };
	struct vmx_datastore_path *parsed = NULL;
	struct vmx_bytes path = VMX_BYTES_INIT;
	enum exit_status status;

	(void)count;
	status = open_source(s, arguments[0], &p, &upload.length);
	if (status == STATUS_DONE)
		status = take_target(s, arguments[1], arguments[0], &path, &upload.datacenter, &parsed);
	upload.path = path.data;
	if (status == STATUS_DONE)
		status = send_file(s, &p, arguments[0], &upload);
	if (p.fd > STDIN_FILENO)
		close(p.fd);
	vmx_datastore_path_free(parsed);
	vmx_bytes_release(&path);
	return status;
}
