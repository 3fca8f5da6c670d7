/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmxname: VMware's escapes and the paths of files on datastores.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "common/output.h"
#include "common/tool.h"

struct settings {
	struct common_settings common;
	struct vmx_bytes result;
	enum vmx_escape_scheme scheme;
	enum vmx_datastore_form to;
	const char *url_base, *datacenter;
	bool encode_twice, libvirt, null;
};

/*
 * Options
 */

static const struct {
	const char *name;
	enum vmx_datastore_form form;
} forms[] = {
	{ "datastore", VMX_DATASTORE_BRACKETS },
	{ "vmfs", VMX_DATASTORE_VMFS },
	{ "url", VMX_DATASTORE_URL },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static const char *take_scheme(void *settings, const char *argument)
{
	struct settings *s = settings;

	s->scheme = vmx_escape_scheme_from_name(argument, strlen(argument));
	return s->scheme ? NULL : "the schemes are percent, pipe, base64, datastore-item, "
				  "display-name, annotation and api-name";
}

static const char *take_form(void *settings, const char *argument)
{
	struct settings *s = settings;

	for (size_t i = 0; i < FORMS; i++) {
		if (strcmp(forms[i].name, argument) == 0) {
			s->to = forms[i].form;
			return NULL;
		}
	}
	return "the forms are datastore, vmfs and url";
}

#define MEMBER(name) offsetof(struct settings, name)

static const struct option_row option_rows[] = {
	{ "scheme", 's', "NAME", "escape, unescape: percent, pipe, base64,\n"
	  "                                datastore-item, display-name, annotation,\n"
	  "                                api-name", 0, take_scheme },
	{ "to", 't', "FORM", "convert: datastore, vmfs, url", 0, take_form },
	{ "url-base", 0, "URL", "convert to URLs of https://host[:port]", MEMBER(url_base), NULL },
	{ "datacenter", 0, "DC", "convert to URLs with this dcPath", MEMBER(datacenter), NULL },
	{ "encode-twice", 0, NULL, "dcPath and dsName of URLs are encoded twice", MEMBER(encode_twice), NULL },
	{ "libvirt", 0, NULL, "read names in brackets as libvirt does", MEMBER(libvirt), NULL },
	{ "null", '0', NULL, "input and output end with NUL, not newline", MEMBER(null), NULL },
	{ "help", 'h', NULL, "print this and exit", MEMBER(common.help), NULL },
	{ "version", 'V', NULL, "print the version and exit", MEMBER(common.version), NULL },
	{ "long-options", 0, NULL, "print the long options and exit", MEMBER(common.long_options), NULL },
};

static const struct command_line command_line = {
	.usage = "escape|unescape --scheme=NAME [TEXT...]\n"
		 "       vmxname parse [OPTION]... [PATH...]\n"
		 "       vmxname convert --to=FORM [OPTION]... [PATH...]",
	.summary = "Escape VMware's names, and take paths on datastores apart.\n"
		   "Without TEXT or PATH: one on each line of standard input.",
	.options = option_rows,
	.option_count = sizeof(option_rows) / sizeof(option_rows[0]),
	.examples = { "vmxname unescape --scheme=display-name 'a%2fb'",
		      "vmxname convert --to=vmfs '[datastore1] vm/vm.vmx'" },
};

static unsigned int flags_of(const struct settings *s)
{
	return (s->libvirt ? VMX_DATASTORE_LIBVIRT : 0) |
	       (s->encode_twice ? VMX_DATASTORE_ENCODED_TWICE : 0);
}

/*
 * Output; errors show when standard output is closed
 */

static void end_record(const struct settings *s)
{
	putchar(s->null ? '\0' : '\n');
}

static enum vmx_code print_result(const struct settings *s, enum vmx_code code)
{
	if (code == VMX_OK) {
		fwrite(s->result.data, 1, s->result.length, stdout);
		end_record(s);
	}
	return code;
}

static void print_part(const struct settings *s, const char *label, const char *part)
{
	if (!part)
		return;
	printf("%s: %s", label, part);
	end_record(s);
}

/*
 * What is done to each text
 */

static enum vmx_code escape(struct settings *s, const char *text, size_t length)
{
	return print_result(s, vmx_escape(s->scheme, text, length, &s->result, s->common.error));
}

static enum vmx_code unescape(struct settings *s, const char *text, size_t length)
{
	return print_result(s, vmx_unescape(s->scheme, text, length, &s->result, s->common.error));
}

static enum vmx_code parse(struct settings *s, const char *text, size_t length)
{
	struct vmx_datastore_path *path;
	enum vmx_code code = vmx_datastore_path_parse(text, length, flags_of(s), NULL, &path, s->common.error);

	if (code != VMX_OK)
		return code;
	print_part(s, "datastore", vmx_datastore_path_name(path));
	print_part(s, "path", vmx_datastore_path_path(path));
	print_part(s, "directory", vmx_datastore_path_directory(path));
	print_part(s, "file", vmx_datastore_path_file(path));
	print_part(s, "datacenter", vmx_datastore_path_datacenter(path));
	print_part(s, "base", vmx_datastore_path_url_base(path));
	end_record(s);
	vmx_datastore_path_free(path);
	return VMX_OK;
}

static enum vmx_code format(struct settings *s, const struct vmx_datastore_path *path)
{
	switch (s->to) {
	case VMX_DATASTORE_BRACKETS:
		return vmx_datastore_path_format(path, flags_of(s), &s->result, s->common.error);
	case VMX_DATASTORE_VMFS:
		return vmx_datastore_path_format_vmfs(path, &s->result, s->common.error);
	case VMX_DATASTORE_URL:
		break;
	}
	return vmx_datastore_path_format_url(path, s->url_base, s->datacenter, flags_of(s),
					     &s->result, s->common.error);
}

static enum vmx_code convert(struct settings *s, const char *text, size_t length)
{
	struct vmx_datastore_path *path;
	enum vmx_code code = vmx_datastore_path_parse(text, length, flags_of(s), NULL, &path, s->common.error);

	if (code != VMX_OK)
		return code;
	code = print_result(s, format(s, path));
	vmx_datastore_path_free(path);
	return code;
}

static const struct action {
	const char *name;
	enum vmx_code (*run)(struct settings *s, const char *text, size_t length);
	bool takes_scheme, takes_form, takes_paths;
} actions[] = {
	{ "escape", escape, true, false, false },
	{ "unescape", unescape, true, false, false },
	{ "parse", parse, false, false, true },
	{ "convert", convert, false, true, true },
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	return NULL;
}

/* Why the options don't go with the action, or NULL. */
static const char *find_conflict(const struct settings *s, const struct action *action)
{
	if (action->takes_scheme != (s->scheme != VMX_ESCAPE_NO_SCHEME))
		return action->takes_scheme ? "which scheme? say --scheme=NAME"
					    : "--scheme is for escape and unescape";
	if (action->takes_form != (s->to != 0))
		return action->takes_form ? "to which form? say --to=FORM" : "--to is for convert";
	if (!action->takes_paths && (s->libvirt || s->encode_twice))
		return "--libvirt and --encode-twice are for parse and convert";
	if (s->to != VMX_DATASTORE_URL && (s->url_base || s->datacenter))
		return "--url-base and --datacenter are for convert --to=url";
	return NULL;
}

/*
 * Input
 */

/* Shows the error of the last text; line 0: it was an argument, whose label says which. */
static enum exit_status show_bad_text(const struct settings *s, const char *label, size_t line)
{
	const struct vmx_diagnostic diagnostic = {
		vmx_error_code(s->common.error), VMX_ERROR, (unsigned int)line,
		vmx_error_column(s->common.error), vmx_error_message(s->common.error)
	};

	/* what was printed before stands before it, where both go to one place */
	fflush(stdout);
	show_diagnostic(&s->common.console, label, &diagnostic);
	return status_of(diagnostic.code);
}

static enum exit_status do_argument(struct settings *s, const struct action *action,
				    const char *text, int number)
{
	char label[64];
	unsigned int column;

	if (action->run(s, text, strlen(text)) == VMX_OK)
		return STATUS_DONE;
	column = vmx_error_column(s->common.error);
	if (column > 0)
		snprintf(label, sizeof(label), "%s: argument %d:%u", s->common.console.tool, number,
			 column);
	else
		snprintf(label, sizeof(label), "%s: argument %d", s->common.console.tool, number);
	return show_bad_text(s, label, 0);
}

static enum exit_status do_arguments(struct settings *s, const struct action *action,
				     char **texts, int count)
{
	enum exit_status status = STATUS_DONE;

	for (int i = 0; i < count; i++)
		status = status_of_both(status, do_argument(s, action, texts[i], i + 1));
	return status;
}

static enum exit_status do_standard_input(struct settings *s, const struct action *action)
{
	enum exit_status status = STATUS_DONE;
	int delimiter = s->null ? '\0' : '\n';
	char *text = NULL;
	size_t room = 0;
	ssize_t length;

	for (size_t line = 1; (length = getdelim(&text, &room, delimiter, stdin)) >= 0; line++) {
		if (length > 0 && text[length - 1] == delimiter)
			length--;
		if (action->run(s, text, (size_t)length) != VMX_OK)
			status = status_of_both(status, show_bad_text(s, "<stdin>", line));
	}
	free(text);
	if (feof(stdin))
		return status;
	show_problem(&s->common.console, "can't read standard input: %s", strerror(errno));
	return STATUS_SYSTEM;
}

static enum exit_status run(void *settings, char **arguments, int count)
{
	struct settings *s = settings;
	const struct action *action = count > 0 ? find_action(arguments[0]) : NULL;
	const char *conflict;

	if (!action)
		return usage_error(&s->common.console, "say what to do: escape, unescape, parse or convert");
	conflict = find_conflict(s, action);
	if (conflict)
		return usage_error(&s->common.console, "%s", conflict);
	return count > 1 ? do_arguments(s, action, arguments + 1, count - 1)
			 : do_standard_input(s, action);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {
		.name = "vmxname", .line = &command_line, .run = run,
	};
	struct settings s = { .result = VMX_BYTES_INIT };
	int status = run_tool(&tool, &s, argc, argv);

	vmx_bytes_release(&s.result);
	return status;
}
