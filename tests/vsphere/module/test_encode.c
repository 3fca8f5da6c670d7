/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tables, and requests that are written from them: no server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "encode.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The tables
 */

static void types_are_found_by_name(void **state)
{
#define CHECK_TYPE(X, base) \
	assert_ptr_equal(vsphere_type_find(#X, strlen(#X)), &vsphere_type_##X);
	(void)state;
	VIM_TYPES(CHECK_TYPE)
	assert_null(vsphere_type_find("", 0));
	assert_null(vsphere_type_find("TaskInf", 7));
	assert_null(vsphere_type_find("TaskInfos", 9));
	assert_ptr_equal(vsphere_type_find("TaskInfos", 8), &vsphere_type_TaskInfo);
}

/* A pointer to a base may be turned into one to the type only if all members are there. */
static void types_begin_with_the_members_of_their_base(void **state)
{
	static const struct vim_type *const types[] = {
#define TYPE(X, base) &vsphere_type_##X,
		VIM_TYPES(TYPE)
	};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		const struct vim_type *base = types[i]->base;

		for (size_t m = 0; base && m < base->member_count; m++) {
			assert_string_equal(types[i]->members[m].name, base->members[m].name);
			assert_int_equal(types[i]->members[m].offset, base->members[m].offset);
			assert_int_equal(types[i]->members[m].kind, base->members[m].kind);
		}
		if (base)
			assert_true(types[i]->size >= base->size);
	}
}

static void assert_encodable(const struct vim_type *type, int depth)
{
	if (depth > 8)	/* selectSet within selectSet */
		return;
	for (size_t i = 0; i < type->member_count; i++) {
		assert_int_not_equal(type->members[i].kind, VIM_KIND_ANY);
		if (type->members[i].type)
			assert_encodable(type->members[i].type, depth + 1);
	}
}

static void requests_have_no_member_of_any_type(void **state)
{
#define CHECK_METHOD(X, presence) assert_encodable(vsphere_method_##X.request, 0);
	(void)state;
	VIM_METHODS(CHECK_METHOD)
}

/*
 * Encoding
 */

/* What stands between <METHOD ...> and </METHOD>. */
static const char *encoded(struct vmx_bytes *bytes, const struct vim_method *method,
			   const void *request)
{
	struct vmx_error *error = vmx_error_new();
	char open[128], close[128];
	char *from, *to;

	if (vsphere_encode(method, (struct vim_reference){ "T", "id" }, request, bytes, error) != VMX_OK)
		fail_msg("%s", vmx_error_message(error));
	vmx_error_free(error);
	snprintf(open, sizeof(open), "<soapenv:Body><%s xmlns=\"urn:vim25\"><_this type=\"T\">id</_this>",
		 method->name);
	snprintf(close, sizeof(close), "</%s></soapenv:Body></soapenv:Envelope>", method->name);
	from = strstr(bytes->data, open);
	to = strstr(bytes->data, close);
	assert_non_null(from);
	assert_non_null(to);
	*to = '\0';
	return from + strlen(open);
}

#define ASSERT_ENCODED(method, request, expected) \
	do { \
		struct vmx_bytes bytes_ = VMX_BYTES_INIT; \
		assert_string_equal(encoded(&bytes_, &vsphere_method_##method, request), expected); \
		vmx_bytes_release(&bytes_); \
	} while (0)

static void requests_are_written_in_the_order_of_the_wsdl(void **state)
{
	const struct vim_FindByUuid_request find = {
		.instanceUuid = VIM_FALSE, .vmSearch = VIM_TRUE, .uuid = "u",
		.datacenter = { "Datacenter", "dc-1" },
	};
	const struct vim_RegisterVM_Task_request reg = {
		.path = "[a] b/c.vmx", .asTemplate = VIM_FALSE, .pool = { "ResourcePool", "p" },
	};

	(void)state;
	ASSERT_ENCODED(Logout, NULL, "");
	ASSERT_ENCODED(FindByUuid, &find,
		       "<datacenter type=\"Datacenter\">dc-1</datacenter><uuid>u</uuid>"
		       "<vmSearch>true</vmSearch><instanceUuid>false</instanceUuid>");
	ASSERT_ENCODED(RegisterVM_Task, &reg,
		       "<path>[a] b/c.vmx</path><asTemplate>false</asTemplate>"
		       "<pool type=\"ResourcePool\">p</pool>");
}

static void absent_members_are_left_out_and_empty_ones_are_not(void **state)
{
	static const struct vim_WaitOptions options = { .maxWaitSeconds = { true, 0 } };
	static const struct vim_RetrieveOptions none = { .maxObjects = { false, 5 } };
	const struct vim_WaitForUpdatesEx_request wait = { .version = "", .options = &options };
	const struct vim_RetrievePropertiesEx_request read = { .options = &none };

	(void)state;
	ASSERT_ENCODED(WaitForUpdatesEx, &wait,
		       "<version></version><options><maxWaitSeconds>0</maxWaitSeconds></options>");
	ASSERT_ENCODED(RetrievePropertiesEx, &read, "<options></options>");
}

static void subtypes_say_what_they_are(void **state)
{
	static const char *const paths[] = { "name", "runtime.powerState" };
	static const struct vim_SelectionSpec again = { .name = "hostToVm" };
	static const struct vim_SelectionSpec *const further[] = { &again };
	static const struct vim_TraversalSpec walk = {
		VIM_IS(TraversalSpec), .name = "hostToVm", .type = "HostSystem", .path = "vm",
		.skip = VIM_FALSE, .selectSet = VIM_ITEMS(further),
	};
	static const struct vim_SelectionSpec *const walks[] = {
		(const struct vim_SelectionSpec *)&walk
	};
	static const struct vim_PropertySpec wanted = { .type = "VirtualMachine",
							.pathSet = VIM_ITEMS(paths) };
	static const struct vim_PropertySpec *const wanted_list[] = { &wanted };
	static const struct vim_ObjectSpec object = { .obj = { "HostSystem", "ha-host" },
						      .skip = VIM_TRUE, .selectSet = VIM_ITEMS(walks) };
	static const struct vim_ObjectSpec *const objects[] = { &object };
	static const struct vim_PropertyFilterSpec filter = { .propSet = VIM_ITEMS(wanted_list),
							      .objectSet = VIM_ITEMS(objects) };
	static const struct vim_PropertyFilterSpec *const filters[] = { &filter };
	const struct vim_RetrieveProperties_request request = { .specSet = VIM_ITEMS(filters) };

	(void)state;
	ASSERT_ENCODED(RetrieveProperties, &request,
		"<specSet><propSet><type>VirtualMachine</type><pathSet>name</pathSet>"
		"<pathSet>runtime.powerState</pathSet></propSet><objectSet>"
		"<obj type=\"HostSystem\">ha-host</obj><skip>true</skip>"
		"<selectSet xsi:type=\"TraversalSpec\"><name>hostToVm</name><type>HostSystem</type>"
		"<path>vm</path><skip>false</skip><selectSet><name>hostToVm</name></selectSet>"
		"</selectSet></objectSet></specSet>");
}

/* libvirt escapes the password alone: a name can bring elements of its own. */
static void no_text_can_bring_elements(void **state)
{
	const struct vim_Login_request login = { .userName = "a&b", .password = "<\">'\t\n\r]]>" };
	const struct vim_AnswerVM_request answer = { .questionId = "1</questionId><x>", .answerChoice = "\xc3\xa4" };
	const struct vim_CreateFilter_request nothing = { .partialUpdates = VIM_TRUE };
	const struct vim_PowerOnVM_Task_request on = { .host = { "a\"b<", "c&d" } };

	(void)state;
	ASSERT_ENCODED(Login, &login, "<userName>a&amp;b</userName>"
		       "<password>&lt;&quot;&gt;'\t\n&#13;]]&gt;</password>");
	ASSERT_ENCODED(AnswerVM, &answer,
		       "<questionId>1&lt;/questionId&gt;&lt;x&gt;</questionId>"
		       "<answerChoice>\xc3\xa4</answerChoice>");
	ASSERT_ENCODED(CreateFilter, &nothing, "<partialUpdates>true</partialUpdates>");
	ASSERT_ENCODED(PowerOnVM_Task, &on, "<host type=\"a&quot;b&lt;\">c&amp;d</host>");
}

static void bytes_that_xml_can_not_hold_are_refused_with_their_place(void **state)
{
	static const struct { const char *text, *place; } cases[] = {
		{ "ab\x01", "offset 2" }, { "\x1f", "offset 0" }, { "a\x0b", "offset 1" },
		{ "\xff", "offset 0" }, { "abc\xc3", "offset 3" }, { "a\xed\xa0\x80", "offset 1" },
		{ "\xc0\x80", "offset 0" }, { "a\xef\xbf\xbe", "offset 1" }, { "\xef\xbf\xbf", "offset 0" },
	};
	struct vmx_error *error = vmx_error_new();
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct vim_Login_request login = { .userName = "me", .password = cases[i].text };

		assert_int_equal(vsphere_encode(&vsphere_method_Login, (struct vim_reference){ "T", "i" },
						&login, &bytes, error), VMX_CODE_INVALID_ARGUMENT);
		assert_non_null(strstr(vmx_error_message(error), "Login: password has"));
		assert_non_null(strstr(vmx_error_message(error), cases[i].place));
		assert_int_equal(bytes.length, 0);
	}
	vmx_bytes_release(&bytes);
	vmx_error_free(error);
}

static void objects_of_a_wrong_type_are_refused(void **state)
{
	static const struct vim_TraversalSpec wrong = { VIM_IS(TraversalSpec) };
	const struct vim_CreateFilter_request request = {
		.spec = (const struct vim_PropertyFilterSpec *)(const void *)&wrong };
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	(void)state;
	assert_int_equal(vsphere_encode(&vsphere_method_CreateFilter, (struct vim_reference){ "T", "i" },
					&request, &bytes, NULL), VMX_CODE_INVALID_ARGUMENT);
	vmx_bytes_release(&bytes);
}

static void what_is_nested_without_end_is_refused(void **state)
{
	struct vim_TraversalSpec loop = { VIM_IS(TraversalSpec), .name = "l" };
	const struct vim_SelectionSpec *const items[] = { (const struct vim_SelectionSpec *)&loop };
	struct vim_ObjectSpec object = { .selectSet = VIM_ITEMS(items) };
	const struct vim_ObjectSpec *const objects[] = { &object };
	const struct vim_PropertyFilterSpec spec = { .objectSet = VIM_ITEMS(objects) };
	const struct vim_CreateFilter_request request = { .spec = &spec };
	struct vmx_bytes bytes = VMX_BYTES_INIT;

	(void)state;
	loop.selectSet = (struct vim_SelectionSpec_list)VIM_ITEMS(items);
	assert_int_equal(vsphere_encode(&vsphere_method_CreateFilter, (struct vim_reference){ "T", "i" },
					&request, &bytes, NULL), VMX_CODE_INVALID_ARGUMENT);
	vmx_bytes_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_found_by_name),
		cmocka_unit_test(types_begin_with_the_members_of_their_base),
		cmocka_unit_test(requests_have_no_member_of_any_type),
		cmocka_unit_test(requests_are_written_in_the_order_of_the_wsdl),
		cmocka_unit_test(absent_members_are_left_out_and_empty_ones_are_not),
		cmocka_unit_test(subtypes_say_what_they_are),
		cmocka_unit_test(no_text_can_bring_elements),
		cmocka_unit_test(bytes_that_xml_can_not_hold_are_refused_with_their_place),
		cmocka_unit_test(objects_of_a_wrong_type_are_refused),
		cmocka_unit_test(what_is_nested_without_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
