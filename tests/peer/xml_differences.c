/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/xml_differences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/xml_changes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * not asked  libvirt would take gigabytes, or crash
 * newer      libvirt has changed since 9.0.0; "by" stands where its release notes are
 *            silent: the release is the first that is known to do it
 * limit      ours, and documented
 * foreign    libvirt looks at what VMware does not have, and finds it wrong
 * spelling   of XML, which nobody uses: there libvirt does not follow the standard
 */
enum row {
	CPUS, CONTROLLERS, LONG_NAMES, ISA_PORTS,
	NO_PORT, NO_GROUP, NO_CONNECTION, ZERO_PORT, ZERO_CONNECTION,
	SHARES, CLUSTERS, CONTROLLER_PLACE, ZERO_MAC, NVME, NVRAM, TPM, NO_TPM, HARDWARE_UUID,
	DOCTYPE, MEMORY,
	BOOT, SOUND, BALLOON, INPUT, FEATURES, SLEEP, CLOCK, CHANNEL, VRAM64, CONSOLE, HUB,
	PANIC, WATCHDOG, HOST_LIMIT, LOADER, FORMAT, ENDING, ADDRESS, PCI_BUS,
	ENCODING, NAMESPACE, TEXT,
	ROWS
};

static const struct known_row rows[ROWS] = {
	[CPUS] = { .why = "not asked, takes too much memory: numbers of CPUs" },
	[CONTROLLERS] = { .why = "not asked, takes too much memory: numbers of controllers" },
	[LONG_NAMES] = {
		.why = "not asked, takes too much memory: controllers for long target names" },
	[ISA_PORTS] = {
		.why = "not asked, libvirt crashes: ISA serial ports with a number below -1",
		.rare = "takes two odd attributes in one element",
	},
	[NO_PORT] = { .why = "newer, by 11.3.0: <source> of a switch without portid" },
	[NO_GROUP] = { .why = "newer, by 11.3.0: <source> of a switch without portgroupid" },
	[NO_CONNECTION] = { .why = "newer, by 11.3.0: <source> of a switch without connectionid" },
	[ZERO_PORT] = { .why = "newer, by 11.3.0: port 0 of a switch is not written" },
	[ZERO_CONNECTION] = { .why = "newer, by 11.3.0: connection 0 of a switch is not written" },
	[SHARES] = { .why = "newer, by 11.3.0: any number of shares" },
	[CLUSTERS] = { .why = "newer, 10.1.0: clusters of CPUs" },
	[CONTROLLER_PLACE] = {
		.why = "newer, by 11.3.0: the place of implicit controllers in the list" },
	[ZERO_MAC] = { .why = "newer, by 11.3.0: an address of zeros is one to be made up" },
	[NVME] = { .why = "newer, 11.5.0: NVMe controllers" },
	[NVRAM] = { .why = "newer, by 12.4.0: nvram is written" },
	[TPM] = { .why = "newer, by 12.4.0: a TPM is written" },
	[NO_TPM] = { .why = "newer, by 12.4.0: TPMs that VMware does not have" },
	[HARDWARE_UUID] = { .why = "newer, 12.4.0: a malformed <hwuuid>" },
	[DOCTYPE] = { .why = "limit: document types" },
	[MEMORY] = { .why = "limit: amounts of memory" },
	[BOOT] = { .why = "foreign: the order of booting" },
	[SOUND] = { .why = "foreign: sound" },
	[BALLOON] = { .why = "foreign: balloons" },
	[INPUT] = { .why = "foreign: input" },
	[FEATURES] = { .why = "foreign: features" },
	[SLEEP] = { .why = "foreign: sleep" },
	[CLOCK] = { .why = "foreign: clocks" },
	[CHANNEL] = { .why = "foreign: channels" },
	[VRAM64] = { .why = "foreign: memory of other graphics cards" },
	[CONSOLE] = { .why = "foreign: consoles that are no ports" },
	[HUB] = { .why = "foreign: hubs" },
	[PANIC] = { .why = "foreign: panic devices" },
	[WATCHDOG] = { .why = "foreign: watchdogs" },
	[HOST_LIMIT] = { .why = "foreign: limits of memory on the host" },
	[LOADER] = { .why = "foreign: loaders" },
	[FORMAT] = { .why = "foreign: formats of images" },
	[ENDING] = { .why = "foreign: what happens in the end" },
	[ADDRESS] = { .why = "foreign: addresses of other devices" },
	[PCI_BUS] = { .why = "foreign: PCI buses", .rare = "takes an index above 255" },
	[ENCODING] = { .why = "spelling: any XML is UTF-8, whatever it declares" },
	[NAMESPACE] = { .why = "spelling: elements of another namespace are libvirt's" },
	[TEXT] = { .why = "spelling: the text of an element is all text in it" },
};

const struct known_row *xml_known_row(size_t number)
{
	return number < ROWS ? &rows[number] : NULL;
}

/*
 * What is not asked: numbers for which libvirt gets memory, gigabytes of it, before it
 * looks whether they make sense; and it ends the process where there is not so much, and
 * with one of them always.
 */
#define NUMBER_ASKED 20000

static bool is_large_number(const char *text)
{
	return strtoull(text, NULL, 10) > NUMBER_ASKED || strtoull(text, NULL, 0) > NUMBER_ASKED;
}

/* A name such as sdaaaa: places, and controllers for them, are counted from its letters. */
static bool is_long_name(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz") > 5;
}

/*
 * The number of an ISA serial port is an index, and what is above 2147483647 is below 0; -1
 * stands for none.
 */
static bool is_port_below(const char *text)
{
	return (int32_t)(uint32_t)strtoll(text, NULL, 10) < -1;
}

static const struct {
	const char *element, *attribute;	/* attribute NULL: the text */
	bool (*is_too_much)(const char *text);
	enum row row;
	const char *type;	/* its attribute type; NULL: any */
} too_much[] = {
	{ "vcpu", NULL, is_large_number, CPUS, NULL },
	{ "vcpu", "current", is_large_number, CPUS, NULL },
	{ "controller", "index", is_large_number, CONTROLLERS, NULL },
	{ "address", "controller", is_large_number, CONTROLLERS, NULL },
	{ "target", "dev", is_long_name, LONG_NAMES, NULL },
	{ "target", "port", is_port_below, ISA_PORTS, "isa-serial" },
};

static bool is_too_much(xmlNode *node, size_t row)
{
	const char *wanted = too_much[row].type;
	char *text = too_much[row].attribute ? tree_get(node, too_much[row].attribute)
					     : tree_text(node);
	char *type = tree_get(node, "type");
	bool found = strcmp((const char *)node->name, too_much[row].element) == 0 && text &&
		     (!wanted || (type && strcmp(type, wanted) == 0)) &&
		     too_much[row].is_too_much(text);

	free(text);
	free(type);
	return found;
}

bool xml_may_ask(const struct blob *xml, bool known[KNOWN_MAX])
{
	xmlDoc *document = tree_parse(xml);
	xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
	bool found = false;

	for (size_t i = 0; root && !found && i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);

		for (size_t j = 0; !found && j < COUNT(too_much); j++) {
			found = is_too_much(node, j);
			known[too_much[j].row] = found;
		}
	}
	xmlFreeDoc(document);
	return !found;
}

/*
 * Asking otherwise
 */

#define ANY ""

static const struct change {
	enum row row;
	/* Parts of what both say; NULL: that side takes the document; ANY: whatever it does */
	const char *ours, *theirs;
	bool is_ours;		/* the document that is changed */
	bool (*change)(xmlNode *root, const struct place *place);
	struct place place;
} changes[] = {
	{ NO_PORT, ANY, "'portid' in element 'source'", false, change_add_switch_attribute,
	  { "interface", "source", "portid" } },
	{ NO_GROUP, ANY, "'portgroupid' in element 'source'", false, change_add_switch_attribute,
	  { "interface", "source", "portgroupid" } },
	{ NO_CONNECTION, ANY, "'connectionid' in element 'source'", false, change_add_switch_attribute,
	  { "interface", "source", "connectionid" } },
	{ CLUSTERS, "/cpu/topology", ANY, true, change_remove_attributes,
	  { "cpu", "topology", "clusters" } },
	{ NVME, ANY, "attribute 'type' in element 'controller': 'nvme'", false, change_rename_nvme,
	  { "devices", "controller", NULL } },
	{ HARDWARE_UUID, "hwuuid", NULL, false, change_judge_hardware_uuid,
	  { NULL, "hwuuid", NULL } },

	{ BOOT, ANY, "in element 'boot'", false, change_remove_elements, { "os", "boot", NULL } },
	{ SOUND, ANY, "in element 'sound'", false, change_remove_elements,
	  { "devices", "sound", NULL } },
	{ BALLOON, ANY, "in element 'memballoon'", false, change_remove_elements,
	  { "devices", "memballoon", NULL } },
	{ BALLOON, ANY, "only a single memory balloon", false, change_remove_elements,
	  { "devices", "memballoon", NULL } },
	{ INPUT, ANY, "input device type", false, change_remove_elements,
	  { "devices", "input", NULL } },
	{ INPUT, ANY, "input bus type", false, change_remove_elements,
	  { "devices", "input", NULL } },
	{ FEATURES, ANY, "unexpected feature", false, change_remove_elements,
	  { "domain", "features", NULL } },
	{ SLEEP, ANY, "in element 'suspend-to-mem'", false, change_remove_elements,
	  { "domain", "pm", NULL } },
	{ CLOCK, ANY, "unknown clock offset", false, change_remove_elements,
	  { "domain", "clock", NULL } },
	{ CHANNEL, ANY, "specified for character device", false, change_remove_elements,
	  { "devices", "channel", NULL } },
	{ CHANNEL, ANY, "host for character device", false, change_remove_elements,
	  { "devices", "channel", NULL } },
	{ CHANNEL, ANY, "channel device", false, change_remove_elements,
	  { "devices", "channel", NULL } },
	{ VRAM64, ANY, "vram64 attribute only", false, change_remove_attributes,
	  { "video", "model", "vram64" } },
	{ VRAM64, ANY, "cannot parse video vram64", false, change_remove_attributes,
	  { "video", "model", "vram64" } },
	{ VRAM64, ANY, "vgamem attribute only", false, change_remove_attributes,
	  { "video", "model", "vgamem" } },
	{ VRAM64, ANY, "ram attribute only", false, change_remove_attributes,
	  { "video", "model", "ram" } },
	{ CONSOLE, ANY, "device type only supports", false, change_remove_consoles,
	  { "devices", "console", NULL } },
	{ CONSOLE, ANY, "attribute for char device", false, change_remove_consoles,
	  { "devices", "console", NULL } },
	{ HUB, ANY, "hub device type", false, change_remove_elements, { "devices", "hub", NULL } },
	{ PANIC, ANY, "Multiple panic devices", false, change_remove_elements,
	  { "devices", "panic", NULL } },
	{ PANIC, ANY, "unknown panic model", false, change_remove_elements,
	  { "devices", "panic", NULL } },
	{ WATCHDOG, ANY, "watchdog", false, change_remove_elements,
	  { "devices", "watchdog", NULL } },
	{ HOST_LIMIT, ANY, "_limit[1]'", false, change_remove_elements,
	  { "memtune", "hard_limit", NULL } },
	{ HOST_LIMIT, ANY, "_limit[1]'", false, change_remove_elements,
	  { "memtune", "soft_limit", NULL } },
	{ HOST_LIMIT, ANY, "value too large", false, change_remove_elements,
	  { "memtune", "hard_limit", NULL } },
	{ HOST_LIMIT, ANY, "value too large", false, change_remove_elements,
	  { "memtune", "soft_limit", NULL } },
	{ HOST_LIMIT, ANY, "unknown suffix", false, change_remove_elements,
	  { "memtune", "hard_limit", NULL } },
	{ HOST_LIMIT, ANY, "unknown suffix", false, change_remove_elements,
	  { "memtune", "soft_limit", NULL } },
	{ LOADER, ANY, "loader ", false, change_remove_elements, { "os", "loader", NULL } },
	{ FORMAT, ANY, "unknown driver format value", false, change_remove_attributes,
	  { "disk", "driver", "type" } },
	{ ENDING, ANY, "unknown on_poweroff", false, change_remove_elements,
	  { "domain", "on_poweroff", NULL } },
	{ ENDING, ANY, "unknown on_reboot", false, change_remove_elements,
	  { "domain", "on_reboot", NULL } },
	{ ENDING, ANY, "unknown on_crash", false, change_remove_elements,
	  { "domain", "on_crash", NULL } },
	{ ADDRESS, ANY, "address", false, change_remove_other_addresses,
	  { "devices", "address", NULL } },

	{ PCI_BUS, ANY, "PCI controller index", false, change_remove_pci_controllers,
	  { "devices", "controller", NULL } },

	{ ZERO_MAC, NULL, NULL, false, change_forget_zero_macs, { "interface", "mac", "address" } },
	{ CONTROLLER_PLACE, NULL, NULL, false, change_add_controllers,
	  { "devices", "controller", NULL } },
	{ CONTROLLER_PLACE, NULL, "Inconsistent SCSI controller model", false, change_add_controllers,
	  { "devices", "controller", NULL } },
	{ CONTROLLER_PLACE, NULL, "attribute 'model' of entry 'controller'", false,
	  change_add_controllers,
	  { "devices", "controller", NULL } },
	{ CONTROLLER_PLACE, "contradicts the controller's model", NULL, false, change_add_controllers,
	  { "devices", "controller", NULL } },

	{ NAMESPACE, "of another namespace, not <domain>", NULL, true, change_leave_namespace,
	  { NULL, "urn:nobody", NULL } },
	{ NAMESPACE, ANY, ANY, false, change_remove_from_namespace, { NULL, "urn:nobody", NULL } },
	{ TEXT, ANY, ANY, false, change_remove_from_texts, { NULL, "z", NULL } },
};

static bool is_part(const char *part, const char *text)
{
	if (!part)
		return !text;
	return !*part || (text && strstr(text, part));
}

static void print(xmlDoc *document, struct blob *ret)
{
	blob_release(ret);
	tree_dump(document, ret);
}

/* False: the document is not well-formed, or there is nothing to change. */
static bool change_document(struct blob *document, const struct change *change)
{
	xmlDoc *tree = change->is_ours ? tree_parse_declared(document) : tree_parse(document);
	xmlNode *root = tree ? xmlDocGetRootElement(tree) : NULL;
	bool changed = root && change->change(root, &change->place);

	if (changed)
		print(tree, document);
	xmlFreeDoc(tree);
	return changed;
}

static bool change_one(struct xml_question *q, const char *our_message,
		       const char *their_message, bool known[KNOWN_MAX])
{
	for (size_t i = 0; i < COUNT(changes); i++) {
		const struct change *c = &changes[i];

		if (is_part(c->ours, our_message) && is_part(c->theirs, their_message) &&
		    change_document(c->is_ours ? &q->ours : &q->theirs, c))
			return known[c->row] = true;
	}
	return false;
}

/*
 * What takes more than one element
 */

static xmlNode *root_of(xmlDoc *document)
{
	return document ? xmlDocGetRootElement(document) : NULL;
}

/* Only we read what the declaration says; so libvirt gets that as UTF-8. */
static bool convert_declared(struct xml_question *q)
{
	xmlDoc *plain = tree_parse(&q->theirs), *declared = tree_parse_declared(&q->theirs);
	struct blob as_plain = { NULL, 0 }, as_declared = { NULL, 0 };
	bool differs;

	if (plain)
		print(plain, &as_plain);
	if (declared)
		print(declared, &as_declared);
	differs = as_plain.data && as_declared.data ? !blob_equal(&as_plain, &as_declared)
						    : as_plain.data || as_declared.data;
	xmlFreeDoc(plain);
	xmlFreeDoc(declared);
	blob_release(&as_plain);
	if (!differs) {
		blob_release(&as_declared);
		return false;
	}
	blob_release(&q->theirs);
	/* what is no text in its encoding is no XML */
	q->theirs = as_declared.data ? as_declared : (struct blob){ text_of_format("%s", "?"), 1 };
	return true;
}

static bool remove_doctype(struct xml_question *q)
{
	char *at = strstr(q->ours.data, "<!DOCTYPE"), *end = at ? strchr(at, '>') : NULL;

	if (!end)
		return false;
	memmove(at, end + 1, strlen(end + 1) + 1);
	q->ours.length = strlen(q->ours.data);
	return true;
}

#define MEMORY_MOST_KIB ((double)(1ull << 50))

/* In KiB, more or less; libvirt's units begin with the letters of the powers. */
static double amount_of(xmlNode *memory)
{
	static const char powers[] = "kmgtpe";
	char *text = memory ? tree_text(memory) : NULL;
	char *unit = memory ? tree_get(memory, "unit") : NULL;
	double amount = text ? strtod(text, NULL) : 0;
	const char *power = unit && *unit ? strchr(powers, *unit | ' ') : powers;

	amount *= power ? 1.0 : 1.0 / 1024;
	for (; power && power > powers; power--)
		amount *= 1024;
	free(text);
	free(unit);
	return amount;
}

/* Both get less than our limit. */
static bool take_less_memory(struct xml_question *q)
{
	struct blob *documents[] = { &q->ours, &q->theirs };
	bool changed = false;

	for (size_t i = 0; i < COUNT(documents); i++) {
		xmlDoc *tree = i == 0 ? tree_parse_declared(documents[i]) : tree_parse(documents[i]);
		xmlNode *memory = tree ? tree_child(root_of(tree), "memory") : NULL;

		if (amount_of(memory) >= MEMORY_MOST_KIB) {
			tree_set_text(memory, "1048576");
			tree_unset(memory, "unit");
			print(tree, documents[i]);
			changed = true;
		}
		xmlFreeDoc(tree);
	}
	return changed;
}

/* What is of another namespace, or in something that is, is not ours. */
static bool is_ours(const xmlNode *node)
{
	while (node && node->type == XML_ELEMENT_NODE && !node->ns)
		node = node->parent;
	return node && node->type != XML_ELEMENT_NODE;
}

/* The first element of the name in any element of the other one, of which there may be more. */
static xmlNode *find_at(xmlNode *root, const char *parent, const char *name)
{
	for (size_t i = 0; root && i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);

		if (tree_is_at(node, parent, name) && node->parent->parent == root && is_ours(node))
			return node;
	}
	return NULL;
}

/* Whether the first of the elements that say something about it says that it is EFI. */
static bool has_efi(xmlNode *root)
{
	for (size_t i = 0; root && i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);
		char *firmware = tree_is_named(node, "os") && node->parent == root && is_ours(node) ?
				 tree_get(node, "firmware") : NULL;
		bool is_efi = firmware && strcmp(firmware, "efi") == 0, is_last = firmware != NULL;

		free(firmware);
		if (is_last)
			return is_efi;
	}
	return false;
}

static bool is_attribute(xmlNode *node, const char *name, const char *value)
{
	char *its = node ? tree_get(node, name) : NULL;
	bool is = its && strcmp(its, value) == 0;

	free(its);
	return is;
}

/* Whether VMware has the TPM that the document wants: all of the rules of newer releases. */
static bool has_good_tpm(const struct xml_question *q)
{
	xmlDoc *tree = tree_parse_declared(&q->ours);
	xmlNode *root = root_of(tree), *tpm = find_at(root, "devices", "tpm");
	xmlNode *backend = tree_child(tpm, "backend");
	size_t count = 0;
	bool good;

	for (size_t i = 0; root && i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);

		count += tree_is_at(node, "devices", "tpm") && is_ours(node);
	}
	good = count == 1 && tpm && q->settings->hardware_version >= 14 &&
	       has_efi(root) &&
	       is_attribute(tpm, "model", "tpm-crb") && is_attribute(backend, "type", "emulator") &&
	       is_attribute(backend, "version", "2.0");
	xmlFreeDoc(tree);
	return good;
}

static bool forget_tpm(struct xml_question *q)
{
	static const struct change forget = {
		NO_TPM, NULL, NULL, true, change_remove_elements, { "devices", "tpm", NULL },
	};

	return !has_good_tpm(q) && change_document(&q->ours, &forget);
}

/* A number that 9.0.0 takes, and that is no multiple of 500. */
#define SHARES_ASKED "777"

static bool take_other_shares(struct xml_question *q)
{
	xmlDoc *tree = tree_parse(&q->theirs);
	xmlNode *shares = find_at(root_of(tree), "cputune", "shares");
	bool changed = shares && !q->shares;

	if (changed) {
		q->shares = tree_text(shares);
		tree_set_text(shares, SHARES_ASKED);
		print(tree, &q->theirs);
	}
	xmlFreeDoc(tree);
	return changed;
}

static const struct {
	enum row row;
	const char *ours, *theirs;
	bool (*change)(struct xml_question *q);
} larger_changes[] = {
	{ ENCODING, ANY, ANY, convert_declared },
	{ DOCTYPE, "there is a DOCTYPE", ANY, remove_doctype },
	{ MEMORY, "no machine has so much memory", ANY, take_less_memory },
	{ NO_TPM, "TPM", ANY, forget_tpm },
	{ SHARES, ANY, "'shares' must be in range", take_other_shares },
};

bool xml_ask_otherwise(struct xml_question *question, const char *our_message,
		       const char *their_message, bool known[KNOWN_MAX])
{
	for (size_t i = 0; i < COUNT(larger_changes); i++) {
		if (is_part(larger_changes[i].ours, our_message) &&
		    is_part(larger_changes[i].theirs, their_message) &&
		    larger_changes[i].change(question))
			return known[larger_changes[i].row] = true;
	}
	return change_one(question, our_message, their_message, known);
}

void xml_question_release(struct xml_question *question)
{
	blob_release(&question->ours);
	blob_release(&question->theirs);
	free(question->shares);
}

/*
 * Forms
 */

/* The line for the nvram of the document: a new string, or NULL. */
static char *nvram_line(const struct xml_question *q)
{
	xmlDoc *tree = tree_parse_declared(&q->ours);
	xmlNode *nvram = find_at(root_of(tree), "os", "nvram");
	char *path, *name = NULL, *line = NULL;

	if (nvram)
		(void)change_remove_from_texts(root_of(tree), &(struct place){ .name = "z" });
	path = nvram ? tree_text(nvram) : NULL;
	if (path && *path)
		name = q->settings->file_name ? q->settings->file_name(path)
					      : text_of_format("%s", path);
	if (name)
		line = text_of_format("nvram = \"%s\"\n", name);
	free(path);
	free(name);
	xmlFreeDoc(tree);
	return line;
}

/*
 * Copies a text without a line that has to be in it if there is one; what is not
 * there is called for.
 */
static char *without_line(char *text, const char *line, bool *known)
{
	char *at = line ? strstr(text, line) : NULL, *ret;

	if (!line)
		return text;
	ret = at && (at == text || at[-1] == '\n') ?
	      text_of_format("%.*s%s", (int)(at - text), text, at + strlen(line)) :
	      text_of_format("%smissing: %s", text, line);
	*known = true;
	free(text);
	return ret;
}

char *xml_our_form(const struct xml_question *question, const char *vmx, bool known[KNOWN_MAX])
{
	char *nvram = nvram_line(question), *ret = text_of_format("%s", vmx);

	ret = without_line(ret, nvram, &known[NVRAM]);
	if (has_good_tpm(question))
		ret = without_line(ret, "vtpm.present = \"TRUE\"\n", &known[TPM]);
	free(nvram);
	return ret;
}

/* Whether a line is the one of a card with this end. */
static bool is_card_line(const char *line, size_t length, const char *end)
{
	static const char card[] = "ethernet";
	size_t from = sizeof(card) - 1;

	if (length < from || memcmp(line, card, from) != 0)
		return false;
	from += strspn(line + from, "0123456789");
	return length - from == strlen(end) && memcmp(line + from, end, length - from) == 0;
}

static const struct {
	const char *end;
	enum row row;
} older_lines[] = {
	{ ".dvs.portId = \"0\"\n", ZERO_PORT },
	{ ".dvs.connectionId = \"0\"\n", ZERO_CONNECTION },
	{ ".dvs.portgroupId = \"" NOBODY "\"\n", NO_GROUP },
};

static bool is_older_line(const char *line, size_t length, bool known[KNOWN_MAX])
{
	for (size_t i = 0; i < COUNT(older_lines); i++) {
		if (is_card_line(line, length, older_lines[i].end))
			return known[older_lines[i].row] = true;
	}
	return false;
}

char *xml_their_form(const struct xml_question *question, const char *vmx, bool known[KNOWN_MAX])
{
	static const char shares[] = "sched.cpu.shares = \"" SHARES_ASKED "\"\n";
	char *ret;
	size_t size;
	FILE *out = open_text(&ret, &size);

	while (*vmx) {
		size_t length = strcspn(vmx, "\n") + 1;

		if (question->shares && strncmp(vmx, shares, sizeof(shares) - 1) == 0)
			fprintf(out, "sched.cpu.shares = \"%llu\"\n",
				strtoull(question->shares, NULL, 10));
		else if (!is_older_line(vmx, length, known))
			fwrite(vmx, 1, length, out);
		vmx += length;
	}
	close_text(out);
	return ret;
}
