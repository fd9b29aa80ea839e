/* Exploded trees in which a merge's conflict was resolved: of which type the key is now that its marks are gone. */
#include "tests/unit/folder.h"

#include "fs/tree/exploded.h"
#include "tests/unit/text_in.h"

static struct buf said; /* the text of each problem, and its severity */

static void take_problem(void *context, const char *file, const struct error *problem)
{
	(void)context;
	(void)file;
	buf_add_format(&said, "%s %s: %s [%s]\n", problem->severity == SEVERITY_ERROR ? "error" : "warning",
		       problem->key, problem->text, problem->rule ? problem->rule : "-");
}

/* Reads a tree with these lines in .types, and what these commands make. */
static void read_tree(struct exploded *tree, const struct check_options *checks, const char *types,
		      const char *commands)
{
	struct error err = ERROR_INIT;

	assert_int_equal(run_in_folder("rm -rf t && mkdir t && cd t && printf '%s' >.types && { %s; }", types,
				       commands),
			 0);
	buf_clear(&said);
	if (exploded_read(tree, path_of("t"), checks, take_problem, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

/* The key k reads as `expected`, "TYPE text", elements with a comma after each; nothing is said. */
static void assert_key(const char *types, const char *commands, const char *expected)
{
	const struct check_options checks = { 0 };
	const struct node *node, *child;
	struct exploded tree;
	BUF_AUTO got = BUF_INIT;

	read_tree(&tree, &checks, types, commands);
	assert_string_equal(buf_text(&said), "");
	node = node_get(tree.profile.doc.root, "k");
	assert_non_null(node);
	buf_add_format(&got, "%s %s", node_type_name(node->type), text_in(node));
	for (child = node_first(node); child; child = node_next(child))
		buf_add_format(&got, "%s %s,", node_type_name(child->type), text_in(child));
	assert_string_equal(buf_text(&got), expected);
	exploded_free(&tree);
	buf_free(&said);
}

static void assert_problem(const char *types, const char *commands, const char *expected)
{
	const struct check_options checks = { 0 };
	struct exploded tree;

	read_tree(&tree, &checks, types, commands);
	assert_string_equal(buf_text(&said), expected);
	exploded_free(&tree);
	buf_free(&said);
}

static void what_is_of_one_type_all_the_time_stays_so(void **state)
{
	(void)state;
	assert_key("k string\\nk.conflict-base string\\nk.conflict-theirs string\\n", "echo 12345 >k", "string 12345");
	assert_key("k array string\\nk.conflict-theirs array string\\n", "printf '1\\n2\\n' >k",
		   "array string 1,string 2,");
}

static void it_is_of_the_type_that_its_text_can_be(void **state)
{
	(void)state;
	assert_key("k integer\\nk.conflict-theirs real\\n", "echo 3.0 >k", "real 3.0");
	assert_key("k string\\nk.conflict-theirs boolean\\n", "echo maybe >k", "string maybe");
	assert_key("k array\\nk.conflict-theirs array string\\n", "echo 1 >k", "array string 1,");
	assert_key("k array string integer\\nk.conflict-theirs array integer string string\\n",
		   "printf '1\\n2\\n3\\n' >k", "array integer 1,string 2,string 3,");
	/* Another is no other where it makes no difference. */
	assert_key("k array\\nk.conflict-theirs array string\\n", ": >k", "array ");
}

static void the_base_can_be_taken_too(void **state)
{
	(void)state;
	assert_key("k integer\\nk.conflict-base.2 real\\nk.conflict-theirs.2 integer\\n", "echo 0.5 >k", "real 0.5");
}

static void what_ours_did_not_have_is_theirs(void **state)
{
	(void)state;
	assert_key("k.conflict-theirs string\\n", "echo 5 >k", "string 5");
}

static void a_directory_is_an_array_or_a_dictionary(void **state)
{
	(void)state;
	assert_key("k string\\nk.conflict-theirs array\\n", "mkdir k; echo x >k/00", "array string x,");
	assert_key("k array\\nk.conflict-theirs dict\\n", "mkdir k; echo x >k/y", "dict string x,");
	assert_key("k dict\\nk.conflict-theirs string\\n", "echo 5 >k", "string 5");
}

#define IN_DOUBT \
	"this was in conflict, and with its marks gone it can be one or the other: in .types have one line for it, "

static void somebody_must_say_what_it_is_if_it_can_be_both(void **state)
{
	(void)state;
	assert_problem("k string\\nk.conflict-theirs integer\\n", "echo 5 >k",
		       "error k: " IN_DOUBT "'k string' or 'k integer', and remove those of k.conflict-* "
		       "[merge-conflict]\n");
	assert_key("k integer\\n", "echo 5 >k", "integer 5");
	assert_problem("k array\\nk.conflict-theirs dict\\n", "mkdir k; echo x >k/00",
		       "error k: " IN_DOUBT "'k array' or 'k dict', and remove those of k.conflict-* "
		       "[merge-conflict]\n");
}

static void whoever_wants_no_such_problems_has_ours(void **state)
{
	struct check_options checks = { 0 };
	struct error err = ERROR_INIT;
	struct exploded tree;

	(void)state;
	assert_int_equal(rule_level_set(&checks.levels, "merge-conflict", RULE_OFF, &err), 0);
	read_tree(&tree, &checks, "k string\\nk.conflict-theirs integer\\n", "echo 5 >k");
	assert_string_equal(buf_text(&said), "");
	assert_int_equal(node_get(tree.profile.doc.root, "k")->type, NODE_STRING);
	exploded_free(&tree);
	buf_free(&said);
}

/* What is still in conflict is read as it was written; what was removed with its marks is no problem either. */
static void marks_that_are_there_are_of_their_own_types(void **state)
{
	(void)state;
	assert_key("k string\\nk.conflict-theirs integer\\n", "echo 5 >k; echo 6 >k.conflict-theirs", "string 5");
	assert_key("z.conflict-base string\\nz.conflict-theirs integer\\n", "echo x >k", "string x");
	assert_key("removed.conflict-ours string\\nremoved.conflict-base dict\\n", "echo x >k", "string x");
}

static void a_mark_in_its_own_key_is_a_problem(void **state)
{
	static const char expected[] =
		"error k/k.conflict-theirs: a merge's mark of 'k' is no part of it, and mv moves into a directory that "
		"is there: with the mark beside it, `rm -r k`, then `mv k.conflict-theirs k` [merge-conflict]\n";

	(void)state;
	assert_problem("", "mkdir -p k/k.conflict-theirs; echo x >k/a", expected);
	assert_problem("k array\\n", "mkdir -p k/00/a k/k.conflict-theirs", expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_of_one_type_all_the_time_stays_so),
		TEST(it_is_of_the_type_that_its_text_can_be),
		TEST(the_base_can_be_taken_too),
		TEST(what_ours_did_not_have_is_theirs),
		TEST(a_directory_is_an_array_or_a_dictionary),
		TEST(somebody_must_say_what_it_is_if_it_can_be_both),
		TEST(whoever_wants_no_such_problems_has_ours),
		TEST(marks_that_are_there_are_of_their_own_types),
		TEST(a_mark_in_its_own_key_is_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
