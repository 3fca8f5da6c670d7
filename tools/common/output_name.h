/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where --output-dir puts the result of an input.
 */
#ifndef VMXTOOL_OUTPUT_NAME_H
#define VMXTOOL_OUTPUT_NAME_H

#include <limits.h>
#include <stdbool.h>

/* How names become names: "sub/NAME.vmx" is "DIR/NAME.xml" or, with parents, "DIR/sub/NAME.xml". */
struct output_rule {
	const char *folder;
	bool parents;
	const char *from, *to;
};

/* NULL, or why there is no such place.  Two names of one file get the same one. */
const char *name_output(const struct output_rule *rule, const char *file, char ret[PATH_MAX]);

/* Makes the folders between the rule's and the output.  False: errno says why. */
bool make_output_folders(const struct output_rule *rule, const char *output);

#endif
