/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMXI_DOCUMENT_ENCODING_H
#define VMXI_DOCUMENT_ENCODING_H

#include "document/document.h"

/*
 * Puts UTF-8 text into bytes, in the document's encoding: VMX_OK,
 * VMX_CODE_INVALID_UTF8, VMX_CODE_UNENCODABLE_CHARACTER (also where reading the
 * bytes would give another text), VMX_CODE_UNKNOWN_ENCODING where the system has
 * lost its converter, VMX_CODE_OUT_OF_MEMORY.
 */
enum vmx_code vmxi_encode(const struct vmx_document *doc, struct text text,
			  struct vmx_bytes *ret, struct vmx_error *error);

/* Whether the name stands for the encoding that the document was read with. */
bool vmxi_same_encoding(const struct vmx_document *doc, struct text name);

/* For a test: the rows of the table of names; NULL: no such row. */
const char *vmxi_encoding_row(size_t row, const char **ret_converter);

#endif
