/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/module.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/report.h"
#include "transport/directory.h"

/*
 * Finding
 */

/* Appends DIRECTORY/SCHEME.so with its NUL; false: no memory. */
static bool append_file(struct vmx_bytes *out, struct text directory, const char *scheme)
{
	return vmxi_bytes_append_text(out, directory) && vmxi_bytes_append_char(out, '/') &&
	       vmxi_bytes_append_text(out, text_of(scheme)) &&
	       vmxi_bytes_append_text(out, TEXT(".so"));
}

/*
 * Looks in the directories of a path.  VMX_OK: file holds what was found, or is empty.
 * An empty part is not the working directory: that would be a trap.
 */
static enum vmx_code find_in(const char *path, const char *scheme, struct vmx_bytes *file,
			     struct vmx_error *error)
{
	struct text rest = text_of(path);

	while (rest.len > 0) {
		struct text directory = { rest.ptr, vmxi_text_find(rest, ':') };

		rest = text_skip(rest, directory.len + (directory.len < rest.len));
		vmxi_bytes_clear(file);
		if (directory.len == 0)
			continue;
		if (!append_file(file, directory, scheme))
			return vmxi_out_of_memory(error);
		if (access(file->data, F_OK) == 0)
			return VMX_OK;
	}
	vmxi_bytes_clear(file);
	return VMX_OK;
}

static enum vmx_code unknown_scheme(const char *scheme, const char *first, const char *second,
				    struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_UNKNOWN_SCHEME, NOWHERE,
			 "there is no module for '%s://': no %s.so in %s%s%s; check the scheme, install "
			 "its module, or name the module's directory in VMX_PLUGIN_PATH",
			 scheme, scheme, first, *second ? ":" : "", second);
}

static enum vmx_code find_module(const char *scheme, const char *plugin_path,
				 struct vmx_bytes *file, struct vmx_error *error)
{
	const char *environment = secure_getenv("VMX_PLUGIN_PATH");
	const char *first = plugin_path ? plugin_path : environment ? environment : "";
	const char *second = plugin_path ? "" : VMXI_TRANSPORT_DIRECTORY;
	enum vmx_code code = find_in(first, scheme, file, error);

	if (code == VMX_OK && file->length == 0)
		code = find_in(second, scheme, file, error);
	if (code != VMX_OK || file->length > 0)
		return code;
	return *first ? unknown_scheme(scheme, first, second, error)
		      : unknown_scheme(scheme, second, "", error);
}

/*
 * Checking
 */

#define MEMBER(name) { #name, offsetof(struct vmx_transport, name) }

/* What transport.h marks with a star. */
static const struct {
	const char *name;
	size_t offset;
} required[] = {
	MEMBER(name), MEMBER(release), MEMBER(schemes), MEMBER(open), MEMBER(close),
	MEMBER(about), MEMBER(list), MEMBER(find_machine), MEMBER(download),
};

static bool is_missing(const struct vmx_transport *table, size_t offset)
{
	static const char nothing[sizeof(void (*)(void))];

	return memcmp((const char *)table + offset, nothing, sizeof(nothing)) == 0;
}

static enum vmx_code check_members(const struct vmx_transport *table, const char *file,
				   struct vmx_error *error)
{
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		if (is_missing(table, required[i].offset))
			return vmxi_fail(error, VMX_CODE_UNFIT_MODULE, NOWHERE,
					 "%s: the module lacks '%s', which every module has; "
					 "get one that is complete", file, required[i].name);
	}
	return VMX_OK;
}

static enum vmx_code check_scheme(const struct vmx_transport *table, const char *scheme,
				  const char *file, struct vmx_error *error)
{
	for (const char *const *s = table->schemes; *s; s++) {
		if (text_equal_nocase(text_of(*s), text_of(scheme)))
			return VMX_OK;
	}
	return vmxi_fail(error, VMX_CODE_UNFIT_MODULE, NOWHERE,
			 "%s: the module '%s' does not serve the scheme '%s'; the file has the "
			 "wrong name", file, table->name, scheme);
}

/* The version stands where it stands in all versions, so it is looked at first. */
static enum vmx_code take_table(const struct vmx_transport *given, struct vmx_transport *ret,
				const char *file, struct vmx_error *error)
{
	if (!given || given->size < offsetof(struct vmx_transport, name))
		return vmxi_fail(error, VMX_CODE_UNFIT_MODULE, NOWHERE,
				 "%s: " VMX_TRANSPORT_ENTRY "() answers no table of functions", file);
	if (given->version != VMX_TRANSPORT_VERSION)
		return vmxi_fail(error, VMX_CODE_UNFIT_MODULE, NOWHERE,
				 "%s: the module is made for version %u of the interface, and this "
				 "library has version %d; install the two from one release", file,
				 given->version, VMX_TRANSPORT_VERSION);
	*ret = (struct vmx_transport){ 0 };
	memcpy(ret, given, given->size < sizeof(*ret) ? given->size : sizeof(*ret));
	ret->size = sizeof(*ret);
	return VMX_OK;
}

static enum vmx_code check_module(struct module *module, const char *scheme, const char *file,
				  struct vmx_error *error)
{
	void *symbol = dlsym(module->handle, VMX_TRANSPORT_ENTRY);
	vmx_transport_entry_fn entry;
	enum vmx_code code;

	if (!symbol)
		return vmxi_fail(error, VMX_CODE_UNFIT_MODULE, NOWHERE,
				 "%s: the file is no module: it has no function "
				 VMX_TRANSPORT_ENTRY "()", file);
	/* POSIX has data pointers hold functions; C does not convert them */
	memcpy(&entry, &symbol, sizeof(entry));
	code = take_table(entry(), &module->table, file, error);
	if (code == VMX_OK)
		code = check_members(&module->table, file, error);
	return code == VMX_OK ? check_scheme(&module->table, scheme, file, error) : code;
}

/*
 * Loading
 */

/*
 * What was loaded stays in memory until the process ends, and a second connection
 * finds it there: libraries that a module brings along (TLS, name resolution) leave
 * functions behind that run when a thread or the process ends, and reports of leaks
 * need the symbols.
 */
static enum vmx_code load_file(const char *file, const char *scheme, struct module *ret,
			       struct vmx_error *error)
{
	enum vmx_code code;
	const char *why;

	ret->handle = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!ret->handle) {
		why = dlerror();
		return vmxi_fail(error, VMX_CODE_UNFIT_MODULE, NOWHERE,
				 "the module can't be loaded: %s", why ? why : file);
	}
	code = check_module(ret, scheme, file, error);
	if (code != VMX_OK)
		vmxi_module_unload(ret);
	return code;
}

enum vmx_code vmxi_module_load(const char *scheme, const char *plugin_path,
			       const struct vmx_allocator *allocator, struct module *ret,
			       struct vmx_error *error)
{
	struct vmx_bytes file = { NULL, 0, 0, allocator };
	enum vmx_code code = find_module(scheme, plugin_path, &file, error);

	if (code == VMX_OK)
		code = load_file(file.data, scheme, ret, error);
	vmx_bytes_release(&file);
	return code;
}

void vmxi_module_unload(struct module *module)
{
	if (module->handle)
		dlclose(module->handle);
	module->handle = NULL;
}
