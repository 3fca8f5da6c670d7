/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document/checks.h"

#include "document/bytes.h"
#include "document/encoding.h"
#include "document/pieces.h"

static bool is_key(struct text key)
{
	if (key.len == 0 || !is_key_first(key.ptr[0]))
		return false;
	for (size_t i = 1; i < key.len; i++) {
		if (!is_key_byte(key.ptr[i]))
			return false;
	}
	return true;
}

enum vmx_code vmxi_check_key(const struct vmx_document *doc, struct text key,
			     struct vmx_error *error)
{
	char q[QUOTE_MAX];

	if (!is_key(key))
		return vmxi_fail(error, VMX_CODE_INVALID_KEY, NOWHERE,
				 "'%s' can't be a key: it has to begin with a letter or '.' and go "
				 "on with letters, digits and _ : . - *", vmxi_quote(q, key));
	if (key.len > doc->limits.key_length)
		return vmxi_fail(error, VMX_CODE_KEY_TOO_LONG, NOWHERE,
				 "the key is longer than the limit of %zu; the option "
				 "max_key_length raises it", doc->limits.key_length);
	return VMX_OK;
}

enum vmx_code vmxi_fail_not_found(struct text key, struct vmx_error *error)
{
	char q[QUOTE_MAX];

	return vmxi_fail(error, VMX_CODE_KEY_NOT_FOUND, NOWHERE, "there is no key '%s'",
			 vmxi_quote(q, key));
}

bool vmxi_names_encoding(struct text key)
{
	return text_equal_nocase(key, TEXT(".encoding"));
}

enum vmx_code vmxi_fail_encoding(const struct vmx_document *doc, struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_UNREPRESENTABLE_VALUE, NOWHERE,
			 "the file is in '%s': with another .encoding its values would mean "
			 "something else", doc->encoding);
}

enum vmx_code vmxi_fail_value_too_long(const struct vmx_document *doc, struct vmx_error *error)
{
	return vmxi_fail(error, VMX_CODE_VALUE_TOO_LONG, NOWHERE,
			 "the value is longer than the limit of %zu; the option "
			 "max_value_length raises it", doc->limits.value_length);
}

enum vmx_code vmxi_check_value(const struct vmx_document *doc, struct text key,
			       struct text value, struct vmx_error *error)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || is_eol(value.ptr[i]) || value.ptr[i] == '\0')
			return vmxi_fail(error, VMX_CODE_UNREPRESENTABLE_VALUE, NOWHERE,
					 "the value holds a quote, a line end or a NUL byte (at byte "
					 "%zu), which it can't as it is; pipe escapes say them", i + 1);
	}
	if (value.len > doc->limits.value_length)
		return vmxi_fail_value_too_long(doc, error);
	if (vmxi_names_encoding(key) && !vmxi_same_encoding(doc, value))
		return vmxi_fail_encoding(doc, error);
	return VMX_OK;
}

enum vmx_code vmxi_check_length(const struct vmx_document *doc, size_t more, size_t less,
				struct vmx_error *error)
{
	size_t length = doc->edits->length;

	if (more <= less || more - less <= doc->limits.file_size - length)
		return VMX_OK;
	return vmxi_fail(error, VMX_CODE_FILE_TOO_LARGE, NOWHERE,
			 "the file would have more bytes than the limit of %zu; the option "
			 "max_file_size raises it", doc->limits.file_size);
}
