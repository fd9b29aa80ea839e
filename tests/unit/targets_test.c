/* Where each of many goes. */
#include "tests/unit/folder.h"

#include "fs/cmd/targets.h"

static struct targets targets;
static struct error err;
static size_t complaints;

static int end(void **state)
{
	targets_free(&targets);
	complaints = 0;
	return folder_close(state);
}

static void make(const char *trees, const char *profiles)
{
	assert_int_equal(run_in_folder("for t in %s; do mkdir -p $t && touch $t/PayloadType; done", trees), 0);
	assert_int_equal(run_in_folder("for p in %s; do mkdir -p $(dirname $p) && touch $p; done", profiles), 0);
}

static void complain(void *context, const char *path, const struct error *problem)
{
	(void)context;
	(void)path;
	(void)problem;
	complaints++;
}

static void add(const char *word)
{
	if (targets_add(&targets, word, complain, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

/* The names, a blank between. */
static void assert_names(const char *expected)
{
	BUF_AUTO names = BUF_INIT;
	size_t i;

	for (i = 0; i < targets.count; i++)
		buf_add_format(&names, "%s%s", i ? " " : "", targets.list[i].name);
	assert_string_equal(buf_text(&names), expected);
}

static void what_is_given_goes_by_its_own_name(void **state)
{
	(void)state;
	make("a/one a/two", "b/three.plist");
	add(path_of("a/one"));
	add(path_of("a/two//"));
	add(path_of("b/three.plist"));
	assert_names("one two three.plist");
	assert_true(targets.list[0].is_tree);
	assert_false(targets.list[2].is_tree);
}

static void a_directory_that_is_named_by_a_dot_has_a_name_all_the_same(void **state)
{
	char before[512];

	(void)state;
	make("a/one/sub", "");
	make("a/one", "");
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(path_of("a/one")), 0);
	add(".");
	assert_int_equal(chdir("sub"), 0);
	add("..");
	assert_int_equal(chdir(before), 0);
	assert_names("one one");
}

static void what_is_in_a_folder_keeps_its_subfolders(void **state)
{
	(void)state;
	make("a/x/one a/two", "a/x/y/three.mobileconfig");
	add(path_of("a"));
	assert_names("two x/one x/y/three.mobileconfig");
	targets_free(&targets);
	add(path_of("a//"));
	assert_names("two x/one x/y/three.mobileconfig");
	targets_keep(&targets, 0, true);
	assert_names("two x/one");
	targets_keep(&targets, 1, false);
	assert_names("two");
}

static void what_is_not_there_is_a_complaint(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path_of("empty"), 0755), 0);
	add(path_of("none"));
	add(path_of("empty"));
	assert_int_equal(complaints, 2);
	assert_int_equal(targets.count, 0);
}

static void a_suffix_is_added_where_it_is_missing(void **state)
{
	(void)state;
	make("a/one a/two.mobileconfig a/three.MobileConfig a/mobileconfig", "");
	add(path_of("a"));
	assert_int_equal(targets_add_suffix(&targets, ".mobileconfig", &err), 0);
	assert_names("mobileconfig.mobileconfig one.mobileconfig three.MobileConfig two.mobileconfig");
}

static void two_with_one_name_are_refused(void **state)
{
	(void)state;
	make("a/one b/one b/two", "");
	add(path_of("a/one"));
	add(path_of("b/two"));
	assert_int_equal(targets_check(&targets, "out", &err), 0);
	add(path_of("b/one"));
	assert_int_equal(targets_check(&targets, "out", &err), -1);
	assert_non_null(strstr(err.text, "a/one and "));
	assert_non_null(strstr(err.text, "out/one"));
}

static void the_folders_that_a_name_needs_are_made(void **state)
{
	(void)state;
	assert_int_equal(targets_make_folders(path_of("out"), "a/b/one", &err), 0);
	assert_int_equal(targets_make_folders(path_of("out"), "a/b/one", &err), 0);
	assert_true(S_ISDIR(look_at("out/a/b").st_mode));
	assert_int_equal(entries_in("out/a/b"), 0);
	assert_int_equal(targets_make_folders(path_of("none/out"), "one", &err), -1);
	assert_string_equal(err.file, path_of("none/out"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_given_goes_by_its_own_name),
		TEST(a_directory_that_is_named_by_a_dot_has_a_name_all_the_same),
		TEST(what_is_in_a_folder_keeps_its_subfolders),
		TEST(what_is_not_there_is_a_complaint),
		TEST(a_suffix_is_added_where_it_is_missing),
		TEST(two_with_one_name_are_refused),
		TEST(the_folders_that_a_name_needs_are_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
