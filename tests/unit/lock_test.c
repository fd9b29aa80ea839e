/* Locks: one mount of a profile at a time, and where they lie. */
#include "tests/unit/folder.h"

#include <signal.h>
#include <time.h>

#include "fs/tree/lock.h"

static struct place place;

static int begin(void **state)
{
	struct error err;

	if (folder_open(state) < 0 || setenv("XDG_RUNTIME_DIR", folder, 1) < 0)
		return -1;
	put_text("profile", "x");
	return place_open(&place, path_of("profile"), &err);
}

static int end(void **state)
{
	place_close(&place);
	unsetenv("XDG_RUNTIME_DIR");
	return folder_close(state);
}

static long milliseconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)(now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

/* --- the lock --------------------------------------------------------------------------------------- */

static void a_second_lock_is_refused_and_says_who_has_it(void **state)
{
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct error err = ERROR_INIT;
	char who[40];

	(void)state;
	snprintf(who, sizeof(who), "process %ld", (long)getpid());
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	assert_int_equal(lock_take(&second, &place, 0, &err), -1);
	assert_int_equal(second.fd, -1);
	assert_int_equal(err.code, EBUSY);
	assert_string_equal(err.file, path_of("profile"));
	assert_non_null(strstr(err.text, "mounted already"));
	assert_non_null(strstr(err.text, who));
	assert_non_null(strstr(err.text, "unmount"));
	lock_release(&first);
	assert_int_equal(lock_take(&second, &place, 0, &err), 0);
	lock_release(&second);
	lock_release(&second);
}

static void another_profile_has_a_lock_of_its_own(void **state)
{
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct place other;
	struct error err;

	(void)state;
	assert_int_equal(place_open(&other, path_of("other"), &err), 0);
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	assert_int_equal(lock_take(&second, &other, 0, &err), 0);
	lock_release(&first);
	lock_release(&second);
	place_close(&other);
}

static void every_path_to_a_profile_has_the_same_lock(void **state)
{
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct place link;
	struct error err;

	(void)state;
	assert_int_equal(symlink("profile", path_of("link")), 0);
	assert_int_equal(place_open(&link, path_of("link"), &err), 0);
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	assert_int_equal(lock_take(&second, &link, 0, &err), -1);
	lock_release(&first);
	place_close(&link);
}

static void the_lock_outlasts_a_replaced_profile(void **state)
{
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct error err;

	(void)state;
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	assert_int_equal(run_in_folder("echo y > new && mv new profile"), 0);
	assert_int_equal(lock_take(&second, &place, 0, &err), -1);
	lock_release(&first);
}

static void a_lock_survives_fork_and_the_parent_s_end(void **state)
{
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct error err;
	pid_t pid;

	(void)state;
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	lock_release(&first);
	assert_int_equal(lock_take(&second, &place, 0, &err), -1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(lock_take(&second, &place, 0, &err), 0);
	lock_release(&second);
}

static void a_lock_is_waited_for_while_its_holder_leaves(void **state)
{
	const struct timespec leaving = { .tv_nsec = 200000000 };
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct timespec start;
	struct error err;
	pid_t pid;

	(void)state;
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		nanosleep(&leaving, NULL);
		_exit(0);
	}
	lock_release(&first);
	assert_int_equal(lock_take(&second, &place, 30000, &err), 0);
	assert_true(milliseconds_since(&start) >= 190);
	lock_release(&second);
	waitpid(pid, NULL, 0);
}

static void patience_ends(void **state)
{
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct timespec start;
	struct error err;

	(void)state;
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(lock_take(&second, &place, 150, &err), -1);
	assert_true(milliseconds_since(&start) >= 150);
	lock_release(&first);
}

/* A process that is gone is not to be named: somebody would look for it in vain. */
static void a_dead_process_is_not_named(void **state)
{
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct error err;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	assert_int_equal(ftruncate(first.fd, 0), 0);
	assert_true(dprintf(first.fd, "%ld /some/path\n", (long)pid) > 0);
	assert_int_equal(lock_take(&second, &place, 0, &err), -1);
	assert_non_null(strstr(err.text, "another process"));
	lock_release(&first);
}

static void a_lock_file_that_was_cleaned_away_is_made_again(void **state)
{
	struct lock lock = LOCK_INIT, next = LOCK_INIT;
	struct error err;

	(void)state;
	assert_int_equal(lock_take(&lock, &place, 0, &err), 0);
	assert_int_equal(run_in_folder("rm profilefs/lock-*"), 0);
	assert_int_equal(lock_take(&next, &place, 0, &err), 0);
	assert_int_equal(entries_in("profilefs"), 1);
	lock_release(&lock);
	assert_int_equal(entries_in("profilefs"), 1);
	lock_release(&next);
}

static void a_lock_takes_its_file_away(void **state)
{
	struct lock lock = LOCK_INIT;
	struct error err;

	(void)state;
	assert_int_equal(lock_take(&lock, &place, 0, &err), 0);
	assert_int_equal(entries_in("profilefs"), 1);
	lock_release(&lock);
	assert_int_equal(entries_in("profilefs"), 0);
}

static void a_lock_that_a_child_shares_keeps_its_file(void **state)
{
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	struct error err;
	pid_t pid;

	(void)state;
	assert_int_equal(lock_take(&first, &place, 0, &err), 0);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	lock_release(&first);
	assert_int_equal(entries_in("profilefs"), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(lock_take(&second, &place, 0, &err), 0);
	lock_release(&second);
	assert_int_equal(entries_in("profilefs"), 0);
}

#define ROUNDS 1000

/* Takes the lock again and again; while it has it, a file of one name is its own. The number of rounds in which it was
 * not alone. */
static int race(void)
{
	int rounds = ROUNDS, intruders = 0, fd;
	struct lock lock = LOCK_INIT;
	struct error err;

	while (rounds > 0) {
		if (lock_take(&lock, &place, 0, &err) < 0) {
			intruders += err.code != EBUSY;
			continue;
		}
		fd = open(path_of("inside"), O_WRONLY | O_CREAT | O_EXCL, 0600);
		intruders += fd < 0 || close(fd) < 0 || unlink(path_of("inside")) < 0;
		lock_release(&lock);
		rounds--;
	}
	return intruders;
}

static void two_who_take_and_release_it_at_once_never_have_it_both(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(race() > 0);
	assert_int_equal(race(), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(entries_in("profilefs"), 0);
}

static void a_link_in_place_of_the_lock_is_refused(void **state)
{
	struct lock lock = LOCK_INIT;
	struct error err;

	(void)state;
	assert_int_equal(lock_take(&lock, &place, 0, &err), 0);
	assert_int_equal(run_in_folder("for f in profilefs/lock-*; do rm $f; ln -s ../victim $f; done"), 0);
	lock_release(&lock);
	assert_int_equal(lock_take(&lock, &place, 0, &err), -1);
	assert_int_equal(err.code, ELOOP);
	assert_false(is_there("victim"));
}

static void lock_files_are_private_and_tell_the_path(void **state)
{
	struct lock lock = LOCK_INIT;
	char line[300];
	struct error err;

	(void)state;
	umask(0);
	assert_int_equal(lock_take(&lock, &place, 0, &err), 0);
	assert_int_equal(look_at("profilefs").st_mode & 07777, 0700);
	snprintf(line, sizeof(line), "%ld %s", (long)getpid(), place.path);
	assert_int_equal(run_in_folder("test \"$(cat profilefs/lock-*)\" = '%s'", line), 0);
	assert_int_equal(run_in_folder("test \"$(stat -c %%a profilefs/lock-*)\" = 600"), 0);
	assert_int_equal(fcntl(lock.fd, F_GETFD), FD_CLOEXEC);
	lock_release(&lock);
}

/* --- the runtime directory -------------------------------------------------------------------------- */

static void the_session_s_directory_is_used(void **state)
{
	BUF_AUTO path = BUF_INIT;
	struct error err;

	(void)state;
	assert_int_equal(runtime_dir(&path, &err), 0);
	assert_string_equal(buf_text(&path), path_of("profilefs"));
	assert_int_equal(runtime_dir(&path, &err), 0);
	assert_string_equal(buf_text(&path), path_of("profilefs"));
}

static void assert_own_directory_in_tmp(const char *session)
{
	BUF_AUTO path = BUF_INIT;
	struct error err;
	struct stat st;
	char expected[60];
	bool there;

	if (session)
		setenv("XDG_RUNTIME_DIR", session, 1);
	else
		unsetenv("XDG_RUNTIME_DIR");
	snprintf(expected, sizeof(expected), "/tmp/profilefs-%lu", (unsigned long)geteuid());
	there = lstat(expected, &st) == 0;
	if (runtime_dir(&path, &err) < 0)
		fail_msg("%s: %s", err.file, err.text);
	assert_string_equal(buf_text(&path), expected);
	assert_int_equal(lstat(expected, &st), 0);
	if (!there)
		rmdir(expected);
}

static void without_a_session_it_is_in_tmp(void **state)
{
	(void)state;
	assert_own_directory_in_tmp(NULL);
	assert_own_directory_in_tmp("");
	assert_own_directory_in_tmp("relative");
	assert_own_directory_in_tmp(path_of("missing"));
	if (geteuid() == 0) {
		assert_int_equal(run_in_folder("mkdir theirs && chown 1234 theirs"), 0);
		assert_own_directory_in_tmp(path_of("theirs"));
	}
}

static void assert_refused(int code, const char *words)
{
	struct lock lock = LOCK_INIT;
	BUF_AUTO path = BUF_INIT;
	struct error err;

	assert_int_equal(runtime_dir(&path, &err), -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.file, path_of("profilefs"));
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_int_equal(lock_take(&lock, &place, 0, &err), -1);
	assert_int_equal(err.code, code);
}

static void a_runtime_directory_that_others_may_use_is_refused(void **state)
{
	(void)state;
	assert_int_equal(run_in_folder("mkdir -m 750 profilefs"), 0);
	assert_refused(EPERM, "chmod 700");
	assert_int_equal(run_in_folder("chmod 701 profilefs"), 0);
	assert_refused(EPERM, "chmod 700");
}

static void a_runtime_directory_of_somebody_else_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("only root can make somebody else's directory\n");
		skip();
	}
	assert_int_equal(run_in_folder("mkdir -m 700 profilefs && chown 1234 profilefs"), 0);
	assert_refused(EPERM, "belongs to user 1234");
}

static void a_runtime_directory_that_is_none_is_refused(void **state)
{
	(void)state;
	put_text("profilefs", "");
	assert_refused(ENOTDIR, "must be a directory");
	assert_int_equal(run_in_folder("rm profilefs && mkdir -m 700 real && ln -s real profilefs"), 0);
	assert_refused(ENOTDIR, "must be a directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_second_lock_is_refused_and_says_who_has_it),
		TEST(another_profile_has_a_lock_of_its_own),
		TEST(every_path_to_a_profile_has_the_same_lock),
		TEST(the_lock_outlasts_a_replaced_profile),
		TEST(a_lock_survives_fork_and_the_parent_s_end),
		TEST(a_lock_is_waited_for_while_its_holder_leaves),
		TEST(patience_ends),
		TEST(a_dead_process_is_not_named),
		TEST(a_lock_file_that_was_cleaned_away_is_made_again),
		TEST(a_lock_takes_its_file_away),
		TEST(a_lock_that_a_child_shares_keeps_its_file),
		TEST(two_who_take_and_release_it_at_once_never_have_it_both),
		TEST(a_link_in_place_of_the_lock_is_refused),
		TEST(lock_files_are_private_and_tell_the_path),
		TEST(the_session_s_directory_is_used),
		TEST(without_a_session_it_is_in_tmp),
		TEST(a_runtime_directory_that_others_may_use_is_refused),
		TEST(a_runtime_directory_of_somebody_else_is_refused),
		TEST(a_runtime_directory_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
