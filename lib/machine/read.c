/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/reader.h"

/*
 * Is it a machine at all?  libvirt asks nothing and ends with a missing
 * config.version; a person wants to hear which kind of file it is.
 */

static bool has_bytes(const struct vmx_document *d, struct text start)
{
	return text_starts((struct text){ d->bytes, d->length }, start);
}

static enum vmx_code check_text(struct reader *r)
{
	const struct vmx_document *d = r->document;

	if (has_bytes(d, TEXT("\xFF\xFE")) || has_bytes(d, TEXT("\xFE\xFF")))
		return vmxi_fail(r->error, VMX_CODE_NUL_BYTE, (struct position){ 1, 1 },
				 "the file is UTF-16: save it as UTF-8");
	if (d->flags & DOCUMENT_HAS_NUL)
		return vmxi_fail(r->error, VMX_CODE_NUL_BYTE, d->nul,
				 "there is a NUL byte: this is not a VMX file");
	if (d->count == d->gone)
		return vmxi_fail(r->error, VMX_CODE_NOT_VMX, (struct position){ 1, 1 },
				 "there is no 'key = value' line: this is not a VMX file");
	if (d->flags & DOCUMENT_HAS_DIRECTIVE)
		return vmxi_fail(r->error, VMX_CODE_TEMPLATE, d->directive,
				 "this is a directive of a template language: the file is a "
				 "template, render it first");
	return VMX_OK;
}

/* Keys without which there is no machine worth the name. */
static const enum key machine_keys[] = {
	KEY_CONFIG_VERSION, KEY_HARDWARE_VERSION, KEY_DISPLAY_NAME, KEY_GUEST_OS, KEY_MEMSIZE,
};

static bool has_machine(const struct settings *s)
{
	for (size_t i = 0; i < sizeof(machine_keys) / sizeof(machine_keys[0]); i++) {
		if (s->keys[machine_keys[i]])
			return true;
	}
	return s->count > 0;
}

static enum vmx_code check_machine(struct reader *r)
{
	const struct settings *s = &r->settings;

	if (s->keys[KEY_CONFIG_VERSION] || s->keys[KEY_HARDWARE_VERSION])
		return VMX_OK;
	if (s->keys[KEY_KEY_SAFE] && s->keys[KEY_ENCRYPTION_DATA])
		return vmxi_fail(r->error, VMX_CODE_ENCRYPTED,
				 entry_position(s->keys[KEY_ENCRYPTION_DATA]),
				 "the whole configuration is encrypted: decrypt the machine in "
				 "VMware first");
	if (!has_machine(s))
		return vmxi_fail(r->error, VMX_CODE_FRAGMENT, (struct position){ 1, 1 },
				 "no machine is described here: none of config.version, "
				 "virtualHW.version, displayName, guestOS, memsize, no device");
	return VMX_OK;
}

/* What libvirt reads, in its order; then the rest. */
static enum vmx_code (*const steps[])(struct reader *r) = {
	vmxi_check_cards,
	vmxi_read_versions,
	vmxi_read_identity,
	vmxi_read_memory,
	vmxi_read_cpus,
	vmxi_read_guest,
	vmxi_read_vnc,
	vmxi_read_storage,
	vmxi_read_folders,
	vmxi_read_cards,
	vmxi_read_video,
	vmxi_read_tpm,
	vmxi_read_serials,
	vmxi_read_parallels,
	vmxi_read_firmware,
	vmxi_read_extras,
};

static enum vmx_code read_machine(struct reader *r)
{
	struct vmx_machine *m = r->machine;

	m->fates = vmxi_arena_zeroed(&m->arena, r->document->count + 1);
	if (!m->fates || !vmxi_settings_collect(&r->settings, r->document, &m->arena))
		return vmxi_out_of_memory(r->error);
	if (!as_libvirt(r)) {
		TRY(check_text(r));
		TRY(check_machine(r));
	}
	set_fate(r, r->settings.keys[KEY_ENCODING], FATE_USED);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		TRY(steps[i](r));
	return VMX_OK;
}

struct vmx_machine *vmxi_machine_new(const struct vmx_allocator *allocator)
{
	struct arena arena = { .allocator = allocator };
	struct vmx_machine *m = vmxi_arena_zeroed(&arena, sizeof(*m));

	if (!m)
		return NULL;
	m->allocator = *allocator;
	m->arena = arena;
	m->arena.allocator = &m->allocator;
	return m;
}

static enum vmx_code check_options(const struct vmx_document *document,
				   const struct vmx_machine_options *options,
				   struct vmx_error *error)
{
	if (options->size < sizeof(*options) || options->level > VMX_LEVEL_FULL)
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the options for reading a machine are not filled in");
	if (options->level == VMX_LEVEL_LIBVIRT && !(document->flags & DOCUMENT_STRICT))
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the libvirt level needs a document that was read strictly");
	return VMX_OK;
}

enum vmx_code vmx_machine_read(const struct vmx_document *document,
			       const struct vmx_machine_options *options,
			       struct vmx_machine **ret, struct vmx_error *error)
{
	static const struct vmx_machine_options defaults = VMX_MACHINE_OPTIONS_INIT;
	struct reader r = { .document = document, .error = error };
	enum vmx_code code;

	options = options ? options : &defaults;
	TRY(check_options(document, options, error));
	r.level = options->level;
	r.strict = options->strict;
	r.file_name = options->file_name;
	r.file_name_user = options->file_name_user;
	r.reporter = (struct reporter){ options->diagnostic, options->user, 0, DIAGNOSTICS_MAX };
	r.machine = vmxi_machine_new(vmxi_allocator(options->allocator));
	if (!r.machine)
		return vmxi_out_of_memory(error);
	r.machine->document = document;
	r.machine->level = options->level;
	r.machine->strict = options->strict;
	r.scratch.allocator = &r.machine->allocator;
	code = read_machine(&r);
	vmx_bytes_release(&r.scratch);
	if (code != VMX_OK) {
		vmx_machine_free(r.machine);
		return code;
	}
	*ret = r.machine;
	return VMX_OK;
}

void vmx_machine_free(struct vmx_machine *machine)
{
	struct vmx_allocator allocator;
	struct arena arena;

	if (!machine)
		return;
	allocator = machine->allocator;
	arena = machine->arena;
	arena.allocator = &allocator;
	vmxi_arena_release(&arena);
}
