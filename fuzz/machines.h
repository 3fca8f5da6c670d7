/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the targets of conversions share: documents, machines and XML, each from the
 * other.  All of them answer NULL, or false, where the library refuses.
 */
#ifndef FUZZ_MACHINES_H
#define FUZZ_MACHINES_H

#include "fuzz.h"

/* How a machine is read and written. */
struct fuzz_way {
	enum vmx_level level;
	bool strict;
	bool placed;		/* file names become paths on a datastore, and back */
};

/* Rules of a host with two datastores; made once. */
static inline struct vmx_path_rules *fuzz_rules(void)
{
	static struct vmx_path_rules *rules;

	if (rules)
		return rules;
	MUST(vmx_path_rules_new(NULL, &rules, NULL) == VMX_OK);
	MUST(vmx_path_rules_set_directory(rules, "[ds 1] dir", 10, NULL) == VMX_OK);
	return rules;
}

static inline struct vmx_document *fuzz_read_document(const char *bytes, size_t length,
						      enum vmx_read_mode mode,
						      struct fuzz_heard *heard)
{
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;
	struct vmx_error *error = fuzz_error();
	struct vmx_document *document = NULL;

	options.mode = mode;
	options.diagnostic = heard ? fuzz_hear : NULL;
	options.user = heard;
	(void)fuzz_outcome(vmx_document_read(bytes, length, &options, &document, error), error);
	return document;
}

static inline struct vmx_machine *fuzz_read_machine(const struct vmx_document *document,
						    const struct fuzz_way *way,
						    struct fuzz_heard *heard)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_error *error = fuzz_error();
	struct vmx_machine *machine = NULL;

	options.level = way->level;
	options.strict = way->strict;
	options.diagnostic = heard ? fuzz_hear : NULL;
	options.user = heard;
	if (way->placed) {
		options.file_name = vmx_path_rules_resolve;
		options.file_name_user = fuzz_rules();
	}
	(void)fuzz_outcome(vmx_machine_read(document, &options, &machine, error), error);
	return machine;
}

static inline bool fuzz_write_xml(const struct vmx_machine *machine, struct fuzz_heard *heard,
				  struct vmx_bytes *ret)
{
	struct vmx_domain_xml_options options = VMX_DOMAIN_XML_OPTIONS_INIT;
	struct vmx_error *error = fuzz_error();

	options.secure = true;
	options.diagnostic = heard ? fuzz_hear : NULL;
	options.user = heard;
	return fuzz_outcome(vmx_domain_xml_write(machine, &options, ret, error), error) == VMX_OK;
}

/* From a document to XML; the bytes stay empty where that fails. */
static inline bool fuzz_make_xml(const struct vmx_document *document, const struct fuzz_way *way,
				 struct fuzz_heard *heard, struct vmx_bytes *ret)
{
	struct vmx_machine *machine = fuzz_read_machine(document, way, heard);
	bool made = machine && fuzz_write_xml(machine, heard, ret);

	vmx_machine_free(machine);
	return made;
}

static inline struct vmx_machine *fuzz_read_xml(const struct vmx_bytes *xml,
						const struct fuzz_way *way,
						struct fuzz_heard *heard, enum vmx_code *ret_code)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;
	struct vmx_error *error = fuzz_error();
	struct vmx_machine *machine = NULL;

	options.level = way->level;
	options.strict = way->strict;
	options.diagnostic = heard ? fuzz_hear : NULL;
	options.user = heard;
	*ret_code = fuzz_outcome(vmx_domain_xml_read(xml->data, xml->length, &options, &machine,
						     error), error);
	return machine;
}

static inline enum vmx_code fuzz_to_vmx(void *user, const char *path, size_t length,
					struct vmx_bytes *ret, struct vmx_error *error)
{
	return vmx_path_rules_to_vmx(user, path, length, ret, error);
}

static inline enum vmx_code fuzz_write_vmx(const struct vmx_machine *machine,
					   const struct fuzz_way *way,
					   unsigned int hardware_version,
					   struct fuzz_heard *heard, struct vmx_bytes *ret)
{
	struct vmx_machine_write_options options = VMX_MACHINE_WRITE_OPTIONS_INIT;
	struct vmx_error *error = fuzz_error();

	options.hardware_version = hardware_version;
	options.diagnostic = heard ? fuzz_hear : NULL;
	options.user = heard;
	if (way->placed) {
		options.file_name = fuzz_to_vmx;
		options.file_name_user = fuzz_rules();
	}
	return fuzz_outcome(vmx_machine_write(machine, &options, ret, error), error);
}

/* The number of keys that it has changed. */
static inline void fuzz_count_change(void *user, const struct vmx_change *change)
{
	size_t *changes = user;

	MUST(change->key && change->key_length > 0);
	++*changes;
}

static inline enum vmx_code fuzz_apply(const struct vmx_machine *machine,
				       struct vmx_document *document, const struct fuzz_way *way,
				       struct fuzz_heard *heard, size_t *ret_changes)
{
	struct vmx_machine_apply_options options = VMX_MACHINE_APPLY_OPTIONS_INIT;
	struct vmx_error *error = fuzz_error();

	*ret_changes = 0;
	options.changed = fuzz_count_change;
	options.changed_user = ret_changes;
	options.diagnostic = heard ? fuzz_hear : NULL;
	options.user = heard;
	if (way->placed) {
		options.resolve = vmx_path_rules_resolve;
		options.resolve_user = fuzz_rules();
		options.file_name = fuzz_to_vmx;
		options.file_name_user = fuzz_rules();
	}
	return fuzz_outcome(vmx_machine_apply(machine, document, &options, error), error);
}

/* The document's bytes; the caller releases them. */
static inline struct vmx_bytes fuzz_write_document(const struct vmx_document *document)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	MUST(vmx_document_write(document, &bytes, NULL) == VMX_OK);
	return bytes;
}

/* A text that no VMX file can hold, and hardware that lacks something: refused by rule. */
static inline bool fuzz_refused_by_rule(enum vmx_code code)
{
	return code == VMX_CODE_TEXT_NOT_IN_VMX || code == VMX_CODE_HARDWARE_LACKS;
}

/* Whether a diagnostic says that the way back has lost something. */
static inline bool fuzz_heard_loss(const struct fuzz_heard *heard)
{
	return fuzz_heard_any(heard, VMX_CODE_MEMORY_ROUNDED, VMX_CODE_MEMORY_ROUNDED) ||
	       fuzz_heard_any(heard, VMX_CODE_XML_IGNORED, VMX_CODE_XML_IGNORED) ||
	       fuzz_heard_any(heard, VMX_CODE_CONTROL_CHARACTER, VMX_CODE_CONTROL_CHARACTER) ||
	       fuzz_heard_any(heard, VMX_CODE_XML_WORD, VMX_CODE_XML_WORD);
}

#endif
