/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/files.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	putc('\n', stderr);
	exit(1);
}

char *text_of_format(const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		give_up("no memory");
	va_end(args);
	return text;
}

FILE *open_text(char **text, size_t *length)
{
	FILE *out = open_memstream(text, length);

	if (!out)
		give_up("no memory");
	return out;
}

void close_text(FILE *out)
{
	if (fclose(out) != 0)
		give_up("no memory");
}

void blob_release(struct blob *blob)
{
	free(blob->data);
	*blob = (struct blob){ NULL, 0 };
}

bool blob_equal(const struct blob *a, const struct blob *b)
{
	return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

char *absolute_path(const char *path)
{
	char *absolute = realpath(path, NULL);

	if (!absolute)
		give_up("%s: %s", path, strerror(errno));
	return absolute;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool read_file(const char *path, struct blob *ret)
{
	FILE *in = fopen(path, "re");
	char piece[65536];
	FILE *out;
	size_t got;

	if (!in && errno == ENOENT)
		return false;
	out = open_memstream(&ret->data, &ret->length);
	if (!in || !out)
		give_up("%s: %s", path, strerror(errno));
	while ((got = fread(piece, 1, sizeof(piece), in)) > 0)
		fwrite(piece, 1, got, out);
	if (ferror(in) || fclose(out) != 0)
		give_up("%s: %s", path, strerror(errno));
	fclose(in);
	return true;
}

static void make_folders_above(const char *path)
{
	char *copy = text_of_format("%s", path);

	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0777) != 0 && errno != EEXIST)
			give_up("%s: %s", copy, strerror(errno));
		*slash = '/';
	}
	free(copy);
}

void write_file(const char *path, const void *data, size_t length)
{
	FILE *out;

	make_folders_above(path);
	out = fopen(path, "we");
	if (!out || fwrite(data, 1, length, out) != length || fclose(out) != 0)
		give_up("%s: %s", path, strerror(errno));
}

void remove_file(const char *path)
{
	if (unlink(path) != 0 && errno != ENOENT)
		give_up("%s: %s", path, strerror(errno));
}

char *make_temporary_folder(void)
{
	const char *above = getenv("TMPDIR");
	char *path = text_of_format("%s/vmxkit-test-XXXXXX", above && *above ? above : "/tmp");

	if (!mkdtemp(path))
		give_up("%s: %s", path, strerror(errno));
	return path;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

void remove_folder(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		give_up("%s: %s", path, strerror(errno));
}

static void add_name(struct names *names, char *name)
{
	if (names->count == names->capacity) {
		names->capacity = names->capacity ? names->capacity * 2 : 16;
		names->items = reallocarray(names->items, names->capacity, sizeof(*names->items));
		if (!names->items)
			give_up("no memory");
	}
	names->items[names->count++] = name;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_names(struct names *names)
{
	if (names->count > 0)
		qsort(names->items, names->count, sizeof(*names->items), compare_names);
}

void names_release(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct names){ NULL, 0, 0 };
}

void list_folder(const char *path, struct names *ret)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder)
		give_up("%s: %s", path, strerror(errno));
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] != '.')
			add_name(ret, text_of_format("%s", entry->d_name));
	}
	closedir(folder);
	sort_names(ret);
}

/* nftw() has no argument for its function */
static struct names *found_below;
static size_t length_above;

static int note_file(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)where;
	if (type == FTW_F || type == FTW_SL)
		add_name(found_below, text_of_format("%s", path + length_above + 1));
	return 0;
}

void list_files_below(const char *path, struct names *ret)
{
	found_below = ret;
	length_above = strlen(path);
	if (nftw(path, note_file, 16, FTW_PHYS) != 0)
		give_up("%s: %s", path, strerror(errno));
	sort_names(ret);
}

bool read_lines(const char *path, struct names *ret)
{
	struct blob text;
	char *rest, *line;

	if (!read_file(path, &text))
		return false;
	rest = text.data;
	while (rest && *rest) {
		line = strsep(&rest, "\n");
		add_name(ret, text_of_format("%s", line));
	}
	blob_release(&text);
	return true;
}
