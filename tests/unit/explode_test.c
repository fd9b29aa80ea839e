/* Trees written to the disk: into new directories, into old ones, and when something is in the way. */
#include "tests/unit/mounted_tree.h"

#include <ftw.h>

#include "fs/tree/explode.h"
#include "fs/tree/exploded.h"
#include "plist/schema/schema.h"

static struct schema *schema;
static struct problems notes;
static struct explode_changes changes;

static int begin(void **state)
{
	struct error err;

	schema = schema_open(NULL, &err);
	return schema ? folder_open(state) : -1;
}

static int end(void **state)
{
	schema_free(schema);
	return folder_close(state);
}

static bool hidden_left;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)kind;
	hidden_left = hidden_left || strncmp(path + place->base, ".profilefs", 10) == 0;
	return place->level ? remove(path) : 0;
}

/* Whatever was tried, no hidden name is left. */
static int clean(void **state)
{
	(void)state;
	if (mounted.tree)
		tree_end();
	problems_free(&notes);
	notes = PROBLEMS_INIT;
	explode_changes_free(&changes);
	hidden_left = false;
	return nftw(folder, remove_one, 20, FTW_DEPTH | FTW_PHYS) < 0 || hidden_left;
}

static int explode_as(const char *name, bool portable, struct error *err)
{
	const struct explode_options options = { .portable = portable };

	explode_changes_free(&changes);
	return explode(mounted.tree, path_of(name), &options, &changes, &notes, err);
}

/* Explodes a profile with these keys, which must succeed. */
static void explode_keys(const char *keys, const char *name, bool portable)
{
	struct error err = ERROR_INIT;

	tree_begin_keys(keys);
	if (explode_as(name, portable, &err) < 0)
		fail_msg("%s: %s: %s", err.file, err.key, err.text);
	tree_end();
}

static void assert_refused(const char *keys, const char *name, int code, const char *file, const char *text)
{
	struct error err = ERROR_INIT;

	tree_begin_keys(keys);
	assert_int_equal(explode_as(name, false, &err), -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.file, path_of(file));
	if (!strstr(err.text, text))
		fail_msg("'%s' is not in '%s'", text, err.text);
	tree_end();
}

static void list_below(const char *name, size_t top, struct buf *out)
{
	struct dirent **entries;
	int count = scandir(path_of(name), &entries, NULL, alphasort), i;
	BUF_AUTO path = BUF_INIT;

	assert_true(count >= 0);
	for (i = 0; i < count; i++) {
		if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0) {
			buf_clear(&path);
			buf_add_format(&path, "%s/%s", name, entries[i]->d_name);
			buf_add_format(out, "%s ", path.data + top + 1);
			if (S_ISDIR(look_at(path.data).st_mode))
				list_below(path.data, top, out);
		}
		free(entries[i]);
	}
	free(entries);
}

/* Every name below a directory, with a blank after each. */
static void assert_tree(const char *name, const char *names)
{
	BUF_AUTO listed = BUF_INIT;

	list_below(name, strlen(name), &listed);
	assert_string_equal(buf_text(&listed), names);
}

#define TYPE    "<key>PayloadType</key><string>Configuration</string>\n"
#define TEXT(k, v) "<key>" k "</key><string>" v "</string>\n"

/* --- new directories -------------------------------------------------------------------------------- */

static void a_new_directory_holds_what_a_mount_shows(void **state)
{
	(void)state;
	explode_keys(TYPE "<key>Number</key><integer>5</integer>\n<key>Three</key><string>3</string>\n"
		     "<key>Lines</key><array><string>a</string><string>b</string></array>\n"
		     "<key>Empty</key><string></string>\n<key>Bytes</key><data>aGk=</data>\n"
		     "<key>Dict</key><dict><key>a/b</key><true/></dict>\n"
		     "<key>Rules</key><array><dict><key>K</key><string>x</string></dict></array>\n", "t", false);
	assert_tree("t", ".types Bytes Dict Dict/a%2Fb Empty Lines Number PayloadType Rules Rules/00 "
		    "Rules/00/K Three ");
	assert_content("t/PayloadType", "Configuration\n");
	assert_content("t/Number", "5\n");
	assert_content("t/Lines", "a\nb\n");
	assert_content("t/Empty", "");
	assert_content("t/Dict/a%2Fb", "true\n");
	assert_content("t/.types", "Bytes data\nLines array string\nRules array\nThree string\n");
	assert_int_equal(changes.trees + changes.written + changes.removed, 0);
}

static void modes_are_the_profiles_less_the_umask(void **state)
{
	(void)state;
	umask(027);
	explode_keys(TYPE "<key>D</key><dict><key>K</key><true/></dict>\n", "t", false);
	umask(022);
	assert_int_equal(look_at("t").st_mode & 07777, 0750);
	assert_int_equal(look_at("t/D").st_mode & 07777, 0750);
	assert_int_equal(look_at("t/D/K").st_mode & 07777, 0640);
	put_text("p.mobileconfig", "");
	assert_int_equal(chmod(path_of("p.mobileconfig"), 0600), 0);
	explode_keys(TYPE, "secret", false);
	assert_int_equal(look_at("secret").st_mode & 07777, 0700);
	assert_int_equal(look_at("secret/PayloadType").st_mode & 07777, 0600);
}

static void a_path_may_end_in_slashes_and_lead_through_links(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir real; ln -s real/t link; ln -s real way"), 0);
	explode_keys(TYPE, "slashes//", false);
	assert_content("slashes/PayloadType", "Configuration\n");
	explode_keys(TYPE, "link", false);
	assert_true(S_ISLNK(look_at("link").st_mode));
	assert_content("real/t/PayloadType", "Configuration\n");
	explode_keys(TYPE, "way/u", false);
	assert_content("real/u/PayloadType", "Configuration\n");
}

static void a_directory_is_not_made_for_the_directory(void **state)
{
	(void)state;
	assert_refused(TYPE, "a/b", ENOENT, "a/b", "directory");
	assert_false(is_there("a"));
}

static void a_key_that_is_there_twice_is_refused(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	tree_begin_keys(TEXT("A", "1") TEXT("A", "2"));
	assert_int_equal(explode_as("t", false, &err), -1);
	assert_string_equal(err.rule, "duplicate-key");
	assert_string_equal(err.key, "A");
	assert_false(is_there("t"));
}

/* --- old directories -------------------------------------------------------------------------------- */

static void an_empty_directory_stays_the_same_one(void **state)
{
	struct stat before;

	(void)state;
	assert_int_equal(run_in_folder("mkdir -m 700 t"), 0);
	before = look_at("t");
	explode_keys(TYPE, "t", false);
	assert_int_equal(look_at("t").st_ino, before.st_ino);
	assert_int_equal(look_at("t").st_mode, before.st_mode);
	assert_tree("t", "PayloadType ");
}

static void what_no_tree_reads_stays(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir -p t/.git; echo x >t/.git/HEAD; echo y >t/.gitignore"), 0);
	explode_keys(TYPE "<key>D</key><dict><key>K</key><true/></dict>\n", "t", false);
	assert_tree("t", ".git .git/HEAD .gitignore D D/K PayloadType ");
	assert_int_equal(run_in_folder("touch t/D/.DS_Store t/D/K~ t/K.orig"), 0);
	explode_keys(TYPE "<key>D</key><dict><key>L</key><true/></dict>\n", "t", false);
	assert_tree("t", ".git .git/HEAD .gitignore D D/.DS_Store D/K~ D/L K.orig PayloadType ");
	assert_content("t/.git/HEAD", "x\n");
}

static void a_directory_that_is_no_tree_is_refused(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir t; echo mine >t/notes"), 0);
	assert_refused(TYPE, "t", ENOTEMPTY, "t", "'notes' is in it");
	assert_tree("t", "notes ");
	assert_refused(TYPE, "t/notes", ENOTDIR, "t/notes", "give another name");
	assert_int_equal(run_in_folder("mkdir t/PayloadContent"), 0);
	assert_refused(TYPE, "t", ENOTEMPTY, "t", "is in it");
	assert_int_equal(run_in_folder("rmdir t/PayloadContent; ln -s notes t/PayloadType"), 0);
	assert_refused(TYPE, "t", ENOTEMPTY, "t", "is in it");
	assert_int_equal(run_in_folder("rm t/PayloadType"), 0);
	assert_content("t/notes", "mine\n");
}

static void only_what_differs_is_written(void **state)
{
	struct stat same, other, types, now;

	(void)state;
	explode_keys(TYPE TEXT("Same", "5") TEXT("Other", "y") TEXT("Gone", "z"), "t", false);
	same = look_at("t/Same");
	other = look_at("t/Other");
	types = look_at("t/.types");
	explode_keys(TYPE TEXT("Same", "5") TEXT("Other", "x") TEXT("New", "n"), "t", false);
	assert_int_equal(changes.trees, 1);
	assert_int_equal(changes.written, 2);
	assert_int_equal(changes.removed, 1);
	assert_string_equal(buf_text(&changes.names), path_of("t/Gone"));
	now = look_at("t/Same");
	assert_int_equal(now.st_ino, same.st_ino);
	assert_memory_equal(&now.st_ctim, &same.st_ctim, sizeof(same.st_ctim));
	assert_int_equal(look_at("t/.types").st_ino, types.st_ino);
	assert_int_not_equal(look_at("t/Other").st_ino, other.st_ino);
	assert_content("t/Other", "x\n");
	assert_tree("t", ".types New Other PayloadType Same ");
	explode_keys(TYPE TEXT("Same", "5") TEXT("Other", "x") TEXT("New", "n"), "t", false);
	assert_int_equal(changes.trees + changes.written + changes.removed, 0);
}

static void what_is_removed_is_counted_and_the_first_are_named(void **state)
{
	(void)state;
	explode_keys(TYPE "<key>D</key><dict><key>K</key><true/></dict>\n<key>E</key><dict/>\n", "t", false);
	assert_int_equal(run_in_folder("cd t; mkdir -p D/notes; touch D/notes/a D/notes/b"), 0);
	explode_keys(TYPE "<key>D</key><dict><key>K</key><true/></dict>\n<key>E</key><dict/>\n", "t", false);
	assert_int_equal(changes.removed, 2);
	assert_string_equal(buf_text(&changes.names), path_of("t/D/notes/"));
	assert_int_equal(run_in_folder("cd t; mkdir e; touch a b c d"), 0);
	explode_keys(TYPE "<key>D</key><dict><key>K</key><true/></dict>\n<key>E</key><dict/>\n", "t", false);
	assert_int_equal(changes.removed, 5);
	assert_int_equal(changes.gone, 5);
	assert_int_equal(changes.written, 0);
	assert_non_null(strchr(buf_text(&changes.names), ','));
}

static void a_types_that_nothing_needs_is_removed(void **state)
{
	(void)state;
	explode_keys(TYPE TEXT("Three", "3"), "t", false);
	assert_true(is_there("t/.types"));
	explode_keys(TYPE TEXT("Three", "three"), "t", false);
	assert_tree("t", "PayloadType Three ");
}

static void files_and_directories_take_each_others_place(void **state)
{
	static const char *const list = TYPE "<key>L</key><array><string>a</string></array>\n" TEXT("K", "x");
	static const char *const deep =
		TYPE "<key>L</key><array><string>a\nb</string></array>\n"
		"<key>K</key><dict><key>In</key><true/></dict>\n";

	(void)state;
	explode_keys(list, "t", false);
	assert_tree("t", ".types K L PayloadType ");
	explode_keys(deep, "t", false);
	assert_tree("t", ".types K K/In L L/00 PayloadType ");
	assert_content("t/L/00", "a\nb\n");
	explode_keys(list, "t", false);
	assert_tree("t", ".types K L PayloadType ");
	assert_content("t/K", "x\n");
}

static void links_in_a_tree_are_replaced_and_not_followed(void **state)
{
	(void)state;
	explode_keys(TYPE TEXT("Three", "3") "<key>D</key><dict><key>K</key><true/></dict>\n", "t", false);
	assert_int_equal(run_in_folder("mkdir away; echo mine >away/K; echo mine >away/file; cd t; rm -r D Three "
				       ".types; ln -s ../away D; ln -s ../away/file Three; ln -s ../away/file .types; "
				       "ln -s ../away Stray; mkfifo Pipe"), 0);
	explode_keys(TYPE TEXT("Three", "3") "<key>D</key><dict><key>K</key><true/></dict>\n", "t", false);
	assert_tree("t", ".types D D/K PayloadType Three ");
	assert_int_equal(run_in_folder("test -z \"$(find t -type l)\""), 0);
	assert_content("t/Three", "3\n");
	assert_content("away/K", "mine\n");
	assert_content("away/file", "mine\n");
}

static void a_directory_that_should_go_and_holds_more_is_an_error(void **state)
{
	(void)state;
	explode_keys(TYPE "<key>D</key><dict><key>E</key><dict><key>K</key><true/></dict></dict>\n", "t", false);
	assert_int_equal(run_in_folder("echo mine >t/D/E/.notes"), 0);
	assert_refused(TYPE, "t", ENOTEMPTY, "t/D/E", "'.notes' is in it");
	assert_content("t/D/E/.notes", "mine\n");
}

/* --- when it fails ---------------------------------------------------------------------------------- */

static int explode_where_nothing_may_be_written(void)
{
	struct error err = ERROR_INIT;

	if (explode_as("closed/t", false, &err) == 0 || err.code != EACCES ||
	    strcmp(err.file, path_of("closed/t")) != 0)
		return 1;
	if (explode_as("tree", false, &err) == 0 || err.code != EACCES)
		return 2;
	return strcmp(err.file, path_of("tree/D/New")) != 0;
}

static void what_may_not_be_written_is_named(void **state)
{
	(void)state;
	explode_keys(TYPE "<key>D</key><dict><key>K</key><true/></dict>\n", "tree", false);
	assert_int_equal(run_in_folder("mkdir -m 500 closed; chmod 500 tree/D"), 0);
	tree_begin_keys(TYPE "<key>D</key><dict><key>K</key><true/><key>New</key><true/></dict>\n");
	assert_int_equal(as_ordinary_user(explode_where_nothing_may_be_written), 0);
	assert_int_equal(entries_in("closed"), 0);
	assert_tree("tree", "D D/K PayloadType ");
}

static int explode_with_a_strange_umask(void)
{
	struct error err = ERROR_INIT;

	umask(0777);
	return explode_as("strange/t", false, &err) == 0 || err.code != EACCES;
}

static void a_directory_that_its_maker_may_not_open_does_not_stay(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir -m 777 strange"), 0);
	tree_begin_keys(TYPE);
	assert_int_equal(as_ordinary_user(explode_with_a_strange_umask), 0);
	assert_int_equal(entries_in("strange"), 0);
}

static int explode_above_the_limit(const char *name)
{
	const struct rlimit limit = { 100, 100 };
	struct error err = ERROR_INIT;

	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 1;
	if (explode_as(name, false, &err) == 0 || err.code != EFBIG)
		return 2;
	return !strstr(err.file, "/Long");
}

static int explode_new_above_the_limit(void)
{
	return explode_above_the_limit("new");
}

static int explode_into_above_the_limit(void)
{
	return explode_above_the_limit("empty");
}

static int explode_over_above_the_limit(void)
{
	return explode_above_the_limit("old");
}

static void a_failure_leaves_nothing_or_the_old(void **state)
{
	BUF_AUTO keys = BUF_INIT;

	(void)state;
	explode_keys(TYPE TEXT("Long", "short"), "old", false);
	buf_add_format(&keys, TYPE "<key>D</key><dict><key>K</key><true/></dict>\n"
		       "<key>Long</key><string>%0200d</string>\n", 0);
	assert_int_equal(run_in_folder("mkdir empty; touch empty/.keep"), 0);
	tree_begin_keys(buf_text(&keys));
	assert_int_equal(as_ordinary_user(explode_new_above_the_limit), 0);
	assert_int_equal(as_ordinary_user(explode_into_above_the_limit), 0);
	assert_int_equal(as_ordinary_user(explode_over_above_the_limit), 0);
	assert_false(is_there("new"));
	assert_tree("empty", ".keep ");
	assert_content("old/Long", "short\n");
}

/* --- names ------------------------------------------------------------------------------------------ */

static void names_that_differ_in_case_only_are_warnings(void **state)
{
	(void)state;
	explode_keys(TYPE TEXT("ssid", "a") TEXT("SSID", "b") TEXT("Other", "c"), "t", false);
	assert_tree("t", "Other PayloadType SSID ssid ");
	assert_int_equal(notes.count, 1);
	assert_int_equal(notes.list[0].severity, SEVERITY_WARNING);
	assert_string_equal(notes.list[0].file, path_of("t/ssid"));
	assert_non_null(strstr(notes.list[0].text, "'SSID'"));
	assert_non_null(strstr(notes.list[0].text, "--portable"));
}

static void portable_names_are_apart_everywhere(void **state)
{
	(void)state;
	explode_keys(TYPE TEXT("ssid", "3") TEXT("SSID", "4") TEXT("Nul", "c") TEXT("a:b", "d") TEXT("Grüße", "e")
		     "<key>PayloadContent</key><array><dict>" TEXT("PayloadType", "org.X") "</dict><dict>"
		     TEXT("PayloadType", "org.x") "</dict><dict>" TEXT("PayloadType", "org.X") "</dict></array>\n",
		     "t", true);
	assert_tree("t", "%4Eul %53%53%49%44 .types Gr%C3%BC%C3%9Fe PayloadContent PayloadContent/.types "
		    "PayloadContent/org.%58 PayloadContent/org.%58/PayloadType PayloadContent/org.X.2 "
		    "PayloadContent/org.X.2/PayloadType PayloadContent/org.x PayloadContent/org.x/PayloadType "
		    "PayloadType a%3Ab ssid ");
	assert_int_equal(notes.count, 0);
	assert_content("t/.types", "SSID string\nssid string\n");
	assert_content("t/PayloadContent/.types", "org.X order 1\norg.X.2 order 3\norg.x order 2\n");
	explode_keys(TYPE TEXT("SSID", "4"), "t", true);
	assert_tree("t", ".types PayloadType SSID ");
	assert_content("t/SSID", "4\n");
}

/* --- and back --------------------------------------------------------------------------------------- */

static void take_problem(void *context, const char *file, const struct error *problem)
{
	(void)context;
	fail_msg("%s: %s: %s", file, problem->key, problem->text);
}

static void assert_comes_back(const char *keys, bool portable)
{
	const struct check_options checks = { .schema = schema };
	struct exploded exploded;
	struct error err = ERROR_INIT;

	explode_keys(keys, "t", portable);
	tree_begin_keys(keys);
	if (exploded_read(&exploded, path_of("t"), &checks, take_problem, NULL, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(node_equal(exploded.profile.doc.root, mounted.profile.doc.root, false));
	exploded_free(&exploded);
	tree_end();
	assert_int_equal(run_in_folder("rm -rf t"), 0);
}

static void what_was_exploded_is_read_back(void **state)
{
	static const char *const keys =
		TYPE TEXT("ssid", "a") TEXT("SSID", "b") TEXT("Ssid", "5") TEXT("con", "x") TEXT("CON.x", "y")
		TEXT("COM1 .y", "true") TEXT("end.", "a") TEXT("end ", "b") TEXT("a\\b", "c") TEXT("?.bak", "d")
		TEXT("é", "1") TEXT("É", "2") TEXT("e", "3") TEXT("%41", "z") TEXT("", "empty") TEXT("f.oABCDEF", "g")
		"<key>None</key><dict/>\n<key>NONE</key><array/>\n"
		"<key>Both</key><array><dict/><array/><data/></array>\n"
		"<key>PayloadContent</key><array><dict>" TEXT("PayloadType", "a.bak") TEXT("K", "1") "</dict><dict>"
		TEXT("PayloadType", "a.bak") "</dict><dict>" TEXT("PayloadType", "A.BAK") "</dict><dict/></array>\n";

	(void)state;
	assert_comes_back(keys, false);
	assert_comes_back(keys, true);
}

static void elements_that_are_no_payloads_are_read_back(void **state)
{
	static const char *const keys =
		TYPE "<key>PayloadContent</key><array><string>5</string><dict>" TEXT("PayloadType", "a") "</dict>"
		"<integer>4</integer><array><true/></array><data>AAE=</data><array><dict/></array><dict/></array>\n";

	(void)state;
	assert_comes_back(keys, false);
}

/* Such payloads are called by their places, where those are free. */
static void payloads_whose_types_are_no_names_are_read_back(void **state)
{
	BUF_AUTO keys = BUF_INIT;
	char type[246];

	(void)state;
	memset(type, 't', 245);
	type[245] = '\0';
	buf_add_format(&keys, TYPE "<key>PayloadContent</key><array><dict>" TEXT("PayloadType", "02") "</dict><dict>"
		       TEXT("PayloadType", "%s") "</dict><dict>" TEXT("PayloadType", "") "</dict></array>\n", type);
	assert_comes_back(buf_text(&keys), false);
	assert_comes_back(buf_text(&keys), true);
}

/* Spelt in capitals, with three bytes for each, and cut: of these .types says which key they are. */
static void long_names_come_back_too(void **state)
{
	BUF_AUTO keys = BUF_INIT;
	char capitals[151], letters[151], more[301];

	(void)state;
	memset(capitals, 'A', 150);
	memset(letters, 'a', 150);
	memset(more, 'B', 300);
	capitals[150] = letters[150] = more[300] = '\0';
	buf_add_format(&keys, TYPE "<key>%s</key><string>x</string><key>%s</key><string>5</string>\n",
		       capitals, letters);
	buf_add_format(&keys, "<key>%s</key><string>y</string><key>#%s</key><string>z</string>\n", more, letters);
	buf_add_format(&keys, "<key>#%s</key><string>z</string>\n", capitals);
	assert_comes_back(buf_text(&keys), false);
	assert_comes_back(buf_text(&keys), true);
}

static void keys_come_back_in_the_order_of_their_bytes(void **state)
{
	const struct check_options checks = { .schema = schema };
	struct exploded exploded;
	struct error err = ERROR_INIT;
	const struct node *node;
	BUF_AUTO order = BUF_INIT;

	(void)state;
	explode_keys(TYPE TEXT("a", "1") TEXT(".b", "2") TEXT("B", "3") TEXT("a/", "4") TEXT("A", "5") TEXT("a.", "6")
		     "<key>An</key><dict/>\n", "t", true);
	assert_int_equal(exploded_read(&exploded, path_of("t"), &checks, take_problem, NULL, &err), 0);
	for (node = node_first(exploded.profile.doc.root); node; node = node_next(node))
		buf_add_format(&order, "%s ", node->key);
	assert_string_equal(buf_text(&order), ".b A An B PayloadType a a. a/ ");
	exploded_free(&exploded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_new_directory_holds_what_a_mount_shows, clean),
		cmocka_unit_test_teardown(modes_are_the_profiles_less_the_umask, clean),
		cmocka_unit_test_teardown(a_path_may_end_in_slashes_and_lead_through_links, clean),
		cmocka_unit_test_teardown(a_directory_is_not_made_for_the_directory, clean),
		cmocka_unit_test_teardown(a_key_that_is_there_twice_is_refused, clean),
		cmocka_unit_test_teardown(an_empty_directory_stays_the_same_one, clean),
		cmocka_unit_test_teardown(what_no_tree_reads_stays, clean),
		cmocka_unit_test_teardown(a_directory_that_is_no_tree_is_refused, clean),
		cmocka_unit_test_teardown(only_what_differs_is_written, clean),
		cmocka_unit_test_teardown(what_is_removed_is_counted_and_the_first_are_named, clean),
		cmocka_unit_test_teardown(a_types_that_nothing_needs_is_removed, clean),
		cmocka_unit_test_teardown(files_and_directories_take_each_others_place, clean),
		cmocka_unit_test_teardown(links_in_a_tree_are_replaced_and_not_followed, clean),
		cmocka_unit_test_teardown(a_directory_that_should_go_and_holds_more_is_an_error, clean),
		cmocka_unit_test_teardown(what_may_not_be_written_is_named, clean),
		cmocka_unit_test_teardown(a_directory_that_its_maker_may_not_open_does_not_stay, clean),
		cmocka_unit_test_teardown(a_failure_leaves_nothing_or_the_old, clean),
		cmocka_unit_test_teardown(names_that_differ_in_case_only_are_warnings, clean),
		cmocka_unit_test_teardown(portable_names_are_apart_everywhere, clean),
		cmocka_unit_test_teardown(what_was_exploded_is_read_back, clean),
		cmocka_unit_test_teardown(elements_that_are_no_payloads_are_read_back, clean),
		cmocka_unit_test_teardown(payloads_whose_types_are_no_names_are_read_back, clean),
		cmocka_unit_test_teardown(long_names_come_back_too, clean),
		cmocka_unit_test_teardown(keys_come_back_in_the_order_of_their_bytes, clean),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
