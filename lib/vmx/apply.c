/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The changes to a document.
 *
 * What XML can't say is no change.  So the document's own machine takes the same way
 * as the machine that is wanted: it is written as XML and read again.  Then both are
 * made into lines, and only where the lines differ the document is touched.
 *
 * A key that meant nothing may mean something once another one has changed (the cores
 * per socket of a machine that had one CPU).  So whoever has changed something looks
 * again, until there is nothing left to do.
 */
#include <stdio.h>
#include <stdlib.h>

#include <vmxkit/domain_xml.h>

#include "vmx/lookup.h"
#include "vmx/match.h"
#include "vmx/writer.h"

struct applying {
	struct vmx_document *document;
	const struct vmx_machine_apply_options *options;
	struct vmx_error *error;
	struct arena arena;
	struct vmx_machine *found, *seen;	/* the document's; as XML has it */
	struct vmx_machine wanted;		/* a copy, with the document's numbers */
	struct vmx_writer before, after;
	size_t changes;
	bool said;		/* the diagnostics are */
};

/* More rounds than there are keys that hang on keys that hang on keys. */
#define ROUNDS_MAX 4

/*
 * The machines
 */

static enum vmx_code read_found(struct applying *a)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	bool libvirt = a->wanted.level == VMX_LEVEL_LIBVIRT;

	/* our metadata is the mark of the full level */
	options.level = libvirt ? VMX_LEVEL_LIBVIRT :
			a->wanted.was_full ? VMX_LEVEL_FULL : VMX_LEVEL_DEFAULT;
	options.file_name = a->options->resolve;
	options.file_name_user = a->options->resolve_user;
	options.allocator = &a->wanted.allocator;
	return vmx_machine_read(a->document, &options, &a->found, a->error);
}

/* What is wrong in XML that nobody has seen has no line there. */
static enum vmx_code forget_place(enum vmx_code code, struct vmx_error *error)
{
	char message[MESSAGE_MAX];

	if (code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY || !error)
		return code;
	snprintf(message, sizeof(message), "%s", vmx_error_message(error));
	return vmxi_fail(error, code, NOWHERE, "%s", message);
}

static enum vmx_code see(struct applying *a)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_bytes xml = { .allocator = &a->wanted.allocator };
	struct vmx_domain_xml_options xml_options = VMX_DOMAIN_XML_OPTIONS_INIT;
	enum vmx_code code;

	/* without this, the password of a file would not be the one that XML can say */
	xml_options.secure = a->wanted.vnc.password.ptr != NULL;
	code = vmx_domain_xml_write(a->found, &xml_options, &xml, a->error);

	options.level = a->wanted.level;
	options.max_size = SIZE_MAX;
	options.allocator = &a->wanted.allocator;
	if (code == VMX_OK)
		code = forget_place(vmx_domain_xml_read(xml.data, xml.length, &options, &a->seen, a->error),
				    a->error);
	vmx_bytes_release(&xml);
	return code;
}

/* What XML need not say is as it was. */
static void fill_in(struct applying *a)
{
	static const uint8_t none[16];
	struct vmx_machine *m = &a->wanted;

	if (!m->has_uuid) {
		memcpy(m->bios_uuid, a->seen->bios_uuid, 16);
		memcpy(m->vc_uuid, a->seen->vc_uuid, 16);
	} else if (memcmp(m->bios_uuid, none, 16) == 0) {
		/* XML shows one that only the server knows as any other; here it has to go */
		memcpy(a->seen->bios_uuid, a->found->bios_uuid, 16);
		memcpy(a->seen->vc_uuid, a->found->vc_uuid, 16);
	}
	/* written, an odd amount would be rounded, and might then seem to be the other one */
	if (a->seen->memory_kib != m->memory_kib && a->seen->memory_kib % (4 << 10) > 0)
		a->seen->memory_kib = 0;
	if (!m->name.ptr)
		m->name = a->seen->name;
	if (m->was_full && !m->guest_os.ptr && m->arch == a->seen->arch)
		m->guest_os = a->seen->guest_os;
}

static void prepare(struct applying *a, struct vmx_writer *w, const struct vmx_machine *machine,
		    int64_t version)
{
	*w = (struct vmx_writer){ .machine = machine, .error = a->error };
	w->as_libvirt = machine->level == VMX_LEVEL_LIBVIRT;
	w->hardware_version = version ? version : VMX_DEFAULT_HARDWARE_VERSION;
	w->cards_there = a->found->nics.count;
	w->no_places = true;
	w->encoding = TEXT("UTF-8");
	w->file_name = a->options->file_name;
	w->file_name_user = a->options->file_name_user;
	w->arena.allocator = &a->wanted.allocator;
	w->scratch.allocator = &a->wanted.allocator;
}

static enum vmx_code make_lines(struct applying *a)
{
	int64_t there = a->found->hardware_version, version = there;

	if (a->wanted.was_full && a->wanted.hardware_version)
		version = a->wanted.hardware_version;
	if (a->options->hardware_version)
		version = a->options->hardware_version;
	prepare(a, &a->before, a->seen, there);
	prepare(a, &a->after, &a->wanted, version);
	if (!a->said)
		a->after.reporter = (struct reporter){ a->options->diagnostic, a->options->user, 0,
						       DIAGNOSTICS_MAX };
	/* what the document has already, its hardware can do, unless that becomes older */
	vmxi_check_features(&a->after, vmxi_features(&a->wanted) &
				       ~(version < there ? 0 : vmxi_features(a->seen)));
	TRY(vmxi_make_lines(&a->before));
	return vmxi_make_lines(&a->after);
}

/*
 * Edits
 */

/* The lines of before are sorted; those of after keep their order, and have a sorted copy. */
struct edit {
	struct applying *a;
	struct lookup before, after;
	struct document_keys keys;	/* of the document, before the first edit */
};

static void tell(const struct edit *e, enum vmx_change_kind kind, struct text key,
		 struct text old, struct text new)
{
	const struct vmx_machine_apply_options *o = e->a->options;
	struct vmx_change change = { kind, key.ptr, key.len, old.ptr, old.len, new.ptr, new.len };

	e->a->changes++;
	if (o->changed)
		o->changed(o->changed_user, &change);
}

static enum vmx_code unset(const struct edit *e, struct text key)
{
	struct vmx_entry entry;

	if (vmx_document_get(e->a->document, key.ptr, key.len, &entry) != VMX_OK)
		return VMX_OK;
	tell(e, VMX_CHANGE_REMOVED, key, (struct text){ entry.value, entry.value_length }, NO_TEXT);
	return vmx_document_unset(e->a->document, key.ptr, key.len, e->a->error);
}

/* TRUE is true. */
static bool means_same(struct text a, struct text b)
{
	bool word = text_equal_nocase(a, TEXT("true")) || text_equal_nocase(a, TEXT("false"));

	return word ? text_equal_nocase(a, b) : text_equal(a, b);
}

static enum vmx_code set(const struct edit *e, const struct line *line)
{
	struct vmx_entry entry;
	bool there = vmx_document_get(e->a->document, line->key.ptr, line->key.len, &entry) == VMX_OK;
	struct text old = there ? (struct text){ entry.value, entry.value_length } : NO_TEXT;

	if (there && means_same(old, line->value))
		return VMX_OK;
	tell(e, there ? VMX_CHANGE_SET : VMX_CHANGE_ADDED, line->key, old, line->value);
	return vmx_document_set(e->a->document, line->key.ptr, line->key.len,
				line->value.ptr ? line->value.ptr : "", line->value.len, e->a->error);
}

/*
 * Devices
 */

/* The last dot of a key ends the name of its device, if it has one. */
static struct text device_of(struct text key)
{
	struct text switch_key = vmxi_name_key(KEY_VNC_ENABLED);

	if (text_starts_nocase(key, (struct text){ switch_key.ptr, switch_key.len - 7 }))
		return (struct text){ key.ptr, switch_key.len - 8 };
	return (struct text){ key.ptr, vmxi_text_find(key, '.') };
}

/* Whether this is the line that says that there is such a device. */
static bool is_switch(struct text key)
{
	struct text device = device_of(key), field = text_skip(key, device.len);

	return text_equal_nocase(field, TEXT(".present")) ||
	       text_equal_nocase(key, vmxi_name_key(KEY_VNC_ENABLED));
}

static bool is_on(const struct lookup *lines, struct text key)
{
	const struct line *line = vmxi_find_line(lines, key);

	return line && text_equal_nocase(line->value, TEXT("true"));
}

static int compare_numbers(const void *x, const void *y)
{
	const struct document_key *a = x, *b = y;

	return (a->number > b->number) - (a->number < b->number);
}

/*
 * Removes what stands under the device, behind the separator, and is not wanted; in the
 * order of the document.
 */
static enum vmx_code clear_device(const struct edit *e, struct text device, char separator)
{
	struct document_keys under = vmxi_keys_under(&e->keys, device, separator);
	struct document_key *keys;

	if (under.count == 0)
		return VMX_OK;
	keys = vmxi_arena_allocate(&e->a->arena, under.count * sizeof(*keys));
	if (!keys)
		return vmxi_out_of_memory(e->a->error);
	memcpy(keys, under.items, under.count * sizeof(*keys));
	qsort(keys, under.count, sizeof(*keys), compare_numbers);
	for (size_t i = 0; i < under.count; i++) {
		if (!vmxi_find_line(&e->after, keys[i].key))
			TRY(unset(e, keys[i].key));
	}
	return VMX_OK;
}

/* "scsi1.present" with a "scsi1:0" that is still present: a drive that XML does not show. */
static bool has_units(const struct edit *e, struct text controller)
{
	struct document_keys under = vmxi_keys_under(&e->keys, device_of(controller), ':');
	struct vmx_entry entry;

	/* "ethernet0:1" is nobody's */
	if (vmxi_match_key(controller).set != SET_CONTROLLER)
		return false;
	for (size_t i = 0; i < under.count; i++) {
		struct text key = under.items[i].key;

		if (text_ends_nocase(key, TEXT(".present")) &&
		    vmx_document_get(e->a->document, key.ptr, key.len, &entry) == VMX_OK &&
		    text_equal_nocase((struct text){ entry.value, entry.value_length }, TEXT("true")))
			return true;
	}
	return false;
}

static bool is_unit(struct text device)
{
	return vmxi_text_find(device, ':') < device.len;
}

/* Devices that are gone: their units first, so that what is left on a controller shows. */
static enum vmx_code remove_devices(const struct edit *e, bool units)
{
	for (size_t i = 0; i < e->before.count; i++) {
		struct text key = e->before.items[i].key, device = device_of(key);

		if (!is_switch(key) || is_unit(device) != units || !is_on(&e->before, key) ||
		    is_on(&e->after, key) || (!units && has_units(e, key)))
			continue;
		TRY(clear_device(e, device, '.'));
	}
	return VMX_OK;
}

static bool is_other_device(const struct edit *e, struct text device)
{
	struct text field = vmxi_name_field(DISK_TYPE);

	return !text_equal(vmxi_device_value(&e->before, device, field),
			   vmxi_device_value(&e->after, device, field));
}

/* New ones, and such as are of another kind: what stood there said something else. */
static enum vmx_code make_room(const struct edit *e)
{
	for (size_t i = 0; i < e->after.count; i++) {
		struct text key = e->after.items[i].key, device = device_of(key);

		if (!is_switch(key) || !is_on(&e->after, key) ||
		    (is_on(&e->before, key) && !is_other_device(e, device)))
			continue;
		TRY(clear_device(e, device, '.'));
		/* a controller that comes back must not bring its old drives */
		if (!is_unit(device))
			TRY(clear_device(e, device, ':'));
	}
	return VMX_OK;
}

/*
 * Fields of a card that say one thing together.  Of other devices all fields do.
 */
static unsigned int concern_of(struct text key)
{
	static const unsigned char card_concerns[] = {
		[NIC_MODEL - NIC_FIRST] = 1, [NIC_FEATURES - NIC_FIRST] = 1,
		[NIC_CONNECTION - NIC_FIRST] = 2, [NIC_NETWORK - NIC_FIRST] = 2,
		[NIC_VNET - NIC_FIRST] = 2, [NIC_DVS_SWITCH - NIC_FIRST] = 2,
		[NIC_DVS_PORT - NIC_FIRST] = 2, [NIC_DVS_GROUP - NIC_FIRST] = 2,
		[NIC_DVS_CONNECTION - NIC_FIRST] = 2, [NIC_PVN - NIC_FIRST] = 2,
		[NIC_ADDRESS_TYPE - NIC_FIRST] = 3, [NIC_GENERATED - NIC_FIRST] = 3,
		[NIC_ADDRESS - NIC_FIRST] = 3, [NIC_OFFSET - NIC_FIRST] = 3,
	};
	struct key_match m = vmxi_match_key(key);

	return m.set == SET_NIC && m.id < sizeof(card_concerns) ? card_concerns[m.id] : 0;
}

/* Whether any line of the key's device and concern differs. */
static bool is_changed_device(const struct edit *e, struct text key)
{
	struct lookup lines = vmxi_lines_under(&e->after, device_of(key));
	unsigned int concern = concern_of(key);

	for (size_t i = 0; i < lines.count; i++) {
		const struct line *l = &lines.items[i], *old = vmxi_find_line(&e->before, l->key);

		if (concern_of(l->key) == concern && (!old || !text_equal(old->value, l->value)))
			return true;
	}
	return false;
}

/* The document may say the same in other keys: once a device changes, it says all. */
static bool is_to_complete(const struct edit *e, const struct line *line)
{
	struct vmx_entry entry;

	return vmxi_match_key(line->key).kind != DEVICE_NONE &&
	       vmx_document_get(e->a->document, line->key.ptr, line->key.len, &entry) != VMX_OK &&
	       is_changed_device(e, line->key);
}

static enum vmx_code edit_lines(const struct edit *e)
{
	const struct vmx_writer *after = &e->a->after;

	for (size_t i = 0; i < e->before.count; i++) {
		if (!vmxi_find_line(&e->after, e->before.items[i].key) &&
		    !(is_switch(e->before.items[i].key) && has_units(e, e->before.items[i].key)))
			TRY(unset(e, e->before.items[i].key));
	}
	for (size_t i = 0; i < after->lines.count; i++) {
		const struct line *line = &after->lines.items[i];
		const struct line *old = vmxi_find_line(&e->before, line->key);

		if (!old || !text_equal(old->value, line->value) || is_to_complete(e, line))
			TRY(set(e, line));
	}
	return VMX_OK;
}

static enum vmx_code edit(struct applying *a)
{
	struct edit e = { .a = a };

	if (!vmxi_sort_lines(&a->arena, &a->before, &e.before) ||
	    !vmxi_sort_lines(&a->arena, &a->after, &e.after) ||
	    !vmxi_sort_keys(&a->arena, a->document, &e.keys))
		return vmxi_out_of_memory(a->error);
	TRY(remove_devices(&e, true));
	TRY(remove_devices(&e, false));
	TRY(make_room(&e));
	return edit_lines(&e);
}

/*
 * The whole
 */

static enum vmx_code apply_once(struct applying *a)
{
	TRY(read_found(a));
	TRY(see(a));
	fill_in(a);
	if (!vmxi_match_devices(a->found, a->seen, &a->wanted, &a->arena))
		return vmxi_out_of_memory(a->error);
	TRY(make_lines(a));
	/* it borrows from the document, which is about to change; its names are copied */
	return edit(a);
}

static void forget(struct applying *a)
{
	vmxi_writer_release(&a->before);
	vmxi_writer_release(&a->after);
	vmx_machine_free(a->seen);
	vmx_machine_free(a->found);
	vmxi_arena_release(&a->arena);
}

enum vmx_code vmx_machine_apply(const struct vmx_machine *machine,
				struct vmx_document *document,
				const struct vmx_machine_apply_options *options,
				struct vmx_error *error)
{
	static const struct vmx_machine_apply_options defaults = VMX_MACHINE_APPLY_OPTIONS_INIT;
	enum vmx_code code = VMX_OK;
	size_t changes = 1;

	options = options ? options : &defaults;
	if (options->size < sizeof(*options) || machine->document)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the options are not filled in, or the machine is not from XML");
	for (int i = 0; i < ROUNDS_MAX && code == VMX_OK && changes > 0; i++) {
		struct applying a = { .document = document, .options = options, .error = error };

		a.wanted = *machine;
		a.arena.allocator = &machine->allocator;
		a.said = i > 0;
		code = apply_once(&a);
		changes = a.changes;
		forget(&a);
	}
	return code;
}
