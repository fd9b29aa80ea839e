/* Files of data: their size and their bytes, however they are read. */
#include "tests/unit/mounted_tree.h"

#include <fcntl.h>

/* Base64 of the numbers from 0 to 47, in lines. */
#define DATA "\t<key>Data</key>\n" \
	"\t<data>\n\tAAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n\tGBkaGxwdHh8gISIjJCUmJygpKissLS4v\n\t</data>\n"
#define COUNT 48

static int begin(void **state)
{
	if (folder_open(state) < 0)
		return -1;
	tree_begin_keys(DATA);
	return 0;
}

static int end(void **state)
{
	tree_end();
	return folder_close(state);
}

static void must_read(struct handle *handle, size_t size, off_t offset, unsigned first, unsigned count)
{
	BUF_AUTO out = BUF_INIT;

	assert_int_equal(tree_read(mounted.tree, handle, size, offset, &out), 0);
	assert_int_equal(out.len, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(out.data[i], first + i);
}

static void the_size_is_known_before_it_is_read(void **state)
{
	BUF_AUTO content = BUF_INIT;

	(void)state;
	assert_int_equal(attr_at("Data").size, COUNT);
	read_file("Data", &content);
	assert_int_equal(content.len, COUNT);
}

static void parts_of_any_size_are_its_bytes(void **state)
{
	struct handle *handle;

	(void)state;
	for (unsigned size = 1; size <= COUNT + 1; size++) {
		assert_int_equal(open_at("Data", O_RDONLY, &handle), 0);
		for (unsigned at = 0; at < COUNT; at += size)
			must_read(handle, size, at, at, size < COUNT - at ? size : COUNT - at);
		must_read(handle, size, COUNT, 0, 0);
		must_read(handle, size, COUNT + 1, 0, 0);
		for (unsigned at = COUNT; at-- > 0;)
			must_read(handle, size, at, at, size < COUNT - at ? size : COUNT - at);
		assert_int_equal(close_handle(handle), 0);
	}
}

static void who_has_it_open_reads_on_in_what_it_becomes(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(open_at("Data", O_RDONLY, &handle), 0);
	must_read(handle, 7, 0, 0, 7);
	assert_int_equal(write_file("Data", O_WRONLY | O_TRUNC, "\1\2\3\4\5\6\7\10\11\12", 10), 0);
	must_read(handle, 7, 7, 8, 3);
	assert_int_equal(close_handle(handle), 0);
	assert_int_equal(attr_at("Data").size, 10);
}

static void what_is_appended_stands_behind_it(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(append_to("Data", "0"), 0);
	assert_int_equal(attr_at("Data").size, COUNT + 1);
	assert_int_equal(open_at("Data", O_RDONLY, &handle), 0);
	must_read(handle, 100, 40, 40, 9);
	assert_int_equal(close_handle(handle), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_size_is_known_before_it_is_read, begin, end),
		cmocka_unit_test_setup_teardown(parts_of_any_size_are_its_bytes, begin, end),
		cmocka_unit_test_setup_teardown(who_has_it_open_reads_on_in_what_it_becomes, begin, end),
		cmocka_unit_test_setup_teardown(what_is_appended_stands_behind_it, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
