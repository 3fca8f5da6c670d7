/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules for file names; they stand in vmxkit/datastore.h, with their numbers.
 */
#include "names/datastore.h"

#include "names/escape_core.h"

struct known_datastore {
	struct text name;
	struct text mount;	/* ptr NULL: not known */
};

struct vmx_path_rules {
	struct vmx_allocator allocator;
	struct arena texts;
	bool libvirt;
	struct text directory;	/* ptr NULL: names stay as they are */
	struct known_datastore *datastores;
	size_t count, capacity;
};

enum vmx_code vmx_path_rules_new(const struct vmx_allocator *allocator,
				 struct vmx_path_rules **ret, struct vmx_error *error)
{
	const struct vmx_allocator *a = vmxi_allocator(allocator);
	struct vmx_path_rules *rules = vmxi_allocate(a, sizeof(*rules));

	if (!rules)
		return vmxi_out_of_memory(error);
	*rules = (struct vmx_path_rules){ .allocator = *a };
	rules->texts.allocator = &rules->allocator;
	*ret = rules;
	return VMX_OK;
}

void vmx_path_rules_free(struct vmx_path_rules *rules)
{
	struct vmx_allocator allocator;

	if (!rules)
		return;
	allocator = rules->allocator;	/* it lies in what it frees */
	vmxi_arena_release(&rules->texts);
	vmxi_release(&allocator, rules->datastores);
	vmxi_release(&allocator, rules);
}

void vmx_path_rules_set_level(struct vmx_path_rules *rules, enum vmx_level level)
{
	rules->libvirt = level == VMX_LEVEL_LIBVIRT;
}

static enum vmx_code check_no_nul(struct text t, const char *what, struct vmx_error *error)
{
	size_t at = vmxi_text_find(t, '\0');

	if (at == t.len)
		return VMX_OK;
	return vmxi_fail(error, VMX_CODE_EMBEDDED_NUL, vmxi_position_at(at),
			 "%s holds a NUL byte", what);
}

enum vmx_code vmx_path_rules_set_directory(struct vmx_path_rules *rules, const char *directory,
					   size_t length, struct vmx_error *error)
{
	struct text given = { directory, length }, name, path, copy;
	enum vmx_code code = check_no_nul(given, "the directory", error);

	/* libvirt puts one together that always has its bracket */
	if (code == VMX_OK)
		code = vmxi_split_brackets(given, rules->libvirt && vmxi_text_find(given, ']') < length,
					   &name, &path, error);
	if (code != VMX_OK)
		return code;
	copy = vmxi_arena_copy(&rules->texts, given);
	if (!copy.ptr)
		return vmxi_out_of_memory(error);
	rules->directory = copy;
	return VMX_OK;
}

static enum vmx_code check_datastore(const struct known_datastore *d, struct vmx_error *error)
{
	enum vmx_code code;

	if (d->name.len == 0 || (d->mount.ptr && d->mount.len == 0))
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the name or the mount of a datastore is empty");
	code = check_no_nul(d->name, "the name of the datastore", error);
	return code == VMX_OK ? check_no_nul(d->mount, "the mount of the datastore", error) : code;
}

enum vmx_code vmx_path_rules_add_datastore(struct vmx_path_rules *rules, const char *name,
					   size_t name_length, const char *mount,
					   size_t mount_length, struct vmx_error *error)
{
	struct known_datastore d = { { name, name_length }, { mount, mount ? mount_length : 0 } };
	enum vmx_code code = check_datastore(&d, error);
	void *items = rules->datastores;

	if (code != VMX_OK)
		return code;
	if (!vmxi_vector_reserve(&rules->allocator, &items, &rules->capacity, rules->count, sizeof(d)))
		return vmxi_out_of_memory(error);
	rules->datastores = items;
	d.name = vmxi_arena_copy(&rules->texts, d.name);
	if (mount)
		d.mount = vmxi_arena_copy(&rules->texts, d.mount);
	if (!d.name.ptr || (mount && !d.mount.ptr))
		return vmxi_out_of_memory(error);
	rules->datastores[rules->count++] = d;
	return VMX_OK;
}

static const struct known_datastore *find_datastore(const struct vmx_path_rules *rules,
						    struct text name)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (text_equal(rules->datastores[i].name, name))
			return &rules->datastores[i];
	}
	return NULL;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

static bool is_letter(char c)
{
	return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

/* C:\x, \\server\share, and \x, which is on the drive that happens to be current. */
static bool is_windows(struct text name)
{
	return (name.len > 0 && name.ptr[0] == '\\') ||
	       (name.len > 1 && is_letter(name.ptr[0]) && name.ptr[1] == ':');
}

/* Appends the text, with one character in place of another. */
static bool append_replaced(struct vmx_bytes *out, struct text t, char from, char to)
{
	size_t at = out->length;

	if (!vmxi_bytes_append_text(out, t))
		return false;
	for (; at < out->length; at++) {
		if (out->data[at] == from)
			out->data[at] = to;
	}
	return true;
}

/*
 * From the VMX file
 */

static enum vmx_file_name_answer answer(bool written)
{
	return written ? VMX_FILE_NAME_OK : VMX_FILE_NAME_NO_MEMORY;
}

static enum vmx_file_name_answer invalid(struct vmx_bytes *ret, const char *why)
{
	vmxi_bytes_clear(ret);
	return vmxi_bytes_append_text(ret, text_of(why)) ? VMX_FILE_NAME_INVALID
							 : VMX_FILE_NAME_NO_MEMORY;
}

static enum vmx_file_name_answer unchanged(struct text name, struct vmx_bytes *ret)
{
	return answer(vmxi_bytes_append_text(ret, name));
}

/* Whether [name] path is read as what it was made of: "[[] ]" and "[ds]  x" are not. */
static bool is_read_back(struct text written, struct text name, struct text rest)
{
	struct text read_name, read_rest;

	return vmxi_split_brackets(written, false, &read_name, &read_rest, NULL) == VMX_OK &&
	       text_equal(read_name, name) &&
	       skip_slashes(read_rest).len == skip_slashes(rest).len;
}

/* [name] rest, with one character of the rest in place of another. */
static enum vmx_file_name_answer on_datastore(const struct vmx_path_rules *rules,
					      struct text name, struct text rest, char from,
					      struct vmx_bytes *ret)
{
	if (!vmxi_bytes_append_char(ret, '[') || !vmxi_bytes_append_text(ret, name) ||
	    !vmxi_bytes_append_text(ret, TEXT("] ")) || !append_replaced(ret, rest, from, '/'))
		return VMX_FILE_NAME_NO_MEMORY;
	if (!rules->libvirt &&
	    !is_read_back((struct text){ ret->data, ret->length }, name, rest))
		return invalid(ret, "in '[datastore] path' nobody could tell where the name of the "
				    "datastore ends and the path begins");
	return VMX_FILE_NAME_OK;
}

/* Rule 1, also at the end of rule 5. */
static enum vmx_file_name_answer beside_vmx(const struct vmx_path_rules *rules, struct text name,
					    struct vmx_bytes *ret)
{
	return answer(vmxi_bytes_append_text(ret, rules->directory) &&
		      vmxi_bytes_append_char(ret, '/') &&
		      append_replaced(ret, name, '\\', '/'));
}

/* Rule 2 as libvirt has it. */
static const struct known_datastore *first_mount(const struct vmx_path_rules *rules,
						 struct text name)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct known_datastore *d = &rules->datastores[i];

		if (d->mount.ptr && text_starts(name, d->mount))
			return d;
	}
	return NULL;
}

/* Whether the name lies below the mount, or is it. */
static bool is_below(struct text name, struct text mount)
{
	return text_starts(name, mount) &&
	       (name.len == mount.len || is_slash(mount.ptr[mount.len - 1]) ||
		is_slash(name.ptr[mount.len]));
}

static const struct known_datastore *longest_mount(const struct vmx_path_rules *rules,
						   struct text name)
{
	const struct known_datastore *longest = NULL;

	for (size_t i = 0; i < rules->count; i++) {
		const struct known_datastore *d = &rules->datastores[i];

		if (d->mount.ptr && is_below(name, d->mount) &&
		    (!longest || d->mount.len > longest->mount.len))
			longest = d;
	}
	return longest;
}

static enum vmx_file_name_answer below_mount(const struct vmx_path_rules *rules,
					     const struct known_datastore *d, struct text name,
					     struct vmx_bytes *ret)
{
	struct text rest = text_skip(name, d->mount.len);

	while (rest.len > 0 && is_slash(rest.ptr[0]))
		rest = text_skip(rest, 1);
	return on_datastore(rules, d->name, rest, '\\', ret);
}

/* Rule 3; the name begins with the prefix. */
static enum vmx_file_name_answer below_volumes(const struct vmx_path_rules *rules,
					       struct text name, bool missing_allowed,
					       struct vmx_bytes *ret)
{
	struct text datastore = skip_slashes(text_skip(name, VMFS_PREFIX.len));
	size_t end = vmxi_text_find(datastore, '/');
	struct text rest = text_skip(datastore, end);

	datastore.len = end;
	/* a name that is empty has nothing behind it either: the slashes are skipped */
	if (rest.len < 2)
		return invalid(ret, "a path below /vmfs/volumes has to name a datastore and a file");
	rest = text_skip(rest, 1);
	if (rules->count > 0 && !find_datastore(rules, datastore)) {
		if (missing_allowed)
			return VMX_FILE_NAME_MISSING;
		return invalid(ret, "the path names a datastore that is not among the known ones");
	}
	return on_datastore(rules, datastore, rest, '/', ret);
}

/* Rule 5: neither rule 1 nor a slash at the beginning, so there is a backslash. */
static enum vmx_file_name_answer windows_name(const struct vmx_path_rules *rules,
					      struct text name, struct vmx_bytes *ret)
{
	enum vmx_file_name_answer written;

	if (rules->libvirt)
		return invalid(ret, "a path with a backslash is below no known datastore");
	if (is_windows(name)) {
		written = unchanged(name, ret);
	} else {
		while (name.len > 1 && name.ptr[0] == '.' && is_slash(name.ptr[1])) {
			name = text_skip(name, 2);
			while (name.len > 0 && is_slash(name.ptr[0]))
				name = text_skip(name, 1);
		}
		written = beside_vmx(rules, name, ret);
	}
	return written == VMX_FILE_NAME_OK ? VMX_FILE_NAME_OTHERWISE : written;
}

/* Rules 2 to 5. */
static enum vmx_file_name_answer resolve_absolute(const struct vmx_path_rules *rules,
						  const struct known_datastore *d,
						  struct text name, bool missing_allowed,
						  struct vmx_bytes *ret)
{
	if (d)
		return below_mount(rules, d, name, ret);
	if (text_starts(name, VMFS_PREFIX))
		return below_volumes(rules, name, missing_allowed, ret);
	return name.ptr[0] == '/' ? unchanged(name, ret) : windows_name(rules, name, ret);
}

enum vmx_file_name_answer vmx_path_rules_resolve(void *user, const char *name, size_t length,
						 bool missing_allowed, struct vmx_bytes *ret)
{
	const struct vmx_path_rules *rules = user;
	struct text given = { name, length };
	const struct known_datastore *theirs, *ours;
	enum vmx_file_name_answer result;
	bool rooted = length > 0 && name[0] == '/';

	if (vmxi_text_find(given, '\0') < length)
		return invalid(ret, "the name holds a NUL byte");
	if (!rules->directory.ptr)
		return unchanged(given, ret);
	if (!rooted && vmxi_text_find(given, '\\') == length)
		return beside_vmx(rules, given, ret);
	theirs = first_mount(rules, given);
	ours = rules->libvirt ? theirs : longest_mount(rules, given);
	result = resolve_absolute(rules, ours, given, missing_allowed, ret);
	return result == VMX_FILE_NAME_OK && ours != theirs ? VMX_FILE_NAME_OTHERWISE : result;
}

/*
 * To the VMX file
 */

static enum vmx_code finish(bool written, struct vmx_bytes *ret, struct vmx_error *error)
{
	if (written)
		return VMX_OK;
	vmxi_bytes_clear(ret);
	return vmxi_out_of_memory(error);
}

/* Of a host of Windows. */
static bool has_backslash(struct text t)
{
	return vmxi_text_find(t, '\\') < t.len;
}

/* The mount without slashes at its end, one, and the rest. */
static bool append_mounted(struct vmx_bytes *out, struct text mount, struct text rest)
{
	bool windows = has_backslash(mount);

	while (mount.len > 0 && is_slash(mount.ptr[mount.len - 1]))
		mount.len--;
	return vmxi_bytes_append_text(out, mount) &&
	       vmxi_bytes_append_char(out, windows ? '\\' : '/') &&
	       append_replaced(out, rest, '/', windows ? '\\' : '/');
}

static enum vmx_code datastore_to_vmx(const struct vmx_path_rules *rules, struct text path,
				      struct vmx_bytes *ret, struct vmx_error *error)
{
	const struct known_datastore *d;
	struct text name, rest;
	char quoted[QUOTE_MAX];
	enum vmx_code code = vmxi_split_brackets(path, rules->libvirt, &name, &rest, error);

	if (code != VMX_OK)
		return code;
	d = find_datastore(rules, name);
	if (!d && rules->count > 0)
		return vmxi_fail(error, VMX_CODE_UNKNOWN_DATASTORE, vmxi_position_at(1),
				 "the datastore '%s' is not among the known ones",
				 vmxi_quote(quoted, name));
	/* libvirt does not look */
	if (d && d->mount.ptr && !rules->libvirt && has_backslash(rest))
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, vmxi_position_at(1),
				 "the datastore '%s' is a directory of the host, and in a VMX file a "
				 "backslash below it separates directories", vmxi_quote(quoted, name));
	if (d && d->mount.ptr)
		return finish(append_mounted(ret, d->mount, rest), ret, error);
	/* libvirt does not look */
	if (!rules->libvirt && (vmxi_is_dots(name) || vmxi_text_find(name, '/') < name.len))
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, vmxi_position_at(1),
				 "there can be no datastore '%s' below /vmfs/volumes",
				 vmxi_quote(quoted, name));
	return finish(vmxi_bytes_append_text(ret, VMFS_PREFIX) &&
		      vmxi_bytes_append_text(ret, name) && vmxi_bytes_append_char(ret, '/') &&
		      vmxi_bytes_append_text(ret, rest), ret, error);
}

enum vmx_code vmx_path_rules_to_vmx(const struct vmx_path_rules *rules, const char *path,
				    size_t length, struct vmx_bytes *ret, struct vmx_error *error)
{
	struct text given = { path, length };
	enum vmx_code code = check_no_nul(given, "the path", error);

	vmxi_bytes_clear(ret);
	if (code != VMX_OK)
		return code;
	if (!rules->directory.ptr || (length > 0 && path[0] == '/') ||
	    (!rules->libvirt && is_windows(given)))
		return finish(vmxi_bytes_append_text(ret, given), ret, error);
	if (length > 0 && path[0] == '[')
		return datastore_to_vmx(rules, given, ret, error);
	return vmxi_fail(error, VMX_CODE_INVALID_FILE_NAME, vmxi_position_at(0),
			 "the path is neither '[name] path' nor does it begin with a '/'");
}
