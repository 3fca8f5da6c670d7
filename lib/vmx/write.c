/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "document/encoding.h"
#include "vmx/writer.h"

/* libvirt's order; what it leaves out stands in front of the bridges. */
static void (*const parts[])(struct vmx_writer *w) = {
	vmxi_put_header,
	vmxi_put_identity,
	vmxi_put_vmx_memory,
	vmxi_put_vmx_cpus,
	vmxi_put_vnc,
	vmxi_put_vmx_controllers,
	vmxi_put_vmx_disks,
	vmxi_put_vmx_folders,
	vmxi_put_cards,
	vmxi_put_vmx_tpm,
	vmxi_put_vmx_video,
	vmxi_put_vmx_ports,
	vmxi_put_firmware,
	vmxi_put_extras,
	vmxi_put_bridges,
};

enum vmx_code vmxi_make_lines(struct vmx_writer *w)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && w->code == VMX_OK; i++)
		parts[i](w);
	return w->code;
}

void vmxi_writer_release(struct vmx_writer *w)
{
	vmx_bytes_release(&w->scratch);
	vmxi_arena_release(&w->arena);
}

/* key = "value" and a line end */
#define AROUND (sizeof(" = \"\"\n") - 1)

static bool make_text(const struct vmx_writer *w, struct vmx_bytes *ret)
{
	size_t size = 0;
	char *at;

	for (size_t i = 0; i < w->lines.count; i++)
		size += w->lines.items[i].key.len + w->lines.items[i].value.len + AROUND;
	if (!vmxi_bytes_reserve(ret, size))
		return false;
	at = ret->data;
	for (size_t i = 0; i < w->lines.count; i++) {
		const struct line *l = &w->lines.items[i];

		memcpy(at, l->key.ptr, l->key.len);
		memcpy(at + l->key.len, " = \"", 4);
		at += l->key.len + 4;
		if (l->value.len > 0)
			memcpy(at, l->value.ptr, l->value.len);
		memcpy(at + l->value.len, "\"\n", 2);
		at += l->value.len + 2;
	}
	*at = '\0';
	ret->length = size;
	return true;
}

/*
 * Encodings.  The document knows them: an empty one in the encoding does the work.
 */
static enum vmx_code encode(struct vmx_writer *w, struct vmx_bytes *ret)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_bytes encoded = { .allocator = ret->allocator };
	struct vmx_document *document;
	enum vmx_code code;

	options.encoding = w->encoding.ptr;
	options.allocator = &w->machine->allocator;
	code = vmx_document_read("", 0, &options, &document, w->error);
	if (code != VMX_OK)
		return code;
	for (size_t i = 0; i < w->lines.count && code == VMX_OK; i++) {
		code = vmxi_encode(document, w->lines.items[i].value, &encoded, w->error);
		if (code == VMX_CODE_UNENCODABLE_CHARACTER) {
			char key[QUOTE_MAX], value[QUOTE_MAX];

			vmxi_fail(w->error, code, NOWHERE,
				  "the encoding %s lacks a character of the value of %s, '%s'",
				  w->encoding.ptr, vmxi_quote(key, w->lines.items[i].key),
				  vmxi_quote(value, w->lines.items[i].value));
		} else if (code == VMX_OK) {
			w->lines.items[i].value =
				vmxi_arena_copy(&w->arena,
						(struct text){ encoded.data, encoded.length });
			if (!w->lines.items[i].value.ptr)
				code = vmxi_out_of_memory(w->error);
		}
	}
	vmx_document_free(document);
	vmx_bytes_release(&encoded);
	return code;
}

static enum vmx_code check_options(const struct vmx_machine_write_options *options,
				   struct vmx_error *error)
{
	if (options->size < sizeof(*options))
		return vmxi_fail(error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the options for writing a VMX file are not filled in");
	return VMX_OK;
}

/* libvirt writes any version that it is given. */
static void check_version(struct vmx_writer *w)
{
	if (!w->as_libvirt && (w->hardware_version < VMX_LOWEST_HARDWARE_VERSION ||
			       w->hardware_version > VMX_HIGHEST_HARDWARE_VERSION))
		vmxi_vmx_fail(w, VMX_CODE_HARDWARE_LACKS, NOWHERE,
			      "there is no hardware version %lld: they go from %u to %u",
			      (long long)w->hardware_version, VMX_LOWEST_HARDWARE_VERSION,
			      VMX_HIGHEST_HARDWARE_VERSION);
}

static enum vmx_code write_text(struct vmx_writer *w, struct vmx_bytes *ret)
{
	check_version(w);
	vmxi_check_features(w, vmxi_features(w->machine));
	if (vmxi_make_lines(w) != VMX_OK)
		return w->code;
	if (!text_equal_nocase(w->encoding, TEXT("UTF-8"))) {
		enum vmx_code code = encode(w, ret);

		if (code != VMX_OK)
			return code;
	}
	return make_text(w, ret) ? VMX_OK : vmxi_out_of_memory(w->error);
}

enum vmx_code vmx_machine_write(const struct vmx_machine *machine,
				const struct vmx_machine_write_options *options,
				struct vmx_bytes *ret, struct vmx_error *error)
{
	static const struct vmx_machine_write_options defaults = VMX_MACHINE_WRITE_OPTIONS_INIT;
	struct vmx_writer w = { .machine = machine, .error = error };
	enum vmx_code code;

	options = options ? options : &defaults;
	vmxi_bytes_clear(ret);
	code = check_options(options, error);
	if (code != VMX_OK)
		return code;
	w.as_libvirt = machine->level == VMX_LEVEL_LIBVIRT;
	w.hardware_version = options->hardware_version ? options->hardware_version :
			     machine->hardware_version ? machine->hardware_version
						       : VMX_DEFAULT_HARDWARE_VERSION;
	w.encoding = text_of(options->encoding ? options->encoding : "UTF-8");
	w.file_name = options->file_name;
	w.file_name_user = options->file_name_user;
	w.arena.allocator = &machine->allocator;
	w.scratch.allocator = &machine->allocator;
	w.reporter = (struct reporter){ options->diagnostic, options->user, 0, DIAGNOSTICS_MAX };
	code = write_text(&w, ret);
	if (code != VMX_OK)
		vmxi_bytes_clear(ret);
	vmxi_writer_release(&w);
	return code;
}
