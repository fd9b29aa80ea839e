/* Saving a profile: what is touched, what is refused, what is kept. */
#include "tests/unit/opened.h"

#include <limits.h>
#include <signal.h>

#include "fs/tree/uuid.h"
#include "tests/unit/text_in.h"

/* --- not edited ------------------------------------------------------------------------------------- */

static void what_is_not_edited_is_not_touched(void **state)
{
	struct opened it;
	struct stat before;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	before = look_at(WIFI);
	it = open_plain(WIFI);
	assert_false(it.profile.read_only);
	assert_saves(&it, SAVE_UNCHANGED);
	done(&it);
	assert_untouched(WIFI, &before);
	assert_content(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(entries_in("p"), 1);
}

static void an_edit_taken_back_touches_nothing(void **state)
{
	struct opened it;
	struct stat before;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	before = look_at(WIFI);
	it = open_plain(WIFI);
	rename_to(&it, "Other");
	rename_to(&it, "Wi-Fi");
	assert_saves(&it, SAVE_UNCHANGED);
	assert_int_equal(it.profile.commits_saved, it.profile.commits);
	done(&it);
	assert_untouched(WIFI, &before);
}

static void an_edit_taken_back_after_a_save_is_saved_again(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_plain(WIFI);
	rename_to(&it, "Other");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Other"));
	assert_saves(&it, SAVE_UNCHANGED);
	rename_to(&it, "Wi-Fi");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Wi-Fi"));
	done(&it);
}

/* --- edited ----------------------------------------------------------------------------------------- */

static void assert_known(const struct pieces *pieces, const char *text)
{
	BUF_AUTO bytes = BUF_INIT;

	pieces_flat(pieces, &bytes);
	assert_string_equal(buf_text(&bytes), text);
}

static void an_edit_changes_only_that(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(chmod(path_of(WIFI), 0604), 0);
	it = open_plain(WIFI);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Office"));
	assert_int_equal(look_at(WIFI).st_mode & 07777, 0604);
	assert_int_equal(entries_in("p"), 1);
	assert_known(&it.profile.bytes, PLAIN("Office"));
	assert_known(&it.profile.plist, PLAIN("Office"));
	assert_int_equal(it.profile.found.st_ino, look_at(WIFI).st_ino);
	assert_int_equal(it.profile.commits_saved, 1);
	done(&it);
}

static void a_mode_changed_meanwhile_is_kept(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_plain(WIFI);
	rename_to(&it, "Office");
	assert_int_equal(chmod(path_of(WIFI), 0600), 0);
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(look_at(WIFI).st_mode & 07777, 0600);
	done(&it);
}

static void a_link_to_a_profile_stays_a_link(void **state)
{
	struct opened it;

	(void)state;
	put_text("real", PLAIN("Wi-Fi"));
	assert_int_equal(symlink("../real", path_of(WIFI)), 0);
	it = open_plain(WIFI);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_true(S_ISLNK(look_at(WIFI).st_mode));
	assert_content("real", PLAIN("Office"));
	done(&it);
}

static void the_old_profile_is_kept_as_a_backup(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_with(WIFI, (struct profile_options){ .backup = "~" });
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI "~", PLAIN("Wi-Fi"));
	assert_content(WIFI, PLAIN("Office"));
	done(&it);
}

static void another_encoding_is_said_and_becomes_utf_8(void **state)
{
	static const char latin[] = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
				    "<plist version=\"1.0\"><dict><key>PayloadDisplayName</key>"
				    "<string>B\xfcro</string></dict></plist>\n";
	struct stat before;
	struct opened it;

	(void)state;
	put_text(WIFI, latin);
	before = look_at(WIFI);
	it = open_plain(WIFI);
	assert_int_equal(notes_saying(&it, "ISO-8859-1"), 1);
	rename_to(&it, "Other");
	rename_to(&it, "B\xc3\xbcro");
	assert_saves(&it, SAVE_UNCHANGED);
	assert_untouched(WIFI, &before);
	assert_content(WIFI, latin);
	rename_to(&it, "K\xc3\xbc" "che");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(notes_saying(&it, "saved as UTF-8"), 1);
	assert_int_equal(run_in_folder("grep -q 'K\xc3\xbc" "che' " WIFI), 0);
	rename_to(&it, "Flur");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(notes_saying(&it, "saved as UTF-8"), 1);
	done(&it);
}

static void the_format_changes_with_the_next_edit(void **state)
{
	struct stat before;
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	before = look_at(WIFI);
	it = open_with(WIFI, (struct profile_options){ .format = FORMAT_BINARY });
	assert_saves(&it, SAVE_UNCHANGED);
	assert_untouched(WIFI, &before);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	done(&it);
	assert_int_equal(run_in_folder("head -c 8 " WIFI " | grep -q '^bplist00$'"), 0);
	it = open_with(WIFI, (struct profile_options){ .format = FORMAT_XML });
	rename_to(&it, "Home");
	assert_saves(&it, SAVE_DONE);
	done(&it);
	assert_int_equal(run_in_folder("grep -q '<string>Home</string>' " WIFI), 0);
}

static void the_xml_is_what_would_be_saved(void **state)
{
	struct opened it;
	BUF_AUTO xml = BUF_INIT;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_plain(WIFI);
	rename_to(&it, "Office");
	assert_int_equal(profile_xml(&it.profile, &xml, &it.err), 0);
	assert_string_equal(buf_text(&xml), PLAIN("Office"));
	assert_content(WIFI, PLAIN("Wi-Fi"));
	done(&it);
}

/* --- invalid ---------------------------------------------------------------------------------------- */

static void an_invalid_edit_leaves_the_profile_and_is_kept_beside(void **state)
{
	struct stat before;
	struct opened it;
	struct error invalid;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	before = look_at(WIFI);
	error_rule(&invalid, "missing-key", "PayloadUUID is missing");
	it = open_plain(WIFI);
	assert_saves(&it, SAVE_UNCHANGED);
	rename_to(&it, "Office");
	assert_int_equal(profile_save(&it.profile, &invalid, &it.notes, &it.err), SAVE_INVALID);
	assert_string_equal(it.err.rule, "missing-key");
	assert_untouched(WIFI, &before);
	assert_int_equal(entries_in("p"), 1);
	assert_int_equal(profile_keep_beside(&it.profile, SAVE_INVALID, &it.notes, &it.err), 0);
	assert_int_equal(profile_keep_beside(&it.profile, SAVE_INVALID, &it.notes, &it.err), 0);
	assert_content("p/.wifi.mobileconfig.rejected", PLAIN("Office"));
	assert_content("p/.wifi.mobileconfig.rejected.2", PLAIN("Office"));
	assert_int_equal(look_at("p/.wifi.mobileconfig.rejected").st_mode & 07777, 0600);
	assert_int_equal(notes_saying(&it, ".wifi.mobileconfig.rejected.2"), 1);
	assert_untouched(WIFI, &before);
	done(&it);
	it = open_plain(WIFI);
	assert_int_equal(notes_saying(&it, ".wifi.mobileconfig.rejected (and 1 more)"), 1);
	assert_int_equal(problems_count(&it.notes, SEVERITY_WARNING), 0);
	done(&it);
}

static void an_invalid_edit_is_saved_where_that_is_asked_for(void **state)
{
	struct opened it;
	struct error invalid;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	error_rule(&invalid, "missing-key", "PayloadUUID is missing");
	it = open_with(WIFI, (struct profile_options){ .check = CHECK_WARN });
	rename_to(&it, "Office");
	assert_int_equal(profile_save(&it.profile, &invalid, &it.notes, &it.err), SAVE_DONE);
	assert_int_equal(notes_saying(&it, "PayloadUUID is missing"), 1);
	assert_int_equal(problems_count(&it.notes, SEVERITY_WARNING), 1);
	assert_int_equal(problems_count(&it.notes, SEVERITY_ERROR), 0);
	assert_content(WIFI, PLAIN("Office"));
	done(&it);
	it = open_with(WIFI, (struct profile_options){ .check = CHECK_OFF });
	rename_to(&it, "Home");
	assert_int_equal(profile_save(&it.profile, &invalid, &it.notes, &it.err), SAVE_DONE);
	assert_int_equal(it.notes.count, 0);
	assert_content(WIFI, PLAIN("Home"));
	done(&it);
}

/* --- conflict --------------------------------------------------------------------------------------- */

static void assert_conflict(struct opened *it, const char *words)
{
	rename_to(it, "Office");
	assert_saves(it, SAVE_CONFLICT);
	assert_int_equal(it->err.code, ESTALE);
	assert_string_equal(it->err.file, path_of(WIFI));
	if (!strstr(it->err.text, words))
		fail_msg("'%s' does not say '%s'", it->err.text, words);
}

static void a_profile_that_was_changed_is_not_overwritten(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_plain(WIFI);
	put_text(WIFI, PLAIN("Wi-Fo"));
	assert_conflict(&it, "changed");
	assert_content(WIFI, PLAIN("Wi-Fo"));
	assert_int_equal(profile_keep_beside(&it.profile, SAVE_CONFLICT, &it.notes, &it.err), 0);
	assert_content("p/.wifi.mobileconfig.conflict", PLAIN("Office"));
	assert_content(WIFI, PLAIN("Wi-Fo"));
	done(&it);
	it = open_plain(WIFI);
	assert_int_equal(notes_saying(&it, ".wifi.mobileconfig.conflict"), 1);
	done(&it);
}

static void a_profile_that_was_removed_is_not_made_again(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_plain(WIFI);
	assert_int_equal(unlink(path_of(WIFI)), 0);
	assert_conflict(&it, "removed");
	assert_int_equal(entries_in("p"), 0);
	done(&it);
}

static void what_is_no_file_any_more_is_a_conflict(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_plain(WIFI);
	assert_int_equal(run_in_folder("mv " WIFI " other && ln -s ../other " WIFI), 0);
	assert_conflict(&it, "something else");
	assert_int_equal(run_in_folder("rm " WIFI " && mkdir " WIFI), 0);
	assert_conflict(&it, "something else");
	assert_int_equal(run_in_folder("rmdir " WIFI " && mkfifo " WIFI), 0);
	assert_conflict(&it, "something else");
	assert_content("other", PLAIN("Wi-Fi"));
	done(&it);
}

static void a_profile_that_was_only_touched_is_no_conflict(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_plain(WIFI);
	assert_int_equal(run_in_folder("cp " WIFI " new && touch -d 2001-01-01 new && mv new " WIFI), 0);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Office"));
	done(&it);
}

/* --- new -------------------------------------------------------------------------------------------- */

static void a_fresh_profile_is_saved_though_nothing_was_edited(void **state)
{
	struct profile_options options = { .create = true };
	const struct node *root;
	struct opened it;

	(void)state;
	it = open_with(WIFI, options);
	assert_false(is_there(WIFI));
	assert_saves(&it, SAVE_DONE);
	assert_saves(&it, SAVE_UNCHANGED);
	assert_int_equal(look_at(WIFI).st_mode & 07777, 0644);
	done(&it);
	it = open_plain(WIFI);
	root = it.profile.doc.root;
	assert_int_equal(node_count(root), 5);
	assert_int_equal(node_get(root, "PayloadContent")->type, NODE_ARRAY);
	assert_string_equal(text_in(node_get(root, "PayloadType")), "Configuration");
	assert_string_equal(text_in(node_get(root, "PayloadVersion")), "1");
	assert_int_equal(node_get(root, "PayloadVersion")->type, NODE_INTEGER);
	assert_int_equal(strlen(text_in(node_get(root, "PayloadUUID"))), 36);
	assert_memory_equal(text_in(node_get(root, "PayloadIdentifier")), "profile.", 8);
	done(&it);
	assert_int_equal(refused(WIFI, options).code, EEXIST);
}

static void a_fresh_profile_is_edited_and_saved_twice(void **state)
{
	struct opened it;

	(void)state;
	it = open_with(WIFI, (struct profile_options){ .create = true, .backup = "~" });
	assert_saves(&it, SAVE_DONE);
	edit(&it, "PayloadIdentifier", "com.example.one");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(run_in_folder("grep -q com.example.one " WIFI), 0);
	assert_true(is_there(WIFI "~"));
	done(&it);
}

static void a_fresh_profile_overwrites_nothing(void **state)
{
	struct opened it;

	(void)state;
	it = open_with(WIFI, (struct profile_options){ .create = true });
	put_text(WIFI, "somebody else's");
	assert_saves(&it, SAVE_CONFLICT);
	assert_content(WIFI, "somebody else's");
	done(&it);
}

static void every_uuid_is_another(void **state)
{
	char one[UUID_SIZE], two[UUID_SIZE];
	size_t i;

	(void)state;
	uuid_make(one);
	uuid_make(two);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), 36);
	assert_int_equal(one[14], '4');
	assert_non_null(strchr("89AB", one[19]));
	for (i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		assert_non_null(strchr(dash ? "-" : "0123456789ABCDEF", one[i]));
	}
}

/* --- output ----------------------------------------------------------------------------------------- */

static void an_output_is_written_once_though_nothing_was_edited(void **state)
{
	struct profile_options options = { .output = path_of("out") };
	struct stat before, written;
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(chmod(path_of(WIFI), 0600), 0);
	before = look_at(WIFI);
	it = open_with(WIFI, options);
	assert_saves(&it, SAVE_DONE);
	assert_content("out", PLAIN("Wi-Fi"));
	assert_int_equal(look_at("out").st_mode & 07777, 0600);
	written = look_at("out");
	assert_saves(&it, SAVE_UNCHANGED);
	assert_untouched("out", &written);
	rename_to(&it, "Office");
	put_text(WIFI, "changed meanwhile: no conflict");
	assert_saves(&it, SAVE_DONE);
	assert_content("out", PLAIN("Office"));
	done(&it);
	assert_int_equal(look_at(WIFI).st_ino, before.st_ino);
}

static void an_output_takes_the_old_one_s_mode(void **state)
{
	struct profile_options options = { .output = path_of("out"), .backup = ".old" };
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	put_text("out", "older");
	assert_int_equal(chmod(path_of("out"), 0640), 0);
	it = open_with(WIFI, options);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_content("out", PLAIN("Office"));
	assert_content("out.old", "older");
	assert_content(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(look_at("out").st_mode & 07777, 0640);
	done(&it);
}

static void an_output_that_is_the_profile_is_none(void **state)
{
	struct profile_options options = { .output = path_of("link") };
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(symlink(WIFI, path_of("link")), 0);
	it = open_with(WIFI, options);
	assert_saves(&it, SAVE_UNCHANGED);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Office"));
	done(&it);
}

static void an_output_may_be_in_another_format(void **state)
{
	struct profile_options options = { .output = path_of("out"), .format = FORMAT_BINARY };
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_with(WIFI, options);
	assert_saves(&it, SAVE_DONE);
	assert_saves(&it, SAVE_UNCHANGED);
	done(&it);
	assert_int_equal(run_in_folder("head -c 8 out | grep -q '^bplist00$'"), 0);
}

static void an_output_that_cannot_be_written_is_refused_at_once(void **state)
{
	struct profile_options options = { .output = path_of("missing/out") };
	struct error err;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	err = refused(WIFI, options);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.file, path_of("missing/out"));
	options.output = path_of("fifo");
	assert_int_equal(run_in_folder("mkfifo fifo"), 0);
	err = refused(WIFI, options);
	assert_string_equal(err.file, path_of("fifo"));
}

/* --- failures --------------------------------------------------------------------------------------- */

static int save_without_room(void)
{
	const struct profile_options options = { 0 };
	struct rlimit limit = { 40, 40 };
	struct profile profile;
	struct error err;

	signal(SIGXFSZ, SIG_IGN);
	if (profile_open(&profile, path_of(WIFI), &options, NULL, &err) < 0)
		return 3;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 4;
	node_set_string(node_get(profile.doc.root, "PayloadDisplayName"), "Office");
	profile.commits++;
	if (profile_save(&profile, NULL, NULL, &err) != SAVE_FAILED || err.code != EFBIG)
		return 1;
	if (profile_keep_beside(&profile, SAVE_FAILED, NULL, &err) == 0 || err.code != EFBIG)
		return 2;
	profile_close(&profile);
	return 0;
}

static void without_room_nothing_changes_and_nothing_is_left(void **state)
{
	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(as_ordinary_user(save_without_room), 0);
	assert_content(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(entries_in("p"), 1);
}

static int fsyncs_until_failure; /* 0: none fails */

/* Comes before the C library's. Hundreds of saves need not wear a disk out, so it does nothing else. */
int fsync(int fd)
{
	(void)fd;
	if (fsyncs_until_failure && --fsyncs_until_failure == 0) {
		errno = EIO;
		return -1;
	}
	return 0;
}

static void a_save_that_failed_late_is_no_conflict_the_next_time(void **state)
{
	struct opened it;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	it = open_plain(WIFI);
	rename_to(&it, "Office");
	fsyncs_until_failure = 2;
	assert_saves(&it, SAVE_FAILED);
	assert_int_equal(it.err.code, EIO);
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Office"));
	done(&it);
}

/* --- real profiles ---------------------------------------------------------------------------------- */

static void set_name(struct opened *it, const char *name, size_t len)
{
	struct node *node = node_get(it->profile.doc.root, "PayloadDisplayName");

	assert_int_equal(node_set(node, NODE_STRING, name, len), 0);
	it->profile.commits++;
	assert_saves(it, SAVE_DONE);
}

/* Renames the profile at WIFI, and in another mount back. False: it cannot be edited, and was not touched. */
static bool renamed_and_back(void)
{
	const struct profile_options options = { .unsign = true };
	struct opened it = { .err = ERROR_INIT };
	struct stat before = look_at(WIFI);
	BUF_AUTO name = BUF_INIT, plist = BUF_INIT, bytes = BUF_INIT;
	const struct node *node;

	if (profile_open(&it.profile, path_of(WIFI), &options, &it.notes, &it.err) < 0) {
		assert_non_null(it.err.rule);
		return false;
	}
	node = node_get(it.profile.doc.root, "PayloadDisplayName");
	assert_saves(&it, SAVE_UNCHANGED);
	assert_untouched(WIFI, &before);
	if (it.profile.read_only || !node || node->type != NODE_STRING) {
		done(&it);
		return false;
	}
	buf_add(&name, node->value.at, node->value.len);
	pieces_flat(&it.profile.plist, &plist);
	set_name(&it, "another name", strlen("another name"));
	done(&it);
	it = open_plain(WIFI);
	set_name(&it, name.data, name.len);
	pieces_flat(&it.profile.bytes, &bytes);
	assert_true(buf_equals(&bytes, plist.data, plist.len));
	done(&it);
	return true;
}

static void real_profiles_survive_an_edit_there_and_back(void **state)
{
	const char *profiles = getenv("PROFILEFS_TEST_PROFILES");
	size_t edited = 0, seen = 0;
	char path[PATH_MAX];
	FILE *list;

	(void)state;
	if (!profiles || access(profiles, R_OK) < 0) {
		print_message("PROFILEFS_TEST_PROFILES names no folder of profiles\n");
		skip();
	}
	assert_int_equal(setenv("FOLDER", profiles, 1), 0);
	list = popen("find \"$FOLDER\" -name '*.mobileconfig' -type f", "r");
	assert_non_null(list);
	while (fgets(path, sizeof(path), list)) {
		path[strcspn(path, "\n")] = '\0';
		assert_int_equal(setenv("FILE", path, 1), 0);
		assert_int_equal(run_in_folder("cp \"$FILE\" " WIFI " && chmod 644 " WIFI), 0);
		edited += renamed_and_back();
		seen++;
	}
	assert_int_equal(pclose(list), 0);
	print_message("%zu of %zu profiles edited\n", edited, seen);
	assert_true(edited > seen / 4 * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_edited_is_not_touched),
		TEST(an_edit_taken_back_touches_nothing),
		TEST(an_edit_taken_back_after_a_save_is_saved_again),
		TEST(an_edit_changes_only_that),
		TEST(a_mode_changed_meanwhile_is_kept),
		TEST(a_link_to_a_profile_stays_a_link),
		TEST(the_old_profile_is_kept_as_a_backup),
		TEST(another_encoding_is_said_and_becomes_utf_8),
		TEST(the_format_changes_with_the_next_edit),
		TEST(the_xml_is_what_would_be_saved),
		TEST(an_invalid_edit_leaves_the_profile_and_is_kept_beside),
		TEST(an_invalid_edit_is_saved_where_that_is_asked_for),
		TEST(a_profile_that_was_changed_is_not_overwritten),
		TEST(a_profile_that_was_removed_is_not_made_again),
		TEST(what_is_no_file_any_more_is_a_conflict),
		TEST(a_profile_that_was_only_touched_is_no_conflict),
		TEST(a_fresh_profile_is_saved_though_nothing_was_edited),
		TEST(a_fresh_profile_is_edited_and_saved_twice),
		TEST(a_fresh_profile_overwrites_nothing),
		TEST(every_uuid_is_another),
		TEST(an_output_is_written_once_though_nothing_was_edited),
		TEST(an_output_takes_the_old_one_s_mode),
		TEST(an_output_that_is_the_profile_is_none),
		TEST(an_output_may_be_in_another_format),
		TEST(an_output_that_cannot_be_written_is_refused_at_once),
		TEST(without_room_nothing_changes_and_nothing_is_left),
		TEST(a_save_that_failed_late_is_no_conflict_the_next_time),
		TEST(real_profiles_survive_an_edit_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
