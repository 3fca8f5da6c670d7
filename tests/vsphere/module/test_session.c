/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How sessions with the simulated server begin and end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "route_server.h"
#include "session_bench.h"

static void connecting_and_closing_takes_three_round_trips(void **state)
{
	struct vsphere_server *server = vsphere_server_start_list(plain);
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, server, CA);
	assert_int_equal(b.session.kind, VSPHERE_ESX);
	assert_int_equal(b.session.api_version, VSPHERE_VERSION(6, 5));
	assert_string_equal(b.session.soap_action, "SOAPAction: \"urn:vim25/6.5\"");
	assert_string_equal(b.default_user, "root");
	assert_string_equal(b.told, "");
	close_session(&b);
	assert_int_equal(vsphere_server_count(server, NULL), 3);
	assert_int_equal(vsphere_server_connections(server), 1);
	vsphere_server_stop(server);
}

static void listing_takes_one_more(void **state)
{
	struct vsphere_server *server = vsphere_server_start_list(plain);
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, server, CA);
	assert_listed(&b, BOTH);
	close_session(&b);
	assert_int_equal(vsphere_server_count(server, NULL), 4);
	vsphere_server_stop(server);
}

static void servers_that_write_xml_in_other_ways_are_understood(void **state)
{
	static const char *const ways[] = { "--raw", "--noise", "--quoted-cookie" };

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct bench b = { .server = NULL };

		open_session(&b, vsphere_server_start(ways[i], NULL), CA);
		assert_listed(&b, BOTH);
		end(&b);
	}
}

static void vcenters_are_opened_by_their_scheme(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", NULL);
	struct bench b = { .server = NULL };

	(void)state;
	assert_int_equal(try_open(&b, server, "vpx", CA), VMX_OK);
	assert_string_equal(b.default_user, "administrator@vsphere.local");
	assert_listed(&b, "DC0_H0_VM0 DC0_H0_VM1 DC0_C0_RP0_VM0 DC0_C0_RP0_VM1 ");
	close_session(&b);
	assert_int_equal(vsphere_server_count(server, NULL), 4);
	vsphere_server_stop(server);
}

static void ipv6_works(void **state)
{
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, vsphere_server_start("--listen", "[::1]:0", NULL), CA);
	assert_listed(&b, BOTH);
	end(&b);
}

/*
 * Trust
 */

static void certificates_are_verified_by_default(void **state)
{
	struct vsphere_server *good = vsphere_server_start_list(plain);
	struct vsphere_server *other = vsphere_server_start("--tls", "wrong-name", NULL);
	struct vsphere_server *late = vsphere_server_start("--tls", "expired", NULL);
	struct vsphere_server *own = vsphere_server_start("--tls", "self-signed", NULL);
	char rest[512];

	(void)state;
	assert_not_opened(good, "esx", "", VMX_CODE_CERTIFICATE, "cacert=FILE");
	assert_not_opened(good, "esx", "", VMX_CODE_CERTIFICATE, "fingerprint=SHA256");
	assert_not_opened(good, "esx", "", VMX_CODE_CERTIFICATE, "no_verify=1");
	snprintf(rest, sizeof(rest), "?cacert=%s", good->other_ca);
	assert_not_opened(good, "esx", rest, VMX_CODE_CERTIFICATE, "is not trusted");
	assert_not_opened(other, "esx", CA, VMX_CODE_CERTIFICATE, "is not trusted");
	assert_not_opened(late, "esx", CA, VMX_CODE_CERTIFICATE, "expired");
	assert_not_opened(own, "esx", "", VMX_CODE_CERTIFICATE, "is not trusted");
	assert_not_opened(good, "esx", "?cacert=/no/such/file", VMX_CODE_INVALID_URI_PARAMETER,
			  "'cacert' names can't be read");
	assert_int_equal(vsphere_server_count(good, NULL), 0);
	assert_int_equal(vsphere_server_count(other, NULL), 0);
	vsphere_server_stop(good);
	vsphere_server_stop(other);
	vsphere_server_stop(late);
	vsphere_server_stop(own);
}

static void a_fingerprint_is_as_good_as_an_authority(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--tls", "self-signed", NULL);
	struct bench b = { .server = NULL };
	char rest[128];

	(void)state;
	snprintf(rest, sizeof(rest), "?fingerprint=%s", server->fingerprint);
	open_session(&b, server, rest);
	assert_string_equal(b.told, "");
	assert_listed(&b, BOTH);
	end(&b);
}

static void another_certificate_than_the_pinned_one_gets_nothing(void **state)
{
	struct vsphere_server *server = vsphere_server_start_list(plain);
	char rest[1024];

	(void)state;
	snprintf(rest, sizeof(rest), "?fingerprint=%s", server->fingerprint);
	/* another one of the hexadecimal digits */
	rest[strlen(rest) - 1] = rest[strlen(rest) - 1] == '0' ? '1' : '0';
	assert_not_opened(server, "esx", rest, VMX_CODE_CERTIFICATE, "is not the one whose fingerprint");
	/* neither an authority that it is from, nor no_verify makes up for it */
	snprintf(rest + strlen(rest), sizeof(rest) - strlen(rest), "&no_verify=1&cacert=%s", server->ca);
	assert_not_opened(server, "esx", rest, VMX_CODE_CERTIFICATE, "nothing was sent");
	assert_int_equal(vsphere_server_count(server, NULL), 0);
	vsphere_server_stop(server);
}

static void not_to_verify_is_told(void **state)
{
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, vsphere_server_start("--tls", "wrong-name", NULL), "?no_verify=1");
	assert_int_equal(b.last_told, VMX_CODE_UNVERIFIED_SERVER);
	assert_non_null(strstr(b.told, "is not checked"));
	end(&b);
}

static void plain_http_is_told(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--tls", "none", NULL);
	struct bench b = { .server = NULL };

	(void)state;
	assert_not_opened(server, "esx", "", VMX_CODE_UNREACHABLE, "");
	open_session(&b, server, "?transport=http");
	assert_int_equal(b.last_told, VMX_CODE_UNVERIFIED_SERVER);
	assert_non_null(strstr(b.told, "is not encrypted"));
	assert_listed(&b, BOTH);
	end(&b);
}

static void https_is_not_spoken_to_as_http(void **state)
{
	struct vsphere_server *server = vsphere_server_start_list(plain);

	(void)state;
	assert_not_opened(server, "esx", "?transport=http", VMX_CODE_HTTP_STATUS, "400");
	vsphere_server_stop(server);
}

/*
 * What the server is
 */

static void other_servers_are_refused_before_login(void **state)
{
	static const struct {
		const char *option, *value, *scheme;
		const char *piece;
	} cases[] = {
		{ "--model", "esx", "vpx", "is an ESX host (VMware ESXi 6.5.0" },
		{ "--model", "vpx", "esx", "says an ESX host; use vpx://" },
		{ "--model", "esx", "gsx", "says a VMware Server 2; use esx://" },
		{ "--about", "productLineId=ws", "esx", "none of ESX, vCenter and" },
		{ "--about", "apiVersion=2.4", "esx", "API version is 2.4; 2.5 is the oldest" },
		{ "--about", "version=3.4.9", "esx", "product version is 3.4.9; 3.5 is the oldest" },
		{ "--about", "version=new", "esx", "'new' for its product version" },
		{ "--about", "apiVersion=6.1000", "esx", "'6.1000' for its API version" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vsphere_server *server =
			vsphere_server_start(cases[i].option, cases[i].value, NULL);

		assert_not_opened(server, cases[i].scheme, CA, VMX_CODE_WRONG_SERVER, cases[i].piece);
		assert_int_equal(vsphere_server_count(server, NULL), 1);
		vsphere_server_stop(server);
	}
}

#define ABOUT(content) \
	"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" \
	"<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>" \
	"<RetrieveServiceContentResponse xmlns=\"urn:vim25\"><returnval>" \
	"<rootFolder type=\"Folder\">r</rootFolder>" \
	"<propertyCollector type=\"PropertyCollector\">p</propertyCollector>" content \
	"</returnval></RetrieveServiceContentResponse></S:Body></S:Envelope>"
#define SESSIONS "<sessionManager type=\"SessionManager\">s</sessionManager>"

static void servers_that_do_not_say_what_they_are_are_refused(void **state)
{
	static const struct { const char *answer; enum vmx_code code; const char *piece; } cases[] = {
		{ ABOUT(SESSIONS), VMX_CODE_SERVER_ANSWER, "does not say what it is" },
		{ ABOUT("<about><name>x</name></about>"), VMX_CODE_SERVER_ANSWER, "does not say" },
		{ ABOUT(SESSIONS "<about/>"), VMX_CODE_WRONG_SERVER, "is a '(nothing)' ((nothing), (nothing))" },
		{ ABOUT(SESSIONS "<about><fullName>New</fullName><apiType>Other</apiType>"
			"<productLineId>esx</productLineId></about>"), VMX_CODE_WRONG_SERVER, "is a 'New' (esx, Other)" },
		{ ABOUT(SESSIONS "<about><apiType>HostAgent</apiType><productLineId>esx</productLineId></about>"),
		  VMX_CODE_WRONG_SERVER, "'(nothing)' for its API version" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct route routes[] = { { "POST /sdk ", cases[i].answer, .close = true }, { NULL } };
		struct route_server *server = route_server_start(routes);
		struct vsphere_server as_other = { .host = (char[]){ "127.0.0.1" },
						   .port = route_server_port(server) };
		struct bench b = { .server = NULL };

		if (try_open(&b, &as_other, "esx", "?transport=http") != cases[i].code ||
		    !strstr(vmx_error_message(b.error), cases[i].piece))
			fail_msg("%zu: %s", i, vmx_error_message(b.error));
		(void)vsphere_session_close(&b.session, NULL);
		vmx_connection_uri_free(b.uri);
		vmx_error_free(b.error);
		assert_int_equal(route_server_requests(server), 1);
		route_server_stop(server);
	}
}

static void the_newest_version_that_both_know_is_spoken(void **state)
{
	static const struct { const char *version, *action; } cases[] = {
		{ "apiVersion=4.0", "SOAPAction: \"urn:vim25/4.0\"" },
		{ "apiVersion=4.9", "SOAPAction: \"urn:vim25/4.1\"" },
		{ "apiVersion=6.4.3", "SOAPAction: \"urn:vim25/6.0\"" },
		{ "apiVersion=8.0.1.0", "SOAPAction: \"urn:vim25/6.5\"" },
		{ "apiVersion=2.5u2", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench b = { .server = NULL };

		open_session(&b, vsphere_server_start("--about", cases[i].version, "--strict=false", NULL), CA);
		assert_string_equal(b.session.soap_action, cases[i].action);
		assert_listed(&b, BOTH);
		assert_int_equal(vsphere_server_count(b.server, "RetrievePropertiesEx"),
				 b.session.api_version >= VSPHERE_VERSION(4, 1));
		end(&b);
	}
}

/*
 * Credentials
 */

static void without_credentials_nothing_is_tried(void **state)
{
	static const struct login none[] = { { NULL, NULL } };
	static const struct login no_user[] = { { NULL, "secret" }, { NULL, NULL } };
	struct vsphere_server *server = vsphere_server_start_list(plain);
	struct bench b = { .logins = none };

	(void)state;
	assert_int_equal(try_open(&b, server, "esx", CA), VMX_CODE_NO_CREDENTIALS);
	close_session(&b);
	b.logins = no_user;
	assert_int_equal(try_open(&b, server, "esx", CA), VMX_CODE_NO_CREDENTIALS);
	close_session(&b);
	assert_int_equal(vsphere_server_count(server, "Login"), 0);
	vsphere_server_stop(server);
}

static void the_uri_may_name_the_user(void **state)
{
	static const struct login password[] = { { NULL, VSPHERE_PASSWORD }, { NULL, NULL } };
	struct bench b = { .logins = password };

	(void)state;
	open_session(&b, vsphere_server_start_list(plain), "@" CA);
	assert_string_equal(b.session.user.data, VSPHERE_USER);
	end(&b);
}

static void a_refused_password_is_asked_for_again(void **state)
{
	static const struct login second[] = { { VSPHERE_USER, "wrong" }, { VSPHERE_USER, VSPHERE_PASSWORD },
					       { NULL, NULL } };
	struct vsphere_server *server = vsphere_server_start_list(plain);
	struct bench b = { .logins = second };

	(void)state;
	open_session(&b, server, CA);
	assert_int_equal(vsphere_server_count(server, "Login"), 2);
	assert_listed(&b, BOTH);
	end(&b);
}

/* The same thing over and over would lock the user out. */
static void a_refused_password_is_not_sent_twice(void **state)
{
	static const struct login same[] = { { VSPHERE_USER, "wrong" }, { VSPHERE_USER, "wrong" }, { NULL, NULL } };
	static const struct login many[] = { { VSPHERE_USER, "1" }, { VSPHERE_USER, "2" }, { VSPHERE_USER, "3" },
					     { VSPHERE_USER, "4" }, { NULL, NULL } };
	struct vsphere_server *server = vsphere_server_start_list(plain);
	struct bench b = { .logins = same };

	(void)state;
	assert_int_equal(try_open(&b, server, "esx", CA), VMX_CODE_LOGIN_REFUSED);
	assert_string_equal(vmx_error_detail(b.error), "InvalidLogin");
	assert_string_equal(vmx_error_message(b.error), "127.0.0.1 does not take the user 'user' with this "
			    "password (Login: the server says: Login failure (InvalidLogin))");
	close_session(&b);
	assert_int_equal(vsphere_server_count(server, "Login"), 1);
	b.logins = many;
	assert_int_equal(try_open(&b, server, "esx", CA), VMX_CODE_LOGIN_REFUSED);
	close_session(&b);
	assert_int_equal(vsphere_server_count(server, "Login"), 1 + SESSION_LOGINS_MAX);
	vsphere_server_stop(server);
}

static void passwords_may_hold_what_xml_escapes(void **state)
{
	static const char password[] = "a</password>&amp;]]>\t\"' \xc3\xa4";
	const struct login logins[] = { { "u&<ser>", password }, { NULL, NULL } };
	struct bench b = { .logins = logins };

	(void)state;
	open_session(&b, vsphere_server_start("--user", "u&<ser>", "--password", password, NULL), CA);
	end(&b);
}

static void passwords_that_xml_can_not_hold_are_refused(void **state)
{
	static const struct login bell[] = { { VSPHERE_USER, "se\acret" }, { NULL, NULL } };
	struct vsphere_server *server = vsphere_server_start_list(plain);
	struct bench b = { .logins = bell };

	(void)state;
	assert_int_equal(try_open(&b, server, "esx", CA), VMX_CODE_INVALID_ARGUMENT);
	assert_null(strstr(vmx_error_message(b.error), "cret"));
	close_session(&b);
	vsphere_server_stop(server);
}

/*
 * Sessions that end
 */

static void an_ended_session_is_made_anew_once(void **state)
{
	static const char *const cases[] = { "RetrievePropertiesEx:1:expire", "RetrievePropertiesEx:1:fault:NotAuthenticated" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vsphere_server *server = vsphere_server_start("--fail", cases[i], NULL);
		struct bench b = { .server = NULL };

		open_session(&b, server, CA);
		assert_listed(&b, BOTH);
		assert_int_equal(b.session.logins, 2);
		assert_int_equal(b.asked, 1);
		assert_int_equal(vsphere_server_count(server, "Login"), 2);
		assert_int_equal(vsphere_server_count(server, "RetrievePropertiesEx"), 2);
		end(&b);
	}
}

/* That a task is started is said in another way than that a property is missing. */
static void writes_are_repeated_too(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--off", "ha-host_VM0", "--fail",
							     "PowerOnVM_Task:1:expire", NULL);
	const struct vim_reference machine = { "VirtualMachine", "vm-9" };
	const struct vim_PowerOnVM_Task_response *response;
	struct answer answer = ANSWER_INIT;
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, server, CA);
	assert_int_equal(vim_PowerOnVM_Task(&b.session, machine, NULL, &answer, &response, b.error), VMX_OK);
	assert_string_equal(response->returnval.type, "Task");
	vsphere_answer_release(&answer);
	assert_int_equal(vsphere_server_count(server, "PowerOnVM_Task"), 2);
	end(&b);
}

static void a_session_that_ends_again_is_given_up(void **state)
{
	static const char *const cases[] = { "RetrievePropertiesEx:*:expire", "RetrievePropertiesEx:*:fault:NotAuthenticated" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vsphere_server *server = vsphere_server_start("--fail", cases[i], NULL);
		struct bench b = { .server = NULL };
		struct listing listing;

		open_session(&b, server, CA);
		assert_int_equal(list(&b, &listing), VMX_CODE_SESSION_LOST);
		assert_int_equal(listing.count, 0);
		assert_int_equal(vsphere_server_count(server, "Login"), 2);
		assert_int_equal(vsphere_server_count(server, "RetrievePropertiesEx"), 2);
		end(&b);
	}
}

static void one_object_is_read_with_a_new_session_too(void **state)
{
	static const struct vim_texts paths = VIM_ITEMS(name_path);
	static const struct vim_reference machine = { "VirtualMachine", "vm-9" };
	struct vsphere_server *server = vsphere_server_start("--fail", "RetrieveProperties:1:expire", NULL);
	const struct vim_ObjectContent *content;
	struct answer answer = ANSWER_INIT;
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, server, CA);
	assert_int_equal(vsphere_properties_read_one(&b.session, machine, &paths, &answer, &content, b.error),
			 VMX_OK);
	assert_string_equal(vsphere_property_text(content, "name"), "ha-host_VM0");
	assert_null(vsphere_property(content, "other"));
	vsphere_answer_release(&answer);
	assert_int_equal(vsphere_server_count(server, "Login"), 2);
	end(&b);
}

static void objects_that_are_gone_are_not_found(void **state)
{
	static const struct vim_texts paths = VIM_ITEMS(name_path);
	static const struct vim_reference machine = { "VirtualMachine", "vm-999" };
	const struct vim_ObjectContent *content;
	struct answer answer = ANSWER_INIT;
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, vsphere_server_start_list(plain), CA);
	assert_int_equal(vsphere_properties_read_one(&b.session, machine, &paths, &answer, &content, b.error),
			 VMX_CODE_NOT_FOUND);
	assert_string_equal(vmx_error_detail(b.error), "ManagedObjectNotFound");
	vsphere_answer_release(&answer);
	end(&b);
}

static void who_is_not_logged_in_does_not_log_out(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--fail", "Logout:1:expire", NULL);
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, server, CA);
	close_session(&b);
	assert_int_equal(vsphere_server_count(server, "Login"), 1);
	assert_int_equal(vsphere_server_count(server, "Logout"), 1);
	vsphere_server_stop(server);
}

static void a_failed_logout_is_told_and_all_is_freed(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--fail", "Logout:1:status:503", NULL);
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, server, CA);
	assert_int_equal(vsphere_session_close(&b.session, b.error), VMX_CODE_HTTP_STATUS);
	assert_null(b.session.http);
	vmx_connection_uri_free(b.uri);
	vmx_error_free(b.error);
	vsphere_server_stop(server);
}

static void who_stops_logs_out_all_the_same(void **state)
{
	struct vsphere_server *server = vsphere_server_start_list(plain);
	struct bench b = { .server = NULL };
	struct listing listing;

	(void)state;
	open_session(&b, server, CA);
	b.cancelled = true;
	assert_int_equal(list(&b, &listing), VMX_CODE_CANCELLED);
	close_session(&b);
	assert_int_equal(vsphere_server_count(server, "Logout"), 1);
	vsphere_server_stop(server);
}

/* A request that is on its way for long stands for a long transfer. */
static void long_transfers_keep_the_session_alive(void **state)
{
	struct vsphere_server *server = vsphere_server_start("--idle", "3s", "--fail",
							     "RetrievePropertiesEx:1:delay:5s", NULL);
	struct bench b = { .server = NULL };

	(void)state;
	open_session(&b, server, CA);
	b.session.keep_alive = 1;
	assert_listed(&b, BOTH);
	assert_true(vsphere_server_count(server, "CurrentTime") >= 2);
	assert_int_equal(vsphere_server_count(server, "Login"), 1);
	end(&b);
}

static void bad_answers_to_login_do_not_show_the_password(void **state)
{
	static const struct { const char *fail; enum vmx_code code; } cases[] = {
		{ "Login:1:drop-body", VMX_CODE_UNREACHABLE }, { "Login:1:not-xml", VMX_CODE_SERVER_ANSWER },
		{ "Login:1:status:503", VMX_CODE_HTTP_STATUS }, { "Login:1:no-result", VMX_CODE_SERVER_ANSWER },
		{ "Login:1:redirect:302", VMX_CODE_REDIRECTED }, { "Login:1:silent", VMX_CODE_TIMED_OUT },
		{ "Login:1:fault:InvalidLogin:no", VMX_CODE_LOGIN_REFUSED },
		{ "RetrieveServiceContent:1:no-result", VMX_CODE_SERVER_ANSWER },
		{ "RetrieveServiceContent:1:not-xml", VMX_CODE_SERVER_ANSWER },
		{ "connect:1:silent", VMX_CODE_TIMED_OUT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vsphere_server *server = vsphere_server_start("--fail", cases[i].fail, NULL);

		assert_not_opened(server, "esx", CA "&timeout=1", cases[i].code, "");
		assert_true(vsphere_server_count(server, "Login") <= 1);
		vsphere_server_stop(server);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connecting_and_closing_takes_three_round_trips),
		cmocka_unit_test(listing_takes_one_more),
		cmocka_unit_test(servers_that_write_xml_in_other_ways_are_understood),
		cmocka_unit_test(vcenters_are_opened_by_their_scheme),
		cmocka_unit_test(ipv6_works),
		cmocka_unit_test(certificates_are_verified_by_default),
		cmocka_unit_test(a_fingerprint_is_as_good_as_an_authority),
		cmocka_unit_test(another_certificate_than_the_pinned_one_gets_nothing),
		cmocka_unit_test(not_to_verify_is_told),
		cmocka_unit_test(plain_http_is_told),
		cmocka_unit_test(https_is_not_spoken_to_as_http),
		cmocka_unit_test(other_servers_are_refused_before_login),
		cmocka_unit_test(servers_that_do_not_say_what_they_are_are_refused),
		cmocka_unit_test(the_newest_version_that_both_know_is_spoken),
		cmocka_unit_test(without_credentials_nothing_is_tried),
		cmocka_unit_test(the_uri_may_name_the_user),
		cmocka_unit_test(a_refused_password_is_asked_for_again),
		cmocka_unit_test(a_refused_password_is_not_sent_twice),
		cmocka_unit_test(passwords_may_hold_what_xml_escapes),
		cmocka_unit_test(passwords_that_xml_can_not_hold_are_refused),
		cmocka_unit_test(an_ended_session_is_made_anew_once),
		cmocka_unit_test(writes_are_repeated_too),
		cmocka_unit_test(a_session_that_ends_again_is_given_up),
		cmocka_unit_test(one_object_is_read_with_a_new_session_too),
		cmocka_unit_test(objects_that_are_gone_are_not_found),
		cmocka_unit_test(who_is_not_logged_in_does_not_log_out),
		cmocka_unit_test(a_failed_logout_is_told_and_all_is_freed),
		cmocka_unit_test(who_stops_logs_out_all_the_same),
		cmocka_unit_test(long_transfers_keep_the_session_alive),
		cmocka_unit_test(bad_answers_to_login_do_not_show_the_password),
	};

	if (!vsphere_server_exists())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
