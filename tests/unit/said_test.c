/* The language of .types: what a line says, and that a line that says something else says nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>

#include <cmocka.h>

#include "fs/tree/said.h"
#include "tests/unit/random.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static int parse(struct said *said, const char *words)
{
	return said_parse(said, words, strlen(words));
}

static void assert_words(const struct said *said, const char *expected)
{
	BUF_AUTO words = BUF_INIT;

	said_type_words(said, &words);
	assert_string_equal(buf_text(&words), expected);
}

static void the_words_of_a_type_read_and_write_alike(void **state)
{
	static const char *const lines[] = { "string",
					     "integer",
					     "real",
					     "boolean",
					     "date",
					     "data",
					     "dict",
					     "array",
					     "array string",
					     "array integer",
					     "array string integer boolean real date",
					     "dict empty",
					     "array empty" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lines); i++) {
		struct said said = { .type = NODE_TYPE_COUNT };

		assert_int_equal(parse(&said, lines[i]), 0);
		assert_words(&said, lines[i]);
		said_clear(&said);
	}
}

static void white_space_between_words_does_not_matter(void **state)
{
	struct said said = { .type = NODE_TYPE_COUNT };

	(void)state;
	assert_int_equal(parse(&said, " \t array \t string\t integer \r"), 0);
	assert_words(&said, "array string integer");
	said_clear(&said);
}

static void what_is_not_understood_says_nothing(void **state)
{
	static const char *const lines[] = {
		"", " ", "\t\r", "strings", "String", "STRING", "integer integer", "integer empty",
		"string empty", "dict string", "dict empty string", "array dict", "array array",
		"array string dict", "array string empty", "array empty string", "array nonsense",
		"order", "order 0", "order -1", "order +1", "order x", "order 1x", "order 0x1",
		"order 1234567890", "order 99999999999999999999", "key", "key ", "empty", "dict dict",
		"order 2 3", "key a b", "order 1 order 2", "averyveryveryverylongword", "inte",
		"integer,", "uid"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lines); i++) {
		struct said said = { .type = NODE_TYPE_COUNT };

		if (parse(&said, lines[i]) == 0)
			fail_msg("'%s' was understood", lines[i]);
		assert_int_equal(said.type, NODE_TYPE_COUNT);
		assert_int_equal(said.order, 0);
		assert_null(said.key);
		assert_null(said.items);
	}
}

static void a_nul_does_not_end_a_word(void **state)
{
	struct said said = { .type = NODE_TYPE_COUNT };

	(void)state;
	assert_int_equal(said_parse(&said, "integer\0", 8), -1);
	assert_int_equal(said_parse(&said, "integer\0x", 9), -1);
	assert_int_equal(said_parse(&said, "order 1\0", 8), -1);
	assert_int_equal(said.type, NODE_TYPE_COUNT);
}

static void a_line_that_is_not_understood_leaves_what_was_said(void **state)
{
	struct said said = { .type = NODE_TYPE_COUNT };

	(void)state;
	assert_int_equal(parse(&said, "array string integer"), 0);
	assert_int_equal(parse(&said, "array real dict"), -1);
	assert_int_equal(parse(&said, "order x"), -1);
	assert_words(&said, "array string integer");
	said_clear(&said);
}

static void type_order_and_key_are_said_one_by_one(void **state)
{
	struct said said = { .type = NODE_TYPE_COUNT };

	(void)state;
	assert_int_equal(parse(&said, "order 12"), 0);
	assert_int_equal(parse(&said, "key a%20b%00%25"), 0);
	assert_int_equal(parse(&said, "dict empty"), 0);
	assert_int_equal(said.order, 12);
	assert_int_equal(said.key_len, 5);
	assert_memory_equal(said.key, "a b\0%", 5);
	assert_words(&said, "dict empty");
	said_clear(&said);
}

static void the_last_word_counts(void **state)
{
	struct said said = { .type = NODE_TYPE_COUNT };

	(void)state;
	assert_int_equal(parse(&said, "array empty"), 0);
	assert_int_equal(parse(&said, "array string"), 0);
	assert_words(&said, "array string");
	assert_int_equal(parse(&said, "integer"), 0);
	assert_words(&said, "integer");
	assert_int_equal(parse(&said, "key one"), 0);
	assert_int_equal(parse(&said, "key two"), 0);
	assert_string_equal(said.key, "two");
	said_clear(&said);
}

static void a_table_has_one_entry_of_a_name(void **state)
{
	struct said *table = NULL, *one;

	(void)state;
	assert_null(said_find(table, "A"));
	one = said_make(&table, "A");
	assert_non_null(one);
	assert_ptr_equal(said_make(&table, "A"), one);
	assert_ptr_not_equal(said_make(&table, "B"), one);
	assert_ptr_equal(said_find(table, "A"), one);
	assert_int_equal(one->type, NODE_TYPE_COUNT);
	said_free_table(table);
}

/* What is understood is written as it is understood again; what is not does no harm. */
static void any_line_is_understood_or_not(void **state)
{
	static const char *const pieces[] = { "string", "integer", "array", "dict", "empty", "order", "key",
					      " ", " ", " ", "\t", "1", "0", "%",
					      "%20", "data", "real", "x", "ü", "\r" };
	unsigned i, understood = 0;

	(void)state;
	random_seed(6);
	for (i = 0; i < 50000; i++) {
		struct said said = { .type = NODE_TYPE_COUNT }, again = { .type = NODE_TYPE_COUNT };
		BUF_AUTO line = BUF_INIT, words = BUF_INIT;

		random_text(pieces, COUNT(pieces), 8, &line);
		if (said_parse(&said, buf_text(&line), line.len) == 0 && said.type != NODE_TYPE_COUNT) {
			understood++;
			said_type_words(&said, &words);
			assert_int_equal(said_parse(&again, buf_text(&words), words.len), 0);
			assert_words(&again, buf_text(&words));
		}
		said_clear(&said);
		said_clear(&again);
	}
	assert_true(understood > 500);
}

static void assert_release(const char *words, const char *expected)
{
	struct said *table = NULL, *said = said_make(&table, SAID_OF_SCHEMA);

	assert_non_null(said);
	assert_int_equal(parse(said, words), expected ? 0 : -1);
	assert_int_equal(said->release_count, expected ? 1 : 0);
	if (expected) {
		assert_string_equal(said->releases[0], expected);
		assert_true(said_has_release(said, expected));
	}
	said_free_table(table);
}

static void a_release_is_words_with_single_blanks_between(void **state)
{
	struct said said = { .type = NODE_TYPE_COUNT };

	(void)state;
	assert_release(" schema iOS 18.1, macOS 15.1", "iOS 18.1, macOS 15.1");
	assert_release(" schema \t iOS  18.1,%20macOS\t15.1 \r", "iOS 18.1, macOS 15.1");
	assert_release(" schema a%25%0A", "a%25%0A");
	assert_release(" schema", NULL);
	assert_release(" schema  ", NULL);
	assert_release(" schema %20", NULL);
	assert_release(" schemas x", NULL);
	assert_release(" string", NULL);
	assert_release(" order 1", NULL);
	assert_int_equal(parse(&said, " schema iOS"), -1);
	assert_false(said_has_release(NULL, "iOS"));
}

static void every_release_counts_once(void **state)
{
	struct said *table = NULL, *said = said_make(&table, SAID_OF_SCHEMA);

	(void)state;
	assert_int_equal(parse(said, " schema a"), 0);
	assert_int_equal(parse(said, " schema b"), 0);
	assert_int_equal(parse(said, " schema a "), 0);
	assert_int_equal(said->release_count, 2);
	assert_true(said_has_release(said, "b"));
	said_free_table(table);
}

static void more_releases_than_anybody_merges_are_not_understood(void **state)
{
	struct said *table = NULL, *said = said_make(&table, SAID_OF_SCHEMA);
	char words[32];
	int i;

	(void)state;
	for (i = 0; i < SAID_RELEASES_MAX; i++) {
		snprintf(words, sizeof(words), " schema %d", i);
		assert_int_equal(parse(said, words), 0);
	}
	assert_int_equal(parse(said, " schema 0"), 0);
	assert_int_equal(parse(said, " schema one-more"), -1);
	assert_int_equal(said->release_count, SAID_RELEASES_MAX);
	said_free_table(table);
}

static void a_name_as_a_line_begins_with_it_comes_back(void **state)
{
	static const char *const names[][2] = {
		{ "Key", "Key" }, { "a b", "a%20b" }, { "#", "%#" }, { "#a b", "%#a%20b" }, { "%", "%" },
		{ "%2Fa", "%2Fa" },
		{ "%23k#", "%23k#" }, { "a#", "a#" }, { "\x7f", "%7F" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		BUF_AUTO line = BUF_INIT, back = BUF_INIT;

		said_quote_name(names[i][0], &line);
		assert_string_equal(buf_text(&line), names[i][1]);
		said_unquote_name(line.data, line.len, &back);
		assert_string_equal(buf_text(&back), names[i][0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_is_words_with_single_blanks_between),
		cmocka_unit_test(every_release_counts_once),
		cmocka_unit_test(more_releases_than_anybody_merges_are_not_understood),
		cmocka_unit_test(a_name_as_a_line_begins_with_it_comes_back),
		cmocka_unit_test(the_words_of_a_type_read_and_write_alike),
		cmocka_unit_test(white_space_between_words_does_not_matter),
		cmocka_unit_test(what_is_not_understood_says_nothing),
		cmocka_unit_test(a_nul_does_not_end_a_word),
		cmocka_unit_test(a_line_that_is_not_understood_leaves_what_was_said),
		cmocka_unit_test(type_order_and_key_are_said_one_by_one),
		cmocka_unit_test(the_last_word_counts),
		cmocka_unit_test(a_table_has_one_entry_of_a_name),
		cmocka_unit_test(any_line_is_understood_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
