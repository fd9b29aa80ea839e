/* Files put beside a profile: numbered, private, never overwritten. */
#include "tests/unit/folder.h"

#include <signal.h>

static void keep_beside(const struct place *place, const char *text, const char *name)
{
	BUF_AUTO made = BUF_INIT;
	struct error err;

	if (file_beside(place, ".rejected", text, strlen(text), &made, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf_text(&made), name);
	assert_content(name, text);
	assert_int_equal(look_at(name).st_mode & 07777, 0600);
}

static size_t count_rejected(const struct place *place, struct buf *first)
{
	struct beside kind = { .suffix = ".rejected" };

	file_count_beside(place, &kind, 1);
	if (first) {
		buf_clear(first);
		buf_add_text(first, buf_text(&kind.first));
	}
	buf_free(&kind.first);
	return kind.count;
}

static void files_beside_are_numbered_and_never_overwritten(void **state)
{
	struct place place = find_place("wifi.mobileconfig");
	BUF_AUTO first = BUF_INIT;

	(void)state;
	umask(0);
	assert_int_equal(count_rejected(&place, &first), 0);
	keep_beside(&place, "a", ".wifi.mobileconfig.rejected");
	keep_beside(&place, "b", ".wifi.mobileconfig.rejected.2");
	keep_beside(&place, "c", ".wifi.mobileconfig.rejected.3");
	assert_int_equal(count_rejected(&place, &first), 3);
	assert_string_equal(buf_text(&first), ".wifi.mobileconfig.rejected");
	assert_content(".wifi.mobileconfig.rejected", "a");
	assert_int_equal(run_in_folder("rm .wifi.mobileconfig.rejected .wifi.mobileconfig.rejected.2"), 0);
	assert_int_equal(count_rejected(&place, &first), 1);
	assert_string_equal(buf_text(&first), ".wifi.mobileconfig.rejected.3");
	keep_beside(&place, "d", ".wifi.mobileconfig.rejected");
	place_close(&place);
}

static void other_files_are_not_counted(void **state)
{
	struct place place = find_place("wifi");

	(void)state;
	put_text(".wifi.rejected.1", "");
	put_text(".wifi.rejected.02", "");
	put_text(".wifi.rejected.2~", "");
	put_text(".wifi.rejected.99999999999999999999", "");
	put_text(".wifi.rejected.", "");
	put_text(".wifi.rejectedly", "");
	put_text("wifi.rejected", "");
	put_text(".wifi.conflict", "");
	assert_int_equal(count_rejected(&place, NULL), 0);
	put_text(".wifi.rejected.20", "");
	assert_int_equal(count_rejected(&place, NULL), 1);
	place_close(&place);
}

static void one_listing_counts_each_suffix(void **state)
{
	struct beside kinds[] = { { .suffix = ".rejected" }, { .suffix = ".conflict" }, { .suffix = ".other" } };
	struct place place = find_place("wifi");

	(void)state;
	put_text(".wifi.conflict.3", "");
	put_text(".wifi.rejected", "");
	put_text(".wifi.conflict.2", "");
	file_count_beside(&place, kinds, 3);
	assert_int_equal(kinds[0].count, 1);
	assert_int_equal(kinds[1].count, 2);
	assert_int_equal(kinds[2].count, 0);
	assert_string_equal(buf_text(&kinds[0].first), ".wifi.rejected");
	assert_string_equal(buf_text(&kinds[1].first), ".wifi.conflict.2");
	assert_string_equal(buf_text(&kinds[2].first), "");
	for (size_t i = 0; i < 3; i++)
		buf_free(&kinds[i].first);
	place_close(&place);
}

static void a_link_beside_is_passed_by(void **state)
{
	struct place place = find_place("wifi");

	(void)state;
	assert_int_equal(symlink("elsewhere", path_of(".wifi.rejected")), 0);
	keep_beside(&place, "a", ".wifi.rejected.2");
	assert_false(is_there("elsewhere"));
	place_close(&place);
}

static void the_longest_names_have_files_beside(void **state)
{
	BUF_AUTO first = BUF_INIT;
	BUF_AUTO made = BUF_INIT;
	char name[256];
	struct place place;
	struct error err;

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	put_text(name, "");
	place = find_place(name);
	assert_int_equal(file_beside(&place, ".rejected", "a", 1, &made, &err), 0);
	assert_int_equal(file_beside(&place, ".rejected", "b", 1, &made, &err), 0);
	assert_int_equal(count_rejected(&place, &first), 2);
	assert_content(buf_text(&first), "a");
	assert_content(buf_text(&made), "b");
	place_close(&place);
}

static int beside_without_room(void)
{
	struct rlimit limit = { 10, 10 };
	BUF_AUTO made = BUF_INIT;
	struct place place;
	struct error err;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0 || place_open(&place, path_of("file"), &err) < 0)
		return 3;
	if (file_beside(&place, ".rejected", "more than ten bytes", 19, &made, &err) == 0)
		return 1;
	place_close(&place);
	return err.code == EFBIG ? 0 : 2;
}

static void half_a_file_is_not_left_beside(void **state)
{
	(void)state;
	assert_int_equal(as_ordinary_user(beside_without_room), 0);
	assert_int_equal(entries_in(""), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_beside_are_numbered_and_never_overwritten),
		TEST(other_files_are_not_counted),
		TEST(one_listing_counts_each_suffix),
		TEST(a_link_beside_is_passed_by),
		TEST(the_longest_names_have_files_beside),
		TEST(half_a_file_is_not_left_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
