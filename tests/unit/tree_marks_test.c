/* Marks of a merge's conflicts in a tree: who renames one to its key has its value, of its type. */
#include "tests/unit/mounted_tree.h"

static void types_of_what_is_in_conflict_are_all_said(void **state)
{
	(void)state;
	tree_begin_keys("<key>a</key><string>x</string><key>a.conflict-base</key><string>y</string>"
			"<key>a.conflict-theirs</key><integer>1</integer><key>b</key><string>x</string>"
			"<key>c.conflict-theirs</key><array><string>x</string></array>"
			"<key>d</key><dict><key>k</key><true/></dict><key>d.conflict-base.2</key><dict/>");
	assert_shows(".types", "a string\na.conflict-base string\na.conflict-theirs integer\n"
			       "c.conflict-theirs array string\nd dict\nd.conflict-base.2 dict empty\n");
	tree_end();
}

/* Renames KEY.conflict-theirs, which has one value, over KEY, which has another. */
static void take(const char *ours, const char *theirs, bool removed)
{
	char keys[1024], expected[512];

	snprintf(keys, sizeof(keys), "<key>k</key>\n%s\n<key>k.conflict-theirs</key>\n%s\n<key>z</key>\n<true/>\n",
		 ours, theirs);
	snprintf(expected, sizeof(expected), "<key>k</key>\n%s\n<key>z</key>\n<true/>\n", theirs);
	tree_begin_keys(keys);
	if (removed)
		assert_int_equal(remove_file("k"), 0);
	if (move("k.conflict-theirs", "k") < 0)
		fail_msg("%s over %s: %s", theirs, ours, tree_last_error(mounted.tree)->text);
	assert_keys(expected);
	assert_int_equal(mounted.reported.count, 0);
	tree_end();
}

static void a_mark_takes_the_place_of_its_key_with_its_type(void **state)
{
	static const char *const values[] = { "<string>x</string>",
					      "<string>12</string>",
					      "<string>true</string>",
					      "<string>a\nb</string>",
					      "<string></string>",
					      "<integer>3</integer>",
					      "<real>3</real>",
					      "<real>3.0</real>",
					      "<true/>",
					      "<date>2026-01-31T12:00:00Z</date>",
					      "<data>\naGVsbG8K\n</data>" };
	const size_t count = sizeof(values) / sizeof(*values);
	size_t i, j;

	(void)state;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++)
			if (i != j) {
				take(values[i], values[j], false);
				take(values[i], values[j], true);
			}
}

static void a_list_takes_the_place_of_a_string_and_a_string_that_of_a_list(void **state)
{
	static const char list[] = "<array>\n\t<string>1</string>\n\t<integer>2</integer>\n</array>";

	(void)state;
	take("<string>x</string>", list, false);
	take("<string>x</string>", list, true);
	take(list, "<string>1\n2</string>", false);
	take(list, "<string>1\n2</string>", true);
	take("<string>x</string>", "<array/>", false);
}

static void assert_no_problem(const char *rule)
{
	BUF_AUTO problems = BUF_INIT;

	read_file(".profilefs/problems", &problems);
	if (strstr(buf_text(&problems), rule))
		fail_msg("%s", buf_text(&problems));
}

static void what_was_said_of_the_two_types_is_forgotten(void **state)
{
	(void)state;
	tree_begin_keys("<key>k</key>\n<string>1</string>\n<key>k.conflict-theirs</key>\n<integer>2</integer>\n");
	assert_int_equal(put(".types", "k string\nk.conflict-theirs integer\n"), 0);
	assert_int_equal(move("k.conflict-theirs", "k"), 0);
	assert_keys("<key>k</key>\n<integer>2</integer>\n");
	assert_shows(".types", "");
	assert_no_problem("wrong-type");
	tree_end();
}

static void a_type_that_may_not_be_there_is_refused_and_nothing_is_lost(void **state)
{
	static const char keys[] = "<key>PayloadType</key>\n<string>Configuration</string>\n"
				   "<key>PayloadVersion</key>\n<integer>1</integer>\n"
				   "<key>PayloadVersion.conflict-theirs</key>\n<string>1</string>\n";

	(void)state;
	tree_begin_keys(keys);
	assert_int_equal(move("PayloadVersion.conflict-theirs", "PayloadVersion"), -EPERM);
	assert_last_error("PayloadVersion: ");
	assert_last_error("[wrong-type]");
	assert_keys(keys);
	/* Its type is not the refused one. */
	assert_int_equal(put("PayloadVersion", "1\n"), 0);
	assert_keys(keys);
	tree_end();
}

static void a_directory_takes_the_place_of_a_removed_key(void **state)
{
	(void)state;
	tree_begin_keys("<key>k</key>\n<string>x</string>\n"
			"<key>k.conflict-theirs</key>\n<array>\n\t<dict/>\n</array>\n");
	assert_int_equal(put(".types", "k string\nk.conflict-theirs array\n"), 0);
	assert_int_equal(move("k.conflict-theirs", "k"), -ENOTDIR);
	assert_int_equal(remove_file("k"), 0);
	assert_int_equal(move("k.conflict-theirs", "k"), 0);
	assert_keys("<key>k</key>\n<array>\n\t<dict/>\n</array>\n");
	assert_shows(".types", "k array\n");
	assert_no_problem("wrong-type");
	tree_end();
}

static void a_file_takes_the_place_of_a_removed_directory(void **state)
{
	(void)state;
	tree_begin_keys("<key>k</key>\n<dict/>\n<key>k.conflict-theirs</key>\n<string>3</string>\n");
	assert_int_equal(remove_dir("k"), 0);
	assert_int_equal(move("k.conflict-theirs", "k"), 0);
	assert_keys("<key>k</key>\n<string>3</string>\n");
	tree_end();
}

/* mv(1) of a mark to a directory that is there moves it into that. */
static void a_mark_is_not_moved_into_its_own_key(void **state)
{
	(void)state;
	tree_begin_keys("<key>d</key><dict><key>x</key><true/></dict><key>d.conflict-theirs</key><string>a</string>"
			"<key>a</key><array><dict/></array><key>a.conflict-theirs</key><array><dict/></array>"
			"<key>s</key><dict><key>s</key><true/></dict>");
	assert_int_equal(move("d.conflict-theirs", "d/d.conflict-theirs"), -EPERM);
	assert_last_error("`rm -r d`, then `mv d.conflict-theirs d` [merge-conflict]");
	assert_int_equal(move("a.conflict-theirs", "a/a.conflict-theirs"), -EPERM);
	assert_last_error("`rm -r a`, then `mv a.conflict-theirs a` [merge-conflict]");
	assert_int_equal(put("d/d.conflict-base", "x"), -EPERM);
	assert_int_equal(make_dir("a/a.conflict-theirs.2"), -EPERM);
	assert_true(there("d.conflict-theirs"));
	assert_true(there("a.conflict-theirs"));
	/* What is called as its dictionary has marks like others. */
	assert_int_equal(put("s/s.conflict-base", "x"), 0);
	tree_end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(types_of_what_is_in_conflict_are_all_said),
		TEST(a_mark_takes_the_place_of_its_key_with_its_type),
		TEST(a_list_takes_the_place_of_a_string_and_a_string_that_of_a_list),
		TEST(what_was_said_of_the_two_types_is_forgotten),
		TEST(a_type_that_may_not_be_there_is_refused_and_nothing_is_lost),
		TEST(a_directory_takes_the_place_of_a_removed_key),
		TEST(a_file_takes_the_place_of_a_removed_directory),
		TEST(a_mark_is_not_moved_into_its_own_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
