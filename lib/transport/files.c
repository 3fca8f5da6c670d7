/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files on datastores: what is checked, and one file fetched by way of many.
 */
#include "transport/connection.h"

#include "base/memory.h"
#include "base/report.h"
#include "transport/arguments.h"

static void ignore_progress(void *user, uint64_t done, uint64_t total)
{
	(void)user;
	(void)done;
	(void)total;
}

/*
 * Downloads
 */

/* What stands between the caller's function and the module. */
struct download_queue {
	vmx_next_download_fn next;
	void *user;
	struct vmx_error *error;	/* for downloads that the module never sees */
	bool ended;
};

static void ignore_done(void *user, const struct vmx_error *error)
{
	(void)user;
	(void)error;
}

static enum vmx_code check_download(const struct vmx_download *download, struct vmx_error *error)
{
	TRY(vmxi_check_present(download->write, "the function that takes the bytes", error));
	TRY(vmxi_check_file(download->path, download->datacenter, error));
	if (download->limit > 0 && download->offset > download->limit)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the download begins behind its limit");
	return VMX_OK;
}

/* The module's structure may have another size than ours. */
static void give_download(const struct vmx_download *download, struct vmx_download *ret)
{
	size_t size = ret->size < sizeof(*download) ? ret->size : sizeof(*download);

	memcpy(ret, download, size);
	ret->size = size;
}

/* One that can't be is told so, and the next one is asked for. */
static bool next_checked(void *user, struct vmx_download *ret)
{
	struct download_queue *queue = user;

	while (!queue->ended) {
		struct vmx_download download = { .size = sizeof(download) };

		if (!queue->next(queue->user, &download)) {
			queue->ended = true;
			break;
		}
		download.done = download.done ? download.done : ignore_done;
		download.progress = download.progress ? download.progress : ignore_progress;
		if (check_download(&download, queue->error) == VMX_OK) {
			give_download(&download, ret);
			return true;
		}
		download.done(download.user, queue->error);
	}
	return false;
}

enum vmx_code vmx_connection_download(struct vmx_connection *connection, vmx_next_download_fn next,
				      void *user, struct vmx_error *error)
{
	struct download_queue queue = { .next = next, .user = user };
	enum vmx_code code;

	TRY(vmxi_check_present(next, "the function that gives the downloads", error));
	queue.error = vmx_error_new();
	if (!queue.error)
		return vmxi_out_of_memory(error);
	code = CALL(connection, download, error, next_checked, &queue);
	vmx_error_free(queue.error);
	return code;
}

/*
 * One file into memory
 */

struct fetching {
	const char *path, *datacenter;
	size_t limit;
	struct vmx_bytes *bytes;
	struct vmx_error *error;
	enum vmx_code code;	/* of the file; at first that it was never done */
	bool asked, too_large, no_memory;
};

static bool take_bytes(void *user, const void *data, size_t length)
{
	struct fetching *f = user;

	f->too_large = length > f->limit - f->bytes->length;
	f->no_memory = !f->too_large && !vmxi_bytes_append(f->bytes, data, length);
	return !f->too_large && !f->no_memory;
}

static enum vmx_code fail_too_large(const struct fetching *f)
{
	return vmx_error_set(f->error, VMX_CODE_FILE_TOO_LARGE, NULL,
			     "%s: the file is larger than the limit of %zu bytes", f->path, f->limit);
}

static void fetched(void *user, const struct vmx_error *error)
{
	struct fetching *f = user;

	f->code = vmx_error_code(error);
	if (f->too_large)
		f->code = fail_too_large(f);
	else if (f->no_memory)
		f->code = vmxi_out_of_memory(f->error);
	else if (f->code != VMX_OK)
		vmx_error_set(f->error, f->code, vmx_error_detail(error), "%s",
			      vmx_error_message(error));
}

static bool next_fetch(void *user, struct vmx_download *ret)
{
	struct fetching *f = user;

	if (f->asked)
		return false;
	f->asked = true;
	ret->path = f->path;
	ret->datacenter = f->datacenter;
	ret->limit = f->limit;
	ret->write = take_bytes;
	ret->done = fetched;
	ret->user = f;
	return true;
}

enum vmx_code vmx_connection_fetch(struct vmx_connection *connection, const char *path,
				   const char *datacenter, size_t limit, struct vmx_bytes *ret,
				   struct vmx_error *error)
{
	struct fetching f = {
		.path = path, .datacenter = datacenter, .bytes = ret, .error = error,
		.limit = limit ? limit : VMX_DEFAULT_MAX_FILE_SIZE,
		.code = VMX_CODE_LAST_,
	};
	enum vmx_code code;

	vmxi_bytes_clear(ret);
	code = vmx_connection_download(connection, next_fetch, &f, error);
	if (code == VMX_OK && f.code == VMX_CODE_LAST_)
		code = vmxi_fail(error, VMX_CODE_NOT_SUPPORTED, NOWHERE,
				 "the module '%s' did not fetch the file, and did not say why",
				 connection->module.table.name);
	else if (code == VMX_OK)
		code = f.code;
	if (code != VMX_OK)
		vmxi_bytes_clear(ret);
	return code;
}

/*
 * Uploads and the rest
 */

enum vmx_code vmx_connection_upload(struct vmx_connection *connection,
				    const struct vmx_upload *upload, struct vmx_error *error)
{
	struct vmx_upload taken = { 0 };

	TRY(vmxi_take_structure(upload, offsetof(struct vmx_upload, overwrite), "the upload", &taken,
				sizeof(taken), error));
	TRY(vmxi_check_present(taken.read, "the function that gives the bytes", error));
	TRY(vmxi_check_file(taken.path, taken.datacenter, error));
	if (!taken.progress)
		taken.progress = ignore_progress;
	return CALL(connection, upload, error, &taken);
}

enum vmx_code vmx_connection_remove_file(struct vmx_connection *connection, const char *path,
					 const char *datacenter, struct vmx_error *error)
{
	TRY(vmxi_check_file(path, datacenter, error));
	return CALL(connection, remove_file, error, path, datacenter);
}

enum vmx_code vmx_connection_browse(struct vmx_connection *connection, const char *directory,
				    const char *datacenter, const char *pattern, bool deep,
				    vmx_remote_file_fn fn, void *user, struct vmx_error *error)
{
	TRY(vmxi_check_directory(directory, datacenter, error));
	TRY(vmxi_check_optional(pattern, "the pattern", error));
	TRY(vmxi_check_present(fn, "the function that takes the files", error));
	return CALL(connection, browse, error, directory, datacenter, pattern, deep, fn, user);
}
