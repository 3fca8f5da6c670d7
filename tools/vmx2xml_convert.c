/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmx2xml_convert.h"

#include <errno.h>
#include <string.h>

#include <vmxkit/vmxkit.h>

#include "common/input.h"
#include "common/output.h"
#include "vmx2xml_report.h"

/* One file on its way. */
struct work {
	const struct settings *settings;
	const char *file;		/* STANDARD_INPUT or a path */
	const char *name;		/* what diagnostics call it */
	struct vmx_document *document;
	struct vmx_machine *machine;
	struct vmx_bytes xml;
	struct findings findings;	/* only kept for the JSON report */
};

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	struct work *work = user;

	show_diagnostic(&work->settings->common.console, work->name, diagnostic);
	if (work->settings->report == REPORT_JSON)
		findings_add(&work->findings, diagnostic);
}

static enum vmx_code read_document(struct work *work)
{
	const struct settings *s = work->settings;
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
	options.strict = s->strict;
	if (s->rules) {
		options.file_name = vmx_path_rules_resolve;
		options.file_name_user = s->rules;
	}
	options.diagnostic = hear;
	options.user = work;
	return vmx_machine_read(work->document, &options, &work->machine, s->common.error);
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
	return vmx_domain_xml_write(work->machine, &options, &work->xml, s->common.error);
}

static enum exit_status store(const struct work *work, const char *output)
{
	const struct console *console = &work->settings->common.console;

	/* a user who mixes up -o would lose the machine */
	if (is_same_file(work->file, output))
		return usage_error(console, "the output '%s' is the input", output);
	if (save_file(output, work->xml.data, work->xml.length))
		return STATUS_DONE;
	show_problem(console, "can't write '%s': %s", output, strerror(errno));
	return STATUS_SYSTEM;
}

/* What goes to standard output: the report, or else the XML that no file gets. */
static enum exit_status print(const struct work *work, const char *output)
{
	const struct console *console = &work->settings->common.console;
	bool good;

	if (work->settings->report == REPORT_JSON)
		return report_as_json(console, work->name, output, work->machine, &work->findings);
	if (work->settings->report == REPORT_TEXT)
		good = report_as_text(work->name, work->machine);
	else
		good = output || write_standard_output(work->xml.data, work->xml.length);
	if (good)
		return STATUS_DONE;
	show_problem(console, "can't write to standard output: %s", strerror(errno));
	return STATUS_SYSTEM;
}

static enum exit_status deliver(const struct work *work, const char *output)
{
	enum exit_status status = output ? store(work, output) : STATUS_DONE;

	return status == STATUS_DONE ? print(work, output) : status;
}

/* An encoding that is not known is the user's fault if the user has named it. */
static enum exit_status explain(const struct work *work)
{
	const struct settings *s = work->settings;

	if (s->encoding && vmx_error_code(s->common.error) == VMX_CODE_UNKNOWN_ENCODING)
		return usage_error(&s->common.console, "option '--encoding': no encoding '%s' is known", s->encoding);
	return show_error(&s->common.console, work->name, s->common.error);
}

static void release(struct work *work)
{
	vmx_bytes_release(&work->xml);
	vmx_machine_free(work->machine);
	vmx_document_free(work->document);
	findings_release(&work->findings);
}

enum exit_status convert(const struct settings *settings, const char *file, const char *output)
{
	struct work work = {
		.settings = settings,
		.file = file,
		.name = input_name(file),
		.xml = VMX_BYTES_INIT,
	};
	enum exit_status status;

	if (read_document(&work) != VMX_OK || read_machine(&work) != VMX_OK ||
	    write_xml(&work) != VMX_OK)
		status = explain(&work);
	else if (work.findings.incomplete)
		status = show_out_of_memory(&settings->common.console);
	else
		status = deliver(&work, output);
	release(&work);
	return status;
}
