/* A look-up in a dict of many keys makes one item. Whatever is done to that one, and whatever is asked then, all is as
 * if the directory had been listed first. */
#include "tests/unit/saved_tree.h"

#include "fs/tree/item.h"
#include "fs/tree/names.h"

#define FIELDS \
	"<!-- a --><key>a</key> <string>one</string>\n" \
	"<key>b</key><dict>\n<key>x</key><true/>\n<key>y</key><true/></dict>\n" \
	"<key>/c</key><integer>3</integer>\n<key>d</key><array><string>p</string></array>\n" \
	"<key>e</key><array><dict/><dict/></array>\n<key>f~</key><data>AA==</data>\n<key>g</key><real>7</real>\n"

#define ALL "a b %2Fc d e f%7E g "

/* Every dict counts as one of many keys. */
static int begin_by_one(const char *keys)
{
	tree_begin_keys(keys);
	mounted.tree->few = 0;
	return 0;
}

static int begin_fields(void **state)
{
	return folder_open(state) < 0 ? -1 : begin_by_one(FIELDS);
}

static int begin_payloads(void **state)
{
	return folder_open(state) < 0 ? -1 : begin_by_one(KEYS);
}

/* How many items a directory has; they are not all. */
static size_t some_of(const char *path)
{
	const struct item *dir = at(path);

	assert_false(dir->dir->loaded);
	return dir->dir->count;
}

/* --- what is made ----------------------------------------------------------------------------------- */

static void a_lookup_makes_one_item(void **state)
{
	struct item *item = at("g");

	(void)state;
	assert_non_null(item);
	assert_int_equal(some_of(""), 1);
	assert_ptr_equal(at("g"), item);
	assert_int_equal(some_of(""), 1);
	assert_shows("g", "7\n");
	assert_true(there("b/y"));
	assert_int_equal(some_of(""), 2);
	assert_int_equal(some_of("b"), 1);
}

static void a_lookup_of_what_is_not_there_makes_none(void **state)
{
	static const char *const names[] = { "h", "c", "%2Fb", ".swp", "f~", "a.tmp", "4913", "#a#", ".", "x" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_false(there(names[i]));
	assert_false(at("")->dir->count);
}

static void a_key_is_found_by_its_spelling_alone(void **state)
{
	(void)state;
	assert_shows("%2Fc", "3\n");
	assert_true(there("f%7E"));
	assert_int_equal(some_of(""), 2);
	assert_false(there("%61"));
	assert_false(there("f%7e"));
}

static void a_cut_name_is_found_among_all(void **state)
{
	BUF_AUTO keys = BUF_INIT, name = BUF_INIT;
	char key[300];

	(void)state;
	tree_end();
	memset(key, 'k', sizeof(key));
	buf_add_format(&keys, "<key>a</key><true/>\n<key>%.300s</key><true/>\n", key);
	name_from_key(key, sizeof(key), &name);
	begin_by_one(buf_text(&keys));
	assert_true(there("a"));
	assert_int_equal(some_of(""), 1);
	assert_true(name_is_cut(buf_text(&name)));
	assert_shows(buf_text(&name), "true\n");
	assert_true(at("")->dir->loaded);
	assert_int_equal(at("")->dir->count, 2);
}

static void an_array_is_shown_whole(void **state)
{
	(void)state;
	assert_true(there("e/01"));
	assert_int_equal(at("e")->dir->count, 2);
	assert_int_equal(some_of(""), 1);
}

/* What cp -r copies is in the order of inode numbers. */
static void a_dict_of_few_keys_is_shown_whole_and_numbered_in_order(void **state)
{
	static const char *const names[] = { "a", "b", "%2Fc", "d", "e", "f%7E", "g" };
	uint64_t ino, last = 0;
	size_t i;

	(void)state;
	mounted.tree->few = 7;
	assert_true(there("g"));
	assert_int_equal(at("")->dir->count, 7);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++, last = ino) {
		ino = item_ino(at(names[i]));
		assert_true(ino > last);
	}
}

static void types_comes_before_what_was_looked_up(void **state)
{
	uint64_t ino = item_ino(at("g"));

	(void)state;
	assert_lists("", ".types " ALL);
	assert_true(item_ino(at(".types")) < ino);
	assert_int_equal(item_ino(at("g")), ino);
}

/* --- all of them afterwards ------------------------------------------------------------------------- */

static void a_listing_after_lookups_in_any_order_has_each_once_and_in_order(void **state)
{
	static const char *const names[] = { "a", "b", "%2Fc", "d", "e", "f%7E", "g" };
	unsigned first, step, i;

	(void)state;
	for (first = 0; first < 7; first++) {
		for (step = 1; step < 7; step++) {
			tree_end();
			begin_by_one(FIELDS);
			for (i = 0; i < 1 + first; i++)
				assert_true(there(names[(first + i * step) % 7]));
			assert_int_equal(some_of(""), 1 + first);
			assert_lists("", ".types " ALL);
			for (i = 0; i < 7; i++)
				assert_non_null(at(names[i]));
			assert_int_equal(at("")->dir->count, 7);
		}
	}
}

static void a_file_that_is_open_stays_the_same_in_a_listing(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct handle *handle;

	(void)state;
	assert_int_equal(open_at("%2Fc", O_RDWR | O_TRUNC, &handle), 0);
	assert_int_equal(write_to(handle, "4", 0), 0);
	assert_lists("", ".types " ALL);
	assert_shows("%2Fc", "4");
	assert_int_equal(close_handle(handle), 0);
	assert_shows("%2Fc", "4");
	assert_int_equal(attr_at("%2Fc").nlink, 1);
}

/* --- changes ---------------------------------------------------------------------------------------- */

static void a_value_is_written_without_its_neighbours(void **state)
{
	struct doc doc;

	(void)state;
	assert_int_equal(put("%2Fc", "5\n"), 0);
	assert_int_equal(append_to("d", "q\n"), 0);
	assert_int_equal(put("%2Fc", "five\n"), -EINVAL);
	assert_shows("%2Fc", "5\n");
	assert_int_equal(some_of(""), 2);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_int_equal(some_of(""), 2);
	doc = on_disk();
	assert_true(node_is_text(node_get(doc.root, "/c"), "5"));
	assert_int_equal(node_count(node_get(doc.root, "d")), 2);
	assert_true(node_is_text(node_get(doc.root, "a"), "one"));
	doc_free(&doc);
}

static void what_is_removed_is_gone_from_lookups_and_listings(void **state)
{
	(void)state;
	assert_int_equal(remove_file("%2Fc"), 0);
	assert_int_equal(remove_file("h"), -ENOENT);
	assert_int_equal(some_of(""), 0);
	assert_false(there("%2Fc"));
	assert_true(there("g"));
	assert_lists("", ".types a b d e f%7E g ");
	assert_false(there("%2Fc"));
}

static void what_is_removed_and_made_again_has_its_place_and_its_bytes(void **state)
{
	(void)state;
	assert_true(there("g"));
	assert_int_equal(remove_file("a"), 0);
	assert_int_equal(put("a", "one\n"), 0);
	assert_lists("", ".types " ALL);
	assert_keys(FIELDS);
}

static void a_directory_is_removed_when_it_is_empty(void **state)
{
	(void)state;
	assert_int_equal(remove_file("b/y"), 0);
	assert_int_equal(remove_dir("b"), -ENOTEMPTY);
	assert_int_equal(remove_file("b/x"), 0);
	assert_int_equal(remove_dir("b"), 0);
	assert_lists("", ".types a %2Fc d e f%7E g ");
	assert_int_equal(make_dir("b"), 0);
	assert_int_equal(put("b/x", "true\n"), 0);
	assert_int_equal(put("b/y", "true\n"), 0);
	assert_keys(FIELDS);
}

static void who_reads_what_is_removed_goes_on_reading(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct handle *handle;

	(void)state;
	assert_int_equal(open_at("a", O_RDONLY, &handle), 0);
	assert_int_equal(remove_file("a"), 0);
	assert_lists("", ".types b %2Fc d e f%7E g ");
	assert_int_equal(tree_read(mounted.tree, handle, 100, 0, &bytes), 0);
	assert_string_equal(buf_text(&bytes), "one\n");
	close_handle(handle);
}

static void what_is_made_comes_last(void **state)
{
	(void)state;
	assert_true(there("g"));
	assert_true(there("b"));
	assert_int_equal(put("n", "new\n"), 0);
	assert_lists("", ".types " ALL "n ");
	assert_keys(FIELDS "<key>n</key><string>new</string>\n");
}

static void what_is_renamed_keeps_its_place_in_its_directory(void **state)
{
	(void)state;
	assert_true(there("g"));
	assert_int_equal(move("%2Fc", "c"), 0);
	assert_lists("", ".types a b c d e f%7E g ");
	assert_false(there("%2Fc"));
	assert_int_equal(move("g", "b/g"), 0);
	assert_lists("b", ".types x y g ");
	assert_lists("", ".types a b c d e f%7E ");
}

static void what_is_moved_out_of_a_directory_leaves_the_others_alone(void **state)
{
	(void)state;
	assert_int_equal(move("b/y", "n"), 0);
	assert_int_equal(some_of("b"), 0);
	assert_lists("b", "x ");
	assert_lists("", ".types " ALL "n ");
}

static void what_is_replaced_by_a_rename_keeps_its_place(void **state)
{
	(void)state;
	assert_int_equal(put_temporary("sedAbCdEf", "two\n"), 0);
	assert_int_equal(move("sedAbCdEf", "a"), 0);
	assert_int_equal(move("b/x", "b/y"), 0);
	assert_lists("", ".types " ALL);
	assert_lists("b", "y ");
	assert_shows("a", "two\n");
}

static void files_are_exchanged(void **state)
{
	(void)state;
	assert_true(there("e"));
	assert_int_equal(move_flags("b/y", "a", RENAME_EXCHANGE), -EPERM);
	assert_int_equal(move_flags("b/y", "b/x", RENAME_EXCHANGE), 0);
	assert_int_equal(some_of("b"), 2);
	assert_lists("b", "x y ");
	assert_lists("", ".types " ALL);
}

static void a_type_that_was_said_is_judged_among_all(void **state)
{
	struct doc doc;

	(void)state;
	assert_int_equal(tree_setxattr(mounted.tree, at("a"), "user.profilefs.type", "integer", 7), -EINVAL);
	assert_last_error("a:");
	assert_int_equal(tree_setxattr(mounted.tree, at("%2Fc"), "user.profilefs.type", "string", 6), 0);
	assert_true(at("")->dir->loaded);
	assert_lists("", ".types " ALL);
	assert_int_equal(tree_sync(mounted.tree), 0);
	doc = on_disk();
	assert_int_equal(node_get(doc.root, "/c")->type, NODE_STRING);
	doc_free(&doc);
}

/* --- what a save does where the root was not listed ------------------------------------------------- */

static void a_payload_that_was_made_is_filled_in(void **state)
{
	struct doc doc;
	const struct node *payload;

	(void)state;
	assert_int_equal(make_dir("PayloadContent/com.new"), 0);
	assert_int_equal(some_of(""), 1);
	assert_int_equal(tree_sync(mounted.tree), 0);
	doc = on_disk();
	payload = node_at(node_get(doc.root, "PayloadContent"), 2);
	assert_true(node_is_text(node_get(payload, "PayloadType"), "com.new"));
	assert_non_null(node_get(payload, "PayloadUUID"));
	doc_free(&doc);
}

static void a_directory_that_types_speaks_of_is_made(void **state)
{
	struct doc doc;

	(void)state;
	assert_int_equal(put("D/.types", "z dict empty\n"), 0);
	assert_int_equal(put("A", "two\n"), 0);
	assert_int_equal(some_of(""), 2);
	assert_int_equal(tree_sync(mounted.tree), 0);
	doc = on_disk();
	assert_non_null(node_get(node_get(doc.root, "D"), "z"));
	doc_free(&doc);
}

#define with_fields(test)   cmocka_unit_test_setup_teardown(test, begin_fields, end)
#define with_payloads(test) cmocka_unit_test_setup_teardown(test, begin_payloads, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fields(a_lookup_makes_one_item),
		with_fields(a_lookup_of_what_is_not_there_makes_none),
		with_fields(a_key_is_found_by_its_spelling_alone),
		with_fields(a_cut_name_is_found_among_all),
		with_fields(an_array_is_shown_whole),
		with_fields(a_dict_of_few_keys_is_shown_whole_and_numbered_in_order),
		with_fields(types_comes_before_what_was_looked_up),
		with_fields(a_listing_after_lookups_in_any_order_has_each_once_and_in_order),
		with_fields(a_file_that_is_open_stays_the_same_in_a_listing),
		with_fields(a_value_is_written_without_its_neighbours),
		with_fields(what_is_removed_is_gone_from_lookups_and_listings),
		with_fields(what_is_removed_and_made_again_has_its_place_and_its_bytes),
		with_fields(a_directory_is_removed_when_it_is_empty),
		with_fields(who_reads_what_is_removed_goes_on_reading),
		with_fields(what_is_made_comes_last),
		with_fields(what_is_renamed_keeps_its_place_in_its_directory),
		with_fields(what_is_moved_out_of_a_directory_leaves_the_others_alone),
		with_fields(what_is_replaced_by_a_rename_keeps_its_place),
		with_fields(files_are_exchanged),
		with_fields(a_type_that_was_said_is_judged_among_all),
		with_payloads(a_payload_that_was_made_is_filled_in),
		with_payloads(a_directory_that_types_speaks_of_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
