/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document/edit.h"

const struct entry *vmxi_next_edited(const struct vmx_document *doc, size_t *cursor)
{
	(void)doc;
	(void)cursor;
	return NULL;
}

bool vmxi_write_edited(const struct vmx_document *doc, struct vmx_bytes *ret)
{
	(void)doc;
	(void)ret;
	return false;
}

void vmxi_edits_release(struct vmx_document *doc)
{
	(void)doc;
}
