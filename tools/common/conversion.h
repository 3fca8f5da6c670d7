/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vmx2xml and xml2vmx are told in the same words: their settings begin with this.
 */
#ifndef VMXTOOL_CONVERSION_H
#define VMXTOOL_CONVERSION_H

#include <stdbool.h>
#include <stddef.h>

#include <vmxkit/datastore.h>

#include "common/output.h"
#include "common/tool.h"

/* For many files. */
struct batch_settings {
	const char *output_dir, *files0_from;
	size_t jobs;			/* 0: nothing was said */
	bool parents, skip_existing, no_sync, jsonl;
};

struct conversion_settings {
	struct common_settings common;
	struct batch_settings batch;
	const char *output;		/* of the one file that is converted */
	bool output_given;		/* if only as standard output */
	enum durability durability;	/* of the outputs */
	bool reports;			/* what is printed is not the result */
	bool libvirt, strict;
	const char *encoding;
	size_t max_size;

	/*
	 * How names of files change; NULL: not at all.  Refusals while the options are
	 * read leave their text in common.error.
	 */
	struct vmx_path_rules *rules;
	bool vmx_dir;			/* the user says where the VMX file is */
};

/* The rows of these options; their help is a topic of its own. */
#define BATCH_TOPIC "batch"
#define BATCH_OPTIONS 7
extern const struct option_row batch_options[BATCH_OPTIONS];

const char *take_output(void *settings, const char *argument);
const char *take_compat(void *settings, const char *argument);
const char *take_max_size(void *settings, const char *argument);
const char *take_vmx_dir(void *settings, const char *argument);
const char *take_datastore(void *settings, const char *argument);
const char *take_help(void *settings, const char *argument);

/*
 * A conversion: of a file, or of STANDARD_INPUT; into the file output, or NULL: to the
 * console's.  Says what is wrong.  Several may run at a time, each with settings of its own.
 */
typedef enum exit_status convert_fn(const void *settings, const char *file, const char *output);

/*
 * Puts the result of an input into the file output.  Says what is wrong: also that the two
 * are one file, since a user who mixes up -o would lose the machine.
 */
enum exit_status store_output(const struct conversion_settings *settings, const char *file,
			      const char *output, const void *data, size_t length);

/* Puts it where the console's output goes. */
enum exit_status print_output(const struct conversion_settings *settings, const void *data,
			      size_t length);

/* A tool that converts. */
struct converter {
	const char *from, *to;		/* ".vmx", ".xml": what names of files end in */
	const char *member;		/* what JSON calls the result: "xml" */
	size_t settings_size;		/* of the settings that begin as above */
	convert_fn *convert;
	/* What is wrong with the tool's own options as a whole, or NULL. */
	const char *(*find_conflict)(const void *settings, bool several);
};

/* The work of such a tool: all files, one or many. */
enum exit_status convert_files(const struct converter *converter,
			       struct conversion_settings *settings, char **files, int count);

#endif
