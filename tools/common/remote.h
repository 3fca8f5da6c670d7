/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections of tools: opened with credentials from wherever they are, with what the
 * module has to say shown, and stopped by signals.
 */
#ifndef VMXTOOL_REMOTE_H
#define VMXTOOL_REMOTE_H

#include <vmxkit/vmxkit.h>

#include "common/credentials.h"
#include "common/diagnostics.h"

/* Whether it begins as a URI does: with a scheme and "://". */
bool is_uri(const char *text);

struct remote {
	const struct console *console;
	struct vmx_error *error;		/* the tool's */
	const char *password_file;		/* as in struct credentials */
	unsigned int timeout;			/* seconds for a request; 0: the default */

	/* what remote_open() makes */
	struct credentials credentials;
	struct vmx_connection_uri *uri;
	struct vmx_connection *connection;
	char name[512];				/* "esx://host:443", for messages */
};

/*
 * Set the first four members, zero the others, and close it whatever the outcome.  From
 * here on a signal asks to stop.  It says what is wrong.
 */
enum exit_status remote_open(struct remote *remote, const char *uri);
/* The status, or that of the closing if it is graver. */
enum exit_status remote_close(struct remote *remote, enum exit_status status);

/* Whether a signal has asked to stop. */
bool remote_is_stopped(void);

/* Shows the error of the last call; what: what it was about, NULL: the server. */
enum exit_status remote_error(const struct remote *remote, const char *what);

/* A machine, copied.  Zero-initialise, release. */
struct remote_machine {
	char *id, *name;
	char *path, *datacenter, *vmx, *host, *problem;		/* NULL: not told */
	enum vmx_power_state power;
	bool asks;
};

/* False: no memory. */
bool remote_machine_copy(struct remote_machine *ret, const struct vmx_remote_object *object);
void remote_machine_release(struct remote_machine *machine);

/* Finds the machine; says what is wrong. */
enum exit_status remote_find(const struct remote *remote, const char *wanted,
			     struct remote_machine *ret);

/*
 * Fetches the VMX file of a machine, of at most max bytes; 0: VMX_DEFAULT_MAX_FILE_SIZE.
 * Says what is wrong.
 */
enum exit_status remote_fetch_vmx(const struct remote *remote, const struct remote_machine *machine,
				  size_t max, struct vmx_bytes *ret);

/* Says that the server does not tell where the machine's VMX file is. */
enum exit_status remote_no_vmx(const struct remote *remote, const struct remote_machine *machine);

/*
 * The rules for the names in a machine's VMX file: its directory, and the datastores of
 * its host.  *rules is NULL at first, or has those of a machine on the same host.  Says
 * what is wrong.
 */
enum exit_status remote_rules(const struct remote *remote, const struct remote_machine *machine,
			      enum vmx_level level, struct vmx_path_rules **rules);

#endif
