/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Patterns of keys, in the syntax of file names.  PCRE2 translates and matches
 * them; no other file knows of it.
 */
#include <vmxkit/document.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"
#include "base/report.h"
#include "document/document.h"

struct vmx_pattern {
	struct vmx_allocator allocator;
	pcre2_general_context *memory;	/* the allocator, as PCRE2 wants it */
	pcre2_code *code;
	pcre2_match_context *context;
	pcre2_match_data *data;		/* what matching works in */
};

/*
 * How often matching may start over: a dozen stars against a key of ordinary
 * length stay far below it, and a malicious pattern ends soon.
 */
#define MATCH_LIMIT 100000

#define PATTERN_MAX 1024

static void *give_memory(size_t size, void *allocator)
{
	return vmxi_allocate(allocator, size ? size : 1);
}

static void take_memory(void *block, void *allocator)
{
	vmxi_release(allocator, block);
}

static enum vmx_code fail_pattern(struct vmx_error *error, int number)
{
	PCRE2_UCHAR text[128];

	if (number == PCRE2_ERROR_NOMEMORY || number == PCRE2_ERROR_HEAP_FAILED)
		return vmxi_out_of_memory(error);
	if (pcre2_get_error_message(number, text, sizeof(text)) < 0)
		text[0] = '\0';
	return vmxi_fail(error, VMX_CODE_INVALID_PATTERN, NOWHERE,
			 "the pattern is not valid: %s", (const char *)text);
}

static bool has_negated_set(const char *pattern, size_t length)
{
	for (size_t i = 0; i + 1 < length; i++) {
		if (pattern[i] == '[' && (pattern[i + 1] == '!' || pattern[i + 1] == '^'))
			return true;
	}
	return false;
}

/*
 * '.' and '/' are bytes like any others, for no key is a path, and the backslash
 * is no escape.  But where a set is negated, PCRE2 up to 10.48 needs a separator,
 * or it puts a stray byte into the set (its pull request 963): there, no wildcard
 * stands for a backslash.
 */
static int translate_in(pcre2_convert_context *context, const char *pattern, size_t length,
			PCRE2_UCHAR **ret, size_t *ret_length)
{
	uint32_t options = PCRE2_CONVERT_GLOB | PCRE2_CONVERT_GLOB_NO_STARSTAR;

	pcre2_set_glob_escape(context, 0);
	pcre2_set_glob_separator(context, '\\');
	if (!has_negated_set(pattern, length))
		options |= PCRE2_CONVERT_GLOB_NO_WILD_SEPARATOR;
	*ret = NULL;
	*ret_length = 0;
	return pcre2_pattern_convert((PCRE2_SPTR)pattern, length, options, ret, ret_length, context);
}

static enum vmx_code translate(const struct vmx_pattern *made, const char *pattern, size_t length,
			       PCRE2_UCHAR **ret, size_t *ret_length, struct vmx_error *error)
{
	pcre2_convert_context *context = pcre2_convert_context_create(made->memory);
	int number;

	if (!context)
		return vmxi_out_of_memory(error);
	number = translate_in(context, pattern, length, ret, ret_length);
	pcre2_convert_context_free(context);
	return number == 0 ? VMX_OK : fail_pattern(error, number);
}

static enum vmx_code compile(struct vmx_pattern *made, const PCRE2_UCHAR *expression,
			     size_t length, struct vmx_error *error)
{
	/* a '$' at the end must not match in front of a line feed */
	const uint32_t options = PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL;
	pcre2_compile_context *context = pcre2_compile_context_create(made->memory);
	size_t at;
	int number;

	if (!context)
		return vmxi_out_of_memory(error);
	made->code = pcre2_compile(expression, length, options, &number, &at, context);
	pcre2_compile_context_free(context);
	return made->code ? VMX_OK : fail_pattern(error, number);
}

static enum vmx_code fill(struct vmx_pattern *made, const char *pattern, size_t length,
			  struct vmx_error *error)
{
	PCRE2_UCHAR *expression = NULL;
	size_t expression_length = 0;
	enum vmx_code code;

	made->memory = pcre2_general_context_create(give_memory, take_memory, &made->allocator);
	if (!made->memory)
		return vmxi_out_of_memory(error);
	made->context = pcre2_match_context_create(made->memory);
	made->data = pcre2_match_data_create(1, made->memory);
	if (!made->context || !made->data)
		return vmxi_out_of_memory(error);
	pcre2_set_match_limit(made->context, MATCH_LIMIT);
	code = translate(made, pattern, length, &expression, &expression_length, error);
	if (code != VMX_OK)
		return code;
	code = compile(made, expression, expression_length, error);
	pcre2_converted_pattern_free(expression);
	return code;
}

enum vmx_code vmx_pattern_new(const char *pattern, size_t length,
			      const struct vmx_allocator *allocator, struct vmx_pattern **ret,
			      struct vmx_error *error)
{
	struct vmx_pattern *made;
	enum vmx_code code;

	if (length > PATTERN_MAX)
		return vmxi_fail(error, VMX_CODE_INVALID_PATTERN, NOWHERE,
				 "the pattern is longer than %d bytes", PATTERN_MAX);
	allocator = vmxi_allocator(allocator);
	made = vmxi_allocate(allocator, sizeof(*made));
	if (!made)
		return vmxi_out_of_memory(error);
	*made = (struct vmx_pattern){ .allocator = *allocator };
	code = fill(made, pattern, length, error);
	if (code == VMX_OK)
		*ret = made;
	else
		vmx_pattern_free(made);
	return code;
}

void vmx_pattern_free(struct vmx_pattern *pattern)
{
	struct vmx_allocator allocator;

	if (!pattern)
		return;
	pcre2_match_data_free(pattern->data);
	pcre2_match_context_free(pattern->context);
	pcre2_code_free(pattern->code);
	pcre2_general_context_free(pattern->memory);
	allocator = pattern->allocator;
	vmxi_release(&allocator, pattern);
}

enum vmx_code vmx_pattern_matches(const struct vmx_pattern *pattern, const char *key,
				  size_t key_length, bool *ret, struct vmx_error *error)
{
	int number = pcre2_match(pattern->code, (PCRE2_SPTR)key, key_length, 0, 0, pattern->data,
				 pattern->context);

	if (number < 0 && number != PCRE2_ERROR_NOMATCH)
		return fail_pattern(error, number);
	*ret = number >= 0;
	return VMX_OK;
}

enum vmx_code vmx_document_next_match(const struct vmx_document *document,
				      const struct vmx_pattern *pattern, size_t *cursor,
				      struct vmx_entry *ret, struct vmx_error *error)
{
	const struct entry *e;

	while ((e = vmxi_next_entry(document, cursor))) {
		struct text key = entry_key(document, e);
		bool matches = false;
		enum vmx_code code = vmx_pattern_matches(pattern, key.ptr, key.len, &matches,
							 error);

		if (code != VMX_OK)
			return code;
		if (!matches)
			continue;
		vmxi_show_entry(document, e, ret);
		return VMX_OK;
	}
	return VMX_CODE_KEY_NOT_FOUND;
}
