/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vmx_error {
	enum vmx_code code;
	struct position where;
	char detail[DETAIL_MAX];
	char message[MESSAGE_MAX];
};

struct vmx_error *vmx_error_new(void)
{
	return calloc(1, sizeof(struct vmx_error));
}

void vmx_error_free(struct vmx_error *error)
{
	free(error);
}

void vmx_error_clear(struct vmx_error *error)
{
	if (!error)
		return;
	error->code = VMX_OK;
	error->where = NOWHERE;
	error->detail[0] = '\0';
	error->message[0] = '\0';
}

enum vmx_code vmx_error_code(const struct vmx_error *error)
{
	return error->code;
}

unsigned int vmx_error_line(const struct vmx_error *error)
{
	return error->where.line;
}

unsigned int vmx_error_column(const struct vmx_error *error)
{
	return error->where.column;
}

const char *vmx_error_message(const struct vmx_error *error)
{
	return error->message;
}

const char *vmx_error_detail(const struct vmx_error *error)
{
	return error->detail;
}

/*
 * The registry
 */
static const struct code_row {
	enum vmx_code code;
	enum vmx_fault fault;
	const char *name, *description;
} code_rows[] = {
#define CODE_ROW(number, NAME, name, FAULT, text) { VMX_CODE_##NAME, VMX_FAULT_##FAULT, name, text },
	VMX_CODE_LIST(CODE_ROW)
#undef CODE_ROW
};

#define CODE_ROWS (sizeof(code_rows) / sizeof(code_rows[0]))

static const struct code_row *find_code(enum vmx_code code)
{
	for (size_t i = 0; i < CODE_ROWS; i++) {
		if (code_rows[i].code == code)
			return &code_rows[i];
	}
	return NULL;
}

const char *vmx_code_name(enum vmx_code code)
{
	const struct code_row *row = find_code(code);

	return row ? row->name : code == VMX_OK ? "ok" : NULL;
}

const char *vmx_code_description(enum vmx_code code)
{
	const struct code_row *row = find_code(code);

	return row ? row->description : code == VMX_OK ? "Nothing is wrong." : NULL;
}

enum vmx_fault vmx_code_fault(enum vmx_code code)
{
	const struct code_row *row = find_code(code);

	return row ? row->fault : VMX_FAULT_NONE;
}

enum vmx_code vmx_code_next(enum vmx_code code)
{
	for (size_t i = 0; i < CODE_ROWS; i++) {
		if (code_rows[i].code > code)
			return code_rows[i].code;
	}
	return VMX_OK;
}

/*
 * Messages
 */

/* Cuts a malformed character off the end, and puts '?' for what a terminal acts upon. */
static void clean_message(char *message)
{
	size_t len = strlen(message);

	for (size_t at = 0; at < len; at++) {
		unsigned char c = (unsigned char)message[at];

		if (c < 0x20 || c == 0x7F)
			message[at] = '?';
		/* C1 controls in UTF-8: C2 80 .. C2 9F; behind a C2 that was cut off stands the NUL */
		else if (c == 0xC2 && ((unsigned char)message[at + 1] & 0xE0) == 0x80)
			message[at] = '?', message[at + 1] = '?';
	}
	for (size_t at; (at = vmxi_utf8_valid_prefix((struct text){ message, len })) < len;)
		message[at] = '?';
}

static void VMXI_FORMAT(2, 0) format_message(char message[MESSAGE_MAX], const char *format, va_list args)
{
	if (vsnprintf(message, MESSAGE_MAX, format, args) < 0)
		message[0] = '\0';
	clean_message(message);
}

static void set_detail(struct vmx_error *error, const char *detail)
{
	snprintf(error->detail, sizeof(error->detail), "%s", detail ? detail : "");
	clean_message(error->detail);
}

enum vmx_code vmxi_fail(struct vmx_error *error, enum vmx_code code, struct position where,
			const char *format, ...)
{
	va_list args;

	if (!error)
		return code;
	error->code = code;
	error->where = where;
	set_detail(error, NULL);
	va_start(args, format);
	format_message(error->message, format, args);
	va_end(args);
	return code;
}

enum vmx_code vmx_error_set(struct vmx_error *error, enum vmx_code code, const char *detail,
			    const char *format, ...)
{
	va_list args;

	if (!error)
		return code;
	error->code = code;
	error->where = NOWHERE;
	set_detail(error, detail);
	va_start(args, format);
	format_message(error->message, format, args);
	va_end(args);
	return code;
}

enum vmx_code vmxi_out_of_memory(struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_OUT_OF_MEMORY, NOWHERE, "the system has no memory left");
}

static void pass_on(struct reporter *reporter, const struct vmx_diagnostic *diagnostic)
{
	reporter->count++;
	reporter->fn(reporter->user, diagnostic);
}

void vmxi_report(struct reporter *reporter, enum vmx_code code, enum vmx_severity severity,
		 struct position where, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	if (!reporter->fn || reporter->count > reporter->max)
		return;
	if (reporter->count == reporter->max) {
		pass_on(reporter, &(struct vmx_diagnostic){
			VMX_CODE_SUPPRESSED, VMX_NOTE, where.line, where.column,
			"there is more like this; the rest is not shown" });
		return;
	}
	va_start(args, format);
	format_message(message, format, args);
	va_end(args);
	pass_on(reporter, &(struct vmx_diagnostic){
		code, severity, where.line, where.column, message });
}

const char *vmxi_quote(char out[QUOTE_MAX], struct text t)
{
	size_t len = t.len < QUOTE_MAX ? t.len : QUOTE_MAX - 4;

	/* not in the middle of a character */
	while (len < t.len && len > 0 && ((unsigned char)t.ptr[len] & 0xC0) == 0x80)
		len--;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(t.ptr[i] == '\0' ? '?' : t.ptr[i]);
	memcpy(out + len, len < t.len ? "..." : "", len < t.len ? 4 : 1);
	return out;
}
