/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names/datastore.h"

#include "names/escape_core.h"

struct vmx_datastore_path {
	struct vmx_allocator allocator;
	enum vmx_datastore_form form;
	const char *name, *path, *directory, *file, *datacenter, *base;
	char text[];	/* where the above point to */
};

/*
 * The object
 */

/* Copies the text to *at, behind which *at is then, with a NUL; NULL for none. */
static const char *put(char **at, struct text t)
{
	char *copy = *at;

	if (!t.ptr)
		return NULL;
	memcpy(copy, t.ptr, t.len);
	copy[t.len] = '\0';
	*at += t.len + 1;
	return copy;
}

/* Without a '/' libvirt takes the path itself for the directory. */
static struct text directory_of(struct text path, unsigned int flags)
{
	size_t slash = vmxi_text_find_last(path, '/');

	if (slash < path.len || (flags & VMX_DATASTORE_LIBVIRT))
		return (struct text){ path.ptr, slash };
	return TEXT("");
}

static enum vmx_code make(const struct reading *r, enum vmx_datastore_form form,
			  const struct vmx_allocator *allocator, struct vmx_datastore_path **ret)
{
	struct text directory = directory_of(r->path.text, r->flags);
	size_t size = r->name.text.len + r->path.text.len + directory.len +
		      r->datacenter.text.len + r->base.len + 5;
	size_t slash = vmxi_text_find_last(r->path.text, '/');
	struct vmx_datastore_path *path;
	char *at;

	path = vmxi_allocate(allocator, sizeof(*path) + size);
	if (!path)
		return vmxi_out_of_memory(r->error);
	at = path->text;
	path->allocator = *allocator;
	path->form = form;
	path->name = put(&at, r->name.text);
	path->path = put(&at, r->path.text);
	path->file = slash < r->path.text.len ? path->path + slash + 1 : path->path;
	path->directory = put(&at, directory);
	path->datacenter = put(&at, r->datacenter.text);
	path->base = put(&at, r->base);
	*ret = path;
	return VMX_OK;
}

enum vmx_code vmx_datastore_path_parse(const char *text, size_t length, unsigned int flags,
				       const struct vmx_allocator *allocator,
				       struct vmx_datastore_path **ret, struct vmx_error *error)
{
	struct arena scratch = { vmxi_allocator(allocator), NULL, NULL, NULL };
	struct reading r = { { text, length }, flags, &scratch, error };
	enum vmx_datastore_form form;
	enum vmx_code code = vmxi_read_datastore_path(&r, &form);

	if (code == VMX_OK)
		code = make(&r, form, scratch.allocator, ret);
	vmxi_arena_release(&scratch);
	return code;
}

enum vmx_code vmx_datastore_path_new(const char *name, size_t name_length, const char *path,
				     size_t path_length, unsigned int flags,
				     const struct vmx_allocator *allocator,
				     struct vmx_datastore_path **ret, struct vmx_error *error)
{
	struct reading r = { .flags = flags, .error = error };
	enum vmx_code code = vmxi_check_datastore_flags(flags, error);

	if (code != VMX_OK)
		return code;
	if (name_length == 0)
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, vmxi_position_at(0),
				 "the name of the datastore is empty");
	r.name.text = (struct text){ name, name_length };
	r.path.text = path_length > 0 ? (struct text){ path, path_length } : TEXT("");
	code = vmxi_check_datastore_path(&r, VMX_DATASTORE_BRACKETS);
	if (code != VMX_OK)
		return code;
	return make(&r, VMX_DATASTORE_BRACKETS, vmxi_allocator(allocator), ret);
}

void vmx_datastore_path_free(struct vmx_datastore_path *path)
{
	struct vmx_allocator allocator;

	if (!path)
		return;
	allocator = path->allocator;	/* it lies in what it frees */
	vmxi_release(&allocator, path);
}

enum vmx_datastore_form vmx_datastore_path_form(const struct vmx_datastore_path *path)
{
	return path->form;
}

const char *vmx_datastore_path_name(const struct vmx_datastore_path *path)
{
	return path->name;
}

const char *vmx_datastore_path_path(const struct vmx_datastore_path *path)
{
	return path->path;
}

const char *vmx_datastore_path_directory(const struct vmx_datastore_path *path)
{
	return path->directory;
}

const char *vmx_datastore_path_file(const struct vmx_datastore_path *path)
{
	return path->file;
}

const char *vmx_datastore_path_datacenter(const struct vmx_datastore_path *path)
{
	return path->datacenter;
}

const char *vmx_datastore_path_url_base(const struct vmx_datastore_path *path)
{
	return path->base;
}

/*
 * Writing
 */

static bool append_brackets(struct vmx_bytes *out, struct text name, struct text path)
{
	return vmxi_bytes_append_char(out, '[') && vmxi_bytes_append_text(out, name) &&
	       vmxi_bytes_append_char(out, ']') &&
	       (path.len == 0 || (vmxi_bytes_append_char(out, ' ') &&
				  vmxi_bytes_append_text(out, path)));
}

static bool reads_back(struct text written, bool libvirt, struct text name, struct text path)
{
	struct text found_name, found_path;

	return vmxi_split_brackets(written, libvirt, &found_name, &found_path, NULL) == VMX_OK &&
	       text_equal(found_name, name) && text_equal(found_path, path);
}

enum vmx_code vmx_datastore_path_format(const struct vmx_datastore_path *path, unsigned int flags,
					struct vmx_bytes *ret, struct vmx_error *error)
{
	struct text name = text_of(path->name), inside = text_of(path->path);
	enum vmx_code code = vmxi_check_datastore_flags(flags, error);
	char quoted[QUOTE_MAX];

	vmxi_bytes_clear(ret);
	if (code != VMX_OK)
		return code;
	if (!append_brackets(ret, name, inside)) {
		vmxi_bytes_clear(ret);
		return vmxi_out_of_memory(error);
	}
	if (reads_back((struct text){ ret->data, ret->length }, flags & VMX_DATASTORE_LIBVIRT,
		       name, inside))
		return VMX_OK;
	vmxi_bytes_clear(ret);
	return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, NOWHERE,
			 "'%s' and its path can't be told apart in brackets; use another form",
			 vmxi_quote(quoted, name));
}

enum vmx_code vmx_datastore_path_format_vmfs(const struct vmx_datastore_path *path,
					     struct vmx_bytes *ret, struct vmx_error *error)
{
	struct text name = text_of(path->name), inside = skip_slashes(text_of(path->path));

	vmxi_bytes_clear(ret);
	if (vmxi_text_find(name, '/') < name.len)
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, NOWHERE,
				 "a name with a '/' can't stand below /vmfs/volumes");
	if (vmxi_is_dots(name))
		return vmxi_fail(error, VMX_CODE_PATH_LEAVES_DATASTORE, NOWHERE,
				 "'.' and '..' are no datastores below /vmfs/volumes");
	if (vmxi_bytes_append_text(ret, VMFS_PREFIX) && vmxi_bytes_append_text(ret, name) &&
	    (inside.len == 0 || (vmxi_bytes_append_char(ret, '/') &&
				 vmxi_bytes_append_text(ret, inside))))
		return VMX_OK;
	vmxi_bytes_clear(ret);
	return vmxi_out_of_memory(error);
}
