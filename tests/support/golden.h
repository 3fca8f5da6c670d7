/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that hold what is expected.  VMXKIT_UPDATE=1 in the environment rewrites
 * them; the difference is then for git and a reader to judge.
 */
#ifndef TEST_SUPPORT_GOLDEN_H
#define TEST_SUPPORT_GOLDEN_H

#include "support/files.h"

bool updating(void);

/*
 * Fails the test unless actual is what the file holds.  A file that does not
 * exist stands for nothing at all.
 */
void check_golden(const char *path, const struct blob *actual);

/* The same where there is no file: name is only for the message. */
void check_text(const char *name, const struct blob *expected, const struct blob *actual);

#endif
