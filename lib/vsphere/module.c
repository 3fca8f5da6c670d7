/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <vmxkit/transport.h>
#include <vmxkit/version.h>

#include "files.h"
#include "inventory.h"
#include "question.h"
#include "report.h"
#include "tasks.h"
#include "vcenter.h"
#include "vsphere.h"

/* The one function that the library looks for. */
const struct vmx_transport *vmx_transport_entry(void) __attribute__((visibility("default")));

static enum vmx_code release(struct vsphere *vsphere, struct vmx_error *error)
{
	enum vmx_code code;

	vsphere_inventory_release(&vsphere->inventory);
	code = vsphere_session_close(&vsphere->session, error);
	vmxi_arena_release(&vsphere->about_texts);
	vmxi_release(vsphere->allocator, vsphere);
	return code;
}

/*
 * What the URI's path names is looked up at once where there is one: it costs the round
 * trip that all else would cost later, and a wrong path should not look like a
 * connection.
 */
static enum vmx_code connect_to(struct vsphere *vsphere,
				const struct vmx_transport_settings *settings,
				struct vmx_error *error)
{
	const char *path = settings->uri->path;
	enum vmx_code code = vsphere_session_open(&vsphere->session, settings, error);

	if (code == VMX_OK)
		code = vsphere_check_vcenter(vsphere, error);
	if (code == VMX_OK && vsphere->session.kind == VSPHERE_VPX && path[strspn(path, "/")])
		code = vsphere_inventory_load(vsphere, error);
	return code;
}

static enum vmx_code open_connection(const struct vmx_transport_settings *settings, void **ret,
				     struct vmx_error *error)
{
	struct vsphere *vsphere = vmxi_allocate(settings->allocator, sizeof(*vsphere));
	enum vmx_code code;

	if (!vsphere)
		return vsphere_out_of_memory(error);
	*vsphere = (struct vsphere){ .allocator = settings->allocator };
	code = connect_to(vsphere, settings, error);
	if (code == VMX_OK)
		*ret = vsphere;
	else
		(void)release(vsphere, NULL);
	return code;
}

static enum vmx_code close_connection(void *connection, struct vmx_error *error)
{
	return release(connection, error);
}

static enum vmx_code about(void *connection, const struct vmx_server_about **ret,
			   struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	struct vmx_server_about *about = &vsphere->about;
	enum vmx_code code = vsphere_look_at_host(vsphere, error);

	if (code != VMX_OK)
		return code;
	about->size = sizeof(*about);
	about->product = vsphere->session.server->fullName;
	about->version = vsphere->session.server->version;
	about->api_version = vsphere->session.server->apiVersion;
	about->kind = vsphere_kind_name(vsphere->session.kind);
	about->user = vsphere->session.user.data;
	*ret = about;
	return VMX_OK;
}

const struct vmx_transport *vmx_transport_entry(void)
{
	static const struct vmx_transport transport = {
		.size = sizeof(transport),
		.version = VMX_TRANSPORT_VERSION,
		.name = "vsphere",
		.release = VMX_VERSION_STRING,
		.schemes = vsphere_schemes,
		.open = open_connection,
		.close = close_connection,
		.about = about,
		.list = vsphere_list,
		.find_machine = vsphere_find_machine,
		.add_datastores = vsphere_add_datastores,
		.download = vsphere_download,
		.upload = vsphere_upload,
		.remove_file = vsphere_remove_file,
		.browse = vsphere_browse,
		.question = vsphere_question,
		.answer = vsphere_answer,
		.power = vsphere_power,
		.register_machine = vsphere_register_machine,
		.unregister = vsphere_unregister,
	};

	return &transport;
}
