/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine as libvirt domain XML of type 'vmware', written and read.
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

/* What the limit of the size is when the options do not say otherwise. */
#define VMX_DEFAULT_MAX_XML_SIZE ((size_t)16 << 20)

/* See vmx_read_options for how such structures work. */
struct vmx_domain_xml_read_options {
	size_t size;
	/*
	 * VMX_LEVEL_LIBVIRT: takes and refuses what libvirt's VMX writer takes
	 * and refuses, and leaves out in silence what that leaves out.  The other
	 * two are the same here: all is read that vmx_domain_xml_write() writes
	 * at VMX_LEVEL_FULL.
	 */
	enum vmx_level level;
	/* what libvirt would not take, and what is left out, is an error */
	bool strict;
	/* take any domain for one of type 'vmware', as far as that goes */
	bool any_type;
	/*
	 * What model='auto' of a SCSI controller stands for: buslogic, lsilogic,
	 * lsisas1068 or vmpvscsi; NULL: 'auto' is refused.
	 */
	const char *scsi_auto;
	size_t max_size;		/* bytes; 0: the default */
	vmx_diagnostic_fn diagnostic;
	void *user;
	const struct vmx_allocator *allocator;	/* copied; NULL: malloc() */
};

#define VMX_DOMAIN_XML_READ_OPTIONS_INIT \
	{ sizeof(struct vmx_domain_xml_read_options), VMX_LEVEL_DEFAULT, false, false, NULL, 0, \
	  NULL, NULL, NULL }

/*
 * Reads a machine from domain XML.  options may be NULL.  On success *ret is a new
 * machine, which the caller frees with vmx_machine_free(); it borrows nothing.
 * Names of files are kept as the XML has them.
 *
 * There is no network access, and a DOCTYPE is refused, so no entity is ever
 * expanded.  Bounded are the size, the depth, the number of elements, and the
 * number of attributes of each.  Errors and diagnostics have the line and the
 * column of the element, and its path in the message.
 *
 * Fails with VMX_CODE_XML_SYNTAX, VMX_CODE_XML_DOCUMENT_TYPE,
 * VMX_CODE_XML_TOO_LARGE, VMX_CODE_NOT_DOMAIN, VMX_CODE_DOMAIN_TYPE where there is
 * no such domain; with VMX_CODE_XML_MISSING, VMX_CODE_XML_WORD,
 * VMX_CODE_XML_NUMBER, VMX_CODE_XML_DUPLICATE, VMX_CODE_INVALID_UUID,
 * VMX_CODE_INVALID_MAC, VMX_CODE_TEXT_NOT_IN_VMX, VMX_CODE_XML_UNSUPPORTED,
 * VMX_CODE_DISK_BUS, VMX_CODE_DISK_TARGET, VMX_CODE_DISK_ADDRESS,
 * VMX_CODE_DISK_BACKING, VMX_CODE_CPU_TOPOLOGY, VMX_CODE_CARD_BACKING where
 * something can't be had; with VMX_CODE_INVALID_ARGUMENT for options that make no
 * sense, and VMX_CODE_OUT_OF_MEMORY; if strict, also with VMX_CODE_XML_IGNORED and
 * VMX_CODE_BEYOND_LIBVIRT.
 *
 * Source: libvirt's VMX writer as a black box, and its documents of the format.
 */
VMX_API enum vmx_code vmx_domain_xml_read(const void *bytes, size_t length,
					  const struct vmx_domain_xml_read_options *options,
					  struct vmx_machine **ret, struct vmx_error *error);

VMX_END_DECLS

#endif
