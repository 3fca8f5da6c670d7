/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that arrive piece by piece. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/part_file.h"
#include "support/cases.h"
#include "support/files.h"

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

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode;
}

static void it_has_its_name_when_it_is_whole(void **state)
{
	struct part_file file;
	uint64_t offset = 1;

	(void)state;
	assert_true(part_file_open(&file, "out", false, &offset));
	assert_int_equal(offset, 0);
	assert_true(part_file_write(&file, "one ", 4));
	assert_false(file_exists("out"));
	assert_true(part_file_write(&file, "two", 3));
	assert_true(part_file_finish(&file));
	assert_content("out", "one two");
	assert_false(file_exists("out.part"));
	assert_int_equal(mode_of("out") & 0777, 0644);
}

/* Who knows it under another name could read what comes, or lose what was there. */
static void a_part_that_is_also_another_file_is_left_alone(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	write_file("other", "kept", 4);
	assert_int_equal(link("other", "linked.part"), 0);
	for (int resume = 0; resume < 2; resume++) {
		errno = 0;
		assert_false(part_file_open(&file, "linked", resume, &offset));
		assert_int_equal(errno, EEXIST);
		part_file_abandon(&file);
	}
	assert_content("other", "kept");
	assert_true(file_exists("linked.part"));
}

static void a_part_of_somebody_else_is_left_alone(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	if (geteuid() != 0)
		skip();		/* nobody else can give files away */
	write_file("foreign.part", "kept", 4);
	assert_int_equal(chown("foreign.part", 65534, 65534), 0);
	assert_false(part_file_open(&file, "foreign", true, &offset));
	assert_int_equal(errno, EEXIST);
	part_file_abandon(&file);
	assert_content("foreign.part", "kept");
}

static void it_goes_on_where_it_stopped_only_if_asked_to(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	assert_true(part_file_open(&file, "out", true, &offset));
	part_file_abandon(&file);
	assert_false(file_exists("out.part"));	/* there was nothing to keep */
	write_file("out.part", "one ", 4);
	assert_true(part_file_open(&file, "out", true, &offset));
	assert_int_equal(offset, 4);
	assert_true(part_file_write(&file, "two", 3));
	part_file_abandon(&file);
	assert_content("out.part", "one two");
	assert_true(part_file_open(&file, "out", false, &offset));
	assert_int_equal(offset, 0);
	assert_true(part_file_write(&file, "new", 3));
	assert_true(part_file_finish(&file));
	assert_content("out", "new");
}

static void what_is_given_up_leaves_the_old_file(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	write_file("out", "old", 3);
	assert_true(part_file_open(&file, "out", false, &offset));
	assert_true(part_file_write(&file, "new", 3));
	part_file_abandon(&file);
	assert_content("out", "old");
	assert_false(file_exists("out.part"));
}

static void the_mode_of_what_is_replaced_stays(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	write_file("out", "old", 3);
	assert_int_equal(chmod("out", 0604), 0);
	assert_true(part_file_open(&file, "out", false, &offset));
	assert_int_equal(mode_of("out.part") & 0777, 0600);
	assert_true(part_file_finish(&file));
	assert_int_equal(mode_of("out") & 07777, 0604);
}

static void of_a_link_the_target_is_replaced(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	assert_int_equal(mkdir("sub", 0777), 0);
	write_file("sub/real", "old", 3);
	assert_int_equal(symlink("sub/real", "out"), 0);
	assert_true(part_file_open(&file, "out", false, &offset));
	assert_true(file_exists("sub/real.part"));
	assert_true(part_file_write(&file, "new", 3));
	assert_true(part_file_finish(&file));
	assert_true(S_ISLNK(mode_of("out")));
	assert_content("sub/real", "new");
}

static void two_can_not_write_the_same(void **state)
{
	struct part_file one, two;
	uint64_t offset;

	(void)state;
	assert_true(part_file_open(&one, "out", false, &offset));
	assert_false(part_file_open(&two, "out", true, &offset));
	assert_int_equal(errno, EWOULDBLOCK);
	part_file_abandon(&one);
	assert_true(part_file_open(&two, "out", true, &offset));
	part_file_abandon(&two);
}

static void a_part_that_is_no_file_is_left_alone(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	write_file("elsewhere", "precious", 8);
	assert_int_equal(symlink("elsewhere", "out.part"), 0);
	assert_false(part_file_open(&file, "out", false, &offset));
	assert_int_equal(errno, ELOOP);
	assert_content("elsewhere", "precious");
	assert_int_equal(mkfifo("pipe.part", 0600), 0);
	assert_false(part_file_open(&file, "pipe", false, &offset));
	assert_true(S_ISFIFO(mode_of("pipe.part")));
}

static void devices_are_written_to_as_they_are(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	assert_true(part_file_open(&file, "/dev/null", true, &offset));
	assert_int_equal(offset, 0);
	assert_true(part_file_write(&file, "new", 3));
	assert_true(part_file_finish(&file));
	assert_true(part_file_open(&file, "/dev/full", false, &offset));
	assert_false(part_file_write(&file, "new", 3));
	assert_int_equal(errno, ENOSPC);
	part_file_abandon(&file);
}

static void a_folder_can_not_be_replaced(void **state)
{
	struct part_file file;
	uint64_t offset;

	(void)state;
	assert_int_equal(mkdir("out", 0777), 0);
	assert_false(part_file_open(&file, "out", false, &offset));
	assert_int_equal(errno, EISDIR);
	assert_true(part_file_open(&file, "gone", false, &offset));
	assert_int_equal(mkdir("gone", 0777), 0);
	assert_false(part_file_finish(&file));
	part_file_abandon(&file);
	assert_false(file_exists("gone.part"));
}

static void a_path_may_be_too_long(void **state)
{
	char path[PATH_MAX + 1];
	struct part_file file;
	uint64_t offset;

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_false(part_file_open(&file, path, false, &offset));
	assert_int_equal(errno, ENAMETOOLONG);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(it_has_its_name_when_it_is_whole),
		IN_FOLDER(a_part_that_is_also_another_file_is_left_alone),
		IN_FOLDER(a_part_of_somebody_else_is_left_alone),
		IN_FOLDER(it_goes_on_where_it_stopped_only_if_asked_to),
		IN_FOLDER(what_is_given_up_leaves_the_old_file),
		IN_FOLDER(the_mode_of_what_is_replaced_stays),
		IN_FOLDER(of_a_link_the_target_is_replaced),
		IN_FOLDER(two_can_not_write_the_same),
		IN_FOLDER(a_part_that_is_no_file_is_left_alone),
		IN_FOLDER(devices_are_written_to_as_they_are),
		IN_FOLDER(a_folder_can_not_be_replaced),
		IN_FOLDER(a_path_may_be_too_long),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
