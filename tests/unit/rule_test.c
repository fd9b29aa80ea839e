/* The names of the rules and their levels. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "plist/schema/rule.h"

static void every_rule_of_the_manual_is_there(void **state)
{
	static const char *const names[] = {
		"unknown-payload-type", "unknown-key", "wrong-type", "not-allowed-value", "out-of-range", "bad-format",
		"bad-length", "missing-key", "duplicate-key", "merge-conflict", "duplicate-uuid",
		"duplicate-identifier", "duplicate-element", "dangling-reference", "single-payload", "immutable-key",
		"access-rights", "deprecated-key", "unsupported-os", "changed-type", "not-a-plist", "not-a-profile",
		"bad-signature", "expired", "weak-signature",
	};
	size_t i;

	(void)state;
	assert_int_equal(rule_count, sizeof(names) / sizeof(*names));
	for (i = 0; i < rule_count; i++) {
		assert_string_equal(rules[i].name, names[i]);
		assert_ptr_equal(rule_find(names[i]), &rules[i]);
	}
}

static void every_rule_is_explained_in_a_sentence(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < rule_count; i++) {
		assert_true(strlen(rules[i].text) > 20);
		assert_int_equal(rules[i].text[strlen(rules[i].text) - 1], '.');
	}
}

static void a_name_that_is_no_rule_is_not_found(void **state)
{
	(void)state;
	assert_null(rule_find("missing"));
	assert_null(rule_find(""));
	assert_null(rule_find("Missing-Key"));
}

static void a_level_holds_for_its_rule_only(void **state)
{
	struct rule_levels levels = { 0 };
	enum severity severity = SEVERITY_ERROR;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(rule_level_set(&levels, "wrong-type", RULE_WARNING, &err), 0);
	assert_true(rule_severity(&levels, "missing-key", &severity));
	assert_int_equal(severity, SEVERITY_ERROR);
	assert_true(rule_severity(&levels, "wrong-type", &severity));
	assert_int_equal(severity, SEVERITY_WARNING);
}

static void the_last_level_that_was_set_holds(void **state)
{
	struct rule_levels levels = { 0 };
	enum severity severity = SEVERITY_WARNING;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(rule_level_set(&levels, "bad-signature", RULE_OFF, &err), 0);
	assert_false(rule_severity(&levels, "bad-signature", &severity));
	assert_int_equal(rule_level_set(&levels, "bad-signature", RULE_ERROR, &err), 0);
	assert_true(rule_severity(&levels, "bad-signature", &severity));
	assert_int_equal(severity, SEVERITY_ERROR);
	assert_int_equal(rule_level_set(&levels, "bad-signature", RULE_AS_IT_IS, &err), 0);
	severity = SEVERITY_NOTE;
	assert_true(rule_severity(&levels, "bad-signature", &severity));
	assert_int_equal(severity, SEVERITY_NOTE);
}

static void what_has_no_rule_keeps_its_severity(void **state)
{
	struct rule_levels levels;
	enum severity severity = SEVERITY_NOTE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(levels.levels) / sizeof(*levels.levels); i++)
		levels.levels[i] = RULE_OFF;
	assert_true(rule_severity(&levels, NULL, &severity));
	assert_int_equal(severity, SEVERITY_NOTE);
}

static void a_misspelt_rule_is_refused_with_the_one_that_is_near(void **state)
{
	struct rule_levels levels = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(rule_level_set(&levels, "mising-key", RULE_OFF, &err), -1);
	assert_int_equal(err.code, EINVAL);
	assert_non_null(strstr(err.text, "did you mean missing-key?"));
	assert_int_equal(rule_level_set(&levels, "zzzzzzzzz", RULE_OFF, &err), -1);
	assert_non_null(strstr(err.text, "there is no rule 'zzzzzzzzz'"));
}

static void a_name_near_no_rule_is_answered_with_all_of_them(void **state)
{
	struct rule_levels levels = { 0 };
	struct error err = ERROR_INIT;
	char longest[2000];
	size_t i;

	(void)state;
	memset(longest, 'z', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(rule_level_set(&levels, longest, RULE_OFF, &err), -1);
	for (i = 0; i < rule_count; i++)
		assert_non_null(strstr(err.text, rules[i].name));
}

static enum severity severity_of(const struct rule_levels *levels, const char *rule)
{
	enum severity severity = SEVERITY_NOTE;

	assert_true(rule_severity(levels, rule, &severity));
	return severity;
}

static void several_rules_have_commas_between(void **state)
{
	static const char *const some[] = { "expired", "not-a-plist", NULL };
	struct rule_levels levels = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(rule_levels_set(&levels, "expired,not-a-plist", some, RULE_ERROR, &err), 0);
	assert_int_equal(severity_of(&levels, "expired"), SEVERITY_ERROR);
	assert_int_equal(severity_of(&levels, "not-a-plist"), SEVERITY_ERROR);
	assert_int_equal(rule_levels_set(&levels, "missing-key", NULL, RULE_WARNING, &err), 0);
	assert_int_equal(severity_of(&levels, "missing-key"), SEVERITY_WARNING);
	assert_int_equal(rule_levels_set(&levels, "expired,", some, RULE_OFF, &err), -1);
	assert_int_equal(rule_levels_set(&levels, "", NULL, RULE_OFF, &err), -1);
}

static void a_command_names_only_the_rules_that_it_looks_at(void **state)
{
	static const char *const some[] = { "expired", "not-a-plist", NULL };
	struct rule_levels levels = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(rule_levels_set(&levels, "missing-key", some, RULE_ERROR, &err), -1);
	assert_string_equal(err.text, "the rule 'missing-key' is not looked at here: the rules are expired and "
				      "not-a-plist");
	assert_int_equal(severity_of(&levels, "missing-key"), SEVERITY_NOTE);
	assert_int_equal(rule_levels_set(&levels, "expird", some, RULE_ERROR, &err), -1);
	assert_string_equal(err.text, "there is no rule 'expird': did you mean expired?");
	assert_int_equal(rule_levels_set(&levels, "zzz", some, RULE_ERROR, &err), -1);
	assert_string_equal(err.text, "there is no rule 'zzz': the rules are expired and not-a-plist");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_of_the_manual_is_there),
		cmocka_unit_test(every_rule_is_explained_in_a_sentence),
		cmocka_unit_test(a_name_that_is_no_rule_is_not_found),
		cmocka_unit_test(a_level_holds_for_its_rule_only),
		cmocka_unit_test(the_last_level_that_was_set_holds),
		cmocka_unit_test(what_has_no_rule_keeps_its_severity),
		cmocka_unit_test(a_misspelt_rule_is_refused_with_the_one_that_is_near),
		cmocka_unit_test(a_name_near_no_rule_is_answered_with_all_of_them),
		cmocka_unit_test(several_rules_have_commas_between),
		cmocka_unit_test(a_command_names_only_the_rules_that_it_looks_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
