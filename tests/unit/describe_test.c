/* The schema in words: attributes by name, types, clauses. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "plist/base/buf.h"
#include "plist/schema/clause.h"
#include "plist/schema/describe.h"

#define LIST(...) ((const char *[]){ __VA_ARGS__ })
/* clang-format off */
#define TEXTS(...) { .list = LIST(__VA_ARGS__), .count = sizeof(LIST(__VA_ARGS__)) / sizeof(char *) }
/* clang-format on */

static void assert_says(const struct schema_key *payload, const struct schema_key *key, const char *name,
			const char *expected)
{
	BUF_AUTO said = BUF_INIT;

	if (describe_attribute(payload, key, name, &said) < 0)
		fail_msg("nothing is said of %s", name);
	assert_string_equal(buf_text(&said), expected);
}

static void assert_says_nothing(const struct schema_key *payload, const struct schema_key *key, const char *name)
{
	BUF_AUTO said = BUF_INIT;

	if (describe_attribute(payload, key, name, &said) == 0)
		fail_msg("%s: %s", name, buf_text(&said));
	assert_int_equal(said.len, 0);
}

static void assert_type(const struct schema_key *key, const char *expected)
{
	BUF_AUTO said = BUF_INIT;

	describe_type(key, &said);
	assert_string_equal(buf_text(&said), expected);
}

static void assert_clause(const struct clause *clause, const char *expected)
{
	BUF_AUTO said = BUF_INIT;

	describe_clause(clause, &said);
	assert_string_equal(buf_text(&said), expected);
}

static struct schema_key key_of(enum node_type type)
{
	return (struct schema_key){ .name = "Key", .type = type, .types = TYPE_BIT(type) };
}

/* --- types ------------------------------------------------------------------------------------------ */

static void a_type_is_said_by_its_name(void **state)
{
	struct schema_key key = key_of(NODE_STRING);

	(void)state;
	assert_type(&key, "string");
	key = key_of(NODE_DICT);
	assert_type(&key, "dict");
}

static void the_first_of_several_types_is_said_first(void **state)
{
	struct schema_key key = key_of(NODE_INTEGER);

	(void)state;
	key.types |= TYPE_BIT(NODE_STRING);
	assert_type(&key, "integer or string");
	key.type = NODE_STRING;
	assert_type(&key, "string or integer");
}

static void any_type_is_any(void **state)
{
	const struct schema_key key = { .name = "Key", .type = NODE_TYPE_COUNT, .types = TYPES_ANY };

	(void)state;
	assert_type(&key, "any");
}

static void an_array_says_what_it_holds(void **state)
{
	struct schema_key item = key_of(NODE_STRING), inner = key_of(NODE_ARRAY), array = key_of(NODE_ARRAY);

	(void)state;
	assert_type(&array, "array");
	array.item = &item;
	assert_type(&array, "array of string");
	item.types |= TYPE_BIT(NODE_INTEGER);
	assert_type(&array, "array of (string or integer)");
	item.types = TYPE_BIT(NODE_STRING);
	inner.item = &item;
	array.item = &inner;
	assert_type(&array, "array of array of string");
	item = (struct schema_key){ .type = NODE_TYPE_COUNT, .types = TYPES_ANY };
	array.item = &item;
	assert_type(&array, "array");
}

static void an_array_that_holds_what_it_is_in_comes_to_an_end(void **state)
{
	struct schema_key outer = key_of(NODE_ARRAY), item = key_of(NODE_ARRAY);

	(void)state;
	outer.item = &item;
	item.like = &outer;
	assert_type(&outer, "array of array of array");
}

/* --- attributes ------------------------------------------------------------------------------------- */

static void nothing_is_said_of_what_a_key_does_not_say(void **state)
{
	const struct schema_key payload = key_of(NODE_DICT), key = key_of(NODE_STRING);
	size_t i;

	(void)state;
	for (i = 0; describe_names[i]; i++)
		if (strcmp(describe_names[i], "presence") != 0)
			assert_says_nothing(&payload, &key, describe_names[i]);
}

static void names_that_there_are_not_say_nothing(void **state)
{
	const struct schema_key key = key_of(NODE_STRING);

	(void)state;
	assert_says_nothing(NULL, &key, "type");
	assert_says_nothing(NULL, &key, "");
	assert_says_nothing(NULL, &key, "Presence");
	assert_says_nothing(NULL, &key, "introduced");
}

static void presence_is_said_of_keys_only(void **state)
{
	struct schema_key key = key_of(NODE_STRING), element = key_of(NODE_STRING);

	(void)state;
	assert_says(NULL, &key, "presence", "optional");
	key.required = true;
	assert_says(NULL, &key, "presence", "required");
	assert_says_nothing(&key, &key, "presence");
	element.name = NULL;
	assert_says_nothing(NULL, &element, "presence");
}

static void values_stand_one_a_line(void **state)
{
	const struct schema_key key = { .values = TEXTS("WEP", "WPA, and more", "") };

	(void)state;
	assert_says(NULL, &key, "values", "WEP\nWPA, and more\n");
}

static void bounds_are_said_as_they_were_spelt(void **state)
{
	const struct schema_key both = { .range = { "1", "8191" }, .items = { "1", NULL } };
	const struct schema_key most = { .length = { NULL, "64" }, .range = { "-0.50", NULL } };

	(void)state;
	assert_says(NULL, &both, "range", "1..8191");
	assert_says(NULL, &both, "items", "1..");
	assert_says(NULL, &most, "length", "..64");
	assert_says(NULL, &most, "range", "-0.50..");
	assert_says_nothing(NULL, &most, "items");
}

static void texts_are_said_on_one_line(void **state)
{
	const struct schema_key key = {
		.format = "^https://.*$",
		.subtype = "url",
		.default_value = "",
		.page = "WiFi",
		.help = "The name of\nthe network.\tAs it is\r\nseen.",
		.refs = TEXTS("a.b", "c.d"),
	};

	(void)state;
	assert_says(NULL, &key, "format", "^https://.*$");
	assert_says(NULL, &key, "subtype", "url");
	assert_says(NULL, &key, "default", "");
	assert_says(NULL, &key, "page", "WiFi");
	assert_says(NULL, &key, "help", "The name of the network. As it is  seen.");
	assert_says(NULL, &key, "refs", "a.b\nc.d");
}

static void an_array_of_scalars_says_what_its_elements_may_be(void **state)
{
	struct schema_key item = {
		.types = TYPE_BIT(NODE_STRING),
		.values = TEXTS("a", "b"),
		.format = "^.$",
		.length = { "1", NULL },
		.range = { "1", "2" },
		.refs = TEXTS("t"),
		.subtype = "url",
		.default_value = "a",
	};
	struct schema_key array = { .types = TYPE_BIT(NODE_ARRAY), .type = NODE_ARRAY, .item = &item };

	(void)state;
	assert_says(NULL, &array, "values", "a\nb");
	assert_says(NULL, &array, "format", "^.$");
	assert_says(NULL, &array, "length", "1..");
	assert_says(NULL, &array, "range", "1..2");
	assert_says(NULL, &array, "refs", "t");
	assert_says_nothing(NULL, &array, "subtype");
	assert_says_nothing(NULL, &array, "default");
	item.types = TYPE_BIT(NODE_STRING) | TYPE_BIT(NODE_DICT);
	assert_says_nothing(NULL, &array, "values");
	array.item = NULL;
	assert_says_nothing(NULL, &array, "values");
}

static void marks_are_said_where_they_are_set(void **state)
{
	const struct schema_key key = { .unique = true, .immutable = true };

	(void)state;
	assert_says(NULL, &key, "unique", "true");
	assert_says(NULL, &key, "immutable", "true");
	assert_says_nothing(NULL, &key, "sensitive");
}

static void flags_and_what_they_need_are_said(void **state)
{
	const struct schema_key key = { .bits = 1 | 4 | 4096, .bit_needs = TEXTS("4:1", "4096:4") };
	const struct schema_key highest = { .bits = ~(~0ul >> 1) };

	(void)state;
	assert_says(NULL, &key, "flags", "1, 4, 4096");
	assert_says(NULL, &key, "needs", "4 needs 1, 4096 needs 4");
	assert_says(NULL, &highest, "flags", sizeof(long) == 8 ? "9223372036854775808" : "2147483648");
}

static void required_keys_are_said_first(void **state)
{
	struct schema_key a = { .name = "a" }, b = { .name = "b", .required = true }, c = { .name = "c" };
	struct schema_key d = { .name = "d", .required = true }, others = { 0 };
	struct schema_key dict = key_of(NODE_DICT), open = key_of(NODE_DICT), like = key_of(NODE_DICT);

	(void)state;
	dict.keys = (struct schema_key *[]){ &c, &b, &a, &d };
	dict.key_count = 4;
	assert_says(NULL, &dict, "keys", "b\nd\nc\na");
	dict.others = &others;
	assert_says(NULL, &dict, "keys", "b\nd\nc\na\n*");
	like.like = &dict;
	assert_says(NULL, &like, "keys", "b\nd\nc\na\n*");
	open.others = &others;
	assert_says(NULL, &open, "keys", "*");
}

/* --- facts ------------------------------------------------------------------------------------------ */

static const struct support ios = {
	.facts = {
		[FACT_INTRODUCED] = "4.0",
		[FACT_SUPERVISED] = "false",
		[FACT_MULTIPLE] = "true",
		[FACT_USER_ENROLLMENT] = "allowed",
	},
};
static const struct support macos = {
	.facts = { [FACT_INTRODUCED] = "10.7", [FACT_DEPRECATED] = "14.0", [FACT_MULTIPLE] = "false" },
};
static const struct support never = { .facts = { [FACT_INTRODUCED] = "n/a" } };

static void since_is_what_the_key_says_else_what_the_payload_does(void **state)
{
	const struct support newer = { .facts = { [FACT_INTRODUCED] = "13.1", [FACT_REMOVED] = "16.0" } };
	const struct support ending = { .facts = { [FACT_REMOVED] = "15.0" } };
	struct schema_key payload = key_of(NODE_DICT), key = key_of(NODE_STRING);

	(void)state;
	payload.support[PLATFORM_IOS] = &ios;
	payload.support[PLATFORM_MACOS] = &macos;
	assert_says(&payload, &payload, "since", "iOS 4.0, macOS 10.7 (deprecated 14.0)");
	assert_says(&payload, &key, "since", "iOS 4.0, macOS 10.7 (deprecated 14.0)");
	assert_says_nothing(NULL, &key, "since");
	key.support[PLATFORM_IOS] = &newer;
	key.support[PLATFORM_MACOS] = &ending;
	assert_says(&payload, &key, "since",
		    "iOS 13.1 (removed 16.0), macOS 10.7 (deprecated 14.0, removed 15.0)");
	key.support[PLATFORM_MACOS] = &never;
	assert_says(&payload, &key, "since", "iOS 13.1 (removed 16.0)");
}

static void a_platform_can_be_asked_for_alone(void **state)
{
	struct schema_key payload = key_of(NODE_DICT), key = key_of(NODE_STRING);
	BUF_AUTO said = BUF_INIT;

	(void)state;
	payload.support[PLATFORM_IOS] = &ios;
	payload.support[PLATFORM_MACOS] = &macos;
	key.support[PLATFORM_IOS] = &never;
	assert_int_equal(describe_platform(&payload, &key, PLATFORM_IOS, &said), -1);
	assert_int_equal(describe_platform(&payload, &key, PLATFORM_TVOS, &said), -1);
	assert_int_equal(said.len, 0);
	assert_int_equal(describe_platform(&payload, &key, PLATFORM_MACOS, &said), 0);
	assert_string_equal(buf_text(&said), "macOS 10.7 (deprecated 14.0)");
}

static void other_facts_are_said_by_platform(void **state)
{
	struct schema_key payload = key_of(NODE_DICT), key = key_of(NODE_STRING);

	(void)state;
	payload.support[PLATFORM_IOS] = &ios;
	payload.support[PLATFORM_MACOS] = &macos;
	assert_says(&payload, &payload, "multiple", "iOS true, macOS false");
	assert_says(&payload, &key, "supervised", "iOS false");
	assert_says(&payload, &key, "userenrollment", "iOS allowed");
	assert_says_nothing(&payload, &key, "multiple");
	assert_says_nothing(&payload, &key, "requiresdep");
	key.support[PLATFORM_IOS] = &never;
	assert_says_nothing(&payload, &key, "supervised");
}

static void every_fact_of_the_language_but_versions_has_a_name(void **state)
{
	int fact;

	(void)state;
	for (fact = FACT_MULTIPLE; fact < FACT_COUNT; fact++) {
		struct support support = { .facts = { [FACT_INTRODUCED] = "1.0" } };
		struct schema_key key = key_of(NODE_STRING);

		support.facts[fact] = "true";
		key.support[PLATFORM_TVOS] = &support;
		assert_says(&key, &key, fact_name((enum fact)fact), "tvOS true");
	}
}

/* --- clauses ---------------------------------------------------------------------------------------- */

static void a_clause_says_what_it_demands(void **state)
{
	struct clause clause = { .kind = CLAUSE_NEED, .keys = TEXTS("a", "b", "c") };

	(void)state;
	assert_clause(&clause, "a, b or c must be there");
	clause.kind = CLAUSE_FORBID;
	assert_clause(&clause, "a, b and c must not be there");
	clause = (struct clause){ .kind = CLAUSE_VALUES, .keys = TEXTS("k"), .values = TEXTS("x", "") };
	assert_clause(&clause, "k must be x or \"\"");
	clause.kind = CLAUSE_ITEMS;
	assert_clause(&clause, "k must hold x and \"\"");
	clause = (struct clause){ .kind = CLAUSE_RANGE, .keys = TEXTS("k"), .bounds = { "1", "9" } };
	assert_clause(&clause, "k must be from 1 to 9");
	clause.bounds.max = NULL;
	assert_clause(&clause, "k must be at least 1");
	clause.kind = CLAUSE_LENGTH;
	clause.bounds = (struct bounds){ NULL, "64" };
	assert_clause(&clause, "the length of k must be at most 64");
	clause = (struct clause){ .kind = CLAUSE_FORMAT, .keys = TEXTS("k"), .format = "^[0-9]$" };
	assert_clause(&clause, "k must match ^[0-9]$");
}

static void a_clause_says_when_it_holds_and_why(void **state)
{
	struct condition conditions[] = {
		{ .key = "type", .values = TEXTS("WEP", "WPA") },
		{ .key = "plain", .negated = true },
		{ .key = "mode", .other_than = true, .values = TEXTS("none") },
		{ .key = "open/inner", .negated = true, .values = TEXTS("true") },
	};
	struct clause clause = {
		.kind = CLAUSE_NEED,
		.keys = TEXTS("Password"),
		.conditions = conditions,
		.condition_count = 4,
		.because = "nobody can join without",
	};

	(void)state;
	assert_clause(&clause, "Password must be there if type is WEP or WPA and mode is not none, "
			       "unless plain is there or open/inner is true: nobody can join without");
	clause.because = NULL;
	clause.condition_count = 1;
	assert_clause(&clause, "Password must be there if type is WEP or WPA");
	clause.conditions = conditions + 1;
	assert_clause(&clause, "Password must be there, unless plain is there");
}

static void a_dict_needs_what_its_clauses_say(void **state)
{
	const struct clause clauses[] = {
		{ .kind = CLAUSE_NEED, .keys = TEXTS("a") },
		{ .kind = CLAUSE_FORBID, .keys = TEXTS("b") },
	};
	struct schema_key dict = key_of(NODE_DICT), like = key_of(NODE_DICT);

	(void)state;
	dict.clauses = clauses;
	dict.clause_count = 2;
	like.like = &dict;
	assert_says(NULL, &dict, "needs", "a must be there\nb must not be there");
	assert_says(NULL, &like, "needs", "a must be there\nb must not be there");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_is_said_by_its_name),
		cmocka_unit_test(the_first_of_several_types_is_said_first),
		cmocka_unit_test(any_type_is_any),
		cmocka_unit_test(an_array_says_what_it_holds),
		cmocka_unit_test(an_array_that_holds_what_it_is_in_comes_to_an_end),
		cmocka_unit_test(nothing_is_said_of_what_a_key_does_not_say),
		cmocka_unit_test(names_that_there_are_not_say_nothing),
		cmocka_unit_test(presence_is_said_of_keys_only),
		cmocka_unit_test(values_stand_one_a_line),
		cmocka_unit_test(an_array_of_scalars_says_what_its_elements_may_be),
		cmocka_unit_test(bounds_are_said_as_they_were_spelt),
		cmocka_unit_test(texts_are_said_on_one_line),
		cmocka_unit_test(marks_are_said_where_they_are_set),
		cmocka_unit_test(flags_and_what_they_need_are_said),
		cmocka_unit_test(required_keys_are_said_first),
		cmocka_unit_test(since_is_what_the_key_says_else_what_the_payload_does),
		cmocka_unit_test(a_platform_can_be_asked_for_alone),
		cmocka_unit_test(other_facts_are_said_by_platform),
		cmocka_unit_test(every_fact_of_the_language_but_versions_has_a_name),
		cmocka_unit_test(a_clause_says_what_it_demands),
		cmocka_unit_test(a_clause_says_when_it_holds_and_why),
		cmocka_unit_test(a_dict_needs_what_its_clauses_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
