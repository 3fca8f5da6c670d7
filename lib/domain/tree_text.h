/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMXI_DOMAIN_TREE_TEXT_H
#define VMXI_DOMAIN_TREE_TEXT_H

#include "base/memory.h"
#include "base/report.h"

/*
 * The text of an XML document as UTF-8: the bytes themselves, or what they were
 * converted to, in room.  It says that it is UTF-8, or nothing about that, and holds
 * no NUL.
 *
 * So libxml2 never converts: where memory runs out on the way, releases before 2.11
 * end the program.  And all that is looked for in the text before libxml2 sees it is
 * looked for in what libxml2 sees.
 *
 * UTF-16 is known by its first bytes, everything else by its name in the XML
 * declaration; without one it is UTF-8.  VMX_CODE_XML_SYNTAX where the bytes are
 * something else, VMX_CODE_OUT_OF_MEMORY.
 */
enum vmx_code vmxi_tree_text(struct text bytes, struct vmx_bytes *room, struct text *ret,
			    struct vmx_error *error);

#endif
