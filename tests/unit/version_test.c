/* A version of a profile, only to be looked at: whatever it lies in, it is a document, or it is said why not. */
#include "tests/unit/folder.h"

#include "fs/tree/version.h"
#include "tests/unit/text_in.h"

#define PROFILE(body) "<plist version=\"1.0\">\n<dict>\n" body "</dict>\n</plist>\n"
#define TWO_KEYS      "<key>PayloadIdentifier</key><string>a.b</string><key>PayloadVersion</key><integer>1</integer>"

static struct schema *schema;
static struct problems notes;

static int opened(struct version *version, const char *name, bool empty_allowed, struct error *err)
{
	const struct check_options checks = { .schema = schema };
	const struct version_options options = { .checks = &checks, .empty_allowed = empty_allowed };

	*err = ERROR_INIT;
	problems_free(&notes);
	notes = PROBLEMS_INIT;
	return version_open(version, name[0] == '/' ? name : path_of(name), &options, &notes, err);
}

static void must_open(struct version *version, const char *name)
{
	struct error err;

	if (opened(version, name, false, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	assert_non_null(version->doc);
	assert_int_equal(version->doc->root->type, NODE_DICT);
}

static void must_fail(const char *name, const char *rule, const char *words)
{
	struct version version;
	struct error err;

	assert_int_equal(opened(&version, name, false, &err), -1);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_true(rule ? err.rule && strcmp(err.rule, rule) == 0 : !err.rule);
	assert_non_null(strstr(err.file, name));
	assert_null(version.doc);
}

static void a_file_and_the_tree_of_it_are_the_same(void **state)
{
	struct version file, tree;

	(void)state;
	put_text("p", PROFILE(TWO_KEYS));
	assert_int_equal(mkdir(path_of("t"), 0755), 0);
	put_text("t/PayloadIdentifier", "a.b\n");
	put_text("t/PayloadVersion", "1\n");
	must_open(&file, "p");
	assert_false(file.is_tree);
	must_open(&tree, "t");
	assert_true(tree.is_tree);
	assert_true(node_equal(file.doc->root, tree.doc->root, false));
	assert_int_equal(notes.count, 0);
	version_close(&file);
	version_close(&tree);
}

static void an_empty_file_is_a_profile_without_keys_where_that_is_wanted(void **state)
{
	struct version version;
	struct error err;

	(void)state;
	put_text("empty", "");
	assert_int_equal(opened(&version, "empty", true, &err), 0);
	assert_int_equal(node_count(version.doc->root), 0);
	version_close(&version);
	assert_int_equal(opened(&version, "/dev/null", true, &err), 0);
	assert_int_equal(node_count(version.doc->root), 0);
	version_close(&version);
	must_fail("empty", "not-a-plist", "");
	put_text("full", PROFILE(TWO_KEYS));
	assert_int_equal(opened(&version, "full", true, &err), 0);
	assert_int_equal(node_count(version.doc->root), 2);
	version_close(&version);
}

static void what_is_no_profile_is_refused(void **state)
{
	(void)state;
	put_text("array", "<plist>\n<array/></plist>");
	must_fail("array", "not-a-profile", "is of type array");
	put_text("text", "what is this?");
	must_fail("text", "not-a-plist", "neither");
	must_fail("absent", NULL, "No such file");
}

static void a_folder_that_is_no_tree_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path_of("folder"), 0755), 0);
	must_fail("folder", NULL, "name a profile");
}

static void every_problem_of_a_damaged_tree_is_noted(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path_of("damaged"), 0755), 0);
	put_text("damaged/PayloadIdentifier", "a.b\n");
	put_text("damaged/PayloadVersion", "one\n");
	assert_int_equal(symlink("PayloadVersion", path_of("damaged/PayloadUUID")), 0);
	must_fail("damaged", "not-a-plist", "2 problems in it");
	assert_int_equal(problems_count(&notes, SEVERITY_ERROR), 2);
	assert_non_null(strstr(notes.list[0].file, "damaged/Payload"));
}

static void a_key_that_is_there_twice_is_a_warning(void **state)
{
	struct version version;

	(void)state;
	put_text("twice", PROFILE("<key>a</key><true/>\n<key>a</key><false/>\n"));
	must_open(&version, "twice");
	assert_int_equal(notes.count, 1);
	assert_int_equal(notes.list[0].severity, SEVERITY_WARNING);
	assert_string_equal(notes.list[0].rule, "duplicate-key");
	assert_string_equal(text_in(node_get(version.doc->root, "a")), "false");
	version_close(&version);
}

static int begin(void **state)
{
	struct error err;

	schema = schema_open(NULL, &err);
	return schema ? folder_open(state) : -1;
}

static int end(void **state)
{
	schema_free(schema);
	problems_free(&notes);
	return folder_close(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_and_the_tree_of_it_are_the_same),
		cmocka_unit_test(an_empty_file_is_a_profile_without_keys_where_that_is_wanted),
		cmocka_unit_test(what_is_no_profile_is_refused),
		cmocka_unit_test(a_folder_that_is_no_tree_is_refused),
		cmocka_unit_test(every_problem_of_a_damaged_tree_is_noted),
		cmocka_unit_test(a_key_that_is_there_twice_is_a_warning),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
