/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names from any bytes: VMware's escapes, paths on datastores, the rules of a host for
 * file names, patterns of keys.
 *
 * - What is escaped is unescaped to the same, and holds nothing that the scheme is there
 *   to keep out; what can be unescaped survives being escaped again.
 * - A path that is read in one of its spellings is written in each of the three and read
 *   back, or that is refused.
 * - A file name that the rules have placed on a datastore is, on the way back, a name that
 *   they place there again.
 *
 * The escapes get the whole input.  For the rest it is cut at line ends: a name or path,
 * the directory of the VMX file, a mount.
 */
#include "fuzz.h"

#include <ctype.h>

struct part {
	const char *text;
	size_t length;
};

static struct part next_part(const char **rest, size_t *left)
{
	const char *end = *left ? memchr(*rest, '\n', *left) : NULL;
	struct part part = { *rest, end ? (size_t)(end - *rest) : *left };

	*rest += part.length + (end != NULL);
	*left -= part.length + (end != NULL);
	return part;
}

/*
 * Escapes
 */

/* What escaped text can't hold, but for the escapes themselves. */
static const char *const kept_out[] = {
	[VMX_ESCAPE_PERCENT] = "/\\", [VMX_ESCAPE_PIPE] = "\"", [VMX_ESCAPE_BASE64] = "\"*<>:|?/\n",
	[VMX_ESCAPE_DATASTORE_ITEM] = "\"*<>:|?/\n", [VMX_ESCAPE_DISPLAY_NAME] = "\"/\\\n\r",
	[VMX_ESCAPE_ANNOTATION] = "\"\n\r", [VMX_ESCAPE_API_NAME] = "/\\",
};

static bool unescape(enum vmx_escape_scheme scheme, const char *text, size_t length,
		     struct vmx_bytes *ret)
{
	struct vmx_error *error = fuzz_error();
	enum vmx_code code = vmx_unescape(scheme, text, length, ret, error);
	unsigned int column = vmx_error_column(error);

	if (fuzz_outcome(code, error) == VMX_OK)
		return true;
	MUST(ret->length == 0);
	MUST(column >= 1 && column <= length + 1);
	return false;
}

static void must_come_back(enum vmx_escape_scheme scheme, const char *text, size_t length)
{
	struct vmx_bytes escaped = VMX_BYTES_INIT, again = VMX_BYTES_INIT;

	MUST(vmx_escape(scheme, text, length, &escaped, NULL) == VMX_OK);
	for (const char *c = kept_out[scheme]; *c; c++)
		MUST(escaped.length == 0 || !memchr(escaped.data, *c, escaped.length));
	if (vmx_escape_is_reversible(scheme)) {
		MUST(unescape(scheme, escaped.data, escaped.length, &again));
		MUST_EQUAL(again.data, again.length, text, length);
	} else {
		(void)unescape(scheme, escaped.data, escaped.length, &again);
	}
	vmx_bytes_release(&escaped);
	vmx_bytes_release(&again);
}

static void check_escapes(const char *text, size_t length)
{
	enum vmx_escape_scheme scheme = VMX_ESCAPE_NO_SCHEME;

	while ((scheme = vmx_escape_scheme_next(scheme)) != VMX_ESCAPE_NO_SCHEME) {
		struct vmx_bytes plain = VMX_BYTES_INIT;

		MUST((size_t)scheme < sizeof(kept_out) / sizeof(kept_out[0]));
		must_come_back(scheme, text, length);
		if (unescape(scheme, text, length, &plain))
			must_come_back(scheme, plain.data ? plain.data : "", plain.length);
		vmx_bytes_release(&plain);
	}
}

/*
 * Paths on datastores
 */

static struct vmx_datastore_path *parse(const char *text, size_t length, unsigned int flags)
{
	struct vmx_datastore_path *path = NULL;
	struct vmx_error *error = fuzz_error();
	enum vmx_code code = vmx_datastore_path_parse(text, length, flags, NULL, &path, error);

	MUST(code == VMX_OK || vmx_error_column(error) <= length + 1);
	MUST((fuzz_outcome(code, error) == VMX_OK) == (path != NULL));
	return path;
}

/* What was written is read as the same path; the slashes in front of it say nothing. */
static void must_be_same_path(const struct vmx_bytes *text, unsigned int flags,
			      const struct vmx_datastore_path *path)
{
	struct vmx_datastore_path *again = parse(text->data, text->length, flags);
	const char *inside = vmx_datastore_path_path(path);

	MUST(again);
	if (!(flags & VMX_DATASTORE_LIBVIRT))
		inside += strspn(inside, "/");
	MUST(strcmp(vmx_datastore_path_name(again), vmx_datastore_path_name(path)) == 0);
	MUST(strcmp(vmx_datastore_path_path(again) + strspn(vmx_datastore_path_path(again), "/"),
		    inside + strspn(inside, "/")) == 0);
	vmx_datastore_path_free(again);
}

static void check_url(const struct vmx_datastore_path *path, unsigned int flags)
{
	static const char center[] = "folder/a b+c%25";
	const char *base = vmx_datastore_path_url_base(path) ? NULL : "https://host:443";
	bool odd = strchr(vmx_datastore_path_name(path), '/') != NULL;	/* only libvirt's can be */
	struct vmx_bytes text = VMX_BYTES_INIT;
	struct vmx_datastore_path *again;

	MUST(vmx_datastore_path_format_url(path, base, center, flags, &text, NULL) == VMX_OK);
	if (!odd) {
		must_be_same_path(&text, flags, path);
		again = parse(text.data, text.length, flags);
		MUST(again && strcmp(vmx_datastore_path_datacenter(again), center) == 0);
		MUST(!base || strcmp(vmx_datastore_path_url_base(again), base) == 0);
		vmx_datastore_path_free(again);
	}
	vmx_bytes_release(&text);
}

static void must_fit_together(const struct vmx_datastore_path *path)
{
	const char *inside = vmx_datastore_path_path(path), *slash = strrchr(inside, '/');
	const char *file = vmx_datastore_path_file(path);
	const char *directory = vmx_datastore_path_directory(path);

	MUST(vmx_datastore_path_name(path)[0] != '\0');
	MUST(strcmp(file, slash ? slash + 1 : inside) == 0);
	if (slash)
		MUST(fuzz_same(directory, strlen(directory), inside, (size_t)(slash - inside)));
}

static void check_path(struct part text, unsigned int flags)
{
	struct vmx_datastore_path *path = parse(text.text, text.length, flags);
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	if (!path)
		return;
	must_fit_together(path);
	if (vmx_datastore_path_format(path, flags & VMX_DATASTORE_LIBVIRT, &bytes, NULL) == VMX_OK)
		must_be_same_path(&bytes, flags & VMX_DATASTORE_LIBVIRT, path);
	if (vmx_datastore_path_format_vmfs(path, &bytes, NULL) == VMX_OK)
		must_be_same_path(&bytes, 0, path);
	check_url(path, 0);
	check_url(path, VMX_DATASTORE_ENCODED_TWICE);
	vmx_bytes_release(&bytes);
	vmx_datastore_path_free(path);
}

/*
 * The rules of a host
 */

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

static bool is_absolute(struct part path)
{
	const char *t = path.text;

	if (path.length > 2 && isalpha((unsigned char)t[0]) && t[1] == ':' && t[2] == '\\')
		return true;
	return path.length > 1 && (t[0] == '/' || (t[0] == '\\' && t[1] == '\\'));
}

/*
 * Mounts are absolute, as a host of VMware or of Windows has it, with slashes of one kind,
 * and end with one at the most.  From one that holds the place of another datastore, or
 * begins as a path on one, nobody knows the way back.
 */
static bool is_mount(struct part mount)
{
	static const char volume[] = "/vmfs/volumes/ds/";

	return is_absolute(mount) &&
	       strncmp(mount.text, volume, strnlen(volume, mount.length)) != 0 &&
	       !memchr(mount.text, '/', mount.length) != !memchr(mount.text, '\\', mount.length) &&
	       !(is_slash(mount.text[mount.length - 1]) && is_slash(mount.text[mount.length - 2]));
}

static struct vmx_path_rules *make_rules(struct part directory, struct part mount,
					 enum vmx_level level)
{
	struct vmx_path_rules *rules;

	MUST(vmx_path_rules_new(NULL, &rules, NULL) == VMX_OK);
	vmx_path_rules_set_level(rules, level);
	if (vmx_path_rules_set_directory(rules, directory.text, directory.length, NULL) != VMX_OK)
		MUST(vmx_path_rules_set_directory(rules, "[ds] dir", 8, NULL) == VMX_OK);
	if (is_mount(mount)) {
		(void)vmx_path_rules_add_datastore(rules, "mounted", 7, mount.text, mount.length, NULL);
		(void)vmx_path_rules_add_datastore(rules, "ds", 2, NULL, 0, NULL);
	}
	return rules;
}

/* The path that the rules give a name; empty: none. */
static struct vmx_bytes resolve(struct vmx_path_rules *rules, const char *name, size_t length)
{
	struct vmx_bytes path = VMX_BYTES_INIT;
	enum vmx_file_name_answer answer = vmx_path_rules_resolve(rules, name, length, false, &path);

	MUST(answer != VMX_FILE_NAME_NO_MEMORY && answer != VMX_FILE_NAME_MISSING);
	if (answer == VMX_FILE_NAME_INVALID) {
		fuzz_check_message(path.data);
		vmx_bytes_release(&path);
	}
	return path;
}

/*
 * [ds]/x and [ds] x are the same; what is not on a datastore stays as it is.  Names whose
 * '..' parts lead out of the datastore are kept as they are, but are no paths.
 */
static void must_be_same_place(const struct vmx_bytes *a, const struct vmx_bytes *b)
{
	bool placed = b->data[0] == '[';
	struct vmx_datastore_path *path = placed ? parse(b->data, b->length, 0) : NULL;

	if (path)
		must_be_same_path(a, 0, path);
	else if (!placed)
		MUST_EQUAL(a->data, a->length, b->data, b->length);
	vmx_datastore_path_free(path);
}

static void check_rules(struct part name, struct part directory, struct part mount,
			enum vmx_level level)
{
	struct vmx_path_rules *rules = make_rules(directory, mount, level);
	struct vmx_bytes path = resolve(rules, name.text, name.length), back = VMX_BYTES_INIT, again;
	struct vmx_error *error = fuzz_error();

	if (path.length > 0 &&
	    fuzz_outcome(vmx_path_rules_to_vmx(rules, path.data, path.length, &back, error),
			 error) == VMX_OK) {
		again = resolve(rules, back.data, back.length);
		/* libvirt writes names that it does not read back, such as [a/b] c */
		if (level != VMX_LEVEL_LIBVIRT)
			must_be_same_place(&again, &path);
		vmx_bytes_release(&again);
	} else if (path.length == 0) {
		vmx_error_free(error);
	}
	vmx_bytes_release(&path);
	vmx_bytes_release(&back);
	vmx_path_rules_free(rules);
}

/*
 * Patterns
 */

static bool matches(const struct vmx_pattern *pattern, struct part key)
{
	struct vmx_error *error = fuzz_error();
	bool found = false;
	enum vmx_code code = vmx_pattern_matches(pattern, key.text, key.length, &found, error);

	MUST(fuzz_outcome(code, error) == VMX_OK || code == VMX_CODE_INVALID_PATTERN);
	return found;
}

static void check_pattern(struct part pattern, struct part key)
{
	struct vmx_error *error = fuzz_error();
	struct vmx_pattern *made = NULL;
	enum vmx_code code = vmx_pattern_new(pattern.text, pattern.length, NULL, &made, error);
	bool plain = true;

	for (size_t i = 0; i < pattern.length; i++)
		plain = plain && !strchr("*?[\\", pattern.text[i]);
	if (fuzz_outcome(code, error) != VMX_OK)
		return;
	(void)matches(made, key);
	MUST(!plain || matches(made, pattern));
	vmx_pattern_free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest = (const char *)data;
	size_t left = size;
	struct part first = next_part(&rest, &left), second = next_part(&rest, &left);
	struct part third = next_part(&rest, &left);

	check_escapes((const char *)data, size);
	for (unsigned int flags = 0; flags <= (VMX_DATASTORE_LIBVIRT | VMX_DATASTORE_ENCODED_TWICE); flags++)
		check_path(first, flags);
	check_rules(first, second, third, VMX_LEVEL_DEFAULT);
	check_rules(first, second, third, VMX_LEVEL_LIBVIRT);
	check_pattern(first, second);
	return 0;
}
