/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}

bool secret_set(struct secret *secret, const char *text, size_t length)
{
	secret_wipe(secret);
	if (length > SECRET_MAX || memchr(text, '\0', length))
		return false;
	memcpy(secret->text, text, length);
	secret->length = length;
	secret->known = true;
	return true;
}

bool secret_hand_out(const struct secret *secret, struct vmx_bytes *ret)
{
	const struct vmx_allocator *a = ret->allocator;
	size_t capacity = secret->length + 1;
	char *data = a ? a->allocate(a->user, capacity) : malloc(capacity);

	if (ret->data)
		explicit_bzero(ret->data, ret->capacity);
	vmx_bytes_release(ret);
	if (!data)
		return false;
	memcpy(data, secret->text, capacity);
	ret->data = data;
	ret->length = secret->length;
	ret->capacity = capacity;
	return true;
}

/* Up to the end of a line or of the file; one byte more than may be. */
static bool read_line(char buffer[SECRET_MAX + 2], size_t *length, int fd)
{
	for (*length = 0; *length < SECRET_MAX + 2;) {
		ssize_t got = read(fd, buffer + *length, SECRET_MAX + 2 - *length);

		if (got < 0 && errno != EINTR)
			return false;
		if (got == 0)
			break;
		*length += got > 0 ? (size_t)got : 0;
		if (memchr(buffer, '\n', *length))
			break;
	}
	return true;
}

static int check_line(const char *line, size_t length)
{
	if (length > SECRET_MAX)
		return E2BIG;
	if (memchr(line, '\0', length))
		return EILSEQ;
	return length == 0 ? ENODATA : 0;
}

bool secret_read(struct secret *secret, int fd)
{
	char buffer[SECRET_MAX + 2];
	size_t length;
	const char *end;
	bool good = read_line(buffer, &length, fd);

	if (good) {
		end = memchr(buffer, '\n', length);
		length = end ? (size_t)(end - buffer) : length;
		if (length > 0 && buffer[length - 1] == '\r')
			length--;
		errno = check_line(buffer, length);
		good = errno == 0 && secret_set(secret, buffer, length);
	}
	explicit_bzero(buffer, sizeof(buffer));
	return good;
}
