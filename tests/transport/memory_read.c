/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Records
 */

static const struct record no_record;

bool record_set(struct record *record, const char *name, const char *value)
{
	struct field *grown = reallocarray(record->fields, record->count + 1, sizeof(*grown));
	struct field field = { strdup(name), strdup(value) };

	if (grown)
		record->fields = grown;
	if (!grown || !field.name || !field.value) {
		free(field.name);
		free(field.value);
		return false;
	}
	record->fields[record->count++] = field;
	return true;
}

static void release_record(struct record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		free(record->fields[i].name);
		free(record->fields[i].value);
	}
	free(record->fields);
	free(record->data);
	*record = no_record;
}

void record_remove(struct record *record)
{
	release_record(record);
}

struct record *memory_add(struct memory *memory, const char *kind)
{
	struct record *grown = reallocarray(memory->records, memory->count + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	memory->records = grown;
	grown[memory->count] = no_record;
	return record_set(&grown[memory->count], kind, "") ? &grown[memory->count++] : NULL;
}

struct record *memory_next(const struct memory *memory, const char *kind, size_t *at)
{
	while (*at < memory->count) {
		struct record *record = &memory->records[(*at)++];

		if (record->count > 0 && strcmp(record->fields[0].name, kind) == 0)
			return record;
	}
	return NULL;
}

const char *record_get_at(const struct record *record, const char *name, size_t index)
{
	for (size_t i = 1; i < record->count; i++) {
		if (strcmp(record->fields[i].name, name) == 0 && index-- == 0)
			return record->fields[i].value;
	}
	return NULL;
}

/* The last one: what has been changed since. */
const char *record_get(const struct record *record, const char *name)
{
	for (size_t i = record->count; i > 1; i--) {
		if (strcmp(record->fields[i - 1].name, name) == 0)
			return record->fields[i - 1].value;
	}
	return NULL;
}

bool record_is(const struct record *record, const char *name, const char *value)
{
	const char *found = record_get(record, name);

	return found && strcmp(found, value) == 0;
}

uint64_t record_number(const struct record *record, const char *name)
{
	const char *found = record_get(record, name);

	return found ? strtoull(found, NULL, 10) : 0;
}

/*
 * The file
 */

static enum vmx_code no_memory(struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "no memory");
}

/* One line: the kind of a record, a field of it, or the empty line behind it. */
static bool take_line(struct memory *memory, char *line, struct record **record)
{
	char *value;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '\0' || line[0] == '#') {
		*record = line[0] ? *record : NULL;
		return true;
	}
	if (!*record) {
		*record = memory_add(memory, line);
		return *record != NULL;
	}
	value = line + strcspn(line, " ");
	if (*value)
		*value++ = '\0';
	return record_set(*record, line, value);
}

static bool read_records(struct memory *memory, FILE *in)
{
	struct record *record = NULL;
	char *line = NULL;
	size_t room = 0;
	bool good = true;

	while (good && getline(&line, &room, in) > 0)
		good = take_line(memory, line, &record);
	free(line);
	return good && feof(in);
}

/* Lines of 16 bytes, with their offset. */
static bool put_pattern(FILE *out, uint64_t length)
{
	char pattern[32] = "";
	bool good = true;

	for (uint64_t i = 0; good && i < length; i++) {
		if (i % 16 == 0)
			snprintf(pattern, sizeof(pattern), "%015llx\n", (unsigned long long)i);
		good = putc(pattern[i % 16], out) != EOF;
	}
	return good;
}

static bool put_file(FILE *out, FILE *in)
{
	bool good = true;
	int byte;

	while (good && (byte = getc(in)) != EOF)
		good = putc(byte, out) != EOF;
	return good && feof(in);
}

/* What a file holds: another file, a text with a line end, a pattern of some length. */
static enum vmx_code fill_file(struct record *file, struct vmx_error *error)
{
	const char *from = record_get(file, "from"), *text = record_get(file, "text");
	FILE *in = from ? fopen(from, "re") : NULL;
	FILE *out = open_memstream(&file->data, &file->length);
	bool whole;

	if (from && !in && out)
		fclose(out);
	if (from && !in)
		return vmx_error_set(error, VMX_CODE_IO, NULL, "%s: %s", from, strerror(errno));
	whole = out && (!in || put_file(out, in)) && (!text || fprintf(out, "%s\n", text) > 0) &&
		put_pattern(out, record_number(file, "fill"));
	if (in)
		fclose(in);
	/* closing does not tell when there was no memory for it */
	return out && fclose(out) == 0 && file->data && whole ? VMX_OK : no_memory(error);
}

enum vmx_code memory_read(struct memory *memory, const char *path, struct vmx_error *error)
{
	FILE *in = fopen(path, "re");
	enum vmx_code code = VMX_OK;
	struct record *file;
	size_t at = 0;
	bool good;

	if (!in)
		return vmx_error_set(error, VMX_CODE_UNREACHABLE, NULL, "%s: %s", path, strerror(errno));
	good = read_records(memory, in);
	fclose(in);
	if (!good)
		return no_memory(error);
	while (code == VMX_OK && (file = memory_next(memory, "file", &at)))
		code = fill_file(file, error);
	at = 0;
	file = memory_next(memory, "server", &at);
	if (file) {
		/* records move when one is added; the fields stay where they are */
		memory->server = *file;
		*file = no_record;
	}
	return code;
}

void memory_release(struct memory *memory)
{
	for (size_t i = 0; i < memory->count; i++)
		release_record(&memory->records[i]);
	release_record(&memory->server);
	free(memory->records);
	free(memory);
}

/*
 * What the server is told to do
 */

void memory_note(const struct memory *memory, const char *format, ...)
{
	const char *path = record_get(&memory->server, "journal");
	FILE *out = path ? fopen(path, "ae") : NULL;
	va_list args;

	if (!out)
		return;
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	putc('\n', out);
	fclose(out);
}

/* "fail FUNCTION CODE DETAIL MESSAGE": the code is its name, the detail '-' for none. */
enum vmx_code memory_fails(const struct memory *memory, const char *function,
			   struct vmx_error *error)
{
	const char *told;

	for (size_t i = 0; (told = record_get_at(&memory->server, "fail", i)); i++) {
		char name[64], code_name[64], detail[64];
		enum vmx_code code = VMX_OK;
		int length = 0;

		if (sscanf(told, "%63s %63s %63s %n", name, code_name, detail, &length) != 3 ||
		    strcmp(name, function) != 0)
			continue;
		while ((code = vmx_code_next(code)) != VMX_OK) {
			if (strcmp(vmx_code_name(code), code_name) == 0)
				return vmx_error_set(error, code, strcmp(detail, "-") == 0 ? NULL : detail,
						     "%s", told + length);
		}
	}
	return VMX_OK;
}

bool memory_is_cancelled(const struct memory *memory)
{
	return memory->settings.cancelled && memory->settings.cancelled(memory->settings.user);
}
