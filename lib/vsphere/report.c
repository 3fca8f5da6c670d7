/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>

/* As long as the message of an error gets. */
#define MESSAGE_MAX 1024

/* An error makes the message plain; without memory for one it is not told. */
void vsphere_report(const struct vsphere_reporter *reporter, enum vmx_code code,
		    enum vmx_severity severity, const char *format, ...)
{
	struct vmx_error *plain;
	char message[MESSAGE_MAX];
	va_list args;

	if (!reporter->fn)
		return;
	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	va_end(args);
	plain = vmx_error_new();
	if (!plain)
		return;
	vmx_error_set(plain, code, NULL, "%s", message);
	reporter->fn(reporter->user, &(struct vmx_diagnostic){
		code, severity, 0, 0, vmx_error_message(plain) });
	vmx_error_free(plain);
}

enum vmx_code vsphere_out_of_memory(struct vmx_error *error)
{
	return vmx_error_set(error, VMX_CODE_OUT_OF_MEMORY, NULL, "the system has no memory left");
}
