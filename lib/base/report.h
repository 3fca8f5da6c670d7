/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the library says what is wrong: filling an error, passing on a diagnostic.
 */
#ifndef VMXI_BASE_REPORT_H
#define VMXI_BASE_REPORT_H

#include <vmxkit/error.h>

#include "base/text.h"

#if defined(__GNUC__)
#define VMXI_FORMAT(at, first) __attribute__((format(printf, at, first)))
#else
#define VMXI_FORMAT(at, first)
#endif

/* Where in the input, from 1; 0: nowhere. */
struct position {
	unsigned int line, column;
};
#define NOWHERE ((struct position){ 0, 0 })

/* The longest message, in bytes with the NUL; a longer one is cut at a character. */
#define MESSAGE_MAX 1024

/* The longest name of the other side for an error, with the NUL. */
#define DETAIL_MAX 64

/*
 * Fills the error (NULL is fine) and answers the code, so that a caller can
 * write: return vmxi_fail(error, VMX_CODE_X, where, "...", ...);
 * Control characters and malformed UTF-8 in the result are replaced, so that a
 * hostile file can't talk to a terminal.
 */
enum vmx_code vmxi_fail(struct vmx_error *error, enum vmx_code code, struct position where,
			const char *format, ...) VMXI_FORMAT(4, 5);

/* The same for the two that need no words of their own. */
enum vmx_code vmxi_out_of_memory(struct vmx_error *error);

/* Ends a function that answers a code, where what it calls has failed. */
#define TRY(expression) \
	do { \
		enum vmx_code try_ = (expression); \
		if (try_ != VMX_OK) \
			return try_; \
	} while (0)

/*
 * Where diagnostics go.  After max of them, one more says that the rest is
 * suppressed: a file with a million odd lines costs no million messages.
 */
struct reporter {
	vmx_diagnostic_fn fn;	/* NULL: nobody listens, and nothing is formatted */
	void *user;
	unsigned int count, max;
};

#define DIAGNOSTICS_MAX 1000

void vmxi_report(struct reporter *reporter, enum vmx_code code, enum vmx_severity severity,
		 struct position where, const char *format, ...) VMXI_FORMAT(5, 6);

/*
 * A piece of input for a message: at most QUOTE_MAX - 1 bytes, "..." at the end
 * if it had more.  Use: char q[QUOTE_MAX]; ... "'%s'", vmxi_quote(q, text)
 */
#define QUOTE_MAX 72
const char *vmxi_quote(char out[QUOTE_MAX], struct text t);

#endif
