/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the writers of the parts of a domain share.
 *
 *   write.c      the public call; everything above <devices>
 *   storage.c    disks and controllers
 *   devices.c    the other devices that libvirt's mapping has
 *   extras.c     what only the full level writes
 *   places.c     target names and addresses of disks
 */
#ifndef VMXI_DOMAIN_WRITER_H
#define VMXI_DOMAIN_WRITER_H

#include <vmxkit/domain_xml.h>

#include "domain/places.h"
#include "domain/words.h"
#include "domain/xml.h"
#include "machine/machine.h"

struct writer {
	struct xml xml;
	const struct vmx_machine *machine;
	const struct vmx_domain_xml_options *options;
	struct reporter reporter;
	struct vmx_error *error;
	struct place *places;
};

/*
 * Where the default level writes something else than libvirt: a note, or an
 * error if the machine was read strictly.  Not called at the libvirt level.  The
 * message is "what libvirt does; what we do".
 */
enum vmx_code vmxi_written_otherwise(struct writer *w, enum vmx_code code, struct position where,
				     const char *message);

/* 8-4-4-4-12 hex digits, without quotes. */
void vmxi_put_uuid(struct xml *x, const uint8_t uuid[16]);

/* <address type='pci' .../> as libvirt derives it from a slot number. */
void vmxi_put_pci_address(struct xml *x, const struct pci_slot *slot);

enum vmx_code vmxi_check_disks(struct writer *w);
void vmxi_put_disks(struct writer *w);
void vmxi_put_controllers(struct writer *w);

void vmxi_put_folders(struct writer *w);
void vmxi_put_nics(struct writer *w);
void vmxi_put_ports(struct writer *w);
void vmxi_put_tpm(struct writer *w);
void vmxi_put_graphics(struct writer *w);
void vmxi_put_video(struct writer *w);

/* Only at the full level. */
void vmxi_put_metadata(struct writer *w);
void vmxi_put_boot_order(struct writer *w);
void vmxi_put_usb_controllers(struct writer *w);
void vmxi_put_inputs(struct writer *w);
void vmxi_put_sound(struct writer *w);
void vmxi_put_passthrough(struct writer *w);
void vmxi_put_hubs(struct writer *w);

/* The number of the USB controller of a model among those that are there. */
uint32_t vmxi_usb_index(const struct vmx_machine *m, enum usb_model model);

#endif
