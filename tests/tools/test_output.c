/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output files appear whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "common/output.h"
#include "support/cases.h"
#include "support/files.h"
#include "support/process.h"

static char *folder;

static int make_folder(void **state)
{
	(void)state;
	folder = make_temporary_folder();
	return chdir(folder);
}

static int drop_folder(void **state)
{
	(void)state;
	remove_folder(folder);
	free(folder);
	return 0;
}

static void assert_content(const char *path, const char *expected)
{
	struct blob content;

	assert_true(read_file(path, &content));
	assert_string_equal(content.data, expected);
	blob_release(&content);
}

static void assert_only_files(size_t count)
{
	struct names names = { NULL, 0, 0 };

	list_files_below(folder, &names);
	assert_int_equal(names.count, count);
	names_release(&names);
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode;
}

static void a_new_file_has_the_mode_of_the_umask(void **state)
{
	mode_t old = umask(027);

	(void)state;
	assert_true(save_file("new", "text", 4));
	umask(old);
	assert_content("new", "text");
	assert_int_equal(mode_of("new") & 07777, 0640);
	assert_only_files(1);
}

static void an_existing_file_keeps_its_mode(void **state)
{
	(void)state;
	write_file("old", "before", 6);
	assert_int_equal(chmod("old", 0604), 0);
	assert_true(save_file("old", "after", 5));
	assert_content("old", "after");
	assert_int_equal(mode_of("old") & 07777, 0604);
	assert_only_files(1);
}

static void an_existing_file_keeps_its_owner(void **state)
{
	struct stat status;

	(void)state;
	if (geteuid() != 0)
		skip();
	write_file("old", "before", 6);
	assert_int_equal(chown("old", 1234, 2345), 0);
	assert_true(save_file("old", "after", 5));
	assert_int_equal(stat("old", &status), 0);
	assert_int_equal(status.st_uid, 1234);
	assert_int_equal(status.st_gid, 2345);
}

static void of_a_link_the_target_is_replaced(void **state)
{
	(void)state;
	write_file("sub/target", "before", 6);
	assert_int_equal(symlink("sub/target", "link"), 0);
	assert_int_equal(symlink("link", "link2"), 0);
	assert_true(save_file("link2", "after", 5));
	assert_true(S_ISLNK(mode_of("link2")) && S_ISLNK(mode_of("link")));
	assert_content("sub/target", "after");
	assert_only_files(3);
}

static void the_target_of_a_dangling_link_is_made(void **state)
{
	(void)state;
	assert_int_equal(mkdir("sub", 0777), 0);
	assert_int_equal(symlink("second", "sub/first"), 0);
	assert_int_equal(symlink("sub/first", "link"), 0);
	assert_true(save_file("link", "text", 4));
	assert_content("sub/second", "text");
	assert_true(S_ISLNK(mode_of("link")));
	assert_only_files(3);
}

static void a_loop_of_links_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(symlink("b", "a"), 0);
	assert_int_equal(symlink("a", "b"), 0);
	assert_false(save_file("a", "text", 4));
	assert_int_equal(errno, ELOOP);
}

static void what_is_no_regular_file_is_written_to(void **state)
{
	int ends[2];
	char *path, got[8] = "";

	(void)state;
	assert_int_equal(pipe(ends), 0);
	path = text_of_format("/dev/fd/%d", ends[1]);
	assert_true(save_file(path, "text", 4));
	assert_int_equal(read(ends[0], got, sizeof(got)), 4);
	assert_string_equal(got, "text");
	assert_false(save_file("/dev/full", "text", 4));
	assert_int_equal(errno, ENOSPC);
	assert_false(save_file(folder, "text", 4));
	assert_int_equal(errno, EISDIR);
	close(ends[0]);
	close(ends[1]);
	free(path);
}

static void nothing_is_left_of_a_failure(void **state)
{
	(void)state;
	assert_false(save_file("no-such-folder/file", "text", 4));
	assert_int_equal(errno, ENOENT);
	assert_false(save_file("", "text", 4));
	assert_only_files(0);
}

static void a_folder_that_can_not_be_written_is_an_error(void **state)
{
	(void)state;
	if (geteuid() == 0)
		skip();	/* root may write everywhere */
	write_file("sub/old", "before", 6);
	assert_int_equal(chmod("sub", 0555), 0);
	assert_false(save_file("sub/old", "after", 5));
	assert_int_equal(errno, EACCES);
	assert_int_equal(chmod("sub", 0755), 0);
	assert_content("sub/old", "before");
	assert_only_files(1);
}

static void the_longest_name_is_no_obstacle(void **state)
{
	char name[256];

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	assert_true(save_file(name, "text", 4));
	assert_content(name, "text");
}

/* The temporary file of the child, or NULL when the child is through. */
static char *wait_for_temporary(pid_t child, int *ret_status)
{
	const struct timespec moment = { 0, 200000 };
	char *path = text_of_format("%s/.vmxkit-%ld-0.tmp", folder, (long)child);

	while (!file_exists(path)) {
		if (waitpid(child, ret_status, WNOHANG) == child) {
			free(path);
			return NULL;
		}
		nanosleep(&moment, NULL);
	}
	return path;
}

/* False: the child was faster. */
static bool interrupt_child(int signal_number, const char *data, size_t length)
{
	pid_t child = fork();
	char *temporary;
	int status;

	if (child == 0)
		_exit(save_file("old", data, length) ? 0 : 1);
	assert_true(child > 0);
	temporary = wait_for_temporary(child, &status);
	if (!temporary)
		return false;
	kill(child, signal_number);
	waitpid(child, &status, 0);
	assert_false(file_exists(temporary));
	free(temporary);
	if (WIFEXITED(status))
		return false;
	assert_int_equal(WTERMSIG(status), signal_number);
	return true;
}

/*
 * Files that several threads write
 */
enum { WRITERS = 8, FILES_EACH = 200 };

static void *write_files(void *argument)
{
	const int *first = argument;
	bool good = true;

	for (int i = 0; i < FILES_EACH; i++) {
		char name[32], text[32];
		int length = snprintf(text, sizeof(text), "file %d", *first + i);

		snprintf(name, sizeof(name), "%d", *first + i);
		good = save_file_as(name, SYNC_NOTHING, text, (size_t)length) && good;
	}
	return good ? argument : NULL;
}

static void threads_do_not_get_into_each_others_way(void **state)
{
	pthread_t threads[WRITERS];
	int firsts[WRITERS];

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		firsts[i] = i * FILES_EACH;
		assert_int_equal(pthread_create(&threads[i], NULL, write_files, &firsts[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		void *answer;

		assert_int_equal(pthread_join(threads[i], &answer), 0);
		assert_non_null(answer);
	}
	for (int i = 0; i < WRITERS * FILES_EACH; i++) {
		char *name = text_of_format("%d", i), *text = text_of_format("file %d", i);

		assert_content(name, text);
		free(name);
		free(text);
	}
	assert_only_files(WRITERS * FILES_EACH);
}

static void an_interrupted_tool_leaves_nothing_behind(void **state)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	const size_t length = (size_t)64 << 20;
	char *data = calloc(1, length);

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		int attempts = 20;

		do {
			write_file("old", "before", 6);
		} while (!interrupt_child(numbers[i], data, length) && --attempts > 0);
		assert_true(attempts > 0);
		assert_content("old", "before");
		assert_only_files(1);
	}
	free(data);
}

/* user::rw- user:65534:rw- group::--- mask::rw- other::---, as the kernel has it */
static const unsigned char access_list[] = {
	2, 0, 0, 0,
	0x01, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF,
	0x02, 0, 6, 0, 0xFE, 0xFF, 0, 0,
	0x04, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF,
	0x10, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF,
	0x20, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF,
};

/* Without it the group would get the rights of those that the list names. */
static void the_access_list_of_a_replaced_file_is_kept(void **state)
{
	static const char name[] = "system.posix_acl_access";
	char list[sizeof(access_list) + 1];

	(void)state;
	write_file("out", "old", 3);
	if (setxattr("out", name, access_list, sizeof(access_list), 0) != 0)
		skip();		/* not every file system has them */
	assert_true(save_file("out", "new", 3));
	assert_content("out", "new");
	assert_int_equal(getxattr("out", name, list, sizeof(list)), sizeof(access_list));
	assert_memory_equal(list, access_list, sizeof(access_list));
	assert_int_equal(mode_of("out") & 0777, 0660);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_has_the_mode_of_the_umask),
		TEST(the_access_list_of_a_replaced_file_is_kept),
		TEST(an_existing_file_keeps_its_mode),
		TEST(an_existing_file_keeps_its_owner),
		TEST(of_a_link_the_target_is_replaced),
		TEST(the_target_of_a_dangling_link_is_made),
		TEST(a_loop_of_links_is_an_error),
		TEST(what_is_no_regular_file_is_written_to),
		TEST(nothing_is_left_of_a_failure),
		TEST(a_folder_that_can_not_be_written_is_an_error),
		TEST(the_longest_name_is_no_obstacle),
		TEST(threads_do_not_get_into_each_others_way),
		TEST(an_interrupted_tool_leaves_nothing_behind),
	};

	use_default_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
