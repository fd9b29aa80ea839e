/* Paths in messages: what no terminal may be shown as it stands. */
#include "tests/unit/checked.h"

static void assert_key_is_shown(const char *key, const char *expected)
{
	BUF_AUTO dict = BUF_INIT, path = BUF_INIT;
	struct doc doc;

	buf_add_format(&dict, "<key>%s</key><string/>", key);
	read_dict(buf_text(&dict), &doc);
	check_path(node_first_link(doc.root), &path);
	assert_string_equal(buf_text(&path), expected);
	doc_free(&doc);
}

static void letters_of_any_language_stand_for_themselves(void **state)
{
	(void)state;
	assert_key_is_shown("SSID_STR", "SSID_STR");
	assert_key_is_shown("\u00e9\u4e2d\U0001F600\u00a0", "\u00e9\u4e2d\U0001F600\u00a0");
}

static void what_means_something_in_a_path_is_encoded(void **state)
{
	(void)state;
	assert_key_is_shown("a/b%c", "a%2Fb%25c");
	assert_key_is_shown(".a.b", "%2Ea.b");
	assert_key_is_shown("..", "%2E.");
	assert_key_is_shown("", "%");
}

static void control_characters_are_encoded(void **state)
{
	(void)state;
	assert_key_is_shown("a\nb\x7f", "a%0Ab%7F");
	assert_key_is_shown("a&#x85;b&#x9B;", "a%C2%85b%C2%9B");
}

static void what_turns_text_around_is_encoded(void **state)
{
	(void)state;
	assert_key_is_shown("a\u202eb", "a%E2%80%AEb");
	assert_key_is_shown("\u061c\u200e\u200f\u2028\u2029", "%D8%9C%E2%80%8E%E2%80%8F%E2%80%A8%E2%80%A9");
	assert_key_is_shown("\u2066x\u2069\ufeff", "%E2%81%A6x%E2%81%A9%EF%BB%BF");
	assert_key_is_shown("\u200d\u2027\u202f\u2065\u206a\u061d", "\u200d\u2027\u202f\u2065\u206a\u061d");
}

static void payloads_are_called_by_what_can_be_shown_of_their_type(void **state)
{
	BUF_AUTO path = BUF_INIT;
	struct doc doc;

	(void)state;
	read_dict(PROFILE(PAYLOAD("t\u202ex", "1", "")), &doc);
	check_path(node_first_link(node_get(doc.root, "PayloadContent")), &path);
	assert_string_equal(buf_text(&path), "PayloadContent/t%E2%80%AEx");
	doc_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_of_any_language_stand_for_themselves),
		cmocka_unit_test(what_means_something_in_a_path_is_encoded),
		cmocka_unit_test(control_characters_are_encoded),
		cmocka_unit_test(what_turns_text_around_is_encoded),
		cmocka_unit_test(payloads_are_called_by_what_can_be_shown_of_their_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
