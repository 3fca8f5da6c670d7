/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Users and passwords for servers.  A password is taken from the first of these that has
 * one: --password-file; VMX_PASSWORD in the environment; libvirt's auth.conf; netrc; a
 * program that asks (VMX_ASKPASS, SSH_ASKPASS); the terminal.  Never from the command
 * line, which others can see, nor from the URI.
 *
 * A password is in no message, and is overwritten after its use.
 */
#ifndef VMXTOOL_CREDENTIALS_H
#define VMXTOOL_CREDENTIALS_H

#include <vmxkit/connection.h>

#include "common/credential_files.h"
#include "common/diagnostics.h"

/* Zero-initialise, set the first two, wipe at the end. */
struct credentials {
	const struct console *console;
	const char *password_file;	/* STANDARD_INPUT or a path; NULL: none was named */
	unsigned int last;		/* the source that answered last, plus 1 */
	struct secret from_input;	/* of standard input, which can be read once only */
};

/* A vmx_credentials_fn; user is a struct credentials. */
bool credentials_ask(void *user, const struct vmx_credential_request *request,
		     struct vmx_bytes *ret_user, struct vmx_bytes *ret_password);

void credentials_wipe(struct credentials *credentials);

#endif
