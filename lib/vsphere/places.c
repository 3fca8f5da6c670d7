/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmxkit/escape.h>

#include "base/text.h"
#include "report.h"

/* Names that a message lists, of those that there are. */
#define LISTED_MAX 8

/*
 * Building the tree
 */

/* Copies into the arena; NULL stays NULL. */
static enum vmx_code keep_strings(struct arena *arena, struct place *place, struct vmx_error *error)
{
	const char **strings[] = {
		&place->reference.type, &place->reference.value, &place->api_name, &place->name,
		&place->parent, &place->host_folder, &place->vm_folder, &place->pool,
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		if (!*strings[i])
			continue;
		/* paths have many of them, and every machine has a path */
		if (strlen(*strings[i]) > PLACES_TEXT_MAX)
			return vmx_error_set(error, VMX_CODE_ANSWER_TOO_LARGE, NULL,
					     "the server's inventory has a name with more bytes than %d",
					     PLACES_TEXT_MAX);
		*strings[i] = vmxi_arena_copy(arena, text_of(*strings[i])).ptr;
		if (!*strings[i])
			return vsphere_out_of_memory(error);
	}
	return VMX_OK;
}

enum vmx_code vsphere_places_add(struct places *places, const struct place *place,
				 struct vmx_error *error)
{
	struct place *item;
	enum vmx_code code;

	if (places->count >= PLACES_MAX)
		return vmx_error_set(error, VMX_CODE_ANSWER_TOO_LARGE, NULL,
				     "the server's inventory has more than %d folders and hosts",
				     PLACES_MAX);
	item = ARENA_ADD(&places->arena, places);
	if (!item)
		return vsphere_out_of_memory(error);
	*item = *place;
	code = keep_strings(&places->arena, item, error);
	if (code != VMX_OK)
		places->count--;
	return code;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->reference.value,
		      ((const struct place *)b)->reference.value);
}

/* A place whose way up is too long to end has no way up. */
static void cut_circles(struct places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		const struct place *at = &places->items[i];
		size_t depth = 0;

		while (at->up && depth <= PLACES_DEPTH_MAX) {
			at = at->up;
			depth++;
		}
		if (at->up)
			places->items[i].up = NULL;
	}
}

void vsphere_places_link(struct places *places)
{
	size_t datacenters = 0;

	if (places->count > 0)
		qsort(places->items, places->count, sizeof(*places->items), compare_ids);
	for (size_t i = 0; i < places->count; i++) {
		struct place *place = &places->items[i];

		place->up = place->parent ? vsphere_place_find(places, place->parent) : NULL;
		if (place->kind != PLACE_DATACENTER)
			continue;
		places->only_datacenter = datacenters == 0 ? place : NULL;
		datacenters++;
	}
	cut_circles(places);
}

void vsphere_places_release(struct places *places)
{
	const struct vmx_allocator *allocator = places->arena.allocator;

	vmxi_arena_release(&places->arena);
	*places = (struct places){ .arena.allocator = allocator };
}

/*
 * Asking it
 */

const struct place *vsphere_place_find(const struct places *places, const char *id)
{
	struct place key = { .reference.value = id };

	if (!id || places->count == 0)
		return NULL;
	return bsearch(&key, places->items, places->count, sizeof(key), compare_ids);
}

const struct place *vsphere_place_datacenter(const struct place *place)
{
	while (place && place->kind != PLACE_DATACENTER)
		place = place->up;
	return place;
}

static bool is_root(const struct places *places, const struct place *place)
{
	return places->root && strcmp(place->reference.value, places->root) == 0;
}

enum vmx_code vsphere_place_path(const struct places *places, const struct place *place,
				 struct vmx_bytes *ret, struct vmx_error *error)
{
	const struct place *way[PLACES_DEPTH_MAX + 2];
	size_t depth = 0;

	vmxi_bytes_clear(ret);
	for (; place && !is_root(places, place) && depth < PLACES_DEPTH_MAX + 2; place = place->up)
		way[depth++] = place;
	while (depth > 0) {
		const struct place *next = way[--depth];

		if (!vmxi_bytes_append_text(ret, text_of(next->api_name)) ||
		    (depth > 0 && !vmxi_bytes_append_char(ret, '/')))
			return vsphere_out_of_memory(error);
	}
	return vmxi_bytes_reserve(ret, 1) ? VMX_OK : vsphere_out_of_memory(error);
}

/*
 * The path of a URI
 */

#define ONE(kind) (1u << (kind))

/* Where a part may lead from each kind of place. */
static const unsigned int leads_to[] = {
	[PLACE_FOLDER] = ONE(PLACE_FOLDER) | ONE(PLACE_DATACENTER) | ONE(PLACE_COMPUTE_RESOURCE) |
			 ONE(PLACE_CLUSTER),
	[PLACE_DATACENTER] = 0,		/* its folder of hosts does */
	[PLACE_COMPUTE_RESOURCE] = ONE(PLACE_HOST),
	[PLACE_CLUSTER] = ONE(PLACE_HOST),
	[PLACE_HOST] = 0,
};

/* The place whose children the next part names; NULL: it has none. */
static const struct place *inside(const struct places *places, const struct place *place)
{
	return place->kind == PLACE_DATACENTER ? vsphere_place_find(places, place->host_folder)
					       : place;
}

static bool is_choice(const struct place *from, const struct place *place)
{
	return from && place->up == from && (leads_to[from->kind] & ONE(place->kind));
}

static const struct place *find_child(const struct places *places, const struct place *from,
				      const char *name)
{
	for (size_t i = 0; from && i < places->count; i++) {
		const struct place *place = &places->items[i];

		if (is_choice(from, place) && (strcmp(place->name, name) == 0 ||
					       strcmp(place->api_name, name) == 0))
			return place;
	}
	return NULL;
}

/* Those that differ in case alone come first: that is the most common mistake. */
static void list_children(const struct places *places, const struct place *from,
			  const char *wanted, char *out, size_t size)
{
	struct text want = text_of(wanted);
	size_t at = 0, listed = 0;

	out[0] = '\0';
	for (int alike = 1; alike >= 0; alike--) {
		for (size_t i = 0; i < places->count; i++) {
			const struct place *place = &places->items[i];

			if (!is_choice(from, place) ||
			    text_equal_nocase(text_of(place->name), want) != (alike == 1))
				continue;
			if (listed++ == LISTED_MAX || at >= size)
				return;
			at += (size_t)snprintf(out + at, size - at, "%s'%.60s'",
					       listed > 1 ? ", " : "", place->name);
		}
	}
}

static enum vmx_code refuse_part(const struct places *places, const struct place *from,
				 const char *part, const char *path, struct vmx_error *error)
{
	char list[512];

	list_children(places, from, part, list, sizeof(list));
	return vmx_error_set(error, VMX_CODE_NOT_FOUND, NULL,
			     list[0] ? "'%.60s' of the path '%.120s' is not there; there is %s"
				     : "'%.60s' of the path '%.120s' is one part too many%s",
			     part, path, list);
}

static void step_into(struct scope *scope, const struct place *place)
{
	scope->place = place;
	if (place->kind == PLACE_DATACENTER)
		scope->datacenter = place;
	else if (place->kind == PLACE_COMPUTE_RESOURCE || place->kind == PLACE_CLUSTER)
		scope->compute = place;
	else if (place->kind == PLACE_HOST)
		scope->host = place;
}

/* A stand-alone compute resource has one host, which need not be named. */
static void add_only_host(const struct places *places, struct scope *scope)
{
	if (scope->host || !scope->compute || scope->compute->kind != PLACE_COMPUTE_RESOURCE)
		return;
	for (size_t i = 0; i < places->count; i++) {
		if (is_choice(scope->compute, &places->items[i]))
			step_into(scope, &places->items[i]);
	}
}


/* The next part of the path, decoded, in part; false: there is none, or it is malformed. */
static bool take_part(const char **path, char *part, size_t size)
{
	const char *at = *path;
	size_t length = 0;

	while (*at == '/')
		at++;
	if (*at == '\0')
		return false;
	for (; *at != '\0' && *at != '/' && length + 1 < size; at++) {
		int high = *at == '%' ? hex_value(at[1]) : -1;
		int low = high >= 0 ? hex_value(at[2]) : -1;

		part[length++] = low >= 0 ? (char)(high << 4 | low) : *at;
		if (low >= 0)
			at += 2;
	}
	part[length] = '\0';
	*path = at;
	return true;
}

enum vmx_code vsphere_places_resolve(const struct places *places, const char *path,
				     struct scope *ret, struct vmx_error *error)
{
	const struct place *from = vsphere_place_find(places, places->root);
	const char *at = path;
	char part[512];
	struct scope scope = { NULL, NULL, NULL, NULL };

	while (take_part(&at, part, sizeof(part))) {
		const struct place *within = from ? inside(places, from) : NULL;
		const struct place *next = find_child(places, within, part);

		if (!next)
			return refuse_part(places, within, part, path, error);
		step_into(&scope, next);
		from = next;
	}
	add_only_host(places, &scope);
	*ret = scope;
	return VMX_OK;
}
