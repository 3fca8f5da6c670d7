/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths on datastores, while they are read.
 */
#ifndef VMXI_NAMES_DATASTORE_H
#define VMXI_NAMES_DATASTORE_H

#include <vmxkit/datastore.h>

#include "base/memory.h"
#include "base/report.h"

#define VMFS_PREFIX TEXT("/vmfs/volumes/")

/* How often a part can be encoded. */
#define LAYERS_MAX 2

/* A part of the path, and where it came from: so that an error can say where. */
struct part {
	struct text text;		/* as it is meant */
	struct text raw[LAYERS_MAX];	/* what it was decoded from, the first as it
					   stands in the input; ptr NULL: nothing */
	size_t at;			/* the offset of the first of these in the input */
	size_t skipped;			/* what was dropped in front of text */
};

/* One path that is being read. */
struct reading {
	struct text in;
	unsigned int flags;
	struct arena *scratch;		/* for what has to be decoded */
	struct vmx_error *error;
	/* the answer; what is absent has ptr NULL */
	struct part name, path, datacenter;
	struct text base;
};

/* VMX_CODE_INVALID_ARGUMENT for flags that do not exist. */
enum vmx_code vmxi_check_datastore_flags(unsigned int flags, struct vmx_error *error);

/*
 * Reads the text in whichever form it has, and checks it.  What is read points
 * into the text, or to scratch memory.
 */
enum vmx_code vmxi_read_datastore_path(struct reading *r, enum vmx_datastore_form *ret_form);

/* Drops slashes in front of the path, and checks the parts, however they were made. */
enum vmx_code vmxi_check_datastore_path(struct reading *r, enum vmx_datastore_form form);

/* Whether the name is "." or "..". */
bool vmxi_is_dots(struct text name);

/* Reads the text of a URL. */
enum vmx_code vmxi_read_url(struct reading *r);

/* The prefix of the text that is "http://authority" or with https; 0: there is none. */
size_t vmxi_url_base(struct text in);

/*
 * Splits [name] path, by the rule in vmxkit/datastore.h or by libvirt's.  Fails
 * with VMX_CODE_INVALID_DATASTORE_PATH.
 */
enum vmx_code vmxi_split_brackets(struct text in, bool libvirt, struct text *ret_name,
				  struct text *ret_path, struct vmx_error *error);

/* Without the slashes at the beginning. */
static inline struct text skip_slashes(struct text t)
{
	while (t.len > 0 && t.ptr[0] == '/')
		t = text_skip(t, 1);
	return t;
}

#endif
