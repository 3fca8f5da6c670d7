/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMXI_VMX_MATCH_H
#define VMXI_VMX_MATCH_H

#include "machine/machine.h"

/*
 * Domain XML numbers cards, shared folders and the like by their order; a VMX file
 * has numbers of its own, with gaps.  found is the machine as the document has it,
 * seen the same machine after a trip through XML, wanted the machine that the
 * document shall have.  Gives the devices of seen the numbers of found, and those of
 * wanted the same where they are the same devices; the others get numbers that
 * nobody has.  The lists of wanted are copied first, into the arena.  False: no memory.
 */
bool vmxi_match_devices(const struct vmx_machine *found, struct vmx_machine *seen,
			struct vmx_machine *wanted, struct arena *arena);

#endif
