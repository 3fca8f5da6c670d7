/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt_differential_names: VMware's escapes and paths on datastores, by vmxkit and by
 * the libvirt that is installed here, on random bytes.  An input is one byte that says
 * what to do, and a text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "peer/differential.h"
#include "peer/installed_libvirt.h"
#include "support/cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What came out, as a new string; NULL: it is refused. */
struct pair {
	char *ours, *theirs;
	char message[256];	/* why we refuse it */
};

/*
 * Escapes
 */

static char *of_bytes(struct vmx_bytes *bytes, enum vmx_code code)
{
	char *text = code == VMX_OK ? text_of_format("%s", bytes->data ? bytes->data : "") : NULL;

	vmx_bytes_release(bytes);
	return text;
}

static char *escape_ours(enum vmx_escape_scheme scheme, const char *text)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	return of_bytes(&bytes, vmx_escape(scheme, text, strlen(text), &bytes, NULL));
}

static void escape_percent(const char *text, struct pair *ret)
{
	ret->ours = escape_ours(VMX_ESCAPE_PERCENT, text);
	ret->theirs = installed_libvirt_escape(text, '%', "%/\\");
}

static void escape_pipe(const char *text, struct pair *ret)
{
	ret->ours = escape_ours(VMX_ESCAPE_PIPE, text);
	ret->theirs = installed_libvirt_escape(text, '|', "|\"");
}

static void escape_item(const char *text, struct pair *ret)
{
	ret->ours = escape_ours(VMX_ESCAPE_DATASTORE_ITEM, text);
	ret->theirs = installed_libvirt_escape_datastore_item(text);
}

static char *unescape_ours(enum vmx_escape_scheme scheme, const char *text, struct pair *ret)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	enum vmx_code code = vmx_unescape(scheme, text, strlen(text), &bytes, error);

	if (code != VMX_OK)
		snprintf(ret->message, sizeof(ret->message), "%s", vmx_error_message(error));
	vmx_error_free(error);
	return of_bytes(&bytes, code);
}

/* libvirt's text ends at the first NUL, and so does ours here: of_bytes() takes no more. */
static void unescape(const char *text, char escape, enum vmx_escape_scheme scheme,
		     struct pair *ret)
{
	ret->theirs = text_of_format("%s", text);
	ret->ours = unescape_ours(scheme, text, ret);
	if (!installed_libvirt_unescape(ret->theirs, escape)) {
		free(ret->theirs);
		ret->theirs = NULL;
	}
}

static void unescape_percent(const char *text, struct pair *ret)
{
	unescape(text, '%', VMX_ESCAPE_PERCENT, ret);
}

static void unescape_pipe(const char *text, struct pair *ret)
{
	unescape(text, '|', VMX_ESCAPE_PIPE, ret);
}

/*
 * Paths
 */

static char *parts(const char *name, const char *directory, const char *path)
{
	return text_of_format("name %s\ndirectory %s\npath %s", name, directory, path);
}

/* In a path that begins otherwise libvirt finds no bracket, and we other forms. */
static void split_path(const char *text, struct pair *ret)
{
	struct vmx_error *error = vmx_error_new();
	struct vmx_datastore_path *path = NULL;
	char *name, *directory, *whole;

	if (vmx_datastore_path_parse(text, strlen(text), VMX_DATASTORE_LIBVIRT, NULL, &path,
				     error) == VMX_OK)
		ret->ours = parts(vmx_datastore_path_name(path), vmx_datastore_path_directory(path),
				  vmx_datastore_path_path(path));
	else
		snprintf(ret->message, sizeof(ret->message), "%s", vmx_error_message(error));
	vmx_datastore_path_free(path);
	vmx_error_free(error);
	if (installed_libvirt_split_datastore_path(text, &name, &directory, &whole))
		ret->theirs = parts(name, directory, whole);
	free(name);
	free(directory);
	free(whole);
}

/*
 * The inputs
 */

static const struct work {
	char letter;
	void (*work)(const char *text, struct pair *ret);
	const char *const *pieces;	/* what texts are made of, beside bytes */
} works[] = {
	{ 'p', escape_percent, LIST("%", "/", "\\", "|", "%2f") },
	{ 'b', escape_pipe, LIST("|", "\"", "\n", "|22", "%") },
	{ 'i', escape_item, LIST("\"", "*", "<", "%", "/", "\\", "+", "-", ",", "(a)", "_", "'") },
	{ 'P', unescape_percent, LIST("%", "%2f", "%2F", "%00", "%g0", "%0g", "%41", "%%", "0") },
	{ 'B', unescape_pipe, LIST("|", "|22", "|0A", "|00", "|g0", "|0", "|7c", "||", "F") },
	{ 's', split_path, LIST("[", "]", "[ds] ", "[ds]", "/", "a", "..", " ", "//", "[]", "\t") },
};

static void make_input(struct chance *c, struct blob *ret)
{
	const struct work *work = &works[chance_below(c, COUNT(works))];
	size_t count = chance_below(c, chance_one_in(c, 8) ? 60 : 8);
	size_t plain = chance_below(c, 5);
	FILE *out = open_text(&ret->data, &ret->length);

	putc(work->letter, out);
	/* most paths are in brackets */
	if (work->letter == 's' && !chance_one_in(c, 8))
		fputs("[ds", out);
	for (size_t i = 0; i < count; i++) {
		if (chance_below(c, 5) < plain)
			putc((int)(1 + chance_below(c, 255)), out);
		else
			fputs(chance_of_list(c, work->pieces), out);
	}
	close_text(out);
}

/*
 * Comparing
 */

enum row { LEAVES, EMPTY_NAME, ROWS };

static const struct known_row rows[ROWS] = {
	[LEAVES] = { .why = "limit: paths that leave their datastore" },
	[EMPTY_NAME] = { .why = "libvirt has no answer: an empty name" },
};

static const struct known_row *known_row(size_t number)
{
	return number < ROWS ? &rows[number] : NULL;
}

/* Whether a part between slashes leads up. */
static bool has_way_up(const char *path)
{
	for (const char *at = strstr(path, ".."); at; at = strstr(at + 1, "..")) {
		if ((at == path || strchr("/] ", at[-1])) && (!at[2] || at[2] == '/'))
			return true;
	}
	return false;
}

static bool is_known(enum row row, const char *input, const struct pair *pair)
{
	if (row == EMPTY_NAME)
		return strcmp(input, "i") == 0 && !pair->theirs && pair->ours && !*pair->ours;
	return *input == 's' && !pair->ours && has_way_up(input + 1) &&
	       strstr(pair->message, "leaves the datastore");
}

static void judge(const struct blob *input, const struct pair *pair, struct verdict *ret)
{
	if (!pair->ours && !pair->theirs) {
		ret->result = BOTH_REFUSE;
	} else if (!pair->ours || !pair->theirs) {
		ret->result = pair->ours ? PEER_REFUSES : WE_REFUSE;
		ret->what = text_of_format("%s", pair->ours ? "libvirt refuses it\n" : pair->message);
	} else {
		ret->result = strcmp(pair->ours, pair->theirs) == 0 ? SAME : OTHER;
		if (ret->result == OTHER)
			ret->what = first_difference(pair->ours, pair->theirs);
	}
	for (size_t i = 0; ret->result > KNOWN && i < ROWS; i++) {
		if (is_known((enum row)i, input->data, pair)) {
			ret->result = KNOWN;
			ret->known[i] = true;
		}
	}
}

static void compare(const struct blob *input, struct verdict *ret)
{
	struct pair pair = { NULL, NULL, "" };

	for (size_t i = 0; i < COUNT(works); i++) {
		if (works[i].letter == *input->data)
			works[i].work(input->data + 1, &pair);
	}
	judge(input, &pair, ret);
	free(pair.ours);
	free(pair.theirs);
}

int main(int argc, char **argv)
{
	static const struct differential differential = {
		.peer = "libvirt 9.0.0", .count = 50000, .make = make_input, .compare = compare,
		.known_row = known_row,
	};
	const char *missing;

	if (!installed_libvirt_open(&missing)) {
		printf("skipped: libvirt 9.0.0 is not installed here (%s)\n", missing);
		return SKIPPED;
	}
	installed_libvirt_watch(differential_peer_works);
	return differential_run(&differential, argc, argv);
}
