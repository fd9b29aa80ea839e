/*
 * What a crash leaves: of edits, and of a save that writes over a file, where none can be put in its place.
 */
#include "tests/unit/saved_tree.h"

#include "fs/tree/recovery.h"

static const struct profile_options keeping = { .unknown_allowed = true, .recovery = RECOVERY_KEEP };

static int begin_keeping(void **state)
{
	if (begin(state) < 0 || setenv("XDG_STATE_HOME", folder, 1) < 0)
		return -1;
	begin_again(keeping);
	return 0;
}

/* --- edits ------------------------------------------------------------------------------------------ */

/* An edit that is answered. */
static void edit(const char *text)
{
	assert_int_equal(tree_done(mounted.tree, put("A", text)), 0);
}

static void assert_comes_back(const char *text)
{
	begin_again(keeping);
	assert_shows("A", text);
	assert_true(recovery_holds(&mounted.profile));
}

static void what_was_edited_after_a_save_comes_back(void **state)
{
	(void)state;
	edit("two\n");
	assert_int_equal(tree_sync(mounted.tree), 0);
	edit("three\n");
	assert_comes_back("three\n");
	assert_saved("A", "two");
	assert_int_equal(tree_sync(mounted.tree), 0);
	edit("four\n");
	assert_int_equal(tree_sync(mounted.tree), 0);
	edit("five\n");
	assert_comes_back("five\n");
	assert_saved("A", "four");
}

static void what_was_edited_after_a_save_that_failed_comes_back(void **state)
{
	BUF_AUTO before = BUF_INIT;

	(void)state;
	get_bytes("p.mobileconfig", &before);
	edit("two\n");
	put_text("p.mobileconfig", "somebody else's");
	assert_int_equal(tree_sync(mounted.tree), -ESTALE);
	edit("three\n");
	put_bytes("p.mobileconfig", before.data, before.len);
	assert_comes_back("three\n");
	put_text("p.mobileconfig", "somebody else's");
	assert_int_equal(tree_sync(mounted.tree), -ESTALE);
	put_bytes("p.mobileconfig", before.data, before.len);
	assert_int_equal(tree_sync(mounted.tree), 0);
	edit("four\n");
	assert_comes_back("four\n");
	assert_saved("A", "three");
}

/* --- a file that is written over -------------------------------------------------------------------- */

/* Writes the first `done` bytes of `fresh` over the profile, and stops as a crash does. */
static void crash_after(const struct buf *fresh, size_t done)
{
	struct error err;
	int fd;

	assert_int_equal(recovery_guard(&mounted.profile, fresh->data, fresh->len, &err), 0);
	fd = open(path_of("p.mobileconfig"), O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, fresh->data, done), 0);
	close(fd);
	tree_end();
}

static void assert_finished(const struct buf *fresh)
{
	BUF_AUTO now = BUF_INIT, known = BUF_INIT;

	tree_begin_with("p.mobileconfig", &keeping);
	get_bytes("p.mobileconfig", &now);
	assert_true(buf_equals(&now, fresh->data, fresh->len));
	pieces_flat(&mounted.profile.bytes, &known);
	assert_true(buf_equals(&known, fresh->data, fresh->len));
	assert_false(recovery_holds(&mounted.profile));
}

/* The same profile with another value, which is `more` bytes longer or shorter. */
static void make_fresh(struct buf *fresh, const char *value)
{
	BUF_AUTO text = BUF_INIT;
	char *at;

	pieces_flat(&mounted.profile.bytes, &text);
	at = strstr(buf_text(&text), "one</string>");
	assert_non_null(at);
	buf_add(fresh, text.data, (size_t)(at - text.data));
	buf_add_text(fresh, value);
	buf_add_text(fresh, at + 3);
	assert_true(buf_ok(fresh));
}

static void cut_short_anywhere(const char *value)
{
	BUF_AUTO old = BUF_INIT, fresh = BUF_INIT;
	size_t done;

	pieces_flat(&mounted.profile.bytes, &old);
	make_fresh(&fresh, value);
	for (done = 0; done <= fresh.len; done += 97) {
		crash_after(&fresh, done);
		assert_finished(&fresh);
		tree_end();
		put_bytes("p.mobileconfig", old.data, old.len);
		tree_begin_with("p.mobileconfig", &keeping);
	}
}

static void a_longer_file_is_finished_wherever_it_was_cut_short(void **state)
{
	(void)state;
	cut_short_anywhere("a value that is longer than it was");
}

static void a_shorter_file_is_finished_wherever_it_was_cut_short(void **state)
{
	(void)state;
	cut_short_anywhere("");
}

static void what_somebody_else_wrote_since_stays(void **state)
{
	BUF_AUTO fresh = BUF_INIT, other = BUF_INIT, now = BUF_INIT;

	(void)state;
	make_fresh(&fresh, "two");
	make_fresh(&other, "three, by somebody else");
	crash_after(&fresh, 100);
	put_bytes("p.mobileconfig", other.data, other.len);
	tree_begin_with("p.mobileconfig", &keeping);
	get_bytes("p.mobileconfig", &now);
	assert_true(buf_equals(&now, other.data, other.len));
}

#define KEEPING(name) cmocka_unit_test_setup_teardown(name, begin_keeping, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEEPING(what_was_edited_after_a_save_comes_back),
		KEEPING(what_was_edited_after_a_save_that_failed_comes_back),
		KEEPING(a_longer_file_is_finished_wherever_it_was_cut_short),
		KEEPING(a_shorter_file_is_finished_wherever_it_was_cut_short),
		KEEPING(what_somebody_else_wrote_since_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
