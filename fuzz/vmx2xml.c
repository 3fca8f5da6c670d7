/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VMX files to domain XML, from any bytes.  At our own two levels:
 *
 * - the XML is well-formed, and is read back as a machine;
 * - applied to the file that it was made from, that machine changes no byte of it;
 * - written as a new VMX file, that machine gives the same XML again, but for what
 *   docs/mapping.md lists.
 *
 * And between the levels what docs/levels.md promises:
 *
 * - what the default level converts without a note is libvirt's XML;
 * - strict reading takes what both take without a note, and makes the same of it;
 * - the full level refuses nothing that the default level takes.
 */
#include <libxml/parser.h>

#include "base/number.h"

#include "machines.h"

/* One conversion: empty XML where it was refused. */
struct result {
	struct vmx_bytes xml;
	struct fuzz_heard heard;
	enum vmx_code document_code;
	bool noted;	/* told that something is not as in libvirt */
};

/*
 * Every note says so, and so do warnings about the text; but of keys twice libvirt
 * takes the same one, and what is not UTF-8 in a value that nobody uses does not bother it.
 */
static void hear_notes(void *user, const struct vmx_diagnostic *diagnostic)
{
	struct result *result = user;
	unsigned int code = diagnostic->code;

	fuzz_hear(&result->heard, diagnostic);
	if (diagnostic->severity == VMX_NOTE ||
	    (code >= VMX_CODE_NOT_VMX && code < 200 && code != VMX_CODE_DUPLICATE_KEY &&
	     code != VMX_CODE_INVALID_UTF8))
		result->noted = true;
}

/*
 * Between the levels
 */

static struct result convert(const char *bytes, size_t length, enum vmx_level level, bool strict)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_machine_options machine_options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_domain_xml_options xml_options = VMX_DOMAIN_XML_OPTIONS_INIT;
	struct result result = { .xml = VMX_BYTES_INIT };
	struct vmx_document *document = NULL;
	struct vmx_machine *machine = NULL;

	options.mode = strict || level == VMX_LEVEL_LIBVIRT ? VMX_READ_STRICT : VMX_READ_TOLERANT;
	machine_options.level = level;
	machine_options.strict = strict;
	options.diagnostic = machine_options.diagnostic = xml_options.diagnostic = hear_notes;
	options.user = machine_options.user = xml_options.user = &result;
	result.document_code = vmx_document_read(bytes, length, &options, &document, NULL);
	if (result.document_code == VMX_OK &&
	    vmx_machine_read(document, &machine_options, &machine, NULL) == VMX_OK)
		(void)vmx_domain_xml_write(machine, &xml_options, &result.xml, NULL);
	vmx_machine_free(machine);
	vmx_document_free(document);
	return result;
}

static void must_keep_promises(const char *bytes, size_t length)
{
	struct result ours = convert(bytes, length, VMX_LEVEL_DEFAULT, false);
	struct result libvirt = convert(bytes, length, VMX_LEVEL_LIBVIRT, false);
	struct result strict = convert(bytes, length, VMX_LEVEL_DEFAULT, true);
	struct result full = convert(bytes, length, VMX_LEVEL_FULL, false);
	bool alike;

	/* bytes of a comment that do not fit the encoding: nobody else looks at them */
	if (libvirt.document_code == VMX_CODE_ENCODING_MISMATCH)
		ours.noted = true;
	/* characters that XML can't hold: libvirt copies some of them */
	if (fuzz_heard_any(&ours.heard, VMX_CODE_CONTROL_CHARACTER, VMX_CODE_CONTROL_CHARACTER) &&
	    !fuzz_same(ours.xml.data, ours.xml.length, libvirt.xml.data, libvirt.xml.length))
		ours.noted = true;
	alike = libvirt.xml.length > 0 && ours.xml.length > 0 && !ours.noted;
	if (ours.xml.length > 0 && !ours.noted)
		MUST_EQUAL(ours.xml.data, ours.xml.length, libvirt.xml.data, libvirt.xml.length);
	MUST(alike == (strict.xml.length > 0));
	if (alike)
		MUST_EQUAL(ours.xml.data, ours.xml.length, strict.xml.data, strict.xml.length);
	MUST((ours.xml.length > 0) == (full.xml.length > 0));
	vmx_bytes_release(&ours.xml);
	vmx_bytes_release(&libvirt.xml);
	vmx_bytes_release(&strict.xml);
	vmx_bytes_release(&full.xml);
}

/*
 * There and back
 */

static void must_be_well_formed(const struct vmx_bytes *xml)
{
	xmlParserCtxt *parser = xmlNewParserCtxt();
	xmlDoc *document;

	MUST(parser);
	document = xmlCtxtReadMemory(parser, xml->data, (int)xml->length, NULL, NULL,
				     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	MUST(document && parser->wellFormed && parser->nsWellFormed);
	xmlFreeDoc(document);
	xmlFreeParserCtxt(parser);
}

static void must_change_nothing(const struct vmx_machine *machine, const struct fuzz_way *way,
				const char *bytes, size_t length)
{
	struct vmx_document *document = fuzz_read_document(bytes, length, VMX_READ_TOLERANT, NULL);
	struct vmx_bytes after;
	size_t changes;
	enum vmx_code code = fuzz_apply(machine, document, way, NULL, &changes);

	if (code != VMX_OK) {
		MUST(fuzz_refused_by_rule(code));
	} else {
		after = fuzz_write_document(document);
		MUST_EQUAL(after.data, after.length, bytes, length);
		MUST(changes == 0);
		vmx_bytes_release(&after);
	}
	vmx_document_free(document);
}

/* A number of the options' range; 0: the file says none, or another. */
static unsigned int hardware_version_of(const struct vmx_document *document)
{
	struct vmx_entry entry;
	unsigned int version = 0;

	if (vmx_document_get(document, "virtualHW.version", 17, &entry) != VMX_OK ||
	    entry.value_length == 0 || entry.value_length > 2)
		return 0;
	for (size_t i = 0; i < entry.value_length; i++) {
		if (entry.value[i] < '0' || entry.value[i] > '9')
			return 0;
		version = version * 10 + (unsigned int)(entry.value[i] - '0');
	}
	return version < VMX_LOWEST_HARDWARE_VERSION || version > VMX_HIGHEST_HARDWARE_VERSION
	       ? 0 : version;
}

/* Whether each private network has a UUID, as VMware gives them: others become bridges. */
static bool has_true_networks(const struct vmx_bytes *xml)
{
	uint8_t id[16];

	for (const char *at = xml->data; (at = strstr(at, "<source network='"));) {
		struct text name = { at + strlen("<source network='"), 0 };

		name.len = strcspn(name.ptr, "'");
		if (!text_equal_nocase(name, TEXT("VMnet1")) && !vmxi_parse_uuid(name, id))
			return false;
		at = name.ptr;
	}
	return true;
}

/* Whether each address says of which kind it is. */
static bool has_kinds_of_addresses(const struct vmx_bytes *xml)
{
	for (const char *at = xml->data; (at = strstr(at, "<mac address='"));) {
		at += strlen("<mac address='00:00:00:00:00:00'");
		if (strncmp(at, " type", 5) != 0)
			return false;
	}
	return true;
}

/*
 * What libvirt's XML does not say, and so does not come back: a UUID of the server alone; a
 * CD drive of Linux that is a generic SCSI device; at the default level the kind of an
 * address that has none, CR and tab.
 */
static bool can_come_back(const struct vmx_bytes *xml, const struct fuzz_way *way)
{
	if (!strstr(xml->data, "<hwuuid>") &&
	    !strstr(xml->data, "<uuid>00000000-0000-0000-0000-000000000000</uuid>") &&
	    !strstr(xml->data, "<uuid>ffffffff-ffff-ffff-ffff-ffffffffffff</uuid>"))
		return false;
	if (strstr(xml->data, "device='lun'>\n      <source dev='/dev/") || !has_true_networks(xml))
		return false;
	return way->level == VMX_LEVEL_FULL ||
	       (has_kinds_of_addresses(xml) && !strpbrk(xml->data, "\r\t"));
}

static void must_come_back(const struct vmx_machine *machine, const struct fuzz_way *way,
			   const struct vmx_bytes *xml, unsigned int version)
{
	struct vmx_bytes vmx = VMX_BYTES_INIT, again = VMX_BYTES_INIT;
	struct fuzz_heard heard = { 0 };
	struct vmx_document *document;
	enum vmx_code code;

	if (way->level == VMX_LEVEL_FULL)
		version = 0;	/* the XML says it */
	code = fuzz_write_vmx(machine, way, version, &heard, &vmx);
	if (code != VMX_OK) {
		MUST(fuzz_refused_by_rule(code));
	} else {
		document = fuzz_read_document(vmx.data, vmx.length, VMX_READ_STRICT, NULL);
		MUST(document);
		MUST(fuzz_make_xml(document, way, &heard, &again));
		if (!fuzz_heard_loss(&heard))
			MUST_EQUAL(again.data, again.length, xml->data, xml->length);
		vmx_document_free(document);
	}
	vmx_bytes_release(&vmx);
	vmx_bytes_release(&again);
}

static void go_there_and_back(const struct vmx_document *document, const struct fuzz_way *way,
			      const char *bytes, size_t length)
{
	struct vmx_bytes xml = VMX_BYTES_INIT;
	struct fuzz_heard heard = { 0 };
	unsigned int version = hardware_version_of(document);
	struct vmx_machine *machine;
	enum vmx_code code;

	if (fuzz_make_xml(document, way, &heard, &xml)) {
		must_be_well_formed(&xml);
		machine = fuzz_read_xml(&xml, way, &heard, &code);
		MUST(machine || fuzz_refused_by_rule(code));
		if (machine) {
			must_change_nothing(machine, way, bytes, length);
			/* target names depend on the version, so one that is made up won't do */
			if (version > 0 && !fuzz_heard_loss(&heard) && can_come_back(&xml, way))
				must_come_back(machine, way, &xml, version);
		}
		vmx_machine_free(machine);
	}
	vmx_bytes_release(&xml);
}

/* What became of each key. */
static void must_know_fates(const struct vmx_document *document)
{
	static const struct fuzz_way way = { .level = VMX_LEVEL_FULL };
	struct vmx_machine *machine = fuzz_read_machine(document, &way, NULL);
	enum vmx_key_fate fate;
	struct vmx_entry entry;
	const char *reason;
	size_t count = 0;

	for (size_t cursor = 0;
	     machine && vmx_machine_next_key(machine, &cursor, &entry, &fate, &reason); count++)
		MUST(vmx_key_fate_name(fate) && reason);
	MUST(!machine || count == vmx_document_count(document));
	vmx_machine_free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_way ways[] = {
		{ .level = VMX_LEVEL_DEFAULT }, { .level = VMX_LEVEL_FULL, .placed = true },
	};
	const char *bytes = (const char *)data;
	struct vmx_document *document = fuzz_read_document(bytes, size, VMX_READ_TOLERANT, NULL);

	must_keep_promises(bytes, size);
	if (document) {
		must_know_fates(document);
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			go_there_and_back(document, &ways[i], bytes, size);
	}
	vmx_document_free(document);
	return 0;
}
