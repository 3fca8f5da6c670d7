/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which entry a new key belongs behind: the last of its nearest relatives.
 *
 * Keys are relatives by what they begin with: the nearer, the longer it is.
 *
 *   "scsi0:1."    up to a dot (of the first GROUP_DOTS_MAX)
 *   "scsi0"       a controller, and the devices on it
 *   "scsi"        a kind of devices
 *
 * Each such beginning is a group, and of each group a table knows the last entry in the
 * document.  So a new key costs a few look-ups, whatever the document holds.  The table is
 * made for the first new key, and again for the next one where the last entry of a group
 * was removed or a key was renamed: who adds and removes by turns pays for that.
 */
#ifndef VMXI_DOCUMENT_RELATIVES_H
#define VMXI_DOCUMENT_RELATIVES_H

#include "document/document.h"

/* Keys with more dots have not been seen. */
#define GROUP_DOTS_MAX 8
#define GROUPS_MAX (GROUP_DOTS_MAX + 2)

struct group_slot {
	uint32_t hash;
	uint32_t last;		/* an entry, or NO_ENTRY for a free slot */
	uint16_t length;	/* of the beginning */
	uint8_t kind;
};

struct relatives {
	struct group_slot *slots;	/* NULL: the table is not made */
	size_t mask, used;
	size_t steps;			/* slots that were looked at: for tests */
};

/*
 * Makes the table, and room in it for one more entry; needed before a look-up, and before
 * an entry is added.  False: no memory.
 */
bool vmxi_relatives_reserve(struct vmx_document *doc);
void vmxi_relatives_release(struct vmx_document *doc);

/* The last of the nearest relatives; NO_ENTRY: there are none. */
uint32_t vmxi_nearest_relative(const struct vmx_document *doc, struct text key);

/*
 * An entry that is now in the document, soon behind that relative; NO_ENTRY: at the end.
 * And one that is about to go.
 */
void vmxi_relatives_add(struct vmx_document *doc, uint32_t i, uint32_t relative);
void vmxi_relatives_remove(struct vmx_document *doc, uint32_t i);

#endif
