/* A dict of many keys that is listed: most of its files have a number and no item. Whatever is done with such a file,
 * and with its directory, is as if it had one. */
#include "tests/unit/saved_tree.h"

#include <sys/stat.h>

#include "fs/tree/item.h"
#include "fs/tree/latent.h"
#include "fs/tree/names.h"

#define FIELDS \
	"<!-- a --><key>a</key> <string>one</string>\n" \
	"<key>b</key><dict>\n<key>x</key><true/>\n<key>y</key><true/></dict>\n" \
	"<key>com.c d</key><integer>3</integer>\n<key>d</key><array><string>p</string></array>\n" \
	"<key>/e</key><string>slash</string>\n<key>f~</key><data>AA==</data>\n<key>g</key><real>7</real>\n"

#define ALL "a b com.c d d %2Fe f%7E g "

/* What has an item once all was listed. */
#define WITH_ITEM 4 /* b, d, %2Fe, f%7E */

/* Every dict counts as one of many keys. */
static int begin_fields(void **state)
{
	if (folder_open(state) < 0)
		return -1;
	tree_begin_keys(FIELDS);
	mounted.tree->few = 0;
	return 0;
}

static int begin_payloads(void **state)
{
	if (begin(state) < 0)
		return -1;
	mounted.tree->few = 0;
	return 0;
}

static struct item *root(void)
{
	return tree_item(mounted.tree, TREE_ROOT_INO);
}

/* The number that a new listing of the root has for a name; 0: it has none. */
static uint64_t listed_ino(const char *name)
{
	struct listing *listing;
	struct listed listed;
	uint64_t ino = 0;
	size_t position;

	assert_int_equal(tree_list(mounted.tree, root(), &listing), 0);
	for (position = 0; listing_at(listing, &position, &listed); position++)
		if (strcmp(listed.name, name) == 0)
			ino = listed.ino;
	listing_free(listing);
	return ino;
}

static bool is_latent(uint64_t ino)
{
	struct latent_entry entry;

	return latent_find(mounted.tree, ino, &entry);
}

/* What the kernel asks for: attributes, and it holds what it got them of. */
static struct tree_attr given_of(uint64_t ino)
{
	struct tree_attr attr = { 0 };

	tree_attr(mounted.tree, ino, &attr);
	tree_hold(mounted.tree, ino);
	return attr;
}

/* --- listing ---------------------------------------------------------------------------------------- */

static void a_listing_makes_no_items_of_plain_keys(void **state)
{
	(void)state;
	assert_lists("", ".types " ALL);
	assert_lists("", ".types " ALL);
	assert_int_equal(root()->dir->count, WITH_ITEM);
	assert_false(root()->dir->loaded);
	assert_true(is_latent(listed_ino("a")));
	assert_true(is_latent(listed_ino("com.c d")));
	assert_false(is_latent(listed_ino("b")));
	assert_false(is_latent(listed_ino("%2Fe")));
}

static void numbers_are_in_the_order_of_the_document(void **state)
{
	static const char *const names[] = { ".types", "a", "b", "com.c d", "d", "%2Fe", "f%7E", "g" };
	uint64_t last = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_true(listed_ino(names[i]) > last);
		last = listed_ino(names[i]);
	}
}

static void types_are_shown_without_items(void **state)
{
	(void)state;
	assert_shows(".types", "d array string\ng real\n");
	assert_true(is_latent(listed_ino("g")));
}

static void attributes_are_those_of_the_item(void **state)
{
	static const char *const names[] = { "a", "com.c d", "g", "b" };
	struct tree_attr before, after;
	uint64_t ino;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ino = listed_ino(names[i]);
		before = given_of(ino);
		after = attr_at(names[i]);
		assert_false(is_latent(ino));
		assert_memory_equal(&before, &after, sizeof(before));
		assert_int_equal(after.ino, ino);
	}
	assert_shows("a", "one\n");
	assert_shows("com.c d", "3\n");
}

static void a_number_leads_to_the_file_that_was_listed(void **state)
{
	uint64_t ino = listed_ino("com.c d");
	struct item *item = tree_item(mounted.tree, ino);

	(void)state;
	assert_non_null(item);
	assert_string_equal(item_name(item), "com.c d");
	assert_ptr_equal(item, at("com.c d"));
	assert_int_equal(listed_ino("com.c d"), ino);
	assert_null(tree_item(mounted.tree, mounted.tree->last_ino + 1));
}

static void a_listing_goes_on_over_what_is_made_and_removed_meanwhile(void **state)
{
	BUF_AUTO names = BUF_INIT;
	struct listing *listing;
	struct listed listed;
	size_t position;

	(void)state;
	assert_int_equal(tree_list(mounted.tree, root(), &listing), 0);
	assert_int_equal(remove_file("a"), 0);
	assert_int_equal(put("g", "8\n"), 0);
	assert_int_equal(move("com.c d", "h"), 0);
	assert_int_equal(put("new", "1\n"), 0);
	for (position = 0; listing_at(listing, &position, &listed); position++)
		buf_add_format(&names, "%s ", listed.name);
	listing_free(listing);
	assert_string_equal(buf_text(&names), ".types b h d %2Fe f%7E g ");
	assert_lists("", ".types b h d %2Fe f%7E g new ");
}

static void a_name_leads_to_its_number(void **state)
{
	static const char *const names[] = { "a", "com.c d", "g" };
	uint64_t ino;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_true(is_latent(listed_ino(names[i])));
		assert_int_equal(tree_find(mounted.tree, root(), names[i], &ino), 0);
		assert_int_equal(ino, listed_ino(names[i]));
		assert_true(is_latent(ino));
	}
	assert_int_equal(tree_find(mounted.tree, root(), "b", &ino), 0);
	assert_int_equal(ino, at("b")->ino);
	assert_int_equal(tree_find(mounted.tree, root(), "%61", &ino), -ENOENT);
	assert_int_equal(tree_find(mounted.tree, root(), "a.bak", &ino), -ENOENT);
	assert_int_equal(remove_file("a"), 0);
	assert_int_equal(tree_find(mounted.tree, root(), "a", &ino), -ENOENT);
}

/* --- holding ---------------------------------------------------------------------------------------- */

static void who_holds_it_finds_it_when_it_is_gone(void **state)
{
	uint64_t ino = listed_ino("a");

	(void)state;
	given_of(ino);
	given_of(ino);
	assert_int_equal(remove_file("a"), 0);
	assert_non_null(item_made(mounted.tree, ino));
	tree_forget(mounted.tree, ino, 1);
	assert_non_null(item_made(mounted.tree, ino));
	tree_forget(mounted.tree, ino, 1);
	assert_null(tree_item(mounted.tree, ino));
}

static void what_was_forgotten_while_latent_is_not_held(void **state)
{
	uint64_t ino = listed_ino("a");

	(void)state;
	given_of(ino);
	given_of(ino);
	tree_forget(mounted.tree, ino, 2);
	assert_true(is_latent(ino));
	assert_int_equal(remove_file("a"), 0);
	assert_null(tree_item(mounted.tree, ino));
}

static void what_was_held_more_often_than_is_counted_is_never_let_go(void **state)
{
	uint64_t ino = listed_ino("a");
	unsigned i;

	(void)state;
	for (i = 0; i < 300; i++)
		given_of(ino);
	tree_forget(mounted.tree, ino, 100);
	assert_int_equal(remove_file("a"), 0);
	tree_forget(mounted.tree, ino, 199);
	assert_non_null(item_made(mounted.tree, ino));
}

static void numbers_do_not_come_back(void **state)
{
	uint64_t ino = listed_ino("a");

	(void)state;
	assert_int_equal(remove_file("a"), 0);
	assert_null(tree_item(mounted.tree, ino));
	assert_int_equal(put("a", "one\n"), 0);
	assert_true(listed_ino("a") > ino);
	assert_null(tree_item(mounted.tree, ino));
}

/* --- changes ---------------------------------------------------------------------------------------- */

static void what_is_written_is_saved(void **state)
{
	struct doc doc;

	(void)state;
	assert_lists("", ".types " ALL);
	assert_int_equal(put("com.c d", "4\n"), 0);
	assert_int_equal(put("com.c d", "four\n"), -EINVAL);
	assert_int_equal(remove_file("g"), 0);
	assert_int_equal(put("new", "text\n"), 0);
	assert_int_equal(root()->dir->count, WITH_ITEM + 2);
	assert_true(is_latent(listed_ino("a")));
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_true(is_latent(listed_ino("a")));
	assert_lists("", ".types a b com.c d d %2Fe f%7E new ");
	doc = on_disk();
	assert_true(node_is_text(node_get(doc.root, "com.c d"), "4"));
	assert_null(node_get(doc.root, "g"));
	assert_true(node_is_text(node_get(doc.root, "new"), "text"));
	assert_ptr_equal(node_previous(node_get(doc.root, "new")), node_get(doc.root, "f~"));
	doc_free(&doc);
}

static void what_is_made_comes_last_and_needs_no_other(void **state)
{
	(void)state;
	assert_int_equal(put("one", "1\n"), 0);
	assert_int_equal(put(".one.swp", "x"), 0);
	assert_int_equal(make_dir("two"), 0);
	assert_int_equal(put("two/three", "3\n"), 0);
	assert_false(root()->dir->loaded);
	assert_int_equal(root()->dir->count, 3);
	assert_lists("", ".types " ALL "one two .one.swp ");
	assert_lists("two", "three ");
}

static void what_is_not_closed_yet_is_listed(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(open_at("h", O_WRONLY | O_CREAT | O_TRUNC, &handle), 0);
	assert_lists("", ".types " ALL "h ");
	assert_int_equal(write_to(handle, "8\n", 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_lists("", ".types " ALL "h ");
	assert_shows("h", "8\n");
}

static void a_key_that_is_there_is_not_made_again(void **state)
{
	struct handle *handle;

	(void)state;
	assert_lists("", ".types " ALL);
	assert_int_equal(open_at("a", O_WRONLY | O_CREAT | O_EXCL, &handle), -EEXIST);
	assert_int_equal(make_dir("a"), -EEXIST);
	assert_int_equal(move_flags("g", "a", RENAME_NOREPLACE), -EEXIST);
}

static void a_rename_keeps_its_place_in_the_document(void **state)
{
	(void)state;
	assert_lists("", ".types " ALL);
	assert_int_equal(move("a", "z"), 0);
	assert_lists("", ".types z b com.c d d %2Fe f%7E g ");
	assert_int_equal(move("com.c d", "g"), 0);
	assert_shows("g", "3\n");
	assert_int_equal(move("z", "b/z"), 0);
	assert_lists("b", "x y z ");
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_shows("b/z", "one\n");
	assert_false(there("z"));
}

static void a_payload_that_is_renamed_has_its_type_changed(void **state)
{
	struct tree_attr before = { 0 }, after = { 0 };
	uint64_t ino;

	(void)state;
	assert_lists("PayloadContent/com.a", "PayloadIdentifier PayloadType PayloadUUID PayloadVersion ");
	assert_int_equal(tree_find(mounted.tree, at("PayloadContent/com.a"), "PayloadType", &ino), 0);
	assert_true(is_latent(ino));
	tree_attr(mounted.tree, ino, &before);
	tree_hold(mounted.tree, ino);
	assert_int_equal(move("PayloadContent/com.a", "PayloadContent/com.longer"), 0);
	tree_attr(mounted.tree, ino, &after);
	assert_int_equal(after.size, before.size + strlen("longer") - strlen("a"));
	assert_true(after.mtime.tv_sec > before.mtime.tv_sec || after.mtime.tv_nsec > before.mtime.tv_nsec);
	assert_shows("PayloadContent/com.longer/PayloadType", "com.longer\n");
}

static void a_directory_with_latent_entries_is_not_empty(void **state)
{
	(void)state;
	assert_lists("b", "x y ");
	assert_int_equal(remove_dir("b"), -ENOTEMPTY);
	assert_int_equal(remove_file("b/x"), 0);
	assert_int_equal(remove_dir("b"), -ENOTEMPTY);
	assert_int_equal(remove_file("b/y"), 0);
	assert_int_equal(remove_dir("b"), 0);
	assert_int_equal(make_dir("b"), 0);
	assert_int_equal(put("b/y", "true\n"), 0);
	assert_lists("b", "y ");
}

static void a_directory_of_which_all_is_wanted_keeps_its_numbers(void **state)
{
	uint64_t a = listed_ino("a"), g = listed_ino("g");

	(void)state;
	given_of(a);
	assert_int_equal(put(".types", "a string\n"), 0);
	assert_true(root()->dir->loaded);
	assert_int_equal(listed_ino("a"), a);
	assert_int_equal(listed_ino("g"), g);
	assert_int_equal(tree_item(mounted.tree, a)->held, 1);
	assert_int_equal(tree_item(mounted.tree, g)->held, 0);
	assert_lists("", ".types " ALL);
}

static void a_tree_leaves_no_numbers_in_a_document_that_outlives_it(void **state)
{
	const struct node *node;

	(void)state;
	assert_lists("", ".types " ALL);
	tree_free(mounted.tree);
	for (node = node_first(mounted.profile.doc.root); node; node = node_next(node))
		assert_null(node->user);
	mounted.tree = tree_new(&mounted.profile, NULL);
	assert_non_null(mounted.tree);
	assert_lists("", ".types " ALL);
}

/* --- who holds attributes --------------------------------------------------------------------------- */

static uint32_t asking, told;

static uint32_t asker(void *context)
{
	(void)context;
	return asking;
}

static bool note_told(void *context, uint64_t ino, uint32_t holder)
{
	(void)context;
	(void)ino;
	told = holder;
	return true;
}

/* Gives attributes of "a" to two askers, who may be one, and changes it; who was told. */
static uint32_t told_after(uint32_t one, uint32_t other)
{
	uint64_t ino;

	mounted.tree->surroundings.asker = asker;
	mounted.tree->surroundings.attributes_changed = note_told;
	asking = one;
	ino = listed_ino("a");
	given_of(ino);
	asking = other;
	given_of(listed_ino("g"));
	told = 0;
	item_tell(mounted.tree, tree_item(mounted.tree, ino));
	return told;
}

static void who_was_given_attributes_is_told_of_a_change(void **state)
{
	(void)state;
	assert_int_equal(told_after(5, 5), 5);
}

static void where_several_were_given_some_all_are_told(void **state)
{
	(void)state;
	assert_int_equal(told_after(5, 6), HOLDERS_MANY);
}

static void nobody_is_told_of_what_nobody_was_given(void **state)
{
	(void)state;
	mounted.tree->surroundings.attributes_changed = note_told;
	told = 0;
	item_tell(mounted.tree, tree_item(mounted.tree, listed_ino("a")));
	assert_int_equal(told, 0);
}

#define with_fields(test) cmocka_unit_test_setup_teardown(test, begin_fields, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fields(a_listing_makes_no_items_of_plain_keys),
		with_fields(numbers_are_in_the_order_of_the_document),
		with_fields(types_are_shown_without_items),
		with_fields(attributes_are_those_of_the_item),
		with_fields(a_number_leads_to_the_file_that_was_listed),
		with_fields(a_listing_goes_on_over_what_is_made_and_removed_meanwhile),
		with_fields(a_name_leads_to_its_number),
		with_fields(who_holds_it_finds_it_when_it_is_gone),
		with_fields(what_was_forgotten_while_latent_is_not_held),
		with_fields(what_was_held_more_often_than_is_counted_is_never_let_go),
		with_fields(numbers_do_not_come_back),
		with_fields(what_is_written_is_saved),
		with_fields(what_is_made_comes_last_and_needs_no_other),
		with_fields(what_is_not_closed_yet_is_listed),
		with_fields(a_key_that_is_there_is_not_made_again),
		with_fields(a_rename_keeps_its_place_in_the_document),
		cmocka_unit_test_setup_teardown(a_payload_that_is_renamed_has_its_type_changed, begin_payloads, end),
		with_fields(a_directory_with_latent_entries_is_not_empty),
		with_fields(a_directory_of_which_all_is_wanted_keeps_its_numbers),
		with_fields(a_tree_leaves_no_numbers_in_a_document_that_outlives_it),
		with_fields(who_was_given_attributes_is_told_of_a_change),
		with_fields(where_several_were_given_some_all_are_told),
		with_fields(nobody_is_told_of_what_nobody_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
