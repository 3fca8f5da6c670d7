/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine as an object: memory, limits, hostile documents, strictness, fates
 * of keys.  What keys mean is tested with files (tests/data/vmx2xml).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vmxkit/vmxkit.h>

#include "counting_allocator.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEADER "config.version = \"8\"\nvirtualHW.version = \"21\"\n"

/* Everything that a machine can have, once. */
static const char rich[] =
	".encoding = \"windows-1252\"\n" HEADER
	"uuid.bios = \"00 01 02 03 04 05 06 07-08 09 0a 0b 0c 0d 0e 0f\"\n"
	"displayName = \"caf\xe9 %2f |22\"\nannotation = \"a|0Ab\"\n"
	"vm.genid = \"1\"\nvm.genidX = \"2\"\nmemsize = \"64\"\nnumvcpus = \"2\"\n"
	"cpuid.coresPerSocket = \"2\"\nsched.cpu.affinity = \"0,1,9\"\nguestOS = \"other-64\"\n"
	"firmware = \"efi\"\nnvram = \"x.nvram\"\nRemoteDisplay.vnc.enabled = \"TRUE\"\n"
	"RemoteDisplay.vnc.ip = \"::\"\nscsi0.present = \"TRUE\"\nscsi0:0.present = \"TRUE\"\n"
	"scsi0:0.fileName = \"a.vmdk\"\nsata0.present = \"1\"\nsata0:0.present = \"TRUE\"\n"
	"sata0:0.deviceType = \"cdrom-image\"\nsata0:0.fileName = \"x.iso\"\n"
	"isolation.tools.hgfs.disable = \"FALSE\"\nsharedFolder.maxNum = \"1\"\n"
	"sharedFolder0.present = \"TRUE\"\nsharedFolder0.enabled = \"TRUE\"\n"
	"sharedFolder0.hostPath = \"/a\"\nsharedFolder0.guestName = \"a\"\n"
	"ethernet0.present = \"TRUE\"\nethernet0.connectionType = \"hostonly\"\n"
	"serial0.present = \"TRUE\"\nserial0.fileType = \"network\"\n"
	"serial0.fileName = \"telnet://h:1\"\nparallel0.present = \"TRUE\"\n"
	"parallel0.fileType = \"file\"\nparallel0.fileName = \"lpt\"\n"
	"usb:1.present = \"TRUE\"\nusb:1.deviceType = \"hub\"\npciPassthru0.present = \"TRUE\"\n"
	"pciPassthru0.id = \"0000:3b:00.0\"\nsound.present = \"TRUE\"\n";

static struct vmx_document *read_document(const char *text, size_t length,
					  const struct vmx_allocator *allocator)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *document = NULL;

	options.allocator = allocator;
	assert_int_equal(vmx_document_read(text, length, &options, &document, NULL), VMX_OK);
	return document;
}

static enum vmx_file_name_answer prefix_name(void *user, const char *name, size_t length,
					     bool missing_allowed, struct vmx_bytes *ret)
{
	(void)missing_allowed;
	ret->length = 0;
	if (length == 0 || !user)
		return VMX_FILE_NAME_INVALID;
	/* a name of the same length, so that no memory is needed here */
	if (ret->capacity <= length) {
		const struct vmx_allocator *a = ret->allocator;
		char *data = ret->data ? a->resize(a->user, ret->data, length + 1)
				       : a->allocate(a->user, length + 1);

		if (!data)
			return VMX_FILE_NAME_NO_MEMORY;
		ret->data = data;
		ret->capacity = length + 1;
	}
	memcpy(ret->data, name, length);
	ret->data[length] = '\0';
	ret->length = length;
	return VMX_FILE_NAME_OK;
}

/* Reads and writes with the allocator; VMX_OK or what failed. */
static enum vmx_code convert(const struct vmx_document *document, struct counting *counting,
			     enum vmx_level level, struct vmx_bytes *xml, struct vmx_error *error)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_machine *machine = NULL;
	enum vmx_code code;

	options.level = level;
	options.allocator = &counting->allocator;
	options.file_name = prefix_name;
	options.file_name_user = counting;
	code = vmx_machine_read(document, &options, &machine, error);
	if (code == VMX_OK)
		code = vmx_domain_xml_write(machine, NULL, xml, error);
	vmx_machine_free(machine);
	return code;
}

static void every_allocation_may_fail_once_without_a_leak(void **state)
{
	struct vmx_document *document = read_document(rich, sizeof(rich) - 1, NULL);
	struct vmx_error *error = vmx_error_new();
	enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;
	size_t fail_at;

	(void)state;
	for (fail_at = 1; code == VMX_CODE_OUT_OF_MEMORY; fail_at++) {
		struct counting counting;
		struct vmx_bytes xml = VMX_BYTES_INIT;

		counting_begin(&counting, fail_at);
		xml.allocator = &counting.allocator;
		vmx_error_clear(error);
		code = convert(document, &counting, VMX_LEVEL_FULL, &xml, error);
		assert_int_equal(vmx_error_code(error), code);
		assert_true(code == VMX_OK ? xml.length > 0 : xml.length == 0);
		vmx_bytes_release(&xml);
		assert_int_equal(counting.live, 0);
	}
	assert_int_equal(code, VMX_OK);
	assert_true(fail_at > 4);
	vmx_error_free(error);
	vmx_document_free(document);
}

static char *many_lines(const char *format, unsigned int count, size_t *ret_length)
{
	char *text = malloc(sizeof(HEADER) + (size_t)count * 80);
	size_t at = (size_t)sprintf(text, HEADER);

	for (unsigned int i = 0; i < count; i++)
		at += (size_t)snprintf(text + at, 80, format, i);
	*ret_length = at;
	return text;
}

static void measure(const char *format, unsigned int count, struct counting *counting)
{
	struct vmx_bytes xml = VMX_BYTES_INIT;
	struct vmx_document *document;
	size_t length;
	char *text = many_lines(format, count, &length);

	document = read_document(text, length, NULL);
	counting_begin(counting, 0);
	assert_int_equal(convert(document, counting, VMX_LEVEL_FULL, &xml, NULL), VMX_OK);
	vmx_bytes_release(&xml);
	vmx_document_free(document);
	free(text);
}

static void memory_is_linear_in_the_document(void **state)
{
	static const char *const formats[] = {
		"unknown%u = \"x\"\n", "memsize.x%u = \"1\"\n", "scsi0.x%u = \"1\"\n",
		"ethernet0.x%u = \"\"\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct counting once, twice;

		measure(formats[i], 20000, &once);
		measure(formats[i], 40000, &twice);
		assert_true(twice.peak <= once.peak * 2 + 16384);
		assert_true(twice.calls <= once.calls + 4);
	}
}

static void devices_beyond_any_machine_cost_nothing(void **state)
{
	static const char *const formats[] = {
		"scsi%u:0.present = \"FALSE\"\n", "scsi0:%u.present = \"x\"\n",
		"serial%u.present = \"FALSE\"\n", "sharedFolder%u.present = \"x\"\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct counting counting;

		measure(formats[i], 40000, &counting);
		assert_true(counting.peak < 1000000);
	}
}

struct refused {
	const char *text;
	enum vmx_code code;
	unsigned int line, column;
};

static void check_refused(const struct refused *row, enum vmx_level level)
{
	struct vmx_document *document = read_document(row->text, strlen(row->text), NULL);
	struct vmx_error *error = vmx_error_new();
	struct vmx_machine *machine = NULL;
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;

	options.level = level;
	if (vmx_machine_read(document, &options, &machine, error) != row->code)
		fail_msg("%s gave %s, not %s", row->text, vmx_code_name(vmx_error_code(error)),
			 vmx_code_name(row->code));
	assert_null(machine);
	assert_int_equal(vmx_error_code(error), row->code);
	assert_int_equal(vmx_error_line(error), row->line);
	assert_int_equal(vmx_error_column(error), row->column);
	assert_true(strlen(vmx_error_message(error)) > 20);
	vmx_error_free(error);
	vmx_document_free(document);
}

static void what_is_of_no_use_is_refused_with_its_place(void **state)
{
	static const struct refused rows[] = {
		{ "", VMX_CODE_NOT_VMX, 1, 1 },
		{ "# nothing\n", VMX_CODE_NOT_VMX, 1, 1 },
		{ "versioninfo\n{\n\t\"editorversion\" \"400\"\n}\n", VMX_CODE_NOT_VMX, 1, 1 },
		{ "RemoteDisplay.vnc.port = \"5900\"\n", VMX_CODE_FRAGMENT, 1, 1 },
		{ "displayName = \"x\"\nencryption.keySafe = \"a\"\nencryption.data = \"b\"\n",
		  VMX_CODE_ENCRYPTED, 3, 1 },
		{ HEADER "{% if x %}\n", VMX_CODE_TEMPLATE, 3, 1 },
		{ HEADER "ethernet2147483647.present = \"TRUE\"\n", VMX_CODE_INDEX_OUT_OF_RANGE, 3, 31 },
		{ HEADER "ethernet1024.present = \"TRUE\"\n", VMX_CODE_INDEX_OUT_OF_RANGE, 3, 25 },
		{ HEADER "sharedFolder.maxNum = \"2147483647\"\n", VMX_CODE_OUT_OF_RANGE, 3, 24 },
		{ HEADER "memsize = \"0\"\n", VMX_CODE_OUT_OF_RANGE, 3, 12 },
		{ HEADER "memsize = \"-4\"\n", VMX_CODE_OUT_OF_RANGE, 3, 12 },
		{ HEADER "memsize = \"unlimited\"\n", VMX_CODE_OUT_OF_RANGE, 3, 12 },
		{ HEADER "memsize = \"9223372036854775807\"\n", VMX_CODE_OUT_OF_RANGE, 3, 12 },
		{ HEADER "memsize = \"9223372036854775808\"\n", VMX_CODE_INVALID_INTEGER, 3, 12 },
		{ HEADER "memsize = \"4 GB\"\n", VMX_CODE_INVALID_INTEGER, 3, 12 },
		{ HEADER "numvcpus = \"0\"\n", VMX_CODE_OUT_OF_RANGE, 3, 13 },
		{ HEADER "numvcpus = \"2147483648\"\n", VMX_CODE_OUT_OF_RANGE, 3, 13 },
		{ HEADER "sched.cpu.affinity = \"0,16384\"\n", VMX_CODE_OUT_OF_RANGE, 3, 23 },
		{ HEADER "sched.cpu.affinity = \"0,,1\"\n", VMX_CODE_INVALID_VALUE, 3, 23 },
		{ HEADER "sched.cpu.affinity = \"18446744073709551616\"\n", VMX_CODE_INVALID_VALUE, 3, 23 },
		{ HEADER "sched.cpu.shares = \"some\"\n", VMX_CODE_INVALID_VALUE, 3, 21 },
		{ HEADER "firmware = \"uboot\"\n", VMX_CODE_INVALID_VALUE, 3, 13 },
		{ HEADER "smbios.reflecthost = \"perhaps\"\n", VMX_CODE_INVALID_BOOLEAN, 3, 23 },
		{ HEADER "uuid.bios = \"12\"\n", VMX_CODE_INVALID_UUID, 3, 14 },
		{ HEADER "displayName = \"a|ffb\"\n", VMX_CODE_INVALID_UTF8, 3, 16 },
		{ HEADER "displayName = \"a\xff\"\n", VMX_CODE_INVALID_UTF8, 3, 16 },
		{ HEADER "ethernet0.present = \"TRUE\"\nethernet0.generatedAddress = \"x\"\n",
		  VMX_CODE_INVALID_MAC, 4, 31 },
		{ HEADER "RemoteDisplay.vnc.enabled = \"TRUE\"\nRemoteDisplay.vnc.port = \"65536\"\n",
		  VMX_CODE_OUT_OF_RANGE, 4, 27 },
		{ HEADER "serial0.present = \"TRUE\"\nserial0.fileType = \"network\"\n"
		  "serial0.fileName = \"gopher://h:1\"\n", VMX_CODE_INVALID_VALUE, 5, 21 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_refused(&rows[i], VMX_LEVEL_DEFAULT);
		check_refused(&rows[i], VMX_LEVEL_FULL);
	}
}

static void a_nul_byte_is_refused_with_its_place(void **state)
{
	static const char text[] = HEADER "memsize = \"4\0\"\n";
	struct vmx_document *document = read_document(text, sizeof(text) - 1, NULL);
	struct vmx_error *error = vmx_error_new();
	struct vmx_machine *machine;

	(void)state;
	assert_int_equal(vmx_machine_read(document, NULL, &machine, error), VMX_CODE_NUL_BYTE);
	assert_int_equal(vmx_error_line(error), 3);
	assert_int_equal(vmx_error_column(error), 13);
	vmx_error_free(error);
	vmx_document_free(document);
}

static void the_libvirt_level_wants_a_strict_document(void **state)
{
	struct vmx_document *document = read_document(rich, sizeof(rich) - 1, NULL);
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_machine *machine;

	(void)state;
	options.level = VMX_LEVEL_LIBVIRT;
	assert_int_equal(vmx_machine_read(document, &options, &machine, NULL),
			 VMX_CODE_INVALID_ARGUMENT);
	options.level = VMX_LEVEL_DEFAULT;
	options.size = 0;
	assert_int_equal(vmx_machine_read(document, &options, &machine, NULL),
			 VMX_CODE_INVALID_ARGUMENT);
	vmx_document_free(document);
}

static void deviations_are_errors_if_asked(void **state)
{
	static const char text[] = HEADER "memsize = \"5\"\n";
	struct vmx_document *document = read_document(text, sizeof(text) - 1, NULL);
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_machine *machine;

	(void)state;
	assert_int_equal(vmx_machine_read(document, &options, &machine, NULL), VMX_OK);
	vmx_machine_free(machine);
	options.strict = true;
	assert_int_equal(vmx_machine_read(document, &options, &machine, NULL), VMX_CODE_MEMORY_SIZE);
	vmx_document_free(document);
}

static void a_machine_can_be_read_from_an_edited_document(void **state)
{
	struct vmx_document *document = read_document(rich, sizeof(rich) - 1, NULL);
	struct vmx_bytes edited = VMX_BYTES_INIT, written = VMX_BYTES_INIT, other = VMX_BYTES_INIT;
	struct counting counting;

	(void)state;
	counting_begin(&counting, 0);
	assert_int_equal(vmx_document_unset(document, "memsize", 7, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(document, "memsize", 7, "128", 3, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(document, "SCSI0:1.present", 15, "TRUE", 4, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(document, "scsi0:1.fileName", 16, "b.vmdk", 6, NULL), VMX_OK);
	assert_int_equal(convert(document, &counting, VMX_LEVEL_FULL, &edited, NULL), VMX_OK);
	assert_non_null(strstr(edited.data, "<memory unit='KiB'>131072<"));
	assert_non_null(strstr(edited.data, "b.vmdk"));
	assert_int_equal(vmx_document_write(document, &written, NULL), VMX_OK);
	vmx_document_free(document);
	document = read_document(written.data, written.length, NULL);
	assert_int_equal(convert(document, &counting, VMX_LEVEL_FULL, &other, NULL), VMX_OK);
	assert_string_equal(edited.data, other.data);
	vmx_document_free(document);
	vmx_bytes_release(&edited);
	vmx_bytes_release(&written);
	vmx_bytes_release(&other);
}

struct fate {
	const char *key;
	enum vmx_key_fate fate;
};

static void every_key_has_a_fate(void **state)
{
	static const char text[] =
		HEADER "nobody.knows = \"1\"\nmemsize = \"64\"\nMemSize = \"128\"\n"
		"floppy0.present = \"FALSE\"\nfloppy0.fileName = \"x\"\nsound.present = \"TRUE\"\n"
		"vmotion.checkpointFBSize = \"1\"\nscsi0:0.redo = \"\"\nmem.hotadd = \"TRUE\"\n"
		"serial0.present = \"TRUE\"\nserial0.fileType = \"thinprint\"\n";
	static const struct fate fates[] = {
		{ "config.version", VMX_KEY_USED }, { "virtualHW.version", VMX_KEY_USED },
		{ "nobody.knows", VMX_KEY_UNKNOWN }, { "memsize", VMX_KEY_USED },
		{ "MemSize", VMX_KEY_DUPLICATE }, { "floppy0.present", VMX_KEY_LEFT_OUT },
		{ "floppy0.fileName", VMX_KEY_LEFT_OUT }, { "sound.present", VMX_KEY_NEEDS_FULL },
		{ "vmotion.checkpointFBSize", VMX_KEY_LEFT_OUT }, { "scsi0:0.redo", VMX_KEY_LEFT_OUT },
		{ "mem.hotadd", VMX_KEY_INEXPRESSIBLE }, { "serial0.present", VMX_KEY_INEXPRESSIBLE },
		{ "serial0.fileType", VMX_KEY_INEXPRESSIBLE },
	};
	struct vmx_document *document = read_document(text, sizeof(text) - 1, NULL);
	struct vmx_machine *machine;
	struct vmx_entry entry;
	enum vmx_key_fate fate;
	const char *reason;
	size_t cursor = 0, at = 0;

	(void)state;
	assert_int_equal(vmx_machine_read(document, NULL, &machine, NULL), VMX_OK);
	for (; vmx_machine_next_key(machine, &cursor, &entry, &fate, &reason); at++) {
		assert_true(at < COUNT(fates));
		assert_int_equal(entry.key_length, strlen(fates[at].key));
		assert_memory_equal(entry.key, fates[at].key, entry.key_length);
		if (fate != fates[at].fate)
			fail_msg("%s is %s", fates[at].key, vmx_key_fate_name(fate));
		assert_non_null(reason);
	}
	assert_int_equal(at, COUNT(fates));
	vmx_machine_free(machine);
	vmx_document_free(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail_once_without_a_leak),
		cmocka_unit_test(memory_is_linear_in_the_document),
		cmocka_unit_test(devices_beyond_any_machine_cost_nothing),
		cmocka_unit_test(what_is_of_no_use_is_refused_with_its_place),
		cmocka_unit_test(a_nul_byte_is_refused_with_its_place),
		cmocka_unit_test(the_libvirt_level_wants_a_strict_document),
		cmocka_unit_test(deviations_are_errors_if_asked),
		cmocka_unit_test(a_machine_can_be_read_from_an_edited_document),
		cmocka_unit_test(every_key_has_a_fate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
