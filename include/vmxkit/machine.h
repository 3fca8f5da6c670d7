/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine that a VMX document describes: what its keys mean, worked out
 * once, for every target that a machine can be converted to.
 *
 * So far the machine is opaque: read it, hand it to a target, ask what became
 * of each key.
 */
#ifndef VMXKIT_MACHINE_H
#define VMXKIT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/document.h>
#include <vmxkit/error.h>
#include <vmxkit/export.h>
#include <vmxkit/memory.h>

VMX_BEGIN_DECLS

struct vmx_machine;

/* How the keys are understood, and what a target makes of the machine. */
enum vmx_level {
	/*
	 * As libvirt, wherever libvirt takes the file and keeps its disks and
	 * cards in their places; as VMware where libvirt refuses the file or
	 * loses something.  Each such place is reported with its own code.
	 */
	VMX_LEVEL_DEFAULT = 0,
	/* As libvirt's newest release, its rejections and oddities included. */
	VMX_LEVEL_LIBVIRT,
	/* As the default, and all that the target can say beyond libvirt's mapping. */
	VMX_LEVEL_FULL
};

/* What a file-name function answers. */
enum vmx_file_name_answer {
	VMX_FILE_NAME_OK = 0,	/* it has written a name */
	VMX_FILE_NAME_MISSING,	/* there is no such file; only where missing_allowed */
	VMX_FILE_NAME_INVALID,	/* the name can't be used; the conversion fails */
	VMX_FILE_NAME_NO_MEMORY,
	VMX_FILE_NAME_OTHERWISE	/* it has written a name, but libvirt would refuse
				   the file's, or take it for another file:
				   reported as VMX_CODE_FILE_NAME */
};

/*
 * Turns the name of a file in the VMX document (of a disk, a CD image, a floppy
 * image, a file behind a port, the nvram) into the name that the target gets.
 * name is UTF-8, borrowed for the call and not NUL-terminated.  The answer goes
 * into ret, which is empty before; for VMX_FILE_NAME_INVALID, ret may be given
 * a text that says why.  missing_allowed: a medium that may be absent (a CD
 * image): VMX_FILE_NAME_MISSING leaves the drive empty.
 */
typedef enum vmx_file_name_answer (*vmx_file_name_fn)(void *user, const char *name,
						      size_t length, bool missing_allowed,
						      struct vmx_bytes *ret);

/*
 * How to read a machine.  Fill it with VMX_MACHINE_OPTIONS_INIT; see
 * vmx_read_options for how such structures work.
 */
struct vmx_machine_options {
	size_t size;
	enum vmx_level level;
	bool strict;		/* what would be a deviation from libvirt is an error */
	vmx_file_name_fn file_name;	/* NULL: names stay as they are */
	void *file_name_user;
	vmx_diagnostic_fn diagnostic;
	void *user;
	const struct vmx_allocator *allocator;	/* copied; NULL: malloc() */
};

#define VMX_MACHINE_OPTIONS_INIT \
	{ sizeof(struct vmx_machine_options), VMX_LEVEL_DEFAULT, false, NULL, NULL, NULL, NULL, NULL }

/*
 * Reads the machine from a document; for VMX_LEVEL_LIBVIRT the document has to
 * be read in strict mode, else VMX_CODE_INVALID_ARGUMENT.  options may be NULL.
 * On success *ret is a new machine that the caller frees.  It borrows from the
 * document, which must neither be edited nor freed before it.
 *
 * Fails with VMX_CODE_NOT_VMX, VMX_CODE_NUL_BYTE, VMX_CODE_ENCRYPTED,
 * VMX_CODE_TEMPLATE, VMX_CODE_FRAGMENT where the document is no machine; with
 * VMX_CODE_MISSING_KEY, VMX_CODE_INVALID_BOOLEAN, VMX_CODE_INVALID_INTEGER,
 * VMX_CODE_INVALID_UUID, VMX_CODE_INVALID_MAC, VMX_CODE_OUT_OF_RANGE,
 * VMX_CODE_INVALID_VALUE, VMX_CODE_INVALID_ESCAPE, VMX_CODE_INVALID_FILE_NAME,
 * VMX_CODE_INDEX_OUT_OF_RANGE, VMX_CODE_ENCODING_MISMATCH, VMX_CODE_INVALID_UTF8
 * where a value is of no use;
 * with VMX_CODE_OUT_OF_MEMORY; and at VMX_LEVEL_LIBVIRT or if strict, with the
 * code of any deviation (330-399).
 *
 * Source: libvirt's VMX reader as a black box; published .vmx files; VMware's
 * documents where a key's rule says so.
 */
VMX_API enum vmx_code vmx_machine_read(const struct vmx_document *document,
				       const struct vmx_machine_options *options,
				       struct vmx_machine **ret, struct vmx_error *error);

/* Takes NULL. */
VMX_API void vmx_machine_free(struct vmx_machine *machine);

/* What became of a key of the document. */
enum vmx_key_fate {
	VMX_KEY_USED = 1,	/* it is in the machine, and the target says it */
	VMX_KEY_LEFT_OUT,	/* on purpose: it means nothing outside VMware, or
				   nothing in this machine; reason says which */
	VMX_KEY_NEEDS_FULL,	/* the target can say it, at VMX_LEVEL_FULL */
	VMX_KEY_INEXPRESSIBLE,	/* it means something that the target can't say */
	VMX_KEY_DUPLICATE,	/* an earlier entry with the same key counts */
	VMX_KEY_UNKNOWN		/* not known here */
};

/* The name of a fate ("used", "left-out", ...).  A static string. */
VMX_API const char *vmx_key_fate_name(enum vmx_key_fate fate);

/*
 * Goes through the entries of the machine's document, like vmx_document_next(),
 * and says what domain XML at the machine's level does with each.  *ret_reason
 * is why, in plain words (static, never NULL, "" where the fate says it all).
 */
VMX_API bool vmx_machine_next_key(const struct vmx_machine *machine, size_t *cursor,
				  struct vmx_entry *ret_entry, enum vmx_key_fate *ret_fate,
				  const char **ret_reason);

VMX_END_DECLS

#endif
