/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading properties of objects: those of one, or those of all objects that a walk
 * through the inventory reaches, page by page.
 */
#ifndef VSPHERE_PROPERTIES_H
#define VSPHERE_PROPERTIES_H

#include "session.h"

/* Objects that the server is asked to put in one page. */
#define PROPERTIES_PAGE 100
/*
 * Pages of one listing, and those without an object in a row: a server that has more
 * never ends.  The largest vCenter has some ten thousands of objects.
 */
#define PROPERTIES_PAGES_MAX 10000
#define PROPERTIES_EMPTY_PAGES_MAX 10
/* Types that are asked for at once. */
#define PROPERTIES_TYPES_MAX 8

/* Which properties of which type. */
struct properties_wanted {
	const char *type;		/* "VirtualMachine"; objects of subtypes fit too */
	struct vim_texts paths;		/* VIM_ITEMS(array) */
};

struct properties_query {
	struct vim_reference from;
	/*
	 * The steps of the walk that lead on from there, each with further ones in its
	 * selectSet; none: from is the only object.
	 */
	struct vim_SelectionSpec_list walk;
	bool skip_first;		/* from itself is not wanted */
	const struct properties_wanted *wanted;
	size_t wanted_count;		/* at most PROPERTIES_TYPES_MAX */
};

/*
 * The whole inventory: from any folder, datacenter or compute resource to all
 * datacenters, hosts, machines, datastores and networks below it, and all that lies
 * between.  What is reached in several ways is reported once.  Folders of datastores and
 * networks are told by servers from 4.0 on.
 */
struct vim_SelectionSpec_list vsphere_walk_inventory(const struct session *session);

/* Gets an object, borrowed until it returns.  A failure ends the reading. */
typedef enum vmx_code (*properties_fn)(void *user, const struct vim_ObjectContent *object,
				       struct vmx_error *error);

/*
 * Calls fn for each object, as pages arrive, in the server's order.  A property that
 * could not be read is in the object's missingSet; one without a value is nowhere.
 *
 * Fails also with VMX_CODE_SERVER_ANSWER: the server repeats a page's token, or has pages
 * without end.
 */
enum vmx_code vsphere_properties_read(struct session *session,
				      const struct properties_query *query, properties_fn fn,
				      void *user, struct vmx_error *error);

/*
 * Those of one object: *ret belongs to the answer.  The object may be gone, which is
 * VMX_CODE_NOT_FOUND.
 */
enum vmx_code vsphere_properties_read_one(struct session *session, struct vim_reference from,
					  const struct vim_texts *paths, struct answer *answer,
					  const struct vim_ObjectContent **ret,
					  struct vmx_error *error);

/*
 * Looking into an object.  NULL, or the kind's word for it: the property has no value,
 * could not be read, or is of another kind.
 */
const struct vim_value *vsphere_property(const struct vim_ObjectContent *object,
					 const char *path);
const char *vsphere_property_text(const struct vim_ObjectContent *object, const char *path);
const struct vim_number *vsphere_property_number(const struct vim_ObjectContent *object,
						 const char *path);
enum vim_boolean vsphere_property_boolean(const struct vim_ObjectContent *object,
					  const char *path);
const struct vim_reference *vsphere_property_reference(const struct vim_ObjectContent *object,
							const char *path);

/* Why the property could not be read; NULL: there is no reason. */
const struct vim_MissingProperty *vsphere_property_missing(const struct vim_ObjectContent *object,
							    const char *path);

#endif
