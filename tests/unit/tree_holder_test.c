/* Whoever keeps attributes is told when they change, unless it alone has them and will forget them by itself. */
#include "tests/unit/saved_tree.h"

#define MINE 7
#define ANOTHER 8

static void look_as(uint32_t asker, const char *path)
{
	mounted.asker = asker;
	attr_at(path);
}

/* What is told of one change by `asker`, who forgets what it alone has. */
static void change_as(uint32_t asker)
{
	mounted.asker = asker;
	mounted.hears = true;
	mounted.told = 0;
	assert_int_equal(remove_file(there("D/x") ? "D/x" : "D/y"), 0);
}

static void assert_told(uint64_t ino, uint32_t holder)
{
	assert_int_equal(mounted.told, 1);
	assert_int_equal(mounted.told_of, ino);
	assert_int_equal(mounted.told_held, holder);
}

static void nobody_is_told_of_what_nobody_has(void **state)
{
	(void)state;
	change_as(MINE);
	assert_int_equal(mounted.told, 0);
}

static void it_is_said_who_alone_has_them(void **state)
{
	uint64_t ino = item_ino(at("D"));

	(void)state;
	look_as(MINE, "D");
	look_as(MINE, "D");
	change_as(ANOTHER);
	assert_told(ino, MINE);
	change_as(ANOTHER);
	assert_int_equal(mounted.told, 0);
}

static void who_was_not_told_still_has_them_for_others(void **state)
{
	uint64_t ino = item_ino(at("D"));

	(void)state;
	look_as(MINE, "D");
	change_as(MINE);
	assert_told(ino, MINE);
	change_as(ANOTHER);
	assert_told(ino, MINE);
}

static void two_are_many(void **state)
{
	uint64_t ino = item_ino(at("D"));

	(void)state;
	look_as(MINE, "D");
	look_as(ANOTHER, "D");
	look_as(MINE, "D");
	change_as(MINE);
	assert_told(ino, HOLDERS_MANY);
	change_as(MINE);
	assert_int_equal(mounted.told, 0);
}

static void one_whom_nobody_knows_is_many(void **state)
{
	uint64_t ino = item_ino(at("D"));

	(void)state;
	look_as(0, "D");
	look_as(MINE, "D");
	change_as(MINE);
	assert_told(ino, HOLDERS_MANY);
	look_as(MINE, "D");
	look_as(0, "D");
	change_as(MINE);
	assert_told(ino, HOLDERS_MANY);
}

static void a_name_that_is_forgotten_tells_of_its_directory_once(void **state)
{
	uint64_t ino = item_ino(at("D"));

	(void)state;
	look_as(MINE, "D");
	tree_hold(mounted.tree, item_ino(at("D/x")));
	tree_hold(mounted.tree, item_ino(at("D/x")));
	tree_hold(mounted.tree, item_ino(at("D/y")));
	mounted.told = 0;
	tree_forget(mounted.tree, item_ino(at("D/x")), 1);
	assert_int_equal(mounted.told, 0);
	tree_forget(mounted.tree, item_ino(at("D/x")), 1);
	assert_told(ino, MINE);
	tree_forget(mounted.tree, item_ino(at("D/y")), 1);
	assert_int_equal(mounted.told, 1);
}

static void assert_same_time(struct timespec a, struct timespec b)
{
	assert_int_equal(a.tv_sec, b.tv_sec);
	assert_int_equal(a.tv_nsec, b.tv_nsec);
}

static void a_file_with_another_name_is_what_it_was(void **state)
{
	struct tree_attr before, after;
	uint64_t ino = item_ino(at("D"));

	(void)state;
	before = attr_at("D/x");
	look_as(MINE, "D");
	look_as(MINE, "D/x");
	mounted.now.tv_sec++;
	mounted.told = 0;
	assert_int_equal(move("D/x", "D/z"), 0);
	assert_int_equal(mounted.told_of, ino);
	after = attr_at("D/z");
	assert_int_equal(after.ino, before.ino);
	assert_int_equal(after.size, before.size);
	assert_same_time(after.mtime, before.mtime);
}

static void a_file_that_becomes_a_value_is_told_of(void **state)
{
	struct tree_attr before;

	(void)state;
	assert_int_equal(put("D/.new~", "12\n"), 0);
	before = attr_at("D/.new~");
	mounted.now.tv_sec++;
	mounted.told = 0;
	assert_int_equal(move("D/.new~", "D/x"), 0);
	assert_true(mounted.told > 0);
	assert_true(attr_at("D/x").mtime.tv_sec > before.mtime.tv_sec);
}

static void what_is_removed_has_its_time_while_it_is_open(void **state)
{
	struct item *item = at("D/x");
	struct tree_attr before = attr_at("D/x"), after;

	(void)state;
	tree_hold(mounted.tree, item_ino(item));
	mounted.now.tv_sec++;
	assert_int_equal(remove_file("D/x"), 0);
	tree_getattr(mounted.tree, item, &after);
	assert_int_equal(after.nlink, 0);
	assert_int_equal(after.size, before.size);
	assert_same_time(after.mtime, before.mtime);
	tree_drop(mounted.tree, item_ino(item), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_is_told_of_what_nobody_has, begin, end),
		cmocka_unit_test_setup_teardown(it_is_said_who_alone_has_them, begin, end),
		cmocka_unit_test_setup_teardown(who_was_not_told_still_has_them_for_others, begin, end),
		cmocka_unit_test_setup_teardown(two_are_many, begin, end),
		cmocka_unit_test_setup_teardown(one_whom_nobody_knows_is_many, begin, end),
		cmocka_unit_test_setup_teardown(a_name_that_is_forgotten_tells_of_its_directory_once, begin, end),
		cmocka_unit_test_setup_teardown(a_file_with_another_name_is_what_it_was, begin, end),
		cmocka_unit_test_setup_teardown(a_file_that_becomes_a_value_is_told_of, begin, end),
		cmocka_unit_test_setup_teardown(what_is_removed_has_its_time_while_it_is_open, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
