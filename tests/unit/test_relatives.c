/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where new keys go: behind the last of their nearest relatives, as one finds by looking
 * at each key; and at a cost that does not grow with the document.
 */
#include "document_support.h"

#include "document/bytes.h"
#include "document/hash.h"
#include "document/pieces.h"
#include "document/relatives.h"

/*
 * The rule, by looking at each key
 */

/* What names a device: how many letters, and digits behind them; 0, 0: no device. */
static size_t device_part(const char *key, size_t *ret_letters)
{
	size_t letters = strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_");
	size_t end = letters + strspn(key + letters, "0123456789");

	*ret_letters = letters;
	if (end > 0 && (key[end] == ':' || (key[end] == '.' && end > letters)))
		return end;
	return *ret_letters = 0;
}

/* The higher, the nearer; 0: no relative. */
static size_t nearness(const char *key, const char *other)
{
	size_t common = 0, letters, device = device_part(key, &letters), group;

	while (key[common] && ascii_lower(key[common]) == ascii_lower(other[common]))
		common++;
	for (group = common; group > 0 && key[group - 1] != '.';)
		group--;
	if (group > 1)
		return 2 + group;
	if (device > 0 && common >= device && other[device] && strchr(":.", other[device]))
		return 2;
	return letters > 0 && device > letters && common >= letters && ascii_is_digit(other[letters]);
}

static uint32_t nearest(const struct vmx_document *doc, const char *key)
{
	uint32_t best = NO_ENTRY;
	size_t best_nearness = 1;

	for (uint32_t i = doc->edits->first; i != NO_ENTRY; i = doc->edits->pieces[i].next) {
		struct text other_key = entry_key(doc, &doc->entries[i]);
		char other[64] = "";
		size_t near;

		if (is_gone(doc, i))
			continue;
		assert_true(other_key.len < sizeof(other));
		memcpy(other, other_key.ptr, other_key.len);
		near = nearness(key, other);
		if (near >= best_nearness) {
			best = i;
			best_nearness = near;
		}
	}
	return best;
}

/*
 * Against random documents and edits
 */
static uint32_t seed;

static uint32_t chance(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

/* A few of each kind, so that they have much in common. */
static void random_key(char to[64])
{
	static const char *const heads[] = { "scsi", "SATA", "usb", "usb_xhci", "guestinfo", "a", ".x", "9" };
	static const char *const tails[] = { "present", "fileName", "a.b", "a.c.d", "x", "", "." };
	size_t at = (size_t)sprintf(to, "%s", heads[chance(COUNT(heads))]);

	if (chance(3) > 0)
		at += (size_t)sprintf(to + at, "%u", chance(12));
	if (chance(2) == 0)
		at += (size_t)sprintf(to + at, ":%u", chance(4));
	if (chance(4) > 0)
		sprintf(to + at, ".%s", tails[chance(COUNT(tails))]);
}

static struct vmx_document *random_document(void)
{
	static const char *const ends[] = { "\n", "\r\n", "; ", "\n\n# note\n", " # note\n" };
	struct paper text = { NULL, 0 };
	struct vmx_document *doc;
	char key[64];

	paper_add(&text, "%s", "");
	for (uint32_t i = chance(60); i > 0; i--) {
		random_key(key);
		paper_add(&text, "%s = \"1\"%s", key, ends[chance(COUNT(ends))]);
	}
	assert_int_equal(vmx_document_read(text.text, text.length, NULL, &doc, NULL), VMX_OK);
	free(text.text);
	assert_true(vmxi_start_edits(doc));
	return doc;
}

static void assert_agrees(struct vmx_document *doc, const char *key)
{
	assert_true(vmxi_relatives_reserve(doc));
	if (vmxi_nearest_relative(doc, text_of(key)) != nearest(doc, key))
		fail_msg("seed %u: %s", seed, key);
}

static void edit_at_random(struct vmx_document *doc, const char *key)
{
	char other[64];

	switch (chance(8)) {
	case 0:
	case 1:
		(void)vmx_document_unset(doc, key, strlen(key), NULL);
		break;
	case 2:
		random_key(other);
		(void)vmx_document_rename(doc, key, strlen(key), other, strlen(other), NULL);
		break;
	default:
		(void)vmx_document_set(doc, key, strlen(key), "2", 1, NULL);
	}
}

static void the_table_knows_what_looking_finds(void **state)
{
	(void)state;
	seed = 7;
	for (int round = 0; round < 300; round++) {
		struct vmx_document *doc = random_document();
		char key[64];

		for (int i = 0; i < 60; i++) {
			random_key(key);
			assert_agrees(doc, key);
			edit_at_random(doc, key);
		}
		vmx_document_free(doc);
	}
}

/*
 * Cost
 */
typedef size_t key_fn(char *to, size_t n);

static size_t key_of_one_group(char *to, size_t n)
{
	return (size_t)sprintf(to, "guestinfo.k%zu", n);
}

static size_t key_of_its_own_group(char *to, size_t n)
{
	return (size_t)sprintf(to, "guestinfo.k%zu.x%zu", n / 2, n % 2);
}

static size_t key_of_a_device(char *to, size_t n)
{
	return (size_t)sprintf(to, "scsi%zu:%zu.x%zu", n % 4, n / 4 % 64, n / 256);
}

static size_t key_of_nobody(char *to, size_t n)
{
	return (size_t)sprintf(to, "k%zuk", n);
}

struct cost {
	size_t steps, calls, peak;
};

/* As many keys in the document as are added behind it. */
static struct cost cost_of_adding(key_fn *make, size_t count)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct paper text = { NULL, 0 };
	struct counting counting;
	struct vmx_document *doc;
	struct cost cost;
	char key[64];

	for (size_t n = 0; n < count; n++) {
		make(key, 2 * n);
		paper_add(&text, "%s = \"1\"\n", key);
	}
	counting_begin(&counting, 0);
	options.allocator = &counting.allocator;
	assert_int_equal(vmx_document_read(text.text, text.length, &options, &doc, NULL), VMX_OK);
	for (size_t n = 0; n < count; n++) {
		size_t length = make(key, 2 * n + 1);

		assert_int_equal(vmx_document_set(doc, key, length, "1", 1, NULL), VMX_OK);
	}
	cost = (struct cost){ doc->edits->relatives.steps, counting.calls, counting.peak };
	vmx_document_free(doc);
	free(text.text);
	return cost;
}

static void adding_keys_costs_in_proportion(void **state)
{
	static key_fn *const keys[] = {
		key_of_one_group, key_of_its_own_group, key_of_a_device, key_of_nobody,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct cost once = cost_of_adding(keys[i], 2000), twice = cost_of_adding(keys[i], 4000);

		/* four groups at most, looked up and put in, and put again as the table grows */
		assert_true(twice.steps < 4000 * 40);
		assert_true(twice.steps <= 2 * once.steps + 1000);
		assert_true(twice.calls <= 2 * once.calls + 8);
		assert_true(twice.peak <= 2 * once.peak + 65536);
	}
}

/* Groups that all hash to the same slot.  The hash is no secret. */
static size_t next_collision(uint64_t *state, char *to)
{
	for (;;) {
		uint64_t n = (*state)++, hash = 0xCBF29CE484222325u;

		for (size_t i = 0; i < 6; i++, n /= 26)
			to[i] = (char)('a' + n % 26);
		to[6] = '.';
		for (size_t i = 0; i < 7; i++)
			hash = (hash ^ (unsigned char)to[i]) * 0x100000001B3u;
		/* 2 is the kind of group that ends in a dot */
		if ((hash_end(hash + 2) & 0xFFF) == 0x5A5)
			return 7;
	}
}

static void groups_that_collide_cost_no_more(void **state)
{
	enum { GROUPS = 1000 };
	struct vmx_document *doc;
	uint64_t at = 0;
	char key[8];

	(void)state;
	assert_int_equal(vmx_document_read("a = \"1\"\n", 8, NULL, &doc, NULL), VMX_OK);
	for (size_t n = 0; n < GROUPS; n++) {
		next_collision(&at, key);
		key[7] = 'x';
		assert_int_equal(vmx_document_set(doc, key, 8, "1", 1, NULL), VMX_OK);
	}
	/* they do collide, and each search ends */
	assert_true(doc->edits->relatives.steps > GROUPS * PROBES_MAX / 2);
	assert_true(doc->edits->relatives.steps < (size_t)GROUPS * PROBES_MAX * 4);
	assert_int_equal(vmx_document_count(doc), GROUPS + 1);
	vmx_document_free(doc);
}

/* Nobody looks for the end of a line that is the whole file. */
static void behind_a_very_long_line_is_the_end(void **state)
{
	struct vmx_bytes written = VMX_BYTES_INIT;
	struct paper text = { NULL, 0 };
	struct vmx_document *doc;

	(void)state;
	for (int i = 0; i < 200; i++)
		paper_add(&text, "a%d.x = \"1\"; ", i);
	paper_add(&text, "b = \"1\"\nc = \"1\"\n");
	assert_int_equal(vmx_document_read(text.text, text.length, NULL, &doc, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(doc, "a0.y", 4, "2", 1, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(doc, "a190.y", 6, "2", 1, NULL), VMX_OK);
	assert_int_equal(vmx_document_write(doc, &written, NULL), VMX_OK);
	assert_non_null(strstr(written.data, "b = \"1\"\na190.y = \"2\"\nc = \"1\"\na0.y = \"2\"\n"));
	vmx_bytes_release(&written);
	vmx_document_free(doc);
	free(text.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_knows_what_looking_finds),
		cmocka_unit_test(adding_keys_costs_in_proportion),
		cmocka_unit_test(groups_that_collide_cost_no_more),
		cmocka_unit_test(behind_a_very_long_line_is_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
