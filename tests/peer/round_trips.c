/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * round_trips peers|generated: what holds for every VMX file that converts, at each of
 * the two levels that are ours, with and without a place on a datastore:
 *
 * - applied to the very file that it was made from, the XML changes no byte of it;
 * - the VMX file that is written from the XML gives the same XML again, unless the
 *   hardware version lacks something, or a diagnostic says what is lost;
 * - applied to the file before, at the full level, the XML comes out of that again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "peer/peer.h"
#include "peer/vmx_generator.h"
#include "support/cases.h"

#define GENERATED 3000
#define SEED 20261121

static struct vmx_error *error;
static struct vmx_path_rules *rules;
static size_t files, converted, written, crossed;
static struct blob before;

/* One way through: which level, which names. */
struct way {
	enum vmx_level level;
	bool placed;
};

static const struct way ways[] = {
	{ VMX_LEVEL_DEFAULT, false }, { VMX_LEVEL_FULL, false },
	{ VMX_LEVEL_DEFAULT, true }, { VMX_LEVEL_FULL, true },
};

static enum vmx_code to_vmx(void *user, const char *path, size_t length, struct vmx_bytes *ret,
			    struct vmx_error *to_error)
{
	return vmx_path_rules_to_vmx(user, path, length, ret, to_error);
}

/* Codes that say that the way back has lost something. */
static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	bool *lost = user;

	if (diagnostic->code == VMX_CODE_MEMORY_ROUNDED || diagnostic->code == VMX_CODE_XML_IGNORED ||
	    diagnostic->code == VMX_CODE_CONTROL_CHARACTER || diagnostic->code == VMX_CODE_XML_WORD)
		*lost = true;
}

static struct vmx_document *read_document(const char *bytes, size_t length)
{
	struct vmx_document *document = NULL;

	(void)vmx_document_read(bytes, length, NULL, &document, error);
	return document;
}

/* False: it does not convert. */
static bool make_xml(const struct vmx_document *document, const struct way *way, bool *lost,
		     struct vmx_bytes *ret)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_domain_xml_options xml_options = VMX_DOMAIN_XML_OPTIONS_INIT;
	struct vmx_machine *machine;
	enum vmx_code code;

	options.level = way->level;
	xml_options.diagnostic = hear;
	xml_options.user = lost;
	if (way->placed) {
		options.file_name = vmx_path_rules_resolve;
		options.file_name_user = rules;
	}
	if (vmx_machine_read(document, &options, &machine, error) != VMX_OK)
		return false;
	code = vmx_domain_xml_write(machine, &xml_options, ret, error);
	vmx_machine_free(machine);
	return code == VMX_OK;
}

static struct vmx_machine *read_xml(const struct vmx_bytes *xml, bool *lost)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_machine *machine;

	options.diagnostic = hear;
	options.user = lost;
	if (vmx_domain_xml_read(xml->data, xml->length, &options, &machine, error) != VMX_OK)
		return NULL;
	return machine;
}

/* A name with control characters is refused, by rule. */
static bool is_refused_by_rule(void)
{
	return vmx_error_code(error) == VMX_CODE_TEXT_NOT_IN_VMX ||
	       vmx_error_code(error) == VMX_CODE_HARDWARE_LACKS;
}

/* Shows the lines from the first difference on. */
static void fail_differing(const char *name, const struct way *way, const struct vmx_bytes *a,
			   const struct vmx_bytes *b)
{
	size_t at = 0, shown = 300;

	while (at < a->length && at < b->length && a->data[at] == b->data[at])
		at++;
	while (at > 0 && a->data[at - 1] != '\n')
		at--;
	fail_msg("%s (level %d, placed %d):\n- %.*s\n+ %.*s", name, way->level, way->placed,
		 (int)(a->length - at < shown ? a->length - at : shown), a->data + at,
		 (int)(b->length - at < shown ? b->length - at : shown), b->data + at);
}

static void check_identity(const char *name, const struct way *way,
			   const struct vmx_machine *machine, const char *bytes, size_t length)
{
	struct vmx_machine_apply_options options = VMX_MACHINE_APPLY_OPTIONS_INIT;
	struct vmx_document *document = read_document(bytes, length);
	struct vmx_bytes after = VMX_BYTES_INIT;

	if (way->placed) {
		options.resolve = vmx_path_rules_resolve;
		options.resolve_user = rules;
		options.file_name = to_vmx;
		options.file_name_user = rules;
	}
	if (vmx_machine_apply(machine, document, &options, error) != VMX_OK) {
		if (!is_refused_by_rule())
			fail_msg("%s: applying: %s", name, vmx_error_message(error));
	} else {
		assert_int_equal(vmx_document_write(document, &after, error), VMX_OK);
		if (after.length != length || memcmp(after.data, bytes, length) != 0)
			fail_differing(name, way,
				       &(struct vmx_bytes){ .data = (char *)bytes, .length = length },
				       &after);
	}
	vmx_bytes_release(&after);
	vmx_document_free(document);
}

static void check_written(const char *name, const struct way *way,
			  const struct vmx_machine *machine, const struct vmx_bytes *xml,
			  unsigned int hardware_version)
{
	struct vmx_machine_write_options options = VMX_MACHINE_WRITE_OPTIONS_INIT;
	struct vmx_bytes vmx = VMX_BYTES_INIT, again = VMX_BYTES_INIT;
	struct vmx_document *document = NULL;
	bool lost = false;

	if (way->level == VMX_LEVEL_DEFAULT && hardware_version > 0)
		options.hardware_version = hardware_version;
	if (way->placed) {
		options.file_name = to_vmx;
		options.file_name_user = rules;
	}
	options.diagnostic = hear;
	options.user = &lost;
	if (vmx_machine_write(machine, &options, &vmx, error) != VMX_OK) {
		if (!is_refused_by_rule())
			fail_msg("%s: writing: %s", name, vmx_error_message(error));
	} else {
		document = read_document(vmx.data, vmx.length);
		if (!make_xml(document, way, &lost, &again))
			fail_msg("%s: reading what was written: %s\n%s", name,
				 vmx_error_message(error), vmx.data);
		written++;
		if (!lost && (again.length != xml->length ||
			      memcmp(again.data, xml->data, xml->length) != 0))
			fail_differing(name, way, xml, &again);
	}
	vmx_document_free(document);
	vmx_bytes_release(&vmx);
	vmx_bytes_release(&again);
}

static unsigned int hardware_version_of(const struct vmx_document *document)
{
	struct vmx_entry entry;
	char text[16] = "";
	unsigned long long version;

	if (vmx_document_get(document, "virtualHW.version", 17, &entry) != VMX_OK ||
	    entry.value_length >= sizeof(text))
		return 0;
	memcpy(text, entry.value, entry.value_length);
	version = strtoull(text, NULL, 10);
	return version > VMX_HIGHEST_HARDWARE_VERSION ? 0 : (unsigned int)version;
}

/*
 * What the default level can't bring back, since libvirt's XML does not say it: the kind
 * of an address that has none, CR and tab, and a UUID of the server alone; and at both levels
 * a CD drive of Linux that is a generic SCSI device, which it is not again.
 */
static bool can_come_back(const struct vmx_bytes *xml, const struct way *way,
			  unsigned int hardware_version)
{
	const char *mac = xml->data;

	if (!strstr(xml->data, "<hwuuid>") &&
	    !strstr(xml->data, "<uuid>00000000-0000-0000-0000-000000000000</uuid>") &&
	    !strstr(xml->data, "<uuid>ffffffff-ffff-ffff-ffff-ffffffffffff</uuid>"))
		return false;
	if (strstr(xml->data, "device='lun'>\n      <source dev='/dev/"))
		return false;
	/* a version that the file does not say is made up; target names depend on it */
	if (hardware_version < VMX_LOWEST_HARDWARE_VERSION ||
	    hardware_version > VMX_HIGHEST_HARDWARE_VERSION)
		return false;
	if (way->level == VMX_LEVEL_FULL)
		return true;
	while ((mac = strstr(mac, "<mac address='"))) {
		mac += strlen("<mac address='00:00:00:00:00:00'");
		if (strncmp(mac, " type", 5) != 0)
			return false;
	}
	return !strpbrk(xml->data, "\r\t");
}

static size_t count_controllers(const struct vmx_bytes *xml)
{
	size_t count = 0;

	for (const char *at = xml->data; (at = strstr(at, "<controller")); at++)
		count++;
	return count;
}

/*
 * Another machine's XML onto a file.  What the XML need not say stays as it is there, and
 * so does a controller with a drive that XML does not show; cards keep their numbers, and
 * so their order.
 */
static bool says_all(const struct vmx_bytes *xml, const struct vmx_bytes *again)
{
	const char *card = strstr(xml->data, "<interface");

	return strstr(xml->data, "<name>") && strstr(xml->data, "<vmxkit:guestOS>") &&
	       strstr(xml->data, "<vmxkit:hardwareVersion>") &&
	       count_controllers(xml) == count_controllers(again) &&
	       !(card && strstr(card + 1, "<interface"));
}

static void check_crossed(const char *name, const struct vmx_bytes *xml, const struct blob *base)
{
	static const struct way way = { VMX_LEVEL_FULL, false };
	struct vmx_document *document = read_document(base->data, base->length), *result = NULL;
	struct vmx_bytes bytes = VMX_BYTES_INIT, again = VMX_BYTES_INIT;
	bool lost = false;
	struct vmx_machine *machine = read_xml(xml, &lost);
	struct vmx_machine_apply_options options = VMX_MACHINE_APPLY_OPTIONS_INIT;

	options.diagnostic = hear;
	options.user = &lost;
	if (machine && document && vmx_machine_apply(machine, document, &options, error) == VMX_OK) {
		assert_int_equal(vmx_document_write(document, &bytes, error), VMX_OK);
		result = read_document(bytes.data, bytes.length);
		if (!make_xml(result, &way, &lost, &again))
			fail_msg("%s: reading the result: %s\n%s", name, vmx_error_message(error),
				 bytes.data);
		crossed++;
		if (!lost && says_all(xml, &again) &&
		    can_come_back(xml, &way, hardware_version_of(result)) &&
		    (again.length != xml->length || memcmp(again.data, xml->data, xml->length) != 0))
			fail_differing(name, &way, xml, &again);
	}
	vmx_machine_free(machine);
	vmx_document_free(document);
	vmx_document_free(result);
	vmx_bytes_release(&bytes);
	vmx_bytes_release(&again);
}

/* The XML of each file onto the file before it. */
static void cross(const char *name, const char *bytes, size_t length)
{
	static const struct way way = { VMX_LEVEL_FULL, false };
	struct vmx_document *document = read_document(bytes, length);
	struct vmx_bytes xml = VMX_BYTES_INIT;
	bool lost = false;

	if (document && make_xml(document, &way, &lost, &xml)) {
		if (before.length > 0 && !lost)
			check_crossed(name, &xml, &before);
		blob_release(&before);
		before.data = text_of_format("%.*s", (int)length, bytes);
		before.length = strlen(before.data);
	}
	vmx_bytes_release(&xml);
	vmx_document_free(document);
}

static void check_file(const char *name, const char *bytes, size_t length)
{
	files++;
	cross(name, bytes, length);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct vmx_document *document = read_document(bytes, length);
		struct vmx_bytes xml = VMX_BYTES_INIT;
		struct vmx_machine *machine;
		bool lost = false;

		if (document && make_xml(document, &ways[i], &lost, &xml)) {
			unsigned int version = hardware_version_of(document);

			machine = read_xml(&xml, &lost);
			if (machine) {
				converted++;
				check_identity(name, &ways[i], machine, bytes, length);
				if (!lost && can_come_back(&xml, &ways[i], version))
					check_written(name, &ways[i], machine, &xml, version);
			} else if (!is_refused_by_rule()) {
				fail_msg("%s: reading the XML: %s\n%s", name,
					 vmx_error_message(error), xml.data);
			}
			vmx_machine_free(machine);
		}
		vmx_bytes_release(&xml);
		vmx_document_free(document);
	}
}

static void test_generated(void **state)
{
	struct chance chance = { SEED };

	(void)state;
	for (size_t i = 0; i < GENERATED; i++) {
		char *name = text_of_format("generated %zu", i);
		struct blob document;

		generate_document(&chance, &document);
		check_file(name, document.data, document.length);
		blob_release(&document);
		free(name);
	}
}

static void test_peers(void **state)
{
	static const char *const folders[] = { "libvirt", "virt-v2v", "wild" };

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *folder = peer_folder(folders[i]);
		struct names names = { NULL, 0, 0 };

		list_files_below(folder, &names);
		for (size_t j = 0; j < names.count; j++) {
			char *path = text_of_format("%s/%s", folder, names.items[j]);
			size_t len = strlen(path);
			struct blob bytes;

			if (len > 4 && strcmp(path + len - 4, ".vmx") == 0 && read_file(path, &bytes)) {
				check_file(names.items[j], bytes.data, bytes.length);
				blob_release(&bytes);
			}
			free(path);
		}
		names_release(&names);
		free(folder);
	}
	assert_true(files > 0 && converted > 0 && written > 0);
}

int main(int argc, char **argv)
{
	static const char place[] = "[datastore] directory";
	struct cases cases = { NULL, 0, 0 };
	bool peers = argc == 2 && strcmp(argv[1], "peers") == 0;
	int status;

	if (argc != 2)
		give_up("Usage: round_trips peers|generated");
	error = vmx_error_new();
	if (!error || vmx_path_rules_new(NULL, &rules, error) != VMX_OK ||
	    vmx_path_rules_set_directory(rules, place, strlen(place), error) != VMX_OK)
		give_up("no rules");
	cases_add(&cases, text_of_format("%s", argv[1]), peers ? test_peers : test_generated, NULL);
	status = cases_run(&cases, "round_trips");
	printf("%zu files: %zu conversions, each applied; %zu written and read again; %zu applied to "
	       "another file\n", files, converted, written, crossed);
	blob_release(&before);
	vmx_path_rules_free(rules);
	vmx_error_free(error);
	return status;
}
