/* Checks that need no schema: which rule fires, and where. */
#include "tests/unit/checked.h"

#include <string.h>

static void assert_findings(const char *dict, const char *expected)
{
	assert_findings_with(&(struct check_options){ 0 }, dict, expected);
}

/* A profile around payloads that are spelt out. */
#define AROUND(payloads) COMMON("Configuration", "A", "id") "<key>PayloadContent</key><array>" payloads "</array>"

static void a_whole_profile_has_no_finding(void **state)
{
	(void)state;
	assert_findings(PROFILE(PAYLOAD("t", "1", "") PAYLOAD("t", "2", "")), "");
}

static void keys_that_every_payload_has_are_missed(void **state)
{
	(void)state;
	assert_findings(AROUND("<dict>" STRING("PayloadType", "t") STRING("PayloadUUID", "B") "</dict>"),
			"error missing-key PayloadContent/t/PayloadIdentifier\n"
			"error missing-key PayloadContent/t/PayloadVersion\n");
}

static void a_profile_that_is_just_begun_lacks_what_it_must_have(void **state)
{
	(void)state;
	assert_findings("", "error missing-key PayloadIdentifier\n"
			    "error missing-key PayloadType\n"
			    "error missing-key PayloadUUID\n"
			    "error missing-key PayloadVersion\n");
}

static void the_second_of_two_payloads_with_one_uuid_is_found_in_any_case(void **state)
{
	(void)state;
	assert_findings(AROUND("<dict>" COMMON("t", "ab-1", "id.b") "</dict><dict>" COMMON("t", "AB-1", "id.c")
			       "</dict>"),
			"error duplicate-uuid PayloadContent/t.2/PayloadUUID\n");
}

static void a_payload_with_the_uuid_of_its_profile_is_found(void **state)
{
	(void)state;
	assert_findings(AROUND("<dict>" COMMON("t", "a", "id.b") "</dict>"),
			"error duplicate-uuid PayloadContent/t/PayloadUUID\n");
}

static void an_identifier_may_be_the_profiles_but_not_another_payloads(void **state)
{
	(void)state;
	assert_findings(AROUND("<dict>" COMMON("t", "B", "x") "</dict><dict>" COMMON("t", "C", "x") "</dict><dict>"
			       COMMON("t", "D", "id") "</dict>"),
			"error duplicate-identifier PayloadContent/t.2/PayloadIdentifier\n"
			"warning duplicate-identifier PayloadContent/t.3/PayloadIdentifier\n");
}

static void identifiers_in_another_case_are_others(void **state)
{
	(void)state;
	assert_findings(AROUND("<dict>" COMMON("t", "B", "x") "</dict><dict>" COMMON("t", "C", "X") "</dict>"), "");
}

static void findings_of_one_check_are_in_the_order_of_the_document(void **state)
{
	(void)state;
	assert_findings(AROUND("<dict>" COMMON("t", "Z", "1") "</dict><dict>" COMMON("t", "B", "2") "</dict><dict>"
			       COMMON("t", "z", "3") "</dict><dict>" COMMON("t", "b", "4") "</dict><dict>"
			       COMMON("t", "Z", "5") "</dict>"),
			"error duplicate-uuid PayloadContent/t.3/PayloadUUID\n"
			"error duplicate-uuid PayloadContent/t.4/PayloadUUID\n"
			"error duplicate-uuid PayloadContent/t.5/PayloadUUID\n");
}

static void what_is_no_list_of_payloads_is_no_matter(void **state)
{
	(void)state;
	assert_findings(COMMON("Profile Service", "A", "id") DICT("PayloadContent", STRING("URL", "x")), "");
	assert_findings(AROUND("<string>x</string>"), "");
	assert_findings(AROUND("<dict>" COMMON("t", "", "y") "</dict><dict>" COMMON("t", "", "z") "</dict>"), "");
}

static void content_that_can_hold_no_payloads_is_found(void **state)
{
	(void)state;
	assert_findings(COMMON("Configuration", "A", "id") STRING("PayloadContent", "x"),
			"error not-a-profile PayloadContent\n");
	assert_findings(COMMON("Configuration", "A", "id") "<key>PayloadContent</key><data>AAAA</data>",
			"error not-a-profile PayloadContent\n");
}

static void a_plist_that_is_no_profile_has_one_error(void **state)
{
	(void)state;
	assert_findings(STRING("CFBundleName", "x") STRING("CFBundleName", "y"), "error not-a-profile \n");
}

static void a_root_that_is_no_dictionary_is_no_profile(void **state)
{
	static const char source[] = "<plist version=\"1.0\"><array><string>x</string></array></plist>";
	struct error err = ERROR_INIT;
	struct doc doc;

	(void)state;
	assert_int_equal(doc_read(&doc, "p", source, strlen(source), &err), 0);
	assert_doc_findings(&doc, &(struct check_options){ 0 }, "error not-a-profile \n");
	doc_free(&doc);
}

static void an_encrypted_profile_is_a_profile(void **state)
{
	(void)state;
	assert_findings(COMMON("Configuration", "A", "id") "<key>EncryptedPayloadContent</key><data>AAAA</data>", "");
}

static void the_first_of_two_equal_keys_is_found_at_any_depth(void **state)
{
	(void)state;
	assert_findings(PROFILE(PAYLOAD("t", "1", DICT("a", INTEGER("b", "1") INTEGER("b", "2") INTEGER("b", "3")))),
			"error duplicate-key PayloadContent/t/a/b\n"
			"error duplicate-key PayloadContent/t/a/b\n");
}

static void a_duplicate_that_was_removed_is_found_no_more(void **state)
{
	struct doc doc;
	struct node *payload;

	(void)state;
	read_dict(PROFILE(PAYLOAD("t", "1", DICT("a", INTEGER("b", "1") INTEGER("b", "2")))), &doc);
	payload = node_at(node_get(doc.root, "PayloadContent"), 0);
	node_remove(node_get(payload, "a"));
	assert_doc_findings(&doc, &(struct check_options){ 0 }, "");
	doc_free(&doc);
}

static void thousands_of_payloads_are_compared_in_no_time(void **state)
{
	BUF_AUTO dict = BUF_INIT;
	size_t i, count = 20000;

	(void)state;
	buf_add_text(&dict, COMMON("Configuration", "A", "id") "<key>PayloadContent</key><array>");
	for (i = 0; i < count; i++)
		buf_add_format(&dict, "<dict>" COMMON("t%zu", "u%zu", "i%zu") "</dict>", i, i, i);
	buf_add_text(&dict, "<dict>" COMMON("last", "U7", "i.last") "</dict></array>");
	assert_findings(buf_text(&dict), "error duplicate-uuid PayloadContent/last/PayloadUUID\n");
}

/* --- levels ----------------------------------------------------------------------------------------- */

static void rules_can_be_turned_off_and_into_warnings_and_errors(void **state)
{
	struct check_options options = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(rule_level_set(&options.levels, "missing-key", RULE_OFF, &err), 0);
	assert_int_equal(rule_level_set(&options.levels, "duplicate-uuid", RULE_WARNING, &err), 0);
	assert_int_equal(rule_level_set(&options.levels, "duplicate-identifier", RULE_ERROR, &err), 0);
	assert_findings_with(&options, AROUND("<dict>" STRING("PayloadType", "t") STRING("PayloadUUID", "A")
					      STRING("PayloadIdentifier", "id") "</dict>"),
			     "warning duplicate-uuid PayloadContent/t/PayloadUUID\n"
			     "error duplicate-identifier PayloadContent/t/PayloadIdentifier\n");
}

/* --- where ------------------------------------------------------------------------------------------ */

static void assert_path(const char *dict, const char *first, const char *second, const char *expected)
{
	BUF_AUTO path = BUF_INIT;
	struct node *node;
	struct doc doc;

	read_dict(dict, &doc);
	node = node_get(doc.root, first);
	if (node && second)
		node = node_get(node, second);
	assert_non_null(node);
	if (node->type == NODE_ARRAY)
		node = node_last_link(node);
	check_path(node, &path);
	assert_string_equal(buf_text(&path), expected);
	doc_free(&doc);
}

static void payloads_are_called_by_their_type_and_number(void **state)
{
	(void)state;
	assert_path(PROFILE(PAYLOAD("t", "1", "")), "PayloadContent", NULL, "PayloadContent/t");
	assert_path(PROFILE(PAYLOAD("t", "1", "") PAYLOAD("u", "2", "") PAYLOAD("t", "3", "")), "PayloadContent", NULL,
		    "PayloadContent/t.2");
	assert_path(PROFILE(PAYLOAD("t", "1", "") "<dict/>"), "PayloadContent", NULL, "PayloadContent/01");
	assert_path(PROFILE(PAYLOAD(".t/u", "1", "")), "PayloadContent", NULL, "PayloadContent/%2Et%2Fu");
}

static void elements_of_other_arrays_are_called_by_their_number(void **state)
{
	(void)state;
	assert_path(DICT("a", ARRAY("b", "<string/><string/>")), "a", "b", "a/b/01");
	assert_path(DICT("a", ARRAY("PayloadContent", "<dict>" STRING("PayloadType", "t") "</dict>")), "a",
		    "PayloadContent", "a/PayloadContent/00");
}

static void keys_in_paths_cannot_be_mistaken_for_others(void **state)
{
	(void)state;
	assert_path(DICT("a/b", STRING("c%d", "")), "a/b", "c%d", "a%2Fb/c%25d");
	assert_path(DICT("", STRING("x\ny", "")), "", "x\ny", "%/x%0Ay");
	assert_path(DICT(".a", STRING("b.c", "")), ".a", "b.c", "%2Ea/b.c");
}

static void note_error(void *context, const struct finding *finding)
{
	struct error *err = context;
	const struct doc *doc = finding->node->user;

	check_error(finding, doc, "wifi.mobileconfig", err);
}

/* The last finding of a whole source, as a line. */
static void assert_line(const char *source, const char *expected)
{
	struct error err = ERROR_INIT;
	char line[512];
	struct doc doc;
	struct node *node;

	assert_int_equal(doc_read(&doc, "p", source, strlen(source), &err), 0);
	for (node = doc.root; node; node = node_first_link(node))
		node->user = &doc;
	check_profile(doc.root, &(struct check_options){ 0 }, note_error, &err);
	error_format(&err, line, sizeof(line));
	assert_string_equal(line, expected);
	doc_free(&doc);
}

static void a_missing_key_is_reported_where_its_dictionary_begins(void **state)
{
	(void)state;
	assert_line("<plist version=\"1.0\">\n  <dict>\n"
		    STRING("PayloadType", "t") STRING("PayloadIdentifier", "i") STRING("PayloadUUID", "u")
		    "</dict></plist>",
		    "wifi.mobileconfig:2:3: error: PayloadVersion: PayloadVersion is missing: every payload and the "
		    "profile itself must have it [missing-key]");
}

static void a_duplicate_key_is_reported_where_the_key_is(void **state)
{
	(void)state;
	assert_line("<plist version=\"1.0\"><dict>\n <key>PayloadType</key>\n<string>a</string>"
		    COMMON("t", "u", "i") "</dict></plist>",
		    "wifi.mobileconfig:2:2: error: PayloadType: the key is there again further down in this "
		    "dictionary, and readers take one of the two: remove one [duplicate-key]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_profile_has_no_finding),
		cmocka_unit_test(keys_that_every_payload_has_are_missed),
		cmocka_unit_test(a_profile_that_is_just_begun_lacks_what_it_must_have),
		cmocka_unit_test(the_second_of_two_payloads_with_one_uuid_is_found_in_any_case),
		cmocka_unit_test(a_payload_with_the_uuid_of_its_profile_is_found),
		cmocka_unit_test(an_identifier_may_be_the_profiles_but_not_another_payloads),
		cmocka_unit_test(identifiers_in_another_case_are_others),
		cmocka_unit_test(findings_of_one_check_are_in_the_order_of_the_document),
		cmocka_unit_test(what_is_no_list_of_payloads_is_no_matter),
		cmocka_unit_test(content_that_can_hold_no_payloads_is_found),
		cmocka_unit_test(a_plist_that_is_no_profile_has_one_error),
		cmocka_unit_test(a_root_that_is_no_dictionary_is_no_profile),
		cmocka_unit_test(an_encrypted_profile_is_a_profile),
		cmocka_unit_test(the_first_of_two_equal_keys_is_found_at_any_depth),
		cmocka_unit_test(a_duplicate_that_was_removed_is_found_no_more),
		cmocka_unit_test(thousands_of_payloads_are_compared_in_no_time),
		cmocka_unit_test(rules_can_be_turned_off_and_into_warnings_and_errors),
		cmocka_unit_test(payloads_are_called_by_their_type_and_number),
		cmocka_unit_test(elements_of_other_arrays_are_called_by_their_number),
		cmocka_unit_test(keys_in_paths_cannot_be_mistaken_for_others),
		cmocka_unit_test(a_missing_key_is_reported_where_its_dictionary_begins),
		cmocka_unit_test(a_duplicate_key_is_reported_where_the_key_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
