/* Files on disk: found once, read whole, replaced in one piece. */
#include "tests/unit/folder.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "plist/base/file.h"

/* The same number of bytes, so that half of one and half of the other would be seen. */
#define BIG ((size_t)1 << 20)

static int try_replace(const char *name, const char *text, const char *backup, struct error *err)
{
	struct place place = find_place(name);
	struct stat old;
	bool there = fstatat(place.dir, place.name, &old, AT_SYMLINK_NOFOLLOW) == 0;
	struct replace_options options = { .like = there ? &old : NULL, .backup = backup };
	int result = file_replace(&place, text, strlen(text), &options, NULL, err);

	place_close(&place);
	return result;
}

static void replace(const char *name, const char *text, const char *backup)
{
	struct error err;

	if (try_replace(name, text, backup, &err) < 0)
		fail_msg("%s", err.text);
}

/* --- finding ---------------------------------------------------------------------------------------- */

static void a_place_knows_the_real_path(void **state)
{
	struct place place;
	char *real;

	(void)state;
	assert_int_equal(run_in_folder("mkdir a && ln -s a b && echo x > a/wifi && ln -s wifi a/link"), 0);
	place = find_place("b/link");
	real = realpath(path_of("a/wifi"), NULL);
	assert_string_equal(place.path, real);
	assert_string_equal(place.name, "wifi");
	assert_string_equal(place.shown, path_of("b/link"));
	free(real);
	place_close(&place);
	assert_int_equal(place.dir, -1);
}

static void a_place_may_be_empty(void **state)
{
	struct place place;

	(void)state;
	assert_int_equal(run_in_folder("mkdir a && ln -s a/later link"), 0);
	place = find_place("link");
	assert_string_equal(place.name, "later");
	place_close(&place);
	replace("link", "now", NULL);
	assert_content("a/later", "now");
	assert_true(S_ISLNK(look_at("link").st_mode));
}

static void assert_no_place(const char *name, int code)
{
	struct place place;
	struct error err;

	assert_int_equal(place_open(&place, path_of(name), &err), -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.file, path_of(name));
	assert_int_equal(place.dir, -1);
}

static void what_is_no_place_is_refused(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("echo x > file && ln -s one two && ln -s two one"), 0);
	assert_no_place("missing/file", ENOENT);
	assert_no_place("file/in", ENOTDIR);
	assert_no_place("file/", EISDIR);
	assert_no_place("", EISDIR);
	assert_no_place(".", EISDIR);
	assert_no_place("..", EISDIR);
	assert_no_place("one", ELOOP);
}

static void a_place_lasts_when_its_path_is_covered(void **state)
{
	struct place place;
	struct replace_options options = { 0 };
	BUF_AUTO content = BUF_INIT;
	struct error err;

	(void)state;
	assert_int_equal(run_in_folder("mkdir a && echo old > a/file"), 0);
	place = find_place("a/file");
	assert_int_equal(run_in_folder("mv a away && mkdir a && echo cover > a/file"), 0);
	assert_int_equal(file_read(&place, 100, &content, NULL, &err), 0);
	assert_string_equal(content.data, "old\n");
	assert_int_equal(file_replace(&place, "new\n", 4, &options, NULL, &err), 0);
	assert_content("away/file", "new\n");
	assert_content("a/file", "cover\n");
	place_close(&place);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static void reading_gives_every_byte_and_the_size(void **state)
{
	struct place place;
	BUF_AUTO content = BUF_INIT;
	struct error err;
	struct stat st;

	(void)state;
	put_bytes("file", "a\0b\n", 4);
	place = find_place("file");
	buf_add_text(&content, "what was there before");
	assert_int_equal(file_read(&place, 4, &content, &st, &err), 0);
	assert_true(buf_equals(&content, "a\0b\n", 4));
	assert_int_equal(st.st_size, 4);
	assert_int_equal(file_read(&place, 3, &content, NULL, &err), -1);
	assert_int_equal(err.code, EFBIG);
	assert_string_equal(err.file, path_of("file"));
	put_text("file", "");
	assert_int_equal(file_read(&place, 3, &content, NULL, &err), 0);
	assert_int_equal(content.len, 0);
	place_close(&place);
}

static void assert_unreadable(const char *name, int code)
{
	struct place place = find_place(name);
	BUF_AUTO content = BUF_INIT;
	struct error err;

	assert_int_equal(file_read(&place, 10, &content, NULL, &err), -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.file, path_of(name));
	place_close(&place);
}

static void only_regular_files_are_read(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir dir && mkfifo fifo"), 0);
	assert_unreadable("dir", EISDIR);
	assert_unreadable("fifo", EINVAL);
	assert_unreadable("missing", ENOENT);
}

static void must_compare(const struct buf *with, bool expected)
{
	size_t part = with->len / 3;
	struct iovec two[] = { { with->data, part }, { with->data + part, with->len - part } };
	const struct pieces pieces = { .list = two, .count = 2, .len = with->len };
	struct place place = find_place("file");
	struct error err = ERROR_INIT;
	struct stat st;
	bool same;

	if (file_compare(&place, BIG, &pieces, &same, &st, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(same, expected);
	assert_int_equal(st.st_size, look_at("file").st_size);
	place_close(&place);
}

/* As in our own mounts, too. */
static void what_says_no_size_is_read_to_its_end(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct error err;

	(void)state;
	if (file_read_path("/proc/self/maps", BIG, &bytes, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(bytes.len > 100);
	assert_int_equal(bytes.data[bytes.len - 1], '\n');
	assert_int_equal(file_read_path("/proc/self/maps", 100, &bytes, &err), -1);
	assert_int_equal(err.code, EFBIG);
}

/* Of so many bytes: as they are, one more, one less, another first one, another last one. */
static void compare_all(size_t len)
{
	BUF_AUTO bytes = BUF_INIT;

	buf_resize(&bytes, len);
	put_bytes("file", buf_text(&bytes), len);
	must_compare(&bytes, true);
	buf_add_char(&bytes, '\0');
	must_compare(&bytes, false);
	if (len == 0)
		return;
	buf_resize(&bytes, len - 1);
	must_compare(&bytes, false);
	buf_add_char(&bytes, 'x');
	must_compare(&bytes, false);
	buf_resize(&bytes, len - 1);
	buf_add_char(&bytes, '\0');
	bytes.data[0] = 'x';
	must_compare(&bytes, false);
}

static void a_file_is_told_from_every_other(void **state)
{
	static const size_t lengths[] = { 0, 1, BIG / 4 - 1, BIG / 4, BIG / 4 + 1, BIG / 2, BIG };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
		compare_all(lengths[i]);
}

static void assert_not_compared(const char *name, int code)
{
	struct place place = find_place(name);
	PIECES_AUTO with = PIECES_INIT;
	struct error err;
	bool same;

	pieces_add(&with, "four", 4);
	assert_int_equal(file_compare(&place, 4, &with, &same, NULL, &err), -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.file, path_of(name));
	place_close(&place);
}

static void only_what_would_be_read_is_compared(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir dir && mkfifo fifo && echo long > long"), 0);
	assert_not_compared("dir", EISDIR);
	assert_not_compared("fifo", EINVAL);
	assert_not_compared("missing", ENOENT);
	assert_not_compared("long", EFBIG);
}

static void a_link_put_there_later_is_not_followed(void **state)
{
	struct place place = find_place("file");
	BUF_AUTO content = BUF_INIT;
	struct error err;

	(void)state;
	assert_int_equal(run_in_folder("echo secret > other && ln -s other file"), 0);
	assert_int_equal(file_read(&place, 100, &content, NULL, &err), -1);
	assert_int_equal(err.code, ELOOP);
	place_close(&place);
}

static void a_pipe_can_be_read_by_its_path(void **state)
{
	BUF_AUTO content = BUF_INIT;
	struct error err;
	char path[40];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "through", 7), 7);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(file_read_path(path, 7, &content, &err), 0);
	assert_string_equal(content.data, "through");
	close(ends[0]);
	assert_int_equal(file_read_path("/dev/zero", 100, &content, &err), -1);
	assert_int_equal(err.code, EFBIG);
	assert_int_equal(file_read_path(folder, 100, &content, &err), -1);
	assert_int_equal(err.code, EISDIR);
}

/* --- replacing -------------------------------------------------------------------------------------- */

static void replacing_leaves_nothing_but_the_new_file(void **state)
{
	(void)state;
	put_text("file", "old");
	replace("file", "new", NULL);
	assert_content("file", "new");
	assert_int_equal(entries_in(""), 1);
}

static void a_new_file_follows_the_umask(void **state)
{
	(void)state;
	umask(027);
	replace("file", "new", NULL);
	assert_int_equal(look_at("file").st_mode & 07777, 0640);
	assert_int_equal(umask(022), 027);
}

static void a_symbolic_link_is_followed_and_stays(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir a && echo old > a/file && ln -s a/file link"), 0);
	replace("link", "new", NULL);
	assert_true(S_ISLNK(look_at("link").st_mode));
	assert_content("a/file", "new");
	assert_int_equal(entries_in(""), 2);
	assert_int_equal(entries_in("a"), 1);
}

static void owner_and_mode_are_kept(void **state)
{
	struct stat st;

	(void)state;
	put_text("file", "old");
	assert_int_equal(chmod(path_of("file"), 0604), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path_of("file"), 1234, 4321), 0);
	replace("file", "new", NULL);
	st = look_at("file");
	assert_int_equal(st.st_mode & 07777, 0604);
	if (geteuid() == 0) {
		assert_int_equal(st.st_uid, 1234);
		assert_int_equal(st.st_gid, 4321);
	}
}

static void the_user_s_attributes_are_kept(void **state)
{
	char value[5000], back[sizeof(value)];

	(void)state;
	memset(value, 'v', sizeof(value));
	put_text("file", "old");
	if (setxattr(path_of("file"), "user.small", "a\0b", 3, 0) < 0) {
		print_message("this file system has no user attributes\n");
		skip();
	}
	assert_int_equal(setxattr(path_of("file"), "user.empty", "", 0, 0), 0);
	assert_int_equal(setxattr(path_of("file"), "user.large", value, 2000, 0), 0);
	replace("file", "new", NULL);
	assert_int_equal(getxattr(path_of("file"), "user.small", back, sizeof(back)), 3);
	assert_memory_equal(back, "a\0b", 3);
	assert_int_equal(getxattr(path_of("file"), "user.empty", back, sizeof(back)), 0);
	assert_int_equal(getxattr(path_of("file"), "user.large", back, sizeof(back)), 2000);
	assert_memory_equal(back, value, 2000);
	assert_content("file", "new");
}

static void access_lists_are_kept(void **state)
{
	char before[200], after[200];
	ssize_t size;

	(void)state;
	put_text("file", "old");
	if (run_in_folder("chmod 640 file && setfacl -m u:1234:rw file") != 0) {
		print_message("no setfacl, or no access lists on this file system\n");
		skip();
	}
	size = getxattr(path_of("file"), "system.posix_acl_access", before, sizeof(before));
	assert_true(size > 0);
	replace("file", "new", NULL);
	assert_int_equal(getxattr(path_of("file"), "system.posix_acl_access", after, sizeof(after)), size);
	assert_memory_equal(before, after, (size_t)size);
	assert_int_equal(look_at("file").st_mode & 07777, 0660);
}

static void a_folder_s_default_list_does_not_creep_in(void **state)
{
	char list[200];

	(void)state;
	put_text("file", "old");
	assert_int_equal(chmod(path_of("file"), 0640), 0);
	if (run_in_folder("setfacl -d -m u:1234:rwx .") != 0) {
		print_message("no setfacl, or no access lists on this file system\n");
		skip();
	}
	replace("file", "new", NULL);
	assert_int_equal(getxattr(path_of("file"), "system.posix_acl_access", list, sizeof(list)), -1);
	assert_int_equal(errno, ENODATA);
	assert_int_equal(look_at("file").st_mode & 07777, 0640);
}

static void a_reader_sees_the_old_file_or_the_new_one(void **state)
{
	BUF_AUTO content = BUF_INIT;
	struct replace_options options = { 0 };
	char *bytes = malloc(BIG);
	struct place place;
	struct error err;
	size_t looks = 0;
	pid_t pid;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'a', BIG);
	put_bytes("file", bytes, BIG);
	place = find_place("file");
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 60; i++) {
			memset(bytes, 'a' + i % 2, BIG);
			if (file_replace(&place, bytes, BIG, &options, NULL, &err) < 0)
				_exit(1);
		}
		_exit(0);
	}
	int status = 0;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		get_bytes("file", &content);
		assert_int_equal(content.len, BIG);
		assert_int_equal(memcmp(content.data, content.data + 1, BIG - 1), 0);
		looks++;
	}
	assert_int_equal(status, 0);
	assert_true(looks > 0);
	assert_int_equal(entries_in(""), 1);
	place_close(&place);
	free(bytes);
}

/* --- replacing fails -------------------------------------------------------------------------------- */

/* Exit status 0 if the replacement failed with `code`; -1 for any. */
static int fails_with(const char *name, const char *text, const char *backup, int code)
{
	struct error err = ERROR_INIT;

	if (try_replace(name, text, backup, &err) == 0)
		return 1;
	return err.code == code && err.file[0] ? 0 : 2;
}

/* RLIMIT_FSIZE stands for a full disk. */
static int replace_without_room(void)
{
	struct rlimit limit = { 10, 10 };

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 3;
	return fails_with("file", "more than ten bytes, much more", "~", EFBIG);
}

static void without_room_the_old_file_stays_and_nothing_else(void **state)
{
	(void)state;
	put_text("file", "old");
	assert_int_equal(as_ordinary_user(replace_without_room), 0);
	assert_content("file", "old");
	assert_int_equal(entries_in(""), 1);
}

static int replace_in_closed_folder(void)
{
	if (chmod(folder, 0555) < 0)
		return 3;
	return fails_with("file", "new", NULL, EACCES);
}

static void in_a_folder_without_permission_the_old_file_stays(void **state)
{
	(void)state;
	put_text("file", "old");
	assert_int_equal(as_ordinary_user(replace_in_closed_folder), 0);
	assert_content("file", "old");
	assert_int_equal(entries_in(""), 1);
}

static void a_directory_is_not_replaced(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path_of("file"), 0755), 0);
	assert_int_equal(fails_with("file", "new", NULL, EISDIR), 0);
	assert_true(S_ISDIR(look_at("file").st_mode));
	assert_int_equal(entries_in(""), 1);
}

/* Somebody who is not root and may not give files away still saves. */
static int replace_what_is_another_group_s(void)
{
	struct place place;
	struct error err;
	struct stat like = { .st_mode = S_IFREG | 06664, .st_uid = 1, .st_gid = 1 }, made;
	struct replace_options options = { .like = &like };

	if (geteuid() == 0 || place_open(&place, path_of("file"), &err) < 0)
		return 3;
	if (file_replace(&place, "new", 3, &options, &made, &err) < 0)
		return 1;
	place_close(&place);
	/* The group's rights were another group's. */
	return made.st_uid == geteuid() && (made.st_mode & 07777) == 0644 ? 0 : 2;
}

static void what_cannot_be_given_away_is_saved_with_fewer_rights(void **state)
{
	(void)state;
	put_text("file", "old");
	assert_int_equal(as_ordinary_user(replace_what_is_another_group_s), 0);
	assert_content("file", "new");
}

/* --- backup ----------------------------------------------------------------------------------------- */

static void the_backup_is_the_old_file(void **state)
{
	struct stat before, after;

	(void)state;
	put_text("file", "one");
	before = look_at("file");
	replace("file", "two", "~");
	after = look_at("file~");
	assert_content("file~", "one");
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
	assert_content("file", "two");
	assert_int_equal(entries_in(""), 2);
}

static void an_older_backup_is_replaced(void **state)
{
	(void)state;
	put_text("file", "one");
	replace("file", "two", ".old");
	replace("file", "three", ".old");
	assert_content("file.old", "two");
	assert_content("file", "three");
	assert_int_equal(entries_in(""), 2);
}

static void a_backup_that_is_a_link_to_the_file_itself_leaves_no_litter(void **state)
{
	(void)state;
	put_text("file", "one");
	assert_int_equal(link(path_of("file"), path_of("file~")), 0);
	replace("file", "two", "~");
	assert_content("file~", "one");
	assert_content("file", "two");
	assert_int_equal(entries_in(""), 2);
}

static void a_backup_never_goes_through_a_symbolic_link(void **state)
{
	(void)state;
	put_text("file", "one");
	put_text("precious", "precious");
	assert_int_equal(symlink("precious", path_of("file~")), 0);
	replace("file", "two", "~");
	assert_content("precious", "precious");
	assert_content("file~", "one");
	assert_true(S_ISREG(look_at("file~").st_mode));
}

static void without_a_backup_nothing_is_replaced(void **state)
{
	(void)state;
	put_text("file", "one");
	assert_int_equal(mkdir(path_of("file~"), 0755), 0);
	assert_int_equal(fails_with("file", "two", "~", EISDIR), 0);
	assert_int_equal(fails_with("file", "two", "/x", EINVAL), 0);
	assert_int_equal(fails_with("file", "two", "", EINVAL), 0);
	assert_content("file", "one");
	assert_int_equal(entries_in(""), 2);
}

static void the_first_version_of_a_file_has_no_backup(void **state)
{
	(void)state;
	replace("file", "one", "~");
	assert_int_equal(entries_in(""), 1);
}

/* As on a file system without hard links: this definition comes before the C library's. */
static bool links_forbidden;

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	if (links_forbidden) {
		errno = EPERM;
		return -1;
	}
	return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

static void where_links_are_not_possible_the_backup_is_a_copy(void **state)
{
	struct stat before, after;

	(void)state;
	put_text("file", "one");
	put_text("file~", "zero");
	assert_int_equal(chmod(path_of("file"), 0604), 0);
	before = look_at("file");
	links_forbidden = true;
	replace("file", "two", "~");
	links_forbidden = false;
	after = look_at("file~");
	assert_content("file~", "one");
	assert_content("file", "two");
	assert_int_not_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	assert_int_equal(entries_in(""), 2);
}

/* --- a disk that fails ------------------------------------------------------------------------------ */

static int fsyncs_until_failure; /* 0: none fails */

/* Comes before the C library's; does nothing else, to spare the disk. */
int fsync(int fd)
{
	(void)fd;
	if (fsyncs_until_failure && --fsyncs_until_failure == 0) {
		errno = EIO;
		return -1;
	}
	return 0;
}

static void a_file_that_does_not_reach_the_disk_replaces_nothing(void **state)
{
	(void)state;
	put_text("file", "one");
	fsyncs_until_failure = 1;
	assert_int_equal(fails_with("file", "two", "~", EIO), 0);
	assert_content("file", "one");
	assert_int_equal(entries_in(""), 1);
}

static void a_folder_that_does_not_reach_the_disk_is_said(void **state)
{
	(void)state;
	put_text("file", "one");
	fsyncs_until_failure = 2;
	assert_int_equal(fails_with("file", "two", NULL, EIO), 0);
	assert_content("file", "two");
	assert_int_equal(entries_in(""), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_place_knows_the_real_path),
		TEST(a_place_may_be_empty),
		TEST(what_is_no_place_is_refused),
		TEST(a_place_lasts_when_its_path_is_covered),
		TEST(reading_gives_every_byte_and_the_size),
		TEST(only_regular_files_are_read),
		TEST(a_file_is_told_from_every_other),
		TEST(only_what_would_be_read_is_compared),
		TEST(what_says_no_size_is_read_to_its_end),
		TEST(a_link_put_there_later_is_not_followed),
		TEST(a_pipe_can_be_read_by_its_path),
		TEST(replacing_leaves_nothing_but_the_new_file),
		TEST(a_new_file_follows_the_umask),
		TEST(a_symbolic_link_is_followed_and_stays),
		TEST(owner_and_mode_are_kept),
		TEST(the_user_s_attributes_are_kept),
		TEST(access_lists_are_kept),
		TEST(a_folder_s_default_list_does_not_creep_in),
		TEST(a_reader_sees_the_old_file_or_the_new_one),
		TEST(without_room_the_old_file_stays_and_nothing_else),
		TEST(in_a_folder_without_permission_the_old_file_stays),
		TEST(a_directory_is_not_replaced),
		TEST(what_cannot_be_given_away_is_saved_with_fewer_rights),
		TEST(the_backup_is_the_old_file),
		TEST(an_older_backup_is_replaced),
		TEST(a_backup_that_is_a_link_to_the_file_itself_leaves_no_litter),
		TEST(a_backup_never_goes_through_a_symbolic_link),
		TEST(without_a_backup_nothing_is_replaced),
		TEST(the_first_version_of_a_file_has_no_backup),
		TEST(where_links_are_not_possible_the_backup_is_a_copy),
		TEST(a_file_that_does_not_reach_the_disk_replaces_nothing),
		TEST(a_folder_that_does_not_reach_the_disk_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
