/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain XML by the thousand: what may stand in it, what should not, and what nobody
 * thought of.
 */
#ifndef TEST_PEER_XML_GENERATOR_H
#define TEST_PEER_XML_GENERATOR_H

#include "peer/chance.h"
#include "support/files.h"

/* A document, NUL-terminated, without a NUL inside. */
void generate_domain(struct chance *c, struct blob *ret);

/*
 * Changes elements, attributes and values of a document, and writes it in another way.
 * What is not well-formed stays as it is.
 */
void mutate_domain(struct chance *c, struct blob *document);

/* Does without each element and attribute that is not needed; see reduce_lines(). */
bool reduce_elements(struct blob *document, bool (*differs)(const struct blob *smaller));

#endif
