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
#include "peer/xml_differences.h"
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
	FILE *out = open_text(&ret, &length);

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
	close_text(out);
	return ret;
}

/*
 * Comparing
 */

static void compare_texts(const struct xml_question *q, const char *ours, const char *theirs,
			  struct verdict *ret)
{
	char *our_form = xml_our_form(q, ours, ret->known);
	char *their_form = xml_their_form(q, theirs, ret->known);

	ret->result = strcmp(our_form, their_form) == 0 ? SAME : OTHER;
	if (ret->result == OTHER)
		ret->what = first_difference(our_form, their_form);
	free(our_form);
	free(their_form);
}

/* Both are asked again, to see what was made up. */
static void compare_taken(const struct xml_question *q, const struct conversion *ours,
			  const char *theirs, struct verdict *ret)
{
	struct conversion our_again;
	const char *message;
	char *their_again = installed_libvirt_write(q->theirs.data, &settings, &message);
	char *our_rest, *their_rest;

	convert(&q->ours, &our_again);
	if (our_again.code != VMX_OK || !their_again)
		give_up("what was fine is refused when it is asked again: %s", q->ours.data);
	our_rest = without_made_up(ours->vmx.data, our_again.vmx.data);
	their_rest = without_made_up(theirs, their_again);
	compare_texts(q, our_rest, their_rest, ret);
	free(our_rest);
	free(their_rest);
	free(their_again);
	vmx_bytes_release(&our_again.vmx);
}

/* Both refuse, or both take their document and write the same, as far as is known now. */
static void judge(const struct xml_question *q, const struct conversion *ours,
		  const char *theirs, const char *their_message, struct verdict *ret)
{
	bool taken = ours->code == VMX_OK;

	if (taken && theirs) {
		ret->result = SAME;
		if (strcmp(ours->vmx.data, theirs) != 0)
			compare_taken(q, ours, theirs, ret);
		return;
	}
	ret->result = taken ? PEER_REFUSES : theirs ? WE_REFUSE : BOTH_REFUSE;
	if (ret->result > KNOWN)
		ret->what = text_of_format("%s: %s\n", taken ? "theirs" : "ours",
					   taken ? their_message : ours->message);
}

/*
 * Asks until the answers agree, or nothing known is left that could help.  Where both refuse,
 * it is for the same reason only if neither is a known one.
 */
static void ask(struct xml_question *q, struct verdict *ret)
{
	struct conversion ours;
	const char *message;
	char *theirs;
	bool again;

	do {
		convert(&q->ours, &ours);
		theirs = installed_libvirt_write(q->theirs.data, &settings, &message);
		free(ret->what);
		ret->what = NULL;
		judge(q, &ours, theirs, message, ret);
		again = ret->result > KNOWN &&
			xml_ask_otherwise(q, ours.code == VMX_OK ? NULL : ours.message,
					  theirs ? NULL : message, ret->known);
		free(theirs);
		vmx_bytes_release(&ours.vmx);
	} while (again);
}

static struct blob copy_of(const struct blob *blob)
{
	return (struct blob){ text_of_format("%s", blob->data), strlen(blob->data) };
}

static void compare(const struct blob *xml, struct verdict *ret)
{
	struct xml_question q = { copy_of(xml), copy_of(xml), &settings, NULL };

	if (xml_may_ask(xml, ret->known))
		ask(&q, ret);
	for (size_t i = 0; i < KNOWN_MAX; i++) {
		if (ret->result <= SAME && ret->known[i])
			ret->result = KNOWN;
	}
	xml_question_release(&q);
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
		.known_row = xml_known_row,
		.reduce = reduce_elements, .describe = describe_settings, .suffix = ".xml",
	};
	const char *missing;
	int status;

	if (!installed_libvirt_open(&missing)) {
		printf("skipped: libvirt 9.0.0 is not installed here (%s)\n", missing);
		return SKIPPED;
	}
	installed_libvirt_watch(differential_peer_works);
	make_rules();
	status = differential_run(&differential, argc, argv);
	vmx_path_rules_free(rules);
	return status;
}
