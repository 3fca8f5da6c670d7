/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pull: VMX files from the server, as they are or as domain XML.
 *
 * Machines are fetched in groups, several files at a time, and dealt with one after the
 * other; so memory does not grow with their number.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/name_set.h"
#include "common/output.h"
#include "common/room.h"
#include "common/to_xml.h"
#include "vmxremote_commands.h"
#include "vmxremote_output.h"

/* How many files are in memory at once, and how large one may be if nothing was said. */
#define GROUP 16
#define VMX_SIZE_MAX ((size_t)4 << 20)

/* One machine on its way. */
struct item {
	struct pulling *pulling;
	struct remote_machine machine;
	struct vmx_bytes vmx;
	enum exit_status status;
	bool too_large, no_memory;
};

struct pulling {
	struct settings *settings;
	struct item items[GROUP];
	size_t count, at;		/* of the group; the next to be fetched */
	enum durability durability;	/* of the files */
	bool stored;			/* there is a file in --output-dir */
	struct name_set names;		/* of the files in --output-dir */
	struct vmx_path_rules *rules;
	char *rules_host;		/* whose they are */
	enum exit_status status;
};

static size_t limit_of(const struct settings *s)
{
	return s->max_size ? s->max_size : VMX_SIZE_MAX;
}

/*
 * Fetching
 */

static bool take_bytes(void *user, const void *data, size_t length)
{
	struct item *item = user;
	struct vmx_bytes *b = &item->vmx;
	size_t limit = limit_of(item->pulling->settings);

	item->too_large = length > limit - b->length;
	if (item->too_large)
		return false;
	item->no_memory = !room_for(&b->data, &b->capacity, b->length, length + 1);
	if (item->no_memory)
		return false;
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): what has room is not NULL */
	memcpy(b->data + b->length, data, length);
	b->length += length;
	b->data[b->length] = '\0';
	return true;
}

static void fetched(void *user, const struct vmx_error *error)
{
	struct item *item = user;
	const struct settings *s = item->pulling->settings;

	if (item->no_memory)
		item->status = show_out_of_memory(&s->common.console);
	else if (vmx_error_code(error) != VMX_OK)
		item->status = show_error(&s->common.console, item->machine.name, error);
	else
		item->status = STATUS_DONE;
}

static bool next_download(void *user, struct vmx_download *ret)
{
	struct pulling *p = user;
	struct item *item;

	while (p->at < p->count && !p->items[p->at].machine.vmx)
		p->at++;
	if (p->at == p->count)
		return false;
	item = &p->items[p->at++];
	ret->path = item->machine.vmx;
	ret->datacenter = item->machine.datacenter;
	ret->limit = limit_of(p->settings);
	ret->write = take_bytes;
	ret->done = fetched;
	ret->user = item;
	return true;
}

/*
 * Where it goes
 */

/* The name of a file that is being made. */
struct file_name {
	char text[NAME_MAX + 1];
	size_t length;
	bool too_long;
};

static void put(struct file_name *file, const char *format, unsigned int c)
{
	size_t room = sizeof(file->text) - file->length;
	int length = snprintf(file->text + file->length, room, format, c);

	file->too_long |= length < 0 || (size_t)length >= room;
	if (!file->too_long)
		file->length += (size_t)length;
}

/* What can't be in the name of a file, and '%', is written as % and two hex digits. */
static void put_text(struct file_name *file, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		put(file, c < 0x20 || c == 0x7F || strchr("/\\%", c) ? "%%%02x" : "%c", c);
	}
}

/* NAME.vmx, or NAME-ID.vmx for the second machine with a name; ID.vmx if that is too long. */
static void name_file(const struct remote_machine *m, const char *suffix, bool with_id,
		      struct file_name *ret)
{
	*ret = (struct file_name){ .length = 0 };
	put_text(ret, m->name);
	if (with_id) {
		put(ret, "%c", '-');
		put_text(ret, m->id);
	}
	put_text(ret, suffix);
	if (!ret->too_long)
		return;
	*ret = (struct file_name){ .length = 0 };
	put_text(ret, m->id);
	put_text(ret, suffix);
}

/* "": errno says why there is no name for it. */
static const char *choose_output(struct pulling *p, const struct item *item, char ret[PATH_MAX])
{
	const struct settings *s = p->settings;
	enum name_set_answer answer = NAME_WAS_THERE;
	struct file_name name;

	for (int attempt = 0; attempt < 2 && answer == NAME_WAS_THERE; attempt++) {
		name_file(&item->machine, s->xml ? ".xml" : ".vmx", attempt > 0, &name);
		if (name.too_long || snprintf(ret, PATH_MAX, "%s/%s", s->output_dir, name.text) >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return "";
		}
		answer = name_set_add(&p->names, name.text);
	}
	if (answer == NAME_IS_NEW)
		return ret;
	if (answer == NAME_WAS_THERE)
		errno = EEXIST;
	return "";
}

static enum exit_status store(struct pulling *p, const char *output, const struct vmx_bytes *content)
{
	struct settings *s = p->settings;

	if (output && save_file_as(output, p->durability, content->data, content->length)) {
		p->stored = s->output_dir != NULL;
		return STATUS_DONE;
	}
	if (output) {
		show_problem(&s->common.console, "can't write '%s': %s", output, strerror(errno));
		return STATUS_SYSTEM;
	}
	if (write_standard_output(content->data, content->length))
		return STATUS_DONE;
	return lose_output(s, errno);
}

static enum exit_status deliver(struct pulling *p, const struct item *item,
				const struct vmx_bytes *content)
{
	const struct settings *s = p->settings;
	const char *output = s->output;
	char room[PATH_MAX];

	if (s->output_dir)
		output = choose_output(p, item, room);
	if (!output || *output)
		return store(p, output, content);
	show_problem(&s->common.console, "there is no name for a file for '%s' (%s): %s",
		     item->machine.name, item->machine.id, strerror(errno));
	return STATUS_SYSTEM;
}

/*
 * Converting
 */

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	const struct item *item = user;

	show_diagnostic(&item->pulling->settings->common.console, item->machine.name, diagnostic);
}

/* The server is asked once for the machines of a host that follow each other. */
static enum exit_status find_rules(struct pulling *p, const struct item *item)
{
	const struct settings *s = p->settings;
	const char *host = item->machine.host;

	if (!p->rules_host || !host || strcmp(p->rules_host, host) != 0) {
		vmx_path_rules_free(p->rules);
		free(p->rules_host);
		p->rules = NULL;
		p->rules_host = host ? strdup(host) : NULL;
		if (host && !p->rules_host)
			return show_out_of_memory(&s->common.console);
	}
	return remote_rules(&s->remote, &item->machine, level_of(s), &p->rules);
}

static enum exit_status convert(struct pulling *p, struct item *item)
{
	const struct settings *s = p->settings;
	struct vmx_bytes xml = VMX_BYTES_INIT;
	enum exit_status status = find_rules(p, item);
	struct to_xml how = {
		.level = level_of(s), .strict = s->strict, .secure = s->secure,
		.encoding = s->encoding, .max_size = limit_of(s), .rules = p->rules,
		.datacenter_path = item->machine.datacenter, .moref = item->machine.id,
		.diagnostic = hear, .user = item,
	};

	if (status == STATUS_DONE &&
	    to_xml_bytes(&how, item->vmx.data, item->vmx.length, &xml, s->common.error) != VMX_OK)
		status = show_encoding_error(&s->common.console, item->machine.name, s->common.error,
					     s->encoding);
	if (status == STATUS_DONE)
		status = deliver(p, item, &xml);
	vmx_bytes_release(&xml);
	return status;
}

/*
 * Groups
 */

static enum exit_status finish(struct pulling *p, struct item *item)
{
	const struct settings *s = p->settings;

	if (!item->machine.vmx)
		return remote_no_vmx(&s->remote, &item->machine);
	if (item->status != STATUS_DONE)
		return item->status;
	/* an empty file has no bytes */
	if (!item->vmx.data && !take_bytes(item, "", 0))
		return show_out_of_memory(&s->common.console);
	return s->xml ? convert(p, item) : deliver(p, item, &item->vmx);
}

/* False: nothing more can be done. */
static bool pull_group(struct pulling *p)
{
	const struct settings *s = p->settings;
	bool good;

	p->at = 0;
	good = vmx_connection_download(s->remote.connection, next_download, p,
				       s->common.error) == VMX_OK;
	if (!good)
		p->status = status_of_both(p->status, remote_error(&s->remote, NULL));
	for (size_t i = 0; i < p->count; i++) {
		struct item *item = &p->items[i];

		if (good)
			p->status = status_of_both(p->status, finish(p, item));
		remote_machine_release(&item->machine);
		vmx_bytes_release(&item->vmx);
	}
	p->count = 0;
	return good;
}

/* The next free place of the group. */
static struct item *next_item(struct pulling *p)
{
	struct item *item = &p->items[p->count];

	*item = (struct item){ .pulling = p, .status = STATUS_SYSTEM };
	return item;
}

static bool add_object(void *user, const struct vmx_remote_object *object)
{
	struct pulling *p = user;
	struct item *item = next_item(p);

	if (!remote_machine_copy(&item->machine, object)) {
		remote_machine_release(&item->machine);
		p->status = show_out_of_memory(&p->settings->common.console);
		return false;
	}
	return ++p->count < GROUP || pull_group(p);
}

static void pull_all(struct pulling *p)
{
	const struct settings *s = p->settings;

	if (vmx_connection_list(s->remote.connection, VMX_REMOTE_MACHINE, add_object, p,
				s->common.error) != VMX_OK)
		p->status = status_of_both(p->status, remote_error(&s->remote, NULL));
}

static void pull_named(struct pulling *p, char **names, int count)
{
	for (int i = 0; i < count; i++) {
		struct item *item = next_item(p);
		enum exit_status status = remote_find(&p->settings->remote, names[i], &item->machine);

		if (status != STATUS_DONE) {
			p->status = status_of_both(p->status, status);
			remote_machine_release(&item->machine);
		} else if (++p->count == GROUP && !pull_group(p)) {
			return;
		}
	}
}

/* What is wrong with the options as a whole, or NULL. */
const char *check_pull(const struct settings *s, char **arguments, int count)
{
	const struct {
		bool wrong;
		const char *why;
	} rows[] = {
		{ s->all && count > 0, "--all and names of machines exclude each other" },
		{ !s->all && count == 0, "which machine? Name one, or say --all" },
		{ s->output_given && s->output_dir, "--output and --output-dir exclude each other" },
		{ (s->all || count > 1) && !s->output_dir, "several machines need --output-dir" },
		{ s->no_sync && !s->output && !s->output_dir,
		  "--no-sync is of no use without an output file" },
		{ s->libvirt && s->full, "--compat and --full exclude each other" },
		{ !s->xml && (s->libvirt || s->full || s->strict || s->secure || s->encoding),
		  "options of the conversion are of no use without --xml" },
	};

	(void)arguments;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].wrong)
			return rows[i].why;
	}
	return NULL;
}

/* Each of several files is waited for, and all their names at the end. */
static enum durability durability_of(const struct settings *s)
{
	return s->no_sync ? SYNC_NOTHING : s->output_dir ? SYNC_FILE : SYNC_FILE_AND_NAME;
}

enum exit_status command_pull(struct settings *s, char **arguments, int count)
{
	struct pulling *p;
	enum exit_status status;

	/* before anything is fetched */
	if (s->output_dir && !is_folder(s->output_dir)) {
		show_problem(&s->common.console, "can't write into '%s': %s", s->output_dir, strerror(errno));
		return STATUS_SYSTEM;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		return show_out_of_memory(&s->common.console);
	p->settings = s;
	p->durability = durability_of(s);
	if (s->all)
		pull_all(p);
	else
		pull_named(p, arguments, count);
	if (p->count > 0)
		pull_group(p);
	if (p->stored && p->durability == SYNC_FILE)
		sync_names(s->output_dir);
	status = p->status;
	vmx_path_rules_free(p->rules);
	free(p->rules_host);
	name_set_release(&p->names);
	free(p);
	return status;
}
