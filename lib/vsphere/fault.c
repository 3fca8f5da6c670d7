/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fault.h"

#include <stdio.h>
#include <string.h>

/*
 * Source: the fault types of VMware's API reference.
 *
 * What a server says of an argument is about the requests that we have made, not about what
 * the caller was given on a command line: VMX_CODE_SERVER_FAULT.  Only names of machines and
 * places go through as they are (InvalidName, DatacenterMismatch).
 */
static const struct {
	const char *name;
	enum vmx_code code;
} codes[] = {
	{ "AlreadyExists", VMX_CODE_ALREADY_EXISTS },
	{ "CannotAccessFile", VMX_CODE_NOT_FOUND },
	{ "CannotAccessVmComponent", VMX_CODE_WRONG_STATE },
	{ "CannotAccessVmConfig", VMX_CODE_WRONG_STATE },
	{ "CannotAccessVmDevice", VMX_CODE_WRONG_STATE },
	{ "CannotAccessVmDisk", VMX_CODE_WRONG_STATE },
	{ "DatacenterMismatch", VMX_CODE_INVALID_ARGUMENT },
	{ "DatastoreNotWritableOnHost", VMX_CODE_NOT_FOUND },
	{ "DuplicateName", VMX_CODE_ALREADY_EXISTS },
	{ "FileAlreadyExists", VMX_CODE_ALREADY_EXISTS },
	{ "FileLocked", VMX_CODE_WRONG_STATE },
	{ "FileNotFound", VMX_CODE_NOT_FOUND },
	{ "GenericVmConfigFault", VMX_CODE_WRONG_STATE },
	{ "HostAccessRestrictedToManagementServer", VMX_CODE_PERMISSION_DENIED },
	{ "HostCommunication", VMX_CODE_UNREACHABLE },
	{ "HostNotConnected", VMX_CODE_UNREACHABLE },
	{ "HostNotReachable", VMX_CODE_UNREACHABLE },
	{ "InaccessibleDatastore", VMX_CODE_NOT_FOUND },
	{ "InvalidArgument", VMX_CODE_SERVER_FAULT },
	{ "InvalidDatastore", VMX_CODE_NOT_FOUND },
	{ "InvalidDatastorePath", VMX_CODE_NOT_FOUND },
	{ "InvalidDatastoreState", VMX_CODE_WRONG_STATE },
	{ "InvalidHostState", VMX_CODE_WRONG_STATE },
	{ "InvalidLogin", VMX_CODE_LOGIN_REFUSED },
	{ "InvalidName", VMX_CODE_INVALID_ARGUMENT },
	{ "InvalidPowerState", VMX_CODE_WRONG_STATE },
	{ "InvalidProperty", VMX_CODE_SERVER_FAULT },
	{ "InvalidRequest", VMX_CODE_SERVER_FAULT },
	{ "InvalidState", VMX_CODE_WRONG_STATE },
	{ "InvalidType", VMX_CODE_SERVER_FAULT },
	{ "InvalidVmConfig", VMX_CODE_WRONG_STATE },
	{ "InvalidVmState", VMX_CODE_WRONG_STATE },
	{ "ManagedObjectNotFound", VMX_CODE_NOT_FOUND },
	{ "MethodDisabled", VMX_CODE_NOT_SUPPORTED },
	{ "MethodNotFound", VMX_CODE_NOT_SUPPORTED },
	{ "NoPermission", VMX_CODE_PERMISSION_DENIED },
	{ "NotAuthenticated", VMX_CODE_SESSION_LOST },
	{ "NotFound", VMX_CODE_NOT_FOUND },
	{ "NotImplemented", VMX_CODE_NOT_SUPPORTED },
	{ "NotSupported", VMX_CODE_NOT_SUPPORTED },
	{ "RequestCanceled", VMX_CODE_CANCELLED },
	{ "ResourceInUse", VMX_CODE_WRONG_STATE },
	{ "RestrictedVersion", VMX_CODE_PERMISSION_DENIED },
	{ "TaskInProgress", VMX_CODE_WRONG_STATE },
	{ "Timedout", VMX_CODE_TIMED_OUT },
	{ "ToolsUnavailable", VMX_CODE_WRONG_STATE },
	{ "VmConfigFault", VMX_CODE_WRONG_STATE },
	{ "VmConfigIncompatibleForFaultTolerance", VMX_CODE_WRONG_STATE },
};

const char *vsphere_fault_name(const struct vim_MethodFault *fault)
{
	return fault && fault->object.name ? fault->object.name : "";
}

enum vmx_code vsphere_fault_code(const char *name, enum vmx_code fallback)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(codes[i].name, name) == 0)
			return codes[i].code;
	}
	return fallback;
}

bool vsphere_fault_is_session(const struct vim_MethodFault *fault)
{
	return strcmp(vsphere_fault_name(fault), "NotAuthenticated") == 0;
}

/*
 * What a fault says of the culprit: the members that are names, and what they name.
 */
static const struct {
	const struct vim_type *type;
	size_t offset;
	const char *words;
} culprits[] = {
	{ &vsphere_type_InvalidArgument, offsetof(struct vim_InvalidArgument, invalidProperty),
	  "the argument" },
	{ &vsphere_type_InvalidProperty, offsetof(struct vim_InvalidProperty, name),
	  "the property" },
	{ &vsphere_type_NoPermission, offsetof(struct vim_NoPermission, privilegeId),
	  "the privilege" },
	{ &vsphere_type_ManagedObjectNotFound, offsetof(struct vim_ManagedObjectNotFound, obj.value),
	  "the object" },
	{ &vsphere_type_HostAccessRestrictedToManagementServer,
	  offsetof(struct vim_HostAccessRestrictedToManagementServer, managementServer),
	  "the vCenter to use is" },
	{ &vsphere_type_InvalidPowerState, offsetof(struct vim_InvalidPowerState, existingState),
	  "the machine is" },
	{ &vsphere_type_TaskInProgress, offsetof(struct vim_TaskInProgress, task.value),
	  "the task" },
	{ &vsphere_type_AlreadyExists, offsetof(struct vim_AlreadyExists, name), "the name" },
	{ &vsphere_type_DuplicateName, offsetof(struct vim_DuplicateName, name), "the name" },
	{ &vsphere_type_FileFault, offsetof(struct vim_FileFault, file), "the file" },
};

/* Long names are cut: the message has to hold the server's words as well. */
#define CULPRIT_MAX 200

static void describe_culprit(const struct vim_MethodFault *fault, char out[CULPRIT_MAX])
{
	const char *name;

	out[0] = '\0';
	for (size_t i = 0; fault && i < sizeof(culprits) / sizeof(culprits[0]); i++) {
		if (!vsphere_type_is(fault->object.type, culprits[i].type))
			continue;
		memcpy(&name, (const char *)fault + culprits[i].offset, sizeof(name));
		if (name && name[0])
			snprintf(out, CULPRIT_MAX, ": %s %.120s", culprits[i].words, name);
		return;
	}
}

enum vmx_code vsphere_fault_fail(const char *what, const struct vim_MethodFault *fault,
				 const char *words, enum vmx_code fallback, struct vmx_error *error)
{
	const char *name = vsphere_fault_name(fault);
	enum vmx_code code = vsphere_fault_code(name, fallback);
	char culprit[CULPRIT_MAX];

	describe_culprit(fault, culprit);
	if (!words || !words[0])
		return vmx_error_set(error, code, name, "%s: the server answers %s%s", what,
				     name[0] ? name : "with a fault, and says no reason", culprit);
	return vmx_error_set(error, code, name, "%s: the server says: %.500s%s%s%s%s", what, words,
			     name[0] ? " (" : "", name, name[0] ? ")" : "", culprit);
}

enum vmx_code vsphere_fault_fail_localized(const char *what,
					   const struct vim_LocalizedMethodFault *fault,
					   enum vmx_code fallback, struct vmx_error *error)
{
	return vsphere_fault_fail(what, fault ? fault->fault : NULL,
				  fault ? fault->localizedMessage : NULL, fallback, error);
}
