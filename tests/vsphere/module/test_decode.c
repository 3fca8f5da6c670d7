/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What answers and faults are read as, on recorded texts: no server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "answers.h"
#include "fault.h"
#include "scalar.h"

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
	decoding_release(&d);
}


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
	decoding_release(&d);
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
	decoding_release(&d);
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
	decoding_release(&d);
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
	decoding_release(&d);
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
	decoding_release(&d);
}


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
	decoding_release(&d);
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
	decoding_release(&d);
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
	decoding_release(&d);
}

static void what_is_nil_is_absent(void **state)
{
	struct decoding d = decoded(&vsphere_method_FindByUuid,
		BODY("FindByUuid", "<returnval xsi:nil=\"true\" type=\"VirtualMachine\"/>"));

	(void)state;
	assert_null(RESPONSE(FindByUuid, &d)->returnval.value);
	decoding_release(&d);
}

static void text_may_come_in_pieces(void **state)
{
	struct decoding d = decoded(&vsphere_method_CreateFilter,
		BODY("CreateFilter", "<returnval type=\"a&amp;b\">x<!-- c -->y<![CDATA[<z>]]>&#x41;</returnval>"));

	(void)state;
	assert_string_equal(RESPONSE(CreateFilter, &d)->returnval.type, "a&b");
	assert_string_equal(RESPONSE(CreateFilter, &d)->returnval.value, "xy<z>A");
	decoding_release(&d);
}

static void results_are_there_as_often_as_they_must(void **state)
{
	struct decoding d;

	(void)state;
	d = decoded(&vsphere_method_FindByUuid, BODY("FindByUuid", ""));
	assert_null(RESPONSE(FindByUuid, &d)->returnval.value);
	decoding_release(&d);
	d = decoded(&vsphere_method_RetrieveProperties, BODY("RetrieveProperties", ""));
	assert_int_equal(RESPONSE(RetrieveProperties, &d)->returnval.count, 0);
	decoding_release(&d);
	d = decoded(&vsphere_method_Logout, BODY("Logout", "<returnval>ignored</returnval>"));
	assert_non_null(RESPONSE(Logout, &d));
	decoding_release(&d);
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
	decoding_release(&d);
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
		decoding_release(&d);
	}
}

static enum vmx_code failed_with(const char *text, struct vmx_error *error)
{
	struct decoding d = decoded(&vsphere_method_Logout, text);
	enum vmx_code code;

	assert_int_equal(d.code, VMX_OK);
	code = vsphere_fault_fail("Doing", d.answer.fault->detail, d.answer.fault->faultstring,
				  VMX_CODE_SERVER_FAULT, error);
	decoding_release(&d);
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
	decoding_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
