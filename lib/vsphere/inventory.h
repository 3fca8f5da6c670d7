/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Objects of the inventory: listing them, and finding machines.
 *
 * One round trip reads the containers (places.h), once in a connection; one for each
 * page of objects reads these.
 */
#ifndef VSPHERE_INVENTORY_H
#define VSPHERE_INVENTORY_H

#include <vmxkit/transport.h>

#include "places.h"
#include "properties.h"

struct vsphere;

/* What is known of the inventory, once somebody has asked. */
struct inventory {
	bool loaded;
	struct places places;
	struct scope scope;	/* what the URI names */
};

/*
 * Reads the containers and resolves the URI's path, if that was not done yet.  Fails
 * also with VMX_CODE_NOT_FOUND (the path).
 */
enum vmx_code vsphere_inventory_load(struct vsphere *vsphere, struct vmx_error *error);
void vsphere_inventory_release(struct inventory *inventory);

/*
 * The query for objects of some types below what the URI names; its walk and strings are
 * static or the inventory's.  Call vsphere_inventory_load() before.
 */
void vsphere_inventory_query(struct vsphere *vsphere, const struct properties_wanted *wanted,
			     size_t wanted_count, struct properties_query *ret);

/*
 * The datacenter of that path ("DC0", "folder/DC0"); NULL: the only one in the scope.
 * Fails also with VMX_CODE_NOT_FOUND and VMX_CODE_AMBIGUOUS_NAME.
 */
enum vmx_code vsphere_inventory_datacenter(struct vsphere *vsphere, const char *path,
					   const struct place **ret, struct vmx_error *error);

/* The functions of struct vmx_transport; connection is a struct vsphere. */
enum vmx_code vsphere_list(void *connection, enum vmx_remote_kind kind, vmx_remote_object_fn fn,
			   void *user, struct vmx_error *error);
enum vmx_code vsphere_add_datastores(void *connection, const char *machine,
				     struct vmx_path_rules *rules, struct vmx_error *error);
/* find.c */
enum vmx_code vsphere_find_machine(void *connection, const char *wanted, vmx_remote_object_fn fn,
				   void *user, struct vmx_error *error);

/*
 * For find.c: what the properties of an object say.  name, path and datacenter come
 * from buffers that the next object reuses; the rest is borrowed from the properties.
 */
struct object_view {
	struct vmx_remote_object object;
	struct vmx_remote_machine machine;
	struct vmx_remote_host host;
	struct vmx_remote_datastore datastore;
	char problem[256];
	struct vmx_bytes name, path, datacenter;
	struct arena mounts;
};

void vsphere_view_init(struct object_view *view, const struct vmx_allocator *allocator);
void vsphere_view_release(struct object_view *view);
enum vmx_code vsphere_view_fill(struct object_view *view, const struct inventory *inventory,
				enum vmx_remote_kind kind,
				const struct vim_ObjectContent *content,
				struct vmx_error *error);

/* What has to be asked for, to fill a view of that kind. */
const struct properties_wanted *vsphere_view_wanted(enum vmx_remote_kind kind);

/* VMX_POWER_UNKNOWN for another word, and for NULL. */
enum vmx_power_state vsphere_power_state(const char *word);

/*
 * The name as a person reads it.  One that is no valid escape stays as it is.  Replaces
 * what ret held.  VMX_CODE_OUT_OF_MEMORY.
 */
enum vmx_code vsphere_plain_name(const char *api_name, struct vmx_bytes *ret,
				 struct vmx_error *error);

#endif
