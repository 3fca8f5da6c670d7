/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/arguments.h"

#include "base/memory.h"
#include "base/report.h"
#include "names/datastore.h"
#include "transport/policy.h"

static enum vmx_code invalid_argument(struct vmx_error *error, const char *what, const char *why)
{
	return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE, "%s %s", what, why);
}

enum vmx_code vmxi_take_structure(const void *given, size_t least, const char *what, void *ret,
				  size_t ret_size, struct vmx_error *error)
{
	size_t size;

	if (!given)
		return invalid_argument(error, what, "must not be NULL");
	memcpy(&size, given, sizeof(size));
	if (size < least)
		return invalid_argument(error, what, "do not say how large they are; fill in 'size'");
	memcpy(ret, given, size < ret_size ? size : ret_size);
	memcpy(ret, &ret_size, sizeof(ret_size));
	return VMX_OK;
}

enum vmx_code vmxi_check_present(bool present, const char *what, struct vmx_error *error)
{
	return present ? VMX_OK : invalid_argument(error, what, "must not be NULL");
}

enum vmx_code vmxi_check_text(const char *text, const char *what, struct vmx_error *error)
{
	struct text t = text_of(text);

	if (!text)
		return invalid_argument(error, what, "must not be NULL");
	if (t.len == 0)
		return invalid_argument(error, what, "must not be empty");
	if (vmxi_utf8_valid_prefix(t) < t.len)
		return vmxi_fail(error, VMX_CODE_INVALID_UTF8, NOWHERE, "%s is not UTF-8", what);
	return VMX_OK;
}

enum vmx_code vmxi_check_optional(const char *text, const char *what, struct vmx_error *error)
{
	return text ? vmxi_check_text(text, what, error) : VMX_OK;
}

/*
 * Paths
 */

/* A server would resolve such parts, or not, each in its own way. */
static enum vmx_code check_parts(const char *whole, struct text path, struct vmx_error *error)
{
	while (true) {
		struct text part = { path.ptr, vmxi_text_find(path, '/') };

		if (part.len == 0 || vmxi_is_dots(part))
			return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, NOWHERE,
					 "%s: the path has an empty, '.' or '..' part; write it without", whole);
		if (part.len == path.len)
			return VMX_OK;
		path = text_skip(path, part.len + 1);
	}
}

static enum vmx_code check_path(const char *path, const char *datacenter, bool directory,
				struct vmx_error *error)
{
	struct text name, inside;
	enum vmx_code code = vmxi_check_text(path, "the path", error);

	if (code == VMX_OK)
		code = vmxi_check_optional(datacenter, "the datacenter", error);
	if (code == VMX_OK)
		code = vmxi_split_brackets(text_of(path), false, &name, &inside, error);
	if (code != VMX_OK)
		return code;
	if (vmxi_text_find(name, '/') < name.len)
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, NOWHERE,
				 "%s: the name of the datastore holds a '/'", path);
	if (inside.len == 0 && directory)
		return VMX_OK;
	if (inside.len == 0)
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, NOWHERE,
				 "%s: the path names a datastore, but no file on it", path);
	return check_parts(path, inside, error);
}

enum vmx_code vmxi_check_file(const char *path, const char *datacenter, struct vmx_error *error)
{
	return check_path(path, datacenter, false, error);
}

enum vmx_code vmxi_check_directory(const char *path, const char *datacenter,
				   struct vmx_error *error)
{
	return check_path(path, datacenter, true, error);
}

/*
 * Options of tasks
 */

static void ignore_question(void *user, const struct vmx_question *question)
{
	(void)user;
	(void)question;
}

static void ignore_progress(void *user, int percent)
{
	(void)user;
	(void)percent;
}

enum vmx_code vmxi_take_task_options(const struct vmx_task_options *given,
				     struct vmx_task_options *ret, struct vmx_error *error)
{
	static const struct vmx_task_options defaults = VMX_TASK_OPTIONS_INIT;
	const size_t least = offsetof(struct vmx_task_options, rules);
	enum vmx_code code;

	*ret = defaults;
	code = vmxi_take_structure(given ? given : &defaults, least, "the options of the task", ret,
				   sizeof(*ret), error);
	if (code != VMX_OK)
		return code;
	if (ret->policy > VMX_QUESTIONS_DEFAULT)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "there is no such policy for questions");
	if (!ret->question)
		ret->question = ignore_question;
	if (!ret->progress)
		ret->progress = ignore_progress;
	return vmxi_check_rules(ret, error);
}
