/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fetching files, several side by side.
 */
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "report.h"
#include "vsphere.h"

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
	uint64_t length;	/* of the server's file, where has_length */
	bool has_length, nothing_left, is_page;
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

static enum vmx_code is_shorter(const struct transfer *transfer, struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
			     "%.200s can't be resumed at byte %llu: the server's file is not "
			     "that long; fetch it from the beginning", transfer->download.path,
			     (unsigned long long)transfer->download.offset);
}

/* What is there already may be the whole file, or not be of this file. */
static enum vmx_code outside(struct transfer *transfer, const struct http_head *head,
			     struct vmx_error *error)
{
	if (!head->has_total || head->total != transfer->download.offset)
		return is_shorter(transfer, error);
	/* the body is a page that says so */
	transfer->nothing_left = true;
	return VMX_OK;
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
	transfer->is_page = head->is_page;
	transfer->has_length = head->status == 206 && head->has_total;
	transfer->length = head->total;
	if (code == VMX_OK && transfer->download.limit > 0 &&
	    transfer->total > transfer->download.limit)
		return too_long(transfer, transfer->total, error);
	return code;
}

/* Of a directory servers send a page with what is in it. */
static bool is_listing(const struct transfer *transfer, const char *data, size_t length)
{
	struct text name = text_of(transfer->download.path);

	return transfer->is_page && transfer->done == 0 && length > 0 && data[0] == '<' &&
	       !text_ends_nocase(name, TEXT(".html")) && !text_ends_nocase(name, TEXT(".htm"));
}

static enum vmx_code take_body(void *user, const void *data, size_t length,
			       struct vmx_error *error)
{
	struct transfer *transfer = user;
	const struct vmx_download *download = &transfer->download;
	size_t skip = transfer->skip < length ? (size_t)transfer->skip : length;

	if (transfer->nothing_left)
		return VMX_OK;
	if (is_listing(transfer, data, length))
		return vmx_error_set(error, VMX_CODE_INVALID_DATASTORE_PATH, NULL,
				     "%.200s: the server sends a page about it: it is a directory",
				     download->path);
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

/* A server may send less than it was asked for; the length that it announced came. */
static enum vmx_code check_end(struct transfer *transfer)
{
	if (transfer->skip > 0)
		return is_shorter(transfer, transfer->error);
	if (!transfer->has_length || transfer->done >= transfer->length)
		return VMX_OK;
	return vmx_error_set(transfer->error, VMX_CODE_SERVER_ANSWER, NULL,
			     "%.200s: the server has sent %llu bytes of %llu, and says that this is all",
			     transfer->download.path, (unsigned long long)transfer->done,
			     (unsigned long long)transfer->length);
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
	if (code == VMX_OK && check_end(transfer) == VMX_OK)
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
