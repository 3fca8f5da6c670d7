/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The inventory, questions and tasks: each function checks what it was given, and
 * hands it to the module.
 */
#include "transport/connection.h"

#include "base/memory.h"
#include "base/report.h"
#include "names/escape_core.h"
#include "transport/arguments.h"

#define MACHINE "the id of the machine"

/*
 * The inventory
 */

enum vmx_code vmx_connection_list(struct vmx_connection *connection, enum vmx_remote_kind kind,
				  vmx_remote_object_fn fn, void *user, struct vmx_error *error)
{
	if (kind < VMX_REMOTE_DATACENTER || kind > VMX_REMOTE_NETWORK)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "there is no such kind of objects: %d", (int)kind);
	TRY(vmxi_check_present(fn, "the function that takes the objects", error));
	return CALL(connection, list, error, kind, fn, user);
}

static enum vmx_code check_wanted(struct text wanted, struct vmx_error *error)
{
	size_t nul = vmxi_text_find(wanted, '\0');

	if (wanted.len == 0 || wanted.len > VMX_WANTED_MAX)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "what names a machine is empty, or longer than %d bytes", VMX_WANTED_MAX);
	if (nul < wanted.len)
		return vmxi_fail(error, VMX_CODE_EMBEDDED_NUL, vmxi_position_at(nul),
				 "what names a machine holds a NUL byte");
	if (vmxi_utf8_valid_prefix(wanted) < wanted.len)
		return vmxi_fail(error, VMX_CODE_INVALID_UTF8, NOWHERE,
				 "what names a machine is not UTF-8");
	return VMX_OK;
}

enum vmx_code vmx_connection_find_machine(struct vmx_connection *connection, const char *wanted,
					  size_t length, vmx_remote_object_fn fn, void *user,
					  struct vmx_error *error)
{
	struct vmx_bytes copy = { NULL, 0, 0, &connection->allocator };
	enum vmx_code code;

	TRY(check_wanted((struct text){ wanted, length }, error));
	TRY(vmxi_check_present(fn, "the function that takes the machine", error));
	if (!vmxi_bytes_append(&copy, wanted, length))
		return vmxi_out_of_memory(error);
	code = CALL(connection, find_machine, error, copy.data, fn, user);
	vmx_bytes_release(&copy);
	return code;
}

enum vmx_code vmx_connection_add_datastores(struct vmx_connection *connection, const char *machine,
					    struct vmx_path_rules *rules, struct vmx_error *error)
{
	TRY(vmxi_check_text(machine, MACHINE, error));
	TRY(vmxi_check_present(rules, "the rules", error));
	return CALL(connection, add_datastores, error, machine, rules);
}

/*
 * Questions
 */

enum vmx_code vmx_connection_question(struct vmx_connection *connection, const char *machine,
				      vmx_question_fn fn, void *user, struct vmx_error *error)
{
	TRY(vmxi_check_text(machine, MACHINE, error));
	TRY(vmxi_check_present(fn, "the function that takes the question", error));
	return CALL(connection, question, error, machine, fn, user);
}

enum vmx_code vmx_connection_answer(struct vmx_connection *connection, const char *machine,
				    const char *question, const char *key, struct vmx_error *error)
{
	TRY(vmxi_check_text(machine, MACHINE, error));
	TRY(vmxi_check_text(question, "the id of the question", error));
	TRY(vmxi_check_text(key, "the key of the choice", error));
	return CALL(connection, answer, error, machine, question, key);
}

/*
 * Tasks
 */

enum vmx_code vmx_connection_power(struct vmx_connection *connection, const char *machine,
				   enum vmx_power_action action,
				   const struct vmx_task_options *options, struct vmx_error *error)
{
	struct vmx_task_options taken;

	TRY(vmxi_check_text(machine, MACHINE, error));
	if (action < VMX_ACTION_START || action > VMX_ACTION_RESUME)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "there is no such action: %d", (int)action);
	TRY(vmxi_take_task_options(options, &taken, error));
	return CALL(connection, power, error, machine, action, &taken);
}

enum vmx_code vmx_connection_register(struct vmx_connection *connection, const char *vmx,
				      const char *datacenter, const char *name,
				      const struct vmx_task_options *options,
				      struct vmx_bytes *ret, struct vmx_error *error)
{
	struct vmx_bytes unwanted = { NULL, 0, 0, &connection->allocator };
	struct vmx_task_options taken;
	enum vmx_code code;

	TRY(vmxi_check_file(vmx, datacenter, error));
	TRY(vmxi_check_optional(name, "the name of the machine", error));
	TRY(vmxi_take_task_options(options, &taken, error));
	ret = ret ? ret : &unwanted;
	code = CALL(connection, register_machine, error, vmx, datacenter, name, &taken, ret);
	if (code != VMX_OK)
		vmxi_bytes_clear(ret);
	vmx_bytes_release(&unwanted);
	return code;
}

enum vmx_code vmx_connection_unregister(struct vmx_connection *connection, const char *machine,
					struct vmx_error *error)
{
	TRY(vmxi_check_text(machine, MACHINE, error));
	return CALL(connection, unregister, error, machine);
}
