/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that others made: each is written as it was read, and is itself again
 * after an entry was added and removed, or one set to the value that it has.
 *
 * The folder is VMXKIT_PEER_DATA; without it there is nothing to test: exit 77.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <vmxkit/vmxkit.h>

static unsigned int files, failures;

static void fail(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	failures++;
}

static bool writes(const struct vmx_document *doc, const struct vmx_bytes *file)
{
	struct vmx_bytes bytes = VMX_BYTES_INIT;
	bool same = vmx_document_write(doc, &bytes, NULL) == VMX_OK &&
		    bytes.length == file->length &&
		    (file->length == 0 || memcmp(bytes.data, file->data, file->length) == 0);

	vmx_bytes_release(&bytes);
	return same;
}

/* Sets each plain value to what it is. */
static bool set_to_the_same(struct vmx_document *doc)
{
	struct vmx_entry e;

	for (size_t cursor = 0; vmx_document_next(doc, &cursor, &e);) {
		if (e.flags == 0 && !memchr(e.value, '\n', e.value_length) &&
		    vmx_document_set(doc, e.key, e.key_length, e.value, e.value_length, NULL) != VMX_OK)
			return false;
	}
	return true;
}

static void test_document(const char *path, struct vmx_document *doc, const struct vmx_bytes *file)
{
	if (!writes(doc, file))
		fail(path, "is not written as it was read");
	if (vmx_document_set(doc, "scsi0:0.vmxkit", 14, "1", 1, NULL) != VMX_OK ||
	    vmx_document_unset(doc, "scsi0:0.vmxkit", 14, NULL) != VMX_OK || !writes(doc, file))
		fail(path, "is not the same after an entry was added and removed");
	if (!set_to_the_same(doc) || !writes(doc, file))
		fail(path, "is not the same after values were set to what they were");
}

static void test_file(const char *path, size_t size)
{
	struct vmx_bytes file = { .data = malloc(size + 1), .length = size };
	struct vmx_document *doc;
	FILE *stream = fopen(path, "rb");

	files++;
	if (!stream || !file.data || fread(file.data, 1, size, stream) != size) {
		fail(path, "can't be read");
	} else if (vmx_document_read_file(path, NULL, &doc, NULL) != VMX_OK) {
		fail(path, "is refused");
	} else {
		test_document(path, doc, &file);
		vmx_document_free(doc);
	}
	if (stream)
		fclose(stream);
	free(file.data);
}

static bool is_vmx(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && strcmp(name + length - 4, ".vmx") == 0;
}

static void test_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char inside[4096];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(inside, sizeof(inside), "%s/%s", path, entry->d_name);
		if (stat(inside, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			test_folder(inside);
		else if (is_vmx(entry->d_name))
			test_file(inside, (size_t)st.st_size);
	}
	if (folder)
		closedir(folder);
}

int main(void)
{
	const char *path = getenv("VMXKIT_PEER_DATA");
	struct stat st;

	if (!path || stat(path, &st) != 0) {
		printf("skipped: no files of others in '%s' (VMXKIT_PEER_DATA)\n", path ? path : "");
		return 77;
	}
	test_folder(path);
	printf("%u files\n", files);
	return failures > 0 || files == 0;
}
