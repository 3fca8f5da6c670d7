/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_fault_conversions FOLDER: conversions of a machine that has everything, in both
 * directions and onto a file, with memory that runs out anywhere.
 */
#include "fault_sweep.h"

#include "machine/keys.h"

/*
 * From VMX to XML
 */
struct conversion {
	enum vmx_level level;
	const struct blob *input;
};

static enum vmx_code read_machine(struct trial *t, enum vmx_level level,
				  const struct vmx_document *document,
				  struct vmx_path_rules *rules, struct vmx_machine **ret)
{
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;

	options.level = level;
	options.allocator = t->allocator;
	options.diagnostic = hear;
	options.user = &t->out;
	options.file_name = vmx_path_rules_resolve;
	options.file_name_user = rules;
	return vmx_machine_read(document, &options, ret, t->error);
}

static enum vmx_code write_xml(struct trial *t, const struct vmx_machine *machine, struct vmx_bytes *ret)
{
	struct vmx_domain_xml_options options = VMX_DOMAIN_XML_OPTIONS_INIT;

	options.secure = true;
	options.moref = "vm-42";
	options.datacenter_path = "folder/dc";
	options.diagnostic = hear;
	options.user = &t->out;
	return vmx_domain_xml_write(machine, &options, ret, t->error);
}

/* What became of each key. */
static void report(struct trial *t, const struct vmx_machine *machine)
{
	struct vmx_entry entry;
	enum vmx_key_fate fate;
	const char *reason;

	for (size_t cursor = 0; vmx_machine_next_key(machine, &cursor, &entry, &fate, &reason);)
		paper_add(&t->out, "%.*s %s %s\n", (int)entry.key_length, entry.key,
			  vmx_key_fate_name(fate), reason);
}

static enum vmx_code convert_in(struct trial *t, struct vmx_document **document,
				struct vmx_path_rules **rules, struct vmx_machine **machine,
				struct vmx_bytes *xml)
{
	const struct conversion *c = t->data;

	TRY(make_rules(t, c->level, rules));
	TRY(read_document(t, c->input, c->level == VMX_LEVEL_LIBVIRT, document));
	TRY(read_machine(t, c->level, *document, *rules, machine));
	TRY(write_xml(t, *machine, xml));
	report(t, *machine);
	paper_add(&t->out, "%s", xml->data);
	return VMX_OK;
}

static enum vmx_code convert(struct trial *t)
{
	struct vmx_bytes xml = { .allocator = t->allocator };
	struct vmx_document *document = NULL;
	struct vmx_path_rules *rules = NULL;
	struct vmx_machine *machine = NULL;
	enum vmx_code code = convert_in(t, &document, &rules, &machine, &xml);

	assert_true(code == VMX_OK || xml.length == 0);
	vmx_bytes_release(&xml);
	vmx_machine_free(machine);
	vmx_document_free(document);
	vmx_path_rules_free(rules);
	return code;
}

static void a_conversion_to_xml_runs_out_of_memory_anywhere(void **state)
{
	static const struct conversion conversions[] = {
		{ VMX_LEVEL_DEFAULT, &all }, { VMX_LEVEL_FULL, &all },
		{ VMX_LEVEL_DEFAULT, &rich }, { VMX_LEVEL_LIBVIRT, &rich },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(conversions); i++)
		sweep_both(convert, &conversions[i]);
}

/*
 * From XML to VMX, and onto a file
 */
struct writing {
	enum vmx_level level;
	const struct blob *xml, *base;	/* base: the file that is changed, if any */
};

/* Disks that libvirt reads, and that it then can't write. */
static void unset_disks_of_reader(struct vmx_document *document)
{
	static const char *const keys[] = { "sata0:1.present", "nvme0:0.present", "scsi1:3.present" };

	for (size_t i = 0; i < COUNT(keys); i++)
		assert_int_equal(vmx_document_unset(document, keys[i], strlen(keys[i]), NULL), VMX_OK);
}

/* Some of everything: a name, a disk and a card that are gone, ones that are new. */
static void change_machine(struct vmx_document *document)
{
	static const char *const changes[][2] = {
		{ "displayName", "sp\xC3\xA4ter" }, { "memsize", "4096" }, { "numvcpus", "2" },
		{ "scsi0:1.present", NULL }, { "ethernet2.present", NULL },
		{ "ethernet0.networkName", "other" }, { "scsi0:4.present", "TRUE" },
		{ "scsi0:4.fileName", "/vmfs/volumes/store/new.vmdk" },
		{ "ethernet7.present", "TRUE" }, { "ethernet7.virtualDev", "e1000" },
		{ "ethernet7.networkName", "new" },
		{ "ethernet7.addressType", "static" }, { "ethernet7.address", "00:50:56:01:02:07" },
		{ "RemoteDisplay.vnc.enabled", "FALSE" }, { "parallel1.fileName", "other.txt" },
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		const char *key = changes[i][0], *value = changes[i][1];

		if (value)
			assert_int_equal(vmx_document_set(document, key, strlen(key), value,
							  strlen(value), NULL), VMX_OK);
		else
			assert_int_equal(vmx_document_unset(document, key, strlen(key), NULL), VMX_OK);
	}
}

/* A file after an edit. */
static struct blob edited(const struct blob *input, void (*edit)(struct vmx_document *document))
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	struct vmx_document *document;

	assert_int_equal(vmx_document_read(input->data, input->length, NULL, &document, NULL), VMX_OK);
	edit(document);
	assert_int_equal(vmx_document_write(document, &bytes, NULL), VMX_OK);
	vmx_document_free(document);
	return (struct blob){ bytes.data, bytes.length };
}

/* The XML of a file. */
static struct blob make_xml(const struct blob *input, enum vmx_level level)
{
	struct counting counting;
	struct trial t = { .allocator = &counting.allocator };
	struct vmx_bytes xml = VMX_BYTES_INIT;
	struct vmx_document *document;
	struct vmx_path_rules *rules;
	struct vmx_machine *machine;

	counting_begin(&counting, 0);
	assert_int_equal(read_document(&t, input, level == VMX_LEVEL_LIBVIRT, &document), VMX_OK);
	assert_int_equal(make_rules(&t, level, &rules), VMX_OK);
	assert_int_equal(read_machine(&t, level, document, rules, &machine), VMX_OK);
	assert_int_equal(write_xml(&t, machine, &xml), VMX_OK);
	vmx_machine_free(machine);
	vmx_document_free(document);
	vmx_path_rules_free(rules);
	free(t.out.text);
	return (struct blob){ xml.data, xml.length };
}

static enum vmx_code read_xml(struct trial *t, const struct writing *w, struct vmx_machine **ret)
{
	struct vmx_domain_xml_read_options options = VMX_DOMAIN_XML_READ_OPTIONS_INIT;

	options.level = w->level;
	options.allocator = t->allocator;
	options.diagnostic = hear;
	options.user = &t->out;
	return vmx_domain_xml_read(w->xml->data, w->xml->length, &options, ret, t->error);
}

/* How a program names files: with memory of its own for each name. */
struct naming {
	const struct vmx_allocator *allocator;
	struct vmx_path_rules *rules;
};

static enum vmx_code to_vmx(void *user, const char *path, size_t length, struct vmx_bytes *ret,
			    struct vmx_error *error)
{
	const struct naming *naming = user;
	struct vmx_bytes own = { .allocator = naming->allocator };
	enum vmx_code code = vmx_path_rules_to_vmx(naming->rules, path, length, &own, error);

	vmx_bytes_release(&own);
	return code == VMX_OK ? vmx_path_rules_to_vmx(naming->rules, path, length, ret, error) : code;
}

static enum vmx_code write_vmx(struct trial *t, const struct vmx_machine *machine,
			       struct vmx_path_rules *rules, struct vmx_bytes *ret)
{
	struct vmx_machine_write_options options = VMX_MACHINE_WRITE_OPTIONS_INIT;
	struct naming naming = { t->allocator, rules };

	options.encoding = "windows-1252";
	options.file_name = to_vmx;
	options.file_name_user = &naming;
	options.diagnostic = hear;
	options.user = &t->out;
	return vmx_machine_write(machine, &options, ret, t->error);
}

static void note_change(void *user, const struct vmx_change *change)
{
	paper_add(user, "%d %.*s\n", (int)change->kind, (int)change->key_length, change->key);
}

/* The document is in part changed, as the header says: it can still be written and freed. */
static enum vmx_code apply(struct trial *t, const struct vmx_machine *machine,
			   struct vmx_document *document, struct vmx_path_rules *rules)
{
	struct vmx_machine_apply_options options = VMX_MACHINE_APPLY_OPTIONS_INIT;
	struct naming naming = { t->allocator, rules };
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	enum vmx_code code;

	options.file_name = to_vmx;
	options.file_name_user = &naming;
	options.resolve = vmx_path_rules_resolve;
	options.resolve_user = rules;
	options.diagnostic = hear;
	options.user = &t->out;
	options.changed = note_change;
	options.changed_user = &t->out;
	code = vmx_machine_apply(machine, document, &options, t->error);
	assert_int_equal(vmx_document_write(document, &bytes, NULL), VMX_OK);
	paper_add(&t->out, "%s", bytes.data);
	vmx_bytes_release(&bytes);
	return code;
}

static enum vmx_code write_in(struct trial *t, struct vmx_document **document,
			      struct vmx_path_rules **rules, struct vmx_machine **machine,
			      struct vmx_bytes *vmx)
{
	const struct writing *w = t->data;

	TRY(make_rules(t, w->level, rules));
	TRY(read_xml(t, w, machine));
	if (!w->base) {
		TRY(write_vmx(t, *machine, *rules, vmx));
		paper_add(&t->out, "%s", vmx->data);
		return VMX_OK;
	}
	TRY(read_document(t, w->base, w->level == VMX_LEVEL_LIBVIRT, document));
	return apply(t, *machine, *document, *rules);
}

static enum vmx_code write_back(struct trial *t)
{
	struct vmx_bytes vmx = { .allocator = t->allocator };
	struct vmx_document *document = NULL;
	struct vmx_path_rules *rules = NULL;
	struct vmx_machine *machine = NULL;
	enum vmx_code code = write_in(t, &document, &rules, &machine, &vmx);

	assert_true(code == VMX_OK || vmx.length == 0);
	vmx_bytes_release(&vmx);
	vmx_machine_free(machine);
	vmx_document_free(document);
	vmx_path_rules_free(rules);
	return code;
}

static void writing_vmx_runs_out_of_memory_anywhere(void **state)
{
	struct blob tame = edited(&rich, unset_disks_of_reader);
	struct blob full = make_xml(&rich, VMX_LEVEL_FULL);
	struct blob libvirt = make_xml(&tame, VMX_LEVEL_LIBVIRT);

	(void)state;
	sweep_both(write_back, &(struct writing){ VMX_LEVEL_DEFAULT, &full, NULL });
	sweep_both(write_back, &(struct writing){ VMX_LEVEL_LIBVIRT, &libvirt, NULL });
	blob_release(&tame);
	blob_release(&full);
	blob_release(&libvirt);
}

/* The XML of a machine that was changed, onto the file of before. */
static void apply_changed(const struct blob *base, enum vmx_level level)
{
	struct blob changed = edited(base, change_machine);
	struct blob xml = make_xml(&changed, level);

	sweep_both(write_back, &(struct writing){ level, &xml, base });
	blob_release(&changed);
	blob_release(&xml);
}

static void applying_xml_runs_out_of_memory_anywhere(void **state)
{
	struct blob tame = edited(&rich, unset_disks_of_reader);

	(void)state;
	apply_changed(&all, VMX_LEVEL_DEFAULT);
	apply_changed(&all, VMX_LEVEL_FULL);
	apply_changed(&tame, VMX_LEVEL_LIBVIRT);
	blob_release(&tame);
}

/*
 * What the input covers
 */
static bool is_in(const struct vmx_document *document, enum field_set set, unsigned int id)
{
	struct vmx_entry e;

	for (size_t cursor = 0; vmx_document_next(document, &cursor, &e);) {
		struct key_match m;

		if (e.flags & VMX_ENTRY_ODD)
			continue;
		m = vmxi_match_key((struct text){ e.key, e.key_length });
		if (m.set == set && m.id == id)
			return true;
	}
	return false;
}

static bool has_kind(const struct vmx_document *document, enum device_kind kind, bool unit)
{
	struct vmx_entry e;

	for (size_t cursor = 0; vmx_document_next(document, &cursor, &e);) {
		struct key_match m;

		if (e.flags & VMX_ENTRY_ODD)
			continue;
		m = vmxi_match_key((struct text){ e.key, e.key_length });
		if (m.set != SET_NONE && m.kind == kind && (m.unit > 0) == unit)
			return true;
	}
	return false;
}

static void every_key_of_the_mapping_is_in_the_input(void **state)
{
	static const struct {
		enum field_set set;
		unsigned int id;
		const char *name;
	} rows[] = {
#define KEY(ID, name) { SET_KEY, KEY_##ID, name },
#define FIELD(SET, ID, name) { SET_##SET, (unsigned int)SET##_##ID - SET##_FIRST, #SET "." name },
#include "machine/keys.def"
	};
	static const struct {
		enum device_kind kind;
		const char *prefix;
		bool unit;
	} kinds[] = {
#define HEAD(prefix, SHAPE, SET, DEVICE, UNIT_SET, UNIT_DEVICE) \
		{ DEVICE_##DEVICE, prefix, false }, { DEVICE_##UNIT_DEVICE, prefix " unit", true },
#include "machine/keys.def"
	};
	struct counting counting;
	struct trial t = { .allocator = &counting.allocator };
	struct vmx_document *document;

	(void)state;
	counting_begin(&counting, 0);
	assert_int_equal(read_document(&t, &all, false, &document), VMX_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!is_in(document, rows[i].set, rows[i].id))
			fail_msg("no %s", rows[i].name);
	}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		/* a controller that only exists through its drives has no key of its own */
		if (kinds[i].kind != DEVICE_NONE && !has_kind(document, kinds[i].kind, kinds[i].unit))
			fail_msg("no %s", kinds[i].prefix);
	}
	vmx_document_free(document);
	free(t.out.text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_of_the_mapping_is_in_the_input),
		cmocka_unit_test(a_conversion_to_xml_runs_out_of_memory_anywhere),
		cmocka_unit_test(writing_vmx_runs_out_of_memory_anywhere),
		cmocka_unit_test(applying_xml_runs_out_of_memory_anywhere),
	};
	int failed;

	if (argc != 2)
		give_up("Usage: test_fault_conversions FOLDER");
	read_inputs(argv[1]);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	release_inputs();
	return failed ? 1 : 0;
}
