/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "question.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report.h"
#include "vsphere.h"

/*
 * Reading
 */

/*
 * "msg.uuid.altered:This virtual machine ..." has a message id, of letters, digits and
 * dots, in front of its text.  Newer servers send the id in message[] as well.
 */
static size_t message_id_length(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789._-");

	return strncmp(text, "msg.", 4) == 0 && text[length] == ':' ? length : 0;
}

static const char *copy(struct arena *arena, const char *text, size_t length)
{
	return vmxi_arena_copy(arena, (struct text){ text, length }).ptr;
}

/* Absent texts are empty ones: nobody has to look. */
static const char *copy_string(struct arena *arena, const char *string)
{
	return copy(arena, string ? string : "", string ? strlen(string) : 0);
}

static bool read_text(struct vmx_question *question, struct arena *arena,
		      const struct vim_VirtualMachineQuestionInfo *info)
{
	const char *text = info->text ? info->text : "";
	size_t id = message_id_length(text);
	const struct vim_VirtualMachineMessage *message =
		info->message.count > 0 ? info->message.items[0] : NULL;

	if (id > 0)
		question->message_id = copy(arena, text, id);
	else if (message && message->id)
		question->message_id = copy_string(arena, message->id);
	if ((id > 0 || (message && message->id)) && !question->message_id)
		return false;
	question->text = copy_string(arena, id > 0 ? text + id + 1 : text);
	return question->text != NULL;
}

static bool read_choice(struct vmx_choice *choice, struct arena *arena,
			const struct vim_ElementDescription *info)
{
	choice->key = copy_string(arena, info->key);
	choice->label = copy_string(arena, info->label);
	choice->summary = copy_string(arena, info->summary);
	return choice->key && choice->label && choice->summary;
}

/* A default is a position in the list; one outside of it is none. */
static bool read_choices(struct vmx_question *question, struct arena *arena,
			 const struct vim_ChoiceOption *info)
{
	size_t count = info ? info->choiceInfo.count : 0;
	struct vmx_choice *choices;

	if (count > QUESTION_CHOICES_MAX)
		count = QUESTION_CHOICES_MAX;
	if (count == 0)
		return true;
	choices = vmxi_arena_zeroed(arena, count * sizeof(*choices));
	if (!choices)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!read_choice(&choices[i], arena, info->choiceInfo.items[i]))
			return false;
	}
	question->choices = choices;
	question->choice_count = count;
	if (info->defaultIndex.set && info->defaultIndex.value >= 0 &&
	    (uint64_t)info->defaultIndex.value < count)
		question->default_choice = &choices[info->defaultIndex.value];
	return true;
}

enum vmx_code vsphere_question_read(const struct vim_VirtualMachineQuestionInfo *info,
				    const char *machine, struct arena *arena,
				    struct vmx_question **ret, struct vmx_error *error)
{
	struct vmx_question *question = vmxi_arena_zeroed(arena, sizeof(*question));

	if (!info->id || info->id[0] == '\0')
		return vmx_error_set(error, VMX_CODE_SERVER_ANSWER, NULL,
				     "the server asks a question without an id");
	if (!question)
		return vsphere_out_of_memory(error);
	question->size = sizeof(*question);
	question->machine = copy_string(arena, machine);
	question->id = copy_string(arena, info->id);
	if (!question->machine || !question->id || !read_text(question, arena, info) ||
	    !read_choices(question, arena, info->choice))
		return vsphere_out_of_memory(error);
	*ret = question;
	return VMX_OK;
}

/*
 * Explaining
 */

static void list_choices(const struct vmx_question *question, char *out, size_t size)
{
	size_t at = 0;

	snprintf(out, size, "there are no choices");
	for (size_t i = 0; i < question->choice_count && at < size; i++) {
		const struct vmx_choice *choice = &question->choices[i];

		at += (size_t)snprintf(out + at, size - at, "%s%.20s: '%.60s'%s",
				       i > 0 ? ", " : "choices: ", choice->key, choice->label,
				       choice == question->default_choice ? " (default)" : "");
	}
}

/* What became of the task, and what can be done now. */
static const char *advice(const struct vmx_question *question)
{
	if (question->outcome == VMX_QUESTION_CANCELLED)
		return question->default_choice
			? "the task was cancelled; to have it answered with the default, add "
			  "auto_answer=1 to the URI"
			: "the task was cancelled; it has no default, so give the answer to use";
	if (question->choice_count == 0)
		return "the task stays blocked at the server";
	return question->default_choice
		? "the task stays blocked at the server until the question is answered; "
		  "auto_answer=1 in the URI takes the default"
		: "the task stays blocked at the server until the question is answered; it "
		  "has no default";
}

enum vmx_code vsphere_question_fail(const struct vmx_question *question, const char *more,
				    struct vmx_error *error)
{
	char choices[384];

	list_choices(question, choices, sizeof(choices));
	return vmx_error_set(error, VMX_CODE_QUESTION_BLOCKS, question->message_id,
			     "machine %.40s is blocked by question %.20s, '%.320s'; %s; %s%s%s",
			     question->machine, question->id, question->text, choices,
			     advice(question), more ? "; " : "", more ? more : "");
}

/*
 * By hand
 */

static const char *const question_paths[] = { "runtime.question" };

enum vmx_code vsphere_question(void *connection, const char *machine, vmx_question_fn fn,
			       void *user, struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	const struct vim_reference reference = { "VirtualMachine", machine };
	const struct vim_texts paths = VIM_ITEMS(question_paths);
	const struct vim_VirtualMachineQuestionInfo *info = NULL;
	const struct vim_ObjectContent *object;
	struct answer answer = ANSWER_INIT;
	struct arena arena = { .allocator = vsphere->allocator };
	struct vmx_question *question = NULL;
	enum vmx_code code = vsphere_properties_read_one(&vsphere->session, reference, &paths,
							 &answer, &object, error);

	if (code == VMX_OK)
		info = VIM_VALUE_AS(VirtualMachineQuestionInfo,
				    vsphere_property(object, "runtime.question"));
	if (info)
		code = vsphere_question_read(info, machine, &arena, &question, error);
	if (info && code == VMX_OK)
		fn(user, question);
	vmxi_arena_release(&arena);
	vsphere_answer_release(&answer);
	return code;
}

bool vsphere_answer_is_refused(const struct answer *answer)
{
	const char *name = answer->fault ? vsphere_fault_name(answer->fault->detail) : "";

	return strcmp(name, "InvalidArgument") == 0 || strcmp(name, "InvalidState") == 0;
}

enum vmx_code vsphere_answer(void *connection, const char *machine, const char *question,
			     const char *key, struct vmx_error *error)
{
	struct vsphere *vsphere = connection;
	const struct vim_AnswerVM_request request = {
		.questionId = question, .answerChoice = key,
	};
	const struct vim_AnswerVM_response *response;
	struct answer answer = ANSWER_INIT;
	enum vmx_code code = vim_AnswerVM(&vsphere->session,
					  (struct vim_reference){ "VirtualMachine", machine },
					  &request, &answer, &response, error);

	if (code != VMX_OK && vsphere_answer_is_refused(&answer))
		code = vmx_error_set(error, VMX_CODE_NOT_FOUND, "InvalidArgument",
				     "machine %.40s has no question %.20s with the choice '%.40s' "
				     "any more", machine, question, key);
	vsphere_answer_release(&answer);
	return code;
}
