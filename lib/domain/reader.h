/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the readers of the parts of a domain share.
 *
 *   tree.c           bytes -> tree
 *   read.c           the public call, the order of the parts
 *   read_values.c    typed values, what is said about them
 *   read_identity.c  everything above <devices>
 *   read_disks.c     disks, their places
 *   read_controllers.c
 *   read_cards.c     network cards
 *   read_ports.c     serial and parallel ports
 *   read_devices.c   shared folders, display, TPM
 *   read_extras.c    what libvirt leaves out: USB, sound, metadata, ...
 *   read_rest.c      what nobody understood
 */
#ifndef VMXI_DOMAIN_READER_H
#define VMXI_DOMAIN_READER_H

#include <vmxkit/domain_xml.h>

#include "base/number.h"
#include "domain/tree.h"
#include "domain/words.h"
#include "machine/machine.h"

/* A disk on its way: what the machine does not have. */
struct xml_disk {
	struct disk disk;	/* first, so that a list of these is one of those */
	const struct node *node;
	struct text bus_word;	/* as it is written; no pointer: it is not */
	struct text target, driver;
	int64_t index;		/* of the target name */
	bool placed;		/* the address is given */
	uint32_t emulated;	/* SATA: the controller that libvirt counts it to; 0: VMware's */
	bool cached_otherwise;	/* a cache mode that is neither default nor writethrough */
};

struct xml_controller {
	struct text type;
	uint32_t index;
	bool indexed;		/* it says its number, or has got one */
	struct text model;	/* no pointer: none */
	const struct node *node;	/* NULL: only a disk asks for it */
};

struct domain_reader {
	struct tree tree;
	struct vmx_machine *machine;
	const struct vmx_domain_xml_read_options *options;
	bool as_libvirt, strict;
	bool asks_libvirt;	/* for the time of a check: its errors are notes */
	bool foreign;		/* the domain's type is not 'vmware' */
	struct reporter reporter;
	struct vmx_error *error;
	const struct node *domain, *devices;
	VECTOR(struct xml_disk) disks;
	VECTOR(struct xml_controller) controllers;
	/* the model of each USB controller of the XML by its index */
	int usb_models[8];
};

/*
 * Messages begin with the path of the element.
 *
 * vmxi_xml_fail: an error at every level.
 *
 * vmxi_xml_refused: libvirt refuses it.  At the libvirt level and in strict mode
 * that is what happens; else it is a note, and VMX_OK means: go on, our way.
 *
 * vmxi_xml_dropped: the same, but a warning: our way is to do without.
 *
 * vmxi_xml_beyond: libvirt leaves it out.  Only called at the other levels; a note,
 * and an error in strict mode.
 *
 * vmxi_xml_left_out: we leave it out.  A warning, and an error in strict mode;
 * nothing at the libvirt level.
 */
enum vmx_code vmxi_xml_fail(struct domain_reader *r, enum vmx_code code, const struct node *node,
			    const char *format, ...) VMXI_FORMAT(4, 5);
enum vmx_code vmxi_xml_refused(struct domain_reader *r, enum vmx_code code,
			       const struct node *node, const char *format, ...) VMXI_FORMAT(4, 5);
enum vmx_code vmxi_xml_dropped(struct domain_reader *r, enum vmx_code code,
			       const struct node *node, const char *format, ...) VMXI_FORMAT(4, 5);
enum vmx_code vmxi_xml_beyond(struct domain_reader *r, const struct node *node,
			      const char *format, ...) VMXI_FORMAT(3, 4);
enum vmx_code vmxi_xml_left_out(struct domain_reader *r, const struct node *node,
				const char *format, ...) VMXI_FORMAT(3, 4);

/*
 * A check of what libvirt looks at and we do not need.  At the libvirt level and in strict
 * mode its errors are errors; else notes.  A domain that is none of VMware's is not asked
 * for what libvirt wants of those.
 */
typedef enum vmx_code xml_check(struct domain_reader *r, const struct node *node);
enum vmx_code vmxi_xml_ask_libvirt(struct domain_reader *r, xml_check *check,
				   const struct node *node);

/* The text of a child; no pointer if there is no such child, or it is empty. */
struct text vmxi_child_text(const struct node *node, struct text name);
#define CHILD_TEXT(node, literal) vmxi_child_text(node, TEXT(literal))

/* Without the white space at both ends. */
struct text vmxi_trim_space(struct text t);

/* An attribute that is not empty; "" has no pointer either. */
struct text vmxi_filled_attribute(const struct node *node, struct text name);
#define FILLED(node, literal) vmxi_filled_attribute(node, TEXT(literal))

/*
 * The same of one whose "" libvirt refuses: what that means at each level.  At the libvirt
 * level "" is what it is.
 */
enum vmx_code vmxi_xml_filled(struct domain_reader *r, const struct node *node, struct text name,
			      struct text *ret);
#define XML_FILLED(r, node, literal, ret) vmxi_xml_filled(r, node, TEXT(literal), ret)

/* A decimal number without sign, at most max. */
enum vmx_code vmxi_xml_number(struct domain_reader *r, const struct node *node, struct text t,
			      uint64_t max, uint64_t *ret);
/* The same of an attribute, with a value for a missing one. */
enum vmx_code vmxi_xml_attribute_number(struct domain_reader *r, const struct node *node,
					struct text name, uint32_t missing, uint32_t *ret);
#define ATTRIBUTE_NUMBER(r, node, literal, missing, ret) \
	vmxi_xml_attribute_number(r, node, TEXT(literal), missing, ret)
/* The same where "" is as good as missing. */
#define FILLED_NUMBER(r, node, literal, missing, ret) \
	vmxi_xml_attribute_number(r, FILLED(node, literal).ptr ? node : NULL, TEXT(literal), \
				  missing, ret)

/* A number of KiB, from the text of the element and its unit. */
enum vmx_code vmxi_xml_size(struct domain_reader *r, const struct node *node, uint64_t *ret_kib);

/* yes or no; *ret stays as it is where the attribute is missing. */
enum vmx_code vmxi_xml_yes(struct domain_reader *r, const struct node *node, struct text name,
			   bool *ret);

/* The attribute is none of the words that may be there. */
enum vmx_code vmxi_xml_bad_word(struct domain_reader *r, const struct node *node, const char *name,
				struct text value, const char *words);

/* The position among words; -1 for a missing attribute; an error for another word. */
enum vmx_code vmxi_xml_word(struct domain_reader *r, const struct node *node, const char *name,
			    const char *const *words, size_t count, int *ret);
#define XML_WORD_OF(r, node, name, words, ret) \
	vmxi_xml_word(r, node, name, words, sizeof(words) / sizeof((words)[0]), ret)

/* The same of an attribute for which "" is as good as missing. */
#define XML_FILLED_WORD_OF(r, node, name, words, ret) \
	vmxi_xml_filled_word(r, node, name, words, sizeof(words) / sizeof((words)[0]), ret)
enum vmx_code vmxi_xml_filled_word(struct domain_reader *r, const struct node *node,
				   const char *name, const char *const *words, size_t count,
				   int *ret);

/* The numbers of an <address> of PCI; they may be hex or octal as in C. */
enum vmx_code vmxi_xml_pci(struct domain_reader *r, const struct node *address,
			   struct pci_device *ret);

/*
 * The slot of a device, from its child <address type='pci'/>.  Nothing at the libvirt
 * level, and for a domain that is none of VMware's: its slots are another board's.
 */
enum vmx_code vmxi_xml_slot(struct domain_reader *r, const struct node *device,
			    struct pci_slot *ret);

/* libvirt wants a kind of address that it knows, also where the kind does not fit. */
xml_check vmxi_xml_check_place;

/* An integer as C writes it: 0x10, 010, -1. */
bool vmxi_parse_c_integer(struct text t, int64_t *ret);

/* A new, zeroed item at the end of a vector of the machine or the reader; NULL: no memory. */
#define XML_ADD(r, vector) ARENA_ADD(&(r)->machine->arena, vector)

enum vmx_code vmxi_read_domain_identity(struct domain_reader *r);
enum vmx_code vmxi_read_domain_memory(struct domain_reader *r);
enum vmx_code vmxi_read_domain_cpus(struct domain_reader *r);
enum vmx_code vmxi_read_domain_os(struct domain_reader *r);
enum vmx_code vmxi_read_xml_disks(struct domain_reader *r);
enum vmx_code vmxi_read_xml_controllers(struct domain_reader *r);
enum vmx_code vmxi_read_xml_cards(struct domain_reader *r);
enum vmx_code vmxi_read_xml_folders(struct domain_reader *r);
enum vmx_code vmxi_read_xml_graphics(struct domain_reader *r);
enum vmx_code vmxi_read_xml_ports(struct domain_reader *r);
enum vmx_code vmxi_read_xml_tpm(struct domain_reader *r);
enum vmx_code vmxi_read_domain_metadata(struct domain_reader *r);
enum vmx_code vmxi_read_xml_usb(struct domain_reader *r);
enum vmx_code vmxi_read_xml_extras(struct domain_reader *r);
enum vmx_code vmxi_report_rest(struct domain_reader *r);

#endif
