/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt_differential_xml: made-up domain XML, written as VMX files by vmxkit at
 * libvirt's level and by the libvirt that is installed here.  Both have to take or refuse
 * the same, and to write the same file, but for the rows of one table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "peer/differential.h"
#include "peer/installed_libvirt.h"
#include "peer/vmx_generator.h"
#include "peer/xml_generator.h"
#include "peer/xml_tree.h"
#include "support/cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * What the XML does not say.  Both sides are told the same.
 */
static struct installed_libvirt_options settings;

/* The rule of libvirt's own test programs. */
static char *name_on_host(const char *path)
{
	size_t name;

	if (*path == '/')
		return text_of_format("%s", path);
	if (*path != '[' || path[1] == ']')
		return NULL;
	name = strcspn(++path, "]");
	return text_of_format("/vmfs/volumes/%.*s/%s", (int)name, path,
			      path[name] ? path + name + 1 + strspn(path + name + 1, " ") : "");
}

static void choose_settings(struct chance *c)
{
	static const unsigned int versions[] = { 4, 7, 8, 9, 10, 13, 14, 21, 6, 3, 99 };

	settings.hardware_version = versions[chance_below(c, COUNT(versions))];
	settings.file_name = chance_one_in(c, 2) ? name_on_host : NULL;
	settings.scsi_auto = chance_one_in(c, 2) ? "lsilogic" : NULL;
}

static void describe_settings(void)
{
	printf("hardware version %u, file names %s, the model 'auto' %s:\n",
	       settings.hardware_version, settings.file_name ? "of a host" : "as they are",
	       settings.scsi_auto ? settings.scsi_auto : "refused");
}

/*
 * Ours
 */
struct conversion {
	enum vmx_code code;
	char message[512];
	struct vmx_bytes vmx;
};

static struct vmx_path_rules *rules;

static enum vmx_code put_name_on_host(void *user, const char *path, size_t length,
				      struct vmx_bytes *ret, struct vmx_error *error)
{
	(void)user;
	return vmx_path_rules_to_vmx(rules, path, length, ret, error);
}

static void make_rules(void)
{
	static const char directory[] = "[datastore] directory";

	if (vmx_path_rules_new(NULL, &rules, NULL) != VMX_OK ||
	    vmx_path_rules_set_directory(rules, directory, strlen(directory), NULL) != VMX_OK)
		give_up("no rules");
	vmx_path_rules_set_level(rules, VMX_LEVEL_LIBVIRT);
}

static void write_vmx(const struct vmx_machine *machine, struct conversion *ret,
		      struct vmx_error *error)
{
	struct vmx_machine_write_options options = VMX_MACHINE_WRITE_OPTIONS_INIT;

	options.hardware_version = settings.hardware_version;
	options.file_name = settings.file_name ? put_name_on_host : NULL;
	ret->code = vmx_machine_write(machine, &options, &ret->vmx, error);
}

static void convert(const struct blob *xml, struct conversion *ret)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_error *error = vmx_error_new();
	struct vmx_machine *machine;

	*ret = (struct conversion){ .vmx = VMX_BYTES_INIT };
	options.level = VMX_LEVEL_LIBVIRT;
	options.scsi_auto = settings.scsi_auto;
	ret->code = vmx_domain_xml_read(xml->data, xml->length, &options, &machine, error);
	if (ret->code == VMX_OK) {
		write_vmx(machine, ret, error);
		vmx_machine_free(machine);
	}
	if (ret->code != VMX_OK)
		snprintf(ret->message, sizeof(ret->message), "%s", vmx_error_message(error));
	vmx_error_free(error);
}

/*
 * What is known.  A row fits if all that it says is so: what is part of our message, or
 * of libvirt's (NULL: that side takes the document), and what is part of the document, or of
 * the file that libvirt writes.  A row with a line is for two files that differ: lines
 * with that part are left out of both.
 *
 * newer     libvirt has changed since 9.0.0; "by" stands where its release notes are
 *           silent: the release is the first that is known to do it
 * limit     ours, and documented
 * foreign   libvirt looks at what VMware does not have, and finds it wrong
 * spelling  of XML, which nobody uses: there libvirt does not follow the standard
 */
static const struct known {
	const char *ours, *theirs;
	const char *line;
	const char *input;
	const char *why;
} known[] = {
	{ NULL, "'portid' in element 'source'", NULL, "switchid", "newer, by 11.3.0: ports without a number" },
	{ NULL, "'portgroupid' in element 'source'", NULL, "switchid",
	  "newer, by 11.3.0: ports without a group" },
	{ NULL, "'connectionid' in element 'source'", NULL, "switchid",
	  "newer, by 11.3.0: ports without a connection" },
	{ NULL, NULL, ".dvs.portId = \"0\"", "portid", "newer, by 11.3.0: ports without a number" },
	{ NULL, NULL, ".dvs.connectionId = \"0\"", "connectionid",
	  "newer, by 11.3.0: ports without a connection" },
	{ NULL, "'shares' must be in range", NULL, "shares", "newer, by 11.3.0: any number of shares" },
	{ "/cpu/topology", NULL, NULL, "clusters", "newer, 10.1.0: clusters of CPUs" },
	{ NULL, NULL, ".virtualDev = ", "driver",
	  "newer, by 11.3.0: the place of implicit controllers in the list" },
	{ NULL, "Inconsistent SCSI controller model", NULL, "driver",
	  "newer, by 11.3.0: the place of implicit controllers in the list" },
	{ NULL, "attribute 'model' of entry 'controller'", NULL, "driver",
	  "newer, by 11.3.0: the place of implicit controllers in the list" },
	{ "contradicts the controller's model", NULL, NULL, "driver",
	  "newer, by 11.3.0: the place of implicit controllers in the list" },
	{ NULL, NULL, "ddress", "ddress = \"00:00:00:00:00:00\"",
	  "newer, by 11.3.0: an address of zeros is one to be made up" },
	{ NULL, "attribute 'type' in element 'controller': 'nvme'", NULL, "controller",
	  "newer, 11.5.0: NVMe controllers" },
	{ NULL, NULL, "nvram = ", "nvram", "newer, by 12.4.0: nvram" },
	{ NULL, NULL, "vtpm.present = ", "tpm", "newer, by 12.4.0: TPMs" },
	{ "tpm", NULL, NULL, "tpm", "newer, by 12.4.0: TPMs" },
	{ "has no TPM", NULL, NULL, "tpm", "newer, by 12.4.0: TPMs" },
	{ "hwuuid", NULL, NULL, "hwuuid", "newer, 12.4.0: the UUID of the hardware" },

	{ "there is a DOCTYPE", NULL, NULL, "<!DOCTYPE", "limit: document types" },
	{ "no machine has so much memory", NULL, NULL, "memory", "limit: amounts of memory" },

	{ NULL, "in element 'boot'", NULL, "boot", "foreign: the order of booting" },
	{ NULL, "in element 'sound'", NULL, "sound", "foreign: sound" },
	{ NULL, "in element 'memballoon'", NULL, "memballoon", "foreign: balloons" },
	{ NULL, "only a single memory balloon", NULL, "memballoon", "foreign: balloons" },
	{ NULL, "input device type", NULL, "input", "foreign: input" },
	{ NULL, "input bus type", NULL, "input", "foreign: input" },
	{ NULL, "unexpected feature", NULL, "features", "foreign: features" },
	{ NULL, "in element 'suspend-to-mem'", NULL, "suspend-to-mem", "foreign: sleep" },
	{ NULL, "unknown clock offset", NULL, "clock", "foreign: clocks" },
	{ NULL, "specified for character device", NULL, "channel", "foreign: channels" },
	{ NULL, "host for character device", NULL, "<channel", "foreign: channels" },
	{ NULL, "vram64 attribute only", NULL, "vram64", "foreign: memory of other graphics cards" },
	{ NULL, "device type only supports", NULL, "console", "foreign: consoles that are no ports" },
	{ NULL, "attribute for char device", NULL, "console", "foreign: consoles that are no ports" },
	{ NULL, "hub device type", NULL, "hub", "foreign: hubs" },
	{ NULL, "Multiple panic devices", NULL, "panic", "foreign: panic devices" },
	{ NULL, "watchdog", NULL, "watchdog", "foreign: watchdogs" },
	{ NULL, "channel device", NULL, "channel", "foreign: channels" },
	{ NULL, "_limit[1]'", NULL, "_limit", "foreign: limits of memory on the host" },
	{ NULL, "value too large", NULL, "_limit", "foreign: limits of memory on the host" },
	{ NULL, "unknown suffix", NULL, "_limit", "foreign: limits of memory on the host" },
	{ NULL, "loader ", NULL, "loader", "foreign: loaders" },
	{ NULL, "unknown driver format value", NULL, "driver", "foreign: formats of images" },
	{ NULL, "unknown on_", NULL, "on_", "foreign: what happens in the end" },
	{ NULL, "No type specified for device address", NULL, "address",
	  "foreign: addresses of other devices" },
	{ NULL, "unknown address type", NULL, "address", "foreign: addresses of other devices" },

	{ "", "", NULL, "encoding='ISO-8859-1'", "spelling: any XML is UTF-8, whatever it declares" },
	{ "", "", NULL, "encoding='windows-1252'", "spelling: any XML is UTF-8, whatever it declares" },
	{ "", "", NULL, "encoding='UTF-16'", "spelling: any XML is UTF-8, whatever it declares" },
	{ "", "", NULL, "encoding='x'", "spelling: any XML is UTF-8, whatever it declares" },
	{ "", "", NULL, "<n:", "spelling: elements of another namespace are libvirt's" },
	{ "", "", NULL, "<z", "spelling: the text of an element is all text in it" },
};

static bool is_part(const char *part, const char *text)
{
	if (!part)
		return !text;
	return !*part || (text && strstr(text, part));
}

/* Why a difference is none, unless it is one of lines.  NULL: it is not known. */
static const char *find_known(const char *our_message, const char *their_message,
			      const char *xml)
{
	for (size_t i = 0; i < COUNT(known); i++) {
		const struct known *k = &known[i];

		if (!k->line && strstr(xml, k->input) && is_part(k->ours, our_message) &&
		    is_part(k->theirs, their_message))
			return k->why;
	}
	return NULL;
}

static const struct known *find_known_line(const char *line, size_t length, const char *xml,
					   const char *theirs)
{
	for (size_t i = 0; i < COUNT(known); i++) {
		const struct known *k = &known[i];

		if (k->line && memmem(line, length, k->line, strlen(k->line)) &&
		    (strstr(xml, k->input) || strstr(theirs, k->input)))
			return k;
	}
	return NULL;
}

/* A new string; *ret_why is set if there was such a line. */
static char *without_known_lines(const char *vmx, const char *xml, const char *theirs,
				 const char **ret_why)
{
	char *ret;
	size_t size;
	FILE *out = open_memstream(&ret, &size);

	if (!out)
		give_up("no memory");
	while (*vmx) {
		size_t length = strcspn(vmx, "\n") + 1;
		const struct known *k = find_known_line(vmx, length, xml, theirs);

		if (k)
			*ret_why = k->why;
		else
			fwrite(vmx, 1, length, out);
		vmx += length;
	}
	if (fclose(out) != 0)
		give_up("no memory");
	return ret;
}

/*
 * What is not asked of libvirt: numbers for which it gets memory, gigabytes of it, before
 * it looks whether they make sense; and it ends the process where there is not so much.
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

static const struct {
	const char *element, *attribute;	/* attribute NULL: the text */
	bool (*is_too_much)(const char *text);
	const char *why;
} too_much[] = {
	{ "vcpu", NULL, is_large_number, "not asked, takes too much memory: numbers of CPUs" },
	{ "vcpu", "current", is_large_number, "not asked, takes too much memory: numbers of CPUs" },
	{ "controller", "index", is_large_number,
	  "not asked, takes too much memory: numbers of controllers" },
	{ "address", "controller", is_large_number,
	  "not asked, takes too much memory: numbers of controllers" },
	{ "target", "dev", is_long_name,
	  "not asked, takes too much memory: the controllers for long target names" },
};

static bool is_too_much(xmlNode *node, size_t row)
{
	char *text = too_much[row].attribute ? tree_get(node, too_much[row].attribute)
					     : tree_text(node);
	bool found = strcmp((const char *)node->name, too_much[row].element) == 0 && text &&
		     too_much[row].is_too_much(text);

	free(text);
	return found;
}

/* NULL: nothing. */
static const char *find_too_much(const struct blob *xml)
{
	xmlDoc *document = tree_parse(xml);
	xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
	const char *why = NULL;

	for (size_t i = 0; root && !why && i < tree_size(root); i++) {
		xmlNode *node = tree_element(root, i);

		for (size_t j = 0; j < COUNT(too_much); j++) {
			if (is_too_much(node, j))
				why = too_much[j].why;
		}
	}
	xmlFreeDoc(document);
	return why;
}

/*
 * What is made up: UUIDs, and the end of network addresses.  It is what the same side
 * writes otherwise when it is asked again.
 */

static bool is_same_line(const char *a, const char *b)
{
	size_t length = strcspn(a, "\n");

	return length == strcspn(b, "\n") && memcmp(a, b, length) == 0;
}

static void put_made_up(const char *line, FILE *out)
{
	static const char prefix[] = "00:0c:29:";
	const char *value = strchr(line, '"');

	value = value ? value + 1 : line;
	if (strncmp(value, prefix, sizeof(prefix) - 1) == 0)
		value += sizeof(prefix) - 1;
	fprintf(out, "%.*s(made up)\n", (int)(value - line), line);
}

/* A new string. */
static char *without_made_up(const char *text, const char *again)
{
	char *ret;
	size_t length;
	FILE *out = open_memstream(&ret, &length);

	if (!out)
		give_up("no memory");
	while (*text && *again) {
		if (is_same_line(text, again))
			fprintf(out, "%.*s\n", (int)strcspn(text, "\n"), text);
		else
			put_made_up(text, out);
		text += strcspn(text, "\n");
		again += strcspn(again, "\n");
		text += *text == '\n';
		again += *again == '\n';
	}
	if (fclose(out) != 0)
		give_up("no memory");
	return ret;
}

/*
 * Comparing
 */

static void compare_texts(const struct blob *xml, const char *ours, const char *theirs,
			  struct verdict *ret)
{
	const char *why = NULL;
	char *our_rest = without_known_lines(ours, xml->data, theirs, &why);
	char *their_rest = without_known_lines(theirs, xml->data, theirs, &why);

	if (strcmp(ours, theirs) == 0) {
		ret->result = SAME;
	} else if (strcmp(our_rest, their_rest) == 0) {
		*ret = (struct verdict){ KNOWN, why, NULL };
	} else {
		ret->result = OTHER;
		ret->what = first_difference(our_rest, their_rest);
	}
	free(our_rest);
	free(their_rest);
}

/* Both are asked again, to see what was made up. */
static void compare_taken(const struct blob *xml, const struct conversion *ours,
			  const char *theirs, struct verdict *ret)
{
	struct conversion our_again;
	const char *message;
	char *their_again = installed_libvirt_write(xml->data, &settings, &message);
	char *our_form, *their_form;

	convert(xml, &our_again);
	if (our_again.code != VMX_OK || !their_again)
		give_up("what was fine is refused when it is asked again: %s", xml->data);
	our_form = without_made_up(ours->vmx.data, our_again.vmx.data);
	their_form = without_made_up(theirs, their_again);
	compare_texts(xml, our_form, their_form, ret);
	free(our_form);
	free(their_form);
	free(their_again);
	vmx_bytes_release(&our_again.vmx);
}

static void compare_answers(const struct blob *xml, const struct conversion *ours,
			    const char *theirs, const char *their_message, struct verdict *ret)
{
	bool taken = ours->code == VMX_OK;

	if (!taken && !theirs) {
		ret->result = BOTH_REFUSE;
	} else if (taken && theirs) {
		ret->result = SAME;
		if (strcmp(ours->vmx.data, theirs) != 0)
			compare_taken(xml, ours, theirs, ret);
	} else {
		ret->result = taken ? PEER_REFUSES : WE_REFUSE;
		ret->what = text_of_format("%s: %s\n", taken ? "theirs" : "ours",
					   taken ? their_message : ours->message);
	}
	if (ret->result > KNOWN)
		ret->why = find_known(taken ? NULL : ours->message, theirs ? NULL : their_message,
				      xml->data);
	if (ret->result > KNOWN && ret->why) {
		free(ret->what);
		*ret = (struct verdict){ KNOWN, ret->why, NULL };
	}
}

static void compare(const struct blob *xml, struct verdict *ret)
{
	struct conversion ours;
	const char *message;
	char *theirs;

	ret->why = find_too_much(xml);
	if (ret->why) {
		ret->result = KNOWN;
		return;
	}
	convert(xml, &ours);
	theirs = installed_libvirt_write(xml->data, &settings, &message);
	compare_answers(xml, &ours, theirs, message, ret);
	free(theirs);
	vmx_bytes_release(&ours.vmx);
}

/*
 * The inputs
 */

static void make_domain(struct chance *c, struct blob *ret)
{
	const struct names *files = &differential_files;
	bool from_file = files->count > 0 && chance_one_in(c, 6);

	choose_settings(c);
	if (!from_file)
		generate_domain(c, ret);
	else if (!read_file(files->items[chance_below(c, files->count)], ret))
		give_up("a file of the peers is gone");
	if (from_file)
		mutate_domain(c, ret);
	if (chance_one_in(c, 20))
		mutate_document(c, ret);
	if (strlen(ret->data) < ret->length)
		ret->length = strlen(ret->data);
}

int main(int argc, char **argv)
{
	static const struct differential differential = {
		.peer = "libvirt 9.0.0", .count = 5000, .make = make_domain, .compare = compare,
		.reduce = reduce_elements, .describe = describe_settings, .suffix = ".xml",
	};
	const char *missing;
	int status;

	if (!installed_libvirt_open(&missing)) {
		printf("skipped: libvirt 9.0.0 is not installed here (%s)\n", missing);
		return SKIPPED;
	}
	make_rules();
	status = differential_run(&differential, argc, argv);
	vmx_path_rules_free(rules);
	return status;
}
