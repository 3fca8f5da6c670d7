/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Saying what the caller should hear about although the work goes on.
 */
#ifndef VSPHERE_REPORT_H
#define VSPHERE_REPORT_H

#include <vmxkit/error.h>

#if defined(__GNUC__)
#define VSPHERE_FORMAT(at, first) __attribute__((format(printf, at, first)))
#else
#define VSPHERE_FORMAT(at, first)
#endif

struct vsphere_reporter {
	vmx_diagnostic_fn fn;	/* NULL: nobody listens */
	void *user;
};

/* The message is made plain as that of an error is. */
void vsphere_report(const struct vsphere_reporter *reporter, enum vmx_code code,
		    enum vmx_severity severity, const char *format, ...) VSPHERE_FORMAT(4, 5);

enum vmx_code vsphere_out_of_memory(struct vmx_error *error);

#endif
