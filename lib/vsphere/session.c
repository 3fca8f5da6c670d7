/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "encode.h"

/* Seconds for logging out: who closes a connection does not want to wait. */
#define LOGOUT_TIMEOUT 10

static time_t monotonic(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_MONOTONIC, &now) == 0 ? now.tv_sec : 0;
}

/* Overwrites what was secret before it is freed. */
static void wipe(struct vmx_bytes *bytes)
{
	if (bytes->data)
		explicit_bzero(bytes->data, bytes->capacity);
	vmx_bytes_release(bytes);
}

/*
 * One exchange: a request, its answer
 */

struct exchange {
	const struct vim_method *method;
	struct decoder *decoder;
	struct http_head head;
	bool no_soap;	/* an error page */
};

static enum vmx_code on_head(void *user, const struct http_head *head, struct vmx_error *error)
{
	struct exchange *x = user;

	x->head = *head;
	if (head->status == 200 || head->status == 500)
		return VMX_OK;
	return vsphere_http_refuse(x->method->name, head, error);
}

/* The body of a 500 is a fault, or the error page of something in front of the service. */
static enum vmx_code accept_page(struct exchange *x, enum vmx_code code)
{
	if (code != VMX_CODE_SERVER_ANSWER || x->head.status != 500)
		return code;
	x->no_soap = true;
	return VMX_OK;
}

static enum vmx_code on_body(void *user, const void *data, size_t length, struct vmx_error *error)
{
	struct exchange *x = user;

	if (x->no_soap)
		return VMX_OK;
	return accept_page(x, vsphere_decoder_feed(x->decoder, data, length, error));
}

static enum vmx_code end_exchange(struct exchange *x, struct vmx_error *error)
{
	enum vmx_code code = VMX_OK;

	if (!x->no_soap)
		code = accept_page(x, vsphere_decoder_end(x->decoder, error));
	return x->no_soap ? vsphere_http_refuse(x->method->name, &x->head, error) : code;
}

static enum vmx_code post(struct session *s, struct exchange *x, const struct vmx_bytes *body,
			  const struct answer *answer, struct vmx_error *error)
{
	const char *headers[] = { "Content-Type: text/xml; charset=UTF-8",
				  s->soap_action[0] ? s->soap_action : NULL, NULL };
	const struct http_request request = {
		.method = HTTP_POST, .what = x->method->name, .path = "/sdk", .headers = headers,
		.data = body->data, .data_length = body->length,
		.timeout = answer->timeout ? answer->timeout : s->timeout,
		.insist = answer->insist, .body_max = SESSION_BODY_MAX,
		.head = on_head, .body = on_body, .user = x,
	};
	enum vmx_code code = vsphere_http_perform(s->http, &request, error);

	s->last_call = monotonic();
	return code == VMX_OK ? end_exchange(x, error) : code;
}

/* A request with the password in it is written at one place in memory only. */
static size_t secret_room(const struct session *s, const struct vim_method *method)
{
	if (method != &vsphere_method_Login)
		return 0;
	return 1024 + 6 * (s->user.length + s->password.length);
}

static enum vmx_code exchange(struct session *s, const struct vim_method *method,
			      struct vim_reference self, const void *parameters,
			      struct answer *answer, struct vmx_error *error)
{
	struct vmx_bytes body = { NULL, 0, 0, s->allocator };
	struct exchange x = { .method = method };
	enum vmx_code code;

	if (!vmxi_bytes_reserve(&body, secret_room(s, method)))
		return vsphere_out_of_memory(error);
	code = vsphere_encode(method, self, parameters, &body, error);
	if (code == VMX_OK)
		code = vsphere_decoder_new(method, answer, s->allocator, &x.decoder, error);
	if (code == VMX_OK)
		code = post(s, &x, &body, answer, error);
	vsphere_decoder_free(x.decoder);
	wipe(&body);
	return code;
}

/*
 * Calls
 */

static bool is_session_fault(const struct answer *answer)
{
	return answer->fault && vsphere_fault_is_session(answer->fault->detail);
}

static enum vmx_code fail_lost(const struct vim_method *method, const char *why,
			       struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_SESSION_LOST, "NotAuthenticated",
			     "%s: the server has ended the session, %s", method->name, why);
}

/*
 * NOLINTBEGIN(misc-no-recursion): a call may log in, which is a call; that one does not log
 * in again, because there is no session then.
 */
static enum vmx_code call_again(struct session *s, const struct vim_method *method,
				struct vim_reference self, const void *request,
				struct answer *answer, struct vmx_error *error)
{
	enum vmx_code code;

	if (answer->items > 0)
		return fail_lost(method, "in the middle of an answer; try again", error);
	code = vsphere_session_renew(s, error);
	if (code == VMX_OK)
		code = exchange(s, method, self, request, answer, error);
	if (code == VMX_OK && is_session_fault(answer)) {
		s->logged_in = false;
		return fail_lost(method, "and the new one as well", error);
	}
	return code;
}

static enum vmx_code fail_fault(const struct vim_method *method, const struct vim_fault *fault,
				struct vmx_error *error)
{
	return vsphere_fault_fail(method->name, fault->detail, fault->faultstring,
				  VMX_CODE_SERVER_FAULT, error);
}

enum vmx_code vsphere_call(struct session *s, const struct vim_method *method,
			   struct vim_reference self, const void *request,
			   struct answer *answer, struct vmx_error *error)
{
	enum vmx_code code;

	if (!self.value || !self.type)
		return vmx_error_set(error, VMX_CODE_NOT_SUPPORTED, NULL,
				     "%s: the server has no object for that", method->name);
	code = exchange(s, method, self, request, answer, error);
	if (code == VMX_OK && is_session_fault(answer) && s->logged_in)
		code = call_again(s, method, self, request, answer, error);
	if (code == VMX_OK && answer->fault)
		return fail_fault(method, answer->fault, error);
	return code;
}

/*
 * Logging in
 */

static enum vmx_code refuse_login(const struct session *s, struct vmx_error *error)
{
	char words[256];

	snprintf(words, sizeof(words), "%s", error ? vmx_error_message(error) : "");
	return vmx_error_set(error, VMX_CODE_LOGIN_REFUSED, "InvalidLogin",
			     "%s does not take the user '%.100s' with this password (%s)",
			     s->settings->uri->host, s->user.data, words);
}

static enum vmx_code log_in(struct session *s, struct vmx_error *error)
{
	const struct vim_Login_request request = {
		.userName = s->user.data, .password = s->password.data,
	};
	const struct vim_Login_response *response;
	struct answer answer = ANSWER_INIT;
	enum vmx_code code;

	s->logged_in = false;
	code = vim_Login(s, s->service->sessionManager, &request, &answer, &response, error);
	vsphere_answer_release(&answer);
	if (code == VMX_CODE_LOGIN_REFUSED)
		return refuse_login(s, error);
	if (code != VMX_OK)
		return code;
	s->logged_in = true;
	s->logins++;
	return VMX_OK;
}

/* A server that still knows the old session would refuse a second one for its cookie. */
enum vmx_code vsphere_session_renew(struct session *s, struct vmx_error *error)
{
	vsphere_http_forget(s->http);
	return log_in(s, error);
}
/* NOLINTEND(misc-no-recursion) */

static bool copy(struct vmx_bytes *to, const char *text, size_t length)
{
	vmxi_bytes_clear(to);
	return vmxi_bytes_reserve(to, length + 1) && vmxi_bytes_append(to, text, length);
}

static enum vmx_code no_credentials(const struct session *s, struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_NO_CREDENTIALS, NULL,
			     "there is no user or no password for %s", s->settings->uri->host);
}

static enum vmx_code keep_credentials(struct session *s, const struct vmx_bytes *user,
				      const struct vmx_bytes *password, struct vmx_error *error)
{
	const char *given = s->settings->uri->user;

	if (!given && (!user->data || user->length == 0))
		return no_credentials(s, error);
	if ((user->length > 0 && strlen(user->data) != user->length) ||
	    (password->length > 0 && strlen(password->data) != password->length))
		return vmx_error_set(error, VMX_CODE_EMBEDDED_NUL, NULL,
				     "the user or the password holds a NUL byte");
	if (!copy(&s->user, given ? given : user->data, given ? strlen(given) : user->length) ||
	    !copy(&s->password, password->data ? password->data : "", password->length))
		return vsphere_out_of_memory(error);
	return VMX_OK;
}

static enum vmx_code ask(struct session *s, bool repeated, struct vmx_error *error)
{
	const struct vmx_transport_settings *settings = s->settings;
	const struct vmx_credential_request request = {
		sizeof(request), settings->uri->host, settings->uri->user,
		s->kind == VSPHERE_VPX ? "administrator@vsphere.local" : "root",
		s->parameters.authfile, repeated,
	};
	struct vmx_bytes user = { NULL, 0, 0, s->allocator };
	struct vmx_bytes password = { NULL, 0, 0, s->allocator };
	enum vmx_code code;

	if (settings->credentials &&
	    settings->credentials(settings->user, &request, &user, &password))
		code = keep_credentials(s, &user, &password, error);
	else
		code = no_credentials(s, error);
	wipe(&user);
	wipe(&password);
	return code;
}

/* The same once more would be refused once more, and could lock the user out. */
static bool has_other_answer(struct session *s)
{
	struct vmx_bytes user = s->user, password = s->password;
	bool other;

	s->user = s->password = (struct vmx_bytes){ NULL, 0, 0, s->allocator };
	other = ask(s, true, NULL) == VMX_OK &&
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): ask() has made both */
		(strcmp(user.data, s->user.data) != 0 || strcmp(password.data, s->password.data) != 0);
	wipe(&user);
	wipe(&password);
	return other;
}

static enum vmx_code log_in_first(struct session *s, struct vmx_error *error)
{
	enum vmx_code code = ask(s, false, error);

	if (code != VMX_OK)
		return code;
	code = log_in(s, error);
	for (int n = 1; code == VMX_CODE_LOGIN_REFUSED && n < SESSION_LOGINS_MAX; n++) {
		if (!has_other_answer(s))
			return code;
		code = log_in(s, error);
	}
	return code;
}

/*
 * What the server is
 */

/* major[.minor[.micro]], the rest does not matter; as VSPHERE_VERSION(). */
static bool read_version(const char *words, unsigned int *ret)
{
	struct text t = text_of(words);
	uint64_t parts[2] = { 0, 0 };
	size_t length;

	for (size_t i = 0; i < 2; i++) {
		if (!vmxi_parse_digits(t, &parts[i], &length) || parts[i] > 999)
			return false;
		t = text_skip(t, length);
		if (t.len < 2 || t.ptr[0] != '.' || !ascii_is_digit(t.ptr[1]))
			break;
		t = text_skip(t, 1);
	}
	*ret = VSPHERE_VERSION((unsigned int)parts[0], (unsigned int)parts[1]);
	return true;
}

/* Source: the product lines of AboutInfo in VMware's API reference; libvirt's minimums. */
static const struct product {
	const char *line;
	enum vsphere_kind kind;
	unsigned int minimum;
} products[] = {
	{ "gsx", VSPHERE_GSX, VSPHERE_VERSION(2, 0) },
	{ "esx", VSPHERE_ESX, VSPHERE_VERSION(3, 5) },
	{ "embeddedEsx", VSPHERE_ESX, VSPHERE_VERSION(3, 5) },
	{ "vpx", VSPHERE_VPX, VSPHERE_VERSION(2, 5) },
};

static const struct product *find_product(const char *line)
{
	for (size_t i = 0; line && i < sizeof(products) / sizeof(products[0]); i++) {
		if (strcmp(products[i].line, line) == 0)
			return &products[i];
	}
	return NULL;
}

static const char *or_nothing(const char *words)
{
	return words ? words : "(nothing)";
}

static enum vmx_code check_version(const char *what, const char *words, unsigned int minimum,
				   unsigned int *ret, struct vmx_error *error)
{
	if (!words || !read_version(words, ret))
		return vmx_error_set(error, VMX_CODE_WRONG_SERVER, NULL,
				     "the server says '%.60s' for its %s version, which is none",
				     or_nothing(words), what);
	if (*ret < minimum)
		return vmx_error_set(error, VMX_CODE_WRONG_SERVER, NULL,
				     "the server's %s version is %.60s; %u.%u is the oldest that will do",
				     what, words, minimum / 1000, minimum % 1000);
	return VMX_OK;
}

static enum vmx_code check_product(struct session *s, struct vmx_error *error)
{
	const struct vim_AboutInfo *about = s->server;
	const struct product *product = find_product(about->productLineId);
	unsigned int version;
	enum vmx_code code;

	if (!product || !about->apiType || (strcmp(about->apiType, "HostAgent") != 0 &&
					    strcmp(about->apiType, "VirtualCenter") != 0))
		return vmx_error_set(error, VMX_CODE_WRONG_SERVER, NULL,
				     "the server is a '%.60s' (%.60s, %.60s), and none of ESX, vCenter and "
				     "VMware Server 2", or_nothing(about->fullName),
				     or_nothing(about->productLineId), or_nothing(about->apiType));
	s->kind = product->kind;
	if (s->kind != s->parameters.kind)
		return vmx_error_set(error, VMX_CODE_WRONG_SERVER, NULL,
				     "%s is %s (%.100s), while the URI's scheme says %s; use %s://",
				     s->settings->uri->host, vsphere_kind_product(s->kind),
				     or_nothing(about->fullName), vsphere_kind_product(s->parameters.kind),
				     vsphere_kind_name(s->kind));
	code = check_version("API", about->apiVersion, VSPHERE_VERSION(2, 5), &s->api_version, error);
	if (code != VMX_OK)
		return code;
	return check_version("product", about->version, product->minimum, &version, error);
}

/*
 * Which version of the API we speak: without a word the server takes us for a client
 * of its oldest one.  The newest here is the newest that was tested; servers know the
 * words of all older ones.  Source: a server's /sdk/vimServiceVersions.xml.
 */
static void choose_version(struct session *s)
{
	static const struct { unsigned int version; const char *word; } versions[] = {
		{ VSPHERE_VERSION(6, 5), "6.5" }, { VSPHERE_VERSION(6, 0), "6.0" },
		{ VSPHERE_VERSION(5, 5), "5.5" }, { VSPHERE_VERSION(5, 1), "5.1" },
		{ VSPHERE_VERSION(5, 0), "5.0" }, { VSPHERE_VERSION(4, 1), "4.1" },
		{ VSPHERE_VERSION(4, 0), "4.0" },
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (s->api_version < versions[i].version)
			continue;
		snprintf(s->soap_action, sizeof(s->soap_action), "SOAPAction: \"urn:vim25/%s\"",
			 versions[i].word);
		return;
	}
}

static enum vmx_code look_at_server(struct session *s, struct vmx_error *error)
{
	static const struct vim_reference instance = { "ServiceInstance", "ServiceInstance" };
	const struct vim_RetrieveServiceContent_response *response;
	enum vmx_code code;

	code = vim_RetrieveServiceContent(s, instance, NULL, &s->about, &response, error);
	if (code != VMX_OK)
		return code;
	s->service = response->returnval;
	s->server = s->service->about;
	if (!s->server || !s->service->sessionManager.value || !s->service->rootFolder.value ||
	    !s->service->propertyCollector.value)
		return vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
				     "%s: the server does not say what it is", vsphere_http_base(s->http));
	code = check_product(s, error);
	if (code == VMX_OK)
		choose_version(s);
	return code;
}

/*
 * Opening and closing
 */

static bool is_cancelled(void *user)
{
	const struct session *s = user;

	return !s->finishing && s->settings->cancelled &&
	       s->settings->cancelled(s->settings->user);
}

/* Called now and then while requests run: no transfer of files is as long as to end the session. */
static void keep_alive(void *user)
{
	static const struct vim_reference instance = { "ServiceInstance", "ServiceInstance" };
	struct session *s = user;
	const struct vim_CurrentTime_response *response;
	struct answer answer = ANSWER_INIT;

	if (!s->logged_in || s->keeping_alive || monotonic() - s->last_call < (time_t)s->keep_alive)
		return;
	s->keeping_alive = true;
	s->last_call = monotonic();
	(void)vim_CurrentTime(s, instance, NULL, &answer, &response, NULL);
	vsphere_answer_release(&answer);
	s->keeping_alive = false;
}

static void report_unverified(const struct session *s)
{
	const struct vsphere_parameters *p = &s->parameters;
	const char *host = s->settings->uri->host;

	if (!p->https)
		vsphere_report(&s->reporter, VMX_CODE_UNVERIFIED_SERVER, VMX_WARNING,
			       "the connection to %s is not encrypted, since the URI says transport=http: "
			       "whoever listens gets the password", host);
	else if (p->no_verify && !p->has_fingerprint)
		vsphere_report(&s->reporter, VMX_CODE_UNVERIFIED_SERVER, VMX_WARNING,
			       "the certificate of %s is not checked, since the URI says no_verify=1: "
			       "whoever stands between gets the password", host);
}

static enum vmx_code prepare(struct session *s, const struct vmx_transport_settings *settings,
			     struct vmx_error *error)
{
	enum vmx_code code;

	s->settings = settings;
	s->allocator = settings->allocator;
	s->user.allocator = s->password.allocator = s->allocator;
	s->reporter = (struct vsphere_reporter){ settings->diagnostic, settings->user };
	if (!s->keep_alive)
		s->keep_alive = SESSION_KEEP_ALIVE;
	code = vsphere_parameters_read(settings->uri, &s->reporter, &s->parameters, error);
	if (code != VMX_OK)
		return code;
	s->timeout = s->parameters.timeout ? s->parameters.timeout : settings->timeout;
	report_unverified(s);
	return vsphere_http_open(&(struct http_settings){
		.allocator = s->allocator, .host = settings->uri->host, .parameters = &s->parameters,
		.cancelled = is_cancelled, .idle = keep_alive, .user = s }, &s->http, error);
}

enum vmx_code vsphere_session_open(struct session *s, const struct vmx_transport_settings *settings,
				   struct vmx_error *error)
{
	enum vmx_code code = prepare(s, settings, error);

	if (code == VMX_OK)
		code = look_at_server(s, error);
	return code == VMX_OK ? log_in_first(s, error) : code;
}

/* A session that is gone already is as good as logged out. */
static enum vmx_code log_out(struct session *s, struct vmx_error *error)
{
	struct answer answer = ANSWER_INIT;
	enum vmx_code code;

	answer.insist = true;
	answer.timeout = s->timeout < LOGOUT_TIMEOUT ? s->timeout : LOGOUT_TIMEOUT;
	s->logged_in = false;
	code = exchange(s, &vsphere_method_Logout, s->service->sessionManager, NULL, &answer, error);
	if (code == VMX_OK && answer.fault && !is_session_fault(&answer))
		code = fail_fault(&vsphere_method_Logout, answer.fault, error);
	vsphere_answer_release(&answer);
	return code;
}

enum vmx_code vsphere_session_close(struct session *s, struct vmx_error *error)
{
	enum vmx_code code = s->logged_in ? log_out(s, error) : VMX_OK;

	vsphere_http_close(s->http);
	vsphere_answer_release(&s->about);
	wipe(&s->user);
	wipe(&s->password);
	*s = (struct session){ .settings = NULL };
	return code;
}
