/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmxremote_output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/characters.h"
#include "common/json_line.h"

/*
 * Standard output
 */

static size_t count_characters(const char *text)
{
	size_t left = strlen(text), count = 0;

	while (left > 0) {
		uint32_t character;
		size_t bytes = utf8_character(text, left, &character);

		text += bytes ? bytes : 1;
		left -= bytes ? bytes : 1;
		count++;
	}
	return count;
}

void print_column(const char *text, size_t width)
{
	const char *shown = text && *text ? text : "-";
	size_t length = count_characters(shown);

	print_harmless(stdout, shown, strlen(shown));
	if (width > 0)
		printf("%*s", length < width ? (int)(width - length) + 1 : 1, "");
}

enum exit_status lose_output(struct settings *s, int error)
{
	s->output_lost = true;
	return show_lost_output(&s->common.console, error);
}

enum exit_status end_lines(struct settings *s)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? STATUS_DONE : lose_output(s, errno);
}

enum exit_status end_line(struct settings *s)
{
	putchar('\n');
	return end_lines(s);
}

enum exit_status print_json(struct settings *s, json_t *value)
{
	enum exit_status status = json_line_print(&s->common.console, value);

	s->output_lost = status != STATUS_DONE;
	return status;
}

/*
 * Words and numbers
 */

const char *power_name(enum vmx_power_state power)
{
	static const char *const names[] = {
		[VMX_POWER_UNKNOWN] = "unknown", [VMX_POWER_OFF] = "off", [VMX_POWER_ON] = "on",
		[VMX_POWER_SUSPENDED] = "suspended",
	};

	return (size_t)power < sizeof(names) / sizeof(names[0]) ? names[power] : names[0];
}

const char *size_text(uint64_t bytes, char ret[SIZE_TEXT_MAX])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(ret, SIZE_TEXT_MAX, "%u B", (unsigned int)bytes);
		return ret;
	}
	/* what would be shown as 1024.0 is the next unit's 1.0 */
	for (; value >= 1023.95; unit++)
		value /= 1024;
	snprintf(ret, SIZE_TEXT_MAX, "%.1f %s", value, units[unit]);
	return ret;
}

bool json_add_optional(json_t *object, const char *name, const char *text)
{
	return !text || json_add_string(object, name, text);
}

bool json_add_size(json_t *object, const char *name, uint64_t number)
{
	json_int_t value = number > INT64_MAX ? INT64_MAX : (json_int_t)number;

	return json_object_set_new(object, name, json_integer(value)) == 0;
}

bool json_add_flag(json_t *object, const char *name, bool flag)
{
	return json_object_set_new(object, name, json_boolean(flag)) == 0;
}

/*
 * Paths
 */

enum exit_status take_path(const struct settings *s, const char *argument, struct vmx_bytes *ret,
			   const char **ret_datacenter, struct vmx_datastore_path **ret_parsed)
{
	struct vmx_error *error = s->common.error;
	size_t length = strlen(argument);

	while (length > 1 && argument[length - 1] == '/')
		length--;
	if (vmx_datastore_path_parse(argument, length, 0, NULL, ret_parsed, error) != VMX_OK ||
	    vmx_datastore_path_format(*ret_parsed, 0, ret, error) != VMX_OK)
		return show_error(&s->common.console, argument, error);
	*ret_datacenter = s->datacenter ? s->datacenter
					: vmx_datastore_path_datacenter(*ret_parsed);
	return STATUS_DONE;
}

/*
 * Progress
 */

void transfer_begin(struct transfer *transfer, const struct settings *s, const char *name)
{
	const char *terminal = getenv("TERM");

	*transfer = (struct transfer){ .name = name, .percent = -1 };
	transfer->shown = !s->common.quiet && isatty(STDERR_FILENO) && terminal &&
			  strcmp(terminal, "dumb") != 0;
}

void transfer_show(struct transfer *transfer, uint64_t done, uint64_t total)
{
	int percent = total > 0 ? (int)((double)done * 100 / (double)total) : 0;
	char now[SIZE_TEXT_MAX], all[SIZE_TEXT_MAX];

	if (!transfer->shown || (total > 0 && percent == transfer->percent))
		return;
	transfer->percent = percent;
	fputc('\r', stderr);
	print_harmless(stderr, transfer->name, strlen(transfer->name));
	if (total > 0)
		fprintf(stderr, ": %s of %s, %d%%\033[K", size_text(done, now), size_text(total, all),
			percent);
	else
		fprintf(stderr, ": %s\033[K", size_text(done, now));
}

void transfer_end(struct transfer *transfer)
{
	if (transfer->shown && transfer->percent >= 0)
		fputs("\r\033[K", stderr);
	transfer->shown = false;
}
