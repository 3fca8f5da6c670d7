/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vmxkit/transport.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct vmx_choice choices[] = {
	{ "2", "Cancel", "Cancel" },
	{ "0", "I _Moved It", "keep the UUID" },
	{ "1", "I _Copied It", "a new UUID" },
	{ "3", "2", "a label that is another one's key" },
	{ "4", NULL, NULL },
};

static const struct vmx_question question = {
	.size = sizeof(question), .machine = "vm-1", .id = "7",
	.message_id = "msg.uuid.altered",
	.text = "This virtual machine might have been moved or copied. \xC3\x84NDERUNG?",
	.choices = choices, .choice_count = COUNT(choices), .default_choice = &choices[0],
};

static const struct vmx_choice *decide(enum vmx_question_policy policy, bool auto_answer,
				       const struct vmx_answer_rule *rules, size_t count,
				       const struct vmx_question *asked)
{
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;

	options.policy = policy;
	options.rules = rules;
	options.rule_count = count;
	return vmx_question_decide(&options, auto_answer, asked);
}

static void a_rule_answers_by_key_or_label(void **state)
{
	static const struct {
		struct vmx_answer_rule rule;
		const char *key;	/* NULL: no answer */
	} cases[] = {
		{ { "moved or copied", "1" }, "1" },
		{ { "MOVED", "i copied it" }, "1" },
		{ { "moved", "I _Copied It" }, "1" },
		{ { "moved", "i_copied it" }, NULL },
		{ { "moved", "I Copied" }, NULL },
		{ { "moved", "I Copied It!" }, NULL },
		{ { "^msg\\.uuid\\.altered:This", "cancel" }, "2" },
		{ { "copied\\. \xC3\xA4nderung\\?$", "0" }, "0" },
		/* a key before any label */
		{ { "moved", "2" }, "2" },
		{ { "moved", "" }, NULL },
		{ { "no such text", "1" }, NULL },
		{ { "", "1" }, "1" },
		{ { "moved", "5" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct vmx_choice *choice = decide(VMX_QUESTIONS_REPORT, true, &cases[i].rule, 1,
							 &question);

		if (!cases[i].key)
			assert_null(choice);
		else
			assert_string_equal(choice->key, cases[i].key);
	}
}

static void the_first_rule_that_fits_and_names_a_choice_decides(void **state)
{
	static const struct vmx_answer_rule rules[] = {
		{ "something else", "2" }, { "moved", "no such choice" }, { "copied", "0" }, { "copied", "1" },
	};

	(void)state;
	assert_ptr_equal(decide(VMX_QUESTIONS_DEFAULT, true, rules, COUNT(rules), &question), &choices[1]);
}

static void where_no_rule_fits_the_policy_decides(void **state)
{
	static const struct vmx_answer_rule rule = { "something else", "1" };
	struct vmx_question without = question;

	(void)state;
	without.default_choice = NULL;
	assert_null(decide(VMX_QUESTIONS_REPORT, true, &rule, 1, &question));
	assert_null(decide(VMX_QUESTIONS_AS_URI, false, &rule, 1, &question));
	assert_ptr_equal(decide(VMX_QUESTIONS_AS_URI, true, &rule, 1, &question), &choices[0]);
	assert_ptr_equal(decide(VMX_QUESTIONS_DEFAULT, false, &rule, 1, &question), &choices[0]);
	assert_null(decide(VMX_QUESTIONS_DEFAULT, true, NULL, 0, &without));
	assert_null(decide(VMX_QUESTIONS_AS_URI, true, NULL, 0, &without));
}

static void a_question_may_have_no_message_id_and_no_choices(void **state)
{
	static const struct vmx_answer_rule rule = { "^Why", "0" };
	struct vmx_question bare = { .size = sizeof(bare), .text = "Why?" };

	(void)state;
	assert_null(decide(VMX_QUESTIONS_DEFAULT, true, &rule, 1, &bare));
	bare.choices = choices;
	bare.choice_count = COUNT(choices);
	assert_ptr_equal(decide(VMX_QUESTIONS_REPORT, false, &rule, 1, &bare), &choices[1]);
}

/*
 * Such a pattern takes for ever on such a text.  It ends soon, and then nothing is
 * answered: the rule might have been meant to prevent the default.
 */
static void a_pattern_that_runs_wild_answers_nothing(void **state)
{
	static const struct vmx_answer_rule wild[] = { { "(a+)+$", "1" }, { "a", "1" } };
	static char text[4096];
	struct vmx_question long_one = question;

	(void)state;
	memset(text, 'a', sizeof(text) - 2);
	text[sizeof(text) - 2] = '!';
	long_one.text = text;
	long_one.message_id = NULL;
	assert_null(decide(VMX_QUESTIONS_DEFAULT, true, wild, COUNT(wild), &long_one));
	assert_ptr_equal(decide(VMX_QUESTIONS_DEFAULT, true, wild + 1, 1, &long_one), &choices[2]);
}

/* 2^20 ways to try: PCRE2 would go through them, and match. */
static void a_pattern_that_takes_long_answers_nothing(void **state)
{
	static const struct vmx_answer_rule slow = { "^(a?){20}a{20}$", "1" };
	struct vmx_question twenty = question;

	(void)state;
	twenty.text = "aaaaaaaaaaaaaaaaaaaa";
	twenty.message_id = NULL;
	assert_null(decide(VMX_QUESTIONS_DEFAULT, true, &slow, 1, &twenty));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_answers_by_key_or_label),
		cmocka_unit_test(the_first_rule_that_fits_and_names_a_choice_decides),
		cmocka_unit_test(where_no_rule_fits_the_policy_decides),
		cmocka_unit_test(a_question_may_have_no_message_id_and_no_choices),
		cmocka_unit_test(a_pattern_that_runs_wild_answers_nothing),
		cmocka_unit_test(a_pattern_that_takes_long_answers_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
