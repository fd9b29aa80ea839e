/* Regular expressions: what they match, and what the beginning of a text may still become. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plist/schema/pattern.h"

/* The text in memory of just its size, so that reading past it is found out. */
static enum verdict prefix_of(const char *expression, const char *text, size_t len)
{
	struct error err = ERROR_INIT;
	struct pattern *pattern = pattern_new(expression, &err);
	char *copy = malloc(len ? len : 1);
	enum verdict verdict;

	assert_non_null(pattern);
	assert_non_null(copy);
	memcpy(copy, text, len);
	verdict = pattern_prefix(pattern, copy, len);
	assert_int_equal(verdict == VERDICT_VALID, pattern_matches(pattern, copy, len));
	free(copy);
	pattern_free(pattern);
	return verdict;
}

static enum verdict prefix(const char *expression, const char *text)
{
	return prefix_of(expression, text, strlen(text));
}

static void matching_is_searching(void **state)
{
	(void)state;
	assert_int_equal(prefix("b+", "abbc"), VERDICT_VALID);
	assert_int_equal(prefix("^b", "abbc"), VERDICT_NEVER);
	assert_int_equal(prefix("", ""), VERDICT_VALID);
}

static void an_anchored_expression_decides_at_the_first_wrong_character(void **state)
{
	(void)state;
	assert_int_equal(prefix("^https://.*$", ""), VERDICT_MAYBE);
	assert_int_equal(prefix("^https://.*$", "http"), VERDICT_MAYBE);
	assert_int_equal(prefix("^https://.*$", "http:"), VERDICT_NEVER);
	assert_int_equal(prefix("^https://.*$", "https://x"), VERDICT_VALID);
	assert_int_equal(prefix("^(a|b)c", "bd"), VERDICT_NEVER);
	assert_int_equal(prefix("^ab|^ac", "a"), VERDICT_MAYBE);
	assert_int_equal(prefix("^ab|^ac", "ad"), VERDICT_NEVER);
}

static void a_match_that_more_text_has_spoilt_is_gone_for_good(void **state)
{
	(void)state;
	assert_int_equal(prefix("^[0-9]{6}$", "12345"), VERDICT_MAYBE);
	assert_int_equal(prefix("^[0-9]{6}$", "123456"), VERDICT_VALID);
	assert_int_equal(prefix("^[0-9]{6}$", "1234567"), VERDICT_NEVER);
}

static void the_dollar_means_the_very_end(void **state)
{
	(void)state;
	assert_int_equal(prefix("^[0-9]{6}$", "123456\n"), VERDICT_NEVER);
	assert_int_equal(prefix("^a.*$", "a\nb"), VERDICT_NEVER);
	assert_int_equal(prefix("^a.*$", "a\rb"), VERDICT_VALID);
}

static void without_an_anchor_a_match_may_come_later(void **state)
{
	(void)state;
	assert_int_equal(prefix("b$", "bx"), VERDICT_MAYBE);
	assert_int_equal(prefix("^a|b$", "xyz"), VERDICT_MAYBE);
	assert_int_equal(prefix("(?m)^a", "xyz"), VERDICT_MAYBE);
	assert_int_equal(prefix(".*a$", "xyz"), VERDICT_MAYBE);
}

static void what_more_text_can_undo_is_not_given_up(void **state)
{
	(void)state;
	assert_int_equal(prefix("^(?!ab$)a", "ab"), VERDICT_MAYBE);
	assert_int_equal(prefix("^(?!ab)a", "ab"), VERDICT_NEVER);
	assert_int_equal(prefix("^a\\B", "a"), VERDICT_MAYBE);
	assert_int_equal(prefix("^(?=.*b)a", "aaa"), VERDICT_MAYBE);
	assert_int_equal(prefix("^a(?!\\z)", "a"), VERDICT_MAYBE);
	assert_int_equal(prefix("^a(?!\\Z)", "a"), VERDICT_MAYBE);
}

static void a_character_that_is_cut_is_no_reason_to_refuse(void **state)
{
	(void)state;
	assert_int_equal(prefix("^a.b$", "a\xc3"), VERDICT_MAYBE);
	assert_int_equal(prefix("^a.b$", "a\xf0\x9f\x98"), VERDICT_MAYBE);
	assert_int_equal(prefix("^a.b$", "x\xc3"), VERDICT_NEVER);
	assert_int_equal(prefix("^a.b$", "\xc3"), VERDICT_MAYBE);
	assert_int_equal(prefix("^.{2}$", "\xc3\xa9\xc3\xa9"), VERDICT_VALID);
}

static void what_is_not_utf_8_never_matches(void **state)
{
	(void)state;
	assert_int_equal(prefix(".", "\xff"), VERDICT_NEVER);
	assert_int_equal(prefix(".", "a\x80z"), VERDICT_NEVER);
}

static void a_nul_is_a_character_like_others(void **state)
{
	(void)state;
	assert_int_equal(prefix_of("^a.c$", "a\0c", 3), VERDICT_VALID);
	assert_int_equal(prefix_of("^a$", "a\0", 2), VERDICT_NEVER);
}

static void no_expression_hangs(void **state)
{
	struct error err;
	struct pattern *pattern = pattern_new("^(a+)+$", &err);
	char text[64];

	(void)state;
	assert_non_null(pattern);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 'b';
	assert_false(pattern_matches(pattern, text, sizeof(text)));
	assert_int_equal(pattern_prefix(pattern, text, sizeof(text)), VERDICT_MAYBE);
	assert_true(pattern_matches(pattern, text, sizeof(text) - 1));
	pattern_free(pattern);
}

static void a_long_text_is_matched(void **state)
{
	struct error err;
	struct pattern *pattern = pattern_new("^([a-z]|[0-9])*$", &err);
	size_t len = 100000;
	char *text = malloc(len);

	(void)state;
	assert_non_null(pattern);
	assert_non_null(text);
	memset(text, 'a', len);
	assert_true(pattern_matches(pattern, text, len));
	text[len - 1] = '-';
	assert_int_equal(pattern_prefix(pattern, text, len), VERDICT_NEVER);
	free(text);
	pattern_free(pattern);
}

static void what_is_no_expression_is_named_with_its_place(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_null(pattern_new("\xc3\xa9(b", &err));
	assert_int_equal(err.code, EINVAL);
	assert_non_null(strstr(err.text, "'\xc3\xa9(b' is not a regular expression"));
	assert_non_null(strstr(err.text, "parenthesis"));
	assert_non_null(strstr(err.text, "at character 4"));
	assert_null(pattern_new("[a", &err));
	assert_null(pattern_new("a{2,1}", &err));
	assert_null(pattern_new("\xff", &err));
}

static void a_long_expression_is_shown_in_part(void **state)
{
	char expression[400];
	struct error err;

	(void)state;
	memset(expression, 'a', sizeof(expression));
	expression[0] = '(';
	expression[sizeof(expression) - 1] = '\0';
	assert_null(pattern_new(expression, &err));
	assert_non_null(strstr(err.text, "aaa...' is not a regular expression"));
	assert_true(strlen(err.text) < 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matching_is_searching),
		cmocka_unit_test(an_anchored_expression_decides_at_the_first_wrong_character),
		cmocka_unit_test(a_match_that_more_text_has_spoilt_is_gone_for_good),
		cmocka_unit_test(the_dollar_means_the_very_end),
		cmocka_unit_test(without_an_anchor_a_match_may_come_later),
		cmocka_unit_test(what_more_text_can_undo_is_not_given_up),
		cmocka_unit_test(a_character_that_is_cut_is_no_reason_to_refuse),
		cmocka_unit_test(what_is_not_utf_8_never_matches),
		cmocka_unit_test(a_nul_is_a_character_like_others),
		cmocka_unit_test(no_expression_hangs),
		cmocka_unit_test(a_long_text_is_matched),
		cmocka_unit_test(what_is_no_expression_is_named_with_its_place),
		cmocka_unit_test(a_long_expression_is_shown_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
