/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/vmx_differences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "peer/vmx_values.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * newer   libvirt has changed since 9.0.0
 * limit   ours, and documented
 */
enum row {
	NO_ASCII, ICU_NAME, MISFIT, CARDS_LIMIT, CPUS_LIMIT, FOLDERS_LIMIT, MEMORY_LIMIT, CODE_PAGE,
	NO_FILE,
	EMPTY_CD, NO_GROUP, NO_PORT, NO_CONNECTION, NO_URI, NO_URI_PORT,
	HARDWARE_UUID, CLUSTERS, EMPTY_CONTROLLERS, WIDE_SCSI, LISTENER,
	ROWS
};

static const struct known_row rows[ROWS] = {
	[NO_ASCII] = { .why = "limit: encodings that no VMX file can have" },
	[ICU_NAME] = { .why = "limit: encodings whose names only ICU understands",
		       .rare = "takes a name that is spelt wrongly" },
	[MISFIT] = { .why = "limit: bytes that the encoding does not have",
		     .rare = "libvirt's converters refuse most of them, too" },
	[CARDS_LIMIT] = { .why = "not asked, limit: numbers of cards" },
	[CPUS_LIMIT] = { .why = "not asked, limit: numbers of CPUs" },
	[FOLDERS_LIMIT] = { .why = "not asked, limit: numbers of shared folders",
		      .rare = "few values are so large" },
	[MEMORY_LIMIT] = { .why = "limit: amounts of memory" },
	[CODE_PAGE] = { .why = "limit: an encoding's name means what it means to Windows" },
	[NO_FILE] = { .why = "not asked, libvirt crashes: a serial port without file" },
	[EMPTY_CD] = { .why = "newer: CD drives with an empty name" },
	[NO_GROUP] = { .why = "newer: ports of switches without a group" },
	[NO_PORT] = { .why = "newer: ports of switches without a number" },
	[NO_CONNECTION] = { .why = "newer: ports of switches without a connection" },
	[NO_URI] = { .why = "newer: serial ports with a name that is no URI" },
	[NO_URI_PORT] = { .why = "newer: serial ports with a URI without host or port" },
	[HARDWARE_UUID] = { .why = "newer, 12.4.0: <hwuuid>" },
	[CLUSTERS] = { .why = "newer, 10.1.0: clusters of CPUs" },
	[EMPTY_CONTROLLERS] = {
		.why = "newer, after 12.5.0: controllers without disks are listed" },
	[WIDE_SCSI] = { .why = "newer, 12.5.0: 64 disks on a SCSI controller" },
	[LISTENER] = { .why = "newer: the address that a display listens on is escaped" },
};

const struct known_row *vmx_known_row(size_t number)
{
	return number < ROWS ? &rows[number] : NULL;
}

/*
 * Our limits
 */

static const struct limit {
	enum row row;
	enum vmx_code code;
	const char *message;	/* part of ours */
	long long above;	/* the number behind it */
	bool is_asked;		/* otherwise libvirt would take gigabytes, or crash */
} limits[] = {
	{ NO_ASCII, VMX_CODE_UNKNOWN_ENCODING, "no VMX file can be in '", -1, true },
	{ ICU_NAME, VMX_CODE_UNKNOWN_ENCODING, "is not known", -1, true },
	{ MISFIT, VMX_CODE_ENCODING_MISMATCH, "the bytes do not fit the encoding", -1, true },
	{ CARDS_LIMIT, VMX_CODE_INDEX_OUT_OF_RANGE, "'ethernet", 1023, false },
	{ CPUS_LIMIT, VMX_CODE_OUT_OF_RANGE, "numvcpus is ", 16384, false },
	{ FOLDERS_LIMIT, VMX_CODE_OUT_OF_RANGE, "sharedFolder.maxNum is ", 1024, false },
	{ MEMORY_LIMIT, VMX_CODE_OUT_OF_RANGE, "memsize is ", 1ll << 40, true },
	{ NO_FILE, VMX_CODE_MISSING_KEY, "is a file, but has no fileName", -1, false },
};

static bool is_encoding_of_list(const char *message, const char *const *list)
{
	for (; *list; list++) {
		char *said = text_of_format("the encoding '%s' is not known", *list);
		bool found = strcasestr(message, said) != NULL;

		free(said);
		if (found)
			return true;
	}
	return false;
}

/* ICU overlooks all but letters and digits; those that files are made with are not ours to miss. */
static bool is_own_encoding(const char *message)
{
	return is_encoding_of_list(message, value_kinds[ENCODING].fine) ||
	       is_encoding_of_list(message, value_kinds[ENCODING].odd);
}

static bool is_beyond(const struct limit *limit, const struct vmx_outcome *ours)
{
	const char *at = ours->code == limit->code ? strcasestr(ours->message, limit->message)
						   : NULL;

	if (limit->row == ICU_NAME && is_own_encoding(ours->message))
		return false;
	return at && strtoll(at + strlen(limit->message), NULL, 10) > limit->above;
}

static bool find_limit(const struct vmx_outcome *ours, bool is_asked, bool known[KNOWN_MAX])
{
	for (size_t i = 0; i < COUNT(limits); i++) {
		if (limits[i].is_asked == is_asked && is_beyond(&limits[i], ours))
			return known[limits[i].row] = true;
	}
	return false;
}

bool vmx_may_ask(const struct vmx_outcome *ours, bool known[KNOWN_MAX])
{
	return !find_limit(ours, false, known);
}

bool vmx_is_limit(const struct vmx_outcome *ours, bool known[KNOWN_MAX])
{
	return find_limit(ours, true, known);
}

/*
 * Asking otherwise.  The first entry with a key counts, so what is to be changed is
 * put in front of the file.
 */

/* What stands for nothing in the XML, and is taken out of it. */
#define NOBODY "vmxkit-nobody"

static void put_entry(struct vmx_request *q, const char *key, const char *value)
{
	char *text = text_of_format("%s = \"%s\"\n%s", key, value, q->text);

	free(q->text);
	q->text = text;
}

static void put_null_serial(struct vmx_request *q, int number)
{
	char *name = text_of_format("serial%d.fileName", number);
	char *type = text_of_format("serial%d.fileType", number);

	put_entry(q, name, NOBODY);
	put_entry(q, type, "device");
	q->has_null_serial[number] = true;
	free(name);
	free(type);
}

/* A new string; NULL: there is no such key. */
static char *value_of(const struct vmx_document *document, const char *format, int number)
{
	struct vmx_entry entry;
	char *key = text_of_format(format, number);
	enum vmx_code code = vmx_document_get(document, key, strlen(key), &entry);

	free(key);
	return code == VMX_OK ? text_of_format("%.*s", (int)entry.value_length, entry.value) : NULL;
}

static bool has_value(const struct vmx_document *document, const char *format, int number,
		      const char *word)
{
	char *value = value_of(document, format, number);
	bool has = value && strcasecmp(value, word) == 0;

	free(value);
	return has;
}

/* libvirt says the name, but not the port: the first one that has it.  -1: there is none. */
static int find_serial(const struct vmx_request *q, const struct vmx_document *document,
		       const char *name)
{
	for (int i = 0; i < 4; i++) {
		char *value = value_of(document, "serial%d.fileName", i);
		bool found = !q->has_null_serial[i] &&
			     has_value(document, "serial%d.present", i, "true") &&
			     has_value(document, "serial%d.fileType", i, "network") &&
			     strcmp(value ? value : "(null)", name) == 0;

		free(value);
		if (found)
			return i;
	}
	return -1;
}

static bool make_null_serial(struct vmx_request *q, int number)
{
	if (number < 0 || number > 3 || q->has_null_serial[number])
		return false;
	put_null_serial(q, number);
	return true;
}

/* Messages of libvirt in which a key stands, and what to give it. */
static const struct newer_key {
	enum row row;
	const char *before, *after;	/* what the message has in front of the key, and behind */
	const char *field, *value;	/* how the key has to end */
} newer_keys[] = {
	{ EMPTY_CD, "handled value '' for VMX entry '", "' for device type 'cdrom-image'",
	  ".fileName", "emptyBackingString" },
	{ NO_GROUP, "Missing essential config entry '", "'", ".dvs.portgroupId", NOBODY },
	{ NO_PORT, "Missing essential config entry '", "'", ".dvs.portId", "0" },
	{ NO_CONNECTION, "Missing essential config entry '", "'", ".dvs.connectionId", "0" },
};

/* A new string, or NULL. */
static char *key_in_message(const struct newer_key *newer, const char *message)
{
	const char *from = strstr(message, newer->before), *to;
	size_t field = strlen(newer->field);

	if (!from)
		return NULL;
	from += strlen(newer->before);
	to = strchr(from, '\'');
	if (!to || (size_t)(to - from) < field || strncmp(to - field, newer->field, field) != 0 ||
	    strncmp(to, newer->after, strlen(newer->after)) != 0)
		return NULL;
	return text_of_format("%.*s", (int)(to - from), from);
}

static bool give_newer_key(struct vmx_request *q, const char *message, bool known[KNOWN_MAX])
{
	for (size_t i = 0; i < COUNT(newer_keys); i++) {
		char *key = key_in_message(&newer_keys[i], message);

		if (!key)
			continue;
		put_entry(q, key, newer_keys[i].value);
		free(key);
		return known[newer_keys[i].row] = true;
	}
	return false;
}

/* A network port whose name does not say where it leads is one that leads nowhere. */
static bool forget_serial(struct vmx_request *q, const struct vmx_outcome *ours,
			  const char *message, bool known[KNOWN_MAX])
{
	static const char no_uri[] = "Unable to parse URI ", entry[] = "VMX entry 'serial";
	static const char no_port[] = ".fileName' doesn't contain a port part";
	const char *at;
	char *end;
	int number;

	at = strstr(message, no_uri);
	if (at && ours->document &&
	    make_null_serial(q, find_serial(q, ours->document, at + strlen(no_uri))))
		return known[NO_URI] = true;
	at = strstr(message, entry);
	if (!at)
		return false;
	number = (int)strtol(at + strlen(entry), &end, 10);
	if (strcmp(end, no_port) == 0 && make_null_serial(q, number))
		return known[NO_URI_PORT] = true;
	return false;
}

/*
 * Names of encodings that mean more to Windows, and so to VMware, than to the standard
 * (libvirt asks iconv, which follows that).
 */
static const struct {
	const char *name, *code_page;
} code_pages[] = {
	{ "Shift_JIS", "CP932" }, { "gb2312", "GBK" }, { "EUC-KR", "CP949" },
	{ "KS_C_5601-1987", "CP949" }, { "Big5", "CP950" }, { "TIS-620", "CP874" },
};

static bool name_code_page(struct vmx_request *q, const struct vmx_outcome *ours,
			   bool known[KNOWN_MAX])
{
	const char *name = ours->document ? vmx_document_encoding(ours->document) : NULL;

	for (size_t i = 0; !q->has_code_page && i < COUNT(code_pages); i++) {
		if (!name || strcasecmp(name, code_pages[i].name) != 0)
			continue;
		put_entry(q, ".encoding", code_pages[i].code_page);
		return known[CODE_PAGE] = q->has_code_page = true;
	}
	return false;
}

bool vmx_ask_otherwise(struct vmx_request *question, const struct vmx_outcome *ours,
		       const char *message, bool known[KNOWN_MAX])
{
	if (message && (give_newer_key(question, message, known) ||
			forget_serial(question, ours, message, known)))
		return true;
	/* where bytes do not fit, libvirt says no more than that it could not convert */
	return (ours->xml || !message) && name_code_page(question, ours, known);
}

/*
 * Our XML, as libvirt 9.0.0 would print it
 */

#define TARGET "      <target dev='"
#define ADDRESS "      <address type='drive' controller='"
#define BEHIND_CONTROLLER "' bus='0' target='0' unit='"
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

struct form {
	bool *known;
	const char *rest;	/* the XML behind the line */
	bool is_wide;		/* SCSI controllers have 64 units */
	long last_scsi, last_sata;	/* controllers with disks */
	long latest_scsi;	/* that of the last SCSI disk in the list */
	bool owes;		/* those between the latest and the last */
	char uuid[64];
	enum { NO_BUS, SCSI, SATA } bus;	/* of the disk that a line is part of */
};

/* Where a SCSI disk was with 63 units, but fifteen names, for each controller. */
static void move(const struct form *form, long *controller, long *unit, long *index)
{
	*index = *controller * 15 + (*unit < 7 ? *unit : *unit - 1);
	if (!form->is_wide)
		return;
	*controller = *index / 63;
	*unit = *index % 63 < 7 ? *index % 63 : *index % 63 + 1;
}

/* sda, ..., sdz, sdaa, ... */
static const char *disk_name(long index, char ret[16])
{
	char *at = ret + 15;

	*at = '\0';
	for (index++; index > 0; index = (index - 1) / 26)
		*--at = (char)('a' + (index - 1) % 26);
	*--at = 'd';
	*--at = 's';
	return at;
}

/* False: the line is no address of a disk. */
static bool read_address(const char *line, long *ret_controller, long *ret_unit)
{
	char *end;

	*ret_controller = number_behind(line, ADDRESS);
	if (*ret_controller < 0)
		return false;
	strtol(line + strlen(ADDRESS), &end, 10);
	*ret_unit = number_behind(end, BEHIND_CONTROLLER);
	return *ret_unit >= 0;
}

/* The address that the disk of a target has: on one of the next lines. */
static bool find_address(const char *rest, long *ret_controller, long *ret_unit)
{
	while (rest && !starts(rest, "    </disk>")) {
		if (read_address(rest, ret_controller, ret_unit))
			return true;
		rest = strchr(rest, '\n');
		rest = rest ? rest + 1 : NULL;
	}
	return false;
}

/* Nothing is put for a name that does not fit the address: then both texts differ. */
static void put_target(const struct form *form, const char *line, FILE *out)
{
	long controller, unit, index;
	char newer[16], older[16], *expected;

	if (!form->is_wide || form->bus != SCSI || !find_address(form->rest, &controller, &unit)) {
		fprintf(out, "%s\n", line);
		return;
	}
	index = controller * 64 + (unit < 7 ? unit : unit - 1);
	expected = text_of_format(TARGET "%s' bus='scsi'/>", disk_name(index, newer));
	move(form, &controller, &unit, &index);
	if (strcmp(line, expected) == 0)
		fprintf(out, TARGET "%s' bus='scsi'/>\n", disk_name(index, older));
	free(expected);
}

static void put_address(const struct form *form, const char *line, FILE *out)
{
	long controller, unit, index;

	if (!form->is_wide || form->bus != SCSI || !read_address(line, &controller, &unit)) {
		fprintf(out, "%s\n", line);
		return;
	}
	move(form, &controller, &unit, &index);
	fprintf(out, ADDRESS "%ld" BEHIND_CONTROLLER "%ld'/>\n", controller, unit);
	form->known[WIDE_SCSI] = true;
}

/* With 63 units, the controllers behind that of the last disk in the list stood elsewhere. */
static void put_controller(const struct form *form, const char *line, FILE *out)
{
	long scsi = number_behind(line, CONTROLLER("scsi"));
	long sata = number_behind(line, CONTROLLER("sata"));

	if (scsi > form->last_scsi || sata > form->last_sata)
		form->known[EMPTY_CONTROLLERS] = true;
	else if (scsi > form->latest_scsi)
		form->known[WIDE_SCSI] = true;
	else
		fprintf(out, "%s\n", line);
}

static void put_topology(const struct form *form, const char *line, FILE *out)
{
	static const char clusters[] = " clusters='1'";
	const char *newer = strstr(line, clusters);

	fprintf(out, "%.*s%s\n", newer ? (int)(newer - line) : (int)strlen(line), line,
		newer ? newer + sizeof(clusters) - 1 : "");
	form->known[CLUSTERS] |= newer != NULL;
}

static void put_hardware_uuid(const struct form *form, const char *line, FILE *out)
{
	/* without vc.uuid, both are the same */
	if (strncmp(line + strlen("  <hwuuid>"), form->uuid, 36) == 0)
		form->known[HARDWARE_UUID] = true;
	else
		fprintf(out, "%s\n", line);
}

/* Up to the end of an attribute's value, of which nothing is escaped. */
static const char *put_plainly(const char *value, FILE *out)
{
	static const struct {
		const char *entity;
		char character;
	} entities[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
		{ "&apos;", '\'' },
	};

	while (*value && *value != '\'') {
		size_t i = 0;

		while (i < COUNT(entities) && !starts(value, entities[i].entity))
			i++;
		putc(i < COUNT(entities) ? entities[i].character : *value, out);
		value += i < COUNT(entities) ? strlen(entities[i].entity) : 1;
	}
	return value;
}

static void put_listener(const struct form *form, const char *line, FILE *out)
{
	const char *at = strstr(line, starts(line, "    <graphics ") ? " listen='" : " address='");
	const char *value = at ? strchr(at, '\'') + 1 : NULL;

	if (!value) {
		fprintf(out, "%s\n", line);
		return;
	}
	fprintf(out, "%.*s", (int)(value - line), line);
	form->known[LISTENER] |= strcspn(value, "&") < strcspn(value, "'");
	fprintf(out, "%s\n", put_plainly(value, out));
}

static const struct {
	const char *beginning;
	void (*put)(const struct form *form, const char *line, FILE *out);
} our_lines[] = {
	{ TARGET, put_target }, { ADDRESS, put_address },
	{ CONTROLLER("scsi"), put_controller }, { CONTROLLER("sata"), put_controller },
	{ "    <topology ", put_topology }, { "  <hwuuid>", put_hardware_uuid },
	{ "    <graphics ", put_listener }, { "      <listen ", put_listener },
};

static void follow(struct form *form, const char *line)
{
	if (starts(line, TARGET))
		form->bus = strstr(line, " bus='scsi'") ? SCSI :
			    strstr(line, " bus='sata'") ? SATA : NO_BUS;
	if (starts(line, "  <uuid>"))
		snprintf(form->uuid, sizeof(form->uuid), "%s", line + strlen("  <uuid>"));
}

/* Each line of a text, the function's to change; behind it stands what is left. */
static void for_each_line(const char *xml, struct form *form,
			  void (*work)(struct form *form, const char *line, FILE *out), FILE *out)
{
	char *copy = text_of_format("%s", xml), *rest = copy, *line;

	form->bus = NO_BUS;
	while ((line = strsep(&rest, "\n"))) {
		form->rest = rest;
		work(form, line, out);
	}
	free(copy);
}

/* Which controllers have disks, in the numbers of libvirt 9.0.0. */
static void find_controller(struct form *form, const char *line, FILE *out)
{
	long controller, unit, index;

	(void)out;
	follow(form, line);
	if (!read_address(line, &controller, &unit))
		return;
	if (form->bus == SCSI) {
		move(form, &controller, &unit, &index);
		form->latest_scsi = controller;
		form->last_scsi = controller > form->last_scsi ? controller : form->last_scsi;
	} else if (form->bus == SATA && controller > form->last_sata) {
		form->last_sata = controller;
	}
}

/* Without model, behind those of SATA. */
static void put_owed(struct form *form, const char *line, FILE *out)
{
	if (starts(line, CONTROLLER("scsi")))
		form->owes = true;
	if (!form->owes || starts(line, CONTROLLER("scsi")) || starts(line, CONTROLLER("sata")))
		return;
	for (long i = form->latest_scsi + 1; i <= form->last_scsi; i++)
		fprintf(out, CONTROLLER("scsi") "%ld'/>\n", i);
	form->owes = false;
}

static void put_our_line(struct form *form, const char *line, FILE *out)
{
	follow(form, line);
	put_owed(form, line, out);
	for (size_t i = 0; i < COUNT(our_lines); i++) {
		if (starts(line, our_lines[i].beginning)) {
			our_lines[i].put(form, line, out);
			return;
		}
	}
	fprintf(out, "%s\n", line);
}

static bool has_wide_scsi(const struct vmx_document *document)
{
	char *version = value_of(document, "virtualHW.version", 0);
	bool is_wide = version && strtoll(version, NULL, 10) >= 13;

	free(version);
	return is_wide;
}

char *vmx_our_form(const struct vmx_outcome *ours, bool known[KNOWN_MAX])
{
	struct form form = {
		.known = known, .is_wide = has_wide_scsi(ours->document),
		.last_scsi = -1, .latest_scsi = -1, .last_sata = -1,
	};
	char *ret;
	size_t length;
	FILE *out = open_text(&ret, &length);

	for_each_line(ours->xml, &form, find_controller, NULL);
	for_each_line(ours->xml, &form, put_our_line, out);
	close_text(out);
	return ret;
}

/*
 * Libvirt's XML, as newer releases would print it
 */

/* Bytes that no XML can hold, and that are left out where text is escaped. */
static bool is_left_out(char byte)
{
	unsigned char b = (unsigned char)byte;

	return b < 0x1A && b != '\t' && b != '\n' && b != '\r';
}

static void put_their_listener(const struct form *form, const char *line, FILE *out)
{
	for (; *line; line++) {
		if (is_left_out(*line))
			form->known[LISTENER] = true;
		else
			putc(*line, out);
	}
	putc('\n', out);
}

static void put_without_group(const char *line, FILE *out)
{
	static const char nobody[] = " portgroupid='" NOBODY "'";
	const char *at = strstr(line, nobody);

	fprintf(out, "%.*s%s\n", at ? (int)(at - line) : (int)strlen(line), line,
		at ? at + sizeof(nobody) - 1 : "");
}

/* The line behind that of a port that leads nowhere says that it leads to nobody. */
static void put_their_line(struct form *form, const char *line, FILE *out)
{
	static const char nobody[] = "      <source path='" NOBODY "'/>";
	bool is_null = form->rest && starts(form->rest, nobody);

	if (starts(line, "    <graphics ") || starts(line, "      <listen "))
		put_their_listener(form, line, out);
	else if (is_null && strcmp(line, "    <serial type='dev'>") == 0)
		fputs("    <serial type='null'>\n", out);
	else if (is_null && strcmp(line, "    <console type='dev'>") == 0)
		fputs("    <console type='null'>\n", out);
	else if (starts(line, "      <source switchid="))
		put_without_group(line, out);
	else if (strcmp(line, nobody) != 0)
		fprintf(out, "%s\n", line);
}

char *vmx_their_form(const char *xml, bool known[KNOWN_MAX])
{
	struct form form = { .known = known };
	char *ret;
	size_t length;
	FILE *out = open_text(&ret, &length);

	for_each_line(xml, &form, put_their_line, out);
	close_text(out);
	return ret;
}
