/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that vmxedit reads, and perhaps writes.
 */
#ifndef VMXTOOL_VMXEDIT_FILE_H
#define VMXTOOL_VMXEDIT_FILE_H

#include <vmxkit/document.h>

#include "vmxedit_settings.h"

struct file {
	const struct settings *settings;
	const char *path;		/* as the user wrote it */
	const char *name;		/* what diagnostics call it */
	struct vmx_document *document;
	struct vmx_bytes before;	/* what it held, if it was read to be edited */
};

/* Shows the diagnostics.  Release the file in any case. */
enum exit_status file_read(const struct settings *settings, const char *path, struct file *ret);
void file_release(struct file *file);

/*
 * The same before edits.  Refuses what the user can't mean to change: it has to be a VMX
 * file, and with --in-place a regular one.
 */
enum exit_status file_read_to_edit(const struct settings *settings, const char *path,
				   struct file *ret);

/*
 * Puts the new content where the options say.  In place, content that is there
 * already is not written.
 */
enum exit_status file_store(const struct file *file, const struct vmx_bytes *content);

/* A value as the user wants to see it; borrowed like that of an entry. */
struct value {
	const char *data;
	size_t length;
	bool malformed;		/* its escapes are, so it is the text of the file */
};

/*
 * The value of an entry: without escapes, or with --raw as it is.  Malformed
 * escapes are a warning, with --strict an error.  room holds the text.
 */
enum exit_status file_value(const struct file *file, const struct vmx_entry *entry,
			    struct vmx_bytes *room, struct value *ret);

#endif
