/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/part_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/output.h"

static bool close_failed(struct part_file *file)
{
	int kept = errno;

	close(file->fd);
	file->fd = -1;
	errno = kept;
	return false;
}

static bool remove_failed(const char *path)
{
	int kept = errno;

	unlink(path);
	errno = kept;
	return false;
}

static bool lock_patiently(int fd)
{
	int result;

	do
		result = flock(fd, LOCK_EX | LOCK_NB);
	while (result != 0 && errno == EINTR);
	return result == 0;
}

/*
 * A part that somebody else may write to, or know under another name, is not ours; nor is
 * one that has got its name meanwhile.
 */
static bool is_ours(const struct part_file *file, const struct stat *found)
{
	struct stat named;
	bool gone;

	if (!S_ISREG(found->st_mode) || found->st_uid != geteuid() || found->st_nlink > 1) {
		errno = EEXIST;
		return false;
	}
	gone = lstat(file->part, &named) != 0;
	if (gone && errno != ENOENT)
		return false;
	if (gone || named.st_ino != found->st_ino || named.st_dev != found->st_dev) {
		errno = EWOULDBLOCK;
		return false;
	}
	return true;
}

static bool begin_at_end(const struct part_file *file, bool resume, uint64_t *ret_offset)
{
	struct stat found;

	if (!lock_patiently(file->fd) || fstat(file->fd, &found) != 0)
		return false;
	if (!is_ours(file, &found))
		return false;
	if (!resume && ftruncate(file->fd, 0) != 0)
		return false;
	*ret_offset = resume ? (uint64_t)found.st_size : 0;
	return lseek(file->fd, 0, SEEK_END) >= 0;
}

/* From here on a second signal, which ends the tool at once, removes the part. */
static bool make_temporary(struct part_file *file)
{
	int number;

	file->temporary = temporary_take(&number);
	if (!file->temporary)
		return false;
	snprintf(file->temporary->path, sizeof(file->temporary->path), "%s", file->part);
	file->temporary->exists = true;
	return true;
}

/* Makes the part, or opens the one that is there; *ret_new says which. */
static bool find_part(struct part_file *file, bool *ret_new)
{
	const int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK;
	/* nobody reads along before the mode is the old one */
	mode_t mode = file->target == TARGET_FILE ? 0600 : 0666;

	file->fd = open_patiently(file->part, flags | O_CREAT | O_EXCL, mode);
	*ret_new = file->fd >= 0;
	if (file->fd < 0 && errno == EEXIST)
		file->fd = open_patiently(file->part, flags, 0);
	return file->fd >= 0;
}

static bool open_part(struct part_file *file, bool resume, uint64_t *ret_offset)
{
	bool is_new;

	if (snprintf(file->part, PATH_MAX, "%s.part", file->path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (!find_part(file, &is_new))
		return false;
	if (begin_at_end(file, resume, ret_offset) && (resume || make_temporary(file)))
		return true;
	if (!is_new)
		return close_failed(file);
	close_failed(file);
	return remove_failed(file->part);
}

bool part_file_open(struct part_file *file, const char *path, bool resume, uint64_t *ret_offset)
{
	*file = (struct part_file){ .fd = -1 };
	*ret_offset = 0;
	catch_signals();
	file->target = find_target(path, file->path, &file->replaced);
	if (file->target == TARGET_FAILED)
		return false;
	if (file->target != TARGET_SPECIAL)
		return open_part(file, resume, ret_offset);
	file->fd = open_patiently(file->path, O_WRONLY | O_NOCTTY, 0);
	return file->fd >= 0;
}

bool part_file_write(struct part_file *file, const void *data, size_t length)
{
	return write_all(file->fd, data, length);
}

/* The part is no temporary file any more, whatever became of it. */
static void forget_temporary(struct part_file *file)
{
	if (file->temporary)
		temporary_give_back(file->temporary);
	file->temporary = NULL;
}

static bool take_name(struct part_file *file)
{
	sigset_t old;
	bool good;

	if ((file->target == TARGET_FILE && !keep_owner_and_mode(file->fd, file->path, &file->replaced)) ||
	    !sync_file(file->fd))
		return false;
	block_signals(&old);
	good = rename(file->part, file->path) == 0;
	if (good)
		forget_temporary(file);
	unblock_signals(&old);
	if (good)
		sync_directory(file->path);
	return good;
}

bool part_file_finish(struct part_file *file)
{
	if (file->target == TARGET_SPECIAL) {
		bool good = close(file->fd) == 0 || errno == EINTR;

		file->fd = -1;
		return good;
	}
	if (!take_name(file))
		return false;
	/* what it holds is on the disk already, so closing has nothing to say */
	close(file->fd);
	file->fd = -1;
	return true;
}

void part_file_abandon(struct part_file *file)
{
	struct stat found;
	bool part = file->target != TARGET_SPECIAL && file->fd >= 0;

	/* what was to be resumed is no temporary file */
	if (part && (file->temporary || (fstat(file->fd, &found) == 0 && found.st_size == 0)))
		unlink(file->part);
	forget_temporary(file);
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
