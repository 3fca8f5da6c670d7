/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading answers, as they arrive or all at once.
 *
 * The tables decide what is read: a member that they have is decoded into the
 * structure, everything else is skipped.  No answer is refused for what it has besides
 * or lacks.  It is refused if it is not well-formed XML, is no SOAP, has a
 * document type, a text that is no number where one is due, or is beyond a limit.
 */
#ifndef VSPHERE_DECODE_H
#define VSPHERE_DECODE_H

#include <vmxkit/error.h>

#include "base/memory.h"
#include "vim.h"

/*
 * Limits.  What is skipped costs no memory, what is kept counts.  A listing is kept
 * one item at a time.
 */
#define DECODE_DEPTH_MAX 64		/* of elements; ours are nested less than 20 deep */
#define DECODE_ATTRIBUTES_MAX 64	/* of one element, with its namespaces */
#define DECODE_NAMESPACES_MAX 64	/* that it and the elements around it declare */
#define DECODE_TAG_MAX ((size_t)64 << 10)	/* bytes of one tag, comment or instruction */
#define DECODE_TEXT_MAX ((size_t)1 << 20)	/* bytes of one text */
#define DECODE_MEMORY_MAX ((size_t)64 << 20)	/* bytes kept */

/* A SOAP fault. */
struct vim_fault {
	const char *faultcode, *faultstring;	/* NULL: absent */
	const struct vim_MethodFault *detail;	/* NULL: absent */
};

/*
 * An answer, and what it lives in.  Initialise it with ANSWER_INIT, use it for any
 * number of calls (each replaces what was there), and release it at the end.
 */
struct answer {
	/*
	 * The caller's.  Items of this type that stand in a list of the response (or of
	 * its returnval) are handed to item() one by one, and not kept: they are borrowed
	 * until it returns.  If it fails, the call ends with that code and error.
	 */
	const struct vim_type *item_type;	/* NULL: all is kept */
	enum vmx_code (*item)(void *user, const void *object, struct vmx_error *error);
	void *user;
	unsigned int timeout;	/* seconds; 0: the connection's */
	bool insist;		/* goes on though the caller has cancelled: tidying up */

	/* One of the two, after a success of vsphere_decode(). */
	const void *response;	/* struct vim_<method>_response; NULL: a fault */
	const struct vim_fault *fault;

	size_t items;		/* how many were handed out */
	struct arena arena;	/* all of it, until the answer is used again or released */
};

#define ANSWER_INIT { .item_type = NULL }

/* As it was initialised, but for the caller's members and the allocator. */
void vsphere_answer_clear(struct answer *answer, const struct vmx_allocator *allocator);
void vsphere_answer_release(struct answer *answer);

/*
 * Bytes as they arrive.  *ret is new; vsphere_decoder_free() frees it.  After a
 * failure it takes no more.
 *
 * All fail with VMX_CODE_SERVER_ANSWER, VMX_CODE_ANSWER_TOO_LARGE,
 * VMX_CODE_OUT_OF_MEMORY, and as item() does.
 */
struct decoder;
enum vmx_code vsphere_decoder_new(const struct vim_method *method, struct answer *answer,
				  const struct vmx_allocator *allocator, struct decoder **ret,
				  struct vmx_error *error);
enum vmx_code vsphere_decoder_feed(struct decoder *decoder, const void *data, size_t length,
				   struct vmx_error *error);
/* No more will come: fills response or fault. */
enum vmx_code vsphere_decoder_end(struct decoder *decoder, struct vmx_error *error);
/* Takes NULL. */
void vsphere_decoder_free(struct decoder *decoder);

/* All bytes at once. */
enum vmx_code vsphere_decode(const struct vim_method *method, const void *data, size_t length,
			     const struct vmx_allocator *allocator, struct answer *answer,
			     struct vmx_error *error);

#endif
