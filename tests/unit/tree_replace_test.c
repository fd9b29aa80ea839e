/* How tools replace a file, call by call: what becomes of the key, its place, its type and its comments. */
#include "tests/unit/mounted_tree.h"

#define KEYS_BEFORE "\t<!-- first -->\n\t<key>A</key>\n\t<string>one</string>\n\t<key>Port</key> <!-- TCP -->\n"
#define KEYS_AFTER  "\t<!-- last -->\n\t<key>Z</key>\n\t<string>three</string>\n"
#define KEYS(port)  KEYS_BEFORE "\t<integer>" port "</integer>\n" KEYS_AFTER

static int begin(void **state)
{
	if (folder_open(state) < 0)
		return -1;
	tree_begin_keys(KEYS("1"));
	return 0;
}

static int end(void **state)
{
	tree_end();
	return folder_close(state);
}

static void a_redirection_changes_one_value_in_place(void **state)
{
	(void)state;
	assert_int_equal(put("Port", "2\n"), 0);
	assert_shows("Port", "2\n");
	assert_keys(KEYS("2"));
}

static void what_was_written_reads_back_as_it_was_written(void **state)
{
	(void)state;
	assert_int_equal(put("Port", "2"), 0);
	assert_shows("Port", "2");
	assert_keys(KEYS("2"));
}

static void sed_replaces_through_a_temporary_file(void **state)
{
	(void)state;
	assert_int_equal(put_temporary("sedAbC123", "2\n"), 0);
	assert_int_equal(move("sedAbC123", "Port"), 0);
	assert_keys(KEYS("2"));
	assert_lists("", "A Port Z ");
}

static void sed_with_a_refused_value_keeps_both_files(void **state)
{
	(void)state;
	assert_int_equal(put_temporary("sedAbC123", "two\n"), 0);
	assert_int_equal(move("sedAbC123", "Port"), -EPERM);
	assert_shows("Port", "1\n");
	assert_shows("sedAbC123", "two\n");
	assert_keys(KEYS("1"));
	assert_last_error("Port: 'two' is not an integer");
}

static void sed_with_a_backup_keeps_the_place_of_the_key(void **state)
{
	(void)state;
	assert_int_equal(put_temporary("sedAbC123", "2\n"), 0);
	assert_int_equal(move("Port", "Port.bak"), 0);
	assert_false(there("Port"));
	assert_int_equal(move("sedAbC123", "Port"), 0);
	assert_shows("Port.bak", "1\n");
	assert_keys(KEYS("2"));
}

static void perl_with_a_backup_and_a_refused_value_gets_the_old_value_back(void **state)
{
	(void)state;
	assert_int_equal(move("Port", "Port.bak"), 0);
	assert_int_equal(put_temporary("XXq1w2e3r4", "two\n"), 0);
	assert_int_equal(move("XXq1w2e3r4", "Port"), -EPERM);
	assert_shows("Port", "1\n");
	assert_keys(KEYS("1"));
}

static void vim_renames_the_key_away_and_writes_it_anew(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(put_temporary(".Port.swp", "b0VIM"), 0);
	assert_int_equal(write_file("4913", O_WRONLY | O_CREAT | O_EXCL, "", 0), 0);
	assert_int_equal(remove_file("4913"), 0);
	assert_int_equal(move("Port", "Port~"), 0);
	assert_int_equal(open_at("Port", O_WRONLY | O_CREAT, &handle), 0);
	assert_int_equal(tree_truncate(mounted.tree, at("Port"), handle, 0), 0);
	assert_int_equal(write_to(handle, "2\n", 0), 0);
	assert_int_equal(tree_fsync(mounted.tree, handle), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_int_equal(remove_file("Port~"), 0);
	assert_int_equal(remove_file(".Port.swp"), 0);
	assert_keys(KEYS("2"));
}

static void vim_with_a_refused_value_gets_the_old_value_back(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(move("Port", "Port~"), 0);
	assert_int_equal(open_at("Port", O_WRONLY | O_CREAT, &handle), 0);
	assert_int_equal(tree_truncate(mounted.tree, at("Port"), handle, 0), 0);
	assert_int_equal(write_to(handle, "two\n", 0), -EINVAL);
	close_handle(handle);
	assert_shows("Port", "1\n");
	assert_keys(KEYS("1"));
}

static void install_unlinks_and_creates(void **state)
{
	(void)state;
	assert_int_equal(remove_file("Port"), 0);
	assert_int_equal(write_file("Port", O_WRONLY | O_CREAT | O_EXCL, "2\n", 2), 0);
	assert_keys(KEYS("2"));
}

static void install_with_a_refused_value_gets_the_old_value_back(void **state)
{
	(void)state;
	assert_int_equal(remove_file("Port"), 0);
	assert_int_equal(write_file("Port", O_WRONLY | O_CREAT | O_EXCL, "two\n", 4), -EINVAL);
	assert_shows("Port", "1\n");
	assert_keys(KEYS("1"));
}

static void rsync_renames_a_hidden_file_over_the_key(void **state)
{
	(void)state;
	assert_int_equal(put_temporary(".Port.Xy12Zz", "2\n"), 0);
	assert_int_equal(move(".Port.Xy12Zz", "Port"), 0);
	assert_keys(KEYS("2"));
}

static void rsync_in_place_cuts_the_old_end_off_after_writing(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(put("Port", "12345\n"), 0);
	assert_int_equal(open_at("Port", O_WRONLY | O_CREAT, &handle), 0);
	assert_int_equal(write_to(handle, "2\n", 0), 0);
	assert_int_equal(tree_truncate(mounted.tree, at("Port"), handle, 2), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_keys(KEYS("2"));
}

static void patch_writes_a_numbered_copy_and_renames_it(void **state)
{
	(void)state;
	assert_int_equal(write_file("Port.oA1b2C3", O_WRONLY | O_CREAT | O_EXCL, "2\n", 2), 0);
	assert_int_equal(move("Port.oA1b2C3", "Port"), 0);
	assert_keys(KEYS("2"));
}

static void emacs_links_a_lock_and_keeps_a_copy(void **state)
{
	const char *name;
	struct item *dir = parent_of(".#Port", &name), *link;

	(void)state;
	assert_int_equal(tree_symlink(mounted.tree, dir, name, "me@here.1", &link), 0);
	assert_int_equal(move("Port", "Port~"), 0);
	assert_int_equal(put("Port", "2\n"), 0);
	assert_int_equal(remove_file(".#Port"), 0);
	assert_shows("Port~", "1\n");
	assert_keys(KEYS("2"));
}

static void a_key_moved_to_another_name_stays_at_its_place_with_its_bytes(void **state)
{
	(void)state;
	assert_int_equal(move("Port", "HostPort"), 0);
	assert_keys("\t<!-- first -->\n\t<key>A</key>\n\t<string>one</string>\n\t<key>HostPort</key> <!-- TCP -->\n"
		    "\t<integer>1</integer>\n" KEYS_AFTER);
}

static void a_key_moved_over_another_is_read_as_that_one(void **state)
{
	(void)state;
	assert_int_equal(move("Port", "Z"), 0);
	assert_keys("\t<!-- first -->\n\t<key>A</key>\n\t<string>one</string>\n\t<!-- last -->\n\t<key>Z</key>\n"
		    "\t<string>1</string>\n");
	assert_int_equal(put("Port", "x"), -EINVAL);
}

static void exchanged_files_exchange_values_not_types(void **state)
{
	(void)state;
	assert_int_equal(put("A", "5\n"), 0);
	assert_int_equal(move_flags("A", "Port", RENAME_EXCHANGE), 0);
	assert_shows("A", "1\n");
	assert_shows("Port", "5\n");
	assert_int_equal(move_flags("Port", "Z", RENAME_EXCHANGE), -EPERM);
	assert_shows("Z", "three\n");
	assert_int_equal(move_flags("A", "Z", RENAME_NOREPLACE), -EEXIST);
}

static void a_refusal_stays_with_the_name_that_it_speaks_of(void **state)
{
	BUF_AUTO reason = BUF_INIT;

	(void)state;
	assert_int_equal(put("A", "5\n"), 0);
	assert_int_equal(put("Port", "x\n"), -EINVAL);
	assert_int_equal(move_flags("A", "Port", RENAME_EXCHANGE), 0);
	assert_int_equal(tree_getxattr(mounted.tree, at("Port"), "user.profilefs.error", &reason), 0);
	assert_non_null(strstr(buf_text(&reason), "Port: 'x' is not an integer"));
	assert_int_equal(tree_getxattr(mounted.tree, at("A"), "user.profilefs.error", &reason), -ENODATA);
}

/* Short ones are kept where the pointer to a long one would be. */
static void names_of_every_length_can_be_given_and_changed(void **state)
{
	char names[60][64], longer[80], shorter[32];
	size_t i;

	(void)state;
	for (i = 0; i < 60; i++) {
		memset(names[i], 'n', i + 1);
		names[i][i + 1] = '\0';
		assert_int_equal(put(names[i], "x\n"), 0);
	}
	for (i = 0; i < 60; i++)
		assert_shows(names[i], "x\n");
	for (i = 60; i-- > 0;) {
		snprintf(longer, sizeof(longer), "%sm", names[i]);
		assert_int_equal(move(names[i], longer), 0);
		assert_false(there(names[i]));
		assert_shows(longer, "x\n");
		snprintf(shorter, sizeof(shorter), "m%zu", i);
		assert_int_equal(move(longer, shorter), 0);
		assert_false(there(longer));
		assert_shows(shorter, "x\n");
	}
}

static void an_open_file_that_was_removed_is_still_read(void **state)
{
	BUF_AUTO content = BUF_INIT;
	struct handle *handle;

	(void)state;
	assert_int_equal(open_at("Port", O_RDONLY, &handle), 0);
	assert_int_equal(remove_file("Port"), 0);
	assert_int_equal(tree_read(mounted.tree, handle, 100, 0, &content), 0);
	assert_string_equal(buf_text(&content), "1\n");
	close_handle(handle);
	assert_false(there("Port"));
}

/* What it has allocated is given back with the tree: the memory checkers of the suite would tell. */
static void a_file_may_be_open_when_the_mount_ends(void **state)
{
	struct handle *first, *second;

	(void)state;
	assert_int_equal(open_at("Port", O_WRONLY | O_TRUNC, &first), 0);
	assert_int_equal(write_to(first, "2", 0), 0);
	assert_int_equal(open_at(".profilefs/status", O_RDONLY, &second), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_keys(KEYS("2"));
}

static void directories_are_made_as_deep_as_a_profile_can_be(void **state)
{
	struct item *dir = at(""), *next;
	int depth, result = 0;

	(void)state;
	for (depth = 1; result == 0 && depth < 2 * DOC_DEPTH_MAX; depth++) {
		result = tree_mkdir(mounted.tree, dir, "d", &next);
		if (result == 0)
			dir = next;
	}
	assert_int_equal(result, -EINVAL);
	assert_int_equal(depth, DOC_DEPTH_MAX + 1);
	assert_last_error("the limit 'depth' is 512, which is the most");
	assert_int_equal(tree_sync(mounted.tree), 0);
}

static void a_refused_new_key_is_gone(void **state)
{
	(void)state;
	assert_int_equal(put("New", "ab\001c"), 0); /* not text: data */
	assert_int_equal(remove_file("New"), 0);
	assert_int_equal(put("new%2f", "x"), -EINVAL);
	assert_false(there("new%2f"));
	assert_keys(KEYS("1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_redirection_changes_one_value_in_place, begin, end),
		cmocka_unit_test_setup_teardown(what_was_written_reads_back_as_it_was_written, begin, end),
		cmocka_unit_test_setup_teardown(a_refusal_stays_with_the_name_that_it_speaks_of, begin, end),
		cmocka_unit_test_setup_teardown(names_of_every_length_can_be_given_and_changed, begin, end),
		cmocka_unit_test_setup_teardown(sed_replaces_through_a_temporary_file, begin, end),
		cmocka_unit_test_setup_teardown(sed_with_a_refused_value_keeps_both_files, begin, end),
		cmocka_unit_test_setup_teardown(sed_with_a_backup_keeps_the_place_of_the_key, begin, end),
		cmocka_unit_test_setup_teardown(perl_with_a_backup_and_a_refused_value_gets_the_old_value_back,
						begin, end),
		cmocka_unit_test_setup_teardown(vim_renames_the_key_away_and_writes_it_anew, begin, end),
		cmocka_unit_test_setup_teardown(vim_with_a_refused_value_gets_the_old_value_back, begin, end),
		cmocka_unit_test_setup_teardown(install_unlinks_and_creates, begin, end),
		cmocka_unit_test_setup_teardown(install_with_a_refused_value_gets_the_old_value_back, begin, end),
		cmocka_unit_test_setup_teardown(rsync_renames_a_hidden_file_over_the_key, begin, end),
		cmocka_unit_test_setup_teardown(rsync_in_place_cuts_the_old_end_off_after_writing, begin, end),
		cmocka_unit_test_setup_teardown(patch_writes_a_numbered_copy_and_renames_it, begin, end),
		cmocka_unit_test_setup_teardown(emacs_links_a_lock_and_keeps_a_copy, begin, end),
		cmocka_unit_test_setup_teardown(a_key_moved_to_another_name_stays_at_its_place_with_its_bytes,
						begin, end),
		cmocka_unit_test_setup_teardown(a_key_moved_over_another_is_read_as_that_one, begin, end),
		cmocka_unit_test_setup_teardown(exchanged_files_exchange_values_not_types, begin, end),
		cmocka_unit_test_setup_teardown(an_open_file_that_was_removed_is_still_read, begin, end),
		cmocka_unit_test_setup_teardown(a_file_may_be_open_when_the_mount_ends, begin, end),
		cmocka_unit_test_setup_teardown(directories_are_made_as_deep_as_a_profile_can_be, begin, end),
		cmocka_unit_test_setup_teardown(a_refused_new_key_is_gone, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
