/* Checks of a whole profile: which rule fires, and where. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "plist/base/buf.h"
#include "plist/doc.h"
#include "plist/schema/check.h"

#define COMMON(uuid, id) \
	"<key>PayloadType</key><string>t</string><key>PayloadVersion</key><integer>1</integer>" \
	"<key>PayloadUUID</key><string>" uuid "</string><key>PayloadIdentifier</key><string>" id "</string>"

/* "severity rule path [key]" a line. */
static void note(void *context, const struct finding *finding)
{
	static const char *const severities[] = { "note", "warning", "error" };
	BUF_AUTO path = BUF_INIT;

	doc_path(finding->node, &path);
	buf_add_format(context, "%s %s %s%s%s\n", severities[finding->severity], finding->rule, buf_text(&path),
		       finding->key ? " " : "", finding->key ? finding->key : "");
}

static void assert_findings(const char *dict, const char *expected)
{
	BUF_AUTO source = BUF_INIT, found = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc doc;

	buf_add_format(&source, "<plist version=\"1.0\"><dict>%s</dict></plist>", dict);
	if (doc_read(&doc, "p", source.data, source.len, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(check_profile(doc.root, &(struct check_options){ 0 }, note, &found), 0);
	assert_string_equal(buf_text(&found), expected);
	doc_free(&doc);
}

static void a_whole_profile_has_no_finding(void **state)
{
	(void)state;
	assert_findings(COMMON("A", "id") "<key>PayloadContent</key><array><dict>" COMMON("B", "id.b") "</dict><dict>"
			COMMON("C", "id.c") "</dict></array>", "");
}

static void keys_that_every_payload_has_are_missed(void **state)
{
	(void)state;
	assert_findings(COMMON("A", "id") "<key>PayloadContent</key><array><dict><key>PayloadType</key><string>t"
			"</string><key>PayloadUUID</key><string>B</string></dict></array>",
			"error missing-key PayloadContent/00 PayloadIdentifier\n"
			"error missing-key PayloadContent/00 PayloadVersion\n");
}

static void the_second_of_two_payloads_with_one_uuid_is_found_in_any_case(void **state)
{
	(void)state;
	assert_findings(COMMON("A", "id") "<key>PayloadContent</key><array><dict>" COMMON("ab-1", "id.b")
			"</dict><dict>" COMMON("AB-1", "id.c") "</dict></array>",
			"error duplicate-uuid PayloadContent/01/PayloadUUID\n");
}

static void a_payload_with_the_uuid_of_its_profile_is_found(void **state)
{
	(void)state;
	assert_findings(COMMON("A", "id") "<key>PayloadContent</key><array><dict>" COMMON("A", "id.b")
			"</dict></array>", "error duplicate-uuid PayloadContent/00/PayloadUUID\n");
}

static void an_identifier_may_be_the_profiles_but_not_another_payloads(void **state)
{
	(void)state;
	assert_findings(COMMON("A", "id") "<key>PayloadContent</key><array><dict>" COMMON("B", "x") "</dict><dict>"
			COMMON("C", "x") "</dict><dict>" COMMON("D", "id") "</dict></array>",
			"error duplicate-identifier PayloadContent/01/PayloadIdentifier\n"
			"warning duplicate-identifier PayloadContent/02/PayloadIdentifier\n");
}

static void what_is_no_list_of_payloads_is_no_matter(void **state)
{
	(void)state;
	assert_findings(COMMON("A", "id") "<key>PayloadContent</key><dict><key>URL</key><string>x</string></dict>", "");
	assert_findings(COMMON("A", "id") "<key>PayloadContent</key><array><string>x</string></array>", "");
	assert_findings(COMMON("A", "id") "<key>PayloadContent</key><array><dict>" COMMON("", "y") "</dict><dict>"
			COMMON("", "z") "</dict></array>", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_profile_has_no_finding),
		cmocka_unit_test(keys_that_every_payload_has_are_missed),
		cmocka_unit_test(the_second_of_two_payloads_with_one_uuid_is_found_in_any_case),
		cmocka_unit_test(a_payload_with_the_uuid_of_its_profile_is_found),
		cmocka_unit_test(an_identifier_may_be_the_profiles_but_not_another_payloads),
		cmocka_unit_test(what_is_no_list_of_payloads_is_no_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
