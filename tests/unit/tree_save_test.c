/* What is filled in, ordered, refused and told when a tree is saved. */
#include "fs/tree/names.h"
#include "tests/unit/saved_tree.h"

/* --- payloads --------------------------------------------------------------------------------------- */

static void a_payload_that_was_made_is_filled_in(void **state)
{
	(void)state;
	assert_int_equal(make_dir("PayloadContent/com.new"), 0);
	assert_int_equal(put("PayloadContent/com.new/Key", "v\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("PayloadContent/2/PayloadType", "com.new");
	assert_saved("PayloadContent/2/PayloadVersion", "1");
	assert_saved("PayloadContent/2/PayloadUUID", NULL);
	assert_saved("PayloadContent/2/PayloadIdentifier", NULL);
	assert_true(there("PayloadContent/com.new/PayloadUUID"));
	assert_int_equal(attr_at("PayloadContent/com.new/PayloadUUID").size, 37);
}

static void a_payload_that_was_there_is_not_filled_in(void **state)
{
	(void)state;
	assert_int_equal(remove_file("PayloadContent/com.b/PayloadUUID"), 0);
	assert_int_equal(tree_sync(mounted.tree), -EINVAL);
	assert_last_error("[missing-key]");
}

static void a_clone_gets_an_identity_of_its_own_and_that_is_said(void **state)
{
	BUF_AUTO uuid = BUF_INIT;

	(void)state;
	assert_int_equal(make_dir("PayloadContent/com.b.2"), 0);
	assert_int_equal(put("PayloadContent/com.b.2/PayloadIdentifier", "id." UUID_2 "\n"), 0);
	assert_int_equal(put("PayloadContent/com.b.2/PayloadType", "com.b\n"), 0);
	assert_int_equal(put("PayloadContent/com.b.2/PayloadUUID", UUID_2 "\n"), 0);
	assert_int_equal(put("PayloadContent/com.b.2/PayloadVersion", "1\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_true(was_reported("was copied from another payload"));
	assert_shows("PayloadContent/com.b/PayloadUUID", UUID_2 "\n");
	read_file("PayloadContent/com.b.2/PayloadUUID", &uuid);
	assert_string_not_equal(buf_text(&uuid), UUID_2 "\n");
	assert_int_equal(uuid.len, 37);
	assert_saved("PayloadContent/0/PayloadUUID", UUID_2);
}

static void a_name_that_scratch_has_is_filled_in_all_the_same(void **state)
{
	struct item *link;

	(void)state;
	assert_int_equal(make_dir("PayloadContent/com.new"), 0);
	assert_int_equal(tree_symlink(mounted.tree, at("PayloadContent/com.new"), "PayloadUUID", "nowhere", &link), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_lists("PayloadContent/com.new", "PayloadType PayloadVersion PayloadUUID PayloadIdentifier ");
	assert_int_equal(attr_at("PayloadContent/com.new/PayloadUUID").size, 37);
}

static void a_payload_that_was_removed_and_made_again_is_filled_in_at_its_old_place(void **state)
{
	static const char *const keys[] = { "Identifier", "Type", "UUID", "Version" };
	BUF_AUTO uuid = BUF_INIT;
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		snprintf(path, sizeof(path), "PayloadContent/com.b/Payload%s", keys[i]);
		assert_int_equal(remove_file(path), 0);
	}
	assert_int_equal(remove_dir("PayloadContent/com.b"), 0);
	assert_int_equal(make_dir("PayloadContent/com.b"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("PayloadContent/0/PayloadType", "com.b");
	read_file("PayloadContent/com.b/PayloadUUID", &uuid);
	assert_int_equal(uuid.len, 37);
	assert_string_not_equal(buf_text(&uuid), UUID_2 "\n");
}

static void what_a_made_payload_lacks_is_told_before_the_save(void **state)
{
	BUF_AUTO problems = BUF_INIT;

	(void)state;
	assert_int_equal(make_dir("PayloadContent/com.apple.mdm"), 0);
	read_file(".profilefs/problems", &problems);
	assert_non_null(strstr(buf_text(&problems), "PayloadContent/com.apple.mdm/Topic: "));
	assert_null(strstr(buf_text(&problems), "PayloadContent/com.apple.mdm/PayloadUUID"));
}

static void renaming_a_payload_changes_its_type(void **state)
{
	(void)state;
	assert_int_equal(move("PayloadContent/com.b", "PayloadContent/com.c"), 0);
	assert_shows("PayloadContent/com.c/PayloadType", "com.c\n");
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("PayloadContent/0/PayloadType", "com.c");
	assert_int_equal(move("PayloadContent/com.c", "PayloadContent/com.c.7"), 0);
	assert_shows("PayloadContent/com.c.7/PayloadType", "com.c\n");
}

static void a_payload_without_a_text_for_a_type_cannot_be_renamed(void **state)
{
	(void)state;
	begin_again((struct profile_options){ .check = CHECK_OFF });
	assert_int_equal(make_dir("PayloadContent/com.new"), 0);
	assert_int_equal(make_dir("PayloadContent/com.new/PayloadType"), 0);
	assert_int_equal(put("PayloadContent/com.new/PayloadType/deep", "x\n"), 0);
	assert_int_equal(move("PayloadContent/com.new", "PayloadContent/com.newer"), -EPERM);
	assert_shows("PayloadContent/com.new/PayloadType/deep", "x\n");
}

static void a_directory_that_is_moved_among_the_payloads_becomes_one(void **state)
{
	(void)state;
	assert_int_equal(make_dir("Draft"), 0);
	assert_int_equal(put("Draft/Key", "v\n"), 0);
	assert_int_equal(move("Draft", "PayloadContent/com.draft"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("PayloadContent/2/PayloadType", "com.draft");
}

static void payloads_that_were_made_are_saved_in_the_order_of_their_names(void **state)
{
	(void)state;
	assert_int_equal(make_dir("PayloadContent/com.z"), 0);
	assert_int_equal(make_dir("PayloadContent/com.y"), 0);
	assert_int_equal(make_dir("PayloadContent/com.y.10"), 0);
	assert_int_equal(make_dir("PayloadContent/com.y.2"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("PayloadContent/2/PayloadType", "com.y");
	assert_saved("PayloadContent/5/PayloadType", "com.z");
	assert_lists("PayloadContent", ".types com.b com.a com.y com.y.2 com.y.10 com.z ");
}

static void the_order_of_payloads_can_be_said(void **state)
{
	(void)state;
	assert_shows("PayloadContent/.types", "com.a order 2\ncom.b order 1\n");
	assert_int_equal(put("PayloadContent/.types", "com.a order 1\ncom.b order 2\n"), 0);
	assert_int_equal(put("A", "edited\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("PayloadContent/0/PayloadType", "com.a");
	assert_lists("PayloadContent", ".types com.a com.b ");
}

static void a_line_of_types_that_cannot_be_made_keeps_no_payload_from_being_filled_in(void **state)
{
	(void)state;
	assert_int_equal(put(".types", "x~ dict empty\n%zz dict empty\n"), 0);
	assert_int_equal(put("PayloadContent/.types", "not%2fcanonical dict empty\n"), 0);
	assert_int_equal(make_dir("PayloadContent/com.new"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("PayloadContent/2/PayloadUUID", NULL);
}

static void an_array_among_the_payloads_is_not_filled_in(void **state)
{
	(void)state;
	begin_again((struct profile_options){ .check = CHECK_OFF });
	assert_int_equal(put("PayloadContent/.types", "Odd array empty\n"), 0);
	assert_int_equal(put("A", "edited\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_lists("PayloadContent/Odd", "");
}

static void an_empty_directory_that_types_speaks_of_is_made(void **state)
{
	(void)state;
	assert_int_equal(put("D/.types", "Extra dict empty\nNone array empty\n"), 0);
	assert_int_equal(put("A", "edited\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("D/Extra", NULL);
	assert_saved("D/None", NULL);
}

/* --- saving ----------------------------------------------------------------------------------------- */

static void nothing_edited_is_nothing_touched(void **state)
{
	struct stat before = look_at("p.mobileconfig"), after;

	(void)state;
	assert_shows("A", "one\n");
	assert_int_equal(put("A", "two\n"), 0);
	assert_int_equal(put("A", "one\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_int_equal(tree_finish(mounted.tree), 0);
	after = look_at("p.mobileconfig");
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
}

static void a_sync_saves_and_the_next_one_saves_more(void **state)
{
	(void)state;
	assert_int_equal(put("A", "two\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("A", "two");
	assert_int_equal(remove_file("A"), 0);
	assert_int_equal(put("D/x", "7\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("D/x", "7");
	assert_int_equal(put("A", "three\n"), 0);
	assert_int_equal(tree_finish(mounted.tree), 0);
	assert_saved("A", "three");
}

static void an_error_that_the_edits_brought_in_is_refused(void **state)
{
	(void)state;
	assert_int_equal(put("PayloadContent/com.a/PayloadUUID", UUID_2 "\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), -EINVAL);
	assert_last_error("[duplicate-uuid]");
	assert_false(is_there(".p.mobileconfig.rejected"));
	assert_saved("PayloadContent/1/PayloadUUID", UUID_3);
	assert_int_equal(tree_finish(mounted.tree), 1);
	assert_saved("PayloadContent/1/PayloadUUID", UUID_3);
	assert_int_equal(look_at(".p.mobileconfig.rejected").st_mode & 07777, 0600);
	assert_true(was_reported(".p.mobileconfig.rejected"));
}

static void an_error_that_was_there_does_not_keep_it_from_being_saved(void **state)
{
	(void)state;
	begin_again((struct profile_options){ .check = CHECK_OFF });
	assert_int_equal(put("PayloadContent/com.a/PayloadUUID", UUID_2 "\n"), 0);
	assert_int_equal(tree_finish(mounted.tree), 0);
	begin_again((struct profile_options){ 0 });
	assert_int_equal(put("A", "edited\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("A", "edited");
	assert_int_equal(put("PayloadUUID", UUID_2 "\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), -EINVAL);
}

static void check_warn_saves_and_says_what_is_wrong(void **state)
{
	(void)state;
	begin_again((struct profile_options){ .check = CHECK_WARN });
	assert_int_equal(put("PayloadContent/com.a/PayloadUUID", UUID_2 "\n"), 0);
	assert_int_equal(tree_finish(mounted.tree), 0);
	assert_saved("PayloadContent/1/PayloadUUID", UUID_2);
	assert_true(was_reported("the same PayloadUUID"));
}

static void check_off_saves_and_says_nothing(void **state)
{
	(void)state;
	begin_again((struct profile_options){ .check = CHECK_OFF });
	assert_int_equal(put("PayloadContent/com.a/PayloadUUID", UUID_2 "\n"), 0);
	assert_int_equal(tree_finish(mounted.tree), 0);
	assert_saved("PayloadContent/1/PayloadUUID", UUID_2);
	assert_int_equal(mounted.reported.count, 0);
}

static void a_profile_that_somebody_changed_is_not_saved_over(void **state)
{
	(void)state;
	assert_int_equal(put("A", "ours\n"), 0);
	put_text("p.mobileconfig", "theirs");
	assert_int_equal(tree_sync(mounted.tree), -ESTALE);
	assert_false(is_there(".p.mobileconfig.conflict"));
	assert_int_equal(tree_finish(mounted.tree), 1);
	assert_content("p.mobileconfig", "theirs");
	assert_true(is_there(".p.mobileconfig.conflict"));
}

static void what_was_discarded_is_not_saved(void **state)
{
	struct handle *handle;

	(void)state;
	assert_int_equal(put("A", "two\n"), 0);
	assert_int_equal(open_at("D/x", O_WRONLY | O_TRUNC, &handle), 0);
	assert_int_equal(write_to(handle, "9\n", 0), 0);
	tree_discard(mounted.tree);
	assert_int_equal(close_handle(handle), 0);
	assert_int_equal(tree_finish(mounted.tree), 0);
	assert_saved("A", "one");
	assert_saved("D/x", "1");
}

static void what_was_saved_before_a_discard_stays_and_nothing_else_comes(void **state)
{
	(void)state;
	assert_int_equal(put("A", "two\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_int_equal(put("A", "three\n"), 0);
	assert_int_equal(make_dir("PayloadContent/com.new"), 0);
	tree_discard(mounted.tree);
	assert_int_equal(tree_finish(mounted.tree), 0);
	assert_saved("A", "two");
}

static void scratch_that_goes_with_the_mount_is_listed(void **state)
{
	struct item *link;

	(void)state;
	assert_int_equal(put("D/notes.bak", "text\n"), 0);
	assert_int_equal(tree_symlink(mounted.tree, at(""), ".#A", "me@host", &link), 0);
	assert_int_equal(put("passing~", "text\n"), 0);
	assert_int_equal(remove_file("passing~"), 0);
	assert_int_equal(tree_finish(mounted.tree), 0);
	assert_int_equal(mounted.reported.count, 2);
	assert_int_equal(mounted.reported.list[0].severity, SEVERITY_NOTE);
	assert_string_equal(mounted.reported.list[0].key, "D/notes.bak");
	assert_string_equal(mounted.reported.list[1].key, ".#A");
}

static void what_is_still_open_is_saved_if_it_is_a_value_and_listed_if_not(void **state)
{
	struct handle *good, *bad;

	(void)state;
	assert_int_equal(open_at("A", O_WRONLY | O_TRUNC, &good), 0);
	assert_int_equal(open_at("D/x", O_WRONLY | O_TRUNC, &bad), 0);
	assert_int_equal(write_to(good, "half", 0), 0);
	assert_int_equal(write_to(bad, "-", 0), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("A", "half");
	assert_saved("D/x", "1");
	assert_true(was_reported("is still being written"));
	assert_int_equal(write_to(good, " more\n", 4), 0);
	assert_int_equal(write_to(bad, "3\n", 1), 0);
	assert_int_equal(close_handle(good), 0);
	assert_int_equal(close_handle(bad), 0);
	assert_int_equal(tree_finish(mounted.tree), 0);
	assert_saved("A", "half more");
	assert_saved("D/x", "-3");
}

static void a_cut_name_without_its_key_is_refused_at_save(void **state)
{
	(void)state;
	assert_int_equal(put("x%-0123456789abcdef", "v\n"), 0);
	assert_int_equal(tree_sync(mounted.tree), -EINVAL);
	assert_last_error("shortened name");
}

static void a_cut_name_gets_its_key_whenever_it_is_said(void **state)
{
	char key[400], line[800];
	BUF_AUTO name = BUF_INIT;

	(void)state;
	memset(key, 'k', sizeof(key));
	key[399] = '\0';
	name_from_key(key, 399, &name);
	assert_int_equal(put(buf_text(&name), "v\n"), 0);
	snprintf(line, sizeof(line), "%s key %s\n", buf_text(&name), key);
	assert_int_equal(put(".types", line), 0);
	assert_int_equal(tree_sync(mounted.tree), 0);
	assert_saved("A", "one");
	struct doc doc = on_disk();
	assert_non_null(node_get(doc.root, key));
	doc_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_payload_that_was_made_is_filled_in),
		TEST(a_payload_that_was_there_is_not_filled_in),
		TEST(a_clone_gets_an_identity_of_its_own_and_that_is_said),
		TEST(a_name_that_scratch_has_is_filled_in_all_the_same),
		TEST(a_payload_that_was_removed_and_made_again_is_filled_in_at_its_old_place),
		TEST(what_a_made_payload_lacks_is_told_before_the_save),
		TEST(renaming_a_payload_changes_its_type),
		TEST(a_payload_without_a_text_for_a_type_cannot_be_renamed),
		TEST(a_directory_that_is_moved_among_the_payloads_becomes_one),
		TEST(payloads_that_were_made_are_saved_in_the_order_of_their_names),
		TEST(the_order_of_payloads_can_be_said),
		TEST(a_line_of_types_that_cannot_be_made_keeps_no_payload_from_being_filled_in),
		TEST(an_array_among_the_payloads_is_not_filled_in),
		TEST(an_empty_directory_that_types_speaks_of_is_made),
		TEST(nothing_edited_is_nothing_touched),
		TEST(a_sync_saves_and_the_next_one_saves_more),
		TEST(an_error_that_the_edits_brought_in_is_refused),
		TEST(an_error_that_was_there_does_not_keep_it_from_being_saved),
		TEST(check_warn_saves_and_says_what_is_wrong),
		TEST(check_off_saves_and_says_nothing),
		TEST(a_profile_that_somebody_changed_is_not_saved_over),
		TEST(what_was_discarded_is_not_saved),
		TEST(what_was_saved_before_a_discard_stays_and_nothing_else_comes),
		TEST(scratch_that_goes_with_the_mount_is_listed),
		TEST(what_is_still_open_is_saved_if_it_is_a_value_and_listed_if_not),
		TEST(a_cut_name_without_its_key_is_refused_at_save),
		TEST(a_cut_name_gets_its_key_whenever_it_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
