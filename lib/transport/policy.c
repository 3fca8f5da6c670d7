/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/policy.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"
#include "base/report.h"

/* A question is a few hundred bytes; a pattern that needs more than this runs wild. */
#define MATCH_LIMIT 100000
#define HEAP_LIMIT_KIB 1024
#define PATTERN_MAX 4096
#define RULES_MAX 256

static pcre2_code *compile(const char *pattern, int *ret_number, size_t *ret_at)
{
	const uint32_t options = PCRE2_CASELESS | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;

	return pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), options, ret_number, ret_at, NULL);
}

/*
 * Checking
 */

static enum vmx_code fail_rule(struct vmx_error *error, const char *pattern, int number, size_t at)
{
	char quoted[QUOTE_MAX];
	PCRE2_UCHAR why[128];

	/* compiling has its own number for that */
	if (number == PCRE2_ERROR_NOMEMORY || number == PCRE2_ERROR_HEAP_FAILED)
		return vmxi_out_of_memory(error);
	if (pcre2_get_error_message(number, why, sizeof(why)) < 0)
		why[0] = '\0';
	return vmxi_fail(error, VMX_CODE_INVALID_PATTERN, NOWHERE,
			 "the pattern '%s' for questions is not valid at offset %zu: %s",
			 vmxi_quote(quoted, text_of(pattern)), at, (const char *)why);
}

static enum vmx_code check_rule(const struct vmx_answer_rule *rule, struct vmx_error *error)
{
	pcre2_code *code;
	size_t at;
	int number;

	if (!rule->pattern || !rule->answer)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "a rule for questions lacks its pattern or its answer");
	if (strlen(rule->pattern) > PATTERN_MAX)
		return vmxi_fail(error, VMX_CODE_INVALID_PATTERN, NOWHERE,
				 "a pattern for questions is longer than %d bytes", PATTERN_MAX);
	code = compile(rule->pattern, &number, &at);
	if (!code)
		return fail_rule(error, rule->pattern, number, at);
	pcre2_code_free(code);
	return VMX_OK;
}

enum vmx_code vmxi_check_rules(const struct vmx_task_options *options, struct vmx_error *error)
{
	if (options->rule_count > RULES_MAX || (options->rule_count > 0 && !options->rules))
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "there are more than %d rules for questions, or none where some "
				 "were announced", RULES_MAX);
	for (size_t i = 0; i < options->rule_count; i++) {
		enum vmx_code code = check_rule(&options->rules[i], error);

		if (code != VMX_OK)
			return code;
	}
	return VMX_OK;
}

/*
 * Deciding
 */

enum fit { FITS, FITS_NOT, CAN_NOT_TELL };

static enum fit match(const pcre2_code *code, struct text subject)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int answer = PCRE2_ERROR_NOMEMORY;

	if (context && data) {
		pcre2_set_match_limit(context, MATCH_LIMIT);
		pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
		answer = pcre2_match(code, (PCRE2_SPTR)subject.ptr, subject.len, 0, 0, data, context);
	}
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	return answer >= 0 ? FITS : answer == PCRE2_ERROR_NOMATCH ? FITS_NOT : CAN_NOT_TELL;
}

static enum fit rule_fits(const struct vmx_answer_rule *rule, struct text subject)
{
	size_t at;
	int number;
	pcre2_code *code = compile(rule->pattern, &number, &at);
	enum fit fit = code ? match(code, subject) : CAN_NOT_TELL;

	pcre2_code_free(code);
	return fit;
}

/* An underscore in a label marks the letter to press, as in "I _Copied It". */
static bool is_label(const char *label, const char *answer)
{
	while (*label || *answer) {
		if (*label == '_')
			label++;
		else if (*answer == '_')
			answer++;
		else if (ascii_lower(*label++) != ascii_lower(*answer++))
			return false;
	}
	return true;
}

/* Keys first, whatever their order: a label may be "1" as well. */
static const struct vmx_choice *find_choice(const struct vmx_question *question, const char *answer)
{
	for (size_t i = 0; i < question->choice_count; i++) {
		if (strcmp(question->choices[i].key, answer) == 0)
			return &question->choices[i];
	}
	for (size_t i = 0; i < question->choice_count; i++) {
		if (question->choices[i].label && is_label(question->choices[i].label, answer))
			return &question->choices[i];
	}
	return NULL;
}

/*
 * A rule that can't be tried may be the one that was meant to keep the default from
 * being taken: then there is no answer at all.
 */
static enum fit apply_rules(const struct vmx_task_options *options,
			    const struct vmx_question *question, struct text subject,
			    const struct vmx_choice **ret)
{
	for (size_t i = 0; i < options->rule_count; i++) {
		enum fit fit = rule_fits(&options->rules[i], subject);

		if (fit == CAN_NOT_TELL)
			return fit;
		*ret = fit == FITS ? find_choice(question, options->rules[i].answer) : NULL;
		if (*ret)
			return FITS;
	}
	return FITS_NOT;
}

/* MESSAGE-ID:TEXT, as the server has it. */
static bool append_subject(struct vmx_bytes *out, const struct vmx_question *question)
{
	if (question->message_id && !(vmxi_bytes_append_text(out, text_of(question->message_id)) &&
				      vmxi_bytes_append_char(out, ':')))
		return false;
	return vmxi_bytes_append_text(out, text_of(question->text));
}

const struct vmx_choice *vmx_question_decide(const struct vmx_task_options *options,
					     bool auto_answer,
					     const struct vmx_question *question)
{
	struct vmx_bytes subject = VMX_BYTES_INIT;
	const struct vmx_choice *choice = NULL;
	enum fit fit = options->rule_count > 0 ? CAN_NOT_TELL : FITS_NOT;

	if (options->rule_count > 0 && append_subject(&subject, question))
		fit = apply_rules(options, question, (struct text){ subject.data, subject.length },
				  &choice);
	vmx_bytes_release(&subject);
	if (fit != FITS_NOT)
		return choice;
	if (options->policy == VMX_QUESTIONS_DEFAULT ||
	    (options->policy == VMX_QUESTIONS_AS_URI && auto_answer))
		return question->default_choice;
	return NULL;
}
