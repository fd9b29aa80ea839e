/* Encodings that a plist may come in, and positions in text. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plist/encoding.h"
#include "tests/unit/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define LITERAL(text) (text), sizeof(text) - 1

/* Writes ASCII text as UTF-16, after what is in `out` already. */
static void add_utf16(struct buf *out, const char *text, bool big)
{
	for (; *text; text++) {
		buf_add_char(out, big ? '\0' : *text);
		buf_add_char(out, big ? *text : '\0');
	}
}

static void assert_becomes(const char *bytes, size_t len, const char *expected, const char *encoding)
{
	BUF_AUTO out = BUF_INIT;
	const char *recoded = "not set";
	struct error err = ERROR_INIT;

	assert_int_equal(encoding_to_utf8(bytes, len, &out, &recoded, &err), 0);
	assert_string_equal(buf_text(&out), expected);
	assert_int_equal(out.len, strlen(expected));
	if (encoding)
		assert_string_equal(recoded, encoding);
	else
		assert_null(recoded);
}

static void assert_refused(const char *bytes, size_t len, unsigned long line, unsigned long column,
			   const char *why)
{
	BUF_AUTO out = BUF_INIT;
	const char *recoded;
	struct error err = ERROR_INIT;

	assert_int_equal(encoding_to_utf8(bytes, len, &out, &recoded, &err), -1);
	assert_string_equal(err.rule, "not-a-plist");
	assert_int_equal(err.line, line);
	assert_int_equal(err.column, column);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void utf8_stays_as_it_is_with_and_without_a_mark(void **state)
{
	(void)state;
	assert_becomes(LITERAL("<a>\xc3\xa9</a>"), "<a>\xc3\xa9</a>", NULL);
	assert_becomes(LITERAL("\xef\xbb\xbf<a/>\r\n"), "\xef\xbb\xbf<a/>\r\n", NULL);
	assert_becomes(LITERAL("<?xml version='1.0' encoding='utf-8'?><a/>"),
		       "<?xml version='1.0' encoding='utf-8'?><a/>", NULL);
	assert_becomes("", 0, "", NULL);
}

static void us_ascii_stays_as_it_is(void **state)
{
	(void)state;
	assert_becomes(LITERAL("<?xml version=\"1.0\" encoding=\"us-ascii\"?><a/>"),
		       "<?xml version=\"1.0\" encoding=\"us-ascii\"?><a/>", NULL);
}

static void us_ascii_with_another_byte_is_refused_where_it_stands(void **state)
{
	(void)state;
	assert_refused(LITERAL("<?xml version=\"1.0\" encoding=\"US-ASCII\"?>\n<a>\xe9</a>"), 2, 4, "0xE9");
}

static void latin1_becomes_utf8_with_the_declaration_as_it_was(void **state)
{
	(void)state;
	assert_becomes(LITERAL("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\r\n<a>\xe9\xff</a>"),
		       "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\r\n<a>\xc3\xa9\xc3\xbf</a>",
		       "ISO-8859-1");
	assert_becomes(LITERAL("<?xml version = '1.0'\tencoding\n=\n'ISO-8859-1' standalone='no'?><a/>"),
		       "<?xml version = '1.0'\tencoding\n=\n'ISO-8859-1' standalone='no'?><a/>",
		       "ISO-8859-1");
}

static void utf16_is_read_in_both_byte_orders_with_and_without_a_mark(void **state)
{
	static const char text[] = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<a>b</a>";
	static const char *const marks[2] = { "\xff\xfe", "\xfe\xff" };
	int big, with_mark;

	(void)state;
	for (big = 0; big < 2; big++) {
		for (with_mark = 0; with_mark < 2; with_mark++) {
			BUF_AUTO bytes = BUF_INIT;

			if (with_mark)
				buf_add(&bytes, marks[big], 2);
			add_utf16(&bytes, text, big);
			assert_becomes(bytes.data, bytes.len, text, "UTF-16");
		}
	}
}

static void utf16_without_a_declaration_is_read(void **state)
{
	(void)state;
	assert_becomes(LITERAL("\xff\xfe<\0a\0/\0>\0"), "<a/>", "UTF-16");
	assert_becomes(LITERAL("\0\n\0<\0a\0/\0>"), "\n<a/>", "UTF-16");
}

static void utf16_may_declare_its_byte_order_but_not_the_other(void **state)
{
	BUF_AUTO right = BUF_INIT, wrong = BUF_INIT;

	(void)state;
	add_utf16(&right, "<?xml version='1.0' encoding='UTF-16LE'?><a/>", false);
	add_utf16(&wrong, "<?xml version='1.0' encoding='UTF-16LE'?><a/>", true);
	assert_becomes(right.data, right.len, "<?xml version='1.0' encoding='UTF-16LE'?><a/>", "UTF-16");
	assert_refused(wrong.data, wrong.len, 1, 31, "declares encoding=\"UTF-16LE\"");
}

static void surrogate_pairs_become_one_character(void **state)
{
	(void)state;
	/* U+1F600, U+20AC, U+00E9, U+10FFFF */
	assert_becomes(LITERAL("\xff\xfe" "<\0" "\x3d\xd8\x00\xde" "\xac\x20" "\xe9\x00" "\xff\xdb\xff\xdf"),
		       "<\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9\xf4\x8f\xbf\xbf", "UTF-16");
}

static void half_a_surrogate_pair_is_refused_where_it_stands(void **state)
{
	(void)state;
	assert_refused(LITERAL("\xff\xfe" "<\0\n\0b\0" "\x3d\xd8" "c\0"), 2, 2, "0xD83D");
	assert_refused(LITERAL("\xff\xfe" "<\0" "\x00\xde" "\x3d\xd8"), 1, 2, "0xDE00");
	assert_refused(LITERAL("\xff\xfe" "<\0" "\x3d\xd8"), 1, 2, "0xD83D");
}

static void utf16_that_is_cut_in_a_character_is_refused(void **state)
{
	(void)state;
	assert_refused(LITERAL("\xff\xfe" "<\0a\0/"), 1, 3, "half a character");
}

static void bytes_that_declare_utf16_are_refused(void **state)
{
	(void)state;
	assert_refused(LITERAL("<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>"), 1, 31,
		       "this is not UTF-16");
}

static void other_encodings_are_refused_with_the_way_to_convert_them(void **state)
{
	(void)state;
	assert_refused(LITERAL("<?xml version=\"1.0\" encoding=\"windows-1252\"?><a/>"), 1, 31,
		       "iconv -f windows-1252 -t UTF-8");
	assert_refused(LITERAL("\xff\xfe\0\0<\0\0\0"), 1, 1, "iconv -f UTF-32");
	assert_refused(LITERAL("\0\0\0<\0\0\0a"), 1, 1, "iconv -f UTF-32");
}

static void a_utf8_mark_and_another_declaration_are_refused(void **state)
{
	(void)state;
	assert_refused(LITERAL("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"), 1, 31,
		       "mark");
}

static void what_stands_elsewhere_is_no_declaration(void **state)
{
	static const char *const texts[] = {
		"<a encoding=\"KOI8-R\"/>",
		"<?xml version=\"1.0\"?><a encoding=\"KOI8-R\"/>",
		"<?xml version=\"encoding='KOI8-R'\"?><a/>",
		"<?xml-x encoding=\"KOI8-R\"?><a/>",
		"<?xml encoding=\"KOI8-R\"",
		"<?xml encoding=KOI8-R?><a/>",
		"<?xml encoding=\"KOI8-R?><a/>\"",
		"<?xml",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_becomes(texts[i], strlen(texts[i]), texts[i], NULL);
}

static void assert_position(const char *text, size_t offset, unsigned long line, unsigned long column)
{
	unsigned long l, c;

	encoding_position(text, strlen(text), offset, &l, &c);
	assert_int_equal(l, line);
	assert_int_equal(c, column);
}

static void columns_count_characters_from_one(void **state)
{
	(void)state;
	assert_position("abc", 0, 1, 1);
	assert_position("abc", 2, 1, 3);
	assert_position("\xc3\xa9\xe2\x82\xac!", 5, 1, 3);
	assert_position("\xef\xbb\xbf" "ab", 3, 1, 1);
	assert_position("\xef\xbb\xbf" "ab", 4, 1, 2);
	assert_position("abc", 99, 1, 4);
}

static void lines_end_in_lf_crlf_or_cr(void **state)
{
	(void)state;
	assert_position("a\nb", 2, 2, 1);
	assert_position("a\r\nb", 3, 2, 1);
	assert_position("a\rb", 2, 2, 1);
	assert_position("a\r\n\r\nb", 5, 3, 1);
	assert_position("a\n\rb", 3, 3, 1);
}

/* Character by character, as lines and columns are defined. */
static void count_position(const char *text, size_t offset, unsigned long *line, unsigned long *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < offset && text[i]; i++) {
		if (text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n')) {
			++*line;
			*column = 1;
		} else if ((text[i] & 0xc0) != 0x80) {
			++*column;
		}
	}
}

static void each_offset_of_any_text_is_where_counting_comes_to(void **state)
{
	static const char *const PIECES[] = { "\n", "\n", "ab", "\xc3\xa9", "\t", "\r\n", "\r" };
	unsigned long line, column;

	(void)state;
	random_seed(1);
	for (unsigned round = 0; round < 2000; round++) {
		unsigned kinds = round % 2 ? COUNT(PIECES) : 5; /* half of them with LF alone */
		BUF_AUTO text = BUF_INIT;

		for (size_t pieces = random_below(30); pieces; pieces--)
			buf_add_text(&text, PIECES[random_below(kinds)]);
		for (size_t offset = 0; offset <= text.len + 1; offset++) {
			count_position(buf_text(&text), offset, &line, &column);
			assert_position(buf_text(&text), offset, line, column);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_stays_as_it_is_with_and_without_a_mark),
		cmocka_unit_test(us_ascii_stays_as_it_is),
		cmocka_unit_test(us_ascii_with_another_byte_is_refused_where_it_stands),
		cmocka_unit_test(latin1_becomes_utf8_with_the_declaration_as_it_was),
		cmocka_unit_test(utf16_is_read_in_both_byte_orders_with_and_without_a_mark),
		cmocka_unit_test(utf16_without_a_declaration_is_read),
		cmocka_unit_test(utf16_may_declare_its_byte_order_but_not_the_other),
		cmocka_unit_test(surrogate_pairs_become_one_character),
		cmocka_unit_test(half_a_surrogate_pair_is_refused_where_it_stands),
		cmocka_unit_test(utf16_that_is_cut_in_a_character_is_refused),
		cmocka_unit_test(bytes_that_declare_utf16_are_refused),
		cmocka_unit_test(other_encodings_are_refused_with_the_way_to_convert_them),
		cmocka_unit_test(a_utf8_mark_and_another_declaration_are_refused),
		cmocka_unit_test(what_stands_elsewhere_is_no_declaration),
		cmocka_unit_test(columns_count_characters_from_one),
		cmocka_unit_test(lines_end_in_lf_crlf_or_cr),
		cmocka_unit_test(each_offset_of_any_text_is_where_counting_comes_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
