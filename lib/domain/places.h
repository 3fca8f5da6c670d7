/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a disk is in domain XML: its target name and its address.
 */
#ifndef VMXI_DOMAIN_PLACES_H
#define VMXI_DOMAIN_PLACES_H

#include "machine/machine.h"

/* The unit of the SCSI controller itself. */
#define SCSI_OWN_UNIT 7

/* How libvirt counts the disks of a bus; those of SCSI so, whatever the hardware, in writing. */
#define SCSI_UNITS 15
#define SATA_UNITS 30
/* ... and how it counts them back: ports of the SATA controller that it emulates. */
#define SATA_PORTS 6

#define TARGET_NAME_MAX 16

struct place {
	char name[TARGET_NAME_MAX];
	uint32_t controller, bus, unit;
	bool renamed;		/* the name that libvirt gives was taken */
};

/* One place for each disk of the machine, in the same order. */
void vmxi_place_disks(const struct vmx_machine *machine, struct place *places);

#endif
