/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words of VMX files for what the machine has as numbers: one table each, for
 * reading and for writing.
 */
#ifndef VMXI_MACHINE_WORDS_H
#define VMXI_MACHINE_WORDS_H

#include "base/text.h"

struct word {
	struct text word;
	int value;
};

/* Of words with the same value the first is the one that is written. */
extern const struct word vmxi_scsi_models[4];
extern const struct word vmxi_nic_models[5];
extern const struct word vmxi_sound_models[3];
extern const struct word vmxi_boot_devices[4];
extern const struct word vmxi_share_words[3];
extern const struct word vmxi_schemes[10];

/* The row with this word, in any case; NULL: none. */
const struct word *vmxi_find_word(const struct word *words, size_t count, struct text t);
#define FIND_WORD(words, t) vmxi_find_word(words, sizeof(words) / sizeof((words)[0]), t)

/* The word for a value; no pointer: none. */
struct text vmxi_word_for(const struct word *words, size_t count, int value);
#define WORD_FOR(words, value) vmxi_word_for(words, sizeof(words) / sizeof((words)[0]), value)

#endif
