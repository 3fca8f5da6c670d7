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

/*
 * Puts text of any encoding that iconv knows by that name into bytes, as UTF-8: VMX_OK,
 * VMX_CODE_UNKNOWN_ENCODING, VMX_CODE_ENCODING_MISMATCH (then *ret_bad_at is the byte
 * that does not fit), VMX_CODE_OUT_OF_MEMORY.
 */
enum vmx_code vmxi_decode_text(struct text encoding, struct text text, struct vmx_bytes *ret,
			       size_t *ret_bad_at);

/* Whether the name stands for the encoding that the document was read with. */
bool vmxi_same_encoding(const struct vmx_document *doc, struct text name);

/* For a test: the rows of the table of names; NULL: no such row. */
const char *vmxi_encoding_row(size_t row, const char **ret_converter);

#endif
