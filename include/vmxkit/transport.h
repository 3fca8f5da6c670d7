/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For those who write transport modules: what a module gives the library.
 *
 * A module is a shared object that exports one function, vmx_transport_entry().
 * The library loads it by the name of a scheme (esx.so; a link does), checks the
 * table that the function answers, and calls its members in place of the
 * functions of <vmxkit/connection.h> that have the same names; what is said there
 * of arguments, results and codes holds here.  docs/transports.md has an example.
 *
 * A module may use all of the library's public functions.  Like the library it
 * does not print, does not end the process, and has no global state.
 */
#ifndef VMXKIT_TRANSPORT_H
#define VMXKIT_TRANSPORT_H

#include <vmxkit/connection.h>

VMX_BEGIN_DECLS

/*
 * The version of the interface.  It is raised when something changes its meaning;
 * a module of another version is refused.  Members that are added at the end do
 * not raise it: size tells which ones a module has.
 */
#define VMX_TRANSPORT_VERSION 1

/* What open() gets.  Borrowed until close() has returned. */
struct vmx_transport_settings {
	size_t size;
	const struct vmx_connection_uri *uri;
	const struct vmx_allocator *allocator;	/* never NULL */
	vmx_credentials_fn credentials;		/* may be NULL, as the next two */
	vmx_diagnostic_fn diagnostic;
	bool (*cancelled)(void *user);
	void *user;
	unsigned int timeout;			/* seconds for one request, never 0 */
};

/*
 * Members that are marked * must not be NULL.  A NULL in place of another one:
 * the library answers VMX_CODE_NOT_SUPPORTED for it.
 *
 * No argument is NULL unless it may be NULL in <vmxkit/connection.h>; the library
 * has checked texts and paths as is said there, and options (they are complete, rules
 * compile).  No function in what download(), upload() and tasks get is NULL.  error may
 * be NULL.
 */
struct vmx_transport {
	size_t size;
	unsigned int version;		/* VMX_TRANSPORT_VERSION */
	const char *name;		/* "vsphere" * */
	const char *release;		/* "0.1.0" * */
	const char *const *schemes;	/* up to a NULL * */

	/* *ret is the module's own: the first argument of all others. * */
	enum vmx_code (*open)(const struct vmx_transport_settings *settings, void **ret,
			      struct vmx_error *error);
	/* Frees it whatever the outcome. * */
	enum vmx_code (*close)(void *connection, struct vmx_error *error);
	/* * */
	enum vmx_code (*about)(void *connection, const struct vmx_server_about **ret,
			       struct vmx_error *error);
	/* * */
	enum vmx_code (*list)(void *connection, enum vmx_remote_kind kind,
			      vmx_remote_object_fn fn, void *user, struct vmx_error *error);
	/* * */
	enum vmx_code (*find_machine)(void *connection, const char *wanted,
				      vmx_remote_object_fn fn, void *user,
				      struct vmx_error *error);
	enum vmx_code (*add_datastores)(void *connection, const char *machine,
					struct vmx_path_rules *rules, struct vmx_error *error);
	/* * */
	enum vmx_code (*download)(void *connection, vmx_next_download_fn next, void *user,
				  struct vmx_error *error);
	enum vmx_code (*upload)(void *connection, const struct vmx_upload *upload,
				struct vmx_error *error);
	enum vmx_code (*remove_file)(void *connection, const char *path, const char *datacenter,
				     struct vmx_error *error);
	enum vmx_code (*browse)(void *connection, const char *directory, const char *datacenter,
				const char *pattern, bool deep, vmx_remote_file_fn fn, void *user,
				struct vmx_error *error);
	enum vmx_code (*question)(void *connection, const char *machine, vmx_question_fn fn,
				  void *user, struct vmx_error *error);
	enum vmx_code (*answer)(void *connection, const char *machine, const char *question,
				const char *key, struct vmx_error *error);
	enum vmx_code (*power)(void *connection, const char *machine, enum vmx_power_action action,
			       const struct vmx_task_options *options, struct vmx_error *error);
	enum vmx_code (*register_machine)(void *connection, const char *vmx,
					  const char *datacenter, const char *name,
					  const struct vmx_task_options *options,
					  struct vmx_bytes *ret, struct vmx_error *error);
	enum vmx_code (*unregister)(void *connection, const char *machine,
				    struct vmx_error *error);
};

/* What a module exports under the name VMX_TRANSPORT_ENTRY.  The table is static. */
typedef const struct vmx_transport *(*vmx_transport_entry_fn)(void);
#define VMX_TRANSPORT_ENTRY "vmx_transport_entry"

/*
 * For modules: which choice the options make.  NULL: none, the question has to be
 * reported.  The first rule that fits and names one of the choices decides; then the
 * policy, where VMX_QUESTIONS_AS_URI is auto_answer.  Never a guess: without a
 * default choice VMX_QUESTIONS_DEFAULT answers nothing, and neither does a policy
 * where a rule could not be tried (no memory, a pattern that runs wild).
 *
 * Source: libvirt's handling of auto_answer as a black box.
 */
VMX_API const struct vmx_choice *vmx_question_decide(const struct vmx_task_options *options,
						     bool auto_answer,
						     const struct vmx_question *question);

VMX_END_DECLS

#endif
