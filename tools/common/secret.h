/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Passwords: text that is overwritten before its memory is given back.
 */
#ifndef VMXTOOL_SECRET_H
#define VMXTOOL_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/memory.h>

/* The longest user or password, in bytes. */
#define SECRET_MAX 4096

struct secret {
	char text[SECRET_MAX + 1];
	size_t length;
	bool known;
};

void secret_wipe(struct secret *secret);

/* False: it is too long, or holds a NUL. */
bool secret_set(struct secret *secret, const char *text, size_t length);

/* Puts a copy into bytes, whose allocator is obeyed.  False: no memory. */
bool secret_hand_out(const struct secret *secret, struct vmx_bytes *ret);

/*
 * Reads the first line, up to the end of the file or as much as fits.  False: errno says
 * why; E2BIG: it is too long, ENODATA: it is empty, EILSEQ: it holds a NUL.
 */
bool secret_read(struct secret *secret, int fd);

#endif
