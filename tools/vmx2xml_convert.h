/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMXTOOL_VMX2XML_CONVERT_H
#define VMXTOOL_VMX2XML_CONVERT_H

#include "vmx2xml_settings.h"

/* The settings are a struct settings. */
convert_fn convert;

#endif
