/*
 * Looking up and listing when memory ends, at any of the allocations that items, their numbers and names take: it is
 * said, nothing is there twice or lost, and the same works once there is memory again.
 *
 * What they stand on is compiled into the test, with an allocator that fails at the wanted call.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many more allocations succeed before one fails; -1: all succeed. */
static long allowed = -1;
static bool ran_out;

static bool is_refused(void)
{
	if (allowed < 0)
		return false;
	if (allowed-- > 0)
		return false;
	ran_out = true;
	return true;
}

static void *scarce_malloc(size_t size)
{
	return is_refused() ? NULL : malloc(size);
}

static void *scarce_calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : calloc(count, size);
}

static void *scarce_realloc(void *old, size_t size)
{
	return is_refused() ? NULL : realloc(old, size);
}

#define malloc scarce_malloc
#define calloc scarce_calloc
#define realloc scarce_realloc
#define move    move_bytes /* the tests of trees have a word of their own for mv */
/* clang-format off: in the order of what they define for each other */
#include "plist/base/buf.c"
#include "plist/base/slots.c"
#include "fs/tree/inodes.c"
#include "fs/tree/item.c"
#include "fs/tree/dir.c"
/* clang-format on */
#undef malloc
#undef calloc
#undef realloc
#undef move

#include "tests/unit/mounted_tree.h"

#define LONG_NAME "a-name-that-is-too-long-to-lie-in-the-item-itself"

/* Enough that names and numbers have to grow. */
#define ROW 40

static void begin(void)
{
	BUF_AUTO keys = BUF_INIT;
	unsigned i;

	for (i = 0; i < ROW; i++)
		buf_add_format(&keys, "<key>%%%02u" LONG_NAME "</key><dict/>\n", i);
	tree_begin_keys(buf_text(&keys));
	mounted.tree->few = 0;
}

static void name_of(char name[80], unsigned number)
{
	snprintf(name, 80, "%%25%02u" LONG_NAME, number % ROW);
}

/* Some of them, from the last one back, each twice. */
static int look_up_some(void)
{
	struct item *root = tree_item(mounted.tree, TREE_ROOT_INO), *item, *again;
	char name[80];
	unsigned i;
	int result = 0;

	for (i = 0; i < ROW / 2 && result == 0; i++) {
		name_of(name, ROW - 1 - 2 * i);
		result = tree_lookup(mounted.tree, root, name, &item);
		if (result == 0)
			result = tree_lookup(mounted.tree, root, name, &again);
		assert_true(result < 0 || item == again);
	}
	return result;
}

static int list(void)
{
	struct listing *listing;
	int result = tree_list(mounted.tree, tree_item(mounted.tree, TREE_ROOT_INO), &listing);

	if (result == 0)
		listing_free(mounted.tree, listing);
	return result;
}

static void assert_all_in_order(void)
{
	struct item *root = tree_item(mounted.tree, TREE_ROOT_INO);
	const struct item *item = root->dir->first;
	char name[80];
	unsigned i;

	assert_int_equal(root->dir->count, ROW);
	for (i = 0; i < ROW; i++, item = item->next) {
		name_of(name, i);
		assert_string_equal(item_name(item), name);
		assert_ptr_equal(item_child(root, name), item);
		assert_ptr_equal(item->node->user, item);
	}
	assert_null(item);
}

/* With one allocation failing, the first, the second, and so on, then again. */
static void looking_up_and_listing_can_be_done_again(void **state)
{
	int looked = 0, listed;
	long n;

	(void)state;
	for (n = 0, ran_out = true; ran_out; n++) {
		begin();
		ran_out = false;
		allowed = n;
		looked = look_up_some();
		listed = looked < 0 ? 0 : list();
		allowed = -1;
		assert_true(looked == 0 || (looked == -ENOMEM && ran_out));
		assert_true(listed == 0 || (listed == -ENOMEM && ran_out));
		assert_int_equal(look_up_some(), 0);
		assert_int_equal(list(), 0);
		assert_all_in_order();
		tree_end();
	}
	assert_true(n > 3 * ROW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(looking_up_and_listing_can_be_done_again, folder_open, folder_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
