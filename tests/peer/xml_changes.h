/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes that make libvirt 9.0.0 do with domain XML what newer releases, or vmxkit, do with
 * the document as it was.  Each says whether there was something to change.
 */
#ifndef TEST_PEER_XML_CHANGES_H
#define TEST_PEER_XML_CHANGES_H

#include "peer/xml_tree.h"

/* Where a row of changes looks: elements of the name inside of those of the other one. */
struct place {
	const char *parent, *name, *attribute;
};

/* What stands for nothing in the file, and is taken out of it. */
#define NOBODY "vmxkit-nobody"

bool change_remove_elements(xmlNode *root, const struct place *place);
/* All but the first, where that may stand for a serial port. */
bool change_remove_consoles(xmlNode *root, const struct place *place);
bool change_remove_attributes(xmlNode *root, const struct place *place);
/* What 9.0.0 wants of a port of a switch. */
bool change_add_switch_attribute(xmlNode *root, const struct place *place);
/* An address of zeros is none. */
bool change_forget_zero_macs(xmlNode *root, const struct place *place);
/* Controllers of which 9.0.0 knows nothing. */
bool change_rename_nvme(xmlNode *root, const struct place *place);
/* Those of buses that VMware has without being told. */
bool change_remove_pci_controllers(xmlNode *root, const struct place *place);
/* All but those of disks, controllers and cards that are ours to look at. */
bool change_remove_other_addresses(xmlNode *root, const struct place *place);
/* <hwuuid> becomes <uuid>. */
bool change_judge_hardware_uuid(xmlNode *root, const struct place *place);
/* Of elements in the namespace that name says: the root leaves it, others go. */
bool change_leave_namespace(xmlNode *root, const struct place *place);
bool change_remove_from_namespace(xmlNode *root, const struct place *place);
bool change_remove_from_texts(xmlNode *root, const struct place *place);
/* Those that disks need. */
bool change_add_controllers(xmlNode *root, const struct place *place);

#endif
