/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt_differential: made-up VMX files, converted by vmxkit at libvirt's level and by
 * the libvirt that is installed here.  Both have to take or refuse the same, and to write
 * the same XML, but for what is known to be newer than that libvirt, and for documented
 * limits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlerror.h>
#include <vmxkit/vmxkit.h>

#include "peer/differential.h"
#include "peer/installed_libvirt.h"
#include "peer/vmx_differences.h"
#include "peer/vmx_generator.h"
#include "support/cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Ours
 */
struct conversion {
	struct vmx_outcome outcome;
	struct vmx_document *document;
	char message[256];
	struct vmx_bytes xml;
};

static enum vmx_code convert_document(struct vmx_document *document, struct vmx_bytes *ret,
				      struct vmx_error *error)
{
	struct vmx_machine_options machine_options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_domain_xml_options xml_options = VMX_DOMAIN_XML_OPTIONS_INIT;
	struct vmx_machine *machine;
	enum vmx_code code;

	machine_options.level = VMX_LEVEL_LIBVIRT;
	xml_options.secure = true;
	code = vmx_machine_read(document, &machine_options, &machine, error);
	if (code != VMX_OK)
		return code;
	code = vmx_domain_xml_write(machine, &xml_options, ret, error);
	vmx_machine_free(machine);
	return code;
}

static void convert(const struct blob *vmx, struct conversion *ret)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_error *error = vmx_error_new();
	enum vmx_code code;

	*ret = (struct conversion){ .xml = VMX_BYTES_INIT };
	options.mode = VMX_READ_STRICT;
	code = vmx_document_read(vmx->data, vmx->length, &options, &ret->document, error);
	if (code != VMX_OK)
		ret->document = NULL;
	else
		code = convert_document(ret->document, &ret->xml, error);
	if (code != VMX_OK)
		snprintf(ret->message, sizeof(ret->message), "%s", vmx_error_message(error));
	ret->outcome = (struct vmx_outcome){
		.code = code, .message = ret->message, .xml = code == VMX_OK ? ret->xml.data : NULL,
		.document = ret->document,
	};
	vmx_error_free(error);
}

static void release(struct conversion *conversion)
{
	vmx_bytes_release(&conversion->xml);
	vmx_document_free(conversion->document);
}

/*
 * Comparing
 */

/* Both refuse, or both take it and write the same, as far as is known now. */
static void judge(const struct vmx_outcome *ours, const char *theirs, const char *their_message,
		  struct verdict *ret)
{
	char *our_form, *their_form;

	if (!ours->xml || !theirs) {
		ret->result = theirs ? WE_REFUSE : ours->xml ? PEER_REFUSES : BOTH_REFUSE;
		if (ret->result > KNOWN)
			ret->what = text_of_format("%s: %s\n", theirs ? "ours" : "theirs",
						   theirs ? ours->message : their_message);
		return;
	}
	our_form = vmx_our_form(ours, ret->known);
	their_form = vmx_their_form(theirs, ret->known);
	ret->result = strcmp(our_form, their_form) == 0 ? SAME : OTHER;
	if (ret->result == OTHER)
		ret->what = first_difference(our_form, their_form);
	free(our_form);
	free(their_form);
}

/* Asks libvirt until the answers agree, or nothing known is left that could help. */
static void ask(const struct vmx_outcome *ours, struct vmx_request *question,
		struct verdict *ret)
{
	const char *message;
	char *theirs;
	bool again;

	do {
		theirs = installed_libvirt_convert(question->text, &message);
		free(ret->what);
		ret->what = NULL;
		judge(ours, theirs, message, ret);
		again = ret->result != SAME &&
			vmx_ask_otherwise(question, ours, theirs ? NULL : message, ret->known);
		free(theirs);
	} while (again);
}

static void compare(const struct blob *vmx, struct verdict *ret)
{
	struct conversion ours;
	struct vmx_request question = { .text = text_of_format("%s", vmx->data) };
	bool is_asked;

	convert(vmx, &ours);
	is_asked = vmx_may_ask(&ours.outcome, ret->known);
	if (is_asked)
		ask(&ours.outcome, &question, ret);
	if (!is_asked || (ret->result == WE_REFUSE && vmx_is_limit(&ours.outcome, ret->known)))
		ret->result = KNOWN;
	for (size_t i = 0; i < KNOWN_MAX; i++) {
		if (ret->result == SAME && ret->known[i])
			ret->result = KNOWN;
	}
	free(question.text);
	release(&ours);
}

/*
 * The inputs
 */

/*
 * Keys that mean something else in newer releases are given names that mean
 * nothing; newer releases have one more SCSI unit, and take a '*' in keys.
 */
static const struct {
	const char *name, *neutral;
} newer_keys[] = {
	{ "vc.uuid", "vc.uuix" }, { "pcislotnumber", "pcislotnumbex" }, { "nvme", "nvmx" },
	{ "vtpm", "vtpx" }, { "nvram", "nvrax" }, { "secureboot", "securebooz" },
	{ ":64.", ":63." }, { "*", "x" },
};

static void neutralise(struct blob *vmx)
{
	for (size_t i = 0; i < COUNT(newer_keys); i++) {
		size_t length = strlen(newer_keys[i].name);
		char *at = vmx->data;

		while ((at = strcasestr(at, newer_keys[i].name)))
			memcpy(at, newer_keys[i].neutral, length);
	}
}

static void make_document(struct chance *c, struct blob *ret)
{
	const struct names *files = &differential_files;
	bool from_file = files->count > 0 && chance_one_in(c, 8);

	if (!from_file)
		generate_rich_document(c, ret);
	else if (!read_file(files->items[chance_below(c, files->count)], ret))
		give_up("a file of the peers is gone");
	if (strlen(ret->data) < ret->length)
		ret->length = strlen(ret->data);
	if (from_file || chance_one_in(c, 6))
		mutate_document(c, ret);
	neutralise(ret);
}

/* libxml2 says on stderr what it can't convert. */
static void ignore_message(void *user, const char *format, ...)
{
	(void)user;
	(void)format;
}

int main(int argc, char **argv)
{
	static const struct differential differential = {
		.peer = "libvirt 9.0.0", .count = 10000, .make = make_document, .compare = compare,
		.known_row = vmx_known_row,
		.reduce = reduce_lines, .suffix = ".vmx",
	};
	const char *missing;

	if (!installed_libvirt_open(&missing)) {
		printf("skipped: libvirt 9.0.0 is not installed here (%s)\n", missing);
		return SKIPPED;
	}
	installed_libvirt_watch(differential_peer_works);
	xmlSetGenericErrorFunc(NULL, ignore_message);
	return differential_run(&differential, argc, argv);
}
