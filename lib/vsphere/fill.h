/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the elements of an answer become: the objects that the tables in vim.h describe.
 * No XML parser is known here; decode.c has one, and tells of each element as it comes.
 */
#ifndef VSPHERE_FILL_H
#define VSPHERE_FILL_H

#include "decode.h"

enum frame_kind {
	FRAME_SKIP = 0,		/* nothing in it is wanted */
	FRAME_ENVELOPE,
	FRAME_BODY,
	FRAME_FAULT,		/* soapenv:Fault */
	FRAME_DETAIL,		/* of the above */
	FRAME_OBJECT,		/* children are members of the structure */
	FRAME_ARRAY,		/* children are items of the value */
	FRAME_TEXT		/* the text is wanted once it ends */
};

/* What is known of an element that is open. */
struct frame {
	enum frame_kind kind;
	enum vim_kind wanted;		/* TEXT: what to make of the text */
	bool is_item;			/* OBJECT: handed out when it ends */
	const char *name;		/* of the member, for messages */
	const struct vim_type *type;	/* OBJECT: of the structure */
	void *place;			/* OBJECT: the structure; TEXT: the member */
	struct vim_value *value;	/* ARRAY; TEXT: of ANY, where nothing else was known */
	const char *reference_type;	/* TEXT: of a reference */
};

struct filling {
	const struct vim_method *method;
	struct answer *answer;
	struct frame frames[DECODE_DEPTH_MAX + 1];	/* the first is the document */
	size_t depth;
	void *response;
	struct vim_fault *fault;
	size_t returnvals;
	struct vmx_bytes text;	/* of the open FRAME_TEXT: there is but one */
	size_t kept;		/* bytes */
	/* while an item that will be handed out is read */
	bool in_item;
	struct arena item;
	size_t kept_before;
	struct vmx_error *error;	/* of the call that runs */
	enum vmx_code code;	/* the first that went wrong: nothing more is told from there on */
};

/* What a start tag says besides its name. */
struct tag {
	const char *name;
	struct text xsi_type;	/* local part; no pointer: none */
	struct text type;	/* the attribute without namespace */
	bool is_nil;
};

void vsphere_fill_start(struct filling *filling, const struct tag *tag, bool is_soap);
void vsphere_fill_text(struct filling *filling, const char *text, size_t length);
void vsphere_fill_end(struct filling *filling);

/* What is not the answer's.  Takes one that never began. */
void vsphere_fill_release(struct filling *filling);

/* The first error counts. */
void vsphere_fill_stop(struct filling *filling, enum vmx_code code);
void vsphere_fill_no_memory(struct filling *filling);
/* "more bytes to keep" */
void vsphere_fill_too_large(struct filling *filling, const char *what, size_t limit);

#define FILL_REFUSE(filling, code_, ...) \
	do { \
		if ((filling)->code == VMX_OK) \
			vsphere_fill_stop((filling), vmx_error_set((filling)->error, (code_), NULL, __VA_ARGS__)); \
	} while (0)

#endif
