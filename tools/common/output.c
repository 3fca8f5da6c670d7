/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/output_steps.h"
#include "common/signals.h"

void prepare_files(void)
{
	static const int flags[] = {
		[STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_WRONLY,
	};

	/* each open() takes the lowest number that is free */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", flags[fd]) != fd)
			break;
	}
	signal(SIGXFSZ, SIG_IGN);
}

int open_patiently(const char *path, int flags, mode_t mode)
{
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

bool write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, data, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written == 0)
			errno = ENOSPC;	/* or this would go on for ever */
		if (written <= 0)
			return false;
		data += written;
		length -= (size_t)written;
	}
	return true;
}

bool sync_file(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result != 0 && errno == EINTR);
	return result == 0 || errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
}

/* close(2) whose failure counts; the first failure's errno is kept. */
static bool close_after(int fd, bool good)
{
	int kept = errno;

	if (close(fd) != 0 && good && errno != EINTR)
		return false;
	errno = kept;
	return good;
}

/*
 * Where the file is
 */

/* DIRECTORY/name, with the directory of path; a name from the root stays. */
static bool beside(const char *path, const char *name, char ret[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	int directory = slash && name[0] != '/' ? (int)(slash - path) + 1 : 0;
	int length = snprintf(ret, PATH_MAX, "%.*s%s", directory, path, name);

	if (length < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

/* Follows a link whose target does not exist yet. */
static bool follow_dangling(const char *path, char ret[PATH_MAX])
{
	enum { LINKS_MAX = 40 };	/* what Linux itself follows */
	char target[PATH_MAX], next[PATH_MAX];

	if (!beside("", path, ret))
		return false;
	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t length = readlink(ret, target, sizeof(target) - 1);

		if (length < 0)
			return errno == EINVAL || errno == ENOENT;
		target[length] = '\0';
		if (!beside(ret, target, next))
			return false;
		memcpy(ret, next, sizeof(next));
	}
	errno = ELOOP;
	return false;
}

enum target find_target(const char *path, char ret[PATH_MAX], struct stat *ret_found)
{
	if (stat(path, ret_found) != 0)
		return errno == ENOENT && follow_dangling(path, ret) ? TARGET_NEW : TARGET_FAILED;
	/* a pipe may have no path of its own */
	if (!S_ISREG(ret_found->st_mode))
		return beside("", path, ret) ? TARGET_SPECIAL : TARGET_FAILED;
	return realpath(path, ret) ? TARGET_FILE : TARGET_FAILED;
}

/*
 * The temporary file
 */

static int create_temporary(struct temporary *temporary, int number, const char *path, mode_t mode)
{
	enum { ATTEMPTS = 100 };
	char name[64];
	sigset_t old;
	int fd = -1;

	block_signals(&old);
	for (int i = 0; i < ATTEMPTS; i++) {
		/*
		 * Not made from the file's name: that may be as long as names can be.  No two
		 * threads have the same number; another host may have the same process.
		 */
		snprintf(name, sizeof(name), ".vmxkit-%ld-%d.tmp", (long)getpid(),
			 number + i * TEMPORARIES_MAX);
		if (!beside(path, name, temporary->path))
			break;
		fd = open_patiently(temporary->path, O_WRONLY | O_CREAT | O_EXCL, mode);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	temporary->exists = fd >= 0;
	unblock_signals(&old);
	return fd;
}

/*
 * False: there is a list, and it can't be kept.  With a list the rights of the group in the
 * mode are those that anybody in the list may have, and not the group's.
 */
static bool keep_access_list(int fd, const char *path)
{
	static const char name[] = "system.posix_acl_access";
	char list[XATTR_SIZE_MAX];
	ssize_t length = getxattr(path, name, list, sizeof(list));

	if (length < 0)
		return errno == ENODATA || errno == ENOTSUP;
	return fsetxattr(fd, name, list, (size_t)length, 0) == 0;
}

bool keep_owner_and_mode(int fd, const char *path, const struct stat *replaced)
{
	mode_t mode = replaced->st_mode & 07777;

	if (fchown(fd, replaced->st_uid, replaced->st_gid) != 0 &&
	    fchown(fd, (uid_t)-1, replaced->st_gid) != 0)
		mode &= ~(mode_t)(S_IRWXG | S_ISUID | S_ISGID);
	if (fchmod(fd, mode) != 0)
		return false;
	return keep_access_list(fd, path) || fchmod(fd, mode & ~(mode_t)S_IRWXG) == 0;
}

bool is_folder(const char *path)
{
	int fd = open_patiently(path, O_RDONLY | O_DIRECTORY, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void sync_names(const char *folder)
{
	int fd = open_patiently(folder, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return;
	(void)sync_file(fd);
	close(fd);
}

void sync_directory(const char *path)
{
	char directory[PATH_MAX];

	if (beside(path, ".", directory))
		sync_names(directory);
}

static bool rename_temporary(struct temporary *temporary, const char *path)
{
	sigset_t old;
	bool good;

	block_signals(&old);
	good = rename(temporary->path, path) == 0;
	if (good)
		temporary->exists = false;
	unblock_signals(&old);
	return good;
}

static void remove_temporary(struct temporary *temporary)
{
	int kept = errno;
	sigset_t old;

	block_signals(&old);
	unlink(temporary->path);
	temporary->exists = false;
	unblock_signals(&old);
	errno = kept;
}

/* Whose owner and mode a file gets. */
struct model {
	const char *path;
	const struct stat *found;
};

/* What goes into a file. */
struct content {
	const void *data;
	size_t length;
	enum durability durability;
};

static bool fill_temporary(int fd, const struct model *replaced, const struct content *content)
{
	bool good = (!replaced || keep_owner_and_mode(fd, replaced->path, replaced->found)) &&
		    write_all(fd, content->data, content->length) &&
		    (content->durability == SYNC_NOTHING || sync_file(fd));

	return close_after(fd, good);
}

static bool write_temporary(struct temporary *temporary, int number, const char *path,
			    const struct model *replaced, const struct content *content)
{
	/* nobody reads along before the mode is the old one */
	int fd = create_temporary(temporary, number, path, replaced ? 0600 : 0666);

	if (fd < 0)
		return false;
	if (fill_temporary(fd, replaced, content) && rename_temporary(temporary, path))
		return true;
	remove_temporary(temporary);
	return false;
}

/* replaced is NULL for a new file. */
static bool replace_file(const char *path, const struct model *replaced,
			 const struct content *content)
{
	int number, kept;
	struct temporary *temporary = temporary_take(&number);
	bool good = temporary && write_temporary(temporary, number, path, replaced, content);

	kept = errno;
	if (temporary)
		temporary_give_back(temporary);
	if (good && content->durability == SYNC_FILE_AND_NAME)
		sync_directory(path);
	errno = kept;
	return good;
}

static bool write_special(const char *path, const void *data, size_t length)
{
	int fd = open_patiently(path, O_WRONLY | O_NOCTTY, 0);

	return fd >= 0 && close_after(fd, write_all(fd, data, length));
}

bool save_file_as(const char *path, enum durability durability, const void *data, size_t length)
{
	const struct content content = { data, length, durability };
	char target[PATH_MAX];
	struct stat found;

	catch_signals();
	switch (find_target(path, target, &found)) {
	case TARGET_FAILED:
		break;
	case TARGET_NEW:
		return replace_file(target, NULL, &content);
	case TARGET_FILE:
		return replace_file(target, &(struct model){ target, &found }, &content);
	case TARGET_SPECIAL:
		return write_special(path, data, length);
	}
	return false;
}

bool save_file(const char *path, const void *data, size_t length)
{
	return save_file_as(path, SYNC_FILE_AND_NAME, data, length);
}

bool save_copy(const char *path, const char *model, const void *data, size_t length)
{
	const struct content content = { data, length, SYNC_FILE_AND_NAME };
	struct stat found, there;

	catch_signals();
	if (stat(model, &found) != 0)
		return false;
	if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
		errno = EEXIST;
		return false;
	}
	return replace_file(path, &(struct model){ model, &found }, &content);
}

bool write_standard_output(const void *data, size_t length)
{
	return fwrite(data, 1, length, stdout) == length && fflush(stdout) == 0;
}

bool close_standard_output(void)
{
	bool good = !ferror(stdout);

	return fclose(stdout) == 0 && good;
}
