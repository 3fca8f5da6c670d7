/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking the person who sits there.
 */
#ifndef VMXTOOL_ASK_H
#define VMXTOOL_ASK_H

#include <stdbool.h>

#include "common/secret.h"

/*
 * Runs a program that asks, with the prompt as its argument: the first line that it
 * prints is the answer.  False: it could not be run, or has failed; errno says why, or
 * is 0.
 */
bool ask_program(const char *program, const char *prompt, struct secret *ret);

/*
 * Asks on the terminal, without echo if it is a password.  An empty answer is none.
 * False: there is no terminal, no answer, or a signal has asked to stop.
 */
bool ask_terminal(const char *prompt, bool echo, struct secret *ret);

#endif
