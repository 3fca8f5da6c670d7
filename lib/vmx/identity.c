/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is no device: names, memory, CPUs, the guest, its firmware.
 */
#include "names/escape_core.h"
#include "vmx/writer.h"

/* VMware's generic guest of an architecture. */
static struct text generic_guest(enum cpu_arch arch)
{
	static const struct text guests[] = {
		[ARCH_I686] = { "other", 5 }, [ARCH_X86_64] = { "other-64", 8 },
		[ARCH_AARCH64] = { "arm-other-64", 12 },
	};

	return guests[arch];
}

void vmxi_put_header(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;

	vmxi_put_key(w, KEY_ENCODING, w->encoding);
	vmxi_put_key_number(w, KEY_CONFIG_VERSION, 8);
	vmxi_put_key_number(w, KEY_HARDWARE_VERSION, w->hardware_version);
	/* what had no guest gets none: VMware takes it for the first of these */
	if (!m->no_guest_os || m->arch != ARCH_I686)
		vmxi_put_key(w, KEY_GUEST_OS, m->guest_os.ptr && !w->as_libvirt
						      ? m->guest_os : generic_guest(m->arch));
	if (m->smbios_host)
		vmxi_put_key_truth(w, KEY_REFLECT_HOST, true);
}

/*
 * Text with a layer of escapes for each of the characters.  libvirt leaves line ends
 * as they are, and then can't read its own file.
 */
static struct text escape(struct vmx_writer *w, struct text t, const char *layers)
{
	struct text sets[] = { w->as_libvirt ? TEXT("|\"") : TEXT("|\"\n\r\0"), TEXT("%/\\") };

	for (; *layers && w->code == VMX_OK; layers++) {
		vmxi_bytes_clear(&w->scratch);
		if (!vmxi_escape_hex(*layers, sets[*layers == '%'], t, &w->scratch)) {
			vmxi_vmx_no_memory(w);
			return TEXT("");
		}
		t = vmxi_arena_copy(&w->arena, (struct text){ w->scratch.data, w->scratch.length });
		if (!t.ptr) {
			vmxi_vmx_no_memory(w);
			return TEXT("");
		}
	}
	return t;
}

static void put_uuids(struct vmx_writer *w)
{
	static const uint8_t none[16];
	const struct vmx_machine *m = w->machine;

	if (memcmp(m->bios_uuid, none, 16) == 0)
		vmxi_put_line(w, vmxi_name_written(WRITTEN_UUID_ACTION), TEXT("create"), NOWHERE);
	else
		vmxi_put_key(w, KEY_UUID_BIOS, vmxi_format_vmx_uuid(w, m->bios_uuid));
	if (!w->as_libvirt && is_usable_uuid(m->vc_uuid) && memcmp(m->vc_uuid, m->bios_uuid, 16) != 0)
		vmxi_put_key(w, KEY_UUID_VC, vmxi_format_vmx_uuid(w, m->vc_uuid));
}

void vmxi_put_identity(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;

	put_uuids(w);
	if (m->name.ptr)
		vmxi_put_key(w, KEY_DISPLAY_NAME, escape(w, m->name, "|%"));
	if (!w->as_libvirt && (m->genid || m->genidx)) {
		vmxi_put_key_number(w, KEY_GENID, (int64_t)m->genid);
		vmxi_put_key_number(w, KEY_GENIDX, (int64_t)m->genidx);
	}
	if (m->description.ptr)
		vmxi_put_key(w, KEY_ANNOTATION, escape(w, m->description, "|"));
}

/*
 * Memory: VMware takes multiples of 4 MiB
 */

#define STEP_KIB 4096

void vmxi_put_vmx_memory(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;
	uint64_t size = (m->memory_kib + STEP_KIB - 1) / STEP_KIB * 4;

	if (!w->as_libvirt && m->memory_kib % STEP_KIB != 0)
		vmxi_report(&w->reporter, VMX_CODE_MEMORY_ROUNDED, VMX_NOTE, NOWHERE,
			    "%llu KiB of memory are no multiple of 4 MiB: the machine gets %llu MiB",
			    (unsigned long long)m->memory_kib, (unsigned long long)size);
	vmxi_put_key_number(w, KEY_MEMSIZE, (int64_t)size);
	if (m->current_memory_kib < size * 1024)
		vmxi_put_key_number(w, KEY_MEM_MAX, (int64_t)((m->current_memory_kib + 1023) / 1024));
	if (m->guaranteed_memory_kib > 0)
		vmxi_put_key_number(w, KEY_MEM_MIN,
				    (int64_t)((m->guaranteed_memory_kib + 1023) / 1024));
}

/*
 * CPUs
 */

static void put_affinity(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;
	char number[NUMBER_TEXT_MAX];
	struct text list;
	bool done = true;

	vmxi_bytes_clear(&w->scratch);
	for (size_t i = 0; i < m->affinity.count && done; i++) {
		size_t len = vmxi_format_uint64(number, m->affinity.cpus[i]);

		done = (i == 0 || vmxi_bytes_append_char(&w->scratch, ',')) &&
		       vmxi_bytes_append(&w->scratch, number, len);
	}
	list = vmxi_arena_copy(&w->arena, (struct text){ w->scratch.data, w->scratch.length });
	if (!done || !list.ptr)
		vmxi_vmx_no_memory(w);
	else
		vmxi_put_key(w, KEY_CPU_AFFINITY, list);
}

/* A word where the shares are what it means for so many CPUs. */
static void put_shares(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct text word = NO_TEXT;

	if (m->shares % m->cpus == 0 && m->shares / m->cpus <= INT32_MAX)
		word = WORD_FOR(vmxi_share_words, (int)(m->shares / m->cpus));
	if (!word.ptr)
		word = FORMATTED(w, "%llu", (unsigned long long)m->shares);
	vmxi_put_key(w, KEY_CPU_SHARES, word);
}

void vmxi_put_vmx_cpus(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;

	vmxi_put_key_number(w, KEY_NUMVCPUS, m->cpus);
	if (m->sockets > 0)
		vmxi_put_key_number(w, KEY_CORES_PER_SOCKET, m->cores);
	if (m->affinity.cpus)
		put_affinity(w);
	if (m->has_shares)
		put_shares(w);
}

/*
 * Firmware
 */

/* A machine without its nvram is one whose firmware begins anew: no error. */
static void leave_nvram_out(struct vmx_writer *w)
{
	if (!w->as_libvirt)
		vmxi_report(&w->reporter, VMX_CODE_NVRAM, VMX_WARNING, NOWHERE,
			    "the name of the nvram does not fit the rules for file names; it is left "
			    "out");
}

static void put_nvram(struct vmx_writer *w)
{
	struct text path = w->machine->nvram;
	enum vmx_code code = VMX_OK;

	if (w->code != VMX_OK || !path.ptr)
		return;
	if (w->file_name) {
		vmxi_bytes_clear(&w->scratch);
		code = w->file_name(w->file_name_user, path.ptr, path.len, &w->scratch, NULL);
		path = (struct text){ w->scratch.data, w->scratch.length };
	}
	if (code != VMX_OK && code != VMX_CODE_OUT_OF_MEMORY) {
		leave_nvram_out(w);
		return;
	}
	if (code == VMX_OK)
		path = vmxi_arena_copy(&w->arena, path);
	if (code != VMX_OK || !path.ptr)
		vmxi_vmx_no_memory(w);
	else
		vmxi_put_key(w, KEY_NVRAM, path);
}

void vmxi_put_firmware(struct vmx_writer *w)
{
	const struct vmx_machine *m = w->machine;

	if (m->firmware == FIRMWARE_EFI)
		vmxi_put_key(w, KEY_FIRMWARE, TEXT("efi"));
	if (m->firmware == FIRMWARE_EFI && m->secure_boot && !w->as_libvirt)
		vmxi_put_key_truth(w, KEY_SECURE_BOOT, true);
	put_nvram(w);
}

/*
 * The bridges behind which VMware's newer cards stand, and the channel to the host.
 * libvirt writes the bridges where there is a SCSI controller; VMware's products
 * always do.
 */

#define BRIDGES_HARDWARE 7

static bool has_scsi_controller(const struct vmx_machine *m)
{
	for (size_t i = 0; i < m->controllers.count; i++) {
		if (m->controllers.items[i].bus == BUS_SCSI)
			return true;
	}
	return false;
}

static void put_bridge(struct vmx_writer *w, unsigned int number)
{
	struct put_device bridge = { .w = w, .where = NOWHERE };
	struct text prefix = vmxi_name_written(WRITTEN_BRIDGE_PREFIX);

	memcpy(bridge.name.text, prefix.ptr, prefix.len);
	bridge.name.text[prefix.len] = (char)('0' + number);
	bridge.name.len = prefix.len + 1;
	vmxi_put_field_written(&bridge, WRITTEN_BRIDGE_PRESENT, TEXT("true"));
	if (number == 0)
		return;
	vmxi_put_field_written(&bridge, WRITTEN_BRIDGE_MODEL, TEXT("pcieRootPort"));
	vmxi_put_field_written(&bridge, WRITTEN_BRIDGE_FUNCTIONS, TEXT("8"));
}

void vmxi_put_bridges(struct vmx_writer *w)
{
	static const unsigned int numbers[] = { 0, 4, 5, 6, 7 };

	if (w->hardware_version < BRIDGES_HARDWARE)
		return;
	if (!w->as_libvirt || has_scsi_controller(w->machine)) {
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			put_bridge(w, numbers[i]);
	}
	vmxi_put_line(w, vmxi_name_written(WRITTEN_VMCI), TEXT("true"), NOWHERE);
}
