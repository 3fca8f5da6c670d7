/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands above <devices>: names, memory, CPUs, the guest.
 */
#include <unistd.h>

#include "domain/reader.h"

/* What libvirt's sets of CPUs hold. */
#define CPUS_MAX 16384
/* As for VMX files: more is no machine. */
#define MEMORY_KIB_MAX ((uint64_t)1 << 50)

/*
 * Identity
 */

static enum vmx_code read_uuid_text(struct domain_reader *r, const struct node *node,
				    uint8_t ret[16])
{
	char q[QUOTE_MAX];

	if (vmxi_parse_uuid(node->text, ret))
		return VMX_OK;
	return vmxi_xml_fail(r, VMX_CODE_INVALID_UUID, node,
			     "'%s' is no UUID: it has to be 16 pairs of hex digits",
			     vmxi_quote(q, node->text));
}

/*
 * VMware has two: vc.uuid is <uuid>, uuid.bios is <hwuuid> (libvirt 12.4).  libvirt
 * writes the former as the latter and loses the latter.
 */
static enum vmx_code read_uuids(struct domain_reader *r)
{
	const struct node *uuid = CHILD(r->domain, "uuid"), *hardware = CHILD(r->domain, "hwuuid");
	struct vmx_machine *m = r->machine;
	uint8_t read[16];

	m->has_uuid = uuid && uuid->text.ptr;
	if (m->has_uuid)
		TRY(read_uuid_text(r, uuid, m->bios_uuid));
	else if (r->as_libvirt && getentropy(m->bios_uuid, 16) != 0)
		return vmxi_xml_fail(r, VMX_CODE_IO, NULL, "the system has no random numbers");
	if (!hardware || !hardware->text.ptr)
		return VMX_OK;
	TRY(read_uuid_text(r, hardware, read));
	if (r->as_libvirt || memcmp(read, m->bios_uuid, 16) == 0)
		return VMX_OK;
	if (m->has_uuid)
		memcpy(m->vc_uuid, m->bios_uuid, 16);
	memcpy(m->bios_uuid, read, 16);
	m->has_uuid = true;
	return vmxi_xml_beyond(r, hardware,
			       "is written as uuid.bios, and <uuid> as vc.uuid; libvirt writes only "
			       "the latter, as uuid.bios");
}

static enum vmx_code read_name(struct domain_reader *r)
{
	const struct node *name = CHILD(r->domain, "name");
	struct vmx_machine *m = r->machine;

	if (name) {
		m->name = name->text.ptr ? name->text : TEXT("");
		m->name_where = name->where;
	}
	if (m->name.len == 0)
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_MISSING, name ? name : r->domain,
				     "the domain has no name"));
	for (size_t i = 0; i < m->name.len && !r->as_libvirt; i++) {
		if ((unsigned char)m->name.ptr[i] < ' ' || m->name.ptr[i] == 0x7F)
			return vmxi_xml_fail(r, VMX_CODE_TEXT_NOT_IN_VMX, name,
					     "the name holds a control character (0x%02X)",
					     (unsigned char)m->name.ptr[i]);
	}
	return VMX_OK;
}

/* The reverse of what the writer says about the order of the bytes. */
static void numbers_from_guid(const uint8_t guid[16], uint64_t *first, uint64_t *second)
{
	static const uint8_t order[8] = { 3, 2, 1, 0, 5, 4, 7, 6 };

	*first = *second = 0;
	for (size_t i = 0; i < 8; i++) {
		*first |= (uint64_t)guid[i] << 8 * order[i];
		*second |= (uint64_t)guid[8 + i] << 8 * i;
	}
}

static enum vmx_code read_generation_id(struct domain_reader *r)
{
	const struct node *node = CHILD(r->domain, "genid");
	uint8_t guid[16];

	if (!node)
		return VMX_OK;
	if (SIBLING(node, "genid"))
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_DUPLICATE, node,
				     "libvirt takes one generation id only; the first counts"));
	/* libvirt looks at it, but does not write it */
	if (r->as_libvirt)
		return node->text.ptr ? read_uuid_text(r, node, guid) : VMX_OK;
	if (!node->text.ptr)
		return vmxi_xml_left_out(r, node, "there is no generation id; VMware makes its own");
	TRY(read_uuid_text(r, node, guid));
	numbers_from_guid(guid, &r->machine->genid, &r->machine->genidx);
	return vmxi_xml_beyond(r, node, "is written as vm.genid and vm.genidX; libvirt leaves it out");
}

/* It goes nowhere, but libvirt reads it. */
static enum vmx_code check_title(struct domain_reader *r)
{
	const struct node *title = r->as_libvirt ? CHILD(r->domain, "title") : NULL;

	if (title && vmxi_text_find(title->text, '\n') < title->text.len)
		return vmxi_xml_refused(r, VMX_CODE_TEXT_NOT_IN_VMX, title,
					"libvirt takes no title with line ends");
	return VMX_OK;
}

enum vmx_code vmxi_read_domain_identity(struct domain_reader *r)
{
	const struct node *description = CHILD(r->domain, "description");
	struct vmx_machine *m = r->machine;

	TRY(read_name(r));
	TRY(read_uuids(r));
	TRY(read_generation_id(r));
	TRY(check_title(r));
	if (description)
		m->description = description->text;
	if (description && !m->description.ptr && !r->as_libvirt)
		m->description = TEXT("");
	return VMX_OK;
}

/*
 * Memory
 */

/* A size, or what it is without the element, or if that is empty. */
static enum vmx_code read_size(struct domain_reader *r, const struct node *node, uint64_t missing,
			       uint64_t *ret)
{
	*ret = missing;
	return node && node->text.ptr ? vmxi_xml_size(r, node, ret) : VMX_OK;
}

static bool is_zero(struct text t)
{
	while (t.len > 0 && t.ptr[0] == '0')
		t = text_skip(t, 1);
	return t.len == 0;
}

static enum vmx_code check_size(struct domain_reader *r, const struct node *node)
{
	uint64_t size;

	return read_size(r, node, 0, &size);
}

/* No more memory in no slots is no memory that can be added. */
static enum vmx_code read_most_memory(struct domain_reader *r, const struct node *most)
{
	if (!is_zero(most->text) || !is_zero(ATTRIBUTE(most, "slots")))
		return vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, most,
					"memory can't be added while the machine runs; left out");
	return vmxi_xml_ask_libvirt(r, check_size, most);
}

enum vmx_code vmxi_read_domain_memory(struct domain_reader *r)
{
	const struct node *memory = CHILD(r->domain, "memory");
	const struct node *most = CHILD(r->domain, "maxMemory");
	struct vmx_machine *m = r->machine;
	uint64_t current;

	TRY(read_size(r, memory, 0, &m->memory_kib));
	if (m->memory_kib == 0)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, memory ? memory : r->domain,
				     "the domain has no memory");
	if (m->memory_kib > MEMORY_KIB_MAX)
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, memory, "no machine has so much memory");
	if (most)
		TRY(read_most_memory(r, most));
	TRY(read_size(r, CHILD(r->domain, "currentMemory"), 0, &current));
	m->current_memory_kib = current == 0 || current > m->memory_kib ? m->memory_kib : current;
	return read_size(r, CHILD(CHILD(r->domain, "memtune"), "min_guarantee"), 0,
			 &m->guaranteed_memory_kib);
}

/*
 * CPUs
 */

static size_t skip_spaces(struct text t, size_t at)
{
	while (at < t.len && (t.ptr[at] == ' ' || (t.ptr[at] >= '\t' && t.ptr[at] <= '\r')))
		at++;
	return at;
}

static bool take_cpu(struct text t, size_t *at, uint64_t *ret)
{
	size_t digits;

	if (!vmxi_parse_digits(text_skip(t, *at), ret, &digits) || *ret >= CPUS_MAX)
		return false;
	*at = skip_spaces(t, *at + digits);
	return true;
}

/* item = number / number "-" number / "^" number, with spaces around */
static bool take_cpu_item(struct text t, size_t *at, uint8_t *marks)
{
	bool without = *at < t.len && t.ptr[*at] == '^';
	uint64_t first, last;

	*at += without;
	if (!take_cpu(t, at, &first))
		return false;
	last = first;
	if (*at < t.len && t.ptr[*at] == '-') {
		*at = skip_spaces(t, *at + 1);
		if (without || !take_cpu(t, at, &last) || last < first)
			return false;
	}
	memset(marks + first, !without, last - first + 1);
	return true;
}

/* item *("," item), and libvirt takes a comma at the end */
static bool parse_cpu_set(struct text t, uint8_t *marks)
{
	size_t at = skip_spaces(t, 0);

	if (at == t.len)
		return false;
	while (at < t.len) {
		if (!take_cpu_item(t, &at, marks))
			return false;
		if (at == t.len)
			return true;
		if (t.ptr[at] != ',')
			return false;
		at = skip_spaces(t, at + 1);
	}
	return true;
}

static enum vmx_code keep_cpu_set(struct domain_reader *r, const struct node *vcpu,
				  const uint8_t *marks)
{
	struct vmx_machine *m = r->machine;
	size_t count = 0;

	for (size_t i = 0; i < CPUS_MAX; i++)
		count += marks[i];
	if (count == 0)
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, vcpu, "cpuset is empty");
	if (count < m->cpus)
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_NUMBER, vcpu,
				     "cpuset has %zu CPUs for %u virtual ones", count, m->cpus));
	m->affinity.cpus = vmxi_arena_allocate(&m->arena, count * sizeof(uint16_t));
	if (!m->affinity.cpus)
		return vmxi_out_of_memory(r->error);
	for (size_t i = 0; i < CPUS_MAX; i++) {
		if (marks[i])
			m->affinity.cpus[m->affinity.count++] = (uint16_t)i;
	}
	return VMX_OK;
}

static enum vmx_code read_cpu_set(struct domain_reader *r, const struct node *vcpu)
{
	static const char *const placements[] = { "static", "auto" };
	struct text set;
	uint8_t marks[CPUS_MAX];
	char q[QUOTE_MAX];
	int placement;

	TRY(XML_FILLED(r, vcpu, "cpuset", &set));
	TRY(XML_WORD_OF(r, vcpu, "placement", placements, &placement));
	if (!set.ptr || placement == 1)
		return VMX_OK;
	memset(marks, 0, sizeof(marks));
	if (!parse_cpu_set(set, marks))
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, vcpu,
				     "cpuset is '%s', but has to be a list such as 0-3,^2,5 of CPUs "
				     "below %d", vmxi_quote(q, set), CPUS_MAX);
	return keep_cpu_set(r, vcpu, marks);
}

static enum vmx_code read_vcpu(struct domain_reader *r)
{
	const struct node *vcpu = CHILD(r->domain, "vcpu"), *each = CHILD(r->domain, "vcpus");
	struct vmx_machine *m = r->machine;
	uint64_t count = 1;
	uint32_t current;

	if (vcpu && !vcpu->text.ptr)
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_NUMBER, vcpu,
				     "there is no number of CPUs; the machine gets one"));
	if (vcpu && vcpu->text.ptr)
		TRY(vmxi_xml_number(r, vcpu, vcpu->text, UINT32_MAX, &count));
	if (count == 0 || (count > CPUS_MAX && !r->as_libvirt))
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, vcpu,
				     "the number of CPUs has to be from 1 to %d", CPUS_MAX);
	m->cpus = (uint32_t)count;
	TRY(ATTRIBUTE_NUMBER(r, vcpu, "current", m->cpus, &current));
	if (current != m->cpus)
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, vcpu,
				     "CPUs can't be added while the machine runs: it gets all %u",
				     m->cpus));
	if (each && CHILD(each, "vcpu"))
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, each,
				     "CPUs can't be described one by one; left out"));
	return vcpu ? read_cpu_set(r, vcpu) : VMX_OK;
}

/* The <cpu> element: only its topology can be had. */
static enum vmx_code check_topology(struct domain_reader *r, const struct node *topology,
				    uint32_t sockets, uint32_t cores)
{
	uint32_t threads, dies, clusters;

	TRY(ATTRIBUTE_NUMBER(r, topology, "threads", 0, &threads));
	TRY(ATTRIBUTE_NUMBER(r, topology, "dies", 1, &dies));
	TRY(ATTRIBUTE_NUMBER(r, topology, "clusters", 1, &clusters));
	if (sockets == 0 || cores == 0 || threads == 0)
		return vmxi_xml_fail(r, VMX_CODE_CPU_TOPOLOGY, topology,
				     "sockets, cores and threads have to be numbers above 0");
	if (threads != 1 || dies != 1 || clusters != 1)
		return vmxi_xml_fail(r, VMX_CODE_CPU_TOPOLOGY, topology,
				     "VMware has neither threads nor dies nor clusters: each has to "
				     "be 1; multiply the cores");
	if ((uint64_t)sockets * cores != r->machine->cpus)
		return vmxi_xml_fail(r, VMX_CODE_CPU_TOPOLOGY, topology,
				     "%u sockets of %u cores are not the %u CPUs of the machine",
				     sockets, cores, r->machine->cpus);
	return VMX_OK;
}

static enum vmx_code read_topology(struct domain_reader *r)
{
	const struct node *cpu = CHILD(r->domain, "cpu");
	const struct node *topology = CHILD(cpu, "topology");
	struct text mode = ATTRIBUTE(cpu, "mode");
	struct vmx_machine *m = r->machine;
	uint32_t sockets, cores;

	if (!cpu)
		return VMX_OK;
	if (topology && mode.ptr && !text_equal(mode, TEXT("custom")))
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, cpu,
				     "the mode of the CPU can't be had; left out"));
	if (!topology)
		return vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, cpu,
					"a CPU without topology says nothing to VMware; left out");
	TRY(ATTRIBUTE_NUMBER(r, topology, "sockets", 0, &sockets));
	TRY(ATTRIBUTE_NUMBER(r, topology, "cores", 0, &cores));
	TRY(check_topology(r, topology, sockets, cores));
	m->sockets = sockets;
	m->cores = cores;
	return VMX_OK;
}

enum vmx_code vmxi_read_domain_cpus(struct domain_reader *r)
{
	const struct node *shares = CHILD(CHILD(r->domain, "cputune"), "shares");
	struct vmx_machine *m = r->machine;

	TRY(read_vcpu(r));
	TRY(read_topology(r));
	if (!shares || !shares->text.ptr)
		return VMX_OK;
	m->has_shares = true;
	return vmxi_xml_number(r, shares, shares->text, UINT64_MAX, &m->shares);
}

/*
 * The guest
 */

static enum vmx_code read_os_type(struct domain_reader *r, const struct node *os)
{
	const struct node *type = CHILD(os, "type");
	int arch;

	if (!type || !type->text.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, os ? os : r->domain,
				     "there is no <os><type>hvm</type></os>");
	if (!text_equal(type->text, TEXT("hvm")))
		return vmxi_xml_bad_word(r, type, "the type", type->text, "hvm");
	TRY(XML_FILLED_WORD_OF(r, type, "arch", vmxi_arch_words, &arch));
	r->machine->arch = arch < 0 ? ARCH_I686 : (enum cpu_arch)arch;
	if (r->machine->arch == ARCH_AARCH64)
		return vmxi_xml_refused(r, VMX_CODE_BEYOND_LIBVIRT, type,
					"libvirt has no VMware machines of this architecture");
	return VMX_OK;
}

static enum vmx_code read_smbios(struct domain_reader *r, const struct node *os)
{
	static const char *const modes[] = { "none", "emulate", "host", "sysinfo" };
	const struct node *smbios = CHILD(os, "smbios");
	int mode;

	if (!smbios)
		return VMX_OK;
	/* libvirt takes the first mode, wherever it stands */
	if (!vmxi_tree_merge(&r->tree, os, TEXT("smbios")))
		return vmxi_out_of_memory(r->error);
	TRY(XML_FILLED_WORD_OF(r, smbios, "mode", modes, &mode));
	if (mode < 0)
		return vmxi_xml_left_out(r, smbios, "it has no mode, and says nothing");
	if (mode == 3)
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, smbios,
				     "VMware can't show other tables than its own (mode='emulate') "
				     "or the host's (mode='host')");
	r->machine->smbios_host = mode == 2;
	return VMX_OK;
}

/* Without a look at it: what it says is still left out. */
static const struct node *find_loader(const struct node *os)
{
	for (const struct node *n = os->first; n; n = n->next) {
		if (n->space == SPACE_NONE && text_equal(n->name, TEXT("loader")))
			return n;
	}
	return NULL;
}

/* Firmware that is written to flash memory is UEFI; whose it is, VMware does not ask. */
static enum vmx_code read_loader(struct domain_reader *r, const struct node *os)
{
	const struct node *loader = find_loader(os);

	for (size_t i = 0; loader && i < loader->attribute_count; i++) {
		const struct attribute *a = &loader->attributes[i];

		if (!text_equal(a->name, TEXT("type")) || !text_equal(a->value, TEXT("pflash")))
			continue;
		(void)CHILD(os, "loader");
		(void)ATTRIBUTE(loader, "type");
		(void)ATTRIBUTE(loader, "readonly");
		r->machine->firmware = FIRMWARE_EFI;
		return vmxi_xml_beyond(r, loader,
				       "is written as firmware = \"efi\"; libvirt leaves it out");
	}
	return VMX_OK;
}

static enum vmx_code read_firmware(struct domain_reader *r, const struct node *os)
{
	static const char *const words[] = { "bios", "efi" };
	const struct node *firmware = CHILD(os, "firmware");
	struct vmx_machine *m = r->machine;
	int word;

	TRY(XML_FILLED_WORD_OF(r, os, "firmware", words, &word));
	m->firmware = word == 1 ? FIRMWARE_EFI : FIRMWARE_NONE;
	if (word < 0 && !r->as_libvirt)
		TRY(read_loader(r, os));
	if (!firmware || r->as_libvirt)
		return VMX_OK;
	FOR_CHILDREN(firmware, "feature", feature) {
		bool enabled = false;

		TRY(vmxi_xml_yes(r, feature, TEXT("enabled"), &enabled));
		if (text_equal(ATTRIBUTE(feature, "name"), TEXT("secure-boot")))
			m->secure_boot = enabled;
	}
	if (m->secure_boot && m->firmware != FIRMWARE_EFI)
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, firmware,
				     "there is no secure boot without firmware='efi'");
	if (m->secure_boot)
		return vmxi_xml_beyond(r, firmware, "secure boot is kept; libvirt leaves it out");
	return VMX_OK;
}

/*
 * The file of the firmware's variables: text, or @type and a child <source> that has the
 * path in an attribute of the type's own.
 */
enum nvram_type {
	NVRAM_FILE, NVRAM_BLOCK, NVRAM_FOLDER, NVRAM_NETWORK, NVRAM_VOLUME, NVRAM_NVME,
	NVRAM_VHOST_USER,
	NVRAM_TYPES
};

static const char *const nvram_types[NVRAM_TYPES] = {
	"file", "block", "dir", "network", "volume", "nvme", "vhostuser",
};

static enum vmx_code check_nvram_source(struct domain_reader *r, const struct node *nvram)
{
	static const char *const protocols[] = {
		"none", "nbd", "rbd", "sheepdog", "gluster", "iscsi", "http", "https", "ftp", "ftps",
		"tftp", "ssh", "vxhs", "nfs",
	};
	const struct node *source = CHILD(nvram, "source");
	int type, protocol;

	TRY(XML_WORD_OF(r, nvram, "type", nvram_types, &type));
	if (!source)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, nvram,
				     "there is a type, but no <source>");
	if (type != NVRAM_NETWORK)
		return VMX_OK;
	if (!ATTRIBUTE(source, "protocol").ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, source, "there is no protocol");
	return XML_WORD_OF(r, source, "protocol", protocols, &protocol);
}

static enum vmx_code check_nvram(struct domain_reader *r, const struct node *nvram)
{
	if (FILLED(nvram->parent, "firmware").ptr && ATTRIBUTE(nvram, "template").ptr)
		TRY(vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, nvram,
				  "a template can't be had beside firmware=''"));
	return ATTRIBUTE(nvram, "type").ptr ? check_nvram_source(r, nvram) : VMX_OK;
}

static struct text nvram_as_libvirt(const struct node *nvram)
{
	static const char *const attributes[NVRAM_TYPES] = {
		[NVRAM_FILE] = "file", [NVRAM_BLOCK] = "dev", [NVRAM_FOLDER] = "dir",
		[NVRAM_NETWORK] = "name",
	};
	struct text word = ATTRIBUTE(nvram, "type");
	int type = word.ptr ? WORD_VALUE(nvram_types, word) : -1;

	if (!word.ptr)
		return nvram->text;
	return type >= 0 && attributes[type] ?
	       vmxi_filled_attribute(CHILD(nvram, "source"), text_of(attributes[type])) : NO_TEXT;
}

/* VMware's is a file.  What is no type, or lacks a source, may name one all the same. */
static enum vmx_code read_nvram_path(struct domain_reader *r, const struct node *nvram,
				     struct text *ret)
{
	struct text type = ATTRIBUTE(nvram, "type"), file;
	const struct node *source;

	*ret = nvram->text;
	if (!type.ptr && nvram->text.ptr)
		return VMX_OK;
	source = CHILD(nvram, "source");
	if (source && type.ptr && WORD_VALUE(nvram_types, type) > NVRAM_FILE) {
		*ret = NO_TEXT;
		return vmxi_xml_left_out(r, nvram, "VMware has it in a file only; left out");
	}
	file = FILLED(source, "file");
	if (!file.ptr)
		return VMX_OK;
	*ret = file;
	if (!type.ptr)
		return vmxi_xml_beyond(r, nvram, "is kept; libvirt looks at no <source> without type");
	return nvram->text.ptr ? vmxi_xml_left_out(r, nvram, "the <source> counts, not the text")
			       : VMX_OK;
}

/* libvirt wants firmware or a loader beside it. */
static enum vmx_code read_nvram(struct domain_reader *r, const struct node *os)
{
	const struct node *nvram = CHILD(os, "nvram");
	struct text firmware = ATTRIBUTE(os, "firmware"), path;
	const struct node *loader = find_loader(os);

	if (!nvram)
		return VMX_OK;
	TRY(vmxi_xml_ask_libvirt(r, check_nvram, nvram));
	if (r->as_libvirt)
		path = nvram_as_libvirt(nvram);
	else
		TRY(read_nvram_path(r, nvram, &path));
	r->machine->nvram = path;
	/* without a path it is none, but libvirt asks for the firmware all the same */
	if (!path.ptr && firmware.len > 0)
		return VMX_OK;
	if (text_equal(firmware, TEXT("efi")) || (!firmware.ptr && loader && loader->text.ptr))
		return VMX_OK;
	return vmxi_xml_refused(r, VMX_CODE_BEYOND_LIBVIRT, nvram,
				"libvirt takes it only with firmware='efi'%s",
				path.ptr ? "; kept" : "");
}

enum vmx_code vmxi_read_domain_os(struct domain_reader *r)
{
	const struct node *os = CHILD(r->domain, "os");

	TRY(read_os_type(r, os));
	TRY(read_smbios(r, os));
	TRY(read_firmware(r, os));
	return read_nvram(r, os);
}
