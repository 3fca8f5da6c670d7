/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine as a VMX file.
 */
#ifndef VMXKIT_VMX_WRITE_H
#define VMXKIT_VMX_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/document.h>
#include <vmxkit/error.h>
#include <vmxkit/export.h>
#include <vmxkit/machine.h>
#include <vmxkit/memory.h>

VMX_BEGIN_DECLS

/* The version that is written where neither the options nor the machine say one. */
#define VMX_DEFAULT_HARDWARE_VERSION 21u
/* What the options may say; products so far have 3 to 22. */
#define VMX_LOWEST_HARDWARE_VERSION 4u
#define VMX_HIGHEST_HARDWARE_VERSION 30u

/*
 * Turns the name of a file that the machine has (of a disk, a CD or floppy image, a
 * file behind a port, the nvram) into the name that stands in the VMX file:
 * vmx_path_rules_to_vmx() does.  path is UTF-8, borrowed for the call and not
 * NUL-terminated; the answer goes into ret.  A code other than VMX_OK makes the
 * whole call fail with it, and with the error (which may be NULL).
 */
typedef enum vmx_code (*vmx_to_vmx_fn)(void *user, const char *path, size_t length,
				       struct vmx_bytes *ret, struct vmx_error *error);

/* See vmx_read_options for how such structures work. */
struct vmx_machine_write_options {
	size_t size;
	unsigned int hardware_version;	/* 0: the machine's own, or the default */
	/* What the file is written in, and .encoding says; NULL: UTF-8. */
	const char *encoding;
	vmx_to_vmx_fn file_name;	/* NULL: names stay as they are */
	void *file_name_user;
	vmx_diagnostic_fn diagnostic;
	void *user;
};

#define VMX_MACHINE_WRITE_OPTIONS_INIT \
	{ sizeof(struct vmx_machine_write_options), 0, NULL, NULL, NULL, NULL, NULL }

/*
 * Writes a new VMX file, as libvirt writes it: in its order, one key = "value" a
 * line, each ended by LF.  The level is that with which the machine was read.  At
 * VMX_LEVEL_LIBVIRT nothing else is written than libvirt writes, values raw; at the
 * others also what libvirt leaves out.  options may be NULL.
 *
 * Fails with VMX_CODE_INVALID_ARGUMENT for options that make no sense;
 * VMX_CODE_UNKNOWN_ENCODING, VMX_CODE_UNENCODABLE_CHARACTER for the encoding;
 * VMX_CODE_HARDWARE_LACKS where the hardware version lacks a device or feature;
 * VMX_CODE_TEXT_NOT_IN_VMX for a value that can't stand between quotes (of name and
 * annotation VMware reads escapes, so they can hold anything);
 * VMX_CODE_OUT_OF_MEMORY; and as file_name says.
 *
 * Source: libvirt's VMX writer as a black box; for what it leaves out, the keys that
 * vmx_machine_read() reads.
 */
VMX_API enum vmx_code vmx_machine_write(const struct vmx_machine *machine,
					const struct vmx_machine_write_options *options,
					struct vmx_bytes *ret, struct vmx_error *error);

VMX_END_DECLS

#endif
