/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known about libvirt 9.0.0 and VMX files: where it differs from newer releases,
 * and where vmxkit differs from all of them.
 *
 * A row never says that two outcomes may differ somehow.  It says what to change in the
 * file that libvirt gets, or in one of the XML documents, so that both have to be equal.
 */
#ifndef TEST_PEER_VMX_DIFFERENCES_H
#define TEST_PEER_VMX_DIFFERENCES_H

#include <vmxkit/vmxkit.h>

#include "peer/differential.h"

const struct known_row *vmx_known_row(size_t number);

/* What vmxkit made of a file. */
struct vmx_outcome {
	enum vmx_code code;
	const char *message;		/* unless VMX_OK */
	const char *xml;		/* VMX_OK */
	const struct vmx_document *document;	/* NULL: it is no VMX file */
};

/* False: libvirt is not to be asked about the file; the row is marked. */
bool vmx_may_ask(const struct vmx_outcome *ours, bool known[KNOWN_MAX]);

/* Whether our refusal is a documented limit; then the row is marked. */
bool vmx_is_limit(const struct vmx_outcome *ours, bool known[KNOWN_MAX]);

/* The file that libvirt gets.  Begin with the file itself in text. */
struct vmx_request {
	char *text;
	bool has_null_serial[4];	/* what stands for a port that leads nowhere */
	bool has_code_page;
};

/*
 * Changes the file so that libvirt 9.0.0 has to do with it what newer releases do with the
 * file itself.  message is why libvirt refused it; NULL: it did not, but the outcome is
 * another one.  False: nothing is known that could help.
 */
bool vmx_ask_otherwise(struct vmx_request *question, const struct vmx_outcome *ours,
		       const char *message, bool known[KNOWN_MAX]);

/* Our XML as libvirt 9.0.0 would print it, and libvirt's as newer releases would: new strings. */
char *vmx_our_form(const struct vmx_outcome *ours, bool known[KNOWN_MAX]);
char *vmx_their_form(const char *xml, bool known[KNOWN_MAX]);

#endif
