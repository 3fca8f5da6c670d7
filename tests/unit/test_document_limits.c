/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Limits, options, files, memory: what a document costs at most, and that running
 * out of anything is an error like others.
 */
#include "document_support.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document/document.h"
#include "document/hash.h"

static enum vmx_code read_options(const char *text, size_t length, const struct vmx_read_options *options,
				  struct vmx_error *error)
{
	struct vmx_document *doc = NULL;
	enum vmx_code code = vmx_document_read(text, length, options, &doc, error);

	assert_int_equal(doc != NULL, code == VMX_OK);
	vmx_document_free(doc);
	return code;
}

static void each_limit_is_exact_and_names_its_option(void **state)
{
	static const char text[] = "abcd = \"12345\"\nb = 'x'\nabcd = \"\"\"1\"\"\"";
	static const struct {
		struct vmx_read_options options;
		enum vmx_code code;
		unsigned int line, column;
		const char *option;
	} cases[] = {
		{ { .max_file_size = sizeof(text) - 1 }, VMX_OK, 0, 0, "" },
		{ { .max_file_size = sizeof(text) - 2 }, VMX_CODE_FILE_TOO_LARGE, 0, 0, "max_file_size" },
		{ { .max_entries = 3 }, VMX_OK, 0, 0, "" },
		{ { .max_entries = 2 }, VMX_CODE_TOO_MANY_ENTRIES, 3, 1, "max_entries" },
		{ { .max_key_length = 4 }, VMX_OK, 0, 0, "" },
		{ { .max_key_length = 3 }, VMX_CODE_KEY_TOO_LONG, 1, 1, "max_key_length" },
		{ { .max_value_length = 5 }, VMX_OK, 0, 0, "" },
		{ { .max_value_length = 4 }, VMX_CODE_VALUE_TOO_LONG, 1, 9, "max_value_length" },
	};
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		struct vmx_read_options options = cases[i / 2].options;

		options.size = sizeof(options);
		options.mode = i % 2 ? VMX_READ_STRICT : VMX_READ_TOLERANT;
		vmx_error_clear(error);
		assert_int_equal(read_options(text, sizeof(text) - 1, &options, error), cases[i / 2].code);
		assert_int_equal(vmx_error_line(error), cases[i / 2].line);
		assert_int_equal(vmx_error_column(error), cases[i / 2].column);
		assert_non_null(strstr(vmx_error_message(error), cases[i / 2].option));
	}
	vmx_error_free(error);
}

/* In UTF-8 a value may be longer than in the file. */
static void a_value_is_not_too_long_in_utf8_either(void **state)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	static const char text[] = ".encoding='GBK'\na = \"\xCE\xBB\xCE\xBB\"\n";

	(void)state;
	options.max_value_length = 6;
	assert_int_equal(read_options(text, strlen(text), &options, NULL), VMX_OK);
	options.max_value_length = 5;
	assert_int_equal(read_options(text, strlen(text), &options, NULL), VMX_CODE_VALUE_TOO_LONG);
}

static void options_that_make_no_sense_are_refused(void **state)
{
	static const struct vmx_read_options bad[] = {
		{ .size = 0 },
		{ .size = sizeof(struct vmx_read_options), .mode = 7 },
		{ .size = sizeof(struct vmx_read_options), .max_file_size = VMX_HIGHEST_MAX_FILE_SIZE + 1 },
		{ .size = sizeof(struct vmx_read_options), .max_key_length = VMX_HIGHEST_MAX_KEY_LENGTH + 1 },
	};
	struct vmx_read_options older = { .size = offsetof(struct vmx_read_options, encoding),
					  .mode = VMX_READ_STRICT, .encoding = (const char *)1 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(read_options("", 0, &bad[i], NULL), VMX_CODE_INVALID_ARGUMENT);
	/* a caller that knows fewer members: the others are not looked at */
	assert_int_equal(read_options("a=1", 3, &older, NULL), VMX_CODE_SYNTAX);
	assert_int_equal(read_options(NULL, 0, NULL, NULL), VMX_OK);
}

static void edits_keep_the_limits(void **state)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *doc;

	(void)state;
	options.max_file_size = 40;
	options.max_entries = 3;
	options.max_key_length = 4;
	options.max_value_length = 6;
	assert_int_equal(vmx_document_read("a = \"1\"\nb = \"2\"\n", 16, &options, &doc, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(doc, "a", 1, "1234567", 7, NULL), VMX_CODE_VALUE_TOO_LONG);
	assert_int_equal(vmx_document_set(doc, "abcde", 5, "", 0, NULL), VMX_CODE_KEY_TOO_LONG);
	assert_int_equal(vmx_document_rename(doc, "a", 1, "abcde", 5, NULL), VMX_CODE_KEY_TOO_LONG);
	assert_int_equal(vmx_document_set(doc, "c", 1, "", 0, NULL), VMX_OK);	/* 23 bytes */
	assert_int_equal(vmx_document_set(doc, "d", 1, "", 0, NULL), VMX_CODE_TOO_MANY_ENTRIES);
	assert_int_equal(vmx_document_set(doc, "a", 1, "123456", 6, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(doc, "b", 1, "123456", 6, NULL), VMX_OK);
	assert_int_equal(vmx_document_set(doc, "c", 1, "123456", 6, NULL), VMX_OK);	/* 39 */
	assert_int_equal(vmx_document_rename(doc, "c", 1, "cc", 2, NULL), VMX_OK);
	assert_int_equal(vmx_document_rename(doc, "b", 1, "bb", 2, NULL), VMX_CODE_FILE_TOO_LARGE);
	vmx_document_free(doc);
}

/*
 * Files
 */
static char scratch[] = "/tmp/vmxkit-XXXXXX";

static int open_with(const void *content, size_t length)
{
	int fd = open(scratch, O_RDWR | O_TMPFILE, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, length), (ssize_t)length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static int make_scratch(void **state)
{
	(void)state;
	return mkdtemp(scratch) ? 0 : -1;
}

static int remove_scratch(void **state)
{
	(void)state;
	return rmdir(scratch);
}

static void files_are_read_up_to_the_limit(void **state)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *doc = NULL;
	struct vmx_error *error = vmx_error_new();
	int fd = open_with("a = \"1\"\n", 8);

	(void)state;
	options.max_file_size = 8;
	assert_int_equal(vmx_document_read_fd(fd, &options, &doc, NULL), VMX_OK);
	assert_int_equal(vmx_document_count(doc), 1);
	vmx_document_free(doc);
	lseek(fd, 0, SEEK_SET);
	options.max_file_size = 7;
	assert_int_equal(vmx_document_read_fd(fd, &options, &doc, NULL), VMX_CODE_FILE_TOO_LARGE);
	/* a large one is refused without reading or allocating */
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	assert_int_equal(vmx_document_read_fd(fd, NULL, &doc, error), VMX_CODE_FILE_TOO_LARGE);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	close(fd);
	assert_int_equal(vmx_document_read_file(scratch, NULL, &doc, error), VMX_CODE_IO);
	assert_non_null(strstr(vmx_error_message(error), "directory"));
	assert_int_equal(vmx_document_read_file("/nonexistent/x.vmx", NULL, &doc, error), VMX_CODE_IO);
	assert_int_equal(vmx_document_read_fd(-1, NULL, &doc, error), VMX_CODE_IO);
	assert_int_equal(vmx_document_read_file("/dev/zero", NULL, &doc, error), VMX_CODE_FILE_TOO_LARGE);
	assert_int_equal(vmx_document_read_file("/dev/null", NULL, &doc, error), VMX_OK);
	vmx_document_free(doc);
	vmx_error_free(error);
}

/* In bits of one to 4096 bytes, so that reads are short. */
static void *feed_pipe(void *argument)
{
	int fd = *(int *)argument;
	char line[] = "key0.x = \"1\"\n";

	for (int i = 0; i < 10000; i++) {
		line[3] = (char)('0' + i % 10);
		assert_int_equal(write(fd, line, 6), 6);
		assert_int_equal(write(fd, line + 6, sizeof(line) - 7), sizeof(line) - 7);
	}
	close(fd);
	return NULL;
}

static void pipes_are_read_to_their_end(void **state)
{
	struct vmx_document *doc;
	pthread_t writer;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pthread_create(&writer, NULL, feed_pipe, &ends[1]), 0);
	assert_int_equal(vmx_document_read_fd(ends[0], NULL, &doc, NULL), VMX_OK);
	assert_int_equal(vmx_document_count(doc), 10000);
	assert_int_equal(doc->length, 130000);
	vmx_document_free(doc);
	pthread_join(writer, NULL);
	close(ends[0]);
}

/*
 * Memory
 */
static const char memory_text[] =
	"a = \"1\"\nA = \"2\"\nb = 3\n.encoding = \"GBK\"\nc = \"\xCE\xBB\"\nd\xCE\xBB = \"4\"\n";

static void ignore(void *user, const struct vmx_diagnostic *diagnostic)
{
	(void)user;
	(void)diagnostic;
}

/* All that a document can do; the first code that is not VMX_OK. */
static enum vmx_code do_everything(const struct vmx_allocator *allocator)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *doc = NULL;
	struct vmx_bytes bytes = { .allocator = allocator };
	enum vmx_code code;

	options.allocator = allocator;
	options.diagnostic = ignore;
	code = vmx_document_read(memory_text, strlen(memory_text), &options, &doc, NULL);
	if (code == VMX_OK)
		code = vmx_document_write(doc, &bytes, NULL);
	if (code == VMX_OK)
		code = vmx_document_set(doc, "b", 1, "其", 3, NULL);
	for (char key[] = "a0.x"; code == VMX_OK && key[1] <= '9'; key[1]++)
		code = vmx_document_set(doc, key, 4, "1", 1, NULL);
	if (code == VMX_OK)
		code = vmx_document_rename(doc, "a", 1, "aa", 2, NULL);
	if (code == VMX_OK)
		code = vmx_document_unset(doc, "aa", 2, NULL);
	if (code == VMX_OK)
		code = vmx_document_set_text(doc, "b", 1, "\"|\n", 3, NULL);
	if (code == VMX_OK)
		code = vmx_document_get_text(doc, "b", 1, &bytes, NULL);
	if (code == VMX_OK)
		code = vmx_document_write(doc, &bytes, NULL);
	vmx_document_free(doc);
	vmx_bytes_release(&bytes);
	return code;
}

static void running_out_of_memory_anywhere_is_an_error_and_no_leak(void **state)
{
	struct counting counting = { 0 };
	const struct vmx_allocator allocator = COUNTING_ALLOCATOR(&counting);
	size_t needed;

	(void)state;
	assert_int_equal(do_everything(&allocator), VMX_OK);
	assert_int_equal(counting.live, 0);
	needed = counting.calls;
	assert_true(needed > 20);
	for (size_t n = 1; n <= needed; n++) {
		counting = (struct counting){ .fail_at = n };
		assert_int_equal(do_everything(&allocator), VMX_CODE_OUT_OF_MEMORY);
		assert_int_equal(counting.live, 0);
	}
}

/* One edit, with memory that runs out at the n-th allocation: all or nothing. */
static void a_failed_edit_leaves_the_document_as_it_was(void **state)
{
	struct counting counting = { 0 };
	const struct vmx_allocator allocator = COUNTING_ALLOCATOR(&counting);
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	(void)state;
	options.allocator = &allocator;
	for (int edit = 0; edit < 4; edit++) {
		enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;

		for (size_t n = 1; code != VMX_OK; n++) {
			struct vmx_document *doc;
			struct vmx_bytes bytes = VMX_BYTES_INIT;

			assert_true(n < 100);
			counting = (struct counting){ 0 };
			assert_int_equal(vmx_document_read(memory_text, strlen(memory_text), &options,
							   &doc, NULL), VMX_OK);
			counting.fail_at = counting.calls + n;
			code = edit == 0 ? vmx_document_set(doc, "a.x", 3, "其", 3, NULL) :
			       edit == 1 ? vmx_document_set(doc, "c", 1, "其", 3, NULL) :
			       edit == 2 ? vmx_document_rename(doc, "a", 1, "x", 1, NULL) :
					   vmx_document_unset(doc, "a", 1, NULL);
			counting.fail_at = 0;
			assert_int_equal(vmx_document_write(doc, &bytes, NULL), VMX_OK);
			if (code == VMX_OK) {
				assert_string_not_equal(bytes.data, memory_text);
			} else {
				assert_int_equal(code, VMX_CODE_OUT_OF_MEMORY);
				assert_string_equal(bytes.data, memory_text);
				assert_int_equal(vmx_document_count(doc), 6);
			}
			vmx_bytes_release(&bytes);
			vmx_document_free(doc);
			assert_int_equal(counting.live, 0);
		}
	}
}

/*
 * Cost
 */
struct cost {
	size_t calls, peak, steps;
};

static struct cost cost_of(const struct paper *text)
{
	struct counting counting = { 0 };
	const struct vmx_allocator allocator = COUNTING_ALLOCATOR(&counting);
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *doc;
	struct cost cost;

	options.allocator = &allocator;
	options.max_file_size = VMX_HIGHEST_MAX_FILE_SIZE;
	options.max_entries = (size_t)1 << 24;
	assert_int_equal(vmx_document_read(text->text, text->length, &options, &doc, NULL), VMX_OK);
	cost = (struct cost){ counting.calls, counting.peak, doc->index.steps };
	vmx_document_free(doc);
	return cost;
}

static struct paper many_lines(size_t count, size_t (*add_key)(char *to, size_t n))
{
	struct paper text = { malloc(count * 64), 0 };

	assert_non_null(text.text);
	for (size_t n = 0; n < count; n++) {
		text.length += add_key(text.text + text.length, n);
		memcpy(text.text + text.length, " = \"value\"\n", 11);
		text.length += 11;
	}
	return text;
}

static size_t ordinary_key(char *to, size_t n)
{
	return (size_t)sprintf(to, "device%zu:%zu.present", n / 16, n % 16);
}

static size_t equal_key(char *to, size_t n)
{
	(void)n;
	return (size_t)sprintf(to, "key");
}

static void reading_costs_in_proportion(void **state)
{
	size_t (*const kinds[])(char *, size_t) = { ordinary_key, equal_key };

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct paper half = many_lines(1 << 19, kinds[i]), whole = many_lines(1 << 20, kinds[i]);
		struct cost once = cost_of(&half), twice = cost_of(&whole);

		assert_true(twice.calls <= once.calls + 2);
		assert_true(once.calls < 20);
		assert_true(twice.peak <= 2 * once.peak + 4096 + once.peak / 10);
		assert_true(once.peak < 8 * half.length);
		assert_true(twice.steps < 4 * (1 << 20));
		free(half.text);
		free(whole.text);
	}
}

/* So few that the 13 highest bits of the hash leave a choice of a few windows at most. */
#define COLLIDING 4000

/*
 * Keys that all hash to the same slots.  The hash is no secret, so anybody can
 * find such keys: these are found by trying.
 */
static void next_collision(uint64_t *state, char *to)
{
	for (;;) {
		uint32_t hash;
		uint64_t n = (*state)++;

		for (size_t i = 0; i < 10; i++, n /= 36)
			to[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[n % 36];
		hash = vmxi_key_hash(to, 10);
		if (to[0] >= 'a' && hash >> 19 == 0x15A5)
			return;
	}
}

static size_t colliding_key(char *to, size_t n)
{
	static uint64_t state;

	if (n == 0)
		state = 1;
	next_collision(&state, to);
	return 10;
}

static void keys_that_collide_cost_no_more_than_sorting(void **state)
{
	struct paper text = many_lines(COLLIDING, colliding_key);
	struct cost cost = cost_of(&text);
	struct vmx_document *doc;
	struct vmx_entry e;
	char key[11] = "";
	uint64_t at = 1;

	(void)state;
	/* PROBES_MAX for each, twice because the table may grow, and 2 n log2 n comparisons */
	assert_true(cost.steps < COLLIDING * (2 * PROBES_MAX + 2 * 12));
	assert_true(cost.steps > COLLIDING * PROBES_MAX / 2);	/* they do collide */
	assert_int_equal(vmx_document_read(text.text, text.length, NULL, &doc, NULL), VMX_OK);
	assert_true(doc->index.overflow_count > COLLIDING - 100);
	assert_int_equal(doc->index.duplicates, 0);
	for (int i = 0; i < COLLIDING; i++) {
		next_collision(&at, key);
		key[0] -= 0x20;
		assert_int_equal(vmx_document_get(doc, key, 10, &e), VMX_OK);
		assert_int_equal(e.line, i + 1);
		if (i % 40 == 0)
			assert_int_equal(vmx_document_unset(doc, key, 10, NULL), VMX_OK);
		if (i % 100 == 0)
			assert_int_equal(vmx_document_set(doc, key, 10, "new", 3, NULL), VMX_OK);
	}
	vmx_document_free(doc);
	free(text.text);
}

static void colliding_duplicates_are_found(void **state)
{
	struct paper text = many_lines(COLLIDING / 2, colliding_key);
	struct paper twice = { malloc(2 * text.length), 2 * text.length };
	struct vmx_document *doc;

	(void)state;
	memcpy(twice.text, text.text, text.length);
	memcpy(twice.text + text.length, text.text, text.length);
	assert_int_equal(vmx_document_read(twice.text, twice.length, NULL, &doc, NULL), VMX_OK);
	for (size_t i = 0; i < doc->count; i++)
		assert_int_equal(doc->entries[i].flags, i < COLLIDING / 2 ? 0 : VMX_ENTRY_DUPLICATE);
	assert_int_equal(doc->index.duplicates, COLLIDING / 2);
	vmx_document_free(doc);
	free(text.text);
	free(twice.text);
}

/* Blocks from the allocator, and bytes at the peak, for as many edits as entries. */
static struct cost cost_of_edits(size_t count)
{
	struct counting counting = { 0 };
	const struct vmx_allocator allocator = COUNTING_ALLOCATOR(&counting);
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct paper text = many_lines(count, ordinary_key);
	struct vmx_document *doc;
	struct cost cost;
	char key[64];

	options.allocator = &allocator;
	assert_int_equal(vmx_document_read(text.text, text.length, &options, &doc, NULL), VMX_OK);
	for (size_t n = 0; n < count; n++) {
		size_t length = ordinary_key(key, n);

		if (n % 2)
			assert_int_equal(vmx_document_unset(doc, key, length, NULL), VMX_OK);
		else
			assert_int_equal(vmx_document_set(doc, key, length, "other", 5, NULL), VMX_OK);
	}
	cost = (struct cost){ counting.calls, counting.peak, 0 };
	vmx_document_free(doc);
	free(text.text);
	return cost;
}

static void edits_cost_in_proportion(void **state)
{
	struct cost once = cost_of_edits(20000), twice = cost_of_edits(40000);

	(void)state;
	assert_true(twice.calls <= 2 * once.calls + 8);
	assert_true(twice.peak <= 2 * once.peak + 65536);
}

/* Adding and removing by turns does not make the index anew each time. */
static void adding_and_removing_costs_no_more_each_time(void **state)
{
	struct counting counting = { 0 };
	const struct vmx_allocator allocator = COUNTING_ALLOCATOR(&counting);
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	(void)state;
	options.allocator = &allocator;
	for (size_t entries = 1; entries < 600; entries++) {	/* full tables among them */
		struct paper text = many_lines(entries, ordinary_key);
		struct vmx_document *doc;

		assert_int_equal(vmx_document_read(text.text, text.length, &options, &doc, NULL), VMX_OK);
		counting.calls = 0;
		for (size_t n = 0; n < 100; n++) {
			assert_int_equal(vmx_document_set(doc, "new", 3, "1", 1, NULL), VMX_OK);
			assert_int_equal(vmx_document_unset(doc, "new", 3, NULL), VMX_OK);
		}
		/* one for each value, and now and then one for what grows */
		assert_true(counting.calls < 100 + 40);
		vmx_document_free(doc);
		free(text.text);
	}
}

/* Nor does it walk again and again through what is gone. */
static void entries_that_are_gone_cost_nothing_later(void **state)
{
	struct vmx_document *doc;
	char key[64];

	(void)state;
	assert_int_equal(vmx_document_read("a = \"1\"\n", 8, NULL, &doc, NULL), VMX_OK);
	for (size_t n = 0; n < 20000; n++) {
		size_t length = ordinary_key(key, n);

		assert_int_equal(vmx_document_set(doc, key, length, "1", 1, NULL), VMX_OK);
		assert_int_equal(vmx_document_unset(doc, key, length, NULL), VMX_OK);
	}
	assert_true(doc->index.steps < 8 * 20000);
	vmx_document_free(doc);
}

/*
 * Lossless
 */
static void assert_lossless(const void *bytes, size_t length)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *doc;
	struct vmx_bytes written = VMX_BYTES_INIT;
	char key[] = "vmxkit.test";

	options.encoding = "windows-1252";
	assert_int_equal(vmx_document_read(bytes, length, &options, &doc, NULL), VMX_OK);
	assert_int_equal(vmx_document_write(doc, &written, NULL), VMX_OK);
	assert_int_equal(written.length, length);
	assert_true(length == 0 || memcmp(written.data, bytes, length) == 0);
	/* and back again after an edit */
	assert_int_equal(vmx_document_set(doc, key, strlen(key), "1", 1, NULL), VMX_OK);
	assert_int_equal(vmx_document_unset(doc, key, strlen(key), NULL), VMX_OK);
	assert_int_equal(vmx_document_write(doc, &written, NULL), VMX_OK);
	assert_int_equal(written.length, length);
	assert_true(length == 0 || memcmp(written.data, bytes, length) == 0);
	vmx_bytes_release(&written);
	vmx_document_free(doc);
}

static void random_bytes_are_written_as_they_were(void **state)
{
	uint32_t seed = 99;
	unsigned char bytes[400];

	(void)state;
	for (int round = 0; round < 5000; round++) {
		size_t length = 0;

		for (seed = seed * 1664525u + 1013904223u; length < seed >> 24; length++) {
			seed = seed * 1664525u + 1013904223u;
			bytes[length] = round % 2 ? (unsigned char)(seed >> 24)
						: (unsigned char)"ab=\"'\n\r #;\xC3"[(seed >> 8) % 12];
		}
		assert_lossless(bytes, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_limit_is_exact_and_names_its_option),
		cmocka_unit_test(a_value_is_not_too_long_in_utf8_either),
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(edits_keep_the_limits),
		cmocka_unit_test(files_are_read_up_to_the_limit),
		cmocka_unit_test(pipes_are_read_to_their_end),
		cmocka_unit_test(running_out_of_memory_anywhere_is_an_error_and_no_leak),
		cmocka_unit_test(a_failed_edit_leaves_the_document_as_it_was),
		cmocka_unit_test(reading_costs_in_proportion),
		cmocka_unit_test(keys_that_collide_cost_no_more_than_sorting),
		cmocka_unit_test(colliding_duplicates_are_found),
		cmocka_unit_test(edits_cost_in_proportion),
		cmocka_unit_test(adding_and_removing_costs_no_more_each_time),
		cmocka_unit_test(entries_that_are_gone_cost_nothing_later),
		cmocka_unit_test(random_bytes_are_written_as_they_were),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
