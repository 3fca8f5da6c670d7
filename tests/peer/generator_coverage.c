/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * generator_coverage: what differential tests never make up, they never test.  So each key
 * that the mapping reads has to stand in made-up VMX files, on each kind of device that
 * may have it, and each word of its tables; and each key that it writes has to come out of
 * made-up domain XML.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <vmxkit/vmxkit.h>

#include "machine/words.h"
#include "peer/vmx_generator.h"
#include "peer/xml_generator.h"
#include "support/cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define FILES 100000
#define DOMAINS 20000
#define SEED 20230101

/*
 * The classes of keys: keys.def
 */

enum set {
	IN_KEY, IN_CONTROLLER, IN_DISK, IN_NIC, IN_PORT, IN_FOLDER, IN_PASSTHRU, IN_NONE
};

static const struct field {
	enum set set;
	const char *name;
} fields[] = {
#define KEY(ID, name) { IN_KEY, name },
#define FIELD(SET, ID, name) { IN_##SET, name },
#include "machine/keys.def"
};

static const struct head {
	const char *prefix;
	enum { IS_NUMBERED, IS_BUS, IS_PORTS } shape;
	enum set set, unit_set;
} heads[] = {
#define HEAD(prefix, SHAPE, SET, DEVICE, UNIT_SET, UNIT_DEVICE) \
	{ prefix, IS_##SHAPE, IN_##SET, IN_##UNIT_SET },
#include "machine/keys.def"
};

/* How often each class was there: of keys alone, of devices, and of their units. */
static size_t plain_hits[COUNT(fields)];
static size_t device_hits[COUNT(heads)][2][COUNT(fields)];

static const char *skip_digits(const char *text)
{
	return text + strspn(text, "0123456789");
}

/* Behind "scsi0." or "scsi0:1."; NULL: the key is of another device. */
static const char *behind_head(const struct head *head, const char *key, bool *ret_is_unit)
{
	size_t length = strlen(head->prefix);
	const char *at;

	if (strncasecmp(key, head->prefix, length) != 0)
		return NULL;
	at = head->shape == IS_PORTS ? key + length : skip_digits(key + length);
	if (head->shape != IS_PORTS && at == key + length)
		return NULL;
	*ret_is_unit = *at == ':' && head->shape != IS_NUMBERED;
	at = *ret_is_unit ? skip_digits(at + 1) : at;
	return *at == '.' && (*ret_is_unit || head->shape != IS_PORTS) ? at + 1 : NULL;
}

static void count_key(const char *key)
{
	for (size_t i = 0; i < COUNT(fields); i++)
		plain_hits[i] += fields[i].set == IN_KEY && strcasecmp(key, fields[i].name) == 0;
	for (size_t i = 0; i < COUNT(heads); i++) {
		bool is_unit;
		const char *name = behind_head(&heads[i], key, &is_unit);

		for (size_t j = 0; name && j < COUNT(fields); j++)
			device_hits[i][is_unit][j] += strcasecmp(name, fields[j].name) == 0;
	}
}

/*
 * The words of values: words.c
 */

static const struct {
	const char *key;		/* how keys with such values end */
	const struct word *words;
	size_t count;
} word_tables[] = {
	{ ".virtualDev", vmxi_scsi_models, COUNT(vmxi_scsi_models) },
	{ ".virtualDev", vmxi_nic_models, COUNT(vmxi_nic_models) },
	{ ".virtualDev", vmxi_sound_models, COUNT(vmxi_sound_models) },
	{ "bios.bootOrder", vmxi_boot_devices, COUNT(vmxi_boot_devices) },
	{ "sched.cpu.shares", vmxi_share_words, COUNT(vmxi_share_words) },
	{ ".fileName", vmxi_schemes, COUNT(vmxi_schemes) },
};

static size_t word_hits[COUNT(word_tables)][16];

/* At the beginning of the value, or behind one of the signs between words. */
static bool begins_word(const char *value, const struct word *word)
{
	size_t length = word->word.len;

	for (;; value++) {
		if (strncasecmp(value, word->word.ptr, length) == 0 &&
		    (!value[length] || strchr(",:/", value[length])))
			return true;
		value = strchr(value, ',');
		if (!value)
			return false;
	}
}

static void count_words(const char *key, const char *value)
{
	for (size_t i = 0; i < COUNT(word_tables); i++) {
		size_t length = strlen(key), end = strlen(word_tables[i].key);

		if (length < end || strcasecmp(key + length - end, word_tables[i].key) != 0)
			continue;
		for (size_t j = 0; j < word_tables[i].count; j++)
			word_hits[i][j] += begins_word(value, &word_tables[i].words[j]);
	}
}

static void count_entries(const char *bytes, size_t length, bool is_made_up)
{
	struct vmx_document *document;
	struct vmx_entry entry;
	size_t cursor = 0;

	if (vmx_document_read(bytes, length, NULL, &document, NULL) != VMX_OK)
		return;
	while (vmx_document_next(document, &cursor, &entry)) {
		char *key = text_of_format("%.*s", (int)entry.key_length, entry.key);
		char *value = text_of_format("%.*s", (int)entry.value_length, entry.value);

		count_key(key);
		if (is_made_up)
			count_words(key, value);
		free(key);
		free(value);
	}
	vmx_document_free(document);
}

/*
 * Made-up VMX files
 */

static size_t report_missing_fields(size_t head, bool is_unit)
{
	enum set set = is_unit ? heads[head].unit_set : heads[head].set;
	size_t missing = 0;

	for (size_t i = 0; i < COUNT(fields); i++) {
		if (fields[i].set != set || set == IN_NONE || device_hits[head][is_unit][i] > 0)
			continue;
		printf("never there: %s%s.%s\n", heads[head].prefix, is_unit ? "0:0" : "0",
		       fields[i].name);
		missing++;
	}
	return missing;
}

static void test_files(void **state)
{
	struct chance chance = { SEED };
	size_t missing = 0;

	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		struct blob file;

		generate_rich_document(&chance, &file);
		count_entries(file.data, file.length, true);
		blob_release(&file);
	}
	for (size_t i = 0; i < COUNT(fields); i++) {
		if (fields[i].set == IN_KEY && plain_hits[i] == 0) {
			printf("never there: %s\n", fields[i].name);
			missing++;
		}
	}
	for (size_t i = 0; i < COUNT(heads); i++)
		missing += report_missing_fields(i, false) + report_missing_fields(i, true);
	for (size_t i = 0; i < COUNT(word_tables); i++) {
		for (size_t j = 0; j < word_tables[i].count; j++) {
			if (word_hits[i][j] > 0)
				continue;
			printf("never there: %s of %s\n", word_tables[i].words[j].word.ptr,
			       word_tables[i].key);
			missing++;
		}
	}
	assert_int_equal(missing, 0);
}

/*
 * Made-up domain XML
 */

/* What can be in a file at the libvirt level, with what has to stand in its value. */
static struct written {
	const char *line;
	size_t hits;
} written[] = {
	{ ".encoding = \"UTF-8\"", 0 }, { "config.version = \"8\"", 0 },
	{ "virtualHW.version = \"", 0 },
	{ "guestOS = \"other\"", 0 }, { "guestOS = \"other-64\"", 0 },
	{ "smbios.reflecthost = \"true\"", 0 }, { "uuid.action = \"create\"", 0 },
	{ "uuid.bios = \"", 0 }, { "displayName = \"", 0 }, { "annotation = \"", 0 },
	{ "memsize = \"", 0 }, { "sched.mem.max = \"", 0 }, { "sched.mem.minsize = \"", 0 },
	{ "numvcpus = \"", 0 }, { "cpuid.coresPerSocket = \"", 0 },
	{ "sched.cpu.affinity = \"", 0 },
	{ "sched.cpu.shares = \"low\"", 0 }, { "sched.cpu.shares = \"normal\"", 0 },
	{ "sched.cpu.shares = \"high\"", 0 }, { "sched.cpu.shares = \"777\"", 0 },
	{ "RemoteDisplay.vnc.enabled = \"true\"", 0 }, { "RemoteDisplay.vnc.port = \"", 0 },
	{ "RemoteDisplay.vnc.ip = \"", 0 }, { "RemoteDisplay.vnc.keymap = \"", 0 },
	{ "RemoteDisplay.vnc.password = \"", 0 },
	{ "scsi#.present = \"true\"", 0 }, { "scsi#.virtualDev = \"lsilogic\"", 0 },
	{ "scsi#.virtualDev = \"buslogic\"", 0 }, { "scsi#.virtualDev = \"lsisas1068\"", 0 },
	{ "scsi#.virtualDev = \"pvscsi\"", 0 },
	{ "scsi#:#.present = \"true\"", 0 }, { "scsi#:#.deviceType = \"scsi-hardDisk\"", 0 },
	{ "scsi#:#.deviceType = \"cdrom-image\"", 0 },
	{ "scsi#:#.deviceType = \"atapi-cdrom\"", 0 },
	{ "scsi#:#.deviceType = \"cdrom-raw\"", 0 },
	{ "scsi#:#.deviceType = \"scsi-passthru\"", 0 },
	{ "scsi#:#.fileName = \"", 0 }, { "scsi#:#.fileName = \"emptyBackingString\"", 0 },
	{ "scsi#:#.fileName = \"auto detect\"", 0 }, { "scsi#:#.autodetect = \"true\"", 0 },
	{ "scsi#:#.writeThrough = \"true\"", 0 },
	{ "scsi#:#.mode = \"independent-nonpersistent\"", 0 },
	{ "ide#:#.present = \"true\"", 0 }, { "ide#:#.deviceType = \"ata-hardDisk\"", 0 },
	{ "ide#:#.deviceType = \"cdrom-image\"", 0 }, { "ide#:#.deviceType = \"atapi-cdrom\"", 0 },
	{ "ide#:#.deviceType = \"cdrom-raw\"", 0 }, { "ide#:#.fileName = \"", 0 },
	{ "ide#:#.autodetect = \"true\"", 0 }, { "ide#:#.mode = \"independent-nonpersistent\"", 0 },
	{ "floppy#.present = \"true\"", 0 }, { "floppy#.present = \"false\"", 0 },
	{ "floppy#.fileType = \"file\"", 0 }, { "floppy#.fileType = \"device\"", 0 },
	{ "floppy#.fileName = \"", 0 },
	{ "isolation.tools.hgfs.disable = \"false\"", 0 }, { "sharedFolder.maxNum = \"", 0 },
	{ "sharedFolder#.present = \"true\"", 0 }, { "sharedFolder#.enabled = \"true\"", 0 },
	{ "sharedFolder#.readAccess = \"true\"", 0 }, { "sharedFolder#.writeAccess = \"true\"", 0 },
	{ "sharedFolder#.writeAccess = \"false\"", 0 }, { "sharedFolder#.hostPath = \"", 0 },
	{ "sharedFolder#.guestName = \"", 0 },
	{ "ethernet#.present = \"true\"", 0 }, { "ethernet#.virtualDev = \"vlance\"", 0 },
	{ "ethernet#.virtualDev = \"vmxnet\"", 0 }, { "ethernet#.virtualDev = \"vmxnet3\"", 0 },
	{ "ethernet#.virtualDev = \"e1000\"", 0 }, { "ethernet#.virtualDev = \"e1000e\"", 0 },
	{ "ethernet#.features = \"15\"", 0 }, { "ethernet#.networkName = \"", 0 },
	{ "ethernet#.connectionType = \"bridged\"", 0 },
	{ "ethernet#.connectionType = \"custom\"", 0 },
	{ "ethernet#.connectionType = \"nat\"", 0 }, { "ethernet#.vnet = \"", 0 },
	{ "ethernet#.dvs.switchId = \"", 0 }, { "ethernet#.dvs.portId = \"", 0 },
	{ "ethernet#.dvs.portgroupId = \"", 0 }, { "ethernet#.dvs.connectionId = \"", 0 },
	{ "ethernet#.addressType = \"generated\"", 0 }, { "ethernet#.addressType = \"static\"", 0 },
	{ "ethernet#.addressType = \"vpx\"", 0 }, { "ethernet#.generatedAddress = \"", 0 },
	{ "ethernet#.generatedAddressOffset = \"0\"", 0 }, { "ethernet#.address = \"", 0 },
	{ "ethernet#.checkMACAddress = \"true\"", 0 },
	{ "ethernet#.checkMACAddress = \"false\"", 0 },
	{ "vtpm.present = \"TRUE\"", 0 }, { "svga.vramSize = \"", 0 },
	{ "serial#.present = \"true\"", 0 }, { "serial#.fileType = \"device\"", 0 },
	{ "serial#.fileType = \"file\"", 0 }, { "serial#.fileType = \"pipe\"", 0 },
	{ "serial#.fileType = \"network\"", 0 }, { "serial#.fileName = \"", 0 },
	{ "serial#.fileName = \"tcp://", 0 }, { "serial#.fileName = \"telnet://", 0 },
	{ "serial#.fileName = \"telnets://", 0 }, { "serial#.fileName = \"ssl://", 0 },
	{ "serial#.pipe.endPoint = \"client\"", 0 }, { "serial#.tryNoRxLoss = \"false\"", 0 },
	{ "serial#.network.endPoint = \"server\"", 0 },
	{ "serial#.network.endPoint = \"client\"", 0 },
	{ "serial#.yieldOnMsrRead = \"true\"", 0 },
	{ "parallel#.present = \"true\"", 0 }, { "parallel#.fileType = \"device\"", 0 },
	{ "parallel#.fileType = \"file\"", 0 }, { "parallel#.fileName = \"", 0 },
	{ "firmware = \"efi\"", 0 }, { "nvram = \"", 0 }, { "pciBridge#.present = \"true\"", 0 },
	{ "pciBridge#.virtualDev = \"pcieRootPort\"", 0 }, { "pciBridge#.functions = \"8\"", 0 },
	{ "vmci0.present = \"true\"", 0 },
};

/* A '#' stands for any number. */
static bool begins_like(const char *line, const char *pattern)
{
	for (; *pattern; pattern++) {
		const char *next = *pattern == '#' ? skip_digits(line) : line + (*line == *pattern);

		if (next == line)
			return false;
		line = next;
	}
	return true;
}

static void count_lines(const char *vmx)
{
	for (const char *line = vmx; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		for (size_t i = 0; i < COUNT(written); i++)
			written[i].hits += begins_like(line, written[i].line);
	}
}

static void write_domain(const struct blob *xml, unsigned int hardware_version)
{
	struct vmx_domain_xml_read_options read = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_machine_write_options write = VMX_MACHINE_WRITE_OPTIONS_INIT;
	struct vmx_bytes vmx = VMX_BYTES_INIT;
	struct vmx_machine *machine;

	read.level = VMX_LEVEL_LIBVIRT;
	write.hardware_version = hardware_version;
	if (vmx_domain_xml_read(xml->data, xml->length, &read, &machine, NULL) != VMX_OK)
		return;
	if (vmx_machine_write(machine, &write, &vmx, NULL) == VMX_OK)
		count_lines(vmx.data);
	vmx_bytes_release(&vmx);
	vmx_machine_free(machine);
}

static void test_domains(void **state)
{
	struct chance chance = { SEED };
	size_t missing = 0;

	(void)state;
	for (size_t i = 0; i < DOMAINS; i++) {
		struct blob xml;

		generate_domain(&chance, &xml);
		write_domain(&xml, i % 2 ? 21 : 4);
		blob_release(&xml);
	}
	for (size_t i = 0; i < COUNT(written); i++) {
		if (written[i].hits > 0)
			continue;
		printf("never written: %s\n", written[i].line);
		missing++;
	}
	assert_int_equal(missing, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
