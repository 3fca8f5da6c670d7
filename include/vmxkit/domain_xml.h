/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine as libvirt domain XML of type 'vmware'.
 */
#ifndef VMXKIT_DOMAIN_XML_H
#define VMXKIT_DOMAIN_XML_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/error.h>
#include <vmxkit/export.h>
#include <vmxkit/machine.h>
#include <vmxkit/memory.h>

VMX_BEGIN_DECLS

/* The namespace of what VMX_LEVEL_FULL puts into <metadata>. */
#define VMX_METADATA_NAMESPACE "urn:vmxkit:vmx:1"

/* See vmx_read_options for how such structures work. */
struct vmx_domain_xml_options {
	size_t size;
	bool secure;		/* print the password of the VNC server */
	/*
	 * UTF-8 for <vmware:datacenterpath> and <vmware:moref>; NULL: no such
	 * element.
	 */
	const char *datacenter_path;
	const char *moref;
	vmx_diagnostic_fn diagnostic;
	void *user;
};

#define VMX_DOMAIN_XML_OPTIONS_INIT \
	{ sizeof(struct vmx_domain_xml_options), false, NULL, NULL, NULL, NULL }

/*
 * Writes the machine as domain XML: UTF-8, no XML declaration, a line end at
 * the end; the level is that with which the machine was read.  options may be
 * NULL.
 *
 * Fails with VMX_CODE_OUT_OF_MEMORY, and with VMX_CODE_INVALID_UTF8 for options
 * that are not UTF-8.  At VMX_LEVEL_LIBVIRT control characters in values are
 * treated as libvirt treats them (0x1A to 0x1F are copied, which is not
 * well-formed XML); at the other levels the output is always well-formed, and
 * what XML can't hold is left out with a diagnostic.
 *
 * Source: libvirt's domain XML writer as a black box.
 */
VMX_API enum vmx_code vmx_domain_xml_write(const struct vmx_machine *machine,
					   const struct vmx_domain_xml_options *options,
					   struct vmx_bytes *ret, struct vmx_error *error);

VMX_END_DECLS

#endif
