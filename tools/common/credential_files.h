/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files in which people keep users and passwords.
 */
#ifndef VMXTOOL_CREDENTIAL_FILES_H
#define VMXTOOL_CREDENTIAL_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"

/* Larger ones are refused. */
#define CREDENTIAL_FILE_MAX 65536

struct login {
	struct secret user, password;
};

void login_wipe(struct login *login);

/* A file in memory.  Release it: it is overwritten then. */
struct credential_file {
	char *text;
	size_t length;
	bool others_can_read;
};

/* Whether others than its owner can read an open file; of a pipe that is not known. */
bool others_can_read(int fd);

/* False: errno says why; EFBIG: it is too large. */
bool credential_file_read(struct credential_file *file, const char *path);
void credential_file_release(struct credential_file *file);

enum found { FOUND, FOUND_NOT, FOUND_WRONG };

/*
 * libvirt's auth.conf:
 *
 *     [credentials-NAME]        [auth-esx-HOST]
 *     username=USER             credentials=NAME
 *     password=PASSWORD
 *
 * with [auth-esx-default] for hosts that have no group of their own.  user: the one that
 * is wanted, or NULL; who has another one is not found.  FOUND_WRONG: *ret_why says what
 * is wrong with the file.
 *
 * Source: libvirt's documentation of the file.
 */
enum found find_in_auth_file(const struct credential_file *file, const char *host,
			     const char *user, struct login *ret, const char **ret_why);

/*
 * The entry of the host in a netrc file, or its "default": machine HOST login USER
 * password PASSWORD, words separated by white space, with quotes where they hold some.
 *
 * Source: the manual of ftp(1); curl's documentation for the quotes.
 */
enum found find_in_netrc(const struct credential_file *file, const char *host, const char *user,
			 struct login *ret);

#endif
