/* Values as files: which nodes are files, what they show, and what bytes that were written mean. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>

#include "fs/tree/text.h"
#include "plist/doc.h"
#include "tests/unit/random.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* A document of one value; `node` is it. */
static struct doc doc;

static const struct node *value_of(const char *element)
{
	BUF_AUTO text = BUF_INIT;
	struct error err;

	buf_add_format(&text, "<plist version=\"1.0\">%s</plist>", element);
	if (doc_read(&doc, "test", buf_text(&text), text.len, &err) < 0)
		fail_msg("%s", err.text);
	return doc.root;
}

static void assert_file(const char *element, const char *bytes, size_t len)
{
	const struct node *node = value_of(element);
	BUF_AUTO text = BUF_INIT;

	assert_true(text_is_file(node));
	text_of_node(node, &text);
	assert_int_equal(text.len, len);
	if (len)
		assert_memory_equal(text.data, bytes, len);
	doc_free(&doc);
}

static void assert_directory(const char *element)
{
	assert_false(text_is_file(value_of(element)));
	doc_free(&doc);
}

static void a_scalar_shows_its_text_and_a_newline(void **state)
{
	(void)state;
	assert_file("<string>Office</string>", "Office\n", 7);
	assert_file("<string>a\nb\n</string>", "a\nb\n\n", 5);
	assert_file("<string> </string>", " \n", 2);
	assert_file("<string>\n</string>", "\n\n", 2);
	assert_file("<integer>-5</integer>", "-5\n", 3);
	assert_file("<real>0.1</real>", "0.1\n", 4);
	assert_file("<true/>", "true\n", 5);
	assert_file("<date>2026-01-31T12:00:00Z</date>", "2026-01-31T12:00:00Z\n", 21);
	assert_file("<integer>$FLEET_VAR_PORT</integer>", "$FLEET_VAR_PORT\n", 16);
	assert_file("<data>$FLEET_VAR_PORT</data>", "$FLEET_VAR_PORT\n", 16);
}

static void the_empty_string_is_an_empty_file(void **state)
{
	(void)state;
	assert_file("<string></string>", "", 0);
	assert_file("<string/>", "", 0);
}

static void data_is_shown_raw(void **state)
{
	(void)state;
	assert_file("<data>AAoA</data>", "\0\n\0", 3);
	assert_file("<data></data>", "", 0);
	assert_file("<data>JFVTRVJOQU1F</data>", "$USERNAME", 9);
}

static void an_array_of_scalars_is_a_file_of_lines(void **state)
{
	(void)state;
	assert_file("<array/>", "", 0);
	assert_file("<array><string>a</string><integer>1</integer><true/></array>", "a\n1\ntrue\n", 9);
	assert_file("<array><string></string></array>", "\n", 1);
	assert_file("<array><string/><string/></array>", "\n\n", 2);
}

static void an_array_that_lines_cannot_tell_is_a_directory(void **state)
{
	(void)state;
	assert_directory("<array><data>AA==</data></array>");
	assert_directory("<array><string>a</string><string>b\nc</string></array>");
	assert_directory("<array><dict/></array>");
	assert_directory("<array><array/></array>");
	assert_directory("<dict/>");
}

/* --- reading ---------------------------------------------------------------------------------------- */

static struct expect anything(void)
{
	return (struct expect){ .type = NODE_TYPE_COUNT, .placeholders = true };
}

static struct expect expect_type(enum node_type type)
{
	return (struct expect){ .type = type, .placeholders = true };
}

static void assert_means(struct expect expect, const char *bytes, size_t len, enum node_type type,
			 const char *value)
{
	struct meaning meaning;
	struct error err;

	if (text_parse(&expect, bytes, len, &meaning, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(meaning.type, type);
	assert_int_equal(meaning.len, strlen(value));
	if (meaning.len)
		assert_memory_equal(meaning.bytes, value, meaning.len);
	meaning_free(&meaning);
}

static void assert_refused(struct expect expect, const char *bytes, size_t len, const char *part)
{
	struct meaning meaning;
	struct error err;

	assert_int_equal(text_parse(&expect, bytes, len, &meaning, &err), -1);
	assert_null(meaning.lines);
	if (!strstr(err.text, part))
		fail_msg("'%s' does not say '%s'", err.text, part);
	assert_non_null(err.rule);
}

static void one_final_newline_is_dropped(void **state)
{
	(void)state;
	assert_means(expect_type(NODE_STRING), "a\n", 2, NODE_STRING, "a");
	assert_means(expect_type(NODE_STRING), "a", 1, NODE_STRING, "a");
	assert_means(expect_type(NODE_STRING), "a\n\n", 3, NODE_STRING, "a\n");
	assert_means(expect_type(NODE_STRING), "\n", 1, NODE_STRING, "");
	assert_means(expect_type(NODE_STRING), "", 0, NODE_STRING, "");
	assert_means(expect_type(NODE_STRING), NULL, 0, NODE_STRING, "");
	assert_means(expect_type(NODE_INTEGER), "5\n", 2, NODE_INTEGER, "5");
	assert_means(expect_type(NODE_DATA), "5\n", 2, NODE_DATA, "5\n");
	assert_means(expect_type(NODE_DATA), "$USERNAME\n", 10, NODE_DATA, "$USERNAME");
}

static void a_new_key_is_a_boolean_an_integer_a_string_or_data(void **state)
{
	(void)state;
	assert_means(anything(), "true\n", 5, NODE_BOOLEAN, "true");
	assert_means(anything(), "-5\n", 3, NODE_INTEGER, "-5");
	assert_means(anything(), "005\n", 4, NODE_STRING, "005");
	assert_means(anything(), "+5\n", 3, NODE_STRING, "+5");
	assert_means(anything(), "0.5\n", 4, NODE_STRING, "0.5");
	assert_means(anything(), "2026-01-31T12:00:00Z\n", 21, NODE_STRING, "2026-01-31T12:00:00Z");
	assert_means(anything(), "YES\n", 4, NODE_STRING, "YES");
	assert_means(anything(), "", 0, NODE_STRING, "");
	assert_means(anything(), "\xff\n", 2, NODE_DATA, "\xff\n");
	assert_means(anything(), "\x01", 1, NODE_DATA, "\x01");
}

static void no_other_word_is_a_boolean(void **state)
{
	static const char *const words[] = { "0", "1", "YES", "no", "True", "TRUE", "true ", "truetrue", "" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(words); i++)
		assert_refused(expect_type(NODE_BOOLEAN), words[i], strlen(words[i]), "true");
}

static void a_placeholder_is_a_value_of_any_type_unless_that_is_turned_off(void **state)
{
	struct expect off = { .type = NODE_INTEGER };

	(void)state;
	assert_means(expect_type(NODE_INTEGER), "$FLEET_VAR_X\n", 13, NODE_INTEGER, "$FLEET_VAR_X");
	assert_means(expect_type(NODE_DATE), "{{x}}\n", 6, NODE_DATE, "{{x}}");
	assert_refused(off, "$FLEET_VAR_X\n", 13, "integer");
}

static void an_integer_must_fit_a_binary_plist_where_it_will_be_one(void **state)
{
	struct expect binary = { .type = NODE_INTEGER, .fits_64 = true };

	(void)state;
	assert_means(binary, "18446744073709551615\n", 21, NODE_INTEGER, "18446744073709551615");
	assert_refused(binary, "18446744073709551616\n", 21, "binary");
	assert_refused(binary, "-9223372036854775809\n", 21, "binary");
}

static void assert_lines(struct expect expect, const char *bytes, const char *expected)
{
	BUF_AUTO told = BUF_INIT;
	struct meaning meaning;
	struct error err;
	size_t i;

	if (text_parse(&expect, bytes, strlen(bytes), &meaning, &err) < 0)
		fail_msg("%s", err.text);
	for (i = 0; i < meaning.line_count; i++)
		buf_add_format(&told, "%s=%.*s;", node_type_name(meaning.lines[i].type),
			       (int)meaning.lines[i].len, meaning.lines[i].bytes);
	assert_string_equal(buf_text(&told), expected);
	meaning_free(&meaning);
}

static void a_boolean_has_no_place_for_a_placeholder(void **state)
{
	(void)state;
	assert_refused(expect_type(NODE_BOOLEAN), "{{x}}\n", 6, "true");
}

static void a_line_is_an_element(void **state)
{
	static const enum node_type integers[] = { NODE_INTEGER };
	static const enum node_type mixed[] = { NODE_STRING, NODE_INTEGER, NODE_BOOLEAN };
	struct expect any = expect_type(NODE_ARRAY), numbers = expect_type(NODE_ARRAY),
		      each = expect_type(NODE_ARRAY);

	(void)state;
	numbers.items = integers;
	numbers.item_count = 1;
	each.items = mixed;
	each.item_count = 3;
	assert_lines(any, "", "");
	assert_lines(any, "\n", "string=;");
	assert_lines(any, "a\n\nb", "string=a;string=;string=b;");
	assert_lines(any, "1\ntrue\n0.5\n", "integer=1;boolean=true;string=0.5;");
	assert_lines(numbers, "1\n2\n", "integer=1;integer=2;");
	assert_lines(each, "1\n2\ntrue\n", "string=1;integer=2;boolean=true;");
	assert_lines(each, "1\nx\n3\n4\n", "string=1;string=x;integer=3;integer=4;");
	assert_refused(numbers, "1\nx\n2\n", 6, "'x' is not an integer");
	assert_refused(numbers, "1\n\n", 3, "integer");
	assert_refused(any, "a\n\xff\nb\n", 6, "UTF-8");
}

/* --- beginnings ------------------------------------------------------------------------------------- */

static const enum node_type some_items[] = { NODE_INTEGER, NODE_STRING, NODE_BOOLEAN };

/* Every expectation there is. */
static struct expect random_expect(void)
{
	static const enum node_type types[] = { NODE_ARRAY, NODE_STRING, NODE_INTEGER, NODE_REAL,
						NODE_BOOLEAN, NODE_DATE, NODE_DATA, NODE_TYPE_COUNT };
	struct expect expect = { .type = types[random_below(COUNT(types))], .placeholders = random_below(2) };

	expect.fits_64 = !expect.placeholders && random_below(2);
	if (expect.type == NODE_ARRAY && random_below(3)) {
		expect.items = some_items + random_below(3);
		expect.item_count = 1;
	} else if (expect.type == NODE_ARRAY && random_below(2)) {
		expect.items = some_items;
		expect.item_count = 3;
	}
	return expect;
}

static const char *const text_pieces[] = {
	"1", "0", "-", "5", "99999999999999999999", "true", "false", "tr", "ue", "\n", "\n", "\n", ".",
	"e", "inf", "nan", "2026-01-31T12:00:00Z", "2026-", "01", "T", "Z", ":", "x", " ", "ü", "\xc3",
	"\xbc", "€", "\xe2\x82", "\xff", "\x01", "\xef\xbf\xbf", "$FLEET_VAR_X", "$", "{{x}}",
	"%SerialNumber%", "18446744073709551615"
};

static bool is_valid(const struct expect *expect, const char *bytes, size_t len)
{
	struct meaning meaning;
	struct error ignored;

	if (text_parse(expect, bytes, len, &meaning, &ignored) < 0)
		return false;
	meaning_free(&meaning);
	return true;
}

/* A judgement of the beginning, byte by byte or in pieces, never says no to what is valid in the end, and
 * says the same as a judgement from the start. */
static void a_beginning_of_a_valid_text_is_never_refused(void **state)
{
	unsigned i, valid = 0;

	(void)state;
	random_seed(7);
	for (i = 0; i < 60000; i++) {
		struct expect expect = random_expect();
		BUF_AUTO text = BUF_INIT;
		size_t len, judged = 0, fresh;
		enum verdict verdict;

		random_text(text_pieces, COUNT(text_pieces), 7, &text);
		if (!is_valid(&expect, buf_text(&text), text.len))
			continue;
		valid++;
		for (len = random_below(3); len < text.len; len += 1 + random_below(3)) {
			verdict = text_prefix(&expect, buf_text(&text), len, &judged);
			if (verdict == VERDICT_NEVER)
				fail_msg("the first %zu bytes of '%s' (%d)", len, buf_text(&text), expect.type);
			assert_true(judged <= len);
			fresh = 0;
			assert_int_equal(text_prefix(&expect, buf_text(&text), len, &fresh), verdict);
		}
		assert_int_equal(text_prefix(&expect, buf_text(&text), text.len, &judged), VERDICT_VALID);
	}
	assert_true(valid > 10000);
}

static void what_is_judged_valid_is_valid(void **state)
{
	unsigned i, judged_valid = 0;

	(void)state;
	random_seed(8);
	for (i = 0; i < 60000; i++) {
		struct expect expect = random_expect();
		BUF_AUTO text = BUF_INIT;
		size_t judged = 0;

		if (expect.type == NODE_TYPE_COUNT || (expect.type == NODE_ARRAY && expect.item_count != 1))
			expect.fits_64 = false; /* what is inferred may become a string yet */
		random_text(text_pieces, COUNT(text_pieces), 5, &text);
		if (text_prefix(&expect, buf_text(&text), text.len, &judged) != VERDICT_VALID)
			continue;
		judged_valid++;
		if (!is_valid(&expect, buf_text(&text), text.len))
			fail_msg("'%s' (%d)", buf_text(&text), expect.type);
	}
	assert_true(judged_valid > 10000);
}

static void what_is_refused_early_stays_refused(void **state)
{
	unsigned i, refused = 0;

	(void)state;
	random_seed(9);
	for (i = 0; i < 60000; i++) {
		struct expect expect = random_expect();
		BUF_AUTO text = BUF_INIT;
		size_t judged = 0, len;

		random_text(text_pieces, COUNT(text_pieces), 5, &text);
		len = text.len;
		if (text_prefix(&expect, buf_text(&text), len, &judged) != VERDICT_NEVER)
			continue;
		refused++;
		random_text(text_pieces, COUNT(text_pieces), 5, &text);
		if (is_valid(&expect, buf_text(&text), text.len))
			fail_msg("'%s' is valid, and was refused at %zu (%d)", buf_text(&text), len,
				 expect.type);
	}
	assert_true(refused > 10000);
}

static void assert_verdict(struct expect expect, const char *bytes, enum verdict expected)
{
	size_t judged = 0;

	assert_int_equal(text_prefix(&expect, bytes, strlen(bytes), &judged), expected);
}

static void a_complete_line_must_be_valid(void **state)
{
	static const enum node_type integers[] = { NODE_INTEGER };
	struct expect numbers = expect_type(NODE_ARRAY), binary = expect_type(NODE_INTEGER);

	(void)state;
	numbers.items = integers;
	numbers.item_count = 1;
	binary.fits_64 = true;
	binary.placeholders = false;
	assert_verdict(expect_type(NODE_BOOLEAN), "tru", VERDICT_MAYBE);
	assert_verdict(expect_type(NODE_BOOLEAN), "tru\n", VERDICT_NEVER);
	assert_verdict(expect_type(NODE_INTEGER), "-", VERDICT_MAYBE);
	assert_verdict(expect_type(NODE_INTEGER), "-\n", VERDICT_NEVER);
	assert_verdict(expect_type(NODE_INTEGER), "\n", VERDICT_NEVER);
	assert_verdict(expect_type(NODE_INTEGER), "5\n", VERDICT_VALID);
	assert_verdict(expect_type(NODE_INTEGER), "5\n6", VERDICT_NEVER);
	assert_verdict(numbers, "5\n", VERDICT_VALID);
	assert_verdict(numbers, "5\n-", VERDICT_MAYBE);
	assert_verdict(numbers, "5\n-\n", VERDICT_NEVER);
	assert_verdict(binary, "18446744073709551615", VERDICT_VALID);
	assert_verdict(binary, "18446744073709551616", VERDICT_NEVER);
	binary.type = NODE_ARRAY;
	binary.items = integers;
	binary.item_count = 1;
	assert_verdict(binary, "1\n18446744073709551616", VERDICT_NEVER);
}

/* --- types of elements ------------------------------------------------------------------------------ */

static void elements_of_one_type_need_saying_once(void **state)
{
	enum node_type *items;
	size_t count;

	(void)state;
	assert_int_equal(text_item_types(value_of("<array><true/><false/></array>"), &items, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(items[0], NODE_BOOLEAN);
	free(items);
	doc_free(&doc);
	assert_int_equal(text_item_types(value_of("<array><true/><string/><true/></array>"), &items, &count),
			 0);
	assert_int_equal(count, 3);
	assert_int_equal(items[1], NODE_STRING);
	free(items);
	doc_free(&doc);
	assert_int_equal(text_item_types(value_of("<array/>"), &items, &count), 0);
	assert_int_equal(count, 0);
	assert_null(items);
	doc_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scalar_shows_its_text_and_a_newline),
		cmocka_unit_test(the_empty_string_is_an_empty_file),
		cmocka_unit_test(data_is_shown_raw),
		cmocka_unit_test(an_array_of_scalars_is_a_file_of_lines),
		cmocka_unit_test(an_array_that_lines_cannot_tell_is_a_directory),
		cmocka_unit_test(one_final_newline_is_dropped),
		cmocka_unit_test(a_new_key_is_a_boolean_an_integer_a_string_or_data),
		cmocka_unit_test(no_other_word_is_a_boolean),
		cmocka_unit_test(a_placeholder_is_a_value_of_any_type_unless_that_is_turned_off),
		cmocka_unit_test(an_integer_must_fit_a_binary_plist_where_it_will_be_one),
		cmocka_unit_test(a_boolean_has_no_place_for_a_placeholder),
		cmocka_unit_test(a_line_is_an_element),
		cmocka_unit_test(a_beginning_of_a_valid_text_is_never_refused),
		cmocka_unit_test(what_is_judged_valid_is_valid),
		cmocka_unit_test(what_is_refused_early_stays_refused),
		cmocka_unit_test(a_complete_line_must_be_valid),
		cmocka_unit_test(elements_of_one_type_need_saying_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
