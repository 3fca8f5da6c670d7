/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmx2xml_convert.h"

#include <vmxkit/vmxkit.h>

#include "common/input.h"
#include "vmx2xml_report.h"

/* One file on its way. */
struct work {
	const struct settings *settings;
	const char *file;		/* STANDARD_INPUT or a path */
	const char *name;		/* what diagnostics call it */
	struct vmx_document *document;
	struct vmx_machine *machine;
	struct vmx_bytes xml;
	struct console console;		/* the settings', but that all is kept */
	struct findings findings;	/* here, if nobody else keeps it */
};

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	const struct work *work = user;

	show_diagnostic(&work->console, work->name, diagnostic);
}

static enum vmx_code read_document(struct work *work)
{
	const struct conversion_settings *s = &work->settings->shared;
	struct vmx_read_options options = VMX_READ_OPTIONS_INIT;

	options.mode = s->libvirt || s->strict ? VMX_READ_STRICT : VMX_READ_TOLERANT;
	options.encoding = s->encoding;
	options.max_file_size = s->max_size;
	options.diagnostic = hear;
	options.user = work;
	return read_input(work->file, &options, &work->document, s->common.error);
}

static enum vmx_code read_machine(struct work *work)
{
	const struct settings *s = work->settings;
	struct vmx_machine_options options = VMX_MACHINE_OPTIONS_INIT;

	options.level = level_of(s);
	options.strict = s->shared.strict;
	if (s->shared.rules) {
		options.file_name = vmx_path_rules_resolve;
		options.file_name_user = s->shared.rules;
	}
	options.diagnostic = hear;
	options.user = work;
	return vmx_machine_read(work->document, &options, &work->machine, s->shared.common.error);
}

static enum vmx_code write_xml(struct work *work)
{
	const struct settings *s = work->settings;
	struct vmx_domain_xml_options options = VMX_DOMAIN_XML_OPTIONS_INIT;

	options.secure = s->secure;
	options.datacenter_path = s->datacenter_path;
	options.moref = s->moref;
	options.diagnostic = hear;
	options.user = work;
	return vmx_domain_xml_write(work->machine, &options, &work->xml, s->shared.common.error);
}

/* What is printed: the report, or else the XML that no file gets. */
static enum exit_status print(const struct work *work, const char *output)
{
	const struct settings *s = work->settings;
	const struct console *console = &work->console;

	if (s->report == REPORT_JSON)
		return report_as_json(console, work->name, output, work->machine, console->findings);
	if (s->report == REPORT_TEXT)
		return report_as_text(console, work->name, work->machine);
	return output ? STATUS_DONE : print_output(&s->shared, work->xml.data, work->xml.length);
}

static enum exit_status deliver(const struct work *work, const char *output)
{
	enum exit_status status = STATUS_DONE;

	if (output)
		status = store_output(&work->settings->shared, work->file, output,
				      work->xml.data, work->xml.length);
	return status == STATUS_DONE ? print(work, output) : status;
}

/* An encoding that is not known is the user's fault if the user has named it. */
static enum exit_status explain(const struct work *work)
{
	const struct conversion_settings *s = &work->settings->shared;

	if (s->encoding && vmx_error_code(s->common.error) == VMX_CODE_UNKNOWN_ENCODING)
		return usage_error(&work->console, "option '--encoding': no encoding '%s' is known", s->encoding);
	return show_error(&work->console, work->name, s->common.error);
}

static void release(struct work *work)
{
	vmx_bytes_release(&work->xml);
	vmx_machine_free(work->machine);
	vmx_document_free(work->document);
	findings_release(&work->findings);
}

enum exit_status convert(const void *user, const char *file, const char *output)
{
	const struct settings *settings = user;
	struct work work = {
		.settings = settings,
		.file = file,
		.name = input_name(file),
		.xml = VMX_BYTES_INIT,
		.console = settings->shared.common.console,
	};
	enum exit_status status;

	if (!work.console.findings)
		work.console.findings = &work.findings;
	if (read_document(&work) != VMX_OK || read_machine(&work) != VMX_OK ||
	    write_xml(&work) != VMX_OK)
		status = explain(&work);
	else if (work.console.findings->incomplete)
		status = show_out_of_memory(&work.console);
	else
		status = deliver(&work, output);
	release(&work);
	return status;
}
