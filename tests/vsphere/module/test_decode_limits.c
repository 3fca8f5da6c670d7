/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers that are long, come in pieces, or are none: no server.
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

#include "answers.h"
#include "encode.h"

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
	decoding_release(&d);
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

/* Each prefix is looked for among all that are declared around it. */
static void namespaces_are_bounded(void **state)
{
	struct made made = { NULL, 0 };
	struct answer answer = ANSWER_INIT;
	char tag[64];

	(void)state;
	add(&made, HEAD "<RetrievePropertiesResponse><returnval>", 1);
	for (int i = 0; i < 8; i++) {
		add(&made, "<unknown", 1);
		for (int n = 0; n < 10; n++) {
			snprintf(tag, sizeof(tag), " xmlns:n%d=\"urn:n\"", 10 * i + n);
			add(&made, tag, 1);
		}
		add(&made, ">", 1);
	}
	assert_refused(&vsphere_method_RetrieveProperties, made.data, VMX_CODE_ANSWER_TOO_LARGE,
		       "more namespaces than 64");
	free(made.data);

	/* those of other elements do not count */
	made = (struct made){ NULL, 0 };
	add(&made, HEAD "<RetrievePropertiesResponse><returnval>", 1);
	add(&made, "<unknown xmlns:a=\"urn:a\" xmlns:b=\"urn:b\"/>", 100);
	add(&made, "</returnval></RetrievePropertiesResponse>" TAIL, 1);
	assert_int_equal(vsphere_decode(&vsphere_method_RetrieveProperties, made.data, made.length,
					&vmxi_default_allocator, &answer, NULL), VMX_OK);
	vsphere_answer_release(&answer);
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
		cmocka_unit_test(items_are_handed_out_one_by_one),
		cmocka_unit_test(whoever_takes_items_may_stop),
		cmocka_unit_test(memory_does_not_grow_with_the_number_of_items),
		cmocka_unit_test(what_is_no_soap_is_refused),
		cmocka_unit_test(other_encodings_are_refused_or_not_believed),
		cmocka_unit_test(answers_are_bounded_in_each_direction),
		cmocka_unit_test(attributes_are_bounded),
		cmocka_unit_test(namespaces_are_bounded),
		cmocka_unit_test(what_is_skipped_costs_nothing),
		cmocka_unit_test(answers_may_arrive_in_any_pieces),
		cmocka_unit_test(running_out_of_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
