/* The schema language: what is refused and where, and that hostile text is an error and nothing worse. */
#include "plist/schema/writing.h"
#include "tests/unit/random.h"
#include "tests/unit/schema_language.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_begin, arena_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_wrong_is_said_with_line_column_and_what_is_allowed),
		TEST(what_is_wrong_in_a_rule_is_said_too),
		TEST(lines_are_counted_from_where_the_section_begins),
		TEST(nesting_ends_somewhere),
		TEST(long_lines_and_crowded_dicts_are_refused),
		TEST(a_text_that_ends_anywhere_is_survived),
		TEST(a_text_with_wrong_bytes_is_survived),
		TEST(lines_in_any_order_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
