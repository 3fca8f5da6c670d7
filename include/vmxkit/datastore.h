/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files on VMware datastores: the three spellings of their paths, and the rules
 * by which a file name in a VMX document becomes such a path.
 */
#ifndef VMXKIT_DATASTORE_H
#define VMXKIT_DATASTORE_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/error.h>
#include <vmxkit/export.h>
#include <vmxkit/machine.h>
#include <vmxkit/memory.h>

VMX_BEGIN_DECLS

/*
 * A path on a datastore: the name of the datastore, and the path inside it.
 * Never changes once made.
 */
struct vmx_datastore_path;

enum vmx_datastore_form {
	/*
	 * [NAME] DIRECTORY/FILE
	 *
	 * The blanks behind the bracket are optional, and so is all of what
	 * follows.  NAME ends at a ']' that closes it: one that no '[' inside
	 * the name has opened, before the first '/' (no name holds one).  If
	 * there are several, at the first of them with a blank or the end behind
	 * it, or else at the first.  If there is none, since a '[' in the name
	 * is never closed, at the first ']' whatsoever.  So:
	 *
	 *     [a [b]] x                   a [b]     x
	 *     [ds] dir [old] v2/x.vmdk    ds        dir [old] v2/x.vmdk
	 *     [a] b] c                    a         b] c
	 *     [a]b] c                     a]b       c
	 *     [a]b                        a         b
	 *     [a [b] c                    a [b      c
	 *
	 * libvirt and govmomi cut at the first ']': see VMX_DATASTORE_LIBVIRT.
	 */
	VMX_DATASTORE_BRACKETS = 1,
	/*
	 * /vmfs/volumes/NAME/DIRECTORY/FILE, as the host itself sees it.  NAME may
	 * be the UUID of the volume: it is kept as it is.
	 */
	VMX_DATASTORE_VMFS,
	/*
	 * https://HOST[:PORT]/folder/DIRECTORY/FILE?dcPath=DATACENTER&dsName=NAME,
	 * as the datastore browser of a server has it; http as well.  Each part
	 * is decoded once.  A '+' in the query stands for a blank, as it does for
	 * the servers; dcPath may be absent; other parameters are ignored.
	 */
	VMX_DATASTORE_URL
};

/* Flags of the functions below; those that mean nothing to a function are ignored. */

/*
 * Brackets as libvirt reads them: NAME ends at the first ']', or at the end if there
 * is none, and may hold a '/'; a path without a '/' is its own directory; slashes at the
 * beginning of the path stay.  In writing: a name that libvirt would not read back is
 * refused.
 */
#define VMX_DATASTORE_LIBVIRT 0x01u
/*
 * In URLs dcPath and dsName are encoded twice, as libvirt does since 12.0: real
 * servers decode them twice.  Only names with other characters than letters,
 * digits and - . _ ~ differ.
 */
#define VMX_DATASTORE_ENCODED_TWICE 0x02u

/*
 * Reads a path in any of the forms, which it is told from its beginning.  On
 * success *ret is a new path, which the caller frees; it borrows nothing.  The
 * allocator is copied; NULL: malloc().
 *
 * Slashes at the beginning of the path inside the datastore are dropped;
 * everything else stays byte for byte, '..' parts included, as long as they
 * stay inside the datastore.
 *
 * Fails with VMX_CODE_INVALID_DATASTORE_PATH (no form, no name, a ']' that is
 * missing, a '/' in the name), VMX_CODE_INVALID_URL (no host, a user in front of
 * the host, no /folder/, no dsName or two of them, a fragment),
 * VMX_CODE_INVALID_ESCAPE (in a URL, % without two hex digits),
 * VMX_CODE_PATH_LEAVES_DATASTORE, VMX_CODE_EMBEDDED_NUL, VMX_CODE_INVALID_ARGUMENT
 * (flags) and VMX_CODE_OUT_OF_MEMORY.  The column of the error is an offset in
 * text, plus 1; the line is 0.
 *
 * Source: VMware's documents of the vSphere API; libvirt as a black box for what
 * VMX_DATASTORE_LIBVIRT does, and for encoding twice; RFC 3986.
 */
VMX_API enum vmx_code vmx_datastore_path_parse(const char *text, size_t length,
					       unsigned int flags,
					       const struct vmx_allocator *allocator,
					       struct vmx_datastore_path **ret,
					       struct vmx_error *error);

/*
 * Makes a path (of the form VMX_DATASTORE_BRACKETS) from its parts, neither of
 * them escaped: name must not be empty, path may be.  *ret is a new path, which
 * the caller frees; it borrows nothing.  The allocator is copied; NULL: malloc().
 *
 * Fails as vmx_datastore_path_parse() with VMX_CODE_INVALID_DATASTORE_PATH,
 * VMX_CODE_PATH_LEAVES_DATASTORE, VMX_CODE_EMBEDDED_NUL, VMX_CODE_INVALID_ARGUMENT
 * and VMX_CODE_OUT_OF_MEMORY; the column is an offset in the part that the message
 * speaks of, plus 1.
 */
VMX_API enum vmx_code vmx_datastore_path_new(const char *name, size_t name_length,
					     const char *path, size_t path_length,
					     unsigned int flags,
					     const struct vmx_allocator *allocator,
					     struct vmx_datastore_path **ret,
					     struct vmx_error *error);

/* Takes NULL. */
VMX_API void vmx_datastore_path_free(struct vmx_datastore_path *path);

/* The form that the path was read from. */
VMX_API enum vmx_datastore_form vmx_datastore_path_form(const struct vmx_datastore_path *path);

/*
 * The parts, decoded: the name of the datastore; the path inside it (directory
 * and file, "" for the datastore itself); its directory, which is all before the
 * last '/' ("" if there is none; see VMX_DATASTORE_LIBVIRT); its file, which is
 * all behind the last '/'.  C strings (no part can hold a NUL), never NULL,
 * borrowed until the path is freed.
 */
VMX_API const char *vmx_datastore_path_name(const struct vmx_datastore_path *path);
VMX_API const char *vmx_datastore_path_path(const struct vmx_datastore_path *path);
VMX_API const char *vmx_datastore_path_directory(const struct vmx_datastore_path *path);
VMX_API const char *vmx_datastore_path_file(const struct vmx_datastore_path *path);

/*
 * What only a URL has: the datacenter (dcPath), and what stands before /folder
 * ("https://host:port").  As above, but NULL where there is no such part.
 */
VMX_API const char *vmx_datastore_path_datacenter(const struct vmx_datastore_path *path);
VMX_API const char *vmx_datastore_path_url_base(const struct vmx_datastore_path *path);

/*
 * Writes the path as [NAME] DIRECTORY/FILE, or as [NAME] alone.  The result
 * replaces what ret held.  Fails with VMX_CODE_INVALID_DATASTORE_PATH where that
 * would not be read back as the same path (a path that begins with a blank, a
 * name like "a] b"), VMX_CODE_INVALID_ARGUMENT (flags), VMX_CODE_OUT_OF_MEMORY.
 */
VMX_API enum vmx_code vmx_datastore_path_format(const struct vmx_datastore_path *path,
						unsigned int flags, struct vmx_bytes *ret,
						struct vmx_error *error);

/*
 * Writes the path as /vmfs/volumes/NAME/DIRECTORY/FILE.  The result replaces what
 * ret held.  Fails with VMX_CODE_INVALID_DATASTORE_PATH where the name holds a
 * '/', VMX_CODE_PATH_LEAVES_DATASTORE where it is "." or "..", and
 * VMX_CODE_OUT_OF_MEMORY.
 */
VMX_API enum vmx_code vmx_datastore_path_format_vmfs(const struct vmx_datastore_path *path,
						     struct vmx_bytes *ret,
						     struct vmx_error *error);

/*
 * Writes the path as the URL of the datastore browser.  base is
 * "https://host[:port]"; NULL: that of the URL that the path was read from.
 * datacenter is not encoded ("folder/dc"); NULL: that of the URL, if any; "": no
 * dcPath.  Each part of the directory, the datacenter and the name are encoded
 * once (twice with VMX_DATASTORE_ENCODED_TWICE, the directory never): all bytes
 * but letters, digits and - . _ ~ as % and two upper-case hex digits.  The
 * result replaces what ret held.
 *
 * Fails with VMX_CODE_INVALID_ARGUMENT where base is none, or missing, or flags
 * make no sense, and with VMX_CODE_OUT_OF_MEMORY.
 */
VMX_API enum vmx_code vmx_datastore_path_format_url(const struct vmx_datastore_path *path,
						    const char *base, const char *datacenter,
						    unsigned int flags, struct vmx_bytes *ret,
						    struct vmx_error *error);

/*
 * The rules of an ESX host for file names in its VMX files: what such a name
 * is on a datastore, and back.
 *
 * Without a directory (as new) the rules are those of VMware Workstation: every
 * name stays as it is, both ways.
 */
struct vmx_path_rules;

/*
 * Makes rules without directory and datastores, of VMX_LEVEL_DEFAULT.  *ret is
 * new; the caller frees it.  The allocator is copied; NULL: malloc().  Fails with
 * VMX_CODE_OUT_OF_MEMORY.
 */
VMX_API enum vmx_code vmx_path_rules_new(const struct vmx_allocator *allocator,
					 struct vmx_path_rules **ret, struct vmx_error *error);

/* Takes NULL. */
VMX_API void vmx_path_rules_free(struct vmx_path_rules *rules);

/*
 * VMX_LEVEL_LIBVIRT: as libvirt does it, names in brackets included; all other
 * levels are the same here, and more tolerant.
 */
VMX_API void vmx_path_rules_set_level(struct vmx_path_rules *rules, enum vmx_level level);

/*
 * Sets the directory of the VMX file: "[ds]" or "[ds] dir", copied; libvirt has
 * "[?] ?" where it does not know.  Fails with VMX_CODE_INVALID_DATASTORE_PATH,
 * VMX_CODE_EMBEDDED_NUL (column: offset plus 1), VMX_CODE_OUT_OF_MEMORY; the rules
 * are then as before.
 */
VMX_API enum vmx_code vmx_path_rules_set_directory(struct vmx_path_rules *rules,
						   const char *directory, size_t length,
						   struct vmx_error *error);

/*
 * Adds a datastore that exists, and where it is mounted; mount NULL: not known.
 * Both are copied; the order counts.  Fails with VMX_CODE_INVALID_ARGUMENT where
 * the name, or a mount that is not NULL, is empty; VMX_CODE_EMBEDDED_NUL;
 * VMX_CODE_OUT_OF_MEMORY; the rules are then as before.
 */
VMX_API enum vmx_code vmx_path_rules_add_datastore(struct vmx_path_rules *rules,
						   const char *name, size_t name_length,
						   const char *mount, size_t mount_length,
						   struct vmx_error *error);

/*
 * A vmx_file_name_fn, with the rules (a struct vmx_path_rules) as its user.  The
 * first that fits:
 *
 * 1. no '/' at the beginning and no '\' anywhere: DIRECTORY/NAME, '..' parts and
 *    all;
 * 2. a mount is what the name begins with (case counts), up to the end of one of
 *    the name's parts; of several the longest: slashes of either kind are skipped,
 *    then '\' becomes '/': [DATASTORE] REST.  For libvirt parts do not count, and the
 *    first that was added wins, so /vmfs/volumes/a swallows /vmfs/volumes/ab; where
 *    that makes a difference the answer is VMX_FILE_NAME_OTHERWISE;
 * 3. /vmfs/volumes/DATASTORE/REST, where neither may be empty: [DATASTORE] REST.
 *    If any datastore was added, it must be one of them: else missing, if that is
 *    allowed, or invalid;
 * 4. a '/' at the beginning: unchanged;
 * 5. the rest has a '\': libvirt refuses it.  At the other levels what begins
 *    with '\' or a drive letter is a file of Windows and stays unchanged; all
 *    else is relative: '\' becomes '/', './' at the beginning is dropped, and
 *    rule 1 does it.  The answer is VMX_FILE_NAME_OTHERWISE.
 *
 * A name with a NUL is invalid; at other levels than libvirt's so is one below a
 * mount or /vmfs/volumes that [DATASTORE] REST would not be read back as.  Source:
 * libvirt's ESX driver as a black box; 5 also published .vmx files.
 */
VMX_API enum vmx_file_name_answer vmx_path_rules_resolve(void *user, const char *name,
							 size_t length, bool missing_allowed,
							 struct vmx_bytes *ret);

/*
 * The other way: the file name that a VMX file has for a path.  [DATASTORE] REST
 * becomes MOUNT/REST, with '\' in place of every '/' if the mount holds one; a
 * datastore without a known mount, or any if none was added, is at
 * /vmfs/volumes/DATASTORE.  A name that begins with '/' stays, and at other
 * levels than libvirt's also one of Windows (see 5 above).  The result replaces
 * what ret held.
 *
 * Fails with VMX_CODE_UNKNOWN_DATASTORE, VMX_CODE_INVALID_DATASTORE_PATH,
 * VMX_CODE_INVALID_FILE_NAME (none of the above), VMX_CODE_EMBEDDED_NUL, all with
 * the offset in path plus 1 as column, and VMX_CODE_OUT_OF_MEMORY.
 *
 * Source: libvirt's ESX driver and its test programs as a black box.
 */
VMX_API enum vmx_code vmx_path_rules_to_vmx(const struct vmx_path_rules *rules,
					    const char *path, size_t length,
					    struct vmx_bytes *ret, struct vmx_error *error);

VMX_END_DECLS

#endif
