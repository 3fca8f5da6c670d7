/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands.  The first argument is the file; the number of arguments has been
 * checked.  Each says what is wrong.
 */
#ifndef VMXTOOL_VMXEDIT_COMMANDS_H
#define VMXTOOL_VMXEDIT_COMMANDS_H

#include "vmxedit_settings.h"

typedef enum exit_status command_fn(const struct settings *settings, char **arguments, int count);

/* vmxedit_show.c */
command_fn command_get, command_list;

/* vmxedit_change.c */
command_fn command_set, command_unset, command_rename, command_fmt;

/* vmxedit_diff.c: 1 for files that differ, and for bad input what else is 2 */
command_fn command_diff;

#endif
