/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmx2xml_convert.h"

#include <vmxkit/vmxkit.h>

#include "common/input.h"
#include "common/to_xml.h"
#include "vmx2xml_report.h"

/* One file on its way. */
struct work {
	const struct settings *settings;
	const struct source *source;
	struct to_xml how;
	struct vmx_document *document;
	struct vmx_machine *machine;
	struct vmx_bytes xml;
	struct console console;		/* the settings', but that all is kept */
	struct findings findings;	/* here, if nobody else keeps it */
};

static void hear(void *user, const struct vmx_diagnostic *diagnostic)
{
	const struct work *work = user;

	show_diagnostic(&work->console, work->source->name, diagnostic);
}

/* What the user says comes before what is known otherwise. */
static void settle(struct work *work)
{
	const struct settings *s = work->settings;
	const struct source *source = work->source;

	work->how = (struct to_xml){
		.level = level_of(s), .strict = s->shared.strict, .secure = s->secure,
		.encoding = s->shared.encoding, .max_size = s->shared.max_size,
		.rules = s->shared.rules ? s->shared.rules : source->rules,
		.datacenter_path = s->datacenter_path ? s->datacenter_path : source->datacenter_path,
		.moref = s->moref ? s->moref : source->moref,
		.diagnostic = hear, .user = work,
	};
}

static enum vmx_code read_document(struct work *work)
{
	struct vmx_read_options options = to_xml_read_options(&work->how);
	const struct vmx_bytes *bytes = work->source->bytes;
	struct vmx_error *error = work->settings->shared.common.error;

	if (bytes)
		return vmx_document_read(bytes->data, bytes->length, &options, &work->document, error);
	return read_input(work->source->file, &options, &work->document, error);
}

/* All steps that can fail because of the file. */
static enum vmx_code convert_document(struct work *work)
{
	struct vmx_error *error = work->settings->shared.common.error;
	enum vmx_code code = read_document(work);

	if (code == VMX_OK)
		code = to_xml_machine(&work->how, work->document, &work->machine, error);
	return code == VMX_OK ? to_xml_write(&work->how, work->machine, &work->xml, error) : code;
}

/* What is printed: the report, or else the XML that no file gets. */
static enum exit_status print(const struct work *work, const char *output)
{
	const struct settings *s = work->settings;
	const struct console *console = &work->console;

	if (s->report == REPORT_JSON)
		return report_as_json(console, work->source->name, output, work->machine, console->findings);
	if (s->report == REPORT_TEXT)
		return report_as_text(console, work->source->name, work->machine);
	return output ? STATUS_DONE : print_output(&s->shared, work->xml.data, work->xml.length);
}

static enum exit_status deliver(const struct work *work, const char *output)
{
	enum exit_status status = STATUS_DONE;

	if (output)
		status = store_output(&work->settings->shared, work->source->file, output,
				      work->xml.data, work->xml.length);
	return status == STATUS_DONE ? print(work, output) : status;
}

static void release(struct work *work)
{
	vmx_bytes_release(&work->xml);
	vmx_machine_free(work->machine);
	vmx_document_free(work->document);
	findings_release(&work->findings);
}

enum exit_status convert_source(const struct settings *settings, const struct source *source,
				const char *output)
{
	struct work work = {
		.settings = settings,
		.source = source,
		.xml = VMX_BYTES_INIT,
		.console = settings->shared.common.console,
	};
	enum exit_status status;

	settle(&work);
	if (!work.console.findings)
		work.console.findings = &work.findings;
	if (convert_document(&work) != VMX_OK)
		status = show_encoding_error(&work.console, source->name, settings->shared.common.error,
					     settings->shared.encoding);
	else if (work.console.findings->incomplete)
		status = show_out_of_memory(&work.console);
	else
		status = deliver(&work, output);
	release(&work);
	return status;
}

enum exit_status convert(const void *user, const char *file, const char *output)
{
	const struct source source = { .file = file, .name = input_name(file) };

	return convert_source(user, &source, output);
}
