/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SHA-256 (FIPS 180-4), for the fingerprints of certificates: nothing secret goes
 * through it.
 */
#ifndef VSPHERE_SHA256_H
#define VSPHERE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

void vsphere_sha256(const void *data, size_t length, uint8_t ret[SHA256_SIZE]);

/* "AB:CD:..." */
#define SHA256_TEXT_SIZE (SHA256_SIZE * 3)
void vsphere_sha256_format(const uint8_t digest[SHA256_SIZE], char ret[SHA256_TEXT_SIZE]);

#endif
