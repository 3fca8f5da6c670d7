/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the bytes of a VMX file to domain XML, in the steps of the library.
 */
#ifndef VMXTOOL_TO_XML_H
#define VMXTOOL_TO_XML_H

#include <vmxkit/vmxkit.h>

struct to_xml {
	enum vmx_level level;
	bool strict, secure;
	const char *encoding;			/* NULL: as the file says */
	size_t max_size;			/* 0: the default */
	struct vmx_path_rules *rules;		/* NULL: names stay as they are */
	const char *datacenter_path, *moref;	/* NULL: none */
	vmx_diagnostic_fn diagnostic;
	void *user;
};

/* The options with which the document has to be read. */
struct vmx_read_options to_xml_read_options(const struct to_xml *how);

/* Each fails as the function of the library that it calls. */
enum vmx_code to_xml_machine(const struct to_xml *how, const struct vmx_document *document,
			     struct vmx_machine **ret, struct vmx_error *error);
enum vmx_code to_xml_write(const struct to_xml *how, const struct vmx_machine *machine,
			   struct vmx_bytes *ret, struct vmx_error *error);

/* All steps at once. */
enum vmx_code to_xml_bytes(const struct to_xml *how, const void *bytes, size_t length,
			   struct vmx_bytes *ret, struct vmx_error *error);

#endif
