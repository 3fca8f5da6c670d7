/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files.h"

#include <string.h>

#include <vmxkit/datastore.h>

#include "report.h"
#include "vsphere.h"

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
	if (given && vsphere->session.kind == VSPHERE_VPX) {
		code = vsphere_inventory_datacenter(vsphere, given, &datacenter, error);
		if (code != VMX_OK)
			return code;
	}
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
