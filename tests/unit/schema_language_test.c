/* The schema language: what its lines and clauses say, and what rules change. */
#include "plist/schema/clause.h"
#include "plist/schema/pattern.h"
#include "tests/unit/schema_language.h"

/* --- key lines -------------------------------------------------------------------------------------- */

static void a_line_says_name_type_and_attributes(void **state)
{
	const struct schema_key *all = read_section(sample);
	const struct schema_key *text = at(all, "Text");

	(void)state;
	assert_string_equal(all->name, "com.example.all");
	assert_string_equal(all->page, "All of it");
	assert_int_equal(all->types, TYPE_BIT(NODE_DICT));
	assert_keys(all, "Text|Number|Ratio|Key Type|List|Dock|Free|Closed|Anything|Empty");
	assert_int_equal(text->type, NODE_STRING);
	assert_int_equal(text->types, TYPE_BIT(NODE_STRING));
	assert_true(text->required && text->custom_values);
	assert_texts(&text->values, "one|two, three|");
	assert_null(text->length.min);
	assert_string_equal(text->length.max, "64");
	assert_string_equal(text->format, "^[a-z]+$");
	assert_true(pattern_matches(text->pattern, "abc", 3));
	assert_false(pattern_matches(text->pattern, "ABC", 3));
	assert_string_equal(text->subtype, "url");
}

static void numbers_have_ranges_defaults_and_flags(void **state)
{
	const struct schema_key *all = read_section(sample);
	const struct schema_key *number = at(all, "Number");

	(void)state;
	assert_string_equal(number->range.min, "1");
	assert_string_equal(number->range.max, "8191");
	assert_int_equal(number->bits, 7);
	assert_texts(&number->bit_needs, "2:1|4:2");
	assert_string_equal(number->default_value, "5");
	assert_true(number->immutable);
	assert_false(number->required);
	assert_null(at(all, "Ratio")->range.min);
	assert_string_equal(at(all, "Ratio")->range.max, "0.5");
	assert_true(schema_allows_type(at(all, "Ratio"), NODE_INTEGER));
	assert_false(schema_allows_type(number, NODE_REAL));
}

static void a_key_may_have_several_types_and_the_first_is_what_text_is_read_as(void **state)
{
	const struct schema_key *key = at(read_section(sample), "Key Type");

	(void)state;
	assert_int_equal(key->types, TYPE_BIT(NODE_INTEGER) | TYPE_BIT(NODE_STRING));
	assert_int_equal(key->type, NODE_INTEGER);
	assert_true(key->sensitive);
	assert_string_equal(key->help, "What it \"is\"");
}

static void any_is_every_type_and_none_in_particular(void **state)
{
	const struct schema_key *key = at(read_section(sample), "Anything");

	(void)state;
	assert_int_equal(key->types, TYPES_ANY);
	assert_int_equal(key->type, NODE_TYPE_COUNT);
	assert_true(schema_is_open(key));
}

static void an_array_says_what_its_elements_are(void **state)
{
	const struct schema_key *list = at(read_section(sample), "List");

	(void)state;
	assert_string_equal(list->items.min, "1");
	assert_string_equal(list->items.max, "3");
	assert_true(list->unique);
	assert_int_equal(schema_item(list)->type, NODE_STRING);
	assert_null(schema_item(list)->name);
	assert_texts(&schema_item(list)->refs, "com.apple.security.pem|com.apple.security.scep");
}

static void like_means_the_children_of_an_enclosing_key(void **state)
{
	const struct schema_key *all = read_section(sample);
	const struct schema_key *inner = at(all, "Dock/-/Pages/-");

	(void)state;
	assert_ptr_equal(inner->like, at(all, "Dock"));
	assert_ptr_equal(schema_shape(inner), at(all, "Dock"));
	assert_true(at(all, "Dock/-/Pages/-/-/Pages/-/-/Type")->required);
}

static void a_star_is_any_other_key_and_in_quotes_it_is_a_name(void **state)
{
	const struct schema_key *all = read_section(sample);

	(void)state;
	assert_int_equal(schema_child(at(all, "Free"), "whatever", 8)->type, NODE_BOOLEAN);
	assert_true(schema_is_open(at(all, "Free")));
	assert_keys(at(all, "Closed"), "*|-|!");
	assert_null(schema_child(at(all, "Closed"), "whatever", 8));
	assert_int_equal(schema_child(at(all, "Closed"), "*", 1)->type, NODE_STRING);
	assert_false(schema_is_open(at(all, "Closed")));
}

static void a_dict_that_says_nothing_of_its_keys_takes_any(void **state)
{
	const struct schema_key *empty = at(read_section(sample), "Empty");

	(void)state;
	assert_true(schema_is_open(empty));
	assert_null(schema_declared(empty, "x", 1));
	assert_int_equal(schema_child(empty, "x", 1)->types, TYPES_ANY);
}

static void a_name_is_looked_up_by_its_length_and_whole(void **state)
{
	const struct schema_key *all = read_section(sample);

	(void)state;
	assert_non_null(schema_declared(all, "TextMore", 4));
	assert_null(schema_declared(all, "Tex", 3));
	assert_null(schema_declared(all, "Textual", 7));
	assert_null(schema_declared(all, "Text\0", 5));
	assert_null(schema_declared(all, "", 0));
	assert_null(schema_declared(all, "\x14" "ext", 4));
	assert_null(schema_declared(all, "\xd4" "ext", 4));
	assert_null(schema_declared(NULL, "Text", 4));
}

static void platforms_carry_versions_and_facts(void **state)
{
	const struct schema_key *all = read_section(sample);

	(void)state;
	assert_string_equal(fact_of(all, PLATFORM_IOS, FACT_INTRODUCED), "4.0");
	assert_string_equal(fact_of(all, PLATFORM_IOS, FACT_MULTIPLE), "false");
	assert_string_equal(fact_of(all, PLATFORM_MACOS, FACT_REMOVED), "15.0");
	assert_null(fact_of(all, PLATFORM_MACOS, FACT_DEPRECATED));
	assert_null(all->support[PLATFORM_TVOS]);
	assert_string_equal(schema_fact(all, at(all, "Text"), PLATFORM_IOS, FACT_INTRODUCED), "4.0");
}

static void a_line_goes_on_in_lines_of_platforms_two_levels_deeper(void **state)
{
	const struct schema_key *all = read_section("payload x page=P\n"
						    "    iOS(4.0)\n"
						    "    macOS(10.7 supervised=true) tvOS(9.0)\n"
						    "  Dict dict required\n"
						    "      watchOS(n/a)\n"
						    "    Key string\n");

	(void)state;
	assert_string_equal(fact_of(all, PLATFORM_IOS, FACT_INTRODUCED), "4.0");
	assert_string_equal(fact_of(all, PLATFORM_MACOS, FACT_SUPERVISED), "true");
	assert_string_equal(fact_of(all, PLATFORM_TVOS, FACT_INTRODUCED), "9.0");
	assert_string_equal(fact_of(at(all, "Dict"), PLATFORM_WATCHOS, FACT_INTRODUCED), "n/a");
	assert_int_equal(at(all, "Dict/Key")->type, NODE_STRING);
}

static void line_ends_of_windows_are_read_too(void **state)
{
	const struct schema_key *all = read_section("payload x\r\n  A string\r\n\r\n  # c\r\n  B dict\r\n    C data");

	(void)state;
	assert_keys(all, "A|B");
	assert_int_equal(at(all, "B/C")->type, NODE_DATA);
}

static void profile_and_common_are_sections_without_a_name(void **state)
{
	(void)state;
	assert_null(read_section("profile iOS(4.0)\n  A string\n")->name);
	assert_null(read_section("common\n  A string\n")->name);
	assert_string_equal(read_section("payload \"profile\"\n")->name, "profile");
}

/* --- clauses ---------------------------------------------------------------------------------------- */

static struct clause clause_of(const char *line)
{
	char section[512];
	const struct schema_key *all;

	snprintf(section, sizeof(section), "payload x\n  A string\n  %s\n", line);
	all = read_section(section);
	assert_int_equal(all->clause_count, 1);
	return all->clauses[0];
}

static void every_kind_of_clause_is_read(void **state)
{
	struct clause clause = clause_of("! need A \"Key B\"");

	(void)state;
	assert_int_equal(clause.kind, CLAUSE_NEED);
	assert_int_equal(clause.severity, SEVERITY_ERROR);
	assert_texts(&clause.keys, "A|Key B");
	assert_int_equal(clause.condition_count, 0);
	clause = clause_of("! warn forbid A B/C");
	assert_int_equal(clause.kind, CLAUSE_FORBID);
	assert_int_equal(clause.severity, SEVERITY_WARNING);
	assert_texts(&clause.keys, "A|B/C");
	clause = clause_of("! values \"Key B\"=1,\"2 3\"");
	assert_int_equal(clause.kind, CLAUSE_VALUES);
	assert_texts(&clause.keys, "Key B");
	assert_texts(&clause.values, "1|2 3");
	clause = clause_of("! range A=-1.5..2");
	assert_int_equal(clause.kind, CLAUSE_RANGE);
	assert_string_equal(clause.bounds.min, "-1.5");
	assert_string_equal(clause.bounds.max, "2");
	clause = clause_of("! length A=8..");
	assert_int_equal(clause.kind, CLAUSE_LENGTH);
	assert_string_equal(clause.bounds.min, "8");
	assert_null(clause.bounds.max);
	clause = clause_of("! format A=\"^a,b$\"");
	assert_int_equal(clause.kind, CLAUSE_FORMAT);
	assert_true(pattern_matches(clause.pattern, "a,b", 3));
	clause = clause_of("! items A=x,y");
	assert_int_equal(clause.kind, CLAUSE_ITEMS);
	assert_texts(&clause.values, "x|y");
}

static void a_clause_has_conditions_a_reason_and_a_page(void **state)
{
	struct clause clause = clause_of("! need A when B=1,2 unless \"C!\"!=\"x y\" when \"when\" "
					 "because=\"so be it\" page=P");

	(void)state;
	assert_int_equal(clause.condition_count, 3);
	assert_string_equal(clause.conditions[0].key, "B");
	assert_texts(&clause.conditions[0].values, "1|2");
	assert_false(clause.conditions[0].negated || clause.conditions[0].other_than);
	assert_string_equal(clause.conditions[1].key, "C!");
	assert_true(clause.conditions[1].negated && clause.conditions[1].other_than);
	assert_string_equal(clause.conditions[2].key, "when");
	assert_int_equal(clause.conditions[2].values.count, 0);
	assert_string_equal(clause.because, "so be it");
	assert_string_equal(clause.page, "P");
}

static void clauses_belong_to_the_dict_they_stand_in(void **state)
{
	const struct schema_key *all = read_section("payload x\n  List array\n    - dict\n"
						    "      A string\n      ! need A\n");

	(void)state;
	assert_int_equal(all->clause_count, 0);
	assert_int_equal(at(all, "List/-")->clause_count, 1);
}

/* --- rules ------------------------------------------------------------------------------------------ */

static void a_rule_changes_what_it_mentions_and_nothing_else(void **state)
{
	struct schema_key *all = read_section(sample);

	(void)state;
	apply(all, "rule com.example.all page=WiFi\n  Text string optional length=1..\n  Number = range=..9\n");
	assert_false(at(all, "Text")->required);
	assert_texts(&at(all, "Text")->values, "one|two, three|");
	assert_string_equal(at(all, "Text")->length.min, "1");
	assert_null(at(all, "Text")->length.max);
	assert_string_equal(at(all, "Text")->page, "WiFi");
	assert_int_equal(at(all, "Number")->type, NODE_INTEGER);
	assert_null(at(all, "Number")->range.min);
	assert_int_equal(at(all, "Number")->bits, 7);
	assert_null(at(all, "Ratio")->page);
	assert_keys(all, "Text|Number|Ratio|Key Type|List|Dock|Free|Closed|Anything|Empty");
}

static void a_rule_adds_values_and_takes_attributes_away(void **state)
{
	struct schema_key *all = read_section(sample);

	(void)state;
	apply(all, "rule x\n"
		   "  Text = values+=four no=format,length,required,custom,subtype\n"
		   "  Number = no=bits,needs,range,default,immutable values+=1\n"
		   "  List = no=items,unique,item\n"
		   "  Free = no=others\n");
	assert_texts(&at(all, "Text")->values, "one|two, three||four");
	assert_null(at(all, "Text")->format);
	assert_null(at(all, "Text")->pattern);
	assert_null(at(all, "Text")->length.max);
	assert_null(at(all, "Text")->subtype);
	assert_false(at(all, "Text")->required || at(all, "Text")->custom_values);
	assert_int_equal(at(all, "Number")->bits, 0);
	assert_int_equal(at(all, "Number")->bit_needs.count, 0);
	assert_null(at(all, "Number")->range.max);
	assert_null(at(all, "Number")->default_value);
	assert_texts(&at(all, "Number")->values, "1");
	assert_null(schema_item(at(all, "List")));
	assert_null(at(all, "Free")->others);
}

static void a_rule_makes_keys_go_and_come_anywhere(void **state)
{
	struct schema_key *all = read_section(sample);

	(void)state;
	apply(all, "rule x\n"
		   "  Ratio gone\n"
		   "  Anything = gone\n"
		   "  Dock =\n"
		   "    - =\n"
		   "      Label string required\n"
		   "      Type gone\n"
		   "      Pages =\n"
		   "        ! need X\n"
		   "  Free =\n"
		   "    * dict\n"
		   "      Deep dict\n"
		   "        Deeper date\n"
		   "  New array\n"
		   "    - integer values=1\n"
		   "  ! forbid New\n");
	assert_keys(all, "Text|Number|Key Type|List|Dock|Free|Closed|Empty|New");
	assert_keys(at(all, "Dock/-"), "Pages|Label");
	assert_true(at(all, "Dock/-/Pages/-/-/Label")->required);
	assert_int_equal(at(all, "Free/*/Deep/Deeper")->type, NODE_DATE);
	assert_texts(&at(all, "New/-")->values, "1");
	assert_int_equal(all->clause_count, 3);
	assert_int_equal(all->clauses[2].kind, CLAUSE_FORBID);
}

static void a_rule_for_keys_that_are_not_there_is_left_out_if_it_keeps_the_type(void **state)
{
	struct schema_key *all = read_section(sample);

	(void)state;
	apply(all, "rule x\n"
		   "  Missing = required\n"
		   "    Deep string\n"
		   "      # whatever stands here\n"
		   "    - dict like=nobody\n"
		   "  Missing gone\n"
		   "  Text = range=1..2 unique sensitive\n"
		   "    NoDict dict\n"
		   "      Deep string\n"
		   "    - string\n"
		   "  Dock =\n"
		   "    - =\n"
		   "      Pages =\n"
		   "        - =\n"
		   "          - =\n"
		   "            Type gone\n"
		   "  Number = required\n");
	assert_null(at(all, "Missing"));
	assert_null(at(all, "Text")->range.min);
	assert_false(at(all, "Text")->unique);
	assert_true(at(all, "Text")->sensitive);
	assert_int_equal(at(all, "Text")->key_count, 0);
	assert_keys(at(all, "Dock/-"), "Type|Pages");
	assert_true(at(all, "Number")->required);
}

static void a_rule_that_gives_another_type_takes_away_what_does_not_fit_it(void **state)
{
	struct schema_key *all = read_section(sample);

	(void)state;
	apply(all, "rule x\n  Closed string\n  List dict\n    A string\n  Dock = no=keys,item as=none\n    - string\n");
	assert_int_equal(at(all, "Closed")->key_count, 0);
	assert_null(at(all, "List")->item);
	assert_keys(at(all, "List"), "A");
	assert_int_equal(at(all, "Dock/-")->type, NODE_STRING);
}

static void a_rule_keeps_facts_of_a_platform_that_it_does_not_mention(void **state)
{
	struct schema_key *all = read_section(sample);

	(void)state;
	apply(all, "rule x macOS(userchannel=true) no=iOS\n");
	assert_string_equal(fact_of(all, PLATFORM_MACOS, FACT_USER_CHANNEL), "true");
	assert_string_equal(fact_of(all, PLATFORM_MACOS, FACT_INTRODUCED), "10.7");
	assert_null(all->support[PLATFORM_IOS]);
}

static void the_page_of_a_rule_is_that_of_its_lines(void **state)
{
	struct schema_key *all = read_section("payload x page=Old\n  A string\n  B dict\n    C string\n");

	(void)state;
	apply(all, "rule x page=New\n  A = page=Own\n  B =\n    C =\n  ! need A\n  ! need B page=Own\n");
	assert_string_equal(all->page, "New");
	assert_string_equal(at(all, "A")->page, "Own");
	assert_string_equal(at(all, "B/C")->page, "New");
	assert_string_equal(all->clauses[0].page, "New");
	assert_string_equal(all->clauses[1].page, "Own");
}

static void rules_add_up(void **state)
{
	struct schema_key *all = read_section("payload x\n");

	(void)state;
	apply(all, "rule x\n  A string values=1\n  ! need A\n");
	apply(all, "rule x\n  B dict\n    * any\n  A = values+=2\n  ! need B\n");
	apply(all, "rule x no=clauses\n  ! need C\n");
	assert_keys(all, "A|B");
	assert_texts(&at(all, "A")->values, "1|2");
	assert_int_equal(all->clause_count, 1);
	assert_texts(&all->clauses[0].keys, "C");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_begin, arena_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_says_name_type_and_attributes),
		TEST(numbers_have_ranges_defaults_and_flags),
		TEST(a_key_may_have_several_types_and_the_first_is_what_text_is_read_as),
		TEST(any_is_every_type_and_none_in_particular),
		TEST(an_array_says_what_its_elements_are),
		TEST(like_means_the_children_of_an_enclosing_key),
		TEST(a_star_is_any_other_key_and_in_quotes_it_is_a_name),
		TEST(a_dict_that_says_nothing_of_its_keys_takes_any),
		TEST(a_name_is_looked_up_by_its_length_and_whole),
		TEST(platforms_carry_versions_and_facts),
		TEST(a_line_goes_on_in_lines_of_platforms_two_levels_deeper),
		TEST(line_ends_of_windows_are_read_too),
		TEST(profile_and_common_are_sections_without_a_name),
		TEST(every_kind_of_clause_is_read),
		TEST(a_clause_has_conditions_a_reason_and_a_page),
		TEST(clauses_belong_to_the_dict_they_stand_in),
		TEST(a_rule_changes_what_it_mentions_and_nothing_else),
		TEST(a_rule_adds_values_and_takes_attributes_away),
		TEST(a_rule_makes_keys_go_and_come_anywhere),
		TEST(a_rule_for_keys_that_are_not_there_is_left_out_if_it_keeps_the_type),
		TEST(a_rule_that_gives_another_type_takes_away_what_does_not_fit_it),
		TEST(a_rule_keeps_facts_of_a_platform_that_it_does_not_mention),
		TEST(the_page_of_a_rule_is_that_of_its_lines),
		TEST(rules_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
