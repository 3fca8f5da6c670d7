/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_convert VMX [VMX...]: from VMX files to domain XML, in one process, at each
 * level; beside it the installed libvirt, if it is the one release whose reader can be
 * called.  All take turns on the same files, on those of the arguments and, with
 * VMXKIT_PEER_DATA in the environment, on files from the wild and on libvirt's own.
 * Files that libvirt or one of the levels refuses are left out, for all.  On files from
 * the wild less than AIM times as fast as libvirt: exit status 1.
 */
#include "bench.h"
#include "contest.h"
#include "peer/installed_libvirt.h"

#define AIM 50.0

static bool peer;

/*
 * The contestants: each does its work on one text, and says whether it can.
 */

static bool only_read(const struct contest_text *t)
{
	struct vmx_document *document = NULL;
	enum vmx_code code = vmx_document_read(t->bytes, t->length, NULL, &document, NULL);

	vmx_document_free(document);
	return code == VMX_OK;
}

static bool convert(const struct contest_text *t, enum vmx_level level)
{
	static struct vmx_bytes xml = VMX_BYTES_INIT;
	struct vmx_machine_options machine_options = VMX_MACHINE_OPTIONS_INIT;
	struct vmx_read_options read_options = VMX_READ_OPTIONS_INIT;
	struct vmx_document *document = NULL;
	struct vmx_machine *machine = NULL;
	bool done;

	machine_options.level = level;
	read_options.mode = level == VMX_LEVEL_LIBVIRT ? VMX_READ_STRICT : VMX_READ_TOLERANT;
	done = vmx_document_read(t->bytes, t->length, &read_options, &document, NULL) == VMX_OK &&
	       vmx_machine_read(document, &machine_options, &machine, NULL) == VMX_OK &&
	       vmx_domain_xml_write(machine, NULL, &xml, NULL) == VMX_OK;
	vmx_machine_free(machine);
	vmx_document_free(document);
	return done;
}

static bool convert_default(const struct contest_text *t)
{
	return convert(t, VMX_LEVEL_DEFAULT);
}

static bool convert_libvirt_level(const struct contest_text *t)
{
	return convert(t, VMX_LEVEL_LIBVIRT);
}

static bool convert_full(const struct contest_text *t)
{
	return convert(t, VMX_LEVEL_FULL);
}

static bool convert_by_libvirt(const struct contest_text *t)
{
	const char *why;
	char *xml = installed_libvirt_convert(t->bytes, &why);

	free(xml);
	return xml != NULL;
}

static bool all_take(const struct contest_text *t)
{
	return convert_default(t) && convert_libvirt_level(t) && convert_full(t) &&
	       (!peer || convert_by_libvirt(t));
}

static struct contestant contestants[] = {
	{ "document only", only_read, false, { 0 } },
	{ "default level", convert_default, true, { 0 } },
	{ "libvirt level", convert_libvirt_level, true, { 0 } },
	{ "full level", convert_full, false, { 0 } },
	{ "libvirt 9.0.0", convert_by_libvirt, false, { 0 } },
};

int main(int argc, char **argv)
{
	struct contest contest = { contestants, sizeof(contestants) / sizeof(contestants[0]), false,
				   AIM };
	struct contest_set own = { .name = "a machine of Workstation" };
	struct contest_set wild = { .name = "files from the wild", .aimed_at = true };
	struct contest_set peers = { .name = "libvirt's test files" };
	const char *why;
	bool met;

	contest.peer = peer = installed_libvirt_open(&why);
	if (!peer)
		printf("without a peer: %s\n", why);
	for (int i = 1; i < argc; i++)
		contest_add(&own, argv[i], all_take);
	contest_add_peers(&wild, "wild", ".vmx", all_take);
	contest_add_peers(&peers, "libvirt/vmx2xml", ".vmx", all_take);
	met = contest_run(&contest, &own);
	met = contest_run(&contest, &wild) && met;
	met = contest_run(&contest, &peers) && met;
	contest_release(&own);
	contest_release(&wild);
	contest_release(&peers);
	return contest_end(&contest, met);
}
