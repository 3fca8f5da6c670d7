/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/part_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a link that leads somewhere, its target is replaced. */
static bool name_files(struct part_file *file, const char *path)
{
	char target[PATH_MAX];
	const char *name = realpath(path, target) ? target : path;

	if (snprintf(file->path, PATH_MAX, "%s", name) < PATH_MAX &&
	    snprintf(file->part, PATH_MAX, "%s.part", name) < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

static bool lock_part(struct part_file *file, bool resume, uint64_t *ret_offset)
{
	struct stat found;

	if (flock(file->fd, LOCK_EX | LOCK_NB) != 0 || fstat(file->fd, &found) != 0)
		return false;
	if (!S_ISREG(found.st_mode)) {
		errno = EEXIST;
		return false;
	}
	if (!resume && ftruncate(file->fd, 0) != 0)
		return false;
	*ret_offset = resume ? (uint64_t)found.st_size : 0;
	return lseek(file->fd, 0, SEEK_END) >= 0;
}

static bool open_part(struct part_file *file, bool resume, uint64_t *ret_offset)
{
	mode_t mode = file->mode ? 0600 : 0666;
	int kept;

	file->fd = open(file->part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
	if (file->fd < 0)
		return false;
	if (lock_part(file, resume, ret_offset))
		return true;
	kept = errno;
	close(file->fd);
	errno = kept;
	return false;
}

bool part_file_open(struct part_file *file, const char *path, bool resume, uint64_t *ret_offset)
{
	struct stat found;

	*file = (struct part_file){ .fd = -1 };
	*ret_offset = 0;
	if (!name_files(file, path))
		return false;
	if (stat(file->path, &found) != 0)
		return open_part(file, resume, ret_offset);
	if (S_ISREG(found.st_mode)) {
		file->mode = found.st_mode & 07777;
		return open_part(file, resume, ret_offset);
	}
	file->part[0] = '\0';
	file->fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return file->fd >= 0;
}

bool part_file_write(struct part_file *file, const void *data, size_t length)
{
	const char *at = data;

	while (length > 0) {
		ssize_t written = write(file->fd, at, length);

		if (written < 0 && errno != EINTR)
			return false;
		at += written > 0 ? written : 0;
		length -= written > 0 ? (size_t)written : 0;
	}
	return true;
}

bool part_file_finish(struct part_file *file)
{
	bool good = true;
	int kept;

	if (file->part[0])
		good = (file->mode == 0 || fchmod(file->fd, file->mode) == 0) &&
		       fsync(file->fd) == 0 && rename(file->part, file->path) == 0;
	kept = errno;
	if (close(file->fd) != 0 && good && errno != EINTR)
		return false;
	errno = kept;
	return good;
}

void part_file_abandon(struct part_file *file, bool keep)
{
	struct stat found;

	if (file->part[0] && (!keep || fstat(file->fd, &found) != 0 || found.st_size == 0))
		unlink(file->part);
	close(file->fd);
}
