/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vmx/lookup.h"

#include <stdlib.h>

static int compare_texts(struct text a, struct text b)
{
	size_t len = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < len; i++) {
		int difference = ascii_lower(a.ptr[i]) - ascii_lower(b.ptr[i]);

		if (difference)
			return difference;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/*
 * Where the first key stands that does not come before the device and the separator, or
 * with behind: the first that comes after all that begin so.  Each item begins with its
 * key.
 */
static size_t find_bound(const void *items, size_t count, size_t size, struct text device,
			 char separator, bool behind)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct text *key = (const void *)((const char *)items + middle * size);
		struct text head = { key->ptr, key->len < device.len ? key->len : device.len };
		int order = compare_texts(head, device);

		if (order == 0)
			order = key->len == device.len ? -1 : ascii_lower(key->ptr[device.len]) - separator;
		if (order < 0 || (order == 0 && behind))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Lines
 */
static int compare_lines(const void *x, const void *y)
{
	const struct line *a = x, *b = y;

	return compare_texts(a->key, b->key);
}

bool vmxi_sort_lines(struct arena *arena, const struct vmx_writer *w, struct lookup *ret)
{
	struct line *copy = vmxi_arena_allocate(arena, (w->lines.count + 1) * sizeof(*copy));

	if (!copy)
		return false;
	if (w->lines.count > 0)
		memcpy(copy, w->lines.items, w->lines.count * sizeof(*copy));
	qsort(copy, w->lines.count, sizeof(*copy), compare_lines);
	*ret = (struct lookup){ copy, w->lines.count };
	return true;
}

const struct line *vmxi_find_line(const struct lookup *lines, struct text key)
{
	struct line wanted = { key, NO_TEXT };

	return bsearch(&wanted, lines->items, lines->count, sizeof(wanted), compare_lines);
}

struct text vmxi_device_value(const struct lookup *lines, struct text device, struct text field)
{
	char key[96];
	const struct line *line;

	if (device.len + 1 + field.len > sizeof(key))
		return NO_TEXT;
	memcpy(key, device.ptr, device.len);
	key[device.len] = '.';
	memcpy(key + device.len + 1, field.ptr, field.len);
	line = vmxi_find_line(lines, (struct text){ key, device.len + 1 + field.len });
	return line ? line->value : NO_TEXT;
}

struct lookup vmxi_lines_under(const struct lookup *lines, struct text device)
{
	size_t size = sizeof(*lines->items);
	size_t begin = find_bound(lines->items, lines->count, size, device, '.', false);
	size_t end = find_bound(lines->items, lines->count, size, device, '.', true);

	return (struct lookup){ lines->items + begin, end - begin };
}

/*
 * Keys of a document
 */
static int compare_document_keys(const void *x, const void *y)
{
	const struct document_key *a = x, *b = y;
	int order = compare_texts(a->key, b->key);

	return order ? order : (a->number > b->number) - (a->number < b->number);
}

bool vmxi_sort_keys(struct arena *arena, const struct vmx_document *document,
		    struct document_keys *ret)
{
	size_t room = vmx_document_count(document) + 1, cursor = 0;
	struct vmx_entry entry;

	ret->count = 0;
	ret->items = vmxi_arena_allocate(arena, room * sizeof(*ret->items));
	if (!ret->items)
		return false;
	while (vmx_document_next(document, &cursor, &entry)) {
		ret->items[ret->count] = (struct document_key){
			{ entry.key, entry.key_length }, ret->count,
		};
		ret->count++;
	}
	qsort(ret->items, ret->count, sizeof(*ret->items), compare_document_keys);
	return true;
}

struct document_keys vmxi_keys_under(const struct document_keys *keys, struct text device,
				     char separator)
{
	size_t size = sizeof(*keys->items);
	size_t begin = find_bound(keys->items, keys->count, size, device, separator, false);
	size_t end = find_bound(keys->items, keys->count, size, device, separator, true);

	return (struct document_keys){ keys->items + begin, end - begin };
}
