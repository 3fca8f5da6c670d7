/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMXTOOL_VMX2XML_CONVERT_H
#define VMXTOOL_VMX2XML_CONVERT_H

#include "vmx2xml_settings.h"

/*
 * Converts one file.  The XML goes to the file output; NULL: to standard output,
 * or nowhere if that is taken by the report.  Says what is wrong.
 */
enum exit_status convert(const struct settings *settings, const char *file, const char *output);

#endif
