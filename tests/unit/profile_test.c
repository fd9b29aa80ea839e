/* Opening a profile: what is refused, what is read-only and why. */
#include "tests/unit/opened.h"
#include "tests/unit/text_in.h"

/* --- what does not open ----------------------------------------------------------------------------- */

static void what_is_no_profile_is_refused(void **state)
{
	const struct profile_options options = { 0 };
	struct error err;

	(void)state;
	put_text(WIFI, HEAD "\n<array/></plist>");
	err = refused(WIFI, options);
	assert_string_equal(err.rule, "not-a-profile");
	assert_int_equal(err.line, 4);
	assert_int_equal(err.column, 1);
	put_text(WIFI, "hello");
	err = refused(WIFI, options);
	assert_string_equal(err.rule, "not-a-plist");
	assert_string_equal(err.file, path_of(WIFI));
	put_text(WIFI, "");
	assert_string_equal(refused(WIFI, options).rule, "not-a-plist");
	err = refused("p/missing", options);
	assert_int_equal(err.code, ENOENT);
	assert_non_null(strstr(err.text, "-o new"));
}

static void options_that_exclude_each_other_are_refused(void **state)
{
	const struct profile_options wrong[] = {
		{ .signer.certs = { (const char *[]){ "c" }, 1 } },
		{ .signer.keys = { (const char *[]){ "k" }, 1 }, .unsign = true },
		{ .read_only = true, .output = "o" },
		{ .read_only = true, .create = true },
		{ .backup = "" },
		{ .backup = "/../x" },
	};
	size_t i;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(refused(WIFI, wrong[i]).code, EINVAL);
}

static void a_second_mount_is_refused_but_by_force_or_to_look_at_it(void **state)
{
	struct opened first, second;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	first = open_plain(WIFI);
	second = open_with(WIFI, (struct profile_options){ .read_only = true });
	assert_true(second.profile.read_only);
	done(&second);
	assert_int_equal(refused(WIFI, (struct profile_options){ 0 }).code, EBUSY);
	second = open_with(WIFI, (struct profile_options){ .force = true });
	assert_false(second.profile.read_only);
	assert_int_equal(problems_count(&second.notes, SEVERITY_WARNING), 1);
	assert_int_equal(notes_saying(&second, "mounted already"), 1);
	done(&second);
	done(&first);
	first = open_plain(WIFI);
	done(&first);
}

static void one_who_waited_sees_what_the_other_saved(void **state)
{
	struct opened it;
	char ready;
	int ends[2];
	pid_t pid;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		it = open_plain(WIFI);
		if (write(ends[1], "r", 1) != 1)
			_exit(1);
		usleep(200000);
		rename_to(&it, "Office");
		_exit(profile_save(&it.profile, NULL, NULL, &it.err) == SAVE_DONE ? 0 : 1);
	}
	assert_int_equal(read(ends[0], &ready, 1), 1);
	it = open_plain(WIFI);
	assert_string_equal(text_in(node_get(it.profile.doc.root, "PayloadDisplayName")), "Office");
	done(&it);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ends[0]);
	close(ends[1]);
}

static void reading_takes_no_lock_and_pipes(void **state)
{
	const struct profile_options options = { 0 };
	struct opened it = { .err = ERROR_INIT };
	char path[40];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(write(ends[1], PLAIN("Wi-Fi"), strlen(PLAIN("Wi-Fi"))) > 0);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(profile_read(&it.profile, path, &options, &it.notes, &it.err), 0);
	assert_true(it.profile.read_only);
	assert_string_equal(text_in(node_get(it.profile.doc.root, "PayloadDisplayName")), "Wi-Fi");
	assert_int_equal(entries_in("run"), 0);
	done(&it);
	close(ends[0]);
}

/* --- read-only -------------------------------------------------------------------------------------- */

static void a_profile_with_a_key_twice_is_read_only(void **state)
{
	(void)state;
	put_text(WIFI, HEAD "<dict><key>PayloadDisplayName</key><string>a</string>"
			    "<key>A</key><true/><key>A</key><false/></dict></plist>");
	assert_read_only(WIFI, (struct profile_options){ 0 }, "mounted read-only");
	assert_int_equal(entries_in("p"), 1);
}

static void an_encrypted_profile_is_read_only(void **state)
{
	(void)state;
	put_text(WIFI, HEAD "<dict><key>PayloadDisplayName</key><string>a</string>"
			    "<key>IsEncrypted</key><true/></dict></plist>");
	assert_read_only(WIFI, (struct profile_options){ 0 }, "encrypted");
}

static bool opens_read_only(const struct profile_options *options, const char *words)
{
	struct problems notes = PROBLEMS_INIT;
	struct profile profile;
	struct error err;
	bool as_expected;

	if (profile_open(&profile, path_of(WIFI), options, &notes, &err) < 0)
		return false;
	as_expected = profile.read_only && notes.count == 1 && strstr(notes.list[0].text, words) &&
		      profile.why_read_only.code == EROFS;
	profile_close(&profile);
	problems_free(&notes);
	return as_expected;
}

static int open_what_may_not_be_written(void)
{
	const struct profile_options options = { 0 };

	if (!opens_read_only(&options, "may not be written"))
		return 1;
	if (chmod(path_of(WIFI), 0644) < 0 || chmod(path_of("p"), 0555) < 0)
		return 2;
	if (!opens_read_only(&options, "its directory"))
		return 3;
	if (chmod(path_of("p"), 0755) < 0)
		return 4;
	return opens_read_only(&options, "") ? 5 : 0;
}

static void what_may_not_be_written_is_read_only(void **state)
{
	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(chmod(path_of(WIFI), 0444), 0);
	assert_int_equal(as_ordinary_user(open_what_may_not_be_written), 0);
}

static int open_another_s_in_sticky_folder(void)
{
	const struct profile_options options = { 0 };

	return opens_read_only(&options, "its directory lets only its owner") ? 0 : 1;
}

static void another_s_file_in_a_sticky_folder_is_read_only(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("only root can make somebody else's files\n");
		skip();
	}
	put_text(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(run_in_folder("chown -R %d . && chown 0 p " WIFI, ORDINARY_USER), 0);
	assert_int_equal(run_in_folder("chmod 1777 p && chmod 666 " WIFI), 0);
	pid = fork();
	if (pid == 0) {
		if (setgid(ORDINARY_USER) < 0 || setuid(ORDINARY_USER) < 0)
			_exit(127);
		_exit(open_another_s_in_sticky_folder());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_profile_is_refused),
		TEST(options_that_exclude_each_other_are_refused),
		TEST(a_second_mount_is_refused_but_by_force_or_to_look_at_it),
		TEST(one_who_waited_sees_what_the_other_saved),
		TEST(reading_takes_no_lock_and_pipes),
		TEST(a_profile_with_a_key_twice_is_read_only),
		TEST(an_encrypted_profile_is_read_only),
		TEST(what_may_not_be_written_is_read_only),
		TEST(another_s_file_in_a_sticky_folder_is_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
