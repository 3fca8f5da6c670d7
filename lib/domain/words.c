/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/words.h"

const char *const vmxi_disk_device_words[DISK_DEVICE_FLOPPY + 1] = {
	[DISK_DEVICE_DISK] = "disk", [DISK_DEVICE_CDROM] = "cdrom",
	[DISK_DEVICE_LUN] = "lun", [DISK_DEVICE_FLOPPY] = "floppy",
};

const char *const vmxi_bus_words[BUSES] = {
	[BUS_SCSI] = "scsi", [BUS_SATA] = "sata", [BUS_IDE] = "ide", [BUS_FDC] = "fdc",
	[BUS_NVME] = "nvme", [BUS_USB] = "usb",
};

const char *const vmxi_scsi_model_words[SCSI_PVSCSI + 1] = {
	[SCSI_BUSLOGIC] = "buslogic", [SCSI_LSILOGIC] = "lsilogic",
	[SCSI_LSISAS1068] = "lsisas1068", [SCSI_PVSCSI] = "vmpvscsi",
};

const char *const vmxi_nic_kind_words[NIC_KIND_DVS + 1] = {
	[NIC_KIND_NULL] = "null", [NIC_KIND_BRIDGE] = "bridge", [NIC_KIND_NAT] = "user",
	[NIC_KIND_NETWORK] = "network", [NIC_KIND_DVS] = "vds",
};

const char *const vmxi_nic_model_words[NIC_E1000E + 1] = {
	[NIC_VLANCE] = "vlance", [NIC_VMXNET] = "vmxnet", [NIC_VMXNET2] = "vmxnet2",
	[NIC_VMXNET3] = "vmxnet3", [NIC_E1000] = "e1000", [NIC_E1000E] = "e1000e",
};

const char *const vmxi_mac_kind_words[MAC_STATIC + 1] = {
	[MAC_GENERATED] = "generated", [MAC_STATIC] = "static",
};

const char *const vmxi_mac_check_words[MAC_CHECK_YES + 1] = {
	[MAC_CHECK_NO] = "no", [MAC_CHECK_YES] = "yes",
};

const char *const vmxi_port_kind_words[PORT_KIND_NULL + 1] = {
	[PORT_KIND_DEVICE] = "dev", [PORT_KIND_FILE] = "file", [PORT_KIND_PIPE] = "pipe",
	[PORT_KIND_TCP] = "tcp", [PORT_KIND_NULL] = "null",
};

const char *const vmxi_protocol_words[PROTOCOL_TLS + 1] = {
	[PROTOCOL_RAW] = "raw", [PROTOCOL_TELNET] = "telnet",
	[PROTOCOL_TELNETS] = "telnets", [PROTOCOL_TLS] = "tls",
};

const char *const vmxi_arch_words[ARCH_AARCH64 + 1] = {
	[ARCH_I686] = "i686", [ARCH_X86_64] = "x86_64", [ARCH_AARCH64] = "aarch64",
};

const char *const vmxi_boot_words[BOOT_DEVICES] = {
	[BOOT_DISK] = "hd", [BOOT_CDROM] = "cdrom", [BOOT_FLOPPY] = "fd", [BOOT_NETWORK] = "network",
};

const char *const vmxi_usb_model_words[USB_MODELS] = {
	[USB_UHCI] = "piix3-uhci", [USB_EHCI] = "ehci", [USB_XHCI] = "nec-xhci",
};

/* VMware's pointing devices on USB have absolute coordinates: tablets. */
const char *const vmxi_input_words[INPUT_KINDS] = {
	[INPUT_KEYBOARD] = "keyboard", [INPUT_MOUSE] = "mouse",
	[INPUT_TOUCHSCREEN] = "tablet", [INPUT_POINTER] = "tablet",
};

const char *const vmxi_sound_words[SOUND_SB16 + 1] = {
	[SOUND_ES1371] = "es1370", [SOUND_HDAUDIO] = "ich9", [SOUND_SB16] = "sb16",
};

int vmxi_word_value(const char *const *words, size_t count, struct text t)
{
	for (size_t i = 0; t.ptr && i < count; i++) {
		if (words[i] && text_equal(text_of(words[i]), t))
			return (int)i;
	}
	return -1;
}
