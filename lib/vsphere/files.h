/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files on datastores: through the server's /folder, and through tasks where that can't
 * do it.
 */
#ifndef VSPHERE_FILES_H
#define VSPHERE_FILES_H

#include <vmxkit/transport.h>

/* Files that are fetched side by side; ESX hosts serve few at a time. */
#define FILES_AT_ONCE 4

/* The functions of struct vmx_transport. */
enum vmx_code vsphere_download(void *connection, vmx_next_download_fn next, void *user,
			       struct vmx_error *error);
enum vmx_code vsphere_upload(void *connection, const struct vmx_upload *upload,
			     struct vmx_error *error);
enum vmx_code vsphere_remove_file(void *connection, const char *path, const char *datacenter,
				  struct vmx_error *error);
/* browse.c */
enum vmx_code vsphere_browse(void *connection, const char *directory, const char *datacenter,
			     const char *pattern, bool deep, vmx_remote_file_fn fn, void *user,
			     struct vmx_error *error);

/* Where a file is for HTTP: "/folder/dir/file?dcPath=...&dsName=...". */
struct vsphere;

/*
 * datacenter NULL: that of the URI.  again: names are encoded once instead of twice; false
 * in *ret_differs: that is the same.  Replaces what ret held.
 *
 * Source: VMware's documents of the datastore browser; servers decode dcPath and dsName
 * twice (libvirt since 12.0), the simulator of govmomi once.
 */
enum vmx_code vsphere_file_address(struct vsphere *vsphere, const char *path,
				   const char *datacenter, bool again, struct vmx_bytes *ret,
				   bool *ret_differs, struct vmx_error *error);

#endif
