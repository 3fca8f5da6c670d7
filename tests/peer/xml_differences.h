/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known about libvirt 9.0.0 and domain XML that is written as VMX files: where it
 * differs from newer releases, and where vmxkit differs from all of them.
 *
 * A row never says that two outcomes may differ somehow.  It says what to change in the
 * document that one side gets, or in one of the files, so that both have to be equal.
 */
#ifndef TEST_PEER_XML_DIFFERENCES_H
#define TEST_PEER_XML_DIFFERENCES_H

#include "peer/differential.h"
#include "peer/installed_libvirt.h"

const struct known_row *xml_known_row(size_t number);

/* False: libvirt is not to be asked about the document; the row is marked. */
bool xml_may_ask(const struct blob *xml, bool known[KNOWN_MAX]);

/* The documents that both get.  Begin with copies of one. */
struct xml_question {
	struct blob ours, theirs;
	const struct installed_libvirt_options *settings;
	char *shares;		/* what the document said, before it was changed; NULL: it was not */
};

void xml_question_release(struct xml_question *question);

/*
 * Changes the document of one side so that both have to give the same.  The messages say why
 * a side refuses its document; NULL: it takes it.  False: nothing is known that could help.
 */
bool xml_ask_otherwise(struct xml_question *question, const char *our_message,
		       const char *their_message, bool known[KNOWN_MAX]);

/* Our file as libvirt 9.0.0 would write it, and libvirt's as newer releases would: new strings. */
char *xml_our_form(const struct xml_question *question, const char *vmx, bool known[KNOWN_MAX]);
char *xml_their_form(const struct xml_question *question, const char *vmx, bool known[KNOWN_MAX]);

#endif
