/* .types: a tree copied out and back keeps every value, type and array, in any order of arrival. */
#include "tests/unit/mounted_tree.h"

#include <plist/plist.h>

#define FRAME(keys) \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n" keys "</dict>\n</plist>\n"

/* Every type, and everything that a name or a text does not tell. */
static const char everything[] = FRAME(
	"<key>s</key><string>text</string><key>empty</key><string></string><key>lines</key><string>a\nb\n</string>"
	"<key>number-like</key><string>3</string><key>bool-like</key><string>true</string>"
	"<key>newline</key><string>\n</string><key>edge</key><string> x \n\n</string>"
	"<key>i</key><integer>-5</integer><key>big</key><integer>123456789012345678901234567890</integer>"
	"<key>r</key><real>0.1</real><key>r5</key><real>5</real><key>t</key><true/><key>f</key><false/>"
	"<key>d</key><date>2026-01-31T12:00:00Z</date><key>raw</key><data>AAEC</data><key>no-data</key><data></data>"
	"<key>texty-data</key><data>aGVsbG8K</data><key>ph</key><integer>$FLEET_VAR_PORT</integer>"
	"<key>ph-data</key><data>$FLEET_SECRET_X</data>"
	"<key>no-array</key><array/><key>strings</key><array><string>a</string><string>b</string></array>"
	"<key>one-empty</key><array><string></string></array><key>gap</key><array><string>a</string><string/>"
	"</array><key>numbers</key><array><integer>1</integer><integer>2</integer></array>"
	"<key>number-strings</key><array><string>1</string><string>2</string></array>"
	"<key>mixed</key><array><string>1</string><integer>1</integer><true/><real>1.5</real></array>"
	"<key>multi-line</key><array><string>a\nb</string><string>c</string></array>"
	"<key>datas</key><array><data>AAA=</data><data>AAE=</data></array>"
	"<key>nested</key><array><array><string>O</string><string>x</string></array><array/>"
	"<dict><key>k</key><string>5</string></dict><dict/></array>"
	"<key>no-dict</key><dict/><key>dict</key><dict><key>deep</key><dict><key>x</key><integer>1</integer></dict>"
	"<key>00</key><string>zero</string></dict>"
	"<key>/a/b%c</key><string>odd</string><key>.hidden</key><string>h</string><key></key><string>e</string>"
	"<key>x~</key><string>t</string><key>a b</key><integer>7</integer><key>sp ace</key><string>7</string>"
	"<key>#k#</key><string>8</string><key>4913</key><string>x</string>"
	"<key>PayloadUUID</key><string>00000000-0000-4000-8000-000000000001</string>"
	"<key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>"
	"<key>PayloadIdentifier</key><string>id</string><key>PayloadContent</key><array>"
	"<dict><key>PayloadType</key><string>b.type</string><key>PayloadUUID</key><string>B1</string>"
	"<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>id.b</string></dict>"
	"<dict><key>PayloadType</key><string>a.type</string><key>PayloadUUID</key><string>A1</string>"
	"<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>id.a</string></dict>"
	"<dict><key>PayloadType</key><string>b.type</string><key>PayloadUUID</key><string>B2</string>"
	"<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>id.b2</string></dict>"
	"</array>");

/* One entry of a tree that was copied out. */
struct copied {
	char *path;
	bool dir;
	struct buf bytes;
};

static struct copied entries[512];
static size_t entry_count;

static void copy_out(const char *path)
{
	struct listing *listing;
	struct listed listed;
	char child[4096];
	size_t position;

	assert_int_equal(tree_list(mounted.tree, at(path), &listing), 0);
	for (position = 0; listing_at(listing, &position, &listed); position++) {
		struct copied *entry = &entries[entry_count++];

		assert_true(entry_count < 512);
		snprintf(child, sizeof(child), "%s%s%s", path, *path ? "/" : "", listed.name);
		*entry = (struct copied){ .path = strdup(child), .dir = S_ISDIR(attr_at(child).mode) };
		if (entry->dir)
			copy_out(child);
		else
			read_file(child, &entry->bytes);
	}
	listing_free(listing);
}

static void forget_copy(void)
{
	while (entry_count) {
		entry_count--;
		free(entries[entry_count].path);
		buf_free(&entries[entry_count].bytes);
	}
}

/* Makes the directories above a path that are not there yet. */
static void make_parents(const char *path)
{
	char part[4096];
	const char *slash;

	for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (!there(part))
			assert_int_equal(make_dir(part), 0);
	}
}

static void copy_in_one(const struct copied *entry)
{
	int result;

	make_parents(entry->path);
	if (entry->dir) {
		if (!there(entry->path))
			assert_int_equal(make_dir(entry->path), 0);
		return;
	}
	result = write_file(entry->path, O_WRONLY | O_CREAT | O_TRUNC, buf_text(&entry->bytes), entry->bytes.len);
	if (result < 0)
		fail_msg("%s: %d: %s", entry->path, result, tree_last_error(mounted.tree)->text);
}

static void shuffle(unsigned seed)
{
	size_t i, j;
	struct copied keep;

	srand(seed);
	for (i = entry_count - 1; i > 0; i--) {
		j = (size_t)rand() % (i + 1);
		keep = entries[i];
		entries[i] = entries[j];
		entries[j] = keep;
	}
}

static bool is_types(const struct copied *entry)
{
	size_t len = strlen(entry->path);

	return len >= 6 && strcmp(entry->path + len - 6, ".types") == 0;
}

/* Puts what was copied into a fresh profile; `types`: which entries go first, 1 .types, 0 others, -1 any. */
static void copy_in(const char *name, unsigned seed, int types)
{
	struct profile_options options = { .create = true, .check = CHECK_OFF };
	size_t i, round;

	tree_begin_with(name, &options);
	shuffle(seed);
	for (round = 0; round < 2; round++)
		for (i = 0; i < entry_count; i++)
			if (types < 0 ? round == 0 : (is_types(&entries[i]) == types) == (round == 0))
				copy_in_one(&entries[i]);
	assert_int_equal(tree_sync(mounted.tree), 0);
	for (i = 0; i < mounted.reported.count; i++)
		if (mounted.reported.list[i].severity != SEVERITY_NOTE)
			fail_msg("%s: %s", mounted.reported.list[i].key, mounted.reported.list[i].text);
	tree_end();
}

static void assert_same_document(const char *name, const char *source)
{
	BUF_AUTO bytes = BUF_INIT;
	struct error err = ERROR_INIT;
	struct doc expected, got;

	get_bytes(name, &bytes);
	assert_int_equal(doc_read(&expected, "source", source, strlen(source), &err), 0);
	if (doc_read(&got, name, bytes.data, bytes.len, &err) < 0)
		fail_msg("%s", err.text);
	if (!node_equal(expected.root, got.root, false))
		fail_msg("not the same document:\n%s", buf_text(&bytes));
	doc_free(&expected);
	doc_free(&got);
}

static void copy_and_compare(const char *source, unsigned seed, int types)
{
	char name[64];

	tree_begin(source);
	copy_out("");
	tree_end();
	snprintf(name, sizeof(name), "copy-%u-%d.mobileconfig", seed, types);
	copy_in(name, seed, types);
	assert_same_document(name, source);
	forget_copy();
}

static void types_first_gives_the_same_document(void **state)
{
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++)
		copy_and_compare(everything, seed, 1);
}

static void types_last_gives_the_same_document(void **state)
{
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++)
		copy_and_compare(everything, seed, 0);
}

static void types_in_any_order_give_the_same_document(void **state)
{
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= 60; seed++)
		copy_and_compare(everything, seed, -1);
}

static void only_what_text_does_not_tell_stands_in_types(void **state)
{
	(void)state;
	tree_begin(FRAME("<key>A</key><string>x</string><key>B</key><integer>1</integer><key>C</key><true/>"));
	assert_false(there(".types"));
	assert_int_equal(put("N", "3\n"), 0);
	assert_false(there(".types"));
	assert_int_equal(tree_setxattr(mounted.tree, at("N"), "user.profilefs.type", "string", 6), 0);
	assert_shows(".types", "N string\n");
	tree_end();
}

/* In a listing, which asks only whether there is a line. */
static bool is_listed(const char *dir)
{
	struct listing *listing;
	struct listed listed;
	size_t position;
	bool found = false;

	assert_int_equal(tree_list(mounted.tree, at(dir), &listing), 0);
	for (position = 0; listing_at(listing, &position, &listed); position++)
		found = found || strcmp(listed.name, ".types") == 0;
	listing_free(listing);
	return found;
}

/* `types`: "" for a directory that needs no .types. */
static void assert_needs(const char *keys, const char *types)
{
	BUF_AUTO text = BUF_INIT;

	buf_add_format(&text, FRAME("<key>D</key><dict>%s</dict>"), keys);
	tree_begin(buf_text(&text));
	if (is_listed("D") != (*types != '\0'))
		fail_msg(".types is %slisted with %s", *types ? "not " : "", keys);
	if (*types)
		assert_shows("D/.types", types);
	else
		assert_false(there("D/.types"));
	tree_end();
}

static void it_is_listed_if_there_is_one_line_of_any_kind(void **state)
{
	(void)state;
	assert_needs("<key>a</key><string>x</string><key>b</key><integer>1</integer>", "");
	assert_needs("<key>a</key><string>x</string><key>b</key><string>1</string>", "b string\n");
	assert_needs("<key>a</key><string>x</string><key>b</key><dict/>", "b dict empty\n");
	assert_needs("<key>a</key><string>true &amp; good</string><key>b</key><string/>", "");
	assert_needs("<key>a</key><string>&#116;rue</string>", "a string\n");
	assert_needs("<key>a</key><string>x\n</string>", "");
	assert_needs("<key>a</key><string>3\n</string>", "");
}

static void it_is_listed_for_what_was_in_conflict(void **state)
{
	(void)state;
	assert_needs("<key>a</key><string>x</string><key>a.conflict-theirs</key><string>y</string>",
		     "a string\na.conflict-theirs string\n");
	assert_needs("<key>a.conflict-base.2</key><string>y</string>", "a.conflict-base.2 string\n");
	assert_needs("<key>/.conflict-base</key><dict><key>k</key><string>v</string></dict><key>/</key><true/>",
		     "%2F boolean\n%2F.conflict-base dict\n");
	assert_needs("<key>a.conflict-bases</key><string>y</string><key>conflict-theirs</key><string>y</string>", "");
}

/* A binary property list has strings that are no good text: their bytes alone would be data. */
static void a_string_that_is_no_text_has_its_line(void **state)
{
	struct profile_options options = { .unknown_allowed = true };
	plist_t dict = plist_new_dict();
	char *binary = NULL;
	uint32_t len = 0;

	(void)state;
	plist_dict_set_item(dict, "A", plist_new_string("a\x01z"));
	plist_dict_set_item(dict, "B", plist_new_string("a z"));
	plist_to_bin(dict, &binary, &len);
	plist_free(dict);
	put_bytes("p.mobileconfig", binary, len);
	free(binary);
	tree_begin_with("p.mobileconfig", &options);
	assert_true(is_listed(""));
	assert_shows(".types", "A string\n");
	tree_end();
}

static void a_name_like_a_comment_has_its_line(void **state)
{
	(void)state;
	tree_begin(FRAME("<key>#</key><string>3</string><key>#x</key><string>4</string>"
			 "<key>x#</key><string>5</string>"));
	assert_shows(".types", "%# string\n%#x string\nx# string\n");
	assert_int_equal(put(".types", "# integer\n#x integer\n%# string\n%#x real\n"), 0);
	assert_shows(".types", "%# string\n%#x real\nx# string\n");
	tree_end();
}

static void a_line_whose_name_has_a_zero_byte_speaks_of_no_entry(void **state)
{
	static const char line[] = "A\0B real\n\0 real\nlast\n";
	BUF_AUTO content = BUF_INIT, problems = BUF_INIT;

	(void)state;
	tree_begin(FRAME("<key>A</key><string>3</string>"));
	assert_int_equal(write_file(".types", O_WRONLY | O_CREAT | O_TRUNC, line, sizeof(line) - 1), 0);
	read_file(".types", &content);
	assert_true(buf_equals(&content, "A string\nA\0B real\n\0 real\nlast\n", 30));
	read_file(".profilefs/problems", &problems);
	assert_non_null(strstr(buf_text(&problems), "'A%00B real' is not understood"));
	assert_non_null(strstr(buf_text(&problems), "'%00 real' is not understood"));
	assert_non_null(strstr(buf_text(&problems), "'last' is not understood"));
	tree_end();
}

static void it_comes_before_what_it_speaks_of(void **state)
{
	uint64_t first;

	(void)state;
	tree_begin(FRAME("<key>A</key><string>3</string><key>B</key><integer>1</integer>"));
	assert_lists("", ".types A B ");
	first = attr_at(".types").ino;
	assert_true(first < attr_at("A").ino);
	/* A number is given once. */
	assert_int_equal(remove_file(".types"), 0);
	assert_int_equal(put(".types", "A string\n"), 0);
	assert_true(attr_at(".types").ino > attr_at("B").ino);
	tree_end();
}

static void a_long_key_is_told_by_types(void **state)
{
	BUF_AUTO source = BUF_INIT;
	unsigned seed;
	int i;

	(void)state;
	buf_add_text(&source, "<plist version=\"1.0\"><dict><key>PayloadUUID</key><string>u</string>"
		     "<key>PayloadType</key><string>c</string><key>PayloadVersion</key><integer>1</integer>"
		     "<key>PayloadIdentifier</key>"
		     "<string>i</string><key>PayloadContent</key><array/><key>");
	for (i = 0; i < 100; i++)
		buf_add_text(&source, "a/ %25b");
	buf_add_text(&source, "</key><string>long</string></dict></plist>");
	for (seed = 1; seed <= 6; seed++)
		copy_and_compare(buf_text(&source), seed, -1);
}

static void a_line_that_does_not_fit_is_a_problem_and_no_refusal(void **state)
{
	(void)state;
	tree_begin(FRAME("<key>A</key><string>x</string>"));
	assert_int_equal(put(".types", "A integer\nGone real\nwhat is this\n"), 0);
	assert_shows("A", "x\n");
	BUF_AUTO problems = BUF_INIT;
	read_file(".profilefs/problems", &problems);
	assert_non_null(strstr(buf_text(&problems), "A: its content is not of the type"));
	assert_non_null(strstr(buf_text(&problems), "Gone: .types speaks of it"));
	assert_non_null(strstr(buf_text(&problems), "'what is this' is not understood"));
	tree_end();
}

static void types_do_not_keep_a_directory_from_being_removed(void **state)
{
	(void)state;
	tree_begin(FRAME("<key>D</key><dict><key>A</key><array><string>x</string></array></dict>"));
	assert_shows("D/.types", "A array string\n");
	assert_int_equal(remove_dir("D"), -ENOTEMPTY);
	assert_int_equal(put("D/.types", "A array\nB real\n"), 0);
	assert_int_equal(remove_file("D/.types"), 0);
	assert_false(there("D/.types"));
	assert_int_equal(remove_file("D/A"), 0);
	assert_int_equal(remove_dir("D"), 0);
	assert_int_equal(make_dir("D"), 0);
	assert_int_equal(put("D/A", "5\n"), 0);
	assert_document(FRAME("<key>D</key><dict><key>A</key><array><string>5</string></array></dict>"));
	tree_end();
}

static void a_directory_that_was_just_made_has_no_types_to_be_in_the_way(void **state)
{
	(void)state;
	tree_begin(FRAME(""));
	assert_int_equal(make_dir("D"), 0);
	assert_int_equal(put("D/A", "a\n"), 0);
	assert_int_equal(tree_setxattr(mounted.tree, at("D/A"), "user.profilefs.type", "array string", 12), 0);
	assert_int_equal(write_file("D/.types", O_WRONLY | O_CREAT | O_EXCL, "A array string\n", 15), 0);
	assert_shows("D/.types", "A array string\n");
	tree_end();
}

static void a_refused_type_has_a_reason_of_its_own_and_forgets_nothing(void **state)
{
	(void)state;
	tree_begin(FRAME("<key>A</key><string>x</string><key>N</key><integer>1</integer><key>D</key><dict/>"));
	assert_int_equal(put("N", "bad\n"), -EINVAL);
	assert_int_equal(tree_setxattr(mounted.tree, at("N"), "user.profilefs.type", "dict", 4), -EINVAL);
	assert_last_error("N: what is there cannot be read as dict");
	assert_int_equal(tree_setxattr(mounted.tree, at("D"), "user.profilefs.type", "real", 4), -EINVAL);
	assert_last_error("D: what is there cannot be read as real");
	assert_int_equal(put(".types", "A string\nA order 2\n"), 0);
	assert_int_equal(tree_setxattr(mounted.tree, at("A"), "user.profilefs.type", "integer", 7), -EINVAL);
	assert_int_equal(put("A", "5\n"), 0);
	assert_document(FRAME("<key>A</key><string>5</string><key>N</key><integer>1</integer><key>D</key><dict/>"));
	tree_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(types_first_gives_the_same_document, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(types_last_gives_the_same_document, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(types_in_any_order_give_the_same_document, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(it_is_listed_if_there_is_one_line_of_any_kind, folder_open,
						folder_close),
		cmocka_unit_test_setup_teardown(it_is_listed_for_what_was_in_conflict, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(a_string_that_is_no_text_has_its_line, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(a_name_like_a_comment_has_its_line, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(a_line_whose_name_has_a_zero_byte_speaks_of_no_entry, folder_open,
						folder_close),
		cmocka_unit_test_setup_teardown(it_comes_before_what_it_speaks_of, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(only_what_text_does_not_tell_stands_in_types,
						folder_open, folder_close),
		cmocka_unit_test_setup_teardown(a_long_key_is_told_by_types, folder_open, folder_close),
		cmocka_unit_test_setup_teardown(a_line_that_does_not_fit_is_a_problem_and_no_refusal, folder_open,
						folder_close),
		cmocka_unit_test_setup_teardown(a_directory_that_was_just_made_has_no_types_to_be_in_the_way,
						folder_open,
						folder_close),
		cmocka_unit_test_setup_teardown(a_refused_type_has_a_reason_of_its_own_and_forgets_nothing, folder_open,
						folder_close),
		cmocka_unit_test_setup_teardown(types_do_not_keep_a_directory_from_being_removed, folder_open,
						folder_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
