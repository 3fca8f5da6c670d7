/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A transport module without a server: all that it knows stands in a file, which the
 * path of the URI names (memory://host/inventory: "inventory" in the working folder),
 * and what is changed is changed in memory only.  tests/README.md describes the file.
 *
 *   memory.c          the table, opening and closing
 *   memory_read.c     the file
 *   memory_objects.c  the inventory
 *   memory_files.c    files on datastores
 *   memory_tasks.c    questions and tasks
 */
#ifndef TESTS_TRANSPORT_MEMORY_H
#define TESTS_TRANSPORT_MEMORY_H

#include <vmxkit/vmxkit.h>

struct field {
	char *name, *value;
};

/* A paragraph of the file; the first field is its kind, with an empty value. */
struct record {
	struct field *fields;
	size_t count;
	char *data;		/* of a file, with its length */
	size_t length;
};

struct memory {
	struct vmx_transport_settings settings;
	struct record *records;
	size_t count;
	struct record server;	/* the first of that kind */
	struct vmx_server_about about;
	char timeout[16];
	bool auto_answer;
};

/*
 * memory_read.c
 */

enum vmx_code memory_read(struct memory *memory, const char *path, struct vmx_error *error);
void memory_release(struct memory *memory);

/* A new, empty record of a kind; it moves the others.  NULL: no memory. */
struct record *memory_add(struct memory *memory, const char *kind);
bool record_set(struct record *record, const char *name, const char *value);
void record_remove(struct record *record);

/* The next record of a kind behind *at, which is 0 at first; NULL: there is none. */
struct record *memory_next(const struct memory *memory, const char *kind, size_t *at);

/* The value of a field, or NULL; of several with that name the one with this index. */
const char *record_get(const struct record *record, const char *name);
const char *record_get_at(const struct record *record, const char *name, size_t index);
bool record_is(const struct record *record, const char *name, const char *value);
uint64_t record_number(const struct record *record, const char *name);

/* Writes a line into the server's journal, if it has one. */
__attribute__((format(printf, 2, 3)))
void memory_note(const struct memory *memory, const char *format, ...);

/* The code with which the file says that the function fails; VMX_OK: it does not. */
enum vmx_code memory_fails(const struct memory *memory, const char *function,
			   struct vmx_error *error);

bool memory_is_cancelled(const struct memory *memory);

/*
 * The functions of the table
 */

/* memory_objects.c */
enum vmx_code memory_list(void *connection, enum vmx_remote_kind kind, vmx_remote_object_fn fn,
			  void *user, struct vmx_error *error);
enum vmx_code memory_find_machine(void *connection, const char *wanted, vmx_remote_object_fn fn,
				  void *user, struct vmx_error *error);
enum vmx_code memory_add_datastores(void *connection, const char *machine,
				    struct vmx_path_rules *rules, struct vmx_error *error);
/* The machine with this id. */
enum vmx_code memory_machine(const struct memory *memory, const char *id, struct record **ret,
			     struct vmx_error *error);

/* memory_files.c */
enum vmx_code memory_download(void *connection, vmx_next_download_fn next, void *user,
			      struct vmx_error *error);
enum vmx_code memory_upload(void *connection, const struct vmx_upload *upload,
			    struct vmx_error *error);
enum vmx_code memory_remove_file(void *connection, const char *path, const char *datacenter,
				 struct vmx_error *error);
enum vmx_code memory_browse(void *connection, const char *directory, const char *datacenter,
			    const char *pattern, bool deep, vmx_remote_file_fn fn, void *user,
			    struct vmx_error *error);
struct record *memory_file(const struct memory *memory, const char *path, const char *datacenter);

/* memory_tasks.c */
enum vmx_code memory_question(void *connection, const char *machine, vmx_question_fn fn,
			      void *user, struct vmx_error *error);
enum vmx_code memory_answer(void *connection, const char *machine, const char *question,
			    const char *key, struct vmx_error *error);
enum vmx_code memory_power(void *connection, const char *machine, enum vmx_power_action action,
			   const struct vmx_task_options *options, struct vmx_error *error);
enum vmx_code memory_register(void *connection, const char *vmx, const char *datacenter,
			      const char *name, const struct vmx_task_options *options,
			      struct vmx_bytes *ret, struct vmx_error *error);
enum vmx_code memory_unregister(void *connection, const char *machine, struct vmx_error *error);

#endif
