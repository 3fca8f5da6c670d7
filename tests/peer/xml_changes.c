/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/xml_changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool change_remove_elements(xmlNode *root, const struct place *place)
{
	bool changed = false;

	for (size_t i = tree_size(root) - 1; i > 0; i--) {
		xmlNode *node = tree_element(root, i);

		if (tree_is_at(node, place->parent, place->name)) {
			tree_remove(node);
			changed = true;
		}
	}
	return changed;
}

static bool is_serial_console(xmlNode *console)
{
	xmlNode *target = tree_child(console, "target");
	char *type = target ? tree_get(target, "type") : NULL;
	bool is_serial = !type || strcmp(type, "serial") == 0;

	free(type);
	return is_serial;
}

/* All but the first, which may stand for a serial port where there is none. */
bool change_remove_consoles(xmlNode *root, const struct place *place)
{
	bool changed = false, has_serial = false;
	xmlNode *first = NULL;

	for (size_t i = tree_size(root) - 1; i > 0; i--) {
		xmlNode *node = tree_element(root, i);

		has_serial = has_serial || tree_is_at(node, place->parent, "serial");
		first = tree_is_at(node, place->parent, place->name) ? node : first;
	}
	for (size_t i = tree_size(root) - 1; i > 0; i--) {
		xmlNode *node = tree_element(root, i);

		if (tree_is_at(node, place->parent, place->name) &&
		    (has_serial || node != first || !is_serial_console(node))) {
			tree_remove(node);
			changed = true;
		}
	}
	return changed;
}

bool change_remove_attributes(xmlNode *root, const struct place *place)
{
	bool changed = false;

	for (size_t i = 0; i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);
		char *value = tree_get(node, place->attribute);

		if (tree_is_at(node, place->parent, place->name) && value) {
			tree_unset(node, place->attribute);
			changed = true;
		}
		free(value);
	}
	return changed;
}

/* Only where the interface is one of a switch. */
bool change_add_switch_attribute(xmlNode *root, const struct place *place)
{
	bool changed = false, group = strcmp(place->attribute, "portgroupid") == 0;

	for (size_t i = 0; i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);
		char *value = tree_get(node, place->attribute);
		char *type = tree_is_at(node, place->parent, place->name) ?
			     tree_get(node->parent, "type") : NULL;

		if (!value && type && strcmp(type, "vds") == 0) {
			tree_set(node, place->attribute, group ? NOBODY : "0");
			changed = true;
		}
		free(value);
		free(type);
	}
	return changed;
}

/* All six bytes, however they are spelt. */
static bool is_zero_mac(const char *text)
{
	return text[strspn(text, "0: \t\n")] == '\0' && strchr(text, '0');
}

bool change_forget_zero_macs(xmlNode *root, const struct place *place)
{
	bool changed = false;

	for (size_t i = 0; i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);
		char *value = tree_is_at(node, place->parent, place->name) ?
			      tree_get(node, place->attribute) : NULL;

		if (value && is_zero_mac(value)) {
			tree_unset(node, place->attribute);
			changed = true;
		}
		free(value);
	}
	return changed;
}

/* Into those of a type of which VMware has none either, but which 9.0.0 knows. */
bool change_rename_nvme(xmlNode *root, const struct place *place)
{
	bool changed = false;

	for (size_t i = 0; i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);
		char *type = tree_is_at(node, place->parent, place->name) ? tree_get(node, "type")
									  : NULL;

		if (type && strcmp(type, "nvme") == 0) {
			tree_set(node, "type", "ccid");
			changed = true;
		}
		free(type);
	}
	return changed;
}

/* All but those that are ours to look at. */
static bool is_our_address(xmlNode *address)
{
	static const char *const devices[] = { "disk", "controller", "interface" };
	char *type = tree_get(address, "type");
	bool ours = false;

	for (size_t i = 0; i < COUNT(devices); i++)
		ours = ours || tree_is_named(address->parent, devices[i]);
	ours = ours && (!type || strcmp(type, "pci") == 0 || strcmp(type, "drive") == 0);
	free(type);
	return ours;
}

bool change_remove_other_addresses(xmlNode *root, const struct place *place)
{
	bool changed = false;

	for (size_t i = tree_size(root) - 1; i > 0; i--) {
		xmlNode *node = tree_element(root, i);

		if (tree_is_named(node, place->name) && !is_our_address(node) &&
		    tree_is_named(node->parent->parent, place->parent)) {
			tree_remove(node);
			changed = true;
		}
	}
	return changed;
}

bool change_remove_pci_controllers(xmlNode *root, const struct place *place)
{
	bool changed = false;

	for (size_t i = tree_size(root) - 1; i > 0; i--) {
		xmlNode *node = tree_element(root, i);
		char *type = tree_is_at(node, place->parent, place->name) ? tree_get(node, "type")
									  : NULL;

		if (type && strcmp(type, "pci") == 0) {
			tree_remove(node);
			changed = true;
		}
		free(type);
	}
	return changed;
}

/* libvirt judges <uuid> as it will judge <hwuuid>. */
bool change_judge_hardware_uuid(xmlNode *root, const struct place *place)
{
	xmlNode *hardware = tree_child(root, place->name), *node;

	if (!hardware)
		return false;
	while ((node = tree_child(root, "uuid")))
		tree_remove(node);
	tree_rename(hardware, "uuid");
	return true;
}

/* As the root element of a namespace is libvirt's, too. */
bool change_leave_namespace(xmlNode *root, const struct place *place)
{
	bool is_in = root->ns && strcmp((const char *)root->ns->href, place->name) == 0;

	if (is_in)
		root->ns = NULL;
	return is_in;
}

bool change_remove_from_namespace(xmlNode *root, const struct place *place)
{
	bool changed = false;

	for (size_t i = tree_size(root) - 1; i > 0; i--) {
		xmlNode *node = tree_element(root, i);

		if (node->ns && strcmp((const char *)node->ns->href, place->name) == 0) {
			tree_remove(node);
			changed = true;
		}
	}
	return changed;
}

/* Which libvirt's parser drops: blanks around an element, without text before all of them. */
static bool is_dropped(const xmlNode *text, const xmlNode *element)
{
	const xmlNode *first = element->parent->children;

	return text && xmlIsBlankNode(text) &&
	       (first == text || first->type != XML_TEXT_NODE || xmlIsBlankNode(first));
}

bool change_remove_from_texts(xmlNode *root, const struct place *place)
{
	bool changed = false;

	for (size_t i = tree_size(root) - 1; i > 0; i--) {
		xmlNode *node = tree_element(root, i);

		if (tree_is_named(node, place->name)) {
			if (is_dropped(node->next, node))
				tree_remove(node->next);
			if (is_dropped(node->prev, node))
				tree_remove(node->prev);
			tree_remove(node);
			changed = true;
		}
	}
	return changed;
}

/*
 * Newer releases put implicit controllers where they would put explicit ones.  So libvirt
 * 9.0.0 gets all of them in the document.
 */

enum bus { SCSI, FDC, IDE, SATA, BUSES, NO_BUS = BUSES };

static const struct {
	const char *name;
	long places;		/* of disks, on a controller */
} buses[BUSES] = {
	[SCSI] = { "scsi", 15 }, [FDC] = { "fdc", 2 }, [IDE] = { "ide", 4 }, [SATA] = { "sata", 6 },
};

static enum bus bus_by_name(const char *name)
{
	enum bus bus = SCSI;

	while (bus < BUSES && strcmp(buses[bus].name, name) != 0)
		bus++;
	return bus;
}

static enum bus bus_of_target(const char *device, const char *target)
{
	static const struct {
		const char *prefix;
		enum bus bus;
	} prefixes[] = {
		{ "hd", IDE }, { "sd", SCSI }, { "vd", NO_BUS }, { "xvd", NO_BUS }, { "ubd", NO_BUS },
	};

	if (device && strcmp(device, "floppy") == 0)
		return FDC;
	for (size_t i = 0; target && i < COUNT(prefixes); i++) {
		if (strncmp(target, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
			return prefixes[i].bus;
	}
	return IDE;
}

/* -1: the name has no place. */
static long index_of_target(const char *target)
{
	long index = 0;

	if (!target || strlen(target) < 3)
		return -1;
	for (target += 2; *target >= 'a' && *target <= 'z'; target++)
		index = index * 26 + (*target - 'a' + 1);
	return index - 1;
}

/* -1: none. */
static long controller_of(xmlNode *disk, enum bus *ret_bus)
{
	xmlNode *target = tree_child(disk, "target"), *address = tree_child(disk, "address");
	char *name = target ? tree_get(target, "dev") : NULL;
	char *bus = target ? tree_get(target, "bus") : NULL;
	char *at = address ? tree_get(address, "controller") : NULL;
	char *device = tree_get(disk, "device");
	long controller = -1;

	*ret_bus = bus ? bus_by_name(bus) : bus_of_target(device, name);
	if (address)
		controller = at ? strtol(at, NULL, 10) : 0;
	else if (*ret_bus < BUSES && index_of_target(name) >= 0)
		controller = index_of_target(name) / buses[*ret_bus].places;
	free(name);
	free(bus);
	free(device);
	free(at);
	return controller;
}

/* Those that have no index get the lowest ones that are free. */
static bool has_controller(xmlNode *root, const char *type, long index)
{
	bool given[64] = { false };
	size_t without = 0, next = 0;

	for (size_t i = 0; i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);
		char *its_type = tree_get(node, "type"), *its_index = tree_get(node, "index");
		bool is_of_type = tree_is_at(node, "devices", "controller") &&
				  strcmp(its_type ? its_type : "ide", type) == 0;
		size_t number = its_index ? strtoul(its_index, NULL, 10) : COUNT(given);

		without += is_of_type && !its_index;
		if (is_of_type && number < COUNT(given))
			given[number] = true;
		free(its_type);
		free(its_index);
	}
	for (; without > 0; without--) {
		while (next < COUNT(given) && given[next])
			next++;
		if (next < COUNT(given))
			given[next] = true;
	}
	return index >= (long)COUNT(given) || given[index];
}

bool change_add_controllers(xmlNode *root, const struct place *place)
{
	long last[BUSES + 1] = { -1, -1, -1, -1, -1 };
	xmlNode *devices = tree_child(root, place->parent);
	bool changed = false;

	for (size_t i = 0; i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);
		enum bus bus;
		long controller = tree_is_at(node, "devices", "disk") ? controller_of(node, &bus)
								      : -1;

		if (controller >= 0 && controller > last[bus])
			last[bus] = controller;
	}
	for (enum bus bus = SCSI; devices && bus < BUSES; bus++) {
		for (long i = 0; i <= last[bus]; i++) {
			char index[24];
			xmlNode *controller;

			if (has_controller(root, buses[bus].name, i))
				continue;
			controller = tree_add(devices, place->name);
			snprintf(index, sizeof(index), "%ld", i);
			tree_set(controller, "type", buses[bus].name);
			tree_set(controller, "index", index);
			changed = true;
		}
	}
	return changed;
}
