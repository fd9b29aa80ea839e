/* Writing: when a value is staged, judged and committed, rules 1 to 4 of the design's section 4. */
#include "tests/unit/written_tree.h"

/* --- 1: staged -------------------------------------------------------------------------------------- */

static void what_is_staged_is_seen_through_every_handle(void **state)
{
	struct handle *writer = open_ok("Port", O_WRONLY | O_TRUNC), *reader = open_ok("Port", O_RDONLY);

	(void)state;
	assert_reads(reader, "");
	assert_int_equal(write_to(writer, "23", 0), 0);
	assert_reads(reader, "23");
	assert_shows("Port", "23");
	assert_keys(KEYS("1"));
	assert_int_equal(close_handle(writer), 0);
	assert_reads(reader, "23");
	assert_keys(KEYS("23"));
	assert_int_equal(close_handle(reader), 0);
}

static void whoever_keeps_attributes_is_told_of_changes_but_not_of_what_was_written(void **state)
{
	struct handle *writer = open_ok("Port", O_WRONLY | O_TRUNC);

	(void)state;
	assert_int_equal(write_to(writer, "2", 0), 0);
	mounted.told = 0;
	assert_int_equal(write_to(writer, "3", 1), 0);
	assert_int_equal(close_handle(writer), 0);
	assert_int_equal(mounted.told, 0);
	attr_at("Port");
	writer = open_ok("Port", O_WRONLY);
	assert_int_equal(write_to(writer, "x", 0), -EINVAL);
	assert_true(mounted.told > 0);
	mounted.told = 0;
	attr_at("Port");
	close_handle(writer);
	assert_int_equal(mounted.told, 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_staged_is_seen_through_every_handle),
		TEST(whoever_keeps_attributes_is_told_of_changes_but_not_of_what_was_written),
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
