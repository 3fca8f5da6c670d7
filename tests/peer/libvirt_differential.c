/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt_differential [--count N] [--seed N] [--shown N]: made-up documents,
 * converted by vmxkit at libvirt's level and by the libvirt that is installed
 * here.  Both have to take or refuse the same, and to write the same XML, but for
 * what is known to be newer than that libvirt, and for documented limits.
 *
 * Document number i of a run is made from the seed plus i.  Each difference is
 * reduced to as few lines as show it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlerror.h>
#include <vmxkit/vmxkit.h>

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
	{ VMX_CODE_UNKNOWN_ENCODING, "", -1, "encodings that no VMX file can have" },
	{ VMX_CODE_ENCODING_MISMATCH, "", -1, "bytes at which libvirt may just stop reading" },
	{ VMX_CODE_INDEX_OUT_OF_RANGE, "", -1, "numbers of cards" },
	{ VMX_CODE_OUT_OF_RANGE, "numvcpus is ", 16384, "numbers of CPUs" },
	{ VMX_CODE_OUT_OF_RANGE, "sharedFolder.maxNum is ", 1024, "numbers of shared folders" },
	{ VMX_CODE_OUT_OF_RANGE, "memsize is ", 1ll << 40, "amounts of memory" },
	{ VMX_CODE_MISSING_KEY, "is a file, but has no fileName", -1, "serial ports without file" },
};
#define LIMITS COUNT(limits)

static bool is_beyond(const struct limit *limit, const struct conversion *ours)
{
	const char *at = strstr(ours->message, limit->message);

	return ours->code == limit->code && at &&
	       strtoll(at + strlen(limit->message), NULL, 10) > limit->above;
}

static size_t find_limit(const struct conversion *ours)
{
	size_t i = 0;

	while (i < LIMITS && !is_beyond(&limits[i], ours))
		i++;
	return i;
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
enum result {
	BOTH_REFUSE, SAME_XML, NOT_ASKED, NEWER,
	WE_REFUSE, LIBVIRT_REFUSES, OTHER_XML,
	RESULTS
};

static const char *const result_words[RESULTS] = {
	[BOTH_REFUSE] = "refused by both", [SAME_XML] = "with the same XML",
	[NOT_ASKED] = "beyond documented limits", [NEWER] = "changed in newer releases",
	[WE_REFUSE] = "refused only by vmxkit", [LIBVIRT_REFUSES] = "refused only by libvirt",
	[OTHER_XML] = "with other XML",
};

static size_t limit_counts[LIMITS];

/*
 * Files that later releases of libvirt take, by what this one says about them: a CD
 * drive with an empty name, a port of a switch without all its keys, a network
 * socket that is no URI with a host and a port.
 */
static const struct {
	const char *message, *and;	/* parts of it */
} newer_files[] = {
	{ "handled value '' for VMX entry", "for device type 'cdrom-image'" },
	{ "Missing essential config entry", ".dvs.portgroupId'" },
	{ "Missing essential config entry", ".dvs.portId'" },
	{ "Missing essential config entry", ".dvs.connectionId'" },
	{ "Unable to parse URI", "" },
	{ "VMX entry 'serial", ".fileName' doesn't contain a port part" },
};

static bool is_newer_file(const char *message)
{
	for (size_t i = 0; i < COUNT(newer_files); i++) {
		if (strcasestr(message, newer_files[i].message) &&
		    strcasestr(message, newer_files[i].and))
			return true;
	}
	return false;
}

/* What differs, as a new string: what both say, or the first lines that differ. */
static char *describe(const char *ours, const char *theirs)
{
	size_t at = 0, from;

	while (ours[at] && ours[at] == theirs[at])
		at++;
	for (from = at; from > 0 && ours[from - 1] != '\n'; from--)
		;
	return text_of_format("ours:   %.*s\ntheirs: %.*s\n",
			      (int)strcspn(ours + at, "\n") + (int)(at - from), ours + from,
			      (int)strcspn(theirs + at, "\n") + (int)(at - from), theirs + from);
}

static enum result compare_accepted(const struct conversion *ours, const char *theirs,
				    char **ret_what)
{
	struct form form = { .wide_scsi = ours->wide_scsi, .last_scsi = -1, .last_sata = -1 };
	char *our_form, *their_form = in_form(theirs, form);
	bool same;

	form.ours = true;
	our_form = in_form(ours->xml.data, form);
	same = strcmp(our_form, their_form) == 0;
	if (!same)
		*ret_what = describe(our_form, their_form);
	free(our_form);
	free(their_form);
	return same ? SAME_XML : OTHER_XML;
}

static enum result compare_converted(const struct conversion *ours, const char *theirs,
				     const char *their_message, char **ret_what)
{
	if (ours->code == VMX_OK && theirs)
		return compare_accepted(ours, theirs, ret_what);
	if (ours->code != VMX_OK && !theirs)
		return BOTH_REFUSE;
	if (!theirs && is_newer_file(their_message))
		return NEWER;
	*ret_what = text_of_format("%s: %s\n", theirs ? "ours" : "theirs",
				   theirs ? ours->message : their_message);
	return theirs ? WE_REFUSE : LIBVIRT_REFUSES;
}

/* *ret_what is a new string for a difference, and NULL for none. */
static enum result compare(const struct blob *vmx, char **ret_what)
{
	struct conversion ours;
	enum result result = NOT_ASKED;
	const char *message;
	size_t limit;
	char *theirs;

	*ret_what = NULL;
	convert(vmx, &ours);
	limit = find_limit(&ours);
	if (limit < LIMITS) {
		limit_counts[limit]++;
	} else {
		theirs = installed_libvirt_convert(vmx->data, &message);
		result = compare_converted(&ours, theirs, message, ret_what);
		free(theirs);
	}
	vmx_bytes_release(&ours.xml);
	return result;
}

/*
 * Reducing
 */
static size_t line_length(const char *text)
{
	size_t length = strcspn(text, "\r\n;");

	return length + strspn(text + length, "\r\n;");
}

static bool still_differs(const struct blob *vmx, enum result as)
{
	char *what;
	enum result result = compare(vmx, &what);

	free(what);
	return result == as;
}

/* Tries to do without each line; whether there was one that is not needed. */
static bool reduce_once(struct blob *vmx, enum result as)
{
	bool reduced = false;
	size_t at = 0;

	while (at < vmx->length) {
		size_t line = line_length(vmx->data + at);
		struct blob less = { .length = vmx->length - line };

		less.data = text_of_format("%.*s%s", (int)at, vmx->data, vmx->data + at + line);
		if (still_differs(&less, as)) {
			blob_release(vmx);
			*vmx = less;
			reduced = true;
		} else {
			blob_release(&less);
			at += line;
		}
	}
	return reduced;
}

static void put_visibly(const struct blob *vmx)
{
	for (size_t i = 0; i < vmx->length; i++) {
		int byte = (unsigned char)vmx->data[i];

		if (byte == '\n' || (byte >= ' ' && byte < 0x7F))
			putchar(byte);
		else
			printf("<%02X>", (unsigned int)byte);
	}
	putchar('\n');
}

/*
 * The run
 */
struct run {
	uint64_t seed;
	size_t count, shown;
	size_t results[RESULTS];
	struct names files;
};

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

static void make_document(const struct run *run, struct chance *c, struct blob *ret)
{
	bool from_file = run->files.count > 0 && chance_one_in(c, 8);

	*ret = (struct blob){ NULL, 0 };
	if (!from_file)
		generate_document(c, ret);
	else if (!read_file(run->files.items[chance_below(c, run->files.count)], ret))
		give_up("a file of the peers is gone");
	if (strlen(ret->data) < ret->length)
		ret->length = strlen(ret->data);
	if (from_file || chance_one_in(c, 6))
		mutate_document(c, ret);
	neutralise(ret);
}

static void show(struct run *run, uint64_t seed, struct blob *vmx, enum result result)
{
	char *what;

	if (run->shown == 0)
		return;
	run->shown--;
	while (reduce_once(vmx, result))
		;
	compare(vmx, &what);
	printf("--- --seed %llu --count 1: %s\n%s", (unsigned long long)seed, result_words[result],
	       what ? what : "");
	put_visibly(vmx);
	free(what);
}

static void run_one(struct run *run, uint64_t seed)
{
	struct chance c = { seed };
	struct blob vmx;
	enum result result;
	char *what;

	make_document(run, &c, &vmx);
	result = compare(&vmx, &what);
	run->results[result]++;
	if (what)
		show(run, seed, &vmx, result);
	free(what);
	blob_release(&vmx);
}

static bool is_vmx(const char *name)
{
	size_t length = strlen(name);

	return length >= 4 && strcmp(name + length - 4, ".vmx") == 0;
}

/* What is no VMX file is taken out of the list, and the folder put in front of the rest. */
static void find_files(struct run *run, const char *folder)
{
	struct names *names = &run->files;
	size_t kept = 0;

	if (!folder || !file_exists(folder))
		return;
	list_files_below(folder, names);
	for (size_t i = 0; i < names->count; i++) {
		char *name = names->items[i];

		if (is_vmx(name))
			names->items[kept++] = text_of_format("%s/%s", folder, name);
		free(name);
	}
	names->count = kept;
}

static void read_options(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' },
		{ "shown", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			run->count = strtoul(optarg, NULL, 10);
		else if (option == 's')
			run->seed = strtoull(optarg, NULL, 10);
		else if (option == 'n')
			run->shown = strtoul(optarg, NULL, 10);
		else
			give_up("Usage: libvirt_differential [--count N] [--seed N] [--shown N]");
	}
}

static int summarise(const struct run *run)
{
	printf("%zu documents from seed %llu\n", run->count, (unsigned long long)run->seed);
	for (size_t i = 0; i < RESULTS; i++)
		printf("%8zu %s\n", run->results[i], result_words[i]);
	for (size_t i = 0; i < LIMITS; i++)
		printf("%8zu not asked: %s\n", limit_counts[i], limits[i].why);
	return run->results[WE_REFUSE] || run->results[LIBVIRT_REFUSES] || run->results[OTHER_XML];
}

/* libxml2 says on stderr what it can't convert. */
static void ignore_message(void *user, const char *format, ...)
{
	(void)user;
	(void)format;
}

int main(int argc, char **argv)
{
	struct run run = { .seed = 1, .count = 3000, .shown = 10 };
	const char *missing;
	int status;

	read_options(&run, argc, argv);
	if (!installed_libvirt_open(&missing)) {
		printf("skipped: libvirt 9.0.0 is not installed here (%s)\n", missing);
		return SKIPPED;
	}
	xmlSetGenericErrorFunc(NULL, ignore_message);
	find_files(&run, getenv("VMXKIT_PEER_DATA"));
	for (size_t i = 0; i < run.count; i++)
		run_one(&run, run.seed + i);
	status = summarise(&run);
	names_release(&run.files);
	return status;
}
