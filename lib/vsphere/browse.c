/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What files there are on a datastore: the server's own search, whose result a task has.
 */
#include <string.h>

#include <vmxkit/datastore.h>

#include "files.h"
#include "report.h"
#include "vsphere.h"

struct browsing {
	struct vsphere *vsphere;
	const struct vmx_datastore_path *directory;
	const char *datacenter;
	vmx_remote_file_fn fn;
	void *user;
	/* the datastore */
	struct vim_reference browser;
	struct arena arena;
	size_t found;
	/* a file */
	struct vmx_bytes name, path, dc;
	struct vmx_bytes other_dc;	/* of a datastore that may be another one */
	bool enough;
};

/*
 * The datastore's browser
 */

static const char *const browser_paths[] = { "name", "parent", "browser" };
static const struct properties_wanted browser_wanted[] = {
	{ "Datastore", VIM_ITEMS(browser_paths) },
};

/* Whether it lies in the datacenter that was asked for; NULL: any will do. */
static enum vmx_code is_there(struct browsing *browsing, const struct vim_ObjectContent *object,
			      bool *ret, struct vmx_error *error)
{
	const struct inventory *inventory = &browsing->vsphere->inventory;
	const struct vim_reference *parent = vsphere_property_reference(object, "parent");
	const struct place *datacenter = vsphere_place_datacenter(
		vsphere_place_find(&inventory->places, parent ? parent->value : NULL));
	enum vmx_code code;

	*ret = true;
	vmxi_bytes_clear(&browsing->other_dc);
	if (!datacenter)
		return VMX_OK;
	code = vsphere_place_path(&inventory->places, datacenter, &browsing->other_dc, error);
	*ret = code == VMX_OK && (!browsing->datacenter ||
				  strcmp(browsing->other_dc.data, browsing->datacenter) == 0);
	return code;
}

static void swap_bytes(struct vmx_bytes *a, struct vmx_bytes *b)
{
	const struct vmx_bytes kept = *a;

	*a = *b;
	*b = kept;
}

static enum vmx_code take_datastore(void *user, const struct vim_ObjectContent *object,
				    struct vmx_error *error)
{
	struct browsing *browsing = user;
	const char *api_name = vsphere_property_text(object, "name");
	const struct vim_reference *browser = vsphere_property_reference(object, "browser");
	bool there;
	enum vmx_code code;

	if (!api_name || !browser || !browser->value)
		return VMX_OK;
	code = vsphere_plain_name(api_name, &browsing->name, error);
	if (code != VMX_OK ||
	    strcmp(browsing->name.data, vmx_datastore_path_name(browsing->directory)) != 0)
		return code;
	code = is_there(browsing, object, &there, error);
	if (code != VMX_OK || !there || browsing->found++ > 0)
		return code;
	swap_bytes(&browsing->dc, &browsing->other_dc);
	browsing->browser.type = "HostDatastoreBrowser";
	browsing->browser.value = vmxi_arena_copy(&browsing->arena, text_of(browser->value)).ptr;
	return browsing->browser.value ? VMX_OK : vsphere_out_of_memory(error);
}

static enum vmx_code find_browser(struct browsing *browsing, struct vmx_error *error)
{
	struct properties_query query;
	const struct place *datacenter;
	enum vmx_code code = browsing->datacenter
		? vsphere_inventory_datacenter(browsing->vsphere, browsing->datacenter, &datacenter, error)
		: vsphere_inventory_load(browsing->vsphere, error);

	if (code != VMX_OK)
		return code;
	vsphere_inventory_query(browsing->vsphere, browser_wanted, 1, &query);
	code = vsphere_properties_read(&browsing->vsphere->session, &query, take_datastore,
				       browsing, error);
	if (code == VMX_OK && browsing->found == 0)
		return vmx_error_set(error, VMX_CODE_NOT_FOUND, NULL,
				     "the server has no datastore '%.120s'",
				     vmx_datastore_path_name(browsing->directory));
	if (code == VMX_OK && browsing->found > 1)
		return vmx_error_set(error, VMX_CODE_AMBIGUOUS_NAME, NULL,
				     "the server has %zu datastores '%.120s': name the datacenter",
				     browsing->found, vmx_datastore_path_name(browsing->directory));
	return code;
}

/*
 * The result
 */

/* Servers write "[ds] dir/", "[ds]/dir", "[ds] /dir" and "[ds]". */
static struct text directory_in(const char *folder_path)
{
	const char *at = strrchr(folder_path, ']');
	struct text t;

	at = at ? at + 1 : folder_path;
	at += strspn(at, " /");
	t = text_of(at);
	while (t.len > 0 && t.ptr[t.len - 1] == '/')
		t.len--;
	return t;
}

static enum vmx_code make_path(struct browsing *browsing, struct text directory,
			       const char *file, struct vmx_error *error)
{
	struct vmx_bytes *path = &browsing->path;
	const char *datastore = vmx_datastore_path_name(browsing->directory);
	bool ok;

	vmxi_bytes_clear(path);
	ok = vmxi_bytes_append_char(path, '[') && vmxi_bytes_append_text(path, text_of(datastore)) &&
	     vmxi_bytes_append_text(path, TEXT("] ")) && vmxi_bytes_append_text(path, directory) &&
	     (directory.len == 0 || vmxi_bytes_append_char(path, '/')) &&
	     vmxi_bytes_append_text(path, text_of(file));
	return ok ? VMX_OK : vsphere_out_of_memory(error);
}

/* A name that would lead elsewhere is no name of a file. */
static bool is_file_name(const char *name)
{
	return name && name[0] && !strchr(name, '/') && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static enum vmx_code hand_out_file(struct browsing *browsing, struct text directory,
				   const struct vim_FileInfo *info, struct vmx_error *error)
{
	struct vmx_remote_file file = {
		.size = sizeof(file),
		.datacenter = browsing->dc.length > 0 ? browsing->dc.data : NULL,
		.is_directory = VIM_CAST(FolderFileInfo, info) != NULL,
		.length = info->fileSize.set && info->fileSize.value > 0
			? (uint64_t)info->fileSize.value : 0,
		.modified = info->modification.text,
	};
	enum vmx_code code;

	if (!is_file_name(info->path))
		return VMX_OK;
	code = make_path(browsing, directory, info->path, error);
	if (code != VMX_OK)
		return code;
	file.path = browsing->path.data;
	if (browsing->fn(browsing->user, &file))
		return VMX_OK;
	browsing->enough = true;
	return VMX_CODE_CANCELLED;
}

static enum vmx_code hand_out_folder(struct browsing *browsing,
				     const struct vim_HostDatastoreBrowserSearchResults *results,
				     struct vmx_error *error)
{
	struct text directory = directory_in(results->folderPath ? results->folderPath : "");
	enum vmx_code code = VMX_OK;

	for (size_t i = 0; i < results->file.count && code == VMX_OK; i++)
		code = hand_out_file(browsing, directory, results->file.items[i], error);
	return code;
}

/* One folder's results, or those of several. */
static enum vmx_code take_results(void *user, const struct vim_TaskInfo *info,
				  struct vmx_error *error)
{
	struct browsing *browsing = user;
	const struct vim_HostDatastoreBrowserSearchResults *one =
		VIM_VALUE_AS(HostDatastoreBrowserSearchResults, &info->result);
	const struct vim_HostDatastoreBrowserSearchResults_list all =
		VIM_VALUE_ITEMS(HostDatastoreBrowserSearchResults, &info->result);
	enum vmx_code code = one ? hand_out_folder(browsing, one, error) : VMX_OK;

	for (size_t i = 0; i < all.count && code == VMX_OK; i++)
		code = hand_out_folder(browsing, all.items[i], error);
	return code;
}

/*
 * The search
 */

static enum vmx_code search(struct browsing *browsing, const char *directory,
			    const char *pattern, bool deep, struct vmx_error *error)
{
	/* the simulator of govmomi finds nothing without a pattern; others take "*" as all */
	const char *const patterns[] = { pattern ? pattern : "*" };
	const struct vim_FileQueryFlags details = {
		.fileType = VIM_TRUE, .fileSize = VIM_TRUE, .modification = VIM_TRUE,
		.fileOwner = VIM_FALSE,
	};
	const struct vim_HostDatastoreBrowserSearchSpec spec = {
		.details = &details, .matchPattern = VIM_ITEMS(patterns),
	};
	/* both methods have the same parameters */
	const struct vim_SearchDatastore_Task_request request = {
		.datastorePath = directory, .searchSpec = &spec,
	};
	const struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
	const struct task_wish wish = {
		.what = "searching the datastore", .self = browsing->browser, .request = &request,
		.method = deep ? &vsphere_method_SearchDatastoreSubFolders_Task
			       : &vsphere_method_SearchDatastore_Task,
		.finished = take_results, .user = browsing,
	};

	return vsphere_task_run(browsing->vsphere, &wish, &options, error);
}

enum vmx_code vsphere_browse(void *connection, const char *directory, const char *datacenter,
			     const char *pattern, bool deep, vmx_remote_file_fn fn, void *user,
			     struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	struct vmx_datastore_path *parsed = NULL;
	struct browsing browsing = { vsphere, NULL, datacenter, fn, user, .found = 0 };
	enum vmx_code code;

	browsing.arena.allocator = browsing.name.allocator = browsing.path.allocator =
		browsing.dc.allocator = browsing.other_dc.allocator = vsphere->allocator;
	code = vmx_datastore_path_parse(directory, strlen(directory), 0, vsphere->allocator,
					&parsed, error);
	browsing.directory = parsed;
	if (code == VMX_OK)
		code = find_browser(&browsing, error);
	if (code == VMX_OK)
		code = search(&browsing, directory, pattern, deep, error);
	vmx_datastore_path_free(parsed);
	vmx_bytes_release(&browsing.name);
	vmx_bytes_release(&browsing.path);
	vmx_bytes_release(&browsing.dc);
	vmx_bytes_release(&browsing.other_dc);
	vmxi_arena_release(&browsing.arena);
	return browsing.enough ? VMX_OK : code;
}
