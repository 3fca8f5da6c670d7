/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cmocka tests that are found at run time, by walking a folder or a table.
 */
#ifndef TEST_SUPPORT_CASES_H
#define TEST_SUPPORT_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a test program answers when it can't do its work here. */
#define SKIPPED 77

/* Zero-initialise. */
struct cases {
	struct CMUnitTest *tests;
	size_t count, capacity;
};

/*
 * Adds a test.  name is a new string, and data is freed with free(); both are
 * taken over.  In the test, data is what *state points to.
 */
void cases_add(struct cases *cases, char *name, CMUnitTestFunction test, void *data);

/* Runs them all, and releases them.  No case at all is a failure. */
int cases_run(struct cases *cases, const char *group);

#endif
