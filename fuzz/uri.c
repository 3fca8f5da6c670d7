/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * URIs of connections, from any bytes: what is read, written in the plainest way and read
 * again, is the same; every part is text that can be shown; a parameter is there once; and
 * no message repeats a piece of the URI, for any may be a password.
 */
#include "fuzz.h"

#include <ctype.h>

static struct vmx_connection_uri *parse(const char *text, size_t length, struct vmx_error *error)
{
	struct vmx_connection_uri *uri = NULL;
	enum vmx_code code = vmx_connection_uri_parse(text, length, NULL, &uri, error);

	MUST((code == VMX_OK) == (uri != NULL));
	MUST(code == VMX_OK || code == VMX_CODE_INVALID_URI);
	MUST(code == VMX_OK || vmx_error_column(error) <= length + 1);
	MUST(vmx_error_code(error) == code);
	return uri;
}

/*
 * Parts
 */

static void must_be_text(const char *text)
{
	for (const char *c = text; c && *c; c++)
		MUST((unsigned char)*c >= 0x20 && *c != 0x7F);
}

static void check_parameters(const struct vmx_connection_uri *uri)
{
	MUST(uri->parameter_count <= VMX_URI_PARAMETERS_MAX);
	for (size_t i = 0; i < uri->parameter_count; i++) {
		const struct vmx_uri_parameter *p = &uri->parameters[i];

		MUST(p->name && p->value);
		must_be_text(p->name);
		must_be_text(p->value);
		MUST(vmx_connection_uri_parameter(uri, p->name) == p->value);
	}
}

static void check_parts(const struct vmx_connection_uri *uri)
{
	MUST(uri->scheme && uri->scheme[0] && uri->host && uri->host[0] && uri->path);
	for (const char *c = uri->scheme; *c; c++)
		MUST(!isupper((unsigned char)*c));
	MUST(uri->port <= UINT16_MAX);
	MUST(!uri->user || (uri->user[0] && !strchr(uri->user, ':')));
	MUST(uri->path[0] == '\0' || uri->path[0] == '/');
	must_be_text(uri->user);
	must_be_text(uri->host);
	must_be_text(uri->path);
	must_be_text(uri->fragment);
	check_parameters(uri);
}

/*
 * There and back
 */

static void encode(FILE *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (isalnum((unsigned char)*c))
			fputc(*c, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*c);
	}
}

/* An IPv6 address is all that a host can have a ':' in; its zone is encoded. */
static void write_host(FILE *out, const char *host)
{
	const char *zone = strchr(host, '%');

	if (!strchr(host, ':'))
		fputs(host, out);
	else if (zone)
		fprintf(out, "[%.*s%%25%s]", (int)(zone - host), host, zone + 1);
	else
		fprintf(out, "[%s]", host);
}

static char *write_uri(const struct vmx_connection_uri *uri, size_t *ret_length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_length);

	MUST(out);
	fprintf(out, "%s://", uri->scheme);
	if (uri->user) {
		encode(out, uri->user);
		fputc('@', out);
	}
	write_host(out, uri->host);
	if (uri->port)
		fprintf(out, ":%u", uri->port);
	fputs(uri->path, out);
	for (size_t i = 0; i < uri->parameter_count; i++) {
		fputc(i == 0 ? '?' : '&', out);
		encode(out, uri->parameters[i].name);
		fputc('=', out);
		encode(out, uri->parameters[i].value);
	}
	if (uri->fragment) {
		fputc('#', out);
		encode(out, uri->fragment);
	}
	MUST(fclose(out) == 0);
	return text;
}

static void must_be_same_text(const char *a, const char *b)
{
	MUST((a == NULL) == (b == NULL));
	MUST(!a || strcmp(a, b) == 0);
}

static void must_be_same(const struct vmx_connection_uri *a, const struct vmx_connection_uri *b)
{
	must_be_same_text(a->scheme, b->scheme);
	must_be_same_text(a->user, b->user);
	must_be_same_text(a->host, b->host);
	MUST(a->port == b->port);
	must_be_same_text(a->path, b->path);
	must_be_same_text(a->fragment, b->fragment);
	MUST(a->parameter_count == b->parameter_count);
	for (size_t i = 0; i < a->parameter_count; i++) {
		must_be_same_text(a->parameters[i].name, b->parameters[i].name);
		must_be_same_text(a->parameters[i].value, b->parameters[i].value);
	}
}

static void must_come_back(const struct vmx_connection_uri *uri)
{
	struct vmx_error *error = fuzz_error();
	size_t length;
	char *text = write_uri(uri, &length);
	struct vmx_connection_uri *again;

	if (length <= VMX_URI_MAX) {
		again = parse(text, length, error);
		MUST(again);
		must_be_same(uri, again);
		vmx_connection_uri_free(again);
	}
	vmx_error_free(error);
	free(text);
}

/*
 * Secrets
 */

/* The next of its kind: what may be a hex digit stays one. */
static char other_letter(char c)
{
	static const char kinds[][2] = {
		{ 'a', 'f' }, { 'g', 'z' }, { 'A', 'F' }, { 'G', 'Z' },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (c >= kinds[i][0] && c <= kinds[i][1])
			return c == kinds[i][1] ? kinds[i][0] : (char)(c + 1);
	}
	return c;
}

/* An escape such as %7F stands for a letter, too: of others it becomes that of the next. */
static size_t change_escape(char *text)
{
	char digits[] = { text[1], text[2], '\0' }, other[4], c;

	c = (char)strtoul(digits, NULL, 16);
	if (other_letter(c) == c)
		return 2;
	snprintf(other, sizeof(other), "%%%02x", (unsigned char)other_letter(c));
	memcpy(text, other, 3);
	return 2;
}

static void change_letters(char *text, size_t length)
{
	bool behind = false;

	for (size_t i = 0; i < length; i++) {
		behind = behind || (text[i] && strchr(":/?#", text[i]));
		if (behind && text[i] == '%' && i + 2 < length && isxdigit((unsigned char)text[i + 1]) &&
		    isxdigit((unsigned char)text[i + 2]))
			i += change_escape(text + i);
		else if (behind)
			text[i] = other_letter(text[i]);
	}
}

/* With other letters behind the scheme the message is the same: so it holds none of them. */
static void must_keep_secret(const struct vmx_error *error, const char *text, size_t length)
{
	struct vmx_error *again = fuzz_error();
	char *other = malloc(length + 1);

	MUST(other);
	if (length > 0)
		memcpy(other, text, length);
	change_letters(other, length);
	MUST(!parse(other, length, again));
	MUST(strcmp(vmx_error_message(again), vmx_error_message(error)) == 0);
	MUST(vmx_error_column(again) == vmx_error_column(error));
	vmx_error_free(again);
	free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmx_error *error = fuzz_error();
	struct vmx_connection_uri *uri = parse((const char *)data, size, error);

	if (uri) {
		check_parts(uri);
		must_come_back(uri);
	} else {
		fuzz_check_message(vmx_error_message(error));
		must_keep_secret(error, (const char *)data, size);
	}
	vmx_connection_uri_free(uri);
	vmx_error_free(error);
	return 0;
}
