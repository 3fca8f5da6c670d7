/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Documents from files that the user names.
 */
#ifndef VMXTOOL_INPUT_H
#define VMXTOOL_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/document.h>

/* What stands for standard input. */
#define STANDARD_INPUT "-"

bool is_standard_input(const char *file);

/* What diagnostics call the file. */
const char *input_name(const char *file);

/* As vmx_document_read_file(), or from standard input. */
enum vmx_code read_input(const char *file, const struct vmx_read_options *options,
			 struct vmx_document **ret, struct vmx_error *error);

/*
 * Reads the whole file, or standard input, but no more than max bytes.  *ret is new and
 * freed with free().  False: errno says why.
 */
bool read_bytes(const char *file, size_t max, char **ret, size_t *ret_length);

/* Whether the two are one regular file. */
bool is_same_file(const char *a, const char *b);

#endif
