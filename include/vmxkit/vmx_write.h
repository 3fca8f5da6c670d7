/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine as a VMX file: a new one, or the changes to one that there is.
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
#define VMX_LOWEST_HARDWARE_VERSION 3u
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
	/*
	 * What the file is written in, and .encoding says; NULL: UTF-8.  Only for
	 * vmx_machine_write(): a document keeps its own.
	 */
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

/* What became of a key of the document. */
enum vmx_change_kind { VMX_CHANGE_SET = 1, VMX_CHANGE_ADDED, VMX_CHANGE_REMOVED };

/* One change.  Borrowed for the call; old or new is NULL where there is none. */
struct vmx_change {
	enum vmx_change_kind kind;
	const char *key;
	size_t key_length;
	const char *old_value;
	size_t old_length;
	const char *new_value;
	size_t new_length;
};

typedef void (*vmx_change_fn)(void *user, const struct vmx_change *change);

struct vmx_machine_apply_options {
	size_t size;
	unsigned int hardware_version;	/* 0: what the document says, or the XML */
	vmx_to_vmx_fn file_name;	/* from the machine to the document */
	void *file_name_user;
	vmx_file_name_fn resolve;	/* the other way, as vmx_machine_options has it */
	void *resolve_user;
	vmx_diagnostic_fn diagnostic;
	void *user;
	vmx_change_fn changed;		/* told of each key, before it changes */
	void *changed_user;
};

#define VMX_MACHINE_APPLY_OPTIONS_INIT \
	{ sizeof(struct vmx_machine_apply_options), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/*
 * Changes a document into one that describes the machine, which was read from XML:
 * only the keys whose meaning differs change; comments, order, spacing, unknown
 * keys and the encoding stay.  A machine read from the XML that was written (at any
 * level) from this very document changes nothing.
 *
 * The keys of a device that is not in the machine any more all go.  A new device
 * gets a number that no other one has; keys that stand there without meaning, of a
 * device that was not present, go first.
 *
 * Fails as vmx_machine_read() and vmx_domain_xml_write() do for the machine that the
 * document holds (with the machine's level; VMX_LEVEL_LIBVIRT needs a document that
 * was read strictly), as vmx_machine_write(), and as vmx_document_set().  The
 * document is then in part changed: throw it away.  Lines and columns are those of the
 * document; what is wrong with the machine has none.
 */
VMX_API enum vmx_code vmx_machine_apply(const struct vmx_machine *machine,
					struct vmx_document *document,
					const struct vmx_machine_apply_options *options,
					struct vmx_error *error);

VMX_END_DECLS

#endif
