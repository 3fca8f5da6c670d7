/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/to_xml.h"

struct vmx_read_options to_xml_read_options(const struct to_xml *how)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	options.mode = how->level == VMX_LEVEL_LIBVIRT || how->strict ? VMX_READ_STRICT
								      : VMX_READ_TOLERANT;
	options.encoding = how->encoding;
	options.max_file_size = how->max_size;
	options.diagnostic = how->diagnostic;
	options.user = how->user;
	return options;
}

enum vmx_code to_xml_machine(const struct to_xml *how, const struct vmx_document *document,
			     struct vmx_machine **ret, struct vmx_error *error)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;

	options.level = how->level;
	options.strict = how->strict;
	if (how->rules) {
		options.file_name = vmx_path_rules_resolve;
		options.file_name_user = how->rules;
	}
	options.diagnostic = how->diagnostic;
	options.user = how->user;
	return vmx_machine_read(document, &options, ret, error);
}

enum vmx_code to_xml_write(const struct to_xml *how, const struct vmx_machine *machine,
			   struct vmx_bytes *ret, struct vmx_error *error)
{
	struct vmx_domain_xml_options options = VMX_DOMAIN_XML_OPTIONS_INIT;

	options.secure = how->secure;
	options.datacenter_path = how->datacenter_path;
	options.moref = how->moref;
	options.diagnostic = how->diagnostic;
	options.user = how->user;
	return vmx_domain_xml_write(machine, &options, ret, error);
}

enum vmx_code to_xml_bytes(const struct to_xml *how, const void *bytes, size_t length,
			   struct vmx_bytes *ret, struct vmx_error *error)
{
	struct vmx_read_options options = to_xml_read_options(how);
	struct vmx_document *document = NULL;
	struct vmx_machine *machine = NULL;
	enum vmx_code code = vmx_document_read(bytes, length, &options, &document, error);

	if (code == VMX_OK)
		code = to_xml_machine(how, document, &machine, error);
	if (code == VMX_OK)
		code = to_xml_write(how, machine, ret, error);
	vmx_machine_free(machine);
	vmx_document_free(document);
	return code;
}
