/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The libvirt that is installed here, asked to convert documents.  Its readers and
 * writers are no public interface, so this only works with the one release whose
 * private functions are known, 9.0.0.
 */
#ifndef TEST_PEER_INSTALLED_LIBVIRT_H
#define TEST_PEER_INSTALLED_LIBVIRT_H

#include <stdbool.h>

/* False: there is no such libvirt, and *ret_why says what is missing. */
bool installed_libvirt_open(const char **ret_why);

/* Who is told when it begins to work, and when it has ended: it may crash in between. */
void installed_libvirt_watch(void (*works)(bool working));

/*
 * The domain XML, with passwords: a new string.  NULL: libvirt refuses the
 * document, and *ret_why says why, until the next call.  File names stay as they
 * are.
 */
char *installed_libvirt_convert(const char *vmx, const char **ret_why);

struct installed_libvirt_options {
	unsigned int hardware_version;
	/* The name that a VMX file has for a path, a new string; NULL: there is none. */
	char *(*file_name)(const char *path);	/* NULL: names stay as they are */
	const char *scsi_auto;		/* what the model 'auto' is; NULL: that is refused */
};

/* The same the other way: the VMX file of domain XML. */
char *installed_libvirt_write(const char *xml, const struct installed_libvirt_options *options,
			      const char **ret_why);

/* libvirt's escapes of hex digits: a new string; and in place, false: it refuses. */
char *installed_libvirt_escape(const char *text, char escape, const char *special);
bool installed_libvirt_unescape(char *text, char escape);

/* The same of its ESX driver: a new string, and the three parts of a path, as new strings. */
char *installed_libvirt_escape_datastore_item(const char *text);
bool installed_libvirt_split_datastore_path(const char *text, char **ret_name,
					    char **ret_directory, char **ret_path);

#endif
