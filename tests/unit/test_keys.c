/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "machine/keys.h"

static const struct {
	const char *name;
	enum key id;
} keys[] = {
#define KEY(ID, name) { name, KEY_##ID },
#include "machine/keys.def"
};

static const struct {
	const char *name;
	enum field_set set;
	unsigned int id;
} fields[] = {
#define FIELD(SET, ID, name) { name, SET_##SET, SET##_##ID - SET##_FIRST },
#include "machine/keys.def"
};

enum shape { NUMBERED, BUS, PORTS };

static const struct {
	const char *prefix;
	enum shape shape;
	enum field_set set;
	enum device_kind kind;
	enum field_set unit_set;
	enum device_kind unit_kind;
} heads[] = {
#define HEAD(prefix, SHAPE, SET, DEVICE, UNIT_SET, UNIT_DEVICE) \
	{ prefix, SHAPE, SET_##SET, DEVICE_##DEVICE, SET_##UNIT_SET, DEVICE_##UNIT_DEVICE },
#include "machine/keys.def"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void upper(char *s)
{
	for (; *s; s++) {
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
	}
}

static void every_key_is_found_in_any_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct key_match m = vmxi_match_key(text_of(keys[i].name));
		char shout[64];

		assert_int_equal(m.set, SET_KEY);
		assert_int_equal(m.id, keys[i].id);
		assert_string_equal(vmxi_key_name(keys[i].id), keys[i].name);
		snprintf(shout, sizeof(shout), "%s", keys[i].name);
		upper(shout);
		m = vmxi_match_key(text_of(shout));
		assert_int_equal(m.set, SET_KEY);
		assert_int_equal(m.id, keys[i].id);
	}
}

static void check_field(const char *device, enum field_set set, enum device_kind kind,
			uint32_t number, uint32_t unit)
{
	for (size_t i = 0; i < COUNT(fields); i++) {
		struct key_match m;
		char key[96];

		if (fields[i].set != set)
			continue;
		snprintf(key, sizeof(key), "%s.%s", device, fields[i].name);
		for (int shout = 0; shout < 2; shout++, upper(key)) {
			m = vmxi_match_key(text_of(key));
			assert_int_equal(m.set, set);
			assert_int_equal(m.id, fields[i].id);
			assert_int_equal(m.kind, kind);
			assert_int_equal(m.number, number);
			assert_int_equal(m.unit, unit);
		}
		snprintf(key, sizeof(key), "%s.%sx", device, fields[i].name);
		assert_int_equal(vmxi_match_key(text_of(key)).set, SET_NONE);
		snprintf(key, sizeof(key), "%s%s", device, fields[i].name);
		assert_int_equal(vmxi_match_key(text_of(key)).set, SET_NONE);
	}
}

static void every_field_of_every_device_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		char device[64];

		snprintf(device, sizeof(device), "%s12", heads[i].prefix);
		if (heads[i].shape != PORTS)
			check_field(device, heads[i].set, heads[i].kind, 12, 0);
		snprintf(device, sizeof(device), "%s%s:30", heads[i].prefix,
			 heads[i].shape == PORTS ? "" : "3");
		if (heads[i].shape != NUMBERED)
			check_field(device, heads[i].unit_set, heads[i].unit_kind,
				    heads[i].shape == PORTS ? 0 : 3, 31);
	}
}

static void what_only_looks_like_a_key_is_not_found(void **state)
{
	static const char *const others[] = {
		"", "a", "vm", "mem", "memsiz", "memsize2", "memsize.", ".memsize", "emsize",
		"scsi", "scsi.present", "scsi0", "scsi0.", "scsi0:.present", "scsi0:1", "scsi0:1.",
		"scsi00.present", "scsi00:0.present", "scsi0:01.present", "scsi0:0:0.present",
		"scsi-1.present", "scsi0:0present", "scsi0.fileName", "scsi0:0.virtualDev",
		"ethernet.present", "ethernet0:1.present", "ethernet01.present", "ethernetx.present",
		"ethernet0.dvs", "ethernet0.present.", "floppy0:0.present", "usb0:1.present",
		"usb:0", "usb:.present", "usb_xhci0:1.present", "usb_xhci.fileName",
		"ide:0.present", "ide.present", "RemoteDisplay.vnc", "RemoteDisplay.vnc.",
		"scsi99999999999999999999.present", "scsi4294967296.present",
		"scsi0:100000.present", "sharedFolder.present", "sharedFolder0.maxNum",
		"uuid.biosx", "vm.genidXX", "vm.geni",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		if (vmxi_match_key(text_of(others[i])).set != SET_NONE)
			fail_msg("'%s' was taken for a key", others[i]);
	}
}

static void the_largest_numbers_are_kept(void **state)
{
	struct key_match m = vmxi_match_key(TEXT("ethernet4294967295.present"));

	(void)state;
	assert_int_equal(m.kind, DEVICE_ETHERNET);
	assert_true(m.number == UINT32_MAX);
	m = vmxi_match_key(TEXT("scsi1023:99999.present"));
	assert_int_equal(m.unit, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_found_in_any_case),
		cmocka_unit_test(every_field_of_every_device_is_found),
		cmocka_unit_test(what_only_looks_like_a_key_is_not_found),
		cmocka_unit_test(the_largest_numbers_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
