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
#include "peer/vmx_generator.h"
#include "support/cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Ours
 */
struct conversion {
	enum vmx_code code;
	bool wide_scsi;		/* the hardware has 64 units on a SCSI controller */
	char message[256];
	struct vmx_bytes xml;
};

static void convert_document(struct vmx_document *document, struct conversion *ret,
			     struct vmx_error *error)
{
	struct vmx_machine_options machine_options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_domain_xml_options xml_options = VMX_DOMAIN_XML_OPTIONS_INIT;
	struct vmx_machine *machine;

	machine_options.level = VMX_LEVEL_LIBVIRT;
	xml_options.secure = true;
	ret->code = vmx_machine_read(document, &machine_options, &machine, error);
	if (ret->code != VMX_OK)
		return;
	ret->code = vmx_domain_xml_write(machine, &xml_options, &ret->xml, error);
	vmx_machine_free(machine);
}

static bool has_wide_scsi(const struct vmx_document *document)
{
	static const char key[] = "virtualHW.version";
	struct vmx_entry entry;

	return vmx_document_get(document, key, sizeof(key) - 1, &entry) == VMX_OK &&
	       strtoll(entry.value, NULL, 10) >= 13;
}

static void convert(const struct blob *vmx, struct conversion *ret)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_error *error = vmx_error_new();
	struct vmx_document *document;

	*ret = (struct conversion){ .xml = VMX_BYTES_INIT };
	options.mode = VMX_READ_STRICT;
	ret->code = vmx_document_read(vmx->data, vmx->length, &options, &document, error);
	if (ret->code == VMX_OK) {
		ret->wide_scsi = has_wide_scsi(document);
		convert_document(document, ret, error);
		vmx_document_free(document);
	}
	if (ret->code != VMX_OK)
		snprintf(ret->message, sizeof(ret->message), "%s", vmx_error_message(error));
	vmx_error_free(error);
}

/*
 * What is not asked of libvirt: documented limits of ours that it does not have
 * (it would take gigabytes), and one file that crashes it.
 */
static const struct limit {
	enum vmx_code code;
	const char *message;	/* part of ours */
	long long above;	/* the number behind it */
	const char *why;
} limits[] = {
	{ VMX_CODE_UNKNOWN_ENCODING, "", -1, "limit: encodings that no VMX file can have" },
	{ VMX_CODE_ENCODING_MISMATCH, "", -1, "limit: bytes at which libvirt may just stop reading" },
	{ VMX_CODE_INDEX_OUT_OF_RANGE, "", -1, "limit: numbers of cards" },
	{ VMX_CODE_OUT_OF_RANGE, "numvcpus is ", 16384, "limit: numbers of CPUs" },
	{ VMX_CODE_OUT_OF_RANGE, "sharedFolder.maxNum is ", 1024, "limit: numbers of shared folders" },
	{ VMX_CODE_OUT_OF_RANGE, "memsize is ", 1ll << 40, "limit: amounts of memory" },
	{ VMX_CODE_MISSING_KEY, "is a file, but has no fileName", -1, "libvirt crashes: a serial port without file" },
};

static bool is_beyond(const struct limit *limit, const struct conversion *ours)
{
	const char *at = strstr(ours->message, limit->message);

	return ours->code == limit->code && at &&
	       strtoll(at + strlen(limit->message), NULL, 10) > limit->above;
}

/* NULL: within all limits. */
static const char *find_limit(const struct conversion *ours)
{
	for (size_t i = 0; i < COUNT(limits); i++) {
		if (is_beyond(&limits[i], ours))
			return limits[i].why;
	}
	return NULL;
}

/*
 * What changed since the installed libvirt.  Both texts are brought into one form:
 *
 * - what is new is taken out of ours: <hwuuid>, a part of <topology>, and the
 *   controllers without disks, which were not listed;
 * - where a SCSI controller has 64 units, its disks were counted otherwise: their
 *   names and addresses are taken out of both, and the SCSI controllers;
 * - the address that a display listens on was written as it is: what XML can't hold
 *   as it is is taken out of both.
 */
struct form {
	bool ours, wide_scsi;
	long last_scsi, last_sata;	/* controllers with disks */
	enum { NO_BUS, SCSI, SATA } bus;	/* of the disk that a line is part of */
};

#define TARGET "      <target dev="
#define ADDRESS "      <address type='drive' controller='"
#define CONTROLLER(bus) "    <controller type='" bus "' index='"

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* The number behind a beginning, or -1. */
static long number_behind(const char *line, const char *beginning)
{
	return starts(line, beginning) ? strtol(line + strlen(beginning), NULL, 10) : -1;
}

static void follow(struct form *form, const char *line)
{
	long controller = number_behind(line, ADDRESS);

	if (starts(line, TARGET))
		form->bus = strstr(line, " bus='scsi'") ? SCSI :
			    strstr(line, " bus='sata'") ? SATA : NO_BUS;
	if (form->bus == SCSI && controller > form->last_scsi)
		form->last_scsi = controller;
	if (form->bus == SATA && controller > form->last_sata)
		form->last_sata = controller;
}

static bool is_left_out(const struct form *form, const char *line)
{
	if (form->wide_scsi && form->bus == SCSI && (starts(line, TARGET) || starts(line, ADDRESS)))
		return true;
	if (form->wide_scsi && starts(line, CONTROLLER("scsi")))
		return true;
	return form->ours && (starts(line, "  <hwuuid>") ||
			      number_behind(line, CONTROLLER("scsi")) > form->last_scsi ||
			      number_behind(line, CONTROLLER("sata")) > form->last_sata);
}

static const char *const specials[] = {
	"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&", "<", ">", "\"", "'",
};

/* Without all that would be escaped, or left out, if it was. */
static void put_without_specials(const char *text, FILE *out)
{
	while (*text) {
		size_t i = 0;

		while (i < COUNT(specials) && !starts(text, specials[i]))
			i++;
		if (i == COUNT(specials) && (unsigned char)*text >= ' ')
			putc(*text, out);
		text += i < COUNT(specials) ? strlen(specials[i]) : 1;
	}
}

/* Where the address begins that a display listens on. */
static const char *find_listener(const char *line)
{
	const char *at = starts(line, "    <graphics ") ? strstr(line, " listen='") : NULL;

	if (starts(line, "      <listen "))
		at = strstr(line, " address='");
	return at ? strchr(at, '\'') + 1 : NULL;
}

static void put_in_form(const struct form *form, const char *line, FILE *out)
{
	static const char clusters[] = " clusters='1'";
	const char *listener = find_listener(line);
	const char *newer = form->ours ? strstr(line, clusters) : NULL;

	if (listener) {
		fprintf(out, "%.*s", (int)(listener - line), line);
		put_without_specials(listener, out);
		putc('\n', out);
	} else if (newer) {
		fprintf(out, "%.*s%s\n", (int)(newer - line), line, newer + sizeof(clusters) - 1);
	} else {
		fprintf(out, "%s\n", line);
	}
}

/* A new string. */
static char *in_form(const char *xml, struct form form)
{
	char *ret, *copy = strdup(xml), *rest = copy, *line;
	size_t length;
	FILE *out = open_memstream(&ret, &length);

	if (!out || !copy)
		give_up("no memory");
	while ((line = strsep(&rest, "\n"))) {
		follow(&form, line);
		if (!is_left_out(&form, line))
			put_in_form(&form, line, out);
	}
	free(copy);
	if (fclose(out) != 0)
		give_up("no memory");
	return ret;
}

/*
 * Comparing
 */
/*
 * Files that later releases of libvirt take, by what this one says about them: a CD
 * drive with an empty name, a port of a switch without all its keys, a network
 * socket that is no URI with a host and a port.
 */
static const struct {
	const char *message, *and;	/* parts of it */
	const char *why;
} newer_files[] = {
	{ "handled value '' for VMX entry", "for device type 'cdrom-image'",
	  "newer: CD drives with an empty name" },
	{ "Missing essential config entry", ".dvs.portgroupId'", "newer: ports without a group" },
	{ "Missing essential config entry", ".dvs.portId'", "newer: ports without a number" },
	{ "Missing essential config entry", ".dvs.connectionId'",
	  "newer: ports without a connection" },
	{ "Unable to parse URI", "", "newer: serial ports with a name that is no URI" },
	{ "VMX entry 'serial", ".fileName' doesn't contain a port part",
	  "newer: serial ports with a URI without a port" },
};

/* NULL: they do not. */
static const char *find_newer(const char *message)
{
	for (size_t i = 0; i < COUNT(newer_files); i++) {
		if (strcasestr(message, newer_files[i].message) &&
		    strcasestr(message, newer_files[i].and))
			return newer_files[i].why;
	}
	return NULL;
}

static void compare_accepted(const struct conversion *ours, const char *theirs,
			     struct verdict *ret)
{
	struct form form = { .wide_scsi = ours->wide_scsi, .last_scsi = -1, .last_sata = -1 };
	char *our_form, *their_form = in_form(theirs, form);

	form.ours = true;
	our_form = in_form(ours->xml.data, form);
	ret->result = strcmp(our_form, their_form) == 0 ? SAME : OTHER;
	if (ret->result == OTHER)
		ret->what = first_difference(our_form, their_form);
	free(our_form);
	free(their_form);
}

static void compare_converted(const struct conversion *ours, const char *theirs,
			      const char *their_message, struct verdict *ret)
{
	const char *newer = theirs ? NULL : find_newer(their_message);

	if (ours->code == VMX_OK && theirs) {
		compare_accepted(ours, theirs, ret);
	} else if (ours->code != VMX_OK && !theirs) {
		ret->result = BOTH_REFUSE;
	} else if (newer) {
		*ret = (struct verdict){ KNOWN, newer, NULL };
	} else {
		ret->result = theirs ? WE_REFUSE : PEER_REFUSES;
		ret->what = text_of_format("%s: %s\n", theirs ? "ours" : "theirs",
					   theirs ? ours->message : their_message);
	}
}

static void compare(const struct blob *vmx, struct verdict *ret)
{
	struct conversion ours;
	const char *message, *limit;
	char *theirs;

	convert(vmx, &ours);
	limit = find_limit(&ours);
	if (limit) {
		*ret = (struct verdict){ KNOWN, limit, NULL };
	} else {
		theirs = installed_libvirt_convert(vmx->data, &message);
		compare_converted(&ours, theirs, message, ret);
		free(theirs);
	}
	vmx_bytes_release(&ours.xml);
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
		generate_document(c, ret);
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
		.reduce = reduce_lines, .suffix = ".vmx",
	};
	const char *missing;

	if (!installed_libvirt_open(&missing)) {
		printf("skipped: libvirt 9.0.0 is not installed here (%s)\n", missing);
		return SKIPPED;
	}
	xmlSetGenericErrorFunc(NULL, ignore_message);
	return differential_run(&differential, argc, argv);
}
