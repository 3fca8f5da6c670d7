/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VMware's escapes: how free text is written into names and values that can't
 * hold every byte.
 *
 * All schemes work on bytes; UTF-8 passes through percent and pipe untouched.
 * They take any bytes, NULs included, and may give back any bytes, NULs
 * included (%00 and |00 are NULs): use the length of the result, and look for a
 * NUL before you hand it to anything that takes a C string.  libvirt cuts the
 * text off there instead.
 *
 * Source: VMware's documents of the vSphere API (names of inventory items);
 * libvirt's VMX reader and writer as a black box; published .vmx files.
 */
#ifndef VMXKIT_ESCAPE_H
#define VMXKIT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/error.h>
#include <vmxkit/export.h>
#include <vmxkit/memory.h>

VMX_BEGIN_DECLS

enum vmx_escape_scheme {
	VMX_ESCAPE_NO_SCHEME = 0,	/* what no name stands for */
	/*
	 * "percent": % / \ become % and two hex digits (lower case; read in
	 * either case).
	 */
	VMX_ESCAPE_PERCENT,
	/*
	 * "pipe": | and " become | and two hex digits; reading takes any byte
	 * that is written so.
	 */
	VMX_ESCAPE_PIPE,
	/*
	 * "base64": what is none of a-z A-Z 0-9 ' ( ) , . space _ - goes into
	 * runs of + base64 -, without padding, with ',' in place of '/', and
	 * without the '-' at the end of the text.
	 */
	VMX_ESCAPE_BASE64,
	/*
	 * "datastore-item": the name of a file or folder that is made from a
	 * free-text name: each of " * < > : | ? becomes _, then percent, then
	 * base64.  The first step can't be undone: see
	 * vmx_escape_is_reversible().
	 */
	VMX_ESCAPE_DATASTORE_ITEM,
	/*
	 * "display-name": the value of displayName: pipe, then percent; reading
	 * undoes percent, then pipe.  Writing also escapes NUL, LF and CR with a
	 * pipe, for a value ends with its line.  (libvirt writes such bytes as
	 * they are, and can't read that file.)
	 */
	VMX_ESCAPE_DISPLAY_NAME,
	/* "annotation": the value of annotation: the pipe step of the above. */
	VMX_ESCAPE_ANNOTATION,
	/* "api-name": the name of an object in the vSphere API: percent. */
	VMX_ESCAPE_API_NAME
};

/*
 * Escapes text.  The result replaces what ret held; text must not lie in it.
 *
 * Fails with VMX_CODE_INVALID_ARGUMENT for a scheme that does not exist, and
 * with VMX_CODE_OUT_OF_MEMORY.
 */
VMX_API enum vmx_code vmx_escape(enum vmx_escape_scheme scheme, const char *text, size_t length,
				 struct vmx_bytes *ret, struct vmx_error *error);

/*
 * The reverse: for every text, unescaping what vmx_escape() made of it gives the
 * text again, except where vmx_escape_is_reversible() says no: there it is a
 * best effort, which leaves each _ a _.  The result replaces what ret held;
 * text must not lie in it.
 *
 * Fails with VMX_CODE_INVALID_ESCAPE where an escape character is not followed
 * by two hex digits; with VMX_CODE_INVALID_BASE64 where a run is empty, has a
 * byte that is not of the alphabet, a length that no encoder gives (one more
 * than a multiple of four) or bits left over that are not zero, and for a byte
 * outside any run that should have been in one; with VMX_CODE_INVALID_ARGUMENT
 * and VMX_CODE_OUT_OF_MEMORY as above.  The column of the error is the offset of
 * the bad byte in text, plus 1 (the line is 0); the message names the offset.
 */
VMX_API enum vmx_code vmx_unescape(enum vmx_escape_scheme scheme, const char *text, size_t length,
				   struct vmx_bytes *ret, struct vmx_error *error);

/* Whether vmx_unescape() gives every text back, or only does its best. */
VMX_API bool vmx_escape_is_reversible(enum vmx_escape_scheme scheme);

/*
 * The name of a scheme, a static string (NULL for what is no scheme), and the
 * scheme of a name (case counts; VMX_ESCAPE_NO_SCHEME if there is none).
 */
VMX_API const char *vmx_escape_scheme_name(enum vmx_escape_scheme scheme);
VMX_API enum vmx_escape_scheme vmx_escape_scheme_from_name(const char *name, size_t length);

/*
 * Walks the schemes: the one after this one, beginning with
 * VMX_ESCAPE_NO_SCHEME; VMX_ESCAPE_NO_SCHEME when there is none left.
 */
VMX_API enum vmx_escape_scheme vmx_escape_scheme_next(enum vmx_escape_scheme scheme);

VMX_END_DECLS

#endif
