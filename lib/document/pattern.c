/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Patterns of keys, in the syntax of file names.  PCRE2 translates and matches
 * them; no other file knows of it.
 */
#include <vmxkit/document.h>

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/report.h"
#include "document/document.h"

struct vmx_pattern {
	pcre2_code *code;
	pcre2_match_context *context;	/* only read by matching: threads may share it */
};

/*
 * How often matching may start over: a dozen stars against a key of ordinary
 * length stay far below it, and a malicious pattern ends soon.
 */
#define MATCH_LIMIT 100000

#define PATTERN_MAX 1024

static enum vmx_code fail_pattern(struct vmx_error *error, int number)
{
	PCRE2_UCHAR text[128];

	if (number == PCRE2_ERROR_NOMEMORY)
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

static enum vmx_code translate(const char *pattern, size_t length, PCRE2_UCHAR **ret,
			       size_t *ret_length, struct vmx_error *error)
{
	pcre2_convert_context *context = pcre2_convert_context_create(NULL);
	int number;

	if (!context)
		return vmxi_out_of_memory(error);
	number = translate_in(context, pattern, length, ret, ret_length);
	pcre2_convert_context_free(context);
	return number == 0 ? VMX_OK : fail_pattern(error, number);
}

static enum vmx_code compile(const PCRE2_UCHAR *expression, size_t length, pcre2_code **ret,
			     struct vmx_error *error)
{
	/* a '$' at the end must not match in front of a line feed */
	const uint32_t options = PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL;
	size_t at;
	int number;

	*ret = pcre2_compile(expression, length, options, &number, &at, NULL);
	return *ret ? VMX_OK : fail_pattern(error, number);
}

static enum vmx_code make_pattern(const PCRE2_UCHAR *expression, size_t length,
				  struct vmx_pattern **ret, struct vmx_error *error)
{
	struct vmx_pattern *made = calloc(1, sizeof(*made));
	enum vmx_code code;

	if (!made)
		return vmxi_out_of_memory(error);
	code = compile(expression, length, &made->code, error);
	if (code == VMX_OK) {
		made->context = pcre2_match_context_create(NULL);
		code = made->context ? VMX_OK : vmxi_out_of_memory(error);
	}
	if (code != VMX_OK) {
		vmx_pattern_free(made);
		return code;
	}
	pcre2_set_match_limit(made->context, MATCH_LIMIT);
	*ret = made;
	return VMX_OK;
}

enum vmx_code vmx_pattern_new(const char *pattern, size_t length, struct vmx_pattern **ret,
			      struct vmx_error *error)
{
	PCRE2_UCHAR *expression;
	size_t expression_length;
	enum vmx_code code;

	if (length > PATTERN_MAX)
		return vmxi_fail(error, VMX_CODE_INVALID_PATTERN, NOWHERE,
				 "the pattern is longer than %d bytes", PATTERN_MAX);
	code = translate(pattern, length, &expression, &expression_length, error);
	if (code != VMX_OK)
		return code;
	code = make_pattern(expression, expression_length, ret, error);
	pcre2_converted_pattern_free(expression);
	return code;
}

void vmx_pattern_free(struct vmx_pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_context_free(pattern->context);
	pcre2_code_free(pattern->code);
	free(pattern);
}

static bool matches(const struct vmx_pattern *pattern, pcre2_match_data *data, const char *key,
		    size_t key_length)
{
	return pcre2_match(pattern->code, (PCRE2_SPTR)key, key_length, 0, 0, data,
			   pattern->context) >= 0;
}

bool vmx_pattern_matches(const struct vmx_pattern *pattern, const char *key, size_t key_length)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	bool matched = data && matches(pattern, data, key, key_length);

	pcre2_match_data_free(data);
	return matched;
}

bool vmx_document_next_match(const struct vmx_document *document, const struct vmx_pattern *pattern,
			     size_t *cursor, struct vmx_entry *ret)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	const struct entry *e;

	while (data && (e = vmxi_next_entry(document, cursor))) {
		if (matches(pattern, data, e->key, e->key_len)) {
			vmxi_show_entry(e, ret);
			pcre2_match_data_free(data);
			return true;
		}
	}
	pcre2_match_data_free(data);
	return false;
}
