/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcenter.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "report.h"
#include "vsphere.h"

static const char *const host_paths[] = { "runtime.inMaintenanceMode", "summary.managementServerIp" };

/* The first host is the only one. */
static enum vmx_code see_host(void *user, const struct vim_ObjectContent *host,
			      struct vmx_error *error)
{
	struct vsphere *vsphere = user;
	const char *address = vsphere_property_text(host, "summary.managementServerIp");

	if (vsphere_property_boolean(host, "runtime.inMaintenanceMode") == VIM_TRUE)
		vsphere_report(&vsphere->session.reporter, VMX_CODE_IN_MAINTENANCE, VMX_WARNING,
			       "%s is in maintenance mode: no machine can be started on it",
			       vsphere->session.settings->uri->host);
	if (!address || !address[0] || vsphere->about.managed_by)
		return VMX_OK;
	vsphere->about.managed_by = vmxi_arena_copy(&vsphere->about_texts, text_of(address)).ptr;
	return vsphere->about.managed_by ? VMX_OK : vsphere_out_of_memory(error);
}

enum vmx_code vsphere_look_at_host(struct vsphere *vsphere, struct vmx_error *error)
{
	static const struct properties_wanted wanted[] = { { "HostSystem", VIM_ITEMS(host_paths) } };
	const struct properties_query query = {
		.from = vsphere->session.service->rootFolder, .walk = vsphere_walk_inventory(&vsphere->session),
		.skip_first = true, .wanted = wanted, .wanted_count = 1,
	};
	enum vmx_code code;

	if (vsphere->has_about || vsphere->session.kind == VSPHERE_VPX)
		return VMX_OK;
	vsphere->about_texts.allocator = vsphere->allocator;
	code = vsphere_properties_read(&vsphere->session, &query, see_host, vsphere, error);
	vsphere->has_about = code == VMX_OK;
	return code;
}

/*
 * Comparing a name with an address
 */

static bool is_same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	struct sockaddr_in a4, b4;
	struct sockaddr_in6 a6, b6;

	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET) {
		memcpy(&a4, a, sizeof(a4));
		memcpy(&b4, b, sizeof(b4));
		return a4.sin_addr.s_addr == b4.sin_addr.s_addr;
	}
	memcpy(&a6, a, sizeof(a6));
	memcpy(&b6, b, sizeof(b6));
	return a->sa_family == AF_INET6 && memcmp(&a6.sin6_addr, &b6.sin6_addr, sizeof(a6.sin6_addr)) == 0;
}

static bool share_address(const struct addrinfo *a, const struct addrinfo *b)
{
	for (; a; a = a->ai_next) {
		for (const struct addrinfo *other = b; other; other = other->ai_next) {
			if (is_same_address(a->ai_addr, other->ai_addr))
				return true;
		}
	}
	return false;
}

static struct addrinfo *resolve(const char *name, int flags)
{
	const struct addrinfo hints = {
		.ai_flags = flags, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found = NULL;

	return getaddrinfo(name, NULL, &hints, &found) == 0 ? found : NULL;
}

/* The user's name is looked up, but none that a server has sent: that is an address. */
static bool is_same_server(const char *name, const char *address)
{
	struct addrinfo *a, *b;
	bool same = strcasecmp(name, address) == 0;

	if (same)
		return true;
	b = resolve(address, AI_NUMERICHOST);
	a = b ? resolve(name, 0) : NULL;
	same = share_address(a, b);
	if (a)
		freeaddrinfo(a);
	if (b)
		freeaddrinfo(b);
	return same;
}

enum vmx_code vsphere_check_vcenter(struct vsphere *vsphere, struct vmx_error *error)
{
	const char *wanted = vsphere->session.parameters.vcenter, *found;
	const char *host = vsphere->session.settings->uri->host;
	enum vmx_code code;

	if (!wanted || vsphere->session.kind == VSPHERE_VPX)
		return VMX_OK;
	code = vsphere_look_at_host(vsphere, error);
	if (code != VMX_OK)
		return code;
	found = vsphere->about.managed_by;
	if (!found && strcmp(wanted, "*") == 0)
		return vmx_error_set(error, VMX_CODE_WRONG_SERVER, NULL,
				     "the URI says vcenter=*, but %s is not managed by a vCenter", host);
	if (!found || strcmp(wanted, "*") == 0 || is_same_server(wanted, found))
		return VMX_OK;
	return vmx_error_set(error, VMX_CODE_WRONG_SERVER, NULL,
			     "the URI says vcenter=%.120s, but %s is managed by the vCenter %.120s", wanted,
			     host, found);
}
