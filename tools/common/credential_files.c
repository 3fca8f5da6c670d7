/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/credential_files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/output.h"

void login_wipe(struct login *login)
{
	explicit_bzero(login, sizeof(*login));
}

/*
 * Reading
 */

static bool read_all(struct credential_file *file, int fd)
{
	while (file->length <= CREDENTIAL_FILE_MAX) {
		ssize_t got = read(fd, file->text + file->length,
				   CREDENTIAL_FILE_MAX + 1 - file->length);

		if (got < 0 && errno != EINTR)
			return false;
		if (got == 0)
			return true;
		file->length += got > 0 ? (size_t)got : 0;
	}
	errno = EFBIG;
	return false;
}

bool others_can_read(int fd)
{
	struct stat found;

	return fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & 077) != 0;
}

bool credential_file_read(struct credential_file *file, const char *path)
{
	int fd = open_patiently(path, O_RDONLY | O_NOCTTY, 0);
	bool good;
	int kept;

	*file = (struct credential_file){ NULL, 0, false };
	if (fd < 0)
		return false;
	file->text = malloc(CREDENTIAL_FILE_MAX + 1);
	good = file->text && read_all(file, fd);
	file->others_can_read = good && others_can_read(fd);
	kept = errno;
	close(fd);
	if (!good)
		credential_file_release(file);
	errno = kept;
	return good;
}

void credential_file_release(struct credential_file *file)
{
	if (file->text)
		explicit_bzero(file->text, CREDENTIAL_FILE_MAX + 1);
	free(file->text);
	*file = (struct credential_file){ NULL, 0, false };
}

/* A piece of the file. */
struct piece {
	const char *text;
	size_t length;
};

static bool is(struct piece piece, const char *text)
{
	return piece.length == strlen(text) && memcmp(piece.text, text, piece.length) == 0;
}

/*
 * libvirt's file
 */

static struct piece trim(struct piece piece)
{
	while (piece.length > 0 && isspace((unsigned char)piece.text[0]))
		piece = (struct piece){ piece.text + 1, piece.length - 1 };
	while (piece.length > 0 && isspace((unsigned char)piece.text[piece.length - 1]))
		piece.length--;
	return piece;
}

/* Cuts the next line off.  False: there are no more. */
static bool next_line(struct piece *rest, struct piece *ret)
{
	const char *end = rest->length > 0 ? memchr(rest->text, '\n', rest->length) : NULL;
	size_t length = end ? (size_t)(end - rest->text) : rest->length;

	if (rest->length == 0)
		return false;
	*ret = trim((struct piece){ rest->text, length });
	length += end ? 1 : 0;
	*rest = (struct piece){ rest->text + length, rest->length - length };
	return true;
}

static bool is_group(struct piece line, const char *kind, struct piece name)
{
	size_t length = strlen(kind);

	return line.length == length + name.length + 2 && line.text[0] == '[' &&
	       memcmp(line.text + 1, kind, length) == 0 &&
	       memcmp(line.text + 1 + length, name.text, name.length) == 0 &&
	       line.text[line.length - 1] == ']';
}

/* Finds [KIND NAME]; *ret is what follows it. */
static bool find_group(const struct credential_file *file, const char *kind, struct piece name,
		       struct piece *ret)
{
	struct piece line;

	*ret = (struct piece){ file->text, file->length };
	while (next_line(ret, &line)) {
		if (is_group(line, kind, name))
			return true;
	}
	return false;
}

static bool find_key(struct piece group, const char *key, struct piece *ret)
{
	struct piece line;

	while (next_line(&group, &line) && !(line.length > 0 && line.text[0] == '[')) {
		const char *equals = line.length > 0 ? memchr(line.text, '=', line.length) : NULL;
		size_t length = equals ? (size_t)(equals - line.text) : 0;

		if (!equals || !is(trim((struct piece){ line.text, length }), key))
			continue;
		*ret = trim((struct piece){ equals + 1, line.length - length - 1 });
		return true;
	}
	return false;
}

static enum found take_credentials(struct piece group, const char *user, struct login *ret,
				   const char **ret_why)
{
	struct piece name, password;
	bool has_name = find_key(group, "username", &name);

	if (has_name && user && !is(name, user))
		return FOUND_NOT;
	if (!find_key(group, "password", &password))
		return FOUND_NOT;
	if (has_name && !secret_set(&ret->user, name.text, name.length)) {
		*ret_why = "a username is too long, or holds a NUL";
		return FOUND_WRONG;
	}
	if (secret_set(&ret->password, password.text, password.length))
		return FOUND;
	*ret_why = "a password is too long, or holds a NUL";
	return FOUND_WRONG;
}

enum found find_in_auth_file(const struct credential_file *file, const char *host,
			     const char *user, struct login *ret, const char **ret_why)
{
	const struct piece wanted = { host, strlen(host) }, fallback = { "default", 7 };
	struct piece group, name;

	if (!find_group(file, "auth-esx-", wanted, &group) &&
	    !find_group(file, "auth-esx-", fallback, &group))
		return FOUND_NOT;
	*ret_why = "the group of the host names no 'credentials'";
	if (!find_key(group, "credentials", &name))
		return FOUND_WRONG;
	*ret_why = "the group of the host names credentials that are not there";
	if (!find_group(file, "credentials-", name, &group))
		return FOUND_WRONG;
	return take_credentials(group, user, ret, ret_why);
}

/*
 * netrc
 */

/* What stands between white space, or in quotes with '\' for the next character. */
struct word {
	char text[SECRET_MAX + 1];
	size_t length;
	bool too_long;
};

static void put(struct word *word, char c)
{
	word->too_long |= word->length == SECRET_MAX;
	if (!word->too_long)
		word->text[word->length++] = c;
	word->text[word->length] = '\0';
}

static void skip(struct piece *rest, size_t count)
{
	*rest = (struct piece){ rest->text + count, rest->length - count };
}

static void take_quoted(struct piece *rest, struct word *ret)
{
	for (skip(rest, 1); rest->length > 0 && rest->text[0] != '"'; skip(rest, 1)) {
		if (rest->text[0] == '\\' && rest->length > 1)
			skip(rest, 1);
		put(ret, rest->text[0]);
	}
	if (rest->length > 0)
		skip(rest, 1);
}

/* False: there are no more. */
static bool next_word(struct piece *rest, struct word *ret)
{
	ret->length = 0;
	ret->too_long = false;
	ret->text[0] = '\0';
	while (rest->length > 0 && isspace((unsigned char)rest->text[0]))
		skip(rest, 1);
	if (rest->length == 0)
		return false;
	if (rest->text[0] == '"') {
		take_quoted(rest, ret);
		return true;
	}
	for (; rest->length > 0 && !isspace((unsigned char)rest->text[0]); skip(rest, 1))
		put(ret, rest->text[0]);
	return true;
}

/* A macro ends at an empty line. */
static void skip_macro(struct piece *rest)
{
	const char *end = memmem(rest->text, rest->length, "\n\n", 2);

	skip(rest, end ? (size_t)(end - rest->text) : rest->length);
}

/* Where one is in the file. */
struct netrc {
	struct piece rest;
	struct word word;
	bool is_ours;		/* the entry is for the host */
	struct login login;	/* of the entry */
};

static bool is_wanted(const struct login *login, const char *user)
{
	return login->password.known &&
	       (!user || !login->user.known || strcmp(login->user.text, user) == 0);
}

static void set_word(struct secret *secret, const struct word *word)
{
	if (word->too_long)
		secret_wipe(secret);
	else
		secret_set(secret, word->text, word->length);
}

/* One word with what belongs to it; false: another entry begins, or there are no more. */
static bool take_member(struct netrc *n)
{
	struct piece before = n->rest;

	if (!next_word(&n->rest, &n->word))
		return false;
	if (strcmp(n->word.text, "machine") == 0 || strcmp(n->word.text, "default") == 0) {
		n->rest = before;
		return false;
	}
	if (strcmp(n->word.text, "macdef") == 0)
		skip_macro(&n->rest);
	else if (strcmp(n->word.text, "login") == 0 && next_word(&n->rest, &n->word))
		set_word(&n->login.user, &n->word);
	else if (strcmp(n->word.text, "password") == 0 && next_word(&n->rest, &n->word))
		set_word(&n->login.password, &n->word);
	else if (strcmp(n->word.text, "account") == 0)
		next_word(&n->rest, &n->word);
	return true;
}

/* "machine HOST" or "default", with all that follows.  False: there are no more. */
static bool take_entry(struct netrc *n, const char *host)
{
	login_wipe(&n->login);
	if (!next_word(&n->rest, &n->word))
		return false;
	n->is_ours = strcmp(n->word.text, "default") == 0;
	if (strcmp(n->word.text, "machine") == 0 && next_word(&n->rest, &n->word))
		n->is_ours = strcasecmp(n->word.text, host) == 0;
	else if (strcmp(n->word.text, "macdef") == 0)
		skip_macro(&n->rest);
	while (take_member(n))
		;
	return true;
}

enum found find_in_netrc(const struct credential_file *file, const char *host, const char *user,
			 struct login *ret)
{
	struct netrc n = { .rest = { file->text, file->length } };
	enum found found = FOUND_NOT;

	while (found == FOUND_NOT && take_entry(&n, host)) {
		if (n.is_ours && is_wanted(&n.login, user)) {
			*ret = n.login;
			found = FOUND;
		}
	}
	explicit_bzero(&n, sizeof(n));
	return found;
}
