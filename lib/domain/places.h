/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a disk is in domain XML: its target name and its address.
 */
#ifndef VMXI_DOMAIN_PLACES_H
#define VMXI_DOMAIN_PLACES_H

#include "machine/machine.h"

#define TARGET_NAME_MAX 16

struct place {
	char name[TARGET_NAME_MAX];
	uint32_t controller, bus, unit;
	bool renamed;		/* the name that libvirt gives was taken */
};

/* One place for each disk of the machine, in the same order. */
void vmxi_place_disks(const struct vmx_machine *machine, struct place *places);

#endif
