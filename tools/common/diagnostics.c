/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/diagnostics.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/characters.h"
#include "common/signals.h"

enum exit_status status_of(enum vmx_code code)
{
	switch (vmx_code_fault(code)) {
	case VMX_FAULT_NONE:
		return STATUS_DONE;
	case VMX_FAULT_INPUT:
		return STATUS_INPUT;
	case VMX_FAULT_USAGE:
		return STATUS_USAGE;
	case VMX_FAULT_SYSTEM:
		break;
	}
	return STATUS_SYSTEM;
}

enum exit_status status_of_both(enum exit_status a, enum exit_status b)
{
	return a > b ? a : b;
}

bool colour_wanted(enum colour_choice choice)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (choice != COLOUR_AUTO)
		return choice == COLOUR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

static const struct {
	enum vmx_severity severity;
	const char *name, *colour;
} severities[] = {
	{ VMX_NOTE, "note", "\033[36m" },
	{ VMX_WARNING, "warning", "\033[35m" },
	{ VMX_ERROR, "error", "\033[31m" },
};

#define SEVERITIES (sizeof(severities) / sizeof(severities[0]))

static size_t severity_row(enum vmx_severity severity)
{
	size_t row = 0;

	while (row < SEVERITIES - 1 && severities[row].severity != severity)
		row++;
	return row;
}

const char *severity_name(enum vmx_severity severity)
{
	return severities[severity_row(severity)].name;
}

FILE *console_out(const struct console *console)
{
	return console->out ? console->out : stdout;
}

static FILE *console_err(const struct console *console)
{
	return console->err ? console->err : stderr;
}

static void show_severity(const struct console *console, enum vmx_severity severity)
{
	size_t row = severity_row(severity);

	fprintf(console_err(console), "%s%s:%s ", console->colour ? severities[row].colour : "",
		severities[row].name, console->colour ? "\033[0m" : "");
}

static bool is_shown(const struct console *console, enum vmx_severity severity)
{
	return !console->silent && (severity == VMX_ERROR || !console->quiet);
}

void show_diagnostic(const struct console *console, const char *file,
		     const struct vmx_diagnostic *diagnostic)
{
	FILE *err = console_err(console);

	if (console->findings)
		findings_add(console->findings, diagnostic);
	if (!is_shown(console, diagnostic->severity))
		return;
	if (*file)
		print_harmless(err, file, strlen(file));
	else
		fputs("''", err);
	if (diagnostic->line > 0)
		fprintf(err, ":%u", diagnostic->line);
	if (diagnostic->line > 0 && diagnostic->column > 0)
		fprintf(err, ":%u", diagnostic->column);
	fputs(": ", err);
	show_severity(console, diagnostic->severity);
	print_harmless(err, diagnostic->message, strlen(diagnostic->message));
	fprintf(err, " [%s]\n", vmx_code_name(diagnostic->code));
}

enum exit_status show_error(const struct console *console, const char *file,
			    const struct vmx_error *error)
{
	show_diagnostic(console, file, &(struct vmx_diagnostic){
		vmx_error_code(error), VMX_ERROR, vmx_error_line(error),
		vmx_error_column(error), vmx_error_message(error) });
	return status_of(vmx_error_code(error));
}

enum exit_status show_encoding_error(const struct console *console, const char *file,
				     const struct vmx_error *error, const char *encoding)
{
	if (encoding && vmx_error_code(error) == VMX_CODE_UNKNOWN_ENCODING)
		return usage_error(console, "option '--encoding': no encoding '%s' is known", encoding);
	return show_error(console, file, error);
}

/* Longer problems take memory; where there is none, they are cut. */
#define PROBLEM_MAX 1024

static const char *format_problem(char room[PROBLEM_MAX], char **ret_more, const char *format,
				  va_list args)
{
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(room, PROBLEM_MAX, format, args);
	if (length < 0)
		room[0] = '\0';
	if (length < PROBLEM_MAX || vasprintf(ret_more, format, again) < 0)
		*ret_more = NULL;
	va_end(again);
	return *ret_more ? *ret_more : room;
}

static void show_text(const struct console *console, enum vmx_severity severity,
		      enum vmx_code code, const char *format, va_list args)
{
	FILE *err = console_err(console);
	char room[PROBLEM_MAX], *more;
	const char *text = format_problem(room, &more, format, args);

	if (console->findings && severity == VMX_ERROR)
		findings_add(console->findings, &(struct vmx_diagnostic){ code, severity, 0, 0, text });
	if (is_shown(console, severity)) {
		fprintf(err, "%s: ", console->tool);
		show_severity(console, severity);
		print_harmless(err, text, strlen(text));
		putc('\n', err);
	}
	free(more);
}

void show_problem(const struct console *console, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	show_text(console, VMX_ERROR, VMX_CODE_IO, format, args);
	va_end(args);
}

void show_warning(const struct console *console, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	show_text(console, VMX_WARNING, VMX_OK, format, args);
	va_end(args);
}

void show_note(const struct console *console, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	show_text(console, VMX_NOTE, VMX_OK, format, args);
	va_end(args);
}

/* As show_problem(), with a code of its own. */
static void show_coded(const struct console *console, enum vmx_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	show_text(console, VMX_ERROR, code, format, args);
	va_end(args);
}

enum exit_status show_lost_output(const struct console *console, int error)
{
	if (error != EPIPE || !end_by_broken_pipe())
		show_problem(console, "can't write to standard output: %s", strerror(error));
	return STATUS_SYSTEM;
}

enum exit_status show_out_of_memory(const struct console *console)
{
	show_coded(console, VMX_CODE_OUT_OF_MEMORY, "the system has no memory left");
	return STATUS_SYSTEM;
}

enum exit_status usage_error(const struct console *console, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	show_text(console, VMX_ERROR, VMX_CODE_INVALID_ARGUMENT, format, args);
	va_end(args);
	if (!console->silent)
		fprintf(console_err(console), "%s: '%s --help' shows the options\n",
			console->tool, console->tool);
	return STATUS_USAGE;
}

static bool findings_grow(struct findings *findings)
{
	size_t capacity = findings->capacity ? findings->capacity * 2 : 16;
	struct vmx_diagnostic *grown;

	if (findings->count < findings->capacity)
		return true;
	grown = reallocarray(findings->items, capacity, sizeof(*grown));
	if (!grown)
		return false;
	findings->items = grown;
	findings->capacity = capacity;
	return true;
}

void findings_add(struct findings *findings, const struct vmx_diagnostic *diagnostic)
{
	char *message = strdup(diagnostic->message);

	if (diagnostic->severity == VMX_ERROR)
		findings->error = diagnostic->code;
	if (!message || !findings_grow(findings)) {
		free(message);
		findings->incomplete = true;
		return;
	}
	findings->items[findings->count] = *diagnostic;
	findings->items[findings->count++].message = message;
}

void findings_release(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free((char *)(uintptr_t)findings->items[i].message);
	free(findings->items);
	*findings = (struct findings){ .items = NULL };
}
