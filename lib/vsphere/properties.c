/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "properties.h"

#include <string.h>

/*
 * The walk through the inventory.  A machine is reached through its folder and through
 * its host: one of the two may be hidden from the user, and those of a vApp lie in no
 * folder.  (Resource pools are no way: the simulator of govmomi, which looks at names
 * of properties and not at types, would go from each machine through its pool to all
 * others.)
 */

/* A step is told of by name in the selectSet of others. */
static const struct vim_SelectionSpec to_folder = { .name = "folder" },
	to_vm_folder = { .name = "vmFolder" }, to_host_folder = { .name = "hostFolder" },
	to_stores = { .name = "datastores" }, to_networks = { .name = "networks" },
	to_hosts = { .name = "hosts" }, to_host_machines = { .name = "hostMachines" },
	to_store_folder = { .name = "datastoreFolder" },
	to_network_folder = { .name = "networkFolder" };

/* The last two are newer than the others. */
static const struct vim_SelectionSpec *const after_folder[] = {
	&to_folder, &to_vm_folder, &to_host_folder, &to_stores, &to_networks, &to_hosts,
	&to_store_folder, &to_network_folder,
};
#define AFTER_OLD_FOLDER 6
static const struct vim_SelectionSpec *const after_item_folder[] = { &to_folder };
static const struct vim_SelectionSpec *const after_datacenter[] = { &to_folder, &to_hosts };
static const struct vim_SelectionSpec *const after_compute[] = { &to_host_machines };

#define STEP(step, from, property) \
	VIM_IS(TraversalSpec), .name = step, .type = from, .path = property, .skip = VIM_FALSE

static const struct vim_TraversalSpec
	folder = { STEP("folder", "Folder", "childEntity"), .selectSet = VIM_ITEMS(after_folder) },
	old_folder = { STEP("folder", "Folder", "childEntity"),
		       .selectSet = { after_folder, AFTER_OLD_FOLDER, 0 } },
	store_folder = { STEP("datastoreFolder", "Datacenter", "datastoreFolder"),
			 .selectSet = VIM_ITEMS(after_item_folder) },
	network_folder = { STEP("networkFolder", "Datacenter", "networkFolder"),
			   .selectSet = VIM_ITEMS(after_item_folder) },
	vm_folder = { STEP("vmFolder", "Datacenter", "vmFolder"),
		      .selectSet = VIM_ITEMS(after_datacenter) },
	host_folder = { STEP("hostFolder", "Datacenter", "hostFolder"),
			.selectSet = VIM_ITEMS(after_datacenter) },
	stores = { STEP("datastores", "Datacenter", "datastore") },
	networks = { STEP("networks", "Datacenter", "network") },
	hosts = { STEP("hosts", "ComputeResource", "host"), .selectSet = VIM_ITEMS(after_compute) },
	host_machines = { STEP("hostMachines", "HostSystem", "vm") },
	/* where the walk begins at a compute resource; else the datacenter has them */
	compute_stores = { STEP("computeDatastores", "ComputeResource", "datastore") },
	compute_networks = { STEP("computeNetworks", "ComputeResource", "network") };

/* A TraversalSpec begins as a SelectionSpec does. */
#define SELECTION(step) ((const struct vim_SelectionSpec *)&(step))

static const struct vim_SelectionSpec *const steps[] = {
	SELECTION(folder), SELECTION(vm_folder), SELECTION(host_folder), SELECTION(stores),
	SELECTION(networks), SELECTION(hosts), SELECTION(host_machines), SELECTION(compute_stores),
	SELECTION(compute_networks), SELECTION(store_folder), SELECTION(network_folder),
};
static const struct vim_SelectionSpec *const old_steps[] = {
	SELECTION(old_folder), SELECTION(vm_folder), SELECTION(host_folder), SELECTION(stores),
	SELECTION(networks), SELECTION(hosts), SELECTION(host_machines), SELECTION(compute_stores),
	SELECTION(compute_networks),
};

struct vim_SelectionSpec_list vsphere_walk_inventory(const struct session *session)
{
	static const struct vim_SelectionSpec_list walk = VIM_ITEMS(steps), old_walk = VIM_ITEMS(old_steps);

	return session->api_version >= VSPHERE_VERSION(4, 0) ? walk : old_walk;
}

/*
 * What is asked for
 */

struct filter {
	struct vim_PropertySpec wanted[PROPERTIES_TYPES_MAX];
	const struct vim_PropertySpec *wanted_list[PROPERTIES_TYPES_MAX];
	struct vim_ObjectSpec object;
	const struct vim_ObjectSpec *object_list[1];
	struct vim_PropertyFilterSpec spec;
	const struct vim_PropertyFilterSpec *spec_list[1];
};

/* The filter points into itself. */
static void fill_filter(struct filter *f, const struct properties_query *query)
{
	size_t count = query->wanted_count < PROPERTIES_TYPES_MAX ? query->wanted_count :
								     PROPERTIES_TYPES_MAX;

	*f = (struct filter){ .object = { .obj = query->from, .selectSet = query->walk } };
	for (size_t i = 0; i < count; i++) {
		f->wanted[i].type = query->wanted[i].type;
		f->wanted[i].pathSet = query->wanted[i].paths;
		f->wanted_list[i] = &f->wanted[i];
	}
	f->object.skip = query->skip_first ? VIM_TRUE : VIM_FALSE;
	f->object_list[0] = &f->object;
	f->spec.propSet = (struct vim_PropertySpec_list){ f->wanted_list, count, 0 };
	f->spec.objectSet = (struct vim_ObjectSpec_list){ f->object_list, 1, 0 };
	f->spec_list[0] = &f->spec;
}

static struct vim_PropertyFilterSpec_list filter_list(const struct filter *f)
{
	return (struct vim_PropertyFilterSpec_list){ f->spec_list, 1, 0 };
}

/*
 * Sessions: without one a server may answer all the same, but with each property missing
 */

static bool lacks_session(const struct vim_ObjectContent *object)
{
	for (size_t i = 0; i < object->missingSet.count; i++) {
		const struct vim_LocalizedMethodFault *fault = object->missingSet.items[i]->fault;

		if (fault && vsphere_fault_is_session(fault->fault))
			return true;
	}
	return false;
}

static enum vmx_code fail_lost(const char *why, struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_SESSION_LOST, "NotAuthenticated",
			     "reading properties: the server has ended the session, %s", why);
}

/*
 * Pages
 */

struct reading {
	struct session *session;
	properties_fn fn;
	void *user;
	size_t told;		/* objects */
	bool lost;		/* an object showed that there is no session */
};

static enum vmx_code on_object(void *user, const void *object, struct vmx_error *error)
{
	struct reading *r = user;
	enum vmx_code code;

	if (lacks_session(object)) {
		r->lost = true;
		return fail_lost("in the middle of a listing; try again", error);
	}
	code = r->fn(r->user, object, error);
	r->told++;
	return code;
}

static enum vmx_code fail_pages(const char *why, struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
			     "the server's listing has no end: %s", why);
}

/* Before 4.1: all in one answer, which is handed out one by one as well. */
static enum vmx_code read_at_once(struct reading *r, const struct filter *filter,
				  struct answer *answer, struct vmx_error *error)
{
	const struct vim_RetrieveProperties_request request = { .specSet = filter_list(filter) };
	const struct vim_RetrieveProperties_response *response;

	return vim_RetrieveProperties(r->session, r->session->service->propertyCollector, &request,
				      answer, &response, error);
}

static enum vmx_code first_page(struct reading *r, const struct filter *filter,
				struct answer *answer, const struct vim_RetrieveResult **ret,
				struct vmx_error *error)
{
	const struct vim_RetrieveOptions options = { .maxObjects = VIM_NUMBER(PROPERTIES_PAGE) };
	const struct vim_RetrievePropertiesEx_request request = {
		.specSet = filter_list(filter), .options = &options,
	};
	const struct vim_RetrievePropertiesEx_response *response;
	enum vmx_code code = vim_RetrievePropertiesEx(r->session,
						      r->session->service->propertyCollector,
						      &request, answer, &response, error);

	*ret = code == VMX_OK ? response->returnval : NULL;
	return code;
}

static enum vmx_code next_page(struct reading *r, const char *token, struct answer *answer,
			       const struct vim_RetrieveResult **ret, struct vmx_error *error)
{
	const struct vim_ContinueRetrievePropertiesEx_request request = { .token = token };
	const struct vim_ContinueRetrievePropertiesEx_response *response;
	unsigned int logins = r->session->logins;
	enum vmx_code code = vim_ContinueRetrievePropertiesEx(r->session,
							      r->session->service->propertyCollector,
							      &request, answer, &response, error);

	/* tokens die with the session */
	if (code != VMX_OK && r->session->logins != logins) {
		r->lost = true;
		return fail_lost("in the middle of a listing; try again", error);
	}
	*ret = code == VMX_OK ? response->returnval : NULL;
	return code;
}

/* Takes the token of a page; it must be another one than that of the page before. */
static enum vmx_code take_token(struct vmx_bytes *token, const struct vim_RetrieveResult *page,
				struct vmx_error *error)
{
	const char *next = page ? page->token : NULL;

	if (next && token->length > 0 && strcmp(token->data, next) == 0)
		return fail_pages("it repeats the token of a page", error);
	vmxi_bytes_clear(token);
	if (next && !vmxi_bytes_append(token, next, strlen(next)))
		return vsphere_out_of_memory(error);
	return VMX_OK;
}

static enum vmx_code read_pages(struct reading *r, const struct filter *filter,
				struct answer *answer, struct vmx_error *error)
{
	struct vmx_bytes token = { NULL, 0, 0, r->session->allocator };
	const struct vim_RetrieveResult *page;
	size_t pages = 1, empty = 0, told;
	enum vmx_code code = first_page(r, filter, answer, &page, error);

	if (code == VMX_OK)
		code = take_token(&token, page, error);
	while (code == VMX_OK && token.length > 0) {
		told = r->told;
		code = next_page(r, token.data, answer, &page, error);
		if (code == VMX_OK)
			code = take_token(&token, page, error);
		empty = r->told == told ? empty + 1 : 0;
		if (code == VMX_OK && (++pages > PROPERTIES_PAGES_MAX ||
				       empty > PROPERTIES_EMPTY_PAGES_MAX))
			code = fail_pages("it has page after page", error);
	}
	vmx_bytes_release(&token);
	return code;
}

static enum vmx_code read_all(struct reading *r, const struct filter *filter,
			      struct vmx_error *error)
{
	struct answer answer = ANSWER_INIT;
	enum vmx_code code;

	answer.item_type = &vsphere_type_ObjectContent;
	answer.item = on_object;
	answer.user = r;
	if (r->session->api_version >= VSPHERE_VERSION(4, 1))
		code = read_pages(r, filter, &answer, error);
	else
		code = read_at_once(r, filter, &answer, error);
	vsphere_answer_release(&answer);
	return code;
}

enum vmx_code vsphere_properties_read(struct session *session,
				      const struct properties_query *query, properties_fn fn,
				      void *user, struct vmx_error *error)
{
	struct reading r = { session, fn, user, 0, false };
	struct filter filter;
	enum vmx_code code;

	fill_filter(&filter, query);
	code = read_all(&r, &filter, error);
	if (!r.lost || r.told > 0)
		return code;
	r.lost = false;
	code = vsphere_session_renew(session, error);
	if (code == VMX_OK)
		code = read_all(&r, &filter, error);
	if (r.lost)
		return fail_lost("and the new one as well", error);
	return code;
}

/*
 * One object
 */

static enum vmx_code read_once(struct session *session, const struct filter *filter,
			       struct answer *answer, const struct vim_ObjectContent **ret,
			       struct vmx_error *error)
{
	const struct vim_RetrieveProperties_request request = { .specSet = filter_list(filter) };
	const struct vim_RetrieveProperties_response *response;
	enum vmx_code code = vim_RetrieveProperties(session, session->service->propertyCollector,
						    &request, answer, &response, error);

	if (code != VMX_OK)
		return code;
	if (response->returnval.count == 0)
		return vmx_error_set(error, VMX_CODE_NOT_FOUND, "ManagedObjectNotFound",
				     "the server has no object '%.120s' any more",
				     filter->object.obj.value);
	*ret = response->returnval.items[0];
	return VMX_OK;
}

enum vmx_code vsphere_properties_read_one(struct session *session, struct vim_reference from,
					  const struct vim_texts *paths, struct answer *answer,
					  const struct vim_ObjectContent **ret,
					  struct vmx_error *error)
{
	const struct properties_wanted wanted = { from.type, *paths };
	const struct properties_query query = { .from = from, .wanted = &wanted, .wanted_count = 1 };
	struct filter filter;
	enum vmx_code code;

	fill_filter(&filter, &query);
	code = read_once(session, &filter, answer, ret, error);
	if (code != VMX_OK || !lacks_session(*ret))
		return code;
	code = vsphere_session_renew(session, error);
	if (code == VMX_OK)
		code = read_once(session, &filter, answer, ret, error);
	if (code == VMX_OK && lacks_session(*ret))
		return fail_lost("and the new one as well", error);
	return code;
}

/*
 * Looking
 */

const struct vim_value *vsphere_property(const struct vim_ObjectContent *object,
					 const char *path)
{
	for (size_t i = 0; i < object->propSet.count; i++) {
		const struct vim_DynamicProperty *property = object->propSet.items[i];

		if (property->name && strcmp(property->name, path) == 0)
			return &property->val;
	}
	return NULL;
}

const char *vsphere_property_text(const struct vim_ObjectContent *object, const char *path)
{
	return vsphere_value_text(vsphere_property(object, path));
}

const struct vim_number *vsphere_property_number(const struct vim_ObjectContent *object,
						 const char *path)
{
	return vsphere_value_number(vsphere_property(object, path));
}

enum vim_boolean vsphere_property_boolean(const struct vim_ObjectContent *object,
					  const char *path)
{
	return vsphere_value_boolean(vsphere_property(object, path));
}

const struct vim_reference *vsphere_property_reference(const struct vim_ObjectContent *object,
							const char *path)
{
	return vsphere_value_reference(vsphere_property(object, path));
}

const struct vim_MissingProperty *vsphere_property_missing(const struct vim_ObjectContent *object,
							    const char *path)
{
	for (size_t i = 0; i < object->missingSet.count; i++) {
		const struct vim_MissingProperty *missing = object->missingSet.items[i];

		if (missing->path && strcmp(missing->path, path) == 0)
			return missing;
	}
	return NULL;
}
