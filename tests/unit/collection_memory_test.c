/*
 * A folder of profiles when memory ends, at any of the allocations of the collection and of its items: opening,
 * entering, making, removing, saving say so, nothing is half there, and the same works once there is memory again.
 *
 * What these stand on is compiled into the test, with an allocator that fails at the wanted call.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#include "tests/unit/scarce_memory.h"

#define malloc scarce_malloc
#define calloc scarce_calloc
#define realloc scarce_realloc
#define strdup scarce_strdup
/* clang-format off: in the order of what they define for each other */
#include "fs/tree/collection.c"
#include "fs/tree/collection_folder.c"
#include "fs/tree/collection_member.c"
#include "fs/tree/collection_save.c"
#include "fs/tree/collection_scan.c"
#include "fs/tree/collection_tell.c"
#include "fs/tree/inodes.c"
#include "fs/tree/item.c"
#include "plist/base/buf.c"
/* clang-format on */
#undef malloc
#undef calloc
#undef realloc
#undef strdup

#include "tests/unit/folder.h"

#define PROFILE                                                                               \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n"       \
	"\t<key>PayloadType</key>\n\t<string>Configuration</string>\n</dict>\n</plist>\n"

static struct profile_options options = { .delete_allowed = true, .check = CHECK_OFF };

static int begin(void **state)
{
	allowed = -1;
	if (folder_open(state) < 0 || mkdir(path_of("run"), 0700) < 0 || mkdir(path_of("p"), 0755) < 0 ||
	    mkdir(path_of("p/sub"), 0755) < 0)
		return -1;
	put_text("p/a.mobileconfig", PROFILE);
	put_text("p/sub/b.mobileconfig", PROFILE);
	return setenv("XDG_RUNTIME_DIR", path_of("run"), 1);
}

static int end(void **state)
{
	unsetenv("XDG_RUNTIME_DIR");
	return folder_close(state);
}

static int open_it(struct collection **collection)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	int result = collection_open(collection, path_of("p"), &options, NULL, &notes, &err);

	problems_free(&notes);
	if (result < 0)
		assert_int_equal(err.code, ENOMEM);
	return result;
}

static struct item *child(struct tree *tree, struct item *dir, const char *name)
{
	struct item *item;

	assert_int_equal(tree_lookup(tree, dir, name, &item), 0);
	return item;
}

/* What is tried at each allocation, in a collection of its own. 0 or -errno. */
typedef int attempt(struct collection *collection);

/* Tries it with one allocation failing, the first, the second, and so on, then again; `max` is more than there are. */
static void try_each(attempt *act, void (*restore)(void), long max)
{
	struct collection *collection;
	long n;
	int result;

	for (n = 0, ran_out = true; ran_out && n < max; n++) {
		restore();
		assert_int_equal(open_it(&collection), 0);
		ran_out = false;
		allowed = n;
		result = act(collection);
		allowed = -1;
		assert_true(result == 0 || ran_out);
		assert_true(result == 0 || result == -ENOMEM || result == -EIO);
		if (result < 0)
			assert_int_equal(act(collection), 0);
		assert_int_equal(tree_finish(collection_tree(collection)), 0);
		collection_close(collection);
	}
	assert_true(n > 2 && n < max);
}

static void nothing(void)
{
}

static void opening_gives_everything_back(void **state)
{
	struct collection *collection;
	long n;

	(void)state;
	for (n = 0, ran_out = true; ran_out && n < 1000; n++) {
		ran_out = false;
		allowed = n;
		if (open_it(&collection) == 0)
			collection_close(collection);
		allowed = -1;
	}
	assert_true(n > 10 && n < 1000);
}

static int enter(struct collection *collection)
{
	struct tree *tree = collection_tree(collection);
	struct item *dir = child(tree, tree->root, "a.mobileconfig");
	struct item *item;
	int result = tree_enter(&tree, &dir);

	return result < 0 ? result : tree_lookup(tree, dir, "PayloadType", &item);
}

static void entering_can_be_done_again(void **state)
{
	(void)state;
	try_each(enter, nothing, 1000);
}

static int make_profile_again(struct collection *collection)
{
	struct tree *tree = collection_tree(collection);
	struct item *item;
	int result = tree_mkdir(tree, tree->root, "n.mobileconfig", &item);

	return result == -EEXIST ? 0 : result;
}

static void take_made_away(void)
{
	(void)unlink(path_of("p/n.mobileconfig"));
	(void)rmdir(path_of("p/new"));
}

static void making_a_profile_can_be_done_again(void **state)
{
	(void)state;
	try_each(make_profile_again, take_made_away, 1000);
}

static int make_folder_again(struct collection *collection)
{
	struct tree *tree = collection_tree(collection);
	struct item *item;
	int result = tree_mkdir(tree, tree->root, "new", &item);

	assert_int_equal(is_there("p/new"), result == 0);
	return result;
}

static void a_folder_is_made_on_disk_and_in_the_tree_or_nowhere(void **state)
{
	(void)state;
	try_each(make_folder_again, take_made_away, 1000);
}

static int empty_and_remove(struct collection *collection)
{
	struct tree *tree = collection_tree(collection), *inside = tree;
	struct item *dir = item_child(tree->root, "a.mobileconfig");
	struct item *ignored;
	int result;

	if (!dir)
		return 0;
	result = tree_enter(&inside, &dir);
	if (result == 0)
		result = tree_lookup(inside, dir, "PayloadType", &ignored);
	if (result == 0)
		result = tree_unlink(inside, dir, "PayloadType");
	if (result == -ENOENT)
		result = 0;
	return result < 0 ? result : tree_rmdir(tree, tree->root, "a.mobileconfig");
}

static void put_back(void)
{
	put_text("p/a.mobileconfig", PROFILE);
}

static void removing_a_profile_can_be_done_again(void **state)
{
	(void)state;
	try_each(empty_and_remove, put_back, 1000);
	assert_false(is_there("p/a.mobileconfig"));
}

static int edit_and_sync(struct collection *collection)
{
	struct tree *tree = collection_tree(collection), *inside = tree;
	struct item *dir = child(tree, tree->root, "a.mobileconfig"), *ignored;
	int result = tree_enter(&inside, &dir);

	if (result == 0)
		result = tree_lookup(inside, dir, "PayloadType", &ignored);
	if (result == 0)
		result = tree_unlink(inside, dir, "PayloadType");
	if (result == -ENOENT)
		result = 0;
	return result < 0 ? result : tree_sync(tree);
}

static void saving_can_be_done_again(void **state)
{
	(void)state;
	try_each(edit_and_sync, put_back, 2000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(opening_gives_everything_back),
		TEST(entering_can_be_done_again),
		TEST(making_a_profile_can_be_done_again),
		TEST(a_folder_is_made_on_disk_and_in_the_tree_or_nowhere),
		TEST(removing_a_profile_can_be_done_again),
		TEST(saving_can_be_done_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
