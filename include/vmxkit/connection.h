/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections to the machines' own servers (ESX, vCenter), through transport
 * modules that are loaded when they are needed.
 *
 * The library itself speaks to no network.  It finds the module for the scheme
 * of a URI, checks it, and passes calls on; <vmxkit/transport.h> is for those who
 * write modules, docs/vsphere.md is about the one that comes with the library.
 *
 * Arguments are checked before a module sees them: text that must be there is not NULL
 * and not empty, and it is UTF-8 (VMX_CODE_INVALID_ARGUMENT, VMX_CODE_INVALID_UTF8); paths
 * are of the form "[datastore] directory/file", without empty, '.' and '..' parts
 * (VMX_CODE_INVALID_DATASTORE_PATH).
 *
 * A connection is used by one thread at a time.  A function that is called back
 * may call others on the same connection, but for vmx_connection_close(); a
 * power action or registration that waits may not be called from one that waits.
 *
 * "id" is the server's own identifier of an object ("vm-12"): text, not to be
 * taken apart.  All strings are UTF-8; names are as a person reads them, the
 * server's percent escapes undone.
 *
 * All functions on a connection may fail with the codes 600-699, and with
 *   VMX_CODE_OUT_OF_MEMORY, VMX_CODE_INVALID_ARGUMENT, VMX_CODE_INVALID_UTF8,
 *   VMX_CODE_NOT_SUPPORTED   the module lacks the function, or the server does,
 *   VMX_CODE_UNREACHABLE, VMX_CODE_TIMED_OUT, VMX_CODE_CERTIFICATE,
 *   VMX_CODE_REDIRECTED, VMX_CODE_HTTP_STATUS, VMX_CODE_SERVER_ANSWER,
 *   VMX_CODE_ANSWER_TOO_LARGE, VMX_CODE_SESSION_LOST   on the way to the server,
 *   VMX_CODE_PERMISSION_DENIED, VMX_CODE_SERVER_FAULT   the server refuses,
 *   VMX_CODE_CANCELLED       the caller's function cancelled() said so;
 * below, only those are listed that a function has besides.  Messages about a file
 * begin with its path.  Where the server has a name for what is wrong,
 * vmx_error_detail() has it ("InvalidPowerState").
 */
#ifndef VMXKIT_CONNECTION_H
#define VMXKIT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmxkit/datastore.h>
#include <vmxkit/error.h>
#include <vmxkit/export.h>
#include <vmxkit/memory.h>

VMX_BEGIN_DECLS

/*
 * URIs
 */

struct vmx_uri_parameter {
	const char *name, *value;
};

/*
 *     SCHEME://[USER@]HOST[:PORT][/PATH][?NAME=VALUE[&NAME=VALUE]...][#MACHINE]
 *
 * All is decoded once, but for the path, which has to be cut at its slashes
 * first.  Members are only added at the end.
 */
struct vmx_connection_uri {
	const char *scheme;	/* in lower case */
	const char *user;	/* NULL: none */
	const char *host;	/* an IPv6 address without its brackets */
	unsigned int port;	/* 0: none */
	const char *path;	/* as it stands, from the '/' on; "": none */
	/*
	 * In their order, names as they stand (they are compared without case);
	 * of several with one name the last one counts, and it alone is here.
	 */
	const struct vmx_uri_parameter *parameters;
	size_t parameter_count;
	const char *fragment;	/* NULL: none */
};

/* The longest URI, in bytes, and the most parameters: more is a mistake. */
#define VMX_URI_MAX 8192
#define VMX_URI_PARAMETERS_MAX 64

/*
 * Reads a URI.  *ret is new; the caller frees it.  It borrows nothing.  The
 * allocator is copied; NULL: malloc().
 *
 * '&' separates parameters, and ';' too in what follows the last '&'; empty ones
 * and such without a name are skipped; one without '=' has the value "".  A ':'
 * in the user is refused: what follows would be a password, which has no place in
 * a URI.  So is an '@' behind the host where the host has a ':', but no user: a '/' in
 * a password would have led there.  Port 0 is none.
 *
 * The host is an IPv6 address, with its zone if it has one, or made of letters, digits
 * and '-', '.', '_', '~'.  What is decoded has to be UTF-8 without control characters.
 *
 * Fails with VMX_CODE_INVALID_URI (column: offset plus 1) and
 * VMX_CODE_OUT_OF_MEMORY.  No message repeats a piece of the URI.
 *
 * Source: RFC 3986; libvirt as a black box for the parameters.
 */
VMX_API enum vmx_code vmx_connection_uri_parse(const char *text, size_t length,
					       const struct vmx_allocator *allocator,
					       struct vmx_connection_uri **ret,
					       struct vmx_error *error);

/* Takes NULL. */
VMX_API void vmx_connection_uri_free(struct vmx_connection_uri *uri);

/* The value of a parameter, by name in any case, borrowed from the URI; NULL: none. */
VMX_API const char *vmx_connection_uri_parameter(const struct vmx_connection_uri *uri,
						 const char *name);

/*
 * Connecting
 */

/* What a module wants to know of the person. */
struct vmx_credential_request {
	size_t size;
	const char *host;
	const char *user;		/* from the URI; NULL: asked for, too */
	const char *default_user;	/* what most would type */
	const char *authfile;		/* the URI's parameter; NULL: none */
	bool repeated;			/* the last answer was refused */
};

/*
 * Asks for a user (not if the request has one) and a password; what it fills comes
 * from the allocator of the bytes.  False: there is none to be had.  Module and
 * library overwrite their copies when they are done.
 */
typedef bool (*vmx_credentials_fn)(void *user, const struct vmx_credential_request *request,
				   struct vmx_bytes *ret_user, struct vmx_bytes *ret_password);

/*
 * Fill it with VMX_CONNECTION_OPTIONS_INIT and change what you need; 0 and NULL
 * mean the default.
 */
struct vmx_connection_options {
	size_t size;
	const struct vmx_allocator *allocator;
	/*
	 * Directories with modules, ':' between them.  NULL: those in the environment's
	 * VMX_PLUGIN_PATH (not in a set-user-id program), then the installed one.
	 */
	const char *plugin_path;
	vmx_credentials_fn credentials;	/* NULL: no one can be asked */
	vmx_diagnostic_fn diagnostic;	/* warnings and notes; line and column are 0 */
	bool (*cancelled)(void *user);	/* true: stop as soon as possible */
	void *user;			/* for the three */
	unsigned int timeout;		/* seconds for one request; default 60 */
};

#define VMX_CONNECTION_OPTIONS_INIT \
	{ sizeof(struct vmx_connection_options), NULL, NULL, NULL, NULL, NULL, NULL, 0 }

struct vmx_connection;

/*
 * Loads the module for the URI's scheme and connects.  *ret is new; the caller
 * closes it with vmx_connection_close().  options may be NULL; what it points to
 * must stay valid until then.
 *
 * The module of scheme s is the file s.so in the first directory that has one;
 * a scheme is letters, digits, '+', '-' and '.', so it can't leave the directory.
 * What was loaded stays in memory until the process ends.
 *
 * Fails also with VMX_CODE_INVALID_URI, VMX_CODE_UNKNOWN_SCHEME (no such module),
 * VMX_CODE_UNFIT_MODULE (it can't be loaded, or is for another version of the
 * interface), VMX_CODE_INVALID_URI_PARAMETER, VMX_CODE_NO_CREDENTIALS,
 * VMX_CODE_LOGIN_REFUSED, VMX_CODE_WRONG_SERVER, VMX_CODE_NOT_FOUND (what the
 * path names).
 */
VMX_API enum vmx_code vmx_connection_open(const char *uri, size_t length,
					  const struct vmx_connection_options *options,
					  struct vmx_connection **ret, struct vmx_error *error);

/*
 * Logs out, and frees the connection whatever the outcome.  Takes NULL.
 * A session that has ended already is no error.
 */
VMX_API enum vmx_code vmx_connection_close(struct vmx_connection *connection,
					   struct vmx_error *error);

struct vmx_server_about {
	size_t size;
	const char *product;		/* "VMware ESXi 6.5.0 build-..." */
	const char *version;		/* "6.5.0" */
	const char *api_version;	/* "6.5" */
	const char *kind;		/* "esx", "vpx", "gsx": what it is, whatever the URI said */
	const char *managed_by;		/* address of the vCenter that manages the host, or NULL */
	const char *user;
};

/* What is at the other end.  Borrowed until the connection is closed. */
VMX_API enum vmx_code vmx_connection_about(struct vmx_connection *connection,
					   const struct vmx_server_about **ret,
					   struct vmx_error *error);

/*
 * The inventory
 */

enum vmx_remote_kind {
	VMX_REMOTE_DATACENTER = 1,
	VMX_REMOTE_HOST,
	VMX_REMOTE_MACHINE,
	VMX_REMOTE_DATASTORE,
	VMX_REMOTE_NETWORK
};

enum vmx_power_state {
	VMX_POWER_UNKNOWN = 0,
	VMX_POWER_OFF,
	VMX_POWER_ON,
	VMX_POWER_SUSPENDED
};

/* NULL and 0 stand for what the server does not tell. */
struct vmx_remote_machine {
	size_t size;
	const char *uuid;		/* config.uuid (of the BIOS), lower case with dashes */
	const char *instance_uuid;	/* config.instanceUuid, the same form */
	const char *vmx;		/* "[datastore] directory/name.vmx" */
	const char *host;		/* id of the host that it is on */
	enum vmx_power_state power;
	bool asks;			/* a question is open */
	bool is_template;
};

struct vmx_remote_host {
	size_t size;
	bool in_maintenance;
	const char *managed_by;
};

/* Where hosts have a datastore mounted. */
struct vmx_remote_mount {
	const char *host;		/* its id */
	const char *path;		/* "/vmfs/volumes/5f00..."; NULL: not told */
};

struct vmx_remote_datastore {
	size_t size;
	bool accessible;
	uint64_t capacity, free_space;	/* bytes */
	const char *type;		/* "VMFS", "NFS", ... */
	const struct vmx_remote_mount *mounts;
	size_t mount_count;
};

/* Borrowed, with all strings, until the function it was passed to returns. */
struct vmx_remote_object {
	size_t size;
	enum vmx_remote_kind kind;
	const char *id;			/* "vm-12" */
	const char *type;		/* "VirtualMachine" */
	const char *name;
	/* Names from the root on, '/' between them; a '/' in a name is "%2f". */
	const char *path;		/* "DC0/vm/web"; NULL: not known */
	const char *datacenter;		/* "DC0", "folder/DC0"; NULL: not known */
	/* The one that fits the kind; the others are NULL. */
	const struct vmx_remote_machine *machine;
	const struct vmx_remote_host *host;
	const struct vmx_remote_datastore *datastore;
	const char *problem;		/* why members are missing; NULL: none is */
};

/* False: enough, no more of them. */
typedef bool (*vmx_remote_object_fn)(void *user, const struct vmx_remote_object *object);

/*
 * Calls fn for each object of a kind below what the URI's path names, in the order
 * of the server; objects come as pages arrive, so memory does not grow with
 * their number.  One that can't be read in full comes with what is known.
 */
VMX_API enum vmx_code vmx_connection_list(struct vmx_connection *connection,
					  enum vmx_remote_kind kind, vmx_remote_object_fn fn,
					  void *user, struct vmx_error *error);

/* The longest text that names a machine, in bytes. */
#define VMX_WANTED_MAX 8192

/*
 * Finds one machine and calls fn for it.  What is asked for may be, in this order
 * of trying: a UUID, an id ("vm-12"), the datastore path of a VMX file ("[ds] a/a.vmx"),
 * an inventory path ("DC0/vm/web"), a name.
 *
 * Fails also with VMX_CODE_EMBEDDED_NUL, VMX_CODE_NOT_FOUND, and
 * VMX_CODE_AMBIGUOUS_NAME, whose message lists candidates by path and id.
 */
VMX_API enum vmx_code vmx_connection_find_machine(struct vmx_connection *connection,
						  const char *wanted, size_t length,
						  vmx_remote_object_fn fn, void *user,
						  struct vmx_error *error);

/*
 * Adds to the rules what the machine's host knows of datastores and where it has
 * them mounted, in the order of the server.  machine: an id.
 */
VMX_API enum vmx_code vmx_connection_add_datastores(struct vmx_connection *connection,
						    const char *machine,
						    struct vmx_path_rules *rules,
						    struct vmx_error *error);

/*
 * Files on datastores
 */

struct vmx_download {
	size_t size;
	const char *path;		/* "[datastore] directory/file" */
	const char *datacenter;		/* as in struct vmx_remote_object; NULL: the URI's */
	uint64_t offset;		/* what is there already: the rest is fetched */
	uint64_t limit;			/* bytes; a longer file is refused; 0: none */
	/* Takes the next bytes; false: the caller can't go on (VMX_CODE_CANCELLED). */
	bool (*write)(void *user, const void *data, size_t length);
	/* Now and then; offset included; total 0: not known.  May be NULL. */
	void (*progress)(void *user, uint64_t done, uint64_t total);
	/* Once, at the end; error is borrowed, and says VMX_OK on success. */
	/* May be NULL. */
	void (*done)(void *user, const struct vmx_error *error);
	void *user;			/* for the three */
};

/*
 * Fills the next download, which is zeroed but for its size; what it points to is
 * borrowed until done() was called.  False: there are no more.
 */
typedef bool (*vmx_next_download_fn)(void *user, struct vmx_download *ret);

/*
 * Fetches files, several at a time over a few connections that are kept.  It ends
 * when next has no more and all are done.  A file that fails tells its own done(),
 * and the others go on; the function itself fails only where none can go on.
 */
VMX_API enum vmx_code vmx_connection_download(struct vmx_connection *connection,
					      vmx_next_download_fn next, void *user,
					      struct vmx_error *error);

/*
 * Fetches one small file into bytes, which replaces what ret held.  limit 0:
 * VMX_DEFAULT_MAX_FILE_SIZE.  Fails also
 * with VMX_CODE_NOT_FOUND, VMX_CODE_FILE_TOO_LARGE (more than limit bytes) and
 * VMX_CODE_INVALID_DATASTORE_PATH.
 */
VMX_API enum vmx_code vmx_connection_fetch(struct vmx_connection *connection, const char *path,
					   const char *datacenter, size_t limit,
					   struct vmx_bytes *ret, struct vmx_error *error);

struct vmx_upload {
	size_t size;
	const char *path, *datacenter;	/* as in struct vmx_download */
	uint64_t length;		/* bytes in all */
	/* Gives at most max of the next bytes; 0: it can't (VMX_CODE_CANCELLED). */
	size_t (*read)(void *user, void *data, size_t max);
	void (*progress)(void *user, uint64_t done, uint64_t total);	/* may be NULL */
	void *user;
	bool overwrite;			/* an existing file may be replaced */
};

/*
 * Stores a file; it appears whole or not at all where the server can rename, and
 * what was begun is removed when it fails.  Fails also with
 * VMX_CODE_ALREADY_EXISTS, VMX_CODE_NOT_FOUND (the datastore, the datacenter),
 * VMX_CODE_INVALID_DATASTORE_PATH and VMX_CODE_IO (no random name for what is sent).
 */
VMX_API enum vmx_code vmx_connection_upload(struct vmx_connection *connection,
					    const struct vmx_upload *upload,
					    struct vmx_error *error);

/* Removes a file.  Fails also with VMX_CODE_NOT_FOUND. */
VMX_API enum vmx_code vmx_connection_remove_file(struct vmx_connection *connection,
						 const char *path, const char *datacenter,
						 struct vmx_error *error);

struct vmx_remote_file {
	size_t size;
	const char *path;		/* "[datastore] directory/file" */
	const char *datacenter;
	bool is_directory;
	uint64_t length;		/* bytes; 0: empty, or not told */
	const char *modified;		/* as the server writes it; NULL: not told */
};

/* Borrowed until the function returns.  False: enough. */
typedef bool (*vmx_remote_file_fn)(void *user, const struct vmx_remote_file *file);

/*
 * Calls fn for the files below a directory ("[ds]", "[ds] directory") whose name fits
 * the pattern ('*' and '?'; NULL: all); with deep those of its directories as well.
 */
VMX_API enum vmx_code vmx_connection_browse(struct vmx_connection *connection,
					    const char *directory, const char *datacenter,
					    const char *pattern, bool deep,
					    vmx_remote_file_fn fn, void *user,
					    struct vmx_error *error);

/*
 * Questions: what a server wants to know before a task goes on ("Was this virtual
 * machine moved or copied?")
 */

struct vmx_choice {
	const char *key;		/* what is answered */
	const char *label, *summary;
};

/* What became of a question. */
enum vmx_question_outcome {
	VMX_QUESTION_OPEN = 0,	/* nobody has answered */
	VMX_QUESTION_ANSWERED,	/* answered with the choice given */
	VMX_QUESTION_CANCELLED,	/* the task that it blocked was cancelled */
	VMX_QUESTION_GONE	/* someone else has answered */
};

/* Borrowed until the function it was passed to returns. */
struct vmx_question {
	size_t size;
	const char *machine;		/* its id */
	const char *id;
	const char *message_id;		/* "msg.uuid.altered"; NULL: none */
	const char *text;		/* without the message id */
	const struct vmx_choice *choices;
	size_t choice_count;
	const struct vmx_choice *default_choice;	/* NULL: none */
	const char *task;		/* id of the task that it blocks; NULL: not known */
	bool cancelable;		/* that task can be cancelled */
	enum vmx_question_outcome outcome;
	const struct vmx_choice *answer;	/* of VMX_QUESTION_ANSWERED, else NULL */
};

typedef void (*vmx_question_fn)(void *user, const struct vmx_question *question);

/* Calls fn for the machine's open question; not at all if there is none. */
VMX_API enum vmx_code vmx_connection_question(struct vmx_connection *connection,
					      const char *machine, vmx_question_fn fn,
					      void *user, struct vmx_error *error);

/*
 * Answers a question with the key of a choice.  Fails also with
 * VMX_CODE_NOT_FOUND: the question is not open any more, or has no such choice.
 */
VMX_API enum vmx_code vmx_connection_answer(struct vmx_connection *connection,
					    const char *machine, const char *question,
					    const char *key, struct vmx_error *error);

/*
 * Tasks
 */

enum vmx_question_policy {
	VMX_QUESTIONS_AS_URI = 0,	/* auto_answer=1 in the URI: default, else report */
	VMX_QUESTIONS_REPORT,		/* the task fails, and is cancelled if it can be */
	VMX_QUESTIONS_DEFAULT		/* the server's default choice; none: as report */
};

/*
 * An answer to questions whose text, message id included ("msg.uuid.altered:This
 * virtual machine ..."), matches a regular expression (PCRE2, without regard to case):
 * the key of a choice, or its label, without regard to case and to the '_' that marks
 * a letter ("I _Copied It").
 */
struct vmx_answer_rule {
	const char *pattern, *answer;
};

/* As VMX_CONNECTION_OPTIONS_INIT. */
struct vmx_task_options {
	size_t size;
	enum vmx_question_policy policy;	/* where no rule fits */
	const struct vmx_answer_rule *rules;
	size_t rule_count;
	unsigned int timeout;	/* seconds in all; 0: none */
	bool wait_for_others;	/* wait for another task of the machine, rather than fail */
	vmx_question_fn question;	/* told of each question and what became of it */
	void (*progress)(void *user, int percent);	/* -1: not known */
	void *user;
};

#define VMX_TASK_OPTIONS_INIT \
	{ sizeof(struct vmx_task_options), VMX_QUESTIONS_AS_URI, NULL, 0, 0, false, NULL, NULL, NULL }

enum vmx_power_action {
	VMX_ACTION_START = 1,
	VMX_ACTION_SHUT_DOWN,	/* the guest does it; needs VMware Tools; returns at once */
	VMX_ACTION_REBOOT,	/* the same */
	VMX_ACTION_STOP,	/* as by pulling the plug */
	VMX_ACTION_SUSPEND,
	VMX_ACTION_RESUME
};

/*
 * Does it, and waits until it is done.  options may be NULL.
 *
 * Fails also with VMX_CODE_INVALID_PATTERN (a rule), VMX_CODE_WRONG_STATE (start of a
 * running machine ...), VMX_CODE_QUESTION_BLOCKS (the message has the question, its
 * choices and what to do), VMX_CODE_TASK_PENDING, VMX_CODE_TASK_FAILED,
 * VMX_CODE_NOT_FOUND.
 */
VMX_API enum vmx_code vmx_connection_power(struct vmx_connection *connection,
					   const char *machine, enum vmx_power_action action,
					   const struct vmx_task_options *options,
					   struct vmx_error *error);

/*
 * Makes a machine of a VMX file that is on a datastore.  name NULL: as in the
 * file.  The id of the machine replaces what ret held (ret may be NULL).  Fails
 * also as vmx_connection_power(), and with VMX_CODE_ALREADY_EXISTS.
 */
VMX_API enum vmx_code vmx_connection_register(struct vmx_connection *connection,
					      const char *vmx, const char *datacenter,
					      const char *name,
					      const struct vmx_task_options *options,
					      struct vmx_bytes *ret, struct vmx_error *error);

/*
 * Takes a machine that is off or suspended out of the inventory; its files stay.
 * Fails also with VMX_CODE_WRONG_STATE and VMX_CODE_NOT_FOUND.
 */
VMX_API enum vmx_code vmx_connection_unregister(struct vmx_connection *connection,
						const char *machine, struct vmx_error *error);

VMX_END_DECLS

#endif
