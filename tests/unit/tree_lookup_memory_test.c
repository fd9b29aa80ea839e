/*
 * Looking up, listing, removing and renaming when memory ends, at any of the allocations that items, their numbers and
 * names, and what is noted of a removal take: it is said, nothing is there twice or lost, and the same works once there
 * is memory again.
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

#include "tests/unit/scarce_memory.h"

#define malloc scarce_malloc
#define calloc scarce_calloc
#define realloc scarce_realloc
#define strdup  scarce_strdup
#define move    move_bytes /* the tests of trees have a word of their own for mv */
/* clang-format off: in the order of what they define for each other */
#include "plist/base/buf.c"
#include "plist/base/slots.c"
#include "fs/tree/inodes.c"
#include "fs/tree/item.c"
#include "fs/tree/latent.c"
#include "fs/tree/dir.c"
#include "fs/tree/make.c"
/* clang-format on */
#undef malloc
#undef calloc
#undef realloc
#undef strdup
#undef move

#include "tests/unit/mounted_tree.h"

#define LONG_NAME "a-name-that-is-too-long-to-lie-in-the-item-itself"

/* Enough that names and numbers have to grow. */
#define ROW 40

/* Keys that begin so, with that value. */
static void begin_keys(const char *mark, const char *value)
{
	const struct profile_options options = { .check = CHECK_OFF, .recovery = RECOVERY_KEEP };
	BUF_AUTO keys = BUF_INIT;
	unsigned i;

	for (i = 0; i < ROW; i++)
		buf_add_format(&keys, "<key>%s%02u" LONG_NAME "</key>%s\n", mark, i, value);
	tree_begin_keys(buf_text(&keys));
	tree_end();
	setenv("XDG_STATE_HOME", folder, 1);
	tree_begin_with("p.mobileconfig", &options);
	mounted.tree->few = 0;
}

static void begin(void)
{
	begin_keys("%", "<dict/>");
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
		listing_free(listing);
	return result;
}

/* The nth (from 0) that a new listing has, without .types; NULL: there are not so many. */
static struct item *listed_at(size_t nth)
{
	struct item *root = tree_item(mounted.tree, TREE_ROOT_INO), *item = NULL;
	struct listing *listing;
	struct listed listed;
	size_t position;

	assert_int_equal(tree_list(mounted.tree, root, &listing), 0);
	for (position = 0; !item && listing_at(listing, &position, &listed); position++)
		if (strcmp(listed.name, NAME_OF_TYPES) != 0 && nth-- == 0)
			item = tree_item(mounted.tree, listed.ino);
	listing_free(listing);
	return item;
}

static void assert_all_in_order(void)
{
	struct item *root = tree_item(mounted.tree, TREE_ROOT_INO);
	const struct item *item;
	char name[80];
	unsigned i;

	assert_int_equal(root->dir->count, ROW);
	for (i = 0; i < ROW; i++) {
		name_of(name, i);
		item = listed_at(i);
		assert_non_null(item);
		assert_string_equal(item_name(item), name);
		assert_ptr_equal(item_child(root, name), item);
		assert_ptr_equal(item->node->user, item);
	}
	assert_null(listed_at(ROW));
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

/* rmdir(2) of each key; what is gone already was removed by an earlier attempt. */
static int remove_all(void)
{
	struct item *root = tree_item(mounted.tree, TREE_ROOT_INO);
	char name[80], key[80];
	unsigned i;
	int result = 0;

	for (i = 0; i < ROW && result == 0; i++) {
		name_of(name, 7 * i);
		result = tree_rmdir(mounted.tree, root, name);
		snprintf(key, sizeof(key), "%%%s", name + strlen("%25"));
		if (result == -ENOENT && !node_get(mounted.profile.doc.root, key))
			result = 0;
	}
	return result;
}

/* Between files that are nobody's keys. */
static void assert_shows_the_document(void)
{
	const struct node *node = node_first(mounted.profile.doc.root);
	const struct item *item;
	size_t i;

	for (i = 0; (item = listed_at(i)); i++) {
		if (item->kind == ITEM_SCRATCH)
			continue;
		assert_ptr_equal(item->node, node);
		node = node_next(node);
	}
	assert_null(node);
}

/* Where all are shown already, or none. */
static void try_removing(bool listed)
{
	int result;
	long n;

	for (n = 0, ran_out = true; ran_out; n++) {
		begin();
		if (listed)
			assert_int_equal(list(), 0);
		ran_out = false;
		allowed = n;
		result = remove_all();
		allowed = -1;
		assert_true(result == 0 || (result == -ENOMEM && ran_out));
		if (n % 2)
			assert_shows_the_document();
		assert_int_equal(remove_all(), 0);
		assert_shows_the_document();
		assert_null(node_first(mounted.profile.doc.root));
		tree_end();
	}
	assert_true(n > 2 * ROW);
}

static void removing_can_be_done_again(void **state)
{
	(void)state;
	try_removing(false);
	try_removing(true);
}

/* A file in the place of another, or under a new name in another directory: each key is in both or in one of them.
 * `staged`: while it is written to. */
static void try_renaming(const char *to, bool staged, size_t few)
{
	struct handle *handle = NULL;
	int result;
	long n;

	for (n = 0, ran_out = true; ran_out; n++) {
		tree_begin_keys("<key>a</key><string>one</string>\n<key>b</key><string>two</string>\n"
				"<key>c</key><dict>\n<key>d</key><string>three</string>\n</dict>\n");
		mounted.tree->few = few;
		assert_int_equal(put("1~", "x\n") + put("2~", "x\n") + put("3~", "x\n") + put("4~", "x\n"), 0);
		assert_true(there("c"));
		if (staged) {
			assert_int_equal(open_at("a", O_WRONLY | O_TRUNC, &handle), 0);
			assert_int_equal(write_to(handle, "one\n", 0), 0);
		}
		ran_out = false;
		allowed = n;
		result = move("a", to);
		allowed = -1;
		assert_true(result == 0 || (result == -ENOMEM && ran_out));
		assert_shows_the_document();
		assert_int_equal(there("a") ? move("a", to) : 0, 0);
		assert_shows_the_document();
		assert_shows(to, "one\n");
		assert_false(there("a"));
		if (staged)
			close_handle(handle);
		tree_end();
	}
	assert_true(n > 2);
}

static void try_all_renames(size_t few)
{
	try_renaming("b", false, few);
	try_renaming("c/d", false, few);
	try_renaming("c/e", false, few);
	try_renaming("e", true, few);
	try_renaming("b", true, few);
}

static void renaming_can_be_done_again(void **state)
{
	(void)state;
	try_all_renames(1000);
	try_all_renames(0);
}

/* Each that is listed is asked for by its number. */
static int use_all_numbers(void)
{
	struct listing *listing;
	struct listed listed;
	size_t position;
	int result = tree_list(mounted.tree, tree_item(mounted.tree, TREE_ROOT_INO), &listing);

	if (result < 0)
		return result;
	for (position = 0; result == 0 && listing_at(listing, &position, &listed); position++)
		result = tree_item(mounted.tree, listed.ino) ? 0 : -ENOMEM;
	listing_free(listing);
	return result;
}

/* Every second file is removed, if it is there. */
static int remove_some(void)
{
	char name[80];
	unsigned i;
	int result = 0;

	for (i = 0; i < ROW && result == 0; i += 2) {
		snprintf(name, sizeof(name), "n%02u" LONG_NAME, i);
		result = tree_unlink(mounted.tree, tree_item(mounted.tree, TREE_ROOT_INO), name);
		if (result == -ENOENT && !node_get(mounted.profile.doc.root, name))
			result = 0;
	}
	return result;
}

static int use_what_is_latent(bool by_number)
{
	int result = by_number ? use_all_numbers() : list();

	return result < 0 ? result : remove_some();
}

static void try_using(bool by_number)
{
	int result;
	long n;

	for (n = 0, ran_out = true; ran_out; n++) {
		begin_keys("n", "<integer>1</integer>");
		ran_out = false;
		allowed = n;
		result = use_what_is_latent(by_number);
		allowed = -1;
		assert_true(result == 0 || (result == -ENOMEM && ran_out));
		assert_int_equal(use_what_is_latent(by_number), 0);
		assert_shows_the_document();
		assert_int_equal(node_count(mounted.profile.doc.root), ROW / 2);
		tree_end();
	}
	assert_true(n > ROW);
}

static void what_is_latent_can_be_used_again(void **state)
{
	(void)state;
	try_using(false);
	try_using(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(looking_up_and_listing_can_be_done_again, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(removing_can_be_done_again, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(renaming_can_be_done_again, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(what_is_latent_can_be_used_again, folder_open, folder_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
