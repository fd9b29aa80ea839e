/* What is refused, and in which words: one test for each rule of a single value. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/constraint.h"
#include "plist/schema/pattern.h"

#define VALUES(...) \
	{ \
		(const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *) \
	}

#define INTEGER .types = TYPE_BIT(NODE_INTEGER), .type = NODE_INTEGER
#define REAL .types = TYPE_BIT(NODE_REAL), .type = NODE_REAL
#define STRING .types = TYPE_BIT(NODE_STRING), .type = NODE_STRING
#define BOOLEAN .types = TYPE_BIT(NODE_BOOLEAN), .type = NODE_BOOLEAN
#define DATE .types = TYPE_BIT(NODE_DATE), .type = NODE_DATE
#define DATA .types = TYPE_BIT(NODE_DATA), .type = NODE_DATA
#define ARRAY .types = TYPE_BIT(NODE_ARRAY), .type = NODE_ARRAY
#define DICT .types = TYPE_BIT(NODE_DICT), .type = NODE_DICT

static void assert_accepted(const struct schema_key *key, const char *text)
{
	struct error err = ERROR_INIT;

	if (constraint_check(key, key->type, text, strlen(text), false, &err) != 0)
		fail_msg("'%s' is refused: %s", text, err.text);
}

/* Refused, by that rule and in these words. */
static void assert_refused(const struct schema_key *key, const char *text, const char *rule, const char *words)
{
	struct error err = ERROR_INIT;

	if (constraint_check(key, key->type, text, strlen(text), true, &err) == 0)
		fail_msg("'%s' is accepted", text);
	assert_int_equal(err.code, EINVAL);
	assert_string_equal(err.rule, rule);
	assert_string_equal(err.text, words);
}

/* --- allowed values -------------------------------------------------------------------------------------- */

static void a_value_that_is_not_in_the_list_is_refused_with_the_list(void **state)
{
	struct schema_key key = { STRING, .values = VALUES("WEP", "WPA", "WPA2", "WPA3", "Any", "None") };

	(void)state;
	assert_accepted(&key, "WPA2");
	assert_refused(&key, "WPA4", "not-allowed-value", "'WPA4' is not one of WEP, WPA, WPA2, WPA3, Any, None");
	assert_refused(&key, "", "not-allowed-value", "'' is not one of WEP, WPA, WPA2, WPA3, Any, None");
}

static void the_value_that_was_meant_is_named_if_it_is_clear_which(void **state)
{
	struct schema_key key = { STRING, .values = VALUES("User", "System") };
	struct schema_key one = { STRING, .values = VALUES("Configuration") };

	(void)state;
	assert_refused(&key, "system", "not-allowed-value",
		       "'system' is not one of User, System: did you mean 'System'? Upper and lower case matter");
	assert_refused(&key, "Sytsem", "not-allowed-value",
		       "'Sytsem' is not one of User, System: did you mean 'System'?");
	assert_refused(&key, "Device", "not-allowed-value", "'Device' is not one of User, System");
	assert_refused(&one, "Konfiguration", "not-allowed-value",
		       "'Konfiguration' is not allowed: it must be Configuration");
	assert_refused(&one, "configuration", "not-allowed-value",
		       "'configuration' is not allowed: it must be Configuration; upper and lower case matter");
}

static void a_long_list_is_cut_and_counted(void **state)
{
	struct schema_key key = { STRING, .values = VALUES("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1",
							   "b2", "b3", "b4", "b5", "b6", "b7", "b8") };

	(void)state;
	assert_refused(&key, "something", "not-allowed-value",
		       "'something' is not one of a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3, ... (17 in all: "
		       "profilefs schema lists them)");
	key.values.count = 16;
	assert_refused(&key, "something", "not-allowed-value",
		       "'something' is not one of a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3, b4, b5, b6, b7");
}

static void one_value_is_said_to_be_what_it_must_be(void **state)
{
	struct schema_key version = { INTEGER, .values = VALUES("1") }, empty = { STRING, .values = VALUES("") };

	(void)state;
	assert_refused(&version, "2", "not-allowed-value", "2 is not allowed: it must be 1");
	assert_refused(&empty, "x", "not-allowed-value", "'x' is not allowed: it must be empty");
}

static void values_that_are_proposals_refuse_nothing(void **state)
{
	struct schema_key key = { STRING, .values = VALUES("a", "b"), .custom_values = true };

	(void)state;
	assert_accepted(&key, "c");
}

static void numbers_in_a_list_are_compared_as_numbers(void **state)
{
	struct schema_key real = { REAL, .values = VALUES("1.0", "2") };
	struct schema_key integer = { INTEGER, .values = VALUES("1", "15") };
	struct schema_key string = { STRING, .values = VALUES("1.0") };

	(void)state;
	assert_accepted(&real, "1");
	assert_accepted(&real, "20e-1");
	assert_refused(&real, "3", "not-allowed-value", "3 is not one of 1.0, 2");
	assert_refused(&integer, "5", "not-allowed-value", "5 is not one of 1, 15");
	assert_refused(&string, "1", "not-allowed-value", "'1' is not allowed: it must be 1.0");
}

static void booleans_and_dates_can_be_limited_too(void **state)
{
	struct schema_key boolean = { BOOLEAN, .values = VALUES("true") };
	struct schema_key date = { DATE, .values = VALUES("2026-01-31T12:00:00Z") };

	(void)state;
	assert_accepted(&boolean, "true");
	assert_refused(&boolean, "false", "not-allowed-value", "false is not allowed: it must be true");
	assert_refused(&date, "2026-01-31T12:00:01Z", "not-allowed-value",
		       "'2026-01-31T12:00:01Z' is not allowed: it must be 2026-01-31T12:00:00Z");
}

/* --- ranges ---------------------------------------------------------------------------------------------- */

static void a_number_out_of_its_range_is_refused_with_the_range(void **state)
{
	struct schema_key key = { INTEGER, .range = { "1", "8191" } };
	struct schema_key above = { INTEGER, .range = { "10", NULL } };
	struct schema_key below = { REAL, .range = { NULL, "1.0" } };
	struct schema_key one = { REAL, .range = { "1", "1" } };

	(void)state;
	assert_accepted(&key, "8191");
	assert_refused(&key, "99999", "out-of-range", "99999 is past the range: 1 to 8191");
	assert_refused(&key, "0", "out-of-range", "0 is below the range: 1 to 8191");
	assert_refused(&above, "-3", "out-of-range", "-3 is below the range: at least 10");
	assert_refused(&below, "1.5", "out-of-range", "1.5 is past the range: at most 1.0");
	assert_refused(&one, "2", "out-of-range", "2 is past the range: exactly 1");
	assert_refused(&below, "nan", "out-of-range", "nan is not in the range: at most 1.0");
}

static void numbers_of_any_length_are_compared_exactly(void **state)
{
	struct schema_key key = { INTEGER, .range = { NULL, "18446744073709551616" } };
	struct schema_key real = { REAL, .range = { "0.1", "1e400" } };

	(void)state;
	assert_accepted(&key, "18446744073709551616");
	assert_refused(&key, "18446744073709551617", "out-of-range",
		       "18446744073709551617 is past the range: at most 18446744073709551616");
	assert_accepted(&real, "0.1000000000000000000000000000000000000001");
	assert_refused(&real, "0.0999999999999999999999999999999999999999", "out-of-range",
		       "0.0999999999999999999999999999999999999999 is below the range: 0.1 to 1e400");
	assert_accepted(&real, "0.00001e405");
	assert_refused(&real, "1e99999999999999999999999999", "out-of-range",
		       "1e99999999999999999999999999 is past the range: 0.1 to 1e400");
}

static void a_list_and_a_range_are_united(void **state)
{
	struct schema_key key = { INTEGER, .values = VALUES("0"), .range = { "10", "180" } };
	struct schema_key more = { INTEGER, .values = VALUES("0", "5"), .range = { "10", "180" } };

	(void)state;
	assert_accepted(&key, "0");
	assert_accepted(&key, "10");
	assert_refused(&key, "5", "out-of-range", "5 is below the range: 10 to 180, or 0");
	assert_refused(&more, "181", "out-of-range", "181 is past the range: 10 to 180, or one of 0, 5");
}

/* --- access rights --------------------------------------------------------------------------------------- */

static void rights_are_flags_and_some_need_others(void **state)
{
	struct schema_key key = { INTEGER, .bits = 8191, .bit_needs = VALUES("2:1", "128:64") };
	struct schema_key few = { INTEGER, .bits = 5 };

	(void)state;
	assert_accepted(&key, "8191");
	assert_accepted(&key, "3");
	assert_accepted(&key, "4096");
	assert_refused(&key, "2", "access-rights", "2 has right 2 without right 1, which it needs: 3 = 2 + 1");
	assert_refused(&key, "130", "access-rights", "130 has right 2 without right 1, which it needs: 195 = 130 + 65");
	assert_refused(&few, "0", "access-rights", "0 gives no right: add up some of 1, 4 (5 is all of them)");
	assert_refused(&few, "-1", "access-rights", "-1 gives no right: add up some of 1, 4 (5 is all of them)");
	assert_refused(&few, "2", "access-rights",
		       "2 holds bits that are no right: add up some of 1, 4 (5 is all of them)");
	assert_refused(&few, "99999999999999999999999999", "access-rights",
		       "99999999999999999999999999 holds bits that are no right: add up some of 1, 4 "
		       "(5 is all of them)");
}

/* --- length and format ----------------------------------------------------------------------------------- */

static void strings_are_measured_in_characters_and_data_in_bytes(void **state)
{
	struct schema_key string = { STRING, .length = { "2", "3" } };
	struct schema_key data = { DATA, .length = { NULL, "1" } };
	struct schema_key exact = { STRING, .length = { "6", "6" } };

	(void)state;
	assert_accepted(&string, "\xc3\xa9\xc3\xa9\xc3\xa9");
	assert_refused(&string, "\xc3\xa9", "bad-length",
		       "'\xc3\xa9' is too short (1 character): it must have 2 to 3 characters");
	assert_refused(&string, "abcd", "bad-length",
		       "'abcd' is too long (4 characters): it must have 2 to 3 characters");
	assert_refused(&data, "\xff\xff", "bad-length", "the data is too long (2 bytes): it must have at most 1 byte");
	assert_refused(&exact, "1", "bad-length", "'1' is too short (1 character): it must have exactly 6 characters");
}

static void assert_format_refused(const char *format, const char *text, const char *words)
{
	struct error err;
	struct schema_key key = { STRING, .format = format, .pattern = pattern_new(format, &err) };

	assert_non_null(key.pattern);
	assert_refused(&key, text, "bad-format", words);
	pattern_free(key.pattern);
}

static void a_format_is_said_in_words_where_there_are_some(void **state)
{
	(void)state;
	assert_format_refused("^https://.*$", "htp://x", "'htp://x' must begin with https://");
	assert_format_refused("^com\\.apple\\.mgmt\\.", "x", "'x' must begin with com.apple.mgmt.");
	assert_format_refused("^[0-9]{6}$", "12345", "'12345' must be 6 digits");
	assert_format_refused("^abc$", "ab", "'ab' must be abc");
	assert_format_refused("^([0-9A-Fa-f]{2}:){5}([0-9A-Fa-f]{2})$", "00:1B",
			      "'00:1B' must be a MAC address such as 00:1B:63:84:45:E6");
	assert_format_refused("^a[bc]$", "x", "'x' does not match ^a[bc]$");
}

static void a_format_holds_of_a_number_where_no_string_may_be(void **state)
{
	struct error err;
	struct pattern *pattern = pattern_new("^[0-9]*[02468]$", &err);
	struct schema_key number = { INTEGER, .format = "^[0-9]*[02468]$", .pattern = pattern };
	struct schema_key either = number;

	(void)state;
	assert_non_null(pattern);
	assert_accepted(&number, "2048");
	assert_refused(&number, "2047", "bad-format", "2047 does not match ^[0-9]*[02468]$");
	either.types |= TYPE_BIT(NODE_STRING);
	assert_accepted(&either, "2047");
	pattern_free(pattern);
}

static void a_format_that_no_words_fit_stands_for_itself(void **state)
{
	static const char *const FORMATS[] = { "^ab?c", "^ab*$", "^a|b", "^.*$x", "^a{2}", "ab", "^a\\d",
					       "^[0-9]{2,3}$", "^", "^$y" };
	char words[64];

	(void)state;
	for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
		struct error err;
		struct schema_key key = { STRING, .format = FORMATS[i], .pattern = pattern_new(FORMATS[i], &err) };
		BUF_AUTO out = BUF_INIT;

		assert_non_null(key.pattern);
		constraint_allowed(&key, &out);
		snprintf(words, sizeof(words), "a string that matches %s", FORMATS[i]);
		assert_string_equal(buf_text(&out), words);
		pattern_free(key.pattern);
	}
}

/* --- types ----------------------------------------------------------------------------------------------- */

static void text_that_is_not_of_its_type_keeps_the_words_of_the_type(void **state)
{
	struct schema_key boolean = { BOOLEAN };
	struct schema_key integer = { INTEGER, .range = { "1", "5" } };

	(void)state;
	assert_refused(&boolean, "YES", "wrong-type", "'YES' is not a boolean: write true or false");
	assert_refused(&boolean, "$USERNAME", "wrong-type", "'$USERNAME' is not a boolean: write true or false");
	assert_refused(&integer, "x", "wrong-type",
		       "'x' is not an integer: write a whole number such as 42 or -5, without leading zeros, '+' or "
		       "spaces, or a placeholder");
}

static void assert_wrong_type(const struct schema_key *key, enum node_type type, const char *words)
{
	struct error err = ERROR_INIT;

	assert_int_equal(constraint_type(key, type, &err), -1);
	assert_string_equal(err.rule, "wrong-type");
	assert_string_equal(err.text, words);
}

static void another_type_is_refused_with_what_is_allowed(void **state)
{
	struct schema_key boolean = { BOOLEAN, .name = "AutoJoin" };
	struct schema_key integer = { INTEGER, .name = "Port", .range = { "0", "65535" } };
	struct schema_key string = { STRING, .name = "Scope", .values = VALUES("User", "System") };
	struct schema_key either = { .name = "X", .types = TYPE_BIT(NODE_INTEGER) | TYPE_BIT(NODE_STRING) };
	struct schema_key item = { DICT };
	struct error err;

	(void)state;
	assert_wrong_type(&boolean, NODE_STRING, "is a string; AutoJoin must be a boolean: true or false");
	assert_wrong_type(&integer, NODE_DATA, "is data; Port must be an integer from 0 to 65535");
	assert_wrong_type(&string, NODE_INTEGER, "is an integer; Scope must be a string: one of User, System");
	assert_wrong_type(&either, NODE_ARRAY, "is an array; X must be a string or an integer");
	assert_wrong_type(&item, NODE_DATE, "is a date; it must be a dictionary");
	assert_int_equal(constraint_check(&boolean, NODE_INTEGER, "1", 1, true, &err), -1);
	assert_string_equal(err.text, "is an integer; AutoJoin must be a boolean: true or false");
}

static void an_integer_may_stand_for_a_real_and_not_the_other_way_round(void **state)
{
	struct schema_key real = { REAL, .name = "Radius" }, integer = { INTEGER, .name = "Port" };
	struct error err;

	(void)state;
	assert_int_equal(constraint_type(&real, NODE_INTEGER, &err), 0);
	assert_int_equal(constraint_check(&real, NODE_INTEGER, "5", 1, false, &err), 0);
	assert_int_equal(constraint_type(&integer, NODE_REAL, &err), -1);
	assert_int_equal(constraint_type(NULL, NODE_REAL, &err), 0);
}

static void a_container_has_no_text(void **state)
{
	struct schema_key key = { DICT };
	struct error err;

	(void)state;
	assert_int_equal(constraint_check(&key, NODE_DICT, "x", 1, true, &err), -1);
	assert_string_equal(err.rule, "wrong-type");
}

/* --- what messages show ---------------------------------------------------------------------------------- */

static void a_message_is_one_line_and_not_long(void **state)
{
	struct schema_key key = { STRING, .values = VALUES("a") };

	(void)state;
	assert_refused(&key, "x\ny\tz\r", "not-allowed-value", "'x\\ny\\tz\\r' is not allowed: it must be a");
	assert_refused(&key, "\x7f\xc2\x9b", "not-allowed-value", "'\\x7f\\xc2\\x9b' is not allowed: it must be a");
	assert_refused(&key, "x\xe2\x80\xaey\xe2\x80\x9c", "not-allowed-value",
		       "'x\\xe2\\x80\\xaey\xe2\x80\x9c' is not allowed: it must be a");
	assert_refused(&key,
		       "12345678901234567890123456789012345678901234567890123456789\xc3\xa9xyz", "not-allowed-value",
		       "'12345678901234567890123456789012345678901234567890123456789...' is not allowed: it must be a");
}

static void a_secret_is_in_no_message(void **state)
{
	struct error err;
	struct schema_key keys[] = {
		{ STRING, .sensitive = true, .values = VALUES("secrez", "other") },
		{ STRING, .sensitive = true, .length = { NULL, "3" } },
		{ STRING, .sensitive = true, .format = "^[0-9]$", .pattern = pattern_new("^[0-9]$", &err) },
		{ INTEGER, .sensitive = true, .range = { "1", "2" } },
		{ BOOLEAN, .sensitive = true },
		{ DATE, .sensitive = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_int_equal(constraint_check(&keys[i], keys[i].type, "secret", 6, true, &err), -1);
		assert_null(strstr(err.text, "secret"));
		assert_null(strstr(err.text, "did you mean"));
		assert_non_null(strstr(err.text, "the value"));
	}
	assert_int_equal(constraint_check(&keys[3], NODE_INTEGER, "777", 3, true, &err), -1);
	assert_string_equal(err.text, "the value is past the range: 1 to 2");
	assert_int_equal(constraint_check(&keys[1], NODE_STRING, "\xff\x01", 2, true, &err), -1);
	assert_string_equal(err.text, "the value is not UTF-8 without control characters, which strings must be");
	pattern_free(keys[2].pattern);
}

static void assert_allowed(struct schema_key key, const char *words)
{
	BUF_AUTO out = BUF_INIT;

	constraint_allowed(&key, &out);
	assert_string_equal(buf_text(&out), words);
}

static void what_is_allowed_is_said_for_every_kind_of_key(void **state)
{
	BUF_AUTO out = BUF_INIT;

	(void)state;
	assert_allowed((struct schema_key){ STRING, .values = VALUES("WEP", "WPA") }, "one of WEP, WPA");
	assert_allowed((struct schema_key){ STRING, .values = VALUES("WEP") }, "WEP");
	assert_allowed((struct schema_key){ STRING, .values = VALUES("", "a,b") }, "one of '', 'a,b'");
	assert_allowed((struct schema_key){ STRING, .values = VALUES("en", "de"), .custom_values = true },
		       "a string, such as en, de");
	assert_allowed((struct schema_key){ INTEGER, .range = { "1", "8191" } }, "an integer from 1 to 8191");
	assert_allowed((struct schema_key){ INTEGER, .range = { "1", NULL } }, "an integer of at least 1");
	assert_allowed((struct schema_key){ INTEGER, .range = { "1", "180" }, .values = VALUES("0") },
		       "an integer from 1 to 180, or 0");
	assert_allowed((struct schema_key){ STRING, .length = { "6", "64" } }, "a string of 6 to 64 characters");
	assert_allowed((struct schema_key){ DATA, .length = { NULL, "64" } }, "data of at most 64 bytes");
	assert_allowed((struct schema_key){ STRING, .length = { "1", NULL } }, "a string of at least 1 character");
	assert_allowed((struct schema_key){ ARRAY, .items = { "1", "3" } }, "an array of 1 to 3 elements");
	assert_allowed((struct schema_key){ STRING, .format = "^https://.*$" },
		       "a string (it must begin with https://)");
	assert_allowed((struct schema_key){ BOOLEAN }, "true or false");
	assert_allowed((struct schema_key){ REAL }, "a real number");
	assert_allowed((struct schema_key){ .types = TYPES_ANY, .type = NODE_TYPE_COUNT }, "a value of any type");
	constraint_allowed(NULL, &out);
	assert_string_equal(buf_text(&out), "a value of any type");
}

static void arrays_have_as_many_elements_as_they_may(void **state)
{
	struct schema_key key = { ARRAY, .items = { "1", "2" } };
	struct schema_key open = { ARRAY };
	struct error err;

	(void)state;
	assert_int_equal(constraint_items(&key, 1, &err), 0);
	assert_int_equal(constraint_items(&open, 99999, &err), 0);
	assert_int_equal(constraint_items(NULL, 99999, &err), 0);
	assert_int_equal(constraint_items(&key, 0, &err), -1);
	assert_string_equal(err.rule, "bad-length");
	assert_string_equal(err.text, "has 0 elements, which is too few: allowed is 1 to 2");
	assert_int_equal(constraint_items(&key, 3, &err), -1);
	assert_string_equal(err.text, "has 3 elements, which is too many: allowed is 1 to 2");
}

/* --- unknown keys ---------------------------------------------------------------------------------------- */

static struct schema_key named[] = {
	{ STRING, .name = "SSID_STR" },
	{ STRING, .name = "ServerURL" },
	{ STRING, .name = "path" },
	{ STRING, .name = "App" },
	{ STRING, .name = "Topic" },
	{ STRING, .name = "Key1" },
	{ STRING, .name = "PayloadUUID" },
};
static struct schema_key *const list[] = { &named[0], &named[1], &named[2], &named[3],
					   &named[4], &named[5], &named[6] };
static const struct schema_key dict = { DICT, .keys = (struct schema_key **)list, .key_count = 7 };

static void assert_unknown(const struct schema_key *in, const char *name, const char *words)
{
	struct error err = ERROR_INIT;

	assert_int_equal(constraint_unknown(in, name, strlen(name), &err), -1);
	assert_string_equal(err.rule, "unknown-key");
	assert_string_equal(err.text, words);
}

static void an_unknown_key_is_refused_with_the_one_that_was_meant(void **state)
{
	struct schema_key like = { DICT, .like = (struct schema_key *)&dict };

	(void)state;
	assert_unknown(&dict, "SSID_str",
		       "SSID_str differs from SSID_STR in upper and lower case only: did you mean SSID_STR?");
	assert_unknown(&dict, "ServerURI", "ServerURI is not a known key: did you mean ServerURL?");
	assert_unknown(&dict, "Toipc", "Toipc is not a known key: did you mean Topic?");
	assert_unknown(&dict, "Ap", "Ap is not a known key: did you mean App?");
	assert_unknown(&like, "pahts", "pahts is not a known key: did you mean path?");
}

static void an_unknown_key_near_none_is_refused_with_those_there_are(void **state)
{
	struct schema_key many = dict;
	struct schema_key *twice[14];

	(void)state;
	for (size_t i = 0; i < 14; i++)
		twice[i] = list[i % 6];
	many.keys = twice;
	many.key_count = 14;
	assert_unknown(&dict, "Frob\n",
		       "Frob\\n is not a known key: known there are SSID_STR, ServerURL, path, App, Topic, Key1");
	assert_unknown(&many, "Frobnicate", "Frobnicate is not a known key: 14 are known there, and none is near");
	assert_unknown(NULL, "X", "X is not a known key: no key of that name is known there");
}

static bool near(const char *name)
{
	return constraint_is_near(&dict, name, strlen(name));
}

static void probable_mistakes_are_told_from_keys_that_are_new(void **state)
{
	(void)state;
	assert_true(near("ssid_str"));
	assert_true(near("Path"));
	assert_true(near("app"));
	assert_true(near("ServerURI"));
	assert_true(near("SevrerURI"));
	assert_true(near("Topics"));
	assert_true(near("payloaduuid"));
	assert_false(near("Apq"));
	assert_false(near("Ap"));
	assert_false(near("Tpcic"));
	assert_false(near("Key2"));
	assert_false(near("Key"));
	assert_false(near("Key12"));
	assert_false(near("ServiceURI"));
	assert_false(near("Application"));
	assert_false(near(""));
	assert_false(constraint_is_near(NULL, "X", 1));
}

static void names_that_begin_with_payload_are_reserved(void **state)
{
	(void)state;
	assert_true(constraint_is_reserved("PayloadX", 8));
	assert_true(constraint_is_reserved("Payload", 7));
	assert_false(constraint_is_reserved("PayloadX", 6));
	assert_false(constraint_is_reserved("payloadX", 8));
	assert_false(constraint_is_reserved("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_is_not_in_the_list_is_refused_with_the_list),
		cmocka_unit_test(the_value_that_was_meant_is_named_if_it_is_clear_which),
		cmocka_unit_test(a_long_list_is_cut_and_counted),
		cmocka_unit_test(one_value_is_said_to_be_what_it_must_be),
		cmocka_unit_test(values_that_are_proposals_refuse_nothing),
		cmocka_unit_test(numbers_in_a_list_are_compared_as_numbers),
		cmocka_unit_test(booleans_and_dates_can_be_limited_too),
		cmocka_unit_test(a_number_out_of_its_range_is_refused_with_the_range),
		cmocka_unit_test(numbers_of_any_length_are_compared_exactly),
		cmocka_unit_test(a_list_and_a_range_are_united),
		cmocka_unit_test(rights_are_flags_and_some_need_others),
		cmocka_unit_test(strings_are_measured_in_characters_and_data_in_bytes),
		cmocka_unit_test(a_format_is_said_in_words_where_there_are_some),
		cmocka_unit_test(a_format_holds_of_a_number_where_no_string_may_be),
		cmocka_unit_test(a_format_that_no_words_fit_stands_for_itself),
		cmocka_unit_test(text_that_is_not_of_its_type_keeps_the_words_of_the_type),
		cmocka_unit_test(another_type_is_refused_with_what_is_allowed),
		cmocka_unit_test(an_integer_may_stand_for_a_real_and_not_the_other_way_round),
		cmocka_unit_test(a_container_has_no_text),
		cmocka_unit_test(a_message_is_one_line_and_not_long),
		cmocka_unit_test(a_secret_is_in_no_message),
		cmocka_unit_test(what_is_allowed_is_said_for_every_kind_of_key),
		cmocka_unit_test(arrays_have_as_many_elements_as_they_may),
		cmocka_unit_test(an_unknown_key_is_refused_with_the_one_that_was_meant),
		cmocka_unit_test(an_unknown_key_near_none_is_refused_with_those_there_are),
		cmocka_unit_test(probable_mistakes_are_told_from_keys_that_are_new),
		cmocka_unit_test(names_that_begin_with_payload_are_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
