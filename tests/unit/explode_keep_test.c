/* Trees that are brought up to date: payloads and elements stay where they are, whatever comes or goes before them. */
#include "tests/unit/mounted_tree.h"

#include "fs/tree/explode.h"
#include "fs/tree/exploded.h"

static int clean(void **state)
{
	(void)state;
	if (mounted.tree)
		tree_end();
	return run_in_folder("rm -rf t");
}

static void take_problem(void *context, const char *file, const struct error *problem)
{
	(void)context;
	fail_msg("%s: %s: %s", file, problem->key, problem->text);
}

/* Explodes a profile of these keys into t, from which the same profile must be read. */
static void explode_keys(const char *keys)
{
	const struct explode_options options = { 0 };
	const struct check_options checks = { 0 };
	struct exploded exploded;
	struct error err = ERROR_INIT;

	tree_begin_keys(keys);
	if (explode(mounted.tree, path_of("t"), &options, NULL, NULL, &err) < 0)
		fail_msg("%s: %s", err.file, err.text);
	if (exploded_read(&exploded, path_of("t"), &checks, take_problem, NULL, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(node_equal(exploded.profile.doc.root, mounted.profile.doc.root, false));
	exploded_free(&exploded);
	tree_end();
}

#define TEXT(k, v) "<key>" k "</key><string>" v "</string>\n"
#define PROFILE(list) TEXT("PayloadType", "Configuration") "<key>PayloadContent</key><array>" list "</array>\n"
#define PAYLOAD(type, id, v) \
	"<dict>" TEXT("PayloadType", type) TEXT("PayloadUUID", "u" id) TEXT("PayloadIdentifier", "i" id) \
		TEXT("V", v) "</dict>\n"
#define RULES(list) PROFILE("<dict>" TEXT("PayloadType", "t") "<key>Rules</key><array>" list "</array></dict>")
#define RULE(v) "<dict>" TEXT("Name", v) TEXT("Same", "x") "</dict>\n"

static void assert_payload(const char *name, const char *value)
{
	char path[100], text[20];

	snprintf(path, sizeof(path), "t/PayloadContent/%s/V", name);
	snprintf(text, sizeof(text), "%s\n", value);
	assert_content(path, text);
}

static void payloads_keep_their_directories_when_one_goes(void **state)
{
	(void)state;
	explode_keys(PROFILE(PAYLOAD("w", "1", "a") PAYLOAD("w", "2", "b") PAYLOAD("w", "3", "c")));
	explode_keys(PROFILE(PAYLOAD("w", "2", "b") PAYLOAD("w", "3", "C")));
	assert_int_equal(entries_in("t/PayloadContent"), 2);
	assert_payload("w.2", "b");
	assert_payload("w.3", "C");
	assert_false(is_there("t/PayloadContent/.types"));
	/* Again: nothing moves back. */
	explode_keys(PROFILE(PAYLOAD("w", "2", "b") PAYLOAD("w", "3", "C")));
	assert_payload("w.3", "C");
}

static void a_payload_that_comes_is_numbered_last(void **state)
{
	(void)state;
	explode_keys(PROFILE(PAYLOAD("w", "1", "a") PAYLOAD("w", "2", "b")));
	explode_keys(PROFILE(PAYLOAD("w", "3", "c") PAYLOAD("w", "1", "a") PAYLOAD("v", "4", "d")
				     PAYLOAD("w", "2", "b")));
	assert_payload("w", "a");
	assert_payload("w.2", "b");
	assert_payload("w.3", "c");
	assert_payload("v", "d");
	assert_content("t/PayloadContent/.types", "v order 3\nw order 2\nw.2 order 4\nw.3 order 1\n");
}

static void payloads_that_change_places_do_not_change_names(void **state)
{
	(void)state;
	explode_keys(PROFILE(PAYLOAD("w", "1", "a") PAYLOAD("w", "2", "b")));
	explode_keys(PROFILE(PAYLOAD("w", "2", "b") PAYLOAD("w", "1", "a")));
	assert_payload("w", "a");
	assert_payload("w.2", "b");
	explode_keys(PROFILE(PAYLOAD("w", "1", "a") PAYLOAD("w", "2", "b")));
	assert_false(is_there("t/PayloadContent/.types"));
}

static void a_payload_of_another_type_gets_another_directory(void **state)
{
	(void)state;
	explode_keys(PROFILE(PAYLOAD("w", "1", "a") PAYLOAD("w.2", "2", "b") PAYLOAD("w", "3", "c")));
	assert_payload("w.3", "c");
	explode_keys(PROFILE(PAYLOAD("v", "1", "a") PAYLOAD("w", "4", "d") PAYLOAD("w.2", "2", "b")
				     PAYLOAD("w", "3", "c") "<dict/>"));
	assert_payload("v", "a");
	assert_payload("w.2", "b");
	assert_payload("w.3", "c");
	assert_payload("w.4", "d");
}

static void a_number_that_is_too_large_is_not_kept(void **state)
{
	(void)state;
	explode_keys(PROFILE(PAYLOAD("w", "1", "a") PAYLOAD("w", "2", "b")));
	assert_int_equal(run_in_folder("cd t/PayloadContent; mv w.2 w.99999999999999999999; mv w w.7"), 0);
	explode_keys(PROFILE(PAYLOAD("w", "1", "a") PAYLOAD("w", "2", "b")));
	assert_payload("w.7", "a");
	assert_payload("w.8", "b");
	assert_int_equal(entries_in("t/PayloadContent"), 2);
}

static void elements_keep_their_numbers_where_they_can(void **state)
{
	(void)state;
	explode_keys(RULES(RULE("a") RULE("b") RULE("c")));
	explode_keys(RULES(RULE("b") RULE("c")));
	assert_content("t/PayloadContent/t/Rules/01/Name", "b\n");
	assert_content("t/PayloadContent/t/Rules/02/Name", "c\n");
	assert_false(is_there("t/PayloadContent/t/Rules/00"));
	/* There is room before them now, and behind them always. */
	explode_keys(RULES(RULE("n") RULE("b") RULE("c") RULE("d")));
	assert_content("t/PayloadContent/t/Rules/00/Name", "n\n");
	assert_content("t/PayloadContent/t/Rules/01/Name", "b\n");
	assert_content("t/PayloadContent/t/Rules/03/Name", "d\n");
	explode_keys(RULES(RULE("d") RULE("m") RULE("n") RULE("b") RULE("c")));
	assert_content("t/PayloadContent/t/Rules/03/Name", "b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(payloads_keep_their_directories_when_one_goes, clean),
		cmocka_unit_test_teardown(a_payload_that_comes_is_numbered_last, clean),
		cmocka_unit_test_teardown(payloads_that_change_places_do_not_change_names, clean),
		cmocka_unit_test_teardown(a_payload_of_another_type_gets_another_directory, clean),
		cmocka_unit_test_teardown(a_number_that_is_too_large_is_not_kept, clean),
		cmocka_unit_test_teardown(elements_keep_their_numbers_where_they_can, clean),
	};

	return cmocka_run_group_tests(tests, folder_open, folder_close);
}
