/* Writing: when a value is staged, judged, committed or refused, rule by rule of the design's section 4. */
#include "tests/unit/mounted_tree.h"

#define KEYS(port) \
	"\t<key>Flag</key>\n\t<true/>\n\t<key>Hosts</key>\n\t<array>\n\t\t<integer>1</integer>\n\t\t<integer>2</integer>\n\t</array>\n" \
	"\t<key>Name</key>\n\t<string>one</string>\n\t<key>Port</key>\n\t<integer>" port "</integer>\n" \
	"\t<key>Raw</key>\n\t<data>AAEC</data>\n" \
	"\t<key>PayloadContent</key>\n\t<array>\n\t\t<dict>\n\t\t\t<key>PayloadType</key>\n\t\t\t<string>com.x</string>\n" \
	"\t\t</dict>\n\t</array>\n"

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

static struct handle *open_ok(const char *path, int flags)
{
	struct handle *handle = NULL;
	int result = open_at(path, flags, &handle);

	if (result < 0)
		fail_msg("%s: %s", path, strerror(-result));
	return handle;
}

/* What an open file shows. */
static void assert_reads(struct handle *handle, const char *text)
{
	BUF_AUTO bytes = BUF_INIT;

	assert_int_equal(tree_read(mounted.tree, handle, 1 << 20, 0, &bytes), 0);
	assert_string_equal(buf_text(&bytes), text);
}

static int truncate_path(const char *path, off_t size)
{
	return tree_truncate(mounted.tree, at(path), NULL, size);
}

static void assert_reason(const char *path, const char *part)
{
	BUF_AUTO reason = BUF_INIT;

	assert_int_equal(tree_getxattr(mounted.tree, at(path), "user.profilefs.error", &reason), 0);
	if (!strstr(buf_text(&reason), part))
		fail_msg("'%s' does not say '%s'", buf_text(&reason), part);
}

/* --- 1: staged -------------------------------------------------------------------------------------- */

static void what_is_staged_is_seen_through_every_handle(void **state)
{
	struct handle *writer = open_ok("Port", O_WRONLY | O_TRUNC), *reader = open_ok("Port", O_RDONLY);

	(void)state;
	assert_reads(reader, "");
	assert_int_equal(write_to(writer, "23", 0), 0);
	assert_reads(reader, "23");
	assert_shows("Port", "23");
	assert_true(attr_at("Port").attr_volatile);
	assert_keys(KEYS("1"));
	assert_int_equal(close_handle(writer), 0);
	assert_reads(reader, "23");
	assert_false(attr_at("Port").attr_volatile);
	assert_keys(KEYS("23"));
	assert_int_equal(close_handle(reader), 0);
}

static void the_document_changes_at_close_only(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "4", 0), 0);
	assert_int_equal(write_to(handle, "43\n", 1), 0);
	assert_keys(KEYS("1"));
	assert_int_equal(tree_flush(mounted.tree, handle), 0);
	assert_keys(KEYS("443"));
	tree_release(mounted.tree, handle);
}

/* --- 2: refused at write ---------------------------------------------------------------------------- */

static void a_write_that_cannot_become_a_value_fails_and_the_old_value_is_back(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC), *reader = open_ok("Port", O_RDONLY);

	(void)state;
	assert_int_equal(write_to(handle, "many\n", 0), -EINVAL);
	assert_reads(reader, "1\n");
	assert_last_error("Port: 'many' is not an integer");
	assert_reason("Port", "'many' is not an integer");
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_int_equal(close_handle(reader), 0);
	assert_keys(KEYS("1"));
}

static void a_reason_says_file_line_key_and_rule(void **state)
{
	(void)state;
	assert_int_equal(put("Port", "x\n"), -EINVAL);
	assert_last_error("p.mobileconfig:14:2:");
	assert_last_error("[wrong-type]");
	assert_int_equal(mounted.reported.count, 1);
	assert_string_equal(mounted.reported.list[0].key, "Port");
}

static void a_value_may_come_in_pieces(void **state)
{
	struct handle *handle = open_ok("Flag", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "fa", 0), 0);
	assert_int_equal(write_to(handle, "ls", 2), 0);
	assert_int_equal(write_to(handle, "e", 4), 0);
	assert_int_equal(write_to(handle, "\n", 5), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_shows("Flag", "false\n");
}

static void a_line_that_is_complete_and_no_value_is_refused_at_once(void **state)
{
	struct handle *handle = open_ok("Flag", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "tru", 0), 0);
	assert_int_equal(write_to(handle, "\n", 3), -EINVAL);
	assert_shows("Flag", "true\n");
	assert_int_equal(close_handle(handle), -EINVAL);
}

static void a_piece_that_is_no_value_is_refused_at_close(void **state)
{
	struct handle *handle = open_ok("Flag", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "fal", 0), 0);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_shows("Flag", "true\n");
	assert_int_equal(tree_unreported(mounted.tree), 1);
}

static void a_character_cut_in_two_is_still_a_string(void **state)
{
	struct handle *handle = open_ok("Name", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "\xe2\x82", 0), 0);
	assert_int_equal(write_to(handle, "\xac\n", 2), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_shows("Name", "€\n");
	handle = open_ok("Name", O_WRONLY | O_TRUNC);
	assert_int_equal(write_to(handle, "\xe2\x82", 0), 0);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_shows("Name", "€\n");
}

static void bytes_that_are_no_text_are_refused_for_a_string(void **state)
{
	(void)state;
	assert_int_equal(put("Name", "a\x01z"), -EINVAL);
	assert_int_equal(write_file("Name", O_WRONLY | O_TRUNC, "a\0z", 3), -EINVAL);
	assert_int_equal(write_file("Raw", O_WRONLY | O_TRUNC, "a\0z", 3), 0);
	assert_shows("Name", "one\n");
}

static void what_follows_a_seek_is_judged_at_close_only(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "00", 1), 0);
	assert_int_equal(write_to(handle, "3", 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_shows("Port", "300");
	handle = open_ok("Port", O_WRONLY | O_TRUNC);
	assert_int_equal(write_to(handle, "x", 3), 0);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_shows("Port", "300");
}

static void old_bytes_beyond_the_write_are_judged_at_close_only(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(put("Port", "12345\n"), 0);
	handle = open_ok("Port", O_WRONLY);
	assert_int_equal(write_to(handle, "-\n", 0), -EINVAL); /* the line itself is complete */
	close_handle(handle);
	handle = open_ok("Port", O_WRONLY);
	assert_int_equal(write_to(handle, "7\n", 0), 0);
	assert_shows("Port", "7\n345\n");
	assert_int_equal(tree_truncate(mounted.tree, at("Port"), handle, 2), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_shows("Port", "7\n");
	assert_keys(KEYS("7"));
}

static void old_bytes_that_stay_and_do_not_fit_refuse_the_close(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(put("Port", "12345\n"), 0);
	handle = open_ok("Port", O_WRONLY);
	assert_int_equal(write_to(handle, "7\n", 0), 0);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_shows("Port", "12345\n");
}

/* --- 3: flush --------------------------------------------------------------------------------------- */

static void a_flush_with_nothing_written_commits_nothing_and_never_fails(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(tree_flush(mounted.tree, handle), 0);
	assert_shows("Port", "");
	assert_int_equal(mounted.profile.commits, 0);
	assert_int_equal(write_to(handle, "5\n", 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_keys(KEYS("5"));
	assert_int_equal(mounted.reported.count, 0);
}

static void a_readers_flush_does_not_decide_for_the_writer(void **state)
{
	struct handle *writer = open_ok("Flag", O_WRONLY | O_TRUNC), *reader = open_ok("Flag", O_RDONLY);

	(void)state;
	assert_int_equal(write_to(writer, "fals", 0), 0);
	assert_int_equal(close_handle(reader), 0);
	assert_shows("Flag", "fals");
	assert_int_equal(write_to(writer, "e\n", 4), 0);
	assert_int_equal(close_handle(writer), 0);
	assert_shows("Flag", "false\n");
}

static void a_second_flush_does_not_commit_again(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC);
	uint64_t commits;

	(void)state;
	assert_int_equal(write_to(handle, "5\n", 0), 0);
	assert_int_equal(tree_flush(mounted.tree, handle), 0);
	commits = mounted.profile.commits;
	assert_int_equal(tree_flush(mounted.tree, handle), 0);
	assert_int_equal(mounted.profile.commits, commits);
	tree_release(mounted.tree, handle);
}

static void a_truncation_without_a_write_is_decided_at_the_last_close(void **state)
{
	struct handle *handle = open_ok("Name", O_WRONLY | O_TRUNC), *reader = open_ok("Name", O_RDONLY);

	(void)state;
	assert_int_equal(close_handle(handle), 0);
	assert_shows("Name", "");
	assert_int_equal(mounted.profile.commits, 0);
	assert_int_equal(close_handle(reader), 0);
	assert_int_equal(mounted.profile.commits, 1);
	assert_shows("Name", "");
}

static void a_truncation_that_leaves_no_value_is_taken_back_and_told_later(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(close_handle(handle), 0);
	assert_shows("Port", "1\n");
	assert_keys(KEYS("1"));
	assert_int_equal(tree_unreported(mounted.tree), 1);
	assert_reason("Port", "is not an integer");
}

static void a_truncation_by_path_is_decided_at_once(void **state)
{
	(void)state;
	assert_int_equal(truncate_path("Port", 0), -EINVAL);
	assert_shows("Port", "1\n");
	assert_int_equal(put("Port", "123\n"), 0);
	assert_int_equal(truncate_path("Port", 2), 0);
	assert_keys(KEYS("12"));
	assert_int_equal(truncate_path("Port", 3), -EINVAL); /* a NUL */
	assert_int_equal(truncate_path("Name", 0), 0);
	assert_shows("Name", "");
	assert_int_equal(tree_unreported(mounted.tree), 0);
}

static void a_sync_decides_a_pending_truncation(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_shows("Port", "1\n");
	assert_int_equal(tree_unreported(mounted.tree), 1);
	assert_int_equal(write_to(handle, "8\n", 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_keys(KEYS("8"));
	assert_int_equal(tree_unreported(mounted.tree), 0);
}

static void fsync_commits_what_is_a_value_and_waits_for_what_is_none(void **state)
{
	struct handle *handle = open_ok("Flag", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "fal", 0), 0);
	assert_int_equal(tree_fsync(mounted.tree, handle), 0);
	assert_int_equal(mounted.profile.commits, 0);
	assert_int_equal(write_to(handle, "se", 3), 0);
	assert_int_equal(tree_fsync(mounted.tree, handle), 0);
	assert_int_equal(mounted.profile.commits, 1);
	assert_int_equal(close_handle(handle), 0);
}

/* --- 4: after a refusal ----------------------------------------------------------------------------- */

static void after_a_refusal_every_write_fails_until_the_file_is_truncated(void **state)
{
	struct handle *handle = open_ok("Port", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "bad\n", 0), -EINVAL);
	assert_int_equal(write_to(handle, "5\n", 4), -EINVAL);
	assert_int_equal(write_to(handle, "5\n", 0), -EINVAL);
	assert_int_equal(tree_truncate(mounted.tree, at("Port"), handle, 1), -EINVAL);
	assert_int_equal(tree_flush(mounted.tree, handle), -EINVAL);
	assert_int_equal(tree_truncate(mounted.tree, at("Port"), handle, 0), 0);
	assert_int_equal(write_to(handle, "5\n", 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_keys(KEYS("5"));
}

static void a_loop_of_good_and_bad_lines_is_not_half_taken(void **state)
{
	struct handle *handle = open_ok("Hosts", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "7\n", 0), 0);
	assert_int_equal(write_to(handle, "x\n", 2), -EINVAL);
	assert_int_equal(write_to(handle, "9\n", 4), -EINVAL);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_shows("Hosts", "1\n2\n");
	assert_keys(KEYS("1"));
}

static void a_refusal_of_one_handle_is_none_of_another(void **state)
{
	struct handle *one = open_ok("Port", O_WRONLY | O_TRUNC), *two = open_ok("Port", O_WRONLY);

	(void)state;
	assert_int_equal(write_to(one, "bad\n", 0), -EINVAL);
	assert_int_equal(tree_truncate(mounted.tree, at("Port"), two, 0), 0);
	assert_int_equal(write_to(two, "6\n", 0), 0);
	assert_int_equal(close_handle(two), 0);
	assert_int_equal(close_handle(one), -EINVAL);
	assert_keys(KEYS("6"));
}

static void a_refusal_at_close_poisons_the_handle_too(void **state)
{
	struct handle *handle = open_ok("Flag", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(handle, "fa", 0), 0);
	assert_int_equal(tree_flush(mounted.tree, handle), -EINVAL);
	assert_int_equal(write_to(handle, "lse\n", 2), -EINVAL);
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_shows("Flag", "true\n");
}

/* --- append ----------------------------------------------------------------------------------------- */

static void appending_adds_an_element(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(append_to("Hosts", "3\n"), 0);
	assert_shows("Hosts", "1\n2\n3\n");
	assert_int_equal(append_to("Hosts", "x\n"), -EINVAL);
	assert_shows("Hosts", "1\n2\n3\n");
	handle = open_ok("Hosts", O_WRONLY | O_APPEND);
	assert_int_equal(write_to(handle, "4\n", 0), 0);
	assert_int_equal(write_to(handle, "5\n", 0), 0);
	assert_int_equal(close_handle(handle), 0);
	assert_shows("Hosts", "1\n2\n3\n4\n5\n");
}

static void appending_to_a_line_without_its_newline_continues_it(void **state)
{
	(void)state;
	assert_int_equal(put("Hosts", "1\n2"), 0);
	assert_int_equal(append_to("Hosts", "3\n"), 0);
	assert_shows("Hosts", "1\n23\n");
}

static void appending_to_a_string_after_its_newline_keeps_the_newline(void **state)
{
	(void)state;
	assert_int_equal(append_to("Name", "two\n"), 0);
	assert_shows("Name", "one\ntwo\n");
}

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
	assert_lists("", "Flag Hosts Name Raw .types ");
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
	assert_last_error("at most");
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
		assert_true(now.tv_sec > last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec > last.tv_nsec));
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_staged_is_seen_through_every_handle),
		TEST(the_document_changes_at_close_only),
		TEST(a_write_that_cannot_become_a_value_fails_and_the_old_value_is_back),
		TEST(a_reason_says_file_line_key_and_rule),
		TEST(a_value_may_come_in_pieces),
		TEST(a_line_that_is_complete_and_no_value_is_refused_at_once),
		TEST(a_piece_that_is_no_value_is_refused_at_close),
		TEST(a_character_cut_in_two_is_still_a_string),
		TEST(bytes_that_are_no_text_are_refused_for_a_string),
		TEST(what_follows_a_seek_is_judged_at_close_only),
		TEST(old_bytes_beyond_the_write_are_judged_at_close_only),
		TEST(old_bytes_that_stay_and_do_not_fit_refuse_the_close),
		TEST(a_flush_with_nothing_written_commits_nothing_and_never_fails),
		TEST(a_readers_flush_does_not_decide_for_the_writer),
		TEST(a_second_flush_does_not_commit_again),
		TEST(a_truncation_without_a_write_is_decided_at_the_last_close),
		TEST(a_truncation_that_leaves_no_value_is_taken_back_and_told_later),
		TEST(a_truncation_by_path_is_decided_at_once),
		TEST(a_sync_decides_a_pending_truncation),
		TEST(fsync_commits_what_is_a_value_and_waits_for_what_is_none),
		TEST(after_a_refusal_every_write_fails_until_the_file_is_truncated),
		TEST(a_loop_of_good_and_bad_lines_is_not_half_taken),
		TEST(a_refusal_of_one_handle_is_none_of_another),
		TEST(a_refusal_at_close_poisons_the_handle_too),
		TEST(appending_adds_an_element),
		TEST(appending_to_a_line_without_its_newline_continues_it),
		TEST(appending_to_a_string_after_its_newline_keeps_the_newline),
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
