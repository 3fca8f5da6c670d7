/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the rest of lib/document has to know about edits.
 */
#ifndef VMXI_DOCUMENT_EDIT_H
#define VMXI_DOCUMENT_EDIT_H

#include "document/document.h"

/* As vmxi_next_entry() and vmx_document_write(), once there are edits. */
const struct entry *vmxi_next_edited(const struct vmx_document *doc, size_t *cursor);
bool vmxi_write_edited(const struct vmx_document *doc, struct vmx_bytes *ret);

/* Takes the entry away, with its line if it stands alone on it. */
void vmxi_remove_entry(struct vmx_document *doc, uint32_t i);

void vmxi_edits_release(struct vmx_document *doc);

#endif
