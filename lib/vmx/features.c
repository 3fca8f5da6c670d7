/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a hardware version has.  Source: VMware's tables of virtual hardware; the
 * first version of a product that has the device.
 */
#include "vmx/writer.h"

static bool has_controller(const struct vmx_machine *m, enum bus bus)
{
	for (size_t i = 0; i < m->controllers.count; i++) {
		if (m->controllers.items[i].bus == bus)
			return true;
	}
	return false;
}

static bool has_scsi_model(const struct vmx_machine *m, enum scsi_model model)
{
	for (size_t i = 0; i < m->controllers.count; i++) {
		if (m->controllers.items[i].bus == BUS_SCSI && m->controllers.items[i].model == model)
			return true;
	}
	return false;
}

static bool has_nic_model(const struct vmx_machine *m, enum nic_model model)
{
	for (size_t i = 0; i < m->nics.count; i++) {
		if (m->nics.items[i].model == model)
			return true;
	}
	return false;
}

static bool has_sata(const struct vmx_machine *m)
{
	return has_controller(m, BUS_SATA);
}

static bool has_nvme(const struct vmx_machine *m)
{
	return has_controller(m, BUS_NVME);
}

static bool has_pvscsi(const struct vmx_machine *m)
{
	return has_scsi_model(m, SCSI_PVSCSI);
}

static bool has_sas(const struct vmx_machine *m)
{
	return has_scsi_model(m, SCSI_LSISAS1068);
}

static bool has_vmxnet3(const struct vmx_machine *m)
{
	return has_nic_model(m, NIC_VMXNET3);
}

static bool has_e1000e(const struct vmx_machine *m)
{
	return has_nic_model(m, NIC_E1000E);
}

static bool has_wide_scsi(const struct vmx_machine *m)
{
	for (size_t i = 0; i < m->disks.count; i++) {
		if (m->disks.items[i].bus == BUS_SCSI && m->disks.items[i].unit > 15)
			return true;
	}
	return false;
}

static bool has_tpm(const struct vmx_machine *m)
{
	return m->tpm;
}

static bool has_efi(const struct vmx_machine *m)
{
	return m->firmware == FIRMWARE_EFI;
}

static bool has_secure_boot(const struct vmx_machine *m)
{
	return m->secure_boot;
}

static bool has_xhci(const struct vmx_machine *m)
{
	return m->usb[USB_XHCI].present;
}

static bool has_hd_audio(const struct vmx_machine *m)
{
	return m->sound == SOUND_HDAUDIO;
}

static const struct {
	const char *what;
	int64_t version;
	bool (*needed)(const struct vmx_machine *m);
} features[] = {
	{ "SCSI controllers of the model vmpvscsi", 7, has_pvscsi },
	{ "SCSI controllers of the model lsisas1068", 7, has_sas },
	{ "network cards of the model vmxnet3", 7, has_vmxnet3 },
	{ "network cards of the model e1000e", 8, has_e1000e },
	{ "EFI firmware", 7, has_efi },
	{ "USB 3 controllers", 8, has_xhci },
	{ "HD audio", 9, has_hd_audio },
	{ "SATA controllers", 10, has_sata },
	{ "NVMe controllers", 13, has_nvme },
	{ "SCSI units above 15", 13, has_wide_scsi },
	{ "secure boot", 13, has_secure_boot },
	{ "a TPM", 14, has_tpm },
};

#define FEATURES (sizeof(features) / sizeof(features[0]))

uint32_t vmxi_features(const struct vmx_machine *m)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < FEATURES; i++) {
		if (features[i].needed(m))
			mask |= (uint32_t)1 << i;
	}
	return mask;
}

/* libvirt only looks after the TPM. */
void vmxi_check_features(struct vmx_writer *w, uint32_t needed)
{
	for (size_t i = 0; i < FEATURES; i++) {
		if (!(needed >> i & 1) || w->hardware_version >= features[i].version ||
		    (w->as_libvirt && features[i].needed != has_tpm))
			continue;
		vmxi_vmx_fail(w, VMX_CODE_HARDWARE_LACKS,
			      features[i].needed == has_tpm ? w->machine->tpm_where : NOWHERE,
			      "hardware version %lld has no %s: that needs version %lld or later",
			      (long long)w->hardware_version,
			      features[i].needed == has_tpm ? "TPM" : features[i].what,
			      (long long)features[i].version);
	}
}
