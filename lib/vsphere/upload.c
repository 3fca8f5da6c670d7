/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Storing files: under another name first, so that they appear whole.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vmxkit/datastore.h>

#include "files.h"
#include "report.h"
#include "vsphere.h"

struct sending {
	const struct vmx_upload *upload;
	uint64_t done;
	bool exists;
	bool once;	/* the server decodes names once */
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

/* Whether there is such a file or directory, and how its names have to be encoded. */
static enum vmx_code look_for(struct vsphere *vsphere, struct sending *sending, const char *path,
			      struct vmx_error *error)
{
	struct http_request head = { .method = HTTP_HEAD, .head = see_whether_it_exists };
	bool differs = false;
	enum vmx_code code = ask_about(vsphere, &head, sending->upload, path, sending, false,
				       &differs, error);

	if (code != VMX_OK || sending->exists || !differs)
		return code;
	code = ask_about(vsphere, &head, sending->upload, path, sending, true, &differs, error);
	sending->once = sending->exists;
	return code;
}

static enum vmx_code check_new(struct vsphere *vsphere, struct sending *sending,
			       struct vmx_error *error)
{
	enum vmx_code code = look_for(vsphere, sending, sending->upload->path, error);

	if (code != VMX_OK || !sending->exists)
		return code;
	return vmx_error_set(error, VMX_CODE_ALREADY_EXISTS, NULL,
			     "%.200s is there already, and was not replaced",
			     sending->upload->path);
}

static enum vmx_code put(struct vsphere *vsphere, struct sending *sending, const char *path,
			 struct vmx_error *error)
{
	struct http_request request = {
		.method = HTTP_PUT, .upload_length = sending->upload->length, .supply = supply,
	};
	bool differs;

	return ask_about(vsphere, &request, sending->upload, path, sending, sending->once, &differs,
			 error);
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

static enum vmx_code make_directory(struct vsphere *vsphere, const struct vmx_upload *upload,
				    const char *directory, struct vmx_error *error)
{
	struct vim_MakeDirectory_request request = {
		.name = directory, .createParentDirectories = VIM_TRUE,
	};
	const struct vim_MakeDirectory_response *response;
	struct answer answer = ANSWER_INIT;
	enum vmx_code code = datacenter_reference(vsphere, upload->datacenter, &request.datacenter,
						  error);

	if (code == VMX_OK)
		code = vim_MakeDirectory(&vsphere->session, vsphere->session.service->fileManager,
					 &request, &answer, &response, error);
	vsphere_answer_release(&answer);
	return code == VMX_CODE_ALREADY_EXISTS ? VMX_OK : code;
}

/* "[ds] directory/", which is where the file goes. */
static enum vmx_code directory_of(struct vsphere *vsphere, const char *path, struct vmx_bytes *ret,
				  struct vmx_error *error)
{
	struct vmx_datastore_path *parsed = NULL;
	enum vmx_code code = vmx_datastore_path_parse(path, strlen(path), 0, vsphere->allocator,
						      &parsed, error);
	const char *file;

	if (code != VMX_OK)
		return code;
	file = vmx_datastore_path_file(parsed);
	vmxi_bytes_clear(ret);
	if (!vmxi_bytes_append(ret, path, strlen(path) - strlen(file)))
		code = vsphere_out_of_memory(error);
	vmx_datastore_path_free(parsed);
	return code;
}

/*
 * The directory has to be there before anything is sent: what the caller has given can't be
 * asked for again.
 */
static enum vmx_code prepare_directory(struct vsphere *vsphere, struct sending *sending,
				       struct vmx_error *error)
{
	struct vmx_bytes directory = VMX_BYTES_INIT;
	enum vmx_code code;

	directory.allocator = vsphere->allocator;
	code = directory_of(vsphere, sending->upload->path, &directory, error);
	if (code == VMX_OK)
		code = look_for(vsphere, sending, directory.data, error);
	if (code == VMX_OK && !sending->exists) {
		code = make_directory(vsphere, sending->upload, directory.data, error);
		if (code == VMX_OK)
			code = look_for(vsphere, sending, directory.data, error);
	}
	vmx_bytes_release(&directory);
	return code;
}

/*
 * Beside the file, so that renaming it is one step for the server.  Nobody else, on
 * whatever machine, sends the same file under the same name.
 */
static enum vmx_code temporary_path(const char *path, struct vmx_bytes *ret,
				    struct vmx_error *error)
{
	char suffix[64];
	uint64_t number;

	if (getentropy(&number, sizeof(number)) != 0)
		return vmx_error_set(error, VMX_CODE_IO, NULL,
				     "%.200s: the system gives no random name for what is sent", path);
	snprintf(suffix, sizeof(suffix), ".%016llx.part", (unsigned long long)number);
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
	struct sending sending = { upload, 0, false, false };
	struct vmx_bytes path = VMX_BYTES_INIT;
	enum vmx_code code = VMX_OK;

	path.allocator = vsphere->allocator;
	if (!upload->overwrite)
		code = check_new(vsphere, &sending, error);
	if (code == VMX_OK)
		code = prepare_directory(vsphere, &sending, error);
	if (code == VMX_OK)
		code = temporary_path(upload->path, &path, error);
	if (code == VMX_OK)
		code = store(vsphere, &sending, path.data, error);
	vmx_bytes_release(&path);
	return code;
}
