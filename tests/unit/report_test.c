/* Forms of reports: what each writes for a problem, byte by byte. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "fs/cmd/report.h"

static struct error problem_of(const char *key, const char *text)
{
	struct error problem;

	error_rule(&problem, "bad-format", "%s", text);
	error_in_key(&problem, key);
	error_at(&problem, 12, 5);
	return problem;
}

/* A whole report with one problem; NULL: with none. */
static void assert_report(const struct report_format *format, bool colour, const char *file,
			  const struct error *problem, const char *expected)
{
	const struct report_summary summary = { .profiles = 3, .faulty = 1, .errors = 1, .warnings = 2 };
	struct report report = report_begin(format, colour);

	if (problem)
		report_problem(&report, file, problem);
	report_end(&report, &summary);
	assert_string_equal(buf_text(&report.out), expected);
	report_free(&report);
}

/* What SARIF says of one problem. */
static void assert_sarif(const char *file, const struct error *problem, const char *expected)
{
	const struct report_summary summary = { .profiles = 1 };
	struct report report = report_begin(&report_sarif, false);
	const char *results;

	report_problem(&report, file, problem);
	report_end(&report, &summary);
	results = strstr(buf_text(&report.out), "\"results\":[\n");
	assert_non_null(results);
	results += strlen("\"results\":[\n");
	if (strncmp(results, expected, strlen(expected)) != 0)
		fail_msg("expected: %s\ngot:      %.600s", expected, results);
	assert_int_equal(results[strlen(expected)], '\n');
	report_free(&report);
}

/* --- text ------------------------------------------------------------------------------------------- */

static void text_is_what_compilers_print(void **state)
{
	struct error problem = problem_of("A/B", "'x' is no y");

	(void)state;
	assert_report(&report_text, false, "p.mobileconfig", &problem,
		      "p.mobileconfig:12:5: error: A/B: 'x' is no y [bad-format]\n");
	problem.severity = SEVERITY_WARNING;
	error_at(&problem, 0, 0);
	assert_report(&report_text, false, "p.mobileconfig", &problem,
		      "p.mobileconfig: warning: A/B: 'x' is no y [bad-format]\n");
	assert_report(&report_text, false, "", NULL, "");
}

static void text_takes_names_of_any_length(void **state)
{
	struct error problem = problem_of("", "wrong");
	BUF_AUTO file = BUF_INIT, expected = BUF_INIT;
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		buf_add_text(&file, "folder/");
	buf_add_format(&expected, "%s:12:5: error: wrong [bad-format]\n", buf_text(&file));
	assert_report(&report_text, false, buf_text(&file), &problem, buf_text(&expected));
}

static void no_name_speaks_to_the_terminal(void **state)
{
	struct error problem = problem_of("k\033[2J", "t\nu");

	(void)state;
	assert_report(&report_text, false, "a\033]0;x\ab\n", &problem,
		      "a ]0;x b :12:5: error: k [2J: t u [bad-format]\n");
}

static void colours_mark_the_place_and_the_severity(void **state)
{
	struct error problem = problem_of("", "wrong");

	(void)state;
	assert_report(&report_text, true, "p", &problem,
		      "\033[1mp:12:5:\033[0m \033[1;31merror:\033[0m wrong [bad-format]\n");
	problem.severity = SEVERITY_WARNING;
	assert_report(&report_text, true, "p", &problem,
		      "\033[1mp:12:5:\033[0m \033[1;35mwarning:\033[0m wrong [bad-format]\n");
}

/* --- json ------------------------------------------------------------------------------------------- */

#define JSON_SUMMARY \
	"\n],\n\"unreadable\":[\n],\n" \
	"\"summary\":{\"profiles\":3,\"faulty\":1,\"errors\":1,\"warnings\":2,\"unreadable\":0}}\n"

static void json_is_one_object_of_problems_and_summary(void **state)
{
	struct error problem = problem_of("A/B", "say \"x\"\\");

	(void)state;
	assert_report(&report_json, false, "", NULL, "{\"problems\":[" JSON_SUMMARY);
	assert_report(&report_json, false, "p", &problem,
		      "{\"problems\":[\n{\"file\":\"p\",\"line\":12,\"column\":5,\"severity\":\"error\","
		      "\"rule\":\"bad-format\",\"key\":\"A/B\",\"message\":\"say \\\"x\\\"\\\\\"}" JSON_SUMMARY);
}

static void what_is_not_known_is_null_in_json(void **state)
{
	struct error problem;

	(void)state;
	error_set(&problem, EINVAL, "more");
	problem.severity = SEVERITY_NOTE;
	assert_report(&report_json, false, "p", &problem,
		      "{\"problems\":[\n{\"file\":\"p\",\"line\":null,\"column\":null,\"severity\":\"note\","
		      "\"rule\":null,\"key\":null,\"message\":\"more\"}" JSON_SUMMARY);
}

static void bytes_that_are_no_text_are_replaced_one_by_one(void **state)
{
	struct error problem = problem_of("k\xC3\xA9\xC3", "\xED\xA0\x80 \xF0\x9F\x98\x80 \xC0\xAF\x01");

	(void)state;
	assert_report(&report_json, false, "caf\xE9.mobileconfig", &problem,
		      "{\"problems\":[\n{\"file\":\"caf\xEF\xBF\xBD.mobileconfig\",\"line\":12,\"column\":5,"
		      "\"severity\":\"error\",\"rule\":\"bad-format\",\"key\":\"k\xC3\xA9\xEF\xBF\xBD\","
		      "\"message\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xF0\x9F\x98\x80 "
		      "\xEF\xBF\xBD\xEF\xBF\xBD\\u0001\"}" JSON_SUMMARY);
}

static void problems_in_json_are_separated_by_commas(void **state)
{
	const struct report_summary summary = { 0 };
	struct error problem = problem_of("", "x");
	struct report report = report_begin(&report_json, false);

	(void)state;
	report_problem(&report, "a", &problem);
	buf_clear(&report.out); /* as when it was written out */
	report_problem(&report, "b", &problem);
	report_end(&report, &summary);
	assert_ptr_equal(strstr(buf_text(&report.out), ",\n{\"file\":\"b\""), buf_text(&report.out));
	report_free(&report);
}

/* --- github ----------------------------------------------------------------------------------------- */

static void github_gets_a_command_with_its_escapes(void **state)
{
	struct error problem = problem_of("A,B:C", "50% of\r\nit: ok");

	(void)state;
	assert_report(&report_github, false, "a,b:c%.mobileconfig", &problem,
		      "::error file=a%2Cb%3Ac%25.mobileconfig,line=12,col=5,title=bad-format::"
		      "A,B:C: 50%25 of%0D%0Ait: ok\n");
}

static void github_gets_no_line_that_is_not_known(void **state)
{
	struct error problem = problem_of("", "x");

	(void)state;
	problem.severity = SEVERITY_WARNING;
	error_at(&problem, 0, 0);
	assert_report(&report_github, false, "p", &problem, "::warning file=p,title=bad-format::x\n");
	problem.severity = SEVERITY_NOTE;
	problem.rule = NULL;
	assert_report(&report_github, false, "p", &problem, "::notice file=p::x\n");
}

static void no_name_makes_a_command_of_its_own(void **state)
{
	struct error problem = problem_of("", "a\n::set-output name=x::y");

	(void)state;
	assert_report(&report_github, false, "p\n::error::x", &problem,
		      "::error file=p%0A%3A%3Aerror%3A%3Ax,line=12,col=5,title=bad-format::"
		      "a%0A::set-output name=x::y\n");
}

/* --- sarif ------------------------------------------------------------------------------------------ */

#define RULE_PART "{\"ruleId\":\"bad-format\",\"ruleIndex\":5,\"level\":\"error\",\"message\":{\"text\":\"x\"},"

static void sarif_has_rule_place_and_key(void **state)
{
	struct error problem = problem_of("A/B", "x");

	(void)state;
	assert_sarif("f/p.mobileconfig", &problem,
		     RULE_PART "\"locations\":[{\"physicalLocation\":{"
			       "\"artifactLocation\":{\"uri\":\"f/p.mobileconfig\"},"
			       "\"region\":{\"startLine\":12,\"startColumn\":5}},"
			       "\"logicalLocations\":[{\"fullyQualifiedName\":\"A/B\"}]}]}");
}

static void sarif_leaves_out_what_is_not_known(void **state)
{
	struct error problem = problem_of("", "x");

	(void)state;
	error_at(&problem, 0, 0);
	assert_sarif("p", &problem,
		     RULE_PART "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"p\"}}}]}");
	problem.rule = NULL;
	problem.severity = SEVERITY_NOTE;
	assert_sarif("p", &problem,
		     "{\"level\":\"note\",\"message\":{\"text\":\"x\"},"
		     "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"p\"}}}]}");
}

static void assert_uri(const char *file, const char *uri)
{
	struct error problem = problem_of("", "x");
	BUF_AUTO expected = BUF_INIT;

	error_at(&problem, 0, 0);
	buf_add_format(&expected, RULE_PART
		       "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"%s\"}}}]}", uri);
	assert_sarif(file, &problem, buf_text(&expected));
}

static void uris_keep_every_byte_of_a_name(void **state)
{
	(void)state;
	assert_uri("a b:#?%.x", "a%20b%3A%23%3F%25.x");
	assert_uri("caf\xC3\xA9/caf\xE9\n", "caf%C3%A9/caf%E9%0A");
	assert_uri("././a", "a");
	assert_uri("../a", "../a");
	assert_uri("/a/b", "file:///a/b");
	assert_uri("//a", "file:///a");
	assert_uri("-", "-");
}

static void sarif_says_when_not_all_could_be_read(void **state)
{
	struct report_summary summary = { 0 };
	struct report report = report_begin(&report_sarif, false);

	(void)state;
	summary.unreadable = 1;
	report_end(&report, &summary);
	assert_non_null(strstr(buf_text(&report.out), "\"executionSuccessful\":false"));
	report_free(&report);
}

/* --- what could not be read ------------------------------------------------------------------------- */

/* What a report says that has a problem between two files that could not be read. */
static void assert_unreadable(const struct report_format *format, const char *expected)
{
	const struct report_summary summary = { .profiles = 1, .unreadable = 2 };
	struct report report = report_begin(format, false);
	struct error problem = problem_of("", "x"), reason;
	BUF_AUTO all = BUF_INIT;

	error_system(&reason, ENOENT, "cannot be opened");
	report_unreadable(&report, "a \xE9:", &reason);
	report_problem(&report, "p", &problem);
	buf_add_text(&all, buf_text(&report.out));
	buf_clear(&report.out); /* as when it was written out */
	error_set(&reason, EIO, "gone");
	report_unreadable(&report, "", &reason);
	report_end(&report, &summary);
	buf_add_text(&all, buf_text(&report.out));
	if (!strstr(buf_text(&all), expected))
		fail_msg("expected: %s\nin:       %s", expected, buf_text(&all));
	report_free(&report);
}

static void json_lists_what_could_not_be_read(void **state)
{
	(void)state;
	assert_unreadable(&report_json,
			  "\n],\n\"unreadable\":[\n"
			  "{\"file\":\"a \xEF\xBF\xBD:\","
			  "\"message\":\"cannot be opened: No such file or directory\"},\n"
			  "{\"file\":null,\"message\":\"gone\"}\n"
			  "],\n\"summary\":{");
	assert_unreadable(&report_json, "\"unreadable\":2}}\n");
}

static void sarif_notifies_of_what_could_not_be_read(void **state)
{
	(void)state;
	assert_unreadable(&report_sarif,
			  "\n],\n\"invocations\":[{\"executionSuccessful\":false,\n\"toolExecutionNotifications\":[\n"
			  "{\"level\":\"error\",\"message\":{\"text\":\"cannot be opened: No such file or directory\"},"
			  "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"a%20%E9%3A\"}}}]},\n"
			  "{\"level\":\"error\",\"message\":{\"text\":\"gone\"}}\n"
			  "]}]}]}\n");
}

static void github_gets_an_error_for_what_could_not_be_read(void **state)
{
	(void)state;
	assert_unreadable(&report_github,
			  "::error file=a \xE9%3A::cannot be opened: No such file or directory\n"
			  "::error file=p,line=12,col=5,title=bad-format::x\n"
			  "::error::gone\n");
}

static void text_leaves_what_could_not_be_read_to_standard_error(void **state)
{
	const struct report_summary summary = { .unreadable = 1 };
	struct report report = report_begin(&report_text, false);
	struct error reason;

	(void)state;
	error_system(&reason, ENOENT, "cannot be opened");
	report_unreadable(&report, "a", &reason);
	report_end(&report, &summary);
	assert_string_equal(buf_text(&report.out), "");
	report_free(&report);
}

/* --- formats ---------------------------------------------------------------------------------------- */

static void a_format_is_found_by_name_or_the_nearest_is_said(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_ptr_equal(report_find("sarif", &err), &report_sarif);
	assert_ptr_equal(report_find("text", &err), &report_text);
	assert_null(report_find("sariff", &err));
	assert_non_null(strstr(err.text, "did you mean 'sarif'"));
	assert_null(report_find("xml-with-everything", &err));
	assert_non_null(strstr(err.text, "text, json, sarif or github"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_what_compilers_print),
		cmocka_unit_test(text_takes_names_of_any_length),
		cmocka_unit_test(no_name_speaks_to_the_terminal),
		cmocka_unit_test(colours_mark_the_place_and_the_severity),
		cmocka_unit_test(json_is_one_object_of_problems_and_summary),
		cmocka_unit_test(what_is_not_known_is_null_in_json),
		cmocka_unit_test(bytes_that_are_no_text_are_replaced_one_by_one),
		cmocka_unit_test(problems_in_json_are_separated_by_commas),
		cmocka_unit_test(github_gets_a_command_with_its_escapes),
		cmocka_unit_test(github_gets_no_line_that_is_not_known),
		cmocka_unit_test(no_name_makes_a_command_of_its_own),
		cmocka_unit_test(sarif_has_rule_place_and_key),
		cmocka_unit_test(sarif_leaves_out_what_is_not_known),
		cmocka_unit_test(uris_keep_every_byte_of_a_name),
		cmocka_unit_test(sarif_says_when_not_all_could_be_read),
		cmocka_unit_test(json_lists_what_could_not_be_read),
		cmocka_unit_test(sarif_notifies_of_what_could_not_be_read),
		cmocka_unit_test(github_gets_an_error_for_what_could_not_be_read),
		cmocka_unit_test(text_leaves_what_could_not_be_read_to_standard_error),
		cmocka_unit_test(a_format_is_found_by_name_or_the_nearest_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
