/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMXKIT_EXPORT_H
#define VMXKIT_EXPORT_H

/*
 * VMX_API marks what the library exports.  Everything else is hidden; the
 * exported names are also listed in lib/vmxkit.map, and a test holds the two
 * against each other.
 */
#if defined(__GNUC__) || defined(__clang__)
#define VMX_API __attribute__((visibility("default")))
#else
#define VMX_API
#endif

#ifdef __cplusplus
#define VMX_BEGIN_DECLS extern "C" {
#define VMX_END_DECLS }
#else
#define VMX_BEGIN_DECLS
#define VMX_END_DECLS
#endif

#endif
