/* What was wrong with a profile before an edit, and what the edit brought in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "fs/tree/found_before.h"
#include "plist/doc.h"

#define PROFILE(payloads) \
	"<plist><dict><key>PayloadType</key><string>Configuration</string>" \
	"<key>PayloadVersion</key><integer>1</integer>" \
	"<key>PayloadIdentifier</key><string>org.example</string><key>PayloadUUID</key>" \
	"<string>5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0000</string><key>PayloadContent</key><array>" payloads \
	"</array></dict></plist>"

/* A payload by its number, a digit; more keys. */
#define WIFI(number, keys) \
	"<dict><key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadVersion</key>" \
	"<integer>1</integer><key>PayloadIdentifier</key><string>org.example." number "</string>" \
	"<key>PayloadUUID</key><string>5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E000" number "</string>" \
	"<key>SSID_STR</key><string>Office</string>" keys "</dict>"

#define ENCRYPTION(value) "<key>EncryptionType</key><string>" value "</string>"
#define VERSIONS(lines) "<key>EAPClientConfiguration</key><dict><key>AcceptEAPTypes</key><array>" lines \
			"</array></dict>"

static struct check_options checks;

static int begin(void **state)
{
	struct error err;

	(void)state;
	checks.schema = schema_open(NULL, &err);
	return checks.schema ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	schema_free(checks.schema);
	return 0;
}

struct news {
	const struct found_before *before;
	struct buf rules; /* of errors that were not there before, a blank after each */
};

static void take_finding(void *context, const struct finding *finding)
{
	struct news *news = context;

	if (finding->severity == SEVERITY_ERROR && !found_before_has(news->before, finding))
		buf_add_format(&news->rules, "%s ", finding->rule);
}

static struct doc read_doc(const char *text)
{
	struct error err = ERROR_INIT;
	struct doc doc;

	if (doc_read(&doc, "test", text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	return doc;
}

static void assert_news(const char *expected, const char *old, const char *new)
{
	struct doc before = read_doc(old), now = read_doc(new);
	struct news news = { 0 };
	struct found_before *list;
	struct error err;

	assert_int_equal(found_before_make(before.root, now.root, &checks, &list, &err), 0);
	news.before = list;
	assert_int_equal(check_profile(now.root, &checks, take_finding, &news), 0);
	assert_string_equal(buf_text(&news.rules), expected);
	buf_free(&news.rules);
	found_before_free(list);
	doc_free(&before);
	doc_free(&now);
}

static void an_error_that_was_there_is_no_news(void **state)
{
	(void)state;
	assert_news("", PROFILE(WIFI("1", ENCRYPTION("WPA4"))), PROFILE(WIFI("1", ENCRYPTION("WPA4"))));
	assert_news("", PROFILE(WIFI("1", ENCRYPTION("WPA4"))), PROFILE(WIFI("1", ENCRYPTION("WPA5"))));
}

static void one_that_was_not_there_is(void **state)
{
	(void)state;
	assert_news("not-allowed-value ", PROFILE(WIFI("1", ENCRYPTION("WPA2"))),
		    PROFILE(WIFI("1", ENCRYPTION("WPA4"))));
	assert_news("not-allowed-value ", PROFILE(WIFI("1", "")), PROFILE(WIFI("1", ENCRYPTION("WPA4"))));
	assert_news("not-allowed-value ", PROFILE(""), PROFILE(WIFI("1", ENCRYPTION("WPA4"))));
}

static void another_rule_at_the_same_value_is(void **state)
{
	(void)state;
	assert_news("wrong-type ", PROFILE(WIFI("1", ENCRYPTION("WPA4"))),
		    PROFILE(WIFI("1", "<key>EncryptionType</key><integer>4</integer>")));
}

static void a_payload_takes_its_errors_along_wherever_it_goes(void **state)
{
	(void)state;
	assert_news("", PROFILE(WIFI("1", ENCRYPTION("WPA4")) WIFI("2", "")),
		    PROFILE(WIFI("3", "") WIFI("2", "") WIFI("1", ENCRYPTION("WPA4"))));
	assert_news("not-allowed-value ", PROFILE(WIFI("1", ENCRYPTION("WPA4")) WIFI("2", "")),
		    PROFILE(WIFI("1", ENCRYPTION("WPA4")) WIFI("2", ENCRYPTION("WPA4"))));
}

static void a_line_of_an_array_is_the_same_if_it_is_equal(void **state)
{
	(void)state;
	assert_news("", PROFILE(WIFI("1", VERSIONS("<integer>13</integer><integer>99</integer>"))),
		    PROFILE(WIFI("1", VERSIONS("<integer>99</integer><integer>25</integer>"))));
	assert_news("not-allowed-value ", PROFILE(WIFI("1", VERSIONS("<integer>99</integer>"))),
		    PROFILE(WIFI("1", VERSIONS("<integer>99</integer><integer>98</integer>"))));
}

static void a_key_that_is_missing_is_missed_by_its_dictionary(void **state)
{
	static const char without[] =
		"<plist><dict><key>PayloadType</key><string>Configuration</string></dict></plist>";

	(void)state;
	assert_news("", without, without);
	assert_news("missing-key ", PROFILE(WIFI("1", "")),
		    PROFILE("<dict><key>PayloadType</key><string>com.apple.wifi.managed</string>"
			    "<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key>"
			    "<string>org.example.1</string><key>SSID_STR</key><string>Office</string></dict>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_that_was_there_is_no_news),
		cmocka_unit_test(one_that_was_not_there_is),
		cmocka_unit_test(another_rule_at_the_same_value_is),
		cmocka_unit_test(a_payload_takes_its_errors_along_wherever_it_goes),
		cmocka_unit_test(a_line_of_an_array_is_the_same_if_it_is_equal),
		cmocka_unit_test(a_key_that_is_missing_is_missed_by_its_dictionary),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
