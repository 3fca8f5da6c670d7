/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/xml_grammar.h"

#include <string.h>

/*
 * Values
 */

const char *const *const xml_text_fine =
	LIST("a", "VM 1", "Foo", "-", "&", "<tag>", "'", "%41", "/", ".", "\xC3\xBC",
	     "\xE6\x97\xA5", "[ds] dir/", "x.vmdk");

const char *const *const xml_text_odd =
	LIST("\"", "|", "|22", "\\", "%", "%2f", "]]>", "\n", "\t", "\r", "\r\n", " ", "  ", "\x7F",
	     "\xC2\x85", "\xEF\xBF\xBD", "\xF0\x9F\x98\x80", "\xE2\x80\xA8", "&amp;", "..", "",
	     "\xC2\xA0", "\xEF\xBB\xBF", "{", "$", "vnet0");

#define ODD_NUMBERS \
	"", "-1", "+1", " 1", "1 ", "\t1", "\n1\n", "01", "0x10", "1a", "--1", "-", "- 1", "+", \
	"unlimited", "4294967295", "4294967296", "4294967297", "9223372036854775807", \
	"9223372036854775808", "18446744073709551615", "18446744073709551616", \
	"-18446744073709551615", "99999999999999999999", "2147483647", "2147483648", "-2147483648", \
	"-4294967295", "1.5", "1e3", "007", "08", "\xC2\xBD", "one", "0"

const struct xml_values xml_values[XML_KINDS] = {
	[X_DOMAIN_TYPE] = { LIST("vmware"), LIST("kvm", "qemu", "VMware", "", "esx", "none", "test",
						 " vmware") },
	[X_UUID] = {
		LIST("564d9bef-acd9-b4e0-c8f0-aea8b9103515", "564D9BEFACD9B4E0C8F0AEA8B9103515",
		     "00000000-0000-0000-0000-000000000000"),
		LIST("", " 564d9bef-acd9-b4e0-c8f0-aea8b9103515 ", "56 4d 9b ef ac d9 b4 e0-c8 f0 "
		     "ae a8 b9 10 35 15", "564d9bef-acd9-b4e0-c8f0-aea8b910351",
		     "564d9bef-acd9-b4e0-c8f0-aea8b91035150", "g64d9bef-acd9-b4e0-c8f0-aea8b9103515",
		     "ffffffff-ffff-ffff-ffff-ffffffffffff", "564d9bef-acd9-b4e0-c8f0-aea8b9103515-",
		     "--564d9bef-acd9-b4e0-c8f0-aea8b9103515",
		     "5-64d9bef-acd9-b4e0-c8f0-aea8b9103515", "\n564d9befacd9b4e0c8f0aea8b9103515\n") },
	[X_SIZE] = { LIST("1048576", "262145", "4096", "524288", "219136", "4"),
		LIST("1", "1023", "1125899906842624", "1152921504606846976", ODD_NUMBERS) },
	[X_UNIT] = { LIST("KiB", "MiB", "bytes", "k", "M", "KB", "b", "GiB"),
		LIST("", "kib", "MIB", "m", "G", "mB", "B", "Bytes", "byte", "TB", "TiB", "P", "PiB",
		     "E", "EiB", "EB", "ZiB", "KiBs", "Ki", " KiB", "KiB ", "x", "bits", "iB") },
	[X_CPUS] = { LIST("1", "2", "4", "8", "6"), LIST("16384", "16385", "17", "65536", ODD_NUMBERS) },
	[X_CPU_SET] = { LIST("0-7", "0-3,8-15", "0,1,2,3,4,5,6,7", "0-15,^3", "1-16"),
		LIST("", ",", "0,", ",0", "0,,1", " 0 , 1 ,2,3-8", "3-0", "16383,0-7", "16384", "0-16383",
		     "0-16384", "^0", "0,^0", "0-3,^0-1", "a", "0-", "-3", "0 1", "0x1-9", "^", "0;1",
		     "0-3 ", "+1-9", "all", "00-07", "0 - 7", "0-7,^ 3", "^3,0-7", "0\n-7",
		     "4294967296", "99999999999999999999", "0-3,2-9", "0,^9", "0-7,^3,", "\v1-8") },
	[X_PLACEMENT] = { LIST("static", "auto"), LIST("", "Static", "none", "default") },
	[X_SHARES] = { LIST("1000", "2000", "500", "4000", "8000", "16", "777"),
		LIST("low", "1 000", "262144", "12000", ODD_NUMBERS) },
	[X_OS_TYPE] = { LIST("hvm"), LIST("", "linux", "exe", "xen", "HVM", " hvm", "uml") },
	[X_ARCH] = { LIST("i686", "x86_64"),
		LIST("", "aarch64", "ppc64", "X86_64", "i386", "none", "amd64", "armv7l", "i586") },
	[X_FIRMWARE] = { LIST("efi", "bios"), LIST("", "EFI", "none", "uefi") },
	[X_SMBIOS] = { LIST("host", "emulate", "none"), LIST("", "sysinfo", "HOST", "fwcfg", "x") },
	[X_YES] = { LIST("yes", "no"), LIST("", "YES", "on", "true", "1", "default") },
	[X_SMALL] = { LIST("0", "1", "2", "3"), LIST("4", "7", "8", "15", "16", "31", ODD_NUMBERS) },
	[X_ONE] = { LIST("1"), LIST("2", ODD_NUMBERS) },
	[X_CPU_MODE] = { LIST("custom"), LIST("", "host-model", "host-passthrough", "maximum", "x") },
	[X_NVRAM] = { LIST("[ds] dir/a.nvram", "/var/a.nvram"), LIST("", "a.nvram", " ") },
	[X_BOOT] = { LIST("hd", "cdrom", "fd", "network"), LIST("", "HD", "usb") },
	[X_DISK_TYPE] = { LIST("file", "block"),
		LIST("", "dir", "network", "volume", "nvme", "vhostuser", "File", "none") },
	[X_DISK_DEVICE] = { LIST("disk", "cdrom", "floppy", "lun"), LIST("", "DISK", "cd", "hd") },
	[X_DISK_FILE] = { LIST("[ds] dir/a.vmdk", "/vmfs/b.vmdk", "[ds] c.iso", "[ds] d.flp"),
		LIST("", "a.vmdk", "[ds] A.VMDK", "[ds] x.Iso", "[ds].vmdk", "/.iso", "[ds] a.vmdk ",
		     "[] a.vmdk", "[ds a.vmdk", "[ds] a.raw", "vmdk", "[ds]", "[d/s] x.vmdk",
		     "[ds]  x.vmdk", "/vmfs/devices/cdrom/x.iso", "[ds] \"q\".vmdk", "C:\\x.vmdk",
		     "emptyBackingString", "auto detect") },
	[X_DISK_DEV] = { LIST("/dev/cdrom", "/vmfs/devices/cdrom/mpx.vmhba32:C0", "/dev/sr0"),
		LIST("", "auto detect", "/vmfs/devices/cdrom/", "/vmfs/devices/cdrom", "D:", " ",
		     "/VMFS/devices/cdrom/x", "emptyBackingString", "a.vmdk") },
	[X_POLICY] = { LIST("optional", "mandatory"), LIST("", "requisite", "Optional", "default") },
	[X_TARGET] = { LIST("sda", "sdb", "hda", "hdc", "fda", "sdp", "sdh"),
		LIST("", "sd", "sdA", "sda1", "sda1a", "vda", "xvda", "ubda", "sdbh", "sdbg", "sdbi", "hdd",
		     "hde", "fdb", "fdc", "hdaa", "nvme0n1", "sdaaaaaa", "sdzzzzzz", "sdzzzzzzz",
		     "sdxwxyz", " sda", "sda ", "sd1", "da", "a", "xvd", "nbd0", "nvme", "SDA",
		     "sdfxshrxx", "xsda", "sdmwlzk", "sdiv", "vdb") },
	[X_BUS] = { LIST("scsi", "ide", "fdc", "sata"),
		LIST("", "virtio", "xen", "usb", "uml", "sd", "nvme", "none", "SCSI", "vmbus") },
	[X_CACHE] = { LIST("writethrough", "default"),
		LIST("", "none", "writeback", "directsync", "unsafe", "Writethrough") },
	[X_DRIVER] = { LIST("lsilogic", "buslogic", "vmpvscsi", "lsisas1068"),
		LIST("", "LSILogic", "pvscsi", "auto", "ibmvscsi", "qemu", "virtio-scsi", "lsisas1078",
		     "phy", "VMPVSCSI", "ncr53c90") },
	[X_ADDRESS_TYPE] = { LIST("drive"),
		LIST("", "pci", "usb", "virtio-serial", "ccid", "none", "Drive", "unassigned", "isa",
		     "ccw", "virtio-mmio", "spapr-vio", "dimm") },
	[X_CONTROLLER_TYPE] = { LIST("scsi", "ide", "sata", "fdc"),
		LIST("", "usb", "pci", "virtio-serial", "ccid", "nvme", "xenbus", "isa", "SCSI", "floppy") },
	[X_SCSI_MODEL] = { LIST("lsilogic", "buslogic", "lsisas1068", "vmpvscsi", "auto"),
		LIST("", "pvscsi", "LsiLogic", "ibmvscsi", "virtio-scsi", "lsisas1078", "default",
		     "virtio-transitional", "virtio-non-transitional", "ncr53c90", "dc390", "am53c974",
		     "x", "piix3", "ehci", "pci-root", "none", "nec-xhci") },
	[X_FOLDER_TYPE] = { LIST("mount"), LIST("", "template", "file", "block", "ram", "bind", "volume",
						"Mount") },
	[X_NIC_TYPE] = { LIST("bridge", "user", "null", "vds"),
		LIST("", "network", "ethernet", "direct", "hostdev", "internal", "server", "client",
		     "mcast", "udp", "vhostuser", "vdpa", "nat", "Bridge") },
	[X_MAC] = { LIST("00:0c:29:11:22:33", "00:50:56:11:22:33", "00:50:56:87:65:43",
			 "52:54:00:aa:bb:cc", "00:05:69:01:02:03"),
		LIST("", "00:00:00:00:00:00", "00:50:56:40:00:00", "00:50:56:3f:ff:ff",
		     "00:50:56:80:00:00", "00:50:56:bf:ff:ff", "00:50:56:c0:00:00",
		     "00:50:56:7f:ff:ff", "00:0C:29:AB:CD:EF", "0:c:29:1:2:3", "01:00:5e:00:00:01",
		     "ff:ff:ff:ff:ff:ff", " 00:0c:29:11:22:33", "00:0c:29:11:22:33 ",
		     "00:0c:29:11:22", "00:0c:29:11:22:33:44", "00-0c-29-11-22-33",
		     "000c29112233", "00:0c:29:11:22:3g", "000:c:29:11:22:33", ":::::",
		     "00:0c:29:11:22:", "00:0c:29:11:22:333", "00:0c:29:11:22:33\tx",
		     "+1:0c:29:11:22:33", "0x1:0c:29:11:22:33", "00:0c:29:11:22:33x") },
	[X_MAC_TYPE] = { LIST("generated", "static"), LIST("", "Static", "vpx", "none") },
	[X_C_INTEGER] = { LIST("0", "7", "77", "-5", "1234567890123"),
		LIST("0x", "0x1F", "0X1f", "-0x1", "010", "08", "0x8000000000000000", "-0", "0b1",
		     "-9223372036854775808", "-9223372036854775809", ODD_NUMBERS) },
	[X_NIC_DEVICE] = { LIST("vmnet3", "/dev/vmnet7"),
		LIST("", "vnet0", "vnet", "VNET0", "macvtap1", "macvlan0", "macvta", " vnet0", "eth & 0") },
	[X_NIC_MODEL] = { LIST("vlance", "vmxnet", "vmxnet2", "vmxnet3", "e1000", "e1000e"),
		LIST("", "VMXNET3", "E1000", "unknown", "Unknown", "virtio", "rtl8139", "ne2k_pci",
		     "flexible", "pcnet", "netfront", "virtio-transitional", "82540EM", "igb", "a b",
		     "usb-net", "e1000-82544gc", "Am79C973") },
	[X_PORT_TYPE] = { LIST("file", "dev", "pipe", "tcp"),
		LIST("", "pty", "null", "vc", "stdio", "udp", "unix", "spicevmc", "spiceport", "nmdm",
		     "qemu-vdagent", "dbus", "File") },
	[X_PORT_NUMBER] = { LIST("0", "1", "2"), LIST("3", "4", ODD_NUMBERS) },
	[X_PORT_MODE] = { LIST("bind", "connect"), LIST("", "server", "Bind") },
	[X_HOST] = { LIST("0.0.0.0", "host", "::1"),
		LIST("", "a b", "[::1]", "h\"st", "<h>", "\xC3\xA4", "h/x", "h:1", "%41") },
	[X_SERVICE] = { LIST("4555", "1", "65535"), LIST("telnet", "65536", "a b", "4555?x", ODD_NUMBERS) },
	[X_PROTOCOL] = { LIST("raw", "telnet", "telnets", "tls"), LIST("", "ssl", "RAW", "tcp") },
	[X_CONSOLE_TYPE] = { LIST("serial"), LIST("", "virtio", "xen", "uml", "sclp", "x", "isa-serial",
						 "usb-serial", "none", "default") },
	[X_TARGET_TYPE] = { LIST("isa-serial", "pci-serial", "usb-serial"), LIST("", "serial", "x") },
	[X_GRAPHICS_TYPE] = { LIST("vnc"), LIST("", "spice", "sdl", "rdp", "desktop", "egl-headless",
					       "dbus", "VNC") },
	[X_VNC_PORT] = { LIST("5900", "5910", "-1"), LIST("65535", "65536", "-2", "5", ODD_NUMBERS) },
	[X_ADDRESS] = { LIST("127.0.0.1", "0.0.0.0", "::1"),
		LIST("", "host & co", "<", "not an address", "127.0.0.1/8", " ", "a\"b") },
	[X_LISTEN_TYPE] = { LIST("address"), LIST("", "network", "socket", "none", "Address") },
	[X_VIDEO_TYPE] = { LIST("vmvga"),
		LIST("", "vga", "cirrus", "qxl", "none", "xen", "vbox", "virtio", "gop", "bochs", "ramfb",
		     "default", "parallels", "VMVGA") },
	[X_VRAM] = { LIST("4096", "8192", "16384", "5000", "1"),
		LIST("63", "64", "65", "2147483648", "2147483649", "131072", "1073741824",
		     ODD_NUMBERS) },
	[X_TPM_MODEL] = { LIST("tpm-crb"), LIST("", "tpm-tis", "tpm-spapr", "x") },
	[X_TPM_TYPE] = { LIST("emulator"), LIST("", "passthrough", "x") },
	[X_TPM_VERSION] = { LIST("2.0"), LIST("", "1.2", "3.0") },
	[X_PCI_TYPE] = { LIST("pci"), LIST("pci", "none") },
	[X_DOMAIN] = { LIST("0x0000", "0"), LIST("0x1", "0x10000", "") },
	[X_BUS_NUMBER] = { LIST("0x00", "0x05", "2", "0x1f"), LIST("0x100", "-1", "") },
	[X_SLOT] = { LIST("0x10", "0x1f", "1"), LIST("0x20", "0", "") },
	[X_FUNCTION] = { LIST("0x0", "0x7"), LIST("0x8", "") },
	[X_ALIAS] = { LIST("scsi0-0-0", "net0", "ua-mine"), LIST("", "ua-\xC3\xA4", "-") },
};

/*
 * Elements
 */

#define ATTRIBUTES(...) (const struct attribute_rule[]){ __VA_ARGS__, { NULL, NO_VALUE, 0 } }
#define NO_RULE { NULL, 0, 0, NO_VALUE, NULL, NULL }
#define CHILDREN(...) (const struct element_rule[]){ __VA_ARGS__, NO_RULE }

/* Where a device is on the board, and what libvirt calls it: VMware has no use for either. */
#define PLACE_CHILDREN \
	{ "address", 1, 0, NO_VALUE, \
	  ATTRIBUTES({ "type", X_PCI_TYPE, 8 }, { "domain", X_DOMAIN, 8 }, \
		     { "bus", X_BUS_NUMBER, 8 }, { "slot", X_SLOT, 8 }, \
		     { "function", X_FUNCTION, 8 }), NULL }, \
	{ "alias", 1, 0, NO_VALUE, ATTRIBUTES({ "name", X_ALIAS, 8 }), NULL }

#define TARGET_PORT \
	{ "target", 4, 0, NO_VALUE, \
	  ATTRIBUTES({ "port", X_PORT_NUMBER, 6 }, { "type", X_TARGET_TYPE, 0 }), NULL }
#define PORT_CHILDREN \
	{ "source", 8, 0, NO_VALUE, \
	  ATTRIBUTES({ "path", X_TEXT, 0 }, { "mode", X_PORT_MODE, 0 }, { "host", X_HOST, 0 }, \
		     { "service", X_SERVICE, 0 }), NULL }, \
	{ "protocol", 2, 0, NO_VALUE, ATTRIBUTES({ "type", X_PROTOCOL, 7 }), NULL }
#define SIZE_CHILD(name, weight) \
	{ name, weight, 0, X_SIZE, ATTRIBUTES({ "unit", X_UNIT, 3 }), NULL }

static const struct element_rule disk_children[] = {
	{ "driver", 2, 0, NO_VALUE,
	  ATTRIBUTES({ "name", X_DRIVER, 0 }, { "cache", X_CACHE, 4 }, { "type", X_TEXT, 0 }), NULL },
	{ "source", 8, 0, NO_VALUE,
	  ATTRIBUTES({ "file", X_DISK_FILE, 0 }, { "dev", X_DISK_DEV, 0 },
		     { "startupPolicy", X_POLICY, 1 }, { "dir", X_TEXT, 0 }), NULL },
	{ "target", 8, 0, NO_VALUE, ATTRIBUTES({ "dev", X_TARGET, 0 }, { "bus", X_BUS, 0 }), NULL },
	{ "readonly", 2, 0, NO_VALUE, NULL, NULL },
	{ "transient", 1, 0, NO_VALUE, NULL, NULL },
	{ "address", 2, 0, NO_VALUE,
	  ATTRIBUTES({ "type", X_ADDRESS_TYPE, 8 }, { "controller", X_SMALL, 0 },
		     { "bus", X_SMALL, 0 }, { "target", X_SMALL, 2 }, { "unit", X_SMALL, 0 }), NULL },
	{ "alias", 1, 0, NO_VALUE, ATTRIBUTES({ "name", X_ALIAS, 8 }), NULL },
	NO_RULE
};

static const struct element_rule interface_children[] = {
	{ "mac", 6, 0, NO_VALUE,
	  ATTRIBUTES({ "address", X_MAC, 8 }, { "type", X_MAC_TYPE, 2 }, { "check", X_YES, 2 }), NULL },
	{ "source", 8, 0, NO_VALUE,
	  ATTRIBUTES({ "bridge", X_TEXT, 0 }, { "network", X_TEXT, 0 }, { "switchid", X_UUID, 0 },
		     { "portid", X_C_INTEGER, 0 }, { "portgroupid", X_TEXT, 0 },
		     { "connectionid", X_C_INTEGER, 0 }), NULL },
	{ "target", 2, 0, NO_VALUE, ATTRIBUTES({ "dev", X_NIC_DEVICE, 8 }), NULL },
	{ "model", 4, 0, NO_VALUE, ATTRIBUTES({ "type", X_NIC_MODEL, 8 }), NULL },
	PLACE_CHILDREN,
	NO_RULE
};

static const struct element_rule device_children[] = {
	{ "disk", 5, 4, NO_VALUE,
	  ATTRIBUTES({ "type", X_DISK_TYPE, 0 }, { "device", X_DISK_DEVICE, 0 }), disk_children },
	{ "controller", 3, 3, NO_VALUE,
	  ATTRIBUTES({ "type", X_CONTROLLER_TYPE, 8 }, { "index", X_SMALL, 6 },
		     { "model", X_SCSI_MODEL, 0 }), CHILDREN(PLACE_CHILDREN) },
	{ "filesystem", 2, 3, NO_VALUE, ATTRIBUTES({ "type", X_FOLDER_TYPE, 5 }),
	  CHILDREN({ "source", 8, 0, NO_VALUE, ATTRIBUTES({ "dir", X_TEXT, 8 }), NULL },
		   { "target", 8, 0, NO_VALUE, ATTRIBUTES({ "dir", X_TEXT, 8 }), NULL },
		   { "readonly", 3, 0, NO_VALUE, NULL, NULL }) },
	{ "interface", 4, 4, NO_VALUE, ATTRIBUTES({ "type", X_NIC_TYPE, 0 }), interface_children },
	{ "serial", 3, 3, NO_VALUE, ATTRIBUTES({ "type", X_PORT_TYPE, 0 }),
	  CHILDREN(PORT_CHILDREN, TARGET_PORT) },
	{ "parallel", 2, 3, NO_VALUE, ATTRIBUTES({ "type", X_PORT_TYPE, 0 }),
	  CHILDREN(PORT_CHILDREN, TARGET_PORT) },
	{ "console", 1, 0, NO_VALUE, ATTRIBUTES({ "type", X_PORT_TYPE, 0 }),
	  CHILDREN(PORT_CHILDREN,
		   { "target", 6, 0, NO_VALUE,
		     ATTRIBUTES({ "type", X_CONSOLE_TYPE, 6 }, { "port", X_PORT_NUMBER, 4 }), NULL }) },
	{ "graphics", 3, 0, NO_VALUE,
	  ATTRIBUTES({ "type", X_GRAPHICS_TYPE, 8 }, { "port", X_VNC_PORT, 5 },
		     { "autoport", X_YES, 2 }, { "listen", X_ADDRESS, 0 }, { "keymap", X_TEXT, 2 },
		     { "passwd", X_TEXT, 2 }),
	  CHILDREN({ "listen", 3, 0, NO_VALUE,
		     ATTRIBUTES({ "type", X_LISTEN_TYPE, 8 }, { "address", X_ADDRESS, 0 }), NULL }) },
	{ "video", 3, 0, NO_VALUE, NULL,
	  CHILDREN({ "model", 7, 0, NO_VALUE,
		     ATTRIBUTES({ "type", X_VIDEO_TYPE, 7 }, { "vram", X_VRAM, 5 },
				{ "heads", X_ONE, 3 }, { "primary", X_YES, 1 },
				{ "vram64", X_VRAM, 0 }), NULL }) },
	{ "tpm", 0, 0, NO_VALUE, ATTRIBUTES({ "model", X_TPM_MODEL, 8 }),
	  CHILDREN({ "backend", 8, 0, NO_VALUE,
		     ATTRIBUTES({ "type", X_TPM_TYPE, 8 }, { "version", X_TPM_VERSION, 8 }), NULL }) },
	NO_RULE
};

const struct element_rule domain_rule = {
	"domain", 8, 0, NO_VALUE, ATTRIBUTES({ "type", X_DOMAIN_TYPE, 8 }, { "id", X_SMALL, 1 }),
	CHILDREN(
		{ "name", 8, 0, X_TEXT, NULL, NULL },
		{ "uuid", 6, 0, X_UUID, NULL, NULL },
		{ "genid", 1, 0, X_UUID, NULL, NULL },
		{ "hwuuid", 1, 0, X_UUID, NULL, NULL },
		{ "title", 1, 0, X_TEXT, NULL, NULL },
		{ "description", 2, 0, X_TEXT, NULL, NULL },
		SIZE_CHILD("memory", 8),
		SIZE_CHILD("currentMemory", 4),
		{ "maxMemory", 0, 0, X_SIZE,
		  ATTRIBUTES({ "unit", X_UNIT, 3 }, { "slots", X_SMALL, 7 }), NULL },
		{ "memtune", 2, 0, NO_VALUE, NULL,
		  CHILDREN(SIZE_CHILD("min_guarantee", 7), SIZE_CHILD("hard_limit", 1),
			   SIZE_CHILD("soft_limit", 1)) },
		{ "vcpu", 7, 0, X_CPUS,
		  ATTRIBUTES({ "placement", X_PLACEMENT, 2 }, { "cpuset", X_CPU_SET, 2 },
			     { "current", X_CPUS, 0 }), NULL },
		{ "vcpus", 0, 0, NO_VALUE, NULL,
		  CHILDREN({ "vcpu", 7, 3, NO_VALUE,
			     ATTRIBUTES({ "id", X_SMALL, 8 }, { "enabled", X_YES, 8 },
					{ "hotpluggable", X_YES, 6 }), NULL }) },
		{ "cputune", 2, 0, NO_VALUE, NULL,
		  CHILDREN({ "shares", 7, 0, X_SHARES, NULL, NULL }) },
		{ "os", 8, 0, NO_VALUE, ATTRIBUTES({ "firmware", X_FIRMWARE, 2 }),
		  CHILDREN({ "type", 8, 0, X_OS_TYPE, ATTRIBUTES({ "arch", X_ARCH, 5 }), NULL },
			   { "smbios", 2, 0, NO_VALUE, ATTRIBUTES({ "mode", X_SMBIOS, 8 }), NULL },
			   { "nvram", 0, 0, X_NVRAM, NULL, NULL },
			   { "loader", 0, 0, X_NVRAM, NULL, NULL },
			   { "boot", 1, 0, NO_VALUE, ATTRIBUTES({ "dev", X_BOOT, 8 }), NULL }) },
		{ "cpu", 2, 0, NO_VALUE, ATTRIBUTES({ "mode", X_CPU_MODE, 2 }),
		  CHILDREN({ "topology", 8, 0, NO_VALUE,
			     ATTRIBUTES({ "sockets", X_SMALL, 8 }, { "dies", X_ONE, 2 },
					{ "clusters", X_ONE, 1 }, { "cores", X_SMALL, 8 },
					{ "threads", X_ONE, 8 }), NULL }) },
		{ "devices", 8, 0, NO_VALUE, NULL, device_children })
};

#undef CHILDREN

const struct element_rule *find_rule(const struct element_rule *parent, const char *name)
{
	const struct element_rule *rule = parent ? parent->children : NULL;

	while (rule && rule->name && strcmp(rule->name, name) != 0)
		rule++;
	return rule && rule->name ? rule : NULL;
}

/*
 * Riders
 */

const char *const *const xml_domain_riders = LIST(
	"<clock offset='utc'/>", "<on_poweroff>destroy</on_poweroff>",
	"<on_reboot>restart</on_reboot>", "<on_crash>destroy</on_crash>",
	"<features><acpi/><apic/><pae/></features>", "<unknown/>",
	"<metadata><x:y xmlns:x='urn:x'><x:name>n</x:name></x:y></metadata>",
	"<x:name xmlns:x='urn:x'>foreign</x:name>",
	"<v:datacenterpath xmlns:v='http://libvirt.org/schemas/domain/vmware/1.0'>dc"
	"</v:datacenterpath>",
	"<bootloader></bootloader>", "<unknown><name>n</name></unknown>",
	"<pm><suspend-to-mem enabled='no'/></pm>");

const char *const *const xml_device_riders = LIST(
	"<emulator>/usr/bin/vmx</emulator>", "<input type='mouse' bus='ps2'/>",
	"<sound model='es1370'/>", "<memballoon model='none'/>",
	"<controller type='usb' index='0'/>", "<input type='keyboard' bus='ps2'/>",
	"<controller type='pci' index='0' model='pci-root'/>", "<unknown/>",
	"<x:disk xmlns:x='urn:x'/>", "<watchdog model='i6300esb'/>", "<panic/>",
	"<channel type='pty'><target type='virtio' name='n'/></channel>", "<sound model='ich6'/>",
	"<input type='tablet' bus='usb'/>", "<hub type='usb'/>");

/*
 * Riders that libvirt finds wrong
 */

const char *const *const xml_odd_domain_riders = LIST(
	"<clock offset='x'/>", "<on_poweroff>x</on_poweroff>", "<on_reboot/>",
	"<on_crash>x</on_crash>", "<features><x/></features>",
	"<pm><suspend-to-mem enabled='x'/></pm>", "<memtune><soft_limit>x</soft_limit></memtune>");

const char *const *const xml_odd_device_riders = LIST(
	"<sound model='x'/>", "<sound/>", "<memballoon model='x'/>", "<memballoon/>",
	"<input type='x' bus='ps2'/>", "<input type='mouse' bus='x'/>", "<hub type='x'/>", "<hub/>",
	"<watchdog model='x'/>", "<watchdog/>", "<panic model='x'/>",
	"<channel type='pty'><target type='x' name='n'/></channel>", "<channel type='tcp'/>",
	"<console type='x'/>", "<console type='tcp'><source mode='bind'/></console>",
	"<console type='file'><target type='virtio'/></console>", "<console type='pipe'/>",
	"<input type='tablet' bus='usb'><address type='x'/></input>",
	"<input type='tablet' bus='usb'><address/></input>");
