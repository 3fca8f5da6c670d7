/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A library to preload, which makes the system fail under a program:
 *
 *   LD_PRELOAD=faults.so VMXKIT_FAULT=CALL:NUMBER:WHAT program
 *
 *   CALL    allocate (malloc() and its kin), open, read, write, close, stat (and
 *           fstat(), lstat()), fsync, rename, fchmod, fchown
 *   NUMBER  which of these calls, from 1
 *   WHAT    ERROR    it fails with this error (ENOSPC)
 *           ERROR+   and so does each one behind it
 *           SIGNAL   this signal comes first (SIGTERM)
 *           short    from here on each read or write does but a few bytes, and every
 *                    second one is interrupted (EINTR)
 *           grow, shrink    the file that is read gets longer, or half as long, first
 *
 * Calls are counted from main() on, and up to the end of what exit() has to call, in all
 * libraries: what the loader does is not the program's, and neither are the destructors, in
 * which gcov writes down what was run.  Of the calls that the C library makes of itself only those of malloc() can
 * be caught, not what stdio reads and writes.
 *
 * Where VMXKIT_FAULT_MARK names a file, it is made when the fault happens: without it the
 * program was through before.
 */
/* Else open() is open64(), and here are both. */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum call { ALLOCATE, OPEN, READ, WRITE, CLOSE, STAT, FSYNC, RENAME, FCHMOD, FCHOWN, CALLS };

static const char *const call_names[] = {
	[ALLOCATE] = "allocate", [OPEN] = "open", [READ] = "read", [WRITE] = "write",
	[CLOSE] = "close", [STAT] = "stat", [FSYNC] = "fsync", [RENAME] = "rename",
	[FCHMOD] = "fchmod", [FCHOWN] = "fchown",
};

static struct {
	bool armed;
	enum call call;
	unsigned long number;
	int error, signal;
	bool onwards, in_bits;
	int resize;		/* the file that is read: 1 grows, -1 shrinks */
	const char *mark;
} plan;

static atomic_ulong calls_so_far;

/*
 * The plan
 */
static int number_of(const char *name, const char *(*name_of)(int))
{
	for (int i = 1; i < 200; i++) {
		const char *known = name_of(i);

		if (known && strcmp(known, name) == 0)
			return i;
	}
	return 0;
}

static const char *error_name(int number)
{
	return strerrorname_np(number);
}

static const char *signal_name(int number)
{
	return number < NSIG ? sigabbrev_np(number) : NULL;
}

/* False: there is no such thing. */
static bool take_what(char *what)
{
	size_t length = strlen(what);

	if (strcmp(what, "short") == 0)
		return plan.onwards = plan.in_bits = true;
	if (strcmp(what, "grow") == 0 || strcmp(what, "shrink") == 0)
		return (plan.resize = *what == 'g' ? 1 : -1);
	if (length > 0 && what[length - 1] == '+') {
		plan.onwards = true;
		what[length - 1] = '\0';
	}
	if (strncmp(what, "SIG", 3) == 0)
		return (plan.signal = number_of(what + 3, signal_name));
	return (plan.error = number_of(what, error_name));
}

static bool take_plan(char *text)
{
	char *number = strchr(text, ':'), *what = number ? strchr(number + 1, ':') : NULL;
	char *end;

	if (!what)
		return false;
	*number++ = *what++ = '\0';
	plan.call = ALLOCATE;
	while (plan.call < CALLS && strcmp(call_names[plan.call], text) != 0)
		plan.call++;
	plan.number = strtoul(number, &end, 10);
	return plan.call < CALLS && plan.number > 0 && !*end && take_what(what);
}

/* A test that misspells its plan must not pass. */
static void prepare(void)
{
	const char *text = getenv("VMXKIT_FAULT");
	char copy[128];

	if (!text)
		return;
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy) || !take_plan(copy)) {
		fprintf(stderr, "VMXKIT_FAULT: '%s' makes no sense\n", text);
		_exit(125);
	}
	plan.mark = getenv("VMXKIT_FAULT_MARK");
	plan.armed = true;
}

/*
 * The fault
 */
static void leave_mark(void)
{
	long fd;

	if (!plan.mark)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, plan.mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		syscall(SYS_close, fd);
}

/* Whether it is this call's turn.  *ret_number is which one it is. */
static bool is_due(enum call call, unsigned long *ret_number)
{
	if (!plan.armed || call != plan.call)
		return false;
	*ret_number = atomic_fetch_add(&calls_so_far, 1) + 1;
	if (*ret_number < plan.number || (*ret_number > plan.number && !plan.onwards))
		return false;
	if (*ret_number == plan.number)
		leave_mark();
	return true;
}

/* True: the call fails; errno is set. */
static bool fails(enum call call)
{
	unsigned long number;

	if (!is_due(call, &number))
		return false;
	if (plan.signal)
		raise(plan.signal);
	errno = plan.error;
	return plan.error != 0;
}

/* The file behind the descriptor, which may only be readable; a device stays as it is. */
static void resize(int fd)
{
	char path[64];
	struct stat status;
	int again;

	if (fstatat(fd, "", &status, AT_EMPTY_PATH) != 0 || !S_ISREG(status.st_mode))
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND);
	if (again < 0)
		_exit(125);
	if (plan.resize > 0 ? syscall(SYS_write, again, "# more\n", 7) != 7
			    : ftruncate(again, status.st_size / 2) != 0)
		_exit(125);
	syscall(SYS_close, again);
}

/* The same for reading and writing, of which *length bytes are wanted. */
static bool transfer_fails(enum call call, int fd, size_t *length)
{
	unsigned long number;

	if (!plan.in_bits && !plan.resize)
		return fails(call);
	if (!is_due(call, &number))
		return false;
	if (plan.resize) {
		resize(fd);
		return false;
	}
	if (*length > 1 + number % 7)
		*length = 1 + number % 7;
	errno = EINTR;
	return number % 2;
}

/*
 * What takes the place of the C library's functions
 */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
	return fails(ALLOCATE) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails(ALLOCATE) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails(ALLOCATE) ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
	return fails(ALLOCATE) ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	*ret = memalign(alignment, size);
	return *ret ? 0 : ENOMEM;
}

static int open_with(const char *path, int flags, va_list args)
{
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;

	return fails(OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list args;
	int fd;

	va_start(args, flags);
	fd = open_with(path, flags, args);
	va_end(args);
	return fd;
}

int open64(const char *path, int flags, ...)
{
	va_list args;
	int fd;

	va_start(args, flags);
	fd = open_with(path, flags, args);
	va_end(args);
	return fd;
}

ssize_t read(int fd, void *to, size_t length)
{
	return transfer_fails(READ, fd, &length) ? -1 : syscall(SYS_read, fd, to, length);
}

ssize_t write(int fd, const void *from, size_t length)
{
	return transfer_fails(WRITE, fd, &length) ? -1 : syscall(SYS_write, fd, from, length);
}

/* As in Linux, the descriptor is gone whatever it says. */
int close(int fd)
{
	bool failed = fails(CLOSE);
	int error = errno, result = (int)syscall(SYS_close, fd);

	if (!failed)
		return result;
	errno = error;
	return -1;
}

int fstat(int fd, struct stat *ret)
{
	return fails(STAT) ? -1 : fstatat(fd, "", ret, AT_EMPTY_PATH);
}

int stat(const char *path, struct stat *ret)
{
	return fails(STAT) ? -1 : fstatat(AT_FDCWD, path, ret, 0);
}

int lstat(const char *path, struct stat *ret)
{
	return fails(STAT) ? -1 : fstatat(AT_FDCWD, path, ret, AT_SYMLINK_NOFOLLOW);
}

int fstat64(int fd, struct stat64 *ret)
{
	return fails(STAT) ? -1 : fstatat64(fd, "", ret, AT_EMPTY_PATH);
}

int stat64(const char *path, struct stat64 *ret)
{
	return fails(STAT) ? -1 : fstatat64(AT_FDCWD, path, ret, 0);
}

int lstat64(const char *path, struct stat64 *ret)
{
	return fails(STAT) ? -1 : fstatat64(AT_FDCWD, path, ret, AT_SYMLINK_NOFOLLOW);
}

/* Thousands of runs do not wait for the disk. */
int fsync(int fd)
{
	(void)fd;
	return fails(FSYNC) ? -1 : 0;
}

int rename(const char *from, const char *to)
{
	return fails(RENAME) ? -1 : renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int fchmod(int fd, mode_t mode)
{
	return fails(FCHMOD) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group)
{
	return fails(FCHOWN) ? -1 : (int)syscall(SYS_fchown, fd, owner, group);
}

/*
 * Around main()
 */
typedef int main_fn(int argc, char **argv, char **environment);
typedef int start_fn(main_fn *program, int argc, char **argv, void (*init)(void),
		     void (*fini)(void), void (*end)(void), void *stack_end);

static main_fn *program_main;

static void disarm(void)
{
	plan.armed = false;
}

static int main_under_faults(int argc, char **argv, char **environment)
{
	prepare();
	/* the first that is registered is the last that is called */
	atexit(disarm);
	return program_main(argc, argv, environment);
}

start_fn __libc_start_main;

int __libc_start_main(main_fn *program, int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*end)(void), void *stack_end)
{
	void *symbol = dlsym(RTLD_NEXT, "__libc_start_main");
	start_fn *start;

	memcpy(&start, &symbol, sizeof(start));
	program_main = program;
	return start(main_under_faults, argc, argv, init, fini, end, stack_end);
}
