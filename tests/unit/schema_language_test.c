/* The schema language: what its lines say, what rules change, what is refused and where, and that hostile text
 * is an error and nothing worse. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/arena.h"
#include "plist/schema/clause.h"
#include "plist/schema/language.h"
#include "plist/schema/language_words.h"
#include "plist/schema/pattern.h"
#include "plist/schema/writing.h"
#include "random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;
static struct error err;

static int arena_begin(void **state)
{
	(void)state;
	arena = arena_new();
	err = ERROR_INIT;
	return arena ? 0 : -1;
}

static int arena_end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* A section's text whose end is the end of its memory. */
struct text {
	struct section_text section;
	char *copy;
};

static struct text text_of(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, text, len);
	return (struct text){ { "test.schema", copy, len, 1 }, copy };
}

static struct schema_key *try_read(const char *section)
{
	struct text text = text_of(section, strlen(section));
	struct schema_key *key = language_read(&text.section, arena, &err);

	free(text.copy);
	return key;
}

static struct schema_key *read_section(const char *section)
{
	struct schema_key *key = try_read(section);

	if (!key)
		fail_msg("line %lu column %lu: %s", err.line, err.column, err.text);
	return key;
}

static int try_apply(struct schema_key *key, const char *rule)
{
	struct text text = text_of(rule, strlen(rule));
	int failed = language_apply(&text.section, key, arena, &err);

	free(text.copy);
	return failed;
}

static void apply(struct schema_key *key, const char *rule)
{
	if (try_apply(key, rule))
		fail_msg("line %lu column %lu: %s", err.line, err.column, err.text);
}

/* The key at a path of names; "-" goes to the elements, "*" to other keys. NULL: there is none. */
static const struct schema_key *at(const struct schema_key *key, const char *path)
{
	while (key && *path) {
		size_t len = strcspn(path, "/");

		if (len == 1 && *path == '-')
			key = schema_item(key);
		else if (len == 1 && *path == '*')
			key = schema_shape(key)->others;
		else
			key = schema_declared(key, path, len);
		path += path[len] ? len + 1 : len;
	}
	return key;
}

static void assert_texts(const struct texts *texts, const char *joined)
{
	BUF_AUTO all = BUF_INIT;

	for (size_t i = 0; i < texts->count; i++)
		buf_add_format(&all, "%s%s", i ? "|" : "", texts->list[i]);
	assert_string_equal(buf_text(&all), joined);
}

static void assert_keys(const struct schema_key *dict, const char *joined)
{
	BUF_AUTO all = BUF_INIT;

	for (size_t i = 0; i < dict->key_count; i++) {
		buf_add_format(&all, "%s%s", i ? "|" : "", dict->keys[i]->name);
		assert_ptr_equal(schema_declared(dict, dict->keys[i]->name, strlen(dict->keys[i]->name)),
				 dict->keys[i]);
		if (i)
			assert_true(strcmp(dict->by_name[i - 1]->name, dict->by_name[i]->name) < 0);
	}
	assert_string_equal(buf_text(&all), joined);
}

static const char *fact_of(const struct schema_key *key, enum platform platform, enum fact fact)
{
	return schema_fact(NULL, key, platform, fact);
}

/* --- key lines -------------------------------------------------------------------------------------- */

static const char sample[] =
	"payload com.example.all iOS(4.0 multiple=false) macOS(10.7 userchannel=false removed=15.0) page=\"All of "
	"it\"\n"
	"  # a comment\n"
	"  Text string required values=one,\"two, three\",\"\" custom length=..64 format=\"^[a-z]+$\" subtype=url\n"
	"\n"
	"  Number integer range=1..8191 bits=7 needs=2:1,4:2 default=5 immutable\n"
	"  Ratio real range=..0.5 optional\n"
	"  \"Key Type\" integer|string values=1,2 sensitive help=\"What it \\\"is\\\"\"\n"
	"  List array items=1..3 unique\n"
	"    - string refs=com.apple.security.pem,com.apple.security.scep\n"
	"  Dock array as=IconItem\n"
	"    - dict\n"
	"      Type string required\n"
	"      Pages array\n"
	"        - array like=IconItem\n"
	"  Free dict\n"
	"    * boolean\n"
	"  Closed dict\n"
	"    \"*\" string\n"
	"    \"-\" date\n"
	"    \"!\" data\n"
	"  Anything any\n"
	"  Empty dict\n"
	"  ! need Text Number when Ratio unless \"Key Type\"=1,2 because=\"one of them\" page=P\n"
	"  ! warn values Text=one,two when Free/Inner!=x\n";

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

/* --- errors ----------------------------------------------------------------------------------------- */

static const struct refusal {
	const char *section;
	unsigned long line, column;
	const char *says;
} refusals[] = {
	{ "payload x\n  A strin\n", 2, 5, "'strin' is no type: did you mean string?" },
	{ "payload x\n  A text\n", 2, 5, "string, integer, real" },
	{ "payload x\n  A string|\n", 2, 5, "'' is no type" },
	{ "payload x\n  A\n", 2, 3, "A has no type" },
	{ "payload x\n  A \"string\"\n", 2, 5, "here stands the key's type" },
	{ "payload x\n  A string\n  A integer\n", 3, 0, "the key A stands on line 2 already" },
	{ "payload x\n  A string requird\n", 2, 12, "did you mean required?" },
	{ "payload x\n  A string zzz\n", 2, 12, "'zzz' is no attribute: required, optional" },
	{ "payload x\n  A string required=1\n", 2, 12, "stands by itself" },
	{ "payload x\n  A string values\n", 2, 12, "values=VALUE" },
	{ "payload x\n  A string default=1,2\n", 2, 12, "takes one value" },
	{ "payload x\n  A string default=\n", 2, 20, "a value is missing: an empty one is written \"\"" },
	{ "payload x\n  A string range=1..2\n", 2, 12, "range is said of integer, real, and this is string" },
	{ "payload x\n  A integer range=2..1\n", 2, 13, "is empty: 2 is more than 1" },
	{ "payload x\n  A integer range=a..b\n", 2, 13, "is not made of numbers" },
	{ "payload x\n  A integer range=5\n", 2, 13, "takes MIN..MAX" },
	{ "payload x\n  A integer range=..\n", 2, 13, "takes MIN..MAX" },
	{ "payload x\n  A string length=-1..2\n", 2, 12, "is not made of whole numbers" },
	{ "payload x\n  A string format=\"(\"\n", 2, 12, "is not a regular expression" },
	{ "payload x\n  A integer bits=0\n", 2, 13, "bits=" },
	{ "payload x\n  A integer bits=99999999999999999999999\n", 2, 13, "bits=" },
	{ "payload x\n  A integer bits=-1\n", 2, 13, "bits=" },
	{ "payload x\n  A integer needs=2\n", 2, 13, "needs=2" },
	{ "payload x\n  A dict like=x\n", 2, 10, "no key around this one says as=x" },
	{ "payload x\n  A dict as=x like=x\n", 2, 15, "no key around this one says as=x" },
	{ "payload x\n  A dict as=x\n    B array like=x\n", 3, 13, "both have to be a dict, or both an array" },
	{ "payload x\n  A dict as=x\n    B dict like=x\n      C string\n", 4, 0,
	  "nothing stands below what is like=x" },
	{ "payload x\n  A string\n    B string\n", 3, 5, "only a dict has keys: write dict above it" },
	{ "payload x\n  A array\n    B string\n", 3, 5, "write - dict above it" },
	{ "payload x\n  A dict\n    - string\n", 3, 5, "only an array has elements" },
	{ "payload x\n  A array\n    - string\n    - integer\n", 4, 5, "a second '-' line" },
	{ "payload x\n  * string\n  * integer\n", 3, 3, "a second '*' line" },
	{ "payload x\n A string\n", 2, 0, "indented by 1 blanks: a level is two" },
	{ "payload x\n\tA string\n", 2, 0, "a tab: indentation is two blanks a level" },
	{ "payload x\n    A string\n", 2, 0, "indented by 4 blanks, where 2 fit" },
	{ "payload x\n  A dict\n      B string\n", 3, 0, "indented by 6 blanks, where 4 fit" },
	{ "payload x\n  A string # why\n", 2, 12, "a comment stands on a line of its own" },
	{ "payload x\n  A string\thelp=1\n", 2, 11, "has to be \"quoted\"" },
	{ "payload x\n  A string \thelp=1\n", 2, 12, "a tab" },
	{ "payload x\n  A string help=\"open\n", 2, 17, "is not closed on this line" },
	{ "payload x\n  A string help=\"a\\x\"\n", 2, 19, "an unknown escape" },
	{ "payload x\n  A string help=a\"b\"\n", 2, 18, "has to be \"quoted\"" },
	{ "payload x\n  A string values=a=b\n", 2, 20, "has to be \"quoted\"" },
	{ "payload x\n  \xc3\xa4\xc3\xb6 strin\n", 2, 6, "'strin'" },
	{ "payload x\n  A \xff\n", 2, 0, "not text in UTF-8" },
	{ "payload x\n  A string iOS(1.0\n", 2, 19, "the ( is not closed" },
	{ "payload x\n  A string iOS(x(1))\n", 2, 18, "there is no ( inside of ( )" },
	{ "payload x\n  A string iOS(1.0)x\n", 2, 20, "has to be \"quoted\"" },
	{ "payload x\n  A string iOS\n", 2, 12, "a platform is written iOS(VERSION FACT=VALUE ...)" },
	{ "payload x\n  A string bOS(1.0)\n", 2, 12, "'bOS' is no platform: iOS, macOS" },
	{ "payload x\n  A string iOS(1.0 multipel=true)\n", 2, 20, "did you mean multiple?" },
	{ "payload x\n  A string iOS(1.0 multiple=yes)\n", 2, 20, "'yes' is not true or false" },
	{ "payload x\n  A string iOS(new)\n", 2, 16, "'new' is not a version" },
	{ "payload x\n  A string iOS(userenrollment=true)\n", 2, 16, "allowed, required, forbidden or ignored" },
	{ "payload x\n  A = required\n", 2, 5, "'=' is for `rule` sections" },
	{ "payload x\n  A gone\n", 2, 5, "'gone' is for `rule` sections" },
	{ "payload x\n  A string values+=1\n", 2, 12, "+= is for `rule` sections" },
	{ "payload x\n  A string no=values\n", 2, 12, "`no=` is for `rule` sections" },
	{ "payload x\n  A=1 string\n", 2, 3, "a line begins with the name of a key" },
	{ "payload x\n  !\n", 2, 3, "a clause says what must hold: need, forbid" },
	{ "payload x\n  ! ned A\n", 2, 5, "did you mean need?" },
	{ "payload x\n  ! need\n", 2, 5, "names no key" },
	{ "payload x\n  ! need when A\n", 2, 10, "names no key" },
	{ "payload x\n  ! need A=1\n", 2, 10, "here stand keys" },
	{ "payload x\n  ! values A\n", 2, 12, "here stands KEY=..." },
	{ "payload x\n  ! range A=x\n", 2, 11, "takes MIN..MAX" },
	{ "payload x\n  ! format A=\"[\"\n", 2, 12, "is not a regular expression" },
	{ "payload x\n  ! need A when\n", 2, 12, "a condition is KEY" },
	{ "payload x\n  ! values A=1 B\n", 2, 16, "here stands when KEY" },
	{ "payload x\n  ! need A because=a,b\n", 2, 12, "takes one text" },
	{ "payload\n", 1, 1, "payload needs a payload type" },
	{ "rule x\n", 1, 1, "'rule' begins no section" },
	{ "release \"x\"\n", 1, 1, "'release' begins no section" },
	{ "  A string\n", 1, 0, "a section begins without indentation" },
	{ "", 1, 0, "a section begins without indentation" },
	{ "payload x\n  A string\npayload y\n", 3, 0, "a second section begins here" },
	{ "payload x required=1\n", 1, 11, "stands by itself" },
};

static void what_is_wrong_is_said_with_line_column_and_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct refusal *refusal = &refusals[i];

		err = ERROR_INIT;
		if (try_read(refusal->section))
			fail_msg("was read: %s", refusal->section);
		assert_int_equal(err.code, EINVAL);
		assert_string_equal(err.file, "test.schema");
		if (!strstr(err.text, refusal->says))
			fail_msg("%s\nsays: %s\nnot: %s", refusal->section, err.text, refusal->says);
		if (err.line != refusal->line || err.column != refusal->column)
			fail_msg("%s\nis wrong at %lu:%lu, not at %lu:%lu", refusal->section, err.line, err.column,
				 refusal->line, refusal->column);
	}
}

static void what_is_wrong_in_a_rule_is_said_too(void **state)
{
	static const struct refusal wrong[] = {
		{ "payload x\n", 1, 1, "begins no section" },
		{ "rule\n", 1, 1, "rule needs a payload type" },
		{ "rule x\n  Text = no=valeus\n", 2, 10, "did you mean values?" },
		{ "rule x\n  Text = no\n", 2, 10, "no=values,range" },
		{ "rule x\n  Text = keys\n", 2, 10, "'keys' is no attribute" },
		{ "rule x\n  Missing =\n    A = zzz\n", 3, 9, "'zzz' is no attribute" },
		{ "rule x\n  Text =\n    A = zzz\n", 3, 9, "'zzz' is no attribute" },
		{ "rule x\n  Text string range=1..2\n", 2, 15, "range is said of integer, real" },
		{ "rule x\n  Dock =\n    - =\n      Pages =\n        - array\n          - string\n", 6, 0,
		  "nothing stands below what is like=IconItem" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		err = ERROR_INIT;
		if (!try_apply(read_section(sample), wrong[i].section))
			fail_msg("was applied: %s", wrong[i].section);
		if (!strstr(err.text, wrong[i].says) || err.line != wrong[i].line || err.column != wrong[i].column)
			fail_msg("%s\nsays %lu:%lu: %s", wrong[i].section, err.line, err.column, err.text);
	}
}

static void lines_are_counted_from_where_the_section_begins(void **state)
{
	struct section_text section = { "far.schema", "payload x\n  A strin\n", 20, 100 };

	(void)state;
	assert_null(language_read(&section, arena, &err));
	assert_int_equal(err.line, 101);
}

static void nesting_ends_somewhere(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	buf_add_text(&text, "payload x\n");
	for (unsigned level = 1; level <= 64; level++) {
		write_indent(&text, level);
		buf_add_text(&text, "A dict\n");
	}
	assert_non_null(try_read(buf_text(&text)));
	write_indent(&text, 65);
	buf_add_text(&text, "A dict\n");
	assert_null(try_read(buf_text(&text)));
	assert_int_equal(err.line, 66);
	assert_non_null(strstr(err.text, "nested deeper than 64 levels"));
}

static void long_lines_and_crowded_dicts_are_refused(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	buf_add_text(&text, "payload x\n  A string help=");
	for (unsigned i = 0; i < 70000; i++)
		buf_add_char(&text, 'x');
	assert_null(try_read(buf_text(&text)));
	assert_int_equal(err.line, 2);
	assert_non_null(strstr(err.text, "longer than 65536 bytes"));
	buf_assign(&text, "payload x\n", 10);
	for (unsigned i = 0; i < 8193; i++)
		buf_add_format(&text, "  K%u any\n", i);
	assert_null(try_read(buf_text(&text)));
	assert_non_null(strstr(err.text, "more than 8192 keys"));
}

/* --- hostile text ----------------------------------------------------------------------------------- */

/* Reads a section, and applies it as a rule to one that was read. Whatever it says, nothing else may happen than
 * an answer or an error. */
static void survive(const char *bytes, size_t len)
{
	struct text text = text_of(bytes, len);
	struct arena *own = arena_new();
	struct section_text good = { "sample", sample, sizeof(sample) - 1, 1 };
	struct schema_key *key;

	err = ERROR_INIT;
	assert_non_null(own);
	if (!language_read(&text.section, own, &err)) {
		assert_int_equal(err.code, EINVAL);
		assert_string_equal(err.file, "test.schema");
		assert_true(err.line > 0);
	}
	key = language_read(&good, own, &err);
	assert_non_null(key);
	err = ERROR_INIT;
	if (language_apply(&text.section, key, own, &err))
		assert_int_equal(err.code, EINVAL);
	free(text.copy);
	arena_free(own);
}

static const char hostile_rule[] = "rule x page=\"P\" macOS(10.7)\n"
				   "  Text = values+=\"a b\",c no=format\n"
				   "  Dock =\n"
				   "    - = no=keys\n"
				   "      Label string\n"
				   "  Free =\n"
				   "    * dict as=x\n"
				   "      Deep dict like=x\n"
				   "  Ratio gone\n"
				   "  ! warn format Text=\"^a$\" unless Number!=1 because=why\n";

static void a_text_that_ends_anywhere_is_survived(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(sample); len++)
		survive(sample, len);
	for (size_t len = 0; len < sizeof(hostile_rule); len++)
		survive(hostile_rule, len);
}

static void a_text_with_wrong_bytes_is_survived(void **state)
{
	static const char bytes[] = " \n\t\"\\,()=#*-!+|.:\r\xff\xc3x0";
	char copy[sizeof(sample) > sizeof(hostile_rule) ? sizeof(sample) : sizeof(hostile_rule)];

	(void)state;
	random_seed(1);
	for (unsigned i = 0; i < 6000; i++) {
		const char *from = i % 2 ? sample : hostile_rule;
		size_t len = strlen(from);

		memcpy(copy, from, len);
		for (unsigned flips = 1 + random_below(4); flips > 0; flips--)
			copy[random_below((unsigned)len)] = bytes[random_below(sizeof(bytes))];
		survive(copy, len);
	}
}

static void lines_in_any_order_are_survived(void **state)
{
	static const char *const lines[] = {
		"payload x\n",
		"rule x\n",
		"  A dict as=a\n",
		"    B dict like=a\n",
		"  A = gone\n",
		"  A string\n",
		"    - array as=b\n",
		"      - array like=b\n",
		"  Dock = no=item\n",
		"  Dock = like=a as=IconItem\n",
		"  Dock string\n",
		"  Dock array|dict\n",
		"    - =\n",
		"      Pages =\n",
		"        - =\n",
		"    * dict as=a\n",
		"    * gone\n",
		"      ! need A\n",
		"  ! values A=1\n",
		"  List dict as=a\n",
		"  Free = no=keys,others,as,like,item,clauses\n",
		"      iOS(1.0)\n",
		"    - dict like=a\n",
	};
	BUF_AUTO text = BUF_INIT;

	(void)state;
	random_seed(2);
	for (unsigned i = 0; i < 6000; i++) {
		buf_clear(&text);
		buf_add_text(&text, lines[i % 2]);
		random_text(lines + 2, COUNT(lines) - 2, 12, &text);
		survive(buf_text(&text), text.len);
	}
}

/* --- writing ---------------------------------------------------------------------------------------- */

static void words_are_quoted_exactly_if_they_must_be(void **state)
{
	static const char *const pairs[][2] = {
		{ "plain", "plain" },
		{ "a.b-c/d:e|f*g'h", "a.b-c/d:e|f*g'h" },
		{ "", "\"\"" },
		{ "a b", "\"a b\"" },
		{ "a,b", "\"a,b\"" },
		{ "a\"b", "\"a\\\"b\"" },
		{ "a\\b", "\"a\\\\b\"" },
		{ "f(x)", "\"f(x)\"" },
		{ "a=b", "\"a=b\"" },
		{ "#a", "\"#a\"" },
		{ "a#", "a#" },
		{ "a\nb", "\"a\\nb\"" },
		{ "a\tb", "\"a\\tb\"" },
		{ "C++", "\"C++\"" },
		{ "no!", "\"no!\"" },
		{ "\xc3\xa4", "\xc3\xa4" },
		{ "*", "*" },
		{ "-", "-" },
	};
	BUF_AUTO out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		buf_clear(&out);
		write_word(&out, pairs[i][0]);
		assert_string_equal(buf_text(&out), pairs[i][1]);
	}
}

static void names_of_keys_are_quoted_if_they_would_be_marks(void **state)
{
	static const char *const pairs[][2] = {
		{ "*", "\"*\"" },
		{ "-", "\"-\"" },
		{ "!", "\"!\"" },
		{ "-x", "-x" },
		{ "Key Type", "\"Key Type\"" },
	};
	BUF_AUTO out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		buf_clear(&out);
		write_key_name(&out, pairs[i][0]);
		assert_string_equal(buf_text(&out), pairs[i][1]);
	}
}

static void attributes_lists_and_bounds_are_written_as_they_are_read(void **state)
{
	const char *const values[] = { "a", "b c", "", "d!" };
	BUF_AUTO out = BUF_INIT;

	(void)state;
	write_indent(&out, 2);
	write_key_name(&out, "A");
	write_attribute(&out, "default", "x y");
	write_list(&out, "values", values, 4);
	write_bounds(&out, "range", "1", "2");
	write_bounds(&out, "length", NULL, "2");
	write_bounds(&out, "items", "1", NULL);
	assert_string_equal(buf_text(&out),
			    "    A default=\"x y\" values=a,\"b c\",\"\",d! range=1..2 length=..2 items=1..");
}

/* Everything that has a meaning somewhere, and more. */
static const char *const pieces[] = {
	"\"",
	"\\",
	"\n",
	"\t",
	",",
	"(",
	")",
	"#",
	"=",
	"+",
	"!",
	"+=",
	"!=",
	"-",
	"*",
	" ",
	"  ",
	"\r",
	"a",
	"Key",
	"\xc3\xa4",
	"\xf0\x9f\x94\x91",
	"|",
	"..",
	"gone",
	"when",
	"\\n",
	"iOS(",
	"'",
	"\x7f",
	"\xc2\xa0",
};

static void every_text_is_read_back_as_it_was_written(void **state)
{
	struct buf texts[4] = { BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT };
	BUF_AUTO out = BUF_INIT;
	struct words words = { 0 };
	const char *list[3];

	(void)state;
	random_seed(3);
	for (unsigned i = 0; i < 20000; i++) {
		buf_clear(&out);
		for (unsigned k = 0; k < COUNT(texts); k++) {
			buf_clear(&texts[k]);
			random_text(pieces, COUNT(pieces), 6, &texts[k]);
		}
		for (unsigned k = 0; k < 3; k++)
			list[k] = buf_text(&texts[k + 1]);
		write_key_name(&out, buf_text(&texts[0]));
		buf_add_char(&out, ' ');
		write_word(&out, buf_text(&texts[0]));
		buf_add_text(&out, i % 2 ? "!=x" : "+=x");
		write_list(&out, "values", list, 3);
		if (words_split(&words, out.data, out.len, arena))
			fail_msg("%s: %s at %zu", buf_text(&out), words.problem, words.at);
		assert_int_equal(words.count, 3);
		assert_int_equal(words.list[0].kind, WORD_PLAIN);
		assert_string_equal(words.list[0].text, buf_text(&texts[0]));
		assert_false(word_is(&words.list[0], "*") || word_is(&words.list[0], "-") ||
			     word_is(&words.list[0], "!"));
		assert_int_equal(words.list[1].kind, i % 2 ? WORD_NOT : WORD_ADD);
		assert_string_equal(words.list[1].text, buf_text(&texts[0]));
		assert_int_equal(words.list[2].values.count, 3);
		for (unsigned k = 0; k < 3; k++)
			assert_string_equal(words.list[2].values.list[k], list[k]);
	}
	words_free(&words);
	for (unsigned k = 0; k < COUNT(texts); k++)
		buf_free(&texts[k]);
}

static void every_key_is_read_back_as_it_was_written(void **state)
{
	BUF_AUTO name = BUF_INIT;
	BUF_AUTO value = BUF_INIT;
	BUF_AUTO out = BUF_INIT;
	const struct schema_key *key;

	(void)state;
	random_seed(4);
	for (unsigned i = 0; i < 3000; i++) {
		buf_clear(&name);
		buf_clear(&value);
		buf_assign(&out, "payload ", 8);
		random_text(pieces, COUNT(pieces), 5, &name);
		random_text(pieces, COUNT(pieces), 8, &value);
		write_word(&out, buf_text(&name));
		buf_add_text(&out, "\n  ");
		write_key_name(&out, buf_text(&name));
		buf_add_text(&out, " string");
		write_attribute(&out, "help", buf_text(&value));
		key = read_section(buf_text(&out));
		assert_string_equal(key->name, buf_text(&name));
		assert_int_equal(key->key_count, 1);
		assert_string_equal(key->keys[0]->name, buf_text(&name));
		assert_string_equal(key->keys[0]->help, buf_text(&value));
	}
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
		TEST(what_is_wrong_is_said_with_line_column_and_what_is_allowed),
		TEST(what_is_wrong_in_a_rule_is_said_too),
		TEST(lines_are_counted_from_where_the_section_begins),
		TEST(nesting_ends_somewhere),
		TEST(long_lines_and_crowded_dicts_are_refused),
		TEST(a_text_that_ends_anywhere_is_survived),
		TEST(a_text_with_wrong_bytes_is_survived),
		TEST(lines_in_any_order_are_survived),
		TEST(words_are_quoted_exactly_if_they_must_be),
		TEST(names_of_keys_are_quoted_if_they_would_be_marks),
		TEST(attributes_lists_and_bounds_are_written_as_they_are_read),
		TEST(every_text_is_read_back_as_it_was_written),
		TEST(every_key_is_read_back_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
