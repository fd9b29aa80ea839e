/* Values as text: what is one, what can still become one, and what XML says. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plist/value.h"

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define LITERAL(text) (text), sizeof(text) - 1

static const enum node_type SCALARS[] = {
	NODE_STRING, NODE_INTEGER, NODE_REAL, NODE_BOOLEAN, NODE_DATE, NODE_DATA,
};

/* A copy that ends where the text does, so that a sanitizer sees any byte read past it. */
static char *exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, text, len);
	return copy;
}

static enum verdict judge(enum node_type type, const char *text, size_t len, bool placeholders)
{
	char *copy = exact(text, len);
	enum verdict verdict = value_prefix(type, copy, len, placeholders);
	struct error err = ERROR_INIT;
	int checked = value_check(type, copy, len, placeholders, &err);

	if ((verdict == VERDICT_VALID) != (checked == 0))
		fail_msg("the judges disagree on the %s '%.*s'", node_type_name(type), (int)len, text);
	if (checked < 0) {
		assert_string_equal(err.rule, "wrong-type");
		assert_int_equal(err.code, EINVAL);
		assert_true(value_is_text(err.text, strlen(err.text)));
	}
	free(copy);
	return verdict;
}

static void assert_verdict(enum node_type type, const char *text, enum verdict expected)
{
	enum verdict verdict = judge(type, text, strlen(text), false);

	if (verdict != expected)
		fail_msg("the %s '%s' is judged %d, not %d", node_type_name(type), text, (int)verdict,
			 (int)expected);
}

static void assert_all(enum node_type type, const char *const *texts, enum verdict expected)
{
	for (; *texts; texts++)
		assert_verdict(type, *texts, expected);
}

/* --- types -------------------------------------------------------------------------------------------- */

static void an_integer_is_written_in_one_way(void **state)
{
	static const char *const VALID[] = {
		"0", "5", "-5", "42", "10", "-100", "123456789012345678901234567890", NULL,
	};
	static const char *const MAYBE[] = { "", "-", NULL };
	static const char *const NEVER[] = {
		"010", "00", "-0", "-05", "+5", "+", " 5", "5 ", "5\n", "0x1F", "12abc", "1.0", "1e3",
		"--5", "5-", "true", "\xd9\xa1", NULL,
	};

	(void)state;
	assert_all(NODE_INTEGER, VALID, VERDICT_VALID);
	assert_all(NODE_INTEGER, MAYBE, VERDICT_MAYBE);
	assert_all(NODE_INTEGER, NEVER, VERDICT_NEVER);
}

static void a_real_may_be_spelt_in_many_ways(void **state)
{
	static const char *const VALID[] = {
		"0", "0.1", "-2.5e3", "+1.5", "1.", ".5", "1E-7", "1e+7", "007.50", "nan", "NaN", "inf",
		"-Inf", "+infinity", "INFINITY", "1e99999", NULL,
	};
	static const char *const MAYBE[] = {
		"", "-", "+", ".", "-.", "1e", "1.5E+", "n", "na", "i", "infi", "-INFINIT", NULL,
	};
	static const char *const NEVER[] = {
		"1,5", "abc", "1.2.3", "1e5.5", ".e5", "..", "1ee", "1e+-", " 1", "1 ", "0x1p3", "nano",
		"nan(1)", "infinityy", "infx", "--1", "e5", "1f", NULL,
	};

	(void)state;
	assert_all(NODE_REAL, VALID, VERDICT_VALID);
	assert_all(NODE_REAL, MAYBE, VERDICT_MAYBE);
	assert_all(NODE_REAL, NEVER, VERDICT_NEVER);
}

static void a_boolean_is_true_or_false_and_nothing_else(void **state)
{
	static const char *const VALID[] = { "true", "false", NULL };
	static const char *const MAYBE[] = { "", "t", "tru", "f", "fals", NULL };
	static const char *const NEVER[] = {
		"True", "TRUE", "YES", "yes", "1", "0", "truee", "true ", "on", " ", NULL,
	};

	(void)state;
	assert_all(NODE_BOOLEAN, VALID, VERDICT_VALID);
	assert_all(NODE_BOOLEAN, MAYBE, VERDICT_MAYBE);
	assert_all(NODE_BOOLEAN, NEVER, VERDICT_NEVER);
}

static void a_date_is_a_day_that_exists(void **state)
{
	static const char *const VALID[] = {
		"2026-01-31T12:00:00Z", "2024-02-29T23:59:59Z", "2000-02-29T00:00:00Z",
		"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0000-12-30T00:00:00Z", NULL,
	};
	static const char *const MAYBE[] = {
		"", "2", "2026-0", "2026-1", "2026-02-2", "2026-02-0", "2026-01-3", "2026-01-31T2",
		"2026-01-31T12:5", "2026-01-31T12:00:00", "2024-02-29", "2026", "2026-", NULL,
	};
	static const char *const NEVER[] = {
		"2026-02-3", "2026-02-29", "1900-02-29", "2026-04-31", "2026-13", "2026-00", "2026-2",
		"2026-01-00", "2026-01-4", "2026-01-31 ", "2026-01-31t", "2026-01-31T24", "2026-01-31T3",
		"2026-01-31T12:6", "2026-01-31T12:00:60", "2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00+",
		"2026-01-31T12:00:00ZZ", "2026-01-31T12:00:00z", "26-", "+2026", "x", " 2026", NULL,
	};

	(void)state;
	assert_all(NODE_DATE, VALID, VERDICT_VALID);
	assert_all(NODE_DATE, MAYBE, VERDICT_MAYBE);
	assert_all(NODE_DATE, NEVER, VERDICT_NEVER);
}

static void a_string_is_utf8_that_xml_can_hold(void **state)
{
	static const char *const VALID[] = {
		"", "a\tb\r\nc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf",
		"\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf", "\x7f", "\xc2\x80", "\xf0\x9f\xbf\xbe",
		NULL,
	};
	static const char *const MAYBE[] = {
		"\xc3", "a\xe2", "\xe2\x82", "\xf0\x9f\x98", "\xef\xbf", "\xed\x9f", "\xf4\x8f", NULL,
	};
	static const char *const NEVER[] = {
		"\x01", "a\x1f", "\x0b", "\x80", "\xc0", "\xc1\x81", "\xc3(", "\xe0\x80", "\xe0\x9f\xbf",
		"\xed\xa0", "\xed\xa0\x80", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xf0\x80", "\xf4\x90", "\xf5",
		"\xff", "\xe2\x82(", "\xc3\xa9\xff", NULL,
	};

	(void)state;
	assert_all(NODE_STRING, VALID, VERDICT_VALID);
	assert_all(NODE_STRING, MAYBE, VERDICT_MAYBE);
	assert_all(NODE_STRING, NEVER, VERDICT_NEVER);
	assert_int_equal(judge(NODE_STRING, "a\0b", 3, false), VERDICT_NEVER);
	assert_false(value_is_text("\xc3", 1));
	assert_true(value_is_text("\xc3\xa9", 2));
}

static void every_character_of_xml_and_no_other_is_text(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x11ffff; c++) {
		bool expected = c == 9 || c == 10 || c == 13 || (c >= 0x20 && c <= 0xd7ff) ||
				(c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
		char text[4] = { (char)c };
		size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		static const unsigned char LEAD[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

		for (size_t i = 0; len > 1 && i < len; i++)
			text[i] = (char)(i ? 0x80 | (c >> 6 * (len - 1 - i) & 0x3f)
					   : LEAD[len] | c >> 6 * (len - 1));
		if (value_is_text(text, len) != expected)
			fail_msg("U+%04X", c);
	}
}

static void data_is_any_bytes(void **state)
{
	(void)state;
	assert_int_equal(judge(NODE_DATA, LITERAL("\0\xff"), false), VERDICT_VALID);
	assert_int_equal(judge(NODE_DATA, "", 0, false), VERDICT_VALID);
}

static void a_container_has_no_text(void **state)
{
	(void)state;
	assert_verdict(NODE_DICT, "", VERDICT_NEVER);
	assert_verdict(NODE_ARRAY, "x", VERDICT_NEVER);
	assert_verdict(NODE_TYPE_COUNT, "x", VERDICT_NEVER);
}

static void a_placeholder_may_stand_for_any_type_where_it_is_allowed(void **state)
{
	static const enum node_type TYPES[] = { NODE_INTEGER, NODE_REAL, NODE_BOOLEAN, NODE_DATE };

	(void)state;
	for (size_t i = 0; i < COUNT(TYPES); i++) {
		assert_int_equal(judge(TYPES[i], LITERAL("$FLEET_VAR_PORT"), true), VERDICT_VALID);
		assert_int_equal(judge(TYPES[i], LITERAL("$FLEET_VAR_"), true), VERDICT_MAYBE);
		assert_int_equal(judge(TYPES[i], LITERAL("%UDID"), true), VERDICT_MAYBE);
		assert_int_equal(judge(TYPES[i], LITERAL("{{port}}"), true), VERDICT_VALID);
		assert_int_equal(judge(TYPES[i], LITERAL("$USERNAME "), true), VERDICT_NEVER);
		assert_int_equal(judge(TYPES[i], LITERAL("$FLEET_VAR_PORT"), false), VERDICT_NEVER);
		assert_int_equal(judge(TYPES[i], LITERAL("$"), false), VERDICT_NEVER);
	}
	assert_int_equal(judge(NODE_INTEGER, LITERAL("5$USERNAME"), true), VERDICT_NEVER);
}

static void a_refusal_says_what_is_wrong_and_what_is_allowed(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(value_check(NODE_INTEGER, LITERAL("abc"), false, &err), -1);
	assert_non_null(strstr(err.text, "'abc' is not an integer"));
	assert_non_null(strstr(err.text, "42"));
	assert_int_equal(value_check(NODE_BOOLEAN, LITERAL("YES"), true, &err), -1);
	assert_non_null(strstr(err.text, "'YES' is not a boolean: write true or false, or a placeholder"));
	assert_int_equal(value_check(NODE_DATE, "", 0, false, &err), -1);
	assert_non_null(strstr(err.text, "it is empty"));
	assert_int_equal(value_check(NODE_STRING, LITERAL("ab\x01"), false, &err), -1);
	assert_non_null(strstr(err.text, "U+0001 (byte 3)"));
	assert_int_equal(value_check(NODE_STRING, LITERAL("ab\xff"), false, &err), -1);
	assert_non_null(strstr(err.text, "byte 3 (0xff) is not UTF-8"));
	assert_int_equal(value_check(NODE_STRING, LITERAL("\xef\xbf\xbf"), false, &err), -1);
	assert_non_null(strstr(err.text, "U+FFFF"));
	assert_int_equal(value_check(NODE_DICT, LITERAL("x"), false, &err), -1);
	assert_non_null(strstr(err.text, "a dict has no text"));
}

static void a_refusal_shows_nothing_that_a_terminal_obeys(void **state)
{
	struct error err;
	char text[5000];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "\x1b[2J\n\xff\xc2\x9b\xc3\xa9", 10);
	assert_int_equal(value_check(NODE_INTEGER, text, sizeof(text), false, &err), -1);
	assert_null(strpbrk(err.text, "\x1b\n\xff"));
	assert_null(strstr(err.text, "\xc2\x9b"));
	assert_non_null(strstr(err.text, "\xc3\xa9"));
	assert_non_null(strstr(err.text, "...'"));
	assert_non_null(strstr(err.text, "is not an integer"));
}

/* --- prefixes, exhaustively --------------------------------------------------------------------------- */

#define WORD_MAX 6

/* Whether `text` and whatever may follow it, up to `max` bytes of the alphabet, is ever valid. What
 * value_prefix() says of it must be just that, where `max` leaves room to finish. */
static bool can_be_valid(enum node_type type, const char *alphabet, char *text, size_t len, size_t max)
{
	enum verdict verdict = value_prefix(type, text, len, true);
	bool valid = judge(type, text, len, true) == VERDICT_VALID;

	for (const char *c = alphabet; len < max && *c; c++) {
		text[len] = *c;
		valid |= can_be_valid(type, alphabet, text, len + 1, max);
	}
	if (valid && verdict == VERDICT_NEVER)
		fail_msg("the %s '%.*s' is judged never", node_type_name(type), (int)len, text);
	if (!valid && verdict != VERDICT_NEVER && len < max - 1)
		fail_msg("the %s '%.*s' can never be one", node_type_name(type), (int)len, text);
	return valid;
}

static void never_is_said_exactly_of_what_cannot_become_a_number(void **state)
{
	char text[WORD_MAX];

	(void)state;
	can_be_valid(NODE_INTEGER, "0159-+ x", text, 0, WORD_MAX);
	can_be_valid(NODE_REAL, "07.eE-+ f", text, 0, WORD_MAX);
}

#define DAY_SIZE 32

/* All days of a year, as dates write them. Their number. */
static size_t list_days(unsigned year, char days[366][DAY_SIZE])
{
	static const int LENGTHS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	size_t count = 0;

	for (int m = 1; m <= 12; m++)
		for (int d = 1; d <= LENGTHS[m - 1] + (m == 2 && leap); d++)
			snprintf(days[count++], DAY_SIZE, "%04u-%02d-%02d", year, m, d);
	return count;
}

static void never_is_said_exactly_of_what_begins_no_day(void **state)
{
	static const unsigned YEARS[] = { 0, 1900, 2000, 2024, 2026 };
	char days[366][DAY_SIZE], text[DAY_SIZE];

	(void)state;
	for (size_t y = 0; y < COUNT(YEARS); y++) {
		size_t count = list_days(YEARS[y], days);

		for (unsigned rest = 0; rest < 10000; rest++) {
			snprintf(text, sizeof(text), "%04u-%02u-%02u", YEARS[y], rest / 100, rest % 100);
			for (size_t len = 6; len <= 10; len++) {
				size_t day = 0;

				while (day < count && memcmp(days[day], text, len) != 0)
					day++;
				if ((judge(NODE_DATE, text, len, false) == VERDICT_MAYBE) != (day < count))
					fail_msg("'%.*s'", (int)len, text);
			}
		}
	}
}

/* --- prefixes, at random ------------------------------------------------------------------------------ */

static size_t random_below(size_t limit)
{
	return (size_t)random() % limit;
}

static size_t random_integer(char *out)
{
	return (size_t)sprintf(out, "%s%ld%ld", random_below(2) ? "-" : "", 1 + random(), random());
}

static size_t random_real(char *out)
{
	switch (random_below(6)) {
	case 0:
		return (size_t)sprintf(out, "%ld.%ld", random(), random());
	case 1:
		return (size_t)sprintf(out, "-.%ld", random());
	case 2:
		return (size_t)sprintf(out, "%ld.", random());
	case 3:
		return (size_t)sprintf(out, "%lde-%ld", random(), random());
	case 4:
		return (size_t)sprintf(out, "+%ld.%ldE+5", random(), random());
	default:
		return (size_t)sprintf(out, "-InFiNiTy");
	}
}

static size_t random_boolean(char *out)
{
	return (size_t)sprintf(out, "%s", random_below(2) ? "true" : "false");
}

static size_t random_date(char *out)
{
	return (size_t)sprintf(out, "%04zu-%02zu-%02zuT%02zu:%02zu:%02zuZ", random_below(10000),
			       1 + random_below(12), 1 + random_below(28), random_below(24), random_below(60),
			       random_below(60));
}

static size_t random_string(char *out)
{
	static const char *const PARTS[] = {
		"a", "\n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xbf\xbd", "$",
	};
	size_t parts = random_below(8), len = 0;

	while (parts--)
		len += (size_t)sprintf(out + len, "%s", PARTS[random_below(COUNT(PARTS))]);
	return len;
}

static size_t random_data(char *out)
{
	size_t len = random_below(32);

	for (size_t i = 0; i < len; i++)
		out[i] = (char)random();
	return len;
}

static size_t random_placeholder(char *out)
{
	static const char *const SOME[] = {
		"$USERNAME", "$EXTENSIONATTRIBUTE_42", "%AD_DomainNameDNS%", "{{a b}}", "${A.b}",
	};

	return (size_t)sprintf(out, "%s", SOME[random_below(COUNT(SOME))]);
}

static void no_beginning_of_a_valid_text_is_judged_never(void **state)
{
	static const struct {
		enum node_type type;
		size_t (*make)(char *out);
	} MAKERS[] = {
		{ NODE_INTEGER, random_integer },     { NODE_REAL, random_real },
		{ NODE_BOOLEAN, random_boolean },     { NODE_DATE, random_date },
		{ NODE_STRING, random_string },       { NODE_DATA, random_data },
		{ NODE_INTEGER, random_placeholder }, { NODE_REAL, random_placeholder },
		{ NODE_BOOLEAN, random_placeholder }, { NODE_DATE, random_placeholder },
	};
	char text[128];

	(void)state;
	srandom(1);
	for (unsigned round = 0; round < 20000; round++) {
		size_t i = round % COUNT(MAKERS), len = MAKERS[i].make(text);

		if (judge(MAKERS[i].type, text, len, true) != VERDICT_VALID)
			fail_msg("the %s '%.*s' is not valid", node_type_name(MAKERS[i].type), (int)len,
				 text);
		for (size_t part = 0; part < len; part++)
			if (judge(MAKERS[i].type, text, part, true) == VERDICT_NEVER)
				fail_msg("the %s '%.*s' of '%s'", node_type_name(MAKERS[i].type), (int)part,
					 text, text);
	}
}

static void what_was_judged_never_stays_so(void **state)
{
	static const char ALPHABET[] = "0123456789-+.eEinfatyruslTZ: $%{}_\xc3\xa9\xef\xbf";
	char text[24];

	(void)state;
	srandom(2);
	for (unsigned round = 0; round < 60000; round++) {
		enum node_type type = SCALARS[random_below(COUNT(SCALARS))];
		size_t len = random_below(sizeof(text));
		bool never = false, raw = random_below(8) == 0;

		for (size_t i = 0; i < len; i++)
			text[i] = raw ? (char)random() : ALPHABET[random_below(sizeof(ALPHABET) - 1)];
		for (size_t part = 0; part <= len; part++) {
			bool now = judge(type, text, part, true) == VERDICT_NEVER;

			if (never && !now)
				fail_msg("the %s '%.*s' came back to life", node_type_name(type), (int)part,
					 text);
			never = now;
		}
	}
}

/* --- range -------------------------------------------------------------------------------------------- */

static void sixty_four_bits_hold_what_they_hold(void **state)
{
	(void)state;
	assert_true(value_fits_64(LITERAL("0")));
	assert_true(value_fits_64(LITERAL("18446744073709551615")));
	assert_false(value_fits_64(LITERAL("18446744073709551616")));
	assert_true(value_fits_64(LITERAL("-9223372036854775808")));
	assert_false(value_fits_64(LITERAL("-9223372036854775809")));
	assert_false(value_fits_64(LITERAL("100000000000000000000")));
	assert_true(value_fits_64(LITERAL("-1")));
	assert_false(value_fits_64("", 0));
	assert_false(value_fits_64(LITERAL("$USERNAME")));
	assert_false(value_fits_64(LITERAL("05")));
}

/* --- XML ---------------------------------------------------------------------------------------------- */

static void assert_read(enum node_type type, const char *text, const char *expected)
{
	BUF_AUTO out = BUF_INIT;
	struct error err = ERROR_INIT;
	char *copy = exact(text, strlen(text));

	if (value_from_xml(type, copy, strlen(text), true, &out, &err) < 0)
		fail_msg("'%s': %s", text, err.text);
	assert_string_equal(buf_text(&out), expected);
	assert_int_equal(value_check(type, out.data, out.len, true, &err), 0);
	free(copy);
}

static void assert_not_read(enum node_type type, const char *text, const char *why)
{
	BUF_AUTO out = BUF_INIT;
	struct error err = ERROR_INIT;

	if (value_from_xml(type, text, strlen(text), true, &out, &err) == 0)
		fail_msg("'%s' is read as '%s'", text, buf_text(&out));
	assert_string_equal(err.rule, "not-a-plist");
	assert_int_equal(out.len, 0);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void integers_that_all_readers_read_alike_are_made_canonical(void **state)
{
	(void)state;
	assert_read(NODE_INTEGER, "42", "42");
	assert_read(NODE_INTEGER, " \r\n\t+5 ", "5");
	assert_read(NODE_INTEGER, "-0", "0");
	assert_read(NODE_INTEGER, "+0", "0");
	assert_read(NODE_INTEGER, "00", "0");
	assert_read(NODE_INTEGER, "007", "7");
	assert_read(NODE_INTEGER, "-01", "-1");
	assert_read(NODE_INTEGER, "0x1F", "31");
	assert_read(NODE_INTEGER, "-0X1f", "-31");
	assert_read(NODE_INTEGER, "0x0", "0");
	assert_read(NODE_INTEGER, "-0x000", "0");
	assert_read(NODE_INTEGER, "0x00ffffffffffffffffff", "4722366482869645213695");
	assert_read(NODE_INTEGER, "0x3b9aca00", "1000000000");
	assert_read(NODE_INTEGER, "0xde0b6b3a7640000", "1000000000000000000");
	assert_read(NODE_INTEGER, "99999999999999999999999999", "99999999999999999999999999");
}

static void integers_that_readers_disagree_on_are_refused(void **state)
{
	(void)state;
	assert_not_read(NODE_INTEGER, "010", "base 8");
	assert_not_read(NODE_INTEGER, "-0010", "base 8");
	assert_not_read(NODE_INTEGER, "08", "base 8");
	assert_not_read(NODE_INTEGER, "12abc", "is not an integer");
	assert_not_read(NODE_INTEGER, "", "empty <integer>");
	assert_not_read(NODE_INTEGER, " \n ", "empty <integer>");
	assert_not_read(NODE_INTEGER, "1 2", "not an integer");
	assert_not_read(NODE_INTEGER, "- 5", "not an integer");
	assert_not_read(NODE_INTEGER, "+-5", "not an integer");
	assert_not_read(NODE_INTEGER, "0x", "not an integer");
	assert_not_read(NODE_INTEGER, "0xg", "not an integer");
	assert_not_read(NODE_INTEGER, "1.0", "not an integer");
	assert_not_read(NODE_INTEGER, "x1f", "not an integer");
	assert_not_read(NODE_INTEGER, "a\x1b[2J\xff", "is not an integer");
}

static void hexadecimal_integers_of_any_useful_size_are_converted(void **state)
{
	BUF_AUTO out = BUF_INIT;
	BUF_AUTO text = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buf_add_text(&text, "0x");
	for (unsigned i = 0; i < 64; i++)
		buf_add_char(&text, 'f');
	assert_int_equal(value_from_xml(NODE_INTEGER, text.data, text.len, false, &out, &err), 0);
	assert_string_equal(buf_text(&out),
			    "115792089237316195423570985008687907853269984665640564039457584007913129639935");
	buf_add_char(&text, 'f');
	assert_int_equal(value_from_xml(NODE_INTEGER, text.data, text.len, false, &out, &err), -1);
	assert_non_null(strstr(err.text, "at most 64"));
}

static void reals_keep_their_spelling(void **state)
{
	(void)state;
	assert_read(NODE_REAL, " 0.10 ", "0.10");
	assert_read(NODE_REAL, "+1E5", "+1E5");
	assert_read(NODE_REAL, "\nNaN", "NaN");
	assert_not_read(NODE_REAL, "abc", "is not a real");
	assert_not_read(NODE_REAL, "1,5", "0.1");
	assert_not_read(NODE_REAL, "", "empty <real>");
	assert_not_read(NODE_REAL, "0x1p3", "not a real");
}

static void dates_that_readers_disagree_on_are_refused(void **state)
{
	(void)state;
	assert_read(NODE_DATE, "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z");
	assert_not_read(NODE_DATE, "2026-13-01T00:00:00Z", "2026-01-31T12:00:00Z");
	assert_not_read(NODE_DATE, "2026-01-31T12:00:00+01:00", "without a zone");
	assert_not_read(NODE_DATE, "2026-01-31T12:00:00.5Z", "fraction");
	assert_not_read(NODE_DATE, " 2026-01-31T12:00:00Z", "not a date");
	assert_not_read(NODE_DATE, "", "empty <date>");
}

static void placeholders_are_read_where_they_are_allowed(void **state)
{
	BUF_AUTO out = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_read(NODE_INTEGER, " $FLEET_VAR_PORT\n", "$FLEET_VAR_PORT");
	assert_read(NODE_DATE, "{{ date }}", "{{ date }}");
	assert_int_equal(value_from_xml(NODE_INTEGER, LITERAL("$USERNAME"), false, &out, &err), -1);
	assert_non_null(strstr(err.text, "is not an integer"));
}

static void strings_are_taken_as_they_are(void **state)
{
	(void)state;
	assert_read(NODE_STRING, " a \n", " a \n");
	assert_not_read(NODE_STRING, "\xff", "UTF-8");
	assert_not_read(NODE_DATA, "QUJD", "no plain text");
	assert_not_read(NODE_DICT, "", "no plain text");
}

/* --- base64 ------------------------------------------------------------------------------------------- */

static void assert_decodes(const char *text, const char *expected)
{
	BUF_AUTO out = BUF_INIT;
	struct error err = ERROR_INIT;
	char *copy = exact(text, strlen(text));

	buf_add_text(&out, ">");
	if (value_decode_base64(copy, strlen(text), &out, &err) < 0)
		fail_msg("'%s': %s", text, err.text);
	assert_string_equal(out.data + 1, expected);
	assert_int_equal(out.len, strlen(expected) + 1);
	free(copy);
}

static void assert_does_not_decode(const char *text, const char *why)
{
	BUF_AUTO out = BUF_INIT;
	struct error err = ERROR_INIT;

	buf_add_text(&out, ">");
	if (value_decode_base64(text, strlen(text), &out, &err) == 0)
		fail_msg("'%s' decodes", text);
	assert_string_equal(err.rule, "not-a-plist");
	assert_string_equal(buf_text(&out), ">");
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void base64_decodes_with_white_space_anywhere(void **state)
{
	(void)state;
	assert_decodes("", "");
	assert_decodes("QUJD", "ABC");
	assert_decodes("QUI=", "AB");
	assert_decodes("QQ==", "A");
	assert_decodes("\n\tQU\r\nI  =\n", "AB");
	assert_decodes("Q Q = =", "A");
	assert_decodes("+/+/", "\xfb\xff\xbf");
}

static void base64_that_is_cut_or_dirty_is_refused(void **state)
{
	(void)state;
	assert_does_not_decode("Q", "cut off");
	assert_does_not_decode("QUJDQ", "cut off");
	assert_does_not_decode("QQ", "0 '=' where 2");
	assert_does_not_decode("QQ=", "1 '=' where 2");
	assert_does_not_decode("QUI==", "2 '=' where 1");
	assert_does_not_decode("QUJD=", "1 '=' where 0");
	assert_does_not_decode("====", "4 '='");
	assert_does_not_decode("=", "'='");
	assert_does_not_decode("QR==", "left over");
	assert_does_not_decode("QUJ=", "left over");
	assert_does_not_decode("QQ==QQ==", "character 5");
	assert_does_not_decode("QU-D", "'-' (character 3)");
	assert_does_not_decode("QU\xc3\xa9", "byte 0xc3 (character 3)");
	assert_does_not_decode("$USERNAME", "'$'");
}

static void every_base64_that_was_encoded_decodes_to_the_same(void **state)
{
	char bytes[64];

	(void)state;
	srandom(3);
	for (unsigned round = 0; round < 20000; round++) {
		BUF_AUTO text = BUF_INIT;
		BUF_AUTO back = BUF_INIT;
		struct error err = ERROR_INIT;
		size_t len = random_below(sizeof(bytes));
		char *copy;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)random();
		copy = exact(bytes, len);
		value_encode_base64(copy, len, &text);
		assert_int_equal(text.len, (len + 2) / 3 * 4);
		assert_int_equal(value_decode_base64(text.data, text.len, &back, &err), 0);
		assert_true(buf_equals(&back, bytes, len));
		free(copy);
	}
}

static void base64_of_random_characters_is_refused_or_is_the_only_spelling(void **state)
{
	static const char ALPHABET[] = "ABQRUIJDgw+/==";
	char text[12];

	(void)state;
	srandom(4);
	for (unsigned round = 0; round < 200000; round++) {
		BUF_AUTO bytes = BUF_INIT;
		BUF_AUTO again = BUF_INIT;
		struct error err = ERROR_INIT;
		size_t len = random_below(sizeof(text));

		for (size_t i = 0; i < len; i++)
			text[i] = ALPHABET[random_below(sizeof(ALPHABET) - 1)];
		if (value_decode_base64(text, len, &bytes, &err) < 0)
			continue;
		value_encode_base64(bytes.data, bytes.len, &again);
		assert_true(buf_equals(&again, text, len));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_integer_is_written_in_one_way),
		cmocka_unit_test(a_real_may_be_spelt_in_many_ways),
		cmocka_unit_test(a_boolean_is_true_or_false_and_nothing_else),
		cmocka_unit_test(a_date_is_a_day_that_exists),
		cmocka_unit_test(a_string_is_utf8_that_xml_can_hold),
		cmocka_unit_test(every_character_of_xml_and_no_other_is_text),
		cmocka_unit_test(data_is_any_bytes),
		cmocka_unit_test(a_container_has_no_text),
		cmocka_unit_test(a_placeholder_may_stand_for_any_type_where_it_is_allowed),
		cmocka_unit_test(a_refusal_says_what_is_wrong_and_what_is_allowed),
		cmocka_unit_test(a_refusal_shows_nothing_that_a_terminal_obeys),
		cmocka_unit_test(never_is_said_exactly_of_what_cannot_become_a_number),
		cmocka_unit_test(never_is_said_exactly_of_what_begins_no_day),
		cmocka_unit_test(no_beginning_of_a_valid_text_is_judged_never),
		cmocka_unit_test(what_was_judged_never_stays_so),
		cmocka_unit_test(sixty_four_bits_hold_what_they_hold),
		cmocka_unit_test(integers_that_all_readers_read_alike_are_made_canonical),
		cmocka_unit_test(integers_that_readers_disagree_on_are_refused),
		cmocka_unit_test(hexadecimal_integers_of_any_useful_size_are_converted),
		cmocka_unit_test(reals_keep_their_spelling),
		cmocka_unit_test(dates_that_readers_disagree_on_are_refused),
		cmocka_unit_test(placeholders_are_read_where_they_are_allowed),
		cmocka_unit_test(strings_are_taken_as_they_are),
		cmocka_unit_test(base64_decodes_with_white_space_anywhere),
		cmocka_unit_test(base64_that_is_cut_or_dirty_is_refused),
		cmocka_unit_test(every_base64_that_was_encoded_decodes_to_the_same),
		cmocka_unit_test(base64_of_random_characters_is_refused_or_is_the_only_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
