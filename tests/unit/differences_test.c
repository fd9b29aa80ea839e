/* Differences in print: a line for each, whatever is in the values; no secret unless that is wanted. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fs/cmd/differences.h"
#include "plist/doc.h"

#define KEY(key, body)	  "<key>" key "</key>" body
#define STRING(text)	  "<string>" text "</string>"
#define DICT(body)	  "<dict>" body "</dict>"
#define ARRAY(body)	  "<array>" body "</array>"
#define PAYLOADS(body)	  KEY("PayloadContent", ARRAY(body))
#define OF(type, uuid)	  KEY("PayloadType", STRING(type)) KEY("PayloadUUID", STRING(uuid))
#define WIFI(uuid, body)  DICT(OF("com.apple.wifi.managed", uuid) body)
#define OTHER(uuid, body) DICT(OF("com.example.app", uuid) body)
#define IN_WIFI		  "PayloadContent/com.apple.wifi.managed/"
#define IN_OTHER	  "PayloadContent/com.example.app/"

static struct schema *schema;

static void read_dict(struct doc *doc, const char *body)
{
	struct error err = ERROR_INIT;
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, "<plist><dict>%s</dict></plist>", body);
	if (doc_read(doc, "test", text.data, text.len, &err) < 0)
		fail_msg("%s: %s", err.text, body);
}

static size_t print(const char *a, const char *b, const struct differences_options *options, struct buf *out)
{
	struct error err = ERROR_INIT;
	struct doc x, y;
	size_t count;

	read_dict(&x, a);
	read_dict(&y, b);
	if (differences_print(x.root, y.root, options, out, &count, &err) < 0)
		fail_msg("%s", err.text);
	doc_free(&x);
	doc_free(&y);
	return count;
}

static void must_print(const char *a, const char *b, const char *expected)
{
	const struct differences_options options = { .schema = schema };
	BUF_AUTO out = BUF_INIT;
	size_t lines = 0;

	for (const char *at = expected; *at; at++)
		lines += *at == '\n';
	assert_int_equal(print(a, b, &options, &out), lines);
	assert_string_equal(buf_text(&out), expected);
}

/* --- text ----------------------------------------------------------------------------------------------- */

static void each_kind_of_difference_has_its_line(void **state)
{
	(void)state;
	must_print(KEY("a", STRING("1")), KEY("a", STRING("1")), "");
	must_print(KEY("a", STRING("1")), KEY("a", STRING("2")), "~ a: '1' -> '2'\n");
	must_print(KEY("a", DICT(KEY("b", "<true/>"))), "", "- a: dict of 1 key\n");
	must_print("", KEY("a", ARRAY("<true/><true/>")), "+ a: array of 2 elements\n");
	must_print(KEY("a", ARRAY("<integer>1</integer><integer>2</integer><integer>3</integer>")),
		   KEY("a", ARRAY("<integer>2</integer><integer>3</integer><integer>1</integer>")),
		   "> a/02: moved from 00 to 02\n");
}

static void types_are_said_where_they_differ(void **state)
{
	(void)state;
	must_print(KEY("a", STRING("3")), KEY("a", "<integer>3</integer>"), "~ a: string '3' -> integer 3\n");
	must_print(KEY("a", "<true/>"), KEY("a", DICT("")), "~ a: boolean true -> dict of 0 keys\n");
	must_print(KEY("a", "<integer>$FLEET_VAR_X</integer>"), KEY("a", "<integer>1</integer>"),
		   "~ a: $FLEET_VAR_X -> 1\n");
}

static void data_is_its_size_and_the_beginning_of_its_hash(void **state)
{
	(void)state;
	/* echo -n abc | sha256sum */
	must_print("", KEY("a", "<data>YWJj</data>"), "+ a: data 3 bytes (SHA-256 ba7816bf8f01cfea...)\n");
	must_print(KEY("a", "<data></data>"), "", "- a: data 0 bytes\n");
}

static void a_value_is_one_line_that_no_terminal_obeys(void **state)
{
	(void)state;
	must_print("", KEY("a", STRING("1\n2\t&#13;\\ \xc2\x9b \xe2\x80\xae\xc3\xa4")),
		   "+ a: '1\\n2\\t\\r\\\\ \\xc2\\x9b \\xe2\\x80\\xae\xc3\xa4'\n");
	must_print("", KEY("a\n\xc2\x9b/b", STRING("")), "+ a%0A%C2%9B%2Fb: ''\n");
}

static void of_long_texts_the_part_is_shown_that_differs(void **state)
{
	(void)state;
	must_print("", KEY("a", STRING("0123456789012345678901234567890123456789012345678901234567890123456789012345")),
		   "+ a: '012345678901234567890123456789012345678901234567890123456789012345678901'...\n");
	must_print(KEY("a", STRING("0123456789012345678901234567890123456789012345678901234567890123456789XXab")),
		   KEY("a", STRING("0123456789012345678901234567890123456789012345678901234567890123456789XXcd")),
		   "~ a: ...'234567890123456789XXab' -> ...'234567890123456789XXcd'\n");
	/* Characters are not cut, and what is short is shown whole. */
	must_print(KEY("a", STRING("a\xe2\x82\xac" "456789012345678901x")),
		   KEY("a", STRING("a\xe2\x82\xac" "456789012345678901y"
				   "0123456789012345678901234567890123456789012345678901234567890123456789")),
		   "~ a: 'a\xe2\x82\xac" "456789012345678901x' -> ...'\xe2\x82\xac" "456789012345678901y"
		   "01234567890123456789012345678901234567890123456789'...\n");
}

static void a_payload_with_another_name_says_what_it_was(void **state)
{
	(void)state;
	must_print(PAYLOADS(WIFI("1", KEY("SSID_STR", STRING("a")))),
		   PAYLOADS(WIFI("2", "") WIFI("1", KEY("SSID_STR", STRING("b")))),
		   "+ PayloadContent/com.apple.wifi.managed: dict of 2 keys\n"
		   "~ PayloadContent/com.apple.wifi.managed.2/SSID_STR (was com.apple.wifi.managed): 'a' -> 'b'\n");
	must_print(PAYLOADS(OTHER("1", KEY("a", STRING("1"))) WIFI("2", "") WIFI("3", "")),
		   PAYLOADS(WIFI("2", "") WIFI("3", "") OTHER("1", KEY("a", STRING("2")))),
		   "> PayloadContent/com.example.app: moved from 00 to 02\n"
		   "~ PayloadContent/com.example.app/a: '1' -> '2'\n");
	must_print(PAYLOADS(WIFI("1", "") WIFI("2", "") WIFI("3", "")),
		   PAYLOADS(WIFI("3", "") WIFI("1", "") WIFI("2", "")),
		   "> PayloadContent/com.apple.wifi.managed (was com.apple.wifi.managed.3): moved from 02 to 00\n");
}

static void payloads_are_numbered_by_their_type(void **state)
{
	(void)state;
	must_print(PAYLOADS(WIFI("1", "") OTHER("2", "") WIFI("3", "") DICT("") OTHER("4", KEY("a", STRING("1")))),
		   PAYLOADS(WIFI("1", "") OTHER("2", "") WIFI("3", KEY("b", "<true/>")) DICT("") OTHER("4", "")),
		   "+ PayloadContent/com.apple.wifi.managed.2/b: true\n"
		   "- PayloadContent/com.example.app.2/a: '1'\n");
	must_print(PAYLOADS(WIFI("1", "") DICT("")), PAYLOADS(WIFI("1", "")), "- PayloadContent/01: dict of 0 keys\n");
}

static void payloads_that_come_all_at_once_have_a_line_each(void **state)
{
	(void)state;
	must_print("", PAYLOADS(WIFI("1", "") OTHER("2", "")),
		   "+ PayloadContent/com.apple.wifi.managed: dict of 2 keys\n"
		   "+ PayloadContent/com.example.app: dict of 2 keys\n");
	must_print(PAYLOADS(""), "", "- PayloadContent: array of 0 elements\n");
}

static void colours_end_in_their_line(void **state)
{
	const struct differences_options options = { .colour = true };
	BUF_AUTO out = BUF_INIT;

	(void)state;
	print(KEY("a", STRING("1")) KEY("b", STRING("1")), KEY("a", STRING("2")), &options, &out);
	assert_string_equal(buf_text(&out), "~ a: \033[31m'1'\033[m -> \033[32m'2'\033[m\n\033[31m- b: '1'\033[m\n");
}

/* --- secrets -------------------------------------------------------------------------------------------- */

#define BEFORE "hunter1"
#define AFTER  "hunter2"

#define EAP(secret)     KEY("EAPClientConfiguration", DICT(KEY("UserPassword", STRING(secret))))
#define WIFI_OF(secret) WIFI("1", KEY("Password", STRING(secret)) EAP(secret))
#define DEEP(secret)    KEY("Secrets", DICT(KEY("deep", ARRAY(STRING(secret)))))
#define APP_OF(secret, kept, pin) \
	OTHER("2", KEY("ApiToken", STRING(secret)) DEEP(secret) KEY("PasswordKept", kept) KEY("PIN", pin))

static const char SECRETS_BEFORE[] = PAYLOADS(WIFI_OF(BEFORE) APP_OF(BEFORE, "<true/>", STRING("1")));
static const char SECRETS_AFTER[] = PAYLOADS(WIFI_OF(AFTER) APP_OF(AFTER, "<false/>", "<integer>1</integer>"));

static void secrets_are_not_shown(void **state)
{
	(void)state;
	must_print(SECRETS_BEFORE, SECRETS_AFTER,
		   "~ " IN_WIFI "Password: (secret) changed\n"
		   "~ " IN_WIFI "EAPClientConfiguration/UserPassword: (secret) changed\n"
		   "~ " IN_OTHER "ApiToken: (secret) changed\n"
		   "- " IN_OTHER "Secrets/deep/00: (secret)\n"
		   "+ " IN_OTHER "Secrets/deep/00: (secret)\n"
		   "~ " IN_OTHER "PasswordKept: true -> false\n"
		   "~ " IN_OTHER "PIN: string (secret) -> integer (secret)\n");
}

static void no_form_tells_a_secret_unless_it_is_wanted(void **state)
{
	(void)state;
	for (int form = DIFFERENCES_TEXT; form <= DIFFERENCES_JSON; form++) {
		struct differences_options options = { .format = (enum differences_format)form, .schema = schema };
		BUF_AUTO hidden = BUF_INIT, added = BUF_INIT, shown = BUF_INIT;

		print(SECRETS_BEFORE, SECRETS_AFTER, &options, &hidden);
		print("", SECRETS_AFTER, &options, &added);
		assert_null(strstr(buf_text(&hidden), "hunter"));
		assert_null(strstr(buf_text(&added), "hunter"));
		options.secrets = true;
		print(SECRETS_BEFORE, SECRETS_AFTER, &options, &shown);
		assert_non_null(strstr(buf_text(&shown), BEFORE));
		assert_non_null(strstr(buf_text(&shown), AFTER));
	}
}

#define ACME(body)     DICT(OF("com.apple.security.acme", "3") body)
#define ID_OF(end, id) KEY("ClientIdentifier" end, STRING(id))
#define IN_ACME	       "PayloadContent/com.apple.security.acme/"

/* What a merge left is as secret as what it is a version of. */
static void marks_of_conflicts_tell_no_secret(void **state)
{
	static const char merged[] = PAYLOADS(ACME(
		ID_OF("", "a") ID_OF(".conflict-base", "hunter1") ID_OF(".conflict-theirs.2", "hunter2")
			KEY("removed.conflict-base", DICT(ID_OF("", "hunter3")))
				KEY("URL.conflict-base", STRING("u"))));
	const struct differences_options json = { .format = DIFFERENCES_JSON, .schema = schema };
	BUF_AUTO out = BUF_INIT;

	(void)state;
	must_print(PAYLOADS(ACME(ID_OF("", "a") KEY("removed.conflict-base", DICT(ID_OF("", "hunter0"))))), merged,
		   "+ " IN_ACME "ClientIdentifier.conflict-base: (secret)\n"
		   "+ " IN_ACME "ClientIdentifier.conflict-theirs.2: (secret)\n"
		   "~ " IN_ACME "removed.conflict-base/ClientIdentifier: (secret) changed\n"
		   "+ " IN_ACME "URL.conflict-base: 'u'\n");
	print("", merged, &json, &out);
	assert_null(strstr(buf_text(&out), "hunter"));
}

/* --- JSON ----------------------------------------------------------------------------------------------- */

static json_t *parsed(const char *a, const char *b)
{
	const struct differences_options options = {
		.format = DIFFERENCES_JSON, .a_name = "A", .b_name = "B\xff", .schema = schema,
	};
	BUF_AUTO out = BUF_INIT;
	json_error_t why;
	size_t count = print(a, b, &options, &out);
	json_t *json = json_loads(buf_text(&out), 0, &why), *list = json_object_get(json, "differences");

	if (!json)
		fail_msg("%s: %s", why.text, buf_text(&out));
	assert_int_equal(json_array_size(list), count);
	assert_string_equal(json_string_value(json_object_get(json, "old")), "A");
	assert_string_equal(json_string_value(json_object_get(json, "new")), "B\xef\xbf\xbd");
	json_incref(list);
	json_decref(json);
	return list;
}

static void must_be_json(const char *a, const char *b, const char *expected)
{
	json_t *list = parsed(a, b);
	char *text = json_dumps(list, JSON_COMPACT);

	assert_string_equal(text, expected);
	free(text);
	json_decref(list);
}

static void json_has_whole_values_with_their_types(void **state)
{
	(void)state;
	must_be_json("", "", "[]");
	must_be_json(KEY("a", STRING("x\n")), KEY("a", "<integer>-3</integer>"),
		     "[{\"kind\":\"changed\",\"path\":\"a\",\"old_path\":\"a\",\"from\":null,\"to\":null,"
		     "\"old_type\":\"string\",\"new_type\":\"integer\",\"old\":\"x\\n\",\"new\":-3,\"secret\":false}]");
	must_be_json("", KEY("a", DICT(KEY("b", ARRAY("<true/><real>0.5</real><integer>18446744073709551615</integer>"
						      "<date>2026-01-31T12:00:00Z</date>")))),
		     "[{\"kind\":\"added\",\"path\":\"a\",\"old_path\":null,\"from\":null,\"to\":null,"
		     "\"old_type\":null,\"new_type\":\"dict\",\"old\":null,"
		     "\"new\":{\"b\":[true,0.5,\"18446744073709551615\",\"2026-01-31T12:00:00Z\"]},\"secret\":false}]");
}

static void json_says_where_a_payload_moved(void **state)
{
	(void)state;
	must_be_json(PAYLOADS(WIFI("1", "") WIFI("2", "") WIFI("3", "")),
		     PAYLOADS(WIFI("3", "") WIFI("1", "") WIFI("2", "")),
		     "[{\"kind\":\"moved\",\"path\":\"PayloadContent/com.apple.wifi.managed\","
		     "\"old_path\":\"PayloadContent/com.apple.wifi.managed.3\",\"from\":2,\"to\":0,"
		     "\"old_type\":\"dict\",\"new_type\":\"dict\",\"old\":null,\"new\":null,\"secret\":false}]");
}

static int begin(void **state)
{
	struct error err;

	(void)state;
	schema = schema_open(NULL, &err);
	return schema ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	schema_free(schema);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_difference_has_its_line),
		cmocka_unit_test(types_are_said_where_they_differ),
		cmocka_unit_test(data_is_its_size_and_the_beginning_of_its_hash),
		cmocka_unit_test(a_value_is_one_line_that_no_terminal_obeys),
		cmocka_unit_test(of_long_texts_the_part_is_shown_that_differs),
		cmocka_unit_test(a_payload_with_another_name_says_what_it_was),
		cmocka_unit_test(payloads_are_numbered_by_their_type),
		cmocka_unit_test(payloads_that_come_all_at_once_have_a_line_each),
		cmocka_unit_test(colours_end_in_their_line),
		cmocka_unit_test(secrets_are_not_shown),
		cmocka_unit_test(no_form_tells_a_secret_unless_it_is_wanted),
		cmocka_unit_test(marks_of_conflicts_tell_no_secret),
		cmocka_unit_test(json_has_whole_values_with_their_types),
		cmocka_unit_test(json_says_where_a_payload_moved),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
