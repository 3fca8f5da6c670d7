/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/fates.h"

#include "document/document.h"
#include "machine/keys.h"
#include "machine/machine.h"
#include "machine/settings.h"

/*
 * Keys that no reader looks at, and why.  A name is the beginning of a key; the
 * longest that fits counts.  '#' stands for a number.  From the keys that occur
 * in published files.
 */
static const struct {
	struct text name;
	enum fate fate;
} others[] = {
#define OTHER(name, fate) { { name, sizeof(name) - 1 }, FATE_##fate }
	OTHER("answer.", HOUSEKEEPING),
	OTHER("applianceView.", INTERFACE),
	OTHER("bios.", TUNING),
	OTHER("board-id", HARDWARE),
	OTHER("boardID.", HARDWARE),
	OTHER("buslogic.", TUNING),
	OTHER("checkpoint.", HOUSEKEEPING),
	OTHER("chipset.", TUNING),
	OTHER("cleanShutdown", HOUSEKEEPING),
	OTHER("cpuid.", CPU_MASK),
	OTHER("cpuid.coresPerSocket.cookie", DERIVED),
	OTHER("debug", HOUSEKEEPING),
	OTHER("debugStub.", TUNING),
	OTHER("deploymentPlatform", HOUSEKEEPING),
	OTHER("disable_acceleration", TUNING),
	OTHER("disk.EnableUUID", TUNING),
	OTHER("diskCleanup.", HOUSEKEEPING),
	OTHER("ehci#:#.", HARDWARE),
	OTHER("encryptedVM.", HOUSEKEEPING),
	OTHER("encryption.", HOUSEKEEPING),
	OTHER("ethernet#.", TUNING),
	OTHER("ethernet#.bsdName", DERIVED),
	OTHER("ethernet#.displayName", INTERFACE),
	OTHER("ethernet#.opaqueNetwork.", UNUSABLE),
	OTHER("evcCompatibilityMode", DERIVED),
	OTHER("extendedConfigFile", HOUSEKEEPING),
	OTHER("featMask.", CPU_MASK),
	OTHER("featureCompat.", HOUSEKEEPING),
	OTHER("fileSearchPath", HOUSEKEEPING),
	OTHER("floppy#.", TUNING),
	OTHER("ft.", HOUSEKEEPING),
	OTHER("guestCPUID.", DERIVED),
	OTHER("guestInfo.", GUEST_TOOLS),
	OTHER("guestOS.detailed.", GUEST_TOOLS),
	OTHER("guestOSAltName", INTERFACE),
	OTHER("guest_rpc.", GUEST_TOOLS),
	OTHER("gui.", INTERFACE),
	OTHER("hard-disk.", TUNING),
	OTHER("hgfs.", GUEST_TOOLS),
	OTHER("hints.", INTERFACE),
	OTHER("hostCPUID.", DERIVED),
	OTHER("hpet#.", VMWARE_BUS),
	OTHER("hw.model", HARDWARE),
	OTHER("hypervisor.cpuid.", CPU_MASK),
	OTHER("ich7m.", VMWARE_BUS),
	OTHER("ide#:#.", TUNING),
	OTHER("ide#:#.redo", HOUSEKEEPING),
	OTHER("isolation.", GUEST_TOOLS),
	OTHER("keyboardAndMouseProfile", INTERFACE),
	OTHER("log.", HOUSEKEEPING),
	OTHER("logging", HOUSEKEEPING),
	OTHER("mainMem.", TUNING),
	OTHER("maxvcpus", TUNING),
	OTHER("mem.hotadd", TUNING),
	OTHER("MemAllowAutoScaleDown", TUNING),
	OTHER("MemTrimRate", TUNING),
	OTHER("migrate.", HOUSEKEEPING),
	OTHER("mks.", INTERFACE),
	OTHER("monitor", TUNING),
	OTHER("monitor.phys_bits_used", DERIVED),
	OTHER("msg.", HOUSEKEEPING),
	OTHER("numa.", TUNING),
	OTHER("numa.autosize.", DERIVED),
	OTHER("nvme#.", HARDWARE),
	OTHER("nvme#.subnqnUUID", DERIVED),
	OTHER("nvme#:#.", TUNING),
	OTHER("nvme#:#.redo", HOUSEKEEPING),
	OTHER("parallel#.", TUNING),
	OTHER("pciBridge#.", VMWARE_BUS),
	OTHER("pciPassthru", TUNING),
	OTHER("policy.", HOUSEKEEPING),
	OTHER("powerType.", INTERFACE),
	OTHER("prefvmx.", TUNING),
	OTHER("precisionclock#.", HARDWARE),
	OTHER("printers.", THINPRINT),
	OTHER("priority.", TUNING),
	OTHER("proxyApps.", INTERFACE),
	OTHER("RemoteDisplay.", TUNING),
	OTHER("replay.", HOUSEKEEPING),
	OTHER("roamingVM.", HOUSEKEEPING),
	OTHER("sata#:#.", TUNING),
	OTHER("sata#:#.redo", HOUSEKEEPING),
	OTHER("sched.", TUNING),
	OTHER("sched.swap.", HOUSEKEEPING),
	OTHER("scsi#.", TUNING),
	OTHER("scsi#.sasWWID", DERIVED),
	OTHER("scsi#:#.", TUNING),
	OTHER("scsi#:#.redo", HOUSEKEEPING),
	OTHER("sensor.", HARDWARE),
	OTHER("serial#.", TUNING),
	OTHER("sharedFolder", TUNING),
	OTHER("smbios.", HARDWARE),
	OTHER("smc.", HARDWARE),
	OTHER("snapshot.", HOUSEKEEPING),
	OTHER("softPowerOff", HOUSEKEEPING),
	OTHER("sound.", TUNING),
	OTHER("svga.", TUNING),
	OTHER("svga.guestBackedPrimaryAware", DERIVED),
	OTHER("svga.present", VMWARE_BUS),
	OTHER("system-id.", HARDWARE),
	OTHER("tools.", GUEST_TOOLS),
	OTHER("toolScripts.", GUEST_TOOLS),
	OTHER("toolsInstallManager.", GUEST_TOOLS),
	OTHER("uefi.", HARDWARE),
	OTHER("ulm.", TUNING),
	OTHER("undopoint", HOUSEKEEPING),
	OTHER("unity.", INTERFACE),
	OTHER("usb.", TUNING),
	OTHER("usb:#.", TUNING),
	OTHER("usb_xhci:#.", TUNING),
	OTHER("userCPUID.", DERIVED),
	OTHER("uuid.action", HOUSEKEEPING),
	OTHER("uuid.location", HOUSEKEEPING),
	OTHER("vcpu.hot", TUNING),
	OTHER("vhv.", TUNING),
	OTHER("virtualHW.productCompatibility", HOUSEKEEPING),
	OTHER("vm.createDate", HOUSEKEEPING),
	OTHER("vmci", VMWARE_BUS),
	OTHER("vmotion.", DERIVED),
	OTHER("vmx.", HOUSEKEEPING),
	OTHER("vmxstats.", HOUSEKEEPING),
	OTHER("vpmc.", TUNING),
	OTHER("vtpm.", HOUSEKEEPING),
	OTHER("vvtd.", TUNING),
	OTHER("workingDir", HOUSEKEEPING),
#undef OTHER
};

static const struct {
	enum vmx_key_fate fate;
	const char *reason;
} fate_rows[FATE_COUNT] = {
#define FATE_ROW(ID, FATE, reason) [FATE_##ID] = { VMX_KEY_##FATE, reason },
	FATE_LIST(FATE_ROW)
#undef FATE_ROW
};

/* How much of the key the name covers; 0: it does not fit. */
static size_t name_fits(struct text name, struct text key)
{
	size_t at = 0;

	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '#') {
			size_t from = at;

			while (at < key.len && ascii_is_digit(key.ptr[at]))
				at++;
			if (at == from)
				return 0;
			continue;
		}
		if (at == key.len || ascii_lower(key.ptr[at]) != ascii_lower(name.ptr[i]))
			return 0;
		at++;
	}
	return at;
}

static enum fate find_other(struct text key)
{
	enum fate best = FATE_UNTOUCHED;
	size_t best_len = 0;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t len = name_fits(others[i].name, key);

		if (len > best_len) {
			best_len = len;
			best = others[i].fate;
		}
	}
	return best;
}

/* A key that is read, but of a device or group that was not looked at. */
static enum fate untouched_fate(const struct vmx_document *document, const struct entry *e)
{
	struct text key = entry_key(document, e);
	struct key_match m;

	if (e->flags & ENTRY_ODD_KEY)
		return FATE_UNTOUCHED;
	m = vmxi_match_key(key);
	if (m.number > DEVICE_NUMBER_MAX || m.unit > DEVICE_UNIT_MAX)
		return FATE_NO_SUCH_SLOT;
	if (m.set == SET_KEY)
		return find_other(key) ? find_other(key) : FATE_NOT_ASKED;
	if (m.set != SET_NONE && m.unit > 0)
		return FATE_NOT_PRESENT;
	if (m.set != SET_NONE)
		return FATE_NOT_ASKED;
	return find_other(key);
}

const char *vmx_key_fate_name(enum vmx_key_fate fate)
{
	static const char *const names[] = {
		[VMX_KEY_USED] = "used",
		[VMX_KEY_LEFT_OUT] = "left-out",
		[VMX_KEY_NEEDS_FULL] = "needs-full",
		[VMX_KEY_INEXPRESSIBLE] = "inexpressible",
		[VMX_KEY_DUPLICATE] = "duplicate",
		[VMX_KEY_UNKNOWN] = "unknown",
	};

	return fate >= VMX_KEY_USED && fate <= VMX_KEY_UNKNOWN ? names[fate] : NULL;
}

bool vmx_machine_next_key(const struct vmx_machine *machine, size_t *cursor,
			  struct vmx_entry *ret_entry, enum vmx_key_fate *ret_fate,
			  const char **ret_reason)
{
	const struct vmx_document *document = machine->document;
	const struct entry *e = document ? vmxi_next_entry(document, cursor) : NULL;
	enum fate fate;

	if (!e)
		return false;
	vmxi_show_entry(document, e, ret_entry);
	if (e->flags & VMX_ENTRY_DUPLICATE) {
		*ret_fate = VMX_KEY_DUPLICATE;
		*ret_reason = "";
		return true;
	}
	fate = (enum fate)machine->fates[e - document->entries];
	if (fate == FATE_UNTOUCHED)
		fate = untouched_fate(document, e);
	*ret_fate = fate_rows[fate].fate;
	*ret_reason = fate_rows[fate].reason;
	return true;
}
