/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/ask.h"
#include "common/input.h"
#include "common/output.h"

/* Longer ones name no server that could be reached. */
#define PROMPT_MAX 1024

typedef enum found source_fn(struct credentials *c, const struct vmx_credential_request *request,
			     struct login *ret);

/* A variable that is not set, or is empty, is none. */
static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static void warn_of_readers(const struct credentials *c, const char *path, bool others_can_read)
{
	if (others_can_read)
		show_warning(c->console, "others can read '%s', which holds a password", path);
}

/*
 * What was prepared for this run
 */

static const char *why_no_secret(int error)
{
	switch (error) {
	case E2BIG:
		return "its first line is too long for a password";
	case EILSEQ:
		return "its first line holds a NUL byte";
	case ENODATA:
		return "its first line is empty";
	default:
		return strerror(error);
	}
}

/* Standard input gives the password once; it is kept for a second server. */
static bool read_password_file(struct credentials *c, struct secret *ret)
{
	bool input = is_standard_input(c->password_file), good;
	int fd = input ? STDIN_FILENO : open_patiently(c->password_file, O_RDONLY | O_NOCTTY, 0);
	int kept;

	if (input && c->from_input.known) {
		*ret = c->from_input;
		return true;
	}
	if (fd < 0)
		return false;
	warn_of_readers(c, c->password_file, !input && others_can_read(fd));
	good = secret_read(ret, fd);
	kept = errno;
	if (good && input)
		c->from_input = *ret;
	if (!input)
		close(fd);
	errno = kept;
	return good;
}

static enum found find_in_password_file(struct credentials *c,
					const struct vmx_credential_request *request,
					struct login *ret)
{
	(void)request;
	if (!c->password_file)
		return FOUND_NOT;
	if (read_password_file(c, &ret->password))
		return FOUND;
	show_problem(c->console, "option '--password-file': '%s': %s", input_name(c->password_file),
		     why_no_secret(errno));
	return FOUND_WRONG;
}

static enum found find_in_environment(struct credentials *c,
				      const struct vmx_credential_request *request,
				      struct login *ret)
{
	const char *value = environment("VMX_PASSWORD");

	(void)request;
	if (!value)
		return FOUND_NOT;
	if (secret_set(&ret->password, value, strlen(value)))
		return FOUND;
	show_problem(c->console, "VMX_PASSWORD is too long for a password");
	return FOUND_WRONG;
}

/*
 * Files
 */

static bool below(const char *folder, const char *name, char ret[PATH_MAX])
{
	return folder && snprintf(ret, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

/* The file that libvirt would read; *ret_named: somebody has asked for this one. */
static const char *find_auth_file(const struct vmx_credential_request *request,
				  char room[PATH_MAX], bool *ret_named)
{
	const char *named = environment("LIBVIRT_AUTH_FILE");
	const char *config = environment("XDG_CONFIG_HOME");

	if (!named)
		named = request->authfile;
	*ret_named = named != NULL;
	if (named)
		return named;
	if (config ? below(config, "libvirt/auth.conf", room)
		   : below(environment("HOME"), ".config/libvirt/auth.conf", room)) {
		if (access(room, F_OK) == 0)
			return room;
	}
	return "/etc/libvirt/auth.conf";
}

/* A file that nobody has named need not be there. */
static enum found no_file(const struct credentials *c, const char *path, bool named)
{
	if (!named && (errno == ENOENT || errno == EACCES || errno == ENOTDIR))
		return FOUND_NOT;
	show_problem(c->console, "can't read '%s', which holds passwords: %s", path, strerror(errno));
	return FOUND_WRONG;
}

static enum found find_in_auth(struct credentials *c, const struct vmx_credential_request *request,
			       struct login *ret)
{
	char room[PATH_MAX];
	bool named;
	const char *path = find_auth_file(request, room, &named), *why = "";
	struct credential_file file;
	enum found found;

	if (!credential_file_read(&file, path))
		return no_file(c, path, named);
	found = find_in_auth_file(&file, request->host, request->user, ret, &why);
	if (found == FOUND)
		warn_of_readers(c, path, file.others_can_read);
	else if (found == FOUND_WRONG)
		show_problem(c->console, "%s: %s", path, why);
	credential_file_release(&file);
	return found;
}

static enum found find_in_netrc_file(struct credentials *c,
				     const struct vmx_credential_request *request,
				     struct login *ret)
{
	const char *named = environment("NETRC"), *path = named;
	char room[PATH_MAX];
	struct credential_file file;
	enum found found;

	if (!path && below(environment("HOME"), ".netrc", room))
		path = room;
	if (!path)
		return FOUND_NOT;
	if (!credential_file_read(&file, path))
		return no_file(c, path, named != NULL);
	found = find_in_netrc(&file, request->host, request->user, ret);
	if (found == FOUND)
		warn_of_readers(c, path, file.others_can_read);
	credential_file_release(&file);
	return found;
}

/*
 * A person
 */

static const char *askpass(void)
{
	const char *program = environment("VMX_ASKPASS");

	return program ? program : environment("SSH_ASKPASS");
}

/* program NULL: the terminal.  An empty answer to the question for the user is the default. */
static bool ask_user(const char *program, const struct vmx_credential_request *request,
		     struct secret *ret)
{
	const char *usual = request->default_user ? request->default_user : "";
	char prompt[PROMPT_MAX];

	snprintf(prompt, sizeof(prompt), "User for %s [%s]: ", request->host, usual);
	errno = 0;
	if (program ? ask_program(program, prompt, ret) : ask_terminal(prompt, true, ret))
		return true;
	return errno == ENODATA && *usual && secret_set(ret, usual, strlen(usual));
}

static enum found ask_person(const struct credentials *c, const char *program,
			     const struct vmx_credential_request *request, struct login *ret)
{
	const char *user = request->user;
	char prompt[PROMPT_MAX];
	bool good = user || ask_user(program, request, &ret->user);

	/* however long the name, the host has to be seen */
	snprintf(prompt, sizeof(prompt), "%sPassword for %.512s@%s: ",
		 request->repeated ? "That was not right. " : "", user ? user : ret->user.text,
		 request->host);
	good = good && (program ? ask_program(program, prompt, &ret->password)
				: ask_terminal(prompt, false, &ret->password));
	if (good)
		return FOUND;
	if (program && errno != 0)
		show_problem(c->console, "can't ask with '%s': %s", program, why_no_secret(errno));
	return FOUND_WRONG;
}

static enum found ask_with_program(struct credentials *c,
				   const struct vmx_credential_request *request, struct login *ret)
{
	const char *program = askpass();

	return program ? ask_person(c, program, request, ret) : FOUND_NOT;
}

static enum found ask_at_terminal(struct credentials *c,
				  const struct vmx_credential_request *request, struct login *ret)
{
	return ask_person(c, NULL, request, ret);
}

/*
 * All of them
 */

static const struct source {
	source_fn *find;
	bool is_person;		/* may answer otherwise the next time */
} sources[] = {
	{ find_in_password_file, false },
	{ find_in_environment, false },
	{ find_in_auth, false },
	{ find_in_netrc_file, false },
	{ ask_with_program, true },
	{ ask_at_terminal, true },
};

#define SOURCES (sizeof(sources) / sizeof(sources[0]))

/*
 * A password that was refused is not followed by another one from elsewhere: too many
 * wrong ones lock an account.  Only a person may try again.
 */
static enum found find_login(struct credentials *c, const struct vmx_credential_request *request,
			     struct login *ret)
{
	bool again = request->repeated && c->last > 0;
	enum found found = FOUND_NOT;
	unsigned int i = again ? c->last - 1 : 0;

	if (again && !sources[i].is_person)
		return FOUND_NOT;
	for (; i < SOURCES && found == FOUND_NOT; i++) {
		found = sources[i].find(c, request, ret);
		c->last = i + 1;
	}
	return found;
}

/* The user of the URI comes first, then that of a file; then what is usual there. */
static bool settle_user(const struct credentials *c, const struct vmx_credential_request *request,
			struct secret *user)
{
	const char *name = request->user ? request->user : request->default_user;

	if (user->known && !request->user)
		return true;
	if (!name)
		return false;
	if (!request->user)
		show_note(c->console, "the URI names no user: logging in to %s as '%s'", request->host, name);
	return secret_set(user, name, strlen(name));
}

bool credentials_ask(void *user, const struct vmx_credential_request *request,
		     struct vmx_bytes *ret_user, struct vmx_bytes *ret_password)
{
	struct credentials *c = user;
	struct login login = { .user = { .known = false } };
	bool good = find_login(c, request, &login) == FOUND &&
		    settle_user(c, request, &login.user) &&
		    secret_hand_out(&login.user, ret_user) &&
		    secret_hand_out(&login.password, ret_password);

	login_wipe(&login);
	return good;
}

void credentials_wipe(struct credentials *credentials)
{
	secret_wipe(&credentials->from_input);
}
