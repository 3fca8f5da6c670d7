/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/reader.h"

static enum vmx_code check_type(struct domain_reader *r)
{
	struct text type = ATTRIBUTE(r->domain, "type");
	char q[QUOTE_MAX];

	if (!type.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, r->domain, "the domain has no type");
	r->foreign = !text_equal(type, TEXT("vmware"));
	if (!r->foreign)
		return VMX_OK;
	if (!r->options->any_type || r->as_libvirt)
		return vmxi_xml_fail(r, VMX_CODE_DOMAIN_TYPE, r->domain,
				     "the type is '%s', not 'vmware': its devices are most likely not "
				     "VMware's; convert it all the same with --from-any-type",
				     vmxi_quote(q, type));
	return VMX_OK;
}

/* Above <devices>, then what disks ask for, then the devices. */
static enum vmx_code (*const steps[])(struct domain_reader *r) = {
	check_type,
	vmxi_read_domain_identity,
	vmxi_read_domain_memory,
	vmxi_read_domain_cpus,
	vmxi_read_domain_os,
	vmxi_read_domain_metadata,
	vmxi_read_xml_graphics,
	vmxi_read_xml_usb,
	vmxi_read_xml_disks,
	vmxi_read_xml_controllers,
	vmxi_read_xml_folders,
	vmxi_read_xml_cards,
	vmxi_read_xml_ports,
	vmxi_read_xml_tpm,
	vmxi_read_xml_extras,
	vmxi_report_rest,
};

/*
 * What libvirt asks for with XPath it finds wherever it stands: two <devices> are one
 * to it.  Of what stands in there it takes the first in each of them.
 */
static const struct {
	struct text name, first;
} merged[] = {
	{ { "os", 2 }, { "type", 4 } }, { { "memtune", 7 }, { "min_guarantee", 13 } },
	{ { "cputune", 7 }, { "shares", 6 } }, { { "devices", 7 }, { NULL, 0 } },
};

static enum vmx_code merge_elements(struct domain_reader *r, struct text name, struct text first)
{
	bool exactly = r->as_libvirt && first.ptr;

	if (exactly) {
		for (struct node *n = vmxi_child(r->domain, name); n; n = vmxi_sibling(n, name))
			vmxi_tree_drop_others(n, first);
	}
	if (!vmxi_tree_merge(&r->tree, r->domain, name) ||
	    (exactly && !vmxi_tree_merge(&r->tree, vmxi_child(r->domain, name), first)))
		return vmxi_out_of_memory(r->error);
	return VMX_OK;
}

static enum vmx_code read_domain(struct domain_reader *r, struct text bytes)
{
	size_t max_size = r->options->max_size ? r->options->max_size : VMX_DEFAULT_MAX_XML_SIZE;
	const struct node *root;

	TRY(vmxi_tree_read(&r->tree, bytes, max_size, r->error));
	root = r->tree.root;
	if (root->space != SPACE_NONE || !text_equal(root->name, TEXT("domain"))) {
		char q[QUOTE_MAX];

		return vmxi_xml_fail(r, VMX_CODE_NOT_DOMAIN, root,
				     "the root element is <%s>%s, not <domain>",
				     vmxi_quote(q, root->name),
				     root->space == SPACE_NONE ? "" : " of another namespace");
	}
	r->domain = root;
	for (size_t i = 0; i < sizeof(merged) / sizeof(merged[0]); i++)
		TRY(merge_elements(r, merged[i].name, merged[i].first));
	r->devices = CHILD(root, "devices");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		TRY(steps[i](r));
	return VMX_OK;
}

static struct vmx_machine *new_machine(const struct vmx_domain_xml_read_options *options)
{
	struct vmx_machine *m = vmxi_machine_new(vmxi_allocator(options->allocator));

	if (!m)
		return NULL;
	m->level = options->level;
	m->strict = options->strict;
	return m;
}

static enum vmx_code check_options(const struct vmx_domain_xml_read_options *options,
				   struct vmx_error *error)
{
	if (options->size < sizeof(*options) || options->level > VMX_LEVEL_FULL)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the options for reading domain XML are not filled in");
	if (options->scsi_auto && WORD_VALUE(vmxi_scsi_model_words, text_of(options->scsi_auto)) < 0)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the SCSI model for 'auto' has to be buslogic, lsilogic, lsisas1068 "
				 "or vmpvscsi");
	return VMX_OK;
}

enum vmx_code vmx_domain_xml_read(const void *bytes, size_t length,
				  const struct vmx_domain_xml_read_options *options,
				  struct vmx_machine **ret, struct vmx_error *error)
{
	static const struct vmx_domain_xml_read_options defaults = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct domain_reader r = { .error = error };
	enum vmx_code code;

	r.options = options ? options : &defaults;
	TRY(check_options(r.options, error));
	r.as_libvirt = r.options->level == VMX_LEVEL_LIBVIRT;
	r.strict = r.options->strict;
	r.reporter = (struct reporter){ r.options->diagnostic, r.options->user, 0, DIAGNOSTICS_MAX };
	r.machine = new_machine(r.options);
	if (!r.machine)
		return vmxi_out_of_memory(error);
	r.tree.arena = &r.machine->arena;
	code = read_domain(&r, (struct text){ bytes, length });
	vmxi_tree_release(&r.tree);
	if (code != VMX_OK) {
		vmx_machine_free(r.machine);
		return code;
	}
	*ret = r.machine;
	return VMX_OK;
}
