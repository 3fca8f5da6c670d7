/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/output_name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "common/input.h"

/* A path that grows; too long is too long for good. */
struct path {
	char *text;
	size_t length;
	bool too_long;
};

static void append(struct path *path, const char *text, size_t length)
{
	if (path->too_long || length >= PATH_MAX - path->length) {
		path->too_long = true;
		return;
	}
	memcpy(path->text + path->length, text, length);
	path->length += length;
	path->text[path->length] = '\0';
}

static bool is_part(const char *part, size_t length, const char *what)
{
	return length == strlen(what) && memcmp(part, what, length) == 0;
}

/* The folders of the file below that of the rule; NULL, or why they can't be. */
static const char *append_parents(struct path *path, const char *file, const char *name)
{
	while (file < name) {
		size_t length = strcspn(file, "/");

		if (is_part(file, length, ".."))
			return "with --parents no name may have a part '..'";
		if (length > 0 && !is_part(file, length, ".")) {
			append(path, "/", 1);
			append(path, file, length);
		}
		file += length + 1;
	}
	return NULL;
}

const char *name_output(const struct output_rule *rule, const char *file, char ret[PATH_MAX])
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file, *why = NULL;
	size_t length = strlen(name), suffix = strlen(rule->from);
	struct path path = { .text = ret };

	if (length > suffix && strcasecmp(name + length - suffix, rule->from) == 0)
		length -= suffix;
	if (length == 0 || is_standard_input(file))
		return "it has no name for a file in --output-dir";
	append(&path, rule->folder, strlen(rule->folder));
	if (rule->parents)
		why = append_parents(&path, file, name);
	append(&path, "/", 1);
	append(&path, name, length);
	append(&path, rule->to, strlen(rule->to));
	if (!why && path.too_long)
		why = "the path of its output is too long";
	return why;
}

bool make_output_folders(const struct output_rule *rule, const char *output)
{
	char path[PATH_MAX];
	size_t begin = strlen(rule->folder) + 1;

	snprintf(path, sizeof(path), "%s", output);
	for (char *slash = strchr(path + begin, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}
