/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/number.h"
#include "machine/reader.h"
#include "names/escape_core.h"

/* More is no machine, and would not fit into 64 bits as KiB. */
#define MEMORY_MIB_MAX ((int64_t)1 << 40)
/* What libvirt's sets of CPUs hold; no VMware product has a twentieth of it. */
#define CPUS_MAX 16384

/*
 * Versions
 */

#define CONFIG_VERSION 8
#define HARDWARE_VERSION_MIN 4

enum vmx_code vmxi_read_versions(struct reader *r)
{
	const struct entry *config = r->settings.keys[KEY_CONFIG_VERSION];
	const struct entry *hardware = r->settings.keys[KEY_HARDWARE_VERSION];
	int64_t version;

	TRY(vmxi_read_integer(r, config, CONFIG_VERSION, &version));
	if (!config)
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_CONFIG_VERSION, NULL,
					    "config.version is missing; read as 8"));
	else if (version != CONFIG_VERSION)
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_CONFIG_VERSION, config,
					    "config.version is %lld, not 8; read as if it were 8",
					    (long long)version));
	TRY(vmxi_read_integer(r, hardware, 0, &version));
	if (!hardware || value_of(r, hardware).len == 0)
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_HARDWARE_VERSION, NULL,
					    "virtualHW.version is missing; read as an old one"));
	else if (version < HARDWARE_VERSION_MIN)
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_HARDWARE_VERSION, hardware,
					    "virtualHW.version is %lld, below 4; read all the same",
					    (long long)version));
	r->machine->hardware_version = version;
	return VMX_OK;
}

/*
 * Name and annotation
 */

static void cut_at_nul(struct reader *r, const struct entry *e, struct text *t)
{
	size_t at = vmxi_text_find(*t, '\0');

	if (at == t->len)
		return;
	vmxi_warn(r, VMX_CODE_NAME_ESCAPES, e, "an escaped NUL ends the text; the rest is lost");
	t->len = at;
}

/* One layer of escapes.  An invalid one: an error for libvirt, literal for us. */
static enum vmx_code unescape_layer(struct reader *r, const struct entry *e, char escape,
				    struct text *t)
{
	char *plain, key[QUOTE_MAX];
	size_t bad_at;

	if (vmxi_text_find(*t, escape) == t->len)
		return VMX_OK;
	plain = vmxi_arena_allocate(&r->machine->arena, t->len + 1);
	if (!plain)
		return vmxi_out_of_memory(r->error);
	if (vmxi_unescape_hex(escape, *t, plain, &t->len, &bad_at)) {
		t->ptr = plain;
		cut_at_nul(r, e, t);
		return VMX_OK;
	}
	vmxi_quote(key, key_of(r, e));
	if (as_libvirt(r) || r->strict)
		return vmxi_fail_at(r, VMX_CODE_INVALID_ESCAPE, e,
				    "'%c' at byte %zu of %s is not followed by two hex digits",
				    escape, bad_at + 1, key);
	return vmxi_refused_by_libvirt(r, VMX_CODE_NAME_ESCAPES, e,
				       "'%c' at byte %zu of %s is not followed by two hex digits; "
				       "all '%c' are taken literally", escape, bad_at + 1, key,
				       escape);
}

static enum vmx_code read_escaped(struct reader *r, enum key key, const char *layers,
				  struct text *ret)
{
	const struct entry *e = r->settings.keys[key];
	const char *before;

	TRY(vmxi_read_text(r, e, ret));
	before = ret->ptr;
	for (; e && *layers; layers++)
		TRY(unescape_layer(r, e, *layers, ret));
	/* libvirt never looks whether text is UTF-8 */
	if (!as_libvirt(r) && ret->ptr != before && vmxi_utf8_valid_prefix(*ret) < ret->len)
		return vmxi_fail_at(r, VMX_CODE_INVALID_UTF8, e,
				    "the escapes of %s stand for bytes that are not UTF-8",
				    vmxi_key_name(key));
	return VMX_OK;
}

static enum vmx_code read_generation_id(struct reader *r)
{
	int64_t first, second;

	TRY(vmxi_read_integer(r, r->settings.keys[KEY_GENID], 0, &first));
	TRY(vmxi_read_integer(r, r->settings.keys[KEY_GENIDX], 0, &second));
	r->machine->genid = (uint64_t)first;
	r->machine->genidx = (uint64_t)second;
	if (r->settings.keys[KEY_GENID])
		r->machine->genid_where = entry_value_position(r->settings.keys[KEY_GENID]);
	return VMX_OK;
}

enum vmx_code vmxi_read_identity(struct reader *r)
{
	static const uint8_t none[16];
	struct vmx_machine *m = r->machine;

	TRY(vmxi_read_uuid(r, r->settings.keys[KEY_UUID_BIOS], m->bios_uuid));
	TRY(vmxi_read_uuid(r, r->settings.keys[KEY_UUID_VC], m->vc_uuid));
	TRY(read_escaped(r, KEY_DISPLAY_NAME, "%|", &m->name));
	TRY(read_generation_id(r));
	TRY(read_escaped(r, KEY_ANNOTATION, "|", &m->description));
	if (memcmp(m->bios_uuid, none, 16) == 0 && memcmp(m->vc_uuid, none, 16) == 0)
		vmxi_warn(r, VMX_CODE_NO_UUID, r->settings.keys[KEY_UUID_BIOS],
			  "the machine has no UUID: all zeros are written, as for every such machine; "
			  "set uuid.bios");
	return VMX_OK;
}

/*
 * Memory
 */

/* A limit in MiB as KiB, at most all. */
static uint64_t limited_kib(int64_t mib, uint64_t all)
{
	return (uint64_t)mib > all / 1024 ? all : (uint64_t)mib * 1024;
}

enum vmx_code vmxi_read_memory(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_MEMSIZE];
	struct vmx_machine *m = r->machine;
	int64_t size, max, min;

	TRY(vmxi_read_integer(r, e, 32, &size));
	if (size <= 0 || size > MEMORY_MIB_MAX)
		return vmxi_fail_at(r, VMX_CODE_OUT_OF_RANGE, e,
				    "memsize is %lld, but has to be a number of MiB above 0",
				    (long long)size);
	if (size % 4 != 0)
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_MEMORY_SIZE, e,
					    "memsize is %lld, not a multiple of 4; kept as it is",
					    (long long)size));
	if (!e || value_of(r, e).len == 0)
		vmxi_warn(r, VMX_CODE_NO_MEMORY_SIZE, e,
			  "there is no memsize: the machine gets 32 MiB, as VMware gives it");
	TRY(vmxi_read_integer(r, r->settings.keys[KEY_MEM_MAX], -1, &max));
	TRY(vmxi_read_integer(r, r->settings.keys[KEY_MEM_MIN], 0, &min));
	m->memory_kib = (uint64_t)size * 1024;
	m->current_memory_kib = max <= 0 ? m->memory_kib : limited_kib(max, m->memory_kib);
	m->guaranteed_memory_kib = min <= 0 ? 0 : limited_kib(min, m->memory_kib);
	return VMX_OK;
}

/*
 * CPUs
 */

/* The largest divisor of the CPUs that is not above the wish. */
static uint32_t fitting_cores(uint32_t cpus, uint64_t wanted)
{
	uint32_t cores = wanted > cpus ? cpus : (uint32_t)wanted;

	while (cpus % cores != 0)
		cores--;
	return cores;
}

static enum vmx_code read_topology(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_CORES_PER_SOCKET];
	struct vmx_machine *m = r->machine;
	int64_t wanted;
	bool ours;

	TRY(vmxi_read_integer(r, e, 1, &wanted));
	if (wanted <= 1)
		return VMX_OK;
	m->cores = fitting_cores(m->cpus, (uint64_t)wanted);
	if (wanted > m->cpus) {
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_CORES_PER_SOCKET, e,
					    "cpuid.coresPerSocket is %lld, more than numvcpus, %u; "
					    "read as one socket of all CPUs", (long long)wanted,
					    m->cpus));
	} else if (m->cpus % wanted != 0) {
		TRY(vmxi_lost_by_libvirt(r, VMX_CODE_CORES_PER_SOCKET, e, &ours,
					 "cpuid.coresPerSocket is %lld, which does not divide "
					 "numvcpus, %u; read as %u", (long long)wanted, m->cpus,
					 m->cores));
		if (!ours)
			m->cores = (uint32_t)wanted;
	}
	m->sockets = m->cpus / m->cores;
	if (m->cores == 1)
		m->sockets = m->cores = 0;
	return VMX_OK;
}

/* space* "+"? digit+ space*; but a vertical tab is no space behind the number */
static bool parse_cpu(struct text piece, uint64_t *ret)
{
	size_t digits;

	while (piece.len > 0 && ascii_is_space(piece.ptr[0]))
		piece = text_skip(piece, 1);
	if (piece.len > 0 && piece.ptr[0] == '+')
		piece = text_skip(piece, 1);
	if (!vmxi_parse_digits(piece, ret, &digits))
		return false;
	while (digits < piece.len && ascii_is_space(piece.ptr[digits]) && piece.ptr[digits] != '\v')
		digits++;
	return digits == piece.len;
}

/* A bit for each CPU: few are named, and all have to be gone through. */
#define CPU_WORDS (CPUS_MAX / 64)

static enum vmx_code mark_cpus(struct reader *r, const struct entry *e, uint64_t *marks,
			       size_t *ret_pieces)
{
	struct text rest = value_of(r, e);
	char q[QUOTE_MAX];

	for (*ret_pieces = 0; rest.ptr; ++*ret_pieces) {
		size_t comma = vmxi_text_find(rest, ',');
		uint64_t cpu;

		if (!parse_cpu((struct text){ rest.ptr, comma }, &cpu))
			return vmxi_fail_at(r, VMX_CODE_INVALID_VALUE, e,
					    "sched.cpu.affinity is '%s', but has to be 'all' or a "
					    "list of numbers such as '0,1,4'",
					    vmxi_quote(q, value_of(r, e)));
		if (cpu >= CPUS_MAX)
			return vmxi_fail_at(r, VMX_CODE_OUT_OF_RANGE, e,
					    "sched.cpu.affinity names CPU %llu, but there are none "
					    "above %d", (unsigned long long)cpu, CPUS_MAX - 1);
		marks[cpu / 64] |= UINT64_C(1) << cpu % 64;
		rest = comma < rest.len ? text_skip(rest, comma + 1) : NO_TEXT;
	}
	return VMX_OK;
}

static enum vmx_code keep_marked_cpus(struct reader *r, const uint64_t *marks)
{
	struct vmx_machine *m = r->machine;
	size_t count = 0;

	for (size_t i = 0; i < CPU_WORDS; i++)
		count += (size_t)__builtin_popcountll(marks[i]);
	/* libvirt takes the set of all CPUs it can hold for no set at all */
	if (count == CPUS_MAX && as_libvirt(r))
		return VMX_OK;
	m->affinity.cpus = vmxi_arena_allocate(&m->arena, count * sizeof(uint16_t));
	if (!m->affinity.cpus)
		return vmxi_out_of_memory(r->error);
	for (size_t i = 0; i < CPU_WORDS; i++) {
		for (uint64_t left = marks[i]; left; left &= left - 1)
			m->affinity.cpus[m->affinity.count++] =
				(uint16_t)(64 * i + (unsigned int)__builtin_ctzll(left));
	}
	return VMX_OK;
}

static enum vmx_code read_cpu_list(struct reader *r, const struct entry *e)
{
	uint64_t marks[CPU_WORDS] = { 0 };
	size_t pieces;

	TRY(mark_cpus(r, e, marks, &pieces));
	if (pieces < r->machine->cpus)
		TRY(vmxi_refused_by_libvirt(r, VMX_CODE_CPU_AFFINITY, e,
					    "sched.cpu.affinity names %zu CPUs for %u virtual ones; "
					    "kept as it is", pieces, r->machine->cpus));
	return keep_marked_cpus(r, marks);
}

static enum vmx_code read_affinity(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_CPU_AFFINITY];
	struct text value;

	TRY(vmxi_read_text(r, e, &value));
	if (!e || text_equal_nocase(value, TEXT("all")))
		return VMX_OK;
	if (value.len == 0)
		return vmxi_refused_by_libvirt(r, VMX_CODE_EMPTY_VALUE, e,
					       "sched.cpu.affinity is empty; read as 'all'");
	return read_cpu_list(r, e);
}

static enum vmx_code read_shares(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_CPU_SHARES];
	struct vmx_machine *m = r->machine;
	const struct word *word;
	char q[QUOTE_MAX];
	struct text value;

	TRY(vmxi_read_text(r, e, &value));
	if (!e)
		return VMX_OK;
	if (value.len == 0)
		return vmxi_refused_by_libvirt(r, VMX_CODE_EMPTY_VALUE, e,
					       "sched.cpu.shares is empty; read as if the key were "
					       "not there");
	m->has_shares = true;
	word = FIND_WORD(vmxi_share_words, value);
	if (word)
		m->shares = (uint64_t)word->value * m->cpus;
	else if (!vmxi_parse_uint64_wrapping(value, &m->shares))
		return vmxi_fail_at(r, VMX_CODE_INVALID_VALUE, e,
				    "sched.cpu.shares is '%s', but has to be low, normal, high or a "
				    "number", vmxi_quote(q, value));
	return VMX_OK;
}

enum vmx_code vmxi_read_cpus(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_NUMVCPUS];
	int64_t cpus;

	TRY(vmxi_read_integer(r, e, 1, &cpus));
	if (cpus <= 0 || cpus > CPUS_MAX)
		return vmxi_fail_at(r, VMX_CODE_OUT_OF_RANGE, e,
				    "numvcpus is %lld, but has to be from 1 to %d",
				    (long long)cpus, CPUS_MAX);
	r->machine->cpus = (uint32_t)cpus;
	TRY(read_topology(r));
	TRY(read_affinity(r));
	return read_shares(r);
}

/*
 * Guest and firmware
 */

static bool text_ends(struct text t, struct text suffix)
{
	return t.len >= suffix.len &&
	       text_equal(text_skip(t, t.len - suffix.len), suffix);
}

/* libvirt knows two architectures by the end of the name; "arm-ubuntu-64" is a third. */
static enum vmx_code read_arch(struct reader *r, const struct entry *e)
{
	struct vmx_machine *m = r->machine;
	bool wide = text_ends(m->guest_os, TEXT("-64"));
	bool ours;

	m->arch = wide ? ARCH_X86_64 : ARCH_I686;
	if (!wide || !text_starts_nocase(m->guest_os, TEXT("arm-")))
		return VMX_OK;
	TRY(vmxi_lost_by_libvirt(r, VMX_CODE_ARCHITECTURE, e, &ours,
				 "the guest is an ARM system, which libvirt takes for x86_64; "
				 "read as aarch64"));
	if (ours)
		m->arch = ARCH_AARCH64;
	return VMX_OK;
}

enum vmx_code vmxi_read_guest(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_GUEST_OS];

	TRY(vmxi_read_text(r, e, &r->machine->guest_os));
	TRY(read_arch(r, e));
	return vmxi_read_boolean(r, r->settings.keys[KEY_REFLECT_HOST], false,
				 &r->machine->smbios_host);
}

static enum vmx_code read_firmware_word(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_FIRMWARE];
	static const struct word words[] = {
		{ { "efi", 3 }, FIRMWARE_EFI }, { { "bios", 4 }, FIRMWARE_NONE },
		{ { "", 0 }, FIRMWARE_NONE },
	};
	const struct word *word;
	char q[QUOTE_MAX];
	struct text value;

	TRY(vmxi_read_text(r, e, &value));
	if (!e)
		return VMX_OK;
	if (text_equal(value, TEXT("efi"))) {
		r->machine->firmware = FIRMWARE_EFI;
		return VMX_OK;
	}
	vmxi_quote(q, value);
	word = FIND_WORD(words, value);
	if (!word)
		return vmxi_fail_at(r, VMX_CODE_INVALID_VALUE, e,
				    "firmware is '%s', but has to be efi or bios", q);
	r->machine->firmware = (enum firmware)word->value;
	return vmxi_refused_by_libvirt(r, VMX_CODE_FIRMWARE, e, "firmware is '%s', not 'efi'; read as %s", q,
				       word->value == FIRMWARE_EFI ? "efi" : "bios");
}

/* A file that can't be named is no reason to give up a machine: firmware makes a new one. */
static enum vmx_code read_nvram(struct reader *r)
{
	const struct entry *e = r->settings.keys[KEY_NVRAM];
	enum vmx_code code;
	bool ours = false;

	if (!e)
		return VMX_OK;
	if (value_of(r, e).len == 0)
		TRY(vmxi_lost_by_libvirt(r, VMX_CODE_NVRAM, e, &ours,
					 "nvram is empty; read as if the key were not there"));
	if (ours) {
		set_fate(r, e, FATE_UNUSABLE);
		return VMX_OK;
	}
	code = vmxi_resolve_file(r, e, false, &r->machine->nvram);
	if (code != VMX_CODE_INVALID_FILE_NAME || as_libvirt(r) || r->strict)
		return code;
	vmx_error_clear(r->error);
	r->machine->nvram = NO_TEXT;
	set_fate(r, e, FATE_UNUSABLE);
	return vmxi_refused_by_libvirt(r, VMX_CODE_NVRAM, e,
				       "nvram names a file that does not fit the rules for file "
				       "names; it is left out");
}

enum vmx_code vmxi_read_firmware(struct reader *r)
{
	TRY(read_firmware_word(r));
	TRY(vmxi_read_boolean(r, r->settings.keys[KEY_SECURE_BOOT], false,
			      &r->machine->secure_boot));
	return read_nvram(r);
}
