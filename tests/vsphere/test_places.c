/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree of folders, datacenters and hosts, and what the path of a URI means in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "places.h"

/* As servers may send it: parents do not come first. */
static const struct {
	enum place_kind kind;
	const char *id, *api_name, *name, *parent, *host_folder;
} inventory[] = {
	{ PLACE_HOST, "host-1", "h1", "h1", "compute-1", NULL },
	{ PLACE_COMPUTE_RESOURCE, "compute-1", "h1", "h1", "folder-h", NULL },
	{ PLACE_CLUSTER, "cluster-1", "big%2fone", "big/one", "folder-racks", NULL },
	{ PLACE_HOST, "host-2", "c1", "c1", "cluster-1", NULL },
	{ PLACE_HOST, "host-3", "c2", "c2", "cluster-1", NULL },
	{ PLACE_FOLDER, "folder-racks", "racks", "racks", "folder-h", NULL },
	{ PLACE_FOLDER, "folder-h", "host", "host", "dc-1", NULL },
	{ PLACE_FOLDER, "folder-v", "vm", "vm", "dc-1", NULL },
	{ PLACE_DATACENTER, "dc-1", "DC0", "DC0", "folder-eu", "folder-h" },
	{ PLACE_DATACENTER, "dc-2", "DC1", "DC1", "root", "no such" },
	{ PLACE_FOLDER, "folder-eu", "eu", "eu", "root", NULL },
	{ PLACE_FOLDER, "root", "Datacenters", "Datacenters", NULL, NULL },
};

static void plant(struct places *places)
{
	*places = (struct places){ .root = "root" };
	places->arena.allocator = &vmxi_default_allocator;
	for (size_t i = 0; i < sizeof(inventory) / sizeof(inventory[0]); i++) {
		const struct place place = {
			.kind = inventory[i].kind, .reference = { "X", inventory[i].id },
			.api_name = inventory[i].api_name, .name = inventory[i].name,
			.parent = inventory[i].parent, .host_folder = inventory[i].host_folder,
		};

		assert_int_equal(vsphere_places_add(places, &place, NULL), VMX_OK);
	}
	vsphere_places_link(places);
}

static void paths_are_made_of_the_servers_names(void **state)
{
	static const struct {
		const char *id, *path, *datacenter;
	} cases[] = {
		{ "root", "", NULL }, { "folder-eu", "eu", NULL }, { "dc-1", "eu/DC0", "dc-1" },
		{ "host-2", "eu/DC0/host/racks/big%2fone/c1", "dc-1" }, { "dc-2", "DC1", "dc-2" },
	};
	struct places places;
	struct vmx_bytes path = VMX_BYTES_INIT;

	(void)state;
	plant(&places);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct place *place = vsphere_place_find(&places, cases[i].id);
		const struct place *datacenter = vsphere_place_datacenter(place);

		assert_int_equal(vsphere_place_path(&places, place, &path, NULL), VMX_OK);
		assert_string_equal(path.data, cases[i].path);
		if (cases[i].datacenter)
			assert_string_equal(datacenter->reference.value, cases[i].datacenter);
		else
			assert_null(datacenter);
	}
	assert_null(vsphere_place_find(&places, "nothing"));
	assert_null(vsphere_place_find(&places, NULL));
	vmx_bytes_release(&path);
	vsphere_places_release(&places);
}

static const char *id_of(const struct place *place)
{
	return place ? place->reference.value : "-";
}

/* Every machine has a path, which has the names of all folders around it. */
static void names_are_bounded(void **state)
{
	char name[PLACES_TEXT_MAX + 2];
	const struct place place = {
		.kind = PLACE_FOLDER, .reference = { "Folder", "f" }, .api_name = name, .name = "x",
	};
	struct places places = { .root = "root" };

	(void)state;
	places.arena.allocator = &vmxi_default_allocator;
	memset(name, 'a', sizeof(name));
	name[PLACES_TEXT_MAX + 1] = '\0';
	assert_int_equal(vsphere_places_add(&places, &place, NULL), VMX_CODE_ANSWER_TOO_LARGE);
	assert_int_equal(places.count, 0);
	name[PLACES_TEXT_MAX] = '\0';
	assert_int_equal(vsphere_places_add(&places, &place, NULL), VMX_OK);
	assert_int_equal(places.count, 1);
	vsphere_places_release(&places);
}

static void the_number_of_places_is_bounded(void **state)
{
	struct place place = {
		.kind = PLACE_FOLDER, .reference = { "Folder", "f" }, .api_name = "x", .name = "x",
	};
	struct places places = { .root = "root" };

	(void)state;
	places.arena.allocator = &vmxi_default_allocator;
	for (size_t i = 0; i < PLACES_MAX; i++)
		assert_int_equal(vsphere_places_add(&places, &place, NULL), VMX_OK);
	assert_int_equal(vsphere_places_add(&places, &place, NULL), VMX_CODE_ANSWER_TOO_LARGE);
	assert_int_equal(places.count, PLACES_MAX);
	vsphere_places_release(&places);
}

static void the_path_of_a_uri_is_followed_part_by_part(void **state)
{
	static const struct {
		const char *path, *place, *datacenter, *compute, *host;
	} cases[] = {
		{ "", "-", "-", "-", "-" },
		{ "/", "-", "-", "-", "-" },
		{ "/eu", "folder-eu", "-", "-", "-" },
		{ "/eu/DC0", "dc-1", "dc-1", "-", "-" },
		{ "//eu///DC0/", "dc-1", "dc-1", "-", "-" },
		{ "/eu/DC0/h1", "host-1", "dc-1", "compute-1", "host-1" },
		/* libvirt finds one part too many there */
		{ "/eu/DC0/h1/h1", "host-1", "dc-1", "compute-1", "host-1" },
		{ "/eu/DC0/racks", "folder-racks", "dc-1", "-", "-" },
		/* both forms of a name, decoded once more by the URI */
		{ "/eu/DC0/racks/big%2Fone", "cluster-1", "dc-1", "cluster-1", "-" },
		{ "/eu/DC0/racks/big%252fone", "cluster-1", "dc-1", "cluster-1", "-" },
		{ "/eu/DC0/racks/big%2fone/c2", "host-3", "dc-1", "cluster-1", "host-3" },
		{ "/%65u/DC0", "dc-1", "dc-1", "-", "-" },
	};
	struct places places;

	(void)state;
	plant(&places);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scope scope;

		assert_int_equal(vsphere_places_resolve(&places, cases[i].path, &scope, NULL), VMX_OK);
		assert_string_equal(id_of(scope.place), cases[i].place);
		assert_string_equal(id_of(scope.datacenter), cases[i].datacenter);
		assert_string_equal(id_of(scope.compute), cases[i].compute);
		assert_string_equal(id_of(scope.host), cases[i].host);
	}
	vsphere_places_release(&places);
}

/* libvirt skips a part that it does not know, and then reads files of nowhere. */
static void an_unknown_part_is_refused_with_what_there_is(void **state)
{
	static const struct {
		const char *path, *says[3];
	} cases[] = {
		{ "/NODC/eu/DC0", { "'NODC'", "'eu'", "'DC1'" } },
		{ "/eu/dc0", { "'dc0'", "there is 'DC0'", "" } },
		{ "/eu/DC0/vm", { "'vm'", "'h1'", "'racks'" } },
		{ "/eu/DC0/h1/other", { "'other'", "'h1'", "" } },
		{ "/eu/DC0/h1/h1/more", { "'more'", "one part too many", "" } },
		{ "/eu/DC0/racks/big/one", { "'big'", "'big/one'", "" } },
		{ "/DC1/h1", { "'h1'", "one part too many", "" } },
		{ "/eu/DC%", { "'DC%'", "'DC0'", "" } },
	};
	struct vmx_error *error = vmx_error_new();
	struct places places;
	struct scope scope;

	(void)state;
	plant(&places);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(vsphere_places_resolve(&places, cases[i].path, &scope, error),
				 VMX_CODE_NOT_FOUND);
		for (size_t k = 0; k < 3; k++) {
			if (!strstr(vmx_error_message(error), cases[i].says[k]))
				fail_msg("%s: no %s in: %s", cases[i].path, cases[i].says[k],
					 vmx_error_message(error));
		}
	}
	vmx_error_free(error);
	vsphere_places_release(&places);
}

static void a_circle_has_no_way_up(void **state)
{
	struct places places = { .root = "root" };
	struct vmx_bytes path = VMX_BYTES_INIT;
	const char *const ids[] = { "a", "b", "c" };

	(void)state;
	places.arena.allocator = &vmxi_default_allocator;
	for (size_t i = 0; i < 3; i++) {
		const struct place place = {
			.reference = { "Folder", ids[i] }, .api_name = ids[i], .name = ids[i],
			.parent = ids[(i + 1) % 3],
		};

		assert_int_equal(vsphere_places_add(&places, &place, NULL), VMX_OK);
	}
	vsphere_places_link(&places);
	for (size_t i = 0; i < 3; i++) {
		const struct place *place = vsphere_place_find(&places, ids[i]);
		size_t depth = 0;

		for (; place; place = place->up)
			assert_true(depth++ <= PLACES_DEPTH_MAX);
		assert_int_equal(vsphere_place_path(&places, vsphere_place_find(&places, ids[i]), &path,
						    NULL), VMX_OK);
	}
	vmx_bytes_release(&path);
	vsphere_places_release(&places);
}

static void long_parts_and_long_lists_are_cut(void **state)
{
	struct vmx_error *error = vmx_error_new();
	struct places places = { .root = "root" };
	struct place place = { PLACE_FOLDER, { "Folder", "root" }, "root", "root", NULL, NULL, NULL,
			       NULL, NULL };
	char path[5000] = "/", id[16];
	struct scope scope;

	(void)state;
	places.arena.allocator = &vmxi_default_allocator;
	assert_int_equal(vsphere_places_add(&places, &place, NULL), VMX_OK);
	place.parent = "root";
	for (int i = 0; i < 1000; i++) {
		snprintf(id, sizeof(id), "f%d", i);
		place.reference.value = place.api_name = place.name = id;
		assert_int_equal(vsphere_places_add(&places, &place, NULL), VMX_OK);
	}
	vsphere_places_link(&places);
	memset(path + 1, 'x', sizeof(path) - 2);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(vsphere_places_resolve(&places, path, &scope, error), VMX_CODE_NOT_FOUND);
	assert_true(strlen(vmx_error_message(error)) < 500);
	vmx_error_free(error);
	vsphere_places_release(&places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(the_number_of_places_is_bounded),
		cmocka_unit_test(paths_are_made_of_the_servers_names),
		cmocka_unit_test(the_path_of_a_uri_is_followed_part_by_part),
		cmocka_unit_test(an_unknown_part_is_refused_with_what_there_is),
		cmocka_unit_test(a_circle_has_no_way_up),
		cmocka_unit_test(long_parts_and_long_lists_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
