/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers as a server writes them, and what they are decoded to.
 */
#ifndef TEST_VSPHERE_ANSWERS_H
#define TEST_VSPHERE_ANSWERS_H

#include "decode.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
	"<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
	"xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" " \
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<soapenv:Body>\n"
#define TAIL "</soapenv:Body></soapenv:Envelope>"
#define BODY(method, content) \
	HEAD "<" method "Response xmlns=\"urn:vim25\">" content "</" method "Response>\n" TAIL

/* Of RetrieveProperties. */
#define PROPERTY(name, val) "<propSet><name>" name "</name>" val "</propSet>"
#define OBJECT(content) \
	"<returnval><obj type=\"VirtualMachine\">vm-9</obj>" content "</returnval>"

#define MOUNT(type) "<DatastoreHostMount" type "><key type=\"HostSystem\">host-1</key>" \
	"<mountInfo><accessMode>readWrite</accessMode></mountInfo></DatastoreHostMount>"

struct decoding {
	struct answer answer;
	struct vmx_error *error;
	enum vmx_code code;
};

struct decoding decoded(const struct vim_method *method, const char *text);
void decoding_release(struct decoding *decoding);

/* The response of a good answer, or NULL and a failed test. */
#define RESPONSE(X, d) ((const struct vim_##X##_response *)response_of(d))
const void *response_of(const struct decoding *decoding);

/* It has to end with this code, and a message that has this piece. */
void assert_refused(const struct vim_method *method, const char *text, enum vmx_code code,
		    const char *piece);

#endif
