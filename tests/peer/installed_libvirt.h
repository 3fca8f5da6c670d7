/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The libvirt that is installed here, asked to convert a VMX document.  Its
 * reader is no public interface, so this only works with the one release whose
 * private functions are known, 9.0.0.
 */
#ifndef TEST_PEER_INSTALLED_LIBVIRT_H
#define TEST_PEER_INSTALLED_LIBVIRT_H

#include <stdbool.h>

/* False: there is no such libvirt, and *ret_why says what is missing. */
bool installed_libvirt_open(const char **ret_why);

/*
 * The domain XML, with passwords: a new string.  NULL: libvirt refuses the
 * document, and *ret_why says why, until the next call.  File names stay as they
 * are.
 */
char *installed_libvirt_convert(const char *vmx, const char **ret_why);

#endif
