/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A session with a server: finding out what it is, logging in, calling methods,
 * logging in again when the server has ended the session, logging out.
 */
#ifndef VSPHERE_SESSION_H
#define VSPHERE_SESSION_H

#include <stdbool.h>
#include <time.h>

#include <vmxkit/transport.h>

#include "decode.h"
#include "fault.h"
#include "http.h"
#include "parameters.h"
#include "report.h"
#include "vim.h"

/* Bytes of a SOAP answer; some hundred times a page of a listing. */
#define SESSION_BODY_MAX ((uint64_t)64 << 20)

/*
 * Seconds without a call after which one is made while files are transferred, so that
 * the server does not end the session meanwhile (usually after half an hour).
 */
#define SESSION_KEEP_ALIVE 600

/* How often a person may mistype the password. */
#define SESSION_LOGINS_MAX 3

/* A version as the server writes it, cut to major.minor; compares as a number. */
#define VSPHERE_VERSION(major, minor) ((major) * 1000u + (minor))

struct session {
	const struct vmx_transport_settings *settings;
	const struct vmx_allocator *allocator;
	unsigned int timeout;	/* seconds for one request, by the URI or the settings */
	struct vsphere_reporter reporter;
	struct vsphere_parameters parameters;
	struct http *http;

	/* What the server is.  Complete once the session is open. */
	struct answer about;			/* owns the next two */
	const struct vim_ServiceContent *service;	/* with all references that are used here */
	const struct vim_AboutInfo *server;
	enum vsphere_kind kind;			/* esx, vpx, gsx: as it is, not as the URI says */
	unsigned int api_version;		/* VSPHERE_VERSION(6, 5) */
	char soap_action[32];			/* "SOAPAction: ..." or "" */

	/* Kept for logging in again, overwritten before they are freed. */
	struct vmx_bytes user, password;
	bool logged_in;		/* as far as we know */
	unsigned int logins;	/* counts up: what died with a session belongs to a smaller number */

	/* What is left of a stopped piece of work is tidied up: cancelled() is not asked. */
	bool finishing;

	time_t last_call;	/* monotonic */
	bool keeping_alive;	/* a call for that is on its way */
	unsigned int keep_alive;	/* SESSION_KEEP_ALIVE; tests have no time to wait */
};

/*
 * Reads the URI's parameters, looks what the server is (RetrieveServiceContent), checks
 * it, asks for user and password, and logs in: two round trips.  Zero-initialise the
 * session, which must not be moved from then on; after a failure, too, it is closed with
 * vsphere_session_close().
 */
enum vmx_code vsphere_session_open(struct session *session,
				   const struct vmx_transport_settings *settings,
				   struct vmx_error *error);

/* Logs out, unless there is nothing to log out of, and frees all. */
enum vmx_code vsphere_session_close(struct session *session, struct vmx_error *error);

/*
 * Calls a method.  answer: see decode.h; its allocator is the session's.  On VMX_OK
 * answer->response is there.
 *
 * If the server says that there is no session, it logs in once and calls once more;
 * VMX_CODE_SESSION_LOST if that does not help.  Not if items were handed out already:
 * then it is VMX_CODE_SESSION_LOST at once.
 *
 * Fails as the server's fault says (fault.h), and as HTTP does.
 */
enum vmx_code vsphere_call(struct session *session, const struct vim_method *method,
			   struct vim_reference self, const void *request,
			   struct answer *answer, struct vmx_error *error);

/*
 * For those whose answer says in another way that there is no session (properties,
 * filters of waits): logs in anew.
 */
enum vmx_code vsphere_session_renew(struct session *session, struct vmx_error *error);

/*
 * The same, with types: vim_FindByUuid(session, self, request, answer, &response, error).
 * *ret belongs to the answer; a REQUIRED returnval is never absent in it.
 */
#define VIM_CALL_(X, presence_) \
	static inline enum vmx_code vim_##X(struct session *session, struct vim_reference self, \
					    const struct vim_##X##_request *request, \
					    struct answer *answer, \
					    const struct vim_##X##_response **ret, \
					    struct vmx_error *error) \
	{ \
		enum vmx_code code = vsphere_call(session, &vsphere_method_##X, self, request, \
						  answer, error); \
\
		*ret = code == VMX_OK ? answer->response : NULL; \
		return code; \
	}
/* NOLINTNEXTLINE(misc-no-recursion): session.c says why it ends */
VIM_METHODS(VIM_CALL_)
#undef VIM_CALL_

#endif
