/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What no reader asked for: reported with its path, so that nothing is lost in
 * silence.
 */
#include "domain/reader.h"

/*
 * What says nothing that a VMware machine does not have anyway.  parent NULL: of
 * any.  attribute NULL: the text has to be the value; value NULL: anything.
 */
static const struct {
	const char *parent, *name, *attribute, *value;
} quiet_elements[] = {
	{ "domain", "on_poweroff", NULL, "destroy" },
	{ "domain", "on_reboot", NULL, "restart" },
	{ "domain", "on_crash", NULL, "destroy" },
	{ "features", "acpi", NULL, NULL },
	{ "features", "apic", NULL, NULL },
	{ "features", "pae", NULL, NULL },
	{ "devices", "memballoon", "model", "none" },
	/* the first serial port, shown once more */
	{ "devices", "console", NULL, NULL },
	{ "serial", "target", NULL, NULL },
	{ NULL, "alias", NULL, NULL },
	{ NULL, "address", NULL, NULL },
};

static const struct {
	const char *element, *attribute, *value;
} quiet_attributes[] = {
	{ "domain", "id", NULL },
	{ "filesystem", "accessmode", "passthrough" },
	{ "model", "primary", NULL },
	{ "clock", "basis", "utc" },
	{ "feature", "enabled", NULL },
};

static bool fits(const char *wanted, struct text t)
{
	return !wanted || text_equal(text_of(wanted), t);
}

static bool is_quiet_element(const struct node *node)
{
	for (size_t i = 0; i < sizeof(quiet_elements) / sizeof(quiet_elements[0]); i++) {
		const char *attribute = quiet_elements[i].attribute;

		if (!fits(quiet_elements[i].name, node->name) ||
		    (node->parent && !fits(quiet_elements[i].parent, node->parent->name)))
			continue;
		if (fits(quiet_elements[i].value,
			 attribute ? vmxi_attribute(node, text_of(attribute)) : node->text))
			return true;
	}
	return false;
}

static bool is_quiet_attribute(const struct node *node, const struct attribute *a)
{
	for (size_t i = 0; i < sizeof(quiet_attributes) / sizeof(quiet_attributes[0]); i++) {
		if (fits(quiet_attributes[i].element, node->name) &&
		    fits(quiet_attributes[i].attribute, a->name) &&
		    fits(quiet_attributes[i].value, a->value))
			return true;
	}
	return false;
}

static enum vmx_code report_attributes(struct domain_reader *r, const struct node *node)
{
	for (size_t i = 0; i < node->attribute_count; i++) {
		const struct attribute *a = &node->attributes[i];
		char name[QUOTE_MAX], value[QUOTE_MAX];

		if (!a->seen && !is_quiet_attribute(node, a))
			TRY(vmxi_xml_left_out(r, node, "%s='%s' is not understood and left out",
					      vmxi_quote(name, a->name), vmxi_quote(value, a->value)));
	}
	return VMX_OK;
}

/* NOLINTNEXTLINE(misc-no-recursion): the depth of the tree is bounded */
static enum vmx_code report_node(struct domain_reader *r, const struct node *node)
{
	/* what others put there is theirs; who heard so much needs no more */
	if (node->space == SPACE_OTHER || r->reporter.count > r->reporter.max ||
	    is_quiet_element(node))
		return VMX_OK;
	if (!node->seen)
		return vmxi_xml_left_out(r, node, "it is not understood and left out");
	TRY(report_attributes(r, node));
	for (const struct node *n = node->first; n; n = n->next)
		TRY(report_node(r, n));
	return VMX_OK;
}

enum vmx_code vmxi_report_rest(struct domain_reader *r)
{
	if (r->as_libvirt || (!r->strict && !r->reporter.fn))
		return VMX_OK;
	(void)CHILD(r->domain, "features");
	(void)CHILD(r->domain, "metadata");
	for (const struct node *n = r->domain->first; n; n = n->next)
		TRY(report_node(r, n));
	return report_attributes(r, r->domain);
}
