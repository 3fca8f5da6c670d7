/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/writer.h"

/* So many disks need no memory of their own for their places. */
#define PLACES_ON_STACK 32

enum vmx_code vmxi_written_otherwise(struct writer *w, enum vmx_code code, struct position where,
				     const char *message)
{
	/* as an error: without what becomes of it */
	if (w->machine->strict)
		return vmxi_fail(w->error, code, where, "%.*s",
				 (int)(strstr(message, "; ") - message), message);
	vmxi_report(&w->reporter, code, VMX_NOTE, where, "%s", message);
	return VMX_OK;
}

static bool as_libvirt(const struct writer *w)
{
	return w->machine->level == VMX_LEVEL_LIBVIRT;
}

/*
 * Identity
 */

void vmxi_put_uuid(struct xml *x, const uint8_t uuid[16])
{
	static const char digits[] = "0123456789abcdef";
	char text[36];
	size_t at = 0;

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[at++] = '-';
		text[at++] = digits[uuid[i] >> 4];
		text[at++] = digits[uuid[i] & 15];
	}
	xml_put(x, text, sizeof(text));
}

/* libvirt: a UUID whose bytes are all the same is none. */
static bool is_usable_uuid(const uint8_t uuid[16])
{
	return memcmp(uuid, uuid + 1, 15) != 0;
}

static void put_uuids(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	XML_START(x, "uuid>");
	vmxi_put_uuid(x, is_usable_uuid(m->vc_uuid) ? m->vc_uuid : m->bios_uuid);
	XML_PUT(x, "</uuid>\n");
	if (!is_usable_uuid(m->bios_uuid))
		return;
	XML_START(x, "hwuuid>");
	vmxi_put_uuid(x, m->bios_uuid);
	XML_PUT(x, "</hwuuid>\n");
}

/*
 * The generation id is 16 bytes in the guest's memory: two little-endian
 * numbers for VMware, a GUID for who reads <genid>, which has its first three
 * fields little-endian.  libvirt prints the numbers as if they were big-endian.
 */
static void guid_from_numbers(uint8_t guid[16], uint64_t first, uint64_t second)
{
	static const uint8_t order[8] = { 3, 2, 1, 0, 5, 4, 7, 6 };

	for (size_t i = 0; i < 8; i++) {
		guid[i] = (uint8_t)(first >> 8 * order[i]);
		guid[8 + i] = (uint8_t)(second >> 8 * i);
	}
}

static void numbers_as_libvirt(uint8_t guid[16], uint64_t first, uint64_t second)
{
	for (size_t i = 0; i < 8; i++) {
		guid[i] = (uint8_t)(first >> (56 - 8 * i));
		guid[8 + i] = (uint8_t)(second >> (56 - 8 * i));
	}
}

static enum vmx_code check_generation_id(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	uint8_t ours[16], theirs[16];

	guid_from_numbers(ours, m->genid, m->genidx);
	numbers_as_libvirt(theirs, m->genid, m->genidx);
	if (memcmp(ours, theirs, sizeof(ours)) == 0)
		return VMX_OK;
	return vmxi_written_otherwise(w, VMX_CODE_GENERATION_ID, m->genid_where,
				      "libvirt writes the generation id in another byte order than the "
				      "guest sees; it is written as the guest sees it");
}

static void put_generation_id(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	uint8_t guid[16];

	if (m->genid == 0 && m->genidx == 0)
		return;
	if (as_libvirt(w))
		numbers_as_libvirt(guid, m->genid, m->genidx);
	else
		guid_from_numbers(guid, m->genid, m->genidx);
	XML_START(&w->xml, "genid>");
	vmxi_put_uuid(&w->xml, guid);
	XML_PUT(&w->xml, "</genid>\n");
}

static void put_identity(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	if (m->name.ptr) {
		XML_START(x, "name");
		XML_TEXT_CLOSE(x, "name", m->name);
	}
	put_uuids(w);
	put_generation_id(w);
	if (m->description.ptr) {
		XML_START(x, "description");
		XML_TEXT_CLOSE(x, "description", m->description);
	}
	vmxi_put_metadata(w);
}

/*
 * Memory and CPUs
 */

static void put_memory(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	XML_START(x, "memory unit='KiB'");
	XML_UINT_CLOSE(x, "memory", m->memory_kib);
	XML_START(x, "currentMemory unit='KiB'");
	XML_UINT_CLOSE(x, "currentMemory", m->current_memory_kib);
	if (m->guaranteed_memory_kib == 0)
		return;
	XML_START(x, "memtune");
	XML_OPEN(x);
	XML_START(x, "min_guarantee unit='KiB'");
	XML_UINT_CLOSE(x, "min_guarantee", m->guaranteed_memory_kib);
	XML_CLOSE(x, "memtune");
}

/* 0-2,5,7-8: neighbours become a range, two as well */
static void put_cpu_set(struct xml *x, const uint16_t *cpus, size_t count)
{
	XML_PUT(x, " cpuset='");
	for (size_t i = 0; i < count;) {
		size_t last = i;

		while (last + 1 < count && cpus[last + 1] == cpus[last] + 1)
			last++;
		if (i > 0)
			XML_PUT(x, ",");
		xml_uint(x, cpus[i]);
		if (last > i) {
			XML_PUT(x, "-");
			xml_uint(x, cpus[last]);
		}
		i = last + 1;
	}
	XML_PUT(x, "'");
}

static void put_cpus(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	XML_START(x, "vcpu placement='static'");
	if (m->affinity.cpus)
		put_cpu_set(x, m->affinity.cpus, m->affinity.count);
	XML_UINT_CLOSE(x, "vcpu", m->cpus);
	if (!m->has_shares)
		return;
	XML_START(x, "cputune");
	XML_OPEN(x);
	XML_START(x, "shares");
	XML_UINT_CLOSE(x, "shares", m->shares);
	XML_CLOSE(x, "cputune");
}

static void put_topology(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	if (m->sockets == 0)
		return;
	XML_START(x, "cpu");
	XML_OPEN(x);
	XML_START(x, "topology");
	XML_UINT(x, "sockets", m->sockets);
	XML_PUT(x, " dies='1' clusters='1'");
	XML_UINT(x, "cores", m->cores);
	XML_PUT(x, " threads='1'");
	XML_EMPTY(x);
	XML_CLOSE(x, "cpu");
}

/*
 * The guest
 */

static void put_secure_boot(struct xml *x)
{
	XML_START(x, "firmware");
	XML_OPEN(x);
	XML_START(x, "feature enabled='yes' name='enrolled-keys'");
	XML_EMPTY(x);
	XML_START(x, "feature enabled='yes' name='secure-boot'");
	XML_EMPTY(x);
	XML_CLOSE(x, "firmware");
}

static void put_os(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	XML_START(x, "os");
	if (m->firmware == FIRMWARE_EFI)
		XML_PUT(x, " firmware='efi'");
	XML_OPEN(x);
	XML_START(x, "type");
	XML_WORD(x, "arch", vmxi_arch_words[m->arch]);
	XML_PUT(x, ">hvm</type>\n");
	if (m->firmware == FIRMWARE_EFI && m->secure_boot)
		put_secure_boot(x);
	if (m->nvram.ptr) {
		XML_START(x, "nvram");
		XML_TEXT_CLOSE(x, "nvram", m->nvram);
	}
	vmxi_put_boot_order(w);
	if (m->smbios_host) {
		XML_START(x, "smbios mode='host'");
		XML_EMPTY(x);
	}
	XML_CLOSE(x, "os");
}

static void put_clock(struct writer *w)
{
	const struct vmx_machine *m = w->machine;
	struct xml *x = &w->xml;

	if (m->level != VMX_LEVEL_FULL || m->clock == CLOCK_UTC) {
		XML_START(x, "clock offset='utc'");
	} else if (m->clock == CLOCK_DIFFERENCE) {
		XML_START(x, "clock offset='variable' adjustment='");
		xml_int(x, m->clock_seconds);
		XML_PUT(x, "' basis='utc'");
	} else {
		XML_START(x, "clock offset='absolute' start='");
		xml_int(x, m->clock_seconds);
		XML_PUT(x, "'");
	}
	XML_EMPTY(x);
}

static void put_life_cycle(struct xml *x)
{
	XML_START(x, "on_poweroff>destroy</on_poweroff>\n");
	XML_START(x, "on_reboot>restart</on_reboot>\n");
	XML_START(x, "on_crash>destroy</on_crash>\n");
}

static void put_devices(struct writer *w)
{
	static void (*const parts[])(struct writer *) = {
		vmxi_put_disks, vmxi_put_controllers, vmxi_put_usb_controllers,
		vmxi_put_folders, vmxi_put_nics, vmxi_put_ports, vmxi_put_inputs,
		vmxi_put_tpm, vmxi_put_graphics, vmxi_put_sound, vmxi_put_video,
		vmxi_put_passthrough, vmxi_put_hubs,
	};
	struct xml *x = &w->xml;

	XML_START(x, "devices");
	XML_OPEN(x);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](w);
	XML_CLOSE(x, "devices");
}

/*
 * The whole
 */

#define LIBVIRT_NAMESPACE "http://libvirt.org/schemas/domain/vmware/1.0"

static void put_caller_data(struct writer *w)
{
	struct xml *x = &w->xml;

	if (w->options->datacenter_path) {
		XML_START(x, "vmware:datacenterpath");
		XML_TEXT_CLOSE(x, "vmware:datacenterpath", text_of(w->options->datacenter_path));
	}
	if (w->options->moref) {
		XML_START(x, "vmware:moref");
		XML_TEXT_CLOSE(x, "vmware:moref", text_of(w->options->moref));
	}
}

static void put_domain(struct writer *w)
{
	struct xml *x = &w->xml;

	XML_START(x, "domain type='vmware'");
	if (w->options->datacenter_path || w->options->moref)
		XML_PUT(x, " xmlns:vmware='" LIBVIRT_NAMESPACE "'");
	XML_OPEN(x);
	put_identity(w);
	put_memory(w);
	put_cpus(w);
	put_os(w);
	put_topology(w);
	put_clock(w);
	put_life_cycle(x);
	put_devices(w);
	put_caller_data(w);
	XML_CLOSE(x, "domain");
}

static enum vmx_code check_text(struct writer *w, const char *what, const char *text)
{
	if (!text || vmxi_utf8_valid_prefix(text_of(text)) == strlen(text))
		return VMX_OK;
	return vmxi_fail(w->error, VMX_CODE_INVALID_UTF8, NOWHERE, "the %s is not UTF-8", what);
}

static enum vmx_code check_options(struct writer *w)
{
	enum vmx_code code;

	if (w->options->size < sizeof(*w->options))
		return vmxi_fail(w->error, VMX_CODE_INVALID_ARGUMENT, NOWHERE,
				 "the options for writing domain XML are not filled in");
	code = check_text(w, "datacenter path", w->options->datacenter_path);
	return code != VMX_OK ? code
			      : check_text(w, "managed object reference", w->options->moref);
}

static enum vmx_code write_checked(struct writer *w)
{
	enum vmx_code code;

	vmxi_place_disks(w->machine, w->places);
	if (!as_libvirt(w)) {
		code = check_generation_id(w);
		if (code == VMX_OK)
			code = vmxi_check_disks(w);
		if (code != VMX_OK)
			return code;
	}
	put_domain(w);
	if (w->xml.failed)
		return vmxi_out_of_memory(w->error);
	w->xml.out->data[w->xml.out->length] = '\0';
	if (w->machine->strict && w->xml.copied_by_libvirt)
		return vmxi_fail(w->error, VMX_CODE_CONTROL_CHARACTER, NOWHERE,
				 "a value holds a character that XML can't hold; libvirt copies it");
	if (w->xml.dropped > 0 && !as_libvirt(w))
		vmxi_report(&w->reporter, VMX_CODE_CONTROL_CHARACTER, VMX_WARNING, NOWHERE,
			    "control characters in the values (%zu) are left out: XML can't hold them",
			    w->xml.dropped);
	return VMX_OK;
}

enum vmx_code vmx_domain_xml_write(const struct vmx_machine *machine,
				   const struct vmx_domain_xml_options *options,
				   struct vmx_bytes *ret, struct vmx_error *error)
{
	static const struct vmx_domain_xml_options defaults = VMX_DOMAIN_XML_OPTIONS_INIT;
	struct place places[PLACES_ON_STACK];
	struct writer w = { .machine = machine, .error = error, .places = places };
	enum vmx_code code;

	w.options = options ? options : &defaults;
	vmxi_bytes_clear(ret);
	code = check_options(&w);
	if (code != VMX_OK)
		return code;
	w.xml = (struct xml){ .out = ret, .as_libvirt = machine->level == VMX_LEVEL_LIBVIRT,
			      .exact = machine->level == VMX_LEVEL_FULL };
	w.reporter = (struct reporter){ w.options->diagnostic, w.options->user, 0, DIAGNOSTICS_MAX };
	if (machine->disks.count > PLACES_ON_STACK) {
		w.places = vmxi_allocate(&machine->allocator, machine->disks.count * sizeof(*places));
		if (!w.places)
			return vmxi_out_of_memory(error);
	}
	code = write_checked(&w);
	if (code != VMX_OK)
		vmxi_bytes_clear(ret);
	if (w.places != places)
		vmxi_release(&machine->allocator, w.places);
	return code;
}
