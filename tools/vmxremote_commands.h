/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands.  The number of arguments has been checked, and there is a connection.
 * Each says what is wrong.
 */
#ifndef VMXTOOL_VMXREMOTE_COMMANDS_H
#define VMXTOOL_VMXREMOTE_COMMANDS_H

#include "vmxremote_settings.h"

typedef enum exit_status command_fn(struct settings *settings, char **arguments, int count);

/* Before there is a connection: what is wrong with all that was given, or NULL. */
typedef const char *check_fn(const struct settings *settings, char **arguments, int count);

struct command {
	const char *name;
	command_fn *run;
	int least, most;	/* arguments */
	const char *arguments;	/* as the help has them */
	unsigned int uses;	/* of the options that not every command has */
	check_fn *check;	/* NULL: nothing can be */
	int detail;		/* the kind of what is listed, or the action */
};

/* vmxremote_show.c */
command_fn command_list, command_list_kind, command_info;
check_fn check_list;

/* vmxremote_pull.c, vmxremote_push.c */
command_fn command_pull, command_push;
check_fn check_pull;

/* vmxremote_files.c */
command_fn command_browse, command_get, command_put;
check_fn check_get;

/* vmxremote_tasks.c */
command_fn command_register, command_unregister, command_power;

/* vmxremote_questions.c */
command_fn command_questions, command_answer;

#endif
