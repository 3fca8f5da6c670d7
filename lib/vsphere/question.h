/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions: from what the server sends to what the caller is told, and the text that
 * explains one to a person.
 */
#ifndef VSPHERE_QUESTION_H
#define VSPHERE_QUESTION_H

#include <vmxkit/connection.h>

#include "base/memory.h"
#include "decode.h"
#include "vim.h"

/* More choices than a person could read; the rest is left out. */
#define QUESTION_CHOICES_MAX 64

/*
 * Makes a question of what the server sends: all of it copied into the arena.  *ret has
 * no outcome and no task yet.  VMX_CODE_OUT_OF_MEMORY; VMX_CODE_SERVER_ANSWER: it has no
 * id, so it can't be answered.
 */
enum vmx_code vsphere_question_read(const struct vim_VirtualMachineQuestionInfo *info,
				    const char *machine, struct arena *arena,
				    struct vmx_question **ret, struct vmx_error *error);

/*
 * The error VMX_CODE_QUESTION_BLOCKS: the question, its choices, what became of the task,
 * and what to do.  more: what went wrong besides ("cancelling it failed"), or NULL.
 */
enum vmx_code vsphere_question_fail(const struct vmx_question *question, const char *more,
				    struct vmx_error *error);

/*
 * After AnswerVM has failed: whether it was because the question is not open any more, or
 * has no such choice.
 */
bool vsphere_answer_is_refused(const struct answer *answer);

/* The functions of struct vmx_transport. */
enum vmx_code vsphere_question(void *connection, const char *machine, vmx_question_fn fn,
			       void *user, struct vmx_error *error);
enum vmx_code vsphere_answer(void *connection, const char *machine, const char *question,
			     const char *key, struct vmx_error *error);

#endif
