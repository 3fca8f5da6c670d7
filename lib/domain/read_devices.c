/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shared folders, the display, the TPM.
 */
#include "domain/reader.h"

/*
 * Shared folders
 */

static enum vmx_code read_folder(struct domain_reader *r, const struct node *node)
{
	struct text type = ATTRIBUTE(node, "type");
	struct shared_folder *folder;
	struct text host, guest;

	if (!vmxi_tree_merge(&r->tree, node, TEXT("target")))
		return vmxi_out_of_memory(r->error);
	host = ATTRIBUTE(CHILD(node, "source"), "dir");
	guest = ATTRIBUTE(CHILD(node, "target"), "dir");
	if (type.ptr && !text_equal(type, TEXT("mount")))
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, node,
				     "VMware only shares folders of the host: type='mount'");
	if (!host.ptr || !guest.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, node, "there is no <%s dir=''/>",
				     host.ptr ? "target" : "source");
	if (guest.len == 0)
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_MISSING, node,
				     "the name in the guest is empty; kept"));
	folder = XML_ADD(r, &r->machine->folders);
	if (!folder)
		return vmxi_out_of_memory(r->error);
	*folder = (struct shared_folder){ .number = (uint32_t)r->machine->folders.count - 1,
					  .host_path = host, .guest_name = guest,
					  .read_only = CHILD(node, "readonly") != NULL };
	return VMX_OK;
}

enum vmx_code vmxi_read_xml_folders(struct domain_reader *r)
{
	FOR_CHILDREN(r->devices, "filesystem", node)
		TRY(read_folder(r, node));
	return VMX_OK;
}

/*
 * The display
 */

static enum vmx_code read_vnc_port(struct domain_reader *r, const struct node *node,
				   struct vnc *vnc)
{
	static const char *const answers[] = { "no", "yes" };
	struct text port = ATTRIBUTE(node, "port"), word = ATTRIBUTE(node, "autoport");
	bool automatic = !port.ptr;
	char q[QUOTE_MAX];
	int answer;

	if (port.ptr && (!vmxi_parse_int64(port, &vnc->port) || vnc->port > INT32_MAX ||
			 vnc->port < INT32_MIN ||
			 (!r->as_libvirt && (vnc->port < -1 || vnc->port > UINT16_MAX))))
		return vmxi_xml_fail(r, VMX_CODE_XML_NUMBER, node, "'%s' is no port",
				     vmxi_quote(q, port));
	if (vnc->port == -1) {
		vnc->port = 0;
		automatic = true;
	}
	/* libvirt takes no notice of other words */
	answer = WORD_VALUE(answers, word);
	if (!r->as_libvirt)
		TRY(XML_WORD_OF(r, node, "autoport", answers, &answer));
	if (answer >= 0)
		automatic = answer == 1;
	if (automatic)
		vnc->port = -1;
	return VMX_OK;
}

static enum vmx_code check_listen(struct domain_reader *r, const struct node *listen, int *ret_type)
{
	static const char *const types[] = { "address", "network", "socket", "none" };

	TRY(XML_WORD_OF(r, listen, "type", types, ret_type));
	return *ret_type >= 0 ? VMX_OK :
	       vmxi_xml_fail(r, VMX_CODE_XML_MISSING, listen, "it has no type");
}

static enum vmx_code check_same_address(struct domain_reader *r, const struct node *listen,
					struct text own, struct text outer)
{
	return !own.ptr || !outer.ptr || text_equal(own, outer) ? VMX_OK :
	       vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, listen,
			     "the address is not that of the attribute listen");
}

/*
 * libvirt looks at all of them, and writes the first.  As long as it compares addresses, ""
 * is one of them.
 */
static enum vmx_code check_listens(struct domain_reader *r, const struct node *graphics)
{
	const struct node *first = CHILD(graphics, "listen");
	int type;

	for (const struct node *n = first; n; n = SIBLING(n, "listen")) {
		TRY(check_listen(r, n, &type));
		if (type == 1 && !FILLED(n, "network").ptr)
			return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, n, "the network has no name");
		if (n == first && type == 0)
			TRY(check_same_address(r, n, ATTRIBUTE(n, "address"),
					       ATTRIBUTE(graphics, "listen")));
	}
	return VMX_OK;
}

static enum vmx_code read_listen(struct domain_reader *r, const struct node *node,
				 struct vnc *vnc)
{
	const struct node *listen = CHILD(node, "listen");
	struct text own;
	int type;

	vnc->ip = ATTRIBUTE(node, "listen");
	if (listen) {
		TRY(check_listen(r, listen, &type));
		own = FILLED(listen, "address");
		if (type == 0)
			TRY(check_same_address(r, listen, own, FILLED(node, "listen")));
		if (type == 0 && own.len > 0)
			vnc->ip = own;
		else if (type > 0)
			vnc->ip = NO_TEXT;
	}
	if (vnc->ip.len == 0 && r->as_libvirt)
		vnc->ip = NO_TEXT;
	return vmxi_xml_ask_libvirt(r, check_listens, node);
}

static enum vmx_code read_one_graphics(struct domain_reader *r, const struct node *node)
{
	struct text type = ATTRIBUTE(node, "type");
	struct vnc *vnc = &r->machine->vnc;
	bool first = !vnc->enabled;
	char q[QUOTE_MAX];

	if (!type.ptr)
		return vmxi_xml_fail(r, VMX_CODE_XML_MISSING, node, "it has no type");
	if (!text_equal(type, TEXT("vnc")))
		return vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, node,
					"VMware has no display by '%s', only by vnc; left out",
					vmxi_quote(q, type));
	if (!first && !r->as_libvirt)
		return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, node,
				     "VMware has one VNC server per machine");
	if (!first)
		vnc = XML_ADD(r, &r->machine->more_vncs);
	if (!vnc)
		return vmxi_out_of_memory(r->error);
	vnc->enabled = true;
	TRY(read_vnc_port(r, node, vnc));
	TRY(read_listen(r, node, vnc));
	vnc->keymap = ATTRIBUTE(node, "keymap");
	vnc->password = ATTRIBUTE(node, "passwd");
	return VMX_OK;
}

#define VRAM_DEFAULT_KIB 4096

static uint32_t vram_kib(uint32_t given)
{
	uint32_t power = 1;

	if (given == 0 || given > (uint32_t)1 << 31)
		return VRAM_DEFAULT_KIB;
	while (power < given)
		power *= 2;
	return power;
}

static enum vmx_code read_video(struct domain_reader *r, const struct node *video)
{
	const struct node *model;
	struct text type;
	uint32_t vram, heads;
	char q[QUOTE_MAX];

	if (!vmxi_tree_merge(&r->tree, video, TEXT("model")))
		return vmxi_out_of_memory(r->error);
	model = CHILD(video, "model");
	type = FILLED(model, "type");

	TRY(FILLED_NUMBER(r, model, "vram", 0, &vram));
	TRY(FILLED_NUMBER(r, model, "heads", 1, &heads));
	if (type.ptr && !text_equal(type, TEXT("vmvga")) && !text_equal(type, TEXT("default"))) {
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, video,
				     "VMware has no graphics card '%s'; it is made a vmvga",
				     vmxi_quote(q, type)));
		vram = 0;
	}
	if (heads > 1)
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, video,
				     "the number of heads can't be set; left out"));
	r->machine->vram_kib = vram_kib(vram);
	return VMX_OK;
}

static enum vmx_code read_videos(struct domain_reader *r)
{
	const struct node *first = CHILD(r->devices, "video"), *chosen = first;

	if (!first) {
		/* who has a display has something to show on it */
		if (CHILD(r->devices, "graphics"))
			r->machine->vram_kib = VRAM_DEFAULT_KIB;
		return VMX_OK;
	}
	for (const struct node *v = SIBLING(first, "video"); v; v = SIBLING(v, "video")) {
		TRY(vmxi_xml_dropped(r, VMX_CODE_XML_UNSUPPORTED, v,
				     "VMware has one graphics card; only one is kept"));
		if (text_equal(ATTRIBUTE(CHILD(v, "model"), "primary"), TEXT("yes")))
			chosen = v;
	}
	(void)ATTRIBUTE(CHILD(first, "model"), "primary");
	return read_video(r, chosen);
}

enum vmx_code vmxi_read_xml_graphics(struct domain_reader *r)
{
	FOR_CHILDREN(r->devices, "graphics", node)
		TRY(read_one_graphics(r, node));
	return read_videos(r);
}

/*
 * TPM
 */

static enum vmx_code check_backends(struct domain_reader *r, const struct node *tpm)
{
	const struct node *backend = CHILD(tpm, "backend");
	const struct node *second = backend ? SIBLING(backend, "backend") : NULL;

	return second ? vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, second, "a TPM has one backend")
		      : VMX_OK;
}

enum vmx_code vmxi_read_xml_tpm(struct domain_reader *r)
{
	const struct node *tpm = CHILD(r->devices, "tpm"), *second;
	const struct node *backend = CHILD(tpm, "backend");
	struct text model = ATTRIBUTE(tpm, "model"), version = ATTRIBUTE(backend, "version");
	bool exact, near;

	if (!tpm)
		return VMX_OK;
	second = SIBLING(tpm, "tpm");
	if (second)
		return vmxi_xml_fail(r, VMX_CODE_XML_DUPLICATE, second, "VMware has one TPM per machine");
	TRY(vmxi_xml_ask_libvirt(r, check_backends, tpm));
	near = text_equal(ATTRIBUTE(backend, "type"), TEXT("emulator")) &&
	       (!model.ptr || text_equal(model, TEXT("tpm-crb"))) &&
	       (!version.ptr || text_equal(version, TEXT("2.0")));
	exact = near && model.ptr && version.ptr;
	if (!near || (r->as_libvirt && !exact))
		return vmxi_xml_fail(r, VMX_CODE_XML_UNSUPPORTED, tpm,
				     "VMware's TPM is <tpm model='tpm-crb'><backend type='emulator' "
				     "version='2.0'/></tpm>");
	if (!exact)
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_UNSUPPORTED, tpm,
				     "libvirt wants the model (tpm-crb) and version (2.0) said; "
				     "kept as such a TPM"));
	if (r->machine->firmware != FIRMWARE_EFI)
		TRY(vmxi_xml_refused(r, VMX_CODE_XML_UNSUPPORTED, tpm,
				     "a TPM needs firmware='efi'; kept"));
	r->machine->tpm = true;
	r->machine->tpm_where = tpm->where;
	return VMX_OK;
}
