/* When clauses apply: their conditions, one by one. */
#include "tests/unit/checked.h"

#include <string.h>

#include "plist/schema/clause.h"
#include "tests/unit/text_in.h"

/* The clause of a dictionary whose keys are given: `! forbid X CONDITIONS`. */
static struct schema *schema_with(const char *conditions)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text,
		       SCHEMA_START "payload t\n"
				    "  Kind string default=None\n"
				    "  Size integer\n"
				    "  Names array\n"
				    "    - string\n"
				    "  Outer dict\n"
				    "    Inner string default=soft\n"
				    "  X string\n"
				    "  Port integer range=1..9\n"
				    "  Ports array items=1..2\n"
				    "    - integer values=1,2\n"
				    "  ! forbid X %s\n",
		       conditions);
	return schema_of(buf_text(&text));
}

static bool applies(const char *conditions, const char *dict)
{
	struct schema *schema = schema_with(conditions);
	const struct schema_key *key = schema_payload(schema, "t", 1);
	struct doc doc;
	bool result;

	assert_non_null(key);
	assert_int_equal(key->clause_count, 1);
	read_dict(dict, &doc);
	result = clause_applies(&key->clauses[0], key, doc.root);
	doc_free(&doc);
	schema_free(schema);
	return result;
}

static void a_clause_without_conditions_always_applies(void **state)
{
	(void)state;
	assert_true(applies("", ""));
	assert_true(applies("", STRING("Kind", "x")));
}

static void when_asks_whether_a_key_is_there(void **state)
{
	(void)state;
	assert_true(applies("when Size", INTEGER("Size", "0")));
	assert_false(applies("when Size", STRING("Kind", "x")));
}

static void unless_asks_whether_it_is_not(void **state)
{
	(void)state;
	assert_false(applies("unless Size", INTEGER("Size", "0")));
	assert_true(applies("unless Size", STRING("Kind", "x")));
}

static void a_default_is_a_value_but_not_presence(void **state)
{
	(void)state;
	assert_false(applies("when Kind", ""));
	assert_true(applies("when Kind=None", ""));
	assert_false(applies("when Kind!=None", ""));
	assert_false(applies("when Kind=None", STRING("Kind", "WPA")));
}

static void a_value_is_one_of_those_listed(void **state)
{
	(void)state;
	assert_true(applies("when Kind=WEP,WPA", STRING("Kind", "WPA")));
	assert_false(applies("when Kind=WEP,WPA", STRING("Kind", "WPA2")));
	assert_false(applies("when Kind=WEP,WPA", STRING("Kind", "WP")));
	assert_true(applies("when Size=1,2", INTEGER("Size", "2")));
	assert_false(applies("unless Kind=WEP,WPA", STRING("Kind", "WPA")));
	assert_true(applies("unless Kind=WEP,WPA", STRING("Kind", "WPA2")));
}

static void other_than_is_its_opposite(void **state)
{
	(void)state;
	assert_false(applies("when Kind!=WEP,WPA", STRING("Kind", "WPA")));
	assert_true(applies("when Kind!=WEP,WPA", STRING("Kind", "WPA2")));
	assert_true(applies("unless Kind!=WEP,WPA", STRING("Kind", "WPA")));
	assert_false(applies("unless Kind!=WEP,WPA", STRING("Kind", "WPA2")));
}

static void a_key_without_a_value_is_other_than_all(void **state)
{
	(void)state;
	assert_false(applies("when Size=1", ""));
	assert_true(applies("when Size!=1", ""));
}

static void an_array_has_the_values_of_its_elements(void **state)
{
	(void)state;
	assert_true(applies("when Names=b", ARRAY("Names", "<string>a</string><string>b</string>")));
	assert_false(applies("when Names=c", ARRAY("Names", "<string>a</string><string>b</string>")));
	assert_false(applies("when Names=c", ARRAY("Names", "")));
	assert_false(applies("when Names!=b", ARRAY("Names", "<string>a</string><string>b</string>")));
}

static void a_path_leads_into_a_dictionary(void **state)
{
	(void)state;
	assert_true(applies("when Outer/Inner=hard", DICT("Outer", STRING("Inner", "hard"))));
	assert_false(applies("when Outer/Inner=hard", DICT("Outer", "")));
	assert_true(applies("when Outer/Inner=soft", DICT("Outer", "")));
	assert_true(applies("when Outer/Inner", DICT("Outer", STRING("Inner", ""))));
	assert_false(applies("when Outer/Inner", STRING("Outer", "Inner")));
	assert_false(applies("when Outer/Inner/Deeper", DICT("Outer", STRING("Inner", "x"))));
}

static void all_conditions_must_hold(void **state)
{
	(void)state;
	assert_true(applies("when Kind=WPA when Size unless Outer", STRING("Kind", "WPA") INTEGER("Size", "1")));
	assert_false(applies("when Kind=WPA when Size unless Outer", STRING("Kind", "WPA")));
	assert_false(applies("when Kind=WPA when Size unless Outer", STRING("Kind", "WPA") INTEGER("Size", "1")
									     DICT("Outer", "")));
}

static void what_a_placeholder_becomes_is_not_known(void **state)
{
	(void)state;
	assert_true(applies("when Kind", STRING("Kind", "$FLEET_VAR_KIND")));
	assert_false(applies("when Kind=WPA", STRING("Kind", "$FLEET_VAR_KIND")));
	assert_false(applies("when Kind!=WPA", STRING("Kind", "$FLEET_VAR_KIND")));
	assert_false(applies("unless Kind=WPA", STRING("Kind", "$FLEET_VAR_KIND")));
	assert_false(applies("unless Size=1", INTEGER("Size", "$FLEET_VAR_SIZE")));
	assert_false(applies("when Names!=a", ARRAY("Names", "<string>$FLEET_VAR_NAME</string>")));
	assert_true(applies("when Names=b", ARRAY("Names", "<string>$FLEET_VAR_NAME</string><string>b</string>")));
}

static void what_a_refused_value_should_be_is_not_known(void **state)
{
	(void)state;
	assert_true(applies("when Port=9", INTEGER("Port", "9")));
	assert_false(applies("when Port=10", INTEGER("Port", "10")));
	assert_false(applies("when Port!=9", INTEGER("Port", "10")));
	assert_false(applies("when Port=9", STRING("Port", "9")));
	assert_false(applies("unless Port=1", STRING("Port", "9")));
	assert_true(applies("when Port", STRING("Port", "9")));
	assert_false(applies("when Kind!=WPA", DICT("Kind", "")));
}

static void elements_that_are_refused_are_not_known_and_others_are(void **state)
{
	(void)state;
	assert_false(applies("when Ports=1", ARRAY("Ports", "<string>1</string>")));
	assert_false(applies("when Ports!=2", ARRAY("Ports", "<string>1</string>")));
	assert_true(applies("when Ports=2", ARRAY("Ports", "<string>1</string><integer>2</integer>")));
	assert_false(applies("when Ports=2", ARRAY("Ports", "<integer>2</integer><integer>2</integer>"
							    "<integer>2</integer>")));
}

static void containers_have_no_value(void **state)
{
	(void)state;
	assert_false(applies("when Kind=WPA", DICT("Kind", STRING("WPA", "WPA"))));
	assert_false(applies("when Names=a", ARRAY("Names", "<array><string>a</string></array>")));
}

static void a_key_with_a_slash_goes_before_a_path(void **state)
{
	struct doc doc;

	(void)state;
	read_dict(STRING("Outer/Inner", "whole") DICT("Outer", STRING("Inner", "path")), &doc);
	assert_string_equal(text_in(clause_node(doc.root, "Outer/Inner")), "whole");
	node_remove(node_get(doc.root, "Outer/Inner"));
	assert_string_equal(text_in(clause_node(doc.root, "Outer/Inner")), "path");
	assert_null(clause_node(doc.root, "Outer/Other"));
	assert_null(clause_node(doc.root, "Nothing/Inner"));
	doc_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clause_without_conditions_always_applies),
		cmocka_unit_test(when_asks_whether_a_key_is_there),
		cmocka_unit_test(unless_asks_whether_it_is_not),
		cmocka_unit_test(a_default_is_a_value_but_not_presence),
		cmocka_unit_test(a_value_is_one_of_those_listed),
		cmocka_unit_test(other_than_is_its_opposite),
		cmocka_unit_test(a_key_without_a_value_is_other_than_all),
		cmocka_unit_test(an_array_has_the_values_of_its_elements),
		cmocka_unit_test(a_path_leads_into_a_dictionary),
		cmocka_unit_test(all_conditions_must_hold),
		cmocka_unit_test(what_a_placeholder_becomes_is_not_known),
		cmocka_unit_test(what_a_refused_value_should_be_is_not_known),
		cmocka_unit_test(elements_that_are_refused_are_not_known_and_others_are),
		cmocka_unit_test(containers_have_no_value),
		cmocka_unit_test(a_key_with_a_slash_goes_before_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
