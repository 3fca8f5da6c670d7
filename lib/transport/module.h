/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Modules: found by scheme, loaded, checked.
 */
#ifndef VMXI_TRANSPORT_MODULE_H
#define VMXI_TRANSPORT_MODULE_H

#include <vmxkit/transport.h>

struct module {
	void *handle;			/* NULL: not loaded */
	struct vmx_transport table;	/* what a module of an older library lacks is NULL */
};

/*
 * Loads the module for a scheme from plugin_path; NULL: see struct
 * vmx_connection_options.  Fails with VMX_CODE_UNKNOWN_SCHEME, VMX_CODE_UNFIT_MODULE
 * and VMX_CODE_OUT_OF_MEMORY.
 */
enum vmx_code vmxi_module_load(const char *scheme, const char *plugin_path,
			       const struct vmx_allocator *allocator, struct module *ret,
			       struct vmx_error *error);

/* Takes one that is not loaded. */
void vmxi_module_unload(struct module *module);

#endif
