/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzz target over the files and folders given, without a fuzzer.  Exit
 * status 0: all is well, and there was a file; the target aborts otherwise.
 */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int files;
static const char *volatile running;

static void say_which(int number)
{
	if (write(STDERR_FILENO, running, strlen(running)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
		_exit(1);
	signal(number, SIG_DFL);
	raise(number);
}

static int run_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(size ? size : 1);	/* exactly, so that ASan sees the end */
	int bad = !file || !data || fread(data, 1, size, file) != size;

	running = path;
	if (bad)
		perror(path);
	else
		LLVMFuzzerTestOneInput(data, size);
	if (file)
		fclose(file);
	free(data);
	files++;
	return bad;
}

static int run(const char *path);

static int run_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int bad = !folder;

	while (folder && (entry = readdir(folder))) {
		char *inside;

		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&inside, "%s/%s", path, entry->d_name) < 0)
			return 1;
		bad |= run(inside);
		free(inside);
	}
	if (folder)
		closedir(folder);
	return bad;
}

static int run(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		perror(path);
		return 1;
	}
	return S_ISDIR(st.st_mode) ? run_folder(path) : run_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	int bad = 0;

	signal(SIGABRT, say_which);
	for (int i = 1; i < argc; i++)
		bad |= run(argv[i]);
	printf("%u files\n", files);
	return bad || files == 0;
}
