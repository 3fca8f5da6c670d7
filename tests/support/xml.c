/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/xml.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

xmlDoc *xml_parse(const struct blob *text, char **ret_why)
{
	xmlParserCtxt *context = xmlNewParserCtxt();
	const xmlError *error;
	xmlDoc *document;

	if (!context)
		give_up("no memory");
	document = xmlCtxtReadMemory(context, text->data, (int)text->length, NULL, NULL,
				     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	error = xmlCtxtGetLastError(context);
	if (!document)
		*ret_why = text_of_format("line %d: %s", error ? error->line : 0,
					  error && error->message ? error->message : "?");
	xmlFreeParserCtxt(context);
	return document;
}

char *xml_value(xmlDoc *document, const char *expression)
{
	xmlXPathContext *context = xmlXPathNewContext(document);
	xmlXPathObject *object;
	xmlChar *value;
	char *copy;

	if (!context)
		give_up("no memory");
	object = xmlXPathEvalExpression((const xmlChar *)expression, context);
	value = object ? xmlXPathCastToString(object) : NULL;
	if (!value)
		give_up("XPath: %s", expression);
	copy = text_of_format("%s", (const char *)value);
	xmlFree(value);
	xmlXPathFreeObject(object);
	xmlXPathFreeContext(context);
	return copy;
}
