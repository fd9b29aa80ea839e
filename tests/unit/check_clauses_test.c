/* What clauses say of values, in which words, and when they say nothing. */
#include "tests/unit/checked.h"

/* The findings of a payload of that schema: its keys and clauses, and what stands in it. */
static void assert_says(const char *keys, const char *dict, const char *expected)
{
	BUF_AUTO text = BUF_INIT, profile = BUF_INIT;
	struct check_options options = { 0 };

	buf_add_format(&text, SCHEMA_START "payload t\n%s", keys);
	buf_add_text(&profile, COMMON("Configuration", "uuid", "id") "<key>PayloadContent</key><array><dict>");
	buf_add_format(&profile, COMMON("t", "uuid-1", "id.1") "%s</dict></array>", dict);
	options.schema = schema_of(buf_text(&text));
	assert_texts_with(&options, buf_text(&profile), expected);
	schema_free(options.schema);
}

#define KIND "  Kind string values=A,B,BB\n"
#define SIZES "  Sizes array\n    - integer values=1,2,3,4\n"

static void a_value_that_its_key_refuses_is_not_refused_again(void **state)
{
	static const char schema[] = KIND "  ! warn values Kind=A,B because=\"BB is old\"\n";

	(void)state;
	assert_says(schema, STRING("Kind", "BB"), "'BB' is not one of A, B: BB is old\n");
	assert_says(schema, STRING("Kind", "C"), "'C' is not one of A, B, BB\n");
	assert_says(schema, STRING("Kind", ""), "'' is not one of A, B, BB\n");
	assert_says(schema, INTEGER("Kind", "1"), "is an integer; Kind must be a string: one of A, B, BB\n");
}

static void every_kind_of_limit_is_quiet_about_another_type(void **state)
{
	(void)state;
	assert_says("  Size integer\n  ! range Size=1..2\n", STRING("Size", "9"),
		    "is a string; Size must be an integer\n");
	assert_says("  Name string\n  ! length Name=2..\n", "<key>Name</key><data>AA==</data>",
		    "is data; Name must be a string\n");
	assert_says("  Name data\n  ! format Name=^a\n", STRING("Name", "x"), "is a string; Name must be data\n");
	assert_says("  Names string\n  ! items Names=a\n", ARRAY("Names", ""), "is an array; Names must be a string\n");
}

static void elements_are_judged_one_by_one(void **state)
{
	(void)state;
	assert_says(SIZES "  ! values Sizes=1,2\n",
		    ARRAY("Sizes", "<integer>1</integer><integer>3</integer><integer>5</integer>"),
		    "5 is not one of 1, 2, 3, 4\n3 is not one of 1, 2\n");
}

static void a_key_that_the_schema_does_not_have_is_judged_all_the_same(void **state)
{
	(void)state;
	assert_says("  * any\n  ! values Kind=A,B\n", STRING("Kind", "C"), "'C' is not one of A, B\n");
}

static void a_placeholder_satisfies_every_limit(void **state)
{
	(void)state;
	assert_says("  Size integer\n  ! range Size=1..2\n", INTEGER("Size", "$FLEET_VAR_SIZE"), "");
	assert_says(KIND "  ! values Kind=A\n", STRING("Kind", "$FLEET_VAR_KIND"), "");
}

static void a_single_value_stands_before_the_reason(void **state)
{
	(void)state;
	assert_says("  On boolean\n  ! values On=true because=\"it is off otherwise\"\n", "<key>On</key><false/>",
		    "false is not allowed (it must be true): it is off otherwise\n");
	assert_says(KIND "  Name string\n  ! values Name=x when Kind=A\n", STRING("Kind", "A") STRING("Name", "X"),
		    "'X' is not allowed (it must be x; upper and lower case matter), as Kind is A\n");
}

static void a_reason_stands_in_for_an_expression_without_words(void **state)
{
	(void)state;
	assert_says("  Name string\n  ! format Name=\"^[a-f]+$\" because=\"names are a to f\"\n", STRING("Name", "x"),
		    "'x' is not allowed: names are a to f\n");
	assert_says("  Name string\n  ! format Name=\"^[a-f]+$\"\n", STRING("Name", "x"),
		    "'x' does not match ^[a-f]+$\n");
	assert_says("  Name string\n  ! format Name=^/ because=\"it is a path\"\n", STRING("Name", "x"),
		    "'x' must begin with /: it is a path\n");
}

static void what_holds_of_one_key_is_said_once(void **state)
{
	static const char schema[] =
		"  Outer dict\n    Sizes array\n      - integer\n" KIND
		"  ! need X when Outer/Sizes=1 unless Outer/Sizes=3,4 unless Kind=A\n  X string\n";

	(void)state;
	assert_says(schema, DICT("Outer", ARRAY("Sizes", "<integer>1</integer>")),
		    "X is missing, as Outer/Sizes has 1 and none of 3, 4 and Kind is not A\n");
	assert_says(KIND "  X string\n  ! forbid X when Kind when Kind=A,B\n", STRING("X", "x") STRING("Kind", "A"),
		    "X may not be there, as Kind is A or B\n");
	assert_says(KIND "  X string\n  ! forbid X when Kind when Kind!=A,B\n", STRING("X", "x") STRING("Kind", "BB"),
		    "X may not be there, as Kind is there and none of A, B\n");
	assert_says(SIZES "  X string\n  ! forbid X when Sizes unless Sizes=4 unless Kind\n" KIND,
		    STRING("X", "x") ARRAY("Sizes", "<integer>1</integer>"),
		    "X may not be there, as Sizes is there and has no 4 and Kind is not there\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_its_key_refuses_is_not_refused_again),
		cmocka_unit_test(every_kind_of_limit_is_quiet_about_another_type),
		cmocka_unit_test(elements_are_judged_one_by_one),
		cmocka_unit_test(a_key_that_the_schema_does_not_have_is_judged_all_the_same),
		cmocka_unit_test(a_placeholder_satisfies_every_limit),
		cmocka_unit_test(a_single_value_stands_before_the_reason),
		cmocka_unit_test(a_reason_stands_in_for_an_expression_without_words),
		cmocka_unit_test(what_holds_of_one_key_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
