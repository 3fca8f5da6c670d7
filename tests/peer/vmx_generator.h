/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VMX documents by the thousand: what may stand in a file, what should not, and
 * what nobody thought of.
 */
#ifndef TEST_PEER_VMX_GENERATOR_H
#define TEST_PEER_VMX_GENERATOR_H

#include "peer/chance.h"
#include "support/files.h"

/* A document, NUL-terminated, without a NUL inside. */
void generate_document(struct chance *c, struct blob *ret);
/* The same with what no libvirt, or only a newer one than 9.0.0, reads. */
void generate_rich_document(struct chance *c, struct blob *ret);

/* Changes a few bytes of a document.  No NUL comes in. */
void mutate_document(struct chance *c, struct blob *document);

#endif
