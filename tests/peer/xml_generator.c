/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/xml_generator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/xml_grammar.h"
#include "peer/xml_tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct maker {
	struct chance *c;
	size_t odd;		/* one value in so many is odd; 0: none */
};

static bool is_odd(const struct maker *m)
{
	return m->odd > 0 && chance_one_in(m->c, m->odd);
}

static bool has_weight(const struct maker *m, unsigned int weight)
{
	return chance_below(m->c, 8) < weight;
}

/*
 * Values
 */

/* A new string. */
static char *make_text(const struct maker *m)
{
	size_t count = chance_below(m->c, 4) + 1;
	char *text = text_of_format("%s", "");

	for (size_t i = 0; i < count; i++) {
		const char *piece = chance_of_list(m->c, is_odd(m) ? xml_text_odd : xml_text_fine);
		char *longer = text_of_format("%s%s", text, piece);

		free(text);
		text = longer;
	}
	return text;
}

static char *make_value(const struct maker *m, enum xml_kind kind)
{
	const struct xml_values *values = &xml_values[kind];

	if (kind == X_TEXT)
		return make_text(m);
	return text_of_format("%s", chance_of_list(m->c, is_odd(m) ? values->odd : values->fine));
}

static void set_value(const struct maker *m, xmlNode *node, const struct attribute_rule *rule)
{
	char *value = make_value(m, rule->kind);

	tree_set(node, rule->name, value);
	free(value);
}

/*
 * Elements by the grammar
 */

static void shape(const struct maker *m, xmlNode *node);

static xmlNode *make_element(const struct maker *m, xmlNode *parent,
			     const struct element_rule *rule)
{
	xmlNode *node = tree_add(parent, rule->name);
	char *text;

	for (const struct attribute_rule *a = rule->attributes; a && a->name; a++) {
		if (has_weight(m, a->weight))
			set_value(m, node, a);
	}
	if (rule->text != NO_VALUE) {
		text = make_value(m, rule->text);
		tree_set_text(node, text);
		free(text);
	}
	for (const struct element_rule *r = rule->children; r && r->name; r++) {
		size_t count = r->most ? 1 + chance_below(m->c, r->most) : 1;

		/* what is always there is missed where oddities are wanted */
		if (!has_weight(m, r->weight) || (r->weight == 8 && is_odd(m)))
			continue;
		while (count-- > 0)
			make_element(m, node, r);
	}
	shape(m, node);
	return node;
}

/*
 * What has to go together
 */

static void set_number(xmlNode *node, const char *name, size_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", number);
	tree_set(node, name, text);
}

/* sda, ..., sdz, sdaa, ... */
static void set_target(xmlNode *target, const char *prefix, size_t index)
{
	char name[16];

	if (index < 26)
		snprintf(name, sizeof(name), "%s%c", prefix, (char)('a' + index));
	else
		snprintf(name, sizeof(name), "%s%c%c", prefix, (char)('a' + index / 26 - 1),
			 (char)('a' + index % 26));
	tree_set(target, "dev", name);
}

static const struct disk_recipe {
	const char *device, *type, *source;	/* source NULL: none, "": without a path */
	const char *policy;
} disk_recipes[] = {
	{ "disk", "file", "[ds] a.vmdk", NULL }, { "disk", "file", "/x/b.VMDK", NULL },
	{ "disk", NULL, "[ds] a & b/c.vmdk", NULL }, { NULL, "file", "[ds] d.vmdk", "mandatory" },
	{ "cdrom", "file", "[ds] e.iso", NULL }, { "cdrom", "file", NULL, NULL },
	{ "cdrom", "file", "", "optional" }, { "cdrom", "block", "/dev/cdrom", NULL },
	{ "cdrom", "block", "", "optional" }, { "cdrom", "block", NULL, NULL },
	{ "cdrom", "block", "", NULL },
	{ "lun", "block", "/dev/sr0", NULL }, { "lun", "block", "", "optional" },
	{ "lun", "block", "/vmfs/devices/cdrom/mpx.vmhba32:C0:T0:L0", NULL },
	{ "floppy", "file", "[ds] f.flp", NULL }, { "floppy", "block", "/dev/fd0", NULL },
	{ "floppy", "file", NULL, NULL }, { "floppy", "block", "", NULL },
};

static const struct disk_bus {
	const char *name, *prefix;
	size_t places, per_controller, per_bus;
} disk_buses[] = {
	{ "scsi", "sd", 60, 15, 15 }, { "ide", "hd", 4, 4, 2 }, { "fdc", "fd", 2, 2, 2 },
	{ "sata", "sd", 30, 6, 6 },
};

static void place_disk(const struct maker *m, xmlNode *disk, const struct disk_bus *bus)
{
	xmlNode *target = tree_child(disk, "target"), *address = tree_child(disk, "address");
	size_t index = chance_below(m->c, chance_one_in(m->c, 3) ? bus->places + 2 : 3);
	size_t unit = index % bus->per_bus;

	if (target) {
		set_target(target, bus->prefix, index);
		if (!chance_one_in(m->c, 4))
			tree_set(target, "bus", bus->name);
	}
	if (!address)
		return;
	set_number(address, "controller", index / bus->per_controller);
	set_number(address, "bus", index % bus->per_controller / bus->per_bus);
	set_number(address, "unit", unit >= 7 && bus->per_bus == 15 ? unit + 1 : unit);
}

static void shape_disk(const struct maker *m, xmlNode *disk)
{
	const struct disk_recipe *recipe = &disk_recipes[chance_below(m->c, COUNT(disk_recipes))];
	const struct disk_bus *bus = &disk_buses[chance_below(m->c, 2)];
	xmlNode *source = tree_child(disk, "source"), *driver = tree_child(disk, "driver");
	bool block = recipe->type && strcmp(recipe->type, "block") == 0;

	if (recipe->device)
		tree_set(disk, "device", recipe->device);
	if (recipe->type)
		tree_set(disk, "type", recipe->type);
	if (recipe->device && strcmp(recipe->device, "floppy") == 0)
		bus = &disk_buses[2];
	else if (is_odd(m))
		bus = &disk_buses[3];
	place_disk(m, disk, bus);
	if (driver && chance_one_in(m->c, 3))
		tree_set(driver, "name", chance_of_list(m->c, xml_values[X_DRIVER].fine));
	if (!source)
		return;
	if (!recipe->source) {
		tree_remove(source);
		return;
	}
	if (*recipe->source)
		tree_set(source, block ? "dev" : "file", recipe->source);
	if (recipe->policy)
		tree_set(source, "startupPolicy", recipe->policy);
}

static void shape_controller(const struct maker *m, xmlNode *controller)
{
	char *type = tree_get(controller, "type");

	if ((type && strcmp(type, "scsi") == 0 && !chance_one_in(m->c, 3)) || is_odd(m))
		tree_set(controller, "model", chance_of_list(m->c, xml_values[X_SCSI_MODEL].fine));
	free(type);
}

static void shape_interface(const struct maker *m, xmlNode *interface)
{
	static const struct {
		const char *type;
		struct attribute_rule source[4];
	} kinds[] = {
		{ "bridge", { { "bridge", X_TEXT, 8 } } },
		{ "user", { { NULL, NO_VALUE, 0 } } },
		{ "null", { { NULL, NO_VALUE, 0 } } },
		{ "vds", { { "switchid", X_UUID, 8 }, { "portid", X_C_INTEGER, 6 },
			   { "portgroupid", X_TEXT, 6 }, { "connectionid", X_C_INTEGER, 6 } } },
	};
	size_t kind = chance_one_in(m->c, 2) ? 0 : chance_below(m->c, COUNT(kinds));
	xmlNode *source = tree_child(interface, "source");

	if (kind != 1 || chance_one_in(m->c, 2))
		tree_set(interface, "type", kinds[kind].type);
	for (size_t i = 0; source && i < 4 && kinds[kind].source[i].name; i++) {
		if (has_weight(m, kinds[kind].source[i].weight))
			set_value(m, source, &kinds[kind].source[i]);
	}
}

static void shape_port(const struct maker *m, xmlNode *port)
{
	static const struct attribute_rule socket[] = {
		{ "host", X_HOST, 8 }, { "service", X_SERVICE, 8 }, { "mode", X_PORT_MODE, 6 },
	};
	bool parallel = strcmp((const char *)port->name, "parallel") == 0;
	const char *type = chance_of_list(m->c, parallel ? LIST("file", "dev")
							 : xml_values[X_PORT_TYPE].fine);
	xmlNode *source = tree_child(port, "source");

	tree_set(port, "type", type);
	if (!source)
		return;
	if (strcmp(type, "tcp") != 0) {
		char *path = chance_one_in(m->c, 2) ? make_text(m) : text_of_format("%s", "[ds] port");

		tree_set(source, "path", path);
		free(path);
		return;
	}
	for (size_t i = 0; i < COUNT(socket); i++) {
		if (has_weight(m, socket[i].weight))
			set_value(m, source, &socket[i]);
	}
}

static void shape_graphics(const struct maker *m, xmlNode *graphics)
{
	xmlNode *listen = tree_child(graphics, "listen");
	const char *address = chance_of_list(m->c, xml_values[X_ADDRESS].fine);

	if (chance_one_in(m->c, 2))
		tree_set(graphics, "listen", address);
	if (listen && chance_one_in(m->c, 2))
		tree_set(listen, "address", address);
}

/* sockets times cores is the number of CPUs, which stands in front of <cpu>. */
static void shape_cpu(const struct maker *m, xmlNode *cpu)
{
	xmlNode *topology = tree_child(cpu, "topology"), *vcpu = tree_child(cpu->parent, "vcpu");
	char *text = vcpu ? tree_text(vcpu) : NULL;
	size_t cpus = text ? strtoul(text, NULL, 10) : 1, cores = 1 + chance_below(m->c, 4);

	free(text);
	if (!topology)
		return;
	while (cpus % cores != 0)
		cores--;
	set_number(topology, "sockets", cpus / cores);
	set_number(topology, "cores", cores);
}

static void shape_memory(const struct maker *m, xmlNode *memory)
{
	/* above what <currentMemory> mostly says, so that both count */
	if (chance_one_in(m->c, 2)) {
		tree_set_text(memory, "2097152");
		tree_set(memory, "unit", "KiB");
	}
}

static const struct {
	const char *name;
	void (*shape)(const struct maker *m, xmlNode *node);
} shapes[] = {
	{ "disk", shape_disk }, { "controller", shape_controller },
	{ "interface", shape_interface }, { "serial", shape_port }, { "parallel", shape_port },
	{ "console", shape_port }, { "graphics", shape_graphics }, { "cpu", shape_cpu },
	{ "memory", shape_memory },
};

static void shape(const struct maker *m, xmlNode *node)
{
	for (size_t i = 0; i < COUNT(shapes); i++) {
		if (strcmp(shapes[i].name, (const char *)node->name) == 0 && !is_odd(m))
			shapes[i].shape(m, node);
	}
}

/*
 * Mutations
 */

/* The rule of an element, by the names of those it is in. */
static const struct element_rule *rule_of(const xmlNode *node)
{
	if (!node->parent || node->parent->type != XML_ELEMENT_NODE)
		return strcmp((const char *)node->name, "domain") == 0 ? &domain_rule : NULL;
	return find_rule(rule_of(node->parent), (const char *)node->name);
}

static const struct attribute_rule *choose_attribute(const struct maker *m,
						     const struct element_rule *rule)
{
	size_t count = 0;

	while (rule && rule->attributes && rule->attributes[count].name)
		count++;
	return count > 0 ? &rule->attributes[chance_below(m->c, count)] : NULL;
}

static void change_attribute(const struct maker *m, xmlNode *node)
{
	const struct attribute_rule *rule = choose_attribute(m, rule_of(node));

	if (rule)
		set_value(m, node, rule);
}

static void remove_attribute(const struct maker *m, xmlNode *node)
{
	const struct attribute_rule *rule = choose_attribute(m, rule_of(node));

	if (rule)
		tree_unset(node, rule->name);
}

static void change_text(const struct maker *m, xmlNode *node)
{
	const struct element_rule *rule = rule_of(node);
	char *text;

	if (!rule || rule->text == NO_VALUE)
		return;
	text = make_value(m, rule->text);
	tree_set_text(node, text);
	free(text);
}

static void remove_element(const struct maker *m, xmlNode *node)
{
	(void)m;
	if (node->parent->type == XML_ELEMENT_NODE)
		tree_remove(node);
}

/* Once more, in front of itself or at the end, and maybe with another value. */
static void repeat_element(const struct maker *m, xmlNode *node)
{
	xmlNode *copy;

	if (node->parent->type != XML_ELEMENT_NODE)
		return;
	copy = tree_copy(node, chance_one_in(m->c, 2));
	if (chance_one_in(m->c, 2))
		change_attribute(m, copy);
	if (chance_one_in(m->c, 2))
		change_text(m, copy);
}

static void add_element(const struct maker *m, xmlNode *node)
{
	const struct element_rule *rule = rule_of(node);
	size_t count = 0;

	while (rule && rule->children && rule->children[count].name)
		count++;
	if (count > 0)
		make_element(m, node, &rule->children[chance_below(m->c, count)]);
}

/* Children in another order. */
static void shuffle_children(const struct maker *m, xmlNode *node)
{
	size_t count = tree_count(node);

	for (size_t i = 0; i < count; i++)
		tree_move_to_end(node, chance_below(m->c, count));
}

/* What the parser keeps apart, and a reader has to put together, or not. */
static void break_text(const struct maker *m, xmlNode *node)
{
	const char *const *const pieces =
		LIST("<!-- c -->", "<?x y?>", "<![CDATA[]]>", "<![CDATA[1]]>", "<z/>", "<z>1</z>", " ", "1",
		     "\n");

	tree_add_xml(node, chance_of_list(m->c, pieces), chance_one_in(m->c, 2));
}

static void rename_element(const struct maker *m, xmlNode *node)
{
	if (chance_one_in(m->c, 2))
		tree_rename(node, chance_of_list(m->c, LIST("Disk", "source", "target", "model", "type",
							    "address", "x")));
	else
		tree_put_in_namespace(node);
}

static void add_rider(const struct maker *m, xmlNode *node)
{
	bool device = strcmp((const char *)node->name, "devices") == 0, odd = is_odd(m);
	const char *const *riders = device ? odd ? xml_odd_device_riders : xml_device_riders
					   : odd ? xml_odd_domain_riders : xml_domain_riders;

	if (device || strcmp((const char *)node->name, "domain") == 0)
		tree_add_xml(node, chance_of_list(m->c, riders), chance_one_in(m->c, 2));
}

/* Riders have little chance among all elements. */
static void add_rider_below(const struct maker *m, xmlNode *node)
{
	while (node->parent->type == XML_ELEMENT_NODE)
		node = node->parent;
	if (chance_one_in(m->c, 2) && tree_child(node, "devices"))
		node = tree_child(node, "devices");
	add_rider(m, node);
}

static const struct {
	void (*mutate)(const struct maker *m, xmlNode *node);
	size_t weight;
} mutations[] = {
	{ change_attribute, 12 }, { remove_attribute, 4 }, { change_text, 4 }, { remove_element, 3 },
	{ repeat_element, 4 }, { add_element, 6 }, { shuffle_children, 2 }, { break_text, 1 },
	{ rename_element, 1 }, { add_rider_below, 2 },
};

static void mutate_once(const struct maker *m, xmlNode *root)
{
	size_t total = 0, at, i = 0;

	for (i = 0; i < COUNT(mutations); i++)
		total += mutations[i].weight;
	at = chance_below(m->c, total);
	for (i = 0; at >= mutations[i].weight; i++)
		at -= mutations[i].weight;
	mutations[i].mutate(m, tree_element(root, chance_below(m->c, tree_size(root))));
}

/*
 * Documents
 */

/* Some of the list, none of them twice. */
static void put_some_riders(const struct maker *m, xmlNode *node, const char *const *riders)
{
	size_t step = 1 + chance_below(m->c, 9), i = chance_below(m->c, step);

	for (const char *const *r = riders; *r; r++, i++) {
		if (i % step == 0)
			tree_add_xml(node, *r, chance_one_in(m->c, 2));
	}
}

static void put_riders(const struct maker *m, xmlNode *root)
{
	xmlNode *devices = tree_child(root, "devices");

	put_some_riders(m, root, xml_domain_riders);
	if (devices)
		put_some_riders(m, devices, xml_device_riders);
}

/* What few machines have, and only with firmware for it. */
static void put_firmware(const struct maker *m, xmlNode *root)
{
	xmlNode *os = tree_child(root, "os"), *devices = tree_child(root, "devices");

	if (!os || !devices || tree_child(os, "nvram"))
		return;
	tree_set(os, "firmware", "efi");
	if (chance_one_in(m->c, 2))
		make_element(m, os, find_rule(find_rule(&domain_rule, "os"), "nvram"));
	if (chance_one_in(m->c, 2))
		make_element(m, devices, find_rule(find_rule(&domain_rule, "devices"), "tpm"));
}

static void shuffle_some(const struct maker *m, xmlNode *root)
{
	shuffle_children(m, root);
	for (size_t i = 0; i < tree_size(root); i++) {
		if (chance_one_in(m->c, 3))
			shuffle_children(m, tree_element(root, i));
	}
}

/* Models of controllers that no VMware machine has are nobody's business here. */
static void neutralise(xmlNode *root)
{
	for (size_t i = 0; i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);
		char *type = tree_get(node, "type");

		if (strcmp((const char *)node->name, "controller") == 0 && type &&
		    !strstr("scsi ide sata fdc", type))
			tree_unset(node, "model");
		free(type);
	}
}

static void print(const struct maker *m, xmlDoc *document, struct blob *ret)
{
	static const size_t odd_spellings[] = { 0, 0, 0, 100, 20, 5 };

	neutralise(xmlDocGetRootElement(document));
	tree_print(document, m->c, odd_spellings[chance_below(m->c, COUNT(odd_spellings))], ret);
}

void generate_domain(struct chance *c, struct blob *ret)
{
	static const size_t odds[] = { 0, 0, 400, 200, 100, 50, 25, 8 };
	struct maker m = { c, odds[chance_below(c, COUNT(odds))] };
	xmlDoc *document = tree_new();
	xmlNode *root = make_element(&m, (xmlNode *)document, &domain_rule);

	if (chance_one_in(c, 2))
		put_riders(&m, root);
	if (chance_one_in(c, 30))
		put_firmware(&m, root);
	if (chance_one_in(c, 4))
		shuffle_some(&m, root);
	m.odd = 3;
	for (size_t count = chance_below(c, 6); count > 3; count--)
		mutate_once(&m, root);
	print(&m, document, ret);
	xmlFreeDoc(document);
}

void mutate_domain(struct chance *c, struct blob *document)
{
	struct maker m = { c, 3 };
	xmlDoc *tree = tree_parse(document);
	xmlNode *root = tree ? xmlDocGetRootElement(tree) : NULL;

	if (!root) {
		xmlFreeDoc(tree);
		return;
	}
	for (size_t count = 1 + chance_below(c, 3); count > 0; count--)
		mutate_once(&m, root);
	blob_release(document);
	print(&m, tree, document);
	xmlFreeDoc(tree);
}

/*
 * Reducing
 */

/* The document without element number i, or without one of its attributes. */
static bool print_without(const struct blob *document, size_t element, size_t attribute,
			  struct blob *ret)
{
	struct chance none = { 0 };
	xmlDoc *tree = tree_parse(document);
	xmlNode *root = tree ? xmlDocGetRootElement(tree) : NULL;
	bool there = root && element < tree_size(root);

	if (there && attribute > 0)
		there = tree_unset_number(tree_element(root, element), attribute - 1);
	else if (there && element > 0)
		tree_remove(tree_element(root, element));
	if (there)
		tree_print(tree, &none, 0, ret);
	xmlFreeDoc(tree);
	return there;
}

bool reduce_elements(struct blob *document, bool (*differs)(const struct blob *smaller))
{
	bool reduced = false, there = true;
	struct blob less;

	for (size_t element = 0; there; element++) {
		there = false;
		for (size_t i = 0; print_without(document, element, i, &less); i++) {
			there = true;
			if (less.length < document->length && differs(&less)) {
				blob_release(document);
				*document = less;
				reduced = true;
			} else {
				blob_release(&less);
			}
		}
	}
	return reduced;
}
