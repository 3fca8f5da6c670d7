/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be done with a machine: power, registering.
 */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "tasks.h"
#include "vsphere.h"

#define IN(state) (1u << (state))

/* Source: the API reference, for which states a method wants. */
static const struct {
	const char *what;
	const struct vim_method *method;
	bool is_task;
	unsigned int from;
	enum vmx_power_state target;
} power_actions[] = {
	[VMX_ACTION_START] = { "starting", &vsphere_method_PowerOnVM_Task, true,
			       IN(VMX_POWER_OFF), VMX_POWER_ON },
	[VMX_ACTION_SHUT_DOWN] = { "shutting down", &vsphere_method_ShutdownGuest, false, 0, 0 },
	[VMX_ACTION_REBOOT] = { "rebooting", &vsphere_method_RebootGuest, false, 0, 0 },
	[VMX_ACTION_STOP] = { "stopping", &vsphere_method_PowerOffVM_Task, true,
			      IN(VMX_POWER_ON), VMX_POWER_OFF },
	[VMX_ACTION_SUSPEND] = { "suspending", &vsphere_method_SuspendVM_Task, true,
				 IN(VMX_POWER_ON), VMX_POWER_SUSPENDED },
	[VMX_ACTION_RESUME] = { "resuming", &vsphere_method_PowerOnVM_Task, true,
				IN(VMX_POWER_SUSPENDED), VMX_POWER_ON },
};

/* Requests without parameters are alike, but for their type. */
static const struct vim_PowerOffVM_Task_request no_parameters;
static const struct vim_PowerOnVM_Task_request any_host;

enum vmx_code vsphere_power(void *connection, const char *machine, enum vmx_power_action action,
			    const struct vmx_task_options *options, struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	const struct vim_reference reference = { "VirtualMachine", machine };
	const struct task_wish wish = {
		.what = power_actions[action].what, .method = power_actions[action].method,
		.self = reference, .machine = reference,
		.request = power_actions[action].method == &vsphere_method_PowerOnVM_Task
			? (const void *)&any_host : (const void *)&no_parameters,
		.from = power_actions[action].from, .target = power_actions[action].target,
	};
	struct answer answer = ANSWER_INIT;
	enum vmx_code code;

	if (power_actions[action].is_task)
		return vsphere_task_run(vsphere, &wish, options, error);
	code = vsphere_call(&vsphere->session, wish.method, wish.self, wish.request, &answer, error);
	vsphere_answer_release(&answer);
	return code;
}

/*
 * Registering
 */

/* The compute resource that the URI names, or the only one of the datacenter. */
static enum vmx_code find_compute(const struct vsphere *vsphere, const struct place *datacenter,
				  const struct place **ret, struct vmx_error *error)
{
	const struct places *places = &vsphere->inventory.places;
	size_t count = 0;

	*ret = vsphere->inventory.scope.compute;
	if (*ret)
		return VMX_OK;
	for (size_t i = 0; i < places->count; i++) {
		const struct place *place = &places->items[i];

		if ((place->kind == PLACE_COMPUTE_RESOURCE || place->kind == PLACE_CLUSTER) &&
		    vsphere_place_datacenter(place) == datacenter) {
			*ret = place;
			count++;
		}
	}
	if (count == 1)
		return VMX_OK;
	return vmx_error_set(error, count == 0 ? VMX_CODE_NOT_FOUND : VMX_CODE_AMBIGUOUS_NAME, NULL,
			     "datacenter '%.80s' has %zu hosts and clusters: name one in the path "
			     "of the URI, as in vpx://server/DATACENTER/HOST", datacenter->name,
			     count);
}

static enum vmx_code take_machine(void *user, const struct vim_TaskInfo *info,
				  struct vmx_error *error)
{
	const struct vim_reference *machine = vsphere_value_reference(&info->result);
	struct vmx_bytes *ret = user;

	if (!ret)
		return VMX_OK;
	vmxi_bytes_clear(ret);
	if (!machine || !machine->value)
		return vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
				     "the machine was registered, but the server does not say "
				     "under which id");
	return vmxi_bytes_append_text(ret, text_of(machine->value))
		? VMX_OK : vsphere_out_of_memory(error);
}

enum vmx_code vsphere_register_machine(void *connection, const char *vmx, const char *datacenter,
				       const char *name, const struct vmx_task_options *options,
				       struct vmx_bytes *ret, struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	const struct place *place, *compute = NULL;
	enum vmx_code code = vsphere_inventory_datacenter(vsphere, datacenter, &place, error);
	const struct place *host = vsphere->inventory.scope.host;
	struct vim_RegisterVM_Task_request request = { .path = vmx, .name = name };
	struct task_wish wish = {
		.what = "registering", .method = &vsphere_method_RegisterVM_Task,
		.request = &request, .finished = take_machine, .user = ret,
	};

	if (code == VMX_OK)
		code = find_compute(vsphere, place, &compute, error);
	if (code != VMX_OK)
		return code;
	request.asTemplate = VIM_FALSE;
	request.pool = (struct vim_reference){ "ResourcePool", compute->pool };
	if (host)
		request.host = host->reference;
	wish.self = (struct vim_reference){ "Folder", place->vm_folder };
	if (!place->vm_folder || !compute->pool)
		return vmx_error_set(error, VMX_CODE_PERMISSION_DENIED, NULL,
				     "the server does not tell the folder of machines or the "
				     "resource pool of '%.80s'", compute->name);
	return vsphere_task_run(vsphere, &wish, options, error);
}

enum vmx_code vsphere_unregister(void *connection, const char *machine, struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	const struct vim_reference reference = { "VirtualMachine", machine };
	const struct vim_UnregisterVM_request request = { .object = { NULL, NULL } };
	const struct vim_UnregisterVM_response *response;
	struct answer answer = ANSWER_INIT;
	enum vmx_code code = vim_UnregisterVM(&vsphere->session, reference, &request, &answer,
					      &response, error);

	vsphere_answer_release(&answer);
	return code;
}
