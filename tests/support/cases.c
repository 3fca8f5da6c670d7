/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/cases.h"

#include <stdlib.h>

#include "support/files.h"

void cases_add(struct cases *cases, char *name, CMUnitTestFunction test, void *data)
{
	if (cases->count == cases->capacity) {
		cases->capacity = cases->capacity ? cases->capacity * 2 : 64;
		cases->tests = reallocarray(cases->tests, cases->capacity, sizeof(*cases->tests));
		if (!cases->tests)
			give_up("no memory");
	}
	cases->tests[cases->count++] = (struct CMUnitTest){ name, test, NULL, NULL, data };
}

int cases_run(struct cases *cases, const char *group)
{
	int failed;

	if (cases->count == 0)
		give_up("%s: there is no case", group);
	failed = _cmocka_run_group_tests(group, cases->tests, cases->count, NULL, NULL);
	for (size_t i = 0; i < cases->count; i++) {
		free(cases->tests[i].initial_state);
		free((char *)(uintptr_t)cases->tests[i].name);
	}
	free(cases->tests);
	return failed ? 1 : 0;
}
