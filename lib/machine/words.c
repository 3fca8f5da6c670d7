/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/words.h"

#include "machine/machine.h"

const struct word vmxi_scsi_models[4] = {
	{ { "lsilogic", 8 }, SCSI_LSILOGIC }, { { "pvscsi", 6 }, SCSI_PVSCSI },
	{ { "lsisas1068", 10 }, SCSI_LSISAS1068 }, { { "buslogic", 8 }, SCSI_BUSLOGIC },
};

const struct word vmxi_nic_models[5] = {
	{ { "vmxnet3", 7 }, NIC_VMXNET3 }, { { "e1000", 5 }, NIC_E1000 },
	{ { "e1000e", 6 }, NIC_E1000E }, { { "vmxnet", 6 }, NIC_VMXNET },
	{ { "vlance", 6 }, NIC_VLANCE },
};

const struct word vmxi_sound_models[3] = {
	{ { "hdaudio", 7 }, SOUND_HDAUDIO }, { { "es1371", 6 }, SOUND_ES1371 },
	{ { "sb16", 4 }, SOUND_SB16 },
};

const struct word vmxi_boot_devices[4] = {
	{ { "hdd", 3 }, BOOT_DISK }, { { "cdrom", 5 }, BOOT_CDROM },
	{ { "floppy", 6 }, BOOT_FLOPPY }, { { "ethernet", 8 }, BOOT_NETWORK },
};

/* What a word means per virtual CPU. */
const struct word vmxi_share_words[3] = {
	{ { "low", 3 }, 500 }, { { "normal", 6 }, 1000 }, { { "high", 4 }, 2000 },
};

const struct word vmxi_schemes[10] = {
	{ { "tcp", 3 }, PROTOCOL_RAW }, { { "", 0 }, PROTOCOL_RAW },
	{ { "tcp4", 4 }, PROTOCOL_RAW }, { { "tcp6", 4 }, PROTOCOL_RAW },
	{ { "telnet", 6 }, PROTOCOL_TELNET }, { { "telnets", 7 }, PROTOCOL_TELNETS },
	{ { "ssl", 3 }, PROTOCOL_TLS }, { { "tcp+ssl", 7 }, PROTOCOL_TLS },
	{ { "tcp4+ssl", 8 }, PROTOCOL_TLS }, { { "tcp6+ssl", 8 }, PROTOCOL_TLS },
};

const struct word *vmxi_find_word(const struct word *words, size_t count, struct text t)
{
	for (size_t i = 0; i < count; i++) {
		if (text_equal_nocase(words[i].word, t))
			return &words[i];
	}
	return NULL;
}

struct text vmxi_word_for(const struct word *words, size_t count, int value)
{
	for (size_t i = 0; i < count; i++) {
		if (words[i].value == value)
			return words[i].word;
	}
	return NO_TEXT;
}
