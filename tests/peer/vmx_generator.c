/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/vmx_generator.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/vmx_values.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * What texts are put together from: beginnings that are always fine come first.
 */
static const char *const text_pieces[] = {
	"a", "VM 1", "Foo", "-", "&", "<tag>", "'", "%41", "%2f", "|22", "|0A", "|7c", "/", ".",
	/* odd */
	"%25", "%7c41", "%7C", "|41", "|2541", "%", "|", "%0", "|g0", "%00", "|00", "%zz", "]]>",
	"\xC3\xBC", "\xE2\x82\xAC", "\xE6\x97\xA5", "\xF0\x9F\x98\x80", "\x01", "\x19", "\x1A",
	"\x1F", "\x7F", "\t", "\\", "..", "\xEF\xBF\xBE", "|0D", "|09", "|1a", "|19", "|C3|A4",
	"%C3%A4", "\v", "\f", "%0", "%1", "%2", "|%41",
	/* not UTF-8 */
	"\xFF", "\xC3", "\xED\xA0\x80", "|FF", "%E4", "\xE4\xF6", "\x81", "\xA5\x5C", "\x83\x5C",
};
#define FINE_PIECES 14

struct generator {
	struct chance *c;
	bool rich;		/* with what libvirt 9.0.0 does not read, too */
	size_t odd;		/* one value in so many is odd; 0: none */
	size_t odd_spelling;	/* the same for how lines are written */
	struct line {
		char *key, *value;
	} *lines;
	size_t count, capacity;
};

static bool is_odd(const struct generator *g)
{
	return g->odd > 0 && chance_one_in(g->c, g->odd);
}

static bool is_spelt_oddly(const struct generator *g)
{
	return g->odd_spelling > 0 && chance_one_in(g->c, g->odd_spelling);
}

static char *copy_text(const char *text)
{
	return text_of_format("%s", text);
}

static char *make_text(const struct generator *g)
{
	size_t count = chance_below(g->c, 5) + 1;
	char *text = copy_text("");

	for (size_t i = 0; i < count; i++) {
		size_t piece = chance_below(g->c, is_odd(g) ? COUNT(text_pieces) : FINE_PIECES);
		char *longer = text_of_format("%s%s", text, text_pieces[piece]);

		free(text);
		text = longer;
	}
	return text;
}

static char *make_value(const struct generator *g, enum kind kind)
{
	const struct value_kind *values = &value_kinds[kind];

	if (kind == TEXT_VALUE || (kind == PLAIN_TEXT && chance_one_in(g->c, 3)))
		return make_text(g);
	return copy_text(chance_of_list(g->c, is_odd(g) ? values->odd : values->fine));
}

/* Takes both strings over. */
static void add_line(struct generator *g, char *key, char *value)
{
	if (g->count == g->capacity) {
		g->capacity = g->capacity ? g->capacity * 2 : 64;
		g->lines = realloc(g->lines, g->capacity * sizeof(*g->lines));
		if (!g->lines)
			give_up("no memory");
	}
	g->lines[g->count++] = (struct line){ key, value };
}

/*
 * Keys.  weight: in how many of eight documents, or devices, the key stands.
 */
struct key_row {
	const char *name;
	enum kind kind;
	unsigned int weight;
};

static const struct key_row plain_keys[] = {
	{ ".encoding", ENCODING, 1 },
	{ "config.version", CONFIG_VERSION, 8 },
	{ "virtualHW.version", HARDWARE, 8 },
	{ "uuid.bios", UUID, 3 },
	{ "displayName", TEXT_VALUE, 5 },
	{ "vm.genid", NUMBER, 1 },
	{ "vm.genidX", NUMBER, 1 },
	{ "annotation", TEXT_VALUE, 2 },
	{ "memsize", MEMORY, 4 },
	{ "sched.mem.max", LIMIT, 2 },
	{ "sched.mem.minsize", LIMIT, 2 },
	{ "numvcpus", CPUS, 6 },
	{ "cpuid.coresPerSocket", CORES, 1 },
	{ "sched.cpu.affinity", AFFINITY, 2 },
	{ "sched.cpu.shares", SHARES, 2 },
	{ "guestOS", GUEST, 4 },
	{ "smbios.reflecthost", TRUTH, 1 },
	{ "RemoteDisplay.vnc.enabled", PRESENT, 2 },
	{ "RemoteDisplay.vnc.port", VNC_PORT, 3 },
	{ "RemoteDisplay.vnc.ip", ADDRESS, 2 },
	{ "RemoteDisplay.vnc.keymap", PLAIN_TEXT, 2 },
	{ "RemoteDisplay.vnc.password", TEXT_VALUE, 2 },
	{ "isolation.tools.hgfs.disable", TRUTH, 2 },
	{ "sharedFolder.maxNum", FOLDER_COUNT, 2 },
	{ "svga.vramSize", VRAM, 2 },
	{ "firmware", FIRMWARE, 1 },
	{ "uefi.secureBoot.enabled", TRUTH, 1 },
	{ "root-disk-uuid*", PLAIN_TEXT, 1 },
	{ "usb:0.present", TRUTH, 1 },
	{ "tools.syncTime", TRUTH, 1 },
	{ "scsi4.present", NUMBER, 1 },
	{ NULL, TRUTH, 0 },
};

/* What libvirt 9.0.0 does not read. */
static const struct key_row more_keys[] = {
	{ "vc.uuid", UUID, 2 }, { "vtpm.present", TRUTH, 2 }, { "nvram", NVRAM, 2 },
	{ "usb.present", PRESENT, 3 }, { "usb.pciSlotNumber", SLOT, 2 },
	{ "ehci.present", PRESENT, 3 }, { "ehci.pciSlotNumber", SLOT, 2 },
	{ "usb_xhci.present", PRESENT, 3 }, { "usb_xhci.pciSlotNumber", SLOT, 2 },
	{ "sound.present", PRESENT, 3 }, { "sound.virtualDev", SOUND_MODEL, 3 },
	{ "sound.pciSlotNumber", SLOT, 2 }, { "keyboard.vusb.enable", TRUTH, 1 },
	{ "mouse.vusb.enable", TRUTH, 1 }, { "touchscreen.vusb.present", TRUTH, 1 },
	{ "bios.bootOrder", BOOT_ORDER, 2 }, { "rtc.diffFromUTC", SECONDS, 1 },
	{ "rtc.startTime", SECONDS, 1 }, { "checkpoint.vmState", PLAIN_TEXT, 1 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row encryption_keys[] = {
	{ "encryption.keySafe", PLAIN_TEXT, 7 }, { "encryption.data", PLAIN_TEXT, 7 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row controller_keys[] = {
	{ "pciSlotNumber", SLOT, 1 }, { "virtualDev", SCSI_MODEL, 1 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row ide_keys[] = {
	{ "present", NUMBER, 1 }, { "virtualDev", SCSI_MODEL, 1 }, { "pciSlotNumber", SLOT, 1 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row disk_keys[] = {
	{ "present", PRESENT, 7 }, { "startConnected", TRUTH, 1 }, { "deviceType", DEVICE_TYPE, 0 },
	{ "clientDevice", TRUTH, 1 }, { "mode", DISK_MODE, 2 }, { "fileType", FLOPPY_TYPE, 1 },
	{ "fileName", DISK_FILE, 0 }, { "writeThrough", TRUTH, 1 }, { "autodetect", TRUTH, 1 },
	{ "port", USB_PORT, 1 }, { "parent", USB_PORT, 1 },
	{ NULL, TRUTH, 0 },
};

/* What stands on USB, and what means something only there. */
static const struct key_row usb_keys[] = {
	{ "present", PRESENT, 7 }, { "deviceType", USB_TYPE, 7 }, { "fileName", DISK_FILE, 4 },
	{ "port", USB_PORT, 4 }, { "parent", USB_PORT, 2 }, { "startConnected", TRUTH, 1 },
	{ "clientDevice", TRUTH, 1 }, { "mode", DISK_MODE, 1 }, { "fileType", FLOPPY_TYPE, 1 },
	{ "writeThrough", TRUTH, 1 }, { "autodetect", TRUTH, 1 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row passthrough_keys[] = {
	{ "present", PRESENT, 7 }, { "id", PCI_ID, 7 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row floppy_keys[] = {
	{ "present", PRESENT, 7 }, { "startConnected", TRUTH, 1 }, { "deviceType", DEVICE_TYPE, 1 },
	{ "clientDevice", TRUTH, 1 }, { "mode", DISK_MODE, 1 }, { "fileType", FLOPPY_TYPE, 8 },
	{ "fileName", DISK_FILE, 6 }, { "writeThrough", TRUTH, 1 }, { "autodetect", TRUTH, 1 },
	{ "port", USB_PORT, 1 }, { "parent", USB_PORT, 1 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row nic_keys[] = {
	{ "present", PRESENT, 7 }, { "startConnected", TRUTH, 1 }, { "connectionType", CONNECTION,
	5 },
	{ "addressType", ADDRESS_TYPE, 5 }, { "generatedAddress", MAC, 5 }, { "address", MAC, 4 },
	{ "checkMACAddress", CHECK_MAC, 1 }, { "virtualDev", NIC_MODEL, 4 },
	{ "features", FEATURES, 2 }, { "networkName", PLAIN_TEXT, 7 }, { "vnet", VNET, 8 },
	{ "opaqueNetwork.id", PLAIN_TEXT, 1 }, { "wakeOnPcktRcv", TRUTH, 1 },
	{ "pvnID", UUID, 1 }, { "pciSlotNumber", SLOT, 1 }, { "generatedAddressOffset", NUMBER, 1 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row switch_keys[] = {
	{ "dvs.switchId", UUID, 8 }, { "dvs.portId", NUMBER, 8 },
	{ "dvs.portgroupId", PLAIN_TEXT, 8 }, { "dvs.connectionId", NUMBER, 8 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row serial_keys[] = {
	{ "present", PRESENT, 7 }, { "startConnected", TRUTH, 1 }, { "fileType", SERIAL_TYPE, 0 },
	{ "fileName", SERIAL_FILE, 0 }, { "network.endPoint", END_POINT, 3 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row parallel_keys[] = {
	{ "present", PRESENT, 7 }, { "startConnected", TRUTH, 1 }, { "fileType", PARALLEL_TYPE, 8 },
	{ "fileName", SERIAL_FILE, 8 }, { "network.endPoint", END_POINT, 1 },
	{ NULL, TRUTH, 0 },
};

static const struct key_row folder_keys[] = {
	{ "present", PRESENT, 7 }, { "enabled", PRESENT, 7 }, { "hostPath", PLAIN_TEXT, 8 },
	{ "guestName", PLAIN_TEXT, 8 }, { "writeAccess", TRUTH, 4 }, { "readAccess", TRUTH, 2 },
	{ "expiration", PLAIN_TEXT, 1 },
	{ NULL, TRUTH, 0 },
};

/* prefix "" for keys that stand alone */
static void add_keys(struct generator *g, const char *prefix, const struct key_row *rows)
{
	const char *dot = *prefix ? "." : "";

	for (; rows->name; rows++) {
		bool there = chance_below(g->c, 8) < rows->weight;

		/* what is always there is missed where oddities are wanted */
		if (rows->weight == 8 && is_odd(g))
			there = false;
		if (there)
			add_line(g, text_of_format("%s%s%s", prefix, dot, rows->name),
				 make_value(g, rows->kind));
	}
}

/*
 * Disks: what goes together, or anything with anything.
 */
static const struct recipe {
	const char *type, *file, *bus;
} recipes[] = {
	{ NULL, "a.vmdk" }, { "disk", "b.vmdk" }, { "scsi-hardDisk", "c.vmdk", "scsi" },
	{ "ata-hardDisk", "d.vmdk", "ide" }, { "cdrom-image", "e.iso" }, { NULL, "f.iso" },
	{ "atapi-cdrom", "/dev/cdrom" }, { "atapi-cdrom", "auto detect" }, { "atapi-cdrom", NULL },
	{ "cdrom-raw", "/dev/scd0" }, { "cdrom-raw", "auto detect" },
	{ "cdrom-image", "emptyBackingString" }, { NULL, "emptyBackingString" },
	{ "scsi-passthru", "/vmfs/devices/cdrom/mpx.vmhba32:C0:T0:L0", "scsi" },
	{ "DISK", "g.VMDK" }, { "atapi-cdrom", "CD/DVD drive 0" }, { "cdrom-image", "" },
};

static void add_disk(struct generator *g, const char *prefix)
{
	const struct recipe *recipe = &recipes[chance_below(g->c, COUNT(recipes))];
	bool anything = g->odd > 0 && chance_one_in(g->c, 1 + g->odd / 4);

	if (recipe->bus && strncmp(recipe->bus, prefix, strlen(recipe->bus)) != 0)
		recipe = &recipes[0];
	add_keys(g, prefix, disk_keys);
	if (anything ? !chance_one_in(g->c, 4) : recipe->type != NULL)
		add_line(g, text_of_format("%s.deviceType", prefix),
			 anything ? make_value(g, DEVICE_TYPE) : copy_text(recipe->type));
	if (anything ? !chance_one_in(g->c, 4) : recipe->file != NULL)
		add_line(g, text_of_format("%s.fileName", prefix),
			 anything ? make_value(g, DISK_FILE) : copy_text(recipe->file));
}

static void add_controller(struct generator *g, const char *bus, size_t controller, size_t units)
{
	char *prefix = text_of_format("%s%zu", bus, controller);
	size_t count = chance_below(g->c, 4);

	if (strcmp(bus, "ide") != 0 && !is_odd(g))
		add_line(g, text_of_format("%s.present", prefix), make_value(g, PRESENT));
	if (strcmp(bus, "scsi") == 0 && chance_one_in(g->c, 2))
		add_line(g, text_of_format("%s.virtualDev", prefix), make_value(g, SCSI_MODEL));
	add_keys(g, prefix, strcmp(bus, "ide") == 0 ? ide_keys : controller_keys);
	for (size_t i = 0; i < count; i++) {
		char *unit = text_of_format("%s:%zu", prefix, chance_below(g->c, units));

		add_disk(g, unit);
		free(unit);
	}
	free(prefix);
}

static const struct {
	const char *name;
	size_t controllers, units;	/* one more than there are */
	size_t chance;
} buses[] = {
	{ "scsi", 5, 17, 2 }, { "sata", 5, 31, 4 }, { "ide", 3, 3, 3 }, { "nvme", 5, 16, 8 },
};

static void add_disks(struct generator *g)
{
	for (size_t i = 0; i < COUNT(buses); i++) {
		size_t count = chance_one_in(g->c, buses[i].chance) ? 1 + chance_below(g->c, 2) : 0;

		for (size_t j = 0; j < count; j++) {
			size_t controller = chance_one_in(g->c, 2) ?
					    0 : chance_below(g->c, buses[i].controllers);

			add_controller(g, buses[i].name, controller,
				       chance_one_in(g->c, 20) ? 66 : buses[i].units);
		}
	}
}

/*
 * Devices that are only numbered
 */
static const char *const odd_numbers[] = {
	"00", "01", "3", "4", "9", "10", "1023", "1024", "4294967296", "2147483648", "-0", "-1",
	"+1", "X", "", "0:1", " 1", "1a", "0x1",
};

static char *device_name(const struct generator *g, const char *kind, size_t count)
{
	if (is_odd(g))
		return text_of_format("%s%s", kind,
				      odd_numbers[chance_below(g->c, COUNT(odd_numbers))]);
	return text_of_format("%s%zu", kind, chance_below(g->c, count));
}

/* Schemes, hosts, ports and what may follow, right and wrong. */
static const char *const *const uri_parts[][2] = {
	{ LIST("telnet://", "telnets://", "tcp://", "ssl://", "tcp+ssl://", "tcp4://", "//"),
	  LIST("TELNET://", "Tcp://", "tcp6://", "tcp4+ssl://", "tcp6+ssl://", "http://", "tcp:",
	       "", "://", "tcp:/", "tc p://", "1tcp://", "TCP+SSL://", "vspc://", "file://") },
	{ LIST("", "", "", "", ""), LIST("user@", "u:p@", "@", "u%40@") },
	{ LIST("0.0.0.0", "host", "10.1.2.3", "[::1]", "[fe80::1]"),
	  LIST("", "h%41st", "a_b", "[::1", "::1", "h st", "[", "[]", "\xC3\xA4", "%zz", "a%20b",
	       "%5B::1%5D", "h%00st", "*", "[v1.x]", "h&amp;", "'", "ho<st") },
	{ LIST(":4555", ":1", ":65535"),
	  LIST("", ":", ":0", ":0080", ":65536", ":99999", ":2147483647", ":2147483648",
	       ":99999999999999999999", ":-1", ":x", ":1x", ": 1", ":+1", ":4294967297",
	       ":99999999", ":100000000") },
	{ LIST("", "", "", ""),
	  LIST("/", "/path", "?query", "#fragment", "/a b", "?a=b&c", "#", " ", "/%", "/[") },
};

static char *make_uri(const struct generator *g)
{
	char *uri = copy_text("");

	for (size_t i = 0; i < COUNT(uri_parts); i++) {
		char *longer = text_of_format("%s%s", uri, chance_of_list(g->c, uri_parts[i][is_odd(g)]));

		free(uri);
		uri = longer;
	}
	return uri;
}

static void add_serial(struct generator *g, const char *prefix)
{
	bool network = chance_one_in(g->c, 2);

	add_keys(g, prefix, serial_keys);
	if (network || !is_odd(g))
		add_line(g, text_of_format("%s.fileType", prefix),
			 network ? copy_text("network") : make_value(g, SERIAL_TYPE));
	if (!is_odd(g))
		add_line(g, text_of_format("%s.fileName", prefix),
			 network && !is_odd(g) ? make_uri(g) : make_value(g, SERIAL_FILE));
}

static const struct {
	const char *name;
	const struct key_row *keys;
	size_t count, chance;
	bool rich;
} devices[] = {
	{ "ethernet", nic_keys, 4, 2, false }, { "floppy", floppy_keys, 3, 4, false },
	{ "serial", serial_keys, 5, 3, false }, { "parallel", parallel_keys, 4, 4, false },
	{ "sharedFolder", folder_keys, 4, 3, false }, { "usb:", usb_keys, 4, 12, true },
	{ "usb_xhci:", usb_keys, 8, 12, true }, { "usb_uhci:", usb_keys, 4, 24, true },
	{ "ehci:", usb_keys, 4, 24, true }, { "pciPassthru", passthrough_keys, 4, 12, true },
};

static void add_device(struct generator *g, size_t row)
{
	char *prefix = device_name(g, devices[row].name, devices[row].count);

	if (devices[row].keys == serial_keys)
		add_serial(g, prefix);
	else
		add_keys(g, prefix, devices[row].keys);
	if (devices[row].keys == nic_keys && chance_one_in(g->c, 8))
		add_keys(g, prefix, switch_keys);
	free(prefix);
}

static void add_devices(struct generator *g)
{
	for (size_t i = 0; i < COUNT(devices); i++) {
		size_t count = 1 + chance_below(g->c, 3);

		if (!chance_one_in(g->c, devices[i].chance) || (devices[i].rich && !g->rich))
			continue;
		for (size_t j = 0; j < count; j++)
			add_device(g, i);
	}
}

/*
 * Spelling
 */
static void put_case(struct chance *c, FILE *out, const char *text)
{
	size_t how = chance_below(c, 12);

	for (; *text; text++) {
		int byte = (unsigned char)*text;

		if (how == 0)
			byte = tolower(byte);
		else if (how == 1 || (how == 2 && chance_one_in(c, 2)))
			byte = toupper(byte);
		putc(byte, out);
	}
}

static void put_value(const struct generator *g, FILE *out, const char *value)
{
	size_t how = chance_below(g->c, 16);

	if (is_spelt_oddly(g) && chance_one_in(g->c, 8))
		fprintf(out, "%s", value);
	else if (how == 0 && (!strchr(value, '\'') || is_spelt_oddly(g)))
		fprintf(out, "'%s'", value);
	else if (how == 1 && (strlen(value) > 0 || is_spelt_oddly(g)))
		fprintf(out, "\"\"\"%s\"\"\"", value);
	else
		fprintf(out, "\"%s\"", value);
}

static const char *const *const blanks = LIST("", " ", "\t", "  ", " \t ");
static const char *const *const fine_ends =
	LIST("", " # comment", "# \"", "\r\r\n", "\n\n", "\t;\n", "; \n\t", "\n \t");
static const char *const *const odd_ends =
	LIST(";", " ; ", "\n;", ";;", " x", "\"", "//", "\f", "\v\n");

static const char *const *const eols = LIST("\n", "\n", "\n", "\r\n", "\r", ";", ";\n");

static void put_line(const struct generator *g, FILE *out, const struct line *line, const char *eol)
{
	bool odd = is_spelt_oddly(g) || chance_one_in(g->c, 10);

	if (odd)
		fputs(chance_of_list(g->c, blanks), out);
	put_case(g->c, out, line->key);
	fputs(odd ? chance_of_list(g->c, blanks) : " ", out);
	fputs(is_spelt_oddly(g) ? "" : "=", out);
	fputs(odd ? chance_of_list(g->c, blanks) : " ", out);
	put_value(g, out, line->value);
	if (odd && (*eol != ';' || is_spelt_oddly(g)))
		fputs(chance_of_list(g->c, is_spelt_oddly(g) ? odd_ends : fine_ends), out);
	fputs(is_spelt_oddly(g) ? chance_of_list(g->c, eols) : eol, out);
}

/* Lines that are no entries. */
static const char *const *const fine_others = LIST("", "# comment", "#!/usr/bin/vmware",
						   "\t# x = \"y\"", " ");
static const char *const *const odd_others =
	LIST("foo", "= \"x\"", "1key = \"x\"", "key = 12", "key = [ \"a\" ]", "// comment",
	     "\xEF\xBB\xBF", "\f", "key = -1", "key =", "k\xC3\xA4y = \"x\"", "k+y = \"x\"",
	     "; x = \"y\"", ".x = \"y\"", "_x = \"y\"", "k = \"a\" \"b\"", "k = \"\"\"",
	     "k = \"\"\"\"\"\"", "k = \"\"\"a\nb = \"\n\"\"\"", "k = 'a\nb'", "k = \"a\nb\"",
	     "k = \"\"\"\"\"\"\"", "k = \"\"\"\n\"\"\"", "ethernet.x = \"y\"", "Ethernet = \"y\"",
	     "ethernet-1.x = \"y\"", "ethernet0 = \"y\"", "\r", "k = tRUE", "k.-*_:9 = ''",
	     "\x80", "# \xFF");

static void put_other_line(const struct generator *g, FILE *out, const char *eol)
{
	fputs(chance_of_list(g->c, is_spelt_oddly(g) ? odd_others : fine_others), out);
	fputs(eol, out);
}

static void put_lines(const struct generator *g, FILE *out)
{
	const char *eol = chance_of_list(g->c, eols);

	for (size_t i = 0; i < g->count; i++) {
		if (chance_one_in(g->c, 25))
			put_other_line(g, out, *eol == ';' ? "\n" : eol);
		if (i + 1 == g->count && chance_one_in(g->c, 8))
			eol = "";
		put_line(g, out, &g->lines[i], eol);
	}
}

static void shuffle(struct generator *g)
{
	for (size_t i = g->count; i > 1; i--) {
		size_t other = chance_below(g->c, i);
		struct line line = g->lines[i - 1];

		g->lines[i - 1] = g->lines[other];
		g->lines[other] = line;
	}
}

/* A key that is there already, with the value of another one. */
static void add_duplicate(struct generator *g)
{
	const struct line *from = &g->lines[chance_below(g->c, g->count)];
	char *key = copy_text(from->key);

	from = &g->lines[chance_below(g->c, g->count)];
	add_line(g, key, copy_text(from->value));
}

static void generate_machine(struct chance *c, bool rich, FILE *out)
{
	static const size_t odds[] = { 0, 0, 200, 100, 50, 25, 10, 3 };
	static const size_t odd_spellings[] = { 0, 0, 0, 0, 0, 600, 200, 40 };
	struct generator g = { .c = c, .rich = rich };

	g.odd = odds[chance_below(c, COUNT(odds))];
	g.odd_spelling = odd_spellings[chance_below(c, COUNT(odd_spellings))];
	add_keys(&g, "", plain_keys);
	if (rich && chance_one_in(c, 4))
		add_keys(&g, "", more_keys);
	if (rich && chance_one_in(c, 100))
		add_keys(&g, "", encryption_keys);
	add_disks(&g);
	add_devices(&g);
	if (g.count > 0 && chance_one_in(c, 6))
		add_duplicate(&g);
	if (chance_one_in(c, 4))
		shuffle(&g);
	put_lines(&g, out);
	for (size_t i = 0; i < g.count; i++) {
		free(g.lines[i].key);
		free(g.lines[i].value);
	}
	free(g.lines);
}

/*
 * Scraps of the grammar, put together without any sense
 */
static const char *const scraps[] = {
	"displayName", "annotation", "guestOS", "k", " = ", "=", "\"", "'", "\"\"\"", "\"\"", "#",
	";", " ", "\t", "\n", "\r", "\r\n", "a", "8", "-", ".", "[", "\"x\"", "'y'",
	"\"\"\"z\"\"\"", "\f", "\xC3\xA4", "displayName = \"n\"", "annotation = '",
	"annotation = \"\"\"", "# c", "\n", "\n", "\n",
};

static void generate_scraps(struct chance *c, FILE *out)
{
	size_t count = 1 + chance_below(c, 14), header = chance_one_in(c, 4) ? count - 1 : 0;

	for (size_t i = 0; i < count; i++) {
		if (i == header)
			fputs("config.version = \"8\"\nvirtualHW.version = \"8\"\n", out);
		fputs(scraps[chance_below(c, COUNT(scraps))], out);
	}
}

static void generate(struct chance *c, bool rich, struct blob *ret)
{
	FILE *out = open_text(&ret->data, &ret->length);

	if (chance_one_in(c, 8))
		generate_scraps(c, out);
	else
		generate_machine(c, rich, out);
	close_text(out);
}

void generate_document(struct chance *c, struct blob *ret)
{
	generate(c, false, ret);
}

void generate_rich_document(struct chance *c, struct blob *ret)
{
	generate(c, true, ret);
}

/*
 * Mutations
 */
static const char *const tokens[] = {
	"\"", "'", "\"\"\"", "=", "#", ";", "\n", "\r", "\r\n", " ", "\t", "|", "%", ":", ".",
	"-", "*", "\"TRUE\"", "\"\"", "\\", "[", "]", "\xE4", "\xC3\xA4", "\x80", "\xFF", "\x01",
	"\x1B", "0", "9", "present", "\n# x\n", "ethernet", "\f", "\v", "~", "{", "64",
	"\xA5\x5C",
};

/* Puts a text in place of so many bytes. */
static void replace(struct blob *document, size_t at, size_t length,
		    const char *by, size_t by_length)
{
	size_t rest = document->length - at - length;
	char *data = malloc(document->length - length + by_length + 1);

	if (!data)
		give_up("no memory");
	memcpy(data, document->data, at);
	memcpy(data + at, by, by_length);
	memcpy(data + at + by_length, document->data + at + length, rest);
	document->length = at + by_length + rest;
	data[document->length] = '\0';
	free(document->data);
	document->data = data;
}

void mutate_document(struct chance *c, struct blob *document)
{
	size_t count = 1 + chance_below(c, 3);

	for (size_t i = 0; i < count && document->length > 0; i++) {
		size_t at = chance_below(c, document->length);
		size_t length = chance_below(c, chance_one_in(c, 4) ? 40 : 3);
		const char *token = tokens[chance_below(c, COUNT(tokens))];
		char piece[40];

		if (length > document->length - at)
			length = document->length - at;
		if (chance_one_in(c, 3)) {
			replace(document, at, length, "", 0);
		} else if (chance_one_in(c, 5)) {
			memcpy(piece, document->data + at, length);
			replace(document, chance_below(c, document->length), 0, piece, length);
		} else {
			length = chance_one_in(c, 2) ? length : 0;
			replace(document, at, length, token, strlen(token));
		}
	}
}
