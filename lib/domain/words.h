/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words of domain XML for what the machine has as numbers: one table each,
 * for writing and for reading.
 */
#ifndef VMXI_DOMAIN_WORDS_H
#define VMXI_DOMAIN_WORDS_H

#include "machine/machine.h"

/* Indexed by the enumeration; NULL where a number has no word. */
extern const char *const vmxi_disk_device_words[DISK_DEVICE_FLOPPY + 1];
extern const char *const vmxi_bus_words[BUSES];
extern const char *const vmxi_scsi_model_words[SCSI_PVSCSI + 1];
extern const char *const vmxi_nic_kind_words[NIC_KIND_DVS + 1];
extern const char *const vmxi_nic_model_words[NIC_E1000E + 1];
extern const char *const vmxi_mac_kind_words[MAC_STATIC + 1];
extern const char *const vmxi_mac_check_words[MAC_CHECK_YES + 1];
extern const char *const vmxi_port_kind_words[PORT_KIND_NULL + 1];
extern const char *const vmxi_protocol_words[PROTOCOL_TLS + 1];
extern const char *const vmxi_arch_words[ARCH_AARCH64 + 1];
extern const char *const vmxi_boot_words[BOOT_DEVICES];
extern const char *const vmxi_usb_model_words[USB_MODELS];
extern const char *const vmxi_input_words[INPUT_KINDS];
extern const char *const vmxi_sound_words[SOUND_SB16 + 1];

/* The first number that has the word, case counting; -1: none has. */
int vmxi_word_value(const char *const *words, size_t count, struct text t);
#define WORD_VALUE(words, t) vmxi_word_value(words, sizeof(words) / sizeof((words)[0]), t)

#endif
