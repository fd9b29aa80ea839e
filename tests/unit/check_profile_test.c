/* Checks against a schema that the test writes: which rule fires, and where. */
#include "tests/unit/checked.h"

#include <string.h>

#define SCHEMA \
	SCHEMA_START \
	"payload t.wifi iOS(4.0 multiple=true) macOS(10.7 multiple=true)\n" \
	"  SSID string required length=1..8\n" \
	"  Port integer range=1..100\n" \
	"  Kind string values=WEP,WPA\n" \
	"  Url string format=\"^https://\"\n" \
	"  Hidden boolean\n" \
	"  Names array unique items=1..3\n" \
	"    - string\n" \
	"  Outer dict\n" \
	"    Inner string required\n" \
	"    Free dict\n" \
	"  Cert string refs=t.cert\n" \
	"  Certs array\n" \
	"    - string refs=t.cert,t.scep\n" \
	"  Fixed string immutable\n" \
	"  Rights integer bits=7 needs=2:1 immutable\n" \
	"  Old string\n" \
	"payload t.cert iOS(4.0 multiple=true)\n" \
	"  Name string\n" \
	"payload com.apple.mdm iOS(4.0 multiple=false)\n" \
	"  ServerURL string\n" \
	"payload t.once iOS(4.0 multiple=false) macOS(10.7 multiple=false)\n" \
	"  * any\n" \
	"payload t.clauses\n" \
	"  Kind string values=WEP,WPA,None default=None\n" \
	"  Password string\n" \
	"  Names array\n" \
	"    - string\n" \
	"  Size integer\n" \
	"  Outer dict\n" \
	"    Inner string\n" \
	"  ! need Password when Kind=WEP,WPA because=\"it is what opens the network\"\n" \
	"  ! warn forbid Password Size when Kind=None\n" \
	"  ! range Size=..9 when Kind=WEP\n" \
	"  ! items Names=a,b when Kind=WEP\n" \
	"  ! need Outer/Inner when Kind=WPA\n" \
	"  ! length Password=5.. when Kind=WPA\n"

static struct schema *schema;

static void assert_findings(const char *dict, const char *expected)
{
	assert_findings_with(&(struct check_options){ .schema = schema }, dict, expected);
}

static void assert_texts(const char *dict, const char *expected)
{
	assert_texts_with(&(struct check_options){ .schema = schema }, dict, expected);
}

#define WIFI(keys)    PROFILE(PAYLOAD("t.wifi", "1", STRING("SSID", "x") keys))
#define CLAUSES(keys) PROFILE(PAYLOAD("t.clauses", "1", keys))

/* --- values ----------------------------------------------------------------------------------------- */

static void values_that_are_allowed_have_no_finding(void **state)
{
	(void)state;
	assert_findings(WIFI(INTEGER("Port", "100") STRING("Kind", "WPA") STRING("Url", "https://x")), "");
	assert_findings(WIFI("<key>Hidden</key><true/>" ARRAY("Names", "<string>a</string><string>b</string>")), "");
	assert_findings(WIFI(DICT("Outer", STRING("Inner", "x"))), "");
}

static void each_wrong_value_breaks_its_rule(void **state)
{
	(void)state;
	assert_findings(WIFI(INTEGER("Hidden", "1")), "error wrong-type PayloadContent/t.wifi/Hidden\n");
	assert_findings(WIFI(STRING("Kind", "WPA4")), "error not-allowed-value PayloadContent/t.wifi/Kind\n");
	assert_findings(WIFI(INTEGER("Port", "101")), "error out-of-range PayloadContent/t.wifi/Port\n");
	assert_findings(WIFI(STRING("Url", "http://x")), "error bad-format PayloadContent/t.wifi/Url\n");
	assert_findings(PROFILE(PAYLOAD("t.wifi", "1", STRING("SSID", "123456789"))),
			"error bad-length PayloadContent/t.wifi/SSID\n");
	assert_findings(WIFI(INTEGER("Rights", "2")), "error access-rights PayloadContent/t.wifi/Rights\n");
}

static void access_rights_are_ignored_beside_a_managed_apple_id(void **state)
{
	(void)state;
	assert_findings(WIFI(INTEGER("Rights", "2") STRING("ManagedAppleID", "x")),
			"warning unknown-key PayloadContent/t.wifi/ManagedAppleID\n");
}

static void elements_are_judged_one_by_one(void **state)
{
	(void)state;
	assert_findings(WIFI(ARRAY("Names", "<string>a</string><integer>1</integer>")),
			"error wrong-type PayloadContent/t.wifi/Names/01\n");
	assert_findings(WIFI(ARRAY("Names", "")), "error bad-length PayloadContent/t.wifi/Names\n");
}

static void what_is_below_a_wrong_type_is_not_judged(void **state)
{
	(void)state;
	assert_findings(WIFI(DICT("Kind", STRING("WPA", "x"))), "error wrong-type PayloadContent/t.wifi/Kind\n");
	assert_findings(WIFI(ARRAY("Outer", "<string>x</string>")), "error wrong-type PayloadContent/t.wifi/Outer\n");
}

static void payloads_that_are_no_dictionaries_are_found(void **state)
{
	(void)state;
	assert_findings(PROFILE("<string>x</string>"), "error wrong-type PayloadContent/00\n");
}

static void the_content_of_an_old_profile_service_profile_is_not_judged(void **state)
{
	(void)state;
	assert_findings(COMMON("Profile Service", "A", "id") DICT("PayloadContent", STRING("URL", "x")), "");
}

static void placeholders_are_values_of_any_kind(void **state)
{
	(void)state;
	assert_findings(WIFI(INTEGER("Port", "$FLEET_VAR_PORT") STRING("Kind", "$FLEET_VAR_KIND")), "");
}

static void placeholders_can_be_denied(void **state)
{
	struct check_options options = { .schema = schema, .no_placeholders = true };

	(void)state;
	assert_findings_with(&options, WIFI(STRING("Kind", "$FLEET_VAR_KIND")),
			     "error not-allowed-value PayloadContent/t.wifi/Kind\n");
}

static void the_second_of_two_equal_elements_is_found(void **state)
{
	(void)state;
	assert_findings(WIFI(ARRAY("Names", "<string>a</string><string>b</string><string>a</string>")),
			"error duplicate-element PayloadContent/t.wifi/Names/02\n");
	assert_findings(WIFI(ARRAY("Names", "<string>a</string><string>A</string>")), "");
}

/* --- keys ------------------------------------------------------------------------------------------- */

static void required_keys_are_missed_where_their_dictionary_is(void **state)
{
	(void)state;
	assert_findings(PROFILE(PAYLOAD("t.wifi", "1", "")), "error missing-key PayloadContent/t.wifi/SSID\n");
	assert_findings(WIFI(DICT("Outer", "")), "error missing-key PayloadContent/t.wifi/Outer/Inner\n");
	assert_findings(COMMON("Configuration", "A", "id"), "error missing-key PayloadContent\n");
}

static void a_key_that_is_missing_is_missed_once(void **state)
{
	(void)state;
	assert_findings(PROFILE("<dict>" STRING("PayloadType", "t.cert") STRING("PayloadUUID", "B")
					STRING("PayloadIdentifier", "i") "</dict>"),
			"error missing-key PayloadContent/t.cert/PayloadVersion\n");
}

static void an_encrypted_profile_needs_no_payloads(void **state)
{
	(void)state;
	assert_findings(COMMON("Configuration", "A", "id") "<key>EncryptedPayloadContent</key><data>AAAA</data>", "");
}

static void an_unknown_key_is_an_error_when_it_is_near_a_known_one(void **state)
{
	(void)state;
	assert_findings(WIFI(STRING("kind", "WPA")), "error unknown-key PayloadContent/t.wifi/kind\n");
	assert_findings(WIFI(STRING("Hiden", "WPA")), "error unknown-key PayloadContent/t.wifi/Hiden\n");
	assert_findings(WIFI(STRING("PayloadFancy", "x")), "error unknown-key PayloadContent/t.wifi/PayloadFancy\n");
	assert_findings(WIFI(STRING("Something", "WPA")), "warning unknown-key PayloadContent/t.wifi/Something\n");
}

static void a_key_beside_the_one_it_is_near_is_an_error_too(void **state)
{
	(void)state;
	assert_findings(WIFI(STRING("Kind", "WPA") STRING("Kinds", "x")),
			"error unknown-key PayloadContent/t.wifi/Kinds\n");
}

static void unknown_keys_of_the_profile_are_found(void **state)
{
	(void)state;
	assert_findings(STRING("payloadScope", "System") PROFILE(""), "error unknown-key payloadScope\n");
}

static void a_dictionary_that_is_open_takes_any_key(void **state)
{
	(void)state;
	assert_findings(WIFI(DICT("Outer", STRING("Inner", "x") DICT("Free", STRING("any", "x") INTEGER("Any", "1")))),
			"");
	assert_findings(PROFILE(PAYLOAD("t.once", "1", STRING("whatever", "x"))), "");
}

static void a_payload_type_that_is_not_known_is_a_warning_and_takes_any_key(void **state)
{
	(void)state;
	assert_findings(PROFILE(PAYLOAD("com.example.app", "1", STRING("whatever", "x"))),
			"warning unknown-payload-type PayloadContent/com.example.app/PayloadType\n");
	assert_findings(PROFILE("<dict>" STRING("PayloadType", "com.example.app") STRING("PayloadUUID", "B")
					STRING("PayloadIdentifier", "i") STRING("PayloadVersion", "1") "</dict>"),
			"warning unknown-payload-type PayloadContent/com.example.app/PayloadType\n"
			"error wrong-type PayloadContent/com.example.app/PayloadVersion\n");
}

static void a_whole_real_stands_for_an_integer_with_a_warning(void **state)
{
	(void)state;
	assert_findings(WIFI(REAL("Port", "1")), "warning wrong-type PayloadContent/t.wifi/Port\n");
	assert_findings(WIFI(REAL("Port", "1e2")), "warning wrong-type PayloadContent/t.wifi/Port\n");
	assert_findings(WIFI(REAL("Port", "1.5")), "error wrong-type PayloadContent/t.wifi/Port\n");
	assert_findings(WIFI(REAL("Port", "inf")), "error wrong-type PayloadContent/t.wifi/Port\n");
	assert_findings(WIFI(REAL("Port", "101.0")), "error out-of-range PayloadContent/t.wifi/Port\n");
}

static void the_payloads_of_a_configuration_are_an_array(void **state)
{
	(void)state;
	assert_findings(COMMON("Configuration", "A", "id") "<key>PayloadContent</key><dict/>",
			"error not-a-profile PayloadContent\n");
	assert_findings(COMMON("Configuration", "A", "id") "<key>PayloadContent</key><data>AAAA</data>",
			"error not-a-profile PayloadContent\n");
}

static void reserved_names_are_no_preferences_where_any_key_is_taken(void **state)
{
	(void)state;
	assert_findings(PROFILE(PAYLOAD("t.once", "1", STRING("PayloadFancy", "x"))),
			"error unknown-key PayloadContent/t.once/PayloadFancy\n");
	assert_findings(PROFILE(PAYLOAD("com.example.app", "1", STRING("PayloadIdentifer", "x"))),
			"warning unknown-payload-type PayloadContent/com.example.app/PayloadType\n"
			"error unknown-key PayloadContent/com.example.app/PayloadIdentifer\n");
	assert_findings(PROFILE(PAYLOAD("com.example.app", "1", STRING("PayloadFancy", "x"))),
			"warning unknown-payload-type PayloadContent/com.example.app/PayloadType\n");
}

static void a_payload_type_that_is_nearly_a_known_one_is_named(void **state)
{
	static const char *const near[] = { "t.wify", "t.Wifi", "t.wif", "t.wifii", "t.wiif" };
	BUF_AUTO dict = BUF_INIT, expected = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(near) / sizeof(*near); i++) {
		buf_clear(&dict);
		buf_clear(&expected);
		buf_add_format(&dict, PROFILE(PAYLOAD("%s", "1", "")), near[i]);
		buf_add_format(&expected, "'%s' is no payload type that the schema knows: did you mean t.wifi?\n",
			       near[i]);
		assert_texts(buf_text(&dict), buf_text(&expected));
	}
	assert_texts(PROFILE(PAYLOAD("t.wxyz", "1", "")),
		     "'t.wxyz' is no payload type that the schema knows, so its keys are not checked\n");
}

/* --- more than one value ---------------------------------------------------------------------------- */

static void a_reference_needs_a_payload_that_is_there(void **state)
{
	(void)state;
	assert_findings(PROFILE(PAYLOAD("t.wifi", "1", STRING("SSID", "x") STRING("Cert", "UUID-2"))
					PAYLOAD("t.cert", "2", "")),
			"");
	assert_findings(WIFI(STRING("Cert", "uuid-9") ARRAY("Certs", "<string>uuid-1</string><string>uuid-8</string>")),
			"error dangling-reference PayloadContent/t.wifi/Cert\n"
			"error dangling-reference PayloadContent/t.wifi/Certs/01\n");
	assert_texts(WIFI(ARRAY("Certs", "<string>uuid-8</string>")),
		     "no payload of this profile has the PayloadUUID 'uuid-8': "
		     "it must be that of a payload of the type t.cert or t.scep\n");
}

static void the_profile_itself_is_no_payload_to_refer_to(void **state)
{
	(void)state;
	assert_findings(WIFI(STRING("Cert", "uuid")), "error dangling-reference PayloadContent/t.wifi/Cert\n");
}

static void a_reference_may_be_empty_or_filled_in_later(void **state)
{
	(void)state;
	assert_findings(WIFI(STRING("Cert", "")), "");
	assert_findings(WIFI(STRING("Cert", "$FLEET_VAR_CERT")), "");
}

static void references_into_what_cannot_be_seen_are_not_judged(void **state)
{
	(void)state;
	assert_findings(WIFI(STRING("Cert", "uuid-9")) "<key>EncryptedPayloadContent</key><data>AAAA</data>", "");
}

static void a_second_payload_of_a_type_that_is_allowed_once_is_found(void **state)
{
	(void)state;
	assert_findings(PROFILE(PAYLOAD("t.once", "1", "") PAYLOAD("t.wifi", "2", STRING("SSID", "x"))
					PAYLOAD("t.wifi", "3", STRING("SSID", "x")) PAYLOAD("t.once", "4", "")),
			"warning single-payload PayloadContent/t.once.2/PayloadType\n");
	assert_findings(PROFILE(PAYLOAD("com.apple.mdm", "1", STRING("ServerURL", "https://x"))
					PAYLOAD("com.apple.mdm", "2", STRING("ServerURL", "https://x"))),
			"error single-payload PayloadContent/com.apple.mdm.2/PayloadType\n");
}

/* --- clauses ---------------------------------------------------------------------------------------- */

static void clauses_demand_what_their_conditions_ask_for(void **state)
{
	(void)state;
	assert_findings(CLAUSES(""), "");
	assert_findings(CLAUSES(STRING("Kind", "WEP")), "error missing-key PayloadContent/t.clauses/Password\n");
	assert_findings(CLAUSES(STRING("Password", "x") INTEGER("Size", "1")),
			"warning unknown-key PayloadContent/t.clauses/Password\n"
			"warning unknown-key PayloadContent/t.clauses/Size\n");
	assert_findings(CLAUSES(STRING("Kind", "WEP") STRING("Password", "x") INTEGER("Size", "10")),
			"error out-of-range PayloadContent/t.clauses/Size\n");
	assert_findings(CLAUSES(STRING("Kind", "WEP") STRING("Password", "x") ARRAY("Names", "<string>b</string>")),
			"error not-allowed-value PayloadContent/t.clauses/Names\n");
	assert_findings(CLAUSES(STRING("Kind", "WPA") STRING("Password", "x") DICT("Outer", STRING("Inner", "x"))),
			"error bad-length PayloadContent/t.clauses/Password\n");
}

static void a_path_that_a_clause_needs_is_missed_where_it_ends(void **state)
{
	(void)state;
	assert_findings(CLAUSES(STRING("Kind", "WPA") STRING("Password", "12345")),
			"error missing-key PayloadContent/t.clauses/Outer\n");
	assert_findings(CLAUSES(STRING("Kind", "WPA") STRING("Password", "12345") DICT("Outer", "")),
			"error missing-key PayloadContent/t.clauses/Outer/Inner\n");
}

static void clauses_say_why_they_demand(void **state)
{
	(void)state;
	assert_texts(CLAUSES(STRING("Kind", "WEP")),
		     "Password is missing, as Kind is WEP or WPA: it is what opens the network\n");
	assert_texts(CLAUSES(STRING("Password", "x")), "Password may not be there, as Kind is None\n");
}

static void a_placeholder_satisfies_every_clause(void **state)
{
	(void)state;
	assert_findings(CLAUSES(STRING("Kind", "WEP") STRING("Password", "x") INTEGER("Size", "$FLEET_VAR_SIZE")
					ARRAY("Names", "<string>$FLEET_VAR_NAME</string>")),
			"");
	assert_findings(CLAUSES(STRING("Kind", "$FLEET_VAR_KIND")), "");
}

/* --- edits ------------------------------------------------------------------------------------------ */

static struct node *key_of_wifi(const struct doc *doc, const char *key)
{
	return node_get(node_at(node_get(doc->root, "PayloadContent"), 0), key);
}

static void assert_after_edit(const char *key, enum node_type type, const char *value, const char *expected)
{
	struct doc doc;

	read_dict(WIFI(STRING("Fixed", "a") INTEGER("Rights", "5") STRING("Old", "x")), &doc);
	assert_int_equal(node_set(key_of_wifi(&doc, key), type, value, strlen(value)), 0);
	assert_doc_findings(&doc, &(struct check_options){ .schema = schema }, expected);
	doc_free(&doc);
}

static void an_edit_of_a_value_that_may_not_change_is_a_warning(void **state)
{
	(void)state;
	assert_after_edit("Fixed", NODE_STRING, "b", "warning immutable-key PayloadContent/t.wifi/Fixed\n");
	assert_after_edit("Fixed", NODE_STRING, "a", "");
	assert_after_edit("Old", NODE_STRING, "y", "");
}

static void rights_may_be_taken_away_but_not_added(void **state)
{
	(void)state;
	assert_after_edit("Rights", NODE_INTEGER, "7", "warning immutable-key PayloadContent/t.wifi/Rights\n");
	assert_after_edit("Rights", NODE_INTEGER, "1", "");
}

static void a_key_that_is_new_changes_nothing(void **state)
{
	struct node *fixed = node_new(NODE_STRING);
	struct doc doc;

	(void)state;
	read_dict(WIFI(""), &doc);
	assert_int_equal(node_set_string(fixed, "x"), 0);
	assert_int_equal(node_insert(key_of_wifi(&doc, "SSID")->parent, NULL, fixed, "Fixed", 5), 0);
	assert_doc_findings(&doc, &(struct check_options){ .schema = schema }, "");
	doc_free(&doc);
}

/* --- hostile input ---------------------------------------------------------------------------------- */

static void values_in_messages_are_cut_and_made_harmless(void **state)
{
	(void)state;
	assert_texts(WIFI(STRING("Cert", "a&#10;b\u00e9")),
		     "no payload of this profile has the PayloadUUID 'a\\nb\u00e9': "
		     "it must be that of a payload of the type t.cert\n");
	assert_texts(WIFI(STRING("Cert", "12345678901234567890123456789012345678901234567890123456789\u00e9")),
		     "no payload of this profile has the PayloadUUID "
		     "'12345678901234567890123456789012345678901234567890123456789...': "
		     "it must be that of a payload of the type t.cert\n");
}

static void assert_findings_begin(const char *dict, const struct buf *beginning)
{
	const struct check_options options = { .schema = schema };
	BUF_AUTO found = BUF_INIT;
	struct doc doc;

	read_dict(dict, &doc);
	assert_int_equal(check_profile(doc.root, &options, note_finding, &found), 0);
	assert_true(found.len > beginning->len);
	assert_memory_equal(found.data, beginning->data, beginning->len);
	doc_free(&doc);
}

static void a_profile_that_is_nested_to_the_limit_is_walked(void **state)
{
	BUF_AUTO dict = BUF_INIT, expected = BUF_INIT;
	size_t i, depth = DOC_DEPTH_MAX - 8, shown = 490;

	(void)state;
	buf_add_text(&dict, COMMON("Configuration", "A", "id") "<key>PayloadContent</key><array><dict>");
	buf_add_text(&dict, COMMON("t.once", "B", "i"));
	for (i = 0; i < depth; i++)
		buf_add_text(&dict, "<key>a</key><dict>");
	buf_add_text(&dict, INTEGER("b", "1") INTEGER("b", "2"));
	for (i = 0; i < depth; i++)
		buf_add_text(&dict, "</dict>");
	buf_add_text(&dict, "</dict></array>");
	buf_add_text(&expected, "error duplicate-key PayloadContent/t.once/");
	for (i = 0; i < shown; i++)
		buf_add_text(&expected, "a/");
	assert_findings_begin(buf_text(&dict), &expected);
}

static int open_schema(void **state)
{
	(void)state;
	schema = schema_of(SCHEMA);
	return 0;
}

static int close_schema(void **state)
{
	(void)state;
	schema_free(schema);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_that_are_allowed_have_no_finding),
		cmocka_unit_test(each_wrong_value_breaks_its_rule),
		cmocka_unit_test(access_rights_are_ignored_beside_a_managed_apple_id),
		cmocka_unit_test(elements_are_judged_one_by_one),
		cmocka_unit_test(what_is_below_a_wrong_type_is_not_judged),
		cmocka_unit_test(payloads_that_are_no_dictionaries_are_found),
		cmocka_unit_test(the_content_of_an_old_profile_service_profile_is_not_judged),
		cmocka_unit_test(placeholders_are_values_of_any_kind),
		cmocka_unit_test(placeholders_can_be_denied),
		cmocka_unit_test(the_second_of_two_equal_elements_is_found),
		cmocka_unit_test(required_keys_are_missed_where_their_dictionary_is),
		cmocka_unit_test(a_key_that_is_missing_is_missed_once),
		cmocka_unit_test(an_encrypted_profile_needs_no_payloads),
		cmocka_unit_test(an_unknown_key_is_an_error_when_it_is_near_a_known_one),
		cmocka_unit_test(a_key_beside_the_one_it_is_near_is_an_error_too),
		cmocka_unit_test(unknown_keys_of_the_profile_are_found),
		cmocka_unit_test(a_dictionary_that_is_open_takes_any_key),
		cmocka_unit_test(a_payload_type_that_is_not_known_is_a_warning_and_takes_any_key),
		cmocka_unit_test(reserved_names_are_no_preferences_where_any_key_is_taken),
		cmocka_unit_test(a_whole_real_stands_for_an_integer_with_a_warning),
		cmocka_unit_test(the_payloads_of_a_configuration_are_an_array),
		cmocka_unit_test(a_payload_type_that_is_nearly_a_known_one_is_named),
		cmocka_unit_test(a_reference_needs_a_payload_that_is_there),
		cmocka_unit_test(the_profile_itself_is_no_payload_to_refer_to),
		cmocka_unit_test(a_reference_may_be_empty_or_filled_in_later),
		cmocka_unit_test(references_into_what_cannot_be_seen_are_not_judged),
		cmocka_unit_test(a_second_payload_of_a_type_that_is_allowed_once_is_found),
		cmocka_unit_test(clauses_demand_what_their_conditions_ask_for),
		cmocka_unit_test(a_path_that_a_clause_needs_is_missed_where_it_ends),
		cmocka_unit_test(clauses_say_why_they_demand),
		cmocka_unit_test(a_placeholder_satisfies_every_clause),
		cmocka_unit_test(an_edit_of_a_value_that_may_not_change_is_a_warning),
		cmocka_unit_test(rights_may_be_taken_away_but_not_added),
		cmocka_unit_test(a_key_that_is_new_changes_nothing),
		cmocka_unit_test(values_in_messages_are_cut_and_made_harmless),
		cmocka_unit_test(a_profile_that_is_nested_to_the_limit_is_walked),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
