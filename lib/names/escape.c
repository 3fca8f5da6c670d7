/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <vmxkit/escape.h>

#include "names/escape_core.h"

/*
 * Steps
 */

/* One coding, in both directions; see escape_core.h for what the functions answer. */
struct step {
	bool (*apply)(struct text in, struct vmx_bytes *out);
	bool (*undo)(struct text in, char *out, size_t *out_len, size_t *bad_at);
	size_t (*origin)(struct text in, size_t out_at);
	enum vmx_code code;
	const char *complaint;	/* behind "offset N: " */
};

static bool apply_percent(struct text in, struct vmx_bytes *out)
{
	return vmxi_escape_hex('%', TEXT("%/\\"), in, out);
}

static bool undo_percent(struct text in, char *out, size_t *out_len, size_t *bad_at)
{
	return vmxi_unescape_hex('%', in, out, out_len, bad_at);
}

static size_t percent_origin(struct text in, size_t out_at)
{
	return vmxi_hex_origin('%', in, out_at);
}

static bool apply_pipe(struct text in, struct vmx_bytes *out)
{
	return vmxi_escape_hex('|', TEXT("|\""), in, out);
}

/* The value of a VMX file stands on one line, and VMX files have no NULs. */
static bool apply_value_pipe(struct text in, struct vmx_bytes *out)
{
	return vmxi_escape_hex('|', TEXT("|\"\n\r\0"), in, out);
}

static bool undo_pipe(struct text in, char *out, size_t *out_len, size_t *bad_at)
{
	return vmxi_unescape_hex('|', in, out, out_len, bad_at);
}

static size_t pipe_origin(struct text in, size_t out_at)
{
	return vmxi_hex_origin('|', in, out_at);
}

/* What FAT and NTFS take in no name: VMware keeps it out of all datastores. */
static bool replace_forbidden(struct text in, struct vmx_bytes *out)
{
	size_t from = out->length;

	if (!vmxi_bytes_append_text(out, in))
		return false;
	for (char *p = out->data + from; p < out->data + out->length; p++) {
		if (*p != '\0' && strchr("\"*<>:|?", *p))
			*p = '_';
	}
	return true;
}

#define PERCENT_COMPLAINT "the % is not followed by two hex digits; a % of its own is written %25"
#define PIPE_COMPLAINT "the | is not followed by two hex digits; a | of its own is written |7c"

static const struct step percent = {
	apply_percent, undo_percent, percent_origin, VMX_CODE_INVALID_ESCAPE, PERCENT_COMPLAINT
};
static const struct step pipe = {
	apply_pipe, undo_pipe, pipe_origin, VMX_CODE_INVALID_ESCAPE, PIPE_COMPLAINT
};
static const struct step value_pipe = {
	apply_value_pipe, undo_pipe, pipe_origin, VMX_CODE_INVALID_ESCAPE, PIPE_COMPLAINT
};
static const struct step base64 = {
	vmxi_escape_base64, vmxi_unescape_base64, vmxi_base64_origin, VMX_CODE_INVALID_BASE64,
	"this is not VMware-base64, nor a byte that stands outside of it"
};
/* can't be undone */
static const struct step forbidden = { replace_forbidden, NULL, NULL, VMX_OK, NULL };

/*
 * Schemes
 */

#define STEPS_MAX 3

static const struct scheme {
	enum vmx_escape_scheme scheme;
	const char *name;
	const struct step *steps[STEPS_MAX];	/* in the order of writing */
} schemes[] = {
	{ VMX_ESCAPE_PERCENT, "percent", { &percent } },
	{ VMX_ESCAPE_PIPE, "pipe", { &pipe } },
	{ VMX_ESCAPE_BASE64, "base64", { &base64 } },
	{ VMX_ESCAPE_DATASTORE_ITEM, "datastore-item", { &forbidden, &percent, &base64 } },
	{ VMX_ESCAPE_DISPLAY_NAME, "display-name", { &value_pipe, &percent } },
	{ VMX_ESCAPE_ANNOTATION, "annotation", { &value_pipe } },
	{ VMX_ESCAPE_API_NAME, "api-name", { &percent } },
};

#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static const struct scheme *find_scheme(enum vmx_escape_scheme scheme)
{
	for (size_t i = 0; i < SCHEMES; i++) {
		if (schemes[i].scheme == scheme)
			return &schemes[i];
	}
	return NULL;
}

const char *vmx_escape_scheme_name(enum vmx_escape_scheme scheme)
{
	const struct scheme *found = find_scheme(scheme);

	return found ? found->name : NULL;
}

enum vmx_escape_scheme vmx_escape_scheme_from_name(const char *name, size_t length)
{
	for (size_t i = 0; i < SCHEMES; i++) {
		if (text_equal((struct text){ name, length }, text_of(schemes[i].name)))
			return schemes[i].scheme;
	}
	return VMX_ESCAPE_NO_SCHEME;
}

enum vmx_escape_scheme vmx_escape_scheme_next(enum vmx_escape_scheme scheme)
{
	for (size_t i = 0; i < SCHEMES; i++) {
		if (schemes[i].scheme > scheme)
			return schemes[i].scheme;
	}
	return VMX_ESCAPE_NO_SCHEME;
}

bool vmx_escape_is_reversible(enum vmx_escape_scheme scheme)
{
	const struct scheme *found = find_scheme(scheme);

	for (size_t i = 0; found && i < STEPS_MAX && found->steps[i]; i++) {
		if (!found->steps[i]->undo)
			return false;
	}
	return found != NULL;
}

static enum vmx_code no_such_scheme(struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
			 "there is no such escape scheme");
}

/*
 * Both directions
 */

static void swap(struct vmx_bytes *a, struct vmx_bytes *b)
{
	struct vmx_bytes kept = *a;

	*a = *b;
	*b = kept;
}

/* Each step but the first reads what the one before has written. */
static bool apply_steps(const struct scheme *scheme, struct text in, struct vmx_bytes *ret)
{
	struct vmx_bytes before = { NULL, 0, 0, ret->allocator };
	bool ok = scheme->steps[0]->apply(in, ret);

	for (size_t i = 1; ok && i < STEPS_MAX && scheme->steps[i]; i++) {
		swap(&before, ret);
		vmxi_bytes_clear(ret);
		ok = scheme->steps[i]->apply((struct text){ before.data, before.length }, ret);
	}
	vmx_bytes_release(&before);
	return ok;
}

enum vmx_code vmx_escape(enum vmx_escape_scheme scheme, const char *text, size_t length,
			 struct vmx_bytes *ret, struct vmx_error *error)
{
	const struct scheme *found = find_scheme(scheme);

	vmxi_bytes_clear(ret);
	if (!found)
		return no_such_scheme(error);
	if (apply_steps(found, (struct text){ text, length }, ret))
		return VMX_OK;
	vmxi_bytes_clear(ret);
	return vmxi_out_of_memory(error);
}

/* Fails for a byte of what the given step reads; from there back to the input. */
static enum vmx_code fail_in_step(const struct step *step, const struct step *before,
				  struct text input, size_t bad_at, struct vmx_error *error)
{
	size_t offset = before ? before->origin(input, bad_at) : bad_at;

	return vmxi_fail(error, step->code, vmxi_position_at(offset), "offset %zu: %s",
			 offset, step->complaint);
}

/*
 * Undoes the steps from the last to the first, in the memory of ret, which has
 * room for the whole input.  No scheme has more than two steps to undo, so the
 * step before a bad one has read the input itself.
 */
static enum vmx_code undo_steps(const struct scheme *scheme, struct text input,
				struct vmx_bytes *ret, struct vmx_error *error)
{
	const struct step *before = NULL;
	struct text in = input;

	for (size_t i = STEPS_MAX; i > 0; i--) {
		const struct step *step = scheme->steps[i - 1];
		size_t length, bad_at;

		if (!step || !step->undo)
			continue;
		if (!step->undo(in, ret->data, &length, &bad_at))
			return fail_in_step(step, before, input, bad_at, error);
		in = (struct text){ ret->data, length };
		before = step;
	}
	ret->length = in.len;
	ret->data[in.len] = '\0';
	return VMX_OK;
}

enum vmx_code vmx_unescape(enum vmx_escape_scheme scheme, const char *text, size_t length,
			   struct vmx_bytes *ret, struct vmx_error *error)
{
	const struct scheme *found = find_scheme(scheme);
	enum vmx_code code;

	vmxi_bytes_clear(ret);
	if (!found)
		return no_such_scheme(error);
	if (!vmxi_bytes_reserve(ret, length))
		return vmxi_out_of_memory(error);
	code = undo_steps(found, (struct text){ text, length }, ret, error);
	if (code != VMX_OK)
		vmxi_bytes_clear(ret);
	return code;
}
