/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Modules that are not as they should be, or only just: WRONG says what is wrong.  Each
 * serves the scheme that it is named after.
 */
#include <stddef.h>
#include <stdlib.h>

#include <vmxkit/transport.h>

enum wrong {
	NOTHING,	/* all that is required is there, and nothing else */
	VERSION, NO_OPEN, NO_NAME, NO_SCHEMES, NO_TABLE, TINY, SMALLER, LARGER, OTHER_SCHEME, SILENT
};

static enum vmx_code open_it(const struct vmx_transport_settings *settings, void **ret,
			     struct vmx_error *error)
{
	(void)settings;
	(void)error;
	*ret = NULL;
	return VMX_OK;
}

static enum vmx_code close_it(void *connection, struct vmx_error *error)
{
	(void)connection;
	(void)error;
	return VMX_OK;
}

static enum vmx_code about(void *connection, const struct vmx_server_about **ret,
			   struct vmx_error *error)
{
	static const struct vmx_server_about nothing = { .size = sizeof(nothing) };

	(void)connection;
	(void)error;
	*ret = &nothing;
	return WRONG == SILENT ? VMX_CODE_SERVER_FAULT : VMX_OK;
}

static enum vmx_code list(void *connection, enum vmx_remote_kind kind, vmx_remote_object_fn fn,
			  void *user, struct vmx_error *error)
{
	(void)connection;
	(void)kind;
	(void)fn;
	(void)user;
	(void)error;
	return VMX_OK;
}

static enum vmx_code find_machine(void *connection, const char *wanted, vmx_remote_object_fn fn,
				  void *user, struct vmx_error *error)
{
	(void)connection;
	(void)fn;
	(void)user;
	return vmx_error_set(error, VMX_CODE_NOT_FOUND, NULL, "there is no machine '%s'", wanted);
}

/*
 * Asks for one file and forgets it.  Its structure is that of an early library, and what
 * lies behind that must not be written to.
 */
static enum vmx_code download(void *connection, vmx_next_download_fn next, void *user,
			      struct vmx_error *error)
{
	const size_t early = offsetof(struct vmx_download, limit);
	struct vmx_download d = { .size = early, .limit = 0x5A5A };

	(void)connection;
	(void)error;
	if (next(user, &d) && (d.size != early || d.limit != 0x5A5A))
		abort();
	return VMX_OK;
}

/* What is not part of the table is not called. */
static enum vmx_code never(void *connection, const char *machine, struct vmx_error *error)
{
	(void)connection;
	(void)machine;
	(void)error;
	abort();
}

/* A table of a later library has more members. */
struct larger {
	struct vmx_transport table;
	void *more[4];
};

__attribute__((visibility("default")))
const struct vmx_transport *vmx_transport_entry(void);

const struct vmx_transport *vmx_transport_entry(void)
{
	static const char *const schemes[] = { WRONG == OTHER_SCHEME ? "other" : SCHEME, NULL };
	static const struct larger larger = {
		.table = {
			.size = WRONG == LARGER ? sizeof(larger)
			      : WRONG == SMALLER ? offsetof(struct vmx_transport, browse)
			      : WRONG == TINY ? offsetof(struct vmx_transport, version)
			      : sizeof(larger.table),
			.version = WRONG == VERSION ? 7 : VMX_TRANSPORT_VERSION,
			.name = WRONG == NO_NAME ? NULL : "broken",
			.release = "0",
			.schemes = WRONG == NO_SCHEMES ? NULL : schemes,
			.open = WRONG == NO_OPEN ? NULL : open_it,
			.close = close_it,
			.about = about,
			.list = list,
			.find_machine = find_machine,
			.download = download,
			/* lies behind the end that 'smaller' tells */
			.unregister = WRONG == SMALLER ? never : NULL,
		},
	};

	return WRONG == NO_TABLE ? NULL : &larger.table;
}
