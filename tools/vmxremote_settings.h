/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vmxremote was asked to do.
 */
#ifndef VMXTOOL_VMXREMOTE_SETTINGS_H
#define VMXTOOL_VMXREMOTE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/remote.h"
#include "common/tool.h"

/* More rules for questions nobody needs. */
#define ANSWERS_MAX 64

struct settings {
	struct common_settings common;
	const struct command *command;
	struct remote remote;			/* open, while a command runs */

	const char *output, *output_dir, *password_file;
	bool output_given;			/* if only as standard output */
	bool all, xml, no_sync, force, resume, recursive, json;

	/* conversion */
	bool libvirt, full, strict, secure;
	const char *encoding;
	size_t max_size;

	/* places and names */
	const char *datacenter, *name;

	/* tasks */
	const char *answers[ANSWERS_MAX];	/* PATTERN=CHOICE */
	size_t answer_count;
	struct vmx_answer_rule rules[ANSWERS_MAX];	/* made of them; the patterns are owned */
	bool auto_answer, wait;
	size_t timeout, task_timeout;		/* seconds; 0: nothing was said */

	bool output_lost;			/* nothing more can be printed */
};

static inline enum vmx_level level_of(const struct settings *settings)
{
	return settings->libvirt ? VMX_LEVEL_LIBVIRT :
	       settings->full ? VMX_LEVEL_FULL : VMX_LEVEL_DEFAULT;
}

#endif
