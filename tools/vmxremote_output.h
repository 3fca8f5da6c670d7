/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the commands of vmxremote print, and what they are given.
 */
#ifndef VMXTOOL_VMXREMOTE_OUTPUT_H
#define VMXTOOL_VMXREMOTE_OUTPUT_H

#include <stdint.h>

#include <jansson.h>

#include "vmxremote_settings.h"

/* Prints text of a server, padded to a width in characters; NULL: '-'. */
void print_column(const char *text, size_t width);

/* Says that standard output can't be written to, and that there is no use in going on. */
enum exit_status lose_output(struct settings *settings, int error);

/* Ends the line that was printed, or lines that have ended; says what is wrong. */
enum exit_status end_line(struct settings *settings);
enum exit_status end_lines(struct settings *settings);

/* Prints the value on a line of its own, and releases it; NULL: there was no memory. */
enum exit_status print_json(struct settings *settings, json_t *value);

/* "on", "off", "suspended"; "unknown". */
const char *power_name(enum vmx_power_state power);

/* "1.5 GiB" */
#define SIZE_TEXT_MAX 32
const char *size_text(uint64_t bytes, char ret[SIZE_TEXT_MAX]);

/* Members of an object; none for NULL.  False: no memory. */
bool json_add_optional(json_t *object, const char *name, const char *text);
bool json_add_size(json_t *object, const char *name, uint64_t number);
bool json_add_flag(json_t *object, const char *name, bool flag);

/*
 * The datastore path that an argument means, in brackets: any form of it, and without a
 * slash at the end.  *ret_datacenter is that of --datacenter or of a URL, or NULL; it lies
 * in *ret_parsed, which the caller frees.  Says what is wrong.
 */
enum exit_status take_path(const struct settings *settings, const char *argument,
			   struct vmx_bytes *ret, const char **ret_datacenter,
			   struct vmx_datastore_path **ret_parsed);

/* How far a file is: on a terminal only, and not with --quiet. */
struct transfer {
	const char *name;
	bool shown;
	int percent;		/* that is shown */
};

void transfer_begin(struct transfer *transfer, const struct settings *settings, const char *name);
void transfer_show(struct transfer *transfer, uint64_t done, uint64_t total);
void transfer_end(struct transfer *transfer);

#endif
