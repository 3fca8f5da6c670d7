/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * --report: what became of each key.  Values are not shown, since some are
 * passwords.
 */
#ifndef VMXTOOL_VMX2XML_REPORT_H
#define VMXTOOL_VMX2XML_REPORT_H

#include <vmxkit/machine.h>

#include "common/diagnostics.h"

/*
 * Both print where the console's output goes, and say what is wrong.
 *
 * As text: a line for each key, and a line of counts.
 */
enum exit_status report_as_text(const struct console *console, const char *file,
				const struct vmx_machine *machine);

/* As JSON: one object on one line. */
enum exit_status report_as_json(const struct console *console, const char *file,
				const char *output, const struct vmx_machine *machine,
				const struct findings *findings);

#endif
