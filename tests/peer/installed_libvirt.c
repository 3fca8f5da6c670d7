/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/installed_libvirt.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define RELEASE "LIBVIRT_PRIVATE_9.0.0"

/* What the reader and the writer want to know from their caller. */
struct vmx_context {
	void *user;
	int (*parse_file_name)(const char *name, void *user, char **ret, bool missing_allowed);
	char *(*format_file_name)(const char *path, void *user);
	int (*detect_scsi_model)(void *disk, int *ret, void *user);
	const char *datacenter_path, *moref;
};

static struct {
	int (*initialize)(void);
	void (*set_error_function)(void *user, void (*function)(void *user, void *error));
	void (*reset_last_error)(void);
	const char *(*last_error_message)(void);
	int (*os_type)(const char *name);
	int (*virt_type)(const char *name);
	int (*arch)(const char *name);
	void *(*new_capabilities)(int arch, bool offline_migration, bool live_migration);
	void *(*add_guest)(void *capabilities, int os_type, int arch, const char *emulator,
			   const char *loader, int machine_count, void *machines);
	void *(*add_guest_domain)(void *guest, int virt_type, const char *emulator,
				  const char *loader, int machine_count, void *machines);
	void *(*new_xml_options)(void *capabilities);
	void *(*parse)(struct vmx_context *context, void *xml_options, void *capabilities,
		       const char *vmx);
	char *(*format)(void *domain, void *xml_options, unsigned int flags);
	void (*free_domain)(void *domain);
	void *(*parse_xml)(const char *xml, void *xml_options, void *opaque, unsigned int flags);
	char *(*format_vmx)(struct vmx_context *context, void *xml_options, void *domain,
			    int hardware_version);
	int (*scsi_model)(const char *name);
	char *(*escape)(const char *text, char escape, const char *special);
	int (*unescape)(char *text, char escape);
	char *(*escape_datastore_item)(const char *text);
	int (*parse_datastore_path)(const char *text, char **ret_name, char **ret_directory,
				    char **ret_path);
} libvirt;

#define FORMAT_SECURE 1u
/* a domain that is to be defined, not one that runs */
#define PARSE_INACTIVE 2u

static const struct {
	const char *name;
	void *function;		/* the member of libvirt */
	bool is_public;
} symbols[] = {
	{ "virInitialize", &libvirt.initialize, true },
	{ "virSetErrorFunc", &libvirt.set_error_function, true },
	{ "virResetLastError", &libvirt.reset_last_error, true },
	{ "virGetLastErrorMessage", &libvirt.last_error_message, true },
	{ "virDomainOSTypeFromString", &libvirt.os_type, false },
	{ "virDomainVirtTypeFromString", &libvirt.virt_type, false },
	{ "virArchFromString", &libvirt.arch, false },
	{ "virCapabilitiesNew", &libvirt.new_capabilities, false },
	{ "virCapabilitiesAddGuest", &libvirt.add_guest, false },
	{ "virCapabilitiesAddGuestDomain", &libvirt.add_guest_domain, false },
	{ "virVMXDomainXMLConfInit", &libvirt.new_xml_options, false },
	{ "virVMXParseConfig", &libvirt.parse, false },
	{ "virDomainDefFormat", &libvirt.format, false },
	{ "virDomainDefFree", &libvirt.free_domain, false },
	{ "virDomainDefParseString", &libvirt.parse_xml, false },
	{ "virVMXFormatConfig", &libvirt.format_vmx, false },
	{ "virDomainControllerModelSCSITypeFromString", &libvirt.scsi_model, false },
	{ "virVMXEscapeHex", &libvirt.escape, false },
	{ "virVMXUnescapeHex", &libvirt.unescape, false },
	{ "esxUtil_EscapeDatastoreItem", &libvirt.escape_datastore_item, false },
	{ "esxUtil_ParseDatastorePath", &libvirt.parse_datastore_path, false },
};

static void *capabilities, *xml_options;

static void (*told)(bool working);

void installed_libvirt_watch(void (*works)(bool working))
{
	told = works;
}

static void works(bool working)
{
	if (told)
		told(working);
}

static bool find_symbols(void *library, const char **ret_why)
{
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *found = symbols[i].is_public ? dlsym(library, symbols[i].name)
						   : dlvsym(library, symbols[i].name, RELEASE);

		*ret_why = symbols[i].name;
		if (!found)
			return false;
		memcpy(symbols[i].function, &found, sizeof(found));
	}
	return true;
}

/* Errors are expected here by the thousand. */
static void ignore_error(void *user, void *error)
{
	(void)user;
	(void)error;
}

static void make_capabilities(void)
{
	static const char *const archs[] = { "i686", "x86_64" };

	capabilities = libvirt.new_capabilities(libvirt.arch("i686"), true, true);
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		void *guest = libvirt.add_guest(capabilities, libvirt.os_type("hvm"),
						libvirt.arch(archs[i]), NULL, NULL, 0, NULL);

		libvirt.add_guest_domain(guest, libvirt.virt_type("vmware"), NULL, NULL, 0, NULL);
	}
	xml_options = libvirt.new_xml_options(capabilities);
}

bool installed_libvirt_open(const char **ret_why)
{
	void *library = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);

	*ret_why = "libvirt.so.0";
	if (!library || !find_symbols(library, ret_why))
		return false;
	/* warnings would go to stderr: fatal errors only */
	setenv("LIBVIRT_DEBUG", "4", 1);
	*ret_why = "a libvirt that starts";
	if (libvirt.initialize() != 0)
		return false;
	libvirt.set_error_function(NULL, ignore_error);
	make_capabilities();
	return xml_options != NULL;
}

static int keep_file_name(const char *name, void *user, char **ret, bool missing_allowed)
{
	(void)user;
	(void)missing_allowed;
	*ret = strdup(name);
	return *ret ? 0 : -1;
}

char *installed_libvirt_convert(const char *vmx, const char **ret_why)
{
	struct vmx_context context = { .parse_file_name = keep_file_name };
	void *domain;
	char *xml;

	works(true);
	libvirt.reset_last_error();
	domain = libvirt.parse(&context, xml_options, capabilities, vmx);
	xml = domain ? libvirt.format(domain, xml_options, FORMAT_SECURE) : NULL;
	*ret_why = libvirt.last_error_message();
	libvirt.free_domain(domain);
	works(false);
	return xml;
}

static char *format_file_name(const char *path, void *user)
{
	const struct installed_libvirt_options *options = user;

	return options->file_name ? options->file_name(path) : strdup(path);
}

static int detect_scsi_model(void *disk, int *ret, void *user)
{
	const struct installed_libvirt_options *options = user;

	(void)disk;
	*ret = libvirt.scsi_model(options->scsi_auto);
	return 0;
}

char *installed_libvirt_write(const char *xml, const struct installed_libvirt_options *options,
			      const char **ret_why)
{
	struct vmx_context context = {
		.user = (void *)options,
		.format_file_name = format_file_name,
		.detect_scsi_model = options->scsi_auto ? detect_scsi_model : NULL,
	};
	void *domain;
	char *vmx;

	works(true);
	libvirt.reset_last_error();
	domain = libvirt.parse_xml(xml, xml_options, NULL, PARSE_INACTIVE);
	vmx = domain ? libvirt.format_vmx(&context, xml_options, domain,
					  (int)options->hardware_version) : NULL;
	*ret_why = libvirt.last_error_message();
	libvirt.free_domain(domain);
	works(false);
	return vmx;
}

char *installed_libvirt_escape(const char *text, char escape, const char *special)
{
	char *escaped;

	works(true);
	escaped = libvirt.escape(text, escape, special);
	works(false);
	return escaped;
}

bool installed_libvirt_unescape(char *text, char escape)
{
	bool done;

	works(true);
	done = libvirt.unescape(text, escape) == 0;
	works(false);
	return done;
}

char *installed_libvirt_escape_datastore_item(const char *text)
{
	char *escaped;

	works(true);
	escaped = libvirt.escape_datastore_item(text);
	works(false);
	return escaped;
}

bool installed_libvirt_split_datastore_path(const char *text, char **ret_name,
					    char **ret_directory, char **ret_path)
{
	bool done;

	*ret_name = *ret_directory = *ret_path = NULL;
	works(true);
	libvirt.reset_last_error();
	done = libvirt.parse_datastore_path(text, ret_name, ret_directory, ret_path) == 0;
	works(false);
	return done;
}
