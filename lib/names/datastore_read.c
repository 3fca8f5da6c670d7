/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names/datastore.h"

#include "names/escape_core.h"

#define FLAGS (VMX_DATASTORE_LIBVIRT | VMX_DATASTORE_ENCODED_TWICE)

enum vmx_code vmxi_check_datastore_flags(unsigned int flags, struct vmx_error *error)
{
	if (flags & ~FLAGS)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "there are no such flags: %#x", flags & ~FLAGS);
	return VMX_OK;
}

/*
 * The forms
 */

/* The index of the ']' at which the name ends; the length if there is none. */
static size_t closing_bracket(struct text in, bool libvirt)
{
	size_t first = vmxi_text_find(in, ']'), found = in.len, depth = 0;

	if (libvirt || first == 1)
		return first;
	for (size_t i = 1; i < in.len && in.ptr[i] != '/'; i++) {
		if (in.ptr[i] == '[')
			depth++;
		if (in.ptr[i] != ']')
			continue;
		if (depth > 0) {
			depth--;
			continue;
		}
		if (i + 1 == in.len || in.ptr[i + 1] == ' ')
			return i;
		if (found == in.len)
			found = i;
	}
	return found < in.len ? found : first;
}

enum vmx_code vmxi_split_brackets(struct text in, bool libvirt, struct text *ret_name,
				  struct text *ret_path, struct vmx_error *error)
{
	size_t end;

	if (in.len == 0 || in.ptr[0] != '[')
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, vmxi_position_at(0),
				 "a path on a datastore begins with the name in brackets: [name] path");
	end = closing_bracket(in, libvirt);
	/* to libvirt all is name then */
	if (end == in.len && !libvirt)
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, vmxi_position_at(0),
				 "no ] ends the name of the datastore");
	if (end == 1)
		return vmxi_fail(error, VMX_CODE_INVALID_DATASTORE_PATH, vmxi_position_at(1),
				 "the name of the datastore is empty");
	*ret_name = (struct text){ in.ptr + 1, end - 1 };
	*ret_path = text_skip(in, end < in.len ? end + 1 : end);
	while (ret_path->len > 0 && ret_path->ptr[0] == ' ')
		*ret_path = text_skip(*ret_path, 1);
	return VMX_OK;
}

static enum vmx_code read_brackets(struct reading *r)
{
	enum vmx_code code = vmxi_split_brackets(r->in, r->flags & VMX_DATASTORE_LIBVIRT,
						 &r->name.text, &r->path.text, r->error);

	if (code != VMX_OK)
		return code;
	r->name.at = 1;
	r->path.at = r->in.len - r->path.text.len;
	return VMX_OK;
}

bool vmxi_is_dots(struct text name)
{
	return text_equal(name, TEXT(".")) || text_equal(name, TEXT(".."));
}

static enum vmx_code read_vmfs(struct reading *r)
{
	struct text rest = skip_slashes(text_skip(r->in, VMFS_PREFIX.len));
	size_t end = vmxi_text_find(rest, '/');
	struct position where = vmxi_position_at(r->in.len - rest.len);

	if (end == 0)
		return vmxi_fail(r->error, VMX_CODE_INVALID_DATASTORE_PATH, where,
				 "no datastore is named behind /vmfs/volumes/");
	r->name.at = r->in.len - rest.len;
	r->name.text = (struct text){ rest.ptr, end };
	r->path.text = text_skip(rest, end);
	r->path.at = r->name.at + end;
	if (vmxi_is_dots(r->name.text))
		return vmxi_fail(r->error, VMX_CODE_PATH_LEAVES_DATASTORE, where,
				 "'.' and '..' are no datastores");
	return VMX_OK;
}

static const struct form {
	enum vmx_datastore_form form;
	struct text prefix;
	enum vmx_code (*read)(struct reading *r);
} forms[] = {
	{ VMX_DATASTORE_BRACKETS, { "[", 1 }, read_brackets },
	{ VMX_DATASTORE_VMFS, { "/vmfs/volumes/", 14 }, read_vmfs },
	{ VMX_DATASTORE_URL, { "http://", 7 }, vmxi_read_url },
	{ VMX_DATASTORE_URL, { "https://", 8 }, vmxi_read_url },
};

/* The scheme of a URL is known in either case; '[' and /vmfs have to be as they are. */
static const struct form *form_of(struct text in)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].form == VMX_DATASTORE_URL ? text_starts_nocase(in, forms[i].prefix)
						       : text_starts(in, forms[i].prefix))
			return &forms[i];
	}
	return NULL;
}

/*
 * Checks of what was read
 */

static size_t origin(const struct part *part, size_t offset)
{
	offset += part->skipped;
	for (size_t layer = LAYERS_MAX; layer > 0; layer--) {
		if (part->raw[layer - 1].ptr)
			offset = vmxi_hex_origin('%', part->raw[layer - 1], offset);
	}
	return part->at + offset;
}

static enum vmx_code check_no_nul(const struct part *part, const char *what,
				  struct vmx_error *error)
{
	size_t at = vmxi_text_find(part->text, '\0');

	if (at == part->text.len)
		return VMX_OK;
	return vmxi_fail(error, VMX_CODE_EMBEDDED_NUL, vmxi_position_at(origin(part, at)),
			 "%s holds a NUL byte", what);
}

/* The vSphere API writes a '/' in the name of a datastore as %2f. */
static enum vmx_code check_no_slash(const struct reading *r)
{
	size_t at = vmxi_text_find(r->name.text, '/');
	char quoted[QUOTE_MAX];

	if (at == r->name.text.len || (r->flags & VMX_DATASTORE_LIBVIRT))
		return VMX_OK;
	return vmxi_fail(r->error, VMX_CODE_INVALID_DATASTORE_PATH,
			 vmxi_position_at(origin(&r->name, at)),
			 "the name of the datastore, '%s', holds a '/'; vSphere writes it %%2f there",
			 vmxi_quote(quoted, r->name.text));
}

/* Where a '..' leads out of the datastore; the length if none does. */
static size_t find_leaving(struct text path)
{
	size_t at = 0, depth = 0;

	while (at < path.len) {
		struct text part = text_skip(path, at);

		part.len = vmxi_text_find(part, '/');
		if (text_equal(part, TEXT(".."))) {
			if (depth == 0)
				return at;
			depth--;
		} else if (part.len > 0 && !text_equal(part, TEXT("."))) {
			depth++;
		}
		at += part.len + (at + part.len < path.len);
	}
	return path.len;
}

static enum vmx_code check_stays(const struct reading *r)
{
	size_t at = find_leaving(r->path.text);

	if (at == r->path.text.len)
		return VMX_OK;
	return vmxi_fail(r->error, VMX_CODE_PATH_LEAVES_DATASTORE,
			 vmxi_position_at(origin(&r->path, at)),
			 "the path leaves the datastore at this '..'");
}

/* libvirt keeps what stands behind the brackets as it is. */
static void drop_slashes(struct reading *r, enum vmx_datastore_form form)
{
	struct text rest = skip_slashes(r->path.text);

	if (form == VMX_DATASTORE_BRACKETS && (r->flags & VMX_DATASTORE_LIBVIRT))
		return;
	r->path.skipped = r->path.text.len - rest.len;
	r->path.text = rest;
}

enum vmx_code vmxi_check_datastore_path(struct reading *r, enum vmx_datastore_form form)
{
	enum vmx_code code;

	drop_slashes(r, form);
	code = check_no_nul(&r->name, "the name of the datastore", r->error);
	if (code == VMX_OK)
		code = check_no_nul(&r->path, "the path", r->error);
	if (code == VMX_OK)
		code = check_no_nul(&r->datacenter, "the name of the datacenter", r->error);
	if (code == VMX_OK)
		code = check_no_slash(r);
	return code == VMX_OK ? check_stays(r) : code;
}

enum vmx_code vmxi_read_datastore_path(struct reading *r, enum vmx_datastore_form *ret_form)
{
	const struct part all = { .text = r->in };
	const struct form *form = form_of(r->in);
	enum vmx_code code = vmxi_check_datastore_flags(r->flags, r->error);

	if (code == VMX_OK)
		code = check_no_nul(&all, "the text", r->error);
	if (code != VMX_OK)
		return code;
	if (!form)
		return vmxi_fail(r->error, VMX_CODE_INVALID_DATASTORE_PATH, vmxi_position_at(0),
				 "a path on a datastore is '[name] path', '/vmfs/volumes/name/path' "
				 "or the URL of a datastore browser");
	code = form->read(r);
	if (code != VMX_OK)
		return code;
	*ret_form = form->form;
	return vmxi_check_datastore_path(r, form->form);
}
