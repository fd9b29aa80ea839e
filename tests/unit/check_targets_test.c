/* Checks of what platforms have, with and without targets, and how targets are written. */
#include "tests/unit/checked.h"

#include <errno.h>
#include <string.h>

#define SCHEMA \
	SCHEMA_START \
	"payload t.both iOS(9.0 multiple=true) macOS(10.12 multiple=false) tvOS(n/a)\n" \
	"  Any string\n" \
	"  New string macOS(13.0) iOS(16.0)\n" \
	"  Phone dict macOS(n/a)\n" \
	"    Inner string\n" \
	"    InnerNew string iOS(17.0)\n" \
	"  Gone string iOS(deprecated=12.0) macOS(deprecated=11.0 removed=12.0)\n" \
	"  HalfGone string iOS(deprecated=12.0)\n" \
	"payload t.mac macOS(10.7 multiple=false)\n" \
	"  Any string\n" \
	"payload t.old macOS(10.7 deprecated=10.13 removed=10.15)\n" \
	"  Any string\n" \
	"  Worse string macOS(deprecated=10.9)\n" \
	"payload t.short macOS(10.7 deprecated=10.15 removed=10.15)\n" \
	"  Any string\n" \
	"payload t.ended macOS(10.7)\n" \
	"  Lost string macOS(removed=10.13)\n" \
	"payload t.silent\n" \
	"  Any string\n" \
	"payload t.parts macOS(10.7 multiple=true)\n" \
	"  One string\n" \
	"payload t.parts macOS(10.9 multiple=false)\n" \
	"  Two string\n"

static struct schema *schema;

/* `targets`: as they are written, with blanks between. */
static void options_for(const char *targets, struct target *list, struct check_options *options)
{
	struct error err = ERROR_INIT;
	char word[64];
	int used;

	*options = (struct check_options){ .schema = schema, .targets = list };
	for (; sscanf(targets, " %63s%n", word, &used) == 1; targets += used)
		if (target_parse(word, &list[options->target_count++], &err) < 0)
			fail_msg("%s", err.text);
}

static void assert_findings(const char *targets, const char *dict, const char *expected)
{
	struct check_options options;
	struct target list[4];

	options_for(targets, list, &options);
	assert_findings_with(&options, dict, expected);
}

static void assert_texts(const char *targets, const char *dict, const char *expected)
{
	struct check_options options;
	struct target list[4];

	options_for(targets, list, &options);
	assert_texts_with(&options, dict, expected);
}

/* --- unsupported-os --------------------------------------------------------------------------------- */

static void without_targets_nothing_is_unsupported(void **state)
{
	(void)state;
	assert_findings("", PROFILE(PAYLOAD("t.mac", "1", "") PAYLOAD("t.both", "2", STRING("New", "x"))), "");
}

static void a_payload_that_no_target_has_is_found_once(void **state)
{
	(void)state;
	assert_findings("iOS:18", PROFILE(PAYLOAD("t.mac", "1", STRING("Any", "x"))),
			"error unsupported-os PayloadContent/t.mac/PayloadType\n");
	assert_findings("macOS:10.6.8", PROFILE(PAYLOAD("t.mac", "1", STRING("Any", "x"))),
			"error unsupported-os PayloadContent/t.mac/PayloadType\n");
	assert_findings("tvOS:18", PROFILE(PAYLOAD("t.both", "1", STRING("New", "x"))),
			"error unsupported-os PayloadContent/t.both/PayloadType\n");
}

static void a_payload_that_one_target_has_is_right(void **state)
{
	(void)state;
	assert_findings("iOS:18 macOS:15.1", PROFILE(PAYLOAD("t.mac", "1", STRING("Any", "x"))), "");
}

static void a_key_that_came_later_is_found(void **state)
{
	(void)state;
	assert_findings("macOS:12.7", PROFILE(PAYLOAD("t.both", "1", STRING("New", "x"))),
			"error unsupported-os PayloadContent/t.both/New\n");
	assert_findings("macOS:13", PROFILE(PAYLOAD("t.both", "1", STRING("New", "x"))), "");
	assert_findings("macOS:12.7 iOS:16", PROFILE(PAYLOAD("t.both", "1", STRING("New", "x"))), "");
}

static void what_stands_below_a_key_is_judged_by_what_it_says_itself(void **state)
{
	(void)state;
	assert_findings("iOS:16", PROFILE(PAYLOAD("t.both", "1", DICT("Phone", STRING("Inner", "x")
									  STRING("InnerNew", "x")))),
			"error unsupported-os PayloadContent/t.both/Phone/InnerNew\n");
	assert_findings("macOS:15", PROFILE(PAYLOAD("t.both", "1", DICT("Phone", STRING("Inner", "x")))),
			"error unsupported-os PayloadContent/t.both/Phone\n");
}

static void what_was_removed_is_found(void **state)
{
	(void)state;
	assert_findings("macOS:12.0.0", PROFILE(PAYLOAD("t.both", "1", STRING("Gone", "x"))),
			"error unsupported-os PayloadContent/t.both/Gone\n");
	assert_findings("macOS:10.15", PROFILE(PAYLOAD("t.old", "1", "")),
			"error unsupported-os PayloadContent/t.old/PayloadType\n");
	assert_texts("macOS:10.15 iOS:18", PROFILE(PAYLOAD("t.old", "1", "")),
		     "macOS 10.15 does not have it, it was removed in 10.15; iOS 18 does not have it\n");
	assert_texts("macOS:12", PROFILE(PAYLOAD("t.both", "1", STRING("New", "x"))),
		     "macOS 12 does not have it, it came with 13.0\n");
}

static void a_payload_that_says_nothing_of_platforms_is_everywhere(void **state)
{
	(void)state;
	assert_findings("iOS:18", PROFILE(PAYLOAD("t.silent", "1", STRING("Any", "x"))), "");
}

static void a_type_with_sections_that_differ_is_there(void **state)
{
	(void)state;
	assert_findings("macOS:15", PROFILE(PAYLOAD("t.parts", "1", STRING("One", "x") STRING("Two", "x"))), "");
	assert_findings("iOS:18", PROFILE(PAYLOAD("t.parts", "1", "")),
			"error unsupported-os PayloadContent/t.parts/PayloadType\n");
}

/* --- deprecated-key --------------------------------------------------------------------------------- */

static void a_key_is_deprecated_when_no_platform_keeps_it(void **state)
{
	(void)state;
	assert_findings("", PROFILE(PAYLOAD("t.both", "1", STRING("Gone", "x") STRING("HalfGone", "x"))),
			"warning deprecated-key PayloadContent/t.both/Gone\n");
	assert_texts("", PROFILE(PAYLOAD("t.both", "1", STRING("Gone", "x"))),
		     "Gone is deprecated since iOS 12.0; deprecated since macOS 11.0 and removed in 12.0\n");
}

static void what_is_deprecated_is_called_by_its_name(void **state)
{
	(void)state;
	assert_texts("", PROFILE(PAYLOAD("t.old", "1", "")),
		     "t.old is deprecated since macOS 10.13 and removed in 10.15\n");
	assert_texts("", PROFILE(PAYLOAD("t.short", "1", "")), "t.short is deprecated and removed in macOS 10.15\n");
	assert_texts("macOS:10.13", PROFILE(PAYLOAD("t.ended", "1", STRING("Lost", "x"))),
		     "macOS 10.13 does not have it, it was removed in 10.13\n");
	assert_texts("", PROFILE(PAYLOAD("t.ended", "1", STRING("Lost", "x"))), "Lost is removed in macOS 10.13\n");
}

static void a_deprecated_payload_is_found_once(void **state)
{
	(void)state;
	assert_findings("", PROFILE(PAYLOAD("t.old", "1", STRING("Any", "x") STRING("Worse", "x"))),
			"warning deprecated-key PayloadContent/t.old/PayloadType\n");
}

static void with_targets_their_versions_decide(void **state)
{
	(void)state;
	assert_findings("iOS:12", PROFILE(PAYLOAD("t.both", "1", STRING("HalfGone", "x"))),
			"warning deprecated-key PayloadContent/t.both/HalfGone\n");
	assert_findings("iOS:11.4", PROFILE(PAYLOAD("t.both", "1", STRING("HalfGone", "x"))), "");
	assert_findings("iOS:12 macOS:15", PROFILE(PAYLOAD("t.both", "1", STRING("HalfGone", "x"))), "");
	assert_findings("macOS:10.12", PROFILE(PAYLOAD("t.old", "1", STRING("Worse", "x"))),
			"warning deprecated-key PayloadContent/t.old/Worse\n");
}

/* --- single-payload --------------------------------------------------------------------------------- */

static void with_targets_their_platforms_decide_how_many_there_may_be(void **state)
{
	static const char two[] = PROFILE(PAYLOAD("t.both", "1", "") PAYLOAD("t.both", "2", ""));

	(void)state;
	assert_findings("", two, "");
	assert_findings("iOS:18", two, "");
	assert_findings("macOS:15 iOS:18", two, "");
	assert_findings("macOS:15", two, "warning single-payload PayloadContent/t.both.2/PayloadType\n");
}

static void a_type_with_sections_that_differ_may_be_there_twice(void **state)
{
	(void)state;
	assert_findings("", PROFILE(PAYLOAD("t.parts", "1", "") PAYLOAD("t.parts", "2", "")), "");
}

/* --- the MDM payload -------------------------------------------------------------------------------- */

#define MDM(keys) \
	PROFILE(PAYLOAD("com.apple.security.scep", "1", DICT("PayloadContent", STRING("URL", "https://x"))) \
		PAYLOAD("com.apple.mdm", "2", STRING("IdentityCertificateUUID", "UUID-1") \
			STRING("Topic", "com.apple.mgmt.x") STRING("ServerURL", "https://x") keys))

#define CAPABILITIES(inner) MDM(ARRAY("ServerCapabilities", inner))
#define PER_USER            "<string>com.apple.mdm.per-user-connections</string>"
#define BOOTSTRAP           "<string>com.apple.mdm.bootstraptoken</string>"

/* Only the findings about ServerCapabilities, by the schema that is built in. */
static void note_capabilities(void *context, const struct finding *finding)
{
	const char *key = finding->key ? finding->key : finding->node->key;

	if (key && strcmp(key, "ServerCapabilities") == 0)
		note_finding(context, finding);
}

static void assert_capabilities(const char *targets, const char *dict, const char *expected)
{
	struct check_options options;
	struct target list[4];
	struct error err = ERROR_INIT;
	BUF_AUTO found = BUF_INIT;
	struct doc doc;

	options_for(targets, list, &options);
	options.schema = schema_open(NULL, &err);
	assert_non_null(options.schema);
	read_dict(dict, &doc);
	assert_int_equal(check_profile(doc.root, &options, note_capabilities, &found), 0);
	assert_string_equal(buf_text(&found), expected);
	doc_free(&doc);
	schema_free(options.schema);
}

static void macs_need_the_capability_of_user_connections(void **state)
{
	(void)state;
	assert_capabilities("macOS:10.15", MDM(""),
			    "error missing-key PayloadContent/com.apple.mdm/ServerCapabilities\n");
	assert_capabilities("macOS:10.15", CAPABILITIES(""),
			    "error not-allowed-value PayloadContent/com.apple.mdm/ServerCapabilities\n");
	assert_capabilities("macOS:10.15", CAPABILITIES(PER_USER), "");
}

static void newer_macs_should_have_the_bootstrap_token(void **state)
{
	(void)state;
	assert_capabilities("macOS:11", CAPABILITIES(PER_USER),
			    "warning not-allowed-value PayloadContent/com.apple.mdm/ServerCapabilities\n");
	assert_capabilities("iOS:18 macOS:15.1", CAPABILITIES(PER_USER BOOTSTRAP), "");
}

static void without_a_mac_no_capabilities_are_needed(void **state)
{
	(void)state;
	assert_capabilities("", MDM(""), "");
	assert_capabilities("iOS:18 tvOS:18", MDM(""), "");
}

static void a_placeholder_may_become_the_capability(void **state)
{
	(void)state;
	assert_capabilities("macOS:15", CAPABILITIES("<string>$FLEET_VAR_CAPABILITY</string>"), "");
}

/* --- how targets are written ------------------------------------------------------------------------ */

static void targets_are_a_platform_and_a_version(void **state)
{
	struct error err = ERROR_INIT;
	struct target target;

	(void)state;
	assert_int_equal(target_parse("macOS:15.1", &target, &err), 0);
	assert_int_equal(target.platform, PLATFORM_MACOS);
	assert_string_equal(target.version, "15.1");
	assert_int_equal(target_parse("iPadOS:17", &target, &err), 0);
	assert_int_equal(target.platform, PLATFORM_IOS);
	assert_int_equal(target_parse("VISIONOS:2.0.1", &target, &err), 0);
	assert_int_equal(target.platform, PLATFORM_VISIONOS);
	assert_string_equal(target.version, "2.0.1");
}

static void assert_refused(const char *text, const char *reason)
{
	struct error err = ERROR_INIT;
	struct target target = { .platform = PLATFORM_TVOS, .version = "9" };

	assert_int_equal(target_parse(text, &target, &err), -1);
	assert_int_equal(err.code, EINVAL);
	if (!strstr(err.text, reason))
		fail_msg("'%s' is not in: %s", reason, err.text);
	assert_int_equal(target.platform, PLATFORM_TVOS);
	assert_string_equal(target.version, "9");
}

static void other_targets_are_refused_with_how_to_write_them(void **state)
{
	(void)state;
	assert_refused("macOS", "has no version: write it as in macOS:15.1");
	assert_refused("iOS:", "has no version");
	assert_refused("", "names no platform");
	assert_refused("Windows:11", "iOS (iPadOS too), macOS, tvOS, visionOS or watchOS");
	assert_refused("macOS 15.1", "names no platform");
	assert_refused("mac:15", "did you mean 'macOS:15'?");
	assert_refused("watch", "did you mean 'watchOS:15.1'?");
	assert_refused("mcaOS:15", "did you mean 'macOS:15'?");
	assert_refused("BeOS:5", "iOS (iPadOS too), macOS, tvOS, visionOS or watchOS");
	assert_refused("macOS:Sequoia", "is no version");
	assert_refused("macOS:15.", "is no version");
	assert_refused("macOS:.5", "is no version");
	assert_refused("macOS:15..1", "is no version");
	assert_refused("macOS:1234567890.1234567890.1234567890", "is no version");
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
		cmocka_unit_test(without_targets_nothing_is_unsupported),
		cmocka_unit_test(a_payload_that_no_target_has_is_found_once),
		cmocka_unit_test(a_payload_that_one_target_has_is_right),
		cmocka_unit_test(a_key_that_came_later_is_found),
		cmocka_unit_test(what_stands_below_a_key_is_judged_by_what_it_says_itself),
		cmocka_unit_test(what_was_removed_is_found),
		cmocka_unit_test(a_payload_that_says_nothing_of_platforms_is_everywhere),
		cmocka_unit_test(a_type_with_sections_that_differ_is_there),
		cmocka_unit_test(a_key_is_deprecated_when_no_platform_keeps_it),
		cmocka_unit_test(what_is_deprecated_is_called_by_its_name),
		cmocka_unit_test(a_deprecated_payload_is_found_once),
		cmocka_unit_test(with_targets_their_versions_decide),
		cmocka_unit_test(with_targets_their_platforms_decide_how_many_there_may_be),
		cmocka_unit_test(a_type_with_sections_that_differ_may_be_there_twice),
		cmocka_unit_test(macs_need_the_capability_of_user_connections),
		cmocka_unit_test(newer_macs_should_have_the_bootstrap_token),
		cmocka_unit_test(without_a_mac_no_capabilities_are_needed),
		cmocka_unit_test(a_placeholder_may_become_the_capability),
		cmocka_unit_test(targets_are_a_platform_and_a_version),
		cmocka_unit_test(other_targets_are_refused_with_how_to_write_them),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
