/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The containers of an inventory: folders, datacenters, compute resources and hosts,
 * as a tree.  From it come the paths of all other objects, and what the path of a URI
 * names.  It knows no network.
 */
#ifndef VSPHERE_PLACES_H
#define VSPHERE_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/error.h>

#include "base/memory.h"
#include "vim.h"

/* A vCenter manages a few thousand; more is a server that makes them up. */
#define PLACES_MAX 200000
/* Bytes of a name or id; VMware's names have 80 characters, some of them as %2f. */
#define PLACES_TEXT_MAX 1024
/* Folders nest a few deep.  More is a circle, or as good as one. */
#define PLACES_DEPTH_MAX 64

enum place_kind {
	PLACE_FOLDER, PLACE_DATACENTER, PLACE_COMPUTE_RESOURCE, PLACE_CLUSTER, PLACE_HOST
};

struct place {
	enum place_kind kind;
	struct vim_reference reference;
	const char *api_name;		/* as the server has it: '/' is %2f */
	const char *name;		/* as a person reads it */
	const char *parent;		/* id; NULL: none that we may see */
	const char *host_folder;	/* id, of a datacenter; NULL: not told */
	const char *vm_folder;
	const char *pool;		/* id, of a compute resource */
	const struct place *up;		/* NULL: the root, or the parent is unknown */
};

struct places {
	struct arena arena;
	struct place *items;		/* by id, once linked */
	size_t count, capacity;
	const char *root;		/* id of the root folder */
	const struct place *only_datacenter;	/* NULL: there is none, or several */
};

/* Copies what it is given.  VMX_CODE_OUT_OF_MEMORY, VMX_CODE_ANSWER_TOO_LARGE. */
enum vmx_code vsphere_places_add(struct places *places, const struct place *place,
				 struct vmx_error *error);

/* Once all are there: finds parents.  A circle is cut. */
void vsphere_places_link(struct places *places);

void vsphere_places_release(struct places *places);

/* NULL: there is none. */
const struct place *vsphere_place_find(const struct places *places, const char *id);

/* The datacenter that a place lies in, or is; NULL: none. */
const struct place *vsphere_place_datacenter(const struct place *place);

/*
 * Names from the root (which is not named) to the place, '/' between them, as the API
 * has them; "" for the root.  Replaces what ret held.  VMX_CODE_OUT_OF_MEMORY.
 */
enum vmx_code vsphere_place_path(const struct places *places, const struct place *place,
				 struct vmx_bytes *ret, struct vmx_error *error);

/* What the path of a URI names. */
struct scope {
	const struct place *place;	/* NULL: all */
	const struct place *datacenter, *compute, *host;	/* NULL: not decided by the path */
};

/*
 *     [/FOLDER]... /DATACENTER [/FOLDER]... [/COMPUTE-RESOURCE [/HOST]]
 *
 * Parts are cut at '/', then percent-decoded, and compared with both forms of a name.
 * Empty parts are ignored.  Unlike libvirt, an unknown part is never skipped, the path
 * may end early, and the host of a stand-alone compute resource may be named.
 *
 * Fails with VMX_CODE_NOT_FOUND: names the part, and what there is in its place.
 */
enum vmx_code vsphere_places_resolve(const struct places *places, const char *path,
				     struct scope *ret, struct vmx_error *error);

#endif
