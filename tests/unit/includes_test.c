/*
 * scripts/check-includes, which keeps the rooms apart: what it allows and what it catches.
 *
 * Each test makes a small source tree of its own and looks at what the script says of it. The script is
 * found from the working directory, the root of the checkout, or by PROFILEFS_SOURCE.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char root[64];
	char said[8192]; /* by the script, the last time it ran */
};

static void run_in(const struct fixture *fixture, const char *command)
{
	char line[256];

	snprintf(line, sizeof(line), "cd %s && %s", fixture->root, command);
	assert_int_equal(system(line), 0);
}

static int begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	*state = fixture;
	strcpy(fixture->root, "/tmp/profilefs-includes-XXXXXX");
	assert_non_null(mkdtemp(fixture->root));
	run_in(fixture, "mkdir -p plist/base plist/schema sign fs/tree fs/fuse fs/cmd");
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	run_in(fixture, "rm -r plist sign fs");
	assert_int_equal(rmdir(fixture->root), 0);
	free(fixture);
	return 0;
}

/* Writes a file of the small tree. */
static void put(const struct fixture *fixture, const char *path, const char *text)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", fixture->root, path);
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

/* The script's exit status; what it said is in `fixture->said`. */
static int check(struct fixture *fixture)
{
	const char *source = getenv("PROFILEFS_SOURCE");
	char line[512];
	FILE *pipe;
	size_t len;
	int status;

	snprintf(line, sizeof(line), "%s/scripts/check-includes %s 2>&1", source ? source : ".",
		 fixture->root);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	len = fread(fixture->said, 1, sizeof(fixture->said) - 1, pipe);
	fixture->said[len] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* One file with one line breaks the rule, and the complaint names it. */
static void assert_caught(void **state, const char *path, const char *include, const char *complaint)
{
	struct fixture *fixture = *state;
	char text[256], wanted[512];

	snprintf(text, sizeof(text), "/* one */\n%s\n", include);
	put(fixture, path, text);
	assert_int_equal(check(fixture), 1);
	snprintf(wanted, sizeof(wanted), "%s:2: %s", path, complaint);
	if (!strstr(fixture->said, wanted))
		fail_msg("'%s' is not in what was said:\n%s", wanted, fixture->said);
}

static void what_the_table_allows_passes(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "plist/base/buf.c", "#include \"plist/base/buf.h\"\n#include <string.h>\n");
	put(fixture, "sign/open.c", "#include <openssl/cms.h>\n#include \"plist/base/buf.h\"\n");
	put(fixture, "plist/doc.c",
	    "#include <expat.h>\n#include <plist/plist.h>\n#include \"plist/node.h\"\n");
	put(fixture, "fs/tree/save.c", "#include \"sign/envelope.h\"\n#include \"plist/doc.h\"\n");
	put(fixture, "fs/fuse/ops.c", "#include <fuse_lowlevel.h>\n#include \"fs/tree/tree.h\"\n");
	put(fixture, "fs/cmd/cat.c",
	    "#include \"fs/cmd/cat.h\"\n#include \"fs/cmd/say.h\"\n#include \"plist/doc.h\"\n");
	put(fixture, "fs/cmd/main.c", "#include \"fs/cmd/cat.h\"\n#include \"fs/cmd/mount.h\"\n");
	assert_int_equal(check(fixture), 0);
	assert_non_null(strstr(fixture->said, "1 passed, 0 failed, 0 skipped"));
}

static void a_room_above_is_caught(void **state)
{
	assert_caught(state, "plist/doc.c", "#include \"fs/tree/tree.h\"", "plist may not include fs/tree");
}

static void a_room_beside_is_caught(void **state)
{
	assert_caught(state, "sign/open.c", "#include \"plist/doc.h\"", "sign may not include plist");
}

static void the_driver_may_not_know_plists(void **state)
{
	assert_caught(state, "fs/fuse/ops.c", "#include \"plist/node.h\"", "fs/fuse may not include plist");
}

static void the_base_includes_nothing_of_ours(void **state)
{
	assert_caught(state, "plist/base/file.c", "#include \"plist/node.h\"",
		      "plist/base may not include plist");
}

static void openssl_outside_its_room_is_caught(void **state)
{
	assert_caught(state, "fs/tree/lock.c", "#include <openssl/sha.h>",
		      "<openssl/sha.h> may be included in sign");
}

static void libplist_outside_its_room_is_caught(void **state)
{
	assert_caught(state, "fs/tree/save.c", "#include <plist/plist.h>",
		      "<plist/plist.h> may be included in plist");
}

static void expat_outside_its_room_is_caught(void **state)
{
	assert_caught(state, "fs/cmd/check.c", "#include <expat.h>", "<expat.h> may be included in plist");
}

static void libfuse_outside_its_room_is_caught(void **state)
{
	assert_caught(state, "fs/tree/tree.h", "#include <fuse_lowlevel.h>",
		      "<fuse_lowlevel.h> may be included in fs/fuse");
}

static void a_command_that_includes_another_is_caught(void **state)
{
	assert_caught(state, "fs/cmd/exec.c", "#include \"fs/cmd/mount.h\"",
		      "commands may not include each other");
}

static void a_name_without_its_path_is_caught(void **state)
{
	assert_caught(state, "plist/doc.c", "#include \"node.h\"", "\"node.h\" is not a path from the root");
}

static void a_way_up_and_down_again_is_caught(void **state)
{
	assert_caught(state, "sign/open.c", "#include \"../plist/doc.h\"",
		      "\"../plist/doc.h\" is not a path");
}

static void blanks_in_the_directive_hide_nothing(void **state)
{
	assert_caught(state, "sign/open.c", "  #  include\t\"plist/doc.h\"", "sign may not include plist");
}

static void a_file_outside_the_rooms_is_caught(void **state)
{
	struct fixture *fixture = *state;

	run_in(fixture, "mkdir fs/other");
	put(fixture, "fs/other/a.c", "");
	assert_int_equal(check(fixture), 1);
	assert_non_null(strstr(fixture->said, "fs/other/a.c:1: this directory is not a room"));
}

static void a_tree_without_source_does_not_pass(void **state)
{
	assert_int_equal(check(*state), 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_the_table_allows_passes),
		CASE(a_room_above_is_caught),
		CASE(a_room_beside_is_caught),
		CASE(the_driver_may_not_know_plists),
		CASE(the_base_includes_nothing_of_ours),
		CASE(openssl_outside_its_room_is_caught),
		CASE(libplist_outside_its_room_is_caught),
		CASE(expat_outside_its_room_is_caught),
		CASE(libfuse_outside_its_room_is_caught),
		CASE(a_command_that_includes_another_is_caught),
		CASE(a_name_without_its_path_is_caught),
		CASE(a_way_up_and_down_again_is_caught),
		CASE(blanks_in_the_directive_hide_nothing),
		CASE(a_file_outside_the_rooms_is_caught),
		CASE(a_tree_without_source_does_not_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
