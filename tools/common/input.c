/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/input.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool is_standard_input(const char *file)
{
	return strcmp(file, STANDARD_INPUT) == 0;
}

const char *input_name(const char *file)
{
	return is_standard_input(file) ? "<stdin>" : file;
}

enum vmx_code read_input(const char *file, const struct vmx_read_options *options,
			 struct vmx_document **ret, struct vmx_error *error)
{
	if (is_standard_input(file))
		return vmx_document_read_fd(STDIN_FILENO, options, ret, error);
	return vmx_document_read_file(file, options, ret, error);
}

bool is_same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 && S_ISREG(sa.st_mode) &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}
