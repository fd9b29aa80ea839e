/*
 * Lines that are appended to an array's file. Only they are read, judged and noted; and what comes of it is what would
 * have come of writing the whole text again.
 *
 * The same steps are done twice, drawn by the same lot: once as they are, once with every append as a write of the
 * whole text, and all that is there looked at each time. What each step answers, shows and leaves in the document is
 * written down, and must be the same.
 */
#include "tests/unit/schema_tree.h"

#include "fs/tree/item.h"
#include "tests/unit/random.h"

#define SEEDS 40
#define STEPS 40

#define COUNT(list) ((unsigned)(sizeof(list) / sizeof(*(list))))
#define ANY(list) ((list)[random_below(COUNT(list))])

/* Arrays of all kinds, some with elements that the schema refuses. */
static const char keys[] =
	"<key>Strings</key>\n<array><!-- one --><string>a</string>\n<string>b</string></array>\n"
	"<key>Numbers</key><array><integer>500</integer><integer>1</integer><integer>1</integer></array>\n"
	"<key>Letters</key><array><string>z</string><string>a</string><string>z</string></array>\n"
	"<key>Pair</key><array><integer>1</integer><integer>2</integer><integer>3</integer></array>\n"
	"<key>Reals</key><array><integer>1</integer><integer>2</integer></array>\n"
	"<key>Anything</key><array><integer>1</integer><string>1</string><true/></array>\n"
	"<key>Other</key><dict><key>X</key><string>x</string></dict>\n"
	"<key>Port</key><string>1</string>\n";

/* The payload that the schema does not know has these, too. */
static const char more[] =
	"<key>Strings</key><array><string>a</string></array>\n<key>Numbers</key><array><integer>7</integer></array>\n"
	"<key>Letters</key><array><true/><false/></array>\n<key>Pair</key><array><string></string></array>\n"
	"<key>Reals</key><array><real>1</real><real>2.50</real></array>\n<key>Anything</key><array/>\n"
	"<key>Port</key><array><date>2026-01-31T12:00:00Z</date></array>\n";

static const char *const places[] = { "Strings", "Numbers", "Letters", "Pair", "Reals", "Anything", "Port" };

static const char *const pieces[] = {
	"", "\n", "\n\n", "a\n", "b", "\nc", "a\nb\n", "1\n", "2", "\n3\n", "500\n", "501\n", "z\n", "a\na\n", "true\n",
	"0.5\n", "\xc3", "\xa9\n", "\xff\n", "x\x01\n", "$FLEET_VAR_X\n", "2026-01-31T12:00:00Z\n", "-", "tr", "ue\n",
};

static const char *const types[] = { "array", "array string", "array integer", "array integer string", "array real" };

static void begin_lists(enum recovery_use recovery)
{
	struct profile_options options = { .recovery = recovery };
	BUF_AUTO text = BUF_INIT;

	put_text("own.schema", own_schema);
	options.schema = path_of("own.schema");
	buf_add_format(&text, PROFILE(PAYLOAD("org.example", "1", "%s") PAYLOAD("com.google.Chrome", "2", "%s")),
		       keys, more);
	begin_with(options, buf_text(&text));
}

static void begin_lists_again(void)
{
	const struct profile_options options = { .schema = path_of("own.schema"), .recovery = RECOVERY_KEEP };

	tree_begin_with("p.mobileconfig", &options);
}

static void add_document(struct buf *out)
{
	struct error err = ERROR_INIT;

	if (profile_xml(&mounted.profile, out, &err) < 0)
		fail_msg("%s", err.text);
}

/* --- steps ------------------------------------------------------------------------------------------ */

/* Both pieces are appended, or stand behind what is there in a write of the whole. */
static int append_pieces(const char *path, const char *first, const char *second, bool whole)
{
	BUF_AUTO text = BUF_INIT;
	struct handle *handle;
	int results[3];

	if (whole)
		read_file(path, &text);
	if (open_at(path, whole ? O_WRONLY | O_TRUNC : O_WRONLY | O_APPEND, &handle) < 0)
		return -1;
	buf_add_text(&text, first);
	results[0] = write_to(handle, buf_text(&text), 0);
	results[1] = write_to(handle, second, (off_t)text.len);
	results[2] = close_handle(handle);
	return results[0] ? results[0] : results[1] ? results[1] : results[2];
}

static int cut(const char *path)
{
	size_t size = attr_at(path).size, less = random_below(4);

	return tree_truncate(mounted.tree, at(path), NULL, (off_t)(less < size ? size - less : 0));
}

/* Writes over what is there. */
static int overwrite(const char *path, const char *piece)
{
	struct handle *handle;
	int result = open_at(path, O_RDWR, &handle), closed;

	if (result < 0)
		return result;
	result = write_to(handle, piece, (off_t)random_below((unsigned)attr_at(path).size + 1));
	closed = close_handle(handle);
	return result < 0 ? result : closed;
}

static int do_something(const char *path, const char *other, bool whole)
{
	const char *first = ANY(pieces), *second = ANY(pieces);
	unsigned kind = random_below(20);

	if (!there(path))
		return put(path, first);
	switch (kind) {
	case 0:
		return put(path, first);
	case 1:
		return cut(path);
	case 2:
		return overwrite(path, first);
	case 3:
		return set_type(path, ANY(types));
	case 4:
		return remove_file(path);
	case 5:
		return move(path, other);
	case 6:
		return there(other) ? move_flags(path, other, RENAME_EXCHANGE) : 0;
	case 7:
		return tree_sync(mounted.tree);
	default:
		return append_pieces(path, first, kind % 2 ? "" : second, whole);
	}
}

static void random_place(char path[static 128])
{
	snprintf(path, 128, "%s/%s", random_below(2) ? OWN : UNKNOWN, ANY(places));
}

/* What a step did to a file, and to all. */
static void write_down(const char *path, int result, struct buf *out)
{
	buf_add_format(out, "%s: %d %s\n", path, result, result < 0 ? tree_last_error(mounted.tree)->text : "");
	if (there(path)) {
		buf_add_format(out, "%zu bytes: ", (size_t)attr_at(path).size);
		read_file(path, out);
	}
	add_document(out);
}

/* Nothing is remembered of the elements of any array. */
static void forget_elements(void)
{
	struct item *item;
	uint64_t last = 0;

	while ((item = item_next(mounted.tree, &last)))
		item->elements = 0;
}

static void do_steps(unsigned seed, bool whole, enum recovery_use recovery, struct buf *out)
{
	char path[128], other[128];
	unsigned step;
	int result;

	begin_lists(recovery);
	random_seed(seed);
	for (step = 0; step < STEPS; step++) {
		random_place(path);
		random_place(other);
		if (whole)
			forget_elements();
		result = do_something(path, other, whole);
		tree_done(mounted.tree, result);
		buf_add_format(out, "step %u, ", step);
		write_down(path, result, out);
	}
}

/* --- tests ------------------------------------------------------------------------------------------ */

static void an_append_does_what_a_write_of_the_whole_does(void **state)
{
	unsigned seed, same;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		BUF_AUTO appended = BUF_INIT, whole = BUF_INIT;

		do_steps(seed, false, RECOVERY_NONE, &appended);
		tree_end();
		do_steps(seed, true, RECOVERY_NONE, &whole);
		tree_end();
		assert_true(buf_ok(&appended) && buf_ok(&whole));
		for (same = 0; same < appended.len && appended.data[same] == whole.data[same]; same++)
			;
		if (!buf_equals(&appended, whole.data, whole.len))
			fail_msg("seed %u: byte %u: '%.3000s' is not '%.3000s'", seed, same,
				 appended.data + (same < 1500 ? 0 : same - 1500),
				 whole.data + (same < 1500 ? 0 : same - 1500));
	}
}

/* In a folder of their own. */
static void keep_journals(unsigned number)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", number);
	assert_int_equal(mkdir(path_of(name), 0700), 0);
	assert_int_equal(setenv("XDG_STATE_HOME", path_of(name), 1), 0);
}

static void what_was_appended_comes_back_after_a_crash(void **state)
{
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= SEEDS / 5; seed++) {
		BUF_AUTO told = BUF_INIT;
		struct node *before;

		keep_journals(seed);
		do_steps(seed, false, RECOVERY_KEEP, &told);
		before = node_copy(mounted.profile.doc.root, false);
		assert_non_null(before);
		tree_end();
		begin_lists_again();
		if (!node_equal(before, mounted.profile.doc.root, true))
			fail_msg("seed %u: %s", seed, buf_text(&told));
		node_free(before);
		tree_end();
	}
}

/* Appends a line, and says how many bytes that was in the journal. */
static size_t noted_for(const char *path, const char *line)
{
	size_t before = mounted.profile.recovery.noted.len;

	assert_int_equal(append_to(path, line), 0);
	return mounted.profile.recovery.noted.len - before;
}

static void the_journal_has_only_what_is_appended(void **state)
{
	BUF_AUTO many = BUF_INIT;
	size_t one, i;

	(void)state;
	keep_journals(0);
	begin_lists(RECOVERY_KEEP);
	one = noted_for(OWN "/Strings", "one more\n");
	for (i = 0; i < 1000; i++)
		buf_add_text(&many, "one of many\n");
	assert_int_equal(put(OWN "/Strings", buf_text(&many)), 0);
	assert_int_equal(noted_for(OWN "/Strings", "one more\n"), one);
}

static void a_refused_line_leaves_the_lines_that_are_there(void **state)
{
	struct handle *handle;

	(void)state;
	begin_lists(RECOVERY_NONE);
	handle = open_ok(OWN "/Numbers", O_WRONLY | O_APPEND);
	assert_int_equal(write_to(handle, "2\n", 0), 0);
	assert_shows(OWN "/Numbers", "500\n1\n1\n2\n");
	assert_int_equal(write_to(handle, "501\n", 0), -EINVAL);
	assert_shows(OWN "/Numbers", "500\n1\n1\n");
	assert_int_equal(close_handle(handle), -EINVAL);
	assert_int_equal(append_to(OWN "/Numbers", "500\n3\n"), 0);
	assert_shows(OWN "/Numbers", "500\n1\n1\n500\n3\n");
	assert_saves("<integer>3</integer></array>");
}

static void what_is_shown_can_be_written_over_behind_an_append(void **state)
{
	struct handle *appends, *writes;

	(void)state;
	begin_lists(RECOVERY_NONE);
	appends = open_ok(OWN "/Numbers", O_WRONLY | O_APPEND);
	writes = open_ok(OWN "/Numbers", O_RDWR);
	assert_int_equal(write_to(appends, "22\n", 0), 0);
	assert_int_equal(write_to(writes, "4", 4), 0);
	assert_shows(OWN "/Numbers", "500\n4\n1\n22\n");
	assert_int_equal(tree_truncate(mounted.tree, at(OWN "/Numbers"), writes, 5), 0);
	assert_shows(OWN "/Numbers", "500\n4");
	assert_int_equal(write_to(appends, "5\nx", 0), -EINVAL);
	assert_shows(OWN "/Numbers", "500\n1\n1\n");
	assert_int_equal(close_handle(appends), -EINVAL);
	close_handle(writes);
	assert_shows(OWN "/Numbers", "500\n1\n1\n");
}

static void a_file_that_is_removed_while_lines_are_appended_shows_them(void **state)
{
	struct handle *handle;
	BUF_AUTO shown = BUF_INIT;

	(void)state;
	begin_lists(RECOVERY_NONE);
	handle = open_ok(OWN "/Strings", O_RDWR | O_APPEND);
	assert_int_equal(write_to(handle, "c\n", 0), 0);
	assert_int_equal(remove_file(OWN "/Strings"), 0);
	assert_int_equal(tree_read(mounted.tree, handle, 100, 0, &shown), 0);
	assert_string_equal(buf_text(&shown), "a\nb\nc\n");
	close_handle(handle);
	assert_false(there(OWN "/Strings"));
	assert_int_equal(put(OWN "/Strings", "q\n"), 0);
	assert_int_equal(append_to(OWN "/Strings", "r\n"), 0);
	assert_shows(OWN "/Strings", "q\nr\n");
}

/* Each inode has the other's array then: what was remembered of the elements does not go with it. */
static void exchanged_arrays_keep_their_types_for_what_is_appended(void **state)
{
	(void)state;
	begin(PROFILE(PAYLOAD("com.google.Chrome", "1", "<key>A</key><array><string>1</string></array>\n"
			      "<key>B</key><array><integer>1</integer></array>\n")));
	assert_int_equal(append_to(UNKNOWN "/A", "2\n"), 0);
	assert_int_equal(append_to(UNKNOWN "/B", "2\n"), 0);
	assert_int_equal(move_flags(UNKNOWN "/A", UNKNOWN "/B", RENAME_EXCHANGE), 0);
	assert_int_equal(append_to(UNKNOWN "/A", "3\n"), 0);
	assert_int_equal(append_to(UNKNOWN "/B", "3\n"), 0);
	assert_saves("<string>1</string><string>2</string><string>3</string></array>");
	assert_saves("<integer>1</integer><integer>2</integer><integer>3</integer></array>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_append_does_what_a_write_of_the_whole_does),
		TEST(what_was_appended_comes_back_after_a_crash),
		TEST(the_journal_has_only_what_is_appended),
		TEST(a_refused_line_leaves_the_lines_that_are_there),
		TEST(what_is_shown_can_be_written_over_behind_an_append),
		TEST(a_file_that_is_removed_while_lines_are_appended_shows_them),
		TEST(exchanged_arrays_keep_their_types_for_what_is_appended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
