/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine on a server in place of a file: vpx://user@host/DC/host#MACHINE.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/remote.h"
#include "vmx2xml_convert.h"

/* The server's name and the machine's: without the user, and without what may be a password. */
static char *name_machine(const struct remote *remote)
{
	char *name;

	return asprintf(&name, "%s#%s", remote->name, remote->uri->fragment) < 0 ? NULL : name;
}

static enum exit_status convert_machine(const struct settings *s, const struct remote *remote,
					const struct source *named, const char *output)
{
	struct source source = *named;
	struct remote_machine machine = { .id = NULL };
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	enum exit_status status = remote_find(remote, remote->uri->fragment, &machine);

	if (status == STATUS_DONE)
		status = remote_fetch_vmx(remote, &machine, s->shared.max_size, &bytes);
	if (status == STATUS_DONE && !s->shared.rules)
		status = remote_rules(remote, &machine, level_of(s), &source.rules);
	if (status == STATUS_DONE) {
		source.bytes = &bytes;
		source.datacenter_path = machine.datacenter;
		source.moref = machine.id;
		status = convert_source(s, &source, output);
	}
	vmx_path_rules_free(source.rules);
	vmx_bytes_release(&bytes);
	remote_machine_release(&machine);
	return status;
}

static enum exit_status convert_opened(const struct settings *s, const struct remote *remote,
				       struct source *source, const char *output)
{
	char *name = name_machine(remote);
	enum exit_status status;

	if (!name)
		return show_out_of_memory(remote->console);
	source->name = name;
	status = convert_machine(s, remote, source, output);
	free(name);
	return status;
}

enum exit_status convert_remote(const void *user, const char *uri, const char *output)
{
	const struct settings *s = user;
	struct source source = { .file = uri };
	struct remote remote = {
		.console = &s->shared.common.console, .error = s->shared.common.error,
		.password_file = s->password_file,
	};
	const char *fragment = strchr(uri, '#');
	enum exit_status status;

	if (!fragment || !fragment[1])
		return usage_error(remote.console, "which machine? Name it at the end of the URI: #MACHINE");
	status = remote_open(&remote, uri);
	if (status == STATUS_DONE)
		status = convert_opened(s, &remote, &source, output);
	return remote_close(&remote, status);
}
