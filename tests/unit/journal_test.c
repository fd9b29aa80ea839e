/*
 * Journals as files: what was written is read back, whatever was cut off or flipped is noticed, and none is taken for
 * another's.
 */
#include "tests/unit/folder.h"

#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>

#include "fs/tree/journal_parts.h"

#define PATH "/home/somebody/wifi.mobileconfig"
#define BASE "<plist/>"
#define FRONT 25 /* bytes of a record before its body */

static char dir[128];
static char long_body[100000];

static int begin(void **state)
{
	if (folder_open(state) < 0)
		return -1;
	snprintf(dir, sizeof(dir), "%s/profilefs", folder);
	return setenv("XDG_STATE_HOME", folder, 1);
}

static struct journal *make(void)
{
	struct iovec piece = { (void *)BASE, strlen(BASE) };
	const struct pieces base = pieces_one(&piece);
	const struct journal_head head = { .path = PATH, .base = &base };
	struct error err = ERROR_INIT;
	struct journal *journal;

	if (journal_begin(&head, &journal, &err) < 0)
		fail_msg("%s", err.text);
	return journal;
}

/* A journal with two operations, which nobody writes any more. */
static void leave_one(void)
{
	struct journal *journal = make();
	struct error err;

	assert_int_equal(journal_add(journal, "first", 5, &err), 0);
	assert_int_equal(journal_add(journal, "second", 6, &err), 0);
	assert_int_equal(journal_sync(journal, &err), 0);
	journal_close(journal);
}

static struct journal_file *find_one(void)
{
	struct journal_file *files;
	struct error err;
	size_t count;

	assert_int_equal(journal_find(PATH, &files, &count, NULL, &err), 0);
	assert_int_equal(count, 1);
	return files;
}

static void path_of_file(char *path, size_t size)
{
	struct journal_file *file = find_one();

	snprintf(path, size, "%s/%s", dir, file->name);
	journal_files_free(file, 1);
}

static void put_file(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, bytes, len), 0);
	close(fd);
}

static bool has_changes(const struct journal_file *file, size_t at, const char *text)
{
	const struct journal_record *record = &file->records[at];

	return record->kind == JOURNAL_CHANGES && record->len == strlen(text) &&
	       memcmp(record->body, text, record->len) == 0;
}

static void what_was_written_is_read_back(void **state)
{
	struct journal_file *file;

	(void)state;
	leave_one();
	file = find_one();
	assert_int_equal(file->state, JOURNAL_WHOLE);
	assert_string_equal(file->path, PATH);
	assert_int_equal(file->count, 4);
	assert_true(has_changes(file, 2, "first"));
	assert_true(has_changes(file, 3, "second"));
	assert_true(journal_fits(file, BASE, strlen(BASE), false));
	assert_false(journal_fits(file, "<dict/>", 7, false));
	assert_false(journal_fits(file, BASE, strlen(BASE), true));
	journal_files_free(file, 1);
}

static void nobody_else_may_read_it(void **state)
{
	char path[512];
	struct stat st;

	(void)state;
	leave_one();
	path_of_file(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void a_directory_that_others_may_write_is_not_used(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkdir(dir, 0777), 0);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(journal_ready(-1, &err), -1);
	assert_non_null(strstr(err.text, "chmod 700"));
}

/* Cut anywhere, it is whole up to a record, or torn; never damaged, and never longer than it was. */
static void without_an_environment_the_users_home_has_it(void **state)
{
	const struct passwd *user = getpwuid(geteuid());
	BUF_AUTO path = BUF_INIT, wanted = BUF_INIT;
	char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
	struct error err = ERROR_INIT;

	(void)state;
	if (!user) {
		free(home);
		skip();
	}
	buf_add_format(&wanted, "%s/.local/state/profilefs", user->pw_dir);
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_int_equal(journal_dir_path(&path, &err), 0);
	assert_string_equal(buf_text(&path), buf_text(&wanted));
	setenv("XDG_STATE_HOME", folder, 1);
	if (home)
		setenv("HOME", home, 1);
	free(home);
}

static void what_is_cut_off_is_torn(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct journal_file *file;
	struct error err;
	char path[512];
	size_t len, kept = 0;

	(void)state;
	leave_one();
	path_of_file(path, sizeof(path));
	assert_int_equal(file_read_path(path, 1 << 20, &bytes, &err), 0);
	for (len = strlen("profilefs journal 1\n"); len < bytes.len; len++) {
		put_file(path, bytes.data, len);
		file = find_one();
		assert_true(file->state == JOURNAL_TORN || file->state == JOURNAL_WHOLE);
		assert_true(file->count >= kept && file->count < 4);
		kept = file->count;
		if (kept == 3)
			assert_true(has_changes(file, 2, "first"));
		journal_files_free(file, 1);
	}
	assert_int_equal(kept, 3);
}

/* A file that grew before its bytes came. */
static void zeros_at_its_end_are_torn(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct journal_file *file;
	struct error err;
	char path[512];

	(void)state;
	leave_one();
	path_of_file(path, sizeof(path));
	assert_int_equal(file_read_path(path, 1 << 20, &bytes, &err), 0);
	buf_resize(&bytes, bytes.len + 5000);
	put_file(path, bytes.data, bytes.len);
	file = find_one();
	assert_int_equal(file->state, JOURNAL_TORN);
	assert_int_equal(file->count, 4);
	journal_files_free(file, 1);
}

/* Every bit before the last record. */
static void what_was_changed_is_damage(void **state)
{
	BUF_AUTO bytes = BUF_INIT;
	struct journal_file *file;
	struct error err;
	char path[512];
	size_t at, last;

	(void)state;
	leave_one();
	path_of_file(path, sizeof(path));
	assert_int_equal(file_read_path(path, 1 << 20, &bytes, &err), 0);
	last = bytes.len - 6 - 25;
	for (at = 0; at < last; at++) {
		bytes.data[at] ^= (char)(1 << at % 8);
		put_file(path, bytes.data, bytes.len);
		file = find_one();
		if (file->state != JOURNAL_DAMAGED)
			fail_msg("byte %zu: state %d", at, (int)file->state);
		journal_files_free(file, 1);
		bytes.data[at] ^= (char)(1 << at % 8);
	}
}

static void it_goes_on_after_what_was_torn(void **state)
{
	struct journal_file *file;
	struct journal *journal;
	struct error err;
	struct stat st;
	char path[512];

	(void)state;
	leave_one();
	path_of_file(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 3), 0);
	file = find_one();
	assert_int_equal(journal_resume(file, &journal, &err), 0);
	journal_files_free(file, 1);
	assert_int_equal(journal_add(journal, "third", 5, &err), 0);
	journal_close(journal);
	file = find_one();
	assert_int_equal(file->state, JOURNAL_WHOLE);
	assert_int_equal(file->count, 4);
	assert_true(has_changes(file, 3, "third"));
	journal_files_free(file, 1);
}

/* The file may grow by so many bytes, and no more. */
static void allow_to_grow(long more)
{
	struct rlimit limit;
	struct stat st;
	char path[512];

	path_of_file(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = more < 0 ? limit.rlim_max : (rlim_t)(st.st_size + more);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The second operation needs more than that; `len` bytes are short, or go to the file by themselves. */
static void fail_halfway(size_t len, long allowed)
{
	struct journal *journal = make();
	struct journal_file *file;
	struct error err;

	assert_int_equal(journal_add(journal, "first", 5, &err), 0);
	allow_to_grow(allowed);
	assert_int_equal(journal_add(journal, long_body, len, &err), -1);
	allow_to_grow(-1);
	assert_int_equal(journal_add(journal, "second", 6, &err), 0);
	file = find_one();
	assert_int_equal(file->bytes.len, file->good);
	assert_int_equal(file->count, 4);
	assert_true(has_changes(file, 3, "second"));
	journal_files_free(file, 1);
	journal_remove(journal);
}

static void a_write_that_failed_halfway_leaves_nothing_behind(void **state)
{
	static const long allowed[] = { 0, 10, FRONT, FRONT + 1, 2000 };
	size_t i;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
		fail_halfway(4096, allowed[i]);
		fail_halfway(sizeof(long_body), allowed[i]);
	}
}

static void assert_is(const struct journal_record *record, const void *body, size_t len)
{
	assert_int_equal(record->len, len);
	assert_memory_equal(record->body, body, len);
}

static void what_is_long_is_read_back(void **state)
{
	struct iovec piece = { long_body, sizeof(long_body) };
	const struct pieces base = pieces_one(&piece);
	const struct journal_head head = { .path = PATH, .base = &base };
	struct error err = ERROR_INIT;
	struct journal_file *file;
	struct journal *journal;

	(void)state;
	memset(long_body, 'x', sizeof(long_body));
	assert_int_equal(journal_begin(&head, &journal, &err), 0);
	assert_int_equal(journal_add(journal, long_body, sizeof(long_body) - 1, &err), 0);
	assert_int_equal(journal_add(journal, "short", 5, &err), 0);
	journal_close(journal);
	file = find_one();
	assert_int_equal(file->state, JOURNAL_WHOLE);
	assert_int_equal(file->count, 4);
	assert_is(&file->records[1], long_body, sizeof(long_body));
	assert_is(&file->records[2], long_body, sizeof(long_body) - 1);
	assert_is(&file->records[3], "short", 5);
	journal_files_free(file, 1);
}

/* As journal.h says, whoever reads it: a release before or after this one. */
static void a_sum_is_over_the_sum_before_and_the_record(void **state)
{
	char digest[JOURNAL_DIGEST_LEN + 1];
	BUF_AUTO all = BUF_INIT;
	struct journal_file *file;
	struct error err;
	const char *last;

	(void)state;
	leave_one();
	file = find_one();
	last = file->records[3].body - FRONT;
	buf_add(&all, file->records[2].body - FRONT + 9, 16);
	buf_add(&all, last, 9);
	buf_add_text(&all, "second");
	assert_int_equal(journal_digest(all.data, all.len, digest, &err), 0);
	assert_memory_equal(last + 9, digest, 16);
	journal_files_free(file, 1);
}

static void a_content_counts_by_its_digest_which_is_in_the_name(void **state)
{
	char digest[JOURNAL_DIGEST_LEN + 1], sum[JOURNAL_DIGEST_LEN + 1];
	BUF_AUTO all = BUF_INIT;
	struct journal_file *file;
	struct error err;

	(void)state;
	leave_one();
	file = find_one();
	assert_int_equal(file->records[1].kind, JOURNAL_CONTENT);
	assert_int_equal(journal_digest(BASE, strlen(BASE), digest, &err), 0);
	buf_add(&all, file->records[0].body - FRONT + 9, 16);
	buf_add(&all, file->records[1].body - FRONT, 9);
	buf_add_text(&all, digest);
	assert_int_equal(journal_digest(all.data, all.len, sum, &err), 0);
	assert_memory_equal(file->records[1].body - 16, sum, 16);
	digest[16] = '\0';
	assert_string_equal(strstr(file->name, digest) + 16, ".journal");
	journal_files_free(file, 1);
}

static void a_digest_that_is_known_makes_the_same_journal(void **state)
{
	struct iovec piece = { (void *)BASE, strlen(BASE) };
	const struct pieces base = pieces_one(&piece);
	struct journal_head head = { .path = PATH, .base = &base };
	char digest[JOURNAL_DIGEST_LEN + 1], path[512];
	BUF_AUTO made = BUF_INIT, known = BUF_INIT;
	struct journal *journal;
	struct error err;

	(void)state;
	journal_close(make());
	path_of_file(path, sizeof(path));
	assert_int_equal(file_read_path(path, 1 << 20, &made, &err), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(journal_digest(BASE, strlen(BASE), digest, &err), 0);
	head.digest = digest;
	assert_int_equal(journal_begin(&head, &journal, &err), 0);
	journal_close(journal);
	assert_int_equal(file_read_path(path, 1 << 20, &known, &err), 0);
	assert_true(buf_equals(&known, made.data, made.len));
}

/* Adds a record whose body counts as it is, and takes `sum` on. */
static void add_plain(struct buf *bytes, char *sum, enum journal_kind kind, const char *body)
{
	char digest[JOURNAL_DIGEST_LEN + 1];
	BUF_AUTO all = BUF_INIT;
	unsigned char front[9];
	struct error err;

	journal_front(sum, kind, strlen(body), front);
	buf_add_text(&all, sum);
	buf_add(&all, front, sizeof(front));
	buf_add_text(&all, body);
	assert_int_equal(journal_digest(all.data, all.len, digest, &err), 0);
	snprintf(sum, 17, "%.16s", digest);
	buf_add(bytes, front, sizeof(front));
	buf_add_text(bytes, sum);
	buf_add_text(bytes, body);
}

/* Its base counts as any other record does. */
static void one_of_before_is_read_and_goes_on(void **state)
{
	struct journal_file *file;
	BUF_AUTO bytes = BUF_INIT;
	struct journal *journal;
	struct error err;
	char sum[17] = "", path[512];

	(void)state;
	leave_one();
	path_of_file(path, sizeof(path));
	buf_add_text(&bytes, "profilefs journal 1\n");
	add_plain(&bytes, sum, JOURNAL_HEAD, PATH);
	add_plain(&bytes, sum, JOURNAL_BASE, BASE);
	add_plain(&bytes, sum, JOURNAL_CHANGES, "first");
	put_file(path, bytes.data, bytes.len);
	file = find_one();
	assert_int_equal(file->state, JOURNAL_WHOLE);
	assert_true(journal_fits(file, BASE, strlen(BASE), false));
	assert_int_equal(journal_resume(file, &journal, &err), 0);
	journal_files_free(file, 1);
	assert_int_equal(journal_add(journal, "second", 6, &err), 0);
	journal_close(journal);
	file = find_one();
	assert_int_equal(file->state, JOURNAL_WHOLE);
	assert_int_equal(file->count, 4);
	assert_true(has_changes(file, 3, "second"));
	journal_files_free(file, 1);
}

static void one_in_use_is_known(void **state)
{
	struct journal *journal = make();
	struct journal_file *file;

	(void)state;
	file = find_one();
	assert_int_equal(file->state, JOURNAL_IN_USE);
	assert_string_equal(file->path, PATH);
	journal_files_free(file, 1);
	journal_close(journal);
}

static void what_was_saved_is_known_by_its_digest(void **state)
{
	char digest[JOURNAL_DIGEST_LEN + 1], other[JOURNAL_DIGEST_LEN + 1];
	struct journal *journal = make();
	struct journal_file *file;
	struct error err;

	(void)state;
	assert_int_equal(journal_digest("saved", 5, digest, &err), 0);
	assert_int_equal(journal_digest("another", 7, other, &err), 0);
	assert_int_equal(journal_add(journal, "first", 5, &err), 0);
	assert_int_equal(journal_saving(journal, digest, &err), 0);
	journal_close(journal);
	file = find_one();
	assert_true(journal_is_saved(file, digest));
	assert_false(journal_is_saved(file, other));
	journal_files_free(file, 1);
}

static void what_came_after_a_save_is_not_saved(void **state)
{
	char digest[JOURNAL_DIGEST_LEN + 1];
	struct journal *journal = make();
	struct journal_file *file;
	struct error err;

	(void)state;
	assert_int_equal(journal_digest("saved", 5, digest, &err), 0);
	assert_int_equal(journal_saving(journal, digest, &err), 0);
	assert_int_equal(journal_add(journal, "later", 5, &err), 0);
	journal_close(journal);
	file = find_one();
	assert_false(journal_is_saved(file, digest));
	journal_files_free(file, 1);
}

static void one_that_is_set_aside_keeps_all(void **state)
{
	struct journal_file *file;
	struct error err;

	(void)state;
	leave_one();
	file = find_one();
	assert_int_equal(journal_set_aside(file, &err), 0);
	journal_files_free(file, 1);
	file = find_one();
	assert_true(file->aside);
	assert_int_equal(file->count, 4);
	assert_int_equal(journal_drop(file, &err), 0);
	journal_files_free(file, 1);
}

static void one_that_is_done_is_gone(void **state)
{
	struct journal_file *files;
	struct error err;
	size_t count;

	(void)state;
	journal_remove(make());
	assert_int_equal(journal_find(PATH, &files, &count, NULL, &err), 0);
	assert_int_equal(count, 0);
}

/* How many there are, and the directory. */
static size_t count_found(int *found)
{
	struct journal_file *files;
	struct error err;
	size_t count;

	assert_int_equal(journal_find(PATH, &files, &count, found, &err), 0);
	journal_files_free(files, count);
	return count;
}

static void the_directory_that_was_read_is_the_one_to_write_in(void **state)
{
	struct error err = ERROR_INIT;
	int found;

	(void)state;
	assert_int_equal(count_found(&found), 0);
	assert_int_equal(found, -1);
	assert_int_equal(journal_ready(found, &err), 0); /* made */
	assert_int_equal(count_found(&found), 0);
	assert_true(found >= 0);
	assert_int_equal(journal_ready(found, &err), 0);
	assert_int_equal(chmod(dir, 0770), 0);
	assert_int_equal(journal_ready(found, &err), -1);
	assert_string_equal(err.file, dir);
	close(found);
}

static void by_a_link_journals_are_read_and_none_is_written(void **state)
{
	char elsewhere[160];
	struct error err = ERROR_INIT;
	int found;

	(void)state;
	leave_one();
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", folder);
	assert_int_equal(rename(dir, elsewhere), 0);
	assert_int_equal(symlink("elsewhere", dir), 0);
	assert_int_equal(count_found(&found), 1);
	assert_int_equal(found, -1);
	assert_int_equal(journal_ready(found, &err), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_written_is_read_back),
		TEST(nobody_else_may_read_it),
		TEST(a_directory_that_others_may_write_is_not_used),
		TEST(without_an_environment_the_users_home_has_it),
		TEST(what_is_cut_off_is_torn),
		TEST(zeros_at_its_end_are_torn),
		TEST(what_was_changed_is_damage),
		TEST(it_goes_on_after_what_was_torn),
		TEST(a_write_that_failed_halfway_leaves_nothing_behind),
		TEST(what_is_long_is_read_back),
		TEST(a_sum_is_over_the_sum_before_and_the_record),
		TEST(a_content_counts_by_its_digest_which_is_in_the_name),
		TEST(a_digest_that_is_known_makes_the_same_journal),
		TEST(one_of_before_is_read_and_goes_on),
		TEST(one_in_use_is_known),
		TEST(what_was_saved_is_known_by_its_digest),
		TEST(what_came_after_a_save_is_not_saved),
		TEST(one_that_is_set_aside_keeps_all),
		TEST(one_that_is_done_is_gone),
		TEST(the_directory_that_was_read_is_the_one_to_write_in),
		TEST(by_a_link_journals_are_read_and_none_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
