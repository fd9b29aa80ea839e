/* What is taken and what is refused: rules 5 to 10 of the design's section 4, times, new keys, payload types. */
#include "tests/unit/written_tree.h"

/* --- 5: rename -------------------------------------------------------------------------------------- */

static void a_rename_over_a_key_is_a_commit(void **state)
{
	(void)state;
	assert_int_equal(put(".new", "9\n"), 0);
	assert_int_equal(move(".new", "Port"), 0);
	assert_keys(KEYS("9"));
	assert_false(there(".new"));
}

static void a_refused_rename_is_eperm_and_keeps_both(void **state)
{
	struct handle *reader = open_ok("Port", O_RDONLY);

	(void)state;
	assert_int_equal(put(".new", "nine\n"), 0);
	assert_int_equal(move(".new", "Port"), -EPERM);
	assert_last_error("Port: 'nine' is not an integer");
	assert_shows(".new", "nine\n");
	assert_shows("Port", "1\n");
	assert_reads(reader, "1\n");
	close_handle(reader);
	assert_int_equal(tree_unreported(mounted.tree), 0);
}

static void whoever_has_the_replaced_file_open_still_reads_it(void **state)
{
	struct handle *reader = open_ok("Port", O_RDONLY);

	(void)state;
	assert_int_equal(put(".new", "9\n"), 0);
	assert_int_equal(move(".new", "Port"), 0);
	assert_reads(reader, "1\n");
	assert_int_equal(close_handle(reader), 0);
	assert_shows("Port", "9\n");
}

/* --- 7: removing ------------------------------------------------------------------------------------ */

static void removing_is_always_allowed(void **state)
{
	(void)state;
	assert_int_equal(remove_file("PayloadContent/com.x/PayloadType"), 0);
	assert_int_equal(remove_dir("PayloadContent/com.x"), 0);
	assert_int_equal(remove_dir("PayloadContent"), 0);
	assert_int_equal(remove_file("Port"), 0);
	assert_lists("", ".types Flag Hosts Name Raw ");
}

static void a_file_that_is_open_can_be_removed_and_its_writes_reach_nobody(void **state)
{
	struct handle *handle = open_ok("Port", O_RDWR | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "5", 0), 0);
	assert_int_equal(remove_file("Port"), 0);
	assert_reads(handle, "5");
	assert_int_equal(write_to(handle, "x", 1), 0);
	assert_reads(handle, "5x");
	assert_int_equal(close_handle(handle), 0);
	assert_false(there("Port"));
}

/* --- 8: placeholders -------------------------------------------------------------------------------- */

static void a_placeholder_is_taken_for_a_value_of_any_type_but_boolean(void **state)
{
	(void)state;
	assert_int_equal(put("Port", "$FLEET_VAR_PORT\n"), 0);
	assert_keys(KEYS("$FLEET_VAR_PORT"));
	assert_int_equal(put("Flag", "{{flag}}\n"), -EINVAL); /* there is <true/> and <false/>, and no more */
	assert_shows("Flag", "true\n");
	assert_int_equal(put("Port", "$FLEET_VAR_PORT 1\n"), -EINVAL);
}

static void placeholders_can_be_turned_off(void **state)
{
	struct profile_options options = { .no_placeholders = true };

	(void)state;
	tree_end();
	tree_begin_with("p.mobileconfig", &options);
	assert_int_equal(put("Port", "$FLEET_VAR_PORT\n"), -EINVAL);
	assert_int_equal(put("Raw", "$USERNAME"), 0);
	assert_shows("Raw", "$USERNAME");
	assert_int_equal(put("Name", "$USERNAME"), 0);
}

/* --- 9: limits -------------------------------------------------------------------------------------- */

static void a_value_that_is_too_large_is_refused(void **state)
{
	struct handle *handle = open_ok("Name", O_WRONLY);

	(void)state;
	assert_int_equal(write_to(handle, "x", (off_t)1 << 40), -EFBIG);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_shows("Name", "one\n");
	assert_int_equal(truncate_path("Name", (off_t)1 << 40), -EFBIG);
	assert_int_equal(truncate_path("Name", -1), -EINVAL);
	handle = open_ok(".scratch", O_WRONLY | O_CREAT);
	assert_int_equal(write_to(handle, "x", ((off_t)64 << 20)), -EFBIG);
	assert_int_equal(close_handle(handle), 0);
	assert_shows(".scratch", "");
	assert_last_error("the limit 'value' is 64M; --limit value=VALUE raises it");
}

static void a_name_that_is_too_long_is_refused(void **state)
{
	char name[300] = { 0 };
	struct handle *handle;

	(void)state;
	memset(name, 'n', 256);
	assert_int_equal(open_at(name, O_WRONLY | O_CREAT, &handle), -ENAMETOOLONG);
	assert_int_equal(make_dir(name), -ENAMETOOLONG);
	assert_int_equal(move("Port", name), -ENAMETOOLONG);
	name[255] = '\0';
	assert_int_equal(put(name, "x\n"), 0);
}

static void devices_are_not_made(void **state)
{
	struct item *item;

	(void)state;
	assert_int_equal(tree_mknod(mounted.tree, at(""), "pipe", S_IFIFO | 0600, &item), -EPERM);
	assert_int_equal(tree_mknod(mounted.tree, at(""), "null", S_IFCHR | 0600, &item), -EPERM);
	assert_int_equal(tree_mknod(mounted.tree, at(""), "New", S_IFREG | 0600, &item), 0);
}

/* --- times ------------------------------------------------------------------------------------------ */

static void every_change_of_content_has_a_later_time(void **state)
{
	struct timespec last = attr_at("Port").mtime, now;
	struct handle *handle;
	int step;

	(void)state;
	handle = open_ok("Port", O_WRONLY);
	for (step = 0; step < 6; step++) {
		if (step == 0)
			assert_int_equal(tree_truncate(mounted.tree, at("Port"), handle, 0), 0);
		else if (step == 1)
			assert_int_equal(write_to(handle, "1", 0), 0);
		else if (step == 2)
			assert_int_equal(write_to(handle, "2", 1), 0);
		else if (step == 3)
			assert_int_equal(tree_flush(mounted.tree, handle), 0);
		else if (step == 4)
			assert_int_equal(write_to(handle, "x", 0), -EINVAL);
		else
			mounted.now.tv_sec -= 1000; /* a clock that goes backwards */
		if (step == 5)
			assert_int_equal(put("Port", "4\n"), 0);
		now = attr_at("Port").mtime;
		assert_true(now.tv_sec > last.tv_sec ||
			    (now.tv_sec == last.tv_sec && now.tv_nsec > last.tv_nsec));
		last = now;
	}
	close_handle(handle);
}

static void reading_changes_no_time(void **state)
{
	struct timespec before = attr_at("Hosts").mtime;

	(void)state;
	assert_shows("Hosts", "1\n2\n");
	assert_int_equal(attr_at("Hosts").mtime.tv_sec, before.tv_sec);
	assert_int_equal(attr_at("Hosts").mtime.tv_nsec, before.tv_nsec);
}

/* --- 10: nothing in silence ------------------------------------------------------------------------- */

static void what_nobody_was_told_is_told_again_unless_it_was_mended(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "-", 0), 0);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_int_equal(tree_unreported(mounted.tree), 1);
	assert_int_equal(tree_unreported(mounted.tree), 1);
	assert_int_equal(put("Flag", "false\n"), 0);
	assert_int_equal(tree_unreported(mounted.tree), 1);
	assert_int_equal(put("Port", "2\n"), 0);
	assert_int_equal(tree_unreported(mounted.tree), 0);
}

static void a_rename_over_the_key_mends_it_too(void **state)
{
	(void)state;
	assert_int_equal(close_handle(open_ok("Port", O_WRONLY | O_TRUNC)), 0);
	assert_int_equal(tree_unreported(mounted.tree), 1);
	assert_int_equal(put(".new", "3\n"), 0);
	assert_int_equal(move(".new", "Port"), 0);
	assert_int_equal(tree_unreported(mounted.tree), 0);
}

static void a_refusal_that_write_told_is_not_told_again(void **state)
{
	(void)state;
	assert_int_equal(put("Port", "x\n"), -EINVAL);
	assert_int_equal(tree_unreported(mounted.tree), 0);
}

/* --- new keys and payloads -------------------------------------------------------------------------- */

static void a_new_key_is_there_while_it_is_written_and_in_the_document_after_close(void **state)
{
	struct handle *handle = open_ok("New", O_WRONLY | O_CREAT);

	(void)state;
	assert_true(there("New"));
	assert_true(attr_at("New").entry_volatile);
	assert_keys(KEYS("1"));
	assert_int_equal(write_to(handle, "7\n", 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_keys(KEYS("1") "\t<key>New</key>\n\t<integer>7</integer>\n");
}

static void a_new_key_that_was_only_touched_is_the_empty_string(void **state)
{
	(void)state;
	assert_int_equal(close_handle(open_ok("New", O_WRONLY | O_CREAT)), 0);
	assert_keys(KEYS("1") "\t<key>New</key>\n\t<string></string>\n");
}

static void a_key_that_no_profile_can_hold_is_refused(void **state)
{
	static const char *const names[] = { "\xff", "a\xc3", "bell\x07", "%00", "a%00b", "\xef\xbf\xbf" };
	struct handle *handle;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(open_at(names[i], O_WRONLY | O_CREAT, &handle), -EINVAL);
		assert_int_equal(make_dir(names[i]), -EINVAL);
		assert_int_equal(move("Port", names[i]), -EPERM);
	}
	assert_keys(KEYS("1"));
}

static void the_payload_type_is_the_name_of_the_directory(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(put("PayloadContent/com.x/PayloadType", "com.y\n"), -EINVAL);
	assert_last_error("rename the directory");
	assert_shows("PayloadContent/com.x/PayloadType", "com.x\n");
	assert_int_equal(put("PayloadContent/com.x/PayloadType", "com.x\n"), 0);
	handle = open_ok("PayloadContent/com.x/PayloadType", O_WRONLY | O_TRUNC);
	assert_int_equal(write_to(handle, "com.", 0), 0);
	assert_int_equal(write_to(handle, "x", 4), 0);
	assert_int_equal(write_to(handle, "tra", 5), -EINVAL);
	close_handle(handle);
	handle = open_ok("PayloadContent/com.x/PayloadType", O_WRONLY | O_TRUNC);
	assert_int_equal(write_to(handle, "com", 0), 0);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_int_equal(put("PayloadContent/com.x/.t", "com.y\n"), 0);
	assert_int_equal(move("PayloadContent/com.x/.t", "PayloadContent/com.x/PayloadType"), -EPERM);
	assert_keys(KEYS("1"));
}

static void the_payload_type_stays_a_text(void **state)
{
	struct item *type = at("PayloadContent/com.x/PayloadType");

	(void)state;
	assert_int_equal(tree_setxattr(mounted.tree, type, "user.profilefs.type", "data", 4), -EINVAL);
	assert_int_equal(put("PayloadContent/com.x/.types", "PayloadType array\n"), 0);
	assert_keys(KEYS("1"));
}

/* --- what a handle may do --------------------------------------------------------------------------- */

static void a_reader_cannot_write_and_control_files_cannot_be_written(void **state)
{
	struct handle *handle = open_ok("Port", O_RDONLY);

	(void)state;
	assert_int_equal(write_to(handle, "5", 0), -EBADF);
	close_handle(handle);
	handle = open_ok("Port", O_WRONLY);
	assert_int_equal(write_to(handle, "5", -1), -EINVAL);
	close_handle(handle);
	assert_int_equal(open_at(".profilefs/status", O_WRONLY, &handle), -EACCES);
	assert_int_equal(remove_file(".profilefs/status"), -EPERM);
	assert_int_equal(remove_dir(".profilefs"), -EPERM);
	assert_int_equal(move(".profilefs", "x"), -EPERM);
	assert_int_equal(move("Port", ".profilefs"), -EPERM);
	assert_int_equal(open_at(".profilefs/new", O_WRONLY | O_CREAT, &handle), -EPERM);
	assert_int_equal(open_at("PayloadContent", O_RDONLY, &handle), -EISDIR);
	assert_keys(KEYS("1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rename_over_a_key_is_a_commit),
		TEST(a_refused_rename_is_eperm_and_keeps_both),
		TEST(whoever_has_the_replaced_file_open_still_reads_it),
		TEST(removing_is_always_allowed),
		TEST(a_file_that_is_open_can_be_removed_and_its_writes_reach_nobody),
		TEST(a_placeholder_is_taken_for_a_value_of_any_type_but_boolean),
		TEST(placeholders_can_be_turned_off),
		TEST(a_value_that_is_too_large_is_refused),
		TEST(a_name_that_is_too_long_is_refused),
		TEST(devices_are_not_made),
		TEST(every_change_of_content_has_a_later_time),
		TEST(reading_changes_no_time),
		TEST(what_nobody_was_told_is_told_again_unless_it_was_mended),
		TEST(a_rename_over_the_key_mends_it_too),
		TEST(a_refusal_that_write_told_is_not_told_again),
		TEST(a_new_key_is_there_while_it_is_written_and_in_the_document_after_close),
		TEST(a_new_key_that_was_only_touched_is_the_empty_string),
		TEST(a_key_that_no_profile_can_hold_is_refused),
		TEST(the_payload_type_is_the_name_of_the_directory),
		TEST(the_payload_type_stays_a_text),
		TEST(a_reader_cannot_write_and_control_files_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
