/* The schema's release in the root's .types: where it is needed, and what is said when another schema reads it. */
#include "tests/unit/schema_tree.h"

#define RELEASE "iOS 18.1, macOS 15.1"

/* A schema of one's own that has a release, or none. */
static void begin_released(const char *release, const char *keys)
{
	struct profile_options options = { .schema = path_of("own.schema"), .unknown_allowed = true };
	BUF_AUTO schema = BUF_INIT, text = BUF_INIT;

	if (release)
		buf_add_format(&schema, "release \"%s\"\n", release);
	buf_add_text(&schema, own_schema);
	put_text("own.schema", buf_text(&schema));
	buf_add_format(&text, PROFILE("<dict>" IDENTITY("org.example", "1") "%s</dict>\n"), keys);
	begin_with(options, buf_text(&text));
}

/* The root's .types, "" if there is none. */
static void assert_root_says(const char *expected)
{
	if (*expected)
		assert_shows(".types", expected);
	else
		assert_false(there(".types"));
}

static void assert_problem_count(size_t expected, const char *part)
{
	BUF_AUTO problems = BUF_INIT;
	const char *at;
	size_t count = 0;

	read_file(".profilefs/problems", &problems);
	for (at = buf_text(&problems); (at = strstr(at, part)); at++)
		count++;
	if (count != expected)
		fail_msg("%zu times '%s' in:\n%s", count, part, buf_text(&problems));
}

static void what_the_schema_alone_says_is_noted(void **state)
{
	static const char *const resting[] = {
		"<key>Fraction</key><real>5</real>",
		"<key>Text</key><string>3</string>",
		"<key>Text</key><string>true</string>",
		"<key>Strings</key><array><string>a</string></array>",
		"<key>Numbers</key><array><integer>1</integer></array>",
		"<key>Rules</key><array><dict><key>Name</key><string>n</string></dict></array>",
		"<key>Datas</key><array><data>AAE=</data></array>",
		"<key>Other</key><dict><key>X</key><string>0</string></dict>",
		"<key>Strings</key><array/>", /* an empty file would be an empty string */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(resting) / sizeof(*resting); i++) {
		begin_released("mine, 1.0", resting[i]);
		assert_root_says(". schema mine, 1.0\n");
		tree_end();
	}
}

static void what_tells_itself_or_has_a_line_is_not(void **state)
{
	static const char *const others[] = {
		"<key>Number</key><integer>3</integer>",
		"<key>Text</key><string>text</string>",
		"<key>Other</key><dict><key>X</key><string>x</string></dict>",
		"<key>Port</key><string>http</string>",
		"<key>Unknown</key><string>3</string>",
		"<key>Unknown</key><real>3</real>",
		"<key>Unknown</key><array><string>a</string></array>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		begin_released("mine, 1.0", others[i]);
		assert_root_says("");
		tree_end();
	}
}

static void a_date_of_the_profile_itself_is_noted(void **state)
{
	(void)state;
	begin(FRAME(IDENTITY("Configuration", "0") "<key>RemovalDate</key><date>2026-01-31T12:00:00Z</date>\n"));
	assert_root_says(". schema " RELEASE "\n");
}

static void the_note_follows_the_edits(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Number</key><integer>3</integer>");
	assert_root_says("");
	assert_takes(OWN "/Fraction", "5\n");
	assert_root_says(". schema mine, 1.0\n");
	assert_int_equal(remove_file(OWN "/Fraction"), 0);
	assert_shows(".types", "");
}

static void a_schema_without_a_release_is_not_noted(void **state)
{
	(void)state;
	begin_released(NULL, "<key>Fraction</key><real>5</real>");
	assert_root_says("");
}

static void rules_alone_are_of_the_built_in_release(void **state)
{
	struct profile_options options = { .schema = path_of("own.schema") };

	(void)state;
	put_text("own.schema", "rule com.apple.wifi.managed\n  SSID_STR = length=1..\n");
	begin_with(options, usual);
	assert_root_says(". schema " RELEASE "\n");
	tree_end();
	put_text("own.schema", "release ours\nrule com.apple.wifi.managed\n  SSID_STR = length=1..\n");
	begin_with(options, usual);
	assert_root_says(". schema ours\n");
}

static void a_release_of_any_text_is_one_line(void **state)
{
	(void)state;
	begin_released("a  b\\n%c\\t#", "<key>Fraction</key><real>5</real>");
	assert_root_says(". schema a b%0A%25c #\n");
}

/* --- read with another schema ------------------------------------------------------------------------- */

static void the_same_release_is_no_problem(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Fraction</key><real>5</real><key>Text</key><string>3</string>");
	assert_int_equal(put(".types", ". schema  mine,\t1.0\n"), 0);
	assert_problem("changed-type", false);
	assert_root_says(". schema mine, 1.0\n");
}

static void each_value_that_the_built_in_schema_reads_otherwise_is_named(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Fraction</key><real>5</real><key>Text</key><string>3</string>"
		       "<key>Number</key><integer>3</integer><key>Strings</key><array><string>a</string></array>"
		       "<key>Rules</key><array><dict><key>Name</key><string>7</string></dict></array>");
	assert_int_equal(put(".types", ". schema " RELEASE "\n"), 0);
	assert_problem("warning: " OWN "/Fraction: ", true);
	assert_problem("that schema has integer here; the one in use has real", true);
	assert_problem("add 'Fraction integer' to", true);
	assert_problem("put '. schema mine, 1.0' in that line's place", true);
	assert_problem(OWN "/Text: ", true);
	assert_problem(OWN "/Strings: ", true);
	assert_problem("has string here; the one in use has array string", true);
	assert_problem(OWN "/Rules: ", true);
	assert_problem("has dict here; the one in use has array. ", true);
	assert_problem_count(4, "[changed-type]");
}

static void a_line_settles_it(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Fraction</key><real>5</real><key>Text</key><string>3</string>");
	assert_int_equal(put(".types", ". schema " RELEASE "\n"), 0);
	assert_problem_count(2, "[changed-type]");
	assert_int_equal(put(OWN "/.types", "Text string\n"), 0);
	assert_problem_count(1, "[changed-type]");
	assert_int_equal(put(".types", ". schema mine, 1.0\n"), 0);
	assert_problem_count(0, "[changed-type]");
}

static void what_both_read_alike_is_no_problem(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Number</key><integer>3</integer><key>Text</key><string>text</string>");
	assert_int_equal(put(".types", ". schema " RELEASE "\n"), 0);
	assert_problem("changed-type", false);
}

static void of_a_schema_that_is_not_there_one_problem_names_the_first(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Fraction</key><real>5</real><key>Text</key><string>3</string>"
		       "<key>Number</key><integer>3</integer><key>Strings</key><array><string>a</string></array>"
		       "<key>Reals</key><array><real>1</real></array>");
	assert_int_equal(put(".types", ". schema iOS 99\n"), 0);
	assert_problem_count(1, "[changed-type]");
	assert_problem("warning: .types: it says '. schema iOS 99'", true);
	assert_problem(OWN "/Fraction, " OWN "/Text, " OWN "/Strings and 1 more", true);
	assert_problem("put '. schema mine, 1.0'", true);
}

static void nothing_is_said_if_nothing_rests_on_the_schema(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Number</key><integer>3</integer>");
	assert_int_equal(put(".types", ". schema iOS 99\n"), 0);
	assert_problem("changed-type", false);
}

static void all_lines_of_a_merge_count(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Fraction</key><real>5</real>");
	assert_int_equal(put(".types", ". schema iOS 99\n. schema " RELEASE "\n. schema iOS 99\n"), 0);
	assert_problem_count(2, "[changed-type]");
	assert_root_says(". schema " RELEASE "\n. schema iOS 99\n. schema mine, 1.0\n");
}

static void a_value_of_a_new_key_that_is_written_comes_from_the_schema_in_use(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Number</key><integer>3</integer>");
	assert_int_equal(put(".types", ". schema " RELEASE "\n"), 0);
	assert_takes(OWN "/Fraction", "5\n");
	assert_saves("<key>Fraction</key><real>5</real>");
	assert_problem(OWN "/Fraction: ", true);
}

static void the_rule_has_the_level_that_is_asked_for(void **state)
{
	struct error err;

	(void)state;
	begin_released("mine, 1.0", "<key>Fraction</key><real>5</real>");
	assert_int_equal(put(".types", ". schema iOS 99\n"), 0);
	assert_int_equal(rule_level_set(&mounted.profile.checks.levels, "changed-type", RULE_ERROR, &err), 0);
	assert_problem("error: .types: ", true);
	assert_int_equal(rule_level_set(&mounted.profile.checks.levels, "changed-type", RULE_OFF, &err), 0);
	assert_problem("changed-type", false);
}

static void a_release_is_not_understood_elsewhere(void **state)
{
	(void)state;
	begin_released("mine, 1.0", "<key>Number</key><integer>3</integer>");
	assert_int_equal(put(OWN "/.types", ". schema mine, 1.0\n"), 0);
	assert_problem("'. schema mine, 1.0' is not understood", true);
	assert_int_equal(put(".types", ". schema\n. string\nschema iOS 99\n"), 0);
	assert_problem("'. schema' is not understood", true);
	assert_problem("'. string' is not understood", true);
	assert_problem("'schema iOS 99' is not understood", true);
	assert_int_equal(set_type(OWN "/Number", "schema iOS"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_schema_alone_says_is_noted),
		TEST(what_tells_itself_or_has_a_line_is_not),
		TEST(a_date_of_the_profile_itself_is_noted),
		TEST(the_note_follows_the_edits),
		TEST(a_schema_without_a_release_is_not_noted),
		TEST(rules_alone_are_of_the_built_in_release),
		TEST(a_release_of_any_text_is_one_line),
		TEST(the_same_release_is_no_problem),
		TEST(each_value_that_the_built_in_schema_reads_otherwise_is_named),
		TEST(a_line_settles_it),
		TEST(what_both_read_alike_is_no_problem),
		TEST(of_a_schema_that_is_not_there_one_problem_names_the_first),
		TEST(nothing_is_said_if_nothing_rests_on_the_schema),
		TEST(all_lines_of_a_merge_count),
		TEST(a_value_of_a_new_key_that_is_written_comes_from_the_schema_in_use),
		TEST(the_rule_has_the_level_that_is_asked_for),
		TEST(a_release_is_not_understood_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
