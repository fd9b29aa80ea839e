/* Results of checks: what is kept, in which order, and how much. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/cmd/check_result.h"

static void add(struct check_result *result, const char *file, unsigned long line, unsigned long column,
		const char *text)
{
	struct error problem;

	error_rule(&problem, "bad-format", "%s", text);
	error_in_key(&problem, "key");
	error_at(&problem, line, column);
	check_result_add(result, file, &problem);
}

/* "file:line:column:text " for each. */
static void assert_order(const struct check_result *result, const char *expected)
{
	BUF_AUTO got = BUF_INIT;
	struct error problem;
	const char *file;
	size_t i;

	for (i = 0; i < result->count; i++) {
		file = check_result_at(result, i, &problem);
		buf_add_format(&got, "%s:%lu:%lu:%s ", file, problem.line, problem.column, problem.text);
		assert_string_equal(problem.rule, "bad-format");
		assert_string_equal(problem.key, "key");
		assert_string_equal(problem.file, "");
	}
	assert_string_equal(buf_text(&got), expected);
}

static void problems_are_sorted_by_their_place(void **state)
{
	struct check_result result = { 0 };

	(void)state;
	add(&result, "p", 10, 1, "c");
	add(&result, "p", 2, 10, "b");
	add(&result, "p", 2, 9, "a");
	add(&result, "o/q", 99, 1, "d");
	add(&result, "p", 0, 0, "e");
	check_result_sort(&result);
	assert_order(&result, "o/q:99:1:d p:0:0:e p:2:9:a p:2:10:b p:10:1:c ");
	check_result_free(&result);
}

static void problems_at_one_place_stay_as_they_were_found(void **state)
{
	static const char *const texts[] = { "z", "a", "m", "b", "y", "c" };
	struct check_result result = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		add(&result, "p", 0, 0, texts[i]);
	check_result_sort(&result);
	assert_order(&result, "p:0:0:z p:0:0:a p:0:0:m p:0:0:b p:0:0:y p:0:0:c ");
	check_result_free(&result);
}

static void what_is_too_much_to_list_is_counted(void **state)
{
	struct check_result result = { 0 };
	struct error unread;
	int i;

	(void)state;
	for (i = 0; i < CHECK_RESULT_MAX + 7; i++)
		add(&result, "p", 1, 1, "x");
	assert_int_equal(result.count, CHECK_RESULT_MAX);
	assert_int_equal(result.unlisted, 7);
	assert_int_equal(result.errors, CHECK_RESULT_MAX + 7);
	error_set(&unread, EIO, "cannot be read");
	check_result_add(&result, "p", &unread);
	assert_int_equal(result.count, CHECK_RESULT_MAX + 1);
	assert_int_equal(result.errors, CHECK_RESULT_MAX + 7);
	check_result_free(&result);
}

static void problems_of_one_file_weigh_little(void **state)
{
	struct check_result result = { 0 };
	char file[2000];
	int i;

	(void)state;
	memset(file, 'a', sizeof(file));
	file[sizeof(file) - 1] = '\0';
	for (i = 0; i < 1000; i++)
		add(&result, file, 1, 1, "x");
	assert_true(check_result_weight(&result) < 1000 * 200);
	assert_true(check_result_weight(&result) > 1000 * 20);
	check_result_free(&result);
	assert_int_equal(check_result_weight(&result), 0);
}

static void severities_are_counted_apart(void **state)
{
	struct check_result result = { 0 };
	struct error problem;

	(void)state;
	add(&result, "p", 1, 1, "x");
	error_rule(&problem, "bad-format", "y");
	problem.severity = SEVERITY_WARNING;
	check_result_add(&result, "p", &problem);
	problem.severity = SEVERITY_NOTE;
	check_result_add(&result, "p", &problem);
	assert_int_equal(result.errors, 1);
	assert_int_equal(result.warnings, 1);
	assert_int_equal(result.count, 3);
	check_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(problems_are_sorted_by_their_place),
		cmocka_unit_test(problems_at_one_place_stay_as_they_were_found),
		cmocka_unit_test(what_is_too_much_to_list_is_counted),
		cmocka_unit_test(problems_of_one_file_weigh_little),
		cmocka_unit_test(severities_are_counted_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
