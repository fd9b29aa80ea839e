/* Opening profiles and saving them: what is touched, what is refused, what is kept. */
#include "tests/unit/folder.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "fs/tree/save.h"
#include "fs/tree/uuid.h"
#include "plist/node.h"

#define WIFI "p/wifi.mobileconfig"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n"

#define PLAIN(name) \
	HEAD "<dict>\n  <!-- kept -->\n  <key>PayloadDisplayName</key>\n  <string>" name "</string>\n" \
	     "  <key>PayloadVersion</key>\n  <integer>1</integer>\n</dict>\n</plist>\n"

static int begin(void **state)
{
	if (folder_open(state) < 0 || mkdir(path_of("run"), 0700) < 0 || mkdir(path_of("p"), 0755) < 0)
		return -1;
	return setenv("XDG_RUNTIME_DIR", path_of("run"), 1);
}

static int end(void **state)
{
	unsetenv("XDG_RUNTIME_DIR");
	return folder_close(state);
}

/* --- a profile under test --------------------------------------------------------------------------- */

/* An open profile and what was said about it. */
struct opened {
	struct profile profile;
	struct problems notes;
	struct error err;
};

static struct opened open_with(const char *name, struct profile_options options)
{
	struct opened it = { .notes = PROBLEMS_INIT, .err = ERROR_INIT };

	if (profile_open(&it.profile, path_of(name), &options, &it.notes, &it.err) < 0)
		fail_msg("%s: %s", it.err.file, it.err.text);
	return it;
}

static struct opened open_plain(const char *name)
{
	return open_with(name, (struct profile_options){ 0 });
}

static void done(struct opened *it)
{
	profile_close(&it->profile);
	problems_free(&it->notes);
}

/* It must not open; the error is the answer. */
static struct error refused(const char *name, struct profile_options options)
{
	struct problems notes = PROBLEMS_INIT;
	struct error err = ERROR_INIT;
	struct profile profile;

	assert_int_equal(profile_open(&profile, path_of(name), &options, &notes, &err), -1);
	assert_int_not_equal(err.code, 0);
	problems_free(&notes);
	return err;
}

static void edit(struct opened *it, const char *key, const char *value)
{
	struct node *node = node_get(it->profile.doc.root, key);

	assert_non_null(node);
	assert_int_equal(node_set(node, node->type, value, strlen(value)), 0);
	it->profile.commits++;
}

static void rename_to(struct opened *it, const char *name)
{
	edit(it, "PayloadDisplayName", name);
}

static void assert_saves(struct opened *it, enum save_outcome expected)
{
	enum save_outcome outcome = profile_save(&it->profile, NULL, &it->notes, &it->err);

	if (outcome != expected)
		fail_msg("outcome %d, not %d: %s", (int)outcome, (int)expected, it->err.text);
}

/* How many notes say all of `words`. */
static size_t notes_saying(const struct opened *it, const char *words)
{
	size_t i, count = 0;

	for (i = 0; i < it->notes.count; i++)
		count += strstr(it->notes.list[i].text, words) != NULL;
	return count;
}

static void assert_untouched(const char *name, const struct stat *before)
{
	struct stat now = look_at(name);

	assert_int_equal(now.st_ino, before->st_ino);
	assert_int_equal(now.st_mtim.tv_sec, before->st_mtim.tv_sec);
	assert_int_equal(now.st_mtim.tv_nsec, before->st_mtim.tv_nsec);
	assert_int_equal(now.st_ctim.tv_nsec, before->st_ctim.tv_nsec);
	assert_int_equal(now.st_size, before->st_size);
}

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
	assert_true(buf_equals(&it.profile.bytes, PLAIN("Office"), strlen(PLAIN("Office"))));
	assert_true(buf_equals(&it.profile.plist, PLAIN("Office"), strlen(PLAIN("Office"))));
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
	static const char latin[] = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<plist version=\"1.0\"><dict>"
				    "<key>PayloadDisplayName</key><string>B\xfcro</string></dict></plist>\n";
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
	assert_int_equal(root->count, 5);
	assert_int_equal(node_get(root, "PayloadContent")->type, NODE_ARRAY);
	assert_string_equal(node_text(node_get(root, "PayloadType")), "Configuration");
	assert_string_equal(node_text(node_get(root, "PayloadVersion")), "1");
	assert_int_equal(node_get(root, "PayloadVersion")->type, NODE_INTEGER);
	assert_int_equal(strlen(node_text(node_get(root, "PayloadUUID"))), 36);
	assert_memory_equal(node_text(node_get(root, "PayloadIdentifier")), "profile.", 8);
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
	for (i = 0; i < 36; i++)
		assert_non_null(strchr(i == 8 || i == 13 || i == 18 || i == 23 ? "-" : "0123456789ABCDEF", one[i]));
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
		{ .signer.cert = "c" },
		{ .signer.key = "k", .unsign = true },
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

static void a_second_mount_is_refused_but_one_to_look_at_it(void **state)
{
	struct opened first, second;

	(void)state;
	put_text(WIFI, PLAIN("Wi-Fi"));
	first = open_plain(WIFI);
	second = open_with(WIFI, (struct profile_options){ .read_only = true });
	assert_true(second.profile.read_only);
	done(&second);
	assert_int_equal(refused(WIFI, (struct profile_options){ 0 }).code, EBUSY);
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
	assert_string_equal(node_text(node_get(it.profile.doc.root, "PayloadDisplayName")), "Office");
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
	assert_string_equal(node_text(node_get(it.profile.doc.root, "PayloadDisplayName")), "Wi-Fi");
	assert_int_equal(entries_in("run"), 0);
	done(&it);
	close(ends[0]);
}

/* --- read-only -------------------------------------------------------------------------------------- */

static void assert_read_only(const char *name, struct profile_options options, const char *words)
{
	struct opened it = open_with(name, options);

	assert_true(it.profile.read_only);
	assert_int_not_equal(it.profile.why_read_only.code, 0);
	if (!strstr(it.profile.why_read_only.text, words))
		fail_msg("'%s' does not say '%s'", it.profile.why_read_only.text, words);
	assert_int_equal(notes_saying(&it, words), 1);
	assert_int_equal(it.profile.lock.fd, -1);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_FAILED);
	done(&it);
}

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
	(void)state;
	if (geteuid() != 0) {
		print_message("only root can make somebody else's files\n");
		skip();
	}
	put_text(WIFI, PLAIN("Wi-Fi"));
	assert_int_equal(run_in_folder("chown -R 65534:65534 . && chown 0 p " WIFI " && chmod 1777 p && chmod 666 " WIFI),
			 0);
	pid_t pid = fork();
	int status;
	if (pid == 0)
		_exit(setgid(ORDINARY_USER) < 0 || setuid(ORDINARY_USER) < 0 ? 127 : open_another_s_in_sticky_folder());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* --- failures --------------------------------------------------------------------------------------- */

static int save_without_room(void)
{
	const struct profile_options options = { 0 };
	struct rlimit limit = { 40, 40 };
	struct profile profile;
	struct error err;

	signal(SIGXFSZ, SIG_IGN);
	if (profile_open(&profile, path_of(WIFI), &options, NULL, &err) < 0 || setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 3;
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

/* Comes before the C library's. */
int fsync(int fd)
{
	if (fsyncs_until_failure && --fsyncs_until_failure == 0) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
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

/* --- signed ----------------------------------------------------------------------------------------- */

static bool make_signed(const char *digest)
{
	put_text("plain", PLAIN("Wi-Fi"));
	return run_in_folder("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem "
			     "-out cert.pem -subj /CN=signer -days 10 -addext keyUsage=critical,digitalSignature && "
			     "openssl cms -sign -binary -nodetach -outform DER -md %s -signer cert.pem -inkey key.pem "
			     "-in plain -out " WIFI,
			     digest) == 0;
}

#define SIGNED_OR_SKIP(digest)                                    \
	do {                                                      \
		if (!make_signed(digest)) {                       \
			print_message("no openssl command\n");    \
			skip();                                   \
		}                                                 \
	} while (0)

static struct profile_options with_key(void)
{
	return (struct profile_options){ .signer = { .key = path_of("key.pem"), .cert = path_of("cert.pem") } };
}

static int verifies(const char *name, const char *content)
{
	put_text("expected", content);
	return run_in_folder("openssl cms -verify -inform DER -purpose any -CAfile cert.pem -in %s -out got && "
			     "cmp got expected",
			     name);
}

static void a_signed_profile_is_signed_again(void **state)
{
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha384");
	it = open_with(WIFI, with_key());
	assert_false(it.profile.read_only);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(verifies(WIFI, PLAIN("Office")), 0);
	assert_int_equal(run_in_folder("openssl cms -cmsout -print -inform DER -in " WIFI " | grep -q sha384"), 0);
	rename_to(&it, "Home");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(verifies(WIFI, PLAIN("Home")), 0);
	done(&it);
	it = open_with(WIFI, with_key());
	done(&it);
}

static void a_signed_profile_that_is_not_edited_keeps_its_signature(void **state)
{
	struct profile_options options;
	struct stat before;
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha1");
	before = look_at(WIFI);
	options = with_key();
	it = open_with(WIFI, options);
	rename_to(&it, "Office");
	rename_to(&it, "Wi-Fi");
	assert_saves(&it, SAVE_UNCHANGED);
	done(&it);
	assert_untouched(WIFI, &before);
	options.output = path_of("out");
	it = open_with(WIFI, options);
	assert_saves(&it, SAVE_DONE);
	done(&it);
	assert_int_equal(run_in_folder("cmp out " WIFI), 0);
}

static void a_weak_digest_is_raised_and_that_is_said(void **state)
{
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha1");
	it = open_with(WIFI, with_key());
	assert_int_equal(it.notes.count, 0);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(it.notes.count, 1);
	assert_int_equal(verifies(WIFI, PLAIN("Office")), 0);
	done(&it);
}

static void without_a_key_a_signed_profile_is_read_only(void **state)
{
	struct profile_options output = { 0 };
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	assert_read_only(WIFI, (struct profile_options){ 0 }, "key=");
	assert_read_only(WIFI, (struct profile_options){ 0 }, "unsign");
	output.output = path_of("out");
	assert_read_only(WIFI, output, "key=");
	it = open_with(WIFI, output);
	assert_saves(&it, SAVE_DONE);
	done(&it);
	assert_int_equal(run_in_folder("cmp out " WIFI), 0);
}

static void a_signature_is_taken_off_where_that_is_asked_for(void **state)
{
	struct profile_options options = { .unsign = true };
	struct stat before;
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	before = look_at(WIFI);
	it = open_with(WIFI, options);
	assert_false(it.profile.read_only);
	assert_saves(&it, SAVE_UNCHANGED);
	assert_untouched(WIFI, &before);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Office"));
	assert_int_equal(envelope_form(it.profile.envelope), ENVELOPE_PLAIN);
	rename_to(&it, "Home");
	assert_saves(&it, SAVE_DONE);
	assert_content(WIFI, PLAIN("Home"));
	done(&it);
}

static void a_plain_profile_with_a_key_becomes_a_signed_one(void **state)
{
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	it = open_with("plain", with_key());
	assert_saves(&it, SAVE_UNCHANGED);
	rename_to(&it, "Office");
	assert_saves(&it, SAVE_DONE);
	assert_int_equal(envelope_form(it.profile.envelope), ENVELOPE_DER);
	done(&it);
	assert_int_equal(verifies("plain", PLAIN("Office")), 0);
}

static void a_signed_profile_that_is_rejected_is_kept_unsigned(void **state)
{
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	it = open_with(WIFI, with_key());
	rename_to(&it, "Office");
	assert_int_equal(profile_keep_beside(&it.profile, SAVE_INVALID, &it.notes, &it.err), 0);
	assert_content("p/.wifi.mobileconfig.rejected", PLAIN("Office"));
	done(&it);
}

static void a_tampered_profile_opens_only_by_force(void **state)
{
	struct profile_options options = { 0 };
	struct opened it;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	assert_int_equal(run_in_folder("sed -i 's/Wi-Fi/Wi-Fo/' " WIFI), 0);
	assert_string_equal(refused(WIFI, options).rule, "bad-signature");
	assert_non_null(strstr(refused(WIFI, options).text, "-o force"));
	options.force = true;
	options.unsign = true;
	it = open_with(WIFI, options);
	assert_int_equal(problems_count(&it.notes, SEVERITY_WARNING), 1);
	assert_string_equal(it.notes.list[0].rule, "bad-signature");
	assert_string_equal(node_text(node_get(it.profile.doc.root, "PayloadDisplayName")), "Wi-Fo");
	done(&it);
}

static void a_key_that_cannot_sign_is_refused_at_once(void **state)
{
	struct profile_options options;

	(void)state;
	SIGNED_OR_SKIP("sha256");
	options = with_key();
	options.signer.key = path_of("missing.pem");
	refused(WIFI, options);
	refused("plain", options);
	options = with_key();
	options.digest = "no-such-digest";
	refused(WIFI, options);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

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
		TEST(what_is_no_profile_is_refused),
		TEST(options_that_exclude_each_other_are_refused),
		TEST(a_second_mount_is_refused_but_one_to_look_at_it),
		TEST(one_who_waited_sees_what_the_other_saved),
		TEST(reading_takes_no_lock_and_pipes),
		TEST(a_profile_with_a_key_twice_is_read_only),
		TEST(an_encrypted_profile_is_read_only),
		TEST(what_may_not_be_written_is_read_only),
		TEST(another_s_file_in_a_sticky_folder_is_read_only),
		TEST(without_room_nothing_changes_and_nothing_is_left),
		TEST(a_save_that_failed_late_is_no_conflict_the_next_time),
		TEST(a_signed_profile_is_signed_again),
		TEST(a_signed_profile_that_is_not_edited_keeps_its_signature),
		TEST(a_weak_digest_is_raised_and_that_is_said),
		TEST(without_a_key_a_signed_profile_is_read_only),
		TEST(a_signature_is_taken_off_where_that_is_asked_for),
		TEST(a_plain_profile_with_a_key_becomes_a_signed_one),
		TEST(a_signed_profile_that_is_rejected_is_kept_unsigned),
		TEST(a_tampered_profile_opens_only_by_force),
		TEST(a_key_that_cannot_sign_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
