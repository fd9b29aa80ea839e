/*
 * The rules that are compiled in, where a case is more than the keys of one payload (rules_test.c): the profile
 * itself, what an update may not change, what is being written, secrets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/base/buf.h"
#include "plist/doc.h"
#include "plist/node.h"
#include "plist/schema/check.h"
#include "plist/schema/constraint.h"
#include "plist/schema/schema.h"
#include "tests/unit/rules_findings.h"
#include "tests/unit/rules_notation.h"

#define MDM "com.apple.mdm"
#define WIFI "com.apple.wifi.managed"

static struct schema *schema;

/* --- the profile itself ------------------------------------------------------------------------------- */

#define OWN "PayloadVersion 1 PayloadUUID 'P' PayloadIdentifier 'org.example' "
#define PROFILE(more) "PayloadType 'Configuration' " OWN more

static void assert_profile(const char *keys, const char *expected)
{
	BUF_AUTO found = BUF_INIT;

	find_in(schema, dict_of(keys), &found);
	assert_string_equal(buf_text(&found), expected);
}

/* A payload of that type, UUID and identifier has one that is too short. */
static void assert_payload_lacks(const char *const values[3], const char *name)
{
	BUF_AUTO found = BUF_INIT;
	char payload[256], keys[512], path[64];

	snprintf(payload, sizeof(payload), "PayloadVersion 1 PayloadType '%s' PayloadUUID '%s' PayloadIdentifier '%s'",
		 values[0], values[1], values[2]);
	snprintf(keys, sizeof(keys), PROFILE("PayloadContent [ { %s } ]"), payload);
	find_in(schema, dict_of(keys), &found);
	snprintf(path, sizeof(path), "error bad-length %s", name);
	if (!has_line(&found, path))
		fail_msg("{ %s } gives %s, but found was\n%s", payload, path, buf_text(&found));
}

static void an_encrypted_profile_needs_no_payloads(void **state)
{
	(void)state;
	assert_profile(PROFILE("IsEncrypted + EncryptedPayloadContent ~8"), "");
	assert_profile(PROFILE(""), "error missing-key PayloadContent\n");
	assert_profile(PROFILE("IsEncrypted + PayloadContent [ ]"), "warning missing-key EncryptedPayloadContent\n");
}

static void a_consent_text_is_in_any_language(void **state)
{
	(void)state;
	assert_profile(PROFILE("PayloadContent [ ] ConsentText { default 'd' de-CH 'c' }"), "");
	assert_profile(PROFILE("PayloadContent [ ] ConsentText { default 1 }"),
		       "error wrong-type ConsentText/default\n");
}

static void payload_enabled_is_fine_at_both_levels(void **state)
{
	BUF_AUTO found = BUF_INIT;

	(void)state;
	assert_profile(PROFILE("PayloadContent [ ] PayloadEnabled +"), "");
	find_in(schema, profile_of("com.apple.webClip.managed", "PayloadEnabled + URL 'https://a.example' Label 'l'"),
		&found);
	assert_string_equal(buf_text(&found), "");
	assert_profile(PROFILE("PayloadContent [ ] PayloadEnabled 1"), "error wrong-type PayloadEnabled\n");
}

static void a_profile_service_profile_has_a_dictionary(void **state)
{
	(void)state;
	assert_profile("PayloadType 'Profile Service' PayloadVersion 1 PayloadUUID 'P' PayloadIdentifier 'org.example' "
		       "PayloadContent { URL 'https://a.example' DeviceAttributes [ 'UDID' ] }",
		       "");
	assert_profile("PayloadType 'com.apple.mdm' PayloadVersion 1 PayloadUUID 'P' PayloadIdentifier 'org.example' "
		       "PayloadContent [ ]",
		       "error not-allowed-value PayloadType\n");
}

static void what_names_a_profile_or_a_payload_is_not_empty(void **state)
{
	static const char *const names[] = { "PayloadType", "PayloadUUID", "PayloadIdentifier" };
	const char *values[3], *profile;
	char keys[256], expected[256];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 3; j++)
			values[j] = i == j ? "" : "org.example";
		profile = i ? "PayloadType 'Configuration'" : "PayloadType ''";
		snprintf(keys, sizeof(keys),
			 "%s PayloadVersion 1 PayloadUUID '%s' PayloadIdentifier '%s' PayloadContent [ ]", profile,
			 values[1], values[2]);
		snprintf(expected, sizeof(expected), "error %s %s\n", i ? "bad-length" : "not-allowed-value", names[i]);
		assert_profile(keys, expected);
		assert_payload_lacks(values, names[i]);
	}
}

static void real_mistakes_in_the_profile_are_errors(void **state)
{
	(void)state;
	assert_profile(PROFILE("PayloadContent [ ] PayloadScope 'system'"), "error not-allowed-value PayloadScope\n");
	assert_profile(PROFILE("PayloadContent [ ] payloadScope 'System'"), "error unknown-key payloadScope\n");
	assert_profile(PROFILE("PayloadContent [ ] DurationUntilRemoval -1"),
		       "error out-of-range DurationUntilRemoval\n");
	assert_profile(PROFILE("PayloadContent [ ] DurationUntilRemoval 86400"), "");
}

/* --- what an update may not change -------------------------------------------------------------------- */

#define KEY(name, type, value) "<key>" name "</key><" type ">" value "</" type ">"

static const char enrolled[] =
	"<plist version=\"1.0\"><dict><key>PayloadContent</key><array><dict>" KEY("PayloadType", "string",
										  "com.apple.mdm")
		KEY("ServerURL", "string", "https://a.example") KEY("CheckInURL", "string", "https://a.example/c")
			KEY("Topic", "string", "com.apple.mgmt.x") KEY("AssignedManagedAppleID", "string",
								       "a@a.example")
				KEY("EnrollmentMode", "string", "BYOD") KEY("RequiredAppIDForMDM", "integer", "1")
					KEY("AccessRights", "integer", "3") "</dict></array></dict></plist>";

/* Sets a key of the MDM payload and says whether that is found to be immutable. */
static bool is_immutable(const char *name, const char *value)
{
	BUF_AUTO found = BUF_INIT, line = BUF_INIT;
	struct error err = ERROR_INIT;
	struct node *key;
	struct doc doc;
	bool immutable;

	assert_int_equal(doc_read(&doc, "p", enrolled, strlen(enrolled), &err), 0);
	key = node_get(node_first(node_get(doc.root, "PayloadContent")), name);
	assert_non_null(key);
	assert_int_equal(node_set(key, key->type, value, strlen(value)), 0);
	find(schema, doc.root, &found);
	buf_add_format(&line, "warning immutable-key %s", name);
	immutable = has_line(&found, buf_text(&line));
	doc_free(&doc);
	return immutable;
}

static void what_devices_refuse_to_have_changed_is_immutable(void **state)
{
	(void)state;
	assert_true(is_immutable("ServerURL", "https://b.example"));
	assert_true(is_immutable("CheckInURL", "https://b.example"));
	assert_true(is_immutable("Topic", "com.apple.mgmt.y"));
	assert_true(is_immutable("AssignedManagedAppleID", "b@a.example"));
	assert_true(is_immutable("EnrollmentMode", "ADDE"));
	assert_true(is_immutable("RequiredAppIDForMDM", "2"));
	assert_true(is_immutable("AccessRights", "7"));
	assert_false(is_immutable("AccessRights", "1"));
	assert_false(is_immutable("ServerURL", "https://a.example"));
}

/* --- what is being written ---------------------------------------------------------------------------- */

static enum verdict prefix_of_server_url(const char *text, size_t len)
{
	const struct schema_key *payload = schema_payload(schema, MDM, strlen(MDM));
	const struct schema_key *key = schema_declared(payload, "ServerURL", strlen("ServerURL"));

	assert_non_null(key);
	return constraint_prefix(key, NODE_STRING, text, len, true);
}

static void an_https_url_can_be_written_letter_by_letter(void **state)
{
	static const char url[] = "https://a.example:8443/mdm?x=%20";
	const size_t scheme = strlen("https://");

	(void)state;
	for (size_t len = 0; len < sizeof(url); len++)
		assert_int_equal(prefix_of_server_url(url, len), len > scheme ? VERDICT_VALID : VERDICT_MAYBE);
	assert_int_equal(prefix_of_server_url("https:///", strlen("https:///")), VERDICT_NEVER);
	assert_int_equal(prefix_of_server_url("https://a b", strlen("https://a b")), VERDICT_NEVER);
}

/* --- secrets ------------------------------------------------------------------------------------------ */

static void no_secret(void *context, const struct finding *finding)
{
	bool *seen = context;

	*seen = true;
	assert_null(strstr(finding->text, "hunter"));
}

static void a_secret_is_in_no_message(void **state)
{
	static const char *const keys[] = {
		"SSID_STR 's' EncryptionType 'WPA2' Password 'hunter'",
		"SSID_STR 's' EncryptionType 'WEP' Password 'hunter'",
		"SSID_STR 's' EncryptionType 'None' Password 'hunter'",
	};
	const struct check_options options = { .schema = schema };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct node *profile = profile_of(WIFI, keys[i]);
		bool seen = false;

		assert_int_equal(check_profile(profile, &options, no_secret, &seen), 0);
		assert_true(seen);
		node_free(profile);
	}
}

static int open_schema(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	schema = schema_open(NULL, &err);
	if (!schema)
		print_error("%s:%lu:%lu: %s\n", err.file, err.line, err.column, err.text);
	return schema ? 0 : -1;
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
		cmocka_unit_test(an_encrypted_profile_needs_no_payloads),
		cmocka_unit_test(a_consent_text_is_in_any_language),
		cmocka_unit_test(payload_enabled_is_fine_at_both_levels),
		cmocka_unit_test(a_profile_service_profile_has_a_dictionary),
		cmocka_unit_test(what_names_a_profile_or_a_payload_is_not_empty),
		cmocka_unit_test(real_mistakes_in_the_profile_are_errors),
		cmocka_unit_test(what_devices_refuse_to_have_changed_is_immutable),
		cmocka_unit_test(an_https_url_can_be_written_letter_by_letter),
		cmocka_unit_test(a_secret_is_in_no_message),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
