/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "support/files.h"

static bool give_credentials(void *user, const struct vmx_credential_request *request,
			     struct vmx_bytes *ret_user, struct vmx_bytes *ret_password)
{
	(void)user;
	if (request->repeated)
		return false;
	/* the simplest memory that vmx_bytes_release() takes */
	*ret_user = (struct vmx_bytes){ strdup(VSPHERE_USER), strlen(VSPHERE_USER),
					strlen(VSPHERE_USER) + 1, NULL };
	*ret_password = (struct vmx_bytes){ strdup(VSPHERE_PASSWORD), strlen(VSPHERE_PASSWORD),
					    strlen(VSPHERE_PASSWORD) + 1, NULL };
	return true;
}

static void count_diagnostic(void *user, const struct vmx_diagnostic *diagnostic)
{
	struct client *client = user;

	client->diagnostics++;
	client->last_diagnostic = diagnostic->code;
	if (strstr(diagnostic->message, VSPHERE_PASSWORD))
		give_up("the password stands in a message: %s", diagnostic->message);
}

static bool is_stopped(void *user)
{
	return ((struct client *)user)->stop;
}

static char *make_uri(const struct vsphere_server *server, const char *scheme, const char *rest)
{
	const char *bracket = strchr(server->host, ':') ? "[" : "";
	const char *own = strcmp(server->scheme, "http") == 0 ? "transport=http" : "cacert=";

	return text_of_format("%s://%s%s%s:%u%s%c%s%s", scheme, bracket, server->host,
			      *bracket ? "]" : "", server->port, rest,
			      strchr(rest, '?') ? '&' : '?', own, own[0] == 'c' ? server->ca : "");
}

struct client *client_try(struct vsphere_server *server, const char *scheme, const char *rest,
			  struct vmx_error *error, enum vmx_code *ret_code)
{
	struct client *client = calloc(1, sizeof(*client));
	char *uri = make_uri(server, scheme, rest);

	if (!client)
		give_up("no memory");
	client->server = server;
	client->error = vmx_error_new();
	client->options = (struct vmx_connection_options)VMX_CONNECTION_OPTIONS_INIT;
	client->options.credentials = give_credentials;
	client->options.diagnostic = count_diagnostic;
	client->options.cancelled = is_stopped;
	client->options.user = client;
	*ret_code = vmx_connection_open(uri, strlen(uri), &client->options, &client->connection,
					error ? error : client->error);
	if (*ret_code != VMX_OK && !error)
		error = client->error;
	if (error && strstr(vmx_error_message(error), VSPHERE_PASSWORD))
		give_up("the password stands in a message: %s", vmx_error_message(error));
	free(uri);
	if (*ret_code == VMX_OK)
		return client;
	vmx_error_free(client->error);
	free(client);
	return NULL;
}

struct client *client_open(struct vsphere_server *server, const char *scheme, const char *rest)
{
	struct vmx_error *error = vmx_error_new();
	enum vmx_code code;
	struct client *client = client_try(server, scheme, rest, error, &code);

	if (!client)
		give_up("no connection: %s", vmx_error_message(error));
	vmx_error_free(error);
	return client;
}

void client_close(struct client *client)
{
	enum vmx_code code;

	client->stop = false;
	code = vmx_connection_close(client->connection, client->error);
	if (code != VMX_OK)
		give_up("closing: %s", vmx_error_message(client->error));
	if (vsphere_server_count_flag(client->server, "password") !=
	    vsphere_server_count(client->server, "Login"))
		give_up("the password was sent in something other than Login:\n%s",
			vsphere_server_log(client->server));
	if (vsphere_server_count_flag(client->server, "refused") != 0)
		give_up("the server refuses the form of a request:\n%s",
			vsphere_server_log(client->server));
	vmx_error_free(client->error);
	free(client);
}

struct found {
	char *id;
	enum vmx_power_state power;
};

static bool take_machine(void *user, const struct vmx_remote_object *object)
{
	struct found *found = user;

	found->id = strdup(object->id);
	found->power = object->machine->power;
	return true;
}

static struct found find(struct client *client, const char *name)
{
	struct found found = { NULL, VMX_POWER_UNKNOWN };

	if (vmx_connection_find_machine(client->connection, name, strlen(name), take_machine,
					&found, client->error) != VMX_OK)
		give_up("machine %s: %s", name, vmx_error_message(client->error));
	return found;
}

char *client_machine(struct client *client, const char *name)
{
	return find(client, name).id;
}

enum vmx_power_state client_power(struct client *client, const char *name)
{
	struct found found = find(client, name);

	free(found.id);
	return found.power;
}
