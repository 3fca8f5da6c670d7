/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Work in which each allocation fails once, and then each one with all behind it.  Every
 * time that has to be VMX_CODE_OUT_OF_MEMORY, and nothing may be left behind.
 */
#ifndef FAULT_SWEEP_H
#define FAULT_SWEEP_H

#include "document_support.h"

#include "support/files.h"

/* rich.vmx, which uses all that libvirt takes; and the same with beyond.vmx behind it. */
static struct blob rich, all;

/*
 * The sweep
 */

/* What is done, with the memory that it may use, and a paper for what comes out. */
struct trial {
	const struct vmx_allocator *allocator;
	struct vmx_error *error;
	const void *data;
	struct paper out;
	bool silent;		/* what has failed takes no error */
};

typedef enum vmx_code work_fn(struct trial *trial);

static inline enum vmx_code try_once(struct counting *counting, work_fn *work, const void *data,
				     struct paper *ret)
{
	struct trial trial = {
		.allocator = &counting->allocator, .error = vmx_error_new(), .data = data,
	};
	enum vmx_code code = work(&trial);

	if (code != VMX_OK && code != VMX_CODE_OUT_OF_MEMORY)
		print_error("%s\n", vmx_error_message(trial.error));
	if (!trial.silent)
		assert_int_equal(vmx_error_code(trial.error), code);
	assert_int_equal(counting->live, 0);
	assert_int_equal(counting->bytes, 0);
	vmx_error_free(trial.error);
	*ret = trial.out;
	return code;
}

/* onwards: not only the n-th allocation fails, but all from there on. */
static inline void sweep(work_fn *work, const void *data, bool onwards)
{
	struct counting counting;
	struct paper expected, out;
	size_t needed;

	counting_begin(&counting, 0);
	assert_int_equal(try_once(&counting, work, data, &expected), VMX_OK);
	needed = counting.calls;
	assert_true(needed > 0);
	for (size_t n = 1; n <= needed; n++) {
		counting_begin(&counting, n);
		counting.onwards = onwards;
		if (try_once(&counting, work, data, &out) != VMX_CODE_OUT_OF_MEMORY)
			fail_msg("allocation %zu of %zu failed without anybody minding", n, needed);
		free(out.text);
	}
	counting_begin(&counting, needed + 1);
	assert_int_equal(try_once(&counting, work, data, &out), VMX_OK);
	assert_int_equal(out.length, expected.length);
	assert_true(out.length == 0 || memcmp(out.text, expected.text, out.length) == 0);
	free(out.text);
	free(expected.text);
}

static inline void sweep_both(work_fn *work, const void *data)
{
	sweep(work, data, false);
	sweep(work, data, true);
}

#define TRY(expression) \
	do { \
		enum vmx_code try_ = (expression); \
		if (try_ != VMX_OK) \
			return try_; \
	} while (0)

static inline void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	paper_add(user, "%u:%u %s\n", diagnostic->line, diagnostic->column, diagnostic->message);
}

static inline enum vmx_code read_document(struct trial *t, const struct blob *input, bool strict,
					  struct vmx_document **ret)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	options.mode = strict ? VMX_READ_STRICT : VMX_READ_TOLERANT;
	options.max_key_length = VMX_HIGHEST_MAX_KEY_LENGTH;
	options.allocator = t->allocator;
	options.diagnostic = hear;
	options.user = &t->out;
	return vmx_document_read(input->data, input->length, &options, ret, t->error);
}

static inline enum vmx_code make_rules(struct trial *t, enum vmx_level level, struct vmx_path_rules **ret)
{
	TRY(vmx_path_rules_new(t->allocator, ret, t->error));
	vmx_path_rules_set_level(*ret, level);
	TRY(vmx_path_rules_add_datastore(*ret, "store", 5, "/vmfs/volumes/5f1e-02", 21, t->error));
	TRY(vmx_path_rules_add_datastore(*ret, "ds [1]", 6, NULL, 0, t->error));
	return vmx_path_rules_set_directory(*ret, "[store] machines/rich", 21, t->error);
}

/*
 * The files
 */
static inline struct blob read_input(const char *folder, const char *name)
{
	char *path = text_of_format("%s/%s", folder, name);
	struct blob content;

	if (!read_file(path, &content))
		give_up("%s is gone", path);
	free(path);
	return content;
}

static inline void read_inputs(const char *folder)
{
	struct blob beyond = read_input(folder, "beyond.vmx");

	rich = read_input(folder, "rich.vmx");
	all.length = rich.length + beyond.length;
	all.data = malloc(all.length + 1);
	if (!all.data)
		give_up("no memory");
	memcpy(all.data, rich.data, rich.length);
	memcpy(all.data + rich.length, beyond.data, beyond.length + 1);
	blob_release(&beyond);
}

static inline void release_inputs(void)
{
	blob_release(&rich);
	blob_release(&all);
}

#endif
