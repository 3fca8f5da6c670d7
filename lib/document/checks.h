/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an edit has to fulfil.  Answers VMX_OK, or fills the error.
 */
#ifndef VMXI_DOCUMENT_CHECKS_H
#define VMXI_DOCUMENT_CHECKS_H

#include "document/document.h"

bool vmxi_names_encoding(struct text key);

/* A new key. */
enum vmx_code vmxi_check_key(const struct vmx_document *doc, struct text key,
			     struct vmx_error *error);

/* A new value, before and after it was encoded. */
enum vmx_code vmxi_check_value(const struct vmx_document *doc, struct text key,
			       struct text value, struct vmx_error *error);
enum vmx_code vmxi_fail_value_too_long(const struct vmx_document *doc, struct vmx_error *error);

/* The length of the document, once an edit has added and removed so many bytes. */
enum vmx_code vmxi_check_length(const struct vmx_document *doc, size_t more, size_t less,
				struct vmx_error *error);

enum vmx_code vmxi_fail_not_found(struct text key, struct vmx_error *error);
enum vmx_code vmxi_fail_encoding(const struct vmx_document *doc, struct vmx_error *error);

#endif
