/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain XML to VMX files, from any bytes:
 *
 * - what is written is a document that strict reading takes, and a machine whose XML,
 *   taken the same way again, gives the same XML, and the same file but for the video
 *   memory, which XML always has; and has all the devices that were read;
 * - strict reading takes what the default level has nothing to say about, and libvirt's
 *   level takes that, too;
 * - applied to a document, the machine leaves one that reads as it is written; done
 *   again, it changes nothing, and neither does the XML of the outcome.
 */
#include "machines.h"

static const struct fuzz_way full = { .level = VMX_LEVEL_FULL };

/* What XML is applied to: some of everything, in the ways that people write it. */
static const char base[] =
	".encoding = \"windows-1252\"\r\n"
	"# made by hand\r\n"
	"config.version = \"8\"\r\n"
	"virtualHW.version = \"19\"\r\n"
	"displayName = \"Caf\xE9 |22x|22\"\r\n"
	"annotation=\"one|0Atwo\"   # why\r\n"
	"guestOS = \"ubuntu-64\"\r\n"
	"uuid.bios = \"56 4d 9b ef ac d9 b4 e0-c8 f0 ae a8 b9 10 35 15\"\r\n"
	"memsize = \"2048\"; numvcpus = \"4\"; cpuid.coresPerSocket = \"2\"\r\n"
	"firmware = \"efi\"\r\n"
	"\r\n"
	"scsi0.present = \"TRUE\"\r\n"
	"scsi0.virtualDev = \"pvscsi\"\r\n"
	"scsi0:0.present = \"TRUE\"\r\n"
	"scsi0:0.fileName = \"a.vmdk\"\r\n"
	"scsi0:0.redo = \"\"\r\n"
	"  SCSI0:1.PRESENT = TRUE\r\n"
	"scsi0:1.fileName = 'b.vmdk'\r\n"
	"sata0.present = \"TRUE\"\r\n"
	"sata0:1.present = \"TRUE\"\r\n"
	"sata0:1.deviceType = \"cdrom-image\"\r\n"
	"sata0:1.fileName = \"c.iso\"\r\n"
	"sata0:1.startConnected = \"FALSE\"\r\n"
	"floppy0.present = \"FALSE\"\r\n"
	"ethernet0.present = \"TRUE\"\r\n"
	"ethernet0.virtualDev = \"vmxnet3\"\r\n"
	"ethernet0.connectionType = \"nat\"\r\n"
	"ethernet0.addressType = \"generated\"\r\n"
	"ethernet0.generatedAddress = \"00:0C:29:24:e5:34\"\r\n"
	"ethernet2.present = \"TRUE\"\r\n"
	"ethernet2.networkName = \"VM Network\"\r\n"
	"ethernet2.address = \"00:50:56:9f:01:02\"\r\n"
	"ethernet2.addressType = \"static\"\r\n"
	"serial0.present = \"TRUE\"\r\n"
	"serial0.fileType = \"network\"\r\n"
	"serial0.fileName = \"telnet://0.0.0.0:42001\"\r\n"
	"serial0.network.endPoint = \"server\"\r\n"
	"usb.present = \"TRUE\"\r\n"
	"usb:1.present = \"TRUE\"\r\n"
	"usb:1.deviceType = \"hub\"\r\n"
	"usb:3.present = \"TRUE\"\r\n"
	"usb:3.deviceType = \"disk\"\r\n"
	"usb:3.fileName = \"d.vmdk\"\r\n"
	"sound.present = \"TRUE\"\r\n"
	"sound.virtualDev = \"hdaudio\"\r\n"
	"RemoteDisplay.vnc.enabled = \"TRUE\"\r\n"
	"RemoteDisplay.vnc.port = \"5907\"\r\n"
	"guestinfo.x = \"kept\"\r\n";

static struct vmx_machine *read_xml(const uint8_t *data, size_t size, enum vmx_level level,
				    bool strict, bool foreign, struct fuzz_heard *heard)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_error *error = fuzz_error();
	struct vmx_machine *machine = NULL;
	enum vmx_code code;

	options.level = level;
	options.strict = strict;
	options.any_type = foreign;
	options.scsi_auto = foreign ? "lsilogic" : NULL;
	options.diagnostic = fuzz_hear;
	options.user = heard;
	code = fuzz_outcome(vmx_domain_xml_read(data, size, &options, &machine, error), error);
	MUST((code == VMX_OK) == (machine != NULL));
	return machine;
}

/*
 * There and back
 */

static bool has_key(const struct vmx_entry *entry, const char *key)
{
	return fuzz_same(entry->key, entry->key_length, key, strlen(key));
}

/*
 * Every XML has video memory.  A limit of all the memory that there is means nothing; but
 * libvirt writes it where that was rounded up.
 */
static bool goes_without_saying(const struct vmx_entry *entry, const struct vmx_entry *memory)
{
	return has_key(entry, "svga.vramSize") ||
	       (has_key(entry, "sched.mem.max") &&
		fuzz_same(entry->value, entry->value_length, memory->value, memory->value_length));
}

static unsigned long long number_of(const struct vmx_entry *entry)
{
	char text[32];

	MUST(entry->value_length < sizeof(text));
	memcpy(text, entry->value, entry->value_length);
	text[entry->value_length] = '\0';
	return strtoull(text, NULL, 10);
}

/* A guarantee of more than there is, which libvirt writes, is read as all that there is. */
static bool is_cut(const struct vmx_entry *a, const struct vmx_entry *b,
		   const struct vmx_entry *memory)
{
	return has_key(a, "sched.mem.minsize") && number_of(a) >= number_of(memory) &&
	       number_of(b) >= number_of(memory);
}

/* Without the zeros in front of the number of a port, which is behind the last colon. */
static size_t without_zeros(const struct vmx_entry *entry, char out[256])
{
	const char *colon = memrchr(entry->value, ':', entry->value_length);
	size_t head = colon ? (size_t)(colon + 1 - entry->value) : entry->value_length, zeros = head;

	while (zeros + 1 < entry->value_length && entry->value[zeros] == '0')
		zeros++;
	if (entry->value_length - zeros + head > 256)
		return 0;
	memcpy(out, entry->value, head);
	memcpy(out + head, entry->value + zeros, entry->value_length - zeros);
	return head + entry->value_length - zeros;
}

/* The number of a port is written as XML spells it, and read as a number. */
static bool is_same_port(const struct vmx_entry *a, const struct vmx_entry *b)
{
	char x[256], y[256];
	size_t x_length = without_zeros(a, x), y_length = without_zeros(b, y);

	return strncasecmp(a->key, "serial", 6) == 0 && x_length > 0 &&
	       fuzz_same(x, x_length, y, y_length);
}

/* What the first document says, in any order, the second one says, too. */
static void must_say(const struct vmx_document *a, const struct vmx_document *b)
{
	struct vmx_entry x, y, memory;

	MUST(vmx_document_get(a, "memsize", 7, &memory) == VMX_OK);
	for (size_t cursor = 0; vmx_document_next(a, &cursor, &x);) {
		enum vmx_code code = vmx_document_get(b, x.key, x.key_length, &y);

		if (code != VMX_OK && goes_without_saying(&x, &memory))
			continue;
		if (code != VMX_OK)
			fprintf(stderr, "lost: %.*s\n", (int)x.key_length, x.key);
		MUST(code == VMX_OK);
		if (!is_cut(&x, &y, &memory) && !is_same_port(&x, &y))
			MUST_EQUAL(x.value, x.value_length, y.value, y.value_length);
	}
}

/*
 * A second trip, from the XML of the first.  said: the first VMX file says what is in
 * that XML.
 */
static void must_come_back(const struct vmx_document *document, const struct vmx_bytes *xml,
			   bool said)
{
	struct vmx_bytes vmx = VMX_BYTES_INIT, again = VMX_BYTES_INIT;
	struct vmx_document *second;
	struct vmx_machine *machine;
	enum vmx_code code;

	machine = fuzz_read_xml(xml, &full, NULL, &code);
	MUST(machine);
	MUST(fuzz_write_vmx(machine, &full, 0, NULL, &vmx) == VMX_OK);
	second = fuzz_read_document(vmx.data, vmx.length, VMX_READ_STRICT, NULL);
	MUST(second);
	if (said) {
		must_say(document, second);
		must_say(second, document);
	}
	MUST(fuzz_make_xml(second, &full, NULL, &again));
	MUST_EQUAL(again.data, again.length, xml->data, xml->length);
	vmx_document_free(second);
	vmx_machine_free(machine);
	vmx_bytes_release(&vmx);
	vmx_bytes_release(&again);
}

/*
 * In a VMX file the name decides what is behind a drive: a disk called x.iso is none, and
 * a device of the host that is called x.vmdk is one.
 */
static bool has_misleading_names(const struct fuzz_heard *heard)
{
	return fuzz_heard_any(heard, VMX_CODE_CDROM_BACKING, VMX_CODE_EMPTY_DRIVE) ||
	       fuzz_heard_any(heard, VMX_CODE_EMPTY_DISK_SLOT, VMX_CODE_EMPTY_DISK_SLOT) ||
	       fuzz_heard_any(heard, VMX_CODE_DISK_TYPE, VMX_CODE_DISK_TYPE);
}

static size_t count_in(const struct vmx_bytes *xml, const char *tag)
{
	const char *end = xml->data + xml->length;
	size_t count = 0, length = strlen(tag);

	for (const char *p = xml->data; p && (p = memmem(p, (size_t)(end - p), tag, length)); p += length)
		count++;
	return count;
}

/* The devices of the machine are all in the XML of the file that was written. */
static void must_have_as_many(const struct vmx_machine *machine, const struct vmx_bytes *xml,
			      bool misled)
{
	static const char *const devices[] = {
		"<interface ", "<serial ", "<parallel ", "<filesystem ", "<disk ",
	};
	size_t count = sizeof(devices) / sizeof(devices[0]) - misled;
	struct vmx_bytes direct = VMX_BYTES_INIT;

	MUST(fuzz_write_xml(machine, NULL, &direct));
	for (size_t i = 0; i < count; i++)
		MUST(count_in(&direct, devices[i]) == count_in(xml, devices[i]));
	vmx_bytes_release(&direct);
}

static void go_there_and_back(const struct vmx_machine *machine)
{
	struct vmx_bytes vmx = VMX_BYTES_INIT, xml = VMX_BYTES_INIT;
	struct fuzz_heard heard = { 0 };
	enum vmx_code code = fuzz_write_vmx(machine, &full, 0, NULL, &vmx);
	struct vmx_document *document;

	MUST(code == VMX_OK || fuzz_refused_by_rule(code));
	if (code == VMX_OK) {
		document = fuzz_read_document(vmx.data, vmx.length, VMX_READ_STRICT, NULL);
		MUST(document);
		MUST(fuzz_make_xml(document, &full, &heard, &xml));
		must_have_as_many(machine, &xml, has_misleading_names(&heard));
		must_come_back(document, &xml, !has_misleading_names(&heard));
		vmx_document_free(document);
	}
	vmx_bytes_release(&vmx);
	vmx_bytes_release(&xml);
}

/*
 * Onto a document
 */

static void must_read_as_written(const struct vmx_document *document, const struct vmx_bytes *bytes)
{
	struct vmx_document *again = fuzz_read_document(bytes->data, bytes->length,
							VMX_READ_TOLERANT, NULL);
	struct vmx_entry x, y;

	MUST(again && vmx_document_count(again) == vmx_document_count(document));
	for (size_t a = 0, b = 0; vmx_document_next(document, &a, &x);) {
		MUST(vmx_document_next(again, &b, &y));
		MUST_EQUAL(x.key, x.key_length, y.key, y.key_length);
		MUST_EQUAL(x.value, x.value_length, y.value, y.value_length);
	}
	vmx_document_free(again);
}

static void must_change_nothing(const struct vmx_machine *machine, struct vmx_document *document,
				const struct vmx_bytes *before)
{
	struct vmx_bytes after;
	size_t changes;

	MUST(fuzz_apply(machine, document, &full, NULL, &changes) == VMX_OK);
	after = fuzz_write_document(document);
	MUST_EQUAL(after.data, after.length, before->data, before->length);
	MUST(changes == 0);
	vmx_bytes_release(&after);
}

/* The XML of the outcome, which holds all that it can hold. */
static void must_be_fixed(struct vmx_document *document, const struct vmx_bytes *bytes)
{
	struct vmx_bytes xml = VMX_BYTES_INIT;
	struct vmx_machine *machine;
	enum vmx_code code;

	MUST(fuzz_make_xml(document, &full, NULL, &xml));
	machine = fuzz_read_xml(&xml, &full, NULL, &code);
	MUST(machine);
	must_change_nothing(machine, document, bytes);
	vmx_machine_free(machine);
	vmx_bytes_release(&xml);
}

static void apply(const struct vmx_machine *machine)
{
	struct vmx_document *document = fuzz_read_document(base, sizeof(base) - 1,
							   VMX_READ_TOLERANT, NULL);
	enum vmx_code code;
	struct vmx_bytes bytes;
	size_t changes;

	MUST(document);
	code = fuzz_apply(machine, document, &full, NULL, &changes);
	bytes = fuzz_write_document(document);
	must_read_as_written(document, &bytes);
	/* the document is in Windows' encoding */
	MUST(code == VMX_OK || code == VMX_CODE_UNENCODABLE_CHARACTER || fuzz_refused_by_rule(code));
	if (changes == 0)
		MUST_EQUAL(bytes.data, bytes.length, base, sizeof(base) - 1);
	if (code == VMX_OK) {
		must_change_nothing(machine, document, &bytes);
		must_be_fixed(document, &bytes);
	}
	vmx_bytes_release(&bytes);
	vmx_document_free(document);
}

/*
 * The levels
 */

static void check_levels(const uint8_t *data, size_t size)
{
	struct fuzz_heard heard = { 0 }, ignored = { 0 };
	struct vmx_machine *ours = read_xml(data, size, VMX_LEVEL_DEFAULT, false, false, &heard);
	struct vmx_machine *strict = read_xml(data, size, VMX_LEVEL_DEFAULT, true, false, &ignored);
	struct vmx_machine *libvirt = read_xml(data, size, VMX_LEVEL_LIBVIRT, false, false, &ignored);
	struct vmx_bytes vmx = VMX_BYTES_INIT;

	MUST((strict != NULL) == (ours && heard.count == 0));
	MUST(!strict || libvirt);
	if (libvirt) {
		(void)fuzz_write_vmx(libvirt, &full, 0, NULL, &vmx);
		vmx_bytes_release(&vmx);
	}
	if (ours) {
		go_there_and_back(ours);
		apply(ours);
	}
	vmx_machine_free(ours);
	vmx_machine_free(strict);
	vmx_machine_free(libvirt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_heard heard = { 0 };
	struct vmx_machine *foreign = read_xml(data, size, VMX_LEVEL_DEFAULT, false, true, &heard);

	check_levels(data, size);
	if (foreign) {
		go_there_and_back(foreign);
		apply(foreign);
	}
	vmx_machine_free(foreign);
	return 0;
}
