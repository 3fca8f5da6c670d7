/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/output.h"

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

/* Up to the end, or as much as fits. */
static bool read_descriptor(int fd, size_t max, char **bytes, size_t *length)
{
	size_t capacity = 0;

	for (*length = 0; *length < max;) {
		ssize_t got;

		if (*length == capacity) {
			char *grown;

			capacity = capacity ? capacity * 2 : 65536;
			grown = realloc(*bytes, capacity);
			if (!grown)
				return false;
			*bytes = grown;
		}
		got = read(fd, *bytes + *length,
			   (capacity < max ? capacity : max) - *length);
		if (got == 0)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		*length += got > 0 ? (size_t)got : 0;
	}
	return true;
}

bool read_bytes(const char *file, size_t max, char **ret, size_t *ret_length)
{
	int fd = is_standard_input(file) ? STDIN_FILENO : open_patiently(file, O_RDONLY, 0);
	bool done;
	int error;

	*ret = NULL;
	if (fd < 0)
		return false;
	done = read_descriptor(fd, max, ret, ret_length);
	error = errno;
	if (fd != STDIN_FILENO)
		close(fd);
	if (!done)
		free(*ret);
	errno = error;
	return done;
}

bool is_same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 && S_ISREG(sa.st_mode) &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}
