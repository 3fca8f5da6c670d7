/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What became of each key.  While the machine is read, a key that was looked at
 * is marked; what is left is sorted out when somebody asks (fates.c).
 */
#ifndef VMXI_MACHINE_FATES_H
#define VMXI_MACHINE_FATES_H

/*
 *   FATE(ID, FATE, "reason")
 *
 * The reasons are for people; they are part of the output of --report.
 */
#define FATE_LIST(X) \
	X(UNTOUCHED, UNKNOWN, "") \
	X(USED, USED, "") \
	X(CLIENT, LEFT_OUT, "the device belongs to whoever looks at the console") \
	X(NOT_PRESENT, LEFT_OUT, "the device is not present") \
	X(NO_SUCH_SLOT, INEXPRESSIBLE, "no machine has a device with this number") \
	X(NO_CONTROLLER, LEFT_OUT, "the controller is not present") \
	X(EMPTY_SLOT, LEFT_OUT, "the device has no file or drive behind it") \
	X(NOT_ASKED, LEFT_OUT, "another key makes it meaningless") \
	X(THINPRINT, INEXPRESSIBLE, "VMware's virtual printing has no counterpart") \
	X(UNUSABLE, INEXPRESSIBLE, "the value can't be expressed") \
	X(DISK_MODE, INEXPRESSIBLE, "there is no such disk mode") \
	X(START_CONNECTED, INEXPRESSIBLE, "domain XML can't say that a drive is disconnected") \
	X(SECRET, LEFT_OUT, "the password is only printed on request") \
	X(NEEDS_FULL, NEEDS_FULL, "") \
	X(HOUSEKEEPING, LEFT_OUT, "VMware's own bookkeeping") \
	X(INTERFACE, LEFT_OUT, "how VMware's window behaves") \
	X(DERIVED, LEFT_OUT, "VMware works it out again") \
	X(VMWARE_BUS, LEFT_OUT, "a part that every VMware machine has") \
	X(GUEST_TOOLS, LEFT_OUT, "for VMware Tools in the guest") \
	X(TUNING, INEXPRESSIBLE, "VMware's tuning has no counterpart") \
	X(CPU_MASK, INEXPRESSIBLE, "VMware's CPU masks have no counterpart") \
	X(HARDWARE, INEXPRESSIBLE, "the hardware has no counterpart")

enum fate {
#define FATE_ENUM_(ID, FATE, reason) FATE_##ID,
	FATE_LIST(FATE_ENUM_)
#undef FATE_ENUM_
	FATE_COUNT
};

#endif
