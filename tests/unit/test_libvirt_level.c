/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small things in which libvirt is peculiar, and so are we at its level.  Each was
 * seen in the output of libvirt 9.0.0.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <vmxkit/vmxkit.h>

#define HEADER "config.version = \"8\"\nvirtualHW.version = \"8\"\n"
#define NIC "ethernet0.present = \"true\"\nethernet0.generatedAddress = "
#define SERIAL "serial0.present = \"true\"\nserial0.fileType = \"network\"\nserial0.fileName = "
#define VNC "RemoteDisplay.vnc.enabled = \"true\"\nRemoteDisplay.vnc.port = "

static const struct row {
	const char *name, *lines;
	const char *part;	/* of the XML; NULL: the file is refused */
} rows[] = {
	{ "a vertical tab is no space before a UUID",
	  "uuid.bios = \"\v00112233445566778899aabbccddeeff\"\n", NULL },
	{ "a form feed is",
	  "uuid.bios = \"\f00112233445566778899aabbccddeeff\f\"\n",
	  "<uuid>00112233-4455-6677-8899-aabbccddeeff</uuid>" },
	{ "a byte above ASCII ends a MAC address", NIC "\"00:0c:29:11:22:33\xC3\xA4\"\n",
	  "<mac address='00:0c:29:11:22:33'/>" },
	{ "a letter does not", NIC "\"00:0c:29:11:22:33x\"\n", NULL },
	{ "a vertical tab is a space before the number of a CPU",
	  "sched.cpu.affinity = \"\v1\f,2\"\n", "cpuset='1-2'" },
	{ "but not behind it", "sched.cpu.affinity = \"1\v,2\"\n", NULL },
	{ "video memory wraps around", "svga.vramSize = \"9223372036854775807\"\n", "vram='1'" },
	{ "brackets belong to an IPv6 address", SERIAL "\"telnet://[::1]:9\"\n", "host='::1'" },
	{ "or else to the name", SERIAL "\"telnet://[v1.x]:9\"\n", "host='[v1.x]'" },
	{ "of a VNC port, 32 bits are kept", VNC "\"4294967297\"\n", "port='1' autoport='no'>" },
	{ "which may be 0", VNC "\"4294967296\"\n", "<graphics type='vnc' autoport='no'>" },
	{ "or negative", VNC "\"9223372036854775807\"\n", "port='-1' autoport='no'>" },
	{ "minus zero is the number of a card", "ethernet-0.x = \"\"\n", "<domain type='vmware'>" },
	{ "minus one is not", "ethernet-1.x = \"\"\n", NULL },
};

static enum vmx_code convert(const char *vmx, struct vmx_bytes *xml)
{
	struct vmx_read_options read_options = VMX_READ_OPTIONS_INIT;
	struct vmx_machine_options machine_options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_document *document = NULL;
	struct vmx_machine *machine = NULL;
	enum vmx_code code;

	read_options.mode = VMX_READ_STRICT;
	machine_options.level = VMX_LEVEL_LIBVIRT;
	code = vmx_document_read(vmx, strlen(vmx), &read_options, &document, NULL);
	if (code == VMX_OK)
		code = vmx_machine_read(document, &machine_options, &machine, NULL);
	if (code == VMX_OK)
		code = vmx_domain_xml_write(machine, NULL, xml, NULL);
	vmx_machine_free(machine);
	vmx_document_free(document);
	return code;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vmx_bytes xml = VMX_BYTES_INIT;
		char vmx[1024];
		enum vmx_code code;

		snprintf(vmx, sizeof(vmx), HEADER "%s", rows[i].lines);
		code = convert(vmx, &xml);
		if ((code == VMX_OK) != (rows[i].part != NULL))
			fail_msg("%s: %s", rows[i].name, code ? vmx_code_name(code) : "accepted");
		if (rows[i].part && !strstr(xml.data, rows[i].part))
			fail_msg("%s: no %s in\n%s", rows[i].name, rows[i].part, xml.data);
		vmx_bytes_release(&xml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("libvirt level", tests, NULL, NULL);
}
