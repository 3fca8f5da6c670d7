/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tools say on standard error, and the exit status that goes with it.
 *
 *     file:line:column: error: text [code]
 */
#ifndef VMXTOOL_DIAGNOSTICS_H
#define VMXTOOL_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <vmxkit/error.h>

enum exit_status {
	STATUS_DONE = 0,
	STATUS_INPUT = 1,	/* the input is at fault */
	STATUS_USAGE = 2,	/* the command line is */
	STATUS_SYSTEM = 3	/* the system failed */
};

/* The status for an error with this code. */
enum exit_status status_of(enum vmx_code code);

/* The status of two pieces of work: the graver one. */
enum exit_status status_of_both(enum exit_status a, enum exit_status b);

enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct findings;

/* Where to, and how. */
struct console {
	const char *tool;
	bool colour;
	bool quiet;	/* errors only */
	bool silent;	/* nothing is shown: it is only kept */
	struct findings *findings;	/* where it is kept as well; NULL: nowhere */
	FILE *out, *err;	/* NULL: standard output and standard error */
};

FILE *console_out(const struct console *console);

/*
 * Whether standard error shall be coloured.  Auto: on a terminal that is not
 * "dumb", unless NO_COLOR is set and not empty.
 */
bool colour_wanted(enum colour_choice choice);

/* One line about an input; file is a name as the user gave it. */
void show_diagnostic(const struct console *console, const char *file,
		     const struct vmx_diagnostic *diagnostic);

/* The error of a failed call, shown in the same way; answers its status. */
enum exit_status show_error(const struct console *console, const char *file,
			    const struct vmx_error *error);

/*
 * The same of a call that was told an encoding (--encoding; NULL: it was not): that it is
 * not known is the fault of the command line, and of no file.
 */
enum exit_status show_encoding_error(const struct console *console, const char *file,
				     const struct vmx_error *error, const char *encoding);

/*
 * "tool: error: ..." about something that is in no input.  text may name files.  It is
 * kept as VMX_CODE_IO.
 */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void show_problem(const struct console *console, const char *format, ...);

/* "tool: warning: ..." and "tool: note: ...", unless the user wants errors only. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void show_warning(const struct console *console, const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void show_note(const struct console *console, const char *format, ...);

/*
 * Says that standard output can't be written to; error is an errno.  Of a reader that went
 * away it says nothing where that ends the tool by SIGPIPE.  STATUS_SYSTEM.
 */
enum exit_status show_lost_output(const struct console *console, int error);

/* Says so; STATUS_SYSTEM. */
enum exit_status show_out_of_memory(const struct console *console);

/* As show_problem(), for the command line, with a word on where help is.  STATUS_USAGE. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
enum exit_status usage_error(const struct console *console, const char *format, ...);

/*
 * Diagnostics that are kept for later, without notes of tools.  Zero-initialise, release
 * at the end.
 */
struct findings {
	struct vmx_diagnostic *items;	/* the messages are owned */
	size_t count, capacity;
	enum vmx_code error;		/* of the last error; VMX_OK: there was none */
	bool incomplete;		/* there was no memory for one */
};

void findings_add(struct findings *findings, const struct vmx_diagnostic *diagnostic);
void findings_release(struct findings *findings);

const char *severity_name(enum vmx_severity severity);

#endif
