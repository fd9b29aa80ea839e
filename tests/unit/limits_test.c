/* Limits: what can be set, what is said of what cannot, and that each one is kept where it is meant. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "fs/cmd/limits.h"
#include "fs/cmd/options.h"
#include "plist/base/limits.h"
#include "plist/bplist.h"
#include "plist/doc.h"

static struct error err;

static int begin(void **state)
{
	(void)state;
	limits_reset();
	err = ERROR_INIT;
	return 0;
}

static int end(void **state)
{
	(void)state;
	limits_reset();
	return 0;
}

static void set(const char *text)
{
	if (limits_set(text, '=', &err) < 0)
		fail_msg("%s: %s", text, err.text);
}

static void must_say(const char *said)
{
	if (!strstr(err.text, said))
		fail_msg("'%s' does not say '%s'", err.text, said);
}

static void refuse(const char *text, const char *said)
{
	assert_int_equal(limits_set(text, '=', &err), -1);
	assert_int_equal(error_exit_status(&err), 2);
	must_say(said);
}

/* --- setting ---------------------------------------------------------------------------------------- */

static void every_limit_has_a_value_that_it_may_have(void **state)
{
	(void)state;
	for (enum limit i = 0; i < LIMIT_COUNT; i++) {
		const struct limit_row *row = limit_row(i);

		assert_non_null(row->name);
		assert_non_null(row->help);
		assert_true(row->least <= row->usual && row->usual <= row->most);
		assert_int_equal(limit(i), row->usual);
	}
}

static void sizes_are_bytes_or_have_a_unit(void **state)
{
	(void)state;
	set("profile=100000");
	assert_int_equal(limit(LIMIT_PROFILE), 100000);
	set("profile=100K");
	assert_int_equal(limit(LIMIT_PROFILE), 100 * 1024);
	set("profile=100m");
	assert_int_equal(limit(LIMIT_PROFILE), 100 * 1024 * 1024);
	set("profile=1G");
	assert_int_equal(limit(LIMIT_PROFILE), 1024 * 1024 * 1024);
	set("depth=100");
	assert_int_equal(limit(LIMIT_DEPTH), 100);
}

static void a_value_is_shown_as_it_would_be_written(void **state)
{
	BUF_AUTO out = BUF_INIT;

	(void)state;
	limit_show(LIMIT_PROFILE, 64 << 20, &out);
	buf_add_char(&out, ' ');
	limit_show(LIMIT_PROFILE, 1000, &out);
	buf_add_char(&out, ' ');
	limit_show(LIMIT_NODES, 4 << 20, &out);
	assert_string_equal(buf_text(&out), "64M 1000 4194304");
}

static void a_misspelt_name_gets_the_nearest(void **state)
{
	(void)state;
	refuse("profil=1M", "there is no limit 'profil': did you mean 'profile'?");
	refuse("speed=1M", "there are profile, value, name, nodes, depth, expansion, scratch, journal and schema");
	refuse("=1M", "there is no limit ''");
}

static void a_value_out_of_bounds_is_told_the_bounds(void **state)
{
	(void)state;
	refuse("profile=2G",
	       "the limit 'profile' cannot be '2G': it is a number from 4K to 1G, in bytes or with K, M or G");
	refuse("depth=513", "a number from 8 to 512");
	refuse("depth=7", "from 8 to 512");
	refuse("profile=", "cannot be ''");
	refuse("profile=1T", "cannot be '1T'");
	refuse("profile=1MB", "cannot be '1MB'");
	refuse("profile=-1", "cannot be '-1'");
	refuse("profile=99999999999999999999999M", "cannot be");
	refuse("profile=18446744073709551615G", "cannot be");
	refuse("profile", "needs a value: profile=VALUE");
	assert_int_equal(limit(LIMIT_PROFILE), 64 << 20);
}

/* --- as arguments ----------------------------------------------------------------------------------- */

static void limits_are_taken_out_of_the_arguments(void **state)
{
	const char *words[] = { "profilefs", "--limit", "depth=10", "check", "--limit=nodes=1000", "a", "--", "--limit",
				NULL };
	char **argv = (char **)words;
	int argc = 8;

	(void)state;
	assert_int_equal(limits_take(&argc, argv, &err), 0);
	assert_int_equal(argc, 5);
	assert_string_equal(argv[1], "check");
	assert_string_equal(argv[2], "a");
	assert_string_equal(argv[3], "--");
	assert_string_equal(argv[4], "--limit");
	assert_null(argv[5]);
	assert_int_equal(limit(LIMIT_DEPTH), 10);
	assert_int_equal(limit(LIMIT_NODES), 1000);
}

static void a_limit_without_a_value_is_wrong_usage(void **state)
{
	const char *words[] = { "profilefs", "check", "--limit", NULL };
	int argc = 3;

	(void)state;
	assert_int_equal(limits_take(&argc, (char **)words, &err), -1);
	must_say("needs a value");
}

static void mounts_take_limits_among_their_options(void **state)
{
	struct mount_options options = MOUNT_OPTIONS_INIT;

	(void)state;
	assert_int_equal(mount_options_add(&options, "ro,limit=depth:20,limit=value:1M", &err), 0);
	assert_int_equal(limit(LIMIT_DEPTH), 20);
	assert_int_equal(limit(LIMIT_VALUE), 1 << 20);
	assert_int_equal(mount_options_add(&options, "limit=dept:20", &err), -1);
	must_say("did you mean 'depth'?");
	assert_int_equal(mount_options_add(&options, "limit=depth", &err), -1);
	must_say("depth:VALUE");
	assert_int_equal(mount_options_add(&options, "limit", &err), -1);
	mount_options_free(&options);
}

/* --- what keeps them -------------------------------------------------------------------------------- */

#define PLIST(text) "<plist version=\"1.0\">" text "</plist>"

static int try(const char *text, size_t len)
{
	struct doc doc;
	int result = doc_read(&doc, "x", text, len, &err);

	if (result == 0)
		doc_free(&doc);
	return result;
}

static void must_take(const char *text, size_t len)
{
	if (try(text, len) < 0)
		fail_msg("%s", err.text);
}

static void must_refuse(const char *text, size_t len, const char *said)
{
	assert_int_equal(try(text, len), -1);
	must_say(said);
}

static void a_profile_larger_than_the_limit_is_refused_and_read_when_it_is_raised(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	set("profile=4K");
	buf_add_text(&text, PLIST("<true/>"));
	buf_resize(&text, 4097);
	memset(text.data + strlen(PLIST("<true/>")), ' ', 4097 - strlen(PLIST("<true/>")));
	must_refuse(text.data, text.len, "the limit 'profile' is 4K; --limit profile=VALUE raises it "
					 "(-o limit=profile:VALUE for mounts), up to 1G");
	set("profile=5K");
	must_take(text.data, text.len);
}

static void a_value_and_a_key_have_limits_of_their_own(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	buf_add_text(&text, "<plist><dict><key>");
	for (int i = 0; i < 300; i++)
		buf_add_char(&text, 'k');
	buf_add_text(&text, "</key><string>");
	for (int i = 0; i < 5000; i++)
		buf_add_char(&text, 'v');
	buf_add_text(&text, "</string></dict></plist>");
	must_take(text.data, text.len);
	set("value=4K");
	must_refuse(text.data, text.len, "a value is too large: the limit 'value' is 4K");
	set("value=8K");
	set("name=299");
	must_refuse(text.data, text.len, "a key is too long: the limit 'name' is 299");
	set("name=300");
	must_take(text.data, text.len);
}

static void data_counts_as_what_base64_stands_for(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	set("value=4K");
	buf_add_text(&text, "<plist><data>");
	for (int i = 0; i < 1365; i++)
		buf_add_text(&text, "QUJD");
	buf_add_text(&text, "</data></plist>");
	must_take(text.data, text.len);
	buf_resize(&text, strlen("<plist><data>"));
	for (int i = 0; i < 1366; i++)
		buf_add_text(&text, "QUJD");
	buf_add_text(&text, "</data></plist>");
	must_refuse(text.data, text.len, "a value is too large");
}

static void nesting_has_a_limit_that_can_be_less(void **state)
{
	static const char deep[] =
		PLIST("<array><array><array><array><array><array><array><array><array/></array></array></array></array>"
		      "</array></array></array></array>");

	(void)state;
	must_take(deep, strlen(deep));
	set("depth=8");
	must_refuse(deep, strlen(deep), "nested too deep: the limit 'depth' is 8");
	assert_string_equal(err.rule, "not-a-plist");
	set("depth=9");
	must_take(deep, strlen(deep));
}

static void at_its_most_a_limit_is_not_said_to_be_raised(void **state)
{
	(void)state;
	limit_refuse(LIMIT_DEPTH, NULL, "x", &err);
	assert_string_equal(err.text, "x: the limit 'depth' is 512, which is the most that can be set");
}

static void the_number_of_values_has_a_limit(void **state)
{
	BUF_AUTO text = BUF_INIT;

	(void)state;
	set("nodes=1000");
	buf_add_text(&text, "<plist><array>");
	for (int i = 0; i < 999; i++)
		buf_add_text(&text, "<true/>");
	buf_add_text(&text, "</array></plist>");
	must_take(text.data, text.len);
	buf_resize(&text, text.len - strlen("</array></plist>"));
	buf_add_text(&text, "<true/></array></plist>");
	must_refuse(text.data, text.len, "too many values: the limit 'nodes' is 1000");
}

/* An array that holds one string of 100 bytes `times`, binary. */
static void make_binary(struct buf *out, unsigned times)
{
	char trailer[32] = { [6] = 2, [7] = 1, [15] = 2 };
	size_t text, table;

	buf_assign(out, "bplist00\xAF\x11", 10);
	buf_add_char(out, (char)(times >> 8));
	buf_add_char(out, (char)times);
	for (unsigned i = 0; i < times; i++)
		buf_add_char(out, 1);
	text = out->len;
	buf_add(out, "\x5F\x10\x64", 3);
	for (int i = 0; i < 100; i++)
		buf_add_char(out, 'x');
	table = out->len;
	buf_add(out, "\0\x08", 2);
	buf_add_char(out, (char)(text >> 8));
	buf_add_char(out, (char)text);
	trailer[30] = (char)(table >> 8);
	trailer[31] = (char)table;
	buf_add(out, trailer, sizeof(trailer));
}

static void what_a_binary_plist_stands_for_has_a_limit(void **state)
{
	BUF_AUTO bytes = BUF_INIT;

	(void)state;
	make_binary(&bytes, 100);
	must_take(bytes.data, bytes.len);
	set("expansion=9999");
	must_refuse(bytes.data, bytes.len, "the limit 'expansion' is 9999");
	set("expansion=10000");
	must_take(bytes.data, bytes.len);
	make_binary(&bytes, 1000);
	set("expansion=1M");
	set("nodes=1000");
	must_refuse(bytes.data, bytes.len, "the limit 'nodes' is 1000");
}

static void a_file_too_large_is_explained_and_other_failures_are_not(void **state)
{
	(void)state;
	error_set(&err, EFBIG, "it is too large: at most 10 bytes are read");
	error_in_file(&err, "a.mobileconfig");
	assert_int_equal(limit_explain(-1, LIMIT_PROFILE, &err), -1);
	must_say("the limit 'profile' is 64M");
	assert_string_equal(err.file, "a.mobileconfig");
	error_set(&err, ENOENT, "gone");
	assert_int_equal(limit_explain(-1, LIMIT_PROFILE, &err), -1);
	assert_string_equal(err.text, "gone");
	assert_int_equal(limit_explain(0, LIMIT_PROFILE, &err), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_limit_has_a_value_that_it_may_have, begin, end),
		cmocka_unit_test_setup_teardown(sizes_are_bytes_or_have_a_unit, begin, end),
		cmocka_unit_test_setup_teardown(a_value_is_shown_as_it_would_be_written, begin, end),
		cmocka_unit_test_setup_teardown(a_misspelt_name_gets_the_nearest, begin, end),
		cmocka_unit_test_setup_teardown(a_value_out_of_bounds_is_told_the_bounds, begin, end),
		cmocka_unit_test_setup_teardown(limits_are_taken_out_of_the_arguments, begin, end),
		cmocka_unit_test_setup_teardown(a_limit_without_a_value_is_wrong_usage, begin, end),
		cmocka_unit_test_setup_teardown(mounts_take_limits_among_their_options, begin, end),
		cmocka_unit_test_setup_teardown(
			a_profile_larger_than_the_limit_is_refused_and_read_when_it_is_raised, begin, end),
		cmocka_unit_test_setup_teardown(a_value_and_a_key_have_limits_of_their_own, begin, end),
		cmocka_unit_test_setup_teardown(data_counts_as_what_base64_stands_for, begin, end),
		cmocka_unit_test_setup_teardown(nesting_has_a_limit_that_can_be_less, begin, end),
		cmocka_unit_test_setup_teardown(at_its_most_a_limit_is_not_said_to_be_raised, begin, end),
		cmocka_unit_test_setup_teardown(the_number_of_values_has_a_limit, begin, end),
		cmocka_unit_test_setup_teardown(what_a_binary_plist_stands_for_has_a_limit, begin, end),
		cmocka_unit_test_setup_teardown(a_file_too_large_is_explained_and_other_failures_are_not, begin, end),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
