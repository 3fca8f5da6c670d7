/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Build-time program: prints the look-up tables for keys.def.
 *
 * Two perfect hash tables are made by trying multipliers until nothing
 * collides: one of all names, salted with their set, one of the first four
 * bytes of everything, so that most keys that are not understood are gone after
 * one comparison.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine/key_words.h"
#include "machine/keys.h"

#define NAME_BITS 10
#define PREFIX_BITS 8
#define PREFIXES_MAX 128
#define TRIES 10000000

struct name {
	const char *name, *set;
	unsigned int salt, id;
};


static const struct name names[] = {
#define KEY(ID, name) { name, "SET_KEY", SET_KEY, KEY_##ID },
#define FIELD(SET, ID, name) { name, "SET_" #SET, SET_##SET, SET##_##ID - SET##_FIRST },
#include "machine/keys.def"
};

#define NAMES (sizeof(names) / sizeof(names[0]))

static const struct {
	const char *prefix, *shape, *set, *device, *unit_set, *unit_device;
} heads[] = {
#define HEAD(prefix, SHAPE, SET, DEVICE, UNIT_SET, UNIT_DEVICE) \
	{ prefix, "SHAPE_" #SHAPE, "SET_" #SET, "DEVICE_" #DEVICE, \
	  "SET_" #UNIT_SET, "DEVICE_" #UNIT_DEVICE },
#include "machine/keys.def"
};

/* NOLINTBEGIN(concurrency-mt-unsafe): a program of one thread may exit */

#define HEADS (sizeof(heads) / sizeof(heads[0]))

/* splitmix64: any odd numbers will do, but the same ones in every build */
static uint64_t next_multiplier(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return (z ^ (z >> 31)) | 1;
}

static int names_fit(uint64_t multiplier, unsigned char slots[1 << NAME_BITS])
{
	memset(slots, 0, 1 << NAME_BITS);
	for (size_t i = 0; i < NAMES; i++) {
		struct key_words w = key_words(names[i].name, strlen(names[i].name));
		unsigned int slot = key_hash(w, names[i].salt, multiplier, NAME_BITS);

		if (slots[slot])
			return 0;
		slots[slot] = (unsigned char)(i + 1);
	}
	return 1;
}

static void print_slots(const char *name, const unsigned char *slots, size_t count)
{
	printf("static const unsigned char %s[%zu] = {", name, count);
	for (size_t i = 0; i < count; i++)
		printf("%s%u,", i % 24 ? "" : "\n\t", slots[i]);
	printf("\n};\n\n");
}

static int print_names(void)
{
	unsigned char slots[1 << NAME_BITS];
	uint64_t state = 1, multiplier = 0;
	int found = 0;

	for (int tries = 0; tries < TRIES && !found; tries++) {
		multiplier = next_multiplier(&state);
		found = names_fit(multiplier, slots);
	}
	if (!found)
		return 1;
	printf("#define NAME_BITS %d\n#define NAME_MULTIPLIER 0x%" PRIx64 "u\n\n",
	       NAME_BITS, multiplier);
	printf("static const struct name_row name_rows[] = {\n");
	for (size_t i = 0; i < NAMES; i++) {
		struct key_words w = key_words(names[i].name, strlen(names[i].name));

		printf("\t{ 0x%" PRIx64 "u, 0x%" PRIx64 "u, \"%s\", %zu, %s, %u },\n",
		       w.first, w.last, names[i].name, w.len, names[i].set, names[i].id);
	}
	printf("};\n\n");
	print_slots("name_slots", slots, sizeof(slots));
	return 0;
}

/*
 * A prefix says where to look: at a head (a device), or at the keys that stand
 * alone, or at both ("usb.present", but "usb:0.present" begins otherwise).
 */
struct prefix {
	uint32_t word;
	unsigned int head, heads;	/* the first, and how many stand side by side */
};

static struct prefix *find_prefix(struct prefix *prefixes, size_t *count, const char *four)
{
	uint32_t word = key_prefix(four);

	for (size_t i = 0; i < *count; i++) {
		if (prefixes[i].word == word)
			return &prefixes[i];
	}
	if (*count == PREFIXES_MAX)
		exit(1);
	prefixes[*count] = (struct prefix){ word, 0, 0 };
	return &prefixes[(*count)++];
}

/* Heads that begin alike have to stand side by side in keys.def. */
static void add_head(struct prefix *prefix, unsigned int head)
{
	if (prefix->heads == 0)
		prefix->head = head;
	else if (prefix->head + prefix->heads != head)
		exit(1);
	prefix->heads++;
}

/* A head shorter than four bytes is followed by a digit, or by a colon. */
static size_t collect_prefixes(struct prefix *prefixes)
{
	size_t count = 0;

	for (size_t i = 0; i < NAMES; i++) {
		if (names[i].salt == SET_KEY)
			find_prefix(prefixes, &count, names[i].name);
	}
	for (unsigned int i = 0; i < HEADS; i++) {
		char four[8];

		if (strlen(heads[i].prefix) >= 4) {
			add_head(find_prefix(prefixes, &count, heads[i].prefix), i);
			continue;
		}
		for (int next = '0'; next <= ':'; next++) {
			snprintf(four, sizeof(four), "%s%c", heads[i].prefix, next);
			add_head(find_prefix(prefixes, &count, four), i);
		}
	}
	return count;
}

static int prefixes_fit(const struct prefix *prefixes, size_t count, uint32_t multiplier,
			unsigned char slots[1 << PREFIX_BITS])
{
	memset(slots, 0, 1 << PREFIX_BITS);
	for (size_t i = 0; i < count; i++) {
		unsigned int slot = prefix_hash(prefixes[i].word, multiplier, PREFIX_BITS);

		if (slots[slot])
			return 0;
		slots[slot] = (unsigned char)(i + 1);
	}
	return 1;
}

static int print_prefixes(void)
{
	struct prefix prefixes[PREFIXES_MAX];
	unsigned char slots[1 << PREFIX_BITS];
	size_t count = collect_prefixes(prefixes);
	uint64_t state = 2;
	uint32_t multiplier = 0;
	int found = 0;

	for (int tries = 0; tries < TRIES && !found; tries++) {
		multiplier = (uint32_t)next_multiplier(&state);
		found = prefixes_fit(prefixes, count, multiplier, slots);
	}
	if (!found)
		return 1;
	printf("#define PREFIX_BITS %d\n#define PREFIX_MULTIPLIER 0x%" PRIx32 "u\n\n",
	       PREFIX_BITS, multiplier);
	printf("static const struct prefix_row prefix_rows[] = {\n");
	for (size_t i = 0; i < count; i++)
		printf("\t{ 0x%" PRIx32 "u, %u, %u },\n", prefixes[i].word, prefixes[i].head,
		       prefixes[i].heads);
	printf("};\n\n");
	print_slots("prefix_slots", slots, sizeof(slots));
	return 0;
}

static void print_heads(void)
{
	printf("static const struct head_row head_rows[] = {\n");
	for (size_t i = 0; i < HEADS; i++) {
		struct key_words w = key_words(heads[i].prefix, strlen(heads[i].prefix));

		if (w.len > KEY_WORDS_COMPLETE)
			exit(1);
		printf("\t{ 0x%" PRIx64 "u, 0x%" PRIx64 "u, %zu, %s, %s, %s, %s, %s },\n",
		       w.first, w.last, w.len, heads[i].shape, heads[i].set, heads[i].device,
		       heads[i].unit_set, heads[i].unit_device);
	}
	printf("};\n\n");
}

int main(void)
{
	printf("/* made from keys.def by generate_key_tables.c */\n\n");
	print_heads();
	return print_names() || print_prefixes() || fflush(stdout);
}
/* NOLINTEND(concurrency-mt-unsafe) */
