/* Writing the schema language: what needs quotes has them, and all that is written is read back as it was. */
#include "plist/schema/language_words.h"
#include "plist/schema/writing.h"
#include "tests/unit/random.h"
#include "tests/unit/schema_language.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
		TEST(words_are_quoted_exactly_if_they_must_be),
		TEST(names_of_keys_are_quoted_if_they_would_be_marks),
		TEST(attributes_lists_and_bounds_are_written_as_they_are_read),
		TEST(every_text_is_read_back_as_it_was_written),
		TEST(every_key_is_read_back_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
