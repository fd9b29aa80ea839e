/* Marks that a merge left: each is found, with what to do, and is held against nothing else. */
#include "tests/unit/checked.h"

#include <string.h>

/* A payload type that takes two keys and a dict that is open, and one that takes everything. */
static const char SCHEMA[] = SCHEMA_START "payload t iOS(4.0)\n"
					  "  Name string required\n"
					  "  Port integer range=1..9\n"
					  "  Open dict\n"
					  "    * integer\n"
					  "payload open iOS(4.0)\n"
					  "  * any\n";

static void must_find(const char *dict, const char *expected)
{
	struct check_options options = { .schema = schema_of(SCHEMA) };

	assert_findings_with(&options, dict, expected);
	schema_free(options.schema);
}

static void marks_are_found_and_are_no_unknown_keys(void **state)
{
	(void)state;
	must_find(PROFILE(PAYLOAD("t", "1",
				  STRING("Name", "a") STRING("Name.conflict-base", "b")
					  STRING("Name.conflict-theirs", "c"))),
		  "error merge-conflict PayloadContent/t/Name.conflict-base\n"
		  "error merge-conflict PayloadContent/t/Name.conflict-theirs\n");
}

static void the_value_of_a_mark_is_not_held_against_a_key(void **state)
{
	(void)state;
	must_find(PROFILE(PAYLOAD("t", "1",
				  STRING("Name", "a") STRING("Port.conflict-theirs.2", "x")
					  DICT("Open", STRING("x.conflict-base", "y")))
				  PAYLOAD("open", "2", DICT("removed.conflict-base", COMMON("t", "u", "i")))),
		  "error merge-conflict PayloadContent/t/Port.conflict-theirs.2\n"
		  "error merge-conflict PayloadContent/t/Open/x.conflict-base\n"
		  "error merge-conflict PayloadContent/open/removed.conflict-base\n");
}

static void payloads_in_a_mark_are_no_payloads(void **state)
{
	(void)state;
	must_find(PROFILE(PAYLOAD("t", "1", STRING("Name", "a")))
			  ARRAY("PayloadContent.conflict-theirs", PAYLOAD("t", "1", "")),
		  "error merge-conflict PayloadContent.conflict-theirs\n");
}

static void a_key_that_is_only_marked_is_missing(void **state)
{
	(void)state;
	must_find(PROFILE(PAYLOAD("t", "1", STRING("Name.conflict-theirs", "a"))),
		  "error merge-conflict PayloadContent/t/Name.conflict-theirs\n"
		  "error missing-key PayloadContent/t/Name\n");
}

static void what_only_looks_like_a_mark_is_a_key_like_others(void **state)
{
	(void)state;
	must_find(PROFILE(PAYLOAD("t", "1", STRING("Name", "a") STRING("Name.conflict-ours", "b"))),
		  "warning unknown-key PayloadContent/t/Name.conflict-ours\n");
}

static void the_rule_can_be_turned_off(void **state)
{
	struct check_options options = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(rule_level_set(&options.levels, "merge-conflict", RULE_OFF, &err), 0);
	assert_findings_with(&options, PROFILE(PAYLOAD("t", "1", STRING("a.conflict-base", "b"))), "");
}

/* --- what is said --------------------------------------------------------------------------------------- */

static void it_is_said_what_to_do(void **state)
{
	const struct check_options without_schema = { 0 };

	(void)state;
	assert_texts_with(&without_schema, PROFILE("") STRING("a", "1") STRING("a.conflict-theirs", "2"),
		 "a merge left this mark: their value of 'a', which has ours; to have theirs, rename this over it, "
		 "else remove this\n");
	assert_texts_with(&without_schema, PROFILE("") STRING("a.conflict-theirs", "2"),
		 "a merge left this mark: their value of 'a', which we removed; to have it, rename this to that, else "
		 "remove this\n");
	assert_texts_with(&without_schema, PROFILE("") STRING("a", "1") STRING("a.conflict-base", "2"),
		 "a merge left this mark: what both sides began with; when 'a' is as it should be, remove this\n");
	assert_texts_with(&without_schema, PROFILE("") STRING("removed", "1") STRING("removed.conflict-base", "2"),
		 "a merge left this mark: what both sides began with; when 'removed' is as it should be, remove "
		 "this\n");
	assert_texts_with(&without_schema, PROFILE("") STRING("removed.conflict-base", "2"),
		 "a merge left this mark: what the dictionary that it is in was before one side removed it and the "
		 "other changed it; to keep that dictionary, remove its marks, else remove all of it\n");
	assert_texts_with(&without_schema, PROFILE("") STRING("removed.conflict-ours", "text"),
		 "a merge left this mark: one side removed the dictionary that it is in, the other changed it; to keep "
		 "that, remove its marks, else remove all of it\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_are_found_and_are_no_unknown_keys),
		cmocka_unit_test(the_value_of_a_mark_is_not_held_against_a_key),
		cmocka_unit_test(payloads_in_a_mark_are_no_payloads),
		cmocka_unit_test(a_key_that_is_only_marked_is_missing),
		cmocka_unit_test(what_only_looks_like_a_mark_is_a_key_like_others),
		cmocka_unit_test(the_rule_can_be_turned_off),
		cmocka_unit_test(it_is_said_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
