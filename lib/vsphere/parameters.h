/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the URI says: the parameters behind its '?', and the defaults of its scheme.
 *
 * Source: libvirt's documentation of the ESX driver; fingerprint and timeout are ours.
 */
#ifndef VSPHERE_PARAMETERS_H
#define VSPHERE_PARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

#include <vmxkit/transport.h>

#include "report.h"
#include "sha256.h"

/* What the scheme says that the server is. */
enum vsphere_kind { VSPHERE_ESX = 1, VSPHERE_VPX, VSPHERE_GSX };

/* "esx", "vpx", "gsx"; and as a person calls it. */
const char *vsphere_kind_name(enum vsphere_kind kind);
const char *vsphere_kind_product(enum vsphere_kind kind);

/* NULL up to the schemes' end; for the module's table. */
extern const char *const vsphere_schemes[];

enum vsphere_proxy_type {
	VSPHERE_PROXY_NONE = 0,	/* what the environment says counts, as libcurl reads it */
	VSPHERE_PROXY_HTTP, VSPHERE_PROXY_SOCKS4, VSPHERE_PROXY_SOCKS4A, VSPHERE_PROXY_SOCKS5
};

/* The longest host name of a proxy, with brackets and NUL. */
#define VSPHERE_PROXY_HOST_MAX 272

struct vsphere_proxy {
	enum vsphere_proxy_type type;
	char host[VSPHERE_PROXY_HOST_MAX];	/* an IPv6 address within brackets */
	unsigned int port;
};

/* Texts are borrowed from the URI. */
struct vsphere_parameters {
	enum vsphere_kind kind;
	bool https;
	unsigned int port;		/* never 0 */
	const char *vcenter;		/* "*", a name or an address; NULL: none */
	bool no_verify, auto_answer, legacy_uuid;
	struct vsphere_proxy proxy;
	const char *cacert;		/* NULL: the system's */
	bool has_fingerprint;
	uint8_t fingerprint[SHA256_SIZE];	/* of the server's certificate */
	unsigned int timeout;		/* seconds; 0: as the settings say */
	const char *authfile;		/* NULL: none */
};

/* The longest time that the parameter timeout takes, in seconds: a day. */
#define VSPHERE_TIMEOUT_MAX 86400

/*
 * Reads them all.  What means nothing is told to the reporter
 * (VMX_CODE_UNKNOWN_URI_PARAMETER); a bad value is VMX_CODE_INVALID_URI_PARAMETER, with
 * name, value and what is allowed.
 */
enum vmx_code vsphere_parameters_read(const struct vmx_connection_uri *uri,
				      const struct vsphere_reporter *reporter,
				      struct vsphere_parameters *ret, struct vmx_error *error);

#endif
