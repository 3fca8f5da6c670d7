/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How much is handed over at once: small, so that tests see more than one piece. */
#define PIECE 4096

static bool is_in(const struct record *file, const char *datacenter)
{
	const char *found = record_get(file, "datacenter");

	return !found || !datacenter || strcmp(found, datacenter) == 0;
}

struct record *memory_file(const struct memory *memory, const char *path, const char *datacenter)
{
	struct record *file;
	size_t at = 0;

	while ((file = memory_next(memory, "file", &at))) {
		if (record_is(file, "path", path) && is_in(file, datacenter))
			break;
	}
	return file;
}

static enum vmx_code no_such_file(const char *path, struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_NOT_FOUND, "FileNotFound", "%s: there is no such file",
			     path);
}

/*
 * Downloads
 */

static enum vmx_code send(const struct memory *memory, const struct record *file,
			  const struct vmx_download *d, struct vmx_error *error)
{
	uint64_t at = d->offset, end = file->length;

	/* the connection breaks once; who comes back gets the rest */
	if (record_get(file, "break") && at == 0)
		end = record_number(file, "break");
	while (at < end) {
		size_t piece = end - at < PIECE ? (size_t)(end - at) : PIECE;

		if (memory_is_cancelled(memory) || !d->write(d->user, file->data + at, piece))
			return vmx_error_set(error, VMX_CODE_CANCELLED, NULL, "%s: cancelled", d->path);
		at += piece;
		d->progress(d->user, at, file->length);
		if (record_get(file, "broken-pipe"))
			raise(SIGPIPE);
		usleep((useconds_t)record_number(file, "delay") * 1000);
	}
	if (end < file->length)
		return vmx_error_set(error, VMX_CODE_UNREACHABLE, NULL, "%s: the connection broke",
				     d->path);
	return VMX_OK;
}

static enum vmx_code download_one(const struct memory *memory, const struct vmx_download *d,
				  struct vmx_error *error)
{
	const struct record *file = memory_file(memory, d->path, d->datacenter);

	if (!file)
		return no_such_file(d->path, error);
	if (d->limit > 0 && file->length > d->limit && !record_get(&memory->server, "careless"))
		return vmx_error_set(error, VMX_CODE_FILE_TOO_LARGE, NULL,
				     "%s: the file has %zu bytes", d->path, file->length);
	if (d->offset > file->length)
		return vmx_error_set(error, VMX_CODE_INVALID_ARGUMENT, NULL,
				     "%s: the file ends before the offset", d->path);
	return send(memory, file, d, error);
}

enum vmx_code memory_download(void *connection, vmx_next_download_fn next, void *user,
			      struct vmx_error *error)
{
	const struct memory *memory = connection;
	struct vmx_download d = { .size = sizeof(d) };
	struct vmx_error *own = vmx_error_new();
	enum vmx_code code = memory_fails(memory, "download", error);

	if (!own)
		code = vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
	while (code == VMX_OK && next(user, &d)) {
		vmx_error_clear(own);
		download_one(memory, &d, own);
		d.done(d.user, own);
		d = (struct vmx_download){ .size = sizeof(d) };
		if (memory_is_cancelled(memory))
			code = vmx_error_set(error, VMX_CODE_CANCELLED, NULL, "the download was cancelled");
	}
	vmx_error_free(own);
	return code;
}

/*
 * Changes
 */

static bool has_datastore(const struct memory *memory, const char *path)
{
	const struct record *r;
	size_t at = 0;

	while ((r = memory_next(memory, "datastore", &at))) {
		const char *name = record_get(r, "name");

		if (strncmp(path + 1, name, strlen(name)) == 0 && path[1 + strlen(name)] == ']')
			return true;
	}
	return false;
}

/* What was stored is for tests to see: it goes to a local folder as well. */
static void store(const struct memory *memory, const struct record *file)
{
	const char *folder = record_get(&memory->server, "store");
	const char *slash = strrchr(record_get(file, "path"), '/');
	char path[4096];
	FILE *out;

	if (!folder)
		return;
	snprintf(path, sizeof(path), "%s/%s", folder, slash ? slash + 1 : record_get(file, "path"));
	out = fopen(path, "we");
	if (!out)
		return;
	fwrite(file->data, 1, file->length, out);
	fclose(out);
}

static enum vmx_code take(const struct memory *memory, const struct vmx_upload *u, char *data,
			  struct vmx_error *error)
{
	uint64_t at = 0;

	while (at < u->length) {
		uint64_t left = u->length - at;
		size_t got = memory_is_cancelled(memory) ? 0
			   : u->read(u->user, data + at, left < PIECE ? (size_t)left : PIECE);

		if (got == 0)
			return vmx_error_set(error, VMX_CODE_CANCELLED, NULL, "%s: cancelled", u->path);
		at += got;
		u->progress(u->user, at, u->length);
	}
	return VMX_OK;
}

static enum vmx_code upload_into(struct memory *memory, const struct vmx_upload *u, char *data,
				 struct vmx_error *error)
{
	struct record *file = memory_file(memory, u->path, u->datacenter);
	enum vmx_code code = take(memory, u, data, error);

	if (code == VMX_OK && !file) {
		file = memory_add(memory, "file");
		if (!file || !record_set(file, "path", u->path))
			code = vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
	}
	if (code != VMX_OK) {
		free(data);
		return code;
	}
	free(file->data);
	file->data = data;
	file->length = (size_t)u->length;
	store(memory, file);
	memory_note(memory, "upload %s: %zu bytes%s%s", u->path, file->length,
		    u->datacenter ? " in " : "", u->datacenter ? u->datacenter : "");
	return VMX_OK;
}

enum vmx_code memory_upload(void *connection, const struct vmx_upload *upload,
			    struct vmx_error *error)
{
	struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "upload", error);
	char *data;

	if (code != VMX_OK)
		return code;
	if (!has_datastore(memory, upload->path))
		return vmx_error_set(error, VMX_CODE_NOT_FOUND, "InvalidDatastore",
				     "%s: there is no such datastore", upload->path);
	if (!upload->overwrite && memory_file(memory, upload->path, upload->datacenter))
		return vmx_error_set(error, VMX_CODE_ALREADY_EXISTS, "FileAlreadyExists",
				     "%s: there is such a file already", upload->path);
	data = malloc((size_t)upload->length + 1);
	if (!data)
		return vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
	return upload_into(memory, upload, data, error);
}

enum vmx_code memory_remove_file(void *connection, const char *path, const char *datacenter,
				 struct vmx_error *error)
{
	struct memory *memory = connection;
	struct record *file = memory_file(memory, path, datacenter);
	enum vmx_code code = memory_fails(memory, "remove_file", error);

	if (code != VMX_OK)
		return code;
	if (!file)
		return no_such_file(path, error);
	record_remove(file);
	memory_note(memory, "remove %s", path);
	return VMX_OK;
}

/*
 * Browsing
 */

/* The path below the directory; NULL: it is not below. */
static const char *below(const char *path, const char *directory)
{
	size_t length = strlen(directory);
	const char *rest = path + length;

	if (strncmp(path, directory, length) != 0)
		return NULL;
	return *rest == '/' || *rest == ' ' ? rest + 1 : NULL;
}

static bool is_shown(const struct record *file, const char *directory, const char *datacenter,
		     const char *pattern, bool deep)
{
	const char *rest = below(record_get(file, "path"), directory);
	const char *slash = rest ? strrchr(rest, '/') : NULL;

	if (!rest || !is_in(file, datacenter) || (slash && !deep))
		return false;
	return !pattern || fnmatch(pattern, slash ? slash + 1 : rest, 0) == 0;
}

enum vmx_code memory_browse(void *connection, const char *directory, const char *datacenter,
			    const char *pattern, bool deep, vmx_remote_file_fn fn, void *user,
			    struct vmx_error *error)
{
	const struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "browse", error);
	const struct record *file;
	size_t at = 0;

	if (code != VMX_OK)
		return code;
	if (!has_datastore(memory, directory))
		return vmx_error_set(error, VMX_CODE_NOT_FOUND, "InvalidDatastore",
				     "%s: there is no such datastore", directory);
	while ((file = memory_next(memory, "file", &at))) {
		const struct vmx_remote_file shown = {
			.size = sizeof(shown), .path = record_get(file, "path"),
			.datacenter = record_get(file, "datacenter"),
			.is_directory = record_is(file, "directory", "1"), .length = file->length,
			.modified = record_get(file, "modified"),
		};

		if (is_shown(file, directory, datacenter, pattern, deep) && !fn(user, &shown))
			break;
	}
	return VMX_OK;
}
