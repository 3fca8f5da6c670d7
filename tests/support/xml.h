/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking into XML with a reader that is not ours.
 */
#ifndef TEST_SUPPORT_XML_H
#define TEST_SUPPORT_XML_H

#include <libxml/tree.h>

#include "support/files.h"

/* NULL: it is not well-formed, and *ret_why is a new string that says why. */
xmlDoc *xml_parse(const struct blob *text, char **ret_why);

/*
 * The value of an XPath expression as text ("string(/domain/name)",
 * "count(//disk)"): a new string.
 */
char *xml_value(xmlDoc *document, const char *expression);

#endif
