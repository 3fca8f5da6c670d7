/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * questions, answer: what a server waits for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_line.h"
#include "vmxremote_commands.h"
#include "vmxremote_output.h"

/*
 * questions
 */

struct asking {
	struct settings *settings;
	const char *name;		/* of the machine */
	enum exit_status status;
};

static json_t *choices_json(const struct vmx_question *q)
{
	json_t *array = json_array();
	bool good = array != NULL;

	for (size_t i = 0; good && i < q->choice_count; i++) {
		json_t *choice = json_object();

		good = json_add_optional(choice, "key", q->choices[i].key) &&
		       json_add_optional(choice, "label", q->choices[i].label) &&
		       json_add_optional(choice, "summary", q->choices[i].summary);
		good = json_array_append_new(array, choice) == 0 && good;
	}
	return json_if_whole(good, array);
}

static json_t *question_json(const char *name, const struct vmx_question *q)
{
	json_t *o = json_object();
	bool good = json_add_string(o, "machine", q->machine) && json_add_string(o, "name", name) &&
		    json_add_string(o, "question", q->id) &&
		    json_add_optional(o, "message_id", q->message_id) &&
		    json_add_string(o, "text", q->text) &&
		    json_object_set_new(o, "choices", choices_json(q)) == 0 &&
		    (!q->default_choice || json_add_string(o, "default", q->default_choice->key)) &&
		    json_add_optional(o, "task", q->task) &&
		    json_add_flag(o, "cancelable", q->cancelable);

	return json_if_whole(good, o);
}

static void print_choice(const struct vmx_question *q, const struct vmx_choice *choice)
{
	fputs("    ", stdout);
	print_column(choice->key, 4);
	print_column(choice->label, 0);
	puts(choice == q->default_choice ? " (default)" : "");
}

/* Whether it can be shown as a word of a command line: it comes from a server. */
static bool is_plain(const char *id)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";

	return *id && *id != '-' && id[strspn(id, plain)] == '\0';
}

static void print_question(const char *name, const struct vmx_question *q)
{
	print_column(name, 0);
	fputs(" asks (question ", stdout);
	print_column(q->id, 0);
	fputs("):\n    ", stdout);
	print_column(q->text, 0);
	putchar('\n');
	for (size_t i = 0; i < q->choice_count; i++)
		print_choice(q, &q->choices[i]);
	if (is_plain(q->machine) && is_plain(q->id))
		printf("  vmxremote answer %s KEY %s\n", q->machine, q->id);
}

/* What is asked, what can be answered, and how. */
static void show_question(void *user, const struct vmx_question *q)
{
	struct asking *a = user;

	if (a->settings->json) {
		a->status = print_json(a->settings, question_json(a->name, q));
		return;
	}
	print_question(a->name, q);
	a->status = end_lines(a->settings);
}

static enum exit_status ask_machine(struct settings *s, const char *id, const char *name)
{
	struct asking a = { .settings = s, .name = name };

	if (vmx_connection_question(s->remote.connection, id, show_question, &a,
				    s->common.error) != VMX_OK)
		return remote_error(&s->remote, name);
	return a.status;
}

/* Only those that have a question are asked for it; a call within a call. */
static bool ask_object(void *user, const struct vmx_remote_object *object)
{
	struct asking *a = user;
	const char *name = object->name ? object->name : object->id;

	if (!object->machine || !object->machine->asks)
		return true;
	a->status = status_of_both(a->status, ask_machine(a->settings, object->id, name));
	return !a->settings->output_lost;
}

enum exit_status command_questions(struct settings *s, char **arguments, int count)
{
	struct remote_machine machine = { .id = NULL };
	struct asking a = { .settings = s };
	enum exit_status status;

	if (count == 0) {
		if (vmx_connection_list(s->remote.connection, VMX_REMOTE_MACHINE, ask_object, &a,
					s->common.error) != VMX_OK)
			return status_of_both(a.status, remote_error(&s->remote, NULL));
		return a.status;
	}
	status = remote_find(&s->remote, arguments[0], &machine);
	if (status == STATUS_DONE)
		status = ask_machine(s, machine.id, machine.name);
	remote_machine_release(&machine);
	return status;
}

/*
 * answer
 */

struct answering {
	const char *wanted;		/* a key or a label */
	const char *question;		/* the id that was shown; NULL: any */
	char *id, *key;			/* what is answered; NULL: nothing fits */
	bool other, no_memory, asked;
};

static const struct vmx_choice *find_choice(const struct vmx_question *q, const char *wanted)
{
	struct vmx_task_options options = VMX_TASK_OPTIONS_INIT;
	const struct vmx_answer_rule rule = { "", wanted };

	options.policy = VMX_QUESTIONS_REPORT;
	options.rules = &rule;
	options.rule_count = 1;
	return vmx_question_decide(&options, false, q);
}

static void take_question(void *user, const struct vmx_question *q)
{
	struct answering *a = user;
	const struct vmx_choice *choice = find_choice(q, a->wanted);

	a->asked = true;
	a->other = a->question && strcmp(a->question, q->id) != 0;
	if (!choice || a->other)
		return;
	a->id = strdup(q->id);
	a->key = strdup(choice->key);
	a->no_memory = !a->id || !a->key;
}

static enum exit_status answer_it(const struct settings *s, const struct remote_machine *machine,
				  const struct answering *a)
{
	const struct console *console = &s->common.console;

	if (a->no_memory)
		return show_out_of_memory(console);
	if (a->id) {
		if (vmx_connection_answer(s->remote.connection, machine->id, a->id, a->key,
					  s->common.error) != VMX_OK)
			return remote_error(&s->remote, machine->name);
		return STATUS_DONE;
	}
	if (!a->asked)
		show_problem(console, "'%s' has no open question", machine->name);
	else if (a->other)
		show_problem(console, "'%s' has another question now; see 'questions'", machine->name);
	else
		show_problem(console, "the question of '%s' has no choice '%s'; see 'questions'",
			     machine->name, a->wanted);
	return STATUS_INPUT;
}

enum exit_status command_answer(struct settings *s, char **arguments, int count)
{
	struct answering a = { .wanted = arguments[1], .question = count > 2 ? arguments[2] : NULL };
	struct remote_machine machine = { .id = NULL };
	enum exit_status status = remote_find(&s->remote, arguments[0], &machine);

	if (status == STATUS_DONE &&
	    vmx_connection_question(s->remote.connection, machine.id, take_question, &a,
				    s->common.error) != VMX_OK)
		status = remote_error(&s->remote, machine.name);
	if (status == STATUS_DONE)
		status = answer_it(s, &machine, &a);
	free(a.id);
	free(a.key);
	remote_machine_release(&machine);
	return status;
}
