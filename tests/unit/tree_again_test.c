/* What is removed and made again, moved and exchanged: places, types and numbers stay what they were. */
#include "tests/unit/saved_tree.h"

/* --- removed and made again ------------------------------------------------------------------------- */

static void a_key_that_is_made_again_has_its_place_and_its_bytes(void **state)
{
	(void)state;
	assert_int_equal(remove_file("A"), 0);
	assert_false(there("A"));
	assert_int_equal(put("A", "one\n"), 0);
	assert_keys(KEYS);
}

static void a_key_that_is_made_again_keeps_its_type(void **state)
{
	(void)state;
	assert_int_equal(put("A", "5\n"), 0);
	assert_int_equal(remove_file("A"), 0);
	assert_int_equal(put("A", "6\n"), 0);
	assert_int_equal(remove_file("D/x"), 0);
	assert_int_equal(put("D/x", "six\n"), -EINVAL);
	assert_shows("D/x", "1\n");
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("A", "6");
	assert_lists("D", "x y ");
}

#define ROW 41

static void name_in_row(char name[8], const char *letter, unsigned number)
{
	snprintf(name, 8, "D/%s%02u", letter, number % ROW);
}

static void keys_that_are_made_again_in_any_order_have_their_places(void **state)
{
	char name[8], other[8], row[8 * ROW] = "x y ";
	struct doc doc;
	const struct node *node;
	unsigned i;

	(void)state;
	for (i = 0; i < ROW; i++) {
		name_in_row(name, "k", i);
		assert_int_equal(put(name, "1\n"), 0);
		snprintf(row + strlen(row), sizeof(row) - strlen(row), "%s ", name + 2);
	}
	for (i = 0; i < ROW; i++) {
		name_in_row(name, "k", i);
		assert_int_equal(remove_file(name), 0);
	}
	for (i = 0; i < ROW; i++) {
		name_in_row(name, "k", 7 * i); /* each once: nothing divides them both */
		name_in_row(other, "n", i);
		assert_int_equal(put(i % 2 ? name : other, "2\n"), 0);
		assert_int_equal(i % 2 ? 0 : move(other, name), 0);
	}
	assert_lists("D", row);
	assert_int_equal(tree_sync(mounted.tree), 0);
	doc = on_disk();
	node = node_first(node_get(doc.root, "D"));
	for (i = 0; i < ROW + 2; i++, node = node_next(node))
		if (!node || strncmp(node->key, row + (i < 2 ? 2 * i : 4 * i - 4), node->key_len) != 0)
			fail_msg("%u: it is %s", i, node ? node->key : "not there");
	assert_null(node);
	doc_free(&doc);
}

static void a_directory_that_is_made_again_is_as_it_was(void **state)
{
	(void)state;
	assert_int_equal(remove_file("D/x"), 0);
	assert_int_equal(remove_file("D/y"), 0);
	assert_int_equal(remove_dir("D"), 0);
	assert_int_equal(make_dir("D"), 0);
	assert_lists("D", "");
	assert_int_equal(put("D/y", "true\n"), 0);
	assert_int_equal(put("D/x", "1\n"), 0);
	assert_keys(KEYS);
}

static void a_payload_that_is_made_again_is_as_it_was(void **state)
{
	static const char *const keys[][2] = { { "PayloadVersion", "1\n" },
					       { "PayloadUUID", UUID_2 "\n" },
					       { "PayloadType", "com.b\n" },
					       { "PayloadIdentifier", "id." UUID_2 "\n" } };
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "PayloadContent/com.b/%s", keys[i][0]);
		assert_int_equal(remove_file(path), 0);
	}
	assert_int_equal(remove_dir("PayloadContent/com.b"), 0);
	assert_int_equal(make_dir("PayloadContent/com.b"), 0);
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "PayloadContent/com.b/%s", keys[i][0]);
		assert_int_equal(put(path, keys[i][1]), 0);
	}
	assert_lists("PayloadContent", ".types com.b com.a ");
	assert_keys(KEYS);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_content("p.mobileconfig",
		       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n" KEYS
		       "</dict>\n</plist>\n");
}

static void an_array_whose_elements_were_all_moved_away_is_made_again_as_an_array(void **state)
{
	(void)state;
	assert_int_equal(move("E/00", "E0"), 0);
	assert_int_equal(move("E/01", "E1"), 0);
	assert_int_equal(move("E/02", "E2"), 0);
	assert_int_equal(remove_dir("E"), 0);
	assert_int_equal(make_dir("E"), 0);
	assert_int_equal(move("E2", "E/2"), 0);
	assert_int_equal(move("E0", "E/0"), 0);
	assert_int_equal(move("E1", "E/1"), 0);
	assert_lists("E", "00 01 02 ");
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("E/2/n", "2");
}

static void an_element_that_is_made_again_has_its_place(void **state)
{
	(void)state;
	assert_int_equal(remove_file("E/01/n"), 0);
	assert_int_equal(remove_dir("E/01"), 0);
	assert_lists("E", "00 02 ");
	assert_int_equal(make_dir("E/1"), 0);
	assert_int_equal(put("E/01/n", "1\n"), 0);
	assert_lists("E", "00 01 02 ");
	assert_keys(KEYS);
}

static void an_element_is_where_its_number_says_whatever_was_there(void **state)
{
	(void)state;
	assert_int_equal(remove_file("E/01/n"), 0);
	assert_int_equal(remove_dir("E/01"), 0);
	assert_int_equal(move("E/00", "E/09"), 0);
	assert_int_equal(move("E/02", "E/00"), 0);
	assert_int_equal(make_dir("E/01"), 0);
	assert_int_equal(put("E/01/n", "new\n"), 0);
	assert_lists("E", "00 01 09 ");
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("E/0/n", "2");
	assert_saved("E/1/n", "new");
	assert_saved("E/2/n", "0");
}

static void an_element_can_take_the_number_just_before_its_own(void **state)
{
	(void)state;
	assert_int_equal(remove_file("E/01/n"), 0);
	assert_int_equal(remove_dir("E/01"), 0);
	assert_int_equal(move("E/02", "E/01"), 0);
	assert_lists("E", "00 01 ");
	assert_int_equal(make_dir("E/99"), 0);
	assert_int_equal(move("E/99", "E/50"), 0);
	assert_lists("E", ".types 00 01 50 ");
	assert_shows("E/01/n", "2\n");
}

static void elements_that_are_written_in_any_order_stand_by_their_numbers(void **state)
{
	struct handle *five, *three;

	(void)state;
	assert_int_equal(open_at("E/5", O_WRONLY | O_CREAT, &five), 0);
	assert_int_equal(open_at("E/3", O_WRONLY | O_CREAT, &three), 0);
	assert_int_equal(write_to(five, "five\n", 0), 0);
	assert_int_equal(write_to(three, "three\n", 0), 0);
	assert_int_equal(close_handle(five), 0);
	assert_int_equal(close_handle(three), 0);
	assert_lists("E", "00 01 02 03 05 ");
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("E/3", "three");
	assert_saved("E/4", "five");
}

static void vims_probe_is_free_in_an_array_too(void **state)
{
	(void)state;
	assert_int_equal(make_dir("E/%34913"), 0);
	assert_int_equal(put("E/%34913/n", "far\n"), 0);
	assert_false(there("E/4913"));
	assert_int_equal(write_file("E/4913", O_WRONLY | O_CREAT | O_EXCL, "", 0), 0);
	assert_int_equal(remove_file("E/4913"), 0);
	assert_shows("E/%34913/n", "far\n");
}

/* --- .types and moved directories ------------------------------------------------------------------- */

static void a_directory_that_becomes_an_array_forgets_what_was_removed_from_the_dict(void **state)
{
	(void)state;
	assert_int_equal(make_dir("L"), 0);
	assert_int_equal(put("L/01", "gone\n"), 0);
	assert_int_equal(put("L/00", "a\n"), 0);
	assert_int_equal(remove_file("L/01"), 0);
	assert_int_equal(put(".types", "L array\n"), 0);
	assert_int_equal(put("L/01", "b\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("L/0", "a");
	assert_saved("L/1", "b");
}

static void a_key_that_is_said_of_a_name_that_is_not_its_own_is_not_believed(void **state)
{
	(void)state;
	assert_int_equal(put(".types", "x%-0123456789abcdef key A\ny%-0123456789abcdef key %00%FF\n"), 0);
	put("x%-0123456789abcdef", "two\n");
	put("y%-0123456789abcdef", "two\n");
	assert_shows("A", "one\n");
	assert_int_equal(remove_file("x%-0123456789abcdef"), 0);
	assert_int_equal(remove_file("y%-0123456789abcdef"), 0);
	assert_keys(KEYS);
}

static void an_emptied_types_file_says_nothing(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(put(".types", "Later real\n"), 0);
	assert_int_equal(open_at(".types", O_RDWR, &handle), 0);
	assert_int_equal(tree_truncate(mounted.tree, at(".types"), handle, 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_int_equal(put("Later", "5\n"), 0);
	assert_shows(".types", "E array\n");
}

static void an_open_types_file_that_is_removed_reads_as_before(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct handle *handle;

	(void)state;
	assert_int_equal(put(".types", "Later real\n"), 0);
	assert_int_equal(open_at(".types", O_RDWR, &handle), 0);
	assert_int_equal(remove_file(".types"), 0);
	assert_int_equal(tree_read(mounted.tree, handle, 4096, 0, &bytes), 0);
	assert_string_equal(buf_text(&bytes), "E array\nLater real\n");
	assert_int_equal(close_handle(handle), 0);
}

static void a_directory_cannot_be_moved_into_itself(void **state)
{
	(void)state;
	assert_int_equal(make_dir("D/in"), 0);
	assert_int_equal(move("D", "D/in/D"), -EINVAL);
	assert_int_equal(move("D", "D/D"), -EINVAL);
	assert_lists("D", ".types x y in ");
}

#define MANY 40

/* A number from 0 to MANY - 1 for each step, none of them twice. */
static unsigned in_order(unsigned step, unsigned order)
{
	static const unsigned factors[] = { 1, MANY - 1, 7, 17, 23 };

	return step * factors[order] % MANY;
}

static void make_many_again(const char *prefix, unsigned order)
{
	char path[32];
	unsigned i;

	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "%s%02u", prefix, i);
		assert_int_equal(remove_file(path), 0);
	}
	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "%s%02u", prefix, in_order(i, order));
		assert_int_equal(put(path, "AA"), 0);
	}
}

static void what_was_all_removed_stands_as_before_in_whatever_order_it_is_made_again(void **state)
{
	BUF_AUTO keys = BUF_INIT, elements = BUF_INIT, names = BUF_INIT, numbers = BUF_INIT, now = BUF_INIT;
	unsigned i, order;

	(void)state;
	for (i = 0; i < MANY; i++) {
		buf_add_format(&keys, "<key>k%02u</key><data>QUE=</data>\n", i);
		buf_add_text(&elements, "<data>QUE=</data>\n");
		buf_add_format(&names, "k%02u ", i);
		buf_add_format(&numbers, "%02u ", i);
	}
	buf_add_format(&keys, "<key>list</key><array>\n%s</array>\n", buf_text(&elements));
	tree_end();
	tree_begin_keys(buf_text(&keys));
	assert_int_equal(put(".scratch", "x"), 0);
	for (order = 0; order < 5; order++) {
		make_many_again("k", order);
		make_many_again("list/", order);
		buf_clear(&now);
		list_dir("", &now);
		list_dir("list", &now);
		if (!strstr(buf_text(&now), buf_text(&names)) || !strstr(buf_text(&now), buf_text(&numbers)))
			fail_msg("order %u: %s", order, buf_text(&now));
		assert_keys(buf_text(&keys));
	}
}

static void exchanged_files_that_are_being_written_show_what_is_committed(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(put(".other", "other\n"), 0);
	assert_int_equal(open_at("A", O_RDWR | O_TRUNC, &handle), 0);
	assert_int_equal(write_to(handle, "staged\n", 0), 0);
	assert_int_equal(move_flags("A", ".other", RENAME_EXCHANGE), 0);
	assert_shows("A", "other\n");
	assert_shows(".other", "staged\n");
	assert_int_equal(write_to(handle, "STAGED\n", 0), 0);
	assert_shows(".other", "STAGED\n");
	close_handle(handle);
	assert_shows("A", "other\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_that_is_made_again_has_its_place_and_its_bytes),
		TEST(a_key_that_is_made_again_keeps_its_type),
		TEST(keys_that_are_made_again_in_any_order_have_their_places),
		TEST(a_directory_that_is_made_again_is_as_it_was),
		TEST(a_payload_that_is_made_again_is_as_it_was),
		TEST(an_array_whose_elements_were_all_moved_away_is_made_again_as_an_array),
		TEST(an_element_that_is_made_again_has_its_place),
		TEST(an_element_is_where_its_number_says_whatever_was_there),
		TEST(an_element_can_take_the_number_just_before_its_own),
		TEST(elements_that_are_written_in_any_order_stand_by_their_numbers),
		TEST(vims_probe_is_free_in_an_array_too),
		TEST(a_directory_that_becomes_an_array_forgets_what_was_removed_from_the_dict),
		TEST(a_key_that_is_said_of_a_name_that_is_not_its_own_is_not_believed),
		TEST(what_was_all_removed_stands_as_before_in_whatever_order_it_is_made_again),
		TEST(an_emptied_types_file_says_nothing),
		TEST(an_open_types_file_that_is_removed_reads_as_before),
		TEST(a_directory_cannot_be_moved_into_itself),
		TEST(exchanged_files_that_are_being_written_show_what_is_committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
