/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors and diagnostics.
 *
 * Every function that can fail returns an enum vmx_code: VMX_OK (0) or the code
 * of what went wrong.  Those that have more to say also take a struct vmx_error
 * (which may be NULL) and fill it on failure, and only then.
 *
 * A diagnostic is something the caller should hear about although the work went
 * on: a key that occurs twice, a value that was read differently than libvirt
 * reads it.  Diagnostics share their codes with errors.
 */
#ifndef VMXKIT_ERROR_H
#define VMXKIT_ERROR_H

#include <stddef.h>

#include <vmxkit/codes.h>
#include <vmxkit/export.h>
#include <vmxkit/memory.h>

VMX_BEGIN_DECLS

enum vmx_severity {
	VMX_NOTE = 1,	/* read in another way than libvirt does; nothing is lost */
	VMX_WARNING,	/* something is lost, or is probably not what was meant */
	VMX_ERROR	/* the work can't be done */
};

/* Whose fault a code stands for: what a tool's exit status is made of. */
enum vmx_fault {
	VMX_FAULT_NONE = 0,
	VMX_FAULT_INPUT,	/* the file, the name, the machine */
	VMX_FAULT_USAGE,	/* the caller: a bad argument or option */
	VMX_FAULT_SYSTEM	/* memory, files, network */
};

/* Opaque, so that it can grow. */
struct vmx_error;

/*
 * Makes an error object that says VMX_OK.  NULL: no memory.  The caller owns it
 * and frees it with vmx_error_free().  One object serves any number of calls:
 * each call that fails replaces what the object said before.
 */
VMX_API struct vmx_error *vmx_error_new(void);

/* Takes NULL. */
VMX_API void vmx_error_free(struct vmx_error *error);

/* Sets the object back to VMX_OK, as new.  Takes NULL. */
VMX_API void vmx_error_clear(struct vmx_error *error);

/* The code.  VMX_OK for an object that no failed call has filled. */
VMX_API enum vmx_code vmx_error_code(const struct vmx_error *error);

/*
 * Where in the input, counted from 1; 0 where there is no such place.  A line
 * ends at LF, CRLF or a lone CR; a column counts bytes of the file as it is.
 */
VMX_API unsigned int vmx_error_line(const struct vmx_error *error);
VMX_API unsigned int vmx_error_column(const struct vmx_error *error);

/*
 * What went wrong and what to do, in plain words: one line of UTF-8, without
 * line end, without control characters whatever the input held.  Borrowed until
 * the object is cleared, filled again or freed; never NULL, "" for VMX_OK.
 */
VMX_API const char *vmx_error_message(const struct vmx_error *error);

/*
 * The name that the other side has for what went wrong, where there is another side
 * and it has one: the type of a server's fault ("InvalidPowerState").  Borrowed as
 * the message; "" if there is none.
 */
VMX_API const char *vmx_error_detail(const struct vmx_error *error);

/*
 * For transport modules (see <vmxkit/transport.h>): fills an error (NULL is fine) and
 * answers the code, so that a function can end with it.  The message is made plain
 * as vmx_error_message() says, and cut where it is too long; detail may be NULL.
 */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
VMX_API enum vmx_code vmx_error_set(struct vmx_error *error, enum vmx_code code,
				    const char *detail, const char *format, ...);

/*
 * The stable name of a code ("duplicate-key"), and what the code means in one
 * sentence.  Static strings; NULL for a number that is no code.
 */
VMX_API const char *vmx_code_name(enum vmx_code code);
VMX_API const char *vmx_code_description(enum vmx_code code);

/* Whose fault the code stands for; VMX_FAULT_NONE for VMX_OK and for notes. */
VMX_API enum vmx_fault vmx_code_fault(enum vmx_code code);

/*
 * Walks the registry: the code after this one in ascending order, beginning
 * with VMX_OK; VMX_OK when there is none left.
 */
VMX_API enum vmx_code vmx_code_next(enum vmx_code code);

/*
 * One diagnostic.  The structure and its strings are borrowed until the
 * function they were passed to returns.  Members are only added at the end.
 */
struct vmx_diagnostic {
	enum vmx_code code;
	enum vmx_severity severity;
	unsigned int line;	/* as vmx_error_line(); 0: the whole input */
	unsigned int column;
	const char *message;	/* as vmx_error_message() */
};

typedef void (*vmx_diagnostic_fn)(void *user, const struct vmx_diagnostic *diagnostic);

VMX_END_DECLS

#endif
