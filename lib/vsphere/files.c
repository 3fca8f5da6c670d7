/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files.h"

#include <stdio.h>
#include <string.h>

#include <vmxkit/datastore.h>

#include "report.h"
#include "vsphere.h"

/*
 * Addresses
 */

/* Whether a name has bytes that are encoded at all: then twice differs from once. */
static bool is_plain(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~") ==
	       strlen(name);
}

/* An ESX host has one datacenter, and needs no name for it. */
static enum vmx_code datacenter_path(struct vsphere *vsphere, const char *given,
				     struct vmx_bytes *ret, struct vmx_error *error)
{
	const struct place *datacenter;
	enum vmx_code code;

	vmxi_bytes_clear(ret);
	if (given)
		return vmxi_bytes_append_text(ret, text_of(given)) &&
		       vmxi_bytes_reserve(ret, 1) ? VMX_OK : vsphere_out_of_memory(error);
	if (vsphere->session.kind != VSPHERE_VPX)
		return vmxi_bytes_reserve(ret, 1) ? VMX_OK : vsphere_out_of_memory(error);
	code = vsphere_inventory_datacenter(vsphere, NULL, &datacenter, error);
	return code == VMX_OK ? vsphere_place_path(&vsphere->inventory.places, datacenter, ret, error)
			      : code;
}

enum vmx_code vsphere_file_address(struct vsphere *vsphere, const char *path,
				   const char *datacenter, bool again, struct vmx_bytes *ret,
				   bool *ret_differs, struct vmx_error *error)
{
	const char *base = vsphere_http_base(vsphere->session.http);
	unsigned int flags = again ? 0 : VMX_DATASTORE_ENCODED_TWICE;
	struct vmx_datastore_path *parsed = NULL;
	struct vmx_bytes dc = VMX_BYTES_INIT;
	enum vmx_code code;

	dc.allocator = vsphere->allocator;
	code = vmx_datastore_path_parse(path, strlen(path), 0, vsphere->allocator, &parsed, error);
	if (code == VMX_OK)
		code = datacenter_path(vsphere, datacenter, &dc, error);
	if (code == VMX_OK)
		code = vmx_datastore_path_format_url(parsed, base, dc.data, flags, ret, error);
	if (code == VMX_OK) {
		*ret_differs = !is_plain(dc.data) || !is_plain(vmx_datastore_path_name(parsed));
		memmove(ret->data, ret->data + strlen(base), ret->length - strlen(base) + 1);
		ret->length -= strlen(base);
	}
	vmx_datastore_path_free(parsed);
	vmx_bytes_release(&dc);
	return code;
}

/*
 * Downloading
 */

struct downloads {
	struct vsphere *vsphere;
	struct http_batch batch;
};

/* One file that is fetched. */
struct transfer {
	struct downloads *downloads;
	struct vmx_download download;
	struct vmx_bytes address;
	struct vmx_error *error;
	uint64_t done, total;	/* total 0: not known */
	uint64_t skip;		/* bytes that come although they are there already */
	bool again, differs, missing;
};

static void free_transfer(struct transfer *transfer)
{
	const struct vmx_allocator *allocator = transfer->downloads->vsphere->allocator;

	vmx_bytes_release(&transfer->address);
	vmx_error_free(transfer->error);
	vmxi_release(allocator, transfer);
}

/* Says how it ended, and is gone. */
static void end_transfer(struct transfer *transfer)
{
	transfer->download.done(transfer->download.user, transfer->error);
	free_transfer(transfer);
}

static enum vmx_code too_long(const struct transfer *transfer, uint64_t length,
			      struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_FILE_TOO_LARGE, NULL,
			     "%.200s has %llu bytes or more; the limit is %llu",
			     transfer->download.path, (unsigned long long)length,
			     (unsigned long long)transfer->download.limit);
}

static enum vmx_code check_range(struct transfer *transfer, const struct http_head *head,
				 struct vmx_error *error)
{
	uint64_t offset = transfer->download.offset;

	/* all of it although a part was asked for: the first bytes are skipped */
	if (head->status == 200 && offset > 0) {
		transfer->skip = offset;
		transfer->done = 0;
		return VMX_OK;
	}
	if (head->status == 206 && offset > 0 && head->has_range && head->range_from == offset)
		return VMX_OK;
	if (head->status == 200)
		return VMX_OK;
	return vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
			     "%.200s: the server sends another part of the file than was asked "
			     "for", transfer->download.path);
}

/* What is there already may be the whole file, or not be of this file. */
static enum vmx_code outside(const struct transfer *transfer, const struct http_head *head,
			     struct vmx_error *error)
{
	if (head->has_total && head->total == transfer->download.offset)
		return VMX_OK;
	return vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
			     "%.200s can't be resumed at byte %llu: the server's file is not "
			     "that long; fetch it from the beginning", transfer->download.path,
			     (unsigned long long)transfer->download.offset);
}

static enum vmx_code take_head(void *user, const struct http_head *head, struct vmx_error *error)
{
	struct transfer *transfer = user;
	enum vmx_code code;

	transfer->done = transfer->download.offset;
	if (head->status == 416 && transfer->download.offset > 0)
		return outside(transfer, head, error);
	if (head->status != 200 && head->status != 206) {
		transfer->missing = head->status == 404;
		return vsphere_http_refuse(transfer->download.path, head, error);
	}
	code = check_range(transfer, head, error);
	if (head->has_length)
		transfer->total = transfer->done + head->length;
	if (code == VMX_OK && transfer->download.limit > 0 &&
	    transfer->total > transfer->download.limit)
		return too_long(transfer, transfer->total, error);
	return code;
}

static enum vmx_code take_body(void *user, const void *data, size_t length,
			       struct vmx_error *error)
{
	struct transfer *transfer = user;
	const struct vmx_download *download = &transfer->download;
	size_t skip = transfer->skip < length ? (size_t)transfer->skip : length;

	if (download->limit > 0 && length > download->limit - transfer->done)
		return too_long(transfer, transfer->done + length, error);
	transfer->skip -= skip;
	transfer->done += length;
	if (length > skip &&
	    !download->write(download->user, (const char *)data + skip, length - skip))
		return vmx_error_set(error, VMX_CODE_CANCELLED, NULL, "fetching %.200s was stopped",
				     download->path);
	if (download->progress)
		download->progress(download->user, transfer->done, transfer->total);
	return VMX_OK;
}

static enum vmx_code start_transfer(struct transfer *transfer, struct vmx_error *error);

static void transfer_ended(void *user, enum vmx_code code)
{
	struct transfer *transfer = user;

	/* nothing was written: the names may have to be encoded once only */
	if (code != VMX_OK && transfer->missing && transfer->differs && !transfer->again) {
		transfer->again = true;
		transfer->missing = false;
		vmx_error_clear(transfer->error);
		if (start_transfer(transfer, transfer->error) == VMX_OK)
			return;
	}
	if (code == VMX_OK)
		vmx_error_clear(transfer->error);
	end_transfer(transfer);
}

static enum vmx_code start_transfer(struct transfer *transfer, struct vmx_error *error)
{
	struct downloads *downloads = transfer->downloads;
	struct http_request request = {
		.method = HTTP_GET, .what = transfer->download.path,
		.range_from = transfer->download.offset,
		.head = take_head, .body = take_body, .done = transfer_ended,
		.user = transfer, .error = transfer->error,
	};
	enum vmx_code code = vsphere_file_address(downloads->vsphere, transfer->download.path,
						  transfer->download.datacenter, transfer->again,
						  &transfer->address, &transfer->differs, error);

	if (code != VMX_OK)
		return code;
	request.path = transfer->address.data;
	return vsphere_http_start(&downloads->batch, &request, error);
}

static struct transfer *new_transfer(struct downloads *downloads,
				     const struct vmx_download *download)
{
	const struct vmx_allocator *allocator = downloads->vsphere->allocator;
	struct transfer *transfer = vmxi_allocate(allocator, sizeof(*transfer));

	if (!transfer)
		return NULL;
	*transfer = (struct transfer){
		.downloads = downloads, .download = *download, .address.allocator = allocator,
		.error = vmx_error_new(),
	};
	if (transfer->error)
		return transfer;
	vmxi_release(allocator, transfer);
	return NULL;
}

/* False: there are no more, or it can't go on (code). */
static bool start_next(struct downloads *downloads, vmx_next_download_fn next, void *user,
		       enum vmx_code *code, struct vmx_error *error)
{
	struct vmx_download download = { .size = sizeof(download) };
	struct transfer *transfer;

	if (!next(user, &download))
		return false;
	transfer = new_transfer(downloads, &download);
	if (!transfer) {
		*code = vsphere_out_of_memory(error);
		download.done(download.user, error);
		return false;
	}
	if (start_transfer(transfer, transfer->error) != VMX_OK)
		end_transfer(transfer);
	return true;
}

enum vmx_code vsphere_download(void *connection, vmx_next_download_fn next, void *user,
			       struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	struct downloads downloads = { vsphere, HTTP_BATCH_INIT(vsphere->session.http) };
	enum vmx_code code = VMX_OK;

	while (start_next(&downloads, next, user, &code, error))
		vsphere_http_run(&downloads.batch, FILES_AT_ONCE - 1);
	vsphere_http_run(&downloads.batch, 0);
	return code;
}

/*
 * Uploading
 */

struct sending {
	const struct vmx_upload *upload;
	uint64_t done;
	bool exists;
};

static enum vmx_code see_whether_it_exists(void *user, const struct http_head *head,
					   struct vmx_error *error)
{
	struct sending *sending = user;

	sending->exists = head->status == 200;
	return head->status == 200 || head->status == 404 ? VMX_OK
		: vsphere_http_refuse(sending->upload->path, head, error);
}

static enum vmx_code supply(void *user, void *data, size_t max, size_t *ret_length,
			    struct vmx_error *error)
{
	struct sending *sending = user;
	const struct vmx_upload *upload = sending->upload;
	uint64_t left = upload->length - sending->done;
	size_t length = upload->read(upload->user, data, left < max ? (size_t)left : max);

	if (length == 0 || length > left)
		return vmx_error_set(error, VMX_CODE_CANCELLED, NULL,
				     "storing %.200s was stopped after %llu of %llu bytes",
				     upload->path, (unsigned long long)sending->done,
				     (unsigned long long)upload->length);
	sending->done += length;
	if (upload->progress)
		upload->progress(upload->user, sending->done, upload->length);
	*ret_length = length;
	return VMX_OK;
}

/* One request about a file; where 404 may mean that the names are encoded once, once more. */
static enum vmx_code ask_about(struct vsphere *vsphere, struct http_request *request,
			       const struct vmx_upload *upload, const char *path,
			       struct sending *sending, bool again, bool *ret_differs,
			       struct vmx_error *error)
{
	struct vmx_bytes address = VMX_BYTES_INIT;
	enum vmx_code code;

	address.allocator = vsphere->allocator;
	code = vsphere_file_address(vsphere, path, upload->datacenter, again, &address,
				    ret_differs, error);
	request->path = address.data;
	request->what = path;
	request->user = sending;
	request->error = error;
	if (code == VMX_OK)
		code = vsphere_http_perform(vsphere->session.http, request, error);
	vmx_bytes_release(&address);
	return code;
}

static enum vmx_code check_exists(struct vsphere *vsphere, struct sending *sending,
				  struct vmx_error *error)
{
	struct http_request head = { .method = HTTP_HEAD, .head = see_whether_it_exists };
	bool differs = false;
	enum vmx_code code = ask_about(vsphere, &head, sending->upload, sending->upload->path,
				       sending, false, &differs, error);

	if (code == VMX_OK && !sending->exists && differs)
		code = ask_about(vsphere, &head, sending->upload, sending->upload->path, sending,
				 true, &differs, error);
	if (code != VMX_OK || !sending->exists)
		return code;
	return vmx_error_set(error, VMX_CODE_ALREADY_EXISTS, NULL,
			     "%.200s is there already, and was not replaced",
			     sending->upload->path);
}

/* A server that decodes once has not found the datastore: nothing was sent then. */
static enum vmx_code put(struct vsphere *vsphere, struct sending *sending, const char *path,
			 struct vmx_error *error)
{
	struct http_request request = {
		.method = HTTP_PUT, .upload_length = sending->upload->length, .supply = supply,
	};
	bool differs = false;
	enum vmx_code code = ask_about(vsphere, &request, sending->upload, path, sending, false,
				       &differs, error);

	if (code == VMX_CODE_NOT_FOUND && differs && sending->done == 0)
		code = ask_about(vsphere, &request, sending->upload, path, sending, true, &differs,
				 error);
	return code;
}

/*
 * Moving and removing are tasks of the file manager
 */

static enum vmx_code run_file_task(struct vsphere *vsphere, const char *what,
				   const struct vim_method *method, const void *request,
				   struct vmx_error *error)
{
	const struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
	const struct task_wish wish = {
		.what = what, .method = method, .request = request,
		.self = vsphere->session.service->fileManager,
	};

	if (!wish.self.value)
		return vmx_error_set(error, VMX_CODE_NOT_SUPPORTED, NULL,
				     "the server has no file manager");
	return vsphere_task_run(vsphere, &wish, &options, error);
}

/* An ESX host has one datacenter; the API wants none then. */
static enum vmx_code datacenter_reference(struct vsphere *vsphere, const char *path,
					  struct vim_reference *ret, struct vmx_error *error)
{
	const struct place *place;
	enum vmx_code code;

	*ret = (struct vim_reference){ NULL, NULL };
	if (vsphere->session.kind != VSPHERE_VPX)
		return VMX_OK;
	code = vsphere_inventory_datacenter(vsphere, path, &place, error);
	if (code == VMX_OK)
		*ret = place->reference;
	return code;
}

enum vmx_code vsphere_remove_file(void *connection, const char *path, const char *datacenter,
				  struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	struct vim_DeleteDatastoreFile_Task_request request = { .name = path };
	enum vmx_code code = datacenter_reference(vsphere, datacenter, &request.datacenter, error);

	return code == VMX_OK ? run_file_task(vsphere, "removing the file",
					      &vsphere_method_DeleteDatastoreFile_Task, &request,
					      error) : code;
}

static enum vmx_code move_file(struct vsphere *vsphere, const char *from,
			       const struct vmx_upload *upload, struct vmx_error *error)
{
	struct vim_MoveDatastoreFile_Task_request request = {
		.sourceName = from, .destinationName = upload->path,
		.force = upload->overwrite ? VIM_TRUE : VIM_FALSE,
	};
	enum vmx_code code = datacenter_reference(vsphere, upload->datacenter,
						  &request.sourceDatacenter, error);

	request.destinationDatacenter = request.sourceDatacenter;
	return code == VMX_OK ? run_file_task(vsphere, "renaming the file",
					      &vsphere_method_MoveDatastoreFile_Task, &request,
					      error) : code;
}

/* Beside the file, so that renaming it is one step for the server. */
static enum vmx_code temporary_path(struct vsphere *vsphere, const char *path,
				    struct vmx_bytes *ret, struct vmx_error *error)
{
	char suffix[64];

	snprintf(suffix, sizeof(suffix), ".%llx%lx.part", (unsigned long long)time(NULL),
		 (unsigned long)++vsphere->uploads);
	vmxi_bytes_clear(ret);
	return vmxi_bytes_append_text(ret, text_of(path)) &&
	       vmxi_bytes_append_text(ret, text_of(suffix)) ? VMX_OK : vsphere_out_of_memory(error);
}

/* Whatever the reason, what was begun is removed; that it can't be is no reason to say more. */
static enum vmx_code store(struct vsphere *vsphere, struct sending *sending, const char *path,
			   struct vmx_error *error)
{
	const struct vmx_upload *upload = sending->upload;
	enum vmx_code code = put(vsphere, sending, path, error);

	if (code == VMX_OK)
		code = move_file(vsphere, path, upload, error);
	if (code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY)
		return code;
	vsphere->session.finishing = true;
	vsphere_remove_file(vsphere, path, upload->datacenter, NULL);
	vsphere->session.finishing = false;
	return code;
}

enum vmx_code vsphere_upload(void *connection, const struct vmx_upload *upload,
			     struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	struct sending sending = { upload, 0, false };
	struct vmx_bytes path = VMX_BYTES_INIT;
	enum vmx_code code = VMX_OK;

	path.allocator = vsphere->allocator;
	if (!upload->overwrite)
		code = check_exists(vsphere, &sending, error);
	if (code == VMX_OK)
		code = temporary_path(vsphere, upload->path, &path, error);
	if (code == VMX_OK)
		code = store(vsphere, &sending, path.data, error);
	vmx_bytes_release(&path);
	return code;
}
