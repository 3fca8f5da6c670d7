/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pinned certificate.  libcurl itself can pin a public key only
 * (CURLOPT_PINNEDPUBLICKEY), but what servers show and people compare is the fingerprint
 * of the certificate.  So libcurl keeps the certificates (CURLOPT_CERTINFO), and before
 * a new connection's first request is sent, they are looked at
 * (CURLOPT_PREREQFUNCTION).  That works with each TLS library that libcurl can use.
 */
#include <string.h>

#include "http_inside.h"
#include "report.h"

/* Bytes of a certificate as PEM text; common ones have two thousand. */
#define PEM_MAX ((size_t)64 << 10)

/* The value of a digit of base64, or -1. */
static int base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* What stands between the lines of a PEM text, into der; the length, 0: there is none. */
static size_t decode_pem(struct text pem, uint8_t *der)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	const char *at = memmem(pem.ptr, pem.len, begin, strlen(begin));
	const char *end = pem.ptr + pem.len;
	uint32_t bits = 0;
	unsigned int count = 0;
	size_t length = 0;

	if (!at)
		return 0;
	for (at += strlen(begin); at < end && *at != '-'; at++) {
		int value = base64_value(*at);

		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		der[length++] = (uint8_t)(bits >> count);
	}
	return length;
}

/* The server's own certificate is the first one. */
static struct text first_certificate(CURL *easy)
{
	static const struct text name = { "Cert:", 5 };
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
	    info->num_of_certs < 1)
		return NO_TEXT;
	for (const struct curl_slist *l = info->certinfo[0]; l; l = l->next) {
		struct text line = text_of(l->data);

		if (text_starts(line, name))
			return text_skip(line, name.len);
	}
	return NO_TEXT;
}

enum vmx_code vsphere_certificate_check(CURL *easy, const char *base,
					const uint8_t fingerprint[SHA256_SIZE],
					const struct vmx_allocator *allocator,
					struct vmx_error *error)
{
	struct text pem = first_certificate(easy);
	char found[SHA256_TEXT_SIZE], wanted[SHA256_TEXT_SIZE];
	uint8_t digest[SHA256_SIZE], *der;
	size_t length;

	if (pem.len == 0 || pem.len > PEM_MAX)
		return vmx_error_set(error, VMX_CODE_CERTIFICATE, NULL,
				     "%s shows no certificate whose fingerprint could be compared", base);
	der = vmxi_allocate(allocator, pem.len);
	if (!der)
		return vsphere_out_of_memory(error);
	length = decode_pem(pem, der);
	vsphere_sha256(der, length, digest);
	vmxi_release(allocator, der);
	if (length > 0 && memcmp(digest, fingerprint, SHA256_SIZE) == 0)
		return VMX_OK;
	vsphere_sha256_format(digest, found);
	vsphere_sha256_format(fingerprint, wanted);
	return vmx_error_set(error, VMX_CODE_CERTIFICATE, NULL,
			     "the certificate of %s is not the one whose fingerprint the URI has: it is %s, "
			     "wanted is %s; nothing was sent", base, found, wanted);
}
