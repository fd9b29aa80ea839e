/*
 * Changes of long values as bytes: what is written down is what is new, and makes the same of the same document.
 */
#include "tests/unit/mounted_tree.h"

#include "fs/tree/change.h"
#include "tests/unit/random.h"

#define ROUNDS 400

#define COUNT(list) ((unsigned)(sizeof(list) / sizeof(*(list))))

/* A profile with a text and data of `len` bytes. */
static void add_profile(size_t len, struct buf *out)
{
	size_t i;

	buf_add_text(out, "<key>Data</key><data>");
	for (i = 0; i < len / 3; i++)
		buf_add_text(out, "QUJD");
	buf_add_text(out, "</data>\n<key>Text</key><string>");
	for (i = 0; i < len; i++)
		buf_add_char(out, (char)('a' + i % 3));
	buf_add_text(out, "</string>\n");
}

static void begin_with_length(size_t len)
{
	const struct profile_options options = { .unknown_allowed = true, .recovery = RECOVERY_KEEP };
	BUF_AUTO keys = BUF_INIT;

	assert_int_equal(setenv("XDG_STATE_HOME", folder, 1), 0);
	add_profile(len, &keys);
	tree_begin_keys(buf_text(&keys));
	tree_end();
	tree_begin_with("p.mobileconfig", &options);
}

/* Makes what was noted again with the document that lies on disk; replay_free() and doc_free(). */
static int make_again(struct doc *doc, struct replay **replay)
{
	const struct buf *noted = &mounted.profile.recovery.noted;
	BUF_AUTO plist = BUF_INIT;
	struct error err;

	pieces_flat(&mounted.profile.plist, &plist);
	if (doc_read(doc, "p", plist.data, plist.len, &err) < 0)
		fail_msg("%s", err.text);
	*replay = replay_new(doc);
	assert_non_null(*replay);
	return replay_changes(*replay, noted->data, noted->len, &err);
}

static void assert_comes_back(unsigned round)
{
	struct replay *replay;
	struct doc doc;

	if (make_again(&doc, &replay) < 0 || !node_equal(doc.root, mounted.profile.doc.root, true))
		fail_msg("round %u: the document is another one", round);
	replay_free(replay);
	doc_free(&doc);
}

/* A piece of the value is replaced by another, of another length. */
static void change_somewhere(const char *path)
{
	static const char *const pieces[] = { "", "a", "b", "c", "abc", "abcabc", "x\n", "aaaaaaaaaaaaaaaa", "\n" };
	BUF_AUTO old = BUF_INIT, fresh = BUF_INIT;
	size_t from, to;

	read_file(path, &old);
	from = random_below((unsigned)old.len + 1);
	to = from + random_below(random_below(4) ? 4 : (unsigned)(old.len - from) + 1);
	if (to > old.len)
		to = old.len;
	buf_add(&fresh, old.data, from);
	random_text(pieces, COUNT(pieces), random_below(8) ? 3 : 30, &fresh);
	buf_add(&fresh, buf_text(&old) + to, old.len - to);
	assert_int_equal(put(path, buf_text(&fresh)), 0);
}

static void changes_of_any_piece_come_back(void **state)
{
	unsigned round;

	(void)state;
	begin_with_length(300);
	random_seed(1);
	for (round = 0; round < ROUNDS; round++) {
		change_somewhere(round % 2 ? "Text" : "Data");
		assert_comes_back(round);
	}
}

static size_t noted_for_append(const char *path)
{
	size_t before = mounted.profile.recovery.noted.len;

	assert_int_equal(append_to(path, "more\n"), 0);
	return mounted.profile.recovery.noted.len - before;
}

static void of_a_long_value_the_journal_has_only_what_is_new(void **state)
{
	(void)state;
	begin_with_length(100000);
	assert_in_range(noted_for_append("Text"), 1, 100);
	assert_in_range(noted_for_append("Data"), 1, 100);
	assert_comes_back(0);
}

static void a_part_of_a_value_that_is_not_there_does_not_fit(void **state)
{
	BUF_AUTO keys = BUF_INIT, text = BUF_INIT;
	struct replay *replay;
	struct doc doc;

	(void)state;
	begin_with_length(300);
	assert_int_equal(append_to("Text", "more\n"), 0);
	add_profile(299, &keys);
	buf_add_format(&text, "<plist version=\"1.0\"><dict>%s</dict></plist>", buf_text(&keys));
	pieces_of(&mounted.profile.plist, &text);
	assert_int_equal(make_again(&doc, &replay), -1);
	assert_int_equal(node_get(doc.root, "Text")->value.len, 299);
	replay_free(replay);
	doc_free(&doc);
}

static int end(void **state)
{
	tree_end();
	return folder_close(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes_of_any_piece_come_back),
		TEST(of_a_long_value_the_journal_has_only_what_is_new),
		TEST(a_part_of_a_value_that_is_not_there_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
