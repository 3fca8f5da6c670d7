/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct vmx_server_about no_about = { .size = sizeof(struct vmx_server_about) };

static void fill_about(struct memory *memory)
{
	const struct record *s = &memory->server;

	memory->about = no_about;
	memory->about.product = record_get(s, "product");
	memory->about.version = record_get(s, "version");
	memory->about.api_version = record_get(s, "api-version");
	memory->about.kind = record_get(s, "kind");
	memory->about.managed_by = record_get(s, "managed-by");
	memory->about.user = record_get(s, "user");
	snprintf(memory->timeout, sizeof(memory->timeout), "%u", memory->settings.timeout);
	if (record_get(s, "tell-timeout"))
		memory->about.version = memory->timeout;
}

static void wipe(struct vmx_bytes *bytes)
{
	if (bytes->data)
		explicit_bzero(bytes->data, bytes->capacity);
	vmx_bytes_release(bytes);
}

/* Asks until the answer is right, or nobody answers any more. */
static enum vmx_code log_in(const struct memory *memory, struct vmx_error *error)
{
	const struct vmx_transport_settings *s = &memory->settings;
	struct vmx_credential_request request = {
		.size = sizeof(request), .host = s->uri->host, .user = s->uri->user,
		.default_user = "root",
		.authfile = vmx_connection_uri_parameter(s->uri, "authfile"),
	};
	struct vmx_bytes user = VMX_BYTES_INIT, password = VMX_BYTES_INIT;
	bool right = false;

	while (!right && s->credentials && s->credentials(s->user, &request, &user, &password)) {
		const char *given = request.user ? request.user : user.data;

		right = given && record_is(&memory->server, "user", given) && password.data &&
			record_is(&memory->server, "password", password.data);
		request.repeated = true;
		memory_note(memory, "%s: %s", given ? given : "", right ? "logged in" : "refused");
	}
	wipe(&user);
	wipe(&password);
	if (right)
		return VMX_OK;
	if (request.repeated)
		return vmx_error_set(error, VMX_CODE_LOGIN_REFUSED, "InvalidLogin",
				     "%s does not take the user and password", s->uri->host);
	return vmx_error_set(error, VMX_CODE_NO_CREDENTIALS, NULL, "%s wants a password",
			     s->uri->host);
}

static void warn(const struct memory *memory)
{
	const char *text = record_get(&memory->server, "warning");

	if (text && memory->settings.diagnostic)
		memory->settings.diagnostic(memory->settings.user, &(struct vmx_diagnostic){
			VMX_CODE_UNKNOWN_URI_PARAMETER, VMX_WARNING, 0, 0, text });
}

/* A parameter of the URI counts as a field of the server. */
static enum vmx_code take_parameters(struct memory *memory, struct vmx_error *error)
{
	const struct vmx_connection_uri *uri = memory->settings.uri;
	bool good = memory->server.count > 0 || record_set(&memory->server, "server", "");

	for (size_t i = 0; good && i < uri->parameter_count; i++)
		good = record_set(&memory->server, uri->parameters[i].name, uri->parameters[i].value);
	return good ? VMX_OK : vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
}

static enum vmx_code open_inside(struct memory *memory, struct vmx_error *error)
{
	const char *path = memory->settings.uri->path;
	struct vmx_bytes plain = VMX_BYTES_INIT;
	enum vmx_code code = vmx_unescape(VMX_ESCAPE_PERCENT, path + (*path == '/'),
					  strlen(path + (*path == '/')), &plain, error);

	if (code == VMX_OK)
		code = memory_read(memory, plain.data, error);
	vmx_bytes_release(&plain);
	if (code == VMX_OK)
		code = take_parameters(memory, error);
	if (code == VMX_OK)
		code = memory_fails(memory, "open", error);
	if (code == VMX_OK && record_get(&memory->server, "password"))
		code = log_in(memory, error);
	return code;
}

static enum vmx_code memory_open(const struct vmx_transport_settings *settings, void **ret,
				 struct vmx_error *error)
{
	const char *auto_answer = vmx_connection_uri_parameter(settings->uri, "auto_answer");
	struct memory *memory = calloc(1, sizeof(*memory));
	enum vmx_code code;

	if (!memory)
		return vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
	memory->settings = *settings;
	memory->auto_answer = auto_answer && strcmp(auto_answer, "1") == 0;
	code = open_inside(memory, error);
	if (code != VMX_OK) {
		memory_release(memory);
		return code;
	}
	fill_about(memory);
	warn(memory);
	*ret = memory;
	return VMX_OK;
}

static enum vmx_code memory_close(void *connection, struct vmx_error *error)
{
	struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "close", error);

	memory_note(memory, "close");
	memory_release(memory);
	return code;
}

static enum vmx_code memory_about(void *connection, const struct vmx_server_about **ret,
				  struct vmx_error *error)
{
	const struct memory *memory = connection;
	enum vmx_code code = memory_fails(memory, "about", error);

	if (code == VMX_OK)
		*ret = &memory->about;
	return code;
}

__attribute__((visibility("default")))
const struct vmx_transport *vmx_transport_entry(void);

const struct vmx_transport *vmx_transport_entry(void)
{
	static const char *const schemes[] = { "memory", NULL };
	static const struct vmx_transport table = {
		.size = sizeof(table),
		.version = VMX_TRANSPORT_VERSION,
		.name = "memory",
		.release = "1",
		.schemes = schemes,
		.open = memory_open,
		.close = memory_close,
		.about = memory_about,
		.list = memory_list,
		.find_machine = memory_find_machine,
		.add_datastores = memory_add_datastores,
		.download = memory_download,
		.upload = memory_upload,
		.remove_file = memory_remove_file,
		.browse = memory_browse,
		.question = memory_question,
		.answer = memory_answer,
		.power = memory_power,
		.register_machine = memory_register,
		.unregister = memory_unregister,
	};

	return &table;
}
