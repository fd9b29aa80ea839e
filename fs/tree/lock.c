#include "fs/tree/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 20

/* How many names in /tmp are tried for a directory of our own. */
#define OWN_DIRS_MAX 8

/* --- the runtime directory -------------------------------------------------------------------------- */

/* The user's own $XDG_RUNTIME_DIR, or NULL. */
static const char *session_dir(uid_t user)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (!dir || *dir != '/' || stat(dir, &st) < 0)
		return NULL;
	return S_ISDIR(st.st_mode) && st.st_uid == user ? dir : NULL;
}

/* What is in it says who has which profile open, and is trusted: nobody else may write there. */
static int check_dir(const struct stat *st, uid_t user, struct error *err)
{
	if (!S_ISDIR(st->st_mode))
		return error_set(err, ENOTDIR,
				 "the runtime directory must be a directory: remove what is there");
	if (st->st_uid != user)
		return error_set(err, EPERM,
				 "the runtime directory belongs to user %lu, not to you: have it removed, "
				 "or set XDG_RUNTIME_DIR to a directory of your own",
				 (unsigned long)st->st_uid);
	if (st->st_mode & 077)
		return error_set(err, EPERM,
				 "the runtime directory has mode %04o, so that others may use it: see that "
				 "nobody did, then chmod 700 it",
				 (unsigned)st->st_mode & 07777);
	return 0;
}

/* What is at `path`, or 0 with no mode if nothing is. */
static int look_at(const char *path, struct stat *st, struct error *err)
{
	st->st_mode = 0;
	if (lstat(path, st) == 0 || errno == ENOENT)
		return 0;
	return error_system(err, errno, "the runtime directory cannot be looked up");
}

/* `st` is what was there before. */
static int make_dir(const char *path, uid_t user, struct stat *st, struct error *err)
{
	if (!st->st_mode) {
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return error_system(err, errno, "the runtime directory cannot be made");
		if (lstat(path, st) < 0)
			return error_system(err, errno, "the runtime directory cannot be looked up");
	}
	return check_dir(st, user, err);
}

/* The first of /tmp/profilefs-UID, /tmp/profilefs-UID.2, ... that is not somebody else's, who may also have meant to be
 * in the way: in a user's name space root is another one than outside. All who ask find the same. */
static int find_own_dir(struct buf *path, uid_t user, struct stat *st, struct error *err)
{
	unsigned number = 1;

	buf_add_text(path, "/tmp/profilefs-");
	buf_add_number(path, user);
	while (look_at(buf_text(path), st, err) == 0) {
		if (!st->st_mode || st->st_uid == user || number == OWN_DIRS_MAX)
			return 0;
		buf_clear(path);
		buf_add_format(path, "/tmp/profilefs-%lu.%u", (unsigned long)user, ++number);
	}
	return -1;
}

static int find_dir(struct buf *path, uid_t user, struct stat *st, struct error *err)
{
	const char *session = session_dir(user);

	buf_clear(path);
	if (!session)
		return find_own_dir(path, user, st, err);
	buf_add_text(path, session);
	buf_add_text(path, "/profilefs");
	return look_at(buf_text(path), st, err);
}

/* It is there most of the time. */
int runtime_dir(struct buf *path, struct error *err)
{
	uid_t user = geteuid();
	struct stat st;
	int result = find_dir(path, user, &st, err);

	if (!buf_ok(path))
		return error_memory(err);
	if (result == 0 && make_dir(path->data, user, &st, err) == 0)
		return 0;
	error_in_file(err, path->data);
	return -1;
}

/* --- the lock file ---------------------------------------------------------------------------------- */

/* FNV-1a, 64 bits: short names for paths of any length. */
static uint64_t hash_path(const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * UINT64_C(0x100000001b3);
	return hash;
}

static int lock_path(const struct place *place, struct buf *path, struct error *err)
{
	uint64_t hash = hash_path(place->path);
	int shift;

	if (runtime_dir(path, err) < 0)
		return -1;
	buf_add_text(path, "/lock-");
	for (shift = 60; shift >= 0; shift -= 4)
		buf_add_char(path, "0123456789abcdef"[hash >> shift & 15]);
	return buf_ok(path) ? 0 : error_memory(err);
}

/* True if the file that was locked is still the one others will find, not one that was cleaned away; `held` is that. */
static bool still_there(int fd, const char *path, struct stat *held)
{
	struct stat there;

	if (fstat(fd, held) < 0 || lstat(path, &there) < 0)
		return false;
	return held->st_dev == there.st_dev && held->st_ino == there.st_ino;
}

/* "PID PATH\n". Only messages depend on it: the lock holds without. A file is cut only where it must be: some file
 * systems take longer for that than for all the rest of a mount. */
static void leave_word(int fd, off_t size, const char *path)
{
	BUF_AUTO word = BUF_INIT;

	buf_add_number(&word, (unsigned long)getpid());
	buf_add_char(&word, ' ');
	buf_add_text(&word, path);
	buf_add_char(&word, '\n');
	if (!buf_ok(&word) || pwrite(fd, word.data, word.len, 0) != (ssize_t)word.len)
		return;
	if (size > (off_t)word.len)
		(void)!ftruncate(fd, (off_t)word.len); /* what is left then is only ugly */
}

/* The process that holds it, by the word it left; 0 if that is not known, or gone. */
static pid_t read_word(int fd)
{
	char word[32];
	ssize_t got = pread(fd, word, sizeof(word) - 1, 0);
	char *end;
	long pid;

	if (got <= 0)
		return 0;
	word[got] = '\0';
	pid = strtol(word, &end, 10);
	if (*end != ' ' || pid <= 0 || pid > INT32_MAX)
		return 0;
	return kill((pid_t)pid, 0) == 0 || errno == EPERM ? (pid_t)pid : 0;
}

/* Says that it is taken, and by whom. */
static int taken(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	pid_t pid = fd < 0 ? 0 : read_word(fd);
	char who[40] = "another process";

	if (fd >= 0)
		close(fd);
	if (pid)
		snprintf(who, sizeof(who), "process %ld", (long)pid);
	return error_set(err, EBUSY,
			 "it is mounted already, by %s: unmount it there first, or mount it with -o ro to "
			 "look at it",
			 who);
}

/* Opens the lock file and locks it; when it was cleaned away in between, the next one of that name.
 * The descriptor, or -1 with errno: EWOULDBLOCK if somebody else has it. */
static int open_locked(const char *path, struct stat *held)
{
	int fd, code;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			code = errno;
			close(fd);
			errno = code;
			return -1;
		}
		if (still_there(fd, path, held))
			return fd;
		close(fd);
	}
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_for(struct lock *lock, const char *path, unsigned patience_ms, struct stat *held, struct error *err)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	long until = milliseconds() + (long)patience_ms + (patience_ms > 0); /* the one that has begun is not counted */

	while ((lock->fd = open_locked(path, held)) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_system(err, errno, "its lock cannot be taken");
		if (milliseconds() >= until)
			return taken(path, err);
		nanosleep(&pause, NULL);
	}
	return 0;
}

int lock_take(struct lock *lock, const struct place *place, unsigned patience_ms, struct error *err)
{
	BUF_AUTO path = BUF_INIT;
	struct stat held;

	*lock = LOCK_INIT;
	if (lock_path(place, &path, err) == 0 && wait_for(lock, path.data, patience_ms, &held, err) == 0) {
		lock->path = strdup(path.data); /* without memory for it the file stays behind */
		leave_word(lock->fd, held.st_size, place->path);
		return 0;
	}
	error_in_file(err, place->shown);
	return -1;
}

/* Takes a lock file away that nobody needs. Only who holds it may do so: who opened the file meanwhile cannot lock it,
 * or finds that it is not there any more. A process that shares the lock since a fork holds it against us, too. */
static void clean_away(const char *path)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	struct stat held;

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && still_there(fd, path, &held))
		unlink(path);
	close(fd);
}

void lock_release(struct lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	if (lock->path)
		clean_away(lock->path);
	free(lock->path);
	*lock = LOCK_INIT;
}
