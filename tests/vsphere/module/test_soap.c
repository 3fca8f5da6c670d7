/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Encoding and decoding, on recorded texts: no server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../unit/counting_allocator.h"

#include "decode.h"
#include "encode.h"
#include "fault.h"
#include "scalar.h"

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

/*
 * Decoding
 */

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
	"<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
	"xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" " \
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<soapenv:Body>\n"
#define TAIL "</soapenv:Body></soapenv:Envelope>"
#define BODY(method, content) \
	HEAD "<" method "Response xmlns=\"urn:vim25\">" content "</" method "Response>\n" TAIL

struct decoding {
	struct answer answer;
	struct vmx_error *error;
	enum vmx_code code;
};

static struct decoding decoded(const struct vim_method *method, const char *text)
{
	struct decoding d = { ANSWER_INIT, vmx_error_new(), VMX_OK };

	d.code = vsphere_decode(method, text, strlen(text), NULL, &d.answer, d.error);
	return d;
}

static void release(struct decoding *d)
{
	vsphere_answer_release(&d->answer);
	vmx_error_free(d->error);
}

/* The response of a good answer, or NULL and a failed test. */
#define RESPONSE(X, d) ((const struct vim_##X##_response *)response_of(d))
static const void *response_of(const struct decoding *d)
{
	if (d->code != VMX_OK || !d->answer.response)
		fail_msg("%s", vmx_error_message(d->error));
	return d->answer.response;
}

static void assert_refused(const struct vim_method *method, const char *text, enum vmx_code code,
			   const char *piece)
{
	struct decoding d = decoded(method, text);

	if (d.code != code || !strstr(vmx_error_message(d.error), piece))
		fail_msg("%d %s, not: %s", d.code, vmx_error_message(d.error), piece);
	assert_null(d.answer.response);
	assert_null(d.answer.fault);
	release(&d);
}

static void structures_are_filled(void **state)
{
	struct decoding d = decoded(&vsphere_method_RetrieveServiceContent,
		BODY("RetrieveServiceContent",
		     "<returnval><rootFolder type=\"Folder\">ha-folder-root</rootFolder>"
		     "<about><name>VMware ESXi</name><fullName>ESXi &amp; more</fullName>"
		     "<apiVersion>6.5</apiVersion></about>"
		     "<setting type=\"OptionManager\">x</setting>"
		     "<sessionManager type=\"SessionManager\">s</sessionManager></returnval>"));
	const struct vim_ServiceContent *c = RESPONSE(RetrieveServiceContent, &d)->returnval;

	(void)state;
	assert_string_equal(c->rootFolder.type, "Folder");
	assert_string_equal(c->rootFolder.value, "ha-folder-root");
	assert_string_equal(c->about->fullName, "ESXi & more");
	assert_string_equal(c->about->apiVersion, "6.5");
	assert_null(c->about->vendor);
	assert_string_equal(c->sessionManager.value, "s");
	assert_null(c->searchIndex.value);
	assert_ptr_equal(c->object.type, &vsphere_type_ServiceContent);
	release(&d);
}

#define PROPERTY(name, val) "<propSet><name>" name "</name>" val "</propSet>"
#define OBJECT(content) \
	"<returnval><obj type=\"VirtualMachine\">vm-9</obj>" content "</returnval>"

static const struct vim_value *value_of(const struct decoding *d, size_t property)
{
	const struct vim_RetrieveProperties_response *r = RESPONSE(RetrieveProperties, d);

	assert_int_equal(r->returnval.count, 1);
	assert_true(property < r->returnval.items[0]->propSet.count);
	return &r->returnval.items[0]->propSet.items[property]->val;
}

static void values_are_what_they_say(void **state)
{
	struct decoding d = decoded(&vsphere_method_RetrieveProperties,
		BODY("RetrieveProperties", OBJECT(
			PROPERTY("a", "<val xsi:type=\"xsd:string\">text</val>")
			PROPERTY("b", "<val xsi:type=\"VirtualMachinePowerState\">poweredOn</val>")
			PROPERTY("c", "<val xsi:type=\"xsd:int\">-2147483648</val>")
			PROPERTY("d", "<val xsi:type=\"xsd:boolean\">true</val>")
			PROPERTY("e", "<val xsi:type=\"xsd:dateTime\">1970-01-02T00:00:00Z</val>")
			PROPERTY("f", "<val xsi:type=\"ManagedObjectReference\" type=\"Folder\">g-1</val>")
			PROPERTY("g", "<val xsi:type=\"HostMountInfo\"><path>/p</path></val>")
			PROPERTY("h", "<val xsi:type=\"ArrayOfString\"><string>x</string><string/></val>")
			PROPERTY("i", "<val xsi:type=\"xsd:string\"></val>")
			PROPERTY("j", "<val>bare</val>")
			PROPERTY("k", "<val xsi:type=\"OptionValue\"><key>k</key></val>")
			PROPERTY("l", "<val xsi:type=\"ArrayOfInt\"><int>1</int></val>")
			PROPERTY("m", "<val xsi:type=\"ArrayOfOptionValue\"><OptionValue><key/></OptionValue></val>")
			"<propSet><name>n</name></propSet>")));

	(void)state;
	assert_string_equal(vsphere_value_text(value_of(&d, 0)), "text");
	assert_string_equal(vsphere_value_text(value_of(&d, 1)), "poweredOn");
	assert_true(vsphere_value_number(value_of(&d, 2))->value == INT32_MIN);
	assert_int_equal(vsphere_value_boolean(value_of(&d, 3)), VIM_TRUE);
	assert_int_equal(value_of(&d, 4)->kind, VIM_VALUE_TIME);
	assert_true(value_of(&d, 4)->time.seconds == 86400);
	assert_string_equal(value_of(&d, 4)->time.text, "1970-01-02T00:00:00Z");
	assert_string_equal(vsphere_value_reference(value_of(&d, 5))->type, "Folder");
	assert_string_equal(vsphere_value_reference(value_of(&d, 5))->value, "g-1");
	assert_string_equal(VIM_VALUE_AS(HostMountInfo, value_of(&d, 6))->path, "/p");
	assert_int_equal(value_of(&d, 7)->texts.count, 2);
	assert_string_equal(value_of(&d, 7)->texts.items[0], "x");
	assert_string_equal(value_of(&d, 7)->texts.items[1], "");
	assert_string_equal(vsphere_value_text(value_of(&d, 8)), "");
	assert_string_equal(vsphere_value_text(value_of(&d, 9)), "bare");
	assert_int_equal(value_of(&d, 10)->kind, VIM_VALUE_UNKNOWN);
	assert_string_equal(value_of(&d, 11)->texts.items[0], "1");
	assert_int_equal(value_of(&d, 12)->kind, VIM_VALUE_UNKNOWN);
	assert_int_equal(value_of(&d, 13)->kind, VIM_VALUE_NONE);
	release(&d);
}

static void values_of_another_kind_are_not_given_out(void **state)
{
	struct decoding d = decoded(&vsphere_method_RetrieveProperties,
		BODY("RetrieveProperties", OBJECT(
			PROPERTY("a", "<val xsi:type=\"xsd:string\">text</val>")
			PROPERTY("g", "<val xsi:type=\"HostMountInfo\"/>"))));
	const struct vim_value *text = value_of(&d, 0), *object = value_of(&d, 1);

	(void)state;
	assert_null(vsphere_value_number(text));
	assert_null(vsphere_value_reference(text));
	assert_null(vsphere_value_references(text));
	assert_int_equal(vsphere_value_boolean(text), VIM_ABSENT);
	assert_null(VIM_VALUE_AS(HostMountInfo, text));
	assert_int_equal(VIM_VALUE_ITEMS(HostMountInfo, text).count, 0);
	assert_null(vsphere_value_text(object));
	assert_null(VIM_VALUE_AS(TaskInfo, object));
	assert_null(vsphere_value_text(NULL));
	release(&d);
}

/* One question in the words of a server, with the things that differ between servers. */
#define QUESTION(xsi, choice, space) \
	HEAD "<RetrievePropertiesResponse xmlns=\"urn:vim25\"><returnval>" \
	"<obj type=\"VirtualMachine\">vm-9</obj><propSet>" space "<name>runtime.question</name>" space \
	"<val xmlns:" xsi "=\"http://www.w3.org/2001/XMLSchema-instance\" " \
	xsi ":type=\"VirtualMachineQuestionInfo\">" space "<id>7</id><text>Which?</text>" space \
	"<choice>" space choice space "</choice>" space "</val></propSet></returnval>" \
	"</RetrievePropertiesResponse>" TAIL

static void assert_question(const char *text)
{
	struct decoding d = decoded(&vsphere_method_RetrieveProperties, text);
	const struct vim_VirtualMachineQuestionInfo *q =
		VIM_VALUE_AS(VirtualMachineQuestionInfo, value_of(&d, 0));

	assert_non_null(q);
	assert_string_equal(q->id, "7");
	assert_int_equal(q->choice->choiceInfo.count, 2);
	assert_string_equal(q->choice->choiceInfo.items[0]->label, "Yes");
	assert_string_equal(q->choice->choiceInfo.items[1]->key, "1");
	assert_true(q->choice->defaultIndex.set);
	assert_true(q->choice->defaultIndex.value == 0);
	release(&d);
}

#define CHOICE(type, more) \
	"<choiceInfo" type ">" more "<label>Yes</label><key>0</key></choiceInfo>" \
	"<choiceInfo" type "><label>No</label>" more "<key>1</key></choiceInfo>" \
	"<defaultIndex>0</defaultIndex>"

/* Each is a thing on which libvirt's reader stops or stumbles, or that servers differ in. */
static void xsi_is_known_by_its_namespace(void **state)
{
	(void)state;
	assert_question(QUESTION("XMLSchema-instance", CHOICE("", ""), ""));
	assert_question(QUESTION("xsi", CHOICE(" xsi:type=\"ElementDescription\"", ""), ""));
}

static void prefixes_of_types_do_not_matter(void **state)
{
	(void)state;
	assert_question(QUESTION("a", CHOICE(" xmlns:v=\"urn:vim25\" a:type=\"v:ElementDescription\"", ""), ""));
}

static void unknown_members_and_attributes_are_skipped(void **state)
{
	(void)state;
	assert_question(QUESTION("xsi", CHOICE(" new=\"1\" xsi:more=\"2\"",
		"<newer><id>8</id><choice><label>Maybe</label></choice></newer><summary>s</summary>"), ""));
}

static void blanks_comments_and_instructions_are_skipped(void **state)
{
	(void)state;
	assert_question(QUESTION("xsi", CHOICE("", " \n\t"), "\n  <!-- a <b> c --> <?do this?> \r\n"));
}

static void other_prefixes_of_the_envelope_are_fine(void **state)
{
	struct decoding d = decoded(&vsphere_method_FindByUuid,
		"<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Header><x/></S:Header>"
		"<S:Body><v:FindByUuidResponse xmlns:v=\"urn:vim25\">"
		"<v:returnval type=\"VirtualMachine\">vm-1</v:returnval>"
		"</v:FindByUuidResponse></S:Body></S:Envelope>");

	(void)state;
	assert_string_equal(RESPONSE(FindByUuid, &d)->returnval.value, "vm-1");
	release(&d);
}

static void assert_mounts(const char *text, size_t count)
{
	struct decoding d = decoded(&vsphere_method_RetrieveProperties, text);
	const struct vim_DatastoreHostMount_list mounts = VIM_VALUE_ITEMS(DatastoreHostMount, value_of(&d, 0));

	assert_int_equal(mounts.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(mounts.items[i]->key.value, "host-1");
		assert_string_equal(mounts.items[i]->mountInfo->accessMode, "readWrite");
		assert_null(mounts.items[i]->mountInfo->path);
	}
	release(&d);
}

#define MOUNT(type) "<DatastoreHostMount" type "><key type=\"HostSystem\">host-1</key>" \
	"<mountInfo><accessMode>readWrite</accessMode></mountInfo></DatastoreHostMount>"

static void items_of_arrays_may_lack_their_type(void **state)
{
	(void)state;
	assert_mounts(BODY("RetrieveProperties", OBJECT(PROPERTY("host",
		"<val xsi:type=\"ArrayOfDatastoreHostMount\">" MOUNT("") MOUNT("") "</val>"))), 2);
	assert_mounts(BODY("RetrieveProperties", OBJECT(PROPERTY("host",
		"<val xsi:type=\"v:ArrayOfDatastoreHostMount\" xmlns:v=\"urn:vim25\">"
		MOUNT(" xsi:type=\"DatastoreHostMount\"") "</val>"))), 1);
	assert_mounts(BODY("RetrieveProperties", OBJECT(PROPERTY("host",
		"<val xsi:type=\"ArrayOfDatastoreHostMount\"/>"))), 0);
}

static void arrays_of_references_are_read(void **state)
{
	struct decoding d = decoded(&vsphere_method_RetrieveProperties,
		BODY("RetrieveProperties", OBJECT(PROPERTY("recentTask",
			"<val xsi:type=\"ArrayOfManagedObjectReference\">"
			"<ManagedObjectReference type=\"Task\" xsi:type=\"ManagedObjectReference\">task-1"
			"</ManagedObjectReference><ManagedObjectReference type=\"Task\">task-2"
			"</ManagedObjectReference></val>"))));
	const struct vim_references *tasks = vsphere_value_references(value_of(&d, 0));

	(void)state;
	assert_int_equal(tasks->count, 2);
	assert_string_equal(tasks->items[1].type, "Task");
	assert_string_equal(tasks->items[1].value, "task-2");
	release(&d);
}

static void subtypes_are_read_as_what_they_are(void **state)
{
	struct decoding d = decoded(&vsphere_method_RetrieveProperties,
		BODY("RetrieveProperties", OBJECT(PROPERTY("x",
			"<val xsi:type=\"ArrayOfFileInfo\"><FileInfo xsi:type=\"FolderFileInfo\"><path>d</path>"
			"</FileInfo><FileInfo xsi:type=\"VmConfigFileInfo\"><path>a.vmx</path>"
			"<fileSize>9223372036854775807</fileSize></FileInfo></val>"))));
	const struct vim_FileInfo_list files = VIM_VALUE_ITEMS(FileInfo, value_of(&d, 0));

	(void)state;
	assert_int_equal(files.count, 2);
	assert_non_null(VIM_CAST(FolderFileInfo, files.items[0]));
	assert_null(VIM_CAST(FolderFileInfo, files.items[1]));
	assert_string_equal(files.items[1]->object.name, "VmConfigFileInfo");
	assert_string_equal(files.items[1]->path, "a.vmx");
	assert_true(files.items[1]->fileSize.value == INT64_MAX);
	release(&d);
}

/* A server that names a type which does not fit must not get one structure read as another. */
static void types_that_do_not_fit_are_not_believed(void **state)
{
	struct decoding d = decoded(&vsphere_method_RetrieveServiceContent,
		BODY("RetrieveServiceContent",
		     "<returnval xsi:type=\"TaskInfo\"><about xsi:type=\"MethodFault\"><name>n</name></about>"
		     "</returnval>"));
	const struct vim_ServiceContent *c = RESPONSE(RetrieveServiceContent, &d)->returnval;

	(void)state;
	assert_ptr_equal(c->object.type, &vsphere_type_ServiceContent);
	assert_ptr_equal(c->about->object.type, &vsphere_type_AboutInfo);
	assert_string_equal(c->about->name, "n");
	release(&d);
}

static void what_is_nil_is_absent(void **state)
{
	struct decoding d = decoded(&vsphere_method_FindByUuid,
		BODY("FindByUuid", "<returnval xsi:nil=\"true\" type=\"VirtualMachine\"/>"));

	(void)state;
	assert_null(RESPONSE(FindByUuid, &d)->returnval.value);
	release(&d);
}

static void text_may_come_in_pieces(void **state)
{
	struct decoding d = decoded(&vsphere_method_CreateFilter,
		BODY("CreateFilter", "<returnval type=\"a&amp;b\">x<!-- c -->y<![CDATA[<z>]]>&#x41;</returnval>"));

	(void)state;
	assert_string_equal(RESPONSE(CreateFilter, &d)->returnval.type, "a&b");
	assert_string_equal(RESPONSE(CreateFilter, &d)->returnval.value, "xy<z>A");
	release(&d);
}

static void results_are_there_as_often_as_they_must(void **state)
{
	struct decoding d;

	(void)state;
	d = decoded(&vsphere_method_FindByUuid, BODY("FindByUuid", ""));
	assert_null(RESPONSE(FindByUuid, &d)->returnval.value);
	release(&d);
	d = decoded(&vsphere_method_RetrieveProperties, BODY("RetrieveProperties", ""));
	assert_int_equal(RESPONSE(RetrieveProperties, &d)->returnval.count, 0);
	release(&d);
	d = decoded(&vsphere_method_Logout, BODY("Logout", "<returnval>ignored</returnval>"));
	assert_non_null(RESPONSE(Logout, &d));
	release(&d);
	assert_refused(&vsphere_method_Login, BODY("Login", ""), VMX_CODE_SERVER_ANSWER,
		       "Login lacks its result");
	assert_refused(&vsphere_method_PowerOnVM_Task, BODY("PowerOnVM_Task",
		       "<returnval type=\"Task\">a</returnval><returnval type=\"Task\">b</returnval>"),
		       VMX_CODE_SERVER_ANSWER, "two results");
}

/*
 * Numbers and times
 */

static void numbers_have_the_range_of_their_type(void **state)
{
	static const struct { enum vim_kind kind; const char *text; bool good; } cases[] = {
		{ VIM_KIND_BYTE, "-128", true }, { VIM_KIND_BYTE, "128", false },
		{ VIM_KIND_SHORT, "32767", true }, { VIM_KIND_SHORT, "-32769", false },
		{ VIM_KIND_INT, "2147483647", true }, { VIM_KIND_INT, "2147483648", false },
		{ VIM_KIND_LONG, "-9223372036854775808", true },
		{ VIM_KIND_LONG, "9223372036854775808", false },
		{ VIM_KIND_INT, " \n5\t", true }, { VIM_KIND_INT, "+5", true }, { VIM_KIND_INT, "", false },
		{ VIM_KIND_INT, " ", false }, { VIM_KIND_INT, "5 5", false }, { VIM_KIND_INT, "5x", false },
		{ VIM_KIND_INT, "0x5", false }, { VIM_KIND_INT, "5.0", false }, { VIM_KIND_INT, "\v5", false },
	};
	struct vim_number number;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(vsphere_parse_number(cases[i].kind, text_of(cases[i].text), &number),
				 cases[i].good);
}

static void what_is_no_number_is_refused_by_name(void **state)
{
	(void)state;
	assert_refused(&vsphere_method_RetrieveProperties, BODY("RetrieveProperties", OBJECT(
		       PROPERTY("x", "<val xsi:type=\"xsd:int\">2147483648</val>"))),
		       VMX_CODE_SERVER_ANSWER, "val of the server's answer to RetrieveProperties is "
		       "'2147483648', which is not a 32-bit number");
	assert_refused(&vsphere_method_CurrentTime, BODY("CurrentTime", "<returnval>now</returnval>"),
		       VMX_CODE_SERVER_ANSWER, "'now', which is not a date with a time");
	assert_refused(&vsphere_method_CheckForUpdates,
		       BODY("CheckForUpdates", "<returnval><truncated>maybe</truncated></returnval>"),
		       VMX_CODE_SERVER_ANSWER, "truncated of the server's answer");
}

static void times_are_read(void **state)
{
	static const struct { const char *text; int64_t seconds; uint32_t nanoseconds; } cases[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 }, { "1970-01-01T00:00:00", 0, 0 },
		{ "1969-12-31T23:59:59Z", -1, 0 },
		{ "2026-11-20T21:13:41.961528471Z", 1795209221, 961528471 },
		{ "2026-11-20T21:13:41.5+01:00", 1795205621, 500000000 },
		{ "2026-11-20T21:13:41.1234567899-00:30", 1795211021, 123456789 },
		{ "2000-02-29T24:00:00Z", 951868800, 0 },
		{ "2016-12-31T23:59:60Z", 1483228800, 0 },
		{ "0001-01-01T00:00:00Z", -62135596800, 0 },
		{ "-0001-01-01T00:00:00Z", 0, 0 }, { "12026-01-01T00:00:00Z", 317336745600, 0 },
	};
	static const char *const bad[] = {
		"", "now", "2026-11-20", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-11-31T00:00:00Z",
		"2026-11-20T25:00:00Z", "2026-11-20T24:00:01Z", "2026-11-20T00:60:00Z",
		"2026-11-20T00:00:61Z", "2026-11-20T00:00:00.Z", "2026-11-20T00:00:00z",
		"2026-11-20T00:00:00+15:00", "2026-11-20T00:00:00+01", "2026-11-20T00:00:00ZZ",
		"26-11-20T00:00:00Z", "2026-11-20 00:00:00Z", "12345678901-01-01T00:00:00Z",
	};
	struct vim_time time;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (!vsphere_parse_time(text_of(cases[i].text), &time) ||
		    time.seconds != cases[i].seconds || time.nanoseconds != cases[i].nanoseconds)
			fail_msg("%s: %lld %u", cases[i].text, (long long)time.seconds, time.nanoseconds);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (vsphere_parse_time(text_of(bad[i]), &time))
			fail_msg("%s", bad[i]);
	}
}

/*
 * Faults
 */

#define FAULT(string, detail) \
	HEAD "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>" string \
	"</faultstring><detail>" detail "</detail></soapenv:Fault>" TAIL

static void faults_are_read_with_their_detail(void **state)
{
	struct decoding d = decoded(&vsphere_method_PowerOnVM_Task,
		FAULT("Invalid state.", "<InvalidPowerStateFault xmlns=\"urn:vim25\" "
		      "xsi:type=\"InvalidPowerState\"><requestedState>poweredOn</requestedState>"
		      "<existingState>poweredOn</existingState></InvalidPowerStateFault>"));
	const struct vim_fault *fault = d.answer.fault;

	(void)state;
	assert_int_equal(d.code, VMX_OK);
	assert_null(d.answer.response);
	assert_string_equal(fault->faultcode, "ServerFaultCode");
	assert_string_equal(fault->faultstring, "Invalid state.");
	assert_string_equal(vsphere_fault_name(fault->detail), "InvalidPowerState");
	assert_string_equal(VIM_CAST(InvalidPowerState, fault->detail)->existingState, "poweredOn");
	release(&d);
}

static void faults_without_a_type_are_named_by_their_element(void **state)
{
	static const struct { const char *text, *name; } cases[] = {
		{ FAULT("", "<NotAuthenticatedFault xmlns=\"urn:vim25\"/>"), "NotAuthenticated" },
		{ FAULT("", "<NewThingFault><x/></NewThingFault><Second/>"), "NewThing" },
		{ FAULT("", "<Fault/>"), "Fault" }, { FAULT("", "<Odd xsi:type=\"v:Kind\"/>"), "Kind" },
		{ FAULT("", "<x xsi:type=\"TaskInfo\"/>"), "TaskInfo" }, { FAULT("x", ""), "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decoding d = decoded(&vsphere_method_Logout, cases[i].text);

		assert_int_equal(d.code, VMX_OK);
		assert_string_equal(vsphere_fault_name(d.answer.fault->detail), cases[i].name);
		assert_true(!d.answer.fault->detail ||
			    vsphere_type_is(d.answer.fault->detail->object.type, &vsphere_type_MethodFault));
		release(&d);
	}
}

static enum vmx_code failed_with(const char *text, struct vmx_error *error)
{
	struct decoding d = decoded(&vsphere_method_Logout, text);
	enum vmx_code code;

	assert_int_equal(d.code, VMX_OK);
	code = vsphere_fault_fail("Doing", d.answer.fault->detail, d.answer.fault->faultstring,
				  VMX_CODE_SERVER_FAULT, error);
	release(&d);
	return code;
}

static void faults_become_errors_of_ours(void **state)
{
	static const struct { const char *text; enum vmx_code code; const char *detail, *message; } cases[] = {
		{ FAULT("The name exists.", "<DuplicateNameFault xsi:type=\"DuplicateName\"><name>web</name></DuplicateNameFault>"),
		  VMX_CODE_ALREADY_EXISTS, "DuplicateName",
		  "Doing: the server says: The name exists. (DuplicateName): the name web" },
		{ FAULT("", "<f xsi:type=\"NoPermission\"><object type=\"Folder\">f</object><privilegeId>VM.Power</privilegeId></f>"),
		  VMX_CODE_PERMISSION_DENIED, "NoPermission",
		  "Doing: the server answers NoPermission: the privilege VM.Power" },
		{ FAULT("A specified parameter was not correct.", "<f xsi:type=\"InvalidArgument\"><invalidProperty>spec</invalidProperty></f>"),
		  VMX_CODE_SERVER_FAULT, "InvalidArgument",
		  "Doing: the server says: A specified parameter was not correct. (InvalidArgument): the argument spec" },
		{ FAULT("", "<f xsi:type=\"HostAccessRestrictedToManagementServer\"><managementServer>10.0.0.9</managementServer></f>"),
		  VMX_CODE_PERMISSION_DENIED, "HostAccessRestrictedToManagementServer",
		  "Doing: the server answers HostAccessRestrictedToManagementServer: the vCenter to use is 10.0.0.9" },
		{ FAULT("", "<f xsi:type=\"FileNotFound\"><file>[a] b</file></f>"), VMX_CODE_NOT_FOUND,
		  "FileNotFound", "Doing: the server answers FileNotFound: the file [a] b" },
		{ FAULT("odd", "<f xsi:type=\"BrandNew\"><x>1</x></f>"), VMX_CODE_SERVER_FAULT,
		  "BrandNew", "Doing: the server says: odd (BrandNew)" },
		{ FAULT("odd", ""), VMX_CODE_SERVER_FAULT, "", "Doing: the server says: odd" },
		{ FAULT("", ""), VMX_CODE_SERVER_FAULT, "",
		  "Doing: the server answers with a fault, and says no reason" },
		{ HEAD "<soapenv:Fault/>" TAIL, VMX_CODE_SERVER_FAULT, "",
		  "Doing: the server answers with a fault, and says no reason" },
	};
	struct vmx_error *error = vmx_error_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(failed_with(cases[i].text, error), cases[i].code);
		assert_string_equal(vmx_error_detail(error), cases[i].detail);
		assert_string_equal(vmx_error_message(error), cases[i].message);
	}
	vmx_error_free(error);
}

static void each_fault_of_the_table_has_its_code(void **state)
{
	static const struct { enum vmx_code code; const char *names; } rows[] = {
		{ VMX_CODE_SESSION_LOST, "NotAuthenticated" },
		{ VMX_CODE_LOGIN_REFUSED, "InvalidLogin" },
		{ VMX_CODE_PERMISSION_DENIED, "NoPermission RestrictedVersion HostAccessRestrictedToManagementServer" },
		{ VMX_CODE_NOT_FOUND, "ManagedObjectNotFound NotFound FileNotFound InvalidDatastore InvalidDatastorePath" },
		{ VMX_CODE_WRONG_STATE, "InvalidPowerState InvalidState TaskInProgress ResourceInUse VmConfigFault GenericVmConfigFault" },
		{ VMX_CODE_ALREADY_EXISTS, "AlreadyExists DuplicateName FileAlreadyExists" },
		{ VMX_CODE_SERVER_FAULT, "InvalidArgument InvalidProperty InvalidRequest InvalidType" },
		{ VMX_CODE_INVALID_ARGUMENT, "InvalidName DatacenterMismatch" },
		{ VMX_CODE_NOT_SUPPORTED, "NotSupported NotImplemented MethodNotFound MethodDisabled" },
		{ VMX_CODE_CANCELLED, "RequestCanceled" },
		{ VMX_CODE_UNREACHABLE, "HostCommunication HostNotConnected" },
		{ VMX_CODE_TIMED_OUT, "Timedout" },
		{ VMX_CODE_TASK_FAILED, "SomethingElse notfound" },
	};
	char name[64];
	int length;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (const char *p = rows[i].names; sscanf(p, " %63s%n", name, &length) == 1; p += length)
			assert_int_equal(vsphere_fault_code(name, VMX_CODE_TASK_FAILED), rows[i].code);
	}
}

static void faults_of_tasks_and_properties_are_the_same(void **state)
{
	struct decoding d = decoded(&vsphere_method_RetrieveProperties,
		BODY("RetrieveProperties", OBJECT(PROPERTY("info",
			"<val xsi:type=\"TaskInfo\"><state>error</state><error><fault xsi:type=\"FileNotFound\">"
			"<faultCause><fault xsi:type=\"Inner\"/></faultCause><file>[a] b</file></fault>"
			"<localizedMessage>gone</localizedMessage></error></val>")
			"<missingSet><path>x</path><fault><fault xsi:type=\"NotAuthenticated\">"
			"<privilegeId>p</privilegeId></fault></fault></missingSet>")));
	const struct vim_ObjectContent *object = RESPONSE(RetrieveProperties, &d)->returnval.items[0];
	const struct vim_TaskInfo *info = VIM_VALUE_AS(TaskInfo, value_of(&d, 0));
	struct vmx_error *error = vmx_error_new();

	(void)state;
	assert_int_equal(vsphere_fault_fail_localized("the task", info->error, VMX_CODE_TASK_FAILED, error),
			 VMX_CODE_NOT_FOUND);
	assert_string_equal(vmx_error_message(error),
			    "the task: the server says: gone (FileNotFound): the file [a] b");
	assert_string_equal(vsphere_fault_name(info->error->fault->faultCause->fault), "Inner");
	assert_true(vsphere_fault_is_session(object->missingSet.items[0]->fault->fault));
	assert_int_equal(vsphere_fault_fail_localized("t", NULL, VMX_CODE_TASK_FAILED, error),
			 VMX_CODE_TASK_FAILED);
	vmx_error_free(error);
	release(&d);
}

/*
 * Handing out items
 */

struct seen {
	char ids[256];
	size_t stop_at;		/* this one, from 1; 0: none */
};

static enum vmx_code see(void *user, const void *item, struct vmx_error *error)
{
	const struct vim_ObjectContent *object = item;
	struct seen *seen = user;
	size_t length = strlen(seen->ids);

	if (length < sizeof(seen->ids) - 16)
		snprintf(seen->ids + length, sizeof(seen->ids) - length, "%s=%s ", object->obj.value,
			 vsphere_value_text(&object->propSet.items[0]->val));
	if (seen->stop_at && --seen->stop_at == 0)
		return vmx_error_set(error, VMX_CODE_CANCELLED, NULL, "enough");
	return VMX_OK;
}

#define ITEM(tag, id, name) "<" tag "><obj type=\"VirtualMachine\">" id "</obj>" \
	PROPERTY("name", "<val xsi:type=\"xsd:string\">" name "</val>") "</" tag ">"

static void items_are_handed_out_one_by_one(void **state)
{
	static const struct { const struct vim_method *method; const char *text; } cases[] = {
		{ &vsphere_method_RetrieveProperties,
		  BODY("RetrieveProperties", ITEM("returnval", "a", "1") ITEM("returnval", "b", "2")) },
		{ &vsphere_method_RetrievePropertiesEx,
		  BODY("RetrievePropertiesEx", "<returnval>" ITEM("objects", "a", "1")
		       "<token>t</token>" ITEM("objects", "b", "2") "</returnval>") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seen seen = { .stop_at = 0 };
		struct answer answer = { .item_type = &vsphere_type_ObjectContent, .item = see, .user = &seen };

		assert_int_equal(vsphere_decode(cases[i].method, cases[i].text, strlen(cases[i].text), NULL,
						&answer, NULL), VMX_OK);
		assert_string_equal(seen.ids, "a=1 b=2 ");
		assert_int_equal(answer.items, 2);
		if (i == 1) {
			const struct vim_RetrievePropertiesEx_response *r = answer.response;

			assert_string_equal(r->returnval->token, "t");
			assert_int_equal(r->returnval->objects.count, 0);
		}
		vsphere_answer_release(&answer);
	}
}

static void whoever_takes_items_may_stop(void **state)
{
	struct seen seen = { .stop_at = 1 };
	struct answer answer = { .item_type = &vsphere_type_ObjectContent, .item = see, .user = &seen };
	struct vmx_error *error = vmx_error_new();
	const char *text = BODY("RetrieveProperties", ITEM("returnval", "a", "1") ITEM("returnval", "b", "2"));

	(void)state;
	assert_int_equal(vsphere_decode(&vsphere_method_RetrieveProperties, text, strlen(text), NULL,
					&answer, error), VMX_CODE_CANCELLED);
	assert_string_equal(vmx_error_message(error), "enough");
	assert_string_equal(seen.ids, "a=1 ");
	vsphere_answer_release(&answer);
	vmx_error_free(error);
}

/* An answer with so many items, fed as it would arrive. */
static size_t peak_of_listing(size_t items)
{
	static const char item[] = ITEM("returnval", "vm-1", "a name of some length, as machines have");
	static const char head[] = HEAD "<RetrievePropertiesResponse xmlns=\"urn:vim25\">";
	static const char tail[] = "</RetrievePropertiesResponse>" TAIL;
	struct counting memory;
	struct seen seen = { .stop_at = 0 };
	struct answer answer = { .item_type = &vsphere_type_ObjectContent, .item = see, .user = &seen };
	struct decoder *d;

	counting_begin(&memory, 0);
	assert_int_equal(vsphere_decoder_new(&vsphere_method_RetrieveProperties, &answer,
					     &memory.allocator, &d, NULL), VMX_OK);
	assert_int_equal(vsphere_decoder_feed(d, head, strlen(head), NULL), VMX_OK);
	for (size_t i = 0; i < items; i++)
		assert_int_equal(vsphere_decoder_feed(d, item, strlen(item), NULL), VMX_OK);
	assert_int_equal(vsphere_decoder_feed(d, tail, strlen(tail), NULL), VMX_OK);
	assert_int_equal(vsphere_decoder_end(d, NULL), VMX_OK);
	assert_int_equal(answer.items, items);
	vsphere_decoder_free(d);
	vsphere_answer_release(&answer);
	assert_int_equal(memory.live, 0);
	return memory.peak;
}

static void memory_does_not_grow_with_the_number_of_items(void **state)
{
	(void)state;
	assert_int_equal(peak_of_listing(20000), peak_of_listing(10));
}

/*
 * Bad answers
 */

static void what_is_no_soap_is_refused(void **state)
{
	static const struct { const char *text, *piece; } cases[] = {
		{ "", "is empty" }, { "plain text", "no XML in UTF-8" },
		{ "<html><body>x</body></html>", "begins with <html>" },
		{ "<Envelope><Body/></Envelope>", "begins with <Envelope>" },
		{ HEAD TAIL, "without content" },
		{ BODY("Logout", ""), "answers Login with a 'LogoutResponse'" },
		{ HEAD "<Fault/>" TAIL, "'Fault'" },
		{ HEAD "<LoginResponse xmlns=\"urn:vim25\"><returnval>", "it ends too early" },
		{ HEAD, "it ends too early" }, { "<", "it ends too early" },
		{ HEAD "<LoginResponse></Other>" TAIL, "not well-formed XML (line 4)" },
		{ BODY("Login", "<returnval><key>a&b</key></returnval>"), "not well-formed" },
		{ BODY("Login", "<returnval><key>\xff</key></returnval>"), "not well-formed" },
		{ BODY("Login", "<returnval><key>&x;</key></returnval>"), "not well-formed" },
		{ BODY("Login", "") "<more/>", "not well-formed" },
		{ "<!DOCTYPE x [<!ENTITY a \"b\">]>" HEAD TAIL, "has a DOCTYPE" },
		{ "<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/x\"><x/>", "has a DOCTYPE" },
		{ "\xff\xfe<\0", "no XML in UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&vsphere_method_Login, cases[i].text, VMX_CODE_SERVER_ANSWER, cases[i].piece);
}

static void other_encodings_are_refused_or_not_believed(void **state)
{
	static const char wide[] = "<\0?\0x\0m\0l\0 \0";
	static const char ebcdic[] = "\x4c\x6f\xa7\x94\x93";
	struct vmx_error *error = vmx_error_new();
	struct answer answer = ANSWER_INIT;
	struct decoding d;

	(void)state;
	assert_int_equal(vsphere_decode(&vsphere_method_Login, wide, sizeof(wide) - 1, NULL, &answer,
					error), VMX_CODE_SERVER_ANSWER);
	assert_int_equal(vsphere_decode(&vsphere_method_Login, ebcdic, sizeof(ebcdic) - 1, NULL, &answer,
					error), VMX_CODE_SERVER_ANSWER);
	vmx_error_free(error);
	d = decoded(&vsphere_method_FindByUuid, "\xef\xbb\xbf<?xml version='1.0' encoding='ISO-8859-1'?>"
		"<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>"
		"<FindByUuidResponse><returnval>\xc3\xa4</returnval></FindByUuidResponse></S:Body></S:Envelope>");
	assert_string_equal(RESPONSE(FindByUuid, &d)->returnval.value, "\xc3\xa4");
	release(&d);
}

/* A text made of pieces that are repeated. */
struct made {
	char *data;
	size_t length;
};

static void add(struct made *made, const char *piece, size_t times)
{
	size_t length = strlen(piece);

	made->data = realloc(made->data, made->length + length * times + 1);
	assert_non_null(made->data);
	for (size_t i = 0; i < times; i++, made->length += length)
		memcpy(made->data + made->length, piece, length);
	made->data[made->length] = '\0';
}

static void assert_too_large(const char *before, const char *piece, size_t times, const char *after,
			     const char *why)
{
	struct made made = { NULL, 0 };

	add(&made, HEAD "<RetrievePropertiesResponse xmlns=\"urn:vim25\">", 1);
	add(&made, before, 1);
	add(&made, piece, times);
	add(&made, after, 1);
	assert_refused(&vsphere_method_RetrieveProperties, made.data, VMX_CODE_ANSWER_TOO_LARGE, why);
	free(made.data);
}

static void answers_are_bounded_in_each_direction(void **state)
{
	(void)state;
	assert_too_large("", "<a>", 100000, "", "nested deeper than 64");
	assert_too_large("<returnval><propSet><val xsi:type=\"xsd:string\">", "0123456789abcdef",
			 (1 << 16) + 1, "", "a text with more bytes than 1048576");
	assert_too_large("<returnval>", "<propSet/>", 700000, "", "more bytes to keep than 67108864");
	assert_too_large("<returnval><propSet><val xsi:type=\"ArrayOfString\">", "<s/>", 1500000, "",
			 "more bytes to keep");
	assert_too_large("<!--", "-", 100000, "-->", "a tag or comment with more bytes than 65536");
	assert_too_large("<returnval ", "a", 200000, "=\"\"/>", "a tag or comment with more bytes");
}

static void attributes_are_bounded(void **state)
{
	struct made made = { NULL, 0 };
	char attribute[32];

	(void)state;
	add(&made, HEAD "<RetrievePropertiesResponse><returnval", 1);
	for (int i = 0; i < 65; i++) {
		snprintf(attribute, sizeof(attribute), " a%d=\"\"", i);
		add(&made, attribute, 1);
	}
	add(&made, "/>", 1);
	assert_refused(&vsphere_method_RetrieveProperties, made.data, VMX_CODE_ANSWER_TOO_LARGE,
		       "more attributes than 64");
	free(made.data);
}

/* What is skipped may be as large as it likes: the transport bounds the whole. */
static void what_is_skipped_costs_nothing(void **state)
{
	struct made made = { NULL, 0 };
	struct answer answer = ANSWER_INIT;
	struct counting memory;

	(void)state;
	counting_begin(&memory, 0);
	add(&made, HEAD "<RetrievePropertiesResponse><returnval>", 1);
	add(&made, "<unknown><deeper type=\"x\">some text, which is not short</deeper></unknown>", 200000);
	add(&made, "</returnval></RetrievePropertiesResponse>" TAIL, 1);
	assert_int_equal(vsphere_decode(&vsphere_method_RetrieveProperties, made.data, made.length,
					&memory.allocator, &answer, NULL), VMX_OK);
	assert_true(memory.peak < 32768);
	vsphere_answer_release(&answer);
	assert_int_equal(memory.live, 0);
	free(made.data);
}

#define EVERYTHING BODY("RetrieveProperties", \
	OBJECT(PROPERTY("a", "<val xsi:type=\"xsd:string\">a text that is longer than nothing</val>") \
	       PROPERTY("b", "<val xsi:type=\"ArrayOfManagedObjectReference\"><r type=\"T\">1</r></val>") \
	       PROPERTY("c", "<val xsi:type=\"ArrayOfDatastoreHostMount\">" MOUNT("") "</val>") \
	       PROPERTY("d", "<val xsi:type=\"xsd:dateTime\">1970-01-02T00:00:00Z</val>") \
	       PROPERTY("e", "<val xsi:type=\"TaskInfo\"><error><fault xsi:type=\"Odd\"/></error></val>")))

/* Any division into pieces gives the same. */
static void answers_may_arrive_in_any_pieces(void **state)
{
	size_t length = strlen(EVERYTHING);

	(void)state;
	for (size_t piece = 1; piece < 64; piece += 1 + piece / 8) {
		struct answer answer = ANSWER_INIT;
		const struct vim_RetrieveProperties_response *r;
		struct counting memory;
		struct decoder *d;

		counting_begin(&memory, 0);
		assert_int_equal(vsphere_decoder_new(&vsphere_method_RetrieveProperties, &answer,
						     &memory.allocator, &d, NULL), VMX_OK);
		for (size_t at = 0; at < length; at += piece)
			assert_int_equal(vsphere_decoder_feed(d, &EVERYTHING[at],
							      length - at < piece ? length - at : piece, NULL),
					 VMX_OK);
		assert_int_equal(vsphere_decoder_end(d, NULL), VMX_OK);
		r = answer.response;
		assert_int_equal(r->returnval.items[0]->propSet.count, 5);
		assert_string_equal(vsphere_value_text(&r->returnval.items[0]->propSet.items[0]->val),
				    "a text that is longer than nothing");
		vsphere_decoder_free(d);
		vsphere_answer_release(&answer);
		assert_int_equal(memory.live, 0);
	}
}

static void running_out_of_memory_is_an_error(void **state)
{
	const struct vim_Login_request login = { .userName = "me", .password = "it" };
	struct counting memory;
	enum vmx_code code = VMX_CODE_OUT_OF_MEMORY;

	(void)state;
	for (size_t n = 1; code != VMX_OK; n++) {
		struct vmx_bytes bytes = { NULL, 0, 0, &memory.allocator };

		counting_begin(&memory, n);
		code = vsphere_encode(&vsphere_method_Login, (struct vim_reference){ "T", "i" }, &login,
				      &bytes, NULL);
		assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
		vmx_bytes_release(&bytes);
		assert_int_equal(memory.live, 0);
	}
	code = VMX_CODE_OUT_OF_MEMORY;
	for (size_t n = 1; code != VMX_OK; n++) {
		struct answer answer = ANSWER_INIT;

		counting_begin(&memory, n);
		code = vsphere_decode(&vsphere_method_RetrieveProperties, EVERYTHING, strlen(EVERYTHING),
				      &memory.allocator, &answer, NULL);
		assert_true(code == VMX_OK || code == VMX_CODE_OUT_OF_MEMORY);
		assert_true(code == VMX_OK || (!answer.response && !answer.fault));
		vsphere_answer_release(&answer);
		assert_int_equal(memory.live, 0);
	}
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
		cmocka_unit_test(structures_are_filled),
		cmocka_unit_test(values_are_what_they_say),
		cmocka_unit_test(values_of_another_kind_are_not_given_out),
		cmocka_unit_test(xsi_is_known_by_its_namespace),
		cmocka_unit_test(prefixes_of_types_do_not_matter),
		cmocka_unit_test(unknown_members_and_attributes_are_skipped),
		cmocka_unit_test(blanks_comments_and_instructions_are_skipped),
		cmocka_unit_test(other_prefixes_of_the_envelope_are_fine),
		cmocka_unit_test(items_of_arrays_may_lack_their_type),
		cmocka_unit_test(arrays_of_references_are_read),
		cmocka_unit_test(subtypes_are_read_as_what_they_are),
		cmocka_unit_test(types_that_do_not_fit_are_not_believed),
		cmocka_unit_test(what_is_nil_is_absent),
		cmocka_unit_test(text_may_come_in_pieces),
		cmocka_unit_test(results_are_there_as_often_as_they_must),
		cmocka_unit_test(numbers_have_the_range_of_their_type),
		cmocka_unit_test(what_is_no_number_is_refused_by_name),
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(faults_are_read_with_their_detail),
		cmocka_unit_test(faults_without_a_type_are_named_by_their_element),
		cmocka_unit_test(faults_become_errors_of_ours),
		cmocka_unit_test(each_fault_of_the_table_has_its_code),
		cmocka_unit_test(faults_of_tasks_and_properties_are_the_same),
		cmocka_unit_test(items_are_handed_out_one_by_one),
		cmocka_unit_test(whoever_takes_items_may_stop),
		cmocka_unit_test(memory_does_not_grow_with_the_number_of_items),
		cmocka_unit_test(what_is_no_soap_is_refused),
		cmocka_unit_test(other_encodings_are_refused_or_not_believed),
		cmocka_unit_test(answers_are_bounded_in_each_direction),
		cmocka_unit_test(attributes_are_bounded),
		cmocka_unit_test(what_is_skipped_costs_nothing),
		cmocka_unit_test(answers_may_arrive_in_any_pieces),
		cmocka_unit_test(running_out_of_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
