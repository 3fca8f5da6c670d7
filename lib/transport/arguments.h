/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What modules may rely on: the arguments of a caller, checked.
 */
#ifndef VMXI_TRANSPORT_ARGUMENTS_H
#define VMXI_TRANSPORT_ARGUMENTS_H

#include <vmxkit/transport.h>

/*
 * Copies a caller's structure, as far as caller and library both know it, over one
 * that has the defaults; least is what it has to have.  Both begin with their size.
 */
enum vmx_code vmxi_take_structure(const void *given, size_t least, const char *what, void *ret,
				  size_t ret_size, struct vmx_error *error);

/* Not NULL, not empty, UTF-8.  what: "the id of the machine". */
enum vmx_code vmxi_check_text(const char *text, const char *what, struct vmx_error *error);

/* The same, but it may be NULL. */
enum vmx_code vmxi_check_optional(const char *text, const char *what, struct vmx_error *error);

/* Not NULL. */
enum vmx_code vmxi_check_present(bool present, const char *what, struct vmx_error *error);

/*
 * "[datastore] directory/file" without empty, '.' and '..' parts; of a directory all
 * behind the bracket may be missing.  With the datacenter, which may be NULL.
 */
enum vmx_code vmxi_check_file(const char *path, const char *datacenter, struct vmx_error *error);
enum vmx_code vmxi_check_directory(const char *path, const char *datacenter,
				   struct vmx_error *error);

/* *ret is complete then, also where none were given; no function in it is NULL. */
enum vmx_code vmxi_take_task_options(const struct vmx_task_options *given,
				     struct vmx_task_options *ret, struct vmx_error *error);

#endif
