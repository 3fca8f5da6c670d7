/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * VMX files of others, and what their programs make of them.  They are no part
 * of the source: VMXKIT_PEER_DATA is their folder, and without it the tests that
 * need them are skipped.
 */
#ifndef TEST_PEER_PEER_H
#define TEST_PEER_PEER_H

#include "support/files.h"
#include "support/process.h"

/* A folder in the peers' data, as a new string; ends the program if there is none. */
char *peer_folder(const char *name);

/* Rows of cells that tabs separate; '#' begins a comment.  Zero-initialise. */
#define CELLS_MAX 8

struct row {
	char *cells[CELLS_MAX];	/* "" where the row is shorter */
};

struct table {
	struct row *rows;
	size_t count;
	struct names lines;	/* what the cells point into */
};

/* Ends the program if there is no such file.  The first row is its header, and left out. */
void table_read(const char *path, struct table *ret);
void table_release(struct table *table);
/* The row with this first cell, or NULL. */
const struct row *table_find(const struct table *table, const char *first);

/*
 * Fails the test unless each of the codes, separated by commas, is in the
 * diagnostics.
 */
void check_codes(const char *codes, const struct outcome *outcome);

#endif
